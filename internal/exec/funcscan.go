package exec

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// setCall runs one set-returning function.
type setCall struct {
	fn     *expr.SetFunc
	args   []expr.Scalar
	scalar expr.Scalar // a scalar function in FROM: one row
	typ    *types.Type // of scalar
	cols   int
	fields []types.Field
	vals   []types.Value
	next   func(row []types.Value) (bool, error)
	row    []types.Value
	ended  bool
}

func newSetCall(c *expr.Compiler, n *plan.SetCall) (*setCall, error) {
	s := &setCall{fn: n.Fn, cols: len(n.Cols), fields: n.Cols}
	if n.Scalar != nil {
		s.typ = n.Scalar.Type()
		var err error
		s.scalar, err = c.Scalar(n.Scalar)
		s.cols = max(s.cols, 1)
		s.row = make([]types.Value, s.cols)
		return s, err
	}
	var err error
	s.args, err = c.Scalars(n.Args)
	s.vals, s.row = make([]types.Value, len(s.args)), make([]types.Value, s.cols)
	return s, err
}

// open starts the call for a row of the input.
func (s *setCall) open(c *expr.Context, row []types.Value) error {
	s.ended, s.next = false, nil
	if s.scalar != nil {
		v, err := s.scalar(c, row)
		if err != nil {
			return err
		}
		given := false
		s.next = func(out []types.Value) (bool, error) {
			if given {
				return false, nil
			}
			given = true
			return true, s.spread(v, out)
		}
		return nil
	}
	for i, a := range s.args {
		v, err := a(c, row)
		if err != nil {
			return err
		}
		if v.IsNull() && !s.fn.NotStrict {
			s.ended = true
			return nil
		}
		s.vals[i] = v
	}
	var err error
	if s.fn.OpenColumns != nil {
		s.next, err = s.fn.OpenColumns(c, s.fields, s.vals)
	} else {
		s.next, err = s.fn.Open(c, s.vals)
	}
	return err
}

// spread puts the value of a scalar function into its columns: the fields of a
// record, or the value.
func (s *setCall) spread(v types.Value, out []types.Value) error {
	if s.typ.Kind != types.KindRecord || len(s.typ.Fields) != len(out) {
		out[0] = v
		return nil
	}
	if v.IsNull() {
		clear(out)
		return nil
	}
	fields, err := types.RecordFields(v, nil)
	copy(out, fields)
	return err
}

// step computes the next row; at the end it leaves NULLs and answers false.
func (s *setCall) step() (bool, error) {
	if !s.ended {
		ok, err := s.next(s.row)
		if err != nil || ok {
			return ok, err
		}
		s.ended = true
	}
	clear(s.row)
	return false, nil
}

// funcScanOp calls functions in FROM, side by side where there are several.
type funcScanOp struct {
	calls      []*setCall
	ordinality bool
	number     int64
	out        *vector.Batch
}

func (b *builder) funcScan(n *plan.FuncScan) (Operator, error) {
	f := &funcScanOp{ordinality: n.Ordinality, out: vector.NewBatch(columnTypes(n.Cols))}
	c := b.compiler(scope{})
	for i := range n.Fns {
		s, err := newSetCall(c, &n.Fns[i])
		if err != nil {
			return nil, err
		}
		f.calls = append(f.calls, s)
	}
	return f, nil
}

func (f *funcScanOp) Open(r *Run) error {
	f.number = 0
	for _, c := range f.calls {
		if err := c.open(r.Context, nil); err != nil {
			return err
		}
	}
	return nil
}

func (f *funcScanOp) Next(r *Run) (*vector.Batch, error) {
	if err := r.canceled(); err != nil {
		return nil, err
	}
	for _, c := range f.out.Cols {
		c.Reset(c.Type, vector.Size)
	}
	n := 0
	for ; n < vector.Size; n++ {
		any := false
		at := 0
		for _, c := range f.calls {
			ok, err := c.step()
			if err != nil {
				return nil, err
			}
			any = any || ok
			for _, v := range c.row {
				f.out.Cols[at].Set(n, v)
				at++
			}
		}
		if !any {
			break
		}
		if f.ordinality {
			f.number++
			f.out.Cols[at].Set(n, types.NewInt(f.number))
		}
	}
	if n == 0 {
		return nil, nil
	}
	f.out.N = n
	return f.out, nil
}

func (f *funcScanOp) Close() error { return nil }

// setProjectOp computes a select list with set-returning functions: each row
// of the input gives as many rows as the longest set, shorter ones filled with
// NULL.
type setProjectOp struct {
	in    Operator
	items []expr.Vectorized
	sets  []*setCall
	slots int

	batch   *vector.Batch
	cols    []*vector.Vector
	row     []types.Value
	at      int
	opened  bool
	out     *vector.Batch
	repeats []int32
}

func (b *builder) setProject(n *plan.Project, in Operator, c *expr.Compiler) (Operator, error) {
	p := &setProjectOp{in: in, slots: len(n.Input.Columns()), out: vector.NewBatch(columnTypes(n.Columns()))}
	for i := range n.Items {
		v, err := c.Vectorized(n.Items[i].Expr)
		if err != nil {
			return nil, err
		}
		p.items = append(p.items, v)
	}
	for i := range n.Sets {
		s, err := newSetCall(c, &n.Sets[i].Call)
		if err != nil {
			return nil, err
		}
		p.sets = append(p.sets, s)
	}
	p.cols, p.row = make([]*vector.Vector, len(p.items)), make([]types.Value, p.slots)
	return p, nil
}

func (p *setProjectOp) Open(r *Run) error {
	p.batch, p.opened = nil, false
	return p.in.Open(r)
}

func (p *setProjectOp) Close() error { return p.in.Close() }

func (p *setProjectOp) Next(r *Run) (*vector.Batch, error) {
	for {
		if err := r.canceled(); err != nil {
			return nil, err
		}
		if p.batch == nil {
			b, err := p.in.Next(r)
			if err != nil || b == nil {
				return nil, err
			}
			for i, e := range p.items {
				if p.cols[i], err = e.Eval(r.Context, b); err != nil {
					return nil, err
				}
			}
			p.batch, p.at = b, 0
		}
		n, err := p.fill(r)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			return p.out, nil
		}
	}
}

// fill makes rows of the batch at hand until the output is full.
func (p *setProjectOp) fill(r *Run) (int, error) {
	for _, c := range p.out.Cols {
		c.Reset(c.Type, vector.Size)
	}
	p.repeats = p.repeats[:0]
	n := 0
	for n < vector.Size && p.at < p.batch.Len() {
		i := p.batch.Row(p.at)
		if !p.opened {
			for c, v := range p.batch.Cols {
				p.row[c] = v.Value(i)
			}
			for _, s := range p.sets {
				if err := s.open(r.Context, p.row); err != nil {
					return 0, err
				}
			}
			p.opened = true
		}
		any := false
		for c, s := range p.sets {
			ok, err := s.step()
			if err != nil {
				return 0, err
			}
			any = any || ok
			v := s.row[0]
			if len(s.row) > 1 { // a composite: one column of the record type
				v = types.Null
				if ok {
					v = types.MakeRecord(p.out.Cols[len(p.items)+c].Type, s.row)
				}
			}
			p.out.Cols[len(p.items)+c].Set(n, v)
		}
		if !any {
			p.opened = false
			p.at++
			continue
		}
		p.repeats = append(p.repeats, int32(i))
		n++
	}
	for c, v := range p.cols {
		gather(p.out.Cols[c], v, p.repeats, false)
	}
	p.out.N = n
	if p.at >= p.batch.Len() {
		p.batch = nil
	}
	return n, nil
}
