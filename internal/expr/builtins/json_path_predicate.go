package builtins

import (
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

// truth is the three-valued answer of a predicate.
type truth uint8

const (
	isFalse truth = iota
	isTrue
	isUnknown
)

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

func (t truth) json() node {
	var b types.JSONBBuilder
	if t == isUnknown {
		b.Null()
	} else {
		b.Bool(t == isTrue)
	}
	return node(b.Finish().S)
}

// testWith evaluates the predicate of a filter with v as @.
func (x *pathRun) testWith(p *pathItem, v pathValue) (truth, error) {
	saved := x.current
	x.current = v
	t, err := x.test(p, v)
	x.current = saved
	return t, err
}

// test evaluates a predicate. Errors in its operands make it unknown.
func (x *pathRun) test(p *pathItem, v pathValue) (truth, error) {
	switch p.kind {
	case pathAnd, pathOr:
		decides := truthOf(p.kind == pathOr)
		l, err := x.test(p.left, v)
		if err != nil || l == decides {
			return l, err
		}
		r, err := x.test(p.right, v)
		if err != nil || r == decides || l != isUnknown {
			return r, err
		}
		return isUnknown, nil
	case pathNot:
		t, err := x.test(p.left, v)
		if err != nil || t == isUnknown {
			return t, err
		}
		return isTrue - t, nil
	case pathIsUnknown:
		t, err := x.test(p.left, v)
		return truthOf(t == isUnknown), err
	case pathExists:
		return x.testExists(p, v)
	case pathStarts:
		return x.pairs(p, v, false, func(l, r pathValue) (truth, error) {
			if l.t != nil || r.t != nil || l.kind() != types.JSONString || r.kind() != types.JSONString {
				return isUnknown, nil
			}
			return truthOf(strings.HasPrefix(l.n.Str(), r.n.Str())), nil
		})
	case pathRegex:
		return x.pairs(p, v, false, func(l, _ pathValue) (truth, error) {
			if l.t != nil || l.kind() != types.JSONString {
				return isUnknown, nil
			}
			ok, err := p.re.Match(l.n.Str(), x.c)
			return truthOf(ok), err
		})
	}
	return x.pairs(p, v, true, func(l, r pathValue) (truth, error) { return x.compare(p.cmp, l, r) })
}

func (x *pathRun) testExists(p *pathItem, v pathValue) (truth, error) {
	found := false
	err := x.run(p.left, v, x.lax, func(pathValue) error {
		found = true
		if x.lax {
			return errPathDone
		}
		return nil
	})
	switch {
	case err == nil || err == errPathDone:
		return truthOf(found), nil
	case isHard(err):
		return isUnknown, err
	}
	return isUnknown, nil
}

// pairs tests every pair of the operands' sequences: one that is true is
// enough, but in strict mode none may be unknown.
func (x *pathRun) pairs(p *pathItem, v pathValue, unwrapRight bool, test func(l, r pathValue) (truth, error)) (truth, error) {
	left, err := x.collect(p.left, v, true)
	if err != nil {
		if isHard(err) {
			return isUnknown, err
		}
		return isUnknown, nil
	}
	right := []pathValue{{}}
	if p.right != nil {
		if right, err = x.collect(p.right, v, unwrapRight); err != nil {
			if isHard(err) {
				return isUnknown, err
			}
			return isUnknown, nil
		}
	}
	found, unknown := false, false
	for _, l := range left {
		for _, r := range right {
			t, err := test(l, r)
			if err != nil {
				return isUnknown, err
			}
			switch {
			case t == isUnknown && !x.lax:
				return isUnknown, nil
			case t == isUnknown:
				unknown = true
			case t == isTrue && x.lax:
				return isTrue, nil
			case t == isTrue:
				found = true
			}
		}
	}
	switch {
	case found:
		return isTrue, nil
	case unknown:
		return isUnknown, nil
	}
	return isFalse, nil
}

func (x *pathRun) compare(op expr.CompareOp, l, r pathValue) (truth, error) {
	kl, kr := l.kind(), r.kind()
	c := 0
	switch {
	case l.t != nil && r.t != nil:
		order, ok, err := x.compareTimes(l, r)
		if err != nil || !ok {
			return isUnknown, err
		}
		c = order
	case kl == types.JSONNull && kr == types.JSONNull:
	case kl == types.JSONNull || kr == types.JSONNull:
		return truthOf(op == expr.NE), nil
	case kl != kr || kl >= types.JSONArray || l.t != nil || r.t != nil:
		return isUnknown, nil
	default:
		c = types.CompareJSONB(l.n, r.n)
	}
	switch op {
	case expr.EQ:
		return truthOf(c == 0), nil
	case expr.NE:
		return truthOf(c != 0), nil
	case expr.LT:
		return truthOf(c < 0), nil
	case expr.LE:
		return truthOf(c <= 0), nil
	case expr.GT:
		return truthOf(c > 0), nil
	}
	return truthOf(c >= 0), nil
}
