package exec

import (
	"sync"
	"sync/atomic"

	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// Program is a plan made ready to run. It is immutable and shared; instances,
// which hold operators and scratch memory, are pooled.
type Program struct {
	root     plan.Node
	columns  []plan.Column
	types    []*types.Type
	modifies bool
	locks    bool
	shape    *pointShape // not nil: the row path can run it
	pool     pool[instance]
	ran      atomic.Bool // it ran before: its instances are worth keeping
	points   pool[pointRun]
}

// pool keeps a few idle instances. Unlike sync.Pool it is not emptied by the
// garbage collector, so that a hot statement never compiles again.
type pool[T any] struct {
	mu   sync.Mutex
	idle []*T
}

const poolSize = 16

func (p *pool[T]) get() *T {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	x := p.idle[n-1]
	p.idle = p.idle[:n-1]
	return x
}

func (p *pool[T]) put(x *T) {
	p.mu.Lock()
	if len(p.idle) < poolSize {
		p.idle = append(p.idle, x)
	}
	p.mu.Unlock()
}

// instance is an operator tree with its compiled expressions. It serves one
// run at a time.
type instance struct {
	op     Operator
	slot   *runSlot
	meters []*meter
}

// Prepare compiles a plan. Errors of compilation (an expression that cannot be
// evaluated) show up here.
func Prepare(n plan.Node) (*Program, error) {
	p := &Program{root: n, columns: n.Columns()}
	p.types = columnTypes(p.columns)
	p.modifies, p.locks = inspect(n)
	in, err := p.instantiate(false)
	if err != nil {
		return nil, err
	}
	p.pool.put(in)
	p.shape = pointShapeOf(n)
	return p, nil
}

func (p *Program) instantiate(analyze bool) (*instance, error) {
	b := &builder{analyze: analyze, slot: &runSlot{}, multi: countChanges(p.root) > 1}
	op, err := b.build(hoistLocks(p.root))
	if err != nil {
		return nil, err
	}
	return &instance{op: op, slot: b.slot, meters: b.meters}, nil
}

// Columns describes the rows that the program gives.
func (p *Program) Columns() []plan.Column { return p.columns }

// Plan returns the plan that the program was made of.
func (p *Program) Plan() plan.Node { return p.root }

// RunToEnd makes every run go to its end within Start, since functions that it
// calls change rows.
func (p *Program) RunToEnd() { p.modifies = true }

// Point reports whether the program reaches its row by key, however large the
// relation is.
func (p *Program) Point() bool { return p.shape != nil }

// Modifies reports whether the program changes rows.
func (p *Program) Modifies() bool { return p.modifies }

// Locks reports whether the program locks rows (FOR UPDATE and the like)
// or changes them, so that it may end with storage.ErrRestart.
func (p *Program) Locks() bool { return p.locks || p.modifies }

func columnTypes(cols []plan.Column) []*types.Type {
	ts := make([]*types.Type, len(cols))
	for i := range cols {
		ts[i] = cols[i].Type
	}
	return ts
}

// inspect tells whether a plan changes or locks rows.
func inspect(n plan.Node) (modifies, locks bool) {
	switch n := n.(type) {
	case *plan.Insert, *plan.Update, *plan.Delete, *plan.Merge, *plan.Truncate:
		modifies = true
	case *plan.Scan:
		locks = n.Lock != nil
	}
	for _, in := range n.Inputs() {
		m, l := inspect(in)
		modifies, locks = modifies || m, locks || l
	}
	return modifies, locks
}

// countChanges counts the changing nodes of a plan.
func countChanges(n plan.Node) int {
	count := 0
	switch n.(type) {
	case *plan.Insert, *plan.Update, *plan.Delete, *plan.Merge:
		count = 1
	}
	for _, in := range n.Inputs() {
		count += countChanges(in)
	}
	return count
}

// Execution is one run of a program.
type Execution struct {
	// Affected is the number of rows changed; complete once Start returned for
	// changing programs.
	Affected int64
	// LastRowID is the integer key of the last row inserted, if HasRowID.
	LastRowID int64
	HasRowID  bool

	program *Program
	run     *Run
	in      *instance
	meters  []*meter
	rows    *spool // buffered rows of changing and locking programs
	reader  chunkReader
	next    int
}

// Start begins a run. A program that changes or locks rows runs to its end
// within Start, deferred work of the statement included, and its rows are
// buffered: when Start returns without error the statement stands.
// storage.ErrRestart asks for another Start after Tx.RestartStatement.
func (p *Program) Start(r *Run) (*Execution, error) {
	e := &Execution{program: p, run: r}
	if r.Memory == nil {
		r.Memory = &Memory{}
	}
	if !r.Analyze {
		e.in = p.pool.get()
	}
	if e.in == nil {
		in, err := p.instantiate(r.Analyze)
		if err != nil {
			return nil, err
		}
		e.in = in
	}
	e.meters = e.in.meters
	r.changes.reset()
	e.in.slot.begin(r)
	if err := e.in.op.Open(r); err != nil {
		e.Close()
		return nil, err
	}
	if p.Locks() {
		if err := e.finish(); err != nil {
			e.Close()
			return nil, err
		}
	}
	return e, nil
}

// finish runs the operators to their end, buffering rows, then what the
// statement owes (foreign keys).
func (e *Execution) finish() error {
	e.rows = newSpool(e.program.types)
	e.rows.open(e.run)
	p := newPacker(e.rows)
	for {
		b, err := e.in.op.Next(e.run)
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		if err := p.add(b.Cols, b.Sel, b.N); err != nil {
			return err
		}
	}
	if err := p.flush(); err != nil {
		return err
	}
	if err := e.run.changes.settle(e.run); err != nil {
		return err
	}
	c := &e.run.changes
	e.Affected, e.LastRowID, e.HasRowID = c.affected, c.lastRowID, c.hasRowID
	return nil
}

// Next returns the next batch, nil at the end. It is valid until the next call.
func (e *Execution) Next() (*vector.Batch, error) {
	if e.rows != nil {
		if e.next >= e.rows.len() {
			return nil, nil
		}
		e.next++
		return e.rows.read(e.next-1, &e.reader)
	}
	for {
		if err := e.run.canceled(); err != nil {
			return nil, err
		}
		b, err := e.in.op.Next(e.run)
		if err != nil || b == nil || b.Len() > 0 {
			return b, err
		}
	}
}

// Close ends the run. It may be called more than once.
func (e *Execution) Close() error {
	if e.in == nil {
		return nil
	}
	err := e.in.op.Close()
	e.in.slot.end()
	// Many texts run once; their operators' memory is better given back.
	if !e.run.Analyze && e.program.ran.Swap(true) {
		e.program.pool.put(e.in)
	}
	e.in = nil
	if e.rows != nil {
		e.rows.close()
	}
	if len(e.run.sets) > 0 {
		e.run.releaseSets()
	}
	return err
}
