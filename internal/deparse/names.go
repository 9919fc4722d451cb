package deparse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
)

// names are those of the items of one query's FROM, below those of the queries
// around it. No two are the same, so that every column can be named.
type names struct {
	parent *names
	of     map[ast.TableExpr]string
	used   map[string]bool
	value  bool // the column is VALUE of a domain's check
}

// within makes the names of the items of FROM of a query.
func (p *printer) within(parent *names, from []ast.TableExpr) *names {
	n := &names{parent: parent, of: map[ast.TableExpr]string{}, used: map[string]bool{}}
	for _, t := range from {
		p.enter(n, t)
	}
	return n
}

func (p *printer) enter(n *names, t ast.TableExpr) {
	name := ""
	switch t := t.(type) {
	case *ast.Join:
		p.enter(n, t.Left)
		p.enter(n, t.Right)
		name = t.Alias.Name
	case *ast.TableRef:
		if name = t.Alias.Name; name == "" || hiddenAlias(t) {
			name = t.Name.Name
			if it := p.a.notes.Items[t]; it != nil && it.Rel != nil {
				name = it.Rel.Name
			}
		}
	case *ast.SubqueryRef:
		name = t.Alias.Name
	case *ast.FuncRef:
		if name = t.Alias.Name; name == "" {
			name = functionName(t)
		}
	}
	if name == "" {
		return
	}
	base := name
	for i := 1; n.taken(name); i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	n.used[name], n.of[t] = true, name
}

// functionName is the name of a function in FROM without an alias.
func functionName(t *ast.FuncRef) string {
	if c, ok := t.Items[0].Func.(*ast.FuncCall); ok {
		return c.Name.Name
	}
	return binder.ColumnName(t.Items[0].Func)
}

// taken reports whether the query or one around it has the name.
func (n *names) taken(name string) bool {
	for ; n != nil; n = n.parent {
		if n.used[name] {
			return true
		}
	}
	return false
}

// has reports whether an item is one of the query's own.
func (n *names) has(t ast.TableExpr) bool {
	_, named := n.of[t]
	_, join := t.(*ast.Join)
	return t != nil && (named || join)
}

// find returns the name of an item of the query or one around it.
func (n *names) find(t ast.TableExpr) string {
	for ; n != nil; n = n.parent {
		if name, ok := n.of[t]; ok {
			return name
		}
	}
	return ""
}

// hiddenAlias reports whether the alias of a table was made when a column was
// renamed, and is not what the user wrote.
func hiddenAlias(t *ast.TableRef) bool {
	return t.Alias.Name == t.Name.Name && len(t.Alias.Columns) > 0
}

// columns are the names of an item's columns as the text has them; listed says
// that they are to stand behind the item's alias.
func (p *printer) columns(t ast.TableExpr) (cols []string, listed bool) {
	it := p.a.notes.Items[t]
	if it == nil {
		return nil, false
	}
	for _, c := range it.Cols {
		cols = append(cols, c.Name)
	}
	switch t := t.(type) {
	case *ast.TableRef:
		if it.Rel == nil {
			listed = len(t.Alias.Columns) > 0
			break
		}
		if hiddenAlias(t) {
			cols = cols[:0]
			for _, c := range it.Rel.Columns {
				cols = append(cols, c.Name)
			}
		}
		listed = differ(cols, it.Rel)
	case *ast.SubqueryRef:
		listed = len(t.Alias.Columns) > 0
	case *ast.FuncRef:
		listed = true
	case *ast.Join:
		listed = len(t.Alias.Columns) > 0
	}
	seen := map[string]bool{}
	for i, c := range cols {
		base := c
		for k := 1; seen[c]; k++ {
			c = fmt.Sprintf("%s_%d", base, k)
		}
		if c != base {
			cols = slices.Clone(cols)
			cols[i], listed = c, true
		}
		seen[c] = true
	}
	return cols, listed
}

func differ(cols []string, rel *catalog.Relation) bool {
	for i, c := range cols {
		if i < len(rel.Columns) && rel.Columns[i].Name != c {
			return true
		}
	}
	return false
}

// columnList writes the names of columns behind an alias.
func (p *printer) columnList(cols []string) {
	quoted := make([]string, len(cols))
	for i, c := range cols {
		quoted[i] = ast.QuoteIdent(c)
	}
	p.s("(" + strings.Join(quoted, ", ") + ")")
}

// column writes a reference to a column.
func (p *printer) column(n *column) {
	m := n.m
	switch {
	case p.names != nil && p.names.value:
		p.s("VALUE")
		return
	case m.Outer != "":
		p.s(ast.QuoteIdent(m.Outer) + ".")
		if m.Column < 0 {
			p.s("*")
			return
		}
	case m.Item == nil && p.routine != nil:
		p.argument(m.Column)
		return
	case m.Item == nil:
		if m.Column < 0 {
			p.s("*")
			return
		}
	default:
		p.itemColumn(m.Item, m.Column, m.Name)
		return
	}
	p.s(ast.QuoteIdent(m.Name))
}

// argument writes a parameter of the function whose body is written: behind the
// function's name where there are tables too.
func (p *printer) argument(i int) {
	name := p.routine.Args[i].Name
	if name == "" {
		p.s("$" + itoa(i+1))
		return
	}
	for n := p.names; n != nil; n = n.parent {
		if len(n.of) > 0 {
			p.s(ast.QuoteIdent(p.routine.Name) + ".")
			break
		}
	}
	p.s(ast.QuoteIdent(name))
}

// itemColumn writes a column of an item of FROM. One that USING merged is the
// column of the table that it comes from, where there is one such table.
func (p *printer) itemColumn(t ast.TableExpr, at int, name string) {
	if j, ok := t.(*ast.Join); ok && j.Alias.Name == "" {
		if t, at, ok = p.merged(j, name); !ok {
			p.s(ast.QuoteIdent(name))
			return
		}
	}
	prefix := p.names.find(t)
	if prefix != "" {
		p.s(ast.QuoteIdent(prefix) + ".")
	}
	if at < 0 {
		p.s("*")
		return
	}
	if cols, _ := p.columns(t); at < len(cols) {
		name = cols[at]
	}
	p.s(ast.QuoteIdent(name))
}

// merged finds the item and place of a column that a join merged; ok is false
// for a full join, whose column is of neither side.
func (p *printer) merged(j *ast.Join, name string) (ast.TableExpr, int, bool) {
	side := j.Left
	switch j.Kind {
	case ast.FullJoin:
		return nil, 0, false
	case ast.RightJoin:
		side = j.Right
	}
	return p.inside(side, name)
}

// inside finds a column by name in an item of FROM.
func (p *printer) inside(t ast.TableExpr, name string) (ast.TableExpr, int, bool) {
	if j, ok := t.(*ast.Join); ok && j.Alias.Name == "" {
		if it := p.a.notes.Items[j]; it != nil {
			for _, c := range it.Cols {
				if c.Name == name {
					return p.merged(j, name)
				}
			}
		}
		if found, at, ok := p.inside(j.Left, name); ok {
			return found, at, true
		}
		return p.inside(j.Right, name)
	}
	if it := p.a.notes.Items[t]; it != nil {
		for i, c := range it.Cols {
			if c.Name == name {
				return t, i, true
			}
		}
	}
	return nil, 0, false
}
