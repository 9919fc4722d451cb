package zqlite_test

import (
	"database/sql"
	"path/filepath"
	"testing"
)

// TestUserTypesStay reopens a database with ranges, shells, enums with labels in
// the middle and composite types that were changed while in use.
func TestUserTypesStay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "types.zq")
	open := func() *sql.DB {
		db, err := sql.Open("zqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	db := open()
	for _, q := range []string{
		"CREATE TYPE mood AS ENUM ('sad', 'happy')",
		"CREATE TYPE pair AS (a int, m mood)",
		"CREATE TYPE moods AS RANGE (subtype = mood, multirange_type_name = many_moods)",
		"CREATE TYPE later",
		"CREATE DOMAIN calm AS moods CHECK (NOT VALUE @> 'sad'::mood)",
		"CREATE TABLE t (id int PRIMARY KEY, p pair, ps pair[], r moods, rs many_moods DEFAULT many_moods(moods('sad', 'happy')), c calm)",
		"CREATE INDEX ON t (r)",
		"CREATE VIEW v AS SELECT id, (p).a AS a, r && moods('sad', 'happy') AS o FROM t",
		"INSERT INTO t (id, p, ps, r, c) VALUES (1, '(1,sad)', '{\"(2,happy)\"}', '[sad,happy)', '(sad,)')",
		"ALTER TYPE mood ADD VALUE 'meh' BEFORE 'happy'",
		"ALTER TYPE pair ADD ATTRIBUTE z text",
		"UPDATE t SET p.z = 'new'",
		"ALTER TYPE pair DROP ATTRIBUTE m",
		"ALTER TYPE many_moods RENAME TO all_moods",
	} {
		if _, err := db.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	look := func(db *sql.DB) {
		t.Helper()
		for q, want := range map[string]string{
			"SELECT p::text || ps::text FROM t": `(1,new){"(2,)"}`,
			"SELECT r::text || rs::text || c::text FROM t WHERE r @> 'sad'::mood AND r = '[sad,happy)'": "[sad,happy){[sad,happy)}(sad,)",
			"SELECT (r @> 'meh'::mood)::text FROM t":                                                    "true",
			"SELECT a || o::text FROM v":                                                                "1true",
			"SELECT multirange(moods('meh', NULL))::text":                                               "{[meh,)}",
			"SELECT string_agg(enumsortorder::text, ' ' ORDER BY enumsortorder) FROM pg_enum":           "1 1.5 2",
			"SELECT typisdefined::text FROM pg_type WHERE typname = 'later'":                            "false",
			"SELECT pg_typeof(rs)::text FROM t":                                                         "all_moods",
		} {
			var got string
			if err := db.QueryRow(q).Scan(&got); err != nil || got != want {
				t.Errorf("%s: %q, %v; want %q", q, got, err, want)
			}
		}
	}
	look(db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open()
	defer db.Close()
	look(db)
	if _, err := db.Exec("DROP TYPE moods CASCADE"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("SELECT rs FROM t"); err == nil {
		t.Error("the column of multiranges is still there")
	}
}
