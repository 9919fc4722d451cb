package binder

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// subscriptsOnly reports whether a target's path has no field names.
func subscriptsOnly(path []ast.Indirection) bool {
	for _, step := range path {
		if step.Field != "" {
			return false
		}
	}
	return true
}

// setElements binds an assignment to an element of an array, at one subscript
// per dimension, or to a slice of it; beside a slice a single subscript i
// stands for 1:i.
func (b *binder) setElements(t ast.AssignTarget, e ast.Expr, c *change, col *catalog.Column, old expr.Expr, s *scope) expr.Expr {
	base := expr.BaseType(col.Type)
	sliced := false
	for _, step := range t.Path {
		sliced = sliced || step.Slice
	}
	bound := func(x ast.Expr) expr.Expr {
		if x == nil {
			return &expr.Const{Typ: types.Int8}
		}
		return b.assign(b.scalar(x, s), types.Int8, nil, "", start(x))
	}
	if !sliced {
		args := []expr.Expr{old, b.assign(b.scalar(e, s), base.Elem, c.rel, col.Name, start(e))}
		for _, step := range t.Path {
			args = append(args, bound(step.Index))
		}
		return b.callByName("array_assign", args, t.Pos, s)
	}
	args := []expr.Expr{old, b.assign(b.scalar(e, s), withoutMod(base), c.rel, col.Name, start(e))}
	for _, step := range t.Path {
		if step.Slice {
			args = append(args, bound(step.Lo), bound(step.Hi))
		} else {
			args = append(args, &expr.Const{Val: types.NewInt(1), Typ: types.Int8}, bound(step.Index))
		}
	}
	return b.callByName("array_assign_slice", args, t.Pos, s)
}
