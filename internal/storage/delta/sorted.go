package delta

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"
)

// pendingNode is a node of an own list that is not linked. While the pending
// ones are sorted, head is the part of the key that is being looked at.
type pendingNode struct {
	head uint64
	node uint32
	size uint32 // of the key, in bytes
}

// sortPending orders the pending nodes by key, and those of one key by age:
// nodes lie in the arena in the order in which they were put.
func (l *List) sortPending() {
	p := l.pending
	if l.sorted == len(p) {
		return
	}
	if l.sorted > 0 { // an earlier sorting has left its order and deeper parts of keys
		for i := range p {
			w := l.words(p[i].node)
			p[i].head = uint64(w[nodeHead])<<32 | uint64(w[nodeHead+1])
		}
		slices.SortFunc(p, func(a, b pendingNode) int { return cmp.Compare(a.node, b.node) })
	}
	l.sorted = len(p)
	for i := 1; ; i++ {
		if i == len(p) {
			return
		}
		if p[i-1].head >= p[i].head {
			break
		}
	}
	l.sortFrom(p, make([]pendingNode, len(p)), l.skipShared(p))
}

// skipShared moves the heads behind the bytes that all keys begin with, and
// tells how many those are. Keys of an index often share some, and nodes are
// still visited in the order in which they lie in memory.
func (l *List) skipShared(p []pendingNode) int {
	differ, shortest := uint64(0), p[0].size
	for i := range p {
		differ |= p[i].head ^ p[0].head
		shortest = min(shortest, p[i].size)
	}
	n := bits.LeadingZeros64(differ) / 8
	if n == 0 || n == 8 || int(shortest) < n {
		return 0
	}
	for i := range p {
		p[i].head = headOf(l.key(p[i].node)[n:])
	}
	return n
}

// radixFrom is the number of nodes from which a radix sort pays.
const radixFrom = 96

// sortFrom sorts nodes whose keys agree in the first depth bytes and whose
// heads are the eight bytes that follow. It keeps the order of equal keys.
func (l *List) sortFrom(p, scratch []pendingNode, depth int) {
	byHead := func(a, b pendingNode) int { return cmp.Compare(a.head, b.head) }
	switch {
	case slices.IsSortedFunc(p, byHead): // equal so far, and then put in order
	case len(p) < radixFrom:
		slices.SortStableFunc(p, byHead)
	default:
		radix(p, scratch)
	}
	for i := 0; i < len(p); {
		j := i + 1
		for j < len(p) && p[j].head == p[i].head {
			j++
		}
		if j-i > 1 {
			l.sortEqual(p[i:j], scratch, depth+8)
		}
		i = j
	}
}

// sortEqual sorts nodes whose keys agree up to depth, or end before it. It goes
// on by their next bytes, unless one has ended while others go on: what stands
// for its missing bytes are zeros, which others may have.
func (l *List) sortEqual(p, scratch []pendingNode, depth int) {
	shortest, longest := p[0].size, p[0].size
	for i := range p {
		shortest, longest = min(shortest, p[i].size), max(longest, p[i].size)
	}
	switch {
	case len(p) < 4 || int(shortest) < depth && shortest != longest:
		slices.SortStableFunc(p, func(a, b pendingNode) int {
			return bytes.Compare(l.key(a.node), l.key(b.node))
		})
		return
	case int(longest) <= depth:
		return
	}
	for i := range p {
		p[i].head = headOf(l.key(p[i].node)[depth:])
	}
	l.sortFrom(p, scratch, depth)
}

// radix sorts by head, least significant byte first, leaving out the bytes
// that are the same in all.
func radix(p, scratch []pendingNode) {
	var count [8][256]uint32
	for i := range p {
		h := p[i].head
		for b := range 8 {
			count[b][byte(h>>(8*b))]++
		}
	}
	from, to := p, scratch[:len(p)]
	for b := range 8 {
		c := &count[b]
		if c[byte(from[0].head>>(8*b))] == uint32(len(p)) {
			continue
		}
		sum := uint32(0)
		for i := range c {
			c[i], sum = sum, sum+c[i]
		}
		for i := range from {
			d := byte(from[i].head >> (8 * b))
			to[c[d]] = from[i]
			c[d]++
		}
		from, to = to, from
	}
	if &from[0] != &p[0] {
		copy(p, from)
	}
}

// Sort does what Sorted would begin with, for lists that are sorted side by
// side. Pending tells how much there is of it.
func (l *List) Sort() { l.sortPending() }

// Pending is the number of nodes that are not in order yet.
func (l *List) Pending() int { return len(l.pending) - l.sorted }

// Sorted walks an own list in key order without linking what is pending, and
// sums up the versions of each key. Nothing may be put meanwhile.
type Sorted struct {
	l       *List
	linked  uint32
	pending []pendingNode
	ahead   int    // pending nodes that were touched
	touched uint32 // keeps the compiler from leaving that out

	node    uint32 // the present key, and its newest version
	version uint32
	existed bool
}

// Sorted begins before the first key.
func (l *List) Sorted() Sorted {
	if l.Empty() {
		return Sorted{l: l}
	}
	l.sortPending()
	return Sorted{l: l, linked: l.next(l.head, 0), pending: l.pending}
}

// Next moves to the next key that has a version; false at the end.
func (s *Sorted) Next() bool {
	for s.linked != 0 || len(s.pending) > 0 {
		if s.take(); s.version != 0 {
			return true
		}
	}
	return false
}

// take moves to the next key, which may have no version left.
func (s *Sorted) take() {
	l := s.l
	s.version = 0
	if len(s.pending) == 0 {
		s.add(s.linked)
		s.linked = l.words(s.linked)[nodeTower]
		return
	}
	if s.ahead <= 4 {
		s.touch()
	}
	key := l.key(s.pending[0].node)
	if s.linked != 0 {
		c := l.compare(s.linked, key, headOf(key))
		if c <= 0 {
			s.add(s.linked)
			s.linked = l.words(s.linked)[nodeTower]
			if c < 0 {
				return
			}
		}
	}
	for {
		s.add(s.pending[0].node)
		s.ahead--
		if s.pending = s.pending[1:]; len(s.pending) == 0 || !l.equal(s.pending[0].node, key) {
			return
		}
	}
}

// touch brings the next pending nodes into the cache, several at a time: they
// lie anywhere in the arena.
func (s *Sorted) touch() {
	s.ahead = max(s.ahead, 0)
	end := min(s.ahead+12, len(s.pending))
	for _, p := range s.pending[min(s.ahead, end):end] {
		w := s.l.words(p.node)
		s.touched += w[0] + w[min(16, len(w)-1)]
	}
	s.ahead = max(end, 5)
}

// add counts in the versions of a node that are newer than those before.
func (s *Sorted) add(n uint32) {
	w := s.l.words(n)
	v := w[nodeChain]
	if v == 0 {
		return
	}
	if s.version == 0 {
		oldest := s.l.words(v)
		for oldest[verPrev] != 0 {
			oldest = s.l.words(oldest[verPrev])
		}
		s.existed = uint8(oldest[verFlags]>>29)&Inserted == 0
	}
	s.node, s.version = n, v
}

// Key of the present entry; it points into the list.
func (s *Sorted) Key() []byte { return s.l.key(s.node) }

// Newest version of the present key.
func (s *Sorted) Newest() Version { return s.l.version(s.version) }

// Existed tells whether the key had a row before the oldest of its versions.
func (s *Sorted) Existed() bool { return s.existed }
