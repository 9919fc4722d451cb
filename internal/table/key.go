package table

import (
	"encoding/binary"
	"math"

	"github.com/cespare/xxhash/v2"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/types"
)

// Key appends the storage key of a full row. rowid is used where the relation
// has a hidden integer key.
func (t *Table) Key(dst []byte, row []types.Value, rowid int64) ([]byte, error) {
	if t.Rel.RowIDKey {
		if t.keyOrd >= 0 {
			rowid = row[t.keyOrd].I
		}
		return codec.AppendUint64Key(dst, rowid), nil
	}
	start := len(dst)
	var err error
	for i := range t.key {
		if dst, err = codec.Append(dst, &t.key[i], row[t.keyCols[i]]); err != nil {
			return dst, err
		}
	}
	return dst, t.checkLength(len(dst)-start, t.Rel.Primary.Name)
}

// KeyOf appends the storage key made of the primary key's values, in the order
// of its parts; for a hidden row id, of that one integer.
func (t *Table) KeyOf(dst []byte, vals []types.Value) ([]byte, error) {
	if t.Rel.RowIDKey {
		return codec.AppendUint64Key(dst, vals[0].I), nil
	}
	var err error
	for i := range t.key {
		if dst, err = codec.Append(dst, &t.key[i], vals[i]); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func (t *Table) checkLength(n int, name string) error {
	if n <= codec.MaxKeyBytes {
		return nil
	}
	return sqlerr.New(sqlerr.ProgramLimitExceeded, "index row size %d exceeds maximum %d for index %q",
		n, codec.MaxKeyBytes, name).WithTable(t.Rel.Schema, t.Rel.Name).
		WithHint("Consider a function index of an MD5 hash of the value.")
}

// covers reports whether a partial index holds the row.
func (w *Writer) covers(x *index, row []types.Value) (bool, error) {
	if x.Index.Where == "" {
		return true, nil
	}
	return w.Exprs.Covers(x.place, row)
}

// entryKey appends the key of the row's index entry. alone is how many of its
// bytes must be in no other entry: a unique index and no part NULL (or NULLs not
// distinct); 0 is none. It is the whole entry unless the index is deferrable.
func (w *Writer) entryKey(dst []byte, x *index, row []types.Value, key []byte) (entry []byte, alone int, err error) {
	start := len(dst)
	unique := x.Index.Unique
	for i := range x.parts {
		var v types.Value
		if o := x.ordinals[i]; o >= 0 {
			v = row[o]
		} else if v, err = w.Exprs.Part(x.place, i, row); err != nil {
			return dst, 0, err
		}
		if v.IsNull() && !x.Index.NullsNotDistinct {
			unique = false
		}
		if dst, err = codec.Append(dst, &x.parts[i], v); err != nil {
			return dst, 0, err
		}
	}
	if x.Index.Hashed() {
		dst = appendHash(dst, start)
	} else if err := w.checkLength(len(dst)-start, x.Index.Name); err != nil {
		return dst, 0, err
	}
	if unique {
		alone = len(dst) - start
	}
	if !unique || x.Index.Deferrable {
		dst = append(dst, key...)
	}
	return dst, alone, nil
}

// appendHash puts the hash of an encoded key in its place. Keys of any length
// have one; those that are equal have the same.
func appendHash(dst []byte, start int) []byte {
	h := xxhash.Sum64(dst[start:])
	return binary.BigEndian.AppendUint64(dst[:start], h)
}

// entryRow encodes what an index entry holds besides its key.
func (w *Writer) entryRow(x *index, row []types.Value, key []byte) ([]byte, error) {
	if w.rows == nil {
		w.rows = make([]page.RowWriter, len(w.indexes))
	}
	r := &w.rows[x.number]
	r.Reset(&x.layout)
	cell := 0
	if x.payload {
		if w.Rel.RowIDKey {
			r.SetInt(0, codec.Uint64Key(key))
		} else {
			r.SetBytes(0, key)
		}
		cell = 1
	}
	for i, o := range x.include {
		w.setCell(r, cell+i, &w.columns[o], &row[o])
	}
	return r.Bytes(), nil
}

// encode fills the row writer with a row of the relation.
func (w *Writer) encode(row []types.Value) error {
	w.row.Reset(&w.layout)
	for i := range w.columns {
		if c := &w.columns[i]; c.cell >= 0 {
			w.setCell(&w.row, c.cell, c, &row[i])
		}
	}
	return nil
}

// setCell sets one cell; cells are null after Reset.
func (w *Writer) setCell(r *page.RowWriter, cell int, c *column, v *types.Value) {
	if v.K == types.KindNull {
		return
	}
	switch c.phys {
	case types.PhysInt, types.PhysFloat:
		r.SetInt(cell, v.I)
	case types.PhysPair:
		r.SetPair(cell, v.I, v.J)
	case types.PhysBytes:
		r.SetString(cell, v.S)
	default:
		w.cell = codec.AppendCell(w.cell[:0], *v)
		r.SetBytes(cell, w.cell)
	}
}

// EncodeRow encodes a row for a bulk build; the bytes are valid until the next
// call on the writer.
func (w *Writer) EncodeRow(row []types.Value) ([]byte, error) {
	err := w.encode(row)
	return w.row.Bytes(), err
}

const maxRowID = math.MaxInt64

// Entry encodes the index entry of a row, for building an index. covered is
// false where a partial index leaves the row out; alone is how many of its first
// bytes no other row's may have, 0 for none. The bytes are valid until the next
// call.
func (w *Writer) Entry(id catalog.ID, row []types.Value, key []byte) (entry, body []byte, alone int, covered bool, err error) {
	var x *index
	for i := range w.indexes {
		if w.indexes[i].Index.ID == id {
			x = &w.indexes[i]
		}
	}
	if x == nil {
		return nil, nil, 0, false, sqlerr.New(sqlerr.InternalError, "relation %q has no index %d", w.Rel.Name, id)
	}
	if covered, err = w.covers(x, row); err != nil || !covered {
		return nil, nil, 0, covered, err
	}
	if w.entry, alone, err = w.entryKey(w.entry[:0], x, row, key); err != nil {
		return nil, nil, 0, true, err
	}
	body, err = w.entryRow(x, row, key)
	return w.entry, body, alone, true, err
}

// Duplicate makes the error for a unique index that cannot be built since two
// rows have one key.
func (w *Writer) Duplicate(ix *catalog.Index, row []types.Value) error {
	return sqlerr.New(sqlerr.UniqueViolation, "could not create unique index %q", ix.Name).
		WithDetail("Key %s is duplicated.", w.describeKey(ix, row)).
		WithTable(w.Rel.Schema, w.Rel.Name).WithConstraint(ix.Name)
}
