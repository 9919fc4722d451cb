package optimizer

import (
	"math"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
)

type catalogPart = catalog.IndexPart

// number gives the inputs of a join tree numbers from left to right, so that
// asking which side of a join an expression reads costs no sets of columns.
func (z *optimizer) number(n plan.Node, next int) int {
	if z.leaf == nil {
		z.leaf, z.span = map[expr.ColumnID]int{}, map[plan.Node]span{}
	}
	from := next
	if j, ok := n.(*plan.Join); ok {
		next = z.number(j.Right, z.number(j.Left, next))
	} else {
		for _, c := range n.Columns() {
			z.leaf[c.ID] = next
		}
		next++
	}
	z.span[n] = span{from, next}
	return next
}

// reads reports whether e reads columns of an input of a join tree.
func (z *optimizer) reads(e expr.Expr, n plan.Node) bool {
	s := z.span[n]
	found := false
	expr.Walk(e, func(x expr.Expr) bool {
		id := expr.ColumnID(-1)
		switch x := x.(type) {
		case *expr.Column:
			id = x.ID
		case *expr.Outer:
			id = x.ID
		case *expr.Subquery:
			for _, o := range x.Outer {
				if l, ok := z.leaf[o]; ok && l >= s.from && l < s.to {
					found = true
				}
			}
			return !found
		default:
			return !found
		}
		if l, ok := z.leaf[id]; ok && l >= s.from && l < s.to {
			found = true
		}
		return !found
	})
	return found
}

// only reports whether e reads columns of one side and none of the other.
func (z *optimizer) only(e expr.Expr, side, other plan.Node) bool {
	return z.reads(e, side) && !z.reads(e, other)
}

// joinPaths chooses how a join is computed.
func (z *optimizer) joinPaths(n *plan.Join) plan.Node {
	if _, numbered := z.span[n]; !numbered {
		z.number(n, len(z.leaf)+len(z.span))
	}
	if n.Lateral {
		n.Method, n.Residual = plan.LoopJoin, n.On
		n.Left, n.Right = z.paths(n.Left, nil), z.paths(n.Right, nil)
		return n
	}
	leftRows, rightRows := z.rows(n.Left), z.rows(n.Right)
	hash := leftRows*hashProbeCost + rightRows*hashBuildCost + inputCost(z, n.Left) + inputCost(z, n.Right)
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
	n.Keys, n.Residual = z.joinKeys(n)
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
func (z *optimizer) joinKeys(n *plan.Join) (keys []plan.JoinKey, rest []expr.Expr) {
	left, right := n.Left, n.Right
	for _, c := range n.On {
		cmp, ok := c.(*expr.Compare)
		if ok && cmp.Op == expr.EQ && !hasSubquery(c) && !volatile(c) {
			if z.only(cmp.A, left, right) && z.only(cmp.B, right, left) {
				keys = append(keys, plan.JoinKey{Left: cmp.A, Right: cmp.B})
				continue
			}
			if z.only(cmp.B, left, right) && z.only(cmp.A, right, left) {
				keys = append(keys, plan.JoinKey{Left: cmp.B, Right: cmp.A})
				continue
			}
		}
		rest = append(rest, c)
	}
	return keys, rest
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
	sargs := sargsOf(s, s.Filter)
	fromJoin := map[expr.Expr]bool{}
	for _, c := range n.On {
		if cmp, ok := c.(*expr.Compare); ok && cmp.Op == expr.EQ {
			if js, ok := z.joinSarg(s, cmp, n.Left); ok {
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
	l := &lookupPath{path: best, scan: s, cost: leftRows * (best.cost + outputCost)}
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
func (z *optimizer) joinSarg(s *plan.Scan, cmp *expr.Compare, left plan.Node) (sarg, bool) {
	if o, ok := scanColumn(s, cmp.A); ok && z.only(cmp.B, left, s) && !hasSubquery(cmp.B) {
		return sarg{cond: cmp, ordinal: o, op: expr.EQ, value: cmp.B}, true
	}
	if o, ok := scanColumn(s, cmp.B); ok && z.only(cmp.A, left, s) && !hasSubquery(cmp.A) {
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
