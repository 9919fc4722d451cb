package exec

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// lockNode locks the rows that come out of Input, just below a LIMIT, so that
// FOR UPDATE … LIMIT locks no more rows than it returns. The columns of the
// rows' keys travel up to it under ids of their own.
type lockNode struct {
	input   plan.Node
	targets []lockTarget
}

// lockTarget is one relation whose rows are locked.
type lockTarget struct {
	scan *plan.Scan
	key  []expr.ColumnID
}

func (n *lockNode) Columns() []plan.Column { return n.input.Columns() }
func (n *lockNode) Inputs() []plan.Node    { return []plan.Node{n.input} }

// firstLockID is where the ids of key columns start, above those of binders.
const firstLockID expr.ColumnID = 1 << 30

// hoister moves locking from scans up to the top of a query.
type hoister struct {
	next    expr.ColumnID
	targets []lockTarget
}

// hoistLocks rewrites a query with FOR UPDATE or FOR SHARE; other plans come
// back as they are.
func hoistLocks(n plan.Node) plan.Node {
	modifies, locks := inspect(n)
	if modifies || !locks {
		return n
	}
	return hoistBelow(n)
}

// hoistBelow looks for the LIMIT at the top of the plan and puts the lock
// under it, or else on top.
func hoistBelow(n plan.Node) plan.Node {
	switch x := n.(type) {
	case *plan.Limit:
		c := *x
		c.Input = lockOver(x.Input)
		return &c
	case *plan.Project:
		if len(x.Sets) == 0 && hasLimit(x.Input) {
			c := *x
			c.Input = hoistBelow(x.Input)
			return &c
		}
	case *plan.With:
		c := *x
		c.Body = hoistBelow(x.Body)
		return &c
	}
	return lockOver(n)
}

func hasLimit(n plan.Node) bool {
	switch x := n.(type) {
	case *plan.Limit:
		return true
	case *plan.Project:
		return hasLimit(x.Input)
	}
	return false
}

func lockOver(n plan.Node) plan.Node {
	h := &hoister{next: firstLockID}
	in := h.lift(n)
	if len(h.targets) == 0 {
		return n
	}
	cols := n.Columns()
	p := &plan.Project{Input: &lockNode{input: in, targets: h.targets}}
	for _, c := range cols {
		p.Items = append(p.Items, plan.Item{Col: c, Expr: &expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name}})
	}
	return p
}

// lift returns the plan with the key columns of its locking scans added.
func (h *hoister) lift(n plan.Node) plan.Node {
	switch x := n.(type) {
	case *plan.Scan:
		if x.Lock == nil {
			return n
		}
		return h.liftScan(x)
	case *plan.Filter:
		c := *x
		c.Input = h.lift(x.Input)
		return &c
	case *plan.Sort:
		c := *x
		at := len(h.targets)
		c.Input = h.lift(x.Input)
		if len(h.targets) > at {
			c.Limit = nil // rows may be skipped, so N rows may not do
		}
		return &c
	case *plan.Project:
		if len(x.Sets) > 0 {
			return n
		}
		c := *x
		at := len(h.targets)
		c.Input = h.lift(x.Input)
		c.Items = append([]plan.Item(nil), x.Items...)
		h.pass(&c, at)
		return &c
	case *plan.Join:
		c := *x
		at := len(h.targets)
		c.Left = h.lift(x.Left)
		switch x.Kind {
		case plan.InnerJoin, plan.LeftJoin, plan.RightJoin, plan.FullJoin:
			c.Right = h.lift(x.Right)
		}
		if len(h.targets) > at {
			c.Out = nil // the keys pass
		}
		return &c
	}
	return n
}

// pass adds the key columns of the targets from at on to a projection.
func (h *hoister) pass(p *plan.Project, at int) {
	in := p.Input.Columns()
	for _, t := range h.targets[at:] {
		for _, id := range t.key {
			for _, c := range in {
				if c.ID == id {
					p.Items = append(p.Items, plan.Item{Col: c, Expr: &expr.Column{ID: id, Typ: c.Type}})
				}
			}
		}
	}
}

func (h *hoister) liftScan(x *plan.Scan) plan.Node {
	c := *x
	t := lockTarget{scan: x}
	c.Lock = nil
	var places []int
	c.Ordinals, places = withKey(x.Rel, x.Ordinals)
	c.Cols = append([]plan.Column(nil), x.Cols...)
	for _, at := range places {
		typ := types.Int8
		if o := c.Ordinals[at]; o >= 0 {
			typ = x.Rel.Columns[o].Type
		}
		c.Cols = append(c.Cols, plan.Column{ID: h.next, Name: "key", Type: typ})
		t.key = append(t.key, h.next)
		h.next++
	}
	h.targets = append(h.targets, t)
	return &c
}

// lockOp locks the rows of its input, as many as its consumer wants.
type lockOp struct {
	in      Operator
	targets []lockSlots
	want    int64
	hinted  bool
	given   int64
	batch   *vector.Batch
	at      int
	vals    []types.Value
	key     []byte
	out     vector.Batch
	sel     []int32
}

type lockSlots struct {
	tab   *table.Table
	lock  *plan.Locking
	slots []int
}

func (b *builder) lockRows(n *lockNode) (Operator, error) {
	in, err := b.build(n.input)
	if err != nil {
		return nil, err
	}
	s := scopeOf(n.input.Columns())
	l := &lockOp{in: in}
	for _, t := range n.targets {
		x := lockSlots{tab: table.Of(t.scan.Rel), lock: t.scan.Lock}
		for _, id := range t.key {
			x.slots = append(x.slots, s.slot(id))
		}
		l.targets = append(l.targets, x)
	}
	return l, nil
}

func (l *lockOp) hintRows(n int64) { l.want, l.hinted = n, true }

func (l *lockOp) Open(r *Run) error {
	l.batch, l.given = nil, 0
	return l.in.Open(r)
}

func (l *lockOp) Close() error { return l.in.Close() }

func (l *lockOp) Next(r *Run) (*vector.Batch, error) {
	for !l.hinted || l.given < l.want {
		if l.batch == nil {
			b, err := l.in.Next(r)
			if err != nil || b == nil {
				return nil, err
			}
			l.batch, l.at = b, 0
		}
		l.sel = l.sel[:0]
		for l.at < l.batch.Len() && (!l.hinted || l.given < l.want) {
			i := l.batch.Row(l.at)
			l.at++
			kept, err := l.lockRow(r, i)
			if err != nil {
				return nil, err
			}
			if kept {
				l.sel = append(l.sel, int32(i))
				l.given++
			}
		}
		b := l.batch
		if l.at >= b.Len() {
			l.batch = nil
		}
		if len(l.sel) > 0 {
			l.out = vector.Batch{Cols: b.Cols, N: b.N, Sel: l.sel}
			return &l.out, nil
		}
	}
	return nil, nil
}

func (l *lockOp) lockRow(r *Run, i int) (bool, error) {
	for _, t := range l.targets {
		l.vals = l.vals[:0]
		null := false
		for _, s := range t.slots {
			v := l.batch.Cols[s].Value(i)
			null = null || v.IsNull()
			l.vals = append(l.vals, v)
		}
		if null { // the empty side of an outer join
			continue
		}
		kept, err := lockByKey(r, t.tab, t.lock, l.vals, &l.key)
		if err != nil || !kept {
			return false, err
		}
	}
	return true, nil
}
