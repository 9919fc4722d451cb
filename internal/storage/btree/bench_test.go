package btree

import (
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/zqlite/zqlite/internal/storage/page"
)

// ascending gives the rows 0..n-1 as changes, without holding them.
type ascending struct {
	x      *fixture
	at, n  uint64
	step   uint64
	key    []byte
	w      page.RowWriter
	change Change
	val    value
	texts  []string
}

func (s *ascending) Peek() *Change {
	if s.at >= s.n {
		return nil
	}
	if s.change.Key == nil {
		s.key = binary.BigEndian.AppendUint64(s.key[:0], s.at)
		s.val.n, s.val.text = int64(s.at), s.texts[s.at%uint64(len(s.texts))]
		s.change = Change{Key: s.key, Seq: s.x.seq, Row: s.val.encode(&s.w, &testLayout)}
	}
	return &s.change
}

func (s *ascending) Next() { s.at += s.step; s.change.Key = nil }

var benchTexts = []string{"new", "paid", "shipped to the customer", "returned"}

func (x *fixture) apply(in Changes) {
	x.seq++
	x.file.Begin(x.file.Meta().Epoch)
	w := x.file.Writer()
	root, err := Merge(x.cache, w, x.root, x.kind, x.ls, in)
	if err == nil {
		err = w.Commit(x.seq, 1, false, nil)
	}
	if err != nil {
		x.tb.Fatal(err)
	}
	x.root = root
}

func filled(tb testing.TB, rows uint64) *fixture {
	x := newFixture(tb, page.KeyUint64, 16384, 1<<30)
	x.apply(&ascending{x: x, n: rows, step: 1, texts: benchTexts})
	return x
}

func BenchmarkBuild(b *testing.B) {
	x := newFixture(b, page.KeyUint64, 16384, 1<<30)
	b.ReportAllocs()
	x.apply(&ascending{x: x, n: uint64(b.N), step: 1, texts: benchTexts})
	b.ReportMetric(float64(x.file.Size())/float64(b.N), "bytes/row")
}

func BenchmarkGet1M(b *testing.B) {
	const rows = 1_000_000
	x := filled(b, rows)
	r := rand.New(rand.NewPCG(1, 1))
	var key [8]byte
	var ref Ref
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		binary.BigEndian.PutUint64(key[:], r.Uint64N(rows))
		if _, ok, err := x.cache.Get(&x.root, x.ls, key[:], nil, &ref); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
	ref.Release()
}

// BenchmarkScan1M copies all five columns and the key to vectors.
func BenchmarkScan1M(b *testing.B) {
	const rows = 1_000_000
	x := filled(b, rows)
	var ints, pairs [4096]int64
	var keys [4096]uint64
	var cells [4096][]byte
	var nulls [64]uint64
	b.ResetTimer()
	for range b.N {
		var c Cursor
		c.Open(x.cache, x.root, x.ls)
		l, err := c.Seek(nil, false)
		for ; l != nil && err == nil; l, err = c.Next(false) {
			n := l.Len()
			l.KeyUint64s(0, n, keys[:])
			l.Ints(1, 0, n, ints[:])
			l.Ints(3, 0, n, ints[:])
			l.Pairs(4, 0, n, ints[:], pairs[:])
			l.Nulls(2, 0, n, nulls[:])
			for i := range n {
				cells[i] = l.BytesAt(2, i)
			}
			l.Nulls(5, 0, n, nulls[:])
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}

// benchmarkMerge updates one row in every step of a million.
func benchmarkMerge(b *testing.B, step uint64) {
	const rows = 1_000_000
	x := filled(b, rows)
	b.ResetTimer()
	for i := range b.N {
		x.apply(&ascending{x: x, at: uint64(i) % step, n: rows, step: step, texts: benchTexts})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(rows/float64(step)), "ns/update")
}

func BenchmarkMerge1in10(b *testing.B)   { benchmarkMerge(b, 10) }
func BenchmarkMerge1in100(b *testing.B)  { benchmarkMerge(b, 100) }
func BenchmarkMerge1in1000(b *testing.B) { benchmarkMerge(b, 1000) }

// BenchmarkCollect measures a cycle of the garbage collector over a full cache.
func BenchmarkCollect(b *testing.B) {
	x := filled(b, 4_000_000)
	_ = Walk(x.cache, x.root, x.ls, func(*Ptr, *page.Leaf) error { return nil })
	runtime.GC()
	b.ResetTimer()
	for range b.N {
		runtime.GC()
	}
	cached := float64(x.cache.Bytes()) / (1 << 30)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6/cached, "ms/GiB")
	b.ReportMetric(0, "ns/op")
	runtime.KeepAlive(x)
}
