package elementary

import (
	"math"
	"math/big"
)

// reduce gives x less a multiple of a quarter turn, and how many quarters
// that were, modulo 4.
func reduce(x float64) (r pair, quarter int) {
	if math.Abs(x) < math.Pi/4 {
		return of(x), 0
	}
	if math.Abs(x) < 1<<20 {
		n := math.RoundToEven(x / halfPi[0])
		r = of(x).sub(product(n, halfPi[0])).sub(product(n, halfPi[1])).sub(of(n * halfPi[2]))
		return r, int(n) & 3
	}
	half := new(big.Float).SetPrec(piBits).Quo(pi, big.NewFloat(2))
	q := new(big.Float).SetPrec(piBits).Quo(new(big.Float).SetPrec(piBits).SetFloat64(x), half)
	q.Add(q, big.NewFloat(math.Copysign(0.5, x)))
	n, _ := q.Int(nil)
	rest := new(big.Float).SetPrec(piBits).Mul(half, new(big.Float).SetPrec(piBits).SetInt(n))
	rest.Sub(new(big.Float).SetPrec(piBits).SetFloat64(x), rest)
	var parts [2]float64
	constant(rest, parts[:])
	return pair{parts[0], parts[1]}, int(new(big.Int).And(n, big.NewInt(3)).Int64())
}

// sincos is the sine and the cosine of a pair within an eighth of a turn, by
// Taylor's series.
func sincos(r pair) (s, c pair) {
	q := r.mul(r).neg()
	s, c = inverse[27], inverse[26]
	for n := 25; n >= 1; n -= 2 {
		s = s.mul(q).add(inverse[n])
		c = c.mul(q).add(inverse[n-1])
	}
	return s.mul(r), c
}

// turn is the sine and the cosine of x.
func turn(x float64) (s, c pair) {
	r, quarter := reduce(x)
	s, c = sincos(r)
	switch quarter {
	case 1:
		return c, s.neg()
	case 2:
		return s.neg(), c.neg()
	case 3:
		return c.neg(), s
	}
	return s, c
}

// Sin is the sine of x radians.
func Sin(x float64) float64 {
	if !regular(x) || x == 0 {
		return math.Sin(x)
	}
	s, _ := turn(x)
	return s.value()
}

// Cos is the cosine of x radians.
func Cos(x float64) float64 {
	if !regular(x) {
		return math.Cos(x)
	}
	_, c := turn(x)
	return c.value()
}

// Tan is the tangent of x radians.
func Tan(x float64) float64 {
	if !regular(x) || x == 0 {
		return math.Tan(x)
	}
	s, c := turn(x)
	return s.div(c).value()
}

// angle is the angle of a point, not too far from the unit circle, from an
// estimate that is turned back.
func angle(y, x pair) float64 {
	a := math.Atan2(y.hi, x.hi)
	s, c := turn(a)
	d := y.mul(c).sub(x.mul(s)).div(x.mul(c).add(y.mul(s)))
	return of(a).add(d).value()
}

// Atan2 is the angle of the point (x, y).
func Atan2(y, x float64) float64 {
	if !regular(x) || !regular(y) || x == 0 || y == 0 {
		return math.Atan2(y, x)
	}
	_, ey := math.Frexp(y)
	_, ex := math.Frexp(x)
	if ey-ex > 60 || ex-ey > 60 {
		return math.Atan2(y, x)
	}
	return angle(of(math.Ldexp(y, -ex)), of(math.Ldexp(x, -ex)))
}

// Atan is the inverse tangent.
func Atan(x float64) float64 {
	if x == 0 || math.Abs(x) < 1e-9 {
		return x
	}
	return Atan2(x, 1)
}

// Asin is the inverse sine of x between -1 and 1.
func Asin(x float64) float64 {
	if !(math.Abs(x) < 1) || math.Abs(x) < 1e-9 {
		return math.Asin(x)
	}
	return angle(of(x), sum(1, -x).mul(sum(1, x)).sqrt())
}

// Acos is the inverse cosine of x between -1 and 1.
func Acos(x float64) float64 {
	if !(math.Abs(x) < 1) {
		return math.Acos(x)
	}
	return angle(sum(1, -x).mul(sum(1, x)).sqrt(), of(x))
}
