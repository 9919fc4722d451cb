package zqlite_test

import (
	"bytes"
	"database/sql"
	"errors"
	"io"
	"path/filepath"
	"runtime"
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
