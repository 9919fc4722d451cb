package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

// maxImpliedList bounds the lists of IN that are looked into, since two of them
// are compared element by element.
const maxImpliedList = 100

// implies reports whether want is true of every row that have is true of. It is
// sound and not complete: parts joined by AND and OR, comparisons of the same
// operand with constants, and IS NOT NULL are understood; everything else has
// to be repeated as it is.
func implies(have, want expr.Expr) bool {
	if args, all := branches(want); all {
		for _, w := range args {
			if !implies(have, w) {
				return false
			}
		}
		return true
	}
	if equal(have, want) {
		return true
	}
	args, all := branches(have)
	if args != nil && !all { // each of the cases has to do
		for _, h := range args {
			if !implies(h, want) {
				return impliesSome(have, want)
			}
		}
		return true
	}
	for _, h := range args { // one of the parts has to do
		if implies(h, want) {
			return true
		}
	}
	return impliesSome(have, want) || len(args) == 0 && impliesPart(have, want)
}

// impliesSome reports whether have implies one of the cases of want, an OR.
func impliesSome(have, want expr.Expr) bool {
	args, all := branches(want)
	if all {
		return false
	}
	for _, w := range args {
		if implies(have, w) {
			return true
		}
	}
	return false
}

// branches splits AND and NOT IN into the parts that all hold, OR and IN into
// the cases of which one does; nil for everything else.
func branches(e expr.Expr) (args []expr.Expr, all bool) {
	switch e := e.(type) {
	case *expr.And:
		return e.Args, true
	case *expr.Or:
		return e.Args, false
	case *expr.In:
		if len(e.List) == 0 || len(e.List) > maxImpliedList {
			return nil, false
		}
		op := expr.EQ
		if e.Negated {
			op = expr.NE
		}
		for _, v := range e.List {
			args = append(args, &expr.Compare{Op: op, A: e.Arg, B: v})
		}
		return args, e.Negated
	}
	return nil, false
}

// impliesPart is implies for conditions without branches.
func impliesPart(have, want expr.Expr) bool {
	if equal(have, want) {
		return true
	}
	if n, ok := want.(*expr.IsNull); ok {
		return n.Negated && n.Arg.Type().Kind != types.KindRecord && nullRejecting(have, n.Arg)
	}
	h, ok := bounded(have)
	if !ok {
		return false
	}
	w, ok := bounded(want)
	if !ok || !equal(h.arg, w.arg) || !sameType(h.value.Typ, w.value.Typ) {
		return false
	}
	return stronger(h.op, w.op, types.Compare(h.value.Val, w.value.Val, h.value.Typ))
}

// bound is a comparison of something with a constant.
type bound struct {
	arg   expr.Expr
	op    expr.CompareOp
	value *expr.Const
}

// bounded reads a comparison with a constant that is not NULL, on either side;
// a boolean that stands as a condition is one with true.
func bounded(e expr.Expr) (bound, bool) {
	switch e := e.(type) {
	case *expr.Compare:
		b := bound{arg: e.A, op: e.Op}
		value, ok := e.B.(*expr.Const)
		if !ok {
			b.arg, b.op = e.B, mirrored[e.Op]
			value, ok = e.A.(*expr.Const)
		}
		if !ok || value.Val.IsNull() || value.Typ.Kind == types.KindRecord {
			return bound{}, false
		}
		b.value = value
		return b, true
	case *expr.Not:
		if c, ok := e.Arg.(*expr.Column); ok {
			return bound{arg: c, value: &expr.Const{Val: types.NewBool(false), Typ: types.Bool}}, true
		}
	case *expr.Column:
		if e.Typ == types.Bool {
			return bound{arg: e, value: &expr.Const{Val: types.NewBool(true), Typ: types.Bool}}, true
		}
	}
	return bound{}, false
}

var mirrored = [...]expr.CompareOp{expr.EQ: expr.EQ, expr.NE: expr.NE,
	expr.LT: expr.GT, expr.LE: expr.GE, expr.GT: expr.LT, expr.GE: expr.LE}

// stronger reports whether x have a implies x want b, where cmp orders a and b.
func stronger(have, want expr.CompareOp, cmp int) bool {
	switch have {
	case expr.EQ:
		return holds(want, cmp)
	case expr.NE:
		return want == expr.NE && cmp == 0
	case expr.LT, expr.LE:
		switch want {
		case expr.LE:
			return cmp <= 0
		case expr.LT, expr.NE:
			return cmp < 0 || cmp == 0 && have == expr.LT
		}
	case expr.GT, expr.GE:
		switch want {
		case expr.GE:
			return cmp >= 0
		case expr.GT, expr.NE:
			return cmp > 0 || cmp == 0 && have == expr.GT
		}
	}
	return false
}

// holds reports whether a op b, where cmp orders a and b.
func holds(op expr.CompareOp, cmp int) bool {
	switch op {
	case expr.EQ:
		return cmp == 0
	case expr.NE:
		return cmp != 0
	case expr.LT:
		return cmp < 0
	case expr.LE:
		return cmp <= 0
	case expr.GT:
		return cmp > 0
	}
	return cmp >= 0
}

// nullRejecting reports whether e is NULL, hence not true, where arg is NULL.
func nullRejecting(e, arg expr.Expr) bool {
	if equal(e, arg) {
		return true
	}
	switch e := e.(type) {
	case *expr.Compare:
		return nullRejecting(e.A, arg) || nullRejecting(e.B, arg)
	case *expr.In:
		return len(e.List) > 0 && nullRejecting(e.Arg, arg)
	case *expr.Not:
		return nullRejecting(e.Arg, arg)
	case *expr.Cast:
		return e.To.Kind != types.KindRecord && nullRejecting(e.Arg, arg)
	case *expr.Call:
		if e.Fn.NotStrict {
			return false
		}
		for _, a := range e.Args {
			if nullRejecting(a, arg) {
				return true
			}
		}
	}
	return false
}
