package zqlite_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/zqlite/zqlite"
)

func open(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("zqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "test.db") }

func exec(t testing.TB, db interface {
	Exec(string, ...any) (sql.Result, error)
}, text string, args ...any) sql.Result {
	t.Helper()
	r, err := db.Exec(text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r
}

func one[T any](t testing.TB, db interface {
	QueryRow(string, ...any) *sql.Row
}, text string, args ...any) T {
	t.Helper()
	var v T
	if err := db.QueryRow(text, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestCreateInsertSelectReopen(t *testing.T) {
	path := file(t)
	db, err := sql.Open("zqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	exec(t, db, `CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL, n NUMERIC(10,2))`)
	r := exec(t, db, `INSERT INTO t (name, n) VALUES ($1, $2), ('b', 2.5)`, "a", 1)
	if id, err := r.LastInsertId(); err != nil || id != 2 {
		t.Errorf("LastInsertId = %d, %v", id, err)
	}
	if n, err := r.RowsAffected(); err != nil || n != 2 {
		t.Errorf("RowsAffected = %d, %v", n, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, path)
	if got := one[string](t, db, `SELECT string_agg(name || n, ',' ORDER BY id) FROM t`); got != "a1.00,b2.50" {
		t.Errorf("after reopening: %q", got)
	}
}

func TestTypesTravelBothWays(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, `CREATE TABLE v (u uuid, d numeric, j jsonb, b bytea, ts timestamptz, p timestamp, day date, i interval, f float8, ok boolean, a int[])`)
	id := uuid.New()
	at := time.Date(2024, 2, 29, 12, 30, 0, 123456000, time.UTC)
	exec(t, db, `INSERT INTO v VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, decimal.RequireFromString("12345678901234567890.123456789"),
		json.RawMessage(`{"a": [1, 2]}`), []byte{0, 1, 255}, at, at, at, 90*time.Minute, 0.1, true, []int{1, 2, 3})
	var gu uuid.UUID
	var gd decimal.Decimal
	var gj json.RawMessage
	var gb []byte
	var gts, gp, gday time.Time
	var gi, ga string
	var gf float64
	var gok bool
	if err := db.QueryRow(`SELECT * FROM v`).Scan(&gu, &gd, &gj, &gb, &gts, &gp, &gday, &gi, &gf, &gok, &ga); err != nil {
		t.Fatal(err)
	}
	if gu != id || gd.String() != "12345678901234567890.123456789" || string(gj) != `{"a": [1, 2]}` || string(gb) != "\x00\x01\xff" {
		t.Errorf("got %v %v %s %x", gu, gd, gj, gb)
	}
	if !gts.Equal(at) || !gp.Equal(at) || gday.Format(time.DateOnly) != "2024-02-29" {
		t.Errorf("got %v %v %v", gts, gp, gday)
	}
	if gi != "01:30:00" || gf != 0.1 || !gok || ga != "{1,2,3}" {
		t.Errorf("got %q %v %v %q", gi, gf, gok, ga)
	}
}

func TestErrorsSayWhatAndWhere(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, `CREATE TABLE p (id int PRIMARY KEY, name text UNIQUE, qty int CHECK (qty > 0))`)
	exec(t, db, `CREATE TABLE c (id int PRIMARY KEY, p int NOT NULL REFERENCES p (id))`)
	exec(t, db, `INSERT INTO p VALUES (1, 'one', 1)`)
	for _, c := range []struct {
		sql, code, constraint, text string
		args                        []any
	}{
		{sql: `SELEC 1`, code: "42601", text: `syntax error at or near "SELEC"`},
		{sql: `SELECT nme FROM p`, code: "42703", text: `column "nme" does not exist`},
		{sql: `SELECT * FROM nowhere`, code: "42P01", text: `relation "nowhere" does not exist`},
		{sql: `INSERT INTO p VALUES (1, 'two', 2)`, code: "23505", constraint: "p_pkey"},
		{sql: `INSERT INTO p VALUES (2, 'one', 2)`, code: "23505", constraint: "p_name_key"},
		{sql: `INSERT INTO p VALUES (2, 'two', 0)`, code: "23514", constraint: "p_qty_check"},
		{sql: `INSERT INTO c VALUES (1, 99)`, code: "23503", constraint: "c_p_fkey"},
		{sql: `INSERT INTO c VALUES (1, NULL)`, code: "23502", text: `null value in column "p"`},
		{sql: `INSERT INTO p VALUES ('x', 'y', 1)`, code: "22P02", text: `invalid input syntax for type integer: "x"`},
		{sql: `SELECT 1 / 0`, code: "22012", text: "division by zero"},
		{sql: `SELECT $1::int`, code: "08P01"},
		{sql: `SELECT $1::int`, args: []any{"abc"}, code: "22P02"},
		{sql: `SELECT ` + strings.Repeat("(", 100000) + "1", code: "54001"},
	} {
		_, err := db.Exec(c.sql, c.args...)
		var e *zqlite.Error
		if !errors.As(err, &e) {
			t.Errorf("%.60s: got %v", c.sql, err)
			continue
		}
		if e.Code != c.code || e.Constraint != c.constraint || !strings.Contains(e.Message, c.text) {
			t.Errorf("%.60s: got %s %q (constraint %q)", c.sql, e.Code, e.Message, e.Constraint)
		}
	}
}

func TestErrorHasACaret(t *testing.T) {
	db := open(t, ":memory:")
	_, err := db.Exec("SELECT 1,\n       nothere")
	if err == nil || !strings.Contains(err.Error(), "LINE 2:        nothere\n               ^") {
		t.Errorf("got %v", err)
	}
}

func TestTransactionsAndSavepoints(t *testing.T) {
	db := open(t, file(t))
	exec(t, db, `CREATE TABLE t (a int PRIMARY KEY)`)
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, `INSERT INTO t VALUES (1)`)
	exec(t, tx, `SAVEPOINT s`)
	exec(t, tx, `INSERT INTO t VALUES (2)`)
	if _, err := tx.Exec(`INSERT INTO t VALUES (1)`); err == nil {
		t.Fatal("a duplicate was accepted")
	}
	var e *zqlite.Error
	if _, err := tx.Exec(`SELECT 1`); !errors.As(err, &e) || e.Code != "25P02" {
		t.Errorf("in a failed transaction: %v", err)
	}
	exec(t, tx, `ROLLBACK TO s`)
	exec(t, tx, `INSERT INTO t VALUES (3)`)
	if n := one[int](t, db, `SELECT count(*) FROM t`); n != 0 {
		t.Errorf("another connection sees %d uncommitted rows", n)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := one[string](t, db, `SELECT string_agg(a::text, ',' ORDER BY a) FROM t`); got != "1,3" {
		t.Errorf("got %s", got)
	}
}

func TestDefinitionsAreTransactional(t *testing.T) {
	db := open(t, file(t))
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, `CREATE TABLE t (a int PRIMARY KEY, b text)`)
	exec(t, tx, `INSERT INTO t VALUES (1, 'x')`)
	exec(t, tx, `CREATE INDEX t_b ON t (b)`)
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`SELECT * FROM t`); err == nil {
		t.Error("the table survived its rollback")
	}
	exec(t, db, `CREATE TABLE t (a int PRIMARY KEY)`)
}

// TestNoLostUpdate increments one counter from many goroutines.
func TestNoLostUpdate(t *testing.T) {
	db := open(t, file(t)+"?sync=normal")
	exec(t, db, `CREATE TABLE c (id int PRIMARY KEY, n bigint NOT NULL)`)
	exec(t, db, `INSERT INTO c VALUES (1, 0)`)
	const goroutines, each = 16, 50
	var wg sync.WaitGroup
	for range goroutines {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range each {
				if _, err := db.Exec(`UPDATE c SET n = n + 1 WHERE id = 1`); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	wg.Wait()
	if n := one[int](t, db, `SELECT n FROM c`); n != goroutines*each {
		t.Errorf("%d increments are left of %d", n, goroutines*each)
	}
}

func TestMemoryIsSharedByThePool(t *testing.T) {
	db := open(t, ":memory:")
	ctx := context.Background()
	a, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, err := a.ExecContext(ctx, `CREATE TABLE t (a int)`); err != nil {
		t.Fatal(err)
	}
	if _, err := b.ExecContext(ctx, `INSERT INTO t VALUES (1)`); err != nil {
		t.Errorf("the second connection has another database: %v", err)
	}
}

func TestSecondOpenSharesTheEngine(t *testing.T) {
	path := file(t)
	a := open(t, path)
	exec(t, a, `CREATE TABLE t (a int)`)
	b := open(t, path)
	exec(t, b, `INSERT INTO t VALUES (7)`)
	if n := one[int](t, a, `SELECT a FROM t`); n != 7 {
		t.Errorf("got %d", n)
	}
	c := open(t, path+"?sync=off")
	if err := c.Ping(); err == nil {
		t.Error("a conflicting setting was accepted")
	}
}

func TestBadFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	good := filepath.Join(dir, "good.db")
	db, err := sql.Open("zqlite", good)
	if err != nil {
		t.Fatal(err)
	}
	exec(t, db, `CREATE TABLE t (a int PRIMARY KEY, b text)`)
	exec(t, db, `INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 2000) AS g (i)`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte(nil), content...)
	flipped[len(flipped)/2] ^= 1
	for _, c := range []struct{ name, dsn string }{
		{"missing", filepath.Join(dir, "no.db") + "?mode=rw"},
		{"missing directory", filepath.Join(dir, "no", "no.db")},
		{"directory", dir},
		{"text", write("text.db", []byte(strings.Repeat("This is no database. ", 2000)))},
		{"truncated", write("short.db", content[:len(content)/2])},
		{"one bit", write("bit.db", flipped)},
		{"unknown key", good + "?colour=red"},
	} {
		db, err := sql.Open("zqlite", c.dsn)
		if err == nil {
			var n int
			err = db.QueryRow(`SELECT count(b) FROM t`).Scan(&n)
			if err == nil && n == 2000 {
				var verdict string
				err = db.QueryRow(`PRAGMA integrity_check`).Scan(&verdict)
				if err == nil && verdict != "ok" {
					err = &zqlite.Error{Code: "XX001", Message: verdict}
				}
			}
			db.Close()
		}
		var e *zqlite.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

func TestCancellation(t *testing.T) {
	db := open(t, ":memory:")
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := db.ExecContext(ctx, `SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 100000000) b`)
	if err == nil || time.Since(start) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
	if n := one[int](t, db, `SELECT 1`); n != 1 {
		t.Errorf("the next statement gave %d", n)
	}
}

func TestPlaceholders(t *testing.T) {
	db := open(t, ":memory:")
	if n := one[int](t, db, `SELECT $2::int - $1::int`, 1, 3); n != 2 {
		t.Errorf("$: %d", n)
	}
	if n := one[int](t, db, `SELECT ?::int - ?::int`, 3, 1); n != 2 {
		t.Errorf("?: %d", n)
	}
	if n := one[int](t, db, `SELECT ?2::int - ?1::int`, 1, 3); n != 2 {
		t.Errorf("?N: %d", n)
	}
	if n := one[int](t, db, `SELECT :b::int - :a::int`, sql.Named("a", 1), sql.Named("b", 3)); n != 2 {
		t.Errorf(":name: %d", n)
	}
	if n := one[int](t, db, `SELECT @b::int - @a::int`, sql.Named("a", 1), sql.Named("b", 3)); n != 2 {
		t.Errorf("@name: %d", n)
	}
}

func TestRowsStayReadableBesideAnotherStatement(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, `CREATE TABLE t (a int PRIMARY KEY, b text)`)
	exec(t, db, `INSERT INTO t SELECT i, 'row ' || i FROM generate_series(1, 5000) AS g (i)`)
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	rows, err := tx.Query(`SELECT a, b FROM t ORDER BY a`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var a int
		var b string
		if err := rows.Scan(&a, &b); err != nil {
			t.Fatal(err)
		}
		n++
		if a != n || b != fmt.Sprintf("row %d", n) {
			t.Fatalf("row %d is %d, %q", n, a, b)
		}
		if n%1000 == 0 {
			exec(t, tx, `UPDATE t SET b = 'changed' WHERE a = $1`, n)
		}
	}
	if err := rows.Err(); err != nil || n != 5000 {
		t.Errorf("%d rows, %v", n, err)
	}
}

// Rows without columns are counted, in a stream, by key, and of a change.
func TestRowsWithoutColumns(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, `CREATE TABLE t (a int PRIMARY KEY)`)
	exec(t, db, `INSERT INTO t VALUES (1), (2), (3)`)
	for text, want := range map[string]int{
		`SELECT FROM t`:                           3,
		`SELECT FROM t WHERE a = 2`:               1,
		`SELECT FROM t WHERE a = 4`:               0,
		`SELECT FROM t WHERE a > 1 FOR UPDATE`:    2,
		`WITH x AS (SELECT FROM t) SELECT FROM x`: 3,
	} {
		rows, err := db.Query(text)
		must(t, err)
		n := 0
		for rows.Next() {
			if n++; n > 10 {
				t.Fatalf("%s has no end", text)
			}
			must(t, rows.Scan())
		}
		must(t, rows.Err())
		if n != want {
			t.Errorf("%s: %d rows, want %d", text, n, want)
		}
	}
}

// A plan that was made for a definition which was rolled back serves no later
// one, though that may have the same number.
func TestPlansOfRolledBackDefinitions(t *testing.T) {
	db := open(t, file(t))
	exec(t, db, `CREATE TABLE t (a int PRIMARY KEY, b int, c text DEFAULT 'c')`)
	exec(t, db, `INSERT INTO t VALUES (1, 1)`)
	const change, read = `UPDATE t SET b = b + 1 WHERE a = 1`, `SELECT * FROM t`
	for i, definition := range []string{
		`ALTER TABLE t DROP COLUMN c`, `ALTER TABLE t ADD COLUMN d int DEFAULT 4`, `ALTER TABLE t ALTER COLUMN b TYPE bigint`,
		`ALTER TABLE t RENAME COLUMN c TO e`, `CREATE INDEX ON t (b)`,
	} {
		tx, err := db.Begin()
		must(t, err)
		exec(t, tx, definition)
		exec(t, tx, change)
		_, err = tx.Exec(read)
		must(t, err)
		if i%2 == 0 {
			must(t, tx.Rollback())
		} else {
			must(t, tx.Commit())
		}
		exec(t, db, change)
		rows, err := db.Query(read)
		must(t, err)
		cols, err := rows.Columns()
		must(t, err)
		cells := make([]any, len(cols))
		for k := range cells {
			cells[k] = new(any)
		}
		for rows.Next() {
			must(t, rows.Scan(cells...))
		}
		must(t, rows.Err())
		want := map[int]string{0: "[a b c]", 1: "[a b c d]", 2: "[a b c d]", 3: "[a b e d]", 4: "[a b e d]"}[i]
		if fmt.Sprint(cols) != want {
			t.Errorf("after %s: columns %v, want %s", definition, cols, want)
		}
	}
	if n := one[int](t, db, `SELECT b FROM t`); n != 8 {
		t.Errorf("b is %d after 7 increments that stood", n)
	}
}

// Plans are made anew when a function or a type that they know changes.
func TestPlansKnowFunctionsAndTypes(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, `CREATE FUNCTION f(int) RETURNS int LANGUAGE SQL AS 'SELECT $1 + 1'; CREATE TYPE e AS ENUM ('a', 'c')`)
	const call, list = `SELECT f(1)`, `SELECT enum_range(NULL::e)::text`
	if n, s := one[int](t, db, call), one[string](t, db, list); n != 2 || s != "{a,c}" {
		t.Errorf("at first %d, %s", n, s)
	}
	exec(t, db, `CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE SQL AS 'SELECT $1 + 100'`)
	exec(t, db, `ALTER TYPE e ADD VALUE 'b' BEFORE 'c'`)
	if n, s := one[int](t, db, call), one[string](t, db, list); n != 101 || s != "{a,b,c}" {
		t.Errorf("then %d, %s", n, s)
	}
}
