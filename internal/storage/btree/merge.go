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
	f     *pager.File
	ls    *page.Layouts
	in    Changes
	b     *page.LeafBuilder
	room  int
	buf   []byte
	out   []entry // finished leaves
	store page.Overflow
}

// Merge applies changes to a tree and gives the root of the new one. Pages
// that the new tree does not share are freed.
func Merge(c *Cache, f *pager.File, root Ptr, kind page.KeyKind, ls *page.Layouts, in Changes) (Ptr, error) {
	m := &merger{c: c, f: f, ls: ls, in: in, b: page.NewLeafBuilder(kind, ls), room: f.Room(), buf: f.Buffer()}
	m.store = func(cell []byte) ([]byte, error) {
		r, err := f.WriteBlob(pager.TypeOverflow, cell)
		return pager.AppendBlob(nil, r), err
	}
	var list []entry
	var err error
	if root.Page == 0 {
		if err = m.rest(nil); err == nil {
			err = m.flush(0)
		}
		list = m.out
	} else {
		list, err = m.subtree(entry{ptr: root}, nil)
	}
	if err != nil {
		return Ptr{}, err
	}
	for {
		if len(list) == 0 {
			return Ptr{}, nil
		}
		level := list[0].ptr.Level
		if len(list) == 1 {
			return m.collapse(list[0].ptr)
		}
		if list, err = m.nodes(list, level+1); err != nil {
			return Ptr{}, err
		}
	}
}

// collapse takes away inner pages at the top that have one child.
func (m *merger) collapse(p Ptr) (Ptr, error) {
	for p.Level > 0 {
		f, err := m.c.get(&p, m.ls)
		if err != nil {
			return Ptr{}, err
		}
		if len(f.node.ptrs) > 1 {
			break
		}
		m.f.Free(p.Page)
		p = f.node.ptrs[0]
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
	f, err := m.c.get(&e.ptr, m.ls)
	if err != nil {
		return nil, err
	}
	n := f.node
	children := make([]entry, len(n.ptrs))
	for i := range children {
		children[i] = entry{n.seps[i], n.ptrs[i]}
	}
	m.f.Free(e.ptr.Page)
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
			if m.b.Len() == 0 || m.b.Estimate() > m.room/4 {
				if err := m.flush(0); err != nil {
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
	if err := m.flush(0); err != nil {
		return nil, err
	}
	return m.out, nil
}

// leaf moves a leaf and the changes in its range into the builder.
func (m *merger) leaf(p Ptr, hi []byte) error {
	l, err := m.c.leaf(&p, m.ls)
	if err != nil {
		return err
	}
	m.f.Free(p.Page)
	for i := 0; i < l.Len(); i++ {
		for {
			ch := m.in.Peek()
			if ch == nil {
				break
			}
			c := l.Compare(i, ch.Key)
			if c < 0 {
				break
			}
			if err := m.apply(ch); err != nil {
				return err
			}
			m.in.Next()
			if c == 0 {
				m.freeOverflow(l, i)
				goto replaced
			}
		}
		m.b.AddFrom(l, i)
	replaced:
		if err := m.spill(); err != nil {
			return err
		}
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
				m.f.FreeBlob(r)
			}
		}
	}
}

// spill writes full leaves while the builder holds more than two.
func (m *merger) spill() error {
	if m.b.Estimate() <= 3*m.room {
		return nil
	}
	return m.flush(m.room + m.room/2)
}

// flush writes the rows of the builder until it holds no more than keep bytes.
func (m *merger) flush(keep int) error {
	for m.b.Len() > 0 && (keep == 0 || m.b.Estimate() > keep) {
		n := m.b.Len()
		if est := m.b.Estimate(); est > m.room && keep > 0 {
			n = max(n*m.room/est, 1)
			n += n / 2 // the estimate knows nothing of packing
			n = min(n, m.b.Len())
		}
		size, seq, ok := m.encode(n)
		for !ok {
			if n == 1 {
				return errRowTooBig
			}
			if keep == 0 && n == m.b.Len() && n > 1 {
				n = (n + 1) / 2 // the last two leaves share evenly
			} else {
				n = max(n*7/8, 1)
			}
			size, seq, ok = m.encode(n)
		}
		_ = size
		id, crc, err := m.f.Write(pager.TypeLeaf, m.buf)
		if err != nil {
			return err
		}
		m.out = append(m.out, entry{
			sep: bytes.Clone(m.b.Key(0)),
			ptr: Ptr{Page: id, Birth: m.f.Epoch(), CRC: crc, Rows: uint64(n), MaxSeq: seq},
		})
		m.b.Drop(n)
	}
	return nil
}

func (m *merger) encode(n int) (int, uint64, bool) {
	content := m.buf[pager.HeaderBytes:]
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
	content := m.buf[pager.HeaderBytes:]
	clear(content)
	binary.LittleEndian.PutUint16(content, uint16(len(list)))
	b := content[:nodeHeader]
	e := entry{sep: list[0].sep, ptr: Ptr{Birth: m.f.Epoch(), Level: level}}
	for i := range list {
		c := &list[i]
		b = pager.AppendPtr(b, c.ptr)
		b = binary.LittleEndian.AppendUint16(b, uint16(len(c.sep)))
		b = append(b, c.sep...)
		e.ptr.Rows += c.ptr.Rows
		e.ptr.MaxSeq = max(e.ptr.MaxSeq, c.ptr.MaxSeq)
	}
	var err error
	e.ptr.Page, e.ptr.CRC, err = m.f.Write(pager.TypeInner, m.buf)
	return e, err
}
