package parser

import (
	"strconv"

	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// typeName reads a type with modifiers and array bounds.
func (p *parser) typeName() *ast.TypeName {
	pos := p.tok.Pos
	setOf := p.accept(kw.Setof)
	t := p.simpleType()
	if p.err != nil {
		return t
	}
	t.Pos, t.SetOf = pos, setOf
	if p.accept(kw.Array) {
		size := -1
		if p.acceptTok(kw.TokLBracket) {
			size = p.arrayBound()
			p.expectTok(kw.TokRBracket)
		}
		t.Dims = []int{size}
		return t
	}
	for p.isTok(kw.TokLBracket) && len(t.Dims) < 16 {
		p.advance()
		size := -1
		if !p.isTok(kw.TokRBracket) {
			size = p.arrayBound()
		}
		p.expectTok(kw.TokRBracket)
		t.Dims = append(t.Dims, size)
	}
	return t
}

func (p *parser) arrayBound() int {
	n, err := strconv.ParseInt(p.tok.Text, 10, 32)
	if err != nil {
		p.syntaxError()
		return 0
	}
	p.expectTok(kw.TokInt)
	return int(n)
}

// aliases are the words, unquoted and unqualified, that stand for a type of
// another name.
var aliases = map[string]string{
	"datetime": "timestamp", "tinyint": "int2", "blob": "bytea",
}

// typeOf makes a type of a name that is not followed by further words.
func typeOf(q ast.QualifiedName, quoted bool) *ast.TypeName {
	if !quoted && q.Schema == "" {
		if name, ok := aliases[q.Name]; ok {
			q.Name = name
		}
		if q.Name == "double" {
			q.Name = "float8"
		}
	}
	return &ast.TypeName{Pos: q.Pos, Name: q}
}

func builtinType(pos int, name string) *ast.TypeName {
	return &ast.TypeName{Pos: pos, Name: ast.QualifiedName{Pos: pos, Name: name}}
}

// simpleType reads a type without array bounds.
func (p *parser) simpleType() *ast.TypeName {
	pos := p.tok.Pos
	if p.tok.Kind != kw.TokIdent {
		p.syntaxError()
		return nil
	}
	word := p.tok.Keyword
	if word.Category() == kw.ColumnName && !p.peekIsTok(kw.TokDot) {
		return p.keywordType(pos, word)
	}
	if word == kw.Double {
		p.advance()
		p.accept(kw.Precision)
		return builtinType(pos, "float8")
	}
	if !isTypeFunc(&p.tok) && !(isColID(&p.tok) && p.peekIsTok(kw.TokDot)) {
		p.syntaxError()
		return nil
	}
	quoted := p.tok.Quoted
	q := p.anyQualified()
	t := typeOf(q, quoted)
	if p.isTok(kw.TokPercent) && p.peekIs(kw.Type) {
		p.advance()
		p.advance()
		t.OfColumn = true
		return t
	}
	t.Mods = p.typeMods()
	if !quoted && q.Schema == "" && q.Name == "tinyint" {
		t.Mods = nil // MySQL's display width
	}
	return t
}

// typeMods reads (n, ...), or nothing.
func (p *parser) typeMods() []ast.Expr {
	if !p.isTok(kw.TokLParen) || !p.enter() {
		return nil
	}
	p.advance()
	mods := p.exprList()
	p.expectTok(kw.TokRParen)
	p.leave()
	return mods
}

// length reads (n) with one number, or nothing.
func (p *parser) length() []ast.Expr {
	if !p.acceptTok(kw.TokLParen) {
		return nil
	}
	if !p.isTok(kw.TokInt) {
		p.syntaxError()
		return nil
	}
	mods := []ast.Expr{p.literal(ast.IntLiteral)}
	p.expectTok(kw.TokRParen)
	return mods
}

// keywordType reads the types that are words of the grammar.
func (p *parser) keywordType(pos int, word kw.Keyword) *ast.TypeName {
	p.advance()
	switch word {
	case kw.Int, kw.Integer:
		return builtinType(pos, "integer")
	case kw.Smallint:
		return builtinType(pos, "int2")
	case kw.Bigint:
		return builtinType(pos, "int8")
	case kw.Real:
		return builtinType(pos, "float8")
	case kw.Boolean:
		return builtinType(pos, "bool")
	case kw.Float:
		return p.floatType(pos)
	case kw.Decimal, kw.Dec, kw.Numeric:
		t := builtinType(pos, "numeric")
		t.Mods = p.typeMods()
		return t
	case kw.Varchar:
		t := builtinType(pos, "varchar")
		t.Mods = p.length()
		return t
	case kw.National:
		if !p.accept(kw.Character) {
			p.expect(kw.Char)
		}
		return p.characterType(pos)
	case kw.Character, kw.Char, kw.Nchar:
		return p.characterType(pos)
	case kw.Bit:
		return p.bitType(pos)
	case kw.Time:
		return p.timeType(pos, "time", "timetz")
	case kw.Timestamp:
		return p.timeType(pos, "timestamp", "timestamptz")
	case kw.Interval:
		t := builtinType(pos, "interval")
		if t.Mods = p.length(); t.Mods == nil {
			p.intervalFields(t)
		}
		return t
	}
	p.syntaxErrorAt(&kw.Token{Kind: kw.TokIdent, Pos: pos, End: p.lastEnd})
	return nil
}

// floatType reads FLOAT(n): up to 24 binary digits are float4.
func (p *parser) floatType(pos int) *ast.TypeName {
	if !p.acceptTok(kw.TokLParen) {
		return builtinType(pos, "float8")
	}
	at := p.tok.Pos
	n, err := strconv.Atoi(p.tok.Text)
	p.expectTok(kw.TokInt)
	p.expectTok(kw.TokRParen)
	switch {
	case p.err != nil:
	case err != nil || n > 53:
		p.failAt(at, sqlerr.InvalidParameterValue, "precision for type float must be less than 54 bits")
	case n < 1:
		p.failAt(at, sqlerr.InvalidParameterValue, "precision for type float must be at least 1 bit")
	case n <= 24:
		return builtinType(pos, "float4")
	}
	return builtinType(pos, "float8")
}

// one is the length that CHAR and BIT have where none is written.
func one(pos int) []ast.Expr {
	return []ast.Expr{&ast.Literal{Pos: pos, Kind: ast.IntLiteral, Text: "1"}}
}

func (p *parser) characterType(pos int) *ast.TypeName {
	t := builtinType(pos, "bpchar")
	if p.accept(kw.Varying) {
		t.Name.Name = "varchar"
		t.Mods = p.length()
	} else if t.Mods = p.length(); t.Mods == nil {
		t.Mods = one(pos)
	}
	return t
}

func (p *parser) bitType(pos int) *ast.TypeName {
	t := builtinType(pos, "bit")
	if p.accept(kw.Varying) {
		t.Name.Name = "varbit"
		t.Mods = p.typeMods()
	} else if t.Mods = p.typeMods(); t.Mods == nil {
		t.Mods = one(pos)
	}
	return t
}

// timeType reads TIME and TIMESTAMP with precision and WITH[OUT] TIME ZONE.
func (p *parser) timeType(pos int, plain, zoned string) *ast.TypeName {
	t := builtinType(pos, plain)
	t.Mods = p.length()
	if p.accept3(kw.With, kw.Time, kw.Zone) {
		t.Name.Name = zoned
	} else {
		p.accept3(kw.Without, kw.Time, kw.Zone)
	}
	return t
}

// intervalFields reads YEAR TO MONTH and the like.
func (p *parser) intervalFields(t *ast.TypeName) {
	first := p.tok.Keyword
	switch first {
	case kw.Year, kw.Month, kw.Day, kw.Hour, kw.Minute, kw.Second:
	default:
		return
	}
	p.advance()
	last := first
	if p.is(kw.To) {
		p.advance()
		last = p.tok.Keyword
		ok := false
		switch last {
		case kw.Month:
			ok = first == kw.Year
		case kw.Hour:
			ok = first == kw.Day
		case kw.Minute:
			ok = first == kw.Day || first == kw.Hour
		case kw.Second:
			ok = first == kw.Day || first == kw.Hour || first == kw.Minute
		}
		if !ok {
			p.syntaxError()
			return
		}
		p.advance()
		t.Interval = first.String() + " to " + last.String()
	} else {
		t.Interval = first.String()
	}
	if last == kw.Second && t.Mods == nil {
		t.Mods = p.length()
	}
}
