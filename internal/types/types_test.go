package types

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// TestLiterals compares values built by code with their text.
func TestLiterals(t *testing.T) {
	rec := func(vals ...Value) Value { return NewRecord(vals, RecordType) }
	oneDay := NewInterval(0, 1, 0)
	cases := []struct {
		v    Value
		t    *Type
		want string
	}{
		{rec(NewInt(1), NewText("a")), RecordType, `(1,a)`},
		{rec(NewInt(1), Null, NewText("")), RecordType, `(1,,"")`},
		{rec(NewText("a b"), NewText("x,y"), NewText("("), NewText(`"`), NewText(`\`)), RecordType, `("a b","x,y","(","""","\\")`},
		{rec(NewBool(true), NewNumeric(150, 2), NewDate(7309)), RecordType, `(t,1.50,2020-01-05)`},
		{rec(rec(NewInt(1), NewInt(2)), NewArray([]Value{NewInt(1), NewInt(2)}, Int4)), &Type{Kind: KindRecord,
			Fields: []Field{{"a", RecordType}, {"b", ArrayOf(Int4)}}}, `("(1,2)","{1,2}")`},
		{rec(oneDay), RecordType, `("1 day")`},
		{NewArray([]Value{rec(NewInt(1), NewText("a")), rec(NewInt(2), NewText("b c"))}, RecordType), ArrayOf(RecordType), `{"(1,a)","(2,\"b c\")"}`},
		{NewArray([]Value{NewText("a"), NewText("NULL"), Null}, Text), ArrayOf(Text), `{a,"NULL",NULL}`},
		{NewArray(nil, Text), ArrayOf(Text), `{}`},
		{NewBytes("\x00\xff"), Bytea, `\x00ff`},
		{NewFloat(math.Copysign(0, -1)), Float8, `-0`},
	}
	for _, c := range cases {
		if got := Format(c.v, c.t, nil); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestMakeArrayNested(t *testing.T) {
	row := func(i ...int64) Value {
		vals := make([]Value, len(i))
		for n := range i {
			vals[n] = NewInt(i[n])
		}
		return NewArray(vals, Int4)
	}
	v, err := MakeArray(ArrayOf(Int4), []Value{row(1, 2), row(3, 4)})
	if err != nil || Format(v, ArrayOf(Int4), nil) != "{{1,2},{3,4}}" {
		t.Errorf("got %s, %v", Format(v, ArrayOf(Int4), nil), err)
	}
	if _, err = MakeArray(ArrayOf(Int4), []Value{row(1, 2), row(3)}); sqlerr.Code(err) != sqlerr.ArraySubscriptError {
		t.Errorf("ragged array: %v", err)
	}
	var got []int64
	for e := range ArrayIter(v) {
		got = append(got, e.I)
	}
	if !slices.Equal(got, []int64{1, 2, 3, 4}) {
		t.Errorf("elements %v", got)
	}
}

func TestEnumAndDomain(t *testing.T) {
	mood := &Type{OID: 90002, Kind: KindEnum, Category: 'E', Name: "mood", Display: "mood", Mod: -1, Labels: []string{"sad", "ok", "happy"}}
	v, err := Parse("ok", mood, nil)
	if err != nil || v.I != 1 || Format(v, mood, nil) != "ok" {
		t.Errorf("enum: %v %v", v, err)
	}
	if _, err = Parse("meh", mood, nil); sqlerr.From(err).Message != `invalid input value for enum mood: "meh"` {
		t.Errorf("enum: %v", err)
	}
	sad, _ := Parse("sad", mood, nil)
	if Compare(sad, v, mood) != -1 {
		t.Error("enums compare by declaration order")
	}
	code, err := WithMod(Varchar, []int32{3})
	if err != nil {
		t.Fatal(err)
	}
	domain := &Type{OID: 90003, Kind: KindText, Category: 'S', Name: "code", Display: "code", Mod: -1, Base: code, Domain: &Domain{}}
	if _, err = Parse("abcd", domain, nil); sqlerr.Code(err) != sqlerr.StringDataRightTruncation {
		t.Errorf("domain: %v", err)
	}
	c, ok := FindCast(Text, domain)
	if !ok {
		t.Fatal("no cast to the domain")
	}
	if v, err = c.Apply(NewText("abcd"), domain, nil); err != nil || v.S != "abc" {
		t.Errorf("explicit cast to the domain: %q %v", v.S, err)
	}
	arr := ArrayOf(mood)
	if v, err = Parse("{sad,happy}", arr, nil); err != nil || Format(v, arr, nil) != "{sad,happy}" {
		t.Errorf("array of enum: %v %v", Format(v, arr, nil), err)
	}
}

func TestIntegerIsWide(t *testing.T) {
	const wide = 5_000_000_000
	if v, err := Parse("5000000000", Integer, nil); err != nil || v.I != wide {
		t.Errorf("INTEGER holds 64 bits: %v %v", v, err)
	}
	if Lookup("integer") != Integer || Lookup("int4") != Int4 || Lookup("REAL") != Float8 || Lookup("float4") != Float4 {
		t.Error("names")
	}
	c, ok := FindCast(Integer, Int4)
	if !ok || c.IsRelabel() {
		t.Fatal("INTEGER to INT4 must check the range")
	}
	if _, err := c.Apply(NewInt(wide), Int4, nil); sqlerr.From(err).Message != "integer out of range" {
		t.Errorf("%v", err)
	}
	if c, ok := FindCast(Int8, Integer); !ok {
		t.Error("int8 to INTEGER")
	} else if v, err := c.Assign(NewInt(wide), Integer, nil); err != nil || v.I != wide {
		t.Errorf("%v %v", v, err)
	}
	if got, err := CommonType([]*Type{Int4, Integer}); err != nil || got != Integer {
		t.Errorf("common type %v %v", got, err)
	}
	if ArrayOf(Integer).Elem != Integer || ArrayOf(Int4) != ByOID(1007) {
		t.Error("arrays of INTEGER")
	}
}

func TestCollations(t *testing.T) {
	nocase := WithCollation(Text, "NOCASE")
	if Compare(NewText("ABC"), NewText("abc"), nocase) != 0 || Hash(NewText("ABC"), nocase, 1) != Hash(NewText("abc"), nocase, 1) {
		t.Error("NOCASE equality")
	}
	swedish := WithCollation(Text, "sv-x-icu")
	if err := CheckCollation("sv-x-icu"); err != nil {
		t.Error(err)
	}
	if CheckCollation("no such collation!") == nil {
		t.Error("unknown collation accepted")
	}
	words := []string{"z", "ö", "a", "Å", "ä", "b", "A", "", "zz"}
	slices.SortFunc(words, func(a, b string) int { return Compare(NewText(a), NewText(b), swedish) })
	if got := strings.Join(words, " "); got != " a A b z zz Å ä ö" {
		t.Errorf("Swedish order %q", got)
	}
	for _, typ := range []*Type{swedish, nocase, Text, Char} {
		for _, a := range words {
			for _, b := range words {
				ka, err1 := CollationKey(typ, a)
				kb, err2 := CollationKey(typ, b)
				if err1 != nil || err2 != nil || strings.Compare(ka, kb) != Compare(NewText(a), NewText(b), typ) {
					t.Errorf("%s: key order of %q and %q", typ.Collation, a, b)
				}
			}
		}
	}
}

func TestTimeConversion(t *testing.T) {
	berlin, err := LookupZone("europe/berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 7, 5, 10, 11, 12, 345678999, berlin)
	if got := Format(TimestampTZFromTime(at), TimestampTZ, nil); got != "2024-07-05 08:11:12.345678+00" {
		t.Error(got)
	}
	if got := Format(TimestampFromTime(at), Timestamp, nil); got != "2024-07-05 10:11:12.345678" {
		t.Error(got)
	}
	if got := Format(DateFromTime(at), Date, nil); got != "2024-07-05" {
		t.Error(got)
	}
	back := ToTime(TimestampTZFromTime(at), &Env{Zone: berlin})
	if !back.Equal(at.Truncate(time.Microsecond)) {
		t.Error(back)
	}
	env := &Env{Zone: berlin, Now: TimestampTZFromTime(at).I}
	for s, want := range map[string]string{
		"now": "2024-07-05 10:11:12.345678", "today": "2024-07-05 00:00:00", "tomorrow": "2024-07-06 00:00:00",
		"yesterday noon": "", "yesterday 12:00": "2024-07-04 12:00:00",
	} {
		v, err := Parse(s, Timestamp, env)
		if want == "" {
			if err == nil {
				t.Errorf("%s accepted", s)
			}
			continue
		}
		if got := Format(v, Timestamp, env); err != nil || got != want {
			t.Errorf("%s: %s %v", s, got, err)
		}
	}
	for _, s := range []string{"+02", "-3:30", "2", "UTC", "america/new_york", "EST5EDT"} {
		if _, _, err := SessionZone(s); err != nil {
			t.Error(err)
		}
	}
	if _, _, err := SessionZone("Mars/Olympus"); sqlerr.Code(err) != sqlerr.InvalidParameterValue {
		t.Error(err)
	}
}

func TestNumericSumWindow(t *testing.T) {
	var s, half NumericSum
	vals := []string{"1.5", "-2.25", "9223372036854775807", "9223372036854775807", "1e30", "0.000001", "NaN", "-1e30"}
	for _, x := range vals {
		s.Add(mustParse(x, Numeric, nil))
	}
	if v, _ := s.Result(); !NumericIsNaN(v) {
		t.Error("NaN is lost")
	}
	if !s.Remove(mustParse("NaN", Numeric, nil)) {
		t.Error("NaN can be removed")
	}
	if v, err := s.Result(); Format(v, Numeric, nil) != "18446744073709551613.250001" || err != nil {
		t.Error(Format(v, Numeric, nil), err)
	}
	if s.Remove(mustParse("0.000001", Numeric, nil)) {
		t.Error("the only value of the largest scale cannot be removed")
	}
	for range 1000 {
		half.Add(NewNumeric(math.MaxInt64, 2))
	}
	half.Merge(&s)
	if v, err := half.Result(); Format(v, Numeric, nil) != "92252167112592466119.320001" && err != nil {
		t.Error(Format(v, Numeric, nil), err)
	}
	if half.Count() != 1007 {
		t.Error(half.Count())
	}
}

// TestNumericCanonical checks that equal value and scale means equal bytes.
func TestNumericCanonical(t *testing.T) {
	a := mustParse("9223372036854775807", Numeric, nil)
	b, err := NumericAdd(a, NumericFromInt(1))
	if err != nil || b.S == "" {
		t.Fatal("carry into the big form", err)
	}
	if c, err := NumericSub(b, NumericFromInt(1)); err != nil || c != a {
		t.Errorf("%v is not %v, %v", c, a, err)
	}
	if m := NumericNeg(NumericNeg(mustParse("-9223372036854775808", Numeric, nil))); m.S != "" || m.I != math.MinInt64 {
		t.Errorf("%v", m)
	}
}

// TestNoAllocation holds the hot paths to zero allocations.
func TestNoAllocation(t *testing.T) {
	a, b := NewNumeric(12345, 2), NewNumeric(678, 3)
	iv := NewInterval(1, 2, 3)
	ts := NewTimestamp(123456789012345)
	buf := make([]byte, 0, 64)
	cast, _ := FindCast(Int4, Numeric)
	for name, f := range map[string]func(){
		"add":   func() { sinkValue, _ = NumericAdd(a, b) },
		"mul":   func() { sinkValue, _ = NumericMul(a, b) },
		"div":   func() { sinkValue, _ = NumericDiv(a, b) },
		"round": func() { sinkValue, _ = NumericRound(a, 1) },
		"parse": func() { sinkValue, _ = Parse("12.50", Numeric, nil) },
		"time":  func() { sinkValue, _ = Parse("2020-01-05 10:11:12", TimestampTZ, nil) },
		"plus":  func() { sinkValue, _ = TimestampAdd(ts, iv) },
		"text":  func() { buf = Append(buf[:0], ts, Timestamp, nil); buf = Append(buf[:0], a, Numeric, nil) },
		"hash":  func() { sinkHash = Hash(a, Numeric, 1) + Hash(iv, Interval, 1) },
		"cast":  func() { sinkValue, _ = cast.Apply(NewInt(5), Numeric, nil) },
		"cmp":   func() { sinkInt = Compare(a, b, Numeric) + Compare(iv, iv, Interval) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// TestSQLNames checks that the names written in definitions read back.
func TestSQLNames(t *testing.T) {
	for typ := range Builtins {
		if typ.Category == 'P' || typ.Is(Unknown) {
			continue
		}
		name := strings.Trim(SQLName(typ), `"`)
		if got := Lookup(name); got != typ && !(typ.Is(Bit) && got.Is(Bit)) {
			t.Errorf("%s reads as another type", name)
		}
	}
	if SQLName(Integer) != "integer" || SQLName(ArrayOf(Float4)) != "float4[]" {
		t.Error("names of zqlite's own types")
	}
}

func TestDamagedValuesAreErrors(t *testing.T) {
	for _, s := range []string{"", "\x01", "\x07\x02", "\x01\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x01\x02\x05\x02\x01", "\x01\xf0\x01\x02\x01"} {
		v := Value{K: KindArray, S: s}
		if _, _, err := ArrayElements(v, Int4); err == nil {
			t.Errorf("%q accepted", s)
		}
		_ = Format(v, ArrayOf(Int4), nil)
		_ = Hash(v, ArrayOf(Int4), 1)
		if _, err := RecordFields(Value{K: KindRecord, S: "\x05" + s}, nil); err == nil {
			t.Errorf("record %q accepted", s)
		}
	}
}
