package optimizer

import (
	"math/bits"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
)

// maxUnits bounds the units that are ordered together; more stay as written.
const maxUnits = 128

// mask is a set of units.
type mask [2]uint64

func bit(i int) (m mask)          { m[i>>6] = 1 << (i & 63); return m }
func (m mask) or(o mask) mask     { return mask{m[0] | o[0], m[1] | o[1]} }
func (m mask) meets(o mask) bool  { return m[0]&o[0]|m[1]&o[1] != 0 }
func (m mask) inside(o mask) bool { return m[0]&^o[0]|m[1]&^o[1] == 0 }
func (m mask) has(i int) bool     { return m[i>>6]&(1<<(i&63)) != 0 }
func (m mask) single() (i int, ok bool) {
	if bits.OnesCount64(m[0])+bits.OnesCount64(m[1]) != 1 {
		return 0, false
	}
	if m[0] != 0 {
		return bits.TrailingZeros64(m[0]), true
	}
	return 64 + bits.TrailingZeros64(m[1]), true
}

// unit is what a join graph puts in order: a leaf of inner joins; the right
// side of an outer, semi or anti join, which can be joined as soon as the units
// that its conditions need are there; or a condition that is dear to test.
type unit struct {
	node   plan.Node // nil: a condition
	kind   plan.JoinKind
	conds  []expr.Expr // of the join of another kind than inner, or the condition
	needs  mask
	rows   float64
	cost   float64 // to produce the rows; of a condition, to test it once
	factor float64 // rows given for each row that comes to it, other kinds than inner
}

func (u *unit) base() bool { return u.node != nil && u.kind == plan.InnerJoin }

// member is a column of an equivalence class.
type member struct {
	col      *expr.Column
	unit     int
	distinct float64
}

// cond is a condition between units that is no equality of two columns.
type cond struct {
	e    expr.Expr
	all  mask
	sel  float64
	used bool
}

// graph is a tree of joins taken apart.
type graph struct {
	z       *optimizer
	units   []unit
	owner   []int32 // by column: its unit plus one
	conds   []cond
	classes [][]member
	adj     []mask // by unit: the units that some condition relates it to
}

// reorder puts the joins of every tree in a good order: all orders are tried
// for a few inputs (Selinger 1979; bushy trees too), for more the cheapest
// pair is joined, again and again (Fegaras 1998).
func (z *optimizer) reorder(n plan.Node) plan.Node {
	if !isJoinTree(n) {
		mapInputs(n, z.reorder)
		return n
	}
	g := &graph{z: z}
	var conds []expr.Expr
	g.collect(n, &conds)
	if len(g.units) < 2 || len(g.units) > maxUnits {
		return z.reorderInside(n)
	}
	g.prepare(conds)
	out := g.order()
	if out == nil {
		return z.reorderInside(n)
	}
	return out
}

func (z *optimizer) reorderInside(n plan.Node) plan.Node {
	mapInputs(n, z.reorder)
	return n
}

func isJoinTree(n plan.Node) bool {
	switch x := n.(type) {
	case *plan.Filter:
		return isJoinTree(x.Input) && !anyVolatile(x.Conds)
	case *plan.Join:
		return !x.Lateral && orderable(x.Kind)
	}
	return false
}

func orderable(k plan.JoinKind) bool {
	switch k {
	case plan.InnerJoin, plan.LeftJoin, plan.SemiJoin, plan.AntiJoin, plan.NullAntiJoin:
		return true
	}
	return false
}

// collect takes a tree apart. conds are the conditions of the inner joins.
func (g *graph) collect(n plan.Node, conds *[]expr.Expr) {
	switch x := n.(type) {
	case *plan.Filter:
		if isJoinTree(x) {
			g.collect(x.Input, conds)
			for _, c := range x.Conds {
				g.units = append(g.units, unit{conds: []expr.Expr{c}})
			}
			return
		}
	case *plan.Join:
		switch {
		case x.Lateral || !orderable(x.Kind):
		case x.Kind == plan.InnerJoin:
			*conds = append(*conds, x.On...)
			g.collect(x.Left, conds)
			g.collect(x.Right, conds)
			return
		case x.Kind == plan.LeftJoin && readsAny(*conds, columnsOf(x.Right)):
			// A condition above reads the padded side: the join stays where it is.
		default:
			g.collect(x.Left, conds)
			g.units = append(g.units, unit{node: x.Right, kind: x.Kind, conds: x.On})
			return
		}
	}
	g.units = append(g.units, unit{node: n})
}

func readsAny(conds []expr.Expr, cols colset) bool {
	for _, c := range conds {
		if usesAny(c, cols) {
			return true
		}
	}
	return false
}

// prepare fills in owners, estimates, conditions and classes.
func (g *graph) prepare(conds []expr.Expr) {
	g.pullDear()
	for i := range g.units {
		u := &g.units[i]
		if u.node == nil {
			continue
		}
		if u.kind == plan.InnerJoin || u.kind == plan.LeftJoin {
			for _, c := range u.node.Columns() {
				for len(g.owner) <= int(c.ID) {
					g.owner = append(g.owner, 0)
				}
				g.owner[c.ID] = int32(i) + 1
			}
		}
	}
	eq := newClasses()
	for _, c := range conds {
		a, b, ok := columnEquality(c)
		if ok && g.unitOf(a.ID) >= 0 && g.unitOf(b.ID) >= 0 {
			eq.unite(a, b)
		} else {
			g.conds = append(g.conds, cond{e: c, all: g.reads(c)})
		}
	}
	g.makeClasses(eq)
	for i := range g.units {
		g.estimate(i)
	}
	for i := range g.conds {
		g.conds[i].sel = g.condFraction(&g.conds[i])
	}
	for k := range g.classes {
		for i := range g.classes[k] {
			m := &g.classes[k][i]
			m.distinct = g.memberDistinct(m)
		}
	}
	g.relate()
}

// pullDear takes conditions with correlated subqueries out of the scans: they
// are better tested on what the joins have left over.
func (g *graph) pullDear() {
	for i := range g.units {
		s, ok := g.units[i].node.(*plan.Scan)
		if !ok || !g.units[i].base() || s.Lock != nil {
			continue
		}
		var stay []expr.Expr
		for _, c := range s.Filter {
			if correlated(c) && !volatile(c) {
				g.units = append(g.units, unit{conds: []expr.Expr{c}})
			} else {
				stay = append(stay, c)
			}
		}
		if len(stay) < len(s.Filter) {
			s.Filter, s.Rows = stay, 0
		}
	}
}

func correlated(e expr.Expr) bool {
	found := false
	expr.Walk(e, func(x expr.Expr) bool {
		if s, ok := x.(*expr.Subquery); ok && len(s.Outer) > 0 {
			found = true
		}
		return !found
	})
	return found
}

func (g *graph) unitOf(id expr.ColumnID) int {
	if id < 0 || int(id) >= len(g.owner) {
		return -1
	}
	return int(g.owner[id]) - 1
}

// reads returns the units whose columns an expression reads.
func (g *graph) reads(e expr.Expr) (m mask) {
	used := newColset()
	uses(e, used)
	for id := range used.all() {
		if u := g.unitOf(id); u >= 0 {
			m = m.or(bit(u))
		}
	}
	return m
}

// makeClasses keeps the classes of equal columns. Two columns of one unit are
// compared within it.
func (g *graph) makeClasses(eq *classes) {
	done := map[expr.ColumnID]bool{}
	for _, c := range eq.order {
		root := eq.root(c.ID)
		if done[root] {
			continue
		}
		done[root] = true
		var class []member
		for _, col := range eq.members(root) {
			u := g.unitOf(col.ID)
			twin := false
			for _, m := range class {
				if m.unit == u {
					g.units[u].node = g.z.push(g.units[u].node, []expr.Expr{&expr.Compare{Op: expr.EQ, A: m.col, B: col}})
					twin = true
					break
				}
			}
			if !twin {
				class = append(class, member{col: col, unit: u})
			}
		}
		if len(class) > 1 {
			g.classes = append(g.classes, class)
		}
	}
}

// estimate fills in what a unit needs, gives and costs.
func (g *graph) estimate(i int) {
	u := &g.units[i]
	if u.node != nil {
		u.node = g.z.reorder(u.node)
		u.rows = g.z.rows(u.node)
		u.cost = inputCost(g.z, u.node)
	}
	if u.base() {
		return
	}
	for _, c := range u.conds {
		m := g.reads(c)
		for w := range m {
			u.needs[w] |= m[w] &^ bit(i)[w]
		}
	}
	if u.node == nil {
		u.factor, u.cost = g.z.conjunction(u.conds), 0.5
		if correlated(u.conds[0]) {
			u.cost = 500
		}
		return
	}
	u.factor = g.matchFraction(u)
}

// relate notes which units conditions bring together.
func (g *graph) relate() {
	g.adj = make([]mask, len(g.units))
	together := func(m mask) {
		for i := range g.units {
			if m.has(i) {
				g.adj[i] = g.adj[i].or(m)
			}
		}
	}
	for i := range g.conds {
		together(g.conds[i].all)
	}
	for _, class := range g.classes {
		var m mask
		for _, x := range class {
			m = m.or(bit(x.unit))
		}
		together(m)
	}
	for i := range g.units {
		if !g.units[i].base() {
			together(g.units[i].needs.or(bit(i)))
		}
	}
}
