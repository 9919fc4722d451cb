package parser

import (
	"strings"

	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// topLevel reads a statement and claims the INTO of a SELECT.
func (p *parser) topLevel() ast.Stmt {
	stmt := p.statement()
	if p.into == nil || p.err != nil {
		return stmt
	}
	into := p.into
	p.into = nil
	s, ok := stmt.(*ast.Select)
	if _, view := stmt.(*ast.CreateView); view {
		p.failAt(-1, sqlerr.FeatureNotSupported, "views must not contain SELECT INTO")
		return stmt
	}
	if !ok {
		p.failAt(into.Name.Pos, "42601", "SELECT ... INTO is not allowed here")
		return stmt
	}
	into.Pos = s.Pos
	into.Query = s
	return into
}

// statement reads one statement of any kind.
func (p *parser) statement() ast.Stmt {
	if p.tok.Kind == kw.TokLParen {
		return p.selectStmt()
	}
	if p.tok.Kind != kw.TokIdent {
		p.syntaxError()
		return nil
	}
	switch p.tok.Keyword {
	case kw.Select, kw.Values, kw.Table:
		return p.selectStmt()
	case kw.With, kw.Insert, kw.Replace, kw.Update, kw.Delete, kw.Merge:
		return p.queryOrChange()
	case kw.Truncate:
		return p.truncate()
	case kw.Copy:
		return p.copy()
	case kw.Create:
		return p.create()
	case kw.Alter:
		return p.alter()
	case kw.Drop:
		return p.drop()
	case kw.Comment:
		return p.comment()
	case kw.Cluster:
		return p.cluster()
	case kw.Call:
		return p.callStmt()
	case kw.NoKeyword:
		if p.isWord("pragma") {
			return p.pragma()
		}
	}
	if s := p.transactionStatement(); s != nil || p.err != nil {
		return s
	}
	if s := p.sessionStatement(); s != nil || p.err != nil {
		return s
	}
	switch p.tok.Keyword {
	case kw.Do:
		p.doBlock()
	case kw.Grant, kw.Revoke, kw.Listen, kw.Notify, kw.Unlisten, kw.Security,
		kw.Load, kw.Import, kw.Reassign, kw.Attach, kw.Detach:
		p.unsupported(p.tok.Pos, strings.ToUpper(p.tok.Text))
	default:
		p.syntaxError()
	}
	return nil
}

// transactionStatement reads the statements about transactions; nil, having
// read nothing, where the current word begins none.
func (p *parser) transactionStatement() ast.Stmt {
	pos := p.tok.Pos
	switch p.tok.Keyword {
	case kw.Begin:
		p.advance()
		s := &ast.Begin{Pos: pos}
		switch {
		case p.accept(kw.Immediate):
			s.Kind = ast.BeginImmediate
		case p.accept(kw.Exclusive):
			s.Kind = ast.BeginExclusive
		case p.is(kw.Deferred):
			p.advance()
			s.Kind = ast.BeginDeferred
		}
		p.work()
		p.transactionModes(&s.Modes)
		return s
	case kw.Start:
		p.advance()
		p.expect(kw.Transaction)
		s := &ast.Begin{Pos: pos}
		p.transactionModes(&s.Modes)
		return s
	case kw.Commit, kw.End:
		p.advance()
		if p.is(kw.Prepared) {
			p.preparedTransaction(sqlerr.UndefinedObject, "prepared transaction with identifier \"%s\" does not exist")
			return nil
		}
		p.work()
		return &ast.Commit{Pos: pos, Chain: p.chain()}
	case kw.Rollback, kw.Abort:
		p.advance()
		if p.is(kw.Prepared) {
			p.preparedTransaction(sqlerr.UndefinedObject, "prepared transaction with identifier \"%s\" does not exist")
			return nil
		}
		p.work()
		if p.accept(kw.To) {
			p.accept(kw.Savepoint)
			return &ast.RollbackTo{Pos: pos, Name: p.name()}
		}
		return &ast.Rollback{Pos: pos, Chain: p.chain()}
	case kw.Savepoint:
		p.advance()
		return &ast.Savepoint{Pos: pos, Name: p.name()}
	case kw.Release:
		p.advance()
		p.accept(kw.Savepoint)
		return &ast.Release{Pos: pos, Name: p.name()}
	}
	return nil
}

// work reads the noise words WORK and TRANSACTION.
func (p *parser) work() {
	if !p.accept(kw.Work) {
		p.accept(kw.Transaction)
	}
}

// preparedTransaction refuses two-phase commit as a server does that allows no
// prepared transactions.
func (p *parser) preparedTransaction(code, format string) {
	p.advance()
	if p.tok.Kind != kw.TokString {
		p.syntaxError()
		return
	}
	format = strings.Replace(format, "%s", p.tok.Text, 1)
	p.advance()
	if p.err != nil {
		return
	}
	err := sqlerr.New(code, "%s", format).At(-1)
	if code == sqlerr.ObjectNotInPrerequisiteState {
		err = err.WithHint("Set max_prepared_transactions to a nonzero value.")
	}
	p.fail(err)
}

// chain reads AND [NO] CHAIN.
func (p *parser) chain() bool {
	if !p.accept(kw.And) {
		return false
	}
	no := p.accept(kw.No)
	p.expect(kw.Chain)
	return !no
}

// transactionModes reads modes, with or without commas.
func (p *parser) transactionModes(m *ast.TransactionModes) {
	for n := 0; ; n++ {
		comma := n > 0 && p.acceptTok(kw.TokComma)
		switch {
		case p.commit2(kw.Isolation, kw.Level):
			m.Isolation = p.isolation()
		case p.accept(kw.Read):
			m.ReadOnly = ast.Yes
			if !p.accept(kw.Only) {
				p.expect(kw.Write)
				m.ReadOnly = ast.No
			}
		case p.accept(kw.Deferrable):
			m.Deferrable = ast.Yes
		case p.commit2(kw.Not, kw.Deferrable):
			m.Deferrable = ast.No
		default:
			if comma {
				p.syntaxError()
			}
			return
		}
	}
}

func (p *parser) isolation() ast.IsolationLevel {
	switch {
	case p.accept(kw.Read):
		if p.accept(kw.Uncommitted) {
			return ast.ReadUncommitted
		}
		p.expect(kw.Committed)
		return ast.ReadCommitted
	case p.commit2(kw.Repeatable, kw.Read):
		return ast.RepeatableRead
	case p.accept(kw.Serializable):
		return ast.Serializable
	}
	p.syntaxError()
	return ast.IsolationDefault
}
