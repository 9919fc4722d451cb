package postgres

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	_ "github.com/zqlite/zqlite"
)

// A dump with something of everything is restored by a server, which then gives
// the same rows; its triggers work. POSTGRES is the DSN of a superuser.
func TestDumpIsRestoredByPostgres(t *testing.T) {
	dsn := os.Getenv("POSTGRES")
	if dsn == "" {
		t.Skip("POSTGRES names no server")
	}
	ctx := context.Background()
	text, err := os.ReadFile("../../cmd/zqlite/testdata/everything.sql")
	must(t, err)
	program, file := filepath.Join(t.TempDir(), "zqlite"), filepath.Join(t.TempDir(), "a.db")
	here, err := sql.Open("zqlite", file)
	must(t, err)
	_, err = here.Exec(string(text))
	must(t, err)
	must(t, here.Close())
	build := exec.Command("go", "build", "-o", program, "./cmd/zqlite")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dump, err := exec.Command(program, "dump", file, "--postgres").Output()
	must(t, err)
	here, err = sql.Open("zqlite", file+"?time_zone=UTC")
	must(t, err)
	defer here.Close()

	config, err := pgx.ParseConfig(dsn)
	must(t, err)
	admin := stdlib.OpenDB(*config)
	defer admin.Close()
	for _, s := range []string{"DROP DATABASE IF EXISTS zqlite_dump", "CREATE DATABASE zqlite_dump"} {
		_, err = admin.Exec(s)
		must(t, err)
	}
	config.Database, config.RuntimeParams["timezone"] = "zqlite_dump", "UTC"
	conn, err := pgx.ConnectConfig(ctx, config)
	must(t, err)
	_, err = conn.PgConn().Exec(ctx, string(dump)).ReadAll()
	must(t, err)
	must(t, conn.Close(ctx))
	there := stdlib.OpenDB(*config)
	defer func() {
		must(t, there.Close())
		_, err := admin.Exec("DROP DATABASE zqlite_dump")
		must(t, err)
	}()
	for _, query := range []string{
		"SELECT string_agg(e::text, chr(10) ORDER BY e.id) FROM everything e",
		"SELECT string_agg(c::text, chr(10) ORDER BY c.id) FROM app.child c",
		"SELECT string_agg(v::text, chr(10) ORDER BY v.x) FROM app.of_views v",
		"SELECT string_agg(x::text, chr(10)) FROM totals x",
		"SELECT nextval('counter')::text",
		"INSERT INTO counted DEFAULT VALUES RETURNING counted::text",
		"UPDATE notes SET body = 'x' WHERE id = 2 RETURNING notes::text",
		"INSERT INTO titles (id) VALUES (9) RETURNING titles::text",
		"DELETE FROM titles WHERE id = 1 RETURNING id::text",
		"SELECT string_agg(x::text, chr(10) ORDER BY id) FROM notes x",
		"SELECT string_agg(title_of(x), chr(10) ORDER BY id) FROM titles x",
		"SELECT string_agg(description, chr(10) ORDER BY description) FROM pg_description WHERE objoid >= 16384",
	} {
		var a, b sql.NullString
		must(t, here.QueryRow(query).Scan(&a))
		must(t, there.QueryRow(query).Scan(&b))
		if a != b {
			t.Errorf("%s:\n%s\nand on the server\n%s", query, a.String, b.String)
		}
	}
	_, err = there.Exec("UPDATE notes SET body = '' WHERE id = 2")
	if err == nil {
		t.Error("the trigger of the server lets an empty body pass")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
