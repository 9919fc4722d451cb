package exec_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	_ "github.com/zqlite/zqlite"
)

// A join that was planned for a few left rows gets many: it reads the right
// side whole from some point on, and gives the same rows.
func TestLookupsEnd(t *testing.T) {
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
	exec := func(q string) {
		t.Helper()
		if _, err := conn.ExecContext(context.Background(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	exec("SET zqlite.statistics = off")
	exec("CREATE TABLE big (id int PRIMARY KEY, k int, s text)")
	exec("CREATE INDEX big_k ON big (k)")
	exec("INSERT INTO big SELECT i, i % 20000, 's' || i FROM generate_series(1, 40000) i")
	exec("CREATE TABLE l (a int, b int)")
	exec("INSERT INTO l SELECT i, 1 FROM generate_series(1, 30000) i")
	// The condition on b is thought to leave few rows, and leaves all.
	few := "(SELECT a FROM l WHERE b = 1 AND b + 0 = 1 AND b + 1 = 2 AND b + 2 = 3 AND b + 3 = 4)"
	for _, q := range []string{
		"SELECT count(*), sum(big.id), sum(x.a) FROM %s x JOIN big ON big.id = x.a AND big.k < 15000",
		"SELECT count(*), sum(big.id), sum(x.a) FROM %s x LEFT JOIN big ON big.k = x.a AND big.s LIKE 's1%%'",
		"SELECT count(*), sum(x.a), 0 FROM %s x WHERE EXISTS (SELECT 1 FROM big WHERE big.k = x.a AND big.id > x.a)",
		"SELECT count(*), sum(x.a), 0 FROM %s x WHERE NOT EXISTS (SELECT 1 FROM big WHERE big.k = x.a AND big.id > x.a)",
	} {
		q := fmt.Sprintf(q, few)
		run := func(q string) [3]float64 {
			t.Helper()
			var r [3]float64
			if err := conn.QueryRowContext(context.Background(), q).Scan(&r[0], &r[1], &r[2]); err != nil {
				t.Fatalf("%s: %v", q, err)
			}
			return r
		}
		got, again := run(q), run(q)
		exec("SET zqlite.lookup = off")
		want := run(q + " -- by hashing")
		exec("SET zqlite.lookup = on")
		if got != want || again != want {
			t.Errorf("%s: %v and %v, want %v", q, got, again, want)
		}
	}
}
