package builtins

import (
	"math"
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	for _, t := range []typ{date, clock, clockTZ, timestamp, timestampTZ, interval} {
		vol := expr.Immutable
		if t == timestampTZ {
			vol = expr.Stable
		}
		part := func(c *expr.Context, name, field string, v value) (value, error) {
			return extract(c, name, field, v, t)
		}
		registerPart("extract", numeric, t, part).Volatility = vol
		registerPart("date_part", float8, t, func(c *expr.Context, name, field string, v value) (value, error) {
			from := t
			if t == date { // it is seen as the timestamp of its beginning
				v, from = types.DateToTimestamp(v), timestamp
			}
			v, err := extract(c, name, field, v, from)
			if err != nil || v.IsNull() {
				return types.Null, err
			}
			return types.NewFloat(types.NumericFloat(v)), nil
		}).Volatility = vol
	}
}

// registerPart registers a function of a field's name and a value. The name is
// looked up once where it does not change.
func registerPart(name string, ret, t typ, part func(c *expr.Context, name, field string, v value) (value, error)) *expr.Func {
	f := fn(name, args{text, t}, ret, "A field of a date, time or interval", func(c *expr.Context, a []value) (value, error) {
		field := strings.ToLower(a[0].S)
		return part(c, fieldName(field), field, a[1])
	})
	f.Specialize = func(consts []*value) func(*expr.Context, []value) (value, error) {
		if consts[0] == nil || consts[0].IsNull() {
			return nil
		}
		field := strings.ToLower(consts[0].S)
		name := fieldName(field)
		return func(c *expr.Context, a []value) (value, error) { return part(c, name, field, a[1]) }
	}
	return f
}

// fieldNames maps the spellings of a field to one.
var fieldNames = map[string]string{
	"years": "year", "y": "year", "yr": "year", "yrs": "year", "months": "month", "mon": "month", "mons": "month",
	"days": "day", "d": "day", "hours": "hour", "h": "hour", "hr": "hour", "hrs": "hour",
	"minutes": "minute", "min": "minute", "mins": "minute", "m": "minute",
	"seconds": "second", "sec": "second", "secs": "second", "s": "second",
	"milliseconds": "millisecond", "msec": "millisecond", "msecs": "millisecond", "ms": "millisecond", "msecond": "millisecond", "mseconds": "millisecond",
	"microseconds": "microsecond", "usec": "microsecond", "usecs": "microsecond", "us": "microsecond", "usecond": "microsecond", "useconds": "microsecond",
	"weeks": "week", "w": "week", "qtr": "quarter", "decades": "decade", "dec": "decade", "decs": "decade",
	"centuries": "century", "cent": "century", "c": "century", "millennia": "millennium", "mil": "millennium", "mils": "millennium",
	"timezone_h": "timezone_hour", "timezone_m": "timezone_minute", "jd": "julian",
}

func fieldName(s string) string {
	if name, ok := fieldNames[s]; ok {
		return name
	}
	return s
}

var knownFields = map[string]bool{
	"year": true, "month": true, "day": true, "hour": true, "minute": true, "second": true, "millisecond": true,
	"microsecond": true, "week": true, "quarter": true, "decade": true, "century": true, "millennium": true,
	"epoch": true, "dow": true, "isodow": true, "doy": true, "isoyear": true, "julian": true,
	"timezone": true, "timezone_hour": true, "timezone_minute": true,
}

// fieldError tells an unknown field from one the type does not have.
func fieldError(field string, t typ) error {
	if !knownFields[fieldName(field)] {
		return sqlerr.New(sqlerr.InvalidParameterValue, "unit \"%s\" not recognized for type %s", field, t.Display)
	}
	return sqlerr.New(sqlerr.FeatureNotSupported, "unit \"%s\" not supported for type %s", field, t.Display)
}

func whole(n int) (value, error) { return types.NumericFromInt(int64(n)), nil }

// extract returns a field as numeric: seconds with six decimals, milliseconds
// with three, the others whole. name is fieldName of what the caller wrote.
func extract(c *expr.Context, name, field string, v value, t typ) (value, error) {
	switch t {
	case interval:
		return extractInterval(name, field, v)
	case clock, clockTZ:
		return extractClock(name, field, v, t)
	case date:
		us, err := dateMicros(v)
		if err != nil {
			us = v.I * day // beyond timestamps; the calendar still works
		}
		switch name {
		case "hour", "minute", "second", "millisecond", "microsecond", "timezone", "timezone_hour", "timezone_minute":
			return types.Null, fieldError(field, t)
		case "epoch":
			if !infinite(us) {
				return types.NumericFromInt(v.I*86400 + epochSeconds), nil
			}
		case "julian":
			if !infinite(us) {
				return types.NumericFromInt(v.I + 2451545), nil
			}
		}
		return extractStamp(name, field, us, t)
	case timestampTZ:
		switch name {
		case "epoch":
			if !infinite(v.I) {
				return types.NewNumeric(v.I+epochSeconds*second, 6), nil
			}
		case "timezone", "timezone_hour", "timezone_minute":
			if infinite(v.I) {
				return types.Null, nil
			}
			east, _ := types.ZoneOffset(v, c.Env)
			return zoneField(name, east)
		}
		if infinite(v.I) {
			return extractStamp(name, field, v.I, t)
		}
		return extractStamp(name, field, local(c, v.I), t)
	}
	if name == "epoch" && !infinite(v.I) {
		return types.NewNumeric(v.I+epochSeconds*second, 6), nil
	}
	return extractStamp(name, field, v.I, t)
}

func zoneField(name string, east int) (value, error) {
	switch name {
	case "timezone":
		return whole(east)
	case "timezone_hour":
		return whole(east / 3600)
	}
	return whole(east / 60 % 60)
}

func extractClock(name, field string, v value, t typ) (value, error) {
	switch name {
	case "hour":
		return whole(int(v.I / hour))
	case "minute":
		return whole(int(v.I / minute % 60))
	case "second":
		return types.NewNumeric(v.I%minute, 6), nil
	case "millisecond":
		return types.NewNumeric(v.I%minute, 3), nil
	case "microsecond":
		return types.NumericFromInt(v.I % minute), nil
	case "epoch":
		return types.NewNumeric(v.I+v.J*second, 6), nil
	case "timezone", "timezone_hour", "timezone_minute":
		if t == clockTZ {
			return zoneField(name, int(-v.J))
		}
	}
	return types.Null, fieldError(field, t)
}

func extractInterval(name, field string, v value) (value, error) {
	months, days, us := v.IntervalParts()
	switch name {
	case "millennium":
		return whole(int(months) / 12000)
	case "century":
		return whole(int(months) / 1200)
	case "decade":
		return whole(int(months) / 120)
	case "year":
		return whole(int(months) / 12)
	case "quarter":
		return whole(int(months)%12/3 + 1)
	case "month":
		return whole(int(months) % 12)
	case "day":
		return whole(int(days))
	case "hour":
		return whole(int(us / hour))
	case "minute":
		return whole(int(us / minute % 60))
	case "second":
		return types.NewNumeric(us%minute, 6), nil
	case "millisecond":
		return types.NewNumeric(us%minute, 3), nil
	case "microsecond":
		return types.NumericFromInt(us % minute), nil
	case "epoch":
		// a year has 365.25 days, a month beyond whole years 30
		quarters := int64(months/12)*1461 + (int64(months%12)*30+int64(days))*4
		total := types.NewNumeric(us, 6)
		return types.NumericAdd(types.NewNumeric(quarters*21600*1000000, 6), total)
	}
	return types.Null, fieldError(field, interval)
}

// extractStamp returns a field of a local timestamp.
func extractStamp(name, field string, us int64, t typ) (value, error) {
	if infinite(us) {
		switch name {
		case "year", "isoyear", "decade", "century", "millennium", "epoch", "julian":
			if us > 0 {
				return types.NumericPosInf, nil
			}
			return types.NumericNegInf, nil
		}
		if !knownFields[name] {
			return types.Null, fieldError(field, t)
		}
		return types.Null, nil
	}
	y, m, d, h, mi, s, u := types.Civil(us)
	shown := y // there is no year 0
	if y <= 0 {
		shown = y - 1
	}
	switch name {
	case "year":
		return whole(shown)
	case "quarter":
		return whole((m-1)/3 + 1)
	case "month":
		return whole(m)
	case "day":
		return whole(d)
	case "hour":
		return whole(h)
	case "minute":
		return whole(mi)
	case "second":
		return types.NewNumeric(int64(s)*second+int64(u), 6), nil
	case "millisecond":
		return types.NewNumeric(int64(s)*second+int64(u), 3), nil
	case "microsecond":
		return types.NumericFromInt(int64(s)*second + int64(u)), nil
	case "decade":
		return whole(int(math.Floor(float64(y) / 10)))
	case "century":
		return whole(century(y, 100))
	case "millennium":
		return whole(century(y, 1000))
	}
	return extractDay(name, field, us, y, t)
}

// century counts periods of n years from the year 1, and below it from -1.
func century(y, n int) int {
	if y > 0 {
		return (y + n - 1) / n
	}
	return -((n - 1 - (y - 1)) / n)
}

func extractDay(name, field string, us int64, y int, t typ) (value, error) {
	days := floorDiv(us, day)
	switch name {
	case "dow":
		return whole(weekday(days))
	case "isodow":
		return whole((weekday(days)+6)%7 + 1)
	case "doy":
		return whole(int(days-daysOf(y, 1, 1)) + 1)
	case "week":
		_, week := isoWeek(days)
		return whole(week)
	case "isoyear":
		year, _ := isoWeek(days)
		if year <= 0 {
			year--
		}
		return whole(year)
	case "julian":
		rest := us - days*day
		whole := types.NumericFromInt(days + 2451545)
		if rest == 0 {
			return types.NumericRescale(whole, 28) // as the sum with a quotient of zero has
		}
		part, err := types.NumericDiv(types.NumericFromInt(rest), types.NumericFromInt(day))
		if err != nil {
			return types.Null, err
		}
		return types.NumericAdd(whole, part)
	}
	return types.Null, fieldError(field, t)
}

// weekday is 0 on Sunday; 2000-01-01 was a Saturday.
func weekday(days int64) int { return int((days%7 + 7 + 6) % 7) }

// isoWeek returns the year and week of ISO 8601: weeks begin on Monday, and
// the first is the one with 4 January.
func isoWeek(days int64) (year, week int) {
	monday := days - int64((weekday(days)+6)%7)
	y, _, _ := dateOf(monday + 3)
	return y, int((monday+3-daysOf(y, 1, 1))/7) + 1
}
