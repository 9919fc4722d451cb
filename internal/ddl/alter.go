package ddl

import (
	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
)

func (e *Env) alterTable(s *ast.AlterTable) error {
	if s.IfExists && e.Catalog.Relation(e.SearchPath, s.Name.Schema, s.Name.Name) == nil {
		return nil
	}
	r, err := e.relation(s.Name, storage.TableExclusive)
	if err != nil {
		return err
	}
	for i := range s.Commands {
		c := &s.Commands[i]
		r = e.Catalog.RelationByID(r.ID).Copy()
		r.Version++
		if err := e.alter(r, c); err != nil {
			return err
		}
	}
	return nil
}

func (e *Env) alter(r *catalog.Relation, c *ast.AlterCommand) error {
	switch c.Kind {
	case ast.AlterAddColumn:
		return e.addColumn(r, c)
	case ast.AlterDropColumn:
		return e.dropColumn(r, c)
	case ast.AlterSetDefault, ast.AlterDropDefault, ast.AlterSetNotNull, ast.AlterDropNotNull:
		return e.alterColumn(r, c)
	case ast.AlterAddConstraint:
		return e.addConstraint(r, c)
	case ast.AlterDropConstraint:
		return e.dropConstraint(r, c)
	case ast.AlterOwner, ast.AlterSetOptions, ast.AlterResetOptions:
		return nil
	}
	return sqlerr.New(sqlerr.FeatureNotSupported, "this form of ALTER TABLE is not supported yet").At(c.Pos)
}

func (e *Env) column(r *catalog.Relation, c *ast.AlterCommand) (int, error) {
	o := r.ColumnByName(c.Column)
	if o < 0 {
		return 0, sqlerr.New(sqlerr.UndefinedColumn, "column %q of relation %q does not exist", c.Column, r.Name).At(c.Pos)
	}
	n := *r.Columns[o]
	r.Columns[o] = &n
	return o, nil
}

// addColumn adds a column; rows that exist read its default as a constant, so
// that nothing is written again.
func (e *Env) addColumn(r *catalog.Relation, c *ast.AlterCommand) error {
	if r.ColumnByName(c.Def.Name) >= 0 {
		if c.IfNotExists {
			return nil
		}
		return sqlerr.New(sqlerr.DuplicateColumn, "column %q of relation %q already exists", c.Def.Name, r.Name).At(c.Def.Pos)
	}
	m := &maker{Env: e, rel: r}
	before := len(r.Indexes)
	if err := m.addColumn(c.Def); err != nil {
		return err
	}
	if len(r.Indexes) > before && r.Primary != nil && r.Indexes[0] == r.Primary && e.Catalog.RelationByID(r.ID).Primary == nil || len(m.seqs) > 0 {
		return sqlerr.New(sqlerr.FeatureNotSupported, "a column that numbers the rows that exist cannot be added yet").At(c.Pos)
	}
	col := r.Columns[len(r.Columns)-1]
	if col.Generated != "" {
		return sqlerr.New(sqlerr.FeatureNotSupported, "a generated column cannot be added yet").At(c.Pos)
	}
	if col.Default != "" {
		v, err := e.constant(col)
		if err != nil {
			return err
		}
		if !v.IsNull() {
			col.Missing = &v
		}
	}
	if col.NotNull && col.Missing == nil && e.Tx.Rows(storage.TreeID(r.ID)) > 0 {
		return sqlerr.New(sqlerr.NotNullViolation, "column %q of relation %q contains null values", col.Name, r.Name).
			WithTable(r.Schema, r.Name).WithColumn(col.Name)
	}
	r.Layouts++
	for _, p := range m.pending {
		if err := e.addCheck(r, p.c, p.column); err != nil {
			return err
		}
	}
	e.Catalog = e.Catalog.WithRelation(r)
	if err := e.Tx.AlterTree(storage.TreeID(r.ID), table.Of(r).Layout()); err != nil {
		return err
	}
	if err := e.buildIndexes(r, r.Indexes[before:]...); err != nil {
		return err
	}
	for _, f := range m.foreign {
		if err := e.addForeign(r.ID, f); err != nil {
			return err
		}
	}
	return nil
}

// constant evaluates a default for the rows that exist.
func (e *Env) constant(col *catalog.Column) (types.Value, error) {
	o := e.Binder(e.Catalog)
	x, err := o.ParseExpr(col.Default)
	if err != nil {
		return types.Null, err
	}
	b, err := binder.BindExpr(o, nil, nil, x, col.Type)
	if err != nil {
		return types.Null, err
	}
	if expr.VolatilityOf(b) == expr.Volatile {
		return types.Null, sqlerr.New(sqlerr.FeatureNotSupported, "a column with a volatile default cannot be added yet").
			WithHint("Add the column without the default, UPDATE the rows, then SET DEFAULT.")
	}
	run, err := (&expr.Compiler{}).Scalar(b)
	if err != nil {
		return types.Null, err
	}
	return run(e.Expr, nil)
}

func (e *Env) dropColumn(r *catalog.Relation, c *ast.AlterCommand) error {
	o := r.ColumnByName(c.Column)
	if o < 0 {
		if c.IfExists {
			return nil
		}
		return sqlerr.New(sqlerr.UndefinedColumn, "column %q of relation %q does not exist", c.Column, r.Name).At(c.Pos)
	}
	col := r.Columns[o]
	if views := e.viewsOn(e.Catalog.RelationByID(r.ID)); len(views) > 0 {
		return sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop column %s of table %s because other objects depend on it", col.Name, r.Name).
			WithHint("Drop the view %s first.", views[0].Name)
	}
	if r.Primary != nil && hasPart(r.Primary, col.ID) {
		return sqlerr.New(sqlerr.FeatureNotSupported, "a column of the primary key cannot be dropped yet").At(c.Pos)
	}
	var gone []*catalog.Index
	var kept []*catalog.Index
	for _, ix := range r.Indexes {
		if hasPart(ix, col.ID) || mentions(e, ix.Where, col.Name) {
			gone = append(gone, ix)
		} else {
			kept = append(kept, ix)
		}
	}
	r.Indexes = kept
	var checks []*catalog.Check
	for _, ck := range r.Checks {
		if !mentions(e, ck.Expr, col.Name) {
			checks = append(checks, ck)
		}
	}
	r.Checks = checks
	for _, fk := range e.Catalog.RelationByID(r.ID).Foreign {
		for _, id := range fk.Columns {
			if id == col.ID {
				e.removeForeign(r.ID, fk.ID)
			}
		}
	}
	r.Foreign = e.Catalog.RelationByID(r.ID).Foreign
	r.Columns = append(append([]*catalog.Column(nil), r.Columns[:o]...), r.Columns[o+1:]...)
	r.Layouts++
	e.Catalog = e.Catalog.WithRelation(r)
	for _, ix := range gone {
		if err := e.Tx.DropTree(storage.TreeID(ix.ID)); err != nil {
			return err
		}
	}
	return e.Tx.AlterTree(storage.TreeID(r.ID), table.Of(r).Layout())
}

func hasPart(ix *catalog.Index, id uint16) bool {
	for _, p := range ix.Parts {
		if p.Column == id {
			return true
		}
	}
	for _, i := range ix.Include {
		if i == id {
			return true
		}
	}
	return false
}

// mentions reports whether stored text refers to a column.
func mentions(e *Env, text, column string) bool {
	if text == "" {
		return false
	}
	x, err := e.Binder(e.Catalog).ParseExpr(text)
	if err != nil {
		return false
	}
	found := false
	ast.Walk(x, func(n ast.Node) bool {
		if c, ok := n.(*ast.ColumnRef); ok && len(c.Parts) > 0 && c.Parts[len(c.Parts)-1].Text == column {
			found = true
		}
		return !found
	})
	return found
}

func (e *Env) alterColumn(r *catalog.Relation, c *ast.AlterCommand) error {
	o, err := e.column(r, c)
	if err != nil {
		return err
	}
	col := r.Columns[o]
	switch c.Kind {
	case ast.AlterSetDefault:
		if err := (&maker{Env: e, rel: r}).setDefault(col, c.Expr); err != nil {
			return err
		}
	case ast.AlterDropDefault:
		col.Default = ""
	case ast.AlterSetNotNull:
		b := &builder{Env: e, rel: e.Catalog.RelationByID(r.ID)}
		err := b.eachRow(func(row []types.Value, _ int64) error {
			if row[o].IsNull() {
				return sqlerr.New(sqlerr.NotNullViolation, "column %q of relation %q contains null values", col.Name, r.Name).
					WithTable(r.Schema, r.Name).WithColumn(col.Name)
			}
			return nil
		})
		if err != nil {
			return err
		}
		col.NotNull = true
	case ast.AlterDropNotNull:
		if r.Primary != nil && hasPart(r.Primary, col.ID) {
			return sqlerr.New(sqlerr.InvalidTableDefinition, "column %q is in a primary key", col.Name).At(c.Pos)
		}
		col.NotNull = false
	}
	e.Catalog = e.Catalog.WithRelation(r)
	return nil
}

func (e *Env) addConstraint(r *catalog.Relation, c *ast.AlterCommand) error {
	k := c.Constraint
	switch k.Kind {
	case ast.ConstraintCheck:
		if err := e.addCheck(r, k, ""); err != nil {
			return err
		}
		e.Catalog = e.Catalog.WithRelation(r)
		if k.NotValid {
			return nil
		}
		return e.validateCheck(r, r.Checks[len(r.Checks)-1])
	case ast.ConstraintUnique:
		m := &maker{Env: e, rel: r}
		if err := m.key(k, ""); err != nil {
			return err
		}
		e.Catalog = e.Catalog.WithRelation(r)
		return e.buildIndexes(r, r.Indexes[len(r.Indexes)-1])
	case ast.ConstraintForeignKey:
		if e.Tx.Rows(storage.TreeID(r.ID)) > 0 && !k.NotValid {
			return sqlerr.New(sqlerr.FeatureNotSupported, "a foreign key cannot be added to a table with rows yet").At(c.Pos).
				WithHint("Declare it in CREATE TABLE, or add it NOT VALID.")
		}
		return e.addForeign(r.ID, k)
	}
	return sqlerr.New(sqlerr.FeatureNotSupported, "this constraint cannot be added yet").At(c.Pos)
}

func (e *Env) validateCheck(r *catalog.Relation, ck *catalog.Check) error {
	o := e.Binder(e.Catalog)
	x, err := o.ParseExpr(ck.Expr)
	if err != nil {
		return err
	}
	b, err := binder.BindExpr(o, r, nil, x, types.Bool)
	if err != nil {
		return err
	}
	run, err := (&expr.Compiler{Slot: func(id expr.ColumnID) int { return int(id) - 1 }}).Scalar(b)
	if err != nil {
		return err
	}
	return (&builder{Env: e, rel: r}).eachRow(func(row []types.Value, _ int64) error {
		v, err := run(e.Expr, row)
		if err == nil && !v.IsNull() && !v.Bool() {
			err = sqlerr.New(sqlerr.CheckViolation, "check constraint %q of relation %q is violated by some row", ck.Name, r.Name).
				WithTable(r.Schema, r.Name).WithConstraint(ck.Name)
		}
		return err
	})
}

func (e *Env) dropConstraint(r *catalog.Relation, c *ast.AlterCommand) error {
	for i, ck := range r.Checks {
		if ck.Name == c.Target {
			r.Checks = append(append([]*catalog.Check(nil), r.Checks[:i]...), r.Checks[i+1:]...)
			e.Catalog = e.Catalog.WithRelation(r)
			return nil
		}
	}
	for _, fk := range r.Foreign {
		if fk.Name == c.Target {
			e.removeForeign(r.ID, fk.ID)
			return nil
		}
	}
	for _, ix := range r.Indexes {
		if ix.Name != c.Target || !ix.Constraint {
			continue
		}
		if ix.Primary {
			return sqlerr.New(sqlerr.FeatureNotSupported, "a primary key cannot be dropped yet").At(c.Pos)
		}
		return e.removeIndex(r, ix)
	}
	if c.IfExists {
		return nil
	}
	return sqlerr.New(sqlerr.UndefinedObject, "constraint %q of relation %q does not exist", c.Target, r.Name).At(c.Pos)
}

// rename renames a table, an index, a column or a constraint.
func (e *Env) rename(s *ast.Rename) error {
	r := e.Catalog.Relation(e.SearchPath, s.Object.Schema, s.Object.Name)
	if s.Kind == ast.ObjectIndex {
		ix, owner := e.Catalog.Index(e.SearchPath, s.Object.Schema, s.Object.Name)
		if ix == nil {
			return sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", s.Object.Name).At(s.Object.Pos)
		}
		n := owner.Copy()
		for i, x := range n.Indexes {
			if x == ix {
				c := *ix
				c.Name = s.NewName
				n.Indexes[i] = &c
				if n.Primary == ix {
					n.Primary = &c
				}
			}
		}
		e.Catalog = e.Catalog.WithRelation(n)
		return nil
	}
	if r == nil {
		if s.IfExists {
			return nil
		}
		return sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", s.Object.Name).At(s.Object.Pos)
	}
	if views := e.viewsOn(r); len(views) > 0 {
		return sqlerr.New(sqlerr.FeatureNotSupported, "what view %s reads cannot be renamed yet", views[0].Name).At(s.Pos)
	}
	if r.Kind == catalog.Table {
		if err := e.Tx.LockTable(e.Ctx, storage.TreeID(r.ID), storage.TableExclusive, storage.Wait); err != nil {
			return err
		}
	}
	n := r.Copy()
	switch s.Kind {
	case ast.ObjectTable, ast.ObjectView:
		if e.Catalog.Taken(r.Schema, s.NewName) {
			return sqlerr.New(sqlerr.DuplicateTable, "relation %q already exists", s.NewName).At(s.Pos)
		}
		n.Name = s.NewName
	case ast.ObjectColumn:
		return e.renameColumn(n, s)
	default:
		return sqlerr.New(sqlerr.FeatureNotSupported, "this cannot be renamed yet").At(s.Pos)
	}
	e.Catalog = e.Catalog.WithRelation(n)
	return nil
}

// renameColumn gives a column another name, in the stored expressions of its
// relation too.
func (e *Env) renameColumn(r *catalog.Relation, s *ast.Rename) error {
	o := r.ColumnByName(s.Sub)
	if o < 0 {
		return sqlerr.New(sqlerr.UndefinedColumn, "column %q does not exist", s.Sub).At(s.Pos)
	}
	if r.ColumnByName(s.NewName) >= 0 {
		return sqlerr.New(sqlerr.DuplicateColumn, "column %q of relation %q already exists", s.NewName, r.Name).At(s.Pos)
	}
	col := *r.Columns[o]
	col.Name = s.NewName
	r.Columns[o] = &col
	parse := e.Binder(e.Catalog).ParseExpr
	for i, ck := range r.Checks {
		c := *ck
		c.Expr = renameIn(parse, c.Expr, s.Sub, s.NewName)
		r.Checks[i] = &c
	}
	for i, c := range r.Columns {
		if c.Generated != "" {
			n := *c
			n.Generated = renameIn(parse, n.Generated, s.Sub, s.NewName)
			r.Columns[i] = &n
		}
	}
	for i, ix := range r.Indexes {
		n := *ix
		n.Where = renameIn(parse, n.Where, s.Sub, s.NewName)
		n.Parts = append([]catalog.IndexPart(nil), ix.Parts...)
		for k := range n.Parts {
			n.Parts[k].Expr = renameIn(parse, n.Parts[k].Expr, s.Sub, s.NewName)
		}
		if r.Primary == ix {
			r.Primary = &n
		}
		r.Indexes[i] = &n
	}
	e.Catalog = e.Catalog.WithRelation(r)
	return nil
}

func renameIn(parse func(string) (ast.Expr, error), text, old, name string) string {
	if text == "" {
		return text
	}
	x, err := parse(text)
	if err != nil {
		return text // it was written by ast.Format: not reached
	}
	ast.Walk(x, func(n ast.Node) bool {
		if c, ok := n.(*ast.ColumnRef); ok && len(c.Parts) > 0 && c.Parts[len(c.Parts)-1].Text == old {
			c.Parts[len(c.Parts)-1].Text = name
		}
		return true
	})
	return ast.Format(x)
}
