package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/exec"
	"github.com/zqlite/zqlite/internal/optimizer"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/storage"
)

// analyze runs a statement with counters and returns its plan with what was
// measured. What it changes stands, as in PostgreSQL.
func (s *Session) analyze(ctx context.Context, st *Statement, p *Plan, args []Argument, costs bool) (string, error) {
	tx, own := s.tx, false
	if tx == nil {
		own = true
		tx = s.db.store.Begin(storage.TxOptions{Autocommit: true, Isolation: s.settings.level, LockTimeout: s.settings.lock})
		defer tx.Rollback()
	}
	if err := tx.BeginStatement(); err != nil {
		return "", err
	}
	c := tx.Attachment().(*catalog.Catalog)
	if err := (&task{s: s, st: st}).checkScope(ctx, p); err != nil {
		return "", err
	}
	if !p.read {
		if err := s.writable(p.command); err != nil {
			return "", err
		}
		t := task{s: s, st: st, tx: tx, own: own}
		if err := t.lockTargets(ctx, p, c); err != nil {
			return "", err
		}
	}
	run := s.newRun(ctx, tx, c)
	run.Analyze = true
	var err error
	if run.Params, err = s.arguments(st, p.params, args, run.Params); err != nil {
		return "", err
	}
	text, err := s.measure(p, run, costs)
	if err != nil {
		tx.RollbackStatement()
		return "", err
	}
	if own {
		err = tx.Commit(ctx)
	}
	return text, err
}

// estimateNotes says how many rows are expected of each node of a plan.
func (s *Session) estimateNotes(p *Plan, wanted bool) func(plan.Node) string {
	if !wanted {
		return func(plan.Node) string { return "" }
	}
	rows := optimizer.Estimates(p.root, s.db)
	return func(n plan.Node) string { return fmt.Sprintf("  (rows=%.0f)", rows(n)) }
}

func (s *Session) measure(p *Plan, run *exec.Run, costs bool) (string, error) {
	e, err := p.program.Start(run)
	if err != nil {
		return "", err
	}
	for {
		b, err := e.Next()
		if err != nil {
			return "", err
		}
		if b == nil {
			break
		}
	}
	notes := map[plan.Node]string{}
	estimates := s.estimateNotes(p, costs)
	total := ""
	for i, c := range e.Counters() {
		note := estimates(c.Node) + fmt.Sprintf("  (actual rows=%d loops=%d time=%.3f ms", c.Rows, c.Loops, float64(c.Time.Microseconds())/1000)
		if c.Memory > 0 {
			note += fmt.Sprintf(" memory=%d kB", c.Memory/1024)
		}
		if c.Spilled > 0 {
			note += fmt.Sprintf(" spilled=%d kB", c.Spilled/1024)
		}
		notes[c.Node] = note + ")"
		if i == 0 {
			total = fmt.Sprintf("Execution Time: %.3f ms\n", float64(c.Time.Microseconds())/1000)
		}
	}
	text := plan.FormatWith(p.root, plan.FormatOptions{Note: func(n plan.Node) string { return notes[n] }})
	if err := e.Close(); err != nil {
		return "", err
	}
	return strings.TrimRight(text, "\n") + "\n" + total, nil
}
