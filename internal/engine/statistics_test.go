package engine

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/zqlite/zqlite/internal/catalog"
)

func openForStatistics(t *testing.T, path string) (*Database, *Session) {
	t.Helper()
	c, err := ParseDSN(path)
	if err != nil {
		t.Fatal(err)
	}
	db, err := Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return db, db.NewSession(SessionConfig{})
}

func mustRun(t *testing.T, s *Session, texts ...string) {
	t.Helper()
	for _, text := range texts {
		st, err := s.Lookup(text)
		if err == nil {
			_, err = s.Exec(context.Background(), st, nil)
		}
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

func relationOf(t *testing.T, s *Session, name string) *catalog.Relation {
	t.Helper()
	r, err := s.relationNamed(name)
	if err != nil || r == nil {
		t.Fatal(name, err)
	}
	return r
}

// What ANALYZE finds is there after the database was opened again, and goes
// with a change of type.
func TestAnalyzeIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db, s := openForStatistics(t, path)
	mustRun(t, s, "CREATE TABLE t (id int PRIMARY KEY, k int, s text)",
		"INSERT INTO t SELECT i, i % 7, CASE WHEN i % 2 = 0 THEN 'x' || i END FROM generate_series(1, 3000) i", "ANALYZE t", "ANALYZE", "VACUUM ANALYZE t")
	check := func(db *Database, s *Session) {
		t.Helper()
		r := db.Of(relationOf(t, s, "t"))
		if r == nil || r.Rows != 3000 {
			t.Fatalf("statistics: %+v", r)
		}
		if c := r.Columns[2]; c == nil || c.Distinct != 7 || len(c.Common) != 7 {
			t.Errorf("k: %+v", c)
		}
		if c := r.Columns[3]; c == nil || c.Null != 0.5 {
			t.Errorf("s: %+v", c)
		}
	}
	check(db, s)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db, s = openForStatistics(t, path)
	defer db.Close()
	check(db, s)
	st, err := s.Lookup("ANALYZE missing")
	if err == nil {
		_, err = s.Exec(context.Background(), st, nil)
	}
	if err == nil {
		t.Error("a table that is not there was analyzed")
	}
}

// A plan over a relation that nothing is known of has it looked at, and a
// prepared statement gets a new plan when the relation has grown.
func TestStatisticsRefreshThemselves(t *testing.T) {
	db, s := openForStatistics(t, filepath.Join(t.TempDir(), "a.db"))
	defer db.Close()
	mustRun(t, s, "CREATE TABLE t (id int PRIMARY KEY, k int)", "CREATE INDEX t_k ON t (k)")
	text := "SELECT * FROM t WHERE k = 5"
	st, err := s.Lookup(text)
	if err != nil {
		t.Fatal(err)
	}
	mustRun(t, s, text)
	first := st.parts[0].plan.Load()
	mustRun(t, s, "INSERT INTO t SELECT i, i % 1000 FROM generate_series(1, 5000) i")
	for range 2 * staleEvery {
		mustRun(t, s, text)
	}
	if st.parts[0].plan.Load() == first {
		t.Error("the plan of the empty table is still used")
	}
	rel := relationOf(t, s, "t")
	for wait := 0; db.Of(rel) == nil; wait++ {
		if wait > 500 {
			t.Fatal("nobody looked at the relation")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if r := db.Of(rel); r.Rows != 5000 {
		t.Errorf("%v rows", r.Rows)
	}
}
