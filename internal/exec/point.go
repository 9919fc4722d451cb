package exec

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
)

// pointShape is a plan of point work that the row path runs: a SELECT by full
// key, an INSERT of one row, an UPDATE or DELETE by full key. Each of its
// fields is a node of the plan, nil where it has none.
type pointShape struct {
	limit   *plan.Limit
	project *plan.Project
	scan    *plan.Scan
	insert  *plan.Insert
	values  *plan.Values
	update  *plan.Update
	delete  *plan.Delete
}

// pointShapeOf recognises point work; nil is none.
func pointShapeOf(n plan.Node) *pointShape {
	s := &pointShape{}
	switch x := n.(type) {
	case *plan.Insert:
		v, ok := x.Input.(*plan.Values)
		if !ok || len(v.Rows) != 1 {
			return nil
		}
		if len(x.Target.Rel.Triggers) > 0 {
			return nil
		}
		s.insert, s.values = x, v
		return s
	case *plan.Update:
		s.update = x
		s.scan, _ = x.Input.(*plan.Scan)
	case *plan.Delete:
		s.delete = x
		s.scan, _ = x.Input.(*plan.Scan)
	default:
		s.scan = s.selectScan(n)
		if s.scan != nil && s.scan.Lock != nil {
			return nil
		}
	}
	if s.scan == nil || !byKey(s.scan) || s.update != nil && len(s.update.Target.Rel.Triggers) > 0 ||
		s.delete != nil && len(s.delete.Target.Rel.Triggers) > 0 {
		return nil
	}
	return s
}

// selectScan finds the scan of LIMIT over a projection over a scan.
func (s *pointShape) selectScan(n plan.Node) *plan.Scan {
	if l, ok := n.(*plan.Limit); ok {
		c, constant := l.Count.(*expr.Const)
		if l.Offset != nil || l.Count != nil && (!constant || c.Val.IsNull() || c.Val.I < 1) {
			return nil
		}
		s.limit, n = l, l.Input
	}
	if p, ok := n.(*plan.Project); ok {
		if len(p.Sets) > 0 {
			return nil
		}
		s.project, n = p, p.Input
	}
	scan, _ := n.(*plan.Scan)
	return scan
}

// byKey reports whether a scan reaches at most one row, by the key that the
// relation is clustered by.
func byKey(n *plan.Scan) bool {
	a := n.Access
	if n.Rel.Kind == catalog.Virtual || n.Sample != nil || a == nil || len(a.Ranges) != 1 {
		return false
	}
	if a.Index != nil && a.Index != n.Rel.Primary {
		return false
	}
	r := &a.Ranges[0]
	want := 1
	if !n.Rel.RowIDKey {
		if n.Rel.Primary == nil {
			return false
		}
		want = len(n.Rel.Primary.Parts)
	}
	if len(r.Eq) != want || r.Low != nil || r.High != nil {
		return false
	}
	for i := range r.Eq {
		if i < len(r.EqIn) && r.EqIn[i] != nil || i < len(r.NullEq) && r.NullEq[i] {
			return false
		}
	}
	return true
}

// pointRun is an instance of the row path.
type pointRun struct {
	program *Program

	slot   *runSlot
	tab    *table.Table
	reader *table.Reader
	scan   *plan.Scan
	key    []expr.Scalar
	filter []expr.Scalar
	items  []expr.Scalar
	places []int // of items that are plain columns; nil where some is not
	values []expr.Scalar
	params []int // of an insert: the parameter for each column, or one of the following; nil where a parameter is worked on
	first  int   // where the parameters lie in the row, one behind the other; -1: they do not
	taken  int   // the parameters there
	insert *insertOp
	change *changeOp

	vals   []types.Value
	row    []types.Value
	out    []types.Value
	keyBuf []byte
}

func (p *Program) pointRun() (*pointRun, error) {
	s := p.shape
	b := &builder{slot: &runSlot{}}
	x := &pointRun{slot: b.slot, scan: s.scan}
	var op Operator
	var err error
	switch {
	case s.insert != nil:
		if op, err = b.insert(s.insert); err != nil {
			return nil, err
		}
		x.insert = op.(*insertOp)
		x.values, err = b.compiler(scope{}).Scalars(s.values.Rows[0])
		x.row = make([]types.Value, len(x.values))
		x.params = paramsOf(s.insert, s.values)
		x.first, x.taken = neighbors(x.params)
		return x, err
	case s.update != nil:
		if op, err = b.update(s.update); err != nil {
			return nil, err
		}
		x.change = op.(*changeOp)
	case s.delete != nil:
		if op, err = b.delete(s.delete); err != nil {
			return nil, err
		}
		x.change = op.(*changeOp)
	}
	return x, x.compile(b, s)
}

const (
	noValue  = -1 // NULL
	ownValue = -2 // an expression that reads no parameter of the row: a default
)

// paramsOf gives for each column of an inserted row the parameter that is its
// value as it came, or what else it gets; nil where the values have to be made
// before the row.
func paramsOf(n *plan.Insert, v *plan.Values) []int {
	places := scopeOf(v.Columns())
	out := make([]int, len(n.Row))
	for i, e := range n.Row {
		if out[i] = noValue; e == nil {
			continue
		}
		if c, ok := e.(*expr.Column); ok {
			at, known := places[c.ID]
			if !known {
				return nil
			}
			p, ok := v.Rows[0][at].(*expr.Param)
			if !ok {
				return nil
			}
			out[i] = p.Index
			continue
		}
		used := expr.ColumnSet{}
		expr.AddColumns(used, e)
		if len(used) > 0 {
			return nil
		}
		out[i] = ownValue
	}
	return out
}

// compile prepares reading the row by its key.
func (x *pointRun) compile(b *builder, s *pointShape) (err error) {
	if err := populated(s.scan.Rel); err != nil {
		return err
	}
	x.tab = table.Of(s.scan.Rel)
	if x.key, err = b.compiler(scope{}).Scalars(s.scan.Access.Ranges[0].Eq); err != nil {
		return err
	}
	c := b.compiler(scopeOf(s.scan.Cols))
	if x.filter, err = c.Scalars(s.scan.Access.Residual); err != nil {
		return err
	}
	x.reader = x.tab.Reader(s.scan.Ordinals)
	x.vals = make([]types.Value, len(x.key))
	x.row = make([]types.Value, len(s.scan.Cols))
	if s.project == nil {
		return nil
	}
	at := scopeOf(s.scan.Cols)
	for i := range s.project.Items {
		e, err := c.Scalar(s.project.Items[i].Expr)
		if err != nil {
			return err
		}
		x.items = append(x.items, e)
		if col, ok := s.project.Items[i].Expr.(*expr.Column); ok && len(x.places) == i {
			x.places = append(x.places, at.slot(col.ID))
		}
	}
	if len(x.places) < len(x.items) {
		x.places = nil
	}
	x.out = make([]types.Value, len(x.items))
	return nil
}

// RowPath reports whether RunRow can run the program.
func (p *Program) RowPath() bool { return p.shape != nil }

// RunRow runs point work without a pipeline: emit gets each row, valid during
// the call only, after the statement's changes and checks are made. It returns
// the number of rows changed; r.LastRowID tells the key of an inserted row.
// storage.ErrRestart asks for another RunRow after Tx.RestartStatement.
func (p *Program) RunRow(r *Run, emit func(row []types.Value) error) (affected int64, err error) {
	x := r.point
	if x == nil || x.program != p {
		if x, err = p.takePoint(r); err != nil {
			return 0, err
		}
	}
	x.slot.begin(r)
	switch {
	case x.insert != nil:
		affected, err = x.runInsert(r, emit)
	case x.change != nil:
		affected, err = x.runChange(r, emit)
	default:
		err = x.runSelect(r, emit)
	}
	x.slot.end()
	return affected, err
}

// takePoint gives the run an instance of this program instead of the one that
// it kept from the last statement.
func (p *Program) takePoint(r *Run) (*pointRun, error) {
	if r.point != nil {
		r.point.program.points.put(r.point)
		r.point = nil
	}
	x := p.points.get()
	if x == nil {
		var err error
		if x, err = p.pointRun(); err != nil {
			return nil, err
		}
		x.program = p
	}
	r.point = x
	return x, nil
}

// LastRowID returns the integer key of the last row that the run inserted.
func (r *Run) LastRowID() (id int64, ok bool) { return r.changes.lastRowID, r.changes.hasRowID }

// read finds the row by its key; false where there is none or the filter
// drops it.
func (x *pointRun) read(r *Run) (bool, error) {
	if r.Tx == nil {
		return false, sqlerr.New(sqlerr.InternalError, "relation %q is read outside of a transaction", x.scan.Rel.Name)
	}
	for i, k := range x.key {
		v, err := k(r.Context, nil)
		if err != nil || v.IsNull() {
			return false, err
		}
		x.vals[i] = v
	}
	key, err := x.tab.KeyOf(x.keyBuf[:0], x.vals)
	if err != nil {
		return false, err
	}
	x.keyBuf = key
	found, err := x.reader.Get(r.Tx, key, x.row)
	if err != nil || !found {
		return false, err
	}
	for _, f := range x.filter {
		v, err := f(r.Context, x.row)
		if err != nil || v.IsNull() || !v.Bool() {
			return false, err
		}
	}
	return true, nil
}

func (x *pointRun) runSelect(r *Run, emit func(row []types.Value) error) error {
	found, err := x.read(r)
	if err != nil || !found {
		return err
	}
	switch {
	case x.items == nil:
		return emit(x.row)
	case x.places != nil:
		for i, at := range x.places {
			x.out[i] = x.row[at]
		}
		return emit(x.out)
	}
	for i, e := range x.items {
		if x.out[i], err = e(r.Context, x.row); err != nil {
			return err
		}
	}
	return emit(x.out)
}

func (x *pointRun) runInsert(r *Run, emit func(row []types.Value) error) (int64, error) {
	r.changes.reset()
	op := x.insert
	op.returning.reset()
	if err := op.target.begin(r); err != nil {
		return 0, err
	}
	if err := x.insertRow(r); err != nil {
		return 0, err
	}
	return finishPoint(r, op.returning, emit)
}

// insertRow computes and stores the row.
func (x *pointRun) insertRow(r *Run) error {
	op := x.insert
	if x.params != nil {
		row := op.full[:len(op.row)]
		if x.taken < len(row) || x.taken == 0 || &r.Params[0] != &row[0] {
			if err := x.fill(r, row); err != nil {
				return err
			}
		}
		return op.store(r, row)
	}
	for i, e := range x.values {
		v, err := e(r.Context, nil)
		if err != nil {
			return err
		}
		x.row[i] = v
	}
	return op.insertRow(r, x.row)
}

// fill sets the columns of a row that takes its parameters as they came. One
// that lies in the row (Program.ArgumentRow) is set to itself.
func (x *pointRun) fill(r *Run, row []types.Value) error {
	for i, p := range x.params {
		switch p {
		case noValue:
			row[i] = types.Null
		case ownValue:
			v, err := x.insert.row[i](r.Context, nil)
			if err != nil {
				return err
			}
			row[i] = v
		default:
			row[i] = r.Params[p]
		}
	}
	return nil
}

func (x *pointRun) runChange(r *Run, emit func(row []types.Value) error) (int64, error) {
	r.changes.reset()
	op := x.change
	op.returning.reset()
	if err := op.target.begin(r); err != nil {
		return 0, err
	}
	found, err := x.read(r)
	if err != nil || !found {
		return 0, err
	}
	if err := op.change(r, x.row); err != nil {
		return 0, err
	}
	return finishPoint(r, op.returning, emit)
}

// finishPoint does what the statement owes, then gives the returned rows.
func finishPoint(r *Run, ret *returning, emit func(row []types.Value) error) (int64, error) {
	if err := r.changes.settle(r); err != nil {
		return 0, err
	}
	b := ret.take()
	if b == nil {
		return r.changes.affected, nil
	}
	row := make([]types.Value, len(b.Cols))
	for i := 0; i < b.N; i++ {
		for c, v := range b.Cols {
			row[c] = v.Value(i)
		}
		if err := emit(row); err != nil {
			return r.changes.affected, err
		}
	}
	return r.changes.affected, nil
}
