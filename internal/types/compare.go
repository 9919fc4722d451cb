package types

import (
	"math"
	"math/bits"
	"strings"
)

// Compare orders two values of type t, neither NULL: -1, 0 or 1. The type's
// collation holds for text; a nil type compares text by its bytes.
func Compare(a, b Value, t *Type) int {
	if wordKinds>>(a.K&63)&1 == 0 {
		return compareOther(a, b, t)
	}
	return cmp64(a.I, b.I)
}

// wordKinds has the bits of the kinds that are ordered by I alone.
const wordKinds uint64 = 1<<KindBool | 1<<KindInt | 1<<KindDate | 1<<KindTime | 1<<KindTimestamp | 1<<KindTimestampTZ | 1<<KindEnum | 1<<KindMoney | 1<<KindMacaddr

func compareOther(a, b Value, t *Type) int {
	switch a.K {
	case KindFloat:
		return CompareFloat(a.Float(), b.Float())
	case KindNumeric:
		return NumericCmp(a, b)
	case KindText:
		return compareText(a.S, b.S, t)
	case KindUUID:
		if c := cmpUnsigned(uint64(a.I), uint64(b.I)); c != 0 {
			return c
		}
		return cmpUnsigned(uint64(a.J), uint64(b.J))
	case KindTimeTZ:
		if c := cmp64(a.I+a.J*usSecond, b.I+b.J*usSecond); c != 0 {
			return c
		}
		return cmp64(a.J, b.J)
	case KindInterval:
		ah, al := intervalSpan(a)
		bh, bl := intervalSpan(b)
		if ah != bh {
			return cmp64(ah, bh)
		}
		return cmpUnsigned(al, bl)
	case KindArray:
		return compareArrays(a, b, t)
	case KindRecord:
		return compareRecords(a, b, t)
	case KindBit:
		return compareBits(a, b)
	case KindJSONB:
		return compareJSONB(a, b)
	case KindRange:
		return compareRanges(a, b)
	case KindMultirange:
		return compareMultiranges(a, b)
	}
	return strings.Compare(a.S, b.S)
}

func cmpUnsigned(a, b uint64) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

// CompareFloat orders floats: NaN equals NaN and is above all, -0 equals 0.
func CompareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case a == b:
		return 0
	case a == a:
		return -1
	case b == b:
		return 1
	}
	return 0
}

// intervalSpan is the interval in microseconds with months of 30 days, in 128
// bits.
func intervalSpan(v Value) (hi int64, lo uint64) {
	days := (v.J>>32)*30 + int64(int32(v.J))
	h, l := bits.Mul64(abs64(days), usDay)
	if days < 0 {
		l = -l
		h = ^h
		if l == 0 {
			h++
		}
	}
	lo, carry := bits.Add64(l, uint64(v.I), 0)
	return int64(h) + v.I>>63 + int64(carry), lo
}

func compareBits(a, b Value) int {
	na, ba := a.Bits()
	nb, bb := b.Bits()
	if c := strings.Compare(ba, bb); c != 0 {
		return c
	}
	return cmp64(int64(na), int64(nb))
}

// compareNullable orders NULL above all values.
func compareNullable(a, b Value, t *Type) int {
	switch {
	case a.K == KindNull && b.K == KindNull:
		return 0
	case a.K == KindNull:
		return 1
	case b.K == KindNull:
		return -1
	}
	return Compare(a, b, t)
}

// compareArrays orders by the elements first, then by their number, then by
// the dimensions.
func compareArrays(a, b Value, t *Type) int {
	da, na, ka, sa, errA := arrayHeader(a)
	db, nb, kb, sb, errB := arrayHeader(b)
	if errA != nil || errB != nil {
		return strings.Compare(a.S, b.S)
	}
	var elem *Type
	if t != nil {
		elem = BaseType(t).Elem
	}
	for i := min(na, nb); i > 0; i-- {
		var x, y Value
		var ok1, ok2 bool
		x, sa, ok1 = readElement(sa, ka)
		y, sb, ok2 = readElement(sb, kb)
		if !ok1 || !ok2 {
			return strings.Compare(a.S, b.S)
		}
		if c := compareNullable(x, y, elem); c != 0 {
			return c
		}
	}
	if na != nb {
		return cmp64(int64(na), int64(nb))
	}
	if len(da) != len(db) {
		return cmp64(int64(len(da)), int64(len(db)))
	}
	for i := range da {
		if da[i].Length != db[i].Length {
			return cmp64(int64(da[i].Length), int64(db[i].Length))
		}
	}
	for i := range da {
		if da[i].Lower != db[i].Lower {
			return cmp64(int64(da[i].Lower), int64(db[i].Lower))
		}
	}
	return 0
}

func compareRecords(a, b Value, t *Type) int {
	fa, errA := RecordFields(a, t)
	fb, errB := RecordFields(b, t)
	if errA != nil || errB != nil {
		return strings.Compare(a.S, b.S)
	}
	for i := 0; i < len(fa) && i < len(fb); i++ {
		var ft *Type
		if t != nil && i < len(BaseType(t).Fields) {
			ft = BaseType(t).Fields[i].Type
		}
		if c := compareNullable(fa[i], fb[i], ft); c != 0 {
			return c
		}
	}
	return cmp64(int64(len(fa)), int64(len(fb)))
}

// Comparable reports whether values of the type have an order: all but json
// and what contains it.
func Comparable(t *Type) bool {
	t = BaseType(t)
	switch t.Kind {
	case KindJSON, KindVoid:
		return false
	case KindArray:
		return t.Elem == nil || Comparable(t.Elem)
	case KindRecord:
		for _, f := range t.Fields {
			if !Comparable(f.Type) {
				return false
			}
		}
	}
	return true
}

// Hash agrees with Compare: values that compare equal have one hash. NULL has
// a hash of its own.
func Hash(v Value, t *Type, seed uint64) uint64 {
	switch v.K {
	case KindBool, KindInt, KindDate, KindTime, KindTimestamp, KindTimestampTZ, KindEnum, KindMoney, KindMacaddr:
		return mix(uint64(v.I), seed)
	case KindFloat:
		f := v.Float()
		if f == 0 {
			f = 0
		} else if f != f {
			f = math.NaN()
		}
		return mix(math.Float64bits(f), seed)
	case KindNumeric:
		n := NumericTrimScale(v)
		if n.S == "" {
			return mix(uint64(n.I), seed^uint64(n.J))
		}
		return hashString(n.S, seed)
	case KindText:
		return hashString(equalityKey(v.S, t), seed)
	case KindUUID, KindTimeTZ:
		return mix(uint64(v.I), mix(uint64(v.J), seed))
	case KindInterval:
		hi, lo := intervalSpan(v)
		return mix(lo, mix(uint64(hi), seed))
	case KindArray:
		return hashArray(v, t, seed)
	case KindRecord:
		return hashRecord(v, t, seed)
	case KindJSONB:
		return hashJSONB(v, seed)
	case KindRange:
		return hashRange(v, seed)
	case KindMultirange:
		return hashMultirange(v, seed)
	case KindNull:
		return mix(0x9E37, seed)
	}
	return hashString(v.S, seed)
}

// HashInt hashes an integer as Hash does.
func HashInt(i int64, seed uint64) uint64 { return mix(uint64(i), seed) }

// HashString hashes the bytes of a string as Hash does for text in byte order.
func HashString(s string, seed uint64) uint64 { return hashString(s, seed) }

// mix multiplies to 128 bits and folds: every input bit reaches every output bit.
func mix(x, seed uint64) uint64 {
	hi, lo := bits.Mul64(x^0xA0761D6478BD642F, seed^0xE7037ED1A0B428DB)
	x = hi ^ lo
	hi, lo = bits.Mul64(x^0x8EBC6AF09C88C6E3, 0x9E3779B97F4A7C15)
	return hi ^ lo
}

func hashString(s string, seed uint64) uint64 {
	h := seed ^ uint64(len(s))*0x9E3779B97F4A7C15
	for len(s) >= 8 {
		h = fold(load64(s), h)
		s = s[8:]
	}
	var tail uint64
	for i := 0; i < len(s); i++ {
		tail = tail<<8 | uint64(s[i])
	}
	return mix(tail, h)
}

func fold(x, h uint64) uint64 {
	hi, lo := bits.Mul64(x^0xA0761D6478BD642F, h^0xE7037ED1A0B428DB)
	return hi ^ lo
}

func load64(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func hashArray(v Value, t *Type, seed uint64) uint64 {
	var elem *Type
	if t != nil {
		elem = BaseType(t).Elem
	}
	h := mix(uint64(ArrayLen(v)), seed)
	for e := range ArrayIter(v) {
		h = Hash(e, elem, h)
	}
	return h
}

func hashRecord(v Value, t *Type, seed uint64) uint64 {
	fields, err := RecordFields(v, t)
	if err != nil {
		return hashString(v.S, seed)
	}
	h := seed
	for i, f := range fields {
		var ft *Type
		if t != nil && i < len(BaseType(t).Fields) {
			ft = BaseType(t).Fields[i].Type
		}
		h = Hash(f, ft, h)
	}
	return h
}
