package engine

import (
	"context"
	"sort"
	"strings"

	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/syscat"
)

// closeCursor is CLOSE.
func (s *Session) closeCursor(stmt *ast.Close) error {
	if stmt.Name == "" {
		return s.closeCursors(func(*cursor) bool { return true })
	}
	c := s.cursors[stmt.Name]
	if c == nil {
		return sqlerr.New(sqlerr.InvalidCursorName, "cursor %q does not exist", stmt.Name)
	}
	return s.closeCursors(func(x *cursor) bool { return x == c })
}

// closeCursors closes those that which chooses.
func (s *Session) closeCursors(which func(*cursor) bool) (err error) {
	for name, c := range s.cursors {
		if !which(c) {
			continue
		}
		delete(s.cursors, name)
		if c.result != nil {
			if e := c.result.Close(); err == nil {
				err = e
			}
		}
	}
	return err
}

// settleCursors reads what is left of the open cursors into memory, before a
// statement runs that might change what they see.
func (s *Session) settleCursors(ctx context.Context) error {
	for _, c := range s.cursors {
		if err := c.more(ctx, s, -1); err != nil {
			return err
		}
	}
	return nil
}

// keepCursor makes a cursor WITH HOLD independent of its transaction.
func (s *Session) keepCursor(ctx context.Context, c *cursor) error {
	err := c.more(ctx, s, -1)
	c.own, c.depth = false, 0
	return err
}

// commitCursors keeps the cursors WITH HOLD and closes the others, before the
// transaction commits.
func (s *Session) commitCursors(ctx context.Context) error {
	for _, c := range s.cursors {
		if c.own && c.stmt.Hold == ast.Yes {
			if err := s.keepCursor(ctx, c); err != nil {
				return err
			}
		}
	}
	return s.endCursors()
}

// endCursors closes the cursors of the transaction that ends.
func (s *Session) endCursors() error {
	return s.closeCursors(func(c *cursor) bool { return c.own })
}

// touchesCursors reports whether cursors have to be read to their end before a
// statement runs.
func touchesCursors(stmt ast.Stmt) bool {
	switch stmt.(type) {
	case *ast.Fetch, *ast.Close, *ast.Commit, *ast.Rollback, *ast.Show, *ast.Savepoint, *ast.Release:
		return false
	}
	return true
}

// currentOf replaces WHERE CURRENT OF by the key of the cursor's row.
func (s *Session) currentOf(stmt ast.Stmt) (ast.Stmt, error) {
	switch st := stmt.(type) {
	case *ast.Update:
		if st.CurrentOf == "" {
			return stmt, nil
		}
		where, err := s.currentRow(st.CurrentOf, st.Table)
		if err != nil {
			return nil, err
		}
		c := *st
		c.Where, c.CurrentOf = where, ""
		return &c, nil
	case *ast.Delete:
		if st.CurrentOf == "" {
			return stmt, nil
		}
		where, err := s.currentRow(st.CurrentOf, st.Table)
		if err != nil {
			return nil, err
		}
		c := *st
		c.Where, c.CurrentOf = where, ""
		return &c, nil
	}
	return stmt, nil
}

// runCurrentOf runs a change of the row that a cursor stands on.
func (s *Session) runCurrentOf(ctx context.Context, st *Statement, stmt ast.Stmt, args []Argument) (*Result, error) {
	by, err := s.currentOf(stmt)
	if err != nil {
		return nil, err
	}
	inner := &Statement{text: st.text, path: st.path, parts: make([]part, 1), count: st.count, names: st.names}
	inner.parts[0].stmt = by
	return s.runPlanned(ctx, inner, 0, args)
}

// dropCursors closes every cursor when the session ends or is reset.
func (s *Session) dropCursors() {
	// Closing a read-only stream gives back memory; an error of it concerns nobody.
	_ = s.closeCursors(func(*cursor) bool { return true })
}

// usesCursor reports whether a statement is addressed by a cursor's row.
func usesCursor(stmt ast.Stmt) bool {
	switch st := stmt.(type) {
	case *ast.Update:
		return st.CurrentOf != ""
	case *ast.Delete:
		return st.CurrentOf != ""
	}
	return false
}

// currentRow is the condition that finds the cursor's row in a table.
func (s *Session) currentRow(name string, t *ast.TableRef) (ast.Expr, error) {
	c := s.cursors[name]
	if c == nil {
		return nil, sqlerr.New(sqlerr.InvalidCursorName, "cursor %q does not exist", name)
	}
	rel := s.currentCatalog().Relation(s.bindPath(), t.Name.Schema, t.Name.Name)
	if rel == nil {
		return nil, sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", t.Name.Name).At(t.Pos)
	}
	if c.keys == nil || c.keys.rel != rel.ID {
		return nil, sqlerr.New(sqlerr.InvalidCursorState, "cursor %q is not a simply updatable scan of table %q", name, rel.Name)
	}
	if c.pos < 1 || c.pos > c.total() {
		return nil, sqlerr.New(sqlerr.InvalidCursorState, "cursor %q is not positioned on a row", name)
	}
	alias := t.Alias.Name
	if alias == "" {
		alias = t.Name.Name
	}
	row := c.row(c.pos)
	where := &ast.And{Pos: t.Pos}
	for i, k := range c.keys.columns {
		text := (&Result{session: s}).Format(row[len(row)-len(c.keys.columns)+i], c.keys.typs[i])
		value := ast.Expr(&ast.Literal{Pos: t.Pos, Kind: ast.StringLiteral, Text: text})
		eq := &ast.Binary{Pos: t.Pos, Op: "=", R: value,
			L: &ast.ColumnRef{Pos: t.Pos, Parts: []ast.Name{{Pos: t.Pos, Text: alias}, {Pos: t.Pos, Text: k}}}}
		where.Args = append(where.Args, eq)
	}
	if len(where.Args) == 1 {
		return where.Args[0], nil
	}
	return where, nil
}

// statementText is the text of the statement that begins at pos.
func statementText(st *Statement, pos int) string {
	for i := range st.parts {
		if st.parts[i].pos.Start == pos {
			return strings.TrimSpace(st.text[pos:st.parts[i].pos.End])
		}
	}
	return strings.TrimSpace(st.text[min(pos, len(st.text)):])
}

// openCursors lists the cursors for pg_cursors, in the order of DECLARE.
func (s *Session) openCursors() []syscat.Cursor {
	var all []*cursor
	for _, c := range s.cursors {
		all = append(all, c)
	}
	sort.Slice(all, func(i, k int) bool { return all[i].made < all[k].made })
	out := make([]syscat.Cursor, len(all))
	for i, c := range all {
		out[i] = syscat.Cursor{Name: c.name, Statement: c.text, Hold: c.stmt.Hold == ast.Yes,
			Binary: c.stmt.Binary, Scroll: c.stmt.Scroll != ast.No && !c.forward}
	}
	return out
}
