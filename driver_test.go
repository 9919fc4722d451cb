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

func TestTemporaryTablesEndWithTheSession(t *testing.T) {
	db := open(t, ":memory:")
	ctx := context.Background()
	a, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		`CREATE TEMP TABLE mine (a int PRIMARY KEY)`,
		`INSERT INTO mine VALUES (1), (2)`,
		`CREATE TEMP VIEW half AS SELECT a FROM mine WHERE a < 2`,
	} {
		if _, err := a.ExecContext(ctx, text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	var n int
	if err := a.QueryRowContext(ctx, `SELECT count(*) FROM half`).Scan(&n); err != nil || n != 1 {
		t.Errorf("got %d, %v", n, err)
	}
	b, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.QueryRowContext(ctx, `SELECT count(*) FROM mine`).Scan(&n); err == nil {
		t.Error("another session sees the temporary table")
	}
	if _, err := a.ExecContext(ctx, `DISCARD TEMP`); err != nil {
		t.Fatal(err)
	}
	if err := a.QueryRowContext(ctx, `SELECT count(*) FROM mine`).Scan(&n); err == nil {
		t.Error("the temporary table outlived DISCARD")
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

// A temporary table hides a table of the same name from its own session,
// whatever other sessions planned before; and only there.
func TestTemporaryTableHidesPlannedTable(t *testing.T) {
	ctx := context.Background()
	db := open(t, ":memory:")
	a, err := db.Conn(ctx)
	must(t, err)
	defer a.Close()
	b, err := db.Conn(ctx)
	must(t, err)
	defer b.Close()
	do := func(c *sql.Conn, text string) {
		t.Helper()
		_, err := c.ExecContext(ctx, text)
		must(t, err)
	}
	do(a, "CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
	prepared, err := b.PrepareContext(ctx, "SELECT a FROM t")
	must(t, err)
	defer prepared.Close()
	check := func(when string, c *sql.Conn, want int) {
		t.Helper()
		for range 2 {
			var n int
			must(t, c.QueryRowContext(ctx, "SELECT a FROM t").Scan(&n))
			if n != want {
				t.Errorf("%s: a is %d, want %d", when, n, want)
			}
			if c != b {
				continue
			}
			must(t, prepared.QueryRowContext(ctx).Scan(&n))
			if n != want {
				t.Errorf("%s, prepared: a is %d, want %d", when, n, want)
			}
		}
	}
	check("first", a, 1)
	check("first", b, 1)
	do(b, "CREATE TEMPORARY TABLE t (a int); INSERT INTO t VALUES (2)")
	check("hidden", b, 2)
	check("elsewhere", a, 1)
	do(b, "DROP TABLE t")
	check("dropped", b, 1)
}

// Every relation of the system catalog answers over a database that has every
// kind of object.
func TestSystemCatalogAnswers(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, `
		CREATE SCHEMA app;
		CREATE TYPE mood AS ENUM ('sad', 'ok');
		CREATE DOMAIN positive AS int CHECK (VALUE > 0);
		CREATE TYPE pair AS (a int, b text);
		CREATE SEQUENCE s START 5;
		CREATE TABLE parent (id bigserial PRIMARY KEY, code varchar(10) NOT NULL UNIQUE, price numeric(10,2) DEFAULT 0,
			CONSTRAINT cheap CHECK (price < 100));
		CREATE TABLE app.child (id int GENERATED ALWAYS AS IDENTITY, parent_id bigint REFERENCES parent (id) ON DELETE CASCADE,
			m mood, p positive, tags text[], twice int GENERATED ALWAYS AS (id * 2) STORED, PRIMARY KEY (id, parent_id));
		CREATE INDEX child_m ON app.child (m DESC, lower(tags[1])) WHERE p > 3;
		CREATE VIEW v AS SELECT id, code FROM parent;
		CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS n FROM parent;
		CREATE FUNCTION twice(x int DEFAULT 2) RETURNS int LANGUAGE SQL IMMUTABLE AS 'SELECT x * 2';
		COMMENT ON TABLE parent IS 'a parent';
		COMMENT ON COLUMN parent.code IS 'a code';
		SELECT nextval('s')`)
	rows, err := db.Query(`SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname IN ('pg_catalog', 'information_schema')`)
	must(t, err)
	var names []string
	for rows.Next() {
		var schema, name string
		must(t, rows.Scan(&schema, &name))
		names = append(names, schema+"."+name)
	}
	must(t, rows.Err())
	if len(names) < 60 {
		t.Fatalf("%d relations in the system catalog", len(names))
	}
	for _, name := range names {
		one[int](t, db, "SELECT count(*) FROM (SELECT * FROM "+name+") x")
	}
	for query, want := range map[string]string{
		`SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'child_parent_id_fkey'`:                                                        `FOREIGN KEY (parent_id) REFERENCES parent(id) ON DELETE CASCADE`,
		`SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'parent_code_key'`:                                                             `UNIQUE (code)`,
		`SELECT indexdef FROM pg_indexes WHERE indexname = 'child_m'`:                                                                                       `CREATE INDEX child_m ON app.child USING btree (m DESC, lower(tags[1])) WHERE (p > 3)`,
		`SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'parent'::regclass`: `id bigint, code character varying(10), price numeric(10,2)`,
		`SELECT obj_description('parent'::regclass) || ' with ' || col_description('parent'::regclass, 2)`:                                                  `a parent with a code`,
		`SELECT column_default FROM information_schema.columns WHERE table_name = 'parent' AND column_name = 'id'`:                                          `nextval('parent_id_seq'::regclass)`,
		`SELECT pg_get_serial_sequence('parent', 'id')`:                                                                                                     `public.parent_id_seq`,
		`SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = 'mood'::regtype`:                                           `sad,ok`,
		`SELECT last_value::text FROM pg_sequences WHERE sequencename = 's'`:                                                                                `5`,
		`SELECT data_type || '/' || udt_name FROM information_schema.columns WHERE column_name = 'tags'`:                                                    `ARRAY/_text`,
		`SELECT delete_rule FROM information_schema.referential_constraints`:                                                                                `CASCADE`,
		`SELECT table_name FROM information_schema.view_table_usage WHERE view_name = 'v'`:                                                                  `parent`,
		`SELECT pg_get_function_arguments(oid) || ' -> ' || pg_get_function_result(oid) FROM pg_proc WHERE proname = 'twice'`:                               `x integer DEFAULT 2 -> integer`,
	} {
		if got := one[string](t, db, query); got != want {
			t.Errorf("%s\n got %s\nwant %s", query, got, want)
		}
	}
}

func TestAdvisoryLocks(t *testing.T) {
	ctx := context.Background()
	db := open(t, ":memory:")
	conn := func() *sql.Conn {
		c, err := db.Conn(ctx)
		must(t, err)
		t.Cleanup(func() { c.Close() })
		return c
	}
	a, b := conn(), conn()
	ask := func(c *sql.Conn, query string) (v bool) {
		t.Helper()
		must(t, c.QueryRowContext(ctx, "SELECT "+query).Scan(&v))
		return v
	}
	do := func(c *sql.Conn, text string) error {
		_, err := c.ExecContext(ctx, text)
		return err
	}
	must(t, do(a, "SELECT pg_advisory_lock(7), pg_advisory_lock(7)"))
	if ask(b, "pg_try_advisory_lock(7)") || !ask(b, "pg_try_advisory_lock(7, 0)") || !ask(a, "pg_try_advisory_lock(7)") {
		t.Error("a lock that is held was given, or one that is free was not")
	}
	for range 3 {
		if !ask(a, "pg_advisory_unlock(7)") {
			t.Error("a lock that is held was not released")
		}
	}
	if ask(a, "pg_advisory_unlock(7)") || !ask(b, "pg_try_advisory_lock_shared(7)") || !ask(a, "pg_try_advisory_lock_shared(7)") || ask(a, "pg_try_advisory_xact_lock(7)") {
		t.Error("shared locks")
	}
	must(t, do(b, "SELECT pg_advisory_unlock_all()"))
	must(t, do(a, "SELECT pg_advisory_unlock_all()"))
	must(t, do(a, "BEGIN; SELECT pg_advisory_xact_lock(1)"))
	if ask(b, "pg_try_advisory_lock(1)") {
		t.Error("the transaction's lock was given to another")
	}
	waited := make(chan error)
	go func() { waited <- do(b, "SELECT pg_advisory_lock(1)") }()
	time.Sleep(20 * time.Millisecond)
	must(t, do(a, "COMMIT"))
	must(t, <-waited)

	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	if _, err := a.ExecContext(short, "SELECT pg_advisory_lock(1)"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a wait that was cancelled ended with %v", err)
	}
	must(t, do(a, "SET lock_timeout = '20ms'"))
	var e *zqlite.Error
	if err := do(a, "SELECT pg_advisory_lock(1)"); !errors.As(err, &e) || e.Code != "55P03" {
		t.Errorf("lock_timeout: %v", err)
	}
	must(t, do(a, "SET lock_timeout = 0"))
	must(t, do(a, "SELECT pg_advisory_lock(2)"))
	go func() { waited <- do(b, "SELECT pg_advisory_lock(2)") }()
	time.Sleep(20 * time.Millisecond)
	if err := do(a, "SELECT pg_advisory_lock(1)"); !errors.As(err, &e) || e.Code != "40P01" {
		t.Errorf("a circle: %v", err)
	}
	if ask(a, "pg_advisory_unlock(2)"); <-waited != nil {
		t.Error("the other did not get its lock")
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

// A sequence goes on where it was when its database is closed and opened.
func TestSequencesHaveNoGapAfterClose(t *testing.T) {
	path := file(t)
	for round := range 3 {
		db, err := sql.Open("zqlite", path)
		must(t, err)
		if round == 0 {
			exec(t, db, "CREATE TABLE t (id bigserial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY, x int); CREATE SEQUENCE s INCREMENT -2")
		}
		for i := range 5 {
			want := round*5 + i + 1
			if id := one[int](t, db, "INSERT INTO t (x) VALUES (1) RETURNING id + n"); id != 2*want {
				t.Errorf("round %d: keys add up to %d, want %d", round, id, 2*want)
			}
			if v := one[int](t, db, "SELECT nextval('s')"); v != 1-2*want {
				t.Errorf("round %d: nextval is %d, want %d", round, v, 1-2*want)
			}
		}
		must(t, db.Close())
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
