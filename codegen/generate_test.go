package codegen

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/schema"
)

var update = flag.Bool("update", false, "write the generated files of conformance/generated")

const generated = "../conformance/generated"

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The files of conformance/generated/db are what the generator makes of its
// schema.sql.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	s, err := schema.ReadFiles(os.DirFS(generated), ".")
	must(t, err)
	files, err := Generate(s, Options{Import: "github.com/zqlite/zqlite/conformance/generated/db"})
	must(t, err)
	for _, f := range files {
		name := filepath.Join(generated, "db", f.Name)
		if *update {
			must(t, os.MkdirAll(filepath.Dir(name), 0o755))
			must(t, os.WriteFile(name, f.Text, 0o644))
			continue
		}
		have, err := os.ReadFile(name)
		must(t, err)
		if string(have) != string(f.Text) {
			t.Errorf("%s is not what the generator makes; run go test ./codegen -update", name)
		}
	}
}

func read(t testing.TB, text string) *schema.Schema {
	t.Helper()
	s, err := schema.ReadSQL(schema.File{Name: "s.sql", Text: text})
	must(t, err)
	return s
}

// Every statement over a tenant's table has the tenant as $1 (invariant 1).
func TestStatementsHaveTheTenant(t *testing.T) {
	s, err := schema.ReadFiles(os.DirFS(generated), ".")
	must(t, err)
	g := &generator{Options: Options{Package: "db"}, schema: s}
	must(t, g.plan())
	n := 0
	for _, x := range g.tables {
		if x.Tenant == nil {
			continue
		}
		list := []string{x.Get(), x.Select(), x.Count(), x.UpdateEnd(), x.Delete(), x.Purge(), x.DeleteWhere()}
		if x.Deleted != nil {
			list = append(list, x.Restore())
		}
		for _, text := range list {
			if n++; !strings.Contains(text, " WHERE tenant_id = $1") {
				t.Errorf("%s: %s", x.Table, text)
			}
		}
		if !strings.Contains(x.BatchInsert(), "(tenant_id, ") {
			t.Errorf("%s: %s", x.Table, x.BatchInsert())
		}
	}
	if n < 21 {
		t.Errorf("%d statements", n)
	}
}

func TestSchemasThatAreRefused(t *testing.T) {
	for _, c := range []struct{ text, words string }{
		{"CREATE TABLE a (x int);", "there is no primary key"},
		{"-- @tenant t\nCREATE TABLE a (id int PRIMARY KEY, t uuid NOT NULL);", "must begin with the tenant column t"},
		{"-- @tenant t\nCREATE TABLE a (id int, t uuid, code text UNIQUE, PRIMARY KEY (t, id));", "a_code_key does not include the tenant"},
		{"-- @tenant t\nCREATE TABLE a (id int, t uuid, PRIMARY KEY (t, id), UNIQUE (id));\n-- @tenant t\nCREATE TABLE b (t uuid, id int REFERENCES a (id), PRIMARY KEY (t, id));", "a_id_key does not include the tenant"},
		{"-- @tenant t\nCREATE TABLE a (id int, t uuid, PRIMARY KEY (t, id));\n-- @tenant t\nCREATE TABLE b (id int, t text, PRIMARY KEY (t, id));", "the tenant of a is a uuid.UUID, that of b a string"},
		{"CREATE TYPE pair AS (a int, b int); CREATE TABLE a (id int PRIMARY KEY, p pair);", "type pair has no Go type"},
		{"CREATE TABLE box (id int PRIMARY KEY); CREATE TABLE boxes (id int PRIMARY KEY);", "both have the Go name"},
	} {
		_, err := Generate(read(t, c.text), Options{Import: "x/db"})
		if err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s\n got %v\nwant %s", c.text, err, c.words)
		}
	}
}

func TestNames(t *testing.T) {
	for sql, want := range map[string]string{"tenant_id": "TenantID", "url": "URL", "http_api_key": "HTTPAPIKey", "3d": "X3d", "order": "Order"} {
		if got := goName(sql); got != want {
			t.Errorf("%s is %s, want %s", sql, got, want)
		}
	}
	for plural, want := range map[string]string{"invoices": "invoice", "companies": "company", "addresses": "address", "boxes": "box", "status": "status", "batches": "batch", "news": "new", "people": "people"} {
		if got := singular(plural); got != want {
			t.Errorf("one of %s is %s, want %s", plural, got, want)
		}
	}
}
