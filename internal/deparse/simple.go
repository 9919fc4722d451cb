package deparse

import "strings"

// simple reports whether a node needs no parentheses below its parent, in the
// pretty form.
func simple(n, parent node) bool {
	switch n := n.(type) {
	case *column, *constant, *word, *subscript, *call, *aggregate, *choice:
		return true
	case *field:
		_, nested := parent.(*field)
		return !nested
	case *cast:
		return n.function || simple(n.arg, n)
	case *operator:
		if p, ok := parent.(*operator); ok {
			return bindsTighter(n, p)
		}
		return enclosed(parent, true)
	case *subquery, *test:
		return enclosed(parent, true)
	case *junction:
		if p, ok := parent.(*junction); ok {
			if n.op == "OR" {
				return p.op == "OR"
			}
			return p.op != "NOT"
		}
		return enclosed(parent, false)
	}
	return false
}

// enclosed reports whether a parent sets its operands apart.
func enclosed(parent node, junctions bool) bool {
	switch p := parent.(type) {
	case *junction:
		return junctions
	case *call:
		return p.syntax == ""
	case *subscript, *aggregate, *choice:
		return true
	}
	return false
}

// bindsTighter compares two arithmetic operators.
func bindsTighter(n, parent *operator) bool {
	const low, high = "+-", "*/%"
	one := func(o *operator) bool {
		return len(o.args) == 2 && len(o.op) == 1 && strings.Contains(low+high, o.op)
	}
	if !one(n) || !one(parent) {
		return false
	}
	nodeHigh, parentHigh := strings.Contains(high, n.op), strings.Contains(high, parent.op)
	if nodeHigh != parentHigh {
		return nodeHigh
	}
	return parent.args[0] == node(n)
}
