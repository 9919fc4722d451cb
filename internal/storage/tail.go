package storage

import "bytes"

const (
	// tailBlock is the size at which a block of a tail is full, in bytes, where
	// a write set may be so large.
	tailBlock = 256 << 10
	// keptTail is the most memory of a tail that waits for another transaction.
	keptTail = 64 << 10
)

// tail takes the rows that a transaction inserts behind all its others of the
// tree, as they come where keys ascend: nothing is searched or linked, and at
// the commit they are in the order and the form that the record has them in.
// It is a run in memory that still grows; the list holds what was written
// otherwise, and is newer where both have a key.
//
// Invariants:
//
//  1. Keys ascend, and so do the ordinals beside them.
//  2. What an open cursor may stand on is not cut off but left to it: pop works
//     on copies of shared blocks.
//  3. A tail that was cut takes no more rows.
type tail struct {
	run
	full    int // bytes of a block
	closed  bool
	entered uint32 // in the write set
	idle    *block // memory for the first block
}

// endsBelow tells whether every key is below key.
func (t *tail) endsBelow(key []byte) bool {
	return t == nil || t.count == 0 || bytes.Compare(t.max, key) < 0
}

// add appends a row with its ordinal; the key is above every other.
func (t *tail) add(key []byte, ordinal uint64, row []byte) {
	n := len(t.resident)
	if n == 0 || len(t.resident[n-1].data)+len(key)+len(row)+16 > t.full && len(t.resident[n-1].offs) > 0 {
		b := t.grow(n)
		b.n = n
		t.resident = append(t.resident, b)
		t.blocks = append(t.blocks, blockRef{first: bytes.Clone(key)})
		n++
	}
	b := t.resident[n-1]
	at := len(b.data)
	b.offs = append(b.offs, uint32(at))
	b.heads = append(b.heads, keyHead(key))
	b.ords = append(b.ords, ordinal)
	b.data = appendEntry(b.data, opInsert, key, false, 0, row)
	t.count++
	t.net++
	t.size += int64(len(b.data) - at)
	from := at + 1 + uvarintLen(len(key))
	t.max = b.data[from : from+len(key) : from+len(key)]
}

// grow gives block n: the first one small, as most transactions are.
func (t *tail) grow(n int) *block {
	if b := t.idle; b != nil {
		t.idle = nil
		return b
	}
	if n == 0 {
		return &block{}
	}
	rows := len(t.resident[n-1].offs)
	rows += rows / 8
	return &block{
		data: make([]byte, 0, t.full), offs: make([]uint32, 0, rows),
		heads: make([]uint64, 0, rows), ords: make([]uint64, 0, rows),
	}
}

// share says that cursors are going to stand on the blocks.
func (t *tail) share() {
	for _, b := range t.resident {
		b.shared = true
	}
}

// pop takes back the last row.
func (t *tail) pop() {
	t.closed = true
	n := len(t.resident) - 1
	if n < 0 {
		return
	}
	b := t.resident[n]
	if b.shared {
		c := *b
		c.shared = false
		b = &c
		t.resident[n] = b
	}
	i := len(b.offs) - 1
	t.size -= int64(len(b.data) - int(b.offs[i]))
	b.data = b.data[:b.offs[i]:b.offs[i]]
	b.offs, b.heads, b.ords = b.offs[:i:i], b.heads[:i:i], b.ords[:i:i]
	t.count--
	t.net--
	if i == 0 {
		t.resident, t.blocks = t.resident[:n:n], t.blocks[:n:n]
		n--
	}
	if t.max = nil; n >= 0 {
		b = t.resident[n]
		t.max = b.key(len(b.offs) - 1)
	}
}

// Truncate takes back every row above an ordinal.
func (t *tail) Truncate(max uint64) {
	for t != nil && t.count > 0 {
		b := t.resident[len(t.resident)-1]
		if b.ords[len(b.ords)-1] <= max {
			return
		}
		t.pop()
	}
}

// bytes is the memory in use.
func (t *tail) bytes() int64 {
	if t == nil {
		return 0
	}
	return t.size + int64(t.count)*20
}

// rows is how many there are.
func (t *tail) rows() int {
	if t == nil {
		return 0
	}
	return t.count
}

// appendTo writes all entries behind each other.
func (t *tail) appendTo(buf []byte) []byte {
	for _, b := range t.resident {
		buf = append(buf, b.data...)
	}
	return buf
}

// layer makes the rows what a commit's layer is: their ordinals are dropped,
// and memory is not kept for more.
func (t *tail) layer() *run {
	r := &run{count: t.count, net: t.net, size: t.size + 12*int64(t.count), max: bytes.Clone(t.max), blocks: t.blocks}
	r.min = t.blocks[0].first
	for _, b := range t.resident {
		r.resident = append(r.resident, &block{n: b.n, data: b.data, offs: b.offs, heads: b.heads})
	}
	return r
}

// reset empties a tail that nobody reads any more; false where its memory is
// not worth keeping.
func (t *tail) reset() bool {
	if len(t.resident) > 1 {
		return false
	}
	if len(t.resident) == 1 {
		b := t.resident[0]
		if cap(b.data) > keptTail || b.shared {
			return false
		}
		*b = block{data: b.data[:0], offs: b.offs[:0], heads: b.heads[:0], ords: b.ords[:0]}
		t.idle = b
	}
	t.count, t.net, t.size, t.max = 0, 0, 0, nil
	t.resident, t.blocks, t.closed = t.resident[:0], t.blocks[:0], false
	return true
}

// spill writes every row with its ordinal.
func (t *tail) spill(c *chunkFile) (ownRun, error) {
	w := newRunWriter(c, t.count, true)
	out := ownRun{from: t.resident[0].ords[0], limit: ^uint64(0)}
	for _, b := range t.resident {
		for i := range b.offs {
			v := b.version(i, &t.run)
			if err := w.add(codeOf(&v), b.key(i), v.Seq, v.Row); err != nil {
				return out, err
			}
		}
	}
	var err error
	out.run, err = w.finish()
	return out, err
}

// tailCursor walks the rows of a tail.
type tailCursor struct {
	t     *tail
	block int
	at    int
}

// key is that of the present row; nil behind the last.
func (c *tailCursor) key() []byte {
	if c.t == nil || c.block >= len(c.t.resident) {
		return nil
	}
	return c.t.resident[c.block].key(c.at)
}

func (c *tailCursor) row() []byte {
	v := c.t.resident[c.block].version(c.at, &c.t.run)
	return v.Row
}

// next moves to the next row and gives its key.
func (c *tailCursor) next() []byte {
	if c.at++; c.at >= len(c.t.resident[c.block].offs) {
		c.block, c.at = c.block+1, 0
	}
	return c.key()
}
