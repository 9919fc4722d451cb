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
		// What the statement worked with is in no known state, nor is its part of
		// the transaction.
		s.filled, s.idleRun = filled{}, nil
		s.failed = s.failed || s.tx != nil
	}
}
