package btree

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
)

// bulky makes a tree of rows of about 1,000 bytes that do not pack.
func bulky(tb testing.TB, kind page.KeyKind, pageSize int, rows uint64, cacheBytes int64) *fixture {
	x := newFixture(tb, kind, pageSize, cacheBytes)
	x.apply(&bulkRows{x: x, n: rows, r: rand.NewChaCha8([32]byte{7}), text: make([]byte, 1000)})
	return x
}

type bulkRows struct {
	x      *fixture
	at, n  uint64
	r      *rand.ChaCha8
	text   []byte
	w      page.RowWriter
	change Change
}

func bulkKey(kind page.KeyKind, dst []byte, n uint64) []byte {
	if kind == page.KeyUint64 {
		return binary.BigEndian.AppendUint64(dst, n)
	}
	return fmt.Appendf(dst, "%0500d", n)
}

func (s *bulkRows) Peek() *Change {
	if s.at >= s.n {
		return nil
	}
	if s.change.Key == nil {
		_, _ = s.r.Read(s.text)
		s.w.Reset(&testLayout)
		s.w.SetInt(0, int64(s.at))
		s.w.SetBytes(1, s.text)
		s.change = Change{Key: bulkKey(s.x.kind, nil, s.at), Seq: s.x.seq, Row: s.w.Bytes()}
	}
	return &s.change
}

func (s *bulkRows) Next() { s.at++; s.change.Key = nil }

// TestEviction reads a tree many times as large as the cache from many
// goroutines, while a merge makes new ones, and looks at what the cache takes.
func TestEviction(t *testing.T) {
	for _, kind := range []page.KeyKind{page.KeyUint64, page.KeyBytes} {
		t.Run(fmt.Sprint(kind), func(t *testing.T) { testEviction(t, kind) })
	}
}

func testEviction(t *testing.T, kind page.KeyKind) {
	const rows = 6000
	limit := int64(64 * 4096)
	x := bulky(t, kind, 4096, rows, limit)
	if x.file.Size() < 20*limit {
		t.Fatalf("the file has %d bytes only", x.file.Size())
	}
	old := x.root
	var most atomic.Int64
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := rand.New(rand.NewPCG(uint64(g), 3))
			var ref Ref
			defer ref.Release()
			var c Cursor
			defer c.Release()
			c.Open(x.cache, old, x.ls)
			var key []byte
			for i := range 1500 {
				n := r.Uint64N(rows + rows/10)
				if r.IntN(2) == 0 {
					n = r.Uint64N(30)
				}
				key = bulkKey(kind, key[:0], n)
				at, ok, err := x.cache.Get(&old, x.ls, key, nil, &ref)
				if err != nil || ok != (n < rows) || ok && (ref.IntAt(1, at) != int64(n) || len(ref.BytesAt(2, at)) != 1000) {
					t.Errorf("row %d: %v %v", n, ok, err)
					return
				}
				if i%50 == 0 {
					l, err := c.Seek(key, false)
					for k := 0; k < 20 && l != nil && err == nil; k++ {
						if l.IntAt(1, 0) != l.IntAt(1, l.Len()-1)-int64(l.Len())+1 {
							t.Error("a leaf has other rows than its own")
						}
						l, err = c.Next(false)
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
				if b := x.cache.Bytes(); b > most.Load() {
					most.Store(b)
				}
			}
		}()
	}
	for range 5 {
		x.seq++
		x.file.Begin(0)
		w := x.file.Writer()
		root, err := Merge(x.cache, w, x.root, x.kind, x.ls, &bulkRows{x: x, n: 10, r: rand.NewChaCha8([32]byte{8}), text: make([]byte, 1000)})
		if err == nil {
			err = w.Commit(x.seq, 1, false, nil)
		}
		if err != nil {
			t.Error(err)
		}
		x.root = root
	}
	wg.Wait()
	if n := x.cache.Pinned(); n != 0 {
		t.Errorf("%d pins are left", n)
	}
	if most.Load() > limit || most.Load() < limit/2 {
		t.Errorf("the cache took %d bytes of %d", most.Load(), limit)
	}
	nodes, spare := 0, len(x.cache.clock.spare)
	for i := range x.cache.nodes {
		if x.cache.nodes[i].Load() != nil {
			nodes++
		}
	}
	t.Logf("%d bytes, %d nodes, %d frames out of service", most.Load(), nodes, spare)
}

// TestAllPinned holds every frame, and reads on.
func TestAllPinned(t *testing.T) {
	x := bulky(t, page.KeyUint64, 4096, 1000, 1)
	var refs []*Ref
	var key []byte
	for n := uint64(0); n < 1000; n += 3 { // a leaf of its own each
		key = bulkKey(x.kind, key[:0], n)
		r := &Ref{}
		if _, ok, err := x.cache.Get(&x.root, x.ls, key, nil, r); err != nil || !ok {
			t.Fatal(ok, err)
		}
		refs = append(refs, r)
	}
	if n := x.cache.Pinned(); n < 40 || n > minPages {
		t.Errorf("%d of %d are pinned", n, minPages)
	}
	if b := x.cache.Bytes(); b > minPages*4096 {
		t.Errorf("the cache takes %d bytes", b)
	}
	for i, r := range refs {
		at, ok := r.Search(bulkKey(x.kind, nil, uint64(3*i)))
		if !ok || r.IntAt(1, at) != int64(3*i) {
			t.Fatalf("row %d is gone", 3*i)
		}
		r.Release()
		if r.Len() != 0 {
			t.Fatal("a released leaf has rows")
		}
		r.Release()
	}
	if n := x.cache.Pinned(); n != 0 {
		t.Errorf("%d pins are left", n)
	}
}

// TestCloseWhilePinned closes a cache that somebody still reads from.
func TestCloseWhilePinned(t *testing.T) {
	x := bulky(t, page.KeyUint64, 4096, 100, 1)
	var r, other Ref
	if _, ok, err := x.cache.Get(&x.root, x.ls, bulkKey(x.kind, nil, 5), nil, &r); !ok || err != nil {
		t.Fatal(ok, err)
	}
	before := Leaked()
	if n := x.cache.Close(); n != 1 {
		t.Fatalf("%d pins", n)
	}
	if n := Leaked() - before; n != 1 {
		t.Fatalf("%d pins have leaked", n)
	}
	if at, ok := r.Search(bulkKey(x.kind, nil, 5)); !ok || r.IntAt(1, at) != 5 {
		t.Fatal("the pinned leaf is gone")
	}
	if _, _, err := x.cache.Get(&x.root, x.ls, bulkKey(x.kind, nil, 90), nil, &other); sqlerr.Code(err) != sqlerr.ConnectionDoesNotExist {
		t.Fatal(err)
	}
	r.Release()
	if n := Leaked() - before; n != 0 {
		t.Fatalf("%d pins have leaked", n)
	}
}

// TestScribble finds who reads a leaf that was let go.
func TestScribble(t *testing.T) {
	x := bulky(t, page.KeyUint64, 4096, 1000, 1)
	var r Ref
	wiped := 0
	for n := uint64(0); n < 1000; n += 3 {
		at, ok, err := x.cache.Get(&x.root, x.ls, bulkKey(x.kind, nil, n), nil, &r)
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		text := r.BytesAt(2, at)
		was := string(text)
		r.Release()
		if string(text) != was {
			wiped++
		}
	}
	if wiped < 50 {
		t.Errorf("%d of 333 leaves were overwritten", wiped)
	}
}

// TestDamagedPage gives the frame back that a page could not be read into.
func TestDamagedPage(t *testing.T) {
	x := bulky(t, page.KeyUint64, 4096, 100, 1)
	p := x.root
	for p.Level > 0 {
		n, err := x.cache.node(&p, nil)
		if err != nil {
			t.Fatal(err)
		}
		p = n.ptrs[0]
	}
	p.CRC++
	var r Ref
	for range 2 * minPages {
		if err := x.cache.leaf(&p, nil, x.ls, &r); sqlerr.Code(err) != sqlerr.DataCorrupted {
			t.Fatal(err)
		}
	}
	if b := x.cache.Bytes(); b > 8*4096 {
		t.Errorf("the cache takes %d bytes for one page", b)
	}
}

// full walks a tree through the cache.
func (x *fixture) full() {
	err := Walk(x.cache, x.root, x.ls, func(*Ptr, *page.Leaf) error { return nil })
	if err != nil {
		x.tb.Fatal(err)
	}
}

// TestCollectorSeesNothing counts what a full cache adds to the heap.
func TestCollectorSeesNothing(t *testing.T) {
	x := bulky(t, page.KeyUint64, 16384, 20000, 64<<20)
	x.dropCache()
	x.cache = NewCache(x.file, 64<<20)
	x.cache.scribble = false
	objects := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapObjects)
	}
	before := objects()
	x.full()
	pages := x.cache.Bytes() / 16384
	if added := objects() - before; pages < 1000 || added > pages/8 {
		t.Errorf("%d cached pages add %d objects to the heap", pages, added)
	}
}

// TestCollectorTime measures what a full cache adds to a cycle of the garbage
// collector. It is a GiB with ZQLITE_LONG=1.
func TestCollectorTime(t *testing.T) {
	rows := uint64(30_000)
	if os.Getenv("ZQLITE_LONG") != "" {
		rows = 1_100_000
	}
	x := bulky(t, page.KeyUint64, 16384, rows, 1<<30)
	x.dropCache()
	x.cache = NewCache(x.file, 1<<30)
	x.cache.scribble = false
	cycle := func() float64 { // CPU milliseconds, the least of a few
		least := 1e9
		for range 15 {
			s := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}}
			metrics.Read(s)
			from := s[0].Value.Float64()
			runtime.GC()
			metrics.Read(s)
			least = min(least, (s[0].Value.Float64()-from)*1000)
		}
		return least
	}
	empty := cycle()
	x.full()
	share := float64(x.cache.Bytes()) / (1 << 30)
	filled := cycle()
	t.Logf("%.2f GiB: %.3f ms of CPU a cycle, %.3f before: %.3f ms a GiB", share, filled, empty, (filled-empty)/share)
	if (filled-empty)/max(share, 0.3) > 1.5 {
		t.Errorf("%.2f GiB of cache add %.2f ms to a cycle", share, filled-empty)
	}
}
