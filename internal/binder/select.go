package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// queryFlags say how a query's output is used.
type queryFlags struct {
	// keepUnknown leaves string literals and parameters in the select list
	// untyped, for whoever knows what they are to become.
	keepUnknown bool
}

// clauses are what stands around a query's body.
type clauses struct {
	orderBy  []ast.OrderItem
	limit    ast.Expr
	offset   ast.Expr
	withTies bool
	locking  []ast.Locking
}

// bindQuery binds a query. box stands for the place of the query: its parent
// is what the query's expressions see around it, and box.outer collects the
// columns of the levels above that they refer to.
func (b *binder) bindQuery(q *ast.Select, box *scope, flags queryFlags) plan.Node {
	b.enter(q.Pos)
	defer b.leave()
	box, with := b.with(q.With, box)
	cl := clauses{q.OrderBy, q.Limit, q.Offset, q.WithTies, q.Locking}
	var node plan.Node
	switch body := q.Body.(type) {
	case *ast.SelectCore:
		node = b.core(body, cl, box, flags)
	default:
		if len(q.OrderBy) > 0 || len(q.Locking) > 0 {
			flags.keepUnknown = false
		}
		node = b.body(q.Body, box, flags)
		if len(q.Locking) > 0 {
			if _, ok := q.Body.(*ast.Values); ok {
				panic(notApplicable(q.Locking[0], q.Locking[0].Pos, "VALUES"))
			}
			panic(notLockable(q.Locking[0], "UNION/INTERSECT/EXCEPT"))
		}
		node = b.orderOutput(node, cl, box, bodyName(q.Body))
	}
	b.noteQuery(q, node)
	if with != nil {
		with.Body = node
		return with
	}
	return node
}

func bodyName(body ast.SelectBody) string {
	if _, ok := body.(*ast.Values); ok {
		return "VALUES"
	}
	return "UNION/INTERSECT/EXCEPT"
}

var lockNames = [...]string{"FOR KEY SHARE", "FOR SHARE", "FOR NO KEY UPDATE", "FOR UPDATE"}

func lockName(s ast.LockStrength) string { return lockNames[s] }

// body binds a query's body that has no clauses around it.
func (b *binder) body(body ast.SelectBody, box *scope, flags queryFlags) plan.Node {
	b.enter(body.Position())
	defer b.leave()
	switch body := body.(type) {
	case *ast.SelectCore:
		return b.core(body, clauses{}, box, flags)
	case *ast.Values:
		return b.values(body, box, flags)
	case *ast.SetOp:
		return b.setOp(body, box)
	case *ast.Select:
		return b.bindQuery(body, box, flags)
	}
	panic(fail(body.Position(), sqlerr.FeatureNotSupported, "query %T is not supported", body))
}

// output is one column of a select list while the query is bound.
type output struct {
	expr expr.Expr
	name string
	pos  int
	col  plan.Column // filled in by project
}

// core binds SELECT … FROM … WHERE … GROUP BY … with its ORDER BY and LIMIT.
func (b *binder) core(c *ast.SelectCore, cl clauses, box *scope, flags queryFlags) plan.Node {
	s := &scope{parent: box.parent, base: box, ctes: box.ctes, query: &query{open: true, named: c.Windows}}
	node := b.from(c.From, s)
	s.clause = clauseTarget
	outs := b.targets(c.Targets, s)
	if !flags.keepUnknown || c.Distinct {
		for i := range outs {
			outs[i].expr = b.settledRow(b.resolveUnknown(outs[i].expr))
		}
	}
	if c.Where != nil {
		node = &plan.Filter{Input: node, Conds: conjuncts(nil, b.condition(c.Where, s, clauseWhere))}
	}
	var having expr.Expr
	if c.Having != nil {
		having = b.condition(c.Having, s, clauseHaving)
	}
	if c.Distinct && len(c.DistinctOn) == 0 {
		for _, o := range outs {
			equatable(o.expr.Type(), o.pos)
		}
	}
	s.clause = clauseOrderBy
	keys := b.orderKeys(cl.orderBy, outs, s, clauseOrderBy)
	s.clause = clauseGroupBy
	groups := b.groupBy(c, outs, s)
	s.clause = clauseDistinctOn
	on := b.distinctOn(c.DistinctOn, outs, s)
	b.checkWindows(s)
	s.query.open = false
	b.unifySets(outs, &having, keys, on, groups, s.query)
	node = b.setsBelow(node, groups.exprs, s.query)
	if groups.used || len(s.query.aggs) > 0 || having != nil || len(s.query.groupings) > 0 {
		if len(cl.locking) > 0 {
			panic(notLockable(cl.locking[0], aggregateWord(groups, having)))
		}
		g := &grouper{b: b, s: s, groups: groups}
		node = g.aggregate(node, outs, having, keys, on)
	}
	node = b.setsBelow(node, windowRoots(s.query), s.query)
	node = windowNodes(node, s.query.windows)
	b.lock(cl.locking, c, s, node)
	return b.finish(node, c, cl, outs, keys, on, s, box)
}

// finish puts projection, DISTINCT, ORDER BY and LIMIT on the input.
func (b *binder) finish(node plan.Node, c *ast.SelectCore, cl clauses, outs []output, keys []orderKey, on []expr.Expr, s, box *scope) plan.Node {
	if len(s.query.sets) > 0 {
		node = b.expandSets(node, outs, keys, on, s)
	}
	if !c.Distinct && b.sortsBelow(outs, keys, s) {
		sortKeys := make([]expr.SortKey, len(keys))
		for i, k := range keys {
			sortKeys[i] = k.key
			if k.target >= 0 {
				sortKeys[i].Expr = outs[k.target].expr
			}
		}
		node = sorted(node, sortKeys)
		node = b.limit(node, cl, sortKeys, box, s)
		return b.project(node, outs)
	}
	visible := len(outs)
	for i := range keys {
		if keys[i].target < 0 {
			if c.Distinct && len(c.DistinctOn) == 0 {
				panic(fail(keys[i].pos, sqlerr.InvalidColumnReference, "for SELECT DISTINCT, ORDER BY expressions must appear in select list"))
			}
			outs, keys[i].target = appendOutput(outs, keys[i].key.Expr)
		}
	}
	onAt := make([]int, len(on))
	for i, e := range on {
		outs, onAt[i] = appendOutput(outs, e)
	}
	node = b.project(node, outs)
	column := func(i int) expr.Expr {
		return &expr.Column{ID: outs[i].col.ID, Typ: outs[i].col.Type, Name: outs[i].col.Name}
	}
	sortKeys := make([]expr.SortKey, len(keys))
	for i, k := range keys {
		sortKeys[i] = k.key
		sortKeys[i].Expr = column(k.target)
	}
	switch {
	case len(on) > 0:
		node = b.distinctOnNode(node, c, sortKeys, keys, onAt, column)
	case c.Distinct:
		node = sorted(&plan.Distinct{Input: node}, sortKeys)
	default:
		node = sorted(node, sortKeys)
	}
	node = b.limit(node, cl, sortKeys, box, s)
	if len(outs) > visible {
		node = b.strip(node, visible)
	}
	return node
}

// appendOutput adds a hidden column for an expression, unless there is an
// equal one.
func appendOutput(outs []output, e expr.Expr) ([]output, int) {
	for i := range outs {
		if equal(outs[i].expr, e) {
			return outs, i
		}
	}
	return append(outs, output{expr: e, name: "?column?"}), len(outs)
}

// sortsBelow reports whether the rows can be sorted before the select list is
// computed: every key is a plain column or stands in ORDER BY only, so that
// nothing is computed twice.
func (b *binder) sortsBelow(outs []output, keys []orderKey, s *scope) bool {
	for _, k := range keys {
		if k.target < 0 {
			continue
		}
		switch outs[k.target].expr.(type) {
		case *expr.Column, *expr.Const, *expr.Outer, *expr.Param:
		default:
			return false
		}
	}
	return true
}

func sorted(n plan.Node, keys []expr.SortKey) plan.Node {
	if len(keys) == 0 {
		return n
	}
	return &plan.Sort{Input: n, Keys: keys}
}

// project computes the select list, and notes the columns in outs.
func (b *binder) project(node plan.Node, outs []output) plan.Node {
	p := &plan.Project{Input: node, Items: make([]plan.Item, len(outs))}
	var in []plan.Column
	for i := range outs {
		o := &outs[i]
		o.col = plan.Column{ID: b.newID(), Name: o.name, Type: o.expr.Type()}
		if in == nil {
			in = node.Columns()
		}
		if c, ok := o.expr.(*expr.Column); ok {
			for k := range in {
				if in[k].ID == c.ID {
					o.col.Rel, o.col.RelColumn, o.col.NotNull = in[k].Rel, in[k].RelColumn, in[k].NotNull
					break
				}
			}
		}
		if !o.col.NotNull {
			o.col.NotNull = neverNull(o.expr, in)
		}
		p.Items[i] = plan.Item{Col: o.col, Expr: o.expr}
	}
	return p
}

// strip removes the hidden columns at the end.
func (b *binder) strip(node plan.Node, visible int) plan.Node {
	cols := node.Columns()[:visible]
	to := append([]plan.Column(nil), cols...)
	for i := range to {
		to[i].ID = b.newID()
	}
	p := &plan.Project{Input: node, Items: make([]plan.Item, visible)}
	for i, c := range cols {
		p.Items[i] = plan.Item{Col: to[i], Expr: &expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name}}
	}
	return p
}

// expandSets computes set-returning calls in projections of their own, below
// the select list; what the select list needs from the input passes through.
// Calls within the arguments of others are expanded below them; those beside
// each other go in step.
func (b *binder) expandSets(node plan.Node, outs []output, keys []orderKey, on []expr.Expr, s *scope) plan.Node {
	rest := s.query.sets
	for len(rest) > 0 {
		var now, later []plan.SetItem
		for _, set := range rest {
			if usesSets(&set, rest) {
				later = append(later, set)
			} else {
				now = append(now, set)
			}
		}
		node = b.expandLevel(node, now, later, outs, keys, on)
		rest = later
	}
	return node
}

// usesSets tells whether an argument of a call is the result of one of others.
func usesSets(set *plan.SetItem, others []plan.SetItem) bool {
	found := false
	for _, a := range set.Call.Args {
		visit(a, func(e expr.Expr) bool {
			if c, ok := e.(*expr.Column); ok && isSet(others, c.ID) {
				found = true
			}
			return !found
		})
	}
	return found
}

// expandLevel expands calls in one projection. What refers to the input, later
// calls too, refers to that projection then.
func (b *binder) expandLevel(node plan.Node, sets, later []plan.SetItem, outs []output, keys []orderKey, on []expr.Expr) plan.Node {
	p := &plan.Project{Input: node, Sets: sets}
	passed := map[expr.ColumnID]plan.Column{}
	in := node.Columns()
	pass := func(id expr.ColumnID) (plan.Column, bool) {
		if isSet(p.Sets, id) {
			return plan.Column{}, false
		}
		if c, ok := passed[id]; ok {
			return c, true
		}
		for _, c := range in {
			if c.ID == id {
				to := c
				to.ID = b.newID()
				passed[id] = to
				p.Items = append(p.Items, plan.Item{Col: to, Expr: &expr.Column{ID: id, Typ: c.Type, Name: c.Name}})
				return to, true
			}
		}
		return plan.Column{}, false
	}
	sub := func(e expr.Expr) expr.Expr { return b.substitute(e, pass) }
	for i := range outs {
		outs[i].expr = sub(outs[i].expr)
	}
	for i := range keys {
		if keys[i].target < 0 {
			keys[i].key.Expr = sub(keys[i].key.Expr)
		}
	}
	for i := range on {
		on[i] = sub(on[i])
	}
	for i := range later {
		for j, a := range later[i].Call.Args {
			later[i].Call.Args[j] = sub(a)
		}
	}
	return p
}

func isSet(sets []plan.SetItem, id expr.ColumnID) bool {
	for i := range sets {
		if sets[i].Col.ID == id {
			return true
		}
	}
	return false
}

// substitute replaces column references, those of subqueries to this level
// included.
func (b *binder) substitute(e expr.Expr, to func(expr.ColumnID) (plan.Column, bool)) expr.Expr {
	return rewrite(e, func(x expr.Expr) (expr.Expr, bool) {
		switch x := x.(type) {
		case *expr.Column:
			if c, ok := to(x.ID); ok {
				return &expr.Column{ID: c.ID, Typ: x.Typ, Name: x.Name}, true
			}
			return x, true
		case *expr.Subquery:
			substituteOuter(x, to)
		}
		return x, false
	})
}

// substituteOuter replaces, in place, the references of a subquery to columns
// of the level around it.
func substituteOuter(sub *expr.Subquery, to func(expr.ColumnID) (plan.Column, bool)) {
	pruneOuter(sub)
	changed := false
	for i, id := range sub.Outer {
		if c, ok := to(id); ok {
			sub.Outer[i] = c.ID
			changed = true
		}
	}
	if !changed {
		return
	}
	rewritePlan(sub.Plan.(plan.Node), func(e expr.Expr) expr.Expr {
		return rewrite(e, func(x expr.Expr) (expr.Expr, bool) {
			switch x := x.(type) {
			case *expr.Outer:
				if c, ok := to(x.ID); ok {
					return &expr.Outer{ID: c.ID, Typ: x.Typ, Name: x.Name}, true
				}
			case *expr.Subquery:
				for i, id := range x.Outer {
					if c, ok := to(id); ok {
						x.Outer[i] = c.ID
					}
				}
			}
			return x, false
		})
	})
}

// pruneOuter drops the ids that a subquery no longer refers to, since the
// aggregate that did was found to belong to the query around it.
func pruneOuter(sub *expr.Subquery) {
	used := map[expr.ColumnID]bool{}
	nested := []*expr.Subquery{sub}
	rewritePlan(sub.Plan.(plan.Node), func(e expr.Expr) expr.Expr {
		visit(e, func(x expr.Expr) bool {
			switch x := x.(type) {
			case *expr.Outer:
				used[x.ID] = true
			case *expr.Subquery:
				nested = append(nested, x)
			}
			return true
		})
		return e
	})
	for _, n := range nested {
		kept := n.Outer[:0:0]
		for _, id := range n.Outer {
			if used[id] {
				kept = append(kept, id)
			}
		}
		n.Outer = kept
	}
}

// limit puts LIMIT and OFFSET on a node.
func (b *binder) limit(node plan.Node, cl clauses, keys []expr.SortKey, box, from *scope) plan.Node {
	if cl.limit == nil && cl.offset == nil {
		return node
	}
	count := func(e ast.Expr, word string, c clause) expr.Expr {
		if e == nil {
			return nil
		}
		s := &scope{parent: box.parent, base: box, ctes: box.ctes, clause: c}
		if ref := findColumnRef(e); ref != nil && b.findColumn(ref.Parts[0].Text, ref.Pos, s) == nil {
			if from != nil && b.findIn(from, ref.Parts[0].Text, ref.Pos, from) != nil {
				panic(fail(ref.Pos, sqlerr.InvalidColumnReference, "argument of %s must not contain variables", word))
			}
			panic(fail(ref.Pos, sqlerr.UndefinedColumn, "column \"%s\" does not exist", ref.Parts[0].Text))
		}
		x := b.scalar(e, s)
		if isUnknown(x) {
			return b.settle(x, types.Int8, false, start(e))
		}
		if !assignable(x.Type(), types.Int8) || x.Type().Category != 'N' {
			panic(fail(start(e), sqlerr.DatatypeMismatch, "argument of %s must be type bigint, not type %s", word, x.Type().Display))
		}
		return b.convert(x, types.Int8, false, start(e))
	}
	l := &plan.Limit{Input: node, WithTies: cl.withTies, Count: count(cl.limit, "LIMIT", clauseLimit), Offset: count(cl.offset, "OFFSET", clauseOffset)}
	if cl.withTies {
		if len(keys) == 0 {
			panic(fail(cl.limit.Position(), sqlerr.SyntaxError, "WITH TIES cannot be specified without ORDER BY clause"))
		}
		l.Keys = append([]expr.SortKey(nil), keys...)
	}
	if c, ok := l.Count.(*expr.Const); ok && c.Val.IsNull() {
		l.Count = nil
	}
	return l
}
