package types

import (
	"math"
	"math/big"
	"strconv"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// NumericFloat converts to the nearest float64; beyond its range, infinity.
func NumericFloat(v Value) float64 {
	if v.S == "" {
		if a := abs64(v.I); a < 1<<53 && v.J <= 22 {
			if v.J == 0 {
				return float64(v.I)
			}
			return float64(v.I) / floatPow10[v.J]
		}
	} else {
		switch v.S[0] {
		case classNaN:
			return math.NaN()
		case classPosInf:
			return math.Inf(1)
		case classNegInf:
			return math.Inf(-1)
		}
	}
	var buf [64]byte
	f, _ := strconv.ParseFloat(string(AppendNumeric(buf[:0], v)), 64) // out of range is infinity
	return f
}

var floatPow10 = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// NumericToInt rounds half away from zero to an integer of type t.
func NumericToInt(v Value, t *Type) (int64, error) {
	if isSpecial(v) {
		what := "infinity"
		if NumericIsNaN(v) {
			what = "NaN"
		}
		return 0, sqlerr.New(sqlerr.FeatureNotSupported, "cannot convert %s to %s", what, t.Display)
	}
	r, err := NumericRescale(v, 0)
	if err != nil || r.S != "" || !IntFits(r.I, t) {
		return 0, IntOutOfRange(t)
	}
	return r.I, nil
}

// NumericFromFloat converts with 15 significant digits, 6 for a real, as
// PostgreSQL's cast does.
func NumericFromFloat(f float64, bits int) (Value, error) {
	switch {
	case f != f:
		return NumericNaN, nil
	case math.IsInf(f, 1):
		return NumericPosInf, nil
	case math.IsInf(f, -1):
		return NumericNegInf, nil
	}
	digits := 15
	if bits == 32 {
		digits = 6
	}
	var buf [40]byte
	return ParseNumeric(formatG(buf[:0], f, digits))
}

// formatG formats like C's %.*g: without zeros at the end.
func formatG(dst []byte, f float64, digits int) string {
	s := strconv.AppendFloat(dst, f, 'g', digits, 64)
	return string(s)
}

// NumericFactorial returns n!.
func NumericFactorial(n int64) (Value, error) {
	switch {
	case n < 0:
		return Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "factorial of a negative number is undefined")
	case n > 32177:
		return Null, errNumericOverflow
	}
	return NumericFromBig(new(big.Int).MulRange(1, n), 0)
}
