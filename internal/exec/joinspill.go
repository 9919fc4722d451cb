package exec

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/vector"
)

// joinSpill is a hash join that did not fit: both sides split by hash, the
// parts joined one after the other.
type joinSpill struct {
	j           *hashJoinOp
	kind        plan.JoinKind // of the parts
	left, right *partitioner
	part        int
	inner       *hashJoinOp
	null        bool // a right row has a NULL key
	sel         []int32
}

// spoolOp gives the rows of a spool.
type spoolOp struct {
	rows *spool
	at   int
	rd   chunkReader
}

func (s *spoolOp) Open(*Run) error { s.at = 0; return nil }
func (s *spoolOp) Close() error    { return nil }

func (s *spoolOp) Next(r *Run) (*vector.Batch, error) {
	if s.at >= s.rows.len() {
		return nil, nil
	}
	s.at++
	return s.rows.read(s.at-1, &s.rd)
}

// spill moves the table's rows into partitions, then the rest of the right
// side and all of the left.
func (j *hashJoinOp) spill(r *Run) error {
	s := &joinSpill{j: j, kind: j.kind, left: newPartitioner(r, j.leftTypes, j.depth), right: newPartitioner(r, j.rightTypes, j.depth)}
	j.spills = s
	chunk := vector.Batch{Cols: emptyVectors(len(j.rightTypes))}
	rows := j.table.rows
	for at := 0; at < rows.n; at += vector.Size {
		window(&chunk, rows.cols, at, min(vector.Size, rows.n-at))
		if err := s.split(r, &chunk, j.rightKeys, s.right); err != nil {
			return err
		}
	}
	s.null = j.table.null
	j.table.rows.release()
	j.table.reset()
	j.table.acct.set(0)
	if err := s.drain(r, j.right, j.rightKeys, s.right); err != nil {
		return err
	}
	if j.kind == plan.NullAntiJoin {
		// There are right rows: with a NULL among their keys no row passes,
		// else those whose key is not NULL and not there.
		s.kind = plan.AntiJoin
		if s.null {
			s.part = partitions
			return s.left.finish()
		}
	}
	return s.drain(r, j.left, j.leftKeys, s.left)
}

func (s *joinSpill) drain(r *Run, in Operator, keys []expr.Vectorized, to *partitioner) error {
	for {
		b, err := in.Next(r)
		if err != nil {
			return err
		}
		if b == nil {
			return to.finish()
		}
		if err := s.split(r, b, keys, to); err != nil {
			return err
		}
	}
}

// split writes the rows of a batch to the partitions of their keys.
func (s *joinSpill) split(r *Run, b *vector.Batch, keys []expr.Vectorized, to *partitioner) error {
	if err := r.canceled(); err != nil {
		return err
	}
	cols := s.j.keyCols
	for i, e := range keys {
		v, err := e.Eval(r.Context, b)
		if err != nil {
			return err
		}
		cols[i] = v
	}
	k := s.j.probe
	if err := k.load(cols, b.Sel, b.N); err != nil {
		return err
	}
	sel := b.Sel
	if k.nulls != nil && s.j.kind == plan.NullAntiJoin {
		s.sel = s.sel[:0]
		for n := 0; n < b.Len(); n++ {
			if i := b.Row(n); k.nulls[i] == 0 {
				s.sel = append(s.sel, int32(i))
			}
		}
		s.null = s.null || len(s.sel) < b.Len()
		sel = s.sel
	}
	return to.add(b.Cols, k.hash, sel, b.N)
}

// next gives the rows of the partitions' joins.
func (s *joinSpill) next(r *Run) (*vector.Batch, error) {
	for s.part < partitions {
		if err := r.canceled(); err != nil {
			return nil, err
		}
		if s.inner == nil {
			j := s.j
			in := &hashJoinOp{
				joinBase: j.joinBase, leftKeys: j.leftKeys, rightKeys: j.rightKeys,
				keyTypes: j.keyTypes, keySlots: j.keySlots, depth: j.depth + 1,
			}
			in.kind = s.kind
			in.left, in.right = &spoolOp{rows: s.left.spool(s.part)}, &spoolOp{rows: s.right.spool(s.part)}
			in.matched, in.sel, in.leftSel = nil, nil, nil
			in.outCols, in.pair.Cols = make([]*vector.Vector, len(j.give)), emptyVectors(len(j.pair.Cols))
			if err := in.prepare(); err != nil {
				return nil, err
			}
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
		s.left.spool(s.part).close()
		s.right.spool(s.part).close()
		s.part++
	}
	return nil, nil
}

func (s *joinSpill) close() {
	if s.inner != nil {
		s.inner.Close() // reads spools only
	}
	s.left.close()
	s.right.close()
}
