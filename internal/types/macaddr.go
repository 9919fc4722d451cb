package types

import (
	"encoding/binary"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// NewMacaddr makes a value of the six bytes that are the lowest of a number.
func NewMacaddr(b uint64) Value { return Value{K: KindMacaddr, I: int64(b & (1<<48 - 1))} }

// NewMacaddr8 makes a value of eight bytes, the highest first.
func NewMacaddr8(b uint64) Value {
	return Value{K: KindMacaddr8, S: string(binary.BigEndian.AppendUint64(nil, b))}
}

// Macaddr8 gives the eight bytes of a value of macaddr8 as a number.
func Macaddr8(v Value) uint64 {
	if len(v.S) < 8 {
		return 0
	}
	return uint64(v.S[0])<<56 | uint64(v.S[1])<<48 | uint64(v.S[2])<<40 | uint64(v.S[3])<<32 |
		uint64(v.S[4])<<24 | uint64(v.S[5])<<16 | uint64(v.S[6])<<8 | uint64(v.S[7])
}

// macForms are the ways to write six bytes: the hexadecimal digits between two
// separators, 0 for any number, and the separator.
var macForms = []struct {
	digits    int
	separator string
}{{0, ":"}, {0, "-"}, {6, ":"}, {6, "-"}, {4, "."}, {4, "-"}, {12, ""}}

// ParseMacaddr reads six bytes in one of seven forms.
func ParseMacaddr(s string) (Value, error) {
	text := strings.Trim(s, " \t\n\v\f\r")
	for _, form := range macForms {
		b, count, fits := uint64(0), 0, true
		parts := []string{text}
		if form.separator != "" {
			parts = strings.Split(text, form.separator)
		}
		for _, part := range parts {
			if form.digits != 0 && len(part) != form.digits || form.digits == 0 && (len(part) == 0 || len(part) > 8) {
				count = -7
				break
			}
			step := 2
			if form.digits == 0 {
				step = len(part)
			}
			for ; part != ""; part = part[step:] {
				octet, ok := hexNumber(part[:step])
				if !ok {
					count = -7
					break
				}
				fits = fits && octet < 256
				b, count = b<<8|octet&0xff, count+1
			}
		}
		switch {
		case count != 6:
		case !fits:
			return Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "invalid octet value in \"macaddr\" value: \"%s\"", s)
		default:
			return NewMacaddr(b), nil
		}
	}
	return Null, badSyntax("macaddr", s)
}

func hexNumber(s string) (n uint64, ok bool) {
	for i := range len(s) {
		d := strings.IndexByte("0123456789abcdef", s[i]|0x20)
		if d < 0 || s[i] < '0' {
			return 0, false
		}
		n = n<<4 | uint64(d)
	}
	return n, true
}

// ParseMacaddr8 reads six or eight bytes of two digits each, with one kind of
// separator between some of them; six get FF FE in their middle.
func ParseMacaddr8(s string) (Value, error) {
	text := strings.Trim(s, " \t\n\v\f\r")
	b, count, separator := uint64(0), 0, byte(0)
	for text != "" {
		if len(text) < 2 || count == 8 {
			return Null, badSyntax("macaddr8", s)
		}
		octet, ok := hexNumber(text[:2])
		if !ok {
			return Null, badSyntax("macaddr8", s)
		}
		b, count, text = b<<8|octet, count+1, text[2:]
		if text == "" {
			break
		}
		if c := text[0]; c == ':' || c == '-' || c == '.' {
			if separator != 0 && separator != c {
				return Null, badSyntax("macaddr8", s)
			}
			separator, text = c, text[1:]
		}
	}
	switch count {
	case 6:
		return NewMacaddr8(widenMac(b)), nil
	case 8:
		return NewMacaddr8(b), nil
	}
	return Null, badSyntax("macaddr8", s)
}

// widenMac puts FF FE between the third and the fourth byte.
func widenMac(b uint64) uint64 { return b>>24<<40 | 0xfffe<<24 | b&(1<<24-1) }

func appendMac(dst []byte, b uint64, n int) []byte {
	const hex = "0123456789abcdef"
	for i := n - 1; i >= 0; i-- {
		o := byte(b >> (8 * i))
		if dst = append(dst, hex[o>>4], hex[o&15]); i > 0 {
			dst = append(dst, ':')
		}
	}
	return dst
}

func castMac8(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	return NewMacaddr8(widenMac(uint64(v.I))), nil
}

func castMac6(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	b := Macaddr8(v)
	if b>>24&0xffff != 0xfffe {
		return Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "macaddr8 data out of range to convert to macaddr").
			WithHint("Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for example xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.")
	}
	return NewMacaddr(b>>40<<24 | b&(1<<24-1)), nil
}
