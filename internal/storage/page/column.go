package page

import "math"

// overflowBit in the end of a variable cell says that its bytes are a
// reference to overflow pages.
const overflowBit = 1 << 31

// HasNulls tells whether a row of the leaf is null in the column.
func (l *Leaf) HasNulls(id uint16) bool {
	c := l.col(id)
	if c == nil {
		if l.whole(id) {
			for i := range l.n {
				if l.NullAt(id, i) {
					return true
				}
			}
			return false
		}
		return l.ls.missing(id).Null
	}
	return c.nulls != nil
}

// Nulls writes the null bits of rows first to first+n-1 into dst, bit i for
// row first+i.
func (l *Leaf) Nulls(id uint16, first, n int, dst []uint64) {
	clear(dst[:(n+63)/64])
	c := l.col(id)
	if c == nil {
		if l.whole(id) {
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
	if c.nulls == nil {
		return
	}
	for i := range n {
		p := first + i
		dst[i>>6] |= uint64(c.nulls[p>>3]>>(p&7)&1) << (i & 63)
	}
}

// NullAt tells whether the column is null in row i.
func (l *Leaf) NullAt(id uint16, i int) bool {
	c := l.col(id)
	if c == nil {
		if l.whole(id) {
			r := l.row(i)
			return r.IsNull(id)
		}
		return l.ls.missing(id).Null
	}
	return c.nulls != nil && c.nulls[i>>3]>>(i&7)&1 != 0
}

// IntAt reads a Bit or Fixed8 cell; it is arbitrary where the cell is null.
func (l *Leaf) IntAt(id uint16, i int) int64 {
	c := l.col(id)
	if c == nil {
		if l.whole(id) {
			r := l.row(i)
			return r.Int(id)
		}
		return int64(l.ls.missing(id).I)
	}
	if c.kind > Fixed8 {
		return 0
	}
	return c.min + int64(unpack(c.cells, c.width, i))
}

// Ints copies the cells of rows first to first+n-1.
func (l *Leaf) Ints(id uint16, first, n int, dst []int64) {
	c := l.col(id)
	dst = dst[:n]
	if c == nil && l.whole(id) {
		for i := range dst {
			dst[i] = l.IntAt(id, first+i)
		}
		return
	}
	if c == nil || c.kind > Fixed8 || c.width == 0 {
		v := l.IntAt(id, first)
		for i := range dst {
			dst[i] = v
		}
		return
	}
	base := c.min
	b := c.cells[first*int(c.width):]
	switch c.width {
	case 1:
		b = b[:n]
		for i, v := range b {
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
	c := l.col(id)
	if c == nil && l.whole(id) {
		for i, p := range pos {
			dst[i] = l.IntAt(id, int(p))
		}
		return
	}
	if c == nil || c.kind > Fixed8 || c.width == 0 {
		v := l.IntAt(id, 0)
		for i := range pos {
			dst[i] = v
		}
		return
	}
	for i, p := range pos {
		dst[i] = c.min + int64(unpack(c.cells, c.width, int(p)))
	}
}

// MinMaxInt gives the least and largest cell that is not null; ok is false
// where there is none.
func (l *Leaf) MinMaxInt(id uint16) (least, largest int64, ok bool) {
	c := l.col(id)
	if c == nil && l.whole(id) {
		least, largest = math.MaxInt64, math.MinInt64
		for i := range l.n {
			if r := l.row(i); r.p.of(id).kind <= Fixed8 && !r.IsNull(id) {
				least, largest = min(least, r.Int(id)), max(largest, r.Int(id))
			}
		}
		return least, largest, least <= largest
	}
	if c == nil {
		m := l.ls.missing(id)
		return int64(m.I), int64(m.I), !m.Null && l.n > 0
	}
	if c.kind > Fixed8 {
		return 0, 0, false
	}
	return c.min, c.max, c.min <= c.max
}

// PairAt reads a Fixed16 cell.
func (l *Leaf) PairAt(id uint16, i int) (a, b int64) {
	c := l.col(id)
	if c == nil {
		if l.whole(id) {
			r := l.row(i)
			return r.Pair(id)
		}
		m := l.ls.missing(id)
		return int64(m.I), int64(m.J)
	}
	if c.kind != Fixed16 {
		return 0, 0
	}
	return int64(le.Uint64(c.cells[16*i:])), int64(le.Uint64(c.cells[16*i+8:]))
}

// Pairs copies the cells of rows first to first+n-1.
func (l *Leaf) Pairs(id uint16, first, n int, as, bs []int64) {
	for i := range n {
		as[i], bs[i] = l.PairAt(id, first+i)
	}
}

// BytesAt reads a Var cell; it points into the page. For an overflowing cell it
// is the reference that Overflows tells of.
func (l *Leaf) BytesAt(id uint16, i int) []byte {
	c := l.col(id)
	if c == nil {
		if l.whole(id) {
			r := l.row(i)
			return r.Bytes(id)
		}
		return l.ls.missing(id).B
	}
	if c.kind != Var {
		return nil
	}
	if c.codes != nil {
		if c.nulls != nil && c.nulls[i>>3]>>(i&7)&1 != 0 {
			return nil
		}
		i = int(c.codes[i])
	}
	return cellOf(c.cells, c.data, i)
}

// Overflows tells whether the bytes of a Var cell lie on overflow pages.
func (l *Leaf) Overflows(id uint16, i int) bool {
	c := l.col(id)
	if c == nil && l.whole(id) {
		r := l.row(i)
		return r.overflows(id)
	}
	return c != nil && c.kind == Var && c.width == varOverflow && le.Uint32(c.cells[4*i:])&overflowBit != 0
}

// MayOverflow tells whether any cell of the column does.
func (l *Leaf) MayOverflow(id uint16) bool {
	c := l.col(id)
	if c == nil && l.whole(id) {
		for i := range l.n {
			if l.Overflows(id, i) {
				return true
			}
		}
	}
	return c != nil && c.kind == Var && c.width == varOverflow
}
