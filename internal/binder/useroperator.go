package binder

import (
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// operatorIn binds OPERATOR(schema.op).
func (b *binder) operatorIn(schema, op string, args []expr.Expr, pos int) expr.Expr {
	if b.o.Catalog == nil || b.o.Catalog.Schema(schema) == nil {
		panic(fail(pos, sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", schema))
	}
	if e := b.userOperator(schema, op, args, pos); e != nil {
		return e
	}
	ts := b.typesOf(args, false)
	text, hint := schema+"."+op+" "+ts[len(ts)-1].Display, "No operator matches the given name and argument type. You might need to add an explicit type cast."
	if len(ts) == 2 {
		text, hint = ts[0].Display+" "+text, "No operator matches the given name and argument types. You might need to add explicit type casts."
	}
	panic(fail(pos, sqlerr.UndefinedFunction, "operator does not exist: %s", text).WithHint("%s", hint))
}

// userOperator binds an operator that CREATE OPERATOR made, or returns nil where
// none is meant: one of the engine that takes just these types comes first, and
// one that takes them with implicit casts before one that does so too.
func (b *binder) userOperator(schema, op string, args []expr.Expr, pos int) expr.Expr {
	if b.o.Catalog == nil {
		return nil
	}
	list := slices.DeleteFunc(b.o.Catalog.Operators(b.o.SearchPath, schema, op), func(o *catalog.Operator) bool { return len(o.Args()) != len(args) })
	if len(list) == 0 {
		return nil
	}
	given := b.typesOf(args, false)
	if i := slices.IndexFunc(list, func(o *catalog.Operator) bool { return exactOperands(o.Args(), given) }); i >= 0 && (schema != "" || !b.builtinOperands(op, given)) {
		return b.applyOperator(list[i], args, pos)
	}
	if schema == "" {
		if _, _, _, err := expr.ResolveOperator(op, given); err == nil {
			return nil
		}
	}
	sigs := make([]expr.Candidate, len(list))
	for i, o := range list {
		sigs[i].Params = o.Args()
	}
	i, ambiguous := expr.ChooseRoutine(sigs, given)
	if i < 0 && !ambiguous && b.castImplicitly(args, pos, func(ts []*types.Type) bool { k, _ := expr.ChooseRoutine(sigs, ts); return k >= 0 }) {
		i, _ = expr.ChooseRoutine(sigs, b.typesOf(args, false))
	}
	if ambiguous {
		names := make([]string, len(given))
		for k, t := range given {
			names[k] = t.Display
		}
		panic(fail(pos, sqlerr.AmbiguousFunction, "operator is not unique: %s", strings.Join(names, " "+op+" ")).
			WithHint("Could not choose a best candidate operator. You might need to add explicit type casts."))
	}
	if i < 0 {
		return nil
	}
	return b.applyOperator(list[i], args, pos)
}

// exactOperands reports whether operands have the types of parameters; a literal
// beside another operand is taken to have that one's.
func exactOperands(params, given []*types.Type) bool {
	for i, p := range params {
		t := given[i]
		if t.Is(types.Unknown) && len(given) == 2 {
			t = given[1-i]
		}
		if !expr.BaseType(t).Is(p) && !t.Is(p) {
			return false
		}
	}
	return true
}

// builtinOperands reports whether an operator of the engine takes just these.
func (b *binder) builtinOperands(op string, given []*types.Type) bool {
	return slices.ContainsFunc(expr.Operators(op), func(f *expr.Func) bool { return len(f.Args) == len(given) && exactOperands(f.Args, given) })
}

// applyOperator calls the function of an operator.
func (b *binder) applyOperator(o *catalog.Operator, args []expr.Expr, pos int) expr.Expr {
	coerced := make([]expr.Expr, len(args))
	for i, t := range o.Args() {
		if coerced[i] = args[i]; !expr.IsPolymorphic(t) {
			coerced[i] = b.coerce(args[i], t, pos)
		}
	}
	if b.o.Used != nil {
		b.o.Used(o.ID)
	}
	return b.applyRef(o.Func, coerced, pos)
}

// applyRef calls a function that an object of the catalog names.
func (b *binder) applyRef(ref catalog.FuncRef, args []expr.Expr, pos int) expr.Expr {
	if ref.ID == 0 {
		return b.callByName(ref.Name, args, pos, nil)
	}
	return b.routineValue(b.refRoutine(ref, args, pos), false)
}

// castBetween finds the cast that CREATE CAST made between two types, of one of
// the contexts; nil is none.
func (b *binder) castBetween(from, to *types.Type, contexts string) *catalog.Cast {
	if b.o.Catalog == nil || !b.o.Catalog.HasCasts() {
		return nil
	}
	from, to = expr.BaseType(from), expr.BaseType(to)
	if c := b.o.Catalog.CastBetween(from, to); c != nil && strings.IndexByte(contexts, c.Context) >= 0 {
		return c
	}
	return nil
}

// applyCast converts by a cast of the catalog.
func (b *binder) applyCast(c *catalog.Cast, e expr.Expr, t *types.Type, explicit bool, pos int) expr.Expr {
	if b.o.Used != nil {
		b.o.Used(c.ID)
	}
	if c.Method != 'f' {
		text := b.castTo(e, types.Text, true, false, pos)
		return b.castTo(text, t, true, false, pos)
	}
	args := []expr.Expr{e, &expr.Const{Val: types.NewInt(int64(t.Mod)), Typ: types.Int4}, &expr.Const{Val: types.NewBool(explicit), Typ: types.Bool}}
	out := b.applyRef(c.Func, args[:c.Params], pos)
	if out.Type().Is(t) || castsTo(out.Type(), t) {
		return b.convert(out, t, explicit, pos)
	}
	return out
}

func castsTo(from, to *types.Type) bool { return from.Kind != types.KindRecord && castable(from, to) }

// castImplicitly puts operands through implicit casts of the catalog where that
// makes a call fit; it reports whether it did.
func (b *binder) castImplicitly(args []expr.Expr, pos int, fits func(ts []*types.Type) bool) bool {
	if b.o.Catalog == nil || !b.o.Catalog.HasCasts() {
		return false
	}
	ts := b.typesOf(args, false)
	var casts []*catalog.Cast
	b.o.Catalog.EachCast(func(c *catalog.Cast) bool {
		if c.Context == 'i' {
			casts = append(casts, c)
		}
		return true
	})
	apply := func(with map[int]*catalog.Cast) bool {
		tried := slices.Clone(ts)
		for i, c := range with {
			tried[i] = c.To
		}
		if !fits(tried) {
			return false
		}
		for i, c := range with {
			args[i] = b.applyCast(c, args[i], c.To, false, pos)
		}
		return true
	}
	var first []int
	for i, t := range ts {
		for _, c := range casts {
			if !expr.BaseType(t).Is(c.From) {
				continue
			}
			if apply(map[int]*catalog.Cast{i: c}) {
				return true
			}
			first = append(first, i)
		}
	}
	for _, c := range casts { // several operands through the same cast
		with := map[int]*catalog.Cast{}
		for _, i := range first {
			if expr.BaseType(ts[i]).Is(c.From) {
				with[i] = c
			}
		}
		if len(with) > 1 && apply(with) {
			return true
		}
	}
	return false
}
