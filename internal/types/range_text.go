package types

import (
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

func malformedRange(s, detail string) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "malformed range literal: \"%s\"", s).WithDetail("%s", detail)
}

func malformedMultirange(s, detail string) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "malformed multirange literal: \"%s\"", s).WithDetail("%s", detail)
}

func skipSpace(s string, i int) int {
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	return i
}

// ParseRange reads [1,5), (,"a b"] or empty as a range of type t.
func ParseRange(s string, t *Type, env *Env) (Value, error) {
	r, err := parseRange(s, t, env)
	if err != nil {
		return Null, err
	}
	return NewRange(r, t), nil
}

func parseRange(s string, t *Type, env *Env) (Range, error) {
	i := skipSpace(s, 0)
	if len(s)-i >= 5 && strings.EqualFold(s[i:i+5], "empty") {
		if i = skipSpace(s, i+5); i < len(s) {
			return Range{}, malformedRange(s, "Junk after \"empty\" key word.")
		}
		return EmptyRange(), nil
	}
	if i == len(s) || s[i] != '[' && s[i] != '(' {
		return Range{}, malformedRange(s, "Missing left parenthesis or bracket.")
	}
	lowerInc := s[i] == '['
	lower, i, ok := boundText(s, i+1)
	switch {
	case !ok:
		return Range{}, malformedRange(s, "Unexpected end of input.")
	case s[i] != ',':
		return Range{}, malformedRange(s, "Missing comma after lower bound.")
	}
	upper, i, ok := boundText(s, i+1)
	switch {
	case !ok:
		return Range{}, malformedRange(s, "Unexpected end of input.")
	case s[i] != ')' && s[i] != ']':
		return Range{}, malformedRange(s, "Too many commas.")
	}
	upperInc := s[i] == ']'
	if skipSpace(s, i+1) < len(s) {
		return Range{}, malformedRange(s, "Junk after right parenthesis or bracket.")
	}
	lo, err := parseBound(lower, t.Sub, env)
	if err != nil {
		return Range{}, err
	}
	hi, err := parseBound(upper, t.Sub, env)
	if err != nil {
		return Range{}, err
	}
	return MakeRange(LowerBound(lo, lowerInc), UpperBound(hi, upperInc), t)
}

func parseBound(text *string, sub *Type, env *Env) (Value, error) {
	if text == nil {
		return Null, nil
	}
	return Parse(*text, sub, env)
}

// boundText reads one bound up to what ends it; nil text is no bound.
func boundText(s string, i int) (text *string, next int, ok bool) {
	if i < len(s) && (s[i] == ',' || s[i] == ')' || s[i] == ']') {
		return nil, i, true
	}
	var b []byte
	quoted := false
	for i < len(s) && (quoted || !strings.ContainsRune(",()[]", rune(s[i]))) {
		c := s[i]
		i++
		switch {
		case c == '\\':
			if i == len(s) {
				return nil, i, false
			}
			b = append(b, s[i])
			i++
		case c == '"' && !quoted:
			quoted = true
		case c == '"' && i < len(s) && s[i] == '"':
			b = append(b, '"')
			i++
		case c == '"':
			quoted = false
		default:
			b = append(b, c)
		}
	}
	out := string(b)
	return &out, i, i < len(s)
}

func appendRange(dst []byte, v Value, t *Type, env *Env) []byte {
	return appendOpenRange(dst, OpenRange(v), subtype(t), env)
}

// subtype is the type of the bounds of a range or multirange type, nil where the
// type is not known.
func subtype(t *Type) *Type {
	if t == nil {
		return nil
	}
	switch t = BaseType(t); t.Kind {
	case KindMultirange:
		return t.Sub.Sub
	case KindRange:
		return t.Sub
	}
	return nil
}

func appendOpenRange(dst []byte, r Range, sub *Type, env *Env) []byte {
	if r.Empty {
		return append(dst, "empty"...)
	}
	open, shut := byte('('), byte(')')
	if r.Lower.Inclusive {
		open = '['
	}
	if r.Upper.Inclusive {
		shut = ']'
	}
	dst = appendBoundText(append(dst, open), r.Lower, sub, env)
	dst = appendBoundText(append(dst, ','), r.Upper, sub, env)
	return append(dst, shut)
}

func appendBoundText(dst []byte, b Bound, sub *Type, env *Env) []byte {
	if b.Infinite {
		return dst
	}
	if sub == nil {
		sub = typeOfKind(b.Value.K)
	}
	text := Format(b.Value, sub, env)
	if text != "" && !strings.ContainsAny(text, "\"\\()[], \t\n\v\f\r") {
		return append(dst, text...)
	}
	dst = append(dst, '"')
	for i := 0; i < len(text); i++ {
		if text[i] == '"' || text[i] == '\\' {
			dst = append(dst, text[i])
		}
		dst = append(dst, text[i])
	}
	return append(dst, '"')
}

// ParseMultirange reads {[1,3),[5,8)} as a multirange of type t.
func ParseMultirange(s string, t *Type, env *Env) (Value, error) {
	i := skipSpace(s, 0)
	if i == len(s) || s[i] != '{' {
		return Null, malformedMultirange(s, "Missing left brace.")
	}
	i = skipSpace(s, i+1)
	var ranges []Range
	for i < len(s) && s[i] != '}' {
		if len(ranges) > 0 || i > 0 && s[i] == ',' {
			if s[i] != ',' {
				return Null, malformedMultirange(s, "Expected comma or end of multirange.")
			}
			if len(ranges) == 0 {
				return Null, malformedMultirange(s, "Expected range start.")
			}
			i = skipSpace(s, i+1)
		}
		end, detail := rangeEnd(s, i)
		if detail != "" {
			return Null, malformedMultirange(s, detail)
		}
		r, err := parseRange(s[i:end], t.Sub, env)
		if err != nil {
			return Null, err
		}
		ranges, i = append(ranges, r), skipSpace(s, end)
	}
	if i == len(s) {
		return Null, malformedMultirange(s, "Unexpected end of input.")
	}
	if skipSpace(s, i+1) < len(s) {
		return Null, malformedMultirange(s, "Junk after closing right brace.")
	}
	return NewMultirange(ranges, t), nil
}

// rangeEnd finds where a range within a multirange ends, or says what is wrong.
func rangeEnd(s string, i int) (end int, detail string) {
	if len(s)-i >= 5 && strings.EqualFold(s[i:i+5], "empty") {
		return i + 5, ""
	}
	if i == len(s) || s[i] != '[' && s[i] != '(' {
		return 0, "Expected range start."
	}
	quoted := false
	for i++; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ')' || c == ']'):
			return i + 1, ""
		}
	}
	return 0, "Unexpected end of input."
}

func appendMultirange(dst []byte, v Value, t *Type, env *Env) []byte {
	dst = append(dst, '{')
	for i, r := range OpenMultirange(v) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendOpenRange(dst, r, subtype(t), env)
	}
	return append(dst, '}')
}
