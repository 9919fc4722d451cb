package schema

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	"github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sql/parser"
)

// Error is a mistake in a schema file.
type Error struct {
	File         string
	Line, Column int // from 1
	Err          error
}

// Error names the place as compilers do.
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, oneLine(e.Err))
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

func oneLine(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

// ReadFiles reads the SQL files of a directory, in the order of their names. A
// directory of migrations counts with its up files.
func ReadFiles(files fs.FS, dir string) (*Schema, error) {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	var texts []File
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || !strings.HasSuffix(name, ".sql") || strings.HasSuffix(name, ".down.sql") {
			continue
		}
		b, err := fs.ReadFile(files, path.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("schema: %w", err)
		}
		texts = append(texts, File{name, string(b)})
	}
	sort.Slice(texts, func(a, b int) bool { return texts[a].Name < texts[b].Name })
	return ReadSQL(texts...)
}

// File is SQL text with the name that errors give it.
type File struct{ Name, Text string }

// ReadSQL reads the schema that the statements of files make, with their
// annotations. What is wrong is an *Error with its place.
func ReadSQL(files ...File) (s *Schema, err error) {
	var notes []note
	ctx := context.Background()
	err = onEmpty(func(db *sql.DB) error {
		for _, f := range files {
			found, err := runFile(ctx, db, f)
			if err != nil {
				return err
			}
			notes = append(notes, found...)
		}
		s, err = ReadDB(ctx, db)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, n := range notes {
		if err := n.apply(s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// runFile carries out the statements of a file and collects its annotations.
func runFile(ctx context.Context, db *sql.DB, f File) ([]note, error) {
	stmts, err := parser.Parse(f.Text)
	if err != nil {
		return nil, f.errorAt(0, err)
	}
	var notes []note
	from := 0
	for _, st := range stmts {
		if _, err := db.ExecContext(ctx, f.Text[st.Start:st.End]); err != nil {
			return nil, f.errorAt(st.Start, err)
		}
		t, isTable := st.Stmt.(*ast.CreateTable)
		found, err := f.notes(from, st, t, isTable)
		if err != nil {
			return nil, err
		}
		notes = append(notes, found...)
		from = st.End
	}
	return notes, nil
}

// errorAt makes an error of a statement that begins at offset; the statement's
// own position counts from there.
func (f File) errorAt(offset int, err error) error {
	var e *zqlite.Error
	if errors.As(err, &e) && e.Position > 0 {
		at := offset
		for n := 1; n < e.Position && at < len(f.Text); at++ {
			if f.Text[at]&0xC0 != 0x80 { // positions count characters
				n++
			}
		}
		for at < len(f.Text) && f.Text[at]&0xC0 == 0x80 {
			at++
		}
		offset = at
	}
	line, column := f.place(offset)
	return &Error{f.Name, line, column, err}
}

func (f File) place(offset int) (line, column int) {
	before := f.Text[:min(offset, len(f.Text))]
	return 1 + strings.Count(before, "\n"), offset - strings.LastIndexByte(before, '\n')
}

// note is one annotation with its place.
type note struct {
	file   File
	offset int
	word   string   // without the @
	args   []string // what stands behind it
	table  Name
	column string // of a column's line; "" is the table's
}

// notes collects the annotations of a statement: those before it and, within
// CREATE TABLE, those at the lines of columns.
func (f File) notes(from int, st ast.Statement, t *ast.CreateTable, isTable bool) ([]note, error) {
	var out []note
	for _, n := range f.comments(from, st.End) {
		if !isTable {
			line, column := f.place(n.offset)
			return nil, &Error{f.Name, line, column, fmt.Errorf("@%s stands before a statement that is not CREATE TABLE", n.word)}
		}
		n.table = Name{t.Name.Schema, t.Name.Name}
		if n.offset > st.Start {
			n.column = f.columnAt(n.offset, t)
		}
		out = append(out, n)
	}
	return out, nil
}

// columnAt is the column that a comment speaks of: the one on its line, or the
// next one where the comment has a line for itself.
func (f File) columnAt(offset int, t *ast.CreateTable) string {
	alone := strings.TrimSpace(f.Text[strings.LastIndexByte(f.Text[:offset], '\n')+1:offset]) == "--"
	name := ""
	for _, c := range t.Columns {
		if c.Pos < offset {
			name = c.Name
		} else if alone {
			return c.Name
		}
	}
	return name
}

// comments finds the -- comments with an annotation between two offsets.
func (f File) comments(from, to int) []note {
	var out []note
	for from < to {
		i := strings.Index(f.Text[from:to], "--")
		if i < 0 {
			return out
		}
		start := from + i
		end := start + len(f.Text[start:])
		if k := strings.IndexByte(f.Text[start:], '\n'); k >= 0 {
			end = start + k
		}
		body := strings.TrimSpace(f.Text[start+2 : end])
		if strings.HasPrefix(body, "@") {
			words := strings.Fields(body[1:])
			if len(words) > 0 {
				out = append(out, note{file: f, offset: start + strings.IndexByte(f.Text[start:], '@'), word: words[0], args: words[1:]})
			}
		}
		from = end
	}
	return out
}

// apply writes an annotation into the schema.
func (n note) apply(s *Schema) error {
	fail := func(format string, args ...any) error {
		line, column := n.file.place(n.offset)
		return &Error{n.file.Name, line, column, fmt.Errorf(format, args...)}
	}
	if n.table.Namespace == "" {
		n.table.Namespace = "public"
	}
	t := s.Table(n.table.String())
	if t == nil {
		return nil // dropped or renamed by a later statement
	}
	if n.column != "" {
		return n.applyColumn(t, fail)
	}
	a := &t.Annotations
	targets := map[string][]*string{
		"tenant": {&a.Tenant}, "softdelete": {&a.SoftDelete}, "revision": {&a.Revision},
		"audit": {&a.CreatedAt, &a.UpdatedAt, &a.CreatedBy, &a.UpdatedBy}, "skip": {},
	}
	fields, known := targets[n.word]
	switch {
	case !known:
		return fail("@%s is not known; annotations of a table are @audit, @revision, @skip, @softdelete and @tenant", n.word)
	case n.word == "skip":
		a.Skip = true
		return nil
	case len(n.args) == 0 || len(n.args) > len(fields):
		return fail("@%s takes 1 to %d columns", n.word, len(fields))
	}
	for i, name := range n.args {
		c := t.Column(name)
		if c == nil {
			return fail("table %s has no column %q", t.Name, name)
		}
		*fields[i] = name
	}
	return nil
}

func (n note) applyColumn(t *Table, fail func(string, ...any) error) error {
	c := t.Column(n.column)
	if c == nil {
		return nil
	}
	if len(n.args) != 1 {
		return fail("@%s takes one name", n.word)
	}
	switch n.word {
	case "enum":
		c.Enum = n.args[0]
	case "go":
		c.GoType = n.args[0]
	default:
		return fail("@%s is not known; annotations of a column are @enum and @go", n.word)
	}
	return nil
}
