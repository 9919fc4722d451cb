package zqlite

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"reflect"
	"unsafe"

	"github.com/zqlite/zqlite/internal/engine"
	"github.com/zqlite/zqlite/internal/gotype"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// Result is what a statement without rows leaves behind.
type Result struct {
	RowsAffected int64
	// LastInsertID is the last generated integer key, where HasLastInsertID
	// says that there is one. Other keys are read with RETURNING.
	LastInsertID    int64
	HasLastInsertID bool
	Command         string // INSERT, CREATE TABLE …
}

// Exec runs one or more statements, separated by semicolons, and returns what
// the last one did. Several statements on a DB are one transaction.
//
// Arguments stand for $1, $2 … or ? in their order, sql.Named ones for :name.
// A value may be of any type that the parameter's type can take: integers,
// floats, string, bool, []byte, time.Time, time.Duration, uuid.UUID,
// decimal.Decimal, slices for arrays, structs and maps for JSON, pointers and
// sql.Null (nil is NULL), and driver.Valuer. They are read before Exec returns.
func Exec(ctx context.Context, q Querier, text string, args ...any) (Result, error) {
	c, err := q.lease(ctx)
	if err != nil {
		return Result{}, err
	}
	st, err := c.session.Lookup(text)
	if err != nil {
		q.giveBack(c)
		return Result{}, err
	}
	r, err := c.exec(ctx, st, args)
	q.giveBack(c)
	return r, err
}

// Exec is the function Exec on the database.
func (db *DB) Exec(ctx context.Context, text string, args ...any) (Result, error) {
	return Exec(ctx, db, text, args...)
}

// Exec is the function Exec in the transaction.
func (tx *Tx) Exec(ctx context.Context, text string, args ...any) (Result, error) {
	return Exec(ctx, tx, text, args...)
}

// Exec is the function Exec on the connection.
func (c *Conn) Exec(ctx context.Context, text string, args ...any) (Result, error) {
	return Exec(ctx, c, text, args...)
}

// Query runs a query and gives its rows as values of T, one after the other.
// It runs when the sequence is ranged over, each time anew; rows come as they
// are found, and an error ends the sequence.
//
//	for u, err := range zqlite.Query[User](ctx, db, "SELECT id, name FROM users WHERE age > $1", 30) {
//		if err != nil {
//			return err
//		}
//		…
//	}
//
// T is a struct with a field for each column, found by its `db:"name"` tag or
// by its name (CreatedAt takes created_at; `db:"-"` takes none; embedded
// structs count as the fields in them), or any other type for a query of one
// column. A field's type says what it takes: integers, floats, string, bool,
// []byte, json.RawMessage, time.Time, time.Duration, uuid.UUID,
// decimal.Decimal, slices of those for arrays, pointers and sql.Null for what
// may be NULL, any, anything for JSON documents, and as a last way sql.Scanner
// and encoding.TextUnmarshaler. What does not fit is an error that names the
// column: a column without a field, a type that cannot hold the column's
// (SQLSTATE 42804), a NULL without a place (22002), a number out of range
// (22003).
//
// Values are the caller's to keep, except a sql.RawBytes, which is valid until
// the next row and must not be written to. Strings of several rows may share a
// block of up to 32 KiB: keep a few of many with strings.Clone.
//
// On a Tx or a Conn other statements may run while the sequence is read; the
// rest of the rows is then read into memory first.
func Query[T any](ctx context.Context, q Querier, text string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		c, err := q.lease(ctx)
		if err != nil {
			fail(yield, err)
			return
		}
		defer q.giveBack(c)
		st, err := c.session.Lookup(text)
		if err != nil {
			fail(yield, err)
			return
		}
		_, alone := q.(*DB)
		stream(ctx, c, st, args, alone, yield)
	}
}

// QueryRow runs a query and returns its first row; sql.ErrNoRows where there
// is none. T is as in Query.
func QueryRow[T any](ctx context.Context, q Querier, text string, args ...any) (T, error) {
	return single[T](ctx, q, text, args, false)
}

// One is QueryRow for a query of one row: more of them are an error, SQLSTATE
// 21000.
func One[T any](ctx context.Context, q Querier, text string, args ...any) (T, error) {
	return single[T](ctx, q, text, args, true)
}

func single[T any](ctx context.Context, q Querier, text string, args []any, only bool) (out T, err error) {
	c, err := q.lease(ctx)
	if err != nil {
		return out, err
	}
	st, err := c.session.Lookup(text)
	if err == nil {
		out, err = first[T](ctx, c, st, args, only)
	}
	q.giveBack(c)
	return out, err
}

// first reads the first row of a statement.
func first[T any](ctx context.Context, c *Conn, st *engine.Statement, args []any, only bool) (out T, err error) {
	r, err := c.query(ctx, st, args)
	if err != nil {
		return out, err
	}
	p, room, err := planFor[T](c, r.Columns())
	if err == nil {
		err = firstRow(c, r, p, room, only)
	}
	if e := r.Release(); err == nil {
		err = e
	}
	if err == nil {
		out = *room
	}
	var zero T
	*room = zero
	return out, err
}

func firstRow[T any](c *Conn, r *engine.Result, p *gotype.Plan, room *T, only bool) error {
	cell := &c.cell
	cell.Begin(r)
	if row, ok := r.Row(); ok {
		cell.Keep = true
		err := p.Row(unsafe.Pointer(room), row, cell)
		if err == nil && only && r.Buffered() {
			return errManyRows
		}
		return err
	}
	b, err := r.NextBatch()
	for err == nil && b != nil && b.Len() == 0 {
		b, err = r.NextBatch()
	}
	switch {
	case err != nil:
		return err
	case b == nil:
		return sql.ErrNoRows
	}
	cell.Keep = false
	if err := p.BatchRow(unsafe.Pointer(room), b, b.Row(0), cell); err != nil {
		return err
	}
	if !only {
		return nil
	}
	n := b.Len()
	for n == 1 {
		if b, err = r.NextBatch(); err != nil || b == nil {
			return err
		}
		n += b.Len()
	}
	return errManyRows
}

var errManyRows = sqlerr.New(sqlerr.CardinalityViolation, "the query returned more than one row").
	WithHint("QueryRow takes the first; Query gives all of them.")

// Collect reads a sequence of rows into a slice, up to the first error.
func Collect[T any](rows iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for x, err := range rows {
		if err != nil {
			return all, err
		}
		all = append(all, x)
	}
	return all, nil
}

// exec runs a statement without rows.
func (c *Conn) exec(ctx context.Context, st *engine.Statement, args []any) (Result, error) {
	o, err := c.session.Exec(ctx, st, c.arguments(args))
	if err != nil {
		return Result{}, err
	}
	return Result{RowsAffected: o.Affected, LastInsertID: o.LastRowID, HasLastInsertID: o.HasRowID, Command: o.Command}, nil
}

func (c *Conn) query(ctx context.Context, st *engine.Statement, args []any) (*engine.Result, error) {
	return c.session.Query(ctx, st, c.arguments(args))
}

// arguments lays the values out by position; named ones keep their name.
func (c *Conn) arguments(args []any) []engine.Argument {
	if len(args) == 0 {
		return nil
	}
	if cap(c.args) < len(args) {
		c.args = make([]engine.Argument, len(args), max(len(args), 8))
	}
	out := c.args[:len(args)]
	for i, a := range args {
		if n, named := a.(sql.NamedArg); named {
			out[i] = engine.Argument{Name: n.Name, Ordinal: i + 1, Value: n.Value}
		} else {
			out[i] = engine.Argument{Ordinal: i + 1, Value: a}
		}
	}
	return out
}

// planSlot keeps the plan that stores a statement's rows in one Go type. The
// columns of a statement's plan are one slice as long as it is cached, and the
// slot keeps them alive, so their address names them.
type planSlot struct {
	columns *plan.Column
	count   int
	typ     reflect.Type
	plan    *gotype.Plan
	room    any          // *T, where first stores a row; a plan with foreign code has none
	scans   []columnPlan // of Rows.Scan
}

// slot is the place of the plans of a statement's columns, maybe another's.
func (c *Conn) slot(cols []plan.Column) *planSlot {
	at := uintptr(unsafe.Pointer(&cols[0]))
	return &c.plans[(at>>5^at>>11^at>>17)%planSlots]
}

// planSlots is how many plans a session keeps; one that comes to a full place
// drives the other out.
const planSlots = 64

// planFor finds or compiles the plan for rows of the columns, with a variable
// to store one in, which is zero.
func planFor[T any](c *Conn, cols []plan.Column) (*gotype.Plan, *T, error) {
	if len(cols) == 0 {
		return nil, new(T), errNoColumns
	}
	t := reflect.TypeFor[T]()
	slot := c.slot(cols)
	if slot.columns == &cols[0] && slot.count == len(cols) && slot.typ == t {
		if room, ok := slot.room.(*T); ok {
			return slot.plan, room, nil
		}
		return slot.plan, new(T), nil
	}
	p, err := gotype.Compile(t, cols)
	room := new(T)
	if err != nil {
		return nil, room, err
	}
	*slot = planSlot{columns: &cols[0], count: len(cols), typ: t, plan: p}
	if !p.Foreign() {
		slot.room = room
	}
	return p, room, nil
}

var errNoColumns = errors.New("zqlite: the statement gives no rows; run it with Exec")
