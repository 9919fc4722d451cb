package zqlite

import (
	"context"
	"database/sql/driver"

	"github.com/zqlite/zqlite/internal/engine"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// statement is a driver.Stmt: a text that was parsed once. Its plan is shared
// with every other statement of the same text.
type statement struct {
	conn     *connection
	prepared *engine.Statement
}

var (
	_ driver.StmtExecContext   = (*statement)(nil)
	_ driver.StmtQueryContext  = (*statement)(nil)
	_ driver.NamedValueChecker = (*statement)(nil)
)

// Close does nothing: the plan belongs to the database.
func (s *statement) Close() error { return nil }

// NumInput returns the number of placeholders, or -1 where named ones let the
// engine check.
func (s *statement) NumInput() int { return -1 }

// CheckNamedValue is the connection's.
func (s *statement) CheckNamedValue(v *driver.NamedValue) error { return checkValue(v) }

// Exec is for callers without a context.
func (s *statement) Exec(args []driver.Value) (driver.Result, error) {
	return s.ExecContext(context.Background(), numbered(args))
}

// Query is for callers without a context.
func (s *statement) Query(args []driver.Value) (driver.Rows, error) {
	return s.QueryContext(context.Background(), numbered(args))
}

func numbered(args []driver.Value) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, v := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return out
}

// ExecContext runs the statement.
func (s *statement) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.conn.exec(ctx, s.prepared, args)
}

// QueryContext runs the statement and returns its rows.
func (s *statement) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.conn.query(ctx, s.prepared, args)
}

// result is a driver.Result.
type result struct {
	affected, rowID int64
	hasRowID        bool
}

// result gives an outcome to the caller, who may keep it: memory is taken for
// several, and used once.
func (c *connection) result(o engine.Outcome) driver.Result {
	if len(c.results) == 0 {
		c.results = make([]result, 16)
	}
	r := &c.results[0]
	c.results = c.results[1:]
	r.affected, r.rowID, r.hasRowID = o.Affected, o.LastRowID, o.HasRowID
	return r
}

// RowsAffected returns how many rows the last statement changed; a query's, how
// many it found, as PostgreSQL counts them.
func (r *result) RowsAffected() (int64, error) { return r.affected, nil }

// LastInsertId returns the last generated integer key. For a table whose key
// is no single integer it is an error: ask with RETURNING.
func (r *result) LastInsertId() (int64, error) {
	if !r.hasRowID {
		return 0, sqlerr.New(sqlerr.FeatureNotSupported, "the statement generated no integer key").
			WithHint("Use INSERT … RETURNING to read the keys of inserted rows.")
	}
	return r.rowID, nil
}
