package optimizer

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
)

// needed says which of a node's columns its parent reads.
type needed struct {
	all  bool
	cols colset
}

func (w needed) has(id expr.ColumnID) bool { return w.all || w.cols.has(id) }

// prune removes columns that nobody reads from scans, projections and
// aggregates, top down.
func prune(n plan.Node, want needed) {
	switch n := n.(type) {
	case *plan.Scan:
		pruneScan(n, want)
		return
	case *plan.Project:
		if !want.all {
			n.Items = keepItems(n.Items, want)
		}
	case *plan.Aggregate:
		if !want.all {
			pruneAggregate(n, want)
		}
	case *plan.Distinct:
		if len(n.On) == 0 {
			want = needed{all: true}
		}
	case *plan.SetOp, *plan.CTEScan:
		want = needed{all: true}
	case *plan.With:
		for _, c := range n.CTEs {
			if c.Recursive != nil {
				prune(c.Recursive.Base, needed{all: true})
				prune(c.Recursive.Step, needed{all: true})
			} else {
				prune(c.Plan, needed{all: true})
			}
		}
		prune(n.Body, want)
		return
	}
	below := needed{cols: newColset()}
	switch n.(type) {
	case *plan.Project, *plan.Aggregate:
	case *plan.SetOp, *plan.Delete, *plan.Merge, *plan.Insert:
		below.all = true
	default:
		below.all = want.all
		for id := range want.cols.all() {
			below.cols.add(id)
		}
	}
	eachExpr(n, func(e *expr.Expr) { uses(*e, below.cols) })
	// A lateral input reads columns of the left side from inside.
	if j, ok := n.(*plan.Join); ok && j.Lateral {
		outerUses(j.Right, below.cols)
	}
	for i, in := range n.Inputs() {
		for superfluous(in, below) {
			in = in.(*plan.Join).Left
			setInput(n, i, in)
		}
		prune(in, below)
	}
	if j, ok := n.(*plan.Join); ok && !want.all {
		j.Out = pruneColumns(j.Columns(), want)
	}
}

// superfluous reports an outer join that neither adds rows, since its right
// side has one for each key at most, nor gives columns that are wanted.
func superfluous(n plan.Node, want needed) bool {
	j, ok := n.(*plan.Join)
	if !ok || j.Kind != plan.LeftJoin || j.Lateral || want.all {
		return false
	}
	s, ok := j.Right.(*plan.Scan)
	if !ok || s.Lock != nil || anyVolatile(j.On) || anyVolatile(s.Filter) {
		return false
	}
	for _, c := range s.Cols {
		if want.has(c.ID) {
			return false
		}
	}
	left := columnsOf(j.Left)
	fixed := map[uint16]bool{}
	for _, c := range j.On {
		cmp, ok := c.(*expr.Compare)
		if !ok || cmp.Op != expr.EQ {
			continue
		}
		for _, side := range [2][2]expr.Expr{{cmp.A, cmp.B}, {cmp.B, cmp.A}} {
			if o, ok := scanColumn(s, side[0]); ok && o >= 0 && within(side[1], left, left) && !usesAny(side[1], columnsOf(s)) {
				fixed[s.Rel.Columns[o].ID] = true
			}
		}
	}
	for _, c := range s.Filter {
		if k, ok := sargOf(s, c); ok && k.op == expr.EQ && k.in == nil && !k.null && k.ordinal >= 0 {
			fixed[s.Rel.Columns[k.ordinal].ID] = true
		}
	}
	return fixesKey(s.Rel, fixed)
}

// pruneColumns keeps the columns that are wanted; never nil.
func pruneColumns(cols []plan.Column, want needed) []plan.Column {
	out := make([]plan.Column, 0, len(cols))
	for _, c := range cols {
		if want.has(c.ID) {
			out = append(out, c)
		}
	}
	return out
}

// outerUses adds the columns of outer queries that a subtree refers to.
func outerUses(n plan.Node, s colset) {
	eachExpr(n, func(e *expr.Expr) {
		if *e == nil {
			return
		}
		expr.Walk(*e, func(x expr.Expr) bool {
			switch x := x.(type) {
			case *expr.Outer:
				s.add(x.ID)
			case *expr.Subquery:
				for _, id := range x.Outer {
					s.add(id)
				}
			}
			return true
		})
	})
	for _, in := range n.Inputs() {
		outerUses(in, s)
	}
}

func pruneScan(n *plan.Scan, want needed) {
	if want.all {
		return
	}
	used := newColset()
	for _, c := range n.Filter {
		uses(c, used)
	}
	var cols []plan.Column
	var ordinals []int
	for i, c := range n.Cols {
		if want.has(c.ID) || used.has(c.ID) {
			cols, ordinals = append(cols, c), append(ordinals, n.Ordinals[i])
		}
	}
	n.Cols, n.Ordinals = cols, ordinals
}

func keepItems(items []plan.Item, want needed) []plan.Item {
	var out []plan.Item
	for _, it := range items {
		if want.has(it.Col.ID) || volatile(it.Expr) {
			out = append(out, it)
		}
	}
	return out
}

func pruneAggregate(n *plan.Aggregate, want needed) {
	var aggs []plan.AggItem
	for _, a := range n.Aggs {
		if want.has(a.Col.ID) {
			aggs = append(aggs, a)
		}
	}
	n.Aggs = aggs
}
