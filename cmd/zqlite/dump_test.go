package main

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/schema"
)

// A dump makes the database that it was made of, schema and rows: its own dump
// is the same text, and the schemas do not differ.
func TestDumpComesBack(t *testing.T) {
	comesBack(t, "everything", []string{"SELECT * FROM everything ORDER BY id", "SELECT nextval('counter'), count(*) FROM happy", "SELECT * FROM totals", "SELECT * FROM log",
		"INSERT INTO counted DEFAULT VALUES RETURNING *", "UPDATE notes SET body = 'x' RETURNING *", "DELETE FROM titles WHERE id = 1; SELECT * FROM notes"})
}

// TestDumpOfTypes: typed tables, row types, domains over arrays, operators, casts,
// aggregates, and comments on each.
func TestDumpOfTypes(t *testing.T) {
	dump := comesBack(t, "types", []string{"SELECT * FROM history", "SELECT * FROM sums", "SELECT * FROM two_ways", "SELECT count(*) FROM nothing",
		"INSERT INTO history DEFAULT VALUES RETURNING n", "UPDATE item SET cost = 1 WHERE id = 1; SELECT * FROM history ORDER BY n", "SELECT many(1, 2), standard(1), two(), rows_of(2)",
		"SELECT objoid::regclass::text, description FROM pg_description WHERE classoid = 'pg_class'::regclass AND objsubid > 0 ORDER BY 2"})
	for _, want := range []string{"CREATE TABLE people OF person (", "    line route,", "OPERATOR(other.@@@)", "COMMENT ON OPERATOR + (point2, point2)", "COMMENT ON CAST (text AS point2)",
		"COMMENT ON COLUMN point2.x", "COMMENT ON CONSTRAINT not_negative ON DOMAIN cents", "CREATE TABLE nothing ();"} {
		if !strings.Contains(dump, want) {
			t.Errorf("the dump lacks %q", want)
		}
	}
}

// comesBack makes a database of a script, and another of its dump; it gives the
// dump, after PostgreSQL has taken what is for it.
func comesBack(t *testing.T, name string, queries []string) string {
	t.Helper()
	dir := t.TempDir()
	text, err := os.ReadFile("testdata/" + name + ".sql")
	if err != nil {
		t.Fatal(err)
	}
	first, second := filepath.Join(dir, "first.db"), filepath.Join(dir, "second.db")
	out, err := command(t, string(text), first)
	must(t, out, err)
	dump, err := command(t, "", "dump", first)
	must(t, dump, err)
	out, err = command(t, dump, second)
	must(t, out, err)
	again, err := command(t, "", "dump", second)
	must(t, again, err)
	if dump != again {
		t.Errorf("the dump of what a dump made is another:\n%s", firstDifference(dump, again))
	}
	var schemas [2]*schema.Schema
	for i, file := range []string{first, second} {
		if err := withDB(file, func(db *sql.DB) (err error) {
			schemas[i], err = schema.ReadDB(context.Background(), db)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	p, err := schema.Diff(schemas[0], schemas[1], schema.Options{})
	if err != nil || !p.Empty() {
		t.Errorf("the schemas differ: %v\n%s", err, p.Up())
	}
	for _, query := range queries {
		a, err := command(t, "", first, query)
		must(t, a, err)
		if b, err := command(t, "", second, query); a != b || err != nil {
			t.Errorf("%s: %v\n%s\n%s", query, err, a, b)
		}
	}
	there, err := command(t, "", "dump", "--postgres", second)
	intoPostgres(t, "zqlite_dump_"+name, must(t, there, err))
	return dump
}

// intoPostgres runs a dump on a PostgreSQL, where psql reaches one.
func intoPostgres(t *testing.T, database, dump string) {
	t.Helper()
	psql := func(in string, args ...string) (string, error) {
		c := exec.Command("psql", append([]string{"-XqAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "postgres"}, args...)...)
		c.Env = append(os.Environ(), "PGPASSWORD=pg", "PGCONNECT_TIMEOUT=2")
		c.Stdin = strings.NewReader(in)
		out, err := c.CombinedOutput()
		return string(out), err
	}
	if version, err := psql("", "-c", "SHOW server_version_num"); err != nil || version < "15" {
		t.Logf("no PostgreSQL from 15 on: %v %s", err, version)
		return
	}
	for _, c := range []string{"DROP DATABASE IF EXISTS " + database, "CREATE DATABASE " + database} {
		if out, err := psql("", "-c", c); err != nil {
			t.Fatalf("%s: %s", c, out)
		}
	}
	defer psql("", "-c", "DROP DATABASE "+database)
	if out, err := psql(dump, database); err != nil {
		t.Errorf("PostgreSQL does not take the dump: %s", out)
	}
}

// firstDifference is the line where two texts part.
func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return strings.Join(x[i:min(i+2, len(x))], "\n") + "\n---\n" + strings.Join(y[min(i, len(y)):min(i+2, len(y))], "\n")
		}
	}
	return "the second is longer"
}
