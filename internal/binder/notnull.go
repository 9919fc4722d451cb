package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
)

// totalFuncs are strict functions and operators that give no NULL for values
// that are none. Others may (array_length, nullif, ->), so they are not here.
var totalFuncs = map[string]bool{
	"+": true, "-": true, "*": true, "/": true, "%": true, "||": true, "^": true, "@": true,
	"~~": true, "!~~": true, "~~*": true, "!~~*": true, "~": true, "!~": true, "~*": true, "!~*": true, "@>": true, "<@": true,
	"abs": true, "round": true, "ceil": true, "ceiling": true, "floor": true, "trunc": true, "sign": true, "sqrt": true, "mod": true, "power": true,
	"lower": true, "upper": true, "length": true, "char_length": true, "octet_length": true, "trim": true, "btrim": true, "ltrim": true, "rtrim": true,
	"replace": true, "left": true, "right": true, "md5": true, "starts_with": true, "strpos": true, "position": true, "lpad": true, "rpad": true,
	"now": true, "clock_timestamp": true, "statement_timestamp": true, "current_timestamp": true, "date_trunc": true, "extract": true,
	"date_part": true, "make_date": true, "age": true, "gen_random_uuid": true, "random": true, "nextval": true, "zqlite_tenant": true,
}

// neverNull reports whether an expression over the columns is known never to
// be NULL.
func neverNull(e expr.Expr, in []plan.Column) bool {
	all := func(list ...expr.Expr) bool {
		for _, x := range list {
			if !neverNull(x, in) {
				return false
			}
		}
		return true
	}
	switch e := e.(type) {
	case *expr.Const:
		return !e.Val.IsNull()
	case *expr.Column:
		for i := range in {
			if in[i].ID == e.ID {
				return in[i].NotNull
			}
		}
	case *expr.IsNull, *expr.IsBool, *expr.Distinct, *expr.Array, *expr.Row:
		return true
	case *expr.And:
		return all(e.Args...)
	case *expr.Or:
		return all(e.Args...)
	case *expr.Not:
		return all(e.Arg)
	case *expr.Compare:
		return all(e.A, e.B)
	case *expr.In:
		return all(e.Arg) && all(e.List...)
	case *expr.Cast:
		return all(e.Arg)
	case *expr.Coalesce:
		for _, x := range e.Args {
			if neverNull(x, in) {
				return true
			}
		}
	case *expr.Case:
		for _, w := range e.Whens {
			if !neverNull(w.Then, in) {
				return false
			}
		}
		return all(e.Else)
	case *expr.Call:
		return totalFuncs[e.Fn.Name] && all(e.Args...)
	case *expr.Subquery:
		if p, ok := e.Plan.(plan.Node); ok && e.Kind == expr.ScalarSubquery {
			return givesRow(p) && p.Columns()[0].NotNull
		}
		return e.Kind == expr.ExistsSubquery || e.Kind == expr.ArraySubquery
	}
	return false
}

// givesRow reports whether a plan gives a row whatever there is: an aggregation
// without groups.
func givesRow(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Project:
		return len(n.Sets) == 0 && givesRow(n.Input)
	case *plan.Aggregate:
		return len(n.Groups) == 0 && len(n.Sets) == 0
	}
	return false
}
