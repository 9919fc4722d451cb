package storage

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/vfs"
)

// filled opens a store with n rows in pages.
func filled(b testing.TB, files vfs.FS, path string, n uint64, m SyncMode) *Store {
	b.Helper()
	s, err := Open(ctx, files, path, Options{Create: true, Sync: SyncOff, CacheBytes: 512 << 20})
	must(b, err)
	b.Cleanup(func() { s.Close() })
	tx := s.Begin(TxOptions{})
	must(b, tx.CreateTree(Spec{ID: table, Key: page.KeyUint64, Layout: testLayout}))
	r := row(1, "some text of a usual length, 40 bytes or")
	for k := range n {
		must(b, tx.Insert(table, intKey(k), r))
	}
	must(b, tx.Commit(ctx))
	must(b, s.Checkpoint(ctx))
	s.SetSync(m)
	return s
}

func benchmarkUpdate(b *testing.B, m SyncMode, writers int) {
	const n = 1 << 16
	s := filled(b, vfs.OS(), b.TempDir()+"/db", n, m)
	var next atomic.Int64
	r := row(2, "some text of a usual length, 40 bytes or")
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	for range writers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var ref RowRef
			defer ref.Release()
			var key []byte
			for {
				i := next.Add(1)
				if i > int64(b.N) {
					return
				}
				key = append(key[:0], intKey(uint64(i)*0x9E3779B9%n)...)
				tx := s.Begin(TxOptions{Autocommit: true})
				must(b, tx.LockKey(ctx, table, key, LockExclusive, Wait))
				must(b, tx.BeginStatement())
				if ok, err := tx.Get(table, key, &ref); !ok || err != nil {
					b.Error(ok, err)
				}
				ref.Release()
				must(b, tx.Put(table, key, r))
				must(b, tx.Commit(ctx))
			}
		}()
	}
	wg.Wait()
}

func BenchmarkUpdateNormal(b *testing.B) { benchmarkUpdate(b, SyncNormal, 1) }
func BenchmarkUpdateOff(b *testing.B)    { benchmarkUpdate(b, SyncOff, 1) }
func BenchmarkUpdateFull1(b *testing.B)  { benchmarkUpdate(b, SyncFull, 1) }
func BenchmarkUpdateFull16(b *testing.B) { benchmarkUpdate(b, SyncFull, 16) }
func BenchmarkUpdateFull64(b *testing.B) { benchmarkUpdate(b, SyncFull, 64) }

func BenchmarkInsertInTransaction(b *testing.B) {
	s := filled(b, vfs.OS(), b.TempDir()+"/db", 0, SyncNormal)
	r := row(2, "some text of a usual length, 40 bytes or")
	b.ReportAllocs()
	b.ResetTimer()
	var key []byte
	var tx *Tx
	for i := range b.N {
		if i%10000 == 0 {
			if tx != nil {
				must(b, tx.Commit(ctx))
			}
			tx = s.Begin(TxOptions{})
		}
		key = append(key[:0], 0, 0, 0, 0, byte(i>>24), byte(i>>16), byte(i>>8), byte(i))
		err := tx.BeginStatement()
		if err == nil {
			err = tx.LockKey(ctx, table, key, LockExclusive, Wait)
		}
		if err == nil {
			err = tx.Insert(table, key, r)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	must(b, tx.Commit(ctx))
}

func benchmarkGet(b *testing.B, n uint64) {
	s := filled(b, vfs.Memory(), "db", n, SyncOff)
	tx := s.Begin(TxOptions{ReadOnly: true})
	defer tx.Rollback()
	must(b, tx.BeginStatement())
	var ref RowRef
	defer ref.Release()
	var key [8]byte
	b.ReportAllocs()
	b.ResetTimer()
	sum := int64(0)
	for i := range uint64(b.N) {
		k := i * 0x9E3779B97F4A7C15 % n
		for j := range 8 {
			key[j] = byte(k >> (56 - 8*j))
		}
		ok, err := tx.Get(table, key[:], &ref)
		if !ok || err != nil {
			b.Fatal(ok, err)
		}
		sum += ref.Int(1)
	}
	ref.Release()
}

func BenchmarkGet1M(b *testing.B)  { benchmarkGet(b, 1_000_000) }
func BenchmarkGet10K(b *testing.B) { benchmarkGet(b, 10_000) }

func BenchmarkScan1M(b *testing.B) {
	const n = 1_000_000
	s := filled(b, vfs.Memory(), "db", n, SyncOff)
	var out [4096]int64
	b.ResetTimer()
	for range b.N {
		tx := s.Begin(TxOptions{ReadOnly: true})
		sc, err := tx.Scan(table, Range{}, ScanOptions{})
		must(b, err)
		var blk Block
		rows, sum := 0, int64(0)
		for {
			ok, err := sc.Next(&blk)
			must(b, err)
			if !ok {
				break
			}
			for at := 0; at < blk.N; {
				m := min(len(out), blk.N-at)
				blk.Leaf.Ints(1, blk.First+at, m, out[:m])
				for _, v := range out[:m] {
					sum += v
				}
				at += m
			}
			rows += blk.N
		}
		sc.Close()
		tx.Rollback()
		if rows != n || sum != n {
			b.Fatal(rows, sum)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
}

func TestGetDoesNotAllocate(t *testing.T) {
	s := filled(t, vfs.Memory(), "db", 10000, SyncOff)
	tx := s.Begin(TxOptions{})
	must(t, tx.Put(table, intKey(5), row(7, "")))
	must(t, tx.Commit(ctx))
	tx = s.Begin(TxOptions{})
	defer tx.Rollback()
	must(t, tx.BeginStatement())
	var ref RowRef
	defer ref.Release()
	for _, k := range []uint64{5, 77, 1 << 40} {
		key := intKey(k)
		if n := testing.AllocsPerRun(100, func() {
			if _, err := tx.Get(table, key, &ref); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("get of %d: %v allocations", k, n)
		}
	}
	ref.Release()
}
