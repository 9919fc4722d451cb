package parser

import (
	"strings"

	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// objectKind reads the words that name a kind of object.
func (p *parser) objectKind() (ast.ObjectKind, bool) {
	switch p.tok.Keyword {
	case kw.Table:
		p.advance()
		return ast.ObjectTable, true
	case kw.View:
		p.advance()
		return ast.ObjectView, true
	case kw.Materialized:
		p.advance()
		p.expect(kw.View)
		return ast.ObjectMaterializedView, true
	case kw.Index:
		p.advance()
		return ast.ObjectIndex, true
	case kw.Sequence:
		p.advance()
		return ast.ObjectSequence, true
	case kw.Type:
		p.advance()
		return ast.ObjectType, true
	case kw.Domain:
		p.advance()
		return ast.ObjectDomain, true
	case kw.Schema:
		p.advance()
		return ast.ObjectSchema, true
	case kw.Trigger:
		p.advance()
		return ast.ObjectTrigger, true
	case kw.Function:
		p.advance()
		return ast.ObjectFunction, true
	case kw.Procedure:
		p.advance()
		return ast.ObjectProcedure, true
	case kw.Routine:
		p.advance()
		return ast.ObjectRoutine, true
	case kw.Aggregate:
		p.advance()
		return ast.ObjectAggregate, true
	case kw.Operator:
		if p.peekIs(kw.Class) || p.peekIs(kw.Family) {
			return 0, false
		}
		p.advance()
		return ast.ObjectOperator, true
	case kw.Cast:
		p.advance()
		return ast.ObjectCast, true
	case kw.Collation:
		p.advance()
		return ast.ObjectCollation, true
	case kw.Extension:
		p.advance()
		return ast.ObjectExtension, true
	case kw.Database:
		p.advance()
		return ast.ObjectDatabase, true
	case kw.Role, kw.User:
		p.advance()
		return ast.ObjectRole, true
	}
	return 0, false
}

func isRoutine(k ast.ObjectKind) bool {
	switch k {
	case ast.ObjectFunction, ast.ObjectProcedure, ast.ObjectRoutine, ast.ObjectAggregate:
		return true
	}
	return false
}

// drop reads every DROP.
func (p *parser) drop() ast.Stmt {
	s := &ast.Drop{Pos: p.at()}
	p.advance()
	kind, ok := p.objectKind()
	if !ok || kind == ast.ObjectDatabase || kind == ast.ObjectRole {
		switch p.tok.Keyword {
		case kw.Owned, kw.Operator, kw.Cast, kw.Rule, kw.Policy, kw.Publication, kw.Subscription,
			kw.Server, kw.Foreign, kw.Tablespace, kw.Statistics, kw.Text, kw.Language, kw.Event, kw.Group:
			ok = true
		}
		if ok {
			p.unsupported(s.Pos, "DROP "+strings.ToUpper(p.text[p.tok.Pos:p.tok.End]))
		} else {
			p.syntaxError()
		}
		return nil
	}
	s.Kind = kind
	s.Concurrently = kind == ast.ObjectIndex && p.accept(kw.Concurrently)
	s.IfExists = p.ifExists()
	switch {
	case kind == ast.ObjectTrigger:
		s.Objects = []ast.QualifiedName{p.qualified()}
		if p.accept(kw.On) { // SQLite's triggers have names of their own
			s.Table = p.qualified()
		}
	case kind == ast.ObjectCast:
		s.Types = p.castTypes()
	case kind == ast.ObjectType || kind == ast.ObjectDomain:
		for {
			s.Types = append(s.Types, p.typeName())
			if !p.acceptTok(kw.TokComma) {
				break
			}
		}
	case isRoutine(kind) || kind == ast.ObjectOperator:
		for {
			s.Functions = append(s.Functions, p.signatureOf(kind))
			if !p.acceptTok(kw.TokComma) {
				break
			}
		}
	default:
		s.Objects = p.qualifiedList()
	}
	s.Cascade, s.Restrict = p.dropBehaviour()
	return s
}

// signature reads a function's name with the types of its arguments, if any.
func (p *parser) signature() ast.FuncSignature {
	f := ast.FuncSignature{Pos: p.at(), Name: p.anyQualified(), NoArgs: true}
	if p.isTok(kw.TokLParen) {
		f.NoArgs = false
		f.Args = p.params()
	}
	return f
}

// comment reads COMMENT ON.
func (p *parser) comment() ast.Stmt {
	s := &ast.Comment{Pos: p.at()}
	p.advance()
	p.expect(kw.On)
	switch {
	case p.accept(kw.Column):
		s.Kind = ast.ObjectColumn
		q := p.columnPath()
		if p.err == nil && len(q) < 2 {
			p.failAt(q[0].Pos, sqlerr.SyntaxError, "column name must be qualified")
			return s
		}
		if p.err != nil {
			return s
		}
		s.Sub = q[len(q)-1].Text
		s.Object = qualifiedOf(q[:len(q)-1])
	case p.accept(kw.Constraint):
		s.Kind = ast.ObjectConstraint
		s.Sub = p.name()
		p.expect(kw.On)
		if p.accept(kw.Domain) {
			s.Kind = ast.ObjectDomainConstraint
		}
		s.Object = p.anyQualified()
	case p.accept(kw.Trigger):
		s.Kind = ast.ObjectTrigger
		s.Sub = p.name()
		if p.accept(kw.On) {
			s.Object = p.qualified()
		}
	default:
		p.commentObject(s)
	}
	p.expect(kw.Is)
	if !p.accept(kw.Null) {
		text := p.stringConst()
		s.Text = &text
	}
	return s
}

func (p *parser) commentObject(s *ast.Comment) {
	kind, ok := p.objectKind()
	if !ok {
		p.commentOther(s)
		return
	}
	s.Kind = kind
	switch {
	case kind == ast.ObjectType || kind == ast.ObjectDomain:
		s.Type = p.typeName()
	case kind == ast.ObjectCast:
		pair := p.castTypes()
		s.Type, s.CastTo = pair[0], pair[1]
	case isRoutine(kind) || kind == ast.ObjectOperator:
		f := p.signatureOf(kind)
		s.Function = &f
	default:
		s.Object = p.qualified()
	}
}

// otherKinds are the kinds of objects that only COMMENT and its kin name, by
// their words.
var otherKinds = [][]kw.Keyword{
	{kw.Rule}, {kw.Policy}, {kw.Conversion}, {kw.Language}, {kw.Procedural, kw.Language}, {kw.Statistics}, {kw.Server},
	{kw.Foreign, kw.Data, kw.Wrapper}, {kw.Foreign, kw.Table}, {kw.Tablespace}, {kw.Event, kw.Trigger}, {kw.Publication},
	{kw.Subscription}, {kw.Access, kw.Method}, {kw.Text, kw.Search, kw.Configuration}, {kw.Text, kw.Search, kw.Dictionary},
	{kw.Text, kw.Search, kw.Parser}, {kw.Text, kw.Search, kw.Template},
}

// commentOther reads the name of an object of otherKinds.
func (p *parser) commentOther(s *ast.Comment) {
	switch p.tok.Keyword {
	case kw.Operator, kw.Cast, kw.Large, kw.Transform:
		p.unsupported(p.tok.Pos, "COMMENT ON "+strings.ToUpper(p.tok.Text))
		return
	}
	start := p.tok.Pos
	for _, words := range otherKinds {
		if !p.is(words[0]) || len(words) > 1 && !p.peekIs(words[1]) || len(words) > 2 && p.peek(2).Keyword != words[2] {
			continue
		}
		end := 0
		for range words {
			end = p.tok.End
			p.advance()
		}
		s.Kind, s.Other = ast.ObjectOther, strings.ToUpper(strings.Join(strings.Fields(p.text[start:end]), " "))
		if s.Other == "RULE" || s.Other == "POLICY" {
			s.Sub = p.name()
			p.expect(kw.On)
		}
		s.Object = p.anyQualified()
		return
	}
	p.syntaxError()
}

// columnPath reads names with dots between them, up to four.
func (p *parser) columnPath() []ast.Name {
	list := []ast.Name{p.nameNode()}
	for p.isTok(kw.TokDot) && len(list) < 4 {
		p.advance()
		pos := p.tok.Pos
		list = append(list, ast.Name{Pos: pos, Text: p.label()})
	}
	return list
}

// qualifiedOf makes an object's name of one to three names.
func qualifiedOf(parts []ast.Name) ast.QualifiedName {
	q := ast.QualifiedName{Pos: parts[0].Pos}
	for _, part := range parts {
		q.Catalog, q.Schema, q.Name = q.Schema, q.Name, part.Text
	}
	return q
}
