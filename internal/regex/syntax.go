package regex

// The operations of the syntax tree.
type op uint8

const (
	opEmpty      op = iota
	opSet           // one character of set
	opCat           // subs, one after the other
	opAlt           // one of subs
	opRepeat        // subs[0], min to max times
	opGroup         // subs[0]; cap is its number, 0 without one
	opBackRef       // what group ref matched
	opAssert        // a condition of the place: assert
	opLookaround    // subs[0] matches from here, or up to here
)

// assertion is a condition of a place in the text.
type assertion uint8

const (
	textBegin assertion = iota
	textEnd
	lineBegin
	lineEnd
	wordBegin
	wordEnd
	wordEdge
	noWordEdge
)

// greed is what a part prefers, and whether it holds what must be dissected.
type greed uint8

const (
	longer  greed = 1 << iota // prefers the longest
	shorter                   // prefers the shortest
	mixed                     // has parts of both kinds
	groups                    // holds a group
	backref                   // holds a back reference

	local = longer | shorter
	messy = mixed | groups | backref
)

// up is what a part passes on to the one around it.
func (g greed) up() greed {
	u := g &^ local
	if g&local == local {
		u |= mixed
	}
	return u
}

// combine is the greed of two parts in a row.
func combine(a, b greed) greed {
	pref := a & local
	if pref == 0 {
		pref = b & local
	}
	return (a | b).up() | pref
}

// unlimited is the upper bound of a repetition without one.
const unlimited = 256

// syntax is a node of what was parsed.
type syntax struct {
	op       op
	set      set
	subs     []*syntax
	min, max int
	greed    greed // of a repetition: its own preference, none for {m}
	cap, ref int
	assert   assertion
	behind   bool // lookaround: before the place
	negative bool // lookaround: must not match
}

// walk visits a node and what is below it.
func (s *syntax) walk(f func(*syntax)) {
	f(s)
	for _, sub := range s.subs {
		sub.walk(f)
	}
}
