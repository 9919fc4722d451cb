package badinput

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

var token = regexp.MustCompile(`'(?:[^']|'')*'|"[^"]*"|[A-Za-z_][A-Za-z_0-9]*|[0-9]+(?:\.[0-9]+)?|::|<=|>=|<>|\|\||->>|->|#>>|[^\s]`)

// TestSoup makes texts out of the tokens of sensible statements: pieces of one
// in the place of pieces of another. Few mean anything; none may make the
// engine panic or hang, or harm the rows.
func TestSoup(t *testing.T) {
	texts := 4000
	if long() {
		texts = 400000
	}
	if n, err := strconv.Atoi(os.Getenv("ZQLITE_SOUP")); err == nil {
		texts = n
	}
	seed := uint64(11)
	if n, err := strconv.Atoi(os.Getenv("ZQLITE_SEED")); err == nil {
		seed = uint64(n)
	}
	var pool [][]string
	for _, s := range append(seeds, scripts(t)...) {
		if f := token.FindAllString(s, 200); len(f) > 1 && !strings.Contains(strings.ToLower(s), "sleep") {
			pool = append(pool, f)
		}
	}
	r := rand.New(rand.NewPCG(seed, 5))
	var db *sql.DB
	var history []string
	known := map[string]bool{} // problems that were shown
	deadline := time.Now().Add(2 * time.Minute)
	for i := range texts {
		if i%100 == 0 {
			if db != nil {
				db.Close()
			}
			db = soupDB(t)
			if !long() && time.Now().After(deadline) {
				break
			}
		}
		text := soup(r, pool)
		if i%100 == 0 {
			history = history[:0]
		}
		history = append(history, text)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		start := time.Now()
		_, err := drain(ctx, db, text)
		cancel()
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%v for: %s\nafter:\n%s", d, text, strings.Join(history, "\n"))
			return
		}
		if problem := wrongError(err); problem != "" && !known[problem] {
			known[problem] = true
			t.Errorf("%.3000s\nby: %s", err, text)
		}
	}
	db.Close()
}

func soupDB(t *testing.T) *sql.DB {
	db, err := sql.Open("zqlite", ":memory:?memory_limit=8MB&statement_timeout=2s&lock_timeout=100ms")
	must(t, err)
	db.SetMaxOpenConns(1)
	for _, text := range []string{
		`CREATE TABLE t (a int PRIMARY KEY, b text, c smallint, d int4, e bigint, n numeric(5,2), dt date, ts timestamp, bl boolean)`,
		`INSERT INTO t SELECT i, 'row ' || i, i, i, i, i FROM generate_series(1, 10) g(i)`,
		`CREATE TABLE u (a int PRIMARY KEY REFERENCES t (a), b text UNIQUE, c int CHECK (c > 0), d int NOT NULL DEFAULT 1)`,
		`INSERT INTO u SELECT i, i, i FROM generate_series(1, 5) g(i)`,
	} {
		exec(t, db, text)
	}
	return db
}

// soup makes a text: a statement with some pieces taken out, doubled, or
// replaced by pieces of others.
func soup(r *rand.Rand, pool [][]string) string {
	pick := func() []string { return pool[r.IntN(len(pool))] }
	piece := func(of []string) []string {
		from := r.IntN(len(of))
		return of[from:min(len(of), from+1+r.IntN(6))]
	}
	out := append([]string(nil), pick()...)
	for range 1 + r.IntN(4) {
		at := r.IntN(len(out) + 1)
		rest := append([]string(nil), out[at:]...)
		switch r.IntN(5) {
		case 0: // one token of another statement in place of one
			p := pick()
			if at < len(out) {
				out[at] = p[r.IntN(len(p))]
			}
		case 1: // a piece inserted
			out = append(append(out[:at:at], piece(pick())...), rest...)
		case 2: // a piece replaced
			out = append(append(out[:at:at], piece(pick())...), rest[min(len(rest), r.IntN(4)):]...)
		case 3: // a piece left out
			out = append(out[:at:at], rest[min(len(rest), 1+r.IntN(4)):]...)
		case 4: // a piece in parentheses
			n := min(len(rest), 1+r.IntN(6))
			out = append(append(append(append(out[:at:at], "("), rest[:n]...), ")"), rest[n:]...)
		}
		if len(out) == 0 {
			return ""
		}
	}
	return strings.Join(out, " ")
}

// scripts gives the statements of the scripts beside this package.
func scripts(t *testing.T) []string {
	var out []string
	files, err := filepath.Glob("../sql/*/*.sql")
	must(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		must(t, err)
		for _, s := range strings.Split(string(b), ";\n") {
			if len(s) < 2000 {
				out = append(out, s)
			}
		}
	}
	return out
}
