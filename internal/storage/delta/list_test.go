package delta

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

type modelVersion struct {
	seq               uint64
	row               string
	deleted, inserted bool
}

func randomKey(r *rand.Rand) string {
	switch r.IntN(3) {
	case 0:
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], uint64(r.IntN(200)))
		return string(b[:])
	case 1:
		return fmt.Sprintf("k%d", r.IntN(300))
	}
	b := make([]byte, r.IntN(12))
	for i := range b {
		b[i] = byte(r.IntN(3))
	}
	return string(b)
}

func TestListAgainstModel(t *testing.T) {
	for round := range 20 {
		r := rand.New(rand.NewPCG(uint64(round), 7))
		l := New()
		model := map[string][]modelVersion{}
		for seq := uint64(1); seq < 1500; seq++ {
			k := randomKey(r)
			v := modelVersion{seq: seq, row: fmt.Sprint(seq), deleted: r.IntN(4) == 0}
			if r.IntN(200) == 0 {
				v.row = string(make([]byte, largeRow+r.IntN(1000)))
			}
			flags := uint8(0)
			if v.deleted {
				v.row, flags = "", Deleted
			}
			l.Put([]byte(k), Hash([]byte(k)), seq, flags, []byte(v.row))
			model[k] = append(model[k], v)
		}
		l.Publish()
		keys := slices.Sorted(maps.Keys(model))
		for range 3000 {
			k, max := randomKey(r), uint64(r.IntN(1600))
			got, ok := l.Get([]byte(k), Hash([]byte(k)), max)
			want, wantOK := newestOf(model[k], max)
			if ok != wantOK || ok && (got.Seq != want.seq || string(got.Row) != want.row || got.Deleted() != want.deleted) {
				t.Fatalf("get %q at %d: %v %v, want %v %v", k, max, got.Seq, ok, want.seq, wantOK)
			}
		}
		checkOrder(t, l, keys)
		for range 200 {
			k := randomKey(r)
			checkSeek(t, l, keys, k)
		}
	}
}

func newestOf(vs []modelVersion, max uint64) (modelVersion, bool) {
	for _, v := range slices.Backward(vs) {
		if v.seq <= max {
			return v, true
		}
	}
	return modelVersion{}, false
}

func checkOrder(t *testing.T, l *List, keys []string) {
	t.Helper()
	var it Iterator
	it.Open(l)
	i := 0
	for it.First(); it.Valid(); it.Next() {
		if _, ok := it.Version(1 << 62); !ok {
			continue // popped
		}
		if string(it.Key()) != keys[i] {
			t.Fatalf("key %d is %q, want %q", i, it.Key(), keys[i])
		}
		i++
	}
	if i != len(keys) {
		t.Fatalf("%d keys, want %d", i, len(keys))
	}
}

func checkSeek(t *testing.T, l *List, keys []string, k string) {
	t.Helper()
	var it Iterator
	it.Open(l)
	at, _ := slices.BinarySearch(keys, k)
	it.SeekGE([]byte(k))
	for it.Valid() {
		if _, ok := it.Version(1 << 62); ok {
			break
		}
		it.Next()
	}
	if it.Valid() != (at < len(keys)) || it.Valid() && string(it.Key()) != keys[at] {
		t.Fatalf("seek %q", k)
	}
	it.SeekLT([]byte(k))
	for it.Valid() {
		if _, ok := it.Version(1 << 62); ok {
			break
		}
		it.Prev()
	}
	if k != "" && (it.Valid() != (at > 0) || it.Valid() && string(it.Key()) != keys[at-1]) {
		t.Fatalf("seek below %q", k)
	}
}

func TestReadersBesideWriter(t *testing.T) {
	l := New()
	var published atomic.Uint64
	var wg sync.WaitGroup
	for g := range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := rand.New(rand.NewPCG(uint64(g), 1))
			var k [8]byte
			for published.Load() < 20000 {
				top := published.Load()
				if top == 0 {
					continue
				}
				want := r.Uint64N(top) + 1
				binary.BigEndian.PutUint64(k[:], want*7919%20011)
				if v, ok := l.Get(k[:], Hash(k[:]), top); !ok || v.Seq != want {
					t.Errorf("seq %d of %d: %v %v", want, top, v.Seq, ok)
					return
				}
			}
		}()
	}
	var k [8]byte
	for seq := uint64(1); seq <= 20000; seq++ {
		binary.BigEndian.PutUint64(k[:], seq*7919%20011)
		l.Put(k[:], Hash(k[:]), seq, 0, k[:])
		l.Publish()
		published.Store(seq)
	}
	wg.Wait()
}

func TestGetDoesNotAllocate(t *testing.T) {
	l := New()
	var k [8]byte
	for i := range uint64(1000) {
		binary.BigEndian.PutUint64(k[:], i)
		l.Put(k[:], Hash(k[:]), i+1, 0, k[:])
	}
	l.Publish()
	if n := testing.AllocsPerRun(100, func() { l.Get(k[:], Hash(k[:]), 5000) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func benchmarkPut(b *testing.B, key func(i uint64) uint64) {
	var k [8]byte
	row := make([]byte, 40)
	l := New()
	for i := range uint64(b.N) {
		if i%200000 == 0 {
			l = New()
		}
		binary.BigEndian.PutUint64(k[:], key(i))
		l.Put(k[:], Hash(k[:]), i+1, 0, row)
	}
}

func BenchmarkPutOrdered(b *testing.B) { benchmarkPut(b, func(i uint64) uint64 { return i }) }
func BenchmarkPutRandom(b *testing.B) {
	benchmarkPut(b, func(i uint64) uint64 { return i * 0x9E3779B97F4A7C15 })
}

func BenchmarkGet(b *testing.B) {
	l := New()
	var k [8]byte
	for i := range uint64(200000) {
		binary.BigEndian.PutUint64(k[:], i*0x9E3779B97F4A7C15)
		l.Put(k[:], Hash(k[:]), i+1, 0, k[:])
	}
	l.Publish()
	for i := range uint64(b.N) {
		binary.BigEndian.PutUint64(k[:], i%200000*0x9E3779B97F4A7C15)
		l.Get(k[:], Hash(k[:]), 1<<62)
	}
}
