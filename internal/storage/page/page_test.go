package page

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

var testLayout = Layout{Version: 3, Columns: []Column{
	{ID: 4, Kind: Fixed8}, {ID: 1, Kind: Var}, {ID: 9, Kind: Bit}, {ID: 2, Kind: Fixed16}, {ID: 7, Kind: Var},
}}

type testRow struct {
	n      int64
	a, b   string
	bit    bool
	i, j   int64
	isNull [5]bool
}

func randomRow(r *rand.Rand) testRow {
	t := testRow{n: r.Int64() >> r.IntN(64), a: fmt.Sprint(r.IntN(1000)), b: "x", bit: r.IntN(2) == 0, i: r.Int64(), j: -r.Int64()}
	for i := range t.isNull {
		t.isNull[i] = r.IntN(5) == 0
	}
	return t
}

func (t *testRow) encode(w *RowWriter) []byte {
	w.Reset(&testLayout)
	set := []func(){
		func() { w.SetInt(0, t.n) }, func() { w.SetString(1, t.a) },
		func() { w.SetInt(2, map[bool]int64{true: 1}[t.bit]) },
		func() { w.SetPair(3, t.i, t.j) }, func() { w.SetBytes(4, []byte(t.b)) },
	}
	for i, f := range set {
		if !t.isNull[i] {
			f()
		}
	}
	return slices.Clone(w.Bytes())
}

// cells is what Row and Leaf have in common.
type cells interface {
	null(id uint16) bool
	int(id uint16) int64
	pair(id uint16) (int64, int64)
	bytes(id uint16) []byte
}

type rowCells struct{ r *Row }

func (c rowCells) null(id uint16) bool           { return c.r.IsNull(id) }
func (c rowCells) int(id uint16) int64           { return c.r.Int(id) }
func (c rowCells) pair(id uint16) (int64, int64) { return c.r.Pair(id) }
func (c rowCells) bytes(id uint16) []byte        { return c.r.Bytes(id) }

type leafCells struct {
	l *Leaf
	i int
}

func (c leafCells) null(id uint16) bool           { return c.l.NullAt(id, c.i) }
func (c leafCells) int(id uint16) int64           { return c.l.IntAt(id, c.i) }
func (c leafCells) pair(id uint16) (int64, int64) { return c.l.PairAt(id, c.i) }
func (c leafCells) bytes(id uint16) []byte        { return c.l.BytesAt(id, c.i) }

// readCells reads all columns at once.
type readCells map[uint16]Cell

func cellsAt(l *Leaf, i int) readCells {
	ids := []uint16{2, 99, 4, 7, 1, 9}
	out := make([]Cell, len(ids))
	l.FetchEntries(ids)
	l.ReadCells(ids, i, out)
	m := readCells{}
	for k, id := range ids {
		m[id] = out[k]
	}
	return m
}

func cellsOf(r *Row) readCells {
	m := readCells{}
	for _, id := range []uint16{2, 99, 4, 7, 1, 9} {
		m[id] = r.Cell(id)
	}
	return m
}

func (c readCells) null(id uint16) bool           { return c[id].Null }
func (c readCells) int(id uint16) int64           { return int64(c[id].I) }
func (c readCells) pair(id uint16) (int64, int64) { return int64(c[id].I), int64(c[id].J) }
func (c readCells) bytes(id uint16) []byte        { return c[id].B }

func (t *testRow) check(tb testing.TB, c cells) {
	tb.Helper()
	for i, id := range []uint16{4, 1, 9, 2, 7} {
		if c.null(id) != t.isNull[i] {
			tb.Fatalf("column %d null: %v", id, !t.isNull[i])
		}
		if t.isNull[i] {
			continue
		}
		ok := true
		switch id {
		case 4:
			ok = c.int(4) == t.n
		case 1:
			ok = string(c.bytes(1)) == t.a
		case 9:
			ok = (c.int(9) == 1) == t.bit
		case 2:
			a, b := c.pair(2)
			ok = a == t.i && b == t.j
		case 7:
			ok = string(c.bytes(7)) == t.b
		}
		if !ok {
			tb.Fatalf("column %d of %+v", id, t)
		}
	}
	if !c.null(99) {
		tb.Fatal("a column that never was has a value")
	}
}

func buildLeaf(tb testing.TB, kind KeyKind, seed uint64, n int) (*Leaf, []testRow, [][]byte, []byte) {
	tb.Helper()
	r := rand.New(rand.NewPCG(seed, 5))
	ls := NewLayouts(testLayout)
	b := NewLeafBuilder(kind, ls)
	var w RowWriter
	var rows []testRow
	var keys [][]byte
	at := uint64(0)
	for i := range n {
		at += 1 + r.Uint64N(1<<r.IntN(20))
		key := binary.BigEndian.AppendUint64(nil, at)
		if kind == KeyBytes {
			key = append([]byte("prefix/"), fmt.Sprintf("%012d%s", at, "abc"[:r.IntN(4)])...)
		}
		t := randomRow(r)
		row, err := OpenRow(ls, t.encode(&w))
		if err != nil {
			tb.Fatal(err)
		}
		t.check(tb, rowCells{&row})
		t.check(tb, cellsOf(&row))
		if err := b.Add(key, uint64(1000+i%7), &row, 1<<20, nil); err != nil {
			tb.Fatal(err)
		}
		rows, keys = append(rows, t), append(keys, key)
	}
	content := make([]byte, b.Estimate())
	size, maxSeq, ok := b.Encode(0, n, content)
	if !ok || n > 7 && maxSeq != 1006 {
		tb.Fatal("the estimate is too small", size, maxSeq, len(content))
	}
	l, err := OpenLeaf(ls, content[:size])
	if err != nil {
		tb.Fatal(err)
	}
	return l, rows, keys, content[:size]
}

func TestLeaf(t *testing.T) {
	for seed := range uint64(30) {
		kind := KeyKind(seed % 2)
		l, rows, keys, _ := buildLeaf(t, kind, seed, int(seed)*9)
		ints := make([]int64, l.Len())
		l.Ints(4, 0, l.Len(), ints)
		nulls := make([]uint64, l.Len()/64+1)
		l.Nulls(4, 0, l.Len(), nulls)
		for i := range rows {
			rows[i].check(t, leafCells{l, i})
			rows[i].check(t, cellsAt(l, i))
			if null := nulls[i>>6]>>(i&63)&1 == 1; null != rows[i].isNull[0] || !null && ints[i] != rows[i].n {
				t.Fatal("bulk reading differs", i)
			}
			if string(l.Key(i, nil)) != string(keys[i]) || l.Seq(i) != uint64(1000+i%7) {
				t.Fatal("key or sequence", i)
			}
			if at, ok := l.Search(keys[i]); at != i || !ok {
				t.Fatalf("search for key %d gave %d %v", i, at, ok)
			}
			k := slices.Clone(keys[i])
			k[len(k)-1]--
			want, eq := slices.BinarySearchFunc(keys, k, slices.Compare)
			if at, ok := l.Search(k); at != want || ok != eq {
				t.Fatalf("search below key %d gave %d %v, want %d", i, at, ok, want)
			}
		}
	}
}

// TestDamagedLeaf reads leaves with flipped bytes: errors and wrong values are
// fine here (the page's checksum is elsewhere), panics are not.
func TestDamagedLeaf(t *testing.T) {
	for seed := range uint64(4) {
		_, _, _, content := buildLeaf(t, KeyKind(seed%2), seed, 40)
		r := rand.New(rand.NewPCG(seed, 6))
		for range 5000 {
			b := slices.Clone(content)
			for range 1 + r.IntN(3) {
				b[r.IntN(min(len(b), 400))] ^= byte(1 << r.IntN(8))
			}
			l, err := OpenLeaf(NewLayouts(testLayout), b[:len(b)-r.IntN(2)*r.IntN(len(b))])
			if err != nil {
				continue
			}
			for i := range l.Len() {
				for _, id := range []uint16{4, 1, 9, 2, 7, 99} {
					l.NullAt(id, i)
					l.IntAt(id, i)
					l.PairAt(id, i)
					l.BytesAt(id, i)
				}
				cellsAt(l, i)
				l.Key(i, nil)
				l.Seq(i)
			}
			l.Search(content[:8])
			l.Search(content[:20])
		}
	}
}

func FuzzOpenRow(f *testing.F) {
	var w RowWriter
	r := rand.New(rand.NewPCG(1, 1))
	for range 5 {
		t := randomRow(r)
		f.Add(t.encode(&w))
	}
	ls := NewLayouts(testLayout)
	f.Fuzz(func(t *testing.T, b []byte) {
		row, err := OpenRow(ls, b)
		if err != nil {
			return
		}
		for _, id := range []uint16{4, 1, 9, 2, 7, 99} {
			row.IsNull(id)
			row.Int(id)
			row.Pair(id)
			row.Bytes(id)
			row.Cell(id)
		}
	})
}
