package txn

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestTableModel locks and releases at random and compares with a model. Ids
// fall on few places of one shard, so that slots are pushed on and move up.
func TestTableModel(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		table := NewTable()
		owners := make([]Owner, 5)
		held := make([]map[uint64]uint8, len(owners))
		for i := range held {
			held[i] = map[uint64]uint8{}
		}
		ids := make([]uint64, 1+r.IntN(300))
		for i := range ids {
			ids[i] = uint64(r.IntN(1+r.IntN(40)))<<26 | uint64(i)
		}
		for range 4000 {
			k := r.IntN(len(owners))
			if r.IntN(60) == 0 {
				table.ReleaseAll(&owners[k])
				clear(held[k])
				continue
			}
			id, m := ids[r.IntN(len(ids))], Mode(r.IntN(int(Exclusive)+1))
			want := true
			for j := range held {
				want = want && (j == k || held[j][id]&conflicts[m] == 0)
			}
			if got := try(table, &owners[k], id, m); got != want {
				t.Fatalf("seed %d: owner %d, id %x, mode %d: granted %v", seed, k, id, m, got)
			}
			if want {
				held[k][id] |= 1 << m
			}
		}
		for i := range owners {
			table.ReleaseAll(&owners[i])
		}
		for i := range table.shards {
			s := &table.shards[i]
			for _, x := range s.slots {
				if x != (slot{}) {
					t.Fatalf("seed %d: a slot was left: %+v", seed, x)
				}
			}
			if s.used != 0 {
				t.Fatalf("seed %d: %d slots counted that are not used", seed, s.used)
			}
		}
	}
}

// BenchmarkLocks takes and releases the row locks of transactions of several
// sizes.
func BenchmarkLocks(b *testing.B) {
	for _, n := range []int{1, 100, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			table := NewTable()
			var o Owner
			at := uint64(0)
			for range b.N {
				for range n {
					at++
					if err := table.Lock(ctx, &o, RowID(7, at*0x9E3779B97F4A7C15), Exclusive, Wait, 0); err != nil {
						b.Fatal(err)
					}
				}
				table.ReleaseAll(&o)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/lock")
		})
	}
}
