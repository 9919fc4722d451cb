package optimizer

import (
	"math"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
)

// paths fills in access paths and join methods below n, removes sorts whose
// order exists already, and turns a limit above a sort into a top-N.
func (z *optimizer) paths(n plan.Node, limit *plan.Limit) plan.Node {
	z.finishSubplans(n)
	switch n := n.(type) {
	case *plan.Scan:
		z.chooseAccess(n)
		return n
	case *plan.Join:
		return z.joinPaths(n)
	case *plan.Limit:
		if n.WithTies {
			limit = nil
		} else {
			limit = n
		}
		n.Input = z.paths(n.Input, limit)
		return n
	case *plan.Project:
		if len(n.Sets) > 0 {
			limit = nil
		}
		n.Input = z.paths(n.Input, limit)
		return n
	case *plan.Sort:
		n.Input = z.paths(n.Input, nil)
		if z.provideOrder(n.Input, n.Keys, limit) {
			return n.Input
		}
		n.Limit = limit
		return n
	case *plan.Window:
		n.Input = z.paths(n.Input, nil)
		var keys []expr.SortKey
		for _, e := range n.Partition {
			keys = append(keys, expr.SortKey{Expr: e})
		}
		keys = append(keys, n.OrderBy...)
		n.Sorted = len(keys) > 0 && z.provideOrder(n.Input, keys, nil)
		return n
	}
	mapInputs(n, func(in plan.Node) plan.Node { return z.paths(in, nil) })
	if a, ok := n.(*plan.Aggregate); ok {
		z.extreme(a)
	}
	return n
}

// extreme lets the minimum or maximum of a column come from the end of an
// index: the aggregate of the first row that is not NULL.
func (z *optimizer) extreme(n *plan.Aggregate) {
	s, ok := n.Input.(*plan.Scan)
	if !ok || len(n.Groups) > 0 || len(n.Sets) > 0 || len(n.Aggs) != 1 || s.Lock != nil {
		return
	}
	a := n.Aggs[0].Agg
	if len(a.Args) != 1 || a.Filter != nil || a.Fn.Name != "min" && a.Fn.Name != "max" {
		return
	}
	c, ok := a.Args[0].(*expr.Column)
	if !ok {
		return
	}
	one := *s
	o, ok := scanColumn(s, c)
	if !ok {
		return
	}
	if o >= 0 && !s.Rel.Columns[o].NotNull {
		one.Filter = append(append([]expr.Expr(nil), s.Filter...), &expr.IsNull{Arg: c, Negated: true})
		one.Rows, one.Access = 0, nil
	}
	down := a.Fn.Name == "max"
	limit := &plan.Limit{Count: &expr.Const{Typ: types.Int8, Val: types.NewInt(1)}}
	if !z.o.NoIndex && z.orderScan(&one, []expr.SortKey{{Expr: c, Desc: down, NullsFirst: down}}, limit) {
		limit.Input = &one
		n.Input = limit
	}
}

// provideOrder makes the input give its rows in the order of keys, by the
// order of an index, and reports whether it can.
func (z *optimizer) provideOrder(n plan.Node, keys []expr.SortKey, limit *plan.Limit) bool {
	switch n := n.(type) {
	case *plan.Project:
		by := map[expr.ColumnID]expr.Expr{}
		for _, it := range n.Items {
			by[it.Col.ID] = it.Expr
		}
		below := make([]expr.SortKey, len(keys))
		for i, k := range keys {
			c, ok := k.Expr.(*expr.Column)
			if !ok || by[c.ID] == nil {
				return false
			}
			below[i] = k
			below[i].Expr = by[c.ID]
		}
		return len(n.Sets) == 0 && z.provideOrder(n.Input, below, limit)
	case *plan.Filter:
		return z.provideOrder(n.Input, keys, limit)
	case *plan.Scan:
		return !z.o.NoIndex && z.orderScan(n, keys, limit)
	}
	return false
}

// orderScan looks for an index that gives the order, and takes it where that
// is cheaper than the access chosen before with a sort on top. With a limit,
// only as many rows are visited as it takes to find those wanted.
func (z *optimizer) orderScan(n *plan.Scan, keys []expr.SortKey, limit *plan.Limit) bool {
	if n.Rel.Kind == catalog.Virtual || n.Sample != nil {
		return false
	}
	total, rows := z.relationRows(n.Rel), z.rows(n)
	sargs := sargsOf(n, n.Filter)
	base := total
	if n.Access != nil {
		if p := z.bestPath(n, n.Filter); p != nil {
			base = math.Min(base, p.cost)
		}
	}
	base += sortCost * rows * math.Log2(rows+1)
	var best *plan.Access
	for _, ix := range candidates(n.Rel) {
		if ix != nil && ix.Hashed() {
			continue
		}
		a := &plan.Access{Index: ix, IndexOnly: ix != nil && covers(n, ix), Residual: n.Filter}
		within, cost := total, 0.0
		if p := z.matchIndex(n, ix, sargs); p != nil {
			a, within, cost = p.access(n.Filter), p.rows, rangeCost*p.fan
		}
		ok, reverse := ordered(n, a, keys)
		if !ok {
			continue
		}
		visited := within
		if limit != nil && limit.Count != nil {
			want := constantOr(limit.Count, 100) + constantOr(limit.Offset, 0)
			// What is wanted may stand further back than chance has it.
			visited = math.Min(within, 2*want*math.Max(1, within/rows))
		}
		if ix != nil && !a.IndexOnly {
			visited *= lookupCost
		}
		if cost += visited; cost <= base {
			a.Reverse = reverse
			best, base = a, cost
		}
	}
	if best == nil {
		return false
	}
	n.Access = best
	return true
}

// ordered reports whether an access gives rows in the order of keys, forward
// or in reverse.
func ordered(n *plan.Scan, a *plan.Access, keys []expr.SortKey) (ok, reverse bool) {
	if len(a.Ranges) > 1 || a.Index != nil && a.Index.Hashed() {
		return false, false
	}
	parts := keyParts(n.Rel, a.Index)
	fixed := 0
	if len(a.Ranges) == 1 {
		r := &a.Ranges[0]
		fixed = len(r.Eq)
		for i := range r.EqIn {
			if r.EqIn[i] != nil {
				fixed = min(fixed, i)
			}
		}
	}
	place, decided := 0, false
	for _, k := range keys {
		c, isColumn := k.Expr.(*expr.Column)
		if !isColumn {
			return false, false
		}
		o, found := scanColumn(n, c)
		if !found {
			return false, false
		}
		if fixedPart(n, a, parts[:fixed], o) {
			continue
		}
		if place < fixed {
			place = fixed
		}
		if place >= len(parts) {
			// All parts of a unique order are used up: the rest cannot matter.
			return a.Index == nil || (a.Index.Immediate() && allPartsNotNull(n, parts)), reverse
		}
		po, plain := partOrdinal(n.Rel, a.Index, parts[place])
		if !plain || po != o {
			return false, false
		}
		flip := parts[place].Desc != k.Desc
		notNull := o == plan.RowIDOrdinal || n.Rel.Columns[o].NotNull
		if !notNull && (parts[place].NullsFirst != k.NullsFirst) != flip {
			return false, false
		}
		if decided && flip != reverse {
			return false, false
		}
		reverse, decided = flip, true
		place++
	}
	return true, reverse
}

func allPartsNotNull(n *plan.Scan, parts []catalogPart) bool {
	for _, p := range parts {
		c := n.Rel.ColumnByID(p.Column)
		if c == nil || !c.NotNull {
			return false
		}
	}
	return true
}

func fixedPart(n *plan.Scan, a *plan.Access, parts []catalogPart, ordinal int) bool {
	for _, p := range parts {
		if o, ok := partOrdinal(n.Rel, a.Index, p); ok && o == ordinal {
			return true
		}
	}
	return false
}
