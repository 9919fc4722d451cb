package parser

import (
	"strconv"

	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// sessionStatement reads settings, prepared statements, cursors and
// maintenance; nil, having read nothing, where the current word begins none.
func (p *parser) sessionStatement() ast.Stmt {
	pos := p.tok.Pos
	switch p.tok.Keyword {
	case kw.Set:
		return p.set()
	case kw.Show:
		p.advance()
		return &ast.Show{Pos: pos, Name: p.settingName()}
	case kw.Reset:
		p.advance()
		return &ast.Reset{Pos: pos, Name: p.settingName()}
	case kw.Discard:
		return p.discard()
	case kw.Prepare:
		return p.prepare()
	case kw.Execute:
		return p.execute()
	case kw.Deallocate:
		p.advance()
		p.accept(kw.Prepare)
		if p.accept(kw.All) {
			return &ast.Deallocate{Pos: pos}
		}
		return &ast.Deallocate{Pos: pos, Name: p.name()}
	case kw.Declare:
		return p.declare()
	case kw.Fetch, kw.Move:
		return p.fetch()
	case kw.Close:
		p.advance()
		if p.accept(kw.All) {
			return &ast.Close{Pos: pos}
		}
		return &ast.Close{Pos: pos, Name: p.name()}
	case kw.Explain:
		return p.explain()
	case kw.Analyze, kw.Analyse:
		return p.analyze()
	case kw.Vacuum:
		return p.vacuum()
	case kw.Checkpoint:
		p.advance()
		return &ast.Checkpoint{Pos: pos}
	case kw.Reindex:
		return p.reindex()
	case kw.Refresh:
		return p.refresh()
	case kw.Lock:
		return p.lock()
	}
	return nil
}

// dotted reads a setting's name, joined with its dots.
func (p *parser) dotted() string {
	name := p.name()
	for p.acceptTok(kw.TokDot) {
		name += "." + p.label()
	}
	return name
}

// settingName reads the name after SHOW and RESET.
func (p *parser) settingName() string {
	switch {
	case p.accept(kw.All):
		return "all"
	case p.is2(kw.Time, kw.Zone):
		p.advance()
		p.advance()
		return "timezone"
	case p.accept3(kw.Transaction, kw.Isolation, kw.Level):
		return "transaction_isolation"
	case p.is2(kw.Session, kw.Authorization):
		p.advance()
		p.advance()
		return "session_authorization"
	}
	return p.dotted()
}

// set reads every SET.
func (p *parser) set() ast.Stmt {
	pos := p.tok.Pos
	p.advance()
	if p.accept(kw.Constraints) {
		return p.setConstraints(pos)
	}
	session := p.is(kw.Session) && !p.peekIsTok(kw.TokEq) && !p.peekIs(kw.To) && !p.peekIs(kw.Authorization)
	if session {
		p.advance()
		if p.accept(kw.Characteristics) {
			s := &ast.SetTransaction{Pos: pos, Session: true}
			p.expect(kw.As)
			p.expect(kw.Transaction)
			p.transactionModes(&s.Modes)
			return s
		}
	}
	local := !session && p.is(kw.Local) && !p.peekIsTok(kw.TokEq) && !p.peekIs(kw.To)
	if local {
		p.advance()
	}
	if p.is(kw.Transaction) && !p.peekIsTok(kw.TokEq) && !p.peekIs(kw.To) {
		s := &ast.SetTransaction{Pos: pos}
		p.advance()
		if p.accept(kw.Snapshot) {
			s.Snapshot = p.stringConst()
		} else {
			p.transactionModes(&s.Modes)
		}
		return s
	}
	s := p.setting(pos)
	s.Local = local
	return s
}

// setting reads name TO|= values, and the spellings of the standard.
func (p *parser) setting(pos int) *ast.Set {
	s := &ast.Set{Pos: pos}
	switch {
	case p.is2(kw.Time, kw.Zone):
		p.advance()
		p.advance()
		s.Name = "timezone"
		p.timeZoneValue(s)
		return s
	case p.is(kw.Names), p.is(kw.Schema), p.is(kw.Role), p.is2(kw.Session, kw.Authorization):
		if next := p.peek(1); next.Kind == kw.TokEq || next.Keyword == kw.To {
			break
		}
		s.Name = map[kw.Keyword]string{kw.Names: "client_encoding", kw.Schema: "search_path",
			kw.Role: "role", kw.Session: "session_authorization"}[p.tok.Keyword]
		p.accept(kw.Session)
		p.advance()
		if p.accept(kw.Default) {
			s.Default = true
		} else {
			s.Values = []ast.Expr{p.settingValue()}
		}
		return s
	}
	s.Name = p.dotted()
	if p.commit2(kw.From, kw.Current) {
		s.FromCurrent = true
		return s
	}
	if !p.accept(kw.To) {
		p.expectTok(kw.TokEq)
	}
	if p.accept(kw.Default) {
		s.Default = true
		return s
	}
	for {
		s.Values = append(s.Values, p.settingValue())
		if !p.acceptTok(kw.TokComma) {
			return s
		}
	}
}

// timeZoneValue reads the zone: a name, a number, an interval, LOCAL or DEFAULT.
func (p *parser) timeZoneValue(s *ast.Set) {
	switch {
	case p.accept(kw.Default), p.accept(kw.Local):
		s.Default = true
	case p.is(kw.Interval):
		s.Values = []ast.Expr{p.primary()}
	default:
		s.Values = []ast.Expr{p.settingValue()}
	}
}

func (p *parser) setConstraints(pos int) ast.Stmt {
	s := &ast.SetConstraints{Pos: pos}
	if !p.accept(kw.All) {
		s.Names = p.qualifiedList()
	}
	if p.accept(kw.Deferred) {
		s.Deferred = true
	} else {
		p.expect(kw.Immediate)
	}
	return s
}

func (p *parser) discard() ast.Stmt {
	s := &ast.Discard{Pos: p.at()}
	p.advance()
	switch p.tok.Keyword {
	case kw.All, kw.Plans, kw.Sequences, kw.Temp:
		s.What = p.label()
	case kw.Temporary:
		p.advance()
		s.What = "temp"
	default:
		p.syntaxError()
	}
	return s
}

// pragma reads PRAGMA [schema.]name [= value | (value)].
func (p *parser) pragma() ast.Stmt {
	s := &ast.Pragma{Pos: p.at()}
	p.advance()
	s.Name = p.label()
	if p.acceptTok(kw.TokDot) {
		s.Schema, s.Name = s.Name, p.label()
	}
	if p.acceptTok(kw.TokEq) {
		s.Value = p.settingValue()
	} else if p.acceptTok(kw.TokLParen) {
		s.Call = true
		s.Value = p.settingValue()
		p.expectTok(kw.TokRParen)
	}
	return s
}

// preparable reads a statement that PREPARE and EXPLAIN take.
func (p *parser) preparable() ast.Stmt {
	switch p.tok.Keyword {
	case kw.Select, kw.Values, kw.Table, kw.With, kw.Insert, kw.Replace, kw.Update, kw.Delete, kw.Merge:
		return p.statement()
	}
	if !p.isTok(kw.TokLParen) {
		p.syntaxError()
	}
	return p.statement()
}

func (p *parser) prepare() ast.Stmt {
	s := &ast.Prepare{Pos: p.at()}
	p.advance()
	if p.is(kw.Transaction) && p.peekIsTok(kw.TokString) {
		p.preparedTransaction(sqlerr.ObjectNotInPrerequisiteState, "prepared transactions are disabled")
		return nil
	}
	s.Name = p.name()
	if p.acceptTok(kw.TokLParen) {
		for {
			s.Types = append(s.Types, p.typeName())
			if !p.acceptTok(kw.TokComma) {
				break
			}
		}
		p.expectTok(kw.TokRParen)
	}
	p.expect(kw.As)
	s.Stmt = p.preparable()
	return s
}

func (p *parser) execute() ast.Stmt {
	s := &ast.Execute{Pos: p.at()}
	p.advance()
	s.Name = p.name()
	if p.acceptTok(kw.TokLParen) {
		s.Args = p.exprList()
		p.expectTok(kw.TokRParen)
	}
	return s
}

// declare reads DECLARE name [options] CURSOR [WITH HOLD] FOR query.
func (p *parser) declare() ast.Stmt {
	s := &ast.Declare{Pos: p.at()}
	p.advance()
	s.Name = p.name()
	for p.err == nil && !p.is(kw.Cursor) {
		scroll := s.Scroll
		switch {
		case p.accept(kw.Binary):
			s.Binary = true
		case p.is(kw.Insensitive) || p.is(kw.Asensitive):
			want := ast.No
			if p.is(kw.Insensitive) {
				want = ast.Yes
			}
			p.advance()
			if s.Insensitive != ast.Unset && s.Insensitive != want {
				p.failAt(s.Pos, sqlerr.InvalidCursorDefinition, "cannot specify both ASENSITIVE and INSENSITIVE")
			}
			s.Insensitive = want
		case p.accept(kw.Scroll):
			s.Scroll = ast.Yes
		case p.commit2(kw.No, kw.Scroll):
			s.Scroll = ast.No
		default:
			p.syntaxError()
		}
		if scroll != ast.Unset && s.Scroll != scroll && p.err == nil {
			p.failAt(s.Pos, sqlerr.InvalidCursorDefinition, "cannot specify both SCROLL and NO SCROLL")
		}
	}
	p.expect(kw.Cursor)
	switch {
	case p.commit2(kw.With, kw.Hold):
		s.Hold = ast.Yes
	case p.commit2(kw.Without, kw.Hold):
		s.Hold = ast.No
	}
	p.expect(kw.For)
	s.Query = p.selectStmt()
	return s
}

// fetch reads FETCH and MOVE.
func (p *parser) fetch() ast.Stmt {
	s := &ast.Fetch{Pos: p.at(), Move: p.is(kw.Move), Count: 1}
	p.advance()
	// the words are unreserved: a cursor may be named like one of them
	last := p.peekIsTok(kw.TokEOF) || p.peekIsTok(kw.TokSemicolon)
	if !last || p.is(kw.All) {
		p.fetchDirection(s)
		if !p.accept(kw.From) {
			p.accept(kw.In)
		}
	}
	s.Name = p.name()
	return s
}

func (p *parser) fetchDirection(s *ast.Fetch) {
	switch {
	case p.accept(kw.Next):
	case p.accept(kw.Prior):
		s.Direction = ast.FetchBackward
	case p.accept(kw.First):
		s.Direction = ast.FetchFirst
	case p.accept(kw.Last):
		s.Direction = ast.FetchLast
	case p.accept(kw.Absolute):
		s.Direction = ast.FetchAbsolute
		s.Count = p.count()
	case p.accept(kw.Relative):
		s.Direction = ast.FetchRelative
		s.Count = p.count()
	case p.accept(kw.All):
		s.All = true
	case p.is(kw.Forward), p.is(kw.Backward):
		if p.is(kw.Backward) {
			s.Direction = ast.FetchBackward
		}
		p.advance()
		if p.accept(kw.All) {
			s.All = true
		} else if p.isNumber() {
			s.Count = p.count()
		}
	case p.isNumber():
		s.Count = p.count()
	}
}

func (p *parser) isNumber() bool {
	return p.isTok(kw.TokInt) || p.isTok(kw.TokMinus) || p.isTok(kw.TokPlus)
}

func (p *parser) count() int64 {
	at := p.tok
	n, err := strconv.ParseInt(p.signedInt(), 10, 64)
	if err != nil {
		p.syntaxErrorAt(&at)
	}
	return n
}
