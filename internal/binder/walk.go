package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
)

// rewrite copies an expression top down: f returns a replacement and whether
// to stop there; otherwise the operands of what it returned are rewritten.
// Plans of subqueries are not entered (see rewritePlan). Parts that do not
// change are shared with the original.
func rewrite(e expr.Expr, f func(expr.Expr) (expr.Expr, bool)) expr.Expr {
	if e == nil {
		return nil
	}
	r, done := f(e)
	if done {
		return r
	}
	one := func(x expr.Expr) expr.Expr { return rewrite(x, f) }
	switch x := r.(type) {
	case *expr.Call:
		if args, changed := rewriteList(x.Args, one); changed {
			c := *x
			c.Args = args
			return &c
		}
	case *expr.And:
		if args, changed := rewriteList(x.Args, one); changed {
			return &expr.And{Args: args}
		}
	case *expr.Or:
		if args, changed := rewriteList(x.Args, one); changed {
			return &expr.Or{Args: args}
		}
	case *expr.Not:
		if a := one(x.Arg); a != x.Arg {
			return &expr.Not{Arg: a}
		}
	case *expr.IsNull:
		if a := one(x.Arg); a != x.Arg {
			return &expr.IsNull{Arg: a, Negated: x.Negated}
		}
	case *expr.IsBool:
		if a := one(x.Arg); a != x.Arg {
			return &expr.IsBool{Arg: a, Want: x.Want, Negated: x.Negated}
		}
	case *expr.Distinct:
		if l, r := one(x.A), one(x.B); l != x.A || r != x.B {
			return &expr.Distinct{A: l, B: r, Negated: x.Negated}
		}
	case *expr.Compare:
		if l, r := one(x.A), one(x.B); l != x.A || r != x.B {
			return &expr.Compare{Op: x.Op, A: l, B: r}
		}
	case *expr.In:
		list, changed := rewriteList(x.List, one)
		if a := one(x.Arg); changed || a != x.Arg {
			return &expr.In{Arg: a, List: list, Negated: x.Negated}
		}
	case *expr.Coalesce:
		if args, changed := rewriteList(x.Args, one); changed {
			return &expr.Coalesce{Args: args, Typ: x.Typ}
		}
	case *expr.Cast:
		if a := one(x.Arg); a != x.Arg {
			c := *x
			c.Arg = a
			return &c
		}
	case *expr.Row:
		if args, changed := rewriteList(x.Args, one); changed {
			return &expr.Row{Args: args, Typ: x.Typ}
		}
	case *expr.Array:
		if args, changed := rewriteList(x.Args, one); changed {
			return &expr.Array{Args: args, Typ: x.Typ}
		}
	case *expr.Field:
		if a := one(x.Arg); a != x.Arg {
			return &expr.Field{Arg: a, Index: x.Index, Typ: x.Typ}
		}
	default:
		return rewriteRare(r, one)
	}
	return r
}

// rewriteRare is rewrite for the nodes with more than operands.
func rewriteRare(e expr.Expr, one func(expr.Expr) expr.Expr) expr.Expr {
	switch x := e.(type) {
	case *expr.Case:
		c := &expr.Case{Whens: make([]expr.When, len(x.Whens)), Typ: x.Typ}
		changed := false
		for i, w := range x.Whens {
			c.Whens[i] = expr.When{Cond: one(w.Cond), Then: one(w.Then)}
			changed = changed || c.Whens[i] != w
		}
		if c.Else = one(x.Else); changed || c.Else != x.Else {
			return c
		}
	case *expr.Aggregate:
		c := *x
		c.Args, _ = rewriteList(x.Args, one)
		c.Filter = one(x.Filter)
		c.OrderBy = append([]expr.SortKey(nil), x.OrderBy...)
		for i := range c.OrderBy {
			c.OrderBy[i].Expr = one(c.OrderBy[i].Expr)
		}
		return &c
	case *expr.ArrayCompare:
		arg, array, cond := one(x.Arg), one(x.Array), one(x.Cond)
		if arg != x.Arg || array != x.Array || cond != x.Cond {
			c := *x
			c.Arg, c.Array, c.Cond = arg, array, cond
			return &c
		}
	case *expr.Subquery:
		test, changed := rewriteList(x.Test, one)
		if op := one(x.Op); changed || op != x.Op {
			c := *x
			c.Test, c.Op = test, op
			return &c
		}
	}
	return e
}

func rewriteList(list []expr.Expr, one func(expr.Expr) expr.Expr) ([]expr.Expr, bool) {
	changed := false
	var out []expr.Expr
	for i, e := range list {
		r := one(e)
		if r != e && !changed {
			changed = true
			out = append(make([]expr.Expr, 0, len(list)), list[:i]...)
		}
		if changed {
			out = append(out, r)
		}
	}
	if !changed {
		return list, false
	}
	return out, true
}

// visit calls f for an expression and its operands, top down; f returns false
// to go no deeper. Plans of subqueries are not entered.
func visit(e expr.Expr, f func(expr.Expr) bool) {
	rewrite(e, func(x expr.Expr) (expr.Expr, bool) { return x, !f(x) })
}

// rewritePlan replaces, in place, every expression of a plan that the binder
// has just made by what f returns, entering subqueries.
func rewritePlan(n plan.Node, f func(expr.Expr) expr.Expr) {
	if n == nil {
		return
	}
	planExprs(n, func(e expr.Expr) expr.Expr {
		if e == nil {
			return nil
		}
		e = f(e)
		visit(e, func(x expr.Expr) bool {
			if sub, ok := x.(*expr.Subquery); ok {
				rewritePlan(sub.Plan.(plan.Node), f)
			}
			return true
		})
		return e
	})
	for _, in := range n.Inputs() {
		rewritePlan(in, f)
	}
}

// planExprs replaces the expressions of one node.
func planExprs(n plan.Node, f func(expr.Expr) expr.Expr) {
	list := func(es []expr.Expr) {
		for i := range es {
			es[i] = f(es[i])
		}
	}
	keys := func(ks []expr.SortKey) {
		for i := range ks {
			ks[i].Expr = f(ks[i].Expr)
		}
	}
	items := func(is []plan.Item) {
		for i := range is {
			is[i].Expr = f(is[i].Expr)
		}
	}
	switch n := n.(type) {
	case *plan.Scan:
		list(n.Filter)
		if n.Sample != nil {
			n.Sample.Percent, n.Sample.Repeatable = f(n.Sample.Percent), f(n.Sample.Repeatable)
		}
	case *plan.Values:
		for _, row := range n.Rows {
			list(row)
		}
	case *plan.FuncScan:
		for i := range n.Fns {
			list(n.Fns[i].Args)
			n.Fns[i].Scalar = f(n.Fns[i].Scalar)
		}
	case *plan.Project:
		items(n.Items)
		for i := range n.Sets {
			list(n.Sets[i].Call.Args)
		}
	case *plan.Filter:
		list(n.Conds)
	case *plan.Join:
		list(n.On)
	case *plan.Aggregate:
		items(n.Groups)
		for i := range n.Aggs {
			n.Aggs[i].Agg = f(n.Aggs[i].Agg).(*expr.Aggregate)
		}
	case *plan.Window:
		list(n.Partition)
		keys(n.OrderBy)
		for i := range n.Calls {
			c := &n.Calls[i]
			list(c.Args)
			if c.Agg != nil {
				c.Agg = f(c.Agg).(*expr.Aggregate)
			}
			c.Frame.Start.Offset, c.Frame.End.Offset = f(c.Frame.Start.Offset), f(c.Frame.End.Offset)
		}
	case *plan.Sort:
		keys(n.Keys)
	case *plan.Limit:
		n.Count, n.Offset = f(n.Count), f(n.Offset)
		keys(n.Keys)
	case *plan.Distinct:
		list(n.On)
	default:
		changeExprs(n, f, list, items)
	}
}

// changeExprs is planExprs for the changing nodes.
func changeExprs(n plan.Node, f func(expr.Expr) expr.Expr, list func([]expr.Expr), items func([]plan.Item)) {
	assigns := func(as []plan.Assign) {
		for i := range as {
			as[i].Expr = f(as[i].Expr)
		}
	}
	checks := func(cs []plan.CheckItem) {
		for i := range cs {
			cs[i].Cond = f(cs[i].Cond)
		}
	}
	target := func(t *plan.Target) {
		t.Tenant = f(t.Tenant)
		checks(t.Checks)
		checks(t.ViewChecks)
		assigns(t.Generated)
		for i := range t.Indexes {
			list(t.Indexes[i].Parts)
			t.Indexes[i].Where = f(t.Indexes[i].Where)
		}
	}
	switch n := n.(type) {
	case *plan.Insert:
		target(&n.Target)
		list(n.Row)
		items(n.Returning)
		if n.OnConflict != nil {
			assigns(n.OnConflict.Update)
			n.OnConflict.Where = f(n.OnConflict.Where)
		}
	case *plan.Update:
		target(&n.Target)
		assigns(n.Set)
		items(n.Returning)
	case *plan.Delete:
		target(&n.Target)
		items(n.Returning)
	case *plan.Merge:
		target(&n.Target)
		n.Matched = f(n.Matched)
		for i := range n.Whens {
			n.Whens[i].Cond = f(n.Whens[i].Cond)
			assigns(n.Whens[i].Set)
			list(n.Whens[i].Row)
		}
	}
}

// mapPlan replaces, in place and bottom up, the nodes of a plan by what f
// returns for them, entering subqueries and common table expressions.
func mapPlan(n plan.Node, f func(plan.Node) plan.Node) plan.Node {
	if n == nil {
		return nil
	}
	planExprs(n, func(e expr.Expr) expr.Expr {
		if e != nil {
			visit(e, func(x expr.Expr) bool {
				if sub, ok := x.(*expr.Subquery); ok {
					sub.Plan = mapPlan(sub.Plan.(plan.Node), f)
				}
				return true
			})
		}
		return e
	})
	one := func(p *plan.Node) {
		if *p != nil {
			*p = mapPlan(*p, f)
		}
	}
	switch x := n.(type) {
	case *plan.Project:
		one(&x.Input)
	case *plan.Filter:
		one(&x.Input)
	case *plan.Sort:
		one(&x.Input)
	case *plan.Limit:
		one(&x.Input)
	case *plan.Distinct:
		one(&x.Input)
	case *plan.Aggregate:
		one(&x.Input)
	case *plan.Window:
		one(&x.Input)
	case *plan.Join:
		one(&x.Left)
		one(&x.Right)
	case *plan.SetOp:
		for i := range x.Ins {
			one(&x.Ins[i])
		}
	case *plan.Insert:
		one(&x.Input)
	case *plan.Update:
		one(&x.Input)
	case *plan.Delete:
		one(&x.Input)
	case *plan.Merge:
		one(&x.Input)
	case *plan.With:
		for _, c := range x.CTEs {
			if c.Recursive != nil {
				one(&c.Recursive.Base)
				one(&c.Recursive.Step)
			} else {
				one(&c.Plan)
			}
		}
		one(&x.Body)
	}
	return f(n)
}
