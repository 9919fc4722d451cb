package delta

import "sync/atomic"

// indexLookups is the share of a list's nodes, as a power of two, after which
// that many lookups make an own list build an index.
const indexLookups = 3

// PutOwn adds a version to an own list; seq is above every sequence it holds.
// It gives the node for Pop, or 0 when the arena is full. Keys that ascend are
// linked at once; others wait until somebody reads in order, so a transaction
// that only writes never searches.
func (l *List) PutOwn(key []byte, seq uint64, flags uint8, row []byte) uint32 {
	if l.head == 0 && !l.start() {
		return 0
	}
	head := headOf(key)
	order := 1
	if last := l.tail[0]; last != l.head {
		order = -l.compare(last, key, head)
	}
	x := l.index.Load()
	hash, n := uint64(0), uint32(0)
	if order == 0 {
		n = l.tail[0]
	} else if x != nil {
		if hash = Hash(key); order < 0 {
			n = l.find(key, hash)
		}
	}
	if n != 0 {
		if !l.push(n, seq, flags, row) {
			return 0
		}
		if len(l.pending) > 0 { // n may be one of them, and a rollback gives sequences back
			l.waitFrom(seq)
		}
	} else {
		if n = l.newNode(key, head, seq, flags, row); n == 0 {
			return 0
		}
		if order > 0 {
			l.link(n, true)
		} else {
			l.waitFrom(seq)
			l.pending = append(l.pending, pendingNode{head, n, uint32(len(key))})
		}
		if x != nil {
			l.indexOwn(uint32(hash>>32), n)
		}
	}
	l.account(len(key)+len(row), seq, flags, 1)
	return n
}

// waitFrom notes that versions from seq on may be pending.
func (l *List) waitFrom(seq uint64) {
	if seq < l.pendingFrom.Load() {
		l.pendingFrom.Store(seq)
	}
}

// indexOwn enters a node, linked or pending, into the index there is.
func (l *List) indexOwn(tag, node uint32) {
	x := l.index.Load()
	if (l.nodes+len(l.pending))*8 > len(x.entry)*5 {
		bigger := newIndex(len(x.entry) * 4)
		for _, e := range x.entry {
			if e != 0 {
				bigger.add(uint32(e>>32), uint32(e))
			}
		}
		l.index.Store(bigger)
		x = bigger
	}
	x.add(tag, node)
}

// Pop takes back the newest version of a node that PutOwn returned.
func (l *List) Pop(n uint32) { l.PopAbove(n, 0) }

// PopAbove takes back the newest version of a node that PutOwn returned where
// its sequence is above max; false where it is not.
func (l *List) PopAbove(n uint32, max uint64) bool {
	w := l.words(n)
	for w[nodeKeyLen]&15 == moved {
		n = w[nodeChain]
		w = l.words(n)
	}
	v := w[nodeChain]
	if v == 0 {
		return true
	}
	ver := l.version(v)
	if ver.Seq <= max {
		return false
	}
	w[nodeChain] = l.words(v)[verPrev]
	l.account(int(w[nodeKeyLen]>>4)+len(ver.Row), 0, ver.Flags, -1)
	if last := len(l.pending) - 1; last >= 0 && l.pending[last].node == n && w[nodeChain] == 0 && l.index.Load() == nil {
		l.pending = l.pending[:last]
		if l.sorted = min(l.sorted, last); last == 0 {
			l.pendingFrom.Store(^uint64(0))
		}
	}
	return true
}

// EndsBelow tells whether every key of an own list is below key, without
// looking for it: keys often ascend.
func (l *List) EndsBelow(key []byte) bool {
	return l.head == 0 || l.tail[0] == l.head || l.compare(l.tail[0], key, headOf(key)) < 0
}

// findOwn gives the node of key among those with versions at or below max.
func (l *List) findOwn(key []byte, hash, max uint64) uint32 {
	head := headOf(key)
	if c := l.compare(l.tail[0], key, head); c <= 0 {
		if c < 0 {
			return 0
		}
		return l.tail[0]
	}
	if l.index.Load() != nil {
		return l.find(key, hash)
	}
	l.mu.Lock()
	if l.pendingFrom.Load() <= max {
		l.settle()
	}
	if l.lookups++; l.nodes >= indexFrom && l.lookups >= l.nodes>>indexLookups {
		l.settle()
		size := 64
		for size*5 < (l.nodes+1)*8*2 {
			size *= 2
		}
		l.lastAdded = 0
		l.rebuild(size)
	}
	l.mu.Unlock()
	return l.find(key, hash)
}

// Settle links what is pending of the sequences up to max, so that an Iterator
// finds it. Several readers may call it, none beside the writer.
func (l *List) Settle(max uint64) {
	if !l.own || l.pendingFrom.Load() > max {
		return
	}
	l.mu.Lock()
	l.settle()
	l.mu.Unlock()
}

// settle links every pending node. A node whose key is there already hands its
// versions over and points to that one, for Pop. Holding mu.
func (l *List) settle() {
	if len(l.pending) == 0 {
		return
	}
	l.sortPending()
	last := uint32(0)
	for _, p := range l.pending {
		key := l.key(p.node)
		head := headOf(key)
		if last == 0 || !l.equal(last, key) {
			l.locate(key, head)
			at := l.next(l.finger[0], 0)
			if at == 0 || l.compare(at, key, head) != 0 {
				l.link(p.node, false)
				last = p.node
				continue
			}
			last = at
		}
		l.forward(p.node, last)
	}
	l.pending, l.sorted = l.pending[:0], 0
	l.pendingFrom.Store(^uint64(0))
}

// forward moves the one version of from, if it still stands, to the chain of
// to, whose versions are all older.
func (l *List) forward(from, to uint32) {
	w, t := l.words(from), l.words(to)
	if v := w[nodeChain]; v != 0 {
		l.words(v)[verPrev] = t[nodeChain]
		atomic.StoreUint32(&t[nodeChain], v)
	}
	w[nodeChain] = to
	w[nodeKeyLen] |= moved
}

// Truncate takes back every version above max, at the cost of a walk over the
// list: for a writer that has no handles for Pop.
func (l *List) Truncate(max uint64) {
	if l.Empty() {
		return
	}
	for n := l.words(l.head)[nodeTower]; n != 0; n = l.words(n)[nodeTower] {
		l.cut(n, max)
	}
	for _, p := range l.pending {
		l.cut(p.node, max)
	}
}

func (l *List) cut(n uint32, max uint64) {
	w := l.words(n)
	for w[nodeChain] != 0 {
		ver := l.version(w[nodeChain])
		if ver.Seq <= max {
			return
		}
		w[nodeChain] = l.words(w[nodeChain])[verPrev]
		l.account(int(w[nodeKeyLen]>>4)+len(ver.Row), 0, ver.Flags, -1)
	}
}
