package parser

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// startsQuery reports whether the current token begins a query.
func (p *parser) startsQuery() bool {
	switch p.tok.Keyword {
	case kw.Select, kw.With, kw.Table:
		return true
	case kw.Values:
		return p.peekIsTok(kw.TokLParen)
	}
	return false
}

// continuesQuery reports whether what stands after a query in parentheses makes
// a larger query of it.
func (p *parser) continuesQuery() bool {
	switch p.tok.Keyword {
	case kw.Union, kw.Intersect, kw.Except, kw.Order, kw.Limit, kw.Offset, kw.Fetch, kw.For:
		return true
	}
	return false
}

// parens reads a parenthesis that holds a query or a list of expressions. One
// look ahead does not tell which: ((SELECT 1) + 1) begins like ((SELECT 1) UNION
// SELECT 2). So a nested parenthesis is read first and judged by what follows.
func (p *parser) parens() (query *ast.Select, list []ast.Expr) {
	if !p.enter() {
		return nil, nil
	}
	defer p.leave()
	p.expectTok(kw.TokLParen)
	if p.startsQuery() {
		query = p.selectStmt()
		p.expectTok(kw.TokRParen)
		return query, nil
	}
	var first ast.Expr
	if p.isTok(kw.TokLParen) {
		pos := p.tok.Pos
		inner, exprs := p.parens()
		if inner != nil {
			if p.continuesQuery() {
				inner = p.selectRest(inner)
				p.expectTok(kw.TokRParen)
				return inner, nil
			}
			if p.acceptTok(kw.TokRParen) {
				return inner, nil
			}
		}
		first = p.infix(p.indirection(parenthesised(pos, inner, exprs)), 0, false)
	} else {
		first = p.expr()
	}
	list = []ast.Expr{first}
	for p.acceptTok(kw.TokComma) {
		list = append(list, p.expr())
	}
	p.expectTok(kw.TokRParen)
	return nil, list
}

// parenthesised makes an operand of what parens has read.
func parenthesised(pos int, query *ast.Select, list []ast.Expr) ast.Expr {
	switch {
	case query != nil:
		return &ast.Subquery{Pos: pos, Query: query}
	case len(list) == 1:
		return list[0]
	}
	return &ast.RowExpr{Pos: pos, Elems: list}
}

// exprList reads expressions between commas, at least one.
func (p *parser) exprList() []ast.Expr {
	list := make([]ast.Expr, 0, 4)
	for {
		list = append(list, p.expr())
		if !p.acceptTok(kw.TokComma) {
			return list
		}
	}
}

// merged makes one query of a query in parentheses and the clauses after it,
// which belong to it; each may be written once.
func (p *parser) merged(s *ast.Select) *ast.Select {
	inner, nested := s.Body.(*ast.Select)
	switch {
	case p.err != nil:
	case nested && s.OrderBy != nil && inner.OrderBy != nil:
		p.failAt(ast.Start(s.OrderBy[0].Expr), sqlerr.SyntaxError, "multiple ORDER BY clauses not allowed")
	case nested && s.Offset != nil && inner.Offset != nil:
		p.failAt(ast.Start(s.Offset), sqlerr.SyntaxError, "multiple OFFSET clauses not allowed")
	case nested && s.Limit != nil && inner.Limit != nil:
		p.failAt(ast.Start(s.Limit), sqlerr.SyntaxError, "multiple LIMIT clauses not allowed")
	case s.WithTies && s.OrderBy == nil && !(nested && inner.OrderBy != nil):
		p.failAt(p.tok.Pos, sqlerr.SyntaxError, "WITH TIES cannot be specified without ORDER BY clause")
	case s.WithTies && skipsLocked(s, inner):
		p.failAt(p.tok.Pos, sqlerr.SyntaxError, "SKIP LOCKED and WITH TIES options cannot be used together")
	case nested && s.With != nil && inner.With != nil:
		p.failAt(s.With.Pos, sqlerr.SyntaxError, "multiple WITH clauses not allowed")
	}
	if !nested || p.err != nil {
		return s
	}
	inner.Pos = s.Pos
	if s.With != nil {
		inner.With = s.With
	}
	if s.OrderBy != nil {
		inner.OrderBy = s.OrderBy
	}
	if s.Offset != nil {
		inner.Offset = s.Offset
	}
	if s.Limit != nil {
		inner.Limit, inner.WithTies = s.Limit, s.WithTies
	}
	inner.Locking = append(inner.Locking, s.Locking...)
	return inner
}

func skipsLocked(queries ...*ast.Select) bool {
	for _, s := range queries {
		if s == nil {
			continue
		}
		for _, l := range s.Locking {
			if l.Wait == ast.LockSkipLocked {
				return true
			}
		}
	}
	return false
}
