package parser

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
)

// primary reads an operand without its subscripts.
func (p *parser) primary() ast.Expr {
	pos := p.tok.Pos
	switch p.tok.Kind {
	case kw.TokIdent:
		return p.wordPrimary()
	case kw.TokInt:
		return p.literal(ast.IntLiteral)
	case kw.TokNumeric:
		return p.literal(ast.NumericLiteral)
	case kw.TokString:
		return p.literal(ast.StringLiteral)
	case kw.TokBytes:
		return p.literal(ast.BytesLiteral)
	case kw.TokBits:
		return p.literal(ast.BitLiteral)
	case kw.TokParam:
		e := &ast.Param{Pos: pos, Index: p.tok.Index, Name: p.tok.Text}
		p.advance()
		return e
	case kw.TokLParen:
		query, list := p.parens()
		if p.err != nil {
			return nil
		}
		return parenthesised(pos, query, list)
	case kw.TokStar:
		// a bare star is an operand of a target list only; target reads it
	}
	p.syntaxError()
	return nil
}

func (p *parser) literal(kind ast.LiteralKind) ast.Expr {
	e := &ast.Literal{Pos: p.at(), Kind: kind, Text: p.tok.Text}
	p.advance()
	return e
}

// wordLiteral makes a literal of the current word.
func (p *parser) wordLiteral(kind ast.LiteralKind, text string) ast.Expr {
	e := &ast.Literal{Pos: p.at(), Kind: kind, Text: text}
	p.advance()
	return e
}

// wordPrimary reads an operand that begins with a word.
func (p *parser) wordPrimary() ast.Expr {
	pos, word := p.tok.Pos, p.tok.Keyword
	switch word.Category() {
	case kw.Reserved:
		return p.reservedPrimary(pos, word)
	case kw.ColumnName:
		if e := p.columnNamePrimary(pos, word); e != nil || p.err != nil {
			return e
		}
	}
	switch word {
	case kw.CurrentSchema:
		if !p.peekIsTok(kw.TokLParen) {
			return p.specialWord(pos)
		}
	case kw.Collation:
		if p.peekIs(kw.For) {
			p.advance()
			p.advance()
			p.expectTok(kw.TokLParen)
			x := p.expr()
			p.expectTok(kw.TokRParen)
			return call(pos, "pg_collation_for", x)
		}
	case kw.Double:
		if p.peekIs(kw.Precision) {
			return p.typedLiteral(pos)
		}
	}
	return p.nameOrCall()
}

// reservedPrimary reads an operand that begins with a reserved word.
func (p *parser) reservedPrimary(pos int, word kw.Keyword) ast.Expr {
	switch word {
	case kw.Null:
		return p.wordLiteral(ast.NullLiteral, "")
	case kw.True:
		return p.wordLiteral(ast.BoolLiteral, "true")
	case kw.False:
		return p.wordLiteral(ast.BoolLiteral, "false")
	case kw.Case:
		return p.caseExpr()
	case kw.Cast:
		p.advance()
		return p.cast(pos)
	case kw.Array:
		return p.array()
	case kw.Default:
		p.advance()
		return &ast.Default{Pos: pos}
	case kw.CurrentDate, kw.CurrentTime, kw.CurrentTimestamp, kw.Localtime, kw.Localtimestamp,
		kw.CurrentUser, kw.CurrentRole, kw.CurrentCatalog, kw.SessionUser, kw.User:
		return p.specialWord(pos)
	}
	p.syntaxError()
	return nil
}

// specialWord reads CURRENT_DATE and its kin, with a precision where the times
// have one.
func (p *parser) specialWord(pos int) ast.Expr {
	f := call(pos, p.tok.Text)
	f.Special = true
	word := p.tok.Keyword
	p.advance()
	switch word {
	case kw.CurrentTime, kw.CurrentTimestamp, kw.Localtime, kw.Localtimestamp:
		if p.acceptTok(kw.TokLParen) {
			if !p.isTok(kw.TokInt) {
				p.syntaxError()
				return nil
			}
			f.Args = []ast.Expr{p.literal(ast.IntLiteral)}
			p.expectTok(kw.TokRParen)
		}
	}
	return f
}

// call makes a call of a plain function.
func call(pos int, name string, args ...ast.Expr) *ast.FuncCall {
	return &ast.FuncCall{Pos: pos, Name: ast.QualifiedName{Pos: pos, Name: name}, Args: args}
}

// columnNamePrimary reads the words that are special functions or types where a
// parenthesis or a string follows. It returns nil, having read nothing, where
// the word is a plain name.
func (p *parser) columnNamePrimary(pos int, word kw.Keyword) ast.Expr {
	if p.peekIsTok(kw.TokDot) {
		return nil
	}
	paren := p.peekIsTok(kw.TokLParen)
	switch word {
	case kw.Exists:
		if paren {
			p.advance()
			query := p.parenQuery()
			return &ast.Exists{Pos: pos, Query: query}
		}
	case kw.Row:
		if paren {
			p.advance()
			return p.row(pos)
		}
	case kw.Coalesce, kw.Greatest, kw.Least, kw.Nullif, kw.Grouping:
		if paren {
			return p.listCall(pos, word)
		}
	case kw.Extract, kw.Overlay, kw.Position, kw.Substring, kw.Trim, kw.Normalize, kw.Treat:
		if paren {
			return p.specialCall(pos, word)
		}
	case kw.Time, kw.Timestamp, kw.Interval, kw.Character, kw.Char, kw.National, kw.Bit:
		return p.typeWord(pos, word)
	default:
		if p.peekIsTok(kw.TokString) {
			return p.typedLiteral(pos)
		}
	}
	return nil
}

// typeWord decides whether a type of several words is a typed literal: TIME WITH
// TIME ZONE '...', INTERVAL(3) '...', CHAR VARYING '...'.
func (p *parser) typeWord(pos int, word kw.Keyword) ast.Expr {
	switch next := p.peek(1); {
	case next.Kind == kw.TokString:
		return p.typedLiteral(pos)
	case next.Keyword == kw.With || next.Keyword == kw.Without:
		if word == kw.Time || word == kw.Timestamp {
			if p.peek(2).Keyword == kw.Time {
				return p.typedLiteral(pos)
			}
		}
	case next.Keyword == kw.Varying && word != kw.Time && word != kw.Timestamp:
		return p.typedLiteral(pos)
	case next.Keyword == kw.Character || next.Keyword == kw.Char:
		if word == kw.National {
			return p.typedLiteral(pos)
		}
	case next.Kind == kw.TokLParen && p.peek(2).Kind == kw.TokInt && p.peek(3).Kind == kw.TokRParen:
		return p.typeOrCall(pos)
	}
	return nil
}

// typeOrCall reads name(n), a call, unless a string or a time zone follows.
func (p *parser) typeOrCall(pos int) ast.Expr {
	name := p.tok.Text
	t := p.typeName()
	if p.err != nil {
		return nil
	}
	if p.isTok(kw.TokString) || len(t.Mods) == 0 {
		return p.typedLiteralOf(pos, t)
	}
	return p.callTail(call(pos, name, t.Mods...))
}

// typedLiteral reads a type and a string.
func (p *parser) typedLiteral(pos int) ast.Expr {
	return p.typedLiteralOf(pos, p.typeName())
}

func (p *parser) typedLiteralOf(pos int, t *ast.TypeName) ast.Expr {
	lit := &ast.Literal{Pos: p.at(), Kind: ast.StringLiteral, Text: p.stringConst()}
	if p.err == nil && t.Name.Schema == "" && t.Name.Name == "interval" && t.Interval == "" {
		p.intervalFields(t)
	}
	if n := t.Name.Name; (n == "bit" || n == "bpchar") && len(t.Mods) == 1 && t.Mods[0].Position() == t.Pos {
		t.Mods = nil // none was written: a constant is as long as it is
	}
	return &ast.Cast{Pos: pos, Kind: ast.CastLiteral, X: lit, Type: t}
}

// parenQuery reads a query in any number of parentheses.
func (p *parser) parenQuery() *ast.Select {
	if next := p.peek(1); next.Kind != kw.TokLParen {
		if !p.enter() {
			return nil
		}
		defer p.leave()
		p.expectTok(kw.TokLParen)
		if !p.startsQuery() {
			p.syntaxError()
			return nil
		}
		query := p.selectStmt()
		p.expectTok(kw.TokRParen)
		return query
	}
	open := p.tok
	query, _ := p.parens()
	if query == nil && p.err == nil {
		p.syntaxErrorAt(&open)
	}
	return query
}

// row reads what follows the word ROW.
func (p *parser) row(pos int) ast.Expr {
	r := &ast.RowExpr{Pos: pos, Explicit: true}
	if !p.enter() {
		return nil
	}
	p.expectTok(kw.TokLParen)
	if !p.isTok(kw.TokRParen) {
		r.Elems = p.exprList()
	}
	p.expectTok(kw.TokRParen)
	p.leave()
	return r
}

// caseExpr reads CASE.
func (p *parser) caseExpr() ast.Expr {
	c := &ast.Case{Pos: p.at()}
	if !p.enter() {
		return nil
	}
	p.advance()
	if !p.is(kw.When) {
		c.Operand = p.expr()
	}
	if !p.is(kw.When) {
		p.syntaxError()
	}
	for p.is(kw.When) {
		w := ast.When{Pos: p.at()}
		p.advance()
		w.Cond = p.expr()
		p.expect(kw.Then)
		w.Then = p.expr()
		c.Whens = append(c.Whens, w)
	}
	if p.accept(kw.Else) {
		c.Else = p.expr()
	}
	p.expect(kw.End)
	p.leave()
	return c
}

// cast reads what follows CAST.
func (p *parser) cast(pos int) ast.Expr {
	c := &ast.Cast{Pos: pos, Kind: ast.CastCall}
	if !p.enter() {
		return nil
	}
	p.expectTok(kw.TokLParen)
	c.X = p.expr()
	p.expect(kw.As)
	c.Type = p.typeName()
	p.expectTok(kw.TokRParen)
	p.leave()
	return c
}

// array reads ARRAY[...] or ARRAY(query).
func (p *parser) array() ast.Expr {
	pos := p.tok.Pos
	p.advance()
	if p.isTok(kw.TokLParen) {
		query := p.parenQuery()
		return &ast.ArraySubquery{Pos: pos, Query: query}
	}
	return p.arrayElems(pos)
}

// arrayElems reads the brackets of an array; inner brackets may omit ARRAY.
func (p *parser) arrayElems(pos int) ast.Expr {
	a := &ast.ArrayExpr{Pos: pos}
	if !p.enter() {
		return nil
	}
	p.expectTok(kw.TokLBracket)
	nested := p.isTok(kw.TokLBracket) // all elements are arrays, or none
	for !p.isTok(kw.TokRBracket) {
		if p.isTok(kw.TokLBracket) != nested {
			p.syntaxError()
			break
		}
		if nested {
			a.Elems = append(a.Elems, p.arrayElems(p.tok.Pos))
		} else {
			a.Elems = append(a.Elems, p.expr())
		}
		if !p.acceptTok(kw.TokComma) {
			break
		}
		if p.isTok(kw.TokRBracket) {
			p.syntaxError()
		}
	}
	p.expectTok(kw.TokRBracket)
	p.leave()
	return a
}

// nameOrCall reads a column, a call, or a typed literal: all begin with a name.
func (p *parser) nameOrCall() ast.Expr {
	first := p.tok
	p.advance()
	switch p.tok.Kind {
	case kw.TokDot:
		return p.dottedName(&first)
	case kw.TokLParen:
		switch first.Keyword {
		case kw.Between, kw.Inout, kw.None, kw.Out, kw.Setof, kw.Values:
			p.syntaxError() // names of columns, never of functions
			return nil
		}
		q := ast.QualifiedName{Pos: first.Pos, Name: first.Text}
		return p.callOrLiteral(q, first.Quoted)
	case kw.TokString:
		if isTypeFunc(&first) {
			q := ast.QualifiedName{Pos: first.Pos, Name: first.Text}
			return p.typedLiteralOf(first.Pos, typeOf(q, first.Quoted))
		}
	}
	if !isColID(&first) {
		p.syntaxError() // the word could only be called
		return nil
	}
	c := &struct {
		ast.ColumnRef
		part [1]ast.Name
	}{}
	c.Pos = first.Pos
	c.part[0] = ast.Name{Pos: first.Pos, Text: first.Text}
	c.Parts = c.part[:]
	return &c.ColumnRef
}

// dottedName reads a name of several parts: a column, t.*, or a qualified
// function or type.
func (p *parser) dottedName(first *kw.Token) ast.Expr {
	c := &ast.ColumnRef{Pos: first.Pos, Parts: make([]ast.Name, 1, 2)}
	c.Parts[0] = ast.Name{Pos: first.Pos, Text: first.Text}
	for p.acceptTok(kw.TokDot) {
		if p.acceptTok(kw.TokStar) {
			c.Star = true
			return c
		}
		pos := p.tok.Pos
		c.Parts = append(c.Parts, ast.Name{Pos: pos, Text: p.label()})
		if len(c.Parts) > 64 {
			p.syntaxError()
		}
	}
	if !p.isTok(kw.TokLParen) && !p.isTok(kw.TokString) {
		return c
	}
	if len(c.Parts) > 3 {
		p.syntaxError()
		return nil
	}
	n := len(c.Parts)
	q := ast.QualifiedName{Pos: c.Pos, Name: c.Parts[n-1].Text, Schema: c.Parts[n-2].Text}
	if n == 3 {
		q.Catalog = c.Parts[0].Text
	}
	if p.isTok(kw.TokString) {
		return p.typedLiteralOf(q.Pos, &ast.TypeName{Pos: q.Pos, Name: q})
	}
	return p.callOrLiteral(q, true)
}

// callOrLiteral reads a call; name(args) 'text' is a typed literal with
// modifiers.
func (p *parser) callOrLiteral(q ast.QualifiedName, quoted bool) ast.Expr {
	f := &ast.FuncCall{Pos: q.Pos, Name: q}
	p.callArgs(f)
	if p.isTok(kw.TokString) && len(f.OrderBy) == 0 && f.ArgNames == nil && !f.Star && !f.Distinct && !f.Variadic {
		t := typeOf(q, quoted)
		t.Mods = f.Args
		return p.typedLiteralOf(q.Pos, t)
	}
	return p.callTail(f)
}
