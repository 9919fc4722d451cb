package exec

import (
	"errors"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// Event is what a trigger fires on.
type Event uint8

// The events.
const (
	OnInsert Event = iota
	OnUpdate
	OnDelete
	OnTruncate
	eventCount
)

var eventNames = [eventCount]string{"INSERT", "UPDATE", "DELETE", "TRUNCATE"}

// Timing is when a trigger fires.
type Timing uint8

// The timings.
const (
	Before Timing = iota
	After
	InsteadOf
	timingCount
)

var timingNames = [timingCount]string{"BEFORE", "AFTER", "INSTEAD OF"}

// Trigger is a trigger made ready to run. New and Old are the columns that its
// programs find the row under, as the session's outer columns.
type Trigger struct {
	Def                *catalog.Trigger
	New, Old           []expr.ColumnID
	OldTable, NewTable *catalog.Relation
	When               *TriggerStep // nil: always
	Steps              []TriggerStep
	Err                error // why it cannot be planned; whoever calls it fails
}

// TriggerStep is one statement of a trigger's body. Where Set is not nil the
// program gives one row, the new values of the columns with these ordinals.
type TriggerStep struct {
	Program *Program
	Set     []int
	values  []expr.Scalar // the row's expressions, where no plan is needed
}

// Triggers are the triggers of a relation that are enabled, in the order in
// which they fire.
type Triggers struct {
	row       [timingCount][eventCount][]*Trigger
	statement [timingCount][eventCount][]*Trigger
	columns   map[*Trigger][]int // ordinals of UPDATE OF
	oldRows   [eventCount]bool   // a transition table wants them
	newRows   [eventCount]bool
}

// NewTriggers puts the triggers of rel, sorted by name, into their places.
func NewTriggers(rel *catalog.Relation, list []*Trigger) *Triggers {
	t := &Triggers{columns: map[*Trigger][]int{}}
	for _, x := range list {
		timing := Before
		for i, name := range timingNames {
			if x.Def.Timing == name {
				timing = Timing(i)
			}
		}
		for _, id := range x.Def.Columns {
			t.columns[x] = append(t.columns[x], rel.Ordinal(id))
		}
		for e, name := range eventNames {
			for _, has := range x.Def.Events {
				if has != name {
					continue
				}
				if x.Def.Row {
					t.row[timing][e] = append(t.row[timing][e], x)
				} else {
					t.statement[timing][e] = append(t.statement[timing][e], x)
				}
				t.oldRows[e] = t.oldRows[e] || x.OldTable != nil
				t.newRows[e] = t.newRows[e] || x.NewTable != nil
			}
		}
		x.prepare()
	}
	return t
}

// prepare compiles what needs no operators.
func (x *Trigger) prepare() {
	if x.When != nil {
		x.When.compile()
	}
	for i := range x.Steps {
		if x.Steps[i].Set != nil {
			x.Steps[i].compile()
		}
	}
}

// fires reports whether the trigger wants an update of the given columns, nil
// for all of them.
func (t *Triggers) fires(x *Trigger, event Event, assigned []int) bool {
	of := t.columns[x]
	if event != OnUpdate || len(of) == 0 || assigned == nil {
		return true
	}
	for _, o := range assigned {
		for _, c := range of {
			if o == c {
				return true
			}
		}
	}
	return false
}

// maxTriggerDepth is how deep triggers may fire triggers.
const maxTriggerDepth = 500

// within makes the run of a trigger's statement: one of its own inside r's,
// with rows of its own around it.
func (r *Run) within() (*Run, error) {
	if r.TriggerDepth >= maxTriggerDepth {
		return nil, sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded").
			WithDetail("Triggers have fired triggers %d times.", maxTriggerDepth).
			WithHint("Give the trigger a WHEN condition that ends the recursion.")
	}
	n := r.inner
	if n == nil {
		n = &Run{Context: &expr.Context{}}
		r.inner = n
	}
	outer := n.Outer
	clear(outer)
	if outer == nil {
		outer = make(map[expr.ColumnID]types.Value, 16)
	}
	*n.Context = *r.Context
	n.Outer, n.Params, n.Routines, n.Routine = outer, nil, n, r.Routine
	n.Tx, n.Catalog, n.Counters, n.Memory, n.FS, n.TempDir = r.Tx, r.Catalog, r.Counters, r.Memory, r.FS, r.TempDir
	n.Virtual, n.Defer, n.Bind, n.Triggers = r.Virtual, r.Defer, r.Bind, r.Triggers
	n.Workers, n.TriggerDepth = 1, r.TriggerDepth+1
	return n, nil
}

// call runs a trigger for a row, or for a statement where both rows are nil.
// In a BEFORE trigger SET assigns to row new. expr.ErrIgnoreRow asks for the
// row to be let alone.
func (r *Run) call(x *Trigger, old, new []types.Value, moved *transition) error {
	if x.Err != nil {
		return x.Err
	}
	n, err := r.within()
	if err != nil {
		return err
	}
	bindRow(n, x.Old, old)
	bindRow(n, x.New, new)
	if moved != nil {
		n.Virtual = moved.reader(x, r.Virtual)
	}
	command := r.Tx.Command()
	r.Tx.AdvanceCommand()
	err = x.run(n, new)
	r.Tx.SetCommand(command)
	n.Virtual = nil
	if n.TriggerDepth > 8 { // a deep chain is not kept
		r.inner = nil
	}
	return err
}

func bindRow(n *Run, ids []expr.ColumnID, row []types.Value) {
	for i, id := range ids {
		v := types.Null
		if row != nil {
			v = row[i]
		}
		n.Outer[id] = v
	}
}

// run carries out the trigger inside its run.
func (x *Trigger) run(n *Run, new []types.Value) error {
	if x.When != nil {
		v, err := x.When.row(n)
		if err != nil {
			return x.explain(err)
		}
		if v[0].IsNull() || !v[0].Bool() {
			return nil
		}
	}
	for i := range x.Steps {
		st := &x.Steps[i]
		if st.Set == nil {
			n.Tx.AdvanceCommand()
			if err := st.Program.drain(n); err != nil {
				return x.explain(err)
			}
			continue
		}
		v, err := st.row(n)
		if err != nil {
			return x.explain(err)
		}
		for k, o := range st.Set {
			new[o] = v[k]
			n.Outer[x.New[o]] = v[k]
		}
	}
	return nil
}

// explain says in an error which trigger it came from; its place in the body
// means nothing to the statement.
func (x *Trigger) explain(err error) error {
	var e *sqlerr.Error
	if errors.Is(err, expr.ErrIgnoreRow) || !errors.As(err, &e) || e.Code == sqlerr.SerializationFailure || e.Code == sqlerr.StatementTooComplex {
		return err
	}
	if e.Context != "" {
		return err
	}
	c := *e
	c.Position = 0
	return c.WithContext("SQL statement in trigger %s", x.Def.Name)
}

// compile makes the expressions of a query without relations and subqueries.
func (st *TriggerStep) compile() {
	st.values = rowScalars(st.Program.root)
}

// row runs a step that gives one row. The row is valid until the next call.
func (st *TriggerStep) row(n *Run) ([]types.Value, error) {
	if st.values != nil {
		out := make([]types.Value, len(st.values))
		for i, e := range st.values {
			v, err := e(n.Context, nil)
			if err != nil {
				return nil, err
			}
			out[i] = v
		}
		return out, nil
	}
	e, err := st.Program.Start(n)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	b, err := e.Next()
	if err != nil {
		return nil, err
	}
	if b == nil || b.Len() != 1 {
		return nil, sqlerr.New(sqlerr.InternalError, "an assignment of a trigger gave no row")
	}
	out := make([]types.Value, len(b.Cols))
	for i, c := range b.Cols {
		out[i] = c.Value(b.Row(0))
	}
	return cloneRow(out), nil
}

// drain runs a program to its end and throws its rows away.
func (p *Program) drain(r *Run) error {
	if p.RowPath() {
		_, err := p.RunRow(r, func([]types.Value) error { return nil })
		return err
	}
	e, err := p.Start(r)
	if err != nil {
		return err
	}
	for {
		b, err := e.Next()
		if err != nil || b == nil {
			return errors.Join(err, e.Close())
		}
	}
}
