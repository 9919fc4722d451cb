package page

import (
	"bytes"
	"encoding/binary"
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

// Leaf is a view of a leaf's content, which it reads where it lies: it holds no
// memory of its own, and nothing it gives out outlives the page. The content
// never changes, but the view remembers where it looked last, so that each
// goroutine needs one of its own. The zero value is the view of no leaf.
type Leaf struct {
	b       []byte // up to its length
	ls      *Layouts
	p       *plan // of whole rows
	n       int32
	keyAt   int32 // offset of the keys (KeyUint64), or of the heads of suffixes
	prefix  int32 // length of the key prefix, which stands before
	lastAt  int32 // directory entry of lastID: 0 none was looked for, -1 there is none
	lastID  uint16
	columns uint16 // in the directory
	kind    KeyKind
	seqW    uint8
	whole   bool // rows are stored whole
	ordered bool // the directory is in the order of the ids
	fetched byte // see Fetch
}

var le = binary.LittleEndian

// OpenLeaf checks a leaf's content and gives a view of it.
func OpenLeaf(ls *Layouts, b []byte) (*Leaf, error) {
	h, err := CheckLeaf(ls, b)
	if err != nil {
		return nil, err
	}
	l := &Leaf{}
	return l, l.View(ls, b, &h)
}

// View makes l the view of a content that CheckLeaf gave h for, as read with
// ls. It allocates nothing and reads nothing of the content.
func (l *Leaf) View(ls *Layouts, b []byte, h *Head) error {
	l.b = b[:h.size]
	l.n, l.keyAt, l.prefix = int32(h.rows), int32(h.keyAt), int32(h.prefix)
	l.lastAt, l.columns = 0, h.columns
	l.kind, l.seqW, l.whole, l.ordered = h.kind, h.seqW, h.whole, h.ordered
	l.ls, l.p = ls, nil
	if h.whole {
		if l.p = ls.find(h.layout); l.p == nil {
			return errLayout(h.layout)
		}
	}
	return nil
}

// Forget makes l the view of no leaf.
func (l *Leaf) Forget() { l.b, l.n = nil, 0 }

// heads are the keys, or the heads of their suffixes.
func (l *Leaf) heads() []byte { return l.b[l.keyAt : l.keyAt+8*l.n] }

// row gives row i of a leaf that stores them whole.
func (l *Leaf) row(i int) Row {
	return Row{ls: l.ls, p: l.p, buf: cellOf(l.b[leafHeader:], l.b[leafHeader+4*l.n:], i)}
}

// inRows tells whether the leaf stores rows whole and has the column in them.
func (l *Leaf) inRows(id uint16) bool { return l.whole && l.p.of(id).ordinal >= 0 }

// Columns is the number of columns that the leaf has cells of.
func (l *Leaf) Columns() int {
	if l.whole {
		return len(l.p.Columns)
	}
	return int(l.columns)
}

// ColumnID gives the id of one of them.
func (l *Leaf) ColumnID(i int) uint16 {
	if l.whole {
		return l.p.Columns[i].ID
	}
	return le.Uint16(l.b[leafHeader+i*leafColumn:])
}

// entry gives the directory entry of a column; nil where there is none.
func (l *Leaf) entry(id uint16) []byte {
	if l.lastAt == 0 || l.lastID != id {
		l.lastID, l.lastAt = id, int32(l.find(id))
	}
	if l.lastAt < 0 {
		return nil
	}
	return l.b[l.lastAt : l.lastAt+leafColumn : l.lastAt+leafColumn]
}

// find gives the offset of a column's directory entry; -1 where there is none.
// Ids mostly ascend without gaps, so that it is at its id or a little before.
func (l *Leaf) find(id uint16) int {
	for i := min(int(id), int(l.columns)-1); i >= 0; i-- {
		at := leafHeader + i*leafColumn
		if x := le.Uint16(l.b[at:]); x == id {
			return at
		} else if x < id && l.ordered {
			return -1
		}
	}
	if l.ordered {
		return -1
	}
	for i := int(id) + 1; i < int(l.columns); i++ {
		if at := leafHeader + i*leafColumn; le.Uint16(l.b[at:]) == id {
			return at
		}
	}
	return -1
}

// Len is the number of rows.
func (l *Leaf) Len() int { return int(l.n) }

// Seq is the sequence of the commit that wrote row i.
func (l *Leaf) Seq(i int) uint64 {
	return le.Uint64(l.b[8:]) + unpack(l.b[le.Uint32(l.b[32:]):], l.seqW, i)
}

// MaxSeq is the largest sequence of the leaf.
func (l *Leaf) MaxSeq() uint64 { return le.Uint64(l.b[16:]) }

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
		return binary.BigEndian.AppendUint64(dst, le.Uint64(l.b[int(l.keyAt)+8*i:]))
	}
	return append(append(dst, l.keyPrefix()...), l.suffixAt(i)...)
}

func (l *Leaf) keyPrefix() []byte { return l.b[l.keyAt-l.prefix : l.keyAt] }

func (l *Leaf) suffixAt(i int) []byte {
	from, ends := uint32(0), l.b[l.keyAt+8*l.n:]
	if i > 0 {
		from = le.Uint32(ends[4*i-4:])
	}
	return l.b[l.keyAt+12*l.n:][from:le.Uint32(ends[4*i:])]
}

// KeyUint64s copies the keys of rows first to first+n-1 of a KeyUint64 leaf.
func (l *Leaf) KeyUint64s(first, n int, dst []uint64) {
	keys := l.b[int(l.keyAt)+8*first:][:8*n]
	dst = dst[:n]
	for i := range dst {
		dst[i] = le.Uint64(keys[8*i:])
	}
}

// Compare orders the key of row i against key.
func (l *Leaf) Compare(i int, key []byte) int {
	if l.kind == KeyUint64 && len(key) == 8 {
		a, b := le.Uint64(l.b[int(l.keyAt)+8*i:]), binary.BigEndian.Uint64(key)
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
		binary.BigEndian.PutUint64(k[:], le.Uint64(l.b[int(l.keyAt)+8*i:]))
		return bytes.Compare(k[:], key)
	}
	prefix := l.keyPrefix()
	m := min(len(key), len(prefix))
	if c := bytes.Compare(prefix[:m], key[:m]); c != 0 {
		return c
	}
	if m < len(prefix) {
		return 1
	}
	return bytes.Compare(l.suffixAt(i), key[m:])
}

// Search gives the first row whose key is at or above key, and whether it is
// equal.
func (l *Leaf) Search(key []byte) (int, bool) { return l.SearchFrom(0, int(l.n), key) }

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
	prefix := l.keyPrefix()
	m := min(len(key), len(prefix))
	switch c := bytes.Compare(prefix[:m], key[:m]); {
	case c > 0 || c == 0 && m < len(prefix):
		return first, false
	case c < 0:
		return end, false
	}
	key = key[m:]
	head, heads := headOf(key), l.heads()
	lo, hi := first, end
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		h := le.Uint64(heads[8*m:])
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
	first, last := l.head(lo), l.head(hi-1)
	if k <= first {
		return lo, k == first
	}
	if k > last {
		return hi, false
	}
	return l.searchNear(lo, hi, lo+min(share(k-first, last-first, hi-1-lo), hi-1-lo), k)
}

// share is n*part/whole, about.
func share(part, whole uint64, n int) int {
	if whole < 1<<48 { // n is below 1<<16
		return int(part * uint64(n) / whole)
	}
	return int(float64(part) / float64(whole) * float64(n))
}

// head gives the key of row i, or the head of its suffix.
func (l *Leaf) head(i int) uint64 { return le.Uint64(l.b[int(l.keyAt)+8*i:]) }

// searchNear searches rows lo to hi-1, first around row g of them.
func (l *Leaf) searchNear(lo, hi, g int, k uint64) (int, bool) {
	end := hi
	switch v := l.head(g); {
	case v == k:
		return g, true
	case v < k:
		lo = g + 1
		if n := min(g+8, hi-1); l.head(n) >= k {
			hi = n + 1
		}
	default:
		hi = g + 1
		if n := max(g-8, lo); l.head(n) < k {
			lo = n
		}
	}
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if l.head(m) < k {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo, lo < end && l.head(lo) == k
}

// SearchBetween is Search where the heads of the leaf's keys are known to be at
// or above low and below high (which is below low where they are not known):
// for integer keys it looks first where key is to be expected, so that mostly
// one line of memory tells.
func (l *Leaf) SearchBetween(key []byte, low, high uint64) (int, bool) {
	if l.kind == KeyUint64 && len(key) == 8 && l.n > 0 {
		if k := binary.BigEndian.Uint64(key); low <= k && k < high {
			n := int(l.n)
			return l.searchNear(0, n, min(share(k-low, high-low, n), n-1), k)
		}
	}
	return l.Search(key)
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
