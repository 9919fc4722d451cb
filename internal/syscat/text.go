package syscat

import (
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/deparse"
	"github.com/zqlite/zqlite/internal/types"
)

// expression writes a stored expression as pg_get_expr does. Text that cannot
// be bound is shown as it is stored.
func (v *View) expression(text string, at deparse.Place, pretty bool) string {
	out, _ := v.expressionCall(text, at, pretty)
	return out
}

// expressionCall also tells whether the expression is a function call.
func (v *View) expressionCall(text string, at deparse.Place, pretty bool) (out string, call bool) {
	if v.Binder == nil || text == "" {
		return text, isCall(text)
	}
	out, call, err := deparse.Expr(v.Binder(), text, at, deparse.Style{Pretty: pretty})
	if err != nil {
		return text, isCall(text)
	}
	return out, call
}

// over is the place of an expression over the columns of a relation.
func over(r *catalog.Relation) deparse.Place { return deparse.Place{Rel: r} }

// conditionOver is that of a condition.
func conditionOver(r *catalog.Relation) deparse.Place {
	return deparse.Place{Rel: r, Want: types.Bool}
}

// viewText is the query of a view, as pg_get_viewdef ends it.
func (v *View) viewText(r *catalog.Relation, style deparse.Style) string {
	if v.Binder != nil {
		if out, err := deparse.Query(v.Binder(), r, style); err == nil {
			return out
		}
	}
	return " " + r.Query + ";" // it cannot be bound: as it is stored
}

// viewOf is pg_get_viewdef.
func (v *View) viewOf(a []types.Value) types.Value {
	r := v.Catalog.RelationByID(catalog.ID(a[0].I))
	if a[0].K == types.KindText {
		schema, name := SplitName(a[0].S)
		r = v.Catalog.Relation(v.Path, schema, name)
	}
	if r == nil || r.Query == "" {
		return types.Null
	}
	style := deparse.Style{}
	if len(a) > 1 {
		switch a[1].K {
		case types.KindBool:
			style.Pretty = a[1].I != 0
		default:
			style.Pretty, style.Wrap = true, int(a[1].I)
		}
	}
	return txt(v.viewText(r, style))
}

// exprOf is pg_get_expr. Its text was made by this package, in the plain form;
// for the other one what it was made of is looked for.
func (v *View) exprOf(a []types.Value) types.Value {
	if a[0].IsNull() || len(a) < 3 || a[2].I == 0 {
		return a[0]
	}
	r := v.Catalog.RelationByID(catalog.ID(a[1].I))
	if r == nil {
		return a[0]
	}
	pretty := ""
	try := func(text string, at deparse.Place) {
		if text != "" && v.expression(text, at, false) == a[0].S {
			pretty = v.expression(text, at, true)
		}
	}
	for _, c := range r.Checks {
		try(c.Expr, conditionOver(r))
	}
	for _, c := range r.Columns {
		try(c.Default, deparse.Place{Want: c.Type})
		try(c.Generated, deparse.Place{Rel: r, Want: c.Type})
	}
	for _, ix := range r.Indexes {
		try(ix.Where, conditionOver(r))
		if v.indexExpressions(r, ix, false) == a[0].S {
			pretty = v.indexExpressions(r, ix, true)
		}
	}
	if pretty == "" {
		return a[0]
	}
	return txt(pretty)
}

// domainCheck is the condition of a domain's check.
func (v *View) domainCheck(t *types.Type, c types.DomainCheck, pretty bool) string {
	return v.expression(c.Expr, deparse.Place{Value: t.Base, Want: types.Bool}, pretty)
}

// prettyArg is the second argument of pg_get_constraintdef and its like.
func prettyArg(a []types.Value) bool { return len(a) > 1 && a[1].I != 0 }

// indexExpressions are the expressions of an index, as pg_get_expr gives
// indexprs.
func (v *View) indexExpressions(r *catalog.Relation, ix *catalog.Index, pretty bool) string {
	var list []string
	for i := range ix.Parts {
		if text := ix.Parts[i].Expr; text != "" {
			list = append(list, v.expression(text, over(r), pretty))
		}
	}
	return strings.Join(list, ", ")
}
