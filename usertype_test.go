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

// TestRowTypesStay keeps rows of a table in another one while the table changes,
// and reopens the database.
func TestRowTypesStay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.zq")
	db, err := sql.Open("zqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	run := func(list ...string) {
		t.Helper()
		for _, q := range list {
			if _, err := db.Exec(q); err != nil {
				t.Fatalf("%s: %v", q, err)
			}
		}
	}
	want := func(q, want string) {
		t.Helper()
		var got string
		if err := db.QueryRow(q).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", q, got, err, want)
		}
	}
	run("CREATE TABLE item (id int PRIMARY KEY, name text)",
		"INSERT INTO item VALUES (1, 'a'), (2, 'b')",
		"CREATE TYPE box AS (what item, n int)",
		"CREATE TABLE history (n int PRIMARY KEY, was item, all_of item[], b box)",
		"CREATE VIEW whole AS SELECT i, i.id FROM item i",
		"INSERT INTO history SELECT 1, i, ARRAY[i, i], ROW(i, 7) FROM item i WHERE id = 1")
	want("SELECT was::text || all_of::text || b::text FROM history", `(1,a){"(1,a)","(1,a)"}("(1,a)",7)`)
	run("ALTER TABLE item ADD COLUMN price numeric", "UPDATE history SET was.price = 2.5")
	want("SELECT was::text || all_of::text || b::text FROM history", `(1,a,2.5){"(1,a,)","(1,a,)"}("(1,a,)",7)`)
	run("ALTER TABLE item DROP CONSTRAINT item_pkey", "ALTER TABLE item ADD PRIMARY KEY (id, name)") // rows move
	run("ALTER TABLE item DROP COLUMN price", "ALTER TABLE item RENAME COLUMN name TO title", "ALTER TABLE item RENAME TO thing")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = sql.Open("zqlite", path); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	want("SELECT was::text || all_of::text || b::text FROM history", `(1,a){"(1,a)","(1,a)"}("(1,a)",7)`)
	want("SELECT (was).title || (all_of[1]).title || ((b).what).title FROM history", "aaa")
	want("SELECT string_agg(i::text, '' ORDER BY id) FROM whole", "(1,a)(2,b)")
	want("SELECT (i).title FROM whole WHERE id = 2", "b")
	want("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'history'::regclass AND attname = 'all_of'", "thing[]")
	if _, err := db.Exec("DROP TABLE thing"); err == nil {
		t.Error("the table is dropped under its rows")
	}
	run("DROP TABLE thing CASCADE")
	want("SELECT to_json(h)::text FROM history h", `{"n":1,"b":{"n":7}}`)
}

// TestMoneyTravels gives amounts to Go and takes them back.
func TestMoneyTravels(t *testing.T) {
	db, err := sql.Open("zqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE m (m money)"); err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{"$1,234.5", 7, "-0.25"} {
		if _, err := db.Exec("INSERT INTO m VALUES ($1)", v); err != nil {
			t.Fatalf("%v: %v", v, err)
		}
	}
	rows, err := db.Query("SELECT m FROM m ORDER BY m")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for _, want := range []string{"-$0.25", "$7.00", "$1,234.50"} {
		var got string
		if !rows.Next() || rows.Scan(&got) != nil || got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	var n int64
	if err := db.QueryRow("SELECT m FROM m LIMIT 1").Scan(&n); err == nil {
		t.Errorf("an amount is the integer %d", n)
	}
}
