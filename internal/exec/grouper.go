package exec

import (
	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// partitions is the number of parts that a spilling hash table splits into.
const partitions = 16

// maxSpillDepth bounds how often a partition is split again.
const maxSpillDepth = 6

func partOf(k expr.SortKey) codec.Part {
	return codec.Part{Type: k.Expr.Type(), Desc: k.Desc, NullsFirst: k.NullsFirst}
}

// grouper holds the groups of one grouping set. When memory runs out, the
// groups it has go on growing, and rows of other groups are written to
// partitions by hash, which are aggregated one after the other at the end.
type grouper struct {
	spec    *aggSpec
	in      []bool // for each key: is it in the set
	depth   int
	keys    *keyBatch
	table   *groupTable
	rows    *store // the keys' values, by group
	accs    []expr.Accumulator
	extras  []aggExtra
	groups  []int32
	cols    []*vector.Vector
	acct    account
	batches int

	spilling bool
	parts    []*packer
	found    []int32
	lost     [partitions][]int32

	at    int      // group to emit
	part  int      // partition to aggregate
	inner *grouper // aggregates the partition
}

// aggExtra is what DISTINCT and ORDER BY calls need besides the accumulator.
type aggExtra struct {
	keys   *keyBatch
	seen   *groupTable
	sorter *sorter
	groups *vector.Vector
	cols   []*vector.Vector
	ids    []int32
}

func newGrouper(spec *aggSpec, set []int, depth int) (*grouper, error) {
	g := &grouper{spec: spec, in: make([]bool, len(spec.groups)), depth: depth}
	for _, i := range set {
		g.in[i] = true
	}
	if len(spec.groups) > 0 {
		var err error
		if g.keys, err = newKeyBatch(spec.keyTypes); err != nil {
			return nil, err
		}
		g.table = newGroupTable(g.keys)
	}
	g.rows = newStore(spec.keyTypes)
	g.cols = make([]*vector.Vector, len(spec.groups))
	g.accs = make([]expr.Accumulator, len(spec.calls))
	g.extras = make([]aggExtra, len(spec.calls))
	for i := range spec.calls {
		if err := g.extra(i); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *grouper) extra(i int) error {
	c, x := &g.spec.calls[i], &g.extras[i]
	if !c.distinct && !c.sorted {
		return nil
	}
	ts := append([]*types.Type{types.Int8}, c.argTypes...)
	x.groups = vector.New(types.Int8, vector.Size)
	if c.distinct {
		var err error
		if x.keys, err = newKeyBatch(ts); err != nil {
			return err
		}
		x.seen = newGroupTable(x.keys)
	}
	if c.sorted {
		for k := range c.order {
			ts = append(ts, c.keys.parts[k].Type)
		}
		x.sorter = newSorter(columnSortKeysOf(c.keys), ts)
	}
	return nil
}

// columnSortKeysOf makes sort keys with scratch of their own.
func columnSortKeysOf(k *sortKeys) *sortKeys {
	c := *k
	c.cols, c.flats = make([]*vector.Vector, len(k.exprs)), make([]expr.Rows, len(k.exprs))
	return &c
}

func (g *grouper) open(r *Run) {
	g.close()
	g.at, g.part, g.batches = 0, 0, 0
	g.acct.open(r)
	if g.table != nil {
		g.table.reset()
	}
	g.rows.reset()
	for i := range g.spec.calls {
		c := &g.spec.calls[i]
		g.accs[i] = c.agg.Fn.New(r.Context, c.argTypes, c.agg.Typ)
		x := &g.extras[i]
		if x.seen != nil {
			x.seen.reset()
		}
		if x.sorter != nil {
			x.sorter.open(r, 0)
		}
	}
	if g.single() {
		for _, a := range g.accs {
			a.Resize(1)
		}
	}
}

// single reports a set without keys, which has one group even over no rows.
func (g *grouper) single() bool {
	for _, in := range g.in {
		if in {
			return false
		}
	}
	return true
}

// consume adds a batch whose keys and arguments the spec has evaluated.
func (g *grouper) consume(r *Run, b *vector.Batch) error {
	var groups []int32
	lost := false
	if !g.single() {
		var err error
		if lost, err = g.assign(b); err != nil {
			return err
		}
		groups = g.groups
	}
	for i := range g.spec.calls {
		c := &g.spec.calls[i]
		sel := c.sel
		if lost {
			sel = known(sel, b.N, groups, &g.found)
		}
		if err := g.update(r, i, groups, c, sel, b.N); err != nil {
			return err
		}
	}
	if lost {
		if err := g.spillRows(b); err != nil {
			return err
		}
	}
	if g.batches++; g.batches&15 == 0 || g.spilling || g.table != nil && len(g.table.fresh) > 0 {
		return g.account(r)
	}
	return nil
}

// assign finds the group of every row; lost says that some have none because
// the grouper spills.
func (g *grouper) assign(b *vector.Batch) (lost bool, err error) {
	for i := range g.cols {
		g.cols[i] = g.spec.keyCols[i]
		if !g.in[i] {
			g.cols[i] = g.spec.nulls[i]
		}
	}
	if err := g.keys.load(g.cols, b.Sel, b.N); err != nil {
		return false, err
	}
	g.groups = extend(g.groups[:0], b.N)
	if g.spilling {
		g.table.find(g.keys, b.Sel, b.N, g.groups)
		for k := 0; k < b.Len(); k++ {
			if g.groups[b.Row(k)] < 0 {
				return true, nil
			}
		}
		return false, nil
	}
	g.table.insert(g.keys, b.Sel, b.N, g.groups)
	if len(g.table.fresh) > 0 {
		g.rows.appendRows(g.cols, g.table.fresh, b.N)
		for _, a := range g.accs {
			a.Resize(g.table.len())
		}
	}
	return false, nil
}

// known keeps the rows that have a group.
func known(sel []int32, n int, groups []int32, buf *[]int32) []int32 {
	out := extend((*buf)[:0], n)[:0]
	if sel == nil {
		for i := 0; i < n; i++ {
			if groups[i] >= 0 {
				out = append(out, int32(i))
			}
		}
	} else {
		for _, i := range sel {
			if groups[i] >= 0 {
				out = append(out, i)
			}
		}
	}
	*buf = out
	return out
}

func (g *grouper) update(r *Run, i int, groups []int32, c *aggCall, sel []int32, n int) error {
	if sel != nil && len(sel) == 0 {
		return nil
	}
	x := &g.extras[i]
	if x.groups == nil {
		return g.accs[i].Update(groups, c.cols, sel, n)
	}
	x.groups.Reset(types.Int8, n)
	if groups == nil {
		clear(x.groups.I)
	} else {
		for k, v := range groups[:n] {
			x.groups.I[k] = int64(v)
		}
	}
	x.cols = append(append(x.cols[:0], x.groups), c.cols...)
	if x.sorter == nil {
		return g.updateDistinct(i, groups, c.cols, sel, n)
	}
	sub := vector.Batch{N: n, Sel: sel}
	x.cols = append(x.cols, c.ordCols...)
	sub.Cols = x.cols
	return x.sorter.add(r, &sub)
}

// updateDistinct passes the rows whose group and arguments are new.
func (g *grouper) updateDistinct(i int, groups []int32, args []*vector.Vector, sel []int32, n int) error {
	x := &g.extras[i]
	if err := x.keys.load(x.cols[:1+len(args)], sel, n); err != nil {
		return err
	}
	x.ids = extend(x.ids[:0], n)
	x.seen.insert(x.keys, sel, n, x.ids)
	if len(x.seen.fresh) == 0 {
		return nil
	}
	return g.accs[i].Update(groups, args, x.seen.fresh, n)
}

// account charges the memory and starts spilling where it does not suffice.
func (g *grouper) account(r *Run) error {
	n := g.rows.bytes()
	if g.table != nil {
		n += g.table.bytes()
	}
	for i, a := range g.accs {
		n += int64(a.Bytes())
		if s := g.extras[i].seen; s != nil {
			n += s.bytes()
		}
	}
	if g.acct.set(n) {
		return nil
	}
	if g.single() || r.FS == nil || g.depth >= maxSpillDepth || g.table.len() < vector.Size {
		if r.FS != nil && g.acct.held < r.Memory.limit()/2 {
			return nil // others hold the memory; this one is small
		}
		return errMemory("an aggregate")
	}
	if !g.spilling {
		g.spilling = true
		g.parts = make([]*packer, partitions)
		for p := range g.parts {
			s := newSpool(g.spec.input)
			s.open(r)
			s.onDisk = true
			g.parts[p] = newPacker(s)
		}
	} else if g.acct.held > 4*max(r.Memory.limit(), 1<<20) {
		return errMemory("an aggregate")
	}
	return nil
}

// spillRows writes the rows without a group to their partitions.
func (g *grouper) spillRows(b *vector.Batch) error {
	for p := range g.lost {
		g.lost[p] = g.lost[p][:0]
	}
	shift := 32 - 4*uint(g.depth)
	for k := 0; k < b.Len(); k++ {
		i := b.Row(k)
		if g.groups[i] < 0 {
			p := g.keys.hash[i] >> shift & (partitions - 1)
			g.lost[p] = append(g.lost[p], int32(i))
		}
	}
	for p, sel := range g.lost {
		if len(sel) > 0 {
			if err := g.parts[p].add(b.Cols, sel, b.N); err != nil {
				return err
			}
		}
	}
	return nil
}

// finish ends the input: ordered calls get their rows, partitions are flushed.
func (g *grouper) finish(r *Run) error {
	g.at, g.part = 0, 0
	for _, p := range g.parts {
		if err := p.flush(); err != nil {
			return err
		}
	}
	for i := range g.extras {
		if g.extras[i].sorter != nil {
			if err := g.finishSorted(r, i); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *grouper) finishSorted(r *Run, i int) error {
	x, c := &g.extras[i], &g.spec.calls[i]
	if err := x.sorter.finish(r); err != nil {
		return err
	}
	for {
		b, err := x.sorter.next(r)
		if err != nil || b == nil {
			return err
		}
		g.groups = extend(g.groups[:0], b.N)
		for k, v := range b.Cols[0].I[:b.N] {
			g.groups[k] = int32(v)
		}
		args := b.Cols[1 : 1+len(c.argTypes)]
		if c.distinct {
			x.cols = b.Cols
			err = g.updateDistinct(i, g.groups, args, nil, b.N)
		} else {
			err = g.accs[i].Update(g.groups, args, nil, b.N)
		}
		if err != nil {
			return err
		}
		if err := g.account(r); err != nil && !g.spilling {
			return err
		}
	}
}
