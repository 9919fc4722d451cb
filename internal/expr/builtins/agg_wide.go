package builtins

import (
	"math/big"
	"math/bits"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// wideState is a 128-bit sum, which 2^64 integers cannot overflow.
type wideState struct {
	hi    int64
	lo    uint64
	count int64
}

func (s *wideState) add(x int64) {
	lo, carry := bits.Add64(s.lo, uint64(x), 0)
	s.lo = lo
	s.hi += x>>63 + int64(carry)
	s.count++
}

// wideSum is sum and avg of integers with a numeric result.
type wideSum struct {
	mean   bool
	states []wideState
	rows   expr.Rows
}

func (a *wideSum) Resize(n int) { a.states = expr.Resized(a.states, n) }
func (a *wideSum) Bytes() int   { return 24 * cap(a.states) }

func (a *wideSum) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	rows, dense := a.rows.Live(in[0], sel, n)
	x := a.rows.Flat(in[0], n).I
	states := a.states
	switch {
	case groups == nil && dense:
		s := states[0]
		for _, v := range x[:n] {
			s.add(v)
		}
		states[0] = s
	case groups == nil:
		s := states[0]
		for _, i := range rows {
			s.add(x[i])
		}
		states[0] = s
	case dense:
		for i, g := range groups[:n] {
			states[g].add(x[i])
		}
	default:
		for _, i := range rows {
			states[groups[i]].add(x[i])
		}
	}
	return nil
}

func (a *wideSum) Merge(other expr.Accumulator, mapping []int32) error {
	for g, o := range other.(*wideSum).states {
		s := &a.states[mapping[g]]
		lo, carry := bits.Add64(s.lo, o.lo, 0)
		s.lo, s.hi, s.count = lo, s.hi+o.hi+int64(carry), s.count+o.count
	}
	return nil
}

func (a *wideSum) Result(g int) (types.Value, error) {
	s := a.states[g]
	if s.count == 0 {
		return types.Null, nil
	}
	sum := types.NumericFromInt(int64(s.lo))
	if s.hi != int64(s.lo)>>63 {
		c := big.NewInt(s.hi)
		c.Lsh(c, 64).Add(c, new(big.Int).SetUint64(s.lo))
		var err error
		if sum, err = types.NumericFromBig(c, 0); err != nil {
			return types.Null, err
		}
	}
	if !a.mean {
		return sum, nil
	}
	return types.NumericDiv(sum, types.NumericFromInt(s.count))
}
