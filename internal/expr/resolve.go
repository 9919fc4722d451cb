package expr

import (
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// ResolveFunc chooses the overload of a function for arguments of the given
// types (unknown literals and untyped parameters as types.Unknown), following
// PostgreSQL's section 10.3. coerced holds the type each argument is to be
// cast to; its own type where nothing is to be done.
func ResolveFunc(name string, args []*types.Type) (fn *Func, coerced []*types.Type, result *types.Type, err error) {
	return resolveIn(name, withUserRanges(funcs[name], args, func(o *Overloads) []*Func { return o.Funcs[name] }), args)
}

func resolveIn(name string, list []*Func, args []*types.Type) (fn *Func, coerced []*types.Type, result *types.Type, err error) {
	sigs := make([]signature, 0, len(list))
	for i, f := range list {
		sigs = addSignature(sigs, i, f.Args, f.Variadic, f.Defaults, len(args))
	}
	best, err := choose(sigs, args, false)
	if err != nil {
		return nil, nil, nil, polymorphicError(name, sigs, args, err)
	}
	fn, coerced, result, ok := finish(list[best.index], best.params, args)
	if !ok {
		return nil, nil, nil, polymorphicError(name, sigs, args, errNoCandidate)
	}
	return fn, coerced, result, nil
}

// ResolveOperator chooses the overload of an operator: one argument for a
// prefix operator, two for an infix one. For a comparison (fn.IsCompare) both
// operands are coerced to one type.
func ResolveOperator(op string, args []*types.Type) (fn *Func, coerced []*types.Type, result *types.Type, err error) {
	if fn, coerced, result, ok := resolved.get(op, args); ok {
		return fn, coerced, result, nil
	}
	defer func() {
		if err == nil {
			resolved.put(op, args, fn, coerced, result)
		}
	}()
	list := withUserRanges(operators[op], args, func(o *Overloads) []*Func { return o.Operators[op] })
	sigs := make([]signature, 0, len(list))
	for i, f := range list {
		n := len(sigs)
		if sigs = addSignature(sigs, i, f.Args, false, 0, len(args)); len(sigs) > n {
			sigs[n].sameElem = f.IsCompare
		}
	}
	best, err := choose(sigs, args, true)
	if err != nil {
		return nil, nil, nil, operatorError(op, args, err)
	}
	f := list[best.index]
	params := best.params
	if f.compareAs != nil {
		params = []*types.Type{f.compareAs, f.compareAs}
		for _, g := range list {
			if g.compareAs == nil && g.Args[0].Is(f.compareAs) && len(g.Args) == 2 {
				f = g
				break
			}
		}
	}
	fn, coerced, result, ok := finish(f, params, args)
	if !ok {
		return nil, nil, nil, operatorError(op, args, errNoCandidate)
	}
	return fn, coerced, result, nil
}

// ResolveAggregate chooses the overload of an aggregate function.
func ResolveAggregate(name string, args []*types.Type) (fn *AggFunc, coerced []*types.Type, result *types.Type, err error) {
	list := withUserRanges(aggFuncs[name], args, func(o *Overloads) []*AggFunc { return o.Aggregates[name] })
	sigs := make([]signature, 0, len(list))
	for i, f := range list {
		sigs = addSignature(sigs, i, f.Args, f.Variadic, 0, len(args))
	}
	best, err := choose(sigs, args, false)
	if err != nil {
		return nil, nil, nil, functionError(name, args, err)
	}
	fn = list[best.index]
	coerced, bound, ok := bindPolymorphic(best.params, args)
	if !ok {
		return nil, nil, nil, functionError(name, args, errNoCandidate)
	}
	if fn.RetFn != nil {
		return fn, coerced, fn.RetFn(coerced), nil
	}
	return fn, coerced, bound.result(fn.Ret), nil
}

// ResolveSetFunc chooses the overload of a set-returning function; cols are
// its output columns.
func ResolveSetFunc(name string, args []*types.Type) (fn *SetFunc, coerced []*types.Type, cols []types.Field, err error) {
	list := withUserRanges(setFuncs[name], args, func(o *Overloads) []*SetFunc { return o.SetFuncs[name] })
	sigs := make([]signature, 0, len(list))
	for i, f := range list {
		sigs = addSignature(sigs, i, f.Args, f.Variadic, f.Defaults, len(args))
	}
	best, err := choose(sigs, args, false)
	if err != nil {
		return nil, nil, nil, functionError(name, args, err)
	}
	fn = list[best.index]
	coerced, bound, ok := bindPolymorphic(best.params, args)
	if !ok {
		return nil, nil, nil, functionError(name, args, errNoCandidate)
	}
	if fn.ColsFn != nil {
		return fn, coerced, fn.ColsFn(coerced), nil
	}
	cols = make([]types.Field, len(fn.Cols))
	for i, c := range fn.Cols {
		cols[i] = types.Field{Name: c.Name, Type: bound.result(c.Type)}
	}
	return fn, coerced, cols, nil
}

// signature is an overload with its parameters laid out for the number of
// arguments at hand.
type signature struct {
	index    int
	params   []*types.Type
	variadic bool
	sameElem bool // a comparison: arrays have to be of one element type
}

// addSignature appends the overload if it can take n arguments.
func addSignature(sigs []signature, index int, params []*types.Type, variadic bool, defaults, n int) []signature {
	switch {
	case n == len(params):
		return append(sigs, signature{index: index, params: params, variadic: variadic})
	case n < len(params) && n >= len(params)-defaults && !variadic:
		return append(sigs, signature{index: index, params: params[:n]})
	case variadic && n > len(params):
		wide := append(make([]*types.Type, 0, n), params...)
		for len(wide) < n {
			wide = append(wide, params[len(params)-1])
		}
		return append(sigs, signature{index: index, params: wide, variadic: true})
	}
	return sigs
}

// finish binds polymorphic parameters and picks the narrow overload.
func finish(f *Func, params, args []*types.Type) (*Func, []*types.Type, *types.Type, bool) {
	coerced, bound, ok := bindPolymorphic(params, args)
	if !ok {
		return nil, nil, nil, false
	}
	if f.Narrow != nil && allNarrow(params, args) {
		f = f.Narrow
	}
	if f.RetFn != nil {
		return f, coerced, f.RetFn(coerced), true
	}
	return f, coerced, bound.result(f.Ret), true
}

// allNarrow reports whether every int4 parameter got an INT4 (or smaller), and
// at least one did: then the result has INT4's range too.
func allNarrow(params, args []*types.Type) bool {
	seen := false
	for i, p := range params {
		if !p.Is(types.Int4) {
			continue
		}
		a := BaseType(args[i])
		switch {
		case a.Is(types.Unknown):
		case a.Kind == types.KindInt && a.Width <= 4:
			seen = seen || a.Is(types.Int4)
		default:
			return false
		}
	}
	return seen
}

// binding is what the polymorphic parameters of a call stand for.
type binding struct {
	elem  *types.Type
	array *types.Type
}

func (b binding) result(t *types.Type) *types.Type {
	switch {
	case t == nil:
		return types.Void
	case (t.Is(types.AnyElement) || t.Is(types.AnyEnum)) && b.elem != nil:
		return b.elem
	case t.Is(types.AnyArray) && b.array != nil:
		return b.array
	}
	return t
}

// bindPolymorphic finds the types that AnyElement and AnyArray stand for and
// what each argument is coerced to. Elements of different types are brought to
// their common type, as PostgreSQL does for anycompatible.
func bindPolymorphic(params, args []*types.Type) ([]*types.Type, binding, bool) {
	var b binding
	var elems []*types.Type
	poly := false
	for i, p := range params {
		a := BaseType(args[i])
		switch {
		case p.Is(types.AnyElement), p.Is(types.AnyEnum):
			poly = true
			elems = append(elems, a)
		case p.Is(types.AnyArray):
			poly = true
			if a.Kind == types.KindArray {
				elems = append(elems, a.Elem)
			}
		}
	}
	if poly {
		b.elem = types.Text
		if len(elems) > 0 {
			b.elem = CommonType(elems)
		}
		if b.elem == nil {
			return nil, b, false
		}
		b.elem = withoutMod(b.elem)
		b.array = types.ArrayOf(b.elem)
	}
	coerced := make([]*types.Type, len(args))
	for i, p := range params {
		coerced[i] = coercedType(b.result(p), args[i])
	}
	return coerced, b, true
}

// coercedType returns what an argument is cast to for a parameter: its own
// type where its values can be used as they are.
func coercedType(param, arg *types.Type) *types.Type {
	switch {
	case param.Is(types.Any), param.Is(AnyNonArray):
		if arg.Is(types.Unknown) {
			return types.Text
		}
		return arg
	case arg.Is(types.Unknown):
		return param
	case param.Is(types.RecordType) && arg.Kind == types.KindRecord:
		return arg
	case arg.Is(param):
		return arg
	}
	base := BaseType(arg)
	if base.Is(param) || isPlainText(base) && param.Is(types.Text) {
		return arg
	}
	return param
}

// polymorphicError is functionError for a function that might be the right
// one, were it not that nothing says what its polymorphic parameters are.
func polymorphicError(name string, sigs []signature, args []*types.Type, err error) error {
	for _, s := range sigs {
		poly, known := false, false
		for i, p := range s.params {
			if p.Is(types.AnyArray) || p.Is(types.AnyElement) {
				poly, known = true, known || !args[i].Is(types.Unknown)
			}
		}
		if poly && !known && err == errNoCandidate {
			return sqlerr.New(sqlerr.DatatypeMismatch, "could not determine polymorphic type because input has type unknown")
		}
	}
	return functionError(name, args, err)
}

// functionError words the failure of choose for a function.
func functionError(name string, args []*types.Type, err error) error {
	if err == errAmbiguous {
		return sqlerr.New(sqlerr.AmbiguousFunction, "function %s is not unique", callText(name, args)).
			WithHint("Could not choose a best candidate function. You might need to add explicit type casts.")
	}
	return sqlerr.New(sqlerr.UndefinedFunction, "function %s does not exist", callText(name, args)).
		WithHint("No function matches the given name and argument types. You might need to add explicit type casts.")
}

// operatorError words the failure of choose for an operator.
func operatorError(op string, args []*types.Type, err error) error {
	text := op + " " + args[0].Display
	if len(args) == 2 {
		text = args[0].Display + " " + op + " " + args[1].Display
	}
	if err == errAmbiguous {
		return sqlerr.New(sqlerr.AmbiguousFunction, "operator is not unique: %s", text).
			WithHint("Could not choose a best candidate operator. You might need to add explicit type casts.")
	}
	hint := "No operator matches the given name and argument types. You might need to add explicit type casts."
	if len(args) == 1 {
		hint = "No operator matches the given name and argument type. You might need to add an explicit type cast."
	}
	return sqlerr.New(sqlerr.UndefinedFunction, "operator does not exist: %s", text).WithHint("%s", hint)
}

func callText(name string, args []*types.Type) string {
	var b strings.Builder
	b.WriteString(name)
	b.WriteByte('(')
	for i, a := range args {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(a.Display)
	}
	b.WriteByte(')')
	return b.String()
}
