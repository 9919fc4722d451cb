package codec

import (
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/types"
)

// Classes of numbers, the first byte of a numeric key.
const (
	numNegInf   = 1
	numNegative = 2
	numZero     = 3
	numPositive = 4
	numPosInf   = 5
	numNaN      = 6
)

// appendNumeric appends class, decimal exponent and digits without zeros at
// the end, two to a byte (value plus one, ended by 0); negative numbers have
// exponent and digits inverted.
func appendNumeric(dst []byte, v types.Value) []byte {
	var buf [20]byte
	var digits []byte
	negative := false
	point := 0 // digits before the decimal point
	if v.S == "" {
		if v.I == 0 {
			return append(dst, numZero)
		}
		u := uint64(v.I)
		if v.I < 0 {
			negative, u = true, -u
		}
		digits = strconv.AppendUint(buf[:0], u, 10)
		point = len(digits) - int(v.J)
	} else {
		text := types.Format(v, types.Numeric, nil)
		switch text {
		case "NaN":
			return append(dst, numNaN)
		case "Infinity":
			return append(dst, numPosInf)
		case "-Infinity":
			return append(dst, numNegInf)
		}
		text, negative = strings.CutPrefix(text, "-")
		whole, fraction, _ := strings.Cut(text, ".")
		digits = []byte(whole + fraction)
		point = len(whole)
	}
	return appendDigits(dst, digits, point, negative)
}

func appendDigits(dst, digits []byte, point int, negative bool) []byte {
	for len(digits) > 0 && digits[0] == '0' {
		digits, point = digits[1:], point-1
	}
	for len(digits) > 0 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	if len(digits) == 0 {
		return append(dst, numZero)
	}
	if negative {
		dst = append(dst, numNegative)
	} else {
		dst = append(dst, numPositive)
	}
	start := len(dst)
	dst = binary.BigEndian.AppendUint32(dst, uint32(int32(point))^(1<<31))
	for i := 0; i < len(digits); i += 2 {
		pair := (digits[i] - '0') * 10
		if i+1 < len(digits) {
			pair += digits[i+1] - '0'
		}
		dst = append(dst, pair+1)
	}
	dst = append(dst, 0)
	if negative {
		invert(dst[start:])
	}
	return dst
}
