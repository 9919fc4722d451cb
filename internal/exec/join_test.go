package exec

import (
	"fmt"
	"testing"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// naiveJoin joins by comparing every pair; test gives NULL as 2.
func naiveJoin(kind plan.JoinKind, left, right [][]types.Value, test func(l, r []types.Value) int) [][]types.Value {
	var out [][]types.Value
	hit := make([]bool, len(right))
	pad := []types.Value{types.Null, types.Null, types.Null}
	row := func(l, r []types.Value) []types.Value { return append(append([]types.Value{}, l...), r...) }
	for _, l := range left {
		matched, unknown := false, false
		for i, r := range right {
			switch test(l, r) {
			case 1:
				hit[i] = true
				if !leftOnly(kind) {
					out = append(out, row(l, r))
				}
				matched = true
			case 2:
				unknown = true
			}
		}
		switch kind {
		case plan.LeftJoin, plan.FullJoin:
			if !matched {
				out = append(out, row(l, pad))
			}
		case plan.SemiJoin:
			if matched {
				out = append(out, l)
			}
		case plan.AntiJoin:
			if !matched {
				out = append(out, l)
			}
		case plan.NullAntiJoin:
			if !matched && !unknown {
				out = append(out, l)
			}
		}
	}
	if rightOuter(kind) {
		for i, r := range right {
			if !hit[i] {
				out = append(out, row(pad, r))
			}
		}
	}
	return out
}

func equalTest(a, b types.Value) int {
	if a.IsNull() || b.IsNull() {
		return 2
	}
	if a == b {
		return 1
	}
	return 0
}

func TestJoinsAgainstNaive(t *testing.T) {
	kinds := []plan.JoinKind{plan.InnerJoin, plan.LeftJoin, plan.RightJoin, plan.FullJoin, plan.SemiJoin, plan.AntiJoin, plan.NullAntiJoin}
	for _, size := range [][2]int{{0, 5}, {5, 0}, {2000, 300}, {200, 2500}} {
		left, right := randomRows(11, size[0], 300), randomRows(12, size[1], 300)
		l, r := rowsInput(left), rowsInput(right)
		for v := 0; v < 4; v++ {
			for _, kind := range kinds {
				for _, method := range []plan.JoinMethod{plan.AnyJoin, plan.LoopJoin} {
					key := v & 1 // by int or by text
					n := &plan.Join{Kind: kind, Left: l, Right: r, Method: method,
						On: []expr.Expr{compare(expr.EQ, ref(l.cols[key]), ref(r.cols[key]))}}
					residual := v&2 != 0
					if residual {
						if kind == plan.NullAntiJoin {
							// what follows the comparison relates rows, NULL is no match
							n.On = append(n.On, compare(expr.LT, ref(l.cols[2]), ref(r.cols[2])))
						} else {
							n.On = append(n.On, compare(expr.LT, ref(l.cols[2]), ref(r.cols[2])))
						}
					}
					want := naiveJoin(kind, left, right, func(x, y []types.Value) int {
						e := equalTest(x[key], y[key])
						if !residual {
							return e
						}
						if x[2].IsNull() || y[2].IsNull() || x[2].Float() >= y[2].Float() {
							return 0
						}
						return e
					})
					name := fmt.Sprintf("kind %d method %d variant %d size %v", kind, method, v, size)
					sameRows(t, name, show(collect(t, n, newRun())), show(want), false)
					if size[0]+size[1] > 2000 && method == plan.AnyJoin && kind != plan.NullAntiJoin {
						run := tightRun(40_000)
						sameRows(t, name+" spilled", show(collect(t, n, run)), show(want), false)
						if run.Memory.Spilled == 0 && size[1] > 2000 {
							t.Fatal(name, "did not spill")
						}
					}
				}
			}
		}
	}
}

func TestSingleJoin(t *testing.T) {
	l := &rowsNode{cols: []plan.Column{column("a", types.Int8)}, rows: [][]types.Value{{types.NewInt(1)}, {types.NewInt(2)}}}
	r := &rowsNode{cols: []plan.Column{column("a", types.Int8)}, rows: [][]types.Value{{types.NewInt(1)}}}
	on := []expr.Expr{compare(expr.EQ, ref(l.cols[0]), ref(r.cols[0]))}
	for _, m := range []plan.JoinMethod{plan.AnyJoin, plan.LoopJoin} {
		n := &plan.Join{Kind: plan.SingleJoin, Left: l, Right: r, On: on, Method: m}
		sameRows(t, "single", show(collect(t, n, newRun())), []string{"1|1|", "2|∅|"}, false)
		twice := *r
		twice.rows = append(twice.rows[:1:1], r.rows[0])
		n.Right = &twice
		p, err := Prepare(n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := runProgram(p, newRun()); sqlerr.Code(err) != sqlerr.CardinalityViolation {
			t.Fatal(err)
		}
	}
}

func TestLateralAndSubqueries(t *testing.T) {
	left, right := randomRows(21, 300, 20), randomRows(22, 50, 20)
	l, r := rowsInput(left), rowsInput(right)
	outer := &expr.Outer{ID: l.cols[0].ID, Typ: types.Int8}
	inner := &plan.Filter{Input: r, Conds: []expr.Expr{compare(expr.EQ, ref(r.cols[0]), outer)}}
	test := func(x, y []types.Value) int { return equalTest(x[0], y[0]) }
	for _, kind := range []plan.JoinKind{plan.InnerJoin, plan.LeftJoin, plan.SemiJoin, plan.AntiJoin} {
		n := &plan.Join{Kind: kind, Left: l, Right: inner, Lateral: true}
		sameRows(t, "lateral", show(collect(t, n, newRun())), show(naiveJoin(kind, left, right, test)), false)
	}
	exists := &expr.Subquery{Kind: expr.ExistsSubquery, Plan: inner, Outer: []expr.ColumnID{l.cols[0].ID}, Typ: types.Bool}
	n := &plan.Filter{Input: l, Conds: []expr.Expr{exists}}
	sameRows(t, "exists", show(collect(t, n, newRun())), show(naiveJoin(plan.SemiJoin, left, right, test)), false)
	for _, all := range []bool{false, true} {
		x := column("x", types.Int8)
		q := &expr.Subquery{Kind: expr.AnySubquery, Plan: r, Cols: []expr.ColumnID{r.cols[0].ID}, Test: []expr.Expr{ref(l.cols[0])},
			TestID: []expr.ColumnID{x.ID}, Op: compare(expr.EQ, ref(x), ref(r.cols[0])), Typ: types.Bool}
		kind := plan.SemiJoin
		if all {
			q.Kind, kind = expr.AllSubquery, plan.NullAntiJoin
			q.Op = compare(expr.NE, ref(x), ref(r.cols[0]))
		}
		n := &plan.Filter{Input: l, Conds: []expr.Expr{q}}
		sameRows(t, "any and all", show(collect(t, n, newRun())), show(naiveJoin(kind, left, right, test)), false)
	}
}
