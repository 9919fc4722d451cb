package zqlite

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"math"
	"reflect"
	"time"
	"unsafe"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/zqlite/zqlite/internal/engine"
	"github.com/zqlite/zqlite/internal/gotype"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// Appender adds rows to a table, faster than any other way: values go in as
// they are, column by column, and rows are inserted many at a time. Defaults,
// constraints, indexes and triggers are served as by INSERT.
//
//	a, err := zqlite.NewAppender(ctx, db, "metrics (node_id, at, value)")
//	if err != nil {
//		return err
//	}
//	defer a.Discard()
//	for … {
//		a.Int(node).Time(at).Float(value)
//		if err := a.EndRow(ctx); err != nil {
//			return err
//		}
//	}
//	n, err := a.Close(ctx)
//
// The rows are one transaction, which Close commits; on a Tx, and on a Conn that
// has a transaction open, they are part of that one. An error is kept: every
// later call returns it, and nothing of the Appender's own transaction stays.
// One goroutine uses it at a time.
type Appender struct {
	conn  *Conn
	own   *Tx // where it has a transaction of its own
	in    *engine.Append
	types []*types.Type

	row   []types.Value // the present one
	at    int           // its next column
	bytes int           // that the collected rows hold
	total int64
	err   error
	done  bool
}

// What an Appender collects before it inserts.
const (
	appendRows  = 1024
	appendBytes = 1 << 20
)

// NewAppender makes an Appender for a table, named as in SQL; a list of
// columns may follow it: "shop.items (id, name)". Columns that are not named
// get their defaults.
func NewAppender(ctx context.Context, q Querier, table string) (*Appender, error) {
	a := &Appender{}
	var err error
	switch x := q.(type) {
	case *DB:
		a.own, err = x.Begin(ctx, TxOptions{})
	case *Conn:
		if !x.session.InTransaction() {
			a.own, err = x.Begin(ctx, TxOptions{})
		}
	}
	if err != nil {
		return nil, err
	}
	if a.own != nil {
		q = a.own
	}
	c, err := q.lease(ctx)
	if err == nil {
		a.conn = c
		a.in, err = c.session.NewAppend(table)
	}
	if err != nil {
		a.Discard()
		return nil, err
	}
	a.types = a.in.Types()
	return a, nil
}

// Columns returns the names of the columns that a row has values for, in
// their order.
func (a *Appender) Columns() []string { return a.in.Columns() }

// place gives the next value of the row, nil where there is none.
func (a *Appender) place() *types.Value {
	if a.err != nil {
		return nil
	}
	if a.done {
		a.err = sql.ErrTxDone
		return nil
	}
	if a.row == nil {
		a.row, a.at = a.in.Row(), 0
	}
	if a.at >= len(a.row) {
		a.err = sqlerr.New(sqlerr.SyntaxError, "the row has more values than the %d columns", len(a.row))
		return nil
	}
	a.at++
	return &a.row[a.at-1]
}

// convert stores a value that does not have the column's own form.
func (a *Appender) convert(v *types.Value, x any) {
	var err error
	if *v, err = a.in.Convert(x, a.at-1); err != nil {
		a.err = a.locate(err)
	}
	a.bytes += len(v.S)
}

// locate says in an error which row it is of, counted from 1.
func (a *Appender) locate(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	return e.WithContext("append to %s, row %d", a.in.Table(), a.total+int64(a.in.Rows()))
}

// Int gives the next column an integer.
func (a *Appender) Int(i int64) *Appender {
	v := a.place()
	if v == nil {
		return a
	}
	t := a.types[a.at-1]
	if t.Kind == types.KindInt && (t.Width == 8 || t.Width == 4 && i == int64(int32(i)) || t.Width == 2 && i == int64(int16(i))) {
		*v = types.NewInt(i)
	} else {
		a.convert(v, i)
	}
	return a
}

// Float gives the next column a floating-point number.
func (a *Appender) Float(f float64) *Appender {
	v := a.place()
	if v == nil {
		return a
	}
	if a.types[a.at-1].Is(types.Float8) {
		*v = types.Value{K: types.KindFloat, I: int64(math.Float64bits(f))}
	} else {
		a.convert(v, f)
	}
	return a
}

// Text gives the next column a string; for other types it is read as a
// literal would be. The string is not copied.
func (a *Appender) Text(s string) *Appender {
	v := a.place()
	if v == nil {
		return a
	}
	if a.types[a.at-1].Kind == types.KindText && types.CheckText(s) == nil {
		*v = types.NewText(s)
		a.bytes += len(s)
	} else {
		a.convert(v, s)
	}
	return a
}

// Bytes gives the next column bytes, which are copied. Nil is NULL.
func (a *Appender) Bytes(b []byte) *Appender {
	v := a.place()
	switch {
	case v == nil:
	case b == nil:
	case a.types[a.at-1].Kind == types.KindBytes:
		*v = types.NewBytes(string(b))
		a.bytes += len(b)
	default:
		a.convert(v, b)
	}
	return a
}

// Bool gives the next column a boolean.
func (a *Appender) Bool(b bool) *Appender {
	v := a.place()
	switch {
	case v == nil:
	case a.types[a.at-1].Kind == types.KindBool:
		*v = types.NewBool(b)
	default:
		a.convert(v, b)
	}
	return a
}

// Time gives the next column a time: an instant for timestamptz, the calendar
// of its zone for timestamp and date.
func (a *Appender) Time(t time.Time) *Appender {
	v := a.place()
	switch {
	case v == nil:
	case a.types[a.at-1].Kind == types.KindTimestampTZ:
		*v = types.TimestampTZFromTime(t)
	default:
		a.convert(v, t)
	}
	return a
}

// UUID gives the next column a UUID.
func (a *Appender) UUID(u uuid.UUID) *Appender {
	v := a.place()
	switch {
	case v == nil:
	case a.types[a.at-1].Kind == types.KindUUID:
		*v = types.NewUUID(u)
	default:
		a.convert(v, u)
	}
	return a
}

// Decimal gives the next column a decimal.
func (a *Appender) Decimal(d decimal.Decimal) *Appender {
	v := a.place()
	if v != nil && (a.types[a.at-1].Kind != types.KindNumeric || !gotype.FromDecimal(d, v)) {
		a.convert(v, d)
	}
	return a
}

// Null gives the next column NULL.
func (a *Appender) Null() *Appender {
	a.place()
	return a
}

// Any gives the next column a value of any type that Exec takes as argument.
func (a *Appender) Any(x any) *Appender {
	if v := a.place(); v != nil && x != nil {
		a.convert(v, x)
	}
	return a
}

// EndRow ends the row; it must have a value for each column. Now and then it
// inserts what was collected, so an error may be of an earlier row.
func (a *Appender) EndRow(ctx context.Context) error {
	if a.err == nil && (a.row == nil || a.at < len(a.row)) {
		a.err = sqlerr.New(sqlerr.SyntaxError, "the row has %d values for %d columns", a.at, len(a.types))
	}
	if a.err != nil {
		return a.err
	}
	a.row, a.at = nil, 0
	if a.in.Rows() >= appendRows || a.bytes >= appendBytes {
		return a.Flush(ctx)
	}
	return nil
}

// Row adds a whole row of values as Exec takes them.
func (a *Appender) Row(ctx context.Context, values ...any) error {
	for _, x := range values {
		a.Any(x)
	}
	return a.EndRow(ctx)
}

// Flush inserts what was collected.
func (a *Appender) Flush(ctx context.Context) error {
	if a.err != nil {
		return a.err
	}
	if a.row != nil {
		a.err = sqlerr.New(sqlerr.SyntaxError, "the row has %d values for %d columns", a.at, len(a.types))
		return a.err
	}
	var n int64
	n, a.err = a.in.Flush(ctx)
	a.total += n
	a.bytes = 0
	return a.err
}

// Close inserts what is left, commits where the transaction is the Appender's
// own, and returns the number of rows inserted.
func (a *Appender) Close(ctx context.Context) (int64, error) {
	if a.done {
		return a.total, a.err
	}
	err := a.Flush(ctx)
	if err != nil {
		a.Discard()
		return 0, err
	}
	a.done = true
	if a.own != nil {
		err = a.own.Commit(ctx)
	}
	if err != nil {
		a.err = err
		return 0, err
	}
	return a.total, nil
}

// Discard gives up what was not committed. It does nothing after Close.
func (a *Appender) Discard() {
	if a.done {
		return
	}
	a.done = true
	if a.own != nil {
		_ = a.own.Rollback() // it has nothing to say beyond what failed before
	}
}

// Append adds the rows of a sequence to a table, in one transaction, and
// returns their number; slices.Values makes a sequence of a slice. T is a
// struct whose fields are found as in Query; a field that no column takes is an
// error, a column without a field gets its default. The table may be followed
// by a list of columns. Pointers and sql.Null give NULL. Nothing stays of rows
// before one that fails.
func Append[T any](ctx context.Context, q Querier, table string, rows iter.Seq[T]) (int64, error) {
	a, b, err := appenderFor(ctx, q, table, reflect.TypeFor[T]())
	if err != nil {
		return 0, err
	}
	defer a.Discard()
	src := new(T)
	for x := range rows {
		*src = x
		row := a.in.Row()
		if err := b.Row(unsafe.Pointer(src), row, a.in); err != nil {
			return 0, a.locate(err)
		}
		for i := range row {
			a.bytes += len(row[i].S)
		}
		if a.in.Rows() >= appendRows || a.bytes >= appendBytes {
			if err := a.Flush(ctx); err != nil {
				return 0, err
			}
		}
	}
	return a.Close(ctx)
}

// appenderFor makes an Appender for the columns that a type has fields for.
func appenderFor(ctx context.Context, q Querier, table string, t reflect.Type) (*Appender, *gotype.Bind, error) {
	a, err := NewAppender(ctx, q, table)
	if err != nil {
		return nil, nil, err
	}
	_, known, err := gotype.CompileBind(t, a.Columns(), a.types)
	if err != nil {
		a.Discard()
		return nil, nil, err
	}
	if err := a.in.Keep(known); err != nil {
		a.Discard()
		return nil, nil, err
	}
	a.types = a.in.Types()
	b, _, err := gotype.CompileBind(t, a.Columns(), a.types)
	if err != nil {
		a.Discard()
	}
	return a, b, err
}
