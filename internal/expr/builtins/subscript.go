package builtins

import (
	"math"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// The functions that the binder makes of a[i], a[lo:hi] and SET a[i] = x.
func init() {
	get := typed("array_subscript", args{anyArray, types.Int8}, anyElem, "Element of an array: what a[i] stands for", func(_ *expr.Context, _ *expr.CallTypes, a []value) (value, error) {
		subs, err := subscripts(a[1:])
		if err != nil {
			return types.Null, err
		}
		return types.ArrayGet(a[0], subs)
	})
	get.Variadic = true
	slice := typed("array_slice", args{anyArray, types.Int8}, anyArray, "Part of an array: what a[lo:hi] stands for, a NULL bound being open", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		if a[0].IsNull() {
			return types.Null, nil
		}
		var bounds []types.Slice
		for i := 1; i+1 < len(a); i += 2 {
			bounds = append(bounds, types.Slice{Low: clampInt(a[i].I), High: clampInt(a[i+1].I), HasLow: !a[i].IsNull(), HasHigh: !a[i+1].IsNull()})
		}
		return types.ArraySlice(a[0], bounds, expr.BaseType(call.Args[0]).Elem)
	})
	slice.Variadic, slice.NotStrict = true, true
	set := typed("array_assign", args{anyArray, anyElem, types.Int8}, anyArray, "Array with an element replaced: what SET a[i] = x stands for", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		subs, err := subscripts(a[2:])
		if err != nil {
			return types.Null, err
		}
		return types.ArraySet(a[0], subs, a[1], expr.BaseType(call.Args[0]).Elem)
	})
	set.Variadic, set.NotStrict = true, true
}

func subscripts(a []value) ([]int, error) {
	subs := make([]int, len(a))
	for i := range a {
		if a[i].IsNull() {
			return nil, sqlerr.New(sqlerr.NullValueNotAllowed, "array subscript in assignment must not be null")
		}
		subs[i] = clampInt(a[i].I)
	}
	return subs, nil
}

// clampInt keeps a subscript in the range of int on every platform; nothing is
// beyond it in an array.
func clampInt(i int64) int { return int(min(max(i, math.MinInt32), math.MaxInt32)) }
