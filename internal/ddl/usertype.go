package ddl

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

// maxLabel is PostgreSQL's limit for the labels of an enum.
const maxLabel = 63

// newType checks the name of a new type and returns its schema.
func (r *run) newType(q ast.QualifiedName) string {
	schema := r.target(q, false)
	if r.Catalog.UserType([]string{schema}, schema, q.Name) != nil {
		fail(-1, sqlerr.DuplicateObject, "type \"%s\" already exists", q.Name)
	}
	if f := r.look(ast.QualifiedName{Schema: schema, Name: q.Name}); f.rel != nil {
		throw(sqlerr.New(sqlerr.DuplicateObject, "type \"%s\" already exists", q.Name))
	}
	return schema
}

func checkLabel(label string, pos int) {
	if len(label) > maxLabel {
		throw(sqlerr.New(sqlerr.InvalidName, "invalid enum label \"%s\"", label).At(pos).
			WithDetail("Labels must be %d bytes or less.", maxLabel))
	}
}

func (r *run) createEnum(s *ast.CreateEnum) {
	schema := r.newType(s.Name)
	labels := make([]string, 0, len(s.Labels))
	for _, l := range s.Labels {
		checkLabel(l.Text, -1)
		if slices.Contains(labels, l.Text) {
			fail(-1, sqlerr.DuplicateObject, "enum label \"%s\" used more than once", l.Text)
		}
		labels = append(labels, l.Text)
	}
	id := r.newID()
	r.Catalog = r.Catalog.WithType(&catalog.UserType{ID: id, Schema: schema, Name: s.Name.Name,
		Type: catalog.NewEnumType(id, s.Name.Name, labels)})
}

func (r *run) createComposite(s *ast.CreateComposite) {
	schema := r.newType(s.Name)
	var fields []types.Field
	for _, f := range s.Fields {
		for _, g := range fields {
			if g.Name == f.Name {
				fail(-1, sqlerr.DuplicateColumn, "column \"%s\" specified more than once", f.Name)
			}
		}
		fields = append(fields, types.Field{Name: f.Name, Type: collated(r.typeOf(f.Type), f.Collation)})
	}
	id := r.newID()
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
	r.retype(u, catalog.NewEnumType(u.ID, u.Name, slices.Insert(labels, at, s.Label)))
	if at < old {
		r.shiftLabels(u, int64(at))
	}
}

// shiftLabels makes room in stored values, which are the labels' ordinals, for
// a label that came between.
func (r *run) shiftLabels(u *catalog.UserType, at int64) {
	var rels []*catalog.Relation
	r.Catalog.Relations(func(rel *catalog.Relation) bool {
		for _, c := range rel.Columns {
			if rel.Kind != catalog.View && contains(c.Type, u.Type.OID) {
				rels = append(rels, rel)
				break
			}
		}
		return true
	})
	for _, rel := range rels {
		r.lock(rel, storage.TableExclusive)
		var ordinals []int
		for i, c := range rel.Columns {
			if contains(c.Type, u.Type.OID) {
				ordinals = append(ordinals, i)
			}
		}
		next := rel.Clone()
		for _, o := range ordinals {
			shiftMissing(next, o, u.Type.OID, at)
		}
		r.rebuild(rel, next, func(row []types.Value, _ int64) []types.Value {
			for _, o := range ordinals {
				row[o] = shiftLabel(row[o], rel.Columns[o].Type, u.Type.OID, at)
			}
			return row
		})
	}
}

func shiftMissing(rel *catalog.Relation, o int, oid types.OID, at int64) {
	c := *rel.Columns[o]
	if c.Missing != nil {
		v := shiftLabel(*c.Missing, c.Type, oid, at)
		c.Missing = &v
	}
	rel.Columns[o] = &c
}

// shiftLabel moves the labels of an enum from at on up by one, in a value of a
// type that holds it: in arrays, rows and domains too.
func shiftLabel(v types.Value, t *types.Type, oid types.OID, at int64) types.Value {
	t = expr.BaseType(t)
	if v.IsNull() || !contains(t, oid) {
		return v
	}
	switch t.Kind {
	case types.KindArray:
		elems, dims, err := types.ArrayElements(v, t.Elem)
		check(err)
		if len(elems) == 0 {
			return v
		}
		for i := range elems {
			elems[i] = shiftLabel(elems[i], t.Elem, oid, at)
		}
		return types.NewArrayDims(elems, dims, t.Elem)
	case types.KindRecord:
		vals, err := types.RecordFields(v, t)
		check(err)
		for i := range min(len(vals), len(t.Fields)) {
			vals[i] = shiftLabel(vals[i], t.Fields[i].Type, oid, at)
		}
		return types.NewRecord(vals, t)
	}
	if v.I >= at {
		v.I++
	}
	return v
}

// retype replaces a user's type, everywhere that it is used.
func (r *run) retype(u *catalog.UserType, t *types.Type) {
	n := *u
	n.Type = t
	r.Catalog = r.Catalog.WithType(&n)
	oid := u.Type.OID
	var others []*catalog.UserType
	r.Catalog.Types(func(o *catalog.UserType) bool {
		if o.ID != u.ID && contains(o.Type, oid) {
			others = append(others, o)
		}
		return true
	})
	for _, o := range others {
		c := *o
		c.Type = replaceType(o.Type, oid, t)
		r.Catalog = r.Catalog.WithType(&c)
	}
	var rels []*catalog.Relation
	r.Catalog.Relations(func(rel *catalog.Relation) bool {
		for _, c := range rel.Columns {
			if contains(c.Type, oid) {
				rels = append(rels, rel)
				break
			}
		}
		return true
	})
	for _, rel := range rels {
		r.lock(rel, storage.TableExclusive)
		r.Catalog = r.Catalog.WithRelation(retyped(rel, oid, t))
	}
	r.eachFunction(func(f *catalog.SQLFunction) {
		c := *f
		c.Args, c.Cols = slices.Clone(f.Args), slices.Clone(f.Cols)
		for i := range c.Args {
			c.Args[i].Type = replaceType(c.Args[i].Type, oid, t)
		}
		for i := range c.Cols {
			c.Cols[i].Type = replaceType(c.Cols[i].Type, oid, t)
		}
		if c.Ret != nil && contains(c.Ret, oid) {
			c.Ret = replaceType(c.Ret, oid, t)
		}
		r.Catalog = r.Catalog.WithFunction(&c)
	})
}

// retyped copies a relation with a type replaced in columns and indexes.
func retyped(rel *catalog.Relation, oid types.OID, t *types.Type) *catalog.Relation {
	next := rel.Clone()
	for i, c := range next.Columns {
		if contains(c.Type, oid) {
			n := *c
			n.Type = replaceType(c.Type, oid, t)
			next.Columns[i] = &n
		}
	}
	for i, ix := range next.Indexes {
		n := *ix
		n.Parts = slices.Clone(ix.Parts)
		for k := range n.Parts {
			n.Parts[k].Type = replaceType(n.Parts[k].Type, oid, t)
		}
		next.Indexes[i] = &n
		if ix == rel.Primary {
			next.Primary = &n
		}
	}
	return next
}

// replaceType puts to in the place of a user's type inside of another type.
func replaceType(t *types.Type, oid types.OID, to *types.Type) *types.Type {
	switch {
	case t == nil || !contains(t, oid):
		return t
	case t.OID == oid:
		return to
	case t.Kind == types.KindArray && t.Domain == nil:
		return types.ArrayOf(replaceType(t.Elem, oid, to))
	case t.Domain != nil:
		return catalog.NewDomainType(catalog.ID(t.OID), t.Name, replaceType(t.Base, oid, to), t.Domain)
	}
	n := *t
	n.Fields = slices.Clone(t.Fields)
	for i := range n.Fields {
		n.Fields[i].Type = replaceType(n.Fields[i].Type, oid, to)
	}
	return &n
}
