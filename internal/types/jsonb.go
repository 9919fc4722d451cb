package types

import "github.com/zqlite/zqlite/internal/sqlerr"

// ParseJSONB makes a jsonb of its text.
func ParseJSONB(s string) (Value, error) {
	v, err := parseJSON(s)
	v.K = KindJSONB
	if err != nil {
		return Null, err
	}
	return v, nil
}

// AppendJSONB appends the text of a jsonb.
func AppendJSONB(dst []byte, v Value) []byte { return append(dst, v.S...) }

// compareJSONB orders two jsonb values.
func compareJSONB(a, b Value) int {
	switch {
	case a.S < b.S:
		return -1
	case a.S > b.S:
		return 1
	}
	return 0
}

// hashJSONB agrees with compareJSONB.
func hashJSONB(v Value, seed uint64) uint64 { return hashString(v.S, seed) }

// jsonbScalar is the cast of a jsonb to a boolean or a number.
func jsonbScalar(v Value, to *Type, env *Env) (Value, error) {
	text := trimSpace(string(AppendJSONB(nil, v)))
	what := "string"
	switch {
	case text == "null":
		what = "null"
	case text == "true" || text == "false":
		if to.Kind == KindBool {
			return NewBool(text == "true"), nil
		}
		what = "boolean"
	case text[0] == '{':
		what = "object"
	case text[0] == '[':
		what = "array"
	case text[0] != '"':
		what = "numeric"
		if to.Kind == KindBool {
			break
		}
		n, err := ParseNumeric(text)
		if err != nil || to.Kind == KindNumeric {
			return n, err
		}
		c, _ := FindCast(Numeric, to)
		return c.Apply(n, WithoutMod(to), env)
	}
	return Null, sqlerr.New(sqlerr.InvalidParameterValue, "cannot cast jsonb %s to type %s", what, to.Display)
}
