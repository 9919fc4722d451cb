package parser

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// createAggregate reads CREATE AGGREGATE name (arguments) (options), or the
// old form, whose only list are options.
func (p *parser) createAggregate(pos int, replace bool) ast.Stmt {
	p.advance()
	s := &ast.Define{Pos: pos, Kind: ast.ObjectAggregate, OrReplace: replace, Name: p.anyQualified(), Direct: -1}
	if p.isTok(kw.TokLParen) && p.peek(2).Kind == kw.TokEq {
		s.Old, s.Options = true, p.typeOptions()
		return s
	}
	s.Args, s.Direct, s.Star = p.aggregateArgs()
	s.Options = p.typeOptions()
	return s
}

// aggregateArgs reads (*), (arguments) and (direct arguments ORDER BY
// arguments); direct is -1 without ORDER BY. A last direct argument that is
// VARIADIC is the aggregated one too.
func (p *parser) aggregateArgs() (args []ast.FuncParam, direct int, star bool) {
	p.expectTok(kw.TokLParen)
	direct = -1
	if p.acceptTok(kw.TokStar) {
		p.expectTok(kw.TokRParen)
		return nil, -1, true
	}
	for p.err == nil {
		if !p.is(kw.Order) {
			args = append(args, p.param())
		}
		if direct < 0 && p.accept(kw.Order) {
			p.expect(kw.By)
			direct = len(args)
			continue
		}
		if !p.acceptTok(kw.TokComma) {
			break
		}
	}
	p.expectTok(kw.TokRParen)
	if n := len(args); direct == n-1 && direct > 0 && args[direct].Mode == ast.ParamVariadic && args[direct-1].Mode == ast.ParamVariadic {
		args = args[:direct]
	}
	return args, direct, false
}

// createOperator reads CREATE OPERATOR name (options).
func (p *parser) createOperator(pos int) ast.Stmt {
	p.advance()
	if p.is(kw.Class) || p.is(kw.Family) {
		p.unsupported(pos, "CREATE OPERATOR "+wordOf(p))
		return nil
	}
	return &ast.Define{Pos: pos, Kind: ast.ObjectOperator, Name: p.anyOperator(), Direct: -1, Options: p.typeOptions()}
}

func wordOf(p *parser) string {
	if p.is(kw.Class) {
		return "CLASS"
	}
	return "FAMILY"
}

// anyOperator reads an operator with or without a schema.
func (p *parser) anyOperator() ast.QualifiedName {
	q := ast.QualifiedName{Pos: p.tok.Pos}
	for p.isTok(kw.TokIdent) && p.err == nil {
		q.Schema = p.name()
		p.expectTok(kw.TokDot)
	}
	q.Name = p.symbol()
	return q
}

// describeValue reads the value of an option: a string, a number, an operator, a
// type or what looks like one.
func (p *parser) describeValue(o *ast.TypeOption) {
	switch {
	case p.isTok(kw.TokString):
		o.Text, o.IsString = p.stringConst(), true
	case p.isNumber() && (p.tok.Kind < kw.TokPlus || p.peek(1).Kind == kw.TokInt || p.peek(1).Kind == kw.TokNumeric):
		o.Text = ast.Format(p.expr())
	case p.tok.Kind >= kw.TokPlus || p.isTok(kw.TokOp) || p.is(kw.Operator) && p.peekIsTok(kw.TokLParen):
		o.IsOperator = true
		o.Text, o.Schema = p.operatorName()
	case p.is(kw.True), p.is(kw.False), p.is(kw.On), p.is(kw.None):
		o.Text = p.tok.Text
		p.advance()
	default:
		o.Type = p.typeName()
	}
}

// signatureOf reads what names a function, an aggregate or an operator.
func (p *parser) signatureOf(kind ast.ObjectKind) ast.FuncSignature {
	switch kind {
	case ast.ObjectAggregate:
		f := ast.FuncSignature{Pos: p.at(), Name: p.anyQualified()}
		f.Args, _, _ = p.aggregateArgs()
		return f
	case ast.ObjectOperator:
		return p.operatorSignature()
	}
	return p.signature()
}

// operatorSignature reads an operator with the types of its operands.
func (p *parser) operatorSignature() ast.FuncSignature {
	f := ast.FuncSignature{Pos: p.at(), Name: p.anyOperator(), Operator: true}
	p.expectTok(kw.TokLParen)
	operand := func() {
		a := ast.FuncParam{Pos: p.at()}
		if !p.accept(kw.None) {
			a.Type = p.typeName()
		}
		f.Args = append(f.Args, a)
	}
	operand()
	if p.err == nil && p.isTok(kw.TokRParen) {
		p.err = sqlerr.New(sqlerr.SyntaxError, "missing argument").At(p.tok.Pos).
			WithHint("Use NONE to denote the missing argument of a unary operator.")
		return f
	}
	p.expectTok(kw.TokComma)
	last := p.tok.Pos
	operand()
	if p.err == nil && f.Args[1].Type == nil {
		p.failAt(last, sqlerr.SyntaxError, "postfix operators are not supported")
	}
	p.expectTok(kw.TokRParen)
	return f
}

// alterOperator reads OWNER TO, SET SCHEMA and SET (RESTRICT = …, JOIN = …).
func (p *parser) alterOperator(h *alterHead) ast.Stmt {
	if p.is(kw.Set) && p.peekIsTok(kw.TokLParen) {
		p.advance()
		return &ast.AlterOperator{Pos: h.pos, Operator: *h.function, Options: p.typeOptions()}
	}
	if p.is(kw.Rename) {
		p.syntaxError()
		return nil
	}
	return p.alterName(h)
}

// createCast reads CREATE CAST (a AS b) with its method and context.
func (p *parser) createCast(pos int) ast.Stmt {
	p.advance()
	pair := p.castTypes()
	s := &ast.CreateCast{Pos: pos, From: pair[0], To: pair[1], Context: 'e'}
	switch {
	case p.accept2(kw.With, kw.Function):
		f := p.signature()
		s.Function = &f
	case p.accept2(kw.With, kw.Inout):
		s.InOut = true
	default:
		p.expect(kw.Without)
		p.expect(kw.Function)
	}
	switch {
	case p.accept2(kw.As, kw.Assignment):
		s.Context = 'a'
	case p.accept2(kw.As, kw.Implicit):
		s.Context = 'i'
	}
	return s
}

// castTypes reads (a AS b).
func (p *parser) castTypes() []*ast.TypeName {
	p.expectTok(kw.TokLParen)
	from := p.typeName()
	p.expect(kw.As)
	to := p.typeName()
	p.expectTok(kw.TokRParen)
	return []*ast.TypeName{from, to}
}
