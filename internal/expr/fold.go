package expr

import "github.com/zqlite/zqlite/internal/types"

// Fold computes the parts of an expression that are immutable and constant,
// and simplifies AND, OR, NOT, CASE and COALESCE around constants. What fails
// is left as it is, so that the error comes at run time, if the expression is
// evaluated at all. ctx may be an empty Context; it is not used for anything
// that depends on a session.
func Fold(e Expr, ctx *Context) Expr {
	if ctx == nil {
		ctx = &Context{}
	}
	return Rewrite(e, func(e Expr) Expr { return foldNode(e, ctx) })
}

func foldNode(e Expr, ctx *Context) Expr {
	switch e := e.(type) {
	case *And:
		return foldLogic(e, e.Args, false)
	case *Or:
		return foldLogic(e, e.Args, true)
	case *Case:
		return foldCase(e)
	case *Coalesce:
		return foldCoalesce(e)
	case *Not:
		if n, ok := e.Arg.(*Not); ok {
			return n.Arg
		}
	case *Call:
		if callVolatility(e) != Immutable || writesStyled(e) || e.Fn.Serial || e.Fn.Eval == nil && e.Fn.EvalTyped == nil {
			return e
		}
		if !e.Fn.NotStrict && anyNullConst(e.Args) {
			return &Const{Typ: e.Typ}
		}
	case *Cast:
		if castVolatility(e.Arg.Type(), e.To) != Immutable || styled(e.Arg.Type(), e.To) {
			return e
		}
	case *Compare:
		if anyNullConst([]Expr{e.A, e.B}) {
			return &Const{Typ: types.Bool}
		}
	case *In:
		if len(e.List) == 0 {
			return &Const{Val: types.NewBool(e.Negated), Typ: types.Bool}
		}
	case *IsNull, *IsBool, *Distinct, *Row, *Array, *Field, *ArrayCompare:
	default:
		return e
	}
	if !allConst(children(e)) {
		return e
	}
	if a, ok := e.(*ArrayCompare); ok && VolatilityOf(a.Cond) != Immutable {
		return e
	}
	s, err := (&Compiler{}).Scalar(e)
	if err != nil {
		return e
	}
	v, err := s(ctx, nil)
	if err != nil {
		return e
	}
	return &Const{Val: v, Typ: e.Type()}
}

func allConst(list []Expr) bool {
	for _, e := range list {
		if _, ok := e.(*Const); !ok {
			return false
		}
	}
	return true
}

func anyNullConst(list []Expr) bool {
	for _, e := range list {
		if k, ok := e.(*Const); ok && k.Val.K == types.KindNull {
			return true
		}
	}
	return false
}

// foldLogic flattens nested ANDs or ORs, drops the constants that do not
// matter and cuts the list at the first one that decides.
func foldLogic(e Expr, args []Expr, decided bool) Expr {
	var kept []Expr
	for _, a := range args {
		switch n := a.(type) {
		case *And:
			if !decided {
				kept = append(kept, n.Args...)
				continue
			}
		case *Or:
			if decided {
				kept = append(kept, n.Args...)
				continue
			}
		case *Const:
			if n.Val.K != types.KindNull {
				if n.Val.Bool() != decided {
					continue
				}
				if len(kept) == 0 || allPure(kept) {
					return &Const{Val: types.NewBool(decided), Typ: types.Bool}
				}
			}
		}
		kept = append(kept, a)
	}
	switch {
	case len(kept) == 0:
		return &Const{Val: types.NewBool(!decided), Typ: types.Bool}
	case len(kept) == 1:
		return kept[0]
	case len(kept) == len(args):
		same := true
		for i := range kept {
			same = same && kept[i] == args[i]
		}
		if same {
			return e
		}
	}
	if decided {
		return &Or{Args: kept}
	}
	return &And{Args: kept}
}

// allPure reports whether leaving the expressions out changes nothing that a
// user may count on: volatile calls are kept.
func allPure(list []Expr) bool {
	for _, e := range list {
		if VolatilityOf(e) == Volatile {
			return false
		}
	}
	return true
}

func foldCase(e *Case) Expr {
	var whens []When
	for _, w := range e.Whens {
		k, ok := w.Cond.(*Const)
		if !ok {
			whens = append(whens, w)
			continue
		}
		if k.Val.K == types.KindNull || !k.Val.Bool() {
			continue
		}
		if len(whens) == 0 {
			return w.Then
		}
		return &Case{Whens: whens, Else: w.Then, Typ: e.Typ}
	}
	switch len(whens) {
	case 0:
		return e.Else
	case len(e.Whens):
		return e
	}
	return &Case{Whens: whens, Else: e.Else, Typ: e.Typ}
}

func foldCoalesce(e *Coalesce) Expr {
	var args []Expr
	for _, a := range e.Args {
		k, ok := a.(*Const)
		if ok && k.Val.K == types.KindNull {
			continue
		}
		args = append(args, a)
		if ok {
			break
		}
	}
	switch len(args) {
	case 0:
		return &Const{Typ: e.Typ}
	case 1:
		return args[0]
	case len(e.Args):
		return e
	}
	return &Coalesce{Args: args, Typ: e.Typ}
}
