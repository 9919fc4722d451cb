package types

import (
	"slices"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// Contains reports whether every value of o is one of r.
func (r Range) Contains(o Range) bool {
	if o.Empty || r.Empty {
		return o.Empty
	}
	return CompareBounds(r.Lower, o.Lower) <= 0 && CompareBounds(r.Upper, o.Upper) >= 0
}

// ContainsValue reports whether a value lies in the range.
func (r Range) ContainsValue(v Value) bool {
	return r.Contains(Range{Lower: LowerBound(v, true), Upper: UpperBound(v, true)})
}

// Overlaps reports whether two ranges have a value in common.
func (r Range) Overlaps(o Range) bool {
	return !r.Empty && !o.Empty && CompareBounds(r.Lower, o.Upper) <= 0 && CompareBounds(o.Lower, r.Upper) <= 0
}

// Before reports whether r ends before o begins.
func (r Range) Before(o Range) bool {
	return !r.Empty && !o.Empty && CompareBounds(r.Upper, o.Lower) < 0
}

// OverLeft reports whether r does not reach beyond the end of o.
func (r Range) OverLeft(o Range) bool {
	return !r.Empty && !o.Empty && CompareBounds(r.Upper, o.Upper) <= 0
}

// OverRight reports whether r does not begin before o.
func (r Range) OverRight(o Range) bool {
	return !r.Empty && !o.Empty && CompareBounds(r.Lower, o.Lower) >= 0
}

// Adjacent reports whether nothing lies between two ranges that do not
// overlap; t is their type.
func (r Range) Adjacent(o Range, t *Type) bool {
	return !r.Empty && !o.Empty && (touch(r.Upper, o.Lower, t) || touch(o.Upper, r.Lower, t))
}

// touch reports whether nothing lies between an upper and a lower bound: what
// is between them, taken as a range, is empty.
func touch(upper, lower Bound, t *Type) bool {
	if upper.Infinite || lower.Infinite {
		return false
	}
	switch c := compareBoundValues(upper, lower); {
	case c > 0:
		return false
	case c == 0:
		return upper.Inclusive != lower.Inclusive
	}
	gap := Range{Lower: LowerBound(upper.Value, !upper.Inclusive), Upper: UpperBound(lower.Value, !lower.Inclusive)}
	return gap.canonical(t) == nil && gap.check() == nil && gap.Empty
}

func lowerOf(a, b Bound) Bound {
	if CompareBounds(a, b) <= 0 {
		return a
	}
	return b
}

func higherOf(a, b Bound) Bound {
	if CompareBounds(a, b) >= 0 {
		return a
	}
	return b
}

// Merge returns the smallest range that holds both.
func (r Range) Merge(o Range) Range {
	switch {
	case r.Empty:
		return o
	case o.Empty:
		return r
	}
	return Range{Lower: lowerOf(r.Lower, o.Lower), Upper: higherOf(r.Upper, o.Upper)}
}

// Union returns the values of both, ranges of type t; where a gap is between
// them, an error.
func (r Range) Union(o Range, t *Type) (Range, error) {
	if !r.Empty && !o.Empty && !r.Overlaps(o) && !r.Adjacent(o, t) {
		return Range{}, sqlerr.New(sqlerr.DataException, "result of range union would not be contiguous")
	}
	return r.Merge(o), nil
}

// Intersect returns the values that both have.
func (r Range) Intersect(o Range) Range {
	if !r.Overlaps(o) {
		return EmptyRange()
	}
	return Range{Lower: higherOf(r.Lower, o.Lower), Upper: lowerOf(r.Upper, o.Upper)}
}

// Minus returns the values of r that o has not; where these are two ranges, an
// error.
func (r Range) Minus(o Range) (Range, error) {
	parts := r.without(o)
	switch len(parts) {
	case 0:
		return EmptyRange(), nil
	case 1:
		return parts[0], nil
	}
	return Range{}, sqlerr.New(sqlerr.DataException, "result of range difference would not be contiguous")
}

// without returns what is left of r: no, one or two ranges.
func (r Range) without(o Range) []Range {
	if r.Empty {
		return nil
	}
	if !r.Overlaps(o) {
		return []Range{r}
	}
	var parts []Range
	if CompareBounds(r.Lower, o.Lower) < 0 {
		parts = append(parts, Range{Lower: r.Lower, Upper: Bound{Value: o.Lower.Value, Inclusive: !o.Lower.Inclusive}})
	}
	if CompareBounds(r.Upper, o.Upper) > 0 {
		parts = append(parts, Range{Lower: Bound{Value: o.Upper.Value, Inclusive: !o.Upper.Inclusive, lower: true}, Upper: r.Upper})
	}
	return parts
}

// normalRanges sorts, drops what is empty and joins what overlaps or touches.
func normalRanges(ranges []Range, t *Type) []Range {
	sorted := make([]Range, 0, len(ranges))
	for _, r := range ranges {
		if !r.Empty {
			sorted = append(sorted, r)
		}
	}
	slices.SortFunc(sorted, CompareRange)
	out := sorted[:0]
	for _, r := range sorted {
		if n := len(out); n > 0 && (out[n-1].Overlaps(r) || out[n-1].Adjacent(r, t)) {
			out[n-1] = out[n-1].Merge(r)
		} else {
			out = append(out, r)
		}
	}
	return out
}

// SubtractRanges returns what is left of ranges in order without others in
// order.
func SubtractRanges(a, b []Range) []Range {
	var out []Range
	j := 0
	for _, r := range a {
		rest := []Range{r}
		for j < len(b) && b[j].Before(r) {
			j++
		}
		for k := j; k < len(b) && len(rest) > 0 && !rest[len(rest)-1].Before(b[k]); k++ {
			last := rest[len(rest)-1]
			rest = append(rest[:len(rest)-1], last.without(b[k])...)
		}
		out = append(out, rest...)
	}
	return out
}

// IntersectRanges returns what two lists of ranges in order have in common.
func IntersectRanges(a, b []Range) []Range {
	var out []Range
	for i, j := 0, 0; i < len(a) && j < len(b); {
		if r := a[i].Intersect(b[j]); !r.Empty {
			out = append(out, r)
		}
		if CompareBounds(a[i].Upper, b[j].Upper) < 0 {
			i++
		} else {
			j++
		}
	}
	return out
}
