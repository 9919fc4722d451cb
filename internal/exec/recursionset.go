package exec

import (
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// recursionSet tells which rows of a recursive UNION come for the first time.
// Past the budget, rows that are not among those in memory are written to
// partitions by hash; at the end of a round each partition is compared with
// the rows of it that came in earlier rounds, which are in files too.
type recursionSet struct {
	types  []*types.Type
	keys   *keyBatch
	table  *groupTable // of the rows that came first
	groups []int32
	lost   []int32
	acct   account

	round *partitioner // not nil: spilling; rows of this round
	seen  *partitioner // rows of former rounds
	part  int          // of the round's rows, to be compared next
	chunk int          // -1: the partition's rows are not loaded
	old   *groupTable  // the rows of the partition that were seen
	oldAt account
	rd    chunkReader
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
	s.part, s.chunk = partitions, -1
}

// add returns the rows of the batch that are new, as far as that is known
// before the end of the round.
func (s *recursionSet) add(r *Run, b *vector.Batch) ([]int32, error) {
	if err := s.keys.load(b.Cols, b.Sel, b.N); err != nil {
		return nil, err
	}
	s.groups = extend(s.groups[:0], b.N)
	if s.seen != nil {
		s.table.find(s.keys, b.Sel, b.N, s.groups)
		s.lost = missing(b.Sel, b.N, s.groups, s.lost)
		if s.round == nil {
			s.round = newPartitioner(r, s.types, 0)
		}
		return nil, s.round.add(b.Cols, s.keys.hash, s.lost, b.N)
	}
	s.table.insert(s.keys, b.Sel, b.N, s.groups)
	if len(s.table.fresh) > 0 && !s.acct.set(s.table.bytes()) {
		if r.FS == nil {
			return nil, errMemory("the rows of a recursive query")
		}
		s.seen = newPartitioner(r, s.types, 0)
	}
	return s.table.fresh, nil
}

// endRound ends the rows of a round: rest gives the new ones among those that
// were spilled.
func (s *recursionSet) endRound() error {
	if s.round == nil {
		return nil
	}
	s.part, s.chunk = 0, -1
	return s.round.finish()
}

// rest gives batches with those rows of them that are new; nil at the end.
func (s *recursionSet) rest(r *Run) (*vector.Batch, []int32, error) {
	for s.round != nil {
		if err := r.canceled(); err != nil {
			return nil, nil, err
		}
		if s.part >= partitions {
			s.round.close()
			s.round = nil
			break
		}
		rows := s.round.spool(s.part)
		if s.chunk < 0 {
			if err := s.load(r); err != nil {
				return nil, nil, err
			}
		}
		if s.chunk >= rows.len() {
			rows.close()
			s.part, s.chunk, s.old = s.part+1, -1, nil
			s.oldAt.set(0)
			continue
		}
		b, err := rows.read(s.chunk, &s.rd)
		if err != nil {
			return nil, nil, err
		}
		s.chunk++
		if err := s.insert(r, b); err != nil {
			return nil, nil, err
		}
		if fresh := s.old.fresh; len(fresh) > 0 {
			return b, fresh, s.seen.parts[s.part].add(b.Cols, fresh, b.N)
		}
	}
	return nil, nil, nil
}

// load makes the table of the rows of the partition seen in former rounds.
func (s *recursionSet) load(r *Run) error {
	s.chunk, s.old = 0, newGroupTable(s.keys)
	if s.round.spool(s.part).len() == 0 {
		return nil
	}
	pack := s.seen.parts[s.part]
	if err := pack.flush(); err != nil {
		return err
	}
	var rd chunkReader
	for i := 0; i < pack.to.len(); i++ {
		if err := r.canceled(); err != nil {
			return err
		}
		b, err := pack.to.read(i, &rd)
		if err != nil {
			return err
		}
		if err := s.insert(r, b); err != nil {
			return err
		}
	}
	return nil
}

func (s *recursionSet) insert(r *Run, b *vector.Batch) error {
	if err := s.keys.load(b.Cols, b.Sel, b.N); err != nil {
		return err
	}
	s.groups = extend(s.groups[:0], b.N)
	s.old.insert(s.keys, b.Sel, b.N, s.groups)
	if !s.oldAt.set(s.old.bytes()) && !s.oldAt.tolerable() {
		return errMemory("the rows of a recursive query")
	}
	return nil
}

func (s *recursionSet) close() {
	for _, p := range []*partitioner{s.round, s.seen} {
		if p != nil {
			p.close()
		}
	}
	s.round, s.seen, s.old = nil, nil, nil
	if s.table.bytes() > keptBytes {
		s.table = newGroupTable(s.keys)
	}
	s.acct.close()
	s.oldAt.close()
}
