package builtins

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

// registerLite registers SQLite's date functions. Their first argument is a
// text in one of SQLite's forms, a number (a Julian day, or seconds with the
// modifier 'unixepoch'), or one of the date types; then come modifiers. What
// cannot be read gives NULL, as in SQLite.
func init() {
	for _, first := range []typ{nil, text, float8, date, timestamp, timestampTZ} {
		params := args{text}
		if first != nil {
			params = args{first, text}
		}
		for _, form := range liteForms {
			registerLite(form, first, params)
		}
	}
}

type liteForm struct {
	name, doc string
	ret       typ
	result    func(us int64) value
}

var liteForms = []liteForm{
	{"datetime", "Timestamp of a time value with modifiers", types.Timestamp, func(us int64) value {
		return types.NewTimestamp(floorDiv(us, second) * second)
	}},
	{"date", "Date of a time value with modifiers", types.Date, func(us int64) value { return types.NewDate(floorDiv(us, day)) }},
	{"time", "Time of day of a time value with modifiers", types.Time, func(us int64) value {
		return types.NewTime(wrapDay(floorDiv(us, second) * second))
	}},
	{"julianday", "Julian day of a time value with modifiers", types.Float8, func(us int64) value {
		return types.NewFloat(float64(us)/float64(day) + 2451544.5)
	}},
	{"unixepoch", "Seconds since 1970 of a time value with modifiers", types.Int8, func(us int64) value {
		return types.NewInt(floorDiv(us, second) + epochSeconds)
	}},
	{"strftime", "Time value with modifiers, formatted", types.Text, nil},
}

// registerLite registers one function for one type of its first argument, nil
// for none at all (now).
func registerLite(form liteForm, first typ, params args) {
	at := 0
	if form.name == "strftime" {
		params = append(args{text}, params...)
		at = 1
	}
	eval := func(c *expr.Context, a []value) (value, error) {
		us, ok, err := liteTime(c, a[at:], first)
		if err != nil || !ok {
			return types.Null, err
		}
		if form.result == nil {
			s, ok := strftime(a[0].S, us)
			if !ok {
				return types.Null, nil
			}
			return newText(s)
		}
		return form.result(us), nil
	}
	register := func(params args, variadic bool) {
		f := sqlite(form.name, params, form.ret, form.doc, eval)
		f.Variadic, f.Volatility = variadic, expr.Stable
	}
	if first == nil {
		register(params[:len(params)-1], false)
		return
	}
	register(params[:len(params)-1], false)
	register(params, true)
}

// liteTime reads a time value and applies the modifiers; the result is in UTC
// unless a modifier says otherwise.
func liteTime(c *expr.Context, a []value, first typ) (us int64, ok bool, err error) {
	if len(a) == 0 {
		return nowOf(c).I, true, nil
	}
	m := liteClock{c: c}
	switch first {
	case text:
		if ok := m.parse(strings.TrimSpace(a[0].S)); !ok {
			return 0, false, nil
		}
	case float8:
		m.number, m.raw = true, a[0].Float()
		m.us = int64(math.Round((m.raw-2451544.5)*86400e3)) * 1000
	case date:
		if m.us, err = dateMicros(a[0]); err != nil {
			return 0, false, err
		}
	default:
		m.us = a[0].I
	}
	for i, mod := range a[1:] {
		if !m.modify(strings.ToLower(strings.TrimSpace(mod.S)), i == 0) {
			return 0, false, nil
		}
	}
	if m.number && !m.scaled && (m.raw < 0 || m.raw >= 5373484.5) {
		return 0, false, nil
	}
	us, err = checkTimestamp(m.us)
	return us, err == nil, nil
}

type liteClock struct {
	c      *expr.Context
	us     int64
	raw    float64 // a bare number
	number bool
	scaled bool // the number was read by a modifier
	subsec bool
}

// parse reads YYYY-MM-DD, with HH:MM[:SS[.SSS]] after a blank or T, a time
// alone, a zone at the end, 'now', or a number.
func (m *liteClock) parse(s string) bool {
	if strings.EqualFold(s, "now") {
		m.us = nowOf(m.c).I
		return true
	}
	dated := len(s) >= 10 && s[4] == '-' && s[7] == '-' // no number, then
	if !dated {
		if f, err := strconv.ParseFloat(s, 64); err == nil && !strings.ContainsAny(s, "xXnN_") {
			m.number, m.raw = true, f
			m.us = int64(math.Round((f-2451544.5)*86400e3)) * 1000
			return true
		}
	}
	datePart, timePart := s, ""
	if i := strings.IndexAny(s, " T"); i >= 0 {
		datePart, timePart = s[:i], strings.TrimSpace(s[i+1:])
	} else if len(s) >= 5 && s[2] == ':' {
		datePart, timePart = "2000-01-01", s
	}
	if len(datePart) != 10 || datePart[4] != '-' || datePart[7] != '-' {
		return false
	}
	y, ok1 := digits(datePart[:4])
	mo, ok2 := digits(datePart[5:7])
	d, ok3 := digits(datePart[8:])
	if !ok1 || !ok2 || !ok3 || mo < 1 || mo > 12 || d < 1 || d > 31 {
		return false
	}
	m.us = daysOf(y, mo, d) * day
	return timePart == "" || m.parseTime(timePart)
}

func digits(s string) (int, bool) {
	n, rest, ok := number(s)
	return n, ok && rest == ""
}

func (m *liteClock) parseTime(s string) bool {
	zone := int64(0)
	if strings.HasSuffix(s, "Z") || strings.HasSuffix(s, "z") {
		s = strings.TrimSpace(s[:len(s)-1])
	} else if i := strings.LastIndexAny(s, "+-"); i > 0 && len(s)-i == 6 && s[i+3] == ':' {
		h, ok1 := digits(s[i+1 : i+3])
		mi, ok2 := digits(s[i+4:])
		if !ok1 || !ok2 {
			return false
		}
		zone = int64(h)*hour + int64(mi)*minute
		if s[i] == '-' {
			zone = -zone
		}
		s = strings.TrimSpace(s[:i])
	}
	if len(s) < 5 || s[2] != ':' {
		return false
	}
	h, ok1 := digits(s[:2])
	mi, ok2 := digits(s[3:5])
	if !ok1 || !ok2 || h > 24 || mi > 59 {
		return false
	}
	seconds := 0.0
	if len(s) > 5 {
		var err error
		if s[5] != ':' || len(s) < 8 {
			return false
		}
		if seconds, err = strconv.ParseFloat(s[6:], 64); err != nil || seconds >= 60 || seconds < 0 {
			return false
		}
	}
	m.us += int64(h)*hour + int64(mi)*minute + int64(math.Round(seconds*1e6)) - zone
	return true
}

// modify applies one modifier; false makes the result NULL.
func (m *liteClock) modify(mod string, first bool) bool {
	switch mod {
	case "auto":
		if m.number && (m.raw < 0 || m.raw >= 5373484.5) {
			m.us, m.scaled = int64(math.Round((m.raw-epochSeconds)*1e6)), true
		}
		return first
	case "unixepoch":
		if !m.number || !first {
			return false
		}
		m.us, m.scaled = int64(math.Round((m.raw-epochSeconds)*1e6)), true
		return true
	case "julianday":
		return m.number && first
	case "localtime":
		m.us = local(m.c, m.us)
		return true
	case "utc":
		us, err := instant(m.c, m.us)
		m.us = us
		return err == nil
	case "subsec", "subsecond":
		m.subsec = true
		return true
	case "start of day":
		m.us = floorDiv(m.us, day) * day
		return true
	case "start of month", "start of year":
		us, err := truncStamp(mod[len("start of "):], m.us, timestamp)
		m.us = us
		return err == nil
	}
	if rest, ok := strings.CutPrefix(mod, "weekday "); ok {
		n, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
		if err != nil || n < 0 || n > 6 || n != math.Floor(n) {
			return false
		}
		m.us += int64((int(n)-weekday(floorDiv(m.us, day))+7)%7) * day
		return true
	}
	return m.shift(mod)
}

// shift applies NNN days, hours, minutes, seconds, months, years, ±HH:MM:SS or
// ±YYYY-MM-DD [HH:MM:SS].
func (m *liteClock) shift(mod string) bool {
	if n, unit, ok := strings.Cut(mod, " "); ok {
		x, err := strconv.ParseFloat(n, 64)
		if err == nil {
			return m.shiftBy(x, strings.TrimSuffix(strings.TrimSpace(unit), "s"))
		}
	}
	if mod == "" {
		return false
	}
	sign, s := int64(1), mod
	switch s[0] {
	case '-':
		sign, s = -1, s[1:]
	case '+':
		s = s[1:]
	}
	if len(s) >= 10 && s[4] == '-' && s[7] == '-' && s != mod {
		y, ok1 := digits(s[:4])
		mo, ok2 := digits(s[5:7])
		d, ok3 := digits(s[8:10])
		if !ok1 || !ok2 || !ok3 {
			return false
		}
		m.us = liteMonths(m.us, sign*int64(y*12+mo)) + sign*int64(d)*day
		if s = strings.TrimSpace(s[10:]); s == "" {
			return true
		}
	}
	t := liteClock{c: m.c}
	if !t.parseTime(s) {
		return false
	}
	m.us += sign * t.us
	return true
}

func (m *liteClock) shiftBy(x float64, unit string) bool {
	if u, ok := liteUnits[unit]; ok {
		m.us += int64(math.Round(x * float64(u)))
		return math.Abs(x*float64(u)) < 9e18
	}
	if math.Abs(x) > 200000 {
		return false
	}
	whole := math.Trunc(x)
	switch unit {
	case "month":
		m.us = liteMonths(m.us, int64(whole)) + int64((x-whole)*30*float64(day))
	case "year":
		m.us = liteMonths(m.us, int64(whole)*12) + int64((x-whole)*365*float64(day))
	default:
		return false
	}
	return true
}

// liteMonths adds months as SQLite does: 31 January and a month is 2 or 3 March.
func liteMonths(us, n int64) int64 {
	y, mo, d, _, _, _, _ := types.Civil(us)
	rest := us - floorDiv(us, day)*day
	return daysOf(y, mo+int(n), d)*day + rest
}

// liteUnits are what modifiers count in that has one length.
var liteUnits = map[string]int64{"day": day, "hour": hour, "minute": minute, "second": second}

// strftime formats with SQLite's conversions; false for an unknown one.
func strftime(format string, us int64) (string, bool) {
	y, mo, d, h, mi, s, u := types.Civil(us)
	days := floorDiv(us, day)
	h12 := (h+11)%12 + 1
	doy := int(days - daysOf(y, 1, 1))
	half := "AM"
	if h >= 12 {
		half = "PM"
	}
	b := make([]byte, 0, 32)
	pad := func(n, width int) { b = appendPadded(b, n, width, '0') }
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b = append(b, format[i])
			continue
		}
		i++
		if i == len(format) {
			return "", false
		}
		switch format[i] {
		case 'd':
			pad(d, 2)
		case 'e':
			b = appendPadded(b, d, 2, ' ')
		case 'f':
			b = fmt.Appendf(b, "%06.3f", math.Min(float64(s)+float64(u)/1e6, 59.999))
		case 'F':
			pad(y, 4)
			b = append(b, '-')
			pad(mo, 2)
			b = append(b, '-')
			pad(d, 2)
		case 'G':
			year, _ := isoWeek(days)
			pad(year, 4)
		case 'g':
			year, _ := isoWeek(days)
			pad(year%100, 2)
		case 'H':
			pad(h, 2)
		case 'I':
			pad(h12, 2)
		case 'j':
			pad(doy+1, 3)
		case 'J':
			b = append(b, strconv.FormatFloat(float64(us)/float64(day)+2451544.5, 'g', 16, 64)...)
		case 'k':
			b = appendPadded(b, h, 2, ' ')
		case 'l':
			b = appendPadded(b, h12, 2, ' ')
		case 'm':
			pad(mo, 2)
		case 'M':
			pad(mi, 2)
		case 'p':
			b = append(b, half...)
		case 'P':
			b = append(b, strings.ToLower(half)...)
		case 'R':
			pad(h, 2)
			b = append(b, ':')
			pad(mi, 2)
		case 's':
			b = append(b, itoa(floorDiv(us, second)+epochSeconds)...)
		case 'S':
			pad(s, 2)
		case 'T':
			pad(h, 2)
			b = append(b, ':')
			pad(mi, 2)
			b = append(b, ':')
			pad(s, 2)
		case 'U':
			pad((doy+7-weekday(days))/7, 2)
		case 'u':
			b = append(b, itoa(int64((weekday(days)+6)%7+1))...)
		case 'V':
			_, week := isoWeek(days)
			pad(week, 2)
		case 'w':
			b = append(b, itoa(int64(weekday(days)))...)
		case 'W':
			pad((doy+7-(weekday(days)+6)%7)/7, 2)
		case 'Y':
			pad(y, 4)
		case '%':
			b = append(b, '%')
		default:
			return "", false
		}
	}
	return string(b), true
}
