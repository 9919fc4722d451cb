package table

import (
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

// rowArena is how much memory for strings a Reader takes at once.
const rowArena = 512

// Reader reads rows by their key, always the same columns. It is for one
// goroutine, and keeps nothing of a transaction between two rows.
type Reader struct {
	t     *Table
	cols  []scanColumn
	ref   storage.RowRef
	arena []byte // its rest is for the next row's strings
}

// Reader prepares reading the columns that ordinals name; RowID is the integer
// key.
func (t *Table) Reader(ordinals []int) *Reader {
	r := &Reader{t: t, cols: make([]scanColumn, len(ordinals))}
	for i, o := range ordinals {
		r.cols[i] = t.wanted(o)
		if c := &r.cols[i]; !c.key {
			r.ref.Want = append(r.ref.Want, c.id)
		}
	}
	return r
}

// wanted is where a column, or RowID, comes from.
func (t *Table) wanted(ordinal int) scanColumn {
	if ordinal == RowID {
		return scanColumn{column: &rowIDColumn, ordinal: ordinal, key: true}
	}
	c := &t.columns[ordinal]
	return scanColumn{column: c, ordinal: ordinal, key: c.cell < 0}
}

// Get reads the visible row of a key into row, one value per column. Strings
// are in memory that is not used again.
func (r *Reader) Get(tx *storage.Tx, key []byte, row []types.Value) (bool, error) {
	found, err := tx.Get(r.t.tree, key, &r.ref)
	if err != nil || !found {
		return false, err
	}
	defer r.ref.Release()
	if cap(r.arena) > rowArena {
		r.arena = nil // of a long value
	} else if cap(r.arena)-len(r.arena) < rowArena/8 {
		r.arena = make([]byte, 0, rowArena)
	}
	for i := range r.cols {
		if row[i], err = r.t.cell(&r.cols[i], key, &r.ref, &r.arena); err != nil {
			return false, err
		}
	}
	return true, nil
}
