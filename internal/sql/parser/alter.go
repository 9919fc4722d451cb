package parser

import (
	"strings"

	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// alter reads every ALTER.
func (p *parser) alter() ast.Stmt {
	pos := p.tok.Pos
	p.advance()
	word := p.tok
	kind, ok := p.objectKind()
	if !ok {
		switch p.tok.Keyword {
		case kw.Default, kw.System, kw.Operator, kw.Policy, kw.Rule, kw.Server, kw.Foreign, kw.Group,
			kw.Publication, kw.Subscription, kw.Tablespace, kw.Statistics, kw.Text, kw.Language, kw.Event:
			p.unsupported(p.tok.Pos, "ALTER "+strings.ToUpper(p.tok.Text))
		default:
			p.syntaxError()
		}
		return nil
	}
	switch kind {
	case ast.ObjectCast:
		p.syntaxErrorAt(&word)
		return nil
	case ast.ObjectDatabase, ast.ObjectRole, ast.ObjectExtension, ast.ObjectCollation:
		p.unsupported(word.Pos, "ALTER "+strings.ToUpper(word.Text))
		return nil
	case ast.ObjectDomain:
		return p.alterDomain(pos)
	case ast.ObjectTrigger:
		return p.alterTrigger(pos)
	case ast.ObjectSchema:
		name := p.name()
		return p.alterName(&alterHead{pos: pos, kind: kind, name: ast.QualifiedName{Pos: word.Pos, Name: name}})
	}
	h := &alterHead{pos: pos, kind: kind}
	if isRoutine(kind) || kind == ast.ObjectOperator {
		f := p.signatureOf(kind)
		h.function, h.name = &f, f.Name
		if kind == ast.ObjectOperator {
			return p.alterOperator(h)
		}
		return p.alterRoutine(h)
	}
	h.ifExists = p.ifExists()
	h.only = kind == ast.ObjectTable && p.accept(kw.Only)
	if kind == ast.ObjectType {
		h.name = p.anyQualified()
	} else {
		h.name = p.qualified()
		if kind == ast.ObjectTable {
			p.acceptTok(kw.TokStar)
		}
	}
	return p.alterObject(h)
}

// alterHead is what an ALTER has said before its command.
type alterHead struct {
	pos      int
	kind     ast.ObjectKind
	ifExists bool
	only     bool
	name     ast.QualifiedName
	function *ast.FuncSignature
}

// alterName reads RENAME TO, SET SCHEMA and OWNER TO of an object.
func (p *parser) alterName(h *alterHead) ast.Stmt {
	switch {
	case p.accept2(kw.Rename, kw.To):
		return &ast.Rename{Pos: h.pos, Kind: h.kind, Owner: h.kind, IfExists: h.ifExists, Only: h.only,
			Object: h.name, Function: h.function, NewName: p.name()}
	case p.accept2(kw.Set, kw.Schema):
		return &ast.SetSchema{Pos: h.pos, Kind: h.kind, IfExists: h.ifExists, Object: h.name,
			Function: h.function, Schema: p.name()}
	case p.accept2(kw.Owner, kw.To):
		return &ast.SetOwner{Pos: h.pos, Kind: h.kind, IfExists: h.ifExists, Object: h.name,
			Function: h.function, Owner: p.label()}
	}
	p.syntaxError()
	return nil
}

// alterObject reads what follows ALTER TABLE name and the like.
func (p *parser) alterObject(h *alterHead) ast.Stmt {
	switch {
	case p.is(kw.Rename):
		return p.alterRename(h)
	case p.is2(kw.Set, kw.Schema):
		return p.alterName(h)
	case p.is2(kw.Owner, kw.To):
		return p.alterName(h)
	}
	switch h.kind {
	case ast.ObjectSequence:
		s := &ast.AlterSequence{Pos: h.pos, IfExists: h.ifExists, Name: h.name, Options: p.seqOptions()}
		if len(s.Options) == 0 {
			p.syntaxError()
		}
		return s
	case ast.ObjectType:
		if p.is2(kw.Add, kw.Value) {
			return p.alterEnumAdd(h)
		}
	}
	t := &ast.AlterTable{Pos: h.pos, Kind: h.kind, IfExists: h.ifExists, Only: h.only, Name: h.name}
	for {
		t.Commands = append(t.Commands, p.alterCommand(h.kind))
		if !p.acceptTok(kw.TokComma) {
			return t
		}
	}
}

// alterRename reads RENAME [COLUMN|CONSTRAINT|ATTRIBUTE|VALUE] old TO new.
func (p *parser) alterRename(h *alterHead) ast.Stmt {
	if p.peekIs(kw.To) {
		return p.alterName(h)
	}
	p.advance()
	r := &ast.Rename{Pos: h.pos, Kind: ast.ObjectColumn, Owner: h.kind, IfExists: h.ifExists, Only: h.only, Object: h.name}
	switch {
	case h.kind == ast.ObjectType && p.accept(kw.Value):
		e := &ast.AlterEnum{Pos: h.pos, Name: h.name, Rename: true, OldLabel: p.stringConst()}
		p.expect(kw.To)
		e.Label = p.stringConst()
		return e
	case h.kind == ast.ObjectType:
		p.expect(kw.Attribute)
		r.Kind = ast.ObjectAttribute
	case p.is(kw.Constraint):
		p.advance()
		r.Kind = ast.ObjectConstraint
	case !p.peekIs(kw.To):
		p.accept(kw.Column)
	}
	r.Sub = p.name()
	p.expect(kw.To)
	r.NewName = p.name()
	if cascade, _ := p.dropBehaviour(); r.Kind == ast.ObjectAttribute {
		r.Cascade = cascade
	}
	return r
}

func (p *parser) alterEnumAdd(h *alterHead) ast.Stmt {
	e := &ast.AlterEnum{Pos: h.pos, Name: h.name}
	p.advance()
	p.advance()
	e.IfNotExists = p.ifNotExists()
	e.Label = p.stringConst()
	switch {
	case p.accept(kw.Before):
		e.Before = true
		e.Neighbour = p.stringConst()
	case p.accept(kw.After):
		e.Neighbour = p.stringConst()
	}
	return e
}

func (p *parser) alterTrigger(pos int) ast.Stmt {
	r := &ast.Rename{Pos: pos, Kind: ast.ObjectTrigger, Owner: ast.ObjectTable, Sub: p.name()}
	p.expect(kw.On)
	r.Object = p.qualified()
	p.expect(kw.Rename)
	p.expect(kw.To)
	r.NewName = p.name()
	return r
}

// alterDomain reads ALTER DOMAIN.
func (p *parser) alterDomain(pos int) ast.Stmt {
	s := &ast.AlterDomain{Pos: pos, Name: p.anyQualified()}
	switch {
	case p.is2(kw.Rename, kw.Constraint):
		p.advance()
		p.advance()
		r := &ast.Rename{Pos: pos, Kind: ast.ObjectDomainConstraint, Owner: ast.ObjectDomain, Object: s.Name, Sub: p.name()}
		p.expect(kw.To)
		r.NewName = p.name()
		return r
	case p.accept2(kw.Set, kw.Default):
		s.Kind, s.Default = ast.DomainSetDefault, p.expr()
	case p.accept2(kw.Drop, kw.Default):
		s.Kind = ast.DomainDropDefault
	case p.accept3(kw.Set, kw.Not, kw.Null):
		s.Kind = ast.DomainSetNotNull
	case p.accept3(kw.Drop, kw.Not, kw.Null):
		s.Kind = ast.DomainDropNotNull
	case p.accept(kw.Add):
		s.Kind = ast.DomainAddConstraint
		s.Constraint = p.tableConstraint()
		if p.err == nil && s.Constraint.Kind != ast.ConstraintCheck {
			p.failAt(s.Constraint.Pos, sqlerr.SyntaxError, "only check constraints can be added to a domain")
		}
	case p.accept2(kw.Drop, kw.Constraint):
		s.Kind, s.IfExists = ast.DomainDropConstraint, p.ifExists()
		s.Target = p.name()
		s.Cascade, _ = p.dropBehaviour()
	case p.accept2(kw.Validate, kw.Constraint):
		s.Kind, s.Target = ast.DomainValidateConstraint, p.name()
	default:
		return p.alterName(&alterHead{pos: pos, kind: ast.ObjectDomain, name: s.Name})
	}
	return s
}

// alterCommand reads one command of ALTER TABLE.
func (p *parser) alterCommand(kind ast.ObjectKind) ast.AlterCommand {
	c := ast.AlterCommand{Pos: p.at()}
	switch p.tok.Keyword {
	case kw.Add:
		p.advance()
		p.alterAdd(&c, kind)
	case kw.Drop:
		p.advance()
		if p.isWord("tenant") && p.peekIs(kw.By) { // not DROP of a column of that name
			p.advance()
			p.advance()
			c.Kind = ast.AlterTenantBy
			break
		}
		p.alterDrop(&c, kind)
	case kw.Alter:
		p.advance()
		p.alterPart(&c, kind)
	case kw.Validate:
		p.advance()
		p.expect(kw.Constraint)
		c.Kind, c.Target = ast.AlterValidateConstraint, p.name()
	case kw.Set:
		p.advance()
		p.alterSet(&c)
	case kw.Reset:
		p.advance()
		c.Kind, c.Options = ast.AlterResetOptions, p.options()
	case kw.Owner:
		p.advance()
		p.expect(kw.To)
		c.Kind, c.Word = ast.AlterOwner, p.label()
	case kw.Inherit:
		p.advance()
		c.Kind, c.Table = ast.AlterInherit, p.qualified()
	case kw.Of:
		p.advance()
		c.Kind, c.Type = ast.AlterOf, p.typeName()
	case kw.Not:
		p.advance()
		p.expect(kw.Of)
		c.Kind = ast.AlterNotOf
	case kw.Cluster:
		p.advance()
		p.expect(kw.On)
		c.Kind, c.Target = ast.AlterClusterOn, p.name()
	case kw.Enable, kw.Disable, kw.Force, kw.No:
		p.alterEnable(&c)
	case kw.Replica:
		p.advance()
		p.expect(kw.Identity)
		c.Kind = ast.AlterReplicaIdentity
		switch {
		case p.is(kw.Default), p.is(kw.Full), p.is(kw.Nothing):
			c.Word = p.label()
		default:
			p.expect(kw.Using)
			p.expect(kw.Index)
			c.Target = p.name()
		}
	case kw.Attach, kw.Detach:
		p.unsupported(c.Pos, "partitioning")
	default:
		if p.isWord("tenant") && p.peekIs(kw.By) {
			p.alterTenant(&c)
			break
		}
		p.syntaxError()
	}
	return c
}

// alterTenant reads TENANT BY (column).
func (p *parser) alterTenant(c *ast.AlterCommand) {
	p.advance()
	p.advance()
	p.expectTok(kw.TokLParen)
	c.Kind, c.Column = ast.AlterTenantBy, p.name()
	p.expectTok(kw.TokRParen)
}

// alterAdd reads what follows ADD: a constraint or a column.
func (p *parser) alterAdd(c *ast.AlterCommand, kind ast.ObjectKind) {
	if kind == ast.ObjectType {
		p.expect(kw.Attribute)
		c.Kind, c.Def = ast.AlterAddColumn, p.columnDef()
		c.Cascade, _ = p.dropBehaviour()
		return
	}
	switch p.tok.Keyword {
	case kw.Constraint, kw.Check, kw.Unique, kw.Primary, kw.Foreign:
		c.Kind, c.Constraint = ast.AlterAddConstraint, p.tableConstraint()
		return
	case kw.Exclude:
		if p.peekIs(kw.Using) || p.peekIsTok(kw.TokLParen) {
			c.Kind, c.Constraint = ast.AlterAddConstraint, p.tableConstraint()
			return
		}
	}
	p.accept(kw.Column)
	c.Kind, c.IfNotExists = ast.AlterAddColumn, p.ifNotExists()
	c.Def = p.columnDef()
}

// alterDrop reads what follows DROP.
func (p *parser) alterDrop(c *ast.AlterCommand, kind ast.ObjectKind) {
	switch {
	case kind == ast.ObjectType:
		p.expect(kw.Attribute)
		c.Kind = ast.AlterDropColumn
	case p.accept(kw.Constraint):
		c.Kind, c.IfExists = ast.AlterDropConstraint, p.ifExists()
		c.Target = p.name()
		c.Cascade, _ = p.dropBehaviour()
		return
	default:
		p.accept(kw.Column)
		c.Kind = ast.AlterDropColumn
	}
	c.IfExists = p.ifExists()
	c.Column = p.name()
	c.Cascade, _ = p.dropBehaviour()
}

// alterPart reads what follows ALTER inside ALTER TABLE: a constraint or a
// column.
func (p *parser) alterPart(c *ast.AlterCommand, kind ast.ObjectKind) {
	if p.accept(kw.Constraint) {
		c.Kind, c.Target = ast.AlterConstraintDefer, p.name()
		c.Constraint = &ast.Constraint{Pos: p.at(), Kind: ast.ConstraintForeignKey}
		p.deferrable(c.Constraint)
		return
	}
	if kind == ast.ObjectType {
		p.expect(kw.Attribute)
	} else {
		p.accept(kw.Column)
	}
	c.Column = p.name()
	switch {
	case p.is(kw.Type), p.is2(kw.Set, kw.Data):
		p.alterType(c)
	case p.accept2(kw.Set, kw.Default):
		c.Kind, c.Expr = ast.AlterSetDefault, p.expr()
	case p.accept2(kw.Drop, kw.Default):
		c.Kind = ast.AlterDropDefault
	case p.accept3(kw.Set, kw.Not, kw.Null):
		c.Kind = ast.AlterSetNotNull
	case p.accept3(kw.Drop, kw.Not, kw.Null):
		c.Kind = ast.AlterDropNotNull
	case p.accept2(kw.Drop, kw.Expression):
		c.Kind, c.IfExists = ast.AlterDropExpression, p.ifExists()
	case p.accept2(kw.Set, kw.Expression):
		p.expect(kw.As)
		p.expectTok(kw.TokLParen)
		c.Kind, c.Expr = ast.AlterSetExpression, p.expr()
		p.expectTok(kw.TokRParen)
	case p.accept2(kw.Drop, kw.Identity):
		c.Kind, c.IfExists = ast.AlterDropIdentity, p.ifExists()
	case p.accept(kw.Add):
		c.Kind, c.Constraint = ast.AlterAddIdentity, &ast.Constraint{Pos: p.at()}
		if !p.is(kw.Generated) {
			p.syntaxError()
		}
		p.generated(c.Constraint)
		if p.err == nil && c.Constraint.Kind != ast.ConstraintIdentity {
			p.syntaxError()
		}
	case p.accept2(kw.Set, kw.Statistics):
		c.Kind, c.Expr = ast.AlterSetStatistics, p.settingValue()
	case p.accept2(kw.Set, kw.Storage):
		c.Kind, c.Word = ast.AlterSetStorage, p.label()
	case p.accept2(kw.Set, kw.Compression):
		c.Kind, c.Word = ast.AlterSetCompression, p.label()
	case p.is(kw.Set) && p.peekIsTok(kw.TokLParen):
		p.advance()
		c.Kind, c.Options = ast.AlterSetColumnOptions, p.options()
	case p.is(kw.Reset) && p.peekIsTok(kw.TokLParen):
		p.advance()
		c.Kind, c.Options = ast.AlterResetColumnOptions, p.options()
	default:
		p.alterIdentity(c)
	}
}

// alterType reads [SET DATA] TYPE type [COLLATE c] [USING expression].
func (p *parser) alterType(c *ast.AlterCommand) {
	if p.accept(kw.Set) {
		p.expect(kw.Data)
	}
	p.expect(kw.Type)
	c.Kind, c.Type = ast.AlterColumnType, p.typeName()
	if p.accept(kw.Collate) {
		c.Collation = p.collationName()
	}
	if p.accept(kw.Using) {
		c.Expr = p.expr()
	}
	c.Cascade, _ = p.dropBehaviour()
}

// alterIdentity reads SET GENERATED ..., SET sequence options and RESTART.
func (p *parser) alterIdentity(c *ast.AlterCommand) {
	c.Kind, c.Constraint = ast.AlterSetIdentity, &ast.Constraint{Pos: p.at(), Kind: ast.ConstraintIdentity}
	some := false
	for p.err == nil {
		switch {
		case p.accept2(kw.Set, kw.Generated):
			c.AlwaysSet = true
			if p.accept(kw.Always) {
				c.Constraint.Always = true
			} else {
				p.expect(kw.By)
				p.expect(kw.Default)
			}
		case p.is(kw.Set):
			p.advance()
			options := p.seqOptions()
			if options == nil {
				p.syntaxError()
			}
			c.Constraint.Sequence = append(c.Constraint.Sequence, options...)
		case p.is(kw.Restart):
			c.Constraint.Sequence = append(c.Constraint.Sequence, p.seqOptions()...)
		default:
			if !some {
				p.syntaxError()
			}
			return
		}
		some = true
	}
}
