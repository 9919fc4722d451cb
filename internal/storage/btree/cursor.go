package btree

import (
	"sync/atomic"

	"github.com/zqlite/zqlite/internal/storage/page"
)

const maxHeight = 16

// Get finds the row of key and pins its leaf for r, which it releases first;
// found is false where there is none, and then r holds nothing. want are the
// columns that ReadCells is going to read, if any. It allocates nothing when
// the pages are in the cache.
func (c *Cache) Get(root *Ptr, ls *page.Layouts, key []byte, want []uint16, r *Ref) (at int, found bool, err error) {
	if r.frame != 0 {
		r.Release()
	}
	if root.Page == 0 {
		return 0, false, nil
	}
	p, hint := root, (*atomic.Uint32)(nil)
	low, high := ^uint64(0), uint64(0) // not known
	for p.Level > 0 {
		n, err := c.node(p, hint)
		if err != nil {
			return 0, false, err
		}
		i := n.find(key)
		p, hint = &n.ptrs[i], &n.kids[i]
		if i > 0 {
			low = n.heads[i]
		}
		if i+1 < len(n.heads) {
			high = n.heads[i+1]
		}
	}
	if err := c.leaf(p, hint, ls, r); err != nil {
		return 0, false, err
	}
	if len(want) > 0 {
		r.FetchEntries(want)
	}
	if at, found = r.SearchBetween(key, low, high); !found {
		r.Release()
	}
	return at, found, nil
}

// Cursor walks the leaves of a tree and pins the one it stands on. The zero
// value is closed.
type Cursor struct {
	ref  Ref
	c    *Cache
	ls   *page.Layouts
	root Ptr
	n    int // levels above the leaf
	path [maxHeight]struct {
		node *node
		at   int
	}
}

// Open binds the cursor to a tree, nowhere.
func (k *Cursor) Open(c *Cache, root Ptr, ls *page.Layouts) {
	k.c, k.root, k.ls, k.n = c, root, ls, 0
}

// Release lets go of the leaf that the cursor stands on; Next goes on from it.
func (k *Cursor) Release() { k.ref.Release() }

// Seek gives the leaf that key belongs to; nil key is the first leaf, or the
// last with last. Nil is the leaf of an empty tree. The leaf is pinned until
// the next Seek, Next or Release.
func (k *Cursor) Seek(key []byte, last bool) (*page.Leaf, error) {
	k.ref.Release()
	if k.root.Page == 0 {
		return nil, nil
	}
	k.n = 0
	return k.descend(&k.root, nil, key, last)
}

func (k *Cursor) descend(p *Ptr, hint *atomic.Uint32, key []byte, last bool) (*page.Leaf, error) {
	for p.Level > 0 {
		n, err := k.c.node(p, hint)
		if err != nil {
			return nil, err
		}
		if k.n == maxHeight {
			return nil, errNode
		}
		at := 0
		switch {
		case key != nil:
			at = n.find(key)
		case last:
			at = len(n.ptrs) - 1
		}
		k.path[k.n].node, k.path[k.n].at = n, at
		k.n++
		p, hint = &n.ptrs[at], &n.kids[at]
	}
	if err := k.c.leaf(p, hint, k.ls, &k.ref); err != nil {
		return nil, err
	}
	return &k.ref.Leaf, nil
}

// Next gives the following leaf, or the one before with back; nil at the end.
func (k *Cursor) Next(back bool) (*page.Leaf, error) {
	k.ref.Release()
	for k.n > 0 {
		s := &k.path[k.n-1]
		if back {
			s.at--
		} else {
			s.at++
		}
		if s.at >= 0 && s.at < len(s.node.ptrs) {
			return k.descend(&s.node.ptrs[s.at], &s.node.kids[s.at], nil, back)
		}
		k.n--
	}
	return nil, nil
}
