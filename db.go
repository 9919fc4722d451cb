package zqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync"
	"sync/atomic"

	"github.com/zqlite/zqlite/internal/engine"
	"github.com/zqlite/zqlite/internal/gotype"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
)

// DB is an open database with the native interface: the same engine and the
// same SQL as database/sql's, without its copies and conversions. Its methods
// may be called by any number of goroutines. Each call takes a session of the
// database, of which there are as many as calls at a time; a session never
// waits for another one, only for rows.
//
// A DB and any number of sql.DB may have one file open in a process; SQL and
// FromSQL lead from one to the other.
type DB struct {
	config engine.Config
	engine *engine.Database

	borrowed bool // of a pool, which closes it

	hot    atomic.Pointer[Conn] // the session that was given back last
	closed atomic.Bool

	mu   sync.Mutex
	idle []*Conn
}

// idleSessions bounds the sessions that a DB keeps for later calls.
const idleSessions = 64

// Open opens a database, or creates it; dsn is what sql.Open takes (see the
// package's documentation). The file is open when Open returns. Close it.
func Open(dsn string) (*DB, error) {
	config, err := engine.ParseDSN(dsn)
	if err != nil {
		return nil, err
	}
	e, err := engine.Open(context.Background(), config)
	if err != nil {
		return nil, err
	}
	return &DB{config: config, engine: e}, nil
}

// FromSQL gives the native interface to the database of a pool that sql.Open
// made with this driver. What is open in the pool's transactions is not seen
// through it: OnConn is for that. It is valid as long as the pool is open, and
// ends with it; it may be closed before, which leaves the pool as it is.
func FromSQL(ctx context.Context, pool *sql.DB) (*DB, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	db := &DB{borrowed: true}
	err = withSession(conn, func(c *connection) error {
		db.engine = c.session.Database()
		db.config = db.engine.Config()
		db.config.Session = c.session.Config()
		return nil
	})
	if e := conn.Close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, err
	}
	return db, nil
}

// SQL gives a database/sql pool of the database, for code that takes one:
// query builders, ORMs, migrations. Close it; the DB stays open.
func (db *DB) SQL() *sql.DB {
	db.engine.Retain()
	return sql.OpenDB(&Connector{driver: &Driver{}, config: db.config, db: db.engine})
}

// Close closes the database. Transactions that are open are rolled back, and
// what still runs ends with an error. The second Close does nothing.
func (db *DB) Close() error {
	if db.closed.Swap(true) {
		return nil
	}
	db.mu.Lock()
	idle := db.idle
	db.idle = nil
	db.mu.Unlock()
	if c := db.hot.Swap(nil); c != nil {
		idle = append(idle, c)
	}
	var err error
	for _, c := range idle {
		if e := c.session.Close(); err == nil {
			err = e
		}
	}
	if db.borrowed {
		return err
	}
	if e := db.engine.Close(); err == nil {
		err = e
	}
	return err
}

// Querier is what statements run on: a DB, where each is a transaction of its
// own, a Tx, or a Conn. It cannot be implemented elsewhere.
type Querier interface {
	lease(ctx context.Context) (*Conn, error)
	giveBack(c *Conn)
}

var (
	_ Querier = (*DB)(nil)
	_ Querier = (*Tx)(nil)
	_ Querier = (*Conn)(nil)
)

func (db *DB) lease(ctx context.Context) (*Conn, error) {
	if db.closed.Load() {
		return nil, storage.ErrClosed
	}
	if c := db.hot.Swap(nil); c != nil {
		return c, nil
	}
	db.mu.Lock()
	if n := len(db.idle); n > 0 {
		c := db.idle[n-1]
		db.idle = db.idle[:n-1]
		db.mu.Unlock()
		return c, nil
	}
	db.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return &Conn{db: db, session: db.engine.NewSession(db.config.Session)}, nil
}

// giveBack returns a session, without what was set or left open in it.
func (db *DB) giveBack(c *Conn) {
	if !c.session.Pristine() {
		if err := c.session.Reset(); err != nil || !c.session.Pristine() { // it has temporary tables
			c.dispose()
			return
		}
	}
	if !c.session.Closed() && db.hot.CompareAndSwap(nil, c) {
		if db.closed.Load() && db.hot.CompareAndSwap(c, nil) { // Close has not seen it
			c.dispose()
		}
		return
	}
	db.mu.Lock()
	if !db.closed.Load() && len(db.idle) < idleSessions && !c.session.Closed() {
		db.idle = append(db.idle, c)
		db.mu.Unlock()
		return
	}
	db.mu.Unlock()
	c.dispose()
}

// Conn is one session: what SET sets and temporary tables live as long as it.
// One goroutine uses it at a time.
type Conn struct {
	session *engine.Session
	db      *DB // where it came from; nil for a connection of database/sql
	plans   [planSlots]planSlot
	cell    gotype.Cell
	args    []engine.Argument // of the last statement
	owned   bool              // by whoever called DB.Conn, rather than by one call or Tx
	done    bool
	saves   int // savepoints that Nested has made
}

// Conn takes a session out of the database. Close gives it back.
func (db *DB) Conn(ctx context.Context) (*Conn, error) {
	c, err := db.lease(ctx)
	if err != nil {
		return nil, err
	}
	c.owned = true
	return c, nil
}

// Close ends the session; its settings and temporary tables go, and what is
// not committed is rolled back.
func (c *Conn) Close() error {
	if c.done || !c.owned {
		return nil
	}
	c.done = true
	return c.session.Close()
}

// dispose ends a session that nobody waits for; there is nothing to report.
func (c *Conn) dispose() { _ = c.session.Close() }

func (c *Conn) lease(context.Context) (*Conn, error) {
	if c.done {
		return nil, errConnClosed
	}
	return c, nil
}

func (c *Conn) giveBack(*Conn) {}

var errConnClosed = sqlerr.New(sqlerr.ConnectionDoesNotExist, "the connection is closed")

// OnConn calls do with the native interface of a connection of database/sql.
// Both work on one session: in a transaction that was begun on the connection
// (conn.BeginTx) native statements are part of it. The Conn is not to be used
// after do has returned.
func OnConn(conn *sql.Conn, do func(c *Conn) error) error {
	return withSession(conn, func(c *connection) error {
		if c.native == nil {
			c.native = &Conn{session: c.session}
		}
		return do(c.native)
	})
}

// begin starts a transaction of the session.
func (c *Conn) begin(ctx context.Context, o TxOptions) error {
	_, err := (&connection{session: c.session}).BeginTx(ctx, driver.TxOptions{
		Isolation: driver.IsolationLevel(o.Isolation), ReadOnly: o.ReadOnly})
	return err
}
