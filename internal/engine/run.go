package engine

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/exec"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vfs"
)

// Exec runs a text and returns what its last statement did. Rows are thrown
// away.
func (s *Session) Exec(ctx context.Context, st *Statement, args []Argument) (out Outcome, _ error) {
	if done, err := s.fillRow(ctx, st, args, &out); done {
		return out, err
	}
	r, err := s.run(ctx, st, args, false)
	if err != nil {
		return Outcome{}, err
	}
	read := 0
	for r.run != nil {
		b, err := r.NextBatch()
		if err != nil {
			return Outcome{}, err
		}
		if b == nil {
			break
		}
		read += b.Len()
	}
	out = r.Outcome
	if out.Command == "SELECT" && out.Affected == 0 {
		if r.width > 0 {
			read += len(r.rows) / r.width // buffered
		}
		out.Affected = int64(read)
	}
	return out, r.Release()
}

// Query runs a text and returns the rows of its statements, one result after
// the other.
func (s *Session) Query(ctx context.Context, st *Statement, args []Argument) (*Result, error) {
	return s.run(ctx, st, args, true)
}

// run runs a text of one or more statements.
func (s *Session) run(ctx context.Context, st *Statement, args []Argument, query bool) (r *Result, err error) {
	defer s.guard(&err)
	if s.Closed() {
		return nil, storage.ErrClosed
	}
	s.settle()
	if err := s.enterScope(ctx); err != nil {
		return nil, err
	}
	if st.path != s.planScope() { // prepared before names came to mean something else
		if st, err = s.Lookup(st.text); err != nil {
			return nil, err
		}
	}
	if len(args) != st.count {
		return nil, sqlerr.New("08P01", "the statement has %d parameters, %d arguments were given", st.count, len(args))
	}
	switch len(st.parts) {
	case 0:
		return &Result{session: s}, nil
	case 1:
		if r, done, err := s.readByKey(ctx, st, args); done {
			return r, err
		}
		return s.runPart(ctx, st, 0, args, query)
	}
	return s.runMany(ctx, st, args, query)
}

// settle ends what goes on from statement to statement: a result that still
// streams reads its rows into memory.
func (s *Session) settle() {
	if s.filled.st != nil {
		s.filled = filled{}
	}
	if r := s.running; r != nil {
		s.running = nil
		r.buffer()
	}
}

func controlsTransaction(stmt ast.Stmt) bool {
	switch stmt.(type) {
	case *ast.Begin, *ast.Commit, *ast.Rollback, *ast.Vacuum, *ast.Checkpoint:
		return true
	}
	return false
}

// runPart runs one statement of a text.
func (s *Session) runPart(ctx context.Context, st *Statement, i int, args []Argument, query bool) (*Result, error) {
	stmt := st.parts[i].stmt
	if s.failed && !endsFailure(stmt) {
		return nil, errFailedTransaction
	}
	if err := ctx.Err(); err != nil {
		return nil, canceled(ctx, err)
	}
	var r *Result
	var err error
	if len(s.cursors) > 0 && touchesCursors(stmt) {
		err = s.settleCursors(ctx)
	}
	switch {
	case err != nil:
	case usesCursor(stmt):
		r, err = s.runCurrentOf(ctx, st, stmt, args)
	case plannable(stmt):
		r, err = s.runPlanned(ctx, st, i, args)
	default:
		r, err = s.runUtility(ctx, st, i, args)
	}
	if err != nil {
		if s.tx != nil && !controlsTransaction(stmt) {
			s.failed = true
		}
		return nil, explain(ctx, err, st.text)
	}
	return r, nil
}

func endsFailure(stmt ast.Stmt) bool {
	switch stmt.(type) {
	case *ast.Rollback, *ast.RollbackTo, *ast.Commit:
		return true
	}
	return false
}

// task is one run of one planned statement, restarts included.
type task struct {
	s      *Session
	st     *Statement
	i      int
	args   []Argument
	tx     *storage.Tx
	own    bool // tx autocommits
	result *Result
	told   bool // the use of all tenants' rows is recorded
}

// runPlanned runs a query or a change.
func (s *Session) runPlanned(ctx context.Context, st *Statement, i int, args []Argument) (*Result, error) {
	var cancel context.CancelFunc
	if limit := s.settings.limit; limit > 0 {
		ctx, cancel = context.WithTimeoutCause(ctx, limit, errStatementTimeout)
	}
	t := &s.task
	*t = task{s: s, st: st, i: i, args: args, tx: s.tx, result: s.newResult()}
	t.result.cancel = cancel
	if t.tx == nil {
		t.own = true
		t.tx = s.beginOwn()
	} else {
		s.statements++
	}
	result, tx, own := t.result, t.tx, t.own
	err := t.run(ctx)
	if err != nil {
		if own {
			tx.Rollback()
		}
		if cancel != nil {
			defer cancel()
		}
		if ctx.Err() != nil {
			err = canceled(ctx, err)
		}
		if own {
			s.keepOwn(tx)
		}
		result.Release()
		return nil, err
	}
	if own && result.tx == nil {
		s.keepOwn(tx)
	}
	return result, nil
}

// run starts the statement until it stands or fails for good.
func (t *task) run(ctx context.Context) error {
	if err := t.tx.BeginStatement(); err != nil {
		return err
	}
	mark := len(t.s.deferred.checks)
	for {
		err := t.attempt(ctx)
		if err == nil && t.own && t.result.run == nil {
			err = t.commit(ctx)
		}
		if err == nil {
			return nil
		}
		t.s.deferred.checks = t.s.deferred.checks[:mark]
		if t.result.run != nil {
			if e := t.result.run.Close(); e != nil {
				return errors.Join(err, e)
			}
			t.result.run = nil
		}
		if !errors.Is(err, storage.ErrRestart) {
			t.tx.RollbackStatement()
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := t.tx.RestartStatement(ctx); err != nil {
			return err
		}
	}
}

func (t *task) commit(ctx context.Context) error {
	if err := t.s.runDeferredIn(ctx, t.tx); err != nil {
		return err
	}
	if err := t.s.endTemporary(ctx, t.tx); err != nil {
		return err
	}
	return t.tx.Commit(ctx)
}

// attempt plans for the snapshot's catalog and runs once.
func (t *task) attempt(ctx context.Context) error {
	s := t.s
	c := t.tx.Attachment().(*catalog.Catalog)
	p, err := s.plan(t.st, t.i, c, t.args)
	if err != nil {
		return err
	}
	if err := t.checkScope(ctx, p); err != nil {
		return err
	}
	if !p.read {
		if err := s.writable(p.refused()); err != nil && !p.byCalls {
			return err
		}
		if err := t.lockTargets(ctx, p, c); err != nil {
			return err
		}
	}
	run := s.newRun(ctx, t.tx, c)
	if !p.program.RowPath() {
		s.readClock() // several goroutines may ask for it
	}
	if run.Params, err = s.arguments(t.st, p.params, t.args, run.Params); err != nil {
		return err
	}
	if p.program.RowPath() {
		return s.runPoint(p, run, t.result)
	}
	e, err := p.program.Start(run)
	if err != nil {
		return err
	}
	r := t.result
	r.run, r.columns, r.names, r.width = e, p.columns, p.names, len(p.columns)
	r.Command = p.command
	if p.program.Locks() {
		r.Outcome = Outcome{Affected: e.Affected, LastRowID: e.LastRowID, HasRowID: e.HasRowID, Command: p.command}
		s.note(&r.Outcome)
		if len(p.columns) > 0 || p.command == "SELECT" {
			return r.takeBuffered()
		}
		r.run = nil
		return e.Close()
	}
	if t.own {
		r.tx = t.tx
	}
	s.running = r
	return nil
}

// runPoint runs point work without a pipeline; its few rows are buffered in r.
func (s *Session) runPoint(p *Plan, run *exec.Run, r *Result) (err error) {
	r.columns, r.names, r.width = p.columns, p.names, len(p.columns)
	r.rows, r.at, r.empty = r.rows[:0], 0, 0
	r.Outcome = Outcome{Command: p.command}
	s.collecting, s.keepStrings = r, p.read
	if r.Affected, err = p.program.RunRow(run, s.collect); err != nil {
		return err
	}
	if !p.read {
		r.LastRowID, r.HasRowID = run.LastRowID()
		s.note(&r.Outcome)
	}
	return nil
}

// collectRow takes a row of point work into the result. The strings of a row
// that was read by key are in memory of their own; those of RETURNING are not.
func (s *Session) collectRow(row []types.Value) error {
	r := s.collecting
	if r.width == 0 {
		r.empty++
		return nil
	}
	if r.rows == nil {
		r.rows = r.room[:0]
	}
	r.rows = append(r.rows, row...)
	if !s.keepStrings {
		for i := len(r.rows) - len(row); i < len(r.rows); i++ {
			r.rows[i] = cloneValue(r.rows[i])
		}
	}
	return nil
}

// takeBuffered moves the rows of a statement that stands into the result, so
// that an autocommitted change can be acknowledged before they are read.
func (r *Result) takeBuffered() error {
	run := r.run
	r.rows, r.empty = r.rows[:0], 0
	for {
		b, err := run.Next()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		if r.width == 0 {
			r.empty += b.Len()
		}
		for k := 0; k < b.Len() && r.width > 0; k++ {
			for _, c := range b.Cols {
				r.rows = append(r.rows, cloneValue(c.Value(b.Row(k))))
			}
		}
	}
	r.run = nil
	return run.Close()
}

// note remembers what last_insert_rowid() and changes() answer.
func (s *Session) note(o *Outcome) {
	if o.Command == "SELECT" {
		return
	}
	s.changes = o.Affected
	s.total += o.Affected
	if o.HasRowID {
		s.lastRowID, s.rowIDSet = o.LastRowID, true
	}
}

// newRun makes what a run of a statement works with.
func (s *Session) newRun(ctx context.Context, tx *storage.Tx, c *catalog.Catalog) *exec.Run {
	run := s.idleRun
	if run == nil {
		run = &exec.Run{Context: &expr.Context{Env: &s.env, Session: s, Ended: &s.closed}}
		run.Routines = run
		run.FS, run.TempDir = vfs.OS(), s.db.tempDir
		run.Virtual, run.Defer, run.Bind, run.Triggers = s.virtualRows, s.deferCheck, s.bindTarget, s.triggersOf
		run.Routine, run.Pending = s.routineOf, s.pendingOn
		s.idleRun = run
	}
	run.Context.Begin(ctx, int(s.db.memoryLimit()), s.tenant)
	s.env.Now = 0
	run.Tx, run.Catalog, run.Counters = tx, c, &s.db.counters
	if s.detached {
		run.Memory = &exec.Memory{Limit: s.db.memoryLimit()}
	} else {
		s.memory = exec.Memory{Limit: s.db.memoryLimit()}
		run.Memory = &s.memory
	}
	run.Analyze = false
	run.Workers = workers
	if tx.Isolation() == storage.Serializable {
		run.Workers = 1 // what is read is recorded, by one goroutine
	}
	return run
}

// nextRun makes the run of the statement before ready for the same once more.
func (s *Session) nextRun(ctx context.Context) *exec.Run {
	run := s.idleRun
	limit := run.Memory.Limit
	run.Context.Begin(ctx, int(limit), s.tenant)
	*run.Memory = exec.Memory{Limit: limit}
	s.env.Now = 0
	return run
}

// readClock sets the times of transaction and statement. Point work that does
// not ask for them is spared the call.
func (s *Session) readClock() int64 {
	now := time.Now()
	start := now
	if s.tx != nil {
		start = s.txStart
	}
	if run := s.idleRun; run != nil {
		run.Context.Now, run.Context.StatementTime = start, now
	}
	s.env.Now = types.TimestampTZFromTime(start).I
	return s.env.Now
}

// workers is how many goroutines a scan may use.
var workers = min(runtime.GOMAXPROCS(0), 8)

func (db *Database) memoryLimit() int64 {
	if db.config.MemoryLimit > 0 {
		return db.config.MemoryLimit
	}
	return exec.DefaultMemory
}

// failRunning ends a streaming result with an error.
func (s *Session) failRunning(r *Result, err error) error {
	if s.running == r {
		s.running = nil
	}
	if s.tx != nil && r.tx == nil {
		s.failed = true
	}
	if run := s.idleRun; run != nil && run.Ctx != nil {
		err = explain(run.Ctx, err, "") // says whether it was the timeout
	}
	return r.finish(sqlerr.From(err))
}

// currentCatalog returns the newest catalog that the session sees.
func (s *Session) currentCatalog() *catalog.Catalog {
	if s.tx != nil {
		return s.tx.Attachment().(*catalog.Catalog)
	}
	return s.db.store.Attachment().(*catalog.Catalog)
}
