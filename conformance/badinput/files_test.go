package badinput

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zqlite/zqlite"
)

// room is a directory in memory where the system has one: damaged files are
// written thousands of times.
func room(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "zqlite")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// image is the files of a database at one moment, by name.
type image map[string][]byte

func load(t testing.TB, dir string) image {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	m := image{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), "-lock") {
			m[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name()))
			must(t, err)
		}
	}
	return m
}

// with returns the image with one file replaced; nil content removes it.
func (m image) with(name string, content []byte) image {
	out := image{}
	for n, c := range m {
		out[n] = c
	}
	out[name] = content
	return out
}

// store makes the directory hold the image and nothing else.
func (m image) store(t testing.TB, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		must(t, os.Remove(filepath.Join(dir, e.Name())))
	}
	for n, c := range m {
		if c != nil {
			must(t, os.WriteFile(filepath.Join(dir, n), c, 0o600))
		}
	}
}

// states are what a file may truthfully answer, after each of its commits.
type states []string

func exec(t testing.TB, db *sql.DB, text string, args ...any) {
	t.Helper()
	if _, err := db.Exec(text, args...); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// answers reads the whole database in several ways, as one text.
func answers(db *sql.DB) (string, error) {
	var b strings.Builder
	for _, q := range []string{
		`SELECT count(*), sum(id), sum(length(s)), md5(string_agg(id || ':' || k || ':' || s || ':' || f, '|' ORDER BY id)) FROM r`,
		`SELECT sum(k), count(*), max(k), min(k) FROM r WHERE k >= 0`,
		`SELECT s FROM r WHERE k = 17 ORDER BY id`,
		`SELECT id, length(body), md5(body) FROM big ORDER BY id`,
		`SELECT count(*) FROM v`,
	} {
		rows, err := db.Query(q)
		if err != nil {
			return "", err
		}
		cols, err := rows.Columns()
		if err != nil {
			return "", err
		}
		cells, ptrs := make([]any, len(cols)), make([]any, len(cols))
		for i := range cells {
			ptrs[i] = &cells[i]
		}
		for rows.Next() {
			if err := rows.Scan(ptrs...); err != nil {
				return "", err
			}
			fmt.Fprintln(&b, cells...)
		}
		if err := rows.Err(); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// build makes a small database of every kind of page and returns its image
// after a clean Close, the image of an earlier checkpoint, an image with
// commits that are in the log alone, and the answers of each.
func build(t testing.TB, dir string) (clean, earlier, logged image, want string, logs states) {
	t.Helper()
	file := filepath.Join(dir, "t.db")
	db, err := sql.Open("zqlite", file+"?sync=full")
	must(t, err)
	exec(t, db, `CREATE TABLE r (id int PRIMARY KEY, k int, s text, f float8 DEFAULT 0.5)`)
	exec(t, db, `CREATE INDEX r_k ON r (k)`)
	exec(t, db, `CREATE TABLE big (id int PRIMARY KEY, body text)`)
	exec(t, db, `CREATE VIEW v AS SELECT id FROM r WHERE k < 50`)
	exec(t, db, `INSERT INTO r SELECT i, i * 7 % 100, 'row ' || i || repeat('x', i % 40), i / 3.0 FROM generate_series(1, 600) g(i)`)
	exec(t, db, `INSERT INTO big VALUES (1, repeat('a', 9000)), (2, repeat('b', 40000))`)
	exec(t, db, `CHECKPOINT`)
	earlier = load(t, dir)
	exec(t, db, `UPDATE r SET s = 'changed ' || id WHERE id % 5 = 0`)
	exec(t, db, `UPDATE big SET body = repeat('c', 41000) WHERE id = 2`)
	exec(t, db, `DELETE FROM r WHERE id > 580`)
	exec(t, db, `CHECKPOINT`)
	state := func() string {
		s, err := answers(db)
		must(t, err)
		return s
	}
	want = state()
	logs = append(logs, want)
	for i := range 6 {
		exec(t, db, `UPDATE r SET k = k + 1, s = $1 WHERE id BETWEEN $2 AND $2 + 20`, fmt.Sprint("commit ", i), 1+40*i)
		logs = append(logs, state())
	}
	logged = load(t, dir)
	must(t, db.Close())
	clean = load(t, dir)
	want = logs[len(logs)-1]
	return clean, earlier, logged, want, logs
}

// try opens the image and returns what it answers, or the error.
func try(t testing.TB, m image, dir string, mode string) (got string, err error) {
	t.Helper()
	m.store(t, dir)
	db, err := sql.Open("zqlite", filepath.Join(dir, "t.db")+"?sync=off&mode="+mode)
	must(t, err)
	defer db.Close()
	return answers(db)
}

// sound reports what is wrong with an outcome: an error must be one of the
// engine's, of a class that says so, and rows must be right.
func sound(got string, err error, right ...string) string {
	if err == nil {
		for _, w := range right {
			if got == w {
				return ""
			}
		}
		return fmt.Sprintf("wrong rows:\n%s", got)
	}
	var e *zqlite.Error
	if !errors.As(err, &e) {
		return fmt.Sprintf("not an error of the engine: %v", err)
	}
	switch e.Code {
	case "XX001", "XX002", "58030", "58P01", "0A000", "42809":
		return ""
	}
	return fmt.Sprintf("SQLSTATE %s: %v", e.Code, e)
}

func long() bool { return os.Getenv("ZQLITE_LONG") != "" }

// modeOf opens three of four images read only, which is quicker: the fourth
// goes the way of those who write.
func modeOf(n int) string {
	if n%4 == 0 {
		return "rw"
	}
	return "ro"
}

// flips gives every bit of a content, or a sample of so many.
func flips(content []byte, sample int) func(yield func(int) bool) {
	bits := len(content) * 8
	return func(yield func(int) bool) {
		if long() {
			for i := range bits {
				if !yield(i) {
					return
				}
			}
			return
		}
		r := rand.New(rand.NewPCG(7, uint64(bits)))
		for range sample {
			i := r.IntN(bits)
			if r.IntN(4) == 0 { // the first bytes of everything more often
				i = min(bits-1, r.IntN(bits/(4096*8)+1)*4096*8+r.IntN(64*8))
			}
			if !yield(i) {
				return
			}
		}
	}
}

func flipped(content []byte, bit int) []byte {
	out := append([]byte(nil), content...)
	out[bit/8] ^= 1 << (bit % 8)
	return out
}

// TestFlippedBits flips bits of a closed file and of one with a log.
func TestFlippedBits(t *testing.T) {
	dir := room(t)
	clean, _, logged, want, logs := build(t, dir)
	report := func(where string, bit int, problem string, found *int) {
		if problem != "" {
			t.Errorf("%s, bit %d of byte %d: %s", where, bit%8, bit/8, problem)
			if *found++; *found > 10 {
				t.Fatal("and so on")
			}
		}
	}
	found, errs, n := 0, 0, 0
	for bit := range flips(clean["t.db"], 400) {
		got, err := try(t, clean.with("t.db", flipped(clean["t.db"], bit)), dir, modeOf(n))
		report("data file", bit, sound(got, err, want), &found)
		if n++; err != nil {
			errs++
		}
	}
	t.Logf("%d bits of the data file: %d detected, the others in unused bytes", n, errs)
	if errs < n/10 {
		t.Errorf("%d of %d flipped bits were detected", errs, n)
	}
	for name, content := range logged {
		if !strings.Contains(name, "-wal.") || len(content) == 0 {
			continue
		}
		n, errs := 0, 0
		// Of the log, what precedes a later frame must be right; the last frame
		// cannot be told from one that was never finished.
		for bit := range flips(trimmed(content), 120) {
			got, err := try(t, logged.with(name, flipped(content, bit)), dir, "rw")
			report(name, bit, sound(got, err, logs[len(logs)-2:]...), &found)
			if n++; err != nil {
				errs++
			}
		}
		t.Logf("%d bits of %s: %d errors", n, name, errs)
	}
}

// trimmed leaves out the zeros that a log was allocated with.
func trimmed(content []byte) []byte {
	return content[:len(strings.TrimRight(string(content), "\x00"))+1]
}

const pageSize = 16 << 10

// TestMisplacedPages swaps, repeats, forgets, zeroes and cuts off pages.
func TestMisplacedPages(t *testing.T) {
	dir := room(t)
	clean, earlier, _, want, _ := build(t, dir)
	data, old := clean["t.db"], earlier["t.db"]
	pages := len(data) / pageSize
	page := func(b []byte, i int) []byte { return b[i*pageSize : (i+1)*pageSize] }
	detected, cases := 0, 0
	check := func(what string, content []byte) {
		t.Helper()
		got, err := try(t, clean.with("t.db", content), dir, modeOf(cases))
		if cases++; err != nil {
			detected++
		}
		if p := sound(got, err, want); p != "" {
			t.Errorf("%s: %s", what, p)
		}
	}
	change := func(f func(b []byte)) []byte {
		b := append([]byte(nil), data...)
		f(b)
		return b
	}
	for i := range pages {
		check(fmt.Sprintf("page %d zeroed", i), change(func(b []byte) { clear(page(b, i)) }))
		check(fmt.Sprintf("page %d half zeroed", i), change(func(b []byte) { clear(page(b, i)[pageSize/2:]) }))
		if (i+1)*pageSize <= len(old) {
			check(fmt.Sprintf("page %d of an earlier checkpoint", i), change(func(b []byte) { copy(page(b, i), page(old, i)) }))
		}
		for k := range pages {
			if !long() && (i*7+k)%5 != 0 && k > 2 {
				continue
			}
			if k != i {
				check(fmt.Sprintf("page %d in place of %d", k, i), change(func(b []byte) { copy(page(b, i), page(data, k)) }))
			}
			if k > i {
				check(fmt.Sprintf("pages %d and %d swapped", k, i), change(func(b []byte) {
					copy(page(b, i), page(data, k))
					copy(page(b, k), page(data, i))
				}))
			}
		}
		check(fmt.Sprintf("cut off before page %d", i), data[:i*pageSize])
		check(fmt.Sprintf("cut off in page %d", i), data[:i*pageSize+5000])
	}
	check("followed by garbage", append(append([]byte(nil), data...), make([]byte, 100000)...))
	t.Logf("%d pages, %d of %d cases detected", pages, detected, cases)
}

// TestMissingFiles takes the log away, or gives the data file that of another.
func TestMissingFiles(t *testing.T) {
	dir := room(t)
	clean, earlier, logged, _, logs := build(t, dir)
	last := logs[len(logs)-1]
	for name := range logged {
		if strings.Contains(name, "-wal.") {
			got, err := try(t, logged.with(name, nil), dir, "rw")
			if p := sound(got, err, last); p != "" {
				t.Errorf("without %s: %s", name, p)
			}
			if got, err := try(t, logged.with(name, []byte("not a log")), dir, "rw"); err == nil && got != last {
				t.Errorf("with text for %s: wrong rows", name)
			}
		}
	}
	// The log of one moment with the data of another: the file's own past.
	got, err := try(t, logged.with("t.db", earlier["t.db"]), dir, "rw")
	if p := sound(got, err, last); p != "" {
		t.Errorf("an earlier data file with a later log: %s", p)
	}
	got, err = try(t, logged.with("t.db", clean["t.db"]), dir, "rw")
	if p := sound(got, err, last); p != "" {
		t.Errorf("a later data file with an earlier log: %s", p)
	}
	// A log of another database.
	other := room(t)
	_, _, foreign, _, _ := build(t, other)
	for name, content := range foreign {
		if strings.Contains(name, "-wal.") {
			got, err := try(t, logged.with(name, content), dir, "rw")
			if p := sound(got, err, last); p != "" {
				t.Errorf("with another database's %s: %s", name, p)
			}
		}
	}
}

// TestNoDatabase opens what is none.
func TestNoDatabase(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		p := filepath.Join(dir, name)
		must(t, os.WriteFile(p, content, 0o600))
		return p
	}
	sqlite := append([]byte("SQLite format 3\x00"), make([]byte, 8176)...)
	for _, c := range []struct{ name, dsn, code, words string }{
		{"missing", filepath.Join(dir, "no.db") + "?mode=rw", "58P01", "does not exist"},
		{"missing, read only", filepath.Join(dir, "no.db") + "?mode=ro", "58P01", "does not exist"},
		{"no directory", filepath.Join(dir, "no", "no.db"), "58P01", "does not exist"},
		{"a directory", dir, "", "directory"},
		{"text", write("text.db", []byte(strings.Repeat("This is no database. ", 2000))), "42809", "not a zqlite database"},
		{"short text", write("short.db", []byte("hello")), "42809", "not a zqlite database"},
		{"SQLite's", write("lite.db", sqlite), "42809", "not a zqlite database"},
		{"zeros", write("zeros.db", make([]byte, 100000)), "42809", "not a zqlite database"},
		{"empty, read only", write("empty.db", nil) + "?mode=ro", "42809", "not a zqlite database"},
		{"unknown key", "t.db?colour=red", "22023", `unknown key "colour"`},
		{"bad value", "t.db?sync=maybe", "22023", "must be full, normal or off"},
		{"no name", "", "22023", "has no file"},
	} {
		db, err := sql.Open("zqlite", c.dsn)
		if err == nil {
			err = db.Ping()
			db.Close()
		}
		var e *zqlite.Error
		if !errors.As(err, &e) || c.code != "" && e.Code != c.code || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: got %v, want %s %q", c.name, err, c.code, c.words)
		}
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "no") {
			t.Errorf("%s was left behind", e.Name())
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "text.db"))
	must(t, err)
	if !strings.HasPrefix(string(text), "This is no database. ") || len(text) != 42000 {
		t.Error("the file that was no database was changed")
	}
}
