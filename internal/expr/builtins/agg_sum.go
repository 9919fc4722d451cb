package builtins

import (
	"math"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

func init() {
	agg := func(name string, t, ret typ, doc string, newAcc func() expr.Accumulator) *expr.AggFunc {
		f := &expr.AggFunc{Name: name, Args: args{t}, Ret: ret, Doc: doc, Source: "PostgreSQL",
			New: func(*expr.Context, []*types.Type, *types.Type) expr.Accumulator { return newAcc() }}
		expr.RegisterAggregate(f)
		return f
	}
	const sum, avg = "Sum of the values", "Arithmetic mean of the values"
	for _, t := range []typ{types.Int2, int4} {
		agg("sum", t, int8, sum, func() expr.Accumulator { return &intSum{} })
		agg("avg", t, numeric, avg, func() expr.Accumulator { return &wideSum{mean: true} })
	}
	agg("sum", int8, numeric, sum, func() expr.Accumulator { return &wideSum{} })
	agg("avg", int8, numeric, avg, func() expr.Accumulator { return &wideSum{mean: true} })
	agg("sum", numeric, numeric, sum, func() expr.Accumulator { return &numericSum{} })
	agg("avg", numeric, numeric, avg, func() expr.Accumulator { return &numericSum{mean: true} })
	agg("sum", types.Float4, types.Float4, sum, func() expr.Accumulator { return &floatSum{single: true} })
	agg("sum", float8, float8, sum, func() expr.Accumulator { return &floatSum{} })
	for _, t := range []typ{types.Float4, float8} {
		agg("avg", t, float8, avg, func() expr.Accumulator { return &floatSum{mean: true} })
	}
	agg("sum", types.Money, types.Money, sum, func() expr.Accumulator { return &moneySum{} })
	agg("sum", types.Interval, types.Interval, sum, func() expr.Accumulator { return &intervalSum{} })
	agg("avg", types.Interval, types.Interval, avg, func() expr.Accumulator { return &intervalSum{mean: true} })
	f := agg("total", float8, float8, "Sum of the values as a float, 0 without any", func() expr.Accumulator { return &floatSum{zero: true} })
	f.Source, f.EmptyZero = "SQLite", true
}

// intSum adds whole words into a bigint, exactly or not at all.
type intSum struct {
	sums []int64
	seen []bool
	over []bool
	rows expr.Rows
}

func (a *intSum) Resize(n int) {
	a.sums, a.seen, a.over = expr.Resized(a.sums, n), expr.Resized(a.seen, n), expr.Resized(a.over, n)
}
func (a *intSum) Bytes() int { return 10 * cap(a.sums) }

func (a *intSum) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	rows, dense := a.rows.Live(in[0], sel, n)
	x := a.rows.Flat(in[0], n).I
	if groups == nil {
		a.updateOne(x, rows, dense, n)
		return nil
	}
	sums, seen := a.sums, a.seen
	if dense {
		groups = groups[:n]
		for i, g := range groups {
			s := sums[g]
			r := s + x[i]
			if (s^r)&(x[i]^r) < 0 {
				a.over[g] = true
			}
			sums[g], seen[g] = r, true
		}
		return nil
	}
	for _, i := range rows {
		g := groups[i]
		s := sums[g]
		r := s + x[i]
		if (s^r)&(x[i]^r) < 0 {
			a.over[g] = true
		}
		sums[g], seen[g] = r, true
	}
	return nil
}

func (a *intSum) updateOne(x []int64, rows []int32, dense bool, n int) {
	s, over := a.sums[0], int64(0)
	if dense {
		for _, v := range x[:n] {
			r := s + v
			over |= (s ^ r) & (v ^ r)
			s = r
		}
	} else {
		n = len(rows)
		for _, i := range rows {
			v := x[i]
			r := s + v
			over |= (s ^ r) & (v ^ r)
			s = r
		}
	}
	a.sums[0] = s
	a.seen[0] = a.seen[0] || n > 0
	a.over[0] = a.over[0] || over < 0
}

func (a *intSum) Merge(other expr.Accumulator, mapping []int32) error {
	o := other.(*intSum)
	for g, seen := range o.seen {
		if seen {
			to := mapping[g]
			r, ok := expr.AddInt(a.sums[to], o.sums[g])
			a.sums[to], a.seen[to] = r, true
			a.over[to] = a.over[to] || o.over[g] || !ok
		}
	}
	return nil
}

func (a *intSum) Result(g int) (types.Value, error) {
	switch {
	case !a.seen[g]:
		return types.Null, nil
	case a.over[g]:
		return types.Null, expr.RangeError(types.Int8)
	}
	return types.NewInt(a.sums[g]), nil
}

// numericSum adds numerics without a digit lost; mean divides.
type numericSum struct {
	mean bool
	sums []types.NumericSum
	rows expr.Rows
}

func (a *numericSum) Resize(n int) { a.sums = expr.Resized(a.sums, n) }
func (a *numericSum) Bytes() int   { return 96 * cap(a.sums) }

func (a *numericSum) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	v := in[0]
	rows, dense := a.rows.Live(v, sel, n)
	v = a.rows.Flat(v, n)
	add := func(i int) {
		s := &a.sums[expr.GroupOf(groups, i)]
		if v.S == nil {
			s.Add(types.Value{K: types.KindNumeric, I: v.I[i], J: v.J[i]})
			return
		}
		s.Add(types.Value{K: types.KindNumeric, I: v.I[i], J: v.J[i], S: v.S[i]})
	}
	if dense {
		for i := 0; i < n; i++ {
			add(i)
		}
		return nil
	}
	for _, i := range rows {
		add(int(i))
	}
	return nil
}

func (a *numericSum) Merge(other expr.Accumulator, mapping []int32) error {
	o := other.(*numericSum)
	for g := range o.sums {
		a.sums[mapping[g]].Merge(&o.sums[g])
	}
	return nil
}

func (a *numericSum) Result(g int) (types.Value, error) {
	s := &a.sums[g]
	switch {
	case s.Count() == 0:
		return types.Null, nil
	case a.mean:
		return s.Average()
	}
	return s.Result()
}

// floatSum adds floats in row order.
type floatSum struct {
	mean, single, zero bool
	sums               []float64
	counts             []int64
	rows               expr.Rows
}

func (a *floatSum) Resize(n int) {
	a.sums, a.counts = expr.Resized(a.sums, n), expr.Resized(a.counts, n)
}
func (a *floatSum) Bytes() int { return 16 * cap(a.sums) }

func (a *floatSum) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	rows, dense := a.rows.Live(in[0], sel, n)
	x := a.rows.Flat(in[0], n).F
	sums, counts := a.sums, a.counts
	switch {
	case groups == nil && dense:
		s := sums[0]
		for _, v := range x[:n] {
			s += v
		}
		sums[0], counts[0] = s, counts[0]+int64(n)
	case groups == nil:
		s := sums[0]
		for _, i := range rows {
			s += x[i]
		}
		sums[0], counts[0] = s, counts[0]+int64(len(rows))
	case dense:
		for i, g := range groups[:n] {
			sums[g] += x[i]
			counts[g]++
		}
	default:
		for _, i := range rows {
			g := groups[i]
			sums[g] += x[i]
			counts[g]++
		}
	}
	return nil
}

func (a *floatSum) Merge(other expr.Accumulator, mapping []int32) error {
	o := other.(*floatSum)
	for g, n := range o.counts {
		if n > 0 {
			a.sums[mapping[g]] += o.sums[g]
			a.counts[mapping[g]] += n
		}
	}
	return nil
}

func (a *floatSum) Result(g int) (types.Value, error) {
	s := a.sums[g]
	switch {
	case a.counts[g] == 0 && !a.zero:
		return types.Null, nil
	case a.mean:
		return types.NewFloat(s / float64(a.counts[g])), nil
	case a.single:
		r := float64(float32(s))
		if math.IsInf(r, 0) && !math.IsInf(s, 0) {
			return types.Null, errOverflow
		}
		return types.NewFloat(r), nil
	}
	return types.NewFloat(s), nil
}

// intervalSum adds intervals field by field.
type intervalSum struct {
	mean                 bool
	micros, days, months []int64
	counts               []int64
}

func (a *intervalSum) Resize(n int) {
	a.micros, a.days = expr.Resized(a.micros, n), expr.Resized(a.days, n)
	a.months, a.counts = expr.Resized(a.months, n), expr.Resized(a.counts, n)
}
func (a *intervalSum) Bytes() int { return 32 * cap(a.counts) }

func (a *intervalSum) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	v := in[0]
	return expr.ForEachRow(sel, n, func(i int) error {
		if x := v.Value(i); !x.IsNull() {
			g := expr.GroupOf(groups, i)
			a.micros[g] += x.I
			a.days[g] += int64(int32(x.J))
			a.months[g] += x.J >> 32
			a.counts[g]++
		}
		return nil
	})
}

func (a *intervalSum) Merge(other expr.Accumulator, mapping []int32) error {
	o := other.(*intervalSum)
	for g, n := range o.counts {
		to := mapping[g]
		a.micros[to] += o.micros[g]
		a.days[to] += o.days[g]
		a.months[to] += o.months[g]
		a.counts[to] += n
	}
	return nil
}

func (a *intervalSum) Result(g int) (types.Value, error) {
	if a.counts[g] == 0 {
		return types.Null, nil
	}
	v := newInterval(a.months[g], a.days[g], a.micros[g])
	if a.mean {
		return divInterval(v, float64(a.counts[g]))
	}
	return v, nil
}
