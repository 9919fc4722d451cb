package ast

import "strings"

import "github.com/zqlite/zqlite/internal/sql/scanner"

// bareCalls are keywords that may be printed as function names without quotes.
var bareCalls = map[string]bool{"coalesce": true, "nullif": true, "greatest": true, "least": true,
	"grouping": true, "substring": true, "overlay": true, "left": true, "right": true}

func (p *printer) funcName(q QualifiedName) {
	switch {
	case q.Schema != "":
		p.qualified(q)
	case bareCalls[q.Name]:
		p.s(q.Name)
	default:
		if k := scanner.Lookup(q.Name); k == scanner.Rollup || k == scanner.Cube || k == scanner.Operator ||
			k == scanner.Columns {
			p.s(quote(q.Name))
			return
		}
		p.ident(q.Name)
	}
}

func (p *printer) call(e *FuncCall) {
	if e.Special {
		p.s(strings.ToUpper(e.Name.Name))
		p.mods(e.Args)
		return
	}
	if e.Words && p.worded(e) {
		return
	}
	p.funcName(e.Name)
	p.s("(")
	p.when(e.Distinct, "DISTINCT ")
	p.when(e.Star, "*")
	for i, arg := range e.Args {
		p.when(i > 0, ", ")
		p.when(e.Variadic && i == len(e.Args)-1, "VARIADIC ")
		if e.ArgNames != nil && e.ArgNames[i] != "" {
			p.ident(e.ArgNames[i])
			p.s(" => ")
		}
		p.expr(arg, 0)
	}
	if len(e.OrderBy) > 0 {
		p.s(" ")
		p.orderBy(e.OrderBy)
	}
	p.s(")")
	if len(e.WithinGroup) > 0 {
		p.s(" WITHIN GROUP (")
		p.orderBy(e.WithinGroup)
		p.s(")")
	}
	if e.Filter != nil {
		p.s(" FILTER (WHERE ")
		p.expr(e.Filter, 0)
		p.s(")")
	}
	if e.Over != nil {
		p.s(" OVER ")
		if e.Over.Name != "" {
			p.ident(e.Over.Name)
		} else {
			p.window(e.Over)
		}
	}
}

// worded prints a call with the standard's words between the arguments; false
// is one that has none.
func (p *printer) worded(e *FuncCall) bool {
	words := []string{"", " FROM ", " FOR "}
	open := strings.ToUpper(e.Name.Name) + "("
	args := e.Args
	switch e.Name.Name {
	case "overlay":
		words = []string{"", " PLACING ", " FROM ", " FOR "}
	case "substring":
	case "btrim", "ltrim", "rtrim":
		open = "TRIM(" + map[string]string{"btrim": "BOTH", "ltrim": "LEADING", "rtrim": "TRAILING"}[e.Name.Name] + " "
		words = []string{"FROM "}
		if len(args) == 2 {
			args, words = []Expr{args[1], args[0]}, []string{"", " FROM "}
		}
	default:
		return false
	}
	if len(args) == 0 || len(args) > len(words) {
		return false
	}
	p.s(open)
	for i, arg := range args {
		p.s(words[i])
		p.expr(arg, precPrimary)
	}
	p.s(")")
	return true
}

// window prints a window definition with its parentheses.
func (p *printer) window(w *WindowSpec) {
	p.s("(")
	sep := ""
	if w.Base != "" {
		p.word(w.Base)
		sep = " "
	}
	if len(w.PartitionBy) > 0 {
		p.s(sep + "PARTITION BY ")
		p.exprs(w.PartitionBy)
		sep = " "
	}
	if len(w.OrderBy) > 0 {
		p.s(sep)
		p.orderBy(w.OrderBy)
		sep = " "
	}
	if f := w.Frame; f != nil {
		p.s(sep + []string{"RANGE", "ROWS", "GROUPS"}[f.Mode] + " ")
		p.when(!f.Short, "BETWEEN ")
		p.bound(f.Start)
		if !f.Short {
			p.s(" AND ")
			p.bound(f.End)
		}
		p.s([]string{"", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES"}[f.Exclude])
	}
	p.s(")")
}

func (p *printer) bound(b FrameBound) {
	switch b.Kind {
	case UnboundedPreceding:
		p.s("UNBOUNDED PRECEDING")
	case CurrentRow:
		p.s("CURRENT ROW")
	case UnboundedFollowing:
		p.s("UNBOUNDED FOLLOWING")
	case OffsetPreceding:
		p.expr(b.Offset, precIs)
		p.s(" PRECEDING")
	case OffsetFollowing:
		p.expr(b.Offset, precIs)
		p.s(" FOLLOWING")
	}
}

// indirect prints what a subscript or a field selection stands behind.
func (p *printer) indirect(x Expr) {
	switch x := x.(type) {
	case *ColumnRef, *Param, *Subscript, *FieldSelect:
		p.bare(x)
	default:
		p.s("(")
		p.bare(x)
		p.s(")")
	}
}

func (p *printer) brackets(slice bool, index, lo, hi Expr) {
	p.s("[")
	if slice {
		p.expr(lo, 0)
		p.s(" : ")
		p.expr(hi, 0)
	} else {
		p.expr(index, 0)
	}
	p.s("]")
}
