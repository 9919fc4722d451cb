package builtins

import (
	"math"
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// Ordered-set aggregates: the direct arguments come first, then the ones of
// WITHIN GROUP, in whose order the executor feeds the rows.
func init() {
	ordered := func(name string, params args, ret typ, doc string, result func(a *orderedAcc, g int) (value, error)) *expr.AggFunc {
		f := &expr.AggFunc{Name: name, Args: params, Ret: ret, OrderedSet: true, Doc: doc, Source: "PostgreSQL",
			New: func(_ *expr.Context, ts []*types.Type, ret *types.Type) expr.Accumulator {
				return &orderedAcc{types: ts, ret: ret, result: result}
			}}
		expr.RegisterAggregate(f)
		return f
	}
	fractions := types.ArrayOf(float8)
	const cont, disc = "Value at a fraction of the ordered values, interpolated", "First value at or past a fraction of the ordered values"
	for _, t := range []typ{float8, interval} {
		ordered("percentile_cont", args{float8, t}, t, cont, single(percentileCont))
		ordered("percentile_cont", args{fractions, t}, types.ArrayOf(t), cont, several(percentileCont))
	}
	ordered("percentile_disc", args{float8, anyElem}, anyElem, disc, single(percentileDisc)).RetFn = func(ts args) typ { return plainType(ts[1]) }
	ordered("percentile_disc", args{fractions, anyElem}, anyArray, disc, several(percentileDisc)).RetFn = func(ts args) typ {
		return types.ArrayOf(plainType(ts[1]))
	}
	ordered("mode", args{anyElem}, anyElem, "Most frequent value, the first of several", mode).RetFn = func(ts args) typ { return plainType(ts[0]) }
}

// orderedAcc keeps the values of each group in the order they come.
type orderedAcc struct {
	types  args
	ret    typ
	result func(a *orderedAcc, g int) (value, error)
	direct []value // the direct argument of each group
	lists  [][]value
	size   int
}

func (a *orderedAcc) Resize(n int) {
	a.direct, a.lists = expr.Resized(a.direct, n), expr.Resized(a.lists, n)
}
func (a *orderedAcc) Bytes() int { return 64*cap(a.lists) + a.size }

func (a *orderedAcc) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	last := in[len(in)-1]
	return expr.ForEachRow(sel, n, func(i int) error {
		g := expr.GroupOf(groups, i)
		if len(in) > 1 && a.direct[g].IsNull() {
			a.direct[g] = in[0].Value(i)
			a.direct[g].S = strings.Clone(a.direct[g].S)
		}
		v := last.Value(i)
		if v.IsNull() {
			return nil
		}
		v.S = strings.Clone(v.S)
		a.lists[g] = append(a.lists[g], v)
		a.size += 40 + len(v.S)
		return nil
	})
}

// Merge appends: the executor merges ordered parts in order, or not at all.
func (a *orderedAcc) Merge(other expr.Accumulator, mapping []int32) error {
	o := other.(*orderedAcc)
	for g := range o.lists {
		to := mapping[g]
		a.lists[to] = append(a.lists[to], o.lists[g]...)
		if a.direct[to].IsNull() {
			a.direct[to] = o.direct[g]
		}
	}
	a.size += o.size
	return nil
}

func (a *orderedAcc) Result(g int) (types.Value, error) { return a.result(a, g) }

type percentile = func(list []value, t typ, fraction float64) (value, error)

func checkFraction(f float64) error {
	if !(f >= 0 && f <= 1) {
		return sqlerr.New(sqlerr.NumericValueOutOfRange, "percentile value %g is not between 0 and 1", f)
	}
	return nil
}

// single computes one percentile.
func single(f percentile) func(a *orderedAcc, g int) (value, error) {
	return func(a *orderedAcc, g int) (value, error) {
		if a.direct[g].IsNull() || len(a.lists[g]) == 0 {
			return types.Null, nil
		}
		fraction := a.direct[g].Float()
		if err := checkFraction(fraction); err != nil {
			return types.Null, err
		}
		return f(a.lists[g], expr.BaseType(a.types[1]), fraction)
	}
}

// several computes an array of percentiles.
func several(f percentile) func(a *orderedAcc, g int) (value, error) {
	return func(a *orderedAcc, g int) (value, error) {
		if a.direct[g].IsNull() || len(a.lists[g]) == 0 {
			return types.Null, nil
		}
		x, err := openArray(a.direct[g], a.types[0])
		if err != nil {
			return types.Null, err
		}
		out := array{elem: expr.BaseType(a.types[1]), dims: x.dims, elems: make([]value, len(x.elems))}
		for i, p := range x.elems {
			if p.IsNull() {
				continue
			}
			if err := checkFraction(p.Float()); err != nil {
				return types.Null, err
			}
			if out.elems[i], err = f(a.lists[g], out.elem, p.Float()); err != nil {
				return types.Null, err
			}
		}
		return out.value()
	}
}

func percentileDisc(list []value, _ typ, fraction float64) (value, error) {
	return list[max(int(math.Ceil(fraction*float64(len(list)))), 1)-1], nil
}

func percentileCont(list []value, t typ, fraction float64) (value, error) {
	at := fraction * float64(len(list)-1)
	lo, hi := int(math.Floor(at)), int(math.Ceil(at))
	if lo == hi {
		return list[lo], nil
	}
	part := at - float64(lo)
	if t.Kind == types.KindFloat {
		x, y := list[lo].Float(), list[hi].Float()
		return types.NewFloat(x + part*(y-x)), nil
	}
	back, err := negInterval(list[lo])
	if err != nil {
		return types.Null, err
	}
	span, err := addIntervals(list[hi], back)
	if err != nil {
		return types.Null, err
	}
	if span, err = mulInterval(span, part); err != nil {
		return types.Null, err
	}
	return addIntervals(list[lo], span)
}

// mode counts runs: equal values stand together in ordered input.
func mode(a *orderedAcc, g int) (value, error) {
	t := expr.BaseType(a.types[len(a.types)-1])
	best, most, run := types.Null, 0, 0
	list := a.lists[g]
	for i, v := range list {
		if i > 0 && types.Compare(list[i-1], v, t) == 0 {
			run++
		} else {
			run = 1
		}
		if run > most {
			best, most = v, run
		}
	}
	return best, nil
}
