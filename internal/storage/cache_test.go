package storage

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/vfs"
)

// TestCacheIsBounded reads and changes a database twenty times as large as its
// cache from several goroutines: the cache keeps to its size, every row is
// right, and nothing stays pinned.
func TestCacheIsBounded(t *testing.T) {
	const limit, rows = 256 << 10, 6000
	s, err := Open(ctx, vfs.Memory(), "db", Options{Create: true, PageSize: 4096, CacheBytes: limit, Sync: SyncOff})
	must(t, err)
	text := func(k uint64) string {
		return strings.Repeat(fmt.Sprintf("%08x", k*0x9E3779B97F4A7C15), 130)[:900+k%100]
	}
	tx := s.Begin(TxOptions{})
	must(t, tx.CreateTree(Spec{ID: table, Key: page.KeyUint64, Layout: testLayout}))
	for k := range uint64(rows) {
		must(t, tx.Insert(table, intKey(k), row(int64(k), text(k))))
	}
	must(t, tx.Commit(ctx))
	must(t, s.Checkpoint(ctx))
	if n := s.Stats().FileBytes; n < 20*limit {
		t.Fatalf("the file has %d bytes", n)
	}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := rand.New(rand.NewPCG(uint64(g), 11))
			for range 20 {
				if err := readSome(s, r, rows, text); err != nil {
					t.Error(err)
					return
				}
				if n := s.Stats().CacheBytes; n > limit || n == 0 {
					t.Errorf("the cache takes %d bytes", n)
				}
			}
		}()
	}
	for range 5 {
		tx := s.Begin(TxOptions{})
		for k := uint64(0); k < rows; k += 97 {
			must(t, tx.Put(table, intKey(k), row(int64(k), text(k))))
		}
		must(t, tx.Commit(ctx))
		must(t, s.Checkpoint(ctx))
	}
	wg.Wait()
	if n := s.Stats().PinnedPages; n != 0 {
		t.Errorf("%d pages are pinned", n)
	}
	must(t, s.Close())
}

// readSome looks up rows and scans a range, in one transaction.
func readSome(s *Store, r *rand.Rand, rows uint64, text func(uint64) string) error {
	tx := s.Begin(TxOptions{ReadOnly: true})
	defer tx.Rollback()
	var ref RowRef
	defer ref.Release()
	for range 50 {
		k := r.Uint64N(rows)
		ok, err := tx.Get(table, intKey(k), &ref)
		if err != nil || !ok {
			return fmt.Errorf("row %d: %v %w", k, ok, err)
		}
		if b, err := ref.Bytes(2); err != nil || ref.Int(1) != int64(k) || string(b) != text(k) {
			return fmt.Errorf("row %d reads %d, %d bytes, %w", k, ref.Int(1), len(b), err)
		}
	}
	k := r.Uint64N(rows)
	sc, err := tx.Scan(table, Range{Lo: intKey(k), Hi: intKey(k + 300)}, ScanOptions{Reverse: r.IntN(2) == 0})
	if err != nil {
		return err
	}
	defer sc.Close()
	n := uint64(0)
	var b Block
	for {
		ok, err := sc.Next(&b)
		if err != nil || !ok {
			if want := min(300, rows-k); n != want {
				return fmt.Errorf("%d rows of %d: %w", n, want, err)
			}
			return err
		}
		for i := range b.N {
			x := uint64(b.Int(i, 1))
			if c, err := b.Bytes(i, 2); err != nil || string(c) != text(x) {
				return fmt.Errorf("row %d of a scan: %w", x, err)
			}
			n++
		}
		if r.IntN(4) == 0 {
			sc.Release()
		}
	}
}
