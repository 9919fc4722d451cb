package engine

import (
	"context"
	"errors"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/exec"
	"github.com/zqlite/zqlite/internal/storage"
)

// filled is the statement that fillRow has run last, if nothing has come after
// it in the session: then its plan, locks, settings and scope are as they were.
// settle forgets it.
type filled struct {
	st      *Statement
	tx      *storage.Tx
	plan    *Plan
	catalog *catalog.Catalog
}

// fillRow runs an INSERT of one row within a transaction the short way: the
// plan that was made before still holds, nothing else of the session is open,
// and no result or task comes between.
// done is false where the long way has to be gone, and then nothing has
// happened that it does not do again.
func (s *Session) fillRow(ctx context.Context, st *Statement, args []Argument, o *Outcome) (done bool, err error) {
	tx := s.tx
	if tx == nil || s.closed.Load() || len(args) != st.count {
		return false, nil
	}
	defer s.guard(&err)
	if f := &s.filled; f.st == st && f.tx == tx && s.fillsAgain(ctx) {
		done = true // after a panic too
		return s.store(ctx, st, f.plan, args, s.nextRun(ctx), o)
	}
	s.filled = filled{}
	p := s.fillPlan(st)
	if p == nil || s.enterScope(ctx) != nil || s.reason != "" || p.shared && s.tenant == "" || ctx.Err() != nil || tx.BeginStatement() != nil {
		return false, nil
	}
	c := tx.Attachment().(*catalog.Catalog)
	if !p.valid(c) {
		return false, nil
	}
	done = true
	run := s.newRun(ctx, tx, c)
	if err := s.lockRelations(ctx, tx, p.targets, c, false); err != nil {
		return s.fillFailed(ctx, st, len(s.deferred.checks), err)
	}
	if done, err = s.store(ctx, st, p, args, run, o); done && err == nil && ctx.Value(scopeKey{}) == nil {
		s.filled = filled{st, tx, p, c}
	}
	return done, err
}

// fillsAgain begins the statement that was filled last once more.
func (s *Session) fillsAgain(ctx context.Context) bool {
	f := &s.filled
	if ctx.Value(scopeKey{}) != nil || ctx.Err() != nil || f.tx.BeginStatement() != nil {
		return false
	}
	return f.tx.Attachment() == any(f.catalog)
}

// store stores the row of a statement that has begun.
func (s *Session) store(ctx context.Context, st *Statement, p *Plan, args []Argument, run *exec.Run, o *Outcome) (done bool, err error) {
	mark, kept := len(s.deferred.checks), run.Params
	row, err := p.program.ArgumentRow(run)
	inRow := len(row) > 0 && len(row) == len(p.params)
	if inRow {
		run.Params = row
	}
	if err == nil {
		if run.Params, err = s.arguments(st, p.params, args, run.Params); err == nil {
			err = p.program.Store(run)
		}
	}
	if inRow {
		run.Params = kept
	}
	if err != nil {
		return s.fillFailed(ctx, st, mark, err)
	}
	s.statements++
	o.Affected, o.Command = 1, p.command
	o.LastRowID, o.HasRowID = run.LastRowID()
	s.note(o)
	return true, nil
}

// fillFailed takes back a statement that failed.
func (s *Session) fillFailed(ctx context.Context, st *Statement, mark int, err error) (done bool, _ error) {
	s.filled = filled{}
	s.tx.RollbackStatement()
	s.deferred.checks = s.deferred.checks[:mark]
	if errors.Is(err, storage.ErrRestart) {
		return false, nil
	}
	s.statements++
	s.failed = true
	if ctx.Err() != nil {
		err = canceled(ctx, err)
	}
	return true, explain(ctx, err, st.text)
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
