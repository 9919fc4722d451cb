package delta

import (
	"bytes"
	"encoding/binary"
	"sync/atomic"
	"unsafe"
)

const (
	maxHeight = 12
	largeRow  = 32 << 10 // rows from this size on live outside of the arena
)

// Node words: version chain, key length, key head (high, low), tower, key.
const (
	nodeChain  = 0
	nodeKeyLen = 1 // length << 4 | height
	nodeHead   = 2
	nodeTower  = 4
)

// Version words: sequence (high, low), previous version, flags and length, row.
const (
	verSeq   = 0
	verPrev  = 2
	verFlags = 3
	verRow   = 4
)

// Flags of a version.
const (
	Deleted  uint8 = 1 // tombstone: the row is gone
	Inserted uint8 = 2 // the writer knew that no row was visible under the key
	large    uint8 = 4 // the row word is an index into the list's large rows
)

// Version is what a lookup found. Row points into the list.
type Version struct {
	Seq   uint64
	Row   []byte
	Flags uint8
}

// Deleted tells a tombstone.
func (v *Version) Deleted() bool { return v.Flags&Deleted != 0 }

// List is an ordered multi-version map. The zero value is not ready: use New.
type List struct {
	arena
	head      uint32 // sentinel of full height
	lastAdded uint32
	nodes     int
	height    int
	random    uint32
	tail      [maxHeight]uint32 // last node of each level
	finger    [maxHeight]uint32 // predecessors of the last insertion
	index     atomic.Pointer[index]
	rows      atomic.Pointer[[][]byte] // large rows
	largeSize int64

	live     atomic.Int64 // versions
	size     atomic.Int64 // bytes used
	net      atomic.Int64 // inserted minus deleted rows
	newest   atomic.Uint64
	inserted atomic.Int64
}

// New makes an empty list; it takes its first memory at the first Put.
func New() *List { return &List{random: 0x9E3779B9} }

// Reset empties the list for another use, keeping some memory. Nobody else may
// be reading it.
func (l *List) Reset() {
	l.arena.reset()
	l.head, l.nodes, l.height, l.lastAdded = 0, 0, 0, 0
	l.largeSize = 0
	l.rows.Store(nil)
	l.live.Store(0)
	l.size.Store(0)
	l.net.Store(0)
	l.newest.Store(0)
	l.inserted.Store(0)
	if x := l.index.Load(); x != nil {
		if len(x.entry) > 1024 {
			l.index.Store(nil)
		} else {
			clear(x.entry)
			l.index.Store(nil)
		}
	}
}

// Empty tells whether no version was ever put.
func (l *List) Empty() bool { return l.live.Load() == 0 }

// Versions counts the versions held.
func (l *List) Versions() int64 { return l.live.Load() }

// Bytes is the memory in use.
func (l *List) Bytes() int64 { return l.size.Load() }

// Net is the number of rows that Inserted versions added minus tombstones.
func (l *List) Net() int64 { return l.net.Load() }

// Inserts counts the versions flagged Inserted.
func (l *List) Inserts() int64 { return l.inserted.Load() }

// NewestSeq is the largest sequence held.
func (l *List) NewestSeq() uint64 { return l.newest.Load() }

func headOf(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var h uint64
	for i, c := range key {
		h |= uint64(c) << (56 - 8*i)
	}
	return h
}

func (l *List) next(n uint32, level int) uint32 {
	return atomic.LoadUint32(&l.words(n)[nodeTower+level])
}

func (l *List) key(n uint32) []byte {
	w := l.words(n)
	kl := w[nodeKeyLen]
	return l.bytes(n+nodeTower+kl&15, int(kl>>4))
}

// compare orders node n against key: negative when the node is smaller.
func (l *List) compare(n uint32, key []byte, head uint64) int {
	w := l.words(n)
	h := uint64(w[nodeHead])<<32 | uint64(w[nodeHead+1])
	if h != head {
		if h < head {
			return -1
		}
		return 1
	}
	kl := w[nodeKeyLen] >> 4
	if kl == 8 && len(key) == 8 {
		return 0
	}
	return bytes.Compare(l.key(n), key)
}

func (l *List) equal(n uint32, key []byte) bool {
	w := l.words(n)
	kl := w[nodeKeyLen]
	if int(kl>>4) != len(key) {
		return false
	}
	return string(l.bytes(n+nodeTower+kl&15, len(key))) == string(key)
}

// seekGE gives the first node at or above key.
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

// seekLT gives the last node below key; nil key is above everything.
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

// Put adds a version; hash is Hash(key). Its sequence is not below any the key
// has. It returns a handle for Pop, or 0 when the arena is full.
func (l *List) Put(key []byte, hash, seq uint64, flags uint8, row []byte) uint32 {
	if l.head == 0 && !l.start() {
		return 0
	}
	v := l.addVersion(seq, flags, row)
	if v == 0 {
		return 0
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
		w := l.words(n)
		l.words(v)[verPrev] = w[nodeChain]
		atomic.StoreUint32(&w[nodeChain], v)
	} else if n = l.insert(key, head, hash, v, order > 0); n == 0 {
		return 0
	}
	l.account(seq, flags, 1)
	return n
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

func (l *List) account(seq uint64, flags uint8, sign int64) {
	l.live.Store(l.live.Load() + sign)
	l.size.Store(int64(l.arena.next-base)*4 + l.largeSize)
	if flags&Inserted != 0 {
		l.net.Store(l.net.Load() + sign)
		l.inserted.Store(l.inserted.Load() + sign)
	}
	if flags&Deleted != 0 {
		l.net.Store(l.net.Load() - sign)
	}
	if seq > l.newest.Load() {
		l.newest.Store(seq)
	}
}

func (l *List) addVersion(seq uint64, flags uint8, row []byte) uint32 {
	n := (len(row) + 3) / 4
	if len(row) >= largeRow {
		n, flags = 1, flags|large
	}
	v := l.alloc(verRow + n)
	if v == 0 {
		return 0
	}
	w := l.words(v)
	w[verSeq], w[verSeq+1] = uint32(seq>>32), uint32(seq)
	w[verPrev] = 0
	w[verFlags] = uint32(flags) << 29
	switch {
	case flags&large != 0:
		var rows [][]byte
		if p := l.rows.Load(); p != nil {
			rows = *p
		}
		w[verRow] = uint32(len(rows))
		// Appending writes beyond what readers of the old header can see.
		rows = append(rows, bytes.Clone(row))
		l.rows.Store(&rows)
		l.largeSize += int64(len(row))
	case len(row) > 0:
		w[verFlags] |= uint32(len(row))
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&w[verRow])), n*4), row)
	}
	return v
}

// insert links a new node with version v.
func (l *List) insert(key []byte, head, hash uint64, v uint32, atEnd bool) uint32 {
	h := 1
	l.random ^= l.random << 13
	l.random ^= l.random >> 17
	l.random ^= l.random << 5
	for r := l.random; h < maxHeight && r&3 == 0; r >>= 2 {
		h++
	}
	words := (len(key) + 3) / 4
	n := l.alloc(nodeTower + h + words)
	if n == 0 {
		return 0
	}
	w := l.words(n)
	w[nodeChain] = v
	w[nodeKeyLen] = uint32(len(key))<<4 | uint32(h)
	w[nodeHead], w[nodeHead+1] = uint32(head>>32), uint32(head)
	if words > 0 {
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&w[nodeTower+h])), words*4), key)
	}
	prev := &l.tail
	if !atEnd {
		l.locate(key, head)
		prev = &l.finger
	}
	for i := range h {
		w[nodeTower+i] = l.next(prev[i], i)
	}
	for i := range h {
		atomic.StoreUint32(&l.words(prev[i])[nodeTower+i], n)
		if w[nodeTower+i] == 0 {
			l.tail[i] = n
		}
		if !atEnd {
			l.finger[i] = n
		}
	}
	l.nodes++
	l.lastAdded = n
	l.indexNode(uint32(hash>>32), n)
	return n
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

// Pop takes back the newest version of a node that Put returned. Only for a
// list that nobody else reads.
func (l *List) Pop(n uint32) {
	w := l.words(n)
	v := w[nodeChain]
	if v == 0 {
		return
	}
	vw := l.words(v)
	w[nodeChain] = vw[verPrev]
	l.account(0, uint8(vw[verFlags]>>29), -1)
}

// version reads v.
func (l *List) version(v uint32) Version {
	w := l.words(v)
	flags := uint8(w[verFlags] >> 29)
	out := Version{Seq: uint64(w[verSeq])<<32 | uint64(w[verSeq+1]), Flags: flags &^ large}
	if flags&large != 0 {
		out.Row = (*l.rows.Load())[w[verRow]]
	} else if n := int(w[verFlags] & (1<<29 - 1)); n > 0 {
		out.Row = l.bytes(v+verRow, n)
	}
	return out
}

// visible gives the newest version of node n at or below max.
func (l *List) visible(n uint32, max uint64) (Version, bool) {
	v := atomic.LoadUint32(&l.words(n)[nodeChain])
	for v != 0 {
		w := l.words(v)
		if uint64(w[verSeq])<<32|uint64(w[verSeq+1]) <= max {
			return l.version(v), true
		}
		v = w[verPrev]
	}
	return Version{}, false
}

// EndsBelow tells whether every key is below key, without looking for it. It
// is for the list's writer, whose keys often ascend.
func (l *List) EndsBelow(key []byte) bool {
	n := l.tail[0]
	return n == 0 || n == l.head || l.compare(n, key, headOf(key)) < 0
}

// Get gives the newest version of key at or below max; hash is Hash(key).
func (l *List) Get(key []byte, hash, max uint64) (Version, bool) {
	if l.Empty() {
		return Version{}, false
	}
	n := l.find(key, hash)
	if n == 0 {
		return Version{}, false
	}
	return l.visible(n, max)
}

// netOf is Iterator.Net.
func (l *List) netOf(n uint32) (newest Version, existed, ok bool) {
	v := l.words(n)[nodeChain]
	if v == 0 {
		return newest, false, false
	}
	newest = l.version(v)
	for {
		w := l.words(v)
		if w[verPrev] == 0 {
			return newest, uint8(w[verFlags]>>29)&Inserted == 0, true
		}
		v = w[verPrev]
	}
}
