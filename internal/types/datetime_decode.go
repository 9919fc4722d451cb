package types

import (
	"strings"
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// dtCode says what is wrong with the text of a date, a time or an interval.
type dtCode uint8

const (
	dtOK dtCode = iota
	dtBadFormat
	dtFieldOverflow
	dtMonthDayOverflow
	dtIntervalOverflow
	dtZoneOverflow
	dtUnknownZone
)

func dtError(code dtCode, s, typeName string) error {
	switch code {
	case dtFieldOverflow:
		return sqlerr.New(sqlerr.DatetimeFieldOverflow, "date/time field value out of range: \"%s\"", s)
	case dtMonthDayOverflow:
		return sqlerr.New(sqlerr.DatetimeFieldOverflow, "date/time field value out of range: \"%s\"", s).
			WithHint("Perhaps you need a different \"datestyle\" setting.")
	case dtIntervalOverflow:
		return sqlerr.New(sqlerr.IntervalFieldOverflow, "interval field value out of range: \"%s\"", s)
	case dtZoneOverflow:
		return sqlerr.New(sqlerr.InvalidTimeZoneDisplacement, "time zone displacement out of range: \"%s\"", s)
	}
	return sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid input syntax for type %s: \"%s\"", typeName, s)
}

// Fields seen so far, one bit each.
const (
	hasYear = 1 << iota
	hasMonth
	hasDay
	hasDayOfYear
	hasTime
	hasZone
	hasDST
	hasWeekday
	hasMeridian
	hasEra
	hasReserved
	hasDate = hasYear | hasMonth | hasDay
)

type dateDecoder struct {
	clock
	yearday   int
	seen      int
	special   wordKind // now, epoch, infinity
	textMonth bool
	twoDigits bool
	bc        bool
	julian    bool
	meridian  int // 0 none, 1 am, 2 pm
	east      int
	loc       *time.Location // a zone by name, whose offset depends on the date
	zoneName  string         // the name that is not known
	pending   wordKind       // wordISOTime or wordJulian: what the next field is
	timeOnly  bool
	env       *Env
}

// decode reads a whole text. On success either special is set or the fields.
func (d *dateDecoder) decode(s string) dtCode {
	var buf [12]dateField
	fields, ok := splitDate(s, buf[:0])
	if !ok || len(fields) == 0 {
		return dtBadFormat
	}
	for i := range fields {
		var mask int
		var code dtCode
		switch f := fields[i]; f.shape {
		case shapeDate:
			dated := !d.timeOnly || i == 0 && len(fields) >= 2 &&
				(fields[len(fields)-1].shape == shapeDate || fields[1].shape == shapeTime)
			mask, code = d.dateField(f.text, dated)
		case shapeTime:
			if d.pending != 0 && d.pending != wordISOTime {
				return dtBadFormat
			}
			d.pending = 0
			mask, code = hasTime, d.timeOfDay(f.text)
		case shapeZone:
			d.east, code = decodeOffset(f.text)
			mask = hasZone
			if d.seen&hasZone != 0 && d.loc != nil { // "PST-8" and the like
				return dtBadFormat
			}
		case shapeNumber:
			mask, code = d.numberField(f.text)
		default:
			mask, code = d.word(f.text)
			if d.pending == wordISOTime && (i+1 == len(fields) || fields[i+1].shape == shapeWord ||
				fields[i+1].shape == shapeZone || fields[i+1].shape == shapeSpecial) {
				return dtBadFormat
			}
		}
		if code != dtOK {
			return code
		}
		if mask&d.seen != 0 {
			return dtBadFormat
		}
		d.seen |= mask
	}
	return d.finish()
}

func (d *dateDecoder) finish() dtCode {
	if d.special == wordNow {
		return dtOK
	}
	if code := d.validate(); code != dtOK || d.special >= wordEpoch {
		return code
	}
	if d.seen&hasMeridian != 0 {
		switch {
		case d.hour > 12:
			return dtFieldOverflow
		case d.meridian == 1 && d.hour == 12:
			d.hour = 0
		case d.meridian == 2 && d.hour != 12:
			d.hour += 12
		}
	}
	if d.seen&(hasDST|hasZone) == hasDST {
		return dtBadFormat
	}
	if d.timeOnly {
		if d.seen&hasTime == 0 {
			return dtBadFormat
		}
		return d.checkTime()
	}
	if d.seen&hasDate != hasDate {
		return dtBadFormat
	}
	return dtOK
}

func (d *dateDecoder) validate() dtCode {
	if d.seen&hasYear != 0 && !d.julian {
		switch {
		case d.bc:
			if d.year <= 0 {
				return dtFieldOverflow
			}
			d.year = 1 - d.year
		case d.twoDigits:
			if d.year < 70 {
				d.year += 2000
			} else if d.year < 100 {
				d.year += 1900
			}
		case d.year <= 0:
			return dtFieldOverflow
		}
	}
	if d.seen&hasDayOfYear != 0 {
		d.year, d.month, d.day = civilFromDays(daysFromCivil(d.year, 1, 1) + int64(d.yearday) - 1)
	}
	if d.seen&hasMonth != 0 && (d.month < 1 || d.month > 12) {
		return dtMonthDayOverflow
	}
	if d.seen&hasDay != 0 && (d.day < 1 || d.day > 31) {
		return dtMonthDayOverflow
	}
	if d.seen&hasDate == hasDate && d.day > daysInMonth(d.year, d.month) {
		return dtFieldOverflow
	}
	return dtOK
}

// dateField reads digits joined by punctuation: a date, a zone name once month
// and day are known, or a run-together time with an offset.
func (d *dateDecoder) dateField(text string, dated bool) (int, dtCode) {
	if d.pending == wordJulian {
		// j2451187-04: a Julian day with an offset
		i := strings.IndexByte(text, '-')
		if i <= 0 {
			return 0, dtBadFormat
		}
		off, code := decodeOffset(text[i:])
		if code != dtOK {
			return 0, code
		}
		d.east = off
		mask, code := d.julianDay(text[:i])
		return mask | hasZone, code
	}
	if d.pending != 0 || d.seen&(hasMonth|hasDay) == hasMonth|hasDay || !dated {
		if isDigit(text[0]) || d.pending != 0 {
			d.pending = 0
			i := strings.IndexAny(text, "-+")
			if d.seen&hasTime != 0 || i < 0 {
				return 0, dtBadFormat
			}
			off, code := decodeOffset(text[i:])
			if code != dtOK {
				return 0, code
			}
			d.east = off
			mask, code := d.runTogether(text[:i], d.seen|hasDate)
			return mask | hasZone, code
		}
		return d.zoneByName(text)
	}
	return d.date(text)
}

func (d *dateDecoder) zoneByName(text string) (int, dtCode) {
	loc := namedZone(text)
	if loc == nil {
		d.zoneName = text
		return 0, dtUnknownZone
	}
	d.loc = loc
	return hasZone, dtOK
}

// date reads the parts of a date; a month by name is found first.
func (d *dateDecoder) date(text string) (int, dtCode) {
	var parts [8]string
	n := 0
	for i := 0; i < len(text); {
		if !isDigit(text[i]) && !isAlpha(text[i]) {
			i++
			continue
		}
		start := i
		if isDigit(text[i]) {
			i = skipDigits(text, i)
		} else {
			for i < len(text) && isAlpha(text[i]) {
				i++
			}
		}
		if n == len(parts) {
			return 0, dtBadFormat
		}
		parts[n] = text[start:i]
		n++
	}
	before := d.seen
	got := 0
	for i := 0; i < n; i++ {
		if isAlpha(parts[i][0]) {
			w := dateWords[parts[i]]
			switch {
			case w.kind == wordIgnore:
			case w.kind != wordMonth || (before|got)&hasMonth != 0:
				return 0, dtBadFormat
			default:
				d.month, d.textMonth = w.value, true
				got |= hasMonth
			}
			parts[i] = ""
		}
	}
	for i := 0; i < n; i++ {
		if parts[i] == "" {
			continue
		}
		mask, code := d.number(parts[i], before|got)
		if code != dtOK {
			return 0, code
		}
		if mask&(before|got) != 0 {
			return 0, dtBadFormat
		}
		got |= mask
	}
	if (before|got)&^(hasDayOfYear|hasZone) != hasDate {
		return 0, dtBadFormat
	}
	return got, dtOK
}

func (d *dateDecoder) word(text string) (int, dtCode) {
	w, known := dateWords[text]
	if !known {
		if off, ok := zoneAbbreviation(text); ok {
			d.east = off
			return hasZone, dtOK
		}
		if loc := namedZone(text); loc != nil {
			d.loc = loc
			return hasZone, dtOK
		}
		return 0, dtBadFormat
	}
	if d.timeOnly && !w.kind.ofTime() {
		return 0, dtBadFormat
	}
	switch w.kind {
	case wordIgnore:
	case wordMonth:
		mask := hasMonth
		if d.seen&hasMonth != 0 && !d.textMonth && d.seen&hasDay == 0 && d.month >= 1 && d.month <= 31 {
			d.day = d.month
			mask = hasDay
		}
		d.month, d.textMonth = w.value, true
		return mask, dtOK
	case wordWeekday:
		return hasWeekday, dtOK
	case wordMeridian:
		d.meridian = w.value + 1
		return hasMeridian, dtOK
	case wordEra:
		d.bc = w.value == 1
		return hasEra, dtOK
	case wordZulu:
		d.east = 0
		return hasZone, dtOK
	case wordDST:
		d.east += 3600
		return hasDST, dtOK
	case wordISOTime:
		if !d.timeOnly && d.seen&hasDate != hasDate {
			return 0, dtBadFormat
		}
		d.pending = wordISOTime
	case wordJulian:
		d.pending = wordJulian
	case wordAllBalls:
		d.hour, d.min, d.sec, d.us, d.east = 0, 0, 0, 0, 0
		return hasTime | hasZone, dtOK
	case wordNow, wordToday, wordTomorrow, wordYesterday, wordEpoch, wordInfinity, wordNegInfinity:
		return d.relative(w.kind)
	default:
		return 0, dtBadFormat
	}
	return 0, dtOK
}

// ofTime reports whether a word may stand in a time of day.
func (k wordKind) ofTime() bool {
	switch k {
	case wordMonth, wordWeekday, wordToday, wordTomorrow, wordYesterday, wordEpoch, wordInfinity, wordNegInfinity:
		return false
	}
	return true
}

// relative handles words that stand for a date or a moment.
func (d *dateDecoder) relative(k wordKind) (int, dtCode) {
	d.special = k
	switch k {
	case wordEpoch, wordInfinity, wordNegInfinity:
		return hasReserved, dtOK
	}
	loc := d.env.Location()
	now := d.env.Timestamp()
	now += int64(offsetAt(loc, now)) * usSecond
	if k == wordNow {
		d.clock = clockOf(now)
		return hasDate | hasTime | hasZone, dtOK
	}
	days := floorDiv(now, usDay)
	switch k {
	case wordTomorrow:
		days++
	case wordYesterday:
		days--
	}
	d.year, d.month, d.day = civilFromDays(days)
	d.julian = true // a full year, whatever its digits
	return hasDate, dtOK
}
