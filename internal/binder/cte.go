package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// cteFrame is the names that one WITH clause adds to those around it.
type cteFrame struct {
	parent  *cteFrame
	entries []*cteEntry
	future  []string // names of WITH that are not yet defined
}

// cteEntry is a common table expression while it is bound and referred to.
type cteEntry struct {
	cte     *plan.CTE
	cols    []plan.Column
	hint    ast.Materialization
	working bool // its recursive term is being bound
	binding bool // its plan is being bound: a reference is a recursion
	selfRef int  // references from the recursive term
	noRows  bool // changes data without RETURNING
	added   int  // trailing columns that SEARCH and CYCLE add
	hoisted []*plan.CTE
	pos     int
}

func (f *cteFrame) find(name string) *cteEntry {
	for ; f != nil; f = f.parent {
		for i := len(f.entries) - 1; i >= 0; i-- {
			if f.entries[i].cte.Name == name {
				return f.entries[i]
			}
		}
	}
	return nil
}

// with binds a WITH clause, and returns the box in which its body is bound and
// the node to put around the body (nil without one).
func (b *binder) with(w *ast.With, box *scope) (*scope, *plan.With) {
	if w == nil {
		return box, nil
	}
	frame := &cteFrame{parent: box.ctes}
	inner := &scope{parent: box.parent, base: box, ctes: frame, items: nil}
	node := &plan.With{}
	names := make([]string, 0, len(w.CTEs))
	for i, c := range w.CTEs {
		for _, other := range w.CTEs[:i] {
			if other.Name == c.Name {
				panic(fail(c.Pos, sqlerr.DuplicateAlias, "WITH query name \"%s\" specified more than once", c.Name))
			}
		}
		names = append(names, c.Name)
	}
	ctes := w.CTEs
	if w.Recursive {
		ctes = dependencyOrder(ctes)
	}
	for i, c := range ctes {
		if !w.Recursive {
			frame.future = names[i:]
		}
		e := b.cte(c, inner, w.Recursive)
		if !w.Recursive {
			frame.entries = append(frame.entries, e)
		}
		b.ctes = append(b.ctes, e)
		node.CTEs = append(append(node.CTEs, e.hoisted...), e.cte)
	}
	frame.future = nil
	return inner, node
}

// cte binds one common table expression.
func (b *binder) cte(c *ast.CTE, box *scope, recursive bool) *cteEntry {
	e := &cteEntry{cte: &plan.CTE{Name: c.Name, Materialize: c.Materialized == ast.MaterializeAlways}, hint: c.Materialized, pos: c.Pos}
	own := &scope{parent: box.parent, base: box, ctes: box.ctes}
	if recursive {
		e.binding = true
		box.ctes.entries = append(box.ctes.entries, e)
		if refersToCTE(c.Stmt, c.Name) {
			checkRecursion(c)
			b.recursiveCTE(e, c, c.Stmt.(*ast.Select), own)
			e.binding = false
			return e
		}
	}
	checkTraced(c)
	if sel, ok := c.Stmt.(*ast.Select); ok {
		e.cte.Plan = b.bindQuery(sel, own, queryFlags{})
	} else {
		if _, merge := c.Stmt.(*ast.Merge); merge {
			panic(fail(c.Pos, sqlerr.FeatureNotSupported, "MERGE not supported in WITH query"))
		}
		if box.parent != b.around() || b.viewDepth > 0 {
			panic(fail(c.Pos, sqlerr.FeatureNotSupported, "WITH clause containing a data-modifying statement must be at the top level"))
		}
		e.cte.Plan = b.bindStmt(c.Stmt, own)
		e.cte.Modifies = true
		e.noRows = len(e.cte.Plan.Columns()) == 0
	}
	e.binding = false
	e.cols = append([]plan.Column(nil), e.cte.Plan.Columns()...)
	b.nameCTE(e, c)
	return e
}

func (b *binder) nameCTE(e *cteEntry, c *ast.CTE) {
	if len(c.Columns) > len(e.cols) {
		panic(fail(c.Pos, sqlerr.InvalidColumnReference, "WITH query \"%s\" has %d columns available but %d columns specified", c.Name, len(e.cols), len(c.Columns)))
	}
	for i, n := range c.Columns {
		e.cols[i].Name = n.Text
	}
}

// recursiveCTE binds base UNION [ALL] step, where the step refers to the name.
func (b *binder) recursiveCTE(e *cteEntry, c *ast.CTE, sel *ast.Select, box *scope) {
	op := sel.Body.(*ast.SetOp)
	box, inner := b.with(sel.With, box)
	base := b.body(op.Left, box, queryFlags{})
	e.cols = append([]plan.Column(nil), base.Columns()...)
	b.nameCTE(e, c)
	width, right := len(e.cols), op.Right
	t := newTrace(c, op, recursiveNames(e.cols))
	if t != nil {
		base = b.traceBase(t, base, e.cols)
		e.cols = append([]plan.Column(nil), base.Columns()...)
		e.added = len(t.names)
		right = t.withTrace(right)
	}
	rec := &plan.Recursion{All: op.All, Base: base}
	for i := range e.cols {
		e.cols[i].ID, e.cols[i].NotNull = b.newID(), false
	}
	rec.Cols = e.cols
	e.working = true
	step := b.body(right, box, queryFlags{keepUnknown: true})
	e.working = false
	e.cte.Recursive = rec
	got := step.Columns()
	if len(got) != len(e.cols) {
		panic(fail(outputPos(op.Right, 0), sqlerr.SyntaxError, "each UNION query must have the same number of columns"))
	}
	want := make([]*types.Type, len(got))
	for i := range got {
		want[i] = e.cols[i].Type
		if i < width {
			b.recursiveType(e.cte.Name, i, want[i], got[i].Type, outputPos(op.Left, i))
		}
	}
	rec.Step = b.coerceColumns(step, want, op.Pos)
	if t != nil {
		t.check()
		rec.Step = b.traceStep(t, rec.Step, e.cols)
	}
	if inner != nil { // WITH inside the recursive query serves both terms
		e.hoisted = inner.CTEs
	}
}

func (b *binder) recursiveType(name string, i int, base, step *types.Type, pos int) {
	if step.Is(types.Unknown) || step.Is(base) && (base.Mod < 0 || base.Mod == step.Mod) {
		return
	}
	overall := expr.CommonType([]*types.Type{base, step})
	if overall == nil {
		panic(fail(pos, sqlerr.DatatypeMismatch, "UNION types %s and %s cannot be matched", base.Display, step.Display))
	}
	if !overall.Is(base) || base.Mod >= 0 && base.Mod != step.Mod {
		if plain := types.ByOID(base.OID); plain != nil && overall.Is(base) {
			overall = plain // without a modifier
		}
		panic(fail(pos, sqlerr.DatatypeMismatch, "recursive query \"%s\" column %d has type %s in non-recursive term but type %s overall",
			name, i+1, base.Display, overall.Display).WithHint("Cast the output of the non-recursive term to the correct type."))
	}
}

// scanCTE makes a reference to a common table expression.
func (b *binder) scanCTE(e *cteEntry, pos int, s *scope) plan.Node {
	if e.binding && !e.working {
		panic(fail(pos, sqlerr.InvalidRecursion, "recursive reference to query \"%s\" must not appear within its non-recursive term", e.cte.Name))
	}
	if e.noRows {
		panic(fail(pos, sqlerr.FeatureNotSupported, "WITH query \"%s\" does not have a RETURNING clause", e.cte.Name))
	}
	scan := &plan.CTEScan{CTE: e.cte, Cols: append([]plan.Column(nil), e.cols...), Working: e.working}
	for i := range scan.Cols {
		scan.Cols[i].ID = b.newID()
	}
	if e.working {
		if e.selfRef++; e.selfRef > 1 {
			panic(fail(pos, sqlerr.InvalidRecursion, "recursive reference to query \"%s\" must not appear more than once", e.cte.Name))
		}
		return scan
	}
	e.cte.Refs++
	return scan
}

// inlineCTEs puts the plans of common table expressions that are used once in
// the place of their use, and drops those that are not used.
func (b *binder) inlineCTEs(root plan.Node) plan.Node {
	inline := map[*plan.CTE]bool{}
	for _, e := range b.ctes {
		c := e.cte
		if c.Modifies || c.Recursive != nil || e.hint == ast.MaterializeAlways || c.Materialize {
			continue
		}
		if c.Refs <= 1 && !isVolatile(c.Plan) {
			inline[c] = true
		}
	}
	if len(b.ctes) == 0 {
		return root
	}
	return mapPlan(root, func(n plan.Node) plan.Node {
		switch n := n.(type) {
		case *plan.CTEScan:
			if inline[n.CTE] {
				return b.rename(n.CTE.Plan, n.Cols) // once, so that it may be changed
			}
		case *plan.With:
			kept := n.CTEs[:0]
			for _, c := range n.CTEs {
				if c.Refs > 0 && !inline[c] || c.Modifies {
					kept = append(kept, c)
				}
			}
			if n.CTEs = kept; len(kept) == 0 {
				return n.Body
			}
		}
		return n
	})
}

// rename gives the columns of a node, which nothing else refers to, other ids:
// in its own projection where it has one, else in one on top.
func (b *binder) rename(n plan.Node, to []plan.Column) plan.Node {
	if p, ok := n.(*plan.Project); ok && len(p.Sets) == 0 {
		for i := range p.Items {
			p.Items[i].Col = to[i]
		}
		return p
	}
	p := &plan.Project{Input: n, Items: make([]plan.Item, len(to))}
	for i, c := range n.Columns() {
		p.Items[i] = plan.Item{Col: to[i], Expr: &expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name}}
	}
	return p
}

// isVolatile reports whether a plan calls a volatile function or locks rows.
func isVolatile(n plan.Node) bool {
	found := false
	rewritePlan(n, func(e expr.Expr) expr.Expr {
		visit(e, func(x expr.Expr) bool {
			if c, ok := x.(*expr.Call); ok && c.Fn.Volatility == expr.Volatile {
				found = true
			}
			return true
		})
		return e
	})
	return found || locksRows(n)
}

func locksRows(n plan.Node) bool {
	if s, ok := n.(*plan.Scan); ok && s.Lock != nil {
		return true
	}
	for _, in := range n.Inputs() {
		if locksRows(in) {
			return true
		}
	}
	return false
}
