package builtins

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// maxPathDepth bounds the nesting of a path expression.
const maxPathDepth = 500

// pathToken is a token: a punctuation mark, or one of the classes below.
type pathToken struct {
	kind string
	text string // of words and strings without quotes and escapes
	at   int
	end  int
}

const (
	tokenEnd    = "end"
	tokenWord   = "word"
	tokenString = "string"
	tokenNumber = "number"
	tokenVar    = "variable"
)

// pathParser reads the path language of SQL/JSON.
type pathParser struct {
	s     string
	i     int
	tok   pathToken
	depth int
	inSub int // array subscripts around
	inFlt int // filters around
}

func parsePath(s string) (*jsonPath, error) {
	if strings.TrimSpace(s) == "" {
		return nil, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type jsonpath: \"%s\"", s)
	}
	p := &pathParser{s: s}
	if err := p.advance(); err != nil {
		return nil, err
	}
	out := &jsonPath{}
	if p.word("strict") || p.word("lax") {
		out.strict = p.word("strict")
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	root, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokenEnd {
		return nil, p.fail()
	}
	out.root = root
	return out, nil
}

func (p *pathParser) fail() error {
	if p.tok.kind == tokenEnd {
		return sqlerr.New(sqlerr.SyntaxError, "syntax error at end of jsonpath input")
	}
	return sqlerr.New(sqlerr.SyntaxError, "syntax error at or near \"%s\" of jsonpath input", p.s[p.tok.at:p.tok.end])
}

func (p *pathParser) word(w string) bool {
	return p.tok.kind == tokenWord && strings.EqualFold(p.tok.text, w)
}

func (p *pathParser) is(kind string) bool { return p.tok.kind == kind }

// take skips a token if it is the one asked for.
func (p *pathParser) take(kind string) (bool, error) {
	if p.tok.kind != kind {
		return false, nil
	}
	return true, p.advance()
}

func (p *pathParser) expect(kind string) error {
	if p.tok.kind != kind {
		return p.fail()
	}
	return p.advance()
}

const pathSpecial = "?%$.[]{}()|&!=<>@#,*:-+/\" \t\n\r\f"

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
	return "", len(p.s), sqlerr.New(sqlerr.SyntaxError, "unterminated quoted string at end of jsonpath input")
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
		if err != nil {
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

func (p *pathParser) enter() error {
	if p.depth++; p.depth > maxPathDepth {
		return sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded")
	}
	return nil
}

// infix reads operands of one precedence joined by operators, from the left.
func (p *pathParser) infix(operand func() (*pathItem, error), join func(op string, l, r *pathItem) (*pathItem, error), ops ...string) (*pathItem, error) {
	l, err := operand()
	if err != nil {
		return nil, err
	}
	for {
		op := ""
		for _, o := range ops {
			if p.is(o) {
				op = o
			}
		}
		if op == "" {
			return l, nil
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
		r, err := operand()
		if err != nil {
			return nil, err
		}
		if l, err = join(op, l, r); err != nil {
			return nil, err
		}
	}
}

func (p *pathParser) logical(kind pathKind) func(string, *pathItem, *pathItem) (*pathItem, error) {
	return func(_ string, l, r *pathItem) (*pathItem, error) {
		if !l.predicate() || !r.predicate() || l.next != nil || r.next != nil {
			return nil, p.fail()
		}
		return &pathItem{kind: kind, left: l, right: r}, nil
	}
}

func (p *pathParser) or() (*pathItem, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	return p.infix(p.and, p.logical(pathOr), "||")
}

func (p *pathParser) and() (*pathItem, error) { return p.infix(p.not, p.logical(pathAnd), "&&") }

func (p *pathParser) not() (*pathItem, error) {
	if !p.is("!") {
		return p.comparison()
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if !p.is("(") && !p.word("exists") {
		return nil, p.fail()
	}
	arg, err := p.primary()
	if err != nil {
		return nil, err
	}
	if !arg.predicate() || arg.next != nil {
		return nil, p.fail()
	}
	return &pathItem{kind: pathNot, left: arg}, nil
}

var pathComparisons = map[string]expr.CompareOp{"==": expr.EQ, "!=": expr.NE, "<>": expr.NE, "<": expr.LT, "<=": expr.LE, ">": expr.GT, ">=": expr.GE}

func (p *pathParser) comparison() (*pathItem, error) {
	l, err := p.sum()
	if err != nil {
		return nil, err
	}
	if cmp, ok := pathComparisons[p.tok.kind]; ok {
		if l.predicate() && l.next == nil {
			return nil, p.fail()
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
		r, err := p.sum()
		return &pathItem{kind: pathCompare, cmp: cmp, left: l, right: r}, err
	}
	switch {
	case p.word("starts"):
		if err := p.advance(); err != nil {
			return nil, err
		}
		if !p.word("with") {
			return nil, p.fail()
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
		if !p.is(tokenString) && !p.is(tokenVar) {
			return nil, p.fail()
		}
		r, err := p.primary()
		return &pathItem{kind: pathStarts, left: l, right: r}, err
	case p.word("like_regex"):
		return p.likeRegex(l)
	case p.word("is"):
		if err := p.advance(); err != nil {
			return nil, err
		}
		if !p.word("unknown") || !l.predicate() || l.next != nil {
			return nil, p.fail()
		}
		return &pathItem{kind: pathIsUnknown, left: l}, p.advance()
	}
	return l, nil
}

func (p *pathParser) likeRegex(l *pathItem) (*pathItem, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	pattern := p.tok.text
	if err := p.expect(tokenString); err != nil {
		return nil, err
	}
	flags := ""
	if p.word("flag") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		flags = p.tok.text
		if err := p.expect(tokenString); err != nil {
			return nil, err
		}
	}
	re, err := xqueryRegex(pattern, flags)
	return &pathItem{kind: pathRegex, left: l, re: re}, err
}

// xqueryRegex compiles a pattern with the flags of XQuery: i, s (dot matches
// newlines), m (lines), q (quoted).
func xqueryRegex(pattern, flags string) (*regexp.Regexp, error) {
	prefix := "(?"
	quoted := strings.ContainsRune(flags, 'q')
	for _, f := range flags {
		switch f {
		case 'i':
			prefix += "i"
		case 's', 'm':
			if !quoted {
				prefix += string(f)
			}
		case 'q':
		case 'x':
			return nil, sqlerr.New(sqlerr.FeatureNotSupported, "XQuery \"x\" flag (expanded regular expressions) is not implemented")
		default:
			return nil, sqlerr.New(sqlerr.SyntaxError, "invalid input syntax for type jsonpath").
				WithDetail("Unrecognized flag character \"%c\" in LIKE_REGEX predicate.", f)
		}
	}
	var b strings.Builder
	if prefix != "(?" {
		b.WriteString(prefix + ")")
	}
	if quoted {
		b.WriteString(regexp.QuoteMeta(pattern))
	} else if err := writeRegex(&b, pattern, false); err != nil {
		return nil, err
	}
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil, regexError(err)
	}
	return re, nil
}

func (p *pathParser) arith(op string, l, r *pathItem) (*pathItem, error) {
	if l.predicate() && l.next == nil || r.predicate() && r.next == nil {
		return nil, p.fail()
	}
	return &pathItem{kind: pathArith, name: op, left: l, right: r}, nil
}

func (p *pathParser) sum() (*pathItem, error) { return p.infix(p.product, p.arith, "+", "-") }

func (p *pathParser) product() (*pathItem, error) { return p.infix(p.signed, p.arith, "*", "/", "%") }

func (p *pathParser) signed() (*pathItem, error) {
	if !p.is("+") && !p.is("-") {
		return p.primary()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	sign := p.tok.kind
	if err := p.advance(); err != nil {
		return nil, err
	}
	arg, err := p.signed()
	return &pathItem{kind: pathSign, name: sign, left: arg}, err
}

func constItem(build func(b *types.JSONBBuilder)) *pathItem {
	var b types.JSONBBuilder
	build(&b)
	return &pathItem{kind: pathConst, val: node(b.Finish().S)}
}

// primary reads an operand with the steps after it.
func (p *pathParser) primary() (*pathItem, error) {
	var it *pathItem
	tok := p.tok
	switch {
	case p.is("("):
		if err := p.advance(); err != nil {
			return nil, err
		}
		inner, err := p.or()
		if err != nil {
			return nil, err
		}
		if err := p.expect(")"); err != nil {
			return nil, err
		}
		return inner, p.steps(inner)
	case p.word("exists"):
		if err := p.advance(); err != nil {
			return nil, err
		}
		if err := p.expect("("); err != nil {
			return nil, err
		}
		arg, err := p.sum()
		if err != nil {
			return nil, err
		}
		return &pathItem{kind: pathExists, left: arg}, p.expect(")")
	case p.is("$"):
		it = &pathItem{kind: pathRoot}
	case p.is("@"):
		if p.inFlt == 0 {
			return nil, sqlerr.New(sqlerr.SyntaxError, "@ is not allowed in root expressions")
		}
		it = &pathItem{kind: pathCurrent}
	case p.is(tokenVar):
		it = &pathItem{kind: pathVariable, name: tok.text}
	case p.is(tokenString):
		it = constItem(func(b *types.JSONBBuilder) { b.String(tok.text) })
	case p.is(tokenNumber):
		v, err := types.ParseNumeric(tok.text)
		if err != nil {
			return nil, err
		}
		it = constItem(func(b *types.JSONBBuilder) { b.Number(v) })
	case p.is(tokenWord) && tok.text == "null":
		it = constItem((*types.JSONBBuilder).Null)
	case p.is(tokenWord) && (tok.text == "true" || tok.text == "false"):
		it = constItem(func(b *types.JSONBBuilder) { b.Bool(tok.text == "true") })
	case p.word("last"):
		if p.inSub == 0 {
			return nil, sqlerr.New(sqlerr.SyntaxError, "LAST is allowed only in array subscripts")
		}
		it = &pathItem{kind: pathLast}
	default:
		return nil, p.fail()
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	return it, p.steps(it)
}
