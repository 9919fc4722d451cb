package expr

import (
	"strings"

	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// fixedList reports whether the elements of an IN list are the same for every
// row: constants, parameters and outer columns, of a type that sets compare.
func fixedList(e *In) bool {
	if len(e.List) == 0 || BaseType(e.Arg.Type()).Kind == types.KindRecord {
		return false
	}
	for _, item := range e.List {
		switch item.(type) {
		case *Const, *Param, *Outer:
		default:
			return false
		}
		if c := item.Type().Collation; c != "" && c != BaseType(e.Arg.Type()).Collation {
			return false
		}
	}
	return true
}

// runtimeIn is an IN list with parameters: its set is made when the first
// batch comes, and again only when a value has changed.
type runtimeIn struct {
	in    *In
	list  []Scalar
	vals  []types.Value
	inner inFilter
}

func (p *Compiler) runtimeIn(e *In) (filter, error) {
	arg, err := p.program(e.Arg)
	if err != nil {
		return nil, err
	}
	list, err := p.Scalars(e.List)
	return &runtimeIn{in: e, list: list, inner: inFilter{arg: arg, negated: e.Negated}}, err
}

func (f *runtimeIn) apply(c *Context, b *vector.Batch, in []int32, n int, out []int32) ([]int32, error) {
	changed := f.inner.set == nil
	if changed {
		f.vals = make([]types.Value, len(f.list))
	}
	for i, item := range f.list {
		v, err := item(c, nil)
		if err != nil {
			return nil, err
		}
		if v != f.vals[i] {
			v.S = strings.Clone(v.S) // an outer row may be overwritten
			f.vals[i], changed = v, true
		}
	}
	if changed {
		f.inner.set = newSet(f.in, f.vals)
	}
	return f.inner.apply(c, b, in, n, out)
}
