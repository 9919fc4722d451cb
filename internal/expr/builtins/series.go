package builtins

import (
	"strconv"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

type nextRow = func(row []value) (bool, error)

var errStepZero = sqlerr.New(sqlerr.InvalidParameterValue, "step size cannot equal zero")

func init() {
	for _, t := range []typ{int4, int8} {
		series(t, args{t, t}, func(_ *expr.Context, a []value) (nextRow, error) { return intSeries(a[0].I, a[1].I, 1) })
		series(t, args{t, t, t}, func(_ *expr.Context, a []value) (nextRow, error) { return intSeries(a[0].I, a[1].I, a[2].I) })
	}
	series(numeric, args{numeric, numeric}, func(_ *expr.Context, a []value) (nextRow, error) {
		return numericSeries(a[0], a[1], types.NumericFromInt(1))
	})
	series(numeric, args{numeric, numeric, numeric}, func(_ *expr.Context, a []value) (nextRow, error) {
		return numericSeries(a[0], a[1], a[2])
	})
	unnest := &expr.SetFunc{Name: "unnest", Args: args{anyArray}, Source: "PostgreSQL", Doc: "Elements of an array, a row each",
		Cols: []types.Field{{Name: "unnest", Type: anyElem}}}
	unnest.Open = func(_ *expr.Context, a []value) (func([]value) (bool, error), error) {
		x, err := openArray(a[0], anyArray) // elements carry their kind
		return rowsOf(len(x.elems), func(i int) value { return x.elems[i] }), err
	}
	expr.RegisterSet(unnest)
	subscripts := &expr.SetFunc{Name: "generate_subscripts", Args: args{anyArray, int4, types.Bool}, Defaults: 1, Source: "PostgreSQL",
		Doc: "Subscripts of a dimension of an array, a row each", Cols: []types.Field{{Name: "generate_subscripts", Type: int4}}}
	subscripts.Open = func(_ *expr.Context, a []value) (func([]value) (bool, error), error) {
		x, err := openArray(a[0], anyArray)
		if err != nil || a[1].I < 1 || a[1].I > int64(len(x.dims)) {
			return rowsOf(0, nil), err
		}
		d := x.dims[a[1].I-1]
		lo, hi := int64(d.Lower), int64(d.Lower)+int64(d.Length)-1
		if len(a) > 2 && a[2].Bool() {
			return intSeries(hi, lo, -1)
		}
		return intSeries(lo, hi, 1)
	}
	expr.RegisterSet(subscripts)
}

func series(t typ, params args, open func(c *expr.Context, a []value) (nextRow, error)) *expr.SetFunc {
	f := &expr.SetFunc{Name: "generate_series", Args: params, Source: "PostgreSQL", Doc: "Values from a start to an end, by a step",
		Cols: []types.Field{{Name: "generate_series", Type: t}},
		Open: func(c *expr.Context, a []value) (func(row []value) (bool, error), error) {
			next, err := open(c, a)
			if err != nil {
				return nil, err
			}
			return func(row []value) (bool, error) {
				if err := c.Check(); err != nil {
					return false, err
				}
				return next(row)
			}, nil
		}}
	expr.RegisterSet(f)
	return f
}

func intSeries(from, to, step int64) (nextRow, error) {
	if step == 0 {
		return nil, errStepZero
	}
	x, done := from, false
	return func(row []value) (bool, error) {
		if done || step > 0 && x > to || step < 0 && x < to {
			return false, nil
		}
		row[0] = types.NewInt(x)
		next, ok := expr.AddInt(x, step)
		x, done = next, !ok
		return true, nil
	}, nil
}

func numericSeries(from, to, step value) (nextRow, error) {
	for _, p := range []struct {
		name string
		v    value
	}{{"start value", from}, {"stop value", to}, {"step size", step}} {
		if types.NumericIsNaN(p.v) {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "%s cannot be NaN", p.name)
		}
		if special(p.v) {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "%s cannot be infinity", p.name)
		}
	}
	sign := types.NumericSign(step)
	if sign == 0 {
		return nil, errStepZero
	}
	x := from
	return func(row []value) (bool, error) {
		if order := types.NumericCmp(x, to); order == sign {
			return false, nil
		}
		row[0] = x
		var err error
		x, err = types.NumericAdd(x, step)
		return true, err
	}, nil
}
