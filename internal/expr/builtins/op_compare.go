package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	same := []typ{
		types.Bool, types.Int2, types.Integer, types.Int8, types.Oid, // the reg types compare as oid, which they become implicitly
		types.Float4, types.Float8, types.Numeric,
		types.Text, types.Char, types.Name, types.CharByte, types.Bytea, types.UUID,
		types.Date, types.Time, types.TimeTZ, types.Timestamp, types.TimestampTZ, types.Interval,
		types.Bit, types.Varbit, types.Money, types.Inet, types.Macaddr, types.Macaddr8Type, types.JSONB, types.AnyArray, types.AnyEnum, types.RecordType,
	}
	for _, t := range rangeTypes {
		same = append(same, t, t.Many)
	}
	for symbol, cmp := range expr.CompareOps {
		for _, t := range same {
			registerComparison(symbol, cmp, t)
		}
		registerMixed(symbol)
	}
}

// registerComparison registers a comparison of one type with itself. The
// binder makes Compare nodes; Eval serves those who call the operator.
func registerComparison(symbol string, cmp expr.CompareOp, t typ) {
	expr.RegisterOperator(comparison(symbol, cmp, t))
}

// comparison is the comparison of two values of a type.
func comparison(symbol string, cmp expr.CompareOp, t typ) *expr.Func {
	return &expr.Func{
		Name: symbol, Args: args{t, t}, Ret: types.Bool, IsCompare: true, Cmp: cmp,
		Doc: "Comparison", Source: "PostgreSQL",
		EvalTyped: func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			ta, tb := expr.BaseType(call.Args[0]), expr.BaseType(call.Args[1])
			if ta.Kind == types.KindRecord {
				return expr.CompareRows(cmp, ta, tb, a[0], a[1]), nil
			}
			return types.NewBool(cmp.Holds(types.Compare(a[0], a[1], ta))), nil
		},
	}
}

// registerMixed registers the comparisons of two types that PostgreSQL has
// operators for, and those of booleans with 0 and 1 and of numbers that came
// from SQLite code.
func registerMixed(symbol string) {
	groups := [][]typ{
		{types.Int2, types.Integer, types.Int8},
		{types.Float4, types.Float8},
		{types.Date, types.Timestamp, types.TimestampTZ},
	}
	for _, group := range groups {
		for i, a := range group {
			for j, b := range group {
				if i != j {
					expr.RegisterCompareAs(symbol, a, b, group[max(i, j)])
				}
			}
		}
	}
	expr.RegisterCompareAs(symbol, types.Name, types.Text, types.Text)
	expr.RegisterCompareAs(symbol, types.Text, types.Name, types.Text)
	for _, t := range []typ{types.Integer, types.Int8} {
		expr.RegisterCompareAs(symbol, types.Bool, t, types.Bool)
		expr.RegisterCompareAs(symbol, t, types.Bool, types.Bool)
	}
}
