package optimizer

import (
	"math"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/stats"
	"github.com/zqlite/zqlite/internal/types"
)

// origin is where the values of a column come from.
type origin struct {
	rel    *catalog.Relation // nil: not from a relation
	column uint16            // 0: the hidden row id
	known  *stats.Relation   // nil where nothing is known
	alias  expr.ColumnID     // rel is nil: the column that this one repeats, plus one
}

// learn notes the origin of every column below n, subqueries included.
func (z *optimizer) learn(n plan.Node) {
	switch n := n.(type) {
	case *plan.Scan:
		var known *stats.Relation
		if z.stats != nil && n.Rel.Kind == catalog.Table {
			known = z.stats.Of(n.Rel)
		}
		for i, c := range n.Cols {
			o := origin{rel: n.Rel, known: known}
			if at := n.Ordinals[i]; at >= 0 {
				o.column = n.Rel.Columns[at].ID
			} else {
				o.column = n.Rel.KeyColumn
			}
			z.note(c.ID, o)
		}
	case *plan.Project:
		z.learnItems(n.Items)
	case *plan.Aggregate:
		z.learnItems(n.Groups)
	}
	eachExpr(n, func(e *expr.Expr) {
		if *e == nil {
			return
		}
		expr.Walk(*e, func(x expr.Expr) bool {
			if s, ok := x.(*expr.Subquery); ok {
				if p, ok := s.Plan.(plan.Node); ok {
					z.learn(p)
				}
			}
			return true
		})
	})
	for _, in := range n.Inputs() {
		z.learn(in)
	}
}

func (z *optimizer) learnItems(items []plan.Item) {
	for _, it := range items {
		if c, ok := it.Expr.(*expr.Column); ok {
			z.note(it.Col.ID, origin{alias: c.ID + 1})
		}
	}
}

func (z *optimizer) note(id expr.ColumnID, o origin) {
	if id < 0 {
		return
	}
	for len(z.origins) <= int(id) {
		z.origins = append(z.origins, origin{})
	}
	z.origins[id] = o
}

// originOf returns where the values of an expression come from, where it is a
// column or a cast that leaves its values alone.
func (z *optimizer) originOf(e expr.Expr) (origin, bool) {
	for {
		c, ok := e.(*expr.Cast)
		if !ok || !sameForm(c.Arg.Type(), c.To) {
			break
		}
		e = c.Arg
	}
	id := expr.ColumnID(-1)
	switch c := e.(type) {
	case *expr.Column:
		id = c.ID
	case *expr.Outer:
		id = c.ID
	}
	for range 64 { // aliases of aliases
		if id < 0 || int(id) >= len(z.origins) {
			return origin{}, false
		}
		o := z.origins[id]
		if o.rel != nil {
			return o, true
		}
		id = o.alias - 1
	}
	return origin{}, false
}

// values returns the statistics of the column that an expression is, or nil.
func (z *optimizer) values(e expr.Expr) *stats.Column {
	o, ok := z.originOf(e)
	if !ok || o.known == nil || o.column == 0 {
		return nil
	}
	return o.known.Columns[o.column]
}

// distinctOf estimates how many different values an expression has in rows
// rows; 0 where nothing is known of it.
func (z *optimizer) distinctOf(e expr.Expr, rows float64) float64 {
	o, ok := z.originOf(e)
	if !ok {
		if ex, ok := e.(*expr.Call); ok && len(ex.Args) > 0 {
			return math.Max(1, rows/10)
		}
		return 0
	}
	total := z.relationRows(o.rel)
	if o.column != 0 && fixesKey(o.rel, map[uint16]bool{o.column: true}) || o.column == 0 {
		return math.Max(1, math.Min(total, rows))
	}
	if o.known != nil {
		if c := o.known.Columns[o.column]; c != nil {
			return math.Min(c.DistinctIn(o.known.Rows, total), math.Max(1, rows))
		}
	}
	return math.Max(1, math.Min(rows, guessDistinct(total)))
}

// guessDistinct is something between the square root and a fifth of the rows.
func guessDistinct(total float64) float64 {
	return math.Max(1, math.Min(total/5, 1+math.Sqrt(total)*10))
}

// constantOf returns the value of a constant of the column's kind.
func constantOf(e expr.Expr, c *stats.Column) (types.Value, bool) {
	for {
		cast, ok := e.(*expr.Cast)
		if !ok || !sameForm(cast.Arg.Type(), cast.To) {
			break
		}
		e = cast.Arg
	}
	k, ok := e.(*expr.Const)
	if !ok || k.Val.IsNull() || k.Val.K != c.Type.Kind {
		return types.Null, false
	}
	return k.Val, true
}

// conjunction estimates the fraction of rows that pass all conditions: bounds
// of one column together, conditions that no column's statistics answer on the
// sample of their relation, the rest as if they were independent.
func (z *optimizer) conjunction(conds []expr.Expr) float64 {
	sel := 1.0
	var bounds []bound
	var hard []expr.Expr
	for _, c := range conds {
		if b, ok := z.boundOf(c); ok {
			bounds = addBound(bounds, b)
			continue
		}
		if z.easy(c) {
			sel *= z.selectivity(c)
		} else {
			hard = append(hard, c)
		}
	}
	for i := range bounds {
		sel *= bounds[i].fraction()
	}
	return sel * z.sampled(hard)
}

// bound is what the conditions on one column ask of its range.
type bound struct {
	id        expr.ColumnID
	values    *stats.Column
	low, high float64 // fractions of the rows that are below and above the range
	lows      int
	highs     int
	unknown   int // bounds whose values are not known yet
}

func (z *optimizer) boundOf(c expr.Expr) (bound, bool) {
	cmp, ok := c.(*expr.Compare)
	if !ok || cmp.Op == expr.EQ || cmp.Op == expr.NE {
		return bound{}, false
	}
	col, op, value := cmp.A, cmp.Op, cmp.B
	v := z.values(col)
	if v == nil {
		if v = z.values(value); v == nil {
			return bound{}, false
		}
		col, op, value = cmp.B, flipped[op], cmp.A
	}
	for {
		cast, ok := col.(*expr.Cast)
		if !ok {
			break
		}
		col = cast.Arg
	}
	column, ok := col.(*expr.Column)
	if !ok || !v.Known() {
		return bound{}, false
	}
	b := bound{id: column.ID, values: v}
	x, constant := constantOf(value, v)
	low := op == expr.GT || op == expr.GE
	if low {
		b.lows = 1
	} else {
		b.highs = 1
	}
	switch {
	case !constant && !valueAlone(value):
		return bound{}, false
	case !constant:
		b.unknown = 1
	case low:
		b.low = v.Below(x, op == expr.GT)
	default:
		b.high = v.Above(x, op == expr.LT)
	}
	return b, true
}

// valueAlone reports an expression without columns of the query.
func valueAlone(e expr.Expr) bool {
	ok := true
	expr.Walk(e, func(x expr.Expr) bool {
		if _, column := x.(*expr.Column); column {
			ok = false
		}
		return ok
	})
	return ok
}

func addBound(list []bound, b bound) []bound {
	for i := range list {
		if x := &list[i]; x.id == b.id {
			x.low, x.high = math.Max(x.low, b.low), math.Max(x.high, b.high)
			x.lows, x.highs, x.unknown = x.lows+b.lows, x.highs+b.highs, x.unknown+b.unknown
			return list
		}
	}
	return append(list, b)
}

func (b *bound) fraction() float64 {
	f := 1 - b.values.Null - b.low - b.high
	if b.unknown > 0 {
		if b.lows > 0 && b.highs > 0 {
			f *= selBetween
		} else {
			f *= selRange
		}
	}
	return math.Max(f, 1e-7)
}

// easy reports a condition that selectivity answers from statistics, or that
// nothing better is known for.
func (z *optimizer) easy(c expr.Expr) bool {
	switch c := c.(type) {
	case *expr.Const, *expr.IsNull:
		return true
	case *expr.Compare:
		return c.Op <= expr.NE && (z.values(c.A) != nil && valueAlone(c.B) || z.values(c.B) != nil && valueAlone(c.A))
	case *expr.In:
		return z.values(c.Arg) != nil
	}
	return false
}

// sampled evaluates conditions on the sample of the one relation that they
// read, and returns the fraction of its rows that pass all of them. Conditions
// that this cannot answer count by their form.
func (z *optimizer) sampled(conds []expr.Expr) float64 {
	sel := 1.0
	var rest []expr.Expr
	var rel *catalog.Relation
	var known *stats.Relation
	for _, c := range conds {
		r, k := z.sampleFor(c)
		if k == nil || rel != nil && r != rel {
			sel *= z.selectivity(c)
			continue
		}
		rel, known = r, k
		rest = append(rest, c)
	}
	if len(rest) == 0 {
		return sel
	}
	passed, ok := z.countSample(rest, known)
	if !ok {
		for _, c := range rest {
			sel *= z.selectivity(c)
		}
		return sel
	}
	return sel * (float64(passed) + 0.3) / (float64(len(known.Sample)) + 0.6)
}

// sampleFor returns the relation whose sample can answer a condition.
func (z *optimizer) sampleFor(c expr.Expr) (rel *catalog.Relation, known *stats.Relation) {
	if expr.VolatilityOf(c) != expr.Immutable {
		return nil, nil
	}
	ok := true
	expr.Walk(c, func(x expr.Expr) bool {
		switch x := x.(type) {
		case *expr.Param, *expr.Outer, *expr.Subquery:
			ok = false
		case *expr.Column:
			o, found := z.originOf(x)
			if !found || o.known == nil || o.column == 0 || rel != nil && o.rel != rel {
				ok = false
			} else {
				rel, known = o.rel, o.known
			}
		}
		return ok
	})
	if !ok || known == nil || len(known.Sample) < 50 {
		return nil, nil
	}
	return rel, known
}

func (z *optimizer) countSample(conds []expr.Expr, known *stats.Relation) (passed int, ok bool) {
	slot := func(id expr.ColumnID) int {
		o, found := z.originOf(&expr.Column{ID: id})
		if !found {
			return -1
		}
		for i, c := range known.SampleIDs {
			if c == o.column {
				return i
			}
		}
		return -1
	}
	compiler := &expr.Compiler{Slot: slot}
	tests := make([]expr.Scalar, len(conds))
	for i, c := range conds {
		for id := range expr.Columns(c) {
			if slot(id) < 0 {
				return 0, false
			}
		}
		var err error
		if tests[i], err = compiler.Scalar(c); err != nil {
			return 0, false
		}
	}
	ctx := &expr.Context{}
rows:
	for _, row := range known.Sample {
		for _, t := range tests {
			v, err := t(ctx, row)
			if err != nil {
				return 0, false
			}
			if v.IsNull() || !v.Bool() {
				continue rows
			}
		}
		passed++
	}
	return passed, true
}
