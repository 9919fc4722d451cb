package deparse

import (
	"bytes"
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// frame is what a query is written in: the names around it, those that its
// columns are to have (nil: their own), and whether anybody sees these.
type frame struct {
	names   *names
	cols    []string
	visible bool
	types   []*types.Type // what literals of the select list become; nil: text
}

// output is one column of a select list.
type output struct {
	name  string
	value node
}

// nested writes a query in the place where the printer is.
func (p *printer) nested(q *ast.Select, visible bool) {
	p.query(q, frame{names: p.names, visible: visible})
}

// query writes a query. The indentation and the names of the caller are as
// before when it returns.
func (p *printer) query(q *ast.Select, f frame) {
	savedNames, savedLevel := p.names, p.level
	defer func() { p.names, p.level = savedNames, savedLevel }()
	q = flattened(q)
	var from []ast.TableExpr
	if core, ok := q.Body.(*ast.SelectCore); ok {
		from = core.From
	}
	p.names = p.within(f.names, from)
	p.with(q.With)
	var outs []output
	place := false
	switch body := q.Body.(type) {
	case *ast.SelectCore:
		outs = p.outputs(body, f)
		p.core(body, outs, f)
	case *ast.Values:
		p.begin()
		p.valuesQuery(body, q, f)
		place = true
	case *ast.SetOp:
		if f.types == nil {
			for _, c := range p.a.notes.Queries[q] {
				f.types = append(f.types, c.Type)
			}
		}
		p.setOp(body, f)
		place = true
	default:
		panic(unsupported(q.Body))
	}
	p.tail(q, outs, place)
}

// begin moves what follows to the right.
func (p *printer) begin() {
	p.level += indentClause
	if !p.flat {
		p.s(" ")
	}
}

// flattened is a query without parentheses around its body.
func flattened(q *ast.Select) *ast.Select {
	for {
		inner, ok := q.Body.(*ast.Select)
		if !ok {
			return q
		}
		merged := *inner
		if q.With != nil {
			merged.With = q.With
		}
		if len(q.OrderBy) > 0 {
			merged.OrderBy = q.OrderBy
		}
		if q.Limit != nil {
			merged.Limit, merged.WithTies = q.Limit, q.WithTies
		}
		if q.Offset != nil {
			merged.Offset = q.Offset
		}
		merged.Locking = append(append([]ast.Locking{}, q.Locking...), inner.Locking...)
		q = &merged
	}
}

// tail writes ORDER BY and what follows it.
func (p *printer) tail(q *ast.Select, outs []output, place bool) {
	if len(q.OrderBy) > 0 {
		p.line(" ORDER BY ", -indentClause, indentClause, 1)
		var keys []sortKey
		for _, k := range q.OrderBy {
			key := sortKey{}
			if place {
				key = keyOf(nil, k)
				key.place = p.placeOf(k.Expr, q)
			} else {
				key = keyOf(p.chosen(k.Expr, outs), k)
			}
			keys = append(keys, key)
		}
		p.orderBy(keys)
	}
	if q.Offset != nil {
		p.line(" OFFSET ", -indentClause, indentClause, 0)
		p.node(p.count(q.Offset), false)
	}
	if q.Limit != nil {
		if q.WithTies {
			p.line(" FETCH FIRST ", -indentClause, indentClause, 0)
			p.s("(")
			p.node(p.count(q.Limit), false)
			p.s(") ROWS WITH TIES")
		} else {
			p.line(" LIMIT ", -indentClause, indentClause, 0)
			if n := p.count(q.Limit); isNull(n) {
				p.s("ALL")
			} else {
				p.node(n, false)
			}
		}
	}
	for _, l := range q.Locking {
		words := [...]string{" FOR KEY SHARE", " FOR SHARE", " FOR NO KEY UPDATE", " FOR UPDATE"}[l.Strength]
		of := l.Of
		if len(of) == 0 {
			of = p.lockable(q)
		}
		for _, name := range of {
			p.line(words, -indentClause, indentClause, 0)
			p.s(" OF " + ast.QuoteIdent(name.Name) + [...]string{"", " NOWAIT", " SKIP LOCKED"}[l.Wait])
		}
	}
}

// lockable are the names of the tables of a query.
func (p *printer) lockable(q *ast.Select) []ast.QualifiedName {
	var out []ast.QualifiedName
	core, ok := q.Body.(*ast.SelectCore)
	if !ok {
		return nil
	}
	for _, t := range core.From {
		if name := p.names.find(t); name != "" {
			out = append(out, ast.QualifiedName{Name: name})
		}
	}
	return out
}

func (p *printer) count(e ast.Expr) node { return p.a.implicitly(p.a.expr(e), types.Int8) }

func isNull(n node) bool {
	c, ok := n.(*constant)
	return ok && c.null
}

// placeOf is the number of the output column that a key of a set operation
// names.
func (p *printer) placeOf(e ast.Expr, q *ast.Select) int {
	if l, ok := e.(*ast.Literal); ok && l.Kind == ast.IntLiteral {
		v, err := types.Parse(l.Text, types.Int8, nil)
		if err == nil {
			return int(v.I)
		}
	}
	if c, ok := e.(*ast.ColumnRef); ok {
		for i, col := range p.columnsOf(q) {
			if col == c.Parts[len(c.Parts)-1].Text {
				return i + 1
			}
		}
	}
	panic(unsupported(e))
}

// columnsOf are the names of a query's columns.
func (p *printer) columnsOf(q *ast.Select) []string {
	var body = q.Body
	for {
		switch b := body.(type) {
		case *ast.SetOp:
			body = b.Left
			continue
		case *ast.Select:
			body = b.Body
			continue
		case *ast.SelectCore:
			var list []string
			for _, o := range p.outputs(b, frame{}) {
				list = append(list, o.name)
			}
			return list
		case *ast.Values:
			var list []string
			for i := range b.Rows[0] {
				list = append(list, "column"+itoa(i+1))
			}
			return list
		}
		return nil
	}
}

// outputs analyses a select list, its stars spelled out.
func (p *printer) outputs(core *ast.SelectCore, f frame) []output {
	var outs []output
	for _, t := range core.Targets {
		if stars, ok := p.a.notes.Stars[t.Expr]; ok {
			x, isField := t.Expr.(*ast.FieldSelect)
			for _, m := range stars {
				outs = append(outs, output{m.Name, &column{m: m, t: m.Type}})
			}
			if isField && len(stars) == 0 {
				panic(unsupported(x))
			}
			continue
		}
		name := t.Alias
		if name == "" {
			name = binder.ColumnName(t.Expr)
		}
		outs = append(outs, output{name, p.a.expr(t.Expr)})
	}
	for i := range outs {
		if !unknown(outs[i].value) {
			continue
		}
		want := types.Text
		if i < len(f.types) {
			want = f.types[i]
		}
		outs[i].value = p.a.implicitly(outs[i].value, want)
	}
	return outs
}

// chosen is what a key of ORDER BY, GROUP BY or DISTINCT ON stands for: an
// output column by its number or name, or an expression.
func (p *printer) chosen(e ast.Expr, outs []output) node {
	switch x := e.(type) {
	case *ast.Literal:
		if v, err := types.Parse(x.Text, types.Int8, nil); err == nil && x.Kind == ast.IntLiteral && v.I >= 1 && int(v.I) <= len(outs) {
			return outs[v.I-1].value
		}
	case *ast.ColumnRef:
		if _, input := p.a.notes.Names[x]; !input && len(x.Parts) == 1 {
			for _, o := range outs {
				if o.name == x.Parts[0].Text {
					return o.value
				}
			}
		}
	}
	return p.a.value(e)
}

func (p *printer) core(c *ast.SelectCore, outs []output, f frame) {
	p.begin()
	p.s("SELECT")
	if len(c.DistinctOn) > 0 {
		p.s(" DISTINCT ON (")
		for i, e := range c.DistinctOn {
			if i > 0 {
				p.s(", ")
			}
			p.key(p.chosen(e, outs))
		}
		p.s(")")
	} else if c.Distinct {
		p.s(" DISTINCT")
	}
	p.targets(outs, f)
	p.from(c.From)
	if c.Where != nil {
		p.line(" WHERE ", -indentClause, indentClause, 1)
		p.node(p.a.condition(c.Where), false)
	}
	if len(c.GroupBy) > 0 {
		p.line(" GROUP BY ", -indentClause, indentClause, 1)
		if c.GroupDistinct {
			p.s("DISTINCT ")
		}
		for i, e := range c.GroupBy {
			if i > 0 {
				p.s(", ")
			}
			p.grouping(e, outs, true)
		}
	}
	if c.Having != nil {
		p.line(" HAVING ", -indentClause, indentClause, 0)
		p.node(p.a.condition(c.Having), false)
	}
	for i, w := range c.Windows {
		if i == 0 {
			p.line(" WINDOW ", -indentClause, indentClause, 1)
		} else {
			p.line(", ", -indentClause, indentClause, 1)
		}
		p.s(ast.QuoteIdent(w.Name) + " AS ")
		p.window(w.Spec)
	}
}

// grouping writes an item of GROUP BY.
func (p *printer) grouping(e ast.Expr, outs []output, bare bool) {
	g, ok := e.(*ast.GroupingSet)
	if !ok {
		items := []ast.Expr{e}
		if r, ok := e.(*ast.RowExpr); ok && !r.Explicit {
			items = r.Elems
		}
		if !bare || len(items) != 1 {
			p.s("(")
		}
		for i, x := range items {
			if i > 0 {
				p.s(", ")
			}
			p.key(p.chosen(x, outs))
		}
		if !bare || len(items) != 1 {
			p.s(")")
		}
		return
	}
	p.s(map[ast.GroupingKind]string{ast.GroupingEmpty: "(", ast.GroupingRollup: "ROLLUP(", ast.GroupingCube: "CUBE(", ast.GroupingSets: "GROUPING SETS ("}[g.Kind])
	for i, x := range g.Items {
		if i > 0 {
			p.s(", ")
		}
		p.grouping(x, outs, g.Kind != ast.GroupingSets)
	}
	p.s(")")
}

// targets writes a select list.
func (p *printer) targets(outs []output, f frame) {
	sep, lines := " ", false
	for i, o := range outs {
		p.s(sep)
		sep = ", "
		name := o.name
		if i < len(f.cols) {
			name = f.cols[i]
		}
		p.item(i > 0, &lines, indentCase, func() {
			own := "?column?"
			if f.visible {
				own = ""
			}
			if c, ok := o.value.(*column); ok {
				before := len(p.buf)
				p.node(c, true)
				if own = ""; c.m.Column >= 0 {
					own = lastPart(string(p.buf[before:]))
				} else {
					p.s("::" + p.a.typeName(c.t))
				}
			} else {
				p.node(o.value, true)
			}
			if own != ast.QuoteIdent(name) && !(own == "?column?" && name == own) {
				p.s(" AS " + ast.QuoteIdent(name))
			}
		})
	}
}

// lastPart is what stands behind the last dot outside of quotes.
func lastPart(text string) string {
	quotes, at := false, 0
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '"':
			quotes = !quotes
		case text[i] == '.' && !quotes:
			at = i + 1
		}
	}
	return text[at:]
}

// item writes one item of a list whose lines are wrapped. lines holds whether
// the item before took more than one.
func (p *printer) item(later bool, lines *bool, extra int, write func()) {
	outer := p.buf
	p.buf = nil
	write()
	text := p.buf
	p.buf = outer
	if p.wrap >= 0 && !p.flat {
		begins := len(text) > 0 && text[0] == '\n'
		if begins {
			p.trimSpaces()
		} else {
			line := len(p.buf) - (bytes.LastIndexByte(p.buf, '\n') + 1)
			if later && (line+len(text) > p.wrap || *lines) {
				p.line("", -indentClause, indentClause, extra)
			}
		}
		rest := string(text)
		if begins {
			rest = rest[1:]
		}
		*lines = strings.Contains(rest, "\n")
	}
	p.buf = append(p.buf, text...)
}
