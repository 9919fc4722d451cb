package zqlite_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
)

// TestVacuumShrinks gives most of a file back whose rows were deleted.
func TestVacuumShrinks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := sql.Open("zqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	exec := func(q string) {
		t.Helper()
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range []string{`CREATE TABLE t (id BIGINT PRIMARY KEY, name TEXT, long TEXT)`,
		`CREATE INDEX ON t (name)`,
		`INSERT INTO t SELECT i, md5(i::text), repeat(md5(i::text), CASE WHEN i % 1000 = 0 THEN 1000 ELSE 1 END) FROM generate_series(1, 100000) i`,
		`CHECKPOINT`,
		`DELETE FROM t WHERE id < 90000 AND id % 100 > 0`,
		`CHECKPOINT`} {
		exec(q)
	}
	size := func() int64 {
		t.Helper()
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	before := size()
	exec("VACUUM")
	if after := size(); after > before/3 {
		t.Errorf("%d bytes of %d are left", after, before)
	}
	var n, sum, free int64
	var check string
	if err := db.QueryRow("SELECT count(*), sum(id) + sum(length(long)) FROM t").Scan(&n, &sum); err != nil || n != 10900 {
		t.Error(n, sum, err)
	}
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&check); err != nil || check != "ok" {
		t.Error(check, err)
	}
	if err := db.QueryRow("PRAGMA freelist_count").Scan(&free); err != nil || free > 100 {
		t.Error(free, "pages are free", err)
	}
}
