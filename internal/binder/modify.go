package binder

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// change is a changing statement while it is bound.
type change struct {
	rel    *catalog.Relation
	target plan.Target
	alias  string
	view   *viewTarget       // the updatable view that was named, or nil
	parts  map[int]expr.Expr // columns of which SET has assigned to a part
}

// changeTarget finds the relation that a statement changes: a table, or the
// table behind an automatically updatable view.
func (b *binder) changeTarget(name ast.QualifiedName, alias, verb string) *change {
	b.modifies = true
	rel := b.relation(name)
	c := &change{rel: rel, alias: alias}
	switch rel.Kind {
	case catalog.View:
		if insteadOf(rel, verb) {
			break
		}
		c.view = b.viewTarget(rel, verb, name.Pos)
		c.rel = c.view.base
	case catalog.MaterializedView:
		panic(fail(name.Pos, sqlerr.WrongObjectType, "cannot change materialized view \"%s\"", rel.Name))
	case catalog.Virtual:
		if b.o.Catalog.SequenceByID(rel.ID) != nil {
			panic(fail(name.Pos, sqlerr.WrongObjectType, "cannot change sequence \"%s\"", rel.Name))
		}
		panic(fail(name.Pos, sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", rel.Name))
	}
	if c.alias == "" {
		c.alias = rel.Name
	}
	c.target.Rel = c.rel
	c.target.New = b.newIDs(len(c.rel.Columns))
	return c
}

// insteadOf reports whether a view has a trigger that does a change in its
// place; then the view itself is the target, and its query gives the old rows.
func insteadOf(rel *catalog.Relation, verb string) bool {
	for _, t := range rel.Triggers {
		if t.Timing != "INSTEAD OF" {
			continue
		}
		for _, e := range t.Events {
			if verb == "insert into" && e == "INSERT" || verb == "update" && e == "UPDATE" || verb == "delete from" && e == "DELETE" {
				return true
			}
		}
	}
	return false
}

// newItem is the new row under the statement's name for it.
func (b *binder) newItem(c *change, ids []expr.ColumnID) *rangeItem {
	return b.shape(c, rowItem(c.rel, c.alias, ids))
}

// shape gives an item of the base table the columns of the view, where one was
// named.
func (b *binder) shape(c *change, it *rangeItem) *rangeItem {
	if c.view != nil {
		it = c.view.item(b, it)
	}
	it.name = c.alias
	return it
}

// ordinal finds the base table's column behind a column that the statement
// assigns to.
func (c *change) ordinal(t ast.AssignTarget, verb string) int {
	if c.view != nil {
		if i := c.view.rel.ColumnByName(t.Name); i >= 0 {
			return c.view.assigned(i, verb, t.Pos)
		}
		panic(fail(t.Pos, sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", t.Name, c.view.rel.Name))
	}
	i := c.rel.ColumnByName(t.Name)
	if i < 0 && isSystemColumn(t.Name) && t.Name != "tableoid" && c.rel.KeyColumn != 0 {
		i = c.rel.Ordinal(c.rel.KeyColumn)
	}
	if i < 0 {
		panic(fail(t.Pos, sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", t.Name, c.rel.Name))
	}
	return i
}

// finishTarget binds the relation's checks, generated columns and index
// expressions over the new row.
func (b *binder) finishTarget(c *change) {
	t := &c.target
	s := &scope{clause: clauseCheck, items: []*rangeItem{rowItem(c.rel, c.rel.Name, t.New)}}
	b.stored(-1, func() {
		for _, ck := range c.rel.Checks {
			t.Checks = append(t.Checks, plan.CheckItem{Name: ck.Name, Cond: b.condition(b.storedExpr(ck.Expr), s, clauseCheck)})
		}
		for i, col := range c.rel.Columns {
			if col.Generated != "" {
				e := b.assign(b.scalar(b.storedExpr(col.Generated), s), col.Type, c.rel, col.Name, -1)
				t.Generated = append(t.Generated, plan.Assign{Ordinal: i, Expr: e})
			}
		}
		t.Indexes = b.indexItems(c.rel, s)
	})
	if c.view != nil {
		t.ViewChecks = append(t.ViewChecks, c.view.checkItems(b, t.New)...)
	}
	if b.shared(c.rel) {
		it := rowItem(c.rel, c.rel.Name, t.New)
		t.Tenant = b.tenantCondition(it)
	}
}

// indexItems binds the expressions and predicates of all indexes.
func (b *binder) indexItems(rel *catalog.Relation, s *scope) []plan.IndexItem {
	var items []plan.IndexItem
	for _, ix := range rel.Indexes {
		items = append(items, b.indexItem(ix, s))
	}
	return items
}

func (b *binder) indexItem(ix *catalog.Index, s *scope) plan.IndexItem {
	item := plan.IndexItem{Index: ix, Parts: make([]expr.Expr, len(ix.Parts))}
	for i, p := range ix.Parts {
		if p.Column == 0 {
			e := b.value(b.storedExpr(p.Expr), s)
			if p.Type != nil && !sameType(p.Type, e.Type()) {
				e = b.convert(e, p.Type, false, -1)
			}
			item.Parts[i] = e
		}
	}
	if ix.Where != "" {
		item.Where = b.condition(b.storedExpr(ix.Where), s, clauseWhere)
	}
	return item
}

// BindIndex binds the expressions of an index over the columns of rel, live
// column i being ids[i] (i+1 where ids is nil).
func BindIndex(o Options, rel *catalog.Relation, ix *catalog.Index, ids []expr.ColumnID) (item plan.IndexItem, err error) {
	b := newBinder(o)
	defer recoverTo(&err)
	s := &scope{clause: clauseCheck, items: []*rangeItem{rowItem(rel, rel.Name, idsOf(rel, ids))}}
	return b.indexItem(ix, s), nil
}

// BindTarget binds what every change of rel has to compute: checks, generated
// columns and index expressions, over new ids that start after next.
func BindTarget(o Options, rel *catalog.Relation, next expr.ColumnID) (t plan.Target, err error) {
	b := newBinder(o)
	b.nextID = next
	defer recoverTo(&err)
	c := &change{rel: rel, alias: rel.Name}
	c.target.Rel = rel
	c.target.New, c.target.Old = b.newIDs(len(rel.Columns)), b.newIDs(len(rel.Columns))
	if hasRowID(rel) {
		c.target.RowID = b.newID()
	}
	b.finishTarget(c)
	return c.target, nil
}

// BindDefaults binds the default of every live column of rel: nil for a key
// that fills itself, a NULL constant where there is none.
func BindDefaults(o Options, rel *catalog.Relation) (list []expr.Expr, err error) {
	b := newBinder(o)
	defer recoverTo(&err)
	for i := range rel.Columns {
		list = append(list, b.defaultExpr(rel, i))
	}
	return list, nil
}

// defaultOf is the default of a column of the target, which a view may have
// its own of.
func (b *binder) defaultOf(c *change, i int) expr.Expr {
	text := c.view.defaultOf(i)
	if text == "" {
		return b.defaultExpr(c.rel, i)
	}
	col := c.rel.Columns[i]
	var e expr.Expr
	b.stored(-1, func() {
		e = b.assign(b.scalar(b.storedExpr(text), &scope{clause: clauseCheck}), col.Type, c.rel, col.Name, -1)
	})
	return e
}

// defaultExpr is what a column takes where the statement gives no value: nil
// for a key that fills itself.
func (b *binder) defaultExpr(rel *catalog.Relation, i int) expr.Expr {
	col := rel.Columns[i]
	switch {
	case col.Generated != "":
		return &expr.Const{Typ: col.Type}
	case b.shared(rel) && rel.Tenant == col.ID:
		return b.tenantValue(col.Type)
	case col.Default != "":
		var e expr.Expr
		b.stored(-1, func() {
			s := &scope{clause: clauseCheck}
			e = b.assign(b.scalar(b.storedExpr(col.Default), s), col.Type, rel, col.Name, -1)
		})
		return e
	case col.Sequence != 0:
		return b.nextValue(col)
	case col.AutoKey, rel.RowIDKey && rel.KeyColumn == col.ID && col.Identity == 0:
		return nil
	}
	if d := col.Type.Domain; d != nil && d.Default != "" {
		var e expr.Expr
		b.stored(-1, func() {
			e = b.assign(b.scalar(b.storedExpr(d.Default), &scope{clause: clauseCheck}), col.Type, rel, col.Name, -1)
		})
		return e
	}
	if constrained(col.Type) {
		return b.checked(&expr.Const{Typ: col.Type}, col.Type)
	}
	return &expr.Const{Typ: col.Type}
}

// nextValue is nextval of the sequence behind a column.
func (b *binder) nextValue(col *catalog.Column) expr.Expr {
	seq := b.o.Catalog.SequenceByID(col.Sequence)
	if seq == nil {
		panic(fail(-1, sqlerr.UndefinedTable, "the sequence of column \"%s\" does not exist", col.Name))
	}
	name := &expr.Const{Val: types.NewText(quoteName(seq.Schema) + "." + quoteName(seq.Name)), Typ: types.Unknown}
	return b.convert(b.callByName("nextval", []expr.Expr{name}, -1, nil), col.Type, false, -1)
}

// quoteName writes an identifier so that it reads back as it is.
func quoteName(name string) string {
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c != '_' && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			out := []byte{'"'}
			for k := 0; k < len(name); k++ {
				if name[k] == '"' {
					out = append(out, '"')
				}
				out = append(out, name[k])
			}
			return string(append(out, '"'))
		}
	}
	return name
}

// returning binds RETURNING in s.
func (b *binder) returning(list []ast.Target, s *scope) []plan.Item {
	if len(list) == 0 {
		return nil
	}
	s.clause = clauseReturning
	outs := b.targets(list, s)
	items := make([]plan.Item, len(outs))
	for i, o := range outs {
		e := b.settledRow(b.resolveUnknown(o.expr))
		col := plan.Column{ID: b.newID(), Name: o.name, Type: e.Type()}
		if c, ok := e.(*expr.Column); ok {
			for _, it := range s.items {
				for k := range it.cols {
					if it.cols[k].col.ID == c.ID {
						col.Rel, col.RelColumn, col.NotNull = it.cols[k].col.Rel, it.cols[k].col.RelColumn, it.cols[k].col.NotNull
					}
				}
			}
		}
		items[i] = plan.Item{Col: col, Expr: e}
	}
	return items
}

// bindTruncate binds TRUNCATE; CASCADE adds the relations whose foreign keys
// point at those named.
func (b *binder) bindTruncate(t *ast.Truncate) plan.Node {
	b.modifies = true
	n := &plan.Truncate{Restart: t.RestartIdentity}
	seen := map[catalog.ID]bool{}
	add := func(rel *catalog.Relation) {
		if !seen[rel.ID] {
			seen[rel.ID] = true
			n.Rels = append(n.Rels, rel)
		}
	}
	for _, ref := range t.Tables {
		rel := b.relation(ref.Name)
		if rel.Kind != catalog.Table {
			panic(fail(ref.Pos, sqlerr.WrongObjectType, "\"%s\" is not a table", rel.Name))
		}
		b.truncateTenant(rel, ref.Pos)
		add(rel)
	}
	for i := 0; i < len(n.Rels); i++ {
		for _, id := range n.Rels[i].Referers {
			child := b.o.Catalog.RelationByID(id)
			if child == nil || seen[id] {
				continue
			}
			if !t.Cascade {
				b.truncateReferenced(n.Rels[i], child, t)
				continue
			}
			b.depend(child)
			b.truncateTenant(child, -1)
			add(child)
		}
	}
	return n
}

func (b *binder) truncateReferenced(parent, child *catalog.Relation, t *ast.Truncate) {
	for _, ref := range t.Tables {
		if rel := b.relation(ref.Name); rel.ID == child.ID {
			return
		}
	}
	panic(fail(-1, sqlerr.FeatureNotSupported, "cannot truncate a table referenced in a foreign key constraint").
		WithDetail("Table \"%s\" references \"%s\".", child.Name, parent.Name).
		WithHint("Truncate table \"%s\" at the same time, or use TRUNCATE ... CASCADE.", child.Name))
}
