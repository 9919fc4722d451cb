package zqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// TxOptions of Begin and InTx. The zero value is a transaction at the
// database's isolation level (REPEATABLE READ unless the DSN says otherwise)
// that may write.
type TxOptions struct {
	Isolation sql.IsolationLevel
	ReadOnly  bool
	// Attempts is how often InTx tries a transaction that cannot be serialised
	// or was chosen to end a deadlock; 0 is 10, 1 is no second try.
	Attempts int
}

// Tx is a transaction of the native interface. One goroutine uses it at a
// time, also while a sequence of rows is read; statements may run in between.
// It must be ended by Commit or Rollback.
type Tx struct {
	conn *Conn
	done bool
}

// Begin starts a transaction. Its snapshot is taken by the first statement.
// The context is for the beginning alone.
func (db *DB) Begin(ctx context.Context, o TxOptions) (*Tx, error) {
	c, err := db.lease(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.begin(ctx, o); err != nil {
		db.giveBack(c)
		return nil, err
	}
	return &Tx{conn: c}, nil
}

// Begin starts a transaction on the session.
func (c *Conn) Begin(ctx context.Context, o TxOptions) (*Tx, error) {
	if c.done {
		return nil, errConnClosed
	}
	if err := c.begin(ctx, o); err != nil {
		return nil, err
	}
	return &Tx{conn: c}, nil
}

func (tx *Tx) lease(context.Context) (*Conn, error) {
	if tx.done {
		return nil, sql.ErrTxDone
	}
	return tx.conn, nil
}

func (tx *Tx) giveBack(*Conn) {}

// Commit ends the transaction; what it did is durable as the database's sync
// setting says. An error with SQLSTATE 40001 asks for another try of the whole
// transaction. After an error of a statement Commit rolls back and says so.
func (tx *Tx) Commit(ctx context.Context) error {
	if tx.done {
		return sql.ErrTxDone
	}
	err := tx.conn.session.Commit(ctx)
	tx.end()
	return err
}

// Rollback ends the transaction without a trace. It does nothing after Commit,
// so that it can be deferred.
func (tx *Tx) Rollback() error {
	if tx.done {
		return nil
	}
	err := tx.conn.session.Rollback()
	tx.end()
	return err
}

func (tx *Tx) end() {
	tx.done = true
	if c := tx.conn; c.db != nil && !c.owned {
		c.db.giveBack(c)
	}
}

// Nested runs do within a savepoint: where it fails, what it did is taken
// back, and the transaction goes on. Nested calls nest.
func (tx *Tx) Nested(ctx context.Context, do func(tx *Tx) error) (err error) {
	if tx.done {
		return sql.ErrTxDone
	}
	tx.conn.saves++
	name := fmt.Sprintf("nested_%d", tx.conn.saves)
	if err := tx.Savepoint(ctx, name); err != nil {
		return err
	}
	finished := false
	defer func() {
		tx.conn.saves--
		if finished || tx.done { // a panic passes with everything rolled back
			return
		}
		_ = tx.RollbackTo(context.WithoutCancel(ctx), name)
	}()
	err = do(tx)
	finished = true
	if tx.done {
		return err
	}
	if err == nil {
		err = tx.ReleaseSavepoint(ctx, name)
		if err == nil {
			return nil
		}
	}
	free := context.WithoutCancel(ctx)
	if e := tx.RollbackTo(free, name); e != nil {
		return errors.Join(err, e)
	}
	return errors.Join(err, tx.ReleaseSavepoint(free, name))
}

// Savepoint names the present state of the transaction.
func (tx *Tx) Savepoint(ctx context.Context, name string) error {
	return tx.save(ctx, "SAVEPOINT ", name)
}

// RollbackTo goes back to a savepoint, which stays.
func (tx *Tx) RollbackTo(ctx context.Context, name string) error {
	return tx.save(ctx, "ROLLBACK TO SAVEPOINT ", name)
}

// ReleaseSavepoint forgets a savepoint and keeps what was done since.
func (tx *Tx) ReleaseSavepoint(ctx context.Context, name string) error {
	return tx.save(ctx, "RELEASE SAVEPOINT ", name)
}

func (tx *Tx) save(ctx context.Context, command, name string) error {
	_, err := Exec(ctx, tx, command+ast.QuoteIdent(name))
	return err
}

// Update runs do in a transaction that may write, and commits it where do
// returns nil; otherwise, or where do panics, it is rolled back. A transaction
// that cannot be serialised (40001) or was chosen to end a deadlock (40P01) is
// tried again, with a pause that grows: do may run several times, so what it
// does outside of the database must bear that.
func (db *DB) Update(ctx context.Context, do func(tx *Tx) error) error {
	return db.InTx(ctx, TxOptions{}, do)
}

// View runs do in a transaction that only reads: all its statements see one
// moment.
func (db *DB) View(ctx context.Context, do func(tx *Tx) error) error {
	return db.InTx(ctx, TxOptions{ReadOnly: true}, do)
}

// InTx is Update with options.
func (db *DB) InTx(ctx context.Context, o TxOptions, do func(tx *Tx) error) error {
	return retry(ctx, o.Attempts, func() error {
		tx, err := db.Begin(ctx, o)
		if err != nil {
			return err
		}
		ended := false
		defer func() {
			if !ended { // do has panicked
				_ = tx.Rollback()
			}
		}()
		err = do(tx)
		ended = true
		if err != nil {
			return errors.Join(err, tx.Rollback())
		}
		if tx.done {
			return nil
		}
		return tx.Commit(ctx)
	})
}

// InTx is DB.Update for a pool of database/sql: do runs in a transaction that
// is committed where it returns nil, and tried again where it could not be
// serialised (40001) or was chosen to end a deadlock (40P01).
func InTx(ctx context.Context, pool *sql.DB, o *sql.TxOptions, do func(tx *sql.Tx) error) error {
	return retry(ctx, 0, func() error {
		tx, err := pool.BeginTx(ctx, o)
		if err != nil {
			return err
		}
		ended := false
		defer func() {
			if !ended {
				_ = tx.Rollback()
			}
		}()
		err = do(tx)
		ended = true
		if err == nil {
			return tx.Commit()
		}
		if e := tx.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) {
			err = errors.Join(err, e)
		}
		return err
	})
}

const (
	defaultAttempts = 10
	firstPause      = time.Millisecond
	longestPause    = 250 * time.Millisecond
)

// retry calls attempt until it stands, fails for another reason than a
// conflict, or was called often enough. The pauses are random within bounds
// that double, so that those who met do not meet again.
func retry(ctx context.Context, attempts int, attempt func() error) error {
	if attempts <= 0 {
		attempts = defaultAttempts
	}
	pause := firstPause
	for n := 1; ; n++ {
		err := attempt()
		if err == nil || n >= attempts || !Retryable(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, context.Cause(ctx))
		case <-time.After(rand.N(pause) + pause/2):
		}
		pause = min(2*pause, longestPause)
	}
}

// Retryable reports whether an error asks for another try of the transaction:
// SQLSTATE 40001, serialization failure, or 40P01, deadlock detected.
func Retryable(err error) bool {
	switch sqlerr.Code(err) {
	case sqlerr.SerializationFailure, sqlerr.DeadlockDetected:
		return true
	}
	return false
}
