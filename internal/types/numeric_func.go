package types

import (
	"math"
	"math/big"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// The functions below compute in binary fixed point with guard bits and round
// once, to the scale that PostgreSQL chooses: at least 16 significant digits,
// and not less than the scale of an argument.

func resultScale(weight int, scales ...int) int {
	r := minSigDigits - weight
	for _, s := range scales {
		r = max(r, s)
	}
	return min(max(r, 0), maxDisplayScale)
}

// bitsFor returns the bits of a binary fraction that carry digits decimals.
func bitsFor(digits int) uint { return uint(max(digits, 0)*3322/1000 + 64) }

// toFixed converts a finite numeric to a fixed point number of n bits.
func toFixed(v Value, n uint) *big.Int {
	c, s := NumericBig(v)
	c.Lsh(c, n)
	return c.Quo(c, bigPow10(s))
}

// fromFixed rounds a fixed point number to a numeric of a scale.
func fromFixed(f *big.Int, n uint, scale int) (Value, error) {
	f = new(big.Int).Mul(f, bigPow10(scale))
	return NumericFromBig(bigQuoRound(f, new(big.Int).Lsh(big.NewInt(1), n)), scale)
}

// NumericSqrt returns the square root.
func NumericSqrt(v Value) (Value, error) {
	if isSpecial(v) && NumericSign(v) >= 0 {
		return v, nil
	}
	if NumericSign(v) < 0 {
		return Null, sqlerr.New(sqlerr.InvalidArgumentForPower, "cannot take square root of a negative number")
	}
	w, _ := leading(v)
	sweight := w*2 + 1
	if w < 0 {
		sweight = 1 - (1-w*4)/2
	}
	scale := resultScale(sweight, NumericScale(v))
	c, s := NumericBig(v)
	// one more digit than asked for, then round by the exact remainder
	if k := 2*scale - s; k >= 0 {
		c.Mul(c, bigPow10(k))
	} else {
		c.Quo(c, bigPow10(-k))
	}
	r := new(big.Int).Sqrt(c)
	rest := new(big.Int).Sub(c, new(big.Int).Mul(r, r))
	if rest.Cmp(r) > 0 {
		r.Add(r, big.NewInt(1))
	}
	return NumericFromBig(r, scale)
}

const log10e = 0.434294481903252

// NumericExp returns e raised to v.
func NumericExp(v Value) (Value, error) {
	if isSpecial(v) {
		if s, ok := NumericIsInf(v); ok && s < 0 {
			return NumericFromInt(0), nil
		}
		return v, nil
	}
	val := NumericFloat(v)
	w := min(max(val*log10e, -maxResultScale), maxResultScale)
	scale := resultScale(int(w), NumericScale(v))
	return expTo(v, val, scale)
}

func expTo(v Value, val float64, scale int) (Value, error) {
	if math.Abs(val) >= maxResultScale*3 {
		if val > 0 {
			return Null, errNumericOverflow
		}
		return NewNumeric(0, scale), nil
	}
	n := bitsFor(scale+int(math.Abs(val)*log10e)) + 64
	return fromFixed(expFixed(toFixed(v, n), n), n, scale)
}

// expFixed computes e^x: x is halved k times, then the result squared k times.
func expFixed(x *big.Int, n uint) *big.Int {
	one := new(big.Int).Lsh(big.NewInt(1), n)
	negative := x.Sign() < 0
	x = new(big.Int).Abs(x)
	k := uint(max(x.BitLen()-int(n), 0)) + 8
	guard := k + 8
	m := n + guard
	x.Lsh(x, guard-k)
	sum := new(big.Int).Lsh(big.NewInt(1), m)
	term := new(big.Int).Set(sum)
	for i := int64(1); term.Sign() != 0; i++ {
		term.Mul(term, x)
		term.Rsh(term, m)
		term.Quo(term, big.NewInt(i))
		sum.Add(sum, term)
	}
	for ; k > 0; k-- {
		sum.Mul(sum, sum)
		sum.Rsh(sum, m)
	}
	sum.Rsh(sum, guard)
	if negative {
		return new(big.Int).Quo(new(big.Int).Lsh(one, n), sum)
	}
	return sum
}

// atanhFixed computes atanh(y) by its series; |y| is at most 1/3.
func atanhFixed(y *big.Int, n uint) *big.Int {
	square := new(big.Int).Mul(y, y)
	square.Rsh(square, n)
	power := new(big.Int).Set(y)
	sum := new(big.Int).Set(y)
	t := new(big.Int)
	for i := int64(3); ; i += 2 {
		power.Mul(power, square)
		power.Rsh(power, n)
		if power.BitLen() <= 1 { // a negative number shifts towards -1
			return sum
		}
		sum.Add(sum, t.Quo(power, big.NewInt(i)))
	}
}

// lnFixed computes the natural logarithm of a positive numeric.
func lnFixed(v Value, n uint) *big.Int {
	n += 16
	c, s := NumericBig(v)
	// x = m × 2^e with m in [2/3, 4/3)
	e := c.BitLen() - bigPow10(s).BitLen()
	m := new(big.Int).Lsh(c, n)
	if e > 0 {
		m.Quo(m, new(big.Int).Lsh(bigPow10(s), uint(e)))
	} else {
		m.Quo(m.Lsh(m, uint(-e)), bigPow10(s))
	}
	one := new(big.Int).Lsh(big.NewInt(1), n)
	third := new(big.Int).Quo(one, big.NewInt(3))
	if m.Cmp(new(big.Int).Add(one, third)) >= 0 {
		m.Rsh(m, 1)
		e++
	} else if m.Cmp(new(big.Int).Sub(one, third)) < 0 {
		m.Lsh(m, 1)
		e--
	}
	num := new(big.Int).Sub(m, one)
	num.Lsh(num, n)
	y := num.Quo(num, m.Add(m, one))
	r := atanhFixed(y, n)
	r.Lsh(r, 1)
	if e != 0 {
		ln2 := atanhFixed(third, n)
		ln2.Lsh(ln2, 1)
		r.Add(r, ln2.Mul(ln2, big.NewInt(int64(e))))
	}
	return r.Rsh(r, 16)
}

// lnWeight estimates the decimal weight of ln(v), as PostgreSQL does.
func lnWeight(v Value) int {
	if NumericSign(v) <= 0 {
		return 0
	}
	if NumericCmp(v, NewNumeric(9, 1)) >= 0 && NumericCmp(v, NewNumeric(11, 1)) <= 0 {
		d, err := NumericSub(v, NumericFromInt(1))
		if err != nil || NumericSign(d) == 0 {
			return 0
		}
		w, first := leading(d)
		return w*4 + int(math.Log10(float64(first)))
	}
	digits, weight := leadingTwo(v)
	ln := math.Log(digits) + float64(weight)*2.302585092994046
	return int(math.Log10(math.Abs(ln)))
}

// leadingTwo returns the first two digits in base 10000 as a number and the
// decimal weight of the last of them.
func leadingTwo(v Value) (float64, int) {
	v = NumericTrimScale(v)
	w, first := leading(v)
	c, s := NumericBig(v)
	n := bigDigits(c)
	top := n - 1 - s
	lead := top - w*4 + 1 + 4
	if lead-4 >= n || n <= lead-4 {
		return float64(first), w * 4
	}
	c.Abs(c)
	if lead > n {
		c.Mul(c, bigPow10(lead-n))
	} else {
		c.Quo(c, bigPow10(n-lead))
	}
	f, _ := new(big.Float).SetInt(c).Float64()
	return f, w*4 - 4
}

func logDomain(v Value) error {
	switch {
	case NumericSign(v) == 0 && !isSpecial(v):
		return sqlerr.New(sqlerr.InvalidArgumentForLogarithm, "cannot take logarithm of zero")
	case NumericSign(v) < 0:
		return sqlerr.New(sqlerr.InvalidArgumentForLogarithm, "cannot take logarithm of a negative number")
	}
	return nil
}

// NumericLn returns the natural logarithm.
func NumericLn(v Value) (Value, error) {
	if err := logDomain(v); err != nil {
		return Null, err
	}
	if isSpecial(v) {
		return v, nil
	}
	scale := resultScale(lnWeight(v), NumericScale(v))
	n := bitsFor(scale)
	return fromFixed(lnFixed(v, n), n, scale)
}

// NumericLog returns the logarithm of v to a base.
func NumericLog(base, v Value) (Value, error) {
	if NumericIsNaN(base) || NumericIsNaN(v) {
		return NumericNaN, nil
	}
	if err := logDomain(base); err != nil {
		return Null, err
	}
	if err := logDomain(v); err != nil {
		return Null, err
	}
	if _, ok := NumericIsInf(base); ok {
		if _, ok := NumericIsInf(v); ok {
			return NumericNaN, nil
		}
		return NumericFromInt(0), nil
	}
	if isSpecial(v) {
		return v, nil
	}
	wb, wv := lnWeight(base), lnWeight(v)
	scale := resultScale(wv-wb, NumericScale(base), NumericScale(v))
	n := bitsFor(scale + 2*max(-wb, 0) + max(wv, 0) + 8)
	x, y := lnFixed(v, n), lnFixed(base, n)
	if NumericCmp(base, NumericFromInt(1)) == 0 {
		return Null, errDivisionByZero
	}
	x.Mul(x, bigPow10(scale))
	return NumericFromBig(bigQuoRound(x, y), scale)
}

// NumericLog10 returns the logarithm to base 10.
func NumericLog10(v Value) (Value, error) { return NumericLog(NumericFromInt(10), v) }
