package delta

import "bytes"

// Iterator walks a list or a run in key order. Over a list it may run beside
// the writer and then sees some, not all, of the keys added meanwhile. The zero
// value is not valid until a Seek.
type Iterator struct {
	l *List
	n uint32
	r *Run // nil: a list
	i int
}

// Open binds the iterator to a list, nowhere. What is pending in an own list
// is seen after Settle.
func (it *Iterator) Open(l *List) { it.l, it.r, it.n = l, nil, 0 }

// OpenRun binds the iterator to a run, nowhere.
func (it *Iterator) OpenRun(r *Run) { it.l, it.r, it.n = r.l, r, 0 }

// stand moves to place i of the run.
func (it *Iterator) stand(i int) {
	it.i, it.n = i, 0
	if i >= 0 && i < len(it.r.nodes) {
		it.n = it.r.nodes[i]
	}
}

// First moves to the smallest key.
func (it *Iterator) First() {
	it.n = 0
	switch {
	case it.r != nil:
		it.stand(0)
	case !it.l.Empty():
		it.n = it.l.next(it.l.head, 0)
	}
}

// SeekGE moves to the first key at or above key.
func (it *Iterator) SeekGE(key []byte) {
	it.n = 0
	switch {
	case it.r != nil:
		it.stand(it.r.search(key))
	case !it.l.Empty():
		it.n = it.l.seekGE(key, headOf(key))
	}
}

// SeekLT moves to the last key below key; nil means the last of all.
func (it *Iterator) SeekLT(key []byte) {
	it.n = 0
	switch {
	case it.r != nil && key == nil:
		it.stand(len(it.r.nodes) - 1)
	case it.r != nil:
		it.stand(it.r.search(key) - 1)
	case !it.l.Empty():
		it.n = it.l.seekLT(key, headOf(key))
	}
}

// Next moves to the following key.
func (it *Iterator) Next() {
	if it.r != nil {
		it.stand(it.i + 1)
		return
	}
	it.n = it.l.next(it.n, 0)
}

// Prev moves to the preceding key; in a list by a search.
func (it *Iterator) Prev() {
	if it.r != nil {
		it.stand(it.i - 1)
		return
	}
	it.SeekLT(it.Key())
}

// Valid tells whether the iterator stands on a key.
func (it *Iterator) Valid() bool { return it.n != 0 }

// Key of the present node; it points into the list.
func (it *Iterator) Key() []byte { return it.l.key(it.n) }

// Compare orders the present key against key.
func (it *Iterator) Compare(key []byte) int {
	if it.r != nil {
		return bytes.Compare(it.Key(), key)
	}
	return it.l.compare(it.n, key, headOf(key))
}

// Version gives the present key's newest version at or below max.
func (it *Iterator) Version(max uint64) (Version, bool) {
	if it.r != nil {
		if it.r.seq > max {
			return Version{}, false
		}
		return it.r.at(it.i), true
	}
	return it.l.visible(it.n, max)
}
