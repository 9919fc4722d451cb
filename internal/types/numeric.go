package types

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/bits"
	"strconv"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// A numeric is small or big. Small: I is the coefficient, J the scale (digits
// after the point), S is empty: I × 10^-J. Big: S holds a class byte, two bytes
// of scale and the magnitude of the coefficient, big-endian without zeros in
// front. A coefficient that fits 64 bits is always small, so that two numerics
// of the same value and scale have the same representation.
const (
	numericMaxScale  = 16383
	numericMaxDigits = 131072 // before the point
	maxDisplayScale  = 1000
	maxResultScale   = 2000
	minSigDigits     = 16
)

const (
	classNegInf = iota + 1
	classNegative
	classPositive
	classPosInf
	classNaN
)

// The numerics that are no numbers.
var (
	NumericNaN    = Value{K: KindNumeric, S: string([]byte{classNaN})}
	NumericPosInf = Value{K: KindNumeric, S: string([]byte{classPosInf})}
	NumericNegInf = Value{K: KindNumeric, S: string([]byte{classNegInf})}
)

var pow10 = [20]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

var bigPowers = func() (t [80]*big.Int) {
	for i := range t {
		t[i] = new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(i)), nil)
	}
	return t
}()

// bigPow10 returns 10^n; the result is shared and must not be changed.
func bigPow10(n int) *big.Int {
	if n < len(bigPowers) {
		return bigPowers[n]
	}
	return new(big.Int).Exp(bigPowers[1], big.NewInt(int64(n)), nil)
}

var (
	errNumericOverflow = sqlerr.New(sqlerr.NumericValueOutOfRange, "value overflows numeric format")
	errDivisionByZero  = sqlerr.New(sqlerr.DivisionByZero, "division by zero")
)

// NewNumeric makes a numeric of coefficient × 10^-scale.
func NewNumeric(coefficient int64, scale int) Value {
	return Value{K: KindNumeric, I: coefficient, J: int64(scale)}
}

// NumericFromInt makes a numeric of an integer.
func NumericFromInt(i int64) Value { return Value{K: KindNumeric, I: i} }

// NumericFromBig makes a numeric of coefficient × 10^-scale. A negative scale
// multiplies; a value beyond the limits is error 22003.
func NumericFromBig(c *big.Int, scale int) (Value, error) {
	if scale < 0 {
		c = new(big.Int).Mul(c, bigPow10(-scale))
		scale = 0
	}
	if c.IsInt64() {
		return Value{K: KindNumeric, I: c.Int64(), J: int64(scale)}, nil
	}
	if scale > numericMaxScale || c.BitLen() > 435411 && bigDigits(c)-scale > numericMaxDigits {
		return Null, errNumericOverflow
	}
	b := make([]byte, 3+(c.BitLen()+7)/8)
	b[0] = classPositive
	if c.Sign() < 0 {
		b[0] = classNegative
	}
	binary.BigEndian.PutUint16(b[1:], uint16(scale))
	c.FillBytes(b[3:])
	return Value{K: KindNumeric, S: string(b)}, nil
}

// NumericBig returns coefficient and scale of a finite numeric.
func NumericBig(v Value) (*big.Int, int) {
	c := new(big.Int)
	if v.S == "" {
		return c.SetInt64(v.I), int(v.J)
	}
	if len(v.S) < 3 {
		return c, 0
	}
	c.SetBytes([]byte(v.S[3:]))
	if v.S[0] == classNegative {
		c.Neg(c)
	}
	return c, int(v.S[1])<<8 | int(v.S[2])
}

// isSpecial reports whether a numeric is NaN or infinite.
func isSpecial(v Value) bool {
	return v.S != "" && v.S[0] != classNegative && v.S[0] != classPositive
}

// NumericIsNaN reports whether a numeric is NaN.
func NumericIsNaN(v Value) bool { return v.S != "" && v.S[0] == classNaN }

// NumericIsInf reports whether a numeric is infinite, and with which sign.
func NumericIsInf(v Value) (sign int, ok bool) {
	if v.S != "" && v.S[0] == classPosInf {
		return 1, true
	}
	if v.S != "" && v.S[0] == classNegInf {
		return -1, true
	}
	return 0, false
}

// NumericScale returns the digits after the point of a finite numeric.
func NumericScale(v Value) int {
	if v.S == "" {
		return int(v.J)
	}
	if len(v.S) < 3 {
		return 0
	}
	return int(v.S[1])<<8 | int(v.S[2])
}

// NumericSign returns -1, 0 or 1; 0 for NaN.
func NumericSign(v Value) int {
	if v.S == "" {
		switch {
		case v.I < 0:
			return -1
		case v.I > 0:
			return 1
		}
		return 0
	}
	switch v.S[0] {
	case classNegInf, classNegative:
		return -1
	case classNaN:
		return 0
	}
	return 1
}

func bigDigits(c *big.Int) int {
	if c.Sign() == 0 {
		return 1
	}
	n := int(float64(c.BitLen()-1) * 0.30102999566398119521)
	if c.CmpAbs(bigPow10(n)) >= 0 {
		n++
		if n < 1 || c.CmpAbs(bigPow10(n)) >= 0 {
			n++
		}
	}
	return max(n, 1)
}

func digits64(u uint64) int {
	if u == 0 {
		return 1
	}
	n := bits.Len64(u) * 1233 >> 12
	if u >= pow10[n] {
		n++
	}
	return n
}

func abs64(i int64) uint64 {
	if i < 0 {
		return -uint64(i)
	}
	return uint64(i)
}

// ParseNumeric reads a numeric of any precision.
func ParseNumeric(s string) (Value, error) {
	x := trimSpace(s)
	i, neg := 0, false
	if x != "" && (x[0] == '-' || x[0] == '+') {
		neg, i = x[0] == '-', 1
	}
	var c uint64
	n, scale, seen := 0, 0, false
	for ; i < len(x); i++ {
		d := x[i] - '0'
		if d <= 9 {
			if n++; n > 18 {
				return parseBigNumeric(s, x)
			}
			c = c*10 + uint64(d)
			if seen {
				scale++
			}
			continue
		}
		if x[i] != '.' || seen {
			return parseBigNumeric(s, x)
		}
		seen = true
	}
	if n == 0 {
		return parseBigNumeric(s, x)
	}
	if neg {
		return NewNumeric(-int64(c), scale), nil
	}
	return NewNumeric(int64(c), scale), nil
}

// parseBigNumeric reads words, exponents and long numbers.
func parseBigNumeric(s, x string) (Value, error) {
	var buf [10]byte
	if len(x) >= 3 && len(x) <= len(buf) {
		switch string(appendLower(buf[:0], x)) {
		case "nan":
			return NumericNaN, nil
		case "inf", "infinity", "+inf", "+infinity":
			return NumericPosInf, nil
		case "-inf", "-infinity":
			return NumericNegInf, nil
		}
	}
	i, neg := 0, false
	if x != "" && (x[0] == '-' || x[0] == '+') {
		neg, i = x[0] == '-', 1
	}
	digits := make([]byte, 0, len(x))
	scale, seen := 0, false
	for ; i < len(x); i++ {
		if c := x[i]; c >= '0' && c <= '9' {
			digits = append(digits, c)
			if seen {
				scale++
			}
		} else if c == '.' && !seen {
			seen = true
		} else {
			break
		}
	}
	if len(digits) == 0 {
		return Null, badSyntax("numeric", s)
	}
	exp := 0
	if i < len(x) {
		if x[i] != 'e' && x[i] != 'E' {
			return Null, badSyntax("numeric", s)
		}
		e, err := strconv.ParseInt(x[i+1:], 10, 64)
		if err != nil && !isRange(err) || i+1 == len(x) {
			return Null, badSyntax("numeric", s)
		}
		if e >= math.MaxInt32/2 || e <= -math.MaxInt32/2 {
			return Null, errNumericOverflow
		}
		exp = int(e)
	}
	return buildNumeric(digits, scale, exp, neg)
}

func isRange(err error) bool {
	e, ok := err.(*strconv.NumError)
	return ok && e.Err == strconv.ErrRange
}

func buildNumeric(digits []byte, scale, exp int, neg bool) (Value, error) {
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	scale -= exp
	zero := len(digits) == 1 && digits[0] == '0'
	if zero {
		if scale < 0 {
			scale = 0
		}
		if scale > numericMaxScale {
			return Null, errNumericOverflow
		}
		return NewNumeric(0, scale), nil
	}
	if scale > numericMaxScale || len(digits)-scale > numericMaxDigits {
		return Null, errNumericOverflow
	}
	c, ok := new(big.Int).SetString(string(digits), 10)
	if !ok {
		return Null, badSyntax("numeric", string(digits))
	}
	if neg {
		c.Neg(c)
	}
	return NumericFromBig(c, scale)
}

// AppendNumeric appends the text of a numeric.
func AppendNumeric(dst []byte, v Value) []byte {
	if v.S == "" {
		return appendSmallNumeric(dst, v.I, int(v.J))
	}
	switch v.S[0] {
	case classNaN:
		return append(dst, "NaN"...)
	case classPosInf:
		return append(dst, "Infinity"...)
	case classNegInf:
		return append(dst, "-Infinity"...)
	}
	c, scale := NumericBig(v)
	text := c.Append(nil, 10)
	if text[0] == '-' {
		dst = append(dst, '-')
		text = text[1:]
	}
	return appendPointed(dst, text, scale)
}

func appendPointed(dst, digits []byte, scale int) []byte {
	if scale == 0 {
		return append(dst, digits...)
	}
	if len(digits) <= scale {
		dst = append(dst, '0', '.')
		for i := len(digits); i < scale; i++ {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	cut := len(digits) - scale
	dst = append(dst, digits[:cut]...)
	dst = append(dst, '.')
	return append(dst, digits[cut:]...)
}

func appendSmallNumeric(dst []byte, i int64, scale int) []byte {
	if scale == 0 {
		return strconv.AppendInt(dst, i, 10)
	}
	var buf [20]byte
	digits := strconv.AppendUint(buf[:0], abs64(i), 10)
	if i < 0 {
		dst = append(dst, '-')
	}
	return appendPointed(dst, digits, scale)
}

// ApplyTypmod rounds a numeric to the scale of numeric(p,s) and checks its
// precision.
func ApplyTypmod(v Value, t *Type) (Value, error) {
	precision, scale, ok := NumericMod(t)
	if !ok {
		return v, nil
	}
	if isSpecial(v) {
		if NumericIsNaN(v) {
			return v, nil
		}
		return Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "numeric field overflow").
			WithDetail("A field with precision %d, scale %d cannot hold an infinite value.", precision, scale)
	}
	r, err := NumericRescale(v, scale)
	if err != nil {
		return Null, err
	}
	if r.S == "" && scale >= 0 {
		if precision >= 19 || abs64(r.I) < pow10[precision] {
			return r, nil
		}
	} else {
		c, s := NumericBig(r)
		if c.Sign() == 0 || bigDigits(c)-s <= precision-scale {
			return r, nil
		}
	}
	limit := "1"
	if precision != scale {
		limit = "10^" + strconv.Itoa(precision-scale)
	}
	return Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "numeric field overflow").WithDetail(
		"A field with precision %d, scale %d must round to an absolute value less than %s.", precision, scale, limit)
}
