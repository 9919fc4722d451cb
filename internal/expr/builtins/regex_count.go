package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

// registerRegexCounting adds the functions that PostgreSQL took from others.
func registerRegexCounting() {
	fn("regexp_count", args{text, text, int4, text}, int4, "Number of matches", func(c *expr.Context, a []value) (value, error) {
		all, err := newMatches(c, "regexp_count", a, 2, 3)
		if err != nil {
			return types.Null, err
		}
		for n := 0; ; n++ {
			m, err := all.next()
			if m == nil || err != nil {
				return types.NewInt(int64(n)), err
			}
		}
	}).Defaults = 2
	fn("regexp_like", args{text, text, text}, types.Bool, "Whether a regular expression matches", func(c *expr.Context, a []value) (value, error) {
		re, err := compileLocal("regexp_like", a[1].S, optional(a, 2))
		if err != nil {
			return types.Null, err
		}
		ok, err := re.Match(a[0].S, c)
		return types.NewBool(ok), err
	}).Defaults = 1
	fn("regexp_substr", args{text, text, int4, int4, text, int4}, text, "N-th match, or a group of it", func(c *expr.Context, a []value) (value, error) {
		m, err := nthMatch(c, "regexp_substr", a, 4, 5)
		if err != nil || m == nil {
			return types.Null, err
		}
		return newText(a[0].S[m[0]:m[1]])
	}).Defaults = 4
	fn("regexp_instr", args{text, text, int4, int4, int4, text, int4}, int4, "Place of the n-th match, or of a group of it", func(c *expr.Context, a []value) (value, error) {
		m, err := nthMatch(c, "regexp_instr", a, 5, 6)
		if err != nil {
			return types.Null, err
		}
		if m == nil {
			return newInt(0)
		}
		if len(a) > 4 && a[4].I == 1 {
			return newInt(strposAt(a[0].S, m[1]))
		}
		return newInt(strposAt(a[0].S, m[0]))
	}).Defaults = 5
}

// strposAt turns a byte offset into a 1-based character position.
func strposAt(s string, offset int) int { return len([]rune(s[:offset])) + 1 }

// newMatches begins a search with the start and the flags at those places of
// the arguments, where there are such.
func newMatches(c *expr.Context, function string, a []value, start, flags int) (*matches, error) {
	all := &matches{c: c, s: a[0].S}
	if start < len(a) {
		if err := positive("start", a[start].I); err != nil {
			return nil, err
		}
		from, ok := startOffset(a[0].S, a[start].I)
		all.from, all.done = from, !ok
	}
	var err error
	all.re, err = compileLocal(function, a[1].S, optional(a, flags))
	return all, err
}

// nthMatch finds a match, or a group of it: its number, the flags and the
// number of the group stand at those places of the arguments.
func nthMatch(c *expr.Context, function string, a []value, flags, group int) ([]int, error) {
	n, sub := int64(1), int64(0)
	if len(a) > 3 {
		n = a[3].I
	}
	if len(a) > group {
		sub = a[group].I
	}
	switch {
	case len(a) > 2 && a[2].I <= 0:
		return nil, invalidParameter("start", a[2].I)
	case n <= 0:
		return nil, invalidParameter("n", n)
	case flags == 5 && len(a) > 4 && a[4].I != 0 && a[4].I != 1:
		return nil, invalidParameter("endoption", a[4].I)
	case sub < 0:
		return nil, invalidParameter("subexpr", sub)
	}
	all, err := newMatches(c, function, a, 2, flags)
	if err != nil {
		return nil, err
	}
	all.groups = sub > 0
	for ; ; n-- {
		m, err := all.next()
		switch {
		case m == nil || err != nil:
			return nil, err
		case n > 1:
			continue
		case 2*sub >= int64(len(m)) || m[2*sub] < 0:
			return nil, nil
		}
		return m[2*sub : 2*sub+2], nil
	}
}
