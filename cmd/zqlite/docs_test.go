package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What the pages' commands find: a database with users, with tables that
// tenants share, files to import, a schema.
const (
	pageTables = `CREATE TABLE users (id int PRIMARY KEY, name text);
INSERT INTO users VALUES (1, 'Ada'), (2, 'Bob');
CREATE TABLE clients (tenant_id uuid, id int, name text, PRIMARY KEY (tenant_id, id)) TENANT BY (tenant_id);
`
	pageRows   = "SET zqlite.tenant = '0190d3a5-7c1e-7000-8000-000000000001';\nINSERT INTO clients (id, name) VALUES (1, 'acme');\n"
	pageSchema = "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(12,2) NOT NULL);\n"
)

// The stand-ins for programs that the pages call besides zqlite: psql takes its
// file, and go looks for the directory and the flags that it is given.
const (
	fakePsql = `#!/bin/sh
for last; do :; done
test -s "$last"
`
	fakeGo = `#!/bin/sh
word=$1; shift
case $word in
get|test) exit 0;;
esac
dir=$1; shift
test -f $dir/main.go || { echo "there is no program in $dir" >&2; exit 1; }
for flag in "$@"; do
  case $flag in
  -*) grep -q "\"${flag#-}\"" $dir/*.go || { echo "$dir has no flag $flag" >&2; exit 1; };;
  esac
done
`
)

// TestDocumentedCommandsRun runs the blocks of shell in README.md, docs and
// examples, line after line, in a directory with what they speak of.
func TestDocumentedCommandsRun(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no sh")
	}
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "zqlite"), ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, text := range map[string]string{"psql": fakePsql, "go": fakeGo} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var pages []string
	for _, pattern := range []string{"README.md", "docs/*.md", "examples/README.md", "examples/*/README.md"} {
		found, err := filepath.Glob(filepath.Join(top, pattern))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	lines := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(top, page)
		if err != nil {
			t.Fatal(err)
		}
		inside, language := false, ""
		var script strings.Builder
		for line := range strings.Lines(string(text)) {
			mark, fence := strings.CutPrefix(strings.TrimSpace(line), "```")
			switch {
			case fence && !inside:
				inside, language = true, mark
				if mark == "" {
					t.Errorf("%s: a block does not say its language; text is not run", name)
				}
			case fence:
				inside = false
			case inside && language == "sh":
				script.WriteString(line)
				lines++
			}
		}
		if script.Len() > 0 {
			t.Run(strings.ReplaceAll(name, string(filepath.Separator), "_"), func(t *testing.T) { runPage(t, top, bin, script.String()) })
		}
	}
	if lines < 20 {
		t.Errorf("only %d lines of shell were found", lines)
	}
}

func runPage(t *testing.T, top, bin, script string) {
	dir := t.TempDir()
	for name, text := range map[string]string{"people.csv": "id,name\n1,Ada\n", "schema.sql": pageSchema} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"app.db": pageTables + pageRows, "other.db": pageTables} {
		out, err := command(t, text, filepath.Join(dir, name))
		must(t, out, err)
	}
	if err := os.Rename(sqliteWith(t, "CREATE TABLE users (id INTEGER, name TEXT); CREATE TABLE tags (tag TEXT);"), filepath.Join(dir, "old.sqlite")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"examples", "cmd"} {
		if err := os.Symlink(filepath.Join(top, name), filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	script = strings.ReplaceAll(script, "NEW-ID", "0190d3a5-7c1e-7000-8000-000000000002")
	script = strings.ReplaceAll(script, " ID", " 0190d3a5-7c1e-7000-8000-000000000001")
	for line := range strings.Lines(script) {
		c := exec.Command("sh", "-c", line)
		c.Dir = dir
		c.Env = append(os.Environ(), fmt.Sprintf("PATH=%s%c%s", bin, filepath.ListSeparator, os.Getenv("PATH")))
		var out bytes.Buffer
		c.Stdout, c.Stderr = &out, &out
		if err := c.Run(); err != nil {
			t.Errorf("%s%v\n%s", line, err, out.String())
		}
	}
}
