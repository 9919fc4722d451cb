package exec

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// mergeOp is MERGE: for each row of its input it carries out the first WHEN
// clause that applies.
type mergeOp struct {
	*changeOp
	matched expr.Scalar
	whens   []mergeWhen
}

type mergeWhen struct {
	matched bool
	cond    expr.Scalar
	action  string
	set     []assignProgram
	row     []expr.Scalar

	assigned []int // ordinals that set sets
}

func (b *builder) merge(n *plan.Merge) (Operator, error) {
	x, err := b.changeOp(&n.Target, n.Input)
	if err != nil {
		return nil, err
	}
	x.returning = &returning{rows: newStore(nil)}
	m := &mergeOp{changeOp: x}
	c := b.compiler(scopeOf(n.Input.Columns()))
	if m.matched, err = c.Scalar(n.Matched); err != nil {
		return nil, err
	}
	for i := range n.Whens {
		w := &n.Whens[i]
		p := mergeWhen{matched: w.Matched, action: w.Action}
		if w.Cond != nil {
			if p.cond, err = c.Scalar(w.Cond); err != nil {
				return nil, err
			}
		}
		if p.set, err = assignPrograms(c, w.Set); err != nil {
			return nil, err
		}
		p.assigned = ordinalsOf(p.set)
		p.row = make([]expr.Scalar, len(w.Row))
		for k, e := range w.Row {
			if e == nil {
				continue
			}
			if p.row[k], err = c.Scalar(e); err != nil {
				return nil, err
			}
		}
		m.whens = append(m.whens, p)
	}
	return m, nil
}

func (m *mergeOp) Open(r *Run) error {
	m.returning.reset()
	if err := m.target.begin(r); err != nil {
		return err
	}
	for _, e := range [...]struct {
		action string
		event  Event
	}{{"insert", OnInsert}, {"update", OnUpdate}, {"delete", OnDelete}} {
		for i := range m.whens {
			if w := &m.whens[i]; w.action == e.action {
				m.target.assigned = w.assigned
				if err := m.target.beginStatement(r, e.event); err != nil {
					return err
				}
			}
		}
	}
	return m.in.Open(r)
}

func (m *mergeOp) Next(r *Run) (*vector.Batch, error) {
	for {
		b, err := m.in.Next(r)
		if err != nil || b == nil {
			return nil, err
		}
		for k := 0; k < b.Len(); k++ {
			i := b.Row(k)
			for c, v := range b.Cols {
				m.input[c] = v.Value(i)
			}
			if err := m.mergeRow(r); err != nil {
				return nil, err
			}
		}
		if err := r.canceled(); err != nil {
			return nil, err
		}
	}
}

func (m *mergeOp) mergeRow(r *Run) error {
	v, err := m.matched(r.Context, m.input)
	if err != nil {
		return err
	}
	matched := !v.IsNull() && v.Bool()
	for i := range m.whens {
		w := &m.whens[i]
		if w.matched != matched {
			continue
		}
		if w.cond != nil {
			v, err := w.cond(r.Context, m.input)
			if err != nil {
				return err
			}
			if v.IsNull() || !v.Bool() {
				continue
			}
		}
		return m.act(r, w)
	}
	return nil
}

func (m *mergeOp) act(r *Run, w *mergeWhen) error {
	row := m.full[:len(m.oldRow)]
	switch w.action {
	case "nothing":
		return nil
	case "insert":
		return m.insert(r, w, row)
	}
	for i, slot := range m.old {
		m.oldRow[i] = m.input[slot]
	}
	rowid := int64(0)
	if m.rowid >= 0 {
		rowid = m.input[m.rowid].I
	}
	key, err := m.target.key(m.oldRow, rowid)
	if err != nil {
		return err
	}
	if !r.changes.touch(m.target.writer.Tree(), key) {
		return sqlerr.New(sqlerr.CardinalityViolation, "MERGE command cannot affect row a second time").
			WithHint("Ensure that not more than one source row matches any one target row.")
	}
	if err := m.target.lock(r, key, w.action == "delete"); err != nil {
		return err
	}
	m.target.assigned = w.assigned
	if w.action != "delete" {
		copy(row, m.oldRow)
		if err := assign(r.Context, w.set, m.input, row); err != nil {
			return err
		}
	}
	if m.target.triggers != nil {
		m.delete = w.action == "delete"
		if keep, err := m.callBefore(r, key, row); err != nil || !keep {
			return err
		}
	}
	r.changes.affected++
	if w.action == "delete" {
		return m.target.delete(r, key, m.oldRow)
	}
	if err := m.target.complete(r, row); err != nil {
		return err
	}
	return m.target.update(r, key, m.oldRow, row, rowid)
}

// insert stores the row of WHEN NOT MATCHED.
func (m *mergeOp) insert(r *Run, w *mergeWhen, row []types.Value) error {
	for i := range row {
		row[i] = types.Null
		if i < len(w.row) && w.row[i] != nil {
			v, err := w.row[i](r.Context, m.input)
			if err != nil {
				return err
			}
			row[i] = v
		}
	}
	rowid, err := m.target.fillKey(r, row)
	if err != nil {
		return err
	}
	if m.target.hasBefore(OnInsert) {
		if keep, err := m.target.before(r, OnInsert, nil, row); err != nil || !keep {
			return err
		}
		if !m.target.hiddenKey {
			if rowid, err = m.target.fillKey(r, row); err != nil {
				return err
			}
		}
	}
	if err := m.target.complete(r, row); err != nil {
		return err
	}
	r.changes.affected++
	return m.target.insert(r, row, rowid)
}

// truncateOp empties relations.
type truncateOp struct {
	node *plan.Truncate
}

func (t *truncateOp) Open(*Run) error { return nil }
func (t *truncateOp) Close() error    { return nil }

func (t *truncateOp) Next(r *Run) (*vector.Batch, error) {
	among := map[catalog.ID]bool{}
	for _, rel := range t.node.Rels {
		among[rel.ID] = true
	}
	for _, rel := range t.node.Rels {
		if r.Pending != nil {
			if err := r.Pending(rel, "TRUNCATE"); err != nil {
				return nil, err
			}
		}
	}
	for _, rel := range t.node.Rels {
		for _, id := range rel.Referers {
			if among[id] || r.Catalog == nil {
				continue
			}
			child := r.Catalog.RelationByID(id)
			if child == nil {
				continue
			}
			return nil, sqlerr.New(sqlerr.FeatureNotSupported, "cannot truncate a table referenced in a foreign key constraint").
				WithDetail("Table %q references %q.", child.Name, rel.Name).
				WithHint("Truncate table %q at the same time, or use TRUNCATE ... CASCADE.", child.Name)
		}
	}
	for _, rel := range t.node.Rels {
		if err := truncateTriggers(r, rel); err != nil {
			return nil, err
		}
	}
	for _, rel := range t.node.Rels {
		tab := table.Of(rel)
		for _, tree := range tab.Trees() {
			if err := r.Tx.LockTable(r.ctx(), tree, storage.TableExclusive, storage.Wait); err != nil {
				return nil, err
			}
			if err := r.Tx.TruncateTree(tree); err != nil {
				return nil, err
			}
		}
		if t.node.Restart {
			r.counters().Forget(rel.ID)
		}
	}
	return nil, nil
}

// truncateTriggers calls the BEFORE TRUNCATE triggers of a relation and notes
// those that come after.
func truncateTriggers(r *Run, rel *catalog.Relation) error {
	if len(rel.Triggers) == 0 || r.Triggers == nil {
		return nil
	}
	list, err := r.Triggers(rel)
	if err != nil || list == nil {
		return err
	}
	return (&target{rel: rel, triggers: list}).beginStatement(r, OnTruncate)
}
