package exec

import (
	"context"
	"testing"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
)

// byParam is a scan by the primary key given as $1.
func byParam(rel *catalog.Relation, t *plan.Target) *plan.Scan {
	s := scanOf(rel, t, 0, nil)
	p := &expr.Param{Index: 0, Typ: types.Int8}
	s.Filter = []expr.Expr{compare(expr.EQ, ref(s.Cols[0]), p)}
	s.Access = &plan.Access{Ranges: []plan.KeyRange{{Eq: []expr.Expr{p}}}}
	return s
}

func TestRowPath(t *testing.T) {
	w := newWorld(t, catalog.NoAction, catalog.NoAction)
	point := func(n plan.Node, key int64) ([]string, int64) {
		t.Helper()
		p, err := Prepare(n)
		if err != nil {
			t.Fatal(err)
		}
		if !p.RowPath() {
			t.Fatal("the row path does not take the plan")
		}
		var rows [][]types.Value
		var affected int64
		tx := w.begin()
		defer tx.Rollback()
		r := w.run(tx)
		r.Params = []types.Value{types.NewInt(key)}
		affected, err = p.RunRow(r, func(row []types.Value) error {
			rows = append(rows, cloneRow(row))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(context.Background()); err != nil {
			t.Fatal(err)
		}
		return show(rows), affected
	}
	for i := 1; i <= 3; i++ {
		if rows, n := point(w.insert(w.parent, []any{i, string(rune('a' + i)), 10 * i}), 0); n != 1 || len(rows) != 1 {
			t.Fatal(rows, n)
		}
	}
	rows, _ := point(byParam(w.parent, nil), 2)
	sameRows(t, "select", rows, []string{"2|c|20|"}, true)
	rows, _ = point(byParam(w.parent, nil), 9)
	sameRows(t, "select nothing", rows, nil, true)
	up := targetOf(w.parent)
	scan := byParam(w.parent, &up)
	u := &plan.Update{Target: up, Input: scan, Set: []plan.Assign{{Ordinal: 2, Expr: plusOne(t, ref(scan.Cols[2]))}},
		Returning: []plan.Item{{Col: column("n", types.Int8), Expr: &expr.Column{ID: up.New[2], Typ: types.Int8}}}}
	rows, n := point(u, 3)
	sameRows(t, "update", rows, []string{"31|"}, true)
	if n != 1 {
		t.Fatal(n)
	}
	del := targetOf(w.parent)
	if _, n := point(&plan.Delete{Target: del, Input: byParam(w.parent, &del)}, 1); n != 1 {
		t.Fatal(n)
	}
	w.expect(w.parent, "2|c|20|", "3|d|31|")
}

func BenchmarkPointSelect(b *testing.B) {
	w := newWorld(b, catalog.NoAction, catalog.NoAction)
	w.must(w.insert(w.parent, []any{1, "one", 10}, []any{2, "two", 20}), 2)
	p, err := Prepare(byParam(w.parent, nil))
	if err != nil {
		b.Fatal(err)
	}
	tx := w.begin()
	defer tx.Rollback()
	r := w.run(tx)
	r.Params = []types.Value{types.NewInt(2)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.RunRow(r, func([]types.Value) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPointInsert(b *testing.B) {
	w := newWorld(b, catalog.NoAction, catalog.NoAction)
	ins := w.insert(w.child, []any{nil, nil, "note"})
	ins.Returning = nil
	p, err := Prepare(ins)
	if err != nil {
		b.Fatal(err)
	}
	tx := w.begin()
	defer tx.Rollback()
	r := w.run(tx)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.RunRow(r, nil); err != nil {
			b.Fatal(err)
		}
	}
}
