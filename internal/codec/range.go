package codec

import "github.com/zqlite/zqlite/internal/types"

// Markers of bounds, ordered as the bounds are: a lower bound without end is
// below all, an upper one above all; at one value an inclusive lower bound and
// an exclusive upper one come first.
const (
	rangeEmpty    = 0
	rangeFilled   = 1
	boundNone     = 0 // lower
	boundValue    = 1
	boundForever  = 2 // upper
	multirangeEnd = 0
)

// appendRange appends a range so that bytes compare as ranges do: the empty
// one first, then by lower bound, then by upper bound.
func appendRange(dst []byte, sub *types.Type, r types.Range) ([]byte, error) {
	if r.Empty {
		return append(dst, rangeEmpty), nil
	}
	dst = append(dst, rangeFilled)
	var err error
	if r.Lower.Infinite {
		dst = append(dst, boundNone)
	} else if dst, err = appendBound(dst, sub, r.Lower, !r.Lower.Inclusive); err != nil {
		return dst, err
	}
	if r.Upper.Infinite {
		return append(dst, boundForever), nil
	}
	return appendBound(dst, sub, r.Upper, r.Upper.Inclusive)
}

func appendBound(dst []byte, sub *types.Type, b types.Bound, last bool) ([]byte, error) {
	dst, err := appendValue(append(dst, boundValue), sub, b.Value)
	if err != nil {
		return dst, err
	}
	if last {
		return append(dst, 1), nil
	}
	return append(dst, 0), nil
}

func appendMultirange(dst []byte, sub *types.Type, v types.Value) ([]byte, error) {
	var err error
	for _, r := range types.OpenMultirange(v) {
		if dst, err = appendRange(dst, sub, r); err != nil {
			return dst, err
		}
	}
	return append(dst, multirangeEnd), nil
}
