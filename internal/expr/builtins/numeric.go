package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

var numeric = types.Numeric

// numeric2 and numeric1 adapt functions of package types.
func numeric2(f func(a, b value) (value, error)) evaluet {
	return func(_ *expr.Context, a []value) (value, error) { return f(a[0], a[1]) }
}

func numeric1(f func(a value) (value, error)) evaluet {
	return func(_ *expr.Context, a []value) (value, error) { return f(a[0]) }
}

func init() {
	two := args{numeric, numeric}
	op("+", two, numeric, "Addition", numeric2(types.NumericAdd)).Kernel = numericKernel(false, expr.AddInt, types.NumericAdd)
	op("-", two, numeric, "Subtraction", numeric2(types.NumericSub)).Kernel = numericKernel(true, expr.SubInt, types.NumericSub)
	op("*", two, numeric, "Multiplication", numeric2(types.NumericMul)).Kernel = numericMulKernel
	op("/", two, numeric, "Division", numeric2(types.NumericDiv))
	op("%", two, numeric, "Remainder", numeric2(types.NumericModulo))
	op("^", two, numeric, "Power", numeric2(numericPower))
	neg := func(_ *expr.Context, a []value) (value, error) { return types.NumericNeg(a[0]), nil }
	abs := func(_ *expr.Context, a []value) (value, error) { return types.NumericAbs(a[0]), nil }
	op("-", args{numeric}, numeric, "Negation", neg)
	op("+", args{numeric}, numeric, "The operand itself", func(_ *expr.Context, a []value) (value, error) { return a[0], nil })
	op("@", args{numeric}, numeric, "Absolute value", abs)
	fn("abs", args{numeric}, numeric, "Absolute value", abs)
	fn("mod", two, numeric, "Remainder", numeric2(types.NumericModulo))
	fn("div", two, numeric, "Quotient, truncated", numeric2(types.NumericDivTrunc))
	fn("power", two, numeric, "Power", numeric2(numericPower))
	fn("pow", two, numeric, "Power", numeric2(numericPower))
	fn("gcd", two, numeric, "Greatest common divisor", numeric2(types.NumericGCD))
	fn("lcm", two, numeric, "Least common multiple", numeric2(types.NumericLCM))
	fn("log", two, numeric, "Logarithm to a base", numeric2(types.NumericLog))
	for _, name := range []string{"ceil", "ceiling"} {
		fn(name, args{numeric}, numeric, "Least whole number that is not below", numeric1(types.NumericCeil))
	}
	fn("floor", args{numeric}, numeric, "Greatest whole number that is not above", numeric1(types.NumericFloor))
	fn("sqrt", args{numeric}, numeric, "Square root", numeric1(types.NumericSqrt))
	fn("exp", args{numeric}, numeric, "Exponential", numeric1(types.NumericExp))
	fn("ln", args{numeric}, numeric, "Natural logarithm", numeric1(types.NumericLn))
	fn("log", args{numeric}, numeric, "Logarithm to base 10", numeric1(types.NumericLog10))
	fn("log10", args{numeric}, numeric, "Logarithm to base 10", numeric1(types.NumericLog10))
	fn("sign", args{numeric}, numeric, "-1, 0 or 1", numeric1(func(a value) (value, error) {
		if types.NumericIsNaN(a) {
			return a, nil
		}
		return types.NumericFromInt(int64(types.NumericSign(a))), nil
	}))
	round := func(_ *expr.Context, a []value) (value, error) { return types.NumericRound(a[0], places(a)) }
	trunc := func(_ *expr.Context, a []value) (value, error) { return types.NumericTrunc(a[0], places(a)) }
	fn("round", args{numeric}, numeric, "Rounded, half away from zero", round)
	fn("round", args{numeric, int4}, numeric, "Rounded to decimal places", round)
	fn("trunc", args{numeric}, numeric, "Towards zero", trunc)
	fn("trunc", args{numeric, int4}, numeric, "Towards zero, to decimal places", trunc)
	fn("scale", args{numeric}, int4, "Number of decimal places", func(_ *expr.Context, a []value) (value, error) {
		if special(a[0]) {
			return types.Null, nil
		}
		return newInt(types.NumericScale(a[0]))
	})
	fn("min_scale", args{numeric}, int4, "Number of decimal places that are needed", func(_ *expr.Context, a []value) (value, error) {
		if special(a[0]) {
			return types.Null, nil
		}
		return newInt(types.NumericMinScale(a[0]))
	})
	fn("trim_scale", args{numeric}, numeric, "Without zeros at the end", func(_ *expr.Context, a []value) (value, error) {
		return types.NumericTrimScale(a[0]), nil
	})
	fn("factorial", args{int8}, numeric, "n!", func(_ *expr.Context, a []value) (value, error) { return types.NumericFactorial(a[0].I) })
	op("!!", args{int8}, numeric, "n!", func(_ *expr.Context, a []value) (value, error) { return types.NumericFactorial(a[0].I) })
	fn("width_bucket", args{numeric, numeric, numeric, int4}, int4, "Bucket of a histogram of equal widths", numericBucket)
}

func special(v value) bool {
	_, inf := types.NumericIsInf(v)
	return inf || types.NumericIsNaN(v)
}

// places is the second argument, within what a numeric can hold.
func places(a []value) int {
	if len(a) < 2 {
		return 0
	}
	return int(min(max(a[1].I, -200000), 20000))
}

func numericPower(a, b value) (value, error) { return types.NumericPower(a, b) }

// numericDense adds or subtracts from row 0 as long as the scales agree and
// nothing overflows, and returns how many rows it did.
func numericDense(a, b *vector.Vector, n int, out *vector.Vector, subtract bool) int {
	ai, aj, bi, bj := a.I[:n], a.J[:n], b.I[:n], b.J[:n]
	ri, rj := out.I[:n], out.J[:n]
	flip := int64(0)
	if subtract {
		flip = -1
	}
	for i, x := range ai {
		y := bi[i]
		r := x + (y ^ flip) - flip
		// the sum overflows only if x and what is added have one sign
		if aj[i] != bj[i] || (x^r)&((y^flip)^r) < 0 || y == -1<<63 {
			return i
		}
		ri[i], rj[i] = r, aj[i]
	}
	return n
}

// numericKernel adds or subtracts coefficients where both numbers are small
// and of one scale.
func numericKernel(subtract bool, fast func(a, b int64) (int64, bool), slow func(a, b value) (value, error)) intKernel {
	return func(_ *expr.Context, in []*vector.Vector, sel []int32, n int, out *vector.Vector) error {
		a, b := in[0], in[1]
		small := a.S == nil && b.S == nil
		first := 0
		if small && sel == nil && !a.Const && !b.Const {
			if first = numericDense(a, b, n, out, subtract); first == n {
				return nil
			}
		}
		return eachRow(sel, n, func(i int) error {
			if i < first {
				return nil
			}
			ia, ib := pos(a, i), pos(b, i)
			if small && a.J[ia] == b.J[ib] {
				if r, ok := fast(a.I[ia], b.I[ib]); ok {
					out.I[i], out.J[i] = r, a.J[ia]
					if out.S != nil {
						out.S[i] = ""
					}
					return nil
				}
			}
			return numericRow(a, b, i, out, slow)
		})
	}
}

func numericRow(a, b *vector.Vector, i int, out *vector.Vector, slow func(a, b value) (value, error)) error {
	if out.Null(i) {
		return nil
	}
	r, err := slow(a.Value(i), b.Value(i))
	if err != nil {
		return err
	}
	out.Set(i, r)
	return nil
}

// numericMulKernel multiplies coefficients and adds scales.
func numericMulKernel(_ *expr.Context, in []*vector.Vector, sel []int32, n int, out *vector.Vector) error {
	a, b := in[0], in[1]
	small := a.S == nil && b.S == nil
	return eachRow(sel, n, func(i int) error {
		ia, ib := pos(a, i), pos(b, i)
		if small && a.J[ia]+b.J[ib] <= 15 {
			if r, ok := expr.MulInt(a.I[ia], b.I[ib]); ok {
				out.I[i], out.J[i] = r, a.J[ia]+b.J[ib]
				if out.S != nil {
					out.S[i] = ""
				}
				return nil
			}
		}
		return numericRow(a, b, i, out, types.NumericMul)
	})
}

func bucketError(what string) error {
	return sqlerr.New(sqlerr.InvalidArgumentForWidthBucket, "%s", what)
}

// numericBucket is floor((x - lo) * count / (hi - lo)) + 1, within 0..count+1.
func numericBucket(_ *expr.Context, a []value) (value, error) {
	x, lo, hi, count := a[0], a[1], a[2], a[3].I
	switch {
	case count <= 0:
		return types.Null, bucketError("count must be greater than zero")
	case types.NumericIsNaN(x) || types.NumericIsNaN(lo) || types.NumericIsNaN(hi):
		return types.Null, bucketError("operand, lower bound, and upper bound cannot be NaN")
	case special(lo) || special(hi):
		return types.Null, bucketError("lower and upper bounds must be finite")
	}
	order := types.NumericCmp(lo, hi)
	if order == 0 {
		return types.Null, bucketError("lower bound cannot equal upper bound")
	}
	if order > 0 {
		x, lo, hi = types.NumericNeg(x), types.NumericNeg(lo), types.NumericNeg(hi)
	}
	if types.NumericCmp(x, lo) < 0 {
		return newInt(0)
	}
	if types.NumericCmp(x, hi) >= 0 {
		return types.NewInt(count + 1), nil
	}
	offset, err := types.NumericSub(x, lo)
	if err != nil {
		return types.Null, err
	}
	span, err := types.NumericSub(hi, lo)
	if err != nil {
		return types.Null, err
	}
	scaled, err := types.NumericMul(offset, types.NumericFromInt(count))
	if err != nil {
		return types.Null, err
	}
	q, err := types.NumericDivTrunc(scaled, span)
	if err != nil {
		return types.Null, err
	}
	n, err := types.NumericToInt(q, types.Int8)
	return types.NewInt(n + 1), err
}
