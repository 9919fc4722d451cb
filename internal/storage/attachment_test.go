package storage

import (
	"testing"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
)

func TestEscalation(t *testing.T) {
	s := withTable(t, Options{LockLimit: 100})
	a := begin(t, s, ReadCommitted)
	for k := range uint64(5000) {
		must(t, a.LockKey(ctx, table, intKey(k+10), LockExclusive, Wait))
	}
	if n := a.w.owner.Held(); n > 2000 {
		t.Fatalf("%d locks held", n)
	}
	b := begin(t, s, ReadCommitted)
	wantCode(t, b.LockKey(ctx, table, intKey(3), LockExclusive, NoWait), sqlerr.LockNotAvailable)
	a.Rollback()
	must(t, b.LockKey(ctx, table, intKey(3), LockExclusive, NoWait))
	b.Rollback()
}

func TestAttachment(t *testing.T) {
	s := withTable(t, Options{})
	a, old := begin(t, s, RepeatableRead), begin(t, s, RepeatableRead)
	m := a.Savepoint()
	a.SetAttachment("no")
	a.RollbackTo(m)
	if a.Attachment() != nil {
		t.Fatal(a.Attachment())
	}
	a.SetAttachment("one")
	b := begin(t, s, RepeatableRead)
	b.SetAttachment("two")
	must(t, a.Commit(ctx))
	if old.Attachment() != nil || begin(t, s, RepeatableRead).Attachment() != "one" {
		t.Fatal("attachment and snapshot differ")
	}
	wantCode(t, b.Commit(ctx), sqlerr.SerializationFailure)
}

func TestMemory(t *testing.T) {
	s, err := Open(ctx, nil, Memory, Options{DeltaBytes: 4096})
	must(t, err)
	for k := range uint64(300) {
		tx := s.Begin(TxOptions{})
		if k == 0 {
			must(t, tx.CreateTree(Spec{ID: table, Key: page.KeyUint64, Layout: testLayout}))
		}
		must(t, tx.Insert(table, intKey(k), row(int64(k), "")))
		must(t, tx.Commit(ctx))
	}
	if n := s.Rows(table); n != 300 {
		t.Fatal(n)
	}
	must(t, s.Close())
}

// TestReadersAfterClose find an error, or what they have in memory.
func TestReadersAfterClose(t *testing.T) {
	s := withTable(t, Options{})
	must(t, s.Checkpoint(ctx))
	tx := begin(t, s, RepeatableRead)
	writer := begin(t, s, RepeatableRead)
	must(t, set(writer, 1, 5))
	must(t, s.Close())
	var r RowRef
	defer r.Release()
	if _, err := tx.Get(table, intKey(1), &r); err != nil && sqlerr.Code(err) == "" {
		t.Fatal(err)
	}
	tx.Rollback()
	if err := writer.Commit(ctx); err != ErrClosed {
		t.Fatal(err)
	}
}
