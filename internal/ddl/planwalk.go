package ddl

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
)

// expressions lists the expressions of a query node, in which subqueries may
// stand.
func expressions(n plan.Node) []expr.Expr {
	var out []expr.Expr
	add := func(list ...expr.Expr) {
		for _, e := range list {
			if e != nil {
				out = append(out, e)
			}
		}
	}
	keys := func(list []expr.SortKey) {
		for _, k := range list {
			add(k.Expr)
		}
	}
	switch n := n.(type) {
	case *plan.Scan:
		add(n.Filter...)
	case *plan.Values:
		for _, row := range n.Rows {
			add(row...)
		}
	case *plan.FuncScan:
		for _, f := range n.Fns {
			add(f.Args...)
			add(f.Scalar)
		}
	case *plan.Project:
		for _, it := range n.Items {
			add(it.Expr)
		}
		for _, s := range n.Sets {
			add(s.Call.Args...)
		}
	case *plan.Filter:
		add(n.Conds...)
	case *plan.Join:
		add(n.On...)
	case *plan.Aggregate:
		for _, g := range n.Groups {
			add(g.Expr)
		}
		for _, a := range n.Aggs {
			add(a.Agg)
		}
	case *plan.Window:
		add(n.Partition...)
		keys(n.OrderBy)
		for _, c := range n.Calls {
			add(c.Args...)
			if c.Agg != nil {
				add(c.Agg)
			}
		}
	case *plan.Sort:
		keys(n.Keys)
	case *plan.Limit:
		add(n.Count, n.Offset)
	case *plan.Distinct:
		add(n.On...)
	}
	return out
}

// searchPlan looks through a plan and its subqueries for a node or an expression
// that a test accepts; nil accepts none.
func searchPlan(n plan.Node, node func(plan.Node) bool, e func(expr.Expr) bool) bool {
	if n == nil {
		return false
	}
	if node != nil && node(n) {
		return true
	}
	found := false
	for _, x := range expressions(n) {
		expr.Walk(x, func(x expr.Expr) bool {
			if e != nil && e(x) {
				found = true
			} else if q, ok := x.(*expr.Subquery); ok {
				if p, ok := q.Plan.(plan.Node); ok && searchPlan(p, node, e) {
					found = true
				}
			}
			return !found
		})
	}
	if found {
		return true
	}
	for _, in := range n.Inputs() {
		if searchPlan(in, node, e) {
			return true
		}
	}
	return false
}
