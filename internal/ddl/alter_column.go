package ddl

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
)

// addColumn adds a column with its constraints. A default that is the same for
// every row is kept beside the layout, so that no row is written.
func (r *run) addColumn(rel *catalog.Relation, c *ast.AlterCommand) catalog.ID {
	if c.IfNotExists && rel.ColumnByName(c.Def.Name) >= 0 {
		r.notice("column \"" + c.Def.Name + "\" of relation \"" + rel.Name + "\" already exists, skipping")
		return rel.ID
	}
	b := r.newBuilder(rel.Clone())
	col := b.column(c.Def)
	b.finishColumns()
	if contains(col.Type, types.OID(rel.ID)) {
		fail(-1, sqlerr.InvalidTableDefinition, "composite type %s cannot be made a member of itself", rel.Name)
	}
	if col.Default != "" || col.Generated != "" || col.Sequence != 0 {
		r.unusedRows(rel)
	}
	if len(b.rel.Columns) > maxColumns {
		fail(-1, sqlerr.TooManyColumns, "tables can have at most %d columns", maxColumns)
	}
	next := b.rel
	next.Layouts++
	newRows := r.storeColumn(rel, next, col, b.sequences)
	b.storeSequences()
	b.rel = r.Catalog.RelationByID(newRows.ID)
	r.addColumnConstraints(b)
	return newRows.ID
}

// storeColumn gives every row the new column: as a constant of the layout, or
// by writing the rows anew.
func (r *run) storeColumn(rel, next *catalog.Relation, col *catalog.Column, sequences []*catalog.Sequence) *catalog.Relation {
	value, constant := r.newValue(next, col, sequences)
	if constant {
		v := types.Value{}
		if value != nil {
			v = value(nil, 0)
		}
		if v.IsNull() {
			if col.NotNull && !r.empty(rel) {
				throw(nullViolation(next, col))
			}
		} else {
			v.S = string(append([]byte(nil), v.S...))
			col.Missing = &v
		}
		check(r.Tx.AlterTree(storage.TreeID(next.ID), table.Of(next).Layout()))
		r.Catalog = r.Catalog.WithRelation(next)
		return next
	}
	o := next.Ordinal(col.ID)
	n := int64(0)
	return r.rebuild(rel, next, func(row []types.Value, _ int64) []types.Value {
		wide := append(slices.Clone(row), types.Value{})
		wide[o] = value(wide, n)
		n++
		return wide
	})
}

// newValue is what rows that are there get in a new column; nil for NULL.
// constant says that it is the same for all of them.
func (r *run) newValue(rel *catalog.Relation, col *catalog.Column, sequences []*catalog.Sequence) (f func(row []types.Value, n int64) types.Value, constant bool) {
	run := func(x expr.Expr) func([]types.Value, int64) types.Value {
		s := compile(x)
		return func(row []types.Value, _ int64) types.Value {
			v, err := s(r.Expr, row)
			check(err)
			return v
		}
	}
	for _, q := range sequences {
		if q.ID == col.Sequence { // new: no session knows it yet
			count := int64(0)
			start := q.Start
			return func([]types.Value, int64) types.Value {
				v := start + count*q.Increment
				count++
				q.Start = v + q.Increment
				return types.NewInt(v)
			}, false
		}
	}
	var x expr.Expr
	stored(func() {
		switch d := col.Type.Domain; {
		case col.Generated != "":
			x = r.assigned(rel, r.parseStored(col.Generated), inGenerated, col.Type, "column is of type %s but expression is of type %s")
		case col.Default != "":
			x = r.assigned(nil, r.parseStored(col.Default), inDefault, col.Type, "column is of type %s but default is of type %s")
		case col.Sequence != 0:
			x = r.nextValue(col)
		case d != nil && d.Default != "":
			x = r.assigned(nil, r.parseStored(d.Default), inDefault, col.Type, "column is of type %s but default is of type %s")
		}
	})
	if x == nil {
		return nil, true
	}
	return run(x), col.Generated == "" && expr.VolatilityOf(x) != expr.Volatile
}

// nextValue binds the next value of the sequence behind a column.
func (r *run) nextValue(col *catalog.Column) expr.Expr {
	q := r.Catalog.SequenceByID(col.Sequence)
	text := "nextval(" + ast.QuoteString(ast.QuoteIdent(q.Schema)+"."+ast.QuoteIdent(q.Name)) + ")"
	return r.assigned(nil, r.parseStored(text), inDefault, col.Type, "column is of type %s but default is of type %s")
}

// addColumnConstraints adds the constraints that stood at a new column.
func (r *run) addColumnConstraints(b *builder) {
	list := b.constraints
	b.constraints = nil
	id := b.rel.ID
	for _, c := range list {
		id = r.constrain(r.Catalog.RelationByID(id), c)
	}
	if b.auto != 0 {
		b.rel = r.Catalog.RelationByID(id).Clone()
		if col := b.rel.ColumnByID(b.auto); !col.AutoKey && col.Sequence == 0 {
			unsupported(-1, "AUTOINCREMENT is only supported for a primary key when the table is created")
		}
	}
}

// dropColumn is DROP COLUMN.
func (r *run) dropColumn(rel *catalog.Relation, c *ast.AlterCommand) catalog.ID {
	i := rel.ColumnByName(c.Column)
	if i < 0 {
		if !c.IfExists {
			column(rel, c.Column, -1)
		}
		r.notice("column \"" + c.Column + "\" of relation \"" + rel.Name + "\" does not exist, skipping")
		return rel.ID
	}
	if rel.Tenant == rel.Columns[i].ID {
		fail(-1, sqlerr.InvalidTableDefinition, "cannot drop column \"%s\", which TENANT BY names", c.Column)
	}
	r.dropAll([]thing{{class: columnThing, id: rel.ID, column: rel.Columns[i].ID}}, c.Cascade)
	return r.current(rel.ID)
}

// current follows a relation to the id that it has now.
func (r *run) current(id catalog.ID) catalog.ID {
	for {
		next, ok := r.moved[id]
		if !ok {
			return id
		}
		id = next
	}
}

// removeColumn takes a column away, with the indexes and constraints of its
// own table that name it.
func (r *run) removeColumn(rel *catalog.Relation, id uint16) {
	r.lock(rel, storage.TableExclusive)
	ordinal := rel.Ordinal(id)
	r.rewriteViews(rel, func(t *ast.TableRef) {
		if ordinal < len(t.Alias.Columns) {
			t.Alias.Columns = slices.Delete(t.Alias.Columns, ordinal, ordinal+1)
		}
	})
	next := r.withoutConstraintsOn(rel, id)
	recluster := next.Primary != nil && slices.ContainsFunc(next.Primary.Parts, func(p catalog.IndexPart) bool { return p.Column == id })
	if recluster {
		next.Indexes = slices.DeleteFunc(next.Indexes, func(ix *catalog.Index) bool { return ix == next.Primary })
		next.Primary, next.RowIDKey, next.KeyColumn = nil, true, 0
	}
	next.Columns = slices.Delete(next.Columns, ordinal, ordinal+1)
	if recluster {
		r.rebuild(r.Catalog.RelationByID(rel.ID), next, func(row []types.Value, _ int64) []types.Value {
			return slices.Delete(slices.Clone(row), ordinal, ordinal+1)
		})
		return
	}
	next.Layouts++
	check(r.Tx.AlterTree(storage.TreeID(next.ID), table.Of(next).Layout()))
	r.Catalog = r.Catalog.WithRelation(next)
	r.refreshRows(rel)
}

// withoutConstraintsOn drops secondary indexes, checks and foreign keys that
// name a column. The result is a copy that is not in the catalog.
func (r *run) withoutConstraintsOn(rel *catalog.Relation, id uint16) *catalog.Relation {
	for _, k := range slices.Clone(rel.Foreign) {
		if slices.Contains(k.Columns, id) || k.Parent == rel.ID && slices.Contains(k.ParentColumns, id) {
			r.removeConstraint(r.Catalog.RelationByID(rel.ID), k.Name)
		}
	}
	next := r.Catalog.RelationByID(rel.ID).Clone()
	for _, ix := range slices.Clone(next.Indexes) {
		if ix != next.Primary && r.indexNames(next, ix, id) {
			next = r.withoutIndex(next, ix.ID).Clone()
		}
	}
	next.Checks = slices.DeleteFunc(next.Checks, func(ck *catalog.Check) bool {
		return slices.Contains(r.columnsOf(next, ck.Expr), id)
	})
	return next
}

// indexNames reports whether an index has anything to do with a column.
func (r *run) indexNames(rel *catalog.Relation, ix *catalog.Index, id uint16) bool {
	if slices.Contains(ix.Include, id) || ix.Where != "" && slices.Contains(r.columnsOf(rel, ix.Where), id) {
		return true
	}
	for _, p := range ix.Parts {
		if p.Column == id || p.Expr != "" && slices.Contains(r.columnsOf(rel, p.Expr), id) {
			return true
		}
	}
	return false
}

func (r *run) setColumnDefault(rel *catalog.Relation, c *ast.AlterCommand) {
	col := column(rel, c.Column, -1)
	r.plainColumn(rel, col)
	b := r.newBuilder(rel)
	b.created = true
	n := *col
	n.AutoKey = false
	b.setDefault(&n, c.Expr)
	r.alterColumn(rel, col.ID, func(x *catalog.Column) { *x = n })
}

// plainColumn refuses columns whose value is not for a default to give.
func (r *run) plainColumn(rel *catalog.Relation, col *catalog.Column) {
	if col.Identity != catalog.NoIdentity {
		throw(sqlerr.New(sqlerr.SyntaxError, "column \"%s\" of relation \"%s\" is an identity column", col.Name, rel.Name))
	}
	if col.Generated != "" {
		throw(sqlerr.New(sqlerr.SyntaxError, "column \"%s\" of relation \"%s\" is a generated column", col.Name, rel.Name))
	}
}

func (r *run) dropColumnDefault(rel *catalog.Relation, c *ast.AlterCommand) {
	col := column(rel, c.Column, -1)
	if col.Identity != catalog.NoIdentity {
		throw(sqlerr.New(sqlerr.SyntaxError, "column \"%s\" of relation \"%s\" is an identity column", col.Name, rel.Name).
			WithHint("Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead."))
	}
	if col.Generated != "" {
		throw(sqlerr.New(sqlerr.SyntaxError, "column \"%s\" of relation \"%s\" is a generated column", col.Name, rel.Name).
			WithHint("Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION instead."))
	}
	r.alterColumn(rel, col.ID, func(x *catalog.Column) { x.Default, x.Sequence = "", 0 })
}

func (r *run) setNotNull(rel *catalog.Relation, c *ast.AlterCommand) {
	col := column(rel, c.Column, -1)
	if !col.NotNull {
		r.validateNotNull(rel, col)
		r.alterColumn(rel, col.ID, func(x *catalog.Column) { x.NotNull = true })
	}
}

func (r *run) dropNotNull(rel *catalog.Relation, c *ast.AlterCommand) {
	col := column(rel, c.Column, -1)
	if col.Identity != catalog.NoIdentity {
		fail(-1, sqlerr.SyntaxError, "column \"%s\" of relation \"%s\" is an identity column", col.Name, rel.Name)
	}
	if pk := primaryOf(rel); pk != nil && slices.ContainsFunc(pk.Parts, func(p catalog.IndexPart) bool { return p.Column == col.ID }) {
		fail(-1, sqlerr.InvalidTableDefinition, "column \"%s\" is in a primary key", col.Name)
	}
	r.alterColumn(rel, col.ID, func(x *catalog.Column) { x.NotNull = false })
}

func (r *run) dropExpression(rel *catalog.Relation, c *ast.AlterCommand) {
	col := column(rel, c.Column, -1)
	if col.Generated == "" {
		text := "column \"" + col.Name + "\" of relation \"" + rel.Name + "\" is not a stored generated column"
		if !c.IfExists {
			fail(-1, sqlerr.ObjectNotInPrerequisiteState, "%s", text)
		}
		r.notice(text + ", skipping")
		return
	}
	r.alterColumn(rel, col.ID, func(x *catalog.Column) { x.Generated = "" })
}

func (r *run) addIdentity(rel *catalog.Relation, c *ast.AlterCommand) {
	col := column(rel, c.Column, -1)
	state := sqlerr.ObjectNotInPrerequisiteState
	if col.Identity == catalog.NoIdentity {
		identityType(col.Type)
	}
	switch {
	case !col.NotNull:
		fail(-1, state, "column \"%s\" of relation \"%s\" must be declared NOT NULL before identity can be added", col.Name, rel.Name)
	case col.Identity != catalog.NoIdentity:
		fail(-1, state, "column \"%s\" of relation \"%s\" is already an identity column", col.Name, rel.Name)
	case col.Default != "" || col.Sequence != 0:
		fail(-1, state, "column \"%s\" of relation \"%s\" already has a default value", col.Name, rel.Name)
	}
	b := r.newBuilder(rel)
	n := *col
	n.AutoKey = false
	b.identity(&n, c.Constraint)
	r.alterColumn(rel, col.ID, func(x *catalog.Column) { *x = n })
	b.storeSequences()
}

func (r *run) setIdentity(rel *catalog.Relation, c *ast.AlterCommand) {
	col := column(rel, c.Column, -1)
	if col.Identity == catalog.NoIdentity {
		fail(-1, sqlerr.ObjectNotInPrerequisiteState, "column \"%s\" of relation \"%s\" is not an identity column", col.Name, rel.Name)
	}
	if c.AlwaysSet {
		r.alterColumn(rel, col.ID, func(x *catalog.Column) {
			if x.Identity = catalog.IdentityByDefault; c.Constraint.Always {
				x.Identity = catalog.IdentityAlways
			}
		})
	}
	if len(c.Constraint.Sequence) > 0 {
		r.changeSequence(r.Catalog.SequenceByID(col.Sequence), c.Constraint.Sequence)
	}
}

func (r *run) dropIdentity(rel *catalog.Relation, c *ast.AlterCommand) {
	col := column(rel, c.Column, -1)
	if col.Identity == catalog.NoIdentity {
		text := "column \"" + col.Name + "\" of relation \"" + rel.Name + "\" is not an identity column"
		if !c.IfExists {
			fail(-1, sqlerr.ObjectNotInPrerequisiteState, "%s", text)
		}
		r.notice(text + ", skipping")
		return
	}
	r.alterColumn(rel, col.ID, func(x *catalog.Column) { x.Identity, x.Sequence = catalog.NoIdentity, 0 })
	r.remove(thing{class: sequenceThing, id: col.Sequence})
}
