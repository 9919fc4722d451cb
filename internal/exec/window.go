package exec

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// windowOp computes window functions: it sorts its input by partition and
// order, collects whole partitions, and computes each call over them.
type windowOp struct {
	in       Operator
	nIn      int
	extra    []expr.Vectorized // partition, order and argument columns
	types    []*types.Type     // input columns, then extra ones
	sorter   *sorter
	part     []int // columns of the partition keys
	order    []int
	partCmp  []func(a, b types.Value) int
	orderCmp []func(a, b types.Value) int
	desc     bool // of the first order key
	nullsTop bool
	calls    []*windowCall

	rows    *store // whole partitions, then the start of the next
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
	out     vector.Batch
	run     *Run
	iota    []int32
	peers   []int // for each row of the partition the start of its peers
	peerEnd []int
}

// windowCall is one call with the places of its arguments.
type windowCall struct {
	node   *plan.WindowCall
	typ    *types.Type
	args   []int
	filter int // column of the FILTER condition, or -1
	frame  windowFrame
	sel    []int32
}

func (b *builder) window(n *plan.Window) (Operator, error) {
	in, err := b.build(n.Input)
	if err != nil {
		return nil, err
	}
	cols := n.Input.Columns()
	w := &windowOp{in: in, nIn: len(cols), types: columnTypes(cols), out: vector.Batch{}}
	c := b.compiler(scopeOf(cols))
	add := func(e expr.Expr) (int, error) {
		v, err := c.Vectorized(e)
		w.extra = append(w.extra, v)
		w.types = append(w.types, e.Type())
		return len(w.types) - 1, err
	}
	var keys []expr.SortKey
	for _, e := range n.Partition {
		at, err := add(e)
		if err != nil {
			return nil, err
		}
		w.part = append(w.part, at)
		w.partCmp = append(w.partCmp, expr.Comparer(e.Type()))
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
		w.orderCmp = append(w.orderCmp, expr.Comparer(k.Expr.Type()))
		keys = append(keys, k)
	}
	for i := range n.Calls {
		call, err := b.windowCall(&n.Calls[i], n, add)
		if err != nil {
			return nil, err
		}
		w.calls = append(w.calls, call)
		w.results = append(w.results, vector.New(call.typ, 0))
	}
	w.sorter = newSorter(columnSortKeys(keys, w.nIn), w.types)
	w.rows = newStore(w.types)
	w.cols = make([]*vector.Vector, len(w.types))
	w.out.Cols = emptyVectors(w.nIn + len(w.calls))
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
	return c, b.windowFrame(&c.frame, &n.Frame, w)
}

func (w *windowOp) Open(r *Run) error {
	w.run = r
	w.done, w.sorted = false, false
	w.from, w.ready, w.given, w.at, w.batch = 0, 0, 0, 0, nil
	w.clear()
	w.acct.open(r)
	w.sorter.open(r, 0)
	return w.in.Open(r)
}

func (w *windowOp) clear() {
	w.rows.reset()
	for _, v := range w.results {
		v.Reset(v.Type, 0)
	}
}

func (w *windowOp) Close() error {
	w.sorter.close()
	w.rows.reset()
	w.acct.close()
	return w.in.Close()
}

// sort brings the input, with its extra columns, into order.
func (w *windowOp) sort(r *Run) error {
	for {
		b, err := w.in.Next(r)
		if err != nil {
			return err
		}
		if b == nil {
			return w.sorter.finish(r)
		}
		copy(w.cols, b.Cols)
		for i, e := range w.extra {
			if w.cols[w.nIn+i], err = e.Eval(r.Context, b); err != nil {
				return err
			}
		}
		if err := w.sorter.add(r, &vector.Batch{Cols: w.cols, N: b.N, Sel: b.Sel}); err != nil {
			return err
		}
	}
}

func (w *windowOp) Next(r *Run) (*vector.Batch, error) {
	if !w.sorted {
		if err := w.sort(r); err != nil {
			return nil, err
		}
		w.sorted = true
	}
	for w.given >= w.ready {
		if w.done {
			return nil, nil
		}
		if err := w.fill(r); err != nil {
			return nil, err
		}
	}
	n := min(vector.Size, w.ready-w.given)
	all := append(append(make([]*vector.Vector, 0, len(w.out.Cols)), w.rows.cols[:w.nIn]...), w.results...)
	window(&w.out, all, w.given, n)
	w.given += n
	return &w.out, nil
}

// fill drops what was given and collects partitions until a batch is ready.
func (w *windowOp) fill(r *Run) error {
	w.clear()
	w.from, w.ready, w.given = 0, 0, 0
	for w.ready < vector.Size {
		if w.batch == nil {
			b, err := w.sorter.next(r)
			if err != nil {
				return err
			}
			if b == nil {
				w.done = true
				return w.endPartition(r)
			}
			w.batch, w.at = b, 0
		}
		// Rows up to the next partition's first go together.
		if w.rows.n == w.from {
			w.take(w.at + 1)
		}
		to := w.at
		for to < w.batch.N && w.samePartition(to) {
			to++
		}
		if to > w.at {
			w.take(to)
		}
		if w.at < w.batch.N {
			if err := w.endPartition(r); err != nil {
				return err
			}
		}
		if w.at >= w.batch.N {
			w.batch = nil
		}
		if !w.acct.set(w.rows.bytes()) && w.acct.held > r.Memory.limit()/2 {
			return errMemory("a window partition")
		}
	}
	return nil
}

// take copies rows of the sorted batch.
func (w *windowOp) take(to int) {
	w.iota = w.positions(w.at, to, w.iota)
	w.rows.appendRows(w.batch.Cols, w.iota, w.batch.N)
	w.at = to
}

func (w *windowOp) positions(from, to int, buf []int32) []int32 {
	buf = buf[:0]
	for i := from; i < to; i++ {
		buf = append(buf, int32(i))
	}
	return buf
}

// samePartition reports whether row i of the batch belongs to the partition
// at hand, which is not empty.
func (w *windowOp) samePartition(i int) bool {
	for k, c := range w.part {
		if !sameValue(w.partCmp[k], w.rows.cols[c].Value(w.rows.n-1), w.batch.Cols[c].Value(i)) {
			return false
		}
	}
	return true
}

// endPartition computes the calls over the partition at hand.
func (w *windowOp) endPartition(r *Run) error {
	if w.rows.n == w.from {
		return nil
	}
	n := w.rows.n
	for _, v := range w.results {
		extendVector(v, n)
	}
	w.findPeers()
	for i, c := range w.calls {
		if err := r.canceled(); err != nil {
			return err
		}
		if err := w.compute(r, c, w.results[i]); err != nil {
			return err
		}
	}
	w.from, w.ready = n, n
	return nil
}

// findPeers notes for every row of the partition where its peers start and
// end, counted from the partition's start.
func (w *windowOp) findPeers() {
	n := w.rows.n - w.from
	w.peers, w.peerEnd = extend(w.peers[:0], n), extend(w.peerEnd[:0], n)
	start := 0
	for i := 0; i < n; i++ {
		if i > 0 && !w.samePeers(i-1, i) {
			for k := start; k < i; k++ {
				w.peerEnd[k] = i
			}
			start = i
		}
		w.peers[i] = start
	}
	for k := start; k < n; k++ {
		w.peerEnd[k] = n
	}
}

func (w *windowOp) samePeers(i, j int) bool {
	for k, c := range w.order {
		v := w.rows.cols[c]
		if !sameValue(w.orderCmp[k], v.Value(w.from+i), v.Value(w.from+j)) {
			return false
		}
	}
	return true
}

// value reads a column of row i of the partition.
func (w *windowOp) value(col, i int) types.Value { return w.rows.cols[col].Value(w.from + i) }
