package parser

import (
	"sync"

	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

const (
	maxDepth = 256   // nested parentheses, subqueries, prefix operators
	maxChain = 32768 // operators in a row, of one level
)

// Parse parses a text of any number of statements. Empty ones are skipped.
func Parse(text string) ([]ast.Statement, error) {
	if err := kw.CheckEncoding(text); err != nil {
		return nil, err
	}
	p := newParser(text)
	defer p.release()
	stmts := make([]ast.Statement, 0, 1)
	for {
		for p.acceptTok(kw.TokSemicolon) {
		}
		if p.isTok(kw.TokEOF) {
			return stmts, nil
		}
		start := p.tok.Pos
		stmt := p.topLevel()
		if p.err == nil && !p.isTok(kw.TokSemicolon) && !p.isTok(kw.TokEOF) {
			p.syntaxError()
		}
		if p.err != nil {
			return nil, p.err
		}
		_, count, names := p.sc.Params()
		stmts = append(stmts, ast.Statement{Stmt: stmt, Start: start, End: p.lastEnd,
			Params: ast.Params{Count: count, Names: names[:len(names):len(names)]}})
	}
}

// ParseOne parses a text of exactly one statement. For an empty text Stmt is
// nil.
func ParseOne(text string) (ast.Statement, error) {
	stmts, err := Parse(text)
	if err != nil || len(stmts) == 0 {
		return ast.Statement{}, err
	}
	if len(stmts) > 1 {
		return ast.Statement{}, sqlerr.New(sqlerr.SyntaxError,
			"cannot insert multiple commands into a prepared statement").At(stmts[1].Start)
	}
	return stmts[0], nil
}

// ParseExpr parses a text that is one expression, such as a stored default or
// check.
func ParseExpr(text string) (ast.Expr, error) {
	if err := kw.CheckEncoding(text); err != nil {
		return nil, err
	}
	p := newParser(text)
	defer p.release()
	e := p.expr()
	p.expectTok(kw.TokEOF)
	if p.err != nil {
		return nil, p.err
	}
	return e, nil
}

// ParseType parses a text that is one type name.
func ParseType(text string) (*ast.TypeName, error) {
	if err := kw.CheckEncoding(text); err != nil {
		return nil, err
	}
	p := newParser(text)
	defer p.release()
	t := p.typeName()
	p.expectTok(kw.TokEOF)
	if p.err != nil {
		return nil, p.err
	}
	return t, nil
}

// parser holds the state of one text.
type parser struct {
	sc      kw.Scanner
	text    string
	tok     kw.Token
	ahead   [4]kw.Token // tokens after tok that were looked at
	nAhead  int
	lastEnd int // end of the token before tok
	depth   int
	err     *sqlerr.Error
	// windowless is the depth, plus one, at which a call is a function of FROM
	windowless int
	// labelled is the depth, plus one, at which a word may be a column's label
	labelled int
	into     *ast.CreateTableAs // of a SELECT ... INTO not yet claimed by its statement
}

// parsers keeps parsers for reuse; one is larger than a usual tree.
var parsers = sync.Pool{New: func() any { return new(parser) }}

func newParser(text string) *parser {
	p := parsers.Get().(*parser)
	p.text = text
	p.sc.Init(text)
	p.read(&p.tok)
	return p
}

// release gives the parser back; nothing of it is referenced from the tree.
func (p *parser) release() {
	*p = parser{}
	parsers.Put(p)
}

// read scans a token; an error of the scanner becomes the parser's.
func (p *parser) read(t *kw.Token) {
	p.sc.Read(t)
	if t.Kind == kw.TokError && p.err == nil {
		p.err = p.sc.Err()
	}
}

// advance moves to the next token.
func (p *parser) advance() {
	if p.err != nil {
		p.tok = kw.Token{Kind: kw.TokError, Pos: p.at()}
		return
	}
	p.lastEnd = p.tok.End
	if p.nAhead == 0 {
		p.read(&p.tok)
		return
	}
	p.tok = p.ahead[0]
	p.nAhead--
	copy(p.ahead[:], p.ahead[1:p.nAhead+1])
}

// peek returns the token n places after the current one, n from 1 to 4. A
// lexical error ahead is reported when it is reached.
func (p *parser) peek(n int) *kw.Token {
	for p.nAhead < n {
		p.sc.Read(&p.ahead[p.nAhead])
		if p.ahead[p.nAhead].Kind == kw.TokError && p.err == nil {
			p.fail(p.sc.Err())
		}
		p.nAhead++
	}
	return &p.ahead[n-1]
}

// fail records the first error and stops the parser.
func (p *parser) fail(err *sqlerr.Error) {
	if p.err == nil {
		p.err = err
	}
	p.tok = kw.Token{Kind: kw.TokError, Pos: p.at()}
}

func (p *parser) failAt(pos int, code, message string) {
	p.fail(sqlerr.New(code, "%s", message).At(pos))
}

// syntaxError fails at the current token.
func (p *parser) syntaxError() {
	p.syntaxErrorAt(&p.tok)
}

func (p *parser) syntaxErrorAt(t *kw.Token) {
	switch {
	case p.err != nil || t.Kind == kw.TokError:
		p.fail(p.sc.Err())
	case t.Kind == kw.TokEOF:
		p.failAt(t.Pos, sqlerr.SyntaxError, "syntax error at end of input")
	default:
		p.fail(sqlerr.New(sqlerr.SyntaxError, "syntax error at or near \"%s\"", sqlerr.Clip(p.text[t.Pos:t.End])).At(t.Pos))
	}
}

// unsupported fails with 0A000 for syntax that is known and comes later.
func (p *parser) unsupported(pos int, what string) {
	p.failAt(pos, sqlerr.FeatureNotSupported, what+" is not supported")
}

// enter counts a level of nesting; every true is paired with a leave.
func (p *parser) enter() bool {
	p.depth++
	if p.depth > maxDepth {
		p.fail(sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded").
			WithDetail("A statement may nest %d levels deep.", maxDepth).At(p.tok.Pos))
		return false
	}
	return true
}

func (p *parser) leave() { p.depth-- }

// at returns the place of the current token. It is a call so that in a composite
// literal it is evaluated before the calls after it, which move on.
func (p *parser) at() int { return p.tok.Pos }

func (p *parser) is(k kw.Keyword) bool        { return p.tok.Keyword == k }
func (p *parser) isTok(k kw.Kind) bool        { return p.tok.Kind == k }
func (p *parser) peekIs(k kw.Keyword) bool    { return p.peek(1).Keyword == k }
func (p *parser) peekIsTok(k kw.Kind) bool    { return p.peek(1).Kind == k }
func (p *parser) is2(a, b kw.Keyword) bool    { return p.tok.Keyword == a && p.peek(1).Keyword == b }
func (p *parser) isWord(word string) bool     { return isWord(&p.tok, word) }
func (p *parser) peekIsWord(word string) bool { return isWord(p.peek(1), word) }

// isWord reports whether t is an unquoted word that is no keyword.
func isWord(t *kw.Token, word string) bool {
	return t.Kind == kw.TokIdent && t.Keyword == kw.NoKeyword && !t.Quoted && t.Text == word
}

func (p *parser) accept(k kw.Keyword) bool {
	if p.tok.Keyword != k {
		return false
	}
	p.advance()
	return true
}

// accept2 accepts two words or none.
func (p *parser) accept2(a, b kw.Keyword) bool {
	if !p.is2(a, b) {
		return false
	}
	p.advance()
	p.advance()
	return true
}

// commit2 accepts two words where the first can begin nothing else, so that an
// error is at the second.
func (p *parser) commit2(a, b kw.Keyword) bool {
	if !p.accept(a) {
		return false
	}
	p.expect(b)
	return true
}

// accept3 accepts three words or none.
func (p *parser) accept3(a, b, c kw.Keyword) bool {
	if !p.is2(a, b) || p.peek(2).Keyword != c {
		return false
	}
	p.advance()
	p.advance()
	p.advance()
	return true
}

func (p *parser) acceptTok(k kw.Kind) bool {
	if p.tok.Kind != k {
		return false
	}
	p.advance()
	return true
}

func (p *parser) acceptWord(word string) bool {
	if !p.isWord(word) {
		return false
	}
	p.advance()
	return true
}

func (p *parser) expect(k kw.Keyword) {
	if !p.accept(k) {
		p.syntaxError()
	}
}

func (p *parser) expectTok(k kw.Kind) {
	if p.tok.Kind != k {
		p.syntaxError()
		return
	}
	p.advance()
}

// isColID: a name of a column, table or alias.
func isColID(t *kw.Token) bool {
	return t.Kind == kw.TokIdent && t.Keyword.Category() <= kw.ColumnName
}

// isTypeFunc: a name of a type or function.
func isTypeFunc(t *kw.Token) bool {
	c := t.Keyword.Category()
	return t.Kind == kw.TokIdent && (c == kw.Unreserved || c == kw.TypeFuncName)
}

// name reads a column, table or other plain name.
func (p *parser) name() string {
	if !isColID(&p.tok) {
		p.syntaxError()
		return ""
	}
	text := p.tok.Text
	p.advance()
	return text
}

// label reads any word: what stands after AS or after a dot.
func (p *parser) label() string {
	if p.tok.Kind != kw.TokIdent {
		p.syntaxError()
		return ""
	}
	text := p.tok.Text
	p.advance()
	return text
}

// anyName reads a name of any category but reserved: cursor, savepoint,
// function and type names.
func (p *parser) anyName() string {
	if p.tok.Kind != kw.TokIdent || p.tok.Keyword.Category() == kw.Reserved {
		p.syntaxError()
		return ""
	}
	text := p.tok.Text
	p.advance()
	return text
}

func (p *parser) nameNode() ast.Name {
	pos := p.tok.Pos
	return ast.Name{Pos: pos, Text: p.name()}
}

// nameList reads names between commas, at least one.
func (p *parser) nameList() []ast.Name {
	list := make([]ast.Name, 0, 4)
	for {
		list = append(list, p.nameNode())
		if !p.acceptTok(kw.TokComma) {
			return list
		}
	}
}

// parenNames reads (a, b); optional gives nil where no parenthesis stands.
func (p *parser) parenNames(optional bool) []ast.Name {
	if optional && !p.isTok(kw.TokLParen) {
		return nil
	}
	p.expectTok(kw.TokLParen)
	list := p.nameList()
	p.expectTok(kw.TokRParen)
	return list
}

// qualified reads name, schema.name or catalog.schema.name.
func (p *parser) qualified() ast.QualifiedName {
	q := ast.QualifiedName{Pos: p.at()}
	q.Name = p.name()
	p.qualifiedRest(&q)
	return q
}

// qualifiedRest reads the parts after the first.
func (p *parser) qualifiedRest(q *ast.QualifiedName) {
	for n := 0; p.isTok(kw.TokDot); n++ {
		if n == 2 {
			p.failAt(q.Pos, sqlerr.SyntaxError, "improper qualified name (too many dotted names)")
			return
		}
		p.advance()
		q.Catalog, q.Schema, q.Name = q.Schema, q.Name, p.label()
	}
}

// anyQualified is qualified for functions and types, whose first part may be a
// word that is not a column name.
func (p *parser) anyQualified() ast.QualifiedName {
	q := ast.QualifiedName{Pos: p.at()}
	q.Name = p.anyName()
	p.qualifiedRest(&q)
	return q
}

func (p *parser) qualifiedList() []ast.QualifiedName {
	var list []ast.QualifiedName
	for {
		list = append(list, p.qualified())
		if !p.acceptTok(kw.TokComma) {
			return list
		}
	}
}

// stringConst reads a string literal.
func (p *parser) stringConst() string {
	text := p.tok.Text
	p.expectTok(kw.TokString)
	return text
}

// signedInt reads an integer with an optional sign, as decimal text.
func (p *parser) signedInt() string {
	sign := ""
	if p.acceptTok(kw.TokMinus) {
		sign = "-"
	} else {
		p.acceptTok(kw.TokPlus)
	}
	text := p.tok.Text
	p.expectTok(kw.TokInt)
	return sign + text
}

// ifExists reads IF EXISTS.
func (p *parser) ifExists() bool { return p.accept2(kw.If, kw.Exists) }

// ifNotExists reads IF NOT EXISTS.
func (p *parser) ifNotExists() bool { return p.accept3(kw.If, kw.Not, kw.Exists) }

// dropBehaviour reads CASCADE or RESTRICT.
func (p *parser) dropBehaviour() (cascade, restrict bool) {
	if p.accept(kw.Cascade) {
		return true, false
	}
	return false, p.accept(kw.Restrict)
}
