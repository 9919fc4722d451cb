package builtins

import (
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

func init() {
	and := func(a, b int64) int64 { return a & b }
	or := func(a, b int64) int64 { return a | b }
	xor := func(a, b int64) int64 { return a ^ b }
	for _, t := range []*types.Type{types.Int2, types.Integer, types.Int8} {
		registerFold("bit_and", t, and, "Bitwise AND of the values")
		registerFold("bit_or", t, or, "Bitwise OR of the values")
		registerFold("bit_xor", t, xor, "Bitwise exclusive OR of the values")
	}
	registerFold("bool_and", types.Bool, and, "True if every value is")
	registerFold("every", types.Bool, and, "True if every value is")
	registerFold("bool_or", types.Bool, or, "True if any value is")
}

func registerFold(name string, t *types.Type, f func(a, b int64) int64, doc string) {
	expr.RegisterAggregate(&expr.AggFunc{
		Name: name, Args: []*types.Type{t}, Ret: t, Doc: doc, Source: "PostgreSQL",
		New: func(*expr.Context, []*types.Type, *types.Type) expr.Accumulator {
			return &foldAcc{kind: t.Kind, f: f}
		},
	})
}

// foldAcc combines whole words with an associative operation.
type foldAcc struct {
	kind  types.Kind
	f     func(a, b int64) int64
	words []int64
	seen  []bool
	rows  expr.Rows
}

func (a *foldAcc) Resize(n int) {
	a.words, a.seen = expr.Resized(a.words, n), expr.Resized(a.seen, n)
}
func (a *foldAcc) Bytes() int { return 9 * cap(a.words) }

func (a *foldAcc) add(g int, v int64) {
	if a.seen[g] {
		v = a.f(a.words[g], v)
	}
	a.words[g], a.seen[g] = v, true
}

func (a *foldAcc) Update(groups []int32, args []*vector.Vector, sel []int32, n int) error {
	rows, dense := a.rows.Live(args[0], sel, n)
	x := a.rows.Flat(args[0], n).I
	if dense {
		for i, v := range x[:n] {
			a.add(expr.GroupOf(groups, i), v)
		}
		return nil
	}
	for _, i := range rows {
		a.add(expr.GroupOf(groups, int(i)), x[i])
	}
	return nil
}

func (a *foldAcc) Merge(other expr.Accumulator, mapping []int32) error {
	o := other.(*foldAcc)
	for g, seen := range o.seen {
		if seen {
			a.add(int(mapping[g]), o.words[g])
		}
	}
	return nil
}

func (a *foldAcc) Result(g int) (types.Value, error) {
	if !a.seen[g] {
		return types.Null, nil
	}
	return types.Value{K: a.kind, I: a.words[g]}, nil
}

// bitAcc combines bit strings of one length.
type bitAcc struct {
	f     func(*expr.Context, []types.Value) (types.Value, error)
	state []types.Value
	bytes int
}

func (a *bitAcc) Resize(n int) { a.state = expr.Resized(a.state, n) }
func (a *bitAcc) Bytes() int   { return 56*cap(a.state) + a.bytes }

func (a *bitAcc) add(g int, v types.Value) (err error) {
	s := &a.state[g]
	switch {
	case v.IsNull():
	case s.IsNull():
		a.bytes += len(v.S)
		*s = v
		s.S = strings.Clone(v.S)
	default:
		*s, err = a.f(nil, []types.Value{*s, v})
	}
	return err
}

func (a *bitAcc) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	return expr.ForEachRow(sel, n, func(i int) error { return a.add(expr.GroupOf(groups, i), in[0].Value(i)) })
}

func (a *bitAcc) Merge(other expr.Accumulator, mapping []int32) error {
	for g, v := range other.(*bitAcc).state {
		if err := a.add(int(mapping[g]), v); err != nil {
			return err
		}
	}
	return nil
}

func (a *bitAcc) Result(g int) (types.Value, error) { return a.state[g], nil }
