package oracle

import (
	"fmt"
	"strings"
	"testing"
)

// windowed is a query with window functions; the order of each window is
// complete, so that there is one right answer.
func (g *generator) windowed() string {
	g.alias = 0
	from, s := g.source(0) // SQLite needs quadratic time for some frames: no joins
	if g.chance(60) {
		from += " WHERE " + g.where(s, 2)
	}
	var complete []string
	for _, c := range s {
		complete = append(complete, fmt.Sprintf("%s%s NULLS %s", c.name, pick(g, "", " DESC"), pick(g, "FIRST", "LAST")))
	}
	order := strings.Join(complete, ", ")
	var list []string
	for range 1 + g.IntN(3) {
		arg := g.scalar(s, pick(g, integer, text), 1)
		call := pick(g, "count(*)", "count("+arg+")", "min("+arg+")", "max("+arg+")", "first_value("+arg+")", "last_value("+arg+")",
			"lag("+arg+")", "lead("+arg+", 2)", "nth_value("+arg+", 2)", "row_number()", "rank()", "dense_rank()", "ntile(3)")
		over := ""
		if g.chance(60) {
			over = "PARTITION BY " + s[g.IntN(len(s))].name + " "
		}
		over += "ORDER BY " + order
		if g.chance(50) {
			unit := pick(g, "ROWS", "ROWS", "GROUPS", "RANGE")
			start := pick(g, "UNBOUNDED PRECEDING", "2 PRECEDING", "CURRENT ROW", "1 FOLLOWING")
			end := pick(g, "UNBOUNDED FOLLOWING", "3 FOLLOWING", "2 FOLLOWING")
			if unit == "RANGE" {
				start, end = pick(g, "UNBOUNDED PRECEDING", "CURRENT ROW"), pick(g, "UNBOUNDED FOLLOWING", "CURRENT ROW")
			}
			over += fmt.Sprintf(" %s BETWEEN %s AND %s%s", unit, start, end, pick(g, "", "", " EXCLUDE CURRENT ROW", " EXCLUDE TIES", " EXCLUDE GROUP"))
		}
		list = append(list, fmt.Sprintf("%s OVER (%s) AS x%d", call, over, len(list)))
	}
	return fmt.Sprintf("SELECT %s FROM %s", strings.Join(list, ", "), from)
}

// expressive is a query with subqueries in its list, common table expressions,
// row values, and set operations below others.
func (g *generator) expressive() string {
	g.alias = 0
	switch g.IntN(6) {
	case 0: // WITH, used twice
		q, kinds := g.plain(0)
		k := g.IntN(len(kinds))
		return fmt.Sprintf("WITH w AS (%s) SELECT u.x%d, v.x%d FROM w AS u %s JOIN w AS v ON u.x%d = v.x%d", q, k, 0, pick(g, "", "LEFT"), k, k)
	case 1: // recursion
		t := g.tables[g.IntN(len(g.tables))]
		return fmt.Sprintf("WITH RECURSIVE w (n, k) AS (SELECT 0, count(*) FROM %s AS a0 %s SELECT n + 1, k - 1 FROM w WHERE n < %d AND k > %d) SELECT n, k FROM w",
			t.name, pick(g, "UNION", "UNION ALL"), g.IntN(12), g.IntN(3))
	case 2: // scalar subqueries in the list
		from, s := g.from(0)
		inner, is := g.source(0)
		c := is[g.IntN(len(is))]
		return fmt.Sprintf("SELECT %s, (SELECT %s(%s) FROM %s WHERE %s) FROM %s WHERE %s", s[g.IntN(len(s))].name,
			pick(g, "max", "min", "count"), c.name, inner, g.on(is, s, join(is, s)), from, g.where(s, 1))
	case 3: // row values
		from, s := g.from(0)
		a, b := s[g.IntN(len(s))], s[g.IntN(len(s))]
		return fmt.Sprintf("SELECT %s, %s FROM %s WHERE (%s, %s) %s (%s, %s)", a.name, b.name, from, a.name, b.name,
			pick(g, "=", "<", ">=", "<>", "<=", ">"), g.scalar(s, a.kind, 1), g.scalar(s, b.kind, 1))
	case 4: // nested set operations
		q, kinds := g.plain(0)
		var list []string
		from, s := g.source(0)
		for _, k := range kinds {
			list = append(list, g.scalar(s, k, 1))
		}
		return fmt.Sprintf("SELECT count(*), min(x0), max(x0) FROM (%s %s SELECT %s FROM %s) AS y WHERE %s", q, pick(g, "UNION", "UNION ALL", "EXCEPT", "INTERSECT"),
			strings.Join(list, ", "), from, g.predicate(scope{{name: "y.x0", kind: kinds[0]}}, 1))
	}
	from, s := g.from(1) // subqueries in subqueries
	mid, ms := g.source(0)
	return fmt.Sprintf("SELECT %s FROM %s WHERE %sEXISTS (SELECT 1 FROM %s WHERE %s AND %s)", s[g.IntN(len(s))].name, from, pick(g, "", "NOT "), mid,
		g.on(ms, s, join(ms, s)), g.subquery(join(ms, s)))
}

// against judges by SQLite.
func against(s []*side, q string) string {
	a, aerr := s[0].rows(q)
	b, berr := s[1].rows(q)
	if berr != nil && strings.Contains(berr.Error(), "to its right") {
		return "" // SQLite's own limit beside RIGHT and FULL JOIN
	}
	if strings.Contains(q, "EXISTS (") && strings.Contains(q, " OFFSET ") {
		return "" // SQLite 3.51 makes a join of EXISTS, and OFFSET counts its rows with their duplicates
	}
	return difference("zqlite", a, aerr, "sqlite", b, berr)
}

func TestDifferentialWindows(t *testing.T) {
	t.Parallel()
	hunt(t, 500, []string{"zqlite", "sqlite"}, (*generator).windowed, against)
}

func TestDifferentialForms(t *testing.T) {
	t.Parallel()
	hunt(t, 1000, []string{"zqlite", "sqlite"}, (*generator).expressive, against)
}

// change is a statement that changes a table, and a query that shows it.
func (g *generator) change() string {
	g.alias = 0
	t := g.tables[g.IntN(len(g.tables))]
	s := make(scope, len(t.columns))
	for i, c := range t.columns {
		s[i] = column{name: c.name, kind: c.kind}
	}
	free := -1 // a column that may be set to anything of its kind
	for _, i := range g.Perm(len(s)) {
		if i != t.key && !t.columns[i].notNull {
			free = i
		}
	}
	where := g.predicate(s, 2)
	if g.chance(25) {
		from, inner := g.source(0)
		c := inner[g.IntN(len(inner))]
		where = fmt.Sprintf("(%s %sIN (SELECT %s FROM %s WHERE %s))", g.scalar(s, c.kind, 1), pick(g, "", "NOT "), c.name, from, g.predicate(inner, 1))
	}
	show := fmt.Sprintf(" § SELECT * FROM %s", t.name)
	switch {
	case g.chance(30):
		return fmt.Sprintf("DELETE FROM %s WHERE %s", t.name, where) + show
	case g.chance(60) && free >= 0:
		return fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s", t.name, s[free].name, g.scalar(s, s[free].kind, 2), where) + show
	}
	var vals []string
	for _, c := range t.columns {
		vals = append(vals, g.literal(c.kind))
	}
	conflict := pick(g, "", " ON CONFLICT DO NOTHING")
	if t.key >= 0 && free >= 0 && g.chance(60) {
		conflict = fmt.Sprintf(" ON CONFLICT (%s) DO UPDATE SET %s = %s", s[t.key].name, s[free].name, pick(g, "excluded."+s[free].name, "NULL"))
	}
	return fmt.Sprintf("INSERT INTO %s VALUES (%s)%s", t.name, strings.Join(vals, ", "), conflict) + show
}

// TestChanges applies the same changes to both sides, one upon the other, and
// asks zqlite once more through each index.
func TestChanges(t *testing.T) {
	t.Parallel()
	hunt(t, 1500, []string{"zqlite", "sqlite"}, (*generator).change, func(s []*side, q string) string {
		change, show, ok := strings.Cut(q, " § ")
		if !ok {
			return ""
		}
		aerr, berr := s[0].do(change), s[1].do(change)
		if why := difference("zqlite", nil, aerr, "sqlite", nil, berr); why != "" {
			return why
		}
		a, aerr := s[0].rows(show)
		b, berr := s[1].rows(show)
		if why := difference("zqlite", a, aerr, "sqlite", b, berr); why != "" {
			return why
		}
		verdict, err := s[0].rows("PRAGMA integrity_check")
		return difference("integrity_check", verdict, err, "sound", []string{"ok"}, nil)
	})
}
