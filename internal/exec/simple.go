package exec

import (
	"math"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// valuesOp gives constant rows.
type valuesOp struct {
	rows [][]expr.Scalar
	out  *vector.Batch
	at   int
}

func (b *builder) values(n *plan.Values) (Operator, error) {
	v := &valuesOp{out: &vector.Batch{Cols: emptyVectors(len(n.Cols))}}
	for i, c := range n.Cols {
		v.out.Cols[i].Type = c.Type
	}
	c := b.compiler(scope{})
	for _, r := range n.Rows {
		row, err := c.Scalars(r)
		if err != nil {
			return nil, err
		}
		v.rows = append(v.rows, row)
	}
	return v, nil
}

func (v *valuesOp) Open(*Run) error { v.at = 0; return nil }
func (v *valuesOp) Close() error    { return nil }

func (v *valuesOp) Next(r *Run) (*vector.Batch, error) {
	n := min(vector.Size, len(v.rows)-v.at)
	if n <= 0 {
		return nil, nil
	}
	for _, c := range v.out.Cols {
		c.Reset(c.Type, n)
	}
	for i := 0; i < n; i++ {
		for c, e := range v.rows[v.at+i] {
			x, err := e(r.Context, nil)
			if err != nil {
				return nil, err
			}
			v.out.Cols[c].Set(i, x)
		}
	}
	v.at += n
	v.out.N = n
	return v.out, nil
}

// filterOp keeps the rows where all conditions hold.
type filterOp struct {
	in     Operator
	filter expr.Filter
	out    vector.Batch
	sel    []int32
}

func (b *builder) filter(n *plan.Filter) (Operator, error) {
	in, err := b.build(n.Input)
	if err != nil {
		return nil, err
	}
	f, err := b.compiler(scopeOf(n.Input.Columns())).FilterAll(n.Conds)
	return &filterOp{in: in, filter: f}, err
}

func (f *filterOp) Open(r *Run) error { return f.in.Open(r) }
func (f *filterOp) Close() error      { return f.in.Close() }

func (f *filterOp) hintRows(n int64) {
	if h, ok := f.in.(rowHinter); ok {
		h.hintRows(n)
	}
}

func (f *filterOp) Next(r *Run) (*vector.Batch, error) {
	for {
		b, err := f.in.Next(r)
		if err != nil || b == nil {
			return nil, err
		}
		if cap(f.sel) < b.N {
			f.sel = make([]int32, roomFor(b.N))
		}
		sel, err := f.filter.Apply(r.Context, b, f.sel[:b.N])
		if err != nil {
			return nil, err
		}
		if len(sel) > 0 {
			f.out = vector.Batch{Cols: b.Cols, N: b.N, Sel: sel}
			return &f.out, nil
		}
	}
}

// projectOp computes columns.
type projectOp struct {
	in    Operator
	items []expr.Vectorized
	out   vector.Batch
}

func (b *builder) project(n *plan.Project) (Operator, error) {
	in, err := b.build(n.Input)
	if err != nil {
		return nil, err
	}
	c := b.compiler(scopeOf(n.Input.Columns()))
	if len(n.Sets) > 0 {
		return b.setProject(n, in, c)
	}
	p := &projectOp{in: in}
	for i := range n.Items {
		v, err := c.Vectorized(n.Items[i].Expr)
		if err != nil {
			return nil, err
		}
		p.items = append(p.items, v)
	}
	p.out.Cols = make([]*vector.Vector, len(p.items))
	return p, nil
}

func (p *projectOp) Open(r *Run) error { return p.in.Open(r) }
func (p *projectOp) Close() error      { return p.in.Close() }

func (p *projectOp) hintRows(n int64) {
	if h, ok := p.in.(rowHinter); ok {
		h.hintRows(n)
	}
}

func (p *projectOp) Next(r *Run) (*vector.Batch, error) {
	b, err := p.in.Next(r)
	if err != nil || b == nil {
		return nil, err
	}
	for i, e := range p.items {
		if p.out.Cols[i], err = e.Eval(r.Context, b); err != nil {
			return nil, err
		}
	}
	p.out.N, p.out.Sel = b.N, b.Sel
	return &p.out, nil
}

// limitOp passes Count rows after Offset rows.
type limitOp struct {
	in            Operator
	count, offset expr.Scalar
	ties          []expr.Vectorized
	order         []func(a, b types.Value) int

	left, skip int64
	unlimited  bool
	last       []types.Value
	arena      arena
	tying      bool
	out        vector.Batch
	sel        []int32
}

func (b *builder) limit(n *plan.Limit) (Operator, error) {
	in, err := b.build(n.Input)
	if err != nil {
		return nil, err
	}
	l := &limitOp{in: in}
	c := b.compiler(scope{})
	if n.Count != nil {
		if l.count, err = c.Scalar(n.Count); err != nil {
			return nil, err
		}
	}
	if n.Offset != nil {
		if l.offset, err = c.Scalar(n.Offset); err != nil {
			return nil, err
		}
	}
	if n.WithTies {
		c := b.compiler(scopeOf(n.Input.Columns()))
		for _, k := range n.Keys {
			v, err := c.Vectorized(k.Expr)
			if err != nil {
				return nil, err
			}
			l.ties = append(l.ties, v)
			l.order = append(l.order, expr.Comparer(k.Expr.Type()))
		}
		l.last = make([]types.Value, len(l.ties))
	}
	return l, nil
}

// limitBounds evaluates a LIMIT and an OFFSET; count -1 is no limit.
func limitBounds(c *expr.Context, countExpr, offsetExpr expr.Scalar) (count, offset int64, err error) {
	count = -1
	if countExpr != nil {
		v, err := countExpr(c, nil)
		if err != nil {
			return 0, 0, err
		}
		if !v.IsNull() {
			if v.I < 0 {
				return 0, 0, sqlerr.New(sqlerr.InvalidRowCountInLimit, "LIMIT must not be negative")
			}
			count = v.I
		}
	}
	if offsetExpr != nil {
		v, err := offsetExpr(c, nil)
		if err != nil {
			return 0, 0, err
		}
		if !v.IsNull() {
			if v.I < 0 {
				return 0, 0, sqlerr.New(sqlerr.InvalidRowCountInOffset, "OFFSET must not be negative")
			}
			offset = v.I
		}
	}
	return count, offset, nil
}

func (l *limitOp) Open(r *Run) error {
	count, offset, err := limitBounds(r.Context, l.count, l.offset)
	if err != nil {
		return err
	}
	l.left, l.skip, l.unlimited, l.tying = count, offset, count < 0, false
	if h, ok := l.in.(rowHinter); ok {
		want := int64(math.MaxInt64)
		if !l.unlimited && l.ties == nil && count < math.MaxInt64-offset {
			want = count + offset
		}
		h.hintRows(want)
	}
	return l.in.Open(r)
}

// rowHinter is an operator that does only as much as its consumer wants.
type rowHinter interface{ hintRows(n int64) }

func (l *limitOp) Close() error { return l.in.Close() }

func (l *limitOp) Next(r *Run) (*vector.Batch, error) {
	for {
		if !l.unlimited && l.left == 0 && !l.tying {
			return nil, nil
		}
		b, err := l.in.Next(r)
		if err != nil || b == nil {
			return nil, err
		}
		n := int64(b.Len())
		if l.skip >= n {
			l.skip -= n
			continue
		}
		from := int(l.skip)
		l.skip = 0
		take := int(n) - from
		if !l.unlimited && !l.tying && int64(take) >= l.left {
			take = int(l.left)
			l.left = 0
			if l.ties != nil {
				if take, err = l.extendTies(r, b, from, take); err != nil {
					return nil, err
				}
			}
		} else if l.tying {
			if take, err = l.extendTies(r, b, from, 0); err != nil {
				return nil, err
			}
			if take == 0 {
				return nil, nil
			}
		} else if !l.unlimited {
			l.left -= int64(take)
		}
		return l.cut(b, from, take), nil
	}
}

// cut returns the live rows from..from+take-1 of the batch.
func (l *limitOp) cut(b *vector.Batch, from, take int) *vector.Batch {
	if from == 0 && take == b.Len() {
		return b
	}
	l.out = vector.Batch{Cols: b.Cols, N: b.N}
	if b.Sel != nil {
		l.out.Sel = b.Sel[from : from+take]
	} else if from == 0 {
		l.out.N = take
	} else {
		l.sel = l.sel[:0]
		for i := from; i < from+take; i++ {
			l.sel = append(l.sel, int32(i))
		}
		l.out.Sel = l.sel
	}
	return &l.out
}

// extendTies lengthens the cut by the rows that tie with the last one taken.
func (l *limitOp) extendTies(r *Run, b *vector.Batch, from, take int) (int, error) {
	cols := make([]*vector.Vector, len(l.ties))
	for i, e := range l.ties {
		v, err := e.Eval(r.Context, b)
		if err != nil {
			return 0, err
		}
		cols[i] = v
	}
	if take > 0 {
		for i, c := range cols {
			l.last[i] = c.Value(b.Row(from + take - 1))
			l.last[i].S = l.arena.copy(l.last[i].S)
		}
	} else if !l.tying {
		return 0, nil
	}
	for from+take < b.Len() {
		at := b.Row(from + take)
		for i, c := range cols {
			if !sameValue(l.order[i], c.Value(at), l.last[i]) {
				l.tying = false
				return take, nil
			}
		}
		take++
	}
	l.tying = true
	return take, nil
}

// sameValue compares two values, NULL being equal to NULL.
func sameValue(cmp func(a, b types.Value) int, a, b types.Value) bool {
	if a.IsNull() || b.IsNull() {
		return a.IsNull() == b.IsNull()
	}
	return cmp(a, b) == 0
}
