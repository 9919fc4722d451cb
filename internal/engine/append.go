package engine

import (
	"context"
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// Append inserts rows that are given as values: COPY FROM without the text. It
// collects rows, and Flush inserts them by one statement whose plan is kept.
// It belongs to the goroutine of its session.
type Append struct {
	s      *Session
	c      *copyRun
	st     *Statement
	source *expr.SetFunc
	types  []*types.Type
	rows   []types.Value // collected, one after the other
}

// NewAppend makes an Append for a table, which is named as in SQL and may be
// followed by a list of columns; without one it takes all that are not
// generated.
func (s *Session) NewAppend(table string) (a *Append, err error) {
	defer s.guard(&err)
	if s.Closed() {
		return nil, sqlerr.New(sqlerr.ConnectionDoesNotExist, "the session is closed")
	}
	text := "COPY " + table + " FROM STDIN"
	st, err := s.Lookup(text)
	if err != nil {
		return nil, err
	}
	if len(st.parts) != 1 {
		return nil, sqlerr.New(sqlerr.SyntaxError, "a table is expected, not %q", table)
	}
	stmt, ok := st.parts[0].stmt.(*ast.Copy)
	if !ok || stmt.Where != nil || len(stmt.Options) > 0 {
		return nil, sqlerr.New(sqlerr.SyntaxError, "a table is expected, not %q", table)
	}
	a = &Append{s: s, c: &copyRun{stmt: stmt}, source: &expr.SetFunc{Name: copySource, NotStrict: true}}
	if err := a.c.relation(s); err != nil {
		return nil, sqlerr.From(err).Locate(text)
	}
	a.st = &Statement{text: text, path: st.path, parts: make([]part, 1)}
	a.source.Open = a.open
	a.prepare()
	return a, nil
}

// prepare makes the statement for the columns.
func (a *Append) prepare() {
	a.source.Cols, a.types = nil, nil
	a.st.parts[0].stmt = a.c.insertFrom(a.source, func(t *types.Type) *types.Type { return types.WithoutMod(plainType(t)) })
	for _, f := range a.source.Cols {
		a.types = append(a.types, f.Type)
	}
}

// Keep drops the columns that are not to be kept, before the first row; they
// get their defaults.
func (a *Append) Keep(which []bool) error {
	c := a.c
	columns, names := c.columns, c.names
	c.columns, c.names = nil, nil
	for i, keep := range which {
		if keep {
			c.columns, c.names = append(c.columns, columns[i]), append(c.names, names[i])
		}
	}
	if len(c.columns) == 0 {
		return sqlerr.New(sqlerr.UndefinedColumn, "no column of relation %q is given a value", c.rel.Name)
	}
	a.prepare()
	return nil
}

// Table returns the table's name without its schema.
func (a *Append) Table() string { return a.c.rel.Name }

// Columns returns the names of the columns that a row has values for.
func (a *Append) Columns() []string { return a.c.names }

// Types returns the types that the values of a row have: those of the columns
// without domain, length and precision, which Flush sees to.
func (a *Append) Types() []*types.Type { return a.types }

// Convert makes a value of column i of a Go value.
func (a *Append) Convert(v any, i int) (types.Value, error) {
	x, err := a.s.convert(v, a.types[i])
	if err != nil {
		e := sqlerr.From(err)
		return x, e.WithTable(a.c.rel.Schema, a.c.rel.Name).WithColumn(a.c.names[i]).
			WithDetail("Column %q of type %s was given a Go value of type %T.", a.c.names[i], types.FormatType(a.types[i]), v)
	}
	x.S = strings.Clone(x.S)
	return x, nil
}

// Row adds a row of NULLs and returns it, to be filled before the next call.
// Strings in it stay with the Append until it is flushed.
func (a *Append) Row() []types.Value {
	n, w := len(a.rows), len(a.types)
	if cap(a.rows)-n < w {
		a.rows = append(make([]types.Value, 0, max(2*cap(a.rows), 64*w)), a.rows...)
	}
	a.rows = a.rows[:n+w]
	row := a.rows[n:]
	clear(row)
	return row
}

// Drop takes the row back that Row has given last.
func (a *Append) Drop() { a.rows = a.rows[:len(a.rows)-len(a.types)] }

// Rows is the number of rows collected.
func (a *Append) Rows() int { return len(a.rows) / len(a.types) }

func (a *Append) open(*expr.Context, []types.Value) (func([]types.Value) (bool, error), error) {
	rest := a.rows
	return func(row []types.Value) (bool, error) {
		if len(rest) == 0 {
			return false, nil
		}
		rest = rest[copy(row, rest[:len(a.types)]):]
		return true, nil
	}, nil
}

// Flush inserts the rows that were collected, by one statement: all of them or
// none. In either case they are forgotten.
func (a *Append) Flush(ctx context.Context) (n int64, err error) {
	s := a.s
	defer s.guard(&err)
	defer func() { a.rows = a.rows[:0] }()
	if len(a.rows) == 0 {
		return 0, nil
	}
	if s.Closed() {
		return 0, sqlerr.New(sqlerr.ConnectionDoesNotExist, "the session is closed")
	}
	s.settle()
	if err := s.enterScope(ctx); err != nil {
		return 0, err
	}
	if s.failed {
		return 0, errFailedTransaction
	}
	if len(s.cursors) > 0 {
		if err := s.settleCursors(ctx); err != nil {
			return 0, err
		}
	}
	s.source = a.source
	res, err := s.runPlanned(ctx, a.st, 0, nil)
	s.source = nil
	if err != nil {
		if s.tx != nil {
			s.failed = true
		}
		return 0, explain(ctx, err, "")
	}
	n = res.Affected
	return n, res.Release()
}
