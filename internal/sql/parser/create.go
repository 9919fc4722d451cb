package parser

import (
	"strings"

	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// create reads every CREATE.
func (p *parser) create() ast.Stmt {
	pos := p.tok.Pos
	p.advance()
	replace := p.accept2(kw.Or, kw.Replace)
	temp := p.temporary()
	switch p.tok.Keyword {
	case kw.View, kw.Recursive, kw.Materialized:
		return p.createView(pos, replace, temp)
	case kw.Function, kw.Procedure:
		return p.createFunction(pos, replace)
	case kw.Aggregate:
		return p.createAggregate(pos, replace)
	case kw.Trigger, kw.Constraint:
		return p.createTrigger(pos, replace, temp)
	}
	if replace {
		p.syntaxError()
		return nil
	}
	switch p.tok.Keyword {
	case kw.Table:
		p.advance()
		return p.createTable(pos, temp, false)
	case kw.Unlogged:
		return p.createUnlogged(pos, temp)
	case kw.Sequence:
		return p.createSequence(pos, temp)
	}
	if temp {
		p.syntaxError()
		return nil
	}
	switch p.tok.Keyword {
	case kw.Schema:
		return p.createSchema(pos)
	case kw.Unique, kw.Index:
		return p.createIndex(pos, "")
	case kw.Type:
		return p.createType(pos)
	case kw.Domain:
		return p.createDomain(pos)
	case kw.Extension:
		p.advance()
		s := &ast.CreateExtension{Pos: pos, IfNotExists: p.ifNotExists(), Name: p.name()}
		p.accept(kw.With)
		for p.is(kw.Schema) || p.is(kw.Version) || p.is(kw.Cascade) {
			if !p.accept(kw.Cascade) {
				p.advance()
				p.label()
			}
		}
		return s
	case kw.Operator:
		return p.createOperator(pos)
	case kw.Cast:
		return p.createCast(pos)
	case kw.User, kw.Role, kw.Group, kw.Database, kw.Collation,
		kw.Rule, kw.Policy, kw.Publication, kw.Subscription, kw.Server, kw.Foreign, kw.Tablespace,
		kw.Statistics, kw.Text, kw.Language, kw.Event, kw.Access, kw.Conversion, kw.Transform:
		p.unsupported(p.tok.Pos, "CREATE "+strings.ToUpper(p.tok.Text))
		return nil
	case kw.NoKeyword:
		// CREATE HASH INDEX and the index kinds to come
		if p.peekIs(kw.Index) && p.tok.Kind == kw.TokIdent && !p.tok.Quoted {
			switch p.tok.Text {
			case "hash", "btree", "gin", "rtree", "hnsw", "spatial", "vector", "fulltext":
				return p.createIndex(pos, p.label())
			}
		}
	}
	p.syntaxError()
	return nil
}

// temporary reads [GLOBAL|LOCAL] TEMP[ORARY].
func (p *parser) temporary() bool {
	if p.is(kw.Global) || p.is(kw.Local) {
		p.advance()
		if !p.is(kw.Temp) && !p.is(kw.Temporary) {
			p.syntaxError()
		}
	}
	return p.accept(kw.Temp) || p.accept(kw.Temporary)
}

// createSchema reads CREATE SCHEMA with the statements inside it.
func (p *parser) createSchema(pos int) ast.Stmt {
	p.advance()
	s := &ast.CreateSchema{Pos: pos, IfNotExists: p.ifNotExists()}
	if !p.is(kw.Authorization) {
		s.Name = p.name()
	}
	if p.accept(kw.Authorization) {
		s.Authorization = p.label()
	}
	if p.is(kw.Create) && s.IfNotExists {
		p.failAt(p.tok.Pos, sqlerr.FeatureNotSupported, "CREATE SCHEMA IF NOT EXISTS cannot include schema elements")
	}
	for p.is(kw.Create) {
		switch p.peek(1).Keyword {
		case kw.Type, kw.Function, kw.Procedure, kw.Schema, kw.Domain, kw.Extension, kw.Materialized, kw.Aggregate:
			p.advance()
			p.syntaxError()
			return s
		}
		s.Elements = append(s.Elements, p.create())
	}
	if p.is(kw.Grant) {
		p.unsupported(p.tok.Pos, "GRANT")
	}
	return s
}

// createView reads CREATE [RECURSIVE|MATERIALIZED] VIEW.
func (p *parser) createView(pos int, replace, temp bool) ast.Stmt {
	s := &ast.CreateView{Pos: pos, OrReplace: replace, Temp: temp}
	s.Recursive = p.accept(kw.Recursive)
	if !s.Recursive && !temp && !replace {
		s.Materialized = p.accept(kw.Materialized)
	}
	p.expect(kw.View)
	s.IfNotExists = p.ifNotExists()
	s.Name = p.qualified()
	s.Columns = p.parenNames(!s.Recursive)
	if p.accept(kw.Using) {
		p.name()
	}
	if p.accept(kw.With) {
		s.Options = p.options()
	}
	if p.accept(kw.Tablespace) {
		p.name()
	}
	p.expect(kw.As)
	s.Query = p.selectStmt()
	if s.Materialized {
		s.NoData = p.withNoData()
		return s
	}
	if p.accept(kw.With) {
		s.CheckOption = ast.CheckOptionCascaded
		if p.accept(kw.Local) {
			s.CheckOption = ast.CheckOptionLocal
		} else {
			p.accept(kw.Cascaded)
		}
		p.expect(kw.Check)
		p.expect(kw.Option)
	}
	return s
}

// createIndex reads CREATE [UNIQUE] INDEX.
func (p *parser) createIndex(pos int, method string) ast.Stmt {
	s := &ast.CreateIndex{Pos: pos, Method: method}
	s.Unique = p.accept(kw.Unique)
	p.expect(kw.Index)
	s.Concurrently = p.accept(kw.Concurrently)
	s.IfNotExists = p.ifNotExists()
	if s.IfNotExists || !p.is(kw.On) { // IF NOT EXISTS asks for a name
		s.Name = p.qualified()
	}
	p.expect(kw.On)
	t := p.relation()
	s.Table, s.Only = t.Name, t.Only
	if p.accept(kw.Using) {
		s.Method = p.name()
	}
	p.expectTok(kw.TokLParen)
	s.Elems = p.indexElems()
	p.expectTok(kw.TokRParen)
	if p.accept(kw.Include) {
		p.expectTok(kw.TokLParen)
		s.Include = p.indexElems()
		p.expectTok(kw.TokRParen)
	}
	if p.accept3(kw.Nulls, kw.Not, kw.Distinct) {
		s.NullsNotDistinct = true
	} else {
		p.accept2(kw.Nulls, kw.Distinct)
	}
	if p.is(kw.With) {
		p.advance()
		s.Options = p.options()
	}
	if p.accept(kw.Tablespace) {
		s.Tablespace = p.name()
	}
	if p.accept(kw.Where) {
		s.Where = p.expr()
	}
	return s
}

func (p *parser) indexElems() []ast.IndexElem {
	var list []ast.IndexElem
	for {
		list = append(list, p.indexElem())
		if !p.acceptTok(kw.TokComma) {
			return list
		}
	}
}

// indexElem reads a column, a call or an expression in parentheses, with
// collation, operator class and order. A COLLATE belongs to the element.
func (p *parser) indexElem() ast.IndexElem {
	e := ast.IndexElem{Pos: p.at()}
	switch {
	case p.isTok(kw.TokLParen):
		if !p.enter() {
			return e
		}
		p.advance()
		e.Expr = p.expr()
		p.expectTok(kw.TokRParen)
		p.leave()
	case p.tok.Kind != kw.TokIdent:
		p.syntaxError()
	default:
		start := p.tok
		e.Expr = p.primary()
		switch x := e.Expr.(type) {
		case *ast.ColumnRef:
			if len(x.Parts) != 1 || x.Star {
				p.syntaxErrorAt(&start)
			}
		case *ast.FuncCall, *ast.Cast:
		default:
			p.syntaxErrorAt(&start)
		}
	}
	if p.accept(kw.Collate) {
		e.Collation = p.collationName()
	}
	if isColID(&p.tok) && !p.is(kw.Nulls) {
		e.OpClass = p.anyQualified()
		if p.isTok(kw.TokLParen) {
			e.OpClassOptions = p.options()
		}
	}
	if p.accept(kw.Desc) {
		e.Desc = true
	} else {
		p.accept(kw.Asc)
	}
	e.Nulls = p.nullsOrder()
	return e
}

// createUnlogged reads what follows UNLOGGED, which is kept as safe as the rest.
func (p *parser) createUnlogged(pos int, temp bool) ast.Stmt {
	p.advance()
	if !temp && p.is(kw.Sequence) {
		return p.createSequence(pos, false)
	}
	p.expect(kw.Table)
	return p.createTable(pos, temp, true)
}

func (p *parser) createSequence(pos int, temp bool) ast.Stmt {
	p.advance()
	s := &ast.CreateSequence{Pos: pos, Temp: temp, IfNotExists: p.ifNotExists(), Name: p.qualified()}
	s.Options = p.seqOptions()
	return s
}

// seqOptions reads the clauses of a sequence, as many as there are.
func (p *parser) seqOptions() []ast.SeqOption {
	var list []ast.SeqOption
	for {
		o := ast.SeqOption{Pos: p.at()}
		switch {
		case p.accept(kw.As):
			o.Kind, o.Type = ast.SeqAs, p.typeName()
		case p.accept(kw.Increment):
			p.accept(kw.By)
			o.Kind, o.Value = ast.SeqIncrement, p.signedInt()
		case p.accept(kw.Minvalue):
			o.Kind, o.Value = ast.SeqMinValue, p.signedInt()
		case p.accept(kw.Maxvalue):
			o.Kind, o.Value = ast.SeqMaxValue, p.signedInt()
		case p.accept2(kw.No, kw.Minvalue):
			o.Kind = ast.SeqNoMinValue
		case p.accept2(kw.No, kw.Maxvalue):
			o.Kind = ast.SeqNoMaxValue
		case p.accept2(kw.No, kw.Cycle):
			o.Kind = ast.SeqNoCycle
		case p.accept(kw.Cycle):
			o.Kind = ast.SeqCycle
		case p.accept(kw.Cache):
			o.Kind, o.Value = ast.SeqCache, p.signedInt()
		case p.accept(kw.Start):
			p.accept(kw.With)
			o.Kind, o.Value = ast.SeqStart, p.signedInt()
		case p.accept(kw.Restart):
			o.Kind = ast.SeqRestart
			if p.accept(kw.With) || p.isNumber() {
				o.Value = p.signedInt()
			}
		case p.accept2(kw.Owned, kw.By):
			o.Kind = ast.SeqOwnedBy
			if !p.accept(kw.None) {
				o.Owned = []ast.Name{p.nameNode()}
				for p.acceptTok(kw.TokDot) {
					pos := p.tok.Pos
					o.Owned = append(o.Owned, ast.Name{Pos: pos, Text: p.label()})
				}
			}
		case p.accept2(kw.Sequence, kw.Name):
			o.Kind, o.Name = ast.SeqName, p.qualified()
		default:
			return list
		}
		list = append(list, o)
	}
}

// createType reads CREATE TYPE AS ENUM (...), AS RANGE (...), AS (...), the
// definition of a base type, and a bare name.
func (p *parser) createType(pos int) ast.Stmt {
	p.advance()
	name := p.anyQualified()
	if !p.accept(kw.As) {
		s := &ast.CreateType{Pos: pos, Name: name, Kind: ast.ShellType}
		if p.isTok(kw.TokLParen) {
			s.Kind, s.Options = ast.BaseType, p.typeOptions()
		}
		return s
	}
	if p.accept(kw.Enum) {
		s := &ast.CreateEnum{Pos: pos, Name: name}
		p.expectTok(kw.TokLParen)
		if !p.isTok(kw.TokRParen) {
			for {
				at := p.tok.Pos
				s.Labels = append(s.Labels, ast.Name{Pos: at, Text: p.stringConst()})
				if !p.acceptTok(kw.TokComma) {
					break
				}
			}
		}
		p.expectTok(kw.TokRParen)
		return s
	}
	if p.accept(kw.Range) {
		return &ast.CreateType{Pos: pos, Name: name, Kind: ast.RangeType, Options: p.typeOptions()}
	}
	s := &ast.CreateComposite{Pos: pos, Name: name}
	p.expectTok(kw.TokLParen)
	if !p.isTok(kw.TokRParen) {
		s.Fields = p.columnDefItems()
	}
	p.expectTok(kw.TokRParen)
	return s
}

// typeOptions reads (name = value, ...); a value is a type or what looks like
// one, a string or a number.
func (p *parser) typeOptions() []ast.TypeOption {
	var list []ast.TypeOption
	p.expectTok(kw.TokLParen)
	for p.err == nil {
		o := ast.TypeOption{Pos: p.tok.Pos, Name: p.label()}
		if p.acceptTok(kw.TokEq) {
			p.describeValue(&o)
		}
		list = append(list, o)
		if !p.acceptTok(kw.TokComma) {
			break
		}
	}
	p.expectTok(kw.TokRParen)
	return list
}

// createDomain reads CREATE DOMAIN name [AS] type [constraints].
func (p *parser) createDomain(pos int) ast.Stmt {
	p.advance()
	s := &ast.CreateDomain{Pos: pos, Name: p.anyQualified()}
	p.accept(kw.As)
	s.Type = p.typeName()
	col := &ast.ColumnDef{}
	for p.err == nil {
		if p.accept(kw.Collate) {
			s.Collation = p.collationName()
			continue
		}
		at := p.tok
		c, ok := p.columnConstraint(col)
		if !ok {
			break
		}
		switch c.Kind {
		case ast.ConstraintNotNull, ast.ConstraintNull, ast.ConstraintCheck, ast.ConstraintDefault:
		default:
			p.syntaxErrorAt(&at)
		}
		s.Constraints = append(s.Constraints, *c)
	}
	return s
}
