package syscat

import (
	"fmt"
	"iter"
	"maps"
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/deparse"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sql/parser"
	"github.com/zqlite/zqlite/internal/types"
)

// udt names a type in information_schema's way: schema and internal name.
func (v *View) udt(x row, t *types.Type) row {
	for t.Base != nil {
		t = t.Base
	}
	x["udt_catalog"], x["udt_schema"], x["udt_name"] = txt(Database), txt(v.typeSchema(t)), txt(t.Name)
	return x
}

func (v *View) typeSchema(t *types.Type) string {
	for t.Elem != nil {
		t = t.Elem
	}
	if u := v.Catalog.TypeByOID(t.OID); u != nil {
		return u.Schema
	}
	return "pg_catalog"
}

func infoTable(v *View, r *catalog.Relation) row {
	kind := "BASE TABLE"
	switch {
	case r.Kind == catalog.View || r.Kind == catalog.Virtual:
		kind = "VIEW"
	case r.Kind == catalog.MaterializedView:
		return nil
	case r.Temp:
		kind = "LOCAL TEMPORARY"
	}
	x := row{
		"table_catalog": txt(Database), "table_schema": txt(r.Schema), "table_name": txt(r.Name), "table_type": txt(kind),
		"is_insertable_into": yesNo(r.Kind == catalog.Table || v.changeable(r) != nil), "is_typed": yesNo(r.OfType != 0),
	}
	if u := v.Catalog.TypeByOID(types.OID(r.OfType)); r.OfType != 0 && u != nil {
		x["user_defined_type_catalog"], x["user_defined_type_schema"], x["user_defined_type_name"] = txt(Database), txt(u.Schema), txt(u.Name)
	}
	return x
}

func infoColumn(v *View, r *catalog.Relation, c *catalog.Column) row {
	if r.Kind == catalog.MaterializedView {
		return nil
	}
	x := place(r, c)
	maps.Copy(x, modifiers(c.Type))
	v.udt(x, c.Type)
	maps.Copy(x, row{
		"ordinal_position": num(c.ID), "column_default": optional(v.defaultText(c, false)), "is_nullable": yesNo(!c.NotNull),
		"data_type": dataType(c.Type), "dtd_identifier": txt(fmt.Sprint(c.ID)), "is_self_referencing": txt("NO"),
		"is_identity": yesNo(c.Identity != catalog.NoIdentity), "is_generated": txt("NEVER"), "is_updatable": yesNo(r.Kind == catalog.Table || v.columnChangeable(r, c)),
		"identity_cycle": txt("NO"),
	})
	if c.Type.Base != nil {
		x["domain_catalog"], x["domain_schema"], x["domain_name"] = txt(Database), txt(v.typeSchema(c.Type)), txt(c.Type.Name)
	}
	if c.Generated != "" {
		x["is_generated"], x["generation_expression"] = txt("ALWAYS"), txt(v.generatedText(r, c))
	}
	if c.Identity == catalog.NoIdentity {
		return x
	}
	x["identity_generation"] = txt("BY DEFAULT")
	if c.Identity == catalog.IdentityAlways {
		x["identity_generation"] = txt("ALWAYS")
	}
	if q := v.Catalog.SequenceByID(c.Sequence); q != nil {
		x["identity_start"], x["identity_increment"] = txt(fmt.Sprint(q.Start)), txt(fmt.Sprint(q.Increment))
		x["identity_maximum"], x["identity_minimum"] = txt(fmt.Sprint(q.Max)), txt(fmt.Sprint(q.Min))
		x["identity_cycle"] = yesNo(q.Cycle)
	}
	return x
}

func infoColumnType(v *View, r *catalog.Relation, c *catalog.Column) row {
	return v.udt(place(r, c), c.Type)
}

func infoColumnDomain(v *View, r *catalog.Relation, c *catalog.Column) row {
	if c.Type.Base == nil {
		return nil
	}
	x := place(r, c)
	x["domain_catalog"], x["domain_schema"], x["domain_name"] = txt(Database), txt(v.typeSchema(c.Type)), txt(c.Type.Name)
	return x
}

func infoElement(v *View, r *catalog.Relation, c *catalog.Column) row {
	if c.Type.Elem == nil {
		return nil
	}
	kind := "TABLE"
	if r.Kind != catalog.Table {
		kind = "VIEW"
	}
	return v.udt(row{
		"object_catalog": txt(Database), "object_schema": txt(r.Schema), "object_name": txt(r.Name), "object_type": txt(kind),
		"collection_type_identifier": txt(fmt.Sprint(c.ID)), "data_type": dataType(c.Type.Elem), "dtd_identifier": txt("a" + fmt.Sprint(c.ID)),
	}, c.Type.Elem)
}

func infoView(v *View, r *catalog.Relation) row {
	if r.Kind != catalog.View {
		return nil
	}
	option := "NONE"
	if r.CheckOption != "" {
		option = strings.ToUpper(r.CheckOption)
	}
	has := func(event string) types.Value {
		for _, t := range r.Triggers {
			for _, e := range t.Events {
				if t.Timing == "INSTEAD OF" && e == event {
					return txt("YES")
				}
			}
		}
		return txt("NO")
	}
	simple := yesNo(v.changeable(r) != nil)
	return row{
		"table_catalog": txt(Database), "table_schema": txt(r.Schema), "table_name": txt(r.Name), "view_definition": txt(v.viewText(r, deparse.Style{})),
		"check_option": txt(option), "is_updatable": simple, "is_insertable_into": simple, "is_trigger_updatable": has("UPDATE"),
		"is_trigger_deletable": has("DELETE"), "is_trigger_insertable_into": has("INSERT"),
	}
}

// changeable tells which columns can be changed through a view; nil is none.
func (v *View) changeable(r *catalog.Relation) []bool {
	if r.Kind != catalog.View || v.Binder == nil {
		return nil
	}
	return binder.Updatable(v.Binder(), r)
}

func (v *View) columnChangeable(r *catalog.Relation, c *catalog.Column) bool {
	cols, i := v.changeable(r), r.Ordinal(c.ID)
	return i >= 0 && i < len(cols) && cols[i]
}

// tablesOf gives the relations that a view's query reads.
func (v *View) tablesOf(r *catalog.Relation) []*catalog.Relation {
	st, err := parser.ParseOne(r.Query)
	if err != nil { // stored text that does not parse reads nothing
		return nil
	}
	var out []*catalog.Relation
	seen := map[catalog.ID]bool{}
	ast.Walk(st.Stmt, func(n ast.Node) bool {
		if t, ok := n.(*ast.TableRef); ok && t.Name.Schema != "" {
			if rel := v.Catalog.Relation(nil, t.Name.Schema, t.Name.Name); rel != nil && !seen[rel.ID] {
				seen[rel.ID] = true
				out = append(out, rel)
			}
		}
		return true
	})
	return out
}

func infoViewTables(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for r := range v.relations() {
			if r.Kind != catalog.View {
				continue
			}
			for _, t := range v.tablesOf(r) {
				x := row{
					"view_catalog": txt(Database), "view_schema": txt(r.Schema), "view_name": txt(r.Name),
					"table_catalog": txt(Database), "table_schema": txt(t.Schema), "table_name": txt(t.Name),
				}
				if !yield(x) {
					return
				}
			}
		}
	}
}

func infoSequence(v *View, q *catalog.Sequence) row {
	if rel := v.Catalog.RelationByID(q.OwnerRel); q.OwnerRel != 0 && rel != nil {
		for _, c := range rel.Columns {
			if c.Sequence == q.ID && c.Identity != 0 { // part of its column, as in PostgreSQL
				return nil
			}
		}
	}
	if q.OwnerRel != 0 && q.Type == nil {
		return nil
	}
	return row{
		"sequence_catalog": txt(Database), "sequence_schema": txt(q.Schema), "sequence_name": txt(q.Name), "data_type": dataType(q.Type),
		"numeric_precision": num(integerBits[q.Type.OID]), "numeric_precision_radix": num(2), "numeric_scale": num(0),
		"start_value": txt(fmt.Sprint(q.Start)), "minimum_value": txt(fmt.Sprint(q.Min)), "maximum_value": txt(fmt.Sprint(q.Max)),
		"increment": txt(fmt.Sprint(q.Increment)), "cycle_option": yesNo(q.Cycle),
	}
}

// privileges are those that the owner has on a table: all.
var privileges = []string{"INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"}

func infoTablePrivileges(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for r := range v.relations() {
			for _, p := range privileges {
				x := row{
					"grantor": txt(Owner), "grantee": txt(Owner), "table_catalog": txt(Database), "table_schema": txt(r.Schema),
					"table_name": txt(r.Name), "privilege_type": txt(p), "is_grantable": txt("YES"), "with_hierarchy": yesNo(p == "SELECT"),
				}
				if !yield(x) {
					return
				}
			}
		}
	}
}

func infoColumnPrivileges(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for r := range v.relations() {
			for _, c := range r.Columns {
				for _, p := range []string{"INSERT", "SELECT", "UPDATE", "REFERENCES"} {
					x := place(r, c)
					x["grantor"], x["grantee"], x["privilege_type"], x["is_grantable"] = txt(Owner), txt(Owner), txt(p), txt("YES")
					if !yield(x) {
						return
					}
				}
			}
		}
	}
}

func infoDomain(v *View, u *catalog.UserType) row {
	if u.Type.Domain == nil {
		return nil
	}
	x := v.udt(modifiers(u.Type), u.Type)
	x["domain_catalog"], x["domain_schema"], x["domain_name"] = txt(Database), txt(u.Schema), txt(u.Name)
	x["data_type"], x["domain_default"], x["dtd_identifier"] = dataType(u.Type), optional(u.Type.Domain.Default), txt("1")
	return x
}

func infoDomainType(v *View, u *catalog.UserType) row {
	if u.Type.Domain == nil {
		return nil
	}
	return v.udt(row{"domain_catalog": txt(Database), "domain_schema": txt(u.Schema), "domain_name": txt(u.Name)}, u.Type)
}

func infoDomainConstraints(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for u := range v.userTypes() {
			if u.Type.Domain == nil {
				continue
			}
			for _, c := range u.Type.Domain.Checks {
				x := row{
					"constraint_catalog": txt(Database), "constraint_schema": txt(u.Schema), "constraint_name": txt(c.Name),
					"domain_catalog": txt(Database), "domain_schema": txt(u.Schema), "domain_name": txt(u.Name),
					"is_deferrable": txt("NO"), "initially_deferred": txt("NO"),
				}
				if !yield(x) {
					return
				}
			}
		}
	}
}

func infoUserType(_ *View, u *catalog.UserType) row {
	if u.Type.Fields == nil {
		return nil
	}
	return row{
		"user_defined_type_catalog": txt(Database), "user_defined_type_schema": txt(u.Schema), "user_defined_type_name": txt(u.Name),
		"user_defined_type_category": txt("STRUCTURED"), "is_instantiable": txt("YES"),
	}
}

func infoAttributes(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for u := range v.userTypes() {
			for i, f := range u.Type.Fields {
				x := modifiers(f.Type)
				maps.Copy(x, row{
					"udt_catalog": txt(Database), "udt_schema": txt(u.Schema), "udt_name": txt(u.Name), "attribute_name": txt(f.Name),
					"ordinal_position": num(i + 1), "is_nullable": txt("YES"), "data_type": dataType(f.Type),
					"attribute_udt_catalog": txt(Database), "attribute_udt_schema": txt(v.typeSchema(f.Type)), "attribute_udt_name": txt(f.Type.Name),
					"dtd_identifier": txt(fmt.Sprint(i + 1)), "is_derived_reference_attribute": txt("NO"),
				})
				if !yield(x) {
					return
				}
			}
		}
	}
}

func infoRoutine(v *View, f *catalog.SQLFunction) row {
	specific := fmt.Sprintf("%s_%d", f.Name, f.ID)
	x := row{
		"specific_catalog": txt(Database), "specific_schema": txt(f.Schema), "specific_name": txt(specific),
		"routine_catalog": txt(Database), "routine_schema": txt(f.Schema), "routine_name": txt(f.Name), "routine_type": txt("FUNCTION"),
		"routine_body": txt("SQL"), "routine_definition": txt(f.Body), "external_language": txt("SQL"), "parameter_style": txt("GENERAL"),
		"is_deterministic": yesNo(f.Volatile == 'i'), "sql_data_access": txt("MODIFIES"), "is_null_call": yesNo(f.Strict),
		"schema_level_routine": txt("YES"), "security_type": txt("INVOKER"), "is_udt_dependent": txt("NO"), "dtd_identifier": txt("0"),
	}
	ret := f.Ret
	if ret == nil {
		ret = types.RecordType
	}
	if f.Definer {
		x["security_type"] = txt("DEFINER")
	}
	if x["routine_definition"] = txt(sourceOf(f)); f.Source == "" && f.Parallel != 0 {
		x["routine_definition"] = types.Null
	}
	if f.Procedure {
		x["routine_type"], x["is_deterministic"] = txt("PROCEDURE"), txt("NO")
		return x
	}
	x["data_type"], x["type_udt_catalog"], x["type_udt_schema"], x["type_udt_name"] = dataType(ret), txt(Database), txt(v.typeSchema(ret)), txt(ret.Name)
	return x
}

// infoTriggers has a row for each event of a trigger.
func infoTriggers(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for r := range v.relations() {
			for i, t := range r.Triggers {
				orientation := "STATEMENT"
				if t.Row {
					orientation = "ROW"
				}
				for _, event := range t.Events {
					if event == "TRUNCATE" { // the standard does not know it
						continue
					}
					x := row{
						"trigger_catalog": txt(Database), "trigger_schema": txt(r.Schema), "trigger_name": txt(t.Name), "event_manipulation": txt(event),
						"event_object_catalog": txt(Database), "event_object_schema": txt(r.Schema), "event_object_table": txt(r.Name),
						"action_order": num(i + 1), "action_condition": optional(t.When), "action_statement": txt(t.Body),
						"action_orientation": txt(orientation), "action_timing": txt(t.Timing),
						"action_reference_old_table": optional(t.OldTable), "action_reference_new_table": optional(t.NewTable),
					}
					if !yield(x) {
						return
					}
				}
			}
		}
	}
}

func infoTriggerColumns(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for r := range v.relations() {
			for _, t := range r.Triggers {
				for _, id := range t.Columns {
					c := r.ColumnByID(id)
					if c == nil {
						continue
					}
					x := row{
						"trigger_catalog": txt(Database), "trigger_schema": txt(r.Schema), "trigger_name": txt(t.Name),
						"event_object_catalog": txt(Database), "event_object_schema": txt(r.Schema), "event_object_table": txt(r.Name),
						"event_object_column": txt(c.Name),
					}
					if !yield(x) {
						return
					}
				}
			}
		}
	}
}
