package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
)

// unifySets makes one of equal set-returning calls, which go in step anyway, so
// that GROUP BY f(x) and f(x) in the select list are the same column.
func (b *binder) unifySets(outs []output, having *expr.Expr, keys []orderKey, on []expr.Expr, g *grouping, q *query) {
	if len(q.sets) < 2 {
		return
	}
	same := map[expr.ColumnID]plan.Column{}
	to := func(id expr.ColumnID) (plan.Column, bool) { c, ok := same[id]; return c, ok }
	kept := q.sets[:0:0]
next:
	for _, set := range q.sets { // calls in arguments stand before the call
		set.Call.Args = b.substituteAll(set.Call.Args, to)
		for _, k := range kept {
			if equalSets(&k, &set) {
				same[set.Col.ID] = k.Col
				continue next
			}
		}
		kept = append(kept, set)
	}
	if len(same) == 0 {
		return
	}
	q.sets = kept
	for i := range outs {
		outs[i].expr = b.substitute(outs[i].expr, to)
	}
	if *having != nil {
		*having = b.substitute(*having, to)
	}
	for i := range keys {
		if keys[i].key.Expr != nil {
			keys[i].key.Expr = b.substitute(keys[i].key.Expr, to)
		}
	}
	b.substituteAll(on, to)
	b.substituteAll(g.exprs, to)
	for i := range q.windows {
		w := &q.windows[i]
		w.partition = b.substituteAll(w.partition, to)
		for k := range w.order {
			w.order[k].Expr = b.substitute(w.order[k].Expr, to)
		}
	}
}

func (b *binder) substituteAll(list []expr.Expr, to func(expr.ColumnID) (plan.Column, bool)) []expr.Expr {
	for i := range list {
		list[i] = b.substitute(list[i], to)
	}
	return list
}

func equalSets(x, y *plan.SetItem) bool {
	return x.Call.Fn != nil && y.Call.Fn != nil && x.Call.Fn.Name == y.Call.Fn.Name && equalList(x.Call.Args, y.Call.Args)
}

// setsBelow expands the set-returning calls that grouping or windows need, below
// them; the others stay in the query, for the select list. A call that stands
// beside one of those, not around it, goes in step with it.
func (b *binder) setsBelow(node plan.Node, roots []expr.Expr, q *query) plan.Node {
	need := map[expr.ColumnID]bool{}
	var mark func(expr.Expr)
	mark = func(e expr.Expr) {
		visit(e, func(x expr.Expr) bool {
			c, ok := x.(*expr.Column)
			if !ok || need[c.ID] || !isSet(q.sets, c.ID) {
				return true
			}
			need[c.ID] = true
			for i := range q.sets {
				if q.sets[i].Col.ID == c.ID {
					for _, a := range q.sets[i].Call.Args {
						mark(a)
					}
				}
			}
			return true
		})
	}
	for _, e := range roots {
		mark(e)
	}
	var rest, above []plan.SetItem
	for _, set := range q.sets {
		if need[set.Col.ID] {
			rest = append(rest, set)
		} else {
			above = append(above, set)
		}
	}
	q.sets = above
	for len(rest) > 0 {
		p := &plan.Project{Input: &plan.Values{Rows: [][]expr.Expr{{}}}}
		var later []plan.SetItem
		for _, set := range rest {
			if usesSets(&set, rest) {
				later = append(later, set)
				continue
			}
			for i, a := range set.Call.Args {
				set.Call.Args[i] = fromLeft(a)
			}
			p.Sets = append(p.Sets, set)
		}
		node = &plan.Join{Kind: plan.InnerJoin, Left: node, Right: p, Lateral: true}
		rest = later
	}
	return node
}

// fromLeft turns columns into those of the left side of a lateral join.
func fromLeft(e expr.Expr) expr.Expr {
	return rewrite(e, func(x expr.Expr) (expr.Expr, bool) {
		if c, ok := x.(*expr.Column); ok {
			return &expr.Outer{ID: c.ID, Typ: c.Typ, Name: c.Name}, true
		}
		return x, false
	})
}

// windowRoots are the expressions that the windows of a query divide and sort by.
func windowRoots(q *query) []expr.Expr {
	var out []expr.Expr
	for i := range q.windows {
		out = append(out, q.windows[i].partition...)
		for _, k := range q.windows[i].order {
			out = append(out, k.Expr)
		}
	}
	return out
}

// callsSet tells whether a row of VALUES calls a set-returning function outside
// of subqueries.
func callsSet(row []ast.Expr) bool {
	found := false
	for _, e := range row {
		ast.Walk(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Select:
				return false
			case *ast.FuncCall:
				found = found || expr.SetFuncs(n.Name.Name) != nil
			}
			return !found
		})
	}
	return found
}
