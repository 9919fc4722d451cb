package page

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// build makes a leaf of rows that f fills.
func build(t *testing.T, ls *Layouts, n, room int, f func(i int, w *RowWriter)) (*Leaf, bool) {
	t.Helper()
	b := NewLeafBuilder(KeyUint64, ls)
	var w RowWriter
	for i := range n {
		w.Reset(ls.Newest())
		f(i, &w)
		r, err := OpenRow(ls, w.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		store := func(cell []byte) ([]byte, error) { return []byte("reference"), nil }
		if err := b.Add(binary.BigEndian.AppendUint64(nil, uint64(i)), 1, &r, 500, store); err != nil {
			t.Fatal(err)
		}
	}
	dst := make([]byte, room)
	size, _, ok := b.Encode(0, n, dst)
	if !ok {
		return nil, false
	}
	l, err := OpenLeaf(ls, dst[:size])
	if err != nil {
		t.Fatal(err)
	}
	return l, true
}

func TestDict(t *testing.T) {
	ls := NewLayouts(Layout{Version: 1, Columns: []Column{{ID: 3, Kind: Var}, {ID: 4, Kind: Var}}})
	words := []string{"paid", "new", "", "shipped"}
	l, _ := build(t, ls, 500, 1<<16, func(i int, w *RowWriter) {
		if i%7 != 0 {
			w.SetString(0, words[i%4])
		}
		w.SetString(1, fmt.Sprint("all different ", i))
	})
	if _, ok := l.Dict(4); ok {
		t.Error("a dictionary of distinct values")
	}
	d, ok := l.Dict(3)
	if !ok || d.Len() != 4 || len(d.Codes) != 500 {
		t.Fatal(ok, d.Len())
	}
	var entries []string
	for i := range d.Len() {
		entries = append(entries, string(d.Entry(i)))
	}
	if !slices.Equal(entries, []string{"", "new", "paid", "shipped"}) {
		t.Fatalf("%q", entries)
	}
	// A leaf made of a leaf says the same.
	b := NewLeafBuilder(KeyUint64, ls)
	b.AddFrom(l, 0, 500)
	dst := make([]byte, 1<<16)
	size, _, _ := b.Encode(0, 500, dst)
	again, err := OpenLeaf(ls, dst[:size])
	if err != nil || !bytes.Equal(dst[:size], l.b) {
		t.Fatal("a copy differs", err)
	}
	for _, l := range []*Leaf{l, again} {
		for i := range 500 {
			if null := l.NullAt(3, i); null != (i%7 == 0) {
				t.Fatal(i)
			} else if b := l.BytesAt(3, i); null && len(b) > 0 || !null && (string(b) != words[i%4] || string(d.Entry(int(d.Codes[i]))) != words[i%4]) {
				t.Fatalf("row %d: %q", i, b)
			}
			if string(l.BytesAt(4, i)) != fmt.Sprint("all different ", i) {
				t.Fatal(i)
			}
		}
	}
	if l, _ = build(t, ls, 300, 1<<16, func(i int, w *RowWriter) { w.SetBytes(0, []byte{byte(i), byte(i >> 8), 'x', 'y', 'z'}) }); l != nil {
		if _, ok := l.Dict(3); ok {
			t.Error("more entries than codes")
		}
	}
}

// TestWholeRows compares leaves of whole rows with leaves by columns.
func TestWholeRows(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for _, columns := range []int{3, 127, 129, 400} {
		l := Layout{Version: 9}
		for i := range columns {
			l.Columns = append(l.Columns, Column{ID: uint16(2*i + 1), Kind: Kind(r.IntN(4))})
		}
		ls := NewLayouts(l)
		n := 10
		type value struct {
			null bool
			a, b int64
			s    string
		}
		cells := map[[2]int]value{}
		fill := func(i int, w *RowWriter) {
			for j := range columns {
				v := value{null: r.IntN(5) == 0, a: r.Int64() >> r.IntN(64), b: r.Int64(), s: fmt.Sprint(r.IntN(99999))}
				if j == 2 && i == 3 {
					v.s = string(make([]byte, 501))
				}
				switch {
				case v.null:
				case l.Columns[j].Kind == Var:
					w.SetString(j, v.s)
				case l.Columns[j].Kind == Fixed16:
					w.SetPair(j, v.a, v.b)
				case l.Columns[j].Kind == Bit:
					v.a &= 1
					w.SetInt(j, v.a)
				default:
					w.SetInt(j, v.a)
				}
				cells[[2]int{i, j}] = v
			}
		}
		leaf, ok := build(t, ls, n, 1<<18, fill)
		if !ok || leaf.whole != (columns > wideColumns) {
			t.Fatal(columns, ok)
		}
		b := NewLeafBuilder(KeyUint64, ls)
		b.AddFrom(leaf, 0, n)
		dst := make([]byte, 1<<18)
		for _, whole := range []bool{true, false} {
			size, _, ok := b.encode(0, n, dst, whole)
			if !ok {
				t.Fatal(columns)
			}
			x, err := OpenLeaf(ls, dst[:size])
			if err != nil || x.Columns() != columns {
				t.Fatal(err)
			}
			least := map[int]int64{}
			ints, as, bs := make([]int64, n), make([]int64, n), make([]int64, n)
			nulls := make([]uint64, 1)
			for at, v := range cells {
				i, id, kind := at[0], l.Columns[at[1]].ID, l.Columns[at[1]].Kind
				x.Nulls(id, 0, n, nulls)
				if x.NullAt(id, i) != v.null || nulls[0]>>i&1 == 1 != v.null || v.null && !x.HasNulls(id) {
					t.Fatal(columns, at, "null")
				}
				if v.null {
					continue
				}
				switch kind {
				case Var:
					want := v.s
					if len(want) > 500 {
						want = "reference"
					}
					if string(x.BytesAt(id, i)) != want || x.Overflows(id, i) != (len(v.s) > 500) {
						t.Fatal(columns, at)
					}
				case Fixed16:
					x.Pairs(id, 0, n, as, bs)
					if a, b := x.PairAt(id, i); a != v.a || b != v.b || as[i] != a || bs[i] != b {
						t.Fatal(columns, at)
					}
				default:
					x.Ints(id, 0, n, ints)
					x.GatherInts(id, []int32{int32(i)}, as[:1])
					lo, hi, ok := x.MinMaxInt(id)
					if x.IntAt(id, i) != v.a || ints[i] != v.a || as[0] != v.a || !ok || lo > v.a || hi < v.a {
						t.Fatal(columns, at)
					}
					if m, ok := least[at[1]]; !ok || v.a < m {
						least[at[1]] = v.a
					}
				}
			}
			for j, want := range least {
				if lo, _, _ := x.MinMaxInt(l.Columns[j].ID); lo != want {
					t.Fatal("least", columns, j)
				}
			}
		}
	}
}

func FuzzOpenLeaf(f *testing.F) {
	ls := NewLayouts(testLayout)
	for seed := range uint64(4) {
		for _, n := range []int{1, 9, 60} {
			b := NewLeafBuilder(KeyUint64, ls)
			r := rand.New(rand.NewPCG(seed, 8))
			var w RowWriter
			for i := range n {
				t := randomRow(r)
				row, _ := OpenRow(ls, t.encode(&w))
				if err := b.Add(binary.BigEndian.AppendUint64(nil, uint64(i)), 3, &row, 1<<20, nil); err != nil {
					f.Fatal(err)
				}
			}
			dst := make([]byte, 1<<16)
			size, _, _ := b.encode(0, n, dst, seed == 3)
			f.Add(slices.Clone(dst[:size]))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := OpenLeaf(ls, b)
		if err != nil {
			return
		}
		n := l.Len()
		ints, nulls := make([]int64, n), make([]uint64, n/64+1)
		for _, id := range []uint16{4, 1, 9, 2, 7, 99} {
			l.Ints(id, 0, n, ints)
			l.Nulls(id, 0, n, nulls)
			l.MinMaxInt(id)
			l.MayOverflow(id)
			if d, ok := l.Dict(id); ok && n > 0 { // nobody asks a leaf without rows
				d.Entry(int(d.Codes[n-1]))
			}
			for i := range n {
				l.NullAt(id, i)
				l.PairAt(id, i)
				l.BytesAt(id, i)
			}
		}
		for i := range n {
			l.Key(i, nil)
			l.Seq(i)
		}
		l.Search([]byte("12345678"))
	})
}
