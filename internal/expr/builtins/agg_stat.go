package builtins

import (
	"math"
	"math/big"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

func init() {
	for _, s := range []struct {
		name, doc        string
		population, root bool
	}{
		{"variance", "Sample variance", false, false},
		{"var_samp", "Sample variance", false, false},
		{"var_pop", "Population variance", true, false},
		{"stddev", "Sample standard deviation", false, true},
		{"stddev_samp", "Sample standard deviation", false, true},
		{"stddev_pop", "Population standard deviation", true, true},
	} {
		for _, t := range []typ{types.Int2, int4, int8, numeric} {
			expr.RegisterAggregate(&expr.AggFunc{Name: s.name, Args: args{t}, Ret: numeric, Doc: s.doc, Source: "PostgreSQL",
				New: func(*expr.Context, []*types.Type, *types.Type) expr.Accumulator {
					return &exactSpread{population: s.population, root: s.root}
				}})
		}
		for _, t := range []typ{types.Float4, float8} {
			expr.RegisterAggregate(&expr.AggFunc{Name: s.name, Args: args{t}, Ret: float8, Doc: s.doc, Source: "PostgreSQL",
				New: func(*expr.Context, []*types.Type, *types.Type) expr.Accumulator {
					return &regression{one: true, result: func(r *moments) (float64, bool) { return r.spread(s.population, s.root) }}
				}})
		}
	}
	for _, s := range regressions {
		expr.RegisterAggregate(&expr.AggFunc{Name: s.name, Args: args{float8, float8}, Ret: float8, Doc: s.doc, Source: "PostgreSQL",
			New: func(*expr.Context, []*types.Type, *types.Type) expr.Accumulator { return &regression{result: s.result} }})
	}
	expr.RegisterAggregate(&expr.AggFunc{Name: "regr_count", Args: args{float8, float8}, Ret: int8, EmptyZero: true,
		Doc: "Number of rows where neither argument is NULL", Source: "PostgreSQL",
		New: func(*expr.Context, []*types.Type, *types.Type) expr.Accumulator { return &regression{count: true} }})
}

// exactSpread is variance and standard deviation of exact numbers: sums of the
// values and of their squares.
type exactSpread struct {
	population, root bool
	sums, squares    []types.NumericSum
	special          []bool
}

func (a *exactSpread) Resize(n int) {
	a.sums, a.squares = expr.Resized(a.sums, n), expr.Resized(a.squares, n)
	a.special = expr.Resized(a.special, n)
}
func (a *exactSpread) Bytes() int { return 200 * cap(a.sums) }

func (a *exactSpread) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	return expr.ForEachRow(sel, n, func(i int) error {
		v := in[0].Value(i)
		if v.IsNull() {
			return nil
		}
		v.K = types.KindNumeric
		g := expr.GroupOf(groups, i)
		if special(v) {
			a.special[g] = true
			a.sums[g].Add(v)
			return nil
		}
		sq, err := types.NumericMul(v, v)
		if err != nil {
			return err
		}
		a.sums[g].Add(v)
		a.squares[g].Add(sq)
		return nil
	})
}

func (a *exactSpread) Merge(other expr.Accumulator, mapping []int32) error {
	o := other.(*exactSpread)
	for g := range o.sums {
		to := mapping[g]
		a.sums[to].Merge(&o.sums[g])
		a.squares[to].Merge(&o.squares[g])
		a.special[to] = a.special[to] || o.special[g]
	}
	return nil
}

// Result is (N·Σx² − (Σx)²) / (N·(N−1)), or N·N for the population.
func (a *exactSpread) Result(g int) (types.Value, error) {
	n := a.sums[g].Count()
	switch {
	case n == 0 || n == 1 && !a.population:
		return types.Null, nil
	case a.special[g]:
		return types.NumericNaN, nil
	}
	sum, err := a.sums[g].Result()
	if err != nil {
		return types.Null, err
	}
	squares, err := a.squares[g].Result()
	if err != nil {
		return types.Null, err
	}
	cs, ss := types.NumericBig(sum)
	cq, sq := types.NumericBig(squares)
	numerator := new(big.Int).Mul(cq, big.NewInt(n))
	square := new(big.Int).Mul(cs, cs)
	scale := max(sq, 2*ss)
	numerator.Mul(numerator, pow10(scale-sq))
	square.Mul(square, pow10(scale-2*ss))
	numerator.Sub(numerator, square)
	if numerator.Sign() <= 0 {
		return types.NumericFromInt(0), nil
	}
	top, err := types.NumericFromBig(numerator, scale)
	if err != nil {
		return types.Null, err
	}
	divisor := n
	if !a.population {
		divisor = n - 1
	}
	bottom, err := types.NumericMul(types.NumericFromInt(n), types.NumericFromInt(divisor))
	if err != nil {
		return types.Null, err
	}
	v, err := types.NumericDiv(top, bottom)
	if err != nil || !a.root {
		return v, err
	}
	return types.NumericSqrt(v)
}

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// moments are the running sums of Youngs and Cramer for two variables.
type moments struct {
	n            float64
	sx, sxx      float64
	sy, syy, sxy float64
}

func (m *moments) add(x, y float64) {
	m.n++
	m.sx += x
	m.sy += y
	if m.n > 1 {
		tx, ty := x*m.n-m.sx, y*m.n-m.sy
		scale := 1 / (m.n * (m.n - 1))
		m.sxx += tx * tx * scale
		m.syy += ty * ty * scale
		m.sxy += tx * ty * scale
	}
	if math.IsInf(x, 0) || math.IsNaN(x) {
		m.sxx, m.sxy = math.NaN(), math.NaN()
	}
	if math.IsInf(y, 0) || math.IsNaN(y) {
		m.syy, m.sxy = math.NaN(), math.NaN()
	}
}

// addOne is add for one variable, rounded as PostgreSQL's variance is.
func (m *moments) addOne(x float64) {
	m.n++
	m.sx += x
	if m.n > 1 {
		t := x*m.n - m.sx
		m.sxx += t * t / (m.n * (m.n - 1))
	}
	if math.IsInf(x, 0) || math.IsNaN(x) {
		m.sxx = math.NaN()
	}
}

func (m *moments) merge(o *moments) {
	switch {
	case o.n == 0:
		return
	case m.n == 0:
		*m = *o
		return
	}
	n := m.n + o.n
	tx, ty := m.sx/m.n-o.sx/o.n, m.sy/m.n-o.sy/o.n
	m.sxx += o.sxx + m.n*o.n*tx*tx/n
	m.syy += o.syy + m.n*o.n*ty*ty/n
	m.sxy += o.sxy + m.n*o.n*tx*ty/n
	m.sx, m.sy, m.n = m.sx+o.sx, m.sy+o.sy, n
}

func (m *moments) spread(population, root bool) (float64, bool) {
	divisor := m.n
	if !population {
		divisor--
	}
	if divisor <= 0 {
		return 0, false
	}
	r := m.sxx / divisor
	if root {
		r = math.Sqrt(r)
	}
	return r, true
}

// regressions are the functions of (Y, X); x is the second argument.
var regressions = []struct {
	name, doc string
	result    func(m *moments) (float64, bool)
}{
	{"corr", "Correlation coefficient", func(m *moments) (float64, bool) {
		return m.sxy / math.Sqrt(m.sxx*m.syy), m.n >= 1 && m.sxx != 0 && m.syy != 0
	}},
	{"covar_pop", "Population covariance", func(m *moments) (float64, bool) { return m.sxy / m.n, m.n >= 1 }},
	{"covar_samp", "Sample covariance", func(m *moments) (float64, bool) { return m.sxy / (m.n - 1), m.n >= 2 }},
	{"regr_avgx", "Average of the independent variable", func(m *moments) (float64, bool) { return m.sx / m.n, m.n >= 1 }},
	{"regr_avgy", "Average of the dependent variable", func(m *moments) (float64, bool) { return m.sy / m.n, m.n >= 1 }},
	{"regr_sxx", "Sum of squares of the independent variable", func(m *moments) (float64, bool) { return m.sxx, m.n >= 1 }},
	{"regr_syy", "Sum of squares of the dependent variable", func(m *moments) (float64, bool) { return m.syy, m.n >= 1 }},
	{"regr_sxy", "Sum of products of the variables", func(m *moments) (float64, bool) { return m.sxy, m.n >= 1 }},
	{"regr_slope", "Slope of the least-squares line", func(m *moments) (float64, bool) { return m.sxy / m.sxx, m.n >= 1 && m.sxx != 0 }},
	{"regr_intercept", "Intercept of the least-squares line", func(m *moments) (float64, bool) {
		return (m.sy - m.sx*m.sxy/m.sxx) / m.n, m.n >= 1 && m.sxx != 0
	}},
	{"regr_r2", "Square of the correlation coefficient", func(m *moments) (float64, bool) {
		if m.n < 1 || m.sxx == 0 {
			return 0, false
		}
		if m.syy == 0 {
			return 1, true
		}
		return m.sxy * m.sxy / (m.sxx * m.syy), true
	}},
}

// regression keeps the moments of each group; with one, of its only argument.
type regression struct {
	one, count bool
	result     func(m *moments) (float64, bool)
	states     []moments
}

func (a *regression) Resize(n int) { a.states = expr.Resized(a.states, n) }
func (a *regression) Bytes() int   { return 96 * cap(a.states) }

func (a *regression) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	return expr.ForEachRow(sel, n, func(i int) error {
		y := in[0].Value(i)
		if y.IsNull() {
			return nil
		}
		m := &a.states[expr.GroupOf(groups, i)]
		if a.one {
			m.addOne(y.Float())
			return nil
		}
		if x := in[1].Value(i); !x.IsNull() {
			m.add(x.Float(), y.Float())
		}
		return nil
	})
}

func (a *regression) Merge(other expr.Accumulator, mapping []int32) error {
	o := other.(*regression)
	for g := range o.states {
		a.states[mapping[g]].merge(&o.states[g])
	}
	return nil
}

func (a *regression) Result(g int) (types.Value, error) {
	m := &a.states[g]
	if a.count {
		return types.NewInt(int64(m.n)), nil
	}
	r, ok := a.result(m)
	if !ok {
		return types.Null, nil
	}
	return types.NewFloat(r), nil
}
