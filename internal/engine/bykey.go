package engine

import (
	"context"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/storage"
)

// readByKey runs a query for one row by its key the short way, where nothing
// else is to be looked after: no transaction, timeout or cursor is open, and
// the plan that was made before still holds. done is false where the long way
// has to be gone, and then nothing has happened.
func (s *Session) readByKey(ctx context.Context, st *Statement, args []Argument) (r *Result, done bool, err error) {
	p := st.parts[0].plan.Load()
	if p == nil || !p.byKey || s.tx != nil || s.settings.limit > 0 || s.reason != "" || p.shared && s.tenant == "" ||
		s.settings.level == storage.Serializable || len(s.cursors) > 0 {
		return nil, false, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, true, explain(ctx, canceled(ctx, err), st.text)
	}
	tx := s.beginOwn()
	if err = tx.BeginStatement(); err == nil {
		c := tx.Attachment().(*catalog.Catalog)
		if !p.valid(c) {
			tx.Rollback()
			s.keepOwn(tx)
			return nil, false, nil
		}
		r = s.newResult()
		run := s.newRun(ctx, tx, c)
		if run.Params, err = s.arguments(st, p.params, args, run.Params); err == nil {
			err = s.runPoint(p, run, r)
		}
		if err == nil {
			err = tx.Commit(ctx)
		}
	}
	if err == nil {
		s.keepOwn(tx)
		return r, true, nil
	}
	tx.Rollback()
	s.keepOwn(tx)
	if r != nil {
		_ = r.Release() // nothing streams
	}
	if ctx.Err() != nil {
		err = canceled(ctx, err)
	}
	return nil, true, explain(ctx, err, st.text)
}
