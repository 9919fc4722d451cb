package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

var _ = []expr.Runner{&countAcc{}, &intSum{}, &wideSum{}, &floatSum{}}

// Running counts row by row.
func (a *countAcc) Running(args []*vector.Vector, lo, hi int, out *vector.Vector) error {
	n := a.counts[0]
	for i := lo; i < hi; i++ {
		if len(args) == 0 || !args[0].Null(i) {
			n++
		}
		out.I[i] = n
	}
	a.counts[0] = n
	return nil
}

// Running adds row by row.
func (a *intSum) Running(args []*vector.Vector, lo, hi int, out *vector.Vector) error {
	x := a.rows.Flat(args[0], hi)
	for i := lo; i < hi; i++ {
		if !x.Null(i) {
			s, v := a.sums[0], x.I[i]
			r := s + v
			a.over[0] = a.over[0] || (s^r)&(v^r) < 0
			a.sums[0], a.seen[0] = r, true
		}
		if a.seen[0] && !a.over[0] {
			if out.I[i] = a.sums[0]; out.HasNulls {
				out.Set(i, types.NewInt(a.sums[0]))
			}
			continue
		}
		if err := setResult(a, out, i); err != nil {
			return err
		}
	}
	return nil
}

// Running adds row by row.
func (a *wideSum) Running(args []*vector.Vector, lo, hi int, out *vector.Vector) error {
	x := a.rows.Flat(args[0], hi)
	for i := lo; i < hi; i++ {
		if !x.Null(i) {
			a.states[0].add(x.I[i])
		}
		s := &a.states[0]
		if !a.mean && s.count > 0 && s.hi == int64(s.lo)>>63 {
			out.Set(i, types.NumericFromInt(int64(s.lo)))
			continue
		}
		if err := setResult(a, out, i); err != nil {
			return err
		}
	}
	return nil
}

// Running adds row by row.
func (a *floatSum) Running(args []*vector.Vector, lo, hi int, out *vector.Vector) error {
	x := a.rows.Flat(args[0], hi)
	for i := lo; i < hi; i++ {
		if !x.Null(i) {
			a.sums[0] += x.F[i]
			a.counts[0]++
		}
		if err := setResult(a, out, i); err != nil {
			return err
		}
	}
	return nil
}

func setResult(a expr.Accumulator, out *vector.Vector, i int) error {
	v, err := a.Result(0)
	if err == nil {
		out.Set(i, v)
	}
	return err
}
