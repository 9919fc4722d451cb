package exec

import (
	"errors"
	"fmt"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// Routine is the body of a SQL function made ready to run: one program per
// statement. The last one's rows are the function's, where Rows is set.
type Routine struct {
	Steps []*Program
	Rows  bool
}

// maxRoutineDepth is how deep SQL functions may call each other.
const maxRoutineDepth = 400

// inside makes the run of a routine's statements: one of its own inside r's,
// whose parameters are the arguments.
func (r *Run) inside(n *Run, args []types.Value) (*Run, error) {
	if r.RoutineDepth >= maxRoutineDepth {
		return nil, sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded").
			WithDetail("SQL functions have called each other %d times.", maxRoutineDepth)
	}
	if err := r.canceled(); err != nil {
		return nil, err
	}
	if n == nil {
		n = &Run{Context: &expr.Context{}}
	}
	params := append(n.Params[:0], args...)
	*n.Context = *r.Context
	n.Outer, n.Params, n.Routines = nil, params, n
	n.Tx, n.Catalog, n.Counters, n.Memory, n.FS, n.TempDir = r.Tx, r.Catalog, r.Counters, r.Memory, r.FS, r.TempDir
	n.Virtual, n.Defer, n.Bind, n.Triggers, n.Routine = r.Virtual, r.Defer, r.Bind, r.Triggers, r.Routine
	n.Workers, n.RoutineDepth = 1, r.RoutineDepth+1
	return n, nil
}

// CallRoutine runs the body of a SQL function. Its value is the first column
// of the last statement's first row, or all of them as a record.
func (r *Run) CallRoutine(call *expr.Routine, args []types.Value) (v types.Value, err error) {
	body, err := r.Routine(call)
	if err != nil {
		return types.Null, err
	}
	n, err := r.inside(r.callee, args)
	if err != nil {
		return types.Null, err
	}
	r.callee = nil // busy
	command := r.Tx.Command()
	defer func() {
		r.Tx.SetCommand(command)
		if n.RoutineDepth <= 8 { // a deep chain is not kept
			r.callee = n
		}
	}()
	v = types.Null
	for i, p := range body.Steps {
		if call.Volatile {
			n.Tx.AdvanceCommand()
		}
		if i < len(body.Steps)-1 || !body.Rows || call.Ret.Kind == types.KindVoid {
			err = p.drain(n)
		} else {
			v, err = p.first(n, call)
		}
		if err != nil {
			return types.Null, explainRoutine(err, call, i)
		}
	}
	return v, nil
}

// first is the value of a function whose last statement the program is.
func (p *Program) first(n *Run, call *expr.Routine) (v types.Value, err error) {
	v = types.Null
	seen := false
	value := func(row []types.Value) {
		if seen {
			return
		}
		seen = true
		if v = types.Null; len(row) == 1 && !call.Open && (call.Ret.Kind != types.KindRecord || p.types[0].Kind == types.KindRecord) {
			v = cloneRow(row[:1])[0]
			return
		}
		t := call.Ret
		if len(t.Fields) != len(row) {
			t = recordOf(p.types)
		}
		v = types.MakeRecord(t, row)
	}
	if p.RowPath() {
		_, err = p.RunRow(n, func(row []types.Value) error { value(row); return nil })
		return v, err
	}
	e, err := p.Start(n)
	if err != nil {
		return v, err
	}
	b, err := e.Next()
	if err == nil && b != nil && b.Len() > 0 {
		row := make([]types.Value, len(b.Cols))
		for i, c := range b.Cols {
			row[i] = c.Value(b.Row(0))
		}
		value(row)
	}
	return v, errors.Join(err, e.Close())
}

func recordOf(ts []*types.Type) *types.Type {
	t := *types.RecordType
	t.Fields = make([]types.Field, len(ts))
	for i := range ts {
		t.Fields[i] = types.Field{Name: fmt.Sprintf("f%d", i+1), Type: ts[i]}
	}
	return &t
}

// OpenRoutine runs the body of a set-returning SQL function to its end, and
// gives its rows.
func (r *Run) OpenRoutine(call *expr.Routine, args []types.Value) (next func(row []types.Value) (bool, error), err error) {
	body, err := r.Routine(call)
	if err != nil {
		return nil, err
	}
	n, err := r.inside(nil, args)
	if err != nil {
		return nil, err
	}
	command := r.Tx.Command()
	defer func() { r.Tx.SetCommand(command) }()
	rows := &routineRows{call: call}
	for i, p := range body.Steps {
		if call.Volatile {
			n.Tx.AdvanceCommand()
		}
		if i < len(body.Steps)-1 || !body.Rows {
			err = p.drain(n)
		} else {
			err = rows.fill(r, n, p)
		}
		if err != nil {
			return nil, explainRoutine(err, call, i)
		}
	}
	return rows.next, nil
}

// routineRows are the rows of a set-returning function.
type routineRows struct {
	call   *expr.Routine
	rows   *spool
	reader chunkReader
	chunk  int
	batch  *vector.Batch
	at     int
	types  []*types.Type
	record *types.Type
}

// fill runs the statement inside n; r keeps the rows until it ends.
func (x *routineRows) fill(r, n *Run, p *Program) error {
	e, err := p.Start(n)
	if err != nil {
		return err
	}
	x.types, x.rows = p.types, newSpool(p.types)
	x.rows.open(r)
	r.sets = append(r.sets, x.rows)
	for {
		b, err := e.Next()
		if err == nil && b != nil {
			err = x.rows.append(b)
		}
		if err != nil || b == nil {
			return errors.Join(err, e.Close())
		}
	}
}

// next puts the next row into row: its columns, or one value.
func (x *routineRows) next(row []types.Value) (bool, error) {
	for x.batch == nil || x.at >= x.batch.Len() {
		if x.rows == nil || x.chunk >= x.rows.len() {
			if x.rows != nil {
				x.rows.close()
			}
			return false, nil
		}
		b, err := x.rows.read(x.chunk, &x.reader)
		if err != nil {
			return false, err
		}
		x.batch, x.at = b, 0
		x.chunk++
	}
	i := x.batch.Row(x.at)
	x.at++
	switch cols := x.batch.Cols; {
	case len(cols) == len(row) && !x.call.Open:
		for k, c := range cols {
			row[k] = c.Value(i)
		}
	case len(cols) == 1 && cols[0].Type.Kind == types.KindRecord && len(row) > 1:
		v := cols[0].Value(i)
		if v.IsNull() {
			clear(row)
			return true, nil
		}
		fields, err := types.RecordFields(v, nil)
		copy(row, fields)
		return true, err
	default:
		if x.record == nil {
			x.record = recordOf(x.types)
		}
		vals := make([]types.Value, len(cols))
		for k, c := range cols {
			vals[k] = c.Value(i)
		}
		row[0] = types.MakeRecord(x.record, vals)
	}
	return true, nil
}

// releaseSets lets go of the rows of set-returning functions.
func (r *Run) releaseSets() {
	for _, s := range r.sets {
		s.close()
	}
	r.sets = r.sets[:0]
}

// explainRoutine says in an error which statement of which function it came
// from; its place in the body means nothing to the statement.
func explainRoutine(err error, call *expr.Routine, step int) error {
	var e *sqlerr.Error
	if !errors.As(err, &e) || e.Code == sqlerr.SerializationFailure || e.Code == sqlerr.StatementTooComplex || e.Context != "" {
		return err
	}
	c := *e
	c.Position = 0
	return c.WithContext("SQL function \"%s\" statement %d", call.Name, step+1)
}
