package ddl_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/catalog/store"
	"github.com/zqlite/zqlite/internal/ddl"
	"github.com/zqlite/zqlite/internal/exec"
	"github.com/zqlite/zqlite/internal/expr"
	_ "github.com/zqlite/zqlite/internal/expr/builtins"
	"github.com/zqlite/zqlite/internal/optimizer"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sql/parser"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vfs"
)

var update = flag.Bool("update", false, "write what zqlite answers into the goldens")

// session runs statements against a store in memory, one transaction each.
type session struct {
	t        testing.TB
	store    *storage.Store
	catalog  *catalog.Catalog
	counters table.Counters
	values   map[catalog.ID]int64 // next value of a sequence
	notices  []string
}

func newSession(t testing.TB) *session {
	t.Helper()
	st, err := storage.Open(context.Background(), vfs.Memory(), "t.db", storage.Options{Create: true, PageSize: 4096})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &session{t: t, store: st, catalog: catalog.New(nil), values: map[catalog.ID]int64{}}
	tx := s.begin()
	if err := store.Create(tx); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *session) begin() *storage.Tx {
	tx := s.store.Begin(storage.TxOptions{Autocommit: true})
	if err := tx.BeginStatement(); err != nil {
		s.t.Fatal(err)
	}
	return tx
}

func (s *session) options(c *catalog.Catalog) binder.Options {
	return binder.Options{Catalog: c, SearchPath: []string{"pg_temp_1", "public"}, ParseExpr: parser.ParseExpr, ParseBody: parseBody,
		ParseStmt: func(text string) (ast.Stmt, error) {
			st, err := parser.ParseOne(text)
			return st.Stmt, err
		}}
}

func (s *session) context() *expr.Context {
	return &expr.Context{Ctx: context.Background(), Now: time.Now(), Env: &types.Env{}, Session: sequences{s}}
}

// sequences answers nextval; the rest of a session is not asked for.
type sequences struct{ *session }

func (q sequences) NextVal(name string) (int64, error) {
	e, err := parser.ParseExpr(name)
	if err != nil {
		return 0, err
	}
	parts := e.(*ast.ColumnRef).Parts
	schema := ""
	if len(parts) > 1 {
		schema = parts[0].Text
	}
	d := q.catalog.Sequence([]string{"public"}, schema, parts[len(parts)-1].Text)
	if d == nil {
		return 0, sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", name)
	}
	v := q.values[d.ID]
	q.values[d.ID] += d.Increment
	return v, nil
}

func (sequences) CurrVal(string) (int64, error)                          { return 0, nil }
func (sequences) LastVal() (int64, error)                                { return 0, nil }
func (sequences) SetVal(string, int64, bool) (int64, error)              { return 0, nil }
func (sequences) LastInsertRowID() int64                                 { return 0 }
func (sequences) Changes() int64                                         { return 0 }
func (sequences) TotalChanges() int64                                    { return 0 }
func (sequences) Setting(string) (string, bool)                          { return "", false }
func (sequences) SetSetting(string, string, bool) error                  { return nil }
func (sequences) CurrentSchema() string                                  { return "public" }
func (sequences) CatalogFunc(string, []types.Value) (types.Value, error) { return types.Null, nil }

func (s *session) query(tx *storage.Tx, c *catalog.Catalog, q ast.Stmt) (*ddl.Rows, error) {
	b, err := binder.Bind(s.options(c), q)
	if err != nil {
		return nil, err
	}
	p, err := exec.Prepare(optimizer.Optimize(b.Plan, nil, optimizer.Options{}))
	if err != nil {
		return nil, err
	}
	e, err := p.Start(&exec.Run{Context: s.context(), Tx: tx, Catalog: c, Counters: &s.counters, Memory: &exec.Memory{}, FS: vfs.Memory()})
	if err != nil {
		return nil, err
	}
	return &ddl.Rows{Columns: b.Columns, Next: e.Next, Close: e.Close}, nil
}

// run runs one statement and answers with its tag, its rows, or its error.
func (s *session) run(text string) string {
	st, err := parser.ParseOne(text)
	if err != nil {
		return failure(err)
	}
	tx := s.begin()
	defer tx.Rollback()
	switch st.Stmt.(type) {
	case *ast.Select, *ast.Insert, *ast.Update, *ast.Delete:
		return s.plain(tx, st.Stmt)
	}
	tag, after, err := s.define(tx, st.Stmt, text)
	if err == nil {
		err = tx.Commit(context.Background())
	}
	if err != nil {
		return failure(err)
	}
	s.catalog = after
	return tag
}

func (s *session) define(tx *storage.Tx, stmt ast.Stmt, text string) (string, *catalog.Catalog, error) {
	e := &ddl.Env{Ctx: context.Background(), Tx: tx, Catalog: s.catalog, SearchPath: []string{"pg_temp_1", "public"}, CreateIn: "public",
		TempSchema: "pg_temp_1", Expr: s.context(), Binder: s.options, Counters: &s.counters,
		Query: func(c *catalog.Catalog, q ast.Stmt) (*ddl.Rows, error) { return s.query(tx, c, q) },
		SetSequence: func(q *catalog.Sequence, v int64, called bool) error {
			if called {
				v += q.Increment
			}
			s.values[q.ID] = v
			return nil
		},
		Notice: func(m string) { s.notices = append(s.notices, m) },
	}
	tag, err := ddl.Run(e, stmt, text)
	if err == nil && e.Catalog != s.catalog {
		err = store.Save(tx, e.Catalog)
	}
	if tag == "SELECT" {
		tag = fmt.Sprintf("SELECT %d", e.Affected)
	}
	return tag, e.Catalog.Clean(), err
}

func (s *session) plain(tx *storage.Tx, stmt ast.Stmt) string {
	rows, err := s.query(tx, s.catalog, stmt)
	if err != nil {
		return failure(err)
	}
	var out []string
	for {
		b, err := rows.Next()
		if err != nil {
			return failure(err)
		}
		if b == nil {
			break
		}
		for k := 0; k < b.Len(); k++ {
			var vals []string
			for i, c := range b.Cols {
				vals = append(vals, types.Format(c.Value(b.Row(k)), rows.Columns[i].Type, nil))
			}
			out = append(out, strings.Join(vals, "|"))
		}
	}
	err = rows.Close()
	if err == nil {
		err = tx.Commit(context.Background())
	}
	if err != nil {
		return failure(err)
	}
	if _, ok := stmt.(*ast.Select); !ok && len(out) == 0 {
		return "OK"
	}
	return strings.Join(out, "\n")
}

func failure(err error) string {
	var e *sqlerr.Error
	if !errors.As(err, &e) {
		return "ERROR: " + err.Error()
	}
	text := "ERROR:  " + e.Code + ": " + e.Message
	if e.Detail != "" {
		text += "\nDETAIL:  " + e.Detail
	}
	if e.Hint != "" {
		text += "\nHINT:  " + e.Hint
	}
	return text
}

// TestGolden runs testdata/*.golden: statements with the answers that PostgreSQL
// 15 gives (testdata/record.py), but for those that a comment explains.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.golden")
	if err != nil || len(files) == 0 {
		t.Fatal("no goldens", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".golden"), func(t *testing.T) { golden(t, f) })
	}
}

func golden(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := newSession(t)
	var out bytes.Buffer
	for _, part := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		stmt, want, _ := strings.Cut(part, "\n----\n")
		stmt, want = strings.TrimSuffix(strings.TrimSpace(stmt), "\n----"), strings.TrimSpace(want)
		s.notices = nil
		got := s.run(stmt)
		for i := len(s.notices) - 1; i >= 0; i-- {
			got = "NOTICE:  " + s.notices[i] + "\n" + got
		}
		got = strings.TrimSpace(got)
		if got != want && !*update {
			t.Errorf("%s\n got: %s\nwant: %s", stmt, got, want)
		}
		if strings.HasPrefix(got, "ERROR:  XX000") {
			t.Errorf("%s: %s", stmt, got)
		}
		fmt.Fprintf(&out, "%s\n----\n%s\n\n", stmt, got)
		s.reload()
	}
	if *update {
		if err := os.WriteFile(file, []byte(strings.TrimSpace(out.String())+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var bad []string
	if err := s.store.IntegrityCheck(context.Background(), func(m string) { bad = append(bad, m) }); err != nil || len(bad) > 0 {
		t.Errorf("integrity: %v %v", err, bad)
	}
	s.trees()
}

// reload reads the catalog back from storage, so that every answer is given on
// what was stored.
func (s *session) reload() {
	tx := s.begin()
	defer tx.Rollback()
	c, err := store.Load(tx, nil)
	if err != nil {
		s.t.Fatalf("the catalog cannot be read back: %v", err)
	}
	s.catalog = c
}

// trees checks that there is a tree for exactly what the catalog describes.
func (s *session) trees() {
	want := map[storage.TreeID]string{store.Tree: "catalog"}
	s.catalog.Relations(func(rel *catalog.Relation) bool {
		if rel.Kind == catalog.View {
			return true
		}
		for _, id := range table.Of(rel).Trees() {
			want[id] = rel.Name
		}
		return true
	})
	var extra []string
	s.store.Trees(func(id storage.TreeID) {
		if want[id] == "" {
			extra = append(extra, fmt.Sprint(id))
		}
		delete(want, id)
	})
	sort.Strings(extra)
	if len(extra) > 0 || len(want) > 0 {
		s.t.Errorf("trees without a descriptor: %v; descriptors without a tree: %v", extra, want)
	}
}

func parseBody(text string) ([]ast.Stmt, error) {
	list, err := parser.Parse(text)
	var out []ast.Stmt
	for _, st := range list {
		out = append(out, st.Stmt)
	}
	return out, err
}
