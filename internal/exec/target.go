package exec

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
)

// target changes the rows of one relation and sees to its constraints.
type target struct {
	rel        *catalog.Relation
	writer     table.Writer
	notNull    []int
	checks     []checkProgram
	generated  []assignProgram
	tenant     expr.Scalar // nil: not shared between tenants
	viewChecks []checkProgram
	indexes    []indexProgram
	exprs      bool // some index has expressions or a predicate
	autoKey    int  // ordinal of the column that fills itself, or -1
	hiddenKey  bool
	context    *expr.Context
	run        *Run
	keyOrds    []int // ordinals of columns in unique keys
	row        []types.Value
	keyBuf     []byte
	children   []*foreignParent // parents that rows of this relation refer to
	catalog    *catalog.Catalog // that children were looked up in
	triggers   *Triggers        // nil: none
	assigned   []int            // ordinals that an update sets, for UPDATE OF; nil: all
}

type checkProgram struct {
	name string
	cond expr.Scalar
}

type assignProgram struct {
	ordinal int
	value   expr.Scalar
}

type indexProgram struct {
	parts []expr.Scalar
	where expr.Scalar
}

// target compiles what changing a relation takes. Row expressions stand over
// the live columns of the new row.
func (b *builder) target(t *plan.Target) (*target, error) {
	x := &target{rel: t.Rel, autoKey: -1, hiddenKey: t.Rel.RowIDKey && t.Rel.KeyColumn == 0}
	x.writer.Table = table.Of(t.Rel)
	s := scope{}
	for i, id := range t.New {
		s[id] = i
	}
	c := b.compiler(s)
	for i, col := range t.Rel.Columns {
		if col.NotNull {
			x.notNull = append(x.notNull, i)
		}
		if col.AutoKey {
			x.autoKey = i
		}
	}
	for _, ix := range t.Rel.Indexes {
		if !ix.Unique || ix.Where != "" || slices.ContainsFunc(ix.Parts, func(p catalog.IndexPart) bool { return p.Column == 0 }) {
			continue // no foreign key can refer to it
		}
		for _, p := range ix.Parts {
			if o := t.Rel.Ordinal(p.Column); o >= 0 {
				x.keyOrds = append(x.keyOrds, o)
			}
		}
	}
	if t.Rel.RowIDKey && t.Rel.KeyColumn != 0 {
		x.keyOrds = append(x.keyOrds, t.Rel.Ordinal(t.Rel.KeyColumn))
	}
	var err error
	if t.Tenant != nil {
		if x.tenant, err = c.Scalar(t.Tenant); err != nil {
			return nil, err
		}
	}
	if x.checks, err = checkPrograms(c, t.Checks); err != nil {
		return nil, err
	}
	if x.viewChecks, err = checkPrograms(c, t.ViewChecks); err != nil {
		return nil, err
	}
	if x.generated, err = assignPrograms(c, t.Generated); err != nil {
		return nil, err
	}
	if err := x.compileIndexes(c, t.Indexes); err != nil {
		return nil, err
	}
	if x.exprs {
		x.writer.Exprs = x
	}
	if slices.ContainsFunc(t.Rel.Indexes, func(ix *catalog.Index) bool { return ix.Deferrable }) {
		x.writer.Late = x
	}
	x.row = make([]types.Value, len(t.Rel.Columns))
	return x, nil
}

func checkPrograms(c *expr.Compiler, items []plan.CheckItem) ([]checkProgram, error) {
	var out []checkProgram
	for _, it := range items {
		s, err := c.Scalar(it.Cond)
		if err != nil {
			return nil, err
		}
		out = append(out, checkProgram{it.Name, s})
	}
	return out, nil
}

func assignPrograms(c *expr.Compiler, items []plan.Assign) ([]assignProgram, error) {
	var out []assignProgram
	for _, it := range items {
		s, err := c.Scalar(it.Expr)
		if err != nil {
			return nil, err
		}
		out = append(out, assignProgram{it.Ordinal, s})
	}
	return out, nil
}

func (t *target) compileIndexes(c *expr.Compiler, items []plan.IndexItem) error {
	t.indexes = make([]indexProgram, len(t.rel.Indexes))
	for _, it := range items {
		at := -1
		for i, ix := range t.rel.Indexes {
			if ix == it.Index || ix.ID == it.Index.ID {
				at = i
			}
		}
		if at < 0 {
			continue
		}
		p := &t.indexes[at]
		p.parts = make([]expr.Scalar, len(it.Parts))
		for i, e := range it.Parts {
			if e == nil {
				continue
			}
			var err error
			if p.parts[i], err = c.Scalar(e); err != nil {
				return err
			}
			t.exprs = true
		}
		if it.Where != nil {
			var err error
			if p.where, err = c.Scalar(it.Where); err != nil {
				return err
			}
			t.exprs = true
		}
	}
	return nil
}

// Part computes an expression part of an index entry (table.IndexExprs).
func (t *target) Part(index, part int, row []types.Value) (types.Value, error) {
	p := t.indexes[index].parts
	if part >= len(p) || p[part] == nil {
		return types.Null, sqlerr.New(sqlerr.InternalError, "index %q has an expression that is not bound", t.rel.Indexes[index].Name)
	}
	return p[part](t.context, row)
}

// Covers tells whether a partial index holds the row (table.IndexExprs).
func (t *target) Covers(index int, row []types.Value) (bool, error) {
	w := t.indexes[index].where
	if w == nil {
		return true, nil
	}
	v, err := w(t.context, row)
	return !v.IsNull() && v.Bool(), err
}

// begin readies the target for a run.
func (t *target) begin(r *Run) error {
	t.context, t.run = r.Context, r
	if r.Tx == nil {
		return sqlerr.New(sqlerr.InternalError, "relation %q is changed outside of a transaction", t.rel.Name)
	}
	if len(t.rel.Triggers) > 0 && r.Triggers != nil {
		var err error
		if t.triggers, err = r.Triggers(t.rel); err != nil {
			return err
		}
	}
	if t.catalog != r.Catalog || r.Catalog == nil {
		t.catalog = r.Catalog
		var err error
		t.children, err = foreignParents(r, t.rel)
		return err
	}
	return nil
}

// complete computes generated columns of a new row and checks its tenant, NOT
// NULL, CHECK and the conditions of views.
func (t *target) complete(r *Run, row []types.Value) error {
	if t.tenant != nil {
		if v, err := t.tenant(r.Context, row); err != nil {
			return err
		} else if v.IsNull() || !v.Bool() {
			return t.foreignTenant()
		}
	}
	for _, g := range t.generated {
		v, err := g.value(r.Context, row)
		if err != nil {
			return err
		}
		row[g.ordinal] = v
	}
	for _, o := range t.notNull {
		if row[o].IsNull() {
			return t.nullViolation(r, o, row)
		}
	}
	for _, c := range t.checks {
		v, err := c.cond(r.Context, row)
		if err != nil {
			return err
		}
		if !v.IsNull() && !v.Bool() {
			return sqlerr.New(sqlerr.CheckViolation, "new row for relation %q violates check constraint %q", t.rel.Name, c.name).
				WithDetail("Failing row contains %s.", t.describeRow(r, row)).
				WithTable(t.rel.Schema, t.rel.Name).WithConstraint(c.name)
		}
	}
	for _, c := range t.viewChecks {
		v, err := c.cond(r.Context, row)
		if err != nil {
			return err
		}
		if v.IsNull() || !v.Bool() {
			return sqlerr.New(sqlerr.WithCheckOptionViolation, "new row violates check option for view %q", c.name).
				WithDetail("Failing row contains %s.", t.describeRow(r, row)).WithTable(t.rel.Schema, t.rel.Name)
		}
	}
	return nil
}

// foreignTenant is the error of a new row that would belong to another tenant
// than the session's. It shows no value: the row may hold what it must not show.
func (t *target) foreignTenant() error {
	name := t.rel.Columns[t.rel.Ordinal(t.rel.Tenant)].Name
	return sqlerr.New(sqlerr.InsufficientPrivilege, "column %q of a new row for relation %q names another tenant than the session's", name, t.rel.Name).
		WithHint("Leave the column out: it is filled with the session's tenant, zqlite.tenant.").
		WithTable(t.rel.Schema, t.rel.Name).WithColumn(name)
}

func (t *target) nullViolation(r *Run, o int, row []types.Value) error {
	name := t.rel.Columns[o].Name
	return sqlerr.New(sqlerr.NotNullViolation, "null value in column %q of relation %q violates not-null constraint", name, t.rel.Name).
		WithDetail("Failing row contains %s.", t.describeRow(r, row)).
		WithTable(t.rel.Schema, t.rel.Name).WithColumn(name)
}

// maxDetail is the longest value that the detail of an error shows.
const maxDetail = 64

// describeRow writes a row as PostgreSQL's details do.
func (t *target) describeRow(r *Run, row []types.Value) string {
	var b strings.Builder
	b.WriteByte('(')
	for i, v := range row {
		if i > 0 {
			b.WriteString(", ")
		}
		if v.IsNull() {
			b.WriteString("null")
			continue
		}
		s := types.Format(v, t.rel.Columns[i].Type, r.Env)
		if len(s) > maxDetail {
			cut := maxDetail
			for cut > 0 && !utf8.RuneStart(s[cut]) {
				cut--
			}
			s = s[:cut] + "..."
		}
		b.WriteString(s)
	}
	b.WriteByte(')')
	return b.String()
}

// fillKey gives a new row its integer key where it has one to be given.
func (t *target) fillKey(r *Run, row []types.Value) (rowid int64, err error) {
	switch {
	case t.hiddenKey:
		rowid, err = t.writer.NextRowID(r.Tx, r.counters())
	case t.autoKey >= 0 && row[t.autoKey].IsNull():
		if rowid, err = t.writer.NextRowID(r.Tx, r.counters()); err == nil {
			row[t.autoKey] = types.NewInt(rowid)
		}
	case t.autoKey >= 0:
		rowid = row[t.autoKey].I
		err = t.writer.Seen(r.Tx, r.counters(), rowid)
	case t.rel.RowIDKey:
		rowid = row[t.rel.Ordinal(t.rel.KeyColumn)].I
	}
	return rowid, err
}

// insert stores a complete row.
func (t *target) insert(r *Run, row []types.Value, rowid int64) error {
	if err := t.writer.Insert(r.ctx(), r.Tx, row, rowid); err != nil {
		return err
	}
	if t.rel.RowIDKey {
		r.changes.lastRowID, r.changes.hasRowID = rowid, true
	}
	if err := t.checkParents(r, nil, row, rowid); err != nil || t.triggers == nil {
		return err
	}
	return t.after(r, OnInsert, nil, row)
}

// lock locks the row under key for a change; gone says that the row goes. An
// update that changes a key takes the stronger lock when it is known to.
func (t *target) lock(r *Run, key []byte, gone bool) error {
	mode := storage.LockNoKeyUpdate
	if gone {
		mode = storage.LockExclusive
	}
	return r.Tx.LockRow(r.ctx(), t.writer.Tree(), key, mode, storage.Wait)
}

// update replaces a locked row by a complete one.
func (t *target) update(r *Run, key []byte, old, new []types.Value, rowid int64) error {
	if t.keysDiffer(old, new) {
		if err := t.lock(r, key, true); err != nil {
			return err
		}
	}
	if err := t.writer.Update(r.ctx(), r.Tx, key, old, new, rowid); err != nil {
		return err
	}
	if t.autoKey >= 0 && new[t.autoKey].I != old[t.autoKey].I {
		if err := t.writer.Seen(r.Tx, r.counters(), new[t.autoKey].I); err != nil {
			return err
		}
	}
	if len(t.rel.Referers) > 0 {
		r.changes.parentChanged(t, old, new)
	}
	if err := t.checkParents(r, old, new, rowid); err != nil || t.triggers == nil {
		return err
	}
	return t.after(r, OnUpdate, old, new)
}

// delete removes a locked row.
func (t *target) delete(r *Run, key []byte, old []types.Value) error {
	if err := t.remove(r, key, old); err != nil || t.triggers == nil {
		return err
	}
	return t.after(r, OnDelete, old, nil)
}

// remove is delete without triggers.
func (t *target) remove(r *Run, key []byte, old []types.Value) error {
	if err := t.writer.Delete(r.ctx(), r.Tx, key, old); err != nil {
		return err
	}
	if len(t.rel.Referers) > 0 {
		r.changes.parentChanged(t, old, nil)
	}
	return nil
}

// key makes the storage key of a row. It is valid until the next call.
func (t *target) key(row []types.Value, rowid int64) ([]byte, error) {
	k, err := t.writer.Key(t.keyBuf[:0], row, rowid)
	t.keyBuf = k
	return k, err
}

// keysDiffer reports whether a change touches a key that foreign keys could
// refer to; then it takes the row for itself alone.
func (t *target) keysDiffer(old, new []types.Value) bool {
	for _, o := range t.keyOrds {
		if old[o] != new[o] {
			return true
		}
	}
	return false
}

func (r *Run) counters() *table.Counters {
	if r.Counters == nil {
		r.Counters = &table.Counters{}
	}
	return r.Counters
}

// changeState is what a running statement has changed and still owes.
type changeState struct {
	affected  int64
	lastRowID int64
	hasRowID  bool
	touched   map[string]struct{} // rows changed, by tree and key
	late      []Deferred          // to be looked at when the statement is done
	events    []parentEvent
	targets   map[catalog.ID]*target // relations that actions change
	// What triggers are to be called for when the statement is done, the rows
	// that they see as tables, and whether any was called: then rows may differ
	// from what the statement has read.
	rows       []rowEvent
	statements []statementEvent
	moved      []*transition
	fired      bool

	clean bool // nothing is left of the statement before, a Store that went well
}

func (c *changeState) reset() { *c = changeState{} }

// touch notes that the statement changes a row; false if it did already.
func (c *changeState) touch(tree storage.TreeID, key []byte) bool {
	if c.touched == nil {
		c.touched = map[string]struct{}{}
	}
	k := string(append([]byte{byte(tree >> 24), byte(tree >> 16), byte(tree >> 8), byte(tree)}, key...))
	if _, ok := c.touched[k]; ok {
		return false
	}
	c.touched[k] = struct{}{}
	return true
}
