package syscat

import (
	"iter"

	"github.com/zqlite/zqlite/internal/catalog"
)

// fillers has the rows of each relation that can have any.
var fillers map[string]filler

func init() {
	fillers = map[string]filler{
		"pg_catalog.sqlite_master": sqliteMaster,
		"pg_catalog.sqlite_schema": sqliteMaster,

		"pg_catalog.pg_am":                  accessMethods,
		"pg_catalog.pg_attrdef":             perColumn(pgAttrdef),
		"pg_catalog.pg_attribute":           pgAttribute,
		"pg_catalog.pg_class":               pgClass,
		"pg_catalog.pg_collation":           pgCollation,
		"pg_catalog.pg_constraint":          both(perConstraint(pgConstraint), pgDomainConstraints),
		"pg_catalog.pg_cursors":             pgCursors,
		"pg_catalog.pg_prepared_statements": pgPreparedStatements,
		"pg_catalog.pg_database":            once(theDatabase),
		"pg_catalog.pg_depend":              pgDepend,
		"pg_catalog.pg_description":         pgDescription,
		"pg_catalog.pg_enum":                pgEnum,
		"pg_catalog.pg_index":               perIndex(pgIndex),
		"pg_catalog.pg_indexes":             perIndex(pgIndexes),
		"pg_catalog.pg_language":            languages,
		"pg_catalog.pg_matviews":            each((*View).relations, pgMatview),
		"pg_catalog.pg_namespace":           each((*View).schemas, pgNamespace),
		"pg_catalog.pg_opclass":             pgOpclass,
		"pg_catalog.pg_operator":            pgOperator,
		"pg_catalog.pg_proc":                pgProc,
		"pg_catalog.pg_range":               pgRange,
		"pg_catalog.pg_roles":               once(theRole),
		"pg_catalog.pg_sequence":            each((*View).sequences, pgSequence),
		"pg_catalog.pg_sequences":           each((*View).sequences, pgSequences),
		"pg_catalog.pg_settings":            pgSettings,
		"pg_catalog.pg_stat_all_tables":     each((*View).tables, pgStatTable),
		"pg_catalog.pg_stat_user_tables":    each((*View).tables, pgStatTable),
		"pg_catalog.pg_tables":              each((*View).relations, pgTable),
		"pg_catalog.pg_tablespace":          tablespaces,
		"pg_catalog.pg_stat_activity":       pgStatActivity,
		"pg_catalog.pg_aggregate":           pgAggregate,
		"pg_catalog.pg_amop":                pgAmop,
		"pg_catalog.pg_authid":              once(theRole),
		"pg_catalog.pg_cast":                pgCast,
		"pg_catalog.pg_opfamily":            pgOpfamily,
		"pg_catalog.pg_shadow":              once(theUser),

		"pg_catalog.pg_trigger": perTrigger(pgTrigger),
		"pg_catalog.pg_type":    pgType,
		"pg_catalog.pg_user":    once(theUser),
		"pg_catalog.pg_views":   each((*View).relations, pgView),

		"information_schema.attributes":                      infoAttributes,
		"information_schema.character_sets":                  once(theCharacterSet),
		"information_schema.check_constraints":               infoChecks,
		"information_schema.collations":                      infoCollations,
		"information_schema.column_domain_usage":             perColumn(infoColumnDomain),
		"information_schema.column_privileges":               infoColumnPrivileges,
		"information_schema.column_udt_usage":                perColumn(infoColumnType),
		"information_schema.columns":                         perColumn(infoColumn),
		"information_schema.constraint_column_usage":         infoConstraintColumns,
		"information_schema.constraint_table_usage":          perConstraint(infoConstraintTable),
		"information_schema.domain_constraints":              infoDomainConstraints,
		"information_schema.domain_udt_usage":                each((*View).userTypes, infoDomainType),
		"information_schema.domains":                         infoDomains,
		"information_schema.element_types":                   perColumn(infoElement),
		"information_schema.enabled_roles":                   once(row{"role_name": txt(Owner)}),
		"information_schema.information_schema_catalog_name": once(row{"catalog_name": txt(Database)}),
		"information_schema.key_column_usage":                infoKeyColumns,
		"information_schema.parameters":                      infoParameters,
		"information_schema.referential_constraints":         perConstraint(infoReference),
		"information_schema.role_table_grants":               infoTablePrivileges,
		"information_schema.routines":                        each((*View).functions, infoRoutine),
		"information_schema.schemata":                        each((*View).schemas, infoSchema),
		"information_schema.sequences":                       each((*View).sequences, infoSequence),
		"information_schema.table_constraints":               infoConstraints,
		"information_schema.table_privileges":                infoTablePrivileges,
		"information_schema.tables":                          each((*View).relations, infoTable),
		"information_schema.triggered_update_columns":        infoTriggerColumns,
		"information_schema.triggers":                        infoTriggers,
		"information_schema.user_defined_types":              each((*View).userTypes, infoUserType),
		"information_schema.view_table_usage":                infoViewTables,
		"information_schema.views":                           each((*View).relations, infoView),
	}
	for _, r := range relations {
		r.fill = fillers[r.Schema+"."+r.Name]
	}
}

// perColumn makes at most one row of every column of tables and views.
func perColumn(f func(*View, *catalog.Relation, *catalog.Column) row) filler {
	return func(v *View) iter.Seq[row] {
		return func(yield func(row) bool) {
			for r := range v.relations() {
				for _, c := range r.Columns {
					if x := f(v, r, c); x != nil && !yield(x) {
						return
					}
				}
			}
		}
	}
}

// perIndex makes one row of every index.
func perIndex(f func(*View, *catalog.Relation, *catalog.Index) row) filler {
	return func(v *View) iter.Seq[row] {
		return func(yield func(row) bool) {
			for r := range v.relations() {
				for _, ix := range r.Indexes {
					if !yield(f(v, r, ix)) {
						return
					}
				}
			}
		}
	}
}

// perTrigger makes one row of every trigger.
func perTrigger(f func(*View, *catalog.Relation, *catalog.Trigger) row) filler {
	return func(v *View) iter.Seq[row] {
		return func(yield func(row) bool) {
			for r := range v.relations() {
				for _, t := range r.Triggers {
					if !yield(f(v, r, t)) {
						return
					}
				}
			}
		}
	}
}

// perConstraint makes at most one row of every constraint of a table.
func perConstraint(f func(*View, *constraint) row) filler {
	return func(v *View) iter.Seq[row] {
		return func(yield func(row) bool) {
			for c := range v.constraints() {
				if x := f(v, c); x != nil && !yield(x) {
					return
				}
			}
		}
	}
}

// sqliteMaster is what SQLite keeps about a schema: tables, views and their
// indexes, with a rootpage that is the object's id.
func sqliteMaster(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		if v.Builtin {
			return
		}
		object := func(kind, name, table string, id catalog.ID, sql string) bool {
			return yield(row{"type": txt(kind), "name": txt(name), "tbl_name": txt(table), "rootpage": num(id), "sql": optional(sql)})
		}
		for r := range v.relations() {
			kind, sql := "table", v.tableDefinition(r)
			if r.Kind != catalog.Table {
				kind, sql = "view", v.viewDefinition(r)
			}
			if !object(kind, r.Name, r.Name, r.ID, sql) {
				return
			}
			for _, ix := range r.Indexes {
				sql := ""
				if !ix.Constraint {
					sql = v.indexDefinition(r, ix, false)
				}
				if !object("index", ix.Name, r.Name, ix.ID, sql) {
					return
				}
			}
			for _, t := range r.Triggers {
				if !object("trigger", t.Name, r.Name, t.ID, v.triggerDefinition(r, t, false)) {
					return
				}
			}
		}
	}
}
