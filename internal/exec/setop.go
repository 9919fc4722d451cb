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
	ins := make([]Operator, len(n.Ins))
	for i, in := range n.Ins {
		var err error
		if ins[i], err = b.build(in); err != nil {
			return nil, err
		}
	}
	ts := columnTypes(n.Cols)
	if n.Kind == plan.Union {
		all := &concatOp{ins: ins}
		if n.All {
			return all, nil
		}
		return newDistinct(all, ts)
	}
	return newCountingSetOp(n.Kind, n.All, ins[0], ins[1], ts)
}

// countingSetOp is INTERSECT and EXCEPT: it counts the rows of the right side
// and passes or drops rows of the left side by the counts. With ALL a row of
// m copies left and n right is given min(m, n) or max(0, m-n) times. Past the
// budget, rows of both sides that are not among those counted are written to
// partitions by hash, which are done one after the other at the end.
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

	depth  int
	splits [2]*partitioner // not nil: of the left and the right side
	ended  bool            // the left side is read
	part   int
	inner  *countingSetOp
}

func newCountingSetOp(kind plan.SetOpKind, all bool, left, right Operator, ts []*types.Type) (*countingSetOp, error) {
	k, err := newKeyBatch(ts)
	if err != nil {
		return nil, err
	}
	return &countingSetOp{kind: kind, all: all, left: left, right: right, types: ts, keys: k, table: newGroupTable(k)}, nil
}

func (s *countingSetOp) Open(r *Run) error {
	s.dropSplits()
	s.table.reset()
	s.counts, s.built, s.ended, s.part = s.counts[:0], false, false, 0
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
		if err := s.assign(r, b, 1, true); err != nil {
			return err
		}
		for k := 0; k < b.Len(); k++ {
			if g := s.groups[b.Row(k)]; g >= 0 {
				s.counts[g]++
			}
		}
	}
}

// assign finds the counters of a batch of the left (0) or right (1) side, with
// insert making those that are not there. Where there is no memory for more,
// rows without a counter go to the partitions of their side.
func (s *countingSetOp) assign(r *Run, b *vector.Batch, side int, insert bool) error {
	if err := r.canceled(); err != nil {
		return err
	}
	if err := s.keys.load(b.Cols, b.Sel, b.N); err != nil {
		return err
	}
	s.groups = extend(s.groups[:0], b.N)
	if s.splits[0] != nil {
		s.table.find(s.keys, b.Sel, b.N, s.groups)
		s.sel = missing(b.Sel, b.N, s.groups, s.sel)
		return s.splits[side].add(b.Cols, s.keys.hash, s.sel, b.N)
	}
	if !insert {
		s.table.find(s.keys, b.Sel, b.N, s.groups)
		return nil
	}
	s.table.insert(s.keys, b.Sel, b.N, s.groups)
	for len(s.counts) < s.table.len() {
		s.counts = append(s.counts, 0)
	}
	switch {
	case s.acct.set(s.table.bytes() + int64(cap(s.counts))*8):
	case r.FS != nil && s.depth < maxSpillDepth:
		s.splits[0], s.splits[1] = newPartitioner(r, s.types, s.depth), newPartitioner(r, s.types, s.depth)
	case r.FS == nil || !s.acct.tolerable():
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
	for !s.ended {
		b, err := s.left.Next(r)
		if err != nil {
			return nil, err
		}
		if b == nil {
			s.ended = true
			if err := s.endLeft(); err != nil {
				return nil, err
			}
			break
		}
		splitting := s.splits[0] != nil
		if err := s.assign(r, b, 0, s.kind == plan.Except && !s.all); err != nil {
			return nil, err
		}
		s.sel = s.sel[:0]
		for k := 0; k < b.Len(); k++ {
			i := b.Row(k)
			if g := s.groups[i]; !(splitting && g < 0) && s.passes(g) {
				s.sel = append(s.sel, int32(i))
			}
		}
		if len(s.sel) > 0 {
			s.out = vector.Batch{Cols: b.Cols, N: b.N, Sel: s.sel}
			return &s.out, nil
		}
	}
	return s.rest(r)
}

// endLeft lets go of the counters, which only the partitions' rows lack.
func (s *countingSetOp) endLeft() error {
	if s.splits[0] == nil {
		return nil
	}
	s.table, s.counts = newGroupTable(s.keys), nil
	s.acct.set(0)
	for _, p := range s.splits {
		if err := p.finish(); err != nil {
			return err
		}
	}
	return nil
}

// rest gives the rows of the partitions.
func (s *countingSetOp) rest(r *Run) (*vector.Batch, error) {
	for s.splits[0] != nil && s.part < partitions {
		if s.inner == nil {
			in, err := newCountingSetOp(s.kind, s.all, &spoolOp{rows: s.splits[0].spool(s.part)},
				&spoolOp{rows: s.splits[1].spool(s.part)}, s.types)
			if err != nil {
				return nil, err
			}
			in.depth = s.depth + 1
			s.inner = in
			if err := in.Open(r); err != nil {
				return nil, err
			}
		}
		b, err := s.inner.Next(r)
		if err != nil || b != nil {
			return b, err
		}
		if err := s.inner.Close(); err != nil {
			return nil, err
		}
		s.inner = nil
		s.splits[0].spool(s.part).close()
		s.splits[1].spool(s.part).close()
		s.part++
	}
	return nil, nil
}

func (s *countingSetOp) dropSplits() {
	if s.inner != nil {
		s.inner.Close() // reads spools only
		s.inner = nil
	}
	for i, p := range s.splits {
		if p != nil {
			p.close()
			s.splits[i] = nil
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
	s.dropSplits()
	if s.table.bytes() > keptBytes {
		s.table, s.counts = newGroupTable(s.keys), nil
	}
	s.acct.close()
	return closeAll(s.left, s.right)
}
