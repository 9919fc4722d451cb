package ast

import (
	"encoding/hex"
	"strconv"

	"github.com/zqlite/zqlite/internal/sql/scanner"
)

// The precedences of the parser, loosest first.
const (
	precOr = 1 + iota
	precAnd
	precNot
	precIs
	precCompare
	precLike
	precOp
	precAdd
	precMul
	precPow
	precAt
	precCollate
	precUnary
	precCast
	precPrimary
)

// precOfOp is the level of an infix operator.
func precOfOp(op, schema string) int {
	if schema != "" {
		return precOp
	}
	switch op {
	case "=", "<", ">", "<=", ">=", "<>":
		return precCompare
	case "+", "-":
		return precAdd
	case "*", "/", "%":
		return precMul
	case "^":
		return precPow
	}
	return precOp
}

// precOf is the level of an expression as it is printed.
func precOf(e Expr) int {
	switch e := e.(type) {
	case *Or:
		return precOr
	case *And:
		return precAnd
	case *Not:
		return precNot
	case *Is:
		return precIs
	case *Between, *In, *Like:
		return precLike
	case *Binary:
		return precOfOp(e.Op, e.OpSchema)
	case *Quantified:
		return precOfOp(e.Op, e.OpSchema)
	case *AtTimeZone:
		return precAt
	case *Collate:
		return precCollate
	case *Unary:
		if e.OpSchema == "" && (e.Op == "-" || e.Op == "+") {
			return precUnary
		}
		return precOp
	case *Cast:
		if e.Kind == CastColons {
			return precCast
		}
	}
	return precPrimary
}

// expr prints e, in parentheses where it binds less tightly than min.
func (p *printer) expr(e Expr, min int) {
	if e == nil {
		return
	}
	if precOf(e) < min {
		p.s("(")
		p.bare(e)
		p.s(")")
		return
	}
	p.bare(e)
}

func (p *printer) exprs(list []Expr) {
	for i, e := range list {
		p.when(i > 0, ", ")
		p.expr(e, 0)
	}
}

// restricted prints an expression where AND, NOT or COLLATE may follow that are
// not part of it.
func (p *printer) restricted(e Expr) { p.expr(e, precUnary) }

func (p *printer) op(op, schema string) {
	if schema == "" {
		p.s(op)
		return
	}
	p.s("OPERATOR(")
	p.ident(schema)
	p.s("." + op + ")")
}

// bare prints e without parentheses around it.
func (p *printer) bare(e Expr) {
	switch e := e.(type) {
	case *Literal:
		p.literal(e)
	case *ColumnRef:
		for i, part := range e.Parts {
			p.when(i > 0, ".")
			p.ident(part.Text)
		}
		p.when(e.Star && len(e.Parts) > 0, ".")
		p.when(e.Star, "*")
	case *Param:
		if e.Name != "" {
			p.s("@" + e.Name)
		} else {
			p.s("$" + strconv.Itoa(e.Index))
		}
	case *Unary:
		p.unary(e)
	case *Binary:
		p.binary(e)
	case *And:
		p.chain(e.Args, " AND ", precAnd)
	case *Or:
		p.chain(e.Args, " OR ", precOr)
	case *Not:
		p.s("NOT ")
		p.expr(e.X, precNot)
	case *Is, *Between, *In, *Like, *Quantified:
		p.predicate(e)
	case *Exists:
		p.s("EXISTS ")
		p.parenQuery(e.Query)
	case *Subquery:
		p.parenQuery(e.Query)
	case *ArrayExpr:
		p.s("ARRAY[")
		p.exprs(e.Elems)
		p.s("]")
	case *ArraySubquery:
		p.s("ARRAY")
		p.parenQuery(e.Query)
	case *RowExpr:
		p.when(e.Explicit || len(e.Elems) < 2, "ROW")
		p.s("(")
		p.exprs(e.Elems)
		p.s(")")
	case *Case:
		p.caseExpr(e)
	case *Cast:
		p.cast(e)
	case *Collate:
		p.expr(e.X, precCollate)
		p.s(" COLLATE ")
		p.qualified(e.Collation)
	case *AtTimeZone:
		p.expr(e.X, precAt)
		p.s(" AT TIME ZONE ")
		p.expr(e.Zone, precAt+1)
	case *FuncCall:
		p.call(e)
	case *Subscript:
		p.indirect(e.X)
		p.brackets(e.Slice, e.Index, e.Lo, e.Hi)
	case *FieldSelect:
		if _, ok := e.X.(*ColumnRef); ok {
			p.s("(")
			p.bare(e.X)
			p.s(")")
		} else {
			p.indirect(e.X)
		}
		p.s(".")
		if e.Star {
			p.s("*")
		} else {
			p.ident(e.Field)
		}
	case *Default:
		p.s("DEFAULT")
	case *GroupingSet:
		p.s([]string{"", "ROLLUP ", "CUBE ", "GROUPING SETS "}[e.Kind])
		p.s("(")
		p.exprs(e.Items)
		p.s(")")
	}
}

func (p *printer) literal(e *Literal) {
	switch e.Kind {
	case NullLiteral:
		p.s("NULL")
	case StringLiteral:
		p.str(e.Text)
	case BytesLiteral:
		p.s("X'" + hex.EncodeToString([]byte(e.Text)) + "'")
	case BitLiteral:
		p.s("B'" + e.Text + "'")
	default:
		p.s(e.Text)
	}
}

func (p *printer) unary(e *Unary) {
	p.op(e.Op, e.OpSchema)
	if precOf(e) == precUnary {
		if _, ok := e.X.(*Unary); ok {
			p.s(" ")
		}
		p.expr(e.X, precUnary)
		return
	}
	p.s(" ")
	p.expr(e.X, precOp+1)
}

func (p *printer) binary(e *Binary) {
	prec := precOf(e)
	left := prec
	if prec == precCompare {
		left++
	}
	if e.OpSchema == "" && e.Op != "" && e.Op[0] == '?' && !endsOperand(e.L) {
		left = precPrimary + 1
	}
	p.expr(e.L, left)
	p.s(" ")
	p.op(e.Op, e.OpSchema)
	p.s(" ")
	p.expr(e.R, prec+1)
}

// endsOperand reports whether a question mark after e is an operator.
func endsOperand(e Expr) bool {
	switch e := e.(type) {
	case *ColumnRef:
		n := len(e.Parts)
		return n > 0 && !e.Star && scanner.Lookup(e.Parts[n-1].Text) == scanner.NoKeyword
	case *Param:
		return true
	case *Literal:
		return e.Kind == StringLiteral
	case *Subscript:
		return true
	}
	return false
}

func (p *printer) chain(args []Expr, op string, prec int) {
	for i, arg := range args {
		p.when(i > 0, op)
		p.expr(arg, prec+1)
	}
}

// predicate prints the predicates that are words.
func (p *printer) predicate(e Expr) {
	not := func(n bool) { p.when(n, "NOT ") }
	switch e := e.(type) {
	case *Is:
		p.expr(e.X, precIs+1)
		p.s(" IS ")
		not(e.Not)
		switch e.Kind {
		case IsDistinctFrom:
			p.s("DISTINCT FROM ")
			p.expr(e.Y, precIs+1)
		case IsNormalized:
			p.s(e.Form + " NORMALIZED")
		default:
			p.s([]string{"NULL", "TRUE", "FALSE", "UNKNOWN"}[e.Kind])
		}
	case *Between:
		p.expr(e.X, precLike+1)
		p.s(" ")
		not(e.Not)
		p.s("BETWEEN ")
		p.when(e.Symmetric, "SYMMETRIC ")
		p.restricted(e.Lo)
		p.s(" AND ")
		p.expr(e.Hi, precLike+1)
	case *In:
		p.expr(e.X, precLike+1)
		p.s(" ")
		not(e.Not)
		p.s("IN ")
		p.queryOrList(e.Query, e.List)
	case *Like:
		p.expr(e.X, precLike+1)
		p.s(" ")
		not(e.Not)
		p.s([]string{"LIKE ", "ILIKE ", "SIMILAR TO ", "GLOB ", "REGEXP "}[e.Kind])
		if e.Kind >= LikeGlob && !startsPlainly(e.Pattern) {
			p.expr(e.Pattern, precPrimary+1) // in parentheses
		} else {
			p.expr(e.Pattern, precLike+1)
		}
		if e.Escape != nil {
			p.s(" ESCAPE ")
			p.expr(e.Escape, precLike+1)
		}
	case *Quantified:
		p.expr(e.X, precOf(e)+1)
		p.s(" ")
		p.op(e.Op, e.OpSchema)
		if e.All {
			p.s(" ALL ")
		} else {
			p.s(" ANY ")
		}
		if e.Query != nil {
			p.parenQuery(e.Query)
		} else {
			p.queryOrList(nil, []Expr{e.Array})
		}
	}
}

// startsPlainly reports whether e may follow GLOB and REGEXP, which are words of
// SQLite that are operators only before what can be nothing but an operand.
func startsPlainly(e Expr) bool {
	switch e := e.(type) {
	case *Literal:
		return e.Kind == StringLiteral
	case *Param:
		return true
	}
	return false
}

func (p *printer) queryOrList(query *Select, list []Expr) {
	if query != nil {
		p.parenQuery(query)
		return
	}
	p.s("(")
	p.exprs(list)
	p.s(")")
}

func (p *printer) parenQuery(q *Select) {
	p.s("(")
	p.query(q)
	p.s(")")
}

func (p *printer) caseExpr(e *Case) {
	p.s("CASE")
	if e.Operand != nil {
		p.s(" ")
		p.expr(e.Operand, 0)
	}
	for _, w := range e.Whens {
		p.s(" WHEN ")
		p.expr(w.Cond, 0)
		p.s(" THEN ")
		p.expr(w.Then, 0)
	}
	if e.Else != nil {
		p.s(" ELSE ")
		p.expr(e.Else, 0)
	}
	p.s(" END")
}

func (p *printer) cast(e *Cast) {
	switch e.Kind {
	case CastColons:
		p.expr(e.X, precCast)
		p.s("::")
		p.typeName(e.Type)
	case CastLiteral:
		p.typeBase(e.Type)
		if e.Type.Interval == "" {
			p.mods(e.Type.Mods)
		}
		p.s(" ")
		p.expr(e.X, 0)
		if e.Type.Interval != "" {
			p.s(" " + e.Type.Interval)
			p.mods(e.Type.Mods)
		}
	default:
		p.s("CAST(")
		p.expr(e.X, 0)
		p.s(" AS ")
		p.typeName(e.Type)
		p.s(")")
	}
}
