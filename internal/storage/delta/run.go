package delta

import "bytes"

// Run is a transaction's own list as it is after the commit: one version of
// each key, all of one sequence, in an array. It is immutable once its sequence
// is set, and takes the list's memory over.
type Run struct {
	l        *List
	seq      uint64
	skip     int      // bytes that all keys begin with
	heads    []uint64 // of the keys, behind those bytes
	nodes    []uint32
	net      int64
	min, max []byte
}

// NewRun makes an empty run that takes what Append gives it from l.
func NewRun(l *List) *Run {
	n := int(l.count.live)
	return &Run{l: l, nodes: make([]uint32, 0, n)}
}

// Append takes over the present entry of a walk; keys ascend.
func (r *Run) Append(s *Sorted) {
	r.nodes = append(r.nodes, s.node)
	deleted := uint8(s.l.words(s.version)[verFlags]>>29)&Deleted != 0
	switch {
	case deleted && s.existed:
		r.net--
	case !deleted && !s.existed:
		r.net++
	}
}

// Finish ends the run; false when it is empty.
func (r *Run) Finish() bool {
	n := len(r.nodes)
	if n == 0 {
		return false
	}
	r.min, r.max = r.l.key(r.nodes[0]), r.l.key(r.nodes[n-1])
	for r.skip < min(len(r.min), len(r.max)) && r.min[r.skip] == r.max[r.skip] {
		r.skip++
	}
	r.heads = make([]uint64, n)
	for i, node := range r.nodes {
		if r.skip == 0 {
			w := r.l.words(node)
			r.heads[i] = uint64(w[nodeHead])<<32 | uint64(w[nodeHead+1])
		} else {
			r.heads[i] = headOf(r.l.key(node)[r.skip:])
		}
	}
	return true
}

// SetSeq gives the run its sequence, before anybody else sees it.
func (r *Run) SetSeq(seq uint64) {
	r.seq = seq
	r.l.index.Store(nil)
	r.l.pending = nil
	r.l.taken = true
}

// Seq is the sequence of every version.
func (r *Run) Seq() uint64 { return r.seq }

// Len is the number of keys.
func (r *Run) Len() int { return len(r.nodes) }

// Net is the number of rows that the run adds to its tree.
func (r *Run) Net() int64 { return r.net }

// Bytes is the memory in use.
func (r *Run) Bytes() int64 { return r.l.Used() + int64(len(r.nodes))*12 }

// Get gives the version of key where the run's sequence is at or below max.
func (r *Run) Get(key []byte, max uint64) (Version, bool) {
	if r.seq > max || bytes.Compare(key, r.max) > 0 || bytes.Compare(key, r.min) < 0 {
		return Version{}, false
	}
	i := r.search(key)
	if i == len(r.nodes) || !r.l.equal(r.nodes[i], key) {
		return Version{}, false
	}
	return r.at(i), true
}

func (r *Run) at(i int) Version {
	v := r.l.version(r.l.words(r.nodes[i])[nodeChain])
	v.Seq = r.seq
	return v
}

// search gives the place of the first key at or above key.
func (r *Run) search(key []byte) int {
	if r.skip > 0 {
		if c := bytes.Compare(key[:min(len(key), r.skip)], r.min[:r.skip]); c < 0 {
			return 0
		} else if c > 0 {
			return len(r.nodes)
		}
		key = key[r.skip:]
	}
	head := headOf(key)
	lo, hi := 0, len(r.heads)
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if r.heads[m] < head {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if lo == len(r.heads) || r.heads[lo] != head {
		return lo
	}
	// Keys of one head: the last of them, then between.
	step := 1
	for hi = lo + 1; hi < len(r.heads) && r.heads[hi] == head; step *= 2 {
		hi = min(hi+step, len(r.heads))
	}
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if r.heads[m] < head || r.heads[m] == head && bytes.Compare(r.l.key(r.nodes[m])[r.skip:], key) < 0 {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}
