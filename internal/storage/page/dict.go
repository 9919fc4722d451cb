package page

import (
	"bytes"
	"hash/maphash"
	"slices"
)

// maxDict is how many entries a dictionary has at most: a code is a byte.
const maxDict = 256

// Dict is the dictionary of a Var column in a leaf: the code of each row and
// the distinct values, ascending. The code of a null row says nothing.
type Dict struct {
	Codes []byte // by row
	ends  []byte
	data  []byte
}

// Len is the number of entries.
func (d *Dict) Len() int { return len(d.ends) / 4 }

// Entry gives the value of a code; it points into the page.
func (d *Dict) Entry(code int) []byte { return cellOf(d.ends, d.data, code) }

// Dict gives the dictionary of a column; false where it has none.
func (l *Leaf) Dict(id uint16) (d Dict, ok bool) {
	c, ok := l.Cells(id)
	if !ok || c.codes == nil {
		return d, false
	}
	return Dict{c.codes, c.ends, c.data}, true
}

// cellOf gives the bytes between two ends.
func cellOf(ends, data []byte, i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = le.Uint32(ends[4*i-4:]) &^ overflowBit
	}
	to := le.Uint32(ends[4*i:]) &^ overflowBit
	return data[from:to:to]
}

var dictSeed = maphash.MakeSeed()

// dictBuilder finds the distinct values of a run of cells.
type dictBuilder struct {
	table   [2 * maxDict]uint16 // entry plus one, by hash
	entries [][]byte
	codes   []byte
	order   []uint8 // entries by value
	rank    [maxDict]uint8
	size    int // bytes of entries
}

// build tells whether a dictionary takes less than the cells themselves.
func (d *dictBuilder) build(c *buildCol, from, to int) bool {
	n := to - from
	if n < 8 {
		return false
	}
	clear(d.table[:])
	d.entries, d.codes, d.size = d.entries[:0], d.codes[:0], 0
	for i := from; i < to; i++ {
		if c.nulls[i] {
			d.codes = append(d.codes, 0)
			continue
		}
		cell, overflows := c.cell(i)
		if seen := i - from; overflows || seen >= 64 && len(d.entries)*2 > seen {
			return false
		}
		code, ok := d.code(cell)
		if !ok {
			return false
		}
		d.codes = append(d.codes, code)
	}
	if len(d.entries) == 0 {
		d.entries = append(d.entries, nil)
	}
	plain := 4*n + int((c.ends[to-1]&^overflowBit)-c.start(from))
	return n+4*len(d.entries)+d.size < plain
}

func (d *dictBuilder) code(cell []byte) (byte, bool) {
	i := maphash.Bytes(dictSeed, cell) % uint64(len(d.table))
	for ; d.table[i] != 0; i = (i + 1) % uint64(len(d.table)) {
		if e := d.table[i] - 1; bytes.Equal(d.entries[e], cell) {
			return byte(e), true
		}
	}
	if len(d.entries) == maxDict {
		return 0, false
	}
	d.entries = append(d.entries, cell)
	d.table[i] = uint16(len(d.entries))
	d.size += len(cell)
	return byte(len(d.entries) - 1), true
}

// encode writes codes, u32 ends and bytes of the entries, and tells how many
// entries there are.
func (d *dictBuilder) encode(e *leafEncoder) int {
	d.order = d.order[:0]
	for i := range d.entries {
		d.order = append(d.order, uint8(i))
	}
	slices.SortFunc(d.order, func(a, b uint8) int { return bytes.Compare(d.entries[a], d.entries[b]) })
	for rank, i := range d.order {
		d.rank[i] = uint8(rank)
	}
	if b := e.take(len(d.codes)); b != nil {
		for i, c := range d.codes {
			b[i] = d.rank[c]
		}
	}
	ends := e.take(4 * len(d.entries))
	data := e.take(d.size)
	if ends == nil || e.full {
		return 0
	}
	total := 0
	for rank, i := range d.order {
		total += copy(data[total:], d.entries[i])
		le.PutUint32(ends[4*rank:], uint32(total))
	}
	return len(d.entries)
}
