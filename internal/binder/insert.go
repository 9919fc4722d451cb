package binder

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// bindInsert binds INSERT: Input gives the values of the columns that the
// statement names, Row makes whole rows of them.
func (b *binder) bindInsert(st *ast.Insert, box *scope) plan.Node {
	box, with := b.with(st.With, box)
	c := b.changeTarget(st.Table, st.Alias, "insert into")
	if hasRowID(c.rel) {
		c.target.RowID = b.newID()
	}
	n := &plan.Insert{Replace: st.Or == ast.ConflictReplace}
	if n.Replace {
		anyArbiter(c)
	}
	ordinals := b.insertColumns(st, c)
	n.Row = make([]expr.Expr, len(c.rel.Columns))
	given := make([]bool, len(c.rel.Columns))
	if st.Query == nil {
		n.Input, n.Ordinary = &plan.Values{Rows: [][]expr.Expr{{}}}, true
	} else {
		b.insertSource(st, c, ordinals, n, given, box)
	}
	for i := range n.Row {
		if !given[i] {
			n.Row[i] = b.defaultOf(c, i)
		}
	}
	b.finishTarget(c)
	b.onConflict(st, c, n, box)
	n.Target = c.target
	s := &scope{parent: box.parent, base: box, ctes: box.ctes, items: []*rangeItem{b.returnItem(c, c.target.New)}}
	if n.OnConflict != nil {
		excluded := b.newItem(c, c.target.New)
		excluded.name, excluded.schema, excluded.rel = "excluded", "", nil
		s.barred = []*rangeItem{excluded}
	}
	n.Returning = b.returning(st.Returning, s)
	if with != nil {
		with.Body = n
		return with
	}
	return n
}

// returnItem is the changed row as RETURNING sees it, its row id included.
func (b *binder) returnItem(c *change, ids []expr.ColumnID) *rangeItem {
	it := b.newItem(c, ids)
	it.rowid = c.target.RowID
	return it
}

// insertColumns gives the ordinals of the columns that values go to.
func (b *binder) insertColumns(st *ast.Insert, c *change) []int {
	if len(st.Columns) == 0 {
		if c.view != nil {
			return b.viewColumns(st, c)
		}
		all := make([]int, 0, len(c.rel.Columns))
		for i := range c.rel.Columns {
			all = append(all, i)
		}
		return all
	}
	ordinals := make([]int, len(st.Columns))
	for i, t := range st.Columns {
		ordinals[i] = c.ordinal(t, "insert into")
		for k := 0; k < i; k++ {
			if ordinals[k] == ordinals[i] && (len(t.Path) == 0 || len(st.Columns[k].Path) == 0) {
				panic(fail(t.Pos, sqlerr.DuplicateColumn, "column \"%s\" specified more than once", t.Name))
			}
		}
	}
	return ordinals
}

// viewColumns are the columns of a view that as many values go to as there are.
func (b *binder) viewColumns(st *ast.Insert, c *change) []int {
	if st.Query == nil {
		return nil
	}
	n := len(c.view.rel.Columns)
	switch body := st.Query.Body.(type) {
	case *ast.Values:
		if len(body.Rows) > 0 {
			n = min(n, len(body.Rows[0]))
		}
	case *ast.SelectCore:
		if len(body.Targets) < n && !hasStar(body) {
			n = len(body.Targets)
		}
	}
	out := make([]int, n)
	for i := range out {
		out[i] = c.view.assigned(i, "insert into", st.Table.Pos)
	}
	return out
}

func hasStar(core *ast.SelectCore) bool {
	for _, t := range core.Targets {
		if c, ok := t.Expr.(*ast.ColumnRef); ok && c.Star {
			return true
		}
	}
	return false
}

func columnPos(st *ast.Insert, i int) int {
	if i < len(st.Columns) {
		return st.Columns[i].Pos
	}
	return -1
}

// insertSource binds VALUES or a query as the source of the rows.
func (b *binder) insertSource(st *ast.Insert, c *change, ordinals []int, n *plan.Insert, given []bool, box *scope) {
	values, isValues := st.Query.Body.(*ast.Values)
	plain := isValues && st.Query.With == nil && len(st.Query.OrderBy) == 0 && st.Query.Limit == nil && st.Query.Offset == nil
	if plain {
		b.insertValues(st, values, c, ordinals, n, given, box)
		return
	}
	node := b.bindQuery(st.Query, &scope{parent: box.parent, base: box, ctes: box.ctes}, queryFlags{keepUnknown: true})
	cols := node.Columns()
	if len(cols) > len(ordinals) {
		panic(fail(exprPos(st.Query, len(ordinals)), sqlerr.SyntaxError, "INSERT has more expressions than target columns"))
	}
	if len(cols) < len(ordinals) && len(st.Columns) > 0 {
		panic(fail(columnPos(st, len(cols)), sqlerr.SyntaxError, "INSERT has more target columns than expressions"))
	}
	if anyUnknown(cols) {
		want := make([]*types.Type, len(cols))
		for i := range cols {
			want[i] = cols[i].Type
			if want[i].Is(types.Unknown) {
				if want[i] = c.rel.Columns[ordinals[i]].Type; partial(st, i) {
					want[i] = b.partOf(st.Columns[i], c.rel.Columns[ordinals[i]], box).typ
				}
			}
		}
		node = b.coerceColumns(node, want, st.Query.Pos)
		cols = node.Columns()
	}
	n.Input = node
	for i, col := range cols {
		ord := ordinals[i]
		if b.overridden(st, c, ord, false) {
			continue
		}
		e := &expr.Column{ID: col.ID, Typ: col.Type, Name: col.Name}
		if partial(st, i) {
			at := b.partOf(st.Columns[i], c.rel.Columns[ord], box)
			b.insertPart(st.Columns[i], c, ord, n.Row, given, b.assignTo(at, e, c.rel, exprPos(st.Query, i)), box)
			continue
		}
		n.Row[ord] = b.assign(e, c.rel.Columns[ord].Type, c.rel, c.rel.Columns[ord].Name, exprPos(st.Query, i))
		given[ord] = true
	}
}

// exprPos is the place of a column of a query's select list, for errors.
func exprPos(q *ast.Select, i int) int {
	if core, ok := q.Body.(*ast.SelectCore); ok && i < len(core.Targets) {
		return start(core.Targets[i].Expr)
	}
	return q.Pos
}

// overridden reports whether the value given for an identity column is to be
// ignored, and rejects values for columns that take none.
func (b *binder) overridden(st *ast.Insert, c *change, ord int, isDefault bool) bool {
	col := c.rel.Columns[ord]
	if isDefault {
		return false
	}
	if col.Generated != "" {
		panic(fail(-1, sqlerr.GeneratedAlways, "cannot insert a non-DEFAULT value into column \"%s\"", col.Name).
			WithDetail("Column \"%s\" is a generated column.", col.Name))
	}
	if col.Identity == catalog.NoIdentity {
		return false
	}
	if st.Overriding == ast.OverridingUser {
		return true
	}
	if col.Identity == catalog.IdentityAlways && st.Overriding != ast.OverridingSystem {
		panic(fail(-1, sqlerr.GeneratedAlways, "cannot insert a non-DEFAULT value into column \"%s\"", col.Name).
			WithDetail("Column \"%s\" is an identity column defined as GENERATED ALWAYS.", col.Name).
			WithHint("Use OVERRIDING SYSTEM VALUE to override."))
	}
	return false
}

// insertValues binds INSERT … VALUES: every expression is coerced to its
// column where it stands, so that literals are read as the column's type.
func (b *binder) insertValues(st *ast.Insert, values *ast.Values, c *change, ordinals []int, n *plan.Insert, given []bool, box *scope) {
	s := &scope{parent: box.parent, base: box, ctes: box.ctes, clause: clauseValues, barred: []*rangeItem{b.newItem(c, c.target.New)}}
	if len(values.Rows) == 1 && callsSet(values.Rows[0]) {
		s.query = &query{} // a single row is a select list
	}
	width := len(values.Rows[0])
	if width > len(ordinals) {
		panic(fail(start(values.Rows[0][len(ordinals)]), sqlerr.SyntaxError, "INSERT has more expressions than target columns"))
	}
	if width < len(ordinals) && len(st.Columns) > 0 {
		panic(fail(columnPos(st, width), sqlerr.SyntaxError, "INSERT has more target columns than expressions"))
	}
	for _, row := range values.Rows {
		if len(row) != width {
			panic(fail(start(row[0]), sqlerr.SyntaxError, "VALUES lists must all be the same length"))
		}
	}
	v := &plan.Values{Rows: make([][]expr.Expr, len(values.Rows))}
	for r := range v.Rows {
		v.Rows[r] = make([]expr.Expr, 0, width)
	}
	for i := 0; i < width; i++ {
		ord := ordinals[i]
		col := c.rel.Columns[ord]
		if partial(st, i) {
			t, id := st.Columns[i], b.newID()
			at := b.partOf(t, col, s)
			for r, row := range values.Rows {
				v.Rows[r] = append(v.Rows[r], b.assigned(row[i], at, t, c.rel, s))
			}
			v.Cols = append(v.Cols, plan.Column{ID: id, Name: col.Name, Type: at.typ})
			b.insertPart(t, c, ord, n.Row, given, &expr.Column{ID: id, Typ: at.typ, Name: col.Name}, s)
			continue
		}
		if b.allDefault(values, i) {
			continue
		}
		ignored := false
		for r, row := range values.Rows {
			_, isDefault := row[i].(*ast.Default)
			b.at(start(row[i]), func() { ignored = b.overridden(st, c, ord, isDefault) || ignored })
			e := b.valueFor(row[i], c, ord, s)
			v.Rows[r] = append(v.Rows[r], e)
		}
		id := b.newID()
		v.Cols = append(v.Cols, plan.Column{ID: id, Name: col.Name, Type: col.Type})
		if !ignored {
			n.Row[ord] = &expr.Column{ID: id, Typ: col.Type, Name: col.Name}
			given[ord] = true
		}
	}
	n.Input, n.Ordinary = v, len(v.Rows) == 1
	if s.query != nil && len(s.query.sets) > 0 {
		n.Input, n.Ordinary = b.setValues(v, s), false
	}
}

// setValues makes the rows of a single row of VALUES with set-returning calls.
func (b *binder) setValues(v *plan.Values, s *scope) plan.Node {
	outs := make([]output, len(v.Cols))
	for i, e := range v.Rows[0] {
		outs[i] = output{expr: e, name: v.Cols[i].Name}
	}
	p := &plan.Project{Input: b.expandSets(&plan.Values{Rows: [][]expr.Expr{{}}}, outs, nil, nil, s)}
	for i := range outs {
		p.Items = append(p.Items, plan.Item{Col: v.Cols[i], Expr: outs[i].expr})
	}
	return p
}

// partial reports whether a column of the list is a part of one.
func partial(st *ast.Insert, i int) bool { return i < len(st.Columns) && len(st.Columns[i].Path) > 0 }

// allDefault reports whether a column of VALUES is DEFAULT in every row.
func (b *binder) allDefault(values *ast.Values, i int) bool {
	for _, row := range values.Rows {
		if _, ok := row[i].(*ast.Default); !ok {
			return false
		}
	}
	return true
}

// at runs f; an error without a place gets pos.
func (b *binder) at(pos int, f func()) {
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(*sqlerr.Error); ok {
				panic(err.At(pos))
			}
			panic(p)
		}
	}()
	f()
}

// valueFor binds a value for a column; DEFAULT is the column's default. A key
// that fills itself takes NULL for it.
func (b *binder) valueFor(e ast.Expr, c *change, ord int, s *scope) expr.Expr {
	col := c.rel.Columns[ord]
	if _, ok := e.(*ast.Default); ok {
		if d := b.defaultOf(c, ord); d != nil {
			return d
		}
		return &expr.Const{Typ: col.Type}
	}
	return b.assign(b.scalar(e, s), col.Type, c.rel, col.Name, start(e))
}

// onConflict binds the ON CONFLICT clause, or SQLite's OR IGNORE.
func (b *binder) onConflict(st *ast.Insert, c *change, n *plan.Insert, box *scope) {
	if len(st.OnConflict) == 0 {
		if st.Or == ast.ConflictIgnore {
			anyArbiter(c)
			n.OnConflict = &plan.OnConflict{}
		}
		return
	}
	if len(st.OnConflict) > 1 {
		panic(fail(st.OnConflict[1].Pos, sqlerr.FeatureNotSupported, "several ON CONFLICT clauses are not supported"))
	}
	oc := st.OnConflict[0]
	out := &plan.OnConflict{}
	switch {
	case oc.Constraint != "":
		out.Arbiters = []*catalog.Index{b.constraintIndex(oc, c)}
	case len(oc.Elems) > 0:
		out.Arbiters = b.inferArbiters(oc, c)
	case oc.Action == ast.ConflictDoUpdate:
		panic(fail(oc.Pos, sqlerr.SyntaxError, "ON CONFLICT DO UPDATE requires inference specification or constraint name").
			WithHint("For example, ON CONFLICT (column_name)."))
	default:
		anyArbiter(c)
	}
	n.OnConflict = out
	if oc.Action != ast.ConflictDoUpdate {
		return
	}
	c.target.Old = b.newIDs(len(c.rel.Columns))
	out.Excluded = b.newIDs(len(c.rel.Columns))
	old, excluded := b.newItem(c, c.target.Old), b.newItem(c, out.Excluded)
	old.rowid = c.target.RowID
	excluded.name, excluded.schema = "excluded", ""
	s := &scope{parent: box.parent, base: box, ctes: box.ctes, items: []*rangeItem{old, excluded}, clause: clauseSet}
	assigns, node := b.setClauses(oc.Set, c, s, nil)
	if node != nil {
		panic(fail(oc.Pos, sqlerr.FeatureNotSupported, "a subquery with several columns is not supported in ON CONFLICT DO UPDATE"))
	}
	out.Update = assigns
	if oc.UpdateWhere != nil {
		out.Where = b.condition(oc.UpdateWhere, s, clauseConflict)
	}
	if b.shared(c.rel) { // a row of another tenant is never updated
		own := b.tenantCondition(rowItem(c.rel, c.rel.Name, c.target.Old))
		if out.Where != nil {
			own = &expr.And{Args: []expr.Expr{own, out.Where}}
		}
		out.Where = own
	}
}

// errLateArbiter is the error of ON CONFLICT where a deferrable key would
// decide: it may be shared for a while.
func errLateArbiter(pos int) error {
	return fail(pos, sqlerr.ObjectNotInPrerequisiteState, "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters")
}

// anyArbiter refuses a conflict clause that names no key for a relation that
// has a deferrable one.
func anyArbiter(c *change) {
	for _, ix := range c.rel.Indexes {
		if ix.Unique && ix.Deferrable {
			panic(errLateArbiter(-1))
		}
	}
}

func (b *binder) constraintIndex(oc *ast.OnConflict, c *change) *catalog.Index {
	for _, ix := range c.rel.Indexes {
		if ix.Constraint && ix.Name == oc.Constraint && ix.Unique {
			if ix.Deferrable {
				panic(errLateArbiter(oc.Pos))
			}
			return ix
		}
	}
	if c.rel.ConstraintTaken(oc.Constraint) {
		panic(fail(oc.Pos, sqlerr.WrongObjectType, "constraint in ON CONFLICT clause has no associated index"))
	}
	panic(fail(oc.Pos, sqlerr.UndefinedObject, "constraint \"%s\" for table \"%s\" does not exist", oc.Constraint, c.rel.Name))
}

// inferArbiters finds the unique indexes over exactly the given columns and
// expressions, whose predicate (if any) the clause implies.
func (b *binder) inferArbiters(oc *ast.OnConflict, c *change) []*catalog.Index {
	s := &scope{items: []*rangeItem{b.newItem(c, c.target.New)}, clause: clauseConflict}
	var columns []uint16
	var exprs []expr.Expr
	for i := range oc.Elems {
		e := b.value(oc.Elems[i].Expr, s)
		if col, ok := e.(*expr.Column); ok {
			for ord, id := range c.target.New {
				if id == col.ID {
					columns = append(columns, c.rel.Columns[ord].ID)
				}
			}
		} else {
			exprs = append(exprs, e)
		}
	}
	var where expr.Expr
	if oc.Where != nil {
		where = b.condition(oc.Where, s, clauseConflict)
	}
	var out []*catalog.Index
	for i, ix := range c.rel.Indexes {
		if !ix.Unique {
			continue
		}
		item := &c.target.Indexes[i]
		if item.Where != nil && (where == nil || !implies(where, item.Where)) {
			continue
		}
		if arbiterMatches(item, columns, exprs) {
			if ix.Deferrable {
				panic(errLateArbiter(-1))
			}
			out = append(out, ix)
		}
	}
	if len(out) == 0 {
		panic(fail(oc.Pos, sqlerr.InvalidColumnReference, "there is no unique or exclusion constraint matching the ON CONFLICT specification"))
	}
	return out
}

func arbiterMatches(item *plan.IndexItem, columns []uint16, exprs []expr.Expr) bool {
	for i, p := range item.Index.Parts {
		found := false
		if p.Column != 0 {
			for _, c := range columns {
				found = found || c == p.Column
			}
		} else {
			found = contains(exprs, item.Parts[i])
		}
		if !found {
			return false
		}
	}
	for _, c := range columns {
		found := false
		for _, p := range item.Index.Parts {
			found = found || p.Column == c
		}
		if !found {
			return false
		}
	}
	for _, e := range exprs {
		if !contains(item.Parts, e) {
			return false
		}
	}
	return true
}
