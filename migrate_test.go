package zqlite_test

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database"
	dbtest "github.com/golang-migrate/migrate/v4/database/testing"
	sourcetest "github.com/golang-migrate/migrate/v4/source/testing"

	"github.com/zqlite/zqlite"
)

func TestMigrationDatabaseConforms(t *testing.T) {
	d, err := database.Open("zqlite://" + file(t) + "?sync=normal&x-migrations-table=versions")
	must(t, err)
	dbtest.Test(t, d, []byte("CREATE TABLE t (a int); INSERT INTO t VALUES (1);"))
	must(t, d.Close())
}

func TestMigrationSourceConforms(t *testing.T) {
	files := fstest.MapFS{"m/README.md": {}, "m/8_dir.up.sql/x": {}}
	for name, text := range map[string]string{
		"1_a.up.sql": "1", "1_a.down.sql": "1", "3_b.up.sql": "3", "4_c.up.sql": "4", "4_c.down.sql": "4",
		"5_d.down.sql": "5", "7_e.up.sql": "7", "7_e.down.sql": "7",
	} {
		files["m/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	s, err := zqlite.MigrationFiles(files, "m")
	must(t, err)
	sourcetest.Test(t, s)
	v, err := zqlite.Migrations(zqlite.Migration{4, "c", "4", "4"}, zqlite.Migration{1, "a", "1", "1"},
		zqlite.Migration{3, "b", "3", ""}, zqlite.Migration{5, "d", "", "5"}, zqlite.Migration{7, "e", "7", "7"})
	must(t, err)
	sourcetest.Test(t, v)
	if _, err := zqlite.Migrations(zqlite.Migration{1, "a", "1", "1"}, zqlite.Migration{1, "b", "1", "1"}); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("a version twice: %v", err)
	}
}

// A migration that fails in the middle leaves the version before it, clean,
// and nothing of itself; what came before stands.
func TestFailedMigrationLeavesNothing(t *testing.T) {
	path := file(t)
	steps, err := zqlite.Migrations(
		zqlite.Migration{1, "accounts", "BEGIN;\nCREATE TABLE accounts (id int PRIMARY KEY);\nINSERT INTO accounts VALUES (1);\nCOMMIT;", "DROP TABLE accounts"},
		zqlite.Migration{2, "broken", "CREATE TABLE extra (id int);\nALTER TABLE accounts ADD COLUMN name text;\n\nINSERT INTO accounts\n  VALUES (1, 'twice');", ""},
	)
	must(t, err)
	m, err := migrate.NewWithSourceInstance("zqlite", steps, "zqlite://"+path)
	must(t, err)
	err = m.Up()
	var where *database.Error
	var cause *zqlite.Error
	if !errors.As(err, &where) || where.Line != 4 {
		t.Errorf("the error does not name the line: %v", err)
	} else if !errors.As(where.OrigErr, &cause) || cause.Code != "23505" {
		t.Errorf("the cause is lost: %v", where.OrigErr)
	}
	if v, dirty, err := m.Version(); v != 1 || dirty || err != nil {
		t.Errorf("version %d, dirty %v, %v", v, dirty, err)
	}
	serr, derr := m.Close()
	must(t, errors.Join(serr, derr))
	db := open(t, path)
	if n := one[int](t, db, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public' AND table_name IN ('accounts', 'extra')"); n != 1 {
		t.Errorf("%d tables", n)
	}
	if n := one[int](t, db, "SELECT count(*) FROM information_schema.columns WHERE table_name = 'accounts'"); n != 1 {
		t.Errorf("accounts has %d columns", n)
	}
}

func TestMigrationWithoutTransaction(t *testing.T) {
	path := file(t)
	steps, err := zqlite.Migrations(zqlite.Migration{1, "a", "-- zqlite: no transaction\nCREATE TABLE a (id int);\nCHECKPOINT;\nSELECT 1/0;", ""})
	must(t, err)
	m, err := migrate.NewWithSourceInstance("zqlite", steps, "zqlite://"+path)
	must(t, err)
	if err := m.Up(); err == nil {
		t.Error("a division by zero passed")
	}
	if v, dirty, err := m.Version(); v != 1 || !dirty || err != nil {
		t.Errorf("version %d, dirty %v, %v", v, dirty, err)
	}
	serr, derr := m.Close()
	must(t, errors.Join(serr, derr))
	one[int](t, open(t, path), "SELECT count(*) FROM a")
}

func TestMigrationDatabaseNeedsZqlite(t *testing.T) {
	sql.Register("foreign", foreignDriver{})
	db, err := sql.Open("foreign", "")
	must(t, err)
	defer db.Close()
	if _, err := zqlite.MigrationDatabase(db, zqlite.MigrationConfig{}); err == nil || !strings.Contains(err.Error(), "zqlite") {
		t.Errorf("another driver's pool: %v", err)
	}
}

// foreignDriver is any other database/sql driver.
type foreignDriver struct{}

func (foreignDriver) Open(string) (driver.Conn, error) { return foreignConn{}, nil }

type foreignConn struct{ driver.Conn }

func (foreignConn) Close() error { return nil }
