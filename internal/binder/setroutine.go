package binder

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// setRoutine binds a set-returning SQL function in a select list; its place in
// the expression is taken by a column of the projection that expands it.
func (b *binder) setRoutine(c *ast.FuncCall, r *routineCall, s *scope) expr.Expr {
	b.setAllowed(c, s)
	call := b.setRoutineCall(r, nil)
	col := plancol(b.newID(), c.Name.Name, setType(call.Cols))
	if t := r.f.Ret; t.Kind == types.KindRecord && len(t.Fields) == len(call.Cols) {
		col.Type = t
	}
	s.query.sets = append(s.query.sets, setItem(col, call))
	return &expr.Column{ID: col.ID, Typ: col.Type, Name: col.Name}
}

// setRoutineCall makes the call of a set-returning SQL function. defs are the
// columns that the statement gives a function returning records.
func (b *binder) setRoutineCall(r *routineCall, defs []types.Field) plan.SetCall {
	b.called(r)
	d := r.descriptor(defs)
	cols := d.Cols
	if len(cols) == 0 {
		cols = []types.Field{{Name: r.f.Name, Type: d.Ret}}
	}
	return plan.SetCall{Fn: d.SetFunc(cols), Args: r.args, Cols: append([]types.Field(nil), cols...)}
}

// routineItem binds a SQL function that stands in FROM beside others, or with
// ordinality; ok is false where the name is none.
func (b *binder) routineItem(c *ast.FuncCall, defs []ast.ColumnDefItem, s *scope) (set plan.SetCall, name string, ok bool) {
	r := b.findRoutine(c, s, b.o.Call == c)
	if r == nil {
		return set, "", false
	}
	notInFrom(c, r)
	notAggregate(c)
	return b.routineRows(c, r, defs), c.Name.Name, true
}

// routineRows is a SQL function in FROM that the executor runs.
func (b *binder) routineRows(c *ast.FuncCall, r *routineCall, defs []ast.ColumnDefItem) plan.SetCall {
	cols := b.definedColumns(c, r, defs)
	if r.f.Set {
		return b.setRoutineCall(r, cols)
	}
	b.called(r)
	d := r.descriptor(cols)
	value := &expr.Call{Fn: d.Func(r.volatility()), Args: r.args, Typ: d.Ret, Pos: r.pos}
	set := plan.SetCall{Scalar: value, Cols: []types.Field{{Name: c.Name.Name, Type: d.Ret}}}
	if d.Ret.Kind == types.KindRecord && len(d.Cols) > 0 {
		set.Cols = append([]types.Field(nil), d.Cols...)
	} else if len(d.Cols) == 1 {
		set.Cols[0].Name = d.Cols[0].Name
	}
	return set
}

// definedColumns are the columns that AS (name type, …) gives, which a
// function returning records needs and others must not have.
func (b *binder) definedColumns(c *ast.FuncCall, r *routineCall, defs []ast.ColumnDefItem) []types.Field {
	open := r.f.Ret.Kind == types.KindRecord && len(r.f.Cols) == 0
	switch {
	case len(defs) == 0 && !open:
		return nil
	case len(defs) == 0:
		panic(fail(c.Pos, sqlerr.SyntaxError, "a column definition list is required for functions returning \"record\""))
	case !open && r.f.HasOut() && len(r.f.Cols) > 1:
		panic(fail(defs[0].Pos, sqlerr.SyntaxError, "a column definition list is redundant for a function with OUT parameters"))
	case !open && r.f.Ret.Kind == types.KindRecord:
		panic(fail(defs[0].Pos, sqlerr.SyntaxError, "a column definition list is redundant for a function returning a named composite type"))
	case !open:
		panic(fail(defs[0].Pos, sqlerr.SyntaxError, "a column definition list is only allowed for functions returning \"record\""))
	}
	cols := make([]types.Field, len(defs))
	for i, d := range defs {
		cols[i] = types.Field{Name: d.Name, Type: b.typeName(d.Type)}
	}
	return cols
}

// sqlFunctionTable binds a SQL function that stands alone in FROM: as its body
// where it can, so that conditions reach the tables in it. It returns nil
// where the name is none.
func (b *binder) sqlFunctionTable(t *ast.FuncRef, s *scope) (plan.Node, *rangeItem) {
	c, ok := t.Items[0].Func.(*ast.FuncCall)
	if !ok || t.Ordinality || c.Over != nil {
		return nil, nil
	}
	r := b.findRoutine(c, s, b.o.Call == c)
	if r == nil {
		return nil, nil
	}
	notInFrom(c, r)
	notAggregate(c)
	f := r.f
	stmts := b.bodyOf(f, c.Pos)
	if b.ran(f, stmts) || isRowBody(f) || len(t.Columns) > 0 || b.volatileBody(f, stmts) {
		set := b.routineRows(c, r, t.Columns)
		scan := &plan.FuncScan{Fns: []plan.SetCall{set}}
		node, it := b.scanItem(scan, t, f.Name)
		it.row = rowTypeOf(f)
		return node, it
	}
	node, _ := b.functionBody(r, stmts[0].(*ast.Select), true)
	if len(f.Cols) > 0 && len(f.Cols) != len(node.Columns()) { // one row value: its columns are taken out at run time
		set := b.routineRows(c, r, nil)
		return b.scanItem(&plan.FuncScan{Fns: []plan.SetCall{set}}, t, f.Name)
	}
	node = b.castColumns(f, node, c.Pos)
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
	it.row = rowTypeOf(f)
	b.applyAlias(it, t.Alias, t.Pos)
	return node, it
}

// rowTypeOf is the type of the rows that a function gives, nil where it has no
// name.
func rowTypeOf(f *catalog.SQLFunction) *types.Type {
	if f.Ret.Kind == types.KindRecord && f.Ret.Name != types.RecordType.Name {
		return f.Ret
	}
	return nil
}

// isRowBody reports whether a function returns rows whose columns have no
// names here.
func isRowBody(f *catalog.SQLFunction) bool {
	return f.Ret.Kind == types.KindRecord && len(f.Cols) == 0
}

// volatileBody reports whether the executor has to run a set-returning body
// once, since each run gives something else.
func (b *binder) volatileBody(f *catalog.SQLFunction, stmts []ast.Stmt) bool {
	return f.Volatile == 'v' && b.stmtHasEffects(stmts[0])
}

// castColumns brings the columns of a body to what the function declares.
func (b *binder) castColumns(f *catalog.SQLFunction, node plan.Node, pos int) plan.Node {
	cols := node.Columns()
	want := f.Cols
	if len(want) == 0 {
		want = []types.Field{{Name: f.Name, Type: f.Ret}}
	}
	if len(want) != len(cols) {
		return node
	}
	p := &plan.Project{Input: node}
	changed := false
	for i, c := range cols {
		col := expr.Expr(&expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name})
		e := col
		if want[i].Type.Kind != types.KindRecord {
			e = b.assign(col, want[i].Type, nil, "", pos)
		}
		it := plan.Item{Col: c, Expr: e}
		if e != col {
			changed = true
			it.Col = plan.Column{ID: b.newID(), Name: c.Name, Type: e.Type()}
		} else {
			it.Col.ID = b.newID()
		}
		p.Items = append(p.Items, it)
	}
	if !changed {
		return node
	}
	return p
}

// scanItem makes the item of FROM for functions that the executor runs.
func (b *binder) scanItem(scan *plan.FuncScan, t *ast.FuncRef, name string) (plan.Node, *rangeItem) {
	for _, set := range scan.Fns {
		for _, c := range set.Cols {
			scan.Cols = append(scan.Cols, plan.Column{ID: b.newID(), Name: c.Name, Type: c.Type})
		}
	}
	it := b.nodeItem(scan, ast.TableAlias{}, name, t.Pos)
	if alias := t.Alias.Name; alias != "" && len(scan.Cols) == 1 && scan.Cols[0].Name == name {
		it.cols[0].col.Name = alias
	}
	b.applyAlias(it, t.Alias, t.Pos)
	for i := range scan.Cols {
		scan.Cols[i].Name = it.cols[i].col.Name
	}
	return scan, it
}
