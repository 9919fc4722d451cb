package page

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
)

// SearchBetween has to find what Search would, wherever the bounds make it look
// first.
func TestSearchBetween(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for seed := range uint64(60) {
		l, _, keys, _ := buildLeaf(t, KeyUint64, seed, 1+r.IntN(200))
		first, last := binary.BigEndian.Uint64(keys[0]), binary.BigEndian.Uint64(keys[len(keys)-1])
		for range 300 {
			k := binary.BigEndian.Uint64(keys[r.IntN(len(keys))]) + r.Uint64N(3) - 1
			low, high := first-min(first, r.Uint64N(5)), last+1+r.Uint64N(last)
			switch r.IntN(10) {
			case 0:
				low, high = ^uint64(0), 0
			case 1:
				high = ^uint64(0) - r.Uint64N(9)
			}
			key := binary.BigEndian.AppendUint64(nil, k)
			at, ok := l.SearchBetween(key, low, high)
			want, found := slices.BinarySearchFunc(keys, key, slices.Compare)
			if at != want || ok != found {
				t.Fatalf("key %d between %d and %d: got %d %v, want %d %v", k, low, high, at, ok, want, found)
			}
		}
	}
}
