package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// The functions that PostgreSQL makes min, max and count of; aggregates that
// people define are made of them too.
func init() {
	for _, x := range []struct {
		name string
		t    typ
	}{
		{"int2", types.Int2}, {"int4", types.Int4}, {"int8", types.Int8}, {"float4", types.Float4}, {"float8", types.Float8},
		{"numeric_", types.Numeric}, {"text_", types.Text}, {"date_", types.Date}, {"time_", types.Time}, {"timetz_", types.TimeTZ},
		{"timestamp_", types.Timestamp}, {"timestamptz_", types.TimestampTZ}, {"interval_", types.Interval}, {"oid", types.Oid},
		{"array_", types.AnyArray}, {"enum_", types.AnyEnum}, {"bpchar_", types.Char},
	} {
		for _, larger := range []bool{true, false} {
			name := x.name + "smaller"
			if larger {
				name = x.name + "larger"
			}
			ret, larger := x.t, larger
			expr.Register(&expr.Func{
				Name: name, Args: args{x.t, x.t}, Ret: ret, Source: "PostgreSQL", Doc: "The larger or smaller of two values",
				EvalTyped: func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
					// Of equal values it is the second, as in PostgreSQL, but of char(n) the first.
					c := types.Compare(a[0], a[1], call.Args[0])
					if larger && c > 0 || !larger && c < 0 || c == 0 && call.Args[0].Is(types.Char) {
						return a[0], nil
					}
					return a[1], nil
				},
			})
		}
	}
	step := func(name string, by int64, params args) {
		expr.Register(&expr.Func{
			Name: name, Args: params, Ret: types.Int8, Source: "PostgreSQL", Doc: "The number after or before an integer",
			Eval: func(_ *expr.Context, a []value) (value, error) {
				n := a[0].I + by
				if (n > a[0].I) != (by > 0) {
					return types.Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "bigint out of range")
				}
				return types.NewInt(n), nil
			},
		})
	}
	step("int8inc", 1, args{types.Int8})
	step("int8dec", -1, args{types.Int8})
	step("int8inc_any", 1, args{types.Int8, types.Any})
	step("int8dec_any", -1, args{types.Int8, types.Any})
}
