//go:build duckdb

package main

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/marcboeker/go-duckdb/v2"
)

// DuckDB takes part in the analytic workloads: with row by row inserts it is
// not at home. Its library, of some 50 MB, comes with the module.
func init() {
	engines = append(engines, engine{"duckdb", "duckdb", func(path string, _ bool) string { return path + "?memory_limit=1GB" }, "analytic", appendRows})
}

// appendRows uses DuckDB's appender.
func appendRows(ctx context.Context, db *sql.DB, table string, n int, row func(i int) []any) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(c any) error {
		a, err := duckdb.NewAppenderFromConn(c.(driver.Conn), "", table)
		if err != nil {
			return err
		}
		values := make([]driver.Value, 0, 16)
		for i := range n {
			values = values[:0]
			for _, v := range row(i) {
				if k, ok := v.(int); ok {
					v = int64(k)
				}
				values = append(values, v)
			}
			if err := a.AppendRow(values...); err != nil {
				return err
			}
		}
		return a.Close()
	})
}
