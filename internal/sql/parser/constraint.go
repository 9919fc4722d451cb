package parser

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// tableConstraint reads a table constraint with what may follow it.
func (p *parser) tableConstraint() *ast.Constraint {
	c := &ast.Constraint{Pos: p.at()}
	if p.accept(kw.Constraint) {
		c.Name = p.name()
	}
	switch p.tok.Keyword {
	case kw.Check:
		p.check(c)
	case kw.Unique:
		p.advance()
		c.Kind = ast.ConstraintUnique
		p.nullsDistinct(c)
		p.keyColumns(c)
	case kw.Primary:
		p.advance()
		p.expect(kw.Key)
		c.Kind = ast.ConstraintPrimaryKey
		p.keyColumns(c)
	case kw.Foreign:
		p.advance()
		p.expect(kw.Key)
		c.Kind = ast.ConstraintForeignKey
		c.Columns = p.parenNames(false)
		c.Ref = p.reference()
	case kw.Exclude:
		c.Kind = ast.ConstraintExclude
		p.exclusion(c)
	default:
		p.syntaxError()
	}
	p.deferrable(c)
	return c
}

// keyColumns reads (columns), or USING INDEX name, and the parameters.
func (p *parser) keyColumns(c *ast.Constraint) {
	if p.accept2(kw.Using, kw.Index) {
		c.UsingIndex = p.name()
		return
	}
	c.Columns = p.parenNames(false)
	p.indexParams(c)
}

// deferrable reads DEFERRABLE, INITIALLY ... and NOT VALID in any order.
func (p *parser) deferrable(c *ast.Constraint) {
	for {
		switch {
		case p.accept(kw.Deferrable):
			c.Deferrable = true
		case p.accept2(kw.Not, kw.Deferrable):
			c.NotDeferrable = true
		case p.accept2(kw.Initially, kw.Deferred):
			c.InitiallyDeferred, c.InitiallyWritten = true, true
			if !c.NotDeferrable {
				c.Deferrable = true
			}
		case p.accept2(kw.Initially, kw.Immediate):
			c.InitiallyWritten = true
		case p.accept2(kw.Not, kw.Valid):
			c.NotValid = true
		case p.accept2(kw.No, kw.Inherit):
			c.NoInherit = true
		default:
			if c.NotDeferrable && c.InitiallyDeferred && p.err == nil {
				p.failAt(c.Pos, sqlerr.SyntaxError, "constraint declared INITIALLY DEFERRED must be DEFERRABLE")
			}
			return
		}
	}
}

// reference reads REFERENCES table [(columns)] [MATCH ...] [ON ...].
func (p *parser) reference() *ast.Reference {
	r := &ast.Reference{Pos: p.at()}
	p.expect(kw.References)
	r.Table = p.qualified()
	r.Columns = p.parenNames(true)
	if p.accept(kw.Match) {
		switch {
		case p.accept(kw.Full):
			r.Match = ast.MatchFull
		case p.accept(kw.Partial):
			r.Match = ast.MatchPartial
		default:
			p.expect(kw.Simple)
		}
	}
	for {
		switch {
		case p.accept2(kw.On, kw.Delete):
			r.OnDelete = p.fkAction()
			if r.OnDelete == ast.FKSetNull || r.OnDelete == ast.FKSetDefault {
				r.OnDeleteColumns = p.parenNames(true)
			}
		case p.accept2(kw.On, kw.Update):
			r.OnUpdate = p.fkAction()
		default:
			return r
		}
	}
}

func (p *parser) fkAction() ast.FKAction {
	switch {
	case p.accept2(kw.No, kw.Action):
		return ast.FKNoAction
	case p.accept(kw.Restrict):
		return ast.FKRestrict
	case p.accept(kw.Cascade):
		return ast.FKCascade
	case p.accept2(kw.Set, kw.Null):
		return ast.FKSetNull
	case p.accept2(kw.Set, kw.Default):
		return ast.FKSetDefault
	}
	p.syntaxError()
	return ast.FKNoAction
}

// exclusion reads EXCLUDE [USING method] (elem WITH operator, ...) [WHERE ...].
func (p *parser) exclusion(c *ast.Constraint) {
	x := &ast.Exclusion{Pos: p.at()}
	c.Exclude = x
	p.advance()
	if p.accept(kw.Using) {
		x.Method = p.name()
	}
	p.expectTok(kw.TokLParen)
	for {
		e := ast.ExclusionElem{Elem: p.indexElem()}
		p.expect(kw.With)
		e.Op, e.OpSchema = p.operatorName()
		x.Elems = append(x.Elems, e)
		if !p.acceptTok(kw.TokComma) {
			break
		}
	}
	p.expectTok(kw.TokRParen)
	p.indexParams(c)
	if p.accept(kw.Where) {
		p.expectTok(kw.TokLParen)
		x.Where = p.expr()
		p.expectTok(kw.TokRParen)
	}
}
