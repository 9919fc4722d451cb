package delta

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// ownModel is an own list beside what it should hold.
type ownModel struct {
	t     *testing.T
	r     *rand.Rand
	l     *List
	model map[string][]modelVersion
	undo  []ownUndo
	key   func(*rand.Rand) string
}

type ownUndo struct {
	key  string
	node uint32
}

func (m *ownModel) put() {
	k := m.key(m.r)
	v := modelVersion{seq: uint64(len(m.undo)) + 1, deleted: m.r.IntN(4) == 0}
	flags := Inserted
	for _, old := range m.model[k] {
		if !old.deleted {
			flags = 0
		}
	}
	v.row = fmt.Sprint(v.seq, k)
	if m.r.IntN(300) == 0 {
		v.row = string(make([]byte, largeRow+m.r.IntN(1000)))
	}
	if v.deleted {
		v.row, flags = "", Deleted
	}
	v.inserted = flags == Inserted
	n := m.l.PutOwn([]byte(k), v.seq, flags, []byte(v.row))
	m.model[k] = append(m.model[k], v)
	m.undo = append(m.undo, ownUndo{k, n})
}

func (m *ownModel) rollback(to int) {
	for len(m.undo) > to {
		u := m.undo[len(m.undo)-1]
		m.undo = m.undo[:len(m.undo)-1]
		m.l.Pop(u.node)
		if vs := m.model[u.key]; len(vs) == 1 {
			delete(m.model, u.key)
		} else {
			m.model[u.key] = vs[:len(vs)-1]
		}
	}
}

// truncate is rollback without the undo list.
func (m *ownModel) truncate(to int) {
	m.l.Truncate(uint64(to))
	for len(m.undo) > to {
		u := m.undo[len(m.undo)-1]
		m.undo = m.undo[:len(m.undo)-1]
		if vs := m.model[u.key]; len(vs) == 1 {
			delete(m.model, u.key)
		} else {
			m.model[u.key] = vs[:len(vs)-1]
		}
	}
}

func (m *ownModel) get() {
	k, max := m.key(m.r), uint64(m.r.IntN(len(m.undo)+2))
	if m.r.IntN(2) == 0 {
		max = ^uint64(0)
	}
	got, ok := m.l.Get([]byte(k), Hash([]byte(k)), max)
	want, wantOK := newestOf(m.model[k], max)
	if ok != wantOK || ok && (got.Seq != want.seq || string(got.Row) != want.row || got.Deleted() != want.deleted) {
		m.t.Fatalf("get %q at %d: %v %v, want %v %v", k, max, got.Seq, ok, want.seq, wantOK)
	}
}

// iterateAt walks what reads at an ordinal see.
func (m *ownModel) iterateAt(max uint64) {
	m.l.Settle(max)
	var it Iterator
	it.Open(m.l)
	seen := map[string]uint64{}
	for it.First(); it.Valid(); it.Next() {
		if v, ok := it.Version(max); ok {
			seen[string(it.Key())] = v.Seq
		}
	}
	for k, vs := range m.model {
		if want, ok := newestOf(vs, max); ok && seen[k] != want.seq {
			m.t.Fatalf("at %d: %q has %d, want %d", max, k, seen[k], want.seq)
		}
	}
}

func (m *ownModel) iterate() {
	m.l.Settle(^uint64(0))
	checkOrder(m.t, m.l, m.keys())
	checkSeek(m.t, m.l, m.keys(), m.key(m.r))
}

func (m *ownModel) keys() []string { return slices.Sorted(maps.Keys(m.model)) }

// sorted compares a walk.
func (m *ownModel) sorted() {
	keys, i := m.keys(), 0
	for s := m.l.Sorted(); s.Next(); i++ {
		vs := m.model[keys[i]]
		newest := vs[len(vs)-1]
		if v := s.Newest(); string(s.Key()) != keys[i] || v.Seq != newest.seq || string(v.Row) != newest.row || s.Existed() == vs[0].inserted {
			m.t.Fatalf("key %d: %q, want %q", i, s.Key(), keys[i])
		}
	}
	if i != len(keys) {
		m.t.Fatalf("%d keys, want %d", i, len(keys))
	}
}

func TestOwnAgainstModel(t *testing.T) {
	long := func(r *rand.Rand) string { // long common parts, lengths that differ, zero bytes
		k := []byte(fmt.Sprintf("a common prefix/%02d", r.IntN(30)))
		if r.IntN(2) == 0 {
			k = append(k, make([]byte, r.IntN(12))...)
		}
		return string(k)
	}
	ascending := uint64(0)
	keys := map[string]func(*rand.Rand) string{
		"mixed": randomKey, "long": long,
		"ints": func(r *rand.Rand) string {
			return string(binary.BigEndian.AppendUint64(nil, r.Uint64N(5000)))
		},
		"names": func(r *rand.Rand) string { return fmt.Sprintf("name-%06d/%04d", r.IntN(40), r.IntN(50)) },
		"ascending": func(r *rand.Rand) string {
			if r.IntN(10) > 0 {
				ascending++
				return string(binary.BigEndian.AppendUint64(nil, ascending))
			}
			return string(binary.BigEndian.AppendUint64(nil, r.Uint64N(ascending+2)))
		},
	}
	for name, key := range keys {
		t.Run(name, func(t *testing.T) {
			for round := range uint64(12) {
				m := &ownModel{t: t, r: rand.New(rand.NewPCG(round, 3)), l: NewOwn(), model: map[string][]modelVersion{}, key: key}
				reads := 1 + int(round%4)*60
				for range 3000 {
					switch n := m.r.IntN(1000); {
					case n < 2:
						m.rollback(m.r.IntN(len(m.undo) + 1))
					case n < 3:
						m.truncate(m.r.IntN(len(m.undo) + 1))
					case n < 12:
						m.rollback(max(0, len(m.undo)-m.r.IntN(4)))
					case n < 12+reads:
						m.get()
					case n < 14+reads:
						m.iterateAt(m.r.Uint64N(uint64(len(m.undo) + 2)))
					case n < 15+reads:
						m.iterate()
					case n < 18+reads:
						m.sorted()
					default:
						m.put()
					}
				}
				m.sorted()
				m.iterate()
				if m.r.IntN(2) == 0 {
					m.rollback(0)
					if !m.l.Empty() || m.l.Net() != 0 || m.l.Payload() != 0 {
						t.Fatal("something is left:", m.l.Versions(), m.l.Net(), m.l.Payload())
					}
				}
			}
		})
	}
}

func benchmarkPutOwn(b *testing.B, key func(i uint64) uint64) {
	var k [8]byte
	row := make([]byte, 40)
	l := NewOwn()
	for i := range uint64(b.N) {
		if i%200000 == 0 {
			l = NewOwn()
		}
		binary.BigEndian.PutUint64(k[:], key(i))
		l.PutOwn(k[:], i+1, 0, row)
	}
}

func BenchmarkPutOwnOrdered(b *testing.B) { benchmarkPutOwn(b, func(i uint64) uint64 { return i }) }
func BenchmarkPutOwnRandom(b *testing.B) {
	benchmarkPutOwn(b, func(i uint64) uint64 { return i * 0x9E3779B97F4A7C15 })
}

// BenchmarkSorted sorts a list of 200,000 random keys and walks it.
func BenchmarkSorted(b *testing.B) {
	var k [8]byte
	row := make([]byte, 40)
	const n = 200_000
	for range b.N {
		l := NewOwn()
		for i := range uint64(n) {
			binary.BigEndian.PutUint64(k[:], i*0x9E3779B97F4A7C15)
			l.PutOwn(k[:], i+1, 0, row)
		}
		for s := l.Sorted(); s.Next(); {
			k[0] = s.Key()[0]
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
}
