package zqlite

import (
	"context"
	"iter"

	"github.com/zqlite/zqlite/internal/engine"
)

// Stmt is a statement that was parsed and checked. It saves the lookup of its
// text, some 50 ns, for every other run finds the plan in the database's cache.
// One of a DB serves any number of goroutines; one of a Tx or a Conn goes with
// that. It holds nothing that must be closed.
type Stmt struct {
	q  Querier
	st *engine.Statement
}

func prepare(ctx context.Context, q Querier, text string) (*Stmt, error) {
	c, err := q.lease(ctx)
	if err != nil {
		return nil, err
	}
	st, err := c.session.Prepare(ctx, text)
	q.giveBack(c)
	if err != nil {
		return nil, err
	}
	return &Stmt{q, st}, nil
}

// Prepare parses a statement and checks the names in it.
func (db *DB) Prepare(ctx context.Context, text string) (*Stmt, error) { return prepare(ctx, db, text) }

// Prepare parses a statement and checks the names in it.
func (tx *Tx) Prepare(ctx context.Context, text string) (*Stmt, error) { return prepare(ctx, tx, text) }

// Prepare parses a statement and checks the names in it.
func (c *Conn) Prepare(ctx context.Context, text string) (*Stmt, error) { return prepare(ctx, c, text) }

// On is the statement on something else of the same database: in a
// transaction, for one.
func (s *Stmt) On(q Querier) *Stmt { return &Stmt{q, s.st} }

// Exec runs the statement as the function Exec does.
func (s *Stmt) Exec(ctx context.Context, args ...any) (Result, error) {
	c, err := s.q.lease(ctx)
	if err != nil {
		return Result{}, err
	}
	r, err := c.exec(ctx, s.st, args)
	s.q.giveBack(c)
	return r, err
}

// QueryStmt is Query for a prepared statement.
func QueryStmt[T any](ctx context.Context, s *Stmt, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		c, err := s.q.lease(ctx)
		if err != nil {
			fail(yield, err)
			return
		}
		defer s.q.giveBack(c)
		_, alone := s.q.(*DB)
		stream(ctx, c, s.st, args, alone, yield)
	}
}

// QueryRowStmt is QueryRow for a prepared statement.
func QueryRowStmt[T any](ctx context.Context, s *Stmt, args ...any) (out T, err error) {
	c, err := s.q.lease(ctx)
	if err != nil {
		return out, err
	}
	out, err = first[T](ctx, c, s.st, args, false)
	s.q.giveBack(c)
	return out, err
}

// OneStmt is One for a prepared statement.
func OneStmt[T any](ctx context.Context, s *Stmt, args ...any) (out T, err error) {
	c, err := s.q.lease(ctx)
	if err != nil {
		return out, err
	}
	out, err = first[T](ctx, c, s.st, args, true)
	s.q.giveBack(c)
	return out, err
}
