package storage

import "github.com/zqlite/zqlite/internal/storage/txn"

// Begin starts a transaction. It takes no snapshot before BeginStatement or
// the first read.
func (s *Store) Begin(o TxOptions) *Tx {
	t := &Tx{}
	s.BeginIn(t, o)
	return t
}

// BeginIn is Begin in the memory of a transaction that has ended, was told to
// Forget, and is used by nobody any more.
func (s *Store) BeginIn(t *Tx, o TxOptions) {
	t.s, t.o, t.done = s, o, false
	if s.o.ReadOnly {
		t.o.ReadOnly = true
	}
	if o.Isolation == Serializable && !t.o.ReadOnly {
		t.reads = &txn.ReadSet{}
	}
}

// untouched tells whether the transaction has only read the tree.
func (h *txTree) untouched() bool {
	return h.own == nil && h.mine.list == nil && !h.ddl() && h.layouts == nil && h.writtenTo == nil &&
		h.tableModes == 0 && h.rowLocks == 0 && !h.escalated
}

// Forget drops what a transaction that has ended still refers to, so that it
// can wait for BeginIn without keeping old trees in memory.
func (t *Tx) Forget() {
	if !t.done {
		return
	}
	for i, h := range t.order {
		t.cache[h.id&7], t.order[i] = nil, nil
		if h.untouched() {
			h.base, h.from = nil, nil
		} else {
			*h = txTree{}
		}
	}
	t.order, t.used, t.many = t.order[:0], 0, nil
	t.snap, t.mark, t.ownVisible, t.statements, t.restarts = 0, 0, 0, 0, 0
	t.attachment, t.attachSet, t.attachBase = nil, false, 0
}
