package ddl

import (
	"slices"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// localConstraints adds checks, then the primary key, then unique keys; foreign
// keys wait until the table is in the catalog.
func (b *builder) localConstraints() {
	for _, c := range b.constraints {
		switch c.Kind {
		case ast.ConstraintExclude:
			unsupported(c.Pos, "exclusion constraints are not supported")
		case ast.ConstraintCheck:
			b.check(c)
		}
	}
	for _, c := range b.constraints {
		if c.Kind == ast.ConstraintPrimaryKey {
			b.primaryKey(c)
		}
	}
	for _, c := range b.constraints {
		if c.Kind == ast.ConstraintUnique {
			b.uniqueKey(c)
		}
	}
	b.autoincrement()
}

// check adds a CHECK constraint to the descriptor.
func (b *builder) check(c tableConstraint) *catalog.Check {
	b.condition(b.rel, c.Expr, inCheck, "CHECK")
	ck := &catalog.Check{Name: c.Name, Expr: b.canonical(b.rel, c.Expr), NoInherit: c.NoInherit}
	if ck.Name == "" {
		column := ""
		if ids := namedColumns(b.rel, c.Expr); len(ids) == 1 {
			column = b.rel.ColumnByID(ids[0]).Name
		}
		ck.Name = chooseName(b.constraintTaken, b.rel.Name, column, "check")
	} else if b.rel.ConstraintTaken(ck.Name) {
		if b.created {
			fail(-1, sqlerr.DuplicateObject, "check constraint \"%s\" already exists", ck.Name)
		}
		b.duplicateConstraint(ck.Name)
	}
	b.rel.Checks = append(b.rel.Checks, ck)
	return ck
}

func (b *builder) duplicateConstraint(name string) {
	fail(-1, sqlerr.DuplicateObject, "constraint \"%s\" for relation \"%s\" already exists", name, b.rel.Name)
}

// primaryKey adds the primary key. A new table is clustered by it.
func (b *builder) primaryKey(c tableConstraint) *catalog.Index {
	if primaryOf(b.rel) != nil {
		fail(c.Pos, sqlerr.InvalidTableDefinition, "multiple primary keys for table \"%s\" are not allowed", b.rel.Name)
	}
	ix := b.key(c, "primary key")
	ix.Primary, ix.NullsNotDistinct = true, false
	if ix.Name == "" {
		ix.Name = chooseName(b.taken, b.rel.Name, "", "pkey")
	}
	b.names[ix.Name] = true
	for _, p := range ix.Parts {
		col := b.rel.ColumnByID(p.Column)
		if !col.NotNull {
			b.replaceColumn(col, func(n *catalog.Column) { n.NotNull = true })
		}
	}
	b.rel.Indexes = append([]*catalog.Index{ix}, b.rel.Indexes...)
	if b.created {
		fillsItself := integerKeyOf(b.rel, ix)
		cluster(b.rel, ix, fillsItself != nil && (isInteger(fillsItself.Type) || b.auto == fillsItself.ID))
	}
	return ix
}

// replaceColumn changes a column's descriptor; one that others may have seen is
// copied.
func (b *builder) replaceColumn(col *catalog.Column, f func(*catalog.Column)) {
	if b.created {
		f(col)
		return
	}
	n := *col
	f(&n)
	b.rel.Columns[b.rel.Ordinal(col.ID)] = &n
}

// primaryOf returns the primary key, clustering or not.
func primaryOf(rel *catalog.Relation) *catalog.Index {
	for _, ix := range rel.Indexes {
		if ix.Primary {
			return ix
		}
	}
	return nil
}

// cluster makes a primary key the order of the relation: one integer column is
// the row's key itself. With auto it fills itself, unless something else does.
// A deferrable key orders nothing: rows may share it for a while.
func cluster(rel *catalog.Relation, ix *catalog.Index, auto bool) {
	if ix.Deferrable {
		return
	}
	rel.Primary = ix
	rel.RowIDKey, rel.KeyColumn = false, 0
	col := integerKeyOf(rel, ix)
	if col == nil {
		return
	}
	rel.RowIDKey, rel.KeyColumn = true, col.ID
	if auto && col.Default == "" && col.Sequence == 0 && col.Generated == "" {
		n := *col
		n.AutoKey = true
		rel.Columns[rel.Ordinal(col.ID)] = &n
	}
}

// integerKeyOf returns the column that alone is the key and an integer, or nil.
func integerKeyOf(rel *catalog.Relation, ix *catalog.Index) *catalog.Column {
	if len(ix.Parts) != 1 {
		return nil
	}
	if col := rel.ColumnByID(ix.Parts[0].Column); integerKey(col.Type) {
		return col
	}
	return nil
}

// isInteger reports whether a type is INTEGER, of 64 bits and int4's name.
func isInteger(t *types.Type) bool { return t.Is(types.Integer) && t.Width == types.Integer.Width }

func integerKey(t *types.Type) bool {
	return t.Domain == nil && (t.Is(types.Int2) || t.Is(types.Int4) || t.Is(types.Int8))
}

// autoincrement gives a column that says AUTOINCREMENT, and is not the key that
// fills itself, a sequence.
func (b *builder) autoincrement() {
	if b.auto == 0 {
		return
	}
	if col := b.rel.ColumnByID(b.auto); !col.AutoKey && col.Sequence == 0 {
		b.identity(col, &ast.Constraint{})
	}
}

// uniqueKey adds a UNIQUE constraint; nil where an equal one is there.
func (b *builder) uniqueKey(c tableConstraint) *catalog.Index {
	ix := b.key(c, "unique")
	if ix.Name == "" && b.created {
		for _, old := range b.rel.Indexes {
			if sameKey(old, ix) {
				return nil
			}
		}
	}
	if ix.Name == "" {
		names := partNames(b.rel, ix)
		ix.Name = chooseName(b.taken, b.rel.Name, strings.Join(names, "_"), "key")
	}
	b.names[ix.Name] = true
	b.rel.Indexes = append(b.rel.Indexes, ix)
	return ix
}

func sameKey(a, b *catalog.Index) bool {
	return a.Constraint && slices.Equal(a.Include, b.Include) && a.Deferrable == b.Deferrable &&
		(a.Primary || a.NullsNotDistinct == b.NullsNotDistinct) &&
		slices.EqualFunc(a.Parts, b.Parts, func(p, q catalog.IndexPart) bool { return p.Column == q.Column && p.Column != 0 })
}

// partNames are the names that an automatic index name is made of.
func partNames(rel *catalog.Relation, ix *catalog.Index) []string {
	var names []string
	for _, p := range ix.Parts {
		names = append(names, rel.ColumnByID(p.Column).Name)
	}
	for _, id := range ix.Include {
		names = append(names, rel.ColumnByID(id).Name)
	}
	return names
}

// key makes the index of a PRIMARY KEY or UNIQUE constraint.
func (b *builder) key(c tableConstraint, what string) *catalog.Index {
	ix := &catalog.Index{Name: c.Name, Method: "btree", Unique: true, Constraint: true,
		NullsNotDistinct: c.NullsNotDistinct, Deferrable: c.Deferrable || c.InitiallyDeferred, Deferred: c.InitiallyDeferred}
	if ix.Name != "" {
		if b.rel.ConstraintTaken(ix.Name) {
			b.duplicateConstraint(ix.Name)
		}
		if b.taken(ix.Name) {
			fail(-1, sqlerr.DuplicateTable, "relation \"%s\" already exists", ix.Name)
		}
	}
	seen := map[string]bool{}
	for _, n := range c.columns {
		col := b.keyColumn(n)
		if seen[n.Text] {
			fail(n.Pos, sqlerr.DuplicateColumn, "column \"%s\" appears twice in %s constraint", n.Text, what)
		}
		seen[n.Text] = true
		comparable(col.Type, "btree")
		ix.Parts = append(ix.Parts, catalog.IndexPart{Column: col.ID, Type: col.Type})
	}
	for _, n := range c.Include {
		ix.Include = append(ix.Include, b.keyColumn(n).ID)
	}
	if len(ix.Parts) > maxKeyColumns {
		fail(-1, sqlerr.TooManyColumns, "cannot use more than %d columns in an index", maxKeyColumns)
	}
	ix.ID = b.newID()
	return ix
}

// maxKeyColumns is PostgreSQL's limit.
const maxKeyColumns = 32

func (b *builder) keyColumn(n ast.Name) *catalog.Column {
	i := b.rel.ColumnByName(n.Text)
	if i < 0 {
		fail(n.Pos, sqlerr.UndefinedColumn, "column \"%s\" named in key does not exist", n.Text)
	}
	return b.rel.Columns[i]
}

// comparable refuses types without an order.
func comparable(t *types.Type, method string) {
	if !types.Comparable(t) {
		throw(sqlerr.New(sqlerr.UndefinedObject, "data type %s has no default operator class for access method \"%s\"", types.FormatName(t), method).
			WithHint("You must specify an operator class for the index or define a default operator class for the data type."))
	}
}

// foreignKeys adds the foreign keys of a new table, which is in the catalog.
func (b *builder) foreignKeys() {
	for _, c := range b.constraints {
		if c.Kind == ast.ConstraintForeignKey {
			b.foreignKey(c, false)
		}
	}
	b.constraints = nil
}

// foreignKey adds a foreign key to b.rel and registers it with its parent; both
// are replaced in the catalog. validate checks the rows that are there.
func (b *builder) foreignKey(c tableConstraint, validate bool) {
	child := b.Catalog.RelationByID(b.rel.ID).Clone()
	b.rel = child
	parent := b.parent(c.Ref, child)
	k := &catalog.ForeignKey{Name: c.Name, Parent: parent.ID, MatchFull: c.Ref.Match == ast.MatchFull,
		Deferrable: c.Deferrable || c.InitiallyDeferred, Deferred: c.InitiallyDeferred, NotValid: c.NotValid,
		OnDelete: actions[c.Ref.OnDelete], OnUpdate: actions[c.Ref.OnUpdate]}
	if c.Ref.Match == ast.MatchPartial {
		unsupported(c.Pos, "MATCH PARTIAL not yet implemented")
	}
	names := make([]string, len(c.columns))
	for i, n := range c.columns {
		names[i] = n.Text
		k.Columns = append(k.Columns, foreignColumn(child, n).ID)
	}
	for _, n := range c.Ref.OnDeleteColumns {
		id := foreignColumn(child, n).ID
		if !slices.Contains(k.Columns, id) {
			fail(-1, sqlerr.InvalidColumnReference, "column \"%s\" referenced in ON DELETE SET action must be part of foreign key", n.Text)
		}
		k.SetColumns = append(k.SetColumns, id)
	}
	parentKey(k, c.Ref, parent)
	if k.Name == "" {
		k.Name = chooseName(b.constraintTaken, child.Name, strings.Join(names, "_"), "fkey")
	} else if child.ConstraintTaken(k.Name) {
		b.duplicateConstraint(k.Name)
	}
	comparableKeys(child, parent, k)
	generatedActions(child, k)
	k.ID = b.newID()
	child.Foreign = append(child.Foreign, k)
	b.Catalog = b.Catalog.WithRelation(child)
	if p := b.Catalog.RelationByID(parent.ID); !slices.Contains(p.Referers, child.ID) {
		p = p.Clone()
		p.Referers = append(p.Referers, child.ID)
		b.Catalog = b.Catalog.WithRelation(p)
	}
	b.rel = b.Catalog.RelationByID(child.ID)
	if validate && !c.NotValid {
		b.validateForeign(b.rel, k)
	}
}

var actions = map[ast.FKAction]catalog.Action{
	ast.FKNoAction: catalog.NoAction, ast.FKRestrict: catalog.Restrict, ast.FKCascade: catalog.Cascade,
	ast.FKSetNull: catalog.SetNull, ast.FKSetDefault: catalog.SetDefault,
}

func foreignColumn(rel *catalog.Relation, n ast.Name) *catalog.Column {
	i := rel.ColumnByName(n.Text)
	if i < 0 {
		fail(-1, sqlerr.UndefinedColumn, "column \"%s\" referenced in foreign key constraint does not exist", n.Text)
	}
	return rel.Columns[i]
}

// parent finds and locks the table that a foreign key refers to.
func (b *builder) parent(ref *ast.Reference, child *catalog.Relation) *catalog.Relation {
	f := b.look(ref.Table)
	if f.none() {
		fail(ref.Table.Pos, sqlerr.UndefinedTable, "relation \"%s\" does not exist", dotted(ref.Table))
	}
	if f.rel == nil || f.rel.Kind != catalog.Table {
		fail(-1, sqlerr.WrongObjectType, "referenced relation \"%s\" is not a table", ref.Table.Name)
	}
	if f.rel.Temp != child.Temp {
		if child.Temp {
			fail(-1, sqlerr.InvalidTableDefinition, "constraints on temporary tables may reference only temporary tables")
		}
		fail(-1, sqlerr.InvalidTableDefinition, "constraints on permanent tables may reference only permanent tables")
	}
	if f.rel.ID != child.ID {
		b.lockParent(f.rel)
	}
	return f.rel
}

// parentKey finds the unique key of the parent that the foreign key names.
func parentKey(k *catalog.ForeignKey, ref *ast.Reference, parent *catalog.Relation) {
	if len(ref.Columns) == 0 {
		ix := primaryOf(parent)
		if ix == nil {
			fail(-1, sqlerr.UndefinedObject, "there is no primary key for referenced table \"%s\"", parent.Name)
		}
		for _, p := range ix.Parts {
			k.ParentColumns = append(k.ParentColumns, p.Column)
		}
		k.ParentIndex = ix.ID
	}
	for _, n := range ref.Columns {
		k.ParentColumns = append(k.ParentColumns, foreignColumn(parent, n).ID)
	}
	if len(k.Columns) != len(k.ParentColumns) {
		fail(-1, sqlerr.InvalidForeignKey, "number of referencing and referenced columns for foreign key disagree")
	}
	if len(ref.Columns) > 0 {
		k.ParentIndex = matchingKey(parent, k.ParentColumns)
	}
	if ix := parent.IndexByID(k.ParentIndex); ix.Deferrable {
		fail(-1, sqlerr.ObjectNotInPrerequisiteState, "cannot use a deferrable %s for referenced table \"%s\"",
			map[bool]string{true: "primary key", false: "unique constraint"}[len(ref.Columns) == 0], parent.Name)
	}
}

// matchingKey returns the unique index over exactly these columns.
func matchingKey(parent *catalog.Relation, ids []uint16) catalog.ID {
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			fail(-1, sqlerr.InvalidForeignKey, "foreign key referenced-columns list must not contain duplicates")
		}
	}
	var late catalog.ID
	for _, ix := range parent.Indexes {
		if !ix.Unique || ix.Where != "" || len(ix.Parts) != len(ids) {
			continue
		}
		match := true
		for _, p := range ix.Parts {
			match = match && p.Column != 0 && slices.Contains(ids, p.Column)
		}
		if match && !ix.Deferrable {
			return ix.ID
		}
		if match {
			late = ix.ID
		}
	}
	if late == 0 {
		fail(-1, sqlerr.InvalidForeignKey, "there is no unique constraint matching given keys for referenced table \"%s\"", parent.Name)
	}
	return late
}

// comparableKeys checks that child and parent columns can be compared.
func comparableKeys(child, parent *catalog.Relation, k *catalog.ForeignKey) {
	for i := range k.Columns {
		c, p := child.ColumnByID(k.Columns[i]), parent.ColumnByID(k.ParentColumns[i])
		from, to := expr.BaseType(c.Type), expr.BaseType(p.Type)
		if from.Is(to) || types.IsCoercible(from, to, types.Implicit) || types.IsCoercible(to, from, types.Implicit) {
			continue
		}
		throw(sqlerr.New(sqlerr.DatatypeMismatch, "foreign key constraint \"%s\" cannot be implemented", k.Name).
			WithDetail("Key columns \"%s\" and \"%s\" are of incompatible types: %s and %s.",
				c.Name, p.Name, types.FormatName(c.Type), types.FormatName(p.Type)))
	}
}

// generatedActions refuses actions that would assign to generated columns.
func generatedActions(child *catalog.Relation, k *catalog.ForeignKey) {
	for _, id := range k.Columns {
		if child.ColumnByID(id).Generated == "" {
			continue
		}
		switch k.OnUpdate {
		case catalog.Cascade, catalog.SetNull, catalog.SetDefault:
			fail(-1, sqlerr.SyntaxError, "invalid %s action for foreign key constraint containing generated column", "ON UPDATE")
		}
		switch k.OnDelete {
		case catalog.SetNull, catalog.SetDefault:
			fail(-1, sqlerr.SyntaxError, "invalid %s action for foreign key constraint containing generated column", "ON DELETE")
		}
	}
}

// numbered makes a name distinct among those given by a number at its end.
func numbered(name string, taken map[string]bool) string {
	for i := 0; ; i++ {
		n := name
		if i > 0 {
			n += strconv.Itoa(i)
		}
		if !taken[n] {
			taken[n] = true
			return n
		}
	}
}
