package syscat

import (
	"fmt"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// describers answer functions that look at the catalog alone. A NULL answer
// means that there is no such object.
var describers = map[string]func(v *View, a []types.Value) types.Value{
	"format_type": func(v *View, a []types.Value) types.Value {
		if a[0].IsNull() {
			return types.Null
		}
		return txt(v.formatType(a[0].I, a[1]))
	},
	"pg_get_expr":                  (*View).exprOf,
	"pg_get_constraintdef":         func(v *View, a []types.Value) types.Value { return v.constraintOf(a[0].I, prettyArg(a)) },
	"pg_get_indexdef":              (*View).indexOf,
	"pg_index_column_has_property": (*View).columnProperty,
	"pg_index_has_property":        (*View).indexProperty,
	"pg_get_viewdef":               (*View).viewOf,
	"pg_get_triggerdef": func(v *View, a []types.Value) types.Value {
		for r := range v.relations() {
			for _, t := range r.Triggers {
				if int64(t.ID) == a[0].I {
					return txt(v.triggerDefinition(r, t, prettyArg(a)))
				}
			}
		}
		return types.Null
	},
	"pg_get_functiondef":                 functionText("pg_get_functiondef"),
	"pg_get_function_arguments":          functionText("pg_get_function_arguments"),
	"pg_get_function_identity_arguments": functionText("pg_get_function_identity_arguments"),
	"pg_get_function_result":             functionText("pg_get_function_result"),
	"pg_get_function_sqlbody":            functionText("pg_get_function_sqlbody"),
	"pg_get_function_arg_default":        argDefault,
	"pg_get_ruledef":                     none,
	"pg_get_partkeydef":                  none,
	"pg_get_statisticsobjdef_columns":    none,
	"shobj_description":                  none,
	"pg_tablespace_location":             func(*View, []types.Value) types.Value { return txt("") },
	"pg_get_userbyid": func(_ *View, a []types.Value) types.Value {
		if a[0].I == ownerOID {
			return txt(Owner)
		}
		return txt(fmt.Sprintf("unknown (OID=%d)", a[0].I))
	},
	"pg_encoding_to_char": func(_ *View, a []types.Value) types.Value {
		if a[0].I == 6 {
			return txt("UTF8")
		}
		return txt("")
	},
	"pg_type_is_visible": func(v *View, a []types.Value) types.Value {
		if types.ByOID(types.OID(a[0].I)) != nil {
			return yes(true)
		}
		u := v.Catalog.TypeByOID(types.OID(a[0].I))
		return yes(u != nil && v.Catalog.UserType(v.Path, "", u.Name) == u)
	},
	"pg_function_is_visible":     func(*View, []types.Value) types.Value { return yes(true) },
	"pg_relation_is_publishable": func(*View, []types.Value) types.Value { return yes(false) },
	"obj_description": func(v *View, a []types.Value) types.Value {
		if len(a) > 1 {
			return v.comment(a[0].I, 0, v.classNamed(a[1].S))
		}
		return v.comment(a[0].I, 0, 0)
	},
	"col_description": func(v *View, a []types.Value) types.Value {
		if a[1].I == 0 { // the table's own
			return types.Null
		}
		return v.comment(a[0].I, a[1].I, classRelation)
	},
	"current_schemas": func(v *View, a []types.Value) types.Value {
		var list []string
		for i, s := range v.Path {
			there := v.Catalog.Schema(s) != nil
			switch {
			case i == 0: // the session's temporary schema
				if a[0].I != 0 && there {
					list = append(list, s)
				}
				if a[0].I != 0 {
					list = append(list, "pg_catalog")
				}
			case there:
				list = append(list, s)
			}
		}
		vals := make([]types.Value, len(list))
		for i, s := range list {
			vals[i] = txt(s)
		}
		return types.NewArray(vals, types.Name)
	},
}

func none(*View, []types.Value) types.Value { return types.Null }

// Describe answers a function by its name; ok tells that it is one that this
// package answers.
func (v *View) Describe(name string, args []types.Value) (answer types.Value, ok bool) {
	f := describers[name]
	if f == nil {
		return types.Null, false
	}
	return f(v, args), true
}

// formatType is format_type(oid, typmod).
func (v *View) formatType(oid int64, mod types.Value) string {
	t := types.ByOID(types.OID(oid))
	if t == nil {
		u := v.Catalog.TypeByOID(types.OID(oid &^ (1 << 31)))
		if u == nil {
			if name := v.rowTypeName(oid); name != "" {
				return name
			}
			return "???"
		}
		name := ast.QuoteIdent(u.Name)
		if v.Catalog.UserType(v.Path, "", u.Name) != u {
			name = qualified(u.Schema, u.Name)
		}
		if oid&(1<<31) != 0 {
			name += "[]"
		}
		return name
	}
	if mod.IsNull() || mod.I < 0 {
		if mod.IsNull() {
			return types.FormatName(t)
		}
		return types.FormatType(t)
	}
	m := *t
	if m.Elem != nil {
		elem := *m.Elem
		elem.Mod = int32(mod.I)
		m.Elem = &elem
	}
	m.Mod = int32(mod.I)
	return types.FormatType(&m)
}

func (v *View) constraintOf(oid int64, pretty bool) types.Value {
	for c := range v.constraints() {
		if int64(c.id) == oid {
			return txt(v.constraintDefinition(c, pretty))
		}
	}
	for u, c := range v.domainChecks() {
		if int64(domainCheckOID(u, c.Name)) == oid {
			return txt("CHECK (" + v.domainCheck(u.Type, c, pretty) + ")")
		}
	}
	return types.Null
}

func (v *View) indexOf(a []types.Value) types.Value {
	for r := range v.relations() {
		ix := r.IndexByID(catalog.ID(a[0].I))
		if ix == nil {
			continue
		}
		pretty := len(a) > 2 && a[2].I != 0
		if len(a) < 2 || a[1].I == 0 {
			return txt(v.indexDefinition(r, ix, pretty))
		}
		switch n := int(a[1].I) - 1; {
		case n < 0:
		case n < len(ix.Parts):
			return txt(v.partDefinition(r, &ix.Parts[n], pretty))
		case n-len(ix.Parts) < len(ix.Include):
			if c := r.ColumnByID(ix.Include[n-len(ix.Parts)]); c != nil {
				return txt(ast.QuoteIdent(c.Name))
			}
		}
		return txt("")
	}
	return types.Null
}

// indexNumbered finds an index by its oid.
func (v *View) indexNumbered(oid int64) *catalog.Index {
	for r := range v.relations() {
		if ix := r.IndexByID(catalog.ID(oid)); ix != nil {
			return ix
		}
	}
	return nil
}

// columnProperty is pg_index_column_has_property.
func (v *View) columnProperty(a []types.Value) types.Value {
	ix := v.indexNumbered(a[0].I)
	n := int(a[1].I) - 1
	if ix == nil || n < 0 || n >= len(ix.Parts)+len(ix.Include) {
		return types.Null
	}
	key, ordered := n < len(ix.Parts), ix.Method != "hash"
	switch property := a[2].S; property {
	case "orderable":
		return yes(key && ordered)
	case "returnable":
		return yes(ordered)
	case "search_array":
		return yes(key && ordered)
	case "search_nulls":
		return yes(key && ordered)
	case "distance_orderable":
		return yes(false)
	case "asc", "desc", "nulls_first", "nulls_last":
		if !key || !ordered {
			return types.Null
		}
		p := &ix.Parts[n]
		return yes(map[string]bool{"asc": !p.Desc, "desc": p.Desc, "nulls_first": p.NullsFirst, "nulls_last": !p.NullsFirst}[property])
	}
	return types.Null
}

// indexProperty is pg_index_has_property.
func (v *View) indexProperty(a []types.Value) types.Value {
	ix := v.indexNumbered(a[0].I)
	if ix == nil {
		return types.Null
	}
	switch a[1].S {
	case "clusterable", "index_scan", "backward_scan":
		return yes(ix.Method != "hash")
	case "bitmap_scan":
		return yes(false)
	}
	return types.Null
}
