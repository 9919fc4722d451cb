package builtins

import (
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/regex"
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
	if p.tok.kind == tokenEnd || p.tok.kind == tokenWord && p.tok.end == len(p.s) {
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
		if (l.predicate() && l.next == nil) != (op == "&&" || op == "||") {
			return nil, p.fail()
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
	return &pathItem{kind: pathRegex, left: l, re: re, name: pattern, flags: flags}, err
}

// xqueryRegex compiles a pattern with the flags of XQuery: i, s (dot matches
// newlines), m (lines), q (quoted).
func xqueryRegex(pattern, flags string) (*regex.Regexp, error) {
	fold, dotAll, lines, expanded, quoted := false, false, false, false, false
	for _, f := range flags {
		switch f {
		case 'i':
			fold = true
		case 's':
			dotAll = true
		case 'm':
			lines = true
		case 'x':
			expanded = true
		case 'q':
			quoted = true
		default:
			return nil, sqlerr.New(sqlerr.SyntaxError, "invalid input syntax for type jsonpath").
				WithDetail("Unrecognized flag character \"%c\" in LIKE_REGEX predicate.", f)
		}
	}
	own := ""
	if fold {
		own = "i"
	}
	switch {
	case quoted:
		own += "q"
	case expanded:
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "XQuery \"x\" flag (expanded regular expressions) is not implemented")
	case lines && !dotAll:
		own += "n"
	case lines:
		own += "w"
	case !dotAll:
		own += "p"
	}
	return compileRegex(pattern, own)
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
