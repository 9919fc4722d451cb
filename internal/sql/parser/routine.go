package parser

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// createTrigger reads CREATE [CONSTRAINT] TRIGGER in PostgreSQL's form (EXECUTE
// FUNCTION) and SQLite's (a body of statements).
func (p *parser) createTrigger(pos int, replace, temp bool) ast.Stmt {
	s := &ast.CreateTrigger{Pos: pos, OrReplace: replace, Temp: temp}
	s.Constraint = p.accept(kw.Constraint)
	p.expect(kw.Trigger)
	s.IfNotExists = p.ifNotExists()
	s.Name = p.qualified()
	switch {
	case p.accept(kw.After):
		s.Timing = ast.TriggerAfter
	case p.accept2(kw.Instead, kw.Of):
		s.Timing = ast.TriggerInsteadOf
	default:
		p.accept(kw.Before)
	}
	for {
		s.Events = append(s.Events, p.triggerEvent())
		if !p.accept(kw.Or) {
			break
		}
	}
	p.expect(kw.On)
	s.Table = p.qualified()
	if s.Constraint {
		if p.accept(kw.From) {
			s.From = p.qualified()
		}
		c := &ast.Constraint{}
		p.deferrable(c)
		s.Deferrable, s.InitiallyDeferred = c.Deferrable, c.InitiallyDeferred
	}
	if p.accept(kw.Referencing) {
		p.transitions(s)
	}
	if p.accept(kw.For) {
		p.accept(kw.Each)
		s.ForEachWritten = true
		if p.accept(kw.Statement) {
			s.ForEachStatement = true
		} else {
			p.expect(kw.Row)
		}
	}
	if p.accept(kw.When) {
		s.When = p.expr() // SQLite writes no parentheses
	}
	p.triggerAction(s)
	return s
}

func (p *parser) triggerEvent() ast.TriggerEvent {
	e := ast.TriggerEvent{Pos: p.at()}
	switch {
	case p.accept(kw.Insert):
	case p.accept(kw.Delete):
		e.Kind = ast.TriggerDelete
	case p.accept(kw.Truncate):
		e.Kind = ast.TriggerTruncate
	default:
		p.expect(kw.Update)
		e.Kind = ast.TriggerUpdate
		if p.accept(kw.Of) {
			e.Columns = p.nameList()
		}
	}
	return e
}

// transitions reads REFERENCING OLD TABLE AS o NEW TABLE AS n.
func (p *parser) transitions(s *ast.CreateTrigger) {
	for p.is(kw.New) || p.is(kw.Old) {
		t := ast.TriggerTransition{Pos: p.at(), New: p.is(kw.New)}
		p.advance()
		if p.accept(kw.Row) {
			t.Row = true
		} else {
			p.expect(kw.Table)
		}
		p.accept(kw.As)
		t.Name = p.name()
		s.Referencing = append(s.Referencing, t)
	}
}

// triggerAction reads EXECUTE FUNCTION f(...), BEGIN ... END, or one statement.
func (p *parser) triggerAction(s *ast.CreateTrigger) {
	if p.is2(kw.Execute, kw.Function) || p.is2(kw.Execute, kw.Procedure) {
		p.advance()
		p.advance()
		s.Function = p.anyQualified()
		p.expectTok(kw.TokLParen)
		for !p.isTok(kw.TokRParen) && p.err == nil {
			switch p.tok.Kind {
			case kw.TokInt, kw.TokNumeric, kw.TokString, kw.TokIdent:
				s.FuncArgs = append(s.FuncArgs, p.tok.Text)
				p.advance()
			default:
				p.syntaxError()
			}
			if !p.acceptTok(kw.TokComma) {
				break
			}
		}
		p.expectTok(kw.TokRParen)
		return
	}
	if !p.is(kw.Begin) {
		s.Body = []ast.Stmt{p.triggerStatement()}
		return
	}
	s.BodyBegin = true
	p.advance()
	for p.err == nil && !p.is(kw.End) {
		s.Body = append(s.Body, p.triggerStatement())
		p.expectTok(kw.TokSemicolon)
	}
	p.expect(kw.End)
}

// triggerStatement reads a statement of a trigger's body: a query, a change, or
// SET NEW.column = expr, ….
func (p *parser) triggerStatement() ast.Stmt {
	if !p.is(kw.Set) {
		return p.preparable()
	}
	s := &ast.SetNew{Pos: p.at()}
	p.advance()
	for {
		p.expect(kw.New)
		p.expectTok(kw.TokDot)
		at := p.at()
		s.Columns = append(s.Columns, ast.Name{Pos: at, Text: p.name()})
		p.expectTok(kw.TokEq)
		s.Values = append(s.Values, p.expr())
		if !p.acceptTok(kw.TokComma) {
			return s
		}
	}
}

// ParseTriggerBody parses the body of a trigger as the catalog keeps it.
func ParseTriggerBody(text string) ([]ast.Stmt, error) {
	if err := kw.CheckEncoding(text); err != nil {
		return nil, err
	}
	p := newParser(text)
	defer p.release()
	s := &ast.CreateTrigger{}
	p.triggerAction(s)
	p.expectTok(kw.TokEOF)
	if p.err != nil {
		return nil, p.err
	}
	return s.Body, nil
}

// body reads statements, each with its semicolon, up to END.
func (p *parser) body() []ast.Stmt {
	var list []ast.Stmt
	for p.err == nil && !p.is(kw.End) {
		list = append(list, p.preparable())
		p.expectTok(kw.TokSemicolon)
	}
	p.expect(kw.End)
	return list
}

// createFunction reads CREATE FUNCTION and CREATE PROCEDURE.
func (p *parser) createFunction(pos int, replace bool) ast.Stmt {
	s := &ast.CreateFunction{Pos: pos, OrReplace: replace, Procedure: p.is(kw.Procedure)}
	p.advance()
	s.Name = p.anyQualified()
	s.Params = p.params()
	if !s.Procedure && p.accept(kw.Returns) {
		if p.accept(kw.Table) {
			p.expectTok(kw.TokLParen)
			for {
				c := ast.FuncParam{Pos: p.at(), Mode: ast.ParamTable, Name: p.anyName(), Type: p.typeName()}
				s.Params = append(s.Params, c)
				if !p.acceptTok(kw.TokComma) {
					break
				}
			}
			p.expectTok(kw.TokRParen)
		} else {
			s.Returns = p.typeName()
		}
	}
	c := &functionClauses{CreateFunction: s}
	for p.err == nil && p.functionClause(c) {
	}
	switch {
	case p.accept(kw.Return):
		s.Return = p.expr()
	case p.is2(kw.Begin, kw.Atomic):
		p.advance()
		p.advance()
		s.Atomic = true
		s.Body = p.body()
	}
	return s
}

// params reads the parameters of a function.
func (p *parser) params() []ast.FuncParam {
	var list []ast.FuncParam
	p.expectTok(kw.TokLParen)
	for !p.isTok(kw.TokRParen) && p.err == nil {
		list = append(list, p.param())
		if !p.acceptTok(kw.TokComma) {
			break
		}
	}
	p.expectTok(kw.TokRParen)
	return list
}

// param reads [mode] [name] [mode] type [DEFAULT value]. A single word is the
// type; a word before another is the name.
func (p *parser) param() ast.FuncParam {
	f := ast.FuncParam{Pos: p.at()}
	mode := p.paramMode(&f)
	if p.paramNamed() {
		f.Name = p.anyName()
		if !mode {
			p.paramMode(&f)
		}
	}
	f.Type = p.typeName()
	if p.accept(kw.Default) || p.acceptTok(kw.TokEq) {
		f.Default = p.expr()
	}
	return f
}

// paramNamed reports whether a name stands before the type.
func (p *parser) paramNamed() bool {
	if !isTypeFunc(&p.tok) {
		return false
	}
	switch next := p.peek(1); next.Keyword {
	case kw.Precision:
		return p.tok.Keyword != kw.Double
	case kw.Default, kw.Array, kw.Order:
		return false
	default:
		return next.Kind == kw.TokIdent
	}
}

func (p *parser) paramMode(f *ast.FuncParam) bool {
	switch {
	case p.accept(kw.In):
		if p.accept(kw.Out) {
			f.Mode = ast.ParamInOut
		}
	case p.accept(kw.Out):
		f.Mode = ast.ParamOut
	case p.accept(kw.Inout):
		f.Mode = ast.ParamInOut
	case p.accept(kw.Variadic):
		f.Mode = ast.ParamVariadic
	default:
		return false
	}
	return true
}

// functionClauses are the clauses of CREATE and ALTER FUNCTION that have been
// read, for what contradicts or repeats them.
type functionClauses struct {
	*ast.CreateFunction
	alter *ast.AlterFunction // nil in CREATE
	seen  map[string]bool
}

// once notes that a clause of a kind stands at pos.
func (c *functionClauses) once(kind string, pos int) {
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	if c.seen[kind] && c.Conflict == 0 {
		c.Conflict = pos + 1
	}
	c.seen[kind] = true
}

// functionClause reads one clause of CREATE FUNCTION; false if none is there.
func (p *parser) functionClause(s *functionClauses) bool {
	pos := p.at()
	switch {
	case s.alter == nil && p.accept(kw.Language):
		s.once("language", pos)
		if p.isTok(kw.TokString) {
			s.Language = p.stringConst()
		} else {
			s.Language = p.anyName()
		}
	case s.alter == nil && p.accept(kw.As):
		s.once("as", pos)
		s.HasSource, s.Source = true, p.stringConst()
		if p.acceptTok(kw.TokComma) {
			p.stringConst()
		}
	case s.alter == nil && p.accept(kw.Window):
		s.Window = true
	case s.alter != nil && p.accept(kw.Reset):
		if !p.accept(kw.All) {
			p.name()
		}
		s.alter.ResetPath = true
	default:
		return p.functionProperty(s, pos)
	}
	return true
}

// functionProperty reads a clause that ALTER FUNCTION may have too.
func (p *parser) functionProperty(s *functionClauses, pos int) bool {
	switch {
	case p.accept(kw.Immutable):
		s.once("volatility", pos)
		s.Volatility = ast.VolatilityImmutable
	case p.accept(kw.Stable):
		s.once("volatility", pos)
		s.Volatility = ast.VolatilityStable
	case p.accept(kw.Volatile):
		s.once("volatility", pos)
		s.Volatility = ast.VolatilityVolatile
	case p.accept(kw.Strict):
		s.once("strict", pos)
		s.Strict = true
	case p.accept(kw.Returns):
		s.once("strict", pos)
		p.expect(kw.Null)
		p.expect(kw.On)
		p.expect(kw.Null)
		p.expect(kw.Input)
		s.Strict = true
	case p.accept2(kw.Called, kw.On):
		s.once("strict", pos)
		p.expect(kw.Null)
		p.expect(kw.Input)
		if s.alter != nil {
			s.alter.CalledOnNull = true
		}
	case p.is(kw.External), p.is(kw.Security):
		s.once("security", pos)
		p.accept(kw.External)
		p.expect(kw.Security)
		if p.accept(kw.Definer) {
			s.SecurityDefiner = true
		} else if p.expect(kw.Invoker); s.alter != nil {
			s.alter.Invoker = true
		}
	case p.accept(kw.Leakproof):
		s.once("leakproof", pos)
		s.Leakproof = true
	case p.accept2(kw.Not, kw.Leakproof):
		s.once("leakproof", pos)
		if s.alter != nil {
			s.alter.NotLeakproof = true
		}
	case p.accept(kw.Parallel):
		s.once("parallel", pos)
		s.Parallel = p.anyName()
	case p.accept(kw.Cost):
		s.once("cost", pos)
		s.Cost = p.number()
	case p.accept(kw.Rows):
		s.once("rows", pos)
		s.Rows = p.number()
	case p.is(kw.Set):
		p.advance()
		s.Settings = append(s.Settings, p.setting(pos))
	default:
		return false
	}
	return true
}

// alterRoutine reads what follows ALTER FUNCTION f: new properties, or a name,
// schema or owner.
func (p *parser) alterRoutine(h *alterHead) ast.Stmt {
	if h.kind == ast.ObjectAggregate || p.is(kw.Rename) || p.is2(kw.Set, kw.Schema) || p.is(kw.Owner) {
		return p.alterName(h)
	}
	s := &ast.AlterFunction{Pos: h.pos, Kind: h.kind, Function: *h.function}
	c := &functionClauses{CreateFunction: &s.Clauses, alter: s}
	n := 0
	for p.err == nil && p.functionClause(c) {
		n++
	}
	p.accept(kw.Restrict)
	if n == 0 {
		p.syntaxError()
	}
	return s
}

func (p *parser) number() string {
	text := p.tok.Text
	if !p.isTok(kw.TokInt) && !p.isTok(kw.TokNumeric) {
		p.syntaxError()
		return ""
	}
	p.advance()
	return text
}

// doBlock reads DO [LANGUAGE name] 'code', which no language here runs.
func (p *parser) doBlock() {
	pos, language := p.tok.Pos, "plpgsql"
	p.advance()
	code := false
	for p.err == nil && (p.is(kw.Language) || p.isTok(kw.TokString)) {
		if p.accept(kw.Language) {
			if p.isTok(kw.TokString) {
				language = p.stringConst()
			} else {
				language = p.anyName()
			}
			continue
		}
		p.stringConst()
		code = true
	}
	switch {
	case p.err != nil:
	case !p.isTok(kw.TokEOF) && !p.isTok(kw.TokSemicolon) || !code && p.isTok(kw.TokEOF):
		p.syntaxError()
	case language == "sql":
		p.failAt(pos, sqlerr.FeatureNotSupported, "language \"sql\" does not support inline code execution")
	case language != "plpgsql":
		p.failAt(pos, sqlerr.UndefinedObject, "language \""+language+"\" does not exist")
	default:
		p.unsupported(pos, "DO")
	}
}

func (p *parser) callStmt() ast.Stmt {
	s := &ast.Call{Pos: p.at()}
	p.advance()
	s.Func = &ast.FuncCall{Pos: p.at(), Name: p.anyQualified()}
	p.callArgs(s.Func)
	return s
}
