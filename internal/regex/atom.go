package regex

import "unicode"

// atom reads what may carry a quantifier, or a condition of a place, which
// may not.
func (p *parser) atom(lookaround int, first bool) (s *syntax, plain bool) {
	if p.flags.basic {
		return p.basicAtom(lookaround, first)
	}
	c := p.in[p.at]
	switch c {
	case '*', '+', '?':
		p.fail(badOperand)
		return nil, false
	case '{':
		if p.bound() {
			p.fail(badOperand)
			return nil, false
		}
	case '(':
		return p.parenthesis(lookaround)
	case '^':
		p.at++
		return p.anchor(lineBegin, textBegin), false
	case '$':
		p.at++
		return p.anchor(lineEnd, textEnd), false
	case '.':
		p.at++
		return p.anyChar(), true
	case '[':
		return p.bracketAtom()
	case '\\':
		p.at++
		if p.end() {
			p.fail(badEscape)
			return nil, false
		}
		if p.flags.extended {
			p.at++
			return p.char(p.in[p.at-1]), true
		}
		return p.escape(lookaround, false)
	}
	p.at++
	return p.char(c), true
}

// basicAtom is atom for POSIX's basic form.
func (p *parser) basicAtom(lookaround int, first bool) (*syntax, bool) {
	c := p.in[p.at]
	switch {
	case c == '*' && !first:
		p.fail(badOperand)
		return nil, false
	case c == '^' && first:
		p.at++
		return p.anchor(lineBegin, textBegin), false
	case c == '$' && (p.at+1 == len(p.in) || p.in[p.at+1] == '\\' && p.at+2 < len(p.in) && p.in[p.at+2] == ')'):
		p.at++
		return p.anchor(lineEnd, textEnd), false
	case c == '.':
		p.at++
		return p.anyChar(), true
	case c == '[':
		return p.bracketAtom()
	case c != '\\':
		p.at++
		return p.char(c), true
	}
	p.at++
	if p.end() {
		p.fail(badEscape)
		return nil, false
	}
	c = p.in[p.at]
	p.at++
	switch {
	case c == '(':
		return p.group(lookaround, true), true
	case c == '{':
		p.fail(badOperand)
	case c == '<':
		return &syntax{op: opAssert, assert: wordBegin}, false
	case c == '>':
		return &syntax{op: opAssert, assert: wordEnd}, false
	case c >= '1' && c <= '9':
		return p.backRef(int(c-'0'), lookaround), true
	}
	return p.char(c), true
}

func (p *parser) anchor(line, text assertion) *syntax {
	if p.flags.lineAnchors {
		return &syntax{op: opAssert, assert: line}
	}
	return &syntax{op: opAssert, assert: text}
}

func (p *parser) anyChar() *syntax {
	if p.flags.lineStop {
		return &syntax{op: opSet, set: set{0, '\n' - 1, '\n' + 1, unicode.MaxRune}}
	}
	return &syntax{op: opSet, set: set{0, unicode.MaxRune}}
}

// parenthesis reads a group or a lookaround.
func (p *parser) parenthesis(lookaround int) (*syntax, bool) {
	p.at++
	if p.flags.extended || !p.sees("?") {
		return p.group(lookaround, true), true
	}
	p.at++
	if p.end() {
		p.fail(badOperand)
		return nil, false
	}
	c := p.in[p.at]
	p.at++
	look := &syntax{op: opLookaround}
	switch c {
	case ':':
		return p.group(lookaround, false), true
	case '=', '!':
		look.negative = c == '!'
	case '<':
		if p.end() || p.in[p.at] != '=' && p.in[p.at] != '!' {
			p.fail(badOperand)
			return nil, false
		}
		look.behind, look.negative = true, p.in[p.at] == '!'
		p.at++
	default:
		p.fail(badOperand)
		return nil, false
	}
	look.subs = []*syntax{p.inner(lookaround + 1)}
	return look, false
}

// inner reads alternatives and the parenthesis that closes them.
func (p *parser) inner(lookaround int) *syntax {
	s := p.alternatives(lookaround)
	if p.err == nil && !p.closes() {
		p.fail(openParen)
	}
	p.at++
	if p.flags.basic {
		p.at++
	}
	return s
}

func (p *parser) group(lookaround int, captures bool) *syntax {
	g := &syntax{op: opGroup}
	if captures && lookaround == 0 {
		g.cap = len(p.groups)
		p.groups = append(p.groups, nil)
	}
	g.subs = []*syntax{p.inner(lookaround)}
	if g.cap > 0 {
		p.groups[g.cap] = g
	}
	return g
}

func (p *parser) backRef(n, lookaround int) *syntax {
	if n >= len(p.groups) || p.groups[n] == nil || lookaround > 0 {
		p.fail(badBackRef)
		return &syntax{}
	}
	return &syntax{op: opBackRef, ref: n}
}

func (p *parser) class(name string, negated bool) *syntax {
	s := classes[name]
	if negated {
		s = s.negate()
	}
	return &syntax{op: opSet, set: s}
}

// escape reads what follows a backslash in the advanced form. In a bracket,
// only what stands for characters is allowed.
func (p *parser) escape(lookaround int, bracket bool) (*syntax, bool) {
	c := p.in[p.at]
	p.at++
	switch c {
	case 'd', 'D':
		return p.class("digit", c == 'D'), true
	case 's', 'S':
		return p.class("space", c == 'S'), true
	case 'w', 'W':
		return p.class("word", c == 'W'), true
	}
	if a, ok := placeEscapes[c]; ok {
		if bracket {
			p.fail(badEscape)
		}
		return &syntax{op: opAssert, assert: a}, false
	}
	if c >= '1' && c <= '9' {
		if n, ok := p.refNumber(c); ok {
			if bracket {
				p.fail(badEscape)
			}
			return p.backRef(n, lookaround), true
		}
	}
	r, ok := p.charEscape(c)
	if !ok {
		p.fail(badEscape)
	}
	return p.char(r), true
}

var placeEscapes = map[rune]assertion{
	'A': textBegin, 'Z': textEnd, 'm': wordBegin, 'M': wordEnd, 'y': wordEdge, 'Y': noWordEdge,
}

// refNumber reads the number of a back reference; one of several digits that
// names no group is an octal number.
func (p *parser) refNumber(c rune) (int, bool) {
	at, n := p.at, int(c-'0')
	for at < len(p.in) && isDigit(p.in[at]) && n < 1<<20 {
		n = n*10 + int(p.in[at]-'0')
		at++
	}
	if at == p.at || n < len(p.groups) {
		p.at = at
		return n, true
	}
	return 0, false
}

// charEscape reads an escape that is one character.
func (p *parser) charEscape(c rune) (rune, bool) {
	switch c {
	case 'a':
		return '\a', true
	case 'b':
		return '\b', true
	case 'B':
		return '\\', true
	case 'c':
		if p.end() {
			return 0, false
		}
		p.at++
		return p.in[p.at-1] & 0x1f, true
	case 'e':
		return 0x1b, true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'v':
		return '\v', true
	case 'u':
		return p.number(16, 4, 4)
	case 'U':
		return p.number(16, 8, 8)
	case 'x':
		return p.number(16, 1, 255)
	}
	if isDigit(c) {
		p.at--
		r, ok := p.number(8, 1, 3)
		if r > 0xff { // a digit too many
			p.at--
			r >>= 3
		}
		return r, ok
	}
	return c, !isLetter(c)
}

func (p *parser) number(base rune, minLen, maxLen int) (rune, bool) {
	var n rune
	i := 0
	for ; i < maxLen && !p.end(); i++ {
		d := hexValue(p.in[p.at])
		if d < 0 || d >= base {
			break
		}
		if n = n*base + d; n > unicode.MaxRune {
			return 0, false
		}
		p.at++
	}
	return n, i >= minLen
}

func hexValue(c rune) rune {
	switch {
	case isDigit(c):
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return -1
}
