package builtins

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// regexCache keeps compiled patterns; it is emptied when full, which costs
// less than order would.
var regexCache = struct {
	sync.RWMutex
	m map[string]*regexp.Regexp
}{m: map[string]*regexp.Regexp{}}

const regexCacheSize = 512

// compileRegex compiles a POSIX advanced regular expression with PostgreSQL's
// flags (without g) by translating it for package regexp.
func compileRegex(pattern, flags string) (*regexp.Regexp, error) {
	key := flags + "\x00" + pattern
	regexCache.RLock()
	re := regexCache.m[key]
	regexCache.RUnlock()
	if re != nil {
		return re, nil
	}
	source, err := translateRegex(pattern, flags)
	if err != nil {
		return nil, err
	}
	re, cause := regexp.Compile(source)
	if cause != nil {
		return nil, regexError(cause)
	}
	if !strings.Contains(pattern, "*?") && !strings.Contains(pattern, "+?") && !strings.Contains(pattern, "??") && !strings.Contains(pattern, "}?") {
		re.Longest()
	}
	regexCache.Lock()
	if len(regexCache.m) >= regexCacheSize {
		clear(regexCache.m)
	}
	regexCache.m[key] = re
	regexCache.Unlock()
	return re, nil
}

func regexError(cause error) error {
	text := cause.Error()
	what := strings.TrimPrefix(text, "error parsing regexp: ")
	switch {
	case strings.HasPrefix(what, "missing closing )"), strings.HasPrefix(what, "unexpected )"):
		what = "parentheses () not balanced"
	case strings.HasPrefix(what, "missing closing ]"):
		what = "brackets [] not balanced"
	case strings.HasPrefix(what, "missing argument to repetition"), strings.HasPrefix(what, "invalid nested repetition"):
		what = "quantifier operand invalid"
	case strings.HasPrefix(what, "invalid character class range") && strings.Contains(what, "[:"):
		what = "invalid character class"
	case strings.HasPrefix(what, "invalid character class range"):
		what = "invalid character range"
	case strings.HasPrefix(what, "invalid repeat count"):
		what = "invalid repetition count(s)"
	case strings.HasPrefix(what, "trailing backslash"):
		what = "invalid escape \\ sequence"
	}
	return sqlerr.New(sqlerr.InvalidRegularExpression, "invalid regular expression: %s", sqlerr.Clip(what))
}

// translateRegex turns flags and the escapes that differ into Go's syntax.
func translateRegex(pattern, flags string) (string, error) {
	fold, newline, literal, expanded := false, false, false, false
	for _, f := range flags {
		switch f {
		case 'i':
			fold = true
		case 'c':
			fold = false
		case 'n', 'm', 'w', 'p':
			newline = f != 'w' && f != 'p'
		case 's':
			newline = false
		case 'x':
			expanded = true
		case 't', 'e', 'b':
		case 'q':
			literal = true
		default:
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid regular expression option: \"%c\"", f)
		}
	}
	if rest, ok := strings.CutPrefix(pattern, "***="); ok {
		pattern, literal = rest, true
	}
	pattern = strings.TrimPrefix(pattern, "***:")
	if own, rest, ok := embeddedOptions(pattern); ok && !literal { // (?xyz) at the start
		return translateRegex(rest, flags+own)
	}
	var b strings.Builder
	b.WriteString("(?")
	if fold {
		b.WriteByte('i')
	}
	if newline {
		b.WriteByte('m')
	} else {
		b.WriteByte('s')
	}
	b.WriteByte(')')
	if literal {
		b.WriteString(regexp.QuoteMeta(pattern))
		return b.String(), nil
	}
	err := writeRegex(&b, pattern, expanded)
	return b.String(), err
}

func writeRegex(b *strings.Builder, p string, expanded bool) (err error) {
	inClass := false
	out := b
	for i := 0; i < len(p); i++ {
		c := p[i]
		switch {
		case c == '\\' && i+1 < len(p):
			i++
			if err := writeRegexEscape(out, p[i], inClass); err != nil {
				return err
			}
		case inClass:
			switch {
			case strings.HasPrefix(p[i:], "[:"):
				if end := strings.Index(p[i:], ":]"); end > 0 {
					out.WriteString(p[i : i+end+2])
					i += end + 1
					continue
				}
				out.WriteString(`\[`)
			case c == '[':
				out.WriteString(`\[`)
			case c == ']':
				inClass = false
				out.WriteByte(c)
			default:
				out.WriteByte(c)
			}
		case strings.HasPrefix(p[i:], "[[:<:]]"), strings.HasPrefix(p[i:], "[[:>:]]"):
			out.WriteString(`\b`)
			i += 6
		case c == '[':
			inClass = true
			out.WriteByte(c)
			if i+1 < len(p) && p[i+1] == '^' {
				out.WriteByte('^')
				i++
			}
			if i+1 < len(p) && p[i+1] == ']' {
				out.WriteString(`\]`)
				i++
			}
		case c == '(' && (strings.HasPrefix(p[i:], "(?=") || strings.HasPrefix(p[i:], "(?!") || strings.HasPrefix(p[i:], "(?<")):
			return sqlerr.New(sqlerr.FeatureNotSupported, "lookaround constraints in regular expressions are not supported")
		case c == '{' && (i+1 == len(p) || p[i+1] < '0' || p[i+1] > '9'):
			out.WriteString(`\{`)
		case expanded && (c == ' ' || c == '\t' || c == '\n'):
		case expanded && c == '#':
			for i+1 < len(p) && p[i+1] != '\n' {
				i++
			}
		default:
			out.WriteByte(c)
		}
	}
	return nil
}

func writeRegexEscape(b *strings.Builder, c byte, inClass bool) error {
	switch {
	case c >= '1' && c <= '9' && !inClass:
		return sqlerr.New(sqlerr.FeatureNotSupported, "back references in regular expressions are not supported")
	case inClass:
		b.WriteByte('\\')
		b.WriteByte(c)
		return nil
	}
	switch c {
	case 'm', 'M', 'y':
		b.WriteString(`\b`)
	case 'Y':
		b.WriteString(`\B`)
	case 'Z':
		b.WriteString(`\z`)
	case 'e':
		b.WriteString(`\x1b`)
	case 'b':
		b.WriteString(`\x08`)
	case 'B':
		b.WriteString(`\\`)
	case '<', '>', '"', '\'', '/', '-', '_', '@', '%', '&', '=', '~', ':', ';', ',', '!', '#', ' ':
		b.WriteString(regexp.QuoteMeta(string(c)))
	default:
		b.WriteByte('\\')
		b.WriteByte(c)
	}
	return nil
}

func init() {
	for _, o := range []struct {
		name, doc, flags string
		unmatched        bool
	}{
		{"~", "Matches a regular expression", "", false},
		{"!~", "Does not match a regular expression", "", true},
		{"~*", "Matches a regular expression, ignoring case", "i", false},
		{"!~*", "Does not match a regular expression, ignoring case", "i", true},
	} {
		match := func(_ *expr.Context, a []value) (value, error) {
			re, err := compileRegex(a[1].S, o.flags)
			if err != nil {
				return types.Null, err
			}
			return types.NewBool(re.MatchString(a[0].S) != o.unmatched), nil
		}
		matcher := func(pattern string) (func(string) bool, error) {
			re, err := compileRegex(pattern, o.flags)
			if err != nil {
				return nil, err
			}
			return func(s string) bool { return re.MatchString(s) != o.unmatched }, nil
		}
		for _, t := range []typ{text, types.Char} {
			op(o.name, args{t, text}, types.Bool, o.doc, match).Matcher = matcher
		}
	}
	registerRegexFunctions()
	registerRegexCounting()
}

func registerRegexFunctions() {
	substring := func(_ *expr.Context, a []value) (value, error) {
		re, err := compileRegex(a[1].S, "")
		if err != nil {
			return types.Null, err
		}
		m := re.FindStringSubmatchIndex(a[0].S)
		if m == nil {
			return types.Null, nil
		}
		if len(m) > 2 {
			m = m[2:]
		}
		if m[0] < 0 {
			return types.Null, nil
		}
		return newText(a[0].S[m[0]:m[1]])
	}
	fn("substring", args{text, text}, text, "Part that matches a regular expression, or its first group", substring)
	fn("substring", args{text, text, text}, text, "Part that matches an SQL regular expression", func(c *expr.Context, a []value) (value, error) {
		pattern, err := similarPattern(a[1].S, a[2].S, true)
		if err != nil {
			return types.Null, err
		}
		return substring(c, []value{a[0], types.NewText(pattern)})
	})
	replace := func(_ *expr.Context, a []value) (value, error) {
		flags := ""
		if len(a) > 3 {
			flags = a[3].S
		}
		re, err := compileRegex(a[1].S, strings.ReplaceAll(flags, "g", ""))
		if err != nil {
			return types.Null, err
		}
		n := 1
		if strings.Contains(flags, "g") {
			n = -1
		}
		return textOrError(regexReplace(re, a[0].S, a[2].S, 0, n))
	}
	fn("regexp_replace", args{text, text, text}, text, "First match replaced", replace)
	fn("regexp_replace", args{text, text, text, text}, text, "First match, or with flag g every match, replaced", replace)
	fn("regexp_replace", args{text, text, text, int4, int4, text}, text, "N-th match from a position replaced, or all with N = 0", regexReplaceNth).Defaults = 1
	fn("regexp_replace", args{text, text, text, int4}, text, "First match from a position replaced", func(c *expr.Context, a []value) (value, error) {
		return regexReplaceNth(c, append(append([]value(nil), a...), types.NewInt(1)))
	})
	textArray := types.ArrayOf(text)
	fn("regexp_match", args{text, text, text}, textArray, "Groups of the first match", func(_ *expr.Context, a []value) (value, error) {
		flags := optional(a, 2)
		if strings.Contains(flags, "g") {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "regexp_match() does not support the \"global\" option").
				WithHint("Use the regexp_matches function instead.")
		}
		re, err := compileRegex(a[1].S, flags)
		if err != nil {
			return types.Null, err
		}
		m := re.FindStringSubmatchIndex(a[0].S)
		if m == nil {
			return types.Null, nil
		}
		return matchGroups(a[0].S, m), nil
	}).Defaults = 1
	fn("regexp_split_to_array", args{text, text, text}, textArray, "Text split at the matches", func(_ *expr.Context, a []value) (value, error) {
		parts, err := regexSplit(a[0].S, a[1].S, optional(a, 2))
		if err != nil {
			return types.Null, err
		}
		return types.NewArray(textValues(parts), text), nil
	}).Defaults = 1
	expr.RegisterSet(&expr.SetFunc{Name: "regexp_matches", Args: args{text, text, text}, Defaults: 1, Source: "PostgreSQL",
		Cols: []types.Field{{Name: "regexp_matches", Type: textArray}}, Doc: "Groups of the first match, or with flag g of every match",
		Open: func(_ *expr.Context, a []value) (func([]value) (bool, error), error) {
			flags := optional(a, 2)
			re, err := compileRegex(a[1].S, strings.ReplaceAll(flags, "g", ""))
			if err != nil {
				return nil, err
			}
			n := 1
			if strings.Contains(flags, "g") {
				n = -1
			}
			s, matches := a[0].S, re.FindAllStringSubmatchIndex(a[0].S, n)
			return rowsOf(len(matches), func(i int) value { return matchGroups(s, matches[i]) }), nil
		}})
	expr.RegisterSet(&expr.SetFunc{Name: "regexp_split_to_table", Args: args{text, text, text}, Defaults: 1, Source: "PostgreSQL",
		Cols: []types.Field{{Name: "regexp_split_to_table", Type: text}}, Doc: "Text split at the matches, a row each",
		Open: func(_ *expr.Context, a []value) (func([]value) (bool, error), error) {
			parts, err := regexSplit(a[0].S, a[1].S, optional(a, 2))
			return rowsOf(len(parts), func(i int) value { return types.NewText(parts[i]) }), err
		}})
	fn("similar_to_escape", args{text}, text, "Regular expression of a SIMILAR TO pattern", func(_ *expr.Context, a []value) (value, error) {
		s, err := similarPattern(a[0].S, `\`, false)
		return types.NewText(s), err
	})
	fn("similar_to_escape", args{text, text}, text, "Regular expression of a SIMILAR TO pattern with an escape character", func(_ *expr.Context, a []value) (value, error) {
		s, err := similarPattern(a[0].S, a[1].S, false)
		return types.NewText(s), err
	})
}

func optional(a []value, i int) string {
	if i < len(a) {
		return a[i].S
	}
	return ""
}

// rowsOf iterates over n values of one column.
func rowsOf(n int, at func(i int) value) func([]value) (bool, error) {
	i := 0
	return func(row []value) (bool, error) {
		if i >= n {
			return false, nil
		}
		row[0] = at(i)
		i++
		return true, nil
	}
}

func textValues(parts []string) []value {
	vals := make([]value, len(parts))
	for i, p := range parts {
		vals[i] = types.NewText(p)
	}
	return vals
}

// matchGroups makes the array of a match: its groups, or all of it.
func matchGroups(s string, m []int) value {
	if len(m) > 2 {
		m = m[2:]
	}
	vals := make([]value, len(m)/2)
	for i := range vals {
		if m[2*i] >= 0 {
			vals[i] = types.NewText(s[m[2*i]:m[2*i+1]])
		}
	}
	return types.NewArray(vals, text)
}

// regexReplace replaces up to n matches (all when negative) after skipping
// some; \1 to \9 and \& in the replacement are groups and the match.
func regexReplace(re *regexp.Regexp, s, with string, skip, n int) (string, error) {
	matches := re.FindAllStringSubmatchIndex(s, -1)
	if skip >= len(matches) {
		return s, nil
	}
	matches = matches[skip:]
	if n >= 0 && len(matches) > n {
		matches = matches[:n]
	}
	if !strings.ContainsRune(with, '\\') && len(matches) > maxLength/max(len(with), 1) {
		return "", errTooLong // said before the memory is taken
	}
	var b strings.Builder
	last := 0
	for _, m := range matches {
		b.WriteString(s[last:m[0]])
		writeReplacement(&b, s, with, m)
		last = m[1]
		if b.Len() > maxLength {
			return "", errTooLong
		}
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

func regexReplaceNth(_ *expr.Context, a []value) (value, error) {
	re, err := compileRegex(a[1].S, optional(a, 5))
	if err != nil {
		return types.Null, err
	}
	start, nth := a[3].I, a[4].I
	if err := positive("start", start); err != nil {
		return types.Null, err
	}
	if nth < 0 {
		return types.Null, invalidParameter("n", nth)
	}
	head := byteOffset(a[0].S, start-1)
	skip, n := int(nth)-1, 1
	if nth == 0 {
		skip, n = 0, -1
	}
	tail, err := regexReplace(re, a[0].S[head:], a[2].S, skip, n)
	return textOrError(a[0].S[:head]+tail, err)
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

func regexSplit(s, pattern, flags string) ([]string, error) {
	re, err := compileRegex(pattern, flags)
	if err != nil {
		return nil, err
	}
	var parts []string
	last := 0
	for _, m := range re.FindAllStringIndex(s, -1) {
		if m[0] == m[1] && (m[0] == last || m[0] >= len(s)) {
			continue // empty matches split between characters only
		}
		parts = append(parts, s[last:m[0]])
		last = m[1]
	}
	return append(parts, s[last:]), nil
}
