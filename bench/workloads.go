package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

var groups = []group{
	{name: "read", setup: setupRead, work: []workload{
		{"point select, prepared", func(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
			return points(ctx, db, c, 1, true, 200_000)
		}, false},
		{"point select, not prepared", func(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
			return points(ctx, db, c, 1, false, 100_000)
		}, false},
		{"point select, prepared, 8 goroutines", func(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
			return points(ctx, db, c, 8, true, 300_000)
		}, false},
		{"point select, 100 goroutines, 100 connections", func(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
			db.SetMaxOpenConns(100)
			defer db.SetMaxOpenConns(0)
			return points(ctx, db, c, 100, true, 300_000)
		}, false},
		{"range of 100 rows, a row", rangeRows, false},
		{"full scan through Rows.Scan, a row", fullScan, false},
		question("sum with filter, the query", `SELECT sum(amount) FROM items WHERE kind < 5`),
		question("GROUP BY with few groups, the query", `SELECT count(*) FROM (SELECT kind, count(*), sum(amount) FROM items GROUP BY kind) AS g`),
	}},
	{name: "functions", setup: setupRead, work: functions},
	{name: "analytic", setup: setupAnalytic, work: analytic},
	{name: "write", setup: setupWrite, work: []workload{
		{"insert, prepared, one transaction", func(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
			return inserts(ctx, db, 200_000)
		}, false},
		{"insert with two secondary indexes", func(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
			return inserts(ctx, db, 100_000, "a", "b")
		}, false},
		{"update by key, autocommit, normal sync", updates, false},
	}},
	{name: "durable", durable: true, setup: setupWrite, work: []workload{
		{"durable commit, 1 writer", func(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
			return commits(ctx, db, 1, 2000)
		}, false},
		{"durable commit, 16 writers", func(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
			return commits(ctx, db, 16, 8000)
		}, false},
	}},
}

func setupRead(ctx context.Context, db *sql.DB, c *config) error {
	_, err := db.ExecContext(ctx, `CREATE TABLE items (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, amount BIGINT NOT NULL, price DOUBLE PRECISION NOT NULL, name TEXT NOT NULL)`)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	ins, err := tx.PrepareContext(ctx, `INSERT INTO items (id, kind, amount, price, name) VALUES (?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	for i := 1; i <= c.rows; i++ {
		if _, err := ins.ExecContext(ctx, i, i%10, (i*7919)%100_000, float64(i)/3, fmt.Sprintf("item number %d", i)); err != nil {
			return err
		}
	}
	if err := ins.Close(); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `PRAGMA wal_checkpoint`)
	return err
}

func points(ctx context.Context, db *sql.DB, c *config, goroutines int, prepared bool, total int) (time.Duration, error) {
	const query = `SELECT amount, name FROM items WHERE id = ?`
	var stmt *sql.Stmt
	if prepared {
		var err error
		if stmt, err = db.PrepareContext(ctx, query); err != nil {
			return 0, err
		}
		defer stmt.Close()
	}
	each := total / goroutines
	one := func(r *rand.Rand) error {
		id := r.IntN(c.rows) + 1
		var amount int64
		var name string
		if prepared {
			return stmt.QueryRowContext(ctx, id).Scan(&amount, &name)
		}
		return db.QueryRowContext(ctx, query, id).Scan(&amount, &name)
	}
	return parallel(goroutines, each, func(g, _ int) func() error {
		r := rand.New(rand.NewPCG(uint64(g), 1))
		return func() error { return one(r) }
	})
}

// parallel runs each operations on every goroutine and returns the wall time
// of one operation.
func parallel(goroutines, each int, start func(g, each int) func() error) (time.Duration, error) {
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	begin := time.Now()
	for g := range goroutines {
		wg.Add(1)
		go func() {
			defer wg.Done()
			op := start(g, each)
			for range each {
				if err := op(); err != nil {
					failed.Store(&err)
					return
				}
			}
		}()
	}
	wg.Wait()
	took := time.Since(begin)
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return took / time.Duration(goroutines*each), nil
}

func rangeRows(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
	stmt, err := db.PrepareContext(ctx, `SELECT id, kind, amount, price, name FROM items WHERE id BETWEEN ? AND ?`)
	if err != nil {
		return 0, err
	}
	defer stmt.Close()
	r := rand.New(rand.NewPCG(1, 1))
	const times = 3000
	begin := time.Now()
	for range times {
		from := r.IntN(c.rows-100) + 1
		n, err := readAll(stmt.QueryContext(ctx, from, from+99))
		if err != nil {
			return 0, err
		}
		if n != 100 {
			return 0, fmt.Errorf("a range gave %d rows", n)
		}
	}
	return time.Since(begin) / (times * 100), nil
}

func fullScan(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
	begin := time.Now()
	n, err := readAll(db.QueryContext(ctx, `SELECT id, kind, amount, price, name FROM items`))
	if err != nil {
		return 0, err
	}
	if n != c.rows {
		return 0, fmt.Errorf("a full scan gave %d rows", n)
	}
	return time.Since(begin) / time.Duration(n), nil
}

func readAll(rows *sql.Rows, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var id, kind, amount int64
	var price float64
	var name string
	n := 0
	for rows.Next() {
		if err := rows.Scan(&id, &kind, &amount, &price, &name); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}

// question is a query that gives one number. [last] in it stands for the
// number of rows less ten.
func question(name, query string) workload {
	return workload{name, func(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
		text := strings.ReplaceAll(query, "[last]", strconv.Itoa(max(c.rows-10, 0)))
		begin := time.Now()
		var v int64
		err := db.QueryRowContext(ctx, text).Scan(&v)
		return time.Since(begin), err
	}, true}
}

func setupWrite(ctx context.Context, db *sql.DB, c *config) error {
	for _, s := range []string{
		`CREATE TABLE counters (id INTEGER PRIMARY KEY, n BIGINT NOT NULL, note TEXT)`,
		`CREATE TABLE journal (id INTEGER PRIMARY KEY, who INTEGER, what TEXT)`,
	} {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for i := 1; i <= keys; i++ {
		if _, err := tx.ExecContext(ctx, `INSERT INTO counters (id, n, note) VALUES (?, 0, 'a short note')`, i); err != nil {
			return err
		}
	}
	return tx.Commit()
}

const keys = 10_000

var nextID atomic.Int64

// inserts fills an empty table that has an index on each of the columns.
func inserts(ctx context.Context, db *sql.DB, n int, indexes ...string) (time.Duration, error) {
	made := []string{`DROP TABLE IF EXISTS filled`, `CREATE TABLE filled (id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c DOUBLE PRECISION)`}
	for _, c := range indexes {
		made = append(made, `CREATE INDEX filled_`+c+` ON filled (`+c+`)`)
	}
	for _, s := range made {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return 0, err
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	begin := time.Now()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	stmt, err := tx.PrepareContext(ctx, `INSERT INTO filled (id, a, b, c) VALUES (?, ?, ?, ?)`)
	if err != nil {
		return 0, err
	}
	for i := range n {
		if _, err := stmt.ExecContext(ctx, i+1, r.IntN(1_000_000), names[r.IntN(len(names))], float64(i)); err != nil {
			return 0, err
		}
	}
	if err := tx.Commit(); err != nil {
		return 0, err
	}
	return time.Since(begin) / time.Duration(n), nil
}

var names = func() []string {
	out := make([]string, 1000)
	for i := range out {
		out[i] = fmt.Sprintf("name-%06d", i*7919%1_000_000)
	}
	return out
}()

func updates(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
	stmt, err := db.PrepareContext(ctx, `UPDATE counters SET n = n + 1 WHERE id = ?`)
	if err != nil {
		return 0, err
	}
	defer stmt.Close()
	return parallel(1, 20_000, func(g, _ int) func() error {
		r := rand.New(rand.NewPCG(3, 3))
		return func() error {
			_, err := stmt.ExecContext(ctx, r.IntN(keys)+1)
			return err
		}
	})
}

func commits(ctx context.Context, db *sql.DB, writers, total int) (time.Duration, error) {
	stmt, err := db.PrepareContext(ctx, `INSERT INTO journal (id, who, what) VALUES (?, ?, ?)`)
	if err != nil {
		return 0, err
	}
	defer stmt.Close()
	return parallel(writers, total/writers, func(g, _ int) func() error {
		return func() error {
			_, err := stmt.ExecContext(ctx, nextID.Add(1), g, "something that happened")
			return err
		}
	})
}
