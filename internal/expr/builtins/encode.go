package builtins

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

var bytea = types.Bytea

func init() {
	for _, t := range []typ{text, bytea} {
		fn("md5", args{t}, text, "MD5 hash, as hexadecimal text", func(_ *expr.Context, a []value) (value, error) {
			sum := md5.Sum([]byte(a[0].S))
			return newText(hex.EncodeToString(sum[:]))
		})
	}
	for name, sum := range digests {
		if strings.HasPrefix(name, "sha") && name != "sha1" {
			fn(name, args{bytea}, bytea, "Hash of the bytes", func(_ *expr.Context, a []value) (value, error) {
				return types.NewBytes(string(sum([]byte(a[0].S)))), nil
			})
		}
	}
	for _, t := range []typ{text, bytea} {
		fn("digest", args{t, text}, bytea, "Hash of the data by a named algorithm", digest)
	}
	fn("encode", args{bytea, text}, text, "Bytes as text: base64, hex or escape", encode)
	fn("decode", args{text, text}, bytea, "Bytes from text: base64, hex or escape", decode)
	for _, t := range []typ{int4, int8} {
		fn("to_hex", args{t}, text, "Hexadecimal digits", nil).EvalTyped = func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			u := uint64(a[0].I)
			if t := expr.BaseType(call.Args[0]); t.Is(types.Int4) && a[0].I >= -1<<31 && a[0].I < 1<<31 {
				u = uint64(uint32(a[0].I))
			}
			return newText(strconv.FormatUint(u, 16))
		}
	}
	fn("get_byte", args{bytea, int4}, int4, "Byte at a position", func(_ *expr.Context, a []value) (value, error) {
		if err := checkIndex(a[1].I, len(a[0].S)); err != nil {
			return types.Null, err
		}
		return newInt(int(a[0].S[a[1].I]))
	})
	fn("set_byte", args{bytea, int4, int4}, bytea, "Bytes with one replaced", func(_ *expr.Context, a []value) (value, error) {
		if err := checkIndex(a[1].I, len(a[0].S)); err != nil {
			return types.Null, err
		}
		b := []byte(a[0].S)
		b[a[1].I] = byte(a[2].I)
		return types.NewBytes(string(b)), nil
	})
	fn("get_bit", args{bytea, int8}, int4, "Bit at a position", func(_ *expr.Context, a []value) (value, error) {
		if err := checkIndex(a[1].I, 8*len(a[0].S)); err != nil {
			return types.Null, err
		}
		return newInt(int(a[0].S[a[1].I/8] >> (a[1].I % 8) & 1))
	})
	fn("set_bit", args{bytea, int8, int4}, bytea, "Bytes with one bit replaced", setBit)
	fn("bit_count", args{bytea}, int8, "Number of bits that are set", func(_ *expr.Context, a []value) (value, error) {
		n := 0
		for i := 0; i < len(a[0].S); i++ {
			for b := a[0].S[i]; b != 0; b &= b - 1 {
				n++
			}
		}
		return newInt(n)
	})
	fn("reverse", args{bytea}, bytea, "Bytes in reverse order", func(_ *expr.Context, a []value) (value, error) {
		b := []byte(a[0].S)
		for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
		return types.NewBytes(string(b)), nil
	})
	registerConvert()
}

func checkIndex(i int64, n int) error {
	if i < 0 || i >= int64(n) {
		return sqlerr.New(sqlerr.ArraySubscriptError, "index %d out of valid range, 0..%d", i, n-1)
	}
	return nil
}

func setBit(_ *expr.Context, a []value) (value, error) {
	if err := checkIndex(a[1].I, 8*len(a[0].S)); err != nil {
		return types.Null, err
	}
	if a[2].I != 0 && a[2].I != 1 {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "new bit must be 0 or 1")
	}
	b := []byte(a[0].S)
	b[a[1].I/8] = b[a[1].I/8]&^(1<<(a[1].I%8)) | byte(a[2].I)<<(a[1].I%8)
	return types.NewBytes(string(b)), nil
}

var digests = map[string]func(b []byte) []byte{
	"md5":    func(b []byte) []byte { s := md5.Sum(b); return s[:] },
	"sha1":   func(b []byte) []byte { s := sha1.Sum(b); return s[:] },
	"sha224": func(b []byte) []byte { s := sha256.Sum224(b); return s[:] },
	"sha256": func(b []byte) []byte { s := sha256.Sum256(b); return s[:] },
	"sha384": func(b []byte) []byte { s := sha512.Sum384(b); return s[:] },
	"sha512": func(b []byte) []byte { s := sha512.Sum512(b); return s[:] },
}

func digest(_ *expr.Context, a []value) (value, error) {
	sum := digests[strings.ToLower(a[1].S)]
	if sum == nil {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "Cannot use %q: No such hash algorithm", a[1].S)
	}
	return types.NewBytes(string(sum([]byte(a[0].S)))), nil
}

func encode(_ *expr.Context, a []value) (value, error) {
	s := a[0].S
	switch strings.ToLower(a[1].S) {
	case "hex":
		return newText(hex.EncodeToString([]byte(s)))
	case "base64":
		return newText(breakLines(base64.StdEncoding.EncodeToString([]byte(s)), 76))
	case "escape":
		var b strings.Builder
		for i := 0; i < len(s); i++ {
			switch c := s[i]; {
			case c == '\\':
				b.WriteString(`\\`)
			case c == 0 || c >= 0x80:
				b.WriteByte('\\')
				b.WriteByte('0' + c>>6)
				b.WriteByte('0' + c>>3&7)
				b.WriteByte('0' + c&7)
			default:
				b.WriteByte(c)
			}
		}
		return newText(b.String())
	}
	return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized encoding: %q", a[1].S)
}

func breakLines(s string, width int) string {
	if len(s) <= width {
		return s
	}
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width])
		b.WriteByte('\n')
		s = s[width:]
	}
	b.WriteString(s)
	return b.String()
}

func decode(_ *expr.Context, a []value) (value, error) {
	s := a[0].S
	switch strings.ToLower(a[1].S) {
	case "hex":
		return decodeHex(s)
	case "base64":
		clean := strings.Map(func(r rune) rune {
			if r == ' ' || r == '\n' || r == '\t' || r == '\r' {
				return -1
			}
			return r
		}, s)
		b, err := base64.StdEncoding.DecodeString(clean)
		if err != nil {
			return types.Null, base64Error(clean)
		}
		return types.NewBytes(string(b)), nil
	case "escape":
		return decodeEscape(s)
	}
	return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized encoding: %q", a[1].S)
}

func base64Error(s string) error {
	for _, r := range s {
		if !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=", r) {
			return sqlerr.New(sqlerr.InvalidParameterValue, "invalid symbol \"%c\" found while decoding base64 sequence", r)
		}
	}
	return sqlerr.New(sqlerr.InvalidParameterValue, "invalid base64 end sequence").
		WithHint("Input data is missing padding, is truncated, or is otherwise corrupted.")
}

func decodeHex(s string) (value, error) {
	out := make([]byte, 0, len(s)/2)
	high := -1
	for _, r := range s {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' {
			continue
		}
		d := strings.IndexRune("0123456789abcdef", r|0x20)
		if d < 0 || r < '0' {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "invalid hexadecimal digit: \"%c\"", r)
		}
		if high < 0 {
			high = d
			continue
		}
		out, high = append(out, byte(high<<4|d)), -1
	}
	if high >= 0 {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "invalid hexadecimal data: odd number of digits")
	}
	return types.NewBytes(string(out)), nil
}

func decodeEscape(s string) (value, error) {
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		switch {
		case i+1 < len(s) && s[i+1] == '\\':
			out = append(out, '\\')
			i++
		case i+3 < len(s) && s[i+1] >= '0' && s[i+1] <= '3' && isOctal(s[i+2]) && isOctal(s[i+3]):
			out = append(out, (s[i+1]-'0')<<6|(s[i+2]-'0')<<3|s[i+3]-'0')
			i += 3
		default:
			return types.Null, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type bytea")
		}
	}
	return types.NewBytes(string(out)), nil
}

func isOctal(c byte) bool { return c >= '0' && c <= '7' }
