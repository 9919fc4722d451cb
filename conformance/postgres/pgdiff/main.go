// Command pgdiff runs scripts of conformance/sql on zqlite and on a PostgreSQL
// 15 server and prints the statements whose answers differ:
//
//	cd conformance/postgres && go run ./pgdiff -dsn 'postgres://user@host/postgres' FILE.sql ...
//
// With -record it writes the server's answers beside the scripts (FILE.out),
// with -verify it compares the records there are with the server's answers,
// with -mutate it asks both sides what is wrong with broken forms of the
// statements, and with -generate random queries are compared; both are the same
// for the same -seed.
// Each script gets a database of its own, which is dropped afterwards. Exits
// with 1 where something differs.
package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/zqlite/zqlite/conformance/script"
)

func main() {
	dsn := flag.String("dsn", "postgres://postgres@localhost/postgres", "a PostgreSQL server; databases are made there")
	record := flag.Bool("record", false, "write the server's answers to FILE.out")
	verify := flag.Bool("verify", false, "compare FILE.out with the server's answers")
	mutants := flag.Int("mutate", 0, "prepare this many broken forms of each statement on both sides instead")
	queries := flag.Int("generate", 0, "compare this many random queries instead")
	seed := flag.Uint64("seed", 1, "of the broken forms")
	flag.Parse()
	differ := 0
	if *queries > 0 {
		n, err := generate(*dsn, *queries, *seed)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		differ = n
	}
	for _, f := range flag.Args() {
		n, err := 0, error(nil)
		if *mutants > 0 {
			n, err = mutate(*dsn, f, *mutants, *seed)
		} else {
			n, err = run(*dsn, f, *record, *verify)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", f, err)
			os.Exit(2)
		}
		differ += n
	}
	if differ > 0 {
		os.Exit(1)
	}
}

func run(dsn, file string, record, verify bool) (int, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	ctx := context.Background()
	stmts := script.Parse(string(text))
	theirs, err := onServer(ctx, dsn, stmts)
	if err != nil {
		return 0, err
	}
	ours, err := here(ctx, stmts)
	if err != nil {
		return 0, err
	}
	want := make([]string, len(stmts))
	copy(want, theirs)
	for i := range stmts {
		if stmts[i].Differs != "" {
			want[i] = ours[i]
		}
	}
	out := strings.TrimSuffix(file, ".sql") + ".out"
	if record {
		if err := os.WriteFile(out, []byte(script.Record(stmts, want)), 0o666); err != nil {
			return 0, err
		}
	}
	if verify {
		kept, err := os.ReadFile(out)
		if err != nil {
			return 0, err
		}
		ours = script.ReadRecord(string(kept))
		for i := range stmts {
			stmts[i].Gap = ""
		}
		if len(ours) != len(stmts) {
			return 0, fmt.Errorf("%d statements, %d recorded answers", len(stmts), len(ours))
		}
	}
	all := script.Compare(stmts, want, ours)
	for _, d := range all {
		if d.Closed {
			fmt.Printf("%s:%d: %s\n  no gap any more\n", file, d.Statement.Line, d.Statement.SQL)
			continue
		}
		fmt.Printf("%s:%d: %s\n  want %s  got  %s", file, d.Statement.Line, d.Statement.SQL, indent(d.Want), indent(d.Got))
	}
	fmt.Printf("%s: %d statements, %d differ\n", file, len(stmts), len(all))
	return len(all), nil
}

func indent(s string) string {
	return strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n       ") + "\n"
}

func here(ctx context.Context, stmts []script.Statement) ([]string, error) {
	db, err := sql.Open("zqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return script.Run(ctx, &script.Session{Conn: conn}, stmts), nil
}
