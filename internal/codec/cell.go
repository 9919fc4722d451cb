package codec

import (
	"encoding/binary"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// AppendCell appends the stored bytes of a value of variable length. All but
// numerics are their string; a numeric is 0, scale and coefficient as varints
// in the small form, or 1 and the big form.
func AppendCell(dst []byte, v types.Value) []byte {
	if v.K != types.KindNumeric {
		return append(dst, v.S...)
	}
	if v.S != "" {
		return append(append(dst, 1), v.S...)
	}
	dst = append(dst, 0)
	dst = binary.AppendVarint(dst, v.J)
	return binary.AppendVarint(dst, v.I)
}

// NumericCell reads a numeric from its stored bytes: coefficient and scale, or
// the big form as a part of b.
func NumericCell(b []byte) (coefficient, scale int64, big []byte, err error) {
	if len(b) == 0 || b[0] > 1 {
		return 0, 0, nil, errCell
	}
	if b[0] == 1 {
		return 0, 0, b[1:], nil
	}
	scale, n := binary.Varint(b[1:])
	if n <= 0 {
		return 0, 0, nil, errCell
	}
	coefficient, m := binary.Varint(b[1+n:])
	if m <= 0 {
		return 0, 0, nil, errCell
	}
	return coefficient, scale, nil, nil
}

var errCell = sqlerr.New(sqlerr.DataCorrupted, "stored number is damaged")
