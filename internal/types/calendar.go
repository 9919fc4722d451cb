package types

import (
	"math"
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// Dates and timestamps are counted from 2000-01-01 in the proleptic Gregorian
// calendar, as PostgreSQL counts them. The extremes stand for infinity.
const (
	DateInfinity         = math.MaxInt32
	DateNegInfinity      = math.MinInt32
	TimestampInfinity    = math.MaxInt64
	TimestampNegInfinity = math.MinInt64

	minTimestamp = -211813488000000000 // 4714-11-24 BC
	endTimestamp = 9223371331200000000 // 294277-01-01, exclusive
	minDate      = -2451545
	endDate      = 2147483494 - 2451545

	usSecond   = 1_000_000
	usMinute   = 60 * usSecond
	usHour     = 60 * usMinute
	usDay      = 24 * usHour
	epochDays  = 10957 // from 1970-01-01 to 2000-01-01
	epochShift = epochDays * 86400
)

var (
	errTimestampRange = sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range")
	errDateRange      = sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range")
	errIntervalRange  = sqlerr.New(sqlerr.DatetimeFieldOverflow, "interval out of range")
)

// NewDate makes a date of days since 2000-01-01.
func NewDate(days int64) Value { return Value{K: KindDate, I: days} }

// NewTime makes a time of microseconds since midnight.
func NewTime(us int64) Value { return Value{K: KindTime, I: us} }

// NewTimeTZ makes a time with a zone in seconds west of UTC.
func NewTimeTZ(us int64, west int) Value { return Value{K: KindTimeTZ, I: us, J: int64(west)} }

// NewTimestamp makes a timestamp of microseconds since 2000-01-01.
func NewTimestamp(us int64) Value { return Value{K: KindTimestamp, I: us} }

// NewTimestampTZ makes a timestamptz of microseconds since 2000-01-01 UTC.
func NewTimestampTZ(us int64) Value { return Value{K: KindTimestampTZ, I: us} }

// NewInterval makes an interval.
func NewInterval(months, days int32, us int64) Value {
	return Value{K: KindInterval, I: us, J: int64(months)<<32 | int64(uint32(days))}
}

// IntervalParts returns months, days and microseconds of an interval.
func (v Value) IntervalParts() (months, days int32, us int64) {
	return int32(v.J >> 32), int32(v.J), v.I
}

// daysFromCivil counts the days from 2000-01-01 to a date; year 0 is 1 BC.
func daysFromCivil(y, m, d int) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	era := floorDiv(int64(y), 400)
	yoe := int64(y) - era*400
	doy := int64((153*(m-3)+2)/5 + d - 1)
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 730425
}

// civilFromDays is the inverse of daysFromCivil.
func civilFromDays(days int64) (y, m, d int) {
	z := days + 730425
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = int(doy - (153*mp+2)/5 + 1)
	m = int(mp + 3)
	year := yoe + era*400
	if m > 12 {
		m -= 12
		year++
	}
	return int(year), m, d
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 {
	if r := a % b; r < 0 {
		return r + b
	} else {
		return r
	}
}

func isLeap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

func daysInMonth(y, m int) int {
	if m == 2 && isLeap(y) {
		return 29
	}
	return [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
}

// clock is a broken-down timestamp; year 0 is 1 BC.
type clock struct {
	year, month, day int
	hour, min, sec   int
	us               int
}

// Civil splits a finite timestamp into calendar fields; year 0 is 1 BC.
func Civil(us int64) (year, month, day, hour, min, sec, micros int) {
	c := clockOf(us)
	return c.year, c.month, c.day, c.hour, c.min, c.sec, c.us
}

func clockOf(us int64) (c clock) {
	days := floorDiv(us, usDay)
	rest := us - days*usDay
	c.year, c.month, c.day = civilFromDays(days)
	c.hour = int(rest / usHour)
	c.min = int(rest / usMinute % 60)
	c.sec = int(rest / usSecond % 60)
	c.us = int(rest % usSecond)
	return c
}

// micros joins the fields; false where the result is out of range.
func (c clock) micros() (int64, bool) {
	days := daysFromCivil(c.year, c.month, c.day)
	if days < minDate-1 || days > endTimestamp/usDay+1 {
		return 0, false
	}
	t := int64(c.hour)*usHour + int64(c.min)*usMinute + int64(c.sec)*usSecond + int64(c.us)
	r := days*usDay + t
	return r, r >= minTimestamp && r < endTimestamp
}

func validTimestamp(us int64) bool { return us >= minTimestamp && us < endTimestamp }

func isInfinite(us int64) bool { return us == TimestampInfinity || us == TimestampNegInfinity }

// IsInfinite reports whether a date or timestamp is infinity or -infinity.
func (v Value) IsInfinite() bool {
	switch v.K {
	case KindDate:
		return v.I == DateInfinity || v.I == DateNegInfinity
	case KindTimestamp, KindTimestampTZ:
		return isInfinite(v.I)
	}
	return false
}

// TimestampTZFromTime converts an instant, to the microsecond below.
func TimestampTZFromTime(t time.Time) Value { return NewTimestampTZ(microsOf(t)) }

func microsOf(t time.Time) int64 {
	return (t.Unix()-epochShift)*usSecond + int64(t.Nanosecond()/1000)
}

// TimestampFromTime takes the calendar fields of t in its own zone.
func TimestampFromTime(t time.Time) Value {
	_, offset := t.Zone()
	return NewTimestamp(microsOf(t) + int64(offset)*usSecond)
}

// DateFromTime takes the calendar date of t in its own zone.
func DateFromTime(t time.Time) Value {
	return NewDate(floorDiv(TimestampFromTime(t).I, usDay))
}

// ToTime converts a date, timestamp or timestamptz to a time.Time: a
// timestamptz in the environment's zone, the others as UTC. Infinity becomes
// the last or first timestamp there is.
func ToTime(v Value, env *Env) time.Time {
	us := v.I
	if v.K == KindDate {
		us = DateToTimestamp(v).I
	}
	us = min(max(us, minTimestamp), endTimestamp-1)
	sec := floorDiv(us, usSecond)
	t := time.Unix(sec+epochShift, (us-sec*usSecond)*1000)
	if v.K == KindTimestampTZ {
		return t.In(env.Location())
	}
	return t.UTC()
}

// DateToTimestamp converts a date that is known to be in range.
func DateToTimestamp(v Value) Value {
	switch {
	case v.I >= DateInfinity:
		return NewTimestamp(TimestampInfinity)
	case v.I <= DateNegInfinity:
		return NewTimestamp(TimestampNegInfinity)
	case v.I >= endTimestamp/usDay:
		return NewTimestamp(endTimestamp - 1)
	}
	return NewTimestamp(v.I * usDay)
}

// roundMicros rounds to precision digits of a second, half away from zero.
func roundMicros(us int64, precision int32) int64 {
	if precision < 0 || precision >= 6 {
		return us
	}
	unit := int64(pow10[6-precision])
	if us >= 0 {
		return (us + unit/2) / unit * unit
	}
	return -((-us + unit/2) / unit * unit)
}

func fitTimestamp(us int64, precision int32) int64 {
	if isInfinite(us) {
		return us
	}
	return roundMicros(us, precision)
}
