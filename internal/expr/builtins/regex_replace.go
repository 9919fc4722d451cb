package builtins

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/regex"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// regexReplace replaces the n-th match (all when n is 0) from an offset on;
// \1 to \9 and \& in the replacement are groups and the match.
func regexReplace(c *expr.Context, re *regex.Regexp, s, with string, from, n int) (string, error) {
	all := &matches{c: c, re: re, s: s, from: from, groups: strings.ContainsRune(with, '\\')}
	if n == 0 && len(s)*len(with) > maxLength/4 { // said before the memory is taken
		count := 0
		for ahead := *all; ; count++ {
			if m, err := ahead.next(); m == nil || err != nil {
				break
			}
		}
		if !all.groups && count > maxLength/max(len(with), 1) {
			return "", errTooLong
		}
	}
	var b strings.Builder
	last := 0
	for k := 1; ; k++ {
		m, err := all.next()
		if err != nil {
			return "", err
		}
		if m == nil {
			break
		}
		if k < n {
			continue
		}
		b.WriteString(s[last:m[0]])
		writeReplacement(&b, s, with, m)
		last = m[1]
		if b.Len() > maxLength {
			return "", errTooLong
		}
		if n > 0 {
			break
		}
	}
	if last == 0 && b.Len() == 0 {
		return s, nil
	}
	b.WriteString(s[last:])
	return b.String(), nil
}

func writeReplacement(b *strings.Builder, s, with string, m []int) {
	for i := 0; i < len(with); i++ {
		if with[i] != '\\' || i+1 == len(with) {
			b.WriteByte(with[i])
			continue
		}
		i++
		switch c := with[i]; {
		case c == '&':
			b.WriteString(s[m[0]:m[1]])
		case c >= '1' && c <= '9':
			if g := 2 * int(c-'0'); g < len(m) && m[g] >= 0 {
				b.WriteString(s[m[g]:m[g+1]])
			}
		case c == '\\':
			b.WriteByte('\\')
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
}

func regexReplaceNth(c *expr.Context, a []value) (value, error) {
	flags := optional(a, 5)
	start, nth := a[3].I, a[4].I
	if err := positive("start", start); err != nil {
		return types.Null, err
	}
	if nth < 0 {
		return types.Null, invalidParameter("n", nth)
	}
	re, err := compileRegex(a[1].S, strings.ReplaceAll(flags, "g", ""))
	if err != nil {
		return types.Null, err
	}
	from, ok := startOffset(a[0].S, start)
	if !ok {
		return a[0], nil
	}
	return textOrError(regexReplace(c, re, a[0].S, a[2].S, from, int(nth)))
}

// startOffset is the byte offset of a 1-based position; false is beyond the
// end of the text.
func startOffset(s string, start int64) (int, bool) {
	if start > int64(len(s))+1 || start > int64(utf8.RuneCountInString(s))+1 {
		return 0, false
	}
	return byteOffset(s, start-1), true
}

func textOrError(s string, err error) (value, error) {
	if err != nil {
		return types.Null, err
	}
	return newText(s)
}

func positive(name string, n int64) error {
	if n <= 0 {
		return invalidParameter(name, n)
	}
	return nil
}

func invalidParameter(name string, n int64) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter \"%s\": %s", name, strconv.FormatInt(n, 10))
}

func regexSplit(c *expr.Context, function, s, pattern, flags string) ([]string, error) {
	re, err := compileLocal(function, pattern, flags)
	if err != nil {
		return nil, err
	}
	all := &matches{c: c, re: re, s: s}
	var parts []string
	last, behind := 0, 0
	for {
		m, err := all.next()
		if err != nil {
			return nil, err
		}
		if m == nil {
			return append(parts, s[last:]), nil
		}
		if m[0] < len(s) && m[1] > behind { // empty matches split between characters only
			parts = append(parts, s[last:m[0]])
			last = m[1]
		}
		behind = m[1]
	}
}
