package exec

import (
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// cteState is a common table expression: rows computed as far as somebody has
// read, so that an endless recursion under a LIMIT ends.
type cteState struct {
	op     Operator
	rows   *spool
	opened bool
	ended  bool
}

func (c *cteState) open(r *Run) error {
	c.rows.open(r)
	c.opened, c.ended = true, false
	return c.op.Open(r)
}

// more computes another batch; false at the end.
func (c *cteState) more(r *Run) (bool, error) {
	if c.ended {
		return false, nil
	}
	b, err := c.op.Next(r)
	if err != nil {
		return false, err
	}
	if b == nil {
		c.ended = true
		return false, nil
	}
	return true, c.rows.append(b)
}

func (c *cteState) close() error {
	if !c.opened {
		return nil
	}
	c.opened = false
	c.rows.close()
	return c.op.Close()
}

// withOp computes common table expressions for its body.
type withOp struct {
	ctes     []*cteState
	modifies []bool
	body     Operator
}

func (b *builder) with(n *plan.With) (Operator, error) {
	w := &withOp{}
	if b.ctes == nil {
		b.ctes, b.working = map[*plan.CTE]*cteState{}, map[*plan.CTE]*workTable{}
	}
	for _, c := range n.CTEs {
		st := &cteState{}
		var cols []plan.Column
		var err error
		if c.Recursive != nil {
			cols = c.Recursive.Cols
			st.op, err = b.recursion(c)
		} else {
			cols = c.Plan.Columns()
			st.op, err = b.build(c.Plan)
		}
		if err != nil {
			return nil, err
		}
		st.rows = newSpool(columnTypes(cols))
		b.ctes[c] = st
		w.ctes = append(w.ctes, st)
		m := c.Modifies
		if c.Plan != nil {
			changes, _ := inspect(c.Plan)
			m = m || changes
		}
		w.modifies = append(w.modifies, m)
	}
	var err error
	w.body, err = b.build(n.Body)
	return w, err
}

// Open runs the changing expressions to their end, so that the body, which
// reads the state before the statement, only sees the rows they return.
func (w *withOp) Open(r *Run) error {
	for i, c := range w.ctes {
		if err := c.close(); err != nil {
			return err
		}
		if !w.modifies[i] {
			continue
		}
		affected := r.changes.affected
		if err := c.open(r); err != nil {
			return err
		}
		for {
			ok, err := c.more(r)
			if err != nil {
				return err
			}
			if !ok {
				break
			}
		}
		r.changes.affected = affected // only the body's rows count
	}
	return w.body.Open(r)
}

func (w *withOp) Next(r *Run) (*vector.Batch, error) { return w.body.Next(r) }

func (w *withOp) Close() error {
	err := w.body.Close()
	for _, c := range w.ctes {
		if e := c.close(); err == nil {
			err = e
		}
	}
	return err
}

// cteScanOp reads the rows of a common table expression.
type cteScanOp struct {
	cte *cteState
	at  int
	rd  chunkReader
}

func (b *builder) cteScan(n *plan.CTEScan) (Operator, error) {
	if n.Working {
		w := b.working[n.CTE]
		if w == nil {
			return nil, sqlerr.New(sqlerr.InvalidRecursion, "recursive reference to %q outside of its query", n.CTE.Name)
		}
		return &workScanOp{table: w}, nil
	}
	c := b.ctes[n.CTE]
	if c == nil {
		return nil, sqlerr.New(sqlerr.InternalError, "common table expression %q is read outside of its query", n.CTE.Name)
	}
	return &cteScanOp{cte: c}, nil
}

func (s *cteScanOp) Open(r *Run) error {
	s.at = 0
	return nil
}

func (s *cteScanOp) Next(r *Run) (*vector.Batch, error) {
	if !s.cte.opened {
		if err := s.cte.open(r); err != nil {
			return nil, err
		}
	}
	for s.at >= s.cte.rows.len() {
		ok, err := s.cte.more(r)
		if err != nil || !ok {
			return nil, err
		}
	}
	s.at++
	return s.cte.rows.read(s.at-1, &s.rd)
}

func (s *cteScanOp) Close() error { return nil }

// workTable is the rows of the last round of a recursion.
type workTable struct{ rows *spool }

// workScanOp reads the working table.
type workScanOp struct {
	table *workTable
	at    int
	rd    chunkReader
}

func (s *workScanOp) Open(*Run) error { s.at = 0; return nil }
func (s *workScanOp) Close() error    { return nil }

func (s *workScanOp) Next(*Run) (*vector.Batch, error) {
	if s.table.rows == nil || s.at >= s.table.rows.len() {
		return nil, nil
	}
	s.at++
	return s.table.rows.read(s.at-1, &s.rd)
}

// recursionOp computes a recursive common table expression round by round:
// the step reads what the last round gave. With UNION a row counts only when
// it first comes.
type recursionOp struct {
	base, step Operator
	types      []*types.Type
	table      *workTable
	set        *recursionSet // nil for UNION ALL
	next       *spool
	pack       *packer // gathers the rows of next: a round may give few at a time
	inStep     bool
	stepOpen   bool
	resting    bool // the round's rows are read, spilled ones come
	rounds     int
	out        vector.Batch
}

func (b *builder) recursion(c *plan.CTE) (Operator, error) {
	rec := c.Recursive
	op := &recursionOp{types: columnTypes(rec.Cols), table: &workTable{}}
	var err error
	if op.base, err = b.build(rec.Base); err != nil {
		return nil, err
	}
	b.working[c] = op.table
	if op.step, err = b.build(rec.Step); err != nil {
		return nil, err
	}
	if !rec.All {
		op.set, err = newRecursionSet(op.types)
	}
	return op, err
}

func (o *recursionOp) Open(r *Run) error {
	if err := o.Close(); err != nil {
		return err
	}
	o.inStep, o.resting, o.rounds = false, false, 0
	o.next = newSpool(o.types)
	o.next.open(r)
	o.pack = newPacker(o.next)
	if o.set != nil {
		o.set.open(r)
	}
	return o.base.Open(r)
}

func (o *recursionOp) Next(r *Run) (*vector.Batch, error) {
	for {
		if err := r.canceled(); err != nil {
			return nil, err
		}
		b, err := o.pull(r)
		if err != nil {
			return nil, err
		}
		if b == nil {
			more, err := o.rest(r)
			if err != nil {
				return nil, err
			}
			if more {
				return &o.out, nil
			}
			if err := o.pack.flush(); err != nil {
				return nil, err
			}
			if o.next.len() == 0 {
				return nil, nil
			}
			if err := o.round(r); err != nil {
				return nil, err
			}
			continue
		}
		if b.Len() == 0 {
			continue
		}
		o.out = vector.Batch{Cols: b.Cols, N: b.N, Sel: b.Sel}
		if o.set != nil {
			if o.out.Sel, err = o.set.add(r, b); err != nil {
				return nil, err
			}
			if len(o.out.Sel) == 0 {
				continue
			}
		}
		if err := o.gather(); err != nil {
			return nil, err
		}
		return &o.out, nil
	}
}

// gather adds the rows that are given to those of the next round.
func (o *recursionOp) gather() error { return o.pack.add(o.out.Cols, o.out.Sel, o.out.N) }

// rest gives the new rows of the round that were spilled; false at the end.
func (o *recursionOp) rest(r *Run) (bool, error) {
	if o.set == nil {
		return false, nil
	}
	if !o.resting {
		o.resting = true
		if err := o.set.endRound(); err != nil {
			return false, err
		}
	}
	b, fresh, err := o.set.rest(r)
	if b == nil || err != nil {
		o.resting = false
		return false, err
	}
	o.out = vector.Batch{Cols: b.Cols, N: b.N, Sel: fresh}
	return true, o.gather()
}

func (o *recursionOp) pull(r *Run) (*vector.Batch, error) {
	if o.resting {
		return nil, nil
	}
	if o.inStep {
		return o.step.Next(r)
	}
	return o.base.Next(r)
}

// round makes the rows of this round the working table and starts the next.
func (o *recursionOp) round(r *Run) error {
	if o.table.rows != nil {
		o.table.rows.close()
	}
	o.table.rows = o.next
	o.next = newSpool(o.types)
	o.next.open(r)
	o.pack.to = o.next
	if o.stepOpen {
		if err := o.step.Close(); err != nil {
			return err
		}
	}
	o.inStep, o.stepOpen = true, true
	o.rounds++
	return o.step.Open(r)
}

func (o *recursionOp) Close() error {
	if o.next != nil {
		o.next.close()
		o.next = nil
	}
	if o.table.rows != nil {
		o.table.rows.close()
		o.table.rows = nil
	}
	if o.set != nil {
		o.set.close()
	}
	err := o.base.Close()
	if o.stepOpen {
		o.stepOpen = false
		if e := o.step.Close(); err == nil {
			err = e
		}
	}
	return err
}
