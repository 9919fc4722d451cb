package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A wrong command line says what is right, and ends with another code than
// work that fails.
func TestWrongCommandLines(t *testing.T) {
	db := filepath.Join(t.TempDir(), "a.db")
	out, err := command(t, "", db, "CREATE TABLE t (a int)")
	must(t, out, err)
	for _, c := range []struct {
		args []string
		want string
		code int
	}{
		{[]string{"--nope"}, "unknown flag: --nope", exitUsage},
		{[]string{"chek", db}, "but check", exitUsage},
		{[]string{"migrate", "nope"}, `zqlite migrate has no command "nope"`, exitUsage},
		{[]string{"tenant", "lst"}, "but list", exitUsage},
		{[]string{"import", db}, "zqlite import takes FILE INPUT; 1 was given\nUsage: zqlite import FILE INPUT", exitUsage},
		{[]string{db, "SELECT 1", "--mode", "xml"}, "no output mode", exitUsage},
		{[]string{"check", "nothere.db"}, "there is no database nothere.db", exitFailed},
		{[]string{db, "SELECT nope"}, "", exitFailed},
	} {
		_, err := command(t, "", c.args...)
		if err == nil || !strings.Contains(err.Error(), c.want) || exitCode(err) != c.code {
			t.Errorf("%q: %v", c.args, err)
		}
	}
	for _, sub := range root().Commands() {
		if name := sub.Name(); sub.Example == "" && name != "completion" && name != "help" {
			t.Errorf("%s --help has no example", name)
		}
	}
}

// The shell's commands that read and write files.
func TestShellFiles(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("p.csv", []byte("id,name\n1,Ada\n2,\"Bob, B\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := command(t, `.import p.csv people
\copy people to out.csv with (format csv, header)
\copy (select count(*) from people) to 'count.csv'
\copy people from out.csv csv header
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';
CREATE VIEW names AS SELECT name FROM people;
.schema people
\sf twice
\sv names
\echo done with it
.backup copy.db
.dump dump.sql
SELECT count(*) AS n FROM people;
`, "a.db")
	must(t, out, err)
	for _, want := range []string{"2 rows into people", "COPY 2\nCOPY 1\nCOPY 2", "CREATE TABLE people (\n    id bigint", "FUNCTION public.twice(integer)", "FROM people", "done with it", " 4\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	for name, want := range map[string]string{"out.csv": "id,name\n1,Ada\n2,\"Bob, B\"\n", "count.csv": "2\n"} {
		if b, err := os.ReadFile(name); string(b) != want || err != nil {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	again, err := os.ReadFile("dump.sql")
	if err != nil {
		t.Fatal(err)
	}
	for file, script := range map[string]string{"copy.db": "", "new.db": string(again)} {
		out, err := command(t, script+"\nSELECT count(*) || ' people' FROM people;", file)
		if !strings.Contains(must(t, out, err), "4 people") {
			t.Errorf("%s: %s", file, out)
		}
	}
	out, err = command(t, "\\tab\n", "a.db")
	if err == nil || !strings.Contains(out, `there is no command \tab`) {
		t.Errorf("%v %s", err, out)
	}
}
