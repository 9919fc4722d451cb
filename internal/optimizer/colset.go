package optimizer

import (
	"iter"
	"math/bits"

	"github.com/zqlite/zqlite/internal/expr"
)

// colset is a set of columns. The ids of a statement are small and dense, so
// a bit for each does.
type colset = *columnBits

type columnBits struct{ words []uint64 }

func newColset() colset { return &columnBits{} }

func (s *columnBits) has(id expr.ColumnID) bool {
	w := int(id) >> 6
	return s != nil && id >= 0 && w < len(s.words) && s.words[w]&(1<<(uint(id)&63)) != 0
}

func (s *columnBits) add(id expr.ColumnID) {
	if id < 0 {
		return
	}
	w := int(id) >> 6
	for len(s.words) <= w {
		s.words = append(s.words, 0)
	}
	s.words[w] |= 1 << (uint(id) & 63)
}

// addAll adds the columns of t.
func (s *columnBits) addAll(t colset) {
	if t == nil {
		return
	}
	for len(s.words) < len(t.words) {
		s.words = append(s.words, 0)
	}
	for i, w := range t.words {
		s.words[i] |= w
	}
}

func (s *columnBits) empty() bool {
	for _, w := range s.words {
		if w != 0 {
			return false
		}
	}
	return true
}

// all yields the columns in ascending order.
func (s *columnBits) all() iter.Seq[expr.ColumnID] {
	return func(yield func(expr.ColumnID) bool) {
		if s == nil {
			return
		}
		for i, w := range s.words {
			for ; w != 0; w &= w - 1 {
				if !yield(expr.ColumnID(i<<6 + bits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}
