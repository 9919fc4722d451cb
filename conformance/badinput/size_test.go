package badinput

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func list(n int, item, sep string) string { return strings.Repeat(item+sep, n-1) + item }

func numbered(n int, format, sep string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(sep)
		}
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestLongStatements has statements that nest or go on without end.
func TestLongStatements(t *testing.T) {
	if testing.Short() {
		t.Skip("a race detector takes minutes for it")
	}
	db := open(t, ":memory:")
	r := strings.Repeat
	const deep = "54001"
	for _, c := range []badCase{
		{name: "half a million parentheses", sql: "SELECT " + r("(", 500000) + "1" + r(")", 500000), code: deep, words: "stack depth limit exceeded"},
		{name: "open parentheses", sql: "SELECT " + r("(", 1000000), code: deep},
		{name: "250 parentheses", sql: "SELECT " + r("(", 250) + "1" + r(")", 250)},
		{name: "NOT", sql: "SELECT " + r("NOT ", 100000) + "true", code: deep},
		{name: "minus", sql: "SELECT " + r("- ", 100000) + "1", code: deep},
		{name: "sums", sql: "SELECT " + list(100000, "1", "+"), code: deep},
		{name: "concatenations", sql: "SELECT " + list(100000, "'a'", "||"), code: deep},
		{name: "AND", sql: "SELECT " + list(100000, "true", " AND ")},
		{name: "OR", sql: "SELECT count(*) FROM t WHERE " + list(50000, "a = 1", " OR ")},
		{name: "IN", sql: "SELECT count(*) FROM t WHERE a IN (" + list(100000, "1", ",") + ")"},
		{name: "UNION ALL", sql: list(50000, "SELECT 1", " UNION ALL "), code: deep},
		{name: "subqueries", sql: r("SELECT (", 10000) + "SELECT 1" + r(")", 10000), code: deep},
		{name: "subqueries in FROM", sql: r("SELECT * FROM (", 10000) + "SELECT 1" + r(") x", 10000), code: deep},
		{name: "CASE", sql: "SELECT " + r("CASE WHEN true THEN ", 20000) + "1" + r(" END", 20000), code: deep},
		{name: "functions", sql: "SELECT " + r("abs(", 20000) + "1" + r(")", 20000), code: deep},
		{name: "arrays", sql: "SELECT " + r("ARRAY[", 20000) + "1" + r("]", 20000), code: deep},
		{name: "casts", sql: "SELECT 1" + r("::int", 100000), code: deep},
		{name: "subscripts", sql: "SELECT ('{1}'::int[])" + r("[1]", 50000), code: deep},
		{name: "joins", sql: "SELECT 1 FROM t " + r("CROSS JOIN t ", 20000), code: deep},
		{name: "parenthesised joins", sql: "SELECT 1 FROM " + r("(", 30000) + "t", code: deep},
		{name: "comments", sql: "SELECT 1 " + r("/* ", 100000), code: "42601"},
		{name: "1 MB", sql: "SELECT length('" + r("x", 1<<20-20) + "')"},
		{name: "2 MB", sql: "SELECT length('" + r("x", 2<<20) + "')", code: "54000", words: "the limit is 1048576"},
		{name: "one long line", sql: "SELECT " + list(100000, "1", ",") + ", zzz", code: "42703", caret: "zzz"},
		{name: "a long name", sql: "SELECT " + r("x", 100000), code: "42703"},
		{name: "100,000 statements", sql: r("SELECT 1;", 100000)},
		{name: "100,000 rows", sql: "SELECT count(*) FROM (VALUES " + list(100000, "(1)", ",") + ") v"},
		{name: "1600 columns", sql: "CREATE TABLE w (" + numbered(1600, "c%d int", ", ") + ")"},
		{name: "1600 values", sql: "INSERT INTO w VALUES (" + numbered(1600, "%d", ", ") + ")"},
		{name: "1600 columns read", sql: "SELECT * FROM w WHERE c1599 = 1599"},
		{name: "1601 columns", sql: "CREATE TABLE w2 (" + numbered(1601, "c%d int", ", ") + ")", code: "54011", words: "tables can have at most 1600 columns"},
		{name: "CUBE", sql: "SELECT count(*) FROM t GROUP BY CUBE (" + list(30, "a", ",") + ")", code: "54011", words: "CUBE is limited to 12 elements"},
		{name: "5,000 WITH queries", sql: "WITH c0 AS (SELECT 1 AS a)" + with(5000, ", c%d AS (SELECT * FROM c%d)") + " SELECT * FROM c4999"},
		{name: "2^60 rows of one", sql: "WITH c0 AS (SELECT 1 AS a)" + with(60, ", c%d AS (SELECT x.a FROM c%[2]d x, c%[2]d y)") + " SELECT * FROM c59"},
		{name: "deep JSON", sql: "SELECT ($1::text)::json", args: []any{r("[", 1000000)}, code: deep},
		{name: "deep jsonb", sql: "SELECT ($1::text)::jsonb", args: []any{r(`{"a":`, 50000) + "1" + r("}", 50000)}, code: deep},
		{name: "5,000 levels of jsonb", sql: "SELECT ($1::text)::jsonb", args: []any{r("[", 5000) + r("]", 5000)}},
		{name: "deep array", sql: "SELECT ($1::text)::int[]", args: []any{r("{", 100000) + r("}", 100000)}, code: "54000"},
		{name: "deep jsonpath", sql: "SELECT jsonb_path_query('1', ($1::text)::jsonpath)", args: []any{r("(", 100000) + "$" + r(")", 100000)}, code: deep},
		{name: "jsonpath of signs", sql: "SELECT jsonb_path_query('1', ($1::text)::jsonpath)", args: []any{r("-", 100000) + "1"}, code: deep},
		{name: "deep regular expression", sql: "SELECT 'a' ~ ($1::text)", args: []any{r("(", 100000) + "a" + r(")", 100000)}, code: "2201B"},
		{name: "repeated regular expression", sql: "SELECT 'a' ~ '(((a{255}){255}){255}){255}'", code: "2201B"},
		{name: "long key", sql: "CREATE TABLE k (s text PRIMARY KEY); INSERT INTO k VALUES (repeat('x', 1000000))", code: "54000", words: "index row size"},
	} {
		c.run(t, db)
	}
}

func with(n int, format string) string {
	var b strings.Builder
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, format, i, i-1)
	}
	return b.String()
}

// TestPatternsAreLinear has patterns that ruin those who try every way.
func TestPatternsAreLinear(t *testing.T) {
	db := open(t, ":memory:")
	a := strings.Repeat("a", 100000)
	start := time.Now()
	for _, c := range []badCase{
		{name: "(a+)+$", sql: "SELECT 1/((NOT $1::text ~ '(a+)+$')::int)", args: []any{a + "b"}},
		{name: "^(a|a)*$", sql: "SELECT 1/((NOT $1::text ~ '^(a|a)*$')::int)", args: []any{a + "b"}},
		{name: "(a*)*b", sql: "SELECT 1/((NOT $1::text ~ '(a*)*b')::int)", args: []any{a}},
		{name: "regexp_replace", sql: "SELECT 1/((regexp_replace($1::text, '(a|aa)+$', 'x', 'g') = $1)::int)", args: []any{a + "b"}},
		{name: "LIKE", sql: "SELECT 1/((NOT $1::text LIKE $2::text)::int)", args: []any{a, strings.Repeat("%a", 5000) + "b"}},
		{name: "ILIKE", sql: "SELECT 1/((NOT $1::text ILIKE $2::text)::int)", args: []any{a, strings.Repeat("%a", 5000) + "b"}},
		{name: "SIMILAR TO", sql: "SELECT 1/((NOT $1::text SIMILAR TO $2::text)::int)", args: []any{a[:10000], strings.Repeat("%a", 500) + "b"}},
		{name: "GLOB", sql: "SELECT 1/((NOT glob($2::text, $1::text))::int)", args: []any{a, strings.Repeat("*a", 5000) + "b"}},
	} {
		c.run(t, db)
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("patterns took %v", d)
	}
}

// peak samples the heap while f runs and returns the most it saw, in MB.
func peak(f func()) uint64 {
	runtime.GC()
	stop, done := make(chan bool), make(chan uint64)
	go func() {
		var most uint64
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			select {
			case <-stop:
				done <- most
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	f()
	close(stop)
	return <-done >> 20
}

// TestValuesOutOfProportion asks for more than there is, by a few words.
func TestValuesOutOfProportion(t *testing.T) {
	if testing.Short() {
		t.Skip("a race detector takes minutes for it")
	}
	db := open(t, ":memory:?memory_limit=32MB")
	for _, c := range []badCase{
		{name: "repeat beyond integer", sql: "SELECT repeat('x', 10000000000)", code: "42883"},
		{name: "repeat", sql: "SELECT length(repeat('x', 2000000000))", code: "54000", words: "requested length too large"},
		{name: "lpad", sql: "SELECT length(lpad('x', 2000000000))", code: "54000"},
		{name: "rpad of wide characters", sql: "SELECT length(rpad('x', 1000000000, '𝄞'))", code: "54000"},
		{name: "replace", sql: "SELECT length(replace(repeat('x', 1000000), 'x', repeat('y', 10000)))", code: "54000"},
		{name: "regexp_replace", sql: "SELECT length(regexp_replace(repeat('x', 1000000), 'x', repeat('y', 10000), 'g'))", code: "54000"},
		{name: "string_agg", sql: "SELECT length(string_agg(repeat('x', 1000000), '')) FROM generate_series(1, 5000)", code: "53200"},
		{name: "array_agg", sql: "SELECT array_agg(repeat('x', 1000)) FROM generate_series(1, 500000)", code: "53200"},
		{name: "json_agg", sql: "SELECT json_agg(repeat('x', 100000)) FROM generate_series(1, 50000)", code: "53200"},
		{name: "a batch of long values", sql: "SELECT repeat('x', 1000000 + i) FROM generate_series(1, 1000) g(i)", code: "53200"},
		{name: "their lengths", sql: "SELECT length(repeat('x', 1000000 + i)) FROM generate_series(1, 200) g(i)"},
		{name: "array_fill", sql: "SELECT array_fill(1, ARRAY[100000, 100000])", code: "54000", words: "array size exceeds the maximum allowed"},
		{name: "string_to_array", sql: "SELECT string_to_array(repeat(',', 30000000), ',')", code: "54000", words: "array size exceeds the maximum allowed"},
		{name: "zeroblob", sql: "SELECT zeroblob(3000000000)", code: "54000"},
		{name: "bit", sql: "SELECT 1::bit(2000000000)", code: "22023"},
		{name: "char", sql: "SELECT 'x'::char(1000000000)", code: "22023", words: "length for type char cannot exceed 10485760"},
	} {
		if mb := peak(func() { c.run(t, db) }); mb > 512 {
			t.Errorf("%s took %d MB", c.name, mb)
		}
	}
}

// TestLongValues keeps values that are many times the memory limit together.
func TestLongValues(t *testing.T) {
	if testing.Short() {
		t.Skip("a race detector takes minutes for it")
	}
	db := open(t, filepath.Join(t.TempDir(), "t.db")+"?sync=off&cache_size=8MB&memory_limit=16MB")
	body := strings.Repeat("x", 1<<20)
	if _, err := db.Exec(`CREATE TABLE doc (id int PRIMARY KEY, k int, body text)`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`CREATE INDEX ON doc (k)`); err != nil {
		t.Fatal(err)
	}
	const docs = 300
	fill := peak(func() {
		for i := range docs {
			if _, err := db.Exec(`INSERT INTO doc VALUES ($1, $2, $3)`, i, i%7, body); err != nil {
				t.Fatal(err)
			}
		}
	})
	if fill > 300 {
		t.Errorf("filling took %d MB", fill)
	}
	for _, q := range []string{
		`SELECT sum(length(body)) FROM doc`,
		`SELECT body FROM doc`,
		`SELECT body FROM doc ORDER BY id DESC`,
		`SELECT body FROM doc WHERE k = 3`,
		`SELECT length(upper(body)) FROM doc`,
		`SELECT count(*) FROM doc WHERE body LIKE '%y%'`,
	} {
		var err error
		mb := peak(func() { _, err = drain(context.Background(), db, q) })
		if err != nil || mb > 300 {
			t.Errorf("%s: %d MB, %v", q, mb, err)
		}
	}
	// a value of 100 MB travels both ways
	long := strings.Repeat("y", 100<<20)
	var n int
	if err := db.QueryRow(`INSERT INTO doc VALUES (-1, -1, $1) RETURNING length(body)`, long).Scan(&n); err != nil || n != len(long) {
		t.Errorf("%d of 100 MB came back, %v", n, err)
	}
	var back sql.NullString
	if err := db.QueryRow(`SELECT body FROM doc WHERE id = -1`).Scan(&back); err != nil || back.String != long {
		t.Errorf("%d of 100 MB were read, %v", len(back.String), err)
	}
	unharmed(t, db, "long values")
}

// TestEndless has queries without end, ended by their context or the timeout.
func TestEndless(t *testing.T) {
	db := open(t, ":memory:?memory_limit=16MB")
	limited := open(t, ":memory:?memory_limit=16MB&statement_timeout=300ms")
	for _, q := range []string{
		`SELECT count(*) FROM generate_series(1, 1000000000000000000)`,
		`SELECT * FROM generate_series(1, 1000000000000000000)`,
		`SELECT count(*) FROM generate_series('2000-01-01'::timestamp, 'infinity'::timestamp, '1 s')`,
		`WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r`,
		`WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM r) SELECT n FROM r`,
		`WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT r.n FROM r, generate_series(1, 2)) SELECT count(*) FROM r`,
		`SELECT * FROM generate_series(1, 1000000000000) g(i) ORDER BY -i`,
		`SELECT count(*) FROM (SELECT DISTINCT i FROM generate_series(1, 1000000000000) g(i)) x`,
		`SELECT count(*) FROM t a, t b, t c, t d, t e, t f`,
		`SELECT (SELECT count(*) FROM generate_series(1, 100000000000) WHERE generate_series <> t.a) FROM t`,
		`INSERT INTO u (a) SELECT 1 FROM generate_series(1, 1000000000000) WHERE generate_series = 0`,
		`UPDATE t SET b = b WHERE a = (SELECT max(i) FROM generate_series(1, 1000000000000) g(i))`,
		`SELECT pg_sleep(100)`,
	} {
		for _, way := range []struct {
			name, words string
			db          *sql.DB
			limit       time.Duration
		}{
			{"context", "canceling statement due to user request", db, 300 * time.Millisecond},
			{"statement_timeout", "canceling statement due to statement timeout", limited, time.Minute},
		} {
			ctx, cancel := context.WithTimeout(context.Background(), way.limit)
			start := time.Now()
			var err error
			mb := peak(func() { _, err = drain(ctx, way.db, q) })
			cancel()
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("%s: %s ended it after %v", q, way.name, d)
			}
			if mb > 300 {
				t.Errorf("%s took %d MB", q, mb)
			}
			if way.name == "context" && err == context.DeadlineExceeded {
				err = nil // database/sql saw it first, between two rows
			} else {
				c := badCase{name: q + " by " + way.name, code: "57014", words: way.words}
				c.check(t, err)
			}
			unharmed(t, way.db, q)
		}
	}
}
