package table

import (
	"sync"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/types"
)

// RowID stands among ordinals for the row's integer key (plan.RowIDOrdinal).
const RowID = -1

// keyColumn is the column of an index row that holds the key of the indexed
// row. Relations' column ids start at 1.
const keyColumn uint16 = 0

// Table is what reading and writing one version of a relation needs to know.
// It is immutable and shared by all sessions.
type Table struct {
	Rel     *catalog.Relation
	tree    storage.TreeID
	layout  page.Layout
	columns []column
	key     []codec.Part // parts of a byte key
	keyCols []int        // their ordinals
	keyOrd  int          // ordinal of the column that is the integer key, or RowID
	indexes []index      // secondary ones, in the descriptor's order
}

// column says how a live column is stored.
type column struct {
	id   uint16
	typ  *types.Type
	phys types.Phys
	bit  bool
	cell int // place in the layout, -1 for the column that is the key
}

// index is a secondary index, prepared.
type index struct {
	Index    *catalog.Index
	place    int // in Rel.Indexes
	number   int // among the secondary indexes
	tree     storage.TreeID
	parts    []codec.Part
	ordinals []int // of the parts' columns, -1 for expressions
	payload  bool  // the row's key is in column keyColumn
	layout   page.Layout
	include  []int // ordinals of INCLUDE columns, in layout order after the key
}

var prepared sync.Map // *catalog.Relation → *Table

// Of returns the prepared form of a descriptor.
func Of(rel *catalog.Relation) *Table {
	if t, ok := prepared.Load(rel); ok {
		return t.(*Table)
	}
	t := prepare(rel)
	got, _ := prepared.LoadOrStore(rel, t)
	return got.(*Table)
}

// Forget drops the prepared form of a descriptor that no catalog holds.
func Forget(rel *catalog.Relation) { prepared.Delete(rel) }

func prepare(rel *catalog.Relation) *Table {
	t := &Table{Rel: rel, tree: storage.TreeID(rel.ID), keyOrd: RowID}
	t.layout.Version = rel.Layouts
	for i, c := range rel.Columns {
		col := column{id: c.ID, typ: c.Type, phys: c.Type.Phys(), bit: c.Type.Kind == types.KindBool, cell: -1}
		if rel.RowIDKey && rel.KeyColumn == c.ID {
			t.keyOrd = i
		} else {
			col.cell = len(t.layout.Columns)
			t.layout.Columns = append(t.layout.Columns, page.Column{ID: c.ID, Kind: cellKind(c.Type), Default: missingCell(c)})
		}
		t.columns = append(t.columns, col)
	}
	if !rel.RowIDKey && rel.Primary != nil {
		t.key, t.keyCols = t.parts(rel.Primary)
	}
	for i, ix := range rel.Indexes {
		if ix != rel.Primary {
			x := t.prepareIndex(ix, i)
			x.number = len(t.indexes)
			t.indexes = append(t.indexes, x)
		}
	}
	return t
}

func (t *Table) parts(ix *catalog.Index) ([]codec.Part, []int) {
	parts := make([]codec.Part, len(ix.Parts))
	ordinals := make([]int, len(ix.Parts))
	for i, p := range ix.Parts {
		ordinals[i] = -1
		typ := p.Type
		if p.Column != 0 {
			ordinals[i] = t.Rel.Ordinal(p.Column)
			typ = t.Rel.Columns[ordinals[i]].Type
		}
		if p.Collation != "" && p.Collation != typ.Collation {
			c := *typ
			c.Collation = p.Collation
			typ = &c
		}
		parts[i] = codec.Part{Type: typ, Desc: p.Desc, NullsFirst: p.NullsFirst}
	}
	return parts, ordinals
}

func (t *Table) prepareIndex(ix *catalog.Index, place int) index {
	x := index{Index: ix, place: place, tree: storage.TreeID(ix.ID)}
	x.parts, x.ordinals = t.parts(ix)
	x.payload = ix.Unique || !t.Rel.RowIDKey
	x.layout.Version = 1
	if x.payload {
		kind := page.Var
		if t.Rel.RowIDKey {
			kind = page.Fixed8
		}
		x.layout.Columns = append(x.layout.Columns, page.Column{ID: keyColumn, Kind: kind})
	}
	for _, id := range ix.Include {
		o := t.Rel.Ordinal(id)
		x.include = append(x.include, o)
		x.layout.Columns = append(x.layout.Columns, page.Column{ID: id, Kind: cellKind(t.Rel.Columns[o].Type)})
	}
	return x
}

// cellKind is the storage form of a type.
func cellKind(t *types.Type) page.Kind {
	if t.Kind == types.KindBool {
		return page.Bit
	}
	switch t.Phys() {
	case types.PhysInt, types.PhysFloat:
		return page.Fixed8
	case types.PhysPair:
		return page.Fixed16
	}
	return page.Var
}

func missingCell(c *catalog.Column) page.Cell {
	if c.Missing == nil || c.Missing.IsNull() {
		return page.Cell{Null: true}
	}
	cell := page.Cell{I: uint64(c.Missing.I), J: uint64(c.Missing.J)}
	if cellKind(c.Type) == page.Var {
		cell = page.Cell{B: codec.AppendCell(nil, *c.Missing)}
	}
	return cell
}

// Spec describes the relation's tree, for CREATE TABLE.
func (t *Table) Spec() storage.Spec {
	kind := page.KeyBytes
	if t.Rel.RowIDKey {
		kind = page.KeyUint64
	}
	return storage.Spec{ID: t.tree, Key: kind, Layout: t.layout}
}

// Layout describes how rows are stored, for ALTER TABLE.
func (t *Table) Layout() page.Layout { return t.layout }

// IndexSpec describes an index's tree, for CREATE INDEX.
func (t *Table) IndexSpec(id catalog.ID) (storage.Spec, bool) {
	for i := range t.indexes {
		if x := &t.indexes[i]; x.Index.ID == id {
			return storage.Spec{ID: x.tree, Key: page.KeyBytes, Layout: x.layout}, true
		}
	}
	return storage.Spec{}, false
}

// Trees returns the tree of the relation and those of its indexes.
func (t *Table) Trees() []storage.TreeID {
	ids := []storage.TreeID{t.tree}
	for i := range t.indexes {
		ids = append(ids, t.indexes[i].tree)
	}
	return ids
}

// Tree returns the tree of the rows.
func (t *Table) Tree() storage.TreeID { return t.tree }

func (t *Table) index(ix *catalog.Index) *index {
	for i := range t.indexes {
		if t.indexes[i].Index == ix || t.indexes[i].Index.ID == ix.ID {
			return &t.indexes[i]
		}
	}
	return nil
}
