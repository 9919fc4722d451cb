package exec

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// hashJoinOp joins by equal keys. The right side is put into a hash table;
// past the budget both sides are split by hash and the parts joined one after
// the other. In lookup mode the table is made anew for each left batch, from
// the right rows that its keys reach through an index.
type hashJoinOp struct {
	joinBase
	leftKeys, rightKeys []expr.Vectorized
	keyTypes            []*types.Type
	keySlots            []int // of right keys that are plain columns, else -1
	table               *joinTable
	lookup              *scanOp // lookup mode: the right side
	adapt               *lookupSwitch

	built    bool
	probe    *keyBatch
	groups   []int32
	keyCols  []*vector.Vector
	batch    *vector.Batch // left batch at hand
	at       int           // its next live row
	chain    int32         // right row to go on with, -1: look the row up
	lpos     []int32
	rrow     []int32
	tailing  bool // candidates are done, unmatched left rows come
	rightAt  int
	rightHit []bool
	row      []types.Value

	depth  int
	spills *joinSpill
	blocks *joinBlocks // the right side is taken in several parts
	shared *joinTable  // not nil: the table is made, by another goroutine
}

func (b *builder) hashJoin(n *plan.Join, keys []plan.JoinKey, residual []expr.Expr) (Operator, error) {
	base, err := b.joinBase(n, residual)
	if err != nil {
		return nil, err
	}
	j := &hashJoinOp{joinBase: base}
	rightScope := scopeOf(n.Right.Columns())
	lc, rc := b.compiler(scopeOf(n.Left.Columns())), b.compiler(rightScope)
	for _, k := range keys {
		l, err := lc.Vectorized(k.Left)
		if err != nil {
			return nil, err
		}
		r, err := rc.Vectorized(k.Right)
		if err != nil {
			return nil, err
		}
		j.leftKeys, j.rightKeys = append(j.leftKeys, l), append(j.rightKeys, r)
		j.keyTypes = append(j.keyTypes, k.Left.Type())
		slot := -1
		if c, ok := k.Right.(*expr.Column); ok {
			slot = rightScope.slot(c.ID)
		}
		j.keySlots = append(j.keySlots, slot)
	}
	if n.Method == plan.LookupJoin {
		s, ok := n.Right.(*plan.Scan)
		if ok && s.Access != nil {
			if err = b.lookupJoin(j, s, n.Left.Columns()); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case j.lookup != nil:
		j.right = j.lookup
	case b.inWorker:
		j.right = noRowsOp{}
	default:
		if j.right, err = b.build(n.Right); err != nil {
			return nil, err
		}
	}
	return j, j.prepare()
}

func (j *hashJoinOp) prepare() (err error) {
	if j.table, err = newJoinTable(j.keyTypes, j.rightTypes, j.keySlots); err != nil {
		return err
	}
	j.probe, err = newKeyBatch(j.keyTypes)
	j.keyCols = make([]*vector.Vector, len(j.keyTypes))
	j.row = make([]types.Value, len(j.leftTypes))
	return err
}

func (j *hashJoinOp) Open(r *Run) error {
	if j.shared != nil {
		j.table, j.built, j.batch, j.tailing = j.shared.view(), true, nil, false
		return j.left.Open(r)
	}
	j.table.reset()
	j.table.acct.open(r)
	j.built, j.batch, j.rightAt, j.tailing = false, nil, 0, false
	j.rightHit = j.rightHit[:0]
	j.dropSpill()
	j.blocks = nil
	if err := j.left.Open(r); err != nil {
		return err
	}
	if j.adapt != nil {
		j.adapt.open(r, j)
		return nil
	}
	return j.right.Open(r)
}

func (j *hashJoinOp) dropSpill() {
	if j.spills != nil {
		j.spills.close()
		j.spills = nil
	}
}

// build reads the right side into the table.
func (j *hashJoinOp) build(r *Run) error {
	for {
		b, err := j.right.Next(r)
		if err != nil {
			return err
		}
		if b == nil {
			return j.table.link(r)
		}
		for i, e := range j.rightKeys {
			if j.keyCols[i], err = e.Eval(r.Context, b); err != nil {
				return err
			}
		}
		j.table.add(b, j.keyCols, rightOuter(j.kind))
		if j.table.acct.set(j.table.bytes()) {
			continue
		}
		switch {
		case j.lookup != nil && j.table.acct.tolerable():
		case r.FS == nil || j.lookup != nil:
			return errMemory("a join")
		case j.depth >= blockDepth:
			return j.block(r)
		default:
			return j.spill(r)
		}
	}
}

func (j *hashJoinOp) Next(r *Run) (*vector.Batch, error) {
	if !j.built && j.lookup == nil {
		if err := j.build(r); err != nil {
			return nil, err
		}
		j.built = true
		j.resetHits()
	}
	if j.spills != nil {
		return j.spills.next(r)
	}
	if j.table.rows.n == 0 && j.lookup == nil && (j.kind == plan.InnerJoin || j.kind == plan.SemiJoin || j.kind == plan.RightJoin) {
		return nil, nil
	}
	for {
		if j.batch == nil {
			if j.lookup != nil && j.adapt.probes > j.adapt.enough {
				if err := j.leaveLookup(r); err != nil {
					return nil, err
				}
				return j.Next(r)
			}
			ok, err := j.load(r)
			if err != nil {
				return nil, err
			}
			if !ok {
				b := j.rightRest()
				if b != nil || j.blocks == nil || !j.blocks.more {
					return b, nil
				}
				if err := j.nextBlock(r); err != nil {
					return nil, err
				}
				continue
			}
		}
		b, err := j.step(r)
		if err != nil || b != nil {
			return b, err
		}
	}
}

// resetHits forgets which rows of the table had a match.
func (j *hashJoinOp) resetHits() {
	j.rightAt = 0
	if rightOuter(j.kind) {
		j.rightHit = extend(j.rightHit[:0], j.table.rows.n)
		clear(j.rightHit)
	}
}

// load takes the next left batch and looks up its keys.
func (j *hashJoinOp) load(r *Run) (bool, error) {
	b, err := j.left.Next(r)
	if err != nil || b == nil {
		return false, err
	}
	if j.lookup != nil {
		if err := j.fetch(r, b); err != nil {
			return false, err
		}
	}
	for i, e := range j.leftKeys {
		if j.keyCols[i], err = e.Eval(r.Context, b); err != nil {
			return false, err
		}
	}
	if err := j.probe.load(j.keyCols, b.Sel, b.N); err != nil {
		return false, err
	}
	j.groups = extend(j.groups[:0], b.N)
	j.table.groups.find(j.probe, b.Sel, b.N, j.groups)
	if j.probe.nulls != nil {
		for i, m := range j.probe.nulls {
			if m != 0 {
				j.groups[i] = -1
			}
		}
	}
	j.batch, j.at, j.chain, j.tailing = b, 0, -1, false
	switch {
	case j.blocks != nil:
		j.matched = j.blocks.load(b.N)
	case j.filtered || leftOuter(j.kind):
		j.resetMatched(b.N)
	}
	return true, nil
}

// step gives the next rows of the left batch at hand, or nil when it is done.
func (j *hashJoinOp) step(r *Run) (*vector.Batch, error) {
	if leftOnly(j.kind) && !j.filtered {
		return j.selectLeft(), nil
	}
	for !j.tailing {
		j.expand()
		if len(j.lpos) == 0 {
			j.tailing = true
			break
		}
		b, err := j.match(r)
		if err != nil || b != nil {
			return b, err
		}
		if err := r.canceled(); err != nil {
			return nil, err
		}
	}
	b := j.batch
	j.batch = nil
	if j.blocks != nil {
		return j.blocks.leftRows(j, b), nil
	}
	switch {
	case leftOnly(j.kind):
		if sel := j.unmatched(b, j.kind == plan.SemiJoin); len(sel) > 0 {
			return j.leftRows(b, sel), nil
		}
	case leftOuter(j.kind):
		if sel := j.unmatched(b, false); len(sel) > 0 {
			return j.leftRows(b, sel), nil
		}
	}
	return nil, nil
}

// selectLeft decides semi and anti joins by the lookup alone.
func (j *hashJoinOp) selectLeft() *vector.Batch {
	b := j.batch
	j.batch = nil
	j.leftSel = j.leftSel[:0]
	empty := j.table.rows.n == 0
	for k := 0; k < b.Len(); k++ {
		i := b.Row(k)
		hit := j.groups[i] >= 0
		keep := hit
		switch j.kind {
		case plan.AntiJoin:
			keep = !hit
		case plan.NullAntiJoin: // NOT IN: NULL on either side lets no row pass
			isNull := j.probe.nulls != nil && j.probe.nulls[i] != 0
			keep = empty && !j.table.null || !hit && !isNull && !j.table.null
		}
		if keep {
			j.leftSel = append(j.leftSel, int32(i))
		}
	}
	if len(j.leftSel) == 0 {
		return nil
	}
	return j.leftRows(b, j.leftSel)
}

// expand lists the next pairs of left position and right row.
func (j *hashJoinOp) expand() {
	j.lpos, j.rrow = j.lpos[:0], j.rrow[:0]
	n, first, next := j.batch.Len(), j.table.first, j.table.next
	if !j.table.dups && !j.table.null { // row and group are one
		if j.batch.Sel == nil {
			for ; j.at < n && len(j.lpos) < vector.Size; j.at++ {
				if g := j.groups[j.at]; g >= 0 {
					j.lpos, j.rrow = append(j.lpos, int32(j.at)), append(j.rrow, g)
				}
			}
			return
		}
		for ; j.at < n && len(j.lpos) < vector.Size; j.at++ {
			i := j.batch.Sel[j.at]
			if g := j.groups[i]; g >= 0 {
				j.lpos, j.rrow = append(j.lpos, i), append(j.rrow, g)
			}
		}
		return
	}
	if !j.table.dups {
		for ; j.at < n && len(j.lpos) < vector.Size; j.at++ {
			i := j.batch.Row(j.at)
			if g := j.groups[i]; g >= 0 {
				j.lpos, j.rrow = append(j.lpos, int32(i)), append(j.rrow, first[g])
			}
		}
		return
	}
	for j.at < n {
		i := j.batch.Row(j.at)
		row := j.chain
		if row < 0 {
			if g := j.groups[i]; g >= 0 {
				row = first[g]
			}
		}
		for row >= 0 {
			if len(j.lpos) == vector.Size {
				j.chain = row
				return
			}
			j.lpos, j.rrow = append(j.lpos, int32(i)), append(j.rrow, row)
			row = next[row]
		}
		j.chain = -1
		j.at++
	}
}

// match makes the pairs' rows, keeps those that pass the residual conditions,
// and notes what matched. It returns nil where the rows are not wanted.
func (j *hashJoinOp) match(r *Run) (*vector.Batch, error) {
	nl := len(j.leftTypes)
	for _, c := range j.need {
		if c < nl {
			gather(j.pair.Cols[c], j.batch.Cols[c], j.lpos, false)
		} else {
			gather(j.pair.Cols[c], j.table.rows.cols[c-nl], j.rrow, false)
		}
	}
	j.pair.N, j.pair.Sel = len(j.lpos), nil
	if j.filtered {
		if cap(j.sel) < j.pair.N {
			j.sel = make([]int32, roomFor(j.pair.N))
		}
		sel, err := j.residual.Apply(r.Context, &j.pair, j.sel[:j.pair.N])
		if err != nil {
			return nil, err
		}
		j.pair.Sel = sel
	}
	if j.filtered || leftOuter(j.kind) || rightOuter(j.kind) {
		for k := 0; k < j.pair.Len(); k++ {
			p := j.pair.Row(k)
			if j.matched != nil && (j.filtered || leftOuter(j.kind)) {
				if j.kind == plan.SingleJoin && j.matched[j.lpos[p]] {
					return nil, errSingle
				}
				j.matched[j.lpos[p]] = true
			}
			if rightOuter(j.kind) {
				j.rightHit[j.rrow[p]] = true
			}
		}
	}
	if leftOnly(j.kind) || j.pair.Len() == 0 {
		return nil, nil
	}
	return j.given(j.pair.Cols, j.pair.N, j.pair.Sel), nil
}

// rightRest gives the right rows without a match, at the end.
func (j *hashJoinOp) rightRest() *vector.Batch {
	if !rightOuter(j.kind) {
		return nil
	}
	j.rrow = j.rrow[:0]
	for ; j.rightAt < j.table.rows.n && len(j.rrow) < vector.Size; j.rightAt++ {
		if !j.rightHit[j.rightAt] {
			j.rrow = append(j.rrow, int32(j.rightAt))
		}
	}
	if len(j.rrow) == 0 {
		return nil
	}
	nl := len(j.leftTypes)
	for i, c := range j.give {
		if c < nl {
			j.outCols[i] = j.nullColumn(c)
			continue
		}
		gather(j.pair.Cols[c], j.table.rows.cols[c-nl], j.rrow, false)
		j.outCols[i] = j.pair.Cols[c]
	}
	j.out = vector.Batch{Cols: j.outCols, N: len(j.rrow)}
	return &j.out
}

func (j *hashJoinOp) Close() error {
	if j.shared != nil {
		return j.left.Close()
	}
	j.dropSpill()
	j.table.reset()
	j.table.acct.close()
	j.batch = nil
	return closeAll(j.left, j.right)
}
