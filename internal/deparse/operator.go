package deparse

import (
	"slices"

	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// binary makes an infix operator over operands of PostgreSQL's overload.
func (a *analysis) binary(op string, l, r node) node {
	lw, rw, res := a.overload(op, l.typ(), r.typ())
	return &operator{op: op, args: []node{a.implicitly(l, lw), a.implicitly(r, rw)}, t: res}
}

func (a *analysis) prefix(op string, x node) node {
	fn, _, res, err := expr.ResolveOperator(op, []*types.Type{x.typ()})
	want := x.typ()
	if err == nil && !pseudo(fn.Args[0]) && !(isNumber(want) && isNumber(fn.Args[0])) {
		want = fn.Args[0]
	}
	if err != nil || isNumber(x.typ()) {
		res = x.typ()
	}
	return &operator{op: op, args: []node{a.implicitly(x, want)}, t: res}
}

// overload says what the operands of an operator are converted to, and the
// type of the result.
func (a *analysis) overload(op string, lt, rt *types.Type) (lw, rw, res *types.Type) {
	l, r := expr.BaseType(lt), expr.BaseType(rt)
	_, comparison := expr.CompareOps[op]
	switch {
	case l.Is(types.Unknown) && isNumber(r) && op != "||":
		l = r
	case r.Is(types.Unknown) && isNumber(l) && op != "||":
		r = l
	}
	if isNumber(l) && isNumber(r) {
		lw, rw, res = numbers(op, comparison, l, r)
		return lw, rw, res
	}
	fn, coerced, res, err := expr.ResolveOperator(op, []*types.Type{lt, rt})
	if err != nil {
		return lt, rt, types.Bool
	}
	if !comparison {
		return parameter(fn.Args[0], coerced[0], lt), parameter(fn.Args[1], coerced[1], rt), res
	}
	lw, rw = compared(withoutMod(l), withoutMod(r), coerced)
	return lw, rw, types.Bool
}

// parameter is what an argument becomes for a parameter of a function.
func parameter(param, coerced, arg *types.Type) *types.Type {
	switch {
	case param.Is(types.Any):
		return arg
	case pseudo(param):
		if arg.Is(types.Unknown) || !expr.BaseType(arg).Is(coerced) && !isText(arg) {
			return coerced
		}
		return arg
	}
	return plainInteger(param)
}

// plainInteger is a type without zqlite's wider range.
func plainInteger(t *types.Type) *types.Type {
	if t.Is(types.Int4) {
		return types.Int4
	}
	return t
}

func isText(t *types.Type) bool {
	t = expr.BaseType(t)
	return t.Is(types.Text) || t.Is(types.Varchar)
}

// compared is what the operands of a comparison become.
func compared(l, r *types.Type, coerced []*types.Type) (lw, rw *types.Type) {
	clock := func(t *types.Type) bool {
		return t.Is(types.Date) || t.Is(types.Timestamp) || t.Is(types.TimestampTZ)
	}
	str := func(t *types.Type) bool { return t.Category == 'S' || t.Is(types.Unknown) }
	own := func(t *types.Type) bool { return t.Is(types.Char) || t.Is(types.Name) || t.Is(types.CharByte) }
	switch {
	case clock(l) && clock(r):
		return l, r
	case str(l) && str(r):
		switch {
		case own(l) && (r.Is(l) || r.Is(types.Unknown)):
			return l, l
		case own(r) && l.Is(types.Unknown):
			return r, r
		case l.Is(types.Name) && r.Is(types.Text), l.Is(types.Text) && r.Is(types.Name):
			return l, r
		case l.Is(types.Char) && r.Is(types.Varchar), l.Is(types.Varchar) && r.Is(types.Char):
			return types.Char, types.Char
		}
		return types.Text, types.Text
	}
	lw, rw = expr.BaseType(coerced[0]), expr.BaseType(coerced[1])
	if lw.Kind == types.KindArray || lw.Kind == types.KindEnum || lw.Kind == types.KindRecord {
		if l.Is(types.Unknown) {
			return rw, rw
		}
		if r.Is(types.Unknown) {
			return lw, lw
		}
	}
	return lw, rw
}

func isNumber(t *types.Type) bool { return isInteger(t) || t.Is(types.Numeric) || isFloat(t) }

func isInteger(t *types.Type) bool {
	return t.Is(types.Int2) || t.Is(types.Int4) || t.Is(types.Int8)
}

func isFloat(t *types.Type) bool { return t.Is(types.Float4) || t.Is(types.Float8) }

// numbers is overload for two numbers: PostgreSQL has operators across the
// integers and across the floats, and converts otherwise.
func numbers(op string, comparison bool, l, r *types.Type) (lw, rw, res *types.Type) {
	lw, rw = l, r
	wide := l
	if isInteger(l) && isInteger(r) {
		if rank(r) > rank(l) {
			wide = r
		}
		switch op {
		case "^":
			return types.Float8, types.Float8, types.Float8
		case "<<", ">>":
			return l, types.Int4, l
		case "%", "&", "|", "#":
			return wide, wide, wide
		}
	} else if !isFloat(l) && !isFloat(r) {
		lw, rw, wide = types.Numeric, types.Numeric, types.Numeric
	} else {
		if !isFloat(l) {
			lw = types.Float8
		}
		if !isFloat(r) {
			rw = types.Float8
		}
		if op == "^" {
			lw, rw = types.Float8, types.Float8
		}
		if wide = types.Float8; lw.Is(types.Float4) && rw.Is(types.Float4) {
			wide = types.Float4
		}
	}
	if comparison {
		wide = types.Bool
	}
	return lw, rw, wide
}

func rank(t *types.Type) int { return strings.Index("int2int4int8", t.Name) }

// commonType is the type that PostgreSQL gives expressions beside each other.
func commonType(list []node) *types.Type {
	ts := make([]*types.Type, len(list))
	for i, n := range list {
		ts[i] = n.typ()
	}
	t := expr.CommonType(ts)
	if t == nil {
		return types.Text
	}
	for _, u := range ts {
		if u.Mod != t.Mod || !u.Is(t) {
			return withoutMod(t)
		}
	}
	return t
}

func withoutMod(t *types.Type) *types.Type {
	if t.Mod < 0 {
		return t
	}
	c := *t
	c.Mod = -1
	return &c
}

// unify brings expressions to their common type.
func (a *analysis) unify(list []node) *types.Type {
	t := commonType(list)
	for i := range list {
		list[i] = a.implicitly(list[i], t)
	}
	return t
}

// operatorName writes an operator, with its schema where the search path has not
// got that.
func (a *analysis) operatorName(schema, op string) string {
	if schema == "" || schema == "pg_catalog" || slices.Contains(a.o.SearchPath, schema) {
		return op
	}
	return "OPERATOR(" + ast.QuoteIdent(schema) + "." + op + ")"
}
