package parser

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// PostgreSQL's precedences, loosest first. NOT, the prefix operators and the
// unary signs take operands of their own levels.
const (
	precOr = 1 + iota
	precAnd
	precNot
	precIs
	precCompare // no associativity
	precLike    // BETWEEN, IN, LIKE: no associativity
	precOp      // any other operator
	precAdd
	precMul
	precPow
	precAt
	precCollate
	precUnary
	precCast
)

// expr reads an expression.
func (p *parser) expr() ast.Expr { return p.infix(p.prefix(false), 0, false) }

// binary reads an expression of operators that bind at least as tightly as min.
// A restricted expression (b_expr in PostgreSQL's grammar) has no AND, OR, NOT,
// IS, LIKE, IN, BETWEEN, COLLATE and AT, so that those words may follow it.
func (p *parser) binary(min int, restricted bool) ast.Expr {
	return p.infix(p.prefix(restricted), min, restricted)
}

// restricted reads a b_expr.
func (p *parser) restricted() ast.Expr { return p.binary(precCompare, true) }

// precedence returns the level of the current token as an infix operator, 0 if
// it is none.
func (p *parser) precedence(restricted bool) int {
	switch p.tok.Kind {
	case kw.TokIdent:
		if p.tok.Keyword == kw.Operator && p.peekIsTok(kw.TokLParen) {
			return precOp
		}
		if restricted {
			return 0
		}
		prec := p.wordPrecedence()
		if prec != 0 && p.labelled == p.depth+1 && p.tok.Keyword.Bare() && p.endsTarget(p.peek(1)) {
			return 0 // SELECT 1 in, 2 and
		}
		return prec
	case kw.TokEq, kw.TokLt, kw.TokGt, kw.TokLe, kw.TokGe, kw.TokNe:
		return precCompare
	case kw.TokOp:
		return precOp
	case kw.TokPlus, kw.TokMinus:
		return precAdd
	case kw.TokStar, kw.TokSlash, kw.TokPercent:
		return precMul
	case kw.TokCaret:
		return precPow
	case kw.TokDoubleColon:
		return precCast
	}
	return 0
}

func (p *parser) wordPrecedence() int {
	switch p.tok.Keyword {
	case kw.And:
		return precAnd
	case kw.Or:
		return precOr
	case kw.Is, kw.Isnull, kw.Notnull:
		return precIs
	case kw.Between, kw.In, kw.Like, kw.Ilike, kw.Similar, kw.Overlaps:
		return precLike
	case kw.Not:
		switch t := p.peek(1); t.Keyword {
		case kw.Between, kw.In, kw.Like, kw.Ilike, kw.Similar:
			return precLike
		default:
			if isWord(t, "glob") || isWord(t, "regexp") {
				return precLike
			}
		}
	case kw.At:
		if p.peekIs(kw.Time) {
			return precAt
		}
	case kw.Collate:
		return precCollate
	case kw.NoKeyword:
		// SQLite's GLOB and REGEXP, unless the word is an alias
		if (p.isWord("glob") || p.isWord("regexp")) && startsOperand(p.peek(1)) {
			return precLike
		}
	}
	return 0
}

// startsOperand reports whether t can only be the beginning of a value.
func startsOperand(t *kw.Token) bool {
	switch t.Kind {
	case kw.TokString, kw.TokParam, kw.TokBytes, kw.TokInt, kw.TokLParen:
		return true
	case kw.TokIdent:
		return t.Keyword == kw.NoKeyword || t.Keyword == kw.Cast || t.Keyword == kw.Null
	}
	return false
}

// infix continues the expression left with operators of at least min.
func (p *parser) infix(left ast.Expr, min int, restricted bool) ast.Expr {
	nonassoc := 0 // level of the operator before, if it does not associate
	for chain := 0; ; chain++ {
		prec := p.precedence(restricted)
		if prec == 0 || prec < min {
			return left
		}
		if prec == nonassoc {
			p.syntaxError()
			return left
		}
		if chain == maxChain {
			p.failAt(p.tok.Pos, sqlerr.StatementTooComplex, "stack depth limit exceeded")
			return left
		}
		nonassoc = 0
		switch prec {
		case precOr, precAnd:
			left = p.logical(left, prec)
		case precIs:
			var open bool
			if left, open = p.is_(left); open {
				nonassoc = precIs
			}
		case precLike:
			var open bool
			if left, open = p.predicate(left, restricted); open {
				nonassoc = precLike
			}
		case precAt:
			pos := p.tok.Pos
			p.advance()
			p.advance()
			p.expect(kw.Zone)
			left = &ast.AtTimeZone{Pos: pos, X: left, Zone: p.binary(precAt+1, restricted)}
		case precCollate:
			pos := p.tok.Pos
			p.advance()
			left = &ast.Collate{Pos: pos, X: left, Collation: p.collationName()}
		case precCast:
			pos := p.tok.Pos
			p.advance()
			left = &ast.Cast{Pos: pos, Kind: ast.CastColons, X: left, Type: p.typeName()}
		default:
			left = p.operator(left, prec, restricted)
			if prec == precCompare {
				if _, ok := left.(*ast.Quantified); !ok {
					nonassoc = precCompare
				}
			}
		}
	}
}

// logical collects a chain of AND or OR in one node.
func (p *parser) logical(left ast.Expr, prec int) ast.Expr {
	pos, word := p.tok.Pos, kw.And
	if prec == precOr {
		word = kw.Or
	}
	args := make([]ast.Expr, 1, 2)
	args[0] = left
	for p.accept(word) {
		args = append(args, p.binary(prec+1, false))
	}
	if prec == precOr {
		return &ast.Or{Pos: pos, Args: args}
	}
	return &ast.And{Pos: pos, Args: args}
}

// operator reads a symbolic operator and its right operand.
func (p *parser) operator(left ast.Expr, prec int, restricted bool) ast.Expr {
	pos := p.tok.Pos
	op, schema := p.operatorName()
	if q := p.quantified(left, pos, op, schema); q != nil {
		return q
	}
	return &ast.Binary{Pos: pos, Op: op, OpSchema: schema, L: left, R: p.binary(prec+1, restricted)}
}

// operatorName reads an operator, or OPERATOR(schema.op).
func (p *parser) operatorName() (op, schema string) {
	if p.accept(kw.Operator) {
		p.expectTok(kw.TokLParen)
		for p.isTok(kw.TokIdent) {
			schema = p.name()
			p.expectTok(kw.TokDot)
		}
		op = p.symbol()
		p.expectTok(kw.TokRParen)
		return op, schema
	}
	return p.symbol(), ""
}

// symbol reads an operator of any kind.
func (p *parser) symbol() string {
	if p.tok.Kind < kw.TokPlus && p.tok.Kind != kw.TokOp {
		p.syntaxError()
		return ""
	}
	op := p.tok.Text
	p.advance()
	return op
}

// quantified reads ANY, SOME or ALL with what stands in parentheses after an
// operator; nil if none is there.
func (p *parser) quantified(left ast.Expr, pos int, op, schema string) ast.Expr {
	if !p.is(kw.Any) && !p.is(kw.Some) && !p.is(kw.All) || !p.peekIsTok(kw.TokLParen) {
		return nil
	}
	q := &ast.Quantified{Pos: pos, X: left, Op: op, OpSchema: schema, All: p.is(kw.All)}
	p.advance()
	open := p.tok
	query, list := p.parens()
	switch {
	case query != nil:
		q.Query = query
	case len(list) == 1:
		q.Array = list[0]
	default:
		p.syntaxErrorAt(&open)
	}
	return q
}

// is_ reads what follows IS, ISNULL or NOTNULL. The result is open where it
// ends in an operand.
func (p *parser) is_(left ast.Expr) (e ast.Expr, open bool) {
	n := &ast.Is{Pos: p.at(), X: left}
	word := p.tok.Keyword
	p.advance()
	if word != kw.Is {
		n.Not = word == kw.Notnull
		return n, false
	}
	n.Not = p.accept(kw.Not)
	switch p.tok.Keyword {
	case kw.Null:
		n.Kind = ast.IsNull
	case kw.True:
		n.Kind = ast.IsTrue
	case kw.False:
		n.Kind = ast.IsFalse
	case kw.Unknown:
		n.Kind = ast.IsUnknown
	case kw.Distinct:
		p.advance()
		p.expect(kw.From)
		n.Kind = ast.IsDistinctFrom
		n.Y = p.binary(precIs+1, false)
		return n, true
	case kw.Normalized:
		n.Kind, n.Form = ast.IsNormalized, "NFC"
	case kw.Nfc, kw.Nfd, kw.Nfkc, kw.Nfkd:
		n.Kind, n.Form = ast.IsNormalized, normalForms[p.tok.Keyword]
		p.advance()
		if !p.is(kw.Normalized) {
			p.syntaxError()
		}
	default:
		p.syntaxError()
	}
	p.advance()
	return n, false
}

var normalForms = map[kw.Keyword]string{kw.Nfc: "NFC", kw.Nfd: "NFD", kw.Nfkc: "NFKC", kw.Nfkd: "NFKD"}

// predicate reads [NOT] BETWEEN, IN, LIKE and their kin. The result is open
// where it ends in an operand.
func (p *parser) predicate(left ast.Expr, restricted bool) (e ast.Expr, open bool) {
	pos := p.tok.Pos
	not := p.accept(kw.Not)
	word := p.tok.Keyword
	glob := p.isWord("glob")
	p.advance()
	switch word {
	case kw.Between:
		n := &ast.Between{Pos: pos, X: left, Not: not, Symmetric: p.accept(kw.Symmetric)}
		if !n.Symmetric {
			p.accept(kw.Asymmetric)
		}
		n.Lo = p.restricted()
		p.expect(kw.And)
		n.Hi = p.binary(precLike+1, restricted)
		return n, true
	case kw.In:
		return p.in(left, pos, not), false
	case kw.Overlaps:
		return p.overlaps(left, pos), true
	}
	n := &ast.Like{Pos: pos, X: left, Not: not}
	op := "~~"
	switch word {
	case kw.Ilike:
		n.Kind, op = ast.LikeILike, "~~*"
	case kw.Similar:
		n.Kind, op = ast.LikeSimilar, ""
		p.expect(kw.To)
	case kw.NoKeyword:
		n.Kind, op = ast.LikeRegexp, ""
		if glob {
			n.Kind = ast.LikeGlob
		}
	}
	if op != "" {
		if not {
			op = "!" + op
		}
		if q := p.quantified(left, pos, op, ""); q != nil {
			return q, false
		}
	}
	n.Pattern = p.binary(precLike+1, false)
	if p.accept(kw.Escape) {
		n.Escape = p.binary(precLike+1, false)
	}
	return n, true
}

// in reads the list or query after IN.
func (p *parser) in(left ast.Expr, pos int, not bool) ast.Expr {
	n := &ast.In{Pos: pos, X: left, Not: not}
	if p.isTok(kw.TokLParen) && p.peekIsTok(kw.TokRParen) {
		p.advance()
		p.advance()
		return n
	}
	n.Query, n.List = p.parens()
	return n
}

// overlaps reads row OVERLAPS row, which is a function of four.
func (p *parser) overlaps(left ast.Expr, pos int) ast.Expr {
	right := p.binary(precLike+1, false)
	l, ok := left.(*ast.RowExpr)
	r, ok2 := right.(*ast.RowExpr)
	if p.err == nil {
		if !ok || len(l.Elems) != 2 {
			p.failAt(pos, sqlerr.SyntaxError, "wrong number of parameters on left side of OVERLAPS expression")
		} else if !ok2 || len(r.Elems) != 2 {
			p.failAt(pos, sqlerr.SyntaxError, "wrong number of parameters on right side of OVERLAPS expression")
		}
	}
	if p.err != nil {
		return nil
	}
	return &ast.FuncCall{Pos: pos, Name: ast.QualifiedName{Pos: pos, Name: "overlaps"},
		Args: []ast.Expr{l.Elems[0], l.Elems[1], r.Elems[0], r.Elems[1]}}
}

// collationName reads the name after COLLATE.
func (p *parser) collationName() ast.QualifiedName {
	return p.anyQualified()
}

// prefix reads an operand with the prefix operators before it.
func (p *parser) prefix(restricted bool) ast.Expr {
	pos := p.tok.Pos
	switch p.tok.Kind {
	case kw.TokPlus, kw.TokMinus:
		if !p.enter() {
			return nil
		}
		op := p.tok.Text
		p.advance()
		e := &ast.Unary{Pos: pos, Op: op, X: p.binary(precUnary, restricted)}
		p.leave()
		return e
	case kw.TokOp:
		return p.prefixOperator(restricted)
	case kw.TokIdent:
		if p.is(kw.Operator) && p.peekIsTok(kw.TokLParen) {
			return p.prefixOperator(restricted)
		}
		if p.is(kw.Not) && !restricted {
			if !p.enter() {
				return nil
			}
			p.advance()
			e := &ast.Not{Pos: pos, X: p.binary(precNot, false)}
			p.leave()
			return e
		}
	}
	start := p.tok
	x := p.primary()
	switch p.tok.Kind {
	case kw.TokLBracket, kw.TokDot:
		if takesIndirection(x, &start) {
			return p.indirection(x)
		}
	}
	return x
}

// takesIndirection reports whether a subscript or a field may follow an operand:
// a column, a placeholder, and what stands in parentheses and is no row.
func takesIndirection(x ast.Expr, start *kw.Token) bool {
	switch x := x.(type) {
	case *ast.ColumnRef, *ast.Param:
		return true
	case *ast.RowExpr: // (1, 2) itself, not what parentheses stand around
		return start.Kind == kw.TokLParen && x.Pos != start.Pos
	}
	return start.Kind == kw.TokLParen
}

func (p *parser) prefixOperator(restricted bool) ast.Expr {
	if !p.enter() {
		return nil
	}
	n := &ast.Unary{Pos: p.at()}
	n.Op, n.OpSchema = p.operatorName()
	n.X = p.binary(precOp+1, restricted)
	p.leave()
	return n
}

// indirection reads subscripts and field selections after an operand. A plain
// name has read its dots already.
func (p *parser) indirection(x ast.Expr) ast.Expr {
	for chain := 0; ; chain++ {
		switch {
		case p.isTok(kw.TokLBracket):
			x = p.subscript(x)
		case p.isTok(kw.TokDot):
			f := &ast.FieldSelect{Pos: p.at(), X: x}
			p.advance()
			if p.acceptTok(kw.TokStar) {
				f.Star = true
			} else {
				f.Field = p.label()
			}
			x = f
		default:
			return x
		}
		if chain == maxChain {
			p.failAt(p.tok.Pos, sqlerr.StatementTooComplex, "stack depth limit exceeded")
		}
	}
}

// subscript reads [i] or [lo:hi].
func (p *parser) subscript(x ast.Expr) ast.Expr {
	n := &ast.Subscript{Pos: p.at(), X: x}
	n.Slice, n.Index, n.Lo, n.Hi = p.brackets()
	return n
}

// brackets reads what a subscript holds, with its brackets.
func (p *parser) brackets() (slice bool, index, lo, hi ast.Expr) {
	if !p.enter() {
		return
	}
	p.expectTok(kw.TokLBracket)
	if !p.isTok(kw.TokColon) {
		index = p.expr()
	}
	if p.acceptTok(kw.TokColon) {
		slice, lo, index = true, index, nil
		if !p.isTok(kw.TokRBracket) {
			hi = p.expr()
		}
	}
	p.expectTok(kw.TokRBracket)
	p.leave()
	return
}
