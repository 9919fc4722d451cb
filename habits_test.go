package zqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zqlite/zqlite"
)

// code returns the SQLSTATE of an error, or what it is instead.
func code(err error) string {
	var e *zqlite.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Code
	}
	return err.Error()
}

// TestSettingsOfTheDSN opens with every key that README and the other drivers
// document, and with wrong ones.
func TestSettingsOfTheDSN(t *testing.T) {
	for _, query := range []string{
		"mode=rwc", "mode=memory", "sync=full", "sync=normal", "sync=off", "cache_size=1MB", "cache_size=1048576", "memory_limit=64MB",
		"foreign_keys=off", "isolation=repeatable_read", "isolation=read_committed", "isolation=serializable", "lock_timeout=5s", "lock_timeout=100",
		"statement_timeout=30s", "time_zone=Europe/Berlin", "application_name=me",
		// mattn/go-sqlite3
		"cache=shared&mode=memory", "_busy_timeout=5000", "_timeout=5000", "_foreign_keys=on", "_fk=1", "_fk=true", "_journal_mode=WAL", "_journal=DELETE",
		"_synchronous=NORMAL", "_sync=FULL", "_txlock=immediate", "_loc=auto", "_auto_vacuum=1", "_vacuum=full", "_locking_mode=NORMAL", "_mutex=no",
		"_query_only=0", "_recursive_triggers=1", "_secure_delete=FAST", "_case_sensitive_like=1", "_cslike=1", "_defer_foreign_keys=1", "_defer_fk=1",
		"_ignore_check_constraints=0", "_writable_schema=0", "_cache_size=-2000", "immutable=1", "_rt=1", "_locking=EXCLUSIVE",
		// modernc.org/sqlite
		"_pragma=busy_timeout(5000)", "_pragma=foreign_keys(1)", "_pragma=journal_mode(WAL)", "_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)",
		"_time_format=sqlite", "_time_integer_format=unix_milli", "_inttotime=1", "_texttotime=1", "_txlock=deferred", "vfs=unix", "_pragma=cache_size(-2000)",
		"_pragma=temp_store(memory)", "_pragma=mmap_size(30000000000)",
	} {
		db, err := sql.Open("zqlite", file(t)+"?"+query)
		if err == nil {
			_, err = db.Exec(`CREATE TABLE t (a int)`)
			db.Close()
		}
		if err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
	for _, query := range []string{"colour=red", "mode=sideways", "sync=maybe", "cache_size=much", "lock_timeout=-1s", "foreign_keys=perhaps",
		"isolation=perfect", "time_zone=Mars/Olympus", "_txlock=never", "_pragma=nosuch(1)", "cache=other", "statement_timeout=soon", "a=%zz"} {
		db, err := sql.Open("zqlite", file(t)+"?"+query)
		if err == nil {
			err = db.Ping()
			db.Close()
		}
		if c := code(err); c != "22023" {
			t.Errorf("%s: %v", query, err)
		}
	}
	for dsn, want := range map[string]string{"lock_timeout=5s": "5s", "statement_timeout=1500": "1500ms", "time_zone=Europe/Berlin": "Europe/Berlin"} {
		key, _, _ := strings.Cut(dsn, "=")
		if got := one[string](t, open(t, ":memory:?"+dsn), "SHOW "+key); got != want {
			t.Errorf("%s shows %s", dsn, got)
		}
	}
}

// TestReadOnlyMode refuses every change and leaves no file.
func TestReadOnlyMode(t *testing.T) {
	path := file(t)
	db, err := sql.Open("zqlite", path)
	must(t, err)
	exec(t, db, `CREATE TABLE t (a int); INSERT INTO t VALUES (1)`)
	must(t, db.Close())
	db = open(t, path+"?mode=ro")
	if n := one[int](t, db, `SELECT a FROM t`); n != 1 {
		t.Errorf("read %d", n)
	}
	for _, text := range []string{`INSERT INTO t VALUES (2)`, `UPDATE t SET a = 2`, `DELETE FROM t`, `CREATE TABLE u (a int)`, `DROP TABLE t`, `TRUNCATE t`, `CREATE INDEX ON t (a)`} {
		if _, err := db.Exec(text); code(err) != "25006" {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestContexts cancels before, while and after each phase; the connection
// serves on.
func TestContexts(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, `CREATE TABLE t (a int PRIMARY KEY, b text); INSERT INTO t SELECT i, 'x' FROM generate_series(1, 20000) g(i)`)
	db.SetMaxOpenConns(2)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	serves := func(phase string, err error) {
		t.Helper()
		if !errors.Is(err, context.Canceled) && code(err) != "57014" {
			t.Errorf("%s: %v", phase, err)
		}
		if n := one[int](t, db, `SELECT count(*) FROM t`); n != 20000 {
			t.Errorf("after %s: %d rows", phase, n)
		}
	}
	_, err := db.ExecContext(ended, `DELETE FROM t`)
	serves("exec", err)
	_, err = db.QueryContext(ended, `SELECT 1`)
	serves("query", err)
	_, err = db.BeginTx(ended, nil)
	serves("begin", err)
	_, err = db.PrepareContext(ended, `SELECT 1`)
	serves("prepare", err)
	serves("ping", db.PingContext(ended))

	ctx, cancel := context.WithCancel(context.Background())
	rows, err := db.QueryContext(ctx, `SELECT a, b FROM t`)
	must(t, err)
	rows.Next()
	cancel()
	for rows.Next() {
	}
	serves("reading rows", rows.Err())
	rows.Close()

	ctx, cancel = context.WithCancel(context.Background())
	tx, err := db.BeginTx(ctx, nil)
	must(t, err)
	exec(t, tx, `DELETE FROM t`)
	cancel()
	err = tx.Commit() // the context may be seen before, or Commit wins nothing
	if err == nil {
		t.Error("a transaction was committed after its context had ended")
	}
	if !errors.Is(err, context.Canceled) && !errors.Is(err, sql.ErrTxDone) {
		t.Errorf("commit: %v", err)
	}
	serves("commit", context.Canceled)

	// waiting for a lock
	tx, err = db.Begin()
	must(t, err)
	exec(t, tx, `UPDATE t SET b = 'y' WHERE a = 1`)
	ctx, cancel = context.WithTimeout(context.Background(), 50*time.Millisecond)
	_, err = db.ExecContext(ctx, `UPDATE t SET b = 'z' WHERE a = 1`)
	cancel()
	if code(err) != "57014" && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for a lock: %v", err)
	}
	must(t, tx.Rollback())
}

// TestMisuse does what documentation forbids.
func TestMisuse(t *testing.T) {
	ctx := context.Background()
	db := open(t, ":memory:")
	exec(t, db, `CREATE TABLE t (a int PRIMARY KEY)`)
	tx, err := db.Begin()
	must(t, err)
	must(t, tx.Commit())
	if err := tx.Commit(); !errors.Is(err, sql.ErrTxDone) {
		t.Errorf("second commit: %v", err)
	}
	if _, err := tx.Exec(`SELECT 1`); !errors.Is(err, sql.ErrTxDone) {
		t.Errorf("exec after commit: %v", err)
	}
	conn, err := db.Conn(ctx)
	must(t, err)
	_, err = conn.ExecContext(ctx, `BEGIN; INSERT INTO t VALUES (1)`)
	must(t, err)
	if _, err := conn.BeginTx(ctx, nil); code(err) != "25001" {
		t.Errorf("BeginTx inside BEGIN: %v", err)
	}
	must(t, conn.Close()) // the pool gets a session with an open transaction
	if n := one[int](t, db, `SELECT count(*) FROM t`); n != 0 {
		t.Errorf("%d rows of a transaction that was left", n)
	}
	conn, err = db.Conn(ctx)
	must(t, err)
	a, err := conn.BeginTx(ctx, nil)
	must(t, err)
	exec(t, a, `COMMIT; INSERT INTO t VALUES (2)`)
	if err := a.Commit(); err != nil && code(err) != "25P01" {
		t.Errorf("commit after COMMIT: %v", err)
	}
	must(t, conn.Close())
	exec(t, db, `DELETE FROM t`)

	st, err := db.Prepare(`INSERT INTO t VALUES ($1)`)
	must(t, err)
	exec(t, db, `DROP TABLE t; CREATE TABLE t (a text, b int DEFAULT 3)`)
	if _, err := st.Exec("5"); err != nil {
		t.Errorf("a prepared statement after its table was made anew: %v", err)
	}
	must(t, st.Close())
	if _, err := st.Exec("6"); err == nil {
		t.Error("a closed statement ran")
	}
	var n int
	if err := db.QueryRow(`SELECT b FROM t WHERE a = 'none'`).Scan(&n); !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("no row: %v", err)
	}
	if err := db.QueryRow(`SELECT a, b FROM t`).Scan(&n); err == nil {
		t.Error("two columns went into one variable")
	}
	if err := db.QueryRow(`SELECT NULL::int`).Scan(&n); err == nil {
		t.Error("NULL went into an int")
	}
	if _, err := db.Query(`INSERT INTO t VALUES ('q')`); err != nil {
		t.Errorf("Query of a change: %v", err)
	}
	if r := exec(t, db, `SELECT * FROM t`); r == nil {
		t.Error("Exec of a query")
	}
}

// TestCloseWhileBusy closes the database under queries, rows, transactions
// and waits; nobody hangs, and no goroutine stays.
func TestCloseWhileBusy(t *testing.T) {
	before := runtime.NumGoroutine()
	db, err := sql.Open("zqlite", file(t)+"?sync=off")
	must(t, err)
	exec(t, db, `CREATE TABLE t (a int PRIMARY KEY, b int); INSERT INTO t SELECT i, i FROM generate_series(1, 50000) g(i)`)
	var wg sync.WaitGroup
	started := make(chan bool, 40)
	for i := range 8 {
		wg.Add(5)
		go func() {
			defer wg.Done()
			started <- true
			db.Exec(`SELECT count(*) FROM t a, t b WHERE a.b <> b.b`)
		}()
		go func() {
			defer wg.Done()
			rows, err := db.Query(`SELECT * FROM t`)
			started <- true
			for err == nil && rows.Next() {
				time.Sleep(10 * time.Microsecond)
			}
		}()
		go func() {
			defer wg.Done()
			tx, err := db.Begin()
			if err == nil {
				defer tx.Rollback()
				tx.Exec(`UPDATE t SET b = b + 1 WHERE a = 1`) // all wait for the first
			}
			started <- true
			time.Sleep(200 * time.Millisecond)
		}()
		go func() {
			defer wg.Done()
			started <- true
			for k := range 100 {
				if _, err := db.Exec(`INSERT INTO t VALUES ($1, 1)`, 100000+1000*i+k); err != nil {
					return
				}
			}
		}()
		go func() {
			defer wg.Done()
			started <- true
			db.Exec(`CREATE INDEX ON t (b)`)
		}()
	}
	for range 16 {
		<-started
	}
	done := make(chan error)
	go func() { done <- db.Close() }()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("close: %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("Close hangs")
	}
	over := make(chan bool)
	go func() { wg.Wait(); close(over) }()
	select {
	case <-over:
	case <-time.After(20 * time.Second):
		stack := make([]byte, 1<<20)
		t.Fatalf("a statement hangs after Close:\n%s", stack[:runtime.Stack(stack, true)])
	}
	if _, err := db.Exec(`SELECT 1`); err == nil {
		t.Error("a closed database answered")
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	stack := make([]byte, 1<<16)
	t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stack[:runtime.Stack(stack, true)])
}

// TestColumnTypesTellTheTruth compares what ColumnTypes says with the values.
func TestColumnTypesTellTheTruth(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, `CREATE TYPE mood AS ENUM ('sad', 'ok')`)
	exec(t, db, `CREATE TABLE v (i int NOT NULL, i2 smallint, i8 bigint, f float8, f4 float4, n numeric(10,2), t text, vc varchar(7), c char(3),
		b bytea, u uuid, j json, jb jsonb, d date, tm time, ts timestamp, tz timestamptz, iv interval, bo boolean, a int[], m mood, bt bit(3))`)
	exec(t, db, `INSERT INTO v VALUES (1, 2, 3, 1.5, 2.5, 1.25, 't', 'vc', 'c', 'b', gen_random_uuid(), '{}', '{}', '2024-01-02', '10:11', '2024-01-02 10:11', '2024-01-02 10:11+00',
		'1 day', true, '{1}', 'ok', B'101')`)
	exec(t, db, `INSERT INTO v (i) VALUES (2)`)
	rows, err := db.Query(`SELECT * FROM v ORDER BY i`)
	must(t, err)
	defer rows.Close()
	cols, err := rows.ColumnTypes()
	must(t, err)
	for line := 0; rows.Next(); line++ {
		cells := make([]any, len(cols))
		for i := range cells {
			cells[i] = new(any)
		}
		must(t, rows.Scan(cells...))
		for i, c := range cols {
			v := *cells[i].(*any)
			if nullable, ok := c.Nullable(); v == nil && (ok && !nullable) {
				t.Errorf("%s is NULL and not nullable", c.Name())
			}
			if v == nil || c.ScanType() == nil {
				continue
			}
			// what Scan gives must go into the type that ScanType names
			if got := reflect.TypeOf(v); !got.ConvertibleTo(c.ScanType()) && c.ScanType().Kind() != reflect.Interface && !strings.Contains(c.ScanType().String(), "Null") {
				t.Errorf("%s (%s): a %v, ScanType %v", c.Name(), c.DatabaseTypeName(), got, c.ScanType())
			}
			if c.DatabaseTypeName() == "" {
				t.Errorf("%s has no type name", c.Name())
			}
		}
	}
	must(t, rows.Err())
	byName := map[string]*sql.ColumnType{}
	for _, c := range cols {
		byName[c.Name()] = c
	}
	if p, s, ok := byName["n"].DecimalSize(); !ok || p != 10 || s != 2 {
		t.Errorf("numeric(10,2): %d, %d, %v", p, s, ok)
	}
	if n, ok := byName["vc"].Length(); !ok || n != 7 {
		t.Errorf("varchar(7): %d, %v", n, ok)
	}
}

// TestCountsAreExact checks RowsAffected and LastInsertId.
func TestCountsAreExact(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, `CREATE TABLE k (id INTEGER PRIMARY KEY, n int UNIQUE)`)
	for _, c := range []struct {
		text     string
		affected int64
		last     int64 // 0: not looked at
	}{
		{`INSERT INTO k (n) VALUES (1), (2), (3)`, 3, 3},
		{`INSERT INTO k VALUES (10, 10)`, 1, 10},
		{`INSERT INTO k (n) VALUES (11)`, 1, 11},
		{`INSERT INTO k (n) VALUES (1), (20) ON CONFLICT DO NOTHING`, 1, 0},
		{`INSERT INTO k (n) VALUES (1) ON CONFLICT DO NOTHING`, 0, 0},
		{`INSERT INTO k (n) VALUES (1) ON CONFLICT (n) DO UPDATE SET n = 100`, 1, 0},
		{`UPDATE k SET n = n WHERE id < 3`, 2, 0},
		{`UPDATE k SET n = 5 WHERE id = 99`, 0, 0},
		{`DELETE FROM k WHERE id IN (1, 2, 77)`, 2, 0},
		{`INSERT OR REPLACE INTO k VALUES (10, 10)`, 1, 10},
		{`WITH d AS (DELETE FROM k RETURNING n) INSERT INTO k (n) SELECT n + 1000 FROM d`, 4, 0},
		{`CREATE TABLE other (a int)`, 0, 0},
		{`SELECT * FROM k`, 4, 0},
		{`SELECT * FROM k WHERE id = (SELECT max(id) FROM k)`, 1, 0},
		{`SELECT * FROM k WHERE id = -1`, 0, 0},
		{`SELECT * FROM k FOR UPDATE`, 4, 0},
		{`SELECT 1`, 1, 0},
		{`SELECT 1 WHERE false`, 0, 0},
	} {
		r := exec(t, db, c.text)
		if n, err := r.RowsAffected(); err != nil || n != c.affected {
			t.Errorf("%s: %d rows affected, %v, want %d", c.text, n, err, c.affected)
		}
		if c.last != 0 {
			if id, err := r.LastInsertId(); err != nil || id != c.last {
				t.Errorf("%s: LastInsertId %d, %v, want %d", c.text, id, err, c.last)
			}
		}
	}
}

// TestNullsIntoGoTypes scans NULL and values into what programs use.
func TestNullsIntoGoTypes(t *testing.T) {
	db := open(t, ":memory:")
	var (
		s  sql.NullString
		i  sql.NullInt64
		f  sql.NullFloat64
		b  sql.NullBool
		tm sql.NullTime
		p  *int
		ps *string
		pt *time.Time
		by []byte
		a  any
	)
	must(t, db.QueryRow(`SELECT NULL::text, NULL::int, NULL::float8, NULL::boolean, NULL::timestamptz, NULL::int, NULL::text, NULL::date, NULL::bytea, NULL`).
		Scan(&s, &i, &f, &b, &tm, &p, &ps, &pt, &by, &a))
	if s.Valid || i.Valid || f.Valid || b.Valid || tm.Valid || p != nil || ps != nil || pt != nil || by != nil || a != nil {
		t.Error("NULL is not NULL")
	}
	must(t, db.QueryRow(`SELECT 'x', 5, 1.5, true, now(), 7, 'y', '2024-02-03'::date, '\x00ff'::bytea, 8`).Scan(&s, &i, &f, &b, &tm, &p, &ps, &pt, &by, &a))
	if s.String != "x" || i.Int64 != 5 || f.Float64 != 1.5 || !b.Bool || !tm.Valid || *p != 7 || *ps != "y" || pt.Format(time.DateOnly) != "2024-02-03" || string(by) != "\x00\xff" || a != int64(8) {
		t.Error("values are not what they were", s, i, f, b, tm, *p, *ps, pt, by, a)
	}
	// nil pointers and Null types as arguments
	var none *int
	var n int
	must(t, db.QueryRow(`SELECT ($1::int IS NULL)::int + ($2::text IS NULL)::int + ($3::timestamptz IS NULL)::int + ($4::int IS NULL)::int`,
		none, sql.NullString{}, sql.NullTime{}, nil).Scan(&n))
	if n != 4 {
		t.Errorf("%d of 4 arguments were NULL", n)
	}
}

// TestManyRowsAtOnce inserts a statement of many values, and many statements.
func TestManyRowsAtOnce(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, `CREATE TABLE t (a int PRIMARY KEY, b text)`)
	const n = 20000
	var text strings.Builder
	args := make([]any, 0, 2*n)
	text.WriteString("INSERT INTO t VALUES ")
	for i := range n {
		if i > 0 {
			text.WriteString(", ")
		}
		fmt.Fprintf(&text, "($%d, $%d)", 2*i+1, 2*i+2)
		args = append(args, i, fmt.Sprint("row ", i))
	}
	if got, err := exec(t, db, text.String(), args...).RowsAffected(); err != nil || got != n {
		t.Errorf("%d rows, %v", got, err)
	}
	if got := one[string](t, db, `SELECT count(*) || ' ' || sum(a) || ' ' || max(b) FROM t`); got != "20000 199990000 row 9999" {
		t.Errorf("got %s", got)
	}
	var script strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&script, "INSERT INTO t VALUES (%d, 'script'); ", n+i)
	}
	exec(t, db, script.String())
	if got := one[int](t, db, `SELECT count(*) FROM t`); got != n+5000 {
		t.Errorf("%d rows", got)
	}
	// a text of several statements is one transaction
	if _, err := db.Exec(`DELETE FROM t; INSERT INTO t VALUES (1, 'a'); INSERT INTO t VALUES (1, 'b')`); code(err) != "23505" {
		t.Errorf("%v", err)
	}
	if got := one[int](t, db, `SELECT count(*) FROM t`); got != n+5000 {
		t.Errorf("%d rows after a text that failed", got)
	}
}

// TestLongChains runs chains of five thousand, as programs write them.
func TestLongChains(t *testing.T) {
	db, err := sql.Open("zqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	chain := func(word string, part func(int) string) string {
		var b strings.Builder
		for i := range 5000 {
			if i > 0 {
				b.WriteString(word)
			}
			b.WriteString(part(i))
		}
		return b.String()
	}
	arm := func(i int) string { return fmt.Sprintf("SELECT %d AS a", i%4000) }
	test := func(i int) string { return fmt.Sprintf("a = %d", i) }
	for _, c := range []struct {
		query string
		want  int
	}{
		{"SELECT count(*) FROM (" + chain(" UNION ALL ", arm) + ") t", 5000},
		{"SELECT count(*) FROM (" + chain(" UNION ", arm) + ") t WHERE a > 99", 3900},
		{"SELECT count(*) FROM (" + chain(" UNION ALL ", arm) + " UNION SELECT 1.5) t", 4001},
		{"SELECT count(*) FROM (" + chain(" EXCEPT ", arm) + ") t", 0},
		{"SELECT count(*) FROM generate_series(1, 10) a WHERE " + chain(" OR ", test), 10},
		{"SELECT count(*) FROM generate_series(1, 10) a WHERE " + chain(" AND ", test), 0},
	} {
		var n int
		if err := db.QueryRow(c.query).Scan(&n); err != nil || n != c.want {
			t.Errorf("%s…: %d, %v; want %d", c.query[:60], n, err, c.want)
		}
	}
}
