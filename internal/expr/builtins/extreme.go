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
		{"array_", types.AnyArray}, {"enum_", types.AnyEnum}, {"bpchar_", types.Char}, {"network_", types.Inet},
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
	for name, t := range map[string]typ{
		"btint2cmp": types.Int2, "btint4cmp": int4, "btint8cmp": int8, "btfloat4cmp": types.Float4, "btfloat8cmp": float8, "numeric_cmp": numeric,
		"bttextcmp": text, "btnamecmp": types.Name, "btcharcmp": types.CharByte, "bpcharcmp": types.Char, "byteacmp": types.Bytea,
		"btboolcmp": types.Bool, "btoidcmp": types.Oid, "uuid_cmp": types.UUID, "bitcmp": types.Bit, "varbitcmp": types.Varbit,
		"date_cmp": date, "time_cmp": clock, "timetz_cmp": clockTZ, "timestamp_cmp": timestamp, "timestamptz_cmp": timestampTZ, "interval_cmp": interval,
		"cash_cmp": types.Money, "network_cmp": inet, "macaddr_cmp": macaddr, "macaddr8_cmp": mac8, "jsonb_cmp": jsonbType,
		"enum_cmp": types.AnyEnum, "btarraycmp": types.AnyArray, "btrecordcmp": types.RecordType, "range_cmp": types.AnyRange, "multirange_cmp": types.AnyMultirange,
	} {
		expr.Register(&expr.Func{
			Name: name, Args: args{t, t}, Ret: int4, Source: "PostgreSQL", Doc: "-1, 0 or 1: how two values are ordered",
			EvalTyped: func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
				return types.NewInt(int64(types.Compare(a[0], a[1], expr.BaseType(call.Args[0])))), nil
			},
		})
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
