package page

import (
	"encoding/binary"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// Row bytes, little endian: u32 layout version; null bitmap, bit i for column
// i; fixed cells (Bit 1 byte, Fixed8 8, Fixed16 16) in column order; u32 end of
// each variable cell; their bytes. A null cell has a fixed part of zeros or an
// empty variable part.

// RowWriter encodes rows, one after the other, in memory of its own.
type RowWriter struct {
	layout *Layout
	p      *plan
	buf    []byte
	next   int // variable cell to come
}

// Reset begins a row in which every column is null. The layout must stay as it
// is; for the same pointer it is analysed once.
func (w *RowWriter) Reset(l *Layout) {
	if w.layout != l || w.p.Version != l.Version || len(w.p.Columns) != len(l.Columns) {
		w.layout, w.p = l, newPlan(*l)
	}
	w.buf = append(w.buf[:0], w.p.empty...)
	w.next = 0
}

func (w *RowWriter) at(ordinal int) place {
	w.buf[w.p.nulls+ordinal>>3] &^= 1 << (ordinal & 7)
	return w.p.cells[ordinal]
}

// SetNull makes a column null, which it is after Reset.
func (w *RowWriter) SetNull(ordinal int) { w.buf[w.p.nulls+ordinal>>3] |= 1 << (ordinal & 7) }

// SetInt sets a Bit or Fixed8 column.
func (w *RowWriter) SetInt(ordinal int, v int64) {
	pl := w.at(ordinal)
	if pl.kind == Bit {
		w.buf[pl.at] = byte(v & 1)
		return
	}
	binary.LittleEndian.PutUint64(w.buf[pl.at:], uint64(v))
}

// SetPair sets a Fixed16 column.
func (w *RowWriter) SetPair(ordinal int, i, j int64) {
	pl := w.at(ordinal)
	binary.LittleEndian.PutUint64(w.buf[pl.at:], uint64(i))
	binary.LittleEndian.PutUint64(w.buf[pl.at+8:], uint64(j))
}

// SetBytes sets a Var column. Those are set in the order of their ordinals.
func (w *RowWriter) SetBytes(ordinal int, b []byte) {
	n := w.skipTo(ordinal)
	w.buf = append(w.buf, b...)
	w.end(n)
}

// SetString is SetBytes of a string.
func (w *RowWriter) SetString(ordinal int, s string) {
	n := w.skipTo(ordinal)
	w.buf = append(w.buf, s...)
	w.end(n)
}

// skipTo ends the variable cells before ordinal, which stay null.
func (w *RowWriter) skipTo(ordinal int) int {
	n := int(w.at(ordinal).at)
	for w.next < n {
		w.end(w.next)
	}
	return n
}

func (w *RowWriter) end(n int) {
	binary.LittleEndian.PutUint32(w.buf[w.p.vars+4*n:], uint32(len(w.buf)-w.p.data))
	w.next = n + 1
}

// markOverflow says that the bytes of a Var column are a reference.
func (w *RowWriter) markOverflow(ordinal int) {
	at := w.p.vars + 4*int(w.p.cells[ordinal].at)
	binary.LittleEndian.PutUint32(w.buf[at:], binary.LittleEndian.Uint32(w.buf[at:])|overflowBit)
}

// Bytes gives the row, valid until the next Reset.
func (w *RowWriter) Bytes() []byte {
	for n := (w.p.data - w.p.vars) / 4; w.next < n; {
		w.end(w.next)
	}
	return w.buf
}

// keptRow is how large a buffer a RowWriter keeps for its next row.
const keptRow = 1 << 20

// Shrink gives up the memory of a large row that was stored: a writer may live
// as long as a session. What Bytes gave stays valid.
func (w *RowWriter) Shrink() {
	if cap(w.buf) > keptRow {
		w.buf = nil
	}
}

// Row is a view of row bytes.
type Row struct {
	ls  *Layouts
	p   *plan
	buf []byte
}

var errRow = sqlerr.New(sqlerr.DataCorrupted, "a stored row is malformed")

// OpenRow checks row bytes and gives a view of them.
func OpenRow(ls *Layouts, buf []byte) (Row, error) { return openRow(ls, buf, false) }

// openRow is OpenRow; in a leaf a variable cell may be a reference.
func openRow(ls *Layouts, buf []byte, inLeaf bool) (Row, error) {
	if len(buf) < rowNulls {
		return Row{}, errRow
	}
	p := ls.find(binary.LittleEndian.Uint32(buf))
	if p == nil {
		return Row{}, sqlerr.New(sqlerr.DataCorrupted, "a stored row has the unknown layout %d", binary.LittleEndian.Uint32(buf))
	}
	if len(buf) < p.data {
		return Row{}, errRow
	}
	last := uint32(0)
	for at := p.vars; at < p.data; at += 4 {
		end := binary.LittleEndian.Uint32(buf[at:])
		if inLeaf {
			end &^= overflowBit
		}
		if end < last {
			return Row{}, errRow
		}
		last = end
	}
	if int(last) > len(buf)-p.data {
		return Row{}, errRow
	}
	return Row{ls: ls, p: p, buf: buf}, nil
}

// Encoded gives the row's bytes.
func (r *Row) Encoded() []byte { return r.buf }

// Layout gives the layout that the row was written with.
func (r *Row) Layout() *Layout { return &r.p.Layout }

func (r *Row) null(ordinal int16) bool {
	return r.buf[r.p.nulls+int(ordinal)>>3]>>(ordinal&7)&1 != 0
}

// IsNull tells whether the column has no value.
func (r *Row) IsNull(id uint16) bool {
	pl := r.p.of(id)
	if pl.ordinal < 0 {
		return r.ls.missing(id).Null
	}
	return r.null(pl.ordinal)
}

// Int reads a Bit or Fixed8 column; 0 where it is null.
func (r *Row) Int(id uint16) int64 {
	pl := r.p.of(id)
	switch {
	case pl.ordinal < 0:
		return int64(r.ls.missing(id).I)
	case pl.kind == Fixed8:
		return int64(binary.LittleEndian.Uint64(r.buf[pl.at:]))
	case pl.kind == Bit:
		return int64(r.buf[pl.at])
	}
	return 0
}

// Pair reads a Fixed16 column; zeros where it is null.
func (r *Row) Pair(id uint16) (i, j int64) {
	pl := r.p.of(id)
	if pl.ordinal < 0 {
		c := r.ls.missing(id)
		return int64(c.I), int64(c.J)
	}
	if pl.kind != Fixed16 {
		return 0, 0
	}
	return int64(binary.LittleEndian.Uint64(r.buf[pl.at:])), int64(binary.LittleEndian.Uint64(r.buf[pl.at+8:]))
}

// Bytes reads a Var column; nil where it is null. It points into the row.
func (r *Row) Bytes(id uint16) []byte {
	pl := r.p.of(id)
	if pl.ordinal < 0 {
		return r.ls.missing(id).B
	}
	if pl.kind != Var || r.null(pl.ordinal) {
		return nil
	}
	return r.variable(int(pl.at))
}

func (r *Row) variable(n int) []byte {
	return cellOf(r.buf[r.p.vars:r.p.data], r.buf[r.p.data:], n)
}

// overflows tells whether a cell of a row in a leaf is a reference.
func (r *Row) overflows(id uint16) bool {
	pl := r.p.of(id)
	return pl.ordinal >= 0 && pl.kind == Var && binary.LittleEndian.Uint32(r.buf[r.p.vars+4*int(pl.at):])&overflowBit != 0
}

// RowSize is about what a row takes in a leaf of the newest layout when cells
// longer than inline are replaced by references of refBytes.
func RowSize(r *Row, ls *Layouts, inline, refBytes int) int {
	size := 16
	for i := range ls.newest.Columns {
		c := &ls.newest.Columns[i]
		switch c.Kind {
		case Bit:
			size++
		case Fixed8:
			size += 8
		case Fixed16:
			size += 16
		default:
			n := len(r.Bytes(c.ID))
			if n > inline {
				n = refBytes
			}
			size += 4 + n
		}
	}
	return size
}

// LeafSize is what a leaf takes at most that has this row alone, with cells
// that are longer than a reference replaced by one.
func LeafSize(r *Row, ls *Layouts, keyBytes, refBytes int) int {
	cells := RowSize(r, ls, refBytes, refBytes)
	whole := leafHeader + 4 + keyBytes + 32 + rowNulls + len(ls.newest.Columns)/8 + 1 + cells
	if len(ls.newest.Columns) > wideColumns {
		return whole
	}
	return min(whole, leafHeader+len(ls.newest.Columns)*(leafColumn+1)+keyBytes+16+cells)
}
