package txn

import "github.com/zqlite/zqlite/internal/storage/delta"

// WriteSet is the undo list over a transaction's own lists. Each operation has
// an ordinal, its place in the undo list plus one, which is the sequence of its
// version: reading at ordinal n sees the first n operations.
type WriteSet struct {
	undo  []undo
	lists []*delta.List // a list's Place is its place here
	steps []func()
}

// undo names a list and a node of it, or a step.
type undo struct{ list, node uint32 }

const step = ^uint32(0)

// Len is the number of operations that stand.
func (w *WriteSet) Len() int { return len(w.undo) }

// Put enters a version into one of the transaction's lists. False when the
// list's address space is used up.
func (w *WriteSet) Put(l *delta.List, key []byte, flags uint8, row []byte) bool {
	n := l.PutOwn(key, uint64(len(w.undo))+1, flags, row)
	if n == 0 {
		return false
	}
	if int(l.Place) >= len(w.lists) || w.lists[l.Place] != l {
		l.Place = uint32(len(w.lists))
		w.lists = append(w.lists, l)
	}
	w.undo = append(w.undo, undo{l.Place, n})
	return true
}

// Step enters an operation that is taken back by calling back.
func (w *WriteSet) Step(back func()) {
	w.steps = append(w.steps, back)
	w.undo = append(w.undo, undo{step, uint32(len(w.steps) - 1)})
}

// RollbackTo takes back the operations after the first n, newest first.
func (w *WriteSet) RollbackTo(n int) {
	for i := len(w.undo) - 1; i >= n; i-- {
		u := w.undo[i]
		if u.list != step {
			w.lists[u.list].Pop(u.node)
			continue
		}
		w.steps[u.node]()
		w.steps[u.node] = nil
		w.steps = w.steps[:u.node]
	}
	if n < len(w.undo) {
		w.undo = w.undo[:n]
	}
}

// Reset forgets everything without taking it back.
func (w *WriteSet) Reset() {
	if cap(w.undo) > 1<<15 {
		w.undo = nil
	}
	w.undo = w.undo[:0]
	clear(w.lists)
	w.lists = w.lists[:0]
	clear(w.steps)
	w.steps = w.steps[:0]
}
