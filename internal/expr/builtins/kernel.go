package builtins

import (
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/vector"
)

// countKernel computes an integer from the bytes of a value. Those of a NULL
// are not to be looked at.
func countKernel(count func(s string) int) intKernel {
	return func(_ *expr.Context, in []*vector.Vector, sel []int32, n int, out *vector.Vector) error {
		s := in[0].S
		if sel == nil && !out.HasNulls && !in[0].Const {
			for i, x := range s[:n] {
				out.I[i] = int64(count(x))
			}
			return nil
		}
		return eachRow(sel, n, func(i int) error {
			if !out.Null(i) {
				out.I[i] = int64(count(s[pos(in[0], i)]))
			}
			return nil
		})
	}
}

// characters counts the characters of a text, eight bytes at a time: all but
// the bytes that go on with one.
func characters(s string) int {
	if len(s) > 1<<16 {
		return utf8.RuneCountInString(s)
	}
	n := 0
	for ; len(s) >= 8; s = s[8:] {
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		w = w >> 7 &^ (w >> 6) & 0x0101010101010101 // 10xxxxxx
		n += 8 - int(w*0x0101010101010101>>56)
	}
	for i := range len(s) {
		if s[i]&0xc0 != 0x80 {
			n++
		}
	}
	return n
}

// floatKernel computes a function of a double precision number that has no
// errors.
func floatKernel(f func(float64) float64) intKernel {
	return func(_ *expr.Context, in []*vector.Vector, sel []int32, n int, out *vector.Vector) error {
		x := in[0].F
		if sel == nil && !in[0].Const {
			for i, v := range x[:n] {
				out.F[i] = f(v)
			}
			return nil
		}
		return eachRow(sel, n, func(i int) error {
			out.F[i] = f(x[pos(in[0], i)])
			return nil
		})
	}
}
