package exec

import (
	"fmt"
	"sort"
	"testing"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
)

func TestWindowAgainstNaive(t *testing.T) {
	frames := []plan.Frame{
		{Mode: "range", Start: plan.FrameBound{Kind: "unbounded preceding"}, End: plan.FrameBound{Kind: "current row"}},
		{Mode: "rows", Start: plan.FrameBound{Kind: "preceding", Offset: intConst(2)}, End: plan.FrameBound{Kind: "following", Offset: intConst(1)}},
		{Mode: "groups", Start: plan.FrameBound{Kind: "preceding", Offset: intConst(1)}, End: plan.FrameBound{Kind: "current row"}},
		{Mode: "range", Start: plan.FrameBound{Kind: "preceding", Offset: intConst(3)}, End: plan.FrameBound{Kind: "following", Offset: intConst(2)}},
		{Mode: "rows", Start: plan.FrameBound{Kind: "unbounded preceding"}, End: plan.FrameBound{Kind: "unbounded following"}, Exclude: "ties"},
	}
	for _, size := range []int{0, 1, 3000} {
		rows := randomRows(31, size, 60)
		for i := range rows {
			rows[i] = append(rows[i], types.NewInt(int64(i))) // unique, so that the order is known
		}
		for f, frame := range frames {
			for _, desc := range []bool{false, true} {
				in := rowsInput(rows)
				in.cols = append(in.cols, column("i", types.Int8))
				n := &plan.Window{Input: in, Partition: []expr.Expr{ref(in.cols[1])},
					OrderBy: []expr.SortKey{{Expr: ref(in.cols[0]), Desc: desc, NullsFirst: desc}}}
				sum := aggregateOf(t, "count", ref(in.cols[2]))
				n.Calls = []plan.WindowCall{
					{Col: column("s", sum.Typ), Agg: sum, Frame: frame},
					{Col: column("r", types.Int8), Fn: "rank", Frame: frame},
					{Col: column("d", types.Int8), Fn: "dense_rank", Frame: frame},
				}
				want := naiveWindow(rows, frame, desc)
				for _, r := range []*Run{newRun(), tightRun(700_000)} {
					sameRows(t, fmt.Sprintf("frame %d desc %v size %d", f, desc, size), show(collect(t, n, r)), want, false)
				}
			}
		}
	}
}

// naiveWindow finds each frame by its definition.
func naiveWindow(rows [][]types.Value, frame plan.Frame, desc bool) []string {
	parts := map[types.Value][][]types.Value{}
	for _, r := range rows {
		parts[r[1]] = append(parts[r[1]], r)
	}
	offset := func(b plan.FrameBound) int64 {
		if b.Offset == nil {
			return 0
		}
		return b.Offset.(*expr.Const).Val.I
	}
	var out []string
	for _, p := range parts {
		sort.SliceStable(p, func(i, j int) bool {
			return compareNull(p[i][0], p[j][0], expr.Comparer(types.Int8), desc, desc) < 0
		})
		group := make([]int, len(p))
		for i := range p {
			if i > 0 {
				group[i] = group[i-1]
				if p[i][0] != p[i-1][0] {
					group[i]++
				}
			}
		}
		for i := range p {
			count, rank := int64(0), int64(1)
			for k := range p {
				if group[k] < group[i] {
					rank++
				}
				in := false
				switch frame.Mode {
				case "rows":
					in = frame.Start.Offset == nil || k >= i-int(offset(frame.Start)) && k <= i+int(offset(frame.End))
				case "groups":
					in = group[k] >= group[i]-int(offset(frame.Start)) && group[k] <= group[i]
				default:
					if frame.Start.Offset == nil {
						in = group[k] <= group[i]
					} else if p[i][0].IsNull() || p[k][0].IsNull() {
						in = p[i][0].IsNull() == p[k][0].IsNull()
					} else {
						d := p[k][0].I - p[i][0].I
						if desc {
							d = -d
						}
						in = d >= -offset(frame.Start) && d <= offset(frame.End)
					}
				}
				if frame.Exclude == "ties" && k != i && group[k] == group[i] {
					in = false
				}
				if in && !p[k][2].IsNull() {
					count++
				}
			}
			row := append(append([]types.Value{}, p[i]...), types.NewInt(count), types.NewInt(rank), types.NewInt(int64(group[i]+1)))
			out = append(out, show([][]types.Value{row})...)
		}
	}
	return out
}

func TestWindowFunctions(t *testing.T) {
	in := &rowsNode{cols: []plan.Column{column("a", types.Int8)}}
	for i := 1; i <= 5; i++ {
		in.rows = append(in.rows, []types.Value{types.NewInt(int64(i))})
	}
	all := plan.Frame{Mode: "rows", Start: plan.FrameBound{Kind: "unbounded preceding"}, End: plan.FrameBound{Kind: "unbounded following"}}
	a := ref(in.cols[0])
	n := &plan.Window{Input: in, OrderBy: []expr.SortKey{{Expr: a}}}
	for _, c := range []plan.WindowCall{
		{Fn: "row_number"}, {Fn: "ntile", Args: []expr.Expr{intConst(2)}}, {Fn: "lag", Args: []expr.Expr{a}},
		{Fn: "lead", Args: []expr.Expr{a, intConst(2), intConst(0)}}, {Fn: "first_value", Args: []expr.Expr{a}},
		{Fn: "last_value", Args: []expr.Expr{a}}, {Fn: "nth_value", Args: []expr.Expr{a, intConst(2)}},
	} {
		c.Col, c.Frame = column(c.Fn, types.Int8), all
		n.Calls = append(n.Calls, c)
	}
	sameRows(t, "functions", show(collect(t, n, newRun())), []string{
		"1|1|1|∅|3|1|5|2|", "2|2|1|1|4|1|5|2|", "3|3|1|2|5|1|5|2|", "4|4|2|3|0|1|5|2|", "5|5|2|4|0|1|5|2|",
	}, true)
}

// TestSortedWindow: input that is in order needs no sort and gives the same.
func TestSortedWindow(t *testing.T) {
	rows := randomRows(77, 5000, 40)
	sort.SliceStable(rows, func(i, j int) bool {
		if d := compareNull(rows[i][0], rows[j][0], expr.Comparer(types.Int8), false, false); d != 0 {
			return d < 0
		}
		return compareNull(rows[i][2], rows[j][2], expr.Comparer(types.Float8), false, false) < 0
	})
	in := rowsInput(rows)
	running := plan.Frame{Mode: "rows", Start: plan.FrameBound{Kind: "unbounded preceding"}, End: plan.FrameBound{Kind: "current row"}}
	sum := aggregateOf(t, "count", ref(in.cols[1]))
	call := func(fn string, args ...expr.Expr) plan.WindowCall {
		return plan.WindowCall{Fn: fn, Args: args, Col: column(fn, types.Int8)}
	}
	stream := []plan.WindowCall{call("row_number"), call("rank"), call("dense_rank"), {Agg: sum, Frame: running, Col: column("s", sum.Typ)}}
	for _, calls := range [][]plan.WindowCall{stream, append(stream, call("lead", ref(in.cols[0])))} {
		n := &plan.Window{Input: in, Partition: []expr.Expr{ref(in.cols[0])}, OrderBy: []expr.SortKey{{Expr: ref(in.cols[2])}}, Calls: calls}
		want := show(collect(t, n, newRun()))
		sorted := *n
		sorted.Sorted = true
		for _, limit := range []int64{0, 60_000} {
			r := tightRun(limit)
			sameRows(t, "sorted window", show(collect(t, &sorted, r)), want, true)
		}
	}
}

// TestManyRowsAtOnce: running and sliding aggregates that take many rows at
// once give what those with a FILTER, which take them one by one, give.
func TestManyRowsAtOnce(t *testing.T) {
	frames := []plan.Frame{
		{Mode: "rows", Start: plan.FrameBound{Kind: "unbounded preceding"}, End: plan.FrameBound{Kind: "current row"}},
		{Mode: "rows", Start: plan.FrameBound{Kind: "preceding", Offset: intConst(9)}, End: plan.FrameBound{Kind: "current row"}},
		{Mode: "rows", Start: plan.FrameBound{Kind: "preceding", Offset: intConst(70)}, End: plan.FrameBound{Kind: "preceding", Offset: intConst(3)}},
		{Mode: "rows", Start: plan.FrameBound{Kind: "following", Offset: intConst(2)}, End: plan.FrameBound{Kind: "following", Offset: intConst(5)}},
	}
	for _, nulls := range []bool{false, true} {
		rows := randomRows(51, 4000, 30)
		for i := range rows {
			for c := range rows[i] {
				if !nulls && rows[i][c].IsNull() {
					rows[i][c] = []types.Value{types.NewInt(3), types.NewText("x"), types.NewFloat(1.5)}[c]
				}
			}
			rows[i] = append(rows[i], types.NewInt(int64(i)))
		}
		in := rowsInput(rows)
		in.cols = append(in.cols, column("i", types.Int8))
		for f, frame := range frames {
			n := &plan.Window{Input: in, Partition: []expr.Expr{ref(in.cols[0])}, OrderBy: []expr.SortKey{{Expr: ref(in.cols[3])}}}
			for _, name := range []string{"count", "sum", "avg", "max"} {
				for _, arg := range []int{2, 3} {
					for _, filtered := range []bool{false, true} {
						a := aggregateOf(t, name, ref(in.cols[arg]))
						if filtered {
							a.Filter = konst(types.NewBool(true), types.Bool)
						}
						n.Calls = append(n.Calls, plan.WindowCall{Agg: a, Frame: frame, Col: column("x", a.Typ)})
					}
				}
			}
			for _, r := range []*Run{newRun(), tightRun(50_000)} {
				for _, row := range collect(t, n, r) {
					for c := 4; c < len(row); c += 2 {
						if row[c] != row[c+1] {
							t.Fatalf("frame %d, nulls %v, call %d: %v, row by row %v", f, nulls, c, row[c], row[c+1])
						}
					}
				}
			}
		}
	}
}
