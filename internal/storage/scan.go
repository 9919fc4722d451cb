package storage

import (
	"bytes"

	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/txn"
)

// overlayRows bounds the rows that a block takes from deltas and own writes.
const overlayRows = 1024

// Block is a run of rows of at most one leaf, valid until the scan's next
// Next, Release or Close. With Pos nil the rows are First..First+N-1 of Leaf,
// ascending. Otherwise row i is leaf row Pos[i] when that is >= 0, else
// Rows[^Pos[i]] with key Keys[^Pos[i]] (deltas and own writes). Reverse scans
// always give Pos. Leaf is nil where every row is in Rows.
type Block struct {
	N     int
	Leaf  *page.Leaf
	First int
	Pos   []int32
	Rows  []page.Row
	Keys  [][]byte

	pos   []int32 // Pos's memory while it is nil
	pages *pages  // to read cells on overflow pages
}

// Key gives the key of row i. It may be put together in dst[:0]; otherwise it
// points into the block.
func (b *Block) Key(i int, dst []byte) []byte {
	if b.Pos == nil {
		return b.Leaf.Key(b.First+i, dst[:0])
	}
	p := b.Pos[i]
	if p < 0 {
		return b.Keys[^p]
	}
	return b.Leaf.Key(int(p), dst[:0])
}

func (b *Block) reset() {
	if b.Pos != nil {
		b.pos = b.Pos
	}
	b.N, b.Leaf, b.First, b.Pos = 0, nil, 0, nil
	b.Rows, b.Keys = b.Rows[:0], b.Keys[:0]
}

// Scan walks a range of a tree at a snapshot: leaf by leaf, with own writes
// and deltas laid over. A leaf without changes costs nothing per row.
type Scan struct {
	t       *Tx
	layouts *layouts
	over    overlay
	cur     leafCursor
	pinned  *state // registered by this scan alone; nil when the Tx holds it
	r       Range
	reverse bool

	placed  bool // cursor and overlay stand somewhere
	started bool // resume holds a key that was given out
	ended   bool
	i, n    int // rows of the leaf not given out: i..n-1
	hasLeaf bool
	resume  []byte // the last key given out, after Release
	lastPos int    // leaf row given out last; -1: lastKey
	lastKey []byte
	tracked int // in the read set; -1
	inline  [4]source
}

// Scan opens a scan. It sees the own writes made before the statement (or
// AdvanceCommand), or with Newest all of them and the newest commits. Close it.
func (t *Tx) Scan(tree TreeID, r Range, o ScanOptions) (*Scan, error) {
	if err := t.ensure(); err != nil {
		return nil, err
	}
	h := t.tree(tree)
	s := &Scan{t: t, r: r, reverse: o.Reverse, tracked: -1}
	base, snap, own := h.base, t.snap, t.ownVisible
	if o.Newest {
		own = ^uint64(0)
		if !h.hidden() {
			s.pinned = t.s.acquire()
			base, snap = s.pinned.trees[tree], s.pinned.visible.Load()
		}
	}
	if s.layouts = h.layouts; s.layouts == nil && base != nil {
		s.layouts = base.layouts
	}
	if s.layouts == nil {
		s.unpin()
		return nil, errNoTree(tree)
	}
	s.over.sources = s.inline[:0]
	s.over.reverse = o.Reverse
	s.over.bound, s.over.incl = r.Hi, r.HiIncl
	if o.Reverse {
		s.over.bound, s.over.incl = r.Lo, !r.LoExcl
	}
	s.over.addOwn(h.own, own)
	if base != nil {
		s.over.add(base.active.Load(), snap)
		for _, l := range base.layers {
			s.over.addLayer(l, snap)
		}
		s.cur.open(t.s, base, s.layouts)
	}
	if t.reads != nil && !o.Newest {
		s.tracked = t.reads.Range(txn.Interval{Tree: uint32(tree), Lo: r.Lo, Hi: r.Hi, LoExcl: r.LoExcl, HiIncl: r.HiIncl})
	}
	return s, nil
}

func (s *Scan) unpin() {
	if s.pinned != nil {
		s.pinned.release()
		s.pinned = nil
	}
}

// Close ends the scan. It is harmless to call it twice.
func (s *Scan) Close() {
	if s.t == nil {
		return
	}
	if s.tracked >= 0 && !s.ended && s.t.reads != nil {
		if s.started && (!s.placed || s.keepPlace()) {
			s.t.reads.Narrow(s.tracked, s.resume, s.reverse)
		}
	}
	s.cur.release()
	s.unpin()
	s.t = nil
}

// Release lets go of the leaf and keeps the position; the last block ends.
func (s *Scan) Release() {
	if !s.placed || s.ended {
		return
	}
	if s.started && !s.keepPlace() {
		return
	}
	s.cur.release()
	s.placed, s.hasLeaf = false, false
}

// keepPlace copies the last key that was given out; false when the leaf it is
// in was lost to an error.
func (s *Scan) keepPlace() bool {
	if s.lastPos >= 0 {
		if s.cur.leaf == nil {
			return false
		}
		s.resume = append(s.resume[:0], s.cur.leaf.Key(s.lastPos, nil)...)
	} else {
		s.resume = append(s.resume[:0], s.lastKey...)
	}
	return true
}

// place moves overlay and cursor to where the scan begins or goes on.
func (s *Scan) place() error {
	from, excl := s.r.Lo, s.r.LoExcl
	if s.reverse {
		from, excl = s.r.Hi, !s.r.HiIncl
	}
	if s.started {
		from, excl = s.resume, true
	}
	s.over.seek(from, excl)
	ok, err := s.cur.seek(from, s.reverse)
	if err != nil {
		return err
	}
	s.placed = true
	s.takeLeaf(ok)
	if s.hasLeaf && from != nil {
		at, found := s.cur.search(from)
		if s.reverse {
			if found && !excl {
				at++
			}
			s.n = min(s.n, at)
		} else {
			if found && excl {
				at++
			}
			s.i = max(s.i, at)
		}
	}
	return nil
}

// takeLeaf sets i and n for the leaf the cursor has come to.
func (s *Scan) takeLeaf(ok bool) {
	s.hasLeaf = ok
	if !ok {
		return
	}
	s.i, s.n = 0, s.cur.leaf.Len()
	if s.n == 0 {
		return
	}
	if !s.reverse && s.r.Hi != nil && s.cur.beyond(s.n-1, s.r.Hi, s.r.HiIncl) {
		at, found := s.cur.search(s.r.Hi)
		if found && s.r.HiIncl {
			at++
		}
		s.n = at
		s.cur.last = true
	}
	if s.reverse && s.r.Lo != nil && s.cur.before(0, s.r.Lo, s.r.LoExcl) {
		at, found := s.cur.search(s.r.Lo)
		if found && s.r.LoExcl {
			at++
		}
		s.i = at
		s.cur.last = true
	}
}

// Next gives the following rows; false at the end.
func (s *Scan) Next(b *Block) (bool, error) {
	b.reset()
	if s.t != nil {
		b.pages = s.t.s.pages
	}
	if s.t == nil || s.ended {
		return false, nil
	}
	if s.t.done {
		return false, errDone
	}
	if !s.placed {
		if err := s.place(); err != nil {
			return false, err
		}
	}
	for {
		for s.hasLeaf && s.i >= s.n {
			ok, err := s.cur.advance(s.reverse)
			if err != nil {
				return false, err
			}
			s.takeLeaf(ok)
		}
		err := s.over.err
		switch {
		case err != nil:
		case !s.hasLeaf && !s.over.valid():
			s.ended = true
			s.cur.release()
			return false, nil
		case !s.hasLeaf:
			err = s.overlayOnly(b)
		case !s.over.valid() || s.overlayPastLeaf():
			s.wholeRun(b)
		case s.reverse:
			err = s.mergeDown(b)
		default:
			err = s.mergeUp(b)
		}
		if err == nil {
			err = s.over.err
		}
		if err != nil {
			return false, err
		}
		if b.N > 0 {
			s.started = true
			return true, nil
		}
		b.reset()
	}
}

// overlayPastLeaf tells whether the next change lies beyond the leaf's rows.
func (s *Scan) overlayPastLeaf() bool {
	if s.reverse {
		return s.cur.compare(s.i, s.over.key()) > 0
	}
	return s.cur.compare(s.n-1, s.over.key()) < 0
}

// wholeRun gives out the rest of the leaf as it is.
func (s *Scan) wholeRun(b *Block) {
	b.Leaf, b.N = s.cur.leaf, s.n-s.i
	if s.reverse {
		b.Pos = b.pos[:0]
		for p := s.n - 1; p >= s.i; p-- {
			b.Pos = append(b.Pos, int32(p))
		}
		s.lastPos = s.i
	} else {
		b.First = s.i
		s.lastPos = s.n - 1
	}
	s.i = s.n
}

// emit appends the present overlay row, if it is one.
func (s *Scan) emit(b *Block) error {
	if s.over.version.Deleted() {
		return nil
	}
	row, err := s.layouts.open(s.over.version.Row)
	if err != nil {
		return err
	}
	b.Rows = append(b.Rows, row)
	b.Keys = append(b.Keys, s.over.key())
	b.Pos = append(b.Pos, ^int32(len(b.Rows)-1))
	s.lastPos, s.lastKey = -1, s.over.key()
	return nil
}

func (s *Scan) overlayOnly(b *Block) error {
	b.Pos = b.pos[:0]
	for s.over.valid() && len(b.Rows) < overlayRows {
		if err := s.emit(b); err != nil {
			return err
		}
		s.over.next()
	}
	b.N = len(b.Pos)
	return nil
}

// mergeUp lays the changes up to the leaf's last row over its rows.
func (s *Scan) mergeUp(b *Block) error {
	b.Leaf, b.Pos = s.cur.leaf, b.pos[:0]
	for len(b.Rows) < overlayRows {
		to, found := s.n, false
		if s.over.valid() {
			if to, found = s.cur.searchFrom(s.i, s.n, s.over.key()); to >= s.n {
				to = s.n
			}
		}
		for p := s.i; p < to; p++ {
			b.Pos = append(b.Pos, int32(p))
		}
		if to > s.i {
			s.lastPos = to - 1
		}
		s.i = to
		if to == s.n {
			break
		}
		if found {
			s.i++
		}
		if err := s.emit(b); err != nil {
			return err
		}
		s.over.next()
		if s.i == s.n {
			break
		}
	}
	b.N = len(b.Pos)
	return nil
}

// mergeDown is mergeUp for a reverse scan.
func (s *Scan) mergeDown(b *Block) error {
	b.Leaf, b.Pos = s.cur.leaf, b.pos[:0]
	for len(b.Rows) < overlayRows {
		from, found := s.i, false
		change := s.over.valid() && s.cur.compare(s.i, s.over.key()) <= 0
		if change {
			from, found = s.cur.searchFrom(s.i, s.n, s.over.key())
		}
		if found {
			from++
		}
		for p := s.n - 1; p >= from; p-- {
			b.Pos = append(b.Pos, int32(p))
		}
		if from < s.n {
			s.lastPos = from
		}
		s.n = from
		if found {
			s.n--
		}
		if !change {
			break
		}
		if err := s.emit(b); err != nil {
			return err
		}
		s.over.next()
		if s.i == s.n {
			break
		}
	}
	b.N = len(b.Pos)
	return nil
}

// LastKey gives the largest key of the tree: newest commits and own writes.
func (t *Tx) LastKey(tree TreeID) (key []byte, ok bool, err error) {
	s, err := t.Scan(tree, Range{}, ScanOptions{Reverse: true, Newest: true})
	if err != nil {
		return nil, false, err
	}
	defer s.Close()
	var b Block
	if ok, err = s.Next(&b); !ok || err != nil {
		return nil, false, err
	}
	return bytes.Clone(b.Key(0, nil)), true, nil
}

// Rows counts the rows of the tree: exact for what is merged, and for the
// rest as far as writers told Insert from Put.
func (t *Tx) Rows(tree TreeID) int64 {
	if t.ensure() != nil {
		return 0
	}
	h := t.tree(tree)
	n := h.own.rows()
	if h.base != nil {
		n += h.base.base.rows() + h.base.net()
	}
	return max(n, 0)
}

// Modified is the sequence of the last commit that changed the tree; the
// largest number when this transaction itself has. A result computed at a
// snapshot at or above one value of Modified stands as long as it stands.
func (t *Tx) Modified(tree TreeID) uint64 {
	if t.ensure() != nil {
		return ^uint64(0)
	}
	h := t.tree(tree)
	if h.changed() {
		return ^uint64(0)
	}
	if h.base == nil {
		return 0
	}
	return h.base.shared.modified.Load()
}
