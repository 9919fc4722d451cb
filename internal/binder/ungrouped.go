package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// directArguments finds ungrouped columns among the direct arguments of
// ordered-set aggregates, which are computed once for a group.
func (g *grouper) directArguments(q *query) {
	g.direct = true
	for _, a := range q.aggs {
		if !a.Agg.Fn.OrderedSet || len(a.Agg.OrderBy) == 0 {
			continue
		}
		for _, e := range a.Agg.Args[:len(a.Agg.Args)-len(a.Agg.OrderBy)] {
			visit(e, func(x expr.Expr) bool {
				for _, ge := range g.groups.exprs {
					if equal(ge, x) {
						return false
					}
				}
				if c, ok := x.(*expr.Column); ok && !g.own[c.ID] && g.s.owns(c.ID) {
					g.dependent(c.ID, x)
				}
				return true
			})
		}
	}
	g.direct = false
}

func (g *grouper) ungrouped(name string, pos int) *sqlerr.Error {
	if g.inSub {
		return fail(pos, sqlerr.GroupingError, "subquery uses ungrouped column \"%s\" from outer query", name)
	}
	err := fail(pos, sqlerr.GroupingError, "column \"%s\" must appear in the GROUP BY clause or be used in an aggregate function", name)
	if g.direct {
		return err.WithDetail("Direct arguments of an ordered-set aggregate must use only grouped columns.")
	}
	return err
}
