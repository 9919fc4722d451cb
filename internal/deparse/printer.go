package deparse

import (
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// Columns by which the parts of a query are moved to the right.
const (
	indentClause = 8
	indentCase   = 4
	indentJoin   = 4
	indentLimit  = 40 // from here on less
)

// printer writes nodes. What follows the steps of PostgreSQL's is what the text
// shows: where parentheses stand, and where lines begin.
type printer struct {
	a      *analysis
	buf    []byte
	pretty bool // only the parentheses that are needed
	flat   bool // all in one line
	level  int  // of indentation
	wrap   int  // columns of a line before a select list or FROM goes on in the next; 0 is one item a line, -1 any number
	names  *names
	// routine is the function whose body is written; columns of no item are
	// its arguments.
	routine *catalog.SQLFunction
}

func (p *printer) s(text string) { p.buf = append(p.buf, text...) }

func (p *printer) trimSpaces() {
	for len(p.buf) > 0 && p.buf[len(p.buf)-1] == ' ' {
		p.buf = p.buf[:len(p.buf)-1]
	}
}

// line begins a line with a word: the level changes before and after, extra
// spaces stand in front of the word.
func (p *printer) line(text string, before, after, extra int) {
	if p.flat {
		p.s(text)
		return
	}
	p.level += before
	p.trimSpaces()
	p.s("\n")
	n := max(p.level, 0)
	if p.level >= indentLimit {
		n = (indentLimit + (p.level-indentLimit)/(indentClause/2)) % indentLimit
	}
	p.s(strings.Repeat(" ", n+extra) + text)
	p.level = max(p.level+after, 0)
}

// open writes the parenthesis that every operator has in the plain form.
func (p *printer) open() {
	if !p.pretty {
		p.s("(")
	}
}

func (p *printer) close() {
	if !p.pretty {
		p.s(")")
	}
}

// operand writes a node below another, with parentheses where they are needed.
func (p *printer) operand(n node, implicit bool, parent node) {
	need := p.pretty && !simple(n, parent)
	if need {
		p.s("(")
	}
	p.node(n, implicit)
	if need {
		p.s(")")
	}
}

func (p *printer) nodes(list []node, implicit bool) {
	for i, n := range list {
		if i > 0 {
			p.s(", ")
		}
		p.node(n, implicit)
	}
}

// node writes a node; implicit says that a conversion on top is shown.
func (p *printer) node(n node, implicit bool) {
	switch n := n.(type) {
	case *column:
		p.column(n)
	case *constant:
		p.constant(n, 0)
	case *word:
		p.s(n.text)
	case *cast:
		p.cast(n, implicit)
	case *operator:
		p.open()
		if len(n.args) == 2 {
			p.operand(n.args[0], true, n)
			p.s(" " + n.op + " ")
			p.operand(n.args[1], true, n)
		} else {
			p.s(n.op + " ")
			p.operand(n.args[0], true, n)
		}
		p.close()
	case *junction:
		p.open()
		if n.op == "NOT" {
			p.s("NOT ")
		}
		for i, x := range n.args {
			if i > 0 {
				p.s(" " + n.op + " ")
			}
			p.operand(x, false, n)
		}
		p.close()
	case *call:
		p.call(n)
	case *aggregate:
		p.aggregate(n)
	case *test:
		p.open()
		p.operand(n.arg, n.b != nil || strings.HasSuffix(n.words, "NULL"), n)
		p.s(" " + n.words)
		if n.b != nil {
			p.s(" ")
			p.operand(n.b, true, n)
		}
		p.close()
	default:
		p.rare(n, implicit)
	}
}

func (p *printer) rare(n node, implicit bool) {
	switch n := n.(type) {
	case *arrayTest:
		words := " ANY ("
		if n.all {
			words = " ALL ("
		}
		p.open()
		p.operand(n.arg, true, n)
		p.s(" " + n.op + words)
		p.operand(n.array, true, n)
		if q, ok := n.array.(*subquery); ok && q.kind == "" {
			p.s("::" + p.a.typeName(q.t))
		}
		p.s(")")
		p.close()
	case *rowCompare:
		p.s("(ROW(")
		p.nodes(n.l, true)
		p.s(") " + n.op + " ROW(")
		p.nodes(n.r, true)
		p.s("))")
	case *choice:
		p.choice(n)
	case *subscript:
		p.subscript(n, implicit)
	case *field:
		_, bare := n.arg.(*subscript)
		_, nested := n.arg.(*field)
		if bare || nested {
			p.node(n.arg, true)
		} else {
			p.s("(")
			p.node(n.arg, true)
			p.s(")")
		}
		p.s("." + ast.QuoteIdent(n.name))
	case *collated:
		p.open()
		p.operand(n.arg, implicit, n)
		p.s(" COLLATE " + ast.QuoteIdent(n.name))
		p.close()
	case *subquery:
		p.subquery(n)
	}
}

// constant writes a value. label says whether its type stands behind it: 0
// where it would not be read as of that type, 1 always, -1 never.
func (p *printer) constant(n *constant, label int) {
	need := false
	switch {
	case n.null:
		p.s("NULL")
		need = !n.t.Is(types.Unknown)
	case n.t.Is(types.Int4):
		if n.text[0] != '-' {
			p.s(n.text)
		} else {
			p.s("'" + n.text + "'")
			need = true
		}
	case n.t.Is(types.Numeric):
		if n.text[0] >= '0' && n.text[0] <= '9' && strings.ContainsAny(n.text, "eE.") {
			p.s(n.text)
		} else {
			p.s("'" + n.text + "'")
			need = true
		}
	case n.t.Is(types.Bool):
		p.s(n.text)
	default:
		p.s(quoted(n.text))
		need = !n.t.Is(types.Unknown)
	}
	if label >= 0 && (need || label > 0) {
		p.s("::" + p.a.typeName(n.t))
	}
}

// quoted writes a string literal, whose backslashes mean themselves.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func (p *printer) cast(n *cast, implicit bool) {
	if n.implicit && !implicit {
		p.operand(n.arg, false, n)
		return
	}
	p.conversion(n.arg, n.t, n)
}

func (p *printer) conversion(arg node, t *types.Type, parent node) {
	if c, ok := arg.(*constant); ok && c.t.Is(t) && c.t.Mod < 0 {
		p.constant(c, -1)
	} else {
		p.open()
		p.operand(arg, false, parent)
		p.close()
	}
	p.s("::" + p.a.typeName(t))
}

func (p *printer) choice(n *choice) {
	p.line("CASE", 0, indentCase, 0)
	if n.arg != nil {
		p.s(" ")
		p.node(n.arg, true)
	}
	space := func() {
		if p.flat {
			p.s(" ")
		}
	}
	for _, w := range n.when {
		space()
		p.line("WHEN ", 0, 0, 0)
		p.node(w[0], false)
		p.s(" THEN ")
		p.node(w[1], true)
	}
	space()
	p.line("ELSE ", 0, 0, 0)
	p.node(n.otherwise, true)
	space()
	p.line("END", -indentCase, 0, 0)
}

func (p *printer) subscript(n *subscript, implicit bool) {
	_, plain := n.arg.(*column)
	_, selected := n.arg.(*field)
	if !plain && !selected {
		p.s("(")
	}
	p.node(n.arg, implicit)
	if !plain && !selected {
		p.s(")")
	}
	for _, b := range n.steps {
		p.s("[")
		if b.slice {
			if b.lo != nil {
				p.node(b.lo, false)
			}
			p.s(":")
		}
		if b.hi != nil {
			p.node(b.hi, false)
		}
		p.s("]")
	}
}

func (p *printer) call(n *call) {
	switch {
	case n.syntax != "" && p.worded(n):
		return
	case n.bare:
		p.s("ARRAY[")
		p.nodes(n.args, true)
		p.s("]" + n.suffix)
		return
	}
	p.s(n.name + "(")
	p.arguments(n)
	p.s(")" + n.suffix)
}

func (p *printer) arguments(n *call) {
	for i, x := range n.args {
		if i > 0 {
			p.s(", ")
		}
		if n.variadic && i == len(n.args)-1 {
			p.s("VARIADIC ")
		}
		if i < len(n.argNames) && n.argNames[i] != "" {
			p.s(ast.QuoteIdent(n.argNames[i]) + " => ")
		}
		p.node(x, true)
	}
}

// worded writes a call with the words of the standard; false is one that has
// none.
func (p *printer) worded(n *call) bool {
	joined := func(open string, words ...string) bool {
		p.s(open)
		for i, x := range n.args {
			if i > 0 {
				p.s(words[i-1])
			}
			p.node(x, false)
		}
		p.s(")")
		return true
	}
	switch n.syntax {
	case "AT TIME ZONE":
		p.s("(")
		p.operand(n.args[1], false, n)
		p.s(" AT TIME ZONE ")
		p.operand(n.args[0], false, n)
		p.s(")")
		return true
	case "EXTRACT":
		c, ok := n.args[0].(*constant)
		if !ok {
			return false
		}
		p.s("EXTRACT(" + c.text + " FROM ")
		p.node(n.args[1], false)
		p.s(")")
		return true
	case "POSITION":
		p.s("POSITION((")
		p.node(n.args[1], false)
		p.s(") IN (")
		p.node(n.args[0], false)
		p.s("))")
		return true
	case "SUBSTRING":
		if len(n.args) == 3 && isText(n.args[1].typ()) {
			return joined("SUBSTRING(", " SIMILAR ", " ESCAPE ")
		}
		return joined("SUBSTRING(", " FROM ", " FOR ")
	case "OVERLAY":
		return joined("OVERLAY(", " PLACING ", " FROM ", " FOR ")
	case "BOTH", "LEADING", "TRAILING":
		p.s("TRIM(" + n.syntax)
		if len(n.args) == 2 {
			p.s(" ")
			p.node(n.args[1], false)
		}
		p.s(" FROM ")
		p.node(n.args[0], false)
		p.s(")")
		return true
	case "OVERLAPS":
		p.s("(")
		for i, x := range n.args {
			p.s([]string{"(", ", ", ") OVERLAPS (", ", "}[i])
			p.node(x, false)
		}
		p.s("))")
		return true
	case "COLLATION FOR":
		return joined("COLLATION FOR (")
	case "NORMALIZE":
		p.s("NORMALIZE(")
		p.node(n.args[0], false)
		if c, ok := n.args[len(n.args)-1].(*constant); ok && len(n.args) == 2 {
			p.s(", " + c.text)
		}
		p.s(")")
		return true
	}
	p.s("(") // IS form NORMALIZED
	p.operand(n.args[0], false, n)
	p.s(" " + n.syntax + ")")
	return true
}

func (p *printer) aggregate(n *aggregate) {
	p.s(n.name + "(")
	if n.distinct {
		p.s("DISTINCT ")
	}
	if n.within {
		p.nodes(n.direct, true)
		p.s(") WITHIN GROUP (ORDER BY ")
		p.orderBy(n.order)
	} else {
		if n.star {
			p.s("*")
		}
		p.arguments(&n.call)
		if len(n.order) > 0 {
			p.s(" ORDER BY ")
			p.orderBy(n.order)
		}
	}
	if n.filter != nil {
		p.s(") FILTER (WHERE ")
		p.node(n.filter, false)
	}
	p.s(")")
	if n.over == nil {
		return
	}
	p.s(" OVER ")
	if n.over.Name != "" {
		p.s(ast.QuoteIdent(n.over.Name))
	} else {
		p.window(n.over)
	}
}

func (p *printer) orderBy(keys []sortKey) {
	for i, k := range keys {
		if i > 0 {
			p.s(", ")
		}
		if k.place > 0 {
			p.s(itoa(k.place))
		} else {
			p.key(k.arg)
		}
		switch {
		case k.desc && !k.nullsFirst:
			p.s(" DESC NULLS LAST")
		case k.desc:
			p.s(" DESC")
		case k.nullsFirst:
			p.s(" NULLS FIRST")
		}
	}
}

// key writes an expression to sort or group by, such that it is no number of a
// column and no ROLLUP.
func (p *printer) key(n node) {
	switch x := n.(type) {
	case *constant:
		p.constant(x, 1)
	case *column:
		p.node(n, true)
	default:
		need := p.pretty
		switch x := n.(type) {
		case *call:
			need = need || !x.grammar && !x.bare
		case *aggregate:
			need = true
		case *cast:
			need = need || x.function
		}
		if need {
			p.s("(")
		}
		p.node(n, true)
		if need {
			p.s(")")
		}
	}
}
