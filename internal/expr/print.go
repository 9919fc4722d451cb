package expr

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/types"
)

// String renders an expression for EXPLAIN: like the SQL it came from, with
// operators in parentheses.
func String(e Expr) string {
	var b strings.Builder
	write(&b, e)
	return b.String()
}

func write(b *strings.Builder, e Expr) {
	switch e := e.(type) {
	case nil:
		b.WriteString("NULL")
	case *Const:
		b.WriteString(constText(e))
	case *Column:
		b.WriteString(nameOr(e.Name, int(e.ID)))
	case *Outer:
		b.WriteString(nameOr(e.Name, int(e.ID)))
	case *Param:
		fmt.Fprintf(b, "$%d", e.Index+1)
	case *Call:
		writeCall(b, e)
	case *And:
		writeJoined(b, e.Args, " AND ")
	case *Or:
		writeJoined(b, e.Args, " OR ")
	case *Not:
		b.WriteString("(NOT ")
		write(b, e.Arg)
		b.WriteByte(')')
	case *Compare:
		writeJoined(b, []Expr{e.A, e.B}, " "+e.Op.String()+" ")
	case *Distinct:
		word := " IS DISTINCT FROM "
		if e.Negated {
			word = " IS NOT DISTINCT FROM "
		}
		writeJoined(b, []Expr{e.A, e.B}, word)
	case *Cast:
		write(b, e.Arg)
		b.WriteString("::" + e.To.Display)
	case *rangeExpr:
		write(b, e.arg)
		fmt.Fprintf(b, " BETWEEN %d AND %d", e.lo, e.hi)
	default:
		writeOther(b, e)
	}
}

func writeOther(b *strings.Builder, e Expr) {
	switch e := e.(type) {
	case *IsNull:
		writeTest(b, e.Arg, "NULL", e.Negated)
	case *IsBool:
		word := "UNKNOWN"
		if e.Want.K != types.KindNull {
			word = strings.ToUpper(strconv.FormatBool(e.Want.Bool()))
		}
		writeTest(b, e.Arg, word, e.Negated)
	case *In:
		b.WriteByte('(')
		write(b, e.Arg)
		if e.Negated {
			b.WriteString(" NOT")
		}
		b.WriteString(" IN ")
		writeJoined(b, e.List, ", ")
		b.WriteByte(')')
	case *Case:
		b.WriteString("CASE")
		for _, w := range e.Whens {
			b.WriteString(" WHEN ")
			write(b, w.Cond)
			b.WriteString(" THEN ")
			write(b, w.Then)
		}
		b.WriteString(" ELSE ")
		write(b, e.Else)
		b.WriteString(" END")
	case *Coalesce:
		b.WriteString("COALESCE")
		writeJoined(b, e.Args, ", ")
	case *Row:
		b.WriteString("ROW")
		writeJoined(b, e.Args, ", ")
	case *Array:
		b.WriteString("ARRAY[")
		writeList(b, e.Args, ", ")
		b.WriteByte(']')
	case *Subquery:
		b.WriteString([...]string{"(SubPlan)", "EXISTS(SubPlan)", "(ANY SubPlan)", "(ALL SubPlan)", "ARRAY(SubPlan)"}[e.Kind])
	case *Aggregate:
		writeAggregate(b, e)
	case *ArrayCompare:
		write(b, e.Arg)
		word := " ANY ("
		if e.All {
			word = " ALL ("
		}
		if c, ok := e.Cond.(*Compare); ok {
			b.WriteString(" " + c.Op.String())
		}
		b.WriteString(word)
		write(b, e.Array)
		b.WriteByte(')')
	case *Field:
		b.WriteByte('(')
		write(b, e.Arg)
		fmt.Fprintf(b, ").f%d", e.Index+1)
	default:
		fmt.Fprintf(b, "%T", e)
	}
}

func writeAggregate(b *strings.Builder, e *Aggregate) {
	b.WriteString(e.Fn.Name + "(")
	if e.Distinct {
		b.WriteString("DISTINCT ")
	}
	if e.Star {
		b.WriteByte('*')
	}
	writeList(b, e.Args, ", ")
	for i, k := range e.OrderBy {
		if i == 0 {
			b.WriteString(" ORDER BY ")
		} else {
			b.WriteString(", ")
		}
		write(b, k.Expr)
		if k.Desc {
			b.WriteString(" DESC")
		}
	}
	b.WriteByte(')')
	if e.Filter != nil {
		b.WriteString(" FILTER (WHERE ")
		write(b, e.Filter)
		b.WriteByte(')')
	}
}

func writeTest(b *strings.Builder, arg Expr, word string, negated bool) {
	b.WriteByte('(')
	write(b, arg)
	b.WriteString(" IS ")
	if negated {
		b.WriteString("NOT ")
	}
	b.WriteString(word + ")")
}

func writeJoined(b *strings.Builder, list []Expr, sep string) {
	b.WriteByte('(')
	writeList(b, list, sep)
	b.WriteByte(')')
}

func writeList(b *strings.Builder, list []Expr, sep string) {
	for i, e := range list {
		if i > 0 {
			b.WriteString(sep)
		}
		write(b, e)
	}
}

func writeCall(b *strings.Builder, e *Call) {
	symbol := !isLetter(e.Fn.Name[0])
	switch {
	case symbol && len(e.Args) == 2:
		writeJoined(b, e.Args, " "+e.Fn.Name+" ")
	case symbol && len(e.Args) == 1:
		b.WriteString("(" + e.Fn.Name + " ")
		write(b, e.Args[0])
		b.WriteByte(')')
	default:
		b.WriteString(e.Fn.Name)
		writeJoined(b, e.Args, ", ")
	}
}

func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }

func nameOr(name string, id int) string {
	if name != "" {
		return name
	}
	return "#" + strconv.Itoa(id)
}

func constText(e *Const) string {
	if e.Val.K == types.KindNull {
		return "NULL"
	}
	text := formatValue(nil, e.Typ, e.Val)
	switch e.Val.K {
	case types.KindInt, types.KindFloat, types.KindNumeric, types.KindBool:
		return text
	case types.KindText:
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'::" + e.Typ.Display
}
