package oracle

import (
	"fmt"
	"sort"
	"strings"
)

// verdict tells how a question came out wrong; "" is right.
type verdict func(tables []*table, query string) string

// minimal takes rows, indexes and parts of the query away for as long as the
// verdict stays.
func minimal(tables []*table, query string, wrong verdict) ([]*table, string) {
	for again, rounds := true, 0; again && rounds < 40; rounds++ {
		again = false
		for i := range tables {
			var less bool
			if tables, less = fewer(tables, i, query, wrong); less {
				again = true
			}
		}
		for _, q := range shorter(query) {
			if wrong(tables, q) != "" {
				query, again = q, true
				break
			}
		}
	}
	return tables, query
}

// fewer takes rows and indexes from one table.
func fewer(tables []*table, i int, query string, wrong verdict) (out []*table, again bool) {
	for n := len(tables[i].rows); n > 0; n /= 2 {
		for from := 0; from < len(tables[i].rows); {
			less := with(tables, i, func(t *table) {
				t.rows = append(append([]string{}, t.rows[:from]...), t.rows[min(from+n, len(t.rows)):]...)
			})
			if wrong(less, query) != "" {
				tables, again = less, true
			} else {
				from += n
			}
		}
	}
	for k := 0; k < len(tables[i].indexes); {
		less := with(tables, i, func(t *table) {
			t.indexes = append(append([]string{}, t.indexes[:k]...), t.indexes[k+1:]...)
		})
		if wrong(less, query) != "" {
			tables, again = less, true
		} else {
			k++
		}
	}
	return tables, again
}

func with(tables []*table, i int, change func(*table)) []*table {
	out := append([]*table{}, tables...)
	t := *tables[i]
	change(&t)
	out[i] = &t
	return out
}

// shorter replaces each parenthesised group by something simple, and each pair
// "(a AND b)" by one of its sides. What does not parse is refused by both
// sides, and so is no failure.
func shorter(query string) (out []string) {
	for i := 0; i < len(query); i++ {
		if query[i] != '(' {
			continue
		}
		end := closing(query, i)
		if end < 0 {
			continue
		}
		for _, r := range []string{"(TRUE)", "(FALSE)", "1", "'a'"} {
			if len(r) < end-i {
				out = append(out, query[:i]+r+query[end+1:])
			}
		}
		inside := query[i+1 : end]
		for _, half := range halves(inside) {
			out = append(out, query[:i]+half+query[end+1:])
		}
		out = append(out, query[:i]+inside+query[end+1:])
	}
	for _, clause := range []string{" WHERE ", " HAVING ", " GROUP BY ", " ORDER BY ", " LIMIT ", " UNION ", " EXCEPT ", " INTERSECT ", " OFFSET ", " LEFT JOIN ", " JOIN ", " CROSS JOIN "} {
		if i := strings.LastIndex(query, clause); i > 0 {
			out = append(out, query[:i])
		}
	}
	if from := strings.Index(query, " FROM "); from > 0 {
		list := query[len("SELECT "):from]
		if items := strings.Split(list, ", "); len(items) > 1 {
			for k := range items {
				rest := append(append([]string{}, items[:k]...), items[k+1:]...)
				out = append(out, "SELECT "+strings.Join(rest, ", ")+query[from:])
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return len(out[i]) < len(out[j]) })
	return out
}

// closing finds the parenthesis that ends the one at i.
func closing(s string, i int) int {
	depth := 0
	for j := i; j < len(s); j++ {
		switch s[j] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return -1
}

// halves are the sides of the operators at the top of an expression.
func halves(s string) (out []string) {
	level := 0
	for j := range s {
		switch s[j] {
		case '(':
			level++
		case ')':
			level--
		}
		for _, op := range []string{" AND ", " OR ", " + ", " - ", " || ", ", "} {
			if level == 0 && strings.HasPrefix(s[j:], op) {
				out = append(out, s[:j], s[j+len(op):])
			}
		}
	}
	return out
}

// show prints what is needed to see a failure again.
func show(tables []*table, query string) string {
	var b strings.Builder
	for _, t := range tables {
		if !strings.Contains(query, t.name+" ") {
			continue
		}
		fmt.Fprintf(&b, "%s;\n", t.create())
		for _, ix := range t.indexes {
			fmt.Fprintf(&b, "%s;\n", ix)
		}
		if len(t.rows) > 0 {
			fmt.Fprintf(&b, "INSERT INTO %s VALUES %s;\n", t.name, strings.Join(t.rows, ", "))
		}
	}
	return b.String() + query + ";"
}
