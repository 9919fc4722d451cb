package binder

import (
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// routineCall is a call of a function of the catalog that has been resolved:
// the function with the types that the call gives it, and its arguments in the
// order of its parameters.
type routineCall struct {
	f    *catalog.SQLFunction
	args []expr.Expr
	pos  int
}

// candidate is a function that a call may mean; places tells for each argument
// of the call which parameter it goes to.
type candidate struct {
	f      *catalog.SQLFunction
	params []types.Field // what may be given: the arguments, for CALL all parameters
	places []int
	spread bool // the last parameter takes the rest as an array
}

// findRoutine chooses the function of the catalog that a call means, or
// returns nil where a built-in one is to be looked for.
func (b *binder) findRoutine(c *ast.FuncCall, s *scope, procedure bool) *routineCall {
	if b.o.Catalog == nil {
		return nil
	}
	schema := c.Name.Schema
	if schema == "pg_temp" && len(b.o.SearchPath) > 0 {
		schema = b.o.SearchPath[0]
	}
	list := b.o.Catalog.Functions(b.o.SearchPath, schema, c.Name.Name)
	if len(list) == 0 && !procedure {
		return nil
	}
	repeatedNames(c)
	if !procedure && isBuiltin(c.Name.Name) && !b.takesCall(c, list) {
		return nil
	}
	c, args := b.routineArgs(c, list, s)
	return b.chooseRoutine(c, list, args, procedure)
}

// chooseRoutine is findRoutine with the arguments bound.
func (b *binder) chooseRoutine(c *ast.FuncCall, list []*catalog.SQLFunction, args []expr.Expr, procedure bool) *routineCall {
	given := b.typesOf(args, false)
	if b.builtinExactly(c, given) {
		if procedure {
			panic(wrongKind(c, given, &catalog.SQLFunction{}))
		}
		return nil
	}
	cands := b.candidates(c, list, procedure)
	sigs := make([]expr.Candidate, len(cands))
	for i, k := range cands {
		sigs[i] = expr.Candidate{Params: k.types(), Variadic: k.spread}
	}
	i, ambiguous := expr.ChooseRoutine(sigs, given)
	if b.untyped(args) && (ambiguous || i >= 0 && isPolymorphic(cands[i].f)) { // the arguments say it
		for k := range args {
			args[k] = b.typeByArg(args[k])
		}
		given = b.typesOf(args, false)
		i, ambiguous = expr.ChooseRoutine(sigs, given)
	}
	if i < 0 && !ambiguous && b.castImplicitly(args, c.Pos, func(ts []*types.Type) bool {
		i, _ := expr.ChooseRoutine(sigs, ts)
		return i >= 0
	}) {
		given = b.typesOf(args, false)
		i, ambiguous = expr.ChooseRoutine(sigs, given)
	}
	switch {
	case ambiguous, i >= 0 && equalDefaults(cands, i):
		panic(fail(c.Pos, sqlerr.AmbiguousFunction, "%s %s is not unique", callKind(procedure), callSignature(c, given)).
			WithHint("Could not choose a best candidate %s. You might need to add explicit type casts.", callKind(procedure)))
	case i < 0 && c.Name.Schema == "" && !procedure && isBuiltin(c.Name.Name):
		return nil
	case i < 0 && len(cands) == 1 && allUnknown(sigs[0].Params, given):
		panic(fail(c.Pos, sqlerr.DatatypeMismatch, "could not determine polymorphic type because input has type unknown"))
	case i < 0:
		panic(noRoutine(c, given, procedure))
	case cands[i].f.Procedure != procedure:
		panic(wrongKind(c, given, cands[i].f))
	}
	if b.o.Used != nil {
		b.o.Used(cands[i].f.ID)
	}
	if b.o.Notes != nil {
		b.o.Notes.Called[c] = cands[i].f
	}
	return b.applied(c, cands[i], args, given)
}

// repeatedNames refuses a call that gives two arguments one name.
func repeatedNames(c *ast.FuncCall) {
	for i, name := range c.ArgNames {
		if name != "" && slices.Contains(c.ArgNames[:i], name) {
			panic(fail(start(c.Args[i]), sqlerr.SyntaxError, "argument name \"%s\" used more than once", name))
		}
	}
}

// equalDefaults reports whether another function takes the same arguments, and
// only defaults tell them apart.
func equalDefaults(cands []candidate, i int) bool {
	mine := cands[i].types()
	for k := range cands {
		if k != i && len(cands[k].params) != len(mine) && len(cands[i].params) != len(mine) && slices.EqualFunc(cands[k].types(), mine, (*types.Type).Is) {
			return true
		}
	}
	return false
}

// allUnknown reports whether every polymorphic parameter has an argument whose
// type is not known.
func allUnknown(params, given []*types.Type) bool {
	any := false
	for i, p := range params {
		if expr.IsPolymorphic(p) {
			if any = true; !given[i].Is(types.Unknown) {
				return false
			}
		} else if !expr.CanCoerce(given[i], p) {
			return false
		}
	}
	return any
}

func callKind(procedure bool) string {
	if procedure {
		return "procedure"
	}
	return "function"
}

func noRoutine(c *ast.FuncCall, given []*types.Type, procedure bool) *sqlerr.Error {
	k := callKind(procedure)
	return fail(c.Pos, sqlerr.UndefinedFunction, "%s %s does not exist", k, callSignature(c, given)).
		WithHint("No %s matches the given name and argument types. You might need to add explicit type casts.", k)
}

func wrongKind(c *ast.FuncCall, given []*types.Type, f *catalog.SQLFunction) *sqlerr.Error {
	if f.Procedure {
		return fail(c.Pos, sqlerr.WrongObjectType, "%s is a procedure", callSignature(c, given)).WithHint("To call a procedure, use CALL.")
	}
	return fail(c.Pos, sqlerr.WrongObjectType, "%s is not a procedure", callSignature(c, given)).WithHint("To call a function, use SELECT.")
}

// takesCall reports whether a function takes the call's number and names of
// arguments.
func (b *binder) takesCall(c *ast.FuncCall, list []*catalog.SQLFunction) bool {
	return slices.ContainsFunc(list, func(f *catalog.SQLFunction) bool {
		_, ok := placeArguments(c, f, false)
		return ok
	})
}

// callSignature writes a call as errors do: f(integer, b => text).
func callSignature(c *ast.FuncCall, given []*types.Type) string {
	var t strings.Builder
	if c.Name.Schema != "" {
		t.WriteString(c.Name.Schema + ".")
	}
	t.WriteString(c.Name.Name + "(")
	for i, a := range given {
		if i > 0 {
			t.WriteString(", ")
		}
		if i < len(c.ArgNames) && c.ArgNames[i] != "" {
			t.WriteString(c.ArgNames[i] + " => ")
		}
		t.WriteString(a.Display)
	}
	return t.String() + ")"
}

// isBuiltin reports whether the engine has a function of that name.
func isBuiltin(name string) bool {
	return expr.Functions(name) != nil || expr.SetFuncs(name) != nil || expr.Aggregates(name) != nil
}

// builtinExactly reports whether a built-in function takes just these types:
// pg_catalog is searched first.
func (b *binder) builtinExactly(c *ast.FuncCall, given []*types.Type) bool {
	if c.Name.Schema != "" || named(c) {
		return false
	}
	for _, a := range expr.Aggregates(c.Name.Name) {
		if a.Source != "SQLite" && len(a.Args) == len(given) && slices.EqualFunc(a.Args, given, (*types.Type).Is) {
			return true
		}
	}
	for _, f := range expr.Functions(c.Name.Name) {
		if f.Source != "SQLite" && len(f.Args) == len(given) && !f.Variadic && slices.EqualFunc(f.Args, given, func(p, a *types.Type) bool { return p.Is(a) }) {
			return true
		}
	}
	return false
}

// types are the parameters' types for the arguments of the call, in its order.
func (k *candidate) types() []*types.Type {
	out := make([]*types.Type, len(k.places))
	for i, at := range k.places {
		if k.spread && at >= len(k.params)-1 {
			out[i] = elementOf(k.params[len(k.params)-1].Type)
			continue
		}
		out[i] = k.params[at].Type
	}
	return out
}

// elementOf is the type of the elements of a VARIADIC parameter.
func elementOf(t *types.Type) *types.Type {
	switch {
	case t.Is(types.AnyArray):
		return types.AnyElement
	case t.Is(types.AnyCompatibleArray):
		return types.AnyCompatible
	case t.Elem != nil:
		return t.Elem
	}
	return t
}

// candidates are the functions that take the call's number and names of
// arguments; an earlier schema hides the same signature in later ones.
func (b *binder) candidates(c *ast.FuncCall, list []*catalog.SQLFunction, procedure bool) []candidate {
	var out []candidate
	for _, f := range list {
		f = b.o.Catalog.Current(f)
		k, ok := placeArguments(c, f, procedure)
		if !ok {
			continue
		}
		mine := k.types()
		hidden := slices.ContainsFunc(out, func(o candidate) bool {
			return o.f.Schema != f.Schema && slices.EqualFunc(o.types(), mine, func(a, z *types.Type) bool { return a.Is(z) })
		})
		if !hidden {
			out = append(out, k)
		}
	}
	return out
}

// placeArguments lays the arguments of a call out for a function.
func placeArguments(c *ast.FuncCall, f *catalog.SQLFunction, procedure bool) (candidate, bool) {
	k := candidate{f: f, params: f.Args, places: make([]int, len(c.Args))}
	if procedure && f.Procedure && f.HasOut() {
		k.params = nil
		for _, p := range f.Params() {
			k.params = append(k.params, p.Field)
		}
	}
	n, total := len(c.Args), len(k.params)
	k.spread = f.Variadic && !c.Variadic
	if k.spread && n < total && len(f.Defaults) > 0 && !named(c) { // the array has its default
		k.spread = false
	}
	if c.Variadic && !f.Variadic || k.spread && (n < total || named(c)) || !k.spread && n > total {
		return k, false
	}
	filled := make([]bool, max(total, n))
	for i := range c.Args {
		at := i
		if i < len(c.ArgNames) && c.ArgNames[i] != "" {
			at = slices.IndexFunc(k.params, func(p types.Field) bool { return p.Name == c.ArgNames[i] })
		}
		if at < 0 || filled[at] {
			return k, false
		}
		filled[at], k.places[i] = true, at
	}
	for at := range k.params {
		if !filled[at] && at < total-len(f.Defaults) {
			return k, false
		}
	}
	return k, true
}

// applied coerces the arguments to the chosen function's parameters and puts
// defaults where none were given.
func (b *binder) applied(c *ast.FuncCall, k candidate, args []expr.Expr, given []*types.Type) *routineCall {
	params := k.types()
	poly, _ := expr.MatchPolymorphic(params, given)
	if !poly.Known() {
		panic(fail(c.Pos, sqlerr.DatatypeMismatch, "could not determine polymorphic type because input has type unknown"))
	}
	f := withTypes(k.f, &poly)
	out := make([]expr.Expr, len(k.params))
	var rest []expr.Expr
	for i, a := range args {
		e := b.coerce(a, poly.Coerced(params[i], given[i]), start(c.Args[i]))
		if k.spread && k.places[i] >= len(k.params)-1 {
			if t := poly.Type(params[i]); t != nil && !e.Type().Is(t) {
				e = b.convert(e, t, true, start(c.Args[i]))
			}
			rest = append(rest, e)
			continue
		}
		out[k.places[i]] = b.rowArgument(e, f, k.places[i], start(c.Args[i]))
	}
	if k.spread {
		last := len(out) - 1
		t := f.Args[last].Type
		out[last] = &expr.Array{Args: rest, Typ: t}
	}
	for i := range out {
		if out[i] == nil {
			out[i] = b.defaultArgument(f, k.f, i, c.Pos)
		}
	}
	if len(k.params) != len(f.Args) { // CALL: what stands for OUT is not looked at
		all := out
		out = make([]expr.Expr, 0, len(f.Args))
		for i, p := range f.Params() {
			if p.In >= 0 {
				out = append(out, all[i])
			}
		}
	}
	return &routineCall{f: f, args: out, pos: c.Pos}
}

// rowArgument gives a written row the column types of the row that the
// parameter takes.
func (b *binder) rowArgument(e expr.Expr, f *catalog.SQLFunction, i, pos int) expr.Expr {
	r, ok := e.(*expr.Row)
	if !ok || i >= len(f.Args) || len(f.Args[i].Type.Fields) != len(r.Args) {
		return e
	}
	t := f.Args[i].Type
	row := &expr.Row{Typ: t, Args: make([]expr.Expr, len(r.Args))}
	for k, a := range r.Args {
		row.Args[k] = b.assign(a, t.Fields[k].Type, nil, "", pos)
	}
	return row
}

// defaultArgument is the default of the parameter with that place.
func (b *binder) defaultArgument(f, declared *catalog.SQLFunction, i, pos int) (e expr.Expr) {
	text := declared.Defaults[i-(len(f.Args)-len(declared.Defaults))]
	b.stored(pos, func() {
		d := b.scalar(b.storedExpr(text), &scope{clause: clauseCheck})
		e = b.assign(d, f.Args[i].Type, nil, "", -1)
	})
	return e
}

// withTypes is the function with what its polymorphic types stand for.
func withTypes(f *catalog.SQLFunction, poly *expr.Polymorphic) *catalog.SQLFunction {
	if !isPolymorphic(f) {
		return f
	}
	n := *f
	n.Args, n.Cols = slices.Clone(f.Args), slices.Clone(f.Cols)
	if f.Aggregate != nil {
		a := *f.Aggregate
		n.Aggregate = &a
	}
	set := func(t **types.Type) {
		if *t != nil {
			if known := poly.Type(*t); known != nil {
				*t = known
			}
		}
	}
	for i := range n.Args {
		set(&n.Args[i].Type)
	}
	for i := range n.Cols {
		set(&n.Cols[i].Type)
	}
	set(&n.Ret)
	if n.Aggregate != nil {
		set(&n.Aggregate.State)
	} else if t := n.Ret; t != nil && t.Kind == types.KindRecord && t.Domain == nil && len(n.Cols) == 0 {
		n.Cols = t.Fields // as of a function that says that it returns the type
	}
	return &n
}

func isPolymorphic(f *catalog.SQLFunction) bool {
	for _, a := range slices.Concat(f.Args, f.Cols) {
		if expr.IsPolymorphic(a.Type) {
			return true
		}
	}
	return f.Ret != nil && expr.IsPolymorphic(f.Ret)
}
