package exec

import (
	"encoding/binary"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// runSlot tells the closures of an instance which run they serve, and counts
// the runs so that what they remember of the last one is dropped.
type runSlot struct {
	run    *Run
	count  uint64
	closes []func() // what the closures hold of the run
}

func (s *runSlot) begin(r *Run) {
	s.end()
	s.run = r
	s.count++
}

// end lets go of what the closures hold of the run.
func (s *runSlot) end() {
	for _, f := range s.closes {
		f()
	}
	s.closes = s.closes[:0]
}

// subquery is a subquery expression. Its result is remembered by the values
// of the outer columns it depends on.
type subquery struct {
	slot   *runSlot
	kind   expr.SubqueryKind
	op     Operator
	outer  []outerRef
	places []int // of q.Cols among the plan's columns
	tests  []expr.Scalar
	cond   expr.Scalar
	inner  []types.Value // row for cond: tests, then columns
	byHash bool          // = ANY or <> ALL over values that a map compares rightly
	typ    *types.Type
	memoOK bool

	count uint64 // of the run that memo belongs to
	memo  map[string]*subResult
	bytes int64
	acct  account
	key   []byte
	arena arena
	types []*types.Type // of q.Cols
	cols  []*vector.Vector
	rd    chunkReader
}

// outerRef is an outer column: a slot of the row around, or -1 where a query
// further out has bound it.
type outerRef struct {
	id   expr.ColumnID
	slot int
}

// subResult is what a subquery gave for one binding.
type subResult struct {
	value types.Value
	rows  []types.Value // one after the other
	n     int
	kept  *store // ANY and ALL: the rows, or in a file
	spill *packer
	bytes int64
	set   map[types.Value]struct{}
	null  bool // a row of the set is NULL
}

// memoBytes bounds what one subquery remembers.
const memoBytes = 8 << 20

func (b *builder) subquery(c *expr.Compiler, s scope, q *expr.Subquery) (expr.Scalar, error) {
	n, ok := q.Plan.(plan.Node)
	if !ok {
		return nil, sqlerr.New(sqlerr.InternalError, "subquery without a plan")
	}
	op, err := b.build(n)
	if err != nil {
		return nil, err
	}
	x := &subquery{slot: b.slot, kind: q.Kind, op: op, typ: q.Typ, memoOK: !volatilePlan(n) || len(q.Outer) == 0}
	for _, id := range q.Outer {
		x.outer = append(x.outer, outerRef{id, s.slot(id)})
	}
	cols := scopeOf(n.Columns())
	for _, id := range q.Cols {
		at := cols.slot(id)
		x.places = append(x.places, at)
		x.types = append(x.types, n.Columns()[at].Type)
	}
	x.cols = make([]*vector.Vector, len(x.places))
	if q.Kind == expr.AnySubquery || q.Kind == expr.AllSubquery {
		if err := x.compileTest(b, c, q); err != nil {
			return nil, err
		}
	}
	return x.eval, nil
}

func (x *subquery) compileTest(b *builder, c *expr.Compiler, q *expr.Subquery) (err error) {
	if x.tests, err = c.Scalars(q.Test); err != nil {
		return err
	}
	inner := scope{}
	for i, id := range q.TestID {
		inner[id] = i
	}
	for i, id := range q.Cols {
		inner[id] = len(q.TestID) + i
	}
	x.inner = make([]types.Value, len(q.TestID)+len(q.Cols))
	if x.cond, err = b.compiler(inner).Scalar(q.Op); err != nil {
		return err
	}
	cmp, ok := q.Op.(*expr.Compare)
	if !ok || len(q.Cols) != 1 || len(q.TestID) != 1 {
		return nil
	}
	a, okA := cmp.A.(*expr.Column)
	z, okB := cmp.B.(*expr.Column)
	if !okA || !okB || a.ID != q.TestID[0] || z.ID != q.Cols[0] {
		return nil
	}
	want := expr.EQ
	if x.kind == expr.AllSubquery {
		want = expr.NE
	}
	class := classOf(z.Typ)
	x.byHash = cmp.Op == want && !z.Typ.Is(types.Char) && (class == wordKey || class == textKey || class == pairKey)
	return nil
}

func (x *subquery) eval(c *expr.Context, row []types.Value) (types.Value, error) {
	if x.count != x.slot.count {
		x.count = x.slot.count
		x.forget()
		x.acct.open(x.slot.run)
		x.slot.closes = append(x.slot.closes, x.end)
	}
	res, err := x.result(c, row)
	if err != nil {
		return types.Null, err
	}
	if x.tests == nil {
		return res.value, nil
	}
	return x.test(c, row, res)
}

func (x *subquery) forget() {
	for _, res := range x.memo {
		res.close()
	}
	clear(x.memo)
	x.bytes = 0
	x.arena.reset()
}

// end forgets the run.
func (x *subquery) end() {
	x.forget()
	x.acct.close()
}

func (s *subResult) close() {
	if s.spill != nil {
		s.spill.to.close()
	}
}

// result runs the subquery for the row's binding, or remembers it.
func (x *subquery) result(c *expr.Context, row []types.Value) (*subResult, error) {
	x.key = x.key[:0]
	for _, o := range x.outer {
		var v types.Value
		if o.slot >= 0 {
			v = row[o.slot]
		} else {
			v = c.Outer[o.id]
		}
		x.key = appendRaw(x.key, v)
	}
	if res, ok := x.memo[string(x.key)]; ok && x.memoOK {
		return res, nil
	}
	if x.bytes > min(memoBytes, x.slot.run.Memory.minimum()) || !x.memoOK { // one result may be larger
		x.forget()
	}
	for _, o := range x.outer {
		if o.slot >= 0 {
			x.slot.run.bind(o.id, row[o.slot])
		}
	}
	key := string(x.key) // a nested run may use the buffer
	res, err := x.run(x.slot.run)
	if err != nil {
		return nil, err
	}
	if x.memo == nil {
		x.memo = map[string]*subResult{}
	}
	x.memo[key] = res
	x.bytes += int64(len(key)) + 96 + res.bytes
	return res, nil
}

func appendRaw(dst []byte, v types.Value) []byte {
	dst = append(dst, byte(v.K))
	dst = binary.LittleEndian.AppendUint64(dst, uint64(v.I))
	dst = binary.LittleEndian.AppendUint64(dst, uint64(v.J))
	dst = binary.AppendUvarint(dst, uint64(len(v.S)))
	return append(dst, v.S...)
}

// run computes the subquery under the present bindings.
func (x *subquery) run(r *Run) (*subResult, error) {
	if err := x.op.Open(r); err != nil {
		x.op.Close()
		return nil, err
	}
	res, err := x.collect(r)
	if e := x.op.Close(); err == nil {
		err = e
	}
	return res, err
}

func (x *subquery) collect(r *Run) (*subResult, error) {
	res := &subResult{}
	for {
		b, err := x.op.Next(r)
		if err != nil {
			res.close()
			return nil, err
		}
		if b == nil {
			return res, x.complete(res)
		}
		switch {
		case x.kind == expr.ExistsSubquery:
			if b.Len() > 0 {
				res.n = 1
				return res, x.complete(res)
			}
			continue
		case x.kind == expr.ScalarSubquery && res.n+b.Len() > 1:
			return nil, sqlerr.New(sqlerr.CardinalityViolation, "more than one row returned by a subquery used as an expression")
		}
		err = x.keep(r, res, b)
		if err == nil {
			err = r.canceled()
		}
		if err != nil {
			res.close()
			return nil, err
		}
	}
}

// keep takes the rows of a batch.
func (x *subquery) keep(r *Run, res *subResult, b *vector.Batch) error {
	res.n += b.Len()
	if x.tests == nil {
		for k := 0; k < b.Len(); k++ {
			for _, p := range x.places {
				v := b.Cols[p].Value(b.Row(k))
				v.S = x.arena.copy(v.S)
				res.bytes += 40 + int64(len(v.S))
				res.rows = append(res.rows, v)
			}
		}
		if !x.acct.set(x.bytes+res.bytes) && !x.acct.tolerable() {
			return errMemory("the value of a subquery")
		}
		return nil
	}
	for i, p := range x.places {
		x.cols[i] = b.Cols[p]
	}
	if res.spill != nil {
		return res.spill.add(x.cols, b.Sel, b.N)
	}
	if res.kept == nil {
		res.kept = newStore(x.types)
	}
	res.kept.appendRows(x.cols, b.Sel, b.N)
	if res.bytes = res.kept.bytes(); x.byHash {
		res.bytes += int64(res.n) * 100 // the set to come
	}
	if x.acct.set(x.bytes + res.bytes) {
		return nil
	}
	if r.FS == nil {
		return errMemory("the rows of a subquery")
	}
	res.spill = diskPacker(r, x.types)
	err := res.spill.to.appendRows(res.kept.cols, nil, res.kept.n)
	res.kept, res.bytes = nil, 0
	x.acct.set(x.bytes)
	return err
}

// complete makes the value of the rows.
func (x *subquery) complete(res *subResult) (err error) {
	switch x.kind {
	case expr.ExistsSubquery:
		res.value = types.NewBool(res.n > 0)
	case expr.ScalarSubquery:
		if res.n == 1 {
			res.value = res.rows[0]
			if len(x.places) > 1 {
				res.value = types.MakeRecord(x.typ, res.rows)
			}
		}
	case expr.ArraySubquery:
		res.value, err = expr.MakeArray(x.typ, res.rows)
	default:
		if res.spill != nil {
			return res.spill.flush()
		}
		if x.byHash && res.n > 0 {
			res.set = make(map[types.Value]struct{}, res.n)
			for i := 0; i < res.n; i++ {
				if v := res.kept.cols[0].Value(i); v.IsNull() {
					res.null = true
				} else {
					res.set[v] = struct{}{}
				}
			}
		}
	}
	return err
}

// test computes ANY and ALL over the rows.
func (x *subquery) test(c *expr.Context, row []types.Value, res *subResult) (types.Value, error) {
	all := x.kind == expr.AllSubquery
	if res.n == 0 {
		return types.NewBool(all), nil
	}
	null := false
	for i, t := range x.tests {
		v, err := t(c, row)
		if err != nil {
			return types.Null, err
		}
		x.inner[i] = v
		null = null || v.IsNull()
	}
	if x.byHash && null {
		return types.Null, nil
	}
	if res.set != nil {
		if _, ok := res.set[x.inner[0]]; ok {
			return types.NewBool(!all), nil
		}
		if res.null {
			return types.Null, nil
		}
		return types.NewBool(all), nil
	}
	if res.spill == nil {
		return x.compareRows(c, res.kept.cols, res.n)
	}
	result := types.NewBool(all)
	for i := 0; i < res.spill.to.len(); i++ {
		if err := x.slot.run.canceled(); err != nil {
			return types.Null, err
		}
		b, err := res.spill.to.read(i, &x.rd)
		if err != nil {
			return types.Null, err
		}
		v, err := x.compareRows(c, b.Cols, b.N)
		if err != nil {
			return types.Null, err
		}
		if !v.IsNull() && v.Bool() != all {
			return v, nil
		}
		if v.IsNull() {
			result = v
		}
	}
	return result, nil
}

// compareRows compares the tested values with rows.
func (x *subquery) compareRows(c *expr.Context, cols []*vector.Vector, n int) (types.Value, error) {
	all := x.kind == expr.AllSubquery
	nt, null := len(x.tests), false
	for i := 0; i < n; i++ {
		for k, col := range cols {
			x.inner[nt+k] = col.Value(i)
		}
		v, err := x.cond(c, x.inner)
		if err != nil {
			return types.Null, err
		}
		if v.IsNull() {
			null = true
		} else if v.Bool() != all {
			return types.NewBool(!all), nil
		}
	}
	if null {
		return types.Null, nil
	}
	return types.NewBool(all), nil
}

// volatilePlan reports whether a plan calls a volatile function in one of the
// places that subqueries usually have them, or changes rows.
func volatilePlan(n plan.Node) bool {
	volatile := false
	check := func(e expr.Expr) {
		if e != nil && expr.VolatilityOf(e) == expr.Volatile {
			volatile = true
		}
	}
	switch n := n.(type) {
	case *plan.Project:
		for i := range n.Items {
			check(n.Items[i].Expr)
		}
	case *plan.Filter:
		for _, e := range n.Conds {
			check(e)
		}
	case *plan.Scan:
		for _, e := range n.Filter {
			check(e)
		}
	case *plan.Join:
		for _, e := range n.On {
			check(e)
		}
	case *plan.Values:
		for _, row := range n.Rows {
			for _, e := range row {
				check(e)
			}
		}
	case *plan.FuncScan:
		for i := range n.Fns {
			for _, e := range n.Fns[i].Args {
				check(e)
			}
			check(n.Fns[i].Scalar)
		}
	case *plan.Insert, *plan.Update, *plan.Delete, *plan.Merge:
		return true
	}
	for _, in := range n.Inputs() {
		volatile = volatile || volatilePlan(in)
	}
	return volatile
}
