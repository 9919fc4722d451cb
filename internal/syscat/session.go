package syscat

import (
	"iter"

	"github.com/zqlite/zqlite/internal/types"
)

// Cursor is an open cursor of the session.
type Cursor struct {
	Name, Statement      string
	Hold, Binary, Scroll bool
}

// Activity is an open session. What others run is not told.
type Activity struct {
	PID         int64
	Application string
	Started     types.Value // timestamptz
	Own         bool        // it is the asking session
	Transaction types.Value // its start, NULL where none is open
	Statement   string
}

func pgStatActivity(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		if v.Builtin || v.Sessions == nil {
			return
		}
		for _, a := range v.Sessions() {
			x := row{
				"datid": num(databaseOID), "datname": txt(Database), "pid": num(a.PID), "usesysid": num(ownerOID), "usename": txt(Owner),
				"application_name": txt(a.Application), "backend_start": a.Started, "state": txt("disabled"), "query": txt(""),
				"backend_type": txt("client backend"),
			}
			if a.Own {
				x["state"], x["query"], x["xact_start"] = txt("active"), txt(a.Statement), a.Transaction
			}
			if !yield(x) {
				return
			}
		}
	}
}

// Prepared is a statement that PREPARE named.
type Prepared struct {
	Name, Statement string
	Types           []types.OID // of its parameters
}

func pgCursors(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		if v.Builtin || v.Cursors == nil {
			return
		}
		for _, c := range v.Cursors() {
			if !yield(row{"name": txt(c.Name), "statement": txt(c.Statement), "is_holdable": yes(c.Hold),
				"is_binary": yes(c.Binary), "is_scrollable": yes(c.Scroll)}) {
				return
			}
		}
	}
}

func pgPreparedStatements(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		if v.Builtin || v.Prepared == nil {
			return
		}
		for _, p := range v.Prepared() {
			oids := make([]types.Value, len(p.Types))
			for i, t := range p.Types {
				oids[i] = num(t)
			}
			if !yield(row{"name": txt(p.Name), "statement": txt(p.Statement), "from_sql": yes(true),
				"parameter_types": types.NewArray(oids, types.RegType)}) {
				return
			}
		}
	}
}
