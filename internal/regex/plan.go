package regex

// part is a node of the tree that a match is laid over. Parts without groups
// and back references are leaves: an automaton says what they match.
type part struct {
	op       partOp
	greed    greed
	cap      int
	subs     []*part
	min, max int
	ref      int
	auto     *automaton
	syntax   *syntax // what the automaton is made of
}

type partOp uint8

const (
	leaf    partOp = iota
	partCat        // two parts
	partAlt
	partRepeat
	partRef
	partGroup // one part, which has a group's number of its own
)

// planner makes parts of syntax.
type planner struct{}

func leafOf(s *syntax, g greed) *part { return &part{op: leaf, syntax: s, greed: g} }

// alternatives makes the part of an expression.
func (b planner) alternatives(s *syntax) *part {
	if len(s.subs) == 1 {
		return b.branch(s.subs[0].subs)
	}
	alt := &part{op: partAlt, greed: longer, syntax: s}
	for _, branch := range s.subs {
		sub := b.branch(branch.subs)
		alt.greed |= combine(alt.greed, sub.greed)
		alt.subs = append(alt.subs, sub)
	}
	if alt.greed&messy == 0 {
		return leafOf(s, alt.greed)
	}
	return alt
}

// branch makes the part of atoms in a row. What is simple and of one greed is
// gathered in one leaf; the first that is not splits the row.
func (b planner) branch(atoms []*syntax) *part {
	simple := &syntax{op: opCat}
	top := leafOf(simple, 0)
	for i, a := range atoms {
		q := a
		if a.op != opRepeat {
			q = &syntax{op: opRepeat, subs: []*syntax{a}, min: 1, max: 1}
		}
		if q.max == 0 {
			continue // {0} cancels what it follows
		}
		atom := b.atom(q.subs[0])
		g := top.greed | q.greed | atom.greed
		if atom.cap == 0 && q.subs[0].op != opBackRef && (g|g.up())&messy == 0 {
			simple.subs = append(simple.subs, a)
			top.greed = g
			continue
		}
		messyPart := b.repeated(q, atom)
		rest := atoms[i+1:]
		if len(rest) > 0 {
			right := b.branch(rest)
			t := &part{op: partCat, greed: combine(q.greed, atom.greed), subs: []*part{messyPart, right}, syntax: &syntax{op: opCat, subs: atoms[i:]}}
			t.greed |= combine(t.greed, right.greed)
			messyPart = t
		}
		if len(simple.subs) == 0 {
			messyPart.greed |= combine(top.greed, messyPart.greed)
			return messyPart
		}
		return &part{op: partCat, greed: top.greed | combine(top.greed, messyPart.greed), subs: []*part{top, messyPart},
			syntax: &syntax{op: opCat, subs: atoms}}
	}
	return top
}

// atom makes the part of what a quantifier may follow.
func (b planner) atom(s *syntax) *part {
	switch s.op {
	case opBackRef:
		return &part{op: partRef, ref: s.ref, min: 1, max: 1, greed: backref, syntax: s}
	case opGroup:
		inner := b.alternatives(s.subs[0])
		if s.cap == 0 {
			return inner
		}
		if inner.cap != 0 {
			inner = &part{op: partGroup, greed: inner.greed, subs: []*part{inner}, syntax: s}
		}
		inner.cap = s.cap
		inner.greed |= groups
		return inner
	}
	return leafOf(s, 0)
}

// repeated lays a quantifier around a part.
func (b planner) repeated(q *syntax, atom *part) *part {
	m, n := q.min, q.max
	g := combine(q.greed, atom.greed)
	all := &syntax{op: opRepeat, subs: q.subs, min: m, max: n}
	pref := atom.greed & (local | mixed)
	switch {
	case q.subs[0].op == opBackRef:
		atom.min, atom.max, atom.syntax = m, n, all
		atom.greed |= g
		return atom
	case m == 1 && n == 1 && (q.greed == 0 || pref == 0 || pref == q.greed):
		return atom
	case atom.greed&(groups|backref) == 0:
		return leafOf(all, g)
	case m > 0 && atom.greed&backref == 0:
		less := n
		if n != unlimited {
			less = n - 1
		}
		before := leafOf(&syntax{op: opRepeat, subs: q.subs, min: m - 1, max: less}, g&local)
		return &part{op: partCat, greed: g, subs: []*part{before, atom}, syntax: all}
	}
	return &part{op: partRepeat, greed: g, min: m, max: n, subs: []*part{atom}, syntax: all}
}
