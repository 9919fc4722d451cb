package ddl

import (
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

var actions = map[ast.FKAction]catalog.Action{
	ast.FKNoAction: catalog.NoAction, ast.FKRestrict: catalog.Restrict, ast.FKCascade: catalog.Cascade,
	ast.FKSetNull: catalog.SetNull, ast.FKSetDefault: catalog.SetDefault,
}

// addForeign adds a foreign key to a relation of the catalog, and the
// relation to the referers of the parent.
func (e *Env) addForeign(id catalog.ID, c *ast.Constraint) error {
	child := e.Catalog.RelationByID(id).Copy()
	parent := e.Catalog.Relation(e.SearchPath, c.Ref.Table.Schema, c.Ref.Table.Name)
	if parent == nil {
		return sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", c.Ref.Table.Name).At(c.Ref.Table.Pos)
	}
	if parent.Kind != catalog.Table {
		return sqlerr.New(sqlerr.WrongObjectType, "referenced relation %q is not a table", parent.Name).At(c.Ref.Table.Pos)
	}
	if c.Ref.Match == ast.MatchPartial {
		return sqlerr.New(sqlerr.FeatureNotSupported, "MATCH PARTIAL not yet implemented").At(c.Pos)
	}
	if parent.ID != child.ID {
		if err := e.Tx.LockTable(e.Ctx, storage.TreeID(parent.ID), storage.TableExclusive, storage.Wait); err != nil {
			return err
		}
	}
	fk := &catalog.ForeignKey{ID: e.allocate(), Name: c.Name, Parent: parent.ID, OnDelete: actions[c.Ref.OnDelete],
		OnUpdate: actions[c.Ref.OnUpdate], MatchFull: c.Ref.Match == ast.MatchFull,
		Deferrable: c.Deferrable || c.InitiallyDeferred, Deferred: c.InitiallyDeferred, NotValid: c.NotValid}
	var err error
	if fk.Columns, err = columnIDs(child, c.Columns, "foreign key constraint"); err != nil {
		return err
	}
	if fk.SetColumns, err = columnIDs(child, c.Ref.OnDeleteColumns, "foreign key constraint"); err != nil {
		return err
	}
	if err := parentKey(fk, child, parent, c); err != nil {
		return err
	}
	if fk.Name == "" {
		parts := []string{child.Name}
		for _, n := range c.Columns {
			parts = append(parts, n.Text)
		}
		fk.Name = catalog.ChooseName(child.ConstraintTaken, append(parts, "fkey")...)
	} else if child.ConstraintTaken(fk.Name) {
		return sqlerr.New(sqlerr.DuplicateObject, "constraint %q for relation %q already exists", fk.Name, child.Name).At(c.Pos)
	}
	child.Foreign = append(child.Foreign, fk)
	if parent.ID == child.ID {
		child.Referers = addID(child.Referers, child.ID)
		e.Catalog = e.Catalog.WithRelation(child)
		return nil
	}
	e.Catalog = e.Catalog.WithRelation(child)
	parent = parent.Copy()
	parent.Referers = addID(parent.Referers, child.ID)
	e.Catalog = e.Catalog.WithRelation(parent)
	return nil
}

func addID(ids []catalog.ID, id catalog.ID) []catalog.ID {
	for _, x := range ids {
		if x == id {
			return ids
		}
	}
	return append(ids, id)
}

func columnIDs(r *catalog.Relation, names []ast.Name, what string) ([]uint16, error) {
	var out []uint16
	for _, n := range names {
		o := r.ColumnByName(n.Text)
		if o < 0 {
			return nil, sqlerr.New(sqlerr.UndefinedColumn, "column %q referenced in %s does not exist", n.Text, what).At(n.Pos)
		}
		out = append(out, r.Columns[o].ID)
	}
	return out, nil
}

// parentKey finds the unique index of the parent that the key refers to, and
// puts the columns in the order of its parts.
func parentKey(fk *catalog.ForeignKey, child, parent *catalog.Relation, c *ast.Constraint) error {
	if len(c.Ref.Columns) == 0 {
		if parent.Primary == nil {
			return sqlerr.New(sqlerr.UndefinedObject, "there is no primary key for referenced table %q", parent.Name).At(c.Pos)
		}
		for _, p := range parent.Primary.Parts {
			fk.ParentColumns = append(fk.ParentColumns, p.Column)
		}
	} else {
		var err error
		if fk.ParentColumns, err = columnIDs(parent, c.Ref.Columns, "foreign key constraint"); err != nil {
			return err
		}
	}
	if len(fk.ParentColumns) != len(fk.Columns) {
		return sqlerr.New(sqlerr.InvalidForeignKey, "number of referencing and referenced columns for foreign key disagree").At(c.Pos)
	}
	for _, ix := range parent.Indexes {
		if !ix.Unique || ix.Where != "" || len(ix.Parts) != len(fk.ParentColumns) {
			continue
		}
		if order := matchParts(ix, fk.ParentColumns); order != nil {
			cols, parents := make([]uint16, len(order)), make([]uint16, len(order))
			for i, o := range order {
				cols[i], parents[i] = fk.Columns[o], fk.ParentColumns[o]
			}
			fk.Columns, fk.ParentColumns, fk.ParentIndex = cols, parents, ix.ID
			return compatible(fk, child, parent, c)
		}
	}
	return sqlerr.New(sqlerr.InvalidForeignKey, "there is no unique constraint matching given keys for referenced table %q", parent.Name).At(c.Pos)
}

// matchParts returns for each part of the index the place of its column in
// cols, or nil where they are not the same columns.
func matchParts(ix *catalog.Index, cols []uint16) []int {
	order := make([]int, 0, len(cols))
	for _, p := range ix.Parts {
		for i, id := range cols {
			if p.Column == id {
				order = append(order, i)
			}
		}
	}
	if len(order) != len(cols) {
		return nil
	}
	return order
}

// compatible makes sure that the columns can be compared by their keys.
func compatible(fk *catalog.ForeignKey, child, parent *catalog.Relation, c *ast.Constraint) error {
	for i := range fk.Columns {
		a, b := child.ColumnByID(fk.Columns[i]), parent.ColumnByID(fk.ParentColumns[i])
		if a.Type.Kind != b.Type.Kind {
			return sqlerr.New(sqlerr.DatatypeMismatch, "foreign key constraint %q cannot be implemented",
				nonEmpty(c.Name, child.Name+"_"+a.Name+"_fkey")).
				WithDetail("Key columns %q and %q are of incompatible types: %s and %s.", a.Name, b.Name,
					types.FormatType(a.Type), types.FormatType(b.Type)).At(c.Pos)
		}
	}
	return nil
}

func nonEmpty(a, b string) string {
	if strings.TrimSpace(a) != "" {
		return a
	}
	return b
}
