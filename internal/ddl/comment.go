package ddl

import (
	"maps"
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// builtinRole is the one role.
const builtinRole = "zqlite"

// comment is COMMENT ON.
func (r *run) comment(s *ast.Comment) {
	text := ""
	if s.Text != nil {
		text = *s.Text
	}
	switch s.Kind {
	case ast.ObjectTable, ast.ObjectView, ast.ObjectMaterializedView, ast.ObjectIndex, ast.ObjectSequence:
		r.commentRelation(s, text)
	case ast.ObjectColumn:
		r.commentColumn(s, text)
	case ast.ObjectConstraint:
		r.commentConstraint(s, text)
	case ast.ObjectType, ast.ObjectDomain:
		q := s.Object
		if s.Type != nil {
			q = s.Type.Name
		}
		r.commentType(s.Kind, q, text)
	case ast.ObjectDomainConstraint:
		r.commentDomainConstraint(s, text)
	case ast.ObjectSchema:
		old := r.Catalog.Schema(s.Object.Name)
		if old == nil {
			fail(-1, sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", s.Object.Name)
		}
		n := *old
		n.Comment = text
		r.Catalog = r.Catalog.WithSchema(&n)
	case ast.ObjectFunction, ast.ObjectProcedure, ast.ObjectRoutine, ast.ObjectAggregate:
		if f := r.findFunction(s.Function, s.Kind, false); f != nil {
			n := *f
			n.Comment = text
			r.Catalog = r.Catalog.WithFunction(&n)
		}
	case ast.ObjectOperator:
		o := *r.findOperator(s.Function, false, "comment on")
		o.Comment = text
		r.Catalog = r.Catalog.WithOperator(&o)
	case ast.ObjectCast:
		x := *r.findCast(s.Type, s.CastTo, false)
		x.Comment = text
		r.Catalog = r.Catalog.WithCast(&x)
	case ast.ObjectTrigger:
		r.changeTrigger(r.relation(s.Object, false), s.Sub, func(t *catalog.Trigger) { t.Comment = text })
	case ast.ObjectDatabase, ast.ObjectExtension, ast.ObjectRole, ast.ObjectCollation, ast.ObjectOther:
		r.commentForeign(s)
	default:
		unsupported(s.Pos, "COMMENT ON %s is not supported", kindTags[s.Kind])
	}
}

func (r *run) commentRelation(s *ast.Comment, text string) {
	f := r.look(s.Object)
	if f.none() {
		fail(s.Object.Pos, sqlerr.UndefinedTable, "relation \"%s\" does not exist", dotted(s.Object))
	}
	if f.kind() != s.Kind {
		fail(-1, sqlerr.WrongObjectType, "\"%s\" is not %s", s.Object.Name, article(s.Kind))
	}
	switch {
	case f.seq != nil:
		q := *f.seq
		q.Comment = text
		r.Catalog = r.Catalog.WithSequence(&q)
	case f.index != nil:
		r.changeIndex(f.owner, f.index, func(n *catalog.Index) { n.Comment = text })
	default:
		r.changeable(f.rel)
		n := f.rel.Clone()
		n.Comment = text
		r.Catalog = r.Catalog.WithRelation(n)
	}
}

// changeIndex puts a changed copy of an index into its relation.
func (r *run) changeIndex(rel *catalog.Relation, ix *catalog.Index, change func(*catalog.Index)) {
	next := rel.Clone()
	n := *ix
	change(&n)
	next.Indexes[slices.Index(next.Indexes, ix)] = &n
	if ix == rel.Primary {
		next.Primary = &n
	}
	r.Catalog = r.Catalog.WithRelation(next)
}

// commentColumn is COMMENT ON COLUMN: of a table, a view or a composite type.
func (r *run) commentColumn(s *ast.Comment, text string) {
	f := r.look(s.Object)
	if f.none() {
		if u := r.Catalog.UserType(r.SearchPath, r.schemaName(s.Object.Schema), s.Object.Name); u != nil && u.Type.Kind == types.KindRecord {
			if !slices.ContainsFunc(u.Type.Fields, func(f types.Field) bool { return f.Name == s.Sub }) {
				fail(-1, sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", s.Sub, u.Name)
			}
			r.commentPart(u, s.Sub, text)
			return
		}
	}
	if f.seq != nil || f.index != nil {
		kind := "sequences"
		if f.index != nil {
			kind = "indexes"
		}
		throw(sqlerr.New(sqlerr.WrongObjectType, "cannot set comment on relation \"%s\"", s.Object.Name).
			WithDetail("This operation is not supported for %s.", kind))
	}
	rel := r.relation(s.Object, false)
	r.alterColumn(rel, column(rel, s.Sub, -1).ID, func(c *catalog.Column) { c.Comment = text })
}

// commentType is COMMENT ON TYPE, and on DOMAIN, which takes domains alone.
func (r *run) commentType(kind ast.ObjectKind, q ast.QualifiedName, text string) {
	if q.Schema != "" && r.Catalog.Schema(r.schemaName(q.Schema)) == nil {
		fail(q.Pos, sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", q.Schema)
	}
	u := *r.userType(q)
	if kind == ast.ObjectDomain && u.Type.Domain == nil {
		fail(-1, sqlerr.WrongObjectType, "\"%s\" is not a domain", u.Name)
	}
	u.Comment = text
	r.Catalog = r.Catalog.WithType(&u)
}

func (r *run) commentDomainConstraint(s *ast.Comment, text string) {
	u := r.userType(s.Object)
	if u.Type.Domain == nil {
		fail(-1, sqlerr.WrongObjectType, "\"%s\" is not a domain", u.Name)
	}
	if !slices.ContainsFunc(u.Type.Domain.Checks, func(k types.DomainCheck) bool { return k.Name == s.Sub }) {
		fail(-1, sqlerr.UndefinedObject, "constraint \"%s\" for domain %s does not exist", s.Sub, u.Name)
	}
	r.commentPart(u, s.Sub, text)
}

// commentPart changes the comment of an attribute or of a domain's check.
func (r *run) commentPart(u *catalog.UserType, part, text string) {
	n := *u
	n.PartComments = maps.Clone(u.PartComments)
	if n.PartComments == nil {
		n.PartComments = map[string]string{}
	}
	n.PartComments[part] = text
	if text == "" {
		delete(n.PartComments, part)
	}
	r.Catalog = r.Catalog.WithType(&n)
}

// missingKinds are the messages for objects of kinds that nothing here has.
var missingKinds = map[string]string{
	"FOREIGN DATA WRAPPER": "foreign-data wrapper", "STATISTICS": "statistics object", "PROCEDURAL LANGUAGE": "language",
}

// builtinNames are the objects of such kinds that every database has. Their
// comments are not kept.
var builtinNames = map[string][]string{
	"language": {"sql", "internal"}, "access method": {"heap", "btree", "hash"}, "tablespace": {"pg_default", "pg_global"},
}

// commentForeign answers COMMENT ON what is not in the catalog: there is
// nothing that could keep it.
func (r *run) commentForeign(s *ast.Comment) {
	name := dotted(s.Object)
	missing := func(what string) { fail(-1, sqlerr.UndefinedObject, "%s \"%s\" does not exist", what, name) }
	switch s.Kind {
	case ast.ObjectDatabase:
		return // a name that is not this one's was refused before
	case ast.ObjectExtension:
		missing("extension")
	case ast.ObjectRole:
		if name != builtinRole {
			missing("role")
		}
		return
	case ast.ObjectCollation:
		fail(-1, sqlerr.UndefinedObject, "collation \"%s\" for encoding \"UTF8\" does not exist", name)
	}
	switch s.Other {
	case "RULE":
		fail(-1, sqlerr.UndefinedObject, "rule \"%s\" for relation \"%s\" does not exist", s.Sub, r.relation(s.Object, false).Name)
	case "POLICY":
		fail(-1, sqlerr.UndefinedObject, "policy \"%s\" for table \"%s\" does not exist", s.Sub, r.relation(s.Object, false).Name)
	case "FOREIGN TABLE":
		if f := r.look(s.Object); !f.none() {
			fail(-1, sqlerr.WrongObjectType, "\"%s\" is not a foreign table", s.Object.Name)
		}
		fail(-1, sqlerr.UndefinedTable, "relation \"%s\" does not exist", name)
	}
	what := missingKinds[s.Other]
	if what == "" {
		what = strings.ToLower(s.Other)
	}
	if !slices.Contains(builtinNames[what], name) {
		missing(what)
	}
}

func (r *run) commentConstraint(s *ast.Comment, text string) {
	rel := r.relation(s.Object, false)
	for _, ix := range rel.Indexes {
		if ix.Constraint && ix.Name == s.Sub {
			r.changeIndex(rel, ix, func(n *catalog.Index) { n.ConstraintComment = text })
			return
		}
	}
	next := rel.Clone()
	for i, ck := range rel.Checks {
		if ck.Name == s.Sub {
			n := *ck
			n.Comment = text
			next.Checks[i] = &n
			r.Catalog = r.Catalog.WithRelation(next)
			return
		}
	}
	for i, k := range rel.Foreign {
		if k.Name == s.Sub {
			n := *k
			n.Comment = text
			next.Foreign[i] = &n
			r.Catalog = r.Catalog.WithRelation(next)
			return
		}
	}
	fail(-1, sqlerr.UndefinedObject, "constraint \"%s\" for table \"%s\" does not exist", s.Sub, rel.Name)
}
