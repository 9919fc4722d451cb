package btree

import (
	"sync"
	"sync/atomic"

	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/pager"
)

// Ptr names a page of a tree.
type Ptr = pager.Ptr

// frame is a page in memory.
type frame struct {
	id, birth uint64
	crc       uint32
	level     uint8
	used      atomic.Bool // since the clock's hand came by
	leaf      atomic.Pointer[page.Leaf]
	node      *node
}

const chunkPages = 4096

type chunk [chunkPages]atomic.Pointer[frame]

// Cache holds pages of one file, up to a number of bytes.
type Cache struct {
	file  *pager.File
	table atomic.Pointer[[]*chunk] // by page id

	mu    sync.Mutex
	ring  []*frame
	hand  int
	limit int // frames
}

// NewCache makes a cache of about limitBytes.
func NewCache(f *pager.File, limitBytes int64) *Cache {
	c := &Cache{file: f, limit: int(max(limitBytes/int64(f.PageSize()), 64))}
	c.table.Store(&[]*chunk{})
	return c
}

// get gives the frame of a page, reading it where it is not there.
func (c *Cache) get(p *Ptr, ls *page.Layouts) (*frame, error) {
	t := *c.table.Load()
	if i := p.Page / chunkPages; i < uint64(len(t)) {
		if f := t[i][p.Page%chunkPages].Load(); f != nil && f.birth == p.Birth && f.crc == p.CRC && f.level == p.Level {
			if !f.used.Load() {
				f.used.Store(true)
			}
			return f, nil
		}
	}
	return c.load(p, ls)
}

func (c *Cache) load(p *Ptr, ls *page.Layouts) (*frame, error) {
	b, err := c.file.Read(*p)
	if err != nil {
		return nil, err
	}
	f := &frame{id: p.Page, birth: p.Birth, crc: p.CRC, level: p.Level}
	if p.Level == 0 {
		l, err := page.OpenLeaf(ls, b)
		if err != nil {
			return nil, err
		}
		f.leaf.Store(l)
	} else if f.node, err = openNode(b, p.Level); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	slot := c.slot(p.Page)
	slot.Store(f)
	if len(c.ring) < c.limit {
		c.ring = append(c.ring, f)
		return f, nil
	}
	for range 2 * len(c.ring) {
		c.hand = (c.hand + 1) % len(c.ring)
		if !c.ring[c.hand].used.Swap(false) {
			break
		}
	}
	old := c.ring[c.hand]
	c.slot(old.id).CompareAndSwap(old, nil)
	c.ring[c.hand] = f
	return f, nil
}

// slot gives the place of a page; c.mu is held.
func (c *Cache) slot(id uint64) *atomic.Pointer[frame] {
	t := *c.table.Load()
	if i := int(id / chunkPages); i >= len(t) {
		n := append([]*chunk(nil), t...)
		for len(n) <= i {
			n = append(n, new(chunk))
		}
		c.table.Store(&n)
		t = n
	}
	return &t[id/chunkPages][id%chunkPages]
}

// leaf gives a leaf as read with ls.
func (c *Cache) leaf(p *Ptr, ls *page.Layouts) (*page.Leaf, error) {
	f, err := c.get(p, ls)
	if err != nil {
		return nil, err
	}
	l := f.leaf.Load()
	if l == nil {
		return nil, errNode
	}
	if l.Layouts() != ls {
		l = l.As(ls)
		f.leaf.Store(l)
	}
	return l, nil
}
