package oracle

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	_ "github.com/zqlite/zqlite"
)

// questions is how many queries an oracle asks.
func questions(quick int) int {
	if os.Getenv("ZQLITE_LONG") != "" {
		return quick * 50
	}
	return quick
}

func firstSeed() uint64 {
	if n, err := strconv.ParseUint(os.Getenv("ZQLITE_SEED"), 10, 64); err == nil {
		return n
	}
	return 1
}

// side is one engine with one connection.
type side struct {
	name string
	db   *sql.DB
	conn *sql.Conn
}

func openSide(t *testing.T, name string) *side {
	t.Helper()
	db, err := sql.Open(name, ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s := &side{name, db, conn}
	if name == "sqlite" {
		if err := s.do("PRAGMA case_sensitive_like = ON"); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s *side) close() {
	s.conn.Close()
	s.db.Close()
}

func closeAll(sides []*side) {
	for _, s := range sides {
		s.close()
	}
}

func (s *side) do(text string) error {
	_, err := s.conn.ExecContext(context.Background(), text)
	return err
}

// fill makes the tables.
func (s *side) fill(tables []*table) error {
	for _, t := range tables {
		texts := append([]string{t.create()}, t.indexes...)
		if len(t.rows) > 0 {
			texts = append(texts, fmt.Sprintf("INSERT INTO %s VALUES %s", t.name, strings.Join(t.rows, ", ")))
		}
		for _, text := range texts {
			if err := s.do(text); err != nil {
				return fmt.Errorf("%s: %s: %w", s.name, text, err)
			}
		}
	}
	return nil
}

// ordered matches a query whose own order counts.
var ordered = regexp.MustCompile(` ORDER BY 1[^()]*$`)

// mostRows is how many are compared; a query of more is an error of both sides.
const mostRows = 300_000

var errMostRows = errors.New("more rows than are compared")

// rows runs a query; each row is a line. They are sorted unless the query is.
func (s *side) rows(query string) (out []string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	rows, err := s.conn.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	vals, ptrs := make([]sql.NullString, len(names)), make([]any, len(names))
	for i := range vals {
		ptrs[i] = &vals[i]
	}
	for rows.Next() {
		if err := rows.Scan(ptrs...); err != nil {
			return nil, err
		}
		cells := make([]string, len(vals))
		for i, v := range vals {
			if cells[i] = v.String; !v.Valid {
				cells[i] = "∅"
			}
		}
		if out = append(out, strings.Join(cells, "|")); len(out) > mostRows {
			return nil, errMostRows
		}
	}
	if !ordered.MatchString(query) {
		sort.Strings(out)
	}
	return out, rows.Err()
}

func fresh(t *testing.T, peers []string, tables []*table) (sides []*side, err error) {
	t.Helper()
	for _, name := range peers {
		s := openSide(t, name)
		sides = append(sides, s)
		if err := s.fill(tables); err != nil {
			closeAll(sides)
			return nil, err
		}
	}
	return sides, nil
}

// hunt asks questions until there were enough, or too many came out wrong.
func hunt(t *testing.T, quick int, peers []string, question func(*generator) string, judge func(s []*side, query string) string) {
	t.Helper()
	const perTables = 25
	failures := 0
	for asked, seed := 0, firstSeed(); asked < questions(quick); seed++ {
		g := newGenerator(seed)
		sides, err := fresh(t, peers, g.tables)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for range perTables {
			asked++
			q := question(g)
			if why := judge(sides, q); why != "" {
				failures++
				report(t, seed, g.tables, q, why, peers, judge)
				break // the next tables: the same fault would come again
			}
		}
		closeAll(sides)
		if failures >= 8 {
			t.Fatalf("too many failures after %d questions", asked)
		}
	}
}

// sameFault is what must not change while a failure is made smaller: whether it
// is an error, and which.
func sameFault(why string) string {
	if !strings.HasPrefix(why, "error") {
		return ""
	}
	what, rest, _ := strings.Cut(why, "(SQLSTATE ")
	return what[:strings.IndexByte(what+":", ':')] + rest[:min(5, len(rest))]
}

// report makes a failure small and prints it.
func report(t *testing.T, seed uint64, tables []*table, q, why string, peers []string, judge func(s []*side, query string) string) {
	t.Helper()
	deadline := time.Now().Add(4 * time.Second)
	again := func(tables []*table, q string) string {
		if time.Now().After(deadline) {
			return "" // small enough
		}
		s, err := fresh(t, peers, tables)
		if err != nil {
			return ""
		}
		defer closeAll(s)
		if got := judge(s, q); sameFault(got) == sameFault(why) {
			return got
		}
		return ""
	}
	if again(tables, q) != "" {
		tables, q = minimal(tables, q, again)
		deadline = time.Now().Add(time.Minute)
		why = again(tables, q)
	} else {
		why += "\n(not again on fresh tables)"
	}
	t.Errorf("seed %d: %s\n%s", seed, why, show(tables, q))
}

// difference tells how two answers differ.
func difference(what string, a []string, aerr error, other string, b []string, berr error) string {
	switch {
	case aerr != nil && berr != nil:
		return ""
	case aerr != nil:
		return fmt.Sprintf("error of %s only: %v", what, aerr)
	case berr != nil:
		return fmt.Sprintf("error of %s only: %v", other, berr)
	case !slices.Equal(a, b):
		return fmt.Sprintf("%s gives %d rows %.300q\n%s gives %d rows %.300q", what, len(a), a, other, len(b), b)
	}
	return ""
}

func TestDifferential(t *testing.T) {
	t.Parallel()
	hunt(t, 2000, []string{"zqlite", "sqlite"}, (*generator).query, against)
}

// TestForcedPlans asks with every switch of the optimizer, alone and together.
func TestForcedPlans(t *testing.T) {
	t.Parallel()
	switches := []string{"index", "unnest", "push", "reorder", "lookup"}
	hunt(t, 1000, []string{"zqlite"}, (*generator).query, func(s []*side, q string) string {
		a, aerr := s[0].rows(q)
		for i := range len(switches) + 1 {
			off := switches
			if i < len(switches) {
				off = switches[i : i+1]
			}
			for _, name := range off {
				if err := s[0].do("SET zqlite." + name + " = off"); err != nil {
					return "error " + err.Error()
				}
			}
			name := strings.Join(off, "+") + "=off"
			b, berr := s[0].rows("/* " + name + " */ " + q) // a text of its own in the plan cache
			for _, name := range off {
				if err := s[0].do("SET zqlite." + name + " = on"); err != nil {
					return "error " + err.Error()
				}
			}
			if why := difference("the usual plan", a, aerr, name, b, berr); why != "" {
				return why
			}
		}
		return ""
	})
}

// partition is a question of TLP and NoREC: columns § from § predicate.
func partition(g *generator) string {
	g.alias = 0
	from, s := g.from(1)
	cols := make([]string, 0, 3)
	for range 1 + g.IntN(3) {
		cols = append(cols, s[g.IntN(len(s))].name)
	}
	return strings.Join(cols, ", ") + " § " + from + " § " + g.where(s, 3)
}

func TestTernaryPartitioning(t *testing.T) {
	t.Parallel()
	hunt(t, 1000, []string{"zqlite"}, partition, func(s []*side, q string) string {
		part := strings.Split(q, " § ")
		if len(part) != 3 {
			return ""
		}
		whole := fmt.Sprintf("SELECT %s FROM %s", part[0], part[1])
		a, aerr := s[0].rows(whole)
		thirds := []string{whole + " WHERE " + part[2], whole + " WHERE NOT " + part[2], whole + " WHERE (" + part[2] + ") IS NULL"}
		b, berr := s[0].rows(strings.Join(thirds, " UNION ALL "))
		if berr != nil {
			return "" // the predicate fails by itself; TestDifferential looks at errors
		}
		if why := difference("the whole", a, aerr, "its three parts", b, nil); why != "" {
			return why
		}
		var apart []string
		for _, p := range thirds {
			c, err := s[0].rows(p)
			if err != nil {
				return "error of one part: " + err.Error()
			}
			apart = append(apart, c...)
		}
		sort.Strings(apart)
		return difference("the whole", a, aerr, "its three parts, one by one", apart, nil)
	})
}

func TestNoREC(t *testing.T) {
	t.Parallel()
	hunt(t, 1000, []string{"zqlite"}, partition, func(s []*side, q string) string {
		part := strings.Split(q, " § ")
		if len(part) != 3 {
			return ""
		}
		a, aerr := s[0].rows(fmt.Sprintf("SELECT count(*) FROM %s WHERE %s", part[1], part[2]))
		b, berr := s[0].rows(fmt.Sprintf("SELECT count(*) FILTER (WHERE p) FROM (SELECT %s AS p FROM %s) x", part[2], part[1]))
		return difference("optimized", a, aerr, "unoptimizable", b, berr)
	})
}
