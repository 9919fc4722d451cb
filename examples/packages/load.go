package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pierrec/lz4/v4"

	"github.com/zqlite/zqlite"
)

// findIndex finds the largest index that apt keeps, or the quickstart's slice.
func findIndex() string {
	found, size := filepath.Join("examples", "quickstart", "packages.gz"), int64(0)
	names, err := filepath.Glob("/var/lib/apt/lists/*_Packages*")
	if err != nil { // only of a bad pattern
		return found
	}
	for _, n := range names {
		if st, err := os.Stat(n); err == nil && st.Size() > size {
			found, size = n, st.Size()
		}
	}
	return found
}

// entry is one stanza of a Packages file.
type entry map[string]string

func readIndex(path string) ([]entry, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := bufio.NewReader(f)
	head, err := b.Peek(4)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var r io.Reader = b
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		if r, err = gzip.NewReader(b); err != nil {
			return nil, err
		}
	case bytes.Equal(head, []byte{0x04, 0x22, 0x4d, 0x18}):
		r = lz4.NewReader(b)
	}
	all, err := parseIndex(r)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%s: no stanza begins with \"Package: \"", path)
	}
	return all, err
}

func parseIndex(r io.Reader) ([]entry, error) {
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<22)
	seen := map[string]bool{}
	var all []entry
	cur := entry{}
	end := func() {
		if n := cur["Package"]; n != "" && !seen[n] { // the first of several versions
			seen[n] = true
			all = append(all, cur)
		}
		cur = entry{}
	}
	for sc.Scan() {
		switch line := sc.Text(); {
		case line == "":
			end()
		case line[0] == ' ' || line[0] == '\t':
		default:
			key, value, _ := strings.Cut(line, ": ")
			cur[key] = value
		}
	}
	end()
	return all, sc.Err()
}

type release struct {
	ID, Package     int64
	Version         string
	Size, Installed int64
	Published       time.Time
}

type dependency struct {
	Release    int64
	Position   int32
	Needs      string
	Constraint *string `db:"constraint_text"`
}

type downloads struct {
	Release   int64
	Day       time.Time
	Downloads int64
}

// load stores the index, and downloads that are made up, in one transaction.
func (g *registry) load(ctx context.Context, entries []entry) error {
	var packages []pkg
	var releases []release
	var needs []dependency
	for i, e := range entries {
		id := int64(i)
		p := pkg{ID: id, Name: e["Package"], Summary: e["Description"]}
		if s := e["Section"]; s != "" {
			p.Section = &s
		}
		g.names = append(g.names, p.Name)
		packages = append(packages, p)
		size, err := strconv.ParseInt(e["Size"], 10, 64)
		if err != nil {
			return fmt.Errorf("package %s: %w", p.Name, err)
		}
		installed, _ := strconv.ParseInt(e["Installed-Size"], 10, 64) // some have none
		at := time.Date(2023, 6, 10, 0, 0, 0, 0, time.UTC).Add(time.Duration(g.random.IntN(365*24)) * time.Hour)
		releases = append(releases, release{id, id, e["Version"], size, installed, at})
		needs = append(needs, dependenciesOf(id, e["Depends"])...)
	}
	begin := time.Now()
	rows := int64(0)
	err := g.db.InTx(ctx, zqlite.TxOptions{Attempts: 1}, func(tx *zqlite.Tx) error {
		add := func(n int64, err error) error { rows += n; return err }
		if err := add(zqlite.Append(ctx, tx, "packages", slices.Values(packages))); err != nil {
			return err
		}
		if err := add(zqlite.Append(ctx, tx, "releases", slices.Values(releases))); err != nil {
			return err
		}
		if err := add(zqlite.Append(ctx, tx, "dependencies", slices.Values(needs))); err != nil {
			return err
		}
		return add(zqlite.Append(ctx, tx, "download_stats", func(yield func(downloads) bool) {
			today := time.Now().Truncate(24 * time.Hour)
			for i := range entries {
				for day := range 10 {
					if !yield(downloads{int64(i), today.AddDate(0, 0, -9*day-1), int64(g.random.ExpFloat64() * 100)}) {
						return
					}
				}
			}
		}))
	})
	took := time.Since(begin)
	fmt.Fprintf(g.out, "%d packages, %d rows in %s, %.0f rows a second\n", len(packages), rows, took.Round(time.Millisecond), float64(rows)/took.Seconds())
	return err
}

// dependenciesOf takes a Depends field apart: of alternatives the first.
func dependenciesOf(release int64, field string) (all []dependency) {
	if field == "" {
		return nil
	}
	for i, part := range strings.Split(field, ", ") {
		first, _, _ := strings.Cut(part, " | ")
		name, rest, _ := strings.Cut(first, " ")
		d := dependency{Release: release, Position: int32(i), Needs: strings.TrimSuffix(name, ":any")}
		if rest = strings.Trim(rest, "()"); rest != "" {
			d.Constraint = &rest
		}
		all = append(all, d)
	}
	return all
}
