package builtins

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	registerToChar(timestamp, func(_ *expr.Context, v value) (templateFields, bool) {
		return stampFields(v.I), !infinite(v.I)
	})
	registerToChar(timestampTZ, func(c *expr.Context, v value) (templateFields, bool) {
		if infinite(v.I) {
			return templateFields{}, false
		}
		f := stampFields(local(c, v.I))
		f.east, f.zone = types.ZoneOffset(v, c.Env)
		f.zoned = true
		return f, true
	}).Volatility = expr.Stable
	registerToChar(interval, func(_ *expr.Context, v value) (templateFields, bool) {
		months, days, us := v.IntervalParts()
		f := templateFields{year: int(months / 12), month: int(months % 12), day: int(days), interval: true}
		f.hour, f.minute, f.second = int(us/hour), int(us/minute%60), int(us/second%60)
		f.micros = int(us % second)
		f.doy = int(months)*30 + int(days)
		return f, true
	})
}

// registerToChar registers to_char of a type whose values have these fields, or
// none, which give NULL. A template that does not change is read once.
func registerToChar(t typ, fields func(c *expr.Context, v value) (templateFields, bool)) *expr.Func {
	f := fn("to_char", args{t, text}, text, "Formatted by a template", func(c *expr.Context, a []value) (value, error) {
		f, ok := fields(c, a[0])
		if !ok {
			return types.Null, nil
		}
		return newText(formatStamp(&f, parseTemplate(a[1].S)))
	})
	f.Specialize = func(consts []*value) func(*expr.Context, []value) (value, error) {
		if consts[1] == nil || consts[1].IsNull() {
			return nil
		}
		template := parseTemplate(consts[1].S)
		return func(c *expr.Context, a []value) (value, error) {
			f, ok := fields(c, a[0])
			if !ok {
				return types.Null, nil
			}
			return newText(formatStamp(&f, template))
		}
	}
	return f
}

// templateFields is what a template may show.
type templateFields struct {
	year, month, day     int
	hour, minute, second int
	micros, doy          int
	days                 int64
	interval, zoned      bool
	east                 int
	zone                 string
}

func stampFields(us int64) templateFields {
	var f templateFields
	f.year, f.month, f.day, f.hour, f.minute, f.second, f.micros = types.Civil(us)
	f.days = floorDiv(us, day)
	f.doy = int(f.days-daysOf(f.year, 1, 1)) + 1
	return f
}

// templateWords lists the patterns, longer ones before their prefixes.
var templateWords = []string{
	"SSSSS", "SSSS", "Y,YYY", "YYYY", "YYY", "YY", "Y", "IYYY", "IYY", "IY", "IW", "IDDD", "ID", "I",
	"MONTH", "Month", "month", "MON", "Mon", "mon", "MM", "MI", "MS",
	"DAY", "Day", "day", "DDD", "DD", "DY", "Dy", "dy", "D",
	"HH24", "HH12", "HH", "SS", "US", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6",
	"A.M.", "P.M.", "a.m.", "p.m.", "AM", "PM", "am", "pm",
	"A.D.", "B.C.", "a.d.", "b.c.", "AD", "BC", "ad", "bc",
	"CC", "J", "Q", "WW", "W", "RM", "rm", "TZH", "TZM", "TZ", "tz", "OF",
}

var (
	monthNames = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	dayNames   = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	romanMonth = []string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}
)

// templateToken is one piece of a template: a pattern with its modifiers, or
// literal text.
type templateToken struct {
	word    string
	upper   string // the same in upper case
	literal string
	fill    bool   // FM: no padding
	ordinal string // th or TH
}

// parseTemplate splits a template. Lower-case forms of patterns that have no
// meaning of their own count as the upper-case ones.
func parseTemplate(s string) []templateToken {
	var out []templateToken
	literal := func(t string) { out = append(out, templateToken{literal: t}) }
	for s != "" {
		if s[0] == '"' {
			end, text := 1, ""
			for end < len(s) && s[end] != '"' {
				if s[end] == '\\' && end+1 < len(s) {
					end++
				}
				text += s[end : end+1]
				end++
			}
			literal(text)
			s = s[min(end+1, len(s)):]
			continue
		}
		t := templateToken{}
		rest := s
		for {
			switch {
			case hasPrefixFold(rest, "FM"):
				t.fill, rest = true, rest[2:]
				continue
			case hasPrefixFold(rest, "TM"), hasPrefixFold(rest, "FX"):
				t.fill, rest = t.fill || hasPrefixFold(rest, "TM"), rest[2:]
				continue
			}
			break
		}
		word := matchWord(rest)
		if word == "" {
			if s[0] == '\\' && len(s) > 1 && s[1] == '"' {
				s = s[1:]
			}
			literal(s[:1])
			s = s[1:]
			continue
		}
		t.word, t.upper = word, strings.ToUpper(word)
		rest = rest[len(word):]
		if strings.HasPrefix(rest, "TH") || strings.HasPrefix(rest, "th") {
			t.ordinal, rest = rest[:2], rest[2:]
		}
		out, s = append(out, t), rest
	}
	return out
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func matchWord(s string) string {
	for _, w := range templateWords {
		if strings.HasPrefix(s, w) {
			return w
		}
	}
	for _, w := range templateWords {
		if hasPrefixFold(s, w) {
			return s[:len(w)]
		}
	}
	return ""
}

// formatStamp writes a template with the fields of a time.
func formatStamp(f *templateFields, template []templateToken) string {
	var b strings.Builder
	b.Grow(32)
	for i := range template {
		t := &template[i]
		if t.word == "" {
			b.WriteString(t.literal)
			continue
		}
		s, numeric := f.show(t)
		b.WriteString(s)
		if t.ordinal != "" && numeric {
			b.WriteString(ordinal(s, t.ordinal))
		}
	}
	return b.String()
}

// padded writes a number with zeros up to a width, the sign counted.
func padded(n, width int) string {
	var b [24]byte
	return string(appendPadded(b[:0], n, width, '0'))
}

// appendPadded appends a number with fill before it up to a width, the sign
// counted.
func appendPadded(b []byte, n, width int, fill byte) []byte {
	if n < 0 {
		if fill == '0' {
			return fmt.Appendf(b, "%0*d", width, n)
		}
		return fmt.Appendf(b, "%*d", width, n)
	}
	digits := 1
	for m := n; m >= 10; m /= 10 {
		digits++
	}
	for ; width > digits; width-- {
		b = append(b, fill)
	}
	return strconv.AppendInt(b, int64(n), 10)
}

func ordinal(s, form string) string {
	suffix := "th"
	n := len(s)
	if n > 0 && (n < 2 || s[n-2] != '1') {
		switch s[n-1] {
		case '1':
			suffix = "st"
		case '2':
			suffix = "nd"
		case '3':
			suffix = "rd"
		}
	}
	if form == "TH" {
		return strings.ToUpper(suffix)
	}
	return suffix
}

// show formats one pattern and tells whether it is a number.
func (f *templateFields) show(t *templateToken) (string, bool) {
	pad := func(n, width int) (string, bool) {
		if t.fill {
			return itoa(int64(n)), true
		}
		if n < 0 {
			width++
		}
		return padded(n, width), true
	}
	if s, ok := f.showName(t); ok {
		return s, false
	}
	word := t.upper
	if s, ok := f.showYear(word, pad); ok {
		return s, true
	}
	switch word {
	case "MM":
		return pad(f.month, 2)
	case "DD":
		return pad(f.day, 2)
	case "DDD":
		return pad(f.doy, 3)
	case "D":
		return pad(weekday(f.days)+1, 1)
	case "ID":
		return pad((weekday(f.days)+6)%7+1, 1)
	case "IDDD":
		year, _ := isoWeek(f.days)
		first := daysOf(year, 1, 4)
		return pad(int(f.days-(first-int64((weekday(first)+6)%7)))+1, 3)
	case "WW":
		return pad((f.doy-1)/7+1, 2)
	case "W":
		return pad((f.day-1)/7+1, 1)
	case "IW":
		_, week := isoWeek(f.days)
		return pad(week, 2)
	case "Q":
		return pad((f.month-1)/3+1, 1)
	case "J":
		return pad(int(f.days+2451545), 1)
	case "HH24":
		return pad(f.hour, 2)
	case "HH", "HH12":
		h := f.hour % 12
		if h == 0 {
			h = 12
		}
		return pad(h, 2)
	case "MI":
		return pad(f.minute, 2)
	case "SS":
		return pad(f.second, 2)
	case "SSSS", "SSSSS":
		return pad(f.hour*3600+f.minute*60+f.second, 1)
	case "MS", "FF3":
		return fmt.Sprintf("%03d", f.micros/1000), true
	case "US", "FF6":
		return fmt.Sprintf("%06d", f.micros), true
	case "FF1", "FF2", "FF4", "FF5":
		return fmt.Sprintf("%06d", f.micros)[:word[2]-'0'], true
	}
	return f.showZone(t.word), false
}

func (f *templateFields) showYear(word string, pad func(n, width int) (string, bool)) (string, bool) {
	year := f.year
	if !f.interval && year <= 0 {
		year = 1 - year // BC
	}
	iso := 0
	if word[0] == 'I' {
		iso, _ = isoWeek(f.days)
	}
	switch word {
	case "Y,YYY":
		return fmt.Sprintf("%d,%03d", year/1000, year%1000), true
	case "YYYY":
		return pad(year, 4)
	case "YYY":
		return pad(year%1000, 3)
	case "YY":
		return pad(year%100, 2)
	case "Y":
		return pad(year%10, 1)
	case "IYYY":
		return pad(iso, 4)
	case "IYY":
		return pad(iso%1000, 3)
	case "IY":
		return pad(iso%100, 2)
	case "I":
		return pad(iso%10, 1)
	case "CC":
		if f.interval {
			return pad(year/100, 2)
		}
		return pad(century(f.year, 100), 2)
	}
	return "", false
}

// showName formats the patterns that are words, in the case they are written.
func (f *templateFields) showName(t *templateToken) (string, bool) {
	name, width := "", 0
	switch t.upper {
	case "MONTH", "MON":
		if f.month < 1 || f.month > 12 {
			return "", true
		}
		name, width = monthNames[f.month-1], 9
		if len(t.word) == 3 {
			name, width = name[:3], 3
		}
	case "DAY", "DY":
		name, width = dayNames[weekday(f.days)], 9
		if len(t.word) == 2 {
			name, width = name[:3], 3
		}
	case "RM":
		if f.month < 1 || f.month > 12 {
			return "", true
		}
		name, width = romanMonth[f.month-1], 4
	case "AM", "PM":
		name = [...]string{"AM", "PM"}[f.hour%24/12]
	case "A.M.", "P.M.":
		name = [...]string{"A.M.", "P.M."}[f.hour%24/12]
	case "AD", "BC":
		name = "AD"
		if f.year <= 0 {
			name = "BC"
		}
	case "A.D.", "B.C.":
		name = "A.D."
		if f.year <= 0 {
			name = "B.C."
		}
	default:
		return "", false
	}
	switch {
	case t.word == strings.ToLower(t.word):
		name = strings.ToLower(name)
	case t.word == strings.ToUpper(t.word):
		name = strings.ToUpper(name)
	}
	if !t.fill {
		name = fmt.Sprintf("%-*s", width, name)
	}
	return name, true
}

func (f *templateFields) showZone(word string) string {
	if !f.zoned {
		if strings.ToUpper(word) == "OF" {
			return "+00"
		}
		return ""
	}
	sign, east := "+", f.east
	if east < 0 {
		sign, east = "-", -east
	}
	switch word {
	case "TZ":
		return strings.ToUpper(f.zone)
	case "tz":
		return strings.ToLower(f.zone)
	case "TZH":
		return fmt.Sprintf("%s%02d", sign, east/3600)
	case "TZM":
		return fmt.Sprintf("%02d", east/60%60)
	case "OF":
		if east/60%60 != 0 {
			return fmt.Sprintf("%s%02d:%02d", sign, east/3600, east/60%60)
		}
		return fmt.Sprintf("%s%02d", sign, east/3600)
	}
	return word
}
