package table

import (
	"bytes"
	"context"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/types"
)

// IndexExprs computes what of an index entry is not a column: expression parts
// and the predicate of a partial index. index counts in Rel.Indexes. A nil
// IndexExprs serves relations whose indexes have neither.
type IndexExprs interface {
	Part(index, part int, row []types.Value) (types.Value, error)
	Covers(index int, row []types.Value) (bool, error)
}

// Writer changes rows of one table. It holds the buffers of a statement, so it
// belongs to one goroutine; the zero value with Table set is ready.
type Writer struct {
	*Table
	Exprs IndexExprs
	Late  LateKeys // nil: deferrable keys are checked at once
	row   page.RowWriter
	rows  []page.RowWriter // of the indexes: a writer keeps what it knows of one layout
	key   []byte
	entry []byte
	old   []byte
	cell  []byte
	found storage.RowRef

	keys   *counter // of keysOf
	keysOf *Counters
}

// Insert stores a new row with its index entries. rowid is the integer key of
// a relation that has one. It locks the keys, and fails with 23505 where a
// unique key is taken.
func (w *Writer) Insert(ctx context.Context, tx *storage.Tx, row []types.Value, rowid int64) error {
	key, err := w.Key(w.key[:0], row, rowid)
	if err != nil {
		return err
	}
	w.key = key
	if err := w.encode(row); err != nil {
		return err
	}
	taken, err := tx.InsertNew(ctx, w.tree, key, w.row.Bytes(), &w.found)
	w.row.Shrink()
	if err != nil {
		return err
	}
	if taken {
		return w.duplicate(w.Rel.Primary, row)
	}
	for i := range w.indexes {
		if err := w.insertEntry(ctx, tx, &w.indexes[i], row, key); err != nil {
			return err
		}
	}
	return nil
}

// takeKey locks the row's key and makes sure that no row has it.
func (w *Writer) takeKey(ctx context.Context, tx *storage.Tx, key []byte, row []types.Value) error {
	if err := tx.LockKey(ctx, w.tree, key, storage.LockExclusive, storage.Wait); err != nil {
		return err
	}
	taken, err := tx.GetNewest(w.tree, key, &w.found)
	if err != nil {
		return err
	}
	if taken {
		w.found.Release()
		return w.duplicate(w.Rel.Primary, row)
	}
	return nil
}

func (w *Writer) insertEntry(ctx context.Context, tx *storage.Tx, x *index, row []types.Value, key []byte) error {
	covered, err := w.covers(x, row)
	if err != nil || !covered {
		return err
	}
	entry, alone, err := w.entryKey(w.entry[:0], x, row, key)
	if err != nil {
		return err
	}
	w.entry = entry
	body, err := w.entryRow(x, row, key)
	switch {
	case err != nil:
		return err
	case alone == 0:
		return tx.Insert(x.tree, entry, body)
	case x.Index.Deferrable:
		return w.insertLate(ctx, tx, x, entry, body, alone, row)
	}
	taken, err := tx.InsertNew(ctx, x.tree, entry, body, &w.found)
	if err == nil && taken {
		err = w.duplicate(x.Index, row)
	}
	return err
}

func (w *Writer) takeUnique(ctx context.Context, tx *storage.Tx, x *index, entry []byte, row []types.Value) error {
	if err := tx.LockKey(ctx, x.tree, entry, storage.LockExclusive, storage.Wait); err != nil {
		return err
	}
	taken, err := tx.GetNewest(x.tree, entry, &w.found)
	if err != nil {
		return err
	}
	if taken {
		w.found.Release()
		return w.duplicate(x.Index, row)
	}
	return nil
}

// Update replaces the row stored under key, which the caller has locked. Only
// index entries that differ are touched.
func (w *Writer) Update(ctx context.Context, tx *storage.Tx, key []byte, old, new []types.Value, newID int64) error {
	newKey, err := w.Key(w.key[:0], new, newID)
	if err != nil {
		return err
	}
	w.key = newKey
	moved := !bytes.Equal(key, newKey)
	if moved {
		if err := w.takeKey(ctx, tx, newKey, new); err != nil {
			return err
		}
	}
	for i := range w.indexes {
		if err := w.updateEntry(ctx, tx, &w.indexes[i], old, new, key, newKey); err != nil {
			return err
		}
	}
	if moved {
		if err := tx.Delete(w.tree, key); err != nil {
			return err
		}
	}
	if err := w.encode(new); err != nil {
		return err
	}
	if moved {
		err = tx.Insert(w.tree, newKey, w.row.Bytes())
	} else {
		err = tx.Put(w.tree, newKey, w.row.Bytes())
	}
	w.row.Shrink()
	return err
}

func (w *Writer) updateEntry(ctx context.Context, tx *storage.Tx, x *index, old, new []types.Value, oldKey, newKey []byte) error {
	if w.sameEntry(x, old, new) && bytes.Equal(oldKey, newKey) {
		return nil
	}
	had, err := w.covers(x, old)
	if err != nil {
		return err
	}
	has, err := w.covers(x, new)
	if err != nil {
		return err
	}
	alone, was := 0, 0
	if had {
		if w.old, was, err = w.entryKey(w.old[:0], x, old, oldKey); err != nil {
			return err
		}
	}
	if has {
		if w.entry, alone, err = w.entryKey(w.entry[:0], x, new, newKey); err != nil {
			return err
		}
	}
	same := had && has && bytes.Equal(w.old, w.entry)
	if had && !same {
		if err := w.lockEntry(ctx, tx, x, w.old, was); err != nil {
			return err
		}
		if err := tx.Delete(x.tree, w.old); err != nil {
			return err
		}
	}
	if !has {
		return nil
	}
	late := alone > 0 && x.Index.Deferrable
	if alone > 0 && !same && !late {
		if err := w.takeUnique(ctx, tx, x, w.entry, new); err != nil {
			return err
		}
	}
	body, err := w.entryRow(x, new, newKey)
	if err != nil {
		return err
	}
	switch {
	case same:
		return tx.Put(x.tree, w.entry, body)
	case late:
		return w.insertLate(ctx, tx, x, w.entry, body, alone, new)
	}
	return tx.Insert(x.tree, w.entry, body)
}

// sameEntry reports whether the two rows have one index entry, judged by the
// values of the columns it is made of.
func (w *Writer) sameEntry(x *index, old, new []types.Value) bool {
	if x.Index.Where != "" {
		return false
	}
	for _, o := range x.ordinals {
		if o < 0 || old[o] != new[o] {
			return false
		}
	}
	for _, o := range x.include {
		if old[o] != new[o] {
			return false
		}
	}
	return true
}

// lockEntry locks a unique entry before it goes, so that who wants to insert
// the same key waits for the outcome. alone is that of entryKey.
func (w *Writer) lockEntry(ctx context.Context, tx *storage.Tx, x *index, entry []byte, alone int) error {
	if !x.Index.Unique {
		return nil
	}
	if alone == 0 { // NULLs: nobody waits for it, but it goes as others do
		alone = len(entry)
	}
	return tx.LockKey(ctx, x.tree, entry[:alone], storage.LockExclusive, storage.Wait)
}

// Delete removes the row stored under key, which the caller has locked.
func (w *Writer) Delete(ctx context.Context, tx *storage.Tx, key []byte, old []types.Value) error {
	for i := range w.indexes {
		x := &w.indexes[i]
		covered, err := w.covers(x, old)
		if err != nil {
			return err
		}
		if !covered {
			continue
		}
		alone := 0
		if w.entry, alone, err = w.entryKey(w.entry[:0], x, old, key); err != nil {
			return err
		}
		if err := w.lockEntry(ctx, tx, x, w.entry, alone); err != nil {
			return err
		}
		if err := tx.Delete(x.tree, w.entry); err != nil {
			return err
		}
	}
	return tx.Delete(w.tree, key)
}

// Conflict looks for the row that keeps the new row from being inserted, by
// one unique index (nil: the relation's key). It locks the unique key and
// returns the key of the newest row that has it.
func (w *Writer) Conflict(ctx context.Context, tx *storage.Tx, row []types.Value, rowid int64, ix *catalog.Index) (key []byte, found bool, err error) {
	own, err := w.Key(w.key[:0], row, rowid)
	if err != nil {
		return nil, false, err
	}
	w.key = own
	if ix == nil || ix == w.Rel.Primary {
		if err := tx.LockKey(ctx, w.tree, own, storage.LockExclusive, storage.Wait); err != nil {
			return nil, false, err
		}
		found, err = tx.GetNewest(w.tree, own, &w.found)
		if found {
			w.found.Release()
		}
		return own, found, err
	}
	x := w.index(ix)
	covered, err := w.covers(x, row)
	if err != nil || !covered {
		return nil, false, err
	}
	entry, alone, err := w.entryKey(w.entry[:0], x, row, own)
	if err != nil || alone == 0 {
		return nil, false, err
	}
	w.entry = entry
	return w.lookupEntry(ctx, tx, x, entry, storage.LockExclusive)
}

// Lookup finds the row that has the values as its unique key, in the newest
// committed state and the own writes, after locking that key: the parent of a
// foreign key. The values are of the key columns' types and not NULL.
func (w *Writer) Lookup(ctx context.Context, tx *storage.Tx, ix *catalog.Index, vals []types.Value, lock storage.LockMode) (key []byte, found bool, err error) {
	if ix == nil || ix == w.Rel.Primary {
		key, err := w.KeyOf(w.key[:0], vals)
		if err != nil {
			return nil, false, err
		}
		w.key = key
		if err := tx.LockKey(ctx, w.tree, key, lock, storage.Wait); err != nil {
			return nil, false, err
		}
		found, err := tx.GetNewest(w.tree, key, &w.found)
		if found {
			w.found.Release()
		}
		return key, found, err
	}
	x := w.index(ix)
	entry := w.entry[:0]
	for i := range x.parts {
		if entry, err = codec.Append(entry, &x.parts[i], vals[i]); err != nil {
			return nil, false, err
		}
	}
	w.entry = entry
	key, found, err = w.lookupEntry(ctx, tx, x, entry, lock)
	if err != nil || !found {
		return nil, found, err
	}
	if err := tx.LockKey(ctx, w.tree, key, lock, storage.Wait); err != nil {
		return nil, false, err
	}
	return key, true, nil
}

func (w *Writer) lookupEntry(ctx context.Context, tx *storage.Tx, x *index, entry []byte, lock storage.LockMode) ([]byte, bool, error) {
	if err := tx.LockKey(ctx, x.tree, entry, lock, storage.Wait); err != nil {
		return nil, false, err
	}
	found, err := tx.GetNewest(x.tree, entry, &w.found)
	if err != nil || !found {
		return nil, false, err
	}
	defer w.found.Release()
	w.old, err = w.payloadKey(w.old[:0], &w.found)
	return w.old, true, err
}

// payloadKey reads the row key that a unique index entry holds.
func (w *Table) payloadKey(dst []byte, r *storage.RowRef) ([]byte, error) {
	if w.Rel.RowIDKey {
		return codec.AppendUint64Key(dst, r.Int(keyColumn)), nil
	}
	b, err := r.Bytes(keyColumn)
	return append(dst, b...), err
}

// duplicate makes PostgreSQL's error for a unique key that is taken.
func (w *Writer) duplicate(ix *catalog.Index, row []types.Value) error {
	constraint := w.Rel.Name + "_rowid"
	e := sqlerr.New(sqlerr.UniqueViolation, "duplicate key value violates unique constraint %q", constraint)
	if ix != nil {
		constraint = ix.Name
		e = sqlerr.New(sqlerr.UniqueViolation, "duplicate key value violates unique constraint %q", constraint)
		e = e.WithDetail("Key %s already exists.", w.describeKey(ix, row))
	}
	return e.WithTable(w.Rel.Schema, w.Rel.Name).WithConstraint(constraint)
}

// describeKey writes a key as PostgreSQL's details do: (a, b)=(1, x).
func (w *Writer) describeKey(ix *catalog.Index, row []types.Value) string {
	var names, vals []byte
	for i, p := range ix.Parts {
		if i > 0 {
			names, vals = append(names, ", "...), append(vals, ", "...)
		}
		if p.Column == 0 {
			names, vals = append(names, p.Expr...), append(vals, w.describePart(ix, i, row)...)
			continue
		}
		o := w.Rel.Ordinal(p.Column)
		names = append(names, w.Rel.Columns[o].Name...)
		if row[o].IsNull() {
			vals = append(vals, "null"...)
		} else {
			vals = append(vals, types.Format(row[o], w.Rel.Columns[o].Type, nil)...)
		}
	}
	return "(" + string(names) + ")=(" + string(vals) + ")"
}

// describePart writes the value of an expression of an index.
func (w *Writer) describePart(ix *catalog.Index, part int, row []types.Value) string {
	x := w.index(ix)
	if x == nil || w.Exprs == nil {
		return "?"
	}
	switch v, err := w.Exprs.Part(x.place, part, row); {
	case err != nil: // the key was computed before: the row is not whole here
		return "?"
	case v.IsNull():
		return "null"
	default:
		return types.Format(v, ix.Parts[part].Type, nil)
	}
}
