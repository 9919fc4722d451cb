package badinput

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zqlite/zqlite"
)

// seeds are statements of many kinds for FuzzSQL to start from.
var seeds = []string{
	"SELECT 1", "SELECT a, b FROM t WHERE a < 5 ORDER BY b DESC LIMIT 3 OFFSET 1",
	"SELECT count(*), sum(a) FILTER (WHERE c > 3), string_agg(b, ',' ORDER BY a DESC) FROM t GROUP BY c % 3 HAVING count(*) > 1",
	"SELECT * FROM t x JOIN u y ON x.a = y.a LEFT JOIN t z USING (a) WHERE EXISTS (SELECT 1 FROM u WHERE u.a = x.a)",
	"SELECT a, rank() OVER (PARTITION BY c % 2 ORDER BY d RANGE BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM t",
	"WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT * FROM r, LATERAL (SELECT n * 2) x(m)",
	"INSERT INTO t (a, b) VALUES (200, 'x') ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING *",
	"UPDATE t SET (b, c) = (SELECT 'y', 2) FROM u WHERE t.a = u.a", "DELETE FROM u USING t WHERE t.a = u.a RETURNING u.*",
	"MERGE INTO u USING t ON t.a = u.a WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (t.a, t.b, 1, 1)",
	"SELECT jsonb_path_query('{\"a\": [1, 2]}', '$.a[*] ? (@ > 1)'), '{\"a\":1}'::jsonb -> 'a', '[1,2]'::json #>> '{0}'",
	"SELECT ARRAY[1,2,3][2:3] || 4, array_agg(a) FROM t", "SELECT '2024-01-31'::date + interval '1 month', extract(epoch FROM now()), to_char(now(), 'YYYY-MM-DD')",
	"SELECT 1.5::numeric(5,2) ^ 2, round(2.5), 7 / 2, 7 % -2, -5::int4 >> 1, 'abc' ~* 'B', 'abc' LIKE 'a_c' ESCAPE '\\'",
	"SELECT CASE a WHEN 1 THEN 'one' ELSE b END, coalesce(NULL, b), nullif(a, 1), greatest(a, c), a BETWEEN 1 AND 3, a IN (1, 2), (a, c) = (1, 1) FROM t",
	"CREATE TABLE n (x int GENERATED ALWAYS AS IDENTITY, y text COLLATE \"C\" DEFAULT 'd' CHECK (length(y) < 9), UNIQUE (x, y)); DROP TABLE n",
	"ALTER TABLE t ADD COLUMN z int DEFAULT 3, DROP COLUMN bl, ALTER COLUMN c TYPE text USING c::text", "CREATE INDEX ON t (lower(b) DESC NULLS LAST) INCLUDE (c) WHERE a > 3",
	"CREATE VIEW w AS SELECT a FROM t UNION SELECT a FROM u EXCEPT SELECT 3 INTERSECT SELECT 4; SELECT * FROM w",
	"BEGIN; SAVEPOINT s; INSERT INTO t (a) VALUES (300); ROLLBACK TO s; COMMIT", "EXPLAIN ANALYZE SELECT * FROM t WHERE a = 1", "PRAGMA table_info(t)",
	"SELECT * FROM information_schema.columns WHERE table_name = 't'", "SET time_zone = 'Europe/Berlin'; SHOW time_zone; RESET ALL",
	"SELECT DISTINCT ON (c) c, a FROM t ORDER BY c, a; VALUES (1, 'a'), (2, 'b')", "SELECT * FROM generate_series(1, 5) WITH ORDINALITY g(x, o), unnest(ARRAY['a','b']) s",
	"SELECT GROUPING(a), a, c, count(*) FROM t GROUP BY ROLLUP (a, c), CUBE (d)", "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a), mode() WITHIN GROUP (ORDER BY c) FROM t",
	"TRUNCATE u; COMMENT ON TABLE t IS 'x'; ANALYZE t; VACUUM; REINDEX TABLE t", "SELECT json_extract('{\"a\":[1]}', '$.a[0]'), datetime('now', '-1 day'), strftime('%Y', 'now'), hex(x'ff')",
	"PREPARE p (int) AS SELECT $1 + 1; EXECUTE p (2); DEALLOCATE p", "SELECT a FROM t FOR UPDATE SKIP LOCKED", "CREATE TYPE e AS ENUM ('a', 'b'); SELECT 'a'::e < 'b'::e, enum_range(NULL::e)",
	"CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT 1; END", "SELECT row(1, 'a'), (t).a FROM t; SELECT t FROM t", "SELECT x.* FROM jsonb_to_recordset('[{\"a\":1}]') AS x(a int)",
}

// FuzzSQL runs texts: none may make the engine panic (XX000), hang, or damage
// the database.
func FuzzSQL(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if lower := strings.ToLower(text); strings.Contains(lower, "sleep") {
			return
		}
		db, err := sql.Open("zqlite", ":memory:?memory_limit=8MB&statement_timeout=2s")
		must(t, err)
		defer db.Close()
		exec(t, db, `CREATE TABLE t (a int PRIMARY KEY, b text, c smallint, d int4, e bigint, n numeric(5,2), dt date, ts timestamp, bl boolean)`)
		exec(t, db, `INSERT INTO t SELECT i, 'row ' || i, i, i, i, i FROM generate_series(1, 10) g(i)`)
		exec(t, db, `CREATE TABLE u (a int PRIMARY KEY REFERENCES t (a), b text UNIQUE, c int CHECK (c > 0), d int NOT NULL DEFAULT 1)`)
		exec(t, db, `INSERT INTO u SELECT i, i, i FROM generate_series(1, 5) g(i)`)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		start := time.Now()
		_, err = drain(ctx, db, text)
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("took %v", d)
		}
		checkFuzzed(t, err)
		var verdict string
		if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
			t.Errorf("integrity_check: %s, %v", verdict, err)
		}
	})
}

func checkFuzzed(t *testing.T, err error) {
	t.Helper()
	if wrongError(err) != "" {
		t.Error(err)
	}
}

// wrongError returns what no text may give: an error of another kind, or an
// internal one.
func wrongError(err error) string {
	var e *zqlite.Error
	switch {
	case err == nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, sql.ErrTxDone):
	case !errors.As(err, &e):
		return err.Error()
	case strings.HasPrefix(e.Code, "XX"):
		return e.Message + panicked(e.Detail)
	}
	return ""
}

// panicked finds the line of the engine that a stack says panicked.
func panicked(stack string) string {
	_, after, _ := strings.Cut(stack, "panic(")
	for _, line := range strings.Split(after, "\n") {
		if strings.Contains(line, ".go:") && strings.Contains(line, "zqlite") {
			return line
		}
	}
	return ""
}

// FuzzDamagedFile changes bytes of a database file and reads it: an error or
// the right rows.
func FuzzDamagedFile(f *testing.F) {
	dir := room(f)
	clean, _, logged, want, logs := build(f, dir)
	var log string
	for name := range logged {
		if strings.Contains(name, "-wal.") && name > log {
			log = name
		}
	}
	f.Add(uint32(0), uint32(5), byte(1), byte(255), true)
	f.Add(uint32(16<<10), uint32(16<<10+200), byte(1), byte(0), true)
	f.Add(uint32(600), uint32(8), byte(1), byte(9), false)
	f.Fuzz(func(t *testing.T, at, and uint32, x, y byte, data bool) {
		sub := filepath.Join(dir, fmt.Sprint(os.Getpid()))
		must(t, os.MkdirAll(sub, 0o700))
		from, name, right := logged, log, logs
		if data {
			from, name, right = clean, "t.db", states{want}
		}
		content := append([]byte(nil), from[name]...)
		content[int(at)%len(content)] ^= x
		content[int(and)%len(content)] ^= y
		got, err := try(t, from.with(name, content), sub, "rw")
		if p := sound(got, err, right...); p != "" {
			t.Error(p)
		}
	})
}
