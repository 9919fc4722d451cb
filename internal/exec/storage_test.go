package exec

import (
	"fmt"
	"testing"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vfs"
)

// fill stores n rows (i, i mod 100 or NULL, text) in child.
func (w *world) fill(n int) {
	w.t.Helper()
	in := &rowsNode{cols: []plan.Column{column("id", types.Int8), column("pid", types.Int8), column("note", types.Text)}}
	for i := 1; i <= n; i++ {
		row := []types.Value{types.NewInt(int64(i)), types.NewInt(int64(i % 100)), types.NewText(fmt.Sprint("note ", i%13))}
		if i%11 == 0 {
			row[1] = types.Null
		}
		in.rows = append(in.rows, row)
	}
	rel := *w.child
	rel.Foreign = nil
	ins := &plan.Insert{Target: targetOf(&rel), Input: in}
	for _, c := range in.cols {
		ins.Row = append(ins.Row, ref(c))
	}
	w.must(ins, int64(n))
}

func TestParallelAggregate(t *testing.T) {
	w := newWorld(t, catalog.NoAction, catalog.NoAction)
	w.fill(parallelRows + 5000)
	for _, by := range [][]int{nil, {1}, {2, 1}, {0}} {
		s := scanOf(w.child, nil, 0, nil)
		s.Filter = []expr.Expr{compare(expr.GT, ref(s.Cols[0]), intConst(777))}
		n := &plan.Aggregate{Input: s}
		for _, c := range by {
			n.Groups = append(n.Groups, plan.Item{Col: column("g", s.Cols[c].Type), Expr: ref(s.Cols[c])})
		}
		for _, a := range []*expr.Aggregate{aggregateOf(t, "count"), aggregateOf(t, "max", ref(s.Cols[0])), aggregateOf(t, "min", ref(s.Cols[2]))} {
			n.Aggs = append(n.Aggs, plan.AggItem{Col: column("x", a.Typ), Agg: a})
		}
		p, err := Prepare(n)
		if err != nil {
			t.Fatal(err)
		}
		tx := w.begin()
		want := show(collectProgram(t, p, w.run(tx)))
		for range 2 {
			r := w.run(tx)
			r.Workers = 2
			sameRows(t, fmt.Sprint("parallel by ", by), show(collectProgram(t, p, r)), want, false)
			if r.Memory.used != 0 {
				t.Fatalf("%d bytes are still charged", r.Memory.used)
			}
		}
		tx.Rollback()
	}
}

// TestParallelJoin: goroutines that probe one table find what one finds.
func TestParallelJoin(t *testing.T) {
	w := newWorld(t, catalog.NoAction, catalog.NoAction)
	w.fill(parallelRows + 5000)
	few := rowsInput(randomRows(5, 3000, 800))
	for _, kind := range []plan.JoinKind{plan.InnerJoin, plan.LeftJoin, plan.SemiJoin, plan.AntiJoin, plan.NullAntiJoin} {
		s := scanOf(w.child, nil, 0, nil)
		on := []expr.Expr{compare(expr.EQ, ref(s.Cols[0]), ref(few.cols[0]))}
		if kind != plan.NullAntiJoin {
			on = append(on, compare(expr.GT, ref(s.Cols[0]), intConst(40)))
		}
		n := &plan.Aggregate{Input: &plan.Join{Kind: kind, Left: s, Right: few, On: on},
			Groups: []plan.Item{{Col: column("g", s.Cols[1].Type), Expr: ref(s.Cols[1])}}}
		args := []*expr.Aggregate{aggregateOf(t, "count"), aggregateOf(t, "max", ref(s.Cols[0]))}
		if kind == plan.InnerJoin || kind == plan.LeftJoin {
			args = append(args, aggregateOf(t, "count", ref(few.cols[1])), aggregateOf(t, "min", ref(few.cols[1])))
		}
		for _, a := range args {
			n.Aggs = append(n.Aggs, plan.AggItem{Col: column("x", a.Typ), Agg: a})
		}
		p, err := Prepare(n)
		if err != nil {
			t.Fatal(err)
		}
		tx := w.begin()
		want := show(collectProgram(t, p, w.run(tx)))
		for _, limit := range []int64{0, 0, 100_000} { // the last spills
			r := w.run(tx)
			r.Workers, r.Memory.Limit, r.FS = 2, limit, vfs.Memory()
			sameRows(t, fmt.Sprintf("join %d", kind), show(collectProgram(t, p, r)), want, false)
			if r.Memory.used != 0 {
				t.Fatalf("%d bytes are still charged", r.Memory.used)
			}
		}
		tx.Rollback()
	}
}

func TestLookupJoin(t *testing.T) {
	w := newWorld(t, catalog.NoAction, catalog.NoAction)
	w.fill(3000)
	left := randomRows(41, 500, 150)
	var right [][]types.Value
	tx := w.begin()
	right = collect(t, scanOf(w.child, nil, 0, nil), w.run(tx))
	tx.Rollback()
	for _, col := range []int{0, 1} { // by key, by secondary index
		for _, kind := range []plan.JoinKind{plan.InnerJoin, plan.LeftJoin, plan.SemiJoin, plan.AntiJoin} {
			l, s := rowsInput(left), scanOf(w.child, nil, 0, nil)
			s.Access = &plan.Access{Ranges: []plan.KeyRange{{Eq: []expr.Expr{ref(l.cols[0])}}}}
			if col == 1 {
				s.Access.Index = w.child.Indexes[1]
			}
			n := &plan.Join{Kind: kind, Left: l, Right: s, Method: plan.LookupJoin,
				On: []expr.Expr{compare(expr.EQ, ref(s.Cols[col]), ref(l.cols[0]))}}
			want := naiveJoin(kind, left, right, func(x, y []types.Value) int { return equalTest(x[0], y[col]) })
			tx := w.begin()
			got := show(collect(t, n, w.run(tx)))
			tx.Rollback()
			sameRows(t, fmt.Sprintf("lookup by %d kind %d", col, kind), got, show(want), false)
		}
	}
}

// TestIndexScanWithLimit compares limited reads of an index range, which fetch
// few rows at first, with the start of an unlimited one.
func TestIndexScanWithLimit(t *testing.T) {
	w := newWorld(t, catalog.NoAction, catalog.NoAction)
	w.fill(20000)
	w.must(w.insert(w.parent, []any{7, "seven", 7}), 1)
	w.must(w.update(w.child, 0, 50, 1, 7), 1) // some entries come from the delta of a later commit
	for _, reverse := range []bool{false, true} {
		read := func(limit int64) []string {
			s := scanOf(w.child, nil, 0, nil)
			s.Access = &plan.Access{Index: w.child.Indexes[1], Reverse: reverse,
				Ranges: []plan.KeyRange{{Low: intConst(7), High: intConst(60)}}}
			rows, _, err := w.exec(&plan.Limit{Count: intConst(limit), Input: s})
			if err != nil {
				t.Fatal(err)
			}
			return rows
		}
		all := read(1 << 30)
		if len(all) < 9000 {
			t.Fatal(len(all), "rows")
		}
		for _, limit := range []int{1, 3, 17, 300, 700, 5000} {
			sameRows(t, fmt.Sprintf("limit %d reverse %v", limit, reverse), read(int64(limit)), all[:limit], true)
		}
	}
}
