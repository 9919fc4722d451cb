package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
)

// finishParams gives the parameters that nothing has typed the type of the
// argument, else text, and puts it into the expressions that waited for it.
func (b *binder) finishParams(root plan.Node) {
	for i, t := range b.params {
		if t != nil {
			continue
		}
		if t = b.argType(i); t != nil {
			b.typedByArgs = true
		} else {
			t = types.Text
		}
		b.params[i] = t
	}
	if !b.lateParams {
		return
	}
	rewritePlan(root, func(e expr.Expr) expr.Expr {
		return rewrite(e, func(x expr.Expr) (expr.Expr, bool) {
			if p, ok := x.(*expr.Param); ok && isUnknown(p) {
				return &expr.Param{Index: p.Index, Typ: b.params[p.Index]}, true
			}
			return x, false
		})
	})
}
