package main

import (
	"context"
	"database/sql"
	"fmt"
)

// analytic are questions over all rows of one table, or of two. Each gives one
// row, so that reading results does not count.
var analytic = []workload{
	{"GROUP BY with half as many groups as rows", aggregate(`SELECT count(*) + max(s) FROM (SELECT grp, sum(amount) AS s FROM facts GROUP BY grp) AS g`)},
	{"GROUP BY text with a thousand groups", aggregate(`SELECT count(*) + max(s) FROM (SELECT word, sum(amount) AS s FROM facts GROUP BY word) AS g`)},
	{"sort of all rows by a number", aggregate(`SELECT max(id) FROM (SELECT id FROM facts ORDER BY amount, id LIMIT 10 OFFSET (SELECT count(*) - 10 FROM facts)) AS s`)},
	{"sort of all rows by text", aggregate(`SELECT max(id) FROM (SELECT id FROM facts ORDER BY name LIMIT 10 OFFSET (SELECT count(*) - 10 FROM facts)) AS s`)},
	{"window: row_number in half as many parts as rows", aggregate(`SELECT sum(n) FROM (SELECT row_number() OVER (PARTITION BY grp ORDER BY amount) AS n FROM facts) AS w`)},
	{"window: running sum over all rows", aggregate(`SELECT max(s) FROM (SELECT sum(amount) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS s FROM facts) AS w`)},
	{"window: moving average of 10 rows", aggregate(`SELECT CAST(max(a) AS BIGINT) FROM (SELECT avg(price) OVER (ORDER BY id ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS a FROM facts) AS w`)},
	{"join of all rows with as many", aggregate(`SELECT sum(f.amount + d.value) FROM facts AS f JOIN dims AS d ON f.peer = d.code`)},
	{"join with a table of a thousand rows", aggregate(`SELECT sum(f.amount + d.value) FROM facts AS f JOIN few AS d ON f.word = d.word`)},
	{"DISTINCT of all rows", aggregate(`SELECT count(*) FROM (SELECT DISTINCT grp, word FROM facts) AS d`)},
	{"count(DISTINCT) of numbers", aggregate(`SELECT count(DISTINCT grp) FROM facts`)},
	{"count(DISTINCT) of texts", aggregate(`SELECT count(DISTINCT name) FROM facts`)},
}

func setupAnalytic(ctx context.Context, db *sql.DB, c *config) error {
	for _, text := range []string{
		`CREATE TABLE facts (id INTEGER PRIMARY KEY, grp BIGINT NOT NULL, peer BIGINT NOT NULL, amount BIGINT NOT NULL, price DOUBLE PRECISION NOT NULL, word TEXT NOT NULL, name TEXT NOT NULL)`,
		`CREATE TABLE dims (id INTEGER PRIMARY KEY, code BIGINT NOT NULL, value BIGINT NOT NULL)`,
		`CREATE TABLE few (word TEXT PRIMARY KEY, value BIGINT NOT NULL)`,
	} {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	n := c.rows
	spread := func(i, by int) int { return i * by % n }
	if err := fill(ctx, db, `INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?)`, n, func(i int) []any {
		return []any{i + 1, spread(i, 7919) % max(n/2, 1), spread(i, 104729), spread(i, 15485863), float64(spread(i, 611953)) / 7,
			names[i*31%len(names)], fmt.Sprintf("%08d is a name of a fact", spread(i, 32452843))}
	}); err != nil {
		return err
	}
	if err := fill(ctx, db, `INSERT INTO dims VALUES (?, ?, ?)`, n, func(i int) []any { return []any{i + 1, spread(i, 7919), i % 1000} }); err != nil {
		return err
	}
	if err := fill(ctx, db, `INSERT INTO few VALUES (?, ?)`, len(names), func(i int) []any { return []any{names[i], i} }); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, `PRAGMA wal_checkpoint`)
	return err
}

// fill inserts n rows in one transaction.
func fill(ctx context.Context, db *sql.DB, text string, n int, row func(i int) []any) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	stmt, err := tx.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	for i := range n {
		if _, err := stmt.ExecContext(ctx, row(i)...); err != nil {
			return err
		}
	}
	if err := stmt.Close(); err != nil {
		return err
	}
	return tx.Commit()
}
