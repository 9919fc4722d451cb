package expr

import (
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// Rows is scratch that aggregates and operators use to look at one argument:
// it leaves out NULL rows and unfolds constants.
type Rows struct {
	scratch []int32
	flat    vector.Vector
}

// Live returns the positions of sel (nil: 0..n-1) where v is not NULL; nil
// with dense true where these are all of 0..n-1. Valid until the next call.
func (r *Rows) Live(v *vector.Vector, sel []int32, n int) (rows []int32, dense bool) {
	if !v.HasNulls {
		return sel, sel == nil
	}
	r.scratch = grow(r.scratch, n)
	return r.scratch[:selectNull(v, false, sel, r.scratch, n)], false
}

// Flat returns v, or, where it is constant, a vector with the value in every
// row. Valid until the next call.
func (r *Rows) Flat(v *vector.Vector, n int) *vector.Vector {
	if !v.Const {
		return v
	}
	x := v.Value(0)
	r.flat.Reset(v.Type, n)
	for i := 0; i < n; i++ {
		r.flat.Set(i, x)
	}
	return &r.flat
}

// Resized returns s with length n, new elements zero.
func Resized[T any](s []T, n int) []T {
	if n <= cap(s) {
		old := len(s)
		s = s[:n]
		if n > old {
			clear(s[old:])
		}
		return s
	}
	t := make([]T, n, max(n, 2*cap(s)))
	copy(t, s)
	return t
}

// ForEachRow calls f for every selected position; for paths that are not hot.
func ForEachRow(sel []int32, n int, f func(i int) error) error {
	if sel == nil {
		for i := 0; i < n; i++ {
			if err := f(i); err != nil {
				return err
			}
		}
		return nil
	}
	for _, i := range sel {
		if err := f(int(i)); err != nil {
			return err
		}
	}
	return nil
}

// GroupOf returns the group of a row position; without groups all are in 0.
func GroupOf(groups []int32, i int) int {
	if groups == nil {
		return 0
	}
	return int(groups[i])
}

// Comparer returns the order of values of a type, as Compare nodes use it.
func Comparer(t *types.Type) func(a, b types.Value) int { return comparerOf(t, t) }

// MakeArray makes an array value of type t from its elements.
func MakeArray(t *types.Type, elems []types.Value) (types.Value, error) { return makeArray(t, elems) }

// CompareRows compares two row values as SQL's row comparison does; the result
// is NULL where a NULL field decides.
func CompareRows(op CompareOp, ta, tb *types.Type, a, b types.Value) types.Value {
	return compareRecords(op, ta, tb, a, b)
}
