package expr

import (
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// Filter is a compiled condition.
type Filter struct{ f filter }

// Filter compiles a condition; rows where it is false or NULL are dropped.
func (p *Compiler) Filter(e Expr) (Filter, error) {
	f, err := p.filter(e)
	return Filter{f}, err
}

// FilterAll compiles the conjunction of conditions; none keeps every row.
func (p *Compiler) FilterAll(conds []Expr) (Filter, error) {
	switch len(conds) {
	case 0:
		return Filter{constFilter(true)}, nil
	case 1:
		return p.Filter(conds[0])
	}
	return p.Filter(&And{Args: conds})
}

// Apply writes the live positions of the batch where the condition is true
// into sel and returns that part of it. sel has room for b.N positions (a
// larger one is made otherwise) and may be the batch's own selection.
func (f Filter) Apply(c *Context, b *vector.Batch, sel []int32) ([]int32, error) {
	return f.f.apply(c, b, b.Sel, b.N, grow(sel, b.N))
}

// filter keeps the positions of in (nil: 0..n-1) where a condition is true,
// writing them to out, which has room for n and may be in itself.
type filter interface {
	apply(c *Context, b *vector.Batch, in []int32, n int, out []int32) ([]int32, error)
}

func (p *Compiler) filter(e Expr) (filter, error) {
	switch e := e.(type) {
	case *Const:
		return constFilter(e.Val.K != types.KindNull && e.Val.I != 0), nil
	case *And:
		return p.andFilter(e.Args)
	case *Or:
		return p.orFilter(e.Args)
	case *Not:
		if n := negate(e.Arg); n != nil {
			return p.filter(n)
		}
		return p.truthFilter(e.Arg, true)
	case *rangeExpr:
		arg, err := p.program(e.arg)
		return &rangeFilter{arg, e.lo, e.hi}, err
	case *Compare:
		if BaseType(e.A.Type()).Kind != types.KindRecord {
			return p.compareFilter(e)
		}
	case *IsNull:
		if BaseType(e.Arg.Type()).Kind != types.KindRecord {
			arg, err := p.program(e.Arg)
			return &nullFilter{arg, !e.Negated}, err
		}
	case *In:
		if set := newConstSet(e); set != nil {
			arg, err := p.program(e.Arg)
			return &inFilter{arg: arg, set: set, negated: e.Negated}, err
		}
		if fixedList(e) {
			return p.runtimeIn(e)
		}
	case *IsBool:
		if e.Want.K != types.KindNull && !e.Negated {
			if e.Want.Bool() {
				return p.filter(e.Arg)
			}
			return p.filter(&Not{Arg: e.Arg})
		}
	}
	return p.truthFilter(e, false)
}

// negate pushes NOT into a condition, or returns nil. Rows where the condition
// is NULL pass neither form.
func negate(e Expr) Expr {
	switch e := e.(type) {
	case *Not:
		return e.Arg
	case *Compare:
		if BaseType(e.A.Type()).Kind != types.KindRecord {
			return &Compare{Op: e.Op.Negate(), A: e.A, B: e.B}
		}
	case *IsNull:
		if BaseType(e.Arg.Type()).Kind != types.KindRecord {
			return &IsNull{Arg: e.Arg, Negated: !e.Negated}
		}
	case *In:
		return &In{Arg: e.Arg, List: e.List, Negated: !e.Negated}
	case *IsBool:
		return &IsBool{Arg: e.Arg, Want: e.Want, Negated: !e.Negated}
	case *Distinct:
		return &Distinct{A: e.A, B: e.B, Negated: !e.Negated}
	case *And:
		return &Or{Args: negateAll(e.Args)}
	case *Or:
		return &And{Args: negateAll(e.Args)}
	}
	return nil
}

func negateAll(list []Expr) []Expr {
	out := make([]Expr, len(list))
	for i, e := range list {
		if out[i] = negate(e); out[i] == nil {
			out[i] = &Not{Arg: e}
		}
	}
	return out
}

type constFilter bool

func (f constFilter) apply(_ *Context, _ *vector.Batch, in []int32, n int, out []int32) ([]int32, error) {
	if !f {
		return out[:0], nil
	}
	return out[:copySelection(in, out, n)], nil
}

// andFilter narrows the selection condition by condition.
type andFilter []filter

func (p *Compiler) andFilter(args []Expr) (filter, error) {
	args = fuseRanges(args)
	var list andFilter
	for _, a := range args {
		f, err := p.filter(a)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return list, nil
}

func (f andFilter) apply(c *Context, b *vector.Batch, in []int32, n int, out []int32) ([]int32, error) {
	for i, g := range f {
		kept, err := g.apply(c, b, in, n, out)
		if err != nil {
			return nil, err
		}
		if len(kept) == 0 || i == len(f)-1 {
			return kept, nil
		}
		in = kept
	}
	return out[:copySelection(in, out, n)], nil
}

// orFilter asks each condition only for the rows that none before it kept.
type orFilter struct {
	list             []filter
	rest, hits, kept []int32
}

func (p *Compiler) orFilter(args []Expr) (filter, error) {
	r := &orFilter{}
	for _, a := range args {
		f, err := p.filter(a)
		if err != nil {
			return nil, err
		}
		r.list = append(r.list, f)
	}
	return r, nil
}

func (f *orFilter) apply(c *Context, b *vector.Batch, in []int32, n int, out []int32) ([]int32, error) {
	f.rest, f.hits, f.kept = grow(f.rest, n), grow(f.hits, n), grow(f.kept, n)
	rest := f.rest[:copySelection(in, f.rest, n)]
	kept := out[:0]
	for i, g := range f.list {
		if len(rest) == 0 {
			break
		}
		hits, err := g.apply(c, b, rest, n, f.hits)
		if err != nil {
			return nil, err
		}
		if len(hits) == 0 {
			continue
		}
		if i < len(f.list)-1 {
			rest = rest[:selectionMinus(rest, hits, rest, n)]
		}
		merged := f.kept[:selectionUnion(kept, hits, f.kept)]
		kept = out[:copy(out, merged)]
	}
	return kept, nil
}

// truthFilter keeps the rows of a boolean vector.
type truthFilter struct {
	arg     program
	negated bool
}

func (p *Compiler) truthFilter(e Expr, negated bool) (filter, error) {
	arg, err := p.program(e)
	return &truthFilter{arg, negated}, err
}

func (f *truthFilter) apply(c *Context, b *vector.Batch, in []int32, n int, out []int32) ([]int32, error) {
	v, err := f.arg.eval(c, b, in, n)
	if err != nil {
		return nil, err
	}
	if v.Const {
		pass := !v.Null(0) && (v.I[0] != 0) != f.negated
		return constFilter(pass).apply(c, b, in, n, out)
	}
	kept := out[:selTruth(v.I, f.negated, in, out, n)]
	return dropNulls(kept, n, v), nil
}

// dropNulls removes the rows that are NULL in any of the vectors.
func dropNulls(sel []int32, n int, vs ...*vector.Vector) []int32 {
	for _, v := range vs {
		if v.HasNulls && len(sel) > 0 {
			sel = sel[:selectNull(v, false, sel, sel, n)]
		}
	}
	return sel
}

type nullFilter struct {
	arg  program
	want bool // keep NULL
}

func (f *nullFilter) apply(c *Context, b *vector.Batch, in []int32, n int, out []int32) ([]int32, error) {
	v, err := f.arg.eval(c, b, in, n)
	if err != nil {
		return nil, err
	}
	return out[:selectNull(v, f.want, in, out, n)], nil
}

// inFilter looks rows up in a set of constants.
type inFilter struct {
	arg     program
	set     *constSet
	negated bool
}

func (f *inFilter) apply(c *Context, b *vector.Batch, in []int32, n int, out []int32) ([]int32, error) {
	v, err := f.arg.eval(c, b, in, n)
	if err != nil {
		return nil, err
	}
	if f.negated && f.set.hasNull {
		return out[:0], nil
	}
	k := 0
	switch {
	case v.Const:
		pass := !v.Null(0) && f.set.has(v.Value(0)) != f.negated
		return constFilter(pass).apply(c, b, in, n, out)
	case f.set.ints != nil:
		ints, x := f.set.ints, v.I
		forEach(in, n, func(i int32) {
			out[k] = i
			k += bit(ints.has(x[i]) != f.negated)
		})
		return dropNulls(out[:k], n, v), nil
	}
	forEach(in, n, func(i int32) {
		out[k] = i
		k += bit(!v.Null(int(i)) && f.set.has(v.Value(int(i))) != f.negated)
	})
	return out[:k], nil
}
