package expr

import (
	"errors"

	"github.com/zqlite/zqlite/internal/types"
)

var (
	errNoCandidate = errors.New("no candidate")
	errAmbiguous   = errors.New("ambiguous")
)

// choose picks the best overload by PostgreSQL's rules: an exact match, then
// the candidates that implicit casts reach, narrowed by exact matches,
// preferred types, and categories for unknown literals.
func choose(sigs []signature, args []*types.Type, operator bool) (signature, error) {
	if s, ok := exactMatch(sigs, args, operator); ok {
		return s, nil
	}
	cands := sigs[:0:0]
	for _, s := range sigs {
		if reachable(s.params, args) && !(s.sameElem && differentElems(args)) {
			cands = append(cands, s)
		}
	}
	if len(cands) == 0 {
		return signature{}, errNoCandidate
	}
	base := make([]*types.Type, len(args))
	unknowns := 0
	for i, a := range args {
		base[i] = BaseType(a)
		if a.Is(types.Unknown) {
			unknowns++
		}
	}
	cands = keepBest(cands, func(s signature) int { return countExact(s.params, base) })
	if len(cands) > 1 {
		cands = keepBest(cands, func(s signature) int { return countPreferred(s.params, base) })
	}
	if len(cands) > 1 {
		cands = preferFixed(cands)
	}
	if len(cands) == 1 {
		return cands[0], nil
	}
	if unknowns == 0 {
		return signature{}, errAmbiguous
	}
	cands = byCategory(cands, base)
	if len(cands) == 1 {
		return cands[0], nil
	}
	return bySameType(cands, base)
}

// exactMatch finds an overload whose parameters are the arguments' types. For
// an operator an unknown literal is first taken to be of the other's type.
func exactMatch(sigs []signature, args []*types.Type, operator bool) (signature, bool) {
	want := args
	if operator && len(args) == 2 {
		a, b := args[0], args[1]
		switch {
		case a.Is(types.Unknown) && !b.Is(types.Unknown):
			a = BaseType(b)
		case b.Is(types.Unknown) && !a.Is(types.Unknown):
			b = BaseType(a)
		}
		want = []*types.Type{BaseType(a), BaseType(b)}
	}
	for _, s := range sigs {
		if s.variadic && len(s.params) != len(want) {
			continue
		}
		exact := true
		for i, p := range s.params {
			if !p.Is(want[i]) {
				exact = false
				break
			}
		}
		if exact {
			return s, true
		}
	}
	return signature{}, false
}

// reachable reports whether implicit casts take every argument to its
// parameter; polymorphic parameters have to agree.
func reachable(params, args []*types.Type) bool {
	poly := false
	for i, p := range params {
		if !CanCoerce(args[i], p) {
			return false
		}
		poly = poly || p.Category == 'P'
	}
	if !poly {
		return true
	}
	known := false
	for i, p := range params {
		if !args[i].Is(types.Unknown) && isPolymorphic(p) {
			known = true
		}
		if p.Is(types.AnyArray) && !args[i].Is(types.Unknown) && BaseType(args[i]).Kind != types.KindArray {
			return false
		}
	}
	if !known && anyPolymorphic(params) && onlyArrays(params) {
		return false
	}
	_, _, ok := bindPolymorphic(params, args)
	return ok
}

// differentElems reports whether two arrays are of different element types,
// which comparisons do not bring together.
func differentElems(args []*types.Type) bool {
	a, b := BaseType(args[0]), BaseType(args[len(args)-1])
	return a.Elem != nil && b.Elem != nil && !a.Elem.Is(b.Elem)
}

func isPolymorphic(p *types.Type) bool {
	return p.Is(types.AnyElement) || p.Is(types.AnyArray) || p.Is(types.AnyEnum)
}

func anyPolymorphic(params []*types.Type) bool {
	for _, p := range params {
		if isPolymorphic(p) {
			return true
		}
	}
	return false
}

// onlyArrays reports whether every polymorphic parameter is an array: with
// unknown literals alone such an overload is not considered.
func onlyArrays(params []*types.Type) bool {
	for _, p := range params {
		if isPolymorphic(p) && !p.Is(types.AnyArray) {
			return false
		}
	}
	return true
}

func countExact(params, args []*types.Type) int {
	n := 0
	for i, p := range params {
		if !args[i].Is(types.Unknown) && p.Is(args[i]) {
			n++
		}
	}
	return n
}

func countPreferred(params, args []*types.Type) int {
	n := 0
	for i, p := range params {
		if args[i].Is(types.Unknown) {
			continue
		}
		if p.Is(args[i]) || p.Preferred && p.Category == args[i].Category {
			n++
		}
	}
	return n
}

// preferFixed drops variadic overloads where one without is as good.
func preferFixed(cands []signature) []signature {
	var fixed []signature
	for _, s := range cands {
		if !s.variadic {
			fixed = append(fixed, s)
		}
	}
	if len(fixed) == 0 {
		return cands
	}
	return fixed
}

// keepBest keeps the candidates with the highest score.
func keepBest(cands []signature, score func(signature) int) []signature {
	best := -1
	var kept []signature
	for _, s := range cands {
		n := score(s)
		if n > best {
			best, kept = n, kept[:0:0]
		}
		if n == best {
			kept = append(kept, s)
		}
	}
	return kept
}

// byCategory assumes a category for each unknown argument: string where any
// candidate takes one, else the one all agree on, and in it the preferred type
// where a candidate takes that.
func byCategory(cands []signature, args []*types.Type) []signature {
	kept := cands
	for i, a := range args {
		if !a.Is(types.Unknown) {
			continue
		}
		category, preferred, agreed := cands[0].params[i].Category, false, true
		for _, s := range cands {
			p := s.params[i]
			switch {
			case p.Category == category:
			case p.Category == 'S':
				category, preferred, agreed = 'S', false, true
			case category != 'S':
				agreed = false
			}
			if p.Category == category && p.Preferred {
				preferred = true
			}
		}
		if !agreed {
			return cands
		}
		var next []signature
		for _, s := range kept {
			p := s.params[i]
			if p.Category == category && (!preferred || p.Preferred) {
				next = append(next, s)
			}
		}
		kept = next
	}
	if len(kept) == 0 {
		return cands
	}
	return kept
}

// bySameType is the last resort: unknown arguments are taken to be of the one
// type that all the others have.
func bySameType(cands []signature, args []*types.Type) (signature, error) {
	var known *types.Type
	for _, a := range args {
		switch {
		case a.Is(types.Unknown):
		case known == nil:
			known = a
		case !known.Is(a):
			return signature{}, errAmbiguous
		}
	}
	if known == nil {
		return signature{}, errAmbiguous
	}
	assumed := make([]*types.Type, len(args))
	for i := range assumed {
		assumed[i] = known
	}
	var found []signature
	for _, s := range cands {
		if reachable(s.params, assumed) {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		return signature{}, errAmbiguous
	}
	return found[0], nil
}
