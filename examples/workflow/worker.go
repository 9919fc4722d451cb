package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zqlite/zqlite/examples/workflow/db"
	"github.com/zqlite/zqlite/examples/workflow/db/execution"
)

const (
	attempts = 5                // before an execution has failed for good
	lease    = "1 minute"       // how long a worker may be silent
	dead     = "1 millisecond"  // for one that is
	patience = time.Second / 10 // between looks for work that was lost
)

// work runs workers until nothing is left to be done. The first of them dies
// with what it has claimed.
func work(ctx context.Context, g *db.Global, workers int) error {
	var wait sync.WaitGroup
	errs := make([]error, workers)
	for i := range workers {
		wait.Go(func() {
			name := fmt.Sprint("worker ", i)
			if i == 0 {
				_, errs[i] = claim(ctx, g, name, dead)
				return
			}
			errs[i] = worker(ctx, g, name)
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

func claim(ctx context.Context, g *db.Global, name, lease string) (list []db.ClaimRow, err error) {
	for r, err := range g.Claim(ctx, name, lease) {
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// worker claims and executes until nothing waits and nothing is lost.
func worker(ctx context.Context, g *db.Global, name string) error {
	for {
		list, err := claim(ctx, g, name, lease)
		if err != nil {
			return err
		}
		for _, x := range list {
			if err := execute(ctx, g, name, x); err != nil {
				return err
			}
		}
		if len(list) > 0 {
			continue
		}
		if _, err := g.TakeBackLost(ctx); err != nil {
			return err
		}
		left, err := g.Executions().Count(ctx, execution.State.In(db.StatePending, db.StateRunning))
		if err != nil || left == 0 {
			return err
		}
		time.Sleep(patience)
	}
}

// execute runs the nodes of an execution, each with its event in one
// transaction. What fails is given back to be tried again.
func execute(ctx context.Context, g *db.Global, name string, x db.ClaimRow) error {
	none, null := sql.Null[string]{}, sql.Null[int64]{}
	if _, err := g.AddEvent(ctx, x.ID, string(db.KindStarted), none, db.Some(x.Input)); err != nil {
		return err
	}
	value := x.Input
	for _, node := range nodes {
		if x.ID%7 == 0 && x.Attempt == 1 && node == "transform" {
			return g.InTx(ctx, nil, func(tx *db.Global) error {
				if _, err := tx.AddEvent(ctx, x.ID, string(db.KindFailed), db.Some(node), null); err != nil {
					return err
				}
				_, err := tx.GiveBack(ctx, attempts, x.ID, name)
				return err
			})
		}
		value++
		if _, err := g.AddEvent(ctx, x.ID, string(db.KindNode), db.Some(node), db.Some(value)); err != nil {
			return err
		}
	}
	return g.InTx(ctx, nil, func(tx *db.Global) error {
		n, err := tx.Finish(ctx, value, x.ID, name)
		if err != nil || n == 0 { // it was taken back, and is another's
			return err
		}
		_, err = tx.AddEvent(ctx, x.ID, string(db.KindFinished), none, db.Some(value))
		return err
	})
}

// replayed is the state that a history gives.
type replayed struct {
	state    db.State
	value    int64
	nodes    int
	finished int
}

// replay makes the state of an execution of its history.
func replay(ctx context.Context, g *db.Global, id int64) (r replayed, err error) {
	for e, err := range g.History(ctx, id) {
		if err != nil {
			return r, err
		}
		switch e.Kind {
		case db.KindStarted:
			r.state, r.value, r.nodes = db.StateRunning, e.Value.V, 0
		case db.KindNode:
			r.value = e.Value.V
			r.nodes++
		case db.KindFailed:
			r.state = db.StatePending
		case db.KindFinished:
			r.state = db.StateDone
			r.finished++
		}
	}
	return r, nil
}
