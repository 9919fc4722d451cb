package engine

import (
	"context"

	"github.com/zqlite/zqlite/internal/sql/ast"
)

// runMany runs several statements as one implicit transaction, unless they
// control transactions themselves.
func (s *Session) runMany(ctx context.Context, st *Statement, args []Argument, query bool) (*Result, error) {
	var results []*Result
	implicit := false
	for i := range st.parts {
		if s.tx == nil && !controlsTransaction(st.parts[i].stmt) {
			if err := s.Begin(ctx, TxOptions{Default: true}); err != nil {
				return nil, err
			}
			implicit = true
		}
		err := s.enterScope(ctx) // a statement before may have changed it
		var r *Result
		if err == nil {
			r, err = s.runPart(ctx, st, i, args, false)
		}
		if err != nil {
			if implicit && s.tx != nil {
				s.rollback()
			}
			return nil, err
		}
		if s.tx == nil {
			implicit = false
		}
		if _, begins := st.parts[i].stmt.(*ast.Begin); begins {
			implicit = false
		}
		if r.run != nil {
			s.running = nil
			r.buffer()
			if r.failed != nil {
				if implicit {
					s.rollback()
				}
				return nil, r.failed
			}
		}
		if len(r.columns) > 0 {
			r.keepDrawing() // a statement behind it may SET others
		}
		results = append(results, r)
	}
	if implicit && s.tx != nil {
		if err := s.Commit(ctx); err != nil {
			return nil, err
		}
	}
	return chain(results, query), nil
}

// chain links the results that have columns; without any it is the last one.
func chain(results []*Result, query bool) *Result {
	last := results[len(results)-1]
	if !query {
		return last
	}
	var withRows []*Result
	for _, r := range results {
		if len(r.columns) > 0 {
			withRows = append(withRows, r)
		}
	}
	if len(withRows) == 0 {
		return last
	}
	for i := 0; i+1 < len(withRows); i++ {
		following := withRows[i+1]
		withRows[i].next = func() (*Result, error) { return following, nil }
	}
	return withRows[0]
}
