package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// hypothetical binds rank(v) WITHIN GROUP (ORDER BY k) and its kin: where a
// row v would stand among the rows of the group. They are counts of the rows
// that come before it:
//
//	rank          1 + count(*) FILTER (before)
//	dense_rank    1 + count(DISTINCT ROW(k)) FILTER (before)
//	percent_rank  count(*) FILTER (before) / count(*), 0 of no rows
//	cume_dist     (1 + count(*) FILTER (not after)) / (1 + count(*))
func (b *binder) hypothetical(c *ast.FuncCall, s *scope) expr.Expr {
	if len(c.Args) != len(c.WithinGroup) {
		var args []expr.Expr
		args = append(args, b.callArgs(c, s)...)
		for _, k := range c.WithinGroup {
			args = append(args, b.scalar(k.Expr, s))
		}
		_, _, _, err := expr.ResolveFunc(c.Name.Name, b.typesOf(args, false))
		if e, ok := err.(*sqlerr.Error); ok {
			err = e.WithHint("To use the hypothetical-set aggregate %s, the number of hypothetical direct arguments (here %d) must match the number of ordering columns (here %d).",
				c.Name.Name, len(c.Args), len(c.WithinGroup))
		}
		check(err, c.Pos)
	}
	h := hypothetical{call: c}
	one := h.number("1")
	var e ast.Expr
	switch c.Name.Name {
	case "rank":
		e = h.binary("+", h.count(h.binary("<", h.place(), h.number("0"))), one)
	case "dense_rank":
		n := h.count(h.binary("<", h.place(), h.number("0")))
		keys := &ast.RowExpr{Pos: c.Pos, Explicit: true}
		for _, k := range c.WithinGroup {
			keys.Elems = append(keys.Elems, k.Expr)
		}
		n.Star, n.Distinct, n.Args = false, true, []ast.Expr{keys}
		e = h.binary("+", n, one)
	case "percent_rank":
		before, all := h.count(h.binary("<", h.place(), h.number("0"))), h.count(nil)
		e = &ast.Case{Pos: c.Pos, Whens: []ast.When{{Pos: c.Pos, Cond: h.binary("=", all, h.number("0")), Then: h.float(h.number("0"))}},
			Else: h.binary("/", h.float(before), h.float(all))}
	default:
		upTo := h.count(h.binary("<=", h.place(), h.number("0")))
		e = h.binary("/", h.float(h.binary("+", upTo, one)), h.float(h.binary("+", h.count(nil), one)))
	}
	return b.scalar(e, s)
}

// hypothetical builds the syntax that such a call stands for.
type hypothetical struct{ call *ast.FuncCall }

func (h hypothetical) number(text string) ast.Expr {
	return &ast.Literal{Pos: h.call.Pos, Kind: ast.IntLiteral, Text: text}
}

func (h hypothetical) binary(op string, l, r ast.Expr) ast.Expr {
	return &ast.Binary{Pos: h.call.Pos, Op: op, L: l, R: r}
}

func (h hypothetical) float(e ast.Expr) ast.Expr {
	return &ast.Cast{Pos: h.call.Pos, X: e, Type: &ast.TypeName{Pos: h.call.Pos, Name: ast.QualifiedName{Name: types.Float8.Name}}}
}

// count counts the rows for which a condition holds, all for nil.
func (h hypothetical) count(cond ast.Expr) *ast.FuncCall {
	n := &ast.FuncCall{Pos: h.call.Pos, Name: ast.QualifiedName{Name: "count"}, Star: true, Filter: h.call.Filter}
	switch {
	case cond == nil:
	case n.Filter == nil:
		n.Filter = cond
	default:
		n.Filter = &ast.And{Pos: h.call.Pos, Args: []ast.Expr{h.call.Filter, cond}}
	}
	return n
}

// place is -1 for rows before the hypothetical one, 1 behind it, 0 beside it.
func (h hypothetical) place() ast.Expr {
	place := &ast.Case{Pos: h.call.Pos, Else: h.number("0")}
	minus := &ast.Unary{Pos: h.call.Pos, Op: "-", X: h.number("1")}
	for i, k := range h.call.WithinGroup {
		v := h.call.Args[i]
		place.Whens = append(place.Whens,
			ast.When{Pos: h.call.Pos, Cond: h.before(k.Expr, v, k), Then: minus},
			ast.When{Pos: h.call.Pos, Cond: h.before(v, k.Expr, k), Then: h.number("1")})
	}
	return place
}

// before is whether x comes before y in the order of a key.
func (h hypothetical) before(x, y ast.Expr, k ast.OrderItem) ast.Expr {
	op := "<"
	desc := k.Desc || k.Using == ">"
	if desc {
		op = ">"
	}
	first, last := y, x // NULLs come last: y is NULL, x is not
	if k.Nulls == ast.NullsFirst || k.Nulls == ast.NullsDefault && desc {
		first, last = x, y
	}
	null := &ast.Is{Pos: h.call.Pos, X: first, Kind: ast.IsNull}
	other := &ast.Is{Pos: h.call.Pos, X: last, Kind: ast.IsNull, Not: true}
	return &ast.Or{Pos: h.call.Pos, Args: []ast.Expr{
		&ast.And{Pos: h.call.Pos, Args: []ast.Expr{null, other}},
		h.binary(op, x, y),
	}}
}

// isHypothetical reports whether a name is one of a hypothetical-set aggregate.
func isHypothetical(name string) bool {
	switch name {
	case "rank", "dense_rank", "percent_rank", "cume_dist":
		return true
	}
	return false
}
