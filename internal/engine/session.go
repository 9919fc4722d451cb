package engine

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/exec"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

// Session is what one connection has. It is used by one goroutine at a time;
// only the database's Close may reach in from outside.
type Session struct {
	db     *Database
	config SessionConfig
	number int64

	mu     sync.Mutex // guards tx against Close of the database
	closed atomic.Bool

	tx          *storage.Tx // explicit transaction, or nil
	txStart     time.Time
	txReadOnly  bool
	txLevel     storage.Isolation
	failed      bool // the explicit transaction waits for ROLLBACK
	statements  int  // run in the explicit transaction
	savepoints  []savepoint
	deferred    deferredChecks
	settings    settings // in force
	atBegin     settings // to go back to on ROLLBACK
	atSession   settings // without SET LOCAL, to go back to at the end
	prepared    map[string]*Statement
	cursors     map[string]*cursor
	cursorCount int64         // ever declared
	source      *expr.SetFunc // gives the rows of the COPY FROM that runs
	detached    bool          // the statement that starts gets memory of its own

	tenant   string // of the statement that runs; "" is none
	reason   string // why it works with the rows of all tenants; "": it does not
	visited  bool   // it has worked for another tenant than the DSN's, or all, since Reset
	internal bool   // the engine's own: it writes the record of such uses

	env       types.Env
	location  *time.Location
	zoneName  string
	temporary string // the schema of its temporary tables; "" is none so far

	lastRowID int64
	rowIDSet  bool
	changes   int64
	total     int64
	currvals  map[catalog.ID]int64
	lastSeq   catalog.ID

	began  time.Time // when it was opened
	xid    int64     // the number of a transaction, and when that began
	xidFor time.Time

	triggers        map[catalog.ID]*readyTriggers // of relations that were changed
	routines        routines                      // bodies of SQL functions
	running         *Result                       // streams rows; buffered before the next statement runs
	filled          filled                        // the statement before, an INSERT of one row
	idleRun         *exec.Run                     // memory of the last statement
	collecting      *Result                       // takes the rows of point work
	keepStrings     bool                          // they need no copy
	memory          exec.Memory
	task            task                          // the statement that runs
	spare           *Result                       // memory of a released result
	advisoryWait    *advisoryLock                 // that the session waits for; under advisoryLocks.mu
	advisoryTx      bool                          // the transaction may hold advisory locks
	advisorySession bool                          // the session may
	idleTx          *storage.Tx                   // memory of an autocommitted transaction that has ended
	ownTx           *storage.Tx                   // the transaction of the autocommitted statement that runs
	collect         func(row []types.Value) error // collectRow, made once
}

// savepoint is a named place to go back to.
type savepoint struct {
	name     string
	mark     storage.Mark
	settings settings
	session  settings // without SET LOCAL
}

// NewSession makes a session with the given defaults.
func (db *Database) NewSession(c SessionConfig) *Session {
	s := &Session{db: db, config: c, number: db.sessions.Add(1), began: time.Now()}
	s.collect = s.collectRow
	s.env.Clock = s.readClock
	s.applyDefaults()
	db.open.Store(s, struct{}{})
	return s
}

func (s *Session) applyDefaults() {
	s.settings = defaultSettings(&s.config)
	s.atSession, s.atBegin = s.settings, s.settings
	s.refreshEnvironment()
}

// Database returns the database of the session.
func (s *Session) Database() *Database { return s.db }

// Closed reports whether the session can be used no more.
func (s *Session) Closed() bool { return s.closed.Load() }

// Reset rolls back what is open and restores the settings of the DSN, for the
// next user of a pooled connection.
func (s *Session) Reset() error {
	s.endRunning()
	if s.tx != nil {
		s.rollback()
	}
	s.dropCursors()
	if !s.settings.same(s.atSession) || !s.settings.isDefault() {
		s.applyDefaults()
	}
	if s.visited {
		return s.forgetTenant()
	}
	return nil
}

// Close ends the session: what is open is rolled back, temporary tables go.
func (s *Session) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.endRunning()
	if s.tx != nil {
		s.rollback()
	}
	s.dropCursors()
	if s.advisorySession {
		s.db.advisory.releaseAll(s, false)
	}
	s.db.open.Delete(s)
	return s.dropTemporary(context.Background())
}

// abandon is Close from outside, when the database closes under the session.
func (s *Session) abandon() {
	if s.closed.Swap(true) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.db.open.Delete(s)
}

// tempSchema is the schema of the session's temporary tables.
func (s *Session) tempSchema() string { return fmt.Sprintf("pg_temp_%d", s.number) }

// InTransaction reports whether an explicit transaction is open.
func (s *Session) InTransaction() bool { return s.tx != nil }

// endRunning closes the result that still streams from this session.
func (s *Session) endRunning() {
	if r := s.running; r != nil {
		s.running = nil
		r.finish(nil)
	}
}
