package generated_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/conformance/generated/db"
)

// BenchmarkGet reads a row by its key: by the generated repository, by native
// calls as they would be written by hand, and through database/sql.
func BenchmarkGet(b *testing.B) {
	pool, err := sql.Open("zqlite", filepath.Join(b.TempDir(), "app.db")+"?sync=off")
	must(b, err)
	defer pool.Close()
	text, err := os.ReadFile("schema.sql")
	must(b, err)
	_, err = pool.Exec(string(text))
	must(b, err)
	ctx, tenant := context.Background(), uuid.New()
	s := db.New(pool).Tenant(tenant)
	var ids []uuid.UUID
	for i := range 1000 {
		c, err := s.Customers().Create(ctx, db.NewCustomer{Name: fmt.Sprint("customer ", i)})
		must(b, err)
		ids = append(ids, c.ID)
	}
	_, err = pool.Exec("CHECKPOINT")
	must(b, err)
	b.Run("generated", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			_, err := s.Customers().Get(ctx, ids[i%len(ids)])
			must(b, err)
		}
	})
	type customer struct {
		TenantID, ID uuid.UUID
		Name         string
		Email        sql.Null[string]
		Country      sql.Null[string]
		Plan         string
		Tags         []string
		Extra        []byte
		CreatedAt    time.Time
		UpdatedAt    time.Time
		DeletedAt    sql.Null[time.Time]
	}
	const query = "SELECT * FROM customers WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL"
	b.Run("native", func(b *testing.B) {
		n, err := zqlite.FromSQL(ctx, pool)
		must(b, err)
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			_, err := zqlite.QueryRow[customer](zqlite.WithTenant(ctx, tenant), n, query, tenant, ids[i%len(ids)])
			must(b, err)
		}
	})
	b.Run("sql", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			var c customer
			err := pool.QueryRowContext(zqlite.WithTenant(ctx, tenant), query, tenant, ids[i%len(ids)]).Scan(&c.TenantID, &c.ID, &c.Name, &c.Email, &c.Country,
				&c.Plan, zqlite.Array(&c.Tags), &c.Extra, &c.CreatedAt, &c.UpdatedAt, &c.DeletedAt)
			must(b, err)
		}
	})
}
