package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

func init() {
	count := func(*expr.Context, []*types.Type, *types.Type) expr.Accumulator { return &countAcc{} }
	expr.RegisterAggregate(&expr.AggFunc{Name: "count", Ret: types.Int8, New: count, EmptyZero: true,
		Doc: "Number of rows", Source: "PostgreSQL"})
	expr.RegisterAggregate(&expr.AggFunc{Name: "count", Args: []*types.Type{types.Any}, Ret: types.Int8, New: count, EmptyZero: true,
		Doc: "Number of rows where the argument is not NULL", Source: "PostgreSQL"})
}

// countAcc counts rows; without an argument (count(*)) it looks at no vector.
type countAcc struct {
	counts []int64
	rows   expr.Rows
}

func (a *countAcc) Resize(n int) { a.counts = expr.Resized(a.counts, n) }
func (a *countAcc) Bytes() int   { return 8 * cap(a.counts) }

func (a *countAcc) Update(groups []int32, args []*vector.Vector, sel []int32, n int) error {
	rows, dense := sel, sel == nil
	if len(args) > 0 {
		rows, dense = a.rows.Live(args[0], sel, n)
	}
	counts := a.counts
	switch {
	case groups == nil && dense:
		counts[0] += int64(n)
	case groups == nil:
		counts[0] += int64(len(rows))
	case dense:
		for _, g := range groups[:n] {
			counts[g]++
		}
	default:
		for _, i := range rows {
			counts[groups[i]]++
		}
	}
	return nil
}

func (a *countAcc) Merge(other expr.Accumulator, mapping []int32) error {
	for g, c := range other.(*countAcc).counts {
		a.counts[mapping[g]] += c
	}
	return nil
}

func (a *countAcc) Result(group int) (types.Value, error) { return types.NewInt(a.counts[group]), nil }
