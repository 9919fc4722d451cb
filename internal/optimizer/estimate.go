package optimizer

import (
	"math"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
)

// Selectivities where nothing better is known, PostgreSQL's defaults where it
// has one.
const (
	defaultRows = 1000
	selEqual    = 0.02
	selRange    = 1.0 / 3
	selBetween  = 0.1
	selLike     = 0.05
	selNull     = 0.02
	selUnknown  = 0.3

	// Costs, in rows of a sequential scan.
	lookupCost    = 40  // a row reached by its key
	rangeCost     = 30  // a range of an index opened
	hashBuildCost = 4   // a row put into a hash table
	hashProbeCost = 1.5 // a row looked up in one
	pairCost      = 0.3 // a pair of rows compared by a nested loop
	outputCost    = 0.7 // a row that a join gives
	sortCost      = 0.3 // a row sorted, for each doubling of their number
)

func (z *optimizer) relationRows(rel *catalog.Relation) float64 {
	if z.stats == nil || rel.Kind == catalog.Virtual {
		return defaultRows
	}
	return math.Max(1, z.stats.Rows(rel))
}

// rows estimates how many rows a node gives. Scans and joins remember the
// estimate: it is asked for after conditions have found their place.
func (z *optimizer) rows(n plan.Node) float64 {
	switch n := n.(type) {
	case *plan.Scan:
		if n.Rows != 0 {
			return n.Rows
		}
		rows := z.scanRows(n)
		if !z.frozen {
			n.Rows = rows
		}
		return rows
	case *plan.Values:
		return float64(len(n.Rows))
	case *plan.FuncScan:
		return 100
	case *plan.Filter:
		return math.Max(1, z.rows(n.Input)*z.conjunction(n.Conds))
	case *plan.Project:
		if len(n.Sets) > 0 {
			return 10 * z.rows(n.Input)
		}
		return z.rows(n.Input)
	case *plan.Join:
		if n.Rows != 0 {
			return n.Rows
		}
		rows := z.joinRows(n)
		if !z.frozen {
			n.Rows = rows
		}
		return rows
	case *plan.Aggregate:
		if len(n.Groups) == 0 {
			return 1
		}
		return z.groupRows(n)
	case *plan.Limit:
		return math.Min(z.rows(n.Input), constantOr(n.Count, 100))
	case *plan.SetOp:
		var rows float64
		for _, in := range n.Ins {
			rows += z.rows(in)
		}
		return rows
	case *plan.With:
		return z.rows(n.Body)
	case *plan.CTEScan:
		if n.CTE.Plan != nil {
			return z.rows(n.CTE.Plan)
		}
		return defaultRows
	}
	if in := n.Inputs(); len(in) > 0 {
		return z.rows(in[0])
	}
	return defaultRows
}

// groupRows estimates the groups of an aggregate: no more than the product of
// the keys' distinct values.
func (z *optimizer) groupRows(n *plan.Aggregate) float64 {
	rows := z.rows(n.Input)
	groups, known := 1.0, true
	for _, g := range n.Groups {
		if d := z.distinctOf(g.Expr, rows); d > 0 {
			groups *= d
		} else {
			known = false
		}
	}
	if !known {
		groups = math.Max(groups, rows/10)
	}
	return math.Max(1, math.Min(rows, groups))
}

func constantOr(e expr.Expr, def float64) float64 {
	if c, ok := e.(*expr.Const); ok && !c.Val.IsNull() {
		return float64(c.Val.I)
	}
	return def
}

func (z *optimizer) scanRows(n *plan.Scan) float64 {
	rows := z.relationRows(n.Rel)
	if uniqueByFilter(n) {
		return 1
	}
	return math.Max(1, rows*z.conjunction(n.Filter))
}

// uniqueByFilter reports whether equalities fix a unique key of the relation.
func uniqueByFilter(n *plan.Scan) bool {
	equal := map[uint16]bool{}
	for _, c := range n.Filter {
		if s, ok := sargOf(n, c); ok && s.op == expr.EQ && s.in == nil && !s.null {
			equal[n.Rel.Columns[s.ordinal].ID] = true
		}
	}
	return fixesKey(n.Rel, equal)
}

func fixesKey(rel *catalog.Relation, equal map[uint16]bool) bool {
	if rel.RowIDKey && rel.KeyColumn != 0 && equal[rel.KeyColumn] {
		return true
	}
	for _, ix := range rel.Indexes {
		if !ix.Immediate() || ix.Where != "" {
			continue
		}
		all := true
		for _, p := range ix.Parts {
			all = all && p.Column != 0 && equal[p.Column]
		}
		if all {
			return true
		}
	}
	return false
}

// selectivity estimates the fraction of rows that pass one condition.
func (z *optimizer) selectivity(e expr.Expr) float64 {
	switch e := e.(type) {
	case *expr.Const:
		if isTrue(e) {
			return 1
		}
		return 0
	case *expr.Compare:
		switch e.Op {
		case expr.EQ:
			return z.equalFraction(e.A, e.B)
		case expr.NE:
			return 1 - z.equalFraction(e.A, e.B)
		}
		if b, ok := z.boundOf(e); ok {
			return b.fraction()
		}
		return selRange
	case *expr.And:
		return z.conjunction(e.Args)
	case *expr.Or:
		miss := 1.0
		for _, a := range e.Args {
			miss *= 1 - z.conjunction([]expr.Expr{a})
		}
		return 1 - miss
	case *expr.Not:
		return 1 - z.selectivity(e.Arg)
	case *expr.IsNull:
		f := selNull
		if v := z.values(e.Arg); v != nil {
			f = v.Null
		}
		if e.Negated {
			return 1 - f
		}
		return math.Max(f, 1e-6)
	case *expr.In:
		s := 0.0
		for _, v := range e.List {
			s += z.equalFraction(e.Arg, v)
		}
		s = math.Min(s, 0.9)
		if e.Negated {
			return 1 - s
		}
		return s
	case *expr.Call:
		if e.Fn.Name == "~~" {
			return selLike
		}
	}
	return selUnknown
}

// equalFraction estimates how many rows have two expressions equal.
func (z *optimizer) equalFraction(a, b expr.Expr) float64 {
	v := z.values(a)
	if v == nil {
		if v = z.values(b); v == nil {
			return selEqual
		}
		a, b = b, a
	}
	if x, ok := constantOf(b, v); ok && v.Known() {
		return math.Max(v.Equal(x), 1e-8)
	}
	o, _ := z.originOf(a)
	return (1 - v.Null) / v.DistinctIn(o.known.Rows, z.relationRows(o.rel))
}

// joinRows estimates a join by its equalities: one over the larger number of
// distinct values of the two sides.
func (z *optimizer) joinRows(n *plan.Join) float64 {
	l, r := z.rows(n.Left), z.rows(n.Right)
	sel := 1.0
	for _, c := range n.On {
		sel *= z.joinSelectivity(c, n.Left, n.Right, l, r)
	}
	for _, k := range n.Keys {
		sel *= z.joinSelectivity(&expr.Compare{Op: expr.EQ, A: k.Left, B: k.Right}, n.Left, n.Right, l, r)
	}
	inner := math.Max(1, l*r*sel)
	switch n.Kind {
	case plan.LeftJoin, plan.SingleJoin:
		return math.Max(l, inner)
	case plan.FullJoin:
		return math.Max(l+r, inner)
	case plan.SemiJoin, plan.AntiJoin, plan.NullAntiJoin:
		return math.Max(1, l/2)
	}
	return inner
}

func (z *optimizer) joinSelectivity(c expr.Expr, left, right plan.Node, l, r float64) float64 {
	cmp, ok := c.(*expr.Compare)
	if !ok || cmp.Op != expr.EQ {
		return z.selectivity(c)
	}
	distinct := math.Max(z.distinct(cmp.A, left, l), z.distinct(cmp.A, right, r))
	distinct = math.Max(distinct, z.distinct(cmp.B, left, l))
	distinct = math.Max(distinct, z.distinct(cmp.B, right, r))
	return 1 / math.Max(1, distinct)
}

// distinct estimates the number of values of a column expression in a node, 0
// where the node does not have it.
func (z *optimizer) distinct(e expr.Expr, n plan.Node, rows float64) float64 {
	if c, ok := e.(*expr.Cast); ok {
		e = c.Arg
	}
	c, ok := e.(*expr.Column)
	if !ok {
		return 0
	}
	for _, col := range n.Columns() {
		if col.ID == c.ID {
			if d := z.distinctOf(c, rows); d > 0 {
				return d
			}
			return math.Max(1, rows/5)
		}
	}
	return 0
}
