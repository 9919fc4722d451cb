// Command bench measures zqlite beside SQLite (mattn/go-sqlite3, which needs a
// C compiler, and modernc.org/sqlite) through database/sql, in one run, so that
// ratios hold on a noisy machine:
//
//	CGO_ENABLED=1 go run . [-rows 1000000] [-only REGEXP] [-rounds 3] [-peers mattn,modernc] [-cpu]
//
// Every workload is run in turns, zqlite, peer, zqlite, peer …; the table gives
// the median of the rounds and the ratio peer/zqlite (above 1: zqlite is faster).
package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"sort"
	"strings"
	"time"

	_ "github.com/mattn/go-sqlite3"
	_ "modernc.org/sqlite"

	_ "github.com/zqlite/zqlite"
)

// engine is a database to measure.
type engine struct {
	name   string
	driver string
	// dsn makes a data source name: durable says that each commit is synced.
	dsn func(path string, durable bool) string
	// group is the only one that the engine takes part in; empty: all.
	group string
	// fill inserts rows faster than statements can; nil: statements.
	fill func(ctx context.Context, db *sql.DB, table string, n int, row func(i int) []any) error
}

var engines = []engine{
	{"zqlite", "zqlite", func(path string, durable bool) string {
		if durable {
			return path + "?sync=full&cache_size=256MB"
		}
		return path + "?sync=normal&cache_size=256MB"
	}, "", nil},
	{"mattn", "sqlite3", func(path string, durable bool) string {
		sync := "NORMAL"
		if durable {
			sync = "FULL"
		}
		return "file:" + path + "?_journal_mode=WAL&_synchronous=" + sync + "&_busy_timeout=20000&_cache_size=-262144&_txlock=immediate"
	}, "", nil},
	{"modernc", "sqlite", func(path string, durable bool) string {
		sync := "NORMAL"
		if durable {
			sync = "FULL"
		}
		return "file:" + path + "?_pragma=journal_mode(WAL)&_pragma=synchronous(" + sync + ")&_pragma=busy_timeout(20000)&_pragma=cache_size(-262144)&_txlock=immediate"
	}, "", nil},
}

// config is what the flags say.
type config struct {
	rows   int
	rounds int
	only   *regexp.Regexp
	peers  []string
	dir    string
	// profile gets the processor profile from the first workload on, if not nil.
	profile   *os.File
	profiling bool
	cpu       bool
	fill      func(ctx context.Context, db *sql.DB, table string, n int, row func(i int) []any) error
}

func main() {
	rows := flag.Int("rows", 1_000_000, "rows of the read tables")
	rounds := flag.Int("rounds", 3, "rounds of each workload")
	only := flag.String("only", "", "regular expression of workload names")
	data := flag.String("data", "", "directory that keeps the databases, so that the next run need not load them")
	peers := flag.String("peers", "mattn", "peers, separated by commas: mattn, modernc, duckdb (with -tags duckdb)")
	cpu := flag.Bool("cpu", false, "processor time of the process instead of the clock's, for a busy machine")
	profile := flag.String("profile", "", "file for a processor profile from the first workload on; with -peers '' of zqlite alone")
	flag.Parse()
	c := config{rows: *rows, rounds: *rounds, peers: strings.Split(*peers, ","), cpu: *cpu, dir: *data}
	var err error
	if *profile != "" {
		if c.profile, err = os.Create(*profile); err == nil {
			defer c.profile.Close()
		}
	}
	if err == nil {
		c.only, err = regexp.Compile(*only)
	}
	if err == nil {
		err = run(&c)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(c *config) error {
	if c.dir == "" {
		dir, err := os.MkdirTemp(".", "data-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		c.dir = dir
	}
	var list []engine
	for _, e := range engines {
		if e.name == "zqlite" || contains(c.peers, e.name) {
			list = append(list, e)
		}
	}
	fmt.Printf("%d rows, %d rounds; medians\n\n", c.rows, c.rounds)
	fmt.Printf("| %-44s |", "workload")
	for _, e := range list {
		fmt.Printf(" %14s |", e.name)
	}
	for _, e := range list[1:] {
		fmt.Printf(" %10s |", e.name+"/z")
	}
	fmt.Printf("\n|%s|%s\n", strings.Repeat("-", 46), strings.Repeat("----------------|", len(list))+strings.Repeat("------------|", len(list)-1))
	for _, g := range groups {
		if err := g.run(c, list); err != nil {
			return err
		}
	}
	if c.profiling {
		pprof.StopCPUProfile()
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// group is a set of workloads over one prepared database per engine.
type group struct {
	name    string
	durable bool
	setup   func(ctx context.Context, db *sql.DB, c *config) error
	work    []workload
}

// workload measures one thing and returns the time of one operation.
type workload struct {
	name string
	run  func(ctx context.Context, db *sql.DB, c *config) (perOp time.Duration, err error)
	// whole: the run is the operation, so that processor time can stand for it.
	whole bool
}

func (g *group) run(c *config, list []engine) error {
	var work []workload
	for _, w := range g.work {
		if c.only.MatchString(w.name) {
			work = append(work, w)
		}
	}
	if len(work) == 0 {
		return nil
	}
	ctx := context.Background()
	dbs := make([]*sql.DB, len(list))
	for i, e := range list {
		path, err := filepath.Abs(filepath.Join(c.dir, g.name+"-"+e.name+".db"))
		if err != nil {
			return err
		}
		if e.group != "" && e.group != g.name {
			continue
		}
		c.fill = e.fill
		_, missing := os.Stat(path)
		loaded := missing == nil
		if dbs[i], err = sql.Open(e.driver, e.dsn(path, g.durable)); err != nil {
			return err
		}
		defer dbs[i].Close()
		dbs[i].SetMaxIdleConns(128)
		if loaded {
			continue
		}
		if err := g.setup(ctx, dbs[i], c); err != nil {
			return fmt.Errorf("%s: setup of %s: %w", e.name, g.name, err)
		}
	}
	for _, w := range work {
		times := make([][]time.Duration, len(list))
		for range c.rounds {
			for i := range list {
				if dbs[i] == nil {
					continue
				}
				d, err := c.measure(ctx, w, dbs[i])
				if err != nil {
					return fmt.Errorf("%s: %s: %w", list[i].name, w.name, err)
				}
				times[i] = append(times[i], d)
			}
		}
		report(w.name, times)
	}
	return nil
}

// measure runs a workload once.
func (c *config) measure(ctx context.Context, w workload, db *sql.DB) (time.Duration, error) {
	if c.profile != nil && !c.profiling {
		if err := pprof.StartCPUProfile(c.profile); err != nil {
			return 0, err
		}
		c.profiling = true
	}
	before := processorTime()
	d, err := w.run(ctx, db, c)
	if used := processorTime() - before; c.cpu && w.whole {
		d = used
	}
	return d, err
}

func report(name string, times [][]time.Duration) {
	medians := make([]time.Duration, len(times))
	for i, t := range times {
		if len(t) == 0 {
			continue
		}
		sort.Slice(t, func(a, b int) bool { return t[a] < t[b] })
		medians[i] = t[len(t)/2]
	}
	fmt.Printf("| %-44s |", name)
	for _, m := range medians {
		fmt.Printf(" %14s |", human(m))
	}
	for _, m := range medians[1:] {
		if m == 0 {
			fmt.Printf(" %10s |", "")
			continue
		}
		fmt.Printf(" %9.2f× |", float64(m)/float64(medians[0]))
	}
	fmt.Println()
}

func human(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d < 10*time.Microsecond:
		return fmt.Sprintf("%.0f ns", float64(d.Nanoseconds()))
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f µs", float64(d.Nanoseconds())/1e3)
	}
	return fmt.Sprintf("%.1f ms", float64(d.Nanoseconds())/1e6)
}
