package page

// Kind is how a column's cells are stored.
type Kind uint8

const (
	Bit     Kind = iota // a boolean
	Fixed8              // an integer, or the bits of a float
	Fixed16             // two integers
	Var                 // bytes
)

// KeyKind is what the keys of a tree look like.
type KeyKind uint8

const (
	KeyUint64 KeyKind = iota // 8 bytes, big endian
	KeyBytes                 // any bytes
)

// Column of a layout. The id is small, dense and stable: it survives renames
// and is not reused. Default is what rows without the column read as.
type Column struct {
	ID      uint16
	Kind    Kind
	Default Cell
}

// Cell is one value of any kind. As a default it owns its bytes, as a cell that
// was read they are those of the page.
type Cell struct {
	Null     bool
	Overflow bool // B is a reference to overflow pages
	I, J     uint64
	B        []byte
}

// Layout is the columns of a row, in the order they are written. It must not
// change once it was used.
type Layout struct {
	Version uint32
	Columns []Column
}

// Layouts are all layouts that rows of a tree may have, the newest last.
// Immutable.
type Layouts struct {
	all    []*plan
	newest *plan
}

// plan is a layout with what reading needs.
type plan struct {
	Layout
	place []place // by column id
	cells []place // by ordinal
	empty []byte  // a row of nulls
	nulls int     // offset of the null bitmap
	fixed int     // offset of the fixed part
	vars  int     // offset of the ends of the variable cells
	data  int     // offset of their bytes
}

// place is where a column's cell is: ordinal -1 where there is none.
type place struct {
	ordinal int16
	kind    Kind
	at      int32 // of a fixed cell, or the number of the variable one
}

const rowNulls = 4 // the version stands before

func newPlan(l Layout) *plan {
	p := &plan{Layout: l, nulls: rowNulls}
	most := -1
	for i := range l.Columns {
		most = max(most, int(l.Columns[i].ID))
	}
	p.place = make([]place, most+1)
	for i := range p.place {
		p.place[i].ordinal = -1
	}
	p.fixed = rowNulls + (len(l.Columns)+7)/8
	at, vars := p.fixed, 0
	for i := range l.Columns {
		c := &l.Columns[i]
		pl := place{ordinal: int16(i), kind: c.Kind, at: int32(at)}
		switch c.Kind {
		case Bit:
			at++
		case Fixed8:
			at += 8
		case Fixed16:
			at += 16
		default:
			pl.at = int32(vars)
			vars++
		}
		p.place[c.ID] = pl
		p.cells = append(p.cells, pl)
	}
	p.vars = at
	p.data = at + 4*vars
	p.empty = make([]byte, p.data)
	le.PutUint32(p.empty, l.Version)
	for i := range l.Columns {
		p.empty[p.nulls+i>>3] |= 1 << (i & 7)
	}
	return p
}

func (p *plan) of(id uint16) place {
	if int(id) < len(p.place) {
		return p.place[id]
	}
	return place{ordinal: -1}
}

// column gives a column's definition; nil where the layout lacks it.
func (p *plan) column(id uint16) *Column {
	if pl := p.of(id); pl.ordinal >= 0 {
		return &p.Columns[pl.ordinal]
	}
	return nil
}

// NewLayouts makes the set that begins with l.
func NewLayouts(l Layout) *Layouts {
	p := newPlan(l)
	return &Layouts{all: []*plan{p}, newest: p}
}

// With gives the set with a newer layout; one of the same version is replaced.
func (ls *Layouts) With(l Layout) *Layouts {
	p := newPlan(l)
	out := &Layouts{newest: p}
	for _, o := range ls.all {
		if o.Version != l.Version {
			out.all = append(out.all, o)
		}
	}
	out.all = append(out.all, p)
	return out
}

// Newest gives the layout that rows are written with.
func (ls *Layouts) Newest() *Layout { return &ls.newest.Layout }

// Has tells whether the newest layout has the column.
func (ls *Layouts) Has(id uint16) bool { return ls.newest.column(id) != nil }

// Len counts the layouts.
func (ls *Layouts) Len() int { return len(ls.all) }

// At gives layout i, the oldest first.
func (ls *Layouts) At(i int) *Layout { return &ls.all[i].Layout }

func (ls *Layouts) find(version uint32) *plan {
	if ls.newest.Version == version {
		return ls.newest
	}
	for _, p := range ls.all {
		if p.Version == version {
			return p
		}
	}
	return nil
}

// missing gives what a column reads as in a row that lacks it.
func (ls *Layouts) missing(id uint16) *Cell {
	if c := ls.newest.column(id); c != nil {
		return &c.Default
	}
	return &nullCell
}

var nullCell = Cell{Null: true}
