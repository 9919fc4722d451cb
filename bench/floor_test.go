package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
	"testing"
	"time"
)

// What database/sql itself takes of the workloads: a driver that does nothing
// answers them. No driver can be faster through database/sql.
//
//	CGO_ENABLED=1 go test -run '^$' -bench Floor -benchtime 3x .
func BenchmarkFloor(b *testing.B) {
	ctx := context.Background()
	c := &config{rows: 1_000_000}
	for _, w := range []workload{
		{name: "point select, prepared", run: func(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
			return points(ctx, db, c, 1, true, 300_000)
		}},
		{name: "point select, not prepared", run: func(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
			return points(ctx, db, c, 1, false, 300_000)
		}},
		{name: "point select, prepared, 8 goroutines", run: func(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
			return points(ctx, db, c, 8, true, 300_000)
		}},
		{name: "insert, prepared, one transaction", run: func(ctx context.Context, db *sql.DB, c *config) (time.Duration, error) {
			return inserts(ctx, db, 200_000)
		}},
	} {
		b.Run(w.name, func(b *testing.B) {
			db := sql.OpenDB(nothing{})
			defer db.Close()
			db.SetMaxIdleConns(128)
			sum := time.Duration(0)
			for b.Loop() {
				d, err := w.run(ctx, db, c)
				if err != nil {
					b.Fatal(err)
				}
				sum += d
			}
			b.ReportMetric(float64(sum)/float64(b.N), "ns/query")
		})
	}
}

// nothing is a connector, driver, transaction and statement.
type nothing struct{}

func (nothing) Connect(context.Context) (driver.Conn, error)                 { return direct{}, nil }
func (nothing) Driver() driver.Driver                                        { return nothing{} }
func (nothing) Open(string) (driver.Conn, error)                             { return nothing{}, nil }
func (nothing) Prepare(string) (driver.Stmt, error)                          { return nothing{}, nil }
func (nothing) Close() error                                                 { return nil }
func (nothing) Begin() (driver.Tx, error)                                    { return nothing{}, nil }
func (nothing) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) { return nothing{}, nil }
func (nothing) Commit() error                                                { return nil }
func (nothing) Rollback() error                                              { return nil }
func (nothing) CheckNamedValue(*driver.NamedValue) error                     { return nil }
func (nothing) ResetSession(context.Context) error                           { return nil }
func (nothing) IsValid() bool                                                { return true }
func (nothing) NumInput() int                                                { return -1 }
func (nothing) Exec([]driver.Value) (driver.Result, error)                   { return driver.RowsAffected(1), nil }
func (nothing) Query([]driver.Value) (driver.Rows, error)                    { return &oneRow{}, nil }
func (nothing) QueryContext(context.Context, []driver.NamedValue) (driver.Rows, error) {
	return &oneRow{}, nil
}
func (nothing) ExecContext(context.Context, []driver.NamedValue) (driver.Result, error) {
	return driver.RowsAffected(1), nil
}

// direct is a connection whose queries need no statement.
type direct struct{ nothing }

func (direct) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	return &oneRow{}, nil
}
func (direct) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return driver.RowsAffected(1), nil
}

// oneRow gives one row of an integer and a text.
type oneRow struct{ given bool }

func (*oneRow) Columns() []string { return []string{"amount", "name"} }
func (*oneRow) Close() error      { return nil }
func (r *oneRow) Next(dest []driver.Value) error {
	if r.given {
		return io.EOF
	}
	r.given = true
	dest[0], dest[1] = int64(1_000_000), "item number 1"
	return nil
}
