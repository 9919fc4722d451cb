package types

import (
	"math"
	"strconv"
	"strings"
)

// number reads one number whose meaning depends on what is known.
func (d *dateDecoder) number(text string, seen int) (int, dtCode) {
	val, err := strconv.Atoi(text)
	if i := strings.IndexByte(text, '.'); i >= 0 {
		if i > 2 {
			return d.runTogether(text, seen|hasDate)
		}
		if val, err = strconv.Atoi(text[:i]); err != nil {
			return 0, dtBadFormat
		}
		d.us = fraction(text[i:])
	}
	if err != nil {
		if isRange(err) {
			return 0, dtFieldOverflow
		}
		return 0, dtBadFormat
	}
	if val > math.MaxInt32 {
		return 0, dtFieldOverflow
	}
	if len(text) == 3 && seen&hasDate == hasYear && val >= 1 && val <= 366 {
		d.yearday = val
		return hasDayOfYear | hasMonth | hasDay, dtOK
	}
	mask := 0
	switch seen & hasDate {
	case 0:
		switch order := d.env.style().Order; {
		case len(text) >= 3 || order == OrderYMD:
			mask = hasYear
		case order == OrderDMY:
			mask = hasDay
		default:
			mask = hasMonth
		}
	case hasYear:
		mask = hasMonth
	case hasMonth:
		mask = hasDay
		if d.textMonth && (len(text) >= 3 || d.env.style().Order == OrderYMD) {
			mask = hasYear
		}
	case hasYear | hasMonth:
		mask = hasDay
		if d.textMonth && len(text) >= 3 && d.twoDigits {
			d.day, d.year, d.twoDigits = d.year, val, false
			return hasDay, dtOK
		}
	case hasDay:
		mask = hasMonth
	case hasMonth | hasDay:
		mask = hasYear
	case hasDate:
		return d.runTogether(text, seen)
	default:
		return 0, dtBadFormat
	}
	switch mask {
	case hasYear:
		d.year, d.twoDigits = val, len(text) <= 2
	case hasMonth:
		d.month = val
	case hasDay:
		d.day = val
	}
	return mask, dtOK
}

// runTogether reads yymmdd, yyyymmdd, hhmmss and hhmm.
func (d *dateDecoder) runTogether(text string, seen int) (int, dtCode) {
	whole := text
	if i := strings.IndexByte(text, '.'); i >= 0 {
		whole = text[:i]
		d.us = fraction(text[i:])
	} else if seen&hasDate != hasDate && len(text) >= 6 && allDigits(text) {
		n := len(text)
		year, err := strconv.Atoi(text[:n-4])
		if err != nil {
			return 0, dtFieldOverflow
		}
		d.year = year
		d.month, _ = strconv.Atoi(text[n-4 : n-2]) // digits
		d.day, _ = strconv.Atoi(text[n-2:])
		d.twoDigits = n == 6
		return hasDate, dtOK
	}
	if seen&hasTime == 0 && allDigits(whole) {
		v, _ := strconv.Atoi(whole) // of six digits at most below
		switch len(whole) {
		case 6:
			d.hour, d.min, d.sec = v/10000, v/100%100, v%100
			return hasTime, dtOK
		case 4:
			d.hour, d.min, d.sec = v/100, v%100, 0
			return hasTime, dtOK
		}
	}
	return 0, dtBadFormat
}

func allDigits(s string) bool { return s != "" && skipDigits(s, 0) == len(s) }

// fraction reads ".123456" as microseconds, rounded.
func fraction(s string) int {
	if len(s) <= 1 {
		return 0
	}
	if len(s) <= 7 && allDigits(s[1:]) {
		v, _ := strconv.Atoi(s[1:]) // six digits at most
		return v * int(pow10[7-len(s)])
	}
	f, err := strconv.ParseFloat("0"+s, 64)
	if err != nil {
		return 0
	}
	return int(math.RoundToEven(f * 1e6))
}

func (d *dateDecoder) numberField(text string) (int, dtCode) {
	switch d.pending {
	case wordJulian:
		return d.julianDay(text)
	case wordISOTime:
		d.pending = 0
		return d.runTogether(text, d.seen|hasDate)
	}
	dot := strings.IndexByte(text, '.')
	switch {
	case d.timeOnly && dot >= 0 && dot <= 2:
		return 0, dtBadFormat
	case d.timeOnly:
		return d.runTogether(text, d.seen|hasDate)
	case dot >= 0 && d.seen&hasDate == 0:
		return d.date(text)
	case dot > 2:
		return d.runTogether(text, d.seen)
	case len(text) >= 6 && (d.seen&hasDate == 0 || d.seen&hasTime == 0):
		return d.runTogether(text, d.seen)
	}
	return d.number(text, d.seen)
}

// julianDay reads the days of the Julian count, with a fraction of the day.
func (d *dateDecoder) julianDay(text string) (int, dtCode) {
	d.pending = 0
	whole, frac, dotted := strings.Cut(text, ".")
	if !allDigits(whole) {
		return 0, dtBadFormat
	}
	n, err := strconv.ParseInt(whole, 10, 32)
	if err != nil {
		return 0, dtFieldOverflow
	}
	d.year, d.month, d.day = civilFromDays(n - 2451545)
	d.julian = true
	if !dotted {
		return hasDate, dtOK
	}
	f, err := strconv.ParseFloat("0."+frac, 64)
	if err != nil {
		return 0, dtBadFormat
	}
	us := int64(f * usDay)
	d.hour, d.min, d.sec, d.us = int(us/usHour), int(us/usMinute%60), int(us/usSecond%60), int(us%usSecond)
	return hasDate | hasTime, dtOK
}

// timeOfDay reads hh:mm, hh:mm:ss and mm:ss.fff.
func (d *dateDecoder) timeOfDay(text string) dtCode {
	hour, rest, ok1 := leadingInt(text)
	if !ok1 || rest == "" || rest[0] != ':' {
		return dtBadFormat
	}
	min, rest, ok2 := leadingInt(rest[1:])
	if !ok2 {
		return dtBadFormat
	}
	d.hour, d.min, d.sec, d.us = hour, min, 0, 0
	switch {
	case rest == "":
	case rest[0] == '.':
		if len(rest) > 1 && !allDigits(rest[1:]) {
			return dtBadFormat
		}
		d.hour, d.min, d.sec, d.us = 0, hour, min, fraction(rest)
	default:
		sec, tail, ok := leadingInt(rest[1:])
		if !ok || tail != "" && tail[0] != '.' || len(tail) > 1 && !allDigits(tail[1:]) {
			return dtBadFormat
		}
		d.sec, d.us = sec, fraction(tail)
	}
	return d.checkTime()
}

func (d *dateDecoder) checkTime() dtCode {
	if d.hour > 24 || d.min > 59 || d.sec > 60 || d.us > usSecond ||
		int64(d.hour)*usHour+int64(d.min)*usMinute+int64(d.sec)*usSecond+int64(d.us) > usDay {
		return dtFieldOverflow
	}
	return dtOK
}

func leadingInt(s string) (v int, rest string, ok bool) {
	i := skipDigits(s, 0)
	if i == 0 {
		return 0, s, false
	}
	v, err := strconv.Atoi(s[:i])
	if err != nil || v > math.MaxInt32 {
		v = math.MaxInt32
	}
	return v, s[i:], true
}

// decodeOffset reads +hh, +hhmm, +hh:mm and +hh:mm:ss as seconds east of UTC.
func decodeOffset(s string) (int, dtCode) {
	if len(s) < 2 || s[0] != '+' && s[0] != '-' {
		return 0, dtBadFormat
	}
	h, rest, ok := leadingInt(s[1:])
	if !ok {
		return 0, dtBadFormat
	}
	m, sec := 0, 0
	switch {
	case rest == "" && len(s) > 3:
		h, m = h/100, h%100
	case rest == "":
	case rest[0] == ':':
		if m, rest, ok = leadingInt(rest[1:]); !ok {
			return 0, dtBadFormat
		}
		if rest != "" && rest[0] == ':' {
			if sec, rest, ok = leadingInt(rest[1:]); !ok {
				return 0, dtBadFormat
			}
		}
	}
	if h > 15 || m > 59 || sec > 59 {
		return 0, dtZoneOverflow
	}
	if rest != "" {
		return 0, dtBadFormat
	}
	east := h*3600 + m*60 + sec
	if s[0] == '-' {
		east = -east
	}
	return east, dtOK
}
