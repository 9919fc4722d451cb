package parser

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// callArgs reads the parenthesised arguments of a call.
func (p *parser) callArgs(f *ast.FuncCall) {
	if !p.enter() {
		return
	}
	p.expectTok(kw.TokLParen)
	switch {
	case p.isTok(kw.TokStar):
		p.advance()
		f.Star = true
	case p.isTok(kw.TokRParen):
	default:
		if p.accept(kw.Distinct) {
			f.Distinct = true
		} else {
			p.accept(kw.All)
		}
		for {
			p.callArg(f)
			if f.Variadic || !p.acceptTok(kw.TokComma) {
				break
			}
		}
		if p.is(kw.Order) {
			f.OrderBy = p.orderBy()
		}
	}
	p.expectTok(kw.TokRParen)
	p.leave()
}

// callArg reads one argument: [VARIADIC] [name :=] expression.
func (p *parser) callArg(f *ast.FuncCall) {
	f.Variadic = p.accept(kw.Variadic)
	name, pos := "", p.tok.Pos
	if isTypeFunc(&p.tok) {
		if next := p.peek(1).Kind; next == kw.TokColonEquals || next == kw.TokArrow {
			name = p.label()
			p.advance()
		}
	}
	if name != "" && f.ArgNames == nil {
		f.ArgNames = make([]string, len(f.Args), len(f.Args)+2)
	} else if name == "" && f.ArgNames != nil {
		p.failAt(pos, sqlerr.SyntaxError, "positional argument cannot follow named argument")
	}
	if f.ArgNames != nil {
		f.ArgNames = append(f.ArgNames, name)
	}
	f.Args = append(f.Args, p.expr())
}

// callTail reads WITHIN GROUP, FILTER and OVER.
func (p *parser) callTail(f *ast.FuncCall) ast.Expr {
	if p.tok.Kind != kw.TokIdent {
		return f
	}
	if p.windowless == p.depth+1 {
		return f // a function of FROM: what follows is its alias
	}
	within := p.tok.Pos
	if p.commit2(kw.Within, kw.Group) {
		p.expectTok(kw.TokLParen)
		f.WithinGroup = p.orderBy()
		p.expectTok(kw.TokRParen)
		p.checkWithin(f, within)
	}
	if p.is(kw.Filter) && p.enter() {
		p.advance()
		p.expectTok(kw.TokLParen)
		p.expect(kw.Where)
		f.Filter = p.expr()
		p.expectTok(kw.TokRParen)
		p.leave()
	}
	if p.accept(kw.Over) {
		if p.isTok(kw.TokLParen) {
			f.Over = p.windowSpec()
		} else {
			f.Over = &ast.WindowSpec{Pos: p.at(), Name: p.name()}
		}
	}
	return f
}

// checkWithin refuses what cannot stand before WITHIN GROUP.
func (p *parser) checkWithin(f *ast.FuncCall, pos int) {
	what := ""
	switch {
	case p.err != nil:
	case len(f.OrderBy) > 0:
		what = "multiple ORDER BY clauses"
	case f.Distinct:
		what = "DISTINCT"
	case f.Variadic:
		what = "VARIADIC"
	}
	if what != "" {
		p.failAt(pos, sqlerr.SyntaxError, "cannot use "+what+" with WITHIN GROUP")
	}
}

// windowSpec reads ([base] [PARTITION BY ...] [ORDER BY ...] [frame]).
func (p *parser) windowSpec() *ast.WindowSpec {
	w := &ast.WindowSpec{Pos: p.at()}
	if !p.enter() {
		return w
	}
	p.expectTok(kw.TokLParen)
	switch {
	case p.is(kw.Partition), p.isFrame():
	case isColID(&p.tok):
		w.Base = p.name()
	}
	if p.accept(kw.Partition) {
		p.expect(kw.By)
		w.PartitionBy = p.exprList()
	}
	if p.is(kw.Order) {
		w.OrderBy = p.orderBy()
	}
	if p.isFrame() {
		w.Frame = p.frame()
	}
	p.expectTok(kw.TokRParen)
	p.leave()
	return w
}

func (p *parser) isFrame() bool {
	return p.is(kw.Rows) || p.is(kw.Range) || p.is(kw.Groups)
}

// frame reads a frame clause.
func (p *parser) frame() *ast.Frame {
	f := &ast.Frame{Pos: p.at()}
	switch p.tok.Keyword {
	case kw.Rows:
		f.Mode = ast.FrameRows
	case kw.Groups:
		f.Mode = ast.FrameGroups
	}
	p.advance()
	if p.accept(kw.Between) {
		f.Start = p.frameBound()
		p.expect(kw.And)
		f.End = p.frameBound()
	} else {
		f.Start = p.frameBound()
		f.End = ast.FrameBound{Pos: f.Start.Pos, Kind: ast.CurrentRow}
		f.Short = true
		if f.Start.Kind == ast.OffsetFollowing {
			p.failAt(f.Start.Pos, sqlerr.WindowingError, "frame starting from following row cannot end with current row")
		}
	}
	switch {
	case p.err != nil:
	case f.Start.Kind == ast.UnboundedFollowing:
		p.failAt(f.Start.Pos, sqlerr.WindowingError, "frame start cannot be UNBOUNDED FOLLOWING")
	case f.End.Kind == ast.UnboundedPreceding:
		p.failAt(f.End.Pos, sqlerr.WindowingError, "frame end cannot be UNBOUNDED PRECEDING")
	case f.Start.Kind == ast.CurrentRow && f.End.Kind == ast.OffsetPreceding:
		p.failAt(f.End.Pos, sqlerr.WindowingError, "frame starting from current row cannot have preceding rows")
	case f.Start.Kind == ast.OffsetFollowing && f.End.Kind < ast.OffsetFollowing:
		p.failAt(f.End.Pos, sqlerr.WindowingError, "frame starting from following row cannot have preceding rows")
	}
	if p.accept(kw.Exclude) {
		switch {
		case p.commit2(kw.Current, kw.Row):
			f.Exclude = ast.ExcludeCurrentRow
		case p.accept(kw.Group):
			f.Exclude = ast.ExcludeGroup
		case p.accept(kw.Ties):
			f.Exclude = ast.ExcludeTies
		case p.commit2(kw.No, kw.Others):
		default:
			p.syntaxError()
		}
	}
	return f
}

func (p *parser) frameBound() ast.FrameBound {
	b := ast.FrameBound{Pos: p.at()}
	switch {
	case p.accept2(kw.Unbounded, kw.Preceding):
		b.Kind = ast.UnboundedPreceding
	case p.accept2(kw.Unbounded, kw.Following):
		b.Kind = ast.UnboundedFollowing
	case p.accept2(kw.Current, kw.Row):
		b.Kind = ast.CurrentRow
	default:
		b.Offset = p.expr()
		if p.accept(kw.Preceding) {
			b.Kind = ast.OffsetPreceding
		} else {
			p.expect(kw.Following)
			b.Kind = ast.OffsetFollowing
		}
	}
	return b
}

// specialCall reads the functions whose arguments have words between them.
func (p *parser) specialCall(pos int, word kw.Keyword) ast.Expr {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	p.advance()
	p.advance()
	var f *ast.FuncCall
	switch word {
	case kw.Extract:
		f = p.extract(pos)
	case kw.Overlay:
		f = p.overlay(pos)
	case kw.Position:
		needle := p.restricted()
		p.expect(kw.In)
		f = call(pos, "position", p.restricted(), needle)
	case kw.Substring:
		f = p.substring(pos)
	case kw.Trim:
		f = p.trim(pos)
		f.Words = len(f.Args) <= 2 // the words have no place for more
	case kw.Normalize:
		f = call(pos, "normalize", p.expr())
		if p.acceptTok(kw.TokComma) {
			form, ok := normalForms[p.tok.Keyword]
			if !ok {
				p.syntaxError()
			}
			f.Args = append(f.Args, p.wordLiteral(ast.StringLiteral, form))
		}
	case kw.Treat:
		p.unsupported(pos, "TREAT")
	}
	p.expectTok(kw.TokRParen)
	if f == nil || p.err != nil {
		return nil
	}
	return f
}

// listCall reads COALESCE, GREATEST, LEAST, GROUPING and NULLIF: expressions and nothing
// else between the parentheses, NULLIF two of them.
func (p *parser) listCall(pos int, word kw.Keyword) ast.Expr {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	f := call(pos, p.tok.Text)
	p.advance()
	p.expectTok(kw.TokLParen)
	if word == kw.Nullif {
		f.Args = append(f.Args, p.expr())
		p.expectTok(kw.TokComma)
		f.Args = append(f.Args, p.expr())
	} else {
		f.Args = p.exprList()
	}
	p.expectTok(kw.TokRParen)
	return f
}

// extract reads field FROM x; the field is a word or a string.
func (p *parser) extract(pos int) *ast.FuncCall {
	if p.tok.Kind != kw.TokIdent && p.tok.Kind != kw.TokString {
		p.syntaxError()
	}
	field := p.wordLiteral(ast.StringLiteral, p.tok.Text)
	p.expect(kw.From)
	return call(pos, "extract", field, p.expr())
}

// overlay reads x PLACING y FROM a [FOR b], or plain arguments.
func (p *parser) overlay(pos int) *ast.FuncCall {
	f := call(pos, "overlay", p.expr())
	if p.accept(kw.Placing) {
		f.Words = true
		f.Args = append(f.Args, p.expr())
		p.expect(kw.From)
		f.Args = append(f.Args, p.expr())
		if p.accept(kw.For) {
			f.Args = append(f.Args, p.expr())
		}
		return f
	}
	for p.acceptTok(kw.TokComma) {
		f.Args = append(f.Args, p.expr())
	}
	return f
}

// substring reads x FROM a FOR b in either order, x SIMILAR p ESCAPE e, or plain
// arguments.
func (p *parser) substring(pos int) *ast.FuncCall {
	// SIMILAR belongs to the call here, not to a predicate
	f := call(pos, "substring", p.infix(p.prefix(false), precLike+1, false))
	f.Words = !p.isTok(kw.TokComma) && !p.isTok(kw.TokRParen)
	switch {
	case p.accept(kw.Similar):
		f.Args = append(f.Args, p.binary(precLike+1, false))
		p.expect(kw.Escape)
		f.Args = append(f.Args, p.expr())
	case p.accept(kw.From):
		f.Args = append(f.Args, p.expr())
		if p.accept(kw.For) {
			f.Args = append(f.Args, p.expr())
		}
	case p.is(kw.For):
		start := ast.Expr(&ast.Literal{Pos: p.at(), Kind: ast.IntLiteral, Text: "1"})
		p.advance()
		length := p.expr()
		if p.accept(kw.From) {
			start = p.expr()
		}
		f.Args = append(f.Args, start, length)
	default:
		for p.acceptTok(kw.TokComma) {
			f.Args = append(f.Args, p.expr())
		}
	}
	return f
}

// trim reads [BOTH|LEADING|TRAILING] [characters] [FROM] x.
func (p *parser) trim(pos int) *ast.FuncCall {
	name := "btrim"
	switch {
	case p.accept(kw.Both):
	case p.accept(kw.Leading):
		name = "ltrim"
	case p.accept(kw.Trailing):
		name = "rtrim"
	}
	if p.accept(kw.From) {
		return call(pos, name, p.exprList()...)
	}
	args := p.exprList()
	if p.accept(kw.From) {
		args = append(p.exprList(), args...)
	}
	return call(pos, name, args...)
}
