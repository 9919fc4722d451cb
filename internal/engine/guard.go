package engine

import (
	"runtime/debug"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// guard turns a panic into an error of class XX000 with the stack as detail
// (invariant 4). It is deferred around everything that runs for a client.
func (s *Session) guard(err *error) {
	if p := recover(); p != nil {
		*err = sqlerr.New(sqlerr.InternalError, "internal error: %v", p).
			WithDetail("%s", debug.Stack()).
			WithHint("This is a bug in zqlite; please report it with the statement.")
		s.giveUp()
	}
}

// giveUp gives up what a statement that panicked worked with, which is in no
// known state: its transaction has failed, one of its own is rolled back so that
// nobody waits for its locks.
func (s *Session) giveUp() {
	s.filled, s.idleRun, s.idleTx = filled{}, nil, nil
	if s.tx != nil {
		s.failed = true
		return
	}
	if tx := s.ownTx; tx != nil {
		s.ownTx = nil
		// It may be what the panic came from. The panic that is known is reported.
		defer func() { _ = recover() }()
		tx.Rollback()
	}
}
