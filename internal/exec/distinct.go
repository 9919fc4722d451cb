package exec

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// distinctOp removes repeated rows, giving each as it first comes, those that
// did not fit the budget at the end.
type distinctOp struct {
	in    Operator
	set   *distinctSet
	out   vector.Batch
	ended bool // the input is read
}

// distinctSet tells which rows come for the first time. Past the budget, rows
// that are not among those kept are written to partitions by hash, and are
// made distinct when the input has ended.
type distinctSet struct {
	what   string // for the message where memory does not suffice
	types  []*types.Type
	keys   *keyBatch
	table  *groupTable
	groups []int32
	acct   account
	depth  int
	parts  *partitioner // not nil: spilling
	lost   []int32

	queue []distinctPart
	chunk int // of the first in the queue; -1: it is not begun
	rd    chunkReader
}

// distinctPart is rows that are not yet distinct among themselves.
type distinctPart struct {
	rows  *spool
	depth int
}

func newDistinctSet(what string, ts []*types.Type) (*distinctSet, error) {
	k, err := newKeyBatch(ts)
	if err != nil {
		return nil, err
	}
	return &distinctSet{what: what, keys: k, table: newGroupTable(k), types: ts}, nil
}

func (d *distinctSet) open(r *Run) {
	d.close()
	d.begin(r, 0)
	d.chunk = -1
}

// begin empties the table for rows of a depth.
func (d *distinctSet) begin(r *Run, depth int) {
	d.acct.open(r)
	if d.table.bytes() > r.Memory.minimum()/4 {
		d.table = newGroupTable(d.keys)
	} else {
		d.table.reset()
	}
	d.depth = depth
}

// add returns those rows of the batch that were not seen before, as far as
// that is known by now.
func (d *distinctSet) add(r *Run, cols []*vector.Vector, sel []int32, n int) ([]int32, error) {
	if err := d.keys.load(cols, sel, n); err != nil {
		return nil, err
	}
	d.groups = extend(d.groups[:0], n)
	if d.parts != nil {
		d.table.find(d.keys, sel, n, d.groups)
		d.lost = missing(sel, n, d.groups, d.lost)
		return nil, d.parts.add(cols, d.keys.hash, d.lost, n)
	}
	d.table.insert(d.keys, sel, n, d.groups)
	if len(d.table.fresh) > 0 && !d.acct.set(d.table.bytes()) {
		if r.FS != nil && d.depth < maxSpillDepth {
			d.parts = newPartitioner(r, d.types, d.depth)
		} else if r.FS == nil || !d.acct.tolerable() {
			return nil, errMemory(d.what)
		}
	}
	return d.table.fresh, nil
}

// missing lists the rows that have no group.
func missing(sel []int32, n int, groups []int32, buf []int32) []int32 {
	buf = buf[:0]
	if sel == nil {
		for i, g := range groups[:n] {
			if g < 0 {
				buf = append(buf, int32(i))
			}
		}
		return buf
	}
	for _, i := range sel {
		if groups[i] < 0 {
			buf = append(buf, i)
		}
	}
	return buf
}

// rest gives, after the last add, batches of what was spilled with the rows of
// them that are new; nil at the end.
func (d *distinctSet) rest(r *Run) (*vector.Batch, []int32, error) {
	for {
		if err := r.canceled(); err != nil {
			return nil, nil, err
		}
		if d.chunk < 0 || d.chunk >= d.queue[0].rows.len() {
			if err := d.advance(r); err != nil || len(d.queue) == 0 {
				return nil, nil, err
			}
			continue
		}
		d.chunk++
		b, err := d.queue[0].rows.read(d.chunk-1, &d.rd)
		if err != nil {
			return nil, nil, err
		}
		fresh, err := d.add(r, b.Cols, b.Sel, b.N)
		if err != nil {
			return nil, nil, err
		}
		if len(fresh) > 0 {
			return b, fresh, nil
		}
	}
}

// advance goes on to the next partition; those of the present one come first.
func (d *distinctSet) advance(r *Run) error {
	if d.chunk >= 0 {
		d.queue[0].rows.close()
		d.queue = d.queue[1:]
	}
	d.chunk = -1
	if p := d.parts; p != nil {
		if err := p.finish(); err != nil {
			return err
		}
		next := make([]distinctPart, 0, partitions+len(d.queue))
		for i := range p.parts {
			next = append(next, distinctPart{p.spool(i), d.depth + 1})
		}
		d.queue = append(next, d.queue...)
		p.acct.close()
		d.parts = nil
	}
	if len(d.queue) > 0 {
		d.chunk = 0
		d.begin(r, d.queue[0].depth)
	}
	return nil
}

func (d *distinctSet) close() {
	if d.parts != nil {
		d.parts.close()
		d.parts = nil
	}
	for _, p := range d.queue {
		p.rows.close()
	}
	d.queue = nil
	if d.table.bytes() > keptBytes {
		d.table = newGroupTable(d.keys)
	}
	d.acct.close()
}

func (b *builder) distinct(n *plan.Distinct) (Operator, error) {
	in, err := b.build(n.Input)
	if err != nil {
		return nil, err
	}
	cols := n.Input.Columns()
	if len(n.On) > 0 {
		return b.distinctOn(n, in, cols)
	}
	return newDistinct(in, columnTypes(cols))
}

func newDistinct(in Operator, ts []*types.Type) (*distinctOp, error) {
	set, err := newDistinctSet("DISTINCT", ts)
	return &distinctOp{in: in, set: set}, err
}

func (d *distinctOp) Open(r *Run) error {
	d.set.open(r)
	d.ended = false
	return d.in.Open(r)
}

func (d *distinctOp) Next(r *Run) (*vector.Batch, error) {
	for !d.ended {
		b, err := d.in.Next(r)
		if err != nil {
			return nil, err
		}
		if b == nil {
			d.ended = true
			break
		}
		fresh, err := d.set.add(r, b.Cols, b.Sel, b.N)
		if err != nil {
			return nil, err
		}
		if len(fresh) > 0 {
			d.out = vector.Batch{Cols: b.Cols, N: b.N, Sel: fresh}
			return &d.out, nil
		}
	}
	b, fresh, err := d.set.rest(r)
	if err != nil || b == nil {
		return nil, err
	}
	d.out = vector.Batch{Cols: b.Cols, N: b.N, Sel: fresh}
	return &d.out, nil
}

func (d *distinctOp) Close() error {
	d.set.close()
	return d.in.Close()
}

// distinctOnOp keeps the first row of each run of equal keys; its input is
// ordered by them.
type distinctOnOp struct {
	in    Operator
	on    []expr.Vectorized
	cmp   []func(a, b types.Value) int
	cols  []*vector.Vector
	last  []types.Value
	some  bool
	arena arena
	out   vector.Batch
	sel   []int32
}

func (b *builder) distinctOn(n *plan.Distinct, in Operator, cols []plan.Column) (Operator, error) {
	d := &distinctOnOp{in: in}
	var err error
	if d.on, err = vectorizedList(b.compiler(scopeOf(cols)), n.On); err != nil {
		return nil, err
	}
	for _, e := range n.On {
		d.cmp = append(d.cmp, expr.Comparer(e.Type()))
	}
	d.cols, d.last = make([]*vector.Vector, len(d.on)), make([]types.Value, len(d.on))
	return d, nil
}

func (d *distinctOnOp) Open(r *Run) error {
	d.some = false
	return d.in.Open(r)
}

func (d *distinctOnOp) Close() error { return d.in.Close() }

func (d *distinctOnOp) Next(r *Run) (*vector.Batch, error) {
	for {
		b, err := d.in.Next(r)
		if err != nil || b == nil {
			return nil, err
		}
		for i, e := range d.on {
			if d.cols[i], err = e.Eval(r.Context, b); err != nil {
				return nil, err
			}
		}
		d.sel = d.sel[:0]
		for k := 0; k < b.Len(); k++ {
			if i := b.Row(k); d.changed(i) {
				d.sel = append(d.sel, int32(i))
			}
		}
		// The key of the last row outlives the batch.
		d.arena.reset()
		for i := range d.last {
			d.last[i].S = d.arena.copy(d.last[i].S)
		}
		if len(d.sel) > 0 {
			d.out = vector.Batch{Cols: b.Cols, N: b.N, Sel: d.sel}
			return &d.out, nil
		}
	}
}

// changed reports whether row i starts a new run, and remembers its key then.
func (d *distinctOnOp) changed(i int) bool {
	if d.some {
		same := true
		for c, v := range d.cols {
			if !sameValue(d.cmp[c], v.Value(i), d.last[c]) {
				same = false
				break
			}
		}
		if same {
			return false
		}
	}
	d.some = true
	for c, v := range d.cols {
		d.last[c] = v.Value(i)
	}
	return true
}
