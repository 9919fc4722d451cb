package binder

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// place is what the value of an assignment is stored in: a column, or a part of
// one that a path leads to.
type place struct {
	typ  *types.Type // that the value must have
	name string      // of the column, or of the composite field
	step byte        // what leads there: 'c' the column itself, 'f' a field, 's' subscripts
}

// partPath is an assignment to a part of a column.
type partPath struct {
	path  []ast.Indirection
	pos   int // of the target
	s     *scope
	value func(place) expr.Expr // the value, for the place that the path leads to
}

// setColumn binds an assignment to a part of a column as an expression for the
// whole column, whose value so far is old.
func (b *binder) setColumn(p *partPath, col *catalog.Column, old expr.Expr) expr.Expr {
	return b.setAt(p, p.path, place{col.Type, col.Name, 'c'}, old)
}

// setAt makes what stands at a place with the part at the rest of the path
// replaced; old is what stands there now.
func (b *binder) setAt(p *partPath, path []ast.Indirection, at place, old expr.Expr) expr.Expr {
	if len(path) == 0 {
		return p.value(at)
	}
	base := expr.BaseType(at.typ)
	var e expr.Expr
	switch {
	case path[0].Field != "":
		e = b.setField(p, path, at, base, old)
	case base.Kind == types.KindArray:
		e = b.setElements(p, path, at, base, old)
	case base.Kind == types.KindJSONB:
		e = b.setMember(p, path, at, old)
	default:
		panic(fail(p.pos, sqlerr.DatatypeMismatch, "cannot subscript type %s because it does not support subscripting", types.FormatName(at.typ)))
	}
	if at.typ.Domain != nil {
		return b.castTo(e, at.typ, false, true, p.pos)
	}
	return e
}

// setField makes a row of a composite type with one field replaced; of a row
// that is NULL the others are NULL.
func (b *binder) setField(p *partPath, path []ast.Indirection, at place, base *types.Type, old expr.Expr) expr.Expr {
	name := path[0].Field
	if base.Kind != types.KindRecord || len(base.Fields) == 0 {
		panic(fail(path[0].Pos, sqlerr.DatatypeMismatch, "cannot assign to field \"%s\" of column \"%s\" because its type %s is not a composite type",
			name, at.name, types.FormatName(at.typ)))
	}
	row := &expr.Row{Args: make([]expr.Expr, len(base.Fields)), Typ: base}
	found := false
	for i, f := range base.Fields {
		part := expr.Expr(&expr.Field{Arg: old, Index: i, Typ: f.Type})
		if f.Name == name {
			found = true
			part = b.setAt(p, path[1:], place{f.Type, f.Name, 'f'}, part)
		}
		row.Args[i] = part
	}
	if !found {
		panic(fail(path[0].Pos, sqlerr.UndefinedColumn, "cannot assign to field \"%s\" of column \"%s\" because there is no such column in data type %s",
			name, at.name, types.FormatName(at.typ)))
	}
	return row
}

// subscripts splits the subscripts that a path begins with off it.
func subscripts(path []ast.Indirection) (own, rest []ast.Indirection, sliced bool) {
	n := 0
	for n < len(path) && path[n].Field == "" {
		sliced = sliced || path[n].Slice
		n++
	}
	return path[:n], path[n:], sliced
}

// setElements binds an assignment to an element of an array, at one subscript
// per dimension, or to a slice of it; beside a slice a single subscript i
// stands for 1:i.
func (b *binder) setElements(p *partPath, path []ast.Indirection, at place, base *types.Type, old expr.Expr) expr.Expr {
	own, rest, sliced := subscripts(path)
	bound := func(x ast.Expr) expr.Expr {
		if x == nil {
			return &expr.Const{Typ: types.Int8}
		}
		return b.assign(b.scalar(x, p.s), types.Int8, nil, "", start(x))
	}
	var subs []expr.Expr
	for _, step := range own {
		switch {
		case step.Slice:
			subs = append(subs, bound(step.Lo), bound(step.Hi))
		case sliced:
			subs = append(subs, &expr.Const{Val: types.NewInt(1), Typ: types.Int8}, bound(step.Index))
		default:
			subs = append(subs, bound(step.Index))
		}
	}
	if sliced {
		v := b.setAt(p, rest, place{withoutMod(base), at.name, 's'}, &expr.Const{Typ: withoutMod(base)})
		return b.callByName("array_assign_slice", append([]expr.Expr{old, v}, subs...), p.pos, p.s)
	}
	element := expr.Expr(&expr.Const{Typ: base.Elem})
	if len(rest) > 0 {
		element = b.callByName("array_subscript", append([]expr.Expr{old}, subs...), p.pos, p.s)
	}
	v := b.setAt(p, rest, place{base.Elem, at.name, 's'}, element)
	return b.callByName("array_assign", append([]expr.Expr{old, v}, subs...), p.pos, p.s)
}

// setMember binds an assignment to a part of a jsonb value.
func (b *binder) setMember(p *partPath, path []ast.Indirection, at place, old expr.Expr) expr.Expr {
	own, rest, _ := subscripts(path)
	keys, first := make([]expr.Expr, len(own)), false
	for i, step := range own {
		if step.Slice {
			panic(fail(step.Pos, sqlerr.DatatypeMismatch, "jsonb subscript does not support slices"))
		}
		integer := false
		keys[i], integer = b.jsonbKey(step.Index, p.s)
		first = first || i == 0 && integer
	}
	v := b.setAt(p, rest, place{types.JSONB, at.name, 's'}, old)
	args := []expr.Expr{old, v, &expr.Const{Val: types.NewBool(first), Typ: types.Bool}}
	return b.callByName("jsonb_assign", append(args, keys...), p.pos, p.s)
}

// jsonbKey binds a subscript of a jsonb value: an integer or a text.
func (b *binder) jsonbKey(x ast.Expr, s *scope) (key expr.Expr, integer bool) {
	e := b.scalar(x, s)
	if isUnknown(e) {
		return b.settle(e, types.Text, false, start(x)), false
	}
	t := expr.BaseType(e.Type())
	switch {
	case t.Is(types.Int4), t.Is(types.Int2):
		return b.cast(e, types.Text, start(x), start(x)), true
	case t.Kind == types.KindText:
		return b.cast(e, types.Text, start(x), start(x)), false
	}
	panic(fail(start(x), sqlerr.DatatypeMismatch, "subscript type %s is not supported", types.FormatName(t)).
		WithHint("jsonb subscript must be coercible to either integer or text."))
}

// assignTo coerces a value for a place of a column of a relation.
func (b *binder) assignTo(at place, e expr.Expr, rel *catalog.Relation, pos int) expr.Expr {
	from := e.Type()
	if at.step != 'c' && !isUnknown(e) && !assignable(from, at.typ) {
		text := "subscripted assignment to \"%s\" requires type %s but expression is of type %s"
		if at.step == 'f' {
			text = "subfield \"%s\" is of type %s but expression is of type %s"
		}
		panic(fail(pos, sqlerr.DatatypeMismatch, text, at.name, types.FormatName(at.typ), types.FormatName(from)).
			WithHint("You will need to rewrite or cast the expression."))
	}
	return b.assign(e, at.typ, rel, at.name, pos)
}

// assigned binds the value of an assignment; DEFAULT is none for a part.
func (b *binder) assigned(e ast.Expr, at place, t ast.AssignTarget, rel *catalog.Relation, s *scope) expr.Expr {
	if d, ok := e.(*ast.Default); ok {
		what := "an array element"
		if t.Path[0].Field != "" {
			what = "a subfield"
		}
		panic(fail(d.Pos, sqlerr.FeatureNotSupported, "cannot set %s to DEFAULT", what))
	}
	return b.assignTo(at, b.scalar(e, s), rel, start(e))
}

// partOf gives the place that a target's path leads to.
func (b *binder) partOf(t ast.AssignTarget, col *catalog.Column, s *scope) (at place) {
	p := &partPath{path: t.Path, pos: t.Pos, s: s, value: func(found place) expr.Expr {
		at = found
		return &expr.Const{Typ: found.typ}
	}}
	b.setColumn(p, col, &expr.Const{Typ: col.Type})
	return at
}

// insertPart adds an assignment to a part of a column to the row that INSERT
// makes: value has the type of the part.
func (b *binder) insertPart(t ast.AssignTarget, c *change, ord int, row []expr.Expr, given []bool, value expr.Expr, s *scope) {
	col := c.rel.Columns[ord]
	old := expr.Expr(&expr.Const{Typ: col.Type})
	if given[ord] {
		old = row[ord]
	}
	row[ord] = b.setColumn(&partPath{path: t.Path, pos: t.Pos, s: s, value: func(place) expr.Expr { return value }}, col, old)
	given[ord] = true
}
