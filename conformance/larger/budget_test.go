package larger

import (
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/zqlite/zqlite"
)

// TestBudget: what may need more than the memory limit spills.
func TestBudget(t *testing.T) {
	s, dir := sized(), t.TempDir()
	db := open(t, dir, s)
	defer db.Close()
	load(t, db, dir, s)
	for _, text := range []string{
		`SELECT count(*) FROM (SELECT g, count(*) AS c FROM r GROUP BY g HAVING count(*) = 4) x`,
		`SELECT count(DISTINCT g) FROM r`,
		`SELECT max(k) / 4 FROM (SELECT row_number() OVER (ORDER BY s DESC) AS k, s FROM r) x`,
	} {
		var n int
		if err := db.QueryRow(text).Scan(&n); err != nil || n != s.rows/4 {
			t.Errorf("%s: %d, %v", text, n, err)
		}
	}
}

// heavy are queries that hold much more than the limit of the small run in
// some operator. Their order is either complete or does not matter.
var heavy = []string{
	// Aggregates.
	`SELECT g, count(*), min(s), max(n)::text FROM r GROUP BY g`,
	`SELECT s, count(*) FROM r GROUP BY s`,
	`SELECT count(DISTINCT s), sum(DISTINCT id), avg(DISTINCT g)::text FROM r`,
	`SELECT g % 10, count(DISTINCT s), count(DISTINCT id), sum(DISTINCT g) FROM r GROUP BY 1`,
	`SELECT g, count(DISTINCT s) FROM r GROUP BY g`,
	`SELECT g % 10, length(string_agg(DISTINCT s, ',' ORDER BY s)), md5(string_agg(DISTINCT s, ',' ORDER BY s)) FROM r GROUP BY 1`,
	`SELECT g % 100, md5(string_agg(s, ',' ORDER BY s, id)) FROM r GROUP BY 1`,
	`SELECT g % 1000, md5(string_agg(s, ',' ORDER BY id DESC)), count(*) FROM r GROUP BY 1`,
	`SELECT g, md5(array_agg(s ORDER BY id)::text) FROM r GROUP BY g`,
	`SELECT g % 50, array_length(array_agg(s), 1), md5(string_agg(s, '')) FROM (SELECT * FROM r ORDER BY id) x GROUP BY 1`,
	`SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY s), percentile_cont(0.25) WITHIN GROUP (ORDER BY g), mode() WITHIN GROUP (ORDER BY g) FROM r`,
	`SELECT g % 7, percentile_disc(array[0.1, 0.9]) WITHIN GROUP (ORDER BY s), mode() WITHIN GROUP (ORDER BY s) FROM r GROUP BY 1`,
	`SELECT g, s, count(*) FROM r GROUP BY GROUPING SETS ((g), (s), ())`,
	`SELECT count(*), sum(c) FROM (SELECT g, count(*) AS c FROM (SELECT DISTINCT g, s FROM r) y GROUP BY g HAVING count(*) > 1) x`,
	`SELECT g, count(*) FILTER (WHERE n > 500), count(DISTINCT s) FILTER (WHERE id % 2 = 0) FROM r GROUP BY g`,
	// Sorts.
	`SELECT * FROM r ORDER BY s DESC, id`,
	`SELECT * FROM r ORDER BY n, s, id LIMIT 10 OFFSET 15000`,
	`SELECT s FROM (SELECT * FROM r ORDER BY g, id) x ORDER BY s, g, id`,
	// Windows.
	`SELECT id, row_number() OVER (ORDER BY s DESC, id), rank() OVER (ORDER BY n), dense_rank() OVER (ORDER BY n) FROM r`,
	`SELECT id, s, row_number() OVER (PARTITION BY g ORDER BY s DESC, id) FROM r`,
	`SELECT id, lag(s) OVER w, lead(s, 3) OVER w, lead(s, 4000, 'none') OVER w FROM r WINDOW w AS (ORDER BY s, id)`,
	`SELECT id, ntile(7) OVER w, percent_rank() OVER w, cume_dist() OVER w FROM r WINDOW w AS (ORDER BY n)`,
	`SELECT id, sum(g) OVER (ORDER BY id ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING), max(s) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) FROM r`,
	`SELECT id, sum(g) OVER (ORDER BY n), first_value(s) OVER (ORDER BY n, s), last_value(s) OVER (PARTITION BY n ORDER BY s) FROM r`,
	`SELECT id, count(*) OVER (), sum(g) OVER (PARTITION BY g % 3), min(s) OVER (PARTITION BY g % 3) FROM r`,
	`SELECT id, sum(g) OVER (ORDER BY id RANGE BETWEEN 10 PRECEDING AND 10 FOLLOWING EXCLUDE CURRENT ROW) FROM r`,
	`SELECT id, count(*) OVER (ORDER BY g GROUPS BETWEEN 2 PRECEDING AND 1 FOLLOWING EXCLUDE TIES) FROM r`,
	`SELECT id, nth_value(s, 100) OVER (ORDER BY s, id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM r`,
	// Joins.
	`SELECT count(*), max(a.s), max(b.s) FROM r a JOIN r b ON a.s = b.s AND a.id = b.id`,
	`SELECT a.id, b.s FROM r a LEFT JOIN (SELECT * FROM r WHERE id % 3 = 0) b ON a.s = b.s AND a.id = b.id`,
	`SELECT a.id, b.id FROM (SELECT * FROM r WHERE id % 3 = 0) a FULL JOIN (SELECT * FROM r WHERE id % 2 = 0) b ON a.s = b.s AND a.id = b.id`,
	`SELECT a.id FROM r a WHERE a.s IN (SELECT b.s FROM r b WHERE b.id % 2 = 0)`,
	`SELECT a.id FROM r a WHERE a.s NOT IN (SELECT b.s FROM r b WHERE b.id % 2 = 0)`,
	`SELECT a.id FROM r a WHERE NOT EXISTS (SELECT FROM r b WHERE b.s = a.s AND b.id % 2 = 0)`,
	`SELECT count(*), sum(a.id) FROM r a JOIN (SELECT id, s, g % 2 AS h FROM r WHERE id % 100 = 0) c ON c.h = a.g % 2 AND c.id > a.id`,
	`SELECT count(*) FROM (SELECT id, s, 1 AS k FROM r WHERE id < 3000) a LEFT JOIN (SELECT id, s, 1 AS k FROM r) b ON a.k = b.k AND a.id + b.id = 19000`,
	// Set operations.
	`SELECT s, g FROM r UNION SELECT s, g + 1 FROM r`,
	`SELECT s, g FROM r INTERSECT SELECT s, g FROM r WHERE id % 2 = 0`,
	`SELECT s, g FROM r EXCEPT SELECT s, g FROM r WHERE id % 2 = 0`,
	`SELECT s FROM (SELECT s FROM r UNION ALL SELECT s FROM r) x INTERSECT ALL (SELECT s FROM r UNION ALL SELECT s FROM r WHERE id % 2 = 0)`,
	`SELECT s FROM (SELECT s FROM r UNION ALL SELECT s FROM r) x EXCEPT ALL SELECT s FROM r WHERE id % 2 = 0`,
	`SELECT DISTINCT ON (g) g, s, id FROM r ORDER BY g, s DESC, id`,
	// Common table expressions.
	`WITH x AS MATERIALIZED (SELECT * FROM r) SELECT count(*), max(a.s) FROM x a JOIN x b ON a.id = b.id`,
	`WITH RECURSIVE t (i, s) AS (SELECT id, s FROM r WHERE id < 4000 UNION ALL SELECT i + 4000, s FROM t WHERE i < 30000) SELECT count(*), sum(i), max(s) FROM t`,
	`WITH RECURSIVE t (i) AS (SELECT id FROM r WHERE id < 2000 UNION SELECT (i * 7 + 2011) % 24000 FROM t) SELECT count(*), sum(i) FROM t`,
	// Subqueries that are run and remembered.
	`SELECT count(*), max((SELECT max(b.s) FROM r b WHERE b.g = a.g AND b.id <> a.id)) FROM r a`,
	`SELECT count(*) FROM r a WHERE a.id < 20 AND (a.id < 10 OR a.s >= ALL (SELECT s FROM r WHERE id < 8000))`,
	`SELECT count(*) FROM r a WHERE a.id < 50 AND (a.id < 10 OR a.s = ANY (SELECT s FROM r WHERE id % 2 = 0))`,
}

// refused are queries with something in one piece that is larger than the
// limit of the small run.
var refused = []string{
	`SELECT length(string_agg(s, ',')) FROM r`,
	`SELECT length((array_agg(s))::text) FROM r`,
	`SELECT array_length(ARRAY(SELECT s FROM r), 1)`,
}

// answer is the number of rows of a query and a sum of their hashes.
func answer(db *sql.DB, text string) (string, error) {
	rows, err := db.Query(text)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return "", err
	}
	row, at := make([]sql.NullString, len(cols)), make([]any, len(cols))
	for i := range row {
		at[i] = &row[i]
	}
	count, sum := 0, uint64(0)
	for rows.Next() {
		if err := rows.Scan(at...); err != nil {
			return "", err
		}
		h := fnv.New64a()
		for _, v := range row {
			fmt.Fprintf(h, "%v|%s|", v.Valid, v.String)
		}
		sum += h.Sum64()
		count++
	}
	return fmt.Sprintf("%d rows, %x", count, sum), rows.Err()
}

// TestBudgetAnswers asks the same with memory for everything and with little.
func TestBudgetAnswers(t *testing.T) {
	s, dir := sized(), t.TempDir()
	if os.Getenv("ZQLITE_LONG") == "" {
		s.rows, s.limit = 24_000, "400KB" // of 5 MB of rows
	}
	s.rows = min(s.rows, 1_000_000) // "memory for everything" is some GB above that
	small := s.limit
	s.limit = "4GB"
	db := open(t, dir, s)
	load(t, db, dir, s)
	want := make([]string, len(heavy))
	for i, text := range heavy {
		var err error
		if want[i], err = answer(db, text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s.limit = small
	db = open(t, dir, s)
	defer db.Close()
	files := openTemporaries(t)
	for i, text := range heavy {
		start := time.Now()
		got, err := answer(db, text)
		if took := time.Since(start); took > 200*time.Millisecond {
			t.Logf("%6.2fs %s", took.Seconds(), text)
		}
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got != want[i] {
			t.Errorf("%s: %s, with enough memory %s", text, got, want[i])
		}
		if n := openTemporaries(t); n > files {
			t.Errorf("%s: %d temporary files are open", text, n-files)
			files = n
		}
	}
}

// TestBudgetRefused: what cannot be cut into parts fails, and says what to do.
func TestBudgetRefused(t *testing.T) {
	s, dir := sized(), t.TempDir()
	if os.Getenv("ZQLITE_LONG") == "" {
		s.rows, s.limit = 24_000, "100KB"
	}
	db := open(t, dir, s)
	defer db.Close()
	load(t, db, dir, s)
	files := openTemporaries(t)
	for _, text := range refused {
		_, err := answer(db, text)
		var e *zqlite.Error
		if !errors.As(err, &e) || e.Code != "53200" || !strings.Contains(e.Hint, "memory_limit") {
			t.Errorf("%s: %v", text, err)
		}
		if n := openTemporaries(t); n > files {
			t.Errorf("%s: %d temporary files are open", text, n-files)
		}
	}
}

// TestBudgetHeap: what lives on the heap while rows are read stays near the
// limit, whatever the query holds.
func TestBudgetHeap(t *testing.T) {
	s, dir := sized(), t.TempDir()
	if os.Getenv("ZQLITE_LONG") == "" {
		s.rows = 60_000 // 13 MB of rows beside a limit of 2 MB
	}
	db := open(t, dir, s)
	defer db.Close()
	load(t, db, dir, s)
	must(t, db, `CHECKPOINT`)
	expect(t, db, int64(s.rows), `SELECT count(s) FROM r`)
	before := liveHeap()
	for _, text := range []string{
		`SELECT * FROM r ORDER BY s DESC`,
		`SELECT row_number() OVER (PARTITION BY g ORDER BY s DESC), s FROM r`,
		`SELECT lag(s) OVER (ORDER BY s DESC), s FROM r`,
		`SELECT s, count(*), count(DISTINCT id) FROM r GROUP BY s`,
		`SELECT g, array_agg(s) FROM r GROUP BY g`,
		`SELECT a.s, b.s FROM r a JOIN r b ON a.s = b.s`,
		`SELECT s FROM r UNION SELECT s || 'x' FROM r`,
		`SELECT s FROM r EXCEPT SELECT s || 'x' FROM r`,
		`WITH x AS MATERIALIZED (SELECT * FROM r) SELECT a.s FROM x a JOIN x b ON a.id = b.id`,
		`WITH RECURSIVE x AS (SELECT id, s FROM r UNION SELECT id + 1, s FROM x WHERE id < 10) SELECT s FROM x`,
	} {
		base := liveHeap()
		rows, err := db.Query(text)
		if err != nil {
			t.Fatal(err)
		}
		live := int64(0)
		for n := 0; rows.Next(); n++ {
			if n%(s.rows/5) == 0 {
				live = max(live, liveHeap()-base)
			}
		}
		if err := rows.Err(); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		rows.Close()
		if t.Logf("%5.1f MB live: %s", float64(live)/1e6, text); live > int64(s.heapMB)<<20 {
			t.Errorf("%s: the heap grew by %d bytes", text, live)
		}
	}
	// Plans that are kept for the next time keep little memory.
	if kept := liveHeap() - before; kept > 12<<20 {
		t.Errorf("%d bytes are kept after the queries", kept)
	}
}

func liveHeap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// openTemporaries counts the temporary files that the process has open.
func openTemporaries(t *testing.T) (n int) {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0 // no such directory here
	}
	for _, e := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.Contains(to, "zqlite-") {
			n++
		}
	}
	return n
}
