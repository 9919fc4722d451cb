package syscat

import (
	"fmt"
	"iter"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sql/parser"
	"github.com/zqlite/zqlite/internal/types"
)

// constraint is any constraint of a table; one of the three is set.
type constraint struct {
	id      catalog.ID
	name    string
	rel     *catalog.Relation
	check   *catalog.Check
	index   *catalog.Index
	foreign *catalog.ForeignKey
}

func constraintOID(r *catalog.Relation, name string) catalog.ID {
	return derived("constraint ", r.ID, name)
}

// constraints gives all constraints of tables.
func (v *View) constraints() iter.Seq[*constraint] {
	return func(yield func(*constraint) bool) {
		for r := range v.relations() {
			for c := range constraintsOf(r) {
				if !yield(c) {
					return
				}
			}
		}
	}
}

func constraintsOf(r *catalog.Relation) iter.Seq[*constraint] {
	return func(yield func(*constraint) bool) {
		for _, c := range r.Checks {
			if !yield(&constraint{id: constraintOID(r, c.Name), name: c.Name, rel: r, check: c}) {
				return
			}
		}
		for _, ix := range r.Indexes {
			if ix.Constraint || ix.Primary {
				if !yield(&constraint{id: constraintOID(r, ix.Name), name: ix.Name, rel: r, index: ix}) {
					return
				}
			}
		}
		for _, f := range r.Foreign {
			if !yield(&constraint{id: constraintOID(r, f.Name), name: f.Name, rel: r, foreign: f}) {
				return
			}
		}
	}
}

// kind is pg_constraint's letter and information_schema's word.
func (c *constraint) kind() (letter, word string) {
	switch {
	case c.check != nil:
		return "c", "CHECK"
	case c.foreign != nil:
		return "f", "FOREIGN KEY"
	case c.index.Primary:
		return "p", "PRIMARY KEY"
	}
	return "u", "UNIQUE"
}

// columns are the ids of the constrained columns; those of a CHECK are the
// ones that its text names.
func (c *constraint) columns() []uint16 {
	switch {
	case c.check != nil:
		return columnsIn(c.rel, c.check.Expr)
	case c.foreign != nil:
		return c.foreign.Columns
	}
	return indexColumns(c.index)
}

func indexColumns(ix *catalog.Index) []uint16 {
	var ids []uint16
	for _, p := range ix.Parts {
		ids = append(ids, p.Column)
	}
	return ids
}

func (c *constraint) deferrable() (can, is bool) {
	switch {
	case c.foreign != nil:
		return c.foreign.Deferrable, c.foreign.Deferred
	case c.index != nil:
		return c.index.Deferrable, c.index.Deferred
	}
	return false, false
}

func pgConstraint(v *View, c *constraint) row {
	kind, _ := c.kind()
	can, is := c.deferrable()
	x := row{
		"oid": num(c.id), "conname": txt(c.name), "connamespace": num(v.schemaID(c.rel.Schema)), "contype": txt(kind),
		"condeferrable": yes(can), "condeferred": yes(is), "convalidated": yes(true), "conrelid": num(c.rel.ID),
		"contypid": num(0), "conindid": num(0), "conparentid": num(0), "confrelid": num(0),
		"confupdtype": txt(" "), "confdeltype": txt(" "), "confmatchtype": txt(" "), "conislocal": yes(true),
		"coninhcount": num(0), "connoinherit": yes(c.check == nil), "conkey": list(types.Int2, c.columns()),
	}
	switch {
	case c.check != nil:
		x["conbin"], x["convalidated"], x["connoinherit"] = txt(v.expression(c.check.Expr, conditionOver(c.rel), false)), yes(!c.check.NotValid), yes(c.check.NoInherit)
	case c.index != nil:
		x["conindid"] = num(c.index.ID)
	case c.foreign != nil:
		f := c.foreign
		x["confrelid"], x["conindid"], x["convalidated"] = num(f.Parent), num(f.ParentIndex), yes(!f.NotValid)
		x["confkey"], x["confdelsetcols"] = list(types.Int2, f.ParentColumns), list(types.Int2, f.SetColumns)
		x["confupdtype"], x["confdeltype"], x["confmatchtype"] = letter(f.OnUpdate), letter(f.OnDelete), txt("s")
		if f.MatchFull {
			x["confmatchtype"] = txt("f")
		}
	}
	return x
}

// actionWords are what information_schema calls a foreign key's actions.
var actionWords = map[catalog.Action]string{
	catalog.NoAction: "NO ACTION", catalog.Restrict: "RESTRICT", catalog.Cascade: "CASCADE",
	catalog.SetNull: "SET NULL", catalog.SetDefault: "SET DEFAULT",
}

// infoConstraints gives constraints, and the NOT NULL columns as the CHECKs
// that the standard takes them for.
func infoConstraints(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		entry := func(r *catalog.Relation, name, word string, can, is bool) bool {
			nullsDistinct := types.Null
			if ix := indexNamed(r, name); word == "UNIQUE" && ix != nil {
				nullsDistinct = yesNo(!ix.NullsNotDistinct)
			}
			return yield(row{
				"constraint_catalog": txt(Database), "constraint_schema": txt(r.Schema), "constraint_name": txt(name),
				"table_catalog": txt(Database), "table_schema": txt(r.Schema), "table_name": txt(r.Name),
				"constraint_type": txt(word), "is_deferrable": yesNo(can), "initially_deferred": yesNo(is),
				"enforced": txt("YES"), "nulls_distinct": nullsDistinct,
			})
		}
		for r := range v.relations() {
			for c := range constraintsOf(r) {
				_, word := c.kind()
				can, is := c.deferrable()
				if !entry(r, c.name, word, can, is) {
					return
				}
			}
			if r.Kind != catalog.Table {
				continue
			}
			for _, col := range r.Columns {
				if col.NotNull && !entry(r, notNullName(v, r, col), "CHECK", false, false) {
					return
				}
			}
		}
	}
}

// infoChecks gives the conditions of CHECK and NOT NULL.
func infoChecks(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		entry := func(schema, name, text string) bool {
			return yield(row{"constraint_catalog": txt(Database), "constraint_schema": txt(schema), "constraint_name": txt(name), "check_clause": txt(text)})
		}
		for r := range v.relations() {
			for _, c := range r.Checks {
				if !entry(r.Schema, c.Name, "("+v.expression(c.Expr, conditionOver(r), false)+")") {
					return
				}
			}
			if r.Kind != catalog.Table {
				continue
			}
			for _, col := range r.Columns {
				if col.NotNull && !entry(r.Schema, notNullName(v, r, col), col.Name+" IS NOT NULL") {
					return
				}
			}
		}
		for u := range v.userTypes() {
			if u.Type.Domain == nil {
				continue
			}
			for _, c := range u.Type.Domain.Checks {
				if !entry(u.Schema, c.Name, "("+v.domainCheck(u.Type, c, false)+")") {
					return
				}
			}
		}
	}
}

// place is a column in information_schema's terms.
func place(r *catalog.Relation, c *catalog.Column) row {
	return row{"table_catalog": txt(Database), "table_schema": txt(r.Schema), "table_name": txt(r.Name), "column_name": txt(c.Name)}
}

func (x row) constraint(c *constraint) row {
	x["constraint_catalog"], x["constraint_schema"], x["constraint_name"] = txt(Database), txt(c.rel.Schema), txt(c.name)
	return x
}

// infoKeyColumns gives the columns of keys, those of foreign keys with their
// place in the key that they refer to.
func infoKeyColumns(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for c := range v.constraints() {
			if c.check != nil {
				continue
			}
			for i, id := range c.columns() {
				col := c.rel.ColumnByID(id)
				if col == nil {
					continue
				}
				x := place(c.rel, col).constraint(c)
				x["ordinal_position"] = num(i + 1)
				if c.foreign != nil {
					x["position_in_unique_constraint"] = v.placeInParent(c.foreign, i)
				}
				if !yield(x) {
					return
				}
			}
		}
	}
}

func (v *View) placeInParent(f *catalog.ForeignKey, i int) types.Value {
	if parent := v.Catalog.RelationByID(f.Parent); parent != nil {
		if ix := parent.IndexByID(f.ParentIndex); ix != nil {
			for k, id := range indexColumns(ix) {
				if id == f.ParentColumns[i] {
					return num(k + 1)
				}
			}
		}
	}
	return num(i + 1)
}

// infoConstraintColumns gives the columns that constraints use: of a foreign
// key the ones that it refers to.
func infoConstraintColumns(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for c := range v.constraints() {
			rel, ids := c.rel, c.columns()
			if c.foreign != nil {
				if rel, ids = v.Catalog.RelationByID(c.foreign.Parent), c.foreign.ParentColumns; rel == nil {
					continue
				}
			}
			for _, id := range ids {
				if col := rel.ColumnByID(id); col != nil && !yield(place(rel, col).constraint(c)) {
					return
				}
			}
		}
	}
}

func infoConstraintTable(v *View, c *constraint) row {
	rel := c.rel
	switch {
	case c.check != nil:
		return nil
	case c.foreign != nil:
		if rel = v.Catalog.RelationByID(c.foreign.Parent); rel == nil {
			return nil
		}
	}
	return row{"table_catalog": txt(Database), "table_schema": txt(rel.Schema), "table_name": txt(rel.Name)}.constraint(c)
}

func infoReference(v *View, c *constraint) row {
	if c.foreign == nil {
		return nil
	}
	x := row{
		"match_option": txt("NONE"), "update_rule": txt(actionWords[c.foreign.OnUpdate]), "delete_rule": txt(actionWords[c.foreign.OnDelete]),
	}.constraint(c)
	if c.foreign.MatchFull {
		x["match_option"] = txt("FULL")
	}
	if parent := v.Catalog.RelationByID(c.foreign.Parent); parent != nil {
		if ix := parent.IndexByID(c.foreign.ParentIndex); ix != nil {
			x["unique_constraint_catalog"], x["unique_constraint_schema"], x["unique_constraint_name"] = txt(Database), txt(parent.Schema), txt(ix.Name)
		}
	}
	return x
}

func indexNamed(r *catalog.Relation, name string) *catalog.Index {
	for _, ix := range r.Indexes {
		if ix.Name == name {
			return ix
		}
	}
	return nil
}

// notNullName is the name that PostgreSQL 15 gives the CHECK of a NOT NULL
// column: numbers of schema, table and column.
func notNullName(v *View, r *catalog.Relation, c *catalog.Column) string {
	return fmt.Sprintf("%d_%d_%d_not_null", v.schemaID(r.Schema), r.ID, c.ID)
}

// columnsIn gives the ids of the columns that an expression over a table
// names, in the order of the table.
func columnsIn(r *catalog.Relation, text string) []uint16 {
	e, err := parser.ParseExpr(text)
	if err != nil { // stored text that does not parse names nothing
		return nil
	}
	named := map[string]bool{}
	ast.Walk(e, func(n ast.Node) bool {
		if c, ok := n.(*ast.ColumnRef); ok && len(c.Parts) > 0 {
			named[c.Parts[len(c.Parts)-1].Text] = true
		}
		return true
	})
	var ids []uint16
	for _, c := range r.Columns {
		if named[c.Name] {
			ids = append(ids, c.ID)
		}
	}
	return ids
}
