package binder

import (
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func (b *binder) is(x *ast.Is, s *scope) expr.Expr {
	arg := b.scalar(x.X, s)
	switch x.Kind {
	case ast.IsNull:
		if _, ok := arg.(*expr.Param); ok && isUnknown(arg) {
			b.lateParams = true // another use may say the type
			return &expr.IsNull{Arg: arg, Negated: x.Not}
		}
		return &expr.IsNull{Arg: b.settledRow(b.resolveUnknown(arg)), Negated: x.Not}
	case ast.IsTrue, ast.IsFalse, ast.IsUnknown:
		want, word := types.NewBool(true), "IS TRUE"
		switch x.Kind {
		case ast.IsFalse:
			want, word = types.NewBool(false), "IS FALSE"
		case ast.IsUnknown:
			want, word = types.Null, "IS UNKNOWN"
		}
		return &expr.IsBool{Arg: b.boolean(arg, word, start(x.X)), Want: want, Negated: x.Not}
	case ast.IsDistinctFrom:
		return b.distinctFrom(arg, b.scalar(x.Y, s), x.Not, x.Pos)
	}
	e := b.callByName("is_normalized", []expr.Expr{arg, &expr.Const{Val: types.NewText(x.Form), Typ: types.Text}}, x.Pos, s)
	if x.Not {
		return &expr.Not{Arg: e}
	}
	return e
}

// distinctFrom coerces as the operator = would.
func (b *binder) distinctFrom(l, r expr.Expr, not bool, pos int) expr.Expr {
	lr, lok := l.(*expr.Row)
	rr, rok := r.(*expr.Row)
	if lok && rok {
		if len(lr.Args) != len(rr.Args) {
			panic(fail(pos, sqlerr.SyntaxError, "unequal number of entries in row expressions"))
		}
		var parts []expr.Expr
		for i := range lr.Args {
			parts = append(parts, b.distinctFrom(lr.Args[i], rr.Args[i], not, pos))
		}
		if not {
			return all(parts)
		}
		return anyOf(parts)
	}
	switch e := b.operator("=", l, r, pos).(type) {
	case *expr.Compare:
		return &expr.Distinct{A: e.A, B: e.B, Negated: not}
	default:
		panic(fail(pos, sqlerr.DatatypeMismatch, "IS DISTINCT FROM requires = operator to yield boolean"))
	}
}

// all joins conditions by AND; none is true.
func all(parts []expr.Expr) expr.Expr {
	switch len(parts) {
	case 0:
		return &expr.Const{Val: types.NewBool(true), Typ: types.Bool}
	case 1:
		return parts[0]
	}
	return &expr.And{Args: parts}
}

// anyOf joins conditions by OR; none is false.
func anyOf(parts []expr.Expr) expr.Expr {
	switch len(parts) {
	case 0:
		return &expr.Const{Val: types.NewBool(false), Typ: types.Bool}
	case 1:
		return parts[0]
	}
	return &expr.Or{Args: parts}
}

func (b *binder) between(x *ast.Between, s *scope) expr.Expr {
	e, lo, hi := b.scalar(x.X, s), b.scalar(x.Lo, s), b.scalar(x.Hi, s)
	within := func(e, lo, hi expr.Expr) expr.Expr {
		low := b.operator(">=", e, lo, x.Pos)
		return &expr.And{Args: []expr.Expr{low, b.operator("<=", b.again(x.X, e, s), hi, x.Pos)}}
	}
	out := within(e, lo, hi)
	if x.Symmetric {
		out = &expr.Or{Args: []expr.Expr{out, within(b.again(x.X, e, s), b.again(x.Hi, hi, s), b.again(x.Lo, lo, s))}}
	}
	if x.Not {
		return &expr.Not{Arg: out}
	}
	return out
}

func (b *binder) in(x *ast.In, s *scope) expr.Expr {
	if x.Query != nil {
		op, kind := "=", expr.AnySubquery
		if x.Not {
			op, kind = "<>", expr.AllSubquery
		}
		return b.quantifiedQuery(x.X, op, kind, x.Query, x.Pos, s)
	}
	arg := b.scalar(x.X, s)
	if len(x.List) == 0 {
		return &expr.Const{Val: types.NewBool(x.Not), Typ: types.Bool}
	}
	args := make([]expr.Expr, 0, len(x.List)+1)
	args = append(args, arg)
	for _, e := range x.List {
		args = append(args, b.scalar(e, s))
	}
	if t := b.inType(args); t != nil {
		pos := func(i int) int {
			if i == 0 {
				return start(x.X)
			}
			return start(x.List[i-1])
		}
		t = b.common(args, "IN", pos)
		for i := range args { // a column keeps its type where it can, for its index
			args[i] = b.coerce(args[i], t, pos(i))
		}
		args[0] = compared(args[0])
		for i := 1; i < len(args); i++ {
			args[0], args[i] = b.settleCollation(args[0], args[i], x.Pos)
		}
		return &expr.In{Arg: args[0], List: args[1:], Negated: x.Not}
	}
	parts := make([]expr.Expr, len(x.List))
	for i := range parts {
		if i > 0 {
			arg = b.again(x.X, arg, s)
		}
		parts[i] = b.operator("=", arg, args[i+1], x.Pos)
	}
	out := anyOf(parts)
	if x.Not {
		return &expr.Not{Arg: out}
	}
	return out
}

// inType is the common type of an IN list, or nil where it is to be bound as
// single comparisons: rows, and lists without one.
func (b *binder) inType(args []expr.Expr) *types.Type {
	for _, a := range args {
		if a.Type().Kind == types.KindRecord || isJSONExtract(a) {
			return nil
		}
	}
	ts := b.typesOf(args, false)
	t := expr.CommonType(ts)
	if t == nil || !b.hasEquality(t) {
		return nil
	}
	return t
}

func (b *binder) hasEquality(t *types.Type) bool {
	fn, _, _, err := expr.ResolveOperator("=", []*types.Type{t, t})
	return err == nil && fn.IsCompare
}

func (b *binder) like(x *ast.Like, s *scope) expr.Expr {
	arg, pattern := b.scalar(x.X, s), b.scalar(x.Pattern, s)
	var escape expr.Expr
	if x.Escape != nil {
		escape = b.scalar(x.Escape, s)
	}
	op := ""
	switch x.Kind {
	case ast.LikeGlob:
		e := b.callByName("glob", []expr.Expr{pattern, arg}, x.Pos, s)
		if x.Not {
			return &expr.Not{Arg: e}
		}
		return e
	case ast.LikeRegexp:
		op = "~"
	case ast.LikeSimilar:
		op = "~"
		args := []expr.Expr{pattern}
		if escape != nil {
			args = append(args, escape)
		}
		pattern = b.callByName("similar_to_escape", args, x.Pos, s)
		escape = nil
	case ast.LikeILike:
		op = "~~*"
	default:
		op = "~~"
	}
	if escape != nil {
		pattern = b.callByName("like_escape", []expr.Expr{pattern, escape}, x.Pos, s)
	}
	if x.Not {
		op = "!" + op
	}
	return b.operator(op, arg, pattern, x.Pos)
}

// quantified binds x op ANY|ALL (query or array).
func (b *binder) quantified(x *ast.Quantified, s *scope) expr.Expr {
	if x.Query != nil {
		kind := expr.AnySubquery
		if x.All {
			kind = expr.AllSubquery
		}
		return b.quantifiedQuery(x.X, x.Op, kind, x.Query, x.Pos, s)
	}
	arg, array := b.scalar(x.X, s), b.scalar(x.Array, s)
	if isUnknown(array) {
		t := b.typeOf(array, true)
		switch {
		case !isUnknown(arg):
			array = b.settle(array, types.ArrayOf(withoutMod(expr.BaseType(arg.Type()))), false, start(x.Array))
		case t.Kind == types.KindArray:
			array = b.typeByArg(array)
		default:
			array = b.settle(array, types.ArrayOf(types.Text), false, start(x.Array))
		}
	}
	at := expr.BaseType(array.Type())
	if at.Kind != types.KindArray {
		panic(fail(x.Pos, sqlerr.WrongObjectType, "op ANY/ALL (array) requires array on right side"))
	}
	if isUnknown(arg) {
		arg = b.settle(arg, at.Elem, false, start(x.X))
	}
	out := &expr.ArrayCompare{Arg: arg, Array: array, ArgID: b.newID(), ElemID: b.newID(), All: x.All}
	cond := b.operator(x.Op, &expr.Column{ID: out.ArgID, Typ: arg.Type()}, &expr.Column{ID: out.ElemID, Typ: at.Elem}, x.Pos)
	if cond.Type().Kind != types.KindBool {
		panic(fail(x.Pos, sqlerr.WrongObjectType, "op ANY/ALL (array) requires operator to yield boolean"))
	}
	out.Cond = cond
	return out
}

// quantifiedQuery binds x op ANY|ALL (query); IN is = ANY, NOT IN is <> ALL.
func (b *binder) quantifiedQuery(left ast.Expr, op string, kind expr.SubqueryKind, q *ast.Select, pos int, s *scope) expr.Expr {
	test := []expr.Expr{b.scalar(left, s)}
	if r, ok := test[0].(*expr.Row); ok && !r.Whole {
		test = append([]expr.Expr(nil), r.Args...)
	}
	sub := b.subquery(q, s)
	cols := sub.Plan.(plan.Node).Columns()
	if len(cols) > len(test) {
		panic(fail(pos, sqlerr.SyntaxError, "subquery has too many columns"))
	}
	if len(cols) < len(test) {
		panic(fail(pos, sqlerr.SyntaxError, "subquery has too few columns"))
	}
	sub.Kind, sub.Typ, sub.Test = kind, types.Bool, test
	l, r := make([]expr.Expr, len(test)), make([]expr.Expr, len(test))
	for i := range test {
		if isUnknown(test[i]) {
			test[i] = b.settle(test[i], cols[i].Type, false, start(left))
		}
		id := b.newID()
		sub.TestID = append(sub.TestID, id)
		c := &expr.Column{ID: id, Typ: test[i].Type()}
		l[i], r[i] = c, &expr.Column{ID: cols[i].ID, Typ: cols[i].Type, Name: cols[i].Name}
	}
	if len(test) == 1 {
		sub.Op = b.operator(op, l[0], r[0], pos)
	} else if cmp, ok := expr.CompareOps[op]; ok {
		sub.Op = b.compareRows(cmp, l, r, pos)
	} else {
		panic(fail(pos, sqlerr.FeatureNotSupported, "could not determine interpretation of row comparison operator %s", op))
	}
	if sub.Op.Type().Kind != types.KindBool {
		panic(fail(pos, sqlerr.WrongObjectType, "operator %s must return type boolean, not type %s", op, sub.Op.Type().Display))
	}
	return sub
}

// subquery binds a query that stands in an expression of s. The caller says
// what kind it is.
func (b *binder) subquery(q *ast.Select, s *scope) *expr.Subquery {
	if s.clause == clauseCheck {
		panic(fail(q.Pos, sqlerr.FeatureNotSupported, "cannot use subquery in %s", strings.TrimSuffix(b.clauseName(clauseCheck), "s")))
	}
	box := s.child()
	node := b.bindQuery(q, box, queryFlags{})
	cols := node.Columns()
	sub := &expr.Subquery{Plan: node, Outer: box.outer, Cols: make([]expr.ColumnID, len(cols))}
	for i := range cols {
		sub.Cols[i] = cols[i].ID
	}
	return sub
}

func (b *binder) scalarSubquery(x *ast.Subquery, s *scope) expr.Expr {
	sub := b.subquery(x.Query, s)
	cols := sub.Plan.(plan.Node).Columns()
	if len(cols) != 1 {
		panic(fail(x.Pos, sqlerr.SyntaxError, "subquery must return only one column"))
	}
	sub.Kind, sub.Typ = expr.ScalarSubquery, cols[0].Type
	return sub
}
