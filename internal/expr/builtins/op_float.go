package builtins

import (
	"math"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

var (
	errOverflow  = sqlerr.New(sqlerr.NumericValueOutOfRange, "value out of range: overflow")
	errUnderflow = sqlerr.New(sqlerr.NumericValueOutOfRange, "value out of range: underflow")
)

func init() {
	floats := []typ{types.Float4, types.Float8}
	for i, a := range floats {
		for j, b := range floats {
			ret := floats[max(i, j)]
			for _, o := range floatOps {
				f := &expr.Func{Name: o.name, Args: args{a, b}, Ret: ret, Doc: o.doc, Source: "PostgreSQL"}
				f.Eval = func(_ *expr.Context, v []value) (value, error) {
					r, err := o.checked(v[0].Float(), v[1].Float(), ret)
					return types.NewFloat(r), err
				}
				f.Kernel = o.kernelFor(ret)
				expr.RegisterOperator(f)
			}
		}
		abs := func(_ *expr.Context, v []value) (value, error) { return types.NewFloat(math.Abs(v[0].Float())), nil }
		op("-", args{a}, a, "Negation", func(_ *expr.Context, v []value) (value, error) { return types.NewFloat(-v[0].Float()), nil })
		op("+", args{a}, a, "The operand itself", func(_ *expr.Context, v []value) (value, error) { return v[0], nil })
		op("@", args{a}, a, "Absolute value", abs)
		fn("abs", args{a}, a, "Absolute value", abs)
	}
}

// floatOp is one operation of floating-point arithmetic. loop computes rows
// 0..n-1; exact tells the errors.
type floatOp struct {
	name, doc string
	f         func(a, b float64) float64
	loop      func(out, a, b []float64)
}

var floatOps = []floatOp{
	{"+", "Addition", func(a, b float64) float64 { return a + b }, func(out, a, b []float64) {
		for i := range out {
			out[i] = a[i] + b[i]
		}
	}},
	{"-", "Subtraction", func(a, b float64) float64 { return a - b }, func(out, a, b []float64) {
		for i := range out {
			out[i] = a[i] - b[i]
		}
	}},
	{"*", "Multiplication", func(a, b float64) float64 { return a * b }, func(out, a, b []float64) {
		for i := range out {
			out[i] = a[i] * b[i]
		}
	}},
	{"/", "Division", func(a, b float64) float64 { return a / b }, func(out, a, b []float64) {
		for i := range out {
			out[i] = a[i] / b[i]
		}
	}},
}

// checked computes with PostgreSQL's errors: division by zero, a result that
// became infinite, a result that vanished.
func (o *floatOp) checked(a, b float64, t typ) (float64, error) {
	if o.name == "/" && b == 0 && a == a {
		return 0, errDivision
	}
	r := o.f(a, b)
	if t.Width == 4 {
		r = float64(float32(r))
	}
	if math.IsInf(r, 0) && !math.IsInf(a, 0) && !math.IsInf(b, 0) {
		return 0, errOverflow
	}
	if r == 0 && a != 0 && (o.name == "*" && b != 0 || o.name == "/" && !math.IsInf(b, 0)) {
		return 0, errUnderflow
	}
	return r, nil
}

// kernelFor computes whole vectors and looks for results that call for the
// exact check: infinities, NaN, and for products and quotients zero.
func (o *floatOp) kernelFor(t typ) intKernel {
	zeroCounts := o.name == "*" || o.name == "/"
	return func(_ *expr.Context, in []*vector.Vector, sel []int32, n int, out *vector.Vector) error {
		a, b := in[0], in[1]
		if a.Const || b.Const || sel != nil || t.Width == 4 {
			return o.rowwise(a, b, sel, n, out, t)
		}
		o.loop(out.F[:n], a.F[:n], b.F[:n])
		doubt := false
		for _, r := range out.F[:n] {
			doubt = doubt || r-r != 0 || zeroCounts && r == 0
		}
		if !doubt {
			return nil
		}
		return o.rowwise(a, b, sel, n, out, t)
	}
}

func (o *floatOp) rowwise(a, b *vector.Vector, sel []int32, n int, out *vector.Vector, t typ) error {
	return eachRow(sel, n, func(i int) error {
		r, err := o.checked(a.F[pos(a, i)], b.F[pos(b, i)], t)
		if err != nil && !out.Null(i) {
			return err
		}
		out.F[i] = r
		return nil
	})
}
