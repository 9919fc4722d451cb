package types

import (
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// Money is an amount in cents, written with the dollar sign and the commas that
// PostgreSQL gives where no locale says otherwise.

// NewMoney makes an amount of so many cents.
func NewMoney(cents int64) Value { return Value{K: KindMoney, I: cents} }

var errMoneyRange = sqlerr.New(sqlerr.NumericValueOutOfRange, "money out of range")

// ParseMoney reads $1,234.56, -5, (5), 5- and the like.
func ParseMoney(s string) (Value, error) {
	rest := strings.TrimLeft(s, " \t\n\v\f\r")
	rest = strings.TrimPrefix(rest, "$")
	negative := false
	switch {
	case strings.HasPrefix(rest, "-"), strings.HasPrefix(rest, "("):
		negative, rest = true, rest[1:]
	case strings.HasPrefix(rest, "+"):
		rest = rest[1:]
	}
	rest = strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(rest, " "), "$"), " ")
	cents, decimals, point, over := uint64(0), 0, false, false // cents is the magnitude
	add := func(times, more uint64) {
		hi, lo := bits.Mul64(cents, times)
		sum, carry := bits.Add64(lo, more, 0)
		cents, over = sum, over || hi != 0 || carry != 0
	}
	i := 0
digits:
	for ; i < len(rest); i++ {
		switch c := rest[i]; {
		case c >= '0' && c <= '9' && decimals < 2:
			add(10, uint64(c-'0'))
			if point {
				decimals++
			}
		case c == '.' && !point:
			point = true
		case c != ',':
			break digits
		}
	}
	if i < len(rest) && rest[i] >= '5' && rest[i] <= '9' {
		add(1, 1)
	}
	for ; decimals < 2; decimals++ {
		add(10, 0)
	}
	for i < len(rest) && rest[i] >= '0' && rest[i] <= '9' {
		i++
	}
	for ; i < len(rest); i++ {
		switch c := rest[i]; {
		case isSpace(c), c == ')', c == '$':
		case c == '-':
			negative = true
		default:
			return Null, badSyntax("money", s)
		}
	}
	if over || cents > 1<<63 || cents == 1<<63 && !negative {
		return Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "value \"%s\" is out of range for type money", s)
	}
	if negative {
		return NewMoney(int64(-cents)), nil
	}
	return NewMoney(int64(cents)), nil
}

// appendMoney appends -$1,234.56.
func appendMoney(dst []byte, v Value) []byte {
	cents := uint64(v.I)
	if v.I < 0 {
		dst, cents = append(dst, '-'), -cents
	}
	dst = append(dst, '$')
	digits := strconv.FormatUint(cents/100, 10)
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, digits[i])
	}
	return append(dst, '.', byte('0'+cents%100/10), byte('0'+cents%10))
}

// MoneyOf rounds a number of cents to an amount.
func MoneyOf(cents float64) (Value, error) {
	r := math.RoundToEven(cents)
	if !(r >= -1<<63 && r < 1<<63) {
		return Null, errMoneyRange
	}
	return NewMoney(int64(r)), nil
}

// AddMoney adds two amounts.
func AddMoney(a, b Value) (Value, error) {
	sum := a.I + b.I
	if (a.I^sum)&(b.I^sum) < 0 {
		return Null, errMoneyRange
	}
	return NewMoney(sum), nil
}

// SubMoney takes an amount from another.
func SubMoney(a, b Value) (Value, error) {
	d := a.I - b.I
	if (a.I^b.I)&(a.I^d) < 0 {
		return Null, errMoneyRange
	}
	return NewMoney(d), nil
}

// MulMoney multiplies an amount by a whole number.
func MulMoney(a Value, n int64) (Value, error) {
	p := a.I * n
	if a.I != 0 && (p/a.I != n || a.I == -1 && n == math.MinInt64) {
		return Null, errMoneyRange
	}
	return NewMoney(p), nil
}

func castIntMoney(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	m, err := MulMoney(NewMoney(v.I), 100)
	if err != nil {
		return Null, IntOutOfRange(Int8)
	}
	return m, nil
}

func castNumericMoney(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	cents, err := NumericMul(v, NumericFromInt(100))
	if err != nil {
		return Null, err
	}
	i, err := NumericToInt(cents, Int8)
	return NewMoney(i), err
}

func castMoneyNumeric(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	return NewNumeric(v.I, 2), nil
}

// MoneyWords writes an amount in English words.
func MoneyWords(v Value) string {
	cents, words := uint64(v.I), ""
	if v.I < 0 {
		cents, words = -cents, "minus "
	}
	whole := cents / 100
	units := []struct {
		size uint64
		name string
	}{{1e15, " quadrillion "}, {1e12, " trillion "}, {1e9, " billion "}, {1e6, " million "}, {1e3, " thousand "}, {1, ""}}
	for _, u := range units {
		if n := whole / u.size % 1000; n != 0 {
			words += smallWords(n) + u.name
		}
	}
	if whole == 0 {
		words += "zero"
	}
	name, cent := " dollars and ", " cents"
	if whole == 1 {
		name = " dollar and "
	}
	if cents%100 == 1 {
		cent = " cent"
	}
	words += name + smallWords(cents%100) + cent
	return strings.ToUpper(words[:1]) + words[1:]
}

var (
	teens = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	tens  = strings.Fields("zero ten twenty thirty forty fifty sixty seventy eighty ninety")
)

// smallWords writes a number below a thousand.
func smallWords(n uint64) string {
	rest := n % 100
	words := teens[min(rest, 19)]
	if rest >= 20 {
		if words = tens[rest/10]; rest%10 != 0 {
			words += " " + teens[rest%10]
		}
	}
	switch {
	case n < 100:
		return words
	case rest == 0:
		return teens[n/100] + " hundred"
	case rest < 20:
		return teens[n/100] + " hundred and " + words
	}
	return teens[n/100] + " hundred " + words
}
