package expr

import (
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// Routine is a SQL function as one call makes it, whose body is run statement
// by statement rather than put into the plan around it: it changes something,
// has several statements, or calls itself.
type Routine struct {
	ID       uint32 // in the catalog
	Name     string
	Args     []*types.Type // with what polymorphic types stand for
	Ret      *types.Type
	Cols     []types.Field // the result's columns, nil for a bare value
	Set      bool
	Strict   bool
	Volatile bool // sees what the statement has done so far
	// Open says that the body alone knows its columns: RETURNS record without
	// OUT parameters and without a list of columns at the call.
	Open bool
	// Key tells calls of different types apart, and is the same for all of the
	// same types.
	Key string
}

// RoutineRunner runs routines inside a statement; the executor implements it.
type RoutineRunner interface {
	// CallRoutine runs the body and gives its value. args are valid during the
	// call.
	CallRoutine(r *Routine, args []types.Value) (types.Value, error)
	// OpenRoutine runs the body of a set-returning function and gives its rows.
	OpenRoutine(r *Routine, args []types.Value) (next func(row []types.Value) (bool, error), err error)
}

// errNoRunner is the answer where no statement runs around an expression.
var errNoRunner = sqlerr.New(sqlerr.FeatureNotSupported, "a SQL function of this kind cannot be called here")

// Func is the routine as a function of expressions. It is computed where it
// stands, by the goroutine of the statement.
func (r *Routine) Func(v Volatility) *Func {
	return &Func{
		Name: r.Name, Args: r.Args, Ret: r.Ret, NotStrict: !r.Strict, Volatility: v, Serial: true,
		Eval: func(c *Context, args []types.Value) (types.Value, error) {
			if c.Routines == nil {
				return types.Null, errNoRunner
			}
			return c.Routines.CallRoutine(r, args)
		},
	}
}

// SetFunc is a set-returning routine as a function of FROM and of select lists.
func (r *Routine) SetFunc(cols []types.Field) *SetFunc {
	return &SetFunc{
		Name: r.Name, Args: r.Args, Cols: cols, NotStrict: !r.Strict,
		Open: func(c *Context, args []types.Value) (func([]types.Value) (bool, error), error) {
			if c.Routines == nil {
				return nil, errNoRunner
			}
			return c.Routines.OpenRoutine(r, args)
		},
	}
}

// SerialOf reports whether an expression has to be computed by the statement's
// own goroutine.
func SerialOf(e Expr) bool {
	serial := false
	Walk(e, func(x Expr) bool {
		if c, ok := x.(*Call); ok && c.Fn.Serial {
			serial = true
		}
		return !serial
	})
	return serial
}

// Candidate is a routine that a call may mean, with the parameter that each
// argument of the call, in the call's order, goes to.
type Candidate struct {
	Params   []*types.Type
	Variadic bool // the last ones are elements of a VARIADIC parameter
}

// ChooseRoutine picks the candidate for arguments of the given types by the
// rules of ResolveFunc, with polymorphic parameters as strict as PostgreSQL's.
// ambiguous tells why the index is negative.
func ChooseRoutine(cands []Candidate, args []*types.Type) (index int, ambiguous bool) {
	var sigs []signature
	for i, c := range cands {
		if _, ok := MatchPolymorphic(c.Params, args); ok {
			sigs = append(sigs, signature{index: i, params: c.Params, variadic: c.Variadic})
		}
	}
	best, err := choose(sigs, args, false)
	if err != nil {
		return -1, err == errAmbiguous
	}
	return best.index, false
}

// Polymorphic is what the polymorphic types of a call stand for; nil where
// nothing says.
type Polymorphic struct {
	elem, rng     *types.Type // anyelement, anyarray, anynonarray, anyenum; anyrange
	common, crng  *types.Type // the family of anycompatible
	simple, multi bool        // parameters of these families there are
}

// IsPolymorphic reports whether t stands for another type.
func IsPolymorphic(t *types.Type) bool {
	switch t.OID {
	case types.AnyElement.OID, types.AnyArray.OID, types.AnyNonArray.OID, types.AnyEnum.OID, types.AnyRange.OID, types.AnyMultirange.OID,
		types.AnyCompatible.OID, types.AnyCompatibleArray.OID, types.AnyCompatibleNonArray.OID, types.AnyCompatibleRange.OID,
		types.AnyCompatibleMultirange.OID:
		return true
	}
	return false
}

// IsCompatible reports whether t is of the family of anycompatible, whose
// arguments are brought to their common type.
func IsCompatible(t *types.Type) bool {
	return t.OID >= types.AnyCompatible.OID && t.OID <= types.AnyCompatibleRange.OID || t.OID == types.AnyCompatibleMultirange.OID
}

// MatchPolymorphic finds what the polymorphic parameters of a call stand for;
// false where the arguments do not agree.
func MatchPolymorphic(params, args []*types.Type) (p Polymorphic, ok bool) {
	var commons []*types.Type
	for i, t := range params {
		if !IsPolymorphic(t) {
			continue
		}
		if IsCompatible(t) {
			p.multi = true
		} else {
			p.simple = true
		}
		if args[i].Is(types.Unknown) {
			continue
		}
		a := BaseType(args[i])
		if !CanCoerce(a, t) {
			return p, false
		}
		elem := a
		switch t.OID {
		case types.AnyArray.OID, types.AnyCompatibleArray.OID:
			elem = a.Elem
		case types.AnyRange.OID, types.AnyCompatibleRange.OID:
			elem = a.Sub
			if !sameOrNil(&p.rng, a, IsCompatible(t), &p.crng) {
				return p, false
			}
		case types.AnyMultirange.OID, types.AnyCompatibleMultirange.OID:
			elem = a.Sub.Sub
			if !sameOrNil(&p.rng, a.Sub, IsCompatible(t), &p.crng) {
				return p, false
			}
		}
		if IsCompatible(t) {
			commons = append(commons, elem)
			continue
		}
		if p.elem != nil && !p.elem.Is(elem) {
			return p, false
		}
		if p.elem == nil || p.elem == types.Int4 { // Integer is the wider
			p.elem = withoutMod(elem)
		}
	}
	if len(commons) > 0 {
		if p.common = CommonType(commons); p.common == nil {
			return p, false
		}
		p.common = withoutMod(p.common)
		if p.crng != nil && !p.common.Is(p.crng.Sub) {
			return p, false
		}
	} else if p.multi {
		p.common = types.Text
	}
	return p, true
}

// sameOrNil notes a range type; false where another was noted before.
func sameOrNil(plain **types.Type, t *types.Type, compatible bool, common **types.Type) bool {
	to := plain
	if compatible {
		to = common
	}
	if *to != nil && !(*to).Is(t) {
		return false
	}
	*to = t
	return true
}

// Known reports whether every polymorphic parameter has got its type.
func (p *Polymorphic) Known() bool { return !p.simple || p.elem != nil }

// Type is what t stands for: t itself where it is not polymorphic, nil where
// nothing says.
func (p *Polymorphic) Type(t *types.Type) *types.Type {
	array := func(elem *types.Type) *types.Type {
		if elem == nil {
			return nil
		}
		return types.ArrayOf(elem)
	}
	switch t.OID {
	case types.AnyElement.OID, types.AnyNonArray.OID, types.AnyEnum.OID:
		return p.elem
	case types.AnyArray.OID:
		return array(p.elem)
	case types.AnyRange.OID:
		return p.rng
	case types.AnyMultirange.OID:
		return multirangeOf(p.rng)
	case types.AnyCompatible.OID, types.AnyCompatibleNonArray.OID:
		return p.common
	case types.AnyCompatibleArray.OID:
		return array(p.common)
	case types.AnyCompatibleRange.OID:
		return p.crng
	case types.AnyCompatibleMultirange.OID:
		return multirangeOf(p.crng)
	}
	return t
}

// multirangeOf is the multirange of a range type, nil where that is not known.
func multirangeOf(r *types.Type) *types.Type {
	if r == nil {
		return nil
	}
	return r.Many
}

// Coerced is the type that an argument is cast to for a parameter.
func (p *Polymorphic) Coerced(param, arg *types.Type) *types.Type {
	t := p.Type(param)
	if t == nil {
		t = param
	}
	return coercedType(t, arg)
}
