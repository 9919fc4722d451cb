package storage

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/vfs"
)

// goldenFile is a database of format version 1, written once and read for ever.
// ZQLITE_GOLDEN=write makes it anew; that is right only until the first release.
const goldenFile = "testdata/v1.zqlite"

// The trees of the golden file: integer keys with a column that was added
// later; keys of bytes with nulls, a dictionary and a value on overflow pages;
// rows stored whole.
const goldenInts, goldenBytes, goldenWide = TreeID(20), TreeID(21), TreeID(22)

var (
	goldenOld = page.Layout{Version: 3, Columns: []page.Column{
		{ID: 1, Kind: page.Fixed8}, {ID: 2, Kind: page.Bit}, {ID: 4, Kind: page.Var}}}
	goldenNew = page.Layout{Version: 5, Columns: []page.Column{
		{ID: 1, Kind: page.Fixed8}, {ID: 2, Kind: page.Bit}, {ID: 4, Kind: page.Var},
		{ID: 7, Kind: page.Fixed16, Default: page.Cell{I: 70, J: 71}}}}
	goldenText = page.Layout{Version: 1, Columns: []page.Column{
		{ID: 9, Kind: page.Var}, {ID: 3, Kind: page.Var}, {ID: 5, Kind: page.Fixed8}}}
)

func goldenWideLayout() page.Layout {
	l := page.Layout{Version: 2}
	for i := range 130 {
		l.Columns = append(l.Columns, page.Column{ID: uint16(i + 1), Kind: page.Fixed8})
	}
	return l
}

// goldenRows gives what the file holds: by tree, a line for each row.
func goldenRows() map[TreeID][]string {
	out := map[TreeID][]string{}
	for k := range uint64(260) {
		pair := "70/71"
		if k >= 200 {
			pair = fmt.Sprintf("%d/-%d", k, k)
		}
		out[goldenInts] = append(out[goldenInts], fmt.Sprintf("%016x: 1=%d 2=%d 4=%q 7=%s",
			k*k, int64(k)*-1000, k&1, strings.Repeat("ab", int(k%40)), pair))
	}
	for k := range 60 {
		text := fmt.Sprintf("%q", []string{"new", "paid", "shipped"}[k%3])
		if k%7 == 0 {
			text = "null"
		}
		out[goldenBytes] = append(out[goldenBytes], fmt.Sprintf("%x: 9=%s 3=%q 5=%d", fmt.Sprintf("key/%03d", k), text, goldenLong(k), k%5))
	}
	line := fmt.Sprintf("%016x:", 1)
	for i := range 130 {
		line += fmt.Sprintf(" %d=%d", i+1, i*i)
	}
	out[goldenWide] = []string{line}
	return out
}

func goldenLong(k int) string {
	if k == 33 {
		return strings.Repeat("overflow ", 700)
	}
	return fmt.Sprint("text ", k*k*k)
}

func writeGolden(t *testing.T) {
	files := vfs.OS()
	_ = os.Remove(goldenFile)
	s, err := Open(ctx, files, goldenFile, Options{Create: true, PageSize: 4096, CheckpointEvery: -1})
	must(t, err)
	var w page.RowWriter
	put := func(id TreeID, l *page.Layout, key []byte, fill func()) {
		w.Reset(l)
		fill()
		tx := s.Begin(TxOptions{})
		must(t, tx.Insert(id, key, slices.Clone(w.Bytes())))
		must(t, tx.Commit(ctx))
	}
	wide := goldenWideLayout()
	tx := s.Begin(TxOptions{})
	must(t, tx.CreateTree(Spec{ID: goldenInts, Key: page.KeyUint64, Layout: goldenOld}))
	must(t, tx.CreateTree(Spec{ID: goldenBytes, Key: page.KeyBytes, Layout: goldenText}))
	must(t, tx.CreateTree(Spec{ID: goldenWide, Key: page.KeyUint64, Layout: wide}))
	must(t, tx.Commit(ctx))
	ints := func(k uint64, l *page.Layout) {
		put(goldenInts, l, intKey(k*k), func() {
			w.SetInt(0, int64(k)*-1000)
			w.SetInt(1, int64(k&1))
			w.SetString(2, strings.Repeat("ab", int(k%40)))
			if l == &goldenNew {
				w.SetPair(3, int64(k), -int64(k))
			}
		})
	}
	for k := range uint64(200) {
		ints(k, &goldenOld)
	}
	must(t, s.Checkpoint(ctx))
	tx = s.Begin(TxOptions{})
	must(t, tx.LockTable(ctx, goldenInts, TableExclusive, Wait))
	must(t, tx.AlterTree(goldenInts, goldenNew))
	must(t, tx.Commit(ctx))
	for k := uint64(200); k < 260; k++ {
		ints(k, &goldenNew)
	}
	for k := range 60 {
		put(goldenBytes, &goldenText, fmt.Appendf(nil, "key/%03d", k), func() {
			if k%7 != 0 {
				w.SetString(0, []string{"new", "paid", "shipped"}[k%3])
			}
			w.SetString(1, goldenLong(k))
			w.SetInt(2, int64(k%5))
		})
	}
	put(goldenWide, &wide, intKey(1), func() {
		for i := range 130 {
			w.SetInt(i, int64(i*i))
		}
	})
	must(t, s.Close())
	_ = os.Remove(goldenFile + "-lock")
}

// golden gives the file's bytes.
func golden(t *testing.T) []byte {
	t.Helper()
	if os.Getenv("ZQLITE_GOLDEN") == "write" {
		writeGolden(t)
	}
	b, err := os.ReadFile(goldenFile)
	must(t, err)
	return b
}

// TestGoldenFile opens a file that an earlier version has written: to read, to
// write, and again after it was written to.
func TestGoldenFile(t *testing.T) {
	files := vfs.Memory()
	f, err := files.Open("db", vfs.Create)
	must(t, err)
	_, err = f.WriteAt(golden(t), 0)
	must(t, err)
	must(t, f.Close())
	want := goldenRows()
	for _, o := range []Options{{ReadOnly: true}, {}, {}} {
		s, err := Open(ctx, files, "db", o)
		must(t, err)
		tx := s.Begin(TxOptions{ReadOnly: true})
		for id, rows := range want {
			if got := storedRows(t, tx, id); !slices.Equal(got, rows) {
				t.Errorf("tree %d has %d rows, want %d; they differ:\n%.300q\n%.300q", id, len(got), len(rows), got, rows)
			}
		}
		tx.Rollback()
		if !o.ReadOnly {
			must(t, s.IntegrityCheck(ctx, func(l string) { t.Error(l) }))
			tx := s.Begin(TxOptions{})
			must(t, tx.Put(goldenInts, intKey(1<<40), emptyRow(t)))
			must(t, tx.Commit(ctx))
			must(t, s.Checkpoint(ctx))
			tx = s.Begin(TxOptions{})
			must(t, tx.Delete(goldenInts, intKey(1<<40)))
			must(t, tx.Commit(ctx))
		}
		must(t, s.Close())
	}
}

func emptyRow(t *testing.T) []byte {
	t.Helper()
	var w page.RowWriter
	w.Reset(&goldenNew)
	return w.Bytes()
}

// storedRows reads the rows of a tree through the store.
func storedRows(t *testing.T, tx *Tx, id TreeID) []string {
	t.Helper()
	layout := map[TreeID]page.Layout{goldenInts: goldenNew, goldenBytes: goldenText, goldenWide: goldenWideLayout()}[id]
	sc, err := tx.Scan(id, Range{}, ScanOptions{})
	must(t, err)
	defer sc.Close()
	var out []string
	var b Block
	for {
		ok, err := sc.Next(&b)
		must(t, err)
		if !ok {
			return out
		}
		for i := range b.N {
			line := fmt.Sprintf("%x:", b.Key(i, nil))
			for _, c := range layout.Columns {
				switch {
				case b.IsNull(i, c.ID):
					line += fmt.Sprintf(" %d=null", c.ID)
				case c.Kind == page.Fixed16:
					x, y := b.Pair(i, c.ID)
					line += fmt.Sprintf(" %d=%d/%d", c.ID, x, y)
				case c.Kind == page.Var:
					s, err := b.Bytes(i, c.ID)
					must(t, err)
					line += fmt.Sprintf(" %d=%q", c.ID, s)
				default:
					line += fmt.Sprintf(" %d=%d", c.ID, b.Int(i, c.ID))
				}
			}
			out = append(out, line)
		}
	}
}
