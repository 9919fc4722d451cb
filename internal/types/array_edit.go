package types

import (
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// ArraySet returns the array with one element replaced; an array of one
// dimension grows, the gap filled with NULL.
func ArraySet(v Value, subs []int, x Value, elem *Type) (Value, error) {
	if v.K == KindNull {
		v = NewArray(nil, elem)
	}
	elems, dims, err := ArrayElements(v, elem)
	if err != nil {
		return Null, err
	}
	if len(dims) == 0 {
		dims = make([]Dim, len(subs))
		for i, s := range subs {
			dims[i] = Dim{1, s}
		}
		return NewArrayDims([]Value{x}, dims, elem), nil
	}
	if len(subs) != len(dims) {
		return Null, sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts")
	}
	if len(dims) == 1 {
		d := &dims[0]
		at := subs[0] - d.Lower
		if at < -maxArrayElements || at > maxArrayElements {
			return Null, errArraySize
		}
		if at < 0 {
			elems = append(make([]Value, -at), elems...)
			d.Lower, d.Length, at = subs[0], len(elems), 0
		}
		for len(elems) <= at {
			elems = append(elems, Null)
		}
		d.Length = len(elems)
		elems[at] = x
		return NewArrayDims(elems, dims, elem), nil
	}
	at := 0
	for i, d := range dims {
		k := subs[i] - d.Lower
		if k < 0 || k >= d.Length {
			return Null, sqlerr.New(sqlerr.ArraySubscriptError, "array subscript out of range")
		}
		at = at*d.Length + k
	}
	elems[at] = x
	return NewArrayDims(elems, dims, elem), nil
}

// ArrayAppend is array_append: v || x.
func ArrayAppend(v, x Value, elem *Type) (Value, error) {
	if v.K == KindNull {
		return NewArray([]Value{x}, elem), nil
	}
	elems, dims, err := ArrayElements(v, elem)
	if err != nil {
		return Null, err
	}
	switch len(dims) {
	case 0:
		return NewArray([]Value{x}, elem), nil
	case 1:
		dims[0].Length++
		return NewArrayDims(append(elems, x), dims, elem), nil
	}
	return Null, sqlerr.New(sqlerr.DataException, "argument must be empty or one-dimensional array")
}

// ArrayPrepend is array_prepend: x || v, which keeps the lower bound.
func ArrayPrepend(x, v Value, elem *Type) (Value, error) {
	if v.K == KindNull {
		return NewArray([]Value{x}, elem), nil
	}
	elems, dims, err := ArrayElements(v, elem)
	if err != nil {
		return Null, err
	}
	switch len(dims) {
	case 0:
		return NewArray([]Value{x}, elem), nil
	case 1:
		dims[0].Length++
		return NewArrayDims(append([]Value{x}, elems...), dims, elem), nil
	}
	return Null, sqlerr.New(sqlerr.DataException, "argument must be empty or one-dimensional array")
}

// ArrayConcat is array_cat: a || b for two arrays, of one depth or of depths
// that differ by one.
func ArrayConcat(a, b Value, elem *Type) (Value, error) {
	if a.K == KindNull {
		return b, nil
	}
	if b.K == KindNull {
		return a, nil
	}
	ea, da, err := ArrayElements(a, elem)
	if err != nil {
		return Null, err
	}
	eb, db, err := ArrayElements(b, elem)
	if err != nil {
		return Null, err
	}
	var dims []Dim
	switch {
	case len(da) == 0:
		return b, nil
	case len(db) == 0:
		return a, nil
	case len(da) == len(db):
		if !sameDims(da[1:], db[1:]) {
			return Null, catError("Arrays with differing element dimensions are not compatible for concatenation.")
		}
		dims = append(dims, da...)
		dims[0].Length += db[0].Length
	case len(da) == len(db)-1:
		if !sameDims(da, db[1:]) {
			return Null, catError("Arrays with differing dimensions are not compatible for concatenation.")
		}
		dims = append(dims, db...)
		dims[0].Length++
	case len(da)-1 == len(db):
		if !sameDims(da[1:], db) {
			return Null, catError("Arrays with differing dimensions are not compatible for concatenation.")
		}
		dims = append(dims, da...)
		dims[0].Length++
	default:
		return Null, sqlerr.New(sqlerr.ArraySubscriptError, "cannot concatenate incompatible arrays").WithDetail(
			"Arrays of %d and %d dimensions are not compatible for concatenation.", len(da), len(db))
	}
	return NewArrayDims(append(ea, eb...), dims, elem), nil
}

func catError(detail string) error {
	return sqlerr.New(sqlerr.ArraySubscriptError, "cannot concatenate incompatible arrays").WithDetail("%s", detail)
}

func sameLengths(a, b []Dim) bool {
	for i := range a {
		if i >= len(b) || a[i].Length != b[i].Length {
			return false
		}
	}
	return len(a) == len(b)
}

// mapArray applies f to the elements that are not NULL.
func mapArray(v Value, to *Type, f func(Value) (Value, error)) (Value, error) {
	elems, dims, err := ArrayElements(v, nil)
	if err != nil {
		return Null, err
	}
	for i := range elems {
		if elems[i].K != KindNull {
			if elems[i], err = f(elems[i]); err != nil {
				return Null, err
			}
		}
	}
	return NewArrayDims(elems, dims, to), nil
}
