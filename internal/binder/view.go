package binder

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// viewTarget is an automatically updatable view: a query over one table or view
// that keeps its rows apart.
type viewTarget struct {
	rel   *catalog.Relation
	base  *catalog.Relation // the table at the end
	inner *viewTarget       // the view that it selects from; nil: base itself

	alias   string   // its name for what it selects from
	columns []string // the names of that relation's columns
	from    []int    // of them, what each column of the view is; -1: computed
	exprs   []ast.Expr
	where   ast.Expr // nil is none
	check   bool     // WITH CHECK OPTION applies to it
}

// viewTarget takes a view apart, or fails with PostgreSQL's reason why it is
// not updatable.
func (b *binder) viewTarget(rel *catalog.Relation, verb string, pos int) *viewTarget {
	if b.viewDepth++; b.viewDepth > 64 {
		panic(fail(pos, sqlerr.InvalidObjectDefinition, "infinite recursion detected in rules for relation \"%s\"", rel.Name))
	}
	defer func() { b.viewDepth-- }()
	not := func(detail string) *sqlerr.Error {
		err := fail(pos, sqlerr.ObjectNotInPrerequisiteState, "cannot %s view \"%s\"", verb, rel.Name).WithDetail("%s", detail)
		if hint := viewHints[verb]; hint != "" {
			err = err.WithHint("To enable %s, provide an INSTEAD OF %s trigger or an unconditional ON %[2]s DO INSTEAD rule.", hint, upper(verb[:6]))
		}
		return err
	}
	core, from, why := b.simpleView(b.storedQuery(rel, pos))
	if why != "" {
		panic(not(why))
	}
	saved := b.o.SearchPath
	b.o.SearchPath = append([]string{rel.Schema}, saved...)
	defer func() { b.o.SearchPath = saved }()
	below := b.relation(from.Name)
	v := &viewTarget{rel: rel, base: below, alias: below.Name, where: core.Where, check: rel.CheckOption != ""}
	switch below.Kind {
	case catalog.View:
		v.inner = b.viewTarget(below, verb, pos)
		v.base = v.inner.base
		if rel.CheckOption == "cascaded" {
			for i := v.inner; i != nil; i = i.inner {
				i.check = true
			}
		}
	case catalog.Table:
	default:
		panic(not("Views that do not select from a single table or view are not automatically updatable."))
	}
	if from.Alias.Name != "" {
		v.alias = from.Alias.Name
	}
	for i, c := range below.Columns {
		name := c.Name
		if i < len(from.Alias.Columns) {
			name = from.Alias.Columns[i].Text
		}
		v.columns = append(v.columns, name)
	}
	v.take(core)
	if len(v.from) != len(rel.Columns) || verb != "delete from" && !v.updatable() {
		panic(not("Views that have no updatable columns are not automatically updatable."))
	}
	return v
}

// take maps the select list of the view to the columns below.
func (v *viewTarget) take(core *ast.SelectCore) {
	for _, t := range core.Targets {
		c, plain := t.Expr.(*ast.ColumnRef)
		if plain && c.Star {
			v.from = append(v.from, identity(len(v.columns))...)
			v.exprs = append(v.exprs, make([]ast.Expr, len(v.columns))...)
			continue
		}
		at := -1
		if plain {
			at = slices.Index(v.columns, c.Parts[len(c.Parts)-1].Text)
		}
		v.from, v.exprs = append(v.from, at), append(v.exprs, t.Expr)
	}
}

// ordinal is the base column behind a column of the view; -1 where it is
// computed.
func (v *viewTarget) ordinal(i int) int {
	at := v.from[i]
	if at < 0 || v.inner == nil {
		return at
	}
	return v.inner.ordinal(at)
}

func (v *viewTarget) updatable() bool {
	for i := range v.from {
		if v.ordinal(i) >= 0 {
			return true
		}
	}
	return false
}

// assigned is ordinal for a column that a statement assigns to.
func (v *viewTarget) assigned(i int, verb string, pos int) int {
	ord := v.ordinal(i)
	if ord < 0 {
		panic(fail(pos, sqlerr.FeatureNotSupported, "cannot %s column \"%s\" of view \"%s\"", verb, v.rel.Columns[i].Name, v.rel.Name).
			WithDetail("View columns that are not columns of their base relation are not updatable."))
	}
	return ord
}

// simpleView returns the parts of a query over a single table or view that
// keeps its rows apart, or why it is none.
func (b *binder) simpleView(query *ast.Select) (core *ast.SelectCore, from *ast.TableRef, why string) {
	core, ok := query.Body.(*ast.SelectCore)
	switch {
	case !ok && isValues(query.Body):
		return nil, nil, "Views that do not select from a single table or view are not automatically updatable."
	case !ok:
		return nil, nil, "Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable."
	case query.With != nil:
		return nil, nil, "Views containing WITH are not automatically updatable."
	case core.Distinct:
		return nil, nil, "Views containing DISTINCT are not automatically updatable."
	case len(core.GroupBy) > 0:
		return nil, nil, "Views containing GROUP BY are not automatically updatable."
	case core.Having != nil:
		return nil, nil, "Views containing HAVING are not automatically updatable."
	case query.Limit != nil || query.Offset != nil:
		return nil, nil, "Views containing LIMIT or OFFSET are not automatically updatable."
	}
	for _, t := range core.Targets {
		if why := b.gathers(t.Expr); why != "" {
			return nil, nil, why
		}
	}
	if len(core.From) == 1 {
		from, _ = core.From[0].(*ast.TableRef)
	}
	if from == nil || from.Sample != nil {
		return nil, nil, "Views that do not select from a single table or view are not automatically updatable."
	}
	return core, from, ""
}

func isValues(body ast.SelectBody) bool {
	_, ok := body.(*ast.Values)
	return ok
}

var viewHints = map[string]string{
	"insert into": "inserting into the view", "update": "updating the view", "delete from": "deleting from the view",
}

func identity(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// gathers says why an item of a select list makes a row of several, or several
// of one; "" where it does not.
func (b *binder) gathers(e ast.Expr) (why string) {
	ast.Walk(e, func(n ast.Node) bool {
		c, ok := n.(*ast.FuncCall)
		switch {
		case !ok:
			_, query := n.(*ast.Select)
			return !query
		case c.Over != nil || isWindowOnly(c.Name.Name):
			why = "Views that return window functions are not automatically updatable."
		case b.isAggregate(c) || b.namesAggregate(c):
			why = "Views that return aggregate functions are not automatically updatable."
		case expr.SetFuncs(c.Name.Name) != nil && !b.scalarOverload(c):
			why = "Views that return set-returning functions are not automatically updatable."
		}
		return why == ""
	})
	return why
}

// below is a row of what the view selects from, over a row of the base.
func (v *viewTarget) below(b *binder, base *rangeItem) *rangeItem {
	it := &rangeItem{name: v.alias, rel: base.rel, scan: base.scan}
	cols := base.cols
	if v.inner != nil {
		cols = v.inner.item(b, base).cols
	}
	for i, name := range v.columns {
		c := cols[i]
		c.col.Name = name
		it.cols = append(it.cols, c)
	}
	return it
}

// item is a row of the view over a row of the base.
func (v *viewTarget) item(b *binder, base *rangeItem) *rangeItem {
	below := v.below(b, base)
	it := &rangeItem{schema: v.rel.Schema, name: v.rel.Name, rel: v.rel, rowid: base.rowid, scan: base.scan}
	for i := range v.rel.Columns {
		var c rangeCol
		if v.from[i] >= 0 {
			c = below.cols[v.from[i]]
		} else {
			b.stored(-1, func() {
				c.expr = b.resolveUnknown(b.scalar(v.exprs[i], &scope{items: []*rangeItem{below}}))
			})
			c.col = plan.Column{ID: b.newIDs(1)[0], Type: c.expr.Type()}
			c.ordinal = -1
		}
		c.col.Name = v.rel.Columns[i].Name
		it.cols = append(it.cols, c)
	}
	return it
}

// conditions binds the WHERE clauses of all levels over a row of the base.
func (v *viewTarget) conditions(b *binder, base *rangeItem) []expr.Expr {
	var conds []expr.Expr
	for ; v != nil; v = v.inner {
		if v.where == nil {
			continue
		}
		b.stored(-1, func() {
			s := &scope{items: []*rangeItem{v.below(b, base)}}
			conds = conjuncts(conds, b.condition(v.where, s, clauseWhere))
		})
	}
	return conds
}

// checkItems binds WITH CHECK OPTION over the new row.
func (v *viewTarget) checkItems(b *binder, ids []expr.ColumnID) []plan.CheckItem {
	var items []plan.CheckItem
	base := rowItem(v.base, v.base.Name, ids)
	for ; v != nil; v = v.inner {
		if v.where == nil || !v.check {
			continue
		}
		b.stored(-1, func() {
			s := &scope{items: []*rangeItem{v.below(b, base)}}
			items = append(items, plan.CheckItem{Name: v.rel.Name, Cond: b.condition(v.where, s, clauseWhere)})
		})
	}
	return items
}

// defaultOf is the view's own default of the base column, "" where there is
// none: an outer view's comes first.
func (v *viewTarget) defaultOf(ordinal int) string {
	for ; v != nil; v = v.inner {
		for i, c := range v.rel.Columns {
			if c.Default != "" && v.ordinal(i) == ordinal {
				return c.Default
			}
		}
	}
	return ""
}

// Updatable tells which columns of a view a change can set through it; nil is a
// view that cannot be changed, but by a trigger.
func Updatable(o Options, rel *catalog.Relation) []bool {
	v, err := takenApart(o, rel)
	if err != nil {
		return nil
	}
	cols := make([]bool, len(v.from))
	for i := range cols {
		cols[i] = v.ordinal(i) >= 0
	}
	return cols
}

// NotUpdatable says why changes cannot go through a view; "" where they can.
func NotUpdatable(o Options, rel *catalog.Relation) string {
	_, err := takenApart(o, rel)
	if err == nil {
		return ""
	}
	return sqlerr.From(err).Detail
}

func takenApart(o Options, rel *catalog.Relation) (v *viewTarget, err error) {
	defer recoverTo(&err)
	return newBinder(o).viewTarget(rel, "update", -1), nil
}
