package script

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScripts compares zqlite with the recorded answers of PostgreSQL.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("../sql/*/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, f := range files {
		t.Run(strings.TrimPrefix(f, "../sql/"), func(t *testing.T) {
			t.Parallel()
			stmts, want := readScript(t, f)
			if len(stmts) != len(want) {
				t.Fatalf("%d statements, %d recorded answers; record anew (see conformance/postgres/pgdiff)", len(stmts), len(want))
			}
			got := answers(t, stmts)
			for _, d := range Compare(stmts, want, got) {
				if d.Closed {
					t.Errorf("line %d: %s\nno gap any more: its comment goes", d.Statement.Line, d.Statement.SQL)
					continue
				}
				t.Errorf("line %d: %s\nwant %sgot  %s", d.Statement.Line, d.Statement.SQL, d.Want, d.Got)
			}
		})
	}
}

func readScript(t *testing.T, file string) ([]Statement, []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	record, err := os.ReadFile(strings.TrimSuffix(file, ".sql") + ".out")
	if err != nil {
		t.Fatal(err)
	}
	return Parse(string(text)), ReadRecord(string(record))
}

func answers(t *testing.T, stmts []Statement) []string {
	t.Helper()
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
	return Run(context.Background(), &Session{conn}, stmts)
}

// TestParse cuts at the right semicolons.
func TestParse(t *testing.T) {
	text := "-- gap: not yet\nSELECT 'a;''b', \"c;\" /* ; */ ; -- full\n\n-- full\nCREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END;\n" +
		"SELECT $x$;$$;$x$ ORDER BY 1;COPY t FROM STDIN;\n1\ta;b\n\\.\nSELECT E'\\';'"
	s := Parse(text)
	if len(s) != 5 {
		t.Fatalf("%d statements: %+v", len(s), s)
	}
	if s[0].Gap != "not yet" || s[0].Line != 2 || !s[0].Sorted || s[0].Full || !s[1].Full || s[2].Sorted {
		t.Errorf("directives: %+v", s[:3])
	}
	if s[3].Data != "1\ta;b\n" || s[4].SQL != `SELECT E'\';'` {
		t.Errorf("data: %+v", s[3:])
	}
}

// TestCompareBites finds a wrong answer and a gap that is closed.
func TestCompareBites(t *testing.T) {
	s := Parse("SELECT 1; SELECT 2;\n-- gap: x\nSELECT 3")
	got := Compare(s, []string{"a", "b", "c"}, []string{"a", "x", "c"})
	if len(got) != 2 || got[0].Closed || !got[1].Closed {
		t.Errorf("%+v", got)
	}
}
