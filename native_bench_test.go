package zqlite_test

import (
	"database/sql"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/zqlite/zqlite"
)

type account struct {
	ID      int64
	Owner   string
	Balance int64
}

// million opens a file of n rows.
func million(b *testing.B, n int) *zqlite.DB {
	b.Helper()
	db, err := zqlite.Open(filepath.Join(b.TempDir(), "million.db") + "?sync=off&cache_size=512MB")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	mustExec(b, db, "CREATE TABLE accounts (id bigint PRIMARY KEY, owner text NOT NULL, balance bigint NOT NULL)")
	mustExec(b, db, "INSERT INTO accounts SELECT i, 'owner ' || i, i * 7 FROM generate_series(1, $1::int) i", n)
	mustExec(b, db, "CHECKPOINT")
	return db
}

// BenchmarkNativeGet reads a row of a million by its key, anywhere or hot.
func BenchmarkNativeGet(b *testing.B) {
	const n = 1_000_000
	db := million(b, n)
	const query = "SELECT id, owner, balance FROM accounts WHERE id = $1"
	get := func(b *testing.B, q zqlite.Querier, span int64) {
		st, err := db.Prepare(ctx, query)
		if err != nil {
			b.Fatal(err)
		}
		st = st.On(q)
		r := rand.New(rand.NewPCG(1, 2))
		b.ReportAllocs()
		for b.Loop() {
			id := r.Int64N(span) + 1
			a, err := zqlite.OneStmt[account](ctx, st, id)
			if err != nil || a.Balance != id*7 {
				b.Fatal(a, err)
			}
		}
	}
	b.Run("million", func(b *testing.B) { get(b, db, n) })
	b.Run("hot", func(b *testing.B) { get(b, db, 100) })
	b.Run("tx", func(b *testing.B) {
		tx, err := db.Begin(ctx, zqlite.TxOptions{ReadOnly: true})
		if err != nil {
			b.Fatal(err)
		}
		get(b, tx, n)
		_ = tx.Rollback()
	})
	b.Run("text", func(b *testing.B) {
		r := rand.New(rand.NewPCG(1, 2))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := zqlite.One[account](ctx, db, query, r.Int64N(n)+1); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("sql", func(b *testing.B) {
		pool := db.SQL()
		defer pool.Close()
		st, err := pool.Prepare(query)
		if err != nil {
			b.Fatal(err)
		}
		r := rand.New(rand.NewPCG(1, 2))
		b.ReportAllocs()
		for b.Loop() {
			var a account
			if err := st.QueryRow(r.Int64N(n)+1).Scan(&a.ID, &a.Owner, &a.Balance); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkNativeRows reads all rows of a table, per row.
func BenchmarkNativeRows(b *testing.B) {
	const n = 200_000
	db := million(b, n)
	b.Run("native", func(b *testing.B) {
		b.ReportAllocs()
		rows := 0
		for b.Loop() {
			for a, err := range zqlite.Query[account](ctx, db, "SELECT id, owner, balance FROM accounts") {
				if err != nil || a.Balance != a.ID*7 {
					b.Fatal(a, err)
				}
				rows++
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
	})
	b.Run("sql", func(b *testing.B) {
		pool := db.SQL()
		defer pool.Close()
		b.ReportAllocs()
		count := 0
		for b.Loop() {
			rows, err := pool.Query("SELECT id, owner, balance FROM accounts")
			if err != nil {
				b.Fatal(err)
			}
			count += scanAll(b, rows)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(count), "ns/row")
	})
}

func scanAll(b *testing.B, rows *sql.Rows) (n int) {
	defer rows.Close()
	var a account
	for rows.Next() {
		if err := rows.Scan(&a.ID, &a.Owner, &a.Balance); err != nil {
			b.Fatal(err)
		}
		n++
	}
	return n
}
