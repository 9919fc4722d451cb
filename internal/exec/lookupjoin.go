package exec

import (
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/vector"
)

// lookupSwitch lets a join that looks rows up by key become one that reads the
// right side whole: more rows came from the left than were expected, and what
// was spent on them is what reading all takes. So a wrong estimate costs twice
// the better way at most.
type lookupSwitch struct {
	lookup *scanOp // opened for the keys of each left batch
	whole  *scanOp // the same rows without keys
	probes int     // left rows looked up in this run
	enough int     // of them
}

// probeRows is how many rows of a scan take as long as one lookup; firstProbes
// are too few to think about.
const (
	probeRows   = 16
	firstProbes = 8 * vector.Size
)

func (b *builder) lookupJoin(j *hashJoinOp, n *plan.Scan, left []plan.Column) (err error) {
	a := &lookupSwitch{}
	if a.lookup, err = b.lookupScan(n, left); err != nil {
		return err
	}
	all := *n
	all.Access = nil
	op, err := b.scan(&all)
	if err != nil {
		return err
	}
	a.whole = op.(*scanOp)
	j.adapt, j.lookup = a, a.lookup
	return nil
}

func (a *lookupSwitch) open(r *Run, j *hashJoinOp) {
	a.probes, a.enough = 0, firstProbes
	if r.Tx != nil {
		a.enough = max(a.enough, int(r.Tx.Rows(a.whole.tab.Tree())/probeRows))
	}
	j.lookup, j.right = a.lookup, a.lookup
}

// leaveLookup goes on as a hash join of the left rows that are still to come.
func (j *hashJoinOp) leaveLookup(r *Run) error {
	j.lookup, j.right = nil, j.adapt.whole
	j.table.reset()
	return j.right.Open(r)
}

// lookupScan compiles the right side of a lookup join, whose key ranges refer
// to columns of the left side.
func (b *builder) lookupScan(n *plan.Scan, left []plan.Column) (*scanOp, error) {
	c := *n
	access := *n.Access
	access.Ranges = nil
	c.Access = &access
	op, err := b.scan(&c)
	if err != nil {
		return nil, err
	}
	s := op.(*scanOp)
	s.ranges, err = b.keyRanger(s.tab, n.Access, scopeOf(left))
	return s, err
}

// fetch makes the table of the right rows that the batch's keys reach.
func (j *hashJoinOp) fetch(r *Run, b *vector.Batch) error {
	j.table.reset()
	j.adapt.probes += b.Len()
	s := j.lookup
	access := s.access
	access.Ranges = access.Ranges[:0:0]
	for k := 0; k < b.Len(); k++ {
		i := b.Row(k)
		for c, v := range b.Cols {
			j.row[c] = v.Value(i)
		}
		ranges, _, err := s.ranges.eval(r.Context, j.row)
		if err != nil {
			return err
		}
		access.Ranges = append(access.Ranges, ranges...)
	}
	if len(access.Ranges) == 0 {
		return nil
	}
	access.Ranges = mergeRanges(access.Ranges)
	var err error
	if err = s.start(r, access); err != nil {
		return err
	}
	err = j.build(r)
	if e := s.Close(); err == nil {
		err = e
	}
	return err
}
