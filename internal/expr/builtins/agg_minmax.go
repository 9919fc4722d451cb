package builtins

import (
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

func init() {
	ts := []*types.Type{
		types.Int2, types.Integer, types.Int8, types.Oid, types.Float4, types.Float8, types.Numeric,
		types.Text, types.Char, types.Bytea, types.Bool, types.UUID,
		types.Date, types.Time, types.TimeTZ, types.Timestamp, types.TimestampTZ, types.Interval, types.Money, types.Inet,
		types.AnyArray, types.AnyEnum, types.RecordType, types.JSONB,
	}
	for _, t := range ts {
		registerExtreme("min", t, false, "Least value")
		registerExtreme("max", t, true, "Greatest value")
	}
}

func registerExtreme(name string, t *types.Type, greatest bool, doc string) {
	expr.RegisterAggregate(&expr.AggFunc{
		Name: name, Args: []*types.Type{t}, Ret: t, Doc: doc, Source: "PostgreSQL",
		RetFn: func(args []*types.Type) *types.Type {
			if t == types.Text {
				return types.WithCollation(types.Text, expr.BaseType(args[0]).Collation)
			}
			return plainType(args[0])
		},
		New: func(_ *expr.Context, args []*types.Type, _ *types.Type) expr.Accumulator {
			return newExtreme(expr.BaseType(args[0]), greatest)
		},
	})
}

// plainType drops what an aggregate's or function's result does not inherit:
// the modifier; the collation stays.
func plainType(t *types.Type) *types.Type {
	t = expr.BaseType(t)
	if t.Mod < 0 {
		return t
	}
	c := *t
	c.Mod = -1
	return &c
}

func newExtreme(t *types.Type, greatest bool) expr.Accumulator {
	switch t.Phys() {
	case types.PhysInt:
		return &intExtreme{kind: t.Kind, greatest: greatest}
	case types.PhysFloat:
		return &floatExtreme{greatest: greatest}
	}
	return &valueExtreme{cmp: expr.Comparer(t), greatest: greatest}
}

// intExtreme is min or max of whole words.
type intExtreme struct {
	kind     types.Kind
	greatest bool
	best     []int64
	seen     []bool
	rows     expr.Rows
}

func (a *intExtreme) Resize(n int) {
	a.best, a.seen = expr.Resized(a.best, n), expr.Resized(a.seen, n)
}
func (a *intExtreme) Bytes() int { return 9 * cap(a.best) }

func (a *intExtreme) Update(groups []int32, args []*vector.Vector, sel []int32, n int) error {
	rows, dense := a.rows.Live(args[0], sel, n)
	x := a.rows.Flat(args[0], n).I
	if groups == nil {
		a.updateOne(x, rows, dense, n)
		return nil
	}
	if dense {
		for i, v := range x[:n] {
			a.add(groups[i], v)
		}
		return nil
	}
	for _, i := range rows {
		a.add(groups[i], x[i])
	}
	return nil
}

func (a *intExtreme) add(g int32, v int64) {
	if !a.seen[g] {
		a.seen[g], a.best[g] = true, v
		return
	}
	if a.greatest {
		a.best[g] = max(a.best[g], v)
	} else {
		a.best[g] = min(a.best[g], v)
	}
}

func (a *intExtreme) updateOne(x []int64, rows []int32, dense bool, n int) {
	if dense && n > 0 {
		best := x[0]
		if a.greatest {
			for _, v := range x[:n] {
				best = max(best, v)
			}
		} else {
			for _, v := range x[:n] {
				best = min(best, v)
			}
		}
		a.add(0, best)
		return
	}
	for _, i := range rows {
		a.add(0, x[i])
	}
}

func (a *intExtreme) Merge(other expr.Accumulator, mapping []int32) error {
	o := other.(*intExtreme)
	for g, seen := range o.seen {
		if seen {
			a.add(mapping[g], o.best[g])
		}
	}
	return nil
}

func (a *intExtreme) Result(g int) (types.Value, error) {
	if !a.seen[g] {
		return types.Null, nil
	}
	return types.Value{K: a.kind, I: a.best[g]}, nil
}

// floatExtreme orders NaN above everything.
type floatExtreme struct {
	greatest bool
	best     []float64
	seen     []bool
	rows     expr.Rows
}

func (a *floatExtreme) Resize(n int) {
	a.best, a.seen = expr.Resized(a.best, n), expr.Resized(a.seen, n)
}
func (a *floatExtreme) Bytes() int { return 9 * cap(a.best) }

func (a *floatExtreme) add(g int, v float64) {
	switch {
	case !a.seen[g]:
		a.seen[g], a.best[g] = true, v
	case a.greatest:
		if v > a.best[g] || v != v {
			a.best[g] = v
		}
	case v < a.best[g] || a.best[g] != a.best[g]:
		a.best[g] = v
	}
}

func (a *floatExtreme) Update(groups []int32, args []*vector.Vector, sel []int32, n int) error {
	rows, dense := a.rows.Live(args[0], sel, n)
	x := a.rows.Flat(args[0], n).F
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

func (a *floatExtreme) Merge(other expr.Accumulator, mapping []int32) error {
	o := other.(*floatExtreme)
	for g, seen := range o.seen {
		if seen {
			a.add(int(mapping[g]), o.best[g])
		}
	}
	return nil
}

func (a *floatExtreme) Result(g int) (types.Value, error) {
	if !a.seen[g] {
		return types.Null, nil
	}
	return types.NewFloat(a.best[g]), nil
}

// valueExtreme is min or max by comparison; it copies the strings it keeps.
type valueExtreme struct {
	cmp      func(a, b types.Value) int
	greatest bool
	best     []types.Value
	size     int
	rows     expr.Rows
}

func (a *valueExtreme) Resize(n int) { a.best = expr.Resized(a.best, n) }
func (a *valueExtreme) Bytes() int   { return 40*cap(a.best) + a.size }

func (a *valueExtreme) add(g int, v types.Value) {
	b := &a.best[g]
	if b.K != types.KindNull {
		if order := a.cmp(v, *b); order == 0 || order > 0 != a.greatest {
			return
		}
	}
	a.size += len(v.S) - len(b.S)
	v.S = strings.Clone(v.S)
	*b = v
}

func (a *valueExtreme) Update(groups []int32, args []*vector.Vector, sel []int32, n int) error {
	v := args[0]
	rows, dense := a.rows.Live(v, sel, n)
	if v.Type.Kind == types.KindNumeric && v.S == nil && !v.Const && groups == nil {
		a.numbers(v, rows, dense, n)
		return nil
	}
	if dense {
		for i := 0; i < n; i++ {
			a.add(expr.GroupOf(groups, i), v.Value(i))
		}
		return nil
	}
	for _, i := range rows {
		a.add(expr.GroupOf(groups, int(i)), v.Value(int(i)))
	}
	return nil
}

// numbers looks for the extreme of small numerics, of which those of one scale
// compare as their coefficients do.
func (a *valueExtreme) numbers(v *vector.Vector, rows []int32, dense bool, n int) {
	if !dense {
		n = len(rows)
	}
	for k := 0; k < n; k++ {
		i := k
		if !dense {
			i = int(rows[k])
		}
		b := &a.best[0]
		if b.K != types.KindNull && b.S == "" && b.J == v.J[i] {
			if v.I[i] != b.I && (v.I[i] > b.I) == a.greatest {
				b.I = v.I[i]
			}
			continue
		}
		a.add(0, types.Value{K: types.KindNumeric, I: v.I[i], J: v.J[i]})
	}
}

func (a *valueExtreme) Merge(other expr.Accumulator, mapping []int32) error {
	for g, v := range other.(*valueExtreme).best {
		if v.K != types.KindNull {
			a.add(int(mapping[g]), v)
		}
	}
	return nil
}

func (a *valueExtreme) Result(g int) (types.Value, error) { return a.best[g], nil }
