package binder

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// viewTarget is an automatically updatable view: each of its columns is a
// column of one base table.
type viewTarget struct {
	rel      *catalog.Relation
	base     *catalog.Relation
	ordinals []int // base column behind each column of the view
	levels   []viewLevel
}

// viewLevel is one view of a chain, outermost first.
type viewLevel struct {
	name     string   // of the view
	where    ast.Expr // nil is none
	alias    string   // its name for what it selects from
	columns  []string // the names of that relation's columns
	ordinals []int    // and the base columns behind them
	check    bool     // WITH CHECK OPTION applies to it
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
	core, from, why := simpleView(b.storedQuery(rel, pos))
	if why != "" {
		panic(not(why))
	}
	saved := b.o.SearchPath
	b.o.SearchPath = append([]string{rel.Schema}, saved...)
	defer func() { b.o.SearchPath = saved }()
	below := b.relation(from.Name)
	out := &viewTarget{rel: rel, base: below}
	under := identity(len(below.Columns))
	var inner *viewTarget
	switch below.Kind {
	case catalog.View:
		inner = b.viewTarget(below, verb, pos)
		out.base, under = inner.base, inner.ordinals
	case catalog.Table:
	default:
		panic(not("Views that do not select from a single table or view are not automatically updatable."))
	}
	level := viewLevel{name: rel.Name, where: core.Where, alias: below.Name, ordinals: under, check: rel.CheckOption != ""}
	if from.Alias.Name != "" {
		level.alias = from.Alias.Name
	}
	for i, c := range below.Columns {
		name := c.Name
		if i < len(from.Alias.Columns) {
			name = from.Alias.Columns[i].Text
		}
		level.columns = append(level.columns, name)
	}
	out.ordinals = viewColumns(core, level, under)
	if len(out.ordinals) != len(rel.Columns) {
		panic(not("Views that return columns that are not columns of their base relation are not automatically updatable."))
	}
	out.levels = []viewLevel{level}
	if inner != nil {
		for _, l := range inner.levels {
			l.check = l.check || rel.CheckOption == "cascaded"
			out.levels = append(out.levels, l)
		}
	}
	return out
}

// simpleView returns the parts of a query over a single table or view that
// keeps its rows apart, or why it is none.
func simpleView(query *ast.Select) (core *ast.SelectCore, from *ast.TableRef, why string) {
	core, ok := query.Body.(*ast.SelectCore)
	switch {
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
	if len(core.From) == 1 {
		from, _ = core.From[0].(*ast.TableRef)
	}
	if from == nil || from.Sample != nil {
		return nil, nil, "Views that do not select from a single table or view are not automatically updatable."
	}
	return core, from, ""
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

// viewColumns maps the select list of a view to base columns; it gives up at
// the first item that is no plain column.
func viewColumns(core *ast.SelectCore, level viewLevel, under []int) []int {
	var out []int
	for _, t := range core.Targets {
		c, ok := t.Expr.(*ast.ColumnRef)
		if !ok {
			return nil
		}
		if c.Star {
			out = append(out, under...)
			continue
		}
		at := -1
		for i, name := range level.columns {
			if name == c.Parts[len(c.Parts)-1].Text {
				at = i
			}
		}
		if at < 0 {
			return nil
		}
		out = append(out, under[at])
	}
	return out
}

// item is a row of the base table under the names that the level's WHERE uses.
func (l *viewLevel) item(base *rangeItem) *rangeItem {
	it := &rangeItem{name: l.alias, rel: base.rel, scan: base.scan}
	for i, ord := range l.ordinals {
		c := base.cols[ord]
		c.col.Name = l.columns[i]
		it.cols = append(it.cols, c)
	}
	return it
}

// conditions binds the WHERE clauses of all levels over a row of the base.
func (v *viewTarget) conditions(b *binder, base *rangeItem) []expr.Expr {
	var conds []expr.Expr
	for i := range v.levels {
		l := &v.levels[i]
		if l.where == nil {
			continue
		}
		b.stored(-1, func() {
			s := &scope{items: []*rangeItem{l.item(base)}}
			conds = conjuncts(conds, b.condition(l.where, s, clauseWhere))
		})
	}
	return conds
}

// checkItems binds WITH CHECK OPTION over the new row.
func (v *viewTarget) checkItems(b *binder, ids []expr.ColumnID) []plan.CheckItem {
	var items []plan.CheckItem
	base := rowItem(v.base, v.base.Name, ids)
	for i := range v.levels {
		l := &v.levels[i]
		if l.where == nil || !l.check {
			continue
		}
		b.stored(-1, func() {
			s := &scope{items: []*rangeItem{l.item(base)}}
			items = append(items, plan.CheckItem{Name: l.name, Cond: b.condition(l.where, s, clauseWhere)})
		})
	}
	return items
}
