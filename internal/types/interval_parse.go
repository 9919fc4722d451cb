package types

import (
	"math"
	"strconv"
	"strings"
)

// intervalUnit is a unit word of an interval.
type intervalUnit uint8

const (
	unitNone intervalUnit = iota
	unitMicrosecond
	unitMillisecond
	unitSecond
	unitMinute
	unitHour
	unitDay
	unitWeek
	unitMonth
	unitYear
	unitDecade
	unitCentury
	unitMillennium
	unitAgo     // what stands before "ago" without a unit of its own is an error
	unitUnknown // a unit that intervals do not count in
)

// allSeconds are the units that a fraction of a second stands for too.
const allSeconds = 1<<unitSecond | 1<<unitMillisecond | 1<<unitMicrosecond

var intervalUnits = map[string]intervalUnit{
	"us": unitMicrosecond, "usec": unitMicrosecond, "useconds": unitMicrosecond,
	"usecond": unitMicrosecond, "usecs": unitMicrosecond, "microsecon": unitMicrosecond,
	"ms": unitMillisecond, "msec": unitMillisecond, "msecond": unitMillisecond, "mseconds": unitMillisecond, "msecs": unitMillisecond,
	"millisecon": unitMillisecond,
	"s":          unitSecond, "sec": unitSecond, "second": unitSecond, "seconds": unitSecond, "secs": unitSecond,
	"m": unitMinute, "min": unitMinute, "mins": unitMinute, "minute": unitMinute, "minutes": unitMinute,
	"h": unitHour, "hour": unitHour, "hours": unitHour, "hr": unitHour, "hrs": unitHour,
	"d": unitDay, "day": unitDay, "days": unitDay,
	"w": unitWeek, "week": unitWeek, "weeks": unitWeek,
	"mon": unitMonth, "mons": unitMonth, "month": unitMonth, "months": unitMonth,
	"y": unitYear, "year": unitYear, "years": unitYear, "yr": unitYear, "yrs": unitYear,
	"dec": unitDecade, "decade": unitDecade, "decades": unitDecade, "decs": unitDecade,
	"c": unitCentury, "cent": unitCentury, "century": unitCentury, "centuries": unitCentury,
	"quarter": unitUnknown, "qtr": unitUnknown, "timezone": unitUnknown,
	"mil": unitMillennium, "mils": unitMillennium, "millennia": unitMillennium, "millennium": unitMillennium,
}

// clipWord cuts a word to the ten letters that count.
func clipWord(s string) string {
	if len(s) > 10 && s[0] < 0x80 {
		return s[:10]
	}
	return s
}

// intervalDecoder collects an interval; fractions of a unit spill into the
// smaller ones: months to 30 days, days to 24 hours.
type intervalDecoder struct {
	months, days, us int64
	seen             int // bits of units
	overflow         bool
	sql              bool // a sign before the first field holds for all, unless others have one
}

// parseInterval reads an interval in any of PostgreSQL's input styles and
// applies the modifier, -1 for none.
func parseInterval(s string, mod int32, env *Env) (Value, error) {
	mask := int32(fullRange)
	if mod >= 0 {
		mask = mod >> 16 & fullRange
	}
	d := intervalDecoder{sql: env.style().Interval == IntervalSQL}
	x := trimSpace(s)
	code := d.decode(x, mask)
	if code == dtBadFormat {
		d = intervalDecoder{}
		code = d.decodeISO(x)
	}
	if code == dtOK && d.overflow || code == dtFieldOverflow {
		code = dtIntervalOverflow
	}
	if code != dtOK {
		return Null, dtError(code, s, "interval")
	}
	if d.months != int64(int32(d.months)) {
		return Null, errIntervalRange
	}
	if d.days != int64(int32(d.days)) {
		return Null, dtError(dtIntervalOverflow, s, "interval")
	}
	return fitInterval(NewInterval(int32(d.months), int32(d.days), d.us), mod), nil
}

// add adds val+frac of a unit.
func (d *intervalDecoder) add(u intervalUnit, val int64, frac float64) {
	switch u {
	case unitMicrosecond:
		d.micros(val, 1)
		d.us += int64(math.RoundToEven(frac))
	case unitMillisecond:
		d.micros(val, 1000)
		d.us += int64(math.RoundToEven(frac * 1000))
	case unitSecond:
		d.micros(val, usSecond)
		d.us += int64(math.RoundToEven(frac * usSecond))
	case unitMinute:
		d.micros(val, usMinute)
		d.fracMicros(frac, usMinute)
	case unitHour:
		d.micros(val, usHour)
		d.fracMicros(frac, usHour)
	case unitDay:
		d.addDays(val, 1)
		d.fracMicros(frac, usDay)
	case unitWeek:
		d.addDays(val, 7)
		d.fracDays(frac, 7)
	case unitMonth:
		d.addMonths(val, 1)
		d.fracDays(frac, 30)
	case unitYear:
		d.addMonths(val, 12)
		d.fracMonths(frac, 12)
	case unitDecade:
		d.addMonths(val, 120)
		d.fracMonths(frac, 120)
	case unitCentury:
		d.addMonths(val, 1200)
		d.fracMonths(frac, 1200)
	case unitMillennium:
		d.addMonths(val, 12000)
		d.fracMonths(frac, 12000)
	}
}

func (d *intervalDecoder) micros(val, unit int64) {
	p := val * unit
	if val != 0 && (p/val != unit || val == math.MinInt64 && unit != 1) {
		d.overflow = true
		return
	}
	s := d.us + p
	if (s^d.us)&(s^p) < 0 {
		d.overflow = true
	}
	d.us = s
}

func (d *intervalDecoder) addDays(val, n int64) {
	if val > math.MaxInt32 || val < math.MinInt32 {
		d.overflow = true
		return
	}
	d.days += val * n
	d.overflow = d.overflow || d.days != int64(int32(d.days))
}

func (d *intervalDecoder) addMonths(val, n int64) {
	if val > math.MaxInt32 || val < math.MinInt32 {
		d.overflow = true
		return
	}
	if n >= 12 {
		years := val * (n / 12)
		d.overflow = d.overflow || years != int64(int32(years))
	}
	d.months += val * n
}

func (d *intervalDecoder) fracMicros(frac float64, unit int64) {
	if frac != 0 {
		f := frac * float64(unit)
		whole := math.Trunc(f)
		if r := f - whole; r > 0.5 {
			whole++
		} else if r < -0.5 {
			whole--
		}
		d.us += int64(whole)
	}
}

func (d *intervalDecoder) fracDays(frac float64, unit int64) {
	if frac != 0 {
		f := frac * float64(unit)
		days := math.Trunc(f)
		d.days += int64(days)
		d.fracMicros(f-days, usDay)
	}
}

func (d *intervalDecoder) fracMonths(frac float64, unit int64) {
	d.months += int64(math.RoundToEven(frac * float64(unit)))
}

// decode reads the fields from the last to the first, since a unit stands
// behind its number.
func (d *intervalDecoder) decode(s string, mask int32) dtCode {
	var buf [12]dateField
	fields, ok := splitDate(s, buf[:0])
	if !ok || len(fields) == 0 {
		return dtBadFormat
	}
	unit := unitNone
	ago := false
	for i := len(fields) - 1; i >= 0; i-- {
		f := fields[i]
		switch f.shape {
		case shapeTime:
			if code := d.clock(f.text, 1, mask); code != dtOK {
				return code
			}
			unit = unitDay
		case shapeZone:
			if strings.IndexByte(f.text[1:], ':') >= 0 {
				sign := int64(1)
				if f.text[0] == '-' {
					sign = -1
				}
				if code := d.clock(f.text[1:], sign, mask); code != dtOK {
					return code
				}
				unit = unitDay
				continue
			}
			if code := d.quantity(f.text, &unit, mask); code != dtOK {
				return code
			}
		case shapeNumber, shapeDate:
			if code := d.quantity(f.text, &unit, mask); code != dtOK {
				return code
			}
		case shapeWord, shapeSpecial:
			if f.text == "ago" {
				ago = true
				unit = unitAgo
				continue
			}
			u, ok := intervalUnits[clipWord(f.text)]
			if !ok {
				return dtBadFormat
			}
			unit = u
		}
	}
	if d.seen == 0 {
		return dtBadFormat
	}
	if d.sql && fields[0].text[0] == '-' && !signed(fields[1:]) {
		d.months, d.days, d.us = -magnitude(d.months), -magnitude(d.days), -magnitude(d.us)
	}
	if ago {
		d.months, d.days, d.us = -d.months, -d.days, -d.us
	}
	return dtOK
}

func signed(fields []dateField) bool {
	for _, f := range fields {
		if f.text[0] == '-' || f.text[0] == '+' {
			return true
		}
	}
	return false
}

// quantity reads a number before a unit, or y-m before years.
func (d *intervalDecoder) quantity(text string, unit *intervalUnit, mask int32) dtCode {
	if *unit == unitNone {
		*unit = defaultUnit(mask)
	}
	sign := int64(1)
	body := text
	if body[0] == '-' || body[0] == '+' {
		if body[0] == '-' {
			sign = -1
		}
		body = body[1:]
	}
	digits := skipDigits(body, 0)
	val, err := int64(0), error(nil)
	if digits > 0 {
		signed := body[:digits]
		if sign < 0 {
			signed = text[:digits+1]
		}
		if val, err = strconv.ParseInt(signed, 10, 64); err != nil {
			return dtFieldOverflow
		}
	}
	rest := body[digits:]
	if digits == 0 && body != text {
		return dtBadFormat
	}
	frac := 0.0
	switch {
	case rest == "":
		if digits == 0 {
			return dtBadFormat
		}
	case rest[0] == '-' && digits > 0:
		return d.yearMonth(val, sign, rest[1:], unit)
	case rest[0] == '.':
		if len(rest) > 1 {
			if !allDigits(rest[1:]) {
				return dtBadFormat
			}
			if frac, err = strconv.ParseFloat("0"+rest, 64); err != nil {
				return dtBadFormat
			}
		} else if digits == 0 {
			return dtBadFormat
		}
		frac *= float64(sign)
	default:
		return dtBadFormat
	}
	if *unit >= unitAgo {
		return dtBadFormat
	}
	bit := 1 << *unit
	if *unit == unitSecond && frac != 0 {
		bit = allSeconds
	}
	if d.seen&bit != 0 {
		return dtBadFormat
	}
	d.seen |= bit
	d.add(*unit, val, frac)
	if *unit == unitHour {
		*unit = unitDay // as in the SQL form: days before hours
	}
	if d.overflow {
		return dtFieldOverflow
	}
	return dtOK
}

// yearMonth reads the months of the SQL form y-m.
func (d *intervalDecoder) yearMonth(years, sign int64, rest string, unit *intervalUnit) dtCode {
	months := int64(0)
	if rest != "" {
		m, err := strconv.ParseInt(rest, 10, 64)
		if err != nil || !allDigits(rest) {
			return dtBadFormat
		}
		months = m
	}
	if months > 11 {
		return dtFieldOverflow
	}
	const bit = 1 << unitMonth
	if d.seen&bit != 0 {
		return dtBadFormat
	}
	d.seen |= bit
	d.addMonths(years, 12)
	d.months += sign * months
	*unit = unitMonth
	return dtOK
}

// defaultUnit is what a bare number means under the fields of the type.
func defaultUnit(mask int32) intervalUnit {
	switch mask {
	case fieldYear:
		return unitYear
	case fieldMonth, fieldYear | fieldMonth:
		return unitMonth
	case fieldDay:
		return unitDay
	case fieldHour, fieldDay | fieldHour:
		return unitHour
	case fieldMinute, fieldHour | fieldMinute, fieldDay | fieldHour | fieldMinute:
		return unitMinute
	}
	return unitSecond
}

// clock reads h:m[:s[.f]].
func (d *intervalDecoder) clock(text string, sign int64, mask int32) dtCode {
	const bits = 1<<unitHour | 1<<unitMinute | allSeconds
	if d.seen&bits != 0 {
		return dtBadFormat
	}
	d.seen |= bits
	dot := strings.IndexByte(text, '.')
	whole, frac := text, 0
	if dot >= 0 {
		if dot+1 < len(text) && !allDigits(text[dot+1:]) {
			return dtBadFormat
		}
		whole, frac = text[:dot], fraction(text[dot:])
	}
	parts := strings.Split(whole, ":")
	if len(parts) > 3 || len(parts) < 2 {
		return dtBadFormat
	}
	var n [3]int64
	for i, p := range parts {
		if p == "" && i > 0 {
			continue
		}
		v, err := strconv.ParseInt(p, 10, 64)
		if err != nil {
			if isRange(err) {
				return dtFieldOverflow
			}
			return dtBadFormat
		}
		n[i] = v
	}
	if len(parts) == 2 && (dot >= 0 || mask == fieldMinute|fieldSecond) {
		n[0], n[1], n[2] = 0, n[0], n[1]
	}
	if n[1] > 59 || n[2] > 60 {
		return dtFieldOverflow
	}
	d.micros(sign*n[0], usHour)
	d.micros(sign*(n[1]*usMinute+n[2]*usSecond+int64(frac)), 1)
	return dtOK
}
