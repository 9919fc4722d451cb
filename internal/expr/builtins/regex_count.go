package builtins

import (
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// registerRegexCounting adds the functions that PostgreSQL took from others.
func registerRegexCounting() {
	from := func(a []value, i int) (string, error) {
		if i >= len(a) {
			return a[0].S, nil
		}
		if err := positive("start", a[i].I); err != nil {
			return "", err
		}
		return a[0].S[byteOffset(a[0].S, a[i].I-1):], nil
	}
	fn("regexp_count", args{text, text, int4, text}, int4, "Number of matches", func(_ *expr.Context, a []value) (value, error) {
		re, err := compileRegex(a[1].S, optional(a, 3))
		if err != nil {
			return types.Null, err
		}
		s, err := from(a, 2)
		if err != nil {
			return types.Null, err
		}
		return newInt(len(re.FindAllStringIndex(s, -1)))
	}).Defaults = 2
	fn("regexp_like", args{text, text, text}, types.Bool, "Whether a regular expression matches", func(_ *expr.Context, a []value) (value, error) {
		if strings.Contains(optional(a, 2), "g") {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "regexp_like() does not support the \"global\" option")
		}
		re, err := compileRegex(a[1].S, optional(a, 2))
		if err != nil {
			return types.Null, err
		}
		return types.NewBool(re.MatchString(a[0].S)), nil
	}).Defaults = 1
	fn("regexp_substr", args{text, text, int4, int4, text, int4}, text, "N-th match", func(_ *expr.Context, a []value) (value, error) {
		s, err := from(a, 2)
		if err != nil {
			return types.Null, err
		}
		m, err := nthMatch(s, a)
		if err != nil || m == nil {
			return types.Null, err
		}
		group := 0
		if len(a) > 5 {
			group = int(a[5].I)
		}
		if group < 0 || 2*group >= len(m) || m[2*group] < 0 {
			return types.Null, nil
		}
		return newText(s[m[2*group]:m[2*group+1]])
	}).Defaults = 4
	fn("regexp_instr", args{text, text, int4, int4, int4, text, int4}, int4, "Place of the n-th match, or of a group of it", func(_ *expr.Context, a []value) (value, error) {
		s, err := from(a, 2)
		if err != nil {
			return types.Null, err
		}
		b := a
		if len(a) > 4 && a[4].I != 0 && a[4].I != 1 {
			return types.Null, invalidParameter("endoption", a[4].I)
		}
		if len(a) > 5 {
			b = append(append([]value(nil), a[:4]...), a[5])
		} else if len(a) > 4 {
			b = a[:4]
		}
		m, err := nthMatch(s, b)
		if err != nil {
			return types.Null, err
		}
		if m == nil {
			return newInt(0)
		}
		group := 0
		if len(a) > 6 {
			if group = int(a[6].I); group < 0 {
				return types.Null, invalidParameter("subexpr", a[6].I)
			}
		}
		if 2*group >= len(m) || m[2*group] < 0 {
			return newInt(0)
		}
		at := m[2*group]
		if len(a) > 4 && a[4].I == 1 {
			at = m[2*group+1]
		}
		return newInt(strposAt(a[0].S, len(a[0].S)-len(s)+at))
	}).Defaults = 5
}

// strposAt turns a byte offset into a 1-based character position.
func strposAt(s string, offset int) int { return len([]rune(s[:offset])) + 1 }

func nthMatch(s string, a []value) ([]int, error) {
	re, err := compileRegex(a[1].S, optional(a, 4))
	if err != nil {
		return nil, err
	}
	n := int64(1)
	if len(a) > 3 {
		n = a[3].I
	}
	if err := positive("n", n); err != nil {
		return nil, err
	}
	all := re.FindAllStringSubmatchIndex(s, int(min(n, maxLength)))
	if int64(len(all)) < n {
		return nil, nil
	}
	return all[n-1], nil
}
