package btree

import (
	"bytes"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/pager"
)

var errRowTooBig = sqlerr.New(sqlerr.ProgramLimitExceeded, "a row does not fit into a page")

// Drop frees every page of a tree. Leaves are read only where values of theirs
// may lie on pages of their own.
func Drop(c *Cache, w *pager.Writer, root Ptr, ls *page.Layouts) error {
	switch {
	case root.Page == 0:
		return nil
	case root.Level == 0 && root.Inline:
		w.Free(root.Page)
		return nil
	case root.Level == 0:
		var r Ref
		if err := c.leaf(&root, nil, ls, &r); err != nil {
			return err
		}
		defer r.Release()
		w.Free(root.Page)
		overflows(&r.Leaf, ls, false, w.FreeBlob)
		return nil
	}
	n, err := c.node(&root, nil)
	if err != nil {
		return err
	}
	w.Free(root.Page)
	for i := range n.ptrs {
		if err := Drop(c, w, n.ptrs[i], ls); err != nil {
			return err
		}
	}
	return nil
}

// Pages counts the pages of a tree by its inner ones; leaves are not read, and
// the pages that long values overflow to are not counted.
func Pages(c *Cache, root Ptr) (int64, error) {
	switch {
	case root.Page == 0:
		return 0, nil
	case root.Level == 0:
		return 1, nil
	}
	n, err := c.node(&root, nil)
	if err != nil {
		return 0, err
	}
	if root.Level == 1 {
		return 1 + int64(len(n.ptrs)), nil
	}
	total := int64(1)
	for i := range n.ptrs {
		below, err := Pages(c, n.ptrs[i])
		if err != nil {
			return 0, err
		}
		total += below
	}
	return total, nil
}

// overflows calls fn with the blobs of a leaf: all, or those of columns that
// the newest layout lacks, which go when the leaf is rewritten.
func overflows(l *page.Leaf, ls *page.Layouts, dropped bool, fn func(pager.Blob)) {
	for c := range l.Columns() {
		id := l.ColumnID(c)
		if !l.MayOverflow(id) || dropped && ls.Has(id) {
			continue
		}
		for i := range l.Len() {
			if l.Overflows(id, i) {
				if r, ok := pager.DecodeBlob(l.BytesAt(id, i)); ok {
					fn(r)
				}
			}
		}
	}
}

// mayOverflow tells whether some value of a leaf lies on pages of its own.
func mayOverflow(l *page.Leaf) bool {
	for c := range l.Columns() {
		if l.MayOverflow(l.ColumnID(c)) {
			return true
		}
	}
	return false
}

// Verify reads a tree from the file, past the cache, and reports what is
// wrong; visit is told of every page that it uses.
func Verify(f *pager.File, root Ptr, ls *page.Layouts, visit func(page uint64), report func(format string, args ...any)) {
	if root.Page == 0 {
		return
	}
	v := verifier{f, ls, visit, report, nil}
	v.page(root, nil, nil)
}

type verifier struct {
	f      *pager.File
	ls     *page.Layouts
	visit  func(uint64)
	report func(string, ...any)
	last   []byte
}

func (v *verifier) page(p Ptr, lo, hi []byte) (rows, seq uint64) {
	v.visit(p.Page)
	var err error
	if p.Level == 0 {
		var l *page.Leaf
		if l, err = readLeaf(v.f, &p, v.ls); err == nil {
			rows, seq = v.leaf(l, &p, lo, hi)
		}
	} else {
		var n *node
		if n, err = readNode(v.f, &p); err == nil {
			rows, seq = v.node(n, &p, lo, hi)
		}
	}
	if err != nil {
		v.report("page %d: %v", p.Page, err)
		return p.Rows, p.MaxSeq
	}
	if rows != p.Rows || seq != p.MaxSeq {
		v.report("page %d: %d rows up to sequence %d, its parent says %d up to %d", p.Page, rows, seq, p.Rows, p.MaxSeq)
	}
	return rows, seq
}

func (v *verifier) node(n *node, p *Ptr, lo, hi []byte) (rows, seq uint64) {
	for i := range n.ptrs {
		if p.Inline && !n.ptrs[i].Inline {
			v.report("page %d: page %d below it may have values on other pages, its parent says that none has", p.Page, n.ptrs[i].Page)
		}
		from, to := n.sep(i), hi
		if i == 0 {
			from = lo
		}
		if i+1 < len(n.ptrs) {
			to = n.sep(i + 1)
			if bytes.Compare(n.sep(i), to) >= 0 {
				v.report("page %d: separators out of order", p.Page)
			}
		}
		r, s := v.page(n.ptrs[i], from, to)
		rows, seq = rows+r, max(seq, s)
	}
	return rows, seq
}

func (v *verifier) leaf(l *page.Leaf, p *Ptr, lo, hi []byte) (rows, seq uint64) {
	var key []byte
	for i := range l.Len() {
		key = l.Key(i, key)
		if v.last != nil && bytes.Compare(v.last, key) >= 0 || lo != nil && bytes.Compare(key, lo) < 0 || hi != nil && bytes.Compare(key, hi) >= 0 {
			v.report("page %d: key %d out of order", p.Page, i)
		}
		v.last = append(v.last[:0], key...)
		seq = max(seq, l.Seq(i))
	}
	if p.Inline && mayOverflow(l) {
		v.report("page %d: values lie on other pages, its parent says that none does", p.Page)
	}
	overflows(l, v.ls, false, func(r pager.Blob) {
		v.f.BlobPages(r, v.visit)
		if _, err := v.f.ReadBlob(r, pager.TypeOverflow); err != nil {
			v.report("page %d: %v", p.Page, err)
		}
	})
	return uint64(l.Len()), seq
}
