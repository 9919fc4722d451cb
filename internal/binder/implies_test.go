package binder

import (
	"math/rand"
	"testing"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

var (
	impliesA = &expr.Column{ID: 1, Typ: types.Int4, Name: "a"}
	impliesB = &expr.Column{ID: 2, Typ: types.Int4, Name: "b"}
)

func four(n int64) *expr.Const { return &expr.Const{Val: types.NewInt(n), Typ: types.Int4} }

// TestImplies has pairs that PostgreSQL 15 decides the same way, asked with
// CREATE UNIQUE INDEX … WHERE want and ON CONFLICT … WHERE have.
func TestImplies(t *testing.T) {
	a, b := impliesA, impliesB
	cmp := func(x expr.Expr, op expr.CompareOp, n int64) expr.Expr {
		return &expr.Compare{Op: op, A: x, B: four(n)}
	}
	and := func(e ...expr.Expr) expr.Expr { return &expr.And{Args: e} }
	or := func(e ...expr.Expr) expr.Expr { return &expr.Or{Args: e} }
	in := func(not bool, n ...int64) expr.Expr {
		x := &expr.In{Arg: a, Negated: not}
		for _, v := range n {
			x.List = append(x.List, four(v))
		}
		return x
	}
	null, given := &expr.IsNull{Arg: a}, &expr.IsNull{Arg: a, Negated: true}
	for i, c := range []struct {
		have, want expr.Expr
		yes        bool
	}{
		{cmp(a, expr.GT, 20), cmp(a, expr.GT, 10), true},
		{cmp(a, expr.GT, 10), cmp(a, expr.GT, 20), false},
		{cmp(a, expr.GE, 10), cmp(a, expr.GT, 10), false},
		{cmp(a, expr.GT, 20), cmp(b, expr.GT, 10), false},
		{&expr.Compare{Op: expr.LT, A: four(20), B: a}, cmp(a, expr.GT, 10), true},
		{cmp(a, expr.EQ, 5), in(false, 4, 5), true},
		{in(false, 4, 5), cmp(a, expr.LT, 6), true},
		{in(false, 4, 6), cmp(a, expr.LT, 6), false},
		{in(false, 4, 5), in(true, 6, 7), true},
		{in(true, 6, 7), cmp(a, expr.NE, 7), true},
		{cmp(a, expr.NE, 7), given, true},
		{null, given, false},
		{given, null, false},
		{or(cmp(a, expr.GT, 1), null), given, false},
		{and(cmp(b, expr.EQ, 1), cmp(a, expr.GT, 1)), and(given, cmp(b, expr.LT, 2)), true},
		{cmp(a, expr.LT, 0), or(cmp(a, expr.LT, 1), cmp(b, expr.EQ, 3)), true},
		{or(cmp(a, expr.LT, 0), cmp(b, expr.EQ, 3)), or(cmp(b, expr.EQ, 3), cmp(a, expr.LT, 1)), true},
		{&expr.Compare{Op: expr.GT, A: a, B: &expr.Const{Val: types.Value{}, Typ: types.Int4}}, cmp(a, expr.GT, 1), false},
	} {
		if got := implies(c.have, c.want); got != c.yes {
			t.Errorf("pair %d: implied %v, want %v", i, got, c.yes)
		}
	}
}

// TestImpliesIsSound looks for a row that has an implying condition true and
// the implied one not, over random conditions and every row.
func TestImpliesIsSound(t *testing.T) {
	r := rand.New(rand.NewSource(7))
	values := []types.Value{{}, types.NewInt(0), types.NewInt(1), types.NewInt(2), types.NewInt(3), types.NewInt(4)}
	found, rows := 0, 0
	for try := 0; try < 200000; try++ {
		have, want := randomCondition(r, 2), randomCondition(r, 2)
		if !implies(have, want) {
			continue
		}
		found++
		for _, x := range values {
			for _, y := range values {
				row := [2]types.Value{x, y}
				if truth(have, row) != 1 {
					continue
				}
				if rows++; truth(want, row) != 1 {
					t.Fatalf("row %v: %#v does not imply %#v", row, have, want)
				}
			}
		}
	}
	if found < 2000 || rows < 2000 {
		t.Fatalf("%d implications with %d rows: too few to say anything", found, rows)
	}
}

func randomCondition(r *rand.Rand, depth int) expr.Expr {
	col := []*expr.Column{impliesA, impliesB}[r.Intn(2)]
	k := r.Intn(7)
	if depth == 0 {
		k = r.Intn(4)
	}
	switch k {
	case 0:
		return &expr.IsNull{Arg: col, Negated: r.Intn(2) == 0}
	case 1:
		return &expr.In{Arg: col, List: []expr.Expr{four(r.Int63n(5)), four(r.Int63n(5))}, Negated: r.Intn(2) == 0}
	case 2:
		return &expr.Compare{Op: expr.CompareOp(r.Intn(6)), A: four(r.Int63n(5)), B: col}
	case 3:
		return &expr.Compare{Op: expr.CompareOp(r.Intn(6)), A: col, B: four(r.Int63n(5))}
	case 4:
		return &expr.Not{Arg: randomCondition(r, depth-1)}
	case 5:
		return &expr.Or{Args: []expr.Expr{randomCondition(r, depth-1), randomCondition(r, depth-1)}}
	}
	return &expr.And{Args: []expr.Expr{randomCondition(r, depth-1), randomCondition(r, depth-1)}}
}

// truth evaluates a condition of randomCondition: 1 true, 0 false, -1 unknown.
func truth(e expr.Expr, row [2]types.Value) int {
	value := func(e expr.Expr) types.Value {
		if c, ok := e.(*expr.Column); ok {
			return row[c.ID-1]
		}
		return e.(*expr.Const).Val
	}
	is := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	switch e := e.(type) {
	case *expr.IsNull:
		return is(value(e.Arg).IsNull() != e.Negated)
	case *expr.In:
		x := value(e.Arg)
		if x.IsNull() {
			return -1
		}
		return is((x == value(e.List[0]) || x == value(e.List[1])) != e.Negated)
	case *expr.Compare:
		x, y := value(e.A), value(e.B)
		if x.IsNull() || y.IsNull() {
			return -1
		}
		less, more := x.I < y.I, x.I > y.I
		return is([...]bool{!less && !more, less || more, less, !more, more, !less}[e.Op])
	case *expr.Not:
		if x := truth(e.Arg, row); x >= 0 {
			return 1 - x
		}
		return -1
	case *expr.Or:
		x, y := truth(e.Args[0], row), truth(e.Args[1], row)
		if x == 1 || y == 1 {
			return 1
		}
		return min(x, y)
	case *expr.And:
		x, y := truth(e.Args[0], row), truth(e.Args[1], row)
		if x == 0 || y == 0 {
			return 0
		}
		return min(x, y)
	}
	panic("no such condition")
}
