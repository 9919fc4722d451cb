package exec

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
	"github.com/zqlite/zqlite/internal/vfs"
)

// countingFS counts the temporary files that are open, and fails writing to
// them after a number of writes.
type countingFS struct {
	vfs.FS
	open, made atomic.Int64
	writes     atomic.Int64
	failAfter  int64 // writes; 0: never
}

type countedFile struct {
	vfs.File
	fs *countingFS
}

var errDiskFull = errors.New("no space left")

func (f *countingFS) TempFile(dir string) (vfs.File, error) {
	t, err := f.FS.TempFile(dir)
	if err != nil {
		return nil, err
	}
	f.open.Add(1)
	f.made.Add(1)
	return &countedFile{t, f}, nil
}

func (f *countedFile) WriteAt(b []byte, at int64) (int, error) {
	if n := f.fs.writes.Add(1); f.fs.failAfter > 0 && n > f.fs.failAfter {
		return 0, errDiskFull
	}
	return f.File.WriteAt(b, at)
}

func (f *countedFile) Close() error {
	f.fs.open.Add(-1)
	return f.File.Close()
}

// failingNode passes some batches on and then fails.
type failingNode struct {
	plan.Node
	after int
}

type failingOp struct {
	Operator
	after, at int
}

var errInput = errors.New("the input failed")

func (n *failingNode) source() Operator {
	return &failingOp{Operator: n.Node.(sourceNode).source(), after: n.after}
}

func (o *failingOp) Open(r *Run) error {
	o.at = 0
	return o.Operator.Open(r)
}

func (o *failingOp) Next(r *Run) (*vector.Batch, error) {
	if o.at++; o.at > o.after {
		return nil, errInput
	}
	return o.Operator.Next(r)
}

// wide is rows (id, few, text of 60 bytes, amount).
func wide(n int) *columnsNode {
	x := million(n)
	rows := newStore(columnTypes(x.cols))
	b := vector.Batch{Cols: emptyVectors(len(x.cols))}
	for at := 0; at < n; at += vector.Size {
		k := min(vector.Size, n-at)
		window(&b, x.rows.cols, at, k)
		texts := vector.New(types.Text, k)
		for i := range texts.S {
			texts.S[i] = fmt.Sprintf("%030d%s", b.Cols[0].I[i]*31%int64(n), strings.Repeat("x", 30))
		}
		rows.append(&vector.Batch{Cols: []*vector.Vector{b.Cols[0], b.Cols[1], texts, b.Cols[3]}, N: k})
	}
	x.rows = rows
	return x
}

// spillingPlans are plans whose operators hold all of their input, by name.
// wrap stands between the input and them.
func spillingPlans(t testing.TB, n int, wrap func(plan.Node) plan.Node) map[string]plan.Node {
	a, b := wide(n), wide(n)
	id, few, text, amount := ref(a.cols[0]), ref(a.cols[1]), ref(a.cols[2]), ref(a.cols[3])
	left, right := wrap(a), wrap(b)
	out := map[string]plan.Node{
		"sort":     &plan.Sort{Input: left, Keys: []expr.SortKey{{Expr: text, Desc: true}}},
		"top":      &plan.Sort{Input: left, Keys: []expr.SortKey{{Expr: text}}, Limit: &plan.Limit{Count: intConst(int64(n / 2))}},
		"distinct": &plan.Distinct{Input: left},
	}
	group := func(name string, keys []*expr.Column, calls ...*expr.Aggregate) {
		g := &plan.Aggregate{Input: left}
		for _, k := range keys {
			g.Groups = append(g.Groups, plan.Item{Col: column("g", k.Typ), Expr: k})
		}
		for _, c := range calls {
			g.Aggs = append(g.Aggs, plan.AggItem{Col: column("x", c.Typ), Agg: c})
		}
		out[name] = g
	}
	distinct := aggregateOf(t, "count", text)
	distinct.Distinct = true
	joined := aggregateOf(t, "string_agg", text, konst(types.NewText(","), types.Text))
	joined.OrderBy = []expr.SortKey{{Expr: text, Desc: true}}
	plain := aggregateOf(t, "string_agg", text, konst(types.NewText(","), types.Text))
	median := aggregateOf(t, "percentile_disc", konst(types.NewFloat(0.5), types.Float8), text)
	median.Typ = types.Text
	median.OrderBy = []expr.SortKey{{Expr: text}}
	group("groups", []*expr.Column{id, text}, aggregateOf(t, "sum", amount))
	group("count distinct", nil, distinct)
	group("count distinct by key", []*expr.Column{few}, distinct, aggregateOf(t, "count"))
	group("ordered aggregate", []*expr.Column{amount}, joined)
	group("collecting aggregate", []*expr.Column{amount}, plain)
	group("percentile", nil, median)

	windowed := func(name string, part []expr.Expr, key expr.Expr, calls ...plan.WindowCall) {
		for i := range calls {
			calls[i].Col = column("w", types.Int8)
			if calls[i].Agg != nil {
				calls[i].Col.Type = calls[i].Agg.Typ
			} else if len(calls[i].Args) > 0 {
				calls[i].Col.Type = calls[i].Args[0].Type()
			}
		}
		out[name] = &plan.Window{Input: left, Partition: part, OrderBy: []expr.SortKey{{Expr: key}}, Calls: calls}
	}
	rows := plan.Frame{Mode: "rows", Start: plan.FrameBound{Kind: "unbounded preceding"}, End: plan.FrameBound{Kind: "current row"}}
	sliding := plan.Frame{Mode: "rows", Start: plan.FrameBound{Kind: "preceding", Offset: intConst(20)}, End: plan.FrameBound{Kind: "current row"}, Exclude: "ties"}
	near := plan.Frame{Mode: "range", Start: plan.FrameBound{Kind: "preceding", Offset: intConst(20)}, End: plan.FrameBound{Kind: "following", Offset: intConst(20)}}
	all := plan.Frame{Mode: "rows", Start: plan.FrameBound{Kind: "unbounded preceding"}, End: plan.FrameBound{Kind: "unbounded following"}}
	windowed("running window", nil, text, plan.WindowCall{Fn: "row_number"}, plan.WindowCall{Agg: aggregateOf(t, "sum", id), Frame: rows})
	windowed("large partitions", []expr.Expr{few}, text, plan.WindowCall{Fn: "lag", Args: []expr.Expr{text}},
		plan.WindowCall{Fn: "last_value", Args: []expr.Expr{text}, Frame: all}, plan.WindowCall{Agg: aggregateOf(t, "max", text), Frame: all})
	windowed("frames", nil, id, plan.WindowCall{Agg: aggregateOf(t, "count", id), Frame: sliding},
		plan.WindowCall{Agg: aggregateOf(t, "sum", id), Frame: near}, plan.WindowCall{Fn: "nth_value", Args: []expr.Expr{text, intConst(50)}, Frame: all})

	join := func(name string, kind plan.JoinKind, on ...expr.Expr) {
		out[name] = &plan.Join{Kind: kind, Left: left, Right: right, On: on}
	}
	sameText := compare(expr.EQ, text, ref(b.cols[2]))
	sameFew := compare(expr.EQ, few, ref(b.cols[1]))
	close := compare(expr.EQ, plusOne(t, id), ref(b.cols[0]))
	join("inner join", plan.InnerJoin, sameText)
	join("full join", plan.FullJoin, sameText, close)
	join("not in", plan.NullAntiJoin, sameText)
	join("left join of few keys", plan.LeftJoin, sameFew, close)
	join("full join of few keys", plan.FullJoin, sameFew, close)
	join("semi join of few keys", plan.SemiJoin, sameFew, close)
	join("anti join of few keys", plan.AntiJoin, sameFew, close)

	cols := func() []plan.Column {
		var list []plan.Column
		for _, c := range a.cols {
			list = append(list, column(c.Name, c.Type))
		}
		return list
	}
	for name, kind := range map[string]plan.SetOpKind{"union": plan.Union, "intersect": plan.Intersect, "except": plan.Except} {
		for _, every := range []bool{false, true} {
			out[fmt.Sprintf("%s %v", name, every)] = &plan.SetOp{Kind: kind, All: every, Cols: cols(),
				Ins: []plan.Node{left, &plan.Filter{Input: right, Conds: []expr.Expr{compare(expr.LT, ref(b.cols[1]), intConst(5))}}}}
		}
	}
	cte := &plan.CTE{Name: "c", Plan: left}
	first, second := cols(), cols()
	out["materialized"] = &plan.With{CTEs: []*plan.CTE{cte}, Body: &plan.Join{Kind: plan.InnerJoin,
		Left: &plan.CTEScan{CTE: cte, Cols: first}, Right: &plan.CTEScan{CTE: cte, Cols: second},
		On: []expr.Expr{compare(expr.EQ, ref(first[0]), ref(second[0]))}}}
	rec := &plan.CTE{Name: "r"}
	work := cols()
	step := &plan.Project{Input: &plan.Filter{Input: &plan.CTEScan{CTE: rec, Cols: work, Working: true},
		Conds: []expr.Expr{compare(expr.LT, ref(work[1]), intConst(12))}}}
	for i, c := range work {
		e := expr.Expr(ref(c))
		if i == 1 {
			e = plusOne(t, e)
		}
		step.Items = append(step.Items, plan.Item{Col: column("c", c.Type), Expr: e})
	}
	rec.Recursive = &plan.Recursion{Base: left, Step: step, Cols: cols()}
	out["recursion"] = &plan.With{CTEs: []*plan.CTE{rec}, Body: &plan.CTEScan{CTE: rec, Cols: cols()}}
	return out
}

func same(n plan.Node) plan.Node { return n }

// TestSpilledAnswers: little memory changes nothing but the way.
func TestSpilledAnswers(t *testing.T) {
	const n, limit = 6000, 120 << 10
	for name, p := range spillingPlans(t, n, same) {
		want := show(collect(t, p, newRun()))
		fs := &countingFS{FS: vfs.Memory()}
		r := tightRun(limit)
		r.FS = fs
		rows, err := runPlan(p, r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		sameRows(t, name, show(rows), want, name == "sort" || name == "top")
		if fs.made.Load() == 0 && name != "union true" {
			t.Errorf("%s: nothing was spilled", name)
		}
		if fs.open.Load() != 0 || r.Memory.used != 0 {
			t.Errorf("%s: %d files are open, %d bytes charged", name, fs.open.Load(), r.Memory.used)
		}
		// With so little a batch or two per operator count for most.
		if r.Memory.Peak > limit+768<<10 {
			t.Errorf("%s: %d bytes were held, the limit is %d", name, r.Memory.Peak, limit)
		}
	}
}

func runPlan(p plan.Node, r *Run) ([][]types.Value, error) {
	prog, err := Prepare(p)
	if err != nil {
		return nil, err
	}
	return runProgram(prog, r)
}

// TestSpillEnds: temporary files and charges go on every path.
func TestSpillEnds(t *testing.T) {
	const n, limit = 6000, 120 << 10
	check := func(name string, fs *countingFS, r *Run) {
		t.Helper()
		if fs.open.Load() != 0 || r.Memory.used != 0 {
			t.Errorf("%s: %d files are open, %d bytes charged", name, fs.open.Load(), r.Memory.used)
		}
	}
	start := func() (*countingFS, *Run) {
		fs, r := &countingFS{FS: vfs.Memory()}, tightRun(limit)
		r.FS = fs
		return fs, r
	}
	for name, p := range spillingPlans(t, n, func(n plan.Node) plan.Node { return &failingNode{n, 5} }) {
		fs, r := start()
		if _, err := runPlan(p, r); !errors.Is(err, errInput) {
			t.Errorf("%s: %v", name, err)
		}
		check(name+", input fails", fs, r)
	}
	for name, p := range spillingPlans(t, n, same) {
		prog, err := Prepare(p)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			fs, r := start()
			e, err := prog.Start(r)
			if err == nil {
				_, err = e.Next() // one batch is wanted
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			e.Close()
			check(fmt.Sprintf("%s, closed early, run %d", name, i), fs, r)
		}
		for _, after := range []int64{1, 7, 40} {
			fs, r := start()
			fs.failAfter = after
			if _, err := runProgram(prog, r); err != nil && sqlerr.Code(err) != sqlerr.DiskFull {
				t.Errorf("%s, no space after %d writes: %v", name, after, err)
			}
			check(name+", no space", fs, r)
		}
		fs, r := start()
		ctx, cancel := context.WithCancel(context.Background())
		r.Ctx = ctx
		count := 0
		e, err := prog.Start(r)
		for err == nil {
			var b *vector.Batch
			if b, err = e.Next(); b == nil {
				break
			}
			if count++; count == 2 {
				cancel()
			}
		}
		cancel()
		if count >= 2 && err != nil && sqlerr.Code(err) != sqlerr.QueryCanceled {
			t.Errorf("%s, canceled: %v", name, err)
		}
		if e != nil {
			e.Close()
		}
		check(name+", canceled", fs, r)
	}
}

// watchedContext notes the longest time, of this process's processors, during
// which nobody asked whether it has ended.
type watchedContext struct {
	context.Context
	last, longest time.Duration
}

func (c *watchedContext) Err() error {
	now := processorTime()
	if c.last > 0 {
		c.longest = max(c.longest, now-c.last)
	}
	c.last = now
	return nil
}

// TestCancelSoon: every operator looks for cancellation at least every 100 ms
// of work, with memory and without.
func TestCancelSoon(t *testing.T) {
	if processorTime() == 0 {
		t.Skip("no processor time here")
	}
	n := 20_000
	if os.Getenv("ZQLITE_LONG") != "" {
		n = 400_000
	}
	for name, p := range spillingPlans(t, n, same) {
		if strings.HasSuffix(name, "of few keys") {
			continue // n*n/10 pairs: see below
		}
		watchRun(t, name, p)
	}
	for name, p := range spillingPlans(t, n/10, same) {
		if strings.HasSuffix(name, "of few keys") {
			watchRun(t, name, p)
		}
	}
}

// watchRun runs a plan and measures. The processor time is that of the whole
// process, the collector's and that of ended tests included, so only what is
// slow three times is slow.
func watchRun(t *testing.T, name string, p plan.Node) {
	t.Helper()
	prog, err := Prepare(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range []int64{0, 2 << 20} {
		best := time.Duration(math.MaxInt64)
		for try := 0; try < 3 && best > 100*time.Millisecond; try++ {
			best = min(best, longestUnwatched(t, name, prog, limit))
		}
		if best > 100*time.Millisecond {
			t.Errorf("%s with %d bytes: nobody looked for %v", name, limit, best)
		}
	}
}

func longestUnwatched(t *testing.T, name string, prog *Program, limit int64) time.Duration {
	t.Helper()
	r := tightRun(limit)
	ctx := &watchedContext{Context: context.Background()}
	r.Ctx = ctx
	e, err := prog.Start(r)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer e.Close()
	for {
		b, err := e.Next()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if b == nil {
			return ctx.longest
		}
	}
}
