package oracle

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// kind of a column or expression. The common subset has integers of modest
// size and text without numbers in it.
type kind int

const (
	integer kind = iota
	text
)

var kindNames = [...]string{integer: "bigint", text: "text"}

type column struct {
	name    string
	kind    kind
	notNull bool
}

type table struct {
	name    string
	columns []column
	key     int // column that is the primary key, or -1
	indexes []string
	rows    []string // literals of one row, "(1, 'a')"
}

// generator makes tables and queries from one source of chance.
type generator struct {
	*rand.Rand
	tables []*table
	alias  int
}

func newGenerator(seed uint64) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 17))}
	for i := range 2 + g.IntN(2) {
		g.tables = append(g.tables, g.table(i))
	}
	return g
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

func (g *generator) table(i int) *table {
	t := &table{name: fmt.Sprintf("t%d", i), key: -1}
	for c := range 2 + g.IntN(4) {
		k := integer
		if g.chance(35) {
			k = text
		}
		t.columns = append(t.columns, column{name: fmt.Sprintf("c%d", c), kind: k, notNull: g.chance(20)})
	}
	if g.chance(60) {
		t.key = g.IntN(len(t.columns))
		t.columns[t.key].notNull = true
	}
	for n := range g.IntN(4) {
		t.indexes = append(t.indexes, g.index(t, n))
	}
	used := map[string]bool{}
	count := pick(g, 0, 1, 3, 8, 8, 15, 25, 40)
	for r := range count {
		vals := make([]string, len(t.columns))
		for c, col := range t.columns {
			switch {
			case !col.notNull && g.chance(20):
				vals[c] = "NULL"
			case c == t.key && col.kind == integer:
				vals[c] = fmt.Sprint(g.IntN(3*count) - count)
			case c == t.key:
				vals[c] = fmt.Sprintf("'%s%s'", g.word(), strings.Repeat(string(rune('a'+r%26)), r/26+1))
			default:
				vals[c] = g.literal(col.kind)
			}
		}
		if t.key >= 0 {
			if used[vals[t.key]] {
				continue
			}
			used[vals[t.key]] = true
		}
		t.rows = append(t.rows, "("+strings.Join(vals, ", ")+")")
	}
	return t
}

func (g *generator) index(t *table, n int) string {
	var parts []string
	for _, c := range g.Perm(len(t.columns))[:1+g.IntN(min(3, len(t.columns)))] {
		p := t.columns[c].name
		if g.chance(25) {
			p += " DESC"
		}
		parts = append(parts, p)
	}
	s := fmt.Sprintf("CREATE INDEX %s_i%d ON %s (%s)", t.name, n, t.name, strings.Join(parts, ", "))
	if g.chance(20) {
		s += fmt.Sprintf(" WHERE %s IS NOT NULL", t.columns[g.IntN(len(t.columns))].name)
	}
	return s
}

func (t *table) create() string {
	var cols []string
	for i, c := range t.columns {
		s := c.name + " " + kindNames[c.kind]
		if i == t.key {
			s += " PRIMARY KEY"
		}
		if c.notNull {
			s += " NOT NULL"
		}
		cols = append(cols, s)
	}
	return fmt.Sprintf("CREATE TABLE %s (%s)", t.name, strings.Join(cols, ", "))
}

func (g *generator) word() string {
	return pick(g, "", "a", "b", "ab", "abc", "B", "zz", "a b", "x_y", "Ab")
}

func (g *generator) literal(k kind) string {
	if k == text {
		return "'" + g.word() + "'"
	}
	return fmt.Sprint(pick(g, 0, 1, -1, 2, 3, 5, 7, 10, 42, 100, -5, 1000, 65536, 3000000000))
}

// scope is the columns that an expression may name: "a0.c1".
type scope []column

func (s scope) of(k kind) (out scope) {
	for _, c := range s {
		if c.kind == k {
			out = append(out, c)
		}
	}
	return out
}

func join(a, b scope) scope { return append(append(scope{}, a...), b...) }

// scalar makes an expression of integers or text.
func (g *generator) scalar(s scope, k kind, depth int) string {
	if cols := s.of(k); len(cols) > 0 && (depth <= 0 || g.chance(45)) {
		return cols[g.IntN(len(cols))].name
	}
	if depth <= 0 || g.chance(15) {
		if g.chance(6) {
			return "CAST(NULL AS " + kindNames[k] + ")"
		}
		return g.literal(k)
	}
	sub := func(k kind) string { return g.scalar(s, k, depth-1) }
	switch g.IntN(7) {
	case 0:
		return fmt.Sprintf("CASE WHEN %s THEN %s ELSE %s END", g.predicate(s, depth-1), sub(k), sub(k))
	case 1:
		return fmt.Sprintf("coalesce(%s, %s)", sub(k), sub(k))
	case 2:
		return fmt.Sprintf("nullif(%s, %s)", sub(k), sub(k))
	}
	if k == text {
		return pick(g, fmt.Sprintf("(%s || %s)", sub(text), sub(text)), fmt.Sprintf("upper(%s)", sub(text)),
			fmt.Sprintf("lower(%s)", sub(text)), fmt.Sprintf("substr(%s, 1, %d)", sub(text), g.IntN(3)+1),
			fmt.Sprintf("trim(%s)", sub(text)), fmt.Sprintf("replace(%s, 'a', %s)", sub(text), g.literal(text)))
	}
	return pick(g, fmt.Sprintf("(%s + %s)", sub(integer), sub(integer)), fmt.Sprintf("(%s - %s)", sub(integer), sub(integer)),
		fmt.Sprintf("(%s %% 7)", sub(integer)), fmt.Sprintf("(%s / 3)", sub(integer)), fmt.Sprintf("abs(%s)", sub(integer)),
		fmt.Sprintf("length(%s)", sub(text)), fmt.Sprintf("(- %s)", sub(integer)), fmt.Sprintf("(%s * 2)", sub(integer)))
}

// predicate makes a condition.
func (g *generator) predicate(s scope, depth int) string {
	k := pick(g, integer, integer, text)
	if len(s.of(k)) == 0 {
		k = 1 - k
	}
	if depth > 0 && g.chance(45) {
		switch g.IntN(5) {
		case 0, 1:
			return fmt.Sprintf("(%s AND %s)", g.predicate(s, depth-1), g.predicate(s, depth-1))
		case 2, 3:
			return fmt.Sprintf("(%s OR %s)", g.predicate(s, depth-1), g.predicate(s, depth-1))
		default:
			return fmt.Sprintf("(NOT %s)", g.predicate(s, depth-1))
		}
	}
	sub := func() string { return g.scalar(s, k, depth-1) }
	not := pick(g, "", "NOT ")
	switch g.IntN(9) {
	case 0:
		return fmt.Sprintf("(%s IS %sNULL)", sub(), not)
	case 1:
		return fmt.Sprintf("(%s %sBETWEEN %s AND %s)", sub(), not, g.scalar(s, k, 0), g.scalar(s, k, 0))
	case 2:
		return fmt.Sprintf("(%s %sIN (%s, %s, %s))", sub(), not, g.literal(k), g.literal(k), g.scalar(s, k, 0))
	case 3:
		return fmt.Sprintf("(%s IS %sDISTINCT FROM %s)", sub(), not, sub())
	case 4:
		if k == text {
			return fmt.Sprintf("(%s %sLIKE %s)", sub(), not, pick(g, "'a%'", "'%b'", "'_'", "'%'", "'a_%'", "'%b%'"))
		}
	}
	return fmt.Sprintf("(%s %s %s)", sub(), pick(g, "=", "=", "<", ">", "<=", ">=", "<>"), sub())
}

// from makes a FROM clause of one to three sources and says what is in scope.
func (g *generator) from(depth int) (string, scope) {
	out, s := g.source(depth)
	for range pick(g, 0, 0, 1, 1, 2) {
		right, rs := g.source(depth)
		both := join(s, rs)
		switch g.IntN(6) {
		case 0:
			out = fmt.Sprintf("%s CROSS JOIN %s", out, right)
		case 1, 2:
			out = fmt.Sprintf("%s LEFT JOIN %s ON %s", out, right, g.on(s, rs, both))
		case 3: // PostgreSQL has FULL JOIN for equalities only
			out = fmt.Sprintf("%s %s JOIN %s ON %s", out, pick(g, "FULL", "RIGHT"), right, g.equality(s, rs))
		default:
			out = fmt.Sprintf("%s JOIN %s ON %s", out, right, g.on(s, rs, both))
		}
		s = both
	}
	return out, s
}

func (g *generator) equality(l, r scope) string {
	for _, k := range g.Perm(2) {
		a, b := l.of(kind(k)), r.of(kind(k))
		if len(a) > 0 && len(b) > 0 {
			return fmt.Sprintf("%s = %s", a[g.IntN(len(a))].name, b[g.IntN(len(b))].name)
		}
	}
	return "TRUE"
}

// on is a join condition, mostly an equality of columns.
func (g *generator) on(l, r, both scope) string {
	eq := g.equality(l, r)
	switch {
	case eq == "TRUE" || g.chance(10):
		return g.predicate(both, 1)
	case g.chance(30):
		return "(" + eq + " AND " + g.predicate(both, 1) + ")"
	case g.chance(10):
		return strings.Replace(eq, " = ", " < ", 1)
	}
	return eq
}

func (g *generator) source(depth int) (string, scope) {
	g.alias++
	alias := fmt.Sprintf("a%d", g.alias)
	if depth > 0 && g.chance(15) {
		q, kinds := g.plain(depth - 1)
		s := make(scope, len(kinds))
		for i, k := range kinds {
			s[i] = column{name: fmt.Sprintf("%s.x%d", alias, i), kind: k}
		}
		return fmt.Sprintf("(%s) AS %s", q, alias), s
	}
	t := g.tables[g.IntN(len(g.tables))]
	s := make(scope, len(t.columns))
	for i, c := range t.columns {
		s[i] = column{name: alias + "." + c.name, kind: c.kind}
	}
	return t.name + " AS " + alias, s
}

// where makes a condition that may hold a subquery.
func (g *generator) where(s scope, depth int) string {
	p := g.predicate(s, depth)
	if depth < 1 || !g.chance(35) {
		return p
	}
	q := g.subquery(s)
	if g.chance(50) {
		return q
	}
	return fmt.Sprintf("(%s %s %s)", p, pick(g, "AND", "OR"), q)
}

func (g *generator) subquery(s scope) string {
	from, inner := g.source(0)
	cond := g.predicate(inner, 1)
	if g.chance(60) { // correlated
		cond = g.on(inner, s, join(inner, s))
	}
	c := inner[g.IntN(len(inner))]
	switch g.IntN(4) {
	case 0:
		return fmt.Sprintf("(%sEXISTS (SELECT 1 FROM %s WHERE %s))", pick(g, "", "NOT "), from, cond)
	case 1:
		return fmt.Sprintf("(%s %s (SELECT %s(%s) FROM %s WHERE %s))", g.scalar(s, c.kind, 1), pick(g, "=", "<", ">="), pick(g, "max", "min"), c.name, from, cond)
	case 2:
		return fmt.Sprintf("(%s > (SELECT count(*) FROM %s WHERE %s))", g.scalar(s, integer, 1), from, cond)
	}
	return fmt.Sprintf("(%s %sIN (SELECT %s FROM %s WHERE %s))", g.scalar(s, c.kind, 1), pick(g, "", "NOT "), c.name, from, cond)
}

// outputs is a select list under construction; its columns are x0, x1 …
type outputs struct {
	list  []string
	kinds []kind
}

func (o *outputs) add(e string, k kind) {
	o.list = append(o.list, fmt.Sprintf("%s AS x%d", e, len(o.list)))
	o.kinds = append(o.kinds, k)
}

// plain is a query without ORDER BY.
func (g *generator) plain(depth int) (string, []kind) {
	from, s := g.from(depth)
	if g.chance(75) {
		from += " WHERE " + g.where(s, 2)
	}
	var o outputs
	if g.chance(35) {
		tail := g.grouped(s, &o)
		return fmt.Sprintf("SELECT %s FROM %s%s", strings.Join(o.list, ", "), from, tail), o.kinds
	}
	for range 1 + g.IntN(3) {
		k := pick(g, integer, integer, text)
		o.add(g.scalar(s, k, 2), k)
	}
	return fmt.Sprintf("SELECT %s%s FROM %s", pick(g, "", "", "", "DISTINCT "), strings.Join(o.list, ", "), from), o.kinds
}

// grouped makes aggregates and says what follows WHERE.
func (g *generator) grouped(s scope, o *outputs) (tail string) {
	var by []string
	for range g.IntN(3) {
		c := s[g.IntN(len(s))]
		by = append(by, c.name)
		o.add(c.name, c.kind)
	}
	for range 1 + g.IntN(2) {
		k := pick(g, integer, text)
		agg := pick(g, "count(%s)", "min(%s)", "max(%s)", "count(DISTINCT %s)", "count(*)", "sum(%s)")
		out := integer
		switch agg[0] {
		case 'm':
			out = k
		case 's':
			k = integer
		}
		if strings.Contains(agg, "%s") {
			agg = fmt.Sprintf(agg, g.scalar(s, k, 1))
		}
		if agg[0] == 's' {
			agg = "CAST(" + agg + " AS bigint)"
		}
		o.add(agg, out)
	}
	if len(by) > 0 {
		tail = " GROUP BY " + strings.Join(by, ", ")
	}
	if g.chance(30) {
		tail += fmt.Sprintf(" HAVING count(*) %s %d", pick(g, ">", "<=", "="), g.IntN(4))
	}
	return tail
}

// query is a whole query: a plain one, a set operation, or one with LIMIT over
// a complete order.
func (g *generator) query() string {
	g.alias = 0
	q, kinds := g.plain(1)
	switch g.IntN(10) {
	case 0:
		other := make([]string, len(kinds))
		from, s := g.source(0)
		for i, k := range kinds {
			other[i] = g.scalar(s, k, 1)
		}
		return fmt.Sprintf("%s %s SELECT %s FROM %s", q, pick(g, "UNION", "UNION ALL", "EXCEPT", "INTERSECT"), strings.Join(other, ", "), from)
	case 1, 2:
		var order []string
		for i := range kinds {
			order = append(order, fmt.Sprintf("%d%s NULLS %s", i+1, pick(g, "", " DESC"), pick(g, "FIRST", "LAST")))
		}
		q += " ORDER BY " + strings.Join(order, ", ")
		if g.chance(60) {
			q += fmt.Sprintf(" LIMIT %d OFFSET %d", g.IntN(12), g.IntN(4))
		}
	}
	return q
}
