package types

import "github.com/zqlite/zqlite/internal/sqlerr"

// ArraySetSlice returns the array with the part between bounds replaced by the
// elements of src, in order; those that src has beyond the part are left out.
// An array of one dimension grows, gaps filled with NULL. A NULL src changes
// nothing.
func ArraySetSlice(v Value, bounds []Slice, src Value, elem *Type) (Value, error) {
	if src.K == KindNull {
		return v, nil
	}
	if v.K == KindNull {
		v = NewArray(nil, elem)
	}
	elems, dims, err := ArrayElements(v, elem)
	if err != nil {
		return Null, err
	}
	given, _, err := ArrayElements(src, elem)
	if err != nil {
		return Null, err
	}
	fresh := len(dims) == 0
	if !fresh && len(bounds) > len(dims) {
		return Null, sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts")
	}
	part, err := sliceDims(bounds, dims)
	if err != nil {
		return Null, err
	}
	for i, p := range part {
		if len(dims) > 1 && (p.Lower < dims[i].Lower || p.Lower+p.Length > dims[i].Lower+dims[i].Length) {
			return Null, sqlerr.New(sqlerr.ArraySubscriptError, "array subscript out of range")
		}
	}
	need := 1
	for _, d := range part {
		if need *= d.Length; need > maxArrayElements {
			return Null, errArraySize
		}
	}
	if len(given) < need {
		return Null, sqlerr.New(sqlerr.ArraySubscriptError, "source array too small")
	}
	switch {
	case fresh:
		return NewArrayDims(given[:need], part, elem), nil
	case len(dims) == 1:
		if elems, dims[0], err = stretch(elems, dims[0], part[0]); err != nil {
			return Null, err
		}
		copy(elems[part[0].Lower-dims[0].Lower:], given[:need])
		return NewArrayDims(elems, dims, elem), nil
	}
	for n := range given[:need] {
		at, rest, unit := 0, n, 1
		for i := len(dims) - 1; i >= 0; i-- {
			at += (rest%part[i].Length + part[i].Lower - dims[i].Lower) * unit
			rest, unit = rest/part[i].Length, unit*dims[i].Length
		}
		elems[at] = given[n]
	}
	return NewArrayDims(elems, dims, elem), nil
}

// sliceDims are the dimensions of the part between bounds; a bound left out is
// the array's, and so are dimensions without bounds.
func sliceDims(bounds []Slice, dims []Dim) ([]Dim, error) {
	part := make([]Dim, max(len(bounds), len(dims)))
	for i := range part {
		if i >= len(bounds) {
			part[i] = dims[i]
			continue
		}
		b := bounds[i]
		if len(dims) == 0 && !(b.HasLow && b.HasHigh) {
			return nil, sqlerr.New(sqlerr.ArraySubscriptError, "array slice subscript must provide both boundaries").
				WithDetail("When assigning to a slice of an empty array value, slice boundaries must be fully specified.")
		}
		if !b.HasLow {
			b.Low = dims[i].Lower
		}
		if !b.HasHigh {
			b.High = dims[i].Lower + dims[i].Length - 1
		}
		switch {
		case b.Low > b.High:
			return nil, sqlerr.New(sqlerr.ArraySubscriptError, "upper bound cannot be less than lower bound")
		case b.Low < -maxArrayElements || b.High > maxArrayElements:
			return nil, errArraySize
		}
		part[i] = Dim{b.High - b.Low + 1, b.Low}
	}
	return part, nil
}

// stretch makes room in a list for a part that may reach beyond it.
func stretch(elems []Value, d, part Dim) ([]Value, Dim, error) {
	low, high := min(d.Lower, part.Lower), max(d.Lower+d.Length, part.Lower+part.Length)
	if high-low > maxArrayElements {
		return nil, d, errArraySize
	}
	out := make([]Value, high-low)
	copy(out[d.Lower-low:], elems)
	return out, Dim{high - low, low}, nil
}
