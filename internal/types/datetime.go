package types

import (
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

func dtFail(d *dateDecoder, code dtCode, s, typeName string) error {
	if code == dtUnknownZone {
		return sqlerr.New(sqlerr.InvalidParameterValue, "time zone \"%s\" not recognized", d.zoneName)
	}
	return dtError(code, s, typeName)
}

// fastTimestamp reads "yyyy-mm-dd" with an optional "hh:mm:ss[.ffffff]" behind
// a blank or T, the form nearly all texts have.
func fastTimestamp(s string) (us int64, rest string, ok bool) {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return 0, "", false
	}
	y, ok1 := fourDigits(s)
	m, ok2 := twoDigits(s[5:])
	d, ok3 := twoDigits(s[8:])
	if !ok1 || !ok2 || !ok3 || y == 0 || m < 1 || m > 12 || d < 1 || d > daysInMonth(y, m) {
		return 0, "", false
	}
	us = daysFromCivil(y, m, d) * usDay
	if len(s) == 10 {
		return us, "", true
	}
	if len(s) < 19 || s[10] != ' ' && s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return 0, "", false
	}
	h, ok1 := twoDigits(s[11:])
	mi, ok2 := twoDigits(s[14:])
	sec, ok3 := twoDigits(s[17:])
	if !ok1 || !ok2 || !ok3 || h > 23 || mi > 59 || sec > 59 {
		return 0, "", false
	}
	us += int64(h)*usHour + int64(mi)*usMinute + int64(sec)*usSecond
	s = s[19:]
	if s != "" && s[0] == '.' {
		n := skipDigits(s, 1)
		if n > 7 {
			return 0, "", false
		}
		us += int64(fraction(s[:n]))
		s = s[n:]
	}
	return us, s, true
}

func twoDigits(s string) (int, bool) {
	a, b := s[0]-'0', s[1]-'0'
	return int(a)*10 + int(b), a <= 9 && b <= 9
}

func fourDigits(s string) (int, bool) {
	a, ok1 := twoDigits(s)
	b, ok2 := twoDigits(s[2:])
	return a*100 + b, ok1 && ok2
}

// ParseDate reads a date.
func ParseDate(s string, env *Env) (Value, error) {
	if us, rest, ok := fastTimestamp(s); ok && rest == "" {
		return NewDate(floorDiv(us, usDay)), nil
	}
	d := dateDecoder{env: env}
	if code := d.decode(s); code != dtOK {
		return Null, dtFail(&d, code, s, "date")
	}
	switch d.special {
	case wordEpoch:
		return NewDate(-epochDays), nil
	case wordInfinity:
		return NewDate(DateInfinity), nil
	case wordNegInfinity:
		return NewDate(DateNegInfinity), nil
	}
	if d.year < -4713 || d.year > 5874898 {
		return Null, dateRange(s)
	}
	days := daysFromCivil(d.year, d.month, d.day)
	if days < minDate || days >= endDate {
		return Null, dateRange(s)
	}
	return NewDate(days), nil
}

func dateRange(s string) error {
	return sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range: \"%s\"", s)
}

func timestampRange(s string) error {
	return sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range: \"%s\"", s)
}

// ParseTimestamp reads a timestamp without time zone; a zone in the text is
// ignored. The precision is -1 for none.
func ParseTimestamp(s string, precision int32, env *Env) (Value, error) {
	if us, rest, ok := fastTimestamp(s); ok && (rest == "" || rest == "Z") {
		return NewTimestamp(roundMicros(us, precision)), nil
	}
	d := dateDecoder{env: env}
	if code := d.decode(s); code != dtOK {
		return Null, dtFail(&d, code, s, "timestamp")
	}
	us, ok := d.timestamp()
	if !ok {
		return Null, timestampRange(s)
	}
	if us = fitTimestamp(us, precision); !isInfinite(us) && !validTimestamp(us) {
		return Null, errTimestampRange
	}
	return NewTimestamp(us), nil
}

func (d *dateDecoder) timestamp() (int64, bool) {
	switch d.special {
	case wordEpoch:
		return -epochDays * usDay, true
	case wordInfinity:
		return TimestampInfinity, true
	case wordNegInfinity:
		return TimestampNegInfinity, true
	}
	if d.year < -4713 || d.year > 294277 {
		return 0, false
	}
	return d.micros()
}

// ParseTimestampTZ reads a timestamp with time zone; without a zone in the
// text it is local to the environment's.
func ParseTimestampTZ(s string, precision int32, env *Env) (Value, error) {
	loc := env.Location()
	if us, rest, ok := fastTimestamp(s); ok {
		switch rest {
		case "":
			if loc == time.UTC {
				return NewTimestampTZ(roundMicros(us, precision)), nil
			}
		case "Z", "+00", "+00:00":
			return NewTimestampTZ(roundMicros(us, precision)), nil
		}
	}
	d := dateDecoder{env: env}
	if code := d.decode(s); code != dtOK {
		return Null, dtFail(&d, code, s, "timestamp with time zone")
	}
	us, ok := d.timestampTZ(loc)
	if !ok {
		return Null, timestampRange(s)
	}
	if us = fitTimestamp(us, precision); !isInfinite(us) && !validTimestamp(us) {
		return Null, errTimestampRange
	}
	return NewTimestampTZ(us), nil
}

func (d *dateDecoder) timestampTZ(loc *time.Location) (int64, bool) {
	if d.special == wordNow {
		return d.env.Timestamp(), true
	}
	if d.special >= wordEpoch {
		return d.timestamp()
	}
	if d.year < -4713 || d.year > 294277 {
		return 0, false
	}
	local, _ := d.micros() // the offset may bring it into range
	off := d.east
	if d.loc != nil {
		off = offsetLocal(d.loc, local)
		if d.seen&hasDST != 0 {
			off += d.east
		}
	} else if d.seen&hasZone == 0 {
		off = offsetLocal(loc, local)
	}
	us := local - int64(off)*usSecond
	return us, validTimestamp(us)
}

// ParseTime reads a time of day; a zone in the text is ignored.
func ParseTime(s string, precision int32, env *Env) (Value, error) {
	d := dateDecoder{env: env, timeOnly: true}
	if code := d.decode(s); code != dtOK {
		return Null, dtFail(&d, code, s, "time")
	}
	if d.special >= wordEpoch {
		return Null, dtError(dtBadFormat, s, "time")
	}
	if d.loc != nil && !isFixed(d.loc) && d.seen&hasDate != hasDate {
		return Null, dtError(dtBadFormat, s, "time")
	}
	return NewTime(roundMicros(d.dayMicros(), precision)), nil
}

func (d *dateDecoder) dayMicros() int64 {
	return int64(d.hour)*usHour + int64(d.min)*usMinute + int64(d.sec)*usSecond + int64(d.us)
}

// ParseTimeTZ reads a time of day with a zone, the environment's if none is
// written.
func ParseTimeTZ(s string, precision int32, env *Env) (Value, error) {
	d := dateDecoder{env: env, timeOnly: true}
	if code := d.decode(s); code != dtOK {
		return Null, dtFail(&d, code, s, "time with time zone")
	}
	if d.special >= wordEpoch {
		return Null, dtError(dtBadFormat, s, "time with time zone")
	}
	us := d.dayMicros()
	off := d.east
	loc := d.loc
	if loc == nil && (d.seen&hasZone == 0 || d.special == wordNow) {
		loc = env.Location()
	}
	if loc != nil {
		if d.seen&hasDate == hasDate {
			if local, ok := d.micros(); ok {
				off = offsetLocal(loc, local)
			}
		} else if d.loc != nil && !isFixed(loc) {
			return Null, dtError(dtBadFormat, s, "time with time zone")
		} else {
			now := env.Timestamp()
			today := floorDiv(now+int64(offsetAt(loc, now))*usSecond, usDay)
			off = offsetLocal(loc, today*usDay+us)
		}
	}
	return NewTimeTZ(roundMicros(us, precision), -off), nil
}

// AppendDate appends a date in the ISO style.
func AppendDate(dst []byte, days int64) []byte {
	switch {
	case days >= DateInfinity:
		return append(dst, "infinity"...)
	case days <= DateNegInfinity:
		return append(dst, "-infinity"...)
	}
	y, m, d := civilFromDays(days)
	dst = appendYMD(dst, y, m, d)
	if y <= 0 {
		dst = append(dst, " BC"...)
	}
	return dst
}

func appendYMD(dst []byte, y, m, d int) []byte {
	dst = append2(append(appendYear(dst, y), '-'), m)
	return append2(append(dst, '-'), d)
}

func append2(dst []byte, n int) []byte { return append(dst, '0'+byte(n/10), '0'+byte(n%10)) }

// AppendTime appends a time of day.
func AppendTime(dst []byte, us int64) []byte {
	dst = append2(dst, int(us/usHour))
	dst = append2(append(dst, ':'), int(us/usMinute%60))
	dst = append2(append(dst, ':'), int(us/usSecond%60))
	return appendFraction(dst, int(us%usSecond))
}

// appendFraction appends microseconds without zeros at the end.
func appendFraction(dst []byte, us int) []byte {
	if us == 0 {
		return dst
	}
	dst = append(dst, '.')
	for p := 100000; us > 0; p /= 10 {
		dst = append(dst, '0'+byte(us/p))
		us %= p
	}
	return dst
}

// appendOffset appends seconds east of UTC as +hh, +hh:mm or +hh:mm:ss.
func appendOffset(dst []byte, east int) []byte {
	sign := byte('+')
	if east < 0 {
		sign, east = '-', -east
	}
	dst = append2(append(dst, sign), east/3600)
	if east%3600 != 0 {
		dst = append2(append(dst, ':'), east/60%60)
		if east%60 != 0 {
			dst = append2(append(dst, ':'), east%60)
		}
	}
	return dst
}

// AppendTimestamp appends a timestamp in the ISO style.
func AppendTimestamp(dst []byte, us int64) []byte {
	if isInfinite(us) {
		return appendInfinity(dst, us)
	}
	dst, bc := appendClock(dst, us)
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

func appendInfinity(dst []byte, us int64) []byte {
	if us < 0 {
		dst = append(dst, '-')
	}
	return append(dst, "infinity"...)
}

func appendClock(dst []byte, us int64) (out []byte, bc bool) {
	days := floorDiv(us, usDay)
	y, m, d := civilFromDays(days)
	dst = appendYMD(dst, y, m, d)
	dst = append(dst, ' ')
	return AppendTime(dst, us-days*usDay), y <= 0
}

// AppendTimestampTZ appends a timestamptz in the ISO style, in the
// environment's zone.
func AppendTimestampTZ(dst []byte, us int64, env *Env) []byte {
	if isInfinite(us) {
		return appendInfinity(dst, us)
	}
	off := offsetAt(env.Location(), us)
	dst, bc := appendClock(dst, us+int64(off)*usSecond)
	dst = appendOffset(dst, off)
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}
