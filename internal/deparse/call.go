package deparse

import (
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

func (a *analysis) cast(x *ast.Cast) node {
	t, err := binder.ResolveType(a.bind, x.Type)
	if err != nil {
		panic(err)
	}
	t = narrow(t)
	if arr, ok := x.X.(*ast.ArrayExpr); ok && t.Kind == types.KindArray && t.Base == nil {
		return a.array(arr, t)
	}
	n := a.expr(x.X)
	if from := n.typ(); from.Mod >= 0 && t.Mod < 0 && from.Is(t) {
		return &cast{arg: n, t: t}
	}
	return a.coerce(n, t, false)
}

// narrow is a type as PostgreSQL has it, whose integer has 32 bits.
func narrow(t *types.Type) *types.Type {
	switch {
	case t.Base != nil:
		return t
	case t.Is(types.Int4):
		return types.Int4
	}
	return t
}

// array analyses ARRAY[…], converted element by element where a type is given.
func (a *analysis) array(x *ast.ArrayExpr, to *types.Type) node {
	out := &call{name: "ARRAY", bare: true}
	nested := false
	for _, e := range x.Elems {
		if inner, ok := e.(*ast.ArrayExpr); ok {
			out.args, nested = append(out.args, a.array(inner, to)), true
		} else {
			out.args = append(out.args, a.expr(e))
		}
	}
	switch {
	case to != nil:
		out.t = to
		for i := range out.args {
			if !nested {
				out.args[i] = a.coerce(out.args[i], to.Elem, false)
			}
		}
		if len(out.args) == 0 {
			out.suffix = "::" + a.typeName(to)
		}
	case nested:
		out.t = commonType(out.args)
		for i, n := range out.args {
			if inner, ok := n.(*call); ok && inner.bare && !inner.t.Is(out.t) {
				out.args[i] = a.implicitly(n, out.t)
			}
		}
	default:
		elem := a.unify(out.args)
		out.t = types.ArrayOf(elem)
		if elem.Kind == types.KindArray {
			out.t = elem
		}
	}
	return out
}

func (a *analysis) choice(x *ast.Case) node {
	out := &choice{}
	var test node
	if x.Operand != nil {
		test = a.value(x.Operand)
		out.arg = test
	}
	results := []node{&constant{null: true, t: types.Unknown}}
	if x.Else != nil {
		results[0] = a.expr(x.Else)
	}
	var conds []node
	for _, w := range x.Whens {
		if test != nil {
			op := a.binary("=", test, a.expr(w.Cond)).(*operator)
			conds = append(conds, op.args[1])
		} else {
			conds = append(conds, a.condition(w.Cond))
		}
		results = append(results, a.expr(w.Then))
	}
	out.t = a.unify(results)
	out.otherwise = results[0]
	for i, c := range conds {
		out.when = append(out.when, [2]node{c, results[i+1]})
	}
	return out
}

func (a *analysis) subscript(x *ast.Subscript) node {
	out := &subscript{t: a.noted(x)}
	var e ast.Expr = x
	for s, ok := x, true; ok; s, ok = e.(*ast.Subscript) {
		e = s.X
	}
	out.arg, e = a.expr(e), x
	key := types.Int4
	if out.arg.typ().Kind == types.KindJSONB {
		key = types.Text
	}
	for {
		s, ok := e.(*ast.Subscript)
		if !ok {
			break
		}
		b := &bounds{slice: s.Slice}
		bound := func(e ast.Expr) node {
			if e == nil {
				return nil
			}
			n := a.expr(e)
			switch {
			case unknown(n):
				return a.implicitly(n, key)
			case isInteger(n.typ()):
				return a.implicitly(n, types.Int4)
			}
			return n
		}
		if b.hi = bound(s.Index); s.Slice {
			b.lo, b.hi = bound(s.Lo), bound(s.Hi)
		}
		out.steps = append([]*bounds{b}, out.steps...)
		e = s.X
	}
	return out
}

// call analyses what is written like a function.
func (a *analysis) call(x *ast.FuncCall) node {
	if f := a.notes.Called[x]; f != nil {
		if f.Aggregate != nil {
			return a.userAggregate(x, f)
		}
		return a.userCall(x, f)
	}
	name := x.Name.Name
	if x.Special {
		return a.special(x)
	}
	switch name {
	case "coalesce", "greatest", "least":
		args := a.list(x.Args)
		t := a.unify(args)
		return &call{name: strings.ToUpper(name), args: args, grammar: true, t: t}
	case "nullif":
		if len(x.Args) != 2 {
			break
		}
		op := a.binary("=", a.expr(x.Args[0]), a.expr(x.Args[1])).(*operator)
		return &call{name: "NULLIF", args: op.args, grammar: true, t: op.args[0].typ()}
	case "grouping":
		return &call{name: "GROUPING", args: a.list(x.Args), grammar: true, t: types.Int4}
	}
	if x.Over != nil || expr.Aggregates(name) != nil || len(x.WithinGroup) > 0 {
		return a.aggregate(x)
	}
	return a.builtin(x, syntaxOf(x))
}

// syntaxOf tells calls with words between the arguments.
func syntaxOf(x *ast.FuncCall) string {
	switch x.Name.Name {
	case "extract", "position", "normalize", "overlaps":
		return strings.ToUpper(x.Name.Name)
	case "pg_collation_for":
		return "COLLATION FOR"
	case "substring", "overlay":
		if x.Words {
			return strings.ToUpper(x.Name.Name)
		}
	case "btrim", "ltrim", "rtrim":
		if x.Words {
			return map[string]string{"btrim": "BOTH", "ltrim": "LEADING", "rtrim": "TRAILING"}[x.Name.Name]
		}
	}
	return ""
}

// special analyses CURRENT_DATE and its kin.
func (a *analysis) special(x *ast.FuncCall) node {
	text := strings.ToUpper(x.Name.Name)
	if len(x.Args) == 1 {
		if l, ok := x.Args[0].(*ast.Literal); ok {
			text += "(" + l.Text + ")"
		}
	}
	return &word{text: text, call: true, t: a.noted(x)}
}

// userCall analyses the call of a function of the catalog.
func (a *analysis) userCall(x *ast.FuncCall, f *catalog.SQLFunction) node {
	name := ast.QuoteIdent(f.Name)
	if list := a.o.Catalog.Functions(a.o.SearchPath, "", f.Name); len(list) == 0 || list[0].Schema != f.Schema {
		name = ast.QuoteIdent(f.Schema) + "." + name
	}
	out := &call{name: name, argNames: x.ArgNames, variadic: x.Variadic, t: a.noted(x)}
	if f.Ret != nil && !pseudo(f.Ret) {
		out.t = f.Ret
	}
	for i, e := range x.Args {
		n := a.expr(e)
		k := i
		for j, p := range f.Args {
			if i < len(x.ArgNames) && x.ArgNames[i] != "" && p.Name == x.ArgNames[i] {
				k = j
			}
		}
		if k < len(f.Args) && !pseudo(f.Args[k].Type) && !(f.Variadic && k == len(f.Args)-1 && !x.Variadic) {
			n = a.implicitly(n, narrow(f.Args[k].Type))
		}
		if unknown(n) {
			n = a.implicitly(n, types.Text)
		}
		out.args = append(out.args, n)
	}
	return out
}

// userAggregate analyses the call of an aggregate of the catalog.
func (a *analysis) userAggregate(x *ast.FuncCall, f *catalog.SQLFunction) node {
	plain := *x
	plain.Args = append(append([]ast.Expr(nil), x.Args...), orderExprs(x.WithinGroup)...)
	c := a.userCall(&plain, f).(*call)
	if t := a.noted(x); t != nil {
		c.t = t
	}
	out := &aggregate{star: x.Star, distinct: x.Distinct, over: x.Over}
	out.call = *c
	return a.aggregateClauses(x, out, c.args, len(x.Args))
}

func orderExprs(keys []ast.OrderItem) []ast.Expr {
	out := make([]ast.Expr, len(keys))
	for i := range keys {
		out[i] = keys[i].Expr
	}
	return out
}

// builtin analyses the call of a function of the registry.
func (a *analysis) builtin(x *ast.FuncCall, syntax string) node {
	name := x.Name.Name
	args := a.list(x.Args)
	ts := make([]*types.Type, len(args))
	for i, n := range args {
		ts[i] = n.typ()
	}
	out := &call{name: ast.QuoteIdent(name), args: args, argNames: x.ArgNames, variadic: x.Variadic, syntax: syntax, t: a.notes.Types[x]}
	if len(args) == 1 && expr.Functions(name) == nil {
		if t := types.Lookup(name); t != nil { // a cast written as a call
			return a.coerce(args[0], t, false)
		}
	}
	var params, coerced []*types.Type
	if fn, c, res, err := expr.ResolveFunc(name, ts); err == nil && expr.Functions(name) != nil {
		params, coerced = fn.Args, c
		if out.t == nil {
			out.t = res
		}
	} else if fn, c, _, err := expr.ResolveSetFunc(name, ts); err == nil && expr.SetFuncs(name) != nil {
		params, coerced = fn.Args, c
	}
	if t := binder.RangeNamed(a.o, x.Name); t != nil && params == nil {
		if fn, c, _, err := expr.ResolveMaker(t, ts); err == nil {
			params, coerced, out.t = fn.Args, c, t
		}
	}
	if out.t == nil {
		out.t = types.Text
	}
	if x.ArgNames == nil && !x.Variadic {
		a.arguments(name, args, params, coerced)
	}
	return out
}

// arguments converts arguments for parameters.
func (a *analysis) arguments(name string, args []node, params, coerced []*types.Type) {
	if len(params) == 0 {
		return
	}
	wide := types.Int4
	for _, n := range args {
		if t := n.typ(); isInteger(t) && rank(t) > rank(wide) {
			wide = t
		}
	}
	for i, n := range args {
		p := params[min(i, len(params)-1)]
		want := parameter(p, coerced[i], n.typ())
		switch t := expr.BaseType(n.typ()); {
		case !isInteger(t) || !isInteger(want):
		case sameIntegers[name]:
			want = wide
		case want.Is(types.Int4) && t.Is(types.Int2) && len(expr.Functions(name)) == 1:
		default: // PostgreSQL has an overload for it
			want = t
		}
		args[i] = a.implicitly(n, want)
	}
}

// sameIntegers are functions that take integers of one type only.
var sameIntegers = map[string]bool{"mod": true, "gcd": true, "lcm": true, "generate_series": true}

// aggregate analyses aggregates and window functions.
func (a *analysis) aggregate(x *ast.FuncCall) node {
	name := x.Name.Name
	out := &aggregate{star: x.Star, distinct: x.Distinct, over: x.Over}
	out.name, out.t, out.variadic = ast.QuoteIdent(name), a.noted(x), x.Variadic
	args := a.list(x.Args)
	direct := len(args)
	for _, k := range x.WithinGroup {
		args = append(args, a.expr(k.Expr))
	}
	ts := make([]*types.Type, len(args))
	for i, n := range args {
		ts[i] = n.typ()
	}
	if fn, coerced, _, err := expr.ResolveAggregate(name, ts); err == nil && expr.Aggregates(name) != nil {
		for i, n := range args {
			want := parameter(fn.Args[min(i, max(len(fn.Args)-1, 0))], coerced[i], n.typ())
			if (name == "min" || name == "max") && isText(n.typ()) {
				want = types.Text
			}
			if isNumber(expr.BaseType(n.typ())) && isNumber(want) && !fn.OrderedSet {
				want = n.typ()
			}
			args[i] = a.implicitly(n, want)
		}
	}
	if name == "lag" || name == "lead" || name == "ntile" || name == "nth_value" {
		for i, n := range args {
			if unknown(n) && i == 0 {
				args[i] = a.implicitly(n, types.Text)
			}
		}
		if len(args) == 3 {
			pair := []node{args[0], args[2]}
			a.unify(pair)
			args[0], args[2] = pair[0], pair[1]
		}
	}
	return a.aggregateClauses(x, out, args, direct)
}

// aggregateClauses gives an aggregate its arguments, of which the first ones
// stand before WITHIN GROUP, and what stands behind them.
func (a *analysis) aggregateClauses(x *ast.FuncCall, out *aggregate, args []node, direct int) node {
	if len(x.WithinGroup) > 0 {
		out.within, out.direct = true, args[:direct]
		for i, k := range x.WithinGroup {
			out.order = append(out.order, keyOf(args[direct+i], k))
		}
		args = nil
	}
	out.args = args
	for _, k := range x.OrderBy {
		out.order = append(out.order, keyOf(a.value(k.Expr), k))
	}
	if x.Filter != nil {
		out.filter = a.condition(x.Filter)
	}
	return out
}

func keyOf(n node, k ast.OrderItem) sortKey {
	desc := k.Desc || k.Using == ">"
	return sortKey{arg: n, desc: desc, nullsFirst: k.Nulls == ast.NullsFirst || k.Nulls == ast.NullsDefault && desc}
}

// refersToColumns reports whether an expression names a column of the query
// that it stands in.
func refersToColumns(n node) bool {
	found := false
	each(n, func(x node) {
		if _, ok := x.(*column); ok {
			found = true
		}
	})
	return found
}

// each calls f for a node and those below it.
func each(n node, f func(node)) {
	if n == nil {
		return
	}
	f(n)
	for _, c := range children(n) {
		each(c, f)
	}
}

func children(n node) []node {
	switch n := n.(type) {
	case *cast:
		return []node{n.arg}
	case *operator:
		return n.args
	case *junction:
		return n.args
	case *call:
		return n.args
	case *aggregate:
		return n.args
	case *test:
		if n.b != nil {
			return []node{n.arg, n.b}
		}
		return []node{n.arg}
	case *arrayTest:
		return []node{n.arg, n.array}
	case *rowCompare:
		return append(append([]node{}, n.l...), n.r...)
	case *choice:
		list := []node{n.otherwise}
		if n.arg != nil {
			list = append(list, n.arg)
		}
		for _, w := range n.when {
			list = append(list, w[0], w[1])
		}
		return list
	case *subscript:
		return []node{n.arg}
	case *field:
		return []node{n.arg}
	case *collated:
		return []node{n.arg}
	case *subquery:
		return n.test
	}
	return nil
}
