package binder

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// from binds a FROM clause into s: the items join s.items in the order in
// which a star expands. Without items the input is one empty row.
func (b *binder) from(list []ast.TableExpr, s *scope) plan.Node {
	var node plan.Node
	for _, t := range list {
		right, items, lateral := b.tableExpr(t, s, s.items)
		b.checkAliases(s.items, items, t.Position())
		s.items = append(s.items, items...)
		if node == nil {
			node = right
		} else {
			node = &plan.Join{Kind: plan.InnerJoin, Left: node, Right: right, Lateral: lateral}
		}
	}
	if node == nil {
		node = &plan.Values{Rows: [][]expr.Expr{{}}}
	}
	return node
}

// checkAliases rejects two items of one name.
func (b *binder) checkAliases(left, right []*rangeItem, pos int) {
	for _, r := range right {
		if r.name == "" || r.gone {
			continue
		}
		for _, l := range left {
			if l.name == r.name && !l.gone && (l.schema == r.schema || l.schema == "" || r.schema == "" || l.rel == nil || r.rel == nil) {
				panic(fail(pos, sqlerr.DuplicateAlias, "table name \"%s\" specified more than once", r.name))
			}
		}
	}
}

// tableExpr binds one FROM item. left are the items to its left, which it sees
// where it is LATERAL; lateral reports that it does refer to them.
func (b *binder) tableExpr(t ast.TableExpr, s *scope, left []*rangeItem) (node plan.Node, items []*rangeItem, lateral bool) {
	b.enter(t.Position())
	defer b.leave()
	switch t := t.(type) {
	case *ast.TableRef:
		node, it := b.tableRef(t, s)
		b.noteItem(t, it)
		return node, []*rangeItem{it}, false
	case *ast.SubqueryRef:
		f := s.fromScope(left, t.Lateral)
		box := &scope{parent: f, ctes: s.ctes}
		node := b.bindQuery(t.Query, box, queryFlags{})
		it := b.nodeItem(node, t.Alias, "", t.Pos)
		b.noteItem(t, it)
		return node, []*rangeItem{it}, t.Lateral && refersTo(box.outer, left)
	case *ast.FuncRef:
		node, items, lateral = b.funcRef(t, s, left)
		b.noteItem(t, items[0])
		return node, items, lateral
	case *ast.Join:
		return b.join(t, s, left)
	}
	panic(fail(t.Position(), sqlerr.FeatureNotSupported, "FROM item %T is not supported", t))
}

// refersTo reports whether any of the ids is a column of the items.
func refersTo(ids []expr.ColumnID, items []*rangeItem) bool {
	for _, id := range ids {
		for _, it := range items {
			if it.rowid == id && id != 0 {
				return true
			}
			for i := range it.cols {
				if it.cols[i].col.ID == id {
					return true
				}
			}
		}
	}
	return false
}

// nodeItem makes the item for the output of a node, with the alias's names.
func (b *binder) nodeItem(node plan.Node, alias ast.TableAlias, name string, pos int) *rangeItem {
	cols := node.Columns()
	it := &rangeItem{name: name, node: node, cols: make([]rangeCol, len(cols))}
	for i, c := range cols {
		it.cols[i].col = c
	}
	b.applyAlias(it, alias, pos)
	return it
}

// applyAlias renames an item and its columns.
func (b *binder) applyAlias(it *rangeItem, alias ast.TableAlias, pos int) {
	if alias.Name != "" {
		it.name, it.schema = alias.Name, ""
	}
	if len(alias.Columns) > len(it.cols) {
		what := "table"
		if it.join {
			what = "join expression"
		}
		panic(fail(pos, sqlerr.InvalidColumnReference, "%s \"%s\" has %d columns available but %d columns specified", what, it.name, len(it.cols), len(alias.Columns)))
	}
	for i, c := range alias.Columns {
		it.cols[i].col.Name = c.Text
	}
}

// tableRef binds a name in FROM: a common table expression, a table or a view.
func (b *binder) tableRef(t *ast.TableRef, s *scope) (plan.Node, *rangeItem) {
	if t.Name.Schema == "" {
		if e := s.ctes.find(t.Name.Name); e != nil {
			node := b.scanCTE(e, t.Pos, s)
			it := b.nodeItem(node, t.Alias, t.Name.Name, t.Pos)
			if t.Sample != nil {
				panic(sampleRefused(t))
			}
			if e.working {
				it.added = e.added
				s.recursive = true
			}
			return node, it
		}
	}
	rel := b.fromRelation(t.Name, s)
	if rel.Kind == catalog.View {
		if t.Sample != nil {
			panic(sampleRefused(t))
		}
		node := b.view(rel, t.Pos)
		it := b.nodeItem(node, ast.TableAlias{}, rel.Name, t.Pos)
		it.schema, it.rel = rel.Schema, rel
		for i := range it.cols {
			it.cols[i].col.Rel, it.cols[i].col.RelColumn = rel.ID, uint16(i+1)
		}
		b.applyAlias(it, t.Alias, t.Pos)
		return node, it
	}
	scan, it := b.scan(rel)
	b.applyAlias(it, t.Alias, t.Pos)
	scan.Alias = it.name
	if b.shared(rel) { // the first condition: none of the statement's sees a row of others
		scan.Filter = append(scan.Filter, b.tenantCondition(it))
	}
	b.sample(t.Sample, scan, s, it)
	return scan, it
}

// fromRelation finds a relation; where there is none and a WITH query of the
// name follows, the error says so.
func (b *binder) fromRelation(n ast.QualifiedName, s *scope) *catalog.Relation {
	if n.Schema == "" {
		for f := s.ctes; f != nil; f = f.parent {
			for _, name := range f.future {
				if name == n.Name && !b.relationExists(n) {
					panic(fail(n.Pos, sqlerr.UndefinedTable, "relation \"%s\" does not exist", name).
						WithDetail("There is a WITH item named \"%s\", but it cannot be referenced from this part of the query.", name).
						WithHint("Use WITH RECURSIVE, or re-order the WITH items to remove forward references."))
				}
			}
		}
	}
	return b.relation(n)
}

func (b *binder) relationExists(n ast.QualifiedName) bool {
	return b.o.Tables[n.Name] != nil || b.o.Catalog.Relation(b.o.SearchPath, "", n.Name) != nil
}

func sampleRefused(t *ast.TableRef) *sqlerr.Error {
	return fail(t.Pos, sqlerr.FeatureNotSupported, "TABLESAMPLE clause can only be applied to tables and materialized views")
}

// scan makes the scan of a base table; columns are added as they are used.
func (b *binder) scan(rel *catalog.Relation) (*plan.Scan, *rangeItem) {
	scan := &plan.Scan{Rel: rel, Alias: rel.Name}
	it := rowItem(rel, rel.Name, b.newIDs(len(rel.Columns)))
	it.scan = scan
	return scan, it
}

func (b *binder) sample(t *ast.TableSample, scan *plan.Scan, s *scope, it *rangeItem) {
	if t == nil {
		return
	}
	method := t.Method.Name
	if method != "bernoulli" && method != "system" {
		panic(fail(t.Method.Pos, sqlerr.UndefinedObject, "tablesample method %s does not exist", method))
	}
	if len(t.Args) != 1 {
		panic(fail(t.Method.Pos, sqlerr.InvalidTablesampleArgument, "tablesample method %s requires 1 argument, not %d", method, len(t.Args)))
	}
	f := s.fromScope([]*rangeItem{it}, false).child()
	percent := b.scalar(t.Args[0], f)
	if isUnknown(percent) {
		percent = b.settle(percent, types.Float4, false, start(t.Args[0]))
	}
	scan.Sample = &plan.Sample{Method: method, Percent: b.assign(percent, types.Float8, nil, "", start(t.Args[0]))}
	if t.Repeatable != nil {
		scan.Sample.Repeatable = b.assign(b.scalar(t.Repeatable, f), types.Float8, nil, "", t.Pos)
	}
}

// view binds the stored query of a view and gives its columns their names and
// types.
func (b *binder) view(rel *catalog.Relation, pos int) plan.Node {
	if b.viewDepth++; b.viewDepth > 64 {
		panic(fail(pos, sqlerr.InvalidObjectDefinition, "infinite recursion detected in rules for relation \"%s\"", rel.Name))
	}
	query := b.storedQuery(rel, pos)
	saved := b.o.SearchPath
	b.o.SearchPath = append([]string{rel.Schema}, saved...)
	var node plan.Node
	b.stored(pos, func() { node = b.bindQuery(query, &scope{}, queryFlags{}) })
	b.o.SearchPath = saved
	b.viewDepth--
	cols := node.Columns()
	if len(rel.Columns) == 0 {
		return node
	}
	if len(cols) != len(rel.Columns) {
		panic(fail(pos, sqlerr.InvalidObjectDefinition, "view \"%s\" has %d columns but its query gives %d", rel.Name, len(rel.Columns), len(cols)))
	}
	want := make([]*types.Type, len(cols))
	for i := range cols {
		want[i] = rel.Columns[i].Type
	}
	if p, ok := b.coerceColumns(node, want, -1).(*plan.Project); ok && len(p.Sets) == 0 {
		for i := range p.Items {
			p.Items[i].Col.Name = rel.Columns[i].Name
		}
		return p
	}
	p := &plan.Project{Input: node, Items: make([]plan.Item, len(cols))}
	for i, c := range cols {
		e := b.retype(&expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name}, rel.Columns[i].Type, -1)
		col := c
		col.ID, col.Name, col.Type = b.newID(), rel.Columns[i].Name, rel.Columns[i].Type
		p.Items[i] = plan.Item{Col: col, Expr: e}
	}
	return p
}

func (b *binder) storedQuery(rel *catalog.Relation, pos int) *ast.Select {
	stmt, err := b.o.ParseStmt(rel.Query)
	check(err, -1)
	query, ok := stmt.(*ast.Select)
	if !ok {
		panic(fail(pos, sqlerr.InternalError, "the text of view \"%s\" is not a query", rel.Name))
	}
	return query
}

// stored runs f, which binds text of the catalog: positions of its errors are
// not positions in the statement.
func (b *binder) stored(pos int, f func()) {
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(*sqlerr.Error); ok {
				moved := *err
				moved.Position = 0
				panic((&moved).At(pos))
			}
			panic(p)
		}
	}()
	f()
}

// storedExpr parses an expression that the catalog keeps as text.
func (b *binder) storedExpr(text string) ast.Expr {
	e, err := b.o.ParseExpr(text)
	if err != nil {
		moved := *sqlerr.From(err)
		moved.Position = 0
		panic(&moved)
	}
	return e
}

// join binds an explicit join.
func (b *binder) join(j *ast.Join, s *scope, left []*rangeItem) (plan.Node, []*rangeItem, bool) {
	lnode, litems, llat := b.tableExpr(j.Left, s, left)
	seen := left
	// RIGHT and FULL joins have no lateral view to their left.
	outer := j.Kind == ast.RightJoin || j.Kind == ast.FullJoin
	if outer {
		seen = nil
		for _, it := range litems {
			it.noLateral = true
		}
	}
	visible := append(append([]*rangeItem(nil), seen...), litems...)
	rnode, ritems, rlat := b.tableExpr(j.Right, s, visible)
	for _, it := range litems {
		it.noLateral = it.noLateral && !outer
	}
	b.checkAliases(litems, ritems, j.Right.Position())
	node := &plan.Join{Left: lnode, Right: rnode, Kind: joinKinds[j.Kind], Lateral: rlat}
	if j.Kind == ast.LeftJoin || j.Kind == ast.FullJoin {
		nullable(ritems)
	}
	if j.Kind == ast.RightJoin || j.Kind == ast.FullJoin {
		nullable(litems)
	}
	items := append(append([]*rangeItem(nil), litems...), ritems...)
	names := j.Using
	if j.Natural {
		names = commonNames(litems, ritems, j.Pos)
	}
	switch {
	case j.On != nil:
		onScope := &scope{parent: s.parent, base: s, ctes: s.ctes, items: items, barred: s.items, clause: clauseOn}
		node.On = conjuncts(nil, b.condition(j.On, onScope, clauseOn))
		s.refs = append(s.refs, onScope.refs...)
	case len(names) > 0:
		merged := b.using(names, litems, ritems, node, s, j.Kind)
		merged.name = j.UsingAlias
		b.noteItem(j, merged)
		items = append([]*rangeItem{merged}, items...)
	}
	if j.Alias.Name != "" {
		covered := b.joinAlias(items, j.Alias, j.Pos, s)
		b.noteItem(j, covered)
		for _, it := range items {
			it.gone = true
		}
		items = append([]*rangeItem{covered}, items...)
	}
	return node, items, llat || rlat && refersToAny(rnode, left)
}

var joinKinds = [...]plan.JoinKind{
	ast.InnerJoin: plan.InnerJoin, ast.LeftJoin: plan.LeftJoin, ast.RightJoin: plan.RightJoin,
	ast.FullJoin: plan.FullJoin, ast.CrossJoin: plan.InnerJoin,
}

// refersToAny reports whether a lateral plan refers to columns of the items.
func refersToAny(n plan.Node, items []*rangeItem) bool {
	if len(items) == 0 {
		return false
	}
	found := false
	rewritePlan(n, func(e expr.Expr) expr.Expr {
		visit(e, func(x expr.Expr) bool {
			if o, ok := x.(*expr.Outer); ok && refersTo([]expr.ColumnID{o.ID}, items) {
				found = true
			}
			return true
		})
		return e
	})
	return found
}

// nullable notes that an outer join may give NULL for the items' columns.
func nullable(items []*rangeItem) {
	for _, it := range items {
		it.nullable = true
		for i := range it.cols {
			it.cols[i].col.NotNull = false
		}
	}
}

// commonNames are the names of NATURAL: those that both sides have.
func commonNames(left, right []*rangeItem, pos int) []ast.Name {
	var names []ast.Name
	for _, l := range left {
		if l.gone || l.hidden {
			continue
		}
		for i := range l.cols {
			name := l.cols[i].col.Name
			if l.cols[i].merged || has(names, name) {
				continue
			}
			for _, r := range right {
				if r.gone || r.hidden {
					continue
				}
				for k := range r.cols {
					if r.cols[k].col.Name == name && !r.cols[k].merged && !has(names, name) {
						names = append(names, ast.Name{Pos: pos, Text: name})
					}
				}
			}
		}
	}
	return names
}

func has(names []ast.Name, name string) bool {
	for _, n := range names {
		if n.Text == name {
			return true
		}
	}
	return false
}

// using joins by equal columns, each pair of which becomes one: the left one,
// the right one of a RIGHT join, or of a FULL join whichever is not NULL.
func (b *binder) using(names []ast.Name, left, right []*rangeItem, node *plan.Join, s *scope, kind ast.JoinKind) *rangeItem {
	merged := &rangeItem{}
	for i, n := range names {
		if has(names[:i], n.Text) {
			panic(fail(n.Pos, sqlerr.DuplicateColumn, "column name \"%s\" appears more than once in USING clause", n.Text))
		}
		li, lc := usingColumn(left, n, "left")
		ri, rc := usingColumn(right, n, "right")
		l, r := b.refer(li, lc, n.Pos, s, s), b.refer(ri, rc, n.Pos, s, s)
		b.common([]expr.Expr{l, r}, "JOIN/USING", func(int) int { return n.Pos })
		node.On = append(node.On, b.operator("=", l, r, n.Pos))
		li.cols[lc].merged, ri.cols[rc].merged = true, true
		c := rangeCol{col: li.cols[lc].col}
		pair := []expr.Expr{l, r}
		t := b.unify(pair, "JOIN/USING", func(int) int { return n.Pos })
		switch kind {
		case ast.RightJoin:
			c.col, c.expr = ri.cols[rc].col, pair[1]
		case ast.FullJoin:
			c.expr = &expr.Coalesce{Args: pair, Typ: t}
			c.col.Rel, c.col.RelColumn = 0, 0
		default:
			c.expr = pair[0]
		}
		c.col.Name, c.col.Type = n.Text, t
		merged.cols = append(merged.cols, c)
	}
	return merged
}

func usingColumn(items []*rangeItem, n ast.Name, side string) (*rangeItem, int) {
	var found *rangeItem
	at := -1
	for _, it := range items {
		if it.gone || it.hidden {
			continue
		}
		for i := range it.cols {
			if it.cols[i].col.Name != n.Text || it.cols[i].merged {
				continue
			}
			if found != nil {
				panic(fail(n.Pos, sqlerr.AmbiguousColumn, "common column name \"%s\" appears more than once in %s table", n.Text, side))
			}
			found, at = it, i
		}
	}
	if found == nil {
		panic(fail(n.Pos, sqlerr.UndefinedColumn, "column \"%s\" specified in USING clause does not exist in %s table", n.Text, side))
	}
	return found, at
}

// joinAlias covers the items of a parenthesised join by one.
func (b *binder) joinAlias(items []*rangeItem, alias ast.TableAlias, pos int, s *scope) *rangeItem {
	out := &rangeItem{name: alias.Name, join: true}
	for _, it := range items {
		if it.gone || it.hidden {
			continue
		}
		for i := range it.cols {
			if it.cols[i].merged {
				continue
			}
			c := it.cols[i]
			if c.expr == nil {
				c.expr = b.refer(it, i, pos, s, s)
			}
			out.cols = append(out.cols, c)
		}
	}
	b.applyAlias(out, alias, pos)
	return out
}
