package parser

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
)

// with reads WITH [RECURSIVE] and its queries.
func (p *parser) with() *ast.With {
	w := &ast.With{Pos: p.at()}
	p.advance()
	if next := p.peek(1); !p.is(kw.Recursive) || next.Kind != kw.TokLParen && next.Keyword != kw.As {
		w.Recursive = p.accept(kw.Recursive)
	}
	for {
		w.CTEs = append(w.CTEs, p.cte())
		if !p.acceptTok(kw.TokComma) {
			return w
		}
	}
}

func (p *parser) cte() *ast.CTE {
	c := &ast.CTE{Pos: p.at(), Name: p.name()}
	c.Columns = p.parenNames(true)
	p.expect(kw.As)
	if p.accept(kw.Materialized) {
		c.Materialized = ast.MaterializeAlways
	} else if p.commit2(kw.Not, kw.Materialized) {
		c.Materialized = ast.MaterializeNever
	}
	if !p.enter() {
		return c
	}
	p.expectTok(kw.TokLParen)
	c.Stmt = p.queryOrChange()
	p.expectTok(kw.TokRParen)
	p.leave()
	if p.is(kw.Search) {
		s := &ast.Search{Pos: p.at()}
		p.advance()
		if p.accept(kw.Breadth) {
			s.Breadth = true
		} else {
			p.expect(kw.Depth)
		}
		p.expect(kw.First)
		p.expect(kw.By)
		s.By = p.nameList()
		p.expect(kw.Set)
		s.Set = p.name()
		c.Search = s
	}
	if p.is(kw.Cycle) {
		y := &ast.Cycle{Pos: p.at()}
		p.advance()
		y.Columns = p.nameList()
		p.expect(kw.Set)
		y.Mark = p.name()
		if p.accept(kw.To) {
			y.To = p.restricted()
			p.expect(kw.Default)
			y.Default = p.restricted()
		}
		p.expect(kw.Using)
		y.Path = p.name()
		c.Cycle = y
	}
	return c
}

// queryOrChange reads a query, INSERT, UPDATE, DELETE or MERGE with its WITH.
func (p *parser) queryOrChange() ast.Stmt {
	pos := p.tok.Pos
	var with *ast.With
	if p.is(kw.With) {
		with = p.with()
	}
	switch p.tok.Keyword {
	case kw.Insert, kw.Replace:
		return p.insert(pos, with)
	case kw.Update:
		return p.update(pos, with)
	case kw.Delete:
		return p.delete(pos, with)
	case kw.Merge:
		return p.merge(pos, with)
	}
	return p.selectAfterWith(pos, with)
}
