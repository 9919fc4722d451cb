package schema

import (
	"regexp"
	"strings"
)

// node is a definition that may speak of others.
type node struct {
	name string
	step Step
	text string
}

// isType tells a type from a function: one that bears the name of a type, as
// what makes its values may, is made behind it.
func (n *node) isType() bool {
	return strings.HasPrefix(n.text, "CREATE TYPE ") || strings.HasPrefix(n.text, "CREATE DOMAIN ")
}

var identifier = regexp.MustCompile(`"(?:[^"]|"")*"|[A-Za-z_\x80-\x{10FFFF}][A-Za-z0-9_\x80-\x{10FFFF}]*`)

// words are the identifiers of a text, those in strings included: bodies of
// functions are strings.
func words(text string) map[string]bool {
	out := map[string]bool{}
	for _, w := range identifier.FindAllString(text, -1) {
		if w[0] == '"' {
			out[strings.ReplaceAll(w[1:len(w)-1], `""`, `"`)] = true
		} else {
			out[w] = true
			out[strings.ToLower(w)] = true
		}
	}
	return out
}

// mentions tells whether a text speaks of one of the names.
func mentions(text string, names map[string]bool) bool {
	if len(names) == 0 {
		return false
	}
	for w := range words(text) {
		if names[w] {
			return true
		}
	}
	return false
}

// ordered puts definitions behind those that they speak of. Where they speak of
// each other in a circle, they keep their order.
func ordered(nodes []node) []node {
	out := make([]node, 0, len(nodes))
	state := make([]int, len(nodes)) // 1 is on the way, 2 is done
	var visit func(i int)
	visit = func(i int) {
		if state[i] != 0 {
			return
		}
		state[i] = 1
		spoken := words(nodes[i].text)
		for k := range nodes { // in their order, whatever that of the words
			if k != i && spoken[nodes[k].name] && !(nodes[k].name == nodes[i].name && nodes[i].isType()) {
				visit(k)
			}
		}
		state[i] = 2
		out = append(out, nodes[i])
	}
	for i := range nodes {
		visit(i)
	}
	return out
}

// byRowTypes puts tables behind those whose rows are types of their columns.
func byRowTypes(tables []*Table) []*Table {
	out := make([]*Table, 0, len(tables))
	seen := map[*Table]bool{}
	var visit func(t *Table)
	visit = func(t *Table) {
		if seen[t] {
			return
		}
		seen[t] = true
		for _, c := range t.Columns {
			typ := strings.TrimSuffix(c.Type, "[]")
			for _, u := range tables {
				if u.String() == typ {
					visit(u)
				}
			}
		}
		out = append(out, t)
	}
	for _, t := range tables {
		visit(t)
	}
	return out
}
