package builtins

import (
	"math"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

var errDivision = sqlerr.New(sqlerr.DivisionByZero, "division by zero")

func init() {
	ints := []typ{types.Int2, types.Integer, types.Int8}
	for i, a := range ints {
		for j, b := range ints {
			registerIntOps(a, b, ints[max(i, j)])
		}
		registerIntUnary(a)
		registerIntBits(a)
	}
}

// registerIntOps registers the arithmetic of two integer types; the result is
// the wider one. Integer has a Narrow variant for INT4.
func registerIntOps(a, b, ret typ) {
	binary := func(name, doc string, arith expr.ArithOp, eval func(lo, hi int64, t typ) evaluet, kernel func(t typ) intKernel) {
		f := makeIntOp(name, args{a, b}, ret, doc, arith, eval, kernel)
		if ret == types.Integer {
			f.Narrow = makeIntOp(name, args{narrow(a), narrow(b)}, types.Int4, doc, arith, eval, kernel)
		}
		expr.RegisterOperator(f)
	}
	binary("+", "Addition", expr.Add, evalArith(expr.AddInt), nil)
	binary("-", "Subtraction", expr.Sub, evalArith(expr.SubInt), nil)
	binary("*", "Multiplication", expr.Mul, evalArith(expr.MulInt), nil)
	binary("/", "Division, truncated towards zero", expr.NoArith, evalDiv, func(t typ) intKernel { return divKernel(t) })
	binary("%", "Remainder, with the sign of the dividend", expr.NoArith, evalMod, func(typ) intKernel { return modKernel })
}

type intKernel = func(c *expr.Context, in []*vector.Vector, sel []int32, n int, out *vector.Vector) error

func narrow(t typ) typ {
	if t == types.Integer {
		return types.Int4
	}
	return t
}

func makeIntOp(name string, params args, ret typ, doc string, arith expr.ArithOp,
	eval func(lo, hi int64, t typ) evaluet, kernel func(t typ) intKernel) *expr.Func {
	lo, hi := intBounds(ret)
	f := &expr.Func{Name: name, Args: params, Ret: ret, Doc: doc, Source: "PostgreSQL", Arith: arith, Eval: eval(lo, hi, ret)}
	if kernel != nil {
		f.Kernel = kernel(ret)
	}
	return f
}

func intBounds(t typ) (lo, hi int64) {
	switch t.Width {
	case 2:
		return math.MinInt16, math.MaxInt16
	case 4:
		return math.MinInt32, math.MaxInt32
	}
	return math.MinInt64, math.MaxInt64
}

func evalArith(f func(a, b int64) (int64, bool)) func(lo, hi int64, t typ) evaluet {
	return func(lo, hi int64, t typ) evaluet {
		return func(_ *expr.Context, a []value) (value, error) {
			r, ok := f(a[0].I, a[1].I)
			if !ok || r < lo || r > hi {
				return types.Null, expr.RangeError(t)
			}
			return types.NewInt(r), nil
		}
	}
}

func evalDiv(lo, _ int64, t typ) evaluet {
	return func(_ *expr.Context, a []value) (value, error) {
		switch {
		case a[1].I == 0:
			return types.Null, errDivision
		case a[1].I == -1 && a[0].I == lo:
			return types.Null, expr.RangeError(t)
		}
		return types.NewInt(a[0].I / a[1].I), nil
	}
}

func evalMod(_, _ int64, _ typ) evaluet {
	return func(_ *expr.Context, a []value) (value, error) {
		switch a[1].I {
		case 0:
			return types.Null, errDivision
		case -1:
			return types.NewInt(0), nil
		}
		return types.NewInt(a[0].I % a[1].I), nil
	}
}

func divKernel(t typ) intKernel {
	lo, _ := intBounds(t)
	return func(_ *expr.Context, in []*vector.Vector, sel []int32, n int, out *vector.Vector) error {
		a, b := in[0], in[1]
		return eachRow(sel, n, func(i int) error {
			x, y := a.I[pos(a, i)], b.I[pos(b, i)]
			if y == 0 || y == -1 && x == lo {
				if out.Null(i) {
					return nil
				}
				if y == 0 {
					return errDivision
				}
				return expr.RangeError(t)
			}
			out.I[i] = x / y
			return nil
		})
	}
}

func modKernel(_ *expr.Context, in []*vector.Vector, sel []int32, n int, out *vector.Vector) error {
	a, b := in[0], in[1]
	return eachRow(sel, n, func(i int) error {
		x, y := a.I[pos(a, i)], b.I[pos(b, i)]
		switch {
		case y == 0 && !out.Null(i):
			return errDivision
		case y == 0 || y == -1:
			out.I[i] = 0
		default:
			out.I[i] = x % y
		}
		return nil
	})
}

// pos is where row i of a vector that may be constant stands.
func pos(v *vector.Vector, i int) int {
	if v.Const {
		return 0
	}
	return i
}

func eachRow(sel []int32, n int, f func(i int) error) error { return expr.ForEachRow(sel, n, f) }

func registerIntUnary(t typ) {
	unary := func(name, doc string, operator bool, eval func(lo, hi int64, t typ) evaluet) {
		f := makeIntOp(name, args{t}, t, doc, expr.NoArith, eval, nil)
		if t == types.Integer {
			f.Narrow = makeIntOp(name, args{types.Int4}, types.Int4, doc, expr.NoArith, eval, nil)
		}
		if operator {
			expr.RegisterOperator(f)
			return
		}
		expr.Register(f)
	}
	neg := func(lo, _ int64, t typ) evaluet {
		return func(_ *expr.Context, a []value) (value, error) {
			if a[0].I == lo {
				return types.Null, expr.RangeError(t)
			}
			return types.NewInt(-a[0].I), nil
		}
	}
	abs := func(lo, _ int64, t typ) evaluet {
		return func(_ *expr.Context, a []value) (value, error) {
			if a[0].I == lo {
				return types.Null, expr.RangeError(t)
			}
			return types.NewInt(max(a[0].I, -a[0].I)), nil
		}
	}
	same := func(_, _ int64, _ typ) evaluet {
		return func(_ *expr.Context, a []value) (value, error) { return a[0], nil }
	}
	unary("-", "Negation", true, neg)
	unary("+", "The operand itself", true, same)
	unary("@", "Absolute value", true, abs)
	unary("abs", "Absolute value", false, abs)
	mod := makeIntOp("mod", args{t, t}, t, "Remainder, with the sign of the dividend", expr.NoArith, evalMod, func(typ) intKernel { return modKernel })
	if t == types.Integer {
		mod.Narrow = makeIntOp("mod", args{types.Int4, types.Int4}, types.Int4, mod.Doc, expr.NoArith, evalMod, func(typ) intKernel { return modKernel })
	}
	expr.Register(mod)
}

func registerIntBits(t typ) {
	bits := func(name, doc string, f func(a, b int64) int64) {
		op(name, args{t, t}, t, doc, func(_ *expr.Context, a []value) (value, error) {
			return types.NewInt(f(a[0].I, a[1].I)), nil
		}).RetFn = widestInt
	}
	bits("&", "Bitwise AND", func(a, b int64) int64 { return a & b })
	bits("|", "Bitwise OR", func(a, b int64) int64 { return a | b })
	bits("#", "Bitwise exclusive OR", func(a, b int64) int64 { return a ^ b })
	op("~", args{t}, t, "Bitwise NOT", func(_ *expr.Context, a []value) (value, error) { return types.NewInt(^a[0].I), nil }).RetFn = widestInt
	shift := func(name, doc string, f func(t typ, a int64, n uint) int64) {
		expr.RegisterOperator(&expr.Func{Name: name, Args: args{t, types.Integer}, Ret: t, Doc: doc, Source: "PostgreSQL",
			RetFn: func(a args) typ { return plainType(a[0]) },
			EvalTyped: func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
				return types.NewInt(f(call.Ret, a[0].I, uint(a[1].I)&shiftMask(call.Ret))), nil
			}})
	}
	shift("<<", "Bitwise shift left", func(t typ, a int64, n uint) int64 {
		switch t.Width {
		case 2:
			return int64(int16(a << n))
		case 4:
			return int64(int32(a << n))
		}
		return a << n
	})
	shift(">>", "Bitwise shift right", func(_ typ, a int64, n uint) int64 { return a >> n })
}

// widestInt is INTEGER as soon as one operand is, INT4 otherwise.
func widestInt(a args) typ {
	widest := expr.BaseType(a[0])
	for _, t := range a[1:] {
		if t = expr.BaseType(t); t.Width > widest.Width {
			widest = t
		}
	}
	return widest
}

// shiftMask is what processors do with a shift beyond the width.
func shiftMask(t typ) uint {
	if t.Width == 8 {
		return 63
	}
	return 31
}
