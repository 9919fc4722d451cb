package optimizer

import (
	"math"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
)

// maxFanOut bounds the key ranges that IN lists make together.
const maxFanOut = 4096

// path is one way to reach the rows of a scan.
type path struct {
	index    *catalog.Index // nil: the relation's own order
	rng      plan.KeyRange
	used     map[expr.Expr]bool // conditions that the range answers exactly
	eq       int                // parts fixed to one value
	bounded  bool               // anything narrows the range
	unique   bool               // at most one row for each combination of values
	fan      float64
	rows     float64 // rows in the range
	cost     float64
	covering bool
}

// chooseAccess sets the scan's Access where an index beats reading all.
func (z *optimizer) chooseAccess(n *plan.Scan) {
	if n.Rel.Kind == catalog.Virtual || n.Access != nil || z.o.NoIndex {
		return
	}
	if best := z.bestPath(n, n.Filter); best != nil && best.cost < z.relationRows(n.Rel) || best != nil && best.unique {
		n.Access = best.access(n.Filter)
	}
}

func (p *path) access(filter []expr.Expr) *plan.Access {
	a := &plan.Access{Index: p.index, Ranges: []plan.KeyRange{p.rng}, IndexOnly: p.covering}
	for _, c := range filter {
		if !p.used[c] {
			a.Residual = append(a.Residual, c)
		}
	}
	return a
}

// bestPath returns the cheapest bounded path for the conditions, or nil.
func (z *optimizer) bestPath(n *plan.Scan, conds []expr.Expr) *path {
	sargs := sargsOf(n, conds)
	if len(sargs) == 0 {
		return nil
	}
	var best *path
	for _, ix := range candidates(n.Rel) {
		p := z.matchIndex(n, ix, sargs)
		if p != nil && (best == nil || p.cost < best.cost) {
			best = p
		}
	}
	return best
}

func sargsOf(n *plan.Scan, conds []expr.Expr) []sarg {
	var sargs []sarg
	for _, c := range conds {
		if s, ok := sargOf(n, c); ok {
			sargs = append(sargs, s)
		}
	}
	return sargs
}

// candidates are the orders in which a relation can be read: its own (nil or
// the primary key) and those of indexes that hold every row.
func candidates(rel *catalog.Relation) []*catalog.Index {
	out := []*catalog.Index{nil}
	for _, ix := range rel.Indexes {
		if ix != rel.Primary && ix.Where == "" {
			out = append(out, ix)
		}
	}
	return out
}

// keyParts lists the ordinals of an order's parts with their directions. The
// relation's own order is its integer key or its primary key.
func keyParts(rel *catalog.Relation, ix *catalog.Index) []catalog.IndexPart {
	if ix != nil {
		return ix.Parts
	}
	if rel.RowIDKey {
		return []catalog.IndexPart{{Column: rel.KeyColumn}}
	}
	if rel.Primary != nil {
		return rel.Primary.Parts
	}
	return nil
}

// partOrdinal returns the ordinal of a part's column; ok is false for an
// expression.
func partOrdinal(rel *catalog.Relation, ix *catalog.Index, p catalog.IndexPart) (int, bool) {
	if p.Column == 0 {
		return plan.RowIDOrdinal, ix == nil && rel.RowIDKey
	}
	o := rel.Ordinal(p.Column)
	return o, o >= 0 && (p.Collation == "" || p.Collation == rel.Columns[o].Type.Collation)
}

func (z *optimizer) matchIndex(n *plan.Scan, ix *catalog.Index, sargs []sarg) *path {
	total := z.relationRows(n.Rel)
	p := &path{index: ix, used: map[expr.Expr]bool{}, fan: 1}
	parts := keyParts(n.Rel, ix)
	sel := 1.0
	nulls := false
	for i, part := range parts {
		o, ok := partOrdinal(n.Rel, ix, part)
		if !ok {
			break
		}
		if s := p.equality(sargs, o); s != nil {
			if p.addEqual(s, i); ix != nil && ix.Hashed() { // other values may have the hash
				delete(p.used, s.cond)
			}
			nulls = nulls || s.null
			if s.in == nil {
				p.eq++
			}
			sel *= z.sargFraction(total, s, len(parts) == 1 && (ix == nil || ix.Unique))
			continue
		}
		if (ix == nil || !ix.Hashed()) && p.addBounds(sargs, o) {
			sel *= z.boundFraction(n, sargs, o, &p.rng)
		}
		break
	}
	p.bounded = len(p.rng.Eq) > 0 || p.rng.Low != nil || p.rng.High != nil
	if !p.bounded {
		return nil
	}
	full := len(p.rng.Eq) == len(parts) && !nulls
	p.unique = full && (ix == nil || ix.Immediate())
	p.rows = math.Max(1, total*sel*p.fan)
	if p.unique {
		p.rows = p.fan
	}
	p.covering = ix != nil && covers(n, ix)
	p.cost = z.pathCost(p, ix)
	return p
}

func (z *optimizer) pathCost(p *path, ix *catalog.Index) float64 {
	perRow := 1.0
	if ix != nil && !p.covering {
		perRow = lookupCost
	}
	return rangeCost*p.fan + p.rows*perRow
}

// sargFraction estimates the rows of one value of a condition: of a key, one;
// else what is known of the column, or a guess.
func (z *optimizer) sargFraction(total float64, s *sarg, key bool) float64 {
	if key {
		return 1 / total
	}
	switch c := s.cond.(type) {
	case *expr.Compare:
		if z.values(c.A) != nil || z.values(c.B) != nil {
			return math.Max(z.equalFraction(c.A, c.B), 1/total)
		}
	case *expr.In:
		if z.values(c.Arg) != nil {
			return math.Max(z.selectivity(c)/float64(len(c.List)), 1/total)
		}
	case *expr.IsNull:
		if v := z.values(c.Arg); v != nil {
			return math.Max(v.Null, 1/total)
		}
	}
	return 1 / guessDistinct(total)
}

// boundFraction estimates the rows between the bounds of a column.
func (z *optimizer) boundFraction(n *plan.Scan, sargs []sarg, ordinal int, r *plan.KeyRange) float64 {
	var conds []expr.Expr
	for i := range sargs {
		s := &sargs[i]
		if s.ordinal != ordinal || s.null || s.in != nil || s.op == expr.EQ {
			continue
		}
		if _, ok := z.boundOf(s.cond); ok {
			conds = append(conds, s.cond)
		} else if s.inexact {
			if _, known := z.sampleFor(s.cond); known != nil {
				conds = append(conds, s.cond)
			}
		}
	}
	if len(conds) > 0 {
		return z.conjunction(conds)
	}
	if r.Low != nil && r.High != nil {
		return selBetween
	}
	return selRange
}

// equality finds the best equality on a column: a single value before a list.
func (p *path) equality(sargs []sarg, ordinal int) *sarg {
	var found *sarg
	for i := range sargs {
		s := &sargs[i]
		if s.ordinal != ordinal || s.op != expr.EQ || s.null && p.index != nil && p.index.Hashed() {
			continue
		}
		if s.in != nil && p.fan*float64(len(s.in)) > maxFanOut {
			continue
		}
		if found == nil || (found.in != nil && s.in == nil) {
			found = s
		}
	}
	return found
}

func (p *path) addEqual(s *sarg, i int) {
	value := s.value
	switch {
	case s.in != nil:
		value = s.in[0]
	case s.null:
		value = &expr.Const{Typ: types.Text} // NULL
	}
	p.rng.Eq = append(p.rng.Eq, value)
	if s.null || p.rng.NullEq != nil {
		for len(p.rng.NullEq) < i {
			p.rng.NullEq = append(p.rng.NullEq, false)
		}
		p.rng.NullEq = append(p.rng.NullEq, s.null)
	}
	if s.in != nil || p.rng.EqIn != nil {
		for len(p.rng.EqIn) < i {
			p.rng.EqIn = append(p.rng.EqIn, nil)
		}
		p.rng.EqIn = append(p.rng.EqIn, s.in)
		p.fan *= math.Max(1, float64(len(s.in)))
	}
	p.used[s.cond] = true
}

// addBounds takes one lower and one upper bound of a column.
func (p *path) addBounds(sargs []sarg, ordinal int) bool {
	for i := range sargs {
		s := &sargs[i]
		if s.ordinal != ordinal || s.null || s.in != nil {
			continue
		}
		switch {
		case (s.op == expr.GT || s.op == expr.GE) && p.rng.Low == nil:
			p.rng.Low, p.rng.LowExcl = s.value, s.op == expr.GT
			if s.high != nil && p.rng.High == nil {
				p.rng.High, p.rng.HighExcl = s.high, true
			}
		case (s.op == expr.LT || s.op == expr.LE) && p.rng.High == nil:
			p.rng.High, p.rng.HighExcl = s.value, s.op == expr.LT
		default:
			continue
		}
		if !s.inexact {
			p.used[s.cond] = true
		}
	}
	return p.rng.Low != nil || p.rng.High != nil
}

// covers reports whether every column of the scan can be read from the index.
func covers(n *plan.Scan, ix *catalog.Index) bool {
	if n.Lock != nil || ix.Hashed() {
		return false
	}
	for _, o := range n.Ordinals {
		if o == plan.RowIDOrdinal {
			continue
		}
		c := n.Rel.Columns[o]
		if n.Rel.RowIDKey && n.Rel.KeyColumn == c.ID {
			continue
		}
		found := false
		for _, p := range ix.Parts {
			found = found || (p.Column == c.ID && codec.Decodable(c.Type) && p.Collation == "")
		}
		for _, id := range ix.Include {
			found = found || id == c.ID
		}
		if !found {
			return false
		}
	}
	return true
}
