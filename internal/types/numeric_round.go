package types

import (
	"math/big"
)

// NumericRescale rounds half away from zero to a scale, or adds zeros; a
// negative scale rounds before the point and gives scale 0.
func NumericRescale(v Value, scale int) (Value, error) {
	if v.S == "" {
		if int64(scale) == v.J {
			return v, nil
		}
		if int64(scale) > v.J {
			if i, ok := scaleUp(v.I, int64(scale)-v.J); ok {
				return NewNumeric(i, scale), nil
			}
		} else if d := v.J - int64(scale); d < int64(len(pow10)) {
			p := pow10[d]
			q, r := abs64(v.I)/p, abs64(v.I)%p
			if r >= p-r {
				q++
			}
			i := int64(q)
			if v.I < 0 {
				i = -i
			}
			if scale >= 0 {
				return NewNumeric(i, scale), nil
			}
			if i, ok := scaleUp(i, int64(-scale)); ok {
				return NewNumeric(i, 0), nil
			}
		} else if scale >= 0 {
			return NewNumeric(0, scale), nil
		}
	}
	if isSpecial(v) {
		return v, nil
	}
	c, s := NumericBig(v)
	if scale > s {
		return NumericFromBig(c.Mul(c, bigPow10(scale-s)), scale)
	}
	if s-scale > bigDigits(c)+1 {
		return NewNumeric(0, max(scale, 0)), nil
	}
	return NumericFromBig(bigRound(c, s-scale), scale)
}

func clampScale(n int) int { return min(max(n, -maxResultScale), maxResultScale) }

// NumericRound rounds to n digits after the point (before it where negative).
func NumericRound(v Value, n int) (Value, error) { return NumericRescale(v, clampScale(n)) }

// NumericTrunc cuts behind n digits after the point.
func NumericTrunc(v Value, n int) (Value, error) {
	n = clampScale(n)
	if isSpecial(v) {
		return v, nil
	}
	c, s := NumericBig(v)
	switch {
	case n >= s:
		return NumericRescale(v, n)
	case s-n > bigDigits(c):
		return NewNumeric(0, max(n, 0)), nil
	}
	return NumericFromBig(c.Quo(c, bigPow10(s-n)), n)
}

// NumericFloor returns the largest integer not above v.
func NumericFloor(v Value) (Value, error) {
	t, err := NumericTrunc(v, 0)
	if err == nil && NumericSign(v) < 0 && NumericCmp(t, v) != 0 {
		return NumericSub(t, NumericFromInt(1))
	}
	return t, err
}

// NumericCeil returns the smallest integer not below v.
func NumericCeil(v Value) (Value, error) {
	t, err := NumericTrunc(v, 0)
	if err == nil && NumericSign(v) > 0 && NumericCmp(t, v) != 0 {
		return NumericAdd(t, NumericFromInt(1))
	}
	return t, err
}

// NumericMinScale returns the smallest scale that loses nothing.
func NumericMinScale(v Value) int {
	if isSpecial(v) {
		return 0
	}
	return NumericScale(NumericTrimScale(v))
}

// NumericTrimScale removes the zeros at the end of the fraction.
func NumericTrimScale(v Value) Value {
	if v.S == "" {
		for v.J > 0 && v.I%10 == 0 {
			if v.I == 0 {
				v.J = 0
				break
			}
			v.I /= 10
			v.J--
		}
		return v
	}
	if isSpecial(v) {
		return v
	}
	c, s := NumericBig(v)
	ten, r, q := big.NewInt(10), new(big.Int), new(big.Int)
	for s > 0 {
		q.QuoRem(c, ten, r)
		if r.Sign() != 0 {
			break
		}
		c, q = q, c
		s--
	}
	t, _ := NumericFromBig(c, s) // shorter than v: cannot overflow
	return t
}

// NumericGCD returns the greatest common divisor, never negative.
func NumericGCD(a, b Value) (Value, error) {
	if isSpecial(a) || isSpecial(b) {
		return NumericNaN, nil
	}
	x, y, scale := alignBig(a, b)
	return NumericFromBig(new(big.Int).GCD(nil, nil, x.Abs(x), y.Abs(y)), scale)
}

// NumericLCM returns the least common multiple, never negative.
func NumericLCM(a, b Value) (Value, error) {
	if isSpecial(a) || isSpecial(b) {
		return NumericNaN, nil
	}
	x, y, scale := alignBig(a, b)
	if x.Sign() == 0 || y.Sign() == 0 {
		return NewNumeric(0, scale), nil
	}
	g := new(big.Int).GCD(nil, nil, x.Abs(x), y.Abs(y))
	return NumericFromBig(x.Mul(x.Quo(x, g), y), scale)
}
