package builtins

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

var testContext = &expr.Context{
	Env:           &types.Env{Zone: time.UTC},
	Now:           time.Date(2024, 3, 6, 12, 34, 56, 789000000, time.UTC),
	StatementTime: time.Date(2024, 3, 6, 12, 34, 57, 0, time.UTC),
}

// concrete picks a type for a parameter.
func concrete(t typ) typ {
	switch {
	case t.Is(types.AnyElement), t.Is(types.Any), t.Is(expr.AnyNonArray):
		return types.Integer
	case t.Is(types.AnyArray):
		return types.ArrayOf(types.Integer)
	case t.Is(types.AnyEnum):
		return &types.Type{OID: 90000, Kind: types.KindEnum, Category: 'E', Name: "mood", Display: "mood", Labels: []string{"sad", "ok", "happy"}, Mod: -1}
	case t.Is(types.RecordType):
		return &types.Type{OID: 2249, Kind: types.KindRecord, Category: 'P', Name: "record", Display: "record", Mod: -1,
			Fields: []types.Field{{Name: "a", Type: types.Integer}, {Name: "b", Type: types.Text}}}
	}
	return t
}

var sampleTexts = []string{"", "a", "abc", "Hello World", "año", "日本語", "a_b%c", "year", "hex", "%s-%I", "x,y,z", "12", "2024-03-06", "now", "+1 day", "[a-c]+", `\`, "UTC"}

// randomValue makes a value of a type, sometimes an extreme one.
func randomValue(r *rand.Rand, t typ) value {
	pick := func(xs ...int64) int64 { return xs[r.IntN(len(xs))] }
	switch t.Kind {
	case types.KindBool:
		return types.NewBool(r.IntN(2) == 0)
	case types.KindInt:
		n := pick(0, 1, -1, 2, 3, 7, r.Int64N(1000)-500, int64(int16(r.Uint64())))
		if r.IntN(20) == 0 {
			switch t.Width {
			case 2:
				n = pick(math.MaxInt16, math.MinInt16)
			case 4:
				n = pick(math.MaxInt32, math.MinInt32)
			default:
				n = pick(math.MaxInt64, math.MinInt64, 1<<40)
			}
		}
		return types.NewInt(n)
	case types.KindFloat:
		fs := []float64{0, 1, -1, 0.5, -2.25, 1e10, math.NaN(), math.Inf(1), math.Inf(-1), r.Float64()*200 - 100}
		return types.NewFloat(fs[r.IntN(len(fs))])
	case types.KindNumeric:
		if r.IntN(15) == 0 {
			v, _ := types.ParseNumeric([]string{"NaN", "123456789012345678901234567890.5", "-99999999999999999999", "0.000000000000000000001"}[r.IntN(4)])
			return v
		}
		return types.NewNumeric(pick(0, 1, -1, r.Int64N(100000)-50000), int(pick(0, 0, 2, 2, 5)))
	case types.KindText, types.KindJSON:
		return value{K: t.Kind, S: sampleTexts[r.IntN(len(sampleTexts))]}
	case types.KindBytes:
		return types.NewBytes(sampleTexts[r.IntN(len(sampleTexts))])
	case types.KindUUID:
		return value{K: t.Kind, I: pick(0, 1, -5), J: pick(0, 1, -5)}
	case types.KindDate:
		return types.NewDate(pick(0, 1, -1, 8831, 59, -730000, r.Int64N(20000)-10000))
	case types.KindTime:
		return types.NewTime(r.Int64N(day))
	case types.KindTimeTZ:
		return types.NewTimeTZ(r.Int64N(day), int(pick(0, 3600, -7200)))
	case types.KindTimestamp, types.KindTimestampTZ:
		us := pick(0, r.Int64N(1e15), -r.Int64N(1e15), 763130096123456)
		if r.IntN(20) == 0 {
			us = pick(math.MaxInt64, math.MinInt64)
		}
		return value{K: t.Kind, I: us}
	case types.KindInterval:
		return types.NewInterval(int32(pick(0, 1, -3, 14)), int32(pick(0, 1, -40, 35)), pick(0, 1, -1500000, 90*minute, 30*hour))
	case types.KindEnum:
		return value{K: t.Kind, I: int64(r.IntN(3))}
	case types.KindBit:
		return types.NewBit(8, []byte{byte(r.Uint32())})
	case types.KindArray:
		n := r.IntN(4)
		elems := make([]value, n)
		for i := range elems {
			if r.IntN(5) > 0 {
				elems[i] = randomValue(r, t.Elem)
			}
		}
		return types.NewArray(elems, t.Elem)
	case types.KindRecord:
		return types.MakeRecord(t, []value{randomValue(r, types.Integer), randomValue(r, types.Text)})
	case types.KindJSONB:
		v, _ := types.ParseJSONB(`{"a": [1, 2, "x"]}`)
		return v
	}
	return types.Null
}

func same(a, b value) bool {
	if a.K == types.KindFloat && b.K == types.KindFloat {
		x, y := a.Float(), b.Float()
		return x == y || x != x && y != y
	}
	return a == b
}

// safe keeps out what needs a session, waits, or makes huge values.
func safe(f *expr.Func) bool {
	switch f.Name {
	case "pg_sleep", "factorial", "!!", "repeat", "lpad", "rpad", "zeroblob", "array_fill", "exp", "power", "pow", "^":
		return false
	}
	return f.Volatility != expr.Volatile
}

func TestScalarAndVectorizedAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	all := expr.All()
	for _, f := range append(all.Functions, all.Operators...) {
		if !safe(f) {
			continue
		}
		for round := 0; round < 3; round++ {
			checkFunction(t, r, f, round)
		}
	}
}

// checkFunction runs one function over a random batch in both forms.
func checkFunction(t *testing.T, r *rand.Rand, f *expr.Func, round int) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Fatalf("%s%s: panic %v", f.Name, signature(f), p)
		}
	}()
	const n = 40
	b := &vector.Batch{N: n}
	call := &expr.Call{Fn: f, Pos: -1}
	var ts args
	for i, p := range f.Args {
		p = concrete(p)
		ts = append(ts, p)
		v := vector.New(p, n)
		for k := 0; k < n; k++ {
			if r.IntN(6) == 0 {
				v.SetNull(k)
			} else {
				v.Set(k, randomValue(r, p))
			}
		}
		b.Cols = append(b.Cols, v)
		if round == 2 && i > 0 {
			call.Args = append(call.Args, &expr.Const{Typ: p, Val: randomValue(r, p)})
		} else {
			call.Args = append(call.Args, &expr.Column{ID: expr.ColumnID(i), Typ: p})
		}
	}
	call.Typ = f.Ret
	if f.RetFn != nil {
		call.Typ = f.RetFn(ts)
	}
	call.Typ = concrete(call.Typ)
	if round > 0 {
		for k := 0; k < n; k += 1 + r.IntN(4) {
			b.Sel = append(b.Sel, int32(k))
		}
	}
	compare(t, call, b)
}

func signature(f *expr.Func) string {
	s := "("
	for _, a := range f.Args {
		s += a.Display + ","
	}
	return s + ")"
}

// compare evaluates an expression both ways at the selected rows.
func compare(t *testing.T, e expr.Expr, b *vector.Batch) {
	t.Helper()
	comp := &expr.Compiler{Slot: func(id expr.ColumnID) int { return int(id) }}
	scalar, err := comp.Scalar(e)
	if err != nil {
		return // what cannot be evaluated cannot be in either form
	}
	vectorized, err := comp.Vectorized(e)
	if err != nil {
		t.Fatalf("%s: scalar compiles, vectorized: %v", expr.String(e), err)
	}
	out, vecErr := vectorized.Eval(testContext, b)
	row := make([]value, len(b.Cols))
	for k := 0; k < b.Len(); k++ {
		i := b.Row(k)
		for c := range row {
			row[c] = b.Cols[c].Value(i)
		}
		want, err := scalar(testContext, row)
		if err != nil {
			if vecErr == nil {
				t.Errorf("%s: scalar fails at %s: %v; vectorized does not", expr.String(e), show(row), err)
			}
			return
		}
		if vecErr == nil && !same(want, out.Value(i)) {
			t.Errorf("%s at %s: scalar %+v, vectorized %+v", expr.String(e), show(row), want, out.Value(i))
			return
		}
	}
	if vecErr != nil {
		t.Errorf("%s: vectorized fails: %v; scalar does not", expr.String(e), vecErr)
	}
}

func show(row []value) string { return fmt.Sprintf("%+v", row) }
