package exec

import (
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
)

// foreignParent is a foreign key as its child sees it.
type foreignParent struct {
	key     *catalog.ForeignKey
	child   *catalog.Relation
	parent  *catalog.Relation
	columns []int // ordinals in the child
	parents []int // ordinals in the parent
	index   *catalog.Index
	order   []int // for each part of the index, its place among columns
	writer  table.Writer
	vals    []types.Value
}

func foreignParents(r *Run, rel *catalog.Relation) ([]*foreignParent, error) {
	var out []*foreignParent
	for _, k := range rel.Foreign {
		p, err := newForeignParent(r, rel, k)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func newForeignParent(r *Run, child *catalog.Relation, k *catalog.ForeignKey) (*foreignParent, error) {
	if r.Catalog == nil {
		return nil, sqlerr.New(sqlerr.InternalError, "foreign keys of %q cannot be checked without a catalog", child.Name)
	}
	p := &foreignParent{key: k, child: child, parent: r.Catalog.RelationByID(k.Parent)}
	if p.parent == nil {
		return nil, sqlerr.New(sqlerr.InternalError, "foreign key %q refers to a relation that is gone", k.Name)
	}
	for i := range k.Columns {
		p.columns = append(p.columns, child.Ordinal(k.Columns[i]))
		p.parents = append(p.parents, p.parent.Ordinal(k.ParentColumns[i]))
	}
	p.index = p.parent.IndexByID(k.ParentIndex)
	if p.index == nil {
		p.index = p.parent.Primary
	}
	if p.index == nil {
		return nil, sqlerr.New(sqlerr.InternalError, "foreign key %q refers to a key that is gone", k.Name)
	}
	for _, part := range p.index.Parts {
		p.order = append(p.order, slices.Index(k.ParentColumns, part.Column))
	}
	p.writer.Table = table.Of(p.parent)
	p.vals = make([]types.Value, len(p.order))
	return p, nil
}

// find looks for the parent of a key, in the order of the key's columns, and
// share-locks it.
func (p *foreignParent) find(r *Run, key []types.Value) (bool, error) {
	for i, at := range p.order {
		v := key[at]
		from, to := p.child.Columns[p.columns[at]].Type, p.parent.Columns[p.parents[at]].Type
		if from.Kind != to.Kind {
			cast, ok := types.FindCast(from, to)
			if !ok {
				return false, sqlerr.New(sqlerr.DatatypeMismatch, "foreign key %q cannot be compared", p.key.Name)
			}
			var err error
			if v, err = cast.Apply(v, to, r.Env); err != nil {
				return false, err
			}
		}
		p.vals[i] = v
	}
	_, found, err := p.writer.Lookup(r.ctx(), r.Tx, p.index, p.vals, storage.LockKeyShare)
	return found, err
}

// checkParents checks the foreign keys of a new row; with old, those whose
// columns changed. A parent that is not there may still come with the
// statement, or with the transaction where the key is deferred.
func (t *target) checkParents(r *Run, old, row []types.Value, rowid int64) error {
	for _, p := range t.children {
		key := make([]types.Value, len(p.columns))
		nulls, same := 0, old != nil
		for i, o := range p.columns {
			key[i] = row[o]
			if row[o].IsNull() {
				nulls++
			}
			same = same && row[o] == old[o]
		}
		if same {
			continue
		}
		if nulls > 0 {
			if p.key.MatchFull && nulls < len(key) {
				return p.violation().WithDetail("MATCH FULL does not allow mixing of null and nonnull key values.")
			}
			continue
		}
		deferred := p.key.Deferrable && r.Defer != nil
		if !deferred {
			found, err := p.find(r, key)
			if err != nil {
				return err
			}
			if found {
				continue
			}
		}
		rowKey, err := t.writer.Key(nil, row, rowid)
		if err != nil {
			return err
		}
		for i := range key {
			key[i].S = strings.Clone(key[i].S)
		}
		c := &ForeignCheck{Key: p.key, Child: t.rel, values: key, row: rowKey}
		if !deferred || !r.Defer(c) {
			r.changes.late = append(r.changes.late, c)
		}
	}
	return nil
}

func (p *foreignParent) violation() *sqlerr.Error {
	return sqlerr.New(sqlerr.ForeignKeyViolation, "insert or update on table %q violates foreign key constraint %q", p.child.Name, p.key.Name).
		WithTable(p.child.Schema, p.child.Name).WithConstraint(p.key.Name)
}

// ForeignCheck is a check of a foreign key that was put off: that a child row
// has its parent, or that no child is left of a parent key that went.
type ForeignCheck struct {
	Key   *catalog.ForeignKey
	Child *catalog.Relation

	values []types.Value // the key, in the order of Key.Columns
	row    []byte        // the child row; nil: the check is for a parent that went
}

// Constraint names the foreign key (Deferred).
func (c *ForeignCheck) Constraint() (name string, deferrable, deferred bool) {
	return c.Key.Name, c.Key.Deferrable, c.Key.Deferred
}

// On is the child, or the parent where a row of it went.
func (c *ForeignCheck) On() catalog.ID {
	if c.row == nil {
		return c.Key.Parent
	}
	return c.Child.ID
}

// Run carries the check out, against the newest state.
func (c *ForeignCheck) Run(r *Run) error {
	child := r.Catalog.RelationByID(c.Child.ID)
	if child == nil {
		return nil
	}
	p, err := newForeignParent(r, child, c.Key)
	if err != nil {
		return err
	}
	if c.row != nil {
		return c.runChild(r, p)
	}
	found, err := p.find(r, c.values)
	if err != nil || found { // a row with the key came back
		return err
	}
	f := &childFinder{p: p, values: c.values}
	if err := f.open(r); err != nil {
		return err
	}
	defer f.close()
	ok, err := f.next(r)
	if err != nil || !ok {
		return err
	}
	return p.stillReferenced(r, c.values)
}

// runChild checks a child row, unless it is gone or has another key by now.
func (c *ForeignCheck) runChild(r *Run, p *foreignParent) error {
	row := make([]types.Value, len(p.columns))
	found, err := table.Of(p.child).GetNewest(r.Tx, c.row, p.columns, row)
	if err != nil || !found {
		return err
	}
	for i := range row {
		if row[i] != c.values[i] {
			return nil
		}
	}
	found, err = p.find(r, c.values)
	if err != nil || found {
		return err
	}
	return p.violation().WithDetail("Key %s is not present in table %q.",
		describeKey(r, p.child, p.columns, c.values), p.parent.Name)
}

func (p *foreignParent) stillReferenced(r *Run, key []types.Value) error {
	return sqlerr.New(sqlerr.ForeignKeyViolation, "update or delete on table %q violates foreign key constraint %q on table %q",
		p.parent.Name, p.key.Name, p.child.Name).
		WithDetail("Key %s is still referenced from table %q.", describeKey(r, p.parent, p.parents, key), p.child.Name).
		WithTable(p.child.Schema, p.child.Name).WithConstraint(p.key.Name)
}

// describeKey writes (a, b)=(1, x).
func describeKey(r *Run, rel *catalog.Relation, ordinals []int, vals []types.Value) string {
	var names, texts []string
	for i, o := range ordinals {
		names = append(names, rel.Columns[o].Name)
		if vals[i].IsNull() {
			texts = append(texts, "null")
		} else {
			texts = append(texts, types.Format(vals[i], rel.Columns[o].Type, r.Env))
		}
	}
	return "(" + strings.Join(names, ", ") + ")=(" + strings.Join(texts, ", ") + ")"
}

// parentEvent is a parent row that was changed or removed (new nil).
type parentEvent struct {
	rel      *catalog.Relation
	old, new []types.Value
}

func (c *changeState) parentChanged(t *target, old, new []types.Value) {
	e := parentEvent{rel: t.rel, old: cloneRow(old)}
	if new != nil {
		e.new = cloneRow(new)
	}
	c.events = append(c.events, e)
}

func cloneRow(row []types.Value) []types.Value {
	out := slices.Clone(row)
	for i := range out {
		out[i].S = strings.Clone(out[i].S)
	}
	return out
}

// settle does what the statement owes once its own changes are made: actions
// on children, which may bring forth more of them, then the checks.
func (c *changeState) settle(r *Run) error {
	if len(c.events) == 0 && len(c.late) == 0 && len(c.statements) == 0 {
		return nil
	}
	// Triggers of what the actions change come after those of the statement.
	rows, statements := c.rows, c.statements
	c.rows, c.statements = nil, nil
	if err := c.settleForeign(r); err != nil {
		return err
	}
	for len(rows) > 0 || len(statements) > 0 {
		if err := fireAfter(r, rows, statements); err != nil {
			return err
		}
		rows, statements = c.rows, c.statements
		c.rows, c.statements = nil, nil
	}
	return nil
}

// settleForeign carries out the actions of foreign keys, then their checks.
func (c *changeState) settleForeign(r *Run) error {
	for len(c.events) > 0 {
		if err := r.canceled(); err != nil {
			return err
		}
		events := c.events
		c.events = nil
		for i := range events {
			if err := c.act(r, &events[i]); err != nil {
				return err
			}
		}
	}
	for len(c.late) > 0 {
		checks := c.late
		c.late = nil
		for _, k := range checks {
			if err := k.Run(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// act runs the actions of every foreign key that refers to a changed row.
func (c *changeState) act(r *Run, e *parentEvent) error {
	for _, id := range e.rel.Referers {
		if r.Catalog == nil {
			return sqlerr.New(sqlerr.InternalError, "foreign keys to %q cannot be checked without a catalog", e.rel.Name)
		}
		child := r.Catalog.RelationByID(id)
		if child == nil {
			continue
		}
		for _, k := range child.Foreign {
			if k.Parent != e.rel.ID {
				continue
			}
			if err := c.actOn(r, e, child, k); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *changeState) actOn(r *Run, e *parentEvent, child *catalog.Relation, k *catalog.ForeignKey) error {
	p, err := newForeignParent(r, child, k)
	if err != nil {
		return err
	}
	old := make([]types.Value, len(p.parents))
	same := e.new != nil
	for i, o := range p.parents {
		old[i] = e.old[o]
		if old[i].IsNull() {
			return nil // nothing refers to it
		}
		same = same && e.old[o] == e.new[o]
	}
	if same {
		return nil
	}
	action := k.OnDelete
	if e.new != nil {
		action = k.OnUpdate
	}
	switch action {
	case catalog.Cascade, catalog.SetNull, catalog.SetDefault:
		return c.changeChildren(r, e, p, action, old)
	case catalog.Restrict:
		return (&ForeignCheck{Key: k, Child: child, values: old}).restrict(r, p)
	}
	check := &ForeignCheck{Key: k, Child: child, values: old}
	if !k.Deferrable || r.Defer == nil || !r.Defer(check) {
		c.late = append(c.late, check)
	}
	return nil
}

// restrict fails where a child is there, whatever else the statement does.
func (c *ForeignCheck) restrict(r *Run, p *foreignParent) error {
	f := &childFinder{p: p, values: c.values}
	if err := f.open(r); err != nil {
		return err
	}
	defer f.close()
	ok, err := f.next(r)
	if err != nil || !ok {
		return err
	}
	return p.stillReferenced(r, c.values)
}
