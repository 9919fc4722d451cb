package ddl

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// compositeType finds the type that CREATE TABLE … OF names.
func (r *run) compositeType(t *ast.TypeName) *catalog.UserType {
	if rel := r.Catalog.Relation(r.SearchPath, r.schemaName(t.Name.Schema), t.Name.Name); rel != nil {
		fail(-1, sqlerr.WrongObjectType, "type %s is not a composite type", rel.Name)
	}
	typ := r.typeOf(t)
	u := r.Catalog.TypeByOID(typ.OID)
	if u == nil || u.Type.Kind != types.KindRecord || u.Type.Domain != nil || len(t.Dims) > 0 {
		fail(-1, sqlerr.WrongObjectType, "type %s is not a composite type", types.FormatName(typ))
	}
	return u
}

// typedColumns makes the columns of a typed table with what the statement says
// of them.
func (b *builder) typedColumns(s *ast.CreateTable) {
	u := b.compositeType(s.Of)
	b.rel.OfType = u.ID
	for _, f := range u.Type.Fields {
		b.newColumn(f.Name, f.Type, s.Pos)
	}
	seen := map[string]bool{}
	for _, d := range s.Columns {
		i := b.rel.ColumnByName(d.Name)
		switch {
		case i < 0:
			fail(-1, sqlerr.UndefinedColumn, "column \"%s\" does not exist", d.Name)
		case seen[d.Name]:
			fail(-1, sqlerr.DuplicateColumn, "column \"%s\" specified more than once", d.Name)
		}
		seen[d.Name] = true
		x := columnClauses{b: b, col: b.rel.Columns[i], pos: d.Pos}
		for k := range d.Constraints {
			x.clause(&d.Constraints[k])
		}
	}
}

// typedOnly refuses commands that would take a typed table away from its type.
func typedOnly(rel *catalog.Relation, k ast.AlterKind) {
	if rel.OfType == 0 {
		return
	}
	switch k {
	case ast.AlterAddColumn:
		fail(-1, sqlerr.WrongObjectType, "cannot add column to typed table")
	case ast.AlterDropColumn:
		fail(-1, sqlerr.WrongObjectType, "cannot drop column from typed table")
	case ast.AlterColumnType:
		fail(-1, sqlerr.WrongObjectType, "cannot alter column type of typed table")
	}
}

// setOf is ALTER TABLE … OF: the columns have to be the type's.
func (r *run) setOf(rel *catalog.Relation, c *ast.AlterCommand) {
	u := r.compositeType(c.Type)
	fields := u.Type.Fields
	for i, f := range fields {
		if i >= len(rel.Columns) {
			fail(-1, sqlerr.DatatypeMismatch, "table is missing column \"%s\"", f.Name)
		}
		col := rel.Columns[i]
		if col.Name != f.Name {
			fail(-1, sqlerr.DatatypeMismatch, "table has column \"%s\" where type requires \"%s\"", col.Name, f.Name)
		}
		if col.Type.OID != f.Type.OID || col.Type.Mod != f.Type.Mod {
			fail(-1, sqlerr.DatatypeMismatch, "table \"%s\" has different type for column \"%s\"", rel.Name, col.Name)
		}
	}
	if len(rel.Columns) > len(fields) {
		fail(-1, sqlerr.DatatypeMismatch, "table has extra column \"%s\"", rel.Columns[len(fields)].Name)
	}
	next := rel.Clone()
	next.OfType = u.ID
	r.Catalog = r.Catalog.WithRelation(next)
}

func (r *run) notOf(rel *catalog.Relation) {
	if rel.OfType == 0 {
		fail(-1, sqlerr.WrongObjectType, "\"%s\" is not a typed table", rel.Name)
	}
	next := rel.Clone()
	next.OfType = 0
	r.Catalog = r.Catalog.WithRelation(next)
}

// typedTables are the tables of a composite type.
func (r *run) typedTables(u *catalog.UserType) []*catalog.Relation {
	var list []*catalog.Relation
	r.Catalog.Relations(func(rel *catalog.Relation) bool {
		if rel.OfType == u.ID {
			list = append(list, rel)
		}
		return true
	})
	return list
}

// changeTyped makes a change of a type in its tables as well, where CASCADE
// allows it.
func (r *run) changeTyped(u *catalog.UserType, cascade bool, change func(*catalog.Relation)) {
	tables := r.typedTables(u)
	if len(tables) > 0 && !cascade {
		throw(sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot alter type \"%s\" because it is the type of a typed table", u.Name).
			WithHint("Use ALTER ... CASCADE to alter the typed tables too."))
	}
	for _, t := range tables {
		change(r.Catalog.RelationByID(t.ID))
	}
}

// cluster is CLUSTER. Rows lie in the order of their key here, which no index
// changes; the index is remembered, as PostgreSQL does.
func (r *run) cluster(s *ast.Cluster) {
	if s.Table.Name == "" {
		return
	}
	f := r.look(s.Table)
	switch {
	case f.none():
		fail(s.Table.Pos, sqlerr.UndefinedTable, "relation \"%s\" does not exist", dotted(s.Table))
	case f.rel == nil || f.rel.Kind != catalog.Table && f.rel.Kind != catalog.MaterializedView:
		fail(-1, sqlerr.WrongObjectType, "\"%s\" is not a table or materialized view", s.Table.Name)
	}
	if s.Index == "" {
		if f.rel.Clustered == 0 || f.rel.IndexByID(f.rel.Clustered) == nil {
			fail(-1, sqlerr.UndefinedObject, "there is no previously clustered index for table \"%s\"", f.rel.Name)
		}
		return
	}
	r.clusterOn(f.rel, s.Index)
}

func (r *run) clusterOn(rel *catalog.Relation, name string) {
	i := slices.IndexFunc(rel.Indexes, func(ix *catalog.Index) bool { return ix.Name == name })
	if i < 0 {
		if f := r.look(ast.QualifiedName{Schema: rel.Schema, Name: name}); !f.none() {
			fail(-1, sqlerr.WrongObjectType, "\"%s\" is not an index for table \"%s\"", name, rel.Name)
		}
		fail(-1, sqlerr.UndefinedObject, "index \"%s\" for table \"%s\" does not exist", name, rel.Name)
	}
	ix := rel.Indexes[i]
	switch {
	case ix.Method == "hash":
		unsupported(-1, "cannot cluster on index \"%s\" because access method does not support clustering", name)
	case ix.Where != "":
		unsupported(-1, "cannot cluster on partial index \"%s\"", name)
	}
	r.setClustered(rel, ix.ID)
}

func (r *run) setClustered(rel *catalog.Relation, id catalog.ID) {
	if rel.Clustered == id {
		return
	}
	next := rel.Clone()
	next.Clustered = id
	r.Catalog = r.Catalog.WithRelation(next)
}
