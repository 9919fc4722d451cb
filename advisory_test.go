package zqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/zqlite/zqlite"
)

func TestAdvisoryLocks(t *testing.T) {
	ctx := context.Background()
	db := open(t, ":memory:")
	conn := func() *sql.Conn {
		c, err := db.Conn(ctx)
		must(t, err)
		t.Cleanup(func() { c.Close() })
		return c
	}
	a, b := conn(), conn()
	ask := func(c *sql.Conn, query string) (v bool) {
		t.Helper()
		must(t, c.QueryRowContext(ctx, "SELECT "+query).Scan(&v))
		return v
	}
	do := func(c *sql.Conn, text string) error {
		_, err := c.ExecContext(ctx, text)
		return err
	}
	must(t, do(a, "SELECT pg_advisory_lock(7), pg_advisory_lock(7)"))
	if ask(b, "pg_try_advisory_lock(7)") || !ask(b, "pg_try_advisory_lock(7, 0)") || !ask(a, "pg_try_advisory_lock(7)") {
		t.Error("a lock that is held was given, or one that is free was not")
	}
	for range 3 {
		if !ask(a, "pg_advisory_unlock(7)") {
			t.Error("a lock that is held was not released")
		}
	}
	if ask(a, "pg_advisory_unlock(7)") || !ask(b, "pg_try_advisory_lock_shared(7)") || !ask(a, "pg_try_advisory_lock_shared(7)") || ask(a, "pg_try_advisory_xact_lock(7)") {
		t.Error("shared locks")
	}
	must(t, do(b, "SELECT pg_advisory_unlock_all()"))
	must(t, do(a, "SELECT pg_advisory_unlock_all()"))
	must(t, do(a, "BEGIN; SELECT pg_advisory_xact_lock(1)"))
	if ask(b, "pg_try_advisory_lock(1)") {
		t.Error("the transaction's lock was given to another")
	}
	waited := make(chan error)
	go func() { waited <- do(b, "SELECT pg_advisory_lock(1)") }()
	time.Sleep(20 * time.Millisecond)
	must(t, do(a, "COMMIT"))
	must(t, <-waited)

	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	if _, err := a.ExecContext(short, "SELECT pg_advisory_lock(1)"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a wait that was cancelled ended with %v", err)
	}
	must(t, do(a, "SET lock_timeout = '20ms'"))
	var e *zqlite.Error
	if err := do(a, "SELECT pg_advisory_lock(1)"); !errors.As(err, &e) || e.Code != "55P03" {
		t.Errorf("lock_timeout: %v", err)
	}
	must(t, do(a, "SET lock_timeout = 0"))
	must(t, do(a, "SELECT pg_advisory_lock(2)"))
	go func() { waited <- do(b, "SELECT pg_advisory_lock(2)") }()
	time.Sleep(20 * time.Millisecond)
	if err := do(a, "SELECT pg_advisory_lock(1)"); !errors.As(err, &e) || e.Code != "40P01" {
		t.Errorf("a circle: %v", err)
	}
	if ask(a, "pg_advisory_unlock(2)"); <-waited != nil {
		t.Error("the other did not get its lock")
	}
}
