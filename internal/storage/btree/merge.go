package btree

import (
	"bytes"
	"encoding/binary"

	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/pager"
)

// Change is a new row of a key, or its removal (Row nil).
type Change struct {
	Key []byte
	Seq uint64
	Row []byte
}

// Changes gives changes in ascending key order, each key once.
type Changes interface {
	// Peek gives the present change; nil at the end.
	Peek() *Change
	Next()
}

// merger writes the new pages of one tree.
type merger struct {
	c     *Cache
	w     *pager.Writer
	ls    *page.Layouts
	in    Changes
	ref   Ref // the leaf that is merged
	b     *page.LeafBuilder
	room  int
	out   []entry // finished leaves
	ratio float64 // size of leaves to their estimate, of late
	store page.Overflow
}

func newMerger(c *Cache, w *pager.Writer, kind page.KeyKind, ls *page.Layouts, in Changes) *merger {
	m := &merger{c: c, w: w, ls: ls, in: in, b: page.NewLeafBuilder(kind, ls), room: w.File().Room(), ratio: 1}
	m.store = func(cell []byte) ([]byte, error) {
		r, err := w.WriteBlob(pager.TypeOverflow, cell)
		return pager.AppendBlob(nil, r), err
	}
	return m
}

// Merge applies changes to a tree and gives the root of the new one. Pages
// that the new tree does not share are freed.
func Merge(c *Cache, w *pager.Writer, root Ptr, kind page.KeyKind, ls *page.Layouts, in Changes) (Ptr, error) {
	m := newMerger(c, w, kind, ls, in)
	var list []entry
	var err error
	if root.Page == 0 {
		if err = m.rest(nil); err == nil {
			err = m.flush()
		}
		list = m.out
	} else {
		list, err = m.subtree(entry{ptr: root}, nil)
	}
	if err != nil {
		return Ptr{}, err
	}
	if list, err = m.top(list); err != nil || len(list) == 0 {
		return Ptr{}, err
	}
	return m.collapse(list[0].ptr)
}

// top writes inner pages over a list until there is one entry, or none.
func (m *merger) top(list []entry) ([]entry, error) {
	var err error
	for len(list) > 1 && err == nil {
		list, err = m.nodes(list, list[0].ptr.Level+1)
	}
	return list, err
}

// collapse takes away inner pages at the top that have one child.
func (m *merger) collapse(p Ptr) (Ptr, error) {
	if p.Level > 0 {
		if err := m.w.Flush(); err != nil {
			return Ptr{}, err
		}
	}
	for p.Level > 0 {
		n, err := m.c.node(&p, nil)
		if err != nil {
			return Ptr{}, err
		}
		if len(n.ptrs) > 1 {
			break
		}
		m.w.Free(p.Page)
		p = n.ptrs[0]
	}
	return p, nil
}

// touched tells whether a change lies below the bound hi (nil: any change).
func (m *merger) touched(hi []byte) bool {
	ch := m.in.Peek()
	return ch != nil && (hi == nil || bytes.Compare(ch.Key, hi) < 0)
}

// subtree merges below e, whose keys are under hi, and gives what replaces it,
// on e's level.
func (m *merger) subtree(e entry, hi []byte) ([]entry, error) {
	if e.ptr.Level == 0 {
		return m.leafList([]entry{e}, hi)
	}
	n, err := m.c.node(&e.ptr, nil)
	if err != nil {
		return nil, err
	}
	children := make([]entry, len(n.ptrs))
	for i := range children {
		children[i] = entry{n.sep(i), n.ptrs[i]}
	}
	m.w.Free(e.ptr.Page)
	if e.ptr.Level == 1 {
		list, err := m.leafList(children, hi)
		if err != nil || len(list) == 0 {
			return nil, err
		}
		return m.nodes(list, 1)
	}
	var list []entry
	for i := range children {
		above := hi
		if i+1 < len(children) {
			above = children[i+1].sep
		}
		if !m.touched(above) {
			list = append(list, children[i])
			continue
		}
		part, err := m.subtree(children[i], above)
		if err != nil {
			return nil, err
		}
		list = append(list, part...)
	}
	if len(list) == 0 {
		return nil, nil
	}
	return m.nodes(list, e.ptr.Level)
}

// leafList merges adjacent leaves. A leaf without changes is kept, unless a
// small rest in the builder should join it.
func (m *merger) leafList(leaves []entry, hi []byte) ([]entry, error) {
	m.out = nil
	for i := range leaves {
		above := hi
		if i+1 < len(leaves) {
			above = leaves[i+1].sep
		}
		if !m.touched(above) {
			if m.b.Len() == 0 || m.size() > m.room/4 {
				if err := m.flush(); err != nil {
					return nil, err
				}
				m.out = append(m.out, leaves[i])
				continue
			}
		}
		if err := m.leaf(leaves[i].ptr, above); err != nil {
			return nil, err
		}
	}
	if err := m.flush(); err != nil {
		return nil, err
	}
	return m.out, nil
}

// leaf moves a leaf and the changes in its range into the builder.
func (m *merger) leaf(p Ptr, hi []byte) error {
	if err := m.c.leaf(&p, nil, m.ls, &m.ref); err != nil {
		return err
	}
	defer m.ref.Release()
	l := &m.ref.Leaf
	m.w.Free(p.Page)
	overflows(l, m.ls, true, m.w.FreeBlob)
	for i := 0; i < l.Len(); {
		ch := m.in.Peek()
		if ch == nil {
			m.b.AddFrom(l, i, l.Len())
			break
		}
		at, found := l.SearchFrom(i, l.Len(), ch.Key)
		m.b.AddFrom(l, i, at)
		if i = at; i == l.Len() {
			break
		}
		if err := m.apply(ch); err != nil {
			return err
		}
		m.in.Next()
		if found {
			m.freeOverflow(l, i)
			i++
		}
		if err := m.spill(); err != nil {
			return err
		}
	}
	if err := m.spill(); err != nil {
		return err
	}
	return m.rest(hi)
}

// rest takes the changes that are left below hi.
func (m *merger) rest(hi []byte) error {
	for m.touched(hi) {
		if err := m.apply(m.in.Peek()); err != nil {
			return err
		}
		m.in.Next()
		if err := m.spill(); err != nil {
			return err
		}
	}
	return nil
}

func (m *merger) apply(ch *Change) error {
	if ch.Row == nil {
		return nil
	}
	r, err := page.OpenRow(m.ls, ch.Row)
	if err != nil {
		return err
	}
	inline := m.room / 4
	for page.RowSize(&r, m.ls, inline, pager.BlobBytes)+len(ch.Key) > m.room/2 && inline > pager.BlobBytes {
		inline /= 2
	}
	return m.b.Add(ch.Key, ch.Seq, &r, inline, m.store)
}

func (m *merger) freeOverflow(l *page.Leaf, i int) {
	for _, c := range m.ls.Newest().Columns {
		if c.Kind == page.Var && l.MayOverflow(c.ID) && l.Overflows(c.ID, i) {
			if r, ok := pager.DecodeBlob(l.BytesAt(c.ID, i)); ok {
				m.w.FreeBlob(r)
			}
		}
	}
}

// size is about what the rows of the builder will take, going by how well the
// leaves before packed.
func (m *merger) size() int { return int(float64(m.b.Estimate()) * m.ratio) }

// spill writes full leaves while the builder holds more than two. However well
// rows pack, it holds no more than some dozen pages of them.
func (m *merger) spill() error {
	for m.size() > 3*m.room || m.b.Estimate() > 24*m.room {
		if err := m.write(false); err != nil {
			return err
		}
	}
	return nil
}

// flush writes all rows of the builder.
func (m *merger) flush() error {
	for m.b.Len() > 0 {
		if err := m.write(true); err != nil {
			return err
		}
	}
	return nil
}

// write makes one leaf of the first rows. With last nothing comes behind them,
// and the last two leaves share evenly.
func (m *merger) write(last bool) error {
	n := m.b.Len()
	size := m.size()
	switch {
	case last && size > m.room && size < 2*m.room:
		n = (n + 1) / 2
	case size > m.room:
		n = min(max(int(float64(n)*float64(m.room)/float64(size)*1.02), 1), n)
	}
	used, seq, ok := m.encode(n)
	for !ok {
		if n == 1 {
			return errRowTooBig
		}
		if last && n == m.b.Len() {
			n = (n + 1) / 2
		} else {
			n = max(n*15/16, 1)
		}
		used, seq, ok = m.encode(n)
	}
	l, err := page.OpenLeaf(m.ls, m.w.Content())
	if err != nil {
		return err
	}
	inline := !mayOverflow(l)
	ptr, err := m.w.Write(pager.TypeLeaf)
	if err != nil {
		return err
	}
	ptr.Rows, ptr.MaxSeq, ptr.Inline = uint64(n), seq, inline
	m.out = append(m.out, entry{sep: bytes.Clone(m.b.Key(0)), ptr: ptr})
	before := m.b.Estimate()
	m.b.Drop(n)
	if took := before - m.b.Estimate(); took > m.room/8 {
		m.ratio = min(max(float64(used)/float64(took), 0.05), 1)
	}
	return nil
}

func (m *merger) encode(n int) (int, uint64, bool) {
	content := m.w.Content()
	size, seq, ok := m.b.Encode(0, n, content)
	if ok {
		clear(content[size:])
	}
	return size, seq, ok
}

// nodes writes inner pages over a list of children.
func (m *merger) nodes(list []entry, level uint8) ([]entry, error) {
	var out []entry
	total := 0
	for i := range list {
		total += entryBytes + len(list[i].sep)
	}
	room := m.room - nodeHeader
	pages := (total + room - 1) / room
	share := room
	if pages > 1 {
		share = min(room, total/pages+entryBytes+64)
	}
	for len(list) > 0 {
		n, size := 0, 0
		for n < len(list) && n < 1<<16-1 {
			s := entryBytes + len(list[n].sep)
			if size+s > room || size+s > share && n >= 2 && len(list)-n > 1 {
				break
			}
			size += s
			n++
		}
		e, err := m.node(list[:n], level)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
		list = list[n:]
	}
	return out, nil
}

func (m *merger) node(list []entry, level uint8) (entry, error) {
	if len(list) == 0 {
		return entry{}, errRowTooBig
	}
	content := m.w.Content()
	clear(content)
	binary.LittleEndian.PutUint16(content, uint16(len(list)))
	b := content[:nodeHeader]
	e := entry{sep: list[0].sep}
	var rows, seq uint64
	inline := true
	for i := range list {
		c := &list[i]
		b = pager.AppendPtr(b, c.ptr)
		b = binary.LittleEndian.AppendUint16(b, uint16(len(c.sep)))
		b = append(b, c.sep...)
		rows += c.ptr.Rows
		seq, inline = max(seq, c.ptr.MaxSeq), inline && c.ptr.Inline
	}
	var err error
	e.ptr, err = m.w.Write(pager.TypeInner)
	e.ptr.Level, e.ptr.Rows, e.ptr.MaxSeq, e.ptr.Inline = level, rows, seq, inline
	return e, err
}

// Build writes a new tree of rows in ascending key order.
func Build(c *Cache, w *pager.Writer, kind page.KeyKind, ls *page.Layouts, in Changes) (Ptr, error) {
	m := newMerger(c, w, kind, ls, in)
	err := m.rest(nil)
	if err == nil {
		err = m.flush()
	}
	if err != nil {
		return Ptr{}, err
	}
	list, err := m.top(m.out)
	if err != nil || len(list) == 0 {
		return Ptr{}, err
	}
	return list[0].ptr, w.Flush()
}
