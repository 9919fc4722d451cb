package delta

import (
	"math/bits"
	"sync"
	"unsafe"
)

// arena hands out runs of words that are never moved. Chunk k holds the
// offsets [base<<k, base<<(k+1)), so that chunks double and an offset names
// its chunk by its highest bit.
const (
	logBase   = 10
	base      = 1 << logBase // words: the first chunk is 4 KiB
	chunks    = 32 - logBase
	keepChunk = 6 // Reset keeps chunks up to this one: 256 KiB
)

// spareChunks are large chunks that Reset gave up, by their number. Their
// content is whatever it was: everything that is read was written first.
var spareChunks [chunks]sync.Pool

type arena struct {
	chunk [chunks][]uint32
	next  uint32 // next free word
	end   uint32 // end of the chunk that next lies in
}

func chunkOf(off uint32) int { return bits.Len32(off) - 1 - logBase }

// words gives the chunk's memory from off on.
func (a *arena) words(off uint32) []uint32 {
	k := chunkOf(off)
	return a.chunk[k][off-base<<k:]
}

// bytes gives n bytes stored from word off on.
func (a *arena) bytes(off uint32, n int) []byte {
	if n == 0 {
		return nil
	}
	w := a.words(off)
	_ = w[(n-1)/4]
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(w))), n)
}

// alloc reserves n words in one chunk; 0 when the address space is used up.
func (a *arena) alloc(n int) uint32 {
	if a.next == 0 {
		a.next, a.end = base, base
	}
	for a.end-a.next < uint32(n) {
		k := chunkOf(a.end) // the chunk that begins where the last one ended
		if k >= chunks-1 {
			return 0
		}
		if a.chunk[k] == nil {
			if spare, ok := spareChunks[k].Get().(*[]uint32); ok {
				a.chunk[k] = *spare
			} else {
				a.chunk[k] = make([]uint32, base<<k)
			}
		}
		a.next, a.end = a.end, a.end<<1
	}
	off := a.next
	a.next += uint32(n)
	return off
}

func (a *arena) reset() {
	for k := keepChunk; k < chunks && a.chunk[k] != nil; k++ {
		spare := a.chunk[k]
		spareChunks[k].Put(&spare)
		a.chunk[k] = nil
	}
	a.next, a.end = 0, 0
}
