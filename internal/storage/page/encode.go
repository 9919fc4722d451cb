package page

import (
	"encoding/binary"
	"math"
	"slices"
)

// Rows are stored whole where a layout has more columns than wideColumns, and
// where fewer than fewRows would fit by columns.
const (
	wideColumns = 128
	fewRows     = 16
)

func (w *LeafBuilder) wide() bool { return len(w.columns) > wideColumns }

// Encode writes rows from to to-1 as a leaf's content into dst, whose length
// is the room there is. False when they do not fit.
func (w *LeafBuilder) Encode(from, to int, dst []byte) (size int, maxSeq uint64, ok bool) {
	if !w.wide() {
		if size, maxSeq, ok = w.encode(from, to, dst, false); ok || to-from >= fewRows {
			return size, maxSeq, ok
		}
	}
	return w.encode(from, to, dst, true)
}

func (w *LeafBuilder) encode(from, to int, dst []byte, whole bool) (size int, maxSeq uint64, ok bool) {
	columns, kind := len(w.columns), byte(w.kind)
	if whole {
		columns, kind = 0, kind|wholeRows
	}
	e := leafEncoder{dst: dst, at: leafHeader + leafColumn*columns, n: to - from}
	if e.at > len(dst) {
		return 0, 0, false
	}
	clear(dst[:e.at])
	if whole {
		w.encodeRows(&e, from, to)
	}
	least, most := uint64(math.MaxUint64), uint64(0)
	for _, s := range w.seqs[from:to] {
		least, most = min(least, s), max(most, s)
	}
	seqW := widthOf(most - least)
	le.PutUint16(dst, uint16(e.n))
	dst[2], dst[3] = kind, seqW
	le.PutUint32(dst[4:], w.p.Version)
	le.PutUint64(dst[8:], least)
	le.PutUint64(dst[16:], most)
	le.PutUint16(dst[24:], uint16(columns))
	le.PutUint32(dst[28:], uint32(e.at))
	w.encodeKeys(&e, from, to)
	le.PutUint32(dst[32:], uint32(e.at))
	if b := e.take(e.n * int(seqW)); b != nil {
		for i, s := range w.seqs[from:to] {
			pack(b, seqW, i, s-least)
		}
	}
	for i := range columns {
		w.encodeColumn(&e, i, from, to)
	}
	if e.full || to-from > math.MaxUint16 {
		return 0, 0, false
	}
	le.PutUint32(dst[36:], uint32(e.at))
	return e.at, most, true
}

type leafEncoder struct {
	dst  []byte
	at   int
	n    int
	full bool
}

// take reserves n zeroed bytes; nil when there is no room (or nothing asked).
func (e *leafEncoder) take(n int) []byte {
	if e.full || n > len(e.dst)-e.at {
		e.full = true
		return nil
	}
	if n == 0 {
		return nil
	}
	b := e.dst[e.at : e.at+n]
	clear(b)
	e.at += n
	return b
}

func (w *LeafBuilder) encodeKeys(e *leafEncoder, from, to int) {
	if w.kind == KeyUint64 {
		if b := e.take(8 * e.n); b != nil {
			for i := range e.n {
				le.PutUint64(b[8*i:], binary.BigEndian.Uint64(w.key(from+i)))
			}
		}
		return
	}
	pl := 0
	if e.n > 0 {
		a, z := w.key(from), w.key(to-1)
		for pl < len(a) && pl < len(z) && pl < math.MaxUint16 && a[pl] == z[pl] {
			pl++
		}
		copy(e.take(pl), a[:pl])
	}
	le.PutUint16(e.dst[26:], uint16(pl))
	heads, ends := e.take(8*e.n), e.take(4*e.n)
	total := 0
	for i := range e.n {
		s := w.key(from + i)[pl:]
		total += len(s)
		if ends != nil {
			le.PutUint64(heads[8*i:], headOf(s))
			le.PutUint32(ends[4*i:], uint32(total))
		}
	}
	if b := e.take(total); b != nil {
		for i := range e.n {
			b = b[copy(b, w.key(from + i)[pl:]):]
		}
	}
}

func (w *LeafBuilder) encodeColumn(e *leafEncoder, i, from, to int) {
	d, c := &w.p.Columns[i], &w.columns[i]
	dir := e.dst[leafHeader+leafColumn*i:]
	le.PutUint16(dir, d.ID)
	dir[2] = byte(d.Kind)
	if slices.Contains(c.nulls[from:to], true) {
		le.PutUint32(dir[4:], uint32(e.at))
		if b := e.take((e.n + 7) / 8); b != nil {
			for j, null := range c.nulls[from:to] {
				if null {
					b[j>>3] |= 1 << (j & 7)
				}
			}
		}
	}
	le.PutUint32(dir[8:], uint32(e.at))
	switch d.Kind {
	case Fixed16:
		if b := e.take(16 * e.n); b != nil {
			for j := range e.n {
				le.PutUint64(b[16*j:], uint64(c.ints[from+j]))
				le.PutUint64(b[16*j+8:], uint64(c.pairs[from+j]))
			}
		}
	case Var:
		w.encodeVar(e, c, dir, from, to)
	default:
		encodeInts(e, c, dir, from, to)
	}
}

func (w *LeafBuilder) encodeVar(e *leafEncoder, c *buildCol, dir []byte, from, to int) {
	if !e.full && w.dict.build(c, from, to) {
		dir[3] = varDict
		le.PutUint32(dir[12:], uint32(w.dict.encode(e)))
		return
	}
	start := c.start(from)
	if b := e.take(4 * e.n); b != nil {
		for j, end := range c.ends[from:to] {
			le.PutUint32(b[4*j:], end-start)
			if end&overflowBit != 0 {
				dir[3] = varOverflow
			}
		}
	}
	if e.n > 0 {
		data := c.data[start : c.ends[to-1]&^overflowBit]
		copy(e.take(len(data)), data)
	}
}

// start is where the bytes of row i begin.
func (c *buildCol) start(i int) uint32 {
	if i == 0 {
		return 0
	}
	return c.ends[i-1] &^ overflowBit
}

// cell gives a variable cell, and whether it is a reference.
func (c *buildCol) cell(i int) (b []byte, overflows bool) {
	return c.data[c.start(i) : c.ends[i]&^overflowBit], c.ends[i]&overflowBit != 0
}

// encodeRows writes whole rows: u32 ends, then row bytes.
func (w *LeafBuilder) encodeRows(e *leafEncoder, from, to int) {
	ends := e.take(4 * e.n)
	total := 0
	for i := from; i < to && !e.full; i++ {
		w.row.Reset(&w.p.Layout)
		for j := range w.columns {
			c := &w.columns[j]
			if c.nulls[i] {
				continue
			}
			switch w.p.Columns[j].Kind {
			case Fixed16:
				w.row.SetPair(j, c.ints[i], c.pairs[i])
			case Var:
				b, overflows := c.cell(i)
				w.row.SetBytes(j, b)
				if overflows {
					w.row.markOverflow(j)
				}
			default:
				w.row.SetInt(j, c.ints[i])
			}
		}
		b := w.row.Bytes()
		copy(e.take(len(b)), b)
		total += len(b)
		if ends != nil {
			le.PutUint32(ends[4*(i-from):], uint32(total))
		}
	}
}

func encodeInts(e *leafEncoder, c *buildCol, dir []byte, from, to int) {
	least, most := int64(math.MaxInt64), int64(math.MinInt64)
	for j, v := range c.ints[from:to] {
		if !c.nulls[from+j] {
			least, most = min(least, v), max(most, v)
		}
	}
	le.PutUint64(dir[16:], uint64(least))
	le.PutUint64(dir[24:], uint64(most))
	if least > most {
		return // all null: width 0
	}
	width := widthOf(uint64(most) - uint64(least))
	dir[3] = width
	if b := e.take(int(width) * e.n); b != nil {
		for j, v := range c.ints[from:to] {
			if !c.nulls[from+j] {
				pack(b, width, j, uint64(v)-uint64(least))
			}
		}
	}
}

func widthOf(span uint64) uint8 {
	switch {
	case span == 0:
		return 0
	case span < 1<<8:
		return 1
	case span < 1<<16:
		return 2
	case span < 1<<32:
		return 4
	}
	return 8
}

func pack(b []byte, width uint8, i int, v uint64) {
	switch width {
	case 1:
		b[i] = byte(v)
	case 2:
		le.PutUint16(b[2*i:], uint16(v))
	case 4:
		le.PutUint32(b[4*i:], uint32(v))
	case 8:
		le.PutUint64(b[8*i:], v)
	}
}
