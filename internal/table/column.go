package table

import (
	"unsafe"

	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// copyColumn copies one column of the block behind the rows loaded so far.
func (s *Scan) copyColumn(c *scanColumn, v *vector.Vector) error {
	b, off := &s.block, s.n
	if c.key {
		s.copyKeys(v)
		return nil
	}
	if b.Pos != nil {
		return s.gatherColumn(c, v)
	}
	leaf := b.Leaf
	if leaf.HasNulls(c.id) {
		s.copyNulls(c, v)
	} else if v.HasNulls {
		clearNulls(v, off, b.N)
	}
	switch c.phys {
	case types.PhysInt:
		leaf.Ints(c.id, b.First, b.N, v.I[off:off+b.N])
	case types.PhysFloat:
		leaf.Ints(c.id, b.First, b.N, asInts(v.F[off:off+b.N]))
	case types.PhysPair:
		leaf.Pairs(c.id, b.First, b.N, v.I[off:off+b.N], v.J[off:off+b.N])
	default:
		return s.copyBytes(c, v)
	}
	return nil
}

// asInts views floats as the integers that have their bits.
func asInts(f []float64) []int64 {
	if len(f) == 0 {
		return nil
	}
	return unsafe.Slice((*int64)(unsafe.Pointer(&f[0])), len(f))
}

func (s *Scan) copyKeys(v *vector.Vector) {
	b, dst := &s.block, v.I[s.n:s.n+s.block.N]
	if v.HasNulls {
		clearNulls(v, s.n, b.N)
	}
	if b.Pos == nil {
		keys := unsafe.Slice((*uint64)(unsafe.Pointer(&dst[0])), len(dst))
		b.Leaf.KeyUint64s(b.First, b.N, keys)
		for i := range dst {
			dst[i] ^= -1 << 63
		}
		return
	}
	for i := range dst {
		dst[i] = codec.Uint64Key(b.Key(i, s.key))
	}
}

func clearNulls(v *vector.Vector, off, n int) {
	for i := off; i < off+n; i++ {
		v.Nulls[i>>6] &^= 1 << (uint(i) & 63)
	}
}

// copyNulls merges the leaf's null bits into the vector at the present place.
func (s *Scan) copyNulls(c *scanColumn, v *vector.Vector) {
	b, off := &s.block, s.n
	if !v.HasNulls {
		clear(v.Nulls)
		v.HasNulls = true
	}
	if off&63 == 0 {
		b.Leaf.Nulls(c.id, b.First, b.N, v.Nulls[off>>6:])
		return
	}
	for i := 0; i < b.N; i++ {
		bit := uint64(0)
		if b.Leaf.NullAt(c.id, b.First+i) {
			bit = 1
		}
		k := off + i
		v.Nulls[k>>6] = v.Nulls[k>>6]&^(1<<(uint(k)&63)) | bit<<(uint(k)&63)
	}
}

// copyBytes copies a variable-length column of a leaf.
func (s *Scan) copyBytes(c *scanColumn, v *vector.Vector) error {
	b, off := &s.block, s.n
	overflow := b.Leaf.MayOverflow(c.id)
	cells, direct := b.Leaf.Cells(c.id)
	for i := 0; i < b.N; i++ {
		if v.HasNulls && v.Null(off+i) {
			continue
		}
		var cell []byte
		if overflow {
			var err error
			if cell, err = b.Bytes(i, c.id); err != nil {
				return err
			}
			s.narrow(i, len(cell))
		} else if direct {
			cell = cells.At(b.First + i)
		} else {
			cell = b.Leaf.BytesAt(c.id, b.First+i)
		}
		if c.phys == types.PhysBytes {
			v.S[off+i] = keep(&s.arena, cell)
			continue
		}
		x, err := s.t.bytesValue(c.column, cell, &s.arena)
		if err != nil {
			return err
		}
		v.Set(off+i, x)
	}
	return nil
}

// gatherColumn copies a column of a block that mixes leaf rows with newer ones.
func (s *Scan) gatherColumn(c *scanColumn, v *vector.Vector) error {
	for i := 0; i < s.block.N; i++ {
		if s.block.IsNull(i, c.id) {
			v.SetNull(s.n + i)
			continue
		}
		x, err := s.blockValue(i, c.column)
		if err != nil {
			return err
		}
		v.Set(s.n+i, x)
		s.narrow(i, len(x.S))
	}
	return nil
}

// narrow counts the bytes of a value of row i, and ends the block with that
// row where the load has enough.
func (s *Scan) narrow(i, n int) {
	if s.held += n; s.held >= loadBytes {
		s.block.N = i + 1
	}
}

// bytesValue makes a value of a stored cell of variable length.
func (t *Table) bytesValue(c *column, b []byte, arena *[]byte) (types.Value, error) {
	v := types.Value{K: c.typ.Kind}
	if c.phys == types.PhysBytes {
		v.S = keep(arena, b)
		return v, nil
	}
	coefficient, scale, big, err := codec.NumericCell(b)
	if err != nil {
		return v, err
	}
	v.I, v.J = coefficient, scale
	if big != nil {
		v.S = keep(arena, big)
	}
	return v, nil
}

// cell reads one column of a row that was found by its key.
func (t *Table) cell(c *scanColumn, key []byte, r *storage.RowRef, arena *[]byte) (types.Value, error) {
	if c.key {
		return types.NewInt(codec.Uint64Key(key)), nil
	}
	if r.IsNull(c.id) {
		return types.Null, nil
	}
	v := types.Value{K: c.typ.Kind}
	switch c.phys {
	case types.PhysInt, types.PhysFloat:
		v.I = r.Int(c.id)
	case types.PhysPair:
		v.I, v.J = r.Pair(c.id)
	default:
		b, err := r.Bytes(c.id)
		if err != nil {
			return v, err
		}
		return t.bytesValue(c.column, b, arena)
	}
	return v, nil
}

// GetNewest reads the row of a key in the newest committed state and the own
// writes into row, one value per ordinal. Strings are in memory of their own.
func (t *Table) GetNewest(tx *storage.Tx, key []byte, ordinals []int, row []types.Value) (bool, error) {
	var ref storage.RowRef
	found, err := tx.GetNewest(t.tree, key, &ref)
	if err != nil || !found {
		return false, err
	}
	defer ref.Release()
	return true, t.read(key, &ref, ordinals, row)
}

func (t *Table) read(key []byte, ref *storage.RowRef, ordinals []int, row []types.Value) error {
	var arena []byte
	for i, o := range ordinals {
		c := scanColumn{column: &rowIDColumn, key: true}
		if o != RowID {
			c.column, c.key = &t.columns[o], t.columns[o].cell < 0
		}
		v, err := t.cell(&c, key, ref, &arena)
		if err != nil {
			return err
		}
		row[i] = v
	}
	return nil
}

func errDangling(x *index) error {
	return sqlerr.New(sqlerr.IndexCorrupted, "index %q points to a row that does not exist", x.Index.Name).
		WithHint("REINDEX INDEX %s makes it anew.", x.Index.Name)
}
