package btree

import (
	"sync"
	"sync/atomic"

	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/slab"
)

// clock decides what leaves the cache: a hand goes round over frames and
// nodes and takes the first that was not used since it came by.
type clock struct {
	limit, bytes int64   // allowed, and taken by frames in service and nodes
	fresh        int     // frames from here on were never in service
	nodeTop      int     // nodes from here on were never used
	empty        []int32 // frames in service that hold nothing
	spare        []int32 // frames out of service
	noNodes      []int32 // below nodeTop
	hand         int
	loading      int
	closed       bool
}

func pop(s *[]int32) (int, bool) {
	k := len(*s) - 1
	if k < 0 {
		return -1, false
	}
	v := (*s)[k]
	*s = (*s)[:k]
	return int(v), true
}

// entry gives the place of a page in the table; c.mu is held.
func (c *Cache) entry(id uint64) *atomic.Uint32 {
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

// claim gives a shut frame to read a page into, or -1 where every one is
// pinned. publish follows.
func (c *Cache) claim() (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := &c.clock
	if k.closed {
		return -1, errClosed
	}
	f, ok := pop(&k.empty)
	if !ok && k.bytes+int64(c.size) <= k.limit {
		f, ok = c.enlist()
	}
	for !ok {
		var any bool
		if f, any = c.sweep(); !any {
			return -1, nil
		}
		if ok = f >= 0; !ok && k.bytes+int64(c.size) <= k.limit { // a node went
			f, ok = c.enlist()
		}
	}
	k.loading++
	return f, nil
}

// enlist takes another frame into service.
func (c *Cache) enlist() (int, bool) {
	k := &c.clock
	f, ok := pop(&k.spare)
	if !ok {
		if k.fresh == len(c.slots) {
			return -1, false
		}
		f = k.fresh
		if s := &c.slabs[f>>c.shift]; s.Bytes == nil {
			n := min(len(c.slots)-f, 1<<c.shift) * c.size
			m, err := slab.Map(n, f > 0) // the first one of a small database stays small
			if err != nil {
				return -1, false // as if every frame were pinned
			}
			*s = m
		}
		k.fresh++
		c.slots[f].state.Add(shut)
	}
	k.bytes += int64(c.size)
	return f, true
}

// sweep takes something out of the cache: a frame, which is shut then, or with
// -1 a node. False where all frames are pinned.
func (c *Cache) sweep() (int, bool) {
	k := &c.clock
	for range 2 * (k.fresh + k.nodeTop) {
		if k.hand++; k.hand >= k.fresh+k.nodeTop {
			k.hand = 0
		}
		if k.hand >= k.fresh {
			i := k.hand - k.fresh
			if n := c.nodes[i].Load(); n != nil && !n.used.Swap(false) {
				c.dropNode(i, n)
				return -1, true
			}
			continue
		}
		s := &c.slots[k.hand]
		if s.state.Load() != 0 {
			continue
		}
		if s.used.Load() != 0 {
			s.used.Store(0)
		} else if c.shut(k.hand) {
			return k.hand, true
		}
	}
	return -1, false
}

// shut takes a frame that nobody has pinned from its page.
func (c *Cache) shut(f int) bool {
	s := &c.slots[f]
	if !s.state.CompareAndSwap(0, shut) {
		return false
	}
	c.entry(s.page).CompareAndSwap(uint32(f)+1, 0)
	if c.scribble {
		slab.Wipe(c.frame(f))
	}
	return true
}

func (c *Cache) dropNode(i int, n *node) {
	c.entry(n.page).CompareAndSwap(uint32(i)|nodeBit, 0)
	c.nodes[i].Store(nil)
	c.clock.bytes -= n.bytes()
	c.clock.noNodes = append(c.clock.noNodes, int32(i))
}

// publish ends a claim: the frame holds page p now, or nothing with an error.
// It gives the frame to read, pinned: that of another who was faster, perhaps.
func (c *Cache) publish(f int, p *Ptr, h *page.Head, err error) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := &c.clock
	k.loading--
	if err == nil && k.closed {
		err = errClosed
	}
	if err != nil {
		k.empty = append(k.empty, int32(f))
		return -1, err
	}
	at := c.entry(p.Page)
	if v := at.Load(); v != 0 && v&nodeBit == 0 {
		if o := &c.slots[v-1]; o.state.Add(1)&shut == 0 && o.is(p) {
			k.empty = append(k.empty, int32(f))
			return int(v - 1), nil
		} else {
			o.state.Add(^uint32(0))
			o.used.Store(0) // an earlier page of this id
		}
	}
	s := &c.slots[f]
	s.page, s.birth, s.crc, s.head = p.Page, p.Birth, p.CRC, *h
	s.used.Store(0)
	s.state.Add(shut + 1) // adding the highest bit again takes it away
	at.Store(uint32(f) + 1)
	return f, nil
}

// keep puts a node into the cache, unless there is no room.
func (c *Cache) keep(n *node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := &c.clock
	if k.closed {
		return
	}
	at := c.entry(n.page)
	if v := at.Load(); v&nodeBit != 0 {
		if old := c.nodes[v&^nodeBit].Load(); old.birth >= n.birth {
			return
		}
	}
	for k.bytes+n.bytes() > k.limit {
		f, ok := c.sweep()
		if !ok {
			return
		}
		if f >= 0 {
			c.retire(f)
		}
	}
	i, ok := pop(&k.noNodes)
	if !ok {
		if k.nodeTop == len(c.nodes) {
			return
		}
		i = k.nodeTop
		k.nodeTop++
	}
	k.bytes += n.bytes()
	c.nodes[i].Store(n)
	at.Store(uint32(i) | nodeBit)
}

// retire takes a shut frame out of service, to make room for nodes.
func (c *Cache) retire(f int) {
	c.clock.bytes -= int64(c.size)
	c.clock.spare = append(c.clock.spare, int32(f))
	at := f & (1<<c.shift - 1) * c.size
	c.slabs[f>>c.shift].Discard(at, at+c.size)
}

// expire takes a frame out of the cache that was just let go, so that tests
// find who still reads it.
func (c *Cache) expire(f int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shut(f) {
		c.clock.empty = append(c.clock.empty, int32(f))
	}
}

// Bytes is what pages take in the cache at the moment.
func (c *Cache) Bytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.clock.bytes
}

// Pinned counts the pins that are held.
func (c *Cache) Pinned() int {
	n := 0
	for i := range c.slots {
		n += int(c.slots[i].state.Load() &^ shut)
	}
	return n
}

// Close gives the memory back and tells how many pins are still held. While
// there are any the memory stays, for as long as somebody refers to the cache.
// Whoever asks for a page from now on gets an error.
func (c *Cache) Close() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := &c.clock
	if k.closed {
		return 0
	}
	k.closed = true
	pins := 0
	for f := range k.fresh {
		if s := &c.slots[f]; s.state.Load()&shut == 0 && !c.shut(f) {
			pins += int(s.state.Load() &^ shut)
		}
	}
	for i := range k.nodeTop {
		c.nodes[i].Store(nil)
	}
	if pins == 0 && k.loading == 0 {
		c.clean.Stop()
		unmap(c.slabs)
	} else if c.scribble {
		leaksMu.Lock()
		leaks = append(leaks, c)
		leaksMu.Unlock()
	}
	return pins
}

var (
	leaksMu sync.Mutex
	leaks   []*Cache // closed while somebody held a pin
)

// Leaked counts the pins on caches that were closed while scribbling was on.
// Tests ask when everything has ended.
func Leaked() int {
	leaksMu.Lock()
	defer leaksMu.Unlock()
	n := 0
	for _, c := range leaks {
		n += c.Pinned()
	}
	return n
}
