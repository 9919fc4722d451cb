package txn

import "github.com/zqlite/zqlite/internal/storage/delta"

// WriteSet numbers the operations of a transaction and takes them back. Each
// operation has an ordinal, which is the sequence of its version: reading at
// ordinal n sees the first n operations. Ordinals of what is taken back are
// given out again.
//
// What is taken back of one list or tail does not depend on the others, so
// each has an undo list of its own.
type WriteSet struct {
	base  int // operations that Forget has dropped
	n     int // operations since
	epoch uint32
	lists []listUndo
	tails []Tail // those entered in this epoch
	steps []step
}

// listUndo is a list with the nodes of its operations, oldest first. The
// list's Place is its place in WriteSet.lists.
type listUndo struct {
	list  *delta.List
	nodes []uint32
}

// Tail takes rows that are only appended, and takes back those of ordinals
// above one by Truncate.
type Tail interface {
	Truncate(ordinal uint64)
}

// step is an operation that is not a version in a list.
type step struct {
	ordinal int
	back    func()
}

// Len is the number of operations that stand.
func (w *WriteSet) Len() int { return w.base + w.n }

// Bytes is the memory that it needs, without that of the lists.
func (w *WriteSet) Bytes() int64 {
	n := 0
	for i := range w.lists {
		n += len(w.lists[i].nodes)
	}
	return int64(n) * 4
}

// Put enters a version into one of the transaction's lists. False when the
// list's address space is used up.
func (w *WriteSet) Put(l *delta.List, key []byte, flags uint8, row []byte) bool {
	n := l.PutOwn(key, uint64(w.Len())+1, flags, row)
	if n == 0 {
		return false
	}
	if int(l.Place) >= len(w.lists) || w.lists[l.Place].list != l {
		w.enter(l)
	}
	u := &w.lists[l.Place]
	u.nodes = append(u.nodes, n)
	w.n++
	return true
}

// enter gives a list its place, in memory of one that had it before.
func (w *WriteSet) enter(l *delta.List) {
	l.Place = uint32(len(w.lists))
	if len(w.lists) < cap(w.lists) {
		w.lists = w.lists[:len(w.lists)+1]
		w.lists[l.Place].list = l
		return
	}
	w.lists = append(w.lists, listUndo{list: l})
}

// Append enters an operation on a tail and gives its ordinal. entered is of the
// tail, which has no other write set, and begins as 0.
func (w *WriteSet) Append(t Tail, entered *uint32) uint64 {
	if *entered != w.epoch+1 {
		*entered = w.epoch + 1
		w.tails = append(w.tails, t)
	}
	w.n++
	return uint64(w.Len())
}

// Step enters an operation that is taken back by calling back.
func (w *WriteSet) Step(back func()) {
	w.n++
	w.steps = append(w.steps, step{w.Len(), back})
}

// RollbackTo takes back the operations after the first n, the steps newest
// first. False when some of them were forgotten: of those only the steps are
// taken back, and the caller sees to the versions.
func (w *WriteSet) RollbackTo(n int) bool {
	if n >= w.Len() {
		return true
	}
	for i := range w.lists {
		u := &w.lists[i]
		for last := len(u.nodes) - 1; last >= 0 && u.list.PopAbove(u.nodes[last], uint64(n)); last-- {
			u.nodes = u.nodes[:last]
		}
	}
	for _, t := range w.tails {
		t.Truncate(uint64(n))
	}
	for len(w.steps) > 0 && w.steps[len(w.steps)-1].ordinal > n {
		last := len(w.steps) - 1
		w.steps[last].back()
		w.steps[last] = step{}
		w.steps = w.steps[:last]
	}
	if n >= w.base {
		w.n = n - w.base
		return true
	}
	w.base, w.n = n, 0
	return false
}

// keptNodes is how many nodes a list's undo list keeps room for.
const keptNodes = 1 << 15

// Forget drops the undo lists of versions: the lists are out of use, or
// RollbackTo's caller can do without.
func (w *WriteSet) Forget() {
	w.base += w.n
	w.n = 0
	for i := range w.lists {
		u := &w.lists[i]
		if u.list, u.nodes = nil, u.nodes[:0]; cap(u.nodes) > keptNodes {
			u.nodes = nil
		}
	}
	w.lists = w.lists[:0]
	clear(w.tails)
	w.tails = w.tails[:0]
	w.epoch++
}

// Reset forgets everything without taking it back.
func (w *WriteSet) Reset() {
	w.Forget()
	w.base = 0
	clear(w.steps)
	w.steps = w.steps[:0]
}
