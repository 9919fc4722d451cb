package elementary

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// TestAgainstSeries compares with series in 300 bits: what is returned is the
// nearest double, or for the rare hard cases its neighbour.
func TestAgainstSeries(t *testing.T) {
	const bits = 300
	fl := func(x float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(x) }
	exp := func(x float64) float64 {
		r := fl(math.Ldexp(x, -12))
		total, term := fl(1), fl(1)
		for n := 1; n < 80; n++ {
			term.Mul(term, r)
			term.Quo(term, fl(float64(n)))
			total.Add(total, term)
		}
		for range 12 {
			total.Mul(total, total)
		}
		f, _ := total.Float64()
		return f
	}
	sin := func(x float64) float64 {
		total, term, q := fl(0), fl(x), new(big.Float).SetPrec(bits).Mul(fl(x), fl(-x))
		for n := 1; n < 160; n += 2 {
			total.Add(total, term)
			term.Mul(term, q)
			term.Quo(term, fl(float64(n+1)*float64(n+2)))
		}
		f, _ := total.Float64()
		return f
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name      string
		got, want func(float64) float64
		lo, hi    float64
	}{
		{"exp", Exp, exp, -600, 600}, {"sin", Sin, sin, -20, 20},
		{"log of exp", func(x float64) float64 { return Log(exp(x)) }, func(x float64) float64 {
			y := math.Log(exp(x))
			return y + (Exp(-y)*exp(x) - 1)
		}, 1, 300},
	} {
		wrong := 0
		for range 2000 {
			x := c.lo + rnd.Float64()*(c.hi-c.lo)
			if got, want := c.got(x), c.want(x); got != want {
				wrong++
				if math.Abs(got-want) > 4e-16*math.Abs(want) {
					t.Errorf("%s(%v) = %v, want %v", c.name, x, got, want)
				}
			}
		}
		if wrong > 2 && c.name != "log of exp" {
			t.Errorf("%s: %d of 2000 are not the nearest", c.name, wrong)
		}
	}
}

// TestIdentities checks what must hold wherever the arguments lie, the largest
// doubles included.
func TestIdentities(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		x := math.Ldexp(rnd.Float64()+0.5, rnd.IntN(2000)-1000)
		if s, c := Sin(x), Cos(x); math.Abs(s*s+c*c-1) > 5e-16 {
			t.Fatalf("sin and cos of %v: %v %v", x, s, c)
		}
		if got := Sin(-x); got != -Sin(x) {
			t.Fatalf("sin(%v)", -x)
		}
		if a := Tan(Atan(x)); x < 1e6 && math.Abs(a-x) > 1e-15*x*(1+x) {
			t.Fatalf("tan(atan(%v)) = %v", x, a)
		}
		u := rnd.Float64()*2 - 1
		if a := Sin(Asin(u)); math.Abs(a-u) > 3e-16 {
			t.Fatalf("sin(asin(%v)) = %v", u, a)
		}
		if p := Pow(x, 0.5); math.Abs(p-math.Sqrt(x)) > 3e-16*p {
			t.Fatalf("pow(%v, 0.5) = %v", x, p)
		}
	}
	if got := Log10(1e308); got != 308 {
		t.Error("log10(1e308) =", got)
	}
	for _, f := range []func(float64) float64{Exp, Expm1, Log, Log10, Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Tanh} {
		if !math.IsNaN(f(math.NaN())) {
			t.Error("NaN")
		}
	}
}

func BenchmarkSin(b *testing.B) {
	for i := range b.N {
		Sin(float64(i) * 0.001)
	}
}

func BenchmarkPow(b *testing.B) {
	for i := range b.N {
		Pow(float64(i)+1.5, 0.3)
	}
}
