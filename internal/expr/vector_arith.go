package expr

import (
	"math"
	"math/bits"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// intRangeOf returns the bounds of an integer type.
func intRangeOf(t *types.Type) (lo, hi int64) {
	switch t.Width {
	case 2:
		return math.MinInt16, math.MaxInt16
	case 4:
		return math.MinInt32, math.MaxInt32
	}
	return math.MinInt64, math.MaxInt64
}

// RangeError is the error for an integer result outside its type.
func RangeError(t *types.Type) error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "%s out of range", t.Display)
}

// AddInt, SubInt and MulInt compute in 64 bits; ok is false on overflow.
func AddInt(a, b int64) (r int64, ok bool) {
	r = a + b
	return r, (a^r)&(b^r) >= 0
}

// SubInt subtracts; ok is false on overflow.
func SubInt(a, b int64) (r int64, ok bool) {
	r = a - b
	return r, (a^b)&(a^r) >= 0
}

// MulInt multiplies; ok is false on overflow.
func MulInt(a, b int64) (r int64, ok bool) {
	if (uint64(a)+1<<31)|(uint64(b)+1<<31) < 1<<32 {
		return a * b, true
	}
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), lo <= 1<<63
	}
	return int64(lo), lo < 1<<63
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

func (op ArithOp) apply(a, b int64) (int64, bool) {
	switch op {
	case Add:
		return AddInt(a, b)
	case Sub:
		return SubInt(a, b)
	default:
		return MulInt(a, b)
	}
}

// fastCall returns a closure for integer arithmetic over two operands.
func fastCall(e *Call, args []Scalar) Scalar {
	if e.Fn.Arith == NoArith || len(args) != 2 {
		return nil
	}
	op, t, pos := e.Fn.Arith, e.Typ, e.Pos
	lo, hi := intRangeOf(t)
	a, b := args[0], args[1]
	return func(c *Context, row []types.Value) (types.Value, error) {
		x, err := a(c, row)
		if err != nil || x.K == types.KindNull {
			return types.Null, err
		}
		y, err := b(c, row)
		if err != nil || y.K == types.KindNull {
			return types.Null, err
		}
		r, ok := op.apply(x.I, y.I)
		if !ok || r < lo || r > hi {
			return types.Null, locate(RangeError(t), pos)
		}
		return types.Value{K: types.KindInt, I: r}, nil
	}
}

// arithLoop computes out = a op b at all of 0..n-1 and returns nonzero when a
// row may have overflowed.
type arithLoop func(out, a, b []int64, ca, cb bool, n int) uint64

// arithProgram computes integer arithmetic: optimistically over all rows, then
// again with exact checks at the live rows if any word looked out of range.
type arithProgram struct {
	call   *callProgram
	kernel arithLoop
}

func arithKernel(e *Call) arithLoop {
	if len(e.Args) != 2 {
		return nil
	}
	switch e.Fn.Arith {
	case Add:
		return addLoop
	case Sub:
		return subLoop
	case Mul:
		return mulLoop
	}
	return nil
}

func (p *arithProgram) eval(c *Context, b *vector.Batch, sel []int32, n int) (*vector.Vector, error) {
	q := p.call
	if n == 0 || sel != nil && len(sel) == 0 {
		q.out.Reset(q.typ, n)
		return q.out, nil
	}
	constant, err := q.evalArgs(c, b, sel, n)
	if err != nil {
		return nil, err
	}
	if constant {
		v, err := q.call(c, 0)
		if err != nil {
			return nil, err
		}
		setConst(q.single, v)
		return q.single, nil
	}
	q.out.Reset(q.typ, n)
	if mergeNulls(q.out, q.vecs, n) {
		setConst(q.single, types.Null)
		return q.single, nil
	}
	x, y := q.vecs[0], q.vecs[1]
	out := q.out.I
	if sel == nil || len(sel)*8 >= n {
		doubtful := p.kernel(out, x.I, y.I, x.Const, y.Const, n)
		if q.typ.Width < 8 {
			doubtful |= narrowDoubt(out[:n], q.typ.Width)
		}
		if doubtful == 0 {
			return q.out, nil
		}
	}
	return q.out, p.exact(x, y, sel, n)
}

// exact computes row by row; NULL rows cannot fail.
func (p *arithProgram) exact(x, y *vector.Vector, sel []int32, n int) error {
	q := p.call
	lo, hi := intRangeOf(q.typ)
	op, failed := q.fn.Arith, false
	forEach(sel, n, func(i int32) {
		r, ok := op.apply(x.I[at(x.Const, i)], y.I[at(y.Const, i)])
		q.out.I[i] = r
		if (!ok || r < lo || r > hi) && !q.out.Null(int(i)) {
			failed = true
		}
	})
	if failed {
		return locate(RangeError(q.typ), q.pos)
	}
	return nil
}

func addLoop(out, a, b []int64, ca, cb bool, n int) uint64 {
	var doubt int64
	out = out[:n]
	switch {
	case ca || cb:
		k := b
		if ca {
			a, k = b, a
		}
		c := k[0]
		a = a[:n]
		for i, x := range a {
			r := x + c
			doubt |= (x ^ r) & (c ^ r)
			out[i] = r
		}
	default:
		a, b = a[:n], b[:n]
		for i, x := range a {
			y := b[i]
			r := x + y
			doubt |= (x ^ r) & (y ^ r)
			out[i] = r
		}
	}
	return uint64(doubt) >> 63
}

func subLoop(out, a, b []int64, ca, cb bool, n int) uint64 {
	var doubt int64
	out = out[:n]
	switch {
	case ca:
		c := a[0]
		for i, y := range b[:n] {
			r := c - y
			doubt |= (c ^ y) & (c ^ r)
			out[i] = r
		}
	case cb:
		c := b[0]
		for i, x := range a[:n] {
			r := x - c
			doubt |= (x ^ c) & (x ^ r)
			out[i] = r
		}
	default:
		a, b = a[:n], b[:n]
		for i, x := range a {
			y := b[i]
			r := x - y
			doubt |= (x ^ y) & (x ^ r)
			out[i] = r
		}
	}
	return uint64(doubt) >> 63
}

// mulLoop doubts every product of numbers beyond 32 bits.
func mulLoop(out, a, b []int64, ca, cb bool, n int) uint64 {
	var doubt uint64
	out = out[:n]
	switch {
	case ca || cb:
		k := b
		if ca {
			a, k = b, a
		}
		c := k[0]
		doubt = uint64(c) + 1<<31
		for i, x := range a[:n] {
			doubt |= uint64(x) + 1<<31
			out[i] = x * c
		}
	default:
		a, b = a[:n], b[:n]
		for i, x := range a {
			y := b[i]
			doubt |= (uint64(x) + 1<<31) | (uint64(y) + 1<<31)
			out[i] = x * y
		}
	}
	return doubt >> 32
}

// narrowDoubt is nonzero when a word is outside 16 or 32 bits.
func narrowDoubt(x []int64, width int8) uint64 {
	half := uint64(1) << (8*uint(width) - 1)
	var doubt uint64
	for _, v := range x {
		doubt |= uint64(v) + half
	}
	return doubt >> (8 * uint(width))
}

// matchProgram computes a pattern operator whose pattern is one for the batch.
type matchProgram struct {
	call    *callProgram
	pattern string
	match   func(string) bool
}

func matchProgramOf(e *Call, r *callProgram) program {
	if e.Fn.Matcher == nil || len(e.Args) != 2 {
		return nil
	}
	return &matchProgram{call: r}
}

func (p *matchProgram) eval(c *Context, b *vector.Batch, sel []int32, n int) (*vector.Vector, error) {
	q := p.call
	constant, err := q.evalArgs(c, b, sel, n)
	if err != nil {
		if isRoom(err) {
			return q.rowByRow(c, b, sel, n)
		}
		return nil, err
	}
	pattern := q.vecs[1]
	if constant || !pattern.Const || pattern.Null(0) || n == 0 {
		return q.eval(c, b, sel, n)
	}
	if err := p.compile(pattern.S[0]); err != nil {
		return nil, locate(err, q.pos)
	}
	if p.match == nil { // a pattern that is matched call by call
		return q.eval(c, b, sel, n)
	}
	q.out.Reset(q.typ, n)
	text := q.vecs[0]
	mergeNulls(q.out, q.vecs[:1], n)
	out, match := q.out.I, p.match
	nulls := text.HasNulls
	forEach(sel, n, func(i int32) {
		if nulls && text.Null(int(i)) {
			return
		}
		out[i] = int64(bit(match(text.S[i])))
	})
	return q.out, nil
}

func (p *matchProgram) compile(pattern string) error {
	if p.match != nil && p.pattern == pattern {
		return nil
	}
	m, err := p.call.fn.Matcher(pattern)
	if err != nil {
		return err
	}
	p.match, p.pattern = m, pattern
	return nil
}
