package regex

import (
	"regexp"
	"sync"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// Regexp is a compiled regular expression. It may be used by several
// goroutines at once.
type Regexp struct {
	tree     *part
	groups   int
	automata int
	fold     bool
	refs     bool           // there are back references
	looks    bool           // a match depends on what stands before it
	quick    *regexp.Regexp // finds where matches begin, and the longest; nil: it cannot say it
	pool     sync.Pool      // of *matcher
	slow     sync.Once      // makes the automaton of the whole, where quick mostly does
	compile  func(*syntax) *automaton
}

// Compile reads a pattern with PostgreSQL's flags (bceimnpqstwx). Errors are
// 2201B, and 22023 for a flag that there is none of.
func Compile(pattern, options string) (*Regexp, error) {
	var f flags
	for _, c := range options {
		if !f.set(c) {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "invalid regular expression option: \"%c\"", c)
		}
	}
	p, s, err := parse(pattern, f)
	if err != nil {
		return nil, err
	}
	re := &Regexp{groups: len(p.groups) - 1, fold: p.flags.fold, tree: planner{}.alternatives(s)}
	lookaround, words := false, false
	s.walk(func(n *syntax) {
		switch n.op {
		case opBackRef:
			re.refs = true
		case opLookaround:
			lookaround, re.looks = true, true
		case opAssert:
			re.looks = true
			words = words || n.assert >= wordBegin
		}
	})
	c := &compiler{groups: p.groups, count: &re.automata}
	if !re.refs && !lookaround && !words {
		if re.quick, err = regexp.Compile(goForm(s)); err == nil {
			re.quick.Longest()
		} else {
			re.quick = nil
		}
	}
	re.compileParts(c, re.tree)
	whole := re.tree.syntax
	re.compile = func(*syntax) *automaton { return c.compile(whole) }
	if re.quick == nil {
		re.whole()
	}
	if c.full {
		return nil, invalid(tooComplex)
	}
	re.pool.New = func() any { return &matcher{} }
	return re, nil
}

// compileParts makes the automata that the dissection asks.
func (re *Regexp) compileParts(c *compiler, p *part) {
	for _, sub := range p.subs {
		sub.auto = c.compile(sub.syntax)
		re.compileParts(c, sub)
	}
}

func (re *Regexp) whole() *automaton {
	re.slow.Do(func() { re.tree.auto = re.compile(nil) })
	return re.tree.auto
}

// Groups returns the number of groups.
func (re *Regexp) Groups() int { return re.groups }

// Match reports whether the text has a match. check is asked now and then in
// long searches; its error ends them. It may be nil.
func (re *Regexp) Match(text string, check Canceler) (bool, error) {
	if re.quick != nil {
		return re.quick.MatchString(text), nil
	}
	if !re.refs {
		m := re.matcher(text, check)
		defer re.release(m)
		at := m.earliest(re.whole(), 0)
		return at >= 0 && m.err == nil, m.err
	}
	bounds, err := re.Find(text, 0, false, check)
	return bounds != nil, err
}

// Quick reports whether MatchQuick may be used: matching cannot fail.
func (re *Regexp) Quick() bool { return re.quick != nil }

// MatchQuick is Match where Quick holds.
func (re *Regexp) MatchQuick(text string) bool { return re.quick.MatchString(text) }

func (re *Regexp) matcher(text string, check Canceler) *matcher {
	m := re.pool.Get().(*matcher)
	lists := m.lists
	for _, l := range lists {
		if l != nil {
			l.busy = false
		}
	}
	*m = matcher{text: text, fold: re.fold, check: check, lists: lists, caps: m.caps[:0]}
	return m
}

func (re *Regexp) release(m *matcher) {
	m.text, m.check, m.behind = "", nil, nil
	re.pool.Put(m)
}

// Find returns the bounds of the first match that begins at or after from: its
// begin and end, and with groups those of every group, -1 where it took no
// part. nil is no match. For check see Match.
func (re *Regexp) Find(text string, from int, groups bool, check Canceler) ([]int, error) {
	groups = groups && re.groups > 0
	if re.quick != nil && !groups && re.tree.greed&shorter == 0 && (from == 0 || !re.looks) {
		b := re.quick.FindStringIndex(text[from:])
		if b != nil {
			b[0] += from
			b[1] += from
		}
		return b, nil
	}
	m := re.matcher(text, check)
	defer re.release(m)
	for i := 0; i <= re.groups; i++ {
		m.caps = append(m.caps, -1, -1)
	}
	begin, end := re.bounds(m, from)
	if m.err != nil || begin < 0 {
		return nil, m.err
	}
	if groups && !re.refs && !m.dissect(re.tree, begin, end) && m.err != nil {
		return nil, m.err
	}
	m.caps[0], m.caps[1] = begin, end
	if !groups {
		return []int{begin, end}, nil
	}
	return append([]int(nil), m.caps...), nil
}

// bounds finds a match; with back references it is dissected as well.
func (re *Regexp) bounds(m *matcher, from int) (begin, end int) {
	short := re.tree.greed&shorter != 0
	if re.quick != nil && (from == 0 || !re.looks) {
		b := re.quick.FindStringIndex(m.text[from:])
		if b == nil {
			return -1, -1
		}
		begin, end = b[0]+from, b[1]+from
		if short {
			end = m.shortest(re.whole(), begin, begin, len(m.text))
		}
		return begin, end
	}
	a := re.whole()
	for from <= len(m.text) && m.err == nil {
		begin = m.earliest(a, from)
		if begin < 0 {
			return -1, -1
		}
		if !re.refs {
			if short {
				return begin, m.shortest(a, begin, begin, len(m.text))
			}
			return begin, m.longest(a, begin, len(m.text))
		}
		if end = re.fits(m, a, begin, short); end >= 0 {
			return begin, end
		}
		if begin == len(m.text) {
			break
		}
		from = m.after(begin)
	}
	return -1, -1
}

// fits tries the ends that a match from begin may have, the preferred first.
func (re *Regexp) fits(m *matcher, a *automaton, begin int, short bool) int {
	if short {
		for end := m.shortest(a, begin, begin, len(m.text)); end >= 0; end = m.shortest(a, begin, m.after(end), len(m.text)) {
			m.forget(re.tree)
			if m.dissect(re.tree, begin, end) {
				return end
			}
			if end == len(m.text) || m.err != nil {
				return -1
			}
		}
		return -1
	}
	for end := m.longest(a, begin, len(m.text)); end >= 0; end = m.longest(a, begin, m.before(end)) {
		m.forget(re.tree)
		if m.dissect(re.tree, begin, end) {
			return end
		}
		if end == begin || m.err != nil {
			return -1
		}
	}
	return -1
}
