package txn

import "bytes"

// maxPoints is the number of point reads per transaction after which further
// ones are kept as whole trees: validation stays bounded.
const maxPoints = 1 << 14

// ReadSet is what a serializable transaction has read.
type ReadSet struct {
	points []point
	ranges []Interval
	whole  map[uint32]bool
	keys   []byte
}

type point struct {
	tree     uint32
	from, to uint32 // of keys
	hash     uint64
}

// Interval of keys of a tree that was scanned. Nil bounds are open.
type Interval struct {
	Tree           uint32
	Lo, Hi         []byte
	LoExcl, HiIncl bool
}

// Contains tells whether key lies in the interval.
func (r *Interval) Contains(key []byte) bool {
	if r.Lo != nil {
		if c := bytes.Compare(key, r.Lo); c < 0 || c == 0 && r.LoExcl {
			return false
		}
	}
	if r.Hi != nil {
		if c := bytes.Compare(key, r.Hi); c > 0 || c == 0 && !r.HiIncl {
			return false
		}
	}
	return true
}

// Point records the read of one key, found or not.
func (s *ReadSet) Point(tree uint32, key []byte, hash uint64) {
	if s.whole[tree] {
		return
	}
	if len(s.points) >= maxPoints || len(s.keys) > 1<<24 {
		s.wholeTree(tree)
		return
	}
	from := uint32(len(s.keys))
	s.keys = append(s.keys, key...)
	s.points = append(s.points, point{tree, from, uint32(len(s.keys)), hash})
}

func (s *ReadSet) wholeTree(tree uint32) {
	if s.whole == nil {
		s.whole = map[uint32]bool{}
	}
	s.whole[tree] = true
	s.ranges = append(s.ranges, Interval{Tree: tree})
	kept := s.points[:0]
	for _, p := range s.points {
		if p.tree != tree {
			kept = append(kept, p)
		}
	}
	s.points = kept
}

// Range records a scan. The returned index serves Narrow; -1 when the tree is
// recorded as a whole.
func (s *ReadSet) Range(r Interval) int {
	if s.whole[r.Tree] {
		return -1
	}
	if len(s.ranges) >= maxPoints {
		s.wholeTree(r.Tree)
		return -1
	}
	r.Lo, r.Hi = bytes.Clone(r.Lo), bytes.Clone(r.Hi)
	s.ranges = append(s.ranges, r)
	return len(s.ranges) - 1
}

// Narrow says that scan i ended before its bound: ascending at key, which is
// its last, or descending when reverse.
func (s *ReadSet) Narrow(i int, key []byte, reverse bool) {
	if i < 0 || i >= len(s.ranges) {
		return
	}
	if reverse {
		s.ranges[i].Lo, s.ranges[i].LoExcl = bytes.Clone(key), false
	} else {
		s.ranges[i].Hi, s.ranges[i].HiIncl = bytes.Clone(key), true
	}
}

// Empty tells whether nothing was read.
func (s *ReadSet) Empty() bool { return len(s.points) == 0 && len(s.ranges) == 0 }

// Len counts points and ranges.
func (s *ReadSet) Len() (points, ranges int) { return len(s.points), len(s.ranges) }

// PointAt gives point i; the key stays valid until the next Point.
func (s *ReadSet) PointAt(i int) (tree uint32, key []byte, hash uint64) {
	p := s.points[i]
	return p.tree, s.keys[p.from:p.to], p.hash
}

// RangeAt gives range i.
func (s *ReadSet) RangeAt(i int) *Interval { return &s.ranges[i] }

// Reset forgets everything.
func (s *ReadSet) Reset() {
	s.points, s.ranges, s.keys = s.points[:0], s.ranges[:0], s.keys[:0]
	clear(s.whole)
}
