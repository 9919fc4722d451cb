package builtins

import (
	"maps"
	"slices"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// rangeTypes are the built-in range types. Functions and operators are registered
// for each, so that a literal beside a range is one.
var rangeTypes = args{types.Int4Range, types.Int8Range, types.NumRange, types.DateRange, types.TSRange, types.TSTZRange}

func init() {
	for _, t := range rangeTypes {
		o := rangeOverloads(t)
		flat(o.Funcs, expr.Register)
		flat(o.Operators, expr.RegisterOperator)
		flat(o.SetFuncs, expr.RegisterSet)
		flat(o.Aggregates, expr.RegisterAggregate)
	}
	expr.RangeOverloads = func(one typ) *expr.Overloads {
		o := rangeOverloads(one)
		for symbol, cmp := range expr.CompareOps {
			o.Operators[symbol] = []*expr.Func{comparison(symbol, cmp, one), comparison(symbol, cmp, one.Many)}
		}
		return o
	}
}

// flat registers overloads in the order of names, which is that of the catalog.
func flat[T any](m map[string][]T, register func(T)) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		for _, f := range m[name] {
			register(f)
		}
	}
}

// rangeKit collects what belongs to one range type.
type rangeKit struct{ *expr.Overloads }

// rangeOverloads makes the functions, operators and aggregates of a range type
// and its multirange type.
func rangeOverloads(one typ) *expr.Overloads {
	k := rangeKit{&expr.Overloads{Funcs: map[string][]*expr.Func{}, Operators: map[string][]*expr.Func{},
		SetFuncs: map[string][]*expr.SetFunc{}, Aggregates: map[string][]*expr.AggFunc{}}}
	many := one.Many
	k.makers(one, many)
	k.parts(one)
	k.parts(many)
	k.sets(one, many)
	for _, pair := range [][2]typ{{one, one}, {one, many}, {many, one}, {many, many}} {
		k.positions(pair[0], pair[1], one)
	}
	k.aggregates(one, many)
	return k.Overloads
}

func (k rangeKit) fn(name string, params args, ret typ, doc string, eval evaluet) *expr.Func {
	f := &expr.Func{Name: name, Args: params, Ret: ret, Eval: eval, Doc: doc, Source: "PostgreSQL"}
	k.Funcs[name] = append(k.Funcs[name], f)
	return f
}

func (k rangeKit) op(name string, params args, ret typ, doc string, eval evaluet) {
	f := &expr.Func{Name: name, Args: params, Ret: ret, Eval: eval, Doc: doc, Source: "PostgreSQL"}
	k.Operators[name] = append(k.Operators[name], f)
}

// ranges returns a range or multirange as ranges in order, without empty ones.
func ranges(v value) []types.Range {
	if v.K == types.KindMultirange {
		return types.OpenMultirange(v)
	}
	if r := types.OpenRange(v); !r.Empty {
		return []types.Range{r}
	}
	return nil
}

func rangeValue(r types.Range, t typ) (value, error) { return types.NewRange(r, t), nil }

func (k rangeKit) makers(one, many typ) {
	sub := one.Sub
	make2 := func(_ *expr.Context, a []value) (value, error) { return makeRange(a[0], a[1], "[)", one) }
	make3 := func(_ *expr.Context, a []value) (value, error) {
		if a[2].IsNull() {
			return types.Null, sqlerr.New(sqlerr.DataException, "range constructor flags argument must not be null")
		}
		return makeRange(a[0], a[1], a[2].S, one)
	}
	k.fn(one.Name, args{sub, sub}, one, "Range from the first bound to below the second; NULL is no bound", make2).NotStrict = true
	k.fn(one.Name, args{sub, sub, text}, one, "Range of two bounds that [] include and () exclude", make3).NotStrict = true
	collect := func(_ *expr.Context, a []value) (value, error) {
		var all []types.Range
		for _, v := range a {
			all = append(all, types.OpenRange(v))
		}
		return types.NewMultirange(all, many), nil
	}
	k.fn(many.Name, args{}, many, "The empty multirange", collect)
	k.fn(many.Name, args{one}, many, "Multirange of ranges", collect).Variadic = true
	k.fn("multirange", args{one}, many, "Multirange of one range", collect)
	k.SetFuncs["unnest"] = append(k.SetFuncs["unnest"], &expr.SetFunc{Name: "unnest", Args: args{many}, Source: "PostgreSQL", Doc: "The ranges of a multirange, in order",
		Cols: []types.Field{{Name: "unnest", Type: one}},
		Open: func(_ *expr.Context, a []value) (func(row []value) (bool, error), error) {
			rest := types.OpenMultirange(a[0])
			return func(row []value) (bool, error) {
				if len(rest) == 0 {
					return false, nil
				}
				row[0], rest = types.NewRange(rest[0], one), rest[1:]
				return true, nil
			}, nil
		}})
}

func makeRange(lower, upper value, flags string, t typ) (value, error) {
	switch flags {
	case "[]", "[)", "(]", "()":
	default:
		return types.Null, sqlerr.New(sqlerr.SyntaxError, "invalid range bound flags").
			WithHint("Valid values are \"[]\", \"[)\", \"(]\", and \"()\".")
	}
	r, err := types.MakeRange(types.LowerBound(lower, flags[0] == '['), types.UpperBound(upper, flags[1] == ']'), t)
	if err != nil {
		return types.Null, err
	}
	return types.NewRange(r, t), nil
}

// parts are the questions about one range or multirange.
func (k rangeKit) parts(t typ) {
	sub := t.Sub
	if t.Kind == types.KindMultirange {
		sub = sub.Sub
	}
	bound := func(name, doc string, of func(rs []types.Range) types.Bound) {
		k.fn(name, args{t}, sub, doc, func(_ *expr.Context, a []value) (value, error) {
			if rs := ranges(a[0]); len(rs) > 0 {
				return of(rs).Value, nil
			}
			return types.Null, nil
		})
	}
	lower := func(rs []types.Range) types.Bound { return rs[0].Lower }
	upper := func(rs []types.Range) types.Bound { return rs[len(rs)-1].Upper }
	bound("lower", "Lower bound, NULL where there is none", lower)
	bound("upper", "Upper bound, NULL where there is none", upper)
	test := func(name, doc string, of func(rs []types.Range) bool) {
		k.fn(name, args{t}, types.Bool, doc, func(_ *expr.Context, a []value) (value, error) {
			return types.NewBool(of(ranges(a[0]))), nil
		})
	}
	test("isempty", "Whether it holds nothing", func(rs []types.Range) bool { return len(rs) == 0 })
	test("lower_inc", "Whether the lower bound belongs to it", func(rs []types.Range) bool { return len(rs) > 0 && lower(rs).Inclusive })
	test("upper_inc", "Whether the upper bound belongs to it", func(rs []types.Range) bool { return len(rs) > 0 && upper(rs).Inclusive })
	test("lower_inf", "Whether there is no lower bound", func(rs []types.Range) bool { return len(rs) > 0 && lower(rs).Infinite })
	test("upper_inf", "Whether there is no upper bound", func(rs []types.Range) bool { return len(rs) > 0 && upper(rs).Infinite })
	inside := func(set, elem value) value {
		for _, r := range ranges(set) {
			if r.ContainsValue(elem) {
				return types.NewBool(true)
			}
		}
		return types.NewBool(false)
	}
	k.op("@>", args{t, sub}, types.Bool, "Whether it holds the value", func(_ *expr.Context, a []value) (value, error) { return inside(a[0], a[1]), nil })
	k.op("<@", args{sub, t}, types.Bool, "Whether the value lies in it", func(_ *expr.Context, a []value) (value, error) { return inside(a[1], a[0]), nil })
}

// positions are the comparisons of where two stand.
func (k rangeKit) positions(a, b, one typ) {
	test := func(symbol, doc string, holds func(x, y []types.Range) bool) {
		k.op(symbol, args{a, b}, types.Bool, doc, func(_ *expr.Context, v []value) (value, error) {
			return types.NewBool(holds(ranges(v[0]), ranges(v[1]))), nil
		})
	}
	both := func(f func(x, y []types.Range) bool) func(x, y []types.Range) bool {
		return func(x, y []types.Range) bool { return len(x) > 0 && len(y) > 0 && f(x, y) }
	}
	before := func(x, y []types.Range) bool { return x[len(x)-1].Before(y[0]) }
	test("@>", "Whether the first holds all of the second", containsAll)
	test("<@", "Whether the second holds all of the first", func(x, y []types.Range) bool { return containsAll(y, x) })
	test("&&", "Whether they have a value in common", func(x, y []types.Range) bool { return len(types.IntersectRanges(x, y)) > 0 })
	test("<<", "Whether the first ends before the second begins", both(before))
	test(">>", "Whether the first begins after the second ends", both(func(x, y []types.Range) bool { return before(y, x) }))
	test("&<", "Whether the first does not reach beyond the end of the second", both(func(x, y []types.Range) bool {
		return x[len(x)-1].OverLeft(y[len(y)-1])
	}))
	test("&>", "Whether the first does not begin before the second", both(func(x, y []types.Range) bool { return x[0].OverRight(y[0]) }))
	test("-|-", "Whether they touch without overlapping", both(func(x, y []types.Range) bool {
		return before(x, y) && x[len(x)-1].Adjacent(y[0], one) || before(y, x) && y[len(y)-1].Adjacent(x[0], one)
	}))
}

// containsAll reports whether each of ys lies within one of xs; both are in
// order, and those of xs do not touch.
func containsAll(xs, ys []types.Range) bool {
	i := 0
	for _, y := range ys {
		for i < len(xs) && !xs[i].Contains(y) {
			i++
		}
		if i == len(xs) {
			return false
		}
	}
	return true
}

// sets are union, intersection and difference.
func (k rangeKit) sets(one, many typ) {
	pair := func(symbol, doc string, f func(x, y types.Range) (types.Range, error)) {
		eval := func(_ *expr.Context, a []value) (value, error) {
			r, err := f(types.OpenRange(a[0]), types.OpenRange(a[1]))
			if err != nil {
				return types.Null, err
			}
			return rangeValue(r, one)
		}
		if symbol == "range_merge" {
			k.fn(symbol, args{one, one}, one, doc, eval)
		} else {
			k.op(symbol, args{one, one}, one, doc, eval)
		}
	}
	pair("+", "Union of ranges without a gap", func(x, y types.Range) (types.Range, error) { return x.Union(y, one) })
	pair("*", "Intersection", func(x, y types.Range) (types.Range, error) { return x.Intersect(y), nil })
	pair("-", "Difference that is one range", func(x, y types.Range) (types.Range, error) { return x.Minus(y) })
	pair("range_merge", "The smallest range that holds both", func(x, y types.Range) (types.Range, error) { return x.Merge(y), nil })
	set := func(symbol, doc string, f func(x, y []types.Range) []types.Range) {
		k.op(symbol, args{many, many}, many, doc, func(_ *expr.Context, a []value) (value, error) {
			return types.NewMultirange(f(types.OpenMultirange(a[0]), types.OpenMultirange(a[1])), many), nil
		})
	}
	set("+", "Union", func(x, y []types.Range) []types.Range { return append(x, y...) })
	set("*", "Intersection", types.IntersectRanges)
	set("-", "Difference", types.SubtractRanges)
	k.fn("range_merge", args{many}, one, "The smallest range that holds the multirange", func(_ *expr.Context, a []value) (value, error) {
		all := types.EmptyRange()
		for _, r := range types.OpenMultirange(a[0]) {
			all = all.Merge(r)
		}
		return rangeValue(all, one)
	})
}
