package builtins

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/regex"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// regexCache keeps compiled patterns; it is emptied when full, which costs
// less than order would.
var regexCache = struct {
	sync.RWMutex
	m map[string]*regex.Regexp
}{m: map[string]*regex.Regexp{}}

const regexCacheSize = 512

// compileRegex compiles a pattern with PostgreSQL's flags (without g).
func compileRegex(pattern, flags string) (*regex.Regexp, error) {
	key := flags + "\x00" + pattern
	regexCache.RLock()
	re := regexCache.m[key]
	regexCache.RUnlock()
	if re != nil {
		return re, nil
	}
	re, err := regex.Compile(pattern, flags)
	if err != nil {
		return nil, err
	}
	regexCache.Lock()
	if len(regexCache.m) >= regexCacheSize {
		clear(regexCache.m)
	}
	regexCache.m[key] = re
	regexCache.Unlock()
	return re, nil
}

// compileLocal is compileRegex for the functions that find one match only.
func compileLocal(function, pattern, flags string) (*regex.Regexp, error) {
	if strings.Contains(flags, "g") {
		err := sqlerr.New(sqlerr.InvalidParameterValue, "%s() does not support the \"global\" option", function)
		if function == "regexp_match" {
			err = err.WithHint("Use the regexp_matches function instead.")
		}
		return nil, err
	}
	return compileRegex(pattern, flags)
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
		match := func(c *expr.Context, a []value) (value, error) {
			re, err := compileRegex(a[1].S, o.flags)
			if err != nil {
				return types.Null, err
			}
			ok, err := re.Match(a[0].S, c)
			return types.NewBool(ok != o.unmatched), err
		}
		matcher := func(pattern string) (func(string) bool, error) {
			re, err := compileRegex(pattern, o.flags)
			if err != nil || !re.Quick() {
				return nil, err
			}
			return func(s string) bool { return re.MatchQuick(s) != o.unmatched }, nil
		}
		for _, t := range []typ{text, types.Char} {
			op(o.name, args{t, text}, types.Bool, o.doc, match).Matcher = matcher
		}
	}
	registerRegexFunctions()
	registerRegexCounting()
}

func regexSubstring(c *expr.Context, s, pattern string) (value, error) {
	re, err := compileRegex(pattern, "")
	if err != nil {
		return types.Null, err
	}
	m, err := re.Find(s, 0, true, c)
	if m == nil {
		return types.Null, err
	}
	if len(m) > 2 {
		m = m[2:]
	}
	if m[0] < 0 {
		return types.Null, nil
	}
	return newText(s[m[0]:m[1]])
}

func regexReplacing(c *expr.Context, a []value) (value, error) {
	flags := optional(a, 3)
	if flags != "" && flags[0] >= '0' && flags[0] <= '9' {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "invalid regular expression option: \"%c\"", flags[0]).
			WithHint("If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.")
	}
	re, err := compileRegex(a[1].S, strings.ReplaceAll(flags, "g", ""))
	if err != nil {
		return types.Null, err
	}
	n := 1
	if strings.Contains(flags, "g") {
		n = 0
	}
	return textOrError(regexReplace(c, re, a[0].S, a[2].S, 0, n))
}

func registerRegexFunctions() {
	fn("substring", args{text, text}, text, "Part that matches a regular expression, or its first group", func(c *expr.Context, a []value) (value, error) {
		return regexSubstring(c, a[0].S, a[1].S)
	})
	fn("substring", args{text, text, text}, text, "Part that matches an SQL regular expression", func(c *expr.Context, a []value) (value, error) {
		pattern, err := similarPattern(a[1].S, a[2].S)
		if err != nil {
			return types.Null, err
		}
		return regexSubstring(c, a[0].S, pattern)
	})
	fn("regexp_replace", args{text, text, text}, text, "First match replaced", regexReplacing)
	fn("regexp_replace", args{text, text, text, text}, text, "First match, or with flag g every match, replaced", regexReplacing)
	fn("regexp_replace", args{text, text, text, int4, int4, text}, text, "N-th match from a position replaced, or all with N = 0", regexReplaceNth).Defaults = 1
	fn("regexp_replace", args{text, text, text, int4}, text, "First match from a position replaced", func(c *expr.Context, a []value) (value, error) {
		return regexReplaceNth(c, append(append([]value(nil), a...), types.NewInt(1)))
	})
	textArray := types.ArrayOf(text)
	fn("regexp_match", args{text, text, text}, textArray, "Groups of the first match", func(c *expr.Context, a []value) (value, error) {
		re, err := compileLocal("regexp_match", a[1].S, optional(a, 2))
		if err != nil {
			return types.Null, err
		}
		m, err := re.Find(a[0].S, 0, true, c)
		if m == nil {
			return types.Null, err
		}
		return matchGroups(a[0].S, m), nil
	}).Defaults = 1
	fn("regexp_split_to_array", args{text, text, text}, textArray, "Text split at the matches", func(c *expr.Context, a []value) (value, error) {
		parts, err := regexSplit(c, "regexp_split_to_array", a[0].S, a[1].S, optional(a, 2))
		if err != nil {
			return types.Null, err
		}
		return types.NewArray(textValues(parts), text), nil
	}).Defaults = 1
	expr.RegisterSet(&expr.SetFunc{Name: "regexp_matches", Args: args{text, text, text}, Defaults: 1, Source: "PostgreSQL",
		Cols: []types.Field{{Name: "regexp_matches", Type: textArray}}, Doc: "Groups of the first match, or with flag g of every match",
		Open: func(c *expr.Context, a []value) (func([]value) (bool, error), error) {
			flags, s := optional(a, 2), strings.Clone(a[0].S)
			re, err := compileRegex(a[1].S, strings.ReplaceAll(flags, "g", ""))
			if err != nil {
				return nil, err
			}
			all := &matches{c: c, re: re, s: s, groups: true, one: !strings.Contains(flags, "g")}
			return func(row []value) (bool, error) {
				m, err := all.next()
				if m == nil {
					return false, err
				}
				row[0] = matchGroups(s, m)
				return true, nil
			}, nil
		}})
	expr.RegisterSet(&expr.SetFunc{Name: "regexp_split_to_table", Args: args{text, text, text}, Defaults: 1, Source: "PostgreSQL",
		Cols: []types.Field{{Name: "regexp_split_to_table", Type: text}}, Doc: "Text split at the matches, a row each",
		Open: func(c *expr.Context, a []value) (func([]value) (bool, error), error) {
			parts, err := regexSplit(c, "regexp_split_to_table", a[0].S, a[1].S, optional(a, 2))
			return rowsOf(len(parts), func(i int) value { return types.NewText(parts[i]) }), err
		}})
	fn("similar_to_escape", args{text}, text, "Regular expression of a SIMILAR TO pattern", func(_ *expr.Context, a []value) (value, error) {
		s, err := similarPattern(a[0].S, `\`)
		return types.NewText(s), err
	})
	fn("similar_to_escape", args{text, text}, text, "Regular expression of a SIMILAR TO pattern with an escape character", func(_ *expr.Context, a []value) (value, error) {
		s, err := similarPattern(a[0].S, a[1].S)
		return types.NewText(s), err
	})
}

// matches goes from match to match: the next is looked for behind the last,
// at least a character further.
type matches struct {
	c      *expr.Context
	re     *regex.Regexp
	s      string
	from   int
	groups bool // bounds of groups are wanted
	one    bool // the first match only
	done   bool
}

// next gives the bounds of the next match, nil after the last.
func (m *matches) next() ([]int, error) {
	if m.done {
		return nil, nil
	}
	b, err := m.re.Find(m.s, m.from, m.groups, m.c)
	if b == nil || m.one {
		m.done = true
		return b, err
	}
	m.from = b[1]
	if b[0] == b[1] {
		if m.from == len(m.s) {
			m.done = true
		}
		_, size := utf8.DecodeRuneInString(m.s[m.from:])
		m.from += size
	}
	return b, nil
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
