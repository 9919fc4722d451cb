package ddl

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// maxLabel is PostgreSQL's limit for the labels of an enum.
const maxLabel = 63

// newType checks the name of a new type and returns its schema and its number,
// which is that of a shell of that name.
func (r *run) newType(q ast.QualifiedName) (schema string, id func() catalog.ID) {
	schema = r.target(q, false)
	id = r.newID
	if u := r.Catalog.UserType([]string{schema}, schema, q.Name); u != nil {
		if !u.Shell {
			fail(-1, sqlerr.DuplicateObject, "type \"%s\" already exists", q.Name)
		}
		id = func() catalog.ID { return u.ID }
	}
	if f := r.look(ast.QualifiedName{Schema: schema, Name: q.Name}); f.rel != nil {
		throw(sqlerr.New(sqlerr.DuplicateObject, "type \"%s\" already exists", q.Name))
	}
	return schema, id
}

func checkLabel(label string, pos int) {
	if len(label) > maxLabel {
		throw(sqlerr.New(sqlerr.InvalidName, "invalid enum label \"%s\"", label).At(pos).
			WithDetail("Labels must be %d bytes or less.", maxLabel))
	}
}

func (r *run) createEnum(s *ast.CreateEnum) {
	schema, newID := r.newType(s.Name)
	labels := make([]string, 0, len(s.Labels))
	for _, l := range s.Labels {
		checkLabel(l.Text, -1)
		if slices.Contains(labels, l.Text) {
			throw(sqlerr.New(sqlerr.UniqueViolation, "duplicate key value violates unique constraint \"pg_enum_typid_label_index\"").
				WithDetail("Key (enumtypid, enumlabel)=(%d, %s) already exists.", r.Catalog.NextID, l.Text))
		}
		labels = append(labels, l.Text)
	}
	id := newID()
	r.Catalog = r.Catalog.WithType(&catalog.UserType{ID: id, Schema: schema, Name: s.Name.Name,
		Type: catalog.NewEnumType(id, s.Name.Name, labels)})
}

func (r *run) createComposite(s *ast.CreateComposite) {
	schema, newID := r.newType(s.Name)
	var fields []types.Field
	for _, f := range s.Fields {
		for _, g := range fields {
			if g.Name == f.Name {
				fail(-1, sqlerr.DuplicateColumn, "column \"%s\" specified more than once", f.Name)
			}
		}
		fields = append(fields, types.Field{Name: f.Name, Type: collated(r.typeOf(f.Type), f.Collation)})
	}
	id := newID()
	r.Catalog = r.Catalog.WithType(&catalog.UserType{ID: id, Schema: schema, Name: s.Name.Name,
		Type: catalog.NewCompositeType(id, s.Name.Name, fields)})
}

// userType finds a type that a statement changes.
func (r *run) userType(q ast.QualifiedName) *catalog.UserType {
	u := r.Catalog.UserType(r.SearchPath, r.schemaName(q.Schema), q.Name)
	if u == nil {
		fail(-1, sqlerr.UndefinedObject, "type \"%s\" does not exist", dotted(q))
	}
	return u
}

// alterEnum is ALTER TYPE ... ADD VALUE and RENAME VALUE.
func (r *run) alterEnum(s *ast.AlterEnum) {
	u := r.userType(s.Name)
	if u.Type.Kind != types.KindEnum || u.Type.Domain != nil {
		fail(-1, sqlerr.WrongObjectType, "%s is not an enum", u.Name)
	}
	labels := slices.Clone(u.Type.Labels)
	checkLabel(s.Label, -1)
	if s.Rename {
		i := slices.Index(labels, s.OldLabel)
		if i < 0 {
			fail(-1, sqlerr.InvalidParameterValue, "\"%s\" is not an existing enum label", s.OldLabel)
		}
		if slices.Contains(labels, s.Label) {
			fail(-1, sqlerr.DuplicateObject, "enum label \"%s\" already exists", s.Label)
		}
		labels[i] = s.Label
		r.retype(u, catalog.NewEnumType(u.ID, u.Name, labels))
		return
	}
	if slices.Contains(labels, s.Label) {
		if !s.IfNotExists {
			fail(-1, sqlerr.DuplicateObject, "enum label \"%s\" already exists", s.Label)
		}
		r.notice("enum label \"" + s.Label + "\" already exists, skipping")
		return
	}
	at := len(labels)
	if s.Neighbour != "" {
		if at = slices.Index(labels, s.Neighbour); at < 0 {
			fail(-1, sqlerr.InvalidParameterValue, "\"%s\" is not an existing enum label", s.Neighbour)
		}
		if !s.Before {
			at++
		}
	}
	old := len(labels)
	n := *u
	n.Sorts = catalog.InsertSort(u.SortOrder(), at)
	r.retype(&n, catalog.NewEnumType(u.ID, u.Name, slices.Insert(labels, at, s.Label)))
	if at < old { // stored values are the labels' ordinals
		r.mapStored(u.Type.OID, func(v types.Value) types.Value {
			if v.I >= int64(at) {
				v.I++
			}
			return v
		})
	}
}
