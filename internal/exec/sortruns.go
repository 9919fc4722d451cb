package exec

import (
	"unsafe"

	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// runFile holds sorted runs, one after the other: each row is followed by its
// class, its prefix and its tail.
type runFile struct {
	rows *spool
	ends []int // for each run the chunk after its last
}

func newRunFile(r *Run, ts []*types.Type) *runFile {
	f := &runFile{rows: newSpool(append(append([]*types.Type(nil), ts...), types.Int8, types.Int8, types.Bytea))}
	f.rows.open(r)
	f.rows.onDisk = true
	return f
}

func (f *runFile) close() { f.rows.close() }

// endRun closes the run that was written.
func (f *runFile) endRun() { f.ends = append(f.ends, f.rows.len()) }

// spill writes the collected rows as a sorted run.
func (s *sorter) spill(r *Run) error {
	if s.rows.n == 0 {
		return nil
	}
	if r.FS == nil {
		return errMemory("a sort")
	}
	if err := s.order.sort(r); err != nil {
		return err
	}
	if s.runs == nil {
		s.runs = newRunFile(r, s.types)
	}
	nc := len(s.types)
	cols := emptyVectors(nc + 3)
	for at := 0; at < len(s.order.entries); at += vector.Size {
		if err := r.canceled(); err != nil {
			return err
		}
		part := s.order.entries[at:min(at+vector.Size, len(s.order.entries))]
		s.gather(part, cols[:nc])
		class, prefix, tail := cols[nc], cols[nc+1], cols[nc+2]
		class.Reset(types.Int8, len(part))
		prefix.Reset(types.Int8, len(part))
		tail.Reset(types.Bytea, len(part))
		for i, e := range part {
			b := s.order.tail(e.row)
			class.I[i], prefix.I[i], tail.S[i] = int64(e.class), int64(e.prefix), unsafe.String(unsafe.SliceData(b), len(b))
		}
		if err := s.runs.rows.appendRows(cols, nil, len(part)); err != nil {
			return err
		}
	}
	s.runs.endRun()
	s.rows.release()
	s.order = sortRows{}
	s.acct.set(0)
	return nil
}

// mergeFan is how many runs are merged at once: a chunk of each is in memory,
// raw and decoded.
func mergeFan(r *Run) int {
	return int(min(max(r.Memory.free()/int64(4*r.Memory.chunkBytes()), 2), 256))
}

// mergeRuns prepares reading the runs in order, in several passes where there
// are too many to be merged at once.
func (s *sorter) mergeRuns(r *Run) error {
	fan := mergeFan(r)
	for len(s.runs.ends) > fan {
		if err := s.mergePass(r, fan); err != nil {
			return err
		}
	}
	m, err := newMerger(r, s.runs, s.types, 0, len(s.runs.ends), s.limit)
	s.merge = m
	return err
}

// mergePass merges neighbouring runs into fewer, longer ones.
func (s *sorter) mergePass(r *Run, fan int) error {
	from := s.runs
	to := newRunFile(r, s.types)
	for first := 0; first < len(from.ends); first += fan {
		m, err := newMerger(r, from, to.rows.types, first, min(first+fan, len(from.ends)), s.limit)
		for err == nil {
			var b *vector.Batch
			if b, err = m.next(r); err != nil || b == nil {
				break
			}
			err = to.rows.append(b)
		}
		m.close()
		if err != nil {
			to.close()
			return err
		}
		to.endRun()
	}
	s.runs = to
	from.close()
	return nil
}

// merger merges sorted runs of a file.
type merger struct {
	file  *runFile
	heads []*runHead // a heap, the least first
	limit int        // rows wanted, 0 for all
	given int
	keyAt int // column of the class; prefix and tail follow
	out   *vector.Batch
	picks []mergePick
	acct  account
	held  int64
	// Buffers whose strings the batch given last points to, and others that
	// are free.
	retired, free [][]byte
}

// mergePick is a row that goes out.
type mergePick struct {
	head *runHead
	row  int32
}

// runHead is the position in one run.
type runHead struct {
	number     int
	chunk, end int
	row        int
	reader     chunkReader
	batch      *vector.Batch
	bytes      int64 // of the decoded columns
	class      int64
	prefix     uint64
	tail       string
}

// newMerger merges the runs first..last-1. The columns given are the first of
// the file's, as many as there are types.
func newMerger(r *Run, f *runFile, ts []*types.Type, first, last, limit int) (*merger, error) {
	m := &merger{file: f, limit: limit, keyAt: len(f.rows.types) - 3, out: vector.NewBatch(ts)}
	m.acct.open(r)
	for i := first; i < last; i++ {
		h := &runHead{number: i, end: f.ends[i]}
		if i > 0 {
			h.chunk = f.ends[i-1]
		}
		ok, err := m.load(h)
		if err != nil {
			return m, err
		}
		if ok {
			m.heads = append(m.heads, h)
		}
	}
	for i := len(m.heads)/2 - 1; i >= 0; i-- {
		m.down(i)
	}
	return m, nil
}

func (m *merger) close() { m.acct.close() }

// load reads the next chunk of a run.
func (m *merger) load(h *runHead) (bool, error) {
	if h.chunk >= h.end {
		return false, nil
	}
	if h.reader.buf != nil {
		m.retired = append(m.retired, h.reader.buf)
		h.reader.buf = nil
		if n := len(m.free); n > 0 {
			h.reader.buf, m.free = m.free[n-1], m.free[:n-1]
		}
	}
	m.held -= int64(cap(h.reader.buf)) + h.bytes
	var err error
	if h.batch, err = m.file.rows.read(h.chunk, &h.reader); err != nil {
		return false, err
	}
	h.bytes = 0
	for _, v := range h.batch.Cols {
		h.bytes += vectorBytes(v)
	}
	m.held += int64(cap(h.reader.buf)) + h.bytes
	if !m.acct.set(m.held) && !m.acct.tolerable() {
		return false, errMemory("the values that a sort compares")
	}
	h.chunk, h.row = h.chunk+1, 0
	m.key(h)
	return true, nil
}

// key notes the sort key of the head's row.
func (m *merger) key(h *runHead) {
	c := h.batch.Cols[m.keyAt:]
	h.class, h.prefix, h.tail = c[0].I[h.row], uint64(c[1].I[h.row]), c[2].S[h.row]
}

func (m *merger) less(a, b *runHead) bool {
	if a.class != b.class {
		return a.class < b.class
	}
	if a.prefix != b.prefix {
		return a.prefix < b.prefix
	}
	if a.tail != b.tail {
		return a.tail < b.tail
	}
	return a.number < b.number
}

func (m *merger) down(i int) {
	for {
		c := 2*i + 1
		if c >= len(m.heads) {
			return
		}
		if c+1 < len(m.heads) && m.less(m.heads[c+1], m.heads[c]) {
			c++
		}
		if !m.less(m.heads[c], m.heads[i]) {
			return
		}
		m.heads[i], m.heads[c] = m.heads[c], m.heads[i]
		i = c
	}
}

func (m *merger) next(r *Run) (*vector.Batch, error) {
	if err := r.canceled(); err != nil {
		return nil, err
	}
	m.free = append(m.free, m.retired...)
	m.retired = m.retired[:0]
	for _, c := range m.out.Cols {
		c.Reset(c.Type, vector.Size)
	}
	n := 0
	m.picks = m.picks[:0]
	for n+len(m.picks) < vector.Size && len(m.heads) > 0 && (m.limit == 0 || m.given < m.limit) {
		h := m.heads[0]
		m.picks = append(m.picks, mergePick{h, int32(h.row)})
		m.given++
		if h.row++; h.row < h.batch.N {
			m.key(h)
		} else {
			n = m.give(n) // before the head's columns are overwritten
			ok, err := m.load(h)
			if err != nil {
				return nil, err
			}
			if !ok {
				m.heads[0] = m.heads[len(m.heads)-1]
				m.heads = m.heads[:len(m.heads)-1]
			}
		}
		m.down(0)
	}
	if n = m.give(n); n == 0 {
		return nil, nil
	}
	m.out.N = n
	return m.out, nil
}

// give copies the picked rows behind the first n of the batch.
func (m *merger) give(n int) int {
	for c, v := range m.out.Cols {
		pickColumn(v, m.picks, c, n)
	}
	n += len(m.picks)
	m.picks = m.picks[:0]
	return n
}

func pickColumn(dst *vector.Vector, picks []mergePick, c, at int) {
	for k, p := range picks {
		if src := p.head.batch.Cols[c]; src.HasNulls && src.Nulls[p.row>>6]&(1<<(uint(p.row)&63)) != 0 {
			dst.SetNull(at + k)
		}
	}
	switch dst.Type.Phys() {
	case types.PhysInt:
		for k, p := range picks {
			dst.I[at+k] = p.head.batch.Cols[c].I[p.row]
		}
	case types.PhysFloat:
		for k, p := range picks {
			dst.F[at+k] = p.head.batch.Cols[c].F[p.row]
		}
	case types.PhysPair:
		for k, p := range picks {
			src := p.head.batch.Cols[c]
			dst.I[at+k], dst.J[at+k] = src.I[p.row], src.J[p.row]
		}
	case types.PhysBytes:
		for k, p := range picks {
			dst.S[at+k] = p.head.batch.Cols[c].S[p.row]
		}
	case types.PhysNumeric:
		for k, p := range picks {
			src := p.head.batch.Cols[c]
			dst.I[at+k], dst.J[at+k] = src.I[p.row], src.J[p.row]
			if src.S != nil && dst.S == nil {
				dst.S = make([]string, len(dst.I))
			}
			if dst.S != nil {
				dst.S[at+k] = ""
				if src.S != nil {
					dst.S[at+k] = src.S[p.row]
				}
			}
		}
	}
}

// vectorBytes is the memory of a vector without what its strings point to.
func vectorBytes(v *vector.Vector) int64 {
	return int64(cap(v.I)+cap(v.J)+cap(v.F)+cap(v.Nulls))*8 + int64(cap(v.S))*16
}
