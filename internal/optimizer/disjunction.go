package optimizer

import (
	"github.com/zqlite/zqlite/internal/expr"
)

// factor takes what is common to all branches out of a disjunction:
// (a AND b) OR (a AND c) is a AND (b OR c). It returns the conjuncts.
func factor(or *expr.Or) []expr.Expr {
	if len(or.Args) < 2 || volatile(or) {
		return []expr.Expr{or}
	}
	branches := make([][]expr.Expr, len(or.Args))
	for i, a := range or.Args {
		branches[i] = split([]expr.Expr{a})
	}
	var common []expr.Expr
	for _, c := range branches[0] {
		everywhere := !contains(common, c)
		for _, b := range branches[1:] {
			everywhere = everywhere && contains(b, c)
		}
		if everywhere {
			common = append(common, c)
		}
	}
	if len(common) == 0 {
		return []expr.Expr{listed(or)}
	}
	rest := &expr.Or{}
	for _, b := range branches {
		var left []expr.Expr
		for _, c := range b {
			if !contains(common, c) {
				left = append(left, c)
			}
		}
		if len(left) == 0 {
			return common // a branch asks nothing more
		}
		rest.Args = append(rest.Args, conjoin(left))
	}
	return append(common, factor(rest)...)
}

func conjoin(list []expr.Expr) expr.Expr {
	if len(list) == 1 {
		return list[0]
	}
	return &expr.And{Args: list}
}

// listed writes a = 1 OR a = 2 as a IN (1, 2), which an index answers.
func listed(or *expr.Or) expr.Expr {
	var arg expr.Expr
	var list []expr.Expr
	for _, a := range or.Args {
		switch a := a.(type) {
		case *expr.Compare:
			col, value := a.A, a.B
			if _, ok := col.(*expr.Column); !ok {
				col, value = value, col
			}
			if _, ok := col.(*expr.Column); !ok || a.Op != expr.EQ || !valueAlone(value) || hasSubquery(value) ||
				!col.Type().Is(value.Type()) || arg != nil && !expr.Equal(arg, col) {
				return or
			}
			arg, list = col, append(list, value)
		case *expr.In:
			if _, ok := a.Arg.(*expr.Column); !ok || a.Negated || arg != nil && !expr.Equal(arg, a.Arg) {
				return or
			}
			for _, v := range a.List {
				if !valueAlone(v) || hasSubquery(v) {
					return or
				}
			}
			arg, list = a.Arg, append(list, a.List...)
		default:
			return or
		}
	}
	return &expr.In{Arg: arg, List: list}
}

// restrict adds what a disjunction over several leaves says of each of them:
// where every branch has conditions on one leaf alone, one of them holds.
func (t *innerTree) restrict() {
	var derived []expr.Expr
	for _, c := range t.conds {
		or, ok := c.(*expr.Or)
		if !ok || volatile(c) || hasSubquery(c) {
			continue
		}
		if s := t.spanOf(c); s.from == s.to {
			continue
		}
		for l := range t.leaves {
			if d := t.restriction(or, l); d != nil && !contains(t.conds, d) {
				derived = append(derived, d)
			}
		}
	}
	t.conds = append(t.conds, derived...)
}

func (t *innerTree) restriction(or *expr.Or, leaf int) expr.Expr {
	out := &expr.Or{}
	for _, a := range or.Args {
		var own []expr.Expr
		for _, c := range split([]expr.Expr{a}) {
			if t.readsOnly(c, leaf) {
				own = append(own, c)
			}
		}
		if len(own) == 0 {
			return nil
		}
		out.Args = append(out.Args, conjoin(own))
	}
	return listed(out)
}

// readsOnly reports whether a condition reads columns of a leaf and no other.
func (t *innerTree) readsOnly(c expr.Expr, leaf int) bool {
	used := newColset()
	uses(c, used)
	found := false
	for id := range used.all() {
		l := t.leaf(id)
		if l >= 0 && l != leaf {
			return false
		}
		found = found || l == leaf
	}
	return found
}
