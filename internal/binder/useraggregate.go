package binder

import (
	"fmt"
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// routineArgs binds the arguments of a call that may mean one of list. Those of
// WITHIN GROUP become arguments too, and the call that is returned has them.
func (b *binder) routineArgs(c *ast.FuncCall, list []*catalog.SQLFunction, s *scope) (*ast.FuncCall, []expr.Expr) {
	call := c
	if len(c.WithinGroup) > 0 {
		n := *c
		n.Args = slices.Clone(c.Args)
		for _, k := range c.WithinGroup {
			n.Args = append(n.Args, k.Expr)
		}
		call = &n
	}
	if s != nil && slices.ContainsFunc(list, func(f *catalog.SQLFunction) bool { return f.Aggregate != nil }) {
		switch {
		case c.Over != nil:
			around := s.inWin
			s.inWin = true
			defer func() { s.inWin = around }()
		default:
			b.aggregateHere(c, s)
			s.inAgg = true
			defer func() { s.inAgg = false }()
		}
	}
	args := make([]expr.Expr, len(call.Args))
	for i, a := range call.Args {
		args[i] = b.settledRow(b.scalar(a, s))
	}
	return call, args
}

// namesAggregate reports whether a call may mean an aggregate of the catalog.
func (b *binder) namesAggregate(c *ast.FuncCall) bool {
	return b.o.Catalog != nil && slices.ContainsFunc(b.o.Catalog.Functions(b.o.SearchPath, c.Name.Schema, c.Name.Name),
		func(f *catalog.SQLFunction) bool { return f.Aggregate != nil })
}

func notInFrom(c *ast.FuncCall, r *routineCall) {
	if r.f.Aggregate != nil {
		panic(fail(c.Pos, sqlerr.GroupingError, "aggregate functions are not allowed in functions in FROM"))
	}
}

func hasSubquery(e expr.Expr) bool {
	found := false
	visit(e, func(x expr.Expr) bool {
		if _, ok := x.(*expr.Subquery); ok {
			found = true
		}
		return !found
	})
	return found
}

// userAggregate makes the function of an aggregate of the catalog for the types
// of a call. Calls of the same types share it, so that equal ones are computed
// once.
func (b *binder) userAggregate(r *routineCall) *expr.AggFunc {
	f, a := r.f, r.f.Aggregate
	key := fmt.Sprint(f.ID)
	args := make([]*types.Type, len(r.args))
	for i, x := range r.args {
		args[i] = f.Args[i].Type
		if t := x.Type(); t.Kind == types.KindRecord {
			args[i] = t
		}
		key += typeKey(args[i])
	}
	if fn := b.aggregateFns[key]; fn != nil {
		return fn
	}
	if a.State.Category == 'P' && a.State.Kind != types.KindRecord {
		panic(fail(r.pos, sqlerr.FeatureNotSupported, "aggregates with a state of type %s are not supported", types.FormatName(a.State)))
	}
	u := &expr.UserAggregate{Schema: f.Schema, Name: f.Name, State: a.State, StateID: b.newID(), Direct: a.Direct}
	state := &expr.Column{ID: u.StateID, Typ: a.State, Name: "state"}
	cols := make([]expr.Expr, len(args))
	for i, t := range args {
		u.ArgIDs = append(u.ArgIDs, b.newID())
		cols[i] = &expr.Column{ID: u.ArgIDs[i], Typ: t, Name: f.Args[i].Name}
	}
	var strict bool
	u.Step, strict = b.refCall(a.Trans, append([]expr.Expr{state}, cols[a.Direct:]...), r.pos)
	u.Step = b.assign(u.Step, a.State, nil, "", r.pos)
	u.Strict = strict
	if !a.Final.None() {
		ends := append([]expr.Expr{state}, cols[:a.Direct]...)
		if a.FinalExtra {
			ends = append([]expr.Expr{state}, cols...)
		}
		u.End, u.EndStrict = b.refCall(a.Final, ends, r.pos)
	}
	if a.Init != nil {
		b.stored(r.pos, func() {
			u.Init = b.settle(&expr.Const{Val: types.NewText(*a.Init), Typ: types.Unknown}, a.State, true, -1)
		})
	}
	fn := u.Func(args, f.Ret)
	fn.OrderedSet = a.Kind == 'o'
	if b.aggregateFns == nil {
		b.aggregateFns = map[string]*expr.AggFunc{}
	}
	b.aggregateFns[key] = fn
	return fn
}

// refCall makes the call of a function that an object of the catalog names, and
// tells whether it is strict: then who makes the call keeps NULLs from it.
func (b *binder) refCall(ref catalog.FuncRef, args []expr.Expr, pos int) (e expr.Expr, strict bool) {
	given := b.typesOf(args, false)
	if ref.ID == 0 {
		fn, _, _, err := expr.ResolveFunc(ref.Name, given)
		check(err, pos)
		return b.callByName(ref.Name, args, pos, nil), !fn.NotStrict
	}
	r := b.refRoutine(ref, args, pos)
	if strict = r.f.Strict; strict { // asked before each call
		n := *r.f
		n.Strict = false
		r.f = &n
	}
	return b.routineValue(r, true), strict
}

// refRoutine is the call of a function of the catalog.
func (b *binder) refRoutine(ref catalog.FuncRef, args []expr.Expr, pos int) *routineCall {
	given := b.typesOf(args, false)
	f, _ := b.o.Catalog.Object(catalog.ClassFunction, ref.ID).(*catalog.SQLFunction)
	if f == nil {
		panic(fail(pos, sqlerr.UndefinedFunction, "cache lookup failed for function %d", ref.ID))
	}
	c := placeholderCall(ast.QualifiedName{Pos: pos, Schema: f.Schema, Name: f.Name}, len(args))
	k, ok := placeArguments(c, plainArray(b.o.Catalog.Current(f)), false)
	if !ok {
		panic(noRoutine(c, given, false))
	}
	r := b.applied(c, k, args, given)
	if b.o.Used != nil {
		b.o.Used(f.ID)
	}
	return r
}

// plainArray is the function with a VARIADIC parameter that takes an array.
func plainArray(f *catalog.SQLFunction) *catalog.SQLFunction {
	if !f.Variadic {
		return f
	}
	n := *f
	n.Variadic = false
	return &n
}

// placeholderCall is a call whose arguments are bound already.
func placeholderCall(name ast.QualifiedName, n int) *ast.FuncCall {
	c := &ast.FuncCall{Pos: name.Pos, Name: name}
	for range n {
		c.Args = append(c.Args, &ast.Literal{Pos: name.Pos, Kind: ast.NullLiteral})
	}
	return c
}

// Function is what FindFunction finds.
type Function struct {
	Ref    catalog.FuncRef
	Name   string
	Ret    *types.Type
	Args   []*types.Type // what the parameters take for the types that were asked for
	Strict bool
	Set    bool
	SQL    *catalog.SQLFunction // nil for a built-in one
}

// FindFunction chooses the function that a call with arguments of these types
// would mean.
func FindFunction(o Options, name ast.QualifiedName, args []*types.Type) (f *Function, err error) {
	defer recoverTo(&err)
	b := newBinder(o)
	bound := make([]expr.Expr, len(args))
	for i, t := range args {
		bound[i] = &expr.Const{Typ: t}
	}
	c := placeholderCall(name, len(args))
	schema := name.Schema
	if schema == "pg_catalog" {
		c.Name.Schema = ""
	} else if list := o.Catalog.Functions(o.SearchPath, schema, name.Name); len(list) > 0 {
		for i := range list {
			list[i] = plainArray(list[i])
		}
		r := b.chooseRoutine(c, list, bound, false)
		if r != nil {
			f = &Function{Ref: catalog.FuncRef{ID: r.f.ID}, Name: r.f.Name, Ret: r.f.Ret, Strict: r.f.Strict, Set: r.f.Set, SQL: r.f}
			for i := range args {
				f.Args = append(f.Args, r.f.Args[min(i, len(r.f.Args)-1)].Type)
			}
			return f, nil
		}
	}
	if schema != "" && schema != "pg_catalog" {
		return nil, noRoutine(c, args, false)
	}
	known := make([]*types.Type, len(args))
	for i, t := range args {
		if known[i] = t; polymorphicStands[t.OID] != nil {
			known[i] = polymorphicStands[t.OID]
		}
	}
	fn, coerced, ret, err := expr.ResolveFunc(name.Name, known)
	if err != nil {
		return nil, err
	}
	f = &Function{Ref: catalog.FuncRef{Name: name.Name}, Name: name.Name, Ret: ret, Args: coerced, Strict: !fn.NotStrict}
	for _, t := range args {
		switch {
		case !expr.IsPolymorphic(t):
		case compatibleArrays[name.Name] && !expr.IsCompatible(t):
			return nil, noRoutine(c, args, false)
		default: // known when it is called
			f.Ret, f.Args = fn.Ret, args
		}
	}
	return f, nil
}

// polymorphicStands are types that polymorphic ones may stand for, by which a
// function is looked for.
var polymorphicStands = map[types.OID]*types.Type{
	types.AnyElement.OID: types.Text, types.AnyCompatible.OID: types.Text, types.AnyNonArray.OID: types.Text, types.AnyCompatibleNonArray.OID: types.Text,
	types.AnyArray.OID: types.ArrayOf(types.Text), types.AnyCompatibleArray.OID: types.ArrayOf(types.Text),
}

// compatibleArrays are functions that take anycompatible and its kin, which are
// registered as taking anyelement.
var compatibleArrays = map[string]bool{
	"array_append": true, "array_prepend": true, "array_cat": true, "array_remove": true, "array_position": true,
	"array_positions": true, "array_replace": true,
}
