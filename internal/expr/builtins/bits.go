package builtins

import (
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	both := func(name, doc string, f func(a, b byte) byte) {
		eval := func(_ *expr.Context, a []value) (value, error) {
			n, x := a[0].Bits()
			m, y := a[1].Bits()
			if n != m {
				return types.Null, sqlerr.New("22026", "cannot %s bit strings of different sizes", doc)
			}
			out := make([]byte, len(x))
			for i := range out {
				out[i] = f(x[i], y[i])
			}
			return types.NewBit(n, out), nil
		}
		for _, t := range []typ{types.Bit, types.Varbit} {
			op(name, args{t, t}, t, doc+" of bit strings", eval)
		}
		expr.RegisterAggregate(&expr.AggFunc{
			Name: "bit_" + strings.ToLower(doc), Args: args{types.Bit}, Ret: types.Bit, Doc: "Bitwise " + doc + " of the values", Source: "PostgreSQL",
			New: func(*expr.Context, []*types.Type, *types.Type) expr.Accumulator { return &bitAcc{f: eval} },
		})
	}
	both("&", "AND", func(a, b byte) byte { return a & b })
	both("|", "OR", func(a, b byte) byte { return a | b })
	both("#", "XOR", func(a, b byte) byte { return a ^ b })
	for _, t := range []typ{types.Bit, types.Varbit} {
		op("~", args{t}, t, "Bits inverted", func(_ *expr.Context, a []value) (value, error) {
			n, x := a[0].Bits()
			return bitString(n, func(i int) bool { return !bitAt(x, i) }), nil
		})
		op("<<", args{t, int4}, t, "Bits shifted left", func(_ *expr.Context, a []value) (value, error) { return shiftBits(a[0], a[1].I) })
		op(">>", args{t, int4}, t, "Bits shifted right", func(_ *expr.Context, a []value) (value, error) { return shiftBits(a[0], -a[1].I) })
		fn("length", args{t}, int4, "Number of bits", bitLength)
		fn("bit_length", args{t}, int4, "Number of bits", bitLength)
		fn("octet_length", args{t}, int4, "Number of bytes", func(_ *expr.Context, a []value) (value, error) {
			n, _ := a[0].Bits()
			return newInt((n + 7) / 8)
		})
		fn("get_bit", args{t, int4}, int4, "Bit at a position", func(_ *expr.Context, a []value) (value, error) {
			n, x := a[0].Bits()
			if a[1].I < 0 || a[1].I >= int64(n) {
				return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "bit index %d out of valid range (0..%d)", a[1].I, n-1)
			}
			if bitAt(x, int(a[1].I)) {
				return newInt(1)
			}
			return newInt(0)
		})
		fn("bit_count", args{t}, int8, "Number of bits that are set", func(_ *expr.Context, a []value) (value, error) {
			n, x := a[0].Bits()
			count := 0
			for i := 0; i < n; i++ {
				if bitAt(x, i) {
					count++
				}
			}
			return newInt(count)
		})
		fn("substring", args{t, int4}, t, "Bits from a position", func(_ *expr.Context, a []value) (value, error) {
			n, x := a[0].Bits()
			lo := clamp(max(a[1].I, 1)-1, n)
			return bitString(n-lo, func(i int) bool { return bitAt(x, lo+i) }), nil
		})
		for _, name := range []string{"substring", "substr"} {
			fn(name, args{t, int4, int4}, t, "Bits from a position, so many", func(_ *expr.Context, a []value) (value, error) {
				from, to, err := window(a[1].I, a[2].I)
				if err != nil {
					return types.Null, err
				}
				n, x := a[0].Bits()
				lo, hi := clamp(from, n), clamp(to, n)
				return bitString(hi-lo, func(i int) bool { return bitAt(x, lo+i) }), nil
			})
		}
	}
	op("||", args{types.Varbit, types.Varbit}, types.Varbit, "Concatenation", func(_ *expr.Context, a []value) (value, error) {
		n, x := a[0].Bits()
		m, y := a[1].Bits()
		return bitString(n+m, func(i int) bool {
			if i < n {
				return bitAt(x, i)
			}
			return bitAt(y, i-n)
		}), nil
	})
}

func bitLength(_ *expr.Context, a []value) (value, error) {
	n, _ := a[0].Bits()
	return newInt(n)
}

// bitAt counts from the left, the highest bit of the first byte.
func bitAt(x string, i int) bool { return x[i>>3]>>(7-uint(i)&7)&1 != 0 }

func bitString(n int, at func(i int) bool) value {
	out := make([]byte, (n+7)/8)
	for i := 0; i < n; i++ {
		if at(i) {
			out[i>>3] |= 1 << (7 - uint(i)&7)
		}
	}
	return types.NewBit(n, out)
}

func shiftBits(v value, by int64) (value, error) {
	n, x := v.Bits()
	return bitString(n, func(i int) bool {
		from := int64(i) + by
		return from >= 0 && from < int64(n) && bitAt(x, int(from))
	}), nil
}
