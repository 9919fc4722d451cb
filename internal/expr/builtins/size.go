package builtins

import (
	"math/big"
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// sizeUnits are the units of sizes, each 1024 of the one before.
var sizeUnits = []string{"bytes", "kB", "MB", "GB", "TB", "PB"}

func init() {
	fn("pg_size_pretty", args{int8}, text, "A number of bytes with its unit", func(_ *expr.Context, a []value) (value, error) {
		return newText(prettySize(big.NewInt(a[0].I)))
	})
	fn("pg_size_pretty", args{numeric}, text, "A number of bytes with its unit", func(_ *expr.Context, a []value) (value, error) {
		if abs := types.NumericAbs(a[0]); types.NumericCmp(abs, types.NumericFromInt(10*1024)) < 0 || types.NumericIsNaN(a[0]) {
			return newText(types.Format(a[0], numeric, nil) + " bytes")
		}
		whole, err := types.NumericTrunc(a[0], 0)
		if err != nil {
			return types.Null, err
		}
		n, _ := types.NumericBig(whole)
		return newText(prettySize(n))
	})
	fn("pg_size_bytes", args{text}, int8, "The bytes of a size with its unit", func(_ *expr.Context, a []value) (value, error) {
		return sizeBytes(a[0].S)
	})
	f := fn("pg_column_size", args{types.Any}, int4, "Bytes that a value takes", nil)
	f.Volatility = expr.Stable
	f.EvalTyped = func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		return types.NewInt(int64(valueBytes(a[0], call.Args[0]))), nil
	}
}

// prettySize writes a size in the smallest unit in which it is below some ten
// thousand: below 10 kB in bytes, then rounded to the nearest, halves away from
// zero.
func prettySize(n *big.Int) string {
	if n.CmpAbs(big.NewInt(10*1024)) < 0 {
		return n.String() + " bytes"
	}
	halves := new(big.Int).Quo(n, big.NewInt(512)) // of a kB
	last := len(sizeUnits) - 1
	for i := 1; ; i++ {
		if i == last || halves.CmpAbs(big.NewInt(20*1024-1)) < 0 {
			one := big.NewInt(int64(halves.Sign()))
			rounded := new(big.Int).Quo(one.Add(one, halves), big.NewInt(2))
			return rounded.String() + " " + sizeUnits[i]
		}
		halves.Quo(halves, big.NewInt(1024))
	}
}

// sizeBytes reads a number with an optional unit.
func sizeBytes(s string) (value, error) {
	bad := sqlerr.New(sqlerr.InvalidParameterValue, "invalid size: \"%s\"", s)
	t := strings.TrimSpace(s)
	end := sizeNumber(t)
	if end == 0 {
		return types.Null, bad
	}
	n, err := types.Parse(t[:end], numeric, nil)
	if err != nil {
		return types.Null, bad
	}
	if unit := strings.TrimSpace(t[end:]); unit != "" {
		i := 0
		for i < len(sizeUnits) && !strings.EqualFold(unit, sizeUnits[i]) {
			i++
		}
		if i == len(sizeUnits) {
			return types.Null, bad.WithDetail("Invalid size unit: \"%s\".", unit).
				WithHint("Valid units are \"bytes\", \"kB\", \"MB\", \"GB\", \"TB\", and \"PB\".")
		}
		if n, err = types.NumericMul(n, types.NumericFromInt(1<<(10*i))); err != nil {
			return types.Null, err
		}
	}
	bytes, err := types.NumericToInt(n, int8)
	return types.NewInt(bytes), err
}

// sizeNumber is the length of the number that a text begins with.
func sizeNumber(t string) int {
	digits := func(i int) int {
		for i < len(t) && t[i] >= '0' && t[i] <= '9' {
			i++
		}
		return i
	}
	sign := func(i int) int {
		if i < len(t) && (t[i] == '-' || t[i] == '+') {
			i++
		}
		return i
	}
	start := sign(0)
	end := digits(start)
	found := end - start
	if end < len(t) && t[end] == '.' {
		fraction := digits(end + 1)
		found += fraction - end - 1
		end = fraction
	}
	if found == 0 {
		return 0
	}
	if end < len(t) && (t[end] == 'e' || t[end] == 'E') {
		first := sign(end + 1)
		if last := digits(first); last > first {
			end = last
		}
	}
	return end
}

// valueBytes is what a value takes in PostgreSQL's form in memory: values of a
// fixed size that, others four bytes more than their content.
func valueBytes(v value, t typ) int {
	t = types.BaseType(t)
	switch t.Kind {
	case types.KindBool:
		return 1
	case types.KindInt, types.KindFloat:
		if t.Is(types.Int8) || t.Is(types.Float8) {
			return 8
		}
		if t.Is(types.Int2) {
			return 2
		}
		return 4
	case types.KindDate, types.KindEnum:
		return 4
	case types.KindTime, types.KindTimestamp, types.KindTimestampTZ:
		return 8
	case types.KindTimeTZ:
		return 12
	case types.KindMacaddr:
		return 6
	case types.KindMacaddr8:
		return 8
	case types.KindInet, types.KindCidr:
		return 4 + 2 + (len(v.S)-2)/2
	case types.KindUUID, types.KindInterval:
		return 16
	case types.KindNumeric:
		return 6 + 2*numericGroups(v)
	}
	return 4 + len(v.S)
}

// numericGroups counts the groups of four digits of a number, as PostgreSQL
// stores it, without the zeros at its ends.
func numericGroups(v value) int {
	if types.NumericIsNaN(v) || types.NumericSign(v) == 0 {
		return 0
	}
	n, scale := types.NumericBig(v)
	if n == nil {
		return 0
	}
	digits := n.Text(10)
	digits = strings.TrimPrefix(digits, "-")
	digits += strings.Repeat("0", (4-scale%4)%4)
	digits = strings.Repeat("0", (4-len(digits)%4)%4) + digits
	groups := len(digits) / 4
	for groups > 0 && digits[4*groups-4:4*groups] == "0000" {
		groups--
	}
	return groups
}
