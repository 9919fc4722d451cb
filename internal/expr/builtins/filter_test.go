package builtins

import (
	"math/rand/v2"
	"testing"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

var conditionColumns = []typ{types.Int8, types.Integer, types.Float8, types.Text, types.Numeric, types.Bool, types.UUID, types.Interval, types.Int2}

func randomBatch(r *rand.Rand, n int) *vector.Batch {
	b := &vector.Batch{N: n}
	for _, t := range append(conditionColumns, conditionColumns...) {
		v := vector.New(t, n)
		nulls := r.IntN(3) == 0
		for i := 0; i < n; i++ {
			if nulls && r.IntN(4) == 0 {
				v.SetNull(i)
			} else {
				v.Set(i, randomValue(r, t))
			}
		}
		b.Cols = append(b.Cols, v)
	}
	if r.IntN(2) == 0 {
		b.Sel = []int32{}
		for i := 0; i < n; i++ {
			if r.IntN(3) > 0 {
				b.Sel = append(b.Sel, int32(i))
			}
		}
	}
	return b
}

func operand(r *rand.Rand, kind int) expr.Expr {
	t := conditionColumns[kind]
	switch r.IntN(7) {
	case 0:
		return &expr.Const{Typ: t}
	case 6:
		return &expr.Param{Index: kind, Typ: t}
	case 1, 2:
		return &expr.Const{Typ: t, Val: randomValue(r, t)}
	case 3:
		return &expr.Coalesce{Typ: t, Args: []expr.Expr{column(r, kind), &expr.Const{Typ: t, Val: randomValue(r, t)}}}
	}
	return column(r, kind)
}

func column(r *rand.Rand, kind int) expr.Expr {
	id := kind
	if r.IntN(2) == 0 {
		id += len(conditionColumns)
	}
	return &expr.Column{ID: expr.ColumnID(id), Typ: conditionColumns[kind]}
}

// randomCondition makes a boolean expression of some depth.
func randomCondition(r *rand.Rand, depth int) expr.Expr {
	kind := r.IntN(len(conditionColumns))
	if depth > 0 {
		switch r.IntN(8) {
		case 0, 1:
			return &expr.And{Args: conditions(r, depth)}
		case 2, 3:
			return &expr.Or{Args: conditions(r, depth)}
		case 4:
			return &expr.Not{Arg: randomCondition(r, depth-1)}
		case 5:
			return &expr.Case{Typ: types.Bool, Else: randomCondition(r, depth-1),
				Whens: []expr.When{{Cond: randomCondition(r, depth-1), Then: randomCondition(r, depth-1)}}}
		case 6:
			return &expr.IsBool{Arg: randomCondition(r, depth-1), Want: types.NewBool(r.IntN(2) == 0), Negated: r.IntN(2) == 0}
		}
	}
	switch r.IntN(7) {
	case 0:
		return &expr.IsNull{Arg: operand(r, kind), Negated: r.IntN(2) == 0}
	case 1:
		return &expr.Distinct{A: operand(r, kind), B: operand(r, kind), Negated: r.IntN(2) == 0}
	case 2:
		in := &expr.In{Arg: operand(r, kind), Negated: r.IntN(2) == 0}
		for i := r.IntN(8); i >= 0; i-- {
			switch r.IntN(8) {
			case 0:
				in.List = append(in.List, operand(r, kind))
			case 1, 2:
				in.List = append(in.List, &expr.Param{Index: kind, Typ: conditionColumns[kind]})
			default:
				in.List = append(in.List, &expr.Const{Typ: conditionColumns[kind], Val: randomValue(r, conditionColumns[kind])})
			}
		}
		return in
	}
	return &expr.Compare{Op: expr.CompareOp(r.IntN(6)), A: operand(r, kind), B: operand(r, kind)}
}

func conditions(r *rand.Rand, depth int) []expr.Expr {
	list := make([]expr.Expr, 2+r.IntN(2))
	for i := range list {
		list[i] = randomCondition(r, depth-1)
	}
	return list
}

func TestFilterAgreesWithScalar(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for round := 0; round < 4000 && !t.Failed(); round++ {
		e := randomCondition(r, 3)
		b := randomBatch(r, 1+r.IntN(100))
		testContext.Params = nil
		for _, t := range conditionColumns {
			testContext.Params = append(testContext.Params, randomValue(r, t))
		}
		compare(t, e, b)
		checkFilter(t, e, b)
		folded := expr.Fold(e, testContext)
		compare(t, folded, b)
		checkSame(t, e, folded, b)
	}
}

func checkFilter(t *testing.T, e expr.Expr, b *vector.Batch) {
	t.Helper()
	comp := &expr.Compiler{Slot: func(id expr.ColumnID) int { return int(id) }}
	f, err := comp.Filter(e)
	if err != nil {
		t.Fatal(err)
	}
	s, err := comp.Scalar(e)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := f.Apply(testContext, b, make([]int32, b.N))
	if err != nil {
		t.Fatalf("%s: %v", expr.String(e), err)
	}
	row := make([]value, len(b.Cols))
	k := 0
	for n := 0; n < b.Len(); n++ {
		i := b.Row(n)
		for c := range row {
			row[c] = b.Cols[c].Value(i)
		}
		v, err := s(testContext, row)
		if err != nil {
			t.Fatal(err)
		}
		pass := !v.IsNull() && v.Bool()
		got := k < len(kept) && kept[k] == int32(i)
		if got != pass {
			t.Fatalf("%s: row %d %s: scalar %v, filter %v", expr.String(e), i, show(row), pass, got)
		}
		if got {
			k++
		}
	}
	if k != len(kept) {
		t.Fatalf("%s: filter kept rows that are not selected", expr.String(e))
	}
}

// checkSame compares two expressions that ought to be alike.
func checkSame(t *testing.T, a, b expr.Expr, batch *vector.Batch) {
	t.Helper()
	comp := &expr.Compiler{Slot: func(id expr.ColumnID) int { return int(id) }}
	sa, err := comp.Scalar(a)
	if err != nil {
		t.Fatal(err)
	}
	sb, err := comp.Scalar(b)
	if err != nil {
		t.Fatal(err)
	}
	row := make([]value, len(batch.Cols))
	for i := 0; i < batch.N; i++ {
		for c := range row {
			row[c] = batch.Cols[c].Value(i)
		}
		x, err1 := sa(testContext, row)
		y, err2 := sb(testContext, row)
		if err1 != nil || err2 != nil || !same(x, y) {
			t.Fatalf("%s folds to %s: %v, %v", expr.String(a), expr.String(b), x, y)
		}
	}
}

// TestLazy checks that operands are not evaluated where an earlier one has
// decided: invariant 3 of package expr.
func TestLazy(t *testing.T) {
	b := &vector.Batch{N: 4, Cols: []*vector.Vector{vector.New(types.Int8, 4)}}
	copy(b.Cols[0].I, []int64{0, 1, 0, 5})
	x := &expr.Column{ID: 0, Typ: types.Int8}
	number := func(n int64) expr.Expr { return &expr.Const{Typ: types.Int8, Val: types.NewInt(n)} }
	div, _, ret, err := expr.ResolveOperator("/", args{types.Int8, types.Int8})
	if err != nil {
		t.Fatal(err)
	}
	quotient := &expr.Call{Fn: div, Args: []expr.Expr{number(10), x}, Typ: ret, Pos: -1}
	zero := &expr.Compare{Op: expr.EQ, A: x, B: number(0)}
	large := &expr.Compare{Op: expr.GT, A: quotient, B: number(3)}
	for _, e := range []expr.Expr{
		&expr.And{Args: []expr.Expr{&expr.Not{Arg: zero}, large}},
		&expr.Or{Args: []expr.Expr{zero, large}},
		&expr.Case{Typ: types.Int8, Whens: []expr.When{{Cond: zero, Then: number(0)}}, Else: quotient},
		&expr.Coalesce{Typ: types.Bool, Args: []expr.Expr{zero, large}},
	} {
		compare(t, e, b)
		if e.Type() == types.Bool {
			checkFilter(t, e, b)
		}
	}
}

func BenchmarkKernels(b *testing.B) {
	batch := &vector.Batch{N: 1024, Cols: []*vector.Vector{vector.New(types.Int8, 1024), vector.New(types.Int8, 1024), vector.New(types.Text, 1024), vector.New(types.Numeric, 1024)}}
	r := rand.New(rand.NewPCG(5, 6))
	for i := 0; i < 1024; i++ {
		batch.Cols[0].I[i], batch.Cols[1].I[i] = r.Int64N(1000), r.Int64N(1000)
		batch.Cols[2].S[i] = sampleTexts[r.IntN(len(sampleTexts))]
		batch.Cols[3].I[i], batch.Cols[3].J[i] = r.Int64N(100000), 2
	}
	col := func(i int) expr.Expr { return &expr.Column{ID: expr.ColumnID(i), Typ: batch.Cols[i].Type} }
	k := func(n int64) expr.Expr { return &expr.Const{Typ: types.Int8, Val: types.NewInt(n)} }
	call := func(op string, a, c expr.Expr) expr.Expr {
		fn, _, ret, err := expr.ResolveOperator(op, args{a.Type(), c.Type()})
		if err != nil {
			b.Fatal(err)
		}
		return &expr.Call{Fn: fn, Args: []expr.Expr{a, c}, Typ: ret, Pos: -1}
	}
	text := func(s string) expr.Expr { return &expr.Const{Typ: types.Text, Val: types.NewText(s)} }
	comp := &expr.Compiler{Slot: func(id expr.ColumnID) int { return int(id) }}
	filters := map[string]expr.Expr{
		"filter/int-const": &expr.Compare{Op: expr.LT, A: col(0), B: k(500)},
		"filter/int-col":   &expr.Compare{Op: expr.LT, A: col(0), B: col(1)},
		"filter/between":   &expr.And{Args: []expr.Expr{&expr.Compare{Op: expr.GE, A: col(0), B: k(100)}, &expr.Compare{Op: expr.LE, A: col(0), B: k(500)}}},
		"filter/in":        &expr.In{Arg: col(0), List: []expr.Expr{k(1), k(5), k(700), k(900)}},
		"filter/like":      call("~~", col(2), text("a%")),
		"filter/text-eq":   &expr.Compare{Op: expr.EQ, A: col(2), B: text("abc")},
		"filter/numeric":   &expr.Compare{Op: expr.LT, A: col(3), B: &expr.Const{Typ: types.Numeric, Val: types.NewNumeric(50000, 2)}},
	}
	for name, e := range filters {
		f, err := comp.Filter(e)
		if err != nil {
			b.Fatal(err)
		}
		sel := make([]int32, 1024)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; i < b.N; i++ {
				if _, err := f.Apply(testContext, batch, sel); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/row")
		})
	}
	exprs := map[string]expr.Expr{
		"int-add": call("+", col(0), col(1)), "int-mul": call("*", col(0), col(1)), "int-div": call("/", col(0), k(7)),
		"numeric-add": call("+", col(3), col(3)), "numeric-mul": call("*", col(3), col(3)),
		"case": &expr.Case{Typ: types.Int8, Whens: []expr.When{{Cond: filters["filter/int-const"], Then: col(0)}}, Else: col(1)},
	}
	for name, e := range exprs {
		v, err := comp.Vectorized(e)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; i < b.N; i++ {
				if _, err := v.Eval(testContext, batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/row")
		})
	}
	for _, name := range []string{"sum", "count", "min", "avg"} {
		fn, _, ret, err := expr.ResolveAggregate(name, args{types.Int8})
		if err != nil {
			b.Fatal(err)
		}
		groups := make([]int32, 1024)
		for i := range groups {
			groups[i] = int32(r.IntN(100))
		}
		for _, grouped := range []bool{false, true} {
			acc := fn.New(testContext, args{types.Int8}, ret)
			acc.Resize(100)
			g := groups
			if !grouped {
				g = nil
			}
			b.Run(name+map[bool]string{true: "/grouped"}[grouped], func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; i < b.N; i++ {
					if err := acc.Update(g, batch.Cols[:1], nil, 1024); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/row")
			})
		}
	}
}
