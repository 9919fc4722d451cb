package syscat

import (
	_ "embed"
	"iter"
	"strconv"
	"strings"
	"sync"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// layout has a line "schema.relation oid: column type, …" for each relation;
// the oid stands where PostgreSQL has the same in every database.
//
//go:embed layout.txt
var layout string

// Relation is one computed relation.
type Relation struct {
	Schema, Name string
	Columns      []types.Field

	oid  catalog.ID     // 0 is given out by Descriptors
	at   map[string]int // column by name
	fill filler

	once    sync.Once
	builtin [][]types.Value // rows of built-in objects
	err     error
}

// filler gives the rows of a relation: those of built-in objects where the
// view says so, else those of what the database holds.
type filler func(v *View) iter.Seq[row]

// row has the values of a row by the names of their columns.
type row map[string]types.Value

var relations = readLayout()

// Relations returns all computed relations, always in the same order.
func Relations() []*Relation { return relations }

func readLayout() []*Relation {
	var out []*Relation
	for line := range strings.Lines(layout) {
		name, columns, _ := strings.Cut(strings.TrimSpace(line), ": ")
		name, number, _ := strings.Cut(name, " ")
		oid, _ := strconv.Atoi(number) // 0 where there is none
		r := &Relation{oid: catalog.ID(oid), at: map[string]int{}, fill: fillers[name]}
		r.Schema, r.Name, _ = strings.Cut(name, ".")
		for i, c := range strings.Split(columns, ", ") {
			column, typ, _ := strings.Cut(c, " ")
			r.Columns = append(r.Columns, types.Field{Name: column, Type: columnType(typ)})
			r.at[column] = i
		}
		out = append(out, r)
	}
	return out
}

// foreignTypes are types of PostgreSQL's catalog that zqlite does not have,
// and the domains of the standard, by what stands for them.
var foreignTypes = map[string]*types.Type{
	"sql_identifier": types.Name, "character_data": types.Varchar, "yes_or_no": types.Varchar,
	"cardinal_number": types.Int4, "time_stamp": types.TimestampTZ,
	"int2vector": types.ArrayOf(types.Int2), "oidvector": types.ArrayOf(types.Oid),
	"pg_node_tree": types.Text, "aclitem[]": types.ArrayOf(types.Text), "anyarray": types.ArrayOf(types.Text),
	"xid": types.Oid, "pg_lsn": types.Text, "inet": types.Text, "pg_mcv_list": types.Text, "pg_ndistinct": types.Text,
	"pg_dependencies": types.Text, "pg_statistic[]": types.ArrayOf(types.Text), "pg_statistic": types.Text,
	"double_precision[]": types.ArrayOf(types.Float8), "real": types.Float4, "integer": types.Int4, `"char"`: types.CharByte,
	"regtype[]": types.ArrayOf(types.RegType), `"char"[]`: types.ArrayOf(types.CharByte), "real[]": types.ArrayOf(types.Float4),
}

func columnType(name string) *types.Type {
	if t := foreignTypes[name]; t != nil {
		return t
	}
	return types.Lookup(strings.ReplaceAll(name, "_", " "))
}

// Rows calls emit with every row, built-in objects first. The slice is emit's
// to keep, not to change.
func (r *Relation) Rows(v *View, emit func([]types.Value) error) error {
	if r.fill == nil { // describes what zqlite does not have
		return nil
	}
	r.once.Do(func() {
		b := *v
		b.Builtin = true
		r.err = r.each(&b, func(row []types.Value) error {
			r.builtin = append(r.builtin, row)
			return nil
		})
	})
	if r.err != nil {
		return r.err
	}
	for _, row := range r.builtin {
		if err := emit(row); err != nil {
			return err
		}
	}
	return r.each(v, emit)
}

func (r *Relation) each(v *View, emit func([]types.Value) error) error {
	for cells := range r.fill(v) {
		values := make([]types.Value, len(r.Columns))
		for i := range values {
			values[i] = types.Null
		}
		for name, x := range cells {
			i, ok := r.at[name]
			if !ok {
				return sqlerr.New(sqlerr.InternalError, "%s.%s has no column %q", r.Schema, r.Name, name)
			}
			values[i] = x
		}
		if err := emit(values); err != nil {
			return err
		}
	}
	return nil
}

// Descriptors returns a catalog descriptor for each relation, in the order of
// Relations: with PostgreSQL's oid where that is the same everywhere, else
// numbered from first.
func Descriptors(first catalog.ID) []*catalog.Relation {
	var out []*catalog.Relation
	for i, r := range relations {
		id := r.oid
		if id == 0 {
			id = first + catalog.ID(i)
		}
		rel := &catalog.Relation{ID: id, Version: 1, Schema: r.Schema, Name: r.Name, Kind: catalog.Virtual}
		for k, f := range r.Columns {
			rel.Columns = append(rel.Columns, &catalog.Column{ID: uint16(k + 1), Name: f.Name, Type: f.Type})
		}
		out = append(out, rel)
	}
	return out
}
