package exec

import (
	"time"

	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/vector"
)

// meter counts what an operator does, for EXPLAIN ANALYZE.
type meter struct {
	node  plan.Node
	depth int
	op    Operator
	rows  int64
	loops int64
	time  time.Duration // in the operator and those below it
	mem   int64
	spill int64
}

// Counters are an operator's counters.
type Counters struct {
	Node    plan.Node
	Depth   int
	Rows    int64 // given in all loops
	Loops   int64
	Time    time.Duration // with the inputs'
	Memory  int64         // largest use of the query's budget seen, bytes
	Spilled int64         // bytes written to temporary files, with the inputs'
}

func (m *meter) Open(r *Run) error {
	m.loops++
	defer m.since(r, time.Now(), spilled(r))
	return m.op.Open(r)
}

func (m *meter) Next(r *Run) (*vector.Batch, error) {
	defer m.since(r, time.Now(), spilled(r))
	b, err := m.op.Next(r)
	if b != nil {
		m.rows += int64(b.Len())
	}
	return b, err
}

func spilled(r *Run) int64 {
	if r.Memory == nil {
		return 0
	}
	return r.Memory.Spilled
}

func (m *meter) since(r *Run, start time.Time, before int64) {
	m.time += time.Since(start)
	if r.Memory != nil {
		m.mem = max(m.mem, r.Memory.used)
		m.spill += r.Memory.Spilled - before
	}
}

func (m *meter) Close() error { return m.op.Close() }

func (m *meter) hintRows(n int64) {
	if h, ok := m.op.(rowHinter); ok {
		h.hintRows(n)
	}
}

// Counters returns the counters of every operator in order of the plan,
// parents first; nil unless the run asked for them.
func (e *Execution) Counters() []Counters {
	var out []Counters
	for _, m := range e.meters {
		out = append(out, Counters{Node: m.node, Depth: m.depth, Rows: m.rows, Loops: m.loops,
			Time: m.time, Memory: m.mem, Spilled: m.spill})
	}
	return out
}
