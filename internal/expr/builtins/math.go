package builtins

import (
	"math"
	"math/rand/v2"
	"sync"

	"github.com/zqlite/zqlite/internal/elementary"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

var (
	float8     = types.Float8
	errDomain  = sqlerr.New(sqlerr.NumericValueOutOfRange, "input is out of range")
	errSqrt    = sqlerr.New(sqlerr.InvalidArgumentForPower, "cannot take square root of a negative number")
	errLogZero = sqlerr.New(sqlerr.InvalidArgumentForLogarithm, "cannot take logarithm of zero")
	errLogNeg  = sqlerr.New(sqlerr.InvalidArgumentForLogarithm, "cannot take logarithm of a negative number")
)

func init() {
	registerRounding()
	registerPowers()
	registerTrigonometry()
	registerRandom()
	registerIntMath()
}

func registerRounding() {
	plain := func(names []string, doc string, f func(float64) float64) {
		for _, name := range names {
			fn(name, args{float8}, float8, doc, float1(func(x float64) (float64, error) { return f(x), nil })).Kernel = floatKernel(f)
		}
	}
	plain([]string{"ceil", "ceiling"}, "Least whole number that is not below", math.Ceil)
	plain([]string{"floor"}, "Greatest whole number that is not above", math.Floor)
	plain([]string{"round"}, "Nearest whole number, half to even", math.RoundToEven)
	plain([]string{"trunc"}, "Towards zero", math.Trunc)
	plain([]string{"degrees"}, "Radians to degrees", func(x float64) float64 { return x / (math.Pi / 180) })
	plain([]string{"radians"}, "Degrees to radians", func(x float64) float64 { return x * (math.Pi / 180) })
	plain([]string{"sign"}, "-1, 0 or 1", func(x float64) float64 {
		switch {
		case x > 0:
			return 1
		case x < 0:
			return -1
		}
		return 0
	})
	fn("pi", nil, float8, "The number pi", func(*expr.Context, []value) (value, error) { return types.NewFloat(math.Pi), nil })
	fn("width_bucket", args{float8, float8, float8, int4}, int4, "Bucket of a histogram of equal widths", floatBucket)
}

func floatBucket(_ *expr.Context, a []value) (value, error) {
	x, lo, hi, count := a[0].Float(), a[1].Float(), a[2].Float(), a[3].I
	switch {
	case count <= 0:
		return types.Null, bucketError("count must be greater than zero")
	case x != x || lo != lo || hi != hi:
		return types.Null, bucketError("operand, lower bound, and upper bound cannot be NaN")
	case math.IsInf(lo, 0) || math.IsInf(hi, 0):
		return types.Null, bucketError("lower and upper bounds must be finite")
	case lo == hi:
		return types.Null, bucketError("lower bound cannot equal upper bound")
	}
	if lo > hi {
		x, lo, hi = -x, -lo, -hi
	}
	switch {
	case x < lo:
		return newInt(0)
	case x >= hi:
		return types.NewInt(count + 1), nil
	}
	return types.NewInt(min(int64(float64(count)*((x-lo)/(hi-lo))), count-1) + 1), nil
}

// finite checks a result computed from x: infinite only where x is.
func finite(x, r float64) (float64, error) {
	if math.IsInf(r, 0) && !math.IsInf(x, 0) {
		return 0, errOverflow
	}
	return r, nil
}

func registerPowers() {
	fn("sqrt", args{float8}, float8, "Square root", float1(squareRoot))
	op("|/", args{float8}, float8, "Square root", float1(squareRoot))
	cbrt := float1(func(x float64) (float64, error) { return math.Cbrt(x), nil })
	fn("cbrt", args{float8}, float8, "Cube root", cbrt)
	op("||/", args{float8}, float8, "Cube root", cbrt)
	fn("exp", args{float8}, float8, "Exponential", float1(func(x float64) (float64, error) {
		r := elementary.Exp(x)
		if r == 0 && !math.IsInf(x, -1) {
			return 0, errUnderflow
		}
		return finite(x, r)
	}))
	logarithm := func(f func(float64) float64) evaluet {
		return float1(func(x float64) (float64, error) {
			switch {
			case x == 0:
				return 0, errLogZero
			case x < 0:
				return 0, errLogNeg
			}
			return f(x), nil
		})
	}
	fn("ln", args{float8}, float8, "Natural logarithm", logarithm(elementary.Log))
	fn("log", args{float8}, float8, "Logarithm to base 10", logarithm(elementary.Log10))
	fn("log10", args{float8}, float8, "Logarithm to base 10", logarithm(elementary.Log10))
	sqlite("log2", args{float8}, float8, "Logarithm to base 2", logarithm(math.Log2))
	power := func(_ *expr.Context, a []value) (value, error) {
		r, err := floatPower(a[0].Float(), a[1].Float())
		return types.NewFloat(r), err
	}
	fn("power", args{float8, float8}, float8, "Power", power)
	fn("pow", args{float8, float8}, float8, "Power", power)
	op("^", args{float8, float8}, float8, "Power", power)
}

func squareRoot(x float64) (float64, error) {
	if x < 0 {
		return 0, errSqrt
	}
	return math.Sqrt(x), nil
}

func floatPower(x, y float64) (float64, error) {
	switch {
	case x == 0 && y < 0:
		return 0, sqlerr.New(sqlerr.InvalidArgumentForPower, "zero raised to a negative power is undefined")
	case x < 0 && y != math.Floor(y):
		return 0, sqlerr.New(sqlerr.InvalidArgumentForPower, "a negative number raised to a non-integer power yields a complex result")
	}
	r := elementary.Pow(x, y)
	infinite := math.IsInf(x, 0) || math.IsInf(y, 0)
	if math.IsInf(r, 0) && !infinite {
		return 0, errOverflow
	}
	if r == 0 && x != 0 && !infinite {
		return 0, errUnderflow
	}
	return r, nil
}

func registerTrigonometry() {
	angle := func(name, doc string, f func(float64) float64) {
		fn(name, args{float8}, float8, doc, float1(func(x float64) (float64, error) {
			if math.IsInf(x, 0) {
				return 0, errDomain
			}
			return f(x), nil
		}))
	}
	angle("sin", "Sine", elementary.Sin)
	angle("cos", "Cosine", elementary.Cos)
	angle("tan", "Tangent", elementary.Tan)
	angle("cot", "Cotangent", func(x float64) float64 { return 1 / elementary.Tan(x) })
	angle("sind", "Sine of degrees", sind)
	angle("cosd", "Cosine of degrees", cosd)
	angle("tand", "Tangent of degrees", tand)
	angle("cotd", "Cotangent of degrees", cotd)
	inverse := func(name, doc string, f func(float64) float64) {
		fn(name, args{float8}, float8, doc, float1(func(x float64) (float64, error) {
			if x < -1 || x > 1 {
				return 0, errDomain
			}
			return f(x), nil
		}))
	}
	inverse("asin", "Inverse sine", elementary.Asin)
	inverse("acos", "Inverse cosine", elementary.Acos)
	inverse("asind", "Inverse sine in degrees", asind)
	inverse("acosd", "Inverse cosine in degrees", acosd)
	plain := func(name, doc string, f func(float64) float64) {
		fn(name, args{float8}, float8, doc, float1(func(x float64) (float64, error) { return f(x), nil }))
	}
	plain("atan", "Inverse tangent", elementary.Atan)
	plain("atand", "Inverse tangent in degrees", func(x float64) float64 { return elementary.Atan(x) / eighth * 45 })
	atan2 := func(name, doc string, f func(float64) float64) {
		fn(name, args{float8, float8}, float8, doc, func(_ *expr.Context, a []value) (value, error) {
			return types.NewFloat(f(elementary.Atan2(a[0].Float(), a[1].Float()))), nil
		})
	}
	atan2("atan2", "Inverse tangent of a quotient", func(x float64) float64 { return x })
	atan2("atan2d", "Inverse tangent of a quotient in degrees", func(x float64) float64 { return x / eighth * 45 })
	hyperbolic := func(name, doc string, f func(float64) float64, ok func(float64) bool) {
		fn(name, args{float8}, float8, doc, float1(func(x float64) (float64, error) {
			if !ok(x) {
				return 0, errDomain
			}
			return f(x), nil
		}))
	}
	all := func(float64) bool { return true }
	hyperbolic("sinh", "Hyperbolic sine", elementary.Sinh, all)
	hyperbolic("cosh", "Hyperbolic cosine", elementary.Cosh, all)
	hyperbolic("tanh", "Hyperbolic tangent", elementary.Tanh, all)
	hyperbolic("asinh", "Inverse hyperbolic sine", math.Asinh, all)
	hyperbolic("acosh", "Inverse hyperbolic cosine", math.Acosh, func(x float64) bool { return !(x < 1) })
	hyperbolic("atanh", "Inverse hyperbolic tangent", math.Atanh, func(x float64) bool { return !(x < -1 || x > 1) })
}

// seeded is the generator that setseed starts; random draws from it once it
// was seeded, from the process's own before that.
var seeded struct {
	sync.Mutex
	source *rand.Rand
}

func registerRandom() {
	f := fn("random", nil, float8, "Random number from 0 to below 1", func(*expr.Context, []value) (value, error) {
		return types.NewFloat(randomFloat()), nil
	})
	f.Volatility = expr.Volatile
	f = fn("setseed", args{float8}, types.Void, "Seeds random() with a number from -1 to 1", func(_ *expr.Context, a []value) (value, error) {
		x := a[0].Float()
		if !(x >= -1 && x <= 1) {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "setseed parameter %g is out of allowed range [-1,1]", x)
		}
		seeded.Lock()
		seeded.source = rand.New(rand.NewPCG(math.Float64bits(x), 0x9E3779B97F4A7C15))
		seeded.Unlock()
		return value{K: types.KindVoid}, nil
	})
	f.Volatility = expr.Volatile
}

func randomFloat() float64 {
	seeded.Lock()
	defer seeded.Unlock()
	if seeded.source != nil {
		return seeded.source.Float64()
	}
	return rand.Float64()
}

func registerIntMath() {
	checked := func(call *expr.CallTypes, r int64, ok bool) (value, error) {
		if lo, hi := intBounds(call.Ret); !ok || r < lo || r > hi {
			return types.Null, expr.RangeError(call.Ret)
		}
		return types.NewInt(r), nil
	}
	for _, t := range []typ{int4, int8} {
		typed("gcd", args{t, t}, t, "Greatest common divisor", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			g, ok := gcd(a[0].I, a[1].I)
			return checked(call, g, ok)
		}).RetFn = widestInt
		typed("lcm", args{t, t}, t, "Least common multiple", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			if a[0].I == 0 || a[1].I == 0 {
				return newInt(0)
			}
			g, ok := gcd(a[0].I, a[1].I)
			if !ok {
				return checked(call, 0, false)
			}
			r, ok := expr.MulInt(a[0].I/g, a[1].I)
			return checked(call, max(r, -r), ok && r != math.MinInt64)
		}).RetFn = widestInt
	}
}

func gcd(a, b int64) (int64, bool) {
	x, y := uint64(max(a, -a)), uint64(max(b, -b))
	if a == math.MinInt64 {
		x = 1 << 63
	}
	if b == math.MinInt64 {
		y = 1 << 63
	}
	for y != 0 {
		x, y = y, x%y
	}
	return int64(x), x < 1<<63
}
