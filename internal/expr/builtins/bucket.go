package builtins

import (
	"sort"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	typed("width_bucket", args{anyElem, anyArray}, int4, "Number of the lower bounds, in order, that are not above the operand", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		x, err := openArray(a[1], call.Args[1])
		switch {
		case err != nil:
			return types.Null, err
		case len(x.dims) > 1:
			return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "thresholds must be one-dimensional array")
		}
		for _, e := range x.elems {
			if e.IsNull() {
				return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "thresholds array must not contain NULLs")
			}
		}
		return newInt(sort.Search(len(x.elems), func(i int) bool { return types.Compare(x.elems[i], a[0], x.elem) > 0 }))
	})
	bytes := types.Bytea
	overlayBytes := func(_ *expr.Context, a []value) (value, error) {
		s, with := a[0].S, a[1].S
		count := int64(len(with))
		if len(a) > 3 {
			count = a[3].I
		}
		head, tail, err := overlayBounds(a[2].I, count, len(s))
		if err != nil {
			return types.Null, err
		}
		return types.NewBytes(s[:head] + with + s[tail:]), nil
	}
	fn("overlay", args{bytes, bytes, int4, int4}, bytes, "Bytes with a part replaced", overlayBytes)
	fn("overlay", args{bytes, bytes, int4}, bytes, "Bytes with a part replaced", overlayBytes)
	overlayBits := func(_ *expr.Context, a []value) (value, error) {
		n, x := a[0].Bits()
		m, y := a[1].Bits()
		count := int64(m)
		if len(a) > 3 {
			count = a[3].I
		}
		head, tail, err := overlayBounds(a[2].I, count, n)
		if err != nil {
			return types.Null, err
		}
		return bitString(head+m+n-tail, func(i int) bool {
			switch {
			case i < head:
				return bitAt(x, i)
			case i < head+m:
				return bitAt(y, i-head)
			}
			return bitAt(x, i-head-m+tail)
		}), nil
	}
	fn("overlay", args{types.Bit, types.Bit, int4, int4}, types.Bit, "Bits with a part replaced", overlayBits)
	fn("overlay", args{types.Bit, types.Bit, int4}, types.Bit, "Bits with a part replaced", overlayBits)
	fn("position", args{types.Bit, types.Bit}, int4, "Place of the second bit string in the first, 0 if it is not there", bitPosition)
	fn("set_bit", args{types.Bit, int4, int4}, types.Bit, "Bits with one changed", func(_ *expr.Context, a []value) (value, error) {
		n, x := a[0].Bits()
		switch {
		case a[1].I < 0 || a[1].I >= int64(n):
			return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "bit index %d out of valid range (0..%d)", a[1].I, n-1)
		case a[2].I != 0 && a[2].I != 1:
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "new bit must be 0 or 1")
		}
		return bitString(n, func(i int) bool {
			if i == int(a[1].I) {
				return a[2].I == 1
			}
			return bitAt(x, i)
		}), nil
	})
}

// overlayBounds are where the part ends that stays before, and where the one
// begins that stays behind, in something of n parts.
func overlayBounds(from, count int64, n int) (head, tail int, err error) {
	if from <= 0 {
		return 0, 0, sqlerr.New(sqlerr.SubstringError, "negative substring length not allowed")
	}
	if err := endOf(from, count); err != nil {
		return 0, 0, err
	}
	return clamp(from-1, n), clamp(from-1+count, n), nil
}

func bitPosition(_ *expr.Context, a []value) (value, error) {
	n, x := a[0].Bits()
	m, y := a[1].Bits()
	if n == 0 || m > n {
		return newInt(0)
	}
	for at := 0; at+m <= n; at++ {
		i := 0
		for i < m && bitAt(x, at+i) == bitAt(y, i) {
			i++
		}
		if i == m {
			return newInt(at + 1)
		}
	}
	return newInt(0)
}
