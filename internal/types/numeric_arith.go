package types

import (
	"math"
	"math/big"
	"math/bits"
)

// NumericAdd returns a + b.
func NumericAdd(a, b Value) (Value, error) {
	if s := a.I + b.I; a.J == b.J && len(a.S)|len(b.S) == 0 && (s^a.I)&(s^b.I) >= 0 {
		return Value{K: KindNumeric, I: s, J: a.J}, nil
	}
	return addSlow(a, b)
}

// NumericAddSmall and its kin work on the coefficients of small numerics of one
// scale; they are inlined into loops over columns.
func NumericAddSmall(a, b int64) (sum int64, ok bool) {
	sum = a + b
	return sum, (sum^a)&(sum^b) >= 0
}

// NumericSubSmall is a - b where that fits.
func NumericSubSmall(a, b int64) (diff int64, ok bool) {
	diff = a - b
	return diff, (a^b)&(diff^a) >= 0
}

// NumericMulSmall is a × b where that fits; the scales add up.
func NumericMulSmall(a, b int64) (product int64, ok bool) {
	product = a * b
	if int64(int32(a)) == a && int64(int32(b)) == b {
		return product, true
	}
	return product, a == 0 || product/a == b && !(a == -1 && b == math.MinInt64) && !(b == -1 && a == math.MinInt64)
}

// NumericSub returns a - b.
func NumericSub(a, b Value) (Value, error) {
	if s := a.I - b.I; a.J == b.J && len(a.S)|len(b.S) == 0 && (a.I^b.I)&(s^a.I) >= 0 {
		return Value{K: KindNumeric, I: s, J: a.J}, nil
	}
	return subSlow(a, b)
}

// align gives two small numerics the larger of their scales.
func align(a, b Value) (x, y int64, scale int64, ok bool) {
	if len(a.S)|len(b.S) != 0 {
		return 0, 0, 0, false
	}
	x, y, scale = a.I, b.I, a.J
	switch {
	case a.J < b.J:
		scale = b.J
		x, ok = scaleUp(x, b.J-a.J)
	case a.J > b.J:
		y, ok = scaleUp(y, a.J-b.J)
	default:
		ok = true
	}
	return x, y, scale, ok
}

// scaleUp returns i × 10^n where that fits.
func scaleUp(i, n int64) (int64, bool) {
	if i == 0 {
		return 0, true
	}
	if n > 18 {
		return 0, false
	}
	hi, lo := bits.Mul64(abs64(i), pow10[n])
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	if i < 0 {
		return -int64(lo), true
	}
	return int64(lo), true
}

// alignBig returns the coefficients of two finite numerics at one scale.
func alignBig(a, b Value) (x, y *big.Int, scale int) {
	x, sx := NumericBig(a)
	y, sy := NumericBig(b)
	if sx < sy {
		x.Mul(x, bigPow10(sy-sx))
	} else if sy < sx {
		y.Mul(y, bigPow10(sx-sy))
	}
	return x, y, max(sx, sy)
}

func subSlow(a, b Value) (Value, error) { return addSlow(a, NumericNeg(b)) }

func addSlow(a, b Value) (Value, error) {
	if x, y, scale, ok := align(a, b); ok {
		if s := x + y; (s^x)&(s^y) >= 0 {
			return Value{K: KindNumeric, I: s, J: scale}, nil
		}
	}
	if isSpecial(a) || isSpecial(b) {
		sa, ia := NumericIsInf(a)
		sb, ib := NumericIsInf(b)
		switch {
		case NumericIsNaN(a), NumericIsNaN(b), ia && ib && sa != sb:
			return NumericNaN, nil
		case ia:
			return a, nil
		}
		return b, nil
	}
	x, y, scale := alignBig(a, b)
	return NumericFromBig(x.Add(x, y), scale)
}

// NumericNeg returns -v.
func NumericNeg(v Value) Value {
	if v.S == "" && v.I != math.MinInt64 {
		v.I = -v.I
		return v
	}
	switch {
	case NumericIsNaN(v):
		return v
	case isSpecial(v):
		if v.S[0] == classPosInf {
			return NumericNegInf
		}
		return NumericPosInf
	}
	c, scale := NumericBig(v)
	r, _ := NumericFromBig(c.Neg(c), scale) // of the same length: cannot overflow
	return r
}

// NumericAbs returns |v|.
func NumericAbs(v Value) Value {
	if NumericSign(v) < 0 {
		return NumericNeg(v)
	}
	return v
}

// NumericMul returns a × b with the sum of their scales.
func NumericMul(a, b Value) (Value, error) {
	if len(a.S)|len(b.S) == 0 {
		hi, lo := bits.Mul64(abs64(a.I), abs64(b.I))
		if scale := a.J + b.J; hi == 0 && lo <= math.MaxInt64 && scale <= numericMaxScale {
			r := int64(lo)
			if a.I^b.I < 0 {
				r = -r
			}
			return Value{K: KindNumeric, I: r, J: scale}, nil
		}
	}
	if isSpecial(a) || isSpecial(b) {
		s := NumericSign(a) * NumericSign(b)
		switch {
		case NumericIsNaN(a) || NumericIsNaN(b) || s == 0:
			return NumericNaN, nil
		case s > 0:
			return NumericPosInf, nil
		}
		return NumericNegInf, nil
	}
	x, sx := NumericBig(a)
	y, sy := NumericBig(b)
	x.Mul(x, y)
	scale := sx + sy
	if scale > numericMaxScale {
		x = bigRound(x, scale-numericMaxScale)
		scale = numericMaxScale
	}
	return NumericFromBig(x, scale)
}

// leading returns weight and value of the first digit in base 10000, by which
// PostgreSQL chooses the scale of quotients and functions.
func leading(v Value) (weight, digit int) {
	if v.S == "" {
		u := abs64(v.I)
		if u == 0 {
			return 0, 0
		}
		n := digits64(u)
		top := n - 1 - int(v.J)
		weight = top >> 2
		lead := top - weight*4 + 1
		if lead >= n {
			return weight, int(u * pow10[lead-n])
		}
		return weight, int(u / pow10[n-lead])
	}
	c, scale := NumericBig(v)
	c.Abs(c)
	n := bigDigits(c)
	top := n - 1 - scale
	weight = top >> 2
	lead := top - weight*4 + 1
	return weight, int(c.Quo(c, bigPow10(n-lead)).Int64())
}

// divScale is the scale of a quotient: at least 16 significant digits.
func divScale(a, b Value) int {
	w1, d1 := leading(a)
	w2, d2 := leading(b)
	w := w1 - w2
	if d1 <= d2 {
		w--
	}
	return min(max(minSigDigits-w*4, NumericScale(a), NumericScale(b), 0), maxDisplayScale)
}

// NumericDiv returns a / b, rounded half away from zero.
func NumericDiv(a, b Value) (Value, error) {
	if isSpecial(a) || isSpecial(b) {
		return divSpecial(a, b)
	}
	if NumericSign(b) == 0 {
		return Null, errDivisionByZero
	}
	return numericQuo(a, b, divScale(a, b))
}

func divSpecial(a, b Value) (Value, error) {
	sa, ia := NumericIsInf(a)
	_, ib := NumericIsInf(b)
	switch {
	case NumericIsNaN(a) || NumericIsNaN(b) || ia && ib:
		return NumericNaN, nil
	case ib:
		return NumericFromInt(0), nil
	case NumericSign(b) == 0:
		return Null, errDivisionByZero
	case sa*NumericSign(b) > 0:
		return NumericPosInf, nil
	}
	return NumericNegInf, nil
}

// numericQuo divides finite numerics to a scale.
func numericQuo(a, b Value, scale int) (Value, error) {
	if len(a.S)|len(b.S) == 0 {
		if k := int64(scale) - a.J + b.J; k >= 0 && k < int64(len(pow10)) {
			d := abs64(b.I)
			hi, lo := bits.Mul64(abs64(a.I), pow10[k])
			if hi < d {
				q, r := bits.Div64(hi, lo, d)
				if r >= d-r {
					q++
				}
				if q <= math.MaxInt64 {
					if a.I^b.I < 0 {
						return NewNumeric(-int64(q), scale), nil
					}
					return NewNumeric(int64(q), scale), nil
				}
			}
		}
	}
	x, sx := NumericBig(a)
	y, sy := NumericBig(b)
	if k := scale - sx + sy; k >= 0 {
		x.Mul(x, bigPow10(k))
	} else {
		y.Mul(y, bigPow10(-k))
	}
	return NumericFromBig(bigQuoRound(x, y), scale)
}

// bigQuoRound divides and rounds half away from zero; x and y are consumed.
func bigQuoRound(x, y *big.Int) *big.Int {
	negative := x.Sign()*y.Sign() < 0
	x.Abs(x)
	y.Abs(y)
	q, r := new(big.Int).QuoRem(x, y, new(big.Int))
	if r.Lsh(r, 1).Cmp(y) >= 0 {
		q.Add(q, big.NewInt(1))
	}
	if negative {
		q.Neg(q)
	}
	return q
}

// bigRound removes n digits from the end, rounding half away from zero.
func bigRound(c *big.Int, n int) *big.Int {
	return bigQuoRound(c, new(big.Int).Set(bigPow10(n)))
}

// NumericDivTrunc returns the integer part of a / b (the function div).
func NumericDivTrunc(a, b Value) (Value, error) {
	if isSpecial(a) || isSpecial(b) {
		return divSpecial(a, b)
	}
	if NumericSign(b) == 0 {
		return Null, errDivisionByZero
	}
	if x, y, _, ok := align(a, b); ok && !(x == math.MinInt64 && y == -1) {
		return NumericFromInt(x / y), nil
	}
	x, y, _ := alignBig(a, b)
	return NumericFromBig(x.Quo(x, y), 0)
}

// NumericModulo returns the remainder of a / b, with the sign of a.
func NumericModulo(a, b Value) (Value, error) {
	if isSpecial(a) || isSpecial(b) {
		_, ia := NumericIsInf(a)
		switch {
		case NumericIsNaN(a) || NumericIsNaN(b):
			return NumericNaN, nil
		case NumericSign(b) == 0:
			return Null, errDivisionByZero
		case ia:
			return NumericNaN, nil
		}
		return a, nil
	}
	if NumericSign(b) == 0 {
		return Null, errDivisionByZero
	}
	if x, y, scale, ok := align(a, b); ok {
		if y == -1 {
			return Value{K: KindNumeric, J: scale}, nil
		}
		return Value{K: KindNumeric, I: x % y, J: scale}, nil
	}
	x, y, scale := alignBig(a, b)
	return NumericFromBig(x.Rem(x, y), scale)
}

// NumericCmp orders two numerics; NaN equals NaN and is above all.
func NumericCmp(a, b Value) int {
	if a.J == b.J && len(a.S)|len(b.S) == 0 {
		return cmp64(a.I, b.I)
	}
	return cmpSlow(a, b)
}

func cmp64(a, b int64) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

func cmpSlow(a, b Value) int {
	ca, cb := class(a), class(b)
	if ca != cb {
		return cmp64(ca, cb)
	}
	if isSpecial(a) {
		return 0
	}
	if x, y, _, ok := align(a, b); ok {
		return cmp64(x, y)
	}
	x, y, _ := alignBig(a, b)
	return x.Cmp(y)
}

// class orders specials around the finite numbers: -inf, negative, zero,
// positive, inf, NaN.
func class(v Value) int64 {
	if v.S == "" {
		return int64(2*NumericSign(v)) + 5
	}
	switch v.S[0] {
	case classNegInf:
		return 0
	case classNegative:
		return 3
	case classPositive:
		return 7
	case classPosInf:
		return 8
	}
	return 9
}
