package btree

import (
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/pager"
	"github.com/zqlite/zqlite/internal/storage/slab"
)

// Ptr names a page of a tree.
type Ptr = pager.Ptr

const (
	chunkPages = 4096
	nodeBit    = 1 << 31 // in the page table: the number is that of a node
	shut       = 1 << 31 // in a slot's state: nobody may pin it
	minPages   = 64      // that a cache has at least
	maxCache32 = 256 << 20
)

var errClosed = sqlerr.New(sqlerr.ConnectionDoesNotExist, "the database is closed")

// chunk is a part of the page table: by page id a frame number plus one, or a
// node number with nodeBit; 0 where the page is not in the cache.
type chunk [chunkPages]atomic.Uint32

// slot says what is in a frame. What follows state may be read while the frame
// is pinned, and written while it is shut.
type slot struct {
	state atomic.Uint32 // pins, and shut
	used  atomic.Uint32 // since the clock's hand came by
	page  uint64
	birth uint64
	crc   uint32
	head  page.Head
	_     [12]byte // a slot is a line of memory
}

func (s *slot) is(p *Ptr) bool { return s.page == p.Page && s.birth == p.Birth && s.crc == p.CRC }

// Cache holds pages of one file, up to a number of bytes: leaves in frames
// outside of the collected heap, inner pages as nodes. It is for many
// goroutines.
type Cache struct {
	file     *pager.File
	table    atomic.Pointer[[]*chunk] // by page id
	slots    []slot                   // by frame
	nodes    []atomic.Pointer[node]
	slabs    []slab.Slab // each of 1<<shift frames; the last may be smaller
	shift    uint
	size     int  // of a page
	from     int  // where the content begins in it
	room     int  // for content in it
	scribble bool // overwrite frames that were given up

	mu    sync.Mutex
	clock clock // under mu
	tick  atomic.Uint32
	clean runtime.Cleanup
}

// NewCache makes a cache of at most limitBytes, but some pages in any case.
// Its tables come on top: four bytes for each page of the file, and some seventy
// for each page that there is room for.
func NewCache(f *pager.File, limitBytes int64) *Cache {
	size := f.PageSize()
	if bits.UintSize == 32 {
		limitBytes = min(limitBytes, maxCache32)
	}
	limitBytes = max(limitBytes, int64(minPages*size))
	frames := int(min(limitBytes/int64(size), 1<<30))
	perSlab := slab.Size / size
	c := &Cache{file: f, size: size, shift: uint(bits.TrailingZeros(uint(perSlab))), scribble: slab.Scribbling(),
		slots: make([]slot, frames), nodes: make([]atomic.Pointer[node], frames+minPages),
		slabs: make([]slab.Slab, (frames+perSlab-1)/perSlab)}
	c.room = f.Room()
	c.from = f.ContentAt()
	c.clock.limit = limitBytes
	c.table.Store(&[]*chunk{})
	c.clean = runtime.AddCleanup(c, unmap, c.slabs)
	return c
}

// unmap gives the frames of a cache back that nobody can reach any more.
func unmap(slabs []slab.Slab) {
	for i := range slabs {
		_ = slabs[i].Unmap() // nobody is left to tell; the addresses stay taken
	}
}

// frame gives the memory of a frame.
func (c *Cache) frame(f int) []byte {
	at := f & (1<<c.shift - 1) * c.size
	return c.slabs[f>>c.shift].Bytes[at : at+c.size : at+c.size]
}

// lookup gives what the page table says about a page.
func (c *Cache) lookup(id uint64) uint32 {
	t := *c.table.Load()
	if i := id / chunkPages; i < uint64(len(t)) {
		return t[i][id%chunkPages].Load()
	}
	return 0
}

// Ref is a leaf that is pinned in the cache, until Release. The zero value is
// ready, and it is for one goroutine at a time.
type Ref struct {
	page.Leaf
	c     *Cache
	frame int32 // plus one; 0: the leaf is in memory of its own, or there is none
}

// Release lets go of the leaf. It is harmless to call it twice.
func (r *Ref) Release() {
	if r.frame != 0 {
		r.c.unpin(int(r.frame) - 1)
		r.frame, r.c = 0, nil
	}
	r.Forget()
}

// unpin takes back a pin. While scribbling is on, many a frame goes at once
// when nobody holds it.
func (c *Cache) unpin(f int) {
	if c.slots[f].state.Add(^uint32(0)) == 0 && c.scribble && c.tick.Add(1)&3 == 0 {
		c.expire(f)
	}
}

// leaf pins a leaf for r, which holds none, as read with ls. hint is where the
// parent remembers its place in the cache; nil for a root.
func (c *Cache) leaf(p *Ptr, hint *atomic.Uint32, ls *page.Layouts, r *Ref) error {
	v := uint32(0)
	if hint != nil {
		v = hint.Load()
	} else {
		v = c.lookup(p.Page)
	}
	if v-1 < uint32(len(c.slots)) { // a frame
		s := &c.slots[v-1]
		if s.state.Add(1)&shut == 0 && s.is(p) {
			if s.used.Load() == 0 {
				s.used.Store(1)
			}
			r.c, r.frame = c, int32(v)
			err := r.View(ls, c.content(int(v-1)), &s.head)
			if err != nil {
				r.Release()
			}
			return err
		}
		s.state.Add(^uint32(0))
	}
	return c.findLeaf(p, hint, ls, r)
}

// findLeaf is leaf for a parent that does not know where the page is.
func (c *Cache) findLeaf(p *Ptr, hint *atomic.Uint32, ls *page.Layouts, r *Ref) error {
	if hint == nil {
		return c.loadLeaf(p, ls, r)
	}
	err := c.leaf(p, nil, ls, r)
	if r.frame != 0 {
		hint.Store(uint32(r.frame))
	}
	return err
}

// content gives what is in a frame.
func (c *Cache) content(f int) []byte {
	at := f&(1<<c.shift-1)*c.size + c.from
	return c.slabs[f>>c.shift].Bytes[at : at+c.room : at+c.room]
}

// node gives an inner page; hint as in leaf.
func (c *Cache) node(p *Ptr, hint *atomic.Uint32) (*node, error) {
	if hint != nil {
		if v := hint.Load(); v&nodeBit != 0 {
			if n := c.nodes[v&^nodeBit].Load(); n != nil && n.is(p) {
				if !n.used.Load() {
					n.used.Store(true)
				}
				return n, nil
			}
		}
	}
	return c.findNode(p, hint)
}

// findNode is node for a parent that does not know where the page is.
func (c *Cache) findNode(p *Ptr, hint *atomic.Uint32) (*node, error) {
	v := c.lookup(p.Page)
	if v&nodeBit != 0 {
		if n := c.nodes[v&^nodeBit].Load(); n != nil && n.is(p) {
			if !n.used.Load() {
				n.used.Store(true)
			}
			if hint != nil {
				hint.Store(v)
			}
			return n, nil
		}
	}
	n, err := readNode(c.file, p)
	if err == nil {
		c.keep(n)
	}
	return n, err
}

// loadLeaf reads a leaf into a frame, pinned for r. Nothing waits for a frame:
// where all are pinned the leaf is read into memory of its own.
func (c *Cache) loadLeaf(p *Ptr, ls *page.Layouts, r *Ref) error {
	f, err := c.claim()
	if err != nil {
		return err
	}
	if f < 0 {
		l, err := readLeaf(c.file, p, ls)
		if err == nil {
			r.Leaf = *l
		}
		return err
	}
	var h page.Head
	b := c.frame(f)
	if err = c.file.ReadInto(*p, b); err == nil {
		h, err = page.CheckLeaf(ls, c.file.Content(b))
	}
	if f, err = c.publish(f, p, &h, err); err != nil {
		return err
	}
	r.c, r.frame = c, int32(f)+1
	if err = r.View(ls, c.content(f), &h); err != nil {
		r.Release()
	}
	return err
}

// readLeaf reads a leaf past the cache.
func readLeaf(f *pager.File, p *Ptr, ls *page.Layouts) (*page.Leaf, error) {
	b, err := f.Read(*p)
	if err != nil {
		return nil, err
	}
	return page.OpenLeaf(ls, b)
}

var scratch sync.Pool // of *[]byte

// readNode reads an inner page past the cache.
func readNode(f *pager.File, p *Ptr) (*node, error) {
	b, _ := scratch.Get().(*[]byte)
	if b == nil || len(*b) != f.PageSize() {
		n := make([]byte, f.PageSize())
		b = &n
	}
	defer scratch.Put(b)
	if err := f.ReadInto(*p, *b); err != nil {
		return nil, err
	}
	n, err := openNode(f.Content(*b), p.Level)
	if err == nil {
		n.page, n.birth, n.crc, n.level = p.Page, p.Birth, p.CRC, p.Level
	}
	return n, err
}
