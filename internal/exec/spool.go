package exec

import (
	"encoding/binary"
	"unsafe"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
	"github.com/zqlite/zqlite/internal/vfs"
)

// spool is a list of batches that grows at its end and is read by position:
// in memory as long as the budget holds, in a temporary file after that.
type spool struct {
	types  []*types.Type
	chunks []spoolChunk
	rows   int64
	acct   account
	file   vfs.File
	end    int64 // of the file
	buf    []byte
	run    *Run
	onDisk bool // write everything to the file from the start
}

// spoolChunk is one batch, in memory or at a place in the file.
type spoolChunk struct {
	batch *vector.Batch
	at    int64
	size  int
	n     int
}

func newSpool(ts []*types.Type) *spool { return &spool{types: ts} }

// open starts an empty spool for a run.
func (s *spool) open(r *Run) {
	s.close()
	s.run = r
	s.acct.open(r)
}

// len returns the number of chunks.
func (s *spool) len() int { return len(s.chunks) }

// append copies the live rows of a batch to the end.
func (s *spool) append(b *vector.Batch) error { return s.appendRows(b.Cols, b.Sel, b.N) }

func (s *spool) appendRows(cols []*vector.Vector, sel []int32, n int) error {
	count := n
	if sel != nil {
		count = len(sel)
	}
	if count == 0 {
		return nil
	}
	if !s.onDisk {
		st := newStore(s.types)
		st.appendRows(cols, sel, n)
		if s.acct.set(s.acct.held + st.bytes()) {
			s.chunks = append(s.chunks, spoolChunk{batch: &vector.Batch{Cols: st.cols, N: st.n}, n: st.n})
			s.rows += int64(count)
			return nil
		}
		s.acct.set(s.acct.held - st.bytes())
		if s.run.FS == nil {
			return errMemory("an intermediate result")
		}
	}
	// On disk chunks are small, so that little memory reads them back.
	rows := chunkRows{cols: cols, sel: sel}
	for rows.to < count {
		rows.cut(count, s.run.Memory.chunkBytes())
		s.buf = encodeChunk(s.buf[:0], s.types, &rows)
		at, err := s.write(s.buf)
		if err != nil {
			return err
		}
		s.chunks = append(s.chunks, spoolChunk{at: at, size: len(s.buf), n: rows.to - rows.from})
	}
	s.rows += int64(count)
	return nil
}

// chunkRows are the rows from..to-1 of those selected.
type chunkRows struct {
	cols     []*vector.Vector
	sel      []int32
	from, to int
}

// row returns the position of the k-th row.
func (c *chunkRows) row(k int) int {
	if c.sel != nil {
		return int(c.sel[c.from+k])
	}
	return c.from + k
}

func (c *chunkRows) len() int { return c.to - c.from }

// cut moves on to the next rows, as many as make about a number of bytes.
func (c *chunkRows) cut(count, bytes int) {
	c.from = c.to
	fixed := 0
	var texts []*vector.Vector
	for _, v := range c.cols {
		switch v.Type.Phys() {
		case types.PhysPair, types.PhysNumeric:
			fixed += 16
		default:
			fixed += 8
		}
		if v.S != nil {
			texts = append(texts, v)
		}
	}
	size := 0
	for c.to < count && c.to-c.from < vector.Size {
		size += fixed
		i := c.row(c.to - c.from)
		for _, v := range texts {
			if !v.Null(i) {
				if v.Const {
					size += len(v.S[0])
				} else {
					size += len(v.S[i])
				}
			}
		}
		if size > bytes && c.to > c.from {
			return
		}
		c.to++
	}
}

func (s *spool) write(b []byte) (int64, error) {
	if s.file == nil {
		f, err := openTemp(s.run)
		if err != nil {
			return 0, err
		}
		s.file, s.end = f, 0
	}
	if _, err := s.file.WriteAt(b, s.end); err != nil {
		return 0, sqlerr.Wrap(err, sqlerr.DiskFull, "could not write to a temporary file: %v", err)
	}
	at := s.end
	s.end += int64(len(b))
	s.run.Memory.Spilled += int64(len(b))
	return at, nil
}

func openTemp(r *Run) (vfs.File, error) {
	if r.FS == nil {
		return nil, errMemory("this query, and there is no place for temporary files")
	}
	f, err := r.FS.TempFile(r.TempDir)
	if err != nil {
		return nil, sqlerr.Wrap(err, sqlerr.IOError, "could not make a temporary file: %v", err)
	}
	return f, nil
}

// read returns chunk i. One from the file is decoded into rd, so it is valid
// until the next read with the same reader; one in memory as long as the spool.
func (s *spool) read(i int, rd *chunkReader) (*vector.Batch, error) {
	c := &s.chunks[i]
	if c.batch != nil {
		return c.batch, nil
	}
	if cap(rd.buf) < c.size {
		rd.buf = make([]byte, max(c.size, s.run.Memory.chunkBytes()))
	}
	buf := rd.buf[:c.size]
	if _, err := s.file.ReadAt(buf, c.at); err != nil {
		return nil, sqlerr.Wrap(err, sqlerr.IOError, "could not read a temporary file: %v", err)
	}
	return rd.decode(s.types, buf, c.n)
}

// close drops the rows and the file.
func (s *spool) close() {
	clear(s.chunks)
	s.chunks = s.chunks[:0]
	s.rows, s.end = 0, 0
	if s.file != nil {
		s.file.Close() // a temporary file: nothing is lost with it
		s.file = nil
	}
	s.acct.close()
}

// encodeChunk writes columns one after the other: a flag byte, null words, and
// the physical slices.
func encodeChunk(dst []byte, ts []*types.Type, rows *chunkRows) []byte {
	for c, t := range ts {
		v := rows.cols[c]
		flags := byte(0)
		if v.HasNulls {
			flags |= 1
		}
		if t.Phys() == types.PhysNumeric && v.S != nil {
			flags |= 2
		}
		dst = append(dst, flags)
		if v.HasNulls {
			dst = encodeNulls(dst, v, rows)
		}
		switch t.Phys() {
		case types.PhysInt:
			dst = encodeWords(dst, v, v.I, rows)
		case types.PhysFloat:
			dst = encodeWords(dst, v, floatWords(v.F), rows)
		case types.PhysPair:
			dst = encodeWords(dst, v, v.I, rows)
			dst = encodeWords(dst, v, v.J, rows)
		case types.PhysBytes:
			dst = encodeStrings(dst, v, rows)
		case types.PhysNumeric:
			dst = encodeWords(dst, v, v.I, rows)
			dst = encodeWords(dst, v, v.J, rows)
			if v.S != nil {
				dst = encodeStrings(dst, v, rows)
			}
		}
	}
	return dst
}

// floatWords sees floats as their bits.
func floatWords(f []float64) []int64 {
	return unsafe.Slice((*int64)(unsafe.Pointer(unsafe.SliceData(f))), len(f))
}

func encodeNulls(dst []byte, v *vector.Vector, rows *chunkRows) []byte {
	n := rows.len()
	for k := 0; k < n; k += 64 {
		var w uint64
		for j := k; j < min(n, k+64); j++ {
			if v.Null(rows.row(j)) {
				w |= 1 << (uint(j) & 63)
			}
		}
		dst = binary.LittleEndian.AppendUint64(dst, w)
	}
	return dst
}

func encodeWords(dst []byte, v *vector.Vector, words []int64, rows *chunkRows) []byte {
	for k := 0; k < rows.len(); k++ {
		i := 0
		if !v.Const {
			i = rows.row(k)
		}
		dst = binary.LittleEndian.AppendUint64(dst, uint64(words[i]))
	}
	return dst
}

func encodeStrings(dst []byte, v *vector.Vector, rows *chunkRows) []byte {
	for k := 0; k < rows.len(); k++ {
		i := rows.row(k)
		if v.Null(i) {
			dst = append(dst, 0)
			continue
		}
		if v.Const {
			i = 0
		}
		dst = binary.AppendUvarint(dst, uint64(len(v.S[i])))
		dst = append(dst, v.S[i]...)
	}
	return dst
}

// chunkReader decodes chunks into a batch of its own.
type chunkReader struct {
	batch vector.Batch
	buf   []byte
	src   []byte
}

var errChunk = sqlerr.New(sqlerr.DataCorrupted, "a temporary file is damaged")

func (d *chunkReader) decode(ts []*types.Type, src []byte, n int) (*vector.Batch, error) {
	if len(d.batch.Cols) != len(ts) {
		d.batch.Cols = make([]*vector.Vector, len(ts))
		for i := range ts {
			d.batch.Cols[i] = &vector.Vector{}
		}
	}
	d.src = src
	d.batch.N, d.batch.Sel = n, nil
	for i, t := range ts {
		v := d.batch.Cols[i]
		v.Reset(t, n)
		if len(d.src) == 0 {
			return nil, errChunk
		}
		flags := d.src[0]
		d.src = d.src[1:]
		ok := true
		if flags&1 != 0 {
			v.HasNulls = true
			for w := 0; w < (n+63)/64 && ok; w++ {
				ok = d.word((*int64)(unsafe.Pointer(&v.Nulls[w])))
			}
		}
		switch t.Phys() {
		case types.PhysInt:
			ok = ok && d.words(v.I[:n])
		case types.PhysFloat:
			ok = ok && d.words(floatWords(v.F[:n]))
		case types.PhysPair:
			ok = ok && d.words(v.I[:n]) && d.words(v.J[:n])
		case types.PhysBytes:
			ok = ok && d.strings(v.S[:n])
		case types.PhysNumeric:
			ok = ok && d.words(v.I[:n]) && d.words(v.J[:n])
			if flags&2 != 0 {
				v.S = make([]string, n)
				ok = ok && d.strings(v.S)
			}
		}
		if !ok {
			return nil, errChunk
		}
	}
	return &d.batch, nil
}

func (d *chunkReader) word(w *int64) bool {
	if len(d.src) < 8 {
		return false
	}
	*w = int64(binary.LittleEndian.Uint64(d.src))
	d.src = d.src[8:]
	return true
}

func (d *chunkReader) words(dst []int64) bool {
	if len(d.src) < 8*len(dst) {
		return false
	}
	for i := range dst {
		dst[i] = int64(binary.LittleEndian.Uint64(d.src[8*i:]))
	}
	d.src = d.src[8*len(dst):]
	return true
}

func (d *chunkReader) strings(dst []string) bool {
	for i := range dst {
		n, k := binary.Uvarint(d.src)
		if k <= 0 || uint64(len(d.src)-k) < n {
			return false
		}
		d.src = d.src[k:]
		dst[i] = ""
		if n > 0 {
			dst[i] = unsafe.String(&d.src[0], int(n))
		}
		d.src = d.src[n:]
	}
	return true
}
