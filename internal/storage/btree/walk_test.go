package btree

import "github.com/zqlite/zqlite/internal/storage/page"

// Walk calls fn with every page of a tree, parents first; l is nil for inner
// ones, and a leaf ends with fn.
func Walk(c *Cache, root Ptr, ls *page.Layouts, fn func(p *Ptr, l *page.Leaf) error) error {
	if root.Page == 0 {
		return nil
	}
	if root.Level == 0 {
		var r Ref
		if err := c.leaf(&root, nil, ls, &r); err != nil {
			return err
		}
		defer r.Release()
		return fn(&root, &r.Leaf)
	}
	n, err := c.node(&root, nil)
	if err != nil {
		return err
	}
	if err := fn(&root, nil); err != nil {
		return err
	}
	for i := range n.ptrs {
		if err := Walk(c, n.ptrs[i], ls, fn); err != nil {
			return err
		}
	}
	return nil
}
