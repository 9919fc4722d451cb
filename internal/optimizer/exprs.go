package optimizer

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
)

// eachExpr calls f with a pointer to every expression that stands directly in
// the node, so that f may replace it.
func eachExpr(n plan.Node, f func(*expr.Expr)) {
	list := func(es []expr.Expr) {
		for i := range es {
			f(&es[i])
		}
	}
	items := func(it []plan.Item) {
		for i := range it {
			f(&it[i].Expr)
		}
	}
	keys := func(ks []expr.SortKey) {
		for i := range ks {
			f(&ks[i].Expr)
		}
	}
	call := func(c *plan.SetCall) {
		list(c.Args)
		if c.Scalar != nil {
			f(&c.Scalar)
		}
	}
	switch n := n.(type) {
	case *plan.Scan:
		list(n.Filter)
		if n.Sample != nil {
			f(&n.Sample.Percent)
		}
	case *plan.Values:
		for _, r := range n.Rows {
			list(r)
		}
	case *plan.FuncScan:
		for i := range n.Fns {
			call(&n.Fns[i])
		}
	case *plan.Project:
		items(n.Items)
		for i := range n.Sets {
			call(&n.Sets[i].Call)
		}
	case *plan.Filter:
		list(n.Conds)
	case *plan.Join:
		list(n.On)
		list(n.Residual)
		for i := range n.Keys {
			f(&n.Keys[i].Left)
			f(&n.Keys[i].Right)
		}
	case *plan.Aggregate:
		items(n.Groups)
		for i := range n.Aggs {
			a := n.Aggs[i].Agg
			list(a.Args)
			keys(a.OrderBy)
			if a.Filter != nil {
				f(&a.Filter)
			}
		}
	case *plan.Window:
		list(n.Partition)
		keys(n.OrderBy)
		for i := range n.Calls {
			c := &n.Calls[i]
			list(c.Args)
			if c.Agg != nil {
				list(c.Agg.Args)
				if c.Agg.Filter != nil {
					f(&c.Agg.Filter)
				}
			}
		}
	case *plan.Sort:
		keys(n.Keys)
	case *plan.Limit:
		if n.Count != nil {
			f(&n.Count)
		}
		if n.Offset != nil {
			f(&n.Offset)
		}
		keys(n.Keys)
	case *plan.Distinct:
		list(n.On)
	case *plan.Insert:
		for i := range n.Row {
			if n.Row[i] != nil {
				f(&n.Row[i])
			}
		}
		if c := n.OnConflict; c != nil {
			assigns(c.Update, f)
			if c.Where != nil {
				f(&c.Where)
			}
		}
		target(&n.Target, f)
		items(n.Returning)
	case *plan.Update:
		assigns(n.Set, f)
		target(&n.Target, f)
		items(n.Returning)
	case *plan.Delete:
		target(&n.Target, f)
		items(n.Returning)
	case *plan.Merge:
		f(&n.Matched)
		for i := range n.Whens {
			w := &n.Whens[i]
			if w.Cond != nil {
				f(&w.Cond)
			}
			assigns(w.Set, f)
			list(w.Row)
		}
		target(&n.Target, f)
	}
}

func assigns(as []plan.Assign, f func(*expr.Expr)) {
	for i := range as {
		f(&as[i].Expr)
	}
}

func target(t *plan.Target, f func(*expr.Expr)) {
	if t.Tenant != nil {
		f(&t.Tenant)
	}
	for i := range t.Checks {
		f(&t.Checks[i].Cond)
	}
	assigns(t.Generated, f)
	for i := range t.Indexes {
		for j := range t.Indexes[i].Parts {
			if t.Indexes[i].Parts[j] != nil {
				f(&t.Indexes[i].Parts[j])
			}
		}
		if t.Indexes[i].Where != nil {
			f(&t.Indexes[i].Where)
		}
	}
	for i := range t.ViewChecks {
		f(&t.ViewChecks[i].Cond)
	}
}

// setInput replaces the i-th input of a node.
func setInput(n plan.Node, i int, in plan.Node) {
	switch n := n.(type) {
	case *plan.Project:
		n.Input = in
	case *plan.Filter:
		n.Input = in
	case *plan.Join:
		if i == 0 {
			n.Left = in
		} else {
			n.Right = in
		}
	case *plan.Aggregate:
		n.Input = in
	case *plan.Window:
		n.Input = in
	case *plan.Sort:
		n.Input = in
	case *plan.Limit:
		n.Input = in
	case *plan.Distinct:
		n.Input = in
	case *plan.SetOp:
		n.Ins[i] = in
	case *plan.With:
		setWithInput(n, i, in)
	case *plan.Insert:
		n.Input = in
	case *plan.Update:
		n.Input = in
	case *plan.Delete:
		n.Input = in
	case *plan.Merge:
		n.Input = in
	}
}

func setWithInput(n *plan.With, i int, in plan.Node) {
	for _, c := range n.CTEs {
		if c.Recursive == nil {
			if i == 0 {
				c.Plan = in
				return
			}
			i--
			continue
		}
		switch i {
		case 0:
			c.Recursive.Base = in
			return
		case 1:
			c.Recursive.Step = in
			return
		}
		i -= 2
	}
	n.Body = in
}

// mapInputs replaces every input by what f makes of it.
func mapInputs(n plan.Node, f func(plan.Node) plan.Node) {
	for i, in := range n.Inputs() {
		if out := f(in); out != in {
			setInput(n, i, out)
		}
	}
}

func columnsOf(n plan.Node) colset {
	s := newColset()
	for _, c := range n.Columns() {
		s.add(c.ID)
	}
	return s
}

// uses adds the columns that e refers to, those of correlated subqueries and
// of lateral references (expr.Outer) included.
func uses(e expr.Expr, s colset) {
	if e == nil {
		return
	}
	expr.Walk(e, func(x expr.Expr) bool {
		switch x := x.(type) {
		case *expr.Column:
			s.add(x.ID)
		case *expr.Outer:
			s.add(x.ID)
		case *expr.Subquery:
			for _, id := range x.Outer {
				s.add(id)
			}
		}
		return true
	})
}

// within reports whether all columns among universe that e uses are in side.
func within(e expr.Expr, side, universe colset) bool {
	used := newColset()
	uses(e, used)
	for id := range used.all() {
		if universe.has(id) && !side.has(id) {
			return false
		}
	}
	return true
}

func hasSubquery(e expr.Expr) bool {
	found := false
	expr.Walk(e, func(x expr.Expr) bool {
		if _, ok := x.(*expr.Subquery); ok {
			found = true
		}
		return !found
	})
	return found
}

func volatile(e expr.Expr) bool { return expr.VolatilityOf(e) == expr.Volatile }

// split takes a condition apart at its ANDs, and at what all branches of an OR
// have in common.
func split(conds []expr.Expr) []expr.Expr {
	var out []expr.Expr
	for _, c := range conds {
		if a, ok := c.(*expr.And); ok {
			out = append(out, split(a.Args)...)
		} else if or, ok := c.(*expr.Or); ok {
			out = append(out, factor(or)...)
		} else if !isTrue(c) {
			out = append(out, c)
		}
	}
	return out
}

func isTrue(e expr.Expr) bool {
	c, ok := e.(*expr.Const)
	return ok && !c.Val.IsNull() && c.Val.Bool()
}

// substitute replaces columns by expressions.
func substitute(e expr.Expr, by map[expr.ColumnID]expr.Expr) expr.Expr {
	return expr.Rewrite(e, func(x expr.Expr) expr.Expr {
		if c, ok := x.(*expr.Column); ok {
			if r, ok := by[c.ID]; ok {
				return r
			}
		}
		return x
	})
}
