package btree

import (
	"bytes"
	"encoding/binary"

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

// node is an inner page in memory.
type node struct {
	heads []uint64
	seps  [][]byte
	ptrs  []Ptr
}

// entry is a child with its separator.
type entry struct {
	sep []byte
	ptr Ptr
}

func openNode(b []byte, level uint8) (*node, error) {
	if len(b) < nodeHeader {
		return nil, errNode
	}
	n := int(binary.LittleEndian.Uint16(b))
	if n == 0 || n*entryBytes > len(b)-nodeHeader {
		return nil, errNode
	}
	out := &node{heads: make([]uint64, n), seps: make([][]byte, n), ptrs: make([]Ptr, n)}
	b = b[nodeHeader:]
	for i := range n {
		if len(b) < entryBytes {
			return nil, errNode
		}
		out.ptrs[i] = pager.DecodePtr(b)
		kl := int(binary.LittleEndian.Uint16(b[pager.PtrBytes:]))
		b = b[entryBytes:]
		if kl > len(b) || out.ptrs[i].Level != level-1 {
			return nil, errNode
		}
		out.seps[i], b = b[:kl:kl], b[kl:]
		out.heads[i] = headOf(out.seps[i])
	}
	return out, nil
}

// find gives the child that key belongs to.
func (n *node) find(key []byte) int {
	head := headOf(key)
	lo, hi := 0, len(n.heads)
	for lo < hi { // the first separator above key
		m := int(uint(lo+hi) >> 1)
		if h := n.heads[m]; h < head || h == head && bytes.Compare(n.seps[m], key) <= 0 {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return max(lo-1, 0)
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
