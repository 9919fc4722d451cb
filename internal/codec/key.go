package codec

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// MaxKeyBytes is the longest key that an index takes; a longer one is error
// 54000, since several keys must fit a page of any size.
const MaxKeyBytes = 1000

// Part describes one part of a key.
type Part struct {
	Type       *types.Type
	Desc       bool
	NullsFirst bool
}

// nullMarker sorts NULL before or after the value marker 1, once a descending
// part has been inverted.
func (p *Part) nullMarker() byte {
	if p.NullsFirst == p.Desc {
		return 2
	}
	return 0
}

const valueMarker = 1

// AppendUint64Key appends the eight bytes of an integer that is the whole key.
func AppendUint64Key(dst []byte, i int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(i)^(1<<63))
}

// Uint64Key reads the integer of an eight-byte key.
func Uint64Key(key []byte) int64 {
	return int64(binary.BigEndian.Uint64(key) ^ (1 << 63))
}

// Append appends one part. It fails only for kinds that have no order.
func Append(dst []byte, p *Part, v types.Value) ([]byte, error) {
	start := len(dst)
	if v.IsNull() {
		dst = append(dst, p.nullMarker())
	} else {
		var err error
		dst = append(dst, valueMarker)
		if dst, err = appendValue(dst, p.Type, v); err != nil {
			return dst, err
		}
	}
	if p.Desc {
		invert(dst[start:])
	}
	return dst, nil
}

func invert(b []byte) {
	for i := range b {
		b[i] = ^b[i]
	}
}

func appendValue(dst []byte, t *types.Type, v types.Value) ([]byte, error) {
	switch t.Kind {
	case types.KindBool, types.KindInt, types.KindDate, types.KindTime,
		types.KindTimestamp, types.KindTimestampTZ, types.KindEnum, types.KindMoney, types.KindMacaddr:
		return AppendUint64Key(dst, v.I), nil
	case types.KindFloat:
		return binary.BigEndian.AppendUint64(dst, orderFloat(v.Float())), nil
	case types.KindText:
		return appendText(dst, t, v.S)
	case types.KindBytes, types.KindInet, types.KindCidr, types.KindMacaddr8:
		return appendBytes(dst, v.S), nil
	case types.KindUUID:
		dst = binary.BigEndian.AppendUint64(dst, uint64(v.I))
		return binary.BigEndian.AppendUint64(dst, uint64(v.J)), nil
	case types.KindInterval:
		return appendInterval(dst, v), nil
	case types.KindTimeTZ:
		dst = AppendUint64Key(dst, v.I+v.J*1_000_000)
		return AppendUint64Key(dst, v.J), nil
	case types.KindNumeric:
		return appendNumeric(dst, v), nil
	case types.KindBit:
		return appendBit(dst, v.S), nil
	case types.KindArray:
		return appendArray(dst, t, v)
	case types.KindRecord:
		return appendRecord(dst, t, v)
	case types.KindJSONB:
		return appendJSONB(dst, v), nil
	case types.KindRange:
		return appendRange(dst, t.Sub, types.OpenRange(v))
	case types.KindMultirange:
		return appendMultirange(dst, t.Sub.Sub, v)
	}
	return dst, sqlerr.New(sqlerr.UndefinedObject,
		"data type %s has no default operator class for access method \"btree\"", t.Display)
}

// orderFloat maps floats to integers of the same order: NaN above all, -0 as 0.
func orderFloat(f float64) uint64 {
	if f != f {
		return math.MaxUint64
	}
	if f == 0 {
		f = 0
	}
	bits := math.Float64bits(f)
	if bits>>63 != 0 {
		return ^bits
	}
	return bits | 1<<63
}

func floatOf(u uint64) float64 {
	if u == math.MaxUint64 {
		return math.NaN()
	}
	if u>>63 != 0 {
		return math.Float64frombits(u &^ (1 << 63))
	}
	return math.Float64frombits(^u)
}

// appendBytes escapes zero bytes (00 → 00 FF) and ends with 00 01.
func appendBytes(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == 0 {
			dst = append(dst, 0, 0xFF)
		} else {
			dst = append(dst, s[i])
		}
	}
	return append(dst, 0, 1)
}

func appendText(dst []byte, t *types.Type, s string) ([]byte, error) {
	k, err := types.CollationKey(t, s)
	if err != nil {
		return dst, err
	}
	return appendBytes(dst, k), nil
}

// appendInterval appends the span in microseconds with months of 30 days, as
// PostgreSQL compares intervals, in 128 bits.
func appendInterval(dst []byte, v types.Value) []byte {
	days := (v.J>>32)*30 + int64(int32(v.J))
	hi, lo := bits.Mul64(uint64(days), 86_400_000_000)
	if days < 0 {
		hi -= 86_400_000_000
	}
	lo, carry := bits.Add64(lo, uint64(v.I), 0)
	hi += uint64(v.I>>63) + carry
	dst = AppendUint64Key(dst, int64(hi))
	return binary.BigEndian.AppendUint64(dst, lo)
}

// appendBit appends the bits left-aligned, escaped, then the length.
func appendBit(dst []byte, s string) []byte {
	if len(s) < 4 {
		return append(dst, 0, 1)
	}
	dst = appendBytes(dst, s[4:])
	return append(dst, s[:4]...)
}

func appendArray(dst []byte, t *types.Type, v types.Value) ([]byte, error) {
	elems, dims, err := types.ArrayElements(v, t.Elem)
	if err != nil {
		return dst, err
	}
	p := Part{Type: t.Elem}
	for _, e := range elems {
		if dst, err = Append(append(dst, 1), &p, e); err != nil {
			return dst, err
		}
	}
	dst = append(dst, 0, byte(len(dims)))
	for _, d := range dims {
		dst = AppendUint64Key(dst, int64(d.Length))
		dst = AppendUint64Key(dst, int64(d.Lower))
	}
	return dst, nil
}

func appendRecord(dst []byte, t *types.Type, v types.Value) ([]byte, error) {
	fields, err := types.RecordFields(v, t)
	if err != nil {
		return dst, err
	}
	for i, f := range fields {
		p := Part{Type: t.Fields[i].Type}
		if dst, err = Append(dst, &p, f); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// Successor returns the smallest key above all that begin with key, or nil
// where there is none.
func Successor(key []byte) []byte {
	out := append([]byte(nil), key...)
	for len(out) > 0 {
		if last := len(out) - 1; out[last] < 0xFF {
			out[last]++
			return out
		}
		out = out[:len(out)-1]
	}
	return nil
}

// ValueSpan returns the range of keys that begin with prefix and go on with a
// value, not NULL, in part p.
func ValueSpan(prefix []byte, p *Part) (lo, hi []byte) {
	marker := byte(valueMarker)
	if p.Desc {
		marker = ^marker
	}
	lo = append(append([]byte(nil), prefix...), marker)
	hi = append(append([]byte(nil), prefix...), marker+1)
	return lo, hi
}
