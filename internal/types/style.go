package types

import (
	"strconv"
)

// DateStyle is how dates and times are written.
type DateStyle uint8

// The styles of dates.
const (
	DateISO DateStyle = iota
	DateSQL
	DatePostgres
	DateGerman
)

// DateOrder is which of the numbers of a date comes first where nothing else
// says it, in texts read, and in texts written in a style other than ISO.
type DateOrder uint8

// The orders of dates.
const (
	OrderMDY DateOrder = iota
	OrderDMY
	OrderYMD
)

// IntervalStyle is how intervals are written.
type IntervalStyle uint8

// The styles of intervals.
const (
	IntervalPostgres IntervalStyle = iota
	IntervalVerbose
	IntervalSQL
	IntervalISO
)

// Style is what the session says about texts; its zero value is the default.
type Style struct {
	Date     DateStyle
	Order    DateOrder
	Interval IntervalStyle
	Escape   bool // bytea: octal escapes rather than hexadecimal digits
	// FloatDigits is 0 for the shortest exact form; n rounds to 16-n digits
	// (7-n of real), as extra_float_digits = 1-n does.
	FloatDigits int8
}

var defaultStyle Style

func (e *Env) style() *Style {
	if e == nil {
		return &defaultStyle
	}
	return &e.Style
}

// plain is the environment with ISO dates, which JSON has in any style.
func (e *Env) plain() *Env {
	if e.style().Date == DateISO {
		return e
	}
	c := *e
	c.Style.Date = DateISO
	return &c
}

// appendStyledYMD appends a date in a style other than ISO, without its era.
func appendStyledYMD(dst []byte, y, m, d int, s *Style) []byte {
	sep := byte('/')
	switch s.Date {
	case DateGerman:
		sep = '.'
	case DatePostgres:
		sep = '-'
	}
	if s.Date != DateGerman && s.Order != OrderDMY {
		d, m = m, d
	}
	dst = append(append2(dst, d), sep)
	dst = append(append2(dst, m), sep)
	return appendYear(dst, y)
}

func appendYear(dst []byte, y int) []byte {
	if y <= 0 {
		y = 1 - y
	}
	if y < 10000 {
		dst = append(dst, '0'+byte(y/1000), '0'+byte(y/100%10))
		return append2(dst, y%100)
	}
	return strconv.AppendInt(dst, int64(y), 10)
}

func appendStyledDate(dst []byte, days int64, s *Style) []byte {
	if days >= DateInfinity || days <= DateNegInfinity || s.Date == DateISO {
		return AppendDate(dst, days)
	}
	y, m, d := civilFromDays(days)
	dst = appendStyledYMD(dst, y, m, d, s)
	if y <= 0 {
		dst = append(dst, " BC"...)
	}
	return dst
}

const (
	weekdayNames = "SunMonTueWedThuFriSat"
	monthNames   = "JanFebMarAprMayJunJulAugSepOctNovDec"
)

// appendStyledTimestamp appends local microseconds with a zone: its
// abbreviation, or its offset where it has none.
func appendStyledTimestamp(dst []byte, us int64, s *Style, zoned bool, zone string, east int) []byte {
	days := floorDiv(us, usDay)
	y, m, d := civilFromDays(days)
	if s.Date == DatePostgres {
		w := int(floorMod(days+6, 7)) // 2000-01-01 was a Saturday
		dst = append(dst, weekdayNames[3*w:3*w+3]...)
		month := monthNames[3*m-3 : 3*m]
		if s.Order == OrderDMY {
			dst = append(append2(append(dst, ' '), d), ' ')
			dst = append(dst, month...)
		} else {
			dst = append(append(dst, ' '), month...)
			dst = append2(append(dst, ' '), d)
		}
		dst = AppendTime(append(dst, ' '), us-days*usDay)
		dst = appendYear(append(dst, ' '), y)
	} else {
		dst = appendStyledYMD(dst, y, m, d, s)
		dst = AppendTime(append(dst, ' '), us-days*usDay)
	}
	if zoned {
		switch {
		case zone != "":
			dst = append(append(dst, ' '), zone...)
		case s.Date == DatePostgres:
			dst = appendOffset(append(dst, ' '), east)
		default:
			dst = appendOffset(dst, east)
		}
	}
	if y <= 0 {
		dst = append(dst, " BC"...)
	}
	return dst
}

// appendStyledTZ appends a timestamptz in a style other than ISO.
func appendStyledTZ(dst []byte, us int64, env *Env) []byte {
	if isInfinite(us) {
		return appendInfinity(dst, us)
	}
	east, zone := ZoneOffset(NewTimestampTZ(us), env)
	return appendStyledTimestamp(dst, us+int64(east)*usSecond, env.style(), true, zone, east)
}

// intervalParts are the fields of an interval as they are written.
type intervalParts struct{ year, mon, day, hour, min, sec, us int64 }

func partsOf(v Value) intervalParts {
	months, days, us := v.IntervalParts()
	return intervalParts{
		year: int64(months / 12), mon: int64(months % 12), day: int64(days),
		hour: us / usHour, min: us / usMinute % 60, sec: us / usSecond % 60, us: us % usSecond,
	}
}

// magnitude is a number without its sign.
func magnitude(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// appendSeconds appends seconds without their sign.
func (p *intervalParts) appendSeconds(dst []byte, fill bool) []byte {
	sec := int(magnitude(p.sec))
	if fill {
		dst = append2(dst, sec)
	} else {
		dst = strconv.AppendInt(dst, int64(sec), 10)
	}
	return appendFraction(dst, int(magnitude(p.us)))
}

func appendStyledInterval(dst []byte, v Value, s *Style) []byte {
	p := partsOf(v)
	switch s.Interval {
	case IntervalVerbose:
		return p.verbose(dst)
	case IntervalSQL:
		return p.sql(dst)
	case IntervalISO:
		return p.iso(dst)
	}
	return AppendInterval(dst, v)
}

// verbose writes "@ 1 day -2 hours ago": the sign of the first part holds for
// all, the others are written relative to it.
func (p intervalParts) verbose(dst []byte) []byte {
	dst = append(dst, '@')
	zero, before := true, false
	for _, part := range []struct {
		n    int64
		unit string
	}{{p.year, "year"}, {p.mon, "mon"}, {p.day, "day"}, {p.hour, "hour"}, {p.min, "min"}} {
		n := part.n
		if n == 0 {
			continue
		}
		if zero {
			before, n = n < 0, magnitude(n)
		} else if before {
			n = -n
		}
		dst = strconv.AppendInt(append(dst, ' '), n, 10)
		dst = append(append(dst, ' '), part.unit...)
		if n != 1 {
			dst = append(dst, 's')
		}
		zero = false
	}
	if p.sec != 0 || p.us != 0 {
		dst = append(dst, ' ')
		negative := p.sec < 0 || p.us < 0
		switch {
		case negative && zero:
			before = true
		case negative != before:
			dst = append(dst, '-')
		}
		dst = append(p.appendSeconds(dst, false), " sec"...)
		if magnitude(p.sec) != 1 || p.us != 0 {
			dst = append(dst, 's')
		}
		zero = false
	}
	if zero {
		dst = append(dst, " 0"...)
	}
	if before {
		dst = append(dst, " ago"...)
	}
	return dst
}

// sql writes the literals of the standard where it has one for the value.
func (p intervalParts) sql(dst []byte) []byte {
	negative := p.year < 0 || p.mon < 0 || p.day < 0 || p.hour < 0 || p.min < 0 || p.sec < 0 || p.us < 0
	positive := p.year > 0 || p.mon > 0 || p.day > 0 || p.hour > 0 || p.min > 0 || p.sec > 0 || p.us > 0
	yearMonth := p.year != 0 || p.mon != 0
	dayTime := p.day != 0 || p.hour != 0 || p.min != 0 || p.sec != 0 || p.us != 0
	clock := func(dst []byte) []byte {
		dst = strconv.AppendInt(dst, magnitude(p.hour), 10)
		dst = append2(append(dst, ':'), int(magnitude(p.min)))
		return p.appendSeconds(append(dst, ':'), true)
	}
	years := func(dst []byte) []byte {
		dst = append(strconv.AppendInt(dst, magnitude(p.year), 10), '-')
		return strconv.AppendInt(dst, magnitude(p.mon), 10)
	}
	sign := func(dst []byte, minus bool) []byte {
		if minus {
			return append(dst, '-')
		}
		return append(dst, '+')
	}
	switch {
	case !negative && !positive:
		return append(dst, '0')
	case negative && positive, yearMonth && dayTime:
		dst = append(years(sign(dst, p.year < 0 || p.mon < 0)), ' ')
		dst = strconv.AppendInt(sign(dst, p.day < 0), magnitude(p.day), 10)
		return clock(sign(append(dst, ' '), p.hour < 0 || p.min < 0 || p.sec < 0 || p.us < 0))
	}
	if negative {
		dst = append(dst, '-')
	}
	switch {
	case yearMonth:
		return years(dst)
	case p.day != 0:
		dst = append(strconv.AppendInt(dst, magnitude(p.day), 10), ' ')
	}
	return clock(dst)
}

// iso writes ISO 8601's form with designators.
func (p intervalParts) iso(dst []byte) []byte {
	if p == (intervalParts{}) {
		return append(dst, "PT0S"...)
	}
	part := func(n int64, unit byte) {
		if n != 0 {
			dst = append(strconv.AppendInt(dst, n, 10), unit)
		}
	}
	dst = append(dst, 'P')
	part(p.year, 'Y')
	part(p.mon, 'M')
	part(p.day, 'D')
	if p.hour != 0 || p.min != 0 || p.sec != 0 || p.us != 0 {
		dst = append(dst, 'T')
	}
	part(p.hour, 'H')
	part(p.min, 'M')
	if p.sec != 0 || p.us != 0 {
		if p.sec < 0 || p.us < 0 {
			dst = append(dst, '-')
		}
		dst = append(p.appendSeconds(dst, false), 'S')
	}
	return dst
}

// appendEscaped appends a bytea with what is not printable as octal escapes.
func appendEscaped(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			dst = append(dst, '\\', '\\')
		case c < ' ' || c > '~':
			dst = append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendStyledFloat rounds a number to the digits that the style asks for.
func appendStyledFloat(dst []byte, f float64, bits int, s *Style) []byte {
	if s.FloatDigits == 0 || f-f != 0 {
		return AppendFloat(dst, f, bits)
	}
	digits := 16 - int(s.FloatDigits)
	if bits == 32 {
		digits = 7 - int(s.FloatDigits)
	}
	return strconv.AppendFloat(dst, f, 'g', max(digits, 1), 64)
}
