package builtins

import (
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

func (k rangeKit) aggregates(one, many typ) {
	for _, t := range []typ{one, many} {
		k.Aggregates["range_agg"] = append(k.Aggregates["range_agg"], &expr.AggFunc{Name: "range_agg", Args: args{t}, Ret: many, Source: "PostgreSQL",
			Doc: "Union of the values as a multirange",
			New: func(*expr.Context, []*types.Type, *types.Type) expr.Accumulator { return &unionAcc{ret: many} }})
		k.Aggregates["range_intersect_agg"] = append(k.Aggregates["range_intersect_agg"], &expr.AggFunc{Name: "range_intersect_agg", Args: args{t}, Ret: t, Source: "PostgreSQL",
			Doc: "What the values have in common",
			New: func(*expr.Context, []*types.Type, *types.Type) expr.Accumulator { return &intersectAcc{ret: t} }})
	}
}

// unionAcc collects ranges; they are joined now and then, so that many that
// overlap take little room.
type unionAcc struct {
	ret    typ
	groups []rangeList
	size   int
}

type rangeList struct {
	seen   bool
	ranges []types.Range
	joined int // how many of them are known to be apart
}

func (a *unionAcc) Resize(n int)  { a.groups = expr.Resized(a.groups, n) }
func (a *unionAcc) Bytes() int    { return 40*cap(a.groups) + a.size }
func (a *unionAcc) Release(g int) { a.size -= 160 * len(a.groups[g].ranges); a.groups[g] = rangeList{} }

func (a *unionAcc) add(g int, more []types.Range) {
	l := &a.groups[g]
	a.size -= 160 * len(l.ranges)
	l.seen, l.ranges = true, append(l.ranges, more...)
	if len(l.ranges) > 2*l.joined+64 {
		l.ranges = types.OpenMultirange(types.NewMultirange(l.ranges, a.ret))
		l.joined = len(l.ranges)
	}
	a.size += 160 * len(l.ranges)
}

func (a *unionAcc) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	return expr.ForEachRow(sel, n, func(i int) error {
		if v := in[0].Value(i); !v.IsNull() {
			v.S = strings.Clone(v.S)
			a.add(expr.GroupOf(groups, i), ranges(v))
		}
		return nil
	})
}

func (a *unionAcc) Merge(other expr.Accumulator, mapping []int32) error {
	for g, l := range other.(*unionAcc).groups {
		if l.seen {
			a.add(int(mapping[g]), l.ranges)
		}
	}
	return nil
}

func (a *unionAcc) Result(g int) (value, error) {
	if !a.groups[g].seen {
		return types.Null, nil
	}
	return types.NewMultirange(a.groups[g].ranges, a.ret), nil
}

// intersectAcc keeps what all values so far have in common.
type intersectAcc struct {
	ret    typ
	common []value
}

func (a *intersectAcc) Resize(n int) { a.common = expr.Resized(a.common, n) }
func (a *intersectAcc) Bytes() int   { return 80 * cap(a.common) }

func (a *intersectAcc) add(g int, v value) {
	switch old := a.common[g]; {
	case old.IsNull():
		v.S = strings.Clone(v.S)
		a.common[g] = v
	case v.K == types.KindMultirange:
		a.common[g] = types.NewMultirange(types.IntersectRanges(ranges(old), ranges(v)), a.ret)
	default:
		a.common[g] = types.NewRange(types.OpenRange(old).Intersect(types.OpenRange(v)), a.ret)
	}
}

func (a *intersectAcc) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	return expr.ForEachRow(sel, n, func(i int) error {
		if v := in[0].Value(i); !v.IsNull() {
			a.add(expr.GroupOf(groups, i), v)
		}
		return nil
	})
}

func (a *intersectAcc) Merge(other expr.Accumulator, mapping []int32) error {
	for g, v := range other.(*intersectAcc).common {
		if !v.IsNull() {
			a.add(int(mapping[g]), v)
		}
	}
	return nil
}

func (a *intersectAcc) Result(g int) (value, error) { return a.common[g], nil }
