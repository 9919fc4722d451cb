// Command packages is the database of a package registry, filled with Debian's
// real package index: packages, releases, dependencies with constraints,
// downloads by day. It times what such a registry asks all day.
//
//	go run ./examples/packages [-packages FILE] [-db FILE]
//
// FILE is an index as apt keeps it, plain, .gz or .lz4. Without it the largest
// one in /var/lib/apt/lists is read (some 63,000 packages), and where there is
// none the slice that the quickstart ships.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/zqlite/zqlite"
)

const schema = `
CREATE TABLE packages (
	id      bigint PRIMARY KEY,
	name    text NOT NULL UNIQUE,
	section text,
	summary text NOT NULL
);
CREATE INDEX packages_section ON packages (section);
CREATE TABLE releases (
	id        bigint PRIMARY KEY,
	package   bigint NOT NULL REFERENCES packages ON DELETE CASCADE,
	version   text NOT NULL,
	size      bigint NOT NULL,
	installed bigint NOT NULL,
	published timestamptz NOT NULL,
	UNIQUE (package, version)
);
CREATE INDEX releases_published ON releases (published DESC);
CREATE TABLE dependencies (
	release    bigint NOT NULL REFERENCES releases ON DELETE CASCADE,
	position   int NOT NULL,
	needs      text NOT NULL,
	constraint_text text,
	PRIMARY KEY (release, position)
);
CREATE INDEX dependencies_needs ON dependencies (needs);
CREATE TABLE download_stats (
	release   bigint NOT NULL REFERENCES releases ON DELETE CASCADE,
	day       date NOT NULL,
	downloads bigint NOT NULL,
	PRIMARY KEY (release, day)
);`

func main() {
	index := flag.String("packages", "", "a Debian Packages file")
	path := flag.String("db", "", "database file to make (default: one in a temporary directory)")
	flag.Parse()
	if *index == "" {
		*index = findIndex()
	}
	if err := run(context.Background(), os.Stdout, *index, *path, 1); err != nil {
		fmt.Fprintln(os.Stderr, "packages:", err)
		os.Exit(1)
	}
}

// run does everything; haste divides how often each question is asked.
func run(ctx context.Context, out io.Writer, index, path string, haste int) error {
	if path == "" {
		dir, err := os.MkdirTemp("", "zqlite-packages-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "packages.db")
	}
	db, err := zqlite.Open(path + "?sync=normal&cache_size=256MB")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Exec(ctx, schema); err != nil {
		return err
	}
	entries, err := readIndex(index)
	if err != nil {
		return err
	}
	g := &registry{db: db, out: out, random: rand.New(rand.NewPCG(5, 6)), haste: haste}
	if err := g.load(ctx, entries); err != nil {
		return err
	}
	return g.serve(ctx)
}

// registry is the program's state.
type registry struct {
	db     *zqlite.DB
	out    io.Writer
	random *rand.Rand
	names  []string
	haste  int
}

// timed runs something n times and prints how long it took each.
func (g *registry) timed(what string, n int, f func(i int) error) error {
	n = max(n/g.haste, 1)
	begin := time.Now()
	for i := range n {
		if err := f(i); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	took := time.Since(begin)
	fmt.Fprintf(g.out, "%-44s %10.1f µs\n", what, float64(took.Nanoseconds())/1000/float64(n))
	return nil
}

type pkg struct {
	ID      int64
	Name    string
	Section *string
	Summary string
}

// serve asks what the registry's users ask.
func (g *registry) serve(ctx context.Context) error {
	if err := g.timed("package by name", 50000, func(int) error {
		_, err := zqlite.One[pkg](ctx, g.db, `SELECT * FROM packages WHERE name = $1`, g.names[g.random.IntN(len(g.names))])
		return err
	}); err != nil {
		return err
	}
	type release struct {
		Name, Version string
		Published     time.Time
	}
	if err := g.timed("the 20 newest releases", 2000, func(int) error {
		all, err := zqlite.Collect(zqlite.Query[release](ctx, g.db, `SELECT p.name, r.version, r.published
			FROM (SELECT * FROM releases ORDER BY published DESC LIMIT 20) r JOIN packages p ON p.id = r.package ORDER BY r.published DESC`))
		if err == nil && len(all) != 20 {
			err = fmt.Errorf("%d rows", len(all))
		}
		return err
	}); err != nil {
		return err
	}
	words := []string{"database", "sqlite", "python", "font", "game"}
	if err := g.timed("search in names and summaries", 20, func(i int) error {
		_, err := zqlite.Collect(zqlite.Query[pkg](ctx, g.db, `SELECT * FROM packages
			WHERE name LIKE '%' || $1 || '%' OR summary ILIKE '%' || $1 || '%' ORDER BY name LIMIT 20`, words[i%len(words)]))
		return err
	}); err != nil {
		return err
	}
	if err := g.timed("download counted (upsert)", 20000, func(int) error {
		_, err := g.db.Exec(ctx, `INSERT INTO download_stats VALUES ($1, current_date, 1)
			ON CONFLICT (release, day) DO UPDATE SET downloads = download_stats.downloads + 1`, g.random.IntN(len(g.names)))
		return err
	}); err != nil {
		return err
	}
	return g.analyse(ctx)
}

func (g *registry) analyse(ctx context.Context) error {
	deepest := 0
	if err := g.timed("all that one package needs, recursively", 20, func(i int) error {
		n, err := zqlite.One[int](ctx, g.db, `WITH RECURSIVE closure (name) AS (
				SELECT $1::text
				UNION
				SELECT d.needs FROM closure c JOIN packages p ON p.name = c.name
				JOIN releases r ON r.package = p.id JOIN dependencies d ON d.release = r.id)
			SELECT count(*) FROM closure`, g.names[g.random.IntN(len(g.names))])
		deepest = max(deepest, n)
		return err
	}); err != nil {
		return err
	}
	type week struct {
		Section   *string
		Week      time.Time
		Downloads int64
	}
	var weeks []week
	if err := g.timed("downloads of 90 days by section and week", 3, func(int) (err error) {
		weeks, err = zqlite.Collect(zqlite.Query[week](ctx, g.db, `SELECT p.section, date_trunc('week', s.day::timestamp) AS week, sum(s.downloads)::bigint AS downloads
			FROM download_stats s JOIN releases r ON r.id = s.release JOIN packages p ON p.id = r.package
			WHERE s.day > current_date - 90 GROUP BY 1, 2 ORDER BY 3 DESC`))
		return err
	}); err != nil {
		return err
	}
	fmt.Fprintf(g.out, "the largest of 20 closures has %d packages; %d sections and weeks\n", deepest, len(weeks))
	if deepest < 2 || len(weeks) == 0 {
		return fmt.Errorf("the answers are empty")
	}
	return nil
}
