package engine

import (
	"context"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/exec"
	"github.com/zqlite/zqlite/internal/storage"
)

// analyze runs a statement with counters and returns what was measured. What it
// changes stands, as in PostgreSQL.
func (s *Session) analyze(ctx context.Context, st *Statement, p *Plan, args []Argument) ([]exec.Counters, error) {
	tx, own := s.tx, false
	if tx == nil {
		own = true
		tx = s.db.store.Begin(storage.TxOptions{Autocommit: true, Isolation: s.settings.level, LockTimeout: s.settings.lock})
		defer tx.Rollback()
	}
	if err := tx.BeginStatement(); err != nil {
		return nil, err
	}
	c := tx.Attachment().(*catalog.Catalog)
	if err := (&task{s: s, st: st}).checkScope(ctx, p); err != nil {
		return nil, err
	}
	if !p.read {
		if err := s.writable(p.command); err != nil {
			return nil, err
		}
		t := task{s: s, st: st, tx: tx, own: own}
		if err := t.lockTargets(ctx, p, c); err != nil {
			return nil, err
		}
	}
	run := s.newRun(ctx, tx, c)
	run.Analyze = true
	var err error
	if run.Params, err = s.arguments(st, p.params, args, run.Params); err != nil {
		return nil, err
	}
	counters, err := measure(p, run)
	if err != nil {
		tx.RollbackStatement()
		return nil, err
	}
	if own {
		err = tx.Commit(ctx)
	}
	return counters, err
}

func measure(p *Plan, run *exec.Run) ([]exec.Counters, error) {
	e, err := p.program.Start(run)
	if err != nil {
		return nil, err
	}
	for {
		b, err := e.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			break
		}
	}
	counters := e.Counters()
	return counters, e.Close()
}
