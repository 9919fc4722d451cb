package builtins

import (
	"time"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	fn("to_timestamp", args{text, text}, timestampTZ, "Time read by a template", func(c *expr.Context, a []value) (value, error) {
		r, err := readTemplate(a[0].S, a[1].S)
		if err != nil {
			return types.Null, err
		}
		us, err := r.stamp()
		if err != nil {
			return types.Null, err
		}
		if r.zoned() {
			return zoned(checkTimestamp(us - int64(r.east())*second))
		}
		return zoned(instant(c, us))
	}).Volatility = expr.Stable
	fn("to_date", args{text, text}, date, "Date read by a template", func(_ *expr.Context, a []value) (value, error) {
		r, err := readTemplate(a[0].S, a[1].S)
		if err != nil {
			return types.Null, err
		}
		d, err := r.date()
		return types.NewDate(d), err
	})
}

// foundDate is the date that a reader's fields add up to, with what of it was
// given: a date given in part is not checked as a whole.
type foundDate struct {
	year, month, day             int
	hasYear, hasMonth, hasDay    bool
	hour, minute, second, micros int
}

func (f *foundDate) set(days int64) {
	t := time.Unix(days*86400+epochSeconds, 0).UTC()
	f.year, f.month, f.day = t.Year(), int(t.Month()), t.Day()
	f.hasYear, f.hasMonth, f.hasDay = true, true, true
}

func (r *templateReader) zoned() bool { return r.zoneSign != 0 }

// east is the zone's distance from UTC in seconds.
func (r *templateReader) east() int { return r.zoneSign * (r.zoneHour*3600 + r.zoneMin*60) }

func (r *templateReader) outOfRange() error {
	return sqlerr.New(sqlerr.DatetimeFieldOverflow, "date/time field value out of range: \"%s\"", r.text)
}

// combine makes date and time of the fields, in PostgreSQL's order: what comes
// later takes the place of what came before.
func (r *templateReader) combine() (foundDate, error) {
	f := foundDate{month: 1, day: 1}
	if err := r.clock(&f); err != nil {
		return f, err
	}
	r.findYear(&f)
	if r.julian != 0 {
		f.set(int64(r.julian) - 2451545)
	}
	doy, dayOfMonth := r.doy, r.day
	if r.week != 0 {
		if r.mode == isoCalendar {
			weekday := 0 // from Monday
			if r.weekday != 0 {
				weekday = (r.weekday + 5) % 7
			}
			f.set(isoWeekStart(f.year) + int64(r.week-1)*7 + int64(weekday))
		} else {
			doy = (r.week-1)*7 + 1
		}
	}
	if r.inMonth != 0 {
		dayOfMonth = (r.inMonth-1)*7 + 1
	}
	if dayOfMonth != 0 {
		f.day, f.hasDay = dayOfMonth, true
	}
	if r.month != 0 {
		f.month, f.hasMonth = r.month, true
	}
	if doy != 0 && (f.month <= 1 || f.day <= 1) {
		if f.year == 0 && r.era == 0 {
			return f, sqlerr.New(sqlerr.InvalidDatetimeFormat, "cannot calculate day of year without year information")
		}
		r.dayOfYear(&f, doy)
	}
	if f.hasMonth && (f.month < 1 || f.month > 12) || f.hasDay && (f.day < 1 || f.day > 31) ||
		f.hasYear && f.hasMonth && f.hasDay && f.day > daysInMonth(f.year, f.month) {
		return f, r.outOfRange()
	}
	if f.hour < 0 || f.hour >= 24 || f.minute < 0 || f.minute >= 60 || f.second < 0 || f.second >= 60 || f.micros < 0 || f.micros >= int(second) {
		return f, r.outOfRange()
	}
	if r.zoned() && (r.zoneHour < 0 || r.zoneHour > 15 || r.zoneMin < 0 || r.zoneMin >= 60) {
		return f, sqlerr.New(sqlerr.InvalidTimeZoneDisplacement, "time zone displacement out of range: \"%s\"", r.text)
	}
	return f, nil
}

func (r *templateReader) clock(f *foundDate) error {
	f.hour, f.minute, f.second = r.seconds/3600, r.seconds%3600/60, r.seconds%60
	if r.second != 0 {
		f.second = r.second
	}
	if r.minute != 0 {
		f.minute = r.minute
	}
	if r.hour != 0 {
		f.hour = r.hour
	}
	f.micros = r.millis*1000 + r.micros
	if !r.half {
		return nil
	}
	if f.hour < 1 || f.hour > 12 {
		return sqlerr.New(sqlerr.InvalidDatetimeFormat, "hour \"%d\" is invalid for the 12-hour clock", f.hour).
			WithHint("Use the 24-hour clock, or give an hour between 1 and 12.")
	}
	f.hour = f.hour%12 + 12*r.meridiem
	return nil
}

// findYear takes the year from its own field, which may be the last digits of
// one of a century, or is the first of the century. Years are astronomical: 0
// is 1 BC.
func (r *templateReader) findYear(f *foundDate) {
	century := r.century
	if r.era != 0 {
		century = -century
	}
	switch {
	case r.year == 0 && century == 0:
		return
	case r.year == 0 && century > 0:
		f.year = (century-1)*100 + 1
	case r.year == 0:
		f.year = century*100 + 1
	case century != 0 && r.yearSize <= 2:
		switch last := r.year % 100; {
		case last != 0 && century > 0:
			f.year = (century-1)*100 + last
		case last != 0:
			f.year = (century+1)*100 - last + 1
		case century > 0:
			f.year = century * 100
		default:
			f.year = century*100 + 1
		}
	default:
		f.year = r.year
		if r.era != 0 {
			f.year = -f.year
		}
		if f.year < 0 {
			f.year++
		}
	}
	f.hasYear = true
}

// dayOfYear fills in the month and the day that are not given.
func (r *templateReader) dayOfYear(f *foundDate, doy int) {
	if r.mode == isoCalendar {
		f.set(isoWeekStart(f.year) + int64(doy) - 1)
		return
	}
	month, before := 1, 0
	for month <= 12 {
		n := daysInMonth(f.year, month)
		if doy <= before+n {
			break
		}
		month, before = month+1, before+n
	}
	if f.month <= 1 {
		f.month = month
	}
	if f.day <= 1 {
		f.day = doy - before
	}
	f.hasMonth, f.hasDay = true, true
}

// isoWeekStart returns the Monday of the first week of ISO 8601's year.
func isoWeekStart(year int) int64 {
	fourth := daysOf(year, 1, 4)
	return fourth - int64((weekday(fourth)+6)%7)
}

// date returns the days since 2000-01-01.
func (r *templateReader) date() (int64, error) {
	f, err := r.combine()
	if err != nil {
		return 0, err
	}
	d := daysOf(f.year, f.month, f.day)
	if d < minDays || d >= endDays {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range: \"%s\"", r.text)
	}
	return d, nil
}

// stamp returns the microseconds since 2000-01-01, by the clock of the text.
func (r *templateReader) stamp() (int64, error) {
	f, err := r.combine()
	if err != nil {
		return 0, err
	}
	d := daysOf(f.year, f.month, f.day)
	if d < minDays || d > endTimestamp/day {
		return 0, errTimestampRange
	}
	micros := int64(f.micros)
	if r.precision > 0 {
		unit := int64(1)
		for i := r.precision; i < 6; i++ {
			unit *= 10
		}
		micros = (micros + unit/2) / unit * unit
	}
	return checkTimestamp(d*day + int64(f.hour)*hour + int64(f.minute)*minute + int64(f.second)*second + micros)
}
