package types

import (
	"math"
	"math/big"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// NumericPower returns a raised to b.
func NumericPower(a, b Value) (Value, error) {
	if isSpecial(a) || isSpecial(b) {
		return powerSpecial(a, b)
	}
	if NumericSign(a) == 0 && NumericSign(b) < 0 {
		return Null, sqlerr.New(sqlerr.InvalidArgumentForPower, "zero raised to a negative power is undefined")
	}
	integral := NumericMinScale(b) == 0
	if NumericSign(a) < 0 && !integral {
		return Null, sqlerr.New(sqlerr.InvalidArgumentForPower,
			"a negative number raised to a non-integer power yields a complex result")
	}
	if integral {
		t, err := NumericTrunc(b, 0)
		if err == nil && t.S == "" && t.I == int64(int32(t.I)) {
			return powerInt(a, int(t.I))
		}
	}
	return powerReal(a, b)
}

func powerSpecial(a, b Value) (Value, error) {
	one := NumericFromInt(1)
	switch {
	case NumericIsNaN(a):
		if !isSpecial(b) && NumericSign(b) == 0 {
			return one, nil
		}
		return NumericNaN, nil
	case NumericIsNaN(b):
		if NumericCmp(a, one) == 0 {
			return one, nil
		}
		return NumericNaN, nil
	}
	if _, ok := NumericIsInf(b); !ok && NumericSign(b) == 0 {
		return one, nil
	}
	if sb, ok := NumericIsInf(b); ok {
		m := NumericCmp(NumericAbs(a), one)
		switch {
		case NumericSign(a) == 0 && sb < 0:
			return Null, sqlerr.New(sqlerr.InvalidArgumentForPower, "zero raised to a negative power is undefined")
		case m == 0:
			return one, nil
		case (m > 0) == (sb > 0):
			return NumericPosInf, nil
		}
		return NumericFromInt(0), nil
	}
	if NumericSign(b) < 0 {
		return NumericFromInt(0), nil
	}
	if s, _ := NumericIsInf(a); s > 0 {
		return NumericPosInf, nil
	}
	if NumericMinScale(b) > 0 {
		return Null, sqlerr.New(sqlerr.InvalidArgumentForPower,
			"a negative number raised to a non-integer power yields a complex result")
	}
	if half, err := NumericModulo(b, NumericFromInt(2)); err == nil && NumericSign(half) == 0 {
		return NumericPosInf, nil
	}
	return NumericNegInf, nil
}

func powerInt(a Value, e int) (Value, error) {
	scale := min(max(minSigDigits, NumericScale(a)), maxDisplayScale)
	f := 0.0
	if NumericSign(a) != 0 {
		f = float64(e) * log10Of(a)
	}
	switch {
	case f > 32768*4:
		return Null, errNumericOverflow
	case f+1 < -maxDisplayScale:
		return NewNumeric(0, scale), nil
	}
	switch {
	case e == 0:
		return NumericRescale(NumericFromInt(1), scale)
	case e == 1:
		return NumericRescale(a, scale)
	case NumericSign(a) == 0:
		if e < 0 {
			return Null, errDivisionByZero
		}
		return NewNumeric(0, scale), nil
	}
	// square and multiply with enough bits for every digit of the result
	c, s := NumericBig(a)
	prec := bitsFor(max(scale+int(math.Abs(f)), 0)) + 64
	x := new(big.Float).SetPrec(prec).SetInt(c)
	p := new(big.Float).SetPrec(prec).SetInt64(1)
	d := new(big.Float).SetPrec(prec).SetInt(bigPow10(s))
	q := new(big.Float).SetPrec(prec).SetInt64(1)
	for n := abs64(int64(e)); n > 0; n >>= 1 {
		if n&1 != 0 {
			p.Mul(p, x)
			q.Mul(q, d)
		}
		if n > 1 {
			x.Mul(x, x)
			d.Mul(d, d)
		}
	}
	if e < 0 {
		p, q = q, p
	}
	return floatToNumeric(p.Quo(p, q), scale)
}

// log10Of approximates log10(|v|) from the first digits.
func log10Of(v Value) float64 {
	c, s := NumericBig(v)
	n := bigDigits(c)
	drop := max(n-17, 0)
	c.Abs(c)
	f, _ := new(big.Float).SetInt(c.Quo(c, bigPow10(drop))).Float64()
	return math.Log10(f) + float64(drop-s)
}

func floatToNumeric(x *big.Float, scale int) (Value, error) {
	prec := x.Prec() + bitsFor(scale)
	y := new(big.Float).SetPrec(prec).SetInt(bigPow10(scale))
	y.Mul(y, x)
	half := big.NewFloat(0.5)
	if y.Sign() < 0 {
		half.Neg(half)
	}
	i, _ := y.Add(y, half).Int(nil)
	return NumericFromBig(i, scale)
}

func powerReal(a, b Value) (Value, error) {
	if NumericSign(a) == 0 {
		return NewNumeric(0, minSigDigits), nil
	}
	negative := false
	if NumericSign(a) < 0 {
		if half, err := NumericModulo(b, NumericFromInt(2)); err == nil && NumericSign(half) != 0 {
			negative = true
		}
		a = NumericNeg(a)
	}
	val := NumericFloat(b) * log10Of(a) / log10e
	if math.Abs(val) > maxResultScale*3.01 {
		if val > 0 {
			return Null, errNumericOverflow
		}
		return NewNumeric(0, maxDisplayScale), nil
	}
	weight := int(val * log10e)
	scale := resultScale(weight, NumericScale(a), NumericScale(b))
	bc, bs := NumericBig(b)
	n := bitsFor(scale+int(math.Abs(val)*log10e)+8) + 64
	m := n + uint(bc.BitLen())
	x := lnFixed(a, m)
	x.Mul(x, bc)
	x.Quo(x, bigPow10(bs))
	x.Rsh(x, m-n)
	r, err := fromFixed(expFixed(x, n), n, scale)
	if err == nil && negative {
		r = NumericNeg(r)
	}
	return r, err
}
