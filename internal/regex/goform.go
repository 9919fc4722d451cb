package regex

import (
	"fmt"
	"regexp"
	"strings"
)

// goForm writes an expression without back references, lookaround and edges
// of words in the syntax of package regexp.
func goForm(s *syntax) string {
	var b strings.Builder
	b.WriteString("(?s)")
	writeGo(&b, s)
	return b.String()
}

func writeGo(b *strings.Builder, s *syntax) {
	switch s.op {
	case opSet:
		writeGoSet(b, s.set)
	case opCat:
		for _, sub := range s.subs {
			writeGo(b, sub)
		}
	case opAlt:
		b.WriteString("(?:")
		for i, sub := range s.subs {
			if i > 0 {
				b.WriteByte('|')
			}
			writeGo(b, sub)
		}
		b.WriteByte(')')
	case opGroup:
		writeGo(b, s.subs[0])
	case opRepeat:
		b.WriteString("(?:")
		writeGo(b, s.subs[0])
		b.WriteByte(')')
		writeGoCount(b, s.min, s.max)
	case opAssert:
		b.WriteString([]string{textBegin: `\A`, textEnd: `\z`, lineBegin: `(?m:^)`, lineEnd: `(?m:$)`}[s.assert])
	}
}

func writeGoCount(b *strings.Builder, m, n int) {
	switch {
	case n == unlimited && m == 0:
		b.WriteByte('*')
	case n == unlimited && m == 1:
		b.WriteByte('+')
	case n == unlimited:
		fmt.Fprintf(b, "{%d,}", m)
	case m == 0 && n == 1:
		b.WriteByte('?')
	default:
		fmt.Fprintf(b, "{%d,%d}", m, n)
	}
}

func writeGoSet(b *strings.Builder, s set) {
	switch {
	case len(s) == 0:
		b.WriteString(`[^\x00-\x{10FFFF}]`)
	case s.everything():
		b.WriteByte('.')
	case len(s) == 2 && s[0] == s[1]:
		b.WriteString(regexp.QuoteMeta(string(s[0])))
	default:
		b.WriteByte('[')
		for i := 0; i < len(s); i += 2 {
			fmt.Fprintf(b, `\x{%x}`, s[i])
			if s[i+1] > s[i] {
				fmt.Fprintf(b, `-\x{%x}`, s[i+1])
			}
		}
		b.WriteByte(']')
	}
}
