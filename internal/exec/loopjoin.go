package exec

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/vector"
)

// directRows is how many rows of one left row and one right chunk are given
// as they are, rather than copied together with others.
const directRows = 256

// loopJoinOp compares every left row with every right row. The right side is
// kept in a spool, or with lateral run anew for each left row.
type loopJoinOp struct {
	joinBase
	lateral bool
	outer   []expr.ColumnID // lateral: the left columns

	rows     *spool
	loaded   bool
	rd       chunkReader
	batch    *vector.Batch
	chunk    int // of rows
	right1   *vector.Batch
	at       int // next live row of the left batch
	opened   bool
	rightHit [][]bool // by chunk
	rest     int      // chunk whose unmatched rows come next, at the end
	acc      *store
	pending  *vector.Batch
	accOut   vector.Batch
	ended    bool
}

func (b *builder) loopJoin(n *plan.Join) (Operator, error) {
	base, err := b.joinBase(n, n.On)
	if err != nil {
		return nil, err
	}
	j := &loopJoinOp{joinBase: base}
	if j.right, err = b.build(n.Right); err != nil {
		return nil, err
	}
	j.rows = newSpool(j.rightTypes)
	j.acc = newStore(j.outTypes)
	return j, nil
}

// lateralJoin joins each left row with what the right side gives for it.
func (b *builder) lateralJoin(n *plan.Join) (Operator, error) {
	op, err := b.loopJoin(n)
	if err != nil {
		return nil, err
	}
	j := op.(*loopJoinOp)
	j.lateral = true
	for _, c := range n.Left.Columns() {
		j.outer = append(j.outer, c.ID)
	}
	return j, nil
}

func (j *loopJoinOp) Open(r *Run) error {
	j.batch, j.right1, j.pending = nil, nil, nil
	j.loaded, j.opened, j.ended = false, false, false
	j.rest = 0
	j.rightHit = nil
	j.acc.reset()
	j.rows.open(r)
	if err := j.left.Open(r); err != nil {
		return err
	}
	if j.lateral {
		return nil
	}
	return j.right.Open(r)
}

// load keeps the right side.
func (j *loopJoinOp) load(r *Run) error {
	p := newPacker(j.rows)
	for {
		b, err := j.right.Next(r)
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		if err := p.add(b.Cols, b.Sel, b.N); err != nil {
			return err
		}
	}
	if err := p.flush(); err != nil {
		return err
	}
	if rightOuter(j.kind) {
		j.rightHit = make([][]bool, j.rows.len())
		for i := range j.rightHit {
			j.rightHit[i] = make([]bool, j.rows.chunks[i].n)
		}
	}
	return nil
}

func (j *loopJoinOp) Next(r *Run) (*vector.Batch, error) {
	if !j.loaded && !j.lateral {
		if err := j.load(r); err != nil {
			return nil, err
		}
		j.loaded = true
	}
	j.accGiven()
	for {
		if p := j.pending; p != nil && j.acc.n == 0 {
			j.pending = nil
			return p, nil
		}
		if j.pending != nil || j.acc.n >= vector.Size/2 || j.ended && j.acc.n > 0 {
			return j.giveAcc(), nil
		}
		if j.ended {
			return j.rightRest()
		}
		if j.batch == nil {
			b, err := j.left.Next(r)
			if err != nil {
				return nil, err
			}
			if b == nil {
				j.ended = true
				continue
			}
			j.batch, j.at, j.chunk, j.right1 = b, 0, 0, nil
			j.resetMatched(b.N)
		}
		done, err := j.advance(r)
		if err != nil {
			return nil, err
		}
		if done {
			j.finishBatch()
		}
	}
}

// giveAcc gives the rows copied together so far.
func (j *loopJoinOp) giveAcc() *vector.Batch {
	j.accOut = vector.Batch{Cols: j.acc.cols, N: j.acc.n}
	return &j.accOut
}

// accGiven empties the copy after its batch was consumed.
func (j *loopJoinOp) accGiven() {
	if j.accOut.N > 0 {
		j.accOut.N = 0
		j.acc.reset()
	}
}

// finishBatch ends the left batch: rows decided by it come out.
func (j *loopJoinOp) finishBatch() {
	b := j.batch
	j.batch = nil
	switch {
	case leftOnly(j.kind):
		if sel := j.unmatched(b, j.kind == plan.SemiJoin); len(sel) > 0 {
			j.pending = j.leftRows(b, sel)
		}
	case leftOuter(j.kind):
		if sel := j.unmatched(b, false); len(sel) > 0 {
			j.pending = j.leftRows(b, sel)
		}
	}
}

// advance joins one left row with one right chunk; done says that the left
// batch has none left.
func (j *loopJoinOp) advance(r *Run) (done bool, err error) {
	if err := r.Check(); err != nil {
		return false, r.canceled()
	}
	if j.lateral {
		return j.advanceLateral(r)
	}
	if j.right1 == nil {
		if j.chunk >= j.rows.len() {
			return true, nil
		}
		if j.right1, err = j.rows.read(j.chunk, &j.rd); err != nil {
			return false, err
		}
		j.at = 0
	}
	if j.at >= j.batch.Len() {
		j.right1 = nil
		j.chunk++
		return false, nil
	}
	i := j.batch.Row(j.at)
	j.at++
	if leftOnly(j.kind) && j.matched[i] {
		return false, nil
	}
	return false, j.pairs(r, i, j.right1)
}

func (j *loopJoinOp) advanceLateral(r *Run) (done bool, err error) {
	if j.at >= j.batch.Len() {
		return true, nil
	}
	i := j.batch.Row(j.at)
	if !j.opened {
		for c, id := range j.outer {
			r.bind(id, j.batch.Cols[c].Value(i))
		}
		if err := j.right.Open(r); err != nil {
			return false, err
		}
		j.opened = true
	}
	b, err := j.right.Next(r)
	if err != nil {
		return false, err
	}
	if b != nil {
		if b.Len() == 0 {
			return false, nil
		}
		if err := j.pairs(r, i, b); err != nil {
			return false, err
		}
	}
	if b == nil || leftOnly(j.kind) && j.matched[i] {
		j.opened = false
		j.at++
		return false, j.right.Close()
	}
	return false, nil
}

// pairs joins left row i with the rows of a right batch.
func (j *loopJoinOp) pairs(r *Run, i int, right *vector.Batch) error {
	nl := len(j.leftTypes)
	for _, c := range j.need {
		if c >= nl {
			break
		}
		dst := j.pair.Cols[c]
		dst.Reset(j.leftTypes[c], 1)
		dst.Set(0, j.batch.Cols[c].Value(i))
		dst.Const = true
	}
	pair := vector.Batch{Cols: append(j.pair.Cols[:nl:nl], right.Cols...), N: right.N, Sel: right.Sel}
	if j.filtered {
		if cap(j.sel) < pair.N {
			j.sel = make([]int32, roomFor(pair.N))
		}
		sel, err := j.residual.Apply(r.Context, &pair, j.sel[:pair.N])
		if err != nil {
			return err
		}
		pair.Sel = sel
	}
	n := pair.Len()
	if n == 0 {
		return nil
	}
	if j.kind == plan.SingleJoin && (n > 1 || j.matched[i]) {
		return errSingle
	}
	j.matched[i] = true
	if rightOuter(j.kind) && !j.lateral {
		for k := 0; k < n; k++ {
			j.rightHit[j.chunk][pair.Row(k)] = true
		}
	}
	if leftOnly(j.kind) {
		return nil
	}
	given := j.given(pair.Cols, pair.N, pair.Sel)
	if n >= directRows {
		j.pending = given
		return nil
	}
	j.acc.append(given)
	return nil
}

// rightRest gives the right rows without a match, chunk by chunk.
func (j *loopJoinOp) rightRest() (*vector.Batch, error) {
	for rightOuter(j.kind) && j.rest < len(j.rightHit) {
		hit := j.rightHit[j.rest]
		b, err := j.rows.read(j.rest, &j.rd)
		if err != nil {
			return nil, err
		}
		j.rest++
		var sel []int32
		for i, h := range hit {
			if !h {
				sel = append(sel, int32(i))
			}
		}
		if len(sel) == 0 {
			continue
		}
		nl := len(j.leftTypes)
		for i, c := range j.give {
			if c < nl {
				j.outCols[i] = j.nullColumn(c)
			} else {
				j.outCols[i] = b.Cols[c-nl]
			}
		}
		j.out = vector.Batch{Cols: j.outCols, N: b.N, Sel: sel}
		return &j.out, nil
	}
	return nil, nil
}

func (j *loopJoinOp) Close() error {
	j.rows.close()
	j.batch = nil
	return closeAll(j.left, j.right)
}
