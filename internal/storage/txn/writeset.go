package txn

import "github.com/zqlite/zqlite/internal/storage/delta"

// WriteSet is the undo list over a transaction's own lists. Each operation has
// an ordinal, which is the sequence of its version: reading at ordinal n sees
// the first n operations. Ordinals of what is taken back are given out again.
type WriteSet struct {
	base  int // operations that Forget has dropped
	undo  []undo
	lists []*delta.List // a list's Place is its place here
	steps []step
}

// undo names a list and a node of it, or no list and a step.
type undo struct{ list, node uint32 }

const noList = ^uint32(0)

// step is an operation that is not a version in a list.
type step struct {
	ordinal int
	back    func()
}

// Len is the number of operations that stand.
func (w *WriteSet) Len() int { return w.base + len(w.undo) }

// Bytes is the memory that it needs, without that of the lists.
func (w *WriteSet) Bytes() int64 { return int64(len(w.undo)) * 8 }

// Put enters a version into one of the transaction's lists. False when the
// list's address space is used up.
func (w *WriteSet) Put(l *delta.List, key []byte, flags uint8, row []byte) bool {
	n := l.PutOwn(key, uint64(w.Len())+1, flags, row)
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
	w.undo = append(w.undo, undo{noList, uint32(len(w.steps))})
	w.steps = append(w.steps, step{w.Len(), back})
}

// RollbackTo takes back the operations after the first n, newest first. False
// when some of them were forgotten: of those only the steps are taken back,
// and the caller sees to the versions.
func (w *WriteSet) RollbackTo(n int) bool {
	for i := len(w.undo) - 1; i >= max(n-w.base, 0); i-- {
		u := w.undo[i]
		if u.list != noList {
			w.lists[u.list].Pop(u.node)
		} else {
			w.stepBack()
		}
		w.undo = w.undo[:i]
	}
	if n >= w.base {
		return true
	}
	for len(w.steps) > 0 && w.steps[len(w.steps)-1].ordinal > n {
		w.stepBack()
	}
	w.base = n
	return false
}

func (w *WriteSet) stepBack() {
	last := len(w.steps) - 1
	w.steps[last].back()
	w.steps[last] = step{}
	w.steps = w.steps[:last]
}

// Forget drops the undo entries of versions: the lists are out of use, or
// RollbackTo's caller can do without.
func (w *WriteSet) Forget() {
	w.base += len(w.undo)
	w.undo = w.undo[:0]
	clear(w.lists)
	w.lists = w.lists[:0]
}

// Reset forgets everything without taking it back.
func (w *WriteSet) Reset() {
	w.Forget()
	if cap(w.undo) > 1<<15 {
		w.undo = nil
	}
	w.base = 0
	clear(w.steps)
	w.steps = w.steps[:0]
}
