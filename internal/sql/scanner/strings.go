package scanner

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// prefixed reads E'..', X'..', B'..', N'..', U&'..' and U&"..". It reports
// false, having read nothing, where c is the beginning of a plain word.
func (s *Scanner) prefixed(t *Token, c byte) bool {
	start := s.pos
	if s.at(1) == '&' {
		if c|0x20 != 'u' || s.at(2) != '\'' && s.at(2) != '"' {
			return false
		}
		s.unicode(t, start)
		return true
	}
	switch c | 0x20 {
	case 'e':
		s.pos += 2
		t.Kind = TokString
		t.Text = s.escaped(start)
	case 'n':
		s.pos += 2
		t.Kind = TokString
		t.Text = s.quoted(t)
	case 'x':
		s.pos += 2
		t.Kind = TokBytes
		t.Text = s.hexBytes(start, s.quoted(t))
	case 'b':
		s.pos += 2
		t.Kind = TokBits
		t.Text = s.quoted(t)
		for _, c := range t.Text {
			if c != '0' && c != '1' && s.err == nil {
				s.err = sqlerr.New(sqlerr.InvalidTextRepresentation, "\"%c\" is not a valid binary digit", c).At(start)
			}
		}
	default:
		return false
	}
	return true
}

// quoted reads a string whose opening quote is read, with ” for a quote and
// the strings that continue it on following lines.
func (s *Scanner) quoted(t *Token) string {
	var parts []byte
	joined := false
	start := s.pos
	for {
		i := strings.IndexByte(s.text[s.pos:], '\'')
		if i < 0 {
			s.unterminated(t.Pos, "unterminated quoted string")
			return ""
		}
		s.pos += i + 1
		if s.at(0) == '\'' {
			parts = append(parts, s.text[start:s.pos]...)
			joined = true
			s.pos++
			start = s.pos
			continue
		}
		end := s.pos - 1
		more := s.mayContinue() && s.continued()
		if !joined && !more {
			return s.text[start:end]
		}
		parts = append(parts, s.text[start:end]...)
		joined = true
		if !more {
			return string(parts)
		}
		start = s.pos
	}
}

// mayContinue is a cheap no for most strings: only space and a comment can
// stand between a string and its continuation.
func (s *Scanner) mayContinue() bool { return classes[s.at(0)]&classSpace != 0 || s.at(0) == '-' }

// continued reports whether a newline and a quote follow, and reads them. It
// reads nothing otherwise.
func (s *Scanner) continued() bool {
	i, newline := s.pos, false
	for i < len(s.text) {
		c := s.text[i]
		switch {
		case c == '\n' || c == '\r':
			newline = true
			i++
		case classes[c]&classSpace != 0:
			i++
		case c == '-' && i+1 < len(s.text) && s.text[i+1] == '-':
			for i < len(s.text) && s.text[i] != '\n' && s.text[i] != '\r' {
				i++
			}
		default:
			if c == '\'' && newline {
				s.pos = i + 1
				return true
			}
			return false
		}
	}
	return false
}

// hexBytes decodes the digits of X'..'.
func (s *Scanner) hexBytes(start int, digits string) string {
	if s.err != nil {
		return ""
	}
	b := make([]byte, 0, len(digits)/2)
	for i := 0; i < len(digits); i++ {
		if !isHex(digits[i]) {
			r, _ := utf8.DecodeRuneInString(digits[i:])
			s.err = sqlerr.New(sqlerr.InvalidTextRepresentation, "\"%c\" is not a valid hexadecimal digit", r).At(start)
			return ""
		}
		if i%2 == 1 {
			b = append(b, byte(hexValue(digits[i-1])<<4|hexValue(digits[i])))
		}
	}
	if len(digits)%2 == 1 {
		s.err = sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid hexadecimal data: odd number of digits").At(start)
	}
	return string(b)
}

func hexValue(c byte) rune {
	if c <= '9' {
		return rune(c - '0')
	}
	return rune(c|0x20-'a') + 10
}

// escaped reads the rest of E'..'; the quote is read.
func (s *Scanner) escaped(start int) string {
	b := make([]byte, 0, 32)
	checked := false // a byte escape may have made invalid UTF-8
	for {
		if s.pos >= len(s.text) {
			s.unterminated(start, "unterminated quoted string")
			return ""
		}
		c := s.text[s.pos]
		s.pos++
		switch {
		case c == '\'' && s.at(0) == '\'':
			s.pos++
			b = append(b, '\'')
		case c == '\'':
			if s.continued() {
				continue
			}
			if checked && (!utf8.Valid(b) || strings.IndexByte(string(b), 0) >= 0) {
				s.err = invalidEncoding(string(b), start, 0)
			}
			return string(b)
		case c != '\\':
			b = append(b, c)
		default:
			var ok bool
			b, ok = s.escape(b, &checked)
			if !ok {
				return ""
			}
		}
	}
}

// escape decodes what stands after a backslash.
func (s *Scanner) escape(b []byte, checked *bool) ([]byte, bool) {
	c := s.at(0)
	s.pos++
	switch c {
	case 'b':
		return append(b, '\b'), true
	case 'f':
		return append(b, '\f'), true
	case 'n':
		return append(b, '\n'), true
	case 'r':
		return append(b, '\r'), true
	case 't':
		return append(b, '\t'), true
	case 'x':
		if !isHex(s.at(0)) {
			return append(b, 'x'), true
		}
		v := rune(0)
		for n := 0; n < 2 && isHex(s.at(0)); n++ {
			v = v<<4 | hexValue(s.at(0))
			s.pos++
		}
		*checked = true
		return append(b, byte(v)), true
	case 'u', 'U':
		start, digits := s.pos-2, 4
		if c == 'U' {
			digits = 8
		}
		r, ok := s.codePoint(start, digits)
		if ok && utf16.IsSurrogate(r) {
			r, ok = s.lowSurrogate(start, r)
		}
		return utf8.AppendRune(b, r), ok
	case '0', '1', '2', '3', '4', '5', '6', '7':
		v := int(c - '0')
		for n := 0; n < 2 && s.at(0) >= '0' && s.at(0) <= '7'; n++ {
			v = v<<3 | int(s.at(0)-'0')
			s.pos++
		}
		*checked = true
		return append(b, byte(v)), true
	case 0:
		if s.pos > len(s.text) {
			s.pos = len(s.text)
		}
		return b, true
	}
	return append(b, c), true
}

// codePoint reads a fixed number of hexadecimal digits.
func (s *Scanner) codePoint(start, digits int) (rune, bool) {
	v := int64(0)
	for n := 0; n < digits; n++ {
		if !isHex(s.at(0)) {
			s.err = sqlerr.New(sqlerr.InvalidEscapeSequence, "invalid Unicode escape").
				WithHint("Unicode escapes must be \\uXXXX or \\UXXXXXXXX.").At(start)
			return 0, false
		}
		v = v<<4 | int64(hexValue(s.at(0)))
		s.pos++
	}
	if v == 0 || v > utf8.MaxRune {
		s.errorAt(start, "invalid Unicode escape value")
		return 0, false
	}
	return rune(v), true
}

// lowSurrogate reads the second half of a pair in E'..'.
func (s *Scanner) lowSurrogate(start int, high rune) (rune, bool) {
	if s.at(0) == '\\' && (s.at(1) == 'u' || s.at(1) == 'U') {
		digits := 4
		if s.at(1) == 'U' {
			digits = 8
		}
		s.pos += 2
		low, ok := s.codePoint(start, digits)
		if !ok {
			return 0, false
		}
		if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
			return r, true
		}
	}
	at := s.pos
	s.pos++
	s.errorAt(at, "invalid Unicode surrogate pair")
	return 0, false
}

// quotedIdent reads "name" or `name`.
func (s *Scanner) quotedIdent(t *Token, quote byte) {
	s.pos++
	t.Kind, t.Quoted = TokIdent, true
	t.Text = truncateName(s.delimited(t, quote))
}

// delimited reads an identifier whose quote is read; a doubled quote is one.
func (s *Scanner) delimited(t *Token, quote byte) string {
	start := s.pos
	var parts []byte
	for {
		i := strings.IndexByte(s.text[s.pos:], quote)
		if i < 0 {
			s.unterminated(t.Pos, "unterminated quoted identifier")
			return ""
		}
		s.pos += i + 1
		if s.at(0) == quote {
			parts = append(parts, s.text[start:s.pos]...)
			s.pos++
			start = s.pos
			continue
		}
		name := s.text[start : s.pos-1]
		if parts != nil {
			name = string(append(parts, name...))
		}
		if name == "" {
			s.errorAt(t.Pos, "zero-length delimited identifier")
		}
		return name
	}
}

// unicode reads U&'..' or U&"..", with the UESCAPE that may follow.
func (s *Scanner) unicode(t *Token, start int) {
	quote := s.at(2)
	s.pos += 3
	raw := ""
	if quote == '"' {
		t.Kind, t.Quoted = TokIdent, true
		raw = s.delimited(t, quote)
	} else {
		t.Kind = TokString
		raw = s.quoted(t)
	}
	if s.err != nil {
		return
	}
	escape := byte('\\')
	mark := s.pos
	if s.skipBlank() && len(s.text)-s.pos > 7 && equalFold("uescape", s.text[s.pos:s.pos+7]) {
		s.pos += 7
		s.skipBlank()
		if !s.checkEscape() {
			return
		}
		escape = s.at(1)
		s.pos += 3
	} else {
		s.pos = mark
	}
	t.Text = s.decodeUnicode(start, raw, escape)
	if t.Quoted {
		t.Text = truncateName(t.Text)
	}
}

// checkEscape refuses what cannot be the string after UESCAPE.
func (s *Scanner) checkEscape() bool {
	at := s.pos
	if s.at(0) != '\'' {
		var t Token
		s.Read(&t)
		if s.err == nil {
			s.errorAt(at, "UESCAPE must be followed by a simple string literal")
		}
		return false
	}
	if s.at(2) == '\'' && s.at(3) != '\'' && !isHex(s.at(1)) && strings.IndexByte("+'\" \t\n\r", s.at(1)) < 0 {
		return true
	}
	t := Token{Pos: at}
	s.pos++
	s.quoted(&t)
	if s.err == nil {
		s.errorAt(at, "invalid Unicode escape character")
	}
	return false
}

// decodeUnicode replaces \XXXX and \+XXXXXX.
func (s *Scanner) decodeUnicode(start int, raw string, escape byte) string {
	if strings.IndexByte(raw, escape) < 0 {
		return raw
	}
	b := make([]byte, 0, len(raw))
	high := rune(0)
	for i := 0; i < len(raw); i++ {
		if raw[i] != escape {
			b = append(b, raw[i])
			continue
		}
		if i+1 < len(raw) && raw[i+1] == escape {
			b = append(b, escape)
			i++
			continue
		}
		digits, skip := 4, 1
		if i+1 < len(raw) && raw[i+1] == '+' {
			digits, skip = 6, 2
		}
		r, ok := hexRune(raw, i+skip, digits)
		if !ok {
			s.err = sqlerr.New(sqlerr.SyntaxError, "invalid Unicode escape").
				WithHint("Unicode escapes must be \\XXXX or \\+XXXXXX.").At(start + 3 + i)
			return ""
		}
		at := i
		i += skip + digits - 1
		if high != 0 {
			r = utf16.DecodeRune(high, r)
			high = 0
		} else if utf16.IsSurrogate(r) && i+1 < len(raw) && raw[i+1] == escape {
			high = r
			continue
		}
		if utf16.IsSurrogate(r) || r == utf8.RuneError {
			s.err = sqlerr.New(sqlerr.SyntaxError, "invalid Unicode surrogate pair").At(start + 3 + i + 1)
			return ""
		}
		if r == 0 || !utf8.ValidRune(r) {
			s.err = sqlerr.New(sqlerr.SyntaxError, "invalid Unicode escape value").At(start + 3 + at)
			return ""
		}
		b = utf8.AppendRune(b, r)
	}
	return string(b)
}

// hexRune reads digits of raw from i as a code point.
func hexRune(raw string, i, digits int) (rune, bool) {
	if i+digits > len(raw) {
		return 0, false
	}
	r := rune(0)
	for _, c := range []byte(raw[i : i+digits]) {
		if !isHex(c) {
			return 0, false
		}
		r = r<<4 | hexValue(c)
	}
	return r, true
}

// CheckEncoding returns an error where text is not valid UTF-8 or holds a NUL.
func CheckEncoding(text string) *sqlerr.Error {
	if utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 {
		return nil
	}
	return invalidEncoding(text, 0, 1)
}

// invalidEncoding describes the first wrong byte of text, at base plus its
// offset times step.
func invalidEncoding(text string, base, step int) *sqlerr.Error {
	for i, r := range text {
		wrong := r == 0
		if r == utf8.RuneError {
			_, n := utf8.DecodeRuneInString(text[i:])
			wrong = n <= 1
		}
		if wrong {
			return sqlerr.New(sqlerr.CharacterNotInRepertoire,
				"invalid byte sequence for encoding \"UTF8\": 0x%02x", text[i]).At(base + i*step)
		}
	}
	return nil
}
