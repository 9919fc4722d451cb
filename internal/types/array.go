package types

import (
	"encoding/binary"
	"iter"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// An array's S: number of dimensions, kind of the elements, length and lower
// bound of every dimension as varints, then the elements in row-major order.
// An element is 0 for NULL, or 1 and the words of its physical form: varints
// for integers, eight bytes for a float, length and bytes for a string. A big
// numeric has 2 in front. An empty array has no dimension.

// MaxArrayDims is the limit of dimensions.
const MaxArrayDims = 6

// maxArrayElements bounds what a value may hold.
const maxArrayElements = 134217727

// Dim is a dimension of an array: its length and its first subscript.
type Dim struct{ Length, Lower int }

var (
	errArrayDamaged = sqlerr.New(sqlerr.DataCorrupted, "stored array is damaged")
	errArrayMatch   = sqlerr.New(sqlerr.ArraySubscriptError,
		"multidimensional arrays must have array expressions with matching dimensions")
	errArraySize = sqlerr.New(sqlerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", maxArrayElements)
)

func appendElement(dst []byte, v Value) []byte {
	if v.K == KindNull {
		return append(dst, 0)
	}
	switch v.K.Phys() {
	case PhysInt:
		return binary.AppendVarint(append(dst, 1), v.I)
	case PhysFloat:
		return binary.LittleEndian.AppendUint64(append(dst, 1), uint64(v.I))
	case PhysPair:
		return binary.AppendVarint(binary.AppendVarint(append(dst, 1), v.I), v.J)
	case PhysNumeric:
		if v.S == "" {
			return binary.AppendVarint(binary.AppendVarint(append(dst, 1), v.I), v.J)
		}
		dst = append(dst, 2)
	default:
		dst = append(dst, 1)
	}
	dst = binary.AppendUvarint(dst, uint64(len(v.S)))
	return append(dst, v.S...)
}

// readElement reads an element of a kind and returns what follows it.
func readElement(s string, k Kind) (v Value, rest string, ok bool) {
	if s == "" {
		return Null, "", false
	}
	tag := s[0]
	s = s[1:]
	if tag == 0 {
		return Null, s, true
	}
	v.K = k
	switch phys := k.Phys(); {
	case phys == PhysInt:
		v.I, s, ok = readVarint(s)
		return v, s, ok
	case phys == PhysFloat:
		if len(s) < 8 {
			return Null, "", false
		}
		var u uint64
		for i := 7; i >= 0; i-- {
			u = u<<8 | uint64(s[i])
		}
		v.I = int64(u)
		return v, s[8:], true
	case phys == PhysPair, phys == PhysNumeric && tag == 1:
		if v.I, s, ok = readVarint(s); ok {
			v.J, s, ok = readVarint(s)
		}
		return v, s, ok
	}
	n, s, ok := readUvarint(s)
	if !ok || n > uint64(len(s)) {
		return Null, "", false
	}
	v.S = s[:n]
	return v, s[n:], true
}

func readUvarint(s string) (uint64, string, bool) {
	var u uint64
	for i := 0; i < len(s) && i < 10; i++ {
		u |= uint64(s[i]&0x7F) << (7 * i)
		if s[i] < 0x80 {
			return u, s[i+1:], true
		}
	}
	return 0, "", false
}

func readVarint(s string) (int64, string, bool) {
	u, rest, ok := readUvarint(s)
	return int64(u>>1) ^ -int64(u&1), rest, ok
}

// NewArray makes an array of one dimension, counted from 1. The elements are
// of type elem or NULL.
func NewArray(elems []Value, elem *Type) Value {
	if len(elems) == 0 {
		return NewArrayDims(nil, nil, elem)
	}
	return NewArrayDims(elems, []Dim{{len(elems), 1}}, elem)
}

// NewArrayDims makes an array of dimensions whose lengths multiply to the
// number of elements.
func NewArrayDims(elems []Value, dims []Dim, elem *Type) Value {
	if len(elems) == 0 {
		dims = nil
	}
	dst := make([]byte, 0, 2+4*len(dims)+10*len(elems))
	dst = append(dst, byte(len(dims)), byte(elem.Kind))
	for _, d := range dims {
		dst = binary.AppendUvarint(dst, uint64(d.Length))
		dst = binary.AppendVarint(dst, int64(d.Lower))
	}
	for i := range elems {
		dst = appendElement(dst, elems[i])
	}
	return Value{K: KindArray, S: string(dst)}
}

// MakeArray makes an array of type t as ARRAY[...] does: of elements, or of
// arrays, which gives one more dimension.
func MakeArray(t *Type, vals []Value) (Value, error) {
	nested := false
	for i := range vals {
		nested = nested || vals[i].K == KindArray && !isElement(vals[i], t.Elem)
	}
	if !nested {
		return NewArray(vals, t.Elem), nil
	}
	var inner []Dim
	var elems []Value
	for i := range vals {
		if vals[i].K == KindNull {
			return Null, errArrayMatch
		}
		e, dims, err := ArrayElements(vals[i], t.Elem)
		if err != nil {
			return Null, err
		}
		if i == 0 {
			inner = dims
		} else if !sameDims(inner, dims) {
			return Null, errArrayMatch
		}
		elems = append(elems, e...)
	}
	if len(inner) == 0 {
		return NewArray(nil, t.Elem), nil
	}
	if len(inner) >= MaxArrayDims {
		return Null, sqlerr.New(sqlerr.ProgramLimitExceeded,
			"number of array dimensions (%d) exceeds the maximum allowed (%d)", len(inner)+1, MaxArrayDims)
	}
	return NewArrayDims(elems, append([]Dim{{len(vals), 1}}, inner...), t.Elem), nil
}

// isElement tells whether an array is an element of an array of arrays, which a
// domain makes possible, rather than a dimension of it.
func isElement(v Value, elem *Type) bool {
	return elem.Kind == KindArray && (len(v.S) < 2 || Kind(v.S[1]) != KindArray)
}

func sameDims(a, b []Dim) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// arrayHeader reads dimensions and returns the encoded elements.
func arrayHeader(v Value) (dims []Dim, n int, kind Kind, body string, err error) {
	s := v.S
	if len(s) < 2 || s[0] > MaxArrayDims {
		return nil, 0, 0, "", errArrayDamaged
	}
	ndim, kind := int(s[0]), Kind(s[1])
	if ndim == 0 {
		return nil, 0, kind, "", nil
	}
	s = s[2:]
	dims = make([]Dim, ndim)
	n = 1
	for i := range dims {
		l, rest, ok := readUvarint(s)
		if !ok || l > maxArrayElements {
			return nil, 0, 0, "", errArrayDamaged
		}
		lower, rest, ok := readVarint(rest)
		if !ok {
			return nil, 0, 0, "", errArrayDamaged
		}
		dims[i] = Dim{int(l), int(lower)}
		n *= int(l)
		s = rest
		if n > maxArrayElements {
			return nil, 0, 0, "", errArrayDamaged
		}
	}
	if n > len(s) || int(kind) >= len(physOf) {
		return nil, 0, 0, "", errArrayDamaged
	}
	return dims, n, kind, s, nil
}

// ArrayDims returns the dimensions of an array, nil for an empty one.
func ArrayDims(v Value) ([]Dim, error) {
	dims, _, _, _, err := arrayHeader(v)
	return dims, err
}

// ArrayLen returns the number of elements over all dimensions.
func ArrayLen(v Value) int {
	_, n, _, _, err := arrayHeader(v)
	if err != nil {
		return 0
	}
	return n
}

// ArrayElements returns the elements in row-major order and the dimensions.
// The element type may be nil: the value knows the kind.
func ArrayElements(v Value, _ *Type) ([]Value, []Dim, error) {
	dims, n, kind, body, err := arrayHeader(v)
	if err != nil || n == 0 {
		return nil, nil, err
	}
	out := make([]Value, n)
	for i := range out {
		var ok bool
		if out[i], body, ok = readElement(body, kind); !ok {
			return nil, nil, errArrayDamaged
		}
	}
	return out, dims, nil
}

// ArrayIter yields the elements in row-major order without collecting them.
func ArrayIter(v Value) iter.Seq[Value] {
	return func(yield func(Value) bool) {
		_, n, kind, body, err := arrayHeader(v)
		if err != nil {
			return
		}
		for ; n > 0; n-- {
			var e Value
			var ok bool
			if e, body, ok = readElement(body, kind); !ok || !yield(e) {
				return
			}
		}
	}
}

// ArrayGet returns the element at subscripts, NULL outside the bounds or with
// a wrong number of subscripts.
func ArrayGet(v Value, subs []int) (Value, error) {
	dims, n, kind, body, err := arrayHeader(v)
	if err != nil || len(subs) != len(dims) || n == 0 {
		return Null, err
	}
	at := 0
	for i, d := range dims {
		k := subs[i] - d.Lower
		if k < 0 || k >= d.Length {
			return Null, nil
		}
		at = at*d.Length + k
	}
	var e Value
	for ok := true; at >= 0; at-- {
		if e, body, ok = readElement(body, kind); !ok {
			return Null, errArrayDamaged
		}
	}
	return e, nil
}

// Slice is one bound pair of a[low:high]; a missing bound is that of the array.
type Slice struct {
	Low, High       int
	HasLow, HasHigh bool
}

// ArraySlice returns a[l1:h1][l2:h2]...; dimensions without bounds are whole.
// The result counts from 1.
func ArraySlice(v Value, bounds []Slice, elem *Type) (Value, error) {
	elems, dims, err := ArrayElements(v, elem)
	if err != nil {
		return Null, err
	}
	if len(bounds) > len(dims) || len(dims) == 0 {
		return NewArray(nil, elem), nil
	}
	out := make([]Dim, len(dims))
	from := make([]int, len(dims))
	for i, d := range dims {
		low, high := d.Lower, d.Lower+d.Length-1
		if i < len(bounds) {
			if bounds[i].HasLow {
				low = max(low, bounds[i].Low)
			}
			if bounds[i].HasHigh {
				high = min(high, bounds[i].High)
			}
		}
		if low > high {
			return NewArray(nil, elem), nil
		}
		out[i] = Dim{high - low + 1, 1}
		from[i] = low - d.Lower
	}
	picked := pick(nil, elems, dims, out, from)
	return NewArrayDims(picked, out, elem), nil
}

// pick copies the sub-block of elems that starts at from with the lengths of
// out, dimension by dimension.
func pick(dst, elems []Value, dims, out []Dim, from []int) []Value {
	if len(dims) == 0 {
		return append(dst, elems[0])
	}
	stride := len(elems) / dims[0].Length
	for i := 0; i < out[0].Length; i++ {
		at := (from[0] + i) * stride
		dst = pick(dst, elems[at:at+stride], dims[1:], out[1:], from[1:])
	}
	return dst
}

// cloneString copies a string out of memory that will be reused.
func cloneString(s string) string { return strings.Clone(s) }

// Clone returns the value with a string of its own.
func (v Value) Clone() Value {
	if v.S != "" {
		v.S = cloneString(v.S)
	}
	return v
}
