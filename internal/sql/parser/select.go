package parser

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// selectStmt reads a query: [WITH] body [ORDER BY] [LIMIT] ...
func (p *parser) selectStmt() *ast.Select {
	pos := p.tok.Pos
	var with *ast.With
	if p.is(kw.With) {
		with = p.with()
	}
	return p.selectAfterWith(pos, with)
}

// selectAfterWith reads a query whose WITH clause is read.
func (p *parser) selectAfterWith(pos int, with *ast.With) *ast.Select {
	s := &ast.Select{Pos: pos, With: with}
	s.Body = p.setOps(p.setOperand(), 0)
	p.selectTail(s)
	return p.merged(s)
}

// isBare reports whether a query is nothing but its body.
func isBare(s *ast.Select) bool {
	return s.With == nil && s.OrderBy == nil && s.Limit == nil && s.Offset == nil && !s.WithTies && s.Locking == nil
}

// selectRest continues a query in parentheses that was read already.
func (p *parser) selectRest(left *ast.Select) *ast.Select {
	s := &ast.Select{Pos: left.Pos}
	s.Body = p.setOps(unwrap(left), 0)
	p.selectTail(s)
	return p.merged(s)
}

// unwrap gives the body of a query in parentheses where that is all it has.
func unwrap(s *ast.Select) ast.SelectBody {
	if isBare(s) && s.Body != nil {
		return s.Body
	}
	return s
}

// setOps continues a body with set operations that bind at least as tightly as
// min: INTERSECT 2, UNION and EXCEPT 1.
func (p *parser) setOps(left ast.SelectBody, min int) ast.SelectBody {
	for chain := 0; ; chain++ {
		op := &ast.SetOp{Pos: p.at(), Left: left}
		prec := 1
		switch p.tok.Keyword {
		case kw.Union:
			op.Kind = ast.Union
		case kw.Except:
			op.Kind = ast.Except
		case kw.Intersect:
			op.Kind, prec = ast.Intersect, 2
		default:
			return left
		}
		if prec < min {
			return left
		}
		if chain == maxChain {
			p.failAt(p.tok.Pos, sqlerr.StatementTooComplex, "stack depth limit exceeded")
			return left
		}
		p.advance()
		if p.accept(kw.All) {
			op.All = true
		} else {
			p.accept(kw.Distinct)
		}
		into := p.into
		op.Right = p.setOps(p.setOperand(), prec+1)
		if p.into != into && p.err == nil {
			p.failAt(p.into.Name.Pos, sqlerr.SyntaxError, "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT")
		}
		left = op
	}
}

// setOperand reads SELECT, VALUES, TABLE, or a query in parentheses.
func (p *parser) setOperand() ast.SelectBody {
	pos := p.tok.Pos
	switch {
	case p.is(kw.Select):
		return p.selectCore()
	case p.is(kw.Values):
		p.advance()
		return p.valuesRows(pos)
	case p.is(kw.Table):
		p.advance()
		c := &ast.SelectCore{Pos: pos}
		c.Targets = []ast.Target{{Pos: pos, Expr: &ast.ColumnRef{Pos: pos, Star: true}}}
		c.From = []ast.TableExpr{p.relation()}
		return c
	case p.isTok(kw.TokLParen):
		if !p.enter() {
			return nil
		}
		p.advance()
		s := p.selectStmt()
		p.expectTok(kw.TokRParen)
		p.leave()
		if p.err != nil {
			return nil
		}
		return unwrap(s)
	}
	p.syntaxError()
	return nil
}

// valuesRows reads the rows after VALUES.
func (p *parser) valuesRows(pos int) *ast.Values {
	v := &ast.Values{Pos: pos}
	width := 2
	for {
		p.expectTok(kw.TokLParen)
		row := make([]ast.Expr, 0, width)
		for {
			row = append(row, p.expr())
			if !p.acceptTok(kw.TokComma) {
				break
			}
		}
		p.expectTok(kw.TokRParen)
		v.Rows = append(v.Rows, row)
		if !p.acceptTok(kw.TokComma) {
			return v
		}
		width = len(row)
	}
}

// selectCore reads SELECT up to WINDOW.
func (p *parser) selectCore() *ast.SelectCore {
	c := &ast.SelectCore{Pos: p.at()}
	p.advance()
	if p.accept(kw.Distinct) {
		c.Distinct = true
		if p.accept(kw.On) {
			p.expectTok(kw.TokLParen)
			c.DistinctOn = p.exprList()
			p.expectTok(kw.TokRParen)
		}
	} else {
		p.accept(kw.All)
	}
	if c.Distinct || !p.endsTargets() {
		c.Targets = p.targets()
	}
	if p.is(kw.Into) {
		p.selectInto()
	}
	if p.accept(kw.From) {
		c.From = p.fromList()
	}
	if p.accept(kw.Where) {
		c.Where = p.expr()
	}
	if p.commit2(kw.Group, kw.By) {
		if p.accept(kw.Distinct) {
			c.GroupDistinct = true
		} else {
			p.accept(kw.All)
		}
		c.GroupBy = p.groupItems()
	}
	if p.accept(kw.Having) {
		c.Having = p.expr()
	}
	if p.accept(kw.Window) {
		for {
			w := ast.NamedWindow{Pos: p.at(), Name: p.name()}
			p.expect(kw.As)
			w.Spec = p.windowSpec()
			c.Windows = append(c.Windows, w)
			if !p.acceptTok(kw.TokComma) {
				break
			}
		}
	}
	return c
}

// endsTargets reports whether no select list is written.
func (p *parser) endsTargets() bool {
	switch p.tok.Kind {
	case kw.TokEOF, kw.TokSemicolon, kw.TokRParen:
		return true
	}
	switch p.tok.Keyword {
	case kw.From, kw.Where, kw.Group, kw.Having, kw.Window, kw.Into:
		return true
	}
	return p.continuesQuery()
}

// selectInto reads INTO of SELECT; the statement around it claims it.
func (p *parser) selectInto() {
	pos := p.tok.Pos
	p.advance()
	c := &ast.CreateTableAs{Pos: pos}
	switch {
	case p.accept(kw.Temporary), p.accept(kw.Temp):
		c.Temp = true
	case p.accept(kw.Unlogged):
		c.Unlogged = true
	}
	p.accept(kw.Table)
	c.Name = p.qualified()
	if p.into != nil || p.depth > 0 {
		p.failAt(c.Name.Pos, sqlerr.SyntaxError, "SELECT ... INTO is not allowed here")
	}
	p.into = c
}

// targets reads a select list.
func (p *parser) targets() []ast.Target {
	list := make([]ast.Target, 0, 4)
	for {
		list = append(list, p.target())
		if !p.acceptTok(kw.TokComma) {
			return list
		}
	}
}

func (p *parser) target() ast.Target {
	t := ast.Target{Pos: p.at()}
	if p.isTok(kw.TokStar) {
		t.Expr = &ast.ColumnRef{Pos: p.at(), Star: true}
		p.advance()
		return t
	}
	outer := p.labelled
	p.labelled = p.depth + 1
	t.Expr = p.expr()
	p.labelled = outer
	if p.accept(kw.As) {
		t.Alias = p.label()
	} else if p.isTok(kw.TokIdent) && (p.tok.Keyword == kw.NoKeyword || p.tok.Keyword.Bare()) {
		t.Alias = p.label()
	}
	return t
}

// endsTarget reports whether a token may only follow an item of a select list.
func (p *parser) endsTarget(t *kw.Token) bool {
	switch t.Kind {
	case kw.TokEOF, kw.TokSemicolon, kw.TokComma, kw.TokRParen:
		return true
	}
	switch t.Keyword {
	case kw.From, kw.Where, kw.Group, kw.Having, kw.Window, kw.Into, kw.Union, kw.Intersect, kw.Except,
		kw.Order, kw.Limit, kw.Offset, kw.Fetch, kw.For:
		return true
	}
	return false
}

// groupItems reads the elements of GROUP BY.
func (p *parser) groupItems() []ast.Expr {
	var list []ast.Expr
	for {
		list = append(list, p.groupItem())
		if !p.acceptTok(kw.TokComma) {
			return list
		}
	}
}

func (p *parser) groupItem() ast.Expr {
	g := &ast.GroupingSet{Pos: p.at()}
	switch {
	case p.isTok(kw.TokLParen) && p.peekIsTok(kw.TokRParen):
		p.advance()
		p.advance()
		return g
	case p.is(kw.Rollup) && p.peekIsTok(kw.TokLParen):
		g.Kind = ast.GroupingRollup
	case p.is(kw.Cube) && p.peekIsTok(kw.TokLParen):
		g.Kind = ast.GroupingCube
	case p.is2(kw.Grouping, kw.Sets):
		p.advance()
		g.Kind = ast.GroupingSets
	default:
		return p.expr()
	}
	if !p.enter() {
		return nil
	}
	p.advance()
	p.expectTok(kw.TokLParen)
	if g.Kind == ast.GroupingSets {
		g.Items = p.groupItems()
	} else {
		g.Items = p.exprList()
	}
	p.expectTok(kw.TokRParen)
	p.leave()
	return g
}

// orderBy reads ORDER BY and its keys.
func (p *parser) orderBy() []ast.OrderItem {
	p.expect(kw.Order)
	p.expect(kw.By)
	list := make([]ast.OrderItem, 0, 2)
	for {
		o := ast.OrderItem{Pos: p.at(), Expr: p.expr()}
		switch {
		case p.accept(kw.Asc):
		case p.accept(kw.Desc):
			o.Desc = true
		case p.accept(kw.Using):
			o.UsingPos = p.tok.Pos
			o.Using, _ = p.operatorName()
		}
		o.Nulls = p.nullsOrder()
		list = append(list, o)
		if !p.acceptTok(kw.TokComma) {
			return list
		}
	}
}

func (p *parser) nullsOrder() ast.NullsOrder {
	switch {
	case p.accept2(kw.Nulls, kw.First):
		return ast.NullsFirst
	case p.accept2(kw.Nulls, kw.Last):
		return ast.NullsLast
	}
	return ast.NullsDefault
}

// selectTail reads ORDER BY, LIMIT, OFFSET, FETCH and FOR.
func (p *parser) selectTail(s *ast.Select) {
	if p.tok.Kind != kw.TokIdent {
		return
	}
	if p.is(kw.Order) {
		s.OrderBy = p.orderBy()
	}
	locked := p.locking(s)
	limited := false
	for {
		switch p.tok.Keyword {
		case kw.Limit, kw.Fetch:
			if limited {
				p.syntaxError()
			}
			limited = true
			p.limit(s)
			continue
		case kw.Offset:
			if s.Offset != nil {
				p.syntaxError()
			}
			p.advance()
			s.Offset = p.expr()
			if !p.accept(kw.Row) {
				p.accept(kw.Rows)
			}
			continue
		}
		break
	}
	if !locked {
		p.locking(s)
	}
}

// limit reads LIMIT n, LIMIT skip, n, or FETCH FIRST n ROWS ONLY|WITH TIES.
func (p *parser) limit(s *ast.Select) {
	if p.accept(kw.Limit) {
		if p.is(kw.All) {
			s.Limit = p.wordLiteral(ast.NullLiteral, "")
			return
		}
		s.Limit = p.expr()
		if p.isTok(kw.TokComma) && s.Offset == nil {
			p.advance()
			s.Offset, s.Limit = s.Limit, p.expr()
		}
		return
	}
	p.advance()
	if !p.accept(kw.First) {
		p.expect(kw.Next)
	}
	if p.is(kw.Row) || p.is(kw.Rows) {
		s.Limit = &ast.Literal{Pos: p.at(), Kind: ast.IntLiteral, Text: "1"}
	} else {
		s.Limit = p.binary(precUnary, false)
	}
	if !p.accept(kw.Row) {
		p.expect(kw.Rows)
	}
	if p.accept(kw.With) {
		p.expect(kw.Ties)
		s.WithTies = true
	} else {
		p.expect(kw.Only)
	}
}

// locking reads the FOR clauses; FOR READ ONLY says nothing. It reports
// whether one was there.
func (p *parser) locking(s *ast.Select) bool {
	if !p.is(kw.For) {
		return false
	}
	for p.is(kw.For) {
		l := ast.Locking{Pos: p.at()}
		p.advance()
		switch {
		case p.accept(kw.Update):
			l.Strength = ast.ForUpdate
		case p.accept(kw.Share):
			l.Strength = ast.ForShare
		case p.commit2(kw.No, kw.Key):
			p.expect(kw.Update)
			l.Strength = ast.ForNoKeyUpdate
		case p.commit2(kw.Key, kw.Share):
			l.Strength = ast.ForKeyShare
		case p.commit2(kw.Read, kw.Only):
			return true
		default:
			p.syntaxError()
		}
		if p.accept(kw.Of) {
			l.Of = p.qualifiedList()
		}
		if p.accept(kw.Nowait) {
			l.Wait = ast.LockNowait
		} else if p.commit2(kw.Skip, kw.Locked) {
			l.Wait = ast.LockSkipLocked
		}
		s.Locking = append(s.Locking, l)
	}
	return true
}
