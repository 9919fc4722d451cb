package elementary

import (
	"math"
	"math/big"
)

// pair is an unevaluated sum of two doubles, the second at most half a unit
// in the last place of the first.
type pair struct{ hi, lo float64 }

func of(x float64) pair { return pair{hi: x} }

func (a pair) value() float64 { return a.hi + a.lo }

func (a pair) neg() pair { return pair{-a.hi, -a.lo} }

func quick(a, b float64) pair {
	s := a + b
	return pair{s, b - (s - a)}
}

func sum(a, b float64) pair {
	s := a + b
	t := s - a
	return pair{s, (a - (s - t)) + (b - t)}
}

func product(a, b float64) pair {
	p := a * b
	return pair{p, math.FMA(a, b, -p)}
}

func (a pair) add(b pair) pair {
	s, t := sum(a.hi, b.hi), sum(a.lo, b.lo)
	s = quick(s.hi, s.lo+t.hi)
	return quick(s.hi, s.lo+t.lo)
}

func (a pair) sub(b pair) pair { return a.add(b.neg()) }

func (a pair) mul(b pair) pair {
	p := product(a.hi, b.hi)
	return quick(p.hi, p.lo+(a.hi*b.lo+a.lo*b.hi))
}

func (a pair) scale(f float64) pair { return pair{a.hi * f, a.lo * f} } // f is a power of two

func (a pair) div(b pair) pair {
	q := a.hi / b.hi
	r := a.sub(b.mul(of(q)))
	q2 := r.hi / b.hi
	r = r.sub(b.mul(of(q2)))
	return quick(q, q2).add(of(r.hi / b.hi))
}

func (a pair) sqrt() pair {
	if a.hi <= 0 {
		return pair{}
	}
	x := math.Sqrt(a.hi)
	r := a.sub(product(x, x))
	return quick(x, r.hi/(2*x))
}

// constant takes doubles off a number, the largest first.
func constant(x *big.Float, parts []float64) {
	r := new(big.Float).Copy(x)
	for i := range parts {
		parts[i], _ = r.Float64()
		r.Sub(r, big.NewFloat(parts[i]))
	}
}

// piBits is the precision of pi: enough to reduce the largest double.
const piBits = 1300

var (
	pi     = machin()
	halfPi [3]float64
	ln2    [3]float64
	// inverse[n] is 1/n!
	inverse [32]pair
)

func init() {
	half := new(big.Float).SetPrec(piBits).Quo(pi, big.NewFloat(2))
	constant(half, halfPi[:])
	two := logSeries(1, 3, 300)
	two.Mul(two, big.NewFloat(2)) // ln 2 = 2 artanh 1/3
	constant(two, ln2[:])
	inverse[0] = of(1)
	for n := 1; n < len(inverse); n++ {
		inverse[n] = inverse[n-1].div(of(float64(n)))
	}
}

// logSeries is artanh(a/b) to so many bits.
func logSeries(a, b int64, bits uint) *big.Float {
	x := new(big.Float).SetPrec(bits).Quo(big.NewFloat(float64(a)).SetPrec(bits), big.NewFloat(float64(b)).SetPrec(bits))
	square := new(big.Float).SetPrec(bits).Mul(x, x)
	total, term := new(big.Float).SetPrec(bits).Set(x), new(big.Float).SetPrec(bits).Set(x)
	for n := 3; n < 2*int(bits); n += 2 {
		term.Mul(term, square)
		part := new(big.Float).SetPrec(bits).Quo(term, big.NewFloat(float64(n)))
		total.Add(total, part)
		if part.MantExp(nil) < -int(bits)-4 {
			break
		}
	}
	return total
}

// machin computes pi = 16 arctan 1/5 - 4 arctan 1/239 in integers.
func machin() *big.Float {
	const guard = 40
	one := new(big.Int).Lsh(big.NewInt(1), piBits+guard)
	arctan := func(n int64) *big.Int {
		term := new(big.Int).Quo(one, big.NewInt(n))
		total, square := new(big.Int).Set(term), big.NewInt(n*n)
		for k, sign := int64(3), -1; term.Sign() != 0; k, sign = k+2, -sign {
			term.Quo(term, square)
			part := new(big.Int).Quo(term, big.NewInt(k))
			if sign < 0 {
				total.Sub(total, part)
			} else {
				total.Add(total, part)
			}
		}
		return total
	}
	p := new(big.Int).Mul(arctan(5), big.NewInt(16))
	p.Sub(p, new(big.Int).Mul(arctan(239), big.NewInt(4)))
	f := new(big.Float).SetPrec(piBits).SetInt(p)
	return f.SetMantExp(f, -piBits-guard)
}
