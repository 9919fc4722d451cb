package regex

import (
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// Canceler says whether a long search is to end, by an error.
type Canceler interface{ Canceled() error }

// matcher is one search in one text.
type matcher struct {
	text   string
	caps   []int
	fold   bool
	lists  []*lists // per automaton
	behind map[*automaton][]bool
	steps  int
	check  Canceler
	err    error
}

// maxSteps bounds the work of one search, so that going back ends.
const maxSteps = 1 << 30

// lists is the working memory of an automaton: the states it is in, before
// and after a character.
type lists struct {
	now, next states
	busy      bool
}

type states struct {
	dense  []int32
	sparse []int32
	start  []int // where the thread in a state began; used by earliest
}

func (s *states) clear() { s.dense = s.dense[:0] }

func (s *states) has(i int32) bool {
	at := s.sparse[i]
	return int(at) < len(s.dense) && s.dense[at] == i
}

func (s *states) add(i int32) {
	s.sparse[i] = int32(len(s.dense))
	s.dense = append(s.dense, i)
}

func newLists(n int) *lists {
	make1 := func() states {
		return states{dense: make([]int32, 0, n), sparse: make([]int32, n), start: make([]int, n)}
	}
	return &lists{now: make1(), next: make1()}
}

// memory gives the working memory of an automaton; one that is in use further
// up (a lookaround within itself cannot be) gets new.
func (m *matcher) memory(a *automaton) *lists {
	for len(m.lists) <= a.id {
		m.lists = append(m.lists, nil)
	}
	l := m.lists[a.id]
	if l == nil || l.busy {
		l = newLists(len(a.insts))
		m.lists[a.id] = l
	}
	l.busy = true
	l.now.clear()
	l.next.clear()
	return l
}

// step counts work; false ends the search.
func (m *matcher) step(n int) bool {
	before := m.steps
	m.steps += n
	if m.err == nil && m.check != nil && before>>14 != m.steps>>14 {
		m.err = m.check.Canceled()
	}
	if m.err == nil && m.steps > maxSteps {
		m.err = sqlerr.New(sqlerr.InvalidRegularExpression, "regular expression failed: %s", tooComplex)
	}
	return m.err == nil
}

// follow adds a state and those reached from it without a character.
func (m *matcher) follow(a *automaton, s *states, i int32, at, start int) {
	for !s.has(i) {
		s.add(i)
		s.start[i] = start
		in := &a.insts[i]
		switch in.kind {
		case instJump:
			i = in.out
		case instSplit:
			m.follow(a, s, in.out, at, start)
			i = in.alt
		case instAssert:
			if !m.holds(in.assert, at) {
				return
			}
			i = in.out
		case instLook:
			if m.look(in, at) == in.negative {
				return
			}
			i = in.out
		default:
			return
		}
	}
}

// advance takes a character: the states after it are in l.now.
func (m *matcher) advance(a *automaton, l *lists, r rune, after int) {
	l.next.clear()
	for _, i := range l.now.dense {
		if in := &a.insts[i]; in.kind == instSet && in.takes(r) {
			m.follow(a, &l.next, in.out, after, l.now.start[i])
		}
	}
	m.step(len(l.now.dense) + 1)
	l.now, l.next = l.next, l.now
}

// longest gives the furthest place up to stop where a match that begins at
// begin ends, or -1.
func (m *matcher) longest(a *automaton, begin, stop int) int {
	l := m.memory(a)
	final := int32(len(a.insts) - 1)
	best := -1
	m.follow(a, &l.now, 0, begin, begin)
	for at := begin; ; {
		if l.now.has(final) {
			best = at
		}
		if at >= stop || len(l.now.dense) == 0 || m.err != nil {
			break
		}
		r, size := utf8.DecodeRuneInString(m.text[at:])
		at += size
		m.advance(a, l, r, at)
	}
	l.busy = false
	return best
}

// shortest gives the nearest place from least to stop where a match that
// begins at begin ends, or -1.
func (m *matcher) shortest(a *automaton, begin, least, stop int) int {
	l := m.memory(a)
	final := int32(len(a.insts) - 1)
	best := -1
	m.follow(a, &l.now, 0, begin, begin)
	for at := begin; ; {
		if at >= least && l.now.has(final) {
			best = at
			break
		}
		if at >= stop || len(l.now.dense) == 0 || m.err != nil {
			break
		}
		r, size := utf8.DecodeRuneInString(m.text[at:])
		at += size
		m.advance(a, l, r, at)
	}
	l.busy = false
	return best
}

// exact reports whether a stretch of text matches.
func (m *matcher) exact(a *automaton, begin, end int) bool { return m.longest(a, begin, end) == end }

// earliest gives the first place from which anything matches, or -1. Threads
// carry where they began; of two in one state the earlier is kept.
func (m *matcher) earliest(a *automaton, from int) int {
	l := m.memory(a)
	final := int32(len(a.insts) - 1)
	best := -1
	for at := from; ; {
		if best < 0 {
			m.follow(a, &l.now, 0, at, at)
		}
		if l.now.has(final) {
			if s := l.now.start[final]; best < 0 || s < best {
				best = s
			}
			l.keepBefore(best)
		}
		if at >= len(m.text) || best >= 0 && len(l.now.dense) == 0 || m.err != nil {
			break
		}
		r, size := utf8.DecodeRuneInString(m.text[at:])
		at += size
		m.advance(a, l, r, at)
	}
	l.busy = false
	return best
}

// keepBefore drops the threads that began at or after a place.
func (l *lists) keepBefore(start int) {
	old := append([]int32(nil), l.now.dense...)
	l.now.clear()
	for _, i := range old {
		if l.now.start[i] < start {
			l.now.add(i)
		}
	}
}

// holds reports whether a condition of a place is true.
func (m *matcher) holds(a assertion, at int) bool {
	switch a {
	case textBegin:
		return at == 0
	case textEnd:
		return at == len(m.text)
	case lineBegin:
		return at == 0 || m.text[at-1] == '\n'
	case lineEnd:
		return at == len(m.text) || m.text[at] == '\n'
	}
	before, after := false, false
	if at > 0 {
		r, _ := utf8.DecodeLastRuneInString(m.text[:at])
		before = isWord(r)
	}
	if at < len(m.text) {
		r, _ := utf8.DecodeRuneInString(m.text[at:])
		after = isWord(r)
	}
	switch a {
	case wordBegin:
		return !before && after
	case wordEnd:
		return before && !after
	case wordEdge:
		return before != after
	}
	return before == after
}

// look reports whether a lookaround's expression matches at a place. What
// lies before every place of the text is found out once.
func (m *matcher) look(in *inst, at int) bool {
	if !in.behind {
		return m.shortest(in.look, at, at, len(m.text)) >= 0
	}
	ends, ok := m.behind[in.look]
	if !ok {
		ends = m.ends(in.look)
		if m.behind == nil {
			m.behind = map[*automaton][]bool{}
		}
		m.behind[in.look] = ends
	}
	return ends[at]
}

// ends marks the places where some match ends.
func (m *matcher) ends(a *automaton) []bool {
	l := m.memory(a)
	marks := make([]bool, len(m.text)+1)
	final := int32(len(a.insts) - 1)
	for at := 0; ; {
		m.follow(a, &l.now, 0, at, at)
		marks[at] = l.now.has(final)
		if at >= len(m.text) || m.err != nil {
			break
		}
		r, size := utf8.DecodeRuneInString(m.text[at:])
		at += size
		m.advance(a, l, r, at)
	}
	l.busy = false
	return marks
}
