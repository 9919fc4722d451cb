package storage

import (
	"bytes"

	"github.com/zqlite/zqlite/internal/storage/delta"
)

// runCursor walks the keys of a run. After an error it stands nowhere.
type runCursor struct {
	r   *run
	b   *block // nil: nowhere
	i   int    // the newest entry of the present key
	err error
}

// open binds the cursor to a run, nowhere.
func (c *runCursor) open(r *run) { c.r, c.b, c.err = r, nil, nil }

func (c *runCursor) valid() bool { return c.b != nil }
func (c *runCursor) key() []byte { return c.b.key(c.i) }

// stand moves to entry i of block n, where there is one. A negative i counts
// from the end.
func (c *runCursor) stand(n, i int) {
	c.b = nil
	if n < 0 || n >= len(c.r.blocks) {
		return
	}
	b, err := c.r.load(n)
	if err != nil {
		c.err = err
		return
	}
	if i < 0 {
		i += len(b.offs)
	}
	c.b, c.i = b, i
}

func (c *runCursor) first() { c.stand(0, 0) }

// seekGE moves to the first key at or above key.
func (c *runCursor) seekGE(key []byte) {
	n := c.r.find(key)
	if c.stand(n, 0); c.b == nil {
		return
	}
	if c.i = c.b.search(key); c.i == len(c.b.offs) {
		c.stand(n+1, 0)
	}
}

// seekLT moves to the last key below key; nil means the last of all.
func (c *runCursor) seekLT(key []byte) {
	if key == nil {
		c.stand(len(c.r.blocks)-1, -1)
		c.toNewest()
		return
	}
	n := c.r.find(key)
	if c.stand(n, 0); c.b == nil {
		return
	}
	c.i = c.b.search(key)
	c.prev()
}

func (c *runCursor) next() {
	i := c.i + 1
	if c.r.ordinals {
		for i < len(c.b.offs) && bytes.Equal(c.b.key(i), c.b.key(c.i)) {
			i++
		}
	}
	if i < len(c.b.offs) {
		c.i = i
		return
	}
	c.stand(c.b.n+1, 0)
}

func (c *runCursor) prev() {
	if c.i > 0 {
		c.i--
	} else {
		c.stand(c.b.n-1, -1)
	}
	c.toNewest()
}

// toNewest goes back to the newest entry of the present key.
func (c *runCursor) toNewest() {
	if c.b == nil || !c.r.ordinals {
		return
	}
	for c.i > 0 && bytes.Equal(c.b.key(c.i-1), c.b.key(c.i)) {
		c.i--
	}
}

// version gives the present key's newest version at or below max.
func (c *runCursor) version(max uint64) (delta.Version, bool) {
	if c.r.seq > max {
		return delta.Version{}, false
	}
	for i := c.i; i < len(c.b.offs) && (i == c.i || bytes.Equal(c.b.key(i), c.key())); i++ {
		if v := c.b.version(i, c.r); v.Seq <= max {
			return v, true
		}
	}
	return delta.Version{}, false
}

// each calls f with the present key's versions, newest first, until it fails.
func (c *runCursor) each(f func(delta.Version) error) error {
	for i := c.i; i < len(c.b.offs) && (i == c.i || bytes.Equal(c.b.key(i), c.key())); i++ {
		if err := f(c.b.version(i, c.r)); err != nil {
			return err
		}
	}
	return nil
}

// net sums up the present key's versions at or below max: the newest, and
// whether the key had a row before the oldest of them.
func (c *runCursor) net(max uint64) (newest delta.Version, existed, ok bool) {
	for i := c.i; i < len(c.b.offs) && (i == c.i || bytes.Equal(c.b.key(i), c.key())); i++ {
		v := c.b.version(i, c.r)
		if v.Seq > max {
			continue
		}
		if !ok {
			newest, ok = v, true
		}
		existed = v.Flags&delta.Inserted == 0
	}
	return newest, existed, ok
}
