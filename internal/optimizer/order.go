package optimizer

import (
	"math"
	"math/bits"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
)

// exhaustive is up to how many units every order is tried.
const exhaustive = 10

// tree is a join of units, decided on.
type tree struct {
	set         mask
	rows, cost  float64
	left, right *tree
	unit        int // of a leaf
}

// order returns the joins in the order found, or nil where there is none.
func (g *graph) order() plan.Node {
	var best *tree
	if len(g.units) <= exhaustive {
		if best = g.tryAll(false); best == nil {
			best = g.tryAll(true)
		}
	} else {
		best = g.greedy()
	}
	if best == nil {
		return nil
	}
	n := g.build(best)
	var rest []expr.Expr
	for i := range g.conds {
		if !g.conds[i].used {
			rest = append(rest, g.conds[i].e)
		}
	}
	return filter(n, rest)
}

func (g *graph) leaf(i int) *tree {
	u := &g.units[i]
	return &tree{set: bit(i), rows: math.Max(1, u.rows), cost: u.cost, unit: i}
}

// combine joins two trees, the right one built or looked up; nil where that
// cannot be.
func (g *graph) combine(l, r *tree) *tree {
	p := g.join(l.set, r.set, l.rows, r.rows)
	if !p.ok {
		return nil
	}
	cost := l.cost + r.cost + p.cost
	if r.left == nil {
		u := &g.units[r.unit]
		if u.node == nil {
			cost = l.cost + p.cost
		} else if per, ok := g.lookupCostOf(r.unit, l.set); ok {
			cost = math.Min(cost, l.cost+l.rows*per+p.rows*outputCost)
		}
	}
	return &tree{set: l.set.or(r.set), rows: p.rows, cost: cost, left: l, right: r}
}

// tryAll finds the cheapest tree for every set of units, from small sets to
// large ones. Sets that no condition holds together are left out, unless cross
// says that there is no other way.
func (g *graph) tryAll(cross bool) *tree {
	n := len(g.units)
	best := make([]*tree, 1<<n)
	adj := make([]uint, n)
	for i := range g.units {
		best[1<<i] = g.leaf(i)
		adj[i] = uint(g.adj[i][0])
	}
	near := make([]uint, 1<<n)
	for s := uint(1); s < 1<<n; s++ {
		low := s & -s
		near[s] = near[s&^low] | adj[bits.TrailingZeros(low)]
		if s == low {
			continue
		}
		for l := (s - 1) & s; l > 0; l = (l - 1) & s {
			r := s &^ l
			if best[l] == nil || best[r] == nil || !cross && near[l]&r == 0 {
				continue
			}
			if old := best[s]; old != nil && best[l].cost >= old.cost {
				continue
			}
			if t := g.combine(best[l], best[r]); t != nil {
				if old := best[s]; old != nil {
					t.rows = old.rows // one estimate for a set, whatever the way to it
					if t.cost >= old.cost {
						continue
					}
				}
				best[s] = t
			}
		}
	}
	return best[1<<n-1]
}

// greedy joins the pair with the smallest result, again and again; pairs that
// no condition relates come last.
func (g *graph) greedy() *tree {
	parts := make([]*tree, len(g.units))
	near := append([]mask(nil), g.adj...)
	for i := range parts {
		parts[i] = g.leaf(i)
	}
	type key struct{ a, b int }
	memo := map[key]*tree{}
	for left := len(parts); left > 1; left-- {
		var bestTree *tree
		bestKey := key{-1, -1}
		for pass := 0; pass < 2 && bestTree == nil; pass++ {
			for a := range parts {
				for b := range parts {
					if a >= b || parts[a] == nil || parts[b] == nil || pass == 0 && !near[a].meets(parts[b].set) {
						continue
					}
					k := key{a, b}
					t, seen := memo[k]
					if !seen {
						t = g.better(parts[a], parts[b])
						memo[k] = t
					}
					if t != nil && (bestTree == nil || t.rows < bestTree.rows || t.rows == bestTree.rows && t.cost < bestTree.cost) {
						bestTree, bestKey = t, k
					}
				}
			}
		}
		if bestTree == nil {
			return nil
		}
		parts[bestKey.a], parts[bestKey.b] = bestTree, nil
		near[bestKey.a] = near[bestKey.a].or(near[bestKey.b])
		for k := range memo {
			if k.a == bestKey.a || k.b == bestKey.a || k.a == bestKey.b || k.b == bestKey.b {
				delete(memo, k)
			}
		}
	}
	for _, p := range parts {
		if p != nil {
			return p
		}
	}
	return nil
}

func (g *graph) better(a, b *tree) *tree {
	x, y := g.combine(a, b), g.combine(b, a)
	if x == nil || y != nil && y.cost < x.cost {
		return y
	}
	return x
}

// build makes the plan of a tree.
func (g *graph) build(t *tree) plan.Node {
	if t.left == nil {
		return g.units[t.unit].node
	}
	left := g.build(t.left)
	if t.right.left == nil {
		if u := &g.units[t.right.unit]; !u.base() {
			if u.node == nil {
				return filter(left, u.conds)
			}
			return &plan.Join{Kind: u.kind, Left: left, Right: u.node, On: u.conds, Rows: t.rows}
		}
	}
	j := &plan.Join{Kind: plan.InnerJoin, Left: left, Right: g.build(t.right), Rows: t.rows}
	for _, class := range g.classes {
		var l, r *expr.Column
		for _, m := range class {
			if l == nil && t.left.set.has(m.unit) {
				l = m.col
			}
			if t.right.set.has(m.unit) && r == nil {
				r = m.col
			}
		}
		if l != nil && r != nil {
			j.On = append(j.On, &expr.Compare{Op: expr.EQ, A: l, B: r})
		}
	}
	for i := range g.conds {
		c := &g.conds[i]
		if !c.used && c.all.inside(t.set) {
			c.used = true
			j.On = append(j.On, c.e)
		}
	}
	return j
}
