package zqlite_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/zqlite/zqlite"
)

type item struct {
	ID    int64
	Name  string
	Price decimal.Decimal
	Tags  []string
	At    *time.Time
	Note  sql.NullString
	Key   uuid.UUID
}

func TestAppendStructs(t *testing.T) {
	db := openNative(t)
	mustExec(t, db, `CREATE TABLE items (id bigint PRIMARY KEY, name varchar(20) NOT NULL, price numeric(10,2) CHECK (price >= 0),
		tags text[], at timestamptz, note text, key uuid UNIQUE, made text DEFAULT 'by default', twice bigint GENERATED ALWAYS AS (id * 2) STORED)`)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	make := func(from, to int64) func(func(item) bool) {
		return func(yield func(item) bool) {
			for i := from; i <= to; i++ {
				x := item{ID: i, Name: fmt.Sprint("item ", i), Price: decimal.New(i, -3), Key: uuid.New()}
				if i%2 == 0 {
					x.Tags, x.At, x.Note = []string{"a", fmt.Sprint(i)}, &at, sql.NullString{String: "n", Valid: true}
				}
				if !yield(x) {
					return
				}
			}
		}
	}
	n, err := zqlite.Append(ctx, db, "items", make(1, 3000))
	if err != nil || n != 3000 {
		t.Fatal(n, err)
	}
	type back struct {
		item
		Made  string
		Twice int64
	}
	got, err := zqlite.One[back](ctx, db, "SELECT * FROM items WHERE id = 1234")
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "item 1234" || got.Price.String() != "1.23" || !slices.Equal(got.Tags, []string{"a", "1234"}) ||
		got.At == nil || !got.At.Equal(at) || got.Note.String != "n" || got.Made != "by default" || got.Twice != 2468 {
		t.Errorf("%+v", got)
	}
	if n, err := zqlite.One[int](ctx, db, "SELECT count(*) FROM items WHERE at IS NULL AND tags IS NULL AND note IS NULL"); n != 1500 || err != nil {
		t.Error(n, err)
	}

	// What fails leaves nothing, wherever it comes.
	mixed := func(yield func(item) bool) {
		for x := range make(4000, 6000) {
			if !yield(x) {
				return
			}
		}
		yield(item{ID: 5, Name: "again", Key: uuid.New()})
	}
	if _, err := zqlite.Append(ctx, db, "items", mixed); state(err) != "23505" {
		t.Errorf("a key twice: %v", err)
	}
	for code, x := range map[string]item{
		"22001": {ID: 9000, Name: strings.Repeat("x", 21), Key: uuid.New()},
		"23514": {ID: 9000, Price: decimal.New(-1, 0), Key: uuid.New()},
		"22003": {ID: 9000, Price: decimal.New(1, 12), Key: uuid.New()},
		"22021": {ID: 9000, Name: "a\xff", Key: uuid.New()},
	} {
		if _, err := zqlite.Append(ctx, db, "items", slices.Values([]item{x})); state(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	if n, err := zqlite.One[int](ctx, db, "SELECT count(*) FROM items"); n != 3000 || err != nil {
		t.Error(n, err)
	}
	type wrong struct {
		ID   int64
		Nmae string
	}
	if _, err := zqlite.Append(ctx, db, "items", slices.Values([]wrong{{}})); state(err) != "42703" || !strings.Contains(err.Error(), "nmae") {
		t.Error(err)
	}
	if _, err := zqlite.Append(ctx, db, "nothing", slices.Values([]item{{}})); state(err) != "42P01" {
		t.Error(err)
	}
}

func TestAppenderColumns(t *testing.T) {
	db := openNative(t)
	mustExec(t, db, `CREATE TABLE m (id INTEGER PRIMARY KEY, node int, at timestamptz, value real, ok bool, raw bytea, key uuid, price numeric, doc jsonb, day date)`)
	a, err := zqlite.NewAppender(ctx, db, "m (node, at, value, ok, raw, key, price, doc, day)")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	buf := []byte{0}
	for i := range 2500 {
		buf[0] = byte(i)
		a.Int(int64(i)).Time(at).Float(float64(i) / 2).Bool(i%2 == 0).Bytes(buf).UUID(uuid.UUID{byte(i)}).Decimal(decimal.New(int64(i), -1)).
			Any(map[string]int{"i": i}).Time(at)
		if err := a.EndRow(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Row(ctx, nil, nil, nil, nil, nil, nil, nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	if n, err := zqlite.One[int](ctx, db, "SELECT count(*) FROM m"); n != 0 || err != nil {
		t.Error("seen before the commit:", n, err)
	}
	if n, err := a.Close(ctx); n != 2501 || err != nil {
		t.Fatal(n, err)
	}
	row, err := zqlite.One[string](ctx, db, "SELECT concat_ws('|', id, node, at, value, ok, raw, key, price, doc, day) FROM m WHERE node = 259")
	if want := `260|259|2026-01-02 03:04:05+00|129.5|f|\x03|03000000-0000-0000-0000-000000000000|25.9|{"i": 259}|2026-01-02`; row != want || err != nil {
		t.Errorf("%s\n%s %v", row, want, err)
	}

	// In a transaction the rows are part of it.
	err = db.Update(ctx, func(tx *zqlite.Tx) error {
		a, err := zqlite.NewAppender(ctx, tx, "m (node)")
		if err != nil {
			return err
		}
		if err := a.Int(77777).EndRow(ctx); err != nil {
			return err
		}
		if _, err := a.Close(ctx); err != nil {
			return err
		}
		if n, err := zqlite.One[int](ctx, tx, "SELECT count(*) FROM m WHERE node = 77777"); n != 1 || err != nil {
			t.Error(n, err)
		}
		return fmt.Errorf("back")
	})
	if err == nil || err.Error() != "back" {
		t.Error(err)
	}

	a, err = zqlite.NewAppender(ctx, db, "m (node, value)")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Int(1).EndRow(ctx); state(err) != "42601" {
		t.Error(err)
	}
	a.Discard()
	a, err = zqlite.NewAppender(ctx, db, "m (node)")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Int(1).EndRow(ctx); err != nil {
		t.Error(err)
	}
	var e *zqlite.Error
	if err := a.Text("no number").EndRow(ctx); !errors.As(err, &e) || e.Code != "22P02" || e.Context != "append to m, row 2" || e.Column != "node" {
		t.Error(err, e)
	}
	if _, err := a.Close(ctx); state(err) != "22P02" {
		t.Error(err)
	}
	if n, err := zqlite.One[int](ctx, db, "SELECT count(*) FROM m"); n != 2501 || err != nil {
		t.Error(n, err)
	}

	// On a connection without a transaction all rows are one too.
	c, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	type key struct{ ID int64 }
	if _, err := zqlite.Append(ctx, c, "m", func(yield func(key) bool) {
		for i := range int64(3000) {
			if !yield(key{100_000 + i%2999}) {
				return
			}
		}
	}); state(err) != "23505" {
		t.Error(err)
	}
	if n, err := zqlite.One[int](ctx, c, "SELECT count(*) FROM m"); n != 2501 || err != nil {
		t.Error(n, err)
	}
	mustExec(t, c, "BEGIN")
	if _, err := zqlite.Append(ctx, c, "m", slices.Values([]key{{100_000}})); err != nil {
		t.Error(err)
	}
	mustExec(t, c, "ROLLBACK")
	if n, err := zqlite.One[int](ctx, c, "SELECT count(*) FROM m"); n != 2501 || err != nil {
		t.Error(n, err)
	}
}

func TestAppendForATenant(t *testing.T) {
	db := openNative(t)
	mustExec(t, db, "CREATE TABLE notes (tenant_id text, id int, body text, PRIMARY KEY (tenant_id, id)) TENANT BY (tenant_id)")
	type note struct {
		ID   int
		Body string
	}
	one := slices.Values([]note{{1, "x"}})
	if _, err := zqlite.Append(ctx, db, "notes", one); state(err) != "42501" {
		t.Errorf("without a tenant: %v", err)
	}
	for _, tenant := range []string{"a", "b"} {
		if n, err := zqlite.Append(zqlite.WithTenant(ctx, tenant), db, "notes", one); n != 1 || err != nil {
			t.Error(n, err)
		}
	}
	if _, err := zqlite.Append(ctx, db, "notes", one); state(err) != "42501" {
		t.Errorf("after others had one: %v", err)
	}
	type foreign struct {
		TenantID string
		ID       int
	}
	if _, err := zqlite.Append(zqlite.WithTenant(ctx, "a"), db, "notes", slices.Values([]foreign{{"b", 2}})); state(err) != "42501" {
		t.Errorf("another's row: %v", err)
	}
	if n, err := zqlite.One[int](zqlite.WithTenant(ctx, "a"), db, "SELECT count(*) FROM notes"); n != 1 || err != nil {
		t.Error(n, err)
	}
	if _, err := zqlite.OpenBlob(zqlite.WithTenant(ctx, "a"), db, "notes", "body", "b", 1); !errors.Is(err, sql.ErrNoRows) {
		t.Error(err)
	}
}
