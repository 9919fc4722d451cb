package exec

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// aggregateOp groups its input by hashing. Each grouping set has a grouper; a
// plain GROUP BY is one set with all keys, no GROUP BY one with none.
type aggregateOp struct {
	in   Operator
	spec *aggSpec
	sets []*grouper
	done bool

	give     []*grouper // whose groups are given: sets, or those of goroutines
	emitting int
	out      *vector.Batch

	// A goroutine of several may aggregate a share of the keys alone.
	share, shares uint64
	mine          []int32
	part          vector.Batch
	rows          int // read
}

// aggSpec is what the groupers of one node share.
type aggSpec struct {
	input    []*types.Type
	groups   []expr.Vectorized
	keyTypes []*types.Type
	args     []expr.Vectorized // distinct argument expressions of unfiltered calls
	calls    []aggCall
	sets     [][]int
	grouping []plan.GroupingItem
	columns  []*types.Type

	keyCols []*vector.Vector // of the batch at hand
	argCols []*vector.Vector
	nulls   []*vector.Vector // constants for keys that are not in a set
}

// aggCall is one aggregate call.
type aggCall struct {
	agg      *expr.Aggregate
	argTypes []*types.Type
	shared   []int             // places in aggSpec.args, where unfiltered and unordered
	args     []expr.Vectorized // where filtered or ordered
	filter   *expr.Filter
	keys     *sortKeys // of ORDER BY, over [group, args…, keys…]
	order    []expr.Vectorized
	ordCols  []*vector.Vector // of order, for the batch at hand
	sorted   bool
	distinct bool
	cols     []*vector.Vector // arguments of the batch at hand
	sel      []int32
	buf      []int32
}

// room returns memory for the selection of a FILTER.
func (c *aggCall) room(n int) []int32 {
	if cap(c.buf) < n {
		c.buf = make([]int32, roomFor(n))
	}
	return c.buf[:n]
}

// orderFree are aggregates for which the order of DISTINCT values is no matter.
var orderFree = map[string]bool{
	"count": true, "sum": true, "avg": true, "min": true, "max": true, "total": true,
	"bool_and": true, "bool_or": true, "every": true, "bit_and": true, "bit_or": true, "bit_xor": true,
	"stddev": true, "variance": true, "stddev_pop": true, "stddev_samp": true, "var_pop": true, "var_samp": true,
}

func (b *builder) aggregate(n *plan.Aggregate) (Operator, error) {
	in, err := b.build(n.Input)
	if err != nil {
		return nil, err
	}
	spec, err := b.aggSpec(n)
	if err != nil {
		return nil, err
	}
	a := &aggregateOp{in: in, spec: spec, out: &vector.Batch{Cols: emptyVectors(len(spec.columns))}}
	for i := range spec.sets {
		g, err := newGrouper(spec, spec.sets[i], 0)
		if err != nil {
			return nil, err
		}
		a.sets = append(a.sets, g)
	}
	return b.parallelAggregate(n, a), nil
}

func (b *builder) aggSpec(n *plan.Aggregate) (*aggSpec, error) {
	cols := n.Input.Columns()
	c := b.compiler(scopeOf(cols))
	s := &aggSpec{input: columnTypes(cols), grouping: n.Grouping, columns: columnTypes(n.Columns())}
	for i := range n.Groups {
		v, err := c.Vectorized(n.Groups[i].Expr)
		if err != nil {
			return nil, err
		}
		s.groups = append(s.groups, v)
		t := n.Groups[i].Col.Type
		s.keyTypes = append(s.keyTypes, t)
		null := vector.New(t, 1)
		null.Const = true
		null.SetNull(0)
		s.nulls = append(s.nulls, null)
	}
	var exprs []expr.Expr
	for i := range n.Aggs {
		call, err := b.aggCall(n.Aggs[i].Agg, scopeOf(cols), c)
		if err != nil {
			return nil, err
		}
		if call.args == nil {
			for _, e := range n.Aggs[i].Agg.Args {
				call.shared = append(call.shared, place(&exprs, e))
			}
		}
		s.calls = append(s.calls, *call)
	}
	var err error
	if s.args, err = vectorizedList(c, exprs); err != nil {
		return nil, err
	}
	s.keyCols, s.argCols = make([]*vector.Vector, len(s.groups)), make([]*vector.Vector, len(s.args))
	s.sets = n.Sets
	if s.sets == nil {
		all := make([]int, len(n.Groups))
		for i := range all {
			all[i] = i
		}
		s.sets = [][]int{all}
	}
	return s, nil
}

// place finds an expression in a list of distinct ones, or adds it.
func place(list *[]expr.Expr, e expr.Expr) int {
	for i, x := range *list {
		if expr.Equal(x, e) {
			return i
		}
	}
	*list = append(*list, e)
	return len(*list) - 1
}

func (b *builder) aggCall(a *expr.Aggregate, s scope, c *expr.Compiler) (*aggCall, error) {
	call := &aggCall{agg: a, distinct: a.Distinct}
	for _, e := range a.Args {
		call.argTypes = append(call.argTypes, e.Type())
	}
	call.cols = make([]*vector.Vector, len(a.Args))
	order := a.OrderBy
	if a.Distinct && (!orderFree[a.Fn.Name] || a.Fn.Serial) {
		order = distinctOrder(a)
	}
	if len(order) == 0 && a.Filter == nil {
		return call, nil
	}
	var err error
	if call.args, err = vectorizedList(c, a.Args); err != nil {
		return nil, err
	}
	if call.args == nil {
		call.args = []expr.Vectorized{}
	}
	if a.Filter != nil {
		f, err := c.Filter(a.Filter)
		if err != nil {
			return nil, err
		}
		call.filter = &f
	}
	if len(order) > 0 {
		call.sorted = true
		for _, k := range order {
			v, err := c.Vectorized(k.Expr)
			if err != nil {
				return nil, err
			}
			call.order = append(call.order, v)
			call.ordCols = append(call.ordCols, nil)
		}
		call.keys = columnSortKeys(order, 1+len(a.Args))
	}
	return call, nil
}

// distinctOrder is the order in which an aggregate gets its DISTINCT values:
// as ORDER BY says, then by the arguments.
func distinctOrder(a *expr.Aggregate) []expr.SortKey {
	order := append([]expr.SortKey(nil), a.OrderBy...)
	for _, e := range a.Args {
		given := false
		for _, k := range a.OrderBy {
			given = given || expr.Equal(k.Expr, e)
		}
		if _, constant := e.(*expr.Const); !given && !constant {
			order = append(order, expr.SortKey{Expr: e})
		}
	}
	return order
}

// columnRef is the program that gives a column of the batch.
type columnRef int

// Eval returns the column.
func (c columnRef) Eval(_ *expr.Context, b *vector.Batch) (*vector.Vector, error) {
	return b.Cols[c], nil
}

// columnSortKeys are sort keys that stand in the batch from a column on.
func columnSortKeys(keys []expr.SortKey, from int) *sortKeys {
	k := &sortKeys{cols: make([]*vector.Vector, len(keys)), flats: make([]expr.Rows, len(keys))}
	for i, key := range keys {
		k.exprs = append(k.exprs, columnRef(from+i))
		k.parts = append(k.parts, partOf(key))
	}
	k.prepare()
	return k
}

// eval computes keys and arguments of a batch.
func (s *aggSpec) eval(r *Run, b *vector.Batch) (err error) {
	for i, e := range s.groups {
		if s.keyCols[i], err = e.Eval(r.Context, b); err != nil {
			return err
		}
	}
	for i, e := range s.args {
		if s.argCols[i], err = e.Eval(r.Context, b); err != nil {
			return err
		}
	}
	for i := range s.calls {
		c := &s.calls[i]
		c.sel = b.Sel
		if c.args == nil {
			for k, at := range c.shared {
				c.cols[k] = s.argCols[at]
			}
			continue
		}
		sub := *b
		if c.filter != nil {
			if c.sel, err = c.filter.Apply(r.Context, b, c.room(b.N)); err != nil {
				return err
			}
			sub.Sel = c.sel
		}
		for k, e := range c.args {
			if c.cols[k], err = e.Eval(r.Context, &sub); err != nil {
				return err
			}
		}
		for k, e := range c.order {
			if c.ordCols[k], err = e.Eval(r.Context, &sub); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *aggregateOp) Open(r *Run) error {
	a.done, a.emitting, a.give = false, 0, a.sets
	for _, g := range a.sets {
		g.open(r)
	}
	return a.in.Open(r)
}

func (a *aggregateOp) Next(r *Run) (*vector.Batch, error) {
	if !a.done {
		if err := a.consume(r); err != nil {
			return nil, err
		}
		a.done = true
	}
	for a.emitting < len(a.give) {
		ok, err := a.give[a.emitting].emit(r, a.out)
		if err != nil {
			return nil, err
		}
		if ok {
			return a.out, nil
		}
		a.emitting++
	}
	return nil, nil
}

func (a *aggregateOp) consume(r *Run) error {
	if err := a.drain(r); err != nil {
		return err
	}
	for _, g := range a.sets {
		if err := g.finish(r); err != nil {
			return err
		}
	}
	return nil
}

// drain adds what the input gives to the groups.
func (a *aggregateOp) drain(r *Run) error {
	for {
		b, err := a.in.Next(r)
		if err != nil || b == nil {
			return err
		}
		a.rows += b.Len()
		if a.shares > 1 {
			if b, err = a.ofShare(r, b); err != nil {
				return err
			}
		}
		if b.Len() == 0 {
			continue
		}
		if err := a.spec.eval(r, b); err != nil {
			return err
		}
		for _, g := range a.sets {
			if err := g.consume(r, b); err != nil {
				return err
			}
		}
	}
}

// ofShare keeps the rows whose keys belong to the share.
func (a *aggregateOp) ofShare(r *Run, b *vector.Batch) (_ *vector.Batch, err error) {
	g, s := a.sets[0], a.spec
	for i, e := range s.groups {
		if s.keyCols[i], err = e.Eval(r.Context, b); err != nil {
			return nil, err
		}
	}
	if err := g.keys.load(s.keyCols, b.Sel, b.N); err != nil {
		return nil, err
	}
	hash := g.keys.hash
	a.mine = a.mine[:0]
	if b.Sel == nil {
		for i, h := range hash[:b.N] {
			if h>>56*a.shares>>8 == a.share {
				a.mine = append(a.mine, int32(i))
			}
		}
	} else {
		for _, i := range b.Sel {
			if hash[i]>>56*a.shares>>8 == a.share {
				a.mine = append(a.mine, i)
			}
		}
	}
	a.part = vector.Batch{Cols: b.Cols, N: b.N, Sel: a.mine}
	return &a.part, nil
}

func (a *aggregateOp) Close() error {
	for _, g := range a.sets {
		g.close()
	}
	return a.in.Close()
}
