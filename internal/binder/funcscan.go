package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// funcRef binds functions in FROM, which always see the items to their left.
func (b *binder) funcRef(t *ast.FuncRef, s *scope, left []*rangeItem) (plan.Node, []*rangeItem, bool) {
	f := s.fromScope(left, true)
	inner := f.child()
	inner.clause = clauseFrom
	scan := &plan.FuncScan{Ordinality: t.Ordinality}
	name := ""
	var rowType *types.Type
	if len(t.Items) == 1 && !t.RowsFrom {
		if node, it := b.sqlFunctionTable(t, inner); node != nil {
			return node, []*rangeItem{it}, refersTo(inner.outer, left)
		}
	}
	for i, item := range splitUnnest(t.Items) {
		defs := item.Columns
		if !t.RowsFrom {
			defs = t.Columns
		}
		call, fname := b.setItemCall(item.Func, defs, inner)
		if i == 0 {
			name, rowType = fname, rowsOf(call)
		}
		scan.Fns = append(scan.Fns, call)
		for _, c := range call.Cols {
			scan.Cols = append(scan.Cols, plan.Column{ID: b.newID(), Name: c.Name, Type: c.Type})
		}
	}
	if t.Ordinality {
		scan.Cols = append(scan.Cols, plan.Column{ID: b.newID(), Name: "ordinality", Type: types.Int8, NotNull: true})
	}
	it := b.nodeItem(scan, ast.TableAlias{}, name, t.Pos)
	// A function of one plain column: the alias names that too.
	if alias := t.Alias.Name; alias != "" && len(scan.Fns) == 1 && len(scan.Fns[0].Cols) == 1 && singleColumn(scan.Fns[0], name) {
		it.cols[0].col.Name = alias
	}
	if len(scan.Fns) == 1 && !t.Ordinality && rowType != nil {
		it.row = rowType
	}
	b.applyAlias(it, t.Alias, t.Pos)
	for i := range scan.Cols {
		scan.Cols[i].Name = it.cols[i].col.Name
	}
	return scan, []*rangeItem{it}, refersTo(inner.outer, left)
}

// rowsOf is the composite type whose rows a function gives, nil where there is
// none.
func rowsOf(call plan.SetCall) *types.Type {
	if call.Fn == nil || call.Fn.Name != "unnest" || len(call.Args) != 1 {
		return nil
	}
	if t := expr.BaseType(call.Args[0].Type()).Elem; t != nil && expr.BaseType(t).Kind == types.KindRecord {
		return expr.BaseType(t)
	}
	return nil
}

// splitUnnest writes unnest(a, b) as ROWS FROM (unnest(a), unnest(b)).
func splitUnnest(items []ast.FuncItem) []ast.FuncItem {
	var out []ast.FuncItem
	for _, item := range items {
		c, ok := item.Func.(*ast.FuncCall)
		if !ok || c.Name.Name != "unnest" || len(c.Args) < 2 {
			out = append(out, item)
			continue
		}
		for _, a := range c.Args {
			one := *c
			one.Args = []ast.Expr{a}
			out = append(out, ast.FuncItem{Pos: item.Pos, Func: &one})
		}
	}
	return out
}

// singleColumn reports whether a function gives bare values: then its column
// is named after it or its alias.
func singleColumn(c plan.SetCall, name string) bool {
	return c.Scalar != nil || c.Cols[0].Name == name || c.Cols[0].Name == ""
}

// setItemCall binds one function of a FuncRef.
func (b *binder) setItemCall(e ast.Expr, defs []ast.ColumnDefItem, s *scope) (plan.SetCall, string) {
	call, isCall := e.(*ast.FuncCall)
	if isCall && b.o.Source != nil && call.Name.Name == b.o.Source.Name {
		return plan.SetCall{Fn: b.o.Source, Cols: append([]types.Field(nil), b.o.Source.Cols...)}, call.Name.Name
	}
	if isCall && call.Over == nil {
		if set, name, ok := b.routineItem(call, defs, s); ok {
			return set, name
		}
	}
	if isCall && named(call) {
		call = b.positional(call)
		e = call
	}
	if isCall && expr.SetFuncs(call.Name.Name) != nil && !b.scalarOverload(call) {
		args := b.callArgs(call, s)
		set := b.resolveSet(call, args)
		if len(set.Cols) == 1 && set.Fn.Name == "unnest" {
			spreadRows(&set)
		}
		b.columnDefs(&set, defs, start(e))
		for i := range set.Cols {
			if set.Cols[i].Name == "" {
				set.Cols[i].Name = call.Name.Name
			}
		}
		return set, call.Name.Name
	}
	value := b.settledRow(b.value(e, s))
	name := targetName(e)
	set := plan.SetCall{Scalar: value, Cols: []types.Field{{Name: name, Type: value.Type()}}}
	if t := expr.BaseType(value.Type()); t.Kind == types.KindRecord && (len(t.Fields) > 0 || len(defs) > 0) {
		set.Cols = append([]types.Field(nil), t.Fields...)
		b.columnDefs(&set, defs, start(e))
	}
	return set, name
}

// columnDefs gives the columns of a function that returns records.
func (b *binder) columnDefs(set *plan.SetCall, defs []ast.ColumnDefItem, pos int) {
	if len(defs) == 0 {
		if set.Fn != nil && len(set.Cols) == 0 {
			panic(fail(pos, sqlerr.SyntaxError, "a column definition list is required for functions returning \"record\""))
		}
		return
	}
	cols := make([]types.Field, len(defs))
	for i, d := range defs {
		cols[i] = types.Field{Name: d.Name, Type: b.typeName(d.Type)}
	}
	set.Cols = cols
}

// resolveSet chooses the overload of a set-returning function.
func (b *binder) resolveSet(c *ast.FuncCall, args []expr.Expr) plan.SetCall {
	name := c.Name.Name
	// unnest(a, b, …) and others are resolved by their arguments' types.
	if b.untyped(args) && len(expr.SetFuncs(name)) > 1 {
		for i := range args {
			args[i] = b.typeByArg(args[i])
		}
	}
	fn, coerced, cols, err := expr.ResolveSetFunc(name, b.typesOf(args, false))
	check(err, c.Pos)
	for i := range args {
		args[i] = b.settledRow(b.coerce(args[i], coerced[i], c.Pos))
	}
	b.volatile = b.volatile || fn.Name == "random"
	return plan.SetCall{Fn: fn, Args: args, Cols: append([]types.Field(nil), cols...)}
}

// spreadRows gives the rows of a function in FROM as columns, where it gives values
// of a composite type.
func spreadRows(set *plan.SetCall) {
	t := expr.BaseType(set.Cols[0].Type)
	if t.Kind != types.KindRecord || len(t.Fields) == 0 {
		return
	}
	fn := set.Fn
	given := make([]*types.Type, len(set.Args))
	for i, a := range set.Args {
		given[i] = a.Type()
	}
	open := fn.OpenWith(given)
	set.Cols = append([]types.Field(nil), t.Fields...)
	set.Fn = &expr.SetFunc{Name: fn.Name, Args: fn.Args, Cols: set.Cols, NotStrict: true, Source: fn.Source, Doc: fn.Doc,
		Open: func(c *expr.Context, args []types.Value) (func([]types.Value) (bool, error), error) {
			next, err := open(c, args)
			if err != nil {
				return nil, err
			}
			one := make([]types.Value, 1)
			return func(row []types.Value) (bool, error) {
				more, err := next(one)
				if err != nil || !more {
					return false, err
				}
				clear(row)
				if one[0].IsNull() {
					return true, nil
				}
				vals, err := types.RecordFields(one[0], t)
				copy(row[:len(t.Fields)], vals)
				return true, err
			}, nil
		}}
}

// setType is the type of a set-returning call as a value: its column's, or a
// record of its columns.
func setType(cols []types.Field) *types.Type {
	if len(cols) == 1 {
		return cols[0].Type
	}
	return recordType(cols)
}

func setItem(col plan.Column, call plan.SetCall) plan.SetItem {
	return plan.SetItem{Col: col, Call: call}
}

func plancol(id expr.ColumnID, name string, t *types.Type) plan.Column {
	return plan.Column{ID: id, Name: name, Type: t}
}
