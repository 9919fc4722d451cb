package regex

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// FuzzMatch holds what must be true of any pattern: no panic, bounds within
// the text, and the two engines agree on whether there is a match.
func FuzzMatch(f *testing.F) {
	for _, p := range []string{`(a|ab)(c|bcd)?(d*)`, `(.)\1`, `(?<=a)b`, `[[:alpha:]-]`, `a{2,3}?`, `\x61\u0062`, `(?x) a # b`, `***=a`, `(a*)*?`} {
		f.Add(p, "abcd aab", "")
	}
	f.Fuzz(func(t *testing.T, pattern, text, options string) {
		if len(pattern) > 40 || len(text) > 60 {
			return
		}
		re, err := Compile(pattern, options)
		if err != nil {
			return
		}
		m, err := re.Find(text, 0, true, nil)
		if err != nil {
			return
		}
		ok, err := re.Match(text, nil)
		if err != nil || ok != (m != nil) {
			t.Fatalf("Match %v %v, Find %v", ok, err, m)
		}
		for i := 0; i+1 < len(m); i += 2 {
			if m[i] > m[i+1] || m[i+1] > len(text) || m[i] < 0 != (m[i+1] < 0) {
				t.Fatalf("bounds %v", m)
			}
		}
		if re.quick != nil && re.whole() != nil {
			slow := re.matcher(text, nil)
			if at := slow.earliest(re.whole(), 0); (at >= 0) != ok || ok && at != m[0] {
				t.Fatalf("quick begins at %v, slow at %d", m, at)
			}
		}
	})
}

type stop struct{ at time.Time }

var errStop = errors.New("stop")

func (s stop) Canceled() error {
	if time.Now().After(s.at) {
		return errStop
	}
	return nil
}

// A search with back references that would take for ever is cancelled.
func TestCancel(t *testing.T) {
	re, err := Compile(`^(a*)(a*)(a*)(a*)b\1\2\3\4aa$`, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = re.Match(strings.Repeat("a", 300)+"b"+strings.Repeat("a", 301), stop{time.Now().Add(50 * time.Millisecond)})
	if !errors.Is(err, errStop) {
		t.Fatalf("got %v", err)
	}
}

// Repetitions of repetitions do not take the memory of the machine.
func TestComplexity(t *testing.T) {
	for _, p := range []string{`(((a{255}){255}){255}){255}`, strings.Repeat("(", 5000), strings.Repeat("(a|", 900) + "b" + strings.Repeat(")", 900)} {
		start := time.Now()
		_, err := Compile(p, "")
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("%.20s: %v, %v", p, d, err)
		}
	}
}

// Texts of regular patterns are searched in linear time.
func TestLinear(t *testing.T) {
	re, err := Compile(`\m(?:a*)*b\M`, "")
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := re.Match(strings.Repeat("a", 200000), stop{time.Now().Add(20 * time.Second)}); ok || err != nil {
		t.Fatal(ok, err)
	}
}
