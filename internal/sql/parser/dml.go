package parser

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
)

// insert reads INSERT and REPLACE.
func (p *parser) insert(pos int, with *ast.With) ast.Stmt {
	s := &ast.Insert{Pos: pos, With: with}
	if p.accept(kw.Replace) {
		s.Or = ast.ConflictReplace
	} else {
		p.advance()
		s.Or = p.orConflict()
	}
	p.expect(kw.Into)
	s.Table = p.qualified()
	if p.accept(kw.As) {
		s.Alias = p.name()
	}
	if p.isTok(kw.TokLParen) && !p.queryInParens() {
		p.advance()
		s.Columns = p.assignTargets()
		p.expectTok(kw.TokRParen)
	}
	s.Overriding = p.overriding()
	if !p.commit2(kw.Default, kw.Values) {
		s.Query = p.selectStmt()
	}
	for p.is(kw.On) {
		s.OnConflict = append(s.OnConflict, p.onConflict())
	}
	s.Returning = p.returning()
	return s
}

// queryInParens looks through parentheses for the beginning of a query.
func (p *parser) queryInParens() bool {
	for n := 1; n <= 3; n++ {
		switch t := p.peek(n); t.Keyword {
		case kw.Select, kw.With, kw.Table:
			return true
		case kw.Values:
			return p.peek(n+1).Kind == kw.TokLParen
		default:
			if t.Kind != kw.TokLParen {
				return false
			}
		}
	}
	return true // three parentheses: no column list begins so
}

// orConflict reads SQLite's OR clause.
func (p *parser) orConflict() ast.ConflictAction {
	if !p.accept(kw.Or) {
		return ast.ConflictNone
	}
	switch {
	case p.accept(kw.Replace):
		return ast.ConflictReplace
	case p.acceptWord("ignore"):
		return ast.ConflictIgnore
	case p.accept(kw.Abort), p.acceptWord("fail"), p.accept(kw.Rollback):
		return ast.ConflictAbort
	}
	p.syntaxError()
	return ast.ConflictNone
}

func (p *parser) overriding() ast.OverridingKind {
	if !p.accept(kw.Overriding) {
		return ast.OverridingNone
	}
	kind := ast.OverridingUser
	if p.accept(kw.System) {
		kind = ast.OverridingSystem
	} else {
		p.expect(kw.User)
	}
	p.expect(kw.Value)
	return kind
}

// assignTargets reads columns to write, with subscripts and fields.
func (p *parser) assignTargets() []ast.AssignTarget {
	list := make([]ast.AssignTarget, 0, 8)
	for {
		list = append(list, p.assignTarget())
		if !p.acceptTok(kw.TokComma) {
			return list
		}
	}
}

func (p *parser) assignTarget() ast.AssignTarget {
	a := ast.AssignTarget{Pos: p.at(), Name: p.name()}
	for {
		i := ast.Indirection{Pos: p.at()}
		switch {
		case p.acceptTok(kw.TokDot):
			i.Field = p.label()
		case p.isTok(kw.TokLBracket):
			i.Slice, i.Index, i.Lo, i.Hi = p.brackets()
		default:
			return a
		}
		a.Path = append(a.Path, i)
	}
}

// onConflict reads ON CONFLICT [target] DO ...
func (p *parser) onConflict() *ast.OnConflict {
	c := &ast.OnConflict{Pos: p.at()}
	p.commit2(kw.On, kw.Conflict)
	if p.acceptTok(kw.TokLParen) {
		c.Elems = p.indexElems()
		p.expectTok(kw.TokRParen)
		if p.accept(kw.Where) {
			c.Where = p.expr()
		}
	} else if p.commit2(kw.On, kw.Constraint) {
		c.Constraint = p.name()
	}
	p.expect(kw.Do)
	if p.accept(kw.Nothing) {
		c.Action = ast.ConflictNothing
		return c
	}
	p.expect(kw.Update)
	p.expect(kw.Set)
	c.Action = ast.ConflictDoUpdate
	c.Set = p.setClauses()
	if p.accept(kw.Where) {
		c.UpdateWhere = p.expr()
	}
	return c
}

func (p *parser) returning() []ast.Target {
	if p.accept(kw.Returning) {
		return p.targets()
	}
	return nil
}

// setClauses reads what follows SET of UPDATE.
func (p *parser) setClauses() []ast.SetClause {
	list := make([]ast.SetClause, 0, 4)
	for {
		s := ast.SetClause{Pos: p.at()}
		if p.acceptTok(kw.TokLParen) {
			s.Multi = true
			s.Targets = p.assignTargets()
			p.expectTok(kw.TokRParen)
		} else {
			s.Targets = []ast.AssignTarget{p.assignTarget()}
		}
		p.expectTok(kw.TokEq)
		s.Value = p.expr()
		list = append(list, s)
		if !p.acceptTok(kw.TokComma) {
			return list
		}
	}
}

// updateTarget reads the table of UPDATE and DELETE with its alias; SET is never
// the alias.
func (p *parser) updateTarget() *ast.TableRef {
	t := p.relation()
	p.indexHint()
	if p.is(kw.As) || isColID(&p.tok) && !p.is(kw.Set) && !p.isWord("indexed") {
		t.Alias.Pos = p.tok.Pos
		p.accept(kw.As)
		t.Alias.Name = p.name()
	}
	p.indexHint()
	return t
}

// whereOrCurrent reads WHERE condition or WHERE CURRENT OF cursor.
func (p *parser) whereOrCurrent() (cond ast.Expr, cursor string) {
	if !p.accept(kw.Where) {
		return nil, ""
	}
	if p.accept2(kw.Current, kw.Of) {
		return nil, p.name()
	}
	return p.expr(), ""
}

func (p *parser) update(pos int, with *ast.With) ast.Stmt {
	s := &ast.Update{Pos: pos, With: with}
	p.advance()
	s.Or = p.orConflict()
	s.Table = p.updateTarget()
	p.expect(kw.Set)
	s.Set = p.setClauses()
	if p.accept(kw.From) {
		s.From = p.fromList()
	}
	s.Where, s.CurrentOf = p.whereOrCurrent()
	s.Returning = p.returning()
	return s
}

func (p *parser) delete(pos int, with *ast.With) ast.Stmt {
	s := &ast.Delete{Pos: pos, With: with}
	p.advance()
	p.expect(kw.From)
	s.Table = p.updateTarget()
	if p.accept(kw.Using) {
		s.Using = p.fromList()
	}
	s.Where, s.CurrentOf = p.whereOrCurrent()
	s.Returning = p.returning()
	return s
}

func (p *parser) merge(pos int, with *ast.With) ast.Stmt {
	s := &ast.Merge{Pos: pos, With: with}
	p.advance()
	p.expect(kw.Into)
	s.Target = p.updateTarget()
	p.expect(kw.Using)
	s.Source = p.tablePrimary()
	p.expect(kw.On)
	s.On = p.expr()
	if !p.is(kw.When) {
		p.syntaxError()
	}
	for p.is(kw.When) {
		s.Whens = append(s.Whens, p.mergeWhen())
	}
	return s
}

func (p *parser) mergeWhen() ast.MergeWhen {
	w := ast.MergeWhen{Pos: p.at(), Matched: true}
	p.advance()
	if p.accept(kw.Not) {
		w.Matched = false
	}
	p.expect(kw.Matched)
	if p.accept(kw.And) {
		w.Cond = p.expr()
	}
	p.expect(kw.Then)
	switch {
	case p.commit2(kw.Do, kw.Nothing):
	case w.Matched && p.accept(kw.Update):
		p.expect(kw.Set)
		w.Action = ast.MergeUpdate
		w.Set = p.setClauses()
	case w.Matched && p.accept(kw.Delete):
		w.Action = ast.MergeDelete
	case !w.Matched && p.accept(kw.Insert):
		w.Action = ast.MergeInsert
		if p.acceptTok(kw.TokLParen) {
			w.Columns = p.assignTargets()
			p.expectTok(kw.TokRParen)
		}
		w.Overriding = p.overriding()
		if !p.commit2(kw.Default, kw.Values) {
			p.expect(kw.Values)
			p.expectTok(kw.TokLParen)
			w.Values = p.exprList()
			p.expectTok(kw.TokRParen)
		}
	default:
		p.syntaxError()
	}
	return w
}

func (p *parser) truncate() ast.Stmt {
	s := &ast.Truncate{Pos: p.at()}
	p.advance()
	p.accept(kw.Table)
	s.Tables = p.relations()
	if p.commit2(kw.Restart, kw.Identity) {
		s.RestartIdentity = true
	} else {
		p.commit2(kw.Continue, kw.Identity)
	}
	s.Cascade, _ = p.dropBehaviour()
	return s
}

// relations reads tables between commas.
func (p *parser) relations() []*ast.TableRef {
	var list []*ast.TableRef
	for {
		list = append(list, p.relation())
		if !p.acceptTok(kw.TokComma) {
			return list
		}
	}
}

// copy reads COPY with the options of either generation.
func (p *parser) copy() ast.Stmt {
	s := &ast.Copy{Pos: p.at()}
	p.advance()
	if p.isTok(kw.TokLParen) && p.enter() {
		p.advance()
		s.Query = p.queryOrChange()
		p.expectTok(kw.TokRParen)
		p.leave()
		p.expect(kw.To)
	} else {
		s.Table = p.qualified()
		s.Columns = p.parenNames(true)
		if p.accept(kw.From) {
			s.From = true
		} else {
			p.expect(kw.To)
		}
	}
	switch {
	case p.accept(kw.Program):
		s.Endpoint = ast.CopyProgram
		s.Target = p.stringConst()
	case p.isTok(kw.TokString):
		s.Endpoint = ast.CopyFile
		s.Target = p.stringConst()
	case p.accept(kw.Stdin), p.accept(kw.Stdout):
	default:
		p.syntaxError()
	}
	p.accept(kw.With)
	if p.isTok(kw.TokLParen) {
		s.Options = p.options()
	} else {
		s.Options = p.oldCopyOptions()
	}
	if at := p.tok.Pos; p.accept(kw.Where) {
		if !s.From {
			p.failAt(at, "42601", "WHERE clause not allowed with COPY TO")
		}
		s.Where = p.expr()
	}
	return s
}

// oldCopyOptions reads CSV HEADER DELIMITER ',' and the like, as the options
// they stand for.
func (p *parser) oldCopyOptions() []ast.Option {
	var list []ast.Option
	add := func(pos int, name string, value ast.Expr) {
		list = append(list, ast.Option{Pos: pos, Name: name, Value: value})
	}
	text := func() ast.Expr {
		p.accept(kw.As)
		if !p.isTok(kw.TokString) {
			p.syntaxError()
		}
		return p.literal(ast.StringLiteral)
	}
	for {
		pos, word := p.tok.Pos, p.tok
		switch word.Keyword {
		case kw.Csv, kw.Binary:
			p.advance()
			add(pos, "format", &ast.ColumnRef{Pos: pos, Parts: []ast.Name{{Pos: pos, Text: word.Text}}})
		case kw.Header, kw.Freeze:
			p.advance()
			add(pos, word.Text, nil)
		case kw.Delimiter, kw.Null, kw.Quote, kw.Escape, kw.Encoding:
			p.advance()
			add(pos, word.Text, text())
		case kw.Force:
			p.advance()
			name := "force_quote"
			switch {
			case p.commit2(kw.Not, kw.Null):
				name = "force_not_null"
			case p.accept(kw.Null):
				name = "force_null"
			default:
				p.expect(kw.Quote)
			}
			if p.isTok(kw.TokStar) {
				p.advance()
				add(pos, name, &ast.ColumnRef{Pos: pos, Star: true})
				continue
			}
			row := &ast.RowExpr{Pos: pos}
			for _, n := range p.nameList() {
				row.Elems = append(row.Elems, &ast.ColumnRef{Pos: n.Pos, Parts: []ast.Name{n}})
			}
			add(pos, name, row)
		default:
			return list
		}
	}
}

// options reads (name [value], ...). A dotted name keeps its dots.
func (p *parser) options() []ast.Option {
	var list []ast.Option
	p.expectTok(kw.TokLParen)
	for {
		o := ast.Option{Pos: p.at(), Name: p.label()}
		for p.acceptTok(kw.TokDot) {
			o.Name += "." + p.label()
		}
		p.acceptTok(kw.TokEq)
		if !p.isTok(kw.TokComma) && !p.isTok(kw.TokRParen) {
			o.Value = p.optionValue()
		}
		list = append(list, o)
		if !p.acceptTok(kw.TokComma) {
			break
		}
	}
	p.expectTok(kw.TokRParen)
	return list
}

// optionValue reads a word, a literal, a star or a list in parentheses.
func (p *parser) optionValue() ast.Expr {
	pos := p.tok.Pos
	switch p.tok.Kind {
	case kw.TokLParen:
		row := &ast.RowExpr{Pos: pos}
		if !p.enter() {
			return nil
		}
		p.advance()
		for {
			row.Elems = append(row.Elems, p.optionValue())
			if !p.acceptTok(kw.TokComma) {
				break
			}
		}
		p.expectTok(kw.TokRParen)
		p.leave()
		return row
	case kw.TokStar:
		p.advance()
		return &ast.ColumnRef{Pos: pos, Star: true}
	case kw.TokParam: // an option is a constant
		p.syntaxError()
		return nil
	}
	return p.settingValue()
}

// settingValue reads a word, a literal or a signed number: the values of SET,
// PRAGMA and options. A word of any category stands for itself.
func (p *parser) settingValue() ast.Expr {
	pos := p.tok.Pos
	switch p.tok.Kind {
	case kw.TokIdent:
		switch p.tok.Keyword {
		case kw.True:
			return p.wordLiteral(ast.BoolLiteral, "true")
		case kw.False:
			return p.wordLiteral(ast.BoolLiteral, "false")
		}
		if p.is(kw.Interval) && (p.peekIsTok(kw.TokString) || p.peekIsTok(kw.TokLParen)) {
			return p.primary()
		}
		return &ast.ColumnRef{Pos: pos, Parts: []ast.Name{{Pos: pos, Text: p.label()}}}
	case kw.TokMinus, kw.TokPlus:
		u := &ast.Unary{Pos: pos, Op: p.tok.Text}
		p.advance()
		if !p.isTok(kw.TokInt) && !p.isTok(kw.TokNumeric) {
			p.syntaxError()
			return nil
		}
		u.X = p.primary()
		return u
	case kw.TokInt, kw.TokNumeric, kw.TokString, kw.TokParam, kw.TokBytes:
		return p.primary()
	}
	p.syntaxError()
	return nil
}
