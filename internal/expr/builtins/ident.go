package builtins

import (
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	f := fn("parse_ident", args{text, types.Bool}, types.ArrayOf(text), "Parts of a qualified name, folded as SQL folds them", func(_ *expr.Context, a []value) (value, error) {
		parts, err := parseIdent(a[0].S, len(a) < 2 || a[1].Bool())
		if err != nil {
			return types.Null, err
		}
		elems := make([]value, len(parts))
		for i, p := range parts {
			elems[i] = types.NewText(p)
		}
		return oneDim(elems, text), nil
	})
	f.Defaults = 1
}

// parseIdent splits a name at its dots; strict refuses what follows the name.
func parseIdent(s string, strict bool) ([]string, error) {
	bad := func(detail string) error {
		err := sqlerr.New(sqlerr.InvalidParameterValue, "string is not a valid identifier: \"%s\"", sqlerr.Clip(s))
		if detail != "" {
			err = err.WithDetail("%s", detail)
		}
		return err
	}
	var parts []string
	rest := strings.TrimLeft(s, " \t\n\v\f\r")
	afterDot := false
	for {
		part, tail, detail := identPart(rest)
		switch {
		case detail != "":
			return nil, bad(detail)
		case part == nil && strings.HasPrefix(rest, "."):
			return nil, bad("No valid identifier before \".\".")
		case part == nil && afterDot:
			return nil, bad("No valid identifier after \".\".")
		case part == nil:
			return nil, bad("")
		}
		parts = append(parts, *part)
		rest = strings.TrimLeft(tail, " \t\n\v\f\r")
		if !strings.HasPrefix(rest, ".") {
			break
		}
		rest, afterDot = strings.TrimLeft(rest[1:], " \t\n\v\f\r"), true
	}
	if rest != "" && strict {
		return nil, bad("")
	}
	return parts, nil
}

// identPart reads one identifier; nil is none.
func identPart(s string) (part *string, rest, detail string) {
	if strings.HasPrefix(s, `"`) {
		var b strings.Builder
		for i := 1; i < len(s); i++ {
			switch {
			case s[i] != '"':
				b.WriteByte(s[i])
			case i+1 < len(s) && s[i+1] == '"':
				b.WriteByte('"')
				i++
			case b.Len() == 0:
				return nil, s, "Quoted identifier must not be empty."
			default:
				out := b.String()
				return &out, s[i+1:], ""
			}
		}
		return nil, s, "String has unclosed double quotes."
	}
	n := 0
	for n < len(s) && (identByte(s[n]) || n > 0 && (s[n] >= '0' && s[n] <= '9' || s[n] == '$')) {
		n++
	}
	if n == 0 {
		return nil, s, ""
	}
	out := strings.ToLower(s[:n])
	return &out, s[n:], ""
}

func identByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
