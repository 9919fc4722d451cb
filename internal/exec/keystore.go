package exec

import (
	"slices"
)

// keyStore holds the keys of a hash table's entries, as words in columns.
type keyStore struct {
	class []keyClass
	word  [][]int64
	high  [][]int64
	str   [][]string
	nulls []uint64 // bit c: column c is NULL; nil until some key has one
	hash  []uint64
	arena arena
	exact bool // one wordKey or floatKey column
}

func newKeyStore(k *keyBatch) *keyStore {
	n := len(k.class)
	return &keyStore{
		class: k.class, word: make([][]int64, n), high: make([][]int64, n), str: make([][]string, n),
		exact: n == 1 && k.class[0] <= floatKey,
	}
}

func (s *keyStore) reset() {
	for c := range s.class {
		s.word[c], s.high[c] = s.word[c][:0], s.high[c][:0]
		clear(s.str[c])
		s.str[c] = s.str[c][:0]
	}
	s.nulls, s.hash = nil, s.hash[:0]
	s.arena.reset()
}

// reserve makes room for n entries.
func (s *keyStore) reserve(n int) {
	for c, class := range s.class {
		s.word[c] = slices.Grow(s.word[c], n-len(s.word[c]))
		if class == pairKey || class == numericKey {
			s.high[c] = slices.Grow(s.high[c], n-len(s.high[c]))
		}
		if class >= textKey {
			s.str[c] = slices.Grow(s.str[c], n-len(s.str[c]))
		}
	}
	s.hash = slices.Grow(s.hash, n-len(s.hash))
}

func (s *keyStore) len() int { return len(s.hash) }

func (s *keyStore) bytes() int64 {
	b := s.arena.bytes + int64(cap(s.nulls)+cap(s.hash))*8
	for c := range s.class {
		b += int64(cap(s.word[c])+cap(s.high[c]))*8 + int64(cap(s.str[c]))*16
	}
	return b
}

// add appends the key of row i of a batch.
func (s *keyStore) add(k *keyBatch, i int) {
	for c, class := range s.class {
		s.word[c] = append(s.word[c], k.word[c][i])
		switch class {
		case pairKey:
			s.high[c] = append(s.high[c], k.high[c][i])
		case numericKey:
			s.high[c] = append(s.high[c], k.high[c][i])
			x := ""
			if k.str[c] != nil {
				x = s.arena.copy(k.str[c][i])
			}
			s.str[c] = append(s.str[c], x)
		case textKey, codedKey:
			x := ""
			if uint64(k.word[c][i])>>56 == longText {
				x = s.arena.copy(k.str[c][i])
			}
			s.str[c] = append(s.str[c], x)
		}
	}
	if k.nulls != nil && k.nulls[i] != 0 && s.nulls == nil {
		s.nulls = make([]uint64, len(s.hash), cap(s.hash))
	}
	if s.nulls != nil {
		var m uint64
		if k.nulls != nil {
			m = k.nulls[i]
		}
		s.nulls = append(s.nulls, m)
	}
	s.hash = append(s.hash, k.hash[i])
}

// equal compares entry e with row i of a batch, NULL being equal to NULL.
func (s *keyStore) equal(e int, k *keyBatch, i int) bool {
	for c, class := range s.class {
		w := k.word[c][i]
		if s.word[c][e] != w {
			return false
		}
		switch class {
		case pairKey:
			if s.high[c][e] != k.high[c][i] {
				return false
			}
		case numericKey:
			if s.high[c][e] != k.high[c][i] {
				return false
			}
			x := ""
			if k.str[c] != nil {
				x = k.str[c][i]
			}
			if s.str[c][e] != x {
				return false
			}
		case textKey, codedKey:
			if uint64(w)>>56 == longText && s.str[c][e] != k.str[c][i] {
				return false
			}
		}
	}
	var m uint64
	if k.nulls != nil {
		m = k.nulls[i]
	}
	if s.nulls == nil {
		return m == 0
	}
	return s.nulls[e] == m
}

// null reports whether entry e has a NULL.
func (s *keyStore) null(e int) bool { return s.nulls != nil && s.nulls[e] != 0 }
