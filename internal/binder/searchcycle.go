package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// trace is what SEARCH and CYCLE add to a recursive query: columns that its
// terms carry behind their own. A depth-first search keeps the array of the
// rows on the way, a breadth-first one a row of the depth and the columns, a
// cycle a mark and the array of the rows on the way; rows that are marked are
// not followed.
type trace struct {
	cte    *ast.CTE
	search *ast.Search
	cycle  *ast.Cycle
	names  []string // of the columns added
	width  int      // of the query's own columns
	labels map[string]int
}

// newTrace returns nil without clauses. names are the query's columns.
func newTrace(c *ast.CTE, op *ast.SetOp, names []string) *trace {
	if c.Search == nil && c.Cycle == nil {
		return nil
	}
	if _, ok := op.Left.(*ast.SetOp); ok {
		panic(fail(-1, sqlerr.FeatureNotSupported, "with a SEARCH or CYCLE clause, the left side of the UNION must be a SELECT"))
	}
	if _, ok := op.Right.(*ast.SelectCore); !ok {
		panic(fail(-1, sqlerr.FeatureNotSupported, "with a SEARCH or CYCLE clause, the right side of the UNION must be a SELECT"))
	}
	t := &trace{cte: c, search: c.Search, cycle: c.Cycle, width: len(names), labels: map[string]int{}}
	for i, n := range names {
		t.labels[n] = i
	}
	if c.Search != nil {
		t.names = append(t.names, c.Search.Set)
	}
	if c.Cycle != nil {
		t.names = append(t.names, c.Cycle.Mark, c.Cycle.Path)
	}
	return t
}

// check rejects names that are not the query's, or are already; it comes when
// both terms are bound, as in PostgreSQL.
func (t *trace) check() {
	c := t.cte
	if s := c.Search; s != nil {
		t.listed("search", s.By, s.Pos)
		t.unused("search sequence column name", s.Set, s.Pos)
	}
	if y := c.Cycle; y != nil {
		t.listed("cycle", y.Columns, y.Pos)
		t.unused("cycle mark column name", y.Mark, y.Pos)
		t.unused("cycle path column name", y.Path, y.Pos)
		if y.Mark == y.Path {
			panic(fail(y.Pos, sqlerr.SyntaxError, "cycle mark column name and cycle path column name are the same"))
		}
	}
	if s, y := c.Search, c.Cycle; s != nil && y != nil {
		if s.Set == y.Mark {
			panic(fail(s.Pos, sqlerr.SyntaxError, "search sequence column name and cycle mark column name are the same"))
		}
		if s.Set == y.Path {
			panic(fail(s.Pos, sqlerr.SyntaxError, "search sequence column name and cycle path column name are the same"))
		}
	}
}

func (t *trace) listed(what string, list []ast.Name, pos int) {
	for i, n := range list {
		if _, ok := t.labels[n.Text]; !ok {
			panic(fail(pos, sqlerr.SyntaxError, "%s column \"%s\" not in WITH query column list", what, n.Text))
		}
		if has(list[:i], n.Text) {
			panic(fail(pos, sqlerr.DuplicateColumn, "%s column \"%s\" specified more than once", what, n.Text))
		}
	}
}

func (t *trace) unused(what, name string, pos int) {
	if _, ok := t.labels[name]; ok {
		panic(fail(pos, sqlerr.SyntaxError, "%s \"%s\" already used in WITH query column list", what, name))
	}
}

// own names column i of a term, added columns included, for the expressions
// made here: no name that a statement can write.
func own(i int) string { return "\x00" + itoa(i) }

func ownRef(i int) ast.Expr {
	return &ast.ColumnRef{Pos: -1, Parts: []ast.Name{{Pos: -1, Text: own(i)}}}
}

// row makes the row of the named columns, with what stands before them.
func (t *trace) row(names []ast.Name, first ...ast.Expr) *ast.RowExpr {
	r := &ast.RowExpr{Pos: -1, Explicit: true, Elems: first}
	for _, n := range names {
		r.Elems = append(r.Elems, ownRef(t.labels[n.Text]))
	}
	return r
}

func intLiteral(text, typ string) ast.Expr {
	return &ast.Cast{Pos: -1, Kind: ast.CastCall, X: &ast.Literal{Pos: -1, Kind: ast.IntLiteral, Text: text},
		Type: &ast.TypeName{Pos: -1, Name: ast.QualifiedName{Pos: -1, Name: typ}}}
}

func oneElement(e ast.Expr) ast.Expr { return &ast.ArrayExpr{Pos: -1, Elems: []ast.Expr{e}} }

func joined(array, e ast.Expr) ast.Expr {
	return &ast.Binary{Pos: -1, Op: "||", L: array, R: oneElement(e)}
}

// values are the marks of a cycle.
func (t *trace) values() (to, other ast.Expr) {
	if t.cycle.To != nil {
		return t.cycle.To, t.cycle.Default
	}
	return &ast.Literal{Pos: -1, Kind: ast.BoolLiteral, Text: "true"}, &ast.Literal{Pos: -1, Kind: ast.BoolLiteral, Text: "false"}
}

func (t *trace) mark(cycle ast.Expr) ast.Expr {
	to, other := t.values()
	return &ast.Case{Pos: -1, Whens: []ast.When{{Pos: -1, Cond: cycle, Then: to}}, Else: other}
}

// base are the added columns of the non-recursive term.
func (t *trace) base() []ast.Expr {
	var list []ast.Expr
	if s := t.search; s != nil {
		if s.Breadth {
			list = append(list, t.row(s.By, intLiteral("0", "int8")))
		} else {
			list = append(list, oneElement(t.row(s.By)))
		}
	}
	if t.cycle != nil {
		list = append(list, t.mark(&ast.Literal{Pos: -1, Kind: ast.BoolLiteral, Text: "false"}), oneElement(t.row(t.cycle.Columns)))
	}
	return list
}

// step are the added columns of the recursive term, over its own columns and
// those added to the row that it was made from.
func (t *trace) step() []ast.Expr {
	var list []ast.Expr
	at := t.width
	if s := t.search; s != nil {
		if s.Breadth {
			depth := &ast.FieldSelect{Pos: -1, X: ownRef(at), Field: "f1"}
			list = append(list, t.row(s.By, &ast.Binary{Pos: -1, Op: "+", L: depth, R: intLiteral("1", "int8")}))
		} else {
			list = append(list, joined(ownRef(at), t.row(s.By)))
		}
		at++
	}
	if t.cycle != nil {
		seen := &ast.FuncCall{Pos: -1, Name: ast.QualifiedName{Pos: -1, Name: "array_position"},
			Args: []ast.Expr{ownRef(at + 1), t.row(t.cycle.Columns)}}
		list = append(list, t.mark(&ast.Is{Pos: -1, X: seen, Kind: ast.IsNull, Not: true}), joined(ownRef(at+1), t.row(t.cycle.Columns)))
	}
	return list
}

// extend puts the added columns behind the own columns of a term.
func (b *binder) extend(t *trace, node plan.Node, cols []plan.Column, added []ast.Expr) plan.Node {
	in := node.Columns()
	it := b.nodeItem(node, ast.TableAlias{}, "", -1)
	for i := range it.cols {
		it.cols[i].col.Name = own(i)
	}
	s := &scope{items: []*rangeItem{it}, clause: clauseTarget, query: &query{}}
	p := &plan.Project{Input: node}
	for i := 0; i < t.width; i++ {
		c := in[i]
		c.ID, c.Name = b.newID(), cols[i].Name
		p.Items = append(p.Items, plan.Item{Col: c, Expr: &expr.Column{ID: in[i].ID, Typ: in[i].Type, Name: in[i].Name}})
	}
	for i, e := range added {
		x := b.settledRow(b.resolveUnknown(b.scalar(e, s)))
		c := plan.Column{ID: b.newID(), Name: t.names[i], Type: x.Type()}
		p.Items = append(p.Items, plan.Item{Col: c, Expr: x})
	}
	return p
}

// traceBase makes the non-recursive term of a query with SEARCH or CYCLE.
func (b *binder) traceBase(t *trace, node plan.Node, cols []plan.Column) plan.Node {
	if t.cycle != nil {
		to, other := t.values()
		s := &scope{clause: clauseNone}
		pair := []expr.Expr{b.scalar(to, s), b.scalar(other, s)}
		typ := b.unify(pair, "CYCLE", func(i int) int { return start([]ast.Expr{to, other}[i]) })
		if _, _, _, err := expr.ResolveOperator("=", []*types.Type{typ, typ}); err != nil {
			panic(fail(-1, sqlerr.UndefinedFunction, "could not identify an equality operator for type %s", typ.Display))
		}
	}
	return b.extend(t, node, cols, t.base())
}

// withTrace is the recursive term that passes on the added columns of the rows
// it reads.
func (t *trace) withTrace(body ast.SelectBody) ast.SelectBody {
	core := *body.(*ast.SelectCore)
	alias := ""
	for _, from := range core.From {
		if a := selfReference(from, t.cte.Name); a != "" {
			alias = a
		}
	}
	if alias == "" {
		panic(fail(-1, sqlerr.FeatureNotSupported,
			"with a SEARCH or CYCLE clause, the recursive reference to WITH query \"%s\" must be at the top level of its right-hand SELECT", t.cte.Name))
	}
	core.Targets = append([]ast.Target(nil), core.Targets...)
	for _, n := range t.names {
		ref := &ast.ColumnRef{Pos: -1, Parts: []ast.Name{{Pos: -1, Text: alias}, {Pos: -1, Text: n}}}
		core.Targets = append(core.Targets, ast.Target{Pos: -1, Expr: ref})
	}
	return &core
}

// selfReference gives the name under which a FROM item has the query itself.
func selfReference(t ast.TableExpr, name string) string {
	switch t := t.(type) {
	case *ast.TableRef:
		if t.Name.Schema == "" && t.Name.Name == name {
			if t.Alias.Name != "" {
				return t.Alias.Name
			}
			return name
		}
	case *ast.Join:
		if a := selfReference(t.Left, name); a != "" {
			return a
		}
		return selfReference(t.Right, name)
	}
	return ""
}

// traceStep makes the recursive term of a query with SEARCH or CYCLE: rows
// that a cycle has marked lead nowhere.
func (b *binder) traceStep(t *trace, node plan.Node, cols []plan.Column) plan.Node {
	if t.cycle != nil {
		in := node.Columns()
		mark := in[len(in)-2]
		to, _ := t.values()
		l := expr.Expr(&expr.Column{ID: mark.ID, Typ: mark.Type, Name: mark.Name})
		cond := b.operator("<>", l, b.scalar(to, &scope{clause: clauseNone}), -1)
		node = &plan.Filter{Input: node, Conds: []expr.Expr{cond}}
	}
	return b.extend(t, node, cols, t.step())
}

// recursiveNames are the names of the columns of a recursive query.
func recursiveNames(cols []plan.Column) []string {
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = c.Name
	}
	return names
}

// checkTraced rejects SEARCH and CYCLE of a query that is no recursion.
func checkTraced(c *ast.CTE) {
	if c.Search != nil || c.Cycle != nil {
		panic(fail(c.Pos, sqlerr.SyntaxError, "WITH query is not recursive"))
	}
}
