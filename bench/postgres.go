//go:build postgres

package main

import (
	"os"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// PostgreSQL takes part in TPC-H, to compare results and times with: the
// database that BENCH_POSTGRES names, whose tables of the benchmark are
// dropped and made.
func init() {
	engines = append(engines, engine{"postgres", "pgx", func(string, bool) string { return os.Getenv("BENCH_POSTGRES") }, "tpch", nil})
}
