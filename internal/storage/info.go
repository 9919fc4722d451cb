package storage

import (
	"github.com/zqlite/zqlite/internal/storage/btree"
	"github.com/zqlite/zqlite/internal/storage/slab"
)

// HasTree tells whether the newest committed state has the tree.
func (s *Store) HasTree(id TreeID) bool { return s.state.Load().trees[id] != nil }

// Attach sets the attachment of a store that was just opened, before anybody
// else reads: what a transaction of an earlier process published is not kept.
func (s *Store) Attach(v any) {
	s.commitMu.Lock()
	defer s.commitMu.Unlock()
	st := s.state.Load()
	st.attachment = v
	st.attachVersion++
}

// Rows estimates how many rows the newest committed state of a tree has.
func (s *Store) Rows(id TreeID) int64 {
	st := s.acquire()
	defer st.release()
	t := st.trees[id]
	if t == nil {
		return 0
	}
	return max(t.base.rows()+t.net(), 0)
}

// TreeBytes is what a tree takes: its pages in the file, without those of long
// values, and the memory of what was committed since they were written. Where
// the file cannot be read it is the memory alone.
func (s *Store) TreeBytes(id TreeID) int64 {
	st := s.acquire()
	defer st.release()
	t := st.trees[id]
	if t == nil {
		return 0
	}
	var n int64
	if s.pages != nil {
		if pages, err := btree.Pages(s.pages.cache, t.base.root); err == nil {
			n = pages * int64(s.pages.file.PageSize())
		}
	}
	if l := t.active.Load(); l != nil {
		n += l.Bytes()
	}
	for _, l := range t.layers {
		if l.list != nil {
			n += l.list.Bytes()
		}
	}
	return n
}

// IsNull tells whether row i of the block has no value in the column.
func (b *Block) IsNull(i int, id uint16) bool {
	if p := b.place(i); p >= 0 {
		return b.Leaf.NullAt(id, p)
	} else {
		return b.Rows[^p].IsNull(id)
	}
}

// Int reads a Bit or Fixed8 column of row i that is not null.
func (b *Block) Int(i int, id uint16) int64 {
	if p := b.place(i); p >= 0 {
		return b.Leaf.IntAt(id, p)
	} else {
		return b.Rows[^p].Int(id)
	}
}

// Pair reads a Fixed16 column of row i that is not null.
func (b *Block) Pair(i int, id uint16) (x, y int64) {
	if p := b.place(i); p >= 0 {
		return b.Leaf.PairAt(id, p)
	} else {
		return b.Rows[^p].Pair(id)
	}
}

// place is the leaf row of row i, or the complement of its place in Rows.
func (b *Block) place(i int) int {
	if b.Pos == nil {
		return b.First + i
	}
	return int(b.Pos[i])
}

// Attachment is the value published with the newest commit.
func (s *Store) Attachment() any { return s.state.Load().attachment }

// AttachmentChanged tells whether this transaction has set an attachment.
func (t *Tx) AttachmentChanged() bool { return t.attachSet }

// Bytes reads a Var column of row i that is not null. It is valid as long as
// the block; a value on overflow pages is read into memory of its own.
func (b *Block) Bytes(i int, id uint16) ([]byte, error) {
	if p := b.place(i); p >= 0 {
		return b.pages.cell(b.Leaf, id, p)
	} else {
		return b.Rows[^p].Bytes(id), nil
	}
}

// Isolation is the transaction's isolation level.
func (t *Tx) Isolation() Isolation { return t.o.Isolation }

// Scribble makes the caches of stores that are opened from then on overwrite
// pages as soon as they are given up, and give up many when they are let go, so
// that tests find who reads them later.
func Scribble(on bool) { slab.Scribble(on) }

// LeakedPins counts the pins that were not released on stores that were closed
// while Scribble was on. Tests ask when everything has ended.
func LeakedPins() int { return btree.Leaked() }

// CacheLimit is Options.CacheBytes, with its default.
func (s *Store) CacheLimit() int64 { return s.o.CacheBytes }
