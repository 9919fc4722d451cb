package triggers

import (
	"context"
	"database/sql"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/conformance/script"
)

var update = flag.Bool("update", false, "write the records anew")

func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			got := answers(t, string(text))
			record := strings.TrimSuffix(f, ".sql") + ".out"
			if *update {
				if err := os.WriteFile(record, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(record)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, got, string(want))
		})
	}
}

// answers runs each line and writes what it gave below it.
func answers(t *testing.T, text string) string {
	db, err := sql.Open("zqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	s := &script.Session{Conn: conn}
	var b strings.Builder
	for _, line := range strings.Split(text, "\n") {
		if line == "" || strings.HasPrefix(line, "--") {
			continue
		}
		st := script.Statement{SQL: line}
		a := s.Answer(context.Background(), &st)
		b.WriteString(line + "\n")
		for _, l := range strings.Split(strings.TrimRight(a.Format(&st), "\n"), "\n") {
			b.WriteString("    " + l + "\n")
		}
	}
	return b.String()
}

func compare(t *testing.T, got, want string) {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	at := ""
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			t.Fatalf("after %s\ngot  %s\nwant %s", at, strings.Join(g[min(i, len(g)):min(i+3, len(g))], "\n"), strings.Join(w[min(i, len(w)):min(i+3, len(w))], "\n"))
		}
		if !strings.HasPrefix(g[i], "    ") {
			at = g[i]
		}
	}
}
