package table

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sort"
	"testing"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
	"github.com/zqlite/zqlite/internal/vfs"
)

// relation makes a descriptor with columns id, n, s, d; with keyed the primary
// key is (s, id), otherwise the integer id.
func relation(keyed bool) *catalog.Relation {
	r := &catalog.Relation{ID: 20000, Version: 1, Schema: "public", Name: "t", Kind: catalog.Table, Layouts: 1, NextCol: 5,
		Columns: []*catalog.Column{
			{ID: 1, Name: "id", Type: types.Int8, NotNull: true},
			{ID: 2, Name: "n", Type: types.Int4},
			{ID: 3, Name: "s", Type: types.Text, NotNull: true},
			{ID: 4, Name: "d", Type: types.Numeric},
		}}
	primary := &catalog.Index{ID: 20001, Name: "t_pkey", Unique: true, Primary: true, Parts: []catalog.IndexPart{{Column: 1, Type: types.Int8}}}
	if keyed {
		primary.Parts = []catalog.IndexPart{{Column: 3, Type: types.Text}, {Column: 1, Type: types.Int8}}
	} else {
		r.RowIDKey, r.KeyColumn = true, 1
	}
	r.Primary = primary
	r.Indexes = []*catalog.Index{primary,
		{ID: 20002, Name: "t_n", Parts: []catalog.IndexPart{{Column: 2, Type: types.Int4, Desc: true, NullsFirst: true}}},
		{ID: 20003, Name: "t_d", Unique: true, Parts: []catalog.IndexPart{{Column: 4, Type: types.Numeric}}, Include: []uint16{2}},
	}
	return r
}

func makeStore(t *testing.T, tb *Table) *storage.Store {
	t.Helper()
	ctx := context.Background()
	s, err := storage.Open(ctx, vfs.Memory(), "t.db", storage.Options{Create: true, PageSize: 4096, DeltaBytes: 1 << 16})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	tx := begin(t, s)
	specs := []storage.Spec{tb.Spec()}
	for _, ix := range tb.Rel.Indexes[1:] {
		spec, ok := tb.IndexSpec(ix.ID)
		if !ok {
			t.Fatal("no spec")
		}
		specs = append(specs, spec)
	}
	for _, spec := range specs {
		if err := tx.CreateTree(spec); err != nil {
			t.Fatal(err)
		}
	}
	commit(t, tx)
	return s
}

func begin(t *testing.T, s *storage.Store) *storage.Tx {
	t.Helper()
	tx := s.Begin(storage.TxOptions{})
	if err := tx.BeginStatement(); err != nil {
		t.Fatal(err)
	}
	return tx
}

func commit(t *testing.T, tx *storage.Tx) {
	t.Helper()
	if err := tx.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func randomRow(r *rand.Rand, id int64) []types.Value {
	row := []types.Value{types.NewInt(id), types.NewInt(r.Int64N(100) - 50), types.NewText(fmt.Sprintf("s%d", r.IntN(1000))),
		{K: types.KindNumeric, I: id*1000 + r.Int64N(1000), J: 2}}
	if r.IntN(5) == 0 {
		row[1] = types.Null
	}
	if r.IntN(7) == 0 {
		row[3] = types.Null
	}
	return row
}

// TestRowsAgainstModel changes rows at random and compares every way of
// reading them with a map.
func TestRowsAgainstModel(t *testing.T) {
	for _, keyed := range []bool{false, true} {
		t.Run(fmt.Sprintf("keyed=%v", keyed), func(t *testing.T) {
			tb := Of(relation(keyed))
			s := makeStore(t, tb)
			r := rand.New(rand.NewPCG(1, 2))
			model := map[int64][]types.Value{}
			w := &Writer{Table: tb}
			next := int64(1)
			for round := range 30 {
				tx := begin(t, s)
				for range 200 {
					step(t, tx, w, r, model, &next)
				}
				commit(t, tx)
				if round%7 == 6 {
					if err := s.Checkpoint(context.Background()); err != nil {
						t.Fatal(err)
					}
				}
				compare(t, s, tb, model)
			}
		})
	}
}

func step(t *testing.T, tx *storage.Tx, w *Writer, r *rand.Rand, model map[int64][]types.Value, next *int64) {
	t.Helper()
	ctx := context.Background()
	id := r.Int64N(*next) + 1
	old := model[id]
	switch {
	case old == nil || r.IntN(3) == 0:
		row := randomRow(r, *next)
		if err := w.Insert(ctx, tx, row, 0); err != nil {
			t.Fatal(err)
		}
		model[*next] = row
		*next++
	case r.IntN(3) == 0:
		key, err := w.Table.Key(nil, old, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Delete(ctx, tx, key, old); err != nil {
			t.Fatal(err)
		}
		delete(model, id)
	default:
		key, err := w.Table.Key(nil, old, 0)
		if err != nil {
			t.Fatal(err)
		}
		row := randomRow(r, id)
		if err := w.Update(ctx, tx, key, old, row, 0); err != nil {
			t.Fatal(err)
		}
		model[id] = row
	}
}

func compare(t *testing.T, s *storage.Store, tb *Table, model map[int64][]types.Value) {
	t.Helper()
	tx := begin(t, s)
	defer tx.Rollback()
	all := []int{0, 1, 2, 3}
	for name, a := range map[string]Access{
		"own order":     {},
		"reverse":       {Reverse: true},
		"index n":       {Index: tb.Rel.Indexes[1]},
		"index d":       {Index: tb.Rel.Indexes[2]},
		"index reverse": {Index: tb.Rel.Indexes[1], Reverse: true},
	} {
		rows := read(t, tx, tb, a, all)
		if len(rows) != len(model) {
			t.Fatalf("%s: %d rows, expected %d", name, len(rows), len(model))
		}
		for _, row := range rows {
			want := model[row[0].I]
			for i := range row {
				if row[i] != want[i] {
					t.Fatalf("%s: row %d is %v, expected %v", name, row[0].I, row, want)
				}
			}
		}
	}
	checkOrder(t, read(t, tx, tb, Access{Index: tb.Rel.Indexes[1], IndexOnly: true}, []int{1}))
	checkRange(t, tx, tb, model)
}

// checkOrder expects n descending with NULLs first.
func checkOrder(t *testing.T, rows [][]types.Value) {
	t.Helper()
	if !sort.SliceIsSorted(rows, func(a, b int) bool {
		x, y := rows[a][0], rows[b][0]
		if x.IsNull() || y.IsNull() {
			return x.IsNull() && !y.IsNull()
		}
		return x.I > y.I
	}) {
		t.Fatal("the index is out of order")
	}
}

func checkRange(t *testing.T, tx *storage.Tx, tb *Table, model map[int64][]types.Value) {
	t.Helper()
	low, high := types.NewInt(-10), types.NewInt(20)
	rng, empty, err := tb.Range(tb.Rel.Indexes[1], &Bounds{Low: &low, High: &high, HighExcl: true})
	if err != nil || empty {
		t.Fatal(empty, err)
	}
	want := 0
	for _, row := range model {
		if !row[1].IsNull() && row[1].I >= -10 && row[1].I < 20 {
			want++
		}
	}
	if got := len(read(t, tx, tb, Access{Index: tb.Rel.Indexes[1], Ranges: []storage.Range{rng}}, []int{0})); got != want {
		t.Fatalf("a range gave %d rows, expected %d", got, want)
	}
}

func read(t *testing.T, tx *storage.Tx, tb *Table, a Access, ordinals []int) [][]types.Value {
	t.Helper()
	sc, err := tb.Scan(tx, a, ordinals)
	if err != nil {
		t.Fatal(err)
	}
	defer sc.Close()
	b := &vector.Batch{}
	for range ordinals {
		b.Cols = append(b.Cols, &vector.Vector{})
	}
	var out [][]types.Value
	for {
		if err := sc.Next(b); err != nil {
			t.Fatal(err)
		}
		if b.N == 0 {
			return out
		}
		for i := range b.N {
			row := make([]types.Value, len(b.Cols))
			for c, v := range b.Cols {
				row[c] = v.Value(i)
				row[c].S = string([]byte(row[c].S))
			}
			out = append(out, row)
		}
	}
}

func TestUniqueKeys(t *testing.T) {
	tb := Of(relation(false))
	s := makeStore(t, tb)
	tx := begin(t, s)
	defer tx.Rollback()
	w := &Writer{Table: tb}
	ctx := context.Background()
	row := []types.Value{types.NewInt(1), types.Null, types.NewText("a"), {K: types.KindNumeric, I: 150, J: 2}}
	if err := w.Insert(ctx, tx, row, 0); err != nil {
		t.Fatal(err)
	}
	if err := w.Insert(ctx, tx, row, 0); sqlerr.Code(err) != sqlerr.UniqueViolation {
		t.Errorf("the same key again: %v", err)
	}
	row[0], row[3] = types.NewInt(2), types.Value{K: types.KindNumeric, I: 15, J: 1} // 1.5 is 1.50
	err := w.Insert(ctx, tx, row, 0)
	if e := sqlerr.From(err); err == nil || e.Constraint != "t_d" || e.Detail != "Key (d)=(1.5) already exists." {
		t.Errorf("the same number again: %v", err)
	}
	row[0], row[3] = types.NewInt(3), types.Null
	for id := range int64(3) {
		row[0] = types.NewInt(10 + id)
		if err := w.Insert(ctx, tx, row, 0); err != nil {
			t.Errorf("NULL is not unique: %v", err)
		}
	}
}
