package storage

import (
	"bytes"
	"encoding/binary"
	"slices"
	"sync/atomic"

	"github.com/zqlite/zqlite/internal/storage/delta"
)

// run is a large transaction's rows of one tree, in key order and as the log
// has them: a layer that was never entered into a list. It lies in memory, as
// the record that was written, or in the side file that the record names. A
// run of a transaction that has spilled holds every version, with its ordinal.
// It is immutable once its sequence is set.
type run struct {
	seq      uint64 // of every row; a spilled run has ordinals instead
	ordinals bool
	count    int   // entries
	net      int64 // rows added
	size     int64 // bytes of the entries
	min, max []byte
	blocks   []blockRef
	resident []*block   // all blocks, of a run in memory
	file     *chunkFile // else
	end      int64      // of the run in the file
	filter   filter
	recent   [8]atomic.Pointer[block] // of a file: blocks that lookups have read
}

// blockRef says where a block of a run is.
type blockRef struct {
	first []byte
	at    int64
	place uint64
}

// block is a stretch of entries, as runWriter writes them: a code of a record's
// operations, and key and row with their lengths; in a spilled run the ordinal
// stands between them. Entries of one key, newest first, are in one block.
type block struct {
	n     int // place in the run
	data  []byte
	offs  []uint32 // of the entries
	skip  int      // bytes that all keys begin with, of a resident block
	heads []uint64 // of the keys, behind those bytes; nil where there are none

	ords   []uint64 // of a tail: the ordinals
	shared bool     // of a tail: a cursor may stand on it
}

// entry is one entry of a block; its slices point into it.
type entry struct {
	code     byte
	key, row []byte
	ordinal  uint64
}

func (b *block) key(i int) []byte {
	d := b.data[b.offs[i]+1:]
	if n := d[0]; n < 0x80 {
		return d[1 : 1+n : 1+n]
	}
	n, w := binary.Uvarint(d)
	return d[w : w+int(n) : w+int(n)]
}

// parse reads the entry at the beginning of d and gives its length, 0 where d
// is damaged.
func parse(d []byte, ordinals bool, e *entry) int {
	r := opReader{rest: d}
	e.code = r.byte()
	e.key, e.row = r.bytes(), nil
	if ordinals {
		e.ordinal = r.uvarint()
	}
	switch e.code {
	case opDelete:
	case opPut, opInsert:
		e.row = r.bytes()
	default:
		return 0
	}
	if r.err != nil {
		return 0
	}
	return len(d) - len(r.rest)
}

// version gives entry i as a list would.
func (b *block) version(i int, r *run) delta.Version {
	var e entry
	parse(b.data[b.offs[i]:], r.ordinals, &e)
	v := delta.Version{Seq: r.seq, Row: e.row}
	if r.ordinals {
		v.Seq = e.ordinal
	} else if b.ords != nil {
		v.Seq = b.ords[i]
	}
	switch e.code {
	case opDelete:
		v.Flags = delta.Deleted
	case opInsert:
		v.Flags = delta.Inserted
	}
	return v
}

// index finds the entries of a block; false where it is damaged.
func (b *block) index(ordinals bool) bool {
	var e entry
	for at := 0; at < len(b.data); {
		n := parse(b.data[at:], ordinals, &e)
		if n == 0 {
			return false
		}
		b.offs = append(b.offs, uint32(at))
		at += n
	}
	return len(b.offs) > 0
}

// prepare makes searches in a resident block fast.
func (b *block) prepare() {
	first, last := b.key(0), b.key(len(b.offs)-1)
	for b.skip < min(len(first), len(last)) && first[b.skip] == last[b.skip] {
		b.skip++
	}
	b.heads = make([]uint64, len(b.offs))
	for i := range b.heads {
		b.heads[i] = keyHead(b.key(i)[b.skip:])
	}
}

func keyHead(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var h [8]byte
	copy(h[:], key)
	return binary.BigEndian.Uint64(h[:])
}

// search gives the first entry at or above key.
func (b *block) search(key []byte) int {
	lo, hi := 0, len(b.offs)
	if b.heads != nil {
		if c := bytes.Compare(key[:min(len(key), b.skip)], b.key(0)[:b.skip]); c != 0 {
			if c < 0 {
				return 0
			}
			return hi
		}
		head := keyHead(key[b.skip:])
		lo, _ = slices.BinarySearch(b.heads, head)
		for step := 1; ; step *= 2 { // to the last of the head
			if lo+step >= len(b.heads) || b.heads[lo+step] != head {
				hi = min(lo+step, len(b.heads))
				break
			}
		}
	}
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if bytes.Compare(b.key(m), key) < 0 {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}

// load gives block n of the run.
func (r *run) load(n int) (*block, error) {
	if r.file == nil {
		return r.resident[n], nil
	}
	slot := &r.recent[n%len(r.recent)]
	if b := slot.Load(); b != nil && b.n == n {
		return b, nil
	}
	ref := &r.blocks[n]
	content, _, _, err := r.file.read(ref.at, ref.place, r.end, nil)
	if err != nil {
		return nil, err
	}
	b := &block{n: n, data: content}
	if !b.index(r.ordinals) {
		return nil, errChunk(ref.at)
	}
	if len(content) <= 2*runChunk { // a large value is not kept
		slot.Store(b)
	}
	return b, nil
}

// find gives the block that would hold key, which is not below the run's min.
func (r *run) find(key []byte) int {
	n, found := slices.BinarySearchFunc(r.blocks, key, func(ref blockRef, key []byte) int { return bytes.Compare(ref.first, key) })
	if !found {
		n--
	}
	return max(n, 0)
}

// get gives the newest version of key at or below max; hash is delta.Hash(key).
func (r *run) get(key []byte, hash, max uint64) (v delta.Version, ok bool, err error) {
	if r.seq > max || bytes.Compare(key, r.max) > 0 || bytes.Compare(key, r.min) < 0 || !r.filter.has(hash) {
		return v, false, nil
	}
	b, err := r.load(r.find(key))
	if err != nil {
		return v, false, err
	}
	for i := b.search(key); i < len(b.offs) && bytes.Equal(b.key(i), key); i++ {
		if v = b.version(i, r); v.Seq <= max {
			return v, true, nil
		}
	}
	return delta.Version{}, false, nil
}

// filter tells keys that are surely absent by their hashes: a Bloom filter
// whose bits for one key lie in one word (Putze, Sanders, Singler, "Cache-,
// Hash- and Space-Efficient Bloom Filters"). Nil has everything.
type filter []uint64

func newFilter(keys int) filter { return make(filter, keys/6+1) }

func (f filter) place(hash uint64) (word *uint64, bits uint64) {
	word = &f[hash>>32*uint64(len(f))>>32]
	return word, 1<<(hash&63) | 1<<(hash>>6&63) | 1<<(hash>>12&63) | 1<<(hash>>18&63)
}

func (f filter) add(hash uint64) {
	w, bits := f.place(hash)
	*w |= bits
}

func (f filter) has(hash uint64) bool {
	if f == nil {
		return true
	}
	w, bits := f.place(hash)
	return *w&bits == bits
}
