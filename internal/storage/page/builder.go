package page

import (
	"encoding/binary"
	"math"
	"slices"
)

// LeafBuilder collects rows in key order and encodes runs of them as leaves.
type LeafBuilder struct {
	kind    KeyKind
	ls      *Layouts
	p       *plan
	keys    []byte
	keyEnds []int
	seqs    []uint64
	columns []buildCol
	varLen  int // bytes of all variable cells
}

type buildCol struct {
	ints  []int64 // Bit, Fixed8; first half of Fixed16
	pairs []int64
	nulls []bool
	data  []byte
	ends  []uint32 // with overflowBit
}

// NewLeafBuilder makes a builder; rows are written in the newest layout.
func NewLeafBuilder(kind KeyKind, ls *Layouts) *LeafBuilder {
	return &LeafBuilder{kind: kind, ls: ls, p: ls.newest, columns: make([]buildCol, len(ls.newest.Columns))}
}

// Len is the number of rows held.
func (w *LeafBuilder) Len() int { return len(w.seqs) }

func (w *LeafBuilder) addKey(key []byte, seq uint64) {
	w.keys = append(w.keys, key...)
	w.keyEnds = append(w.keyEnds, len(w.keys))
	w.seqs = append(w.seqs, seq)
}

// Overflow stores a large cell elsewhere and gives the reference to keep.
type Overflow func(cell []byte) (ref []byte, err error)

// Add appends a row. Cells longer than inline go through store.
func (w *LeafBuilder) Add(key []byte, seq uint64, r *Row, inline int, store Overflow) error {
	w.addKey(key, seq)
	for i := range w.columns {
		d, c := &w.p.Columns[i], &w.columns[i]
		null := r.IsNull(d.ID)
		c.nulls = append(c.nulls, null)
		switch d.Kind {
		case Fixed16:
			a, b := r.Pair(d.ID)
			c.ints, c.pairs = append(c.ints, a), append(c.pairs, b)
		case Var:
			cell, flag := r.Bytes(d.ID), uint32(0)
			if len(cell) > inline {
				var err error
				if cell, err = store(cell); err != nil {
					return err
				}
				flag = overflowBit
			}
			w.addVar(c, cell, flag)
		default:
			c.ints = append(c.ints, r.Int(d.ID))
		}
	}
	return nil
}

// AddFrom appends row i of a leaf of the same tree.
func (w *LeafBuilder) AddFrom(l *Leaf, i int) {
	if l.kind == KeyUint64 {
		var k [8]byte
		binary.BigEndian.PutUint64(k[:], le.Uint64(l.heads[8*i:]))
		w.addKey(k[:], l.Seq(i))
	} else {
		w.keys = append(append(w.keys, l.prefix...), l.suffixAt(i)...)
		w.keyEnds = append(w.keyEnds, len(w.keys))
		w.seqs = append(w.seqs, l.Seq(i))
	}
	for j := range w.columns {
		d, c := &w.p.Columns[j], &w.columns[j]
		null := l.NullAt(d.ID, i)
		c.nulls = append(c.nulls, null)
		switch d.Kind {
		case Fixed16:
			a, b := l.PairAt(d.ID, i)
			c.ints, c.pairs = append(c.ints, a), append(c.pairs, b)
		case Var:
			flag := uint32(0)
			if l.Overflows(d.ID, i) {
				flag = overflowBit
			}
			w.addVar(c, l.BytesAt(d.ID, i), flag)
		default:
			c.ints = append(c.ints, l.IntAt(d.ID, i))
		}
	}
}

func (w *LeafBuilder) addVar(c *buildCol, cell []byte, flag uint32) {
	c.data = append(c.data, cell...)
	c.ends = append(c.ends, uint32(len(c.data))|flag)
	w.varLen += len(cell)
}

// Estimate is an upper bound of the size of all rows in one leaf.
func (w *LeafBuilder) Estimate() int {
	n := len(w.seqs)
	row := 8 + 8
	if w.kind == KeyBytes {
		row += 4
	}
	for i := range w.p.Columns {
		switch w.p.Columns[i].Kind {
		case Bit:
			row++
		case Fixed8:
			row += 8
		case Fixed16:
			row += 16
		default:
			row += 4
		}
	}
	size := leafHeader + len(w.columns)*(leafColumn+(n+7)/8) + n*row + w.varLen
	if w.kind == KeyBytes {
		size += len(w.keys)
	}
	return size
}

func (w *LeafBuilder) key(i int) []byte {
	from := 0
	if i > 0 {
		from = w.keyEnds[i-1]
	}
	return w.keys[from:w.keyEnds[i]]
}

// Key gives the key of row i; it stays valid until the next Drop.
func (w *LeafBuilder) Key(i int) []byte { return w.key(i) }

// Drop forgets the first n rows.
func (w *LeafBuilder) Drop(n int) {
	if n == 0 {
		return
	}
	cut := w.keyEnds[n-1]
	w.keys = w.keys[:copy(w.keys, w.keys[cut:])]
	w.keyEnds = w.keyEnds[:copy(w.keyEnds, w.keyEnds[n:])]
	for i := range w.keyEnds {
		w.keyEnds[i] -= cut
	}
	w.seqs = w.seqs[:copy(w.seqs, w.seqs[n:])]
	for i := range w.columns {
		c := &w.columns[i]
		c.nulls = c.nulls[:copy(c.nulls, c.nulls[n:])]
		if c.ints != nil {
			c.ints = c.ints[:copy(c.ints, c.ints[n:])]
		}
		if c.pairs != nil {
			c.pairs = c.pairs[:copy(c.pairs, c.pairs[n:])]
		}
		if c.ends != nil {
			from := c.ends[n-1] &^ overflowBit
			w.varLen -= int(from)
			c.data = c.data[:copy(c.data, c.data[from:])]
			c.ends = c.ends[:copy(c.ends, c.ends[n:])]
			for j := range c.ends {
				c.ends[j] -= from
			}
		}
	}
}

// Encode writes rows from to to-1 as a leaf's content into dst, whose length
// is the room there is. False when they do not fit.
func (w *LeafBuilder) Encode(from, to int, dst []byte) (size int, maxSeq uint64, ok bool) {
	e := leafEncoder{dst: dst, at: leafHeader + leafColumn*len(w.columns), n: to - from}
	if e.at > len(dst) {
		return 0, 0, false
	}
	clear(dst[:e.at])
	least, most := uint64(math.MaxUint64), uint64(0)
	for _, s := range w.seqs[from:to] {
		least, most = min(least, s), max(most, s)
	}
	seqW := widthOf(most - least)
	le.PutUint16(dst, uint16(e.n))
	dst[2], dst[3] = byte(w.kind), seqW
	le.PutUint32(dst[4:], w.p.Version)
	le.PutUint64(dst[8:], least)
	le.PutUint64(dst[16:], most)
	le.PutUint16(dst[24:], uint16(len(w.columns)))
	le.PutUint32(dst[28:], uint32(e.at))
	w.encodeKeys(&e, from, to)
	le.PutUint32(dst[32:], uint32(e.at))
	if b := e.take(e.n * int(seqW)); b != nil {
		for i, s := range w.seqs[from:to] {
			pack(b, seqW, i, s-least)
		}
	}
	for i := range w.columns {
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
	start := uint32(0)
	if from > 0 {
		start = c.ends[from-1] &^ overflowBit
	}
	if b := e.take(4 * e.n); b != nil {
		for j, end := range c.ends[from:to] {
			le.PutUint32(b[4*j:], end-start)
			if end&overflowBit != 0 {
				dir[3] = 1
			}
		}
	}
	if e.n > 0 {
		data := c.data[start : c.ends[to-1]&^overflowBit]
		copy(e.take(len(data)), data)
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
