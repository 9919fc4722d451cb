package table

import (
	"context"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

// A deferrable unique key may be shared by several rows until it is checked, so
// its entries hold the row's key as those of a plain index do. Who enters or
// removes one locks the key without the row (prefix), so that nobody else does
// before the transaction ends: where no other row has the key then, none will
// get it without being seen.

// LateKeys takes the deferrable keys that a row was given while another has
// them. row is valid during the call only.
type LateKeys interface {
	Shared(ix *catalog.Index, row []types.Value) error
}

// insertLate enters a row into a deferrable unique index; the first prefix
// bytes of the entry are the key.
func (w *Writer) insertLate(ctx context.Context, tx *storage.Tx, x *index, entry, body []byte, prefix int, row []types.Value) error {
	if err := tx.LockKey(ctx, x.tree, entry[:prefix], storage.LockExclusive, storage.Wait); err != nil {
		return err
	}
	if err := tx.Insert(x.tree, entry, body); err != nil {
		return err
	}
	n, err := CountPrefix(tx, x.tree, entry[:prefix])
	if err != nil || n < 2 {
		return err
	}
	if w.Late == nil {
		return w.duplicate(x.Index, row)
	}
	return w.Late.Shared(x.Index, row)
}

// CountPrefix counts the entries that begin with a key, up to two, in the
// newest committed state and the own writes.
func CountPrefix(tx *storage.Tx, tree storage.TreeID, prefix []byte) (int, error) {
	s, err := tx.Scan(tree, storage.Range{Lo: prefix, Hi: codec.Successor(prefix)}, storage.ScanOptions{Newest: true})
	if err != nil {
		return 0, err
	}
	defer s.Close()
	n := 0
	var b storage.Block
	for n < 2 {
		ok, err := s.Next(&b)
		if err != nil || !ok {
			return n, err
		}
		n += b.N
	}
	return n, nil
}

// SharedBy tells whether several rows have the values as their key in a
// deferrable unique index, after locking that key. The values are of the key
// columns' types and not NULL.
func (w *Writer) SharedBy(ctx context.Context, tx *storage.Tx, ix *catalog.Index, vals []types.Value) (bool, error) {
	x := w.index(ix)
	prefix := w.entry[:0]
	var err error
	for i := range x.parts {
		if prefix, err = codec.Append(prefix, &x.parts[i], vals[i]); err != nil {
			return false, err
		}
	}
	w.entry = prefix
	if err := tx.LockKey(ctx, x.tree, prefix, storage.LockExclusive, storage.Wait); err != nil {
		return false, err
	}
	n, err := CountPrefix(tx, x.tree, prefix)
	return n > 1, err
}
