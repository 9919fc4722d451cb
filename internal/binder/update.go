package binder

import (
	"strconv"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// source binds the target of UPDATE or DELETE with what FROM or USING adds.
// All columns of the target are read, since a change needs the whole row.
func (b *binder) source(ref *ast.TableRef, c *change, from []ast.TableExpr, box *scope) (*scope, plan.Node, *rangeItem) {
	s := &scope{parent: box.parent, base: box, ctes: box.ctes}
	if c.rel.Kind == catalog.View {
		return b.viewSource(ref, c, from, s)
	}
	scan, it := b.scan(c.rel)
	scan.Alias = c.alias
	if b.shared(c.rel) {
		scan.Filter = append(scan.Filter, b.tenantCondition(it))
	}
	c.target.Old = it.useAll()
	if hasRowID(c.rel) {
		c.target.RowID = b.useRowID(it)
	}
	target := b.shape(c, it)
	if len(ref.Alias.Columns) > 0 {
		b.applyAlias(target, ref.Alias, ref.Pos)
	}
	s.items = []*rangeItem{target}
	var node plan.Node = scan
	if c.view != nil {
		if conds := c.view.conditions(b, it); len(conds) > 0 {
			node = &plan.Filter{Input: node, Conds: conds}
		}
	}
	return s, b.joinFrom(node, from, s), it
}

// joinFrom joins the items of UPDATE … FROM or DELETE … USING.
func (b *binder) joinFrom(node plan.Node, from []ast.TableExpr, s *scope) plan.Node {
	for _, t := range from {
		s.items[0].noUpdateLateral = true
		right, items, lateral := b.tableExpr(t, s, s.items)
		s.items[0].noUpdateLateral = false
		b.checkAliases(s.items, items, t.Position())
		s.items = append(s.items, items...)
		node = &plan.Join{Kind: plan.InnerJoin, Left: node, Right: right, Lateral: lateral}
	}
	return node
}

// viewSource is source for a view whose triggers do the change.
func (b *binder) viewSource(ref *ast.TableRef, c *change, from []ast.TableExpr, s *scope) (*scope, plan.Node, *rangeItem) {
	node := b.view(c.rel, ref.Pos)
	it := b.nodeItem(node, ref.Alias, c.alias, ref.Pos)
	it.schema, it.rel = c.rel.Schema, c.rel
	for i := range it.cols {
		c.target.Old = append(c.target.Old, it.cols[i].col.ID)
	}
	s.items = []*rangeItem{it}
	return s, b.joinFrom(node, from, s), it
}

func aliasOf(ref *ast.TableRef) string { return ref.Alias.Name }

// bindUpdate binds UPDATE: Input gives the old rows, with all that the new
// values are computed from.
func (b *binder) bindUpdate(st *ast.Update, box *scope) plan.Node {
	if st.CurrentOf != "" {
		panic(fail(st.Pos, sqlerr.FeatureNotSupported, "WHERE CURRENT OF is not supported"))
	}
	if st.Or == ast.ConflictReplace || st.Or == ast.ConflictIgnore {
		panic(fail(st.Pos, sqlerr.FeatureNotSupported, "UPDATE OR REPLACE and UPDATE OR IGNORE are not supported"))
	}
	box, with := b.with(st.With, box)
	c := b.changeTarget(st.Table.Name, aliasOf(st.Table), "update")
	s, node, _ := b.source(st.Table, c, st.From, box)
	s.clause = clauseSet
	n := &plan.Update{}
	var joined plan.Node
	if st.Where != nil {
		node = &plan.Filter{Input: node, Conds: conjuncts(nil, b.condition(st.Where, s, clauseWhere))}
	}
	s.clause = clauseSet
	n.Set, joined = b.setClauses(st.Set, c, s, node)
	if joined != nil {
		node = joined
	}
	n.Input = node
	b.finishTarget(c)
	n.Target = c.target
	n.Returning = b.changedReturning(st.Returning, c, s, c.target.New)
	if with != nil {
		with.Body = n
		return with
	}
	return n
}

// changedReturning binds RETURNING over a row of the target under ids, beside
// the other items of s.
func (b *binder) changedReturning(list []ast.Target, c *change, s *scope, ids []expr.ColumnID) []plan.Item {
	if len(list) == 0 {
		return nil
	}
	it := b.returnItem(c, ids)
	for i := range it.cols { // names of an alias's column list
		it.cols[i].col.Name = s.items[0].cols[i].col.Name
	}
	r := &scope{parent: s.parent, base: s, ctes: s.ctes, items: append([]*rangeItem{it}, s.items[1:]...)}
	return b.returning(list, r)
}

// setClauses binds SET. A subquery that gives several columns is joined to
// input; then the node returned is that join.
func (b *binder) setClauses(sets []ast.SetClause, c *change, s *scope, input plan.Node) ([]plan.Assign, plan.Node) {
	var out []plan.Assign
	var joined plan.Node
	c.parts = map[int]expr.Expr{}
	partial := map[int]bool{} // columns that parts were assigned of
	add := func(t ast.AssignTarget, value func(ord int) expr.Expr) {
		ord := c.ordinal(t, "update")
		for i, a := range out {
			if a.Ordinal == ord && len(t.Path) > 0 && partial[ord] { // SET a[1] = x, a[2] = y
				c.parts[ord] = a.Expr
				out[i].Expr = value(ord)
				return
			}
			if a.Ordinal == ord {
				panic(fail(t.Pos, sqlerr.SyntaxError, "multiple assignments to same column \"%s\"", t.Name))
			}
		}
		partial[ord] = len(t.Path) > 0
		if e := value(ord); c.rel.Columns[ord].Generated == "" {
			out = append(out, plan.Assign{Ordinal: ord, Expr: e})
		}
	}
	for _, set := range sets {
		if !set.Multi {
			t := set.Targets[0]
			add(t, func(ord int) expr.Expr { return b.setValue(t, set.Value, c, ord, s) })
			continue
		}
		switch v := set.Value.(type) {
		case *ast.RowExpr:
			b.countTargets(len(set.Targets), len(v.Elems), v.Pos)
			for i, t := range set.Targets {
				add(t, func(ord int) expr.Expr { return b.setValue(t, v.Elems[i], c, ord, s) })
			}
		case *ast.Subquery:
			if input == nil { // each column by a subquery of its own
				for i, t := range set.Targets {
					add(t, func(ord int) expr.Expr { return b.setValue(t, oneColumn(v, i, len(set.Targets)), c, ord, s) })
				}
				continue
			}
			f := s.fromScope(s.items, true)
			box := &scope{parent: f, ctes: s.ctes}
			node := b.bindQuery(v.Query, box, queryFlags{keepUnknown: true})
			b.countTargets(len(set.Targets), len(node.Columns()), v.Pos)
			node = b.settleColumns(node, set.Targets, c, s)
			input = &plan.Join{Kind: plan.SingleJoin, Left: input, Right: node, Lateral: refersTo(box.outer, s.items)}
			joined = input
			for i, t := range set.Targets {
				col := node.Columns()[i]
				add(t, func(ord int) expr.Expr {
					b.assignable(c, ord, t)
					p := &partPath{path: t.Path, pos: t.Pos, s: s, value: func(at place) expr.Expr {
						return b.assignTo(at, &expr.Column{ID: col.ID, Typ: col.Type, Name: col.Name}, c.rel, t.Pos)
					}}
					return b.setColumn(p, c.rel.Columns[ord], c.oldValue(ord))
				})
			}
		default:
			panic(fail(start(set.Value), sqlerr.FeatureNotSupported, "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression"))
		}
	}
	return out, joined
}

// oneColumn makes the subquery of column i of a subquery of n columns.
func oneColumn(q *ast.Subquery, i, n int) *ast.Subquery {
	names := make([]ast.Name, n)
	for k := range names {
		names[k] = ast.Name{Pos: q.Pos, Text: "column" + strconv.Itoa(k+1)}
	}
	core := &ast.SelectCore{Pos: q.Pos,
		Targets: []ast.Target{{Pos: q.Pos, Expr: &ast.ColumnRef{Pos: q.Pos, Parts: []ast.Name{{Pos: q.Pos, Text: "source"}, names[i]}}}},
		From:    []ast.TableExpr{&ast.SubqueryRef{Pos: q.Pos, Query: q.Query, Alias: ast.TableAlias{Name: "source", Columns: names}}}}
	return &ast.Subquery{Pos: q.Pos, Query: &ast.Select{Pos: q.Pos, Body: core}}
}

func (b *binder) countTargets(targets, values, pos int) {
	if targets != values {
		panic(fail(pos, sqlerr.SyntaxError, "number of columns does not match number of values"))
	}
}

// settleColumns gives untyped columns of a subquery the types of their targets.
func (b *binder) settleColumns(node plan.Node, targets []ast.AssignTarget, c *change, s *scope) plan.Node {
	cols := node.Columns()
	if !anyUnknown(cols) {
		return node
	}
	want := make([]*types.Type, len(cols))
	for i := range cols {
		if want[i] = cols[i].Type; want[i].Is(types.Unknown) {
			want[i] = b.partOf(targets[i], c.rel.Columns[c.ordinal(targets[i], "update")], s).typ
		}
	}
	return b.coerceColumns(node, want, -1)
}

// setValue binds one assignment.
func (b *binder) setValue(t ast.AssignTarget, e ast.Expr, c *change, ord int, s *scope) expr.Expr {
	col := c.rel.Columns[ord]
	if _, ok := e.(*ast.Default); ok && len(t.Path) == 0 {
		d := b.defaultOf(c, ord)
		if d == nil {
			d = &expr.Const{Typ: col.Type}
		}
		return d
	}
	b.assignable(c, ord, t)
	if len(t.Path) > 0 {
		p := &partPath{path: t.Path, pos: t.Pos, s: s, value: func(at place) expr.Expr { return b.assigned(e, at, t, c.rel, s) }}
		return b.setColumn(p, col, c.oldValue(ord))
	}
	return b.assign(b.scalar(e, s), col.Type, c.rel, col.Name, start(e))
}

// assignable rejects assignments to generated columns.
func (b *binder) assignable(c *change, ord int, t ast.AssignTarget) {
	col := c.rel.Columns[ord]
	if col.Generated != "" {
		panic(fail(t.Pos, sqlerr.GeneratedAlways, "column \"%s\" can only be updated to DEFAULT", col.Name).
			WithDetail("Column \"%s\" is a generated column.", col.Name))
	}
	if col.Identity == catalog.IdentityAlways {
		panic(fail(t.Pos, sqlerr.GeneratedAlways, "column \"%s\" can only be updated to DEFAULT", col.Name).
			WithDetail("Column \"%s\" is an identity column defined as GENERATED ALWAYS.", col.Name))
	}
}

// oldValue is what a column holds before an assignment to a part of it.
func (c *change) oldValue(ord int) expr.Expr {
	if done := c.parts[ord]; done != nil {
		return done
	}
	col := c.rel.Columns[ord]
	return &expr.Column{ID: c.target.Old[ord], Typ: col.Type, Name: col.Name}
}

// bindDelete binds DELETE.
func (b *binder) bindDelete(st *ast.Delete, box *scope) plan.Node {
	if st.CurrentOf != "" {
		panic(fail(st.Pos, sqlerr.FeatureNotSupported, "WHERE CURRENT OF is not supported"))
	}
	box, with := b.with(st.With, box)
	c := b.changeTarget(st.Table.Name, aliasOf(st.Table), "delete from")
	s, node, _ := b.source(st.Table, c, st.Using, box)
	if st.Where != nil {
		node = &plan.Filter{Input: node, Conds: conjuncts(nil, b.condition(st.Where, s, clauseWhere))}
	}
	n := &plan.Delete{Input: node}
	b.stored(-1, func() {
		n.Target.Indexes = b.indexItems(c.rel, &scope{clause: clauseCheck, items: []*rangeItem{rowItem(c.rel, c.rel.Name, c.target.Old)}})
	})
	c.target.Indexes = n.Target.Indexes
	c.target.New = c.target.Old
	n.Target = c.target
	n.Returning = b.changedReturning(st.Returning, c, s, c.target.Old)
	if with != nil {
		with.Body = n
		return with
	}
	return n
}

// bindMerge binds MERGE: the source left-joined to the target, whose rows are
// matched where the target's key is not NULL.
func (b *binder) bindMerge(st *ast.Merge, box *scope) plan.Node {
	box, with := b.with(st.With, box)
	c := b.changeTarget(st.Target.Name, aliasOf(st.Target), "merge into")
	if c.view != nil {
		panic(fail(-1, sqlerr.FeatureNotSupported, "cannot execute MERGE on relation \"%s\"", c.view.rel.Name).
			WithDetail("This operation is not supported for views."))
	}
	s, scan, it := b.source(st.Target, c, nil, box)
	src, items, _ := b.tableExpr(st.Source, s, nil)
	for _, it := range items {
		if it.name == c.alias && !it.gone {
			panic(fail(-1, sqlerr.DuplicateAlias, "name \"%s\" specified more than once", it.name).
				WithDetail("The name is used both as MERGE target table and data source."))
		}
	}
	s.items = append(s.items, items...)
	join := &plan.Join{Kind: plan.LeftJoin, Left: src, Right: scan}
	join.On = conjuncts(nil, b.condition(st.On, s, clauseOn))
	n := &plan.Merge{Input: join, Matched: &expr.IsNull{Arg: b.keyOf(c, it), Negated: true}}
	source := &scope{parent: s.parent, base: s, ctes: s.ctes, items: items, barred: s.items[:1]}
	var last [2]bool // an unconditional clause came, for rows not matched and matched
	for _, w := range st.Whens {
		side := 0
		if w.Matched {
			side = 1
		}
		if last[side] {
			panic(fail(-1, sqlerr.SyntaxError, "unreachable WHEN clause specified after unconditional WHEN clause"))
		}
		last[side] = w.Cond == nil
		n.Whens = append(n.Whens, b.mergeWhen(w, c, s, source))
	}
	b.finishTarget(c)
	n.Target = c.target
	if with != nil {
		with.Body = n
		return with
	}
	return n
}

// keyOf is a column of the target that is never NULL in a row that exists.
func (b *binder) keyOf(c *change, it *rangeItem) expr.Expr {
	if c.target.RowID != 0 {
		return &expr.Column{ID: c.target.RowID, Typ: types.Int8, Name: "rowid"}
	}
	key := c.rel.KeyColumn
	if c.rel.Primary != nil {
		key = c.rel.Primary.Parts[0].Column
	}
	i := c.rel.Ordinal(key)
	return &expr.Column{ID: c.target.Old[i], Typ: c.rel.Columns[i].Type, Name: c.rel.Columns[i].Name}
}

func (b *binder) mergeWhen(w ast.MergeWhen, c *change, s, source *scope) plan.MergeWhen {
	out := plan.MergeWhen{Matched: w.Matched}
	side := s
	if !w.Matched {
		side = source
	}
	if w.Cond != nil {
		out.Cond = b.condition(w.Cond, side, clauseMergeWhen)
	}
	switch w.Action {
	case ast.MergeDoNothing:
		out.Action = "nothing"
	case ast.MergeDelete:
		out.Action = "delete"
	case ast.MergeUpdate:
		out.Action = "update"
		s.clause = clauseSet
		out.Set, _ = b.setClauses(w.Set, c, s, nil)
	case ast.MergeInsert:
		out.Action = "insert"
		out.Row = b.mergeRow(w, c, source)
	}
	return out
}

func (b *binder) mergeRow(w ast.MergeWhen, c *change, s *scope) []expr.Expr {
	st := &ast.Insert{Pos: w.Pos, Columns: w.Columns, Overriding: w.Overriding}
	ordinals := b.insertColumns(st, c)
	if len(w.Values) > len(ordinals) {
		panic(fail(start(w.Values[len(ordinals)]), sqlerr.SyntaxError, "INSERT has more expressions than target columns"))
	}
	if len(w.Values) < len(ordinals) && len(w.Columns) > 0 && w.Values != nil {
		panic(fail(columnPos(st, len(w.Values)), sqlerr.SyntaxError, "INSERT has more target columns than expressions"))
	}
	row := make([]expr.Expr, len(c.rel.Columns))
	given := make([]bool, len(row))
	s.clause = clauseValues
	for i, e := range w.Values {
		ord := ordinals[i]
		_, isDefault := e.(*ast.Default)
		ignored := false
		b.at(start(e), func() { ignored = b.overridden(st, c, ord, isDefault) })
		if isDefault || ignored {
			continue
		}
		row[ord], given[ord] = b.valueFor(e, c, ord, s), true
	}
	for i := range row {
		if !given[i] {
			row[i] = b.defaultExpr(c.rel, i)
		}
	}
	return row
}
