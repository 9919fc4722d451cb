package storage

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"weak"

	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/vfs"
)

const adoptRows = 400

// total reads the tree in one of several ways; the sum over its rows never
// changes.
func total(tx *Tx, r *rand.Rand) (sum int64, err error) {
	if r.IntN(3) == 0 {
		var ref RowRef
		defer ref.Release()
		defer ref.Release()
		for k := range uint64(adoptRows) {
			ok, err := tx.Get(table, intKey(k), &ref)
			if err != nil || !ok {
				return 0, fmt.Errorf("row %d: found %v, %w", k, ok, err)
			}
			sum += ref.Int(1)
		}
		return sum, nil
	}
	sc, err := tx.Scan(table, Range{}, ScanOptions{Reverse: r.IntN(2) == 0})
	if err != nil {
		return 0, err
	}
	defer sc.Close()
	var b Block
	n := 0
	for {
		ok, err := sc.Next(&b)
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		for i := range b.N {
			sum += b.Int(i, 1)
		}
		if n += b.N; r.IntN(4) == 0 {
			sc.Release()
		}
	}
	if n != adoptRows {
		return 0, fmt.Errorf("%d rows", n)
	}
	return sum, nil
}

// moveAmounts takes from some rows what it gives to others, many at a time so that
// the transaction is adopted, or few.
func moveAmounts(s *Store, r *rand.Rand) error {
	tx := s.Begin(TxOptions{Isolation: ReadCommitted})
	defer tx.Rollback()
	if err := tx.LockTable(ctx, table, TableExclusive, Wait); err != nil {
		return err
	}
	if err := tx.BeginStatement(); err != nil {
		return err
	}
	pairs := 1 + r.IntN(3)
	if r.IntN(2) == 0 {
		pairs = 40
	}
	var ref RowRef
	defer ref.Release()
	defer ref.Release()
	for range pairs {
		by := r.Int64N(100)
		for _, d := range []int64{by, -by} {
			k := intKey(r.Uint64N(adoptRows))
			ok, err := tx.GetNewest(table, k, &ref)
			if err != nil || !ok {
				return fmt.Errorf("newest: %v %w", ok, err)
			}
			if err := tx.Put(table, k, row(ref.Int(1)+d, "moved")); err != nil {
				return err
			}
		}
		if r.IntN(8) == 0 { // what is taken back leaves no trace
			mark := tx.Savepoint()
			for range 20 {
				if err := tx.Put(table, intKey(r.Uint64N(adoptRows)), row(1<<40, "")); err != nil {
					return err
				}
			}
			tx.RollbackTo(mark)
		}
	}
	return tx.Commit(ctx)
}

// TestAdoptBesideReaders commits small and large transactions, which freeze and
// merge all the time, beside readers that keep their snapshots.
func TestAdoptBesideReaders(t *testing.T) {
	s := openStore(t, vfs.Memory(), Options{PageSize: 4096, DeltaBytes: 16 << 10, AdoptBytes: 1 << 10, Sync: SyncOff, CheckpointEvery: -1})
	tx := s.Begin(TxOptions{})
	must(t, tx.CreateTree(Spec{ID: table, Key: page.KeyUint64, Layout: testLayout}))
	for k := range uint64(adoptRows) {
		must(t, tx.Insert(table, intKey(k), row(1000, "first")))
	}
	must(t, tx.Commit(ctx))
	var stop atomic.Bool
	var wait sync.WaitGroup
	errs := make([]error, 3)
	for g := range errs {
		wait.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 5))
			for !stop.Load() && errs[g] == nil {
				tx := s.Begin(TxOptions{ReadOnly: true})
				errs[g] = tx.BeginStatement()
				for range 1 + r.IntN(4) {
					sum, err := total(tx, r)
					if err == nil && sum != 1000*adoptRows {
						err = fmt.Errorf("the sum is %d", sum)
					}
					errs[g] = errors.Join(errs[g], err)
				}
				tx.Rollback()
			}
		})
	}
	r := rand.New(rand.NewPCG(9, 9))
	for range 400 {
		if err := moveAmounts(s, r); err != nil {
			t.Error(err)
			break
		}
	}
	stop.Store(true)
	wait.Wait()
	must(t, errors.Join(errs...))
	if s.Stats().Checkpoints == 0 {
		t.Error("nothing was merged meanwhile")
	}
	must(t, s.Close())
}

// TestMergedDeltasGo has a list and a run, and no more of them after the merge
// and the last reader.
func TestMergedDeltasGo(t *testing.T) {
	s := openStore(t, vfs.Memory(), Options{AdoptBytes: 10 << 10, CheckpointEvery: -1})
	tx := s.Begin(TxOptions{})
	must(t, tx.CreateTree(Spec{ID: table, Key: page.KeyUint64, Layout: testLayout}))
	must(t, tx.Insert(table, intKey(1), row(1, "")))
	must(t, tx.Commit(ctx))
	list := weak.Make(s.state.Load().trees[table].active.Load())
	tx = s.Begin(TxOptions{})
	for k := range uint64(1000) {
		must(t, tx.Put(table, intKey(k), row(1, "")))
	}
	must(t, tx.Commit(ctx))
	large := weak.Make(s.state.Load().trees[table].layers[0].run)
	if list.Value() == nil || large.Value() == nil {
		t.Fatal("there is nothing to let go")
	}
	reader := s.Begin(TxOptions{ReadOnly: true})
	want(t, read(t, reader, 1), 1)
	must(t, s.Checkpoint(ctx))
	runtime.GC()
	if list.Value() == nil || large.Value() == nil {
		t.Error("gone beside a reader")
	}
	want(t, read(t, reader, 1), 1)
	reader.Rollback()
	runtime.GC()
	if list.Value() != nil || large.Value() != nil {
		t.Errorf("merged and kept: list %v, run %v", list.Value() != nil, large.Value() != nil)
	}
	must(t, s.Close())
}
