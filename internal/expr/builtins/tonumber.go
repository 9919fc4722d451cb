package builtins

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	const doc = "Number formatted by a template"
	for _, t := range []typ{int4, int8} {
		fn("to_char", args{t, text}, text, doc, func(_ *expr.Context, a []value) (value, error) {
			return formatNumber(types.NumericFromInt(a[0].I), a[1].S, 0)
		})
	}
	fn("to_char", args{numeric, text}, text, doc, func(_ *expr.Context, a []value) (value, error) { return formatNumber(a[0], a[1].S, 0) })
	for _, t := range []typ{types.Float4, float8} {
		fn("to_char", args{t, text}, text, doc, func(_ *expr.Context, a []value) (value, error) {
			precision := 15
			if t == types.Float4 {
				precision = 6
			}
			v, err := types.NumericFromFloat(a[0].Float(), 64)
			if err != nil {
				return types.Null, err
			}
			return formatNumber(v, a[1].S, precision)
		})
	}
	fn("to_number", args{text, text}, numeric, "Number read by a template", func(_ *expr.Context, a []value) (value, error) {
		return readNumber(a[0].S, a[1].S)
	})
}

// numberTemplate is a number template taken apart.
type numberTemplate struct {
	tokens    []string // 9 0 . D , G S MI PL SG PR L TH th V or literal text in quotes
	whole     int      // digits before the point
	fraction  int
	zeroFrom  int // index of the first 0 among the digits, -1 none
	lastZero  int // the last 0 among the fraction's digits, counted from 1
	fill      bool
	signS     int // -1 leading, 1 trailing
	pr, roman bool
	mi, pl    bool
	shift     int // digits after V
	exponent  bool
	bad       error // what is wrong with the template
	lower     bool  // roman numerals in small letters
}

var numberWords = []string{"EEEE", "FM", "MI", "PL", "SG", "PR", "RN", "TH", "9", "0", ".", "D", ",", "G", "S", "L", "V", "B", "C"}

func parseNumberTemplate(s string) numberTemplate {
	t := numberTemplate{zeroFrom: -1}
	point, shifted := false, false
	for s != "" {
		if s[0] == '"' {
			end := strings.IndexByte(s[1:], '"')
			if end < 0 {
				end = len(s) - 2
			}
			t.tokens = append(t.tokens, `"`+s[1:end+1])
			s = s[min(end+2, len(s)):]
			continue
		}
		word := ""
		for _, w := range numberWords {
			if hasPrefixFold(s, w) {
				word = w
				break
			}
		}
		if word == "" {
			t.tokens = append(t.tokens, `"`+s[:1])
			s = s[1:]
			continue
		}
		written := s[:len(word)]
		t.verify(word, point)
		s = s[len(word):]
		switch word {
		case "9", "0":
			switch {
			case point:
				t.fraction++
				if word == "0" {
					t.lastZero = t.fraction
				}
			case shifted:
				t.shift++
			}
			if !point {
				if word == "0" && t.zeroFrom < 0 {
					t.zeroFrom = t.whole
				}
				t.whole++
			}
		case ".", "D":
			point, word = true, "."
		case "V":
			shifted = true
			continue
		case "B", "C": // read, and without effect
			continue
		case "FM":
			t.fill = true
			continue
		case "S":
			t.signS = 1
			if t.whole == 0 && !point {
				t.signS = -1
			}
		case "PR":
			t.pr = true
		case "MI":
			t.mi = true
		case "PL":
			t.pl = true
		case "RN":
			t.roman, t.lower = true, written == "rn"
		case "EEEE":
			t.exponent = true
			continue
		case "TH":
			word = written
		case "G":
			word = ","
		}
		t.tokens = append(t.tokens, word)
	}
	return t
}

// verify keeps the first rule that a word of the template breaks.
func (t *numberTemplate) verify(word string, point bool) {
	has := func(w string) bool {
		for _, tok := range t.tokens {
			if tok == w {
				return true
			}
		}
		return false
	}
	wrong := ""
	switch {
	case t.bad != nil:
	case t.exponent && word != "EEEE":
		wrong = "\"EEEE\" must be the last pattern used"
	case (word == "9" || word == "0") && t.pr:
		wrong = "\"" + word + "\" must be ahead of \"PR\""
	case (word == "." || word == "D") && point:
		wrong = "multiple decimal points"
	case word == "S" && t.signS != 0:
		wrong = "cannot use \"S\" twice"
	case word == "S" && (t.pl || t.mi || t.pr || has("SG")):
		wrong = "cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together"
	case (word == "MI" || word == "PL" || word == "SG") && t.signS != 0:
		wrong = "cannot use \"S\" and \"" + word + "\" together"
	case word == "PR" && (t.signS != 0 || t.pl || t.mi || has("SG")):
		wrong = "cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together"
	case word == "V" && point:
		wrong = "cannot use \"V\" and decimal point together"
	case word == "EEEE" && t.exponent:
		wrong = "cannot use \"EEEE\" twice"
	case word == "EEEE" && (t.fill || t.signS != 0 || t.pr || t.mi || t.pl || t.roman || has("SG")):
		t.bad = sqlerr.New(sqlerr.SyntaxError, "\"EEEE\" is incompatible with other formats").
			WithDetail("\"EEEE\" may only be used together with digit and decimal point patterns.")
	}
	if wrong != "" {
		t.bad = sqlerr.New(sqlerr.SyntaxError, "%s", wrong)
	}
}

// formatNumber writes a number by a template; precision is the number of
// digits that a float has to show, 0 for exact numbers.
func formatNumber(v value, template string, precision int) (value, error) {
	t := parseNumberTemplate(template)
	if t.bad != nil {
		return types.Null, t.bad
	}
	if t.roman {
		s := romanNumber(v, t.fill)
		if t.lower {
			s = strings.ToLower(s)
		}
		return newText(s)
	}
	if t.exponent && special(v) {
		return newText(" " + strings.Repeat("#", t.whole) + "." + strings.Repeat("#", t.fraction+4))
	}
	if t.exponent {
		return newText(scientific(v, t))
	}
	if t.shift > 0 {
		shifted, err := types.NumericMul(v, types.NumericFromInt(int64(math.Pow10(t.shift))))
		if err != nil {
			return types.Null, err
		}
		v = shifted
	}
	if special(v) {
		text := strings.TrimPrefix(types.Format(v, numeric, nil), "-")
		fraction := ""
		if len(text) > t.whole {
			text, fraction = strings.Repeat("#", t.whole), strings.Repeat("#", t.fraction)
		}
		if fraction == "" {
			if point := slices.Index(t.tokens, "."); point >= 0 {
				rest := slices.DeleteFunc(slices.Clone(t.tokens[point:]), func(tok string) bool { return tok == "." || tok == "9" || tok == "0" })
				t.tokens = append(t.tokens[:point], rest...)
			}
		}
		return newText(t.write(text, fraction, types.NumericSign(v) < 0))
	}
	if precision > 0 {
		before, _, _ := strings.Cut(types.Format(types.NumericAbs(v), numeric, nil), ".")
		t.fraction = min(t.fraction, max(precision-len(before), 0))
	}
	rounded, err := types.NumericRound(v, t.fraction)
	if err != nil {
		return types.Null, err
	}
	digits := types.Format(types.NumericAbs(rounded), numeric, nil)
	whole, fraction, _ := strings.Cut(digits, ".")
	negative := types.NumericSign(rounded) < 0
	overflow := len(whole) > t.whole
	if whole == "0" && t.fraction > 0 {
		whole = ""
	}
	if overflow {
		whole, fraction = strings.Repeat("#", t.whole), strings.Repeat("#", t.fraction)
	}
	return newText(t.write(whole, fraction, negative))
}

// write lays the digits out. Without a sign pattern, the sign stands at once
// before the first digit, and a blank holds its place for positive numbers.
func (t *numberTemplate) write(whole, fraction string, negative bool) string {
	var b strings.Builder
	if t.fill { // trailing zeros that no 0 asks for go
		for len(fraction) > t.lastZero && strings.HasSuffix(fraction, "0") {
			fraction = fraction[:len(fraction)-1]
		}
	}
	blank := func(s string) {
		if !t.fill {
			b.WriteString(s)
		}
	}
	sign := t.sign(negative)
	lead := t.whole - len(whole)
	started, signed := false, false
	putSign := func() {
		if !signed {
			b.WriteString(sign)
			signed = true
		}
	}
	seen, inFraction, frac := 0, false, 0
	for _, tok := range t.tokens {
		switch tok {
		case "9", "0":
			if inFraction {
				if frac < len(fraction) {
					b.WriteByte(fraction[frac])
				}
				frac++
				continue
			}
			switch {
			case seen >= lead:
				putSign()
				b.WriteByte(whole[seen-lead])
				started = true
			case t.zeroFrom >= 0 && seen >= t.zeroFrom:
				putSign()
				b.WriteByte('0')
				started = true
			default:
				blank(" ")
			}
			seen++
		case ".":
			putSign()
			inFraction = true
			b.WriteByte('.')
		case ",":
			if started || t.zeroFrom >= 0 && seen > t.zeroFrom {
				b.WriteByte(',')
			} else {
				blank(" ")
			}
		default:
			t.writeOther(&b, tok, negative, whole, started || inFraction, putSign)
		}
	}
	if t.signS > 0 {
		b.WriteString(map[bool]string{true: "-", false: "+"}[negative])
	}
	if t.pr {
		if negative {
			b.WriteByte('>')
		} else {
			blank(" ")
		}
	}
	return b.String()
}

// sign is what stands directly before the number.
func (t *numberTemplate) sign(negative bool) string {
	for _, tok := range t.tokens {
		if tok == "SG" {
			return ""
		}
	}
	switch {
	case t.signS < 0 && negative:
		return "-"
	case t.signS < 0:
		return "+"
	case t.signS > 0, t.mi && !t.pr:
		return ""
	case t.pr && negative:
		return "<"
	case negative:
		return "-"
	case t.fill:
		return ""
	}
	return " "
}

func (t *numberTemplate) writeOther(b *strings.Builder, tok string, negative bool, whole string, started bool, putSign func()) {
	either := func(minus, plus string) {
		if negative {
			b.WriteString(minus)
		} else if plus != " " || !t.fill {
			b.WriteString(plus)
		}
	}
	switch tok {
	case "MI":
		either("-", " ")
	case "PL":
		either(" ", "+")
	case "SG":
		either("-", "+")
	case "L":
		b.WriteByte(' ')
	case "TH", "th":
		if !negative && whole != "" && whole[0] != '#' && t.fraction == 0 {
			b.WriteString(ordinal(whole, tok))
		}
	case "S", "PR":
	default:
		b.WriteString(strings.TrimPrefix(tok, `"`))
	}
}

func romanNumber(v value, fill bool) string {
	n, err := types.NumericToInt(v, int4)
	s := "###############"
	if err == nil && n > 0 && n < 4000 {
		s = ""
		for _, r := range []struct {
			n int64
			s string
		}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
			for ; n >= r.n; n -= r.n {
				s += r.s
			}
		}
	}
	if !fill && len(s) < 15 {
		s = strings.Repeat(" ", 15-len(s)) + s
	}
	return s
}

func scientific(v value, t numberTemplate) string {
	s := strconv.FormatFloat(types.NumericFloat(v), 'e', t.fraction, 64)
	if !t.fill && !strings.HasPrefix(s, "-") {
		s = " " + s
	}
	return s
}

// readNumber takes the digits, the point and the sign that the template lets
// through.
func readNumber(s, template string) (value, error) {
	if template == "" {
		return types.Null, nil
	}
	t := parseNumberTemplate(template)
	negative := strings.Contains(s, "-") || t.pr && strings.Contains(s, "<")
	whole, fraction, _ := strings.Cut(s, ".")
	digitsOf := func(s string, most int) string {
		var b strings.Builder
		for i := 0; i < len(s) && b.Len() < most; i++ {
			if s[i] >= '0' && s[i] <= '9' {
				b.WriteByte(s[i])
			}
		}
		return b.String()
	}
	w, f := digitsOf(whole, t.whole), digitsOf(fraction, t.fraction)
	if w == "" && f == "" {
		return types.Null, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type numeric: \" \"")
	}
	text := w
	if f != "" {
		text += "." + f
	}
	if negative {
		text = "-" + text
	}
	v, err := types.ParseNumeric(text)
	if err != nil || t.shift == 0 {
		return v, err
	}
	return types.NumericDiv(v, types.NumericFromInt(int64(math.Pow10(t.shift))))
}
