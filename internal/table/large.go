package table

import (
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

// Large finds the cell of a row that is read in pieces, by the values of the
// row's key. The column's cells are bytes as they stand: text, bytea, json.
func (t *Table) Large(tx *storage.Tx, vals []types.Value, ordinal int) (l storage.Large, found, null bool, err error) {
	key, err := t.KeyOf(nil, vals)
	if err != nil {
		return l, false, false, err
	}
	var ref storage.RowRef
	if found, err = tx.Get(t.tree, key, &ref); err != nil || !found {
		return l, false, false, err
	}
	defer ref.Release()
	id := t.columns[ordinal].id
	if ref.IsNull(id) {
		return l, true, true, nil
	}
	l, err = ref.Large(id)
	return l, true, false, err
}
