package binder

import (
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func (b *binder) binary(x *ast.Binary, s *scope) expr.Expr {
	if sub, ok := x.R.(*ast.Subquery); ok {
		if row, ok := x.L.(*ast.RowExpr); ok {
			return b.compareRowQuery(x, row, sub, s)
		}
	}
	l, r := b.scalar(x.L, s), b.scalar(x.R, s)
	switch x.OpSchema {
	case "":
		return b.operator(x.Op, l, r, x.Pos)
	case "pg_catalog":
		return b.builtinOperator(x.Op, l, r, x.Pos)
	}
	return b.operatorIn(x.OpSchema, x.Op, []expr.Expr{l, r}, x.Pos)
}

// compareRowQuery binds (a, b) op (SELECT c, d) as (SELECT (a, b) op (c, d)
// FROM …): NULL without a row, an error with several.
func (b *binder) compareRowQuery(x *ast.Binary, row *ast.RowExpr, q *ast.Subquery, s *scope) expr.Expr {
	l, ok := b.scalar(row, s).(*expr.Row)
	cmp, comparison := expr.CompareOps[x.Op]
	if !ok || !comparison {
		panic(fail(x.Pos, sqlerr.FeatureNotSupported, "could not determine interpretation of row comparison operator %s", x.Op))
	}
	box := s.child()
	node := b.bindQuery(q.Query, box, queryFlags{})
	cols := node.Columns()
	switch {
	case len(cols) > len(l.Args):
		panic(fail(x.Pos, sqlerr.SyntaxError, "subquery has too many columns"))
	case len(cols) < len(l.Args):
		panic(fail(x.Pos, sqlerr.SyntaxError, "subquery has too few columns"))
	}
	left, right := make([]expr.Expr, len(cols)), make([]expr.Expr, len(cols))
	for i, c := range cols {
		left[i] = b.outward(l.Args[i], s, box)
		right[i] = &expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name}
	}
	col := plan.Column{ID: b.newID(), Name: "?column?", Type: types.Bool}
	node = &plan.Project{Input: node, Items: []plan.Item{{Col: col, Expr: b.compareRows(cmp, left, right, x.Pos)}}}
	return &expr.Subquery{Kind: expr.ScalarSubquery, Plan: node, Cols: []expr.ColumnID{col.ID}, Outer: box.outer, Typ: types.Bool}
}

// again returns what an expression is bound to once more, for a construct that
// is expanded into two uses of it. Subqueries are bound anew, since a column
// id may be brought forth only once.
func (b *binder) again(e ast.Expr, bound expr.Expr, s *scope) expr.Expr {
	found := false
	visit(bound, func(x expr.Expr) bool {
		if _, ok := x.(*expr.Subquery); ok {
			found = true
		}
		return !found
	})
	if found {
		return b.scalar(e, s)
	}
	return bound
}

func (b *binder) unary(x *ast.Unary, s *scope) expr.Expr {
	if lit, ok := x.X.(*ast.Literal); ok && (x.Op == "-" || x.Op == "+") && (lit.Kind == ast.IntLiteral || lit.Kind == ast.NumericLiteral) {
		return b.signed(x, lit)
	}
	arg := b.scalar(x.X, s)
	if x.OpSchema != "" && x.OpSchema != "pg_catalog" {
		return b.operatorIn(x.OpSchema, x.Op, []expr.Expr{arg}, x.Pos)
	}
	if x.OpSchema == "" {
		if e := b.userOperator("", x.Op, []expr.Expr{arg}, x.Pos); e != nil {
			return e
		}
	}
	return b.prefix(x.Op, arg, x.Pos)
}

// signed folds the sign into a number, so that -1 is a constant. The type is
// that of the number without its sign, as in PostgreSQL, but for the smallest
// integers.
func (b *binder) signed(x *ast.Unary, lit *ast.Literal) expr.Expr {
	c := b.constant(lit).(*expr.Const)
	if x.Op == "+" {
		return c
	}
	if c.Val.K == types.KindInt {
		return &expr.Const{Val: types.NewInt(-c.Val.I), Typ: c.Typ}
	}
	if lit.Kind == ast.IntLiteral && lit.Text == "9223372036854775808" {
		return &expr.Const{Val: types.NewInt(-1 << 63), Typ: types.Int8}
	}
	v, err := parseValue(types.Numeric, "-"+decimalText(strings.ReplaceAll(lit.Text, "_", "")))
	check(err, lit.Pos)
	return &expr.Const{Val: v, Typ: types.Numeric}
}

func (b *binder) prefix(op string, arg expr.Expr, pos int) expr.Expr {
	fn, coerced, result, err := expr.ResolveOperator(op, b.typesOf([]expr.Expr{arg}, true))
	check(err, pos)
	if b.untyped([]expr.Expr{arg}) {
		b.typedByArgs = true
	}
	return b.makeCall(fn, []expr.Expr{b.coerce(arg, coerced[0], pos)}, result, pos)
}

// operator binds a binary operator over bound operands.
func (b *binder) operator(op string, l, r expr.Expr, pos int) expr.Expr {
	if e := b.userOperator("", op, []expr.Expr{l, r}, pos); e != nil {
		return e
	}
	return b.builtinOperator(op, l, r, pos)
}

// builtinOperator binds a binary operator that the engine has.
func (b *binder) builtinOperator(op string, l, r expr.Expr, pos int) expr.Expr {
	cmp, comparison := expr.CompareOps[op]
	if comparison {
		if e := b.compareSpecial(cmp, l, r, pos); e != nil {
			return e
		}
	}
	if !comparison && arithmetic(op) {
		if lt, rt := expr.BaseType(l.Type()), expr.BaseType(r.Type()); isJSONExtract(l) && rt.Category == 'N' {
			l = b.extractAs(l, rt)
		} else if isJSONExtract(r) && lt.Category == 'N' {
			r = b.extractAs(r, lt)
		}
	}
	if isUnknown(l) && isUnknown(r) && b.untyped([]expr.Expr{l, r}) {
		l, r = b.typeByArg(l), b.typeByArg(r)
	}
	args := []expr.Expr{l, r}
	fn, coerced, result, err := expr.ResolveOperator(op, b.typesOf(args, false))
	if err != nil && b.untyped(args) {
		l, r = b.typeByArg(l), b.typeByArg(r)
		args = []expr.Expr{l, r}
		fn, coerced, result, err = expr.ResolveOperator(op, b.typesOf(args, false))
	}
	if err != nil && b.castImplicitly(args, pos, func(ts []*types.Type) bool {
		_, _, _, err := expr.ResolveOperator(op, ts)
		return err == nil
	}) {
		return b.builtinOperator(op, args[0], args[1], pos)
	}
	check(err, pos)
	l, r = b.coerce(l, coerced[0], pos), b.coerce(r, coerced[1], pos)
	if fn.IsCompare {
		l, r = compared(l), compared(r)
		l, r = b.settleCollation(l, r, pos)
		return &expr.Compare{Op: fn.Cmp, A: l, B: r}
	}
	return b.makeCall(fn, []expr.Expr{l, r}, result, pos)
}

// compared marks the conversion of a date that is compared with timestamps.
func compared(e expr.Expr) expr.Expr {
	c, ok := e.(*expr.Cast)
	if !ok || !c.Implicit || expr.BaseType(c.Arg.Type()).Kind != types.KindDate {
		return e
	}
	n := *c
	n.Compared = true
	return &n
}

func arithmetic(op string) bool {
	switch op {
	case "+", "-", "*", "/", "%", "^":
		return true
	}
	return false
}

// typeByArg gives a parameter without a context the type of its argument.
func (b *binder) typeByArg(e expr.Expr) expr.Expr {
	if p, ok := e.(*expr.Param); ok && isUnknown(e) && b.params[p.Index] == nil {
		if t := b.argType(p.Index); t != nil {
			b.typedByArgs = true
			return b.settle(e, t, false, -1)
		}
	}
	return e
}

// compareSpecial binds the comparisons that no operator of the registry has:
// rows field by field, booleans with 0 and 1, json_extract with what it is
// compared with, arrays and records of the same type.
func (b *binder) compareSpecial(op expr.CompareOp, l, r expr.Expr, pos int) expr.Expr {
	lr, lok := l.(*expr.Row)
	rr, rok := r.(*expr.Row)
	if lok && rok && !lr.Whole && !rr.Whole {
		return b.compareRows(op, lr.Args, rr.Args, pos)
	}
	lt, rt := expr.BaseType(l.Type()), expr.BaseType(r.Type())
	switch {
	case lt.Kind == types.KindBool && isInteger(rt):
		return &expr.Compare{Op: op, A: l, B: b.truth(r)}
	case rt.Kind == types.KindBool && isInteger(lt):
		return &expr.Compare{Op: op, A: b.truth(l), B: r}
	case isJSONExtract(l) && (rt.Category == 'N' || rt.Kind == types.KindBool):
		return b.operator(op.String(), b.extractAs(l, rt), r, pos)
	case isJSONExtract(r) && (lt.Category == 'N' || lt.Kind == types.KindBool):
		return b.operator(op.String(), l, b.extractAs(r, lt), pos)
	}
	if lt.Kind == types.KindRecord || rt.Kind == types.KindRecord {
		if lt.Kind == rt.Kind {
			l, r = b.settledRow(l), b.settledRow(r)
			sameColumns(expr.BaseType(l.Type()), expr.BaseType(r.Type()), pos)
			return &expr.Compare{Op: op, A: l, B: r}
		}
		if isUnknown(l) || isUnknown(r) {
			if !isNull(l) && !isNull(r) {
				panic(fail(pos, sqlerr.FeatureNotSupported, "input of anonymous composite types is not implemented"))
			}
		}
	}
	return nil
}

func isNull(e expr.Expr) bool {
	c, ok := e.(*expr.Const)
	return !ok || c.Val.IsNull()
}

// sameColumns refuses records that cannot be compared with each other.
func sameColumns(a, b *types.Type, pos int) {
	for i := range min(len(a.Fields), len(b.Fields)) {
		x, y := a.Fields[i].Type, b.Fields[i].Type
		if !x.Is(y) {
			panic(fail(pos, sqlerr.DatatypeMismatch, "cannot compare dissimilar column types %s and %s at record column %d",
				types.FormatName(x), types.FormatName(y), i+1))
		}
		if !types.Comparable(x) {
			panic(fail(pos, sqlerr.UndefinedFunction, "could not identify an equality operator for type %s", types.FormatName(x)))
		}
	}
	if len(a.Fields) > 0 && len(b.Fields) > 0 && len(a.Fields) != len(b.Fields) {
		panic(fail(pos, sqlerr.DatatypeMismatch, "cannot compare record types with different numbers of columns"))
	}
}

func isJSONExtract(e expr.Expr) bool {
	c, ok := e.(*expr.Call)
	return ok && c.Fn.Name == "json_extract"
}

// extractAs converts the text of json_extract to the kind of its other
// operand: any number as numeric, so that 1.5 compares with integers.
func (b *binder) extractAs(e expr.Expr, other *types.Type) expr.Expr {
	to := types.Numeric
	switch other.Kind {
	case types.KindBool:
		to = types.Bool
	case types.KindFloat:
		to = types.Float8
	}
	return &expr.Cast{Arg: e, To: to, Explicit: true, Pos: -1}
}

// compareRows binds (a, b) op (c, d), deciding at the first difference.
func (b *binder) compareRows(op expr.CompareOp, l, r []expr.Expr, pos int) expr.Expr {
	if len(l) != len(r) {
		panic(fail(pos, sqlerr.SyntaxError, "unequal number of entries in row expressions"))
	}
	if len(l) == 0 {
		panic(fail(pos, sqlerr.FeatureNotSupported, "cannot compare rows of zero length"))
	}
	var parts []expr.Expr
	switch op {
	case expr.EQ, expr.NE:
		for i := range l {
			parts = append(parts, b.operator(op.String(), l[i], r[i], pos))
		}
		if len(parts) == 1 {
			return parts[0]
		}
		if op == expr.EQ {
			return &expr.And{Args: parts}
		}
		return &expr.Or{Args: parts}
	}
	strict := expr.LT
	if op == expr.GT || op == expr.GE {
		strict = expr.GT
	}
	out := b.operator(op.String(), l[len(l)-1], r[len(r)-1], pos)
	for i := len(l) - 2; i >= 0; i-- {
		out = &expr.Or{Args: []expr.Expr{
			b.operator(strict.String(), l[i], r[i], pos),
			&expr.And{Args: []expr.Expr{b.operator("=", l[i], r[i], pos), out}},
		}}
	}
	return out
}

// settleCollation gives both operands of a comparison of texts one collation:
// an explicit one, else that of a column.
func (b *binder) settleCollation(l, r expr.Expr, pos int) (expr.Expr, expr.Expr) {
	lc, rc := l.Type().Collation, r.Type().Collation
	if lc == rc {
		return l, r
	}
	le, re := b.collated[l], b.collated[r]
	switch {
	case le && re:
		panic(fail(pos, sqlerr.CollationMismatch, "collation mismatch between explicit collations \"%s\" and \"%s\"", collationName(lc), collationName(rc)))
	case le:
		return l, withCollation(r, collationName(lc))
	case re:
		return withCollation(l, collationName(rc)), r
	case lc == "":
		return withCollation(l, rc), r
	case rc == "":
		return l, withCollation(r, lc)
	}
	panic(fail(pos, sqlerr.IndeterminateCollation, "could not determine which collation to use for string comparison").
		WithHint("Use the COLLATE clause to set the collation explicitly."))
}

func collationName(c string) string {
	if c == "" {
		return "C"
	}
	return c
}

// makeCall makes the node of a resolved call.
func (b *binder) makeCall(fn *expr.Func, args []expr.Expr, result *types.Type, pos int) expr.Expr {
	if fn.Volatility == expr.Volatile {
		b.volatile = true
		switch fn.Name {
		case "nextval", "setval", "set_config":
			b.modifies = true
		}
	}
	return &expr.Call{Fn: fn, Args: args, Typ: result, Pos: pos}
}

// callByName binds a call of a function over bound arguments.
func (b *binder) callByName(name string, args []expr.Expr, pos int, s *scope) expr.Expr {
	byArgs := b.untyped(args) && len(expr.Functions(name)) > 1
	fn, coerced, result, err := expr.ResolveFunc(name, b.typesOf(args, byArgs))
	if err != nil && b.untyped(args) {
		byArgs = !byArgs
		var second error
		if fn, coerced, result, second = expr.ResolveFunc(name, b.typesOf(args, byArgs)); second == nil {
			err = nil
		}
	}
	if err != nil && b.castImplicitly(args, pos, func(ts []*types.Type) bool {
		_, _, _, err := expr.ResolveFunc(name, ts)
		return err == nil
	}) {
		return b.callByName(name, args, pos, s)
	}
	check(err, pos)
	if byArgs {
		for i := range args {
			args[i] = b.typeByArg(args[i])
		}
	}
	for i := range args {
		args[i] = b.coerce(args[i], coerced[i], pos)
		if r, ok := args[i].(*expr.Row); ok {
			args[i] = b.settledRow(r)
		}
	}
	if fn.IsCompare {
		return &expr.Compare{Op: fn.Cmp, A: args[0], B: args[1]}
	}
	return b.makeCall(fn, args, result, pos)
}
