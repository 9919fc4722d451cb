// Command workflow runs workflows on a database: workers claim executions with
// FOR UPDATE SKIP LOCKED, write a history of events, fail, are tried again, and
// die with work in their hands. In the end every execution is done once, and its
// history alone gives its result.
package main

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	_ "github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/examples/workflow/db"
)

//go:generate go run ../../cmd/zqlite gen schema.sql --queries queries --out db --import github.com/zqlite/zqlite/examples/workflow/db

//go:embed schema.sql
var schemaText string

func main() {
	var s sizes
	path := flag.String("db", "", "database file; a temporary one where it is empty")
	flag.IntVar(&s.flows, "flows", 10, "workflows")
	flag.IntVar(&s.executions, "executions", 5_000, "executions")
	flag.IntVar(&s.workers, "workers", 8, "workers at a time")
	flag.Parse()
	if err := start(context.Background(), *path, s, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "workflow:", err)
		os.Exit(1)
	}
}

type sizes struct{ flows, executions, workers int }

func start(ctx context.Context, path string, s sizes, out io.Writer) error {
	if path == "" {
		dir, err := os.MkdirTemp("", "workflow")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "workflow.db")
	}
	pool, err := sql.Open("zqlite", path+"?sync=normal")
	if err != nil {
		return err
	}
	defer pool.Close()
	if _, err := pool.ExecContext(ctx, schemaText); err != nil {
		return err
	}
	g := db.New(pool).Global()
	if err := load(ctx, g, s); err != nil {
		return err
	}
	began := time.Now()
	if err := work(ctx, g, s.workers); err != nil {
		return err
	}
	took := time.Since(began)
	fmt.Fprintf(out, "%d executions by %d workers in %s: %.0f/s\n", s.executions, s.workers, took.Round(time.Millisecond), float64(s.executions)/took.Seconds())
	if err := check(ctx, g, s, out); err != nil {
		return err
	}
	return finish(ctx, pool, g, path, s, out)
}

// nodes are the steps of every flow; each is a sum done.
var nodes = []string{"fetch", "transform", "store"}

func load(ctx context.Context, g *db.Global, s sizes) error {
	spec, err := json.Marshal(map[string]any{"nodes": nodes})
	if err != nil {
		return err
	}
	var flows []int64
	for i := range s.flows {
		f, err := g.Flows().Create(ctx, db.NewFlow{Name: fmt.Sprintf("flow %03d of %s", i, time.Now()), Tags: db.Set([]string{"all", fmt.Sprint("t", i%3)}), Spec: spec})
		if err != nil {
			return err
		}
		flows = append(flows, f.ID)
	}
	_, err = g.Executions().CreateMany(ctx, func(yield func(db.NewExecution) bool) {
		for i := range s.executions {
			if !yield(db.NewExecution{FlowID: flows[i%len(flows)], Input: int64(i)}) {
				return
			}
		}
	})
	return err
}

// check replays the history of every execution and compares it with what the
// table says.
func check(ctx context.Context, g *db.Global, s sizes, out io.Writer) error {
	began := time.Now()
	done, tries := 0, int64(0)
	for e, err := range g.Executions().All(ctx) {
		if err != nil {
			return err
		}
		r, err := replay(ctx, g, e.ID)
		if err != nil {
			return err
		}
		want := e.Input + int64(len(nodes))
		if e.State != db.StateDone || r.state != e.State || r.finished != 1 || r.value != want || e.Result.V != want {
			return fmt.Errorf("execution %d is %s with %v; its history says %+v", e.ID, e.State, e.Result, r)
		}
		done++
		tries += e.Attempt
	}
	if done != s.executions {
		return fmt.Errorf("%d of %d executions are done", done, s.executions)
	}
	fmt.Fprintf(out, "%d histories replayed in %s; %d tries in all\n", done, time.Since(began).Round(time.Millisecond), tries)
	return nil
}

// finish runs the queries of a dashboard, and then again.
func finish(ctx context.Context, pool *sql.DB, g *db.Global, path string, s sizes, out io.Writer) error {
	began := time.Now()
	for r, err := range g.CountByState(ctx) {
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %d in %s\n", r.State, r.N, time.Since(began).Round(time.Microsecond))
	}
	began = time.Now()
	flows := 0
	for _, err := range g.FlowsTagged(ctx, "t1") {
		if err != nil {
			return err
		}
		flows++
	}
	fmt.Fprintf(out, "%d flows with a tag, their runs counted, in %s\n", flows, time.Since(began).Round(time.Microsecond))
	return again(ctx, pool, g, path, s, out)
}

// again prunes most executions and runs as many anew, in the space that they
// leave.
func again(ctx context.Context, pool *sql.DB, g *db.Global, path string, s sizes, out io.Writer) error {
	before, err := size(ctx, pool, path)
	if err != nil {
		return err
	}
	began := time.Now()
	n, err := g.Prune(ctx, int64(s.executions)*9/10)
	if err != nil {
		return err
	}
	took := time.Since(began)
	s.executions = int(n)
	if err := load(ctx, g, s); err != nil {
		return err
	}
	if err := work(ctx, g, s.workers); err != nil {
		return err
	}
	after, err := size(ctx, pool, path)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d executions pruned in %s, as many run again: the file has %d KiB, before %d\n", n, took.Round(time.Millisecond), after>>10, before>>10)
	return nil
}

func size(ctx context.Context, pool *sql.DB, path string) (int64, error) {
	if _, err := pool.ExecContext(ctx, "CHECKPOINT"); err != nil {
		return 0, err
	}
	st, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}
