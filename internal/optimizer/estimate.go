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
	defaultRows   = 1000
	selEqual      = 0.02
	selRange      = 1.0 / 3
	selBetween    = 0.1
	selLike       = 0.05
	selNull       = 0.02
	selUnknown    = 0.3
	lookupCost    = 4 // an index lookup with its fetch, in rows of a sequential scan
	hashBuildCost = 2 // a row put into a hash table, in rows of a sequential scan
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
		if n.Rows == 0 {
			n.Rows = z.scanRows(n)
		}
		return n.Rows
	case *plan.Values:
		return float64(len(n.Rows))
	case *plan.FuncScan:
		return 100
	case *plan.Filter:
		return math.Max(1, z.rows(n.Input)*conjunction(n.Conds))
	case *plan.Project:
		if len(n.Sets) > 0 {
			return 10 * z.rows(n.Input)
		}
		return z.rows(n.Input)
	case *plan.Join:
		if n.Rows == 0 {
			n.Rows = z.joinRows(n)
		}
		return n.Rows
	case *plan.Aggregate:
		if len(n.Groups) == 0 {
			return 1
		}
		return math.Max(1, z.rows(n.Input)/10)
	case *plan.Limit:
		return math.Min(z.rows(n.Input), constantOr(n.Count, 100))
	case *plan.SetOp:
		return z.rows(n.Left) + z.rows(n.Right)
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
	return math.Max(1, rows*conjunction(n.Filter))
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
		if !ix.Unique || ix.Where != "" {
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

func conjunction(conds []expr.Expr) float64 {
	s := 1.0
	for _, c := range conds {
		s *= selectivity(c)
	}
	return s
}

func selectivity(e expr.Expr) float64 {
	switch e := e.(type) {
	case *expr.Const:
		if isTrue(e) {
			return 1
		}
		return 0
	case *expr.Compare:
		switch e.Op {
		case expr.EQ:
			return selEqual
		case expr.NE:
			return 1 - selEqual
		}
		return selRange
	case *expr.And:
		return conjunction(e.Args)
	case *expr.Or:
		miss := 1.0
		for _, a := range e.Args {
			miss *= 1 - selectivity(a)
		}
		return 1 - miss
	case *expr.Not:
		return 1 - selectivity(e.Arg)
	case *expr.IsNull:
		if e.Negated {
			return 1 - selNull
		}
		return selNull
	case *expr.In:
		s := math.Min(0.5, selEqual*float64(len(e.List)))
		if e.Negated {
			return 1 - s
		}
		return s
	}
	return selUnknown
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
		return selectivity(c)
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
		if col.ID != c.ID {
			continue
		}
		if s := findScan(n, c.ID); s != nil {
			total := z.relationRows(s.Rel)
			if col.RelColumn != 0 && fixesKey(s.Rel, map[uint16]bool{col.RelColumn: true}) {
				return total
			}
			return math.Max(1, math.Min(total/5, 1+math.Sqrt(total)*10))
		}
		return math.Max(1, rows/5)
	}
	return 0
}

// findScan returns the scan below n that brings forth a column.
func findScan(n plan.Node, id expr.ColumnID) *plan.Scan {
	if s, ok := n.(*plan.Scan); ok {
		for _, c := range s.Cols {
			if c.ID == id {
				return s
			}
		}
		return nil
	}
	for _, in := range n.Inputs() {
		if s := findScan(in, id); s != nil {
			return s
		}
	}
	return nil
}
