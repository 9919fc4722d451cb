package codec

import (
	"bytes"
	"math"
	"testing"

	"github.com/zqlite/zqlite/internal/types"
)

// TestKeysSortAsValues compares the order of bytes with types.Compare for all
// pairs of a list of each type, in every direction and place of NULLs.
func TestKeysSortAsValues(t *testing.T) {
	parse := func(ty *types.Type, list ...string) (out []types.Value) {
		for _, s := range list {
			v, err := types.Parse(s, ty, nil)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, v)
		}
		return append(out, types.Null)
	}
	ints := types.ArrayOf(types.Int4)
	for _, c := range []struct {
		typ  *types.Type
		vals []types.Value
	}{
		{types.Int8, []types.Value{types.NewInt(math.MinInt64), types.NewInt(-1), types.NewInt(0), types.NewInt(1), types.NewInt(math.MaxInt64), types.Null}},
		{types.Float8, parse(types.Float8, "-Infinity", "-1.5", "-0", "0", "1e-300", "2", "Infinity", "NaN")},
		{types.Text, parse(types.Text, "", "a", "a\x01", "ab", "b", "ä", "zz")},
		{types.Bytea, parse(types.Bytea, `\x`, `\x00`, `\x0000`, `\x0001`, `\x01`, `\xff`, `\xff00`)},
		{types.Numeric, parse(types.Numeric, "-Infinity", "-1e50", "-12.5", "-12.49", "-0.001", "0", "0.00", "0.001", "0.0010", "1", "1.5", "12", "99", "100", "1e50", "123456789012345678901234567890.5", "Infinity", "NaN")},
		{types.UUID, parse(types.UUID, "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001", "7fffffff-ffff-ffff-ffff-ffffffffffff", "80000000-0000-0000-8000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff")},
		{types.Interval, parse(types.Interval, "-1 year", "-1 day", "0", "24 hours", "1 day", "30 days", "1 month", "1 month 1 microsecond", "1000 years")},
		{types.Date, parse(types.Date, "0044-03-15 BC", "1999-12-31", "2000-01-01")},
		{types.Char, parse(types.Char, "a", "a  ", "ab", "b")},
		{types.NumRange, parse(types.NumRange, "empty", "(,1)", "(,1]", "(,)", "[1,2)", "[1,2]", "[1,)", "(1,2)", "(1,2]", "(1,)", "[-5,7]", "[1.5,2)")},
		{types.Int4Multirange, parse(types.Int4Multirange, "{}", "{(,1)}", "{[1,2)}", "{[1,2),[5,6)}", "{[1,3)}", "{[1,)}", "{[2,3)}", "{(,)}")},
		{ints, parse(ints, "{}", "{1}", "{1,2}", "{1,NULL}", "{2}")},
		{types.JSONB, parse(types.JSONB, `[]`, `null`, `""`, `"a"`, `"a\u0001"`, `"b"`, `-1`, `1`, `1.0`, `10`, `false`, `true`, `["a"]`, `[1]`, `[[]]`, `[1, null]`, `[[], 1]`, `{}`, `{"a": 1}`, `{"a": 2}`, `{"b": 0}`, `{"aa": 0}`, `{"a": 1, "b": 2}`)},
	} {
		for _, p := range []Part{{Type: c.typ}, {Type: c.typ, Desc: true}, {Type: c.typ, NullsFirst: true}, {Type: c.typ, Desc: true, NullsFirst: true}} {
			for _, a := range c.vals {
				for _, b := range c.vals {
					check(t, &p, a, b)
				}
			}
		}
	}
}

func check(t *testing.T, p *Part, a, b types.Value) {
	t.Helper()
	ka, err := Append(nil, p, a)
	if err != nil {
		t.Fatal(err)
	}
	kb, err := Append(nil, p, b)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	switch {
	case a.IsNull() && b.IsNull():
	case a.IsNull() || b.IsNull():
		want = 1
		if a.IsNull() == p.NullsFirst {
			want = -1
		}
	default:
		want = types.Compare(a, b, p.Type)
		if p.Desc {
			want = -want
		}
	}
	if got := bytes.Compare(ka, kb); got != want {
		t.Errorf("%s desc=%v first=%v: %v and %v compare as %d, their keys as %d", p.Type.Name, p.Desc, p.NullsFirst, a, b, want, got)
	}
	if Decodable(p.Type) {
		v, rest, err := Decode(ka, p)
		if err != nil || len(rest) != 0 || (v.IsNull() != a.IsNull()) || (!a.IsNull() && types.Compare(v, a, p.Type) != 0) {
			t.Errorf("%s: %v decodes as %v, %v", p.Type.Name, a, v, err)
		}
	}
}
