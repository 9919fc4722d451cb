package builtins

import (
	"math"
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// Ordered-set aggregates: the direct arguments come first, then the ones of
// WITHIN GROUP, in whose order the executor feeds the rows.
func init() {
	ordered := func(name string, params args, ret typ, doc string, p *percentile) *expr.AggFunc {
		f := &expr.AggFunc{Name: name, Args: params, Ret: ret, OrderedSet: true, Doc: doc, Source: "PostgreSQL",
			New: func(_ *expr.Context, ts []*types.Type, ret *types.Type) expr.Accumulator {
				if p == nil {
					return &modeAcc{typ: expr.BaseType(ts[len(ts)-1])}
				}
				return &orderedAcc{types: ts, ret: ret, percentile: p}
			}}
		expr.RegisterAggregate(f)
		return f
	}
	fractions := types.ArrayOf(float8)
	const cont, disc = "Value at a fraction of the ordered values, interpolated", "First value at or past a fraction of the ordered values"
	for _, t := range []typ{float8, interval} {
		ordered("percentile_cont", args{float8, t}, t, cont, &continuous)
		ordered("percentile_cont", args{fractions, t}, types.ArrayOf(t), cont, &continuous)
	}
	ordered("percentile_disc", args{float8, anyElem}, anyElem, disc, &discrete).RetFn = func(ts args) typ { return plainType(ts[1]) }
	ordered("percentile_disc", args{fractions, anyElem}, anyArray, disc, &discrete).RetFn = func(ts args) typ {
		return types.ArrayOf(plainType(ts[1]))
	}
	ordered("mode", args{anyElem}, anyElem, "Most frequent value, the first of several", nil).RetFn = func(ts args) typ { return plainType(ts[0]) }
}

// percentile computes one value of an ordered list.
type percentile struct {
	// positions returns the places that the value depends on, ascending.
	positions func(fraction float64, n int64) (lo, hi int64)
	// between makes the value of those at the places.
	between func(lo, hi value, t typ, fraction float64, n int64) (value, error)
}

var discrete = percentile{
	positions: func(fraction float64, n int64) (lo, hi int64) {
		at := max(int64(math.Ceil(fraction*float64(n))), 1) - 1
		return at, at
	},
	between: func(lo, _ value, _ typ, _ float64, _ int64) (value, error) { return lo, nil },
}

var continuous = percentile{
	positions: func(fraction float64, n int64) (lo, hi int64) {
		at := fraction * float64(n-1)
		return int64(math.Floor(at)), int64(math.Ceil(at))
	},
	between: interpolate,
}

// orderedAcc keeps the values of each group in the order they come; where it
// was told how many will come, only those that its percentiles depend on.
type orderedAcc struct {
	types      args
	ret        typ
	percentile *percentile
	direct     []value // the direct argument of each group
	lists      []orderedList
	size       int
}

type orderedList struct {
	kept    []value
	n       int64 // values that came
	bounded bool
	total   int64   // values expected, where bounded
	want    []int64 // their places that matter, where bounded; nil before the first
}

// at returns the value at a place.
func (l *orderedList) at(i int64) value {
	if l.bounded {
		k, _ := slices.BinarySearch(l.want, i)
		i = int64(k)
	}
	return l.kept[i]
}

func (a *orderedAcc) Resize(n int) {
	a.direct, a.lists = expr.Resized(a.direct, n), expr.Resized(a.lists, n)
}
func (a *orderedAcc) Bytes() int { return 112*cap(a.lists) + a.size }

// Release drops the values of a group.
func (a *orderedAcc) Release(g int) {
	a.size -= valuesBytes(a.lists[g].kept)
	a.lists[g], a.direct[g] = orderedList{}, types.Null
}

// Expect announces the number of values of a group.
func (a *orderedAcc) Expect(g int, n int64) {
	if l := &a.lists[g]; l.n == 0 {
		l.bounded, l.total = true, n
	}
}

func (a *orderedAcc) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	last := in[len(in)-1]
	return expr.ForEachRow(sel, n, func(i int) error {
		g := expr.GroupOf(groups, i)
		if a.direct[g].IsNull() {
			a.direct[g] = in[0].Value(i)
			a.direct[g].S = strings.Clone(a.direct[g].S)
		}
		if last.Null(i) {
			return nil
		}
		l := &a.lists[g]
		place := l.n
		l.n++
		if l.bounded {
			if l.want == nil {
				if err := a.places(g, l); err != nil {
					return err
				}
			}
			if k := len(l.kept); k >= len(l.want) || l.want[k] != place {
				return nil
			}
		}
		v := last.Value(i)
		v.S = strings.Clone(v.S)
		l.kept = append(l.kept, v)
		a.size += 40 + len(v.S)
		return nil
	})
}

// places computes which values matter.
func (a *orderedAcc) places(g int, l *orderedList) error {
	l.want = []int64{}
	if a.direct[g].IsNull() {
		return nil
	}
	fractions, err := a.fractions(g)
	if err != nil {
		return err
	}
	for _, p := range fractions.elems {
		if p.IsNull() {
			continue
		}
		if err := checkFraction(p.Float()); err != nil {
			return err
		}
		lo, hi := a.percentile.positions(p.Float(), l.total)
		l.want = append(l.want, lo, hi)
	}
	slices.Sort(l.want)
	l.want = slices.Compact(l.want)
	return nil
}

// fractions is the direct argument as an array.
func (a *orderedAcc) fractions(g int) (array, error) {
	if a.direct[g].K == types.KindArray {
		return openArray(a.direct[g], a.types[0])
	}
	return array{elems: []value{a.direct[g]}}, nil
}

// Merge appends: the executor merges ordered parts in order, or not at all.
func (a *orderedAcc) Merge(other expr.Accumulator, mapping []int32) error {
	o := other.(*orderedAcc)
	for g := range o.lists {
		to := mapping[g]
		a.lists[to].kept = append(a.lists[to].kept, o.lists[g].kept...)
		a.lists[to].n += o.lists[g].n
		if a.direct[to].IsNull() {
			a.direct[to] = o.direct[g]
		}
	}
	a.size += o.size
	return nil
}

// Result is a percentile, or with an array of fractions an array of them.
func (a *orderedAcc) Result(g int) (types.Value, error) {
	l := &a.lists[g]
	if a.direct[g].IsNull() || l.n == 0 {
		return types.Null, nil
	}
	x, err := a.fractions(g)
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
		lo, hi := a.percentile.positions(p.Float(), l.n)
		if out.elems[i], err = a.percentile.between(l.at(lo), l.at(hi), out.elem, p.Float(), l.n); err != nil {
			return types.Null, err
		}
	}
	if a.direct[g].K != types.KindArray {
		return out.elems[0], nil
	}
	return out.value()
}

func checkFraction(f float64) error {
	if !(f >= 0 && f <= 1) {
		return sqlerr.New(sqlerr.NumericValueOutOfRange, "percentile value %g is not between 0 and 1", f)
	}
	return nil
}

func interpolate(lo, hi value, t typ, fraction float64, n int64) (value, error) {
	at := fraction * float64(n-1)
	part := at - math.Floor(at)
	if part == 0 {
		return lo, nil
	}
	if t.Kind == types.KindFloat {
		x, y := lo.Float(), hi.Float()
		return types.NewFloat(x + part*(y-x)), nil
	}
	back, err := negInterval(lo)
	if err != nil {
		return types.Null, err
	}
	span, err := addIntervals(hi, back)
	if err != nil {
		return types.Null, err
	}
	if span, err = mulInterval(span, part); err != nil {
		return types.Null, err
	}
	return addIntervals(lo, span)
}

// modeAcc counts runs: equal values stand together in ordered input.
type modeAcc struct {
	typ    typ
	groups []modeRun
	size   int
}

type modeRun struct {
	best, last value
	most, run  int64
}

func (a *modeAcc) Resize(n int) { a.groups = expr.Resized(a.groups, n) }
func (a *modeAcc) Bytes() int   { return 96*cap(a.groups) + a.size }

func (a *modeAcc) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	last := in[len(in)-1]
	return expr.ForEachRow(sel, n, func(i int) error {
		v := last.Value(i)
		if v.IsNull() {
			return nil
		}
		m := &a.groups[expr.GroupOf(groups, i)]
		if m.run > 0 && types.Compare(m.last, v, a.typ) == 0 {
			m.run++
		} else {
			m.run = 1
			a.size += len(v.S) - len(m.last.S)
			m.last = v
			m.last.S = strings.Clone(v.S)
		}
		if m.run > m.most {
			a.size += len(m.last.S) - len(m.best.S)
			m.best, m.most = m.last, m.run
		}
		return nil
	})
}

// Merge would have to order the values of both sides; nobody asks for it.
func (a *modeAcc) Merge(expr.Accumulator, []int32) error {
	return sqlerr.New(sqlerr.InternalError, "the states of mode cannot be merged")
}

func (a *modeAcc) Result(g int) (types.Value, error) { return a.groups[g].best, nil }
