package page

import (
	"math/bits"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// Head is the beginning of a leaf that was checked, taken apart: with it a view
// of the leaf is made without reading the leaf.
type Head struct {
	size, keyAt, layout   uint32
	rows, columns, prefix uint16
	kind                  KeyKind
	seqW                  uint8
	whole                 bool // rows are stored whole
	ordered               bool // the directory is in the order of the ids
}

var errLeaf = sqlerr.New(sqlerr.DataCorrupted, "a leaf page is malformed")

func errLayout(version uint32) error {
	return sqlerr.New(sqlerr.DataCorrupted, "a leaf has the unknown layout %d", version)
}

// CheckLeaf checks a leaf's content, whatever it is, so that its views read
// nothing outside of it.
func CheckLeaf(ls *Layouts, b []byte) (Head, error) {
	if len(b) < leafHeader {
		return Head{}, errLeaf
	}
	h := Head{
		size: le.Uint32(b[36:]), keyAt: le.Uint32(b[28:]), layout: le.Uint32(b[4:]),
		rows: le.Uint16(b), columns: le.Uint16(b[24:]),
		kind: KeyKind(b[2] &^ wholeRows), seqW: b[3], whole: b[2]&wholeRows != 0,
	}
	if int64(h.size) > int64(len(b)) || h.size < leafHeader || h.seqW > 8 || bits.OnesCount8(h.seqW) > 1 {
		return Head{}, errLeaf
	}
	b = b[:h.size]
	n := int(h.rows)
	p := ls.find(h.layout)
	if p == nil {
		return Head{}, errLayout(h.layout)
	}
	if _, ok := cut(b, int(le.Uint32(b[32:])), n*int(h.seqW)); !ok || h.kind > KeyBytes || !checkKeys(b, n, h.kind) {
		return Head{}, errLeaf
	}
	if h.kind == KeyBytes {
		h.prefix = le.Uint16(b[26:])
		h.keyAt += uint32(h.prefix)
	}
	if h.whole {
		h.columns = 0
		return h, checkRows(ls, p, b, n)
	}
	var ok bool
	if h.ordered, ok = checkColumns(b, n); !ok {
		return Head{}, errLeaf
	}
	return h, nil
}

// cut gives n bytes at off, or nil and false.
func cut(b []byte, off, n int) ([]byte, bool) {
	if off < 0 || n < 0 || off > len(b) || n > len(b)-off {
		return nil, false
	}
	return b[off : off+n : off+n], true
}

func checkKeys(b []byte, n int, kind KeyKind) bool {
	off := int(le.Uint32(b[28:]))
	if kind == KeyUint64 {
		_, ok := cut(b, off, 8*n)
		return ok
	}
	pl := int(le.Uint16(b[26:]))
	if _, ok := cut(b, off, pl+8*n); !ok {
		return false
	}
	ends, ok := cut(b, off+pl+8*n, 4*n)
	if !ok {
		return false
	}
	total, ok := checkEnds(ends, false)
	if !ok {
		return false
	}
	_, ok = cut(b, off+pl+12*n, total)
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

// checkColumns tells whether the directory is in the order of the ids, and
// whether it is well made.
func checkColumns(b []byte, n int) (ordered, ok bool) {
	columns := int(le.Uint16(b[24:]))
	dir, ok := cut(b, leafHeader, columns*leafColumn)
	if !ok {
		return false, false
	}
	last := -1
	ordered = true
	for ; len(dir) > 0; dir = dir[leafColumn:] {
		if id := int(le.Uint16(dir)); id <= last {
			ordered = false
		} else {
			last = id
		}
		if off := int(le.Uint32(dir[4:])); off != 0 {
			if _, ok := cut(b, off, (n+7)/8); !ok {
				return false, false
			}
		}
		off, width := int(le.Uint32(dir[8:])), int(dir[3])
		switch Kind(dir[2]) {
		case Fixed16:
			width = 16
		case Var:
			if !checkVar(b, off, n, dir) {
				return false, false
			}
			continue
		default:
			if width > 8 || bits.OnesCount(uint(width)) > 1 {
				return false, false
			}
		}
		if _, ok := cut(b, off, n*width); !ok {
			return false, false
		}
	}
	return ordered, true
}

// checkVar checks the cells of a variable column, which begin at off.
func checkVar(b []byte, off, n int, entry []byte) bool {
	form, cells := entry[3], n
	if form > varDict {
		return false
	}
	if form == varDict {
		if cells = int(le.Uint32(entry[12:])); cells < 1 || cells > maxDict {
			return false
		}
		codes, ok := cut(b, off, n)
		if !ok {
			return false
		}
		for _, code := range codes {
			if int(code) >= cells {
				return false
			}
		}
		off += n
	}
	ends, ok := cut(b, off, 4*cells)
	if !ok {
		return false
	}
	total, ok := checkEnds(ends, form == varOverflow)
	if !ok {
		return false
	}
	_, ok = cut(b, off+4*cells, total)
	return ok
}

// checkRows checks the rows of a leaf that stores them whole.
func checkRows(ls *Layouts, p *plan, b []byte, n int) error {
	ends, ok := cut(b, leafHeader, 4*n)
	if !ok {
		return errLeaf
	}
	total, ok := checkEnds(ends, false)
	if !ok {
		return errLeaf
	}
	rows, ok := cut(b, leafHeader+4*n, total)
	if !ok {
		return errLeaf
	}
	for i := range n {
		if r, err := openRow(ls, cellOf(ends, rows, i), true); err != nil || r.p != p {
			return errLeaf
		}
	}
	return nil
}
