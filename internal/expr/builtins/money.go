package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

var errMoneyDivision = sqlerr.New(sqlerr.DivisionByZero, "division by zero")

func init() {
	money := types.Money
	op("+", args{money, money}, money, "Sum", func(_ *expr.Context, a []value) (value, error) { return types.AddMoney(a[0], a[1]) })
	op("-", args{money, money}, money, "Difference", func(_ *expr.Context, a []value) (value, error) { return types.SubMoney(a[0], a[1]) })
	op("/", args{money, money}, float8, "Quotient", func(_ *expr.Context, a []value) (value, error) {
		if a[1].I == 0 {
			return types.Null, errMoneyDivision
		}
		return types.NewFloat(float64(a[0].I) / float64(a[1].I)), nil
	})
	for _, t := range []typ{types.Int2, int4, int8} {
		op("*", args{money, t}, money, "Product", func(_ *expr.Context, a []value) (value, error) { return types.MulMoney(a[0], a[1].I) })
		op("*", args{t, money}, money, "Product", func(_ *expr.Context, a []value) (value, error) { return types.MulMoney(a[1], a[0].I) })
		op("/", args{money, t}, money, "Quotient, towards zero", func(_ *expr.Context, a []value) (value, error) {
			switch a[1].I {
			case 0:
				return types.Null, errMoneyDivision
			case -1:
				return types.MulMoney(a[0], -1)
			}
			return types.NewMoney(a[0].I / a[1].I), nil
		})
	}
	for _, t := range []typ{types.Float4, float8} {
		op("*", args{money, t}, money, "Product, rounded", func(_ *expr.Context, a []value) (value, error) {
			return types.MoneyOf(float64(a[0].I) * a[1].Float())
		})
		op("*", args{t, money}, money, "Product, rounded", func(_ *expr.Context, a []value) (value, error) {
			return types.MoneyOf(float64(a[1].I) * a[0].Float())
		})
		op("/", args{money, t}, money, "Quotient, rounded", func(_ *expr.Context, a []value) (value, error) {
			if a[1].Float() == 0 {
				return types.Null, errMoneyDivision
			}
			return types.MoneyOf(float64(a[0].I) / a[1].Float())
		})
	}
	fn("cashlarger", args{money, money}, money, "The larger amount", func(_ *expr.Context, a []value) (value, error) {
		return types.NewMoney(max(a[0].I, a[1].I)), nil
	})
	fn("cashsmaller", args{money, money}, money, "The smaller amount", func(_ *expr.Context, a []value) (value, error) {
		return types.NewMoney(min(a[0].I, a[1].I)), nil
	})
	fn("cash_words", args{money}, text, "The amount in words", func(_ *expr.Context, a []value) (value, error) {
		return types.NewText(types.MoneyWords(a[0])), nil
	})
}

// moneySum adds amounts.
type moneySum struct{ intSum }

func (a *moneySum) Merge(other expr.Accumulator, mapping []int32) error {
	return a.intSum.Merge(&other.(*moneySum).intSum, mapping)
}

func (a *moneySum) Result(g int) (value, error) {
	switch {
	case !a.seen[g]:
		return types.Null, nil
	case a.over[g]:
		return types.Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "money out of range")
	}
	return types.NewMoney(a.sums[g]), nil
}
