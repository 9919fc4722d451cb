package exec

import (
	"unsafe"

	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// arena copies strings into blocks that live as long as it does.
type arena struct {
	block []byte
	bytes int64
}

const arenaBlock = 64 << 10

func (a *arena) copy(s string) string {
	n := len(s)
	if n == 0 {
		return ""
	}
	if n > cap(a.block)-len(a.block) {
		if n > arenaBlock/4 {
			a.bytes += int64(n)
			return string([]byte(s))
		}
		size := max(int(min(max(a.bytes, 1<<10), arenaBlock)), n)
		a.block = make([]byte, 0, size)
		a.bytes += int64(size)
	}
	at := len(a.block)
	a.block = append(a.block, s...)
	return unsafe.String(&a.block[at], n)
}

// reset forgets the strings; those handed out stay valid.
func (a *arena) reset() { a.block, a.bytes = nil, 0 }

// reuse forgets the strings and writes the next ones over them.
func (a *arena) reuse() { a.block, a.bytes = a.block[:0], int64(cap(a.block)) }

// store holds rows in columns that grow; its strings are its own.
type store struct {
	cols  []*vector.Vector
	n     int
	arena arena
}

func newStore(ts []*types.Type) *store {
	s := &store{cols: make([]*vector.Vector, len(ts))}
	for i, t := range ts {
		s.cols[i] = vector.New(t, 0)
	}
	return s
}

func (s *store) reset() {
	for _, c := range s.cols {
		c.Reset(c.Type, 0)
		clear(c.S[:cap(c.S)])
	}
	s.n = 0
	s.arena.reset()
}

// reuse is reset where nobody has the strings any more.
func (s *store) reuse() {
	for _, c := range s.cols {
		c.Reset(c.Type, 0)
	}
	s.n = 0
	s.arena.reuse()
}

// release drops the memory of a store that has grown large.
func (s *store) release() {
	for i, c := range s.cols {
		s.cols[i] = vector.New(c.Type, 0)
	}
	s.n = 0
	s.arena.reset()
}

// bytes estimates the memory held.
func (s *store) bytes() int64 {
	b := s.arena.bytes
	for _, c := range s.cols {
		b += vectorBytes(c)
	}
	return b
}

func extend[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	t := make([]T, n, max(n, 2*cap(s), 4))
	copy(t, s)
	return t
}

// extendVector makes room for n rows; the words of new rows are unspecified.
func extendVector(v *vector.Vector, n int) {
	switch v.Type.Phys() {
	case types.PhysInt:
		v.I = extend(v.I, n)
	case types.PhysFloat:
		v.F = extend(v.F, n)
	case types.PhysPair:
		v.I, v.J = extend(v.I, n), extend(v.J, n)
	case types.PhysBytes:
		v.S = extend(v.S, n)
	case types.PhysNumeric:
		v.I, v.J = extend(v.I, n), extend(v.J, n)
		if v.S != nil {
			old := len(v.S)
			v.S = extend(v.S, n)
			clear(v.S[old:])
		}
	}
	words := (n + 63) / 64
	old := len(v.Nulls)
	v.Nulls = extend(v.Nulls, words)
	if words > old {
		clear(v.Nulls[old:])
	}
}

// append adds the live rows of a batch; columns beyond the store's are left out.
func (s *store) append(b *vector.Batch) { s.appendRows(b.Cols, b.Sel, b.N) }

// appendRows adds the rows at sel (nil: 0..n-1) of the vectors.
func (s *store) appendRows(cols []*vector.Vector, sel []int32, n int) {
	count := n
	if sel != nil {
		count = len(sel)
	}
	if count == 0 {
		return
	}
	for i, c := range s.cols {
		s.appendColumn(c, cols[i], sel, count)
	}
	s.n += count
}

func (s *store) appendColumn(dst, src *vector.Vector, sel []int32, count int) {
	at := s.n
	extendVector(dst, at+count)
	if src.Const {
		x := src.Value(0)
		x.S = s.arena.copy(x.S)
		for i := at; i < at+count; i++ {
			dst.Set(i, x)
		}
		return
	}
	if src.HasNulls {
		if !dst.HasNulls {
			clear(dst.Nulls)
			dst.HasNulls = true
		}
		for k := 0; k < count; k++ {
			i := k
			if sel != nil {
				i = int(sel[k])
			}
			if src.Nulls[i>>6]&(1<<(uint(i)&63)) != 0 {
				dst.Nulls[(at+k)>>6] |= 1 << (uint(at+k) & 63)
			} else {
				dst.Nulls[(at+k)>>6] &^= 1 << (uint(at+k) & 63)
			}
		}
	} else if dst.HasNulls {
		for k := at; k < at+count; k++ {
			dst.Nulls[k>>6] &^= 1 << (uint(k) & 63)
		}
	}
	switch src.Type.Phys() {
	case types.PhysInt:
		pick(dst.I[at:], src.I, sel, count)
	case types.PhysFloat:
		pick(dst.F[at:], src.F, sel, count)
	case types.PhysPair:
		pick(dst.I[at:], src.I, sel, count)
		pick(dst.J[at:], src.J, sel, count)
	case types.PhysBytes:
		s.pickStrings(dst, src, sel, at, count)
	case types.PhysNumeric:
		pick(dst.I[at:], src.I, sel, count)
		pick(dst.J[at:], src.J, sel, count)
		if src.S != nil {
			if dst.S == nil {
				dst.S = make([]string, len(dst.I), cap(dst.I))
			}
			s.pickStrings(dst, src, sel, at, count)
		} else if dst.S != nil {
			clear(dst.S[at:])
		}
	}
}

func (s *store) pickStrings(dst, src *vector.Vector, sel []int32, at, count int) {
	for k := 0; k < count; k++ {
		i := k
		if sel != nil {
			i = int(sel[k])
		}
		if src.HasNulls && src.Nulls[i>>6]&(1<<(uint(i)&63)) != 0 {
			dst.S[at+k] = ""
			continue
		}
		dst.S[at+k] = s.arena.copy(src.S[i])
	}
}

func pick[T any](dst, src []T, sel []int32, count int) {
	if sel == nil {
		copy(dst[:count], src[:count])
		return
	}
	dst = dst[:count]
	for k, i := range sel[:count] {
		dst[k] = src[i]
	}
}

// gather sets dst to the rows of src at idx; a negative index gives NULL.
// Strings are shared with src. outer says that there may be negative ones.
func gather(dst, src *vector.Vector, idx []int32, outer bool) {
	n := len(idx)
	dst.Reset(src.Type, n)
	if src.Const {
		gatherConst(dst, src, idx)
		return
	}
	if outer {
		gatherOuter(dst, src, idx)
		return
	}
	if src.HasNulls {
		clear(dst.Nulls)
		dst.HasNulls = true
		for k, i := range idx {
			dst.Nulls[k>>6] |= (src.Nulls[i>>6] >> (uint(i) & 63) & 1) << (uint(k) & 63)
		}
	}
	switch src.Type.Phys() {
	case types.PhysInt:
		gatherWords(dst.I, src.I, idx)
	case types.PhysFloat:
		gatherWords(dst.F, src.F, idx)
	case types.PhysPair:
		gatherWords(dst.I, src.I, idx)
		gatherWords(dst.J, src.J, idx)
	case types.PhysBytes:
		gatherWords(dst.S, src.S, idx)
	case types.PhysNumeric:
		gatherWords(dst.I, src.I, idx)
		gatherWords(dst.J, src.J, idx)
		if src.S != nil {
			dst.S = extend(dst.S[:0], n)
			gatherWords(dst.S, src.S, idx)
		}
	}
}

func gatherWords[T any](dst, src []T, idx []int32) {
	dst = dst[:len(idx)]
	for k, i := range idx {
		dst[k] = src[i]
	}
}

func gatherConst(dst, src *vector.Vector, idx []int32) {
	x := src.Value(0)
	for k, i := range idx {
		if i < 0 {
			dst.SetNull(k)
		} else {
			dst.Set(k, x)
		}
	}
}

func gatherOuter(dst, src *vector.Vector, idx []int32) {
	for k, i := range idx {
		if i < 0 {
			dst.SetNull(k)
			blank(dst, k)
		} else {
			dst.Set(k, src.Value(int(i)))
			if src.Null(int(i)) {
				blank(dst, k)
			}
		}
	}
}

// blank clears the word under a NULL, so that stale strings are not kept.
func blank(v *vector.Vector, k int) {
	if v.S != nil {
		v.S[k] = ""
	}
}

// copyRows sets dst to n rows of src from a position on; strings are shared.
func copyRows(dst, src *vector.Vector, at, n int) {
	dst.Reset(src.Type, n)
	if src.HasNulls {
		for i := 0; i < n; i++ {
			if src.Null(at + i) {
				dst.SetNull(i)
			}
		}
	}
	copy(dst.I, src.I[min(at, len(src.I)):])
	copy(dst.J, src.J[min(at, len(src.J)):])
	copy(dst.F, src.F[min(at, len(src.F)):])
	if src.S != nil {
		dst.S = extend(dst.S[:0], n)
		copy(dst.S, src.S[at:])
	}
}

// setRow copies a row of values into row i of vectors.
func setRow(cols []*vector.Vector, i int, row []types.Value) {
	for c, v := range row {
		cols[c].Set(i, v)
	}
}

// vectorTypes lists the types of columns.
func vectorTypes(cols []*vector.Vector) []*types.Type {
	ts := make([]*types.Type, len(cols))
	for i, c := range cols {
		ts[i] = c.Type
	}
	return ts
}
