package engine

import (
	"context"
	"strings"
	"time"

	"github.com/zqlite/zqlite/internal/exec"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// Outcome is what a statement without rows leaves behind.
type Outcome struct {
	Affected  int64
	LastRowID int64 // generated integer key of the last inserted row
	HasRowID  bool
	Command   string // command tag: INSERT, CREATE TABLE …
}

// Result gives the rows of a statement. It is used by the goroutine that uses
// the session, and must be closed; the next statement of the session closes
// it too. Rows come one by one through Row where they are buffered, otherwise
// in batches.
type Result struct {
	Outcome
	session *Session
	columns []plan.Column
	names   []string

	rows  []types.Value // buffered rows, one after the other
	width int
	at    int
	empty int            // buffered rows where there are no columns
	room  [8]types.Value // memory for a short row

	run    *exec.Execution // streaming rows; nil where all are buffered
	tx     *storage.Tx     // of an autocommitted query that streams
	cancel context.CancelFunc

	drawn  *drawing                // how values are written; nil as the session has it now
	next   func() (*Result, error) // the rest of a text of several statements
	failed error                   // met while buffering; given after the rows read before it
}

// Columns describes the columns, in order.
func (r *Result) Columns() []plan.Column { return r.columns }

// Names returns the columns' names; the slice is shared.
func (r *Result) Names() []string { return r.names }

// Row returns the next buffered row, valid until the result is closed.
func (r *Result) Row() ([]types.Value, bool) {
	if r.width == 0 && r.empty > 0 {
		r.empty--
		return nil, true
	}
	if r.at >= len(r.rows) {
		return nil, false
	}
	row := r.rows[r.at : r.at+r.width : r.at+r.width]
	r.at += r.width
	return row, true
}

// NextBatch returns the next rows of a result that streams, nil at the end.
// The batch is valid until the next call.
func (r *Result) NextBatch() (b *vector.Batch, err error) {
	if r.run == nil {
		return nil, r.failed
	}
	defer r.session.guard(&err)
	b, err = r.run.Next()
	if err != nil {
		return nil, r.session.failRunning(r, err)
	}
	if b == nil {
		return nil, r.finish(nil)
	}
	return b, nil
}

// Buffered reports whether Row has more rows: a streaming result is buffered
// when its session runs another statement.
func (r *Result) Buffered() bool { return r.at < len(r.rows) || r.empty > 0 }

// drawing is how a result's values are written, where the session may have
// other settings by the time they are read.
type drawing struct{ env types.Env }

// keepDrawing holds on to the settings that the result was made with.
func (r *Result) keepDrawing() {
	if r.drawn == nil {
		r.drawn = &drawing{env: r.session.env}
	}
}

// environment is what the texts of values depend on.
func (r *Result) environment() *types.Env {
	if r.drawn != nil {
		return &r.drawn.env
	}
	return &r.session.env
}

// buffer reads what is left of a streaming result into memory, so that the
// session can run another statement while the caller goes on reading.
func (r *Result) buffer() {
	r.keepDrawing()
	limit := r.session.db.memoryLimit()
	held := int64(0)
	for r.run != nil {
		b, err := r.NextBatch()
		if err != nil {
			r.failed = err
			return
		}
		if b == nil {
			return
		}
		if r.width == 0 {
			r.empty += b.Len()
		}
		for k := 0; k < b.Len() && r.width > 0; k++ {
			for _, c := range b.Cols {
				v := c.Value(b.Row(k))
				v.S = strings.Clone(v.S)
				held += int64(len(v.S)) + 48
				r.rows = append(r.rows, v)
			}
		}
		if held > limit {
			r.failed = r.finish(sqlerr.New(sqlerr.OutOfMemory, "out of memory").
				WithDetail("Another statement ran on the connection while rows of this query were open, and the rest of them does not fit the memory limit.").
				WithHint("Close the rows first, or use another connection."))
			return
		}
	}
}

// Close ends the statement. A streaming query that autocommits gives up its
// snapshot.
func (r *Result) Close() error {
	r.next = nil
	if r.session.running == r {
		r.session.running = nil
	}
	return r.finish(nil)
}

// Release is Close, and gives the memory of the result to the session's next
// statement: neither the result nor a row of it may be used any more.
func (r *Result) Release() error {
	s := r.session
	err := r.Close()
	clear(r.rows)
	rows := r.rows[:0]
	if cap(rows) > keptValues {
		rows = nil
	}
	r.Outcome, r.columns, r.names, r.rows, r.width, r.at, r.failed = Outcome{}, nil, nil, rows, 0, 0, nil
	r.empty, r.drawn = 0, nil
	if s.spare == nil {
		s.spare = r
	}
	return err
}

// keptValues is how large a buffer of rows a released result keeps.
const keptValues = 256

// finish releases what a streaming result holds.
func (r *Result) finish(err error) error {
	if r.run != nil {
		if e := r.run.Close(); err == nil {
			err = e
		}
		r.run = nil
	}
	if r.cancel != nil {
		r.cancel()
		r.cancel = nil
	}
	if r.tx != nil {
		r.tx.Rollback()
		r.session.keepOwn(r.tx)
		r.tx = nil
	}
	return err
}

// HasNext reports whether the text has another statement after this one.
func (r *Result) HasNext() bool { return r.next != nil }

// NextResult turns the result into that of the next statement.
func (r *Result) NextResult() error {
	next := r.next
	if err := r.Close(); err != nil {
		return err
	}
	n, err := next()
	if err != nil {
		return err
	}
	*r = *n
	if r.session.running == n {
		r.session.running = r
	}
	return nil
}

// Format gives a value's text, with the settings that held when the result was
// made: time zone, DateStyle, IntervalStyle and the like.
func (r *Result) Format(v types.Value, t *types.Type) string {
	return types.Format(v, t, r.environment())
}

// Location returns the time zone in which timestamps are given.
func (r *Result) Location() *time.Location { return r.environment().Location() }
