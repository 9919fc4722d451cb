package exec

import (
	"sync"
	"sync/atomic"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/vector"
)

// parallelRows is the size from which a relation is worth several goroutines.
const parallelRows = 100_000

// morselRows is about how many rows a goroutine takes at a time.
const morselRows = 32 << 10

// maxWorkers bounds the instances that one aggregate compiles.
const maxWorkers = 8

// parallelAggregateOp aggregates a large relation by several goroutines. Each
// has its own pipeline and groups, and takes key ranges until none is left;
// the groups are merged in the end. Small relations and runs of one worker
// go through the first pipeline alone.
type parallelAggregateOp struct {
	*aggregateOp
	node    *plan.Aggregate
	scan    *plan.Scan
	joins   []*hashJoinOp // of the first pipeline, the last first
	workers []*aggregateWorker
	wide    bool // this run is parallel
}

// aggregateWorker is the pipeline of one goroutine.
type aggregateWorker struct {
	agg   *aggregateOp
	scan  *scanOp
	joins []*hashJoinOp
	slot  *runSlot
	run   Run
}

// parallelScan finds the scan under filters and projections of an aggregate
// that several goroutines may compute; nil is none.
func parallelScan(n *plan.Aggregate) *plan.Scan {
	if n.Sets != nil {
		return nil
	}
	ok := true
	check := func(e expr.Expr) {
		if e == nil {
			return
		}
		ok = ok && expr.VolatilityOf(e) != expr.Volatile && !expr.SerialOf(e)
		expr.Walk(e, func(x expr.Expr) bool {
			if _, sub := x.(*expr.Subquery); sub {
				ok = false
			}
			return ok
		})
	}
	for i := range n.Groups {
		check(n.Groups[i].Expr)
	}
	for i := range n.Aggs {
		a := n.Aggs[i].Agg
		if a.Distinct || len(a.OrderBy) > 0 || !orderFree[a.Fn.Name] || a.Fn.Serial {
			return nil
		}
		check(a.Filter)
		for _, e := range a.Args {
			check(e)
		}
	}
	in := n.Input
	for ok {
		switch x := in.(type) {
		case *plan.Filter:
			for _, e := range x.Conds {
				check(e)
			}
			in = x.Input
		case *plan.Project:
			if len(x.Sets) > 0 {
				return nil
			}
			for i := range x.Items {
				check(x.Items[i].Expr)
			}
			in = x.Input
		case *plan.Join:
			if x.Lateral || rightOuter(x.Kind) {
				return nil
			}
			for _, list := range [][]expr.Expr{x.On, x.Residual} {
				for _, e := range list {
					check(e)
				}
			}
			in = x.Left
		case *plan.Scan:
			for _, e := range x.Filter {
				check(e)
			}
			if !ok || x.Rel.Kind == catalog.Virtual || x.Lock != nil || x.Sample != nil || !x.Rel.RowIDKey ||
				x.Access != nil && (x.Access.Index != nil || len(x.Access.Ranges) > 0 || x.Access.Reverse) {
				return nil
			}
			return x
		default:
			return nil
		}
	}
	return nil
}

// parallelAggregate wraps an aggregate that may run in parallel.
func (b *builder) parallelAggregate(n *plan.Aggregate, a *aggregateOp) Operator {
	if b.analyze || b.inWorker {
		return a
	}
	scan := parallelScan(n)
	if scan == nil {
		return a
	}
	_, joins, ok := spine(a.in)
	if !ok {
		return a
	}
	return &parallelAggregateOp{aggregateOp: a, node: n, scan: scan, joins: joins}
}

func (p *parallelAggregateOp) Open(r *Run) error {
	p.wide = r.Workers > 1 && r.Tx != nil && r.Tx.Rows(table.Of(p.scan.Rel).Tree()) >= parallelRows
	if !p.wide {
		return p.aggregateOp.Open(r)
	}
	p.done, p.emitting, p.give = false, 0, p.sets
	p.sets[0].open(r)
	return nil
}

func (p *parallelAggregateOp) Next(r *Run) (*vector.Batch, error) {
	if p.wide && !p.done {
		ok, err := p.buildJoins(r)
		if err == nil && !ok { // a join that spills goes on alone
			p.wide = false
			return p.aggregateOp.Next(r)
		}
		if err == nil {
			err = p.runWorkers(r)
		}
		if sqlerr.Code(err) == sqlerr.OutOfMemory && r.canceled() == nil {
			// Alone it may spill.
			p.wide = false
			if err := p.aggregateOp.Open(r); err != nil {
				return nil, err
			}
			return p.aggregateOp.Next(r)
		}
		if err != nil {
			return nil, err
		}
		p.done = true
	}
	return p.aggregateOp.Next(r)
}

// prepare compiles pipelines for n goroutines.
func (p *parallelAggregateOp) prepare(n int) error {
	for len(p.workers) < n {
		b := &builder{slot: &runSlot{}, inWorker: true}
		op, err := b.aggregate(p.node)
		if err != nil {
			return err
		}
		w := &aggregateWorker{agg: op.(*aggregateOp), slot: b.slot}
		w.scan, w.joins, _ = spine(w.agg.in)
		p.workers = append(p.workers, w)
	}
	return nil
}

// runWorkers aggregates the relation and merges the groups.
func (p *parallelAggregateOp) runWorkers(r *Run) error {
	n := min(r.Workers, maxWorkers)
	if err := p.prepare(n); err != nil {
		return err
	}
	ranges, err := morsels(r, p.scan.Rel)
	if err != nil {
		return err
	}
	many, err := p.workAll(r, ranges, n, false)
	if err == nil && many {
		_, err = p.workAll(r, ranges, n, true)
	}
	if err != nil {
		return err
	}
	if many {
		p.give = nil
	}
	for _, w := range p.workers[:n] {
		r.Memory.Peak = max(r.Memory.Peak, r.Memory.used+w.run.Memory.Peak)
		if many {
			p.give = append(p.give, w.agg.sets[0])
			continue
		}
		if err := p.sets[0].merge(r, w.agg.sets[0]); err != nil {
			return err
		}
		w.agg.sets[0].close()
	}
	return nil
}

// workAll lets n goroutines aggregate the ranges. Each takes ranges until none
// is left, or with shared reads all of them for its share of the keys. The
// former ends early, with many, where merging the groups would be too much.
func (p *parallelAggregateOp) workAll(r *Run, ranges []storage.Range, n int, shared bool) (many bool, err error) {
	var next atomic.Int64
	var tooMany atomic.Bool
	var wait sync.WaitGroup
	errs := make([]error, n)
	for i, w := range p.workers[:n] {
		w.begin(r, n)
		for i, j := range w.joins {
			j.shared = p.joins[i].table
		}
		w.agg.share, w.agg.shares = uint64(i), 0
		from := &next
		if shared {
			w.agg.shares = uint64(n)
			from = new(atomic.Int64)
		}
		wait.Add(1)
		go func() {
			defer wait.Done()
			if errs[i] = w.work(ranges, from, &tooMany); errs[i] != nil {
				next.Store(int64(len(ranges))) // the others stop after their range
			}
		}()
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return false, err
		}
	}
	return tooMany.Load(), nil
}

// manyGroups reports so many groups among the first rows that goroutines do
// better with a share of the keys each.
func (w *aggregateWorker) manyGroups() bool {
	g := w.agg.sets[0].rows.n
	return w.agg.shares == 0 && g >= 4096 && g > w.agg.rows/8
}

// begin gives the worker a run of its own over the same snapshot.
func (w *aggregateWorker) begin(r *Run, n int) {
	c := *r.Context
	w.run = Run{Context: &c, Tx: r.Tx, Catalog: r.Catalog, Memory: &Memory{Limit: r.Memory.limit() / int64(n)}}
	w.slot.begin(&w.run)
	w.agg.rows = 0
	w.agg.sets[0].open(&w.run)
}

// work aggregates ranges until none is left.
func (w *aggregateWorker) work(ranges []storage.Range, next *atomic.Int64, tooMany *atomic.Bool) (err error) {
	defer func() {
		if x := recover(); x != nil {
			err = sqlerr.New(sqlerr.InternalError, "a parallel scan failed: %v", x)
		}
	}()
	r := &w.run
	for {
		i := next.Add(1) - 1
		if i >= int64(len(ranges)) {
			return w.agg.sets[0].finish(r)
		}
		w.scan.access.Ranges = ranges[i : i+1]
		if err := w.agg.in.Open(r); err != nil {
			return err
		}
		if err := w.agg.drain(r); err != nil {
			return err
		}
		if err := w.agg.in.Close(); err != nil {
			return err
		}
		if len(ranges) > 2 && w.manyGroups() {
			tooMany.Store(true)
		}
		if w.agg.shares == 0 && tooMany.Load() {
			return nil
		}
	}
}

// morsels cuts the keys of a relation into ranges of about equal span. The
// first and the last are open, since rows of the snapshot may lie outside of
// the newest bounds.
func morsels(r *Run, rel *catalog.Relation) ([]storage.Range, error) {
	t := table.Of(rel)
	first, err := t.Scan(r.Tx, table.Access{}, []int{plan.RowIDOrdinal})
	if err != nil {
		return nil, err
	}
	defer first.Close()
	b := vector.Batch{Cols: emptyVectors(1)}
	if err := first.Next(&b); err != nil {
		return nil, err
	}
	last, ok, err := r.Tx.LastKey(t.Tree())
	if err != nil || !ok || b.N == 0 {
		return []storage.Range{{}}, err
	}
	low, high := b.Cols[0].I[0], codec.Uint64Key(last)
	n := r.Tx.Rows(t.Tree())/morselRows + 1
	span := uint64(high) - uint64(low)
	if high <= low || n < 2 || span < uint64(n) {
		return []storage.Range{{}}, nil
	}
	var out []storage.Range
	var from []byte
	for i := int64(1); i < n; i++ {
		key := codec.AppendUint64Key(nil, low+int64(span/uint64(n)*uint64(i)))
		out = append(out, storage.Range{Lo: from, Hi: key})
		from = key
	}
	return append(out, storage.Range{Lo: from}), nil
}

// merge adds the groups of another grouper.
func (g *grouper) merge(r *Run, from *grouper) error {
	mapping := []int32{0}
	if !g.single() {
		mapping = make([]int32, from.rows.n)
		b := vector.Batch{Cols: emptyVectors(len(g.cols))}
		for at := 0; at < from.rows.n; at += vector.Size {
			n := min(vector.Size, from.rows.n-at)
			window(&b, from.rows.cols, at, n)
			if err := g.keys.load(b.Cols, nil, n); err != nil {
				return err
			}
			g.table.insert(g.keys, nil, n, mapping[at:at+n])
			g.rows.appendRows(b.Cols, g.table.fresh, n)
			for _, a := range g.accs {
				a.Resize(g.table.len())
			}
		}
	}
	for i, a := range g.accs {
		if err := a.Merge(from.accs[i], mapping); err != nil {
			return err
		}
	}
	return g.account(r)
}

func (p *parallelAggregateOp) Close() error {
	for _, w := range p.workers {
		w.agg.sets[0].close()
		w.scan.Close() // gives up a scan; it has no error
		for _, j := range w.joins {
			j.shared, j.table = nil, nil
		}
		w.run = Run{}
	}
	return p.aggregateOp.Close()
}
