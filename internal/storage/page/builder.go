package page

import (
	"encoding/binary"
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
	varLen  int       // bytes of all variable cells
	row     RowWriter // for whole rows
	dict    dictBuilder
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

// AddFrom appends rows from to to-1 of a leaf of the same tree.
func (w *LeafBuilder) AddFrom(l *Leaf, from, to int) {
	for i := from; i < to; i++ {
		if l.kind == KeyUint64 {
			w.keys = binary.BigEndian.AppendUint64(w.keys, le.Uint64(l.b[int(l.keyAt)+8*i:]))
		} else {
			w.keys = append(append(w.keys, l.keyPrefix()...), l.suffixAt(i)...)
		}
		w.keyEnds = append(w.keyEnds, len(w.keys))
		w.seqs = append(w.seqs, l.Seq(i))
	}
	for j := range w.columns {
		d, c := &w.p.Columns[j], &w.columns[j]
		at := len(c.nulls)
		c.nulls = slices.Grow(c.nulls, to-from)[:at+to-from]
		for i := from; i < to; i++ {
			c.nulls[at+i-from] = l.NullAt(d.ID, i)
		}
		switch d.Kind {
		case Fixed16:
			c.ints = slices.Grow(c.ints, to-from)[:at+to-from]
			c.pairs = slices.Grow(c.pairs, to-from)[:at+to-from]
			l.Pairs(d.ID, from, to-from, c.ints[at:], c.pairs[at:])
		case Var:
			w.addVars(c, l, d.ID, from, to)
		default:
			c.ints = slices.Grow(c.ints, to-from)[:at+to-from]
			l.Ints(d.ID, from, to-from, c.ints[at:])
		}
	}
}

func (w *LeafBuilder) addVars(c *buildCol, l *Leaf, id uint16, from, to int) {
	at := len(c.nulls) - (to - from)
	if cells, ok := l.Cells(id); ok && !l.MayOverflow(id) {
		for i := from; i < to; i++ {
			if c.nulls[at+i-from] {
				w.addVar(c, nil, 0)
			} else {
				w.addVar(c, cells.At(i), 0)
			}
		}
		return
	}
	for i := from; i < to; i++ {
		flag, cell := uint32(0), []byte(nil)
		if !c.nulls[at+i-from] {
			cell = l.BytesAt(id, i)
			if l.Overflows(id, i) {
				flag = overflowBit
			}
		}
		w.addVar(c, cell, flag)
	}
}

// References calls f with the references to cells that are stored elsewhere. It
// may overwrite one by another of the same length.
func (w *LeafBuilder) References(f func(ref []byte) error) error {
	for i := range w.columns {
		c := &w.columns[i]
		for j := range c.ends {
			if cell, elsewhere := c.cell(j); elsewhere {
				if err := f(cell); err != nil {
					return err
				}
			}
		}
	}
	return nil
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
	if w.wide() {
		return leafHeader + n*(row+4+w.p.data) + w.varLen + len(w.keys)
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
