package postgres

import (
	"database/sql"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/zqlite/zqlite/conformance/generated/postgres/suite"
)

// The program over generated repositories that runs on zqlite runs unchanged on
// a server, as a role that row level security holds: POSTGRES is the DSN of a
// superuser, and its schema public is dropped.
func TestRepositoriesOnPostgres(t *testing.T) {
	dsn := os.Getenv("POSTGRES")
	if dsn == "" {
		t.Skip("POSTGRES names no server")
	}
	owner, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	text, err := os.ReadFile("../generated/postgres/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		"DROP SCHEMA public CASCADE", "CREATE SCHEMA public", string(text),
		"DO $$ BEGIN CREATE ROLE zqlite_app LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
		"GRANT ALL ON SCHEMA public TO zqlite_app", "GRANT ALL ON ALL TABLES IN SCHEMA public TO zqlite_app",
		"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO zqlite_app",
	} {
		if _, err := owner.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.RuntimeParams["role"] = "zqlite_app"
	pool := stdlib.OpenDB(*config)
	defer pool.Close()
	suite.Run(t, pool)
}
