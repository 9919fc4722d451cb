package deparse

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// from writes a FROM clause.
func (p *printer) from(list []ast.TableExpr) {
	lines := false
	for i, t := range list {
		if i == 0 {
			p.line(" FROM ", -indentClause, indentClause, 2)
			p.table(t)
			continue
		}
		p.s(", ")
		lines = false
		p.item(true, &lines, indentCase, func() { p.table(t) })
	}
}

func (p *printer) table(t ast.TableExpr) {
	name := p.names.find(t)
	switch t := t.(type) {
	case *ast.Join:
		p.join(t, name)
		return
	case *ast.TableRef:
		p.tableRef(t, name)
	case *ast.SubqueryRef:
		if t.Lateral {
			p.s("LATERAL ")
		}
		p.s("(")
		p.nested(t.Query, true)
		p.s(")")
		p.alias(t, name, true)
	case *ast.FuncRef:
		p.function(t, name)
	default:
		panic(unsupported(t))
	}
}

// alias writes the name of an item, where it has to stand, and its columns.
func (p *printer) alias(t ast.TableExpr, name string, always bool) {
	cols, listed := p.columns(t)
	if name != "" && (always || listed) {
		p.s(" " + ast.QuoteIdent(name))
	}
	if listed {
		p.columnList(cols)
	}
}

func (p *printer) tableRef(t *ast.TableRef, name string) {
	if t.Only {
		p.s("ONLY ")
	}
	own := t.Name.Name
	if it := p.a.notes.Items[t]; it != nil && it.Rel != nil {
		own = it.Rel.Name
		p.s(p.a.relationName(it.Rel.Schema, it.Rel.Name))
	} else {
		p.s(ast.QuoteIdent(own))
	}
	p.alias(t, name, name != own || t.Alias.Name != "" && !hiddenAlias(t))
	if t.Sample == nil {
		return
	}
	p.s(" TABLESAMPLE " + ast.QuoteIdent(t.Sample.Method.Name) + " (")
	for i, e := range t.Sample.Args {
		if i > 0 {
			p.s(", ")
		}
		p.node(p.a.implicitly(p.a.expr(e), types.Float4), false)
	}
	p.s(")")
	if t.Sample.Repeatable != nil {
		p.s(" REPEATABLE (")
		p.node(p.a.implicitly(p.a.expr(t.Sample.Repeatable), types.Float8), false)
		p.s(")")
	}
}

func (p *printer) function(t *ast.FuncRef, name string) {
	calls := make([]node, len(t.Items))
	lateral := t.Lateral
	for i, item := range t.Items {
		calls[i] = p.a.value(item.Func)
		each(calls[i], func(n node) {
			if c, ok := n.(*column); ok && p.names.has(c.m.Item) {
				lateral = true
			}
		})
	}
	if lateral {
		p.s("LATERAL ")
	}
	call := func(n node) {
		if isCall(n) {
			p.node(n, true)
			return
		}
		p.s("CAST(")
		p.node(n, false)
		p.s(" AS " + p.a.typeName(n.typ()) + ")")
	}
	if t.RowsFrom {
		p.s("ROWS FROM(")
	}
	for i, item := range t.Items {
		if i > 0 {
			p.s(", ")
		}
		call(calls[i])
		if len(item.Columns) > 0 {
			p.s(" AS ")
			p.definitions(item.Columns)
		}
	}
	if t.RowsFrom {
		p.s(")")
	}
	if t.Ordinality {
		p.s(" WITH ORDINALITY")
	}
	if len(t.Columns) > 0 {
		p.s(" " + ast.QuoteIdent(name))
		p.definitions(t.Columns)
		return
	}
	p.alias(t, name, true)
}

// definitions writes a column definition list.
func (p *printer) definitions(cols []ast.ColumnDefItem) {
	p.s("(")
	for i, c := range cols {
		if i > 0 {
			p.s(", ")
		}
		p.s(ast.QuoteIdent(c.Name) + " " + p.a.named(c.Type))
	}
	p.s(")")
}

func (p *printer) join(j *ast.Join, name string) {
	if !p.pretty || j.Alias.Name != "" {
		p.s("(")
	}
	p.table(j.Left)
	names := p.merges(j)
	word := [...]string{ast.InnerJoin: " JOIN ", ast.LeftJoin: " LEFT JOIN ", ast.RightJoin: " RIGHT JOIN ", ast.FullJoin: " FULL JOIN ", ast.CrossJoin: " CROSS JOIN "}[j.Kind]
	if j.Kind == ast.InnerJoin && j.On == nil && len(names) == 0 {
		word = " CROSS JOIN "
	}
	p.line(word, -indentClause, indentClause, indentJoin)
	right, nested := j.Right.(*ast.Join)
	nested = nested && p.pretty && right.Alias.Name == ""
	if nested {
		p.s("(")
	}
	p.table(j.Right)
	if nested {
		p.s(")")
	}
	switch {
	case len(names) > 0:
		p.s(" USING ")
		p.columnList(names)
		if j.UsingAlias != "" {
			p.s(" AS " + ast.QuoteIdent(j.UsingAlias))
		}
	case j.On != nil:
		p.s(" ON ")
		p.open()
		p.node(p.a.condition(j.On), false)
		p.close()
	case j.Kind != ast.InnerJoin && j.Kind != ast.CrossJoin:
		p.s(" ON TRUE")
	}
	if !p.pretty || j.Alias.Name != "" {
		p.s(")")
	}
	if j.Alias.Name != "" {
		p.alias(j, name, true)
	}
}

// merges are the columns that USING or NATURAL merges.
func (p *printer) merges(j *ast.Join) []string {
	var names []string
	switch {
	case len(j.Using) > 0:
		for _, n := range j.Using {
			names = append(names, n.Text)
		}
	case j.Natural:
		if it := p.a.notes.Items[j]; it != nil && j.Alias.Name == "" {
			for _, c := range it.Cols {
				names = append(names, c.Name)
			}
		}
	}
	return names
}

// with writes a WITH clause.
func (p *printer) with(w *ast.With) {
	if w == nil {
		return
	}
	p.begin()
	sep := "WITH "
	if w.Recursive {
		sep = "WITH RECURSIVE "
	}
	for _, c := range w.CTEs {
		p.s(sep + ast.QuoteIdent(c.Name))
		sep = ", "
		if len(c.Columns) > 0 {
			p.columnList(texts(c.Columns))
		}
		p.s(" AS " + [...]string{"", "MATERIALIZED ", "NOT MATERIALIZED "}[c.Materialized] + "(")
		p.line("", 0, 0, 0)
		q, ok := c.Stmt.(*ast.Select)
		if !ok {
			panic(unsupported(c.Stmt))
		}
		p.nested(q, true)
		p.line("", 0, 0, 0)
		p.s(")")
		p.trace(c)
	}
	p.level -= indentClause
	p.line("", 0, 0, 0)
	if p.flat {
		p.s(" ")
	}
}

// trace writes SEARCH and CYCLE.
func (p *printer) trace(c *ast.CTE) {
	list := func(names []ast.Name) {
		for i, n := range texts(names) {
			if i > 0 {
				p.s(", ")
			}
			p.s(ast.QuoteIdent(n))
		}
	}
	if s := c.Search; s != nil {
		p.s(map[bool]string{true: " SEARCH BREADTH FIRST BY ", false: " SEARCH DEPTH FIRST BY "}[s.Breadth])
		list(s.By)
		p.s(" SET " + ast.QuoteIdent(s.Set))
	}
	if y := c.Cycle; y != nil {
		p.s(" CYCLE ")
		list(y.Columns)
		p.s(" SET " + ast.QuoteIdent(y.Mark))
		if y.To != nil {
			p.s(" TO ")
			p.node(p.a.value(y.To), false)
			p.s(" DEFAULT ")
			p.node(p.a.value(y.Default), false)
		}
		p.s(" USING " + ast.QuoteIdent(y.Path))
	}
}

func texts(names []ast.Name) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = n.Text
	}
	return out
}
