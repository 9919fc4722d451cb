package optimizer

import (
	"math"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
)

// matchFraction estimates how many rows a join of another kind than inner
// gives for each row of its left side.
func (g *graph) matchFraction(u *unit) float64 {
	right := columnsOf(u.node)
	match, pairs := 1.0, u.rows
	equal := false
	for _, c := range u.conds {
		cmp, ok := c.(*expr.Compare)
		if !ok || cmp.Op != expr.EQ {
			if cmp == nil || cmp.Op != expr.NE {
				match *= 0.7
			}
			pairs *= g.z.selectivity(c)
			continue
		}
		l, r := cmp.A, cmp.B
		if !usesAny(r, right) {
			l, r = r, l
		}
		equal = true
		dl, dr := g.z.distinctOf(l, math.Inf(1)), g.z.distinctOf(r, u.rows)
		if dl == 0 || dr == 0 {
			dl, dr = 2, 1
		}
		match *= math.Min(1, dr/dl)
		pairs /= math.Max(1, math.Max(dl, dr))
	}
	if !equal {
		match *= 0.5
	}
	match = math.Min(1, math.Max(match, 0.001))
	switch u.kind {
	case plan.LeftJoin:
		return math.Max(1, pairs)
	case plan.AntiJoin, plan.NullAntiJoin:
		return math.Max(0.05, 1-match)
	}
	return match
}

func (g *graph) memberDistinct(m *member) float64 {
	u := &g.units[m.unit]
	d := g.z.distinctOf(m.col, math.Inf(1))
	if d == 0 || math.IsInf(d, 1) {
		d = math.Max(1, u.rows/3)
	}
	if s, ok := u.node.(*plan.Scan); ok {
		for _, c := range s.Filter {
			if k, ok := c.(*expr.Compare); ok && k.Op == expr.EQ && comparedColumn(c) != nil && comparedColumn(c).ID == m.col.ID {
				return 1
			}
		}
	}
	return math.Max(1, math.Min(d, u.rows))
}

// condFraction estimates a condition between units.
func (g *graph) condFraction(c *cond) float64 {
	cmp, ok := c.e.(*expr.Compare)
	if !ok || cmp.Op != expr.EQ {
		return g.z.selectivity(c.e)
	}
	d := 1.0
	for _, side := range [2]expr.Expr{cmp.A, cmp.B} {
		m := g.reads(side)
		if u, one := m.single(); one {
			x := g.z.distinctOf(side, g.units[u].rows)
			if x == 0 {
				x = math.Max(1, g.units[u].rows/5)
			}
			d = math.Max(d, x)
		}
	}
	return 1 / d
}

// pair is what joining two sets of units takes and gives.
type pair struct {
	rows float64
	cost float64 // without the sides' own
	ok   bool
}

// join estimates the join of two sets with so many rows; right is the side
// that is built, or looked up.
func (g *graph) join(left, right mask, lrows, rrows float64) pair {
	if l, one := left.single(); one && !g.units[l].base() {
		return pair{}
	}
	if i, one := right.single(); one && !g.units[i].base() {
		return g.joinUnit(&g.units[i], left, lrows)
	}
	for k := range g.units {
		// What needs more than its own side has is not on that side.
		if u := &g.units[k]; !u.base() && (left.has(k) && !u.needs.inside(left) || right.has(k) && !u.needs.inside(right)) {
			return pair{}
		}
	}
	sel, equal := g.crossing(left, right)
	rows := math.Max(1, lrows*rrows*sel)
	p := pair{rows: rows, ok: true}
	if !equal {
		p.cost = lrows*rrows*pairCost + rows*outputCost
		return p
	}
	p.cost = hashCost(lrows, rrows) + rows*outputCost
	return p
}

// hashCost is what building and probing a hash table takes; one that does not
// fit the processor's cache is probed more slowly.
func hashCost(lrows, rrows float64) float64 {
	probe := hashProbeCost
	if rrows > 50_000 {
		probe *= 2
	}
	return lrows*probe + rrows*hashBuildCost
}

// joinUnit estimates the join of a set with a unit of another kind than inner.
func (g *graph) joinUnit(u *unit, left mask, lrows float64) pair {
	if !u.needs.inside(left) {
		return pair{}
	}
	p := pair{rows: math.Max(1, lrows*u.factor), ok: true}
	switch {
	case u.node == nil:
		p.cost = lrows * u.cost
	case hasEquality(u.conds):
		p.cost = hashCost(lrows, u.rows) + p.rows*outputCost
	default:
		p.cost = lrows*u.rows*pairCost + p.rows*outputCost
	}
	return p
}

func hasEquality(conds []expr.Expr) bool {
	for _, c := range conds {
		if cmp, ok := c.(*expr.Compare); ok && cmp.Op == expr.EQ {
			return true
		}
	}
	return false
}

// crossing estimates the conditions between two sets: equalities that fix a
// key of one of their relations leave one row of it, others count by the
// distinct values of the sides.
func (g *graph) crossing(left, right mask) (sel float64, equal bool) {
	sel = 1
	both := left.or(right)
	for i := range g.conds {
		c := &g.conds[i]
		if c.all.inside(both) && c.all.meets(left) && c.all.meets(right) {
			sel *= c.sel
			if cmp, ok := c.e.(*expr.Compare); ok && cmp.Op == expr.EQ {
				equal = true
			}
		}
	}
	var fixed map[int]map[uint16]bool
	product, crossed := 1.0, 0
	for _, class := range g.classes {
		dl, dr := 0.0, 0.0
		for _, m := range class {
			switch {
			case left.has(m.unit):
				dl = math.Max(dl, m.distinct)
			case right.has(m.unit):
				dr = math.Max(dr, m.distinct)
			}
		}
		if dl == 0 || dr == 0 {
			continue
		}
		equal = true
		product /= math.Max(dl, dr)
		crossed++
	}
	if crossed < 2 {
		return sel * product, equal
	}
	fixed = g.fixedColumns(left, right)
	for u, cols := range fixed {
		if s, ok := g.units[u].node.(*plan.Scan); ok && len(cols) > 1 && fixesKey(s.Rel, cols) {
			product = math.Max(product, 1/g.z.relationRows(s.Rel))
		}
	}
	return sel * product, equal
}

// fixedColumns lists, for each unit, its columns in classes between the sets.
func (g *graph) fixedColumns(left, right mask) map[int]map[uint16]bool {
	out := map[int]map[uint16]bool{}
	for _, class := range g.classes {
		l, r := false, false
		for _, m := range class {
			l, r = l || left.has(m.unit), r || right.has(m.unit)
		}
		if !l || !r {
			continue
		}
		for _, m := range class {
			o, ok := g.z.originOf(m.col)
			if !ok || o.column == 0 || !left.has(m.unit) && !right.has(m.unit) {
				continue
			}
			if out[m.unit] == nil {
				out[m.unit] = map[uint16]bool{}
			}
			out[m.unit][o.column] = true
		}
	}
	return out
}

// lookupCostOf is what looking up the rows of a unit, a scan with an index on
// equal columns, takes for each row of a set; ok is false where there is none.
func (g *graph) lookupCostOf(i int, left mask) (perRow float64, ok bool) {
	u := &g.units[i]
	s, isScan := u.node.(*plan.Scan)
	if !isScan || g.z.o.NoLookup || g.z.o.NoIndex || s.Rel.Kind != catalog.Table || s.Lock != nil || s.Sample != nil || u.kind == plan.NullAntiJoin {
		return 0, false
	}
	equal := map[int]bool{}
	if u.base() {
		for _, class := range g.classes {
			for _, m := range class {
				if m.unit != i {
					continue
				}
				for _, o := range class {
					if left.has(o.unit) {
						if at, ok := scanColumn(s, m.col); ok {
							equal[at] = true
						}
					}
				}
			}
		}
	} else {
		for _, c := range u.conds {
			if cmp, ok := c.(*expr.Compare); ok && cmp.Op == expr.EQ {
				for _, e := range [2]expr.Expr{cmp.A, cmp.B} {
					if at, ok := scanColumn(s, e); ok {
						equal[at] = true
					}
				}
			}
		}
	}
	return g.z.probeCost(s, equal)
}

// probeCost is what one lookup takes in the best index whose first parts are
// among the ordinals.
func (z *optimizer) probeCost(s *plan.Scan, equal map[int]bool) (best float64, ok bool) {
	if len(equal) == 0 {
		return 0, false
	}
	total := z.relationRows(s.Rel)
	for _, ix := range candidates(s.Rel) {
		parts := keyParts(s.Rel, ix)
		rows, n := total, 0
		for _, p := range parts {
			o, plain := partOrdinal(s.Rel, ix, p)
			if !plain || !equal[o] {
				break
			}
			n++
			if o == plan.RowIDOrdinal {
				rows = 1
				continue
			}
			d := guessDistinct(total)
			if known := z.stats; known != nil {
				if r := known.Of(s.Rel); r != nil && r.Columns[s.Rel.Columns[o].ID] != nil {
					d = r.Columns[s.Rel.Columns[o].ID].DistinctIn(r.Rows, total)
				}
			}
			rows /= d
		}
		if n == 0 {
			continue
		}
		if n == len(parts) && (ix == nil || ix.Immediate()) {
			rows = 1
		}
		perRow := 1.0
		if ix != nil && !covers(s, ix) {
			perRow = lookupCost
		}
		cost := rangeCost + math.Max(rows, 0.1)*perRow
		if !ok || cost < best {
			best, ok = cost, true
		}
	}
	return best, ok
}
