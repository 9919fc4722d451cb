package binder

import (
	"slices"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// call binds what is written like a function: special forms, aggregates,
// window functions, set-returning functions, functions made by SQL, casts
// written as calls, and plain functions.
func (b *binder) call(c *ast.FuncCall, s *scope) expr.Expr {
	if named(c) {
		if e := b.sqlFunction(c, s); e != nil {
			return e
		}
		c = b.positional(c)
	}
	if c.Name.Schema != "" && c.Name.Schema != "pg_catalog" {
		if e := b.defined(c, s); e != nil {
			return e
		}
		if b.o.Catalog != nil && b.o.Catalog.Schema(c.Name.Schema) == nil {
			panic(fail(c.Pos, sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", c.Name.Schema))
		}
		_, _, _, err := expr.ResolveFunc(c.Name.Schema+"."+c.Name.Name, b.typesOf(b.callArgs(c, s), false))
		check(err, c.Pos)
	}
	name := c.Name.Name
	if c.Name.Schema == "pg_catalog" && !isBuiltin(name) && castFunction(name) == nil {
		panic(noRoutine(c, b.typesOf(b.callArgs(c, s), false), false))
	}
	if c.Name.Schema == "" && !isGrammar(name) {
		if e := b.defined(c, s); e != nil {
			return e
		}
	}
	if c.Over == nil {
		if e := b.specialForm(c, s); e != nil {
			return e
		}
	}
	if isWindowOnly(name) || c.Over != nil {
		if c.Over == nil && isHypothetical(name) && len(c.Args) > 0 && len(c.WithinGroup) == 0 {
			panic(fail(c.Pos, sqlerr.WrongObjectType, "WITHIN GROUP is required for ordered-set aggregate %s", name))
		}
		if c.Over == nil && !c.Star && len(c.WithinGroup) == 0 {
			panic(fail(c.Pos, sqlerr.WrongObjectType, "window function %s requires an OVER clause", name))
		}
		if c.Over != nil && len(c.WithinGroup) > 0 && isHypothetical(name) {
			panic(fail(c.Pos, sqlerr.FeatureNotSupported, "OVER is not supported for ordered-set aggregate %s", name))
		}
		if c.Over != nil {
			return b.windowCall(c, s, nil)
		}
		if isHypothetical(name) {
			return b.hypothetical(c, s)
		}
	}
	if b.isAggregate(c) {
		return b.aggregateCall(c, s, nil)
	}
	if c.Star {
		_, _, _, err := expr.ResolveFunc(name, nil)
		check(err, c.Pos)
		panic(fail(c.Pos, sqlerr.WrongObjectType, "%s(*) specified, but %s is not an aggregate function", name, name))
	}
	b.plainOnly(c, s)
	if expr.SetFuncs(name) != nil && !b.scalarOverload(c) {
		return b.setCall(c, s)
	}
	args := b.callArgs(c, s)
	if e := b.fieldCall(c, args); e != nil {
		return e
	}
	if len(args) == 1 && expr.Functions(name) == nil {
		if t := castFunction(name); t != nil {
			return b.cast(args[0], t, start(c.Args[0]), c.Pos)
		}
	}
	return b.functionCall(c, args, s)
}

// fieldCall binds f(x) that means x.f, where x is a row and no function takes it;
// nil where it does not. Rows become texts by written casts alone.
func (b *binder) fieldCall(c *ast.FuncCall, args []expr.Expr) expr.Expr {
	if len(args) != 1 || c.Variadic || c.Name.Schema != "" {
		return nil
	}
	t := expr.BaseType(args[0].Type())
	if t.Kind != types.KindRecord {
		return nil
	}
	_, _, _, err := expr.ResolveFunc(c.Name.Name, []*types.Type{args[0].Type()})
	if err == nil {
		return nil
	}
	if slices.ContainsFunc(t.Fields, func(f types.Field) bool { return f.Name == c.Name.Name }) {
		return b.field(args[0], c.Name.Name, c.Pos)
	}
	if to := castFunction(c.Name.Name); to != nil && to.Category == 'S' {
		check(err, c.Pos)
	}
	return nil
}

// isGrammar reports whether a name is a form of the grammar, which no function
// hides.
func isGrammar(name string) bool {
	switch name {
	case "coalesce", "nullif", "greatest", "least", "grouping", "raise":
		return true
	}
	return false
}

func (b *binder) callArgs(c *ast.FuncCall, s *scope) []expr.Expr {
	args := make([]expr.Expr, len(c.Args))
	for i, a := range c.Args {
		args[i] = b.scalar(a, s)
	}
	return args
}

// functionCall resolves a plain function; an unknown one-argument function
// that has a type's name is a cast.
func (b *binder) functionCall(c *ast.FuncCall, args []expr.Expr, s *scope) expr.Expr {
	name := c.Name.Name
	if c.Variadic {
		return b.variadicCall(c, args, s)
	}
	if len(args) == 1 {
		if t := castFunction(name); t != nil {
			ts := b.typesOf(args, true)
			f, _, _, err := expr.ResolveFunc(name, ts)
			// A literal is a cast before it is a function's argument, but for what SQLite calls date.
			literal := isUnknown(args[0]) && (err != nil || f.Source == "PostgreSQL" && !f.Args[0].Is(types.Text))
			if literal || err != nil && castable(args[0].Type(), t) {
				return b.cast(args[0], t, start(c.Args[0]), c.Pos)
			}
		}
	}
	if c.Special && len(args) == 0 {
		if e := b.specialWord(c); e != nil {
			return e
		}
	}
	return b.callByName(name, args, c.Pos, s)
}

// specialWord binds the words of the standard that the registry may know
// under another name.
func (b *binder) specialWord(c *ast.FuncCall) expr.Expr {
	name := c.Name.Name
	if expr.Functions(name) != nil {
		return nil
	}
	now := func(t *types.Type) expr.Expr {
		return b.convert(b.callByName("now", nil, c.Pos, nil), t, true, c.Pos)
	}
	switch name {
	case "current_timestamp":
		return now(types.TimestampTZ)
	case "current_date":
		return now(types.Date)
	case "localtimestamp":
		return now(types.Timestamp)
	case "localtime":
		return now(types.Time)
	case "current_time":
		return now(types.TimeTZ)
	case "current_catalog":
		return b.callByName("current_database", nil, c.Pos, nil)
	}
	return nil
}

// plainOnly rejects what only aggregates may have, once the function is known
// to exist.
func (b *binder) plainOnly(c *ast.FuncCall, s *scope) {
	name := c.Name.Name
	if c.Distinct || len(c.WithinGroup) > 0 || len(c.OrderBy) > 0 || c.Filter != nil {
		args := b.callArgs(c, s)
		for _, k := range c.WithinGroup {
			args = append(args, b.scalar(k.Expr, s))
		}
		if expr.SetFuncs(name) == nil {
			_, _, _, err := expr.ResolveFunc(name, b.typesOf(args, false))
			check(err, c.Pos)
		}
	}
	notAggregate(c)
}

// notAggregate rejects what only aggregates may have.
func notAggregate(c *ast.FuncCall) {
	name := c.Name.Name
	switch {
	case c.Over != nil:
		panic(fail(c.Pos, sqlerr.WrongObjectType, "OVER specified, but %s is not a window function nor an aggregate function", name))
	case c.Star:
		panic(fail(c.Pos, sqlerr.WrongObjectType, "%s(*) specified, but %s is not an aggregate function", name, name))
	case c.Distinct:
		panic(fail(c.Pos, sqlerr.WrongObjectType, "DISTINCT specified, but %s is not an aggregate function", name))
	case len(c.WithinGroup) > 0:
		panic(fail(c.Pos, sqlerr.WrongObjectType, "WITHIN GROUP specified, but %s is not an aggregate function", name))
	case len(c.OrderBy) > 0:
		panic(fail(c.Pos, sqlerr.WrongObjectType, "ORDER BY specified, but %s is not an aggregate function", name))
	case c.Filter != nil:
		panic(fail(c.Pos, sqlerr.WrongObjectType, "FILTER specified, but %s is not an aggregate function", name))
	}
}

// specialForm binds the calls that are no functions, or returns nil.
func (b *binder) specialForm(c *ast.FuncCall, s *scope) expr.Expr {
	if c.Name.Schema != "" {
		return nil
	}
	pos := func(i int) int { return start(c.Args[i]) }
	switch c.Name.Name {
	case "raise":
		return b.raise(c, s)
	case "coalesce", "ifnull":
		if c.Name.Name == "ifnull" && len(c.Args) != 2 || len(c.Args) == 0 {
			return nil
		}
		around := s.lazy
		s.lazy = "COALESCE"
		args := b.callArgs(c, s)
		s.lazy = around
		t := b.unify(args, "COALESCE", pos)
		if len(args) == 1 {
			return args[0]
		}
		return &expr.Coalesce{Args: args, Typ: t}
	case "greatest", "least":
		args := b.callArgs(c, s)
		b.unify(args, upper(c.Name.Name), pos)
		return b.callByName(c.Name.Name, args, c.Pos, s)
	case "nullif":
		if len(c.Args) != 2 {
			return nil
		}
		return b.nullif(c, s)
	case "iif", "if":
		if len(c.Args) < 2 || len(c.Args) > 3 {
			return nil
		}
		cond := b.boolean(b.scalar(c.Args[0], s), "IIF", start(c.Args[0]))
		args := []expr.Expr{b.scalar(c.Args[1], s), &expr.Const{Typ: types.Unknown}}
		if len(c.Args) == 3 {
			args[1] = b.scalar(c.Args[2], s)
		}
		t := b.unify(args, "CASE", func(i int) int { return start(c.Args[min(i+1, len(c.Args)-1)]) })
		return &expr.Case{Whens: []expr.When{{Cond: cond, Then: args[0]}}, Else: args[1], Typ: t}
	case "grouping":
		return b.grouping(c, s)
	}
	return nil
}

// nullif binds NULLIF(a, b) as CASE WHEN a = b THEN NULL ELSE a END.
func (b *binder) nullif(c *ast.FuncCall, s *scope) expr.Expr {
	l, r := b.scalar(c.Args[0], s), b.scalar(c.Args[1], s)
	cond := b.operator("=", l, r, c.Pos)
	l = b.resolveUnknown(b.again(c.Args[0], l, s))
	if cmp, ok := cond.(*expr.Compare); ok && isInteger(l.Type()) && !isInteger(cmp.A.Type()) {
		l = b.convert(l, cmp.A.Type(), true, c.Pos) // the operator's type
	}
	if expr.BaseType(l.Type()).Is(types.Varchar) { // which is compared as text
		l = b.retype(l, types.WithCollation(types.Text, l.Type().Collation), c.Pos)
	}
	return &expr.Case{Whens: []expr.When{{Cond: cond, Then: &expr.Const{Typ: l.Type()}}}, Else: l, Typ: l.Type()}
}

// isAggregate reports whether the call is one of an aggregate. A name that is
// both, like SQLite's max(a, b), is one with the aggregate's number of
// arguments only.
func (b *binder) isAggregate(c *ast.FuncCall) bool {
	aggs := expr.Aggregates(c.Name.Name)
	if aggs == nil {
		return false
	}
	if expr.Functions(c.Name.Name) == nil || c.Star || c.Distinct || c.Filter != nil || len(c.WithinGroup) > 0 {
		return true
	}
	for _, a := range aggs {
		if len(a.Args) == len(c.Args) || a.Variadic && len(c.Args) >= len(a.Args) {
			return true
		}
	}
	return false
}

// scalarOverload reports whether a name of set-returning functions has a plain
// function that takes the call instead.
func (b *binder) scalarOverload(c *ast.FuncCall) bool {
	for _, f := range expr.Functions(c.Name.Name) {
		if len(f.Args) == len(c.Args) {
			for _, g := range expr.SetFuncs(c.Name.Name) {
				if len(g.Args) == len(c.Args) {
					return false
				}
			}
			return true
		}
	}
	return false
}

// grouping binds GROUPING(a, b, …): its arguments are matched with the
// grouping expressions once those are known.
func (b *binder) grouping(c *ast.FuncCall, s *scope) expr.Expr {
	if s.query == nil || !s.query.open || !aggregatesAllowed(s.clause) {
		panic(fail(c.Pos, sqlerr.GroupingError, "grouping operations are not allowed in %s", b.clauseName(s.clause)))
	}
	if s.inAgg {
		panic(fail(c.Pos, sqlerr.GroupingError, "aggregate function calls cannot contain grouping operations"))
	}
	g := groupingCall{id: b.newID(), args: b.callArgs(c, s)}
	for _, a := range c.Args {
		g.pos = append(g.pos, start(a))
	}
	s.query.groupings = append(s.query.groupings, g)
	return &expr.Column{ID: g.id, Typ: types.Int4, Name: "grouping"}
}

// setCall binds a set-returning function in a select list; its place in the
// expression is taken by a column of the projection that expands it.
func (b *binder) setCall(c *ast.FuncCall, s *scope) expr.Expr {
	b.setAllowed(c, s)
	args := b.callArgs(c, s)
	call := b.resolveSet(c, args)
	if len(call.Cols) == 0 {
		panic(fail(c.Pos, sqlerr.FeatureNotSupported, "could not determine row type for result of %s", c.Name.Name).
			WithHint("Provide a non-null record argument, or call the function in the FROM clause using a column definition list."))
	}
	col := plancol(b.newID(), c.Name.Name, setType(call.Cols))
	s.query.sets = append(s.query.sets, setItem(col, call))
	return &expr.Column{ID: col.ID, Typ: col.Type, Name: col.Name}
}

// setClause tells whether set-returning functions may stand in a clause.
func setClause(c clause) bool {
	switch c {
	case clauseTarget, clauseOrderBy, clauseGroupBy, clauseDistinctOn, clauseWindow, clauseValues:
		return true
	}
	return false
}

// setAllowed fails where no set-returning function may stand.
func (b *binder) setAllowed(c *ast.FuncCall, s *scope) {
	if s.lazy != "" {
		panic(fail(c.Pos, sqlerr.FeatureNotSupported, "set-returning functions are not allowed in %s", s.lazy).
			WithHint("You might be able to move the set-returning function into a LATERAL FROM item."))
	}
	if s.query == nil || !setClause(s.clause) {
		panic(fail(c.Pos, sqlerr.FeatureNotSupported, "set-returning functions are not allowed in %s", b.clauseName(s.clause)))
	}
	if s.inWin && s.clause < clauseWindow {
		panic(fail(c.Pos, sqlerr.FeatureNotSupported, "window function calls cannot contain set-returning function calls").
			WithHint("You might be able to move the set-returning function into a LATERAL FROM item."))
	}
	if s.inAgg {
		panic(fail(c.Pos, sqlerr.FeatureNotSupported, "aggregate function calls cannot contain set-returning function calls").
			WithHint("You might be able to move the set-returning function into a LATERAL FROM item."))
	}
}
