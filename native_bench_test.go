//go:build unix

package zqlite_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

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

// cpu reports the processor time of the benchmark for each of n: on a machine
// with other work it says more than the clock.
func cpu(b *testing.B, unit string) func(n int64) {
	used := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	begin := used()
	return func(n int64) { b.ReportMetric(float64(used()-begin)/float64(n), "cpu-ns/"+unit) }
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
		used := cpu(b, "op")
		defer func() { used(int64(b.N)) }()
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
		used := cpu(b, "op")
		defer func() { used(int64(b.N)) }()
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
		used := cpu(b, "op")
		defer func() { used(int64(b.N)) }()
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
		used := cpu(b, "row")
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
		used(int64(rows))
	})
	b.Run("sql", func(b *testing.B) {
		pool := db.SQL()
		defer pool.Close()
		used := cpu(b, "row")
		b.ReportAllocs()
		count := 0
		for b.Loop() {
			rows, err := pool.Query("SELECT id, owner, balance FROM accounts")
			if err != nil {
				b.Fatal(err)
			}
			count += scanAll(b, rows)
		}
		used(int64(count))
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

// BenchmarkNativeInsert puts rows into a table, per row, in the ways there are.
func BenchmarkNativeInsert(b *testing.B) {
	const n = 100_000
	fresh := func(b *testing.B) *zqlite.DB {
		mill := million(b, 1)
		mustExec(b, mill, "CREATE TABLE a (id bigint PRIMARY KEY, owner text NOT NULL, balance bigint NOT NULL, at timestamptz)")
		return mill
	}
	at := time.Now()
	run := func(name string, fill func(b *testing.B, db *zqlite.DB, from int64)) {
		b.Run(name, func(b *testing.B) {
			db := fresh(b)
			from := int64(1)
			used := cpu(b, "row")
			b.ReportAllocs()
			for b.Loop() {
				fill(b, db, from)
				from += n
			}
			used(from - 1)
		})
	}
	type row struct {
		ID      int64
		Owner   string
		Balance int64
		At      time.Time
	}
	run("append", func(b *testing.B, db *zqlite.DB, from int64) {
		if _, err := zqlite.Append(ctx, db, "a", func(yield func(row) bool) {
			for i := from; i < from+n; i++ {
				if !yield(row{i, "the owner", i * 7, at}) {
					return
				}
			}
		}); err != nil {
			b.Fatal(err)
		}
	})
	run("appender", func(b *testing.B, db *zqlite.DB, from int64) {
		a, err := zqlite.NewAppender(ctx, db, "a")
		if err != nil {
			b.Fatal(err)
		}
		for i := from; i < from+n; i++ {
			if err := a.Int(i).Text("the owner").Int(i * 7).Time(at).EndRow(ctx); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := a.Close(ctx); err != nil {
			b.Fatal(err)
		}
	})
	run("prepared", func(b *testing.B, db *zqlite.DB, from int64) {
		if err := db.Update(ctx, func(tx *zqlite.Tx) error {
			st, err := tx.Prepare(ctx, "INSERT INTO a VALUES ($1, $2, $3, $4)")
			for i := from; i < from+n && err == nil; i++ {
				_, err = st.Exec(ctx, i, "the owner", i*7, at)
			}
			return err
		}); err != nil {
			b.Fatal(err)
		}
	})
	run("sql", func(b *testing.B, db *zqlite.DB, from int64) {
		pool := db.SQL()
		defer pool.Close()
		if err := zqlite.InTx(ctx, pool, nil, func(tx *sql.Tx) error {
			st, err := tx.Prepare("INSERT INTO a VALUES ($1, $2, $3, $4)")
			for i := from; i < from+n && err == nil; i++ {
				_, err = st.Exec(i, "the owner", i*7, at)
			}
			return err
		}); err != nil {
			b.Fatal(err)
		}
	})
	run("copy", func(b *testing.B, db *zqlite.DB, from int64) {
		var text strings.Builder
		for i := from; i < from+n; i++ {
			fmt.Fprintf(&text, "%d\tthe owner\t%d\t2026-01-02 03:04:05+00\n", i, i*7)
		}
		if _, err := db.CopyFrom(ctx, "COPY a FROM STDIN", strings.NewReader(text.String())); err != nil {
			b.Fatal(err)
		}
	})
}
