package exec

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// insteadOp changes a view: it stores nothing itself but calls the INSTEAD OF
// triggers with the rows.
type insteadOp struct {
	in        Operator
	target    *target
	event     Event
	row       []expr.Scalar // of an insert, by ordinal
	old       []int         // slots of the old row's columns in the input
	set       []assignProgram
	input     []types.Value
	full      []types.Value // the changed row, then the input's columns
	returning *returning
	done      bool
}

func (b *builder) instead(t *plan.Target, input plan.Node, event Event) (*insteadOp, error) {
	in, err := b.build(input)
	if err != nil {
		return nil, err
	}
	n := len(t.Rel.Columns)
	x := &insteadOp{in: in, event: event, target: &target{rel: t.Rel, autoKey: -1}}
	x.input = make([]types.Value, len(input.Columns()))
	x.full = make([]types.Value, n+len(x.input))
	if event == OnInsert {
		return x, nil
	}
	s := scopeOf(input.Columns())
	for _, id := range t.Old {
		x.old = append(x.old, s.slot(id))
	}
	return x, nil
}

// insteadScope is the scope of the changed row under ids, then the input.
func insteadScope(t *plan.Target, ids []expr.ColumnID, input plan.Node) scope {
	s := scope{}
	for i, c := range input.Columns() {
		s[c.ID] = len(t.Rel.Columns) + i
	}
	for i, id := range ids {
		s[id] = i
	}
	return s
}

func (b *builder) insertInstead(n *plan.Insert) (Operator, error) {
	x, err := b.instead(&n.Target, n.Input, OnInsert)
	if err != nil {
		return nil, err
	}
	c := b.compiler(scopeOf(n.Input.Columns()))
	x.row = make([]expr.Scalar, len(n.Target.Rel.Columns))
	for i, e := range n.Row {
		if e == nil {
			continue
		}
		if x.row[i], err = c.Scalar(e); err != nil {
			return nil, err
		}
	}
	x.returning, err = b.returning(n.Returning, insteadScope(&n.Target, n.Target.New, n.Input))
	return x, err
}

func (b *builder) updateInstead(n *plan.Update) (Operator, error) {
	x, err := b.instead(&n.Target, n.Input, OnUpdate)
	if err != nil {
		return nil, err
	}
	if x.set, err = assignPrograms(b.compiler(scopeOf(n.Input.Columns())), n.Set); err != nil {
		return nil, err
	}
	x.target.assigned = ordinalsOf(x.set)
	x.returning, err = b.returning(n.Returning, insteadScope(&n.Target, n.Target.New, n.Input))
	return x, err
}

func (b *builder) deleteInstead(n *plan.Delete) (Operator, error) {
	x, err := b.instead(&n.Target, n.Input, OnDelete)
	if err != nil {
		return nil, err
	}
	x.returning, err = b.returning(n.Returning, insteadScope(&n.Target, nil, n.Input))
	return x, err
}

func (x *insteadOp) Open(r *Run) error {
	x.done = false
	x.returning.reset()
	if err := x.target.begin(r); err != nil {
		return err
	}
	if err := x.target.beginStatement(r, x.event); err != nil {
		return err
	}
	return x.in.Open(r)
}

func (x *insteadOp) Close() error { return x.in.Close() }

func (x *insteadOp) Next(r *Run) (*vector.Batch, error) {
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
			if err := x.change(r); err != nil {
				return nil, err
			}
		}
		if err := r.canceled(); err != nil {
			return nil, err
		}
	}
	return x.returning.take(), nil
}

// change calls the triggers for the row that an input row names.
func (x *insteadOp) change(r *Run) error {
	n := len(x.target.rel.Columns)
	var old, row []types.Value
	if x.event != OnInsert {
		old = make([]types.Value, n)
		for i, slot := range x.old {
			old[i] = x.input[slot]
		}
	}
	switch x.event {
	case OnInsert:
		row = x.full[:n]
		for i, e := range x.row {
			row[i] = types.Null
			if e == nil {
				continue
			}
			v, err := e(r.Context, x.input)
			if err != nil {
				return err
			}
			row[i] = v
		}
	case OnUpdate:
		row = x.full[:n]
		copy(row, old)
		if err := assign(r.Context, x.set, x.input, row); err != nil {
			return err
		}
	}
	keep, err := x.target.callRow(r, InsteadOf, x.event, old, row)
	if err != nil || !keep {
		return err
	}
	r.changes.affected++
	copy(x.full[n:], x.input)
	return x.returning.add(r, x.full)
}
