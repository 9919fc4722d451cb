package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	for _, g := range []struct {
		name, doc string
		sign      int
	}{
		{"greatest", "Greatest of the arguments that are not NULL", 1},
		{"least", "Least of the arguments that are not NULL", -1},
	} {
		f := typed(g.name, args{anyElem}, anyElem, g.doc, func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			best := types.Null
			for _, v := range a {
				if !v.IsNull() && (best.IsNull() || types.Compare(v, best, call.Ret)*g.sign > 0) {
					best = v
				}
			}
			return best, nil
		})
		f.Variadic, f.NotStrict = true, true
	}
	for _, g := range []struct {
		name string
		sign int
	}{{"max", 1}, {"min", -1}} {
		f := typed(g.name, args{anyElem, anyElem}, anyElem, "As SQLite's function of several arguments: NULL where one is", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			best := a[0]
			for _, v := range a[1:] {
				if types.Compare(v, best, call.Ret)*g.sign > 0 {
					best = v
				}
			}
			return best, nil
		})
		f.Variadic, f.Source = true, "SQLite"
	}
	f := typed("nullif", args{anyElem, anyElem}, anyElem, "NULL where the arguments are equal, else the first", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		if !a[0].IsNull() && !a[1].IsNull() && types.Compare(a[0], a[1], call.Ret) == 0 {
			return types.Null, nil
		}
		return a[0], nil
	})
	f.NotStrict = true
	f = sqlite("ifnull", args{anyElem, anyElem}, anyElem, "The second argument where the first is NULL", func(_ *expr.Context, a []value) (value, error) {
		if a[0].IsNull() {
			return a[1], nil
		}
		return a[0], nil
	})
	f.NotStrict = true
	for _, name := range []string{"iif", "if"} {
		f = sqlite(name, args{types.Bool, anyElem, anyElem}, anyElem, "The second argument where the first is true, else the third", func(_ *expr.Context, a []value) (value, error) {
			switch {
			case !a[0].IsNull() && a[0].Bool():
				return a[1], nil
			case len(a) > 2:
				return a[2], nil
			}
			return types.Null, nil
		})
		f.NotStrict, f.Defaults = true, 1
	}
	for _, g := range []struct {
		name, doc string
		null      bool
	}{{"num_nulls", "Number of arguments that are NULL", true}, {"num_nonnulls", "Number of arguments that are not NULL", false}} {
		f = fn(g.name, args{types.Any}, int4, g.doc, func(_ *expr.Context, a []value) (value, error) {
			n := 0
			for _, v := range a {
				if v.IsNull() == g.null {
					n++
				}
			}
			return newInt(n)
		})
		f.Variadic, f.NotStrict = true, true
	}
	registerBooleans()
	registerEnums()
}

func registerBooleans() {
	for _, g := range []struct {
		name string
		f    func(a, b int64) int64
	}{{"booland_statefunc", func(a, b int64) int64 { return a & b }}, {"boolor_statefunc", func(a, b int64) int64 { return a | b }}} {
		fn(g.name, args{types.Bool, types.Bool}, types.Bool, "Logical connective", func(_ *expr.Context, a []value) (value, error) {
			return value{K: types.KindBool, I: g.f(a[0].I, a[1].I)}, nil
		})
	}
}

func registerEnums() {
	edge := func(name, doc string, at func(labels int) int64) {
		typed(name, args{types.AnyEnum}, types.AnyEnum, doc, func(_ *expr.Context, call *expr.CallTypes, _ []value) (value, error) {
			return value{K: types.KindEnum, I: at(len(expr.BaseType(call.Args[0]).Labels))}, nil
		}).NotStrict = true
	}
	edge("enum_first", "First label of the type", func(int) int64 { return 0 })
	edge("enum_last", "Last label of the type", func(n int) int64 { return int64(n - 1) })
	all := func(call *expr.CallTypes, lo, hi int64) value {
		elem := expr.BaseType(call.Args[0])
		var vals []value
		for i := max(lo, 0); i <= min(hi, int64(len(elem.Labels)-1)); i++ {
			vals = append(vals, value{K: types.KindEnum, I: i})
		}
		return types.NewArray(vals, elem)
	}
	ret := func(ts args) typ { return types.ArrayOf(expr.BaseType(ts[0])) }
	f := typed("enum_range", args{types.AnyEnum}, anyArray, "Labels of the type", func(_ *expr.Context, call *expr.CallTypes, _ []value) (value, error) {
		return all(call, 0, 1<<30), nil
	})
	f.NotStrict, f.RetFn = true, ret
	f = typed("enum_range", args{types.AnyEnum, types.AnyEnum}, anyArray, "Labels of the type between two", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		lo, hi := int64(0), int64(1<<30)
		if !a[0].IsNull() {
			lo = a[0].I
		}
		if !a[1].IsNull() {
			hi = a[1].I
		}
		return all(call, lo, hi), nil
	})
	f.NotStrict, f.RetFn = true, ret
}
