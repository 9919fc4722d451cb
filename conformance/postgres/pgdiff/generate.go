package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/zqlite/zqlite/conformance/script"
)

// generated is the schema of the random queries.
const generated = `CREATE TABLE t (id int PRIMARY KEY, a int, b int8, n numeric, s text, d date, p bool);
CREATE TABLE u (id int PRIMARY KEY, a int, n numeric, s text, d date);
INSERT INTO t SELECT i, CASE WHEN i % 5 <> 0 THEN i % 7 END, i * 3, i / 4.0, CASE WHEN i % 6 <> 0 THEN 's' || i % 4 END, date '2024-01-01' + i, i % 3 = 0 FROM generate_series(1, 40) i;
INSERT INTO u SELECT i, CASE WHEN i % 3 <> 0 THEN i % 5 END, i * 1.5, 's' || i % 5, date '2024-01-10' + i FROM generate_series(1, 15) i;`

// generate compares random typed queries: n of them, the same for one seed.
func generate(dsn string, n int, seed uint64) (int, error) {
	g := &generator{rand.New(rand.NewPCG(seed, 7))}
	var b strings.Builder
	b.WriteString(generated)
	for range n {
		b.WriteString("\n" + g.query() + ";")
	}
	stmts := script.Parse(b.String())
	for i := range stmts { // only those with an OFFSET have an order of their own
		stmts[i].Sorted = !strings.Contains(stmts[i].SQL, " OFFSET ")
	}
	ctx := context.Background()
	want, err := onServer(ctx, dsn, stmts)
	if err != nil {
		return 0, err
	}
	got, err := here(ctx, stmts)
	if err != nil {
		return 0, err
	}
	all := script.Compare(stmts, want, got)
	for _, d := range all {
		fmt.Printf("%s\n  want %s  got  %s", d.Statement.SQL, indent(d.Want), indent(d.Got))
	}
	fmt.Printf("seed %d: %d queries, %d differ\n", seed, n, len(all))
	return len(all), nil
}

type generator struct{ *rand.Rand }

func (g *generator) one(list ...string) string { return list[g.IntN(len(list))] }

// kinds are the types of expressions, with the columns of each.
var kinds = map[string][]string{
	"int": {"x.id", "x.a", "y.id", "y.a"}, "numeric": {"x.n", "y.n"},
	"text": {"x.s", "y.s"}, "date": {"x.d", "y.d"}, "bool": {"x.p"},
}

var constants = map[string][]string{
	"int": {"0", "1", "3", "-2", "NULL::int"}, "numeric": {"1.5", "0.0", "-7.25", "NULL::numeric"},
	"text": {"'s1'", "''", "'zz'", "NULL::text"}, "date": {"date '2024-01-15'", "NULL::date"}, "bool": {"true", "false", "NULL::bool"},
}

// expr makes an expression of a type over the tables x and y.
func (g *generator) expr(kind string, depth int) string {
	if depth == 0 || g.IntN(4) == 0 {
		if g.IntN(4) == 0 {
			return g.one(constants[kind]...)
		}
		return g.one(kinds[kind]...)
	}
	e := func(k string) string { return g.expr(k, depth-1) }
	any := g.one("int", "numeric", "text", "date")
	switch g.IntN(5) {
	case 0:
		return fmt.Sprintf("CASE WHEN %s THEN %s ELSE %s END", e("bool"), e(kind), e(kind))
	case 1:
		return fmt.Sprintf("COALESCE(%s, %s)", e(kind), e(kind))
	}
	switch kind {
	case "int":
		switch g.IntN(4) {
		case 0:
			return fmt.Sprintf("length(%s)", e("text"))
		case 1:
			return fmt.Sprintf("(%s - %s)", e("date"), e("date"))
		}
		return fmt.Sprintf("(%s %s %s)", e("int"), g.one("+", "-", "*"), e("int"))
	case "numeric":
		if g.IntN(3) == 0 {
			return fmt.Sprintf("round(%s, 1)", e("numeric"))
		}
		return fmt.Sprintf("(%s %s %s)", e("numeric"), g.one("+", "-", "*"), e(g.one("int", "numeric")))
	case "text":
		if g.IntN(2) == 0 {
			return fmt.Sprintf("%s(%s)", g.one("upper", "md5", "reverse"), e("text"))
		}
		return fmt.Sprintf("(%s || %s)", e("text"), e(any))
	case "date":
		return fmt.Sprintf("(%s + %s)", e("date"), g.one("1", "30", "x.id"))
	}
	switch g.IntN(7) {
	case 0:
		return fmt.Sprintf("(%s %s %s)", e("bool"), g.one("AND", "OR"), e("bool"))
	case 1:
		return fmt.Sprintf("(NOT %s)", e("bool"))
	case 2:
		return fmt.Sprintf("(%s IS %sNULL)", e(any), g.one("", "NOT "))
	case 3:
		return fmt.Sprintf("(%s %sIN (%s, %s))", e(any), g.one("", "NOT "), e(any), e(any))
	case 4:
		return fmt.Sprintf("(%s %s (SELECT z.%s FROM u z WHERE z.id < 9))", e("int"), g.one("IN", "NOT IN", "= ANY", "> ALL", "<> ALL"), g.one("id", "a"))
	case 5:
		return fmt.Sprintf("EXISTS (SELECT FROM u z WHERE z.a %s x.a AND z.id < %s)", g.one("=", "<", ">"), e("int"))
	}
	return fmt.Sprintf("(%s %s %s)", e(any), g.one("=", "<>", "<", ">=", "IS DISTINCT FROM"), e(any))
}

func (g *generator) from() string {
	on := "x.id = y.id"
	switch g.IntN(4) {
	case 0:
		on = "x.a = y.a AND " + g.expr("bool", 1)
	case 1:
		on = "x.s = y.s"
	}
	switch g.IntN(6) {
	case 0:
		return "t x CROSS JOIN (SELECT * FROM u WHERE id < 4) y"
	case 1:
		return "t x LEFT JOIN LATERAL (SELECT * FROM u WHERE u.a = x.a ORDER BY u.id LIMIT 2) y ON true"
	}
	return fmt.Sprintf("t x %s u y ON %s", g.one("JOIN", "LEFT JOIN", "RIGHT JOIN"), on)
}

// query makes a query; what it gives is a set, or has an order.
func (g *generator) query() string {
	kind := func() string { return g.one("int", "numeric", "text", "date", "bool") }
	from, where := g.from(), g.expr("bool", 2)
	switch g.IntN(6) {
	case 0: // groups
		k, key := kind(), ""
		if key = g.expr(k, 1); k == "numeric" {
			key = "trim_scale(" + key + ")" // of equal values any may stand for the group
		}
		return fmt.Sprintf("SELECT %s, count(*), sum(%s), max(%s), count(DISTINCT %s) FROM %s WHERE %s GROUP BY %s HAVING count(*) > %s",
			key, g.expr("int", 1), g.expr("date", 1), g.expr("text", 1), from, where, g.one(key, "1", "GROUPING SETS ((1), ())", "ROLLUP (1)"), g.one("0", "1", "2"))
	case 1: // windows
		return fmt.Sprintf("SELECT x.id, y.id, %s(%s) OVER (%s ORDER BY x.id, y.id %s), row_number() OVER (ORDER BY x.id DESC, y.id) FROM %s WHERE %s",
			g.one("sum", "min", "max", "count", "first_value", "last_value", "lag"), g.expr("int", 1), g.one("", "PARTITION BY x.a"),
			g.one("", "ROWS 2 PRECEDING", "ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", "GROUPS 1 PRECEDING", "RANGE UNBOUNDED PRECEDING EXCLUDE CURRENT ROW"), from, where)
	case 2: // set operations
		a, b := kind(), kind()
		return fmt.Sprintf("SELECT %s, %s FROM %s WHERE %s %s SELECT %s, %s FROM %s",
			g.expr(a, 1), g.expr(b, 1), from, where, g.one("UNION", "UNION ALL", "INTERSECT", "EXCEPT", "EXCEPT ALL"), g.expr(a, 1), g.expr(b, 1), g.from())
	case 3: // order and limit over what is unique
		return fmt.Sprintf("SELECT x.id, y.id, %s AS v FROM %s WHERE %s ORDER BY x.id %s, y.id NULLS FIRST LIMIT %d OFFSET %d",
			g.expr(kind(), 2), from, where, g.one("", "DESC"), g.IntN(20), g.IntN(5))
	case 4: // subqueries and common table expressions
		return fmt.Sprintf("WITH q AS %s(SELECT x.id AS i, %s AS v FROM %s WHERE %s) SELECT i, v, (SELECT count(*) FROM q r WHERE r.i < q.i) FROM q WHERE i > %d",
			g.one("", "MATERIALIZED "), g.expr(kind(), 1), from, where, g.IntN(10))
	}
	return fmt.Sprintf("SELECT %s%s, %s, %s FROM %s WHERE %s", g.one("", "DISTINCT "), g.expr(kind(), 2), g.expr(kind(), 2), g.expr(kind(), 1), from, where)
}
