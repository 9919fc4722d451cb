package binder

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// recursionCheck looks in a query for references to a common table expression,
// and where they stand. forbidden says what is wrong with one there.
type recursionCheck struct {
	name      string
	forbidden string
	count     int
	only      bool // count references, and refuse none
}

const (
	inBase      = "within its non-recursive term"
	inSubquery  = "within a subquery"
	inOuterJoin = "within an outer join"
	inIntersect = "within INTERSECT"
	inExcept    = "within EXCEPT"
)

// refersToCTE reports whether a statement refers to the name.
func refersToCTE(stmt ast.Stmt, name string) bool {
	w := recursionCheck{name: name, only: true}
	w.stmt(stmt)
	return w.count > 0
}

// checkRecursion rejects the recursive queries that have no meaning: it is
// called for a CTE that refers to itself.
func checkRecursion(c *ast.CTE) {
	sel, ok := c.Stmt.(*ast.Select)
	if !ok {
		panic(fail(c.Pos, sqlerr.InvalidRecursion, "recursive query \"%s\" must not contain data-modifying statements", c.Name))
	}
	op, ok := sel.Body.(*ast.SetOp)
	if !ok || op.Kind != ast.Union {
		panic(fail(c.Pos, sqlerr.InvalidRecursion, "recursive query \"%s\" does not have the form non-recursive-term UNION [ALL] recursive-term", c.Name))
	}
	w := recursionCheck{name: c.Name, forbidden: inBase}
	w.body(op.Left)
	w.forbidden = inSubquery
	if sel.With != nil {
		for _, inner := range sel.With.CTEs {
			w.stmt(inner.Stmt)
		}
	}
	w.forbidden = ""
	w.body(op.Right)
	recursiveClauses(sel)
}

// recursiveClauses rejects what a recursive query cannot have.
func recursiveClauses(sel *ast.Select) {
	switch {
	case len(sel.OrderBy) > 0:
		panic(fail(start(sel.OrderBy[0].Expr), sqlerr.FeatureNotSupported, "ORDER BY in a recursive query is not implemented"))
	case sel.Offset != nil:
		panic(fail(start(sel.Offset), sqlerr.FeatureNotSupported, "OFFSET in a recursive query is not implemented"))
	case sel.Limit != nil:
		panic(fail(start(sel.Limit), sqlerr.FeatureNotSupported, "LIMIT in a recursive query is not implemented"))
	case len(sel.Locking) > 0:
		panic(fail(sel.Locking[0].Pos, sqlerr.FeatureNotSupported, "FOR UPDATE/SHARE in a recursive query is not implemented"))
	}
}

func (w *recursionCheck) found(pos int) {
	if w.only {
		w.count++
		return
	}
	if w.forbidden != "" {
		panic(fail(pos, sqlerr.InvalidRecursion, "recursive reference to query \"%s\" must not appear %s", w.name, w.forbidden))
	}
	if w.count++; w.count > 1 {
		panic(fail(pos, sqlerr.InvalidRecursion, "recursive reference to query \"%s\" must not appear more than once", w.name))
	}
}

// within runs f where references are forbidden for another reason.
func (w *recursionCheck) within(forbidden string, f func()) {
	saved := w.forbidden
	if forbidden != "" {
		w.forbidden = forbidden
	}
	f()
	w.forbidden = saved
}

func (w *recursionCheck) stmt(s ast.Stmt) {
	if q, ok := s.(*ast.Select); ok {
		w.query(q)
		return
	}
	if s != nil {
		w.node(s)
	}
}

// node looks through whatever holds expressions; queries in it are subqueries.
func (w *recursionCheck) node(n ast.Node) {
	top := n
	ast.Walk(n, func(x ast.Node) bool {
		switch x := x.(type) {
		case *ast.Select:
			forbidden := inSubquery
			if _, ok := top.(ast.Stmt); ok {
				forbidden = "" // the query of a change
			}
			w.within(forbidden, func() { w.query(x) })
			return false
		case ast.TableExpr:
			w.table(x)
			return false
		}
		return true
	})
}

func (w *recursionCheck) exprs(list []ast.Expr) {
	for _, e := range list {
		w.expr(e)
	}
}

func (w *recursionCheck) expr(e ast.Expr) {
	if e != nil {
		w.node(e)
	}
}

func (w *recursionCheck) query(q *ast.Select) {
	if q.With != nil {
		for _, c := range q.With.CTEs {
			if c.Name == w.name && q.With.Recursive {
				return // another query of the name
			}
			w.stmt(c.Stmt)
			if c.Name == w.name {
				return
			}
		}
	}
	w.body(q.Body)
	for _, o := range q.OrderBy {
		w.expr(o.Expr)
	}
	w.expr(q.Limit)
	w.expr(q.Offset)
}

func (w *recursionCheck) body(body ast.SelectBody) {
	switch b := body.(type) {
	case *ast.Select:
		w.query(b)
	case *ast.SetOp:
		switch {
		case b.Kind == ast.Intersect && b.All:
			w.within(inIntersect, func() { w.body(b.Left); w.body(b.Right) })
		case b.Kind == ast.Except:
			forbidden := ""
			if b.All {
				forbidden = inExcept
			}
			w.within(forbidden, func() { w.body(b.Left) })
			w.within(inExcept, func() { w.body(b.Right) })
		default:
			w.body(b.Left)
			w.body(b.Right)
		}
	case *ast.Values:
		for _, row := range b.Rows {
			w.exprs(row)
		}
	case *ast.SelectCore:
		w.exprs(b.DistinctOn)
		for _, t := range b.Targets {
			w.expr(t.Expr)
		}
		for _, t := range b.From {
			w.table(t)
		}
		w.expr(b.Where)
		w.exprs(b.GroupBy)
		w.expr(b.Having)
	}
}

func (w *recursionCheck) table(t ast.TableExpr) {
	switch t := t.(type) {
	case *ast.TableRef:
		if t.Name.Schema == "" && t.Name.Name == w.name {
			w.found(t.Pos)
		}
	case *ast.SubqueryRef:
		w.query(t.Query)
	case *ast.FuncRef:
		for _, i := range t.Items {
			w.expr(i.Func)
		}
	case *ast.Join:
		left, right := "", ""
		if t.Kind == ast.RightJoin || t.Kind == ast.FullJoin {
			left = inOuterJoin
		}
		if t.Kind == ast.LeftJoin || t.Kind == ast.FullJoin {
			right = inOuterJoin
		}
		w.within(left, func() { w.table(t.Left) })
		w.within(right, func() { w.table(t.Right) })
		w.expr(t.On)
	}
}

// dependencyOrder sorts the queries of WITH RECURSIVE so that each comes after
// those that it refers to; those that refer to each other are refused.
func dependencyOrder(ctes []*ast.CTE) []*ast.CTE {
	needs := make([][]bool, len(ctes))
	for i, c := range ctes {
		needs[i] = make([]bool, len(ctes))
		for k, d := range ctes {
			needs[i][k] = i != k && refersToCTE(c.Stmt, d.Name)
		}
	}
	sorted := make([]*ast.CTE, 0, len(ctes))
	done := make([]bool, len(ctes))
	for len(sorted) < len(ctes) {
		next := -1
		for i := range ctes {
			free := !done[i]
			for k := range ctes {
				free = free && (!needs[i][k] || done[k])
			}
			if free {
				next = i
				break
			}
		}
		if next < 0 {
			for i := range ctes {
				if !done[i] {
					panic(fail(ctes[i].Pos, sqlerr.FeatureNotSupported, "mutual recursion between WITH items is not implemented"))
				}
			}
		}
		done[next] = true
		sorted = append(sorted, ctes[next])
	}
	return sorted
}
