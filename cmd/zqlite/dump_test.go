package main

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/schema"
)

// A dump makes the database that it was made of, schema and rows: its own dump
// is the same text, and the schemas do not differ.
func TestDumpComesBack(t *testing.T) {
	dir := t.TempDir()
	text, err := os.ReadFile("testdata/everything.sql")
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
	for _, query := range []string{"SELECT * FROM everything ORDER BY id", "SELECT nextval('counter'), count(*) FROM happy", "SELECT * FROM totals", "SELECT * FROM log",
		"INSERT INTO counted DEFAULT VALUES RETURNING *", "UPDATE notes SET body = 'x' RETURNING *", "DELETE FROM titles WHERE id = 1; SELECT * FROM notes"} {
		a, err := command(t, "", first, query)
		must(t, a, err)
		if b, err := command(t, "", second, query); a != b || err != nil {
			t.Errorf("%s: %v\n%s\n%s", query, err, a, b)
		}
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
