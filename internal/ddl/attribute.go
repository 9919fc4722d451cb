package ddl

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// alterComposite is ALTER TYPE ... ADD, DROP and ALTER ATTRIBUTE.
func (r *run) alterComposite(s *ast.AlterTable) {
	for i := range s.Commands {
		c := &s.Commands[i]
		u := r.userType(s.Name)
		if c.Kind == ast.AlterOwner {
			continue
		}
		if !composite(u) {
			fail(-1, sqlerr.WrongObjectType, "\"%s\" is not a composite type", u.Name)
		}
		r.alterAttribute(u, c)
	}
}

func composite(u *catalog.UserType) bool {
	return u.Type.Kind == types.KindRecord && u.Type.Domain == nil
}

// alterAttribute changes the fields of a composite type: values that are stored
// get a field more or lose one. The type of a field stays while values are
// stored, as in PostgreSQL.
func (r *run) alterAttribute(u *catalog.UserType, c *ast.AlterCommand) {
	untyped := func(change func(*catalog.Relation)) {
		r.changeTyped(u, c.Cascade, func(rel *catalog.Relation) {
			free := rel.Clone()
			free.OfType = 0
			change(free)
		})
	}
	fields := slices.Clone(u.Type.Fields)
	at := slices.IndexFunc(fields, func(f types.Field) bool { return f.Name == c.Column })
	if at < 0 && c.Kind != ast.AlterAddColumn {
		text := "column \"" + c.Column + "\" of relation \"" + u.Name + "\" does not exist"
		if !c.IfExists {
			fail(-1, sqlerr.UndefinedColumn, "%s", text)
		}
		r.notice(text + ", skipping")
		return
	}
	switch c.Kind {
	case ast.AlterAddColumn:
		if slices.ContainsFunc(fields, func(f types.Field) bool { return f.Name == c.Def.Name }) {
			fail(-1, sqlerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", c.Def.Name, u.Name)
		}
		f := types.Field{Name: c.Def.Name, Type: collated(r.typeOf(c.Def.Type), c.Def.Collation)}
		r.attributeType(u, &f)
		untyped(func(rel *catalog.Relation) { r.retyped(u, r.addColumn(rel, c)) })
		r.setFields(u, append(fields, f), func(vals []types.Value) []types.Value { return append(vals, types.Null) })
	case ast.AlterDropColumn:
		untyped(func(rel *catalog.Relation) { r.retyped(u, r.dropColumn(rel, c)) })
		r.dropAll([]thing{{class: attributeThing, id: u.ID, name: c.Column}}, c.Cascade)
	case ast.AlterColumnType:
		f := types.Field{Name: c.Column, Type: collated(r.typeOf(c.Type), c.Collation)}
		r.attributeType(u, &f)
		r.unusedType(u)
		untyped(func(rel *catalog.Relation) { r.retyped(u, r.setColumnType(rel, c)) })
		fields[at] = f
		r.retype(u, catalog.NewCompositeType(u.ID, u.Name, fields))
	default:
		unsupported(c.Pos, "this form of ALTER TYPE is not supported")
	}
}

// attributeType refuses what no field of a composite type can be.
func (r *run) attributeType(u *catalog.UserType, f *types.Field) {
	if expr.BaseType(f.Type).Category == 'P' {
		fail(-1, sqlerr.InvalidTableDefinition, "column \"%s\" has pseudo-type %s", f.Name, types.FormatName(f.Type))
	}
	if contains(f.Type, u.Type.OID) {
		fail(-1, sqlerr.InvalidTableDefinition, "composite type %s cannot be made a member of itself", u.Name)
	}
}

// setFields gives a composite type other fields, and its stored values what
// change makes of theirs.
func (r *run) setFields(u *catalog.UserType, fields []types.Field, change func([]types.Value) []types.Value) {
	old := u.Type
	t := catalog.NewCompositeType(u.ID, u.Name, fields)
	r.retype(u, t)
	r.mapStored(old.OID, func(v types.Value) types.Value {
		vals, err := types.RecordFields(v, old)
		check(err)
		return types.NewRecord(change(vals), t)
	})
}

// removeAttribute takes a field out of a composite type.
func (r *run) removeAttribute(u *catalog.UserType, name string) {
	at := slices.IndexFunc(u.Type.Fields, func(f types.Field) bool { return f.Name == name })
	if at < 0 {
		return
	}
	r.setFields(u, slices.Delete(slices.Clone(u.Type.Fields), at, at+1), func(vals []types.Value) []types.Value {
		return slices.Delete(vals, at, at+1)
	})
}

// attributeDependents lists the views that read a field of a composite type.
func (r *run) attributeDependents(u *catalog.UserType, name string) []dependent {
	at := slices.IndexFunc(u.Type.Fields, func(f types.Field) bool { return f.Name == name })
	var out []dependent
	r.Catalog.Relations(func(v *catalog.Relation) bool {
		if v.Query != "" && r.readsField(v, u.Type.OID, at) {
			out = append(out, dependent{thing: thing{class: relationThing, id: v.ID}})
		}
		return true
	})
	return out
}

// retyped marks a table that was changed with its type as one of it again.
func (r *run) retyped(u *catalog.UserType, id catalog.ID) {
	next := r.Catalog.RelationByID(id).Clone()
	next.OfType = u.ID
	r.Catalog = r.Catalog.WithRelation(next)
}
