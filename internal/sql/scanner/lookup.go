package scanner

// String returns the keyword in lower case.
func (k Keyword) String() string { return keywords[k].word }

// Category returns where the keyword may stand as a name.
func (k Keyword) Category() Category { return keywords[k].category }

// Bare reports whether the keyword may be a column label without AS.
func (k Keyword) Bare() bool { return keywords[k].bare }

const (
	keywordSlots   = 4096 // power of two, sparse, so that most words miss at once
	longestKeyword = 17   // current_timestamp
)

// slots is an open-addressing table of keywords by hashWord.
var slots = func() (t [keywordSlots]Keyword) {
	for k := NoKeyword + 1; k < keywordCount; k++ {
		h := uint32(0)
		for i := 0; i < len(keywords[k].word); i++ {
			h = hashByte(h, keywords[k].word[i])
		}
		i := slotOf(h)
		for t[i] != NoKeyword {
			i = (i + 1) & (keywordSlots - 1)
		}
		t[i] = k
	}
	return t
}()

// hashByte adds a letter, in whatever case, to the hash of a word.
func hashByte(h uint32, c byte) uint32 { return h*31 + uint32(c|0x20) }

func slotOf(h uint32) uint32 { return (h * 2654435761) >> 20 & (keywordSlots - 1) }

// Lookup returns the keyword spelled word in lower case, or NoKeyword.
func Lookup(word string) Keyword {
	h := uint32(0)
	for i := 0; i < len(word); i++ {
		h = hashByte(h, word[i])
	}
	for i := slotOf(h); slots[i] != NoKeyword; i = (i + 1) & (keywordSlots - 1) {
		if keywords[slots[i]].word == word {
			return slots[i]
		}
	}
	return NoKeyword
}

// lookupRaw is Lookup for a word in any case whose hash is known.
func lookupRaw(h uint32, raw string) Keyword {
	if len(raw) > longestKeyword {
		return NoKeyword
	}
	for i := slotOf(h); slots[i] != NoKeyword; i = (i + 1) & (keywordSlots - 1) {
		if equalFold(keywords[slots[i]].word, raw) {
			return slots[i]
		}
	}
	return NoKeyword
}

// equalFold compares a lower-case word with letters in any case.
func equalFold(word, raw string) bool {
	if len(word) != len(raw) {
		return false
	}
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// operandFollows marks the unreserved words after which the grammar wants a
// value, so that a "?" after them is a placeholder. After any other unreserved
// word, which then is a column's name, it is the operator.
var operandFollows = func() (t [keywordCount]bool) {
	for _, k := range []Keyword{By, Escape, Zone, First, Next, Rows, Range, Groups, Exclude,
		Absolute, Relative, Forward, Backward, Cache, Increment, Start, Restart, Set, Insert,
		Update, Delete, Execute, Call, Return, Returns, Matched, Do, Over, Filter, Within,
		Minvalue, Maxvalue, Begin, Atomic, Explain, Prepare, Repeatable, Generated, Conflict} {
		t[k] = true
	}
	return t
}()

// completesOperand reports whether a keyword, as the token before, may be the
// end of an operand.
func (k Keyword) completesOperand() bool {
	return keywords[k].category == Unreserved && !operandFollows[k]
}

// Words gives all keywords in lower case, for completion and documentation.
func Words() []string {
	out := make([]string, 0, len(keywords))
	for _, k := range keywords {
		if k.word != "" {
			out = append(out, k.word)
		}
	}
	return out
}
