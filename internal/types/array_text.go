package types

import (
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

func malformedArray(s, detail string, args ...any) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "malformed array literal: \"%s\"", s).WithDetail(detail, args...)
}

// arrayParser reads {1,NULL,"a b",{...}}.
type arrayParser struct {
	text  string // as written
	s     string
	i     int
	elem  *Type
	env   *Env
	elems []Value
	dims  [MaxArrayDims]int
	ndim  int   // -1 until the first element is seen
	bad   error // the first element that is no value; errors of structure go first
}

// ParseArray reads an array literal of an array type.
func ParseArray(s string, t *Type, env *Env) (Value, error) {
	p := arrayParser{text: s, s: s, elem: t.Elem, env: env, ndim: -1}
	given, err := p.bounds()
	if err != nil {
		return Null, err
	}
	p.space()
	if p.peek() != '{' {
		if given != nil {
			return Null, malformedArray(s, "Array contents must start with \"{\".")
		}
		return Null, malformedArray(s, "Array value must start with \"{\" or dimension information.")
	}
	p.text = s[p.i:]
	if err := p.level(0); err != nil {
		return Null, err
	}
	p.space()
	if p.i < len(p.s) {
		return Null, malformedArray(p.text, "Junk after closing right brace.")
	}
	if p.bad != nil {
		return Null, p.bad
	}
	if len(p.elems) == 0 {
		if given != nil {
			return Null, malformedArray(s, "Specified array dimensions do not match array contents.")
		}
		return NewArray(nil, t.Elem), nil
	}
	dims := make([]Dim, p.ndim)
	for i := range dims {
		dims[i] = Dim{p.dims[i], 1}
	}
	if given != nil {
		if !sameLengths(given, dims) {
			return Null, malformedArray(s, "Specified array dimensions do not match array contents.")
		}
		dims = given
	}
	return NewArrayDims(p.elems, dims, t.Elem), nil
}

func (p *arrayParser) space() {
	for p.i < len(p.s) && isSpace(p.s[p.i]) {
		p.i++
	}
}

func (p *arrayParser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

// bounds reads [1:2][0:3]= in front of the braces.
func (p *arrayParser) bounds() ([]Dim, error) {
	var dims []Dim
	for {
		p.space()
		if p.peek() != '[' {
			break
		}
		p.i++
		if len(dims) == MaxArrayDims {
			return nil, sqlerr.New(sqlerr.ProgramLimitExceeded,
				"number of array dimensions (%d) exceeds the maximum allowed (%d)", len(dims)+1, MaxArrayDims)
		}
		end := strings.IndexByte(p.s[p.i:], ']')
		if end < 0 {
			return nil, malformedArray(p.text, "Missing \"]\" after array dimensions.")
		}
		low, high, both := strings.Cut(p.s[p.i:p.i+end], ":")
		if !both {
			low, high = "1", low
		}
		l, err1 := strconv.ParseInt(low, 10, 32)
		h, err2 := strconv.ParseInt(high, 10, 32)
		if err1 != nil || err2 != nil {
			return nil, malformedArray(p.text, "Missing array dimension value.")
		}
		if h < l {
			return nil, sqlerr.New(sqlerr.ArraySubscriptError, "upper bound cannot be less than lower bound")
		}
		if h-l >= maxArrayElements {
			return nil, errArraySize
		}
		dims = append(dims, Dim{int(h - l + 1), int(l)})
		p.i += end + 1
	}
	if dims != nil {
		p.space()
		if p.peek() != '=' {
			return nil, malformedArray(p.text, "Missing \"=\" after array dimensions.")
		}
		p.i++
	}
	return dims, nil
}

// level reads one pair of braces at a depth; the position is at the left one.
func (p *arrayParser) level(depth int) error {
	if depth == MaxArrayDims {
		return sqlerr.New(sqlerr.ProgramLimitExceeded,
			"number of array dimensions (%d) exceeds the maximum allowed (%d)", depth+1, MaxArrayDims)
	}
	p.i++
	count := 0
	for {
		p.space()
		if p.i >= len(p.s) {
			return malformedArray(p.text, "Unexpected end of input.")
		}
		switch c := p.s[p.i]; {
		case c == '}':
			if count > 0 {
				return malformedArray(p.text, "Unexpected \"}\" character.")
			}
			p.i++
			return p.closeLevel(depth, count)
		case c == '{':
			if p.ndim >= 0 && depth+1 >= p.ndim {
				return p.mismatch()
			}
			if err := p.level(depth + 1); err != nil {
				return err
			}
		case c == ',':
			return malformedArray(p.text, "Unexpected \",\" character.")
		default:
			if p.ndim < 0 {
				p.ndim = depth + 1
			} else if p.ndim != depth+1 {
				return p.mismatch()
			}
			if err := p.element(); err != nil {
				return err
			}
		}
		count++
		p.space()
		switch p.peek() {
		case ',':
			p.i++
			p.space()
			if p.peek() == '}' {
				return malformedArray(p.text, "Unexpected \"}\" character.")
			}
		case '}':
			p.i++
			return p.closeLevel(depth, count)
		case 0:
			return malformedArray(p.text, "Unexpected end of input.")
		case '{':
			return malformedArray(p.text, "Unexpected \"{\" character.")
		default:
			return malformedArray(p.text, "Unexpected array element.")
		}
	}
}

func (p *arrayParser) mismatch() error {
	return malformedArray(p.text, "Multidimensional arrays must have sub-arrays with matching dimensions.")
}

func (p *arrayParser) closeLevel(depth, count int) error {
	if count == 0 && depth > 0 {
		return malformedArray(p.text, "Unexpected \"}\" character.")
	}
	if p.dims[depth] == 0 {
		p.dims[depth] = count
	} else if p.dims[depth] != count {
		return p.mismatch()
	}
	return nil
}

func (p *arrayParser) element() error {
	var b []byte
	quoted := false
	if p.s[p.i] == '"' {
		quoted = true
		p.i++
		for {
			if p.i >= len(p.s) {
				return malformedArray(p.text, "Unexpected end of input.")
			}
			c := p.s[p.i]
			p.i++
			if c == '"' {
				break
			}
			if c == '\\' {
				if p.i >= len(p.s) {
					return malformedArray(p.text, "Unexpected end of input.")
				}
				c = p.s[p.i]
				p.i++
			}
			b = append(b, c)
		}
	} else {
		keep := 0 // blanks at the end do not count, unless escaped
	scan:
		for p.i < len(p.s) {
			c := p.s[p.i]
			switch c {
			case ',', '}':
				break scan
			case '{', '"':
				if c == '"' {
					return malformedArray(p.text, "Unexpected array element.")
				}
				return malformedArray(p.text, "Unexpected \"{\" character.")
			case '\\':
				quoted = true
				p.i++
				if p.i >= len(p.s) {
					return malformedArray(p.text, "Unexpected end of input.")
				}
				b = append(b, p.s[p.i])
				keep = len(b)
			default:
				b = append(b, c)
				if !isSpace(c) {
					keep = len(b)
				}
			}
			p.i++
		}
		b = b[:keep]
	}
	if !quoted && strings.EqualFold(string(b), "null") {
		p.elems = append(p.elems, Null)
		return nil
	}
	v, err := Parse(string(b), p.elem, p.env)
	if err != nil && p.bad == nil {
		p.bad = err
	}
	p.elems = append(p.elems, v)
	return nil
}

// appendArray appends an array literal.
func appendArray(dst []byte, v Value, t *Type, env *Env) []byte {
	dims, n, kind, body, err := arrayHeader(v)
	if err != nil || n == 0 {
		return append(dst, '{', '}')
	}
	var elem *Type
	if t != nil {
		elem = BaseType(t).Elem
	}
	for _, d := range dims {
		if d.Lower != 1 {
			for _, d := range dims {
				dst = append(dst, '[')
				dst = strconv.AppendInt(dst, int64(d.Lower), 10)
				dst = append(dst, ':')
				dst = strconv.AppendInt(dst, int64(d.Lower+d.Length-1), 10)
				dst = append(dst, ']')
			}
			dst = append(dst, '=')
			break
		}
	}
	w := arrayWriter{elem: elem, env: env, kind: kind, body: body}
	return w.level(dst, dims)
}

type arrayWriter struct {
	elem *Type
	env  *Env
	kind Kind
	body string
}

func (w *arrayWriter) level(dst []byte, dims []Dim) []byte {
	dst = append(dst, '{')
	for i := 0; i < dims[0].Length; i++ {
		if i > 0 {
			dst = append(dst, ',')
		}
		if len(dims) > 1 {
			dst = w.level(dst, dims[1:])
			continue
		}
		e, rest, ok := readElement(w.body, w.kind)
		if !ok {
			return dst
		}
		w.body = rest
		if e.K == KindNull {
			dst = append(dst, "NULL"...)
			continue
		}
		start := len(dst)
		dst = Append(dst, e, w.elem, w.env)
		switch w.kind {
		case KindBool, KindInt, KindFloat, KindNumeric, KindUUID, KindDate, KindBit:
			continue
		}
		if arrayQuoted(dst[start:]) {
			text := string(dst[start:])
			dst = append(dst[:start], '"')
			for j := 0; j < len(text); j++ {
				if text[j] == '"' || text[j] == '\\' {
					dst = append(dst, '\\')
				}
				dst = append(dst, text[j])
			}
			dst = append(dst, '"')
		}
	}
	return append(dst, '}')
}

func arrayQuoted(b []byte) bool {
	if len(b) == 0 || len(b) == 4 && strings.EqualFold(string(b), "null") {
		return true
	}
	for _, c := range b {
		switch c {
		case '"', '\\', '{', '}', ',':
			return true
		}
		if isSpace(c) {
			return true
		}
	}
	return false
}
