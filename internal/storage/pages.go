package storage

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/btree"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/pager"
)

// pages is the data file and its cache.
type pages struct {
	file  *pager.File
	cache *btree.Cache
}

// baseTree is the merged part of a tree.
type baseTree struct{ root btree.Ptr }

func (b baseTree) rows() int64 { return int64(b.root.Rows) }

// openPages opens or creates the data file.
func (s *Store) openPages() error {
	f, err := pager.Open(s.fs, s.path, s.o.ReadOnly, s.o.Codec)
	if errors.Is(err, fs.ErrNotExist) || s.untouched() {
		if !s.o.Create || s.o.ReadOnly {
			return sqlerr.Wrap(err, sqlerr.UndefinedFile, "database %q does not exist", s.path)
		}
		if err := s.removeLeftovers(); err != nil {
			return err
		}
		f, err = pager.Create(s.fs, s.path, s.o.PageSize, s.o.Codec)
	}
	if err != nil {
		return err
	}
	s.pages = &pages{file: f, cache: btree.NewCache(f, s.o.CacheBytes)}
	s.fileBytes.Store(f.Size())
	s.logs.uuid = f.UUID
	if k := f.Keys(); k != nil {
		s.logs.codec = k.Log
	}
	s.maxKey = min(maxKeyBytes, f.PageSize()/8)
	s.bigRow = f.PageSize() / 16
	m := f.Meta()
	s.merged = merged{trees: map[TreeID]mergedTree{}, last: m.LastSeq, next: m.NextGen, epoch: m.Epoch}
	if m.Directory.Size == 0 {
		return nil
	}
	b, err := f.ReadBlob(m.Directory, pager.TypeBlob)
	if err != nil {
		return err
	}
	s.merged.trees, err = decodeDirectory(b)
	return err
}

// untouched tells whether the file is an empty one without logs, as those make
// who reserve a name; it is as good as none.
func (s *Store) untouched() bool {
	if !s.o.Create || s.o.ReadOnly {
		return false
	}
	info, err := s.fs.Stat(s.path)
	if err != nil || info.IsDir || info.Size > 0 {
		return false
	}
	gens, err := s.logs.found()
	return err == nil && len(gens) == 0
}

// removeLeftovers removes all logs and side files: those of a database whose
// file is gone, and those that a clean one no longer needs.
func (s *Store) removeLeftovers() error {
	gens, err := s.logs.found()
	if err != nil {
		return err
	}
	for _, g := range gens {
		if err := s.fs.Remove(s.logs.name(g)); err != nil {
			return sqlerr.Wrap(err, sqlerr.IOError, "could not remove an old log file: %s", err.Error())
		}
	}
	sides, err := s.sideFiles()
	if err != nil {
		return err
	}
	return s.removeSides(sides)
}

func (s *Store) closePages() error {
	if s.pages == nil {
		return nil
	}
	err := s.pages.file.Close() // readers that still run get an error
	s.pages.cache.Close()       // what they have pinned stays as long as they refer to it
	return err
}

// The directory: per tree u32 id, u8 key kind, u64 incarnation, root, uvarint
// layouts, and the layouts as in a log record.
func encodeDirectory(trees map[TreeID]mergedTree) []byte {
	var w recordWriter
	for id, t := range trees {
		w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(id))
		w.buf = append(w.buf, byte(t.kind))
		w.buf = binary.LittleEndian.AppendUint64(w.buf, t.incarnation)
		w.buf = pager.AppendPtr(w.buf, t.base.root)
		w.buf = binary.AppendUvarint(w.buf, uint64(t.layouts.set.Len()))
		for i := range t.layouts.set.Len() {
			w.layout(t.layouts.set.At(i))
		}
	}
	return w.buf
}

func decodeDirectory(b []byte) (map[TreeID]mergedTree, error) {
	trees := map[TreeID]mergedTree{}
	r := opReader{rest: b}
	for len(r.rest) > 0 && r.err == nil {
		id := TreeID(binary.LittleEndian.Uint32(r.fixed(4)))
		t := mergedTree{kind: page.KeyKind(r.byte()), incarnation: binary.LittleEndian.Uint64(r.fixed(8))}
		t.base.root = pager.DecodePtr(r.fixed(pager.PtrBytes))
		for i := r.uvarint(); i > 0 && r.err == nil; i-- {
			r.readLayout()
			if t.layouts == nil {
				t.layouts = newLayouts(r.layout)
			} else {
				t.layouts = t.layouts.with(r.layout)
			}
		}
		if t.layouts == nil {
			return nil, errRecord
		}
		trees[id] = t
	}
	return trees, r.err
}

// layouts are what rows of a tree are read with.
type layouts struct{ set *page.Layouts }

func newLayouts(l page.Layout) *layouts              { return &layouts{page.NewLayouts(l)} }
func (l *layouts) with(n page.Layout) *layouts       { return &layouts{l.set.With(n)} }
func (l *layouts) open(row []byte) (page.Row, error) { return page.OpenRow(l.set, row) }

// cell reads a variable cell, from overflow pages where it lies there.
func (p *pages) cell(l *page.Leaf, id uint16, at int) ([]byte, error) {
	b := l.BytesAt(id, at)
	if !l.Overflows(id, at) {
		return b, nil
	}
	return p.overflow(b)
}

// overflow reads a cell by the reference to its pages.
func (p *pages) overflow(b []byte) ([]byte, error) {
	ref, ok := pager.DecodeBlob(b)
	if !ok {
		return nil, errRecord
	}
	return p.file.ReadBlob(ref, pager.TypeOverflow)
}

// fromPages finds the merged row of a key.
func (s *Store) fromPages(t *tree, ls *layouts, key []byte, r *RowRef) (bool, error) {
	at, ok, err := s.pages.cache.Get(&t.base.root, ls.set, key, r.Want, &r.leaf)
	if !ok || err != nil {
		r.at = -1
		return false, err
	}
	r.pages, r.at = s.pages, at
	return true, nil
}

// leafCursor walks the leaves of a scan's range, and pins the one it is at.
type leafCursor struct {
	c    btree.Cursor
	leaf *page.Leaf
	last bool // the range ends in this leaf
}

func (c *leafCursor) open(s *Store, t *tree, ls *layouts) {
	c.c.Open(s.pages.cache, t.base.root, ls.set)
}

func (c *leafCursor) seek(from []byte, reverse bool) (ok bool, err error) {
	c.last = false
	c.leaf, err = c.c.Seek(from, reverse)
	return c.leaf != nil, err
}

func (c *leafCursor) advance(reverse bool) (ok bool, err error) {
	if c.last {
		c.release()
	} else {
		c.leaf, err = c.c.Next(reverse)
	}
	return c.leaf != nil, err
}

func (c *leafCursor) search(key []byte) (int, bool) { return c.leaf.Search(key) }
func (c *leafCursor) searchFrom(i, n int, key []byte) (int, bool) {
	return c.leaf.SearchFrom(i, n, key)
}
func (c *leafCursor) compare(i int, key []byte) int { return c.leaf.Compare(i, key) }

// release lets go of the leaf.
func (c *leafCursor) release() {
	c.c.Release()
	c.leaf = nil
}

// beyond tells whether row i lies above the upper bound.
func (c *leafCursor) beyond(i int, hi []byte, incl bool) bool {
	x := c.leaf.Compare(i, hi)
	return x > 0 || x == 0 && !incl
}

// before tells whether row i lies below the lower bound.
func (c *leafCursor) before(i int, lo []byte, excl bool) bool {
	x := c.leaf.Compare(i, lo)
	return x < 0 || x == 0 && excl
}

// writeCheckpoint makes frozen generations durable in the pages (invariant 11,
// up to the second sync). clean says that no log is needed beside it. Under
// ckpt.running.
func (s *Store) writeCheckpoint(gens []*generation, clean bool) error {
	f := s.pages.file
	f.Begin(s.oldestEpoch())
	w := f.Writer()
	g := gens[len(gens)-1]
	m := merged{trees: make(map[TreeID]mergedTree, len(g.trees)), last: g.last, next: g.id + 1, epoch: f.Epoch()}
	changes := map[TreeID][]layer{}
	for _, gen := range gens {
		for _, l := range gen.lists {
			if t := g.trees[l.id]; t != nil && t.incarnation == l.incarnation {
				changes[l.id] = append(changes[l.id], l.layer)
			}
		}
	}
	for id, t := range g.trees {
		n := mergedTree{kind: t.kind, incarnation: t.incarnation, layouts: t.layouts}
		if old, ok := s.merged.trees[id]; ok && old.incarnation == t.incarnation {
			n.base = old.base
		}
		if lists := changes[id]; len(lists) > 0 {
			var err error
			in := newMergeSource(lists)
			if n.base.root, err = btree.Merge(s.pages.cache, w, n.base.root, t.kind, t.layouts.set, in); err == nil {
				err = in.o.err
			}
			if err != nil {
				return err
			}
		}
		m.trees[id] = n
	}
	for id, old := range s.merged.trees {
		if n, ok := m.trees[id]; !ok || n.incarnation != old.incarnation {
			if err := btree.Drop(s.pages.cache, w, old.base.root, old.layouts.set); err != nil {
				return err
			}
		}
	}
	if err := w.Commit(m.last, m.next, clean, encodeDirectory(m.trees)); err != nil {
		return err
	}
	if err := f.Shrink(); err != nil {
		return err
	}
	s.merged = m
	s.fileBytes.Store(f.Size())
	return nil
}

// writeMeta repeats the newest checkpoint, so that both metas hold it.
func (s *Store) writeMeta(clean bool) error {
	return s.writeTrees(s.merged.trees, clean, nil)
}

// writeTrees writes a checkpoint of the same rows. change may put some of the
// trees on other pages.
func (s *Store) writeTrees(trees map[TreeID]mergedTree, clean bool, change func(*pager.Writer) error) error {
	f := s.pages.file
	f.Begin(s.oldestEpoch())
	w := f.Writer()
	if change != nil {
		if err := change(w); err != nil {
			return err
		}
	}
	if err := w.Commit(s.merged.last, s.merged.next, clean, encodeDirectory(trees)); err != nil {
		return err
	}
	s.merged.trees, s.merged.epoch = trees, f.Meta().Epoch
	return nil
}

// mergeSource gives the newest versions of frozen lists as changes.
type mergeSource struct {
	o      overlay
	change btree.Change
	ok     bool
}

func newMergeSource(oldestFirst []layer) *mergeSource {
	m := &mergeSource{}
	for i := len(oldestFirst) - 1; i >= 0; i-- {
		m.o.addLayer(oldestFirst[i], ^uint64(0))
	}
	m.o.at = -1
	m.o.seek(nil, false)
	m.load()
	return m
}

func (m *mergeSource) load() {
	if m.ok = m.o.valid(); !m.ok {
		return
	}
	v := &m.o.version
	m.change = btree.Change{Key: m.o.key(), Seq: v.Seq, Row: v.Row}
	if v.Deleted() {
		m.change.Row = nil
	}
}

func (m *mergeSource) Peek() *btree.Change {
	if !m.ok {
		return nil
	}
	return &m.change
}

func (m *mergeSource) Next() {
	m.o.next()
	m.load()
}

// verify reads everything and compares it with the allocation map. Under
// ckpt.running.
func (s *Store) verify(ctx context.Context, report func(string)) error {
	f := s.pages.file
	left := f.InUse()
	line := func(format string, args ...any) { report(fmt.Sprintf(format, args...)) }
	visit := func(id uint64) {
		if !left[id] {
			line("page %d is used twice, or free in the allocation map", id)
		}
		delete(left, id)
	}
	f.BlobPages(f.Meta().Directory, visit)
	f.BlobPages(f.Meta().Map, visit)
	for id, t := range s.merged.trees {
		if err := ctx.Err(); err != nil {
			return sqlerr.Wrap(err, sqlerr.QueryCanceled, "canceling statement due to user request")
		}
		btree.Verify(f, t.base.root, t.layouts.set, visit, func(format string, args ...any) {
			line("tree %d: "+format, append([]any{id}, args...)...)
		})
	}
	for id := range left {
		line("page %d is in use but unreachable", id)
	}
	return nil
}
