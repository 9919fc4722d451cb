package catalog

import "github.com/zqlite/zqlite/internal/types"

// SQLFunction is a function or procedure made by CREATE FUNCTION … LANGUAGE
// SQL or CREATE PROCEDURE.
type SQLFunction struct {
	ID       ID
	Schema   string
	Name     string
	Args     []types.Field // what is given to it: IN, INOUT and VARIADIC
	Defaults []string      // of the last of Args
	Ret      *types.Type
	Set      bool          // RETURNS SETOF or TABLE
	Cols     []types.Field // what it gives, where that has names: OUT, INOUT, TABLE, the fields of a row type
	Body     string        // statements in canonical form, one after the other with semicolons
	Strict   bool
	Volatile byte // i, s or v
	Comment  string

	Procedure bool
	Variadic  bool // the last of Args takes any number of values
	// Modes has a letter for each parameter in the order in which they were
	// declared, as pg_proc.proargmodes: i, o, b (INOUT), v, t (TABLE). Empty
	// in functions without names of results made by earlier versions.
	Modes string
	// Source is the body as it was written between quotes; empty for RETURN and
	// BEGIN ATOMIC.
	Source string
	Return bool // RETURN expression
	// RetRel is the relation whose row type the function returns, ArgRels those
	// of its arguments (0: none); nil where no argument is a row.
	RetRel  ID
	ArgRels []ID

	Parallel    byte   // u, r or s; 0 is u
	Cost, Rows  string // as written; empty is the default
	Leakproof   bool
	Definer     bool
	SearchPath  []string // SET search_path
	PathWritten string   // as pg_proc.proconfig has it
	// Aggregate says that it is an aggregate function, and of what; nil for all
	// others. It has no body.
	Aggregate *Aggregate `json:",omitempty"`
	// Uses are the relations and functions that a body without quotes names: it
	// goes with them.
	Uses []ID
	// Refused are statements of the body that no function may have.
	Refused []string `json:"-"`
}

// Param is a declared parameter.
type Param struct {
	Mode  byte // i, o, b, v or t
	Field types.Field
	In    int // place among Args, -1 for none
}

// Params lists the parameters in the order in which they were declared.
func (f *SQLFunction) Params() []Param {
	modes := f.Modes
	if modes == "" {
		for range f.Args {
			modes += "i"
		}
	}
	list := make([]Param, 0, len(modes))
	in, out := 0, 0
	for i := 0; i < len(modes); i++ {
		p := Param{Mode: modes[i], In: -1}
		switch modes[i] {
		case 'o', 't':
			p.Field = f.Cols[out]
			out++
		case 'b':
			p.Field, p.In = f.Args[in], in
			in++
			out++
		default:
			p.Field, p.In = f.Args[in], in
			in++
		}
		list = append(list, p)
	}
	return list
}

// HasOut reports whether the function names its results in its parameters.
func (f *SQLFunction) HasOut() bool {
	for i := 0; i < len(f.Modes); i++ {
		if c := f.Modes[i]; c == 'o' || c == 'b' || c == 't' {
			return true
		}
	}
	return false
}

// Kind is the word for what it is.
func (f *SQLFunction) Kind() string {
	switch {
	case f.Procedure:
		return "procedure"
	case f.Aggregate != nil:
		return "aggregate"
	}
	return "function"
}

// RowType is the type of a relation's rows.
func RowType(r *Relation) *types.Type {
	t := *types.RecordType
	t.Name, t.Display, t.Category, t.Rel = r.Name, r.Name, 'C', types.OID(r.ID)
	t.Fields = make([]types.Field, len(r.Columns))
	for i, c := range r.Columns {
		t.Fields[i] = types.Field{Name: c.Name, Type: c.Type}
	}
	return &t
}

// Current is the function with the row types of relations as they are now.
func (c *Catalog) Current(f *SQLFunction) *SQLFunction {
	if f.RetRel == 0 && f.ArgRels == nil {
		return f
	}
	n := *f
	if rel := c.RelationByID(f.RetRel); rel != nil && f.RetRel != 0 {
		n.Ret = RowType(rel)
		n.Cols = n.Ret.Fields
	}
	n.Args = append([]types.Field(nil), f.Args...)
	for i, id := range f.ArgRels {
		if rel := c.RelationByID(id); rel != nil && id != 0 {
			n.Args[i].Type = RowType(rel)
		}
	}
	return &n
}
