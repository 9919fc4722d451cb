package ast

// Start is where an expression begins: for an operator that stands between
// its operands, at the left one. It is where PostgreSQL's errors point to.
func Start(e Expr) int {
	for {
		switch x := e.(type) {
		case *Binary:
			e = x.L
		case *And:
			e = x.Args[0]
		case *Or:
			e = x.Args[0]
		case *Is:
			e = x.X
		case *In:
			e = x.X
		case *Between:
			e = x.X
		case *Like:
			e = x.X
		case *Quantified:
			e = x.X
		case *Collate:
			e = x.X
		case *AtTimeZone:
			e = x.X
		case *Subscript:
			e = x.X
		case *Cast:
			if x.Kind == CastCall {
				return x.Pos
			}
			e = x.X
		default:
			return e.Position()
		}
	}
}
