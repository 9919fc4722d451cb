package zqlite_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"
)

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

// A table that is rewritten has another id until that is rolled back; the next
// one may get it again, but not the row ids that were counted for it.
func TestRowIDsAfterARolledBackRewrite(t *testing.T) {
	db := open(t, ":memory:")
	for _, text := range []string{
		"CREATE TABLE t (v int, s text); INSERT INTO t SELECT g, g FROM generate_series(1, 10) g",
		"BEGIN; ALTER TABLE t ALTER COLUMN s TYPE int USING s::int; INSERT INTO t VALUES (11, 11); ROLLBACK",
		"INSERT INTO t SELECT g, g FROM generate_series(11, 50) g",
		"BEGIN; ALTER TABLE t ALTER COLUMN s TYPE int USING s::int; INSERT INTO t VALUES (51, 51); COMMIT",
		"BEGIN; TRUNCATE t; INSERT INTO t VALUES (1, 1); ROLLBACK; INSERT INTO t VALUES (52, 52)",
	} {
		_, err := db.Exec(text)
		must(t, err)
	}
	var n int
	must(t, db.QueryRow("SELECT count(*) FROM t").Scan(&n))
	if n != 52 {
		t.Fatalf("%d rows", n)
	}
}

// TestResultsKeepSettings: each result of a text is written with the settings
// that held when it was made.
func TestResultsKeepSettings(t *testing.T) {
	db := open(t, ":memory:")
	rows, err := db.Query(`SET TIME ZONE 'Asia/Tokyo';
		SELECT timestamptz '2020-01-01 00:00Z', interval '1 day 2 hours', bytea '\x01';
		SET TIME ZONE 'America/New_York'; SET IntervalStyle = iso_8601; SET bytea_output = escape;
		SELECT timestamptz '2020-01-01 00:00Z', interval '1 day 2 hours', bytea '\x01' FROM generate_series(1, 1);
		SET TIME ZONE 'UTC'; SET IntervalStyle = sql_standard`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for more := true; more; more = rows.NextResultSet() {
		for rows.Next() {
			var at time.Time
			var span string
			var b []byte
			if err := rows.Scan(&at, &span, &b); err != nil {
				t.Fatal(err)
			}
			got = append(got, at.Format("15:04-07")+" "+span)
		}
	}
	if want := "09:00+09 1 day 02:00:00, 19:00-05 P1DT2H"; strings.Join(got, ", ") != want {
		t.Errorf("%q, want %q", got, want)
	}
}
