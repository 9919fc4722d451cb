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

// readGenerated reads the schema and the queries of conformance/generated.
func readGenerated(t testing.TB) (*schema.Schema, []schema.File) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(generated, "schema.sql"))
	must(t, err)
	s, err := schema.ReadSQL(schema.File{Name: "schema.sql", Text: string(text)})
	must(t, err)
	text, err = os.ReadFile(filepath.Join(generated, "queries", "invoices.sql"))
	must(t, err)
	return s, []schema.File{{Name: "invoices.sql", Text: string(text)}}
}

// The packages db of conformance/generated are what the generator makes of its
// schema.sql and queries, for zqlite and for PostgreSQL, whose program is the
// same text over the other package.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	s, queries := readGenerated(t)
	const base = "github.com/zqlite/zqlite/conformance/generated"
	var files []File
	for dialect, dir := range map[string]string{"zqlite": "db", "postgres": "postgres/db"} {
		list, err := Generate(s, Options{Import: base + "/" + dir, Dialect: dialect, Queries: queries})
		must(t, err)
		again, err := Generate(s, Options{Import: base + "/" + dir, Dialect: dialect, Queries: queries})
		must(t, err)
		for i, f := range list {
			if string(f.Text) != string(again[i].Text) {
				t.Errorf("%s is another the second time", f.Name)
			}
			files = append(files, File{dir + "/" + f.Name, f.Text})
		}
	}
	for _, name := range []string{"suite.go", "kinds.go"} {
		text, err := os.ReadFile(filepath.Join(generated, "suite", name))
		must(t, err)
		program := strings.ReplaceAll(string(text), base+"/db", base+"/postgres/db")
		files = append(files, File{"postgres/suite/" + name, []byte("// Code generated from conformance/generated/suite. DO NOT EDIT.\n\n" + program)})
	}
	files = append(files, File{"postgres/schema.sql", []byte(s.PostgresSQL())})
	for _, f := range files {
		name := filepath.Join(generated, filepath.FromSlash(f.Name))
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
	s, _ := readGenerated(t)
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

// TestQueries: types and nullability come from the binder.
func TestQueries(t *testing.T) {
	s := read(t, `CREATE TABLE p (t uuid, id int, name text NOT NULL, PRIMARY KEY (t, id)) TENANT BY (t);
		CREATE TABLE a (t uuid, id int, p int, at timestamptz NOT NULL, tags text[] NOT NULL, PRIMARY KEY (t, id), FOREIGN KEY (t, p) REFERENCES p) TENANT BY (t);
		CREATE TABLE k (id int PRIMARY KEY, v numeric);`)
	for _, c := range []struct{ text, want string }{
		{"-- name: A :one\nSELECT id, p FROM a", "ID int64, P sql.Null[int64]"},
		{"-- name: A :one\nSELECT a.id, p.name, p.id AS pid FROM a LEFT JOIN p ON p.id = a.p", "ID int64, Name sql.Null[string], Pid sql.Null[int64]"},
		{"-- name: A :one\nSELECT a.id, p.name FROM a RIGHT JOIN p ON p.id = a.p", "ID sql.Null[int64], Name string"},
		{"-- name: A :one\nSELECT count(*) AS n, sum(v) AS s, coalesce(sum(v), 0) AS c, max(id) AS m FROM k", "N int64, S sql.Null[decimal.Decimal], C decimal.Decimal, M sql.Null[int64]"},
		{"-- name: A :one\nSELECT lower(name) AS l, name || 'x' AS x, name = $1 AS eq, nullif(name, '') AS nul, CASE WHEN id > 1 THEN name END AS c, CASE WHEN id > 1 THEN 1 ELSE 2 END AS d FROM p", "L string, X string, Eq sql.Null[bool], Nul sql.Null[string], C sql.Null[string], D int64"},
		{"-- name: A :one\nSELECT x.n, y.n AS m FROM (SELECT count(*) AS n FROM k) x LEFT JOIN (SELECT count(*) AS n FROM k) y ON true", "N int64, M sql.Null[int64]"},
		{"-- name: A :one\nSELECT EXISTS (SELECT 1 FROM k WHERE id = $1) AS e, (SELECT id FROM k LIMIT 1) AS s, ARRAY(SELECT id FROM k) AS l", "E bool, S sql.Null[int64], L []int64"},
		{"-- name: A :one\nSELECT (SELECT count(*) FROM k) AS n, (SELECT max(id) FROM k) AS m, (SELECT count(*) FROM k GROUP BY v) AS g", "N int64, M sql.Null[int64], G sql.Null[int64]"},
		{"-- name: A :one\nSELECT id FROM k UNION ALL SELECT v::int FROM k", "ID sql.Null[int64]"},
		{"-- name: A :one\nINSERT INTO k (id, v) VALUES ($1, $2) RETURNING id, v", "ID int64, V sql.Null[decimal.Decimal]"},
		{"-- name: A :one\nSELECT at, tags FROM a WHERE at > $1", "At time.Time, Tags []string"},
	} {
		g := &generator{Options: Options{Package: "db", Queries: []schema.File{{Name: "q.sql", Text: c.text}}}, schema: s}
		must(t, g.plan())
		if err := g.readQueries(); err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		var got []string
		for _, x := range g.queries[0].Columns {
			got = append(got, x.Go+" "+x.Field)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, strings.Join(got, ", "), c.want)
		}
	}
}

// TestQueryParams: placeholders have types and names.
func TestQueryParams(t *testing.T) {
	s := read(t, "CREATE TABLE k (id int PRIMARY KEY, v numeric, at timestamptz);")
	for _, c := range []struct{ text, want, sql string }{
		{"SELECT v FROM k WHERE id = $1 AND at < $2", ", id int64, at time.Time", "SELECT v FROM k WHERE id = $1 AND at < $2"},
		{"SELECT v FROM k WHERE id = :key AND (at < :until OR v > :least_v)", ", key int64, until time.Time, leastV decimal.Decimal", "SELECT v FROM k WHERE id = $1 AND (at < $2 OR v > $3)"},
		{"INSERT INTO k (id, v) VALUES ($1, $2) RETURNING v", ", id int64, v decimal.Decimal", ""},
		{"UPDATE k SET v = $1 WHERE id = ANY($2) RETURNING v", ", v decimal.Decimal, arg2 []int64", ""},
		{"SELECT v FROM k WHERE id BETWEEN :low AND :high LIMIT $3", "", ""},
	} {
		g := &generator{Options: Options{Package: "db", Queries: []schema.File{{Name: "q.sql", Text: "-- name: A :many\n" + c.text + ";\n"}}}, schema: s}
		must(t, g.plan())
		err := g.readQueries()
		if c.want == "" {
			if err == nil {
				t.Errorf("%s: named and numbered placeholders are mixed, without an error", c.text)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if q := g.queries[0]; q.Signature() != c.want || c.sql != "" && q.Text != c.sql {
			t.Errorf("%s: %s\n%s", c.text, q.Signature(), q.Text)
		}
	}
}

// TestQueriesThatAreRefused: errors have file, line and column.
func TestQueriesThatAreRefused(t *testing.T) {
	s := read(t, `-- @tenant t
		CREATE TABLE a (t uuid, id int, PRIMARY KEY (t, id));
		CREATE TABLE k (id int PRIMARY KEY, v numeric);`)
	for _, c := range []struct{ text, want string }{
		{"SELECT 1", "q.sql:1:1: a query needs a line before it"},
		{"-- name: lower :one\nSELECT 1 AS x", "q.sql:1:1: a query is named"},
		{"-- name: A :some\nSELECT 1 AS x", "q.sql:1:1: a query is named"},
		{"-- name: A :one\n", "q.sql:1:1: query A has no statement"},
		{"-- name: A :one\n\nSELECT id,\n  nothing FROM k", "q.sql:4:3: query A: column \"nothing\" does not exist"},
		{"-- name: A :one\nSELEC", "q.sql:2:1: query A: syntax error"},
		{"-- name: A :one\nSELECT 1 AS x; SELECT 2 AS x", "q.sql:2:"},
		{"-- name: A :one\nDELETE FROM k", "q.sql:1:1: query A gives no rows"},
		{"-- name: A :one\nSELECT 1 + 1", "has no name"},
		{"-- name: A :one\nSELECT id, v AS id FROM k", "two columns named id"},
		{"-- name: A :many\nSELECT id FROM k JOIN a USING (id)", "q.sql:2:1: query A would see the rows of all tenants: table a has @tenant but not TENANT BY (t)"},
		{"-- name: A :exec\nDELETE FROM k WHERE EXISTS (SELECT 1 FROM a)", "would see the rows of all tenants"},
		{"-- name: A :exec\nDELETE FROM k;\n-- name: A :exec\nDELETE FROM k;", "q.sql:3:1: there are two queries named A"},
		{"-- name: A :exec\nTRUNCATE nowhere;\n\n-- name: B :exec\nDELETE FROM k WHERE ä = 1", "q.sql:5:21: query B"},
	} {
		_, err := Generate(s, Options{Import: "x/db", Queries: []schema.File{{Name: "q.sql", Text: c.text}}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}
