package builtins

import (
	"math"
	"math/rand/v2"
	"testing"
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

func TestCharacters(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	letters := []rune("aäz€𝄞\u00a0 \u07ff\u0800")
	for range 20_000 {
		s := ""
		for range r.IntN(40) {
			s += string(letters[r.IntN(len(letters))])
		}
		if got := characters(s); got != utf8.RuneCountInString(s) {
			t.Fatalf("%q has %d characters, not %d", s, utf8.RuneCountInString(s), got)
		}
	}
}

// Kernels give what the functions give row by row, for whole batches, for
// selections and with NULLs, whose words are anything.
func TestKernels(t *testing.T) {
	texts := []string{"", "a", "äöü", "long enough for words", "€uro and 𝄞"}
	numbers := []float64{0, 1.5, -2.5, 0.49999999999999994, math.Inf(1), -0.1, 1e300, 12345.678}
	const n = 100
	for _, c := range []struct {
		name string
		arg  typ
	}{
		{"length", text}, {"char_length", text}, {"octet_length", text}, {"length", types.Bytea},
		{"round", float8}, {"ceil", float8}, {"floor", float8}, {"trunc", float8}, {"sign", float8}, {"radians", float8},
	} {
		f := functionOf(t, c.name, c.arg)
		for _, nulls := range []bool{false, true} {
			for _, some := range []bool{false, true} {
				in, out := vector.New(c.arg, n), vector.New(f.Ret, n)
				var sel []int32
				for i := range n {
					v := types.NewFloat(numbers[i%len(numbers)])
					if c.arg != float8 {
						v = value{K: c.arg.Kind, S: texts[i%len(texts)]}
					}
					in.Set(i, v)
					if nulls && i%3 == 0 {
						in.SetNull(i)
						out.SetNull(i)
					}
					if some && i%2 == 0 {
						sel = append(sel, int32(i))
					}
				}
				if err := f.Kernel(&expr.Context{}, []*vector.Vector{in}, sel, n, out); err != nil {
					t.Fatal(err)
				}
				for i := range n {
					if some && i%2 != 0 || nulls && i%3 == 0 {
						continue
					}
					want, err := f.Eval(&expr.Context{}, []value{in.Value(i)})
					if got := out.Value(i); err != nil || got != want {
						t.Errorf("%s(%v) = %v, row by row %v, %v", c.name, in.Value(i), got, want, err)
					}
				}
			}
		}
	}
}

func functionOf(t *testing.T, name string, arg typ) *expr.Func {
	t.Helper()
	for _, f := range expr.Functions(name) {
		if len(f.Args) == 1 && f.Args[0] == arg && f.Kernel != nil {
			return f
		}
	}
	t.Fatalf("there is no kernel of %s(%s)", name, arg.Display)
	return nil
}
