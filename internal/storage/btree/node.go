package btree

import (
	"bytes"
	"encoding/binary"
	"sync/atomic"
	"unsafe"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/pager"
)

// Content of an inner page: u16 entries, 6 zero bytes; per entry a Ptr, u16
// separator length, separator.
const (
	nodeHeader = 8
	entryBytes = pager.PtrBytes + 2
)

var errNode = sqlerr.New(sqlerr.DataCorrupted, "an inner page is malformed")

// node is an inner page in memory, in a few objects without pointers. It never
// changes, and lives as long as somebody refers to it.
type node struct {
	page, birth uint64
	crc         uint32
	level       uint8
	used        atomic.Bool // since the clock's hand came by

	heads []uint64
	ends  []uint32 // of separators, in text
	text  []byte
	ptrs  []Ptr
	kids  []atomic.Uint32 // what the page table said of them last
}

func (n *node) is(p *Ptr) bool {
	return n.page == p.Page && n.birth == p.Birth && n.crc == p.CRC && n.level == p.Level
}

// sep gives the separator of a child.
func (n *node) sep(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = n.ends[i-1]
	}
	return n.text[from:n.ends[i]:n.ends[i]]
}

// bytes is what the node takes in memory.
func (n *node) bytes() int64 {
	return int64(unsafe.Sizeof(*n)) + int64(len(n.ptrs))*int64(unsafe.Sizeof(Ptr{})+8+4+4) + int64(cap(n.text))
}

// entry is a child with its separator.
type entry struct {
	sep []byte
	ptr Ptr
}

// openNode reads the content of an inner page, of which nothing is kept.
func openNode(b []byte, level uint8) (*node, error) {
	if len(b) < nodeHeader {
		return nil, errNode
	}
	n := int(binary.LittleEndian.Uint16(b))
	if n == 0 || n*entryBytes > len(b)-nodeHeader {
		return nil, errNode
	}
	out := &node{heads: make([]uint64, n), ends: make([]uint32, n), ptrs: make([]Ptr, n), kids: make([]atomic.Uint32, n)}
	b = b[nodeHeader:]
	for i, rest := 0, b; i < n; i++ {
		if len(rest) < entryBytes {
			return nil, errNode
		}
		out.ptrs[i] = pager.DecodePtr(rest)
		kl := int(binary.LittleEndian.Uint16(rest[pager.PtrBytes:]))
		if rest = rest[entryBytes:]; kl > len(rest) || out.ptrs[i].Level != level-1 {
			return nil, errNode
		}
		out.heads[i] = headOf(rest[:kl])
		out.ends[i] = uint32(kl)
		if i > 0 {
			out.ends[i] += out.ends[i-1]
		}
		rest = rest[kl:]
	}
	out.text = make([]byte, 0, out.ends[n-1])
	for range n {
		kl := int(binary.LittleEndian.Uint16(b[pager.PtrBytes:]))
		out.text = append(out.text, b[entryBytes:entryBytes+kl]...)
		b = b[entryBytes+kl:]
	}
	return out, nil
}

// find gives the child that key belongs to.
func (n *node) find(key []byte) int {
	head := headOf(key)
	if last := len(n.heads) - 1; n.heads[0] < head && head < n.heads[last] {
		at := int(float64(head-n.heads[0]) / float64(n.heads[last]-n.heads[0]) * float64(last))
		if at < last && n.heads[at] < head && head < n.heads[at+1] {
			return at // as of keys that are evenly spread
		}
	}
	// The first separator whose head is at or above, without branches that
	// cannot be foreseen.
	at := 0
	for left := len(n.heads); left > 0; {
		half := (left + 1) / 2
		if n.heads[at+half-1] < head {
			at += half
		}
		left -= half
	}
	if at < len(n.heads) && n.heads[at] == head {
		for hi := len(n.heads); at < hi; {
			m := int(uint(at+hi) >> 1)
			if n.heads[m] == head && bytes.Compare(n.sep(m), key) <= 0 {
				at = m + 1
			} else {
				hi = m
			}
		}
	}
	return max(at-1, 0) // the one before the first separator above key
}

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
