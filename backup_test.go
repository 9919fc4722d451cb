package zqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/zqlite/zqlite"
)

// TestBackupWhileWriting moves money between accounts while a backup runs: the
// copy must have all of it, and every index in step.
func TestBackupWhileWriting(t *testing.T) {
	dir := t.TempDir()
	db, err := zqlite.Open(filepath.Join(dir, "a.db") + "?sync=off")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mustExec(t, db, `CREATE TABLE accounts (id int PRIMARY KEY, owner text UNIQUE, balance numeric NOT NULL, note bytea);
		CREATE SEQUENCE numbers; CREATE VIEW rich AS SELECT * FROM accounts WHERE balance > 100;
		CREATE TABLE old (id int, v text); INSERT INTO old VALUES (1, 'x'); ALTER TABLE old ADD COLUMN w int DEFAULT 7; INSERT INTO old VALUES (2, 'y', 8)`)
	mustExec(t, db, "INSERT INTO accounts SELECT i, 'owner ' || i, 100, decode(repeat('ab', CASE WHEN i % 1000 = 0 THEN 100000 ELSE 1 END), 'hex') FROM generate_series(1, 20000) i")
	mustExec(t, db, "CHECKPOINT")
	mustExec(t, db, "SELECT nextval('numbers')")

	var stop atomic.Bool
	ended := make(chan error)
	var moved atomic.Int64
	go func() {
		var err error
		for n := 1; !stop.Load() && err == nil; n++ {
			err = db.Update(ctx, func(tx *zqlite.Tx) error {
				if _, err := tx.Exec(ctx, "UPDATE accounts SET balance = balance - 1 WHERE id = $1", n%20000+1); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, "UPDATE accounts SET balance = balance + 1 WHERE id = $1", n*7%20000+1)
				moved.Add(1)
				return err
			})
		}
		ended <- err
	}()
	for moved.Load() < 100 {
	}
	path := filepath.Join(dir, "copy.db")
	calls, last := 0, int64(0)
	err = db.Backup(ctx, path, zqlite.BackupOptions{Progress: func(done, total int64) {
		if calls++; done < last || done > total {
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		last = done
	}})
	during := moved.Load()
	stop.Store(true)
	if e := <-ended; e != nil {
		t.Fatal(e)
	}
	if err != nil {
		t.Fatal(err)
	}
	if calls == 0 || during <= 100 {
		t.Errorf("%d calls of progress, %d transfers", calls, during)
	}
	if names, _ := filepath.Glob(path + "?*"); len(names) > 0 {
		t.Errorf("left behind: %v", names)
	}
	copied, err := zqlite.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if sum, err := zqlite.One[int](ctx, copied, "SELECT sum(balance) FROM accounts"); err != nil || sum != 2_000_000 {
		t.Error(sum, err)
	}
	if line, err := zqlite.QueryRow[string](ctx, copied, "PRAGMA integrity_check"); err != nil || line != "ok" {
		t.Error(line, err)
	}
	if n, err := zqlite.One[int](ctx, copied, "SELECT sum(length(note)) FROM accounts"); err != nil || n != 20*100000+19980 {
		t.Error(n, err)
	}
	if w, err := zqlite.One[int](ctx, copied, "SELECT sum(w) FROM old"); err != nil || w != 15 {
		t.Error(w, err)
	}
	if n, err := zqlite.One[int](ctx, copied, "SELECT nextval('numbers')"); err != nil || n < 2 {
		t.Error(n, err)
	}
	if err := db.Backup(ctx, path, zqlite.BackupOptions{}); state(err) != "58P02" {
		t.Error(err)
	}
}

func TestBackupThatFails(t *testing.T) {
	db := openNative(t)
	mustExec(t, db, "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 5000)")
	dir := t.TempDir()
	stopped, cancel := context.WithCancel(ctx)
	err := db.Backup(stopped, filepath.Join(dir, "b.db"), zqlite.BackupOptions{Progress: func(int64, int64) { cancel() }})
	if state(err) != "57014" {
		t.Error(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v %v", entries, err)
	}
	if err := db.Backup(ctx, filepath.Join(dir, "missing", "b.db"), zqlite.BackupOptions{}); err == nil || strings.Contains(err.Error(), "panic") {
		t.Error(err)
	}
	path := filepath.Join(dir, "memory.db") // a database in memory is saved so
	if err := db.Backup(ctx, path, zqlite.BackupOptions{}); err != nil {
		t.Fatal(err)
	}
	saved, err := zqlite.Open(path + "?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer saved.Close()
	if n, err := zqlite.One[int](ctx, saved, "SELECT count(*) FROM t"); n != 5000 || err != nil {
		t.Error(n, err)
	}
}

// VACUUM INTO is a backup from SQL, as in SQLite; not for who may see the rows
// of one tenant only.
func TestVacuumInto(t *testing.T) {
	dir := t.TempDir()
	db, err := zqlite.Open(filepath.Join(dir, "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	exec := func(text string) error {
		_, err := db.Exec(t.Context(), text)
		return err
	}
	for _, s := range []string{
		"CREATE TABLE t (a int)", "INSERT INTO t SELECT generate_series(1, 1000)",
		"VACUUM INTO '" + filepath.Join(dir, "b.db") + "'",
	} {
		if err := exec(s); err != nil {
			t.Fatal(err)
		}
	}
	copied, err := zqlite.Open(filepath.Join(dir, "b.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if n, err := zqlite.One[int](t.Context(), copied, "SELECT sum(a) FROM t"); err != nil || n != 500500 {
		t.Fatal(n, err)
	}
	if err := exec("VACUUM INTO '" + filepath.Join(dir, "b.db") + "'"); err == nil {
		t.Fatal("a file was overwritten")
	}
	if err := exec("CREATE TABLE mine (id int, tenant text NOT NULL, PRIMARY KEY (tenant, id)) TENANT BY (tenant)"); err != nil {
		t.Fatal(err)
	}
	var e *zqlite.Error
	if err := exec("VACUUM INTO '" + filepath.Join(dir, "c.db") + "'"); !errors.As(err, &e) || e.Code != "42501" {
		t.Fatal(err)
	}
}
