package larger

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/zqlite/zqlite"
)

// size of a run.
type size struct {
	rows, blob int
	cache      string
	limit      string
	residentMB int // above what the process had before
	heapMB     int // live while rows of a query are read: some times the limit, as plans hold several things
}

func sized() size {
	if os.Getenv("ZQLITE_LONG") != "" {
		return size{rows: 4_000_000, blob: 100 << 20, cache: "16MB", limit: "16MB", residentMB: 400, heapMB: 40}
	}
	return size{rows: 160_000, blob: 5 << 20, cache: "1MB", limit: "2MB", residentMB: 96, heapMB: 8}
}

// rowText is the text of row i: about 200 bytes, not the same for two.
func rowText(i int) string {
	return fmt.Sprintf("%08x%s", crc32.ChecksumIEEE([]byte(strconv.Itoa(i))), strings.Repeat(string(rune('a'+i%26)), 192))
}

// rowGroup spreads rows over groups of which there are many.
func rowGroup(i, rows int) int { return i * 7919 % (rows / 4) }

func open(t *testing.T, dir string, s size) *sql.DB {
	t.Helper()
	db, err := sql.Open("zqlite", filepath.Join(dir, "t.db")+"?sync=normal&cache_size="+s.cache+"&memory_limit="+s.limit)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func must(t *testing.T, db *sql.DB, text string, args ...any) int64 {
	t.Helper()
	r, err := db.Exec(text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	n, err := r.RowsAffected()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func number(t *testing.T, db *sql.DB, text string, args ...any) int64 {
	t.Helper()
	var n int64
	if err := db.QueryRow(text, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return n
}

func expect(t *testing.T, db *sql.DB, want int64, text string, args ...any) {
	t.Helper()
	if n := number(t, db, text, args...); n != want {
		t.Errorf("%s: %d, not %d", text, n, want)
	}
}

// resident is the process's memory in MB, where /proc tells.
func resident() int {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	pages, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return pages * os.Getpagesize() >> 20
}

// TestLargerThanCache runs its steps in order on one file.
func TestLargerThanCache(t *testing.T) {
	s, dir := sized(), t.TempDir()
	debug.FreeOSMemory()
	base := resident()
	var peak atomic.Int64
	stop := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				peak.Store(max(peak.Load(), int64(resident())))
			}
		}
	}()
	db := open(t, dir, s)
	for _, step := range []struct {
		name string
		run  func(*testing.T, *sql.DB, string, size)
	}{
		{"load", load}, {"points", points}, {"ranges", ranges}, {"sort", sortAll}, {"group", group}, {"distinct", distinct},
		{"join", join}, {"window", window}, {"update", update}, {"delete", remove}, {"reuse", reuse}, {"blob", blob}, {"check", check},
	} {
		start := time.Now()
		peak.Store(0)
		if !t.Run(step.name, func(t *testing.T) { step.run(t, db, dir, s) }) {
			t.Errorf("%s failed", step.name)
		}
		t.Logf("%-8s %6.2fs, %d MB resident, at most %d MB", step.name, time.Since(start).Seconds(), resident(), peak.Load())
		allowed := s.residentMB
		if step.name == "blob" || step.name == "check" { // a value is copied at every stage
			allowed += 30 * s.blob >> 20
		}
		if grown := int(peak.Load()) - base; grown > allowed {
			t.Errorf("%s: resident memory grew by %d MB over the %d MB before, more than %d", step.name, grown, base, allowed)
		}
	}
	if err := db.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	close(stop)
	<-watched
	leftovers(t, dir)
	db = open(t, dir, s)
	expect(t, db, int64(s.rows/2), `SELECT count(*) FROM r WHERE id < $1`, s.rows)
	if err := db.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func load(t *testing.T, db *sql.DB, dir string, s size) {
	must(t, db, `CREATE TABLE r (id int PRIMARY KEY, g int NOT NULL, n numeric(12,2), s text NOT NULL)`)
	must(t, db, `CREATE INDEX r_g ON r (g)`)
	const batch = 20_000
	for from := 0; from < s.rows; from += batch {
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		st, err := tx.Prepare(`INSERT INTO r VALUES ($1, $2, $3, $4)`)
		if err != nil {
			t.Fatal(err)
		}
		for i := from; i < from+batch && i < s.rows; i++ {
			if _, err := st.Exec(i, rowGroup(i, s.rows), strconv.Itoa(i%1000)+".25", rowText(i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, db, int64(s.rows), `SELECT count(*) FROM r`)
	if n := fileSize(t, dir); n < int64(s.rows)*100 {
		t.Logf("only %d MB on disk", n>>20)
	}
}

func points(t *testing.T, db *sql.DB, dir string, s size) {
	st, err := db.Prepare(`SELECT g, s FROM r WHERE id = $1`)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	r := rand.New(rand.NewPCG(1, 1))
	for range 5000 {
		i := r.IntN(s.rows)
		var g int
		var text string
		if err := st.QueryRow(i).Scan(&g, &text); err != nil || g != rowGroup(i, s.rows) || text != rowText(i) {
			t.Fatalf("row %d: %d, %.20q, %v", i, g, text, err)
		}
	}
	if err := st.QueryRow(s.rows).Scan(new(int), new(string)); err != sql.ErrNoRows {
		t.Errorf("a row that is not there: %v", err)
	}
}

func ranges(t *testing.T, db *sql.DB, dir string, s size) {
	r := rand.New(rand.NewPCG(2, 1))
	for range 100 {
		from := r.IntN(s.rows - 300)
		expect(t, db, int64(3*from+3)*100, `SELECT sum(id) * 100 FROM r WHERE id BETWEEN $1 AND $2`, from, from+2)
		expect(t, db, 300, `SELECT count(s) FROM r WHERE id >= $1 AND id < $2`, from, from+300)
		g := r.IntN(s.rows / 4)
		// rowGroup is a bijection of residues, so each group has four rows at equal distances
		expect(t, db, 4, `SELECT count(*) FROM r WHERE g = $1`, g)
	}
	expect(t, db, int64(s.rows-1), `SELECT max(id) FROM r`)
}

func sortAll(t *testing.T, db *sql.DB, dir string, s size) {
	for _, order := range []string{`s`, `s DESC, id`, `g, s`, `n DESC, s`} {
		rows, err := db.Query(`SELECT id, g, n::float8, s FROM r ORDER BY ` + order)
		if err != nil {
			t.Fatal(err)
		}
		count, sum := 0, 0
		var lg int
		var ln float64
		var ls string
		for rows.Next() {
			var id, g int
			var n float64
			var text string
			if err := rows.Scan(&id, &g, &n, &text); err != nil {
				t.Fatal(err)
			}
			if count > 0 {
				bad := false
				switch order {
				case `s`:
					bad = text < ls
				case `s DESC, id`:
					bad = text > ls
				case `g, s`:
					bad = g < lg || g == lg && text < ls
				default:
					bad = n > ln || n == ln && text < ls
				}
				if bad || text != rowText(id) {
					t.Fatalf("ORDER BY %s: row %d (%d, %v, %.20q) after (%d, %v, %.20q)", order, count, g, n, text, lg, ln, ls)
				}
			}
			lg, ln, ls = g, n, text
			count++
			sum += id
		}
		if err := rows.Err(); err != nil {
			t.Fatalf("ORDER BY %s: %v", order, err)
		}
		rows.Close()
		if count != s.rows || sum != s.rows*(s.rows-1)/2 {
			t.Errorf("ORDER BY %s: %d rows, sum %d", order, count, sum)
		}
	}
}

func group(t *testing.T, db *sql.DB, dir string, s size) {
	for by, want := range map[string]int{"g": s.rows / 4, "s": 0} {
		rows, err := db.Query(`SELECT count(*), max(n)::float8 FROM r GROUP BY ` + by)
		if err != nil {
			t.Fatal(err)
		}
		groups, sum := 0, 0
		for rows.Next() {
			var c int
			var n float64
			if err := rows.Scan(&c, &n); err != nil {
				t.Fatal(err)
			}
			groups++
			sum += c
		}
		if err := rows.Err(); err != nil || sum != s.rows || want > 0 && groups != want {
			t.Errorf("GROUP BY %s: %d groups of %d rows, %v", by, groups, sum, err)
		}
		rows.Close()
	}
}

func distinct(t *testing.T, db *sql.DB, dir string, s size) {
	expect(t, db, int64(s.rows/4), `SELECT count(*) FROM (SELECT DISTINCT g FROM r) x`)
	texts := map[uint32]bool{}
	for i := range s.rows {
		texts[crc32.ChecksumIEEE([]byte(strconv.Itoa(i)))] = true // within a letter, too few collide to matter
	}
	if n := number(t, db, `SELECT count(*) FROM (SELECT s FROM r UNION SELECT s FROM r) x`); n < int64(len(texts)) || n > int64(s.rows) {
		t.Errorf("%d distinct texts", n)
	}
}

func join(t *testing.T, db *sql.DB, dir string, s size) {
	expect(t, db, int64(s.rows)*4, `SELECT count(*) FROM r a JOIN r b ON a.g = b.g`)
	expect(t, db, int64(s.rows), `SELECT count(a.s) FROM r a JOIN r b ON a.id = b.id AND a.s = b.s`)
	expect(t, db, int64(s.rows-s.rows/2), `SELECT count(*) FROM r a LEFT JOIN (SELECT g, s FROM r WHERE id < $1) b ON a.s = b.s AND a.g = b.g WHERE b.s IS NULL`, s.rows/2)
}

func window(t *testing.T, db *sql.DB, dir string, s size) {
	expect(t, db, int64(s.rows/4), `SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY g ORDER BY s DESC) AS k, s FROM r) x WHERE k = 4`)
}

func update(t *testing.T, db *sql.DB, dir string, s size) {
	if n := must(t, db, `UPDATE r SET n = n + 1, g = g + 1`); n != int64(s.rows) {
		t.Errorf("%d rows updated", n)
	}
	expect(t, db, 0, `SELECT count(*) FROM r WHERE g = 0`)
	expect(t, db, 4, `SELECT count(*) FROM r WHERE g = $1`, s.rows/4)
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(`UPDATE r SET s = 'gone', g = -1`); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	expect(t, db, 0, `SELECT count(*) FROM r WHERE g < 0 OR s = 'gone'`)
}

func remove(t *testing.T, db *sql.DB, dir string, s size) {
	if n := must(t, db, `DELETE FROM r WHERE id % 2 = 1`); n != int64(s.rows/2) {
		t.Errorf("%d rows deleted", n)
	}
	expect(t, db, int64(s.rows/2), `SELECT count(*) FROM r`)
	expect(t, db, int64(s.rows/2), `SELECT count(*) FROM r WHERE g >= 0`)
}

// reuse fills what was deleted again and again: the file must not grow by it.
func reuse(t *testing.T, db *sql.DB, dir string, s size) {
	must(t, db, `CHECKPOINT`)
	before := fileSize(t, dir)
	for range 3 {
		if n := must(t, db, `INSERT INTO r SELECT id + 1, g, n, s FROM r WHERE id % 2 = 0`); n != int64(s.rows/2) {
			t.Fatalf("%d rows inserted", n)
		}
		must(t, db, `CHECKPOINT`)
		must(t, db, `DELETE FROM r WHERE id % 2 = 1`)
		must(t, db, `CHECKPOINT`)
	}
	after := fileSize(t, dir)
	t.Logf("file: %d MB with half deleted, %d MB after three rounds", before>>20, after>>20)
	if after > before*2 {
		t.Errorf("the file grew from %d MB to %d MB, though nothing was added", before>>20, after>>20)
	}
}

func blob(t *testing.T, db *sql.DB, dir string, s size) {
	must(t, db, `CREATE TABLE b (id int PRIMARY KEY, data bytea, note text)`)
	data := make([]byte, s.blob)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(data)
	sum := sha256.Sum256(data)
	must(t, db, `INSERT INTO b VALUES (1, $1, 'first')`, data)
	data = nil
	must(t, db, `INSERT INTO b SELECT 2, data, 'second' FROM b`)
	must(t, db, `UPDATE b SET note = 'changed' WHERE id = 1`)
	must(t, db, `CHECKPOINT`)
	for id := 1; id <= 2; id++ {
		var got []byte
		if err := db.QueryRow(`SELECT data FROM b WHERE id = $1`, id).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if h := sha256.Sum256(got); !bytes.Equal(h[:], sum[:]) {
			t.Errorf("value %d of %d bytes differs", id, len(got))
		}
	}
	expect(t, db, 2*int64(s.blob), `SELECT sum(length(data)) FROM b`)
	must(t, db, `DROP TABLE b`)
	runtime.GC()
	debug.FreeOSMemory()
}

func check(t *testing.T, db *sql.DB, dir string, s size) {
	var verdict string
	if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity_check: %q, %v", verdict, err)
	}
}

// fileSize is the size of everything that belongs to the database.
func fileSize(t *testing.T, dir string) (n int64) {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// leftovers reports temporary files that outlived the database.
func leftovers(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.Contains(e.Name(), "tmp") || strings.Contains(e.Name(), "spill") {
			t.Errorf("%s is left", e.Name())
		}
	}
}
