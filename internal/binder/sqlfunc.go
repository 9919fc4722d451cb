package binder

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// functionFrame is a SQL function while its body is bound: the arguments are
// columns of an item at a level that sees nothing of the caller.
type functionFrame struct {
	level *scope
	item  *rangeItem
	n     int
}

// functionArg is $n in the body of a SQL function.
func (b *binder) functionArg(index, pos int, s *scope) expr.Expr {
	f := b.functions[len(b.functions)-1]
	if index >= f.n {
		panic(fail(pos, sqlerr.UndefinedParameter, "there is no parameter $%d", index+1))
	}
	return b.refer(f.item, index, pos, f.level, s)
}

// findSQLFunction chooses the function of the catalog for a call, or nil.
func (b *binder) findSQLFunction(c *ast.FuncCall, args func() []expr.Expr) (*catalog.SQLFunction, []expr.Expr) {
	if b.o.Catalog == nil {
		return nil, nil
	}
	list := b.o.Catalog.Functions(b.o.SearchPath, c.Name.Schema, c.Name.Name)
	if len(list) == 0 {
		return nil, nil
	}
	bound := args()
	var best *catalog.SQLFunction
	score := -1
	for _, f := range list {
		if len(bound) > len(f.Args) || len(bound) < len(f.Args)-len(f.Defaults) {
			continue
		}
		n := 0
		for i, a := range bound {
			t := b.typeOf(a, true)
			if !expr.CanCoerce(t, f.Args[i].Type) && !isUnknown(a) {
				n = -1
				break
			}
			switch {
			case t.Is(f.Args[i].Type):
				n += 100
			case isUnknown(a) && f.Args[i].Type.Category == 'S': // a literal is a string first
				n++
			}
		}
		if n > score {
			best, score = f, n
		}
	}
	if best == nil {
		return nil, nil
	}
	for i, a := range bound {
		bound[i] = b.coerce(a, best.Args[i].Type, start(c.Args[i]))
	}
	for i := len(bound); i < len(best.Args); i++ {
		text := best.Defaults[i-(len(best.Args)-len(best.Defaults))]
		b.stored(c.Pos, func() {
			d := b.scalar(b.storedExpr(text), &scope{clause: clauseCheck})
			bound = append(bound, b.assign(d, best.Args[i].Type, nil, "", -1))
		})
	}
	return best, bound
}

// functionBody binds the body of a SQL function over its arguments, and returns
// the columns around the call that it refers to. Arguments that cost something
// are computed once, in a row that the body is joined to; for a strict function
// that row is not there where one of them is NULL.
func (b *binder) functionBody(f *catalog.SQLFunction, args []expr.Expr, inFrom bool, pos int) (plan.Node, []expr.ColumnID) {
	if b.viewDepth++; b.viewDepth > 64 {
		panic(fail(pos, sqlerr.StatementTooComplex, "stack depth limit exceeded").WithHint("Function \"%s\" calls itself.", f.Name))
	}
	stmt, err := b.o.ParseStmt(f.Body)
	check(err, pos)
	query, ok := stmt.(*ast.Select)
	if !ok {
		panic(fail(pos, sqlerr.FeatureNotSupported, "function \"%s\" is not a single query", f.Name))
	}
	var once *plan.Project
	var ids []expr.ColumnID
	if !simpleArgs(args) || inFrom && f.Strict && len(args) > 0 {
		once, ids = b.computeArgs(f, args)
		args = make([]expr.Expr, len(args))
		for i, it := range once.Items {
			args[i] = &expr.Column{ID: it.Col.ID, Typ: it.Col.Type, Name: it.Col.Name}
		}
	}
	level := b.pushFunction(f, args)
	box := &scope{parent: level}
	saved := b.o.SearchPath
	b.o.SearchPath = append([]string{f.Schema}, saved...)
	var node plan.Node
	b.stored(pos, func() { node = b.bindQuery(query, box, queryFlags{}) })
	b.o.SearchPath = saved
	b.functions = b.functions[:len(b.functions)-1]
	b.viewDepth--
	if once != nil {
		cols := node.Columns()
		var left plan.Node = once
		if f.Strict {
			filter := &plan.Filter{Input: once}
			for _, a := range args {
				filter.Conds = append(filter.Conds, &expr.IsNull{Arg: a, Negated: true})
			}
			left = filter
		}
		join := &plan.Join{Kind: plan.InnerJoin, Left: left, Right: node, Lateral: true}
		p := &plan.Project{Input: join, Items: make([]plan.Item, len(cols))}
		for i, c := range cols {
			p.Items[i] = plan.Item{Col: c, Expr: &expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name}}
			p.Items[i].Col.ID = b.newID()
		}
		return p, ids
	}
	return node, box.outer
}

// simpleArgs reports whether arguments may be put in the place of each use:
// they cost nothing and give the same every time.
func simpleArgs(args []expr.Expr) bool {
	for _, a := range args {
		if c, ok := a.(*expr.Cast); ok {
			a = c.Arg
		}
		switch a.(type) {
		case *expr.Const, *expr.Column, *expr.Outer, *expr.Param:
		default:
			return false
		}
	}
	return true
}

// computeArgs makes a row of the arguments, so that each is computed once. It
// stands inside a subquery: ids are the columns around it that it refers to.
func (b *binder) computeArgs(f *catalog.SQLFunction, args []expr.Expr) (p *plan.Project, ids []expr.ColumnID) {
	p = &plan.Project{Input: &plan.Values{Rows: [][]expr.Expr{{}}}}
	box := &scope{}
	for i, a := range args {
		e := rewrite(a, func(x expr.Expr) (expr.Expr, bool) {
			switch x := x.(type) {
			case *expr.Column:
				box.record(x.ID)
				return &expr.Outer{ID: x.ID, Typ: x.Typ, Name: x.Name}, true
			case *expr.Outer:
				box.record(x.ID)
			case *expr.Subquery:
				for _, id := range x.Outer {
					box.record(id)
				}
			}
			return x, false
		})
		p.Items = append(p.Items, plan.Item{Col: plan.Column{ID: b.newID(), Name: f.Args[i].Name, Type: a.Type()}, Expr: e})
	}
	return p, box.outer
}

// simpleBody returns the expression of a body that is SELECT expression and
// nothing else, or nil.
func (b *binder) simpleBody(f *catalog.SQLFunction, args []expr.Expr, pos int) ast.Expr {
	stmt, err := b.o.ParseStmt(f.Body)
	check(err, pos)
	q, ok := stmt.(*ast.Select)
	if !ok || q.With != nil || len(q.OrderBy) > 0 || q.Limit != nil || q.Offset != nil || len(q.Locking) > 0 {
		return nil
	}
	core, ok := q.Body.(*ast.SelectCore)
	if !ok || len(core.From) > 0 || core.Where != nil || core.Distinct || len(core.GroupBy) > 0 || core.Having != nil || len(core.Targets) != 1 {
		return nil
	}
	if !simpleArgs(args) { // computed once, whatever the body does with them
		return nil
	}
	if call, ok := core.Targets[0].Expr.(*ast.FuncCall); ok && (b.isAggregate(call) || call.Over != nil || expr.SetFuncs(call.Name.Name) != nil) {
		return nil
	}
	return core.Targets[0].Expr
}

// inlineBody binds a simple body as an expression over the arguments.
func (b *binder) inlineBody(f *catalog.SQLFunction, body ast.Expr, args []expr.Expr, pos int) expr.Expr {
	if b.viewDepth++; b.viewDepth > 64 {
		panic(fail(pos, sqlerr.StatementTooComplex, "stack depth limit exceeded").WithHint("Function \"%s\" calls itself.", f.Name))
	}
	level := b.pushFunction(f, args)
	saved := b.o.SearchPath
	b.o.SearchPath = append([]string{f.Schema}, saved...)
	var out expr.Expr
	b.stored(pos, func() { out = b.settledRow(b.value(body, level)) })
	b.o.SearchPath = saved
	b.functions = b.functions[:len(b.functions)-1]
	b.viewDepth--
	return out
}

// pushFunction makes the arguments visible as columns of a level of their own.
func (b *binder) pushFunction(f *catalog.SQLFunction, args []expr.Expr) *scope {
	item := &rangeItem{name: f.Name, cols: make([]rangeCol, len(args))}
	for i, a := range args {
		item.cols[i] = rangeCol{col: plan.Column{ID: b.newID(), Name: f.Args[i].Name, Type: a.Type()}, expr: a}
	}
	level := &scope{items: []*rangeItem{item}}
	b.functions = append(b.functions, functionFrame{level, item, len(args)})
	return level
}

// sqlFunction binds a call of a scalar SQL function as a subquery, or as the
// expression that it is; it returns nil where the name is none.
func (b *binder) sqlFunction(c *ast.FuncCall, s *scope) expr.Expr {
	f, args := b.findSQLFunction(c, func() []expr.Expr { return b.callArgs(c, s) })
	if f == nil {
		return nil
	}
	if f.Set {
		panic(fail(c.Pos, sqlerr.FeatureNotSupported, "set-returning SQL function \"%s\" is only supported in FROM", f.Name))
	}
	var out expr.Expr
	if body := b.simpleBody(f, args, c.Pos); body != nil {
		out = b.inlineBody(f, body, args, c.Pos)
	} else {
		node, outer := b.functionBody(f, args, false, c.Pos)
		cols := node.Columns()
		if len(cols) > 1 || f.Ret != nil && f.Ret.Kind == types.KindRecord && cols[0].Type.Kind != types.KindRecord {
			node = b.rowOf(f, node, c.Pos)
			cols = node.Columns()
		}
		// A function gives its first row, a scalar subquery insists on one.
		node = &plan.Limit{Input: node, Count: &expr.Const{Val: types.NewInt(1), Typ: types.Int8}}
		out = &expr.Subquery{Kind: expr.ScalarSubquery, Plan: node, Cols: []expr.ColumnID{cols[0].ID}, Outer: outer, Typ: cols[0].Type}
	}
	if f.Ret != nil && f.Ret.Kind != types.KindVoid && f.Ret.Kind != types.KindRecord {
		out = b.assign(out, f.Ret, nil, "", c.Pos)
	}
	if !f.Strict || len(args) == 0 || !simpleArgs(args) {
		return out
	}
	nulls := make([]expr.Expr, len(args))
	for i, a := range args {
		nulls[i] = &expr.IsNull{Arg: a}
	}
	return &expr.Case{Whens: []expr.When{{Cond: anyOf(nulls), Then: &expr.Const{Typ: out.Type()}}}, Else: out, Typ: out.Type()}
}

// rowOf makes one record of the columns of a body, for a function that returns
// a row and stands where a value does.
func (b *binder) rowOf(f *catalog.SQLFunction, node plan.Node, pos int) plan.Node {
	cols := node.Columns()
	fields := f.Cols
	if f.Ret != nil && f.Ret.Kind == types.KindRecord && len(f.Ret.Fields) > 0 {
		fields = f.Ret.Fields
	}
	row := &expr.Row{Typ: f.Ret}
	if f.Ret == nil || f.Ret.Kind != types.KindRecord {
		row.Typ = recordType(fields)
	}
	if len(fields) != len(cols) {
		panic(fail(pos, sqlerr.InvalidFunctionDefinition, "return type mismatch in function declared to return %s", types.FormatName(row.Typ)))
	}
	for i, c := range cols {
		e := expr.Expr(&expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name})
		row.Args = append(row.Args, b.assign(e, fields[i].Type, nil, "", pos))
	}
	return &plan.Project{Input: node, Items: []plan.Item{{Col: plan.Column{ID: b.newID(), Name: f.Name, Type: row.Typ}, Expr: row}}}
}

// sqlFunctionTable binds a SQL function in FROM as its body, or returns nil.
func (b *binder) sqlFunctionTable(t *ast.FuncRef, s *scope) (plan.Node, *rangeItem) {
	c, ok := t.Items[0].Func.(*ast.FuncCall)
	if !ok {
		return nil, nil
	}
	if named(c) {
		c = b.positional(c)
	}
	f, args := b.findSQLFunction(c, func() []expr.Expr { return b.callArgs(c, s) })
	if f == nil {
		return nil, nil
	}
	if t.Ordinality {
		panic(fail(t.Pos, sqlerr.FeatureNotSupported, "WITH ORDINALITY is not supported for SQL functions"))
	}
	node, _ := b.functionBody(f, args, true, c.Pos)
	if !f.Set {
		node = &plan.Limit{Input: node, Count: &expr.Const{Val: types.NewInt(1), Typ: types.Int8}}
		// A function that gives no row gives a row of NULLs.
		node = &plan.Join{Kind: plan.LeftJoin, Left: &plan.Values{Rows: [][]expr.Expr{{}}}, Right: node, Lateral: true}
	}
	cols := node.Columns()
	it := b.nodeItem(node, ast.TableAlias{}, f.Name, t.Pos)
	for i := range cols {
		switch {
		case i < len(f.Cols) && len(f.Cols) == len(cols):
			it.cols[i].col.Name = f.Cols[i].Name
		case len(cols) == 1 && len(f.Cols) == 0 && t.Alias.Name != "":
			it.cols[i].col.Name = t.Alias.Name
		case len(cols) == 1 && len(f.Cols) == 0:
			it.cols[i].col.Name = f.Name
		}
	}
	b.applyAlias(it, t.Alias, t.Pos)
	return node, it
}
