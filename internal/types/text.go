package types

import (
	"strings"
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// clipBytes cuts a string to n bytes at a character boundary.
func clipBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// charPrefix returns the byte offset behind the first n characters, and
// whether there are more.
func charPrefix(s string, n int) (offset int, longer bool) {
	if len(s) <= n {
		return len(s), false
	}
	count := 0
	for i := range s {
		if count == n {
			return i, true
		}
		count++
	}
	return len(s), false
}

// fitText applies the length of varchar(n) and char(n). Blanks beyond it are
// cut; other characters are an error, or cut where the cast is explicit.
func fitText(v Value, t *Type, explicit bool) (Value, error) {
	if t.Mod < modHeader {
		return v, nil
	}
	n := int(t.Mod - modHeader)
	cut, longer := charPrefix(v.S, n)
	if longer {
		if !explicit && strings.TrimRight(v.S[cut:], " ") != "" {
			return Null, sqlerr.New(sqlerr.StringDataRightTruncation, "value too long for type %s(%d)", t.Display, n)
		}
		v.S = v.S[:cut]
		return v, nil
	}
	if t.OID == Char.OID {
		if pad := n - utf8.RuneCountInString(v.S); pad > 0 {
			v.S += strings.Repeat(" ", pad)
		}
	}
	return v, nil
}

// trimBlanks removes the blanks at the end that char(n) does not count.
func trimBlanks(s string) string {
	n := len(s)
	for n > 0 && s[n-1] == ' ' {
		n--
	}
	return s[:n]
}
