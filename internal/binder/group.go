package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// grouping is a bound GROUP BY clause.
type grouping struct {
	used  bool // there is a GROUP BY
	exprs []expr.Expr
	sets  [][]int // nil without grouping sets; indexes into exprs
	// targets are the select list where each of its items is one column: a
	// subquery is grouped by where it stands there in the same words
	targets []ast.Target
}

// groupBy binds the GROUP BY clause. A name is first an input column, then an
// output column; an integer literal is the place of an output column.
func (b *binder) groupBy(c *ast.SelectCore, outs []output, s *scope) *grouping {
	g := &grouping{used: len(c.GroupBy) > 0}
	if len(outs) == len(c.Targets) {
		g.targets = c.Targets
	}
	sets := [][]int{{}}
	multiple := false
	for _, item := range c.GroupBy {
		gs, ok := item.(*ast.GroupingSet)
		if !ok {
			at := b.groupItems(g, item, outs, s)
			for i := range sets {
				sets[i] = append(sets[i], at...)
			}
			continue
		}
		multiple = true
		sets = product(sets, b.groupingSet(g, gs, outs, s))
		if len(sets) > 4096 {
			panic(fail(gs.Pos, sqlerr.StatementTooComplex, "too many grouping sets present (maximum 4096)"))
		}
	}
	if multiple {
		for i := range sets {
			sets[i] = unique(sets[i])
		}
		if c.GroupDistinct {
			sets = uniqueSets(sets)
		}
		g.sets = sets
	}
	return g
}

// groupItems binds one expression, or the several of a row, and returns their
// indexes.
func (b *binder) groupItems(g *grouping, item ast.Expr, outs []output, s *scope) []int {
	if r, ok := item.(*ast.RowExpr); ok && !r.Explicit {
		var at []int
		for _, e := range r.Elems {
			at = append(at, b.groupItems(g, e, outs, s)...)
		}
		return at
	}
	var e expr.Expr
	if at := b.outputRef(item, outs, s, false); at >= 0 {
		e = outs[at].expr
		b.noAggregates(e, outs[at].pos, s)
	} else if at := g.sameQuery(item); at >= 0 {
		e = outs[at].expr
		b.noAggregates(e, outs[at].pos, s)
	} else {
		e = b.value(item, s)
	}
	for i, x := range g.exprs {
		if equal(x, e) {
			return []int{i}
		}
	}
	equatable(e.Type(), start(item))
	g.exprs = append(g.exprs, e)
	return []int{len(g.exprs) - 1}
}

// sameQuery finds the item of the select list that is the same expression with
// a subquery in it, or returns -1: bound subqueries are not compared.
func (g *grouping) sameQuery(item ast.Expr) int {
	found := false
	ast.Walk(item, func(n ast.Node) bool {
		if _, ok := n.(*ast.Select); ok {
			found = true
		}
		return !found
	})
	if !found {
		return -1
	}
	text := ast.Format(item)
	for i, t := range g.targets {
		if ast.Format(t.Expr) == text {
			return i
		}
	}
	return -1
}

// noAggregates rejects an output column with an aggregate as a group.
func (b *binder) noAggregates(e expr.Expr, pos int, s *scope) {
	visit(e, func(x expr.Expr) bool {
		c, ok := x.(*expr.Column)
		if !ok {
			return true
		}
		for _, a := range s.query.aggs {
			if a.Col.ID == c.ID {
				panic(fail(pos, sqlerr.GroupingError, "aggregate functions are not allowed in GROUP BY"))
			}
		}
		for _, g := range s.query.groupings {
			if g.id == c.ID {
				panic(fail(pos, sqlerr.GroupingError, "grouping operations are not allowed in GROUP BY"))
			}
		}
		for _, w := range s.query.windows {
			if w.call.Col.ID == c.ID {
				panic(fail(pos, sqlerr.WindowingError, "window functions are not allowed in GROUP BY"))
			}
		}
		return true
	})
}

// groupingSet expands ROLLUP, CUBE and GROUPING SETS into lists of groups.
func (b *binder) groupingSet(g *grouping, gs *ast.GroupingSet, outs []output, s *scope) [][]int {
	if gs.Kind == ast.GroupingEmpty {
		return [][]int{{}}
	}
	var out [][]int
	if gs.Kind == ast.GroupingSets {
		for _, item := range gs.Items {
			if inner, ok := item.(*ast.GroupingSet); ok {
				out = append(out, b.groupingSet(g, inner, outs, s)...)
			} else {
				out = append(out, b.groupItems(g, item, outs, s))
			}
		}
		return out
	}
	parts := make([][]int, len(gs.Items))
	for i, item := range gs.Items {
		parts[i] = b.groupItems(g, item, outs, s)
	}
	if gs.Kind == ast.GroupingRollup {
		for n := len(parts); n >= 0; n-- {
			out = append(out, flat(parts[:n]))
		}
		return out
	}
	if len(parts) > 12 {
		panic(fail(gs.Pos, sqlerr.TooManyColumns, "CUBE is limited to 12 elements"))
	}
	for mask := 1<<len(parts) - 1; mask >= 0; mask-- {
		set := []int{}
		for i := range parts {
			if mask&(1<<(len(parts)-1-i)) != 0 {
				set = append(set, parts[i]...)
			}
		}
		out = append(out, set)
	}
	return out
}

func flat(parts [][]int) []int {
	out := []int{}
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func product(a, b [][]int) [][]int {
	out := make([][]int, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, append(append([]int{}, x...), y...))
		}
	}
	return out
}

func unique(set []int) []int {
	out := set[:0:0]
next:
	for _, x := range set {
		for _, y := range out {
			if x == y {
				continue next
			}
		}
		out = append(out, x)
	}
	return out
}

func uniqueSets(sets [][]int) [][]int {
	var out [][]int
next:
	for _, x := range sets {
		for _, y := range out {
			if len(x) == len(y) && len(unique(append(append([]int{}, x...), y...))) == len(x) {
				continue next
			}
		}
		out = append(out, x)
	}
	return out
}

// grouper replaces, in what stands above an aggregation, the expressions that
// are grouped by with the columns of the groups, and finds what is neither
// grouped nor aggregated.
type grouper struct {
	b      *binder
	s      *scope
	groups *grouping
	items  []plan.Item
	own    map[expr.ColumnID]bool // columns that the aggregation brings forth
	inSub  bool
	direct bool // a direct argument of an ordered-set aggregate is looked at
}

// aggregate puts the aggregation, and HAVING, on the input, and rewrites
// select list, HAVING, ORDER BY, DISTINCT ON and windows in place.
func (g *grouper) aggregate(input plan.Node, outs []output, having expr.Expr, keys []orderKey, on []expr.Expr) plan.Node {
	q := g.s.query
	g.own = map[expr.ColumnID]bool{}
	for _, e := range g.groups.exprs {
		col := plan.Column{ID: g.b.newID(), Name: "?column?", Type: e.Type()}
		if c, ok := e.(*expr.Column); ok {
			col.Name = c.Name
			if in := g.column(c.ID); in != nil && g.groups.sets == nil {
				col.Rel, col.RelColumn, col.NotNull = in.Rel, in.RelColumn, in.NotNull
			}
		}
		g.items = append(g.items, plan.Item{Col: col, Expr: e})
	}
	for _, a := range q.aggs {
		g.own[a.Col.ID] = true
	}
	for _, x := range q.groupings {
		g.own[x.id] = true
	}
	for _, w := range q.windows {
		g.own[w.call.Col.ID] = true
	}
	for _, set := range q.sets {
		g.own[set.Col.ID] = true
	}
	for i := range outs {
		if c, ok := outs[i].expr.(*expr.Const); ok && g.groups.sets != nil {
			if at := g.constant(c); at >= 0 { // NULL where it is not grouped by
				outs[i].expr = g.groupColumn(at)
				continue
			}
		}
		outs[i].expr = g.rewrite(outs[i].expr)
	}
	having = g.rewrite(having)
	for i := range keys {
		keys[i].key.Expr = g.rewrite(keys[i].key.Expr)
	}
	for i := range on {
		on[i] = g.rewrite(on[i])
	}
	g.windows(q)
	for i := range q.sets {
		for k, a := range q.sets[i].Call.Args {
			q.sets[i].Call.Args[k] = g.rewrite(a)
		}
	}
	g.directArguments(q)
	n := &plan.Aggregate{Input: input, Groups: g.items, Aggs: q.aggs, Sets: g.groups.sets, Grouping: g.groupings(q)}
	if having != nil {
		return &plan.Filter{Input: n, Conds: conjuncts(nil, having)}
	}
	return n
}

// constant finds the group that is this constant, or returns -1.
func (g *grouper) constant(c *expr.Const) int {
	for i, e := range g.groups.exprs {
		if equal(e, c) {
			return i
		}
	}
	return -1
}

func (g *grouper) windows(q *query) {
	for i := range q.windows {
		w := &q.windows[i]
		for k := range w.call.Args {
			w.call.Args[k] = g.rewrite(w.call.Args[k])
		}
		if w.call.Agg != nil {
			a := *w.call.Agg
			a.Args = append([]expr.Expr(nil), a.Args...)
			for k := range a.Args {
				a.Args[k] = g.rewrite(a.Args[k])
			}
			a.Filter = g.rewrite(a.Filter)
			w.call.Agg = &a
		}
		for k := range w.partition {
			w.partition[k] = g.rewrite(w.partition[k])
		}
		for k := range w.order {
			w.order[k].Expr = g.rewrite(w.order[k].Expr)
		}
	}
}

func (g *grouper) groupings(q *query) []plan.GroupingItem {
	var out []plan.GroupingItem
	for _, x := range q.groupings {
		item := plan.GroupingItem{Col: plan.Column{ID: x.id, Name: "grouping", Type: types.Int4, NotNull: true}}
		for k, a := range x.args {
			at := -1
			for i, e := range g.groups.exprs {
				if equal(e, a) {
					at = i
				}
			}
			if at < 0 {
				panic(fail(x.pos[k], sqlerr.GroupingError, "arguments to GROUPING must be grouping expressions of the associated query level"))
			}
			item.Args = append(item.Args, at)
		}
		out = append(out, item)
	}
	return out
}

func (g *grouper) groupColumn(i int) *expr.Column {
	c := g.items[i].Col
	return &expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name}
}

// rewrite replaces grouped expressions by columns of the aggregation.
func (g *grouper) rewrite(e expr.Expr) expr.Expr {
	return rewrite(e, func(x expr.Expr) (expr.Expr, bool) {
		if _, constant := x.(*expr.Const); !constant {
			for i, ge := range g.groups.exprs {
				if equal(ge, x) {
					return g.groupColumn(i), true
				}
			}
		}
		switch x := x.(type) {
		case *expr.Column:
			if g.own[x.ID] || !g.s.owns(x.ID) {
				return x, true
			}
			c := g.dependent(x.ID, x)
			return &expr.Column{ID: c.ID, Typ: x.Typ, Name: x.Name}, true
		case *expr.Subquery:
			g.inSub = true
			substituteOuter(x, func(id expr.ColumnID) (plan.Column, bool) {
				if g.own[id] || g.column(id) == nil {
					return plan.Column{}, false
				}
				for i, ge := range g.groups.exprs {
					if c, ok := ge.(*expr.Column); ok && c.ID == id {
						return g.items[i].Col, true
					}
				}
				return g.dependent(id, nil), true
			})
			g.inSub = false
		}
		return x, false
	})
}

// column finds an input column of the query by id.
func (g *grouper) column(id expr.ColumnID) *plan.Column {
	for _, it := range g.s.items {
		if it.rowid == id && id != 0 {
			return &plan.Column{ID: id, Name: "rowid", Type: types.Int8}
		}
		for i := range it.cols {
			if it.cols[i].col.ID == id && it.cols[i].expr == nil {
				return &it.cols[i].col
			}
		}
	}
	return nil
}

// dependent handles a column that is not grouped by: where the primary key of
// its table is, it has one value per group and becomes a group of its own;
// else it is an error.
func (g *grouper) dependent(id expr.ColumnID, ref expr.Expr) plan.Column {
	pos := -1
	for _, r := range g.s.refs {
		if r.expr == ref || ref == nil && refID(r.expr) == id {
			pos = r.pos
			break
		}
	}
	for i, e := range g.groups.exprs {
		if c, ok := e.(*expr.Column); ok && c.ID == id {
			return g.items[i].Col
		}
	}
	for _, it := range g.s.items {
		for i := range it.cols {
			if it.cols[i].col.ID != id || it.cols[i].expr != nil {
				continue
			}
			if it.rel != nil && it.scan != nil && g.groups.sets == nil && g.keyGrouped(it) {
				c := it.cols[i].col
				g.groups.exprs = append(g.groups.exprs, &expr.Column{ID: id, Typ: c.Type, Name: c.Name})
				to := c
				to.ID = g.b.newID()
				g.items = append(g.items, plan.Item{Col: to, Expr: g.groups.exprs[len(g.groups.exprs)-1]})
				return to
			}
			name := it.cols[i].col.Name
			if it.name != "" {
				name = it.name + "." + name
			}
			panic(g.ungrouped(name, pos))
		}
	}
	name := "rowid"
	if c, ok := ref.(*expr.Column); ok {
		name = c.Name
	}
	panic(g.ungrouped(name, pos))
}

func refID(e expr.Expr) expr.ColumnID {
	switch x := e.(type) {
	case *expr.Column:
		return x.ID
	case *expr.Outer:
		return x.ID
	}
	return 0
}

// keyGrouped reports whether all primary key columns of a table are grouped by.
func (g *grouper) keyGrouped(it *rangeItem) bool {
	var key []uint16
	switch {
	case it.rel.Primary != nil && !it.rel.Primary.Deferrable:
		for _, p := range it.rel.Primary.Parts {
			key = append(key, p.Column)
		}
	case it.rel.KeyColumn != 0:
		key = []uint16{it.rel.KeyColumn}
	default:
		return false
	}
	for _, k := range key {
		at := it.rel.Ordinal(k)
		found := false
		for _, e := range g.groups.exprs {
			if c, ok := e.(*expr.Column); ok && at >= 0 && c.ID == it.cols[at].col.ID {
				found = true
			}
		}
		if !found {
			return false
		}
	}
	return true
}
