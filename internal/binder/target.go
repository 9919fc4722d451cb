package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// targets binds a select list or RETURNING, stars expanded.
func (b *binder) targets(list []ast.Target, s *scope) []output {
	outs := make([]output, 0, len(list))
	for _, t := range list {
		if expanded, ok := b.starTarget(t.Expr, s); ok {
			outs = append(outs, expanded...)
			continue
		}
		o := output{expr: b.scalar(t.Expr, s), name: t.Alias, pos: start(t.Expr)}
		if o.name == "" {
			o.name = targetName(t.Expr)
		}
		outs = append(outs, o)
	}
	return outs
}

// starTarget expands a star in a select list; ok is false for anything else.
func (b *binder) starTarget(e ast.Expr, s *scope) (outs []output, ok bool) {
	from := len(b.referred)
	switch x := e.(type) {
	case *ast.ColumnRef:
		if !x.Star {
			return nil, false
		}
		outs = b.expandStar(x, s)
	case *ast.FieldSelect:
		if !x.Star {
			return nil, false
		}
		outs = b.expandRecord(x, s)
	default:
		return nil, false
	}
	if b.o.Notes != nil {
		b.noteStar(e, from)
	}
	return outs, true
}

// expandStar gives the columns of * or t.*.
func (b *binder) expandStar(star *ast.ColumnRef, s *scope) []output {
	var outs []output
	if len(star.Parts) > 0 {
		schema := ""
		if len(star.Parts) > 1 {
			schema = star.Parts[len(star.Parts)-2].Text
		}
		table := star.Parts[len(star.Parts)-1].Text
		it, level := b.findTable(schema, table, star.Pos, s)
		if it == nil {
			panic(b.noTable(schema, table, star.Pos, s))
		}
		for i := range it.cols[:len(it.cols)-it.added] {
			outs = append(outs, output{expr: b.refer(it, i, star.Pos, level, s), name: it.cols[i].col.Name, pos: star.Pos})
		}
		return outs
	}
	if len(s.items) == 0 {
		panic(fail(star.Pos, sqlerr.SyntaxError, "SELECT * with no tables specified is not valid"))
	}
	for _, it := range s.items {
		if it.gone || it.hidden {
			continue
		}
		for i := range it.cols[:len(it.cols)-it.added] {
			if it.cols[i].merged {
				continue
			}
			outs = append(outs, output{expr: b.refer(it, i, star.Pos, s, s), name: it.cols[i].col.Name, pos: star.Pos})
		}
	}
	return outs
}

// expandRecord gives the fields of (x).*.
func (b *binder) expandRecord(x *ast.FieldSelect, s *scope) []output {
	if c, ok := x.X.(*ast.ColumnRef); ok && len(c.Parts) == 1 && !c.Star && b.findColumn(c.Parts[0].Text, c.Pos, s) == nil {
		return b.expandStar(&ast.ColumnRef{Pos: x.Pos, Parts: c.Parts, Star: true}, s)
	}
	arg := b.scalar(x.X, s)
	t := expr.BaseType(arg.Type())
	if t.Kind != types.KindRecord {
		panic(fail(x.Pos, sqlerr.WrongObjectType, "type %s is not composite", t.Display))
	}
	outs := make([]output, len(t.Fields))
	for i, f := range t.Fields {
		outs[i] = output{expr: b.field(arg, f.Name, x.Pos), name: f.Name, pos: x.Pos}
	}
	return outs
}

// targetName is the name of a result column without an alias, as PostgreSQL
// chooses it.
func targetName(e ast.Expr) string {
	name, _ := figureName(e)
	return name
}

// figureName returns the name and how good it is: 2 for the name of a column
// or function, 1 for that of a type, 0 for none.
func figureName(e ast.Expr) (string, int) {
	switch x := e.(type) {
	case *ast.ColumnRef:
		if len(x.Parts) > 0 {
			return x.Parts[len(x.Parts)-1].Text, 2
		}
	case *ast.FieldSelect:
		return x.Field, 2
	case *ast.Subscript:
		return figureName(x.X)
	case *ast.FuncCall:
		if x.Name.Name == "ifnull" {
			return "ifnull", 2
		}
		return x.Name.Name, 2
	case *ast.Cast:
		name, strength := figureName(x.X)
		if strength <= 1 {
			return castName(x.Type), 1
		}
		return name, strength
	case *ast.Collate:
		return figureName(x.X)
	case *ast.AtTimeZone:
		return "timezone", 2
	case *ast.Case:
		if x.Else != nil {
			if name, strength := figureName(x.Else); strength == 2 {
				return name, strength
			}
		}
		return "case", 1
	case *ast.ArrayExpr, *ast.ArraySubquery:
		return "array", 2
	case *ast.RowExpr:
		return "row", 2
	case *ast.Exists:
		return "exists", 2
	case *ast.Subquery:
		if core, ok := x.Query.Body.(*ast.SelectCore); ok && len(core.Targets) > 0 {
			if core.Targets[0].Alias != "" {
				return core.Targets[0].Alias, 2
			}
			name, _ := figureName(core.Targets[0].Expr)
			return name, 2
		}
		if _, ok := x.Query.Body.(*ast.Values); ok {
			return "column1", 2
		}
		return "?column?", 0
	case *ast.Is:
		if x.Kind == ast.IsNormalized {
			return "is_normalized", 2
		}
	}
	return "?column?", 0
}

func castName(t *ast.TypeName) string {
	if t.Name.Name == "integer" && t.Name.Schema == "" {
		return "int4"
	}
	return t.Name.Name
}

// findColumnRef returns the column reference that an expression of LIMIT is,
// or nil.
func findColumnRef(e ast.Expr) *ast.ColumnRef {
	if c, ok := e.(*ast.ColumnRef); ok && !c.Star && len(c.Parts) == 1 {
		return c
	}
	return nil
}
