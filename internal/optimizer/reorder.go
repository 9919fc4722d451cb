package optimizer

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
)

// reorder puts the inputs of every tree of inner joins in a good order: the
// pair with the smallest result is joined first, then again (greedy operator
// ordering, Fegaras 1998), pairs without a condition between them last.
func (z *optimizer) reorder(n plan.Node) plan.Node {
	j, ok := n.(*plan.Join)
	if !ok || j.Kind != plan.InnerJoin || j.Lateral {
		mapInputs(n, z.reorder)
		return n
	}
	var leaves []plan.Node
	var conds []expr.Expr
	z.flatten(j, &leaves, &conds)
	return z.greedy(leaves, conds)
}

func (z *optimizer) flatten(n plan.Node, leaves *[]plan.Node, conds *[]expr.Expr) {
	if j, ok := n.(*plan.Join); ok && j.Kind == plan.InnerJoin && !j.Lateral {
		*conds = append(*conds, j.On...)
		z.flatten(j.Left, leaves, conds)
		z.flatten(j.Right, leaves, conds)
		return
	}
	*leaves = append(*leaves, z.reorder(n))
}

// part is a join tree under construction.
type part struct {
	node plan.Node
	rows float64
}

// link is a join condition that is not placed yet: the columns it needs and
// how many of the combined rows pass, estimated once from the leaves.
type link struct {
	cond expr.Expr
	cols []expr.ColumnID
	sel  float64
}

// grove is a set of join trees that grow together. owner names, for each
// column of the leaves, the tree that holds it.
type grove struct {
	parts []*part
	owner map[expr.ColumnID]int
	links []link
}

func (z *optimizer) greedy(leaves []plan.Node, conds []expr.Expr) plan.Node {
	g := &grove{owner: map[expr.ColumnID]int{}}
	for i, l := range leaves {
		g.parts = append(g.parts, &part{l, z.rows(l)})
		for _, c := range l.Columns() {
			g.owner[c.ID] = i
		}
	}
	for _, c := range conds {
		g.links = append(g.links, z.makeLink(g, leaves, c))
	}
	last := 0
	for n := len(leaves); n > 1; n-- {
		a, b := g.cheapestPair()
		g.combine(a, b)
		last = a
	}
	var rest []expr.Expr
	for _, l := range g.links {
		rest = append(rest, l.cond)
	}
	return filter(g.parts[last].node, rest)
}

func (z *optimizer) makeLink(g *grove, leaves []plan.Node, c expr.Expr) link {
	used := newColset()
	uses(c, used)
	l := link{cond: c}
	for id := range used.all() {
		if _, ok := g.owner[id]; ok {
			l.cols = append(l.cols, id)
		}
	}
	l.sel = selectivity(c)
	if cmp, ok := c.(*expr.Compare); ok && cmp.Op == expr.EQ {
		distinct := 1.0
		for _, id := range l.cols {
			leaf := g.owner[id]
			col := &expr.Column{ID: id}
			distinct = max(distinct, z.distinct(col, leaves[leaf], g.parts[leaf].rows))
		}
		l.sel = 1 / distinct
	}
	return l
}

// sides returns the two trees that a link connects.
func (g *grove) sides(l *link) (a, b int, ok bool) {
	a, b = -1, -1
	for _, id := range l.cols {
		switch o := g.owner[id]; {
		case a < 0 || o == a:
			a = o
		case b < 0 || o == b:
			b = o
		default:
			return 0, 0, false
		}
	}
	return a, b, b >= 0
}

// cheapestPair picks the connected pair with the smallest result, or else the
// two smallest trees.
func (g *grove) cheapestPair() (int, int) {
	type pair struct{ a, b int }
	sel := map[pair]float64{}
	bestPair, best := pair{-1, -1}, 0.0
	for i := range g.links {
		a, b, ok := g.sides(&g.links[i])
		if !ok {
			continue
		}
		if a > b {
			a, b = b, a
		}
		s, seen := sel[pair{a, b}]
		if !seen {
			s = g.parts[a].rows * g.parts[b].rows
		}
		sel[pair{a, b}] = s * g.links[i].sel
	}
	for p, cost := range sel {
		if bestPair.a < 0 || cost < best || (cost == best && (p.a < bestPair.a || p.a == bestPair.a && p.b < bestPair.b)) {
			bestPair, best = p, cost
		}
	}
	if bestPair.a >= 0 {
		return bestPair.a, bestPair.b
	}
	a, b := -1, -1
	for i, p := range g.parts {
		switch {
		case p == nil:
		case a < 0 || p.rows < g.parts[a].rows:
			a, b = i, a
		case b < 0 || p.rows < g.parts[b].rows:
			b = i
		}
	}
	return a, b
}

// combine joins tree b into tree a, the smaller of them as the right side,
// which is the one that is built.
func (g *grove) combine(a, b int) {
	left, right := g.parts[a], g.parts[b]
	if right.rows > left.rows {
		left, right = right, left
	}
	for id, o := range g.owner {
		if o == b {
			g.owner[id] = a
		}
	}
	j := &plan.Join{Kind: plan.InnerJoin, Left: left.node, Right: right.node}
	rows := left.rows * right.rows
	var rest []link
	for i := range g.links {
		l := &g.links[i]
		inside := true
		for _, id := range l.cols {
			inside = inside && g.owner[id] == a
		}
		if inside {
			j.On = append(j.On, l.cond)
			rows *= l.sel
		} else {
			rest = append(rest, *l)
		}
	}
	g.links = rest
	j.Rows = max(1, rows)
	g.parts[a], g.parts[b] = &part{j, j.Rows}, nil
}
