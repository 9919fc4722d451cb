package engine

import (
	"context"
	"errors"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/storage"
)

// fillRow runs an INSERT of one row within a transaction the short way: the
// plan that was made before still holds, nothing else of the session is open,
// and no result or task comes between.
// done is false where the long way has to be gone, and then nothing has
// happened that it does not do again.
func (s *Session) fillRow(ctx context.Context, st *Statement, args []Argument) (o Outcome, done bool, err error) {
	tx := s.tx
	if tx == nil || s.closed.Load() || len(args) != st.count {
		return o, false, nil
	}
	again := s.filled.st == st && s.filled.tx == tx
	p := s.filled.plan
	if !again {
		if p = s.fillPlan(st); p == nil {
			return o, false, nil
		}
	}
	defer s.guard(&err)
	if s.enterScope(ctx) != nil || s.reason != "" || p.shared && s.tenant == "" || ctx.Err() != nil || tx.BeginStatement() != nil {
		return o, false, nil
	}
	c := tx.Attachment().(*catalog.Catalog)
	if again = again && s.filled.catalog == c; !again && !p.valid(c) {
		return o, false, nil
	}
	mark := len(s.deferred.checks)
	done = true // after a panic too
	run := s.newRun(ctx, tx, c)
	if !again {
		err = s.lockRelations(ctx, tx, p.targets, c, false)
	}
	if err == nil {
		if run.Params, err = s.arguments(st, p.params, args, run.Params); err == nil {
			err = p.program.Store(run)
		}
	}
	if err == nil {
		s.statements++
		o.Affected, o.Command = 1, p.command
		o.LastRowID, o.HasRowID = run.LastRowID()
		s.note(&o)
		if !again {
			s.filled = filled{st, tx, p, c}
		}
		return o, true, nil
	}
	s.filled = filled{}
	tx.RollbackStatement()
	s.deferred.checks = s.deferred.checks[:mark]
	if errors.Is(err, storage.ErrRestart) {
		return o, false, nil
	}
	s.statements++
	s.failed = true
	if ctx.Err() != nil {
		err = canceled(ctx, err)
	}
	return o, true, explain(ctx, err, st.text)
}

// filled is the statement that fillRow has run last, if nothing has come after
// it: then its plan, locks and settings are as they were. settle forgets it.
type filled struct {
	st      *Statement
	tx      *storage.Tx
	plan    *Plan
	catalog *catalog.Catalog
}

// fillPlan gives the plan of a statement that can go the short way; nil is none.
func (s *Session) fillPlan(st *Statement) *Plan {
	// The first statement may start over with another snapshot.
	if s.failed || s.statements == 0 || len(st.parts) != 1 || s.settings.limit > 0 || s.running != nil || len(s.cursors) > 0 || s.detached {
		return nil
	}
	p := st.parts[0].plan.Load()
	if p == nil || !p.fills || st.path != s.planScope() || s.writable(p.command) != nil {
		return nil
	}
	return p
}
