package builtins

import (
	"strings"

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
		if r.zoned {
			return zoned(checkTimestamp(us - int64(r.east)*second))
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

// templateReader collects the fields that a template finds in a text.
type templateReader struct {
	s            string
	year         int
	month, day   int
	doy, julian  int
	hour, minute int
	second       int
	micros       int
	isoYear      int
	week, isoDay int
	bc, pm, half bool
	zoned        bool
	east         int
	haveYear     bool
}

func readTemplate(s, template string) (*templateReader, error) {
	r := &templateReader{s: s, month: 1, day: 1}
	tokens := parseTemplate(template)
	for i, t := range tokens {
		if t.word == "" {
			r.skip(t.literal)
			continue
		}
		r.s = strings.TrimLeft(r.s, " \t\n")
		if r.s == "" {
			break
		}
		next := i+1 < len(tokens) && tokens[i+1].word != ""
		if err := r.read(t, next && !t.fill); err != nil {
			return nil, err
		}
		if t.ordinal != "" && len(r.s) >= 2 {
			r.s = r.s[2:]
		}
	}
	return r, nil
}

// skip passes over a literal: blanks and signs stand for any of their kind.
func (r *templateReader) skip(literal string) {
	if r.s == "" || literal == "" {
		return
	}
	c := literal[0]
	letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c >= 0x80
	if letter || len(literal) > 1 {
		r.s = r.s[min(len(literal), len(r.s)):]
		return
	}
	if c == ' ' {
		r.s = strings.TrimLeft(r.s, " ")
	}
	if r.s != "" && strings.IndexByte(" -/.,:;'\"!?()_", r.s[0]) >= 0 {
		r.s = r.s[1:]
	}
}

// number reads up to width digits, all there are unless another pattern
// follows at once.
func (r *templateReader) number(width int, fixed bool, word string) (int, error) {
	if !fixed {
		width = 9
	}
	sign := 1
	if strings.HasPrefix(r.s, "-") {
		sign, r.s = -1, r.s[1:]
	} else if strings.HasPrefix(r.s, "+") {
		r.s = r.s[1:]
	}
	n, i := 0, 0
	for i < len(r.s) && i < width && r.s[i] >= '0' && r.s[i] <= '9' {
		n = n*10 + int(r.s[i]-'0')
		i++
	}
	if i == 0 {
		return 0, sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid value \"%s\" for \"%s\"", r.s[:min(len(r.s), len(word))], word).
			WithDetail("Value must be an integer.")
	}
	r.s = r.s[i:]
	return sign * n, nil
}

func (r *templateReader) read(t templateToken, fixed bool) error {
	word := strings.ToUpper(t.word)
	if ok, err := r.readName(word); ok || err != nil {
		return err
	}
	into := map[string]struct {
		to    *int
		width int
	}{
		"MM": {&r.month, 2}, "DD": {&r.day, 2}, "DDD": {&r.doy, 3}, "J": {&r.julian, 9},
		"HH24": {&r.hour, 2}, "HH": {&r.hour, 2}, "HH12": {&r.hour, 2}, "MI": {&r.minute, 2}, "SS": {&r.second, 2},
		"IYYY": {&r.isoYear, 4}, "IW": {&r.week, 2}, "ID": {&r.isoDay, 1}, "YYYY": {&r.year, 4},
		"D": {new(int), 1}, "W": {new(int), 1}, "WW": {new(int), 2}, "Q": {new(int), 1}, "CC": {new(int), 2}, "IDDD": {&r.doy, 3},
	}
	if f, ok := into[word]; ok {
		n, err := r.number(f.width, fixed, t.word)
		if err != nil {
			return err
		}
		*f.to = n
		r.haveYear = r.haveYear || word == "YYYY"
		r.half = r.half || word == "HH" || word == "HH12"
		if r.half && (r.hour < 1 || r.hour > 12) && (word == "HH" || word == "HH12") {
			return sqlerr.New(sqlerr.InvalidDatetimeFormat, "hour \"%d\" is invalid for the 12-hour clock", r.hour).
				WithHint("Use the 24-hour clock, or give an hour between 1 and 12.")
		}
		return nil
	}
	return r.readOther(word, t.word, fixed)
}

func (r *templateReader) readOther(word, written string, fixed bool) error {
	switch word {
	case "YYY", "YY", "Y":
		n, err := r.number(len(word), fixed, written)
		if n >= 0 && n < 100 && len(word) < 4 {
			if n < 70 {
				n += 2000
			} else {
				n += 1900
			}
		} else if n < 520 {
			n += 2000
		} else if n < 1000 {
			n += 1000
		}
		r.year, r.haveYear = n, true
		return err
	case "Y,YYY":
		r.s = strings.Replace(r.s, ",", "", 1)
		n, err := r.number(4, fixed, written)
		r.year, r.haveYear = n, true
		return err
	case "SSSS", "SSSSS":
		n, err := r.number(5, fixed, written)
		r.hour, r.minute, r.second = n/3600, n/60%60, n%60
		return err
	case "MS", "US", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6":
		width := map[string]int{"MS": 3, "US": 6}[word]
		if width == 0 {
			width = int(word[2] - '0')
		}
		before := len(r.s)
		n, err := r.number(width, true, written)
		for i := before - len(r.s); i < 6; i++ {
			n *= 10
		}
		r.micros = n
		return err
	case "TZH":
		n, err := r.number(2, true, written)
		r.east, r.zoned = n*3600, true
		return err
	case "TZM":
		n, err := r.number(2, true, written)
		if r.east < 0 {
			n = -n
		}
		r.east, r.zoned = r.east+n*60, true
		return err
	}
	return sqlerr.New(sqlerr.FeatureNotSupported, "formatting field \"%s\" is only supported in to_char", written)
}

// readName reads the patterns that are words.
func (r *templateReader) readName(word string) (bool, error) {
	oneOf := func(names []string, short bool) (int, error) {
		for i, n := range names {
			if hasPrefixFold(r.s, n) {
				r.s = r.s[len(n):]
				return i, nil
			}
		}
		for i, n := range names {
			if short && hasPrefixFold(r.s, n[:3]) {
				r.s = r.s[3:]
				return i, nil
			}
		}
		return 0, sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid value \"%s\" for \"%s\"", r.s[:min(len(r.s), max(len(word), 3))], word).
			WithDetail("The given value did not match any of the allowed values for this field.")
	}
	switch word {
	case "MONTH", "MON":
		i, err := oneOf(monthNames, true)
		r.month = i + 1
		return true, err
	case "DAY", "DY":
		_, err := oneOf(dayNames, true)
		return true, err
	case "RM":
		best := -1
		for i, n := range romanMonth {
			if hasPrefixFold(r.s, n) && (best < 0 || len(n) > len(romanMonth[best])) {
				best = i
			}
		}
		if best < 0 {
			_, err := oneOf(romanMonth, false)
			return true, err
		}
		r.month, r.s = best+1, r.s[len(romanMonth[best]):]
		return true, nil
	case "AM", "PM", "A.M.", "P.M.":
		i, err := oneOf([]string{"A.M.", "P.M.", "AM", "PM"}, false)
		r.half, r.pm = true, i%2 == 1
		return true, err
	case "AD", "BC", "A.D.", "B.C.":
		i, err := oneOf([]string{"A.D.", "B.C.", "AD", "BC"}, false)
		r.bc = i%2 == 1
		return true, err
	}
	return false, nil
}

// date combines the fields read into a date.
func (r *templateReader) date() (int64, error) {
	switch {
	case r.julian != 0:
		return int64(r.julian) - 2451545, nil
	case r.week != 0:
		first := daysOf(max(r.isoYear, 1), 1, 4)
		monday := first - int64((weekday(first)+6)%7)
		return monday + int64(r.week-1)*7 + int64(max(r.isoDay, 1)-1), nil
	}
	year := r.year
	switch {
	case !r.haveYear || year == 0:
		year = 0 // PostgreSQL's default: 1 BC
		if r.bc {
			year = 0
		}
	case r.bc:
		year = 1 - year
	case year < 0:
		year++
	}
	if r.doy != 0 {
		return daysOf(year, 1, 1) + int64(r.doy) - 1, nil
	}
	if r.month < 1 || r.month > 12 || r.day < 1 || r.day > daysInMonth(year, r.month) {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date/time field value out of range")
	}
	return daysOf(year, r.month, r.day), nil
}

func (r *templateReader) stamp() (int64, error) {
	d, err := r.date()
	if err != nil {
		return 0, err
	}
	h := r.hour
	if r.half {
		h %= 12
		if r.pm {
			h += 12
		}
	}
	if h > 24 || r.minute > 59 || r.second > 59 {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date/time field value out of range")
	}
	return checkTimestamp(d*day + int64(h)*hour + int64(r.minute)*minute + int64(r.second)*second + int64(r.micros))
}
