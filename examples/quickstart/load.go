package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/schollz/progressbar/v3"
)

//go:embed packages.gz
var shipped []byte

// entry is one stanza of a Packages file.
type entry map[string]string

// readIndex reads a whole index: the shipped slice, or a file.
func readIndex(path string) ([]entry, error) {
	var r io.Reader = bytes.NewReader(shipped)
	if path != "" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	b := bufio.NewReader(r)
	if magic, err := b.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, err
		}
		defer z.Close()
		b = bufio.NewReader(z)
	}
	entries, err := parseIndex(b)
	if err == nil && len(entries) == 0 {
		err = fmt.Errorf("no packages found: a Packages file has stanzas that begin with \"Package: \"")
	}
	return entries, err
}

func parseIndex(r io.Reader) ([]entry, error) {
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<22)
	var all []entry
	cur := entry{}
	for sc.Scan() {
		line := sc.Text()
		switch {
		case line == "":
			if cur["Package"] != "" {
				all = append(all, cur)
			}
			cur = entry{}
		case line[0] == ' ' || line[0] == '\t':
		default:
			key, value, _ := strings.Cut(line, ": ")
			cur[key] = value
		}
	}
	if cur["Package"] != "" {
		all = append(all, cur)
	}
	return all, sc.Err()
}

// packageSpace makes the same uuid for the same package every time.
var packageSpace = uuid.NewSHA1(uuid.NameSpaceDNS, []byte("packages.debian.org"))

func packageID(name string) uuid.UUID { return uuid.NewSHA1(packageSpace, []byte(name)) }

// load stores the index in one transaction.
func load(ctx context.Context, db *sql.DB, path string) error {
	entries, err := readIndex(path)
	if err != nil {
		return err
	}
	bar := progressbar.NewOptions(len(entries),
		progressbar.OptionSetDescription("loading packages"),
		progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(),
		progressbar.OptionSetWidth(30), progressbar.OptionThrottle(50*time.Millisecond),
		progressbar.OptionClearOnFinish())
	start := time.Now()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	l, err := newLoader(ctx, tx)
	if err != nil {
		return err
	}
	defer l.close()
	for _, e := range entries {
		if err := l.add(ctx, e); err != nil {
			return fmt.Errorf("package %s: %w", e["Package"], err)
		}
		if err := bar.Add(1); err != nil {
			return err
		}
	}
	if err := bar.Finish(); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	took := time.Since(start)
	fmt.Printf("Loaded %s packages, %s dependencies and %s maintainers in %s (%s rows/s, one durable commit).\n",
		grouped(int64(len(entries))), grouped(l.dependencies), grouped(int64(len(l.maintainers))),
		took.Round(time.Millisecond), grouped(int64(float64(int64(len(entries))+l.dependencies)/took.Seconds())))
	return nil
}

// loader holds the prepared statements of a load.
type loader struct {
	maintainer, pkg, dependency *sql.Stmt
	maintainers                 map[string]uuid.UUID
	dependencies                int64
}

func newLoader(ctx context.Context, tx *sql.Tx) (*loader, error) {
	l := &loader{maintainers: map[string]uuid.UUID{}}
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&l.maintainer, `INSERT INTO maintainers (name) VALUES ($1)
			ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id`},
		{&l.pkg, `INSERT INTO packages (id, name, version, section, priority, download, installed, maintainer, links, summary)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (id) DO UPDATE SET version = excluded.version, installed = excluded.installed`},
		{&l.dependency, `INSERT INTO dependencies (package, position, needs, version) VALUES ($1, $2, $3, $4)
			ON CONFLICT DO NOTHING`},
	} {
		stmt, err := tx.PrepareContext(ctx, p.text)
		if err != nil {
			return nil, err
		}
		*p.stmt = stmt
	}
	return l, nil
}

func (l *loader) close() {
	for _, s := range []*sql.Stmt{l.maintainer, l.pkg, l.dependency} {
		if s != nil {
			s.Close()
		}
	}
}

func (l *loader) add(ctx context.Context, e entry) error {
	who := e["Maintainer"]
	id, ok := l.maintainers[who]
	if !ok {
		if err := l.maintainer.QueryRowContext(ctx, who).Scan(&id); err != nil {
			return err
		}
		l.maintainers[who] = id
	}
	links := map[string]string{}
	if h := e["Homepage"]; h != "" {
		links["homepage"] = h
	}
	linksJSON, err := json.Marshal(links)
	if err != nil {
		return err
	}
	pkg := packageID(e["Package"])
	_, err = l.pkg.ExecContext(ctx, pkg, e["Package"], e["Version"], e["Section"], e["Priority"],
		number(e["Size"]), number(e["Installed-Size"]), id, json.RawMessage(linksJSON), e["Description"])
	if err != nil {
		return err
	}
	for i, d := range parseDepends(e["Depends"]) {
		if _, err := l.dependency.ExecContext(ctx, pkg, i+1, d.name, d.version); err != nil {
			return err
		}
		l.dependencies++
	}
	return nil
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// dependency is the first alternative of one entry of a Depends field.
type dependency struct {
	name    string
	version sql.NullString
}

func parseDepends(field string) []dependency {
	var out []dependency
	for _, group := range strings.Split(field, ",") {
		first, _, _ := strings.Cut(group, "|")
		name, version, constrained := strings.Cut(strings.TrimSpace(first), " ")
		name, _, _ = strings.Cut(name, ":")
		if name != "" {
			out = append(out, dependency{name, sql.NullString{String: strings.Trim(version, "()"), Valid: constrained}})
		}
	}
	return out
}
