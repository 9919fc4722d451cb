package zqlite_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestHashIndex asks a table with a hash index and one without the same.
func TestHashIndex(t *testing.T) {
	db, err := sql.Open("zqlite", t.TempDir()+"/a.db")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	exec := func(q string, args ...any) {
		t.Helper()
		if _, err := db.Exec(q, args...); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	answer := func(q string, args ...any) string {
		t.Helper()
		rows, err := db.Query(q, args...)
		if err != nil {
			return err.Error()
		}
		defer rows.Close()
		var out []string
		for rows.Next() {
			var s sql.NullString
			if err := rows.Scan(&s); err != nil {
				t.Fatal(err)
			}
			out = append(out, s.String)
		}
		return strings.Join(out, "\n") + fmt.Sprint(rows.Err())
	}
	for _, name := range []string{"plain", "hashed"} {
		exec("CREATE TABLE " + name + " (id BIGINT PRIMARY KEY, k TEXT, n NUMERIC)")
	}
	exec("CREATE INDEX hashed_k ON hashed USING hash (k)")
	exec("CREATE HASH INDEX hashed_n ON hashed (n)")
	r := rand.New(rand.NewPCG(5, 5))
	key := func() any {
		switch r.IntN(12) {
		case 0:
			return nil
		case 1: // longer than a B-tree's keys may be
			return strings.Repeat("a long key ", 2000+r.IntN(3))
		}
		return fmt.Sprintf("key %d", r.IntN(300))
	}
	for step := range 1500 {
		id, k, n := r.IntN(500), key(), r.IntN(40)
		var q string
		var args []any
		switch r.IntN(4) {
		case 0, 1:
			q, args = "INSERT INTO %s VALUES ($1, $2, $3 / 10.0) ON CONFLICT (id) DO UPDATE SET k = excluded.k, n = excluded.n", []any{id, k, n}
		case 2:
			q, args = "UPDATE %s SET k = $1 WHERE n = $2 / 10.00 AND id %% 3 = 0", []any{k, n}
		case 3:
			q, args = "DELETE FROM %s WHERE k = $1", []any{k}
		}
		for _, name := range []string{"plain", "hashed"} {
			exec(fmt.Sprintf(q, name), args...)
		}
		if step%500 == 0 {
			exec("CHECKPOINT")
		}
		for _, q := range []string{
			"SELECT id FROM %s WHERE k = $1 ORDER BY id",
			"SELECT id FROM %s WHERE k IN ($1, 'key 7', 'key 8') ORDER BY id",
			"SELECT count(*) FROM %s WHERE k IS NULL OR k < $1",
			"SELECT a.id || '-' || b.id FROM %[1]s a JOIN %[1]s b ON a.k = b.k AND a.id < b.id WHERE a.k > $1 ORDER BY a.id, b.id LIMIT 20",
			"SELECT k FROM %s WHERE k >= $1 ORDER BY k LIMIT 5",
			"SELECT max(n) FROM %s WHERE n = (SELECT min(n) FROM %[1]s WHERE k <> $1)",
		} {
			got, want := answer(fmt.Sprintf(q, "hashed"), k), answer(fmt.Sprintf(q, "plain"), k)
			if step%10 == 0 && got != want {
				t.Fatalf("step %d: %s with %v\n%s\nwant\n%s", step, q, k, got, want)
			}
			if step%10 != 0 {
				break
			}
		}
	}
	plans := answer("EXPLAIN SELECT id FROM hashed WHERE k = 'x'") + answer("EXPLAIN SELECT id FROM hashed WHERE n = 0.1")
	if !strings.Contains(plans, "hashed_k") || !strings.Contains(plans, "hashed_n") {
		t.Errorf("no plan uses the index:\n%s", plans)
	}
	if got := answer("PRAGMA integrity_check"); got != "ok<nil>" {
		t.Error(got)
	}
}

// BenchmarkHashIndex looks rows up by texts of several lengths.
func BenchmarkHashIndex(b *testing.B) {
	const rows, sought = 200_000, 20_000
	for _, length := range []int{16, 200} {
		for _, method := range []string{"btree", "hash"} {
			b.Run(fmt.Sprint(method, length), func(b *testing.B) {
				db, err := sql.Open("zqlite", b.TempDir()+"/a.db?sync=normal&cache_size=512MB")
				if err != nil {
					b.Fatal(err)
				}
				defer db.Close()
				prefix := strings.Repeat("https://example.com/a/path/", 40)[:length]
				for _, q := range []string{
					"CREATE TABLE t (id BIGINT PRIMARY KEY, k TEXT NOT NULL, v BIGINT)",
					fmt.Sprintf("INSERT INTO t SELECT i, '%s' || md5(i::text), i FROM generate_series(1, %d) i", prefix, rows),
					"CREATE INDEX tk ON t USING " + method + " (k)", "CHECKPOINT"} {
					if _, err := db.Exec(q); err != nil {
						b.Fatal(err)
					}
				}
				keys := make([]string, 0, sought)
				list, err := db.Query("SELECT k FROM t ORDER BY id LIMIT $1", sought)
				for err == nil && list.Next() {
					var k string
					err = list.Scan(&k)
					keys = append(keys, k)
				}
				var size int64
				if err == nil {
					err = db.QueryRow("SELECT pg_relation_size('tk')").Scan(&size)
				}
				st, e := db.Prepare("SELECT v FROM t WHERE k = $1")
				if err != nil || e != nil {
					b.Fatal(err, e)
				}
				b.ResetTimer()
				for range b.N {
					var v int64
					if err := st.QueryRow(keys[rand.IntN(sought)]).Scan(&v); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(size)/1e6, "MB")
			})
		}
	}
}
