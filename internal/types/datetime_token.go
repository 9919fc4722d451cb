package types

// The text of dates and times is cut into fields first, each with a shape;
// what a number means is decided afterwards, from what is known by then.
type fieldShape uint8

const (
	shapeNumber  fieldShape = iota // digits, perhaps with a fraction
	shapeWord                      // letters
	shapeDate                      // digits or letters joined by - / .
	shapeTime                      // digits with colons
	shapeZone                      // sign and digits
	shapeSpecial                   // sign and letters
)

type dateField struct {
	text  string // lower case
	shape fieldShape
}

const maxDateFields = 25

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isAlpha(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80 }
func isPunct(c byte) bool { return c > ' ' && c < 0x7F && !isDigit(c) && !isAlpha(c) }

// splitDate cuts a text into fields, or reports that it is malformed.
func splitDate(s string, fields []dateField) ([]dateField, bool) {
	var buf [64]byte
	low := string(appendLower(buf[:0], s))
	i := 0
	for i < len(low) {
		c := low[i]
		if isSpace(c) {
			i++
			continue
		}
		start := i
		var shape fieldShape
		switch {
		case isDigit(c):
			i, shape = scanDigits(low, i)
		case c == '.':
			i++
			i = skipDigits(low, i)
			shape = shapeNumber
		case isAlpha(c):
			i, shape = scanLetters(low, i)
		case c == '+' || c == '-':
			i++
			for i < len(low) && isSpace(low[i]) {
				i++
			}
			signed := string(c)
			from := i
			switch {
			case i < len(low) && (isDigit(low[i]) || low[i] == '.'):
				for i < len(low) && (isDigit(low[i]) || low[i] == ':' || low[i] == '.' || low[i] == '-') {
					i++
				}
				shape = shapeZone
			case i < len(low) && isAlpha(low[i]):
				for i < len(low) && isAlpha(low[i]) {
					i++
				}
				shape = shapeSpecial
			default:
				return nil, false
			}
			text := low[start:i]
			if from != start+1 {
				text = signed + low[from:i]
			}
			if len(fields) == maxDateFields {
				return nil, false
			}
			fields = append(fields, dateField{text, shape})
			continue
		case isPunct(c):
			i++
			continue
		default:
			return nil, false
		}
		if len(fields) == maxDateFields {
			return nil, false
		}
		fields = append(fields, dateField{low[start:i], shape})
	}
	return fields, true
}

func skipDigits(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

func scanDigits(s string, i int) (int, fieldShape) {
	i = skipDigits(s, i)
	if i == len(s) {
		return i, shapeNumber
	}
	switch d := s[i]; d {
	case ':':
		for i < len(s) && (isDigit(s[i]) || s[i] == ':' || s[i] == '.') {
			i++
		}
		return i, shapeTime
	case '-', '/', '.':
		i++
		if i == len(s) || !isDigit(s[i]) {
			if d == '.' && (i == len(s) || !isAlpha(s[i])) {
				return i, shapeNumber
			}
			for i < len(s) && (isDigit(s[i]) || isAlpha(s[i]) || s[i] == d) {
				i++
			}
			return i, shapeDate
		}
		shape := shapeDate
		if d == '.' {
			shape = shapeNumber
		}
		i = skipDigits(s, i)
		if i < len(s) && s[i] == d {
			shape = shapeDate
			for i < len(s) && (isDigit(s[i]) || s[i] == d) {
				i++
			}
		}
		return i, shape
	}
	return i, shapeNumber
}

// scanLetters reads a word; one that goes on with punctuation or digits, and is
// no known word, is a date or a zone name.
func scanLetters(s string, i int) (int, fieldShape) {
	start := i
	for i < len(s) && isAlpha(s[i]) {
		i++
	}
	if i == len(s) {
		return i, shapeWord
	}
	joined := s[i] == '-' || s[i] == '/' || s[i] == '.'
	if s[i] == '+' || isDigit(s[i]) {
		_, known := dateWords[s[start:i]]
		joined = !known
	}
	if !joined {
		return i, shapeWord
	}
	for i < len(s) && (isDigit(s[i]) || isAlpha(s[i]) || s[i] == '+' || s[i] == '-' || s[i] == '/' ||
		s[i] == '_' || s[i] == '.' || s[i] == ':') {
		i++
	}
	return i, shapeDate
}

// wordKind is what a word of a date means.
type wordKind uint8

const (
	wordIgnore wordKind = iota + 1
	wordMonth
	wordWeekday
	wordMeridian
	wordEra
	wordNow
	wordToday
	wordTomorrow
	wordYesterday
	wordEpoch
	wordInfinity
	wordNegInfinity
	wordZulu
	wordDST
	wordISOTime
	wordJulian
	wordAllBalls
)

type dateWord struct {
	kind  wordKind
	value int
}

var dateWords = map[string]dateWord{
	"jan": {wordMonth, 1}, "january": {wordMonth, 1}, "feb": {wordMonth, 2}, "february": {wordMonth, 2},
	"mar": {wordMonth, 3}, "march": {wordMonth, 3}, "apr": {wordMonth, 4}, "april": {wordMonth, 4},
	"may": {wordMonth, 5}, "jun": {wordMonth, 6}, "june": {wordMonth, 6}, "jul": {wordMonth, 7},
	"july": {wordMonth, 7}, "aug": {wordMonth, 8}, "august": {wordMonth, 8}, "sep": {wordMonth, 9},
	"sept": {wordMonth, 9}, "september": {wordMonth, 9}, "oct": {wordMonth, 10}, "october": {wordMonth, 10},
	"nov": {wordMonth, 11}, "november": {wordMonth, 11}, "dec": {wordMonth, 12}, "december": {wordMonth, 12},
	"sun": {wordWeekday, 0}, "sunday": {wordWeekday, 0}, "mon": {wordWeekday, 1}, "monday": {wordWeekday, 1},
	"tue": {wordWeekday, 2}, "tues": {wordWeekday, 2}, "tuesday": {wordWeekday, 2}, "wed": {wordWeekday, 3},
	"wednesday": {wordWeekday, 3}, "weds": {wordWeekday, 3}, "thu": {wordWeekday, 4}, "thur": {wordWeekday, 4},
	"thurs": {wordWeekday, 4}, "thursday": {wordWeekday, 4}, "fri": {wordWeekday, 5}, "friday": {wordWeekday, 5},
	"sat": {wordWeekday, 6}, "saturday": {wordWeekday, 6},
	"am": {wordMeridian, 0}, "pm": {wordMeridian, 1}, "ad": {wordEra, 0}, "bc": {wordEra, 1},
	"at": {wordIgnore, 0}, "on": {wordIgnore, 0},
	"now": {wordNow, 0}, "today": {wordToday, 0}, "tomorrow": {wordTomorrow, 0}, "yesterday": {wordYesterday, 0},
	"epoch": {wordEpoch, 0}, "infinity": {wordInfinity, 0}, "-infinity": {wordNegInfinity, 0},
	"z": {wordZulu, 0}, "zulu": {wordZulu, 0}, "dst": {wordDST, 3600}, "t": {wordISOTime, 0},
	"j": {wordJulian, 0}, "jd": {wordJulian, 0}, "julian": {wordJulian, 0}, "allballs": {wordAllBalls, 0},
	"d": {wordIgnore + 100, 0}, "h": {wordIgnore + 100, 0}, "m": {wordIgnore + 100, 0}, "mm": {wordIgnore + 100, 0},
	"s": {wordIgnore + 100, 0}, "y": {wordIgnore + 100, 0}, "isodow": {wordIgnore + 100, 0}, "isoyear": {wordIgnore + 100, 0},
	"dow": {wordIgnore + 100, 0}, "doy": {wordIgnore + 100, 0},
}
