package builtins

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

func (p *pathParser) advance() error {
	s := p.s
	for p.i < len(s) {
		if strings.IndexByte(" \t\n\r\f", s[p.i]) >= 0 {
			p.i++
			continue
		}
		if !strings.HasPrefix(s[p.i:], "/*") {
			break
		}
		end := strings.Index(s[p.i+2:], "*/")
		if end < 0 {
			return sqlerr.New(sqlerr.SyntaxError, "unexpected end of comment at end of jsonpath input")
		}
		p.i += end + 4
	}
	start := p.i
	set := func(kind, text string, end int) {
		p.tok, p.i = pathToken{kind, text, start, end}, end
	}
	if start == len(s) {
		set(tokenEnd, "", start)
		return nil
	}
	c := s[start]
	switch {
	case c == '"':
		text, end, err := p.quoted(start)
		set(tokenString, text, end)
		return err
	case c == '$':
		if start+1 < len(s) && s[start+1] == '"' {
			text, end, err := p.quoted(start + 1)
			set(tokenVar, text, end)
			return err
		}
		if end := p.wordEnd(start + 1); end > start+1 {
			set(tokenVar, s[start+1:end], end)
			return nil
		}
		set("$", "$", start+1)
		return nil
	case isDigit(c) || c == '.' && start+1 < len(s) && isDigit(s[start+1]):
		return p.numberToken(start)
	case strings.IndexByte(pathSpecial, c) < 0:
		return p.wordToken(start)
	}
	for _, m := range []string{"&&", "||", "==", "!=", "<>", "<=", ">=", "**"} {
		if strings.HasPrefix(s[start:], m) {
			set(m, m, start+2)
			return nil
		}
	}
	set(s[start:start+1], s[start:start+1], start+1)
	return nil
}

func isDigit(c byte) bool { return c-'0' <= 9 }

func (p *pathParser) wordEnd(i int) int {
	for i < len(p.s) && strings.IndexByte(pathSpecial, p.s[i]) < 0 && p.s[i] != '\\' {
		i++
	}
	return i
}

// wordToken reads a word, in which backslashes may stand for characters.
func (p *pathParser) wordToken(start int) error {
	var b []byte
	i := start
	for {
		end := p.wordEnd(i)
		b = append(b, p.s[i:end]...)
		if i = end; i >= len(p.s) || p.s[i] != '\\' {
			break
		}
		var err error
		if b, i, err = p.escape(b, i); err != nil {
			return err
		}
	}
	p.tok, p.i = pathToken{tokenWord, string(b), start, i}, i
	return nil
}

func (p *pathParser) numberToken(start int) error {
	s, i := p.s, start
	digits := func() {
		for i < len(s) && isDigit(s[i]) {
			i++
		}
	}
	digits()
	if i < len(s) && s[i] == '.' && (i == start || i+1 == len(s) || isDigit(s[i+1]) || strings.IndexByte(" )]+-*/%,<>=!&|", s[i+1]) >= 0) {
		i++
		digits()
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if j < len(s) && isDigit(s[j]) {
			i = j
			digits()
		}
	}
	leadingZero := s[start] == '0' && start+1 < i && isDigit(s[start+1])
	if end := p.wordEnd(i); end > i || leadingZero {
		return sqlerr.New(sqlerr.SyntaxError, "trailing junk after numeric literal at or near \"%s\" of jsonpath input", s[start:min(end, i+1)])
	}
	p.tok, p.i = pathToken{tokenNumber, s[start:i], start, i}, i
	return nil
}

func (p *pathParser) quoted(start int) (string, int, error) {
	var b []byte
	for i := start + 1; i < len(p.s); {
		switch c := p.s[i]; c {
		case '"':
			return string(b), i + 1, nil
		case '\\':
			var err error
			if b, i, err = p.escape(b, i); err != nil {
				return "", i, err
			}
		default:
			b = append(b, c)
			i++
		}
	}
	return "", len(p.s), sqlerr.New(sqlerr.SyntaxError, "unexpected end of quoted string at end of jsonpath input")
}

// escape reads what begins with the backslash at i.
func (p *pathParser) escape(b []byte, i int) ([]byte, int, error) {
	s := p.s
	if i+1 >= len(s) {
		return b, i, sqlerr.New(sqlerr.SyntaxError, "unexpected end after backslash at end of jsonpath input")
	}
	c := s[i+1]
	i += 2
	switch c {
	case 'b', 'f', 'n', 'r', 't', 'v':
		return append(b, "\b\f\n\r\t\v"[strings.IndexByte("bfnrtv", c)]), i, nil
	case 'x':
		r, err := strconv.ParseUint(s[i:min(i+2, len(s))], 16, 8)
		if err != nil || i+2 > len(s) {
			return b, i, sqlerr.New(sqlerr.SyntaxError, "invalid hexadecimal character sequence at or near \"%s\" of jsonpath input", s[i-2:])
		}
		return utf8.AppendRune(b, rune(r)), i + 2, nil
	case 'u':
		r, n, ok := unicodeEscape(s[i:])
		if r >= 0xD800 && r < 0xDC00 && strings.HasPrefix(s[i+n:], "\\u") {
			if low, m, ok2 := unicodeEscape(s[i+n+2:]); ok2 && low >= 0xDC00 && low < 0xE000 {
				r, n = 0x10000+(r-0xD800)<<10+(low-0xDC00), n+2+m
			}
		}
		if !ok || !utf8.ValidRune(r) {
			return b, i, sqlerr.New(sqlerr.SyntaxError, "invalid Unicode escape sequence at or near \"%s\" of jsonpath input", s[i-2:])
		}
		if r == 0 {
			return b, i, sqlerr.New(sqlerr.UntranslatableCharacter, "unsupported Unicode escape sequence").WithDetail("%s", "\\u0000 cannot be converted to text.")
		}
		return utf8.AppendRune(b, r), i + n, nil
	}
	return append(b, c), i, nil
}

// unicodeEscape reads XXXX or {X…} after \u.
func unicodeEscape(s string) (r rune, n int, ok bool) {
	digits, n := s, 4
	if strings.HasPrefix(s, "{") {
		end := strings.IndexByte(s, '}')
		if end < 2 || end > 7 {
			return 0, 0, false
		}
		digits, n = s[1:end], end+1
	} else {
		if len(s) < 4 {
			return 0, 0, false
		}
		digits = s[:4]
	}
	u, err := strconv.ParseUint(digits, 16, 32)
	return rune(u), n, err == nil
}
