package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// query collects what a SELECT computes between FROM and its select list.
type query struct {
	open      bool // aggregates may still be added
	aggs      []plan.AggItem
	groupings []groupingCall
	windows   []windowCall
	sets      []plan.SetItem
	named     []ast.NamedWindow
}

// groupingCall is a GROUPING(…) whose arguments are not yet matched.
type groupingCall struct {
	id   expr.ColumnID
	args []expr.Expr
	pos  []int // of the arguments
}

// aggregateCall binds an aggregate and returns the column of its result. user is
// the one of the catalog that the call means, with its arguments, or nil.
func (b *binder) aggregateCall(c *ast.FuncCall, s *scope, user *routineCall) expr.Expr {
	b.aggregateHere(c, s)
	if user != nil && len(c.Args) == 0 && !c.Star && len(c.WithinGroup) == 0 {
		panic(fail(c.Pos, sqlerr.WrongObjectType, "%s(*) must be used to call a parameterless aggregate function", c.Name.Name))
	}
	agg := b.aggregate(c, s, clauseFilter, user)
	level := b.aggregateLevel(agg, s)
	if level.query == nil || !level.query.open || !aggregatesAllowed(level.clause) {
		panic(fail(c.Pos, sqlerr.GroupingError, "aggregate functions are not allowed in %s", b.clauseName(level.clause)))
	}
	if level != s && level.inAgg {
		panic(fail(c.Pos, sqlerr.GroupingError, "aggregate function calls cannot be nested"))
	}
	if level != s {
		agg = b.liftAggregate(agg, level, s)
	}
	id := b.addAggregate(level.query, agg, c.Name.Name)
	return b.reference(id, agg.Typ, c.Name.Name, c.Pos, level, s)
}

// aggregateHere refuses an aggregate where none may stand.
func (b *binder) aggregateHere(c *ast.FuncCall, s *scope) {
	if s.inAgg {
		if s.clause == clauseFilter {
			panic(fail(c.Pos, sqlerr.GroupingError, "aggregate functions are not allowed in FILTER"))
		}
		if len(c.Args) == 0 && !c.Star && len(c.WithinGroup) == 0 && c.Name.Name != "count" {
			_, _, _, err := expr.ResolveAggregate(c.Name.Name, nil)
			check(err, c.Pos)
		}
		panic(fail(c.Pos, sqlerr.GroupingError, "aggregate function calls cannot be nested"))
	}
	if s.recursive {
		panic(fail(c.Pos, sqlerr.InvalidRecursion, "aggregate functions are not allowed in a recursive query's recursive term"))
	}
	if len(c.Args) == 0 && !c.Star && c.Name.Name == "count" {
		panic(fail(c.Pos, sqlerr.WrongObjectType, "%s(*) must be used to call a parameterless aggregate function", c.Name.Name))
	}
}

func aggregatesAllowed(c clause) bool {
	switch c {
	case clauseTarget, clauseHaving, clauseOrderBy, clauseDistinctOn, clauseWindow, clauseFilter:
		return true
	}
	return false
}

// addAggregate lists an aggregate, using an equal one that is there already.
func (b *binder) addAggregate(q *query, agg *expr.Aggregate, name string) expr.ColumnID {
	for _, a := range q.aggs {
		if equal(a.Agg, agg) {
			return a.Col.ID
		}
	}
	id := b.newID()
	q.aggs = append(q.aggs, plan.AggItem{Col: plan.Column{ID: id, Name: name, Type: agg.Typ, NotNull: agg.Fn.Name == "count"}, Agg: agg})
	return id
}

// aggregate binds the parts of an aggregate call, in s.
func (b *binder) aggregate(c *ast.FuncCall, s *scope, filter clause, user *routineCall) *expr.Aggregate {
	name := c.Name.Name
	s.inAgg = true
	agg := &expr.Aggregate{Distinct: c.Distinct, Star: c.Star}
	keys := c.WithinGroup
	var args []expr.Expr
	var fn *expr.AggFunc
	var result *types.Type
	if user != nil {
		args, fn, result = user.args, b.userAggregate(user), user.f.Ret
	} else {
		args = b.callArgs(c, s)
		for _, k := range keys {
			args = append(args, b.scalar(k.Expr, s))
		}
		var coerced []*types.Type
		var err error
		fn, coerced, result, err = b.resolveAggregate(name, args)
		check(err, c.Pos)
		for i := range args {
			args[i] = b.settledRow(b.coerce(args[i], coerced[i], c.Pos))
		}
	}
	if fn.OrderedSet && len(c.WithinGroup) == 0 {
		panic(fail(c.Pos, sqlerr.WrongObjectType, "WITHIN GROUP is required for ordered-set aggregate %s", name))
	}
	if !fn.OrderedSet && len(c.WithinGroup) > 0 {
		panic(fail(c.Pos, sqlerr.WrongObjectType, "%s is not an ordered-set aggregate, so it cannot have WITHIN GROUP", name))
	}
	agg.Fn, agg.Args, agg.Typ = fn, args, result
	if len(c.WithinGroup) > 0 && user == nil { // functions that people write get the rows as they come
		for i, k := range keys {
			agg.OrderBy = append(agg.OrderBy, sortKey(args[len(args)-len(keys)+i], k))
		}
	}
	for _, k := range c.OrderBy {
		key := sortKey(b.value(k.Expr, s), k)
		if c.Distinct && !contains(args, key.Expr) {
			panic(fail(k.Pos, sqlerr.InvalidColumnReference, "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list"))
		}
		agg.OrderBy = append(agg.OrderBy, key)
	}
	if c.Filter != nil {
		agg.Filter = b.condition(c.Filter, s, filter)
	}
	s.inAgg = false
	return agg
}

func contains(list []expr.Expr, e expr.Expr) bool {
	for _, x := range list {
		if equal(x, e) {
			return true
		}
	}
	return false
}

func (b *binder) resolveAggregate(name string, args []expr.Expr) (*expr.AggFunc, []*types.Type, *types.Type, error) {
	byArgs := b.untyped(args) && len(expr.Aggregates(name)) > 1
	if byArgs {
		for i := range args {
			args[i] = b.typeByArg(args[i])
		}
	}
	return expr.ResolveAggregate(name, b.typesOf(args, false))
}

// sortKey makes a key with PostgreSQL's order of nulls: last, or first where
// descending.
func sortKey(e expr.Expr, o ast.OrderItem) expr.SortKey {
	desc := o.Desc || o.Using == ">"
	return expr.SortKey{Expr: e, Desc: desc, NullsFirst: o.Nulls == ast.NullsFirst || o.Nulls == ast.NullsDefault && desc}
}

// aggregateLevel finds the query that an aggregate belongs to: the innermost
// one whose columns its arguments refer to, s where there are none.
func (b *binder) aggregateLevel(agg *expr.Aggregate, s *scope) *scope {
	local, outer := false, false
	var ids []expr.ColumnID
	b.visitAll(agg, func(e expr.Expr) {
		switch x := e.(type) {
		case *expr.Column:
			local = true
		case *expr.Outer:
			outer = true
			ids = append(ids, x.ID)
		}
	})
	if local || !outer {
		return s
	}
	for level := s.parent; level != nil; level = level.parent {
		if level.query == nil {
			continue
		}
		for _, id := range ids {
			if level.owns(id) {
				return level
			}
		}
	}
	return s
}

func (b *binder) visitAll(agg *expr.Aggregate, f func(expr.Expr)) {
	visit(agg, func(e expr.Expr) bool {
		f(e)
		return true
	})
}

// owns reports whether a column is one of the scope's own.
func (s *scope) owns(id expr.ColumnID) bool {
	for _, r := range s.refs {
		switch x := r.expr.(type) {
		case *expr.Column:
			if x.ID == id {
				return true
			}
		case *expr.Outer:
			if x.ID == id {
				return true
			}
		}
	}
	return false
}

// liftAggregate turns the arguments of an aggregate that belongs to a query
// around into expressions of that query.
func (b *binder) liftAggregate(agg *expr.Aggregate, level, s *scope) *expr.Aggregate {
	return rewrite(agg, func(e expr.Expr) (expr.Expr, bool) {
		if o, ok := e.(*expr.Outer); ok && level.owns(o.ID) {
			c := &expr.Column{ID: o.ID, Typ: o.Typ, Name: o.Name}
			return c, true
		}
		return e, false
	}).(*expr.Aggregate)
}
