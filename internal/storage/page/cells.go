package page

// ReadCells reads the cells of row i in the columns ids into out, one by one.
//
// A row's cells lie far apart, and of a leaf that nobody read lately each would
// have to be waited for on its own. So all directory entries are asked for
// before FetchEntries' caller looks for the row, then all cells, then what
// they point at: the processor gets each lot together.
func (l *Leaf) ReadCells(ids []uint16, i int, out []Cell) {
	out = out[:len(ids)]
	for k, id := range ids {
		c := &out[k]
		at := l.find(id)
		c.I = uint64(at)
		if at < 0 {
			continue
		}
		e := l.b[at : at+leafColumn : at+leafColumn]
		width := int(e[3])
		switch Kind(e[2]) {
		case Fixed16:
			width = 16
		case Var:
			if width = 4; e[3] == varDict {
				width = 1
			}
		}
		if width > 0 {
			l.fetched ^= l.b[entryCells(e)+width*i]
		}
	}
	for k, id := range ids {
		c := &out[k]
		if at := int(c.I); at < 0 {
			*c = l.cellOutside(id, i)
		} else {
			l.readCell(l.b[at:at+leafColumn:at+leafColumn], i, c)
		}
	}
}

// FetchEntries asks for the directory entries of columns that ReadCells is
// going to need.
func (l *Leaf) FetchEntries(ids []uint16) {
	if l.columns == 0 {
		return
	}
	for _, id := range ids {
		l.fetched ^= l.b[leafHeader+min(int(id), int(l.columns)-1)*leafColumn]
	}
}

// readCell reads the cell of row i by its column's entry.
func (l *Leaf) readCell(e []byte, i int, c *Cell) {
	c.Null, c.Overflow, c.B = false, false, nil
	if at := entryNulls(e); at != 0 && l.b[at+i>>3]>>(i&7)&1 != 0 {
		c.Null = true
		return
	}
	switch Kind(e[2]) {
	case Fixed16:
		b := l.b[entryCells(e)+16*i:][:16]
		c.I, c.J = le.Uint64(b), le.Uint64(b[8:])
	case Var:
		at, n := entryCells(e), int(l.n)
		if e[3] == varDict {
			i = int(l.b[at+i])
			at, n = at+n, int(le.Uint32(e[12:]))
		}
		ends := l.b[at:]
		c.B = cellOf(ends, ends[4*n:], i)
		c.Overflow = e[3] == varOverflow && le.Uint32(ends[4*i:])&overflowBit != 0
		if len(c.B) > 0 {
			l.fetched ^= c.B[0]
		}
	default:
		c.I = uint64(entryLeast(e)) + unpack(l.b[entryCells(e):], e[3], i)
	}
}

// cellOutside reads a cell of a column that the directory does not have.
func (l *Leaf) cellOutside(id uint16, i int) Cell {
	if !l.inRows(id) {
		return *l.ls.missing(id)
	}
	r := l.row(i)
	c := r.Cell(id)
	c.Overflow = r.overflows(id)
	return c
}

// Cell reads a column of any kind.
func (r *Row) Cell(id uint16) (c Cell) {
	pl := r.p.of(id)
	switch {
	case pl.ordinal < 0:
		return *r.ls.missing(id)
	case r.null(pl.ordinal):
		return nullCell
	case pl.kind == Var:
		c.B = r.variable(int(pl.at))
	case pl.kind == Fixed16:
		i, j := r.Pair(id)
		c.I, c.J = uint64(i), uint64(j)
	default:
		c.I = uint64(r.Int(id))
	}
	return c
}
