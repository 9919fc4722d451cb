package exec

import (
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/vector"
)

// blockDepth is how often a join is split by hash. What does not fit by then
// has few keys with many rows each, which splitting again would not part.
const blockDepth = 2

// joinBlocks is a join whose right side is taken in parts, each of which meets
// the whole left side, which is a spool. It remembers which left rows had a
// match with an earlier part.
type joinBlocks struct {
	more  bool   // the right side is not at its end
	hit   []bool // by left row
	given []bool // semi join: rows that went out
	from  int    // left row of the batch at hand
	next  int
}

// block makes the table of the rows taken so far, the first of several parts.
func (j *hashJoinOp) block(r *Run) error {
	if j.blocks == nil {
		j.blocks = &joinBlocks{}
		j.filtered = true // matches are noted
	}
	j.blocks.more = true
	return j.table.link(r)
}

// nextBlock goes on to the next part of the right side.
func (j *hashJoinOp) nextBlock(r *Run) error {
	held := j.table.acct
	t, err := newJoinTable(j.keyTypes, j.rightTypes, j.keySlots)
	if err != nil {
		return err
	}
	t.acct = held
	j.table = t
	t.acct.set(0)
	j.blocks.more, j.blocks.next = false, 0
	if err := j.build(r); err != nil {
		return err
	}
	j.resetHits()
	if err := j.left.Close(); err != nil {
		return err
	}
	return j.left.Open(r)
}

// load returns the marks of the next n left rows.
func (x *joinBlocks) load(n int) []bool {
	x.from, x.next = x.next, x.next+n
	if len(x.hit) < x.next {
		x.hit = append(x.hit, make([]bool, x.next-len(x.hit))...)
		x.given = append(x.given, make([]bool, x.next-len(x.given))...)
	}
	return x.hit[x.from:x.next]
}

// leftRows gives the rows of a left batch that are decided: by a match, or
// with the last part by having had none.
func (x *joinBlocks) leftRows(j *hashJoinOp, b *vector.Batch) *vector.Batch {
	var sel []int32
	switch {
	case j.kind == plan.SemiJoin:
		given := x.given[x.from:x.next]
		for _, i := range j.unmatched(b, true) {
			if !given[i] {
				given[i] = true
				sel = append(sel, i)
			}
		}
	case !x.more && (leftOnly(j.kind) || leftOuter(j.kind)):
		sel = j.unmatched(b, false)
	}
	if len(sel) == 0 {
		return nil
	}
	return j.leftRows(b, sel)
}
