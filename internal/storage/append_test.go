package storage

import (
	"math/rand/v2"
	"testing"
)

// A transaction that appends knows where the committed rows end and need not
// look for each key; what others commit meanwhile must not escape it.
func TestAppendMeetsOthersRows(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 7))
		s := withTable(t, Options{})
		there := map[uint64]bool{1: true, 2: true}
		last := uint64(2)
		tx := begin(t, s, []Isolation{ReadCommitted, RepeatableRead}[rng.IntN(2)])
		own := map[uint64]bool{}
		for range 600 {
			key := last + 1 + uint64(rng.IntN(3))
			switch rng.IntN(40) {
			case 0: // somebody else is a little ahead, or takes back what was there
				other := begin(t, s, RepeatableRead)
				ahead := last + 1 + uint64(rng.IntN(6))
				if there[ahead] {
					must(t, other.LockKey(ctx, table, intKey(ahead), LockExclusive, Wait))
					must(t, other.Delete(table, intKey(ahead)))
				} else if taken, err := other.InsertNew(ctx, table, intKey(ahead), row(1, ""), &RowRef{}); err != nil || taken {
					t.Fatal(ahead, taken, err)
				}
				there[ahead] = !there[ahead]
				must(t, other.Commit(ctx))
				continue
			case 1:
				if rng.IntN(3) == 0 {
					s.Checkpoint(ctx)
				}
				continue
			case 2:
				key = 1 + uint64(rng.IntN(int(last)))
			}
			must(t, tx.BeginStatement())
			taken, err := tx.InsertNew(ctx, table, intKey(key), row(1, ""), &RowRef{})
			must(t, err)
			if taken != (there[key] || own[key]) {
				t.Fatalf("seed %d: key %d: taken is %v", seed, key, taken)
			}
			if !taken {
				own[key] = true
				last = max(last, key)
			}
		}
		must(t, tx.Commit(ctx))
	}
}
