package ddl

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

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
		rel := r.relation(s.Object, false)
		r.alterColumn(rel, column(rel, s.Sub, -1).ID, func(c *catalog.Column) { c.Comment = text })
	case ast.ObjectConstraint:
		r.commentConstraint(s, text)
	case ast.ObjectType, ast.ObjectDomain:
		q := s.Object
		if s.Type != nil {
			q = s.Type.Name
		}
		u := *r.userType(q)
		u.Comment = text
		r.Catalog = r.Catalog.WithType(&u)
	case ast.ObjectSchema:
		old := r.Catalog.Schema(s.Object.Name)
		if old == nil {
			fail(-1, sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", s.Object.Name)
		}
		n := *old
		n.Comment = text
		r.Catalog = r.Catalog.WithSchema(&n)
	case ast.ObjectFunction, ast.ObjectProcedure, ast.ObjectRoutine:
		if f := r.findFunction(s.Function, s.Kind, false); f != nil {
			n := *f
			n.Comment = text
			r.Catalog = r.Catalog.WithFunction(&n)
		}
	case ast.ObjectTrigger:
		r.changeTrigger(r.relation(s.Object, false), s.Sub, func(t *catalog.Trigger) { t.Comment = text })
	case ast.ObjectDatabase, ast.ObjectExtension, ast.ObjectRole:
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
		r.commentIndex(f.owner, f.index, text)
	default:
		r.changeable(f.rel)
		n := f.rel.Clone()
		n.Comment = text
		r.Catalog = r.Catalog.WithRelation(n)
	}
}

func (r *run) commentIndex(rel *catalog.Relation, ix *catalog.Index, text string) {
	next := rel.Clone()
	n := *ix
	n.Comment = text
	next.Indexes[slices.Index(next.Indexes, ix)] = &n
	if ix == rel.Primary {
		next.Primary = &n
	}
	r.Catalog = r.Catalog.WithRelation(next)
}

func (r *run) commentConstraint(s *ast.Comment, text string) {
	rel := r.relation(s.Object, false)
	for _, ix := range rel.Indexes {
		if ix.Constraint && ix.Name == s.Sub {
			r.commentIndex(rel, ix, text)
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
