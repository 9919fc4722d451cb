package optimizer

import (
	"math"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
)

type catalogPart = catalog.IndexPart

// joinPaths chooses how a join is computed.
func (z *optimizer) joinPaths(n *plan.Join) plan.Node {
	if n.Lateral {
		n.Method, n.Residual = plan.LoopJoin, n.On
		n.Left, n.Right = z.paths(n.Left, nil), z.paths(n.Right, nil)
		return n
	}
	leftRows, rightRows := z.rows(n.Left), z.rows(n.Right)
	hash := leftRows + rightRows*hashBuildCost + inputCost(z, n.Left) + inputCost(z, n.Right)
	if !z.o.NoLookup && !z.o.NoIndex {
		straight := z.lookup(n, leftRows)
		if n.Kind == plan.InnerJoin {
			swapped := *n
			swapped.Left, swapped.Right = n.Right, n.Left
			turned := z.lookup(&swapped, rightRows)
			if turned != nil && (straight == nil || turned.cost+inputCost(z, n.Right) < straight.cost+inputCost(z, n.Left)) && turned.cost+inputCost(z, n.Right) < hash {
				return z.useLookup(&swapped, turned)
			}
		}
		if straight != nil && straight.cost+inputCost(z, n.Left) < hash {
			return z.useLookup(n, straight)
		}
	}
	n.Keys, n.Residual = joinKeys(n)
	n.Method = plan.LoopJoin
	if len(n.Keys) > 0 {
		n.Method = plan.HashJoin
	}
	n.Left, n.Right = z.paths(n.Left, nil), z.paths(n.Right, nil)
	return n
}

// inputCost is what it takes to produce an input, in rows of a scan.
func inputCost(z *optimizer, n plan.Node) float64 {
	if s, ok := n.(*plan.Scan); ok {
		total := z.relationRows(s.Rel)
		if p := z.bestPath(s, s.Filter); p != nil {
			return math.Min(total, p.cost)
		}
		return total
	}
	return z.rows(n)
}

// joinKeys finds the equalities between the two sides.
func joinKeys(n *plan.Join) (keys []plan.JoinKey, rest []expr.Expr) {
	left, right := columnsOf(n.Left), columnsOf(n.Right)
	for _, c := range n.On {
		cmp, ok := c.(*expr.Compare)
		if ok && cmp.Op == expr.EQ && !hasSubquery(c) && !volatile(c) {
			if only(cmp.A, left, right) && only(cmp.B, right, left) {
				keys = append(keys, plan.JoinKey{Left: cmp.A, Right: cmp.B})
				continue
			}
			if only(cmp.B, left, right) && only(cmp.A, right, left) {
				keys = append(keys, plan.JoinKey{Left: cmp.B, Right: cmp.A})
				continue
			}
		}
		rest = append(rest, c)
	}
	return keys, rest
}

// only reports whether e reads columns of side and none of other.
func only(e expr.Expr, side, other colset) bool {
	return usesAny(e, side) && !usesAny(e, other)
}

// lookupPath is a way to find the right side's rows by key for each left row.
type lookupPath struct {
	*path
	scan *plan.Scan
	cost float64
	on   []expr.Expr // conditions of the join that the ranges do not answer
}

// lookup finds an index of the right side, a plain scan, that the join's
// equalities can use. nil: there is none.
func (z *optimizer) lookup(n *plan.Join, leftRows float64) *lookupPath {
	s, ok := n.Right.(*plan.Scan)
	if !ok || s.Rel.Kind != catalog.Table || s.Lock != nil || s.Sample != nil {
		return nil
	}
	switch n.Kind {
	case plan.InnerJoin, plan.LeftJoin, plan.SemiJoin, plan.AntiJoin:
	default:
		return nil
	}
	left := columnsOf(n.Left)
	sargs := sargsOf(s, s.Filter)
	fromJoin := map[expr.Expr]bool{}
	for _, c := range n.On {
		if cmp, ok := c.(*expr.Compare); ok && cmp.Op == expr.EQ {
			if js, ok := joinSarg(s, cmp, left); ok {
				sargs = append([]sarg{js}, sargs...)
				fromJoin[c] = true
			}
		}
	}
	if len(fromJoin) == 0 {
		return nil
	}
	var best *path
	for _, ix := range candidates(s.Rel) {
		p := z.matchIndex(s, ix, sargs)
		if p == nil || !usesJoin(p, fromJoin) {
			continue
		}
		if best == nil || p.cost < best.cost {
			best = p
		}
	}
	if best == nil {
		return nil
	}
	l := &lookupPath{path: best, scan: s, cost: leftRows * (best.cost + 2)}
	for _, c := range n.On {
		if !best.used[c] {
			l.on = append(l.on, c)
		}
	}
	return l
}

func usesJoin(p *path, fromJoin map[expr.Expr]bool) bool {
	for c := range p.used {
		if fromJoin[c] {
			return true
		}
	}
	return false
}

// joinSarg reads `right column = expression over the left side`.
func joinSarg(s *plan.Scan, cmp *expr.Compare, left colset) (sarg, bool) {
	if o, ok := scanColumn(s, cmp.A); ok && only(cmp.B, left, columnsOf(s)) && !hasSubquery(cmp.B) {
		return sarg{cond: cmp, ordinal: o, op: expr.EQ, value: cmp.B}, true
	}
	if o, ok := scanColumn(s, cmp.B); ok && only(cmp.A, left, columnsOf(s)) && !hasSubquery(cmp.A) {
		return sarg{cond: cmp, ordinal: o, op: expr.EQ, value: cmp.A}, true
	}
	return sarg{}, false
}

func (z *optimizer) useLookup(n *plan.Join, l *lookupPath) plan.Node {
	out := *n
	out.Method = plan.LookupJoin
	l.scan.Access = l.access(l.scan.Filter)
	out.Residual = l.on
	out.Left = z.paths(n.Left, nil)
	z.finishSubplans(l.scan)
	return &out
}
