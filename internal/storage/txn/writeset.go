package txn

import "github.com/zqlite/zqlite/internal/storage/delta"

// WriteSet is the undo list over a transaction's own lists. Each operation has
// an ordinal, its place in the undo list plus one, which is the sequence of its
// version: reading at ordinal n sees the first n operations.
type WriteSet struct {
	undo  []undo
	steps []func()
}

type undo struct {
	list *delta.List
	node uint32
	step int32 // index into steps when list is nil
}

// Len is the number of operations that stand.
func (w *WriteSet) Len() int { return len(w.undo) }

// Put enters a version into one of the transaction's lists. False when the
// list's address space is used up.
func (w *WriteSet) Put(l *delta.List, key []byte, hash uint64, flags uint8, row []byte) bool {
	n := l.Put(key, hash, uint64(len(w.undo))+1, flags, row)
	if n == 0 {
		return false
	}
	w.undo = append(w.undo, undo{list: l, node: n})
	return true
}

// Step enters an operation that is taken back by calling back.
func (w *WriteSet) Step(back func()) {
	w.steps = append(w.steps, back)
	w.undo = append(w.undo, undo{step: int32(len(w.steps) - 1)})
}

// RollbackTo takes back the operations after the first n, newest first.
func (w *WriteSet) RollbackTo(n int) {
	for i := len(w.undo) - 1; i >= n; i-- {
		u := w.undo[i]
		if u.list != nil {
			u.list.Pop(u.node)
			continue
		}
		w.steps[u.step]()
		w.steps = w.steps[:u.step]
	}
	if n < len(w.undo) {
		w.undo = w.undo[:n]
	}
}

// Reset forgets everything without taking it back.
func (w *WriteSet) Reset() {
	if cap(w.undo) > 1<<14 {
		w.undo = nil
	}
	clear(w.undo)
	w.undo = w.undo[:0]
	clear(w.steps)
	w.steps = w.steps[:0]
}
