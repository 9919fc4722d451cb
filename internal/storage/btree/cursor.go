package btree

import (
	"github.com/zqlite/zqlite/internal/storage/page"
)

const maxHeight = 16

// Get finds the leaf row of key; found is false where there is none. It
// allocates nothing when the pages are in the cache.
func (c *Cache) Get(root *Ptr, ls *page.Layouts, key []byte) (l *page.Leaf, at int, found bool, err error) {
	if root.Page == 0 {
		return nil, 0, false, nil
	}
	p := root
	for p.Level > 0 {
		f, err := c.get(p, ls)
		if err != nil {
			return nil, 0, false, err
		}
		p = &f.node.ptrs[f.node.find(key)]
	}
	if l, err = c.leaf(p, ls); err != nil {
		return nil, 0, false, err
	}
	at, found = l.Search(key)
	return l, at, found, nil
}

// Cursor walks the leaves of a tree. The zero value is closed.
type Cursor struct {
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

// Seek gives the leaf that key belongs to; nil key is the first leaf, or the
// last with last. Nil is the leaf of an empty tree.
func (k *Cursor) Seek(key []byte, last bool) (*page.Leaf, error) {
	if k.root.Page == 0 {
		return nil, nil
	}
	k.n = 0
	return k.descend(&k.root, key, last)
}

func (k *Cursor) descend(p *Ptr, key []byte, last bool) (*page.Leaf, error) {
	for p.Level > 0 {
		f, err := k.c.get(p, k.ls)
		if err != nil {
			return nil, err
		}
		if f.node == nil || k.n == maxHeight {
			return nil, errNode
		}
		at := 0
		switch {
		case key != nil:
			at = f.node.find(key)
		case last:
			at = len(f.node.ptrs) - 1
		}
		k.path[k.n].node, k.path[k.n].at = f.node, at
		k.n++
		p = &f.node.ptrs[at]
	}
	return k.c.leaf(p, k.ls)
}

// Next gives the following leaf, or the one before with back; nil at the end.
func (k *Cursor) Next(back bool) (*page.Leaf, error) {
	for k.n > 0 {
		s := &k.path[k.n-1]
		if back {
			s.at--
		} else {
			s.at++
		}
		if s.at >= 0 && s.at < len(s.node.ptrs) {
			return k.descend(&s.node.ptrs[s.at], nil, back)
		}
		k.n--
	}
	return nil, nil
}
