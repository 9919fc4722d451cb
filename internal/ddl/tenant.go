package ddl

import (
	"slices"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// What a table with TENANT BY has to be, so that no statement of one tenant can
// meet, or learn of, a row of another:
//
//  1. The tenant's column is NOT NULL and nobody computes it.
//  2. Every unique key contains it: an equal key of another tenant is no
//     conflict.
//  3. A foreign key to another such table pairs the two tenants' columns, and
//     no action of it assigns to them.
//  4. A foreign key to a table without TENANT BY has no action: who deletes a
//     row that all share would change rows of others.
//  5. No table without TENANT BY refers to it, and no materialized view reads
//     it: both hold what everybody sees.

// tenantColumn declares the column that says whose a row is; a new table's
// becomes NOT NULL.
func (b *builder) tenantColumn(name string, pos int) {
	col := column(b.rel, name, pos)
	b.rel.Tenant = col.ID
	col.NotNull = true
}

// setTenant is TENANT BY (column) and NO TENANT.
func (r *run) setTenant(rel *catalog.Relation, c *ast.AlterCommand) {
	next := rel.Clone()
	next.Tenant = 0
	if c.Column != "" {
		next.Tenant = column(rel, c.Column, c.Pos).ID
	}
	r.Catalog = r.Catalog.WithRelation(next)
	if next.Tenant != 0 {
		r.checkMaterialized()
	}
}

// checkTenants holds the definitions that have changed to the rules above.
func (r *run) checkTenants() {
	check(r.Catalog.Changes(func(class catalog.Class, id catalog.ID) error {
		if class != catalog.ClassRelation {
			return nil
		}
		if rel := r.Catalog.RelationByID(id); rel != nil && rel.Kind == catalog.Table {
			r.checkTenant(rel)
		}
		return nil
	}))
}

func (r *run) checkTenant(rel *catalog.Relation) {
	if rel.Tenant != 0 {
		r.checkTenantKeys(rel)
	}
	for _, k := range rel.Foreign {
		r.checkTenantReference(rel, k)
	}
	for _, id := range rel.Referers { // TENANT BY may have come or gone after them
		child := r.Catalog.RelationByID(id)
		if child == nil || id == rel.ID {
			continue
		}
		for _, k := range child.Foreign {
			if k.Parent == rel.ID {
				r.checkTenantReference(child, k)
			}
		}
	}
}

func tenantError(format string, args ...any) *sqlerr.Error {
	return sqlerr.New(sqlerr.InvalidTableDefinition, format, args...)
}

func (r *run) checkTenantKeys(rel *catalog.Relation) {
	col := rel.ColumnByID(rel.Tenant)
	switch {
	case !col.NotNull:
		throw(tenantError("column \"%s\" of TENANT BY must be NOT NULL", col.Name).WithTable(rel.Schema, rel.Name).
			WithHint("ALTER TABLE %s ALTER COLUMN %s SET NOT NULL first.", rel.Name, col.Name))
	case col.Generated != "" || col.Identity != catalog.NoIdentity || col.Sequence != 0:
		throw(tenantError("column \"%s\" of TENANT BY cannot be generated", col.Name).WithTable(rel.Schema, rel.Name))
	}
	for _, ix := range rel.Indexes {
		if !ix.Unique || slices.ContainsFunc(ix.Parts, func(p catalog.IndexPart) bool { return p.Column == rel.Tenant }) {
			continue
		}
		what := "unique index"
		switch {
		case ix.Primary:
			what = "primary key"
		case ix.Constraint:
			what = "unique constraint"
		}
		throw(tenantError("%s \"%s\" of table \"%s\" must contain the column \"%s\" of TENANT BY", what, ix.Name, rel.Name, col.Name).
			WithDetail("Without it, an equal key of another tenant would be a conflict, and tell of it.").
			WithHint("For example: (%s, ...).", col.Name).WithTable(rel.Schema, rel.Name))
	}
}

func (r *run) checkTenantReference(child *catalog.Relation, k *catalog.ForeignKey) {
	parent := r.Catalog.RelationByID(k.Parent)
	if parent == nil {
		return
	}
	bad := func(format string, args ...any) *sqlerr.Error {
		return tenantError("foreign key \"%s\" of table \"%s\" "+format, append([]any{k.Name, child.Name}, args...)...).
			WithTable(child.Schema, child.Name).WithConstraint(k.Name)
	}
	switch {
	case parent.Tenant == 0 && child.Tenant == 0:
	case child.Tenant == 0:
		throw(bad("refers to table \"%s\", which tenants share, from a table without TENANT BY", parent.Name).
			WithHint("Declare TENANT BY for table \"%s\" too.", child.Name))
	case parent.Tenant == 0:
		if k.OnDelete != catalog.NoAction && k.OnDelete != catalog.Restrict || k.OnUpdate != catalog.NoAction && k.OnUpdate != catalog.Restrict {
			throw(bad("cannot have an action: table \"%s\" has no TENANT BY", parent.Name).
				WithDetail("Who deletes or updates a row of it would change rows of all tenants.").
				WithHint("Leave out ON DELETE and ON UPDATE, or say RESTRICT."))
		}
	default:
		r.checkTenantPair(child, parent, k, bad)
	}
}

// checkTenantPair checks a foreign key between two tables that tenants share.
func (r *run) checkTenantPair(child, parent *catalog.Relation, k *catalog.ForeignKey, bad func(string, ...any) *sqlerr.Error) {
	mine, theirs := child.ColumnByID(child.Tenant).Name, parent.ColumnByID(parent.Tenant).Name
	at := slices.Index(k.Columns, child.Tenant)
	if at < 0 || k.ParentColumns[at] != parent.Tenant {
		throw(bad("must contain the columns of TENANT BY").
			WithHint("FOREIGN KEY (%s, ...) REFERENCES %s (%s, ...).", mine, parent.Name, theirs))
	}
	sets := func(a catalog.Action) bool { return a == catalog.SetNull || a == catalog.SetDefault }
	if sets(k.OnUpdate) || sets(k.OnDelete) && (len(k.SetColumns) == 0 || slices.Contains(k.SetColumns, child.Tenant)) {
		throw(bad("cannot set the column \"%s\" of TENANT BY", mine).
			WithHint("Name the other columns: ON DELETE SET NULL (column)."))
	}
}

// checkMaterialized refuses materialized views that read a table which tenants
// share: their rows would be one tenant's, for all to see.
func (r *run) checkMaterialized() {
	r.Catalog.Relations(func(v *catalog.Relation) bool {
		if v.Kind == catalog.MaterializedView {
			o := r.bindOptions("")
			o.SearchPath = append([]string{v.Schema}, o.SearchPath...)
			bound, err := binder.Bind(o, r.storedQuery(v))
			check(err)
			r.readsNoShared(v.Name, bound)
		}
		return true
	})
}

// readsNoShared refuses the query of a materialized view.
func (r *run) readsNoShared(view string, bound *binder.Bound) {
	for _, d := range bound.Relations {
		if d.Relation.Tenant != 0 {
			throw(sqlerr.New(sqlerr.FeatureNotSupported, "materialized view \"%s\" cannot read table \"%s\", which tenants share", view, d.Relation.Name).
				WithHint("Use a view, or a table with TENANT BY."))
		}
	}
}
