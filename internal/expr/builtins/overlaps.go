package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

// registerOverlaps registers (start, end) OVERLAPS (start, end), where an end
// may be an interval; NULL ends follow PostgreSQL's rules.
func registerOverlaps() {
	for _, t := range []typ{timestamp, timestampTZ, clock} {
		for _, e1 := range []typ{t, interval} {
			for _, e2 := range []typ{t, interval} {
				f := fn("overlaps", args{t, e1, t, e2}, types.Bool, "Whether two periods overlap", func(c *expr.Context, a []value) (value, error) {
					return overlaps(c, a, t, e1, e2)
				})
				f.NotStrict = true
				if t == timestampTZ {
					f.Volatility = expr.Stable
				}
			}
		}
	}
}

func overlaps(c *expr.Context, a []value, t, e1, e2 typ) (value, error) {
	end := func(start, e value, et typ) (value, error) {
		switch {
		case et != interval || e.IsNull() || start.IsNull():
			if et == interval {
				return types.Null, nil
			}
			return e, nil
		case t == clock:
			return types.NewTime(wrapDay(start.I + e.I%day)), nil
		case t == timestampTZ:
			return zoned(addZoned(c, start.I, e))
		}
		return stamp(addInterval(start.I, e))
	}
	s1, s2 := a[0], a[2]
	t1, err := end(s1, a[1], e1)
	if err != nil {
		return types.Null, err
	}
	t2, err := end(s2, a[3], e2)
	if err != nil {
		return types.Null, err
	}
	order := func(s, e value) (value, value) {
		if s.IsNull() || !e.IsNull() && s.I > e.I {
			return e, s
		}
		return s, e
	}
	s1, t1 = order(s1, t1)
	s2, t2 = order(s2, t2)
	if s1.IsNull() || s2.IsNull() {
		return types.Null, nil
	}
	if s1.I > s2.I {
		s1, t1, s2, t2 = s2, t2, s1, t1
	}
	switch {
	case s1.I == s2.I && (t1.IsNull() || t2.IsNull()):
		return types.Null, nil
	case s1.I == s2.I:
		return types.NewBool(true), nil
	case t1.IsNull():
		return types.Null, nil
	case s2.I < t1.I:
		return types.NewBool(true), nil
	case t2.IsNull():
		return types.Null, nil
	}
	return types.NewBool(false), nil
}
