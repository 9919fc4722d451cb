package ast

import (
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/sql/scanner"
)

// Format prints an expression, table, query or statement as SQL on one line.
// Parsing the result gives a tree equal to node apart from positions.
func Format(node Node) string {
	var p printer
	p.node(node)
	return p.b.String()
}

// QuoteIdent returns name as it must be written in SQL, in quotes where it is
// needed.
func QuoteIdent(name string) string {
	if isPlain(name) && scanner.Lookup(name).Category() == scanner.Unreserved {
		return name
	}
	return quote(name)
}

// QuoteString returns text as a string literal.
func QuoteString(text string) string {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func isPlain(name string) bool {
	for i := 0; i < len(name); i++ {
		c := name[i]
		if 'a' <= c && c <= 'z' || c == '_' || i > 0 && ('0' <= c && c <= '9' || c == '$') {
			continue
		}
		return false
	}
	return name != ""
}

// printer collects the text.
type printer struct {
	b strings.Builder
}

// node prints any node.
func (p *printer) node(n Node) {
	switch n := n.(type) {
	case Expr:
		p.expr(n, 0)
	case *Select:
		p.query(n)
	case Stmt:
		p.stmt(n)
	case TableExpr:
		p.table(n)
	case SelectBody:
		p.body(n)
	case *TypeName:
		p.typeName(n)
	case QualifiedName:
		p.qualified(n)
	case Name:
		p.ident(n.Text)
	case *WindowSpec:
		p.window(n)
	case *ColumnDef:
		p.columnDef(n)
	case *Constraint:
		p.constraint(n)
	case *With:
		p.with(n)
	}
}

// s prints text as it is.
func (p *printer) s(text string) { p.b.WriteString(text) }

// when prints text if cond.
func (p *printer) when(cond bool, text string) {
	if cond {
		p.b.WriteString(text)
	}
}

func (p *printer) ident(name string) { p.s(QuoteIdent(name)) }

// word prints a name in a place where any keyword would mislead the parser.
func (p *printer) word(name string) {
	if isPlain(name) && scanner.Lookup(name) == scanner.NoKeyword {
		p.s(name)
	} else {
		p.s(quote(name))
	}
}

func (p *printer) str(text string) { p.s(QuoteString(text)) }

func (p *printer) qualified(q QualifiedName) {
	if q.Catalog != "" {
		p.ident(q.Catalog)
		p.s(".")
	}
	if q.Schema != "" {
		p.ident(q.Schema)
		p.s(".")
	}
	p.ident(q.Name)
}

func (p *printer) names(list []Name) {
	for i, n := range list {
		p.when(i > 0, ", ")
		p.ident(n.Text)
	}
}

// parenNames prints (a, b) with a space before, or nothing.
func (p *printer) parenNames(list []Name) {
	if len(list) > 0 {
		p.s(" (")
		p.names(list)
		p.s(")")
	}
}

func (p *printer) qualifieds(list []QualifiedName) {
	for i, q := range list {
		p.when(i > 0, ", ")
		p.qualified(q)
	}
}

// bareTypes are keywords that stand for themselves as types; other keywords are
// quoted, as are the words that would turn into another type.
var bareTypes = map[string]bool{"integer": true, "bit": true, "time": true, "timestamp": true,
	"interval": true, "numeric": true, "varchar": true}

var aliasTypes = map[string]bool{"datetime": true, "tinyint": true, "blob": true, "double": true}

// typeBase prints a type's name without what follows it.
func (p *printer) typeBase(t *TypeName) {
	name := t.Name.Name
	switch {
	case t.Name.Schema != "":
		p.qualified(t.Name)
	case name == "bit" && t.Mods == nil || aliasTypes[name]:
		p.s(quote(name))
	case bareTypes[name]:
		p.s(name)
	default:
		p.ident(name)
	}
}

func (p *printer) typeName(t *TypeName) {
	p.when(t.SetOf, "SETOF ")
	p.when(t.Encrypted, "ENCRYPTED ")
	p.typeBase(t)
	p.typeTail(t)
	for _, n := range t.Dims {
		p.s("[")
		if n >= 0 {
			p.s(strconv.Itoa(n))
		}
		p.s("]")
	}
}

// typeTail prints %TYPE, interval fields and modifiers.
func (p *printer) typeTail(t *TypeName) {
	p.when(t.OfColumn, "%TYPE")
	if t.Interval != "" {
		p.s(" ")
		p.s(t.Interval)
	}
	p.mods(t.Mods)
}

func (p *printer) mods(mods []Expr) {
	if len(mods) > 0 {
		p.s("(")
		p.exprs(mods)
		p.s(")")
	}
}

// options prints (name value, ...).
func (p *printer) options(list []Option) {
	p.s("(")
	for i, o := range list {
		p.when(i > 0, ", ")
		p.dotted(o.Name)
		if o.Value != nil {
			p.s(" ")
			p.setting(o.Value)
		}
	}
	p.s(")")
}

// dotted prints a name that was joined with dots.
func (p *printer) dotted(name string) {
	for i, part := range strings.Split(name, ".") {
		p.when(i > 0, ".")
		p.ident(part)
	}
}

// setting prints the value of an option or a setting.
func (p *printer) setting(e Expr) {
	row, ok := e.(*RowExpr)
	if !ok {
		p.expr(e, 0)
		return
	}
	p.s("(")
	for i, elem := range row.Elems {
		p.when(i > 0, ", ")
		p.setting(elem)
	}
	p.s(")")
}
