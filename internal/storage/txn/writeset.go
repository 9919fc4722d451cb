package txn

import "github.com/zqlite/zqlite/internal/storage/delta"

// WriteSet is the undo list over a transaction's own lists. Each operation has
// an ordinal, which is the sequence of its version: reading at ordinal n sees
// the first n operations. Ordinals of what is taken back are given out again.
type WriteSet struct {
	base  int // operations that Forget has dropped
	n     int // operations in undo
	undo  []undo
	spans []span
	lists []*delta.List // a list's Place is its place here
	tails []Tail
	steps []step
}

// Tail takes rows that are only appended, and gives the last one back by Pop.
// Its Place is for the write set alone.
type Tail interface {
	Pop()
	Place() *uint32
}

// undo names a list and a node of it, or no list and a step or a span.
type undo struct{ list, node uint32 }

// span is operations on one tail, one after the other.
type span struct{ place, n uint32 }

const (
	noList = ^uint32(0)
	onTail = noList - 1
)

// step is an operation that is not a version in a list.
type step struct {
	ordinal int
	back    func()
}

// Len is the number of operations that stand.
func (w *WriteSet) Len() int { return w.base + w.n }

// Bytes is the memory that it needs, without that of the lists.
func (w *WriteSet) Bytes() int64 { return int64(len(w.undo)+len(w.spans)) * 8 }

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
	w.n++
	return true
}

// Append enters an operation on a tail, which Pop takes back, and gives its
// ordinal.
func (w *WriteSet) Append(t Tail) uint64 {
	place := t.Place()
	if int(*place) >= len(w.tails) || w.tails[*place] != t {
		*place = uint32(len(w.tails))
		w.tails = append(w.tails, t)
	}
	w.n++
	if last := len(w.undo) - 1; last >= 0 && w.undo[last].list == onTail {
		if s := &w.spans[w.undo[last].node]; s.place == *place && s.n < 1<<31 {
			s.n++
			return uint64(w.Len())
		}
	}
	w.undo = append(w.undo, undo{onTail, uint32(len(w.spans))})
	w.spans = append(w.spans, span{*place, 1})
	return uint64(w.Len())
}

// Step enters an operation that is taken back by calling back.
func (w *WriteSet) Step(back func()) {
	w.undo = append(w.undo, undo{noList, uint32(len(w.steps))})
	w.n++
	w.steps = append(w.steps, step{w.Len(), back})
}

// RollbackTo takes back the operations after the first n, newest first. False
// when some of them were forgotten: of those only the steps are taken back,
// and the caller sees to the versions.
func (w *WriteSet) RollbackTo(n int) bool {
	for left := max(n-w.base, 0); w.n > left; w.n-- {
		i := len(w.undo) - 1
		switch u := w.undo[i]; u.list {
		case noList:
			w.stepBack()
		case onTail:
			s := &w.spans[u.node]
			w.tails[s.place].Pop()
			if s.n--; s.n > 0 {
				continue
			}
			w.spans = w.spans[:u.node]
		default:
			w.lists[u.list].Pop(u.node)
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
	w.base += w.n
	w.n, w.undo, w.spans = 0, w.undo[:0], w.spans[:0]
	clear(w.lists)
	w.lists = w.lists[:0]
	clear(w.tails)
	w.tails = w.tails[:0]
}

// Reset forgets everything without taking it back.
func (w *WriteSet) Reset() {
	w.Forget()
	if cap(w.undo) > 1<<15 {
		w.undo, w.spans = nil, nil
	}
	w.base = 0
	clear(w.steps)
	w.steps = w.steps[:0]
}
