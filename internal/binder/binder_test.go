package binder_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	_ "github.com/zqlite/zqlite/internal/expr/builtins"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sql/parser"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

var update = flag.Bool("update", false, "write the golden files anew")

func parseStmt(text string) (ast.Stmt, error) {
	s, err := parser.ParseOne(text)
	return s.Stmt, err
}

// TestGolden binds every statement of testdata and compares plan, parameter
// types and errors with what is written below it. The files are read as
// statements that end with a line of dashes, followed by the expected text and
// an empty line.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { golden(t, file) })
	}
}

func golden(t *testing.T, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, c := range strings.Split(strings.TrimSpace(string(raw)), "\n\n") {
		text, want, _ := strings.Cut(c, "\n----\n")
		text = strings.TrimSuffix(text, "\n----")
		if strings.HasPrefix(text, "#") && !strings.Contains(text, "\n") {
			out.WriteString(text + "\n\n")
			continue
		}
		got := strings.TrimRight(describe(text), "\n")
		if !*update && got != strings.TrimRight(want, "\n") {
			t.Errorf("%s\ngot:\n%s\nwant:\n%s", text, got, want)
		}
		out.WriteString(text + "\n----\n" + got + "\n\n")
	}
	if *update {
		if err := os.WriteFile(file, []byte(strings.TrimRight(out.String(), "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func describe(text string) string {
	var lines []string
	for _, l := range strings.Split(text, "\n") {
		if !strings.HasPrefix(l, "#") {
			lines = append(lines, l)
		}
	}
	text = strings.Join(lines, "\n")
	bound, err := bind(text)
	if err != nil {
		return errorText(err, text)
	}
	out := plan.Format(bound.Plan)
	for _, e := range verify(bound.Plan) {
		out += "BROKEN: " + e + "\n"
	}
	var cols []string
	for _, c := range bound.Columns {
		cols = append(cols, c.Name+" "+types.FormatType(c.Type))
	}
	if cols != nil {
		out += "columns: " + strings.Join(cols, ", ") + "\n"
	}
	var params []string
	for _, p := range bound.Params {
		params = append(params, types.FormatType(p))
	}
	if params != nil {
		out += "params: " + strings.Join(params, ", ") + "\n"
	}
	return out
}

func errorText(err error, text string) string {
	e := sqlerr.From(err)
	out := "ERROR " + e.Code + ": " + e.Message
	if e.Code == sqlerr.InternalError {
		out += "\n" + e.Detail
		return strings.ReplaceAll(out, "\n\n", "\n")
	}
	if l := e.Locate(text); l.Line > 0 {
		rest := l.SourceLine[l.LineColumn-1:]
		if len(rest) > 12 {
			rest = rest[:12]
		}
		out += " at <" + rest + ">"
	}
	if e.Detail != "" {
		out += "\nDETAIL: " + e.Detail
	}
	if e.Hint != "" {
		out += "\nHINT: " + e.Hint
	}
	return out
}

func bind(text string) (*binder.Bound, error) {
	stmt, err := parseStmt(text)
	if err != nil {
		return nil, err
	}
	return binder.Bind(options(), stmt)
}

func options() binder.Options {
	return binder.Options{Catalog: testCatalog, ParseStmt: parseStmt, ParseExpr: parser.ParseExpr, ParseBody: parseBody}
}

var testCatalog = makeCatalog()

func col(id uint16, name string, t *types.Type) *catalog.Column {
	return &catalog.Column{ID: id, Name: name, Type: t}
}

func makeCatalog() *catalog.Catalog {
	c := catalog.New(nil)
	// t(a int primary key, b text, c double precision, d date, e numeric(10,2), f boolean)
	t := &catalog.Relation{ID: 20000, Version: 1, Schema: "public", Name: "t", Kind: catalog.Table, NextCol: 7,
		RowIDKey: true, KeyColumn: 1, Columns: []*catalog.Column{
			{ID: 1, Name: "a", Type: types.Int4, NotNull: true}, col(2, "b", types.Text), col(3, "c", types.Float8),
			col(4, "d", types.Date), col(5, "e", types.Numeric), col(6, "f", types.Bool)}}
	t.Primary = &catalog.Index{ID: 20001, Name: "t_pkey", Unique: true, Primary: true, Constraint: true, Parts: []catalog.IndexPart{{Column: 1, Type: types.Int4}}}
	t.Indexes = []*catalog.Index{t.Primary,
		{ID: 20002, Name: "t_b_key", Unique: true, Constraint: true, Parts: []catalog.IndexPart{{Column: 2, Type: types.Text}}},
		{ID: 20003, Name: "t_lower", Unique: true, Parts: []catalog.IndexPart{{Expr: "lower(b)", Type: types.Text}}, Where: "a > 0"}}
	t.Checks = []*catalog.Check{{Name: "t_a_check", Expr: "a > 0"}}
	c = c.WithRelation(t)
	// u(a int, x bigint default 7, y text) without a key
	c = c.WithRelation(&catalog.Relation{ID: 20010, Version: 1, Schema: "public", Name: "u", Kind: catalog.Table, NextCol: 4,
		RowIDKey: true, Columns: []*catalog.Column{
			col(1, "a", types.Int4), {ID: 2, Name: "x", Type: types.Int8, Default: "7"}, col(3, "y", types.Text)}})
	// g(id identity always, v int, twice generated)
	c = c.WithSequence(&catalog.Sequence{ID: 20029, Schema: "public", Name: "g_id_seq", Type: types.Int8, Start: 1, Increment: 1})
	g := &catalog.Relation{ID: 20020, Version: 1, Schema: "public", Name: "g", Kind: catalog.Table, NextCol: 4, RowIDKey: true, KeyColumn: 1,
		Columns: []*catalog.Column{
			{ID: 1, Name: "id", Type: types.Int8, NotNull: true, Identity: catalog.IdentityAlways, Sequence: 20029},
			col(2, "v", types.Int4), {ID: 3, Name: "twice", Type: types.Int4, Generated: "v * 2"}}}
	g.Primary = &catalog.Index{ID: 20021, Name: "g_pkey", Unique: true, Primary: true, Constraint: true, Parts: []catalog.IndexPart{{Column: 1, Type: types.Int8}}}
	g.Indexes = []*catalog.Index{g.Primary}
	c = c.WithRelation(g)
	// k(id INTEGER PRIMARY KEY of SQLite, n text)
	k := &catalog.Relation{ID: 20030, Version: 1, Schema: "public", Name: "k", Kind: catalog.Table, NextCol: 3, RowIDKey: true, KeyColumn: 1,
		Columns: []*catalog.Column{{ID: 1, Name: "id", Type: types.Integer, NotNull: true, AutoKey: true}, col(2, "n", types.Text)}}
	k.Primary = &catalog.Index{ID: 20031, Name: "k_pkey", Unique: true, Primary: true, Constraint: true, Parts: []catalog.IndexPart{{Column: 1, Type: types.Integer}}}
	k.Indexes = []*catalog.Index{k.Primary}
	c = c.WithRelation(k)
	view := func(id catalog.ID, name, query, option string, cols ...*catalog.Column) {
		c = c.WithRelation(&catalog.Relation{ID: id, Version: 1, Schema: "public", Name: name, Kind: catalog.View, Query: query, CheckOption: option, Columns: cols})
	}
	view(20040, "v", "SELECT a AS va, b AS vb FROM t WHERE a > 10", "cascaded", col(1, "va", types.Int4), col(2, "vb", types.Text))
	view(20041, "vv", "SELECT vb, va FROM v WHERE va < 20", "", col(1, "vb", types.Text), col(2, "va", types.Int4))
	view(20042, "vg", "SELECT b, count(*) AS n FROM t GROUP BY b", "", col(1, "b", types.Text), col(2, "n", types.Int8))
	w := &catalog.Relation{ID: 20045, Version: 1, Schema: "public", Name: "w", Kind: catalog.View, Query: "SELECT b, count(*) AS n FROM t GROUP BY b",
		Columns:  []*catalog.Column{col(1, "b", types.Text), col(2, "n", types.Int8)},
		Triggers: []*catalog.Trigger{{ID: 20046, Name: "w_i", Timing: "INSTEAD OF", Events: []string{"INSERT", "UPDATE", "DELETE"}, Row: true}}}
	c = c.WithRelation(w)
	mood := catalog.NewEnumType(20070, "mood", []string{"sad", "ok", "happy"})
	c = c.WithType(&catalog.UserType{ID: 20070, Schema: "public", Name: "mood", Type: mood})
	posint := catalog.NewDomainType(20072, "posint", types.Int4, &types.Domain{Checks: []types.DomainCheck{{Name: "posint_check", Expr: "VALUE > 0"}}})
	c = c.WithType(&catalog.UserType{ID: 20072, Schema: "public", Name: "posint", Type: posint})
	// ty holds a column of each rarer type.
	c = c.WithRelation(&catalog.Relation{ID: 20075, Version: 1, Schema: "public", Name: "ty", Kind: catalog.Table, RowIDKey: true, Columns: []*catalog.Column{
		col(1, "m", mood), col(2, "p", posint), col(3, "arr", types.ArrayOf(types.Int4)), col(4, "ts", types.TimestampTZ), col(5, "iv", types.Interval),
		col(6, "vc", types.WithCollation(types.Varchar, "nocase")), col(7, "big", types.Integer)}})
	// m(tenant text, id int) TENANT BY (tenant)
	c = c.WithRelation(&catalog.Relation{ID: 20050, Version: 1, Schema: "public", Name: "m", Kind: catalog.Table, RowIDKey: true, Tenant: 1,
		Columns: []*catalog.Column{col(1, "tenant", types.Text), col(2, "id", types.Int4)}})
	c = c.WithFunction(&catalog.SQLFunction{ID: 20060, Schema: "public", Name: "plus_one", Args: []types.Field{{Name: "n", Type: types.Int4}},
		Ret: types.Int4, Body: "SELECT $1 + 1", Volatile: 'i'})
	c = c.WithFunction(&catalog.SQLFunction{ID: 20061, Schema: "public", Name: "most", Args: []types.Field{{Name: "lo", Type: types.Int4}},
		Ret: types.Int4, Body: "SELECT max(a) FROM t WHERE a > lo AND a < $1 + 100", Volatile: 's', Strict: true})
	c = c.WithFunction(&catalog.SQLFunction{ID: 20062, Schema: "public", Name: "rows_of", Args: []types.Field{{Name: "lo", Type: types.Int4}},
		Ret: types.RecordType, Set: true, Cols: []types.Field{{Name: "p", Type: types.Int4}, {Name: "q", Type: types.Text}},
		Body: "SELECT a, b FROM t WHERE a > lo", Volatile: 's'})
	return c
}

// TestExpr binds expressions over the columns of a relation.
func TestExpr(t *testing.T) {
	rel := testCatalog.Relation([]string{"public"}, "", "t")
	ids := []expr.ColumnID{11, 12, 13, 14, 15, 16}
	for _, c := range []struct{ text, want string }{
		{"a > 0", "(a > 0)"},
		{"a + 1", "(a + 1)"},
		{"b = 'x' AND f", "((b = 'x'::text) AND f)"},
	} {
		ast, err := parser.ParseExpr(c.text)
		if err != nil {
			t.Fatal(err)
		}
		e, err := binder.BindExpr(options(), rel, ids, ast, nil)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if got := plan.ExprText(e); got != c.want {
			t.Errorf("%s: got %s, want %s", c.text, got, c.want)
		}
	}
	for _, text := range []string{"count(*) > 0", "(SELECT 1) = 1", "a > (SELECT max(a) FROM t)", "row_number() OVER () = 1"} {
		ast, err := parser.ParseExpr(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := binder.BindExpr(options(), rel, ids, ast, types.Bool); err == nil {
			t.Errorf("%s: no error", text)
		}
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
