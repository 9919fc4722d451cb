package ddl

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

// setSchema is ALTER ... SET SCHEMA.
func (r *run) setSchema(s *ast.SetSchema) string {
	tag := "ALTER " + kindTags[s.Kind]
	if r.Catalog.Schema(s.Schema) == nil {
		fail(-1, sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", s.Schema)
	}
	switch s.Kind {
	case ast.ObjectTable, ast.ObjectView, ast.ObjectMaterializedView, ast.ObjectSequence:
		f := r.findRelation(s.Object, s.Kind, s.IfExists)
		switch {
		case f.none():
		case f.index != nil:
			fail(-1, sqlerr.WrongObjectType, "cannot change schema of index \"%s\"", f.index.Name)
		case f.seq != nil:
			r.movableSequence(f.seq)
			r.move(thing{class: sequenceThing, id: f.seq.ID}, s.Schema)
		default:
			r.move(thing{class: relationThing, id: f.rel.ID}, s.Schema)
		}
	case ast.ObjectType, ast.ObjectDomain:
		r.move(thing{class: typeThing, id: r.userType(s.Object).ID}, s.Schema)
	case ast.ObjectFunction, ast.ObjectProcedure, ast.ObjectRoutine, ast.ObjectAggregate:
		if f := r.findFunction(s.Function, s.Kind, s.IfExists); f != nil {
			r.move(thing{class: functionThing, id: f.ID}, s.Schema)
		}
	case ast.ObjectOperator:
		o := *r.findOperator(s.Function, false, "move")
		if o.Schema = s.Schema; r.Catalog.Operators([]string{s.Schema}, s.Schema, o.Name) != nil && r.sameOperator(&o) != nil {
			fail(-1, sqlerr.DuplicateFunction, "operator %s already exists in schema \"%s\"", r.operatorText(&o), s.Schema)
		}
		r.Catalog = r.Catalog.WithOperator(&o)
	case ast.ObjectExtension:
	default:
		unsupported(s.Pos, "ALTER %s ... SET SCHEMA is not supported", kindTags[s.Kind])
	}
	return tag
}

func (r *run) movableSequence(q *catalog.Sequence) {
	if q.OwnerRel != 0 {
		throw(sqlerr.New(sqlerr.FeatureNotSupported, "cannot move an owned sequence into another schema").
			WithDetail("Sequence \"%s\" is linked to table \"%s\".", q.Name, r.Catalog.RelationByID(q.OwnerRel).Name))
	}
}

// move puts an object into another schema.
func (r *run) move(t thing, schema string) {
	switch t.class {
	case relationThing:
		r.moveRelation(r.Catalog.RelationByID(t.id), schema)
	case sequenceThing:
		r.moveSequence(r.Catalog.SequenceByID(t.id), schema)
	case typeThing:
		if u := r.Catalog.TypeByOID(types.OID(t.id)); u.Schema != schema {
			if r.Catalog.UserType([]string{schema}, schema, u.Name) != nil {
				fail(-1, sqlerr.DuplicateObject, "type \"%s\" already exists in schema \"%s\"", u.Name, schema)
			}
			r.moveType(u, schema, u.Name)
		}
	case functionThing:
		f := *r.function(t.id)
		f.Schema = schema
		r.Catalog = r.Catalog.WithFunction(&f)
	}
}

func (r *run) moveRelation(rel *catalog.Relation, schema string) {
	if rel.Schema == schema {
		return
	}
	taken := func(name string) {
		if r.Catalog.Taken(schema, name) {
			fail(-1, sqlerr.DuplicateTable, "relation \"%s\" already exists in schema \"%s\"", name, schema)
		}
	}
	taken(rel.Name)
	for _, ix := range rel.Indexes {
		taken(ix.Name)
	}
	r.lock(rel, storage.TableExclusive)
	r.rewriteViews(rel, func(t *ast.TableRef) { t.Name.Schema = schema })
	n := r.Catalog.RelationByID(rel.ID).Clone()
	n.Schema = schema
	r.Catalog = r.Catalog.WithRelation(n)
	for _, d := range r.relationDependents(n) {
		if d.class == sequenceThing {
			r.moveSequence(r.Catalog.SequenceByID(d.id), schema)
		}
	}
}

func (r *run) moveSequence(q *catalog.Sequence, schema string) {
	if q.Schema == schema {
		return
	}
	if r.Catalog.Taken(schema, q.Name) {
		fail(-1, sqlerr.DuplicateTable, "relation \"%s\" already exists in schema \"%s\"", q.Name, schema)
	}
	n := *q
	n.Schema = schema
	n.Version++
	r.renameInDefaults(q, &n)
	r.Catalog = r.Catalog.WithSequence(&n)
}
