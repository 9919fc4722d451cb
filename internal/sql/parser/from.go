package parser

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// fromList reads the items of FROM.
func (p *parser) fromList() []ast.TableExpr {
	list := make([]ast.TableExpr, 0, 1)
	for {
		list = append(list, p.tableExpr())
		if !p.acceptTok(kw.TokComma) {
			return list
		}
	}
}

// tableExpr reads a table with the joins after it.
func (p *parser) tableExpr() ast.TableExpr { return p.joins(p.tablePrimary()) }

// joinStart reads the words of a join; false if none is there.
func (p *parser) joinStart(j *ast.Join) bool {
	j.Pos = p.tok.Pos
	switch p.tok.Keyword {
	case kw.Cross:
		p.advance()
		p.expect(kw.Join)
		j.Kind = ast.CrossJoin
		return true
	case kw.Natural:
		p.advance()
		j.Natural = true
	case kw.Join, kw.Inner, kw.Left, kw.Right, kw.Full:
	default:
		return false
	}
	switch p.tok.Keyword {
	case kw.Inner:
		p.advance()
	case kw.Left, kw.Right, kw.Full:
		switch p.tok.Keyword {
		case kw.Left:
			j.Kind = ast.LeftJoin
		case kw.Right:
			j.Kind = ast.RightJoin
		default:
			j.Kind = ast.FullJoin
		}
		p.advance()
		p.accept(kw.Outer)
	}
	p.expect(kw.Join)
	return true
}

// joins continues left with joins. In a JOIN b JOIN c ON x ON y the second join
// belongs to the right side of the first.
func (p *parser) joins(left ast.TableExpr) ast.TableExpr {
	for chain := 0; ; chain++ {
		j := &ast.Join{Left: left}
		if p.tok.Kind != kw.TokIdent || !p.joinStart(j) {
			return left
		}
		if chain == maxChain {
			p.failAt(j.Pos, sqlerr.StatementTooComplex, "stack depth limit exceeded")
			return left
		}
		j.Right = p.tablePrimary()
		if j.Kind != ast.CrossJoin && !j.Natural {
			if !p.is(kw.On) && !p.is(kw.Using) {
				if !p.enter() {
					return left
				}
				j.Right = p.joins(j.Right)
				p.leave()
			}
			p.joinCondition(j)
		}
		left = j
	}
}

func (p *parser) joinCondition(j *ast.Join) {
	if p.accept(kw.On) {
		j.On = p.expr()
		return
	}
	p.expect(kw.Using)
	j.Using = p.parenNames(false)
	if p.accept(kw.As) {
		j.UsingAlias = p.name()
	}
}

// tablePrimary reads a table, function, subquery or join in parentheses.
func (p *parser) tablePrimary() ast.TableExpr {
	pos := p.tok.Pos
	if p.accept(kw.Lateral) {
		if p.isTok(kw.TokLParen) {
			s := &ast.SubqueryRef{Pos: pos, Lateral: true, Query: p.parenQuery()}
			s.Alias = p.tableAlias()
			return s
		}
		return p.funcRef(pos, true)
	}
	if p.isTok(kw.TokLParen) {
		query, table := p.tableParens()
		if query != nil {
			return &ast.SubqueryRef{Pos: pos, Query: query, Alias: p.tableAlias()}
		}
		if j, ok := table.(*ast.Join); ok {
			if alias := p.tableAlias(); alias.Name != "" {
				j.Alias = alias
			}
		}
		return table
	}
	if p.is(kw.Only) {
		return p.tableTail(p.relation())
	}
	if p.is2(kw.Rows, kw.From) {
		return p.funcRef(pos, false)
	}
	if p.tok.Kind != kw.TokIdent {
		p.syntaxError()
		return nil
	}
	if !isColID(&p.tok) || p.callFollows() {
		return p.funcRef(pos, false)
	}
	t := &ast.TableRef{Pos: pos, Name: p.qualified()}
	if p.isTok(kw.TokLParen) {
		f := &ast.FuncCall{Pos: pos, Name: t.Name}
		p.callArgs(f)
		return p.funcTail(&ast.FuncRef{Pos: pos, Items: []ast.FuncItem{{Pos: pos, Func: f}}})
	}
	p.acceptTok(kw.TokStar)
	return p.tableTail(t)
}

// callFollows reports whether the current name is directly called.
func (p *parser) callFollows() bool { return p.peekIsTok(kw.TokLParen) }

// relation reads [ONLY] name [*].
func (p *parser) relation() *ast.TableRef {
	t := &ast.TableRef{Pos: p.at()}
	if p.accept(kw.Only) {
		t.Only = true
		if p.acceptTok(kw.TokLParen) {
			t.Name = p.qualified()
			p.expectTok(kw.TokRParen)
			return t
		}
	}
	t.Name = p.qualified()
	if !t.Only {
		p.acceptTok(kw.TokStar)
	}
	return t
}

// tableTail reads alias, SQLite's index hints and TABLESAMPLE.
func (p *parser) tableTail(t *ast.TableRef) ast.TableExpr {
	if p.tok.Kind != kw.TokIdent {
		return t
	}
	p.indexHint()
	t.Alias = p.tableAlias()
	p.indexHint()
	if p.is(kw.Tablesample) {
		s := &ast.TableSample{Pos: p.at()}
		p.advance()
		s.Method = p.anyQualified()
		p.expectTok(kw.TokLParen)
		s.Args = p.exprList()
		p.expectTok(kw.TokRParen)
		if p.accept(kw.Repeatable) {
			p.expectTok(kw.TokLParen)
			s.Repeatable = p.expr()
			p.expectTok(kw.TokRParen)
		}
		t.Sample = s
	}
	return t
}

// indexHint reads INDEXED BY name or NOT INDEXED, which say nothing.
func (p *parser) indexHint() {
	if p.isWord("indexed") && p.peekIs(kw.By) {
		p.advance()
		p.advance()
		p.name()
	} else if p.is(kw.Not) && p.peekIsWord("indexed") {
		p.advance()
		p.advance()
	}
}

// tableAlias reads [AS] name [(columns)], or nothing.
func (p *parser) tableAlias() ast.TableAlias {
	a := ast.TableAlias{Pos: p.at()}
	if !p.accept(kw.As) && (!isColID(&p.tok) || p.isWord("indexed") && p.peekIs(kw.By)) {
		return ast.TableAlias{}
	}
	a.Name = p.name()
	a.Columns = p.parenNames(true)
	return a
}

// tableParens reads a parenthesis in FROM: a query or a join. As in parens, a
// nested parenthesis is read first and judged by what follows.
func (p *parser) tableParens() (query *ast.Select, table ast.TableExpr) {
	if !p.enter() {
		return nil, nil
	}
	defer p.leave()
	p.expectTok(kw.TokLParen)
	if p.startsQuery() {
		query = p.selectStmt()
		p.expectTok(kw.TokRParen)
		return query, nil
	}
	if p.isTok(kw.TokLParen) {
		pos := p.tok.Pos
		inner, left := p.tableParens()
		if inner != nil {
			if p.continuesQuery() {
				query = p.selectRest(inner)
				p.expectTok(kw.TokRParen)
				return query, nil
			}
			if p.acceptTok(kw.TokRParen) {
				return inner, nil
			}
			left = &ast.SubqueryRef{Pos: pos, Query: inner, Alias: p.tableAlias()}
		} else if j, ok := left.(*ast.Join); ok {
			if alias := p.tableAlias(); alias.Name != "" {
				j.Alias = alias
			}
		}
		table = p.joins(left)
	} else {
		table = p.tableExpr()
	}
	if _, ok := table.(*ast.Join); !ok && p.err == nil {
		p.syntaxError()
	}
	p.expectTok(kw.TokRParen)
	return nil, table
}

// funcRef reads a function in FROM, or ROWS FROM (...).
func (p *parser) funcRef(pos int, lateral bool) ast.TableExpr {
	f := &ast.FuncRef{Pos: pos, Lateral: lateral}
	if p.is2(kw.Rows, kw.From) {
		p.advance()
		p.advance()
		f.RowsFrom = true
		p.expectTok(kw.TokLParen)
		for {
			item := ast.FuncItem{Pos: p.at(), Func: p.tableFunc()}
			if p.accept(kw.As) {
				p.expectTok(kw.TokLParen)
				item.Columns = p.columnDefItems()
				p.expectTok(kw.TokRParen)
			}
			f.Items = append(f.Items, item)
			if !p.acceptTok(kw.TokComma) {
				break
			}
		}
		p.expectTok(kw.TokRParen)
	} else {
		f.Items = []ast.FuncItem{{Pos: p.at(), Func: p.tableFunc()}}
	}
	return p.funcTail(f)
}

// tableFunc reads a call; other operands are not table functions.
func (p *parser) tableFunc() ast.Expr {
	start, outer := p.tok, p.windowless
	p.windowless = p.depth + 1
	e := p.primary()
	p.windowless = outer
	switch e.(type) {
	case *ast.FuncCall, *ast.Cast:
		return e
	case *ast.ColumnRef:
		p.syntaxError() // a name that nothing calls
	}
	if p.err == nil {
		p.syntaxErrorAt(&start)
	}
	return nil
}

// funcTail reads WITH ORDINALITY, the alias and a column definition list.
func (p *parser) funcTail(f *ast.FuncRef) ast.TableExpr {
	f.Ordinality = p.accept2(kw.With, kw.Ordinality)
	f.Alias.Pos = p.tok.Pos
	as := p.accept(kw.As)
	if as && p.acceptTok(kw.TokLParen) {
		f.Columns = p.columnDefItems()
		p.expectTok(kw.TokRParen)
		f.Alias.Pos = 0
		return f
	}
	if !as && !isColID(&p.tok) {
		f.Alias.Pos = 0
		return f
	}
	f.Alias.Name = p.name()
	if p.isTok(kw.TokLParen) {
		if next := p.peek(2).Kind; next == kw.TokComma || next == kw.TokRParen {
			f.Alias.Columns = p.parenNames(false)
		} else {
			p.advance()
			f.Columns = p.columnDefItems()
			p.expectTok(kw.TokRParen)
		}
	}
	return f
}

// columnDefItems reads name type [COLLATE c], ...
func (p *parser) columnDefItems() []ast.ColumnDefItem {
	var list []ast.ColumnDefItem
	for {
		c := ast.ColumnDefItem{Pos: p.at(), Name: p.name(), Type: p.typeName()}
		if p.accept(kw.Collate) {
			c.Collation = p.collationName()
		}
		list = append(list, c)
		if !p.acceptTok(kw.TokComma) {
			return list
		}
	}
}
