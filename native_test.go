package zqlite_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/zqlite/zqlite"
)

var ctx = context.Background()

func openNative(t testing.TB) *zqlite.DB {
	t.Helper()
	db, err := zqlite.Open(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func mustExec(t testing.TB, q zqlite.Querier, text string, args ...any) zqlite.Result {
	t.Helper()
	r, err := zqlite.Exec(ctx, q, text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r
}

func state(err error) string {
	var e *zqlite.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

type base struct {
	ID int64
}

type everything struct {
	base
	Name      string
	Nick      *string
	Age       int16
	Ratio     float64 `db:"share"`
	Active    bool
	Key       uuid.UUID
	Price     decimal.Decimal
	CreatedAt time.Time
	Day       time.Time
	Wait      time.Duration
	Data      []byte
	Doc       json.RawMessage
	Tree      map[string]any
	Tags      []string
	Numbers   []int32
	Maybe     sql.Null[int64]
	Old       sql.NullString
	When      *time.Time
	Addr      netip.Addr
	Any       any
	Ignored   string `db:"-"`
}

func TestQueryScansEveryType(t *testing.T) {
	db := openNative(t)
	mustExec(t, db, `CREATE TABLE e (id int PRIMARY KEY, name text, nick text, age int, share real, active bool, key uuid,
		price numeric(12,2), created_at timestamptz, day date, wait interval, data bytea, doc jsonb, tree json, tags text[],
		numbers int4[], maybe bigint, old text, "when" timestamp, addr text, "any" numeric)`)
	at := time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)
	key := uuid.New()
	nick := "Ada"
	want := everything{base: base{7}, Name: "Lovelace", Nick: &nick, Age: 36, Ratio: 0.5, Active: true, Key: key,
		Price: decimal.RequireFromString("100.10"), CreatedAt: at, Day: at.Truncate(24 * time.Hour), Wait: 90 * time.Second,
		Data: []byte{0, 1, 255}, Doc: json.RawMessage(`{"a": 1}`), Tree: map[string]any{"b": []any{1.0}}, Tags: []string{"x", `y"z`},
		Numbers: []int32{1, -2}, Maybe: sql.Null[int64]{V: 9, Valid: true}, When: &at, Addr: netip.MustParseAddr("::1"), Any: "1.5"}
	mustExec(t, db, "INSERT INTO e VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21)",
		7, want.Name, want.Nick, want.Age, want.Ratio, true, key, want.Price, at, at, want.Wait, want.Data, want.Doc, want.Tree,
		want.Tags, want.Numbers, want.Maybe, want.Old, at, want.Addr.String(), decimal.RequireFromString("1.5"))
	mustExec(t, db, "INSERT INTO e SELECT 8, name, NULL, age, share, active, key, price, created_at, day, wait, NULL, doc, tree, NULL, NULL, NULL, NULL, NULL, addr, NULL FROM e")

	check := func(got everything, from string) {
		t.Helper()
		got.CreatedAt, got.Day = got.CreatedAt.UTC(), got.Day.UTC()
		if !got.Price.Equal(want.Price) {
			t.Errorf("%s: price %s", from, got.Price)
		}
		got.Price = want.Price
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", from, got, want)
		}
	}
	one, err := zqlite.One[everything](ctx, db, "SELECT * FROM e WHERE id = $1", 7) // point path
	if err != nil {
		t.Fatal(err)
	}
	check(one, "One")
	all, err := zqlite.Collect(zqlite.Query[everything](ctx, db, "SELECT * FROM e ORDER BY id")) // batches
	if err != nil || len(all) != 2 {
		t.Fatal(len(all), err)
	}
	check(all[0], "Query")
	n := all[1]
	if n.ID != 8 || n.Nick != nil || n.Data != nil || n.Tags != nil || n.Numbers != nil || n.Maybe.Valid || n.Old.Valid || n.When != nil || n.Any != nil {
		t.Errorf("NULLs: %+v", n)
	}
}

func TestQueryScalars(t *testing.T) {
	db := openNative(t)
	n, err := zqlite.One[int](ctx, db, "SELECT count(*) FROM generate_series(1, 5000)")
	if err != nil || n != 5000 {
		t.Fatal(n, err)
	}
	sum, err := zqlite.QueryRow[int64](ctx, db, "SELECT sum(i::bigint) FROM generate_series(1, 5000) i")
	if err != nil || sum != 12502500 {
		t.Fatal(sum, err)
	}
	texts, err := zqlite.Collect(zqlite.Query[string](ctx, db, "SELECT repeat('x', i) FROM generate_series(1, 3000) i"))
	if err != nil || len(texts) != 3000 {
		t.Fatal(len(texts), err)
	}
	for i, s := range texts {
		if s != strings.Repeat("x", i+1) {
			t.Fatalf("text %d has %d bytes", i, len(s))
		}
	}
	if _, err := zqlite.QueryRow[int](ctx, db, "SELECT 1 WHERE false"); !errors.Is(err, sql.ErrNoRows) {
		t.Error(err)
	}
	if _, err := zqlite.One[int](ctx, db, "SELECT 1 UNION ALL SELECT 2"); state(err) != "21000" {
		t.Error(err)
	}
}

func TestQueryErrors(t *testing.T) {
	db := openNative(t)
	mustExec(t, db, "CREATE TABLE t (id int PRIMARY KEY, name text, n int)")
	mustExec(t, db, "INSERT INTO t VALUES (1, NULL, 100000)")
	type row struct {
		ID   int
		Name string
	}
	_, err := zqlite.One[row](ctx, db, "SELECT id, name FROM t")
	var e *zqlite.Error
	if !errors.As(err, &e) || e.Code != "22002" || e.Column != "name" {
		t.Errorf("NULL: %v", err)
	}
	if _, err = zqlite.One[row](ctx, db, "SELECT * FROM t"); state(err) != "42703" || !strings.Contains(err.Error(), `"n"`) {
		t.Errorf("no field: %v", err)
	}
	if _, err = zqlite.One[int16](ctx, db, "SELECT n FROM t"); state(err) != "22003" {
		t.Errorf("range: %v", err)
	}
	if _, err = zqlite.One[int](ctx, db, "SELECT 1.5"); state(err) != "22003" {
		t.Errorf("fraction: %v", err)
	}
	if _, err = zqlite.One[int](ctx, db, "SELECT 'x'::text"); state(err) != "42804" {
		t.Errorf("type: %v", err)
	}
	if _, err = zqlite.One[row](ctx, db, "SELECT id, id, name FROM t"); state(err) != "42702" {
		t.Errorf("twice: %v", err)
	}
	if _, err = zqlite.One[int](ctx, db, "SELECT nothing FROM t"); state(err) != "42703" {
		t.Errorf("binder: %v", err)
	}
	seen := 0
	for v, err := range zqlite.Query[int](ctx, db, "SELECT 10 / (3 - i) FROM generate_series(1, 5) i") {
		if err != nil {
			if state(err) != "22012" {
				t.Error(err)
			}
			break
		}
		seen += v
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := zqlite.One[int](canceled, db, "SELECT 1"); err == nil {
		t.Error("a cancelled context ran")
	}
}

func TestRowsWithinRows(t *testing.T) {
	db := openNative(t)
	mustExec(t, db, "CREATE TABLE t (id int PRIMARY KEY, v text)")
	mustExec(t, db, "INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 5000) i")
	err := db.Update(ctx, func(tx *zqlite.Tx) error {
		type row struct {
			ID int
			V  string
		}
		count := 0
		for r, err := range zqlite.Query[row](ctx, tx, "SELECT id, v FROM t ORDER BY id") {
			if err != nil {
				return err
			}
			count++
			if r.ID != count || r.V != fmt.Sprint("v", count) {
				return fmt.Errorf("row %d is %+v", count, r)
			}
			if count%1000 == 1 {
				if _, err := tx.Exec(ctx, "UPDATE t SET v = 'changed' WHERE id > $1", r.ID); err != nil {
					return err
				}
			}
		}
		if count != 5000 {
			return fmt.Errorf("%d rows", count)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range zqlite.Query[int](ctx, db, "SELECT id FROM t") {
		break // the session comes back in good order
	}
	if n, err := zqlite.One[int](ctx, db, "SELECT count(*) FROM t WHERE v = 'changed'"); err != nil || n != 4999 {
		t.Fatal(n, err)
	}
}

func TestUpdateRetries(t *testing.T) {
	db := openNative(t)
	mustExec(t, db, "CREATE TABLE c (id int PRIMARY KEY, n int NOT NULL)")
	mustExec(t, db, "INSERT INTO c VALUES (1, 0)")
	const writers, each = 8, 25
	var wait sync.WaitGroup
	for range writers {
		wait.Go(func() {
			for range each {
				err := db.InTx(ctx, zqlite.TxOptions{Attempts: 1000}, func(tx *zqlite.Tx) error {
					n, err := zqlite.One[int](ctx, tx, "SELECT n FROM c WHERE id = 1")
					if err != nil {
						return err
					}
					_, err = tx.Exec(ctx, "UPDATE c SET n = $1 WHERE id = 1", n+1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if n, err := zqlite.One[int](ctx, db, "SELECT n FROM c"); err != nil || n != writers*each {
		t.Fatal(n, err)
	}
	tries := 0
	err := db.InTx(ctx, zqlite.TxOptions{Attempts: 3}, func(*zqlite.Tx) error {
		tries++
		return &zqlite.Error{Code: "40001", Message: "again"}
	})
	if tries != 3 || state(err) != "40001" {
		t.Error(tries, err)
	}
}

func TestNestedAndPanic(t *testing.T) {
	db := openNative(t)
	mustExec(t, db, "CREATE TABLE t (id int PRIMARY KEY)")
	boom := errors.New("boom")
	err := db.Update(ctx, func(tx *zqlite.Tx) error {
		mustExec(t, tx, "INSERT INTO t VALUES (1)")
		if err := tx.Nested(ctx, func(tx *zqlite.Tx) error {
			mustExec(t, tx, "INSERT INTO t VALUES (2)")
			_, err := tx.Exec(ctx, "INSERT INTO t VALUES (1)")
			return err
		}); state(err) != "23505" {
			t.Errorf("nested: %v", err)
		}
		return tx.Nested(ctx, func(tx *zqlite.Tx) error {
			mustExec(t, tx, "INSERT INTO t VALUES (3)")
			if err := tx.Nested(ctx, func(tx *zqlite.Tx) error {
				mustExec(t, tx, "INSERT INTO t VALUES (4)")
				return boom
			}); !errors.Is(err, boom) {
				t.Error(err)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = db.Update(ctx, func(tx *zqlite.Tx) error {
			mustExec(t, tx, "INSERT INTO t VALUES (5)")
			panic("out")
		})
	}()
	ids, err := zqlite.Collect(zqlite.Query[int](ctx, db, "SELECT id FROM t ORDER BY id"))
	if err != nil || fmt.Sprint(ids) != "[1 3]" {
		t.Fatal(ids, err)
	}
	tx, err := db.Begin(ctx, zqlite.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, "SELECT 1"); !errors.Is(err, sql.ErrTxDone) {
		t.Error(err)
	}
	if err := db.View(ctx, func(tx *zqlite.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO t VALUES (9)")
		return err
	}); state(err) != "25006" {
		t.Errorf("View wrote: %v", err)
	}
}

func TestOnConnSharesTheTransaction(t *testing.T) {
	pool, err := sql.Open("zqlite", filepath.Join(t.TempDir(), "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec("CREATE TABLE t (id int PRIMARY KEY, v text)"); err != nil {
		t.Fatal(err)
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("INSERT INTO t VALUES (1, 'a')"); err != nil {
		t.Fatal(err)
	}
	err = zqlite.OnConn(conn, func(c *zqlite.Conn) error {
		mustExec(t, c, "INSERT INTO t VALUES (2, 'b')")
		n, err := zqlite.One[int](ctx, c, "SELECT count(*) FROM t")
		if n != 2 {
			t.Error(n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	db, err := zqlite.FromSQL(ctx, pool)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := db.Exec(ctx, "SELECT 1"); err != nil {
			t.Error(err)
		}
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
		if _, err := db.Exec(ctx, "SELECT 1"); err == nil {
			t.Error("the pool's database answered after the pool was closed")
		}
	}()
	if n, err := zqlite.One[int](ctx, db, "SELECT count(*) FROM t"); err != nil || n != 0 {
		t.Fatal(n, err)
	}
	back := db.SQL()
	defer back.Close()
	if _, err := back.Exec("INSERT INTO t VALUES (3, 'c')"); err != nil {
		t.Fatal(err)
	}
	if v, err := zqlite.One[string](ctx, db, "SELECT v FROM t WHERE id = 3"); err != nil || v != "c" {
		t.Fatal(v, err)
	}
	if err := zqlite.InTx(ctx, pool, nil, func(tx *sql.Tx) error {
		_, err := tx.Exec("DELETE FROM t")
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestSessionsAreClean(t *testing.T) {
	db := openNative(t)
	mustExec(t, db, "CREATE TABLE t (id int)")
	mustExec(t, db, "BEGIN")
	mustExec(t, db, "INSERT INTO t VALUES (1)")
	c, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, c, "SET TIME ZONE 'Europe/Berlin'")
	mustExec(t, c, "CREATE TEMP TABLE own (id int)")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(ctx, "SELECT 1"); state(err) != "08003" {
		t.Error(err)
	}
	if zone, err := zqlite.One[string](ctx, db, "SHOW TIME ZONE"); err != nil || zone != "UTC" {
		t.Error(zone, err)
	}
	st, err := db.Prepare(ctx, "SELECT $1::int + 1")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if n, err := zqlite.OneStmt[int](ctx, st, i); err != nil || n != i+1 {
			t.Error(n, err)
		}
	}
	if all, err := zqlite.Collect(zqlite.QueryStmt[int64](ctx, st, math.MaxInt32-1)); err != nil || all[0] != math.MaxInt32 {
		t.Error(all, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(ctx, "SELECT 1"); err == nil {
		t.Error("a closed database answered")
	}
}

func TestRowsScan(t *testing.T) {
	db := openNative(t)
	mustExec(t, db, "CREATE TABLE t (id int PRIMARY KEY, v text, tags text[], at timestamptz); INSERT INTO t SELECT i, 'v' || i, ARRAY['a', i::text], 'epoch' FROM generate_series(1, 3000) i; UPDATE t SET v = NULL WHERE id = 2")
	read := func(rows *zqlite.Rows, err error, between func(id int64)) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var id, count int64
		var v *string
		var tags []string
		var at time.Time
		for rows.Next() {
			if err := rows.Scan(&id, &v, &tags, &at); err != nil {
				t.Fatal(err)
			}
			count++
			if id != count || (v == nil) != (id == 2) || v != nil && *v != fmt.Sprint("v", id) || tags[1] != fmt.Sprint(id) || at.Unix() != 0 {
				t.Fatal(id, v, tags, at)
			}
			between(id)
		}
		if err := rows.Err(); err != nil || count != 3000 {
			t.Error(count, err)
		}
	}
	rows, err := db.Query(ctx, "SELECT * FROM t ORDER BY id")
	read(rows, err, func(int64) {})
	if err := db.Update(ctx, func(tx *zqlite.Tx) error {
		rows, err := tx.Query(ctx, "SELECT * FROM t ORDER BY id")
		read(rows, err, func(id int64) {
			if id%500 == 1 {
				mustExec(t, tx, "UPDATE t SET v = 'changed' WHERE id > $1", id)
			}
		})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	st, err := db.Prepare(ctx, "SELECT id, v FROM t WHERE id = $1")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		rows, err := st.Query(ctx, i+2)
		if err != nil {
			t.Fatal(err)
		}
		var id int64
		var v string
		if !rows.Next() || rows.Scan(&id, &v) != nil || v != "changed" || rows.Next() {
			t.Error(id, v)
		}
		if err := rows.Scan(&id, &v); err == nil {
			t.Error("scanned a row that is not there")
		}
	}
	rows, err = db.Query(ctx, "SELECT 1")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var s struct{}
	if !rows.Next() || state(rows.Scan(&s)) != "42804" || rows.Scan() == nil || rows.Scan(7) == nil {
		t.Error("a wrong variable was taken")
	}
}
