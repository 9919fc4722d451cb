package exec

import (
	"bytes"
	"cmp"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

func errNoOrdering(t *types.Type) error {
	return sqlerr.New(sqlerr.UndefinedFunction, "could not identify an ordering operator for type %s", t.Display).
		WithHint("Use an explicit ordering operator or modify the query.")
}

// sorter orders rows: in memory, or as sorted runs in temporary files that are
// merged. Keys are computed when rows come in.
type sorter struct {
	keys  *sortKeys
	types []*types.Type
	rows  *store
	order sortRows
	acct  account
	runs  *runFile
	merge *merger

	limit   int // top-N: rows wanted, 0 for all
	bound   sortEntry
	bounded bool
	// boundTail is the bound's tail; scratch is for those compared with it.
	boundTail, scratch []byte
	sel                []int32

	at    int
	index []int32
	out   vector.Batch
}

// maxTailBytes keeps the tails of one run within 32-bit offsets.
const maxTailBytes = 1<<31 - 1

func newSorter(keys *sortKeys, ts []*types.Type) *sorter {
	return &sorter{keys: keys, types: ts, rows: newStore(ts), out: vector.Batch{Cols: emptyVectors(len(ts))}}
}

func (s *sorter) open(r *Run, limit int) {
	s.close()
	s.acct.open(r)
	s.limit = limit
}

// add takes the live rows of a batch.
func (s *sorter) add(r *Run, b *vector.Batch) error {
	if err := s.keys.eval(r, b); err != nil {
		return err
	}
	sel := b.Sel
	if s.bounded {
		var err error
		if sel, err = s.below(b); err != nil || len(sel) == 0 {
			return err
		}
	}
	if err := s.order.add(s.keys, b, sel); err != nil {
		return err
	}
	s.rows.appendRows(b.Cols, sel, b.N)
	if s.limit > 0 && s.rows.n >= 2*s.limit+4*vector.Size {
		if err := s.prune(r); err != nil {
			return err
		}
	}
	if s.acct.set(s.rows.bytes()+s.order.bytes()) && len(s.order.tails) < maxTailBytes {
		return nil
	}
	return s.spill(r)
}

// below lists the rows that may still be among the first N: those before the
// Nth of the rows collected so far.
func (s *sorter) below(b *vector.Batch) ([]int32, error) {
	s.sel = s.sel[:0]
	if len(s.keys.parts) == 0 {
		return s.sel, nil // all rows are alike, and N are there
	}
	first := sortKeys{parts: s.keys.parts[:1], cols: s.keys.cols[:1], whole: s.keys.whole}
	for k := 0; k < b.Len(); k++ {
		i := b.Row(k)
		if s.keys.whole {
			e, _, err := first.encode(nil, i)
			if err != nil {
				return nil, err
			}
			if e.class > s.bound.class || e.class == s.bound.class && e.prefix > s.bound.prefix {
				continue
			}
			if !s.keys.tails || e.class < s.bound.class || e.prefix < s.bound.prefix {
				s.sel = append(s.sel, int32(i))
				continue
			}
		}
		e, tail, err := s.keys.encode(s.scratch[:0], i)
		if err != nil {
			return nil, err
		}
		s.scratch = tail
		d := int(e.class) - int(s.bound.class)
		if d == 0 {
			d = cmp.Compare(e.prefix, s.bound.prefix)
		}
		if d == 0 {
			d = bytes.Compare(tail, s.boundTail)
		}
		if d < 0 {
			s.sel = append(s.sel, int32(i))
		}
	}
	return s.sel, nil
}

// prune keeps the first N rows of those collected.
func (s *sorter) prune(r *Run) error {
	if err := s.order.sort(r); err != nil {
		return err
	}
	n := s.limit
	s.bound, s.bounded = s.order.entries[n-1], true
	s.boundTail = append(s.boundTail[:0], s.order.tail(s.bound.row)...)
	kept := newStore(s.types)
	var order sortRows
	order.hasTail = s.order.hasTail
	idx := make([]int32, 0, n)
	for _, e := range s.order.entries[:n] {
		idx = append(idx, int32(e.row))
		order.tails = append(order.tails, s.order.tail(e.row)...)
		e.row = uint32(len(order.entries))
		order.entries = append(order.entries, e)
		if order.hasTail {
			order.ends = append(order.ends, uint32(len(order.tails)))
		}
	}
	kept.appendRows(s.rows.cols, idx, len(idx))
	s.rows, s.order = kept, order
	return nil
}

// finish ends the input.
func (s *sorter) finish(r *Run) error {
	s.at = 0
	if s.runs == nil {
		return s.order.sort(r)
	}
	if err := s.spill(r); err != nil {
		return err
	}
	return s.mergeRuns(r)
}

// gather copies the rows of entries into vectors.
func (s *sorter) gather(part []sortEntry, cols []*vector.Vector) {
	s.index = extend(s.index[:0], len(part))
	for i, e := range part {
		s.index[i] = int32(e.row)
	}
	for c, v := range s.rows.cols {
		gather(cols[c], v, s.index, false)
	}
}

// next gives the rows in order.
func (s *sorter) next(r *Run) (*vector.Batch, error) {
	if s.merge != nil {
		return s.merge.next(r)
	}
	n := len(s.order.entries) - s.at
	if s.limit > 0 {
		n = min(n, s.limit-s.at)
	}
	if n = min(n, vector.Size); n <= 0 {
		return nil, nil
	}
	s.gather(s.order.entries[s.at:s.at+n], s.out.Cols)
	s.at += n
	s.out.N = n
	return &s.out, nil
}

func (s *sorter) close() {
	if s.runs != nil {
		s.runs.close()
	}
	if s.merge != nil {
		s.merge.close()
	}
	s.runs, s.merge = nil, nil
	s.order.reset()
	s.bounded = false
	if s.rows.bytes() > keptBytes {
		s.rows.release()
		s.order = sortRows{}
	} else {
		s.rows.reset()
	}
	s.acct.close()
}

// sortOp orders its input, or finds the first rows of the order.
type sortOp struct {
	in            Operator
	sorter        *sorter
	count, offset expr.Scalar
	done          bool
}

func (b *builder) sort(n *plan.Sort) (Operator, error) {
	in, err := b.build(n.Input)
	if err != nil {
		return nil, err
	}
	cols := n.Input.Columns()
	keys, err := b.sortKeys(n.Keys, scopeOf(cols))
	if err != nil {
		return nil, err
	}
	s := &sortOp{in: in, sorter: newSorter(keys, columnTypes(cols))}
	if n.Limit != nil && n.Limit.Count != nil && !n.Limit.WithTies {
		c := b.compiler(scope{})
		if s.count, err = c.Scalar(n.Limit.Count); err != nil {
			return nil, err
		}
		if n.Limit.Offset != nil {
			if s.offset, err = c.Scalar(n.Limit.Offset); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

// maxTopN is the largest limit that the top-N path takes; a larger one sorts.
const maxTopN = 1 << 20

func (s *sortOp) Open(r *Run) error {
	count, offset, err := limitBounds(r.Context, s.count, s.offset)
	if err != nil {
		return err
	}
	limit := 0
	if count >= 0 && count+offset > 0 && count+offset <= maxTopN {
		limit = int(count + offset)
	}
	s.sorter.open(r, limit)
	s.done = false
	return s.in.Open(r)
}

func (s *sortOp) Next(r *Run) (*vector.Batch, error) {
	if !s.done {
		for {
			b, err := s.in.Next(r)
			if err != nil {
				return nil, err
			}
			if b == nil {
				break
			}
			if err := s.sorter.add(r, b); err != nil {
				return nil, err
			}
		}
		if err := s.sorter.finish(r); err != nil {
			return nil, err
		}
		s.done = true
	}
	return s.sorter.next(r)
}

func (s *sortOp) Close() error {
	s.sorter.close()
	return s.in.Close()
}
