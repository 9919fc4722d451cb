package binder

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// Notes is what the binder tells of a syntax tree while it binds it, for
// whoever writes the tree anew with what was found out. The tree's nodes are
// the keys. One Notes serves one call of Bind or BindExpr.
type Notes struct {
	// Names says what names of columns, and (t).a, mean.
	Names map[ast.Expr]Meaning
	// Stars says what *, t.* and (t).* of a select list stand for.
	Stars map[ast.Expr][]Meaning
	// Types are the types of expressions before a context converted them;
	// types.Unknown where the context is to say it.
	Types map[ast.Expr]*types.Type
	// Items describes items of FROM.
	Items map[ast.TableExpr]*Item
	// Queries are the columns that queries return.
	Queries map[*ast.Select][]types.Field
	// Called are the functions of the catalog that calls were resolved to.
	Called map[*ast.FuncCall]*catalog.SQLFunction
}

// Meaning is a column of an item of FROM.
type Meaning struct {
	// Item has the column: a table, a query, a function, or a join where the
	// column is one that USING merged or the join has an alias. nil is the row
	// that BindExpr was given.
	Item ast.TableExpr
	// Outer is the name of a row around the statement, as of a trigger.
	Outer  string
	Column int // its place among the item's columns; -1 is the whole row
	Name   string
	Type   *types.Type
}

// Item is an item of FROM with the names under which its columns are known.
type Item struct {
	Rel  *catalog.Relation // nil for a common table expression
	Cols []types.Field
}

// NewNotes returns empty notes, for Options.Notes.
func NewNotes() *Notes {
	return &Notes{
		Names: map[ast.Expr]Meaning{}, Stars: map[ast.Expr][]Meaning{}, Types: map[ast.Expr]*types.Type{},
		Items: map[ast.TableExpr]*Item{}, Queries: map[*ast.Select][]types.Field{}, Called: map[*ast.FuncCall]*catalog.SQLFunction{},
	}
}

// noteReference keeps what refer found, until noteExpr or noteStar take it.
func (b *binder) noteReference(it *rangeItem, i int) {
	m := Meaning{Item: it.source, Column: i, Name: it.cols[i].col.Name, Type: it.cols[i].col.Type}
	if it.source == nil && it.hidden {
		m.Outer = it.name
	}
	b.referred = append(b.referred, m)
}

// noteExpr notes what an expression was bound to; from is how much was
// referred to before.
func (b *binder) noteExpr(e ast.Expr, bound expr.Expr, from int) {
	n := b.o.Notes
	n.Types[e] = bound.Type()
	found := b.referred[from:]
	b.referred = b.referred[:from]
	if len(found) == 0 {
		return
	}
	if _, part := bound.(*expr.Field); part { // of a value, not a column
		return
	}
	switch e.(type) {
	case *ast.ColumnRef, *ast.FieldSelect, *ast.Param:
		m := found[len(found)-1]
		if _, row := bound.(*expr.Row); row {
			m.Column, m.Name, m.Type = -1, "", bound.Type()
		}
		n.Names[e] = m
	}
}

// noteStar notes what a star of a select list stands for.
func (b *binder) noteStar(e ast.Expr, from int) {
	b.o.Notes.Stars[e] = append([]Meaning(nil), b.referred[from:]...)
	b.referred = b.referred[:from]
}

// noteItem notes the columns of an item of FROM, and makes it the one that its
// columns are said to be of.
func (b *binder) noteItem(t ast.TableExpr, it *rangeItem) {
	it.source = t
	n := &Item{Rel: it.rel, Cols: make([]types.Field, len(it.cols))}
	for i := range it.cols {
		n.Cols[i] = types.Field{Name: it.cols[i].col.Name, Type: it.cols[i].col.Type}
	}
	if b.o.Notes != nil {
		b.o.Notes.Items[t] = n
	}
}

// noteQuery notes the columns of a query.
func (b *binder) noteQuery(q *ast.Select, node plan.Node) {
	if b.o.Notes == nil {
		return
	}
	cols := node.Columns()
	fields := make([]types.Field, len(cols))
	for i, c := range cols {
		fields[i] = types.Field{Name: c.Name, Type: c.Type}
	}
	b.o.Notes.Queries[q] = fields
}

// ColumnName is the name of a result column without an alias.
func ColumnName(e ast.Expr) string { return targetName(e) }
