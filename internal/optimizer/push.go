package optimizer

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
)

// push returns n with the conditions applied as deep as they can be tested.
func (z *optimizer) push(n plan.Node, conds []expr.Expr) plan.Node {
	conds = split(conds)
	if neverTrue(conds) {
		return nothing(n)
	}
	switch n := n.(type) {
	case *plan.Filter:
		return z.push(n.Input, append(append([]expr.Expr(nil), n.Conds...), conds...))
	case *plan.Scan:
		n.Filter = append(split(n.Filter), conds...)
		if neverTrue(n.Filter) {
			return nothing(n)
		}
		return n
	case *plan.Project:
		return z.pushProject(n, conds)
	case *plan.Join:
		return z.pushJoin(n, conds)
	case *plan.Aggregate:
		return z.pushAggregate(n, conds)
	case *plan.Sort:
		n.Input = z.push(n.Input, conds)
		return n
	case *plan.Distinct:
		if len(n.On) == 0 && !anyVolatile(conds) {
			n.Input = z.push(n.Input, conds)
			return n
		}
	case *plan.SetOp:
		if !anySubquery(conds) && !anyVolatile(conds) {
			return z.pushSetOp(n, conds)
		}
	case *plan.With:
		for _, c := range n.CTEs {
			if c.Recursive != nil {
				c.Recursive.Base = z.push(c.Recursive.Base, nil)
				c.Recursive.Step = z.push(c.Recursive.Step, nil)
			} else {
				c.Plan = z.push(c.Plan, nil)
			}
		}
		n.Body = z.push(n.Body, conds)
		return n
	}
	mapInputs(n, func(in plan.Node) plan.Node { return z.push(in, nil) })
	return filter(n, conds)
}

// neverTrue reports whether a condition is constant and not true. A NULL
// counts: what it stands beside is not evaluated then, as in PostgreSQL.
func neverTrue(conds []expr.Expr) bool {
	for _, c := range conds {
		if k, ok := c.(*expr.Const); ok && (k.Val.IsNull() || !k.Val.Bool()) {
			return true
		}
	}
	return false
}

// nothing is a plan without rows that has the columns of n.
func nothing(n plan.Node) plan.Node { return &plan.Values{Cols: n.Columns()} }

func filter(n plan.Node, conds []expr.Expr) plan.Node {
	if len(conds) == 0 {
		return n
	}
	return &plan.Filter{Input: n, Conds: conds}
}

func anyVolatile(conds []expr.Expr) bool {
	for _, c := range conds {
		if volatile(c) {
			return true
		}
	}
	return false
}

func anySubquery(conds []expr.Expr) bool {
	for _, c := range conds {
		if hasSubquery(c) {
			return true
		}
	}
	return false
}

func (z *optimizer) pushProject(n *plan.Project, conds []expr.Expr) plan.Node {
	by := map[expr.ColumnID]expr.Expr{}
	fixed := newColset() // columns that a condition cannot be pushed past
	for _, it := range n.Items {
		by[it.Col.ID] = it.Expr
		_, plain := it.Expr.(*expr.Column)
		if volatile(it.Expr) || (hasSubquery(it.Expr) && !plain) {
			fixed.add(it.Col.ID)
		}
	}
	for _, s := range n.Sets {
		fixed.add(s.Col.ID)
	}
	var down, stay []expr.Expr
	for _, c := range conds {
		used := newColset()
		uses(c, used)
		ok := !volatile(c) && !hasSubquery(c) && len(n.Sets) == 0
		for id := range used.all() {
			ok = ok && !fixed.has(id)
		}
		if ok {
			down = append(down, substitute(c, by))
		} else {
			stay = append(stay, c)
		}
	}
	n.Input = z.push(n.Input, down)
	return filter(n, stay)
}

func (z *optimizer) pushAggregate(n *plan.Aggregate, conds []expr.Expr) plan.Node {
	by := map[expr.ColumnID]expr.Expr{}
	for _, g := range n.Groups {
		if !volatile(g.Expr) {
			by[g.Col.ID] = g.Expr
		}
	}
	var down, stay []expr.Expr
	for _, c := range conds {
		used := newColset()
		uses(c, used)
		ok := n.Sets == nil && len(n.Groups) > 0 && !used.empty() && !volatile(c) && !hasSubquery(c)
		own := columnsOf(n)
		for id := range used.all() {
			if own.has(id) && by[id] == nil {
				ok = false
			}
		}
		if ok {
			down = append(down, substitute(c, by))
		} else {
			stay = append(stay, c)
		}
	}
	n.Input = z.push(n.Input, down)
	return filter(n, stay)
}

func (z *optimizer) pushSetOp(n *plan.SetOp, conds []expr.Expr) plan.Node {
	side := func(in plan.Node) plan.Node {
		by := map[expr.ColumnID]expr.Expr{}
		for i, c := range in.Columns() {
			by[n.Cols[i].ID] = &expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name}
		}
		out := make([]expr.Expr, len(conds))
		for i, c := range conds {
			out[i] = substitute(c, by)
		}
		return z.push(in, out)
	}
	for i, in := range n.Ins {
		n.Ins[i] = side(in)
	}
	return n
}

func (z *optimizer) pushJoin(n *plan.Join, conds []expr.Expr) plan.Node {
	if n.Kind == plan.InnerJoin && !n.Lateral {
		return z.pushInner(n, conds)
	}
	n.On = split(n.On)
	if n.Kind == plan.RightJoin && !n.Lateral {
		n.Kind, n.Left, n.Right = plan.LeftJoin, n.Right, n.Left
	}
	left, right := columnsOf(n.Left), columnsOf(n.Right)
	if (n.Kind == plan.LeftJoin) && rejectsNull(conds, right) {
		n.Kind = plan.InnerJoin
	}
	if n.Kind == plan.FullJoin {
		keepLeft, keepRight := rejectsNull(conds, left), rejectsNull(conds, right)
		switch {
		case keepLeft && keepRight:
			n.Kind = plan.InnerJoin
		case keepLeft:
			n.Kind = plan.LeftJoin
		case keepRight:
			n.Kind, n.Left, n.Right = plan.LeftJoin, n.Right, n.Left
			left, right = right, left
		}
	}
	if n.Kind == plan.InnerJoin && !n.Lateral {
		return z.pushInner(n, conds)
	}
	both := newColset()
	both.addAll(left)
	both.addAll(right)
	if n.Kind == plan.InnerJoin {
		conds, n.On = append(n.On, conds...), nil
	}
	var toLeft, toRight, above []expr.Expr
	for _, c := range conds {
		switch {
		case volatile(c):
			above = append(above, c)
		case within(c, left, both) && n.Kind != plan.FullJoin:
			toLeft = append(toLeft, c)
		case within(c, right, both) && n.Kind == plan.InnerJoin:
			toRight = append(toRight, c)
		case n.Kind == plan.InnerJoin && !hasSubquery(c):
			n.On = append(n.On, c)
		default:
			above = append(above, c)
		}
	}
	if n.Kind != plan.InnerJoin && n.Kind != plan.FullJoin && n.Kind != plan.NullAntiJoin {
		var on []expr.Expr
		for _, c := range n.On {
			if within(c, right, both) && !volatile(c) && usesAny(c, right) {
				toRight = append(toRight, c)
			} else {
				on = append(on, c)
			}
		}
		n.On = on
	}
	n.Left, n.Right = z.push(n.Left, toLeft), z.push(n.Right, toRight)
	return filter(n, above)
}

func usesAny(e expr.Expr, s colset) bool {
	used := newColset()
	uses(e, used)
	for id := range used.all() {
		if s.has(id) {
			return true
		}
	}
	return false
}

// rejectsNull reports whether some condition is never true when all columns of
// the side are NULL.
func rejectsNull(conds []expr.Expr, side colset) bool {
	for _, c := range conds {
		if nullRejecting(c, side) {
			return true
		}
	}
	return false
}

func nullRejecting(e expr.Expr, side colset) bool {
	switch e := e.(type) {
	case *expr.Compare:
		return strictIn(e.A, side) || strictIn(e.B, side)
	case *expr.IsNull:
		return e.Negated && strictIn(e.Arg, side)
	case *expr.In:
		return !e.Negated && strictIn(e.Arg, side)
	case *expr.And:
		return rejectsNull(e.Args, side)
	case *expr.Or:
		for _, a := range e.Args {
			if !nullRejecting(a, side) {
				return false
			}
		}
		return true
	case *expr.Column:
		return side.has(e.ID)
	}
	return false
}

// strictIn reports whether e is NULL when the columns of the side are.
func strictIn(e expr.Expr, side colset) bool {
	switch e := e.(type) {
	case *expr.Column:
		return side.has(e.ID)
	case *expr.Cast:
		return strictIn(e.Arg, side)
	case *expr.Call:
		if e.Fn.NotStrict {
			return false
		}
		for _, a := range e.Args {
			if strictIn(a, side) {
				return true
			}
		}
	}
	return false
}
