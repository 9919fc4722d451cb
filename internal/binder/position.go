package binder

import "github.com/zqlite/zqlite/internal/sql/ast"

// start is where an expression begins: for an operator that stands between
// its operands, at the left one. It is where PostgreSQL's errors point to.
func start(e ast.Expr) int {
	for {
		switch x := e.(type) {
		case *ast.Binary:
			e = x.L
		case *ast.And:
			e = x.Args[0]
		case *ast.Or:
			e = x.Args[0]
		case *ast.Is:
			e = x.X
		case *ast.In:
			e = x.X
		case *ast.Between:
			e = x.X
		case *ast.Like:
			e = x.X
		case *ast.Quantified:
			e = x.X
		case *ast.Collate:
			e = x.X
		case *ast.AtTimeZone:
			e = x.X
		case *ast.Subscript:
			e = x.X
		case *ast.Cast:
			if x.Kind != ast.CastColons {
				return x.Pos
			}
			e = x.X
		default:
			return e.Position()
		}
	}
}

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
