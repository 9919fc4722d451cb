package table

import (
	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/types"
)

// rowArena is how much memory for strings a Reader takes at once.
const rowArena = 512

// Reader reads rows by their key, always the same columns. It is for one
// goroutine, and keeps nothing of a transaction between two rows.
type Reader struct {
	t     *Table
	cols  []*column // nil: the integer key
	ref   storage.RowRef
	cells []page.Cell // of the stored columns
	arena []byte      // its rest is for the next row's strings
}

// Reader prepares reading the columns that ordinals name; RowID is the integer
// key.
func (t *Table) Reader(ordinals []int) *Reader {
	r := &Reader{t: t, cols: make([]*column, len(ordinals))}
	for i, o := range ordinals {
		if o == RowID || t.columns[o].cell < 0 {
			continue
		}
		r.cols[i] = &t.columns[o]
		r.ref.Want = append(r.ref.Want, t.columns[o].id)
	}
	r.cells = make([]page.Cell, len(r.ref.Want))
	return r
}

// Get reads the visible row of a key into row, one value per column. Strings
// are in memory that is not used again.
func (r *Reader) Get(tx *storage.Tx, key []byte, row []types.Value) (bool, error) {
	found, err := tx.Get(r.t.tree, key, &r.ref)
	if err != nil || !found {
		return false, err
	}
	defer r.ref.Release()
	if err := r.ref.Cells(r.cells); err != nil {
		return false, err
	}
	if cap(r.arena) > rowArena {
		r.arena = nil // of a long value
	} else if cap(r.arena)-len(r.arena) < rowArena/8 {
		r.arena = make([]byte, 0, rowArena)
	}
	k := 0
	for i, c := range r.cols {
		v := &row[i]
		if c == nil {
			*v = types.NewInt(codec.Uint64Key(key))
			continue
		}
		cell := &r.cells[k]
		k++
		v.S, v.I, v.J, v.K = "", 0, 0, c.typ.Kind
		switch {
		case cell.Null:
			v.K = types.KindNull
		case c.phys == types.PhysBytes:
			v.S = keep(&r.arena, cell.B)
		case c.phys == types.PhysNumeric:
			if *v, err = r.t.bytesValue(c, cell.B, &r.arena); err != nil {
				return false, err
			}
		case c.phys == types.PhysPair:
			v.I, v.J = int64(cell.I), int64(cell.J)
		default:
			v.I = int64(cell.I)
		}
	}
	return true, nil
}
