package optimizer

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
)

// unnest turns EXISTS, IN, NOT EXISTS and NOT IN conditions of filters into
// semi and anti joins, from the bottom up.
func (z *optimizer) unnest(n plan.Node) plan.Node {
	mapInputs(n, z.unnest)
	f, ok := n.(*plan.Filter)
	if !ok {
		return n
	}
	var stay []expr.Expr
	in := f.Input
	for _, c := range split(f.Conds) {
		if j := z.unnestCond(in, c); j != nil {
			in = j
		} else {
			stay = append(stay, c)
		}
	}
	return filter(in, stay)
}

// unnestCond returns a join over in that stands for the condition, or nil.
func (z *optimizer) unnestCond(in plan.Node, c expr.Expr) plan.Node {
	negated := false
	if not, ok := c.(*expr.Not); ok {
		c, negated = not.Arg, true
	}
	s, ok := c.(*expr.Subquery)
	if !ok {
		return nil
	}
	sub, ok := s.Plan.(plan.Node)
	if !ok {
		return nil
	}
	switch s.Kind {
	case expr.ExistsSubquery:
		return z.unnestExists(in, sub, s, negated)
	case expr.AnySubquery:
		return z.unnestIn(in, sub, s, negated)
	case expr.AllSubquery:
		// x <> ALL (…) is NOT (x = ANY (…)).
		if cmp, ok := s.Op.(*expr.Compare); ok && cmp.Op == expr.NE && !negated {
			e := *s
			e.Op = &expr.Compare{Op: expr.EQ, A: cmp.A, B: cmp.B}
			return z.unnestIn(in, sub, &e, true)
		}
	}
	return nil
}

func (z *optimizer) unnestExists(in, sub plan.Node, s *expr.Subquery, negated bool) plan.Node {
	outer := outerIn(in, s.Outer)
	if len(outer) == 0 {
		return nil // computed once as it is
	}
	sub = stripForExists(sub)
	if sub == nil {
		return nil
	}
	sub, on, ok := decorrelate(sub, outer)
	if !ok || len(on) == 0 {
		return nil
	}
	kind := plan.SemiJoin
	if negated {
		kind = plan.AntiJoin
	}
	return &plan.Join{Kind: kind, Left: in, Right: z.unnest(sub), On: on}
}

// outerIn returns those of a subquery's outer columns that in has; the others
// belong to queries further out and stay references to them.
func outerIn(in plan.Node, outer []expr.ColumnID) []expr.ColumnID {
	have := columnsOf(in)
	var out []expr.ColumnID
	for _, id := range outer {
		if have.has(id) {
			out = append(out, id)
		}
	}
	return out
}

// stripForExists removes what does not change whether there are rows.
func stripForExists(n plan.Node) plan.Node {
	for {
		switch x := n.(type) {
		case *plan.Project:
			if len(x.Sets) > 0 {
				return nil
			}
			n = x.Input
		case *plan.Sort:
			n = x.Input
		case *plan.Distinct:
			n = x.Input
		case *plan.Scan, *plan.Filter, *plan.Join:
			return n
		default:
			return nil
		}
	}
}

func (z *optimizer) unnestIn(in, sub plan.Node, s *expr.Subquery, negated bool) plan.Node {
	for _, t := range s.Test {
		if hasSubquery(t) || volatile(t) {
			return nil
		}
	}
	cols := sub.Columns()
	var on []expr.Expr
	if outer := outerIn(in, s.Outer); len(outer) > 0 {
		if negated {
			return nil // NOT IN with correlation: NULLs make it no join
		}
		var ok bool
		if sub, on, ok = decorrelate(sub, outer); !ok {
			return nil
		}
	}
	by := map[expr.ColumnID]expr.Expr{}
	for i, id := range s.TestID {
		by[id] = s.Test[i]
	}
	op := substitute(s.Op, by)
	kind := plan.SemiJoin
	if negated {
		if _, simple := op.(*expr.Compare); !simple {
			return nil
		}
		kind = plan.NullAntiJoin
		if neverNull(s.Test, in) && len(cols) > 0 && allNotNull(cols) {
			kind = plan.AntiJoin
		}
	}
	return &plan.Join{Kind: kind, Left: in, Right: z.unnest(sub), On: append([]expr.Expr{op}, on...)}
}

func allNotNull(cols []plan.Column) bool {
	for _, c := range cols {
		if !c.NotNull {
			return false
		}
	}
	return true
}

func neverNull(es []expr.Expr, in plan.Node) bool {
	known := newColset()
	for _, c := range in.Columns() {
		if c.NotNull {
			known.add(c.ID)
		}
	}
	for _, e := range es {
		if c, ok := e.(*expr.Const); ok && !c.Val.IsNull() {
			continue
		}
		c, ok := e.(*expr.Column)
		if !ok || !known.has(c.ID) {
			return false
		}
	}
	return true
}

// decorrelate takes the conditions that refer to outer columns out of a
// subquery made of projections, filters and joins. It fails where outer
// columns are used anywhere else. The columns that the conditions need are
// passed up through projections.
func decorrelate(n plan.Node, outer []expr.ColumnID) (plan.Node, []expr.Expr, bool) {
	set := newColset()
	for _, id := range outer {
		set.add(id)
	}
	n, conds := pull(n, set)
	left := newColset()
	outerUses(n, left)
	for id := range left.all() {
		if set.has(id) {
			return n, nil, false
		}
	}
	have := columnsOf(n)
	for i, c := range conds {
		if hasSubquery(c) || volatile(c) {
			return n, nil, false
		}
		conds[i] = expr.Rewrite(c, func(x expr.Expr) expr.Expr {
			if o, ok := x.(*expr.Outer); ok && set.has(o.ID) {
				return &expr.Column{ID: o.ID, Typ: o.Typ, Name: o.Name}
			}
			return x
		})
		used := newColset()
		uses(conds[i], used)
		for id := range used.all() {
			if !have.has(id) && !set.has(id) {
				return n, nil, false
			}
		}
	}
	return n, conds, true
}

func refersTo(e expr.Expr, outer colset) bool {
	found := false
	expr.Walk(e, func(x expr.Expr) bool {
		switch x := x.(type) {
		case *expr.Outer:
			found = found || outer.has(x.ID)
		case *expr.Subquery:
			for _, id := range x.Outer {
				found = found || outer.has(id)
			}
		}
		return !found
	})
	return found
}

// pull copies the nodes it changes, so that a failed attempt leaves the
// original whole.
func pull(n plan.Node, outer colset) (plan.Node, []expr.Expr) {
	switch x := n.(type) {
	case *plan.Filter:
		in, conds := pull(x.Input, outer)
		var stay []expr.Expr
		for _, c := range split(x.Conds) {
			if refersTo(c, outer) {
				conds = append(conds, c)
			} else {
				stay = append(stay, c)
			}
		}
		return filter(in, stay), conds
	case *plan.Scan:
		var stay, conds []expr.Expr
		for _, c := range split(x.Filter) {
			if refersTo(c, outer) {
				conds = append(conds, c)
			} else {
				stay = append(stay, c)
			}
		}
		if conds == nil {
			return n, nil
		}
		s := *x
		s.Filter = stay
		return &s, conds
	case *plan.Project:
		in, conds := pull(x.Input, outer)
		if conds == nil || len(x.Sets) > 0 {
			return n, nil
		}
		p := *x
		p.Input = in
		p.Items = append([]plan.Item(nil), x.Items...)
		passThrough(&p, conds)
		return &p, conds
	case *plan.Join:
		if x.Kind != plan.InnerJoin || x.Lateral {
			return n, nil
		}
		left, a := pull(x.Left, outer)
		right, b := pull(x.Right, outer)
		j := *x
		j.Left, j.Right, j.On = left, right, nil
		conds := append(a, b...)
		for _, c := range split(x.On) {
			if refersTo(c, outer) {
				conds = append(conds, c)
			} else {
				j.On = append(j.On, c)
			}
		}
		return &j, conds
	}
	return n, nil
}

// passThrough adds the input columns that conds need to the projection.
func passThrough(p *plan.Project, conds []expr.Expr) {
	have := columnsOf(p)
	used := newColset()
	for _, c := range conds {
		uses(c, used)
	}
	for _, c := range p.Input.Columns() {
		if used.has(c.ID) && !have.has(c.ID) {
			p.Items = append(p.Items, plan.Item{Col: c, Expr: &expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name}})
		}
	}
}
