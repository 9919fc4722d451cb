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
	// The first statement may start over with another snapshot.
	if tx == nil || s.failed || s.statements == 0 || len(st.parts) != 1 || len(args) != st.count {
		return o, false, nil
	}
	p := st.parts[0].plan.Load()
	if p == nil || !p.fills || s.settings.limit > 0 || s.running != nil || len(s.cursors) > 0 || s.detached || s.closed.Load() {
		return o, false, nil
	}
	defer s.guard(&err)
	if s.enterScope(ctx) != nil || s.reason != "" || p.shared && s.tenant == "" || st.path != s.planScope() || ctx.Err() != nil {
		return o, false, nil
	}
	c := tx.Attachment().(*catalog.Catalog)
	if !p.valid(c) || s.writable(p.command) != nil || tx.BeginStatement() != nil {
		return o, false, nil
	}
	mark := len(s.deferred.checks)
	done = true // after a panic too
	run := s.newRun(ctx, tx, c)
	if err = s.lockRelations(ctx, tx, p.targets, c, false); err == nil {
		if run.Params, err = s.arguments(st, p.params, args, run.Params); err == nil {
			err = p.program.Store(run)
		}
	}
	if err == nil {
		s.statements++
		o.Affected, o.Command = 1, p.command
		o.LastRowID, o.HasRowID = run.LastRowID()
		s.note(&o)
		return o, true, nil
	}
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
