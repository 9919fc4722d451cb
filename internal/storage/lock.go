package storage

import (
	"context"

	"github.com/zqlite/zqlite/internal/storage/delta"
	"github.com/zqlite/zqlite/internal/storage/txn"
)

// LockKey locks a key, whether it has a row or not, without looking at it: for
// unique keys, for the parents of foreign keys, and for key-addressed changes
// that lock before they take their snapshot.
func (t *Tx) LockKey(ctx context.Context, tree TreeID, key []byte, m LockMode, w WaitPolicy) error {
	if t.done {
		return errDone
	}
	return t.lock(ctx, t.tree(tree), delta.Hash(key), m, w)
}

// LockRow locks a row that the statement has read, then checks that it is
// still what the snapshot shows. Where a later commit changed or removed it,
// the answer is ErrRestart as long as the statement may restart, else 40001.
// The lock stays in either case.
func (t *Tx) LockRow(ctx context.Context, tree TreeID, key []byte, m LockMode, w WaitPolicy) error {
	if err := t.ensure(); err != nil {
		return err
	}
	h, hash := t.tree(tree), delta.Hash(key)
	if err := t.lock(ctx, h, hash, m, w); err != nil {
		return err
	}
	changed, err := t.changed(h, key, hash)
	switch {
	case err != nil:
		return err
	case !changed:
		return nil
	case t.canRestart():
		return ErrRestart
	}
	return errConflict
}

// LockTable locks a whole tree. Row locks take intent modes by themselves.
func (t *Tx) LockTable(ctx context.Context, tree TreeID, m TableLockMode, w WaitPolicy) error {
	if t.done {
		return errDone
	}
	h := t.tree(tree)
	if err := t.lockTable(ctx, h, txn.TableIntentShare+txn.Mode(m), txn.Policy(w)); err != nil {
		return t.lockError(err)
	}
	if m == TableExclusive {
		h.escalated = true
	}
	return nil
}

func (t *Tx) lockTable(ctx context.Context, h *txTree, m txn.Mode, p txn.Policy) error {
	bit := uint8(1) << (m - txn.TableIntentShare)
	if h.tableModes&bit != 0 {
		return nil
	}
	err := t.s.locks.Lock(ctx, &t.scratch().owner, txn.TableID(uint32(h.id)), m, p, t.lockTimeout())
	if err == nil {
		h.tableModes |= bit
	}
	return err
}

func (t *Tx) lock(ctx context.Context, h *txTree, hash uint64, m LockMode, p WaitPolicy) error {
	if h.escalated {
		return nil
	}
	intent := txn.TableIntentWrite
	if m <= LockShare {
		intent = txn.TableIntentShare
	}
	if err := t.lockTable(ctx, h, intent, txn.Policy(p)); err != nil {
		return t.lockError(err)
	}
	if h.rowLocks >= t.s.lockLimit && h.rowLocks%1024 == 0 {
		// Never wait for the table while holding rows of it.
		if t.lockTable(ctx, h, txn.TableExclusive, txn.NoWait) == nil {
			h.escalated = true
			return nil
		}
	}
	id := txn.RowID(uint32(h.id), hash)
	if err := t.s.locks.Lock(ctx, &t.w.owner, id, txn.Mode(m), txn.Policy(p), t.lockTimeout()); err != nil {
		return t.lockError(err)
	}
	h.rowLocks++
	return nil
}

// lockError turns the lock table's answers into those of this package.
func (t *Tx) lockError(err error) error {
	if err == txn.ErrLocked {
		return ErrLocked
	}
	return err
}

// changed tells whether a commit after the snapshot touched the row. The key
// is locked, so nothing about it is in flight.
func (t *Tx) changed(h *txTree, key []byte, hash uint64) (bool, error) {
	cur := t.s.state.Load()
	visible := cur.visible.Load()
	if cur == t.st && visible == t.snap {
		return false, nil
	}
	if h.hidden() || h.base == nil {
		return false, nil // nobody else can see the tree, or it is newer than the snapshot
	}
	c := cur.trees[h.id]
	if c == nil || c.incarnation != h.base.incarnation {
		return true, nil
	}
	// What fails here, where the state is not registered, may have been removed.
	v, ok, err := c.find(key, hash, visible)
	switch {
	case err != nil:
	case ok:
		return v.Seq > t.snap, nil
	case c.base == h.base.base:
		return false, nil
	}
	// A checkpoint came between: the pages tell the sequence of the row, and a
	// row that is gone was removed after the snapshot if the snapshot has it.
	st := t.s.acquire()
	defer st.release()
	if c = st.trees[h.id]; c == nil || c.incarnation != h.base.incarnation {
		return true, nil
	}
	var r RowRef
	defer r.Release()
	found, seq, err := t.s.committed(c, key, hash, st.visible.Load(), &r)
	if err != nil {
		return false, err
	}
	if found {
		return seq > t.snap, nil
	}
	found, _, err = t.s.committed(h.base, key, hash, t.snap, &r)
	return found, err
}
