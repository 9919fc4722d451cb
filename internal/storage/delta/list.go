package delta

import (
	"sync"
	"sync/atomic"
)

const maxHeight = 12

// List is an ordered multi-version map. The zero value is not ready: use New
// or NewOwn.
type List struct {
	arena
	head      uint32 // sentinel of full height
	lastAdded uint32
	nodes     int // linked
	random    uint32
	tail      [maxHeight]uint32 // last node of each level
	finger    [maxHeight]uint32 // predecessors of the last insertion
	index     atomic.Pointer[index]
	rows      atomic.Pointer[[][]byte] // large rows
	largeSize int64

	// Place is for the use of the list's owner.
	Place uint32

	own         bool          // invariant 4
	mu          sync.Mutex    // own: readers that settle
	pending     []pendingNode // own: nodes that are not linked yet
	sorted      int           // own: how many of them were sorted
	pendingFrom atomic.Uint64 // own: the smallest sequence among them; all ones without any
	lookups     int           // own: that no index answered

	count counts // the writer's; readers see them as of the last Publish
	shown struct {
		live, size, net, inserted atomic.Int64
		newest                    atomic.Uint64
	}
}

// counts are sums over the versions of a list.
type counts struct {
	live     int64  // versions
	net      int64  // inserted minus deleted rows
	inserted int64  // versions flagged Inserted
	payload  int64  // bytes of keys and rows, each version counted
	newest   uint64 // largest sequence
}

// New makes an empty list for many readers; it takes its first memory at the
// first Put.
func New() *List { return &List{random: 0x9E3779B9} }

// NewOwn makes an empty list for a transaction's own writes.
func NewOwn() *List {
	l := &List{random: 0x9E3779B9, own: true}
	l.pendingFrom.Store(^uint64(0))
	return l
}

// Reset empties the list for another use, keeping some memory. Nobody else may
// be reading it.
func (l *List) Reset() {
	l.arena.reset()
	l.head, l.nodes, l.lastAdded, l.lookups = 0, 0, 0, 0
	l.largeSize = 0
	l.rows.Store(nil)
	l.index.Store(nil)
	if cap(l.pending) > 1<<12 {
		l.pending = nil
	}
	l.pending, l.sorted = l.pending[:0], 0
	if l.own {
		l.pendingFrom.Store(^uint64(0))
	}
	l.count = counts{}
	l.Publish()
}

// Publish shows readers the sums over what was put. The writer of a shared list
// calls it before it makes the sequences it has put visible.
func (l *List) Publish() {
	c := &l.count
	l.shown.size.Store(l.Used())
	l.shown.net.Store(c.net)
	l.shown.inserted.Store(c.inserted)
	l.shown.newest.Store(c.newest)
	l.shown.live.Store(c.live)
}

// Used is Bytes as the writer knows it.
func (l *List) Used() int64 {
	if l.arena.next == 0 {
		return l.largeSize
	}
	return int64(l.arena.next-base)*4 + l.largeSize
}

// Empty tells whether the list holds no version.
func (l *List) Empty() bool { return l.Versions() == 0 }

// Versions counts the versions held.
func (l *List) Versions() int64 {
	if l.own {
		return l.count.live
	}
	return l.shown.live.Load()
}

// Bytes is the memory in use.
func (l *List) Bytes() int64 {
	if l.own {
		return l.Used() + int64(len(l.pending))*16
	}
	return l.shown.size.Load()
}

// Payload bounds the bytes of the keys and rows from above.
func (l *List) Payload() int64 { return l.count.payload }

// Net is the number of rows that Inserted versions added minus tombstones.
func (l *List) Net() int64 {
	if l.own {
		return l.count.net
	}
	return l.shown.net.Load()
}

// Inserts counts the versions flagged Inserted.
func (l *List) Inserts() int64 {
	if l.own {
		return l.count.inserted
	}
	return l.shown.inserted.Load()
}

// NewestSeq is the largest sequence held.
func (l *List) NewestSeq() uint64 { return l.shown.newest.Load() }

func (l *List) next(n uint32, level int) uint32 {
	return atomic.LoadUint32(&l.words(n)[nodeTower+level])
}

// seekGE gives the first linked node at or above key.
func (l *List) seekGE(key []byte, head uint64) uint32 {
	p := l.head
	if p == 0 {
		return 0
	}
	n := uint32(0)
	for level := maxHeight - 1; level >= 0; level-- {
		for {
			n = l.next(p, level)
			if n == 0 || l.compare(n, key, head) >= 0 {
				break
			}
			p = n
		}
	}
	return n
}

// seekLT gives the last linked node below key; nil key is above everything.
func (l *List) seekLT(key []byte, head uint64) uint32 {
	p := l.head
	if p == 0 {
		return 0
	}
	for level := maxHeight - 1; level >= 0; level-- {
		for {
			n := l.next(p, level)
			if n == 0 || key != nil && l.compare(n, key, head) >= 0 {
				break
			}
			p = n
		}
	}
	if p == l.head {
		return 0
	}
	return p
}

// Put adds a version to a shared list; hash is Hash(key). Its sequence is not
// below any the key has. False when the arena is full.
func (l *List) Put(key []byte, hash, seq uint64, flags uint8, row []byte) bool {
	if l.head == 0 && !l.start() {
		return false
	}
	head := headOf(key)
	last := l.tail[0]
	order := 1
	if last != l.head {
		order = -l.compare(last, key, head)
	}
	n := uint32(0)
	switch {
	case order == 0:
		n = last
	case order < 0:
		n = l.find(key, hash)
	}
	if n != 0 {
		if !l.push(n, seq, flags, row) {
			return false
		}
	} else {
		if n = l.newNode(key, head, seq, flags, row); n == 0 {
			return false
		}
		if order < 0 {
			l.locate(key, head)
		}
		l.link(n, order > 0)
		l.indexNode(uint32(hash>>32), n)
	}
	l.account(len(key)+len(row), seq, flags, 1)
	return true
}

func (l *List) start() bool {
	l.head = l.alloc(nodeTower + maxHeight)
	if l.head == 0 {
		return false
	}
	w := l.words(l.head)
	clear(w[:nodeTower+maxHeight])
	w[nodeKeyLen] = maxHeight
	for i := range l.tail {
		l.tail[i], l.finger[i] = l.head, l.head
	}
	return true
}

func (l *List) account(size int, seq uint64, flags uint8, sign int64) {
	c := &l.count
	c.live += sign
	c.payload += sign * int64(size)
	if flags&(Inserted|Deleted) != 0 {
		if flags&Inserted != 0 {
			c.net += sign
			c.inserted += sign
		} else {
			c.net -= sign
		}
	}
	c.newest = max(c.newest, seq)
}

// link enters a node behind the predecessors in finger, or at the end.
func (l *List) link(n uint32, atEnd bool) {
	prev := &l.tail
	if !atEnd {
		prev = &l.finger
	}
	w := l.words(n)
	h := int(w[nodeKeyLen] & 15)
	for i := range h {
		w[nodeTower+i] = l.next(prev[i], i)
	}
	for i := range h {
		p := &l.words(prev[i])[nodeTower+i]
		if l.own && atEnd {
			*p = n // nobody reads while the owner writes
		} else {
			atomic.StoreUint32(p, n)
		}
		if w[nodeTower+i] == 0 {
			l.tail[i] = n
		}
		if !atEnd {
			l.finger[i] = n
		}
	}
	l.nodes++
	l.lastAdded = n
}

// locate sets finger to the predecessors of key. It begins at the last
// insertion when that lies below, so that sorted runs cost little.
func (l *List) locate(key []byte, head uint64) {
	level := maxHeight - 1
	p := l.head
	if f := l.finger[0]; f != l.head && l.compare(f, key, head) < 0 {
		for i := range l.finger {
			n := l.next(l.finger[i], i)
			if n == 0 || l.compare(n, key, head) >= 0 {
				level, p = i-1, l.finger[i]
				break
			}
			p = l.finger[i]
		}
	}
	for ; level >= 0; level-- {
		for {
			n := l.next(p, level)
			if n == 0 || l.compare(n, key, head) >= 0 {
				break
			}
			p = n
		}
		l.finger[level] = p
	}
}

// Get gives the newest version of key at or below max; hash is Hash(key).
func (l *List) Get(key []byte, hash, max uint64) (Version, bool) {
	if l.Empty() {
		return Version{}, false
	}
	var n uint32
	if l.own {
		n = l.findOwn(key, hash, max)
	} else {
		n = l.find(key, hash)
	}
	if n == 0 {
		return Version{}, false
	}
	return l.visible(n, max)
}
