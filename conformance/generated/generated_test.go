package generated_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/conformance/generated/suite"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestRepositories(t *testing.T) {
	pool, err := sql.Open("zqlite", filepath.Join(t.TempDir(), "app.db"))
	must(t, err)
	defer pool.Close()
	text, err := os.ReadFile("schema.sql")
	must(t, err)
	_, err = pool.Exec(string(text))
	must(t, err)
	suite.Run(t, pool)
}
