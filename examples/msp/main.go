// Command msp is a platform for managed service providers on one database: each
// provider is a tenant, and repositories generated from schema.sql and queries/
// do all the work. It makes data, runs the hot queries, bills a month in one
// transaction per client, and looks whether any provider sees another's rows.
package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	_ "embed"

	"github.com/google/uuid"

	_ "github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/examples/msp/db"
)

//go:generate go run ../../cmd/zqlite gen schema.sql --queries queries --out db --import github.com/zqlite/zqlite/examples/msp/db

//go:embed schema.sql
var schemaText string

func main() {
	var s sizes
	path := flag.String("db", "", "database file; a temporary one where it is empty")
	flag.IntVar(&s.providers, "providers", 4, "tenants")
	flag.IntVar(&s.clients, "clients", 50, "clients of each")
	flag.IntVar(&s.tickets, "tickets", 5_000, "tickets of each")
	flag.IntVar(&s.entries, "entries", 50_000, "time entries of each")
	flag.Parse()
	if err := start(context.Background(), *path, s, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "msp:", err)
		os.Exit(1)
	}
}

// sizes of what is made.
type sizes struct{ providers, clients, tickets, entries int }

func start(ctx context.Context, path string, s sizes, out io.Writer) error {
	if path == "" {
		dir, err := os.MkdirTemp("", "msp")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "msp.db")
	}
	pool, err := sql.Open("zqlite", path+"?sync=normal")
	if err != nil {
		return err
	}
	defer pool.Close()
	return run(ctx, pool, s, out)
}

// run does everything on an empty database.
func run(ctx context.Context, pool *sql.DB, s sizes, out io.Writer) error {
	if _, err := pool.ExecContext(ctx, schemaText); err != nil {
		return err
	}
	store := db.New(pool)
	began := time.Now()
	var all []*provider
	for i := range s.providers {
		p, err := load(ctx, store.Tenant(uuid.Must(uuid.NewV7())), i, s)
		if err != nil {
			return fmt.Errorf("provider %d: %w", i, err)
		}
		all = append(all, p)
	}
	rows := s.providers * (s.tickets + s.entries)
	fmt.Fprintf(out, "%d providers, %d tickets and time entries in %s\n", s.providers, rows, time.Since(began).Round(time.Millisecond))
	if _, err := pool.ExecContext(ctx, "ANALYZE; CHECKPOINT"); err != nil {
		return err
	}
	if err := hot(ctx, all[0], out); err != nil {
		return err
	}
	for _, p := range all {
		if err := p.billMonth(ctx, lastDay, out); err != nil {
			return err
		}
	}
	return apart(ctx, pool, all, out)
}

// apart looks whether providers see each other's rows.
func apart(ctx context.Context, pool *sql.DB, all []*provider, out io.Writer) error {
	for i, p := range all {
		other := all[(i+1)%len(all)]
		if other == p {
			continue
		}
		if _, err := p.db.Clients().Get(ctx, other.clients[0]); err != db.ErrNotFound {
			return fmt.Errorf("a provider reads another's client: %v", err)
		}
		for r, err := range p.db.TicketsOfClient(ctx, other.clients[0], "open") {
			return fmt.Errorf("a provider reads another's ticket: %v %v", r, err)
		}
	}
	if err := pool.QueryRowContext(ctx, "SELECT count(*) FROM clients").Scan(new(int)); err == nil {
		return fmt.Errorf("a statement without a tenant counts clients")
	}
	fmt.Fprintln(out, "no provider sees another's rows, and no statement without one sees any")
	return nil
}
