package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// defined binds the call of a function made by SQL, or of the constructor of a
// range type that was; nil where there is none.
func (b *binder) defined(c *ast.FuncCall, s *scope) expr.Expr {
	if e := b.sqlFunction(c, s); e != nil {
		return e
	}
	if t := b.rangeNamed(c); t != nil && (c.Name.Schema != "" || !isBuiltin(c.Name.Name)) {
		return b.rangeMaker(c, t, s)
	}
	return nil
}

// rangeNamed returns the range or multirange type, made by CREATE TYPE, whose
// constructor a call means by its name, or nil.
func (b *binder) rangeNamed(c *ast.FuncCall) *types.Type {
	if b.o.Catalog == nil || c.Star || c.Over != nil {
		return nil
	}
	return RangeNamed(b.o, c.Name)
}

// RangeNamed returns the range or multirange type of that name that somebody
// made, whose constructor has the name too, or nil.
func RangeNamed(o Options, q ast.QualifiedName) *types.Type {
	u := o.Catalog.UserType(o.SearchPath, q.Schema, q.Name)
	if u == nil || u.Type.Base != nil || !u.Type.Kind.IsRange() {
		return nil
	}
	return u.Type
}

// rangeMaker binds the constructor of a range or multirange type.
func (b *binder) rangeMaker(c *ast.FuncCall, t *types.Type, s *scope) expr.Expr {
	notAggregate(c)
	args := b.callArgs(c, s)
	if c.Variadic && len(args) == 1 && t.Kind == types.KindMultirange {
		if a := expr.BaseType(b.typeOf(args[0], true)); a.Kind != types.KindArray && !isUnknown(args[0]) {
			panic(fail(start(c.Args[0]), sqlerr.DatatypeMismatch, "VARIADIC argument must be an array"))
		}
		fn, _, ret, err := expr.ResolveMaker(t, []*types.Type{t.Sub})
		check(err, c.Pos)
		array := b.coerce(args[0], types.ArrayOf(t.Sub), c.Pos)
		return &expr.Call{Fn: spread(fn, nil, t.Sub), Args: []expr.Expr{array}, Typ: ret, Pos: c.Pos}
	}
	given := b.typesOf(args, b.untyped(args))
	fn, coerced, ret, err := expr.ResolveMaker(t, given)
	check(err, c.Pos)
	for i := range args {
		args[i] = b.coerce(args[i], coerced[i], c.Pos)
	}
	return b.makeCall(fn, args, ret, c.Pos)
}
