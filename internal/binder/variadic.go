package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// variadicCall binds f(a, VARIADIC array) of a built-in function: those take
// their variadic arguments one by one, so that an array is spread where it is
// written out, and by a function around the function otherwise.
func (b *binder) variadicCall(c *ast.FuncCall, args []expr.Expr, s *scope) expr.Expr {
	last := len(args) - 1
	if expr.Functions(c.Name.Name+"_variadic") != nil {
		return b.callByName(c.Name.Name+"_variadic", args, c.Pos, s)
	}
	fixed := args[:last:last]
	array, ok := args[last].(*expr.Array)
	if ok && len(array.Args) > 0 && b.takesVariadic(c, len(fixed)) {
		return b.callByName(c.Name.Name, append(fixed, array.Args...), c.Pos, s)
	}
	t := expr.BaseType(b.typeOf(args[last], true))
	if !b.takesVariadic(c, len(fixed)) {
		_, _, _, err := expr.ResolveFunc(c.Name.Name+"()", b.typesOf(args, true))
		e := sqlerr.From(err)
		panic(fail(c.Pos, e.Code, "function %s does not exist", callSignature(c, b.typesOf(args, true))).WithHint("%s", e.Hint))
	}
	if isUnknown(args[last]) { // the text of an array, where its type is known
		for _, f := range expr.Functions(c.Name.Name) {
			if p := f.Args[len(f.Args)-1]; f.Variadic && p.Category != 'P' {
				t = types.ArrayOf(p)
			}
		}
	}
	if t.Kind != types.KindArray {
		panic(fail(start(c.Args[last]), sqlerr.DatatypeMismatch, "VARIADIC argument must be an array"))
	}
	given := append(b.typesOf(fixed, false), t.Elem)
	fn, coerced, ret, err := expr.ResolveFunc(c.Name.Name, given)
	check(err, c.Pos)
	for i := range fixed {
		fixed[i] = b.settledRow(b.coerce(fixed[i], coerced[i], c.Pos))
	}
	elem := coerced[last]
	if elem.Category == 'P' {
		elem = t.Elem
	}
	all := append(fixed, b.convert(args[last], types.ArrayOf(elem), true, c.Pos))
	return &expr.Call{Fn: spread(fn, coerced[:last], elem), Args: all, Typ: ret, Pos: c.Pos}
}

// takesVariadic reports whether a function of the call's name takes any number
// of values after n others.
func (b *binder) takesVariadic(c *ast.FuncCall, n int) bool {
	for _, f := range expr.Functions(c.Name.Name) {
		if f.Variadic && len(f.Args) <= n+1 {
			return true
		}
	}
	return false
}

// spread is a variadic function whose last argument is an array of its values.
func spread(fn *expr.Func, fixed []*types.Type, elem *types.Type) *expr.Func {
	out := &expr.Func{Name: fn.Name, Args: append(append([]*types.Type(nil), fixed...), types.ArrayOf(elem)), Ret: fn.Ret, NotStrict: true, Volatility: fn.Volatility}
	out.EvalTyped = func(c *expr.Context, call *expr.CallTypes, args []types.Value) (types.Value, error) {
		last := len(args) - 1
		if args[last].IsNull() {
			return types.Null, nil
		}
		vals := append([]types.Value(nil), args[:last]...)
		inner := &expr.CallTypes{Args: append([]*types.Type(nil), fixed...), Ret: call.Ret}
		for v := range types.ArrayIter(args[last]) {
			if v.IsNull() && !fn.NotStrict {
				return types.Null, nil
			}
			vals, inner.Args = append(vals, v), append(inner.Args, elem)
		}
		for _, v := range args[:last] {
			if v.IsNull() && !fn.NotStrict {
				return types.Null, nil
			}
		}
		if fn.Eval != nil {
			return fn.Eval(c, vals)
		}
		return fn.EvalTyped(c, inner, vals)
	}
	return out
}
