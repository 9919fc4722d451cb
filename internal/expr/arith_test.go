package expr

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// edges are the integers at which 64-bit arithmetic goes wrong.
func edges() []int64 {
	out := []int64{0, 1, -1, 2, -2, 3, 10, -10, math.MaxInt64, math.MinInt64}
	for _, k := range []uint{15, 16, 31, 32, 33, 62} {
		for d := int64(-2); d <= 2; d++ {
			out = append(out, 1<<k+d, -(1<<k)+d)
		}
	}
	for d := int64(1); d <= 3; d++ {
		out = append(out, math.MaxInt64-d, math.MinInt64+d)
	}
	return out
}

// TestIntegerArithmeticIsExact compares with arbitrary precision: the result
// is right, or an overflow is reported where there is one.
func TestIntegerArithmeticIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	list := edges()
	for range 300 {
		list = append(list, int64(r.Uint64())>>r.UintN(64))
	}
	ops := []struct {
		op    string
		exact func(z, x, y *big.Int) *big.Int
		is    func(a, b int64) (int64, bool)
		loop  arithLoop
	}{
		{"+", (*big.Int).Add, AddInt, addLoop},
		{"-", (*big.Int).Sub, SubInt, subLoop},
		{"*", (*big.Int).Mul, MulInt, mulLoop},
	}
	var z, x, y big.Int
	for _, o := range ops {
		for _, a := range list {
			for _, b := range list {
				o.exact(&z, x.SetInt64(a), y.SetInt64(b))
				got, ok := o.is(a, b)
				if ok != z.IsInt64() || ok && got != z.Int64() {
					t.Fatalf("%d %s %d = %d, %v; exactly %s", a, o.op, b, got, ok, &z)
				}
				out := []int64{0}
				if bad := o.loop(out, []int64{a}, []int64{b}, false, false, 1); bad == 0 && (!z.IsInt64() || out[0] != z.Int64()) {
					t.Fatalf("kernel: %d %s %d = %d; exactly %s", a, o.op, b, out[0], &z)
				}
			}
		}
	}
}
