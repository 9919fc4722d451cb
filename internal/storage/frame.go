package storage

import (
	"encoding/binary"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
)

// A frame's payload is a run of commit records:
//
//	u32 length of what follows | u64 sequence | i64 time, Unix ns
//	u16 origin length | origin | operations
//
// An operation is a code byte and its arguments; lengths are uvarints. opTree
// chooses the tree that the following ones speak of.
const (
	opTree     = 1 // uvarint id
	opPut      = 2 // key, row: the key may have had a row
	opInsert   = 3 // key, row: it had none
	opDelete   = 4 // key
	opCreate   = 5 // key kind, layout
	opAlter    = 6 // layout
	opDrop     = 7
	opTruncate = 8
	opSide     = 9 // name of a run in a side file: the rows of the tree
)

const recordHeader = 4 + 8 + 8 + 2

// recordWriter encodes one transaction. Sequence and time stay open until the
// leader stamps them.
type recordWriter struct {
	buf     []byte
	tree    TreeID
	splices []splice
}

// splice is a part of a record that is not copied into its buffer: the blocks
// of a layer, whose entries have the form that records have them in.
type splice struct {
	at     int // in the buffer; the bytes come before
	blocks []*block
	size   int
}

func (w *recordWriter) begin(origin string) {
	if len(origin) > 1<<16-1 {
		origin = origin[:1<<16-1]
	}
	var head [recordHeader]byte
	binary.LittleEndian.PutUint16(head[20:], uint16(len(origin)))
	w.buf = append(append(w.buf[:0], head[:]...), origin...)
	w.tree = 0
	w.splices = w.splices[:0]
}

// splice enters the entries of blocks, which stay where they are.
func (w *recordWriter) splice(blocks []*block) {
	s := splice{at: len(w.buf), blocks: blocks}
	for _, b := range s.blocks {
		s.size += len(b.data)
	}
	w.splices = append(w.splices, s)
}

func (w *recordWriter) selectTree(id TreeID) {
	if w.tree == id && id != 0 {
		return
	}
	w.tree = id
	w.buf = append(w.buf, opTree)
	w.buf = binary.AppendUvarint(w.buf, uint64(id))
}

func (w *recordWriter) bytes(b []byte) {
	w.buf = binary.AppendUvarint(w.buf, uint64(len(b)))
	w.buf = append(w.buf, b...)
}

func (w *recordWriter) op(code byte) { w.buf = append(w.buf, code) }

func (w *recordWriter) layout(l *page.Layout) {
	w.buf = binary.LittleEndian.AppendUint32(w.buf, l.Version)
	w.buf = binary.AppendUvarint(w.buf, uint64(len(l.Columns)))
	for i := range l.Columns {
		c := &l.Columns[i]
		w.buf = binary.LittleEndian.AppendUint16(w.buf, c.ID)
		null := byte(0)
		if c.Default.Null {
			null = 1
		}
		w.buf = append(w.buf, byte(c.Kind), null)
		w.buf = binary.LittleEndian.AppendUint64(w.buf, c.Default.I)
		w.buf = binary.LittleEndian.AppendUint64(w.buf, c.Default.J)
		w.bytes(c.Default.B)
	}
}

// stamp closes the record with what only the leader knows.
func stamp(record []byte, size int, seq uint64, nanos int64) {
	binary.LittleEndian.PutUint32(record, uint32(size-4))
	binary.LittleEndian.PutUint64(record[4:], seq)
	binary.LittleEndian.PutUint64(record[12:], uint64(nanos))
}

var errRecord = sqlerr.New(sqlerr.DataCorrupted, "log record is malformed")

// record is one decoded commit; ops points into the payload.
type record struct {
	seq    uint64
	nanos  int64
	origin []byte
	ops    []byte
}

// nextRecord splits the first record off a payload.
func nextRecord(payload []byte) (r record, rest []byte, err error) {
	if len(payload) < recordHeader {
		return r, nil, errRecord
	}
	n := int(binary.LittleEndian.Uint32(payload))
	if n < recordHeader-4 || n > len(payload)-4 {
		return r, nil, errRecord
	}
	r, err = openRecord(payload[4 : 4+n])
	return r, payload[4+n:], err
}

// openRecord decodes the record behind its length.
func openRecord(body []byte) (r record, err error) {
	r.seq = binary.LittleEndian.Uint64(body)
	r.nanos = int64(binary.LittleEndian.Uint64(body[8:]))
	o := int(binary.LittleEndian.Uint16(body[16:]))
	if o > len(body)-18 {
		return r, errRecord
	}
	r.origin, r.ops = body[18:18+o], body[18+o:]
	return r, nil
}

// opReader walks the operations of a record. Its fields are those of the last
// operation and point into the record.
type opReader struct {
	rest   []byte
	code   byte
	tree   TreeID
	key    []byte
	row    []byte
	kind   page.KeyKind
	layout page.Layout
	err    error
}

// next decodes one data or DDL operation; false at the end or on damage.
func (r *opReader) next() bool {
	for len(r.rest) > 0 && r.err == nil {
		r.code, r.rest = r.rest[0], r.rest[1:]
		switch r.code {
		case opTree:
			r.tree = TreeID(r.uvarint())
			continue
		case opPut, opInsert:
			r.key = r.bytes()
			r.row = r.bytes()
		case opDelete:
			r.key, r.row = r.bytes(), nil
		case opCreate:
			r.kind = page.KeyKind(r.byte())
			r.readLayout()
		case opAlter:
			r.readLayout()
		case opDrop, opTruncate:
		case opSide:
			r.key = r.bytes()
		default:
			r.err = errRecord
		}
		return r.err == nil
	}
	return false
}

func (r *opReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.err = errRecord
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *opReader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.err = errRecord
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *opReader) byte() byte {
	if len(r.rest) == 0 {
		r.err = errRecord
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *opReader) fixed(n int) []byte {
	if len(r.rest) < n {
		r.err = errRecord
		return make([]byte, n)
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *opReader) readLayout() {
	l := page.Layout{Version: binary.LittleEndian.Uint32(r.fixed(4))}
	n := r.uvarint()
	if n > uint64(len(r.rest)/20) {
		r.err = errRecord
		return
	}
	l.Columns = make([]page.Column, n)
	for i := range l.Columns {
		c := &l.Columns[i]
		c.ID = binary.LittleEndian.Uint16(r.fixed(2))
		c.Kind = page.Kind(r.byte())
		c.Default.Null = r.byte() != 0
		c.Default.I = binary.LittleEndian.Uint64(r.fixed(8))
		c.Default.J = binary.LittleEndian.Uint64(r.fixed(8))
		if b := r.bytes(); len(b) > 0 {
			c.Default.B = append([]byte(nil), b...)
		}
	}
	r.layout = l
}
