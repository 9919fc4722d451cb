package types

import (
	"math"
	"math/bits"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// TimestampAdd adds an interval to a timestamp: months first, with the day
// clamped to the month's length, then days, then the time.
func TimestampAdd(v, iv Value) (Value, error) {
	if isInfinite(v.I) {
		return v, nil
	}
	months, days, us := iv.IntervalParts()
	r := v.I
	var ok bool
	if months != 0 {
		if r, ok = addMonths(r, int64(months)); !ok {
			return Null, errTimestampRange
		}
	}
	if r, ok = add64(r, int64(days)*usDay); ok {
		r, ok = add64(r, us)
	}
	if !ok || !validTimestamp(r) {
		return Null, errTimestampRange
	}
	return Value{K: v.K, I: r}, nil
}

func add64(a, b int64) (int64, bool) {
	s := a + b
	return s, (s^a)&(s^b) >= 0
}

func addMonths(us, months int64) (int64, bool) {
	c := clockOf(us)
	m := int64(c.year)*12 + int64(c.month) - 1 + months
	c.year, c.month = int(floorDiv(m, 12)), int(floorMod(m, 12))+1
	c.day = min(c.day, daysInMonth(c.year, c.month))
	return c.micros()
}

// TimestampTZAdd adds an interval to a timestamptz; months and days are those
// of the calendar in the environment's zone.
func TimestampTZAdd(v, iv Value, env *Env) (Value, error) {
	if isInfinite(v.I) {
		return v, nil
	}
	months, days, us := iv.IntervalParts()
	r := v.I
	if months != 0 || days != 0 {
		loc := env.Location()
		if months != 0 {
			local, ok := addMonths(r+int64(offsetAt(loc, r))*usSecond, int64(months))
			if !ok {
				return Null, errTimestampRange
			}
			r = local - int64(offsetLocal(loc, local))*usSecond
		}
		if days != 0 {
			local, ok := add64(r+int64(offsetAt(loc, r))*usSecond, int64(days)*usDay)
			if !ok || local < minTimestamp-usDay || local > endTimestamp+usDay {
				return Null, errTimestampRange
			}
			r = local - int64(offsetLocal(loc, local))*usSecond
		}
	}
	r, ok := add64(r, us)
	if !ok || !validTimestamp(r) {
		return Null, errTimestampRange
	}
	return NewTimestampTZ(r), nil
}

// TimestampDiff is a - b for timestamps or timestamptzs: days and time.
func TimestampDiff(a, b Value) (Value, error) {
	if isInfinite(a.I) || isInfinite(b.I) {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "cannot subtract infinite timestamps")
	}
	d := a.I - b.I
	if (a.I^b.I)&(d^a.I) < 0 {
		return Null, errIntervalRange
	}
	return NewInterval(0, int32(d/usDay), d%usDay), nil
}

// DateAddDays is date + integer.
func DateAddDays(v Value, days int64) (Value, error) {
	if v.IsInfinite() {
		return v, nil
	}
	r := v.I + days
	if days > endDate*2 || days < -endDate*2 || r < minDate || r >= endDate {
		return Null, errDateRange
	}
	return NewDate(r), nil
}

// DateDiff is date - date, in days.
func DateDiff(a, b Value) (Value, error) {
	if a.IsInfinite() || b.IsInfinite() {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "cannot subtract infinite dates")
	}
	return NewInt(a.I - b.I), nil
}

// DateAddInterval is date + interval, a timestamp.
func DateAddInterval(v, iv Value) (Value, error) {
	ts, err := dateTimestamp(v)
	if err != nil {
		return Null, err
	}
	return TimestampAdd(ts, iv)
}

// DateAddTime is date + time, a timestamp; with a timetz, a timestamptz.
func DateAddTime(d, t Value) (Value, error) {
	ts, err := dateTimestamp(d)
	if err != nil {
		return Null, err
	}
	k := KindTimestamp
	if t.K == KindTimeTZ {
		k = KindTimestampTZ
	}
	if isInfinite(ts.I) {
		return Value{K: k, I: ts.I}, nil
	}
	r := ts.I + t.I + t.J*usSecond
	if !validTimestamp(r) {
		return Null, errTimestampRange
	}
	return Value{K: k, I: r}, nil
}

// TimeAdd adds an interval to a time or timetz, around the clock.
func TimeAdd(v, iv Value) Value {
	v.I = floorMod(v.I+iv.I%usDay, usDay)
	return v
}

// TimeDiff is time - time.
func TimeDiff(a, b Value) Value { return NewInterval(0, 0, a.I-b.I) }

// Age is the symbolic difference a - b of two timestamps in years, months,
// days and time. For timestamptzs, pass their local times.
func Age(a, b Value) (Value, error) {
	// PostgreSQL reads the later infinity as the clock it would be.
	if a.I == TimestampNegInfinity || b.I == TimestampNegInfinity {
		return Null, errTimestampRange
	}
	negative := a.I < b.I
	if negative {
		a, b = b, a
	}
	x, y := clockOf(a.I), clockOf(b.I)
	us := (int64(x.hour-y.hour)*60+int64(x.min-y.min))*usMinute + int64(x.sec-y.sec)*usSecond + int64(x.us-y.us)
	days, months := x.day-y.day, (x.year-y.year)*12+x.month-y.month
	if us < 0 {
		us += usDay
		days--
	}
	for days < 0 {
		// the days of the month that the earlier moment stands in
		days += daysInMonth(y.year, y.month)
		months--
	}
	if negative {
		us, days, months = -us, -days, -months
	}
	return NewInterval(int32(months), int32(days), us), nil
}

// IntervalAdd is a + b.
func IntervalAdd(a, b Value) (Value, error) {
	ma, da, ta := a.IntervalParts()
	mb, db, tb := b.IntervalParts()
	us, ok := add64(ta, tb)
	return joinInterval(int64(ma)+int64(mb), int64(da)+int64(db), us, ok)
}

// IntervalSub is a - b.
func IntervalSub(a, b Value) (Value, error) {
	ma, da, ta := a.IntervalParts()
	mb, db, tb := b.IntervalParts()
	us := ta - tb
	return joinInterval(int64(ma)-int64(mb), int64(da)-int64(db), us, (ta^tb)&(us^ta) >= 0)
}

// IntervalNeg is -v.
func IntervalNeg(v Value) (Value, error) {
	return IntervalSub(Value{K: KindInterval}, v)
}

func joinInterval(months, days, us int64, ok bool) (Value, error) {
	if !ok || months != int64(int32(months)) || days != int64(int32(days)) {
		return Null, errIntervalRange
	}
	return NewInterval(int32(months), int32(days), us), nil
}

// IntervalMul is interval × float; fractions of months become days of 30, and
// fractions of days become time.
func IntervalMul(v Value, f float64) (Value, error) {
	months, days, us := v.IntervalParts()
	return scaleInterval(float64(months)*f, float64(days)*f, float64(us)*f)
}

// IntervalDiv is interval / float.
func IntervalDiv(v Value, f float64) (Value, error) {
	if f == 0 {
		return Null, errDivisionByZero
	}
	months, days, us := v.IntervalParts()
	return scaleInterval(float64(months)/f, float64(days)/f, float64(us)/f)
}

func roundTime(f float64) float64 { return math.RoundToEven(f*1e6) / 1e6 }

func scaleInterval(months, days, us float64) (Value, error) {
	if !(math.Abs(months) <= math.MaxInt32) || !(math.Abs(days) <= math.MaxInt32) {
		return Null, errIntervalRange
	}
	m, d := math.Trunc(months), math.Trunc(days)
	spill := roundTime((months - m) * 30)
	sec := roundTime((days - d + spill - math.Trunc(spill)) * 86400)
	if math.Abs(sec) >= 86400 {
		whole := math.Trunc(sec / 86400)
		d += whole
		sec -= whole * 86400
	}
	d += math.Trunc(spill)
	t := math.RoundToEven(us + sec*1e6)
	if !(t >= math.MinInt64 && t < math.MaxInt64) || math.Abs(d) > math.MaxInt32 {
		return Null, errIntervalRange
	}
	return NewInterval(int32(m), int32(d), int64(t)), nil
}

// JustifyHours turns 24 hours into a day.
func JustifyHours(v Value) (Value, error) {
	months, days, us := v.IntervalParts()
	d := int64(days) + us/usDay
	us %= usDay
	if d > 0 && us < 0 {
		us, d = us+usDay, d-1
	} else if d < 0 && us > 0 {
		us, d = us-usDay, d+1
	}
	return joinInterval(int64(months), d, us, true)
}

// JustifyDays turns 30 days into a month.
func JustifyDays(v Value) (Value, error) {
	months, days, us := v.IntervalParts()
	m, d := int64(months)+int64(days/30), int64(days%30)
	if m > 0 && d < 0 {
		d, m = d+30, m-1
	} else if m < 0 && d > 0 {
		d, m = d-30, m+1
	}
	return joinInterval(m, d, us, true)
}

// JustifyInterval does both, and gives all parts one sign.
func JustifyInterval(v Value) (Value, error) {
	months, days, us := v.IntervalParts()
	d := int64(days) + us/usDay
	us %= usDay
	m := int64(months) + d/30
	d %= 30
	if m > 0 && (d < 0 || d == 0 && us < 0) {
		d, m = d+30, m-1
	} else if m < 0 && (d > 0 || d == 0 && us > 0) {
		d, m = d-30, m+1
	}
	if d > 0 && us < 0 {
		us, d = us+usDay, d-1
	} else if d < 0 && us > 0 {
		us, d = us-usDay, d+1
	}
	return joinInterval(m, d, us, true)
}

// DateBin puts a timestamp into the bin of a stride that starts at or before
// it, counted from an origin.
func DateBin(stride, v, origin Value) (Value, error) {
	if isInfinite(v.I) {
		return v, nil
	}
	months, days, us := stride.IntervalParts()
	if isInfinite(origin.I) {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "origin out of range")
	}
	if months != 0 {
		return Null, sqlerr.New(sqlerr.FeatureNotSupported, "timestamps cannot be binned into intervals containing months or years")
	}
	hi, lo := bits.Mul64(abs64(int64(days)), usDay)
	step, ok := add64(int64(lo)*int64(cmp64(int64(days), 0)), us)
	if hi != 0 || lo > math.MaxInt64 || !ok {
		return Null, errIntervalRange
	}
	if step <= 0 {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "stride must be greater than zero")
	}
	diff := v.I - origin.I
	if (v.I^origin.I)&(diff^v.I) < 0 {
		return Null, errIntervalRange
	}
	r := origin.I + floorDiv(diff, step)*step
	if !validTimestamp(r) {
		return Null, errTimestampRange
	}
	return Value{K: v.K, I: r}, nil
}

// MakeDate makes a date; a negative year is BC.
func MakeDate(year, month, day int64) (Value, error) {
	y := year
	if y < 0 {
		y++
	}
	if year == 0 || year < -4714 || year > 5874898 || month < 1 || month > 12 || day < 1 || day > int64(daysInMonth(int(y), int(month))) {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date field value out of range: %d-%02d-%02d", year, month, day)
	}
	days := daysFromCivil(int(y), int(month), int(day))
	if days < minDate || days >= endDate {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range: %d-%02d-%02d", y, month, day)
	}
	return NewDate(days), nil
}

// MakeTime makes a time of day.
func MakeTime(hour, min int64, sec float64) (Value, error) {
	us := math.RoundToEven(sec * usSecond)
	if hour < 0 || hour > 24 || min < 0 || min > 59 || !(us >= 0 && us <= 60*usSecond) ||
		hour*usHour+min*usMinute+int64(us) > usDay {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "time field value out of range: %d:%02d:%02g", hour, min, sec)
	}
	return NewTime(hour*usHour + min*usMinute + int64(us)), nil
}

// MakeTimestamp makes a timestamp of its fields.
func MakeTimestamp(year, month, day, hour, min int64, sec float64) (Value, error) {
	d, err := MakeDate(year, month, day)
	if err != nil {
		return Null, err
	}
	t, err := MakeTime(hour, min, sec)
	if err != nil {
		return Null, err
	}
	if d.I >= endTimestamp/usDay {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range: %d-%02d-%02d %d:%02d:%02g", year, month, day, hour, min, sec)
	}
	r := d.I*usDay + t.I
	if !validTimestamp(r) {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range: %d-%02d-%02d %d:%02d:%02g", year, month, day, hour, min, sec)
	}
	return NewTimestamp(r), nil
}

// MakeInterval makes an interval of its units.
func MakeInterval(years, months, weeks, days, hours, mins int64, secs float64) (Value, error) {
	us := math.RoundToEven(secs * usSecond)
	if !(math.Abs(us) < 9.2e18) {
		return Null, errIntervalRange
	}
	t, ok := add64(hours*usHour+mins*usMinute, int64(us))
	return joinInterval(years*12+months, weeks*7+days, t, ok)
}

// TimestampFromEpoch is to_timestamp(float8): seconds since 1970.
func TimestampFromEpoch(sec float64) (Value, error) {
	switch {
	case sec != sec:
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp cannot be NaN")
	case math.IsInf(sec, 1):
		return NewTimestampTZ(TimestampInfinity), nil
	case math.IsInf(sec, -1):
		return NewTimestampTZ(TimestampNegInfinity), nil
	}
	us := math.RoundToEven((sec - epochShift) * usSecond)
	if !(us >= minTimestamp && us < endTimestamp) {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range: \"%g\"", sec)
	}
	return NewTimestampTZ(int64(us)), nil
}
