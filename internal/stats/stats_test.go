package stats

import (
	"fmt"
	"math"
	"testing"

	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// collect makes a relation of n rows: a unique number, one of a hundred
// numbers (0 half of the time), a text, NULL in every fourth row.
func collect(t *testing.T, n int) *Relation {
	t.Helper()
	ts := []*types.Type{types.Int8, types.Int4, types.Text, types.Float8}
	c := NewCollector([]uint16{1, 2, 3, 4}, ts)
	b := vector.NewBatch(ts)
	for at := 0; at < n; at += vector.Size {
		b.N = min(vector.Size, n-at)
		for i, ty := range ts {
			b.Cols[i].Reset(ty, b.N)
		}
		for k := range b.N {
			x := at + k
			b.Cols[0].I[k] = int64(x * 7919 % n)
			b.Cols[1].I[k] = int64(x / 2 % 100 * (x & 1))
			b.Cols[2].S[k] = fmt.Sprintf("text %d", x%1000)
			b.Cols[3].F[k] = float64(x)
			if x%4 == 0 {
				b.Cols[3].SetNull(k)
			}
		}
		c.Add(b)
	}
	return c.Finish()
}

func TestFractions(t *testing.T) {
	for _, n := range []int{5000, 200_003} {
		r := collect(t, n)
		near := func(what string, got, want, tolerance float64) {
			t.Helper()
			if math.Abs(got-want) > tolerance {
				t.Errorf("%d rows: %s: %v, want about %v", n, what, got, want)
			}
		}
		rows := float64(n)
		id, few, text, f := r.Columns[1], r.Columns[2], r.Columns[3], r.Columns[4]
		near("rows", r.Rows, rows, 0)
		near("distinct of a key", id.Distinct, rows, 0)
		near("distinct of few", few.Distinct, 100, 8)
		near("distinct of texts", text.Distinct, 1000, 80)
		near("NULLs", f.Null, 0.25, 0.001)
		near("the common value", few.Equal(types.NewInt(0)), 0.505, 0.03)
		near("another value", few.Equal(types.NewInt(7)), 0.005, 0.004)
		near("no such value", few.Equal(types.NewInt(700)), 0, 0.001)
		near("one of a key", id.Equal(types.NewInt(77)), 1/rows, 1/rows)
		near("below a tenth", id.Below(types.NewInt(int64(n/10)), false), 0.1, 0.03)
		near("above nine tenths", id.Above(types.NewInt(int64(n/10*9)), true), 0.1, 0.03)
		near("below all", id.Below(types.NewInt(-5), true), 0, 0)
		near("above NULLs", f.Above(types.NewFloat(-1), true), 0.75, 0.01)
		near("half of what is not NULL", f.Below(types.NewFloat(rows/2), true), 0.375, 0.03)
		near("not known", text.EqualUnknown(), 0.001, 0.0002)
		near("twice the rows", id.DistinctIn(rows, 2*rows), 2*rows, 1)
		near("twice the rows of few", few.DistinctIn(rows, 2*rows), 100, 8)
		if !id.Unique || few.Unique || text.Unique || len(r.Sample) == 0 || len(r.Sample) > keptRows {
			t.Errorf("unique %v %v %v, sample of %d", id.Unique, few.Unique, text.Unique, len(r.Sample))
		}
	}
}

func TestStored(t *testing.T) {
	r := collect(t, 3000)
	b, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	ts := map[uint16]*types.Type{1: types.Int8, 2: types.Int4, 4: types.Float8} // 3 was dropped
	s, err := Decode(b, func(id uint16) *types.Type { return ts[id] })
	if err != nil {
		t.Fatal(err)
	}
	for id := range ts {
		if got, want := s.Columns[id].Below(types.NewInt(1), true), r.Columns[id].Below(types.NewInt(1), true); id != 4 && got != want {
			t.Errorf("column %d: %v, was %v", id, got, want)
		}
		if s.Columns[id].Distinct != r.Columns[id].Distinct {
			t.Errorf("column %d: %v distinct, were %v", id, s.Columns[id].Distinct, r.Columns[id].Distinct)
		}
	}
	if s.Columns[3] != nil || len(s.Sample) != len(r.Sample) {
		t.Error("the dropped column is there, or the sample is not")
	}
	ts[1] = types.Text // the type was changed
	if _, err := Decode(b, func(id uint16) *types.Type { return ts[id] }); err == nil {
		t.Error("statistics of another type were taken")
	}
	for cut := 0; cut < len(b); cut += len(b)/50 + 1 {
		if _, err := Decode(b[:cut], func(id uint16) *types.Type { return ts[id] }); err == nil {
			t.Fatalf("%d of %d bytes were taken", cut, len(b))
		}
	}
}

func TestSketch(t *testing.T) {
	for _, n := range []int{0, 1, 10, 900, 5000, 300_000} {
		var s sketch
		for i := range n {
			s.add(mix(uint64(i)))
			s.add(mix(uint64(i)))
		}
		if got := s.count(); math.Abs(got-float64(n)) > 0.1*float64(n) {
			t.Errorf("%d values: counted %v", n, got)
		}
	}
}
