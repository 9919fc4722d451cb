package exec

import (
	"context"
	"math/rand"
	"testing"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/vfs"
)

// TestRecursionSplitsAgain: partitions of a recursive UNION that outgrow the
// budget are split, so that it holds however many rows there are.
func TestRecursionSplitsAgain(t *testing.T) {
	const n, limit = 9000, 120 << 10
	p := spillingPlans(t, n, same)["recursion"]
	want := show(collect(t, p, newRun()))
	fs := &countingFS{FS: vfs.Memory()}
	r := tightRun(limit)
	r.FS = fs
	rows, err := runPlan(p, r)
	if err != nil {
		t.Fatal(err)
	}
	sameRows(t, "recursion", show(rows), want, false)
	if r.Memory.Peak > limit+768<<10 {
		t.Errorf("%d bytes were held, the limit is %d", r.Memory.Peak, limit)
	}
	if fs.open.Load() != 0 || r.Memory.used != 0 {
		t.Errorf("%d files are open, %d bytes charged", fs.open.Load(), r.Memory.used)
	}
}

// TestSpilledSetOpsOfAnySize compares INTERSECT and EXCEPT with a model that
// counts, for random sizes, numbers of different rows and budgets.
func TestSpilledSetOpsOfAnySize(t *testing.T) {
	rng := rand.New(rand.NewSource(5))
	for round := range 40 {
		left := randomRows(rng.Int63(), rng.Intn(6000), 1+rng.Intn(30))
		right := randomRows(rng.Int63(), rng.Intn(6000), 1+rng.Intn(30))
		limit := int64(4<<10) << rng.Intn(6)
		for _, kind := range []plan.SetOpKind{plan.Intersect, plan.Except} {
			for _, all := range []bool{false, true} {
				l := rowsInput(left)
				p := &plan.SetOp{Kind: kind, All: all, Ins: []plan.Node{l, rowsInput(right)}, Cols: l.Columns()}
				rows, err := runPlan(p, tightRun(limit))
				if err != nil {
					t.Fatal(err)
				}
				got := show(rows)
				sameRows(t, "set operation", got, setOpModel(kind, all, show(left), show(right)), false)
				if t.Failed() {
					t.Fatalf("round %d: kind %v, all %v, %d and %d rows, limit %d", round, kind, all, len(left), len(right), limit)
				}
			}
		}
	}
}

func setOpModel(kind plan.SetOpKind, all bool, left, right []string) []string {
	counts := map[string]int{}
	for _, s := range right {
		counts[s]++
	}
	given := map[string]bool{}
	out := []string{}
	for _, s := range left {
		keep := counts[s] > 0 == (kind == plan.Intersect)
		if all {
			counts[s]--
		} else {
			keep = keep && !given[s]
			given[s] = true
		}
		if keep {
			out = append(out, s)
		}
	}
	return out
}

// cancelingFS cancels with the first write to a temporary file.
type cancelingFS struct {
	*countingFS
	cancel func()
}

type cancelingFile struct {
	vfs.File
	cancel func()
}

func (f *cancelingFS) TempFile(dir string) (vfs.File, error) {
	file, err := f.countingFS.TempFile(dir)
	return &cancelingFile{file, f.cancel}, err
}

func (f *cancelingFile) WriteAt(b []byte, at int64) (int, error) {
	f.cancel()
	return f.File.WriteAt(b, at)
}

// TestCancelWhileAJoinSpills: a table that moves to files stops moving.
func TestCancelWhileAJoinSpills(t *testing.T) {
	a, b := wide(30_000), wide(30_000)
	p := &plan.Join{Kind: plan.InnerJoin, Left: a, Right: b,
		On: []expr.Expr{compare(expr.EQ, ref(a.cols[0]), ref(b.cols[0]))}}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	fs := &countingFS{FS: vfs.Memory()}
	r := tightRun(2 << 20)
	r.FS, r.Ctx = &cancelingFS{fs, cancel}, ctx
	_, err := runPlan(p, r)
	if sqlerr.Code(err) != sqlerr.QueryCanceled {
		t.Fatal(err)
	}
	if n := fs.writes.Load(); n > 2*partitions {
		t.Errorf("%d writes after the cancellation", n)
	}
}
