package binder_test

import (
	"math/rand"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

var words = regexp.MustCompile(`[A-Za-z_][A-Za-z_0-9]*|[0-9.]+|'[^']*'|[-+*/<>=|!~]+|[(),.;]|\S`)

// TestMutations puts the golden statements together anew, token by token:
// whatever still parses is bound to a plan that holds the invariants, or to an
// error, never to an internal one. ZQLITE_MUTATIONS sets how many are tried.
func TestMutations(t *testing.T) {
	tries := 4000
	if n, err := strconv.Atoi(os.Getenv("ZQLITE_MUTATIONS")); err == nil {
		tries = n
	}
	files, _ := filepath.Glob("testdata/*.txt")
	var texts [][]string
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range strings.Split(string(raw), "\n\n") {
			text, _, _ := strings.Cut(c, "\n----")
			texts = append(texts, words.FindAllString(text, -1))
		}
	}
	r := rand.New(rand.NewSource(int64(tries)))
	bound := 0
	for i := 0; i < tries; i++ {
		a := append([]string(nil), texts[r.Intn(len(texts))]...)
		b := texts[r.Intn(len(texts))]
		for n := 1 + r.Intn(3); n > 0 && len(a) > 0 && len(b) > 0; n-- {
			at, from := r.Intn(len(a)), r.Intn(len(b))
			switch r.Intn(3) {
			case 0: // another token
				a[at] = b[from]
			case 1: // a piece of another statement
				to := min(len(b), from+1+r.Intn(8))
				a = append(a[:at:at], append(append([]string(nil), b[from:to]...), a[at:]...)...)
			default:
				a = append(a[:at:at], a[at+1:]...)
			}
		}
		text := strings.Join(a, " ")
		stmt, err := bind(text)
		if err != nil {
			if sqlerr.Code(err) == sqlerr.InternalError && !strings.Contains(err.Error(), "cannot be planned") {
				t.Errorf("%s\n%v", text, err)
			}
			continue
		}
		bound++
		for _, e := range verify(stmt.Plan) {
			t.Errorf("%s\n%s", text, e)
		}
	}
	if bound == 0 {
		t.Error("no mutation was bound")
	}
}
