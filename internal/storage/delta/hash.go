package delta

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"math/rand/v2"
	"sync/atomic"
)

var (
	seed    = maphash.MakeSeed()
	intSeed = rand.Uint64() | 1
)

// Hash of a key, seeded anew in every process. Callers that use it several
// times (lock, write set, deltas) compute it once.
func Hash(key []byte) uint64 {
	if len(key) == 8 {
		hi, lo := bits.Mul64(binary.BigEndian.Uint64(key)^intSeed, 0x9E3779B97F4A7C15)
		h := hi ^ lo
		hi, lo = bits.Mul64(h^intSeed, 0xD1342543DE82EF95)
		return hi ^ lo
	}
	return maphash.Bytes(seed, key)
}

// index maps the upper half of a key's hash to its node: open addressing with
// linear probing, an entry is tag<<32 | node, 0 is empty.
type index struct {
	mask  uint32
	entry []uint64
}

func newIndex(size int) *index {
	return &index{mask: uint32(size - 1), entry: make([]uint64, size)}
}

func (x *index) add(tag, node uint32) {
	i := tag & x.mask
	for x.entry[i] != 0 { // only the writer adds, so a plain read of its own stores
		i = (i + 1) & x.mask
	}
	atomic.StoreUint64(&x.entry[i], uint64(tag)<<32|uint64(node))
}

// indexFrom is the number of nodes from which a list keeps an index.
const indexFrom = 12

// indexNode enters a new node, growing the index at a load of 5/8.
func (l *List) indexNode(tag, node uint32) {
	x := l.index.Load()
	n := l.nodes
	if x == nil {
		if n < indexFrom {
			return
		}
		l.rebuild(64)
		return
	}
	if n*8 > len(x.entry)*5 {
		l.rebuild(len(x.entry) * 4)
		return
	}
	x.add(tag, node)
}

// rebuild makes an index of all nodes, the one just linked included.
func (l *List) rebuild(size int) {
	x := newIndex(size)
	if old := l.index.Load(); old != nil {
		for _, e := range old.entry {
			if e != 0 {
				x.add(uint32(e>>32), uint32(e))
			}
		}
		last := l.lastAdded
		x.add(uint32(Hash(l.key(last))>>32), last)
	} else {
		for n := l.next(l.head, 0); n != 0; n = l.next(n, 0) {
			x.add(uint32(Hash(l.key(n))>>32), n)
		}
	}
	l.index.Store(x)
}

// find gives the node of key, 0 when there is none.
func (l *List) find(key []byte, hash uint64) uint32 {
	x := l.index.Load()
	if x == nil {
		n := l.seekGE(key, headOf(key))
		if n != 0 && l.compare(n, key, headOf(key)) == 0 {
			return n
		}
		return 0
	}
	tag := uint32(hash >> 32)
	for i := tag & x.mask; ; i = (i + 1) & x.mask {
		e := atomic.LoadUint64(&x.entry[i])
		if e == 0 {
			return 0
		}
		if uint32(e>>32) == tag && l.equal(uint32(e), key) {
			return uint32(e)
		}
	}
}
