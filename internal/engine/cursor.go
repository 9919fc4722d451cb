package engine

import (
	"context"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/exec"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// cursor is a query that DECLARE opened. It streams as long as nothing else
// runs on the session but reading cursors; before that, what is left of it is
// read into memory, so that a cursor never sees what came after it.
//
// rows are those that were read and not let go: row number first+1 and on.
// Rows are kept for going back unless the cursor says NO SCROLL; without
// SCROLL they go when they become many.
type cursor struct {
	name, text string
	stmt       *ast.Declare
	result     *Result // nil where all was read
	run        *exec.Run
	columns    []plan.Column
	names      []string
	width      int // columns and key columns
	rows       []types.Value
	first      int64 // rows let go at the beginning
	pos        int64 // 0 before the first row, n at the n-th, total+1 behind the last
	held       int64 // bytes of rows
	forward    bool  // rows were let go: there is no way back
	own        bool  // declared by the open transaction
	depth      int   // savepoints there were at DECLARE
	keys       *cursorKeys
	made       int64  // order of DECLARE
	tenant     string // for whom it was declared
	reason     string // or for all
}

// cursorKeys says where the row of a simple cursor stands, for WHERE CURRENT OF.
type cursorKeys struct {
	rel     catalog.ID
	columns []string // key columns of the relation, the last columns of a row
	typs    []*types.Type
}

// declare is DECLARE.
func (s *Session) declare(ctx context.Context, st *Statement, stmt *ast.Declare, args []Argument) error {
	if s.tx == nil && stmt.Hold != ast.Yes {
		return sqlerr.New(sqlerr.NoActiveSQLTransaction, "DECLARE CURSOR can only be used in transaction blocks")
	}
	if s.cursors[stmt.Name] != nil {
		return sqlerr.New(sqlerr.DuplicateCursor, "cursor %q already exists", stmt.Name)
	}
	if len(stmt.Query.Locking) > 0 && stmt.Scroll == ast.Yes {
		return sqlerr.New(sqlerr.FeatureNotSupported, "DECLARE SCROLL CURSOR ... %s is not supported", lockWords(stmt.Query)).
			WithDetail("Scrollable cursors must be READ ONLY.")
	}
	if len(stmt.Query.Locking) > 0 && stmt.Insensitive == ast.Yes {
		return sqlerr.New(sqlerr.InvalidCursorDefinition, "DECLARE INSENSITIVE CURSOR ... %s is not valid", lockWords(stmt.Query)).
			WithDetail("Insensitive cursors must be READ ONLY.")
	}
	if len(stmt.Query.Locking) > 0 && stmt.Hold == ast.Yes {
		return sqlerr.New(sqlerr.FeatureNotSupported, "DECLARE CURSOR WITH HOLD ... %s is not supported", lockWords(stmt.Query)).
			WithDetail("Holdable cursors must be READ ONLY.")
	}
	if changesData(stmt.Query) {
		return sqlerr.New(sqlerr.FeatureNotSupported, "DECLARE CURSOR must not contain data-modifying statements in WITH")
	}
	c := &cursor{name: stmt.Name, text: statementText(st, stmt.Pos), stmt: stmt, own: s.tx != nil, depth: len(s.savepoints),
		tenant: s.tenant, reason: s.reason}
	if err := s.openCursor(ctx, c, st, args); err != nil {
		return err
	}
	if s.tx == nil {
		if err := s.keepCursor(ctx, c); err != nil {
			return err
		}
	}
	if s.cursors == nil {
		s.cursors = map[string]*cursor{}
	}
	s.cursorCount++
	c.made = s.cursorCount
	s.cursors[stmt.Name] = c
	return nil
}

// openCursor starts the query in memory of its own, which later statements of
// the session leave alone.
func (s *Session) openCursor(ctx context.Context, c *cursor, st *Statement, args []Argument) error {
	inner := &Statement{text: st.text, path: st.path, parts: make([]part, 1), count: st.count, names: st.names}
	inner.parts[0].stmt = c.stmt.Query
	if q, keys := s.withKeys(c.stmt.Query); q != nil {
		inner.parts[0].stmt = q
		if _, err := s.plan(inner, 0, s.currentCatalog(), args); err == nil {
			c.keys = keys
		} else {
			inner.parts[0].stmt = c.stmt.Query
		}
	}
	idle, limit := s.idleRun, s.settings.limit
	s.idleRun, s.settings.limit, s.detached = nil, 0, true
	defer func() { s.idleRun, s.settings.limit, s.detached = idle, limit, false }()
	r, err := s.runPlanned(context.WithoutCancel(ctx), inner, 0, args)
	if err != nil {
		return err
	}
	c.run, c.result = s.idleRun, r
	c.names, c.width = r.Names(), len(r.Columns())
	c.columns = r.Columns()
	if c.keys != nil {
		n := c.width - len(c.keys.columns)
		c.names, c.columns = c.names[:n:n], c.columns[:n:n]
	}
	if s.running == r {
		s.running = nil
	}
	return nil
}

// withKeys adds the key of a single base table to the columns of a query, so
// that its current row can be found again; nil where it is no such query.
func (s *Session) withKeys(q *ast.Select) (*ast.Select, *cursorKeys) {
	core, ok := q.Body.(*ast.SelectCore)
	if !ok || q.With != nil || core.Distinct || len(core.GroupBy) > 0 || core.Having != nil || len(core.From) != 1 {
		return nil, nil
	}
	t, ok := core.From[0].(*ast.TableRef)
	if !ok {
		return nil, nil
	}
	rel := s.currentCatalog().Relation(s.bindPath(), t.Name.Schema, t.Name.Name)
	if rel == nil || rel.Kind != catalog.Table {
		return nil, nil
	}
	alias := t.Alias.Name
	if alias == "" {
		alias = t.Name.Name
	}
	keys := &cursorKeys{rel: rel.ID}
	if rel.Primary == nil {
		keys.columns, keys.typs = []string{"ctid"}, []*types.Type{types.Int8}
	} else {
		for _, p := range rel.Primary.Parts {
			col := rel.ColumnByID(p.Column)
			keys.columns, keys.typs = append(keys.columns, col.Name), append(keys.typs, col.Type)
		}
	}
	body := *core
	body.Targets = append([]ast.Target(nil), core.Targets...)
	for _, k := range keys.columns {
		body.Targets = append(body.Targets, ast.Target{Pos: core.Pos, Expr: &ast.ColumnRef{Pos: core.Pos,
			Parts: []ast.Name{{Pos: core.Pos, Text: alias}, {Pos: core.Pos, Text: k}}}})
	}
	out := *q
	out.Body = &body
	return &out, keys
}

func changesData(q *ast.Select) bool {
	if q.With == nil {
		return false
	}
	for _, c := range q.With.CTEs {
		if _, ok := c.Stmt.(*ast.Select); !ok {
			return true
		}
	}
	return false
}

func lockWords(q *ast.Select) string {
	return [...]string{"FOR KEY SHARE", "FOR SHARE", "FOR NO KEY UPDATE", "FOR UPDATE"}[q.Locking[0].Strength]
}

// more reads rows until number n is there, or the end; n < 0 reads all.
func (c *cursor) more(ctx context.Context, s *Session, n int64) error {
	if c.result == nil {
		return nil
	}
	c.run.Ctx = ctx
	for n < 0 || c.total() < n {
		if row, ok := c.result.Row(); ok {
			c.keep(row)
			continue
		}
		b, err := c.result.NextBatch()
		if err != nil {
			return err
		}
		if b == nil {
			if c.result.Buffered() {
				continue
			}
			err := c.result.Close()
			c.result, c.run = nil, nil
			return err
		}
		row := make([]types.Value, c.width)
		for k := 0; k < b.Len(); k++ {
			for i, col := range b.Cols {
				row[i] = col.Value(b.Row(k))
			}
			c.keep(row)
		}
		if err := c.bound(s.db.memoryLimit()); err != nil {
			return err
		}
	}
	return nil
}

func (c *cursor) keep(row []types.Value) {
	for _, v := range row {
		v = cloneValue(v)
		c.held += int64(len(v.S)) + 48
		c.rows = append(c.rows, v)
	}
}

// bound lets the rows behind the position go where they are too many.
func (c *cursor) bound(limit int64) error {
	if c.held <= limit {
		return nil
	}
	if c.stmt.Scroll != ast.Yes {
		if n := min(c.pos-1-c.first, c.total()-c.first); n > 0 {
			for _, v := range c.rows[:n*int64(c.width)] {
				c.held -= int64(len(v.S)) + 48
			}
			c.rows = append(c.rows[:0:0], c.rows[n*int64(c.width):]...)
			c.first += n
			c.forward = true
		}
		if c.held <= limit {
			return nil
		}
	}
	return sqlerr.New(sqlerr.OutOfMemory, "out of memory").
		WithDetail("The rows of cursor %q do not fit the memory limit.", c.name).
		WithHint("Fetch before other statements run, or raise memory_limit.")
}

// total is the number of rows read so far.
func (c *cursor) total() int64 {
	if c.width == 0 {
		return c.first
	}
	return c.first + int64(len(c.rows)/c.width)
}

// row gives the n-th row.
func (c *cursor) row(n int64) []types.Value {
	i := (n - 1 - c.first) * int64(c.width)
	return c.rows[i : i+int64(c.width)]
}

// fetch is FETCH and MOVE.
func (s *Session) fetch(ctx context.Context, stmt *ast.Fetch) (*Result, error) {
	c := s.cursors[stmt.Name]
	if c == nil {
		return nil, sqlerr.New(sqlerr.InvalidCursorName, "cursor %q does not exist", stmt.Name)
	}
	if c.tenant != s.tenant || (c.reason == "") != (s.reason == "") {
		return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "cursor %q was declared for another tenant", stmt.Name)
	}
	from, to, err := c.move(ctx, s, stmt)
	if err != nil {
		return nil, err
	}
	if stmt.Move {
		r, err := s.done("MOVE", nil)
		r.Affected = countRows(from, to)
		return r, err
	}
	r := &Result{session: s, Outcome: Outcome{Command: "FETCH"}, names: c.names, width: len(c.columns), columns: c.columns}
	step := int64(1)
	if to < from {
		step = -1
	}
	for n := from; n != 0; n += step {
		r.rows = append(r.rows, c.row(n)[:len(c.columns)]...)
		if n == to {
			break
		}
	}
	return r, nil
}

func countRows(from, to int64) int64 {
	switch {
	case from == 0:
		return 0
	case from <= to:
		return to - from + 1
	}
	return from - to + 1
}

// move changes the position and gives the first and the last row on the way;
// 0 is none. Rows come in the order in which they are passed.
func (c *cursor) move(ctx context.Context, s *Session, f *ast.Fetch) (from, to int64, err error) {
	n := f.Count
	switch f.Direction {
	case ast.FetchFirst:
		return c.goTo(ctx, s, 1)
	case ast.FetchLast:
		return c.fromEnd(ctx, s, 1)
	case ast.FetchAbsolute:
		if n < 0 {
			return c.fromEnd(ctx, s, -n)
		}
		return c.goTo(ctx, s, n)
	case ast.FetchRelative:
		if n < 0 && c.pos+n < 1 {
			return c.goTo(ctx, s, 0)
		}
		return c.goTo(ctx, s, c.pos+n)
	}
	if f.Direction == ast.FetchBackward {
		n = -n
	}
	switch {
	case f.All && f.Direction == ast.FetchBackward, n < 0:
		return c.backward(n, f.All)
	case n == 0 && !f.All:
		return c.goTo(ctx, s, c.pos)
	}
	start := c.pos + 1
	if f.All {
		n = -1
	} else {
		n = c.pos + n
	}
	if err := c.more(ctx, s, n); err != nil {
		return 0, 0, err
	}
	end := c.total()
	if f.All || n > end {
		c.pos = end + 1
	} else {
		c.pos, end = n, n
	}
	if start > end {
		return 0, 0, nil
	}
	return start, end, nil
}

func (c *cursor) backward(n int64, all bool) (from, to int64, err error) {
	if err := c.wayBack(); err != nil {
		return 0, 0, err
	}
	start := c.pos - 1
	end := c.pos + n
	if all || end < 1 {
		c.pos, end = 0, 1
	} else {
		c.pos = end
	}
	if start < 1 {
		return 0, 0, nil
	}
	return start, end, nil
}

// goTo puts the cursor on the n-th row, behind the last where there is none.
func (c *cursor) goTo(ctx context.Context, s *Session, n int64) (from, to int64, err error) {
	if n <= c.pos && (n > 0 || c.pos > 0) {
		if err := c.wayBack(); err != nil {
			return 0, 0, err
		}
	}
	if err := c.more(ctx, s, n); err != nil {
		return 0, 0, err
	}
	if c.pos = n; n > c.total() {
		c.pos = c.total() + 1
		return 0, 0, nil
	}
	return n, n, nil
}

// fromEnd puts the cursor on the n-th row from the end.
func (c *cursor) fromEnd(ctx context.Context, s *Session, n int64) (from, to int64, err error) {
	if c.stmt.Scroll == ast.No {
		return 0, 0, errForwardOnly
	}
	if err := c.more(ctx, s, -1); err != nil {
		return 0, 0, err
	}
	at := max(c.total()-n+1, 0)
	if at > 0 && at <= c.first {
		return 0, 0, errForwardOnly
	}
	c.pos = at
	return at, at, nil
}

var errForwardOnly = sqlerr.New("55000", "cursor can only scan forward").
	WithHint("Declare it with SCROLL option to enable backward scan.")

// wayBack reports whether the cursor may go back.
func (c *cursor) wayBack() error {
	if c.stmt.Scroll == ast.No || c.forward {
		return errForwardOnly
	}
	return nil
}
