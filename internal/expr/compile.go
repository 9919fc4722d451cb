package expr

import (
	"errors"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// Compiler turns bound expressions into programs. Slot says where a column
// stands in the rows and batches the programs will get; Subquery, which may be
// nil, makes the evaluator of a subquery. The programs of one compilation
// belong to one goroutine: they keep their scratch memory between calls.
type Compiler struct {
	Slot     func(ColumnID) int
	Subquery func(*Subquery) (Scalar, error)
}

// Scalar computes an expression over one row. The row is read only.
type Scalar func(c *Context, row []types.Value) (types.Value, error)

// errNoSubquery answers where an expression holds a subquery that nobody runs.
var errNoSubquery = sqlerr.New(sqlerr.FeatureNotSupported, "cannot use subquery in this expression")

// Scalar compiles an expression into closures over a row of values.
func (p *Compiler) Scalar(e Expr) (Scalar, error) {
	switch e := e.(type) {
	case *Const:
		v := e.Val
		return func(*Context, []types.Value) (types.Value, error) { return v, nil }, nil
	case *Column:
		slot, err := p.slot(e)
		if err != nil {
			return nil, err
		}
		return func(_ *Context, row []types.Value) (types.Value, error) { return row[slot], nil }, nil
	case *Param:
		return scalarParam(e.Index), nil
	case *Outer:
		id := e.ID
		return func(c *Context, _ []types.Value) (types.Value, error) { return c.Outer[id], nil }, nil
	case *Call:
		return p.scalarCall(e)
	case *And:
		return p.scalarLogic(e.Args, false)
	case *Or:
		return p.scalarLogic(e.Args, true)
	case *Not, *IsNull, *IsBool:
		return p.scalarTest(e)
	case *Distinct:
		return p.scalarDistinct(e)
	case *Compare:
		return p.scalarCompare(e)
	case *In:
		return p.scalarIn(e)
	case *Case:
		return p.scalarCase(e)
	case *Coalesce:
		return p.scalarCoalesce(e)
	case *Cast:
		return p.scalarCast(e)
	case *Row, *Array, *Field:
		return p.scalarComposite(e)
	case *ArrayCompare:
		return p.scalarArrayCompare(e)
	case *Subquery:
		if p.Subquery == nil {
			return nil, errNoSubquery
		}
		return p.Subquery(e)
	}
	return nil, sqlerr.New(sqlerr.InternalError, "expression %T cannot be evaluated here", e)
}

// Scalars compiles a list.
func (p *Compiler) Scalars(list []Expr) ([]Scalar, error) {
	out := make([]Scalar, len(list))
	for i, e := range list {
		s, err := p.Scalar(e)
		if err != nil {
			return nil, err
		}
		out[i] = s
	}
	return out, nil
}

func (p *Compiler) slot(e *Column) (int, error) {
	if p.Slot != nil {
		if slot := p.Slot(e.ID); slot >= 0 {
			return slot, nil
		}
	}
	return 0, sqlerr.New(sqlerr.InternalError, "column %s (%d) is not in the input", e.Name, e.ID)
}

func scalarParam(index int) Scalar {
	return func(c *Context, _ []types.Value) (types.Value, error) {
		if index >= len(c.Params) {
			return types.Null, sqlerr.New(sqlerr.UndefinedParameter, "there is no parameter $%d", index+1)
		}
		return c.Params[index], nil
	}
}

// locate puts the position of a call on an error that has none.
func locate(err error, pos int) error {
	var e *sqlerr.Error
	if pos >= 0 && errors.As(err, &e) && e.Position == 0 {
		return e.At(pos)
	}
	return err
}

// evalOf returns what computes one call: a form specialised for constant
// arguments where the function has one, else Eval.
func evalOf(e *Call) func(*Context, []types.Value) (types.Value, error) {
	if e.Fn.Specialize != nil {
		consts := make([]*types.Value, len(e.Args))
		for i, a := range e.Args {
			if k, ok := a.(*Const); ok {
				consts[i] = &k.Val
			}
		}
		if eval := e.Fn.Specialize(consts); eval != nil {
			return eval
		}
	}
	if e.Fn.EvalTyped != nil {
		call := &CallTypes{Args: make([]*types.Type, len(e.Args)), Ret: e.Typ}
		for i, a := range e.Args {
			call.Args[i] = a.Type()
		}
		typed := e.Fn.EvalTyped
		return func(c *Context, args []types.Value) (types.Value, error) { return typed(c, call, args) }
	}
	return e.Fn.Eval
}

func (p *Compiler) scalarCall(e *Call) (Scalar, error) {
	args, err := p.Scalars(e.Args)
	if err != nil {
		return nil, err
	}
	if fast := fastCall(e, args); fast != nil {
		return fast, nil
	}
	eval, strict, pos := evalOf(e), !e.Fn.NotStrict, e.Pos
	if eval == nil {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "function %s cannot be evaluated here", e.Fn.Name)
	}
	vals := make([]types.Value, len(args))
	return func(c *Context, row []types.Value) (types.Value, error) {
		for i, a := range args {
			v, err := a(c, row)
			if err != nil {
				return types.Null, err
			}
			if strict && v.K == types.KindNull {
				return types.Null, nil
			}
			vals[i] = v
		}
		v, err := eval(c, vals)
		if err == nil {
			err = fits(v)
		}
		if err != nil {
			return types.Null, locate(err, pos)
		}
		return v, nil
	}, nil
}

// scalarLogic is AND (decided by false) or OR (decided by true) of conditions.
func (p *Compiler) scalarLogic(list []Expr, decided bool) (Scalar, error) {
	args, err := p.Scalars(list)
	if err != nil {
		return nil, err
	}
	return func(c *Context, row []types.Value) (types.Value, error) {
		null := false
		for _, a := range args {
			v, err := a(c, row)
			if err != nil {
				return types.Null, err
			}
			if v.K == types.KindNull {
				null = true
			} else if v.I != 0 == decided {
				return v, nil
			}
		}
		if null {
			return types.Null, nil
		}
		return types.NewBool(!decided), nil
	}, nil
}

// scalarTest compiles NOT, IS NULL and IS TRUE.
func (p *Compiler) scalarTest(e Expr) (Scalar, error) {
	arg, err := p.Scalar(children(e)[0])
	if err != nil {
		return nil, err
	}
	switch e := e.(type) {
	case *Not:
		return func(c *Context, row []types.Value) (types.Value, error) {
			v, err := arg(c, row)
			if err != nil || v.K == types.KindNull {
				return types.Null, err
			}
			return types.NewBool(v.I == 0), nil
		}, nil
	case *IsBool:
		want, negated := e.Want, e.Negated
		return func(c *Context, row []types.Value) (types.Value, error) {
			v, err := arg(c, row)
			if err != nil {
				return types.Null, err
			}
			return types.NewBool(isBool(v, want) != negated), nil
		}, nil
	}
	isNull := e.(*IsNull)
	if t := BaseType(isNull.Arg.Type()); t.Kind == types.KindRecord {
		negated := isNull.Negated
		return func(c *Context, row []types.Value) (types.Value, error) {
			v, err := arg(c, row)
			if err != nil {
				return types.Null, err
			}
			return types.NewBool(recordNull(v, t, negated)), nil
		}, nil
	}
	negated := isNull.Negated
	return func(c *Context, row []types.Value) (types.Value, error) {
		v, err := arg(c, row)
		if err != nil {
			return types.Null, err
		}
		return types.NewBool((v.K == types.KindNull) != negated), nil
	}, nil
}

func isBool(v, want types.Value) bool {
	if want.K == types.KindNull || v.K == types.KindNull {
		return want.K == v.K
	}
	return (v.I != 0) == (want.I != 0)
}

func (p *Compiler) scalarDistinct(e *Distinct) (Scalar, error) {
	a, err := p.Scalar(e.A)
	if err != nil {
		return nil, err
	}
	b, err := p.Scalar(e.B)
	if err != nil {
		return nil, err
	}
	cmp, negated := comparerOf(e.A.Type(), e.B.Type()), e.Negated
	return func(c *Context, row []types.Value) (types.Value, error) {
		x, err := a(c, row)
		if err != nil {
			return types.Null, err
		}
		y, err := b(c, row)
		if err != nil {
			return types.Null, err
		}
		distinct := (x.K == types.KindNull) != (y.K == types.KindNull)
		if x.K != types.KindNull && y.K != types.KindNull {
			distinct = cmp(x, y) != 0
		}
		return types.NewBool(distinct != negated), nil
	}, nil
}

func (p *Compiler) scalarCase(e *Case) (Scalar, error) {
	conds, thens := make([]Scalar, len(e.Whens)), make([]Scalar, len(e.Whens))
	for i, w := range e.Whens {
		var err error
		if conds[i], err = p.Scalar(w.Cond); err != nil {
			return nil, err
		}
		if thens[i], err = p.Scalar(w.Then); err != nil {
			return nil, err
		}
	}
	otherwise, err := p.Scalar(e.Else)
	if err != nil {
		return nil, err
	}
	return func(c *Context, row []types.Value) (types.Value, error) {
		for i, cond := range conds {
			v, err := cond(c, row)
			if err != nil {
				return types.Null, err
			}
			if v.K != types.KindNull && v.I != 0 {
				return thens[i](c, row)
			}
		}
		return otherwise(c, row)
	}, nil
}

func (p *Compiler) scalarCoalesce(e *Coalesce) (Scalar, error) {
	args, err := p.Scalars(e.Args)
	if err != nil {
		return nil, err
	}
	return func(c *Context, row []types.Value) (types.Value, error) {
		for _, a := range args {
			v, err := a(c, row)
			if err != nil || v.K != types.KindNull {
				return v, err
			}
		}
		return types.Null, nil
	}, nil
}

func (p *Compiler) scalarCast(e *Cast) (Scalar, error) {
	arg, err := p.Scalar(e.Arg)
	if err != nil {
		return nil, err
	}
	if IsRelabel(e.Arg.Type(), e.To) {
		return arg, nil
	}
	cast, err := castOf(e)
	if err != nil {
		return nil, err
	}
	pos := e.Pos
	return func(c *Context, row []types.Value) (types.Value, error) {
		v, err := arg(c, row)
		if err != nil || v.K == types.KindNull {
			return types.Null, err
		}
		v, err = cast(c, v)
		if err != nil {
			return types.Null, locate(err, pos)
		}
		return v, nil
	}, nil
}

// scalarComposite compiles ROW, ARRAY and field selection.
func (p *Compiler) scalarComposite(e Expr) (Scalar, error) {
	args, err := p.Scalars(children(e))
	if err != nil {
		return nil, err
	}
	if f, ok := e.(*Field); ok {
		arg, index, t := args[0], f.Index, f.Arg.Type()
		return func(c *Context, row []types.Value) (types.Value, error) {
			v, err := arg(c, row)
			if err != nil || v.K == types.KindNull {
				return types.Null, err
			}
			return recordField(v, t, index)
		}, nil
	}
	_, isRow := e.(*Row)
	t := e.Type()
	vals := make([]types.Value, len(args))
	return func(c *Context, row []types.Value) (types.Value, error) {
		for i, a := range args {
			v, err := a(c, row)
			if err != nil {
				return types.Null, err
			}
			vals[i] = v
		}
		if isRow {
			return makeRecord(t, vals)
		}
		return makeArray(t, vals)
	}, nil
}

// scalarArrayCompare is x op ANY (array), true as soon as one element
// compares true, or ALL, false as soon as one compares false.
func (p *Compiler) scalarArrayCompare(e *ArrayCompare) (Scalar, error) {
	arg, err := p.Scalar(e.Arg)
	if err != nil {
		return nil, err
	}
	array, err := p.Scalar(e.Array)
	if err != nil {
		return nil, err
	}
	inner := &Compiler{Subquery: p.Subquery, Slot: func(id ColumnID) int {
		switch id {
		case e.ArgID:
			return 0
		case e.ElemID:
			return 1
		}
		return -1
	}}
	cond, err := inner.Scalar(e.Cond)
	if err != nil {
		return nil, err
	}
	all, t := e.All, e.Array.Type()
	return func(c *Context, row []types.Value) (types.Value, error) {
		x, err := arg(c, row)
		if err != nil {
			return types.Null, err
		}
		list, err := array(c, row)
		if err != nil || list.K == types.KindNull {
			return types.Null, err
		}
		elems, err := arrayElems(list, t)
		if err != nil {
			return types.Null, err
		}
		null := false
		pair := [2]types.Value{x}
		for _, el := range elems {
			pair[1] = el
			v, err := cond(c, pair[:])
			if err != nil {
				return types.Null, err
			}
			if v.K == types.KindNull {
				null = true
			} else if (v.I != 0) != all {
				return types.NewBool(!all), nil
			}
		}
		if null {
			return types.Null, nil
		}
		return types.NewBool(all), nil
	}, nil
}
