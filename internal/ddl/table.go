package ddl

import (
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
)

// maker builds the descriptor of a new table.
type maker struct {
	*Env
	rel     *catalog.Relation
	foreign []*ast.Constraint
	pending []pendingCheck
	seqs    []*catalog.Sequence
}

// pendingCheck is a CHECK that is bound once all columns are known.
type pendingCheck struct {
	c      *ast.Constraint
	column string
}

func (e *Env) createTable(s *ast.CreateTable) error {
	schema, err := e.schemaFor(s.Name, s.Temp)
	if err != nil {
		return err
	}
	if e.Catalog.Taken(schema, s.Name.Name) {
		if s.IfNotExists {
			e.Notice("relation \"" + s.Name.Name + "\" already exists, skipping")
			return nil
		}
		return sqlerr.New(sqlerr.DuplicateTable, "relation %q already exists", s.Name.Name).At(s.Name.Pos)
	}
	if len(s.Inherits) > 0 || len(s.Likes) > 0 {
		return sqlerr.New(sqlerr.FeatureNotSupported, "INHERITS and LIKE are not supported yet").At(s.Pos)
	}
	m := &maker{Env: e, rel: &catalog.Relation{ID: e.allocate(), Version: 1, Schema: schema, Name: s.Name.Name,
		Kind: catalog.Table, Temp: s.Temp, NextCol: 1, Layouts: 1}}
	for _, d := range s.Columns {
		if err := m.addColumn(d); err != nil {
			return err
		}
	}
	for _, c := range s.Constraints {
		if err := m.constraint(c, ""); err != nil {
			return err
		}
	}
	if s.TenantBy != "" {
		o := m.rel.ColumnByName(s.TenantBy)
		if o < 0 {
			return sqlerr.New(sqlerr.UndefinedColumn, "column %q named in TENANT BY does not exist", s.TenantBy).At(s.Pos)
		}
		m.rel.Tenant = m.rel.Columns[o].ID
	}
	return m.finish()
}

func (m *maker) addColumn(d *ast.ColumnDef) error {
	if m.rel.ColumnByName(d.Name) >= 0 {
		return sqlerr.New(sqlerr.DuplicateColumn, "column %q specified more than once", d.Name).At(d.Pos)
	}
	col := &catalog.Column{ID: m.rel.NextCol, Name: d.Name}
	m.rel.NextCol++
	if d.Type == nil {
		return sqlerr.New(sqlerr.SyntaxError, "column %q has no type", d.Name).At(d.Pos)
	}
	if d.Type.Encrypted {
		return sqlerr.New(sqlerr.FeatureNotSupported, "ENCRYPTED columns are not supported yet").At(d.Type.Pos)
	}
	serial := serialTypes[d.Type.Name.Name]
	if serial != nil && d.Type.Name.Schema == "" {
		col.Type, col.NotNull = serial, true
		m.ownSequence(col, nil)
	} else {
		t, err := binder.TypeOf(m.Binder(m.Catalog), d.Type)
		if err != nil {
			return err
		}
		col.Type = t
	}
	if d.Collation.Name != "" {
		col.Type = types.WithCollation(col.Type, collationName(d.Collation.Name))
	}
	m.rel.Columns = append(m.rel.Columns, col)
	for i := range d.Constraints {
		if err := m.constraint(&d.Constraints[i], d.Name); err != nil {
			return err
		}
	}
	return nil
}

var serialTypes = map[string]*types.Type{
	"serial": types.Int4, "serial4": types.Int4, "bigserial": types.Int8, "serial8": types.Int8,
	"smallserial": types.Int2, "serial2": types.Int2,
}

func collationName(n string) string {
	switch strings.ToLower(n) {
	case "c", "posix", "default", "binary", "ucs_basic":
		return ""
	}
	return n
}

// ownSequence makes the sequence behind a serial or identity column.
func (m *maker) ownSequence(col *catalog.Column, options []ast.SeqOption) error {
	q := &catalog.Sequence{ID: m.allocate(), Version: 1, Schema: m.rel.Schema, Type: col.Type, Temp: m.rel.Temp,
		OwnerRel: m.rel.ID, OwnerCol: col.ID}
	q.Name = catalog.ChooseName(taken(m.Catalog, m.rel.Schema), m.rel.Name, col.Name, "seq")
	if err := sequenceOptions(q, options); err != nil {
		return err
	}
	m.seqs = append(m.seqs, q)
	col.Sequence = q.ID
	if col.Identity == catalog.NoIdentity {
		col.Default = "nextval(" + ast.QuoteString(ast.QuoteIdent(q.Schema)+"."+ast.QuoteIdent(q.Name)) + ")"
	}
	return nil
}

// constraint adds a column or table constraint; column is "" for the latter.
func (m *maker) constraint(c *ast.Constraint, column string) error {
	var col *catalog.Column
	if column != "" {
		col = m.rel.Columns[m.rel.ColumnByName(column)]
	}
	switch c.Kind {
	case ast.ConstraintNotNull:
		col.NotNull = true
	case ast.ConstraintNull:
	case ast.ConstraintDefault:
		return m.setDefault(col, c.Expr)
	case ast.ConstraintCheck:
		m.pending = append(m.pending, pendingCheck{c, column})
	case ast.ConstraintGenerated:
		col.Generated = ast.Format(c.Expr)
	case ast.ConstraintIdentity:
		if c.Autoincrement {
			return nil
		}
		col.NotNull, col.Identity = true, catalog.IdentityByDefault
		if c.Always {
			col.Identity = catalog.IdentityAlways
		}
		return m.ownSequence(col, c.Sequence)
	case ast.ConstraintPrimaryKey, ast.ConstraintUnique:
		return m.key(c, column)
	case ast.ConstraintForeignKey:
		if column != "" && len(c.Columns) == 0 {
			k := *c
			k.Columns = []ast.Name{{Pos: c.Pos, Text: column}}
			c = &k
		}
		m.foreign = append(m.foreign, c)
	default:
		return sqlerr.New(sqlerr.FeatureNotSupported, "this kind of constraint is not supported yet").At(c.Pos)
	}
	return nil
}

// setDefault binds the expression to find its errors now, and keeps its text.
func (m *maker) setDefault(col *catalog.Column, x ast.Expr) error {
	o := m.Binder(m.Catalog)
	o.What = "DEFAULT expressions"
	if _, err := binder.BindExpr(o, nil, nil, x, col.Type); err != nil {
		return err
	}
	col.Default = ast.Format(x)
	return nil
}

// key adds a primary key or unique constraint.
func (m *maker) key(c *ast.Constraint, column string) error {
	names := c.Columns
	if column != "" {
		names = []ast.Name{{Pos: c.Pos, Text: column}}
	}
	ix := &catalog.Index{ID: m.allocate(), Name: c.Name, Method: "btree", Unique: true, Constraint: true,
		NullsNotDistinct: c.NullsNotDistinct, Deferrable: c.Deferrable, Deferred: c.InitiallyDeferred}
	parts := []string{m.rel.Name}
	for _, n := range names {
		o := m.rel.ColumnByName(n.Text)
		if o < 0 {
			return sqlerr.New(sqlerr.UndefinedColumn, "column %q named in key does not exist", n.Text).At(n.Pos)
		}
		col := m.rel.Columns[o]
		ix.Parts = append(ix.Parts, catalog.IndexPart{Column: col.ID, Type: col.Type})
		if c.Kind == ast.ConstraintPrimaryKey {
			col.NotNull = true
		} else {
			parts = append(parts, n.Text)
		}
	}
	suffix := "key"
	if c.Kind == ast.ConstraintPrimaryKey {
		if m.rel.Primary != nil {
			return sqlerr.New(sqlerr.InvalidTableDefinition, "multiple primary keys for table %q are not allowed", m.rel.Name).At(c.Pos)
		}
		suffix, ix.Primary = "pkey", true
	}
	if ix.Name == "" {
		free := func(n string) bool {
			return m.Catalog.Taken(m.rel.Schema, n) || m.rel.ConstraintTaken(n) || n == m.rel.Name
		}
		ix.Name = catalog.ChooseName(free, append(parts, suffix)...)
	}
	for _, n := range c.Include {
		o := m.rel.ColumnByName(n.Text)
		if o < 0 {
			return sqlerr.New(sqlerr.UndefinedColumn, "column %q named in key does not exist", n.Text).At(n.Pos)
		}
		ix.Include = append(ix.Include, m.rel.Columns[o].ID)
	}
	if ix.Primary {
		m.rel.Primary = ix
		m.rel.Indexes = append([]*catalog.Index{ix}, m.rel.Indexes...)
		return nil
	}
	m.rel.Indexes = append(m.rel.Indexes, ix)
	return nil
}

// cluster decides how rows are keyed: by one integer, or by the primary key.
func cluster(r *catalog.Relation) {
	r.RowIDKey, r.KeyColumn = r.Primary == nil, 0
	if r.Primary == nil || len(r.Primary.Parts) != 1 {
		return
	}
	col := r.ColumnByID(r.Primary.Parts[0].Column)
	if col.Type.Kind == types.KindInt {
		r.RowIDKey, r.KeyColumn = true, col.ID
		col.AutoKey = col.Type == types.Integer && col.Default == "" && col.Identity == catalog.NoIdentity
	}
}

// finish binds what refers to the whole row, makes the trees and adds the
// table to the catalog.
func (m *maker) finish() error {
	cluster(m.rel)
	for _, q := range m.seqs {
		m.Catalog = m.Catalog.WithSequence(q)
	}
	for _, p := range m.pending {
		if err := m.addCheck(m.rel, p.c, p.column); err != nil {
			return err
		}
	}
	m.Catalog = m.Catalog.WithRelation(m.rel)
	if _, err := binder.BindTarget(m.Binder(m.Catalog), m.rel, 1); err != nil {
		return err
	}
	t := table.Of(m.rel)
	if err := m.Tx.CreateTree(t.Spec()); err != nil {
		return err
	}
	for _, ix := range m.rel.Indexes {
		if spec, ok := t.IndexSpec(ix.ID); ok {
			if err := m.Tx.CreateTree(spec); err != nil {
				return err
			}
		}
	}
	for _, c := range m.foreign {
		if err := m.addForeign(m.rel.ID, c); err != nil {
			return err
		}
	}
	return nil
}

// addCheck binds a CHECK and adds it to the relation.
func (e *Env) addCheck(r *catalog.Relation, c *ast.Constraint, column string) error {
	o := e.Binder(e.Catalog)
	o.What = "check constraints"
	if _, err := binder.BindExpr(o, r, nil, c.Expr, types.Bool); err != nil {
		return err
	}
	name := c.Name
	if name == "" {
		parts := []string{r.Name, "check"}
		if column == "" {
			column = onlyColumn(c.Expr)
		}
		if column != "" {
			parts = []string{r.Name, column, "check"}
		}
		name = catalog.ChooseName(r.ConstraintTaken, parts...)
	} else if r.ConstraintTaken(name) {
		return sqlerr.New(sqlerr.DuplicateObject, "constraint %q for relation %q already exists", name, r.Name).At(c.Pos)
	}
	r.Checks = append(r.Checks, &catalog.Check{Name: name, Expr: ast.Format(c.Expr), NoInherit: c.NoInherit, NotValid: c.NotValid})
	return nil
}

// onlyColumn returns the column that an expression refers to, "" for several.
func onlyColumn(x ast.Expr) string {
	names := map[string]bool{}
	last := ""
	ast.Walk(x, func(n ast.Node) bool {
		if c, ok := n.(*ast.ColumnRef); ok && len(c.Parts) > 0 {
			last = c.Parts[len(c.Parts)-1].Text
			names[last] = true
		}
		return true
	})
	if len(names) == 1 {
		return last
	}
	return ""
}
