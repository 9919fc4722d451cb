package delta

import (
	"bytes"
	"encoding/binary"
	"sync/atomic"
	"unsafe"
)

// largeRow is the size from which rows live outside of the arena, in bytes.
const largeRow = 32 << 10

// Node words: version chain, key length, key head (high, low), tower, key.
const (
	nodeChain  = 0
	nodeKeyLen = 1 // length << 4 | height; the height moved marks a forwarded node
	nodeHead   = 2
	nodeTower  = 4

	moved = 15 // in place of a height: the chain word names the node that has the versions
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

// push adds a version to the chain of a node.
func (l *List) push(n uint32, seq uint64, flags uint8, row []byte) bool {
	words := rowWords(row)
	v := l.alloc(verRow + words)
	if v == 0 {
		return false
	}
	w := l.words(n)
	l.fillVersion(l.words(v), seq, w[nodeChain], flags, row, words)
	atomic.StoreUint32(&w[nodeChain], v)
	return true
}

func rowWords(row []byte) int {
	if len(row) >= largeRow {
		return 1
	}
	return (len(row) + 3) / 4
}

// fillVersion writes a version into w, which has room for it.
func (l *List) fillVersion(w []uint32, seq uint64, prev uint32, flags uint8, row []byte, words int) {
	w[verSeq], w[verSeq+1] = uint32(seq>>32), uint32(seq)
	w[verPrev] = prev
	if len(row) >= largeRow {
		var rows [][]byte
		if p := l.rows.Load(); p != nil {
			rows = *p
		}
		w[verFlags] = uint32(flags|large) << 29
		w[verRow] = uint32(len(rows))
		// Appending writes beyond what readers of the old header can see.
		rows = append(rows, bytes.Clone(row))
		l.rows.Store(&rows)
		l.largeSize += int64(len(row))
		return
	}
	w[verFlags] = uint32(flags)<<29 | uint32(len(row))
	if words > 0 {
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&w[verRow])), words*4), row)
	}
}

// newNode makes a node with its first version behind it, not linked; 0 when
// the arena is full.
func (l *List) newNode(key []byte, head, seq uint64, flags uint8, row []byte) uint32 {
	h := 1
	l.random ^= l.random << 13
	l.random ^= l.random >> 17
	l.random ^= l.random << 5
	for r := l.random; h < maxHeight && r&3 == 0; r >>= 2 {
		h++
	}
	keyWords, words := (len(key)+3)/4, rowWords(row)
	size := nodeTower + h + keyWords
	n := l.alloc(size + verRow + words)
	if n == 0 {
		return 0
	}
	w := l.words(n)[:size+verRow+words]
	w[nodeChain] = n + uint32(size)
	w[nodeKeyLen] = uint32(len(key))<<4 | uint32(h)
	w[nodeHead], w[nodeHead+1] = uint32(head>>32), uint32(head)
	if len(key) == 8 {
		*(*[8]byte)(unsafe.Pointer(&w[nodeTower+h])) = [8]byte(key) // the usual key, without a call
	} else if keyWords > 0 {
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&w[nodeTower+h])), keyWords*4), key)
	}
	l.fillVersion(w[size:], seq, 0, flags, row, words)
	return n
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
