package page

import "math"

// overflowBit in the end of a variable cell says that its bytes are a
// reference to overflow pages.
const overflowBit = 1 << 31

// Parts of a directory entry.
func entryNulls(e []byte) int   { return int(le.Uint32(e[4:])) } // 0: no nulls
func entryCells(e []byte) int   { return int(le.Uint32(e[8:])) }
func entryLeast(e []byte) int64 { return int64(le.Uint64(e[16:])) }

// HasNulls tells whether a row of the leaf is null in the column.
func (l *Leaf) HasNulls(id uint16) bool {
	e := l.entry(id)
	if e == nil {
		if l.inRows(id) {
			for i := range int(l.n) {
				if l.NullAt(id, i) {
					return true
				}
			}
			return false
		}
		return l.ls.missing(id).Null
	}
	return entryNulls(e) != 0
}

// Nulls writes the null bits of rows first to first+n-1 into dst, bit i for
// row first+i.
func (l *Leaf) Nulls(id uint16, first, n int, dst []uint64) {
	clear(dst[:(n+63)/64])
	e := l.entry(id)
	if e == nil {
		if l.inRows(id) {
			for i := range n {
				if l.NullAt(id, first+i) {
					dst[i>>6] |= 1 << (i & 63)
				}
			}
		} else if l.ls.missing(id).Null {
			for i := range n {
				dst[i>>6] |= 1 << (i & 63)
			}
		}
		return
	}
	if entryNulls(e) == 0 {
		return
	}
	nulls := l.b[entryNulls(e):]
	for i := range n {
		p := first + i
		dst[i>>6] |= uint64(nulls[p>>3]>>(p&7)&1) << (i & 63)
	}
}

// NullAt tells whether the column is null in row i.
func (l *Leaf) NullAt(id uint16, i int) bool {
	e := l.entry(id)
	if e == nil {
		if l.inRows(id) {
			r := l.row(i)
			return r.IsNull(id)
		}
		return l.ls.missing(id).Null
	}
	at := entryNulls(e)
	return at != 0 && l.b[at+i>>3]>>(i&7)&1 != 0
}

// IntAt reads a Bit or Fixed8 cell; it is arbitrary where the cell is null.
func (l *Leaf) IntAt(id uint16, i int) int64 {
	e := l.entry(id)
	if e == nil {
		if l.inRows(id) {
			r := l.row(i)
			return r.Int(id)
		}
		return int64(l.ls.missing(id).I)
	}
	if Kind(e[2]) > Fixed8 {
		return 0
	}
	return entryLeast(e) + int64(unpack(l.b[entryCells(e):], e[3], i))
}

// Ints copies the cells of rows first to first+n-1.
func (l *Leaf) Ints(id uint16, first, n int, dst []int64) {
	e := l.entry(id)
	dst = dst[:n]
	if e == nil && l.inRows(id) {
		for i := range dst {
			dst[i] = l.IntAt(id, first+i)
		}
		return
	}
	if e == nil || Kind(e[2]) > Fixed8 || e[3] == 0 {
		v := l.IntAt(id, first)
		for i := range dst {
			dst[i] = v
		}
		return
	}
	base, width := entryLeast(e), int(e[3])
	b := l.b[entryCells(e)+first*width:][:n*width]
	switch width {
	case 1:
		for i, v := range b[:len(dst)] {
			dst[i] = base + int64(v)
		}
	case 2:
		for i := range dst {
			dst[i] = base + int64(le.Uint16(b[2*i:]))
		}
	case 4:
		for i := range dst {
			dst[i] = base + int64(le.Uint32(b[4*i:]))
		}
	default:
		for i := range dst {
			dst[i] = base + int64(le.Uint64(b[8*i:]))
		}
	}
}

// GatherInts copies the cells of the rows pos.
func (l *Leaf) GatherInts(id uint16, pos []int32, dst []int64) {
	e := l.entry(id)
	if e == nil && l.inRows(id) {
		for i, p := range pos {
			dst[i] = l.IntAt(id, int(p))
		}
		return
	}
	if e == nil || Kind(e[2]) > Fixed8 || e[3] == 0 {
		v := l.IntAt(id, 0)
		for i := range pos {
			dst[i] = v
		}
		return
	}
	base, width, cells := entryLeast(e), e[3], l.b[entryCells(e):]
	for i, p := range pos {
		dst[i] = base + int64(unpack(cells, width, int(p)))
	}
}

// MinMaxInt gives the least and largest cell that is not null; ok is false
// where there is none.
func (l *Leaf) MinMaxInt(id uint16) (least, largest int64, ok bool) {
	e := l.entry(id)
	if e == nil && l.inRows(id) {
		least, largest = math.MaxInt64, math.MinInt64
		for i := range int(l.n) {
			if r := l.row(i); r.p.of(id).kind <= Fixed8 && !r.IsNull(id) {
				least, largest = min(least, r.Int(id)), max(largest, r.Int(id))
			}
		}
		return least, largest, least <= largest
	}
	if e == nil {
		m := l.ls.missing(id)
		return int64(m.I), int64(m.I), !m.Null && l.n > 0
	}
	if Kind(e[2]) > Fixed8 {
		return 0, 0, false
	}
	least, largest = entryLeast(e), int64(le.Uint64(e[24:]))
	return least, largest, least <= largest
}

// PairAt reads a Fixed16 cell.
func (l *Leaf) PairAt(id uint16, i int) (a, b int64) {
	e := l.entry(id)
	if e == nil {
		if l.inRows(id) {
			r := l.row(i)
			return r.Pair(id)
		}
		m := l.ls.missing(id)
		return int64(m.I), int64(m.J)
	}
	if Kind(e[2]) != Fixed16 {
		return 0, 0
	}
	c := l.b[entryCells(e)+16*i:][:16]
	return int64(le.Uint64(c)), int64(le.Uint64(c[8:]))
}

// Pairs copies the cells of rows first to first+n-1.
func (l *Leaf) Pairs(id uint16, first, n int, as, bs []int64) {
	if e := l.entry(id); e != nil && Kind(e[2]) == Fixed16 {
		cells := l.b[entryCells(e)+16*first:][:16*n]
		as, bs = as[:n], bs[:n]
		for i := range n {
			c := cells[16*i : 16*i+16]
			as[i], bs[i] = int64(le.Uint64(c)), int64(le.Uint64(c[8:]))
		}
		return
	}
	for i := range n {
		as[i], bs[i] = l.PairAt(id, first+i)
	}
}

// BytesAt reads a Var cell; it points into the page. For an overflowing cell it
// is the reference that Overflows tells of.
func (l *Leaf) BytesAt(id uint16, i int) []byte {
	e := l.entry(id)
	if e == nil {
		if l.inRows(id) {
			r := l.row(i)
			return r.Bytes(id)
		}
		return l.ls.missing(id).B
	}
	if Kind(e[2]) != Var {
		return nil
	}
	at, n := entryCells(e), int(l.n)
	if e[3] == varDict {
		if nulls := entryNulls(e); nulls != 0 && l.b[nulls+i>>3]>>(i&7)&1 != 0 {
			return nil
		}
		i = int(l.b[at+i])
		at, n = at+n, int(le.Uint32(e[12:]))
	}
	return cellOf(l.b[at:], l.b[at+4*n:], i)
}

// Cells are the cells of one Var column, for reading many of them. They end
// with the page.
type Cells struct {
	ends, data, codes, nulls []byte
}

// Cells gives the cells of a Var column; false where the leaf has the column in
// whole rows, or not at all, so that BytesAt must be asked.
func (l *Leaf) Cells(id uint16) (c Cells, ok bool) {
	e := l.entry(id)
	if e == nil || Kind(e[2]) != Var {
		return c, false
	}
	at, n := entryCells(e), int(l.n)
	if e[3] == varDict {
		if nulls := entryNulls(e); nulls != 0 {
			c.nulls = l.b[nulls:]
		}
		c.codes = l.b[at : at+n]
		at, n = at+n, int(le.Uint32(e[12:]))
	}
	c.ends, c.data = l.b[at:at+4*n], l.b[at+4*n:]
	return c, true
}

// At gives what BytesAt does.
func (c *Cells) At(i int) []byte {
	if c.codes != nil {
		if c.nulls != nil && c.nulls[i>>3]>>(i&7)&1 != 0 {
			return nil
		}
		i = int(c.codes[i])
	}
	return cellOf(c.ends, c.data, i)
}

// Overflows tells whether the bytes of a Var cell lie on overflow pages.
func (l *Leaf) Overflows(id uint16, i int) bool {
	e := l.entry(id)
	if e == nil && l.inRows(id) {
		r := l.row(i)
		return r.overflows(id)
	}
	return overflowing(e) && le.Uint32(l.b[entryCells(e)+4*i:])&overflowBit != 0
}

// overflowing tells whether the entry is of a column with references in it.
func overflowing(e []byte) bool { return e != nil && Kind(e[2]) == Var && e[3] == varOverflow }

// MayOverflow tells whether any cell of the column does.
func (l *Leaf) MayOverflow(id uint16) bool {
	e := l.entry(id)
	if e == nil && l.inRows(id) {
		for i := range int(l.n) {
			if l.Overflows(id, i) {
				return true
			}
		}
	}
	return overflowing(e)
}
