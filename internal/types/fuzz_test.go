package types

import (
	"math/rand/v2"
	"testing"
)

// fuzzText checks that a type's text forms agree: what is read prints, and the
// print reads back as an equal value of the same print.
func fuzzText(f *testing.F, typ *Type, seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := Parse(s, typ, nil)
		if err != nil {
			return
		}
		text := Format(v, typ, nil)
		w, err := Parse(text, typ, nil)
		if err != nil {
			t.Fatalf("%q prints as %q, which is not read: %v", s, text, err)
		}
		if Compare(v, w, typ) != 0 || Format(w, typ, nil) != text {
			t.Fatalf("%q prints as %q, which reads as %q", s, text, Format(w, typ, nil))
		}
		if Hash(v, typ, 3) != Hash(w, typ, 3) {
			t.Fatalf("%q: equal values, different hashes", s)
		}
	})
}

func FuzzNumeric(f *testing.F) {
	fuzzText(f, Numeric, "1.50", "-1e-20", "NaN", "123456789012345678901234567890.5", "1e100", "inf")
}

func FuzzTimestamp(f *testing.F) {
	fuzzText(f, Timestamp, "2020-01-05 10:11:12.5", "Jan 5 2020 10 PM", "J2458854.5", "20200105T101112Z", "infinity", "0044-03-15 BC")
}

func FuzzTimestampTZ(f *testing.F) {
	fuzzText(f, TimestampTZ, "2020-01-05 10:11:12.5+02", "Sun Jan 05 10:11:12 2020 PST", "2020-01-05 10:11 America/New_York")
}

func FuzzTime(f *testing.F) { fuzzText(f, TimeTZ, "10:11:12.5+02", "040506-08", "allballs") }

func FuzzInterval(f *testing.F) {
	fuzzText(f, Interval, "1 year 2 mons -3 days 04:05:06.7", "P1Y2M3DT4H5M6S", "1-2 3 4:05:06", "1 day ago")
}

func FuzzArray(f *testing.F) {
	fuzzText(f, ArrayOf(Text), `{a,"b c",NULL}`, `[0:1]={x,"\"y"}`, `{{1,2},{3,4}}`)
}

func FuzzRecord(f *testing.F) { fuzzText(f, testRecord, `(1,"a b",2.50)`, `(,"",)`) }

func FuzzBit(f *testing.F) { fuzzText(f, Varbit, "101", "xF0", "") }

func FuzzUUID(f *testing.F) { fuzzText(f, UUID, "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}") }

func FuzzFloat(f *testing.F) {
	fuzzText(f, Float8, "1e300", "0x1p-3", "5.20246482e+19", "0X1000000000000000000000000000000000")
}

func FuzzBytea(f *testing.F) { fuzzText(f, Bytea, `\x00ff`, `a\\b\001`) }

// TestNumericLaws checks arithmetic against itself over drawn values.
func TestNumericLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func() Value {
		v := NewNumeric(int64(r.Uint64()>>r.UintN(64)), r.IntN(8))
		if r.IntN(4) == 0 {
			v, _ = NumericMul(v, NewNumeric(int64(r.Uint64()), r.IntN(30)))
		}
		return v
	}
	for range 20000 {
		a, b := draw(), draw()
		sum, err1 := NumericAdd(a, b)
		back, err2 := NumericSub(sum, b)
		if err1 != nil || err2 != nil || NumericCmp(back, a) != 0 {
			t.Fatalf("%v + %v - %v = %v", a, b, b, back)
		}
		if NumericSign(b) != 0 {
			q, err1 := NumericDivTrunc(a, b)
			m, err2 := NumericModulo(a, b)
			p, err3 := NumericMul(q, b)
			s, err4 := NumericAdd(p, m)
			if err1 != nil || err2 != nil || err3 != nil || err4 != nil || NumericCmp(s, a) != 0 {
				t.Fatalf("div and mod of %v by %v", a, b)
			}
		}
		text := Format(a, Numeric, nil)
		if c, err := ParseNumeric(text); err != nil || c != a {
			t.Fatalf("%v prints as %s and reads as %v", a, text, c)
		}
	}
}
