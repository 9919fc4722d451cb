package storage

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/vfs"
)

// TestOverflow stores values of many sizes and reads them back from pages.
func TestOverflow(t *testing.T) {
	files := vfs.Memory()
	s := openStore(t, files, Options{PageSize: 4096})
	tx := s.Begin(TxOptions{})
	must(t, tx.CreateTree(Spec{ID: table, Key: page.KeyUint64, Layout: testLayout}))
	value := func(n int) string { return string(bytes.Repeat([]byte{byte(n)}, n)) }
	sizes := []int{0, 1, 1000, 1100, 3000, 5000, 40000, 70000, 3 << 20}
	for i, n := range sizes {
		must(t, tx.Insert(table, intKey(uint64(i)), row(int64(n), value(n))))
	}
	must(t, tx.Commit(ctx))
	must(t, s.Checkpoint(ctx))
	must(t, s.Close())
	s = openStore(t, files, Options{})
	check := func() {
		tx := s.Begin(TxOptions{ReadOnly: true})
		defer tx.Rollback()
		var r RowRef
		defer r.Release()
		for i, n := range sizes {
			ok, err := tx.Get(table, intKey(uint64(i)), &r)
			must(t, err)
			if b, err := r.Bytes(2); !ok || err != nil || string(b) != value(n) {
				t.Fatalf("%d bytes: %v %d %v", n, ok, len(b), err)
			}
		}
	}
	check()
	must(t, s.IntegrityCheck(ctx, func(l string) { t.Error(l) }))
	tx = s.Begin(TxOptions{})
	sizes = sizes[:5]
	for i := 5; i < 9; i++ {
		must(t, tx.Delete(table, intKey(uint64(i))))
	}
	must(t, tx.Commit(ctx))
	for range 6 { // space returns when both metas and the readers are past it
		must(t, s.Checkpoint(ctx))
		tx := s.Begin(TxOptions{})
		must(t, tx.Put(table, intKey(0), row(0, "")))
		must(t, tx.Commit(ctx))
	}
	check()
	must(t, s.IntegrityCheck(ctx, func(l string) { t.Error(l) }))
	if n := s.Stats().FileBytes; n > 1<<20 {
		t.Errorf("the file has %d bytes after its large values are gone", n)
	}
	must(t, s.Close())
}

// TestAlterTree adds and drops columns over rows in pages, deltas and own writes.
func TestAlterTree(t *testing.T) {
	files := vfs.Memory()
	s := openStore(t, files, Options{PageSize: 4096})
	one := page.Layout{Version: 1, Columns: []page.Column{{ID: 1, Kind: page.Fixed8}}}
	two := page.Layout{Version: 2, Columns: []page.Column{{ID: 1, Kind: page.Fixed8},
		{ID: 2, Kind: page.Var, Default: page.Cell{B: []byte("none")}}, {ID: 3, Kind: page.Fixed16, Default: page.Cell{Null: true}}}}
	write := func(l *page.Layout, key uint64, f func(w *page.RowWriter)) {
		t.Helper()
		var w page.RowWriter
		w.Reset(l)
		w.SetInt(0, int64(key))
		if f != nil {
			f(&w)
		}
		tx := s.Begin(TxOptions{})
		must(t, tx.Put(table, intKey(key), slices.Clone(w.Bytes())))
		must(t, tx.Commit(ctx))
	}
	tx := s.Begin(TxOptions{})
	must(t, tx.CreateTree(Spec{ID: table, Key: page.KeyUint64, Layout: one}))
	must(t, tx.Commit(ctx))
	write(&one, 1, nil)
	must(t, s.Checkpoint(ctx))
	write(&one, 2, nil)
	tx = s.Begin(TxOptions{})
	must(t, tx.LockTable(ctx, table, TableExclusive, Wait))
	must(t, tx.AlterTree(table, two))
	must(t, tx.Commit(ctx))
	write(&two, 3, func(w *page.RowWriter) { w.SetString(1, "three"); w.SetPair(2, 3, -4) })
	check := func() {
		t.Helper()
		tx := s.Begin(TxOptions{})
		defer tx.Rollback()
		var got []string
		for k := range uint64(3) {
			var r RowRef
			defer r.Release()
			ok, err := tx.Get(table, intKey(k+1), &r)
			must(t, err)
			b, err := r.Bytes(2)
			must(t, err)
			i, j := r.Pair(3)
			got = append(got, fmt.Sprint(ok, r.Int(1), " ", string(b), " ", r.IsNull(3), i, j))
		}
		want := []string{"true 1 none true 0 0", "true 2 none true 0 0", "true 3 three false 3 -4"}
		if !slices.Equal(got, want) {
			t.Fatalf("%q", got)
		}
	}
	check()
	must(t, s.Checkpoint(ctx))
	check()
	must(t, s.Close())
	s = openStore(t, files, Options{})
	check()
	must(t, s.Close())
}

func TestRowTooBig(t *testing.T) {
	s := openStore(t, vfs.Memory(), Options{PageSize: 4096})
	defer s.Close()
	var l page.Layout
	for i := range 600 {
		l.Columns = append(l.Columns, page.Column{ID: uint16(i + 1), Kind: page.Fixed8})
	}
	tx := s.Begin(TxOptions{})
	defer tx.Rollback()
	must(t, tx.CreateTree(Spec{ID: table, Key: page.KeyUint64, Layout: l}))
	var w page.RowWriter
	w.Reset(&l)
	wantCode(t, tx.Put(table, intKey(1), w.Bytes()), sqlerr.ProgramLimitExceeded)
}

func TestSideFile(t *testing.T) {
	files := vfs.Memory()
	s := openStore(t, files, Options{})
	s.sideLimit = 1000
	tx := s.Begin(TxOptions{Origin: "test"})
	must(t, tx.CreateTree(Spec{ID: table, Key: page.KeyUint64, Layout: testLayout}))
	for k := range uint64(200) {
		must(t, tx.Insert(table, intKey(k), row(int64(k), "")))
	}
	must(t, tx.Commit(ctx))
	if sides, err := s.sideFiles(); err != nil || len(sides) != 1 {
		t.Fatal(sides, err)
	}
	// As after a crash: the second store sees what the files hold now.
	must(t, s.lock.Close())
	s = openStore(t, files, Options{})
	if n := s.Rows(table); n != 200 {
		t.Fatal(n)
	}
	if sides, err := s.sideFiles(); err != nil || len(sides) != 0 {
		t.Fatal(sides, err)
	}
	must(t, s.Close())
}

func TestReadOnlyAndLock(t *testing.T) {
	files := vfs.Memory()
	if _, err := Open(ctx, files, "db", Options{}); sqlerr.Code(err) != sqlerr.UndefinedFile {
		t.Fatal(err)
	}
	s := openStore(t, files, Options{})
	if _, err := Open(ctx, files, "db", Options{}); sqlerr.Code(err) != sqlerr.ObjectInUse {
		t.Fatal(err)
	}
	tx := s.Begin(TxOptions{})
	must(t, tx.CreateTree(Spec{ID: table, Key: page.KeyUint64, Layout: testLayout}))
	must(t, tx.Insert(table, intKey(1), row(10, "")))
	must(t, tx.Commit(ctx))
	if _, err := Open(ctx, files, "db", Options{ReadOnly: true}); sqlerr.Code(err) != sqlerr.ObjectInUse {
		t.Fatal(err) // its pages are written anew under a reader
	}
	must(t, s.Close())
	r, err := Open(ctx, files, "db", Options{ReadOnly: true})
	must(t, err)
	again, err := Open(ctx, files, "db", Options{ReadOnly: true})
	must(t, err)
	must(t, again.Close())
	want(t, read(t, r.Begin(TxOptions{}), 1), 10)
	wantCode(t, r.Begin(TxOptions{}).Put(table, intKey(1), row(1, "")), sqlerr.ReadOnlySQLTransaction)
	must(t, r.Close())
	late := s.Begin(TxOptions{})
	if err := late.BeginStatement(); err != ErrClosed {
		t.Fatal(err)
	}
}

// TestDroppedColumn frees the large cells of a column that is gone, leaf by
// leaf as they are rewritten.
func TestDroppedColumn(t *testing.T) {
	s := openStore(t, vfs.Memory(), Options{PageSize: 4096})
	two := page.Layout{Version: 1, Columns: []page.Column{{ID: 1, Kind: page.Fixed8}, {ID: 2, Kind: page.Var}, {ID: 3, Kind: page.Var}}}
	one := page.Layout{Version: 2, Columns: []page.Column{{ID: 1, Kind: page.Fixed8}, {ID: 3, Kind: page.Var}}}
	var w page.RowWriter
	tx := s.Begin(TxOptions{})
	must(t, tx.CreateTree(Spec{ID: table, Key: page.KeyUint64, Layout: two}))
	for k := range uint64(300) {
		w.Reset(&two)
		w.SetInt(0, int64(k))
		w.SetBytes(1, make([]byte, 9000))
		w.SetBytes(2, make([]byte, 5000))
		must(t, tx.Insert(table, intKey(k), w.Bytes()))
	}
	must(t, tx.Commit(ctx))
	must(t, s.Checkpoint(ctx))
	check := func() {
		t.Helper()
		must(t, s.IntegrityCheck(ctx, func(l string) { t.Error(l) }))
	}
	check()
	tx = s.Begin(TxOptions{})
	must(t, tx.AlterTree(table, one))
	must(t, tx.Commit(ctx))
	check()
	for k := range uint64(300) {
		tx = s.Begin(TxOptions{})
		w.Reset(&one)
		w.SetInt(0, 7)
		must(t, tx.Put(table, intKey(k), w.Bytes()))
		must(t, tx.Commit(ctx))
		if k%40 == 0 {
			check()
		}
	}
	check()
	for range 6 { // space returns when both metas and the readers are past it
		tx = s.Begin(TxOptions{})
		must(t, tx.Put(table, intKey(0), w.Bytes()))
		must(t, tx.Commit(ctx))
		check()
	}
	if n := s.Stats().FileBytes; n > 1<<20 {
		t.Errorf("%d bytes are left", n)
	}
	must(t, s.Close())
}
