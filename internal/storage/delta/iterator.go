package delta

import "sync/atomic"

// Iterator walks the nodes of a list in key order. It may run beside the
// writer and then sees some, not all, of the keys added meanwhile. The zero
// value is not valid until a Seek.
type Iterator struct {
	l *List
	n uint32
}

// Open binds the iterator to a list, nowhere. What is pending in an own list
// is seen after Settle.
func (it *Iterator) Open(l *List) { it.l, it.n = l, 0 }

// First moves to the smallest key.
func (it *Iterator) First() {
	it.n = 0
	if !it.l.Empty() {
		it.n = it.l.next(it.l.head, 0)
	}
}

// SeekGE moves to the first key at or above key.
func (it *Iterator) SeekGE(key []byte) {
	it.n = 0
	if !it.l.Empty() {
		it.n = it.l.seekGE(key, headOf(key))
	}
}

// SeekLT moves to the last key below key; nil means the last of all.
func (it *Iterator) SeekLT(key []byte) {
	it.n = 0
	if !it.l.Empty() {
		it.n = it.l.seekLT(key, headOf(key))
	}
}

// Next moves to the following key.
func (it *Iterator) Next() { it.n = it.l.next(it.n, 0) }

// Prev moves to the preceding key, by a search.
func (it *Iterator) Prev() { it.SeekLT(it.Key()) }

// Valid tells whether the iterator stands on a key.
func (it *Iterator) Valid() bool { return it.n != 0 }

// Key of the present node; it points into the list.
func (it *Iterator) Key() []byte { return it.l.key(it.n) }

// Compare orders the present key against key.
func (it *Iterator) Compare(key []byte) int { return it.l.compare(it.n, key, headOf(key)) }

// Version gives the present key's newest version at or below max.
func (it *Iterator) Version(max uint64) (Version, bool) { return it.l.visible(it.n, max) }

// Each calls f with the versions of the present key, newest first, until it
// fails.
func (it *Iterator) Each(f func(Version) error) error {
	for v := atomic.LoadUint32(&it.l.words(it.n)[nodeChain]); v != 0; v = it.l.words(v)[verPrev] {
		if err := f(it.l.version(v)); err != nil {
			return err
		}
	}
	return nil
}
