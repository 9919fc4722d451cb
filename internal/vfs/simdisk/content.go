package simdisk

// chunkSize is small: images of small databases are the use of this package.
const chunkSize = 4096

// owner marks the chunks that a content may write in place. A chunk with
// another owner is shared and copied first.
type owner struct{ _ byte }

type chunk struct {
	owner *owner
	data  [chunkSize]byte
}

// content is the bytes of a file; a nil chunk is zeros.
type content struct {
	own    *owner
	size   int64
	chunks []*chunk
}

func newContent() *content { return &content{own: &owner{}} }

// clone makes an equal content; from here on both copy what they write.
func (c *content) clone() *content {
	c.own = &owner{}
	return &content{own: &owner{}, size: c.size, chunks: append([]*chunk(nil), c.chunks...)}
}

func (c *content) readAt(p []byte, off int64) int {
	if off >= c.size {
		return 0
	}
	if int64(len(p)) > c.size-off {
		p = p[:c.size-off]
	}
	for done := 0; done < len(p); {
		at := off + int64(done)
		in := int(at % chunkSize)
		n := min(chunkSize-in, len(p)-done)
		if k := c.chunks[at/chunkSize]; k != nil {
			copy(p[done:done+n], k.data[in:])
		} else {
			clear(p[done : done+n])
		}
		done += n
	}
	return len(p)
}

// writable gives a chunk that may be written in place.
func (c *content) writable(i int64) *chunk {
	k := c.chunks[i]
	switch {
	case k == nil:
		k = &chunk{owner: c.own}
	case k.owner != c.own:
		k = &chunk{owner: c.own, data: k.data}
	default:
		return k
	}
	c.chunks[i] = k
	return k
}

func (c *content) writeAt(p []byte, off int64) {
	if len(p) == 0 {
		return
	}
	c.grow(off + int64(len(p)))
	for done := 0; done < len(p); {
		at := off + int64(done)
		done += copy(c.writable(at / chunkSize).data[at%chunkSize:], p[done:])
	}
}

func (c *content) grow(size int64) {
	if size <= c.size {
		return
	}
	for need := int((size + chunkSize - 1) / chunkSize); len(c.chunks) < need; {
		c.chunks = append(c.chunks, nil)
	}
	c.size = size
}

func (c *content) truncate(size int64) {
	if size >= c.size {
		c.grow(size)
		return
	}
	keep := (size + chunkSize - 1) / chunkSize
	clear(c.chunks[keep:])
	c.chunks = c.chunks[:keep]
	if in := size % chunkSize; in != 0 && c.chunks[keep-1] != nil {
		clear(c.writable(keep - 1).data[in:])
	}
	c.size = size
}
