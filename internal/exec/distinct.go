package exec

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// distinctOp removes repeated rows, giving each as it first comes. Past the
// budget, rows that are new are written to partitions by hash and made
// distinct at the end.
type distinctOp struct {
	in     Operator
	types  []*types.Type
	set    *distinctSet
	out    vector.Batch
	queue  []*spool // partitions still to do
	depths []int
	chunk  int
	rd     chunkReader
}

// distinctSet is the rows seen, and the partitions of those not kept.
type distinctSet struct {
	keys     *keyBatch
	table    *groupTable
	groups   []int32
	acct     account
	depth    int
	spilling bool
	parts    []*packer
	types    []*types.Type
	sel      []int32
}

func newDistinctSet(ts []*types.Type) (*distinctSet, error) {
	k, err := newKeyBatch(ts)
	if err != nil {
		return nil, err
	}
	return &distinctSet{keys: k, table: newGroupTable(k), types: ts}, nil
}

func (d *distinctSet) open(r *Run, depth int) {
	d.table.reset()
	d.acct.open(r)
	d.depth, d.spilling, d.parts = depth, false, nil
}

// add returns the rows of the batch that were not seen before.
func (d *distinctSet) add(r *Run, b *vector.Batch) ([]int32, error) {
	if err := d.keys.load(b.Cols, b.Sel, b.N); err != nil {
		return nil, err
	}
	d.groups = extend(d.groups[:0], b.N)
	if d.spilling {
		return nil, d.spill(b)
	}
	d.table.insert(d.keys, b.Sel, b.N, d.groups)
	if !d.acct.set(d.table.bytes()) {
		if r.FS == nil || d.depth >= maxSpillDepth {
			return nil, errMemory("DISTINCT")
		}
		d.spilling = true
		for p := 0; p < partitions; p++ {
			s := newSpool(d.types)
			s.open(r)
			s.onDisk = true
			d.parts = append(d.parts, newPacker(s))
		}
	}
	return d.table.fresh, nil
}

func (d *distinctSet) spill(b *vector.Batch) error {
	d.table.find(d.keys, b.Sel, b.N, d.groups)
	shift := 32 - 4*uint(d.depth)
	for k := 0; k < b.Len(); k++ {
		i := b.Row(k)
		if d.groups[i] >= 0 {
			continue
		}
		p := d.keys.hash[i] >> shift & (partitions - 1)
		d.sel = append(d.sel[:0], int32(i))
		if err := d.parts[p].add(b.Cols, d.sel, b.N); err != nil {
			return err
		}
	}
	return nil
}

// finish flushes the partitions and returns them.
func (d *distinctSet) finish() ([]*spool, error) {
	var out []*spool
	for _, p := range d.parts {
		if err := p.flush(); err != nil {
			return nil, err
		}
		out = append(out, p.to)
	}
	d.parts = nil
	return out, nil
}

func (d *distinctSet) close() {
	for _, p := range d.parts {
		p.to.close()
	}
	d.parts = nil
	if d.table.bytes() > 1<<20 {
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
	set, err := newDistinctSet(ts)
	return &distinctOp{in: in, types: ts, set: set}, err
}

func (d *distinctOp) Open(r *Run) error {
	d.set.open(r, 0)
	d.dropQueue()
	return d.in.Open(r)
}

func (d *distinctOp) dropQueue() {
	for _, s := range d.queue {
		s.close()
	}
	d.queue, d.depths, d.chunk = nil, nil, -1
}

func (d *distinctOp) Next(r *Run) (*vector.Batch, error) {
	for {
		b, err := d.pull(r)
		if err != nil || b == nil {
			return nil, err
		}
		fresh, err := d.set.add(r, b)
		if err != nil {
			return nil, err
		}
		if len(fresh) > 0 {
			d.out = vector.Batch{Cols: b.Cols, N: b.N, Sel: fresh}
			return &d.out, nil
		}
	}
}

// pull gives the input's batches, then those of the partitions.
func (d *distinctOp) pull(r *Run) (*vector.Batch, error) {
	if d.chunk < 0 {
		b, err := d.in.Next(r)
		if err != nil || b != nil {
			return b, err
		}
		if err := d.advance(r, false); err != nil {
			return nil, err
		}
	}
	for len(d.queue) > 0 {
		if d.chunk < d.queue[0].len() {
			d.chunk++
			return d.queue[0].read(d.chunk-1, &d.rd)
		}
		if err := d.advance(r, true); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// advance goes on to the next partition; those of the present one come first.
func (d *distinctOp) advance(r *Run, drop bool) error {
	parts, err := d.set.finish()
	if err != nil {
		return err
	}
	if drop {
		d.queue[0].close()
		d.queue, d.depths = d.queue[1:], d.depths[1:]
	}
	depths := make([]int, len(parts))
	for i := range depths {
		depths[i] = d.set.depth + 1
	}
	d.queue, d.depths = append(parts, d.queue...), append(depths, d.depths...)
	d.chunk = 0
	if len(d.queue) > 0 {
		d.set.close()
		d.set.open(r, d.depths[0])
	}
	return nil
}

func (d *distinctOp) Close() error {
	d.dropQueue()
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
