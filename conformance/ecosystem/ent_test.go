package ecosystem

import (
	"context"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"entgo.io/ent/schema/field"
)

// ent's migration inspects the catalog, compares, and plans; then its graph
// builder inserts and reads.
func TestEnt(t *testing.T) {
	ctx := context.Background()
	drv := entsql.OpenDB(dialect.Postgres, open(t))
	users := func(columns ...*schema.Column) *schema.Table {
		id := &schema.Column{Name: "id", Type: field.TypeInt, Increment: true}
		columns = append([]*schema.Column{id, {Name: "name", Type: field.TypeString, Unique: true}}, columns...)
		return &schema.Table{Name: "users", Columns: columns, PrimaryKey: []*schema.Column{id}}
	}
	pets := func(owner *schema.Table) *schema.Table {
		id := &schema.Column{Name: "id", Type: field.TypeUUID}
		fk := &schema.Column{Name: "owner_id", Type: field.TypeInt, Nullable: true}
		p := &schema.Table{Name: "pets", Columns: []*schema.Column{id, {Name: "kind", Type: field.TypeEnum, Enums: []string{"cat", "dog"}, Default: "cat"}, fk}, PrimaryKey: []*schema.Column{id}}
		p.ForeignKeys = []*schema.ForeignKey{{Symbol: "pets_owner", Columns: []*schema.Column{fk}, RefColumns: owner.PrimaryKey, RefTable: owner, OnDelete: schema.SetNull}}
		p.Indexes = []*schema.Index{{Name: "pets_kind", Columns: []*schema.Column{p.Columns[1]}}}
		return p
	}
	migrate := func(tables ...*schema.Table) {
		t.Helper()
		m, err := schema.NewMigrate(drv, schema.WithDropColumn(true), schema.WithDropIndex(true))
		must(t, err)
		must(t, m.Create(ctx, tables...))
	}
	u := users()
	migrate(u, pets(u))
	u = users()
	migrate(u, pets(u)) // nothing to do
	u = users(&schema.Column{Name: "age", Type: field.TypeInt, Nullable: true}, &schema.Column{Name: "extra", Type: field.TypeJSON, Nullable: true})
	migrate(u, pets(u))

	spec := &sqlgraph.CreateSpec{Table: "users", ID: &sqlgraph.FieldSpec{Column: "id", Type: field.TypeInt}}
	spec.SetField("name", field.TypeString, "Ada")
	spec.SetField("age", field.TypeInt, 36)
	must(t, sqlgraph.CreateNode(ctx, drv, spec))
	id, ok := spec.ID.Value.(int64)
	if !ok || id == 0 {
		t.Errorf("id %v", spec.ID.Value)
	}
	again := &sqlgraph.CreateSpec{Table: "users", ID: &sqlgraph.FieldSpec{Column: "id", Type: field.TypeInt}}
	again.SetField("name", field.TypeString, "Ada")
	if err := sqlgraph.CreateNode(ctx, drv, again); !sqlgraph.IsUniqueConstraintError(err) {
		t.Errorf("ent does not see a unique violation in %v", err)
	}
	query, args := entsql.Dialect(dialect.Postgres).Select("name", "age").From(entsql.Table("users")).Where(entsql.GT("age", 30)).Query()
	var rows entsql.Rows
	must(t, drv.Query(ctx, query, args, &rows))
	defer rows.Close()
	var name string
	var age int
	if !rows.Next() {
		t.Fatal("no row")
	}
	must(t, rows.Scan(&name, &age))
	if name != "Ada" || age != 36 {
		t.Errorf("read %s, %d", name, age)
	}
}
