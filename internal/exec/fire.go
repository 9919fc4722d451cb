package exec

import (
	"errors"
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// rowEvent is a changed row that AFTER triggers are to be called for.
type rowEvent struct {
	trigger  *Trigger
	old, new []types.Value
	moved    *transition
}

// statementEvent is a change of a relation that AFTER … STATEMENT triggers are
// to be called for.
type statementEvent struct {
	triggers *Triggers
	rel      catalog.ID
	event    Event
	assigned []int
	moved    *transition
}

// transition holds the rows of the transition tables of one event.
type transition struct {
	rel      catalog.ID
	event    Event
	old, new [][]types.Value
}

// reader gives the rows of a trigger's transition tables, and those of other
// computed relations by next.
func (m *transition) reader(x *Trigger, next func(*catalog.Relation, func([]types.Value) error) error) func(*catalog.Relation, func([]types.Value) error) error {
	return func(rel *catalog.Relation, emit func([]types.Value) error) error {
		rows := m.new
		switch rel {
		case x.OldTable:
			rows = m.old
		case x.NewTable:
		default:
			return next(rel, emit)
		}
		for _, row := range rows {
			if err := emit(row); err != nil {
				return err
			}
		}
		return nil
	}
}

// hasBefore reports whether BEFORE ROW triggers may alter or refuse a row.
func (t *target) hasBefore(event Event) bool {
	return t.triggers != nil && len(t.triggers.row[Before][event]) > 0
}

// before calls the BEFORE ROW triggers; false: the row is to be let alone.
// They may alter the new row.
func (t *target) before(r *Run, event Event, old, new []types.Value) (bool, error) {
	return t.callRow(r, Before, event, old, new)
}

func (t *target) callRow(r *Run, timing Timing, event Event, old, new []types.Value) (bool, error) {
	for _, x := range t.triggers.row[timing][event] {
		if !t.triggers.fires(x, event, t.assigned) {
			continue
		}
		r.changes.fired = true
		if err := r.call(x, old, new, nil); err != nil {
			if errors.Is(err, expr.ErrIgnoreRow) {
				return false, nil
			}
			return false, err
		}
	}
	return true, nil
}

// after notes a row that was changed, for its AFTER triggers.
func (t *target) after(r *Run, event Event, old, new []types.Value) error {
	s := t.triggers
	if s == nil || len(s.row[After][event]) == 0 && !s.oldRows[event] && !s.newRows[event] {
		return nil
	}
	var oldRow, newRow []types.Value
	if old != nil {
		oldRow = cloneRow(old)
	}
	if new != nil {
		newRow = cloneRow(new)
	}
	if !r.Memory.grow(int64(64+40*(len(old)+len(new)))) && r.Memory.used > unsplittable*r.Memory.limit() {
		return errMemory("the rows that triggers are to be called for")
	}
	var moved *transition
	if s.oldRows[event] || s.newRows[event] {
		moved = r.changes.transition(t.rel.ID, event)
		if oldRow != nil && s.oldRows[event] {
			moved.old = append(moved.old, oldRow)
		}
		if newRow != nil && s.newRows[event] {
			moved.new = append(moved.new, newRow)
		}
	}
	for _, x := range s.row[After][event] {
		if !s.fires(x, event, t.assigned) {
			continue
		}
		e := rowEvent{trigger: x, old: oldRow, new: newRow, moved: moved}
		if x.Def.Constraint && x.Def.Deferrable && r.Defer != nil {
			check := &TriggerCall{Rel: t.rel.ID, Trigger: x.Def, old: oldRow, new: newRow}
			if r.Defer(check) {
				continue
			}
		}
		r.changes.rows = append(r.changes.rows, e)
	}
	return nil
}

func (c *changeState) transition(rel catalog.ID, event Event) *transition {
	for _, m := range c.moved {
		if m.rel == rel && m.event == event {
			return m
		}
	}
	m := &transition{rel: rel, event: event}
	c.moved = append(c.moved, m)
	return m
}

// beginStatement calls the BEFORE STATEMENT triggers of an event and notes
// those that come after.
func (t *target) beginStatement(r *Run, event Event) error {
	s := t.triggers
	if s == nil {
		return nil
	}
	for _, e := range r.changes.statements {
		if e.rel == t.rel.ID && e.event == event {
			return nil
		}
	}
	for _, x := range s.statement[Before][event] {
		if s.fires(x, event, t.assigned) {
			if err := r.callStatement(x, nil); err != nil {
				return err
			}
		}
	}
	e := statementEvent{triggers: s, rel: t.rel.ID, event: event, assigned: t.assigned}
	if s.oldRows[event] || s.newRows[event] {
		e.moved = r.changes.transition(t.rel.ID, event)
	}
	r.changes.statements = append(r.changes.statements, e)
	return nil
}

func (r *Run) callStatement(x *Trigger, moved *transition) error {
	r.changes.fired = true
	err := r.call(x, nil, nil, moved)
	if errors.Is(err, expr.ErrIgnoreRow) {
		return nil
	}
	return err
}

// fireAfter calls the AFTER triggers of what the statement has changed: those
// of rows in the order of the changes, then those of statements.
func fireAfter(r *Run, rows []rowEvent, statements []statementEvent) error {
	ignored := -1 // the row of which RAISE(IGNORE) has ended the triggers
	for i := range rows {
		e := &rows[i]
		if ignored >= 0 && sameRow(&rows[ignored], e) {
			continue
		}
		err := r.call(e.trigger, e.old, e.new, e.moved)
		if errors.Is(err, expr.ErrIgnoreRow) {
			ignored = i
			continue
		}
		if err != nil {
			return err
		}
	}
	for i := len(statements) - 1; i >= 0; i-- {
		e := &statements[i]
		for _, x := range e.triggers.statement[After][e.event] {
			if !e.triggers.fires(x, e.event, e.assigned) {
				continue
			}
			if err := r.callStatement(x, e.moved); err != nil {
				return err
			}
		}
	}
	return nil
}

func sameRow(a, b *rowEvent) bool {
	same := func(x, y []types.Value) bool { return len(x) == len(y) && (len(x) == 0 || &x[0] == &y[0]) }
	return same(a.old, b.old) && same(a.new, b.new)
}

// TriggerCall is a call of a constraint trigger that was put off.
type TriggerCall struct {
	Rel      catalog.ID
	Trigger  *catalog.Trigger
	old, new []types.Value
}

// Constraint names the trigger, and how it is deferred unless SET CONSTRAINTS
// says otherwise.
func (c *TriggerCall) Constraint() (name string, deferrable, deferred bool) {
	return c.Trigger.Name, c.Trigger.Deferrable, c.Trigger.Deferred
}

// On is the trigger's relation.
func (c *TriggerCall) On() catalog.ID { return c.Rel }

// Run calls the trigger, unless it is gone by now.
func (c *TriggerCall) Run(r *Run) error {
	rel := r.Catalog.RelationByID(c.Rel)
	if rel == nil || r.Triggers == nil {
		return nil
	}
	all, err := r.Triggers(rel)
	if err != nil || all == nil {
		return err
	}
	for e := range all.row[After] {
		for _, x := range all.row[After][e] {
			if x.Def.ID == c.Trigger.ID && (c.old == nil || len(c.old) == len(rel.Columns)) && (c.new == nil || len(c.new) == len(rel.Columns)) {
				err := r.call(x, c.old, c.new, nil)
				if errors.Is(err, expr.ErrIgnoreRow) {
					return nil
				}
				return err
			}
		}
	}
	return nil
}

// unchanged fails where a trigger of the statement has changed the row that
// the statement is about to change: what was read of it no longer holds.
func (t *target) unchanged(r *Run, key []byte, old []types.Value, verb string) error {
	if !r.changes.fired {
		return nil
	}
	now := make([]types.Value, len(old))
	all := make([]int, len(old))
	for i := range all {
		all[i] = i
	}
	found, err := t.writer.GetNewest(r.Tx, key, all, now)
	if err != nil {
		return err
	}
	if found && slices.Equal(now, old) {
		return nil
	}
	return sqlerr.New(sqlerr.TriggeredDataChangeViolation, "tuple to be %s was already modified by an operation triggered by the current command", verb).
		WithHint("Consider using an AFTER trigger instead of a BEFORE trigger to propagate changes to other rows.")
}

// rowScalars compiles the expressions of a query of one row that reads nothing
// but outer columns; nil where it needs operators.
func rowScalars(n plan.Node) []expr.Scalar {
	p, ok := n.(*plan.Project)
	if !ok || len(p.Sets) > 0 {
		return nil
	}
	v, ok := p.Input.(*plan.Values)
	if !ok || len(v.Rows) != 1 || len(v.Cols) > 0 {
		return nil
	}
	c := &expr.Compiler{Slot: func(expr.ColumnID) int { return -1 }}
	out := make([]expr.Scalar, 0, len(p.Items))
	for i := range p.Items {
		if hasSubquery(p.Items[i].Expr) {
			return nil
		}
		e, err := c.Scalar(p.Items[i].Expr)
		if err != nil {
			return nil
		}
		out = append(out, e)
	}
	return out
}

func hasSubquery(e expr.Expr) bool {
	found := false
	expr.Walk(e, func(x expr.Expr) bool {
		if _, ok := x.(*expr.Subquery); ok {
			found = true
		}
		return !found
	})
	return found
}
