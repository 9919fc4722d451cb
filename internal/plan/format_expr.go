package plan

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

// ExprText writes a bound expression for people: columns by name, casts as ::.
func ExprText(e expr.Expr) string { return (&formatter{}).expr(e) }

func (f *formatter) id(c Column) string {
	if !f.o.Verbose {
		return ""
	}
	return "#" + strconv.Itoa(int(c.ID))
}

func (f *formatter) item(it Item) string {
	text := f.expr(it.Expr)
	if f.o.Verbose {
		return text + " AS " + it.Col.Name + f.id(it.Col)
	}
	if c, ok := it.Expr.(*expr.Column); ok && c.Name == it.Col.Name || it.Col.Name == "?column?" {
		return text
	}
	return text + " AS " + it.Col.Name
}

func (f *formatter) list(es []expr.Expr) string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = f.expr(e)
	}
	return strings.Join(parts, ", ")
}

func (f *formatter) conds(es []expr.Expr) string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = f.expr(e)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, " AND ") + ")"
}

func (f *formatter) keys(ks []expr.SortKey) string {
	parts := make([]string, len(ks))
	for i, k := range ks {
		parts[i] = f.expr(k.Expr)
		if k.Desc {
			parts[i] += " DESC"
		}
		if k.NullsFirst && !k.Desc {
			parts[i] += " NULLS FIRST"
		}
		if !k.NullsFirst && k.Desc {
			parts[i] += " NULLS LAST"
		}
	}
	return strings.Join(parts, ", ")
}

func (f *formatter) setCall(c *SetCall) string {
	if c.Fn == nil {
		return f.expr(c.Scalar)
	}
	return c.Fn.Name + "(" + f.list(c.Args) + ")"
}

func (f *formatter) windowCall(c *WindowCall) string {
	text := c.Fn + "(" + f.list(c.Args) + ")"
	if c.Agg != nil {
		text = f.expr(c.Agg)
	}
	text += f.id(c.Col) + " " + c.Frame.Mode + " " + f.bound(c.Frame.Start) + " to " + f.bound(c.Frame.End)
	if c.Frame.Exclude != "" {
		text += " exclude " + c.Frame.Exclude
	}
	return text
}

func (f *formatter) bound(b FrameBound) string {
	if b.Offset != nil {
		return f.expr(b.Offset) + " " + b.Kind
	}
	return b.Kind
}

func (f *formatter) column(name string, id expr.ColumnID) string {
	if name == "" || f.o.Verbose {
		return name + "#" + strconv.Itoa(int(id))
	}
	return name
}

func (f *formatter) expr(e expr.Expr) string {
	switch x := e.(type) {
	case nil:
		return ""
	case *expr.Const:
		return constText(x)
	case *expr.Column:
		return f.column(x.Name, x.ID)
	case *expr.Outer:
		return "outer." + f.column(x.Name, x.ID)
	case *expr.Param:
		return "$" + strconv.Itoa(x.Index+1)
	case *expr.Call:
		return f.call(x)
	case *expr.And:
		return f.joined(x.Args, " AND ")
	case *expr.Or:
		return f.joined(x.Args, " OR ")
	case *expr.Not:
		return "(NOT " + f.expr(x.Arg) + ")"
	case *expr.IsNull:
		return "(" + f.expr(x.Arg) + " IS " + not(x.Negated) + "NULL)"
	case *expr.IsBool:
		word := "UNKNOWN"
		if !x.Want.IsNull() {
			word = strings.ToUpper(strconv.FormatBool(x.Want.Bool()))
		}
		return "(" + f.expr(x.Arg) + " IS " + not(x.Negated) + word + ")"
	case *expr.Distinct:
		return "(" + f.expr(x.A) + " IS " + not(x.Negated) + "DISTINCT FROM " + f.expr(x.B) + ")"
	case *expr.Compare:
		return "(" + f.expr(x.A) + " " + x.Op.String() + " " + f.expr(x.B) + ")"
	case *expr.In:
		return "(" + f.expr(x.Arg) + " " + not(x.Negated) + "IN (" + f.list(x.List) + "))"
	case *expr.Coalesce:
		return "COALESCE(" + f.list(x.Args) + ")"
	case *expr.Cast:
		if x.Implicit && x.To.Collation != "" && x.Arg.Type().Is(x.To) {
			return "(" + f.expr(x.Arg) + " COLLATE " + x.To.Collation + ")"
		}
		return "(" + f.expr(x.Arg) + ")::" + types.FormatType(x.To)
	}
	return f.exprRare(e)
}

func (f *formatter) exprRare(e expr.Expr) string {
	switch x := e.(type) {
	case *expr.Case:
		var b strings.Builder
		b.WriteString("CASE")
		for _, w := range x.Whens {
			b.WriteString(" WHEN " + f.expr(w.Cond) + " THEN " + f.expr(w.Then))
		}
		return b.String() + " ELSE " + f.expr(x.Else) + " END"
	case *expr.Row:
		return "ROW(" + f.list(x.Args) + ")"
	case *expr.Array:
		return "ARRAY[" + f.list(x.Args) + "]"
	case *expr.Field:
		return "(" + f.expr(x.Arg) + ").f" + strconv.Itoa(x.Index+1)
	case *expr.Aggregate:
		return f.aggregateText(x)
	case *expr.ArrayCompare:
		word := " ANY "
		if x.All {
			word = " ALL "
		}
		return "(" + f.expr(x.Arg) + " " + f.expr(x.Cond) + word + "(" + f.expr(x.Array) + "))"
	case *expr.Subquery:
		return f.subquery(x)
	}
	return fmt.Sprintf("%T", e)
}

func not(negated bool) string {
	if negated {
		return "NOT "
	}
	return ""
}

func (f *formatter) joined(args []expr.Expr, op string) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = f.expr(a)
	}
	return "(" + strings.Join(parts, op) + ")"
}

// call writes operators between their operands.
func (f *formatter) call(c *expr.Call) string {
	name := c.Fn.Name
	letter := name != "" && (name[0] == '_' || name[0] >= 'a' && name[0] <= 'z' || name[0] >= 'A' && name[0] <= 'Z')
	switch {
	case !letter && len(c.Args) == 2:
		return "(" + f.expr(c.Args[0]) + " " + name + " " + f.expr(c.Args[1]) + ")"
	case !letter && len(c.Args) == 1:
		return "(" + name + " " + f.expr(c.Args[0]) + ")"
	}
	return name + "(" + f.list(c.Args) + ")"
}

func (f *formatter) aggregateText(a *expr.Aggregate) string {
	text := a.Fn.Name + "("
	if a.Distinct {
		text += "DISTINCT "
	}
	if a.Star {
		text += "*"
	}
	text += f.list(a.Args)
	if len(a.OrderBy) > 0 {
		text += " ORDER BY " + f.keys(a.OrderBy)
	}
	text += ")"
	if a.Filter != nil {
		text += " FILTER (WHERE " + f.expr(a.Filter) + ")"
	}
	return text
}

// subquery refers to a plan that is written below the node.
func (f *formatter) subquery(s *expr.Subquery) string {
	f.count++
	f.subs = append(f.subs, numbered{f.count, s})
	name := "SubPlan " + strconv.Itoa(f.count)
	if len(s.Outer) > 0 {
		name += " correlated"
	}
	switch s.Kind {
	case expr.ExistsSubquery:
		return "EXISTS(" + name + ")"
	case expr.AnySubquery:
		return "(ANY " + f.list(s.Test) + " " + f.expr(s.Op) + " (" + name + "))"
	case expr.AllSubquery:
		return "(ALL " + f.list(s.Test) + " " + f.expr(s.Op) + " (" + name + "))"
	case expr.ArraySubquery:
		return "ARRAY(" + name + ")"
	}
	return "(" + name + ")"
}

func constText(c *expr.Const) string {
	v := c.Val
	switch v.K {
	case types.KindNull:
		return "NULL::" + types.FormatType(c.Typ)
	case types.KindBool:
		return strconv.FormatBool(v.Bool())
	case types.KindInt:
		text := strconv.FormatInt(v.I, 10)
		if c.Typ.Is(types.Int4) {
			return text
		}
		return "'" + text + "'::" + types.FormatType(c.Typ)
	case types.KindFloat:
		if f := v.Float(); !math.IsNaN(f) {
			return "'" + strconv.FormatFloat(f, 'g', -1, 64) + "'::" + types.FormatType(c.Typ)
		}
	}
	return "'" + strings.ReplaceAll(types.Format(v, c.Typ, nil), "'", "''") + "'::" + types.FormatType(c.Typ)
}
