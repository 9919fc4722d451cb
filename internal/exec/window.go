package exec

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// windowOp computes window functions. It sorts its input by partition and
// order. Calls that need no more than the rows before are computed as the rows
// come; otherwise whole partitions are collected, and one that does not fit
// the budget goes to a spool.
type windowOp struct {
	in       Operator
	nIn      int
	extra    []expr.Vectorized // partition, order and argument columns that are computed
	types    []*types.Type     // input columns, then extra ones
	sorter   *sorter
	starts   windowStarts
	order    []int // columns of the order keys
	desc     bool  // of the first order key
	nullsTop bool
	calls    []*windowCall
	streams  bool // every call can be computed as the rows come
	presort  bool // the input is in order

	rows    *store // complete partitions, then the start of the next
	spare   *store
	peers   []bool // by row of rows: it starts a peer group
	results []*vector.Vector
	acct    account
	done    bool
	sorted  bool
	from    int // start of the partition at hand
	ready   int // rows whose results are computed
	given   int
	batch   *vector.Batch // sorted batch at hand
	at      int
	cols    []*vector.Vector
	input   vector.Batch // cols of the batch at hand
	dense   vector.Batch // its live rows
	all     []*vector.Vector
	out     vector.Batch
	sel     []int32
	part    windowPart
	work    int // since cancellation was looked for
}

// windowCall is one call with the places of its arguments.
type windowCall struct {
	node     *plan.WindowCall
	typ      *types.Type
	args     []int
	argTypes []*types.Type
	filter   int // column of the FILTER condition, or -1
	frame    windowFrame
	sel      []int32
	groups   []int32
	iota     []int32
	cols     []*vector.Vector
	view     vector.Batch

	// Of the partition at hand:
	acc      expr.Accumulator // has the rows from..to-1
	from, to int
	value    types.Value // of acc, or of the first row
	count    int64       // rows so far
	rank     int64
	keep     arena // of value, where it outlives a batch
}

func (b *builder) window(n *plan.Window) (Operator, error) {
	in, err := b.build(n.Input)
	if err != nil {
		return nil, err
	}
	cols := n.Input.Columns()
	w := &windowOp{in: in, presort: n.Sorted, nIn: len(cols), types: columnTypes(cols), out: vector.Batch{}}
	c := b.compiler(scopeOf(cols))
	inputs := scopeOf(cols)
	add := func(e expr.Expr) (int, error) {
		if x, ok := e.(*expr.Column); ok {
			if at := inputs.slot(x.ID); at >= 0 {
				return at, nil
			}
		}
		v, err := c.Vectorized(e)
		w.extra = append(w.extra, v)
		w.types = append(w.types, e.Type())
		return len(w.types) - 1, err
	}
	var keys []expr.SortKey
	var slots []int
	for _, e := range n.Partition {
		at, err := add(e)
		if err != nil {
			return nil, err
		}
		slots = append(slots, at)
		keys = append(keys, expr.SortKey{Expr: e})
	}
	for i, k := range n.OrderBy {
		at, err := add(k.Expr)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			w.desc, w.nullsTop = k.Desc, k.NullsFirst
		}
		w.order = append(w.order, at)
		keys = append(keys, k)
	}
	w.streams = true
	for i := range n.Calls {
		call, err := b.windowCall(&n.Calls[i], n, add)
		if err != nil {
			return nil, err
		}
		for _, at := range call.args {
			call.argTypes = append(call.argTypes, w.types[at])
		}
		w.streams = w.streams && call.streams()
		w.calls = append(w.calls, call)
		w.results = append(w.results, vector.New(call.typ, 0))
	}
	k := slotSortKeys(keys, append(append([]int(nil), slots...), w.order...))
	w.sorter = newSorter(k, w.types)
	if err := w.starts.prepare(w.types, slots, w.order); err != nil {
		return nil, err
	}
	w.rows, w.spare = newStore(w.types), newStore(w.types)
	w.cols = make([]*vector.Vector, len(w.types))
	w.out.Cols = emptyVectors(w.nIn + len(w.calls))
	w.part.w = w
	return w, nil
}

func (b *builder) windowCall(n *plan.WindowCall, w *plan.Window, add func(expr.Expr) (int, error)) (*windowCall, error) {
	c := &windowCall{node: n, typ: n.Col.Type, filter: -1}
	args := n.Args
	if n.Agg != nil {
		args = n.Agg.Args
		if c.typ == nil {
			c.typ = n.Agg.Typ
		}
		if n.Agg.Filter != nil {
			at, err := add(n.Agg.Filter)
			if err != nil {
				return nil, err
			}
			c.filter = at
		}
	}
	for _, e := range args {
		at, err := add(e)
		if err != nil {
			return nil, err
		}
		c.args = append(c.args, at)
	}
	c.cols = make([]*vector.Vector, len(c.args))
	c.view.Cols = emptyVectors(len(c.args))
	return c, b.windowFrame(&c.frame, &n.Frame, w)
}

func (w *windowOp) Open(r *Run) error {
	w.done, w.sorted = false, false
	w.from, w.ready, w.given, w.at, w.batch = 0, 0, 0, 0, nil
	w.clear()
	w.starts.reset()
	w.acct.open(r)
	w.sorter.open(r, 0)
	return w.in.Open(r)
}

func (w *windowOp) clear() {
	w.dropBig()
	for _, s := range []*store{w.rows, w.spare} {
		if s.bytes() > keptBytes {
			s.release()
		} else {
			s.reset()
		}
	}
	w.peers = w.peers[:0]
	for i, v := range w.results {
		if vectorBytes(v) > keptBytes {
			w.results[i] = vector.New(v.Type, 0)
		} else {
			v.Reset(v.Type, 0)
		}
	}
	for _, c := range w.calls {
		c.acc, c.value = nil, types.Null
	}
}

func (w *windowOp) Close() error {
	w.sorter.close()
	w.clear()
	w.acct.close()
	return w.in.Close()
}

// sort brings the input, with its extra columns, into order.
func (w *windowOp) sort(r *Run) error {
	for {
		b, err := w.pull(r)
		if err != nil {
			return err
		}
		if b == nil {
			return w.sorter.finish(r)
		}
		if err := w.sorter.add(r, b); err != nil {
			return err
		}
	}
}

// pull gives the next batch of the input with the extra columns.
func (w *windowOp) pull(r *Run) (*vector.Batch, error) {
	b, err := w.in.Next(r)
	if err != nil || b == nil {
		return nil, err
	}
	copy(w.cols, b.Cols)
	for i, e := range w.extra {
		if w.cols[w.nIn+i], err = e.Eval(r.Context, b); err != nil {
			return nil, err
		}
	}
	w.input = vector.Batch{Cols: w.cols, N: b.N, Sel: b.Sel}
	return &w.input, nil
}

// ordered gives the next rows in order, every row of the batch being live.
func (w *windowOp) ordered(r *Run) (*vector.Batch, error) {
	if !w.presort {
		return w.sorter.next(r)
	}
	for {
		b, err := w.pull(r)
		if err != nil || b == nil || b.Sel == nil && b.N > 0 {
			return b, err
		}
		if b.Len() == 0 {
			continue
		}
		if w.dense.Cols == nil {
			w.dense.Cols = emptyVectors(len(w.types))
		}
		for c, v := range b.Cols {
			gather(w.dense.Cols[c], v, b.Sel, false)
		}
		w.dense.N = len(b.Sel)
		return &w.dense, nil
	}
}

func (w *windowOp) Next(r *Run) (*vector.Batch, error) {
	if !w.sorted && !w.presort {
		if err := w.sort(r); err != nil {
			return nil, err
		}
		w.sorted = true
	}
	if w.streams {
		return w.stream(r)
	}
	for {
		if w.part.big != nil {
			b, err := w.nextBig(r)
			if b != nil || err != nil {
				return b, err
			}
		}
		if w.given < w.ready {
			n := min(vector.Size, w.ready-w.given)
			w.all = append(append(w.all[:0], w.rows.cols[:w.nIn]...), w.results...)
			window(&w.out, w.all, w.given, n)
			w.given += n
			return &w.out, nil
		}
		if w.done {
			return nil, nil
		}
		if err := w.fill(r); err != nil {
			return nil, err
		}
	}
}

// more takes the next sorted batch, unless there are rows left of one.
func (w *windowOp) more(r *Run) (bool, error) {
	if w.batch != nil && w.at < w.batch.N {
		return true, nil
	}
	if err := r.canceled(); err != nil {
		return false, err
	}
	b, err := w.ordered(r)
	w.batch, w.at = b, 0
	if err != nil || b == nil {
		return false, err
	}
	return true, w.starts.load(b)
}

// tick looks for cancellation after much work.
func (w *windowOp) tick(r *Run, n int) error {
	if w.work += n; w.work < 1<<16 {
		return nil
	}
	w.work = 0
	return r.canceled()
}

// fill drops what was given and collects rows until a partition is complete.
func (w *windowOp) fill(r *Run) error {
	w.keepTail()
	for w.ready == 0 {
		ok, err := w.more(r)
		if err != nil {
			return err
		}
		if !ok {
			w.done = true
			return w.endPartition(r, w.rows.n)
		}
		base, at := w.rows.n, w.at
		w.take(w.batch.N)
		for k := at; k < w.batch.N; k++ {
			if row := base + k - at; w.starts.part[k] && row > w.from {
				if err := w.endPartition(r, row); err != nil {
					return err
				}
			}
		}
		if !w.acct.set(w.bytes()) && w.ready == 0 {
			if r.FS == nil {
				return errMemory("a window partition")
			}
			return w.enlarge(r)
		}
	}
	return nil
}

func (w *windowOp) bytes() int64 {
	n := w.rows.bytes() + w.spare.bytes() + int64(cap(w.peers))
	for _, v := range w.results {
		n += vectorBytes(v)
	}
	return n
}

// keepTail drops the complete partitions.
func (w *windowOp) keepTail() {
	if w.from > 0 {
		w.sel = w.sel[:0]
		for i := w.from; i < w.rows.n; i++ {
			w.sel = append(w.sel, int32(i))
		}
		w.spare.reset()
		w.spare.appendRows(w.rows.cols, w.sel, w.rows.n)
		w.rows, w.spare = w.spare, w.rows
		w.spare.reset()
		w.peers = append(w.peers[:0], w.peers[w.from:]...)
	}
	for _, v := range w.results {
		v.Reset(v.Type, 0)
	}
	w.from, w.ready, w.given = 0, 0, 0
}

// take copies the rows of the sorted batch up to one.
func (w *windowOp) take(to int) {
	w.sel = w.sel[:0]
	for i := w.at; i < to; i++ {
		w.sel = append(w.sel, int32(i))
	}
	w.rows.appendRows(w.batch.Cols, w.sel, w.batch.N)
	w.peers = append(w.peers, w.starts.peer[w.at:to]...)
	w.at = to
}

// endPartition computes the calls over the partition that ends before a row.
func (w *windowOp) endPartition(r *Run, to int) error {
	if to == w.from {
		return nil
	}
	for _, v := range w.results {
		extendVector(v, to)
	}
	w.part.collect(w.rows, w.peers, w.from, to)
	for i, c := range w.calls {
		if err := r.canceled(); err != nil {
			return err
		}
		if err := w.begin(r, c); err != nil {
			return err
		}
		if err := w.compute(r, c, windowRange{0, to - w.from, w.from, w.results[i]}); err != nil {
			return err
		}
	}
	w.from, w.ready = to, to
	return nil
}
