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
	id    catalog.ID
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

// argumentField is a.f in the body of a SQL function where a is an argument
// that is a row, or function.a.f.
func (b *binder) argumentField(function, arg, field string, pos int, s *scope) expr.Expr {
	if len(b.functions) == 0 {
		return nil
	}
	f := b.functions[len(b.functions)-1]
	if function != "" && function != f.item.name {
		return nil
	}
	for i, c := range f.item.cols {
		t := expr.BaseType(c.col.Type)
		if c.col.Name != arg || t.Kind != types.KindRecord {
			continue
		}
		for k := range t.Fields {
			if t.Fields[k].Name == field {
				return &expr.Field{Arg: b.refer(f.item, i, pos, f.level, s), Index: k, Typ: t.Fields[k].Type}
			}
		}
	}
	return nil
}

// functionBody binds the body of a SQL function over its arguments, and returns
// the columns around the call that it refers to. Arguments that cost something
// are computed once, in a row that the body is joined to; for a strict function
// that row is not there where one of them is NULL.
func (b *binder) functionBody(r *routineCall, query *ast.Select, inFrom bool) (plan.Node, []expr.ColumnID) {
	f, args, pos := r.f, r.args, r.pos
	b.inlined++
	b.viewDepth++
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
func (b *binder) simpleBody(args []expr.Expr, q *ast.Select) ast.Expr {
	if q.With != nil || len(q.OrderBy) > 0 || q.Limit != nil || q.Offset != nil || len(q.Locking) > 0 {
		return nil
	}
	core, ok := q.Body.(*ast.SelectCore)
	if !ok || len(core.From) > 0 || core.Where != nil || core.Distinct || len(core.GroupBy) > 0 || core.Having != nil || len(core.Targets) != 1 {
		return nil
	}
	if !simpleArgs(args) { // computed once, whatever the body does with them
		return nil
	}
	e, plain := core.Targets[0].Expr, true
	ast.Walk(e, func(n ast.Node) bool {
		if call, ok := n.(*ast.FuncCall); ok {
			plain = plain && !b.isAggregate(call) && !b.namesAggregate(call) && call.Over == nil && !b.returnsSet(call)
		}
		return plain
	})
	if !plain {
		return nil
	}
	return e
}

// returnsSet reports whether a call may be one of a set-returning function.
func (b *binder) returnsSet(c *ast.FuncCall) bool {
	if expr.SetFuncs(c.Name.Name) != nil {
		return true
	}
	if b.o.Catalog != nil {
		for _, f := range b.o.Catalog.Functions(b.o.SearchPath, c.Name.Schema, c.Name.Name) {
			if f.Set {
				return true
			}
		}
	}
	return false
}

// inlineBody binds a simple body as an expression over the arguments.
func (b *binder) inlineBody(r *routineCall, body ast.Expr) expr.Expr {
	f, args, pos := r.f, r.args, r.pos
	b.inlined++
	b.viewDepth++
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
		t := a.Type()
		if want := f.Args[i].Type; t.OID == types.RecordType.OID && len(want.Fields) > 0 {
			t = want
		}
		item.cols[i] = rangeCol{col: plan.Column{ID: b.newID(), Name: f.Args[i].Name, Type: t}, expr: a}
	}
	level := &scope{items: []*rangeItem{item}}
	b.functions = append(b.functions, functionFrame{f.ID, level, item, len(args)})
	return level
}

// sqlFunction binds a call of a SQL function as the expression that it is, as
// a subquery, or as a call that the executor runs; it returns nil where the
// name is none.
func (b *binder) sqlFunction(c *ast.FuncCall, s *scope) expr.Expr {
	r := b.findRoutine(c, s, b.o.Call == c)
	switch {
	case r == nil:
		return nil
	case r.f.Aggregate != nil && c.Over != nil:
		return b.windowCall(c, s, r)
	case r.f.Aggregate != nil:
		return b.aggregateCall(c, s, r)
	}
	notAggregate(c)
	if r.f.Set {
		return b.setRoutine(c, r, s)
	}
	return b.routineValue(r, false)
}

// routineValue is what a call of a SQL function becomes: the expression or the
// subquery that it is, or a call that the executor runs, which it is where
// plain asks for no subquery.
func (b *binder) routineValue(r *routineCall, plain bool) expr.Expr {
	f, args := r.f, r.args
	stmts := b.bodyOf(f, r.pos)
	if b.ran(f, stmts) {
		return b.runCall(r)
	}
	query := stmts[0].(*ast.Select)
	var out expr.Expr
	if body := b.simpleBody(args, query); body != nil {
		if out = b.inlineBody(r, body); plain && hasSubquery(out) {
			return b.runCall(r)
		}
	} else {
		if plain || b.o.What != "" { // no subquery may stand there
			return b.runCall(r)
		}
		out = b.functionValue(r, query)
	}
	if f.Ret != nil && f.Ret.Kind != types.KindVoid && f.Ret.Kind != types.KindRecord {
		out = b.assign(out, f.Ret, nil, "", r.pos)
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

// functionValue makes a scalar subquery of the body of a function.
func (b *binder) functionValue(r *routineCall, query *ast.Select) expr.Expr {
	f := r.f
	node, outer := b.functionBody(r, query, false)
	cols := node.Columns()
	if len(cols) > 1 || f.Ret != nil && f.Ret.Kind == types.KindRecord && cols[0].Type.Kind != types.KindRecord {
		node = b.rowOf(f, node, r.pos)
		cols = node.Columns()
	}
	// A function gives its first row, a scalar subquery insists on one.
	node = &plan.Limit{Input: node, Count: &expr.Const{Val: types.NewInt(1), Typ: types.Int8}}
	t := cols[0].Type
	if t.Kind == types.KindRecord && f.Ret != nil && f.Ret.Kind == types.KindRecord && len(f.Ret.Fields) > 0 {
		t = f.Ret
	}
	return &expr.Subquery{Kind: expr.ScalarSubquery, Plan: node, Cols: []expr.ColumnID{cols[0].ID}, Outer: outer, Typ: t}
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
