package oracle

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	_ "github.com/zqlite/zqlite"
	_ "modernc.org/sqlite"
)

// answer is the names of the columns and the rows of a query, as text.
func answer(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{strings.Join(cols, "|")}
	for rows.Next() {
		vals, at := make([]any, len(cols)), make([]any, len(cols))
		for i := range vals {
			at[i] = &vals[i]
		}
		if err := rows.Scan(at...); err != nil {
			t.Fatal(err)
		}
		line := ""
		for _, v := range vals {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			line += fmt.Sprint(v, "|")
		}
		lines = append(lines, strings.ToLower(line))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// The pragmas that describe tables answer as SQLite's, in columns and rows.
func TestPragmasAreSQLites(t *testing.T) {
	open := func(driver string) *sql.DB {
		db, err := sql.Open(driver, ":memory:")
		if err != nil {
			t.Fatal(err)
		}
		db.SetMaxOpenConns(1)
		t.Cleanup(func() { db.Close() })
		for _, q := range []string{
			"PRAGMA foreign_keys = ON",
			"CREATE TABLE p (id integer NOT NULL PRIMARY KEY, name text NOT NULL, n integer DEFAULT 5, d integer GENERATED ALWAYS AS (n * 2) STORED)",
			"CREATE TABLE c (a integer NOT NULL, b integer NOT NULL, p integer REFERENCES p (id) ON DELETE CASCADE, PRIMARY KEY (b, a))",
			"CREATE INDEX c_p ON c (p DESC, a)",
			"CREATE UNIQUE INDEX p_name ON p (name) WHERE n > 1",
			"INSERT INTO p (id, name) VALUES (1, 'x')",
			"INSERT INTO c VALUES (1, 2, 1)",
			"PRAGMA user_version = 7",
			"PRAGMA application_id = -3",
		} {
			if _, err := db.Exec(q); err != nil {
				t.Fatalf("%s: %s: %v", driver, q, err)
			}
		}
		return db
	}
	ours, theirs := open("zqlite"), open("sqlite")
	for _, q := range []string{
		"PRAGMA table_info(p)", "PRAGMA table_info(c)", "PRAGMA table_xinfo(p)", "PRAGMA index_list(p)", "PRAGMA index_info(c_p)", "PRAGMA index_info(nosuch)",
		"PRAGMA index_xinfo(p_name)", "PRAGMA foreign_key_list(c)", "PRAGMA foreign_key_list(p)", "PRAGMA foreign_key_check",
		"PRAGMA user_version", "PRAGMA application_id", "PRAGMA foreign_keys", "PRAGMA integrity_check", "PRAGMA quick_check",
		"PRAGMA encoding", "PRAGMA collation_list",
	} {
		if got, want := answer(t, ours, q), answer(t, theirs, q); got != want {
			t.Errorf("%s:\n%s\nSQLite:\n%s", q, got, want)
		}
	}
	// Rows differ where names, files and sizes do; columns do not.
	for _, q := range []string{"PRAGMA table_list", "PRAGMA index_list(c)", "PRAGMA database_list", "PRAGMA function_list", "PRAGMA compile_options",
		"PRAGMA page_count", "PRAGMA freelist_count", "PRAGMA page_size", "PRAGMA schema_version", "PRAGMA data_version", "PRAGMA cache_size", "PRAGMA busy_timeout",
		"PRAGMA journal_mode", "PRAGMA synchronous", "PRAGMA pragma_list"} {
		got, _, _ := strings.Cut(answer(t, ours, q), "\n")
		want, _, _ := strings.Cut(answer(t, theirs, q), "\n")
		if got != want {
			t.Errorf("%s has columns %s, SQLite's %s", q, got, want)
		}
	}
}

// The numbers that applications keep are part of the transaction, and stay.
func TestUserVersionIsKept(t *testing.T) {
	path := t.TempDir() + "/a.db"
	db, err := sql.Open("zqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("BEGIN; PRAGMA user_version = 4; ROLLBACK; PRAGMA application_id = 9"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = sql.Open("zqlite", path); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if got := answer(t, db, "PRAGMA user_version") + answer(t, db, "PRAGMA application_id"); got != "user_version\n0|application_id\n9|" {
		t.Errorf("got %s", got)
	}
}
