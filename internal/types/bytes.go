package types

import (
	"encoding/binary"
	"encoding/hex"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// ParseBytea reads bytea's hex (\x0aff) and escape (\012\\) forms and returns
// the bytes as a string.
func ParseBytea(s string) (string, error) {
	if strings.HasPrefix(s, `\x`) {
		return parseHexBytes(s[2:])
	}
	if strings.IndexByte(s, '\\') < 0 {
		return s, nil
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\':
			out = append(out, s[i])
		case i+1 < len(s) && s[i+1] == '\\':
			out = append(out, '\\')
			i++
		case i+3 < len(s) && s[i+1] >= '0' && s[i+1] <= '3' && isOctal(s[i+2]) && isOctal(s[i+3]):
			out = append(out, (s[i+1]-'0')<<6|(s[i+2]-'0')<<3|(s[i+3]-'0'))
			i += 3
		default:
			return "", sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type bytea")
		}
	}
	return string(out), nil
}

func isOctal(c byte) bool { return c >= '0' && c <= '7' }

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// parseHexBytes reads pairs of hexadecimal digits with blanks between pairs.
func parseHexBytes(s string) (string, error) {
	out := make([]byte, 0, len(s)/2)
	for i := 0; i < len(s); i++ {
		if isSpace(s[i]) {
			continue
		}
		hi, ok := hexDigit(s[i])
		if !ok {
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid hexadecimal digit: \"%s\"", firstRune(s[i:]))
		}
		i++
		if i >= len(s) {
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid hexadecimal data: odd number of digits")
		}
		lo, ok := hexDigit(s[i])
		if !ok {
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid hexadecimal digit: \"%s\"", firstRune(s[i:]))
		}
		out = append(out, hi<<4|lo)
	}
	return string(out), nil
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

// AppendBytea appends bytes in the hex form.
func AppendBytea(dst []byte, s string) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '\\', 'x')
	for i := 0; i < len(s); i++ {
		dst = append(dst, digits[s[i]>>4], digits[s[i]&15])
	}
	return dst
}

// ParseUUID reads 32 hexadecimal digits with hyphens after any group of four,
// in braces or not.
func ParseUUID(s string) (Value, error) {
	var b [16]byte
	x := s
	braces := false
	if x != "" && x[0] == '{' {
		braces, x = true, x[1:]
	}
	for i := range b {
		if len(x) < 2 {
			return Null, badSyntax("uuid", s)
		}
		hi, ok1 := hexDigit(x[0])
		lo, ok2 := hexDigit(x[1])
		if !ok1 || !ok2 {
			return Null, badSyntax("uuid", s)
		}
		b[i] = hi<<4 | lo
		x = x[2:]
		if i%2 == 1 && i < 15 && x != "" && x[0] == '-' {
			x = x[1:]
		}
	}
	if braces {
		if x == "" || x[0] != '}' {
			return Null, badSyntax("uuid", s)
		}
		x = x[1:]
	}
	if x != "" {
		return Null, badSyntax("uuid", s)
	}
	return NewUUID(b), nil
}

// NewUUID makes a uuid of its 16 bytes.
func NewUUID(b [16]byte) Value {
	return Value{K: KindUUID, I: int64(binary.BigEndian.Uint64(b[:8])), J: int64(binary.BigEndian.Uint64(b[8:]))}
}

// UUIDBytes returns the 16 bytes of a uuid.
func (v Value) UUIDBytes() (b [16]byte) {
	binary.BigEndian.PutUint64(b[:8], uint64(v.I))
	binary.BigEndian.PutUint64(b[8:], uint64(v.J))
	return b
}

// AppendUUID appends a uuid in the standard form.
func AppendUUID(dst []byte, v Value) []byte {
	b := v.UUIDBytes()
	dst = hex.AppendEncode(dst, b[:4])
	for i := 4; i < 10; i += 2 {
		dst = append(dst, '-')
		dst = hex.AppendEncode(dst, b[i:i+2])
	}
	dst = append(dst, '-')
	return hex.AppendEncode(dst, b[10:])
}

// NewBit makes a bit string of n bits from bytes, the first bit highest; bits
// beyond n must be zero.
func NewBit(n int, bits []byte) Value {
	b := make([]byte, 4, 4+len(bits))
	binary.BigEndian.PutUint32(b, uint32(n))
	return Value{K: KindBit, S: string(append(b, bits...))}
}

// Bits returns the length of a bit string and its bytes.
func (v Value) Bits() (n int, bits string) {
	if len(v.S) < 4 {
		return 0, ""
	}
	return int(uint32(v.S[0])<<24 | uint32(v.S[1])<<16 | uint32(v.S[2])<<8 | uint32(v.S[3])), v.S[4:]
}

// ParseBit reads a bit string: 0101, B0101 or X5.
func ParseBit(s string, t *Type) (Value, error) {
	x, base := s, 'b'
	if x != "" {
		switch x[0] {
		case 'b', 'B':
			x = x[1:]
		case 'x', 'X':
			x, base = x[1:], 'x'
		}
	}
	n := len(x)
	bits := make([]byte, 0, (n+7)/8)
	if base == 'b' {
		bits = bits[:(n+7)/8]
		for i := 0; i < n; i++ {
			switch x[i] {
			case '1':
				bits[i/8] |= 0x80 >> (i % 8)
			case '0':
			default:
				return Null, sqlerr.New(sqlerr.InvalidTextRepresentation, "\"%s\" is not a valid binary digit", firstRune(x[i:]))
			}
		}
	} else {
		n *= 4
		bits = make([]byte, (n+7)/8)
		for i := 0; i < len(x); i++ {
			d, ok := hexDigit(x[i])
			if !ok {
				return Null, sqlerr.New(sqlerr.InvalidTextRepresentation, "\"%s\" is not a valid hexadecimal digit", firstRune(x[i:]))
			}
			bits[i/2] |= d << (4 * (1 - i%2))
		}
	}
	return fitBit(NewBit(n, bits), t, false)
}

// fitBit applies the length of bit(n) and varbit(n).
func fitBit(v Value, t *Type, explicit bool) (Value, error) {
	if t.Mod < 0 {
		return v, nil
	}
	want := int(t.Mod)
	n, bits := v.Bits()
	if n == want || t.Is(Varbit) && n < want {
		return v, nil
	}
	if !explicit {
		if t.Is(Varbit) {
			return Null, sqlerr.New(sqlerr.StringDataRightTruncation, "bit string too long for type bit varying(%d)", want)
		}
		return Null, sqlerr.New("22026", "bit string length %d does not match type bit(%d)", n, want)
	}
	out := make([]byte, (want+7)/8)
	copy(out, bits)
	if r := want % 8; r != 0 {
		out[len(out)-1] &= 0xFF << (8 - r)
	}
	return NewBit(want, out), nil
}

// AppendBit appends the digits of an encoded bit string.
func AppendBit(dst []byte, s string) []byte {
	n, bits := Value{S: s}.Bits()
	for i := 0; i < n && i/8 < len(bits); i++ {
		dst = append(dst, '0'+bits[i/8]>>(7-i%8)&1)
	}
	return dst
}
