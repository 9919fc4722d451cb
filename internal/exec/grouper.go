package exec

import (
	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

func partOf(k expr.SortKey) codec.Part {
	return codec.Part{Type: k.Expr.Type(), Desc: k.Desc, NullsFirst: k.NullsFirst}
}

// grouper holds the groups of one grouping set. When memory runs out, the
// groups it has go on growing, and rows of other groups are written to
// partitions by hash, which are aggregated one after the other at the end.
// What a group needs beyond a state of fixed size spills by itself: see
// aggExtra.
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

	parts *partitioner // not nil: spilling
	found []int32
	lost  []int32

	at    int      // group to emit
	freed int      // groups whose collected values are dropped
	part  int      // partition to aggregate
	inner *grouper // aggregates the partition
}

// aggExtra is what a call needs besides the accumulator: DISTINCT a set of
// group and arguments, ORDER BY a feed of ordered rows. A call that collects
// values gets a feed when memory runs out.
type aggExtra struct {
	set       *distinctSet
	feed      *groupFeed
	collector expr.Collector
	groups    *vector.Vector
	cols      []*vector.Vector
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

func (g *grouper) extra(i int) (err error) {
	c, x := &g.spec.calls[i], &g.extras[i]
	ts := append([]*types.Type{types.Int8}, c.argTypes...)
	switch {
	case c.sorted:
		x.feed, err = newGroupFeed(c, ts, !g.single())
	case c.distinct:
		x.groups = vector.New(types.Int8, 0)
		x.set, err = newDistinctSet("DISTINCT in an aggregate", ts)
	}
	return err
}

func (g *grouper) open(r *Run) {
	g.close()
	g.at, g.part, g.batches, g.freed = 0, 0, 0, 0
	g.acct.open(r)
	if g.table != nil {
		g.table.reset()
	}
	g.rows.reset()
	for i := range g.spec.calls {
		c := &g.spec.calls[i]
		g.accs[i] = c.agg.Fn.New(r.Context, c.argTypes, c.agg.Typ)
		x := &g.extras[i]
		x.collector, _ = g.accs[i].(expr.Collector)
		if x.set != nil {
			x.set.open(r)
		}
		if x.feed != nil {
			x.feed.open(r)
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
		g.lost = missing(b.Sel, b.N, g.groups, g.lost)
		if err := g.parts.add(b.Cols, g.keys.hash, g.lost, b.N); err != nil {
			return err
		}
	}
	if g.batches++; g.batches&15 == 0 || g.parts != nil || g.single() || g.table != nil && len(g.table.fresh) > 0 {
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
	if g.parts != nil {
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
	if x.feed != nil {
		return x.feed.add(r, groups, c, sel, n)
	}
	if x.set == nil {
		return g.accs[i].Update(groups, c.cols, sel, n)
	}
	groupColumn(x.groups, groups, n)
	x.cols = append(append(x.cols[:0], x.groups), c.cols...)
	fresh, err := x.set.add(r, x.cols, sel, n)
	if err != nil || len(fresh) == 0 {
		return err
	}
	return g.accs[i].Update(groups, c.cols, fresh, n)
}

// groupColumn makes a column of group numbers; nil groups are all 0.
func groupColumn(v *vector.Vector, groups []int32, n int) {
	v.Reset(types.Int8, n)
	if groups == nil {
		clear(v.I)
		return
	}
	for k, g := range groups[:n] {
		v.I[k] = int64(g)
	}
}

// bytes is the memory of groups and states; what extras hold is charged there.
func (g *grouper) bytes() (all, collected int64) {
	all = g.rows.bytes()
	if g.table != nil {
		all += g.table.bytes()
	}
	for i, a := range g.accs {
		n := int64(a.Bytes())
		all += n
		if g.extras[i].collector != nil {
			collected += n
		}
	}
	return all, collected
}

// account charges the memory. Where it does not suffice, calls that collect
// values keep further rows in a feed, or new groups are spilled.
func (g *grouper) account(r *Run) error {
	n, collected := g.bytes()
	if g.acct.set(n) {
		return nil
	}
	if r.FS == nil {
		return errMemory("an aggregate")
	}
	if collected > n/2 {
		diverted, err := g.divert(r)
		if diverted || err != nil {
			return err
		}
	}
	if g.parts == nil && !g.single() && g.depth < maxSpillDepth {
		g.parts = newPartitioner(r, g.spec.input, g.depth)
		return nil
	}
	if !g.acct.tolerable() {
		return errMemory("an aggregate")
	}
	return nil
}

// divert gives calls that collect values a feed for the rows to come.
func (g *grouper) divert(r *Run) (some bool, err error) {
	for i := range g.extras {
		c, x := &g.spec.calls[i], &g.extras[i]
		if x.collector == nil || x.feed != nil || x.set != nil {
			continue
		}
		if x.feed, err = newGroupFeed(c, append([]*types.Type{types.Int8}, c.argTypes...), !g.single()); err != nil {
			return some, err
		}
		x.feed.late = true
		x.feed.open(r)
		some = true
	}
	return some, nil
}

// finish ends the input: what was kept back is prepared to be read.
func (g *grouper) finish(r *Run) error {
	g.at, g.part, g.freed = 0, 0, 0
	if g.parts != nil {
		if err := g.parts.finish(); err != nil {
			return err
		}
	}
	for i := range g.extras {
		x := &g.extras[i]
		if x.feed != nil {
			if err := x.feed.finish(r); err != nil {
				return err
			}
		}
		if x.set != nil {
			if err := g.finishDistinct(r, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// finishDistinct adds the distinct rows that were spilled.
func (g *grouper) finishDistinct(r *Run, i int) error {
	set := g.extras[i].set
	for {
		b, fresh, err := set.rest(r)
		if err != nil {
			return err
		}
		if b == nil {
			set.close()
			return nil
		}
		g.groups = extend(g.groups[:0], b.N)
		for k, v := range b.Cols[0].I[:b.N] {
			g.groups[k] = int32(v)
		}
		if err := g.accs[i].Update(g.groups, b.Cols[1:], fresh, b.N); err != nil {
			return err
		}
	}
}
