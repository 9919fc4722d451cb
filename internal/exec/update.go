package exec

import (
	"slices"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// changeOp is UPDATE and DELETE: it changes the rows that its input names.
type changeOp struct {
	in        Operator
	target    *target
	old       []int // slots of the old row's columns in the input
	rowid     int   // slot of the row id, or -1
	set       []assignProgram
	assigned  []int // ordinals that set sets
	delete    bool
	track     bool // the input may name a row twice
	input     []types.Value
	oldRow    []types.Value
	full      []types.Value // new row, then the input's columns
	returning *returning
	done      bool
}

func (b *builder) changeOp(t *plan.Target, input plan.Node) (*changeOp, error) {
	in, err := b.build(input)
	if err != nil {
		return nil, err
	}
	x := &changeOp{in: in, rowid: -1, track: b.multi || repeats(input)}
	if x.target, err = b.target(t); err != nil {
		return nil, err
	}
	s := scopeOf(input.Columns())
	for i, id := range t.Old {
		slot := s.slot(id)
		if slot < 0 {
			return nil, sqlerr.New(sqlerr.InternalError, "column %q of the changed row is not in the input", t.Rel.Columns[i].Name)
		}
		x.old = append(x.old, slot)
	}
	if x.target.hiddenKey {
		if x.rowid = s.slot(t.RowID); x.rowid < 0 {
			return nil, sqlerr.New(sqlerr.InternalError, "the row id of %q is not in the input", t.Rel.Name)
		}
	}
	n := len(t.Rel.Columns)
	x.input = make([]types.Value, len(input.Columns()))
	x.oldRow = make([]types.Value, n)
	x.full = make([]types.Value, n+len(x.input))
	return x, nil
}

// repeats reports whether a plan may give a row of the target more than once.
func repeats(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Scan:
		return false
	case *plan.Filter:
		return repeats(n.Input)
	case *plan.Project:
		return len(n.Sets) > 0 || repeats(n.Input)
	case *plan.Sort:
		return repeats(n.Input)
	case *plan.Limit:
		return repeats(n.Input)
	case *plan.Join:
		return !leftOnly(n.Kind) || repeats(n.Left)
	}
	return true
}

func (b *builder) update(n *plan.Update) (Operator, error) {
	x, err := b.changeOp(&n.Target, n.Input)
	if err != nil {
		return nil, err
	}
	s := scopeOf(n.Input.Columns())
	if x.set, err = assignPrograms(b.compiler(s), n.Set); err != nil {
		return nil, err
	}
	x.assigned = ordinalsOf(x.set)
	ret := scope{}
	for i, c := range n.Input.Columns() {
		ret[c.ID] = len(n.Target.Rel.Columns) + i
	}
	for i, id := range n.Target.New {
		ret[id] = i
	}
	x.returning, err = b.returning(n.Returning, ret)
	return x, err
}

func (b *builder) delete(n *plan.Delete) (Operator, error) {
	x, err := b.changeOp(&n.Target, n.Input)
	if err != nil {
		return nil, err
	}
	x.delete = true
	ret := scope{}
	for i, c := range n.Input.Columns() {
		ret[c.ID] = len(n.Target.Rel.Columns) + i
	}
	x.returning, err = b.returning(n.Returning, ret)
	return x, err
}

func (x *changeOp) Open(r *Run) error {
	x.done = false
	x.returning.reset()
	if err := x.target.begin(r); err != nil {
		return err
	}
	x.target.assigned = x.assigned
	event, _ := x.event()
	if err := x.target.beginStatement(r, event); err != nil {
		return err
	}
	return x.in.Open(r)
}

// event is what triggers see of the operator.
func (x *changeOp) event() (Event, string) {
	if x.delete {
		return OnDelete, "deleted"
	}
	return OnUpdate, "updated"
}

func (x *changeOp) Close() error { return x.in.Close() }

func (x *changeOp) Next(r *Run) (*vector.Batch, error) {
	for !x.done && !x.returning.full() {
		b, err := x.in.Next(r)
		if err != nil {
			return nil, err
		}
		if b == nil {
			x.done = true
			break
		}
		for k := 0; k < b.Len(); k++ {
			i := b.Row(k)
			for c, v := range b.Cols {
				x.input[c] = v.Value(i)
			}
			if err := x.change(r, x.input); err != nil {
				return nil, err
			}
		}
		if err := r.canceled(); err != nil {
			return nil, err
		}
	}
	return x.returning.take(), nil
}

// change updates or deletes the row that an input row names.
func (x *changeOp) change(r *Run, input []types.Value) error {
	for i, slot := range x.old {
		x.oldRow[i] = input[slot]
	}
	rowid := int64(0)
	if x.rowid >= 0 {
		if input[x.rowid].IsNull() {
			return nil
		}
		rowid = input[x.rowid].I
	}
	key, err := x.target.key(x.oldRow, rowid)
	if err != nil {
		return err
	}
	if x.track && !r.changes.touch(x.target.writer.Tree(), key) {
		return nil
	}
	if err := x.target.lock(r, key, x.delete); err != nil {
		return err
	}
	n := len(x.oldRow)
	row := x.full[:n]
	if !x.delete {
		copy(row, x.oldRow)
		if err := assign(r.Context, x.set, input, row); err != nil {
			return err
		}
	}
	if x.target.triggers != nil {
		if keep, err := x.callBefore(r, key, row); err != nil || !keep {
			return err
		}
	}
	if x.delete {
		if err := x.target.delete(r, key, x.oldRow); err != nil {
			return err
		}
	} else {
		if err := x.target.complete(r, row); err != nil {
			return err
		}
		if err := x.target.update(r, key, x.oldRow, row, rowid); err != nil {
			return err
		}
	}
	r.changes.affected++
	copy(x.full[n:], input)
	return x.returning.add(r, x.full)
}

// callBefore calls the BEFORE ROW triggers; false: the row is to be let alone.
func (x *changeOp) callBefore(r *Run, key []byte, row []types.Value) (bool, error) {
	event, verb := x.event()
	if x.target.hasBefore(event) {
		key = slices.Clone(key)
		new := row
		if x.delete {
			new = nil
		}
		if keep, err := x.target.before(r, event, x.oldRow, new); err != nil || !keep {
			return false, err
		}
	}
	return true, x.target.unchanged(r, key, x.oldRow, verb)
}

func ordinalsOf(set []assignProgram) []int {
	out := make([]int, 0, len(set))
	for i := range set {
		out = append(out, set[i].ordinal)
	}
	return out
}

func assign(c *expr.Context, set []assignProgram, input, row []types.Value) error {
	for i := range set {
		v, err := set[i].value(c, input)
		if err != nil {
			return err
		}
		row[set[i].ordinal] = v
	}
	return nil
}
