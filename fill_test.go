package zqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/zqlite/zqlite"
)

// Rows of parameters that are inserted within a transaction go a shorter way
// than others: constraints, errors, savepoints and what comes between must be
// as they are on the long one, which RETURNING asks for.
func TestRowsOfParameters(t *testing.T) {
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var steps []func(*fillSide) string
		for range 60 {
			steps = append(steps, fillStep(rng))
		}
		short, long := newFillSide(t, ""), newFillSide(t, " RETURNING id")
		for i, step := range steps {
			if a, b := step(short), step(long); a != b {
				t.Fatalf("seed %d, step %d: %s on the short way, %s on the long one", seed, i, a, b)
			}
		}
	}
}

// fillSide is one of the two databases that get the same statements.
type fillSide struct {
	t    *testing.T
	db   *sql.DB
	tx   *sql.Tx
	rows *sql.Stmt
	five *sql.Stmt // parameters that are neighboring columns
	all  *sql.Stmt // and all of them
	plus string
}

func newFillSide(t *testing.T, plus string) *fillSide {
	s := &fillSide{t: t, db: open(t, ":memory:"), plus: plus}
	_, err := s.db.Exec(`CREATE TABLE parent (p int PRIMARY KEY); INSERT INTO parent VALUES (1), (2), (3);
		CREATE TABLE t (id INTEGER PRIMARY KEY, u int UNIQUE, name text NOT NULL CHECK (length(name) < 6), n numeric CHECK (n > 0),
			p int REFERENCES parent DEFERRABLE INITIALLY DEFERRED, twice int GENERATED ALWAYS AS (u * 2) STORED, d int CHECK (d < 900));
		CREATE TABLE plain (id INTEGER PRIMARY KEY, a smallint NOT NULL, b text UNIQUE);
		CREATE INDEX ON t (name); CREATE INDEX ON t ((n + 1)) WHERE n < 500`)
	must(t, err)
	return s
}

func (s *fillSide) begin() {
	if s.tx != nil {
		return
	}
	var err error
	s.tx, err = s.db.Begin()
	must(s.t, err)
	s.rows, err = s.tx.Prepare("INSERT INTO t (id, u, name, n, p, d) VALUES (?, ?, ?, ?, ?, ?)" + s.plus)
	must(s.t, err)
	s.five, err = s.tx.Prepare("INSERT INTO t (id, u, name, n, p) VALUES (?, ?, ?, ?, ?)" + s.plus)
	must(s.t, err)
	s.all, err = s.tx.Prepare("INSERT INTO plain VALUES (?, ?, ?)" + s.plus)
	must(s.t, err)
}

func (s *fillSide) insert(args ...any) string {
	s.begin()
	rows := s.rows
	switch {
	case len(args) == 3:
		rows = s.all
	case args[5] == nil:
		rows, args = s.five, args[:5]
	}
	if s.plus == "" {
		r, err := rows.ExecContext(context.Background(), args...)
		if err != nil {
			return told(err)
		}
		n, _ := r.RowsAffected()
		id, err := r.LastInsertId()
		return fmt.Sprint(n, id, err)
	}
	var id int64
	if err := rows.QueryRow(args...).Scan(&id); err != nil {
		return told(err)
	}
	return fmt.Sprint(1, id, nil)
}

// exec runs a statement and tells what the table holds then.
func (s *fillSide) exec(text string) string {
	s.begin()
	out := ""
	if _, err := s.tx.Exec(text); err != nil {
		return told(err)
	}
	rows, err := s.tx.Query("SELECT t::text || last_insert_rowid() FROM t UNION ALL SELECT plain::text FROM plain ORDER BY 1")
	if err != nil {
		return told(err)
	}
	defer rows.Close()
	for rows.Next() {
		var r string
		must(s.t, rows.Scan(&r))
		out += r
	}
	return out + fmt.Sprint(rows.Err())
}

func (s *fillSide) end(commit bool) string {
	s.begin()
	tx := s.tx
	s.tx = nil
	if commit {
		return fmt.Sprint(tx.Commit())
	}
	return fmt.Sprint(tx.Rollback())
}

// told writes an error without the line of the statement.
func told(err error) string {
	var e *zqlite.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	return fmt.Sprint(e.Code, e.Message, e.Detail, e.Hint, e.Constraint, e.Column, e.Position)
}

// fillStep gives something to do, the same for both sides.
func fillStep(rng *rand.Rand) func(*fillSide) string {
	pick := func(list ...any) any { return list[rng.IntN(len(list))] }
	switch rng.IntN(24) {
	case 0:
		commit := rng.IntN(3) > 0
		return func(s *fillSide) string { return s.end(commit) }
	case 1:
		return func(s *fillSide) string { return s.exec("SAVEPOINT a") }
	case 2, 3:
		return func(s *fillSide) string { return s.exec("ROLLBACK TO a") }
	case 4:
		text := pick("DELETE FROM t WHERE id % 3 = 0", "UPDATE t SET u = u + 1000", "SET CONSTRAINTS ALL IMMEDIATE",
			"ALTER TABLE t ALTER COLUMN name TYPE varchar(4)", "ALTER TABLE t ADD COLUMN IF NOT EXISTS extra int DEFAULT 7",
			"DECLARE c CURSOR FOR SELECT id FROM t", "SET LOCAL statement_timeout = '10s'",
			"SET TRANSACTION READ ONLY", "CREATE OR REPLACE VIEW v AS SELECT * FROM t", "TRUNCATE t").(string)
		return func(s *fillSide) string { return s.exec(text) }
	}
	if rng.IntN(4) == 0 {
		args := []any{pick(nil, nil, int64(rng.IntN(300)), "x"), pick(1, int64(2), "3", nil, 40000), pick(nil, fmt.Sprint(rng.IntN(99)), "b", "\xff")}
		n := 1 + rng.IntN(3)
		return func(s *fillSide) (out string) {
			for range n {
				out += s.insert(args...)
			}
			return out
		}
	}
	if rng.IntN(3) > 0 { // one that goes well, mostly
		args := []any{nil, rng.IntN(100_000), "abc", 1.5, 2, nil}
		return func(s *fillSide) string { return s.insert(args...) }
	}
	args := []any{
		pick(nil, int64(rng.IntN(40)), rng.IntN(1000), "17", fmt.Sprint(rng.IntN(2000)), int64(-5)),
		pick(nil, rng.IntN(50), rng.IntN(5000), int64(1)<<40, "12"), pick("ab", "abcde", "abcdef", "", "ä", "\xff", nil, 12),
		pick(1.5, "3.25", 0, "12345.6", "x", nil, int64(600)), pick(nil, 1, 2, 3, 3, 9), pick(nil, 1, 899, 900)}
	return func(s *fillSide) string { return s.insert(args...) }
}

// A row may have no columns to take parameters.
func TestRowWithoutColumns(t *testing.T) {
	db := open(t, ":memory:")
	tx, err := db.Begin()
	must(t, err)
	_, err = tx.Exec("CREATE TABLE t ()")
	must(t, err)
	for range 3 {
		_, err = tx.Exec("INSERT INTO t DEFAULT VALUES")
		must(t, err)
	}
	must(t, tx.Commit())
	_, err = db.Exec("INSERT INTO t DEFAULT VALUES")
	must(t, err)
	var n int
	must(t, db.QueryRow("SELECT count(*) FROM t").Scan(&n))
	if n != 4 {
		t.Error(n)
	}
}
