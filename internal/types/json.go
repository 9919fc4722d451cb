package types

import (
	"fmt"
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// JSONKind tells what a JSON value is; the order is that of jsonb comparison.
type JSONKind uint8

// The kinds of JSON values.
const (
	JSONNull JSONKind = iota
	JSONString
	JSONNumber
	JSONBool
	JSONArray
	JSONObject
)

// String returns the name that json_typeof gives.
func (k JSONKind) String() string {
	return [...]string{"null", "string", "number", "boolean", "array", "object"}[k]
}

// maxJSONDepth bounds the nesting of arrays and objects.
const maxJSONDepth = 6000

var errJSONDepth = sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded").
	WithHint("JSON is nested deeper than %d levels.", maxJSONDepth)

// parseJSON keeps json as it was written once it is known to be well formed.
func parseJSON(s string) (Value, error) {
	p := jsonParser{s: s}
	if err := p.document(); err != nil {
		return Null, err
	}
	return Value{K: KindJSON, S: s}, nil
}

// ValidJSON reports whether a text is well-formed JSON.
func ValidJSON(s string) bool {
	p := jsonParser{s: s, quiet: true}
	return p.document() == nil
}

// jsonParser reads JSON once, from left to right. Without a builder it only
// checks; then escapes of code points that text cannot hold pass, as in json.
type jsonParser struct {
	s     string
	i     int
	b     *JSONBBuilder
	depth int
	quiet bool // any error will do
}

var errJSONQuiet = sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type json")

func (p *jsonParser) document() error {
	p.space()
	if err := p.value(); err != nil {
		return err
	}
	p.space()
	if p.i < len(p.s) {
		return p.unexpected("end of input")
	}
	return nil
}

func (p *jsonParser) space() {
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

func (p *jsonParser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

// value reads a value; the position is at its first character.
func (p *jsonParser) value() error {
	switch c := p.peek(); c {
	case '"':
		s, err := p.str()
		if err == nil && p.b != nil {
			p.b.String(s)
		}
		return err
	case '{':
		return p.object()
	case '[':
		return p.array()
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return p.number()
	}
	rest := p.s[p.i:]
	n := wordLength(rest)
	switch rest[:n] {
	case "true", "false":
		if p.b != nil {
			p.b.Bool(n == 4)
		}
	case "null":
		if p.b != nil {
			p.b.Null()
		}
	default:
		return p.unexpected("JSON value")
	}
	p.i += n
	return nil
}

func (p *jsonParser) array() error {
	if p.depth++; p.depth > maxJSONDepth {
		return errJSONDepth
	}
	if p.b != nil {
		p.b.BeginArray()
	}
	p.i++
	p.space()
	if p.peek() != ']' {
		for {
			if err := p.value(); err != nil {
				return err
			}
			p.space()
			c := p.peek()
			if c == ']' {
				break
			}
			if c != ',' {
				return p.unexpected("\",\" or \"]\"")
			}
			p.i++
			p.space()
		}
	}
	p.i++
	p.depth--
	if p.b != nil {
		p.b.EndArray()
	}
	return nil
}

func (p *jsonParser) object() error {
	if p.depth++; p.depth > maxJSONDepth {
		return errJSONDepth
	}
	if p.b != nil {
		p.b.BeginObject()
	}
	p.i++
	p.space()
	if p.peek() != '}' {
		for first := true; ; first = false {
			if p.peek() != '"' {
				if first {
					return p.unexpected("string or \"}\"")
				}
				return p.unexpected("string")
			}
			key, err := p.str()
			if err != nil {
				return err
			}
			if p.b != nil {
				p.b.Key(key)
			}
			p.space()
			if p.peek() != ':' {
				return p.unexpected("\":\"")
			}
			p.i++
			p.space()
			if err := p.value(); err != nil {
				return err
			}
			p.space()
			c := p.peek()
			if c == '}' {
				break
			}
			if c != ',' {
				return p.unexpected("\",\" or \"}\"")
			}
			p.i++
			p.space()
		}
	}
	p.i++
	p.depth--
	if p.b != nil {
		p.b.EndObject()
	}
	return nil
}

// number reads a number; jsonb keeps it exact.
func (p *jsonParser) number() error {
	n, ok := numberLength(p.s[p.i:])
	if !ok {
		return p.badToken(p.i, p.i+n)
	}
	if p.b != nil {
		v, err := ParseNumeric(p.s[p.i : p.i+n])
		if err != nil {
			return err
		}
		p.b.Number(v)
	}
	p.i += n
	return nil
}

// numberLength returns the length of the number that s begins with, letters
// and digits that stick to it included; these make it invalid.
func numberLength(s string) (n int, ok bool) {
	i := 0
	digits := func() bool {
		start := i
		for i < len(s) && s[i]-'0' <= 9 {
			i++
		}
		return i > start
	}
	if s[0] == '-' {
		i++
	}
	if i < len(s) && s[i] == '0' {
		i, ok = i+1, true
	} else {
		ok = digits()
	}
	if ok && i < len(s) && s[i] == '.' {
		i++
		ok = digits()
	}
	if ok && i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		ok = digits()
	}
	if w := wordLength(s[i:]); w > 0 {
		i, ok = i+w, false
	}
	return i, ok
}

// wordLength counts the letters, digits and bytes above ASCII at the start.
func wordLength(s string) int {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < utf8.RuneSelf && c != '_' && c-'0' > 9 && (c|0x20)-'a' > 25 {
			return i
		}
	}
	return len(s)
}

// str reads a string and, for a builder, resolves its escapes.
func (p *jsonParser) str() (string, error) {
	s := p.s
	for i := p.i + 1; i < len(s); i++ {
		c := s[i]
		if c == '"' {
			text := s[p.i+1 : i]
			p.i = i + 1
			return text, nil
		}
		if c == '\\' || c < ' ' {
			return p.escaped(i)
		}
	}
	return "", p.badToken(p.i, len(s))
}

// escaped reads the rest of a string from the first backslash or control
// character on.
func (p *jsonParser) escaped(i int) (string, error) {
	s, start := p.s, p.i
	var out []byte
	if p.b != nil {
		out = append(make([]byte, 0, len(s[start+1:i])+32), s[start+1:i]...)
	}
	high := rune(-1) // surrogate that waits for its other half
	for ; i < len(s); i++ {
		c := s[i]
		if high >= 0 && (c != '\\' || i+1 < len(s) && s[i+1] != 'u') && c >= ' ' {
			return "", p.syntax(start, min(i+1, len(s)), "Unicode low surrogate must follow a high surrogate.")
		}
		switch {
		case c == '"':
			p.i = i + 1
			return string(out), nil
		case c < ' ':
			return "", p.syntax(start, i, fmt.Sprintf("Character with value 0x%02x must be escaped.", c))
		case c != '\\':
			if p.b != nil {
				out = append(out, c)
			}
			continue
		}
		if i++; i == len(s) {
			return "", p.badToken(start, len(s))
		}
		if s[i] == 'u' {
			r, err := p.hex4(start, i)
			if err != nil {
				return "", err
			}
			i += 4
			if p.b == nil {
				continue
			}
			if r, err = p.pair(start, i+1, &high, r); err != nil {
				return "", err
			}
			if r >= 0 {
				out = utf8.AppendRune(out, r)
			}
			continue
		}
		e := unescapeJSON(s[i])
		if e == 0 {
			_, n := utf8.DecodeRuneInString(s[i:])
			return "", p.syntax(start, i+n, "Escape sequence \"\\"+s[i:i+n]+"\" is invalid.")
		}
		if p.b != nil {
			out = append(out, e)
		}
	}
	return "", p.badToken(start, len(s))
}

// unescapeJSON returns what a letter after a backslash stands for, 0 for none.
func unescapeJSON(c byte) byte {
	switch c {
	case '"', '\\', '/':
		return c
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return 0
}

// hex4 reads the digits after \u; i is at the u.
func (p *jsonParser) hex4(start, i int) (rune, error) {
	r := rune(0)
	for k := i + 1; k <= i+4; k++ {
		if k >= len(p.s) {
			return 0, p.badToken(start, len(p.s))
		}
		d, ok := hexDigit(p.s[k])
		if !ok {
			_, n := utf8.DecodeRuneInString(p.s[k:])
			return 0, p.syntax(start, k+n, "\"\\u\" must be followed by four hexadecimal digits.")
		}
		r = r<<4 | rune(d)
	}
	return r, nil
}

// pair joins surrogates: -1 as long as one half is missing.
func (p *jsonParser) pair(start, end int, high *rune, r rune) (rune, error) {
	switch {
	case r >= 0xD800 && r < 0xDC00:
		if *high >= 0 {
			return 0, p.syntax(start, end, "Unicode high surrogate must not follow a high surrogate.")
		}
		*high = r
		return -1, nil
	case r >= 0xDC00 && r < 0xE000:
		if *high < 0 {
			return 0, p.syntax(start, end, "Unicode low surrogate must follow a high surrogate.")
		}
		r = 0x10000 + (*high-0xD800)<<10 + (r - 0xDC00)
		*high = -1
		return r, nil
	case *high >= 0:
		return 0, p.syntax(start, end, "Unicode low surrogate must follow a high surrogate.")
	case r == 0:
		if p.quiet {
			return 0, errJSONQuiet
		}
		return 0, p.place(sqlerr.New(sqlerr.UntranslatableCharacter, "unsupported Unicode escape sequence").
			WithDetail("%s", "\\u0000 cannot be converted to text."), end)
	}
	return r, nil
}

// AppendJSONString appends a string as a JSON string.
func AppendJSONString(dst []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}
