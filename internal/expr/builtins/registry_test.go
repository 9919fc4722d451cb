package builtins

import (
	"testing"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

// TestRegistry checks what every entry has to have, and that no two take the
// same arguments.
func TestRegistry(t *testing.T) {
	all := expr.All()
	seen := map[string]bool{}
	check := func(kind, name string, params args, doc, source string) {
		key := kind + " " + name
		for _, p := range params {
			if p == nil {
				t.Fatalf("%s: parameter without type", key)
			}
			key += "," + p.Display
		}
		if seen[key] {
			t.Errorf("%s is registered twice", key)
		}
		seen[key] = true
		if doc == "" || source == "" {
			t.Errorf("%s has no documentation or source", key)
		}
	}
	for _, f := range all.Functions {
		check("function", f.Name, f.Args, f.Doc, f.Source)
		if f.Eval == nil && f.EvalTyped == nil {
			t.Errorf("function %s cannot be evaluated", f.Name)
		}
		if f.Ret == nil {
			t.Errorf("function %s has no result", f.Name)
		}
	}
	for _, f := range all.Operators {
		check("operator", f.Name, f.Args, f.Doc, f.Source)
	}
	for _, f := range all.Aggregates {
		check("aggregate", f.Name, f.Args, f.Doc, f.Source)
	}
	for _, f := range all.SetFuncs {
		check("set function", f.Name, f.Args, f.Doc, f.Source)
		if f.Open == nil && f.OpenTyped == nil && f.OpenColumns == nil {
			t.Errorf("set function %s cannot be opened", f.Name)
		}
	}
}

func rowsFrom(t *testing.T, name string, ts args, vals ...value) string {
	t.Helper()
	fn, coerced, cols, err := expr.ResolveSetFunc(name, ts)
	if err != nil {
		return err.Error()
	}
	for i := range vals {
		if cast, ok := types.FindCast(ts[i], coerced[i]); ok && !vals[i].IsNull() {
			if vals[i], err = cast.Apply(vals[i], coerced[i], testContext.Env); err != nil {
				return err.Error()
			}
		}
	}
	next, err := fn.OpenWith(coerced)(testContext, vals)
	if err != nil {
		return err.Error()
	}
	out := ""
	row := make([]value, len(cols))
	for {
		ok, err := next(row)
		if err != nil {
			return err.Error()
		}
		if !ok {
			return out
		}
		out += asText(row[0], cols[0].Type) + ";"
	}
}

func TestSetFunctions(t *testing.T) {
	n := func(i int64) value { return types.NewInt(i) }
	parse := func(s string, of typ) value {
		v, err := types.Parse(s, of, testContext.Env)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	ints := types.ArrayOf(types.Integer)
	for _, c := range []struct{ got, want string }{
		{rowsFrom(t, "generate_series", args{types.Integer, types.Integer}, n(1), n(3)), "1;2;3;"},
		{rowsFrom(t, "generate_series", args{types.Integer, types.Integer, types.Integer}, n(5), n(1), n(-2)), "5;3;1;"},
		{rowsFrom(t, "generate_series", args{types.Integer, types.Integer}, n(1), types.Null), ""},
		{rowsFrom(t, "generate_series", args{types.Timestamp, types.Timestamp, types.Interval}, parse("2024-01-31", types.Timestamp), parse("2024-04-01", types.Timestamp), parse("1 month", types.Interval)),
			"2024-01-31 00:00:00;2024-02-29 00:00:00;2024-03-29 00:00:00;"},
		{rowsFrom(t, "unnest", args{ints}, parse("{3,NULL,5}", ints)), "3;<null>;5;"},
		{rowsFrom(t, "generate_subscripts", args{ints, types.Integer}, parse("{3,4,5}", ints), n(1)), "1;2;3;"},
		{rowsFrom(t, "regexp_split_to_table", args{types.Text, types.Text}, types.NewText("a1b2c"), types.NewText("[0-9]")), "a;b;c;"},
		{rowsFrom(t, "string_to_table", args{types.Text, types.Text}, types.NewText("a,b"), types.NewText(",")), "a;b;"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

func BenchmarkScalar(b *testing.B) {
	row := []value{types.NewInt(42), types.NewText("abc")}
	comp := &expr.Compiler{Slot: func(id expr.ColumnID) int { return int(id) }}
	add, _, ret, err := expr.ResolveOperator("+", args{types.Int8, types.Int8})
	if err != nil {
		b.Fatal(err)
	}
	x := &expr.Column{ID: 0, Typ: types.Int8}
	s := &expr.Column{ID: 1, Typ: types.Text}
	ctx := &expr.Context{Params: []value{types.NewInt(42)}}
	for name, e := range map[string]expr.Expr{
		"int=const": &expr.Compare{Op: expr.EQ, A: x, B: &expr.Const{Typ: types.Int8, Val: types.NewInt(42)}},
		"int=param": &expr.Compare{Op: expr.EQ, A: x, B: &expr.Param{Typ: types.Int8}},
		"text=text": &expr.Compare{Op: expr.EQ, A: s, B: &expr.Const{Typ: types.Text, Val: types.NewText("abd")}},
		"int+param": &expr.Call{Fn: add, Args: []expr.Expr{x, &expr.Param{Typ: types.Int8}}, Typ: ret, Pos: -1},
	} {
		f, err := comp.Scalar(e)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; i < b.N; i++ {
				if _, err := f(ctx, row); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
