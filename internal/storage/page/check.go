package page

import (
	"math/bits"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// Mark is what checking a leaf has found that its view makes use of.
type Mark uint8

// ascendingIDs says that the column directory is in the order of the ids.
const ascendingIDs Mark = 1

var errLeaf = sqlerr.New(sqlerr.DataCorrupted, "a leaf page is malformed")

func errLayout(b []byte) error {
	return sqlerr.New(sqlerr.DataCorrupted, "a leaf has the unknown layout %d", le.Uint32(b[4:]))
}

// CheckLeaf checks a leaf's content, whatever it is, so that its views read
// nothing outside of it.
func CheckLeaf(ls *Layouts, b []byte) (Mark, error) {
	if len(b) < leafHeader {
		return 0, errLeaf
	}
	n, kind, seqW := int(le.Uint16(b)), KeyKind(b[2]&^wholeRows), b[3]
	size := int(le.Uint32(b[36:]))
	if size > len(b) || size < leafHeader || seqW > 8 || bits.OnesCount8(seqW) > 1 {
		return 0, errLeaf
	}
	b = b[:size]
	p := ls.find(le.Uint32(b[4:]))
	if p == nil {
		return 0, errLayout(b)
	}
	if _, ok := cut(b, int(le.Uint32(b[32:])), n*int(seqW)); !ok || kind > KeyBytes || !checkKeys(b, n, kind) {
		return 0, errLeaf
	}
	if b[2]&wholeRows != 0 {
		return 0, checkRows(ls, p, b, n)
	}
	m, ok := checkColumns(b, n)
	if !ok {
		return 0, errLeaf
	}
	return m, nil
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

func checkColumns(b []byte, n int) (Mark, bool) {
	columns := int(le.Uint16(b[24:]))
	dir, ok := cut(b, leafHeader, columns*leafColumn)
	if !ok {
		return 0, false
	}
	mark, last := ascendingIDs, -1
	for ; len(dir) > 0; dir = dir[leafColumn:] {
		if id := int(le.Uint16(dir)); id <= last {
			mark &^= ascendingIDs
		} else {
			last = id
		}
		if off := int(le.Uint32(dir[4:])); off != 0 {
			if _, ok := cut(b, off, (n+7)/8); !ok {
				return 0, false
			}
		}
		off, width := int(le.Uint32(dir[8:])), int(dir[3])
		switch Kind(dir[2]) {
		case Fixed16:
			width = 16
		case Var:
			if !checkVar(b, off, n, dir) {
				return 0, false
			}
			continue
		default:
			if width > 8 || bits.OnesCount(uint(width)) > 1 {
				return 0, false
			}
		}
		if _, ok := cut(b, off, n*width); !ok {
			return 0, false
		}
	}
	return mark, true
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
