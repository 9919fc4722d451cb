package regex

import "unicode"

// automaton is a nondeterministic automaton: instructions, of which the last
// is the match.
type automaton struct {
	id    int // place of its working memory in a matcher
	insts []inst
	looks bool // the text before the place matters
}

type instKind uint8

const (
	instSet instKind = iota
	instSplit
	instJump
	instAssert
	instLook
	instMatch
	instFail
)

type inst struct {
	kind     instKind
	assert   assertion
	negative bool
	behind   bool
	out, alt int32
	ascii    [2]uint64
	set      set
	look     *automaton
}

func (in *inst) takes(r rune) bool {
	if r < 0x80 {
		return in.ascii[r>>6]&(1<<(r&63)) != 0
	}
	return in.set.has(r)
}

// compiler makes automata of syntax.
type compiler struct {
	groups []*syntax
	count  *int // automata made
	a      *automaton
	blind  bool // conditions of the place are left out
	depth  int  // of back references within each other
	full   bool
}

// maxInsts bounds the size of an automaton.
const maxInsts = 400000

// compile makes the automaton of a part; nil where it is too large.
func (c *compiler) compile(s *syntax) *automaton {
	outer := c.a
	c.a = &automaton{id: *c.count}
	*c.count++
	c.add(s)
	c.emit(inst{kind: instMatch})
	a := c.a
	c.a = outer
	if c.full {
		return nil
	}
	return a
}

func (c *compiler) emit(in inst) int {
	if len(c.a.insts) >= maxInsts {
		c.full = true
		return len(c.a.insts) - 1
	}
	c.a.insts = append(c.a.insts, in)
	return len(c.a.insts) - 1
}

func (c *compiler) here() int32 { return int32(len(c.a.insts)) }

// add appends what matches s and goes on to what follows.
func (c *compiler) add(s *syntax) {
	if c.full {
		return
	}
	switch s.op {
	case opSet:
		c.addSet(s.set)
	case opCat:
		for _, sub := range s.subs {
			c.add(sub)
		}
	case opAlt:
		c.addAlternatives(s.subs)
	case opRepeat:
		c.addRepeat(s.subs[0], s.min, s.max)
	case opGroup:
		c.add(s.subs[0])
	case opBackRef:
		c.addBackRef(s.ref)
	case opAssert:
		if !c.blind {
			c.a.looks = true
			c.emit(inst{kind: instAssert, assert: s.assert, out: c.here() + 1})
		}
	case opLookaround:
		if !c.blind {
			c.a.looks = true
			look := c.compile(s.subs[0])
			c.emit(inst{kind: instLook, negative: s.negative, behind: s.behind, look: look, out: c.here() + 1})
		}
	}
}

func (c *compiler) addSet(s set) {
	in := inst{kind: instSet, set: s, out: c.here() + 1}
	for i := 0; i < len(s) && s[i] < 0x80; i += 2 {
		for r := s[i]; r <= min(s[i+1], 0x7f); r++ {
			in.ascii[r>>6] |= 1 << (r & 63)
		}
	}
	c.emit(in)
}

func (c *compiler) addAlternatives(subs []*syntax) {
	var ends []int
	for i, sub := range subs {
		if i == len(subs)-1 {
			c.add(sub)
			break
		}
		split := c.emit(inst{kind: instSplit, out: c.here() + 1})
		c.add(sub)
		ends = append(ends, c.emit(inst{kind: instJump}))
		c.a.insts[split].alt = c.here()
	}
	for _, e := range ends {
		c.a.insts[e].out = c.here()
	}
}

func (c *compiler) addRepeat(s *syntax, m, n int) {
	for i := 0; i < m; i++ {
		c.add(s)
	}
	if n == unlimited {
		split := c.emit(inst{kind: instSplit, out: c.here() + 1})
		c.add(s)
		c.emit(inst{kind: instJump, out: int32(split)})
		c.a.insts[split].alt = c.here()
		return
	}
	var splits []int
	for i := m; i < n; i++ {
		splits = append(splits, c.emit(inst{kind: instSplit, out: c.here() + 1}))
		c.add(s)
	}
	for _, at := range splits {
		c.a.insts[at].alt = c.here()
	}
}

// addBackRef matches what the group might match, wherever it stands; whether
// it is the same text, the dissection finds out.
func (c *compiler) addBackRef(ref int) {
	if c.depth > 20 {
		c.full = true
		return
	}
	blind := c.blind
	c.blind, c.depth = true, c.depth+1
	c.add(c.groups[ref])
	c.blind, c.depth = blind, c.depth-1
}

// everything is the set of all characters.
func (s set) everything() bool { return len(s) == 2 && s[0] == 0 && s[1] == unicode.MaxRune }
