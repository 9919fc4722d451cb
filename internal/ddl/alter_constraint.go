package ddl

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

func (r *run) addConstraint(rel *catalog.Relation, c *ast.AlterCommand) catalog.ID {
	if c.Constraint.UsingIndex != "" {
		return r.promoteIndex(rel, c.Constraint)
	}
	return r.constrain(rel, tableConstraint{c.Constraint, c.Constraint.Columns})
}

// constrain adds a constraint to a table with rows and returns the id that the
// table has then.
func (r *run) constrain(rel *catalog.Relation, c tableConstraint) catalog.ID {
	b := r.newBuilder(rel.Clone())
	switch c.Kind {
	case ast.ConstraintCheck:
		ck := b.check(c)
		if ck.NotValid = c.NotValid; !c.NotValid {
			r.validateCheck(rel, ck)
		}
		r.Catalog = r.Catalog.WithRelation(b.rel)
	case ast.ConstraintForeignKey:
		b.foreignKey(c, true)
	case ast.ConstraintUnique:
		ix := b.uniqueKey(c)
		return r.addIndex(rel, ix).ID
	case ast.ConstraintPrimaryKey:
		return r.addPrimaryKey(rel, b, c)
	case ast.ConstraintExclude:
		unsupported(c.Pos, "exclusion constraints are not supported")
	default:
		unsupported(c.Pos, "this constraint cannot be added")
	}
	return rel.ID
}

// addPrimaryKey clusters the table by a new primary key.
func (r *run) addPrimaryKey(rel *catalog.Relation, b *builder, c tableConstraint) catalog.ID {
	ix := b.primaryKey(c)
	for _, p := range ix.Parts {
		if col := rel.ColumnByID(p.Column); !col.NotNull {
			r.validateNotNull(rel, col)
		}
	}
	cluster(b.rel, ix, b.auto != 0)
	return r.rebuild(rel, b.rel, func(row []types.Value, _ int64) []types.Value { return row }).ID
}

// promoteIndex is ADD CONSTRAINT ... USING INDEX.
func (r *run) promoteIndex(rel *catalog.Relation, c *ast.Constraint) catalog.ID {
	i := slices.IndexFunc(rel.Indexes, func(ix *catalog.Index) bool { return ix.Name == c.UsingIndex })
	if i < 0 {
		fail(c.Pos, sqlerr.UndefinedObject, "index \"%s\" does not exist", c.UsingIndex)
	}
	ix := *rel.Indexes[i]
	switch {
	case ix.Constraint:
		fail(c.Pos, sqlerr.ObjectNotInPrerequisiteState, "index \"%s\" is already associated with a constraint", ix.Name)
	case !ix.Unique:
		throw(sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a unique index", ix.Name).At(c.Pos).
			WithDetail("Cannot create a primary key or unique constraint using such an index."))
	case ix.Where != "":
		throw(sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is a partial index", ix.Name).At(c.Pos).
			WithDetail("Cannot create a primary key or unique constraint using such an index."))
	}
	for _, p := range ix.Parts {
		if p.Column == 0 {
			throw(sqlerr.New(sqlerr.WrongObjectType, "index \"%s\" contains expressions", ix.Name).At(c.Pos).
				WithDetail("Cannot create a primary key or unique constraint using such an index."))
		}
	}
	if c.Kind == ast.ConstraintPrimaryKey {
		var names []ast.Name
		for _, p := range ix.Parts {
			names = append(names, ast.Name{Text: rel.ColumnByID(p.Column).Name})
		}
		key := *c
		if key.UsingIndex = ""; key.Name == "" {
			key.Name = ix.Name
		}
		rel = r.withoutIndex(rel, ix.ID)
		return r.constrain(rel, tableConstraint{&key, names})
	}
	ix.Constraint, ix.Deferrable, ix.Deferred = true, c.Deferrable || c.InitiallyDeferred, c.InitiallyDeferred
	if c.Name != "" && c.Name != ix.Name {
		r.free(rel.Schema, c.Name, false)
		r.notice("ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index \"" + ix.Name + "\" to \"" + c.Name + "\"")
		ix.Name = c.Name
	}
	next := rel.Clone()
	next.Indexes[i] = &ix
	r.Catalog = r.Catalog.WithRelation(next)
	if ix.Deferrable { // its entries have another form
		r.lock(next, storage.TableExclusive)
		check(r.Tx.TruncateTree(storage.TreeID(ix.ID)))
		r.fillIndex(next, &ix)
	}
	return rel.ID
}

// noConstraint is the error for a constraint that is not there.
func noConstraint(rel *catalog.Relation, name string) {
	fail(-1, sqlerr.UndefinedObject, "constraint \"%s\" of relation \"%s\" does not exist", name, rel.Name)
}

func (r *run) dropConstraint(rel *catalog.Relation, c *ast.AlterCommand) catalog.ID {
	if !rel.ConstraintTaken(c.Target) {
		if !c.IfExists {
			noConstraint(rel, c.Target)
		}
		r.notice("constraint \"" + c.Target + "\" of relation \"" + rel.Name + "\" does not exist, skipping")
		return rel.ID
	}
	r.dropAll([]thing{{class: constraintThing, id: rel.ID, name: c.Target}}, c.Cascade)
	return r.current(rel.ID)
}

// constraintDependents lists the foreign keys that rely on a unique constraint.
func (r *run) constraintDependents(rel *catalog.Relation, name string) []dependent {
	for _, ix := range rel.Indexes {
		if ix.Constraint && ix.Name == name {
			return r.indexDependents(ix.ID)
		}
	}
	return nil
}

// removeConstraint takes a constraint of any kind away.
func (r *run) removeConstraint(rel *catalog.Relation, name string) {
	r.lock(rel, storage.TableExclusive)
	next := rel.Clone()
	if i := slices.IndexFunc(next.Checks, func(k *catalog.Check) bool { return k.Name == name }); i >= 0 {
		next.Checks = slices.Delete(next.Checks, i, i+1)
		r.Catalog = r.Catalog.WithRelation(next)
		return
	}
	if i := slices.IndexFunc(next.Foreign, func(k *catalog.ForeignKey) bool { return k.Name == name }); i >= 0 {
		k := next.Foreign[i]
		next.Foreign = slices.Delete(next.Foreign, i, i+1)
		r.Catalog = r.Catalog.WithRelation(next)
		if !slices.ContainsFunc(next.Foreign, func(o *catalog.ForeignKey) bool { return o.Parent == k.Parent }) {
			r.unrefer(k.Parent, rel.ID)
		}
		return
	}
	i := slices.IndexFunc(next.Indexes, func(ix *catalog.Index) bool { return ix.Constraint && ix.Name == name })
	if i < 0 {
		return
	}
	if ix := next.Indexes[i]; ix != rel.Primary {
		r.withoutIndex(rel, ix.ID)
		return
	}
	next.Indexes = slices.Delete(next.Indexes, i, i+1)
	next.Primary, next.RowIDKey, next.KeyColumn = nil, true, 0
	for o, c := range next.Columns {
		if c.AutoKey {
			n := *c
			n.AutoKey = false
			next.Columns[o] = &n
		}
	}
	r.rebuild(rel, next, func(row []types.Value, _ int64) []types.Value { return row })
}

// alterConstraint is ALTER CONSTRAINT ... DEFERRABLE.
func (r *run) alterConstraint(rel *catalog.Relation, c *ast.AlterCommand) {
	i := slices.IndexFunc(rel.Foreign, func(k *catalog.ForeignKey) bool { return k.Name == c.Target })
	if i < 0 {
		if !rel.ConstraintTaken(c.Target) {
			noConstraint(rel, c.Target)
		}
		fail(-1, sqlerr.WrongObjectType, "constraint \"%s\" of relation \"%s\" is not a foreign key constraint", c.Target, rel.Name)
	}
	k := *rel.Foreign[i]
	k.Deferrable, k.Deferred = c.Constraint.Deferrable || c.Constraint.InitiallyDeferred, c.Constraint.InitiallyDeferred
	next := rel.Clone()
	next.Foreign[i] = &k
	r.Catalog = r.Catalog.WithRelation(next)
}

// validateConstraint checks a constraint that was added NOT VALID.
func (r *run) validateConstraint(rel *catalog.Relation, c *ast.AlterCommand) {
	next := rel.Clone()
	if i := slices.IndexFunc(rel.Foreign, func(k *catalog.ForeignKey) bool { return k.Name == c.Target }); i >= 0 {
		k := *rel.Foreign[i]
		if k.NotValid {
			r.validateForeign(rel, &k)
		}
		k.NotValid = false
		next.Foreign[i] = &k
	} else if i := slices.IndexFunc(rel.Checks, func(k *catalog.Check) bool { return k.Name == c.Target }); i >= 0 {
		ck := *rel.Checks[i]
		if ck.NotValid {
			r.validateCheck(rel, &ck)
		}
		ck.NotValid = false
		next.Checks[i] = &ck
	} else if !rel.ConstraintTaken(c.Target) {
		noConstraint(rel, c.Target)
	} else {
		fail(-1, sqlerr.WrongObjectType, "constraint \"%s\" of relation \"%s\" is not a foreign key or check constraint", c.Target, rel.Name)
	}
	r.Catalog = r.Catalog.WithRelation(next)
}
