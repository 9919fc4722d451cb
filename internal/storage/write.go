package storage

import (
	"context"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/delta"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/pager"
)

// maxKeyBytes bounds a key; page sizes below 16 KiB bound it further.
const maxKeyBytes = 2048

// Put sets the row of a key. The caller holds the key's exclusive lock where
// others could write it. Both slices are copied.
func (t *Tx) Put(tree TreeID, key, row []byte) error { return t.write(tree, key, row, 0) }

// Insert is Put for a key that the caller knows to have no visible row, own
// writes included; it keeps Rows exact.
func (t *Tx) Insert(tree TreeID, key, row []byte) error {
	return t.write(tree, key, row, delta.Inserted)
}

// InsertNew locks a key, which becomes the caller's alone, and inserts its row;
// taken says that it has one, in the newest committed state or among the own
// writes, and that nothing was inserted. found is memory for the search.
func (t *Tx) InsertNew(ctx context.Context, tree TreeID, key, row []byte, found *RowRef) (taken bool, err error) {
	h, err := t.writable(tree)
	if err != nil {
		return false, err
	}
	hash := delta.Hash(key)
	if err := t.lock(ctx, h, hash, LockExclusive, Wait); err != nil {
		return false, err
	}
	behind := h.own == nil || h.own.endsBelow(key)
	if taken, err = t.newest(h, key, hash, behind, found); taken || err != nil {
		found.Release()
		return taken, err
	}
	return false, t.put(h, key, row, delta.Inserted, behind)
}

// Delete removes the row of a key, which has one.
func (t *Tx) Delete(tree TreeID, key []byte) error { return t.write(tree, key, nil, delta.Deleted) }

func (t *Tx) write(id TreeID, key, row []byte, flags uint8) error {
	h, err := t.writable(id)
	if err != nil {
		return err
	}
	return t.put(h, key, row, flags, flags == delta.Inserted && (h.own == nil || h.own.endsBelow(key)))
}

// put enters an operation; behind says that it inserts a row behind all others
// that the transaction has written to the tree.
func (t *Tx) put(h *txTree, key, row []byte, flags uint8, behind bool) error {
	if len(key) > t.s.maxKey {
		return sqlerr.New(sqlerr.ProgramLimitExceeded, "key of %d bytes exceeds the maximum of %d", len(key), t.s.maxKey)
	}
	if len(row) > t.s.bigRow {
		if err := t.checkRow(h, key, row); err != nil {
			return err
		}
	}
	if h.own == nil {
		if h.own = &h.mine; h.mine.list != nil { // hidden by a definition, and back after a rollback
			h.own = &ownWrites{}
		}
		h.own.list = t.scratch().list()
	}
	if behind && t.extend(h.own) {
		h.own.tail.add(key, t.w.ws.Append(h.own.tail, &h.own.tail.entered), row)
	} else if !t.w.ws.Put(h.own.list, key, flags, row) {
		return sqlerr.New(sqlerr.OutOfMemory, "the write set of the transaction is full")
	}
	if (t.w.ws.Len()&t.s.spillMask == 0 || len(row) >= spillRow) && !t.s.memory && t.overBudget() {
		return t.spill()
	}
	return nil
}

// extend gives the own writes a tail that takes rows; false where there is none
// to be had.
func (t *Tx) extend(o *ownWrites) bool {
	if o.tail == nil {
		o.tail = t.w.tail()
		o.tail.full = int(min(max(t.s.o.WriteSetBytes/64, 64), tailBlock))
	}
	return !o.tail.closed
}

// checkRow refuses a row that no leaf could hold even with its large cells on
// overflow pages: the merge would fail on it for ever.
func (t *Tx) checkRow(h *txTree, key, row []byte) error {
	ls := h.layoutsOf()
	if ls == nil && h.writtenTo != nil {
		ls = h.writtenTo.layouts
	}
	r, err := ls.open(row)
	if err != nil {
		return err
	}
	if need := page.LeafSize(&r, ls.set, len(key), pager.BlobBytes); need > t.s.pages.file.Room() {
		return sqlerr.New(sqlerr.ProgramLimitExceeded, "row is too big: %d bytes, the maximum is %d", need, t.s.pages.file.Room())
	}
	return nil
}

// writable gives the handle of a tree that exists, for writing.
func (t *Tx) writable(id TreeID) (*txTree, error) {
	if t.o.ReadOnly {
		return nil, errReadOnly
	}
	if err := t.ensure(); err != nil {
		return nil, err
	}
	h := t.tree(id)
	if h.base == nil && h.created == nil && !h.truncated {
		// A statement may write to a tree that was made after its snapshot:
		// system trees, sequences.
		cur := t.s.state.Load().trees[id]
		if cur == nil || h.dropped {
			return nil, errNoTree(id)
		}
		h.writtenTo = cur
	} else if h.base != nil && h.writtenTo == nil {
		h.writtenTo = h.base
	}
	return h, nil
}

// CreateTree makes an empty tree, visible to others from the commit on.
func (t *Tx) CreateTree(s Spec) error {
	if t.o.ReadOnly {
		return errReadOnly
	}
	if err := t.ensure(); err != nil {
		return err
	}
	h := t.tree(s.ID)
	if h.created != nil || h.base != nil || h.truncated {
		return sqlerr.New(sqlerr.DuplicateObject, "tree %d exists", s.ID)
	}
	t.ddl(h, func() {
		spec := s
		spec.Layout.Columns = append([]page.Column(nil), s.Layout.Columns...)
		h.created, h.layouts = &spec, newLayouts(spec.Layout)
	})
	return nil
}

// AlterTree gives the tree a newer layout; rows written before are read with
// the defaults of their missing columns. The caller holds TableExclusive.
func (t *Tx) AlterTree(id TreeID, l page.Layout) error {
	h, err := t.writable(id)
	if err != nil {
		return err
	}
	l.Columns = append([]page.Column(nil), l.Columns...)
	now := h.layoutsOf()
	if now == nil {
		return errNoTree(id)
	}
	t.ddl(h, func() {
		h.altered = append(h.altered[:len(h.altered):len(h.altered)], l)
		h.layouts = now.with(l)
	})
	return nil
}

// DropTree removes the tree. The caller holds TableExclusive.
func (t *Tx) DropTree(id TreeID) error {
	h, err := t.writable(id)
	if err != nil {
		return err
	}
	t.ddl(h, func() {
		h.dropped = h.dropped || h.created == nil
		h.created, h.truncated, h.altered, h.layouts, h.own = nil, false, nil, nil, nil
	})
	return nil
}

// TruncateTree removes every row. The caller holds TableExclusive.
func (t *Tx) TruncateTree(id TreeID) error {
	h, err := t.writable(id)
	if err != nil {
		return err
	}
	t.ddl(h, func() {
		h.layouts = h.layoutsOf()
		h.truncated = h.created == nil
		h.own = nil
	})
	return nil
}

// ddl changes a handle so that rolling back restores it as it was. Versions
// that were put before stay in a list of their own and come back with it.
func (t *Tx) ddl(h *txTree, change func()) {
	was := *h
	change()
	h.from = nil // what is hidden has changed
	t.scratch().ws.Step(func() {
		h.own, h.created, h.dropped, h.truncated = was.own, was.created, was.dropped, was.truncated
		h.altered, h.layouts, h.from = was.altered, was.layouts, nil
	})
}

// Source gives the entries of Build in ascending key order; ok false ends it.
// The slices are read before the next call.
type Source interface {
	Next() (key, row []byte, ok bool, err error)
}

// Build fills a new, empty tree from a sorted source.
func (t *Tx) Build(ctx context.Context, id TreeID, src Source) error {
	for n := 0; ; n++ {
		if n&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return sqlerr.Wrap(err, sqlerr.QueryCanceled, "canceling statement due to user request")
			}
		}
		key, row, ok, err := src.Next()
		if err != nil {
			return err
		}
		if !ok {
			return nil
		}
		if err := t.Insert(id, key, row); err != nil {
			return err
		}
	}
}
