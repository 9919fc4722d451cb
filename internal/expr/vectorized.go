package expr

import (
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// Vectorized computes an expression over a batch. The result is valid at the
// batch's selected positions (or is Const), belongs to the program, and lives
// until its next Eval; it may be a column of the batch itself.
type Vectorized interface {
	Eval(c *Context, b *vector.Batch) (*vector.Vector, error)
}

// program is a node of a compiled expression: it computes at the positions sel
// (nil: 0..n-1) of the batch, and owns the vector it returns.
type program interface {
	eval(c *Context, b *vector.Batch, sel []int32, n int) (*vector.Vector, error)
}

type vectorized struct{ p program }

func (v vectorized) Eval(c *Context, b *vector.Batch) (*vector.Vector, error) {
	return v.p.eval(c, b, b.Sel, b.N)
}

// Vectorized compiles an expression into kernels over batches.
func (p *Compiler) Vectorized(e Expr) (Vectorized, error) {
	prog, err := p.program(e)
	if err != nil {
		return nil, err
	}
	return vectorized{prog}, nil
}

func (p *Compiler) program(e Expr) (program, error) {
	switch e := e.(type) {
	case *Const:
		return newConstProgram(e.Val, e.Typ), nil
	case *Column:
		slot, err := p.slot(e)
		return columnProgram(slot), err
	case *Param, *Outer:
		s, err := p.Scalar(e)
		if err != nil {
			return nil, err
		}
		return &onceProgram{scalar: s, out: newConstVector(e.Type())}, nil
	case *Call:
		return p.callProgram(e)
	case *And, *Or, *Compare, *In, *Distinct, *IsBool, *IsNull, *Not:
		return p.conditionProgram(e)
	case *Case:
		return p.caseProgram(e)
	case *Coalesce:
		return p.coalesceProgram(e)
	case *Cast:
		return p.castProgram(e)
	}
	return p.rowProgram(e)
}

func newConstVector(t *types.Type) *vector.Vector {
	v := vector.New(t, 1)
	v.Const = true
	return v
}

// setConst stores the one value of a constant vector.
func setConst(v *vector.Vector, x types.Value) {
	v.Reset(v.Type, 1)
	v.Const = true
	v.Set(0, x)
}

type constProgram struct{ out *vector.Vector }

func newConstProgram(x types.Value, t *types.Type) *constProgram {
	v := newConstVector(t)
	setConst(v, x)
	return &constProgram{v}
}

func (p *constProgram) eval(*Context, *vector.Batch, []int32, int) (*vector.Vector, error) {
	return p.out, nil
}

type columnProgram int

func (p columnProgram) eval(_ *Context, b *vector.Batch, _ []int32, _ int) (*vector.Vector, error) {
	return b.Cols[p], nil
}

// onceProgram computes what is the same for every row of a batch.
type onceProgram struct {
	scalar Scalar
	out    *vector.Vector
}

func (p *onceProgram) eval(c *Context, _ *vector.Batch, _ []int32, _ int) (*vector.Vector, error) {
	v, err := p.scalar(c, nil)
	if err != nil {
		return nil, err
	}
	setConst(p.out, v)
	return p.out, nil
}

// rowProgram falls back on the scalar form, for nodes without kernels.
type rowProgram struct {
	scalar Scalar
	slots  []int // of the columns used
	row    []types.Value
	out    *vector.Vector
	typ    *types.Type
}

func (p *Compiler) rowProgram(e Expr) (program, error) {
	s, err := p.Scalar(e)
	if err != nil {
		return nil, err
	}
	r := &rowProgram{scalar: s, typ: e.Type(), out: &vector.Vector{}}
	for id := range Columns(e) {
		if p.Slot == nil {
			continue
		}
		if slot := p.Slot(id); slot >= 0 {
			r.slots = append(r.slots, slot)
			if slot >= len(r.row) {
				r.row = append(r.row, make([]types.Value, slot+1-len(r.row))...)
			}
		}
	}
	return r, nil
}

func (p *rowProgram) eval(c *Context, b *vector.Batch, sel []int32, n int) (*vector.Vector, error) {
	p.out.Reset(p.typ, n)
	room := c.room()
	one := func(i int) error {
		for _, s := range p.slots {
			p.row[s] = b.Cols[s].Value(i)
		}
		v, err := p.scalar(c, p.row)
		if err == nil {
			err = room.take(v)
		}
		if err == nil {
			p.out.Set(i, v)
		}
		return err
	}
	if sel == nil {
		for i := 0; i < n; i++ {
			if err := one(i); err != nil {
				return nil, err
			}
		}
		return p.out, nil
	}
	for _, i := range sel {
		if err := one(int(i)); err != nil {
			return nil, err
		}
	}
	return p.out, nil
}

// callProgram computes a function: by its kernel, else call by call.
type callProgram struct {
	fn     *Func
	eval1  func(*Context, []types.Value) (types.Value, error)
	args   []program
	vecs   []*vector.Vector
	vals   []types.Value
	out    *vector.Vector
	single *vector.Vector // result where every argument is constant
	typ    *types.Type
	pos    int

	volatile bool // arguments must be computed once a row
}

func (p *Compiler) callProgram(e *Call) (program, error) {
	n := len(e.Args)
	r := &callProgram{
		fn: e.Fn, eval1: evalOf(e), typ: e.Typ, pos: e.Pos,
		args: make([]program, n), vecs: make([]*vector.Vector, n), vals: make([]types.Value, n),
		out: &vector.Vector{}, single: newConstVector(e.Typ), volatile: VolatilityOf(e) == Volatile,
	}
	if r.eval1 == nil && e.Fn.Kernel == nil {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "function %s cannot be evaluated here", e.Fn.Name)
	}
	for i, a := range e.Args {
		var err error
		if r.args[i], err = p.program(a); err != nil {
			return nil, err
		}
	}
	if k := arithKernel(e); k != nil {
		return &arithProgram{call: r, kernel: k}, nil
	}
	if m := matchProgramOf(e, r); m != nil {
		return m, nil
	}
	return r, nil
}

// evalArgs computes the arguments; constant reports that all are the same for
// every row and the function may be called once.
func (p *callProgram) evalArgs(c *Context, b *vector.Batch, sel []int32, n int) (constant bool, err error) {
	constant = p.fn.Volatility != Volatile
	for i, a := range p.args {
		v, err := a.eval(c, b, sel, n)
		if err != nil {
			return false, err
		}
		p.vecs[i] = v
		constant = constant && v.Const
	}
	return constant, nil
}

func (p *callProgram) eval(c *Context, b *vector.Batch, sel []int32, n int) (*vector.Vector, error) {
	if n == 0 || sel != nil && len(sel) == 0 {
		p.out.Reset(p.typ, n)
		return p.out, nil
	}
	constant, err := p.evalArgs(c, b, sel, n)
	if err != nil {
		if isRoom(err) {
			return p.rowByRow(c, b, sel, n)
		}
		return nil, err
	}
	if constant && p.eval1 != nil {
		v, err := p.call(c, 0)
		if err != nil {
			return nil, err
		}
		setConst(p.single, v)
		return p.single, nil
	}
	p.out.Reset(p.typ, n)
	if !p.fn.NotStrict && mergeNulls(p.out, p.vecs, n) {
		setConst(p.single, types.Null)
		return p.single, nil
	}
	if p.fn.Kernel != nil {
		if err := p.fn.Kernel(c, p.vecs, sel, n, p.out); err != nil {
			return nil, locate(err, p.pos)
		}
		return p.out, nil
	}
	return p.out, p.rows(c, sel, n)
}

// call computes row i; strict functions give NULL for NULL.
func (p *callProgram) call(c *Context, i int) (types.Value, error) {
	for k, v := range p.vecs {
		p.vals[k] = v.Value(i)
		if p.vals[k].K == types.KindNull && !p.fn.NotStrict {
			return types.Null, nil
		}
	}
	v, err := p.eval1(c, p.vals)
	if err == nil {
		err = fits(v)
	}
	if err != nil {
		return types.Null, locate(err, p.pos)
	}
	return v, nil
}

// rows calls the function for each row. Where it is strict, the rows of out
// that are NULL already are left alone.
func (p *callProgram) rows(c *Context, sel []int32, n int) error {
	room := c.room()
	for k, v := range p.vecs {
		if v.Const {
			p.vals[k] = v.Value(0)
		}
	}
	one := func(i int) error {
		if !p.fn.NotStrict && p.out.Null(i) {
			return nil
		}
		for k, v := range p.vecs {
			switch {
			case v.Const:
			case v.Null(i):
				p.vals[k] = types.Null
			default:
				v.Load(i, &p.vals[k])
			}
		}
		v, err := p.eval1(c, p.vals)
		if err == nil {
			err = fits(v)
		}
		if err != nil {
			return locate(err, p.pos)
		}
		if err = room.take(v); err == nil {
			p.out.Set(i, v)
		}
		return err
	}
	return ForEachRow(sel, n, one)
}

// mergeNulls makes rows NULL where any argument is; it reports whether a
// constant argument is, which decides every row.
func mergeNulls(out *vector.Vector, args []*vector.Vector, n int) bool {
	words := (n + 63) / 64
	for _, a := range args {
		if !a.HasNulls {
			continue
		}
		if a.Const {
			if a.Nulls[0]&1 != 0 {
				return true
			}
			continue
		}
		if !out.HasNulls {
			copy(out.Nulls[:words], a.Nulls[:words])
			out.HasNulls = true
			continue
		}
		for w := range out.Nulls[:words] {
			out.Nulls[w] |= a.Nulls[w]
		}
	}
	return false
}
