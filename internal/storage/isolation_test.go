package storage

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/vfs"
)

const table TreeID = 20

// withTable opens a store with a tree of integers 1: 10, 2: 20.
func withTable(t testing.TB, o Options) *Store {
	t.Helper()
	s := openStore(t, vfs.Memory(), o)
	t.Cleanup(func() { s.Close() })
	tx := s.Begin(TxOptions{})
	must(t, tx.CreateTree(Spec{ID: table, Key: page.KeyUint64, Layout: testLayout}))
	must(t, tx.Insert(table, intKey(1), row(10, "")))
	must(t, tx.Insert(table, intKey(2), row(20, "")))
	must(t, tx.Commit(ctx))
	return s
}

func begin(t testing.TB, s *Store, i Isolation) *Tx {
	t.Helper()
	tx := s.Begin(TxOptions{Isolation: i})
	must(t, tx.BeginStatement())
	return tx
}

// read gives the integer of a key in a new statement; -1 when there is none.
func read(t testing.TB, tx *Tx, key uint64) int64 {
	t.Helper()
	must(t, tx.BeginStatement())
	return readNow(t, tx, key)
}

func readNow(t testing.TB, tx *Tx, key uint64) int64 {
	t.Helper()
	var r RowRef
	defer r.Release()
	defer r.Release()
	ok, err := tx.Get(table, intKey(key), &r)
	must(t, err)
	if !ok {
		return -1
	}
	return r.Int(1)
}

// set locks and writes a key in a new statement, as an UPDATE does.
func set(tx *Tx, key uint64, n int64) error {
	if err := tx.BeginStatement(); err != nil {
		return err
	}
	if err := tx.LockRow(ctx, table, intKey(key), LockExclusive, Wait); err != nil {
		return err
	}
	return tx.Put(table, intKey(key), row(n, ""))
}

func want(t testing.TB, got, expected int64) {
	t.Helper()
	if got != expected {
		t.Fatalf("read %d, want %d", got, expected)
	}
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if sqlerr.Code(err) != code {
		t.Fatalf("error %v, want %s", err, code)
	}
}

func levels(t *testing.T, f func(t *testing.T, i Isolation)) {
	for i, name := range []string{"repeatable read", "read committed", "serializable"} {
		t.Run(name, func(t *testing.T) { f(t, Isolation(i)) })
	}
}

func TestDirtyAndIntermediateReads(t *testing.T) { // G1a, G1b
	levels(t, func(t *testing.T, i Isolation) {
		s := withTable(t, Options{})
		a, b := begin(t, s, i), begin(t, s, i)
		must(t, set(a, 1, 101))
		want(t, read(t, b, 1), 10)
		must(t, set(a, 1, 11))
		must(t, a.Commit(ctx))
		if i == ReadCommitted {
			want(t, read(t, b, 1), 11)
		} else {
			want(t, read(t, b, 1), 10)
		}
		b.Rollback()
		c := begin(t, s, i)
		must(t, set(c, 1, 5))
		c.Rollback()
		want(t, read(t, begin(t, s, i), 1), 11)
	})
}

func TestLostUpdate(t *testing.T) { // P4
	levels(t, func(t *testing.T, i Isolation) {
		s := withTable(t, Options{})
		a, b := begin(t, s, i), begin(t, s, i)
		want(t, read(t, a, 1), 10)
		want(t, read(t, b, 1), 10)
		must(t, set(a, 1, 11))
		blocked := make(chan error, 1)
		go func() { blocked <- set(b, 1, 12) }()
		time.Sleep(10 * time.Millisecond)
		must(t, a.Commit(ctx))
		err := <-blocked
		if i == ReadCommitted {
			if err != ErrRestart {
				t.Fatal(err)
			}
			must(t, b.RestartStatement(ctx))
			want(t, readNow(t, b, 1), 11)
		} else {
			wantCode(t, err, sqlerr.SerializationFailure)
			if err == ErrRestart {
				t.Fatal("a later statement must not restart")
			}
		}
		b.Rollback()
	})
}

func TestReadSkew(t *testing.T) { // G-single, OTV, PMP
	levels(t, func(t *testing.T, i Isolation) {
		s := withTable(t, Options{})
		a, b := begin(t, s, i), begin(t, s, i)
		want(t, read(t, a, 1), 10)
		must(t, set(b, 1, 12))
		must(t, set(b, 2, 18))
		must(t, b.Commit(ctx))
		if i == ReadCommitted {
			want(t, read(t, a, 2), 18)
		} else {
			want(t, read(t, a, 2), 20)
		}
	})
}

func TestWriteSkew(t *testing.T) { // G2-item
	levels(t, func(t *testing.T, i Isolation) {
		for _, checkpoint := range []bool{false, true} {
			s := withTable(t, Options{})
			a, b := begin(t, s, i), begin(t, s, i)
			for _, tx := range []*Tx{a, b} {
				want(t, read(t, tx, 1), 10)
				want(t, read(t, tx, 2), 20)
			}
			must(t, set(a, 1, 11))
			must(t, set(b, 2, 21))
			must(t, a.Commit(ctx))
			if checkpoint {
				must(t, s.Checkpoint(ctx))
			}
			err := b.Commit(ctx)
			if i == Serializable {
				wantCode(t, err, sqlerr.SerializationFailure)
			} else {
				must(t, err)
			}
		}
	})
}

func count(t testing.TB, tx *Tx) int {
	t.Helper()
	must(t, tx.BeginStatement())
	sc, err := tx.Scan(table, Range{Lo: intKey(1), Hi: intKey(50)}, ScanOptions{})
	must(t, err)
	defer sc.Close()
	var b Block
	n := 0
	for {
		ok, err := sc.Next(&b)
		must(t, err)
		if !ok {
			return n
		}
		n += b.N
	}
}

func TestPhantoms(t *testing.T) { // G2
	levels(t, func(t *testing.T, i Isolation) {
		for _, checkpoint := range []bool{false, true} {
			s := withTable(t, Options{})
			a, b := begin(t, s, i), begin(t, s, i)
			if count(t, a) != 2 || count(t, b) != 2 {
				t.Fatal("rows")
			}
			must(t, a.Insert(table, intKey(3), row(30, "")))
			must(t, b.Insert(table, intKey(4), row(40, "")))
			must(t, a.Commit(ctx))
			if checkpoint {
				must(t, s.Checkpoint(ctx))
			}
			if i != ReadCommitted && count(t, b) != 3 || i == ReadCommitted && count(t, b) != 4 {
				t.Fatal("the snapshot moved")
			}
			if err := b.Commit(ctx); i == Serializable {
				wantCode(t, err, sqlerr.SerializationFailure)
			} else {
				must(t, err)
			}
		}
	})
}

func TestSerializableOutsideOfRange(t *testing.T) {
	s := withTable(t, Options{})
	a := begin(t, s, Serializable)
	count(t, a)
	b := begin(t, s, RepeatableRead)
	must(t, b.Insert(table, intKey(100), row(1, "")))
	must(t, b.Commit(ctx))
	must(t, set(a, 1, 3))
	must(t, a.Commit(ctx))
}

func TestFirstStatementRestarts(t *testing.T) {
	s := withTable(t, Options{})
	for _, viaPages := range []bool{false, true} {
		a := begin(t, s, RepeatableRead)
		was := readNow(t, a, 1)
		b := begin(t, s, RepeatableRead)
		must(t, set(b, 1, was+5))
		must(t, b.Commit(ctx))
		if viaPages {
			must(t, s.Checkpoint(ctx))
		}
		if err := a.LockRow(ctx, table, intKey(1), LockExclusive, Wait); err != ErrRestart {
			t.Fatal(err)
		}
		must(t, a.RestartStatement(ctx))
		want(t, readNow(t, a, 1), was+5)
		must(t, a.LockRow(ctx, table, intKey(1), LockExclusive, Wait))
		must(t, a.Put(table, intKey(1), row(was, "")))
		must(t, a.Commit(ctx))
	}
}

func TestRowVanished(t *testing.T) {
	for _, checkpoints := range []int{0, 1, 2} {
		s := withTable(t, Options{})
		must(t, s.Checkpoint(ctx))
		a := begin(t, s, ReadCommitted)
		b := begin(t, s, ReadCommitted)
		must(t, b.LockRow(ctx, table, intKey(1), LockExclusive, Wait))
		must(t, b.Delete(table, intKey(1)))
		must(t, b.Commit(ctx))
		for range checkpoints {
			must(t, s.Checkpoint(ctx))
		}
		if err := a.LockRow(ctx, table, intKey(1), LockExclusive, Wait); err != ErrRestart {
			t.Fatal(err)
		}
		must(t, a.LockRow(ctx, table, intKey(2), LockExclusive, Wait))
		a.Rollback()
	}
}

func TestNoWaitAndSkipLocked(t *testing.T) {
	s := withTable(t, Options{})
	a, b := begin(t, s, ReadCommitted), begin(t, s, ReadCommitted)
	must(t, set(a, 1, 3))
	wantCode(t, b.LockRow(ctx, table, intKey(1), LockShare, NoWait), sqlerr.LockNotAvailable)
	if err := b.LockRow(ctx, table, intKey(1), LockShare, SkipLocked); err != ErrLocked {
		t.Fatal(err)
	}
	must(t, b.LockRow(ctx, table, intKey(2), LockShare, SkipLocked))
	wantCode(t, b.LockTable(ctx, table, TableExclusive, NoWait), sqlerr.LockNotAvailable)
	a.Rollback()
	must(t, b.LockTable(ctx, table, TableExclusive, NoWait))
	c := s.Begin(TxOptions{LockTimeout: 5 * time.Millisecond})
	wantCode(t, c.LockKey(ctx, table, intKey(9), LockExclusive, Wait), sqlerr.LockNotAvailable)
	c.Rollback()
}

func TestDeadlockIsFound(t *testing.T) {
	s := withTable(t, Options{})
	a, b := begin(t, s, ReadCommitted), begin(t, s, ReadCommitted)
	must(t, set(a, 1, 1))
	must(t, set(b, 2, 2))
	done := make(chan error, 1)
	go func() {
		err := set(a, 2, 1)
		a.Rollback()
		done <- err
	}()
	err := set(b, 1, 2)
	b.Rollback()
	other := <-done
	if n := sqlerr.Code(err) == sqlerr.DeadlockDetected; n == (sqlerr.Code(other) == sqlerr.DeadlockDetected) {
		t.Fatal(err, other)
	}
}

// increment adds one to a key, restarting and retrying as a client would.
func increment(s *Store, i Isolation, autocommit bool, key uint64) error {
	for {
		tx := s.Begin(TxOptions{Isolation: i, Autocommit: autocommit})
		err := tx.BeginStatement()
		for err == nil {
			if err = bump(tx, key); err == nil {
				err = tx.Commit(ctx)
				if err == nil {
					return nil
				}
			}
			if err != ErrRestart {
				break
			}
			err = tx.RestartStatement(ctx)
		}
		tx.Rollback()
		if code := sqlerr.Code(err); autocommit || code != sqlerr.SerializationFailure && code != sqlerr.DeadlockDetected {
			return err
		}
	}
}

func bump(tx *Tx, key uint64) error {
	var r RowRef
	defer r.Release()
	defer r.Release()
	ok, err := tx.Get(table, intKey(key), &r)
	if err != nil || !ok {
		return fmt.Errorf("get: %v %v", ok, err)
	}
	if err := tx.LockRow(ctx, table, intKey(key), LockExclusive, Wait); err != nil {
		return err
	}
	return tx.Put(table, intKey(key), row(r.Int(1)+1, ""))
}

func TestNoLostIncrement(t *testing.T) {
	const goroutines, rounds = 6, 150
	levels(t, func(t *testing.T, i Isolation) {
		for _, autocommit := range []bool{false, true} {
			s := withTable(t, Options{DeltaBytes: 8 << 10, PageSize: 4096})
			var wg sync.WaitGroup
			for g := range goroutines {
				wg.Add(1)
				go func() {
					defer wg.Done()
					for n := range rounds {
						if err := increment(s, i, autocommit, uint64(1+(n+g)%2)); err != nil {
							t.Error(err)
							return
						}
					}
				}()
			}
			wg.Wait()
			tx := begin(t, s, i)
			if sum := readNow(t, tx, 1) + readNow(t, tx, 2); sum != 30+goroutines*rounds {
				t.Fatalf("sum %d, want %d", sum, 30+goroutines*rounds)
			}
			tx.Rollback()
			must(t, s.IntegrityCheck(ctx, func(l string) { t.Error(l) }))
		}
	})
}

// TestSnapshotsHoldUnderLoad moves amounts between keys while readers sum.
func TestSnapshotsHoldUnderLoad(t *testing.T) {
	s := withTable(t, Options{DeltaBytes: 16 << 10, PageSize: 4096})
	tx := s.Begin(TxOptions{})
	for k := range uint64(50) {
		must(t, tx.Put(table, intKey(k+1), row(100, "")))
	}
	must(t, tx.Commit(ctx))
	stop, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	for g := range uint64(3) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := uint64(0); stop.Err() == nil; n++ {
				tx := s.Begin(TxOptions{Isolation: ReadCommitted})
				from, to := (n*7+g)%50+1, (n*13+g*5+1)%50+1
				err := move(tx, from, to)
				if err != nil && sqlerr.Code(err) != sqlerr.DeadlockDetected {
					t.Error(err)
				}
				tx.Rollback()
			}
		}()
	}
	for range 60 {
		tx := begin(t, s, RepeatableRead)
		for range 3 {
			sum := int64(0)
			sc, err := tx.Scan(table, Range{}, ScanOptions{})
			must(t, err)
			var b Block
			for {
				ok, err := sc.Next(&b)
				must(t, err)
				if !ok {
					break
				}
				for i := range b.N {
					sum += blockInt(&b, i)
				}
				sc.Release()
			}
			sc.Close()
			if sum != 5000 {
				t.Fatalf("sum %d", sum)
			}
		}
		tx.Rollback()
	}
	cancel()
	wg.Wait()
}

func blockInt(b *Block, i int) int64 {
	p := int32(b.First + i)
	if b.Pos != nil {
		p = b.Pos[i]
	}
	if p < 0 {
		return b.Rows[^p].Int(1)
	}
	return b.Leaf.IntAt(1, int(p))
}

func move(tx *Tx, from, to uint64) error {
	for _, k := range []uint64{from, to} {
		if err := tx.LockKey(ctx, table, intKey(k), LockExclusive, Wait); err != nil {
			return err
		}
	}
	if err := tx.BeginStatement(); err != nil {
		return err
	}
	if from == to {
		return nil
	}
	var a, b RowRef
	defer a.Release()
	defer b.Release()
	defer a.Release()
	defer b.Release()
	if ok, err := tx.Get(table, intKey(from), &a); !ok || err != nil {
		return fmt.Errorf("get %d: %v", from, err)
	}
	if ok, err := tx.Get(table, intKey(to), &b); !ok || err != nil {
		return fmt.Errorf("get %d: %v", to, err)
	}
	x, y := a.Int(1), b.Int(1)
	if err := tx.Put(table, intKey(from), row(x-1, "")); err != nil {
		return err
	}
	if err := tx.Put(table, intKey(to), row(y+1, "")); err != nil {
		return err
	}
	return tx.Commit(ctx)
}
