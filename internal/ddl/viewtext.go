package ddl

import (
	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
)

// settle returns a copy of a view's query that means the same whatever the
// search path, and whatever columns its tables get later: tables and types of
// users carry their schema, stars are spelled out. So a table reference without
// a schema is a common table expression.
func (r *run) settle(q *ast.Select) *ast.Select {
	o := r.bindOptions("")
	stmt, err := o.ParseStmt(ast.Format(q))
	check(err)
	fresh := stmt.(*ast.Select)
	s := &settler{r: r, o: o}
	s.query(fresh)
	return fresh
}

// settler walks a query with the common table expressions in view.
type settler struct {
	r    *run
	o    binder.Options
	ctes []*ast.CTE
}

func (s *settler) query(q *ast.Select) {
	outer := s.ctes
	defer func() { s.ctes = outer }()
	s.ctes = outer[:len(outer):len(outer)]
	if q.With != nil {
		if q.With.Recursive {
			s.ctes = append(s.ctes, q.With.CTEs...)
		}
		for _, c := range q.With.CTEs {
			if inner, ok := c.Stmt.(*ast.Select); ok {
				s.query(inner)
			}
			if !q.With.Recursive {
				s.ctes = append(s.ctes, c)
			}
		}
	}
	if body, ok := q.Body.(*ast.Select); ok {
		s.query(body)
	} else {
		s.walk(q.Body)
	}
	for _, k := range q.OrderBy {
		s.walk(k.Expr)
	}
	for _, e := range []ast.Expr{q.Limit, q.Offset} {
		if e != nil {
			s.walk(e)
		}
	}
}

// walk settles everything below a node that is no query itself.
func (s *settler) walk(n ast.Node) {
	ast.Walk(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Select:
			s.query(n)
			return false
		case *ast.SelectCore:
			s.stars(n)
		case *ast.TableRef:
			s.table(n)
		case *ast.TypeName:
			s.r.qualifyType(n)
		}
		return true
	})
}

func (s *settler) table(t *ast.TableRef) {
	if t.Name.Schema != "" {
		t.Name.Catalog = ""
		t.Name.Schema = s.r.schemaName(t.Name.Schema)
		return
	}
	for _, c := range s.ctes {
		if c.Name == t.Name.Name {
			return
		}
	}
	if rel := s.r.Catalog.Relation(s.r.SearchPath, "", t.Name.Name); rel != nil {
		t.Name.Schema = rel.Schema
	}
}

// stars spells out * and t.* in a select list. Where that cannot be done (a
// LATERAL item that needs its neighbours) the star stays.
func (s *settler) stars(core *ast.SelectCore) {
	var out []ast.Target
	changed := false
	for _, t := range core.Targets {
		c, ok := t.Expr.(*ast.ColumnRef)
		if !ok || !c.Star {
			out = append(out, t)
			continue
		}
		cols, ok := s.expand(core, c)
		if !ok {
			out = append(out, t)
			continue
		}
		changed = true
		for _, c := range cols {
			out = append(out, ast.Target{Pos: t.Pos, Expr: c})
		}
	}
	if changed {
		core.Targets = out
	}
}

func (s *settler) expand(core *ast.SelectCore, star *ast.ColumnRef) ([]ast.Expr, bool) {
	leaves, plain := leavesOf(core.From, nil)
	want := ""
	if len(star.Parts) > 0 {
		want = star.Parts[len(star.Parts)-1].Text
	}
	if want == "" && !plain {
		return s.expandJoined(core)
	}
	var out []ast.Expr
	for _, leaf := range leaves {
		alias := leafName(leaf)
		if want != "" && alias != want {
			continue
		}
		names, ok := s.probe(leaf)
		if !ok {
			return nil, false
		}
		for _, n := range names {
			c := &ast.ColumnRef{Parts: []ast.Name{{Text: n}}}
			if alias != "" {
				c.Parts = append([]ast.Name{{Text: alias}}, c.Parts...)
			}
			out = append(out, c)
		}
	}
	return out, len(out) > 0
}

// expandJoined spells out the star of joins that merge columns: all names are
// distinct, or the star stays.
func (s *settler) expandJoined(core *ast.SelectCore) ([]ast.Expr, bool) {
	names, ok := s.probe(core.From...)
	seen := map[string]bool{}
	var out []ast.Expr
	for _, n := range names {
		if seen[n] {
			return nil, false
		}
		seen[n] = true
		out = append(out, &ast.ColumnRef{Parts: []ast.Name{{Text: n}}})
	}
	return out, ok
}

// leavesOf lists the items of FROM in order; plain is false where a join merges
// columns or has an alias, so that items do not show all their columns.
func leavesOf(from []ast.TableExpr, leaves []ast.TableExpr) (out []ast.TableExpr, plain bool) {
	plain = true
	for _, t := range from {
		j, ok := t.(*ast.Join)
		if !ok {
			leaves = append(leaves, t)
			continue
		}
		if j.Natural || len(j.Using) > 0 || j.Alias.Name != "" {
			plain = false
		}
		sub, ok := leavesOf([]ast.TableExpr{j.Left, j.Right}, leaves)
		leaves, plain = sub, plain && ok
	}
	return leaves, plain
}

// leafName is the name under which columns of an item of FROM are known.
func leafName(t ast.TableExpr) string {
	switch t := t.(type) {
	case *ast.TableRef:
		if t.Alias.Name != "" {
			return t.Alias.Name
		}
		return t.Name.Name
	case *ast.SubqueryRef:
		return t.Alias.Name
	case *ast.FuncRef:
		if t.Alias.Name != "" {
			return t.Alias.Name
		}
		if len(t.Items) == 1 {
			if c, ok := t.Items[0].Func.(*ast.FuncCall); ok {
				return c.Name.Name
			}
		}
	}
	return ""
}

// probe returns the column names of items of FROM, which it binds alone.
func (s *settler) probe(from ...ast.TableExpr) ([]string, bool) {
	q := &ast.Select{Body: &ast.SelectCore{Targets: []ast.Target{{Expr: &ast.ColumnRef{Star: true}}}, From: from}}
	if len(s.ctes) > 0 {
		q.With = &ast.With{Recursive: true, CTEs: s.ctes}
	}
	bound, err := binder.Bind(s.o, q)
	if err != nil {
		return nil, false
	}
	names := make([]string, len(bound.Columns))
	for i, c := range bound.Columns {
		names[i] = c.Name
	}
	return names, true
}

// rewriteViews changes the queries of the views that name a relation: edit gets
// every reference to it.
func (r *run) rewriteViews(rel *catalog.Relation, edit func(t *ast.TableRef)) {
	for _, v := range r.viewsOf(rel) {
		q := r.storedQuery(v)
		ast.Walk(q, func(n ast.Node) bool {
			if t, ok := n.(*ast.TableRef); ok && t.Name.Name == rel.Name && t.Name.Schema == rel.Schema {
				edit(t)
			}
			return true
		})
		n := v.Clone()
		n.Query = ast.Format(q)
		r.Catalog = r.Catalog.WithRelation(n)
	}
}

// keepNames gives a reference to a table an alias with the names that its
// columns have now, up to ordinal last, so that renaming them changes nothing
// for the view.
func keepNames(t *ast.TableRef, rel *catalog.Relation, last int) {
	if t.Alias.Name == "" {
		t.Alias.Name = t.Name.Name
	}
	for i := len(t.Alias.Columns); i <= last; i++ {
		t.Alias.Columns = append(t.Alias.Columns, ast.Name{Text: rel.Columns[i].Name})
	}
}

// renameInViews gives a relation its new name in the queries of views. Columns
// that are named by the relation follow; where the new name means something
// else there, the relation gets its old name as an alias.
func (r *run) renameInViews(rel *catalog.Relation, name string) {
	for _, v := range r.viewsOf(rel) {
		q := r.storedQuery(v)
		o := r.bindOptions("")
		o.Notes = binder.NewNotes()
		_, err := binder.Bind(o, q)
		taken := err != nil || namedInQuery(q, name)
		ast.Walk(q, func(n ast.Node) bool {
			t, ok := n.(*ast.TableRef)
			if !ok || t.Name.Name != rel.Name || t.Name.Schema != rel.Schema {
				return true
			}
			own := t.Alias.Name == "" || t.Alias.Name == rel.Name && len(t.Alias.Columns) > 0
			if own && (taken || !requalify(o.Notes, t, name)) {
				t.Alias.Name = rel.Name
			} else if own && t.Alias.Name != "" {
				t.Alias.Name = name
			}
			t.Name.Name = name
			return true
		})
		n := v.Clone()
		n.Query = ast.Format(q)
		r.Catalog = r.Catalog.WithRelation(n)
	}
}

// namedInQuery reports whether anything in FROM or WITH has a name.
func namedInQuery(q *ast.Select, name string) bool {
	found := false
	ast.Walk(q, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CTE:
			found = found || n.Name == name
		case ast.TableExpr:
			j, join := n.(*ast.Join)
			found = found || leafName(n) == name || join && (j.Alias.Name == name || j.UsingAlias == name)
		}
		return true
	})
	return found
}

// requalify renames the qualifier of columns of an item; false is that the item
// is used in another way, and nothing was changed.
func requalify(notes *binder.Notes, t *ast.TableRef, name string) bool {
	var refs []*ast.ColumnRef
	for e, m := range notes.Names {
		if m.Item != t {
			continue
		}
		c, ok := e.(*ast.ColumnRef)
		if !ok || m.Column < 0 {
			return false
		}
		if len(c.Parts) > 1 {
			refs = append(refs, c)
		}
	}
	for e, list := range notes.Stars {
		for _, m := range list {
			if c, ok := e.(*ast.ColumnRef); m.Item == t && (!ok || len(c.Parts) > 0) {
				return false
			}
		}
	}
	for _, c := range refs {
		c.Parts = []ast.Name{{Text: name}, c.Parts[len(c.Parts)-1]}
	}
	return true
}
