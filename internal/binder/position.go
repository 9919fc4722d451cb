package binder

import "github.com/zqlite/zqlite/internal/sql/ast"

func start(e ast.Expr) int { return ast.Start(e) }

// outputPos is where the expression of a query's output column begins: the
// first one where i is out of range.
func outputPos(body ast.SelectBody, i int) int {
	for {
		switch x := body.(type) {
		case *ast.Select:
			body = x.Body
		case *ast.SetOp:
			body = x.Left
		case *ast.SelectCore:
			if i >= len(x.Targets) {
				i = 0
			}
			if len(x.Targets) == 0 {
				return x.Pos
			}
			return start(x.Targets[i].Expr)
		case *ast.Values:
			if i >= len(x.Rows[0]) {
				i = 0
			}
			return start(x.Rows[0][i])
		default:
			return body.Position()
		}
	}
}
