package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

// Short names for the signatures of the tables in this package.
type (
	value   = types.Value
	typ     = *types.Type
	args    = []*types.Type
	evaluet = func(c *expr.Context, a []types.Value) (types.Value, error)
)

// fn registers a strict immutable function with PostgreSQL's meaning; the
// caller changes the returned entry where that is not so.
func fn(name string, params args, ret typ, doc string, eval evaluet) *expr.Func {
	f := &expr.Func{Name: name, Args: params, Ret: ret, Eval: eval, Doc: doc, Source: "PostgreSQL"}
	expr.Register(f)
	return f
}

// op registers an operator in the same way.
func op(name string, params args, ret typ, doc string, eval evaluet) *expr.Func {
	f := &expr.Func{Name: name, Args: params, Ret: ret, Eval: eval, Doc: doc, Source: "PostgreSQL"}
	expr.RegisterOperator(f)
	return f
}

// sqlite registers a function with SQLite's meaning.
func sqlite(name string, params args, ret typ, doc string, eval evaluet) *expr.Func {
	f := fn(name, params, ret, doc, eval)
	f.Source = "SQLite"
	return f
}

// text1 is a function from text to text that cannot fail.
func text1(f func(s string) string) evaluet {
	return func(_ *expr.Context, a []value) (value, error) { return types.NewText(f(a[0].S)), nil }
}

// float1 is a function of one double precision argument.
func float1(f func(x float64) (float64, error)) evaluet {
	return func(_ *expr.Context, a []value) (value, error) {
		r, err := f(a[0].Float())
		if err != nil {
			return types.Null, err
		}
		return types.NewFloat(r), nil
	}
}
