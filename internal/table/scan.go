package table

import (
	"unsafe"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// Access says how a scan reaches its rows.
type Access struct {
	Index     *catalog.Index  // nil: the relation's own order
	Ranges    []storage.Range // in order, without overlap; nil: everything
	Reverse   bool
	IndexOnly bool // every column wanted is in the index
	Newest    bool // the newest committed state rather than the snapshot
}

// loadRows is how many rows a load gathers at least before a batch is given,
// so that small leaves do not make small batches.
const loadRows = vector.Size / 2

// smallScan is how many rows a scan makes just room enough for; where there are
// more it makes room for a full batch.
const smallScan = 64

// loadBytes ends a load early when its texts come to so many bytes, so that
// long values make short batches instead of much memory.
const loadBytes = 4 << 20

// keyRoom is the memory for putting a key together; longer ones are allocated.
const keyRoom = 128

// Scan reads rows of a relation into batches. It copies what it gives into
// memory of its own, so no page is held between calls.
type Scan struct {
	t      *Table
	tx     *storage.Tx
	a      Access
	ix     *index
	tree   storage.TreeID
	cols   []scanColumn
	next   int // range to open
	cur    *storage.Scan
	block  storage.Block
	own    []*vector.Vector // loaded rows
	n, off int
	held   int // bytes of loaded texts that may be long
	arena  []byte
	key    []byte
	ref    storage.RowRef
	ended  bool
	want   int            // rows that the consumer may do with; 0: many
	rng    storage.Range  // being read
	rest   *storage.Range // of a range that was left early
}

// scanColumn is where a wanted column comes from.
type scanColumn struct {
	*column
	ordinal int
	key     bool // the integer key of the row
	part    int  // index only: the part of the key it is decoded from, or -1
}

var rowIDColumn = column{id: 0, typ: types.Int8, phys: types.PhysInt, cell: -1}

// Scan opens a scan over the visible rows. ordinals name the columns wanted;
// RowID is the integer key.
func (t *Table) Scan(tx *storage.Tx, a Access, ordinals []int) (*Scan, error) {
	s := &Scan{t: t, tx: tx, a: a, tree: t.tree, key: make([]byte, 0, keyRoom)}
	if a.Index != nil && a.Index != t.Rel.Primary {
		s.ix = t.index(a.Index)
		s.tree = s.ix.tree
	}
	s.cols = make([]scanColumn, len(ordinals))
	s.own = make([]*vector.Vector, len(ordinals))
	own := make([]vector.Vector, len(ordinals)) // grown as rows come
	for i, o := range ordinals {
		s.cols[i] = t.scanColumn(o)
		if s.ix != nil && a.IndexOnly {
			s.cols[i].part = s.ix.partOf(o)
		}
		own[i].Type = s.cols[i].typ
		s.own[i] = &own[i]
	}
	return s, nil
}

func (t *Table) scanColumn(o int) scanColumn {
	if o == RowID {
		return scanColumn{column: &rowIDColumn, ordinal: o, key: true, part: -1}
	}
	return scanColumn{column: &t.columns[o], ordinal: o, key: t.columns[o].cell < 0, part: -1}
}

func (x *index) partOf(ordinal int) int {
	for i, o := range x.ordinals {
		if o == ordinal && ordinal >= 0 {
			return i
		}
	}
	return -1
}

// Next fills the batch with up to vector.Size rows; N is 0 after the last. The
// vectors alias the scan's memory, and are valid until the next Next.
func (s *Scan) Next(b *vector.Batch) error {
	if s.off >= s.n {
		if err := s.load(); err != nil {
			return err
		}
	}
	n := min(vector.Size, s.n-s.off)
	b.N, b.Sel = n, nil
	for i, v := range s.own {
		window(b.Cols[i], v, s.off, n)
	}
	s.off += n
	return nil
}

// window makes dst the rows off..off+n-1 of src. off is a multiple of 64.
func window(dst, src *vector.Vector, off, n int) {
	dst.Type, dst.HasNulls, dst.Const = src.Type, src.HasNulls, false
	switch src.Type.Phys() {
	case types.PhysInt:
		dst.I = src.I[off : off+n]
	case types.PhysFloat:
		dst.F = src.F[off : off+n]
	case types.PhysPair:
		dst.I, dst.J = src.I[off:off+n], src.J[off:off+n]
	case types.PhysBytes:
		dst.S = src.S[off : off+n]
	case types.PhysNumeric:
		dst.I, dst.J, dst.S = src.I[off:off+n], src.J[off:off+n], nil
		if src.S != nil {
			dst.S = src.S[off : off+n]
		}
	}
	dst.Nulls = src.Nulls[off/64 : (off+n+63)/64]
}

// Close gives up what the scan holds.
func (s *Scan) Close() {
	if s.cur != nil {
		s.cur.Close()
		s.cur = nil
	}
	s.ended = true
}

// load gathers the rows of one or more blocks.
func (s *Scan) load() error {
	s.n, s.off, s.held = 0, 0, 0
	s.arena = s.arena[:0]
	for _, v := range s.own {
		v.HasNulls = false
		if v.Type.Phys() == types.PhysNumeric {
			v.S = nil
		}
	}
	enough := loadRows
	if s.want > 0 {
		enough = min(enough, s.want)
	}
	for s.n < enough && s.held < loadBytes && !s.ended {
		if s.cur == nil {
			if err := s.open(); err != nil || s.ended {
				return err
			}
		}
		more, err := s.cur.Next(&s.block)
		if err != nil {
			return err
		}
		if !more {
			s.cur.Close()
			s.cur = nil
			continue
		}
		if err := s.take(); err != nil {
			return err
		}
	}
	if s.cur != nil {
		s.cur.Release()
	}
	if s.want *= 4; s.want >= loadRows { // it wanted more than was thought
		s.want = 0
	}
	return nil
}

// open starts the next range.
func (s *Scan) open() (err error) {
	r := storage.Range{}
	switch {
	case s.rest != nil:
		r, s.rest = *s.rest, nil
		s.next--
	case s.a.Ranges == nil && s.next == 0:
	case s.next < len(s.a.Ranges):
		i := s.next
		if s.a.Reverse {
			i = len(s.a.Ranges) - 1 - i
		}
		r = s.a.Ranges[i]
	default:
		s.ended = true
		return nil
	}
	s.next++
	s.rng = r
	s.cur, err = s.tx.Scan(s.tree, r, storage.ScanOptions{Reverse: s.a.Reverse, Newest: s.a.Newest})
	return err
}

// take copies the block's rows behind those loaded so far. Copying a column of
// long values may narrow the block; the rest of it is then read later.
func (s *Scan) take() error {
	n := s.block.N
	for i := range s.own {
		growVector(s.own[i], s.n+n)
	}
	var err error
	switch {
	case s.ix == nil:
		for i := range s.cols {
			if err = s.copyColumn(&s.cols[i], s.own[i]); err != nil {
				return err
			}
		}
		s.n += s.block.N
		if s.block.N < n {
			s.leave(s.block.N - 1)
		}
	case s.a.IndexOnly:
		err = s.takeIndexOnly()
	default:
		err = s.fetch()
	}
	return err
}

// growVector makes room for n rows, keeping those there are.
func growVector(v *vector.Vector, n int) {
	switch v.Type.Phys() {
	case types.PhysInt:
		v.I = grow(v.I, n)
	case types.PhysFloat:
		v.F = grow(v.F, n)
	case types.PhysPair:
		v.I, v.J = grow(v.I, n), grow(v.J, n)
	case types.PhysBytes:
		v.S = grow(v.S, n)
	case types.PhysNumeric:
		v.I, v.J = grow(v.I, n), grow(v.J, n)
		if v.S != nil {
			v.S = grow(v.S, n)
		}
	}
	v.Nulls = grow(v.Nulls, (n+63)/64)
}

func grow[T any](s []T, n int) []T {
	if n <= len(s) {
		return s
	}
	if n <= cap(s) {
		return s[:n]
	}
	size := max(n, 2*cap(s))
	if n > smallScan {
		size = max(size, vector.Size)
	}
	out := make([]T, n, size)
	copy(out, s)
	return out
}

// fetch reads the rows that index entries point to.
func (s *Scan) fetch() error {
	n := s.block.N
	if s.want > 0 {
		n = min(n, max(1, s.want-s.n))
	}
	i := 0
	for ; i < n && s.held < loadBytes; i++ {
		key, err := s.rowKey(i)
		if err != nil {
			return err
		}
		var found bool
		if s.a.Newest {
			found, err = s.tx.GetNewest(s.t.tree, key, &s.ref)
		} else {
			found, err = s.tx.Get(s.t.tree, key, &s.ref)
		}
		if err != nil {
			return err
		}
		if !found {
			if s.a.Newest {
				// Entries and rows are read one after the other, and the row was
				// deleted in between: who reads the newest state locks what it
				// finds and looks again.
				continue
			}
			return errDangling(s.ix)
		}
		for c := range s.cols {
			v, err := s.t.cell(&s.cols[c], key, &s.ref, &s.arena)
			if err != nil {
				s.ref.Release()
				return err
			}
			s.own[c].Set(s.n, v)
			s.held += len(v.S)
		}
		s.ref.Release()
		s.n++
	}
	if i < s.block.N {
		s.leave(i - 1)
	}
	return nil
}

// rowKey returns the key of the row that entry i points to.
func (s *Scan) rowKey(i int) ([]byte, error) {
	if s.ix.payload {
		if s.t.Rel.RowIDKey {
			return codec.AppendUint64Key(s.key[:0], s.block.Int(i, keyColumn)), nil
		}
		return s.block.Bytes(i, keyColumn)
	}
	entry := s.block.Key(i, s.key) // may point into the block: never written to
	if len(entry) < 8 {
		return nil, errDangling(s.ix)
	}
	return entry[len(entry)-8:], nil
}

// takeIndexOnly reads the wanted columns out of the entries themselves.
func (s *Scan) takeIndexOnly() error {
	vals := make([]types.Value, len(s.ix.parts))
	last := -1
	for i := range s.cols {
		last = max(last, s.cols[i].part)
	}
	for i := 0; i < s.block.N; i++ {
		entry := s.block.Key(i, s.key)
		rest := entry
		var err error
		for p := 0; p <= last; p++ {
			if vals[p], rest, err = codec.Decode(rest, &s.ix.parts[p]); err != nil {
				return err
			}
		}
		for c := range s.cols {
			col := &s.cols[c]
			var v types.Value
			switch {
			case col.part >= 0:
				v = vals[col.part]
			case col.key && s.ix.payload:
				v = types.NewInt(s.block.Int(i, keyColumn))
			case col.key:
				v = types.NewInt(codec.Uint64Key(entry[len(entry)-8:]))
			case s.block.IsNull(i, col.id):
			default:
				if v, err = s.blockValue(i, col.column); err != nil {
					return err
				}
			}
			s.own[c].Set(s.n, v)
		}
		s.n++
	}
	return nil
}

func (s *Scan) blockValue(i int, c *column) (types.Value, error) {
	v := types.Value{K: c.typ.Kind}
	switch c.phys {
	case types.PhysInt, types.PhysFloat:
		v.I = s.block.Int(i, c.id)
	case types.PhysPair:
		v.I, v.J = s.block.Pair(i, c.id)
	default:
		b, err := s.block.Bytes(i, c.id)
		if err != nil {
			return v, err
		}
		return s.t.bytesValue(c, b, &s.arena)
	}
	return v, nil
}

// keep copies bytes into the arena and returns them as a string.
func keep(arena *[]byte, b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if cap(*arena)-len(*arena) < len(b) {
		// The full block stays alive through the strings in it.
		*arena = make([]byte, 0, max(min(2*cap(*arena), 1<<20), len(b), 64))
	}
	from := len(*arena)
	*arena = append(*arena, b...)
	return unsafe.String(&(*arena)[from], len(b))
}
