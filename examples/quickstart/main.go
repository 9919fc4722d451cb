// Command quickstart loads a slice of Debian's package index into a zqlite
// file and asks it questions: joins, a recursive closure, a transaction that
// is rolled back, and a writer that is killed in the middle.
//
//	go run ./examples/quickstart [-packages FILE] [-db FILE]
//
// Without -packages it reads the slice that is shipped with it (some 5,000
// packages of Debian 12, main, amd64); FILE is a whole index as apt keeps it,
// plain or gzip-compressed.
package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	_ "github.com/zqlite/zqlite"
)

func main() {
	index := flag.String("packages", "", "a Debian Packages file instead of the shipped slice")
	path := flag.String("db", "", "database file to make (default: one in a temporary directory)")
	victim := flag.Bool("victim", false, "internal: write until killed")
	flag.Parse()
	var err error
	if *victim {
		err = writeUntilKilled(*path)
	} else {
		err = run(*index, *path)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(index, path string) error {
	ctx := context.Background()
	if path == "" {
		dir, err := os.MkdirTemp("", "zqlite-quickstart-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "packages.db")
	}
	db, err := sql.Open("zqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := createTables(ctx, db); err != nil {
		return err
	}
	if err := load(ctx, db, index); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, `CHECKPOINT`); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil {
		fmt.Printf("%s holds %.1f MB.\n", filepath.Base(path), float64(info.Size())/1e6)
	}
	for _, q := range questions {
		if err := q.ask(ctx, db); err != nil {
			return fmt.Errorf("%s: %w", q.title, err)
		}
	}
	if err := rollback(ctx, db); err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	return killAndReopen(ctx, path)
}

var tables = []string{
	`CREATE TABLE IF NOT EXISTS maintainers (
		id    uuid PRIMARY KEY DEFAULT gen_random_uuid(),
		name  text NOT NULL UNIQUE)`,
	`CREATE TABLE IF NOT EXISTS packages (
		id          uuid PRIMARY KEY,
		name        text NOT NULL UNIQUE,
		version     text NOT NULL,
		section     text NOT NULL,
		priority    text,
		download    bigint NOT NULL CHECK (download >= 0),
		installed   bigint NOT NULL CHECK (installed >= 0),
		maintainer  uuid NOT NULL REFERENCES maintainers (id),
		links       jsonb NOT NULL DEFAULT '{}',
		summary     text,
		loaded      timestamptz NOT NULL DEFAULT now())`,
	`CREATE TABLE IF NOT EXISTS dependencies (
		package     uuid NOT NULL REFERENCES packages (id) ON DELETE CASCADE,
		position    int NOT NULL,
		needs       text NOT NULL,
		version     text,
		PRIMARY KEY (package, position))`,
	`CREATE INDEX IF NOT EXISTS dependencies_needs ON dependencies (needs)`,
	`CREATE INDEX IF NOT EXISTS packages_section ON packages (section, installed DESC)`,
}

func createTables(ctx context.Context, db *sql.DB) error {
	for _, t := range tables {
		if _, err := db.ExecContext(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// rollback updates inside a transaction, looks, and takes it back.
func rollback(ctx context.Context, db *sql.DB) error {
	total := func(q interface {
		QueryRowContext(context.Context, string, ...any) *sql.Row
	}) (n int64, err error) {
		err = q.QueryRowContext(ctx, `SELECT sum(installed) FROM packages WHERE section = $1`, "games").Scan(&n)
		return n, err
	}
	before, err := total(db)
	if err != nil {
		return err
	}
	start := time.Now()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	res, err := tx.ExecContext(ctx, `UPDATE packages SET installed = installed * 2 WHERE section = $1`, "games")
	if err != nil {
		return err
	}
	changed, err := res.RowsAffected()
	if err != nil {
		return err
	}
	inside, err := total(tx)
	if err != nil {
		return err
	}
	if err := tx.Rollback(); err != nil {
		return err
	}
	after, err := total(db)
	if err != nil {
		return err
	}
	heading("A transaction, and its rollback", time.Since(start))
	fmt.Printf("  before %s KiB of games; %d rows doubled inside: %s KiB; rolled back: %s KiB\n",
		grouped(before), changed, grouped(inside), grouped(after))
	if before != after {
		return fmt.Errorf("the rollback left %d, not %d", after, before)
	}
	return nil
}
