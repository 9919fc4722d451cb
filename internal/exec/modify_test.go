package exec

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vfs"
)

// world is a database of two relations: parent(id primary key, name unique,
// n > 0) and child(id fills itself, pid references parent, note).
type world struct {
	t             testing.TB
	store         *storage.Store
	catalog       *catalog.Catalog
	parent, child *catalog.Relation
	counters      table.Counters
}

func newWorld(t testing.TB, onDelete, onUpdate catalog.Action) *world {
	t.Helper()
	w := &world{t: t}
	pk := &catalog.Index{ID: 20001, Name: "parent_pkey", Unique: true, Primary: true, Constraint: true,
		Parts: []catalog.IndexPart{{Column: 1, Type: types.Int8}}}
	name := &catalog.Index{ID: 20002, Name: "parent_name_key", Unique: true, Constraint: true, Parts: []catalog.IndexPart{{Column: 2, Type: types.Text}}}
	w.parent = &catalog.Relation{ID: 20000, Version: 1, Schema: "public", Name: "parent", Kind: catalog.Table,
		Columns: []*catalog.Column{{ID: 1, Name: "id", Type: types.Int8, NotNull: true}, {ID: 2, Name: "name", Type: types.Text},
			{ID: 3, Name: "n", Type: types.Int8}},
		NextCol: 4, Primary: pk, Indexes: []*catalog.Index{pk, name}, RowIDKey: true, KeyColumn: 1, Layouts: 1, Referers: []catalog.ID{20010}}
	ck := &catalog.Index{ID: 20011, Name: "child_pkey", Unique: true, Primary: true, Parts: []catalog.IndexPart{{Column: 1, Type: types.Int8}}}
	pid := &catalog.Index{ID: 20012, Name: "child_pid", Parts: []catalog.IndexPart{{Column: 2, Type: types.Int8}}}
	w.child = &catalog.Relation{ID: 20010, Version: 1, Schema: "public", Name: "child", Kind: catalog.Table,
		Columns: []*catalog.Column{{ID: 1, Name: "id", Type: types.Int8, NotNull: true, AutoKey: true}, {ID: 2, Name: "pid", Type: types.Int8},
			{ID: 3, Name: "note", Type: types.Text}},
		NextCol: 4, Primary: ck, Indexes: []*catalog.Index{ck, pid}, RowIDKey: true, KeyColumn: 1, Layouts: 1,
		Foreign: []*catalog.ForeignKey{{ID: 20013, Name: "child_pid_fkey", Columns: []uint16{2}, Parent: 20000, ParentColumns: []uint16{1},
			ParentIndex: 20001, OnDelete: onDelete, OnUpdate: onUpdate}}}
	w.catalog = catalog.New(nil).WithRelation(w.parent).WithRelation(w.child)
	var err error
	w.store, err = storage.Open(context.Background(), vfs.Memory(), "test.db", storage.Options{Create: true, Sync: storage.SyncOff})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.store.Close() })
	tx := w.begin()
	for _, rel := range []*catalog.Relation{w.parent, w.child} {
		tb := table.Of(rel)
		if err := tx.CreateTree(tb.Spec()); err != nil {
			t.Fatal(err)
		}
		for _, ix := range rel.Indexes {
			if spec, ok := tb.IndexSpec(ix.ID); ok {
				if err := tx.CreateTree(spec); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := tx.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) begin() *storage.Tx {
	tx := w.store.Begin(storage.TxOptions{Autocommit: true})
	if err := tx.BeginStatement(); err != nil {
		w.t.Fatal(err)
	}
	return tx
}

func (w *world) run(tx *storage.Tx) *Run {
	r := newRun()
	r.Tx, r.Catalog, r.Counters = tx, w.catalog, &w.counters
	return r
}

// exec runs a plan in a transaction of its own.
func (w *world) exec(n plan.Node) (rows []string, affected int64, err error) {
	w.t.Helper()
	p, err := Prepare(n)
	if err != nil {
		w.t.Fatal(err)
	}
	tx := w.begin()
	defer tx.Rollback()
	r := w.run(tx)
	e, err := p.Start(r)
	if err != nil {
		return nil, 0, err
	}
	defer e.Close()
	for {
		b, err := e.Next()
		if err != nil {
			return nil, 0, err
		}
		if b == nil {
			break
		}
		var vals [][]types.Value
		for k := 0; k < b.Len(); k++ {
			var row []types.Value
			for _, c := range b.Cols {
				v := c.Value(b.Row(k))
				v.S = strings.Clone(v.S)
				row = append(row, v)
			}
			vals = append(vals, row)
		}
		rows = append(rows, show(vals)...)
	}
	return rows, e.Affected, tx.Commit(context.Background())
}

func (w *world) must(n plan.Node, affected int64) []string {
	w.t.Helper()
	rows, got, err := w.exec(n)
	if err != nil {
		w.t.Fatal(err)
	}
	if got != affected {
		w.t.Fatalf("%d rows affected, want %d", got, affected)
	}
	return rows
}

func (w *world) fails(n plan.Node, code, text string) {
	w.t.Helper()
	_, _, err := w.exec(n)
	if sqlerr.Code(err) != code || !strings.Contains(err.Error(), text) {
		w.t.Fatalf("error %v, want %s with %q", err, code, text)
	}
}

func targetOf(rel *catalog.Relation) plan.Target {
	t := plan.Target{Rel: rel}
	for range rel.Columns {
		nextColumn += 2
		t.New, t.Old = append(t.New, nextColumn), append(t.Old, nextColumn+1)
	}
	nextColumn += 2
	if rel.Name == "parent" {
		n := &expr.Column{ID: t.New[2], Typ: types.Int8}
		t.Checks = []plan.CheckItem{{Name: "parent_n_check", Cond: compare(expr.GT, n, intConst(0))}}
	}
	return t
}

func (w *world) insert(rel *catalog.Relation, rows ...[]any) *plan.Insert {
	v := &plan.Values{}
	ins := &plan.Insert{Target: targetOf(rel), Input: v, Ordinary: len(rows) == 1}
	for _, c := range rel.Columns {
		v.Cols = append(v.Cols, column(c.Name, c.Type))
	}
	for i, c := range v.Cols {
		ins.Row = append(ins.Row, ref(c))
		ins.Returning = append(ins.Returning, plan.Item{Col: column(c.Name, c.Type),
			Expr: &expr.Column{ID: ins.Target.New[i], Typ: c.Type}})
	}
	for _, row := range rows {
		var exprs []expr.Expr
		for i, x := range row {
			exprs = append(exprs, konst(valueOf(x), rel.Columns[i].Type))
		}
		v.Rows = append(v.Rows, exprs)
	}
	return ins
}

func valueOf(x any) types.Value {
	switch x := x.(type) {
	case int:
		return types.NewInt(int64(x))
	case string:
		return types.NewText(x)
	}
	return types.Null
}

// scan reads the rows of a relation whose column equals a value (nil: all).
func scanOf(rel *catalog.Relation, t *plan.Target, col int, equals any) *plan.Scan {
	s := &plan.Scan{Rel: rel}
	for i, c := range rel.Columns {
		pc := column(c.Name, c.Type)
		if t != nil {
			pc.ID = t.Old[i]
		}
		s.Cols, s.Ordinals = append(s.Cols, pc), append(s.Ordinals, i)
	}
	if equals != nil {
		cond := compare(expr.EQ, ref(s.Cols[col]), konst(valueOf(equals), s.Cols[col].Type))
		s.Filter = []expr.Expr{cond}
		if col == 0 {
			s.Access = &plan.Access{Ranges: []plan.KeyRange{{Eq: []expr.Expr{konst(valueOf(equals), s.Cols[col].Type)}}}}
		}
	}
	return s
}

func (w *world) update(rel *catalog.Relation, col int, equals any, set int, value any) *plan.Update {
	t := targetOf(rel)
	return &plan.Update{Target: t, Input: scanOf(rel, &t, col, equals),
		Set: []plan.Assign{{Ordinal: set, Expr: konst(valueOf(value), rel.Columns[set].Type)}}}
}

func (w *world) delete(rel *catalog.Relation, col int, equals any) *plan.Delete {
	t := targetOf(rel)
	return &plan.Delete{Target: t, Input: scanOf(rel, &t, col, equals)}
}

func (w *world) expect(rel *catalog.Relation, want ...string) {
	w.t.Helper()
	rows, _, err := w.exec(scanOf(rel, nil, 0, nil))
	if err != nil {
		w.t.Fatal(err)
	}
	sameRows(w.t, rel.Name, rows, want, false)
}

func TestInsertUpdateDelete(t *testing.T) {
	w := newWorld(t, catalog.NoAction, catalog.NoAction)
	got := w.must(w.insert(w.parent, []any{1, "one", 10}, []any{2, "two", 20}), 2)
	sameRows(t, "returning", got, []string{"1|one|10|", "2|two|20|"}, true)
	w.fails(w.insert(w.parent, []any{1, "x", 1}), sqlerr.UniqueViolation, "Key (id)=(1) already exists.")
	w.fails(w.insert(w.parent, []any{3, "one", 1}), sqlerr.UniqueViolation, "Key (name)=(one) already exists.")
	w.fails(w.insert(w.parent, []any{nil, "x", 1}), sqlerr.NotNullViolation, "Failing row contains (null, x, 1).")
	w.fails(w.insert(w.parent, []any{3, "x", 0}), sqlerr.CheckViolation, "parent_n_check")
	w.must(w.update(w.parent, 0, 1, 2, 11), 1)
	w.must(w.update(w.parent, 1, "two", 0, 5), 1)
	w.expect(w.parent, "1|one|11|", "5|two|20|")
	w.fails(w.update(w.parent, 0, 1, 1, "two"), sqlerr.UniqueViolation, "parent_name_key")
	w.must(w.delete(w.parent, 0, 1), 1)
	w.must(w.delete(w.parent, 0, 1), 0)
	w.expect(w.parent, "5|two|20|")
	got = w.must(w.insert(w.child, []any{nil, nil, "a"}, []any{7, nil, "b"}, []any{nil, 5, "c"}), 3)
	sameRows(t, "filled keys", got, []string{"1|∅|a|", "7|∅|b|", "8|5|c|"}, true)
}

func TestForeignKeys(t *testing.T) {
	fill := func(w *world) {
		w.must(w.insert(w.parent, []any{1, "one", 10}, []any{2, "two", 20}), 2)
		w.must(w.insert(w.child, []any{1, 1, "a"}, []any{2, 1, "b"}, []any{3, 2, "c"}, []any{4, nil, "d"}), 4)
	}
	for _, action := range []catalog.Action{catalog.NoAction, catalog.Restrict} {
		w := newWorld(t, action, action)
		fill(w)
		w.fails(w.insert(w.child, []any{9, 9, "z"}), sqlerr.ForeignKeyViolation, `Key (pid)=(9) is not present in table "parent".`)
		w.fails(w.update(w.child, 0, 3, 1, 8), sqlerr.ForeignKeyViolation, "child_pid_fkey")
		w.fails(w.delete(w.parent, 0, 1), sqlerr.ForeignKeyViolation, `Key (id)=(1) is still referenced from table "child".`)
		w.fails(w.update(w.parent, 0, 1, 0, 3), sqlerr.ForeignKeyViolation, "child_pid_fkey")
		w.must(w.update(w.parent, 0, 1, 2, 99), 1)
		w.must(w.delete(w.child, 0, 3), 1)
		w.must(w.delete(w.parent, 0, 2), 1)
	}
	w := newWorld(t, catalog.Cascade, catalog.Cascade)
	fill(w)
	w.must(w.update(w.parent, 0, 1, 0, 3), 1)
	w.expect(w.child, "1|3|a|", "2|3|b|", "3|2|c|", "4|∅|d|")
	w.must(w.delete(w.parent, 0, 3), 1)
	w.expect(w.child, "3|2|c|", "4|∅|d|")
	w = newWorld(t, catalog.SetNull, catalog.SetNull)
	fill(w)
	w.must(w.delete(w.parent, 0, 1), 1)
	w.must(w.update(w.parent, 0, 2, 0, 4), 1)
	w.expect(w.child, "1|∅|a|", "2|∅|b|", "3|∅|c|", "4|∅|d|")
}

func TestOnConflict(t *testing.T) {
	w := newWorld(t, catalog.Cascade, catalog.Cascade)
	w.must(w.insert(w.parent, []any{1, "one", 10}, []any{2, "two", 20}), 2)
	n := w.insert(w.parent, []any{1, "x", 1}, []any{9, "two", 1}, []any{3, "three", 30})
	n.OnConflict = &plan.OnConflict{}
	sameRows(t, "nothing", w.must(n, 1), []string{"3|three|30|"}, true)

	n = w.insert(w.parent, []any{1, "uno", 5}, []any{4, "four", 40})
	n.OnConflict = &plan.OnConflict{Arbiters: []*catalog.Index{w.parent.Primary}}
	for range w.parent.Columns {
		nextColumn++
		n.OnConflict.Excluded = append(n.OnConflict.Excluded, nextColumn)
	}
	excluded := &expr.Column{ID: n.OnConflict.Excluded[1], Typ: types.Text}
	n.OnConflict.Update = []plan.Assign{{Ordinal: 1, Expr: excluded}}
	sameRows(t, "update", w.must(n, 2), []string{"1|uno|10|", "4|four|40|"}, true)

	twice := *n
	twice.Input = w.insert(w.parent, []any{1, "p", 5}, []any{1, "q", 5}).Input
	twice.Row = nil
	for _, c := range twice.Input.Columns() {
		twice.Row = append(twice.Row, ref(c))
	}
	w.fails(&twice, sqlerr.CardinalityViolation, "a second time")

	n = w.insert(w.parent, []any{1, "two", 7})
	n.Replace = true
	w.must(n, 1)
	w.expect(w.parent, "1|two|7|", "3|three|30|", "4|four|40|")
}

func TestLockingLimit(t *testing.T) {
	w := newWorld(t, catalog.NoAction, catalog.NoAction)
	w.must(w.insert(w.parent, []any{1, "one", 10}, []any{2, "two", 20}, []any{3, "three", 30}), 3)
	take := func(tx *storage.Tx) []string {
		s := scanOf(w.parent, nil, 0, nil)
		s.Lock = &plan.Locking{Strength: plan.ForUpdate, SkipLocked: true}
		n := &plan.Limit{Count: intConst(1), Input: &plan.Sort{Input: s, Keys: []expr.SortKey{{Expr: ref(s.Cols[2]), Desc: true}},
			Limit: &plan.Limit{Count: intConst(1)}}}
		return show(collect(t, n, w.run(tx)))
	}
	a, b := w.begin(), w.begin()
	defer a.Rollback()
	defer b.Rollback()
	sameRows(t, "first", take(a), []string{"3|three|30|"}, true)
	sameRows(t, "second", take(b), []string{"2|two|20|"}, true)
	sameRows(t, "third", take(a), []string{"3|three|30|"}, true)
}

// TestRestart has two transactions change one row: the later one is told to
// start over, and then works on the newer row.
func TestRestart(t *testing.T) {
	w := newWorld(t, catalog.NoAction, catalog.NoAction)
	w.must(w.insert(w.parent, []any{1, "one", 10}), 1)
	up := targetOf(w.parent)
	scan := byParam(w.parent, &up)
	u := &plan.Update{Target: up, Input: scan, Set: []plan.Assign{{Ordinal: 2, Expr: plusOne(t, ref(scan.Cols[2]))}},
		Returning: []plan.Item{{Col: column("n", types.Int8), Expr: &expr.Column{ID: up.New[2], Typ: types.Int8}}}}
	p, err := Prepare(u)
	if err != nil {
		t.Fatal(err)
	}
	run := func(tx *storage.Tx, rowPath bool) (rows []string, err error) {
		r := w.run(tx)
		r.Params = []types.Value{types.NewInt(1)}
		if rowPath {
			_, err = p.RunRow(r, func(row []types.Value) error {
				rows = append(rows, show([][]types.Value{row})...)
				return nil
			})
			return rows, err
		}
		vals, err := runProgram(p, r)
		return show(vals), err
	}
	want := int64(10)
	for _, rowPath := range []bool{false, true} {
		a, b := w.begin(), w.begin()
		if _, err := run(a, rowPath); err != nil {
			t.Fatal(err)
		}
		if err := a.Commit(context.Background()); err != nil {
			t.Fatal(err)
		}
		if rows, err := run(b, rowPath); err != storage.ErrRestart || len(rows) > 0 {
			t.Fatal(rows, err)
		}
		if err := b.RestartStatement(context.Background()); err != nil {
			t.Fatal(err)
		}
		rows, err := run(b, rowPath)
		if err != nil {
			t.Fatal(err)
		}
		want += 2
		sameRows(t, "after the restart", rows, show([][]types.Value{{types.NewInt(want)}}), true)
		if err := b.Commit(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCancel ends a join of a million pairs by its context.
func TestCancel(t *testing.T) {
	l, r := rowsInput(randomRows(1, 2000, 50)), rowsInput(randomRows(2, 2000, 50))
	n := &plan.Aggregate{Aggs: []plan.AggItem{{Col: column("n", types.Int8), Agg: aggregateOf(t, "count")}},
		Input: &plan.Join{Left: l, Right: &plan.Join{Left: r, Right: rowsInput(randomRows(3, 2000, 50))}}}
	p, err := Prepare(n)
	if err != nil {
		t.Fatal(err)
	}
	run := newRun()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	run.Ctx = ctx
	if _, err := runProgram(p, run); sqlerr.Code(err) != sqlerr.QueryCanceled {
		t.Fatal(err)
	}
}
