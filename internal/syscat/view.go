package syscat

import (
	"hash/fnv"
	"iter"
	"strconv"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// Names that every database has.
const (
	Database = "main"   // the database, as current_database() says
	Owner    = "zqlite" // the one role, owner of everything
)

const (
	ownerOID    = 10
	databaseOID = 5
	btreeOID    = 403
	hashOID     = 405
	heapOID     = 2

	catalogSchema     = 11
	informationSchema = 13000
)

// Oids of the catalog relations that pg_description and pg_depend point to,
// as PostgreSQL numbers them.
const (
	classType       = 1247
	classProc       = 1255
	classRelation   = 1259
	classConstraint = 2606
	classNamespace  = 2615
	classTrigger    = 2620
	classAttrDef    = 2604
	classDatabase   = 1262
	classCollation  = 3456
	classLanguage   = 2612
	classMethod     = 2601
	classCast       = 2605
	classOperator   = 2617
)

// Oids of the tablespaces that every server has.
const (
	defaultTablespace = 1663
	globalTablespace  = 1664
)

// View is what the rows are computed from. A View is for one statement.
type View struct {
	Catalog *catalog.Catalog
	Path    []string // the search path
	Builtin bool     // built-in objects are wanted, not those of the database
	// Binder are the options with which the session binds, for the texts of
	// definitions; nil shows these as they are stored.
	Binder func() binder.Options

	Rows      func(*catalog.Relation) float64                // rows of a table, estimated
	Size      func(catalog.ID) int64                         // bytes of a table or index; -1 is not to be told
	Last      func(*catalog.Sequence) (last int64, ok bool)  // last value handed out
	FileBytes func() int64                                   // of the database's files
	Settings  func(yield func(name, value, doc string) bool) // the session's settings
	Sessions  func() []Activity                              // that are open, the asking one first
	Cursors   func() []Cursor                                // open in the session
	Prepared  func() []Prepared                              // by PREPARE in the session
}

// Values.

func txt(s string) types.Value { return types.NewText(s) }
func num[T int | int16 | int32 | int64 | uint16 | catalog.ID | types.OID](i T) types.Value {
	return types.NewInt(int64(i))
}
func yes(b bool) types.Value          { return types.NewBool(b) }
func letter[T ~byte](c T) types.Value { return types.NewText(string(rune(c))) }

func real(f float64) types.Value { return types.NewFloat(f) }

func optional(s string) types.Value {
	if s == "" {
		return types.Null
	}
	return txt(s)
}

func yesNo(b bool) types.Value {
	if b {
		return txt("YES")
	}
	return txt("NO")
}

// list makes an array of integers, NULL of none.
func list[T uint16 | int16 | types.OID](elem *types.Type, items []T) types.Value {
	if len(items) == 0 {
		return types.Null
	}
	return vector(elem, items)
}

func vector[T uint16 | int16 | types.OID](elem *types.Type, items []T) types.Value {
	vals := make([]types.Value, len(items))
	for i, x := range items {
		vals[i] = types.NewInt(int64(x))
	}
	return types.NewArray(vals, elem)
}

func names(items []string) types.Value {
	vals := make([]types.Value, len(items))
	for i, s := range items {
		vals[i] = txt(s)
	}
	return types.NewArray(vals, types.Text)
}

// derived makes the oid of an object that has none of its own (invariant 1).
func derived(class string, owner catalog.ID, name string) catalog.ID {
	h := fnv.New32a()
	h.Write(strconv.AppendUint([]byte(class), uint64(owner), 10))
	h.Write([]byte(name))
	return catalog.ID(h.Sum32() | 1<<31)
}

func rowTypeOID(r *catalog.Relation) catalog.ID { return derived("row type ", r.ID, "") }

// typeNumber is the oid of a type as the catalog has it: row types of relations
// have one of their own there.
func typeNumber(t *types.Type) catalog.ID {
	if t.Rel != 0 && t.Base == nil {
		return derived("row type ", catalog.ID(t.Rel), "")
	}
	if t.Elem != nil && t.Base == nil && t.Elem.Rel != 0 {
		return rowArrayOID(catalog.ID(t.Elem.Rel))
	}
	return catalog.ID(t.OID)
}

func rowArrayOID(id catalog.ID) catalog.ID { return derived("rows type ", id, "") }

// rowTypeName is the name of the row type of a relation by its oid, or that of its
// arrays; "" for other oids.
func (v *View) rowTypeName(oid int64) string {
	for r := range v.relations() {
		switch catalog.ID(oid) {
		case rowTypeOID(r):
			return v.visibleName(r.Schema, r.Name)
		case rowArrayOID(r.ID):
			return v.visibleName(r.Schema, r.Name) + "[]"
		}
	}
	return ""
}

func defaultOID(r *catalog.Relation, c *catalog.Column) catalog.ID {
	return derived("default ", r.ID, strconv.Itoa(int(c.ID)))
}

// Objects.

// relations gives tables and views: of the database, or the computed ones.
func (v *View) relations() iter.Seq[*catalog.Relation] {
	if v.Builtin {
		return func(yield func(*catalog.Relation) bool) {
			for _, r := range v.Catalog.Virtual() {
				if !yield(r) {
					return
				}
			}
		}
	}
	return v.Catalog.Relations
}

// tables gives relations that hold rows.
func (v *View) tables() iter.Seq[*catalog.Relation] {
	return func(yield func(*catalog.Relation) bool) {
		for r := range v.relations() {
			if (r.Kind == catalog.Table || r.Kind == catalog.MaterializedView) && !yield(r) {
				return
			}
		}
	}
}

func (v *View) sequences() iter.Seq[*catalog.Sequence] {
	if v.Builtin {
		return func(func(*catalog.Sequence) bool) {}
	}
	return v.Catalog.Sequences
}

func (v *View) schemas() iter.Seq[*catalog.Schema] {
	return func(yield func(*catalog.Schema) bool) {
		for _, s := range v.Catalog.Schemas() {
			builtin := s.ID == catalogSchema || s.ID == informationSchema
			if builtin == v.Builtin && !yield(s) {
				return
			}
		}
	}
}

func (v *View) userTypes() iter.Seq[*catalog.UserType] {
	if v.Builtin {
		return func(func(*catalog.UserType) bool) {}
	}
	return v.Catalog.Types
}

func (v *View) functions() iter.Seq[*catalog.SQLFunction] {
	if v.Builtin {
		return func(func(*catalog.SQLFunction) bool) {}
	}
	return v.Catalog.EachFunction
}

func (v *View) schemaID(name string) catalog.ID {
	if s := v.Catalog.Schema(name); s != nil {
		return s.ID
	}
	return 0
}

// rows estimates the rows of a relation; views have none.
func (v *View) rows(r *catalog.Relation) float64 {
	if v.Builtin || v.Rows == nil || r.Kind != catalog.Table && r.Kind != catalog.MaterializedView {
		return 0
	}
	return v.Rows(r)
}

// relationName is the name of a relation as SQL needs it here: with its schema
// where the search path does not find it.
func (v *View) relationName(r *catalog.Relation) string {
	if v.Catalog.Relation(v.Path, "", r.Name) == r {
		return ast.QuoteIdent(r.Name)
	}
	return qualified(r.Schema, r.Name)
}

func qualified(schema, name string) string {
	return ast.QuoteIdent(schema) + "." + ast.QuoteIdent(name)
}

// once gives a single row, among the built-in ones.
func once(r row) filler {
	return func(v *View) iter.Seq[row] {
		return func(yield func(row) bool) {
			if v.Builtin {
				yield(r)
			}
		}
	}
}

// both gives the rows of one filler and those of another.
func both(one, other filler) filler {
	return func(v *View) iter.Seq[row] {
		return func(yield func(row) bool) {
			for _, f := range []filler{one, other} {
				for r := range f(v) {
					if !yield(r) {
						return
					}
				}
			}
		}
	}
}

// each makes one row of every object that objects gives.
func each[T any](objects func(*View) iter.Seq[T], f func(*View, T) row) filler {
	return func(v *View) iter.Seq[row] {
		return func(yield func(row) bool) {
			for o := range objects(v) {
				if r := f(v, o); r != nil && !yield(r) {
					return
				}
			}
		}
	}
}
