package elementary

import "math"

// exp gives e^x as a pair times 2^k.
func exp(x pair) (p pair, k int) {
	n := math.RoundToEven(x.hi / ln2[0])
	r := x.sub(product(n, ln2[0])).sub(product(n, ln2[1])).sub(of(n * ln2[2]))
	p = expm1Small(r).add(of(1))
	return p, int(n)
}

// expm1Small is e^r - 1 for |r| < 0.4.
func expm1Small(r pair) pair {
	const halvings = 5
	r = r.scale(1.0 / (1 << halvings))
	// terms from the eighth on need no second half
	tail := 0.0
	for n := 13; n >= 8; n-- {
		tail = tail*r.hi + inverse[n].hi
	}
	e := of(tail)
	for n := 7; n >= 1; n-- {
		e = e.mul(r).add(inverse[n])
	}
	e = e.mul(r)
	for i := 0; i < halvings; i++ {
		e = e.mul(e.add(of(2)))
	}
	return e
}

// log is the natural logarithm of a positive pair, by a step of Newton's.
func log(x pair) pair {
	if x.hi == 1 && x.lo == 0 {
		return pair{}
	}
	m, e := math.Frexp(x.hi)
	if m < math.Sqrt2/2 {
		m, e = m*2, e-1
	}
	lo := math.Ldexp(x.lo, -e)
	y := math.Log(m)
	p, k := exp(of(-y))
	d := pair{m, lo}.mul(p.scale(math.Ldexp(1, k))).sub(of(1))
	// log(1+d) = d - d²/2
	r := sum(y, 0).add(d).sub(d.mul(d).scale(0.5))
	n := float64(e)
	return product(n, ln2[0]).add(product(n, ln2[1])).add(of(n * ln2[2])).add(r)
}

func regular(x float64) bool { return x-x == 0 }

// Exp is e^x.
func Exp(x float64) float64 {
	if !regular(x) || x > 710 || x < -746 || x == 0 {
		return math.Exp(x)
	}
	p, k := exp(of(x))
	return math.Ldexp(p.value(), k)
}

// Expm1 is e^x - 1.
func Expm1(x float64) float64 {
	switch {
	case !regular(x) || x > 709 || x == 0:
		return math.Expm1(x)
	case x < -50:
		return -1
	case math.Abs(x) < 0.35:
		return expm1Small(of(x)).value()
	}
	p, k := exp(of(x))
	return p.scale(math.Ldexp(1, k)).sub(of(1)).value()
}

// Log is the natural logarithm.
func Log(x float64) float64 {
	if !regular(x) || x <= 0 {
		return math.Log(x)
	}
	return log(of(x)).value()
}

// Log10 is the logarithm to base 10; exact powers of ten are exact. It is
// computed in doubles from the natural logarithm, as the C libraries do.
func Log10(x float64) float64 {
	const (
		perLn10 = 1 / math.Ln10
		// log10 of 2, the first part with so few bits that a product with an
		// exponent is exact
		high = 3.01029995663611771306e-01
		low  = math.Ln2/math.Ln10 - high
	)
	if !regular(x) || x <= 0 {
		return math.Log10(x)
	}
	m, e := math.Frexp(x) // 0.5 <= m < 1
	k := float64(e)
	if e > 0 {
		m, k = 2*m, k-1
	}
	return k*low + perLn10*Log(m) + k*high
}

// Pow is x^y.
func Pow(x, y float64) float64 {
	if !regular(x) || !regular(y) || x == 0 || y == 0 || x == 1 || y == 1 || x == -1 {
		return math.Pow(x, y)
	}
	sign := 1.0
	if x < 0 {
		if y != math.Trunc(y) {
			return math.NaN()
		}
		if math.Mod(y, 2) != 0 {
			sign = -1
		}
		x = -x
	}
	l := log(of(x))
	if a := y * l.hi; a > 710 || a < -746 {
		return sign * math.Pow(x, y)
	}
	p, k := exp(l.mul(of(y)))
	return sign * math.Ldexp(p.value(), k)
}

// Sinh, Cosh and Tanh are not to the nearest: they are computed in doubles
// from exponentials, as the C libraries do.

// Sinh is the hyperbolic sine.
func Sinh(x float64) float64 {
	a := math.Abs(x)
	if !regular(x) || a < 1e-8 || a > 22 {
		if a > 22 && a < 709 {
			return math.Copysign(0.5*Exp(a), x)
		}
		return math.Sinh(x)
	}
	t := Expm1(a)
	if a < 1 {
		return math.Copysign(0.5*(2*t-t*t/(t+1)), x)
	}
	return math.Copysign(0.5*(t+t/(t+1)), x)
}

// Cosh is the hyperbolic cosine.
func Cosh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case !regular(x) || a >= 709:
		return math.Cosh(x)
	case a < 0.5*math.Ln2:
		t := Expm1(a)
		return 1 + (t*t)/(2*(1+t))
	case a < 22:
		t := Exp(a)
		return 0.5*t + 0.5/t
	}
	return 0.5 * Exp(a)
}

// Tanh is the hyperbolic tangent.
func Tanh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case !regular(x) || a < 1e-8 || a >= 22:
		return math.Tanh(x)
	case a >= 1:
		return math.Copysign(1-2/(Expm1(2*a)+2), x)
	}
	t := Expm1(-2 * a)
	return math.Copysign(-t/(t+2), x)
}
