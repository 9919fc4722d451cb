package parser

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
)

// explain reads EXPLAIN in either syntax, and SQLite's EXPLAIN QUERY PLAN.
func (p *parser) explain() ast.Stmt {
	s := &ast.Explain{Pos: p.at()}
	p.advance()
	if p.isTok(kw.TokLParen) && !p.queryInParens() {
		s.Options = p.options()
	} else {
		for p.is(kw.Analyze) || p.is(kw.Analyse) || p.is(kw.Verbose) {
			name := "verbose"
			if !p.is(kw.Verbose) {
				name = "analyze"
			}
			s.Options = append(s.Options, ast.Option{Pos: p.at(), Name: name})
			p.advance()
		}
		if p.isWord("query") && p.peekIsWord("plan") {
			p.advance()
			p.advance()
		}
	}
	switch p.tok.Keyword {
	case kw.Create, kw.Declare, kw.Execute, kw.Refresh:
		s.Stmt = p.statement()
		switch s.Stmt.(type) {
		case *ast.CreateTableAs, *ast.CreateView, *ast.Declare, *ast.Execute, *ast.Refresh:
		default:
			p.syntaxError()
		}
	default:
		s.Stmt = p.preparable()
	}
	return s
}

// vacuumTables reads the tables of VACUUM and ANALYZE.
func (p *parser) vacuumTables() []ast.VacuumTable {
	if !isColID(&p.tok) {
		return nil
	}
	var list []ast.VacuumTable
	for {
		t := ast.VacuumTable{Pos: p.at(), Name: p.qualified()}
		t.Columns = p.parenNames(true)
		list = append(list, t)
		if !p.acceptTok(kw.TokComma) {
			return list
		}
	}
}

func (p *parser) analyze() ast.Stmt {
	s := &ast.Analyze{Pos: p.at()}
	p.advance()
	if p.isTok(kw.TokLParen) {
		s.Options = p.options()
	} else if p.is(kw.Verbose) {
		s.Options = []ast.Option{{Pos: p.at(), Name: "verbose"}}
		p.advance()
	}
	s.Tables = p.vacuumTables()
	return s
}

func (p *parser) vacuum() ast.Stmt {
	s := &ast.Vacuum{Pos: p.at()}
	p.advance()
	if p.isTok(kw.TokLParen) {
		s.Options = p.options()
	} else {
		for p.is(kw.Full) || p.is(kw.Freeze) || p.is(kw.Verbose) || p.is(kw.Analyze) || p.is(kw.Analyse) {
			name := p.tok.Text
			if p.is(kw.Analyse) {
				name = "analyze"
			}
			s.Options = append(s.Options, ast.Option{Pos: p.at(), Name: name})
			p.advance()
		}
	}
	s.Tables = p.vacuumTables()
	if p.accept(kw.Into) {
		s.Into = p.expr()
	}
	return s
}

func (p *parser) reindex() ast.Stmt {
	s := &ast.Reindex{Pos: p.at()}
	p.advance()
	if p.isTok(kw.TokLParen) {
		s.Options = p.options()
	}
	named := isColID(p.peek(1)) || p.peekIs(kw.Concurrently)
	switch {
	case named && p.accept(kw.Index):
		s.Kind = ast.ObjectIndex
	case p.accept(kw.Table):
		s.Kind = ast.ObjectTable
	case named && p.accept(kw.Schema):
		s.Kind = ast.ObjectSchema
	case named && p.accept(kw.Database):
		s.Kind = ast.ObjectDatabase
	case named && p.accept(kw.System):
		s.Kind = ast.ObjectSystem
	default:
		s.AnyKind = true
		if isColID(&p.tok) {
			s.Name = p.qualified()
		}
		return s
	}
	s.Concurrently = p.accept(kw.Concurrently)
	s.Name = p.qualified()
	return s
}

// cluster reads CLUSTER, with the index before its table as well.
func (p *parser) cluster() ast.Stmt {
	s := &ast.Cluster{Pos: p.at()}
	p.advance()
	if p.isTok(kw.TokLParen) {
		s.Options = p.options()
	} else if p.is(kw.Verbose) {
		s.Options = []ast.Option{{Pos: p.at(), Name: "verbose"}}
		p.advance()
	}
	if !isColID(&p.tok) {
		return s
	}
	s.Table = p.qualified()
	switch {
	case p.accept(kw.Using):
		s.Index = p.name()
	case s.Table.Schema == "" && p.accept(kw.On):
		s.Index = s.Table.Name
		s.Table = p.qualified()
	}
	return s
}

func (p *parser) refresh() ast.Stmt {
	s := &ast.Refresh{Pos: p.at()}
	p.advance()
	p.expect(kw.Materialized)
	p.expect(kw.View)
	s.Concurrently = p.accept(kw.Concurrently)
	s.Name = p.qualified()
	s.NoData = p.withNoData()
	return s
}

func (p *parser) lock() ast.Stmt {
	s := &ast.Lock{Pos: p.at(), Mode: "access exclusive"}
	p.advance()
	p.accept(kw.Table)
	s.Tables = p.relations()
	if p.accept(kw.In) {
		switch {
		case p.accept2(kw.Access, kw.Share):
			s.Mode = "access share"
		case p.accept2(kw.Access, kw.Exclusive):
		case p.accept2(kw.Row, kw.Share):
			s.Mode = "row share"
		case p.accept2(kw.Row, kw.Exclusive):
			s.Mode = "row exclusive"
		case p.accept3(kw.Share, kw.Update, kw.Exclusive):
			s.Mode = "share update exclusive"
		case p.accept3(kw.Share, kw.Row, kw.Exclusive):
			s.Mode = "share row exclusive"
		case p.accept(kw.Share):
			s.Mode = "share"
		case p.accept(kw.Exclusive):
			s.Mode = "exclusive"
		default:
			p.syntaxError()
		}
		p.expect(kw.Mode)
	}
	s.Nowait = p.accept(kw.Nowait)
	return s
}
