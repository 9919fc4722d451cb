package regex

import (
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// The failures of a pattern, in PostgreSQL's words.
const (
	badElement  = "invalid collating element"
	badClass    = "invalid character class"
	badEscape   = `invalid escape \ sequence`
	badBackRef  = "invalid backreference number"
	openBracket = "brackets [] not balanced"
	openParen   = "parentheses () not balanced"
	openBrace   = "braces {} not balanced"
	badCount    = "invalid repetition count(s)"
	badRange    = "invalid character range"
	badOperand  = "quantifier operand invalid"
	badOption   = "invalid embedded option"
	tooComplex  = "regular expression is too complex"
	badPattern  = "invalid regexp (reg version 0.8)"
)

func invalid(what string) error {
	return sqlerr.New(sqlerr.InvalidRegularExpression, "invalid regular expression: %s", what)
}

// flags are how a pattern is read.
type flags struct {
	basic, extended bool // POSIX's older forms; advanced is neither
	literal         bool
	fold            bool // case does not matter
	lineStop        bool // . and negated brackets do not match newlines
	lineAnchors     bool // ^ and $ match at lines
	expanded        bool // white space and comments are skipped
}

// set applies a letter; false says that there is no such flag.
func (f *flags) set(c rune) bool {
	switch c {
	case 'b':
		f.basic, f.extended, f.literal = true, false, false
	case 'c':
		f.fold = false
	case 'e':
		f.extended, f.basic, f.literal = true, false, false
	case 'i':
		f.fold = true
	case 'm', 'n':
		f.lineStop, f.lineAnchors = true, true
	case 'p':
		f.lineStop, f.lineAnchors = true, false
	case 'q':
		f.literal = true
	case 's':
		f.lineStop, f.lineAnchors = false, false
	case 't':
		f.expanded = false
	case 'w':
		f.lineStop, f.lineAnchors = false, true
	case 'x':
		f.expanded = true
	default:
		return false
	}
	return true
}

// parser reads a pattern. The first failure stays in err.
type parser struct {
	in     []rune
	at     int
	flags  flags
	groups []*syntax // by number, the first is unused
	depth  int
	err    error
}

// maxDepth bounds how deep parentheses nest, maxNodes what repetitions cost.
const (
	maxDepth = 1000
	maxNodes = 100000
)

func (p *parser) fail(what string) {
	if p.err == nil {
		p.err = invalid(what)
		p.at = len(p.in)
	}
}

func (p *parser) end() bool { return p.at >= len(p.in) }

func (p *parser) sees(s string) bool {
	for i, c := range []rune(s) {
		if p.at+i >= len(p.in) || p.in[p.at+i] != c {
			return false
		}
	}
	return true
}

// parse reads a whole pattern.
func parse(pattern string, f flags) (*parser, *syntax, error) {
	p := &parser{flags: f, groups: []*syntax{nil}}
	if f.literal {
		p.in = []rune(pattern)
		return p, p.literal(), nil
	}
	if rest, ok := strings.CutPrefix(pattern, "***"); ok && !f.basic {
		switch {
		case strings.HasPrefix(rest, "="):
			p.in = []rune(rest[1:])
			return p, p.literal(), nil
		case strings.HasPrefix(rest, ":"):
			pattern = rest[1:]
			p.flags.extended = false
		case strings.HasPrefix(rest, "?"):
			return nil, nil, invalid(badPattern)
		default:
			return nil, nil, invalid(badOperand)
		}
	}
	p.in = []rune(pattern)
	p.options()
	if p.flags.literal && p.err == nil {
		p.in, p.at = p.in[p.at:], 0
		return p, p.literal(), nil
	}
	s := p.alternatives(0)
	if p.err == nil && !p.end() {
		p.fail(openParen)
	}
	if p.err == nil && size(s) > maxNodes {
		p.fail(tooComplex)
	}
	if p.err == nil {
		s.walk(func(n *syntax) {
			if n.op == opBackRef && p.groups[n.ref] == nil {
				p.fail(badBackRef)
			}
		})
	}
	return p, s, p.err
}

// options reads (?xyz) at the beginning.
func (p *parser) options() {
	if p.flags.basic || p.flags.extended || !p.sees("(?") || len(p.in) < 3 || !isLetter(p.in[2]) {
		return
	}
	p.at = 2
	for ; !p.end() && isLetter(p.in[p.at]); p.at++ {
		if c := p.in[p.at]; !p.flags.set(c) {
			p.fail(badOption)
			return
		}
	}
	if !p.sees(")") {
		p.fail(badOption)
		return
	}
	p.at++
}

func isLetter(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

func (p *parser) literal() *syntax {
	cat := &syntax{op: opCat}
	for _, c := range p.in {
		cat.subs = append(cat.subs, p.char(c))
	}
	return &syntax{op: opAlt, subs: []*syntax{cat}}
}

func (p *parser) char(c rune) *syntax {
	s := single(c)
	if p.flags.fold {
		s = s.folded()
	}
	return &syntax{op: opSet, set: s}
}

// skip passes white space and comments of the expanded form.
func (p *parser) skip() {
	for p.err == nil {
		start := p.at
		if p.flags.expanded {
			for !p.end() && spaces.has(p.in[p.at]) {
				p.at++
			}
			if p.sees("#") {
				for !p.end() && p.in[p.at] != '\n' {
					p.at++
				}
			}
		}
		if !p.flags.basic && !p.flags.extended && p.sees("(?#") {
			for !p.end() && p.in[p.at] != ')' {
				p.at++
			}
			if !p.end() {
				p.at++
			}
		}
		if p.at == start {
			return
		}
	}
}

// alternatives reads branches up to the end or a closing parenthesis.
func (p *parser) alternatives(lookaround int) *syntax {
	alt := &syntax{op: opAlt}
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		p.fail(tooComplex)
	}
	for {
		alt.subs = append(alt.subs, p.branch(lookaround))
		if p.err != nil || !p.bar() {
			return alt
		}
	}
}

// bar passes a |.
func (p *parser) bar() bool {
	if p.flags.basic || !p.sees("|") {
		return false
	}
	p.at++
	return true
}

func (p *parser) closes() bool {
	if p.flags.basic {
		return p.sees(`\)`)
	}
	return p.sees(")")
}

func (p *parser) branch(lookaround int) *syntax {
	cat := &syntax{op: opCat}
	for first := true; p.err == nil; first = false {
		p.skip()
		if p.end() || !p.flags.basic && p.sees("|") {
			break
		}
		if p.closes() && !(p.flags.extended && p.depth == 1) {
			break
		}
		atom, plain := p.atom(lookaround, first)
		if p.err != nil {
			break
		}
		if plain { // a condition of a place takes no quantifier
			atom = p.quantified(atom)
		}
		cat.subs = append(cat.subs, atom)
	}
	return cat
}

// quantified reads the quantifier that may follow an atom.
func (p *parser) quantified(atom *syntax) *syntax {
	p.skip()
	q := &syntax{op: opRepeat, subs: []*syntax{atom}, greed: longer}
	switch {
	case p.sees("*"):
		q.min, q.max = 0, unlimited
		p.at++
	case !p.flags.basic && p.sees("+"):
		q.min, q.max = 1, unlimited
		p.at++
	case !p.flags.basic && p.sees("?"):
		q.min, q.max = 0, 1
		p.at++
	case p.bound():
		if !p.counts(q) {
			return atom
		}
	default:
		return atom
	}
	if !p.flags.basic && !p.flags.extended && p.sees("?") {
		p.at++
		if q.greed == longer {
			q.greed = shorter
		}
	}
	if size(q) > maxNodes {
		p.fail(tooComplex)
	}
	return q
}

// size is about how many instructions the automaton of a node has.
func size(n *syntax) int {
	sum := 1
	for _, sub := range n.subs {
		sum += size(sub)
	}
	if n.op == opRepeat {
		copies := n.max
		if copies == unlimited {
			copies = n.min + 1
		}
		sum *= max(copies, 1)
	}
	return min(sum, 2*maxNodes)
}

// bound passes the { that begins a count.
func (p *parser) bound() bool {
	if p.flags.basic {
		if p.sees(`\{`) {
			p.at += 2
			return true
		}
		return false
	}
	if !p.sees("{") {
		return false
	}
	next := p.at + 1
	if p.flags.expanded {
		for next < len(p.in) && spaces.has(p.in[next]) {
			next++
		}
	}
	if next >= len(p.in) || !isDigit(p.in[next]) {
		return false
	}
	p.at++
	return true
}

// counts reads m}, m,} or m,n} into a repetition.
func (p *parser) counts(q *syntax) bool {
	number := func() int {
		p.skip()
		n := 0
		for start := p.at; !p.end() && isDigit(p.in[p.at]); p.at++ {
			if n = n*10 + int(p.in[p.at]-'0'); n > 255 || p.at-start > 3 {
				p.fail(badCount)
			}
		}
		p.skip()
		return n
	}
	if p.end() || p.flags.basic && !isDigit(p.in[p.at]) {
		p.fail(badCount)
		return false
	}
	q.min = number()
	q.max = q.min
	exact := true
	if p.sees(",") {
		p.at++
		exact = false
		q.max = unlimited
		if p.skip(); !p.end() && isDigit(p.in[p.at]) {
			q.max = number()
		}
	}
	closing := "}"
	if p.flags.basic {
		closing = `\}`
	}
	switch {
	case p.err != nil:
	case p.end():
		p.fail(openBrace)
	case !p.sees(closing), q.max < q.min:
		p.fail(badCount)
	default:
		p.at += len(closing)
	}
	if exact {
		q.greed = 0
	}
	return p.err == nil
}
