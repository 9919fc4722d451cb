package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// analytic are questions over all rows of one table, or of two. Each gives one
// row, so that reading results does not count.
var analytic = []workload{
	question("sum of 1M rows with a filter", `SELECT CAST(sum(amount) AS BIGINT) FROM facts WHERE price < 70000`),
	question("GROUP BY with a thousand groups", `SELECT CAST(count(*) + max(s) AS BIGINT) FROM (SELECT grp % 1000 AS k, sum(amount) AS s FROM facts GROUP BY grp % 1000) AS g`),
	question("GROUP BY with half as many groups as rows", `SELECT CAST(count(*) + max(s) AS BIGINT) FROM (SELECT grp, sum(amount) AS s FROM facts GROUP BY grp) AS g`),
	question("GROUP BY text with a thousand groups", `SELECT CAST(count(*) + max(s) AS BIGINT) FROM (SELECT word, sum(amount) AS s FROM facts GROUP BY word) AS g`),
	question("sort of all rows by a number", `SELECT max(id) FROM (SELECT id FROM facts ORDER BY amount, id LIMIT 10 OFFSET [last]) AS s`),
	question("sort of all rows by text", `SELECT max(id) FROM (SELECT id FROM facts ORDER BY name LIMIT 10 OFFSET [last]) AS s`),
	question("window: row_number in half as many parts", `SELECT CAST(sum(n) AS BIGINT) FROM (SELECT row_number() OVER (PARTITION BY grp ORDER BY amount) AS n FROM facts) AS w`),
	question("window: running sum over all rows", `SELECT CAST(max(s) AS BIGINT) FROM (SELECT sum(amount) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS s FROM facts) AS w`),
	question("window: moving average of 10 rows", `SELECT CAST(max(a) AS BIGINT) FROM (SELECT avg(price) OVER (ORDER BY id ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS a FROM facts) AS w`),
	question("join of all rows with as many", `SELECT CAST(sum(f.amount + d.value) AS BIGINT) FROM facts AS f JOIN dims AS d ON f.peer = d.code`),
	question("join with a table of a thousand rows", `SELECT CAST(sum(f.amount + d.value) AS BIGINT) FROM facts AS f JOIN few AS d ON f.word = d.word`),
	question("DISTINCT of all rows", `SELECT count(*) FROM (SELECT DISTINCT grp, word FROM facts) AS d`),
	question("count(DISTINCT) of numbers", `SELECT count(DISTINCT grp) FROM facts`),
	question("count(DISTINCT) of texts", `SELECT count(DISTINCT name) FROM facts`),
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
	if err := c.insert(ctx, db, "facts", n, func(i int) []any {
		return []any{i + 1, spread(i, 7919) % max(n/2, 1), spread(i, 104729), spread(i, 15485863), float64(spread(i, 611953)) / 7,
			names[i*31%len(names)], fmt.Sprintf("%08d is a name of a fact", spread(i, 32452843))}
	}); err != nil {
		return err
	}
	if err := c.insert(ctx, db, "dims", n, func(i int) []any { return []any{i + 1, spread(i, 7919), i % 1000} }); err != nil {
		return err
	}
	if err := c.insert(ctx, db, "few", len(names), func(i int) []any { return []any{names[i], i} }); err != nil {
		return err
	}
	if c.fill != nil {
		_, err := db.ExecContext(ctx, `CHECKPOINT`)
		return err
	}
	_, err := db.ExecContext(ctx, `PRAGMA wal_checkpoint`)
	return err
}

// insert adds n rows to a table, in one transaction.
func (c *config) insert(ctx context.Context, db *sql.DB, table string, n int, row func(i int) []any) error {
	if c.fill != nil {
		return c.fill(ctx, db, table, n, row)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(row(0))), ", ")
	stmt, err := tx.PrepareContext(ctx, "INSERT INTO "+table+" VALUES ("+marks+")")
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
