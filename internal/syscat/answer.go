package syscat

import (
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// answers are the functions over the catalog that may fail.
var answers = map[string]func(v *View, a []types.Value) (types.Value, error){
	"pg_has_role":            (*View).hasRole,
	"pg_relation_size":       (*View).relationSize,
	"pg_table_size":          (*View).tableSize,
	"pg_indexes_size":        (*View).indexesSize,
	"pg_total_relation_size": (*View).totalSize,
	"pg_database_size":       (*View).databaseSize,
	"pg_tablespace_size":     (*View).tablespaceSize,
	"row_security_active": func(v *View, a []types.Value) (types.Value, error) {
		if a[0].K != types.KindText {
			return yes(false), nil
		}
		_, err := v.RegOID(types.RegClass, a[0].S)
		return yes(false), err
	},
}

// quiet are functions over the catalog that tell of what is not here: nothing,
// or always the same.
var quiet = map[string]types.Value{
	"pg_get_statisticsobjdef":        types.Null,
	"pg_partition_root":              types.Null,
	"pg_statistics_obj_is_visible":   types.Null,
	"pg_conversion_is_visible":       types.Null,
	"pg_ts_config_is_visible":        types.Null,
	"pg_ts_dict_is_visible":          types.Null,
	"pg_ts_parser_is_visible":        types.Null,
	"pg_ts_template_is_visible":      types.Null,
	"pg_relation_filepath":           types.Null,
	"pg_tablespace_databases":        types.Null,
	"pg_get_partition_constraintdef": types.Null,
}

func init() {
	for _, kind := range PrivilegeKinds() {
		answers["has_"+kind+"_privilege"] = func(v *View, a []types.Value) (types.Value, error) { return v.hasPrivilege(kind, a) }
	}
	more := map[string]func(v *View, a []types.Value) types.Value{
		"pg_collation_is_visible": func(v *View, a []types.Value) types.Value {
			return found(v.RegName(types.RegCollation, a[0].I) != "")
		},
		"pg_operator_is_visible": func(v *View, a []types.Value) types.Value {
			return found(v.RegName(types.RegOperator, a[0].I) != "")
		},
		"pg_opclass_is_visible":  func(*View, []types.Value) types.Value { return yes(true) },
		"pg_opfamily_is_visible": func(*View, []types.Value) types.Value { return yes(true) },
		"pg_char_to_encoding":    encodingNumber,
		"pg_relation_filenode":   (*View).fileNode,
		"pg_filenode_relation": func(v *View, a []types.Value) types.Value {
			return foundAs(v.Catalog.RelationByID(catalog.ID(a[1].I)) != nil, a[1])
		},
		"pg_relation_is_updatable": (*View).updatable,
		"pg_column_is_updatable":   (*View).columnUpdatable,
		"pg_describe_object":       func(v *View, a []types.Value) types.Value { return optional(v.describeObject(a[0].I, a[1].I, a[2].I)) },
	}
	for name, f := range more {
		describers[name] = f
	}
	for name, x := range quiet {
		describers[name] = func(*View, []types.Value) types.Value { return x }
	}
}

// Answer answers a function by its name; ok tells that it is one that this
// package answers.
func (v *View) Answer(name string, args []types.Value) (answer types.Value, ok bool, err error) {
	if f := answers[name]; f != nil {
		answer, err = f(v, args)
		return answer, true, err
	}
	answer, ok = v.Describe(name, args)
	return answer, ok, nil
}

// found is true, or NULL for an object that is not there.
func found(there bool) types.Value { return foundAs(there, yes(true)) }

func foundAs(there bool, x types.Value) types.Value {
	if there {
		return x
	}
	return types.Null
}

func encodingNumber(_ *View, a []types.Value) types.Value {
	if n := strings.ToUpper(strings.ReplaceAll(a[0].S, "-", "")); n == "UTF8" || n == "UNICODE" {
		return num(6)
	}
	return num(-1)
}

func (v *View) fileNode(a []types.Value) types.Value {
	id := catalog.ID(a[0].I)
	r := v.Catalog.RelationByID(id)
	switch {
	case r != nil && (r.Kind == catalog.Table || r.Kind == catalog.MaterializedView),
		v.Catalog.SequenceByID(id) != nil, v.indexNumbered(a[0].I) != nil:
		return num(id)
	}
	return types.Null
}

// What can be done with a view, as pg_relation_is_updatable adds it up.
const (
	mayUpdate = 1 << 2
	mayInsert = 1 << 3
	mayDelete = 1 << 4
)

func (v *View) updatable(a []types.Value) types.Value {
	r := v.Catalog.RelationByID(catalog.ID(a[0].I))
	if r != nil && (r.Kind == catalog.Table || v.changeable(r) != nil) {
		return num(mayUpdate | mayInsert | mayDelete)
	}
	return num(0)
}

func (v *View) columnUpdatable(a []types.Value) types.Value {
	r := v.Catalog.RelationByID(catalog.ID(a[0].I))
	if r == nil || a[1].I <= 0 {
		return yes(false)
	}
	c := r.ColumnByID(uint16(a[1].I))
	return yes(c != nil && (r.Kind == catalog.Table || v.columnChangeable(r, c)))
}

// describeObject is pg_describe_object, for the objects that pg_depend names.
func (v *View) describeObject(class, oid, sub int64) string {
	switch class {
	case classRelation:
		name := v.RegName(types.RegClass, oid)
		if r := v.Catalog.RelationByID(catalog.ID(oid)); r != nil && sub > 0 {
			if c := r.ColumnByID(uint16(sub)); c != nil {
				return "column " + c.Name + " of " + v.kindOf(oid) + " " + name
			}
		}
		if name == "" {
			return ""
		}
		return v.kindOf(oid) + " " + name
	case classType:
		return prefixed("type ", v.RegName(types.RegType, oid))
	case classProc:
		return prefixed("function ", v.RegName(types.RegProcedure, oid))
	case classNamespace:
		return prefixed("schema ", v.RegName(types.RegNamespace, oid))
	case classConstraint:
		for c := range v.constraints() {
			if int64(c.id) == oid {
				return "constraint " + c.name + " on table " + v.relationName(c.rel)
			}
		}
	case classTrigger:
		for r := range v.relations() {
			for _, t := range r.Triggers {
				if int64(t.ID) == oid {
					return "trigger " + t.Name + " on table " + v.relationName(r)
				}
			}
		}
	case classAttrDef:
		for r := range v.relations() {
			for _, c := range r.Columns {
				if int64(defaultOID(r, c)) == oid {
					return "default value for column " + c.Name + " of table " + v.relationName(r)
				}
			}
		}
	}
	return ""
}

func prefixed(kind, name string) string {
	if name == "" {
		return ""
	}
	return kind + name
}

// kindOf is the word for a relation, a sequence or an index.
func (v *View) kindOf(oid int64) string {
	if r := v.Catalog.RelationByID(catalog.ID(oid)); r != nil {
		switch r.Kind {
		case catalog.Table:
			return "table"
		case catalog.MaterializedView:
			return "materialized view"
		}
		return "view"
	}
	if v.Catalog.SequenceByID(catalog.ID(oid)) != nil {
		return "sequence"
	}
	return "index"
}

// bytes is the size of a tree; -1 is not to be known.
func (v *View) bytes(id catalog.ID) int64 {
	if v.Size == nil {
		return 0
	}
	return v.Size(id)
}

// sized finds the relation that a size is asked of.
func (v *View) sized(oid int64) (r *catalog.Relation, ix *catalog.Index, there bool) {
	id := catalog.ID(oid)
	if r = v.Catalog.RelationByID(id); r != nil {
		return r, nil, true
	}
	for r := range v.relations() {
		if ix := r.IndexByID(id); ix != nil {
			return r, ix, true
		}
	}
	return nil, nil, v.Catalog.SequenceByID(id) != nil
}

// heapSize is what the rows of a relation take, or one index: where the
// primary key is the order of the rows it takes nothing of its own.
func (v *View) heapSize(oid int64) types.Value {
	r, ix, there := v.sized(oid)
	var n int64
	switch {
	case !there:
		return types.Null
	case r == nil, r.Kind == catalog.View, r.Kind == catalog.Virtual, ix != nil && ix.Primary:
	case ix != nil:
		n = v.bytes(ix.ID)
	default:
		n = v.bytes(r.ID)
	}
	if n < 0 {
		return types.Null
	}
	return num(n)
}

// forks are the parts that PostgreSQL keeps of a relation; here all is in the
// first.
var forks = map[string]bool{"main": true, "fsm": false, "vm": false, "init": false}

func (v *View) relationSize(a []types.Value) (types.Value, error) {
	if len(a) > 1 {
		main, ok := forks[a[1].S]
		if !ok {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "invalid fork name").
				WithHint("Valid fork names are \"main\", \"fsm\", \"vm\", and \"init\".")
		}
		if !main {
			return num(0), nil
		}
	}
	return v.heapSize(a[0].I), nil
}

func (v *View) tableSize(a []types.Value) (types.Value, error) { return v.heapSize(a[0].I), nil }

func (v *View) indexesSize(a []types.Value) (types.Value, error) {
	r, ix, there := v.sized(a[0].I)
	if !there {
		return types.Null, nil
	}
	var n int64
	if r != nil && ix == nil {
		for _, ix := range r.Indexes {
			if ix.Primary {
				continue
			}
			size := v.bytes(ix.ID)
			if size < 0 {
				return types.Null, nil
			}
			n += size
		}
	}
	return num(n), nil
}

func (v *View) totalSize(a []types.Value) (types.Value, error) {
	rows := v.heapSize(a[0].I)
	indexes, err := v.indexesSize(a)
	if err != nil || rows.IsNull() || indexes.IsNull() {
		return types.Null, err
	}
	return num(rows.I + indexes.I), nil
}

func (v *View) databaseSize(a []types.Value) (types.Value, error) {
	_, there, err := v.privilegedObject("database", a[0])
	if err != nil || !there || v.FileBytes == nil {
		return types.Null, err
	}
	return num(v.FileBytes()), nil
}

func (v *View) tablespaceSize(a []types.Value) (types.Value, error) {
	name, there, err := v.privilegedObject("tablespace", a[0])
	switch {
	case err != nil || !there || v.FileBytes == nil:
		return types.Null, err
	case name == "pg_global" || a[0].I == globalTablespace:
		return num(0), nil
	}
	return num(v.FileBytes()), nil
}
