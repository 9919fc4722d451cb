package exec

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"

	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// sortKeys turns ORDER BY keys into bytes that compare as the rows do: eight
// bytes of the first key as a number, and the rest of the keys as a string.
// NULLs of the first key stand apart, in a class before or after the others.
type sortKeys struct {
	exprs []expr.Vectorized
	parts []codec.Part
	class []keyClass
	whole bool // the first eight bytes are all of the first key
	tails bool // there is more than the first eight bytes
	cols  []*vector.Vector
	flats []expr.Rows
}

// sortEntry is one row's place in the order: its class and prefix, then its
// tail, then its number, which keeps the order stable.
type sortEntry struct {
	prefix uint64
	row    uint32
	class  uint32 // 0 NULLs first, 1 values, 2 NULLs last
}

func (b *builder) sortKeys(keys []expr.SortKey, s scope) (*sortKeys, error) {
	k := &sortKeys{cols: make([]*vector.Vector, len(keys)), flats: make([]expr.Rows, len(keys))}
	c := b.compiler(s)
	for _, key := range keys {
		v, err := c.Vectorized(key.Expr)
		if err != nil {
			return nil, err
		}
		k.exprs = append(k.exprs, v)
		k.parts = append(k.parts, codec.Part{Type: key.Expr.Type(), Desc: key.Desc, NullsFirst: key.NullsFirst})
	}
	k.prepare()
	return k, nil
}

func (k *sortKeys) prepare() {
	if len(k.parts) == 0 {
		return
	}
	k.class = make([]keyClass, len(k.parts))
	for i := range k.parts {
		k.class[i] = classOf(k.parts[i].Type)
	}
	class := k.class[0]
	k.whole = class == wordKey || class == floatKey
	k.tails = !k.whole || len(k.parts) > 1
}

// eval computes the key columns of a batch.
func (k *sortKeys) eval(r *Run, b *vector.Batch) error {
	for i, e := range k.exprs {
		v, err := e.Eval(r.Context, b)
		if err != nil {
			return err
		}
		k.cols[i] = k.flats[i].Flat(v, b.N)
	}
	return nil
}

// encode computes the entry of row i; its tail is appended to dst.
func (k *sortKeys) encode(dst []byte, i int) (sortEntry, []byte, error) {
	e := sortEntry{class: 1}
	if len(k.parts) == 0 {
		return e, dst, nil
	}
	first := &k.parts[0]
	v := k.cols[0]
	from := 0
	switch {
	case v.Null(i):
		e.class = 2
		if first.NullsFirst {
			e.class = 0
		}
		from = 1
	case k.whole:
		if v.Type.Phys() == types.PhysFloat {
			e.prefix = orderFloat(v.F[i])
		} else {
			e.prefix = uint64(v.I[i]) ^ 1<<63
		}
		if first.Desc {
			e.prefix = ^e.prefix
		}
		from = 1
	default:
		at := len(dst)
		var err error
		if dst, err = codec.Append(dst, first, v.Value(i)); err != nil {
			return e, dst, noOrder(first.Type, err)
		}
		// The marker byte says only that the value is there.
		e.prefix = prefixOf(dst[at+1:])
		from = 1
	}
	for c := from; c < len(k.parts); c++ {
		v, part := k.cols[c], &k.parts[c]
		var err error
		switch class := k.class[c]; {
		case class != wordKey && class != floatKey:
			if dst, err = codec.Append(dst, part, v.Value(i)); err != nil {
				return e, dst, noOrder(part.Type, err)
			}
		case v.Null(i):
			dst = append(dst, nullMark(part))
		case class == floatKey:
			dst = appendWord(dst, part, orderFloat(v.F[i]))
		default:
			dst = appendWord(dst, part, uint64(v.I[i])^1<<63)
		}
	}
	return e, dst, nil
}

// nullMark sorts before or after the mark of a value.
func nullMark(p *codec.Part) byte {
	if p.NullsFirst {
		return 0
	}
	return 2
}

// appendWord appends the mark of a value and eight bytes.
func appendWord(dst []byte, p *codec.Part, w uint64) []byte {
	if p.Desc {
		w = ^w
	}
	return binary.BigEndian.AppendUint64(append(dst, 1), w)
}

func noOrder(t *types.Type, err error) error {
	if t.Kind == types.KindJSON {
		return errNoOrdering(t)
	}
	return err
}

// prefixOf packs the first eight bytes, zeros where there are fewer.
func prefixOf(b []byte) uint64 {
	if len(b) >= 8 {
		return binary.BigEndian.Uint64(b)
	}
	var w uint64
	for i, c := range b {
		w |= uint64(c) << (56 - 8*uint(i))
	}
	return w
}

func orderFloat(f float64) uint64 {
	if f != f {
		return math.MaxUint64
	}
	if f == 0 {
		f = 0
	}
	bits := math.Float64bits(f)
	if bits>>63 != 0 {
		return ^bits
	}
	return bits | 1<<63
}

// sortRows collects entries with their tails and orders them.
type sortRows struct {
	entries []sortEntry
	tails   []byte
	ends    []uint32 // end of row i's tail; its start is the former's end
	scratch []sortEntry
	hasTail bool
}

func (s *sortRows) reset() {
	s.entries, s.tails, s.ends = s.entries[:0], s.tails[:0], s.ends[:0]
}

// bytes is the memory held, with what sorting will take.
func (s *sortRows) bytes() int64 {
	return int64(cap(s.entries)+max(len(s.entries), cap(s.scratch)))*16 + int64(cap(s.tails)) + int64(cap(s.ends))*4
}

// add appends the keys of the live rows of a batch, numbered from base.
func (s *sortRows) add(k *sortKeys, b *vector.Batch, sel []int32) error {
	s.hasTail = k.tails
	count := b.N
	if sel != nil {
		count = len(sel)
	}
	if !k.tails && len(k.parts) == 1 && !k.cols[0].HasNulls && k.cols[0].Type.Phys() == types.PhysInt {
		s.addInts(k, sel, count)
		return nil
	}
	for j := 0; j < count; j++ {
		i := j
		if sel != nil {
			i = int(sel[j])
		}
		e, tails, err := k.encode(s.tails, i)
		if err != nil {
			return err
		}
		e.row = uint32(len(s.entries))
		s.tails = tails
		s.entries = append(s.entries, e)
		if k.tails {
			s.ends = append(s.ends, uint32(len(tails)))
		}
	}
	return nil
}

func (s *sortRows) addInts(k *sortKeys, sel []int32, count int) {
	flip := uint64(1 << 63)
	if k.parts[0].Desc {
		flip = ^flip
	}
	words := k.cols[0].I
	for j := 0; j < count; j++ {
		i := j
		if sel != nil {
			i = int(sel[j])
		}
		s.entries = append(s.entries, sortEntry{prefix: uint64(words[i]) ^ flip, row: uint32(len(s.entries)), class: 1})
	}
}

// tail returns the tail of a row.
func (s *sortRows) tail(row uint32) []byte {
	if !s.hasTail {
		return nil
	}
	from := uint32(0)
	if row > 0 {
		from = s.ends[row-1]
	}
	return s.tails[from:s.ends[row]]
}

// sort orders the entries: by class, by prefix with a radix sort where there
// are many, then equal prefixes by their tails.
func (s *sortRows) sort(r *Run) error {
	e := s.entries
	if sorted(e) {
		return s.sortTails(r, e)
	}
	if len(e) >= 1024 {
		s.radix(e)
	} else {
		slices.SortFunc(e, compareEntries)
	}
	return s.sortTails(r, e)
}

func sorted(e []sortEntry) bool {
	for i := 1; i < len(e); i++ {
		if compareEntries(e[i-1], e[i]) > 0 {
			return false
		}
	}
	return true
}

func compareEntries(a, b sortEntry) int {
	switch {
	case a.class != b.class:
		return int(a.class) - int(b.class)
	case a.prefix < b.prefix:
		return -1
	case a.prefix > b.prefix:
		return 1
	case a.row < b.row:
		return -1
	case a.row > b.row:
		return 1
	}
	return 0
}

// radix sorts by the bytes of prefix from the last to the first, leaving out
// bytes that all entries have in common, then by class.
func (s *sortRows) radix(e []sortEntry) {
	if from := s.radixPasses(e); &from[0] != &e[0] {
		s.entries, s.scratch = from, e
	}
}

// radixRun is radix for a part of the entries, which stay in their place.
func (s *sortRows) radixRun(e []sortEntry) {
	if from := s.radixPasses(e); &from[0] != &e[0] {
		copy(e, from)
	}
}

// radixPasses returns the sorted entries, in e or in the scratch memory.
func (s *sortRows) radixPasses(e []sortEntry) []sortEntry {
	var counts [9][256]uint32
	for i := range e {
		p := e[i].prefix
		for b := 0; b < 8; b++ {
			counts[b][byte(p>>(8*uint(b)))]++
		}
		counts[8][e[i].class]++
	}
	s.scratch = extend(s.scratch[:0], len(e))
	from, to := e, s.scratch
	for b := 0; b < 9; b++ {
		c := &counts[b]
		key := func(x *sortEntry) uint32 { return uint32(byte(x.prefix >> (8 * uint(b)))) }
		if b == 8 {
			if c[from[0].class] == uint32(len(e)) {
				continue
			}
		} else if c[key(&from[0])] == uint32(len(e)) {
			continue
		}
		sum := uint32(0)
		for i := range c {
			c[i], sum = sum, sum+c[i]
		}
		if b == 8 {
			for i := range from {
				k := from[i].class
				to[c[k]] = from[i]
				c[k]++
			}
		} else {
			shift := 8 * uint(b)
			for i := range from {
				k := byte(from[i].prefix >> shift)
				to[c[k]] = from[i]
				c[k]++
			}
		}
		from, to = to, from
	}
	return from
}

// sortTails orders runs of equal class and prefix by their tails.
func (s *sortRows) sortTails(r *Run, _ []sortEntry) error {
	if !s.hasTail {
		return nil
	}
	e := s.entries
	for i := 0; i < len(e); {
		j := i + 1
		for j < len(e) && e[j].prefix == e[i].prefix && e[j].class == e[i].class {
			j++
		}
		if j-i > 1 {
			if err := s.sortRun(r, e[i:j], 0); err != nil {
				return err
			}
		}
		i = j
	}
	return nil
}

// smallRun is the size up to which a run is sorted by comparing whole tails.
const smallRun = 24

// sortRun orders entries whose tails agree up to depth: eight bytes at a time
// take the place of the prefix while the run is sorted.
func (s *sortRows) sortRun(r *Run, e []sortEntry, depth int) error {
	if len(e) <= smallRun {
		slices.SortFunc(e, s.compareTails)
		return nil
	}
	if err := r.canceled(); err != nil {
		return err
	}
	prefix, longest := e[0].prefix, 0
	for i := range e {
		t := s.tail(e[i].row)
		longest = max(longest, len(t))
		e[i].prefix = 0
		if depth < len(t) {
			e[i].prefix = prefixOf(t[depth:])
		}
	}
	if !sorted(e) {
		if len(e) >= 512 {
			s.radixRun(e)
		} else {
			slices.SortFunc(e, compareEntries)
		}
	}
	for i := 0; i < len(e) && depth+8 < longest; {
		j := i + 1
		for j < len(e) && e[j].prefix == e[i].prefix {
			j++
		}
		if j-i > 1 {
			if err := s.sortRun(r, e[i:j], depth+8); err != nil {
				return err
			}
		}
		i = j
	}
	for i := range e {
		e[i].prefix = prefix
	}
	return nil
}

func (s *sortRows) compareTails(a, b sortEntry) int {
	if d := bytes.Compare(s.tail(a.row), s.tail(b.row)); d != 0 {
		return d
	}
	return int(a.row) - int(b.row)
}
