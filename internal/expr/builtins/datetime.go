package builtins

import (
	"math"
	"strings"
	"time"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	registerNow()
	registerTrunc()
	registerMake()
	registerJustify()
	registerZones()
	registerOverlaps()
	for _, t := range []typ{timestamp, timestampTZ} {
		step := func(_ *expr.Context, a []value) (value, error) { return stamp(addInterval(a[0].I, a[1])) }
		if t == timestampTZ {
			step = func(c *expr.Context, a []value) (value, error) { return zoned(addZoned(c, a[0].I, a[1])) }
		}
		series(t, args{t, t, interval}, func(c *expr.Context, a []value) (nextRow, error) { return stampSeries(c, a, step) })
	}
}

func nowOf(c *expr.Context) value {
	if c.Now.IsZero() {
		return types.NewTimestampTZ(c.Env.Timestamp())
	}
	return types.TimestampTZFromTime(c.Now)
}

func registerNow() {
	stable := func(name string, params args, ret typ, doc string, eval evaluet) {
		fn(name, params, ret, doc, eval).Volatility = expr.Stable
	}
	start := func(c *expr.Context, _ []value) (value, error) { return nowOf(c), nil }
	for _, name := range []string{"now", "transaction_timestamp", "current_timestamp"} {
		stable(name, nil, timestampTZ, "Start of the transaction", start)
	}
	stable("statement_timestamp", nil, timestampTZ, "Start of the statement", func(c *expr.Context, _ []value) (value, error) {
		if c.StatementTime.IsZero() {
			c.Env.Timestamp() // reads the clock for both
		}
		if c.StatementTime.IsZero() {
			return nowOf(c), nil
		}
		return types.TimestampTZFromTime(c.StatementTime), nil
	})
	here := func(c *expr.Context) int64 { return local(c, nowOf(c).I) }
	stable("localtimestamp", nil, timestamp, "Start of the transaction, local", func(c *expr.Context, _ []value) (value, error) {
		return types.NewTimestamp(here(c)), nil
	})
	stable("current_date", nil, date, "Date of the transaction's start", func(c *expr.Context, _ []value) (value, error) {
		return types.NewDate(floorDiv(here(c), day)), nil
	})
	stable("localtime", nil, clock, "Time of the transaction's start, local", func(c *expr.Context, _ []value) (value, error) {
		return types.NewTime(wrapDay(here(c))), nil
	})
	stable("current_time", nil, clockTZ, "Time of the transaction's start", func(c *expr.Context, _ []value) (value, error) {
		east, _ := types.ZoneOffset(nowOf(c), c.Env)
		return types.NewTimeTZ(wrapDay(here(c)), -east), nil
	})
	precision := func(n int64, us int64) int64 {
		unit := int64(math.Pow10(6 - int(min(max(n, 0), 6))))
		return floorDiv(us+unit/2, unit) * unit
	}
	stable("current_timestamp", args{int4}, timestampTZ, "Start of the transaction, rounded", func(c *expr.Context, a []value) (value, error) {
		return types.NewTimestampTZ(precision(a[0].I, nowOf(c).I)), nil
	})
	stable("localtimestamp", args{int4}, timestamp, "Start of the transaction, local, rounded", func(c *expr.Context, a []value) (value, error) {
		return types.NewTimestamp(precision(a[0].I, here(c))), nil
	})
	stable("localtime", args{int4}, clock, "Time of the transaction's start, local, rounded", func(c *expr.Context, a []value) (value, error) {
		return types.NewTime(precision(a[0].I, wrapDay(here(c)))), nil
	})
	stable("current_time", args{int4}, clockTZ, "Time of the transaction's start, rounded", func(c *expr.Context, a []value) (value, error) {
		east, _ := types.ZoneOffset(nowOf(c), c.Env)
		return types.NewTimeTZ(precision(a[0].I, wrapDay(here(c))), -east), nil
	})
	fn("clock_timestamp", nil, timestampTZ, "The time now", func(*expr.Context, []value) (value, error) {
		return types.TimestampTZFromTime(time.Now()), nil
	}).Volatility = expr.Volatile
	fn("timeofday", nil, text, "The time now, as text", func(c *expr.Context, _ []value) (value, error) {
		return newText(time.Now().In(c.Env.Location()).Format("Mon Jan 02 15:04:05.000000 2006 MST"))
	}).Volatility = expr.Volatile
}

// truncUnits gives what a field is cut to: months for the larger ones.
func truncStamp(field string, us int64, t typ) (int64, error) {
	if infinite(us) {
		return us, nil
	}
	y, m, _, _, _, _, _ := types.Civil(us)
	days := floorDiv(us, day)
	switch name := fieldName(field); name {
	case "microsecond":
		return us, nil
	case "millisecond":
		return floorDiv(us, 1000) * 1000, nil
	case "second":
		return floorDiv(us, second) * second, nil
	case "minute":
		return floorDiv(us, minute) * minute, nil
	case "hour":
		return floorDiv(us, hour) * hour, nil
	case "day":
		return days * day, nil
	case "week":
		return (days - int64((weekday(days)+6)%7)) * day, nil
	case "month":
		return daysOf(y, m, 1) * day, nil
	case "quarter":
		return daysOf(y, (m-1)/3*3+1, 1) * day, nil
	case "year":
		return daysOf(y, 1, 1) * day, nil
	case "decade":
		return daysOf(int(floorDiv(int64(y), 10))*10, 1, 1) * day, nil
	case "century":
		return daysOf(periodStart(y, 100), 1, 1) * day, nil
	case "millennium":
		return daysOf(periodStart(y, 1000), 1, 1) * day, nil
	}
	return 0, truncError(field, t)
}

// truncError is fieldError where the fields that are no units of time are
// unknown.
func truncError(field string, t typ) error {
	switch fieldName(field) {
	case "dow", "isodow", "doy", "isoyear", "julian", "epoch":
		return sqlerr.New(sqlerr.InvalidParameterValue, "unit \"%s\" not recognized for type %s", field, t.Display)
	}
	return fieldError(field, t)
}

// periodStart is the first year of a century or millennium.
func periodStart(y, n int) int { return int(floorDiv(int64(y)-1, int64(n)))*n + 1 }

func truncInterval(field string, v value) (value, error) {
	months, days, us := v.IntervalParts()
	m := int64(months)
	cut := func(n int64) (value, error) { return newInterval(m/n*n, 0, 0), nil }
	switch fieldName(field) {
	case "microsecond":
		return v, nil
	case "millisecond":
		return newInterval(m, int64(days), us/1000*1000), nil
	case "second":
		return newInterval(m, int64(days), us/second*second), nil
	case "minute":
		return newInterval(m, int64(days), us/minute*minute), nil
	case "hour":
		return newInterval(m, int64(days), us/hour*hour), nil
	case "day":
		return newInterval(m, int64(days), 0), nil
	case "month":
		return cut(1)
	case "quarter":
		return cut(3)
	case "year":
		return cut(12)
	case "decade":
		return cut(120)
	case "century":
		return cut(1200)
	case "millennium":
		return cut(12000)
	case "week":
		return types.Null, fieldError(field, interval).(*sqlerr.Error).WithDetail("Months usually have fractional weeks.")
	}
	return types.Null, truncError(field, interval)
}

func registerTrunc() {
	const doc = "Cut off below a field"
	fn("date_trunc", args{text, timestamp}, timestamp, doc, func(_ *expr.Context, a []value) (value, error) {
		return stamp(truncStamp(strings.ToLower(a[0].S), a[1].I, timestamp))
	})
	fn("date_trunc", args{text, timestampTZ}, timestampTZ, doc, func(c *expr.Context, a []value) (value, error) {
		return truncZoned(strings.ToLower(a[0].S), a[1], c.Env.Location())
	}).Volatility = expr.Stable
	fn("date_trunc", args{text, timestampTZ, text}, timestampTZ, doc, func(_ *expr.Context, a []value) (value, error) {
		loc, err := types.LookupZone(a[2].S)
		if err != nil {
			return types.Null, err
		}
		return truncZoned(strings.ToLower(a[0].S), a[1], loc)
	}).Volatility = expr.Stable
	fn("date_trunc", args{text, interval}, interval, doc, func(_ *expr.Context, a []value) (value, error) {
		return truncInterval(strings.ToLower(a[0].S), a[1])
	})
	for _, t := range []typ{timestamp, timestampTZ} {
		fn("date_bin", args{interval, t, t}, t, "Start of the bin of a width, counted from an origin", func(_ *expr.Context, a []value) (value, error) {
			us, err := bin(a[0], a[1].I, a[2].I)
			if err != nil {
				return types.Null, err
			}
			return value{K: t.Kind, I: us}, nil
		})
	}
}

func truncZoned(field string, v value, loc *time.Location) (value, error) {
	if infinite(v.I) {
		return v, nil
	}
	us, err := truncStamp(field, types.LocalTime(v, loc).I, timestampTZ)
	if err != nil {
		return types.Null, err
	}
	switch fieldName(field) {
	case "microsecond", "millisecond", "second", "minute", "hour":
		// offsets change between these too; the instant is cut itself
		return types.NewTimestampTZ(v.I - (types.LocalTime(v, loc).I - us)), nil
	}
	return types.Instant(types.NewTimestamp(us), loc)
}

func bin(width value, source, origin int64) (int64, error) {
	months, days, us := width.IntervalParts()
	if infinite(source) || infinite(origin) {
		return source, nil
	}
	if months != 0 {
		return 0, sqlerr.New(sqlerr.FeatureNotSupported, "timestamps cannot be binned into intervals containing months or years")
	}
	stride := int64(days)*day + us
	if stride <= 0 {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "stride must be greater than zero")
	}
	diff, ok := expr.SubInt(source, origin)
	if !ok {
		return 0, errIntervalRange
	}
	return checkTimestamp(origin + floorDiv(diff, stride)*stride)
}

// makeDate checks a date; negative years are BC.
func makeDate(y, m, d int64) (int64, error) {
	year := y
	if y < 0 {
		year = y + 1
	}
	if y == 0 || m < 1 || m > 12 || d < 1 || year > 5874897 || year < -4713 || d > int64(daysInMonth(int(year), int(m))) {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date field value out of range: %d-%02d-%02d", y, m, d)
	}
	return daysOf(int(year), int(m), int(d)), nil
}

func makeTime(h, m int64, s float64) (int64, error) {
	if h < 0 || m < 0 || m > 59 || !(s >= 0 && s <= 60) || h > 24 || h == 24 && (m > 0 || s > 0) {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "time field value out of range: %d:%02d:%02g", h, m, s)
	}
	return h*hour + m*minute + int64(math.RoundToEven(s*1e6)), nil
}

func registerMake() {
	fn("make_date", args{int4, int4, int4}, date, "Date of year, month and day", func(_ *expr.Context, a []value) (value, error) {
		d, err := makeDate(a[0].I, a[1].I, a[2].I)
		return types.NewDate(d), err
	})
	fn("make_time", args{int4, int4, float8}, clock, "Time of hour, minute and seconds", func(_ *expr.Context, a []value) (value, error) {
		us, err := makeTime(a[0].I, a[1].I, a[2].Float())
		return types.NewTime(us), err
	})
	fields := args{int4, int4, int4, int4, int4, float8}
	makeStamp := func(a []value) (int64, error) {
		d, err := makeDate(a[0].I, a[1].I, a[2].I)
		if err != nil {
			return 0, err
		}
		us, err := makeTime(a[3].I, a[4].I, a[5].Float())
		if err != nil {
			return 0, err
		}
		return checkTimestamp(d*day + us)
	}
	fn("make_timestamp", fields, timestamp, "Timestamp of its fields", func(_ *expr.Context, a []value) (value, error) { return stamp(makeStamp(a)) })
	fn("make_timestamptz", fields, timestampTZ, "Timestamp of its fields, in the session's zone", func(c *expr.Context, a []value) (value, error) {
		us, err := makeStamp(a)
		if err != nil {
			return types.Null, err
		}
		return zoned(instant(c, us))
	}).Volatility = expr.Stable
	fn("make_timestamptz", append(fields[:6:6], text), timestampTZ, "Timestamp of its fields, in a zone", func(c *expr.Context, a []value) (value, error) {
		us, err := makeStamp(a)
		if err != nil {
			return types.Null, err
		}
		return types.AtTimeZone(types.NewTimestamp(us), a[6].S, c.Env)
	}).Volatility = expr.Stable
	f := fn("make_interval", args{int4, int4, int4, int4, int4, int4, float8}, interval, "Interval of years, months, weeks, days, hours, minutes and seconds", makeInterval)
	f.Defaults = 7
	fn("to_timestamp", args{float8}, timestampTZ, "Time of seconds since 1970", func(_ *expr.Context, a []value) (value, error) {
		x := a[0].Float()
		switch {
		case x != x:
			return types.Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp cannot be NaN")
		case math.IsInf(x, 0):
			if x > 0 {
				return types.NewTimestampTZ(math.MaxInt64), nil
			}
			return types.NewTimestampTZ(math.MinInt64), nil
		case math.Abs(x) > 1e13:
			return types.Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range: \"%g\"", x)
		}
		return zoned(checkTimestamp(int64(math.RoundToEven((x - epochSeconds) * 1e6))))
	})
}

func makeInterval(_ *expr.Context, a []value) (value, error) {
	part := func(i int) int64 {
		if i < len(a) {
			return a[i].I
		}
		return 0
	}
	secs := 0.0
	if len(a) > 6 {
		if secs = a[6].Float(); math.IsNaN(secs) || math.Abs(secs) > 9e12 {
			return types.Null, errIntervalRange
		}
	}
	return checkedInterval(part(0)*12+part(1), part(2)*7+part(3), part(4)*hour+part(5)*minute+int64(math.RoundToEven(secs*1e6)))
}

func registerJustify() {
	hours := func(days, us int64) (int64, int64) {
		days, us = days+us/day, us%day
		if days > 0 && us < 0 {
			return days - 1, us + day
		}
		if days < 0 && us > 0 {
			return days + 1, us - day
		}
		return days, us
	}
	months := func(m, d int64) (int64, int64) {
		m, d = m+d/30, d%30
		if m > 0 && d < 0 {
			return m - 1, d + 30
		}
		if m < 0 && d > 0 {
			return m + 1, d - 30
		}
		return m, d
	}
	fn("justify_hours", args{interval}, interval, "24 hours as days", func(_ *expr.Context, a []value) (value, error) {
		m, d, us := a[0].IntervalParts()
		days, rest := hours(int64(d), us)
		return checkedInterval(int64(m), days, rest)
	})
	fn("justify_days", args{interval}, interval, "30 days as months", func(_ *expr.Context, a []value) (value, error) {
		m, d, us := a[0].IntervalParts()
		mm, dd := months(int64(m), int64(d))
		return checkedInterval(mm, dd, us)
	})
	fn("justify_interval", args{interval}, interval, "24 hours as days and 30 days as months, of one sign", func(_ *expr.Context, a []value) (value, error) {
		m0, d0, us := a[0].IntervalParts()
		d, us := int64(d0)+us/day, us%day
		m, d := int64(m0)+d/30, d%30
		switch {
		case m > 0 && (d < 0 || d == 0 && us < 0):
			m, d = m-1, d+30
		case m < 0 && (d > 0 || d == 0 && us > 0):
			m, d = m+1, d-30
		}
		switch {
		case d > 0 && us < 0:
			d, us = d-1, us+day
		case d < 0 && us > 0:
			d, us = d+1, us-day
		}
		return checkedInterval(m, d, us)
	})
	for _, t := range []typ{date, timestamp, timestampTZ} {
		fn("isfinite", args{t}, types.Bool, "Whether it is not infinite", func(_ *expr.Context, a []value) (value, error) {
			return types.NewBool(!a[0].IsInfinite()), nil
		})
	}
	fn("isfinite", args{interval}, types.Bool, "Whether it is not infinite", func(*expr.Context, []value) (value, error) { return types.NewBool(true), nil })
	const doc = "Difference in years, months, days and time"
	fn("age", args{timestamp, timestamp}, interval, doc, func(_ *expr.Context, a []value) (value, error) { return ageOf(a[0].I, a[1].I) })
	fn("age", args{timestampTZ, timestampTZ}, interval, doc, func(c *expr.Context, a []value) (value, error) {
		return ageOf(localFinite(c, a[0].I), localFinite(c, a[1].I))
	}).Volatility = expr.Stable
	today := func(c *expr.Context) int64 { return floorDiv(local(c, nowOf(c).I), day) * day }
	fn("age", args{timestamp}, interval, doc+" up to today", func(c *expr.Context, a []value) (value, error) {
		return ageOf(today(c), a[0].I)
	}).Volatility = expr.Stable
	fn("age", args{timestampTZ}, interval, doc+" up to today", func(c *expr.Context, a []value) (value, error) {
		return ageOf(today(c), localFinite(c, a[0].I))
	}).Volatility = expr.Stable
}

func localFinite(c *expr.Context, us int64) int64 {
	if infinite(us) {
		return us
	}
	return local(c, us)
}

func ageOf(a, b int64) (value, error) {
	// PostgreSQL reads the later infinity as the clock it would be.
	if a == types.TimestampNegInfinity || b == types.TimestampNegInfinity {
		return types.Null, errTimestampRange
	}
	return age(a, b), nil
}

func registerZones() {
	for _, g := range []struct{ from, to typ }{{timestamp, timestampTZ}, {timestampTZ, timestamp}, {clockTZ, clockTZ}} {
		f := fn("timezone", args{text, g.from}, g.to, "AT TIME ZONE", func(c *expr.Context, a []value) (value, error) {
			return types.AtTimeZone(a[1], a[0].S, c.Env)
		})
		f.Volatility = expr.Stable
		f = fn("timezone", args{interval, g.from}, g.to, "AT TIME ZONE with an offset", func(c *expr.Context, a []value) (value, error) {
			return types.AtTimeZoneInterval(a[1], a[0], c.Env)
		})
		f.Volatility = expr.Stable
	}
}

func stampSeries(c *expr.Context, a []value, step evaluet) (nextRow, error) {
	m, d, us := a[2].IntervalParts()
	sign := int64(m)*30*day + int64(d)*day + us
	if sign == 0 {
		return nil, errStepZero
	}
	x, by := a[0], a[2]
	stop := a[1].I
	return func(row []value) (bool, error) {
		if sign > 0 && x.I > stop || sign < 0 && x.I < stop {
			return false, nil
		}
		row[0] = x
		var err error
		x, err = step(c, []value{x, by})
		return true, err
	}, nil
}
