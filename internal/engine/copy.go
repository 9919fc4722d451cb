package engine

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/copyfile"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// Copy runs a text of one COPY statement. COPY … FROM STDIN reads its rows
// from in, COPY … TO STDOUT writes them to out; the other one may be nil. It
// returns the number of rows.
func (s *Session) Copy(ctx context.Context, text string, in io.Reader, out io.Writer) (n int64, err error) {
	defer s.guard(&err)
	st, err := s.Lookup(text)
	if err != nil {
		return 0, err
	}
	s.settle()
	if err := s.enterScope(ctx); err != nil {
		return 0, err
	}
	if len(st.parts) != 1 {
		return 0, sqlerr.New(sqlerr.SyntaxError, "one COPY statement is expected")
	}
	stmt, ok := st.parts[0].stmt.(*ast.Copy)
	switch {
	case !ok:
		return 0, sqlerr.New(sqlerr.SyntaxError, "a COPY statement is expected")
	case stmt.From && in == nil:
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "COPY FROM needs a reader")
	case !stmt.From && out == nil:
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "COPY TO needs a writer")
	}
	if s.failed {
		return 0, errFailedTransaction
	}
	if len(s.cursors) > 0 {
		err = s.settleCursors(ctx)
	}
	if err == nil {
		n, err = s.copyRows(ctx, st, stmt, in, out)
	}
	if err != nil {
		if s.tx != nil {
			s.failed = true
		}
		return 0, explain(ctx, err, st.text)
	}
	return n, nil
}

// errStdio is what COPY gives where there is no stream to copy with.
var errStdio = sqlerr.New(sqlerr.FeatureNotSupported, "COPY FROM STDIN and TO STDOUT need a stream").
	WithHint("Use zqlite.CopyFrom and zqlite.CopyTo.")

func (s *Session) copyRows(ctx context.Context, st *Statement, stmt *ast.Copy, in io.Reader, out io.Writer) (int64, error) {
	if stmt.Endpoint != ast.CopyStdio {
		return 0, sqlerr.New(sqlerr.FeatureNotSupported, "COPY with a file or a program is not supported").
			WithHint("Open the file in the program, and COPY from STDIN or to STDOUT.").At(stmt.Pos)
	}
	c := &copyRun{stmt: stmt}
	if err := c.options(); err != nil {
		return 0, err
	}
	if stmt.Query == nil {
		if err := c.relation(s); err != nil {
			return 0, err
		}
	}
	if err := c.columnLists(); err != nil {
		return 0, err
	}
	if stmt.From {
		return s.copyIn(ctx, st, c, in)
	}
	return s.copyOut(ctx, st, c, out)
}

// copyRun is one COPY that runs.
type copyRun struct {
	stmt    *ast.Copy
	format  copyfile.Format
	forces  []forceList
	rel     *catalog.Relation
	columns []*catalog.Column
	names   []string
}

// relation finds the table and the columns that are copied.
func (c *copyRun) relation(s *Session) error {
	n := c.stmt.Table
	cat := s.currentCatalog()
	if c.rel = cat.Relation(s.bindPath(), n.Schema, n.Name); c.rel == nil {
		name := n.Name
		if n.Schema != "" {
			name = n.Schema + "." + n.Name
		}
		return sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", name).At(n.Pos)
	}
	if err := c.copyable(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, name := range c.stmt.Columns {
		i := c.rel.ColumnByName(name.Text)
		switch {
		case i < 0:
			return sqlerr.New(sqlerr.UndefinedColumn, "column %q of relation %q does not exist", name.Text, c.rel.Name)
		case c.rel.Columns[i].Generated != "":
			return sqlerr.New(sqlerr.InvalidColumnReference, "column %q is a generated column", name.Text).
				WithDetail("Generated columns cannot be used in COPY.")
		case seen[name.Text]:
			return sqlerr.New(sqlerr.DuplicateColumn, "column %q specified more than once", name.Text)
		}
		seen[name.Text] = true
		c.columns = append(c.columns, c.rel.Columns[i])
	}
	if len(c.stmt.Columns) == 0 {
		for _, col := range c.rel.Columns {
			if col.Generated == "" {
				c.columns = append(c.columns, col)
			}
		}
	}
	for _, col := range c.columns {
		c.names = append(c.names, col.Name)
	}
	return nil
}

// copyable refuses relations that PostgreSQL's COPY refuses.
func (c *copyRun) copyable() error {
	kind := map[catalog.RelationKind]string{catalog.View: "view", catalog.MaterializedView: "materialized view",
		catalog.SequenceRelation: "sequence"}[c.rel.Kind]
	switch {
	case kind == "":
		return nil
	case c.stmt.From && c.rel.Kind == catalog.View:
		return sqlerr.New(sqlerr.WrongObjectType, "cannot copy to view %q", c.rel.Name).
			WithHint("To enable copying to a view, provide an INSTEAD OF INSERT trigger.")
	case c.stmt.From:
		return sqlerr.New(sqlerr.WrongObjectType, "cannot copy to %s %q", kind, c.rel.Name)
	}
	return sqlerr.New(sqlerr.WrongObjectType, "cannot copy from %s %q", kind, c.rel.Name).
		WithHint("Try the COPY (SELECT ...) TO variant.")
}

// copySource is the name under which COPY FROM's INSERT sees the rows.
const copySource = "the rows of copy"

// insertFrom makes the INSERT of the rows that source gives, whose columns it
// describes.
func (c *copyRun) insertFrom(source *expr.SetFunc, typeOf func(*types.Type) *types.Type) *ast.Insert {
	pos := c.stmt.Pos
	insert := &ast.Insert{Pos: pos, Table: c.stmt.Table, Overriding: ast.OverridingSystem}
	core := &ast.SelectCore{Pos: pos, Where: c.stmt.Where, From: []ast.TableExpr{&ast.FuncRef{Pos: pos,
		Items: []ast.FuncItem{{Pos: pos, Func: &ast.FuncCall{Pos: pos, Name: ast.QualifiedName{Pos: pos, Name: copySource}}}},
		Alias: ast.TableAlias{Name: c.rel.Name}}}}
	for _, col := range c.columns {
		source.Cols = append(source.Cols, types.Field{Name: col.Name, Type: typeOf(col.Type)})
		insert.Columns = append(insert.Columns, ast.AssignTarget{Pos: pos, Name: col.Name})
		core.Targets = append(core.Targets, ast.Target{Pos: pos, Expr: &ast.ColumnRef{Pos: pos,
			Parts: []ast.Name{{Pos: pos, Text: c.rel.Name}, {Pos: pos, Text: col.Name}}}})
	}
	insert.Query = &ast.Select{Pos: pos, Body: core}
	return insert
}

// copyIn is COPY FROM: an INSERT from a function that reads the stream.
func (s *Session) copyIn(ctx context.Context, st *Statement, c *copyRun, in io.Reader) (int64, error) {
	r := copyfile.NewReader(in, c.format, c.names)
	source := &expr.SetFunc{Name: copySource, NotStrict: true}
	insert := c.insertFrom(source, plainType)
	opened := false
	source.Open = func(ec *expr.Context, _ []types.Value) (func([]types.Value) (bool, error), error) {
		if opened { // the stream cannot be read again
			return nil, sqlerr.New(sqlerr.SerializationFailure, "could not serialize access due to concurrent update")
		}
		opened = true
		return func(row []types.Value) (bool, error) { return s.copyRow(c, r, row) }, nil
	}
	s.source = source
	defer func() { s.source = nil }()
	inner := &Statement{text: st.text, path: st.path, parts: make([]part, 1), count: st.count, names: st.names}
	inner.parts[0].stmt = insert
	res, err := s.runPlanned(ctx, inner, 0, nil)
	if err != nil {
		return 0, err
	}
	n := res.Affected
	return n, res.Release()
}

// copyRow reads a row and converts its fields.
func (s *Session) copyRow(c *copyRun, r *copyfile.Reader, row []types.Value) (bool, error) {
	fields, err := r.Next()
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, sqlerr.From(err).WithContext("COPY %s, line %d", c.rel.Name, r.Line())
	}
	for i, f := range fields {
		if row[i] = types.Null; f.Null {
			continue
		}
		err := types.CheckText(f.Text)
		if err == nil {
			row[i], err = types.Parse(f.Text, plainType(c.columns[i].Type), &s.env)
		}
		if err != nil {
			return false, sqlerr.From(err).WithContext("COPY %s, line %d, column %s: \"%s\"", c.rel.Name, r.Line(), c.names[i], short(f.Text))
		}
	}
	return true, nil
}

// plainType is the type without its domain, whose checks the INSERT makes.
func plainType(t *types.Type) *types.Type {
	if t = expr.BaseType(t); t.Elem != nil && t.Elem.Domain != nil {
		return types.ArrayOf(plainType(t.Elem))
	}
	return t
}

// short cuts a value for the context of an error.
func short(s string) string {
	if len(s) > 100 {
		return strings.ToValidUTF8(s[:100], "") + "..."
	}
	return s
}

// copyOut is COPY TO.
func (s *Session) copyOut(ctx context.Context, st *Statement, c *copyRun, out io.Writer) (n int64, err error) {
	query := c.stmt.Query
	if query == nil {
		core := &ast.SelectCore{Pos: c.stmt.Pos, From: []ast.TableExpr{&ast.TableRef{Pos: c.stmt.Table.Pos, Name: c.stmt.Table}}}
		for _, name := range c.names {
			core.Targets = append(core.Targets, ast.Target{Pos: c.stmt.Pos,
				Expr: &ast.ColumnRef{Pos: c.stmt.Pos, Parts: []ast.Name{{Pos: c.stmt.Pos, Text: name}}}})
		}
		query = &ast.Select{Pos: c.stmt.Pos, Body: core}
	} else if returnsNothing(query) {
		return 0, sqlerr.New(sqlerr.FeatureNotSupported, "COPY query must have a RETURNING clause")
	}
	inner := &Statement{text: st.text, path: st.path, parts: make([]part, 1), count: st.count, names: st.names}
	inner.parts[0].stmt = query
	r, err := s.runPlanned(ctx, inner, 0, nil)
	if err != nil {
		return 0, err
	}
	defer func() {
		if e := r.Release(); err == nil {
			err = e
		}
	}()
	if c.names == nil {
		c.names = r.Names()
		if err := c.forceColumns(); err != nil {
			return 0, err
		}
	}
	w := copyfile.NewWriter(out, c.format, c.names)
	if n, err = writeRows(r, w); err != nil {
		return 0, err
	}
	return n, w.Flush()
}

// writeRows writes all rows of a result.
func writeRows(r *Result, w *copyfile.Writer) (n int64, err error) {
	fields := make([]copyfile.Field, len(r.Columns()))
	cols := r.Columns()
	for {
		row, ok := r.Row()
		if ok {
			for i, v := range row {
				fields[i] = field(r, v, &cols[i])
			}
			n++
			if err := w.Row(fields); err != nil {
				return n, err
			}
			continue
		}
		b, err := r.NextBatch()
		if err != nil {
			return n, err
		}
		if b == nil {
			if r.Buffered() {
				continue
			}
			return n, nil
		}
		for k := 0; k < b.Len(); k++ {
			for i, col := range b.Cols {
				fields[i] = field(r, col.Value(b.Row(k)), &cols[i])
			}
			n++
			if err := w.Row(fields); err != nil {
				return n, err
			}
		}
	}
}

func field(r *Result, v types.Value, col *plan.Column) copyfile.Field {
	if v.IsNull() {
		return copyfile.Field{Null: true}
	}
	return copyfile.Field{Text: r.Format(v, col.Type)}
}

func returnsNothing(stmt ast.Stmt) bool {
	switch q := stmt.(type) {
	case *ast.Insert:
		return q.Returning == nil
	case *ast.Update:
		return q.Returning == nil
	case *ast.Delete:
		return q.Returning == nil
	}
	return false
}
