package zqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/zqlite/zqlite"
)

func TestBlob(t *testing.T) {
	db, err := zqlite.Open(filepath.Join(t.TempDir(), "a.db") + "?sync=off")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mustExec(t, db, "CREATE TABLE files (bucket text, name text, body bytea, n int, PRIMARY KEY (bucket, name))")
	data := make([]byte, 5<<20+17)
	for i := range data {
		data[i] = byte(i * 7 >> 3)
	}
	mustExec(t, db, "INSERT INTO files VALUES ('b', 'large', $1, 1), ('b', 'small', 'xyz', 2), ('b', 'none', NULL, 3)", data)

	read := func(where string) {
		t.Helper()
		b, err := zqlite.OpenBlob(ctx, db, "files", "body", "b", "large")
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		if b.Size() != int64(len(data)) {
			t.Errorf("%s: %d bytes", where, b.Size())
		}
		var out bytes.Buffer
		if n, err := io.Copy(&out, b); err != nil || n != b.Size() || !bytes.Equal(out.Bytes(), data) {
			t.Errorf("%s: copied %d, %v", where, n, err)
		}
		part := make([]byte, 40000)
		for _, off := range []int64{0, 1, 16383, 16384, 999_999, b.Size() - 40000} {
			if n, err := b.ReadAt(part, off); err != nil || !bytes.Equal(part[:n], data[off:off+40000]) {
				t.Errorf("%s: %d bytes at %d: %v", where, n, off, err)
			}
		}
		if n, err := b.ReadAt(part, b.Size()-5); n != 5 || err != io.EOF {
			t.Errorf("%s: at the end %d %v", where, n, err)
		}
		if _, err := b.Seek(-1<<20, io.SeekEnd); err != nil {
			t.Error(err)
		}
		if rest, err := io.ReadAll(iotest.HalfReader(b)); err != nil || !bytes.Equal(rest, data[len(data)-1<<20:]) {
			t.Errorf("%s: the rest is %d bytes: %v", where, len(rest), err)
		}
	}
	read("delta")
	mustExec(t, db, "CHECKPOINT")
	read("pages")

	// What is read in pieces is not held whole, and stays as it was.
	b, err := zqlite.OpenBlob(ctx, db, "files", "body", "b", "large")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	mustExec(t, db, "DELETE FROM files WHERE name = 'large'")
	for range 3 {
		mustExec(t, db, "CHECKPOINT")
		mustExec(t, db, "INSERT INTO files VALUES ('c', gen_random_uuid()::text, $1, 9)", data[:1<<20])
	}
	var before, after runtime.MemStats
	part := make([]byte, 100)
	runtime.ReadMemStats(&before)
	for i := range 100 {
		off := int64(i) * 50000
		if _, err := b.ReadAt(part, off); err != nil || !bytes.Equal(part, data[off:off+100]) {
			t.Fatal(off, err)
		}
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 100*40<<10 {
		t.Errorf("100 reads of 100 bytes took %d bytes of memory", n)
	}

	if _, err := zqlite.OpenBlob(ctx, db, "files", "body", "b", "missing"); !errors.Is(err, sql.ErrNoRows) {
		t.Error(err)
	}
	if _, err := zqlite.OpenBlob(ctx, db, "files", "body", "b", "none"); state(err) != "22002" {
		t.Error(err)
	}
	if _, err := zqlite.OpenBlob(ctx, db, "files", "n", "b", "small"); state(err) != "42804" {
		t.Error(err)
	}
	if _, err := zqlite.OpenBlob(ctx, db, "files", "body", "b"); state(err) != "22023" {
		t.Error(err)
	}
	if err := db.Update(ctx, func(tx *zqlite.Tx) error {
		mustExec(t, tx, "UPDATE files SET body = 'own' WHERE name = 'small'")
		b, err := zqlite.OpenBlob(ctx, tx, "public.files", "body", "b", "small")
		if err != nil {
			return err
		}
		if all, err := io.ReadAll(b); string(all) != "own" {
			t.Errorf("%q %v", all, err)
		}
		return b.Close()
	}); err != nil {
		t.Fatal(err)
	}
}

// A value of a table that tenants share is read by its own tenant alone, whose
// part of the key may be left out.
func TestBlobOfTenant(t *testing.T) {
	db, err := zqlite.Open(":memory:?cross_tenant=on")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mustExec(t, db, "CREATE TABLE files (name text, owner int, body text, PRIMARY KEY (name, owner)) TENANT BY (owner)")
	one, two := zqlite.WithTenant(ctx, 1), zqlite.WithTenant(ctx, "2")
	for id, c := range map[int]context.Context{1: one, 2: two} {
		if _, err := db.Exec(c, "INSERT INTO files VALUES ('a', $1, $2)", id, fmt.Sprint("of ", id)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		ctx        context.Context
		key        []any
		want, code string
	}{
		{one, []any{"a", 1}, "of 1", ""},
		{one, []any{"a"}, "of 1", ""},
		{two, []any{"a"}, "of 2", ""},
		{two, []any{"a", 1}, "", "no row"},
		{two, []any{"b"}, "", "no row"},
		{two, []any{}, "", "22023"},
		{zqlite.WithTenant(ctx, "x"), []any{"a", 1}, "", "22P02"},
		{ctx, []any{"a", 1}, "", "42501"},
		{zqlite.WithCrossTenant(ctx, "support"), []any{"a", 1}, "of 1", ""},
		{zqlite.WithCrossTenant(ctx, "support"), []any{"a"}, "", "22023"},
	} {
		b, err := zqlite.OpenBlob(c.ctx, db, "files", "body", c.key...)
		if code := state(err); errors.Is(err, sql.ErrNoRows) && c.code == "no row" || err != nil && code == c.code {
			continue
		}
		if err != nil || c.code != "" {
			t.Errorf("%v: %v, want %q", c.key, err, c.code)
			continue
		}
		if text, err := io.ReadAll(b); string(text) != c.want || err != nil {
			t.Errorf("%v: %q, %v", c.key, text, err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	n, err := zqlite.QueryRow[int](zqlite.WithCrossTenant(ctx, "a look"), db, "SELECT count(*) FROM zqlite.audit WHERE statement LIKE 'OpenBlob public.files.body'")
	if err != nil || n != 2 {
		t.Errorf("%d uses are recorded, %v", n, err)
	}
}

// A value that is written in pieces is there when it is closed, all or nothing.
func TestBlobWriter(t *testing.T) {
	db, err := zqlite.Open(filepath.Join(t.TempDir(), "a.db") + "?sync=off")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mustExec(t, db, `CREATE TABLE files (bucket text, name text, body bytea, note text CHECK (note <> 'bad'), PRIMARY KEY (bucket, name));
		INSERT INTO files VALUES ('b', 'x', NULL, NULL), ('b', 'y', 'old', 'old')`)
	data := make([]byte, 9<<20+3)
	for i := range data {
		data[i] = byte(i * 13 >> 5)
	}
	t.Setenv("TMPDIR", t.TempDir())
	temps := func() int {
		list, err := filepath.Glob(filepath.Join(os.TempDir(), "zqlite-blob-*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	before := temps()
	write := func(q zqlite.Querier, column, name string, r io.Reader) error {
		w, err := zqlite.CreateBlob(ctx, q, "files", column, "b", name)
		if err != nil {
			return err
		}
		defer w.Discard()
		if _, err := io.Copy(w, r); err != nil {
			return err
		}
		return w.Close()
	}
	check := func(q zqlite.Querier, column, name string, want []byte) {
		t.Helper()
		b, err := zqlite.OpenBlob(ctx, q, "files", column, "b", name)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		if all, err := io.ReadAll(b); !bytes.Equal(all, want) || err != nil {
			t.Errorf("%s of %s: %d bytes, want %d: %v", column, name, len(all), len(want), err)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(write(db, "body", "x", bytes.NewReader(data)))
	check(db, "body", "x", data)
	must(write(db, "body", "y", iotest.OneByteReader(bytes.NewReader(data[:5000]))))
	check(db, "body", "y", data[:5000])
	must(write(db, "note", "x", bytes.NewReader(bytes.Repeat([]byte("ü"), 1<<20))))
	check(db, "note", "x", bytes.Repeat([]byte("ü"), 1<<20))
	must(write(db, "body", "x", strings.NewReader(`\x41`))) // bytes, not their hexadecimal form
	check(db, "body", "x", []byte(`\x41`))
	must(write(db, "body", "x", bytes.NewReader(nil)))
	check(db, "body", "x", []byte{})

	// In a transaction it is seen by nobody else, and goes with it.
	tx, err := db.Begin(ctx, zqlite.TxOptions{})
	must(err)
	must(write(tx, "body", "y", bytes.NewReader(data)))
	check(tx, "body", "y", data)
	check(db, "body", "y", data[:5000])
	must(tx.Rollback())
	check(db, "body", "y", data[:5000])

	for what, c := range map[string]struct {
		err  error
		want string
	}{
		"a reader that fails":  {write(db, "body", "y", io.MultiReader(bytes.NewReader(data), iotest.ErrReader(io.ErrUnexpectedEOF))), "unexpected EOF"},
		"a row that is not":    {write(db, "body", "z", bytes.NewReader(data)), "no rows"},
		"a column that is not": {write(db, "nope", "x", bytes.NewReader(data)), "42703"},
		"no UTF-8":             {write(db, "note", "x", bytes.NewReader([]byte{0xff})), "22021"},
		"a condition":          {write(db, "note", "x", bytes.NewReader([]byte("bad"))), "23514"},
	} {
		if c.err == nil || state(c.err) != c.want && !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: %v", what, c.err)
		}
	}
	check(db, "body", "y", data[:5000])
	if n := temps(); n != before {
		t.Errorf("%d temporary files are left", n-before)
	}
}
