package builtins

import (
	"regexp"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// similarPattern translates SIMILAR TO's syntax into a regular expression. In
// substring form, a part between two escaped double quotes is what is wanted.
func similarPattern(p, escape string, substring bool) (string, error) {
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
			if i >= len(p) {
				break
			}
			if p[i] == '"' && substring {
				b.WriteString([]string{"){1,1}?(", "){1,1}(?:", ""}[min(quotes, 2)])
				quotes++
				continue
			}
			b.WriteString(regexp.QuoteMeta(string(p[i])))
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
	return strings.ReplaceAll(b.String(), "){1,1}?(", ")("), nil
}

// embeddedOptions cuts the options off that a pattern begins with: (?in).
func embeddedOptions(pattern string) (options, rest string, ok bool) {
	if !strings.HasPrefix(pattern, "(?") {
		return "", pattern, false
	}
	end := strings.IndexByte(pattern, ')')
	if end < 3 || strings.Trim(pattern[2:end], "bceimnpqstwx") != "" {
		return "", pattern, false
	}
	return pattern[2:end], pattern[end+1:], true
}
