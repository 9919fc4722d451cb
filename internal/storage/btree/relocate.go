package btree

import (
	"slices"

	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/pager"
)

// Relocation says what of a tree is written anew, to lower pages.
type Relocation struct {
	Above uint64       // what lies on this page or behind it
	Long  bool         // long values, else pages
	GoOn  func() error // asked for each leaf; its error ends the work
}

// Relocate does it for a tree and gives its root. changed is false where
// nothing was moved.
func Relocate(c *Cache, w *pager.Writer, root Ptr, kind page.KeyKind, ls *page.Layouts, what Relocation) (_ Ptr, changed bool, err error) {
	if root.Page == 0 || what.Long && !slices.ContainsFunc(ls.Newest().Columns, func(c page.Column) bool { return c.Kind == page.Var }) {
		return root, false, nil
	}
	m := &mover{newMerger(c, w, kind, ls, nil), what}
	list, changed, err := m.subtree(entry{ptr: root})
	if err != nil || !changed {
		return root, false, err
	}
	if list, err = m.top(list); err != nil {
		return Ptr{}, false, err
	}
	return list[0].ptr, true, w.Flush()
}

// mover is the merger of Relocate.
type mover struct {
	*merger
	Relocation
}

// subtree moves what lies below e and e itself, and gives what replaces it on
// its level.
func (m *mover) subtree(e entry) (list []entry, changed bool, err error) {
	if e.ptr.Level == 0 {
		return m.leaf(e)
	}
	n, err := m.c.node(&e.ptr, nil)
	if err != nil {
		return nil, false, err
	}
	changed = e.ptr.Page >= m.Above && !m.Long
	for i := range n.ptrs {
		part, moved, err := m.subtree(entry{n.sep(i), n.ptrs[i]})
		if err != nil {
			return nil, false, err
		}
		list = append(list, part...)
		changed = changed || moved
	}
	if !changed {
		return []entry{e}, false, nil
	}
	m.w.Free(e.ptr.Page)
	list, err = m.nodes(list, e.ptr.Level)
	return list, true, err
}

func (m *mover) leaf(e entry) ([]entry, bool, error) {
	if err := m.GoOn(); err != nil {
		return nil, false, err
	}
	if e.ptr.Page < m.Above && !m.Long || m.Long && e.ptr.Inline {
		return []entry{e}, false, nil
	}
	if err := m.c.leaf(&e.ptr, nil, m.ls, &m.ref); err != nil {
		return nil, false, err
	}
	defer m.ref.Release()
	l := &m.ref.Leaf
	if m.Long {
		beyond := false
		overflows(l, m.ls, false, func(r pager.Blob) { beyond = beyond || m.beyond(r) })
		if !beyond {
			return []entry{e}, false, nil
		}
	}
	m.out = nil
	m.b.AddFrom(l, 0, l.Len())
	if m.Long {
		if err := m.b.References(m.blob); err != nil {
			return nil, false, err
		}
	}
	m.w.Free(e.ptr.Page)
	overflows(l, m.ls, true, m.w.FreeBlob)
	err := m.flush()
	return m.out, true, err
}

func (m *mover) beyond(r pager.Blob) bool {
	last := r.Page
	m.w.File().BlobPages(r, func(p uint64) { last = p })
	return r.Size > 0 && last >= m.Above
}

// blob moves what a reference names, and overwrites the reference.
func (m *mover) blob(ref []byte) error {
	r, ok := pager.DecodeBlob(ref)
	if !ok || !m.beyond(r) {
		return nil
	}
	n, ok, err := m.w.MoveBlob(pager.TypeOverflow, r)
	if ok && err == nil {
		pager.AppendBlob(ref[:0], n)
	}
	return err
}
