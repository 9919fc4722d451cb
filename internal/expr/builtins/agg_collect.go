package builtins

import (
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

func init() {
	joined := func(name string, params args, ret typ, source, doc string, separator bool) {
		expr.RegisterAggregate(&expr.AggFunc{Name: name, Args: params, Ret: ret, Doc: doc, Source: source,
			New: func(c *expr.Context, ts []*types.Type, ret *types.Type) expr.Accumulator {
				return &joinAcc{c: c, typ: ts[0], kind: ret.Kind, separator: separator}
			}})
	}
	joined("string_agg", args{text, text}, text, "PostgreSQL", "Values joined, each but the first after its separator", true)
	joined("string_agg", args{bytea, bytea}, bytea, "PostgreSQL", "Values joined, each but the first after its separator", true)
	joined("group_concat", args{types.Any}, text, "SQLite", "Text of the values joined by commas", false)
	joined("group_concat", args{types.Any, text}, text, "SQLite", "Text of the values joined by a separator", true)
	expr.RegisterAggregate(&expr.AggFunc{Name: "array_agg", Args: args{types.AnyElement}, Ret: types.AnyArray, Source: "PostgreSQL",
		Doc: "Array of the values, NULL too",
		RetFn: func(ts []*types.Type) *types.Type {
			if t := expr.BaseType(ts[0]); t.Kind == types.KindArray {
				return t
			}
			return types.ArrayOf(plainType(ts[0]))
		},
		New: func(_ *expr.Context, ts []*types.Type, ret *types.Type) expr.Accumulator {
			return &arrayAcc{ret: ret, nested: expr.BaseType(ts[0]).Kind == types.KindArray}
		}})
}

// joinAcc joins texts in the order of the rows.
type joinAcc struct {
	c         *expr.Context
	typ       typ
	kind      types.Kind
	separator bool
	bufs      [][]byte
	seen      []bool
	first     []string // separator of the first value, needed when merging
	size      int
}

func (a *joinAcc) Resize(n int) {
	a.bufs, a.seen, a.first = expr.Resized(a.bufs, n), expr.Resized(a.seen, n), expr.Resized(a.first, n)
}
func (a *joinAcc) Bytes() int { return 48*cap(a.bufs) + a.size }

// Release drops the text of a group.
func (a *joinAcc) Release(g int) {
	a.size -= len(a.bufs[g])
	a.bufs[g], a.first[g] = nil, ""
}

func (a *joinAcc) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	before := a.size
	return expr.ForEachRow(sel, n, func(i int) error {
		v := in[0].Value(i)
		if v.IsNull() {
			return nil
		}
		sep := ","
		if a.separator {
			sep = in[1].Value(i).S // NULL is no separator
		}
		s := v.S
		if v.K != a.kind {
			s = textOf(a.c, a.typ, v)
		}
		if err := a.c.CheckRoom(a.size - before); err != nil {
			return err
		}
		return a.add(expr.GroupOf(groups, i), sep, s)
	})
}

func (a *joinAcc) add(g int, sep, s string) error {
	if len(a.bufs[g])+len(sep)+len(s) > maxLength {
		return errTooLong
	}
	if a.seen[g] {
		a.bufs[g] = append(a.bufs[g], sep...)
		a.size += len(sep)
	} else {
		a.first[g] = strings.Clone(sep)
	}
	a.seen[g] = true
	a.bufs[g] = append(a.bufs[g], s...)
	a.size += len(s)
	return nil
}

func (a *joinAcc) Merge(other expr.Accumulator, mapping []int32) error {
	o := other.(*joinAcc)
	for g, seen := range o.seen {
		if seen {
			if err := a.add(int(mapping[g]), o.first[g], string(o.bufs[g])); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *joinAcc) Result(g int) (types.Value, error) {
	if !a.seen[g] {
		return types.Null, nil
	}
	return types.Value{K: a.kind, S: string(a.bufs[g])}, nil
}

// arrayAcc collects values.
type arrayAcc struct {
	ret    typ
	nested bool
	lists  [][]value
	size   int
}

func (a *arrayAcc) Resize(n int) { a.lists = expr.Resized(a.lists, n) }
func (a *arrayAcc) Bytes() int   { return 24*cap(a.lists) + a.size }

// Release drops the values of a group.
func (a *arrayAcc) Release(g int) {
	a.size -= valuesBytes(a.lists[g])
	a.lists[g] = nil
}

// valuesBytes is what collected values are charged.
func valuesBytes(list []value) int {
	n := 40 * len(list)
	for i := range list {
		n += len(list[i].S)
	}
	return n
}

func (a *arrayAcc) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	return expr.ForEachRow(sel, n, func(i int) error {
		v := in[0].Value(i)
		if a.nested && v.IsNull() {
			return sqlerr.New(sqlerr.NullValueNotAllowed, "cannot accumulate null arrays")
		}
		v.S = strings.Clone(v.S)
		g := expr.GroupOf(groups, i)
		a.lists[g] = append(a.lists[g], v)
		a.size += 40 + len(v.S)
		return nil
	})
}

func (a *arrayAcc) Merge(other expr.Accumulator, mapping []int32) error {
	o := other.(*arrayAcc)
	for g, list := range o.lists {
		to := mapping[g]
		a.lists[to] = append(a.lists[to], list...)
	}
	a.size += o.size
	return nil
}

func (a *arrayAcc) Result(g int) (types.Value, error) {
	if len(a.lists[g]) == 0 {
		return types.Null, nil
	}
	v, err := expr.MakeArray(a.ret, a.lists[g])
	if err != nil && a.nested && sqlerr.Code(err) == sqlerr.ArraySubscriptError {
		err = sqlerr.New(sqlerr.ArraySubscriptError, "cannot accumulate arrays of different dimensionality")
	}
	return v, err
}
