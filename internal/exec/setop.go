package exec

import (
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// concatOp gives the rows of one input after the other: UNION ALL.
type concatOp struct {
	ins []Operator
	at  int
}

func (c *concatOp) Open(r *Run) error {
	c.at = 0
	for _, in := range c.ins {
		if err := in.Open(r); err != nil {
			return err
		}
	}
	return nil
}

func (c *concatOp) Next(r *Run) (*vector.Batch, error) {
	for c.at < len(c.ins) {
		b, err := c.ins[c.at].Next(r)
		if err != nil || b != nil {
			return b, err
		}
		c.at++
	}
	return nil, nil
}

func (c *concatOp) Close() error { return closeAll(c.ins...) }

// closeAll closes operators and returns the first error.
func closeAll(ops ...Operator) error {
	var first error
	for _, op := range ops {
		if err := op.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

func (b *builder) setOp(n *plan.SetOp) (Operator, error) {
	left, err := b.build(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := b.build(n.Right)
	if err != nil {
		return nil, err
	}
	ts := columnTypes(n.Cols)
	if n.Kind == plan.Union {
		all := &concatOp{ins: []Operator{left, right}}
		if n.All {
			return all, nil
		}
		return newDistinct(all, ts)
	}
	k, err := newKeyBatch(ts)
	if err != nil {
		return nil, err
	}
	return &countingSetOp{kind: n.Kind, all: n.All, left: left, right: right, types: ts,
		keys: k, table: newGroupTable(k)}, nil
}

// countingSetOp is INTERSECT and EXCEPT: it counts the rows of the right side
// and passes or drops rows of the left side by the counts. With ALL a row of
// m copies left and n right is given min(m, n) or max(0, m-n) times.
type countingSetOp struct {
	kind        plan.SetOpKind
	all         bool
	left, right Operator
	types       []*types.Type
	keys        *keyBatch
	table       *groupTable
	counts      []int64
	groups      []int32
	built       bool
	acct        account
	out         vector.Batch
	sel         []int32
}

func (s *countingSetOp) Open(r *Run) error {
	s.table.reset()
	s.counts, s.built = s.counts[:0], false
	s.acct.open(r)
	if err := s.left.Open(r); err != nil {
		return err
	}
	return s.right.Open(r)
}

func (s *countingSetOp) build(r *Run) error {
	for {
		b, err := s.right.Next(r)
		if err != nil || b == nil {
			return err
		}
		if err := s.keys.load(b.Cols, b.Sel, b.N); err != nil {
			return err
		}
		s.groups = extend(s.groups[:0], b.N)
		s.table.insert(s.keys, b.Sel, b.N, s.groups)
		s.grow()
		for k := 0; k < b.Len(); k++ {
			s.counts[s.groups[b.Row(k)]]++
		}
		if err := s.charge(); err != nil {
			return err
		}
	}
}

func (s *countingSetOp) grow() {
	for len(s.counts) < s.table.len() {
		s.counts = append(s.counts, 0)
	}
}

func (s *countingSetOp) charge() error {
	if !s.acct.set(s.table.bytes() + int64(cap(s.counts))*8) {
		return errMemory("INTERSECT or EXCEPT")
	}
	return nil
}

func (s *countingSetOp) Next(r *Run) (*vector.Batch, error) {
	if !s.built {
		if err := s.build(r); err != nil {
			return nil, err
		}
		s.built = true
	}
	for {
		b, err := s.left.Next(r)
		if err != nil || b == nil {
			return nil, err
		}
		if err := s.keys.load(b.Cols, b.Sel, b.N); err != nil {
			return nil, err
		}
		s.groups = extend(s.groups[:0], b.N)
		if s.kind == plan.Except && !s.all {
			s.table.insert(s.keys, b.Sel, b.N, s.groups)
			s.grow()
		} else {
			s.table.find(s.keys, b.Sel, b.N, s.groups)
		}
		s.sel = s.sel[:0]
		for k := 0; k < b.Len(); k++ {
			if i := b.Row(k); s.passes(s.groups[i]) {
				s.sel = append(s.sel, int32(i))
			}
		}
		if err := s.charge(); err != nil {
			return nil, err
		}
		if len(s.sel) > 0 {
			s.out = vector.Batch{Cols: b.Cols, N: b.N, Sel: s.sel}
			return &s.out, nil
		}
	}
}

// passes decides for one row of the left side and counts it.
func (s *countingSetOp) passes(g int32) bool {
	if s.kind == plan.Intersect {
		if g < 0 || s.counts[g] <= 0 {
			return false
		}
		if s.all {
			s.counts[g]--
		} else {
			s.counts[g] = 0
		}
		return true
	}
	if g < 0 {
		return true
	}
	if s.all {
		s.counts[g]--
		return s.counts[g] < 0
	}
	s.counts[g]++
	return s.counts[g] == 1 // new with this row, or counted before
}

func (s *countingSetOp) Close() error {
	s.acct.close()
	return closeAll(s.left, s.right)
}
