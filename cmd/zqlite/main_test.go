package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command runs the program and gives what it printed.
func command(t *testing.T, in string, args ...string) (out string, err error) {
	t.Helper()
	c := root()
	var b bytes.Buffer
	c.SetOut(&b)
	c.SetErr(&b)
	c.SetIn(strings.NewReader(in))
	c.SetArgs(args)
	err = c.ExecuteContext(t.Context())
	return b.String(), err
}

func must(t *testing.T, out string, err error) string {
	t.Helper()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return out
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestScriptsAndCommands(t *testing.T) {
	db := filepath.Join(t.TempDir(), "app.db")
	out, err := command(t, `CREATE TABLE people (
  id int PRIMARY KEY, -- a semicolon; in a comment
  name text NOT NULL DEFAULT 'it''s; here', boss int REFERENCES people (id));
INSERT INTO people VALUES (1, 'Ada', NULL), (2, 'Bob', 1);
CREATE VIEW names AS SELECT name FROM people;
\mode csv
SELECT * FROM people ORDER BY id;
.mode table
\d people
\dt
.tables
\timing off
`, db)
	must(t, out, err)
	for _, want := range []string{"id,name,boss\n1,Ada,\n2,Bob,1\n", `"people_pkey" PRIMARY KEY, btree (id)`, "FOREIGN KEY (boss) REFERENCES people(id)", "Referenced by:", "Timing is off."} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	out, err = command(t, "", db, "SELECT count(*) AS n FROM people", "--mode", "json")
	if must(t, out, err) != "[{\"n\": 2}]\n" {
		t.Errorf("got %s", out)
	}
	out, err = command(t, "SELECT 1;\nSELEC 2;\nSELECT 3;\n", db)
	if err == nil || !strings.Contains(out, `syntax error at or near "SELEC"`) || strings.Contains(out, "3") && !strings.Contains(out, "SELEC 2") {
		t.Errorf("a broken script: %v\n%s", err, out)
	}
	if out, err := command(t, "", "dupm", db); err == nil || !strings.Contains(err.Error(), "no command") {
		t.Errorf("a mistyped command: %v\n%s", err, out)
	}
	out, err = command(t, "", "check", db)
	if !strings.HasPrefix(must(t, out, err), "ok") {
		t.Errorf("check: %s", out)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	out, err = command(t, "", "backup", db, copied)
	if !strings.HasPrefix(must(t, out, err), copied) {
		t.Errorf("backup: %s", out)
	}
	if out, err := command(t, "", "backup", db, copied); err == nil || !strings.Contains(err.Error(), "exists") {
		t.Errorf("backup over a file: %v\n%s", err, out)
	}
	out, err = command(t, "", copied, "SELECT count(*) AS n FROM names", "--mode", "json")
	if must(t, out, err) != "[{\"n\": 2}]\n" {
		t.Errorf("the backup says %s", out)
	}
	out, err = command(t, "", "info", db)
	if !strings.Contains(must(t, out, err), "people") {
		t.Errorf("info: %s", out)
	}
	if _, err := command(t, "", "check", db+".none"); err == nil {
		t.Error("a database that is not there was made")
	}
}

func TestDumpIsRestored(t *testing.T) {
	db := filepath.Join(t.TempDir(), "app.db")
	out, err := command(t, `CREATE TYPE mood AS ENUM ('ok', 'it''s bad');
CREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m mood, twice int GENERATED ALWAYS AS (id * 2) STORED, d numeric(10,3), j jsonb, x bytea, a text[], t timestamptz);
CREATE TABLE a (id serial PRIMARY KEY, b bigint REFERENCES b (id), note text);
INSERT INTO b (m, d, j, x, a, t) VALUES ('it''s bad', 1.500, '{"a": [1, null]}', '\x00ff', '{a,"b c",NULL}', '2026-01-02 03:04:05+00'), (NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO a (b, note) SELECT 1, 'line' || chr(10) || 'two' FROM generate_series(1, 250);
CREATE INDEX a_note ON a (note);
CREATE VIEW v AS SELECT count(*) AS n FROM a;`, db)
	must(t, out, err)
	dump, err := command(t, "", "dump", db)
	must(t, dump, err)
	copied := filepath.Join(t.TempDir(), "copy.db")
	out, err = command(t, dump, copied)
	must(t, out, err)
	again, err := command(t, "", "dump", copied)
	if must(t, again, err) != dump {
		t.Errorf("the dump of the copy is another:\n%s\n%s", dump, again)
	}
	out, err = command(t, "", copied, "INSERT INTO a (note) VALUES ('next') RETURNING id", "INSERT INTO b (d) VALUES (1) RETURNING id, twice", "SELECT n FROM v", "--mode", "list", "--header=false")
	if must(t, out, err) != "251\n3|6\n251\n" {
		t.Errorf("after a restore: %s", out)
	}
}

func TestImport(t *testing.T) {
	db := filepath.Join(t.TempDir(), "app.db")
	csv := write(t, "people.csv", "id,Name,born,score,ok,code\n1,\"Ada, Countess\",1815-12-10,1.5,true,007\n2,Bob,1990-01-02,2,false,010\n3,,,,,\n")
	out, err := command(t, "", "import", db, csv)
	if !strings.HasPrefix(must(t, out, err), "3 rows into people") {
		t.Errorf("got %s", out)
	}
	out, err = command(t, "", db, `SELECT string_agg(format_type(atttypid, atttypmod), ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'people'::regclass`, `SELECT "Name", code FROM people WHERE id = 1`, "--mode", "list", "--header=false")
	if must(t, out, err) != "bigint,text,date,numeric,boolean,text\nAda, Countess|007\n" {
		t.Errorf("got %s", out)
	}
	for name, text := range map[string]string{"a.json": "[\n {\"a\": 1, \"b\": {\"x\": [1]}},\n {\"a\": 2.5, \"c\": \"it's\"}\n]", "b.ndjson": "{\"a\": 1, \"b\": {\"x\": [1]}}\n{\"a\": 2.5, \"c\": \"it's\"}\n"} {
		out, err := command(t, "", "import", db, write(t, name, text), "--table", "j")
		must(t, out, err)
		out, err = command(t, "", db, "SELECT a, b->'x'->>0, c FROM j ORDER BY a", "DROP TABLE j", "--mode", "list", "--header=false")
		if must(t, out, err) != "1|1|\n2.5||it's\n" {
			t.Errorf("%s: got %s", name, out)
		}
	}
	for name, c := range map[string]struct{ text, words string }{
		"short.csv": {"a,b\n1,2\n3\n", "line 3"},
		"bad.json":  {"{\"a\": 1}\n{\"a\": }\n", "line 2"},
		"x.parquet": {"", "says no format"},
		"dup.csv":   {"id\n1\n2\n\"1\"\n", "line 4"},
	} {
		if name == "dup.csv" {
			out, err := command(t, "", db, "CREATE TABLE dup (id int PRIMARY KEY)")
			must(t, out, err)
		}
		_, err := command(t, "", "import", db, write(t, name, c.text))
		if err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
	out, err = command(t, "", db, "SELECT count(*) FROM dup", "SELECT to_regclass('short')", "--mode", "list", "--header=false")
	if must(t, out, err) != "0\n\n" {
		t.Errorf("something is left of a failed import: %s", out)
	}
}

func TestMigratePlanUpDown(t *testing.T) {
	dir, db := t.TempDir(), filepath.Join(t.TempDir(), "app.db")
	plan := func(text string, args ...string) string {
		t.Helper()
		out, err := command(t, "", append([]string{"migrate", "plan", write(t, "schema.sql", text), "-d", dir}, args...)...)
		return must(t, out, err)
	}
	if out := plan("CREATE TABLE a (id int PRIMARY KEY, name text);", "-n", "first"); !strings.Contains(out, "0001_first.up.sql") {
		t.Errorf("plan: %s", out)
	}
	if out := plan("CREATE TABLE a (id int PRIMARY KEY, title text);", "--rename", "a.name=title"); !strings.Contains(out, "0002_migration.up.sql") || strings.Contains(out, "loses") {
		t.Errorf("plan: %s", out)
	}
	out, err := command(t, "", "migrate", "up", db, "-d", dir)
	if must(t, out, err) != "version 2\n" {
		t.Errorf("up: %s", out)
	}
	out, err = command(t, "", "migrate", "verify", db, "-d", dir)
	if !strings.Contains(must(t, out, err), "is what it is to be") {
		t.Errorf("verify: %s", out)
	}
	out, err = command(t, "", db, "ALTER TABLE a ADD COLUMN extra int")
	must(t, out, err)
	out, err = command(t, "", "migrate", "verify", db, "-d", dir)
	if err == nil || !strings.Contains(out, "DROP COLUMN extra") {
		t.Errorf("drift: %v %s", err, out)
	}
	out, err = command(t, "", "migrate", "down", db, "-d", dir)
	if must(t, out, err) != "version 1\nto come: 0002_migration.up.sql\n" {
		t.Errorf("down: %s", out)
	}
	if _, err := command(t, "", "migrate", "up", db, "many", "-d", dir); err == nil {
		t.Error("a number that is none")
	}
}

func TestGen(t *testing.T) {
	dir := t.TempDir()
	out, err := command(t, "", "gen", write(t, "s.sql", "-- @tenant t\nCREATE TABLE notes (t uuid, id bigint, text text, PRIMARY KEY (t, id));"), "--out", filepath.Join(dir, "db"), "--import", "x/db")
	must(t, out, err)
	if _, err := os.Stat(filepath.Join(dir, "db", "note", "note.go")); err != nil {
		t.Error(err)
	}
	bad := write(t, "bad.sql", "-- @tenat t\nCREATE TABLE notes (t uuid);")
	if _, err := command(t, "", "gen", bad, "--out", dir, "--import", "x/db"); err == nil || !strings.HasPrefix(err.Error(), bad+":1:4: ") {
		t.Errorf("an annotation that is not known: %v", err)
	}
}

// TestTenants: a tenant's rows are listed, exported, imported under another id
// and deleted; a dump has the rows of all tenants and is restored.
func TestTenants(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "app.db")
	out, err := command(t, `CREATE TABLE client (org text, id int GENERATED ALWAYS AS IDENTITY, name text, raw bytea, up text GENERATED ALWAYS AS (upper(name)) STORED,
  PRIMARY KEY (org, id)) TENANT BY (org);
CREATE TABLE a_ticket (org text, id serial, client int, note text, PRIMARY KEY (org, id),
  FOREIGN KEY (org, client) REFERENCES client ON DELETE SET NULL (client)) TENANT BY (org);
SET zqlite.tenant = 'a';
INSERT INTO client (name, raw) VALUES ('ann', '\x00ff'), (E'tab\tand\\line\n', NULL);
INSERT INTO a_ticket (client, note) VALUES (1, 'x'), (NULL, '\.');
SET zqlite.tenant = 'b';
INSERT INTO client (name) VALUES ('bob');
`, db)
	must(t, out, err)
	out, err = command(t, "", "tenant", "list", db)
	if got := strings.Fields(must(t, out, err)); len(got) != 14 || strings.Join(got[4:7], " ") != "a all 4" || strings.Join(got[9:12], " ") != "b all 1" {
		t.Errorf("%q", got)
	}
	file := filepath.Join(dir, "a.copy")
	out, err = command(t, "", "tenant", "export", db, "a", file)
	must(t, out, err)
	out, err = command(t, "", "tenant", "import", db, "c", file)
	if must(t, out, err) != "4 rows\n" {
		t.Error(out)
	}
	again := filepath.Join(dir, "c.copy")
	out, err = command(t, "", "tenant", "export", db, "c", again)
	must(t, out, err)
	one, _ := os.ReadFile(file)
	two, _ := os.ReadFile(again)
	if string(one) != string(two) || !strings.Contains(string(one), "COPY client (id, name, raw) FROM STDIN;") {
		t.Errorf("the copy of a tenant is another:\n%s\n%s", one, two)
	}
	if out, err = command(t, "", "tenant", "import", db, "c", file); err == nil {
		t.Error("rows that are there were imported again", out)
	}
	if out, err = command(t, "", "tenant", "delete", db, "a"); err == nil {
		t.Error("deleted without a yes", out)
	}
	out, err = command(t, "", "tenant", "delete", db, "a", "--yes")
	if must(t, out, err) != "4 rows\n" {
		t.Error(out)
	}
	out, err = command(t, "SET zqlite.tenant = 'c'; INSERT INTO client (name) VALUES ('new'); SELECT id, up FROM client ORDER BY id;", db, "--mode", "csv")
	if must(t, out, err); !strings.Contains(out, "1,ANN") || !strings.Contains(out, ",NEW") {
		t.Error(out)
	}
	dump, err := command(t, "", "dump", db)
	must(t, dump, err)
	copied := filepath.Join(dir, "copy.db")
	out, err = command(t, dump, copied)
	must(t, out, err)
	redump, err := command(t, "", "dump", copied)
	if must(t, redump, err) != dump || !strings.Contains(dump, "TENANT BY (org)") || !strings.Contains(dump, "'bob'") {
		t.Errorf("the dump of the copy is another:\n%s\n%s", dump, redump)
	}
	if out, err = command(t, "SELECT * FROM client;", copied); err == nil {
		t.Error("the copy is not scoped", out)
	}
}

// TestEmptyFields: a quoted empty field is an empty string, another one NULL, in
// what is imported, copied and exported.
func TestEmptyFields(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "e.db")
	text := "a,b,c\n\"\",,\"\"\n,\"\",\nx,\"\"\"\",\"y\"\"\"\n,,\"\"\n\"l\nm\",\"\",\"\"\n"
	want := "a,b,c\n\"\",,\"\"\n,\"\",\nx,\"\"\"\",\"y\"\"\"\n,,\"\"\n\"l\nm\",\"\",\"\"\n"
	csv := write(t, "e.csv", strings.Repeat(text, 1)+strings.Repeat("\"\",,\"\"\r\n", 20000))
	out, err := command(t, "", "import", db, csv, "-t", "e")
	must(t, out, err)
	out, err = command(t, "CREATE TABLE f (LIKE e);\n\\copy f from '"+csv+"' csv header\n", db)
	must(t, out, err)
	for _, table := range []string{"e", "f"} {
		out, err = command(t, "", "export", db, table)
		if must(t, out, err) != want+strings.Repeat("\"\",,\"\"\n", 20000) {
			t.Errorf("%s gives %.200q", table, out)
		}
	}
	out, err = command(t, "", "import", filepath.Join(dir, "one.db"), write(t, "one.csv", "a\n\"\"\n1\n"))
	must(t, out, err)
	out, err = command(t, "", filepath.Join(dir, "one.db"), "SELECT count(*), count(a) FROM one", "-m", "list", "--header=false")
	if strings.TrimSpace(must(t, out, err)) != "2|2" {
		t.Errorf("one column: %s", out)
	}
}
