package postgres

import (
	"database/sql"
	"os"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/zqlite/zqlite/conformance/generated/suite"
)

// The program over generated repositories that runs on zqlite runs unchanged
// on a server: POSTGRES is its DSN, and its schema public is dropped.
func TestRepositoriesOnPostgres(t *testing.T) {
	dsn := os.Getenv("POSTGRES")
	if dsn == "" {
		t.Skip("POSTGRES names no server")
	}
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	text, err := os.ReadFile("../generated/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"DROP SCHEMA public CASCADE", "CREATE SCHEMA public", string(text)} {
		if _, err := pool.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	suite.Run(t, pool)
}
