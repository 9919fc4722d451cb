package types

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// CheckText returns an error unless s may be a text: UTF-8 without zero bytes.
func CheckText(s string) error {
	if plainText(s) || strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) {
		return nil
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if s[i] == 0 || r == utf8.RuneError && n == 1 {
			return sqlerr.New(sqlerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": %s", sequence(s[i:]))
		}
		i += n
	}
	return nil
}

// plainText tells whether a short text is of ASCII without zero bytes.
func plainText(s string) bool {
	if len(s) > 32 {
		return false
	}
	for ; len(s) >= 8; s = s[8:] {
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		// The first zero byte borrows, and so gets its highest bit.
		if (w-0x0101010101010101|w)&0x8080808080808080 != 0 {
			return false
		}
	}
	for i := 0; i < len(s); i++ {
		if s[i]-1 >= 0x7f {
			return false
		}
	}
	return true
}

// sequence writes the bytes that a character with the first one would have.
func sequence(s string) string {
	n := 1
	switch {
	case s[0] >= 0xf8:
	case s[0] >= 0xf0:
		n = 4
	case s[0] >= 0xe0:
		n = 3
	case s[0] >= 0xc0:
		n = 2
	}
	out := ""
	for i := range min(n, len(s)) {
		out += fmt.Sprintf(" 0x%02x", s[i])
	}
	return out[1:]
}
