package script

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// TestDefinitionsAgain gives the texts of views and checks back in: what is
// made of them has the same text, and views give the same rows. Few texts
// change once, in PostgreSQL too: the AND of a BETWEEN at the left end of an AND
// becomes part of that.
func TestDefinitionsAgain(t *testing.T) {
	t.Run("views", func(t *testing.T) {
		conn := prepared(t, "../sql/catalog/deparse_view.sql", "ALTER TABLE a RENAME")
		names := list(t, conn, "SELECT viewname FROM pg_views WHERE schemaname = 'public' ORDER BY 1")
		if len(names) < 150 {
			t.Fatalf("%d views", len(names))
		}
		settled := 0 // texts that take another form first, as in PostgreSQL
		defer func() {
			if settled > 8 {
				t.Errorf("%d texts become others", settled)
			}
		}()
		for _, pretty := range []string{"false", "true"} {
			for _, name := range names {
				text := list(t, conn, fmt.Sprintf("SELECT pg_get_viewdef('%s'::regclass, %s)", name, pretty))[0]
				cols := list(t, conn, fmt.Sprintf("SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = '%s'::regclass AND attnum > 0 ORDER BY attnum", name))
				var got string
				for range 2 {
					run(t, conn, "DROP VIEW IF EXISTS again")
					run(t, conn, "CREATE VIEW again ("+strings.Join(cols, ", ")+") AS "+text)
					if got = list(t, conn, "SELECT pg_get_viewdef('again'::regclass, "+pretty+")")[0]; got == text {
						break
					}
					t.Logf("%s: its text\n%s\nbecomes\n%s", name, text, got)
					settled++
					text, got = got, text
				}
				if got != text {
					t.Errorf("%s: its text\n%s\nbecomes\n%s", name, text, got)
				}
				was, is := list(t, conn, "SELECT * FROM "+name), list(t, conn, "SELECT * FROM again")
				if fmt.Sprint(was) != fmt.Sprint(is) && !changing.MatchString(text) {
					t.Errorf("%s: %s\ngives %v, was %v", name, text, is, was)
				}
				run(t, conn, "DROP VIEW again")
			}
		}
	})
	t.Run("checks", func(t *testing.T) {
		conn := prepared(t, "../sql/catalog/deparse_expr.sql", "ALTER TABLE e RENAME")
		for _, pretty := range []string{"false", "true"} {
			texts := list(t, conn, "SELECT pg_get_constraintdef(oid, "+pretty+") FROM pg_constraint WHERE conrelid = 'e'::regclass AND contype = 'c' ORDER BY conname")
			if len(texts) < 140 {
				t.Fatalf("%d checks", len(texts))
			}
			for _, text := range texts {
				run(t, conn, "ALTER TABLE e ADD CONSTRAINT again "+text)
				got := list(t, conn, "SELECT pg_get_constraintdef(oid, "+pretty+") FROM pg_constraint WHERE conname = 'again'")[0]
				if got != text && !widened.MatchString(text) {
					t.Errorf("%s becomes %s", text, got)
				}
				run(t, conn, "ALTER TABLE e DROP CONSTRAINT again")
			}
		}
	})
}

// widened are arrays of varchar that are compared as arrays of text: read
// again, their elements are converted, in PostgreSQL too; and real is a float8
// here. changing are texts
// whose rows depend on the moment or are in no order.
var (
	widened  = regexp.MustCompile(`::text\[\]|::real`)
	changing = regexp.MustCompile(`(?i)now\(\)|CURRENT_|LOCALTIME|age\(|TABLESAMPLE`)
)

// prepared runs a script up to a statement.
func prepared(t *testing.T, file, until string) *sql.Conn {
	t.Helper()
	db, err := sql.Open("zqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	stmts, _ := readScript(t, file)
	for _, s := range stmts {
		if strings.HasPrefix(s.SQL, until) {
			break
		}
		if !strings.HasPrefix(s.SQL, "SELECT") {
			conn.ExecContext(context.Background(), s.SQL) // some fail, as the record says
		}
	}
	return conn
}

func run(t *testing.T, conn *sql.Conn, stmt string) {
	t.Helper()
	if _, err := conn.ExecContext(context.Background(), stmt); err != nil {
		t.Fatalf("%s: %v", stmt, err)
	}
}

// list returns the rows of a query, each as text.
func list(t *testing.T, conn *sql.Conn, query string) []string {
	t.Helper()
	rows, err := conn.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		vals := make([]sql.NullString, len(cols))
		to := make([]any, len(cols))
		for i := range vals {
			to[i] = &vals[i]
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatal(err)
		}
		words := make([]string, len(vals))
		for i, v := range vals {
			words[i] = v.String
			if !v.Valid {
				words[i] = "NULL"
			}
		}
		out = append(out, strings.Join(words, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return out
}
