package expr

import (
	"math"

	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// rangeExpr is lo <= column <= hi: comparisons of an integer column with
// constants, fused.
type rangeExpr struct {
	arg    Expr
	lo, hi int64
}

func (e *rangeExpr) Type() *types.Type { return types.Bool }

type rangeFilter struct {
	arg    program
	lo, hi int64
}

func (f *rangeFilter) apply(c *Context, b *vector.Batch, in []int32, n int, out []int32) ([]int32, error) {
	v, err := f.arg.eval(c, b, in, n)
	if err != nil {
		return nil, err
	}
	switch {
	case f.lo > f.hi:
		return out[:0], nil
	case v.Const:
		pass := !v.Null(0) && f.lo <= v.I[0] && v.I[0] <= f.hi
		return constFilter(pass).apply(c, b, in, n, out)
	}
	return dropNulls(out[:selRange(v.I, f.lo, f.hi, false, in, out, n)], n, v), nil
}

// intBound reads a comparison of a whole-word expression with a constant as a
// range.
func intBound(e Expr) (arg Expr, lo, hi int64, ok bool) {
	cmp, isCmp := e.(*Compare)
	if !isCmp || cmp.Op == NE || BaseType(cmp.A.Type()).Phys() != types.PhysInt {
		return nil, 0, 0, false
	}
	a, b, op := cmp.A, cmp.B, cmp.Op
	if _, isConst := a.(*Const); isConst {
		a, b, op = b, a, op.Commute()
	}
	k, isConst := b.(*Const)
	if !isConst || k.Val.K == types.KindNull {
		return nil, 0, 0, false
	}
	if _, isColumn := a.(*Column); !isColumn {
		return nil, 0, 0, false
	}
	lo, hi, _, empty := intRange(op, k.Val.I)
	return a, lo, hi, !empty
}

// fuseRanges joins `x >= a AND x < b` into one range test. Only columns are
// joined, so no evaluation is moved.
func fuseRanges(args []Expr) []Expr {
	var out []Expr
	for _, e := range args {
		arg, lo, hi, ok := intBound(e)
		if !ok {
			out = append(out, e)
			continue
		}
		fused := false
		for i, o := range out {
			r, isRange := o.(*rangeExpr)
			if isRange && Equal(r.arg, arg) {
				out[i] = &rangeExpr{arg, max(lo, r.lo), min(hi, r.hi)}
				fused = true
				break
			}
		}
		if !fused {
			out = append(out, &rangeExpr{arg, lo, hi})
		}
	}
	return out
}

// compareFilter compares two operands of one physical form.
type compareFilter struct {
	op    CompareOp
	a, b  program
	phys  types.Phys
	kind  types.Kind
	bytes bool // text in byte order
	cmp   comparer
}

func (p *Compiler) compareFilter(e *Compare) (*compareFilter, error) {
	a, err := p.program(e.A)
	if err != nil {
		return nil, err
	}
	b, err := p.program(e.B)
	if err != nil {
		return nil, err
	}
	ta, tb := BaseType(e.A.Type()), BaseType(e.B.Type())
	f := &compareFilter{op: e.Op, a: a, b: b, phys: ta.Phys(), kind: ta.Kind, cmp: comparerOf(ta, tb)}
	f.bytes = ta.Kind == types.KindBytes || ta.Kind == types.KindText && byteOrdered(ta) && byteOrdered(tb)
	return f, nil
}

func (f *compareFilter) apply(c *Context, b *vector.Batch, in []int32, n int, out []int32) ([]int32, error) {
	va, err := f.a.eval(c, b, in, n)
	if err != nil {
		return nil, err
	}
	vb, err := f.b.eval(c, b, in, n)
	if err != nil {
		return nil, err
	}
	if va.Const && va.Null(0) || vb.Const && vb.Null(0) {
		return out[:0], nil
	}
	k := f.selectRows(va, vb, in, out, n)
	return dropNulls(out[:k], n, va, vb), nil
}

// selectRows keeps the rows where the comparison holds of the words; rows that
// are NULL may be among them, constants are not NULL.
func (f *compareFilter) selectRows(a, b *vector.Vector, in, out []int32, n int) int {
	op := f.op
	if a.Const && !b.Const {
		a, b, op = b, a, op.Commute()
		return f.selectOriented(a, b, op, true, in, out, n)
	}
	return f.selectOriented(a, b, op, false, in, out, n)
}

// selectOriented has the constant, if there is one, on the right.
func (f *compareFilter) selectOriented(a, b *vector.Vector, op CompareOp, swapped bool, in, out []int32, n int) int {
	if a.Const {
		if a.Null(0) || b.Null(0) || !op.holds(f.order(a.Value(0), b.Value(0), swapped)) {
			return 0
		}
		return copySelection(in, out, n)
	}
	switch {
	case f.phys == types.PhysInt && b.Const:
		lo, hi, negated, empty := intRange(op, b.I[0])
		if empty {
			return 0
		}
		return selRange(a.I, lo, hi, negated, in, out, n)
	case f.phys == types.PhysInt:
		return selInts(a.I, b.I, op, in, out, n)
	case f.phys == types.PhysFloat:
		return selFloats(a.F, b.F, b.Const, op, in, out, n)
	case f.bytes && b.Const:
		return selText(a.S, op, b.S[0], in, out, n)
	case f.bytes:
		return selTextPair(a.S, b.S, op, in, out, n)
	case f.kind == types.KindUUID && op <= NE:
		return selPairEqual(a, b, op == NE, in, out, n)
	case f.kind == types.KindNumeric:
		return f.selNumeric(a, b, op, swapped, in, out, n)
	}
	return f.selSlow(a, b, op, swapped, in, out, n)
}

func (f *compareFilter) order(x, y types.Value, swapped bool) int {
	if swapped {
		return -f.cmp(y, x)
	}
	return f.cmp(x, y)
}

func (f *compareFilter) selSlow(a, b *vector.Vector, op CompareOp, swapped bool, in, out []int32, n int) int {
	k := 0
	nulls := a.HasNulls || b.HasNulls
	forEach(in, n, func(i int32) {
		if nulls && (a.Null(int(i)) || b.Null(int(i))) {
			return
		}
		out[k] = i
		k += bit(op.holds(f.order(a.Value(int(i)), b.Value(int(i)), swapped)))
	})
	return k
}

func selInts(a, b []int64, op CompareOp, in, out []int32, n int) int {
	switch op {
	case EQ:
		return selIntEqual(a, b, false, in, out, n)
	case NE:
		return selIntEqual(a, b, true, in, out, n)
	case LT:
		return selIntLess(a, b, false, in, out, n)
	case GE:
		return selIntLess(a, b, true, in, out, n)
	case GT:
		return selIntLess(b, a, false, in, out, n)
	default:
		return selIntLess(b, a, true, in, out, n)
	}
}

func selFloats(a, b []float64, constant bool, op CompareOp, in, out []int32, n int) int {
	if constant && !math.IsNaN(b[0]) && op >= LT {
		switch op {
		case LT:
			return selFloatConstLess(a, b[0], false, in, out, n)
		case GE:
			return selFloatConstLess(a, b[0], true, in, out, n)
		case LE:
			return selFloatConstLessEqual(a, b[0], false, in, out, n)
		default:
			return selFloatConstLessEqual(a, b[0], true, in, out, n)
		}
	}
	switch op {
	case EQ, NE:
		return selFloatEqual(a, b, false, constant, op == NE, in, out, n)
	case LT, GE:
		return selFloatLess(a, b, false, constant, op == GE, in, out, n)
	default:
		return selFloatLess(b, a, constant, false, op == LE, in, out, n)
	}
}

func selPairEqual(a, b *vector.Vector, negated bool, in, out []int32, n int) int {
	k := 0
	forEach(in, n, func(i int32) {
		j := at(b.Const, i)
		out[k] = i
		k += bit((a.I[i] == b.I[j] && a.J[i] == b.J[j]) != negated)
	})
	return k
}

// selNumeric compares coefficients where both numbers are small and of one
// scale.
func (f *compareFilter) selNumeric(a, b *vector.Vector, op CompareOp, swapped bool, in, out []int32, n int) int {
	if a.S != nil || b.S != nil {
		return f.selSlow(a, b, op, swapped, in, out, n)
	}
	k := 0
	nulls := a.HasNulls || b.HasNulls
	forEach(in, n, func(i int32) {
		j := at(b.Const, i)
		if a.J[i] == b.J[j] {
			out[k] = i
			k += bit(intHolds(op, a.I[i], b.I[j]))
			return
		}
		if nulls && (a.Null(int(i)) || b.Null(int(j))) {
			return
		}
		out[k] = i
		k += bit(op.holds(f.order(a.Value(int(i)), b.Value(int(j)), swapped)))
	})
	return k
}
