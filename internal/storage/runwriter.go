package storage

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"github.com/zqlite/zqlite/internal/storage/delta"
)

// runChunk is the size of entries from which a chunk of a run ends, in bytes.
const runChunk = 32 << 10

// runWriter writes entries of one tree, in key order, into a chunk file.
type runWriter struct {
	c    *chunkFile
	r    *run
	buf  []byte // room for the chunk's header, and its entries
	last int    // of the key in buf that was written last
	lenK int
}

// newRunWriter begins a run of at most max entries behind what c has.
func newRunWriter(c *chunkFile, max int, ordinals bool) *runWriter {
	c.crc = 0
	c.tags.Reset()
	return &runWriter{c: c, r: &run{ordinals: ordinals, file: c, filter: newFilter(max)}}
}

// appendEntry appends an entry; ordinals says whether it has one.
func appendEntry(b []byte, code byte, key []byte, ordinals bool, ordinal uint64, row []byte) []byte {
	b = append(b, code)
	b = binary.AppendUvarint(b, uint64(len(key)))
	b = append(b, key...)
	if ordinals {
		b = binary.AppendUvarint(b, ordinal)
	}
	if code != opDelete {
		b = binary.AppendUvarint(b, uint64(len(row)))
		b = append(b, row...)
	}
	return b
}

func (w *runWriter) add(code byte, key []byte, ordinal uint64, row []byte) error {
	r := w.r
	same := r.ordinals && len(w.buf) > chunkHeader && bytes.Equal(w.buf[w.last:w.last+w.lenK], key)
	if len(w.buf) >= runChunk && !same {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if len(w.buf) <= chunkHeader {
		w.buf = append(w.buf[:0], make([]byte, chunkHeader)...)
		r.blocks = append(r.blocks, blockRef{first: bytes.Clone(key), at: w.c.at, place: w.c.next})
	}
	if !same {
		r.filter.add(delta.Hash(key))
	}
	r.count++
	r.net += netOf(code)
	before := len(w.buf)
	w.buf = appendEntry(w.buf, code, key, r.ordinals, ordinal, row)
	r.size += int64(len(w.buf) - before)
	w.last, w.lenK = before+1+uvarintLen(len(key)), len(key)
	return nil
}

// netOf is the number of rows that an operation adds.
func netOf(code byte) int64 {
	switch code {
	case opInsert:
		return 1
	case opDelete:
		return -1
	}
	return 0
}

func uvarintLen(n int) int {
	l := 1
	for ; n >= 0x80; n >>= 7 {
		l++
	}
	return l
}

func (w *runWriter) flush() error {
	w.r.max = append(w.r.max[:0], w.buf[w.last:w.last+w.lenK]...)
	err := w.c.write(w.buf)
	if w.buf = w.buf[:0]; cap(w.buf) > 1<<20 {
		w.buf = nil
	}
	return err
}

// finish ends the run; nil when it has no entry.
func (w *runWriter) finish() (*run, error) {
	if len(w.buf) > chunkHeader {
		if err := w.flush(); err != nil {
			return nil, err
		}
	}
	if w.r.count == 0 {
		return nil, nil
	}
	w.r.min, w.r.end = w.r.blocks[0].first, w.c.at
	return w.r, nil
}

// readRun makes a run of what a side file holds between two places, verifying
// every chunk. It keeps none of them.
func readRun(c *chunkFile, ref *sideRef) (*run, error) {
	r := &run{file: c, end: int64(ref.end), filter: newFilter(int(ref.rows))}
	var buf, content []byte
	var err error
	crc := uint32(0)
	c.tags.Reset()
	for at, place := int64(ref.at), ref.place; at < r.end; place++ {
		was := at
		if content, buf, at, err = c.read(at, place, r.end, buf); err != nil {
			return nil, err
		}
		crc = crc32.Update(crc, castagnoli, buf[8:12])
		if c.sealer != nil {
			c.tags.Write(buf[len(buf)-16:])
		}
		var e entry
		for i := 0; i < len(content); {
			n := parse(content[i:], false, &e)
			if n == 0 || r.count > 0 && bytes.Compare(e.key, r.max) <= 0 {
				return nil, errChunk(was)
			}
			if i == 0 {
				r.blocks = append(r.blocks, blockRef{first: bytes.Clone(e.key), at: was, place: place})
			}
			r.filter.add(delta.Hash(e.key))
			r.max = append(r.max[:0], e.key...)
			r.count++
			r.net += netOf(e.code)
			r.size += int64(n)
			i += n
		}
	}
	if crc != ref.crc || c.tag() != ref.tag || r.count == 0 || uint64(r.count) != ref.rows {
		return nil, errSide(ref)
	}
	r.min = r.blocks[0].first
	return r, nil
}
