package expr

import (
	"math"

	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// castProgram converts a vector: by a loop for the plain numeric pairs, else
// value by value.
type castProgram struct {
	arg  program
	from *types.Type
	to   *types.Type
	cast func(c *Context, v types.Value) (types.Value, error)
	fast castLoop
	out  *vector.Vector
	pos  int
}

// castLoop converts at all of 0..n-1 and returns false if a row may have
// failed, in which case the rows are converted one by one.
type castLoop func(in, out *vector.Vector, n int) bool

func (p *Compiler) castProgram(e *Cast) (program, error) {
	arg, err := p.program(e.Arg)
	if err != nil {
		return nil, err
	}
	if IsRelabel(e.Arg.Type(), e.To) {
		return arg, nil
	}
	cast, err := castOf(e)
	if err != nil {
		return nil, err
	}
	from := BaseType(e.Arg.Type())
	return &castProgram{arg: arg, from: from, to: e.To, cast: cast, fast: castLoopOf(from, e.To), out: &vector.Vector{}, pos: e.Pos}, nil
}

func castLoopOf(from, to *types.Type) castLoop {
	if to.Domain != nil || to.Base != nil {
		return nil
	}
	switch {
	case from.Kind == types.KindInt && to.Kind == types.KindInt && plainInt(from) && plainInt(to) && !to.Is(types.Oid):
		return func(in, out *vector.Vector, n int) bool {
			copy(out.I[:n], in.I[:n])
			return to.Width == 8 || narrowDoubt(in.I[:n], to.Width) == 0
		}
	case from.Kind == types.KindInt && plainInt(from) && to.Kind == types.KindFloat && to.Width == 8:
		return func(in, out *vector.Vector, n int) bool {
			f := out.F[:n]
			for i, x := range in.I[:n] {
				f[i] = float64(x)
			}
			return true
		}
	case from.Kind == types.KindInt && plainInt(from) && to.Kind == types.KindNumeric && to.Mod < 0:
		return func(in, out *vector.Vector, n int) bool {
			clear(out.J[:n])
			copy(out.I[:n], in.I[:n])
			return true
		}
	case from.Is(types.Date) && (to.Is(types.Timestamp)) && to.Mod < 0:
		return dateToTimestamp
	}
	return nil
}

const microsPerDay = 86400 * 1000000

// dateToTimestamp leaves dates beyond a timestamp's range, and the infinite
// ones, to the value-wise cast.
func dateToTimestamp(in, out *vector.Vector, n int) bool {
	var doubt uint64
	const half = 1 << 26
	r := out.I[:n]
	for i, d := range in.I[:n] {
		doubt |= uint64(d + half)
		r[i] = d * microsPerDay
	}
	return doubt < 2*half && math.MaxInt64/microsPerDay > half
}

func (p *castProgram) eval(c *Context, b *vector.Batch, sel []int32, n int) (*vector.Vector, error) {
	v, err := p.arg.eval(c, b, sel, n)
	if err != nil {
		return nil, err
	}
	if v.Const {
		return p.single(c, v.Value(0))
	}
	p.out.Reset(p.to, n)
	mergeNulls(p.out, []*vector.Vector{v}, n)
	if p.fast != nil && p.fast(v, p.out, n) {
		return p.out, nil
	}
	var in types.Value
	one := func(i int) error {
		if v.HasNulls && v.Null(i) {
			return nil
		}
		v.Load(i, &in)
		x, err := p.cast(c, in)
		if err != nil {
			return locate(err, p.pos)
		}
		p.out.Set(i, x)
		return nil
	}
	return p.out, ForEachRow(sel, n, one)
}

func (p *castProgram) single(c *Context, x types.Value) (*vector.Vector, error) {
	p.out.Type = p.to
	if x.K != types.KindNull {
		var err error
		if x, err = p.cast(c, x); err != nil {
			return nil, locate(err, p.pos)
		}
	}
	setConst(p.out, x)
	return p.out, nil
}
