package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

// What the binder makes of a[i], a[lo:hi] and SET a[i] = x.
func init() {
	f := fn("array_subscript", args{anyArray, int8}, anyElem, "Element at subscripts, NULL outside the bounds", func(_ *expr.Context, a []value) (value, error) {
		var fixed [6]int
		subs := fixed[:0]
		for _, v := range a[1:] {
			subs = append(subs, int(v.I))
		}
		return types.ArrayGet(a[0], subs)
	})
	f.Variadic = true
	f = typed("array_slice", args{anyArray, int8, int8}, anyArray, "Part between pairs of bounds; a NULL bound is the array's own", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		if a[0].IsNull() {
			return types.Null, nil
		}
		var bounds []types.Slice
		for i := 1; i+1 < len(a); i += 2 {
			bounds = append(bounds, types.Slice{Low: int(a[i].I), High: int(a[i+1].I), HasLow: !a[i].IsNull(), HasHigh: !a[i+1].IsNull()})
		}
		return types.ArraySlice(a[0], bounds, expr.BaseType(call.Args[0]).Elem)
	})
	f.Variadic, f.NotStrict = true, true
	f = typed("array_assign", args{anyArray, anyElem, int8}, anyArray, "Array with the element at subscripts replaced", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		var subs []int
		for _, v := range a[2:] {
			if v.IsNull() {
				return types.Null, errNullSubscript
			}
			subs = append(subs, int(v.I))
		}
		return types.ArraySet(a[0], subs, a[1], expr.BaseType(call.Ret).Elem)
	})
	f.Variadic, f.NotStrict = true, true
	f = typed("array_assign_slice", args{anyArray, anyArray, int8, int8}, anyArray, "Array with the part between pairs of bounds replaced; a NULL bound is the array's own", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		var bounds []types.Slice
		for i := 2; i+1 < len(a); i += 2 {
			bounds = append(bounds, types.Slice{Low: int(a[i].I), High: int(a[i+1].I), HasLow: !a[i].IsNull(), HasHigh: !a[i+1].IsNull()})
		}
		return types.ArraySetSlice(a[0], bounds, a[1], expr.BaseType(call.Ret).Elem)
	})
	f.Variadic, f.NotStrict = true, true
}
