package exec

import (
	"slices"

	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// slotSortKeys are sort keys that stand in given columns.
func slotSortKeys(keys []expr.SortKey, slots []int) *sortKeys {
	k := &sortKeys{cols: make([]*vector.Vector, len(keys)), flats: make([]expr.Rows, len(keys))}
	for i, key := range keys {
		k.exprs = append(k.exprs, columnRef(slots[i]))
		k.parts = append(k.parts, codec.Part{Type: key.Expr.Type(), Desc: key.Desc, NullsFirst: key.NullsFirst})
	}
	k.prepare()
	return k
}

// windowStarts finds where partitions and peer groups start in sorted rows.
type windowStarts struct {
	parts, order startFinder
	part, peer   []bool // by row of the batch
}

// startFinder compares each row with the one before.
type startFinder struct {
	slots []int
	keys  *keyBatch
	last  *keyStore
	cols  []*vector.Vector
}

func (s *windowStarts) prepare(ts []*types.Type, part, order []int) (err error) {
	if err = s.parts.prepare(ts, part); err != nil {
		return err
	}
	return s.order.prepare(ts, order)
}

func (f *startFinder) prepare(ts []*types.Type, slots []int) (err error) {
	var keyTypes []*types.Type
	for _, at := range slots {
		keyTypes = append(keyTypes, ts[at])
	}
	f.slots, f.cols = slots, make([]*vector.Vector, len(slots))
	if f.keys, err = newKeyBatch(keyTypes); err == nil {
		f.last = newKeyStore(f.keys)
	}
	return err
}

func (s *windowStarts) reset() {
	s.parts.last.reset()
	s.order.last.reset()
}

// load finds the starts in a batch, which follows the one loaded before.
func (s *windowStarts) load(b *vector.Batch) error {
	s.part, s.peer = extend(s.part[:0], b.N), extend(s.peer[:0], b.N)
	clear(s.part)
	clear(s.peer)
	if err := s.parts.mark(b, s.part); err != nil {
		return err
	}
	copy(s.peer, s.part)
	return s.order.mark(b, s.peer)
}

func (f *startFinder) mark(b *vector.Batch, starts []bool) error {
	for i, at := range f.slots {
		f.cols[i] = b.Cols[at]
	}
	if err := f.keys.load(f.cols, nil, b.N); err != nil {
		return err
	}
	if f.last.len() == 0 || !f.last.equal(0, f.keys, 0) {
		starts[0] = true
	}
	if len(f.slots) > 0 {
		for i := 1; i < b.N; i++ {
			if !f.keys.same(i-1, i) {
				starts[i] = true
			}
		}
	}
	f.last.reset()
	f.last.add(f.keys, b.N-1)
	return nil
}

// windowPart is one partition: its rows and its peer groups, both numbered
// from 0. It is part of the rows collected in memory, or a spool.
type windowPart struct {
	w       *windowOp
	rows    *store
	from    int
	n       int
	groupOf []int32 // by row
	starts  []int   // by peer group its first row, then n
	big     *bigPart
}

// collect takes the rows from..to-1 of a store.
func (p *windowPart) collect(rows *store, peers []bool, from, to int) {
	p.rows, p.from, p.n = rows, from, to-from
	p.groupOf, p.starts = extend(p.groupOf[:0], p.n), p.starts[:0]
	for i := range p.groupOf {
		if peers[from+i] || i == 0 {
			p.starts = append(p.starts, i)
		}
		p.groupOf[i] = int32(len(p.starts) - 1)
	}
	p.starts = append(p.starts, p.n)
}

// groups returns the number of peer groups.
func (p *windowPart) groups() int {
	if p.big != nil {
		return p.big.groups
	}
	return len(p.starts) - 1
}

// value reads a column of a row. In a spool it is valid until other rows are
// read.
func (p *windowPart) value(col, i int) types.Value {
	if p.big != nil {
		return p.big.value(col, i)
	}
	return p.rows.cols[col].Value(p.from + i)
}

// group returns the peer group of a row.
func (p *windowPart) group(i int) int {
	if p.big != nil {
		return p.big.group(i)
	}
	return int(p.groupOf[i])
}

// start returns the first row of a peer group; that of the one after the last
// is the number of rows.
func (p *windowPart) start(g int) int {
	if p.big != nil {
		return p.big.start(g)
	}
	return p.starts[g]
}

// peers returns the first row of a row's peers and the one after the last.
func (p *windowPart) peers(i int) (from, to int) {
	g := p.group(i)
	return p.start(g), p.start(g + 1)
}

// bigPart is a partition in a spool.
type bigPart struct {
	rows, firsts   *spool // firsts: the first row of each peer group
	pack, packLast *packer
	look, lookLast rowLookup
	first          *vector.Vector
	n, groups      int
	// The peer group found last.
	at, from, to int
	err          error
	chunk        int // to give next
	reader       chunkReader
	arena        arena // strings of the batch given last
}

func newBigPart(r *Run, ts []*types.Type) *bigPart {
	b := &bigPart{rows: newSpool(ts), firsts: newSpool([]*types.Type{types.Int8}), first: vector.New(types.Int8, 1)}
	b.rows.open(r)
	b.firsts.open(r)
	b.pack, b.packLast = newPacker(b.rows), newPacker(b.firsts)
	return b
}

// add appends rows; peers tells which start a peer group.
func (b *bigPart) add(cols []*vector.Vector, peers []bool, sel []int32, n int) error {
	for _, i := range sel {
		if peers[i] || b.n == 0 {
			b.first.I[0] = int64(b.n)
			b.groups++
			if err := b.packLast.add([]*vector.Vector{b.first}, nil, 1); err != nil {
				return err
			}
		}
		b.n++
	}
	return b.pack.add(cols, sel, n)
}

// finish ends the partition: it can be read now.
func (b *bigPart) finish(r *Run) error {
	if err := b.pack.flush(); err != nil {
		return err
	}
	if err := b.packLast.flush(); err != nil {
		return err
	}
	b.pack, b.packLast = nil, nil
	b.look.open(r, b.rows)
	b.lookLast.open(r, b.firsts)
	b.at = -1
	return nil
}

func (b *bigPart) close() {
	b.look.close()
	b.lookLast.close()
	b.rows.close()
	b.firsts.close()
}

func (b *bigPart) value(col, i int) types.Value {
	batch, k, err := b.look.at(i)
	if err != nil {
		b.err = err
		return types.Null
	}
	return batch.Cols[col].Value(k)
}

func (b *bigPart) start(g int) int {
	if g >= b.groups {
		return b.n
	}
	batch, k, err := b.lookLast.at(g)
	if err != nil {
		b.err = err
		return b.n
	}
	return int(batch.Cols[0].I[k])
}

// group finds the peer group of a row: that of the row before or the next one
// mostly, else by bisection.
func (b *bigPart) group(i int) int {
	for try := 0; b.at >= 0 && try < 2 && i >= b.to && b.at+1 < b.groups; try++ {
		b.at, b.from = b.at+1, b.to
		b.to = b.start(b.at + 1)
	}
	if b.at < 0 || i < b.from || i >= b.to {
		lo, hi := 0, b.groups // start(lo) <= i < start(hi)
		for hi-lo > 1 {
			if mid := (lo + hi) / 2; b.start(mid) <= i {
				lo = mid
			} else {
				hi = mid
			}
		}
		b.at, b.from, b.to = lo, b.start(lo), b.start(lo+1)
	}
	return b.at
}

// rowLookup reads rows of a spool by their number, keeping some chunks.
type rowLookup struct {
	rows  *spool
	ends  []int // by chunk the number of rows up to its end
	kept  []keptChunk
	chunk int // found last
	clock int
	acct  account
}

type keptChunk struct {
	number int
	used   int
	batch  *vector.Batch
	reader *chunkReader
}

func (l *rowLookup) open(r *Run, rows *spool) {
	l.acct.open(r)
	l.rows, l.chunk, l.kept = rows, 0, nil
	l.ends = make([]int, len(rows.chunks))
	n := 0
	for i := range rows.chunks {
		n += rows.chunks[i].n
		l.ends[i] = n
	}
	most := min(max(int(r.Memory.minimum())/(8*r.Memory.chunkBytes()), 3), 32)
	l.kept = make([]keptChunk, 0, most)
	l.acct.set(int64(len(l.ends))*8 + int64(most*2*r.Memory.chunkBytes())) // a part of the minimum; never refused
}

func (l *rowLookup) close() {
	l.acct.close()
	l.kept = nil
}

// at finds a row. The batch is valid until the next call.
func (l *rowLookup) at(i int) (*vector.Batch, int, error) {
	c := l.chunk
	if c >= len(l.ends) || i >= l.ends[c] || c > 0 && i < l.ends[c-1] {
		var exact bool
		if c, exact = slices.BinarySearch(l.ends, i); exact {
			c++
		}
		l.chunk = c
	}
	from := 0
	if c > 0 {
		from = l.ends[c-1]
	}
	if b := l.rows.chunks[c].batch; b != nil {
		return b, i - from, nil
	}
	l.clock++
	oldest := 0
	for k := range l.kept {
		if l.kept[k].number == c {
			l.kept[k].used = l.clock
			return l.kept[k].batch, i - from, nil
		}
		if l.kept[k].used < l.kept[oldest].used {
			oldest = k
		}
	}
	if len(l.kept) < cap(l.kept) {
		oldest = len(l.kept)
		l.kept = append(l.kept, keptChunk{reader: &chunkReader{}})
	}
	k := &l.kept[oldest]
	k.number, k.used = -1, l.clock
	b, err := l.rows.read(c, k.reader)
	if err != nil {
		return nil, 0, err
	}
	k.number, k.batch = c, b
	return b, i - from, nil
}
