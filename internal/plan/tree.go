package plan

import (
	"strconv"
	"strings"
)

// Member is a named value of a node's description: a string, a number, a
// boolean, a list of strings, or a list of trees.
type Member struct {
	Name  string
	Value any
}

// Tree describes a node and what lies below it as EXPLAIN's formats for
// programs do: Members are in PostgreSQL's order and under its names where it
// has them, Plans are the inputs and subqueries.
type Tree struct {
	Members []Member
	Plans   []*Tree
}

// Describe makes the tree of a plan. more gives the members that are not the
// plan's own: estimates, and what was measured; it may be nil.
func Describe(n Node, verbose bool, more func(Node) []Member) *Tree {
	d := &describer{verbose: verbose, more: more}
	return d.node(n, "", "")
}

type describer struct {
	verbose bool
	more    func(Node) []Member
}

func (d *describer) node(n Node, relationship, subplan string) *Tree {
	f := &formatter{}
	title, details := f.describe(n)
	t := &Tree{}
	add := func(name string, value any) { t.Members = append(t.Members, Member{name, value}) }
	d.kind(n, title, add)
	if relationship != "" {
		t.Members = append(t.Members[:1], append([]Member{{"Parent Relationship", relationship}}, t.Members[1:]...)...)
	}
	if subplan != "" {
		add("Subplan Name", subplan)
	}
	if d.more != nil {
		t.Members = append(t.Members, d.more(n)...)
	}
	if d.verbose {
		names := []string{}
		for _, c := range n.Columns() {
			names = append(names, c.Name)
		}
		add("Output", names)
	}
	for _, x := range grouped(details) {
		if j, ok := n.(*Join); ok && x.Name == "Cond" {
			x.Name = [...]string{"Join Filter", "Hash Cond", "Merge Cond", "Join Filter", "Lookup Cond"}[j.Method]
		}
		add(x.Name, x.Value)
	}
	for _, s := range f.subs {
		if p, ok := s.sub.Plan.(Node); ok {
			t.Plans = append(t.Plans, d.node(p, "SubPlan", "SubPlan "+strconv.Itoa(s.n)))
		}
	}
	if w, ok := n.(*With); ok {
		for _, c := range w.CTEs {
			d.cte(t, c)
		}
		t.Plans = append(t.Plans, d.node(w.Body, "Outer", ""))
		return t
	}
	for i, in := range n.Inputs() {
		t.Plans = append(t.Plans, d.node(in, side(n, i), ""))
	}
	return t
}

func (d *describer) cte(t *Tree, c *CTE) {
	name := "CTE " + c.Name
	if c.Recursive == nil {
		t.Plans = append(t.Plans, d.node(c.Plan, "InitPlan", name))
		return
	}
	union := &Tree{Members: []Member{{"Node Type", "Recursive Union"}, {"Parent Relationship", "InitPlan"}, {"Subplan Name", name}}}
	union.Plans = []*Tree{d.node(c.Recursive.Base, "Outer", ""), d.node(c.Recursive.Step, "Inner", "")}
	t.Plans = append(t.Plans, union)
}

// side is the relationship of a node's input to it.
func side(n Node, i int) string {
	switch n.(type) {
	case *Join:
		if i > 0 {
			return "Inner"
		}
	case *SetOp:
		return "Member"
	}
	return "Outer"
}

// kind gives the node's type and what its title says besides.
func (d *describer) kind(n Node, title string, add func(string, any)) {
	switch n := n.(type) {
	case *Scan:
		d.scan(n, title, add)
	case *Join:
		method := [...]string{"Join", "Hash Join", "Merge Join", "Nested Loop", "Lookup Join"}[n.Method]
		add("Node Type", method)
		add("Join Type", [...]string{"Inner", "Left", "Right", "Full", "Semi", "Anti", "Null-Aware Anti", "Single"}[n.Kind])
	case *Aggregate:
		add("Node Type", "Aggregate")
		strategy := "Plain"
		switch {
		case n.Sets != nil:
			strategy = "Mixed"
		case len(n.Groups) > 0:
			strategy = "Hashed"
		}
		add("Strategy", strategy)
	case *SetOp:
		add("Node Type", "SetOp")
		add("Command", title)
	case *CTEScan:
		word, name, _ := strings.Cut(title, " on ")
		add("Node Type", word)
		add("CTE Name", name)
	case *Insert, *Update, *Delete, *Merge:
		operation, table, _ := strings.Cut(title, " on ")
		add("Node Type", "ModifyTable")
		add("Operation", operation)
		add("Relation Name", table)
	default:
		word, _, _ := strings.Cut(title, " (")
		add("Node Type", word)
	}
}

func (d *describer) scan(n *Scan, title string, add func(string, any)) {
	word, _, _ := strings.Cut(title, " on ")
	word, index, used := strings.Cut(word, " using ")
	word, backward := strings.CutSuffix(word, " Backward")
	add("Node Type", word)
	if used {
		direction := "Forward"
		if backward {
			direction = "Backward"
		}
		add("Scan Direction", direction)
		add("Index Name", index)
	}
	add("Relation Name", n.Rel.Name)
	if d.verbose {
		add("Schema", n.Rel.Schema)
	}
	alias := n.Alias
	if alias == "" {
		alias = n.Rel.Name
	}
	add("Alias", alias)
}

// listed are the details that are lists in PostgreSQL, one line here.
var listed = map[string]bool{"Group Key": true, "Sort Key": true, "Output": true}

// grouped takes lines "Label: text" apart; lines of one label become a list.
func grouped(lines []string) []Member {
	var out []Member
	at := map[string]int{}
	for _, l := range lines {
		label, text, ok := strings.Cut(l, ": ")
		if !ok {
			out = append(out, Member{l, true})
			continue
		}
		i, again := at[label]
		switch {
		case !again && listed[label]:
			at[label] = len(out)
			out = append(out, Member{label, []string{text}})
		case !again:
			at[label] = len(out)
			out = append(out, Member{label, text})
		default:
			if s, ok := out[i].Value.(string); ok {
				out[i].Value = []string{s}
			}
			out[i].Value = append(out[i].Value.([]string), text)
		}
	}
	return out
}
