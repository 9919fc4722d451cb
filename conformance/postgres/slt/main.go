// Command slt runs sqllogictest scripts on zqlite and on a PostgreSQL server
// and prints the records that the one passes and the other does not:
//
//	cd conformance/postgres && go run ./slt -dsn 'postgres://user:password@host/database' DIR|FILE ...
//
// Everything in the schema public of that database is dropped before each
// script. It is a module of its own, so that the engine's needs no driver of
// PostgreSQL. Exits with 1 where PostgreSQL passes a record that zqlite fails.
package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	_ "github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/conformance/slt"
)

func main() {
	dsn := flag.String("dsn", "postgres://postgres@localhost/slt", "the PostgreSQL database; its schema public is dropped")
	flag.Parse()
	worse, err := run(*dsn, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if worse > 0 {
		os.Exit(1)
	}
}

// counts sums both reports: records that fail on both sides, here only, there only.
type counts struct {
	ours, theirs        slt.Report
	both, worse, better int
}

func run(dsn string, paths []string) (int, error) {
	files, err := scripts(paths)
	if err != nil {
		return 0, err
	}
	// The simple protocol asks as the scripts do: text without parameters.
	sep := "?"
	if strings.Contains(dsn, "?") {
		sep = "&"
	}
	pg, err := sql.Open("pgx", dsn+sep+"default_query_exec_mode=simple_protocol")
	if err != nil {
		return 0, err
	}
	defer pg.Close()
	var c counts
	for _, f := range files {
		if err := c.compare(pg, f); err != nil {
			return 0, err
		}
	}
	fmt.Printf("%d files\nzqlite:     %d passed, %d failed\nPostgreSQL: %d passed, %d failed\n"+
		"failing on both: %d, on zqlite only: %d, on PostgreSQL only: %d\n",
		len(files), c.ours.Passed, c.ours.Failed, c.theirs.Passed, c.theirs.Failed, c.both, c.worse, c.better)
	return c.worse, nil
}

func (c *counts) compare(pg *sql.DB, file string) error {
	ctx := context.Background()
	if _, err := pg.ExecContext(ctx, "DROP SCHEMA public CASCADE; CREATE SCHEMA public"); err != nil {
		return err
	}
	db, err := sql.Open("zqlite", ":memory:")
	if err != nil {
		return err
	}
	defer db.Close()
	o := slt.Options{Engines: []string{"zqlite", "postgresql"}, Limit: math.MaxInt, Timeout: 2 * time.Minute}
	ours, err := slt.RunFile(ctx, db, file, o)
	if err != nil {
		return err
	}
	theirs, err := slt.RunFile(ctx, pg, file, o)
	if err != nil {
		return err
	}
	there := map[int]string{}
	for _, f := range theirs.Failures {
		there[f.Line] = f.Why
	}
	for _, f := range ours.Failures {
		if _, ok := there[f.Line]; ok {
			c.both++
			delete(there, f.Line)
			continue
		}
		c.worse++
		fmt.Printf("zqlite only: %s:%d: %s\n    %s\n", f.File, f.Line, f.SQL, strings.ReplaceAll(f.Why, "\n", "\n    "))
	}
	for _, f := range theirs.Failures {
		if why, ok := there[f.Line]; ok {
			c.better++
			fmt.Printf("PostgreSQL only: %s:%d: %s\n    %s\n", f.File, f.Line, f.SQL, strings.ReplaceAll(why, "\n", "\n    "))
		}
	}
	ours.Failures, theirs.Failures = nil, nil
	c.ours.Add(ours)
	c.theirs.Add(theirs)
	return nil
}

func scripts(paths []string) ([]string, error) {
	var files []string
	for _, p := range paths {
		err := filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(path, ".test") {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}
