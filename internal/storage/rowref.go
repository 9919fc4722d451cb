package storage

import (
	"bytes"

	"github.com/zqlite/zqlite/internal/storage/btree"
	"github.com/zqlite/zqlite/internal/storage/delta"
	"github.com/zqlite/zqlite/internal/storage/page"
)

// RowRef is one row found by Get, read by column id. It is valid until Release
// or the next Get into it, and at most until the transaction ends. It may pin a
// page, so whoever found a row releases it. The zero value is ready.
type RowRef struct {
	// Want are the columns for Cells, set before Get.
	Want []uint16

	row   page.Row  // where at is negative
	seq   uint64    // of row
	leaf  btree.Ref // else row at of a leaf
	pages *pages
	at    int
}

// IsNull tells whether the column has no value.
func (r *RowRef) IsNull(id uint16) bool {
	if r.at < 0 {
		return r.row.IsNull(id)
	}
	return r.leaf.NullAt(id, r.at)
}

// Int reads a Bit or Fixed8 column that is not null.
func (r *RowRef) Int(id uint16) int64 {
	if r.at < 0 {
		return r.row.Int(id)
	}
	return r.leaf.IntAt(id, r.at)
}

// Pair reads a Fixed16 column that is not null.
func (r *RowRef) Pair(id uint16) (i, j int64) {
	if r.at < 0 {
		return r.row.Pair(id)
	}
	return r.leaf.PairAt(id, r.at)
}

// Bytes reads a Var column that is not null. A value that lies on overflow
// pages is read into memory of its own.
func (r *RowRef) Bytes(id uint16) ([]byte, error) {
	if r.at < 0 {
		return r.row.Bytes(id), nil
	}
	return r.pages.cell(&r.leaf.Leaf, id, r.at)
}

// Cells reads the columns Want into out, one by one; their bytes are valid as
// long as the row. It is the way to read several columns: one by one each
// would wait for memory.
func (r *RowRef) Cells(out []page.Cell) error {
	if r.at < 0 {
		for k, id := range r.Want {
			out[k] = r.row.Cell(id)
		}
		return nil
	}
	r.leaf.ReadCells(r.Want, r.at, out)
	for k := range r.Want {
		if c := &out[k]; c.Overflow {
			b, err := r.pages.overflow(c.B)
			if err != nil {
				return err
			}
			c.B, c.Overflow = b, false
		}
	}
	return nil
}

// Release lets go of the leaf.
func (r *RowRef) Release() {
	r.leaf.Release()
	r.at = -1
}

// Get finds the row of a key at the snapshot: own writes from before the
// statement, deltas, pages (invariant 9). It allocates nothing.
func (t *Tx) Get(tree TreeID, key []byte, r *RowRef) (bool, error) {
	if err := t.ensure(); err != nil {
		return false, err
	}
	h, hash := t.tree(tree), delta.Hash(key)
	if t.reads != nil {
		t.reads.Point(uint32(tree), key, hash)
	}
	if h.own != nil {
		if v, ok, err := h.own.get(key, hash, t.ownVisible); ok || err != nil {
			return foundOwn(h, v, err, r)
		}
	}
	if h.base == nil {
		if h.layoutsOf() == nil {
			return false, errNoTree(tree)
		}
		return false, nil
	}
	return t.s.committedAs(h.base, h.layoutsOf(), key, hash, t.snap, r)
}

// GetNewest finds the newest committed row of a key, or the own one. It is for
// checks after the key was locked; a serializable transaction does not record
// it as read.
func (t *Tx) GetNewest(tree TreeID, key []byte, r *RowRef) (bool, error) {
	if err := t.ensure(); err != nil {
		return false, err
	}
	h := t.tree(tree)
	return t.newest(h, key, delta.Hash(key), h.own == nil || h.own.endsBelow(key), r)
}

// newest is GetNewest; notOwn says that the own writes do not have the key.
func (t *Tx) newest(h *txTree, key []byte, hash uint64, notOwn bool, r *RowRef) (bool, error) {
	if !notOwn {
		if v, ok, err := h.own.get(key, hash, ^uint64(0)); ok || err != nil {
			return foundOwn(h, v, err, r)
		}
	}
	if h.hidden() {
		return false, nil
	}
	cur := t.st
	if now := t.s.state.Load(); now != t.st {
		if t.latest != now {
			if t.latest != nil {
				t.latest.release()
			}
			t.latest = t.s.acquire()
		}
		cur = t.latest
	}
	c := h.base
	if cur != h.from {
		c = cur.trees[h.id]
	}
	if c == nil {
		return false, errNoTree(h.id)
	}
	if notOwn && h.own != nil && t.beyond(h, cur, key) {
		return false, nil
	}
	ls := h.layouts
	if ls == nil {
		ls = c.layouts
	}
	return t.s.committedAs(c, ls, key, hash, cur.visible.Load(), r)
}

// ending is what a transaction that appends to a tree knows of its committed
// rows: none has a key above key, in the state st at sequence seq.
type ending struct {
	st    *state
	seq   uint64
	key   []byte
	asked int // times that it did not know
}

// askedOften is how many keys have to be looked for before the end of the tree
// is: what others commit makes it unknown again.
const askedOften = 16

// beyond tells whether the key is known to lie behind all committed ones.
func (t *Tx) beyond(h *txTree, cur *state, key []byte) bool {
	e := &h.ending
	seq := cur.visible.Load()
	if e.st == cur && e.seq == seq {
		return bytes.Compare(key, e.key) > 0
	}
	if e.asked++; e.asked < askedOften {
		return false
	}
	e.asked = 0
	last, _, err := t.LastKey(h.id) // the own writes end below the key
	if err != nil || t.s.state.Load() != cur || cur.visible.Load() != seq {
		return false
	}
	e.st, e.seq, e.key = cur, seq, last
	return bytes.Compare(key, last) > 0
}

// found opens a version that a list gave.
func found(ls *layouts, v delta.Version, r *RowRef) (bool, error) {
	r.leaf.Release()
	r.at, r.seq = -1, v.Seq
	if v.Deleted() {
		return false, nil
	}
	var err error
	r.row, err = ls.open(v.Row)
	return err == nil, err
}

func foundOwn(h *txTree, v delta.Version, err error, r *RowRef) (bool, error) {
	if err != nil {
		return false, err
	}
	return found(h.layoutsOf(), v, r)
}

// committed finds the newest version of key at or below max, and its sequence,
// which that of a deleted row has too.
func (s *Store) committed(t *tree, key []byte, hash, max uint64, r *RowRef) (bool, uint64, error) {
	r.seq = 0
	ok, err := s.committedAs(t, t.layouts, key, hash, max, r)
	if ok && r.at >= 0 {
		r.seq = r.leaf.Seq(r.at)
	}
	return ok, r.seq, err
}

// committedAs finds the newest version of key at or below max.
func (s *Store) committedAs(t *tree, ls *layouts, key []byte, hash, max uint64, r *RowRef) (bool, error) {
	v, ok, err := t.find(key, hash, max)
	if err != nil {
		return false, err
	}
	if ok {
		return found(ls, v, r)
	}
	return s.fromPages(t, ls, key, r)
}
