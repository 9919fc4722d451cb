package builtins

import (
	"math"
	"time"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

const (
	second = int64(1000000)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
	// epochSeconds is 2000-01-01, from which dates and timestamps count.
	epochSeconds = 946684800
	// The range of timestamps: 4713 BC to 294276 AD.
	minTimestamp = -211813488000000000
	endTimestamp = 9223371331200000000
	// The range of dates: 4713 BC to 5874897 AD.
	minDays = -2451545
	endDays = 2147483494 - 2451545
)

var (
	errTimestampRange = sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range")
	errDateRange      = sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range")
	errIntervalRange  = sqlerr.New(sqlerr.DatetimeFieldOverflow, "interval out of range")
)

// daysOf counts the days from 2000-01-01 to a date; month and day may lie
// outside their range, year 0 is 1 BC.
func daysOf(y, m, d int) int64 {
	return floorDiv(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Unix()-epochSeconds, 86400)
}

// dateOf is the inverse of daysOf.
func dateOf(days int64) (y, m, d int) {
	y, m, d, _, _, _, _ = types.Civil(days * day)
	return y, m, d
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func daysInMonth(y, m int) int { return time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day() }

func infinite(us int64) bool { return us == math.MaxInt64 || us == math.MinInt64 }

func checkTimestamp(us int64) (int64, error) {
	if us < minTimestamp || us >= endTimestamp {
		return 0, errTimestampRange
	}
	return us, nil
}

// local turns an instant into the calendar of the session's zone, and back.
func local(c *expr.Context, us int64) int64 {
	return types.LocalTime(types.NewTimestampTZ(us), c.Env.Location()).I
}

func instant(c *expr.Context, us int64) (int64, error) {
	v, err := types.Instant(types.NewTimestamp(us), c.Env.Location())
	return v.I, err
}

// addInterval moves a timestamp by months, then days, then time.
func addInterval(us int64, v value) (int64, error) {
	if infinite(us) {
		return us, nil
	}
	months, days, micros := v.IntervalParts()
	us, err := addCalendar(us, months, days)
	if err != nil {
		return 0, err
	}
	us, ok := expr.AddInt(us, micros)
	if !ok {
		return 0, errTimestampRange
	}
	return checkTimestamp(us)
}

// addCalendar moves by months, the day clipped to the month's length, and days.
func addCalendar(us int64, months, days int32) (int64, error) {
	if months != 0 {
		rest := us - floorDiv(us, day)*day
		y, m, d, _, _, _, _ := types.Civil(us)
		total := int64(y)*12 + int64(m) - 1 + int64(months)
		y, m = int(floorDiv(total, 12)), int(total-floorDiv(total, 12)*12)+1
		if y < -4714 || y > 294277 {
			return 0, errTimestampRange
		}
		us = daysOf(y, m, min(d, daysInMonth(y, m)))*day + rest
	}
	if days != 0 {
		d := floorDiv(us, day) + int64(days)
		if d < -3e6 || d > 1.1e8 {
			return 0, errTimestampRange
		}
		us += int64(days) * day
	}
	return us, nil
}

// addZoned moves an instant: months and days in the session's calendar.
func addZoned(c *expr.Context, us int64, v value) (int64, error) {
	if infinite(us) {
		return us, nil
	}
	months, days, micros := v.IntervalParts()
	if months != 0 || days != 0 {
		there, err := addCalendar(local(c, us), months, days)
		if err != nil {
			return 0, err
		}
		if us, err = instant(c, there); err != nil {
			return 0, err
		}
	}
	us, ok := expr.AddInt(us, micros)
	if !ok {
		return 0, errTimestampRange
	}
	return checkTimestamp(us)
}

// newInterval makes an interval of wide parts, which sums may exceed.
func newInterval(months, days, micros int64) value {
	return types.NewInterval(int32(months), int32(days), micros)
}

func checkedInterval(months, days, micros int64) (value, error) {
	if int64(int32(months)) != months || int64(int32(days)) != days {
		return types.Null, errIntervalRange
	}
	return newInterval(months, days, micros), nil
}

func negInterval(v value) (value, error) {
	m, d, us := v.IntervalParts()
	if us == math.MinInt64 {
		return types.Null, errIntervalRange
	}
	return checkedInterval(-int64(m), -int64(d), -us)
}

func addIntervals(a, b value) (value, error) {
	am, ad, au := a.IntervalParts()
	bm, bd, bu := b.IntervalParts()
	us, ok := expr.AddInt(au, bu)
	if !ok {
		return types.Null, errIntervalRange
	}
	return checkedInterval(int64(am)+int64(bm), int64(ad)+int64(bd), us)
}

// toMicro rounds away what floating point leaves below a microsecond.
func toMicro(x float64) float64 { return math.RoundToEven(x*1e6) / 1e6 }

// scaleInterval multiplies by f (or divides), carrying fractions of months
// into days and of days into time.
func scaleInterval(v value, f func(x float64) float64) (value, error) {
	months, days, us := v.IntervalParts()
	m, d := f(float64(months)), f(float64(days))
	if math.IsNaN(m) || math.Abs(m) > math.MaxInt32 || math.IsNaN(d) || math.Abs(d) > math.MaxInt32 {
		return types.Null, errIntervalRange
	}
	newMonths, newDays := math.Trunc(m), math.Trunc(d)
	monthDays := toMicro((m - newMonths) * 30)
	seconds := toMicro((d - newDays + monthDays - math.Trunc(monthDays)) * 86400)
	if math.Abs(seconds) >= 86400 {
		newDays += math.Trunc(seconds / 86400)
		seconds -= math.Trunc(seconds/86400) * 86400
	}
	newDays += math.Trunc(monthDays)
	micros := math.RoundToEven(f(float64(us)) + seconds*1e6)
	if math.IsNaN(micros) || math.Abs(micros) >= 9.3e18 || math.Abs(newDays) > math.MaxInt32 {
		return types.Null, errIntervalRange
	}
	return newInterval(int64(newMonths), int64(newDays), int64(micros)), nil
}

func mulInterval(v value, f float64) (value, error) {
	return scaleInterval(v, func(x float64) float64 { return x * f })
}

func divInterval(v value, f float64) (value, error) {
	if f == 0 {
		return types.Null, errDivision
	}
	return scaleInterval(v, func(x float64) float64 { return x / f })
}

// between is the interval from b to a in days and time.
func between(a, b int64) (value, error) {
	if infinite(a) || infinite(b) {
		return types.Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "cannot subtract infinite timestamps")
	}
	d, ok := expr.SubInt(a, b)
	if !ok {
		return types.Null, errIntervalRange
	}
	return newInterval(0, d/day, d%day), nil
}

// age is the difference in years, months, days and time, as a calendar would
// count it.
func age(a, b int64) value {
	y1, mo1, d1, h1, mi1, s1, u1 := types.Civil(a)
	y2, mo2, d2, h2, mi2, s2, u2 := types.Civil(b)
	y, mo, d, h, mi, s, u := y1-y2, mo1-mo2, d1-d2, h1-h2, mi1-mi2, s1-s2, u1-u2
	negative := a < b
	if negative {
		y, mo, d, h, mi, s, u = -y, -mo, -d, -h, -mi, -s, -u
	}
	borrow := func(x *int, n int, from *int) {
		for *x < 0 {
			*x += n
			*from--
		}
	}
	borrow(&u, 1000000, &s)
	borrow(&s, 60, &mi)
	borrow(&mi, 60, &h)
	borrow(&h, 24, &d)
	for d < 0 {
		if negative {
			d += daysInMonth(y1, mo1)
		} else {
			d += daysInMonth(y2, mo2)
		}
		mo--
	}
	borrow(&mo, 12, &y)
	v := newInterval(int64(y)*12+int64(mo), int64(d), int64(h)*hour+int64(mi)*minute+int64(s)*second+int64(u))
	if negative {
		v, _ = negInterval(v)
	}
	return v
}
