package ddl

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

// rename is every ALTER ... RENAME.
func (r *run) rename(s *ast.Rename) string {
	kind := s.Kind
	switch s.Kind {
	case ast.ObjectTable, ast.ObjectView, ast.ObjectMaterializedView, ast.ObjectIndex, ast.ObjectSequence:
		r.renameRelation(s)
	case ast.ObjectColumn:
		kind = s.Owner
		r.renameColumn(s)
	case ast.ObjectConstraint:
		r.renameConstraint(s)
	case ast.ObjectType, ast.ObjectDomain:
		r.renameType(s)
	case ast.ObjectAttribute:
		kind = ast.ObjectType
		r.renameAttribute(s)
	case ast.ObjectDomainConstraint:
		r.renameDomainConstraint(s)
	case ast.ObjectSchema:
		r.renameSchema(s)
	case ast.ObjectFunction, ast.ObjectProcedure, ast.ObjectRoutine, ast.ObjectAggregate:
		r.renameFunction(s)
	case ast.ObjectTrigger:
		r.renameTrigger(s)
	default:
		unsupported(s.Pos, "ALTER %s ... RENAME is not supported", kindTags[s.Kind])
	}
	return "ALTER " + kindTags[kind]
}

// findRelation finds what ALTER kind name means; none where IF EXISTS excuses
// that there is nothing.
func (r *run) findRelation(q ast.QualifiedName, kind ast.ObjectKind, ifExists bool) found {
	f := r.look(q)
	if f.none() {
		if !ifExists {
			fail(q.Pos, sqlerr.UndefinedTable, "relation \"%s\" does not exist", dotted(q))
		}
		r.notice("relation \"" + q.Name + "\" does not exist, skipping")
		return f
	}
	// ALTER TABLE works for everything that is like one.
	if is := f.kind(); kind != is && kind != ast.ObjectTable && !(kind == ast.ObjectIndex && f.rel != nil) {
		fail(-1, sqlerr.WrongObjectType, "\"%s\" is not %s", q.Name, article(kind))
	}
	if f.rel != nil {
		r.changeable(f.rel)
	}
	return f
}

func (r *run) renameRelation(s *ast.Rename) {
	f := r.findRelation(s.Object, s.Kind, s.IfExists)
	if f.none() {
		return
	}
	if r.Catalog.Taken(f.schema()+"", s.NewName) || f.seq != nil && r.Catalog.Taken(f.seq.Schema, s.NewName) {
		fail(-1, sqlerr.DuplicateTable, "relation \"%s\" already exists", s.NewName)
	}
	switch {
	case f.seq != nil:
		q := *f.seq
		q.Name = s.NewName
		q.Version++
		r.renameInDefaults(f.seq, &q)
		r.Catalog = r.Catalog.WithSequence(&q)
	case f.index != nil:
		r.lock(f.owner, storage.TableExclusive)
		r.renameIndex(f.owner, f.index, s.NewName)
	default:
		r.lock(f.rel, storage.TableExclusive)
		if r.Catalog.UserType([]string{f.rel.Schema}, f.rel.Schema, s.NewName) != nil {
			fail(-1, sqlerr.DuplicateObject, "type \"%s\" already exists", s.NewName)
		}
		r.renameInViews(f.rel, s.NewName)
		n := f.rel.Clone()
		n.Name = s.NewName
		r.Catalog = r.Catalog.WithRelation(n)
		r.refreshRows(f.rel)
	}
}

func (r *run) renameIndex(rel *catalog.Relation, ix *catalog.Index, name string) {
	next := rel.Clone()
	i := slices.Index(next.Indexes, ix)
	n := *ix
	n.Name = name
	next.Indexes[i] = &n
	if ix == rel.Primary {
		next.Primary = &n
	}
	r.Catalog = r.Catalog.WithRelation(next)
}

// renameInDefaults rewrites nextval('old') inside of defaults that are more
// than just that.
func (r *run) renameInDefaults(from, to *catalog.Sequence) {
	name := ast.QuoteIdent(to.Schema) + "." + ast.QuoteIdent(to.Name)
	r.rewriteDefaults(func(n ast.Node) bool {
		c, ok := n.(*ast.FuncCall)
		if !ok || r.sequenceQuietly(c) != from {
			return false
		}
		c.Args = []ast.Expr{&ast.Literal{Kind: ast.StringLiteral, Text: name}}
		return true
	})
}

// sequenceQuietly is sequenceOf for names that may not exist.
func (r *run) sequenceQuietly(c *ast.FuncCall) (q *catalog.Sequence) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(thrown); !ok {
				panic(p)
			}
			q = nil
		}
	}()
	return r.sequenceOf(c)
}

func (r *run) rewriteDefaults(edit func(ast.Node) bool) {
	var rels []*catalog.Relation
	r.Catalog.Relations(func(rel *catalog.Relation) bool { rels = append(rels, rel); return true })
	for _, rel := range rels {
		for _, c := range rel.Columns {
			if c.Default == "" {
				continue
			}
			if text, changed := r.edited(c.Default, edit); changed {
				r.alterColumn(rel, c.ID, func(x *catalog.Column) { x.Default = text })
			}
		}
	}
}

// edited applies edit to every node of a stored expression.
func (r *run) edited(text string, edit func(ast.Node) bool) (string, bool) {
	e := r.parseStored(text)
	changed := false
	ast.Walk(e, func(n ast.Node) bool {
		if edit(n) {
			changed = true
		}
		return true
	})
	if !changed {
		return text, false
	}
	return ast.Format(e), true
}

func (r *run) renameColumn(s *ast.Rename) {
	f := r.findRelation(s.Object, ast.ObjectTable, s.IfExists)
	if f.none() {
		return
	}
	if f.rel == nil {
		fail(-1, sqlerr.WrongObjectType, "cannot rename columns of relation \"%s\"", s.Object.Name)
	}
	if f.rel.OfType != 0 {
		fail(-1, sqlerr.WrongObjectType, "cannot rename column of typed table")
	}
	r.renameColumnOf(f.rel, s.Sub, s.NewName)
}

// renameColumnOf renames a column, and where others name it.
func (r *run) renameColumnOf(rel *catalog.Relation, from, to string) {
	r.lock(rel, storage.TableExclusive)
	if rel.ColumnByName(from) < 0 {
		fail(-1, sqlerr.UndefinedColumn, "column \"%s\" does not exist", from)
	}
	col := column(rel, from, -1)
	if rel.ColumnByName(to) >= 0 {
		fail(-1, sqlerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", to, rel.Name)
	}
	if systemColumns[to] {
		fail(-1, sqlerr.DuplicateColumn, "column name \"%s\" conflicts with a system column name", to)
	}
	ordinal := rel.Ordinal(col.ID)
	r.rewriteViews(rel, func(t *ast.TableRef) { keepNames(t, rel, ordinal) })
	next := r.Catalog.RelationByID(rel.ID).Clone()
	n := *col
	n.Name = to
	next.Columns[ordinal] = &n
	r.renameInTexts(next, func(node ast.Node) bool {
		c, ok := node.(*ast.ColumnRef)
		if !ok || len(c.Parts) == 0 || c.Parts[0].Text != from || c.Star {
			return false
		}
		c.Parts = append([]ast.Name{{Text: to}}, c.Parts[1:]...)
		return true
	})
	r.renameInTriggers(next, from, to)
	r.Catalog = r.Catalog.WithRelation(next)
	r.refreshRows(rel)
}

// renameInTexts edits the expressions over a relation's own columns. The
// descriptor is a copy that nobody else has.
func (r *run) renameInTexts(rel *catalog.Relation, edit func(ast.Node) bool) {
	for i, ck := range rel.Checks {
		if text, ok := r.edited(ck.Expr, edit); ok {
			n := *ck
			n.Expr = text
			rel.Checks[i] = &n
		}
	}
	for i, c := range rel.Columns {
		if c.Generated == "" {
			continue
		}
		if text, ok := r.edited(c.Generated, edit); ok {
			n := *c
			n.Generated = text
			rel.Columns[i] = &n
		}
	}
	for i, ix := range rel.Indexes {
		n := *ix
		n.Parts = slices.Clone(ix.Parts)
		changed := false
		for k := range n.Parts {
			if n.Parts[k].Expr != "" {
				text, ok := r.edited(n.Parts[k].Expr, edit)
				n.Parts[k].Expr, changed = text, changed || ok
			}
		}
		if n.Where != "" {
			text, ok := r.edited(n.Where, edit)
			n.Where, changed = text, changed || ok
		}
		if changed {
			rel.Indexes[i] = &n
		}
	}
}

func (r *run) renameConstraint(s *ast.Rename) {
	rel := r.table(s.Object, s.IfExists)
	if rel == nil {
		return
	}
	r.lock(rel, storage.TableExclusive)
	if !rel.ConstraintTaken(s.Sub) {
		fail(-1, sqlerr.UndefinedObject, "constraint \"%s\" for table \"%s\" does not exist", s.Sub, rel.Name)
	}
	if rel.ConstraintTaken(s.NewName) {
		fail(-1, sqlerr.DuplicateObject, "constraint \"%s\" for relation \"%s\" already exists", s.NewName, rel.Name)
	}
	for _, ix := range rel.Indexes {
		if ix.Constraint && ix.Name == s.Sub {
			r.free(rel.Schema, s.NewName, false)
			r.renameIndex(rel, ix, s.NewName)
			return
		}
	}
	next := rel.Clone()
	for i, ck := range rel.Checks {
		if ck.Name == s.Sub {
			n := *ck
			n.Name = s.NewName
			next.Checks[i] = &n
		}
	}
	for i, k := range rel.Foreign {
		if k.Name == s.Sub {
			n := *k
			n.Name = s.NewName
			next.Foreign[i] = &n
		}
	}
	r.Catalog = r.Catalog.WithRelation(next)
}

func (r *run) renameType(s *ast.Rename) {
	u := r.userType(s.Object)
	if s.Kind == ast.ObjectDomain && u.Type.Domain == nil {
		fail(-1, sqlerr.WrongObjectType, "%s is not a domain", u.Name)
	}
	if r.Catalog.UserType([]string{u.Schema}, u.Schema, s.NewName) != nil {
		fail(-1, sqlerr.DuplicateObject, "type \"%s\" already exists", s.NewName)
	}
	r.moveType(u, u.Schema, s.NewName)
}

// moveType changes the name of a type, in stored texts too.
func (r *run) moveType(u *catalog.UserType, schema, name string) {
	r.editAll(func(n ast.Node) bool {
		t, ok := n.(*ast.TypeName)
		if c, is := n.(*ast.FuncCall); is && u.Type.Kind.IsRange() && c.Name.Schema == u.Schema && c.Name.Name == u.Name {
			c.Name.Schema, c.Name.Name = schema, name // the constructor goes with its type
			return true
		}
		if !ok || t.Name.Schema != u.Schema || t.Name.Name != u.Name {
			return false
		}
		t.Name.Schema, t.Name.Name = schema, name
		return true
	})
	n := *u
	n.Schema, n.Name = schema, name
	t := *u.Type
	t.Name, t.Display = name, name
	switch {
	case u.Type.Domain != nil:
	case t.Kind == types.KindRange:
		one, _ := types.RangeOver(&t, t.Sub)
		t = *one
	case t.Kind == types.KindMultirange:
		one, many := types.NewRangeType(t.Sub.OID, t.Sub.Name, t.OID, name, t.Sub.Sub)
		r.retype(&n, many)
		r.retype(r.Catalog.TypeByOID(one.OID), one)
		return
	}
	r.retype(&n, &t)
}

// editAll edits every stored text: expressions of relations, and queries.
func (r *run) editAll(edit func(ast.Node) bool) {
	var rels []*catalog.Relation
	r.Catalog.Relations(func(rel *catalog.Relation) bool { rels = append(rels, rel); return true })
	for _, rel := range rels {
		next := rel.Clone()
		r.renameInTexts(next, edit)
		for i, c := range next.Columns {
			if c.Default == "" {
				continue
			}
			if text, ok := r.edited(c.Default, edit); ok {
				n := *c
				n.Default = text
				next.Columns[i] = &n
			}
		}
		if rel.Query != "" {
			q := r.storedQuery(rel)
			changed := false
			ast.Walk(q, func(n ast.Node) bool { changed = edit(n) || changed; return true })
			if changed {
				next.Query = ast.Format(q)
			}
		}
		if !sameTexts(rel, next) {
			r.Catalog = r.Catalog.WithRelation(next)
		}
	}
}

func sameTexts(a, b *catalog.Relation) bool {
	return a.Query == b.Query && slices.Equal(a.Columns, b.Columns) && slices.Equal(a.Indexes, b.Indexes) && slices.Equal(a.Checks, b.Checks)
}

func (r *run) renameAttribute(s *ast.Rename) {
	u := r.userType(s.Object)
	if u.Type.Fields == nil {
		fail(-1, sqlerr.WrongObjectType, "\"%s\" is not a composite type", u.Name)
	}
	fields := slices.Clone(u.Type.Fields)
	i := slices.IndexFunc(fields, func(f types.Field) bool { return f.Name == s.Sub })
	if i < 0 {
		fail(-1, sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", s.Sub, u.Name)
	}
	r.changeTyped(u, s.Cascade, func(rel *catalog.Relation) {
		r.renameColumnOf(rel, s.Sub, s.NewName)
	})
	fields[i].Name = s.NewName
	r.retype(u, catalog.NewCompositeType(u.ID, u.Name, fields))
}

func (r *run) renameDomainConstraint(s *ast.Rename) {
	u := r.userType(s.Object)
	if u.Type.Domain == nil {
		fail(-1, sqlerr.WrongObjectType, "%s is not a domain", u.Name)
	}
	d := *u.Type.Domain
	d.Checks = slices.Clone(d.Checks)
	i := slices.IndexFunc(d.Checks, func(k types.DomainCheck) bool { return k.Name == s.Sub })
	if i < 0 {
		fail(-1, sqlerr.UndefinedObject, "constraint \"%s\" for domain %s does not exist", s.Sub, u.Name)
	}
	d.Checks[i].Name = s.NewName
	r.retype(u, catalog.NewDomainType(u.ID, u.Name, u.Type.Base, &d))
}

func (r *run) renameSchema(s *ast.Rename) {
	old := r.Catalog.Schema(s.Object.Name)
	if old == nil {
		fail(-1, sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", s.Object.Name)
	}
	if r.Catalog.Schema(s.NewName) != nil {
		fail(-1, sqlerr.DuplicateSchema, "schema \"%s\" already exists", s.NewName)
	}
	if len(s.NewName) > 3 && s.NewName[:3] == "pg_" {
		throw(sqlerr.New(sqlerr.ReservedName, "unacceptable schema name \"%s\"", s.NewName).
			WithDetail("The prefix \"pg_\" is reserved for system schemas."))
	}
	n := *old
	n.Name = s.NewName
	members := r.schemaDependents(old.Name)
	r.Catalog = r.Catalog.WithSchema(&n)
	for _, m := range members {
		r.move(m.thing, s.NewName)
	}
	r.Catalog = r.Catalog.WithoutSchema(old.Name).WithSchema(&n)
}

func (r *run) renameFunction(s *ast.Rename) {
	f := r.findFunction(s.Function, s.Kind, s.IfExists)
	if f == nil {
		return
	}
	n := *f
	n.Name = s.NewName
	if r.sameFunction(&n) != nil {
		fail(-1, sqlerr.DuplicateFunction, "function %s already exists in schema \"%s\"", r.signature(&n), f.Schema)
	}
	r.editAll(func(node ast.Node) bool {
		c, ok := node.(*ast.FuncCall)
		if !ok || c.Name.Name != f.Name || c.Name.Schema != "" && c.Name.Schema != f.Schema || len(c.Args) != len(f.Args) {
			return false
		}
		c.Name.Name = s.NewName
		return true
	})
	r.Catalog = r.Catalog.WithFunction(&n)
}
