package exec

import (
	"bytes"
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
)

// keyRanger computes the key ranges of an access path.
type keyRanger struct {
	tab    *table.Table
	index  *catalog.Index
	ranges []rangeProgram
	out    []storage.Range
}

// rangeProgram is a compiled plan.KeyRange.
type rangeProgram struct {
	eq        []expr.Scalar
	in        [][]expr.Scalar // alternatives of eq[i], or nil
	fans      bool
	low, high expr.Scalar
	bounds    table.Bounds
	lowVal    types.Value
	highVal   types.Value
}

// keyRanger compiles the ranges of an access; s is the scope of the rows that
// the expressions may refer to. It is nil where the whole tree is read.
func (b *builder) keyRanger(t *table.Table, a *plan.Access, s scope) (*keyRanger, error) {
	if len(a.Ranges) == 0 {
		return nil, nil
	}
	k := &keyRanger{tab: t, index: a.Index}
	c := b.compiler(s)
	for i := range a.Ranges {
		r := &a.Ranges[i]
		var p rangeProgram
		var err error
		if p.eq, err = c.Scalars(r.Eq); err != nil {
			return nil, err
		}
		p.in = make([][]expr.Scalar, len(r.Eq))
		for j, list := range r.EqIn {
			if list != nil {
				p.fans = true
				if p.in[j], err = c.Scalars(list); err != nil {
					return nil, err
				}
			}
		}
		if r.Low != nil {
			if p.low, err = c.Scalar(r.Low); err != nil {
				return nil, err
			}
		}
		if r.High != nil {
			if p.high, err = c.Scalar(r.High); err != nil {
				return nil, err
			}
		}
		p.bounds = table.Bounds{
			Eq: make([]types.Value, len(r.Eq)), EqNull: r.NullEq,
			LowExcl: r.LowExcl, HighExcl: r.HighExcl,
		}
		k.ranges = append(k.ranges, p)
	}
	return k, nil
}

// eval computes the ranges, in key order and without overlap. all is true
// where the whole tree is to be read.
func (k *keyRanger) eval(c *expr.Context, row []types.Value) (ranges []storage.Range, all bool, err error) {
	k.out = k.out[:0]
	for i := range k.ranges {
		if err := k.evalOne(c, row, &k.ranges[i]); err != nil {
			return nil, false, err
		}
	}
	if k.out == nil {
		k.out = []storage.Range{}
	}
	if len(k.out) > 1 {
		k.out = mergeRanges(k.out)
	}
	return k.out, false, nil
}

func (k *keyRanger) evalOne(c *expr.Context, row []types.Value, p *rangeProgram) (err error) {
	bound := func(s expr.Scalar, v *types.Value) (*types.Value, error) {
		if s == nil {
			return nil, nil
		}
		x, err := s(c, row)
		*v = x
		return v, err
	}
	if p.bounds.Low, err = bound(p.low, &p.lowVal); err != nil {
		return err
	}
	if p.bounds.High, err = bound(p.high, &p.highVal); err != nil {
		return err
	}
	return k.fanOut(c, row, p, 0)
}

// fanOut fixes part at and those after it, once per alternative.
func (k *keyRanger) fanOut(c *expr.Context, row []types.Value, p *rangeProgram, at int) error {
	if at == len(p.eq) {
		r, empty, err := k.tab.Range(k.index, &p.bounds)
		if err == nil && !empty {
			k.out = append(k.out, r)
		}
		return err
	}
	list := p.in[at]
	if list == nil {
		v, err := p.eq[at](c, row)
		if err != nil {
			return err
		}
		p.bounds.Eq[at] = v
		return k.fanOut(c, row, p, at+1)
	}
	for _, s := range list {
		v, err := s(c, row)
		if err != nil {
			return err
		}
		p.bounds.Eq[at] = v
		if err := k.fanOut(c, row, p, at+1); err != nil {
			return err
		}
	}
	return nil
}

// mergeRanges sorts ranges and joins those that overlap, as the alternatives
// of an IN list with repeated values do.
func mergeRanges(rs []storage.Range) []storage.Range {
	slices.SortFunc(rs, func(a, b storage.Range) int { return bytes.Compare(a.Lo, b.Lo) })
	out := rs[:1]
	for _, r := range rs[1:] {
		last := &out[len(out)-1]
		if apart(last, &r) {
			out = append(out, r)
			continue
		}
		if last.Hi == nil {
			continue
		}
		if r.Hi == nil {
			last.Hi, last.HiIncl = nil, false
			continue
		}
		if d := bytes.Compare(r.Hi, last.Hi); d > 0 || d == 0 && r.HiIncl {
			last.Hi, last.HiIncl = r.Hi, r.HiIncl
		}
	}
	return out
}

// apart reports whether r, which starts no earlier, has no key in common with last.
func apart(last, r *storage.Range) bool {
	if last.Hi == nil {
		return false
	}
	d := bytes.Compare(r.Lo, last.Hi)
	return d > 0 || d == 0 && (!last.HiIncl || r.LoExcl)
}
