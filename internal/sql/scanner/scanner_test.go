package scanner

import (
	"fmt"
	"strings"
	"testing"
)

// tokens prints the tokens of text as kind:text.
func tokens(text string) string {
	var s Scanner
	s.Init(text)
	var list []string
	for {
		t := s.Next()
		switch t.Kind {
		case TokEOF:
			return strings.Join(list, " ")
		case TokError:
			return strings.Join(append(list, "error"), " ")
		case TokParam:
			list = append(list, fmt.Sprintf("param%d%s", t.Index, t.Text))
		default:
			list = append(list, text[t.Pos:t.End])
		}
	}
}

func TestTokens(t *testing.T) {
	for _, c := range [][2]string{
		{"a=-1", "a = - 1"},
		{"a@-1", "a @- 1"},
		{"a<>-b", "a <> - b"},
		{"a||-b", "a ||- b"}, // PostgreSQL: a run with | may end in -
		{"a*+b", "a * + b"},
		{"a--b", "a"},
		{"a+/*x*/b", "a + b"},
		{"id=?", "id = param1"},
		{"a ?| b", "a ?| b"},
		{"a ? b", "a ? b"},
		{"?||'x'", "param1 || 'x'"},
		{"a||?", "a || param1"},
		{"a=@x", "a = param1x"},
		{"a<@b", "a <@ b"},
		{"a @? b", "a @? b"},
		{"@ x", "@ x"},
		{"x::int", "x :: int"},
		{"x[1:y]", "x [ 1 : y ]"},
		{"ARRAY[:y]", "ARRAY [ param1y ]"},
		{"f(:y)", "f ( param1y )"},
		{"t.data ? 'x'", "t . data ? 'x'"},
		{"LIMIT ?", "LIMIT param1"},
		{"1.5.x", "1.5 . x"},
		{"a.5", "a .5"},
		{"1e5 1e+5 .5 0x1F", "1e5 1e+5 .5 0x1F"},
		{"1..2", "1 .. 2"},
		{"$$a$$ $x$b$$c$x$", "$$a$$ $x$b$$c$x$"},
		{"'abc", "error"},
	} {
		if got := tokens(c[0]); got != c[1] {
			t.Errorf("%s: %s, want %s", c[0], got, c[1])
		}
	}
}

func TestDecoding(t *testing.T) {
	for _, c := range [][2]string{
		{"'it''s'", "it's"},
		{"'a'\n 'b'", "ab"},
		{"E'\\n\\x41\\101\\u00e9\\\\'", "\nAA\u00e9\\"},
		{"E'\\ud83d\\ude00'", "\U0001F600"},
		{"U&'\\0041\\+01F600'", "A\U0001F600"},
		{"U&'!0041' UESCAPE '!'", "A"},
		{"X'4142'", "AB"},
		{`"A""b"`, `A"b`},
		{"`A``b`", "A`b"},
		{"FooBar", "foobar"},
		{"SELECT", "select"},
		{strings.Repeat("é", 40), strings.Repeat("é", 31)},
	} {
		var s Scanner
		s.Init(c[0])
		if got := s.Next(); got.Text != c[1] || s.Err() != nil {
			t.Errorf("%s: %q, %v, want %q", c[0], got.Text, s.Err(), c[1])
		}
	}
}

func TestNextDoesNotAllocate(t *testing.T) {
	text := "SELECT id, name FROM users WHERE id = $1 AND name <> 'x' -- end"
	var s Scanner
	if n := testing.AllocsPerRun(100, func() {
		s = Scanner{}
		s.Init(text)
		for s.Next().Kind != TokEOF {
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
