package optimizer

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
)

// sarg is a condition that an index can answer: column op value, where the
// value does not depend on the scan ("search argument", Selinger 1979).
type sarg struct {
	cond    expr.Expr
	ordinal int // of the column in the relation; plan.RowIDOrdinal for the hidden row id
	op      expr.CompareOp
	value   expr.Expr
	in      []expr.Expr // column IN (…)
	null    bool        // column IS NULL
	inexact bool        // the condition must be tested again (LIKE prefix)
	high    expr.Expr   // LIKE prefix: the exclusive upper bound
}

// sargOf reads a condition as a search argument of the scan.
func sargOf(n *plan.Scan, c expr.Expr) (sarg, bool) {
	switch c := c.(type) {
	case *expr.Compare:
		if c.Op == expr.NE {
			return sarg{}, false
		}
		if o, ok := scanColumn(n, c.A); ok && independent(n, c.B) {
			return sarg{cond: c, ordinal: o, op: c.Op, value: c.B}, true
		}
		if o, ok := scanColumn(n, c.B); ok && independent(n, c.A) {
			return sarg{cond: c, ordinal: o, op: flipped[c.Op], value: c.A}, true
		}
	case *expr.In:
		o, ok := scanColumn(n, c.Arg)
		if !ok || c.Negated || len(c.List) == 0 {
			return sarg{}, false
		}
		for _, v := range c.List {
			if !independent(n, v) {
				return sarg{}, false
			}
		}
		return sarg{cond: c, ordinal: o, op: expr.EQ, in: c.List}, true
	case *expr.IsNull:
		if o, ok := scanColumn(n, c.Arg); ok && !c.Negated && o >= 0 {
			return sarg{cond: c, ordinal: o, op: expr.EQ, null: true}, true
		}
	case *expr.Call:
		return likeSarg(n, c)
	}
	return sarg{}, false
}

var flipped = map[expr.CompareOp]expr.CompareOp{
	expr.EQ: expr.EQ, expr.LT: expr.GT, expr.LE: expr.GE, expr.GT: expr.LT, expr.GE: expr.LE,
}

// scanColumn returns the ordinal of the relation's column that e is, seen
// through casts that change neither value nor order.
func scanColumn(n *plan.Scan, e expr.Expr) (int, bool) {
	for {
		c, ok := e.(*expr.Cast)
		if !ok || !sameForm(c.Arg.Type(), c.To) {
			break
		}
		e = c.Arg
	}
	col, ok := e.(*expr.Column)
	if !ok {
		return 0, false
	}
	for i, c := range n.Cols {
		if c.ID == col.ID {
			return n.Ordinals[i], true
		}
	}
	return 0, false
}

// sameForm reports whether a cast leaves the stored form and its order alone.
func sameForm(from, to *types.Type) bool {
	if from.Kind != to.Kind {
		return false
	}
	switch from.Kind {
	case types.KindInt, types.KindFloat:
		return to.Width >= from.Width
	case types.KindText:
		return !from.Is(types.Char) && !to.Is(types.Char) && to.Mod < 0 && from.Collation == to.Collation
	case types.KindNumeric:
		return to.Mod < 0
	}
	return from.Is(to) && to.Mod < 0
}

// independent reports whether e can be computed before the scan starts.
func independent(n *plan.Scan, e expr.Expr) bool {
	ok := true
	expr.Walk(e, func(x expr.Expr) bool {
		switch x := x.(type) {
		case *expr.Column:
			ok = false
		case *expr.Subquery:
			if len(x.Outer) > 0 {
				ok = false
			}
			return false
		}
		return ok
	})
	return ok && !volatile(e)
}

// likeSarg reads `column LIKE 'abc%'` as a range of the column.
func likeSarg(n *plan.Scan, c *expr.Call) (sarg, bool) {
	if c.Fn.Name != "~~" || len(c.Args) != 2 {
		return sarg{}, false
	}
	o, ok := scanColumn(n, c.Args[0])
	pattern, constant := c.Args[1].(*expr.Const)
	if !ok || o < 0 || !constant || pattern.Val.IsNull() || n.Rel.Columns[o].Type.Collation != "" || n.Rel.Columns[o].Type.Is(types.Char) {
		return sarg{}, false
	}
	prefix := pattern.Val.S
	for i := 0; i < len(prefix); i++ {
		if prefix[i] == '%' || prefix[i] == '_' || prefix[i] == '\\' {
			prefix = prefix[:i]
			break
		}
	}
	if prefix == "" {
		return sarg{}, false
	}
	s := sarg{cond: c, ordinal: o, op: expr.GE, inexact: true,
		value: &expr.Const{Val: types.NewText(prefix), Typ: types.Text}}
	if high, ok := successor(prefix); ok {
		s.high = &expr.Const{Val: types.NewText(high), Typ: types.Text}
	}
	return s, true
}

// successor returns the smallest string above all that begin with s.
func successor(s string) (string, bool) {
	b := []byte(s)
	for len(b) > 0 {
		if last := len(b) - 1; b[last] < 0xFF {
			b[last]++
			return string(b), true
		}
		b = b[:len(b)-1]
	}
	return "", false
}
