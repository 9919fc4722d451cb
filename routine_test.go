package zqlite_test

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"testing"
	"time"
)

// What functions are is kept in the file, row types by the table that has them.
func TestFunctionsSurviveReopening(t *testing.T) {
	path := file(t)
	db := open(t, path)
	exec(t, db, `CREATE TABLE t (id int PRIMARY KEY, name text)`)
	exec(t, db, `CREATE FUNCTION add_row(i int, n text DEFAULT 'new', VARIADIC more text[] DEFAULT '{}') RETURNS SETOF t LANGUAGE SQL
		AS $$ INSERT INTO t VALUES (i, n || array_to_string(more, '')); SELECT * FROM t ORDER BY id $$`)
	exec(t, db, `CREATE FUNCTION label(t) RETURNS text LANGUAGE SQL AS 'SELECT $1.name || $1.id'`)
	exec(t, db, `CREATE FUNCTION pair(anyelement, OUT a anyelement, OUT b anyarray) LANGUAGE SQL AS 'SELECT $1, ARRAY[$1]'`)
	exec(t, db, `CREATE PROCEDURE clear(INOUT n bigint) BEGIN ATOMIC DELETE FROM t; SELECT count(*) + n FROM t; END`)
	before := one[string](t, db, `SELECT string_agg(pg_get_functiondef(oid), '' ORDER BY proname) FROM pg_proc WHERE pronamespace = 'public'::regnamespace`)
	must(t, db.Close())
	db = open(t, path)
	after := one[string](t, db, `SELECT string_agg(pg_get_functiondef(oid), '' ORDER BY proname) FROM pg_proc WHERE pronamespace = 'public'::regnamespace`)
	if before != after {
		t.Errorf("definitions were\n%s\nand are\n%s", before, after)
	}
	exec(t, db, `SELECT add_row(1)`)
	exec(t, db, `ALTER TABLE t ADD COLUMN extra int DEFAULT 7`)
	exec(t, db, `CREATE OR REPLACE FUNCTION add_row(i int, n text DEFAULT 'new', VARIADIC more text[] DEFAULT '{}') RETURNS SETOF t LANGUAGE SQL
		AS $$ INSERT INTO t VALUES (i, n || array_to_string(more, '')); SELECT * FROM t ORDER BY id $$`)
	for _, c := range [][2]string{
		{`SELECT string_agg(id || name || extra, ',') FROM add_row(2, 'x', 'y', 'z')`, "1new7,2xyz7"},
		{`SELECT string_agg(label(t), ',' ORDER BY id) FROM t`, "new1,xyz2"},
		{`SELECT b::text FROM pair('q'::text)`, "{q}"},
		{`CALL clear(5)`, "5"},
	} {
		if got := one[string](t, db, c[0]); got != c[1] {
			t.Errorf("%s: %s, want %s", c[0], got, c[1])
		}
	}
}

// A query whose functions change rows stands when it returns, whether its rows
// are read or not.
func TestChangesOfFunctionsAreCommitted(t *testing.T) {
	path := file(t)
	db := open(t, path)
	exec(t, db, `CREATE TABLE t (id int PRIMARY KEY)`)
	exec(t, db, `CREATE FUNCTION put(i int) RETURNS int LANGUAGE SQL AS 'INSERT INTO t VALUES (i) RETURNING id'`)
	exec(t, db, `CREATE FUNCTION puts(i int) RETURNS SETOF int LANGUAGE SQL AS 'INSERT INTO t SELECT g FROM generate_series(i, i + 2999) g RETURNING id'`)
	exec(t, db, `SELECT put(1)`)
	for _, text := range []string{`SELECT put(2)`, `SELECT put(g) FROM generate_series(10, 5000) g`, `SELECT * FROM puts(10000) LIMIT 1`, `SELECT puts(20000) LIMIT 1`} {
		rows, err := db.Query(text)
		must(t, err)
		rows.Next()
		must(t, rows.Close())
	}
	if n := one[int](t, db, `SELECT count(*) FROM t`); n != 2+4991+6000 {
		t.Errorf("%d rows", n)
	}
	// A failure takes all of the statement back.
	if _, err := db.Exec(`SELECT put(g) FROM generate_series(7000, 10000) g`); code(err) != "23505" {
		t.Errorf("a key that is there: %v", err)
	}
	must(t, db.Close())
	db = open(t, path)
	if n := one[int](t, db, `SELECT count(*) FROM t`); n != 2+4991+6000 {
		t.Errorf("%d rows after opening again", n)
	}
}

// Sessions that change the same row through functions lose no update.
func TestFunctionsRestartOnConflict(t *testing.T) {
	db := open(t, file(t))
	exec(t, db, `CREATE TABLE c (id int PRIMARY KEY, n int); INSERT INTO c VALUES (1, 0)`)
	exec(t, db, `CREATE FUNCTION bump() RETURNS int LANGUAGE SQL AS 'UPDATE c SET n = n + 1 WHERE id = 1; SELECT n FROM c WHERE id = 1'`)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for range 50 {
				if _, err := db.Exec(`SELECT bump()`); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if n := one[int](t, db, `SELECT n FROM c`); n != 300 {
		t.Errorf("n is %d", n)
	}
}

// Functions that the executor runs keep out of parallel plans, and see the
// session that calls them.
func TestFunctionsInWideScans(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, `CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT g FROM generate_series(1, 60000) g; ANALYZE t`)
	exec(t, db, `CREATE FUNCTION slow(i int) RETURNS int STABLE LANGUAGE SQL AS 'SELECT 1; SELECT i % 7'`)
	if n := one[int](t, db, `SELECT sum(slow(id)) FROM t`); n != 179997 {
		t.Errorf("sum is %d", n)
	}
	if n := one[int](t, db, `SELECT count(*) FROM t WHERE slow(id) = 3`); n != 8572 {
		t.Errorf("count is %d", n)
	}
}

// Recursion without end is an error, and leaves the session usable.
func TestFunctionsHaveLimits(t *testing.T) {
	db := open(t, ":memory:?memory_limit=2MB")
	exec(t, db, `CREATE FUNCTION f(n int) RETURNS int LANGUAGE SQL AS 'SELECT 1'`)
	exec(t, db, `CREATE OR REPLACE FUNCTION f(n int) RETURNS int LANGUAGE SQL AS 'SELECT f(n + 1)'`)
	exec(t, db, `CREATE FUNCTION deep(n int) RETURNS int LANGUAGE SQL AS 'SELECT CASE WHEN n = 0 THEN 0 ELSE 1 + deep(n - 1) END'`)
	_, err := db.Exec(`SELECT f(1)`)
	if code(err) != "54001" || !strings.Contains(err.Error(), "stack depth limit exceeded") {
		t.Errorf("recursion: %v", err)
	}
	if n := one[int](t, db, `SELECT deep(300)`); n != 300 {
		t.Errorf("deep: %d", n)
	}
	exec(t, db, `CREATE FUNCTION many(n int) RETURNS SETOF text LANGUAGE SQL AS $$ SELECT 1; SELECT repeat('x', 100) || g FROM generate_series(1, n) g $$`)
	if n := one[int](t, db, `SELECT count(*) FROM many(100000)`); n != 100000 {
		t.Errorf("many: %d", n)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	exec(t, db, `CREATE FUNCTION fib(n int) RETURNS int LANGUAGE SQL AS 'SELECT CASE WHEN n < 2 THEN n ELSE fib(n - 1) + fib(n - 2) END'`)
	if _, err := db.ExecContext(ctx, `SELECT fib(40)`); code(err) != "57014" {
		t.Errorf("a call that takes long: %v", err)
	}
}

// A function that is one query is put into the statement around it, so that
// conditions reach the index of its table and it is computed once per row.
func TestFunctionsAreInlined(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, `CREATE TABLE t (id int PRIMARY KEY, a int, b text); CREATE INDEX t_a ON t (a)`)
	exec(t, db, `INSERT INTO t SELECT g, g % 5000, 'b' || g FROM generate_series(1, 50000) g; ANALYZE t`)
	exec(t, db, `CREATE FUNCTION above(lim int) RETURNS SETOF t STABLE LANGUAGE SQL AS 'SELECT * FROM t WHERE id > lim'`)
	exec(t, db, `CREATE FUNCTION run_above(lim int) RETURNS SETOF t STABLE LANGUAGE SQL AS 'SELECT 1; SELECT * FROM t WHERE id > lim'`)
	exec(t, db, `CREATE FUNCTION twice(i int) RETURNS int IMMUTABLE LANGUAGE SQL AS 'SELECT i * 2'`)
	plan := func(text string) string {
		rows, err := db.Query("EXPLAIN " + text)
		must(t, err)
		defer rows.Close()
		var out []string
		for rows.Next() {
			var line string
			must(t, rows.Scan(&line))
			out = append(out, line)
		}
		must(t, rows.Err())
		return strings.Join(out, "\n")
	}
	if p := plan(`SELECT b FROM above(10) WHERE a = 77`); !strings.Contains(p, "t_a") {
		t.Errorf("the condition does not reach the index:\n%s", p)
	}
	if p := plan(`SELECT b FROM t WHERE a = twice(21)`); !strings.Contains(p, "t_a") {
		t.Errorf("a constant call is no bound of the index:\n%s", p)
	}
	median := func(text string) time.Duration {
		st, err := db.Prepare(text)
		must(t, err)
		defer st.Close()
		best := time.Hour
		for range 7 {
			start := time.Now()
			var n int
			must(t, st.QueryRow().Scan(&n))
			best = min(best, time.Since(start))
			if n != 10 {
				t.Fatalf("%s: %d", text, n)
			}
		}
		return best
	}
	inlined, ran := median(`SELECT count(*) FROM above(10) WHERE a = 77`), median(`SELECT count(*) FROM run_above(10) WHERE a = 77`)
	t.Logf("inlined %v, run as a whole %v", inlined, ran)
	if inlined*5 > ran {
		t.Errorf("the inlined function takes %v, the one that is run %v", inlined, ran)
	}
}

// Functions keep to READ ONLY, to the transaction, and to triggers around them.
func TestFunctionsWithinTransactions(t *testing.T) {
	ctx := context.Background()
	db := open(t, ":memory:")
	exec(t, db, `CREATE TABLE t (id int PRIMARY KEY, n int); CREATE TABLE log (id int, n int)`)
	exec(t, db, `CREATE FUNCTION note(i int) RETURNS void LANGUAGE SQL AS 'INSERT INTO log SELECT i, count(*) FROM t'`)
	exec(t, db, `CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW BEGIN SELECT note(NEW.id); END`)
	exec(t, db, `INSERT INTO t VALUES (1, 1), (2, 2)`)
	if got := one[string](t, db, `SELECT string_agg(id || ':' || n, ',' ORDER BY id) FROM log`); got != "1:2,2:2" {
		t.Errorf("log: %s", got)
	}
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	must(t, err)
	if _, err := tx.Exec(`SELECT note(3)`); code(err) != "25006" {
		t.Errorf("read only: %v", err)
	}
	must(t, tx.Rollback())
	tx, err = db.Begin()
	must(t, err)
	exec(t, tx, `SAVEPOINT s`)
	exec(t, tx, `SELECT note(9)`)
	exec(t, tx, `ROLLBACK TO s`)
	if n := one[int](t, tx, `SELECT count(*) FROM log`); n != 2 {
		t.Errorf("after ROLLBACK TO: %d", n)
	}
	must(t, tx.Commit())
}

// Bodies see the rows of the session's tenant, and none without one.
func TestFunctionsKeepToTheTenant(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, `CREATE TABLE notes (tenant text NOT NULL, id int, body text, PRIMARY KEY (tenant, id)) TENANT BY (tenant)`)
	exec(t, db, `CREATE FUNCTION note(i int, b text) RETURNS bigint LANGUAGE SQL AS 'INSERT INTO notes (id, body) VALUES (i, b); SELECT count(*) FROM notes'`)
	exec(t, db, `CREATE FUNCTION notes_of() RETURNS SETOF text LANGUAGE SQL AS 'SELECT 1; SELECT body FROM notes'`)
	call := func(ctx context.Context, text string) (n int) {
		t.Helper()
		must(t, db.QueryRowContext(ctx, text).Scan(&n))
		return n
	}
	for _, c := range []struct {
		ctx  context.Context
		text string
		want int
	}{
		{tenantA(), `SELECT note(1, 'a')`, 1}, {tenantA(), `SELECT note(2, 'b')`, 2}, {tenantB(), `SELECT note(1, 'c')`, 1},
		{tenantA(), `SELECT count(*) FROM notes_of()`, 2}, {tenantB(), `SELECT count(*) FROM notes_of()`, 1},
	} {
		if n := call(c.ctx, c.text); n != c.want {
			t.Errorf("%s: %d, want %d", c.text, n, c.want)
		}
	}
	for _, text := range []string{`SELECT note(5, 'x')`, `SELECT * FROM notes_of()`} {
		if _, err := db.Exec(text); code(err) != "42501" {
			t.Errorf("%s without a tenant: %v", text, err)
		}
	}
}
