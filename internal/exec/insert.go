package exec

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// returning collects the rows that RETURNING gives.
type returning struct {
	items []expr.Scalar
	rows  *store
	one   *vector.Batch
	out   vector.Batch
}

func (b *builder) returning(items []plan.Item, s scope) (*returning, error) {
	x := &returning{}
	c := b.compiler(s)
	var ts []*types.Type
	for i := range items {
		e, err := c.Scalar(items[i].Expr)
		if err != nil {
			return nil, err
		}
		x.items = append(x.items, e)
		ts = append(ts, items[i].Col.Type)
	}
	x.rows, x.one = newStore(ts), vector.NewBatch(ts)
	return x, nil
}

// add computes the items for a row of the scope.
func (x *returning) add(r *Run, row []types.Value) error {
	if len(x.items) == 0 {
		return nil
	}
	for i, e := range x.items {
		v, err := e(r.Context, row)
		if err != nil {
			return err
		}
		c := x.one.Cols[i]
		c.Reset(c.Type, 1)
		c.Set(0, v)
	}
	x.rows.appendRows(x.one.Cols, nil, 1)
	return nil
}

// full says that a batch is ready.
func (x *returning) full() bool { return x.rows.n >= vector.Size }

// take gives the rows collected, which are valid until the next add after
// another take.
func (x *returning) take() *vector.Batch {
	if x.rows.n == 0 {
		return nil
	}
	x.out = vector.Batch{Cols: x.rows.cols, N: x.rows.n}
	x.rows = newStore(vectorTypes(x.rows.cols))
	return &x.out
}

func (x *returning) reset() { x.rows.reset() }

// insertOp stores the rows of its input.
type insertOp struct {
	node      *plan.Insert
	in        Operator
	target    *target
	row       []expr.Scalar // by ordinal; nil: the engine gives the key
	used      []int         // input columns that the expressions read
	input     []types.Value
	full      []types.Value // new row, row id
	returning *returning
	conflict  *conflictAction
	done      bool
}

// conflictAction is ON CONFLICT … or REPLACE.
type conflictAction struct {
	arbiters []*catalog.Index // nil element: the hidden integer key
	update   []assignProgram
	where    expr.Scalar
	pair     []types.Value // existing row, then the proposed one
	assigned []int         // ordinals that update sets
	ordinals []int
	existing []types.Value
	key      []byte
}

func (b *builder) insert(n *plan.Insert) (Operator, error) {
	in, err := b.build(n.Input)
	if err != nil {
		return nil, err
	}
	x := &insertOp{node: n, in: in}
	if x.target, err = b.target(&n.Target); err != nil {
		return nil, err
	}
	cols := n.Input.Columns()
	s := scopeOf(cols)
	c := b.compiler(s)
	used := expr.ColumnSet{}
	x.row = make([]expr.Scalar, len(n.Target.Rel.Columns))
	for i, e := range n.Row {
		if e == nil {
			continue
		}
		expr.AddColumns(used, e)
		if x.row[i], err = c.Scalar(e); err != nil {
			return nil, err
		}
	}
	for i := range cols {
		if used.Has(cols[i].ID) {
			x.used = append(x.used, i)
		}
	}
	x.input = make([]types.Value, len(cols))
	x.full = make([]types.Value, len(n.Target.Rel.Columns)+1)
	if x.returning, err = b.returning(n.Returning, newScope(&n.Target)); err != nil {
		return nil, err
	}
	if n.OnConflict != nil || n.Replace {
		x.conflict, err = b.conflictAction(n, x.target)
	}
	return x, err
}

// newScope is the scope of the new row followed by its row id.
func newScope(t *plan.Target) scope {
	s := scope{}
	for i, id := range t.New {
		s[id] = i
	}
	if t.RowID != 0 {
		s[t.RowID] = len(t.Rel.Columns)
	}
	return s
}

func (b *builder) conflictAction(n *plan.Insert, t *target) (*conflictAction, error) {
	a := &conflictAction{}
	rel := n.Target.Rel
	if n.OnConflict != nil {
		a.arbiters = n.OnConflict.Arbiters
	}
	if len(a.arbiters) == 0 {
		for _, ix := range rel.Indexes {
			if ix.Unique {
				a.arbiters = append(a.arbiters, ix)
			}
		}
	}
	for i := range rel.Columns {
		a.ordinals = append(a.ordinals, i)
	}
	if t.hiddenKey {
		a.ordinals = append(a.ordinals, plan.RowIDOrdinal)
	}
	a.existing = make([]types.Value, len(a.ordinals))
	if n.OnConflict == nil || n.OnConflict.Update == nil {
		return a, nil
	}
	s := scope{}
	for i, id := range n.Target.Old {
		s[id] = i
	}
	for i, id := range n.OnConflict.Excluded {
		s[id] = len(rel.Columns) + i
	}
	c := b.compiler(s)
	a.pair = make([]types.Value, 2*len(rel.Columns))
	var err error
	if a.update, err = assignPrograms(c, n.OnConflict.Update); err != nil {
		return nil, err
	}
	a.assigned = ordinalsOf(a.update)
	if n.OnConflict.Where != nil {
		a.where, err = c.Scalar(n.OnConflict.Where)
	}
	return a, err
}

func (x *insertOp) Open(r *Run) error {
	x.done = false
	x.returning.reset()
	if err := x.target.begin(r); err != nil {
		return err
	}
	if err := x.target.beginStatement(r, OnInsert); err != nil {
		return err
	}
	if x.conflict != nil && x.conflict.update != nil {
		x.target.assigned = x.conflict.assigned
		if err := x.target.beginStatement(r, OnUpdate); err != nil {
			return err
		}
	}
	return x.in.Open(r)
}

func (x *insertOp) Close() error { return x.in.Close() }

func (x *insertOp) Next(r *Run) (*vector.Batch, error) {
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
			for _, c := range x.used {
				x.input[c] = b.Cols[c].Value(i)
			}
			if err := x.insertRow(r, x.input); err != nil {
				return nil, err
			}
		}
		if err := r.canceled(); err != nil {
			return nil, err
		}
	}
	return x.returning.take(), nil
}

// insertRow stores the row made of one input row.
func (x *insertOp) insertRow(r *Run, input []types.Value) error {
	n := len(x.row)
	row := x.full[:n]
	for i, e := range x.row {
		row[i] = types.Null
		if e != nil {
			v, err := e(r.Context, input)
			if err != nil {
				return err
			}
			row[i] = v
		}
	}
	return x.store(r, row)
}

// store stores a row, which lies in full.
func (x *insertOp) store(r *Run, row []types.Value) error {
	n := len(row)
	rowid, err := x.target.fillKey(r, row)
	if err != nil {
		return err
	}
	if x.target.hasBefore(OnInsert) {
		if keep, err := x.target.before(r, OnInsert, nil, row); err != nil || !keep {
			return err
		}
		if !x.target.hiddenKey {
			if rowid, err = x.target.fillKey(r, row); err != nil {
				return err
			}
		}
	}
	if err := x.target.complete(r, row); err != nil {
		return err
	}
	if x.conflict != nil {
		stored, err := x.resolve(r, row, rowid)
		if err != nil || stored {
			return err
		}
	}
	if err := x.target.insert(r, row, rowid); err != nil {
		return err
	}
	if x.conflict != nil && x.conflict.update != nil {
		key, err := x.target.key(row, rowid)
		if err != nil {
			return err
		}
		r.changes.touch(x.target.writer.Tree(), key)
	}
	r.changes.affected++
	x.full[n] = types.NewInt(rowid)
	return x.returning.add(r, x.full)
}

// resolve deals with rows that are in the way. true: the row is done with.
func (x *insertOp) resolve(r *Run, row []types.Value, rowid int64) (bool, error) {
	a := x.conflict
	for _, ix := range a.arbiters {
		key, found, err := x.target.writer.Conflict(r.ctx(), r.Tx, row, rowid, ix)
		if err != nil {
			return false, err
		}
		if !found {
			continue
		}
		a.key = append(a.key[:0], key...)
		switch {
		case x.node.Replace:
			if err := x.replace(r); err != nil {
				return false, err
			}
		case a.update != nil:
			return true, x.upsert(r, row)
		default:
			return true, nil
		}
	}
	return false, nil
}

// read locks and reads the row in the way; false when it is gone.
func (x *insertOp) read(r *Run, keys bool) (bool, error) {
	a := x.conflict
	if err := x.target.lock(r, a.key, keys); err != nil {
		return false, err
	}
	return x.target.writer.GetNewest(r.Tx, a.key, a.ordinals, a.existing)
}

// replace deletes the row in the way.
func (x *insertOp) replace(r *Run) error {
	found, err := x.read(r, true)
	if err != nil || !found {
		return err
	}
	return x.target.remove(r, x.conflict.key, x.conflict.existing[:len(x.row)])
}

// upsert updates the row in the way as ON CONFLICT DO UPDATE says.
func (x *insertOp) upsert(r *Run, row []types.Value) error {
	a, n := x.conflict, len(x.row)
	tree := x.target.writer.Tree()
	if !r.changes.touch(tree, a.key) {
		return sqlerr.New(sqlerr.CardinalityViolation, "ON CONFLICT DO UPDATE command cannot affect row a second time").
			WithHint("Ensure that no rows proposed for insertion within the same command have duplicate constrained values.")
	}
	found, err := x.read(r, false)
	if err != nil || !found {
		return err
	}
	copy(a.pair, a.existing[:n])
	copy(a.pair[n:], row)
	if a.where != nil {
		v, err := a.where(r.Context, a.pair)
		if err != nil || v.IsNull() || !v.Bool() {
			return err
		}
	}
	old := slices.Clone(a.existing[:n])
	next := x.full[:n]
	copy(next, old)
	for _, u := range a.update {
		v, err := u.value(r.Context, a.pair)
		if err != nil {
			return err
		}
		next[u.ordinal] = v
	}
	if x.target.hasBefore(OnUpdate) {
		key := slices.Clone(a.key)
		keep, err := x.target.before(r, OnUpdate, old, next)
		if err != nil || !keep {
			return err
		}
		if err := x.target.unchanged(r, key, old, "updated"); err != nil {
			return err
		}
	}
	if err := x.target.complete(r, next); err != nil {
		return err
	}
	rowid := int64(0)
	if x.target.hiddenKey {
		rowid = a.existing[n].I
	}
	if err := x.target.update(r, a.key, old, next, rowid); err != nil {
		return err
	}
	r.changes.affected++
	x.full[n] = types.NewInt(rowid)
	return x.returning.add(r, x.full)
}
