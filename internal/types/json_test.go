package types

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// TestJSONErrors compares with what PostgreSQL says.
func TestJSONErrors(t *testing.T) {
	for _, c := range []struct {
		typ                         *Type
		text, code, detail, context string
	}{
		{JSON, `{"a":}`, "22P02", `Expected JSON value, but found "}".`, `{"a":}`},
		{JSONB, `[1,2`, "22P02", `The input string ended unexpectedly.`, `[1,2`},
		{JSONB, "{\"a\":1,\n\"b\":x}", "22P02", `Token "x" is invalid.`, `2: "b":x...`},
		{JSONB, `"\u0000"`, "22P05", `\u0000 cannot be converted to text.`, `1: "\u0000...`},
		{JSONB, `"\ud800x"`, "22P02", `Unicode low surrogate must follow a high surrogate.`, `1: "\ud800x...`},
		{JSON, `"abc\q"`, "22P02", `Escape sequence "\q" is invalid.`, `1: "abc\q...`},
		{JSON, `{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa":tru, 1}`, "22P02", `Token "tru" is invalid.`,
			`1: ...aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa":tru...`},
		{JSON, `01`, "22P02", `Token "01" is invalid.`, "1: 01"},
		{JSON, `1 2`, "22P02", `Expected end of input, but found "2".`, "1: 1 2"},
		{JSON, ``, "22P02", `The input string ended unexpectedly.`, "1: "},
		{JSON, `{a:1}`, "22P02", `Token "a" is invalid.`, "1: {a..."},
		{JSON, `[1,]`, "22P02", `Expected JSON value, but found "]".`, "1: [1,]"},
		{JSON, `-`, "22P02", `Token "-" is invalid.`, "1: -"},
		{JSON, `"abc`, "22P02", `Token ""abc" is invalid.`, `1: "abc`},
	} {
		_, err := Parse(c.text, c.typ, nil)
		e := sqlerr.From(err)
		if e == nil || e.Code != c.code || e.Detail != c.detail || !strings.HasSuffix(e.Context, c.context) {
			t.Errorf("%s: %#v", c.text, e)
		}
	}
	for _, s := range []string{`"\u0000"`, `"\ud800"`, ` [1 , 2] `, `{"a":1,"a":2}`} {
		if v, err := Parse(s, JSON, nil); err != nil || v.S != s {
			t.Errorf("%s: %v %v", s, v, err)
		}
	}
	deep := strings.Repeat("[", maxJSONDepth+1) + strings.Repeat("]", maxJSONDepth+1)
	if _, err := ParseJSONB(deep); sqlerr.Code(err) != "54001" {
		t.Errorf("deep nesting: %v", err)
	}
	if v, err := ParseJSONB(deep[1 : len(deep)-1]); err != nil || Format(v, JSONB, nil) != deep[1:len(deep)-1] {
		t.Errorf("nesting at the limit: %v", err)
	}
}

func TestJSONBText(t *testing.T) {
	for _, c := range [][2]string{
		{`{"b":1,"a":[1,2.50,-0,1e3,1E-3],"aa":null,"b":true}`, `{"a": [1, 2.50, 0, 1000, 0.001], "b": true, "aa": null}`},
		{`"\u00e9\ud83d\ude00\/\n\u001f"`, `"é😀/\n\u001f"`},
		{`[]`, `[]`}, {`{}`, `{}`}, {` null `, `null`}, {`123456789012345678901234567890.5`, `123456789012345678901234567890.5`},
		{`{"":{"":[[],{}]}}`, `{"": {"": [[], {}]}}`},
		{`"` + strings.Repeat("x", 300) + `"`, `"` + strings.Repeat("x", 300) + `"`},
	} {
		v, err := ParseJSONB(c[0])
		if err != nil || Format(v, JSONB, nil) != c[1] || CheckJSONB(v) != nil {
			t.Errorf("%s: %s, %v, %v; want %s", c[0], Format(v, JSONB, nil), err, CheckJSONB(v), c[1])
		}
	}
}

// TestJSONBOrder has the values in the order that PostgreSQL gives them.
func TestJSONBOrder(t *testing.T) {
	texts := []string{`[]`, `null`, `""`, `"a"`, `"b"`, `-1`, `1`, `10`, `false`, `true`, `[[]]`, `["a"]`, `[1]`, `[1, null]`,
		`[[], 1]`, `{}`, `{"a": 1}`, `{"a": 2}`, `{"b": 0}`, `{"aa": 0}`, `{"a": 1, "b": 2}`}
	texts[10], texts[11], texts[12] = `["a"]`, `[1]`, `[[]]`
	texts[19], texts[18] = `{"b": 0}`, `{"aa": 0}`
	var vals []Value
	for _, s := range texts {
		v, err := ParseJSONB(s)
		if err != nil {
			t.Fatal(err)
		}
		vals = append(vals, v)
	}
	for i := range vals {
		for j := range vals {
			if got, want := Compare(vals[i], vals[j], JSONB), cmp64(int64(i), int64(j)); got != want {
				t.Errorf("%s and %s: %d, want %d", texts[i], texts[j], got, want)
			}
		}
	}
	a, _ := ParseJSONB(`{"a":[1.0,"x"]}`)
	b, _ := ParseJSONB(`{"a":[1,"x"]}`)
	if Compare(a, b, JSONB) != 0 || Hash(a, JSONB, 1) != Hash(b, JSONB, 1) {
		t.Error("1.0 and 1 differ")
	}
}

func TestJSONBLookup(t *testing.T) {
	for _, n := range []int{0, 1, 3, 40, 300, 70000} {
		b := &JSONBBuilder{}
		b.BeginObject()
		for i := n - 1; i >= 0; i-- {
			b.Key(fmt.Sprint("k", i))
			b.Int(int64(i))
		}
		b.EndObject()
		v := b.Finish()
		if err := CheckJSONB(v); err != nil {
			t.Fatal(n, err)
		}
		for i := 0; i < n; i += max(1, n/50) {
			e, ok := JSONBNode(v.S).Member(fmt.Sprint("k", i))
			if !ok || NumericCmp(e.Number(), NumericFromInt(int64(i))) != 0 {
				t.Fatalf("%d of %d: %v %v", i, n, e, ok)
			}
		}
		if _, ok := JSONBNode(v.S).Member("none"); ok {
			t.Error("found what is not there")
		}
	}
}

func FuzzJSONB(f *testing.F) {
	fuzzText(f, JSONB, `{"a": [1, 2.5, "x", null], "b": {"c": true}}`, `"\u00e9\ud83d\ude00"`, `[1e400, -0]`, `{"a":1,"a":2}`)
}

// FuzzJSONText checks that walking the text finds what the binary form has.
func FuzzJSONText(f *testing.F) {
	f.Add(` { "a" : [1, "]", {"x\"":2}], "b\n" : "}" } `)
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseJSONB(s)
		if err != nil {
			return
		}
		if !ValidJSON(s) {
			t.Fatalf("%q is and is not valid", s)
		}
		sameJSON(t, NewJSONText(s), JSONBNode(v.S))
	})
}

func sameJSON(t *testing.T, x JSONText, n JSONBNode) {
	if x.Kind() != n.Kind() {
		t.Fatalf("%s is %s and %s", x, x.Kind(), n.Kind())
	}
	if n.Kind() == JSONString {
		if text, err := x.Text(); err != nil || text != n.Str() {
			t.Fatalf("%s reads as %q, %v", x, text, err)
		}
	}
	_ = n.Each(func(key string, e JSONBNode) error {
		if n.Kind() == JSONObject {
			y, ok := x.Member(key)
			if !ok {
				t.Fatalf("%q is missing in %s", key, x)
			}
			sameJSON(t, y, e)
		}
		return nil
	})
	if n.Kind() == JSONArray {
		for i := 0; i < n.Len(); i++ {
			y, _ := x.At(i)
			e, _ := n.At(i)
			sameJSON(t, y, e)
		}
	}
}

// FuzzJSONBBytes reads damaged bytes in every way.
func FuzzJSONBBytes(f *testing.F) {
	for _, s := range []string{`{"a": [1, 2.5, "x", null], "b": {"c": true}}`, `[[[[]]]]`, `123456789012345678901234567890`} {
		v, _ := ParseJSONB(s)
		f.Add(v.S)
	}
	f.Add("\x17\xff\xff\xff\xff")
	f.Fuzz(func(t *testing.T, s string) { readAll(s) })
}

func readAll(s string) {
	v := Value{K: KindJSONB, S: s}
	_ = Format(v, JSONB, nil)
	_ = CheckJSONB(v)
	_ = Compare(v, Value{K: KindJSONB, S: "\x06\x00"}, JSONB)
	_ = Hash(v, JSONB, 0)
	n := JSONBNode(s)
	n.Member("a")
	_, _ = n.At(-1)
	_, _ = n.At(1)
	x := NewJSONText(s)
	x.Member("a")
	_, _ = x.At(-1)
	_, _ = x.Text()
	_, _ = jsonbScalar(v, Numeric, nil)
}

func TestDamagedJSONB(t *testing.T) {
	v, err := ParseJSONB(`{"a": [1, 2.5, "x", null, {"q": [1234567890123456789012345678]}], "b": {"c": true}}`)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		b := []byte(v.S)
		for range 1 + r.IntN(4) {
			b[r.IntN(len(b))] = byte(r.Uint32())
		}
		readAll(string(b[:r.IntN(len(b)+1)]))
	}
}

func BenchmarkJSONB(b *testing.B) {
	text := `{"id": 12345, "name": "Alice Example", "tags": ["a", "b", "c"], "address": {"city": "Berlin", "zip": "10115"}, "score": 12.75, "active": true}`
	v, err := ParseJSONB(text)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
		for range b.N {
			_, _ = ParseJSONB(text)
		}
	})
	b.Run("validate", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
		for range b.N {
			_ = ValidJSON(text)
		}
	})
	b.Run("member", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			_, _ = JSONBNode(v.S).Member("score")
		}
	})
	b.Run("member of text", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			_, _ = JSONText(text).Member("score")
		}
	})
}
