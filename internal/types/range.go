package types

import (
	"encoding/binary"
	"math"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// A range's S: a byte of flags, the kind of the bounds, then the bounds there
// are, as elements of arrays are stored. A multirange's S: the number of
// ranges, then the length and the bytes of each, in order.
const (
	flagEmpty = 1 << iota
	flagLowerInc
	flagUpperInc
	flagLowerInf
	flagUpperInf
)

// Bound is one end of a range.
type Bound struct {
	Value     Value
	Infinite  bool // there is no bound; Value is NULL
	Inclusive bool
	lower     bool
}

// Range is a range taken apart. The bounds of an empty one mean nothing.
type Range struct {
	Lower, Upper Bound
	Empty        bool
}

// LowerBound makes the lower bound of a range; NULL is none.
func LowerBound(v Value, inclusive bool) Bound {
	return Bound{Value: v, Infinite: v.IsNull(), Inclusive: inclusive && !v.IsNull(), lower: true}
}

// UpperBound makes the upper bound of a range; NULL is none.
func UpperBound(v Value, inclusive bool) Bound {
	return Bound{Value: v, Infinite: v.IsNull(), Inclusive: inclusive && !v.IsNull()}
}

var errRangeOrder = sqlerr.New(sqlerr.DataException, "range lower bound must be less than or equal to range upper bound")

// EmptyRange is the range that holds nothing.
func EmptyRange() Range { return Range{Empty: true} }

// MakeRange makes a range of a type from its bounds: the canonical form, in
// which discrete ranges include the lower and exclude the upper bound. The
// lower bound above the upper one is an error.
func MakeRange(lower, upper Bound, t *Type) (Range, error) {
	r := Range{Lower: lower, Upper: upper}
	if err := r.check(); err != nil || r.Empty {
		return r, err
	}
	if err := r.canonical(BaseType(t)); err != nil {
		return Range{}, err
	}
	return r, r.check()
}

// check finds bounds in the wrong order and what is empty.
func (r *Range) check() error {
	c := compareBoundValues(r.Lower, r.Upper)
	if c > 0 {
		return errRangeOrder
	}
	if c == 0 && !(r.Lower.Inclusive && r.Upper.Inclusive) && !r.Lower.Infinite && !r.Upper.Infinite {
		*r = EmptyRange()
	}
	return nil
}

// discrete reports whether the ranges of a type have a canonical form: those that
// people define have none.
func discrete(t *Type) bool { return t.Is(Int4Range) || t.Is(Int8Range) || t.Is(DateRange) }

// canonical brings the bounds of a discrete range to [lower, upper).
func (r *Range) canonical(t *Type) error {
	if !discrete(t) {
		return nil
	}
	sub := t.Sub
	if !r.Lower.Infinite && !r.Lower.Inclusive {
		if err := next(&r.Lower.Value, sub); err != nil {
			return err
		}
		r.Lower.Inclusive = !isEndless(r.Lower.Value)
	}
	if !r.Upper.Infinite && r.Upper.Inclusive {
		if err := next(&r.Upper.Value, sub); err != nil {
			return err
		}
		r.Upper.Inclusive = isEndless(r.Upper.Value)
	}
	return nil
}

// isEndless reports whether a value is one of the infinite dates.
func isEndless(v Value) bool { return v.K == KindDate && v.IsInfinite() }

// next steps to the following integer or day; the infinite days stay.
func next(v *Value, sub *Type) error {
	switch {
	case isEndless(*v):
		return nil
	case sub.Kind == KindDate && v.I+1 >= endDate:
		return sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range")
	case sub.Kind == KindInt && (v.I == math.MaxInt64 || !IntFits(v.I+1, sub)):
		return IntOutOfRange(sub)
	}
	v.I++
	return nil
}

// compareBoundValues compares where bounds stand, not whether they include it.
func compareBoundValues(a, b Bound) int {
	switch {
	case a.Infinite && b.Infinite && a.lower == b.lower:
		return 0
	case a.Infinite:
		return sideOf(a.lower)
	case b.Infinite:
		return -sideOf(b.lower)
	}
	return Compare(a.Value, b.Value, nil)
}

func sideOf(lower bool) int {
	if lower {
		return -1
	}
	return 1
}

// CompareBounds orders bounds, lower and upper ones alike, by what they let in.
func CompareBounds(a, b Bound) int {
	if a.Infinite || b.Infinite {
		return compareBoundValues(a, b)
	}
	if c := Compare(a.Value, b.Value, nil); c != 0 {
		return c
	}
	switch {
	case !a.Inclusive && !b.Inclusive && a.lower == b.lower, a.Inclusive && b.Inclusive:
		return 0
	case !a.Inclusive:
		return -sideOf(a.lower)
	}
	return sideOf(b.lower)
}

// NewRange makes the value of a range of type t.
func NewRange(r Range, t *Type) Value {
	return Value{K: KindRange, S: string(appendRangeValue(nil, r, BaseType(t).Sub.Kind))}
}

func appendRangeValue(dst []byte, r Range, k Kind) []byte {
	if r.Empty {
		return append(dst, flagEmpty, byte(k))
	}
	flags := byte(0)
	for _, f := range []struct {
		on   bool
		flag byte
	}{{r.Lower.Inclusive, flagLowerInc}, {r.Upper.Inclusive, flagUpperInc}, {r.Lower.Infinite, flagLowerInf}, {r.Upper.Infinite, flagUpperInf}} {
		if f.on {
			flags |= f.flag
		}
	}
	dst = append(dst, flags, byte(k))
	if !r.Lower.Infinite {
		dst = appendElement(dst, r.Lower.Value)
	}
	if !r.Upper.Infinite {
		dst = appendElement(dst, r.Upper.Value)
	}
	return dst
}

// OpenRange takes a range apart; damaged bytes are the empty range.
func OpenRange(v Value) Range { return openRange(v.S) }

func openRange(s string) Range {
	if len(s) < 2 || s[0]&flagEmpty != 0 || int(s[1]) >= len(physOf) {
		return EmptyRange()
	}
	flags, kind, s := s[0], Kind(s[1]), s[2:]
	r := Range{
		Lower: Bound{Infinite: flags&flagLowerInf != 0, Inclusive: flags&flagLowerInc != 0, lower: true},
		Upper: Bound{Infinite: flags&flagUpperInf != 0, Inclusive: flags&flagUpperInc != 0},
	}
	ok := true
	if !r.Lower.Infinite {
		r.Lower.Value, s, ok = readElement(s, kind)
	}
	if ok && !r.Upper.Infinite {
		r.Upper.Value, _, ok = readElement(s, kind)
	}
	if !ok {
		return EmptyRange()
	}
	return r
}

// NewMultirange makes the value of a multirange of type t: empty ranges go,
// those that touch become one.
func NewMultirange(ranges []Range, t *Type) Value {
	one := BaseType(t).Sub
	ranges = normalRanges(ranges, one)
	dst := binary.AppendUvarint(nil, uint64(len(ranges)))
	for _, r := range ranges {
		b := appendRangeValue(nil, r, one.Sub.Kind)
		dst = append(binary.AppendUvarint(dst, uint64(len(b))), b...)
	}
	return Value{K: KindMultirange, S: string(dst)}
}

// OpenMultirange returns the ranges of a multirange, in order; damaged bytes
// end it.
func OpenMultirange(v Value) []Range {
	n, s, ok := readUvarint(v.S)
	if !ok || n > uint64(len(s)) {
		return nil
	}
	ranges := make([]Range, 0, n)
	for range n {
		size, rest, ok := readUvarint(s)
		if !ok || size > uint64(len(rest)) {
			return ranges
		}
		ranges, s = append(ranges, openRange(rest[:size])), rest[size:]
	}
	return ranges
}

func castMultirange(v Value, _ *Cast, to *Type, _ *Env) (Value, error) {
	return NewMultirange([]Range{OpenRange(v)}, to), nil
}

// CompareRange orders ranges: the empty one, then by lower, then by upper bound.
func CompareRange(x, y Range) int {
	switch {
	case x.Empty && y.Empty:
		return 0
	case x.Empty:
		return -1
	case y.Empty:
		return 1
	}
	if c := CompareBounds(x.Lower, y.Lower); c != 0 {
		return c
	}
	return CompareBounds(x.Upper, y.Upper)
}

func compareRanges(a, b Value) int { return CompareRange(OpenRange(a), OpenRange(b)) }

func compareMultiranges(a, b Value) int {
	x, y := OpenMultirange(a), OpenMultirange(b)
	for i := 0; i < len(x) && i < len(y); i++ {
		if c := CompareRange(x[i], y[i]); c != 0 {
			return c
		}
	}
	return cmp64(int64(len(x)), int64(len(y)))
}

func hashRange(v Value, seed uint64) uint64 { return hashOpenRange(OpenRange(v), seed) }

func hashOpenRange(r Range, seed uint64) uint64 {
	if r.Empty {
		return mix(flagEmpty, seed)
	}
	for _, b := range []Bound{r.Lower, r.Upper} {
		switch {
		case b.Infinite:
			seed = mix(flagLowerInf, seed)
		case b.Inclusive:
			seed = Hash(b.Value, nil, mix(flagLowerInc, seed))
		default:
			seed = Hash(b.Value, nil, seed)
		}
	}
	return seed
}

func hashMultirange(v Value, seed uint64) uint64 {
	for _, r := range OpenMultirange(v) {
		seed = hashOpenRange(r, seed)
	}
	return mix(flagEmpty, seed)
}
