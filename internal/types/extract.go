package types

import (
	"math"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// DateField is a part of a date, a time or an interval that EXTRACT and date_trunc
// name.
type DateField uint8

// The fields.
const (
	FieldNone DateField = iota
	FieldMicroseconds
	FieldMilliseconds
	FieldSecond
	FieldMinute
	FieldHour
	FieldDay
	FieldWeek
	FieldMonth
	FieldQuarter
	FieldYear
	FieldDecade
	FieldCentury
	FieldMillennium
	FieldISOYear
	FieldDow
	FieldISODow
	FieldDoy
	FieldJulian
	FieldEpoch
	FieldTimezone
	FieldTimezoneHour
	FieldTimezoneMinute
)

var dateFields = map[string]DateField{
	"quarter": FieldQuarter, "qtr": FieldQuarter, "isoyear": FieldISOYear, "dow": FieldDow, "isodow": FieldISODow,
	"doy": FieldDoy, "julian": FieldJulian, "jd": FieldJulian, "j": FieldJulian, "epoch": FieldEpoch,
	"timezone": FieldTimezone, "timezone_hour": FieldTimezoneHour, "timezone_h": FieldTimezoneHour,
	"timezone_minute": FieldTimezoneMinute, "timezone_m": FieldTimezoneMinute,
}

func init() {
	of := [...]DateField{
		unitMicrosecond: FieldMicroseconds, unitMillisecond: FieldMilliseconds, unitSecond: FieldSecond,
		unitMinute: FieldMinute, unitHour: FieldHour, unitDay: FieldDay, unitWeek: FieldWeek, unitMonth: FieldMonth,
		unitYear: FieldYear, unitDecade: FieldDecade, unitCentury: FieldCentury, unitMillennium: FieldMillennium,
	}
	for name, u := range intervalUnits {
		if u < unitAgo {
			dateFields[name] = of[u]
		}
	}
}

// LookupField finds a field by its name in any case; FieldNone if there is none.
func LookupField(name string) DateField {
	if f, ok := dateFields[name]; ok {
		return f
	}
	return dateFields[clipWord(strings.ToLower(trimSpace(name)))]
}

// UnitNotRecognized is the error of an unknown field name.
func UnitNotRecognized(name string, t *Type) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "unit \"%s\" not recognized for type %s", strings.ToLower(name), t.Display)
}

func unitNotSupported(name string, t *Type) error {
	return sqlerr.New(sqlerr.FeatureNotSupported, "unit \"%s\" not supported for type %s", strings.ToLower(name), t.Display)
}

// Extract is EXTRACT(field FROM v): a numeric, NULL or an infinity for
// infinite values. The type tells what the error says.
func Extract(name string, v Value, t *Type, env *Env) (Value, error) {
	f := LookupField(name)
	if f == FieldNone {
		return Null, UnitNotRecognized(name, t)
	}
	switch v.K {
	case KindDate:
		if f < FieldDay || f >= FieldTimezone {
			return Null, unitNotSupported(name, t)
		}
		if v.IsInfinite() {
			return infiniteField(f, v.I > 0), nil
		}
		if f == FieldEpoch {
			return NumericFromInt(v.I*86400 + epochShift), nil
		}
		if f == FieldJulian {
			return NumericFromInt(v.I - minDate), nil
		}
		return NumericFromInt(calendarField(f, v.I)), nil
	case KindTimestamp, KindTimestampTZ:
		return extractTimestamp(f, name, v, t, env)
	case KindTime, KindTimeTZ:
		return extractTime(f, name, v, t)
	case KindInterval:
		return extractInterval(f, name, v, t)
	}
	return Null, unitNotSupported(name, t)
}

// DatePart is date_part: Extract as a float8.
func DatePart(name string, v Value, t *Type, env *Env) (Value, error) {
	if v.K == KindDate {
		ts, err := dateTimestamp(v)
		if err != nil {
			return Null, err
		}
		v, t = ts, Timestamp
	}
	r, err := Extract(name, v, t, env)
	if err != nil || r.K == KindNull {
		return r, err
	}
	return NewFloat(NumericFloat(r)), nil
}

// infiniteField: fields that grow with time are infinite, the others NULL.
func infiniteField(f DateField, positive bool) Value {
	switch f {
	case FieldYear, FieldDecade, FieldCentury, FieldMillennium, FieldJulian, FieldISOYear, FieldEpoch:
		if positive {
			return NumericPosInf
		}
		return NumericNegInf
	}
	return Null
}

func extractTimestamp(f DateField, name string, v Value, t *Type, env *Env) (Value, error) {
	if isInfinite(v.I) {
		return infiniteField(f, v.I > 0), nil
	}
	if f >= FieldTimezone && v.K == KindTimestamp {
		return Null, unitNotSupported(name, t)
	}
	if f == FieldEpoch {
		return NumericAdd(NewNumeric(v.I, 6), NumericFromInt(epochShift))
	}
	off := 0
	us := v.I
	if v.K == KindTimestampTZ {
		off = offsetAt(env.Location(), us)
		us += int64(off) * usSecond
	}
	days := floorDiv(us, usDay)
	rest := us - days*usDay
	switch f {
	case FieldTimezone:
		return NumericFromInt(int64(off)), nil
	case FieldTimezoneHour:
		return NumericFromInt(int64(off / 3600)), nil
	case FieldTimezoneMinute:
		return NumericFromInt(int64(off / 60 % 60)), nil
	case FieldJulian:
		part, err := NumericDiv(NumericFromInt(rest), NumericFromInt(usDay))
		if err != nil {
			return Null, err
		}
		return NumericAdd(NumericFromInt(days-minDate), part)
	}
	if r, ok := timeField(f, rest); ok {
		return r, nil
	}
	return NumericFromInt(calendarField(f, days)), nil
}

// timeField is a field of a time of day, or of the time of an interval.
func timeField(f DateField, us int64) (Value, bool) {
	switch f {
	case FieldMicroseconds:
		return NumericFromInt(us % usMinute), true
	case FieldMilliseconds:
		return NewNumeric(us%usMinute, 3), true
	case FieldSecond:
		return NewNumeric(us%usMinute, 6), true
	case FieldMinute:
		return NumericFromInt(us / usMinute % 60), true
	case FieldHour:
		return NumericFromInt(us / usHour), true
	}
	return Null, false
}

// calendarField is a field of a date.
func calendarField(f DateField, days int64) int64 {
	y, m, d := civilFromDays(days)
	switch f {
	case FieldDay:
		return int64(d)
	case FieldMonth:
		return int64(m)
	case FieldQuarter:
		return int64(m-1)/3 + 1
	case FieldWeek:
		_, w := isoWeek(days)
		return int64(w)
	case FieldISOYear:
		iy, _ := isoWeek(days)
		if iy <= 0 {
			iy--
		}
		return int64(iy)
	case FieldYear:
		if y <= 0 {
			return int64(y) - 1
		}
		return int64(y)
	case FieldDecade:
		return floorDiv(int64(y), 10)
	case FieldCentury:
		return century(int64(y), 100)
	case FieldMillennium:
		return century(int64(y), 1000)
	case FieldDow:
		return floorMod(days+6, 7)
	case FieldISODow:
		return floorMod(days+5, 7) + 1
	case FieldDoy:
		return days - daysFromCivil(y, 1, 1) + 1
	}
	return 0
}

// century counts centuries or millennia; there is no year and no century 0.
func century(y, n int64) int64 {
	if y > 0 {
		return (y + n - 1) / n
	}
	return -((n - 1 - (y - 1)) / n)
}

// isoWeek returns the ISO year (0 is 1 BC) and week of a date.
func isoWeek(days int64) (year, week int) {
	thursday := days - floorMod(days+5, 7) + 3
	y, _, _ := civilFromDays(thursday)
	return y, int((thursday-daysFromCivil(y, 1, 1))/7) + 1
}

// ISOWeek returns the ISO 8601 year (0 is 1 BC) and week of a date in days
// since 2000-01-01.
func ISOWeek(days int64) (year, week int) { return isoWeek(days) }

func extractTime(f DateField, name string, v Value, t *Type) (Value, error) {
	if r, ok := timeField(f, v.I); ok {
		return r, nil
	}
	if f == FieldEpoch {
		return NewNumeric(v.I+v.J*usSecond, 6), nil
	}
	if v.K == KindTimeTZ {
		switch f {
		case FieldTimezone:
			return NumericFromInt(-v.J), nil
		case FieldTimezoneHour:
			return NumericFromInt(-v.J / 3600), nil
		case FieldTimezoneMinute:
			return NumericFromInt(-v.J / 60 % 60), nil
		}
	}
	return Null, unitNotSupported(name, t)
}

func extractInterval(f DateField, name string, v Value, t *Type) (Value, error) {
	months, days, us := v.IntervalParts()
	y := int64(months / 12)
	switch f {
	case FieldDay:
		return NumericFromInt(int64(days)), nil
	case FieldMonth:
		return NumericFromInt(int64(months % 12)), nil
	case FieldQuarter:
		return NumericFromInt(int64(months%12)/3 + 1), nil
	case FieldYear:
		return NumericFromInt(y), nil
	case FieldDecade:
		return NumericFromInt(y / 10), nil
	case FieldCentury:
		return NumericFromInt(y / 100), nil
	case FieldMillennium:
		return NumericFromInt(y / 1000), nil
	case FieldEpoch:
		sec := (1461*y + 120*int64(months%12) + 4*int64(days)) * 21600
		return NumericAdd(NewNumeric(us, 6), NumericFromInt(sec))
	}
	if r, ok := timeField(f, us); ok {
		return r, nil
	}
	return Null, unitNotSupported(name, t)
}

// DateTrunc cuts a timestamp, timestamptz or interval below a field. A
// timestamptz is cut in the environment's zone.
func DateTrunc(name string, v Value, t *Type, env *Env) (Value, error) {
	f := LookupField(name)
	switch {
	case v.K != KindInterval && isInfinite(v.I):
		return v, nil
	case f == FieldNone, f > FieldMillennium && f < FieldTimezone:
		return Null, UnitNotRecognized(name, t)
	case f >= FieldTimezone:
		return Null, unitNotSupported(name, t)
	}
	switch v.K {
	case KindInterval:
		return truncInterval(f, name, v, t)
	case KindTimestampTZ:
		loc := env.Location()
		off := int64(offsetAt(loc, v.I)) * usSecond
		local, ok := truncTimestamp(f, v.I+off)
		if f >= FieldDay {
			off = int64(offsetLocal(loc, local)) * usSecond
		}
		if !ok || !validTimestamp(local-off) {
			return Null, errTimestampRange
		}
		return NewTimestampTZ(local - off), nil
	}
	us, ok := truncTimestamp(f, v.I)
	if !ok {
		return Null, errTimestampRange
	}
	return NewTimestamp(us), nil
}

// DateTruncZone is date_trunc with a time zone by name.
func DateTruncZone(name string, v Value, zone string) (Value, error) {
	loc, err := LookupZone(zone)
	if err != nil {
		return Null, err
	}
	return DateTrunc(name, v, TimestampTZ, &Env{Zone: loc})
}

func truncTimestamp(f DateField, us int64) (int64, bool) {
	unit := int64(0)
	switch f {
	case FieldMicroseconds:
		return us, true
	case FieldMilliseconds:
		unit = 1000
	case FieldSecond:
		unit = usSecond
	case FieldMinute:
		unit = usMinute
	case FieldHour:
		unit = usHour
	case FieldDay:
		unit = usDay
	}
	if unit != 0 {
		return floorDiv(us, unit) * unit, true
	}
	days := floorDiv(us, usDay)
	if f == FieldWeek {
		r := (days - floorMod(days+5, 7)) * usDay
		return r, validTimestamp(r)
	}
	c := clockOf(us)
	c = clock{year: c.year, month: c.month, day: 1}
	switch f {
	case FieldQuarter:
		c.month = (c.month-1)/3*3 + 1
	case FieldYear:
		c.month = 1
	case FieldDecade:
		c.month = 1
		c.year = int(floorDiv(int64(c.year), 10)) * 10
	case FieldCentury:
		c.month = 1
		c.year = int(floorDiv(int64(c.year)-1, 100))*100 + 1
	case FieldMillennium:
		c.month = 1
		c.year = int(floorDiv(int64(c.year)-1, 1000))*1000 + 1
	}
	return c.micros()
}

func truncInterval(f DateField, name string, v Value, t *Type) (Value, error) {
	months, days, us := v.IntervalParts()
	switch f {
	case FieldMicroseconds:
	case FieldMilliseconds:
		us = us / 1000 * 1000
	case FieldSecond:
		us = us / usSecond * usSecond
	case FieldMinute:
		us = us / usMinute * usMinute
	case FieldHour:
		us = us / usHour * usHour
	case FieldDay:
		us = 0
	case FieldMonth:
		days, us = 0, 0
	case FieldQuarter:
		months, days, us = months/3*3, 0, 0
	case FieldYear:
		months, days, us = months/12*12, 0, 0
	case FieldDecade:
		months, days, us = months/120*120, 0, 0
	case FieldCentury:
		months, days, us = months/1200*1200, 0, 0
	case FieldMillennium:
		months, days, us = months/12000*12000, 0, 0
	default:
		return Null, sqlerr.New(sqlerr.FeatureNotSupported, "unit \"%s\" not supported for type %s", name, t.Display).
			WithDetail("Months usually have fractional weeks.")
	}
	return NewInterval(months, days, us), nil
}

// JulianDay returns the days of the Julian count of a timestamp, as a float.
func JulianDay(us int64) float64 {
	days := floorDiv(us, usDay)
	return float64(days-minDate) + math.Abs(float64(us-days*usDay))/usDay
}
