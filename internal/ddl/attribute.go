package ddl

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// alterAttribute changes the fields of a composite type. Values that are
// stored keep the fields they were made with, so a type in use is refused.
func (r *run) alterAttribute(u *catalog.UserType, c *ast.AlterCommand) {
	for _, d := range r.typeDependents(u.Type.OID) {
		if d.class == columnThing {
			rel := r.Catalog.RelationByID(d.id)
			unsupported(-1, "cannot alter type \"%s\" because column \"%s.%s\" uses it", u.Name, rel.Name, rel.ColumnByID(d.column).Name)
		}
	}
	untyped := func(change func(*catalog.Relation)) {
		r.changeTyped(u, c.Cascade, func(rel *catalog.Relation) {
			free := rel.Clone()
			free.OfType = 0
			change(free)
		})
	}
	fields := slices.Clone(u.Type.Fields)
	find := func(name string) int {
		i := slices.IndexFunc(fields, func(f types.Field) bool { return f.Name == name })
		if i < 0 && !c.IfExists {
			fail(-1, sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name, u.Name)
		}
		return i
	}
	switch c.Kind {
	case ast.AlterAddColumn:
		for _, f := range fields {
			if f.Name == c.Def.Name {
				fail(-1, sqlerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", f.Name, u.Name)
			}
		}
		untyped(func(rel *catalog.Relation) { r.retyped(u, r.addColumn(rel, c)) })
		fields = append(fields, types.Field{Name: c.Def.Name, Type: collated(r.typeOf(c.Def.Type), c.Def.Collation)})
	case ast.AlterDropColumn:
		if i := find(c.Column); i >= 0 {
			untyped(func(rel *catalog.Relation) { r.retyped(u, r.dropColumn(rel, c)) })
			fields = slices.Delete(fields, i, i+1)
		}
	case ast.AlterColumnType:
		i := find(c.Column)
		untyped(func(rel *catalog.Relation) { r.retyped(u, r.setColumnType(rel, c)) })
		fields[i].Type = collated(r.typeOf(c.Type), c.Collation)
	default:
		unsupported(c.Pos, "this form of ALTER TYPE is not supported")
	}
	if fields == nil {
		fields = []types.Field{}
	}
	r.retype(u, catalog.NewCompositeType(u.ID, u.Name, fields))
}

// retyped marks a table that was changed with its type as one of it again.
func (r *run) retyped(u *catalog.UserType, id catalog.ID) {
	next := r.Catalog.RelationByID(id).Clone()
	next.OfType = u.ID
	r.Catalog = r.Catalog.WithRelation(next)
}
