package exec

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
)

// childTarget compiles what changing a child takes; r.Bind gives the bound
// expressions where the relation has any.
func (c *changeState) childTarget(r *Run, rel *catalog.Relation) (*target, []expr.Expr, error) {
	bound := &plan.Target{Rel: rel}
	var defaults []expr.Expr
	if r.Bind != nil {
		var err error
		if bound, defaults, err = r.Bind(rel); err != nil {
			return nil, nil, err
		}
	}
	if t := c.targets[rel.ID]; t != nil {
		return t, defaults, nil
	}
	b := &builder{slot: &runSlot{}}
	b.slot.begin(r)
	t, err := b.target(bound)
	if err != nil {
		return nil, nil, err
	}
	if c.targets == nil {
		c.targets = map[catalog.ID]*target{}
	}
	c.targets[rel.ID] = t
	return t, defaults, t.begin(r)
}

// changeChildren deletes or updates the rows that refer to the old key.
func (c *changeState) changeChildren(r *Run, e *parentEvent, p *foreignParent, action catalog.Action, old []types.Value) error {
	t, defaults, err := c.childTarget(r, p.child)
	if err != nil {
		return err
	}
	event := OnUpdate
	if action == catalog.Cascade && e.new == nil {
		event = OnDelete
	}
	t.assigned = p.columns
	if err := t.beginStatement(r, event); err != nil {
		return err
	}
	f := &childFinder{p: p, values: old, full: true}
	if err := f.open(r); err != nil {
		return err
	}
	defer f.close()
	type found struct {
		row   []types.Value
		rowid int64
	}
	var rows []found // read before writing: the scan sees the newest state
	for {
		ok, err := f.next(r)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		rows = append(rows, found{cloneRow(f.row[:len(p.child.Columns)]), f.rowid})
	}
	for i := range rows {
		x := &rows[i]
		if err := t.changeChild(r, x.row, x.rowid, event, func(row []types.Value) error {
			return assignChild(r, e, p, action, defaults, row)
		}); err != nil {
			return err
		}
	}
	return nil
}

// changeChild deletes a child row, or updates it by assign.
func (t *target) changeChild(r *Run, old []types.Value, rowid int64, event Event, assign func(row []types.Value) error) error {
	key, err := t.writer.Key(nil, old, rowid)
	if err != nil {
		return err
	}
	if err := t.lock(r, key, event == OnDelete); err != nil {
		return err
	}
	var row []types.Value
	if event == OnUpdate {
		row = slices.Clone(old)
		if err := assign(row); err != nil {
			return err
		}
	}
	if t.hasBefore(event) {
		if keep, err := t.before(r, event, old, row); err != nil || !keep {
			return err
		}
	}
	if event == OnDelete {
		if err := t.unchanged(r, key, old, "deleted"); err != nil {
			return err
		}
		return t.delete(r, key, old)
	}
	if err := t.unchanged(r, key, old, "updated"); err != nil {
		return err
	}
	if err := t.complete(r, row); err != nil {
		return err
	}
	return t.update(r, key, old, row, rowid)
}

// assignChild sets the foreign key columns of a child row as the action says.
func assignChild(r *Run, e *parentEvent, p *foreignParent, action catalog.Action, defaults []expr.Expr, row []types.Value) error {
	for i, o := range p.columns {
		switch action {
		case catalog.Cascade:
			row[o] = e.new[p.parents[i]]
		case catalog.SetNull:
			if e.new != nil || len(p.key.SetColumns) == 0 || slices.Contains(p.key.SetColumns, p.key.Columns[i]) {
				row[o] = types.Null
			}
		case catalog.SetDefault:
			if e.new == nil && len(p.key.SetColumns) > 0 && !slices.Contains(p.key.SetColumns, p.key.Columns[i]) {
				continue
			}
			row[o] = types.Null
			if o < len(defaults) && defaults[o] != nil {
				s, err := (&expr.Compiler{}).Scalar(defaults[o])
				if err != nil {
					return err
				}
				if row[o], err = s(r.Context, nil); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
