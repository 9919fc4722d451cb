package ddl

import (
	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

// createView makes a view or a materialized one.
func (r *run) createView(s *ast.CreateView) string {
	query := viewQuery(s)
	r.forbidInView(query)
	bound, err := binder.Bind(r.bindOptions(""), query)
	check(err)
	temp := s.Temp
	for _, d := range bound.Relations {
		if rel := r.Catalog.RelationByID(d.Relation.ID); rel != nil && rel.Temp && !temp {
			if s.Materialized {
				unsupported(-1, "materialized views must not use temporary tables or views")
			}
			temp = true
			r.notice("view \"" + s.Name.Name + "\" will be a temporary view")
		}
	}
	if len(bound.Params) > 0 {
		fail(-1, sqlerr.UndefinedParameter, "there is no parameter $1")
	}
	schema := r.target(s.Name, temp && s.Name.Schema == "" || s.Temp)
	v := &catalog.Relation{Version: 1, Schema: schema, Name: s.Name.Name, Kind: catalog.View, NextCol: 1, Layouts: 1,
		Temp: schema == r.TempSchema, RowIDKey: s.Materialized, Query: ast.Format(r.settle(query)), CheckOption: checkOption(s)}
	v.Columns = r.outputColumns(bound.Columns, s.Columns, "CREATE VIEW specifies more column names than columns")
	v.NextCol = uint16(len(v.Columns)) + 1
	if s.Materialized {
		r.readsNoShared(v.Name, bound)
		v.Kind = catalog.MaterializedView
		return r.createMaterialized(s, v, query)
	}
	r.checkable(v)
	if old := r.replaced(s, schema); old != nil {
		r.replaceView(old, v)
		return "CREATE VIEW"
	}
	if r.free(schema, v.Name, s.IfNotExists) {
		v.ID = r.newID()
		r.Catalog = r.Catalog.WithRelation(v)
	}
	return "CREATE VIEW"
}

// checkable refuses a check option of a view that changes cannot go through.
func (r *run) checkable(v *catalog.Relation) {
	if v.CheckOption == "" {
		return
	}
	if why := binder.NotUpdatable(r.bindOptions(""), v); why != "" {
		throw(sqlerr.New(sqlerr.FeatureNotSupported, "WITH CHECK OPTION is supported only on automatically updatable views").WithHint("%s", why))
	}
}

// viewQuery is the query of a view; a recursive view becomes a recursive CTE.
func viewQuery(s *ast.CreateView) *ast.Select {
	if !s.Recursive {
		return s.Query
	}
	core := &ast.SelectCore{Pos: s.Pos, From: []ast.TableExpr{&ast.TableRef{Pos: s.Name.Pos, Name: ast.QualifiedName{Name: s.Name.Name}}}}
	for _, c := range s.Columns {
		core.Targets = append(core.Targets, ast.Target{Pos: c.Pos, Expr: &ast.ColumnRef{Pos: c.Pos, Parts: []ast.Name{c}}})
	}
	cte := &ast.CTE{Pos: s.Pos, Name: s.Name.Name, Columns: s.Columns, Stmt: s.Query}
	return &ast.Select{Pos: s.Pos, With: &ast.With{Pos: s.Pos, Recursive: true, CTEs: []*ast.CTE{cte}}, Body: core}
}

// forbidInView refuses parameters and changes.
func (r *run) forbidInView(q *ast.Select) {
	ast.Walk(q, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Param:
			fail(n.Pos, sqlerr.UndefinedParameter, "there is no parameter $%d", n.Index)
		case *ast.Insert, *ast.Update, *ast.Delete, *ast.Merge:
			unsupported(-1, "views must not contain data-modifying statements in WITH")
		}
		return true
	})
}

func checkOption(s *ast.CreateView) string {
	switch s.CheckOption {
	case ast.CheckOptionLocal:
		return "local"
	case ast.CheckOptionCascaded:
		return "cascaded"
	}
	if s.Materialized {
		return ""
	}
	return viewOption(s.Options, "")
}

// viewOption checks the options of a view and gives its check option, which is
// option where they do not say.
func viewOption(list []ast.Option, option string) string {
	for _, o := range list {
		switch word := optionWord(o); {
		case o.Name == "security_barrier" || o.Name == "security_invoker":
			if _, err := types.Parse(word, types.Bool, nil); word != "" && err != nil {
				fail(-1, sqlerr.InvalidParameterValue, "invalid value for boolean option \"%s\": %s", o.Name, word)
			}
		case o.Name != "check_option":
			fail(-1, sqlerr.InvalidParameterValue, "unrecognized parameter \"%s\"", o.Name)
		case word != "local" && word != "cascaded":
			throw(sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for enum option \"check_option\": %s", word).
				WithDetail("Valid values are \"local\" and \"cascaded\"."))
		default:
			option = word
		}
	}
	return option
}

func optionWord(o ast.Option) string {
	switch v := o.Value.(type) {
	case *ast.Literal:
		return v.Text
	case *ast.ColumnRef:
		if len(v.Parts) == 1 {
			return v.Parts[0].Text
		}
	}
	return ""
}

// outputColumns makes columns of a query's, under the names given.
func (r *run) outputColumns(cols []plan.Column, names []ast.Name, tooMany string) []*catalog.Column {
	if len(names) > len(cols) {
		fail(-1, sqlerr.SyntaxError, "%s", tooMany)
	}
	seen := map[string]bool{}
	var out []*catalog.Column
	for i, c := range cols {
		name := c.Name
		if i < len(names) {
			name = names[i].Text
		}
		if seen[name] {
			fail(-1, sqlerr.DuplicateColumn, "column \"%s\" specified more than once", name)
		}
		seen[name] = true
		t := c.Type
		if t.Is(types.Unknown) {
			t = types.Text
		}
		if t.Category == 'P' {
			fail(-1, sqlerr.InvalidTableDefinition, "column \"%s\" has pseudo-type %s", name, types.FormatName(t))
		}
		out = append(out, &catalog.Column{ID: uint16(i + 1), Name: name, Type: t})
	}
	return out
}

// replaced finds the view that OR REPLACE replaces, or nil.
func (r *run) replaced(s *ast.CreateView, schema string) *catalog.Relation {
	if !s.OrReplace || !r.Catalog.Taken(schema, s.Name.Name) {
		return nil
	}
	old := r.Catalog.Relation(nil, schema, s.Name.Name)
	if old == nil || old.Kind != catalog.View {
		fail(-1, sqlerr.WrongObjectType, "\"%s\" is not a view", s.Name.Name)
	}
	return old
}

// replaceView checks that the columns of the old view stay.
func (r *run) replaceView(old, v *catalog.Relation) {
	if len(v.Columns) < len(old.Columns) {
		fail(-1, sqlerr.InvalidTableDefinition, "cannot drop columns from view")
	}
	for i, was := range old.Columns {
		is := v.Columns[i]
		if was.Name != is.Name {
			throw(sqlerr.New(sqlerr.InvalidTableDefinition, "cannot change name of view column \"%s\" to \"%s\"", was.Name, is.Name).
				WithHint("Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead."))
		}
		if a, b := types.FormatType(was.Type), types.FormatType(is.Type); a != b {
			fail(-1, sqlerr.InvalidTableDefinition, "cannot change data type of view column \"%s\" from %s to %s", was.Name, a, b)
		}
		is.Comment, is.Default = was.Comment, was.Default
	}
	v.ID, v.Version, v.Comment, v.Triggers = old.ID, old.Version+1, old.Comment, old.Triggers
	r.recursionCheck(v)
	r.Catalog = r.Catalog.WithRelation(v)
}

// recursionCheck refuses a view that would read itself.
func (r *run) recursionCheck(v *catalog.Relation) {
	seen := map[catalog.ID]bool{}
	var visit func(rel *catalog.Relation)
	visit = func(rel *catalog.Relation) {
		if rel.Query == "" || seen[rel.ID] {
			return
		}
		seen[rel.ID] = true
		ast.Walk(r.storedQuery(rel), func(n ast.Node) bool {
			if t, ok := n.(*ast.TableRef); ok && t.Name.Schema != "" {
				in := r.Catalog.Relation(nil, t.Name.Schema, t.Name.Name)
				if in != nil && in.ID == v.ID {
					fail(-1, sqlerr.InvalidObjectDefinition, "infinite recursion detected in rules for relation \"%s\"", v.Name)
				}
				if in != nil {
					visit(in)
				}
			}
			return true
		})
	}
	visit(v)
}

func (r *run) createMaterialized(s *ast.CreateView, v *catalog.Relation, query *ast.Select) string {
	if !r.free(v.Schema, v.Name, s.IfNotExists) {
		return "CREATE MATERIALIZED VIEW"
	}
	v.ID = r.newID()
	v.Unpopulated = s.NoData
	r.createTrees(v)
	r.Catalog = r.Catalog.WithRelation(v)
	if s.NoData {
		return "CREATE MATERIALIZED VIEW"
	}
	r.Affected = r.fill(v, query)
	return "SELECT"
}

// refresh is REFRESH MATERIALIZED VIEW.
func (r *run) refresh(s *ast.Refresh) {
	rel := r.relation(s.Name, false)
	switch rel.Kind {
	case catalog.MaterializedView:
	case catalog.Table:
		unsupported(-1, "\"%s\" is not a materialized view", rel.Name)
	default:
		fail(-1, sqlerr.WrongObjectType, "\"%s\" is not a table or materialized view", rel.Name)
	}
	if s.Concurrently {
		refreshable(rel, s.NoData)
	}
	r.lock(rel, storage.TableExclusive)
	if rel.Unpopulated != s.NoData {
		rel = rel.Clone()
		rel.Unpopulated = s.NoData
		r.Catalog = r.Catalog.WithRelation(rel)
	}
	query := r.storedQuery(rel)
	check(r.Tx.TruncateTree(storage.TreeID(rel.ID)))
	for _, ix := range rel.Indexes {
		check(r.Tx.TruncateTree(storage.TreeID(ix.ID)))
	}
	if r.Counters != nil {
		r.Counters.Forget(rel.ID)
	}
	if !s.NoData {
		stored(func() { r.fill(rel, query) })
	}
	for _, ix := range rel.Indexes {
		r.fillIndex(rel, ix)
	}
}

// refreshable refuses what REFRESH … CONCURRENTLY cannot do in PostgreSQL. Here
// readers never wait for a refresh.
func refreshable(rel *catalog.Relation, noData bool) {
	if rel.Unpopulated {
		fail(-1, sqlerr.FeatureNotSupported, "CONCURRENTLY cannot be used when the materialized view is not populated")
	}
	if noData {
		fail(-1, sqlerr.SyntaxError, "CONCURRENTLY and WITH NO DATA options cannot be used together")
	}
	for _, ix := range rel.Indexes {
		plain := ix.Unique && ix.Where == ""
		for _, p := range ix.Parts {
			plain = plain && p.Expr == ""
		}
		if plain {
			return
		}
	}
	throw(sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "cannot refresh materialized view \"%s.%s\" concurrently", rel.Schema, rel.Name).
		WithHint("Create a unique index with no WHERE clause on one or more columns of the materialized view."))
}
