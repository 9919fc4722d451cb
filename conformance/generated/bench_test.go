//go:build unix

package generated_test

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/conformance/generated/db"
)

// customer is a row as one would write it by hand.
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

const (
	byKey  = "SELECT * FROM customers WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL"
	some   = "SELECT * FROM customers WHERE tenant_id = $1 AND deleted_at IS NULL AND name < $2"
	insert = "INSERT INTO customers (tenant_id, name) VALUES ($1, $2) RETURNING *"
	rename = "UPDATE customers SET email = $3, updated_at = now() WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING *"
)

// bench is a database with a thousand customers of one tenant.
type bench struct {
	ctx    context.Context // of the tenant
	pool   *sql.DB
	native *zqlite.DB
	tenant uuid.UUID
	s      *db.Scoped
	ids    []uuid.UUID
	made   int
}

func newBench(b *testing.B) *bench {
	pool, err := sql.Open("zqlite", filepath.Join(b.TempDir(), "app.db")+"?sync=off")
	must(b, err)
	b.Cleanup(func() { _ = pool.Close() })
	text, err := os.ReadFile("schema.sql")
	must(b, err)
	_, err = pool.Exec(string(text))
	must(b, err)
	x := &bench{pool: pool, tenant: uuid.New()}
	x.ctx = zqlite.WithTenant(context.Background(), x.tenant)
	x.native, err = zqlite.FromSQL(x.ctx, pool)
	must(b, err)
	x.s = db.New(pool).Tenant(x.tenant)
	for i := range 1000 {
		c, err := x.s.Customers().Create(context.Background(), db.NewCustomer{Name: fmt.Sprint("customer ", i)})
		must(b, err)
		x.ids = append(x.ids, c.ID)
	}
	_, err = pool.Exec("CHECKPOINT")
	must(b, err)
	return x
}

// name is one that no customer has.
func (x *bench) name() string {
	x.made++
	return fmt.Sprint("new ", x.made)
}

// BenchmarkGenerated compares the generated repositories with native calls as
// they would be written by hand, turn by turn in one run; the metric ratio is
// the processor time of the first in that of the others.
func BenchmarkGenerated(b *testing.B) {
	x := newBench(b)
	ctx := context.Background()
	customers := x.s.Customers()
	for _, c := range []struct {
		name              string
		times             int // short calls are measured many at a time
		generated, native func(i int) error
	}{
		{"get", 100, func(i int) error {
			_, err := customers.Get(ctx, x.ids[i%len(x.ids)])
			return err
		}, func(i int) error {
			_, err := zqlite.QueryRow[customer](x.ctx, x.native, byKey, x.tenant, x.ids[i%len(x.ids)])
			return err
		}},
		{"ten gets in a transaction", 10, func(i int) error {
			return x.s.InTx(ctx, nil, func(tx *db.Scoped) error {
				for k := range 10 {
					if _, err := tx.Customers().Get(ctx, x.ids[(i+k)%len(x.ids)]); err != nil {
						return err
					}
				}
				return nil
			})
		}, func(i int) error {
			return x.native.Update(ctx, func(tx *zqlite.Tx) error {
				for k := range 10 {
					if _, err := zqlite.QueryRow[customer](x.ctx, tx, byKey, x.tenant, x.ids[(i+k)%len(x.ids)]); err != nil {
						return err
					}
				}
				return nil
			})
		}},
		{"thousand rows", 1, func(int) error { return each(customers.All(ctx)) }, func(int) error {
			return each(zqlite.Query[customer](x.ctx, x.native, some, x.tenant, "d"))
		}},
		{"create", 100, func(int) error {
			_, err := customers.Create(ctx, db.NewCustomer{Name: x.name()})
			return err
		}, func(int) error {
			_, err := zqlite.QueryRow[customer](x.ctx, x.native, insert, x.tenant, x.name())
			return err
		}},
		{"update", 100, func(i int) error {
			_, err := customers.Update(ctx, x.ids[i%len(x.ids)], db.CustomerPatch{Email: db.Set(db.Some("a@example.org"))})
			return err
		}, func(i int) error {
			_, err := zqlite.QueryRow[customer](x.ctx, x.native, rename, x.tenant, x.ids[i%len(x.ids)], "a@example.org")
			return err
		}},
		{"create thousand", 1, func(int) error {
			_, err := customers.CreateMany(ctx, func(yield func(db.NewCustomer) bool) {
				for range 1000 {
					if !yield(db.NewCustomer{Name: x.name()}) {
						return
					}
				}
			})
			return err
		}, x.appendThousand},
	} {
		b.Run(c.name, func(b *testing.B) {
			var spent [2]time.Duration
			for i := 0; b.Loop(); i++ {
				for side, run := range []func(int) error{c.generated, c.native} {
					before := processor(b)
					for k := range c.times {
						if err := run(i*c.times + k); err != nil {
							b.Fatal(err)
						}
					}
					spent[side] += processor(b) - before
				}
			}
			b.ReportMetric(float64(spent[0])/float64(spent[1]), "ratio")
		})
	}
}

func (x *bench) appendThousand(int) error {
	tx, err := x.native.Begin(x.ctx, zqlite.TxOptions{})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	a, err := zqlite.NewAppender(x.ctx, tx, "customers (tenant_id, name)")
	if err != nil {
		return err
	}
	for range 1000 {
		if err := a.UUID(x.tenant).Text(x.name()).EndRow(x.ctx); err != nil {
			return err
		}
	}
	if _, err := a.Close(x.ctx); err != nil {
		return err
	}
	return tx.Commit(x.ctx)
}

func each[T any](rows iter.Seq2[T, error]) error {
	n := 0
	for _, err := range rows {
		if err != nil {
			return err
		}
		n++
	}
	if n < 1000 {
		return fmt.Errorf("%d rows", n)
	}
	return nil
}
