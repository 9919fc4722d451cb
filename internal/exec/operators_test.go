package exec

import (
	"fmt"
	"sort"
	"testing"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func TestFilterProjectLimit(t *testing.T) {
	rows := randomRows(1, 5000, 100)
	in := rowsInput(rows)
	sum := column("s", types.Int8)
	n := &plan.Limit{
		Count: intConst(700), Offset: intConst(50),
		Input: &plan.Project{
			Items: []plan.Item{{Col: sum, Expr: ref(in.cols[0])}},
			Input: &plan.Filter{Input: in, Conds: []expr.Expr{compare(expr.LT, ref(in.cols[0]), intConst(30))}},
		},
	}
	var want []string
	for _, r := range rows {
		if !r[0].IsNull() && r[0].I < 30 {
			want = append(want, fmt.Sprintf("%d|", r[0].I))
		}
	}
	sameRows(t, "limit", show(collect(t, n, newRun())), want[50:750], true)
}

func compareNull(a, b types.Value, cmp func(a, b types.Value) int, desc, nullsFirst bool) int {
	switch {
	case a.IsNull() && b.IsNull():
		return 0
	case a.IsNull() || b.IsNull():
		if a.IsNull() == nullsFirst {
			return -1
		}
		return 1
	}
	d := cmp(a, b)
	if desc {
		return -d
	}
	return d
}

func TestSortAgainstNaive(t *testing.T) {
	for _, size := range []int{0, 1, 700, 6000} {
		rows := randomRows(int64(size), size, 40)
		in := rowsInput(rows)
		for v := 0; v < 24; v++ {
			desc, first, tight, limited := v&1 != 0, v&2 != 0, v&4 != 0, v&8 != 0
			order := []int{v % 3, (v + 1) % 3, (v + 2) % 3}
			var keys []expr.SortKey
			for _, c := range order {
				keys = append(keys, expr.SortKey{Expr: ref(in.cols[c]), Desc: desc, NullsFirst: first})
			}
			want := append([][]types.Value(nil), rows...)
			sort.SliceStable(want, func(i, j int) bool {
				for _, c := range order {
					if d := compareNull(want[i][c], want[j][c], expr.Comparer(in.cols[c].Type), desc, first); d != 0 {
						return d < 0
					}
				}
				return false
			})
			s := &plan.Sort{Input: in, Keys: keys}
			if limited {
				s.Limit = &plan.Limit{Count: intConst(100), Offset: intConst(7)}
				if len(want) > 107 {
					want = want[:107]
				}
			}
			r := newRun()
			if tight {
				r = tightRun(60_000)
			}
			sameRows(t, fmt.Sprintf("sort %d/%d", size, v), show(collect(t, s, r)), show(want), true)
			if tight && size > 5000 && !limited && r.Memory.Spilled == 0 {
				t.Fatal("the sort did not spill")
			}
			if r.Memory.used != 0 {
				t.Fatalf("%d bytes are still charged", r.Memory.used)
			}
		}
	}
}

func TestAggregateAgainstNaive(t *testing.T) {
	for _, card := range []int{1, 7, 300, 20000} {
		rows := randomRows(int64(card), 20000, card)
		in := rowsInput(rows)
		for v := 0; v < 8; v++ {
			var groups []plan.Item
			var by []int
			for c := 0; c < 3; c++ {
				if v&(1<<c) != 0 {
					groups = append(groups, plan.Item{Col: column("g", in.cols[c].Type), Expr: ref(in.cols[c])})
					by = append(by, c)
				}
			}
			n := &plan.Aggregate{Input: in, Groups: groups}
			add := func(a *expr.Aggregate) {
				n.Aggs = append(n.Aggs, plan.AggItem{Col: column("x", a.Typ), Agg: a})
			}
			add(aggregateOf(t, "count"))
			add(aggregateOf(t, "count", ref(in.cols[0])))
			add(aggregateOf(t, "max", ref(in.cols[0])))
			distinct := aggregateOf(t, "count", ref(in.cols[2]))
			distinct.Distinct = true
			add(distinct)
			filtered := aggregateOf(t, "count")
			filtered.Filter = compare(expr.LT, ref(in.cols[2]), konst(types.NewFloat(10), types.Float8))
			add(filtered)

			type state struct {
				key                   []types.Value
				count, some, max, low int64
				hasMax                bool
				seen                  map[types.Value]bool
			}
			groupsOf := map[string]*state{}
			var order []*state
			if len(by) == 0 {
				s := &state{seen: map[types.Value]bool{}}
				groupsOf[""] = s
				order = append(order, s)
			}
			for _, r := range rows {
				var key []types.Value
				for _, c := range by {
					key = append(key, r[c])
				}
				id := fmt.Sprint(key)
				if len(by) == 0 {
					id = ""
				}
				s := groupsOf[id]
				if s == nil {
					s = &state{key: key, seen: map[types.Value]bool{}}
					groupsOf[id] = s
					order = append(order, s)
				}
				s.count++
				if !r[0].IsNull() {
					s.some++
					if !s.hasMax || r[0].I > s.max {
						s.max, s.hasMax = r[0].I, true
					}
				}
				if !r[2].IsNull() {
					s.seen[r[2]] = true
					if r[2].Float() < 10 {
						s.low++
					}
				}
			}
			var want [][]types.Value
			for _, s := range order {
				m := types.Null
				if s.hasMax {
					m = types.NewInt(s.max)
				}
				want = append(want, append(append([]types.Value{}, s.key...), types.NewInt(s.count), types.NewInt(s.some), m,
					types.NewInt(int64(len(s.seen))), types.NewInt(s.low)))
			}
			sameRows(t, fmt.Sprintf("aggregate %d/%d", card, v), show(collect(t, n, newRun())), show(want), false)
			r := tightRun(1_000_000)
			sameRows(t, fmt.Sprintf("spilled aggregate %d/%d", card, v), show(collect(t, n, r)), show(want), false)
			if card == 20000 && v == 7 && r.Memory.Spilled == 0 {
				t.Fatal("the aggregate did not spill")
			}
			if r.Memory.used != 0 {
				t.Fatalf("%d bytes are still charged", r.Memory.used)
			}
		}
	}
}

func TestGroupingSets(t *testing.T) {
	rows := randomRows(3, 2000, 5)
	in := rowsInput(rows)
	a, b := column("a", types.Int8), column("b", types.Text)
	count := aggregateOf(t, "count")
	n := &plan.Aggregate{
		Input:    in,
		Groups:   []plan.Item{{Col: a, Expr: ref(in.cols[0])}, {Col: b, Expr: ref(in.cols[1])}},
		Aggs:     []plan.AggItem{{Col: column("n", types.Int8), Agg: count}},
		Sets:     [][]int{{0, 1}, {0}, {}},
		Grouping: []plan.GroupingItem{{Col: column("g", types.Int4), Args: []int{0, 1}}},
	}
	want := map[string]int{}
	for _, r := range rows {
		want[show([][]types.Value{{r[0], r[1]}})[0]+"0"]++
		want[show([][]types.Value{{r[0], types.Null}})[0]+"1"]++
		want["∅|∅|3"]++
	}
	var lines []string
	for k, c := range want {
		cut := len(k) - 1
		lines = append(lines, fmt.Sprintf("%s%d|%s|", k[:cut], c, k[cut:]))
	}
	sameRows(t, "grouping sets", show(collect(t, n, newRun())), lines, false)
	empty := *n
	empty.Input = &rowsNode{cols: in.cols}
	sameRows(t, "grouping sets over nothing", show(collect(t, &empty, newRun())), []string{"∅|∅|0|3|"}, false)
}

func TestDistinctAndSetOps(t *testing.T) {
	left, right := randomRows(5, 4000, 12), randomRows(6, 3000, 12)
	trim := func(rows [][]types.Value) [][]types.Value {
		out := make([][]types.Value, len(rows))
		for i, r := range rows {
			out[i] = []types.Value{r[0], r[2]}
		}
		return out
	}
	left, right = trim(left), trim(right)
	node := func(rows [][]types.Value) *rowsNode {
		return &rowsNode{rows: rows, ragged: true, cols: []plan.Column{column("a", types.Int8), column("c", types.Float8)}}
	}
	count := func(rows [][]types.Value) map[string]int {
		m := map[string]int{}
		for _, s := range show(rows) {
			m[s]++
		}
		return m
	}
	l, r := count(left), count(right)
	for kind, name := range map[plan.SetOpKind]string{plan.Union: "union", plan.Intersect: "intersect", plan.Except: "except"} {
		for _, all := range []bool{false, true} {
			var want []string
			keys := map[string]bool{}
			for k := range l {
				keys[k] = true
			}
			for k := range r {
				keys[k] = true
			}
			for k := range keys {
				n := 0
				switch {
				case kind == plan.Union:
					n = l[k] + r[k]
				case kind == plan.Intersect:
					n = min(l[k], r[k])
				case all:
					n = max(0, l[k]-r[k])
				case r[k] == 0:
					n = l[k]
				}
				if !all {
					n = min(n, 1)
				}
				for ; n > 0; n-- {
					want = append(want, k)
				}
			}
			op := &plan.SetOp{Kind: kind, All: all, Ins: []plan.Node{node(left), node(right)},
				Cols: []plan.Column{column("a", types.Int8), column("c", types.Float8)}}
			sameRows(t, name, show(collect(t, op, newRun())), want, false)
		}
	}
	wide := rowsInput(randomRows(9, 20000, 9000))
	want := map[string]bool{}
	for _, s := range show(wide.rows) {
		want[s] = true
	}
	var lines []string
	for k := range want {
		lines = append(lines, k)
	}
	run := tightRun(300_000)
	sameRows(t, "spilled distinct", show(collect(t, &plan.Distinct{Input: wide}, run)), lines, false)
	if run.Memory.Spilled == 0 {
		t.Fatal("DISTINCT did not spill")
	}
}

func TestRecursion(t *testing.T) {
	c := column("n", types.Int8)
	work, scan := column("n", types.Int8), column("n", types.Int8)
	cte := &plan.CTE{Name: "t"}
	base := &plan.Values{Cols: []plan.Column{column("n", types.Int8)}, Rows: [][]expr.Expr{{intConst(1)}}}
	step := &plan.Project{
		Input: &plan.CTEScan{CTE: cte, Cols: []plan.Column{work}, Working: true},
		Items: []plan.Item{{Col: column("n", types.Int8), Expr: &expr.Case{
			Whens: []expr.When{{Cond: compare(expr.LT, ref(work), intConst(0)), Then: intConst(0)}},
			Else:  plusOne(t, ref(work)), Typ: types.Int8}}},
	}
	cte.Recursive = &plan.Recursion{Base: base, Step: step, All: true, Cols: []plan.Column{c}}
	n := &plan.With{CTEs: []*plan.CTE{cte}, Body: &plan.Limit{Count: intConst(5000),
		Input: &plan.CTEScan{CTE: cte, Cols: []plan.Column{scan}}}}
	p, err := Prepare(n)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 2; i++ {
		rows := collectProgram(t, p, newRun())
		if len(rows) != 5000 || rows[4999][0].I != 5000 {
			t.Fatalf("%d rows", len(rows))
		}
	}
}

func plusOne(t testing.TB, e expr.Expr) expr.Expr {
	t.Helper()
	for _, f := range expr.Operators("+") {
		if len(f.Args) == 2 && f.Args[0].Is(types.Int8) && f.Args[1].Is(types.Int8) {
			return &expr.Call{Fn: f, Args: []expr.Expr{e, intConst(1)}, Typ: types.Int8, Pos: -1}
		}
	}
	t.Fatal("no + for int8")
	return nil
}

func TestLimitErrors(t *testing.T) {
	in := rowsInput(randomRows(1, 10, 3))
	p, err := Prepare(&plan.Limit{Input: in, Count: intConst(-1)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := runProgram(p, newRun()); sqlerr.Code(err) != sqlerr.InvalidRowCountInLimit {
		t.Fatal(err)
	}
}
