package expr

import (
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// caseProgram evaluates each arm at the rows that reach it only (invariant 3).
type caseProgram struct {
	conds     []filter
	thens     []program
	otherwise program
	typ       *types.Type
	out       *vector.Vector
	rest      []int32
	hits      []int32
}

func (p *Compiler) caseProgram(e *Case) (program, error) {
	r := &caseProgram{typ: e.Typ, out: &vector.Vector{}}
	for _, w := range e.Whens {
		cond, err := p.filter(w.Cond)
		if err != nil {
			return nil, err
		}
		then, err := p.program(w.Then)
		if err != nil {
			return nil, err
		}
		r.conds, r.thens = append(r.conds, cond), append(r.thens, then)
	}
	var err error
	r.otherwise, err = p.program(e.Else)
	return r, err
}

func (p *caseProgram) eval(c *Context, b *vector.Batch, sel []int32, n int) (*vector.Vector, error) {
	p.out.Reset(p.typ, n)
	p.rest, p.hits = grow(p.rest, n), grow(p.hits, n)
	rest := p.rest[:copySelection(sel, p.rest, n)]
	for i, cond := range p.conds {
		if len(rest) == 0 {
			break
		}
		hits, err := cond.apply(c, b, rest, n, p.hits)
		if err != nil {
			return nil, err
		}
		if len(hits) == 0 {
			continue
		}
		v, err := p.thens[i].eval(c, b, hits, n)
		if err != nil {
			return nil, err
		}
		copyRows(p.out, v, hits)
		rest = rest[:selectionMinus(rest, hits, rest, n)]
	}
	if len(rest) > 0 {
		v, err := p.otherwise.eval(c, b, rest, n)
		if err != nil {
			return nil, err
		}
		copyRows(p.out, v, rest)
	}
	return p.out, nil
}

func grow(s []int32, n int) []int32 {
	if cap(s) >= n {
		return s[:n]
	}
	return make([]int32, n)
}

// copyRows copies the rows at sel from one vector to another of the same form.
func copyRows(out, v *vector.Vector, sel []int32) {
	if v.HasNulls || out.HasNulls {
		for _, i := range sel {
			if v.Null(int(i)) {
				out.SetNull(int(i))
			}
		}
	}
	if v.Const {
		x := v.Value(0)
		if x.K == types.KindNull {
			return
		}
		for _, i := range sel {
			out.Set(int(i), x)
		}
		return
	}
	switch out.Type.Phys() {
	case types.PhysInt:
		for _, i := range sel {
			out.I[i] = v.I[i]
		}
	case types.PhysFloat:
		for _, i := range sel {
			out.F[i] = v.F[i]
		}
	case types.PhysBytes:
		for _, i := range sel {
			out.S[i] = v.S[i]
		}
	default:
		for _, i := range sel {
			if !v.Null(int(i)) {
				out.Set(int(i), v.Value(int(i)))
			}
		}
	}
}

// coalesceProgram evaluates each operand where those before it are NULL.
type coalesceProgram struct {
	args []program
	typ  *types.Type
	out  *vector.Vector
	rest []int32
	hits []int32
}

func (p *Compiler) coalesceProgram(e *Coalesce) (program, error) {
	r := &coalesceProgram{typ: e.Typ, out: &vector.Vector{}}
	for _, a := range e.Args {
		arg, err := p.program(a)
		if err != nil {
			return nil, err
		}
		r.args = append(r.args, arg)
	}
	return r, nil
}

func (p *coalesceProgram) eval(c *Context, b *vector.Batch, sel []int32, n int) (*vector.Vector, error) {
	p.rest, p.hits = grow(p.rest, n), grow(p.hits, n)
	rest := p.rest[:copySelection(sel, p.rest, n)]
	p.out.Reset(p.typ, n)
	for i, a := range p.args {
		if len(rest) == 0 {
			break
		}
		v, err := a.eval(c, b, rest, n)
		if err != nil {
			return nil, err
		}
		if i == 0 && !v.HasNulls {
			return v, nil
		}
		hits := p.hits[:selectNull(v, false, rest, p.hits, n)]
		copyRows(p.out, v, hits)
		rest = rest[:selectionMinus(rest, hits, rest, n)]
	}
	for _, i := range rest {
		p.out.SetNull(int(i))
	}
	return p.out, nil
}

// selectNull keeps the rows of a vector that are NULL, or those that are not.
func selectNull(v *vector.Vector, want bool, in, out []int32, n int) int {
	switch {
	case !v.HasNulls && want:
		return 0
	case !v.HasNulls:
		return copySelection(in, out, n)
	case v.Const:
		if v.Null(0) != want {
			return 0
		}
		return copySelection(in, out, n)
	}
	return keepNull(v.Nulls, want, in, out, n)
}

// conditionProgram compiles a condition into a boolean vector.
func (p *Compiler) conditionProgram(e Expr) (program, error) {
	switch e := e.(type) {
	case *And, *Or:
		return p.logicProgram(e)
	case *Not:
		arg, err := p.program(e.Arg)
		return &notProgram{arg: arg, out: &vector.Vector{}}, err
	case *Compare:
		if BaseType(e.A.Type()).Kind != types.KindRecord {
			return p.compareProgram(e)
		}
	case *IsNull:
		if BaseType(e.Arg.Type()).Kind != types.KindRecord {
			arg, err := p.program(e.Arg)
			return &isNullProgram{arg: arg, negated: e.Negated, out: &vector.Vector{}}, err
		}
	}
	return p.rowProgram(e)
}

type notProgram struct {
	arg program
	out *vector.Vector
}

func (p *notProgram) eval(c *Context, b *vector.Batch, sel []int32, n int) (*vector.Vector, error) {
	v, err := p.arg.eval(c, b, sel, n)
	if err != nil {
		return nil, err
	}
	if v.Const {
		x := v.Value(0)
		if x.K != types.KindNull {
			x = types.NewBool(x.I == 0)
		}
		p.out.Type = types.Bool
		setConst(p.out, x)
		return p.out, nil
	}
	p.out.Reset(types.Bool, n)
	mergeNulls(p.out, []*vector.Vector{v}, n)
	out, in := p.out.I, v.I
	if sel == nil {
		for i := range in[:n] {
			out[i] = int64(bit(in[i] == 0))
		}
		return p.out, nil
	}
	for _, i := range sel {
		out[i] = int64(bit(in[i] == 0))
	}
	return p.out, nil
}

type isNullProgram struct {
	arg     program
	negated bool
	out     *vector.Vector
}

func (p *isNullProgram) eval(c *Context, b *vector.Batch, sel []int32, n int) (*vector.Vector, error) {
	v, err := p.arg.eval(c, b, sel, n)
	if err != nil {
		return nil, err
	}
	if v.Const || !v.HasNulls {
		p.out.Type = types.Bool
		setConst(p.out, types.NewBool((v.Const && v.Null(0)) != p.negated))
		return p.out, nil
	}
	p.out.Reset(types.Bool, n)
	out, flip := p.out.I, uint64(bit(p.negated))
	if sel == nil {
		for i := range out[:n] {
			out[i] = int64(v.Nulls[i>>6]>>(uint(i)&63)&1 ^ flip)
		}
		return p.out, nil
	}
	for _, i := range sel {
		out[i] = int64(v.Nulls[i>>6]>>(uint(i)&63)&1 ^ flip)
	}
	return p.out, nil
}

// compareProgram turns the surviving rows of a comparison into a vector.
type compareProgram struct {
	cmp  *compareFilter
	out  *vector.Vector
	hits []int32
}

func (p *Compiler) compareProgram(e *Compare) (program, error) {
	f, err := p.compareFilter(e)
	if err != nil {
		return nil, err
	}
	return &compareProgram{cmp: f, out: &vector.Vector{}}, nil
}

func (p *compareProgram) eval(c *Context, b *vector.Batch, sel []int32, n int) (*vector.Vector, error) {
	va, err := p.cmp.a.eval(c, b, sel, n)
	if err != nil {
		return nil, err
	}
	vb, err := p.cmp.b.eval(c, b, sel, n)
	if err != nil {
		return nil, err
	}
	p.out.Reset(types.Bool, n)
	if mergeNulls(p.out, []*vector.Vector{va, vb}, n) {
		p.out.Type = types.Bool
		setConst(p.out, types.Null)
		return p.out, nil
	}
	p.hits = grow(p.hits, n)
	hits := p.hits[:p.cmp.selectRows(va, vb, sel, p.hits, n)]
	scatter(p.out.I, sel, hits, n)
	return p.out, nil
}

// scatter writes 1 at hits and 0 at the other selected rows.
func scatter(out []int64, sel, hits []int32, n int) {
	if sel == nil {
		clear(out[:n])
	} else {
		for _, i := range sel {
			out[i] = 0
		}
	}
	for _, i := range hits {
		out[i] = 1
	}
}

// logicProgram is AND or OR over boolean vectors: each operand is evaluated
// where the ones before have not decided.
type logicProgram struct {
	args    []program
	decided int64 // the value that decides: 0 for AND, 1 for OR
	out     *vector.Vector
	rest    []int32
}

func (p *Compiler) logicProgram(e Expr) (program, error) {
	r := &logicProgram{out: &vector.Vector{}}
	if _, ok := e.(*Or); ok {
		r.decided = 1
	}
	for _, a := range children(e) {
		arg, err := p.program(a)
		if err != nil {
			return nil, err
		}
		r.args = append(r.args, arg)
	}
	return r, nil
}

func (p *logicProgram) eval(c *Context, b *vector.Batch, sel []int32, n int) (*vector.Vector, error) {
	p.out.Reset(types.Bool, n)
	p.rest = grow(p.rest, n)
	rest := p.rest[:copySelection(sel, p.rest, n)]
	for _, i := range rest {
		p.out.I[i] = 1 - p.decided
	}
	for _, a := range p.args {
		if len(rest) == 0 {
			break
		}
		v, err := a.eval(c, b, rest, n)
		if err != nil {
			return nil, err
		}
		k := 0
		for _, i := range rest {
			row := i
			if v.Const {
				row = 0
			}
			switch {
			case v.HasNulls && v.Null(int(row)):
				p.out.SetNull(int(i))
			case bit(v.I[row] != 0) == int(p.decided):
				p.out.Set(int(i), types.Value{K: types.KindBool, I: p.decided})
				continue
			}
			rest[k] = i
			k++
		}
		rest = rest[:k]
	}
	return p.out, nil
}
