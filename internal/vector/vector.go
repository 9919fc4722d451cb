package vector

import (
	"math"

	"github.com/zqlite/zqlite/internal/types"
)

// Size is the number of rows in a full batch.
const Size = 1024

// Vector is one column of a batch. Which slices are used depends on the
// physical form of Type: I for PhysInt, F for PhysFloat, I and J for PhysPair,
// S for PhysBytes, I, J and (when not nil) S for PhysNumeric.
type Vector struct {
	Type     *types.Type
	I        []int64
	F        []float64
	J        []int64
	S        []string
	Nulls    []uint64 // bit i set: row i is NULL; valid only when HasNulls
	HasNulls bool
	Const    bool // every row is row 0, which is the only one stored
}

// New makes a vector of a type with room for n rows.
func New(t *types.Type, n int) *Vector {
	v := &Vector{}
	v.Reset(t, n)
	return v
}

// Reset makes the vector ready for n rows of a type, keeping its memory where
// it fits; no row is null afterwards and the words are unspecified.
func (v *Vector) Reset(t *types.Type, n int) {
	v.Type, v.HasNulls, v.Const = t, false, false
	switch t.Phys() {
	case types.PhysInt:
		v.I = resize(v.I, n)
	case types.PhysFloat:
		v.F = resize(v.F, n)
	case types.PhysPair:
		v.I, v.J = resize(v.I, n), resize(v.J, n)
	case types.PhysBytes:
		v.S = resize(v.S, n)
	case types.PhysNumeric:
		v.I, v.J = resize(v.I, n), resize(v.J, n)
		v.S = nil
	}
	v.Nulls = resize(v.Nulls, (n+63)/64)
}

func resize[T any](s []T, n int) []T {
	if cap(s) >= n {
		return s[:n]
	}
	return make([]T, n)
}

// Null reports whether row i is NULL.
func (v *Vector) Null(i int) bool {
	if v.Const {
		i = 0
	}
	return v.HasNulls && v.Nulls[i>>6]&(1<<(uint(i)&63)) != 0
}

// SetNull makes row i NULL.
func (v *Vector) SetNull(i int) {
	if !v.HasNulls {
		clear(v.Nulls)
		v.HasNulls = true
	}
	v.Nulls[i>>6] |= 1 << (uint(i) & 63)
}

// Value returns row i as a value; its string shares the vector's memory.
func (v *Vector) Value(i int) types.Value {
	if v.Const {
		i = 0
	}
	if v.HasNulls && v.Nulls[i>>6]&(1<<(uint(i)&63)) != 0 {
		return types.Null
	}
	switch v.Type.Phys() {
	case types.PhysInt:
		return types.Value{K: v.Type.Kind, I: v.I[i]}
	case types.PhysFloat:
		return types.Value{K: v.Type.Kind, I: int64(math.Float64bits(v.F[i]))}
	case types.PhysPair:
		return types.Value{K: v.Type.Kind, I: v.I[i], J: v.J[i]}
	case types.PhysBytes:
		return types.Value{K: v.Type.Kind, S: v.S[i]}
	default:
		r := types.Value{K: v.Type.Kind, I: v.I[i], J: v.J[i]}
		if v.S != nil {
			r.S = v.S[i]
		}
		return r
	}
}

// Load is Value into memory of the caller's, of a row that is stored and not
// NULL.
func (v *Vector) Load(i int, to *types.Value) {
	switch v.Type.Phys() {
	case types.PhysInt:
		*to = types.Value{K: v.Type.Kind, I: v.I[i]}
	case types.PhysFloat:
		*to = types.Value{K: v.Type.Kind, I: int64(math.Float64bits(v.F[i]))}
	case types.PhysPair:
		*to = types.Value{K: v.Type.Kind, I: v.I[i], J: v.J[i]}
	case types.PhysBytes:
		*to = types.Value{K: v.Type.Kind, S: v.S[i]}
	default:
		*to = types.Value{K: v.Type.Kind, I: v.I[i], J: v.J[i]}
		if v.S != nil {
			to.S = v.S[i]
		}
	}
}

// Set stores a value of the vector's type, or NULL, in row i.
func (v *Vector) Set(i int, x types.Value) {
	if x.K == types.KindNull {
		v.SetNull(i)
		return
	}
	if v.HasNulls {
		v.Nulls[i>>6] &^= 1 << (uint(i) & 63)
	}
	switch v.Type.Phys() {
	case types.PhysInt:
		v.I[i] = x.I
	case types.PhysFloat:
		v.F[i] = math.Float64frombits(uint64(x.I))
	case types.PhysPair:
		v.I[i], v.J[i] = x.I, x.J
	case types.PhysBytes:
		v.S[i] = x.S
	case types.PhysNumeric:
		v.setNumeric(i, x)
	}
}

// setNumeric allocates the string column only when a big number shows up.
func (v *Vector) setNumeric(i int, x types.Value) {
	v.I[i], v.J[i] = x.I, x.J
	if v.S != nil {
		v.S[i] = x.S
	} else if x.S != "" {
		v.S = make([]string, len(v.I))
		v.S[i] = x.S
	}
}

// Batch is up to Size rows in columns. Sel lists the live rows in ascending
// order; nil means all N of them.
type Batch struct {
	Cols []*Vector
	N    int     // rows stored
	Sel  []int32 // live rows, or nil for all
}

// NewBatch makes a batch of full size with columns of the given types.
func NewBatch(ts []*types.Type) *Batch {
	b := &Batch{Cols: make([]*Vector, len(ts))}
	for i, t := range ts {
		b.Cols[i] = New(t, Size)
	}
	return b
}

// Len returns the number of live rows.
func (b *Batch) Len() int {
	if b.Sel != nil {
		return len(b.Sel)
	}
	return b.N
}

// Row returns the position of the k-th live row.
func (b *Batch) Row(k int) int {
	if b.Sel != nil {
		return int(b.Sel[k])
	}
	return k
}
