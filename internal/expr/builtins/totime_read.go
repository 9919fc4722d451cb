package builtins

import (
	"math"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// calendarMode is the convention a template's patterns belong to; the two are
// not mixed.
type calendarMode uint8

const (
	noCalendar calendarMode = iota
	gregorian
	isoCalendar
)

// templateReader collects the fields that a template finds in a text. A field
// of zero was not given.
type templateReader struct {
	text, s   string // all of it, and what is left
	exact     bool   // FX was met
	skipped   int    // blanks passed over that the template did not ask for
	mode      calendarMode
	year      int
	yearSize  int // digits of the pattern of the year
	century   int
	month     int
	day       int
	weekday   int // 1 is Sunday
	week      int
	inMonth   int // W: week of the month
	doy       int
	julian    int
	hour      int
	minute    int
	second    int
	seconds   int // SSSS: of the day
	millis    int
	micros    int
	precision int // FF1 to FF6: digits of the second that the result keeps
	meridiem  int // 1: after noon
	half      bool
	era       int // 1: BC
	zoneSign  int
	zoneHour  int
	zoneMin   int
}

func readTemplate(s, template string) (*templateReader, error) {
	r := &templateReader{text: s, s: s}
	nodes := cutTemplate(template)
	for i, n := range nodes {
		if r.s == "" {
			break
		}
		if !r.exact && (i == 0 || n.kind == readPattern) {
			r.blanks()
		}
		switch {
		case n.kind == readBlank, n.kind == readSeparator:
			r.separator()
			continue
		case n.kind == readChar:
			if !r.exact && r.skipped > 0 {
				r.skipped--
			} else {
				r.pass()
			}
			continue
		}
		if err := r.setMode(n); err != nil {
			return nil, err
		}
		if err := r.read(nodes, i); err != nil {
			return nil, err
		}
		if !r.exact {
			r.skipped = 0
			r.blanks()
		}
	}
	return r, nil
}

func (r *templateReader) pass() { r.s = r.s[charLen(r.s):] }

func (r *templateReader) blanks() {
	for r.s != "" && isBlank(r.s[0]) {
		r.s = r.s[1:]
		r.skipped++
	}
}

// separator passes over what a blank or a sign of the template stands for: any
// blank or sign or nothing, with FX any one character.
func (r *templateReader) separator() {
	if r.exact {
		r.pass()
		return
	}
	r.skipped--
	if r.s != "" && (isBlank(r.s[0]) || isSeparator(r.s[0])) {
		r.s = r.s[1:]
		r.skipped++
	}
}

func (r *templateReader) setMode(n readNode) error {
	mode := noCalendar
	switch strings.ToUpper(n.word) {
	case "DDD", "DD", "D", "MM", "MON", "MONTH", "RM", "WW", "W", "Y,YYY", "YYYY", "YYY", "YY", "Y":
		mode = gregorian
	case "IDDD", "ID", "IW", "IYYY", "IYY", "IY", "I":
		mode = isoCalendar
	}
	if r.mode != noCalendar && mode != noCalendar && mode != r.mode {
		return sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid combination of date conventions").
			WithHint("Do not mix Gregorian and ISO week date conventions in a formatting template.")
	}
	r.mode = max(r.mode, mode)
	return nil
}

// setField gives a field its value, which may be repeated but not contradicted.
func setField(to *int, v int, n readNode) error {
	if *to != 0 && *to != v {
		return sqlerr.New(sqlerr.InvalidDatetimeFormat, "conflicting values for \"%s\" field in formatting string", n.word).
			WithDetail("This value contradicts a previous setting for the same field type.")
	}
	*to = v
	return nil
}

// number reads an integer of width digits, or of any where the template allows
// it, and returns it with the number of bytes it took.
func (r *templateReader) number(nodes []readNode, i, width int) (v, taken int, err error) {
	n, before := nodes[i], len(r.s)
	rest := r.s
	for rest != "" && isBlank(rest[0]) {
		rest = rest[1:]
	}
	field := rest[:min(width, len(rest))]
	from, slurp := rest, slurps(nodes, i)
	if !slurp {
		if len(field) < width {
			return 0, 0, sqlerr.New(sqlerr.InvalidDatetimeFormat, "source string too short for \"%s\" formatting field", n.word).
				WithDetail("Field requires %d characters, but only %d remain.", width, len(field)).
				WithHint("If your source string is not fixed-width, try using the \"FM\" modifier.")
		}
		from = field
	}
	used := 0
	if from != "" && (from[0] == '-' || from[0] == '+') {
		used = 1
	}
	digits := used
	for used < len(from) && isDigit(from[used]) {
		used++
	}
	if used == digits {
		used = 0
	}
	if !slurp && used > 0 && used < width {
		return 0, 0, sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid value \"%s\" for \"%s\"", field, n.word).
			WithDetail("Field requires %d characters, but only %d could be parsed.", width, used).
			WithHint("If your source string is not fixed-width, try using the \"FM\" modifier.")
	}
	if used == 0 {
		return 0, 0, sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid value \"%s\" for \"%s\"", field, n.word).
			WithDetail("Value must be an integer.")
	}
	v, err = strconv.Atoi(from[:used])
	if err != nil || v < math.MinInt32 || v > math.MaxInt32 {
		return 0, 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "value for \"%s\" in source string is out of range", n.word).
			WithDetail("Value must be in the range -2147483648 to 2147483647.")
	}
	r.s = rest[used:]
	return v, before - len(r.s), nil
}

// read reads the pattern nodes[i].
func (r *templateReader) read(nodes []readNode, i int) error {
	n := nodes[i]
	word := strings.ToUpper(n.word)
	switch word {
	case "FX":
		r.exact = true
		return nil
	case "TZ", "OF":
		return sqlerr.New(sqlerr.FeatureNotSupported, "formatting field \"%s\" is only supported in to_char", n.word)
	case "TZH":
		r.signOfZone()
	case "TZM":
		if r.zoneSign == 0 {
			r.zoneSign = 1
		}
	case "Y,YYY":
		return r.thousands(n)
	}
	if list, shift, to := r.names(word); list != nil {
		v, err := r.name(list, n)
		if err != nil {
			return err
		}
		return setField(to, shift(v), n)
	}
	to, width := r.field(word)
	v, taken, err := r.number(nodes, i, width)
	if err != nil {
		return err
	}
	v = r.adjust(word, v, taken)
	if to != nil {
		if err := setField(to, v, n); err != nil {
			return err
		}
	}
	if n.ordinal {
		for k := 0; k < 2 && r.s != ""; k++ {
			r.pass()
		}
	}
	return nil
}

// field returns where a number goes, nil where it is read and forgotten, and
// its number of digits.
func (r *templateReader) field(word string) (to *int, width int) {
	width = len(word)
	switch word {
	case "HH", "HH12":
		r.half = true
		return &r.hour, 2
	case "HH24":
		return &r.hour, 2
	case "MI":
		return &r.minute, width
	case "SS":
		return &r.second, width
	case "SSSS", "SSSSS":
		return &r.seconds, width
	case "MS":
		return &r.millis, 3
	case "US":
		return &r.micros, 6
	case "FF1", "FF2", "FF3", "FF4", "FF5", "FF6":
		r.precision = int(word[2] - '0')
		return &r.micros, r.precision
	case "TZH":
		return &r.zoneHour, 2
	case "TZM":
		return &r.zoneMin, 2
	case "MM":
		return &r.month, width
	case "DD":
		return &r.day, width
	case "DDD", "IDDD":
		return &r.doy, 3
	case "D", "ID":
		return &r.weekday, 1
	case "W":
		return &r.inMonth, width
	case "WW", "IW":
		return &r.week, width
	case "CC":
		return &r.century, width
	case "J":
		return &r.julian, width
	case "YYYY", "IYYY", "YYY", "IYY", "YY", "IY", "Y", "I":
		r.yearSize = width
		return &r.year, width
	}
	return nil, width // Q says nothing of the day
}

// adjust turns what was read into the field's unit.
func (r *templateReader) adjust(word string, v, taken int) int {
	switch word {
	case "MS":
		for ; taken < 3; taken++ {
			v *= 10
		}
	case "US", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6":
		for ; taken < 6; taken++ {
			v *= 10
		}
	case "ID":
		if v++; v > 7 {
			v = 1
		}
	case "YYY", "IYY", "YY", "IY", "Y", "I":
		// Years of few digits are those next to 2020.
		switch {
		case taken >= 4:
		case v < 70:
			v += 2000
		case v < 100:
			v += 1900
		case v < 520:
			v += 2000
		case v < 1000:
			v += 1000
		}
	}
	return v
}

// signOfZone reads the sign before TZH, which a separator of the template may
// have taken for itself.
func (r *templateReader) signOfZone() {
	r.zoneSign = 1
	if r.s != "" && (r.s[0] == '+' || r.s[0] == '-' || r.s[0] == ' ') {
		if r.s[0] == '-' {
			r.zoneSign = -1
		}
		r.s = r.s[1:]
		return
	}
	if at := len(r.text) - len(r.s); r.skipped > 0 && at > 0 && r.text[at-1] == '-' {
		r.zoneSign = -1
	}
}

// thousands reads Y,YYY.
func (r *templateReader) thousands(n readNode) error {
	head, tail, found := strings.Cut(r.s, ",")
	thousand, err := strconv.Atoi(strings.TrimSpace(head))
	digits := 0
	for digits < 3 && digits < len(tail) && isDigit(tail[digits]) {
		digits++
	}
	if !found || err != nil || digits == 0 || thousand > math.MaxInt32/1000 || thousand < math.MinInt32/1000 {
		return sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid input string for \"Y,YYY\"")
	}
	years, err := strconv.Atoi(tail[:digits])
	if err != nil {
		return sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid input string for \"Y,YYY\"")
	}
	r.yearSize, r.s = 4, tail[digits:]
	if n.ordinal {
		r.s = r.s[min(2, len(r.s)):]
	}
	return setField(&r.year, thousand*1000+years, n)
}

var (
	monthShort = shortNames(monthNames)
	dayShort   = shortNames(dayNames)
	// romanRead has longer names before their beginnings: December is first.
	romanRead   = []string{"xii", "xi", "x", "ix", "viii", "vii", "vi", "v", "iv", "iii", "ii", "i"}
	halves      = []string{"am", "pm"}
	halvesLong  = []string{"a.m.", "p.m."}
	eras        = []string{"ad", "bc"}
	erasLong    = []string{"a.d.", "b.c."}
	itself      = func(v int) int { return v }
	fromOne     = func(v int) int { return v + 1 }
	fromTheLast = func(v int) int { return 12 - v }
)

func shortNames(full []string) []string {
	out := make([]string, len(full))
	for i, n := range full {
		out[i] = n[:3]
	}
	return out
}

// names returns the names a pattern reads, the number each stands for by its
// place, and where that goes.
func (r *templateReader) names(word string) (list []string, shift func(int) int, to *int) {
	switch word {
	case "MONTH":
		return monthNames, fromOne, &r.month
	case "MON":
		return monthShort, fromOne, &r.month
	case "RM":
		return romanRead, fromTheLast, &r.month
	case "DAY":
		return dayNames, fromOne, &r.weekday
	case "DY":
		return dayShort, fromOne, &r.weekday
	case "AM", "PM":
		r.half = true
		return halves, itself, &r.meridiem
	case "A.M.", "P.M.":
		r.half = true
		return halvesLong, itself, &r.meridiem
	case "AD", "BC":
		return eras, itself, &r.era
	case "A.D.", "B.C.":
		return erasLong, itself, &r.era
	}
	return nil, nil, nil
}

func (r *templateReader) name(list []string, n readNode) (int, error) {
	for i, w := range list {
		if hasPrefixFold(r.s, w) {
			r.s = r.s[len(w):]
			return i, nil
		}
	}
	end := 0
	for end < len(r.s) && !isBlank(r.s[end]) {
		end++
	}
	return 0, sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid value \"%s\" for \"%s\"", r.s[:end], n.word).
		WithDetail("The given value did not match any of the allowed values for this field.")
}
