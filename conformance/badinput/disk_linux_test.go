package badinput

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/zqlite/zqlite"
)

// smallDisk mounts a file system of so many bytes.
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// TestFullDisk writes until there is no room, deletes, and goes on.
func TestFullDisk(t *testing.T) {
	for _, sync := range []string{"full", "normal", "off"} {
		t.Run(sync, func(t *testing.T) { fullDisk(t, sync) })
	}
}

func fullDisk(t *testing.T, sync string) {
	dir := smallDisk(t, 24<<20)
	file := filepath.Join(dir, "t.db")
	db, err := sql.Open("zqlite", file+"?cache_size=1MB&sync="+sync)
	must(t, err)
	exec(t, db, `CREATE TABLE r (id int PRIMARY KEY, s text)`)
	body := strings.Repeat("full ", 4000)
	acknowledged := 0
	var refused error
	for i := range 100000 {
		if _, refused = db.Exec(`INSERT INTO r VALUES ($1, $2)`, i, body); refused != nil {
			break
		}
		acknowledged++
	}
	var e *zqlite.Error
	if !errors.As(refused, &e) || e.Code != "53100" && e.Code != "58030" && e.Code != "08007" {
		t.Fatalf("the full disk said %v", refused)
	}
	t.Logf("after %d rows of 20 kB: %v", acknowledged, refused)
	// Reading goes on, or says why not; it shows no row that is not there.
	var n, sum int
	if err := db.QueryRow(`SELECT count(*), sum(length(s)) FROM r`).Scan(&n, &sum); err != nil {
		if !errors.As(err, &e) {
			t.Errorf("reading on the full disk: %v", err)
		}
	} else if n < acknowledged || n > acknowledged+1 || sum != n*len(body) {
		t.Errorf("%d rows with %d bytes, %d were acknowledged", n, sum, acknowledged)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for range 20 { // refused again and again, at once
		if _, err := db.ExecContext(ctx, `INSERT INTO r VALUES (-1, $1)`, body+body); err == nil {
			exec(t, db, `DELETE FROM r WHERE id = -1`)
		} else if !errors.As(err, &e) {
			t.Errorf("another write on the full disk: %v", err)
		}
	}
	if err := db.Close(); err != nil && !errors.As(err, &e) {
		t.Errorf("closing on the full disk: %v", err)
	}
	// With room again, the file opens and holds what was acknowledged.
	if err := syscall.Mount("none", dir, "tmpfs", syscall.MS_REMOUNT, "size=128m"); err != nil {
		t.Fatal(err)
	}
	db, err = sql.Open("zqlite", file+"?sync="+sync)
	must(t, err)
	defer db.Close()
	if err := db.QueryRow(`SELECT count(*), sum(length(s)) FROM r WHERE id >= 0`).Scan(&n, &sum); err != nil {
		t.Fatal(err)
	}
	if lost := acknowledged - n; sync == "full" && lost > 0 || lost > acknowledged || n > acknowledged+1 || sum != n*len(body) {
		t.Errorf("%d rows with %d bytes, %d were acknowledged", n, sum, acknowledged)
	}
	var verdict string
	if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity_check: %s, %v", verdict, err)
	}
	exec(t, db, `INSERT INTO r VALUES (1000000, 'after')`)
}
