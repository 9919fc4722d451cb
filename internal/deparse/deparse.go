package deparse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// Style is the form of a text.
type Style struct {
	Pretty bool // only the parentheses that are needed
	// Wrap is the number of columns after which a select list or FROM goes on
	// in the next line; 0 gives each item a line of its own.
	Wrap int
}

// Place is where an expression of the catalog stands.
type Place struct {
	// Rel has the columns that the expression may name; nil is none.
	Rel *catalog.Relation
	// Want is the type that the value is assigned to, nil for none: a literal
	// takes it, and a conversion to it is not written.
	Want *types.Type
	// Value is the type that the name VALUE has, in the check of a domain.
	Value *types.Type
	// Rows are OLD and NEW, in the condition of a trigger.
	Rows []binder.OuterRow
}

// Expr writes an expression that the catalog keeps as text. call says that it
// is a function call, which an index takes without parentheses. The error is
// that of binding: the text does not fit the catalog.
func Expr(o binder.Options, text string, at Place, style Style) (out string, call bool, err error) {
	defer recoverTo(&err)
	e, err := o.ParseExpr(text)
	if err != nil {
		return "", false, err
	}
	o.Notes = binder.NewNotes()
	rel := at.Rel
	if at.Value != nil {
		rel = &catalog.Relation{Columns: []*catalog.Column{{ID: 1, Name: "value", Type: at.Value}}}
	}
	o.Outer = at.Rows
	bind := o
	bind.SearchPath = everywhere(o)
	if _, err = binder.BindExpr(bind, rel, nil, e, at.Want); err != nil {
		return "", false, err
	}
	a := &analysis{o: o, bind: bind, notes: o.Notes}
	n := a.expr(e)
	if unknown(n) {
		if want := at.Want; want != nil {
			n = a.implicitly(n, want)
		} else {
			n = a.implicitly(n, types.Text)
		}
	}
	p := &printer{a: a, pretty: style.Pretty, wrap: -1}
	if at.Value != nil {
		p.names = &names{value: true}
	}
	p.node(n, false)
	return string(p.buf), isCall(n), nil
}

// isCall reports whether an expression looks like a function call.
func isCall(n node) bool {
	switch n := n.(type) {
	case *call:
		return !n.bare && n.name != "ROW"
	case *word:
		return n.call
	case *cast:
		return n.implicit && isCall(n.arg)
	}
	return false
}

// Query writes the query of a view, with the names of the view's columns and a
// semicolon. The error is that of binding.
func Query(o binder.Options, view *catalog.Relation, style Style) (out string, err error) {
	defer recoverTo(&err)
	stmt, err := o.ParseStmt(view.Query)
	if err != nil {
		return "", err
	}
	q, ok := stmt.(*ast.Select)
	if !ok {
		return "", sqlerr.New(sqlerr.InternalError, "the text of view \"%s\" is not a query", view.Name)
	}
	o.Notes = binder.NewNotes()
	bind := o
	bind.SearchPath = append([]string{view.Schema}, everywhere(o)...)
	if _, err = binder.Bind(bind, q); err != nil {
		return "", err
	}
	a := &analysis{o: o, bind: bind, notes: o.Notes}
	p := &printer{a: a, pretty: style.Pretty, wrap: style.Wrap}
	top := &names{used: map[string]bool{"old": true, "new": true}}
	cols := make([]string, len(view.Columns))
	for i, c := range view.Columns {
		cols[i] = c.Name
	}
	p.query(q, frame{names: top, cols: cols, visible: true})
	return string(p.buf) + ";", nil
}

// Body writes the body of a SQL function that the standard's form has: RETURN
// and an expression, or statements between BEGIN ATOMIC and END. Statements
// that change tables are not written: then there is an error.
func Body(o binder.Options, f *catalog.SQLFunction) (out string, err error) {
	defer recoverTo(&err)
	stmts, err := o.ParseBody(f.Body)
	if err != nil {
		return "", err
	}
	o.Notes = binder.NewNotes()
	bind := o
	bind.SearchPath = everywhere(o)
	bind.ParseBody = func(string) ([]ast.Stmt, error) { return stmts, nil }
	if _, err = binder.CheckRoutine(bind, f); err != nil {
		return "", err
	}
	p := &printer{a: &analysis{o: o, bind: bind, notes: o.Notes}, routine: f, names: &names{}}
	if f.Return {
		core, ok := stmts[0].(*ast.Select).Body.(*ast.SelectCore)
		if !ok || len(core.Targets) != 1 {
			return "", unsupported(stmts[0])
		}
		p.flat, p.wrap = true, -1
		p.s("RETURN ")
		p.node(p.a.expr(core.Targets[0].Expr), true)
		return string(p.buf), nil
	}
	p.s("BEGIN ATOMIC\n")
	for _, st := range stmts {
		q, ok := st.(*ast.Select)
		if !ok {
			return "", unsupported(st)
		}
		p.level = 1
		p.query(q, frame{names: p.names})
		p.s(";\n")
	}
	return string(p.buf) + "END", nil
}

// everywhere is the search path and all other schemas behind it: what is kept
// was bound when another path was set.
func everywhere(o binder.Options) []string {
	path := slices.Clone(o.SearchPath)
	if o.Catalog == nil {
		return path
	}
	for _, s := range o.Catalog.Schemas() {
		if !slices.Contains(path, s.Name) {
			path = append(path, s.Name)
		}
	}
	return path
}

func recoverTo(err *error) {
	switch x := recover().(type) {
	case nil:
	case *sqlerr.Error:
		*err = x
	case error:
		*err = sqlerr.New(sqlerr.InternalError, "deparse: %v", x)
	default:
		*err = sqlerr.New(sqlerr.InternalError, "deparse: %s", fmt.Sprint(x))
	}
}

// TypeName is the name of a type with its modifier, as the search path needs
// it.
func TypeName(o binder.Options, t *types.Type) string { return (&analysis{o: o}).typeName(t) }

func (a *analysis) typeName(t *types.Type) string {
	if t.Kind == types.KindArray && t.Base == nil && t.Elem != nil {
		return a.typeName(t.Elem) + "[]"
	}
	if a.o.Catalog != nil {
		if u := a.o.Catalog.TypeByOID(t.OID); u != nil {
			if a.o.Catalog.UserType(a.o.SearchPath, "", u.Name) == u {
				return ast.QuoteIdent(u.Name)
			}
			return ast.QuoteIdent(u.Schema) + "." + ast.QuoteIdent(u.Name)
		}
	}
	return types.FormatType(t)
}

// relationName is the name of a relation as the search path needs it.
func (a *analysis) relationName(schema, name string) string {
	c := a.o.Catalog
	if r := c.Relation(a.o.SearchPath, "", name); r != nil && r.Schema == schema {
		return ast.QuoteIdent(name)
	}
	if q := c.Sequence(a.o.SearchPath, "", name); q != nil && q.Schema == schema && c.Relation(a.o.SearchPath, "", name) == nil {
		return ast.QuoteIdent(name)
	}
	return ast.QuoteIdent(schema) + "." + ast.QuoteIdent(name)
}

// objectName writes the name in a literal of a reg type as the search path
// needs it.
func (a *analysis) objectName(text string, t *types.Type) string {
	if !t.Is(types.RegClass) || a.o.Catalog == nil {
		return text
	}
	schema, name := "", text
	if e, err := a.bind.ParseExpr(text); err == nil {
		if c, ok := e.(*ast.ColumnRef); ok && !c.Star && len(c.Parts) <= 2 {
			name = c.Parts[len(c.Parts)-1].Text
			if len(c.Parts) == 2 {
				schema = c.Parts[0].Text
			}
		}
	}
	if r := a.o.Catalog.Relation(a.bind.SearchPath, schema, name); r != nil {
		return a.relationName(r.Schema, r.Name)
	}
	if q := a.o.Catalog.Sequence(a.bind.SearchPath, schema, name); q != nil {
		return a.relationName(q.Schema, q.Name)
	}
	return strings.TrimSpace(text)
}
