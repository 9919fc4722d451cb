package optimizer_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	_ "github.com/zqlite/zqlite"
)

// fixture opens a database with the tables of an example shop.
func fixture(t *testing.T) *sql.Conn {
	t.Helper()
	db, err := sql.Open("zqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	for _, q := range []string{
		`CREATE TABLE country (id int PRIMARY KEY, name text NOT NULL UNIQUE)`,
		`CREATE TABLE customer (id int PRIMARY KEY, country_id int NOT NULL, name text, note text)`,
		`CREATE TABLE orders (id int PRIMARY KEY, customer_id int, day date, total numeric, state text, pad text)`,
		`CREATE TABLE item (order_id int, line int, product int, quantity int, price numeric, PRIMARY KEY (order_id, line))`,
		`CREATE INDEX orders_customer ON orders (customer_id)`,
		`CREATE INDEX orders_day ON orders (day)`,
		`CREATE INDEX item_product ON item (product)`,
		`INSERT INTO country SELECT i, 'land ' || i FROM generate_series(1, 25) i`,
		`INSERT INTO customer SELECT i, 1 + i % 25, 'name ' || i, 'x' FROM generate_series(1, 500) i`,
		`INSERT INTO orders SELECT i, CASE WHEN i % 50 <> 0 THEN 1 + i * 7 % 500 END, date '2020-01-01' + i % 1000, i % 997,
			CASE WHEN i % 100 = 0 THEN 'open' ELSE 'done' END, 'p' FROM generate_series(1, 5000) i`,
		`INSERT INTO item SELECT i, l, (i * 31 + l) % 2000, l, i % 100 FROM generate_series(1, 5000) i, generate_series(1, 3) l`,
	} {
		if _, err := conn.ExecContext(context.Background(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	return conn
}

func lines(t *testing.T, conn *sql.Conn, q string) []string {
	t.Helper()
	rows, err := conn.QueryContext(context.Background(), q)
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	defer rows.Close()
	cols, _ := rows.Columns()
	cells, ptrs := make([]any, len(cols)), make([]any, len(cols))
	for i := range cells {
		ptrs[i] = &cells[i]
	}
	var out []string
	for rows.Next() {
		if err := rows.Scan(ptrs...); err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.Trim(fmt.Sprint(cells), "[]"))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return out
}

// shape says what the plan of a query has to have and must not have; the
// query's result has to be that of the plan without any rewriting.
type shape struct {
	query string
	has   []string
	not   []string
}

func checkShapes(t *testing.T, conn *sql.Conn, shapes []shape) {
	t.Helper()
	for _, s := range shapes {
		text := strings.Join(lines(t, conn, "EXPLAIN "+s.query), "\n")
		for _, want := range s.has {
			if !strings.Contains(text, want) {
				t.Errorf("%s\nlacks %q:\n%s", s.query, want, text)
			}
		}
		for _, bad := range s.not {
			if strings.Contains(text, bad) {
				t.Errorf("%s\nhas %q:\n%s", s.query, bad, text)
			}
		}
		got := lines(t, conn, s.query)
		want := plainly(t, conn, s.query)
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s\ngives %d rows:\n%.500s\nwithout rewriting %d rows:\n%.500s", s.query,
				len(got), strings.Join(got, "\n"), len(want), strings.Join(want, "\n"))
		}
	}
}

// plainly runs a query with every step of the optimizer switched off that can be.
func plainly(t *testing.T, conn *sql.Conn, q string) []string {
	t.Helper()
	steps := []string{"unnest", "reorder", "index", "lookup"}
	set := func(v string) {
		for _, s := range steps {
			if _, err := conn.ExecContext(context.Background(), "SET zqlite."+s+" = '"+v+"'"); err != nil {
				t.Fatal(err)
			}
		}
	}
	set("off")
	defer set("on")
	return lines(t, conn, q+" /* plainly */")
}

func TestPushing(t *testing.T) {
	conn := fixture(t)
	checkShapes(t, conn, []shape{
		{`SELECT c.name, o.id FROM customer c, orders o, item i
			WHERE c.id = o.customer_id AND i.order_id = o.id AND i.product = 7 AND c.country_id < 20 ORDER BY 1, 2`,
			[]string{"item_product", "country_id < 20"}, []string{"Nested Loop"}},
		// An equality passes a constant on to the other side.
		{`SELECT c.name, o.id FROM customer c JOIN orders o ON c.id = o.customer_id WHERE c.id = 17 ORDER BY 2`,
			[]string{"customer_id = 17"}, nil},
		{`SELECT c.name, o.id FROM customer c JOIN orders o ON c.id = o.customer_id WHERE o.customer_id IN (17, 18) ORDER BY 2`,
			[]string{"orders_customer", "customer_pkey"}, nil},
		// A condition above makes an outer join below an inner one.
		{`SELECT k.name, c.name, o.id FROM country k, customer c LEFT JOIN orders o ON o.customer_id = c.id
			WHERE k.id = c.country_id AND o.total = 7 ORDER BY 3`, nil, []string{"Left"}},
		{`SELECT count(*) FROM customer c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.total IS NULL`,
			[]string{"Left"}, nil},
		{`SELECT count(*) FROM customer c, orders o WHERE c.id = o.customer_id AND 1 = 2`, nil, []string{"Join"}},
		{`SELECT count(*) FROM (SELECT c.id FROM customer c JOIN orders o ON c.id = o.customer_id) x JOIN country k ON k.id = x.id`,
			nil, nil},
		{`SELECT o.id FROM customer c CROSS JOIN orders o WHERE c.id = 5 AND o.id < 4 ORDER BY 1`, nil, nil},
		{`SELECT c.id, x.n FROM customer c, LATERAL (SELECT count(*) AS n FROM orders o WHERE o.customer_id = c.id) x
			WHERE c.id < 10 AND x.n > 1 ORDER BY 1`, nil, nil},
	})
}

// Joins give only what is read above them, the columns of their conditions
// left out; outer joins pad what is left, locked rows keep their keys.
func TestPrunedJoins(t *testing.T) {
	conn := fixture(t)
	checkShapes(t, conn, []shape{
		{`SELECT count(*) FROM customer c JOIN orders o ON o.customer_id = c.id JOIN item i ON i.order_id = o.id`, nil, nil},
		{`SELECT i.line FROM customer c JOIN orders o ON o.customer_id = c.id JOIN item i ON i.order_id = o.id
			WHERE i.price + o.total > c.id + 980 ORDER BY 1`, nil, nil},
		{`SELECT o.state FROM customer c FULL JOIN orders o ON o.customer_id = c.id + 400 ORDER BY 1`, nil, nil},
		{`SELECT c.name, o.state FROM orders o RIGHT JOIN customer c ON o.customer_id = c.id AND o.total > 990 ORDER BY 1, 2`, nil, nil},
		{`SELECT c.name FROM customer c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.total > c.country_id * 30) ORDER BY 1`, nil, nil},
		{`SELECT o.state FROM customer c FULL JOIN orders o ON o.customer_id > c.id + 498 ORDER BY 1`, nil, nil},
		{`SELECT DISTINCT o.state, k.name FROM country k, customer c, orders o WHERE k.id = c.country_id AND c.id = o.customer_id ORDER BY 1, 2`, nil, nil},
		{`SELECT c.id, (SELECT max(o.total) FROM orders o WHERE o.customer_id = c.id) FROM customer c JOIN country k ON k.id = c.country_id WHERE k.name = 'land 3' ORDER BY 1`, nil, nil},
	})
	locked := lines(t, conn, `SELECT o.state FROM customer c JOIN orders o ON o.customer_id = c.id WHERE c.id = 5 FOR UPDATE`)
	if plain := lines(t, conn, `SELECT o.state FROM customer c JOIN orders o ON o.customer_id = c.id WHERE c.id = 5`); len(locked) != len(plain) || len(plain) == 0 {
		t.Errorf("%d rows locked, %d there", len(locked), len(plain))
	}
}

func TestDisjunctions(t *testing.T) {
	conn := fixture(t)
	checkShapes(t, conn, []shape{
		// What all branches ask for joins the tables.
		{`SELECT o.id, i.line FROM orders o, item i WHERE (o.id = i.order_id AND o.total < 5 AND i.quantity = 1)
			OR (o.id = i.order_id AND o.total > 990 AND i.quantity = 2) ORDER BY 1, 2`, nil, []string{"Nested Loop"}},
		{`SELECT o.id, i.line FROM orders o, item i WHERE o.id = i.order_id AND (o.id = 5 AND i.line = 1 OR o.id = 7 AND i.line = 2) ORDER BY 1, 2`,
			[]string{"IN (5, 7)"}, []string{"Seq Scan"}},
		{`SELECT id FROM orders WHERE customer_id = 3 OR customer_id = 9 OR customer_id IN (11, 12) ORDER BY 1`, []string{"orders_customer"}, []string{"Seq Scan"}},
		{`SELECT id FROM orders WHERE (customer_id = 3 AND total > 100) OR customer_id = 3 ORDER BY 1`, []string{"(= 3)", "orders_customer"}, []string{"> 100"}},
		{`SELECT id FROM orders WHERE customer_id = 3 OR customer_id IS NULL AND total < 100 ORDER BY 1`, nil, nil},
		{`SELECT id FROM orders WHERE customer_id = 3 OR total = 100 OR NULL ORDER BY 1`, nil, nil},
	})
}

// Outer, semi and anti joins find their place among inner ones, and dear
// conditions are tested on what is left.
func TestJoinOrder(t *testing.T) {
	conn := fixture(t)
	lines(t, conn, "ANALYZE")
	checkShapes(t, conn, []shape{
		{`SELECT c.name FROM item i, orders o, customer c, country k WHERE i.order_id = o.id AND o.customer_id = c.id AND c.country_id = k.id
			AND k.name = 'land 4' AND i.product = 77 ORDER BY 1`, []string{"item_product"}, []string{"Nested Loop"}},
		{`SELECT o.id FROM orders o LEFT JOIN customer c ON c.id = o.customer_id JOIN item i ON i.order_id = o.id WHERE i.product = 77 ORDER BY 1`,
			[]string{"item_product"}, nil},
		{`SELECT o.id, c.name FROM orders o LEFT JOIN customer c ON c.id = o.customer_id AND c.id < 100 JOIN item i ON i.order_id = o.id
			WHERE i.product = 77 AND c.note IS NULL ORDER BY 1`, []string{"Left", "item_product"}, nil},
		{`SELECT o.id, c.name, k.name FROM orders o LEFT JOIN customer c ON c.id = o.customer_id LEFT JOIN country k ON k.id = c.country_id AND k.id > 5
			JOIN item i ON i.order_id = o.id WHERE i.product = 77 ORDER BY 1`, []string{"item_product"}, nil},
		// The condition over both sides of an outer join keeps it where it is.
		{`SELECT o.id, c.name, i.line FROM (orders o LEFT JOIN customer c ON c.id = o.customer_id) JOIN item i ON i.order_id = o.id AND (c.id IS NULL OR i.line = c.id % 3)
			WHERE o.total < 20 ORDER BY 1, 3`, nil, nil},
		{`SELECT c.id FROM customer c JOIN country k ON k.id = c.country_id WHERE k.name = 'land 7'
			AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.state = 'open') ORDER BY 1`, nil, nil},
		{`SELECT o.id FROM orders o JOIN item i ON i.order_id = o.id WHERE o.customer_id NOT IN (SELECT id FROM customer WHERE country_id < 20) AND i.line = 1 ORDER BY 1`, nil, nil},
		{`SELECT o.id FROM orders o, customer c WHERE o.customer_id = c.id AND c.country_id = 3
			AND o.total > (SELECT avg(x.total) FROM orders x WHERE x.customer_id = o.customer_id) ORDER BY 1`, nil, nil},
		{`SELECT a.id FROM customer a, customer b, customer c WHERE a.id = b.id AND b.id = c.id AND a.country_id = c.country_id AND c.id < 9 ORDER BY 1`, nil, []string{"Nested Loop"}},
		{`SELECT a.id, b.id FROM customer a, customer b WHERE a.id = b.country_id AND a.country_id = b.country_id ORDER BY 1, 2`, nil, []string{"Nested Loop"}},
		{`SELECT a.id, b.id FROM country a, country b, country c WHERE a.id < 3 AND b.id < 3 AND c.id = 2 ORDER BY 1, 2`, nil, nil},
	})
	// Beyond the number of inputs for which every order is tried.
	var from, where []string
	for i := range 14 {
		from = append(from, fmt.Sprintf("customer c%d", i))
		if i > 0 {
			where = append(where, fmt.Sprintf("c%d.id = c%d.id", i-1, i))
		}
	}
	q := "SELECT c3.name FROM " + strings.Join(from, ", ") + " WHERE c13.id = 44 AND " + strings.Join(where, " AND ") +
		" AND EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c7.id)"
	if got := lines(t, conn, q); len(got) != 1 || got[0] != "name 44" {
		t.Errorf("fourteen tables: %v", got)
	}
}

// Estimates come from what ANALYZE found.
func TestEstimates(t *testing.T) {
	conn := fixture(t)
	lines(t, conn, "ANALYZE")
	checkShapes(t, conn, []shape{
		// One value is rare and worth its index, the other is not.
		{`SELECT id FROM orders WHERE customer_id IS NULL AND id > 0 ORDER BY 1`, nil, nil},
		{`SELECT count(*) FROM orders WHERE day >= date '2022-09-22' AND total >= 0`, []string{"orders_day"}, nil},
		{`SELECT count(*) FROM orders WHERE day >= date '2020-02-01' AND total >= 0`, []string{"Seq Scan"}, nil},
		{`SELECT count(*) FROM orders WHERE day BETWEEN date '2021-01-01' AND date '2021-01-05' AND total >= 0`, []string{"orders_day"}, nil},
	})
}

func TestOrderFromIndexes(t *testing.T) {
	conn := fixture(t)
	lines(t, conn, "CREATE INDEX orders_state_day ON orders (state, day)")
	lines(t, conn, "ANALYZE")
	checkShapes(t, conn, []shape{
		{`SELECT id, day FROM orders WHERE day > date '2020-06-01' ORDER BY day, id LIMIT 3`, nil, nil},
		{`SELECT day FROM orders WHERE day > date '2020-06-01' AND total >= 0 ORDER BY day LIMIT 3`, []string{"orders_day", "Index Cond"}, []string{"Sort"}},
		// One index finds the rows and has them in order.
		{`SELECT day FROM orders WHERE state = 'open' AND total >= 0 ORDER BY day DESC LIMIT 10`, []string{"orders_state_day", "Index Cond"}, []string{"Sort"}},
		{`SELECT id FROM orders WHERE id > 700 AND total > 5 ORDER BY id LIMIT 5`, []string{"orders_pkey", "Index Cond"}, []string{"Sort"}},
		{`SELECT day FROM orders WHERE total >= 0 ORDER BY day`, []string{"Sort"}, nil},
		{`SELECT max(day) FROM orders`, []string{"Limit", "orders_day"}, nil},
		{`SELECT min(day) FROM orders WHERE day > date '2021-01-01'`, []string{"Limit", "orders_day"}, nil},
		{`SELECT max(customer_id) FROM orders`, []string{"Limit", "orders_customer"}, nil},
		{`SELECT min(customer_id) FROM orders WHERE id < 0`, nil, nil},
		{`SELECT max(id), min(id) FROM orders`, nil, nil},
		{`SELECT max(id) FROM orders WHERE total > 5`, []string{"Limit"}, nil},
		{`SELECT min(total) FROM orders`, nil, []string{"Limit"}},
	})
}

func TestSuperfluousJoins(t *testing.T) {
	conn := fixture(t)
	checkShapes(t, conn, []shape{
		{`SELECT o.id FROM orders o LEFT JOIN customer c ON c.id = o.customer_id LEFT JOIN country k ON k.id = c.country_id ORDER BY 1`, nil, []string{"Join", "country"}},
		{`SELECT o.id FROM orders o LEFT JOIN customer c ON c.id = o.customer_id AND c.note = 'y' ORDER BY 1`, nil, []string{"Join"}},
		{`SELECT count(*) FROM orders o LEFT JOIN item i ON i.order_id = o.id AND i.line = 2`, nil, []string{"Join"}},
		{`SELECT count(*) FROM orders o LEFT JOIN item i ON i.order_id = o.id`, []string{"Join"}, nil},
		{`SELECT count(c.id) FROM orders o LEFT JOIN customer c ON c.id = o.customer_id`, []string{"Join"}, nil},
		{`SELECT count(*) FROM orders o LEFT JOIN customer c ON c.id = o.customer_id WHERE c.name IS NULL`, []string{"Join"}, nil},
		{`SELECT count(*) FROM orders o LEFT JOIN country k ON k.name = o.state`, nil, []string{"Join"}},
		{`SELECT count(*) FROM orders o JOIN customer c ON c.id = o.customer_id`, []string{"Join"}, nil},
	})
}

func TestExplainRows(t *testing.T) {
	conn := fixture(t)
	lines(t, conn, "ANALYZE")
	q := "SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer_id WHERE o.state = 'open'"
	for _, x := range []struct{ query, has, not string }{
		{"EXPLAIN " + q, "(rows=50)", "actual"},
		{"EXPLAIN (COSTS OFF) " + q, "Join", "rows="},
		{"EXPLAIN ANALYZE " + q, "(actual rows=50", "xx"},
		{"EXPLAIN (ANALYZE, COSTS OFF) " + q, "(actual rows=50", "  (rows="},
		{"EXPLAIN DELETE FROM orders WHERE state = 'open'", "(rows=50)", "actual"},
	} {
		got := strings.Join(lines(t, conn, x.query), "\n")
		if !strings.Contains(got, x.has) || strings.Contains(got, x.not) {
			t.Errorf("%s: want %q, not %q:\n%s", x.query, x.has, x.not, got)
		}
	}
}

// A column that equals itself is not NULL: no equality to forget, even where
// conditions are not pushed down.
func TestColumnEqualsItself(t *testing.T) {
	conn := fixture(t)
	lines(t, conn, "SET zqlite.push = off")
	got := lines(t, conn, `SELECT count(*) FROM customer c JOIN orders o ON o.customer_id = o.customer_id LEFT JOIN country k ON true WHERE c.id = 1 AND o.id <= 100`)
	if len(got) != 1 || got[0] != "2450" {
		t.Errorf("%v rows, want 98 orders times 25 countries", got)
	}
}

// The padding of an outer join is NULL, whatever its columns say: NOT IN lets
// none of it pass.
func TestPaddingIsNull(t *testing.T) {
	conn := fixture(t)
	if got := lines(t, conn, `SELECT count(*) FROM country k LEFT JOIN customer c ON c.id = k.id + 9000 WHERE c.country_id NOT IN (SELECT id FROM country WHERE id > 3)`); got[0] != "0" {
		t.Errorf("%v rows of NULLs passed NOT IN", got)
	}
}
