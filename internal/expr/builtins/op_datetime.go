package builtins

import (
	"math"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

var (
	date        = types.Date
	clock       = types.Time
	clockTZ     = types.TimeTZ
	timestamp   = types.Timestamp
	timestampTZ = types.TimestampTZ
	interval    = types.Interval
)

func init() {
	registerDateOps()
	registerTimestampOps()
	registerClockOps()
	registerIntervalOps()
}

// both registers an operator for both orders of its operands.
func both(name string, a, b, ret typ, doc string, eval func(c *expr.Context, x, y value) (value, error)) {
	op(name, args{a, b}, ret, doc, func(c *expr.Context, v []value) (value, error) { return eval(c, v[0], v[1]) })
	if a != b {
		op(name, args{b, a}, ret, doc, func(c *expr.Context, v []value) (value, error) { return eval(c, v[1], v[0]) })
	}
}

// dateMicros is a date as a timestamp, infinities included.
func dateMicros(v value) (int64, error) {
	switch v.I {
	case math.MaxInt32:
		return math.MaxInt64, nil
	case math.MinInt32:
		return math.MinInt64, nil
	}
	if v.I >= endTimestamp/day {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range for timestamp")
	}
	return v.I * day, nil
}

func moveDate(v value, n int64) (value, error) {
	if v.I == math.MaxInt32 || v.I == math.MinInt32 {
		return v, nil
	}
	d, ok := expr.AddInt(v.I, n)
	if !ok || d < -2451545 || d >= 2145031949 {
		return types.Null, errDateRange
	}
	return types.NewDate(d), nil
}

func registerDateOps() {
	both("+", date, int4, date, "Days later", func(_ *expr.Context, x, y value) (value, error) { return moveDate(x, y.I) })
	op("-", args{date, int4}, date, "Days earlier", func(_ *expr.Context, a []value) (value, error) { return moveDate(a[0], -a[1].I) })
	op("-", args{date, date}, int4, "Days between", func(_ *expr.Context, a []value) (value, error) {
		for _, v := range a {
			if v.I == math.MaxInt32 || v.I == math.MinInt32 {
				return types.Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "cannot subtract infinite dates")
			}
		}
		return types.NewInt(a[0].I - a[1].I), nil
	})
	both("+", date, interval, timestamp, "Moved by an interval", func(_ *expr.Context, x, y value) (value, error) {
		us, err := dateMicros(x)
		if err != nil {
			return types.Null, err
		}
		return stamp(addInterval(us, y))
	})
	op("-", args{date, interval}, timestamp, "Moved back by an interval", func(_ *expr.Context, a []value) (value, error) {
		us, err := dateMicros(a[0])
		if err != nil {
			return types.Null, err
		}
		back, err := negInterval(a[1])
		if err != nil {
			return types.Null, err
		}
		return stamp(addInterval(us, back))
	})
	both("+", date, clock, timestamp, "Date at a time", func(_ *expr.Context, x, y value) (value, error) {
		us, err := dateMicros(x)
		if err != nil || infinite(us) {
			return types.NewTimestamp(us), err
		}
		return stamp(checkTimestamp(us + y.I))
	})
	both("+", date, clockTZ, timestampTZ, "Date at a time", func(_ *expr.Context, x, y value) (value, error) {
		us, err := dateMicros(x)
		if err != nil || infinite(us) {
			return types.NewTimestampTZ(us), err
		}
		return zoned(checkTimestamp(us + y.I + y.J*second))
	})
}

func stamp(us int64, err error) (value, error) {
	if err != nil {
		return types.Null, err
	}
	return types.NewTimestamp(us), nil
}

func zoned(us int64, err error) (value, error) {
	if err != nil {
		return types.Null, err
	}
	return types.NewTimestampTZ(us), nil
}

func registerTimestampOps() {
	both("+", timestamp, interval, timestamp, "Moved by an interval", func(_ *expr.Context, x, y value) (value, error) {
		return stamp(addInterval(x.I, y))
	})
	op("-", args{timestamp, interval}, timestamp, "Moved back by an interval", func(_ *expr.Context, a []value) (value, error) {
		back, err := negInterval(a[1])
		if err != nil {
			return types.Null, err
		}
		return stamp(addInterval(a[0].I, back))
	})
	for _, t := range []typ{timestamp, timestampTZ} {
		op("-", args{t, t}, interval, "Time between", func(_ *expr.Context, a []value) (value, error) { return between(a[0].I, a[1].I) })
	}
	for _, params := range []args{{timestampTZ, interval}, {interval, timestampTZ}} {
		at := 0
		if params[0] == interval {
			at = 1
		}
		op("+", params, timestampTZ, "Moved by an interval", func(c *expr.Context, a []value) (value, error) {
			return zoned(addZoned(c, a[at].I, a[1-at]))
		}).Volatility = expr.Stable
	}
	op("-", args{timestampTZ, interval}, timestampTZ, "Moved back by an interval", func(c *expr.Context, a []value) (value, error) {
		back, err := negInterval(a[1])
		if err != nil {
			return types.Null, err
		}
		return zoned(addZoned(c, a[0].I, back))
	}).Volatility = expr.Stable
}

// wrapDay keeps a time of day within one day.
func wrapDay(us int64) int64 { return us - floorDiv(us, day)*day }

func registerClockOps() {
	for _, t := range []typ{clock, clockTZ} {
		both("+", t, interval, t, "Moved by an interval", func(_ *expr.Context, x, y value) (value, error) {
			x.I = wrapDay(x.I + y.I%day)
			return x, nil
		})
		op("-", args{t, interval}, t, "Moved back by an interval", func(_ *expr.Context, a []value) (value, error) {
			x := a[0]
			x.I = wrapDay(x.I - a[1].I%day)
			return x, nil
		})
	}
	op("-", args{clock, clock}, interval, "Time between", func(_ *expr.Context, a []value) (value, error) {
		return newInterval(0, 0, a[0].I-a[1].I), nil
	})
}

func registerIntervalOps() {
	op("+", args{interval, interval}, interval, "Sum", func(_ *expr.Context, a []value) (value, error) { return addIntervals(a[0], a[1]) })
	op("-", args{interval, interval}, interval, "Difference", func(_ *expr.Context, a []value) (value, error) {
		back, err := negInterval(a[1])
		if err != nil {
			return types.Null, err
		}
		return addIntervals(a[0], back)
	})
	op("-", args{interval}, interval, "Negation", func(_ *expr.Context, a []value) (value, error) { return negInterval(a[0]) })
	op("+", args{interval}, interval, "The operand itself", func(_ *expr.Context, a []value) (value, error) { return a[0], nil })
	both("*", interval, float8, interval, "Product", func(_ *expr.Context, x, y value) (value, error) { return mulInterval(x, y.Float()) })
	op("/", args{interval, float8}, interval, "Quotient", func(_ *expr.Context, a []value) (value, error) { return divInterval(a[0], a[1].Float()) })
}
