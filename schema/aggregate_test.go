package schema_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	_ "github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/schema"
)

// Aggregates survive closing, and their definitions make them anew in another
// database, after the functions that they are made of.
func TestAggregates(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "a.db")
	open := func(path string) *sql.DB {
		db, err := sql.Open("zqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	ask := func(db *sql.DB) (out string) {
		err := db.QueryRow(`SELECT (SELECT aaa(x) FROM generate_series(1, 3) x) || ' ' || (SELECT other.accum(x ORDER BY x DESC) FROM generate_series(1, 3) x)::text
			|| ' ' || (SELECT third(3.0) WITHIN GROUP (ORDER BY y) FROM unnest('{1.5,2.5,3.5}'::float8[]) y) || ' ' || (SELECT n(*) FROM generate_series(1, 4))
			|| ' ' || (SELECT (11 === 21)::text || (c::complex).r || (!!! 4) FROM ot)
			|| ' ' || (SELECT string_agg(d, ',') FROM (SELECT obj_description(p.oid, 'pg_proc') d FROM pg_proc p WHERE prokind = 'a') x)`).Scan(&out)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	db := open(path)
	_, err := db.Exec(`CREATE SCHEMA other;
		CREATE FUNCTION zzz(numeric, int) RETURNS numeric STRICT LANGUAGE SQL AS 'SELECT $1 + $2 * $2';
		CREATE FUNCTION nth_of(float8[], float8) RETURNS float8 LANGUAGE SQL AS 'SELECT $1[$2::int]';
		CREATE AGGREGATE aaa (int) (sfunc = zzz, stype = numeric, initcond = '0.5', finalfunc = numeric_uminus, parallel = safe);
		CREATE AGGREGATE other.accum (anycompatible) (sfunc = array_append, stype = anycompatiblearray, initcond = '{}');
		CREATE AGGREGATE third (float8 ORDER BY float8) (sfunc = array_append, stype = float8[], finalfunc = nth_of, initcond = '{}');
		CREATE AGGREGATE n (*) (sfunc = int8inc, stype = int8, initcond = '0', mstype = int8, msfunc = int8inc, minvfunc = int8dec, minitcond = '0');
		CREATE FUNCTION same_mod(int, int) RETURNS bool LANGUAGE SQL IMMUTABLE AS 'SELECT $1 % 10 = $2 % 10';
		CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = same_mod, COMMUTATOR = ===, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
		CREATE OPERATOR !!! (RIGHTARG = int, FUNCTION = int4um);
		CREATE FUNCTION quoted(int) RETURNS bool LANGUAGE SQL AS 'SELECT $1 === 1';
		CREATE TYPE complex AS (r int, i int);
		CREATE FUNCTION to_complex(int) RETURNS complex LANGUAGE SQL AS 'SELECT ROW($1, 0)::complex';
		CREATE CAST (int AS complex) WITH FUNCTION to_complex(int) AS ASSIGNMENT;
		CREATE TABLE ot (c int CHECK (c === 7));
		INSERT INTO ot VALUES (17);
		COMMENT ON AGGREGATE n(*) IS 'how many'`)
	if err != nil {
		t.Fatal(err)
	}
	const want = "-14.5 {3,2,1} 3.5 4 true17-4 how many"
	if got := ask(db); got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(path)
	if got := ask(db); got != want {
		t.Errorf("after opening again: got %s", got)
	}
	s, err := schema.ReadDB(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	copied := open(filepath.Join(t.TempDir(), "b.db"))
	if _, err := copied.Exec(s.SQL()); err != nil {
		t.Fatalf("%v\n%s", err, s.SQL())
	}
	if _, err := copied.Exec(`INSERT INTO ot VALUES (17)`); err != nil {
		t.Fatal(err)
	}
	if got := ask(copied); got != want {
		t.Errorf("the copy: got %s", got)
	}
	again, err := schema.ReadDB(ctx, copied)
	if err != nil {
		t.Fatal(err)
	}
	if again.SQL() != s.SQL() {
		t.Errorf("the copy has another schema:\n%s\n---\n%s", again.SQL(), s.SQL())
	}
}
