package builtins

import (
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// similarPattern translates SIMILAR TO's syntax into a regular expression. Two
// escaped double quotes divide it into what comes before, what substring wants
// and what comes after; the first and the last part are as short as possible.
func similarPattern(p, escape string) (string, error) {
	if len([]rune(escape)) > 1 {
		return "", sqlerr.New(sqlerr.InvalidEscapeSequence, "invalid escape string").
			WithHint("Escape string must be empty or one character.")
	}
	var b strings.Builder
	b.WriteString("^(?:")
	inClass, quotes := false, 0
	for i := 0; i < len(p); i++ {
		c := p[i]
		switch {
		case escape != "" && strings.HasPrefix(p[i:], escape):
			i += len(escape)
			switch {
			case i >= len(p):
			case p[i] == '"' && !inClass:
				if quotes == 2 {
					return "", sqlerr.New(sqlerr.InvalidUseOfEscapeCharacter, "SQL regular expression may not contain more than two escape-double-quote separators")
				}
				b.WriteString([]string{"){1,1}?(", "){1,1}(?:"}[quotes])
				quotes++
			default:
				b.WriteByte('\\')
				b.WriteByte(p[i])
			}
		case inClass:
			if c == '\\' {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
			inClass = c != ']'
		case c == '[':
			inClass = true
			b.WriteByte(c)
		case c == '%':
			b.WriteString(".*")
		case c == '_':
			b.WriteByte('.')
		case c == '(':
			b.WriteString("(?:")
		case c == '\\' || c == '.' || c == '^' || c == '$':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteString(")$")
	return b.String(), nil
}
