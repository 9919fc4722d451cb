package zqlite

import (
	"context"
	"database/sql/driver"
	"sync"

	"github.com/zqlite/zqlite/internal/engine"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
)

// Error is what every failing call returns, found by errors.As: SQLSTATE in
// Code, PostgreSQL's message, detail and hint, the names of table, column and
// constraint, and the position in the statement. It marshals to JSON.
type Error = sqlerr.Error

// Connector opens connections to one database. All connections of one
// connector share one open database, `:memory:` included.
type Connector struct {
	driver *Driver
	config engine.Config

	mu     sync.Mutex
	db     *engine.Database
	closed bool
}

// Driver returns the driver.
func (c *Connector) Driver() driver.Driver { return c.driver }

// Connect opens the database at the first call and makes a session of it.
func (c *Connector) Connect(ctx context.Context) (driver.Conn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, driver.ErrBadConn
	}
	if c.db == nil {
		db, err := engine.Open(ctx, c.config)
		if err != nil {
			return nil, err
		}
		c.db = db
	}
	return &connection{session: c.db.NewSession(c.config.Session)}, nil
}

// Close closes the database when sql.DB.Close is called. Transactions that are
// still open are rolled back.
func (c *Connector) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.db == nil {
		return nil
	}
	db := c.db
	c.db = nil
	return db.Close()
}

// connection is a driver.Conn: a session of the engine. database/sql uses it
// from one goroutine at a time.
type connection struct {
	session *engine.Session
	owned   *Connector // made by Driver.Open for this connection alone
	idle    *rows      // memory of rows that were closed
	native  *Conn      // made by OnConn
	spareBoxes
}

var (
	_ driver.Pinger             = (*connection)(nil)
	_ driver.ExecerContext      = (*connection)(nil)
	_ driver.QueryerContext     = (*connection)(nil)
	_ driver.ConnPrepareContext = (*connection)(nil)
	_ driver.ConnBeginTx        = (*connection)(nil)
	_ driver.SessionResetter    = (*connection)(nil)
	_ driver.Validator          = (*connection)(nil)
	_ driver.NamedValueChecker  = (*connection)(nil)
)

// Ping reports whether the database is open.
func (c *connection) Ping(ctx context.Context) error {
	if c.session.Closed() {
		return driver.ErrBadConn
	}
	return ctx.Err()
}

// Close ends the session; what it left uncommitted is rolled back.
func (c *connection) Close() error {
	err := c.session.Close()
	if c.owned != nil {
		if e := c.owned.Close(); err == nil {
			err = e
		}
	}
	return err
}

// ResetSession brings the session back to the DSN's settings before the pool
// hands it out again.
func (c *connection) ResetSession(context.Context) error {
	if c.session.Closed() {
		return driver.ErrBadConn
	}
	if err := c.session.Reset(); err != nil {
		return driver.ErrBadConn
	}
	return nil
}

// IsValid reports whether the pool may keep the connection.
func (c *connection) IsValid() bool { return !c.session.Closed() }

// CheckNamedValue lets every value through that the engine converts itself:
// it knows the type that the parameter has, and names it in the error.
func (c *connection) CheckNamedValue(v *driver.NamedValue) error { return checkValue(v) }

// Prepare is for callers without a context.
func (c *connection) Prepare(text string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), text)
}

// PrepareContext parses and checks the statement. It is planned when it first
// runs, when the types of the arguments are known.
func (c *connection) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	st, err := c.session.Prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	return &statement{conn: c, prepared: st}, nil
}

// ExecContext runs one or more statements and returns the last one's counts.
func (c *connection) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	st, err := c.session.Lookup(text)
	if err != nil {
		return nil, err
	}
	return c.exec(ctx, st, args)
}

// QueryContext runs one or more statements and returns their rows.
func (c *connection) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	st, err := c.session.Lookup(text)
	if err != nil {
		return nil, err
	}
	return c.query(ctx, st, args)
}

func (c *connection) exec(ctx context.Context, st *engine.Statement, args []driver.NamedValue) (driver.Result, error) {
	r, err := c.session.Exec(ctx, st, args)
	if err != nil {
		return nil, err
	}
	return c.result(r), nil
}

func (c *connection) query(ctx context.Context, st *engine.Statement, args []driver.NamedValue) (driver.Rows, error) {
	r, err := c.session.Query(ctx, st, args)
	if err != nil {
		return nil, err
	}
	return c.newRows(r), nil
}

// Begin is for callers without a context.
func (c *connection) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

// BeginTx starts a transaction with the isolation level asked for; the default
// is the DSN's.
func (c *connection) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	options := engine.TxOptions{ReadOnly: o.ReadOnly}
	switch level := isolationLevel(o.Isolation); level {
	case levelDefault:
		options.Default = true
	case levelReadUncommitted, levelReadCommitted, levelWriteCommitted:
		options.Isolation = storage.ReadCommitted
	case levelRepeatableRead, levelSnapshot:
		options.Isolation = storage.RepeatableRead
	case levelSerializable, levelLinearizable:
		options.Isolation = storage.Serializable
	default:
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "isolation level %d is not known", level)
	}
	if err := c.session.Begin(ctx, options); err != nil {
		return nil, err
	}
	return transaction{c.session}, nil
}

// isolationLevel has the values of sql.IsolationLevel.
type isolationLevel driver.IsolationLevel

const (
	levelDefault isolationLevel = iota
	levelReadUncommitted
	levelReadCommitted
	levelWriteCommitted
	levelRepeatableRead
	levelSnapshot
	levelSerializable
	levelLinearizable
)

// transaction is a driver.Tx.
type transaction struct{ session *engine.Session }

// Commit commits; an error with SQLSTATE 40001 asks for another try.
func (t transaction) Commit() error { return t.session.Commit(context.Background()) }

// Rollback rolls back; it is harmless where the transaction has ended.
func (t transaction) Rollback() error { return t.session.Rollback() }
