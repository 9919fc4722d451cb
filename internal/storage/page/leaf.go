package page

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// Leaf content, little endian. Offsets count from its beginning.
//
//	0   u16 rows, u8 key kind, u8 sequence width, u32 layout version
//	8   u64 least sequence, 16 u64 largest sequence
//	24  u16 columns, u16 key prefix length, u32 offset of keys
//	32  u32 offset of sequences, u32 length of the content
//	40  column directory, 32 bytes each:
//	      u16 id, u8 kind, u8 width, u32 offset of the null bitmap (0: no
//	      nulls), u32 offset of cells, u32 dictionary entries, i64 least, i64
//	      largest
//
// Integer cells are packed to width bytes above the least one. Variable cells
// are u32 ends, then bytes; at width 1 overflowBit in an end says that the cell
// is a reference; at width 2 there are a u8 code per row, u32 ends and bytes of
// the dictionary entries. Keys: u64 array, or prefix, u64 heads, u32 ends,
// suffixes.
//
// With wholeRows in the key kind there are no columns: u32 ends and the bytes
// of rows follow at 40.
const (
	leafHeader = 40
	leafColumn = 32

	wholeRows   = 0x80
	varOverflow = 1
	varDict     = 2
)

var errLeaf = sqlerr.New(sqlerr.DataCorrupted, "a leaf page is malformed")

// Leaf is a view of a leaf's content. It is immutable and may be read by many
// goroutines; nothing it gives out outlives the page.
type Leaf struct {
	b       []byte
	n       int
	kind    KeyKind
	seqW    uint8
	minSeq  uint64
	maxSeq  uint64
	seqs    []byte
	heads   []byte // KeyUint64: the keys; KeyBytes: heads of the suffixes
	ends    []byte
	prefix  []byte
	suffix  []byte
	columns []leafCol
	byID    []int16
	rowEnds []byte // of whole rows; nil where cells are in columns
	rows    []byte
	ls      *Layouts
	p       *plan
}

type leafCol struct {
	id       uint16
	kind     Kind
	width    uint8
	nulls    []byte
	cells    []byte
	data     []byte
	codes    []byte // of a dictionary, whose entries are in cells and data
	min, max int64
}

var le = binary.LittleEndian

// OpenLeaf checks a leaf's content and gives a view of it.
func OpenLeaf(ls *Layouts, b []byte) (*Leaf, error) {
	if len(b) < leafHeader {
		return nil, errLeaf
	}
	l := &Leaf{b: b, n: int(le.Uint16(b)), kind: KeyKind(b[2] &^ wholeRows), seqW: b[3], ls: ls,
		minSeq: le.Uint64(b[8:]), maxSeq: le.Uint64(b[16:])}
	size := int(le.Uint32(b[36:]))
	if size > len(b) || size < leafHeader || l.seqW > 8 || bits.OnesCount8(l.seqW) > 1 {
		return nil, errLeaf
	}
	b = b[:size]
	if l.p = ls.find(le.Uint32(b[4:])); l.p == nil {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "a leaf has the unknown layout %d", le.Uint32(b[4:]))
	}
	if l.kind > KeyBytes || !l.openKeys(b) {
		return nil, errLeaf
	}
	if b[2]&wholeRows != 0 {
		return l, l.openRows(b)
	}
	if !l.openColumns(b) {
		return nil, errLeaf
	}
	return l, nil
}

// cut gives n bytes at off, or nil and false.
func cut(b []byte, off, n int) ([]byte, bool) {
	if off < 0 || n < 0 || off > len(b) || n > len(b)-off {
		return nil, false
	}
	return b[off : off+n : off+n], true
}

func (l *Leaf) openKeys(b []byte) bool {
	var ok bool
	off := int(le.Uint32(b[28:]))
	if l.seqs, ok = cut(b, int(le.Uint32(b[32:])), l.n*int(l.seqW)); !ok {
		return false
	}
	if l.kind == KeyUint64 {
		l.heads, ok = cut(b, off, 8*l.n)
		return ok
	}
	pl := int(le.Uint16(b[26:]))
	if l.prefix, ok = cut(b, off, pl); !ok {
		return false
	}
	if l.heads, ok = cut(b, off+pl, 8*l.n); !ok {
		return false
	}
	if l.ends, ok = cut(b, off+pl+8*l.n, 4*l.n); !ok {
		return false
	}
	total, ok := checkEnds(l.ends, false)
	if !ok {
		return false
	}
	l.suffix, ok = cut(b, off+pl+12*l.n, total)
	return ok
}

// checkEnds tells whether ends ascend, and gives the last one.
func checkEnds(ends []byte, flags bool) (int, bool) {
	last := uint32(0)
	for i := 0; i < len(ends); i += 4 {
		e := le.Uint32(ends[i:])
		if flags {
			e &^= overflowBit
		}
		if e < last {
			return 0, false
		}
		last = e
	}
	return int(last), true
}

func (l *Leaf) openColumns(b []byte) bool {
	n := int(le.Uint16(b[24:]))
	dir, ok := cut(b, leafHeader, n*leafColumn)
	if !ok {
		return false
	}
	l.columns = make([]leafCol, n)
	most := 0
	for i := range l.columns {
		d := dir[i*leafColumn:]
		c := &l.columns[i]
		c.id, c.kind, c.width = le.Uint16(d), Kind(d[2]), d[3]
		c.min, c.max = int64(le.Uint64(d[16:])), int64(le.Uint64(d[24:]))
		if off := int(le.Uint32(d[4:])); off != 0 {
			if c.nulls, ok = cut(b, off, (l.n+7)/8); !ok {
				return false
			}
		}
		off := int(le.Uint32(d[8:]))
		width := int(c.width)
		switch c.kind {
		case Fixed16:
			width = 16
		case Var:
			if width = 4; c.width == varDict {
				width = 1
			} else if c.width > varDict {
				return false
			}
		default:
			if width > 8 || bits.OnesCount(uint(width)) > 1 {
				return false
			}
		}
		if c.cells, ok = cut(b, off, l.n*width); !ok {
			return false
		}
		if c.kind == Var && !c.openVar(b, off, l.n, int(le.Uint32(d[12:]))) {
			return false
		}
		most = max(most, int(c.id))
	}
	l.byID = make([]int16, most+1)
	for i := range l.byID {
		l.byID[i] = -1
	}
	for i := range l.columns {
		l.byID[l.columns[i].id] = int16(i)
	}
	return true
}

// openVar finds the bytes of a variable column whose cells, or codes, are cut.
func (c *leafCol) openVar(b []byte, off, n, entries int) (ok bool) {
	off += len(c.cells)
	if c.width == varDict {
		if entries < 1 || entries > maxDict {
			return false
		}
		for _, code := range c.cells {
			if int(code) >= entries {
				return false
			}
		}
		c.codes = c.cells
		if c.cells, ok = cut(b, off, 4*entries); !ok {
			return false
		}
		off += 4 * entries
	}
	total, ok := checkEnds(c.cells, c.width == varOverflow)
	if !ok {
		return false
	}
	c.data, ok = cut(b, off, total)
	return ok
}

// openRows finds the rows of a leaf that stores them whole.
func (l *Leaf) openRows(b []byte) error {
	var ok bool
	if l.rowEnds, ok = cut(b, leafHeader, 4*l.n); !ok {
		return errLeaf
	}
	total, ok := checkEnds(l.rowEnds, false)
	if !ok {
		return errLeaf
	}
	if l.rows, ok = cut(b, leafHeader+4*l.n, total); !ok {
		return errLeaf
	}
	for i := range l.n {
		if r, err := openRow(l.ls, cellOf(l.rowEnds, l.rows, i), true); err != nil || r.p != l.p {
			return errLeaf
		}
	}
	return nil
}

// whole tells whether the leaf stores rows whole and has the column in them.
func (l *Leaf) whole(id uint16) bool { return l.rowEnds != nil && l.p.of(id).ordinal >= 0 }

// row gives row i of a leaf that stores them whole.
func (l *Leaf) row(i int) Row { return Row{ls: l.ls, p: l.p, buf: cellOf(l.rowEnds, l.rows, i)} }

// Columns is the number of columns that the leaf has cells of.
func (l *Leaf) Columns() int {
	if l.rowEnds != nil {
		return len(l.p.Columns)
	}
	return len(l.columns)
}

// ColumnID gives the id of one of them.
func (l *Leaf) ColumnID(i int) uint16 {
	if l.rowEnds != nil {
		return l.p.Columns[i].ID
	}
	return l.columns[i].id
}

// As gives the leaf as read with other layouts of its tree.
func (l *Leaf) As(ls *Layouts) *Leaf {
	if l.ls == ls {
		return l
	}
	c := *l
	c.ls = ls
	return &c
}

// Layouts gives what the leaf is read with.
func (l *Leaf) Layouts() *Layouts { return l.ls }

func (l *Leaf) col(id uint16) *leafCol {
	if int(id) < len(l.byID) && l.byID[id] >= 0 {
		return &l.columns[l.byID[id]]
	}
	return nil
}

// Len is the number of rows.
func (l *Leaf) Len() int { return l.n }

// Seq is the sequence of the commit that wrote row i.
func (l *Leaf) Seq(i int) uint64 { return l.minSeq + unpack(l.seqs, l.seqW, i) }

// MaxSeq is the largest sequence of the leaf.
func (l *Leaf) MaxSeq() uint64 { return l.maxSeq }

func unpack(b []byte, width uint8, i int) uint64 {
	switch width {
	case 0:
		return 0
	case 1:
		return uint64(b[i])
	case 2:
		return uint64(le.Uint16(b[2*i:]))
	case 4:
		return uint64(le.Uint32(b[4*i:]))
	}
	return le.Uint64(b[8*i:])
}

// Key gives the key of row i, put together in dst[:0].
func (l *Leaf) Key(i int, dst []byte) []byte {
	dst = dst[:0]
	if l.kind == KeyUint64 {
		return binary.BigEndian.AppendUint64(dst, le.Uint64(l.heads[8*i:]))
	}
	return append(append(dst, l.prefix...), l.suffixAt(i)...)
}

func (l *Leaf) suffixAt(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = le.Uint32(l.ends[4*i-4:])
	}
	return l.suffix[from:le.Uint32(l.ends[4*i:])]
}

// KeyUint64s copies the keys of rows first to first+n-1 of a KeyUint64 leaf.
func (l *Leaf) KeyUint64s(first, n int, dst []uint64) {
	for i := range n {
		dst[i] = le.Uint64(l.heads[8*(first+i):])
	}
}

// Compare orders the key of row i against key.
func (l *Leaf) Compare(i int, key []byte) int {
	if l.kind == KeyUint64 && len(key) == 8 {
		a, b := le.Uint64(l.heads[8*i:]), binary.BigEndian.Uint64(key)
		switch {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	}
	if l.kind == KeyUint64 {
		var k [8]byte
		binary.BigEndian.PutUint64(k[:], le.Uint64(l.heads[8*i:]))
		return bytes.Compare(k[:], key)
	}
	m := min(len(key), len(l.prefix))
	if c := bytes.Compare(l.prefix[:m], key[:m]); c != 0 {
		return c
	}
	if m < len(l.prefix) {
		return 1
	}
	return bytes.Compare(l.suffixAt(i), key[m:])
}

// Search gives the first row whose key is at or above key, and whether it is
// equal.
func (l *Leaf) Search(key []byte) (int, bool) { return l.SearchFrom(0, l.n, key) }

// SearchFrom is Search among the rows from first to end-1.
func (l *Leaf) SearchFrom(first, end int, key []byte) (int, bool) {
	switch {
	case l.kind == KeyUint64 && len(key) == 8:
		return l.searchInts(first, end, binary.BigEndian.Uint64(key))
	case l.kind == KeyUint64:
		lo, hi := first, end
		for lo < hi {
			m := int(uint(lo+hi) >> 1)
			if l.Compare(m, key) < 0 {
				lo = m + 1
			} else {
				hi = m
			}
		}
		return lo, false
	}
	m := min(len(key), len(l.prefix))
	switch c := bytes.Compare(l.prefix[:m], key[:m]); {
	case c > 0 || c == 0 && m < len(l.prefix):
		return first, false
	case c < 0:
		return end, false
	}
	key = key[m:]
	head := headOf(key)
	lo, hi := first, end
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		h := le.Uint64(l.heads[8*m:])
		if h < head || h == head && bytes.Compare(l.suffixAt(m), key) < 0 {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo, lo < end && bytes.Equal(l.suffixAt(lo), key)
}

// searchInts interpolates once, then searches the half that is left.
func (l *Leaf) searchInts(lo, hi int, k uint64) (int, bool) {
	if lo >= hi {
		return lo, false
	}
	at := func(i int) uint64 { return le.Uint64(l.heads[8*i:]) }
	first, last := at(lo), at(hi-1)
	if k <= first {
		return lo, k == first
	}
	if k > last {
		return hi, false
	}
	end := hi
	if span := last - first; span > 0 && hi-lo > 8 {
		h, low := bits.Mul64(k-first, uint64(hi-1-lo))
		q, _ := bits.Div64(h%span, low, span)
		g := lo + int(min(q, uint64(hi-1-lo)))
		switch v := at(g); {
		case v == k:
			return g, true
		case v < k:
			lo = g + 1
			if n := min(g+8, hi-1); at(n) >= k {
				hi = n + 1
			}
		default:
			hi = g + 1
			if n := max(g-8, lo); at(n) < k {
				lo = n
			}
		}
	}
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if at(m) < k {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo, lo < end && at(lo) == k
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
