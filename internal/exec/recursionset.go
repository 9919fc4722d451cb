package exec

import (
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// recursionSet tells which rows of a recursive UNION come for the first time.
// Past the budget, rows that are not among those in memory are written to
// partitions by hash; at the end of a round each partition is compared with
// the rows of it that came in earlier rounds, which are in files too. A
// partition whose rows have outgrown the budget is split again, for good.
type recursionSet struct {
	types  []*types.Type
	keys   *keyBatch
	table  *groupTable // of the rows that came first
	groups []int32
	lost   []int32
	acct   account

	spilled *recursionSplit // not nil: spilling
	queue   []recursionPart // to be compared, at the end of a round
	chunk   int             // of the first in the queue; -1: it is not begun
	old     *groupTable     // the rows of the partition that were seen
	oldAt   account
	rd      chunkReader
}

// recursionSplit is spilled rows in partitions.
type recursionSplit struct {
	depth int
	seen  *partitioner                // rows of former rounds
	round *partitioner                // rows of this round; nil: none
	parts [partitions]*recursionSplit // of the partitions that are split again
}

// recursionPart is a partition of a split.
type recursionPart struct {
	of *recursionSplit
	at int
}

// maxRecursionDepth bounds how often a partition is split again: the files of
// all partitions are open as long as the recursion lasts.
const maxRecursionDepth = 2

func newRecursionSplit(r *Run, ts []*types.Type, depth int) *recursionSplit {
	return &recursionSplit{depth: depth, seen: newPartitioner(r, ts, depth)}
}

// add writes rows of this round.
func (s *recursionSplit) add(r *Run, ts []*types.Type, keys *keyBatch, b *vector.Batch, sel []int32) error {
	if s.round == nil {
		s.round = newPartitioner(r, ts, s.depth)
	}
	return s.round.add(b.Cols, keys.hash, sel, b.N)
}

// list returns the partitions that have rows of this round.
func (s *recursionSplit) list() ([]recursionPart, error) {
	if s.round == nil {
		return nil, nil
	}
	if err := s.round.finish(); err != nil {
		return nil, err
	}
	var out []recursionPart
	for i := range partitions {
		if s.round.spool(i).len() > 0 {
			out = append(out, recursionPart{s, i})
		}
	}
	return out, nil
}

// endRound drops the rows of the round, of what is split again too.
func (s *recursionSplit) endRound() {
	if s.round != nil {
		s.round.close()
		s.round = nil
	}
	for _, p := range s.parts {
		if p != nil {
			p.endRound()
		}
	}
}

func (s *recursionSplit) close() {
	s.endRound()
	s.seen.close()
	for _, p := range s.parts {
		if p != nil {
			p.close()
		}
	}
}

func newRecursionSet(ts []*types.Type) (*recursionSet, error) {
	k, err := newKeyBatch(ts)
	if err != nil {
		return nil, err
	}
	return &recursionSet{types: ts, keys: k, table: newGroupTable(k)}, nil
}

func (s *recursionSet) open(r *Run) {
	s.close()
	s.acct.open(r)
	s.oldAt.open(r)
	s.table.reset()
	s.chunk = -1
}

// add returns the rows of the batch that are new, as far as that is known
// before the end of the round.
func (s *recursionSet) add(r *Run, b *vector.Batch) ([]int32, error) {
	if err := s.keys.load(b.Cols, b.Sel, b.N); err != nil {
		return nil, err
	}
	s.groups = extend(s.groups[:0], b.N)
	if s.spilled != nil {
		s.table.find(s.keys, b.Sel, b.N, s.groups)
		s.lost = missing(b.Sel, b.N, s.groups, s.lost)
		return nil, s.spilled.add(r, s.types, s.keys, b, s.lost)
	}
	s.table.insert(s.keys, b.Sel, b.N, s.groups)
	if len(s.table.fresh) > 0 && !s.acct.set(s.table.bytes()) {
		if r.FS == nil {
			return nil, errMemory("the rows of a recursive query")
		}
		s.spilled = newRecursionSplit(r, s.types, 0)
	}
	return s.table.fresh, nil
}

// endRound ends the rows of a round: rest gives the new ones among those that
// were spilled.
func (s *recursionSet) endRound() (err error) {
	if s.spilled != nil {
		s.queue, err = s.spilled.list()
	}
	s.chunk = -1
	return err
}

// rest gives batches with those rows of them that are new; nil at the end.
func (s *recursionSet) rest(r *Run) (*vector.Batch, []int32, error) {
	for len(s.queue) > 0 {
		if err := r.canceled(); err != nil {
			return nil, nil, err
		}
		p := s.queue[0]
		if s.chunk < 0 {
			s.chunk, s.old = 0, newGroupTable(s.keys)
			fits := p.of.parts[p.at] == nil
			if fits {
				var err error
				if fits, err = s.load(r, p); err != nil {
					return nil, nil, err
				}
			}
			if !fits {
				if err := s.split(r, p); err != nil {
					return nil, nil, err
				}
				continue
			}
		}
		rows := p.of.round.spool(p.at)
		if s.chunk >= rows.len() {
			if err := s.partEnd(p); err != nil {
				return nil, nil, err
			}
			continue
		}
		b, err := rows.read(s.chunk, &s.rd)
		if err != nil {
			return nil, nil, err
		}
		s.chunk++
		fits, err := s.insert(p, b)
		if err != nil {
			return nil, nil, err
		}
		fresh := s.old.fresh
		if len(fresh) > 0 {
			if err := p.of.seen.parts[p.at].add(b.Cols, fresh, b.N); err != nil {
				return nil, nil, err
			}
		}
		if !fits {
			// The batch is given before the partition is split: its rows are
			// in rd, so the splitting reads with another reader.
			if err := s.split(r, p); err != nil {
				return nil, nil, err
			}
		}
		if len(fresh) > 0 {
			return b, fresh, nil
		}
	}
	if s.spilled != nil {
		s.spilled.endRound()
	}
	return nil, nil, nil
}

// partEnd goes on to the next partition.
func (s *recursionSet) partEnd(p recursionPart) error {
	p.of.round.spool(p.at).close()
	pack := p.of.seen.parts[p.at]
	if err := pack.flush(); err != nil {
		return err
	}
	pack.rows.release()
	pack.to.buf = nil
	s.next()
	return nil
}

func (s *recursionSet) next() {
	s.queue = s.queue[1:]
	s.chunk, s.old = -1, nil
	s.oldAt.set(0)
}

// split moves the rows of the first partition of the queue to partitions of
// its own: those seen, if that has not been done before, and those of the
// round that are not compared yet.
func (s *recursionSet) split(r *Run, p recursionPart) error {
	var rd chunkReader
	from := s.chunk
	inner := p.of.parts[p.at]
	if inner == nil {
		inner = newRecursionSplit(r, s.types, p.of.depth+1)
		p.of.parts[p.at] = inner
		pack := p.of.seen.parts[p.at]
		if err := pack.flush(); err != nil {
			return err
		}
		err := s.each(r, pack.to, 0, &rd, func(b *vector.Batch) error {
			return inner.seen.add(b.Cols, s.keys.hash, nil, b.N)
		})
		if err != nil {
			return err
		}
		if err := inner.seen.finish(); err != nil {
			return err
		}
		pack.rows.release()
		pack.to.close()
	}
	rows := p.of.round.spool(p.at)
	err := s.each(r, rows, from, &rd, func(b *vector.Batch) error {
		return inner.add(r, s.types, s.keys, b, nil)
	})
	if err != nil {
		return err
	}
	rows.close()
	list, err := inner.list()
	s.next()
	s.queue = append(list, s.queue...)
	return err
}

// each calls f for the chunks of a spool from one on, with the keys loaded.
func (s *recursionSet) each(r *Run, rows *spool, from int, rd *chunkReader, f func(*vector.Batch) error) error {
	for i := from; i < rows.len(); i++ {
		if err := r.canceled(); err != nil {
			return err
		}
		b, err := rows.read(i, rd)
		if err != nil {
			return err
		}
		if err := s.keys.load(b.Cols, b.Sel, b.N); err != nil {
			return err
		}
		if err := f(b); err != nil {
			return err
		}
	}
	return nil
}

// load makes the table of the rows of the partition seen in former rounds;
// false where they do not fit.
func (s *recursionSet) load(r *Run, p recursionPart) (bool, error) {
	pack := p.of.seen.parts[p.at]
	if err := pack.flush(); err != nil {
		return false, err
	}
	var rd chunkReader
	for i := 0; i < pack.to.len(); i++ {
		if err := r.canceled(); err != nil {
			return false, err
		}
		b, err := pack.to.read(i, &rd)
		if err != nil {
			return false, err
		}
		if fits, err := s.insert(p, b); err != nil || !fits {
			return false, err
		}
	}
	return true, nil
}

// insert puts rows of a partition into the table; false where the partition
// is to be split.
func (s *recursionSet) insert(p recursionPart, b *vector.Batch) (bool, error) {
	if err := s.keys.load(b.Cols, b.Sel, b.N); err != nil {
		return false, err
	}
	s.groups = extend(s.groups[:0], b.N)
	s.old.insert(s.keys, b.Sel, b.N, s.groups)
	if s.oldAt.set(s.old.bytes()) {
		return true, nil
	}
	if p.of.depth < maxRecursionDepth {
		return false, nil
	}
	if !s.oldAt.tolerable() {
		return false, errMemory("the rows of a recursive query")
	}
	return true, nil
}

func (s *recursionSet) close() {
	if s.spilled != nil {
		s.spilled.close()
	}
	s.spilled, s.queue, s.old = nil, nil, nil
	if s.table.bytes() > keptBytes {
		s.table = newGroupTable(s.keys)
	}
	s.acct.close()
	s.oldAt.close()
}
