package builtins

import "strings"

// A template for reading is cut into nodes: patterns with their modifiers,
// blanks, separators, and all other characters, which stand for any one
// character of the text.
type readNode struct {
	kind    readKind
	word    string // the pattern as PostgreSQL names it
	fill    bool   // FM: as many digits as there are
	ordinal bool   // TH: two more characters are passed over
	char    byte   // first byte of a literal character
}

type readKind uint8

const (
	readPattern readKind = iota
	readBlank
	readSeparator
	readChar
)

func isBlank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// isSeparator tells printable ASCII that is neither letter nor digit.
func isSeparator(c byte) bool { return c > ' ' && c < 0x7f && !isAlpha(c) && !isDigit(c) }

// readWord returns the pattern a template begins with: all upper case, all
// lower case, or one of the spellings with a capital.
func readWord(s string) string {
	if strings.HasPrefix(s, "FX") || strings.HasPrefix(s, "fx") {
		return s[:2]
	}
	for _, w := range templateWords {
		if strings.HasPrefix(s, w) || strings.HasPrefix(s, strings.ToLower(w)) {
			return s[:len(w)]
		}
	}
	return ""
}

// charLen is the length of the first character of s in bytes.
func charLen(s string) int {
	n := 1
	for n < len(s) && s[n]&0xc0 == 0x80 {
		n++
	}
	return min(n, len(s))
}

// cutTemplate cuts a template into nodes.
func cutTemplate(s string) []readNode {
	out := make([]readNode, 0, len(s))
	for s != "" {
		fill := false
		if hasPrefixFold(s, "FM") && (s[0] == 'F') == (s[1] == 'M') {
			fill, s = true, s[2:]
		} else if strings.HasPrefix(s, "TM") || strings.HasPrefix(s, "tm") {
			s = s[2:]
		}
		if w := readWord(s); w != "" {
			s = s[len(w):]
			n := readNode{word: w, fill: fill}
			switch {
			case strings.HasPrefix(s, "TH"), strings.HasPrefix(s, "th"):
				n.ordinal, s = true, s[2:]
			case strings.HasPrefix(s, "SP"):
				s = s[2:]
			}
			out = append(out, n)
			continue
		}
		if s == "" {
			break
		}
		if s[0] == '"' {
			out, s = cutQuoted(out, s[1:])
			continue
		}
		if strings.HasPrefix(s, "\\\"") {
			s = s[1:]
		}
		n := readNode{kind: readChar, char: s[0]}
		switch {
		case isSeparator(s[0]):
			n.kind = readSeparator
		case isBlank(s[0]):
			n.kind = readBlank
		}
		out, s = append(out, n), s[charLen(s):]
	}
	return out
}

// cutQuoted cuts the rest of a quoted literal, where a backslash quotes.
func cutQuoted(out []readNode, s string) ([]readNode, string) {
	for s != "" {
		if s[0] == '"' {
			return out, s[1:]
		}
		if s[0] == '\\' && len(s) > 1 {
			s = s[1:]
		}
		out, s = append(out, readNode{kind: readChar, char: s[0]}), s[charLen(s):]
	}
	return out, s
}

// digits tells whether a pattern begins with a digit of the text.
func (n readNode) digits() bool {
	switch strings.ToUpper(n.word) {
	case "FX", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "MONTH", "MON", "DAY", "DY", "RM", "TZH", "TZ", "OF",
		"AM", "PM", "A.M.", "P.M.", "AD", "BC", "A.D.", "B.C.":
		return false
	}
	return true
}

// slurps tells whether the number of nodes[i] may be of any length: it has FM,
// or nothing of digits follows.
func slurps(nodes []readNode, i int) bool {
	if nodes[i].fill || nodes[i].ordinal || i+1 == len(nodes) {
		return true
	}
	next := nodes[i+1]
	if next.kind == readPattern {
		return !next.digits()
	}
	return !isDigit(next.char)
}
