package stats

import (
	"hash/maphash"
	"math"
	"math/rand/v2"
	"sort"
	"strings"

	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

const (
	sampleRows  = 6000 // rows that common values and bounds are taken from
	keptRows    = 256  // of them kept, for conditions that no column answers
	maxCommon   = 48
	maxBounds   = 64
	maxText     = 128     // bytes of a text in the sample
	scaleFactor = 1 << 53 // of random fractions
)

// Collector gathers the statistics of one relation from its rows, in any
// order. It is used by one goroutine.
type Collector struct {
	ids    []uint16
	types  []*types.Type
	sketch []*sketch
	nulls  []int64
	rows   int64
	sample [][]types.Value
	rng    *rand.Rand
	skip   int64 // rows to pass before the next is drawn
	weight float64
}

// NewCollector makes a collector for columns of the given ids and types, in
// the order in which batches have them.
func NewCollector(ids []uint16, ts []*types.Type) *Collector {
	c := &Collector{ids: ids, types: ts, sketch: make([]*sketch, len(ts)), nulls: make([]int64, len(ts)),
		rng: rand.New(rand.NewPCG(1, uint64(len(ids)))), weight: 1}
	for i := range c.sketch {
		c.sketch[i] = &sketch{}
	}
	return c
}

var seed = maphash.MakeSeed()

// mix spreads the bits of a word (the finalizer of splitmix64).
func mix(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// Add takes the live rows of a batch.
func (c *Collector) Add(b *vector.Batch) {
	n := b.Len()
	for i, v := range b.Cols[:len(c.types)] {
		c.addColumn(i, v, b, n)
	}
	// Reservoir sampling with jumps: algorithm L (Li 1994).
	for at := int64(0); at < int64(n); at++ {
		if len(c.sample) < sampleRows {
			c.sample = append(c.sample, c.row(b, int(at), nil))
			if len(c.sample) == sampleRows {
				c.jump()
			}
			continue
		}
		if rest := int64(n) - at; c.skip >= rest {
			c.skip -= rest
			break
		}
		at += c.skip
		k := c.rng.IntN(sampleRows)
		c.sample[k] = c.row(b, int(at), c.sample[k])
		c.jump()
	}
	c.rows += int64(n)
}

func (c *Collector) jump() {
	c.weight *= math.Exp(math.Log(c.random()) / sampleRows)
	c.skip = int64(math.Min(1e15, math.Floor(math.Log(c.random())/math.Log1p(-c.weight))))
}

// random draws from the open interval between 0 and 1.
func (c *Collector) random() float64 { return (float64(c.rng.Uint64()>>11) + 0.5) / scaleFactor }

func (c *Collector) row(b *vector.Batch, k int, row []types.Value) []types.Value {
	if row == nil {
		row = make([]types.Value, len(c.types))
	}
	at := b.Row(k)
	for i := range row {
		row[i] = b.Cols[i].Value(at)
		if s := row[i].S; s != "" {
			if len(s) > maxText && row[i].K == types.KindText {
				s = strings.ToValidUTF8(s[:maxText], "")
			}
			row[i].S = strings.Clone(s)
		}
	}
	return row
}

func (c *Collector) addColumn(i int, v *vector.Vector, b *vector.Batch, n int) {
	s := c.sketch[i]
	for k := 0; k < n; k++ {
		at := b.Row(k)
		if v.HasNulls && v.Null(at) {
			c.nulls[i]++
			continue
		}
		if v.Const {
			at = 0
		}
		var h uint64
		switch v.Type.Phys() {
		case types.PhysInt:
			h = mix(uint64(v.I[at]))
		case types.PhysFloat:
			h = mix(math.Float64bits(v.F[at] + 0))
		case types.PhysPair:
			h = mix(uint64(v.I[at]) ^ mix(uint64(v.J[at])))
		case types.PhysBytes:
			h = maphash.String(seed, v.S[at])
		default:
			h = mix(math.Float64bits(types.NumericFloat(v.Value(at))))
		}
		s.add(h)
	}
}

// Finish computes the statistics.
func (c *Collector) Finish() *Relation {
	r := &Relation{Rows: float64(c.rows), Columns: make(map[uint16]*Column, len(c.ids)), SampleIDs: c.ids}
	for i, id := range c.ids {
		r.Columns[id] = c.column(i)
	}
	// The reservoir is in no order of the table, except where nothing was
	// replaced: pick evenly.
	step := max(1, len(c.sample)/keptRows)
	for k := 0; k < len(c.sample) && len(r.Sample) < keptRows; k += step {
		r.Sample = append(r.Sample, c.sample[k])
	}
	return r
}

func (c *Collector) column(i int) *Column {
	col := &Column{Type: c.types[i]}
	if c.rows == 0 {
		return col
	}
	rows := float64(c.rows)
	col.Null = float64(c.nulls[i]) / rows
	filled := rows - float64(c.nulls[i])
	col.Distinct = math.Min(filled, math.Max(1, math.Round(c.sketch[i].count())))
	if !types.Comparable(col.Type) {
		return col
	}
	vals := make([]types.Value, 0, len(c.sample))
	for _, row := range c.sample {
		if !row[i].IsNull() {
			vals = append(vals, row[i])
		}
	}
	sort.Slice(vals, func(a, b int) bool { return types.Compare(vals[a], vals[b], col.Type) < 0 })
	runs := runsOf(vals, col.Type)
	if len(c.sample) == int(c.rows) {
		col.Distinct = float64(len(runs)) // everything was seen
	}
	col.Unique = len(runs) == len(vals) && col.Distinct > 0.9*filled
	if col.Unique {
		col.Distinct = filled
	}
	col.spread(vals, runs, len(c.sample))
	col.settle()
	return col
}

// run is a stretch of equal values.
type run struct{ from, n int }

func runsOf(vals []types.Value, t *types.Type) []run {
	var out []run
	for i := range vals {
		if i > 0 && types.Compare(vals[i-1], vals[i], t) == 0 {
			out[len(out)-1].n++
		} else {
			out = append(out, run{i, 1})
		}
	}
	return out
}

// spread finds the common values and the bounds among sorted values.
func (c *Column) spread(vals []types.Value, runs []run, sampled int) {
	common := map[int]bool{} // by the start of a run
	if len(runs) < len(vals) {
		byCount := append([]run(nil), runs...)
		sort.SliceStable(byCount, func(a, b int) bool { return byCount[a].n > byCount[b].n })
		average := float64(len(vals)) / float64(len(runs))
		for _, r := range byCount[:min(len(byCount), maxCommon)] {
			if len(runs) > maxCommon && (r.n < 3 || float64(r.n) < 1.25*average) {
				break
			}
			c.Common = append(c.Common, Common{vals[r.from], float64(r.n) / float64(sampled)})
			common[r.from] = true
		}
	}
	rest := make([]types.Value, 0, len(vals))
	for _, r := range runs {
		if !common[r.from] {
			rest = append(rest, vals[r.from:r.from+r.n]...)
		}
	}
	if len(rest) == 0 {
		return
	}
	n := min(maxBounds, len(rest))
	for k := range n {
		at := 0
		if n > 1 {
			at = k * (len(rest) - 1) / (n - 1)
		}
		c.Bounds = append(c.Bounds, rest[at])
	}
}
