package stats

import (
	"math"
	"sort"

	"github.com/zqlite/zqlite/internal/types"
)

// Relation is what is known of one relation.
type Relation struct {
	Rows    float64 // when it was looked at
	Columns map[uint16]*Column
	// Sample are rows drawn at random, each with the values of the columns
	// that SampleIDs names.
	SampleIDs []uint16
	Sample    [][]types.Value
}

// Column is what is known of one column.
type Column struct {
	Type     *types.Type
	Null     float64 // fraction of NULLs
	Distinct float64 // number of different values
	Unique   bool    // no value was seen twice
	// Common are the values that come more often than others, the most
	// frequent first; Bounds cut the rest into parts of equally many rows, from
	// the smallest to the largest value.
	Common []Common
	Bounds []types.Value
	common float64 // sum of the fractions of Common
}

// Common is a value with the fraction of the rows that have it.
type Common struct {
	Value    types.Value
	Fraction float64
}

// settle computes what is not stored.
func (c *Column) settle() {
	c.common = 0
	for i := range c.Common {
		c.common += c.Common[i].Fraction
	}
}

// rest is the fraction of rows that are neither NULL nor common.
func (c *Column) rest() float64 { return math.Max(0, 1-c.Null-c.common) }

// DistinctIn estimates the number of different values in a relation that now
// has so many rows, where it had then others.
func (c *Column) DistinctIn(then, now float64) float64 {
	d := c.Distinct
	if then > 0 && now > 0 && (c.Unique || d > then/10) {
		d *= now / then
	}
	return math.Max(1, math.Min(d, math.Max(1, now)))
}

// Equal returns the fraction of rows whose value equals v.
func (c *Column) Equal(v types.Value) float64 {
	for i := range c.Common {
		if types.Compare(c.Common[i].Value, v, c.Type) == 0 {
			return c.Common[i].Fraction
		}
	}
	others := c.Distinct - float64(len(c.Common))
	if others < 1 {
		// Every value seen is common; this one is rare, or not there.
		return clamp(math.Min(c.rest(), 0.5/math.Max(1, c.Distinct*100)))
	}
	if n := len(c.Bounds); n > 0 && (types.Compare(v, c.Bounds[0], c.Type) < 0 || types.Compare(v, c.Bounds[n-1], c.Type) > 0) {
		return clamp(c.rest() / others / 10)
	}
	return clamp(c.rest() / others)
}

// EqualUnknown returns the fraction of rows that equal a value not known yet.
func (c *Column) EqualUnknown() float64 {
	return clamp((1 - c.Null) / math.Max(1, c.Distinct))
}

// Below returns the fraction of rows whose value is below v, or with equal
// set at most v. NULLs count as neither below nor above.
func (c *Column) Below(v types.Value, equal bool) float64 {
	sum := 0.0
	for i := range c.Common {
		if k := types.Compare(c.Common[i].Value, v, c.Type); k < 0 || k == 0 && equal {
			sum += c.Common[i].Fraction
		}
	}
	return clamp(sum + c.rest()*c.boundsBelow(v))
}

// Above is the counterpart of Below.
func (c *Column) Above(v types.Value, equal bool) float64 {
	return clamp(1 - c.Null - c.Below(v, !equal))
}

// boundsBelow is the part of the histogram below v.
func (c *Column) boundsBelow(v types.Value) float64 {
	n := len(c.Bounds)
	if n < 2 {
		if n == 1 && types.Compare(c.Bounds[0], v, c.Type) < 0 {
			return 1
		}
		return 0.5 * float64(1-n)
	}
	i := sort.Search(n, func(i int) bool { return types.Compare(c.Bounds[i], v, c.Type) >= 0 })
	if i == 0 {
		return 0
	}
	if i == n {
		return 1
	}
	share := 0.5
	lo, okLo := number(c.Bounds[i-1])
	hi, okHi := number(c.Bounds[i])
	x, okX := number(v)
	if okLo && okHi && okX && hi > lo {
		share = math.Min(1, math.Max(0, (x-lo)/(hi-lo)))
	}
	return (float64(i-1) + share) / float64(n-1)
}

// Known reports whether there are values to compare with at all.
func (c *Column) Known() bool { return len(c.Common) > 0 || len(c.Bounds) > 0 }

// number places a value on a line, for interpolation.
func number(v types.Value) (float64, bool) {
	switch v.K {
	case types.KindBool, types.KindInt, types.KindDate, types.KindTime, types.KindTimestamp, types.KindTimestampTZ, types.KindEnum:
		return float64(v.I), true
	case types.KindFloat:
		f := v.Float()
		return f, !math.IsNaN(f) && !math.IsInf(f, 0)
	case types.KindNumeric:
		f := types.NumericFloat(v)
		return f, !math.IsNaN(f) && !math.IsInf(f, 0)
	case types.KindUUID:
		return float64(uint64(v.I)), true
	}
	return 0, false
}

func clamp(f float64) float64 {
	if !(f > 0) {
		return 0
	}
	return math.Min(f, 1)
}
