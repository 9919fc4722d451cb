package engine

import (
	"context"
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
)

// TxOptions of Session.Begin.
type TxOptions struct {
	Default   bool // Isolation is the session's default
	Isolation storage.Isolation
	ReadOnly  bool
	Immediate bool // take the snapshot now
}

// Begin starts an explicit transaction.
func (s *Session) Begin(ctx context.Context, o TxOptions) error {
	if s.Closed() {
		return storage.ErrClosed
	}
	s.endRunning()
	if s.tx != nil {
		return sqlerr.New(sqlerr.ActiveSQLTransaction, "there is already a transaction in progress")
	}
	level := o.Isolation
	if o.Default {
		level = s.settings.level
	}
	s.txReadOnly = o.ReadOnly || s.settings.ro || s.db.config.Mode == "ro"
	s.txLevel = level
	if err := s.auditFirst(ctx); err != nil {
		return err
	}
	s.tx = s.db.store.Begin(storage.TxOptions{
		Isolation: level, ReadOnly: s.txReadOnly, LockTimeout: s.settings.lock, Origin: s.config.ApplicationName,
	})
	s.txStart = time.Now()
	s.failed, s.statements, s.savepoints = false, 0, s.savepoints[:0]
	s.atBegin = s.settings
	s.atSession = s.settings
	if o.Immediate || s.config.BeginImmediate && !o.ReadOnly {
		return s.tx.BeginStatement()
	}
	return nil
}

// Commit ends the explicit transaction. A failed one is rolled back, and the
// error says so.
func (s *Session) Commit(ctx context.Context) error {
	s.endRunning()
	if s.tx == nil {
		return sqlerr.New(sqlerr.NoActiveSQLTransaction, "there is no transaction in progress")
	}
	if s.failed {
		s.rollback()
		return sqlerr.New(sqlerr.InFailedSQLTransaction,
			"the transaction was rolled back because a statement in it had failed").
			WithHint("Roll back after an error, or to a savepoint.")
	}
	err := s.commitCursors(ctx)
	if err == nil {
		err = s.runDeferred(ctx)
	}
	if err == nil {
		err = s.endTemporary(ctx, s.tx)
	}
	if err != nil {
		s.rollback()
		return err
	}
	tx := s.tx
	err = tx.Commit(ctx)
	if err != nil {
		tx.Rollback()
		s.settings = s.atBegin
	} else {
		s.settings = s.atSession
	}
	s.endTransaction()
	return err
}

// Rollback ends the explicit transaction without a trace; it is harmless where
// there is none.
func (s *Session) Rollback() error {
	s.endRunning()
	if s.tx != nil {
		s.rollback()
	}
	return nil
}

func (s *Session) rollback() {
	_ = s.endCursors() // streams of a transaction that goes; nobody reads their errors
	s.tx.Rollback()
	s.settings = s.atBegin
	s.endTransaction()
}

func (s *Session) endTransaction() {
	s.endAdvisory()
	s.tx, s.failed, s.savepoints = nil, false, s.savepoints[:0]
	s.deferred = deferredChecks{}
	s.atSession = s.settings
	s.refreshEnvironment()
}

// savepoint marks a place to go back to.
func (s *Session) savepoint(name string) {
	s.savepoints = append(s.savepoints, savepoint{name, s.tx.Savepoint(), s.settings, s.atSession})
}

func (s *Session) findSavepoint(name string) (int, error) {
	for i := len(s.savepoints) - 1; i >= 0; i-- {
		if s.savepoints[i].name == name {
			return i, nil
		}
	}
	return 0, sqlerr.New(sqlerr.InvalidSavepoint, "savepoint %q does not exist", name)
}

// rollbackTo takes back what was done since a savepoint, which stays.
func (s *Session) rollbackTo(name string) error {
	i, err := s.findSavepoint(name)
	if err != nil {
		return err
	}
	p := s.savepoints[i]
	if err := s.closeCursors(func(c *cursor) bool { return c.own && c.depth > i }); err != nil {
		return err
	}
	s.tx.RollbackTo(p.mark)
	s.deferred.truncate(p.mark)
	s.savepoints = s.savepoints[:i+1]
	s.settings, s.atSession = p.settings, p.session
	s.failed = false
	s.refreshEnvironment()
	return nil
}

// release forgets a savepoint and those after it.
func (s *Session) release(name string) error {
	i, err := s.findSavepoint(name)
	if err != nil {
		return err
	}
	s.savepoints = s.savepoints[:i]
	for _, c := range s.cursors {
		c.depth = min(c.depth, i)
	}
	return nil
}
