package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

// equal reports whether two bound expressions are the same, so that one can
// stand for the other: GROUP BY and ORDER BY match by it. Subqueries and
// volatile calls are equal to nothing but themselves.
func equal(a, b expr.Expr) bool {
	if a == b {
		return true
	}
	if a == nil || b == nil {
		return false
	}
	switch x := a.(type) {
	case *expr.Const:
		y, ok := b.(*expr.Const)
		return ok && x.Val == y.Val && sameType(x.Typ, y.Typ)
	case *expr.Column:
		y, ok := b.(*expr.Column)
		return ok && x.ID == y.ID
	case *expr.Outer:
		y, ok := b.(*expr.Outer)
		return ok && x.ID == y.ID
	case *expr.Param:
		y, ok := b.(*expr.Param)
		return ok && x.Index == y.Index
	case *expr.Call:
		y, ok := b.(*expr.Call)
		return ok && x.Fn == y.Fn && x.Fn.Volatility != expr.Volatile && equalList(x.Args, y.Args) && sameType(x.Typ, y.Typ)
	case *expr.And:
		y, ok := b.(*expr.And)
		return ok && equalList(x.Args, y.Args)
	case *expr.Or:
		y, ok := b.(*expr.Or)
		return ok && equalList(x.Args, y.Args)
	case *expr.Not:
		y, ok := b.(*expr.Not)
		return ok && equal(x.Arg, y.Arg)
	case *expr.Compare:
		y, ok := b.(*expr.Compare)
		return ok && x.Op == y.Op && equal(x.A, y.A) && equal(x.B, y.B)
	case *expr.Cast:
		y, ok := b.(*expr.Cast)
		return ok && sameType(x.To, y.To) && x.Compared == y.Compared && equal(x.Arg, y.Arg)
	}
	return equalRare(a, b)
}

func equalRare(a, b expr.Expr) bool {
	switch x := a.(type) {
	case *expr.IsNull:
		y, ok := b.(*expr.IsNull)
		return ok && x.Negated == y.Negated && equal(x.Arg, y.Arg)
	case *expr.IsBool:
		y, ok := b.(*expr.IsBool)
		return ok && x.Negated == y.Negated && x.Want == y.Want && equal(x.Arg, y.Arg)
	case *expr.Distinct:
		y, ok := b.(*expr.Distinct)
		return ok && x.Negated == y.Negated && equal(x.A, y.A) && equal(x.B, y.B)
	case *expr.In:
		y, ok := b.(*expr.In)
		return ok && x.Negated == y.Negated && equal(x.Arg, y.Arg) && equalList(x.List, y.List)
	case *expr.Case:
		y, ok := b.(*expr.Case)
		if !ok || len(x.Whens) != len(y.Whens) || !equal(x.Else, y.Else) {
			return false
		}
		for i := range x.Whens {
			if !equal(x.Whens[i].Cond, y.Whens[i].Cond) || !equal(x.Whens[i].Then, y.Whens[i].Then) {
				return false
			}
		}
		return true
	case *expr.Coalesce:
		y, ok := b.(*expr.Coalesce)
		return ok && equalList(x.Args, y.Args)
	case *expr.Row:
		y, ok := b.(*expr.Row)
		return ok && equalList(x.Args, y.Args)
	case *expr.Array:
		y, ok := b.(*expr.Array)
		return ok && sameType(x.Typ, y.Typ) && equalList(x.Args, y.Args)
	case *expr.Field:
		y, ok := b.(*expr.Field)
		return ok && x.Index == y.Index && equal(x.Arg, y.Arg)
	case *expr.Aggregate:
		y, ok := b.(*expr.Aggregate)
		return ok && x.Fn == y.Fn && x.Distinct == y.Distinct && x.Star == y.Star && equalList(x.Args, y.Args) &&
			(x.Filter == nil && y.Filter == nil || equal(x.Filter, y.Filter)) && equalKeys(x.OrderBy, y.OrderBy)
	case *expr.ArrayCompare:
		y, ok := b.(*expr.ArrayCompare)
		return ok && x == y
	}
	return false
}

func equalList(a, b []expr.Expr) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func equalKeys(a, b []expr.SortKey) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Desc != b[i].Desc || a[i].NullsFirst != b[i].NullsFirst || !equal(a[i].Expr, b[i].Expr) {
			return false
		}
	}
	return true
}

func sameType(a, b *types.Type) bool {
	return a == b || a.OID == b.OID && a.Mod == b.Mod && a.Width == b.Width && a.Collation == b.Collation
}
