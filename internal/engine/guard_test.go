package engine

import (
	"context"
	"testing"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
)

// After a panic the transaction has failed, and the session works on.
func TestGuard(t *testing.T) {
	ctx := context.Background()
	db, err := Open(ctx, Config{Path: ":memory:"})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := db.NewSession(SessionConfig{})
	run := func(text string, args ...any) error {
		st, err := s.Prepare(ctx, text)
		if err != nil {
			return err
		}
		list := make([]Argument, len(args))
		for i, a := range args {
			list[i] = Argument{Ordinal: i + 1, Value: a}
		}
		_, err = s.Exec(ctx, st, list)
		return err
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(run("CREATE TABLE t (a int, b text)"))
	must(run("BEGIN"))
	for range 3 {
		must(run("INSERT INTO t VALUES (?, ?)", 1, "x"))
	}
	err = func() (err error) {
		defer s.guard(&err)
		panic("on purpose")
	}()
	if sqlerr.Code(err) != sqlerr.InternalError {
		t.Fatal(err)
	}
	if err := run("INSERT INTO t VALUES (?, ?)", 2, "y"); sqlerr.Code(err) != sqlerr.InFailedSQLTransaction {
		t.Fatal("the transaction goes on:", err)
	}
	must(run("ROLLBACK"))
	must(run("INSERT INTO t VALUES (?, ?)", 3, "z"))
}

// A statement of its own that panics leaves no lock behind.
func TestGuardAutocommitted(t *testing.T) {
	ctx := context.Background()
	db, err := Open(ctx, Config{Path: ":memory:"})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := db.NewSession(SessionConfig{})
	exec := func(text string) {
		t.Helper()
		st, err := s.Prepare(ctx, text)
		if err == nil {
			_, err = s.Exec(ctx, st, nil)
		}
		if err != nil {
			t.Fatal(text, err)
		}
	}
	exec("CREATE TABLE t (a int)")
	err = func() (err error) {
		defer s.guard(&err)
		tx := s.beginOwn()
		if err := tx.BeginStatement(); err != nil {
			return err
		}
		c := tx.Attachment().(*catalog.Catalog)
		r := c.Relation(nil, "public", "t")
		if err := tx.LockTable(ctx, storage.TreeID(r.ID), storage.TableExclusive, storage.Wait); err != nil {
			return err
		}
		panic("on purpose")
	}()
	if sqlerr.Code(err) != sqlerr.InternalError {
		t.Fatal(err)
	}
	exec("SET lock_timeout = '2s'")
	exec("INSERT INTO t VALUES (1)")
	exec("ALTER TABLE t ADD b int")
}
