package builtins

import (
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// array is an array value taken apart.
type array struct {
	elems []value
	dims  []types.Dim
	elem  typ
}

// open takes apart an array of the given array type; NULL is the empty array.
func openArray(v value, t typ) (array, error) {
	elem := expr.BaseType(t).Elem
	if v.IsNull() {
		return array{elem: elem}, nil
	}
	elems, dims, err := types.ArrayElements(v, elem)
	return array{elems, dims, elem}, err
}

func (a array) value() (value, error) {
	if len(a.dims) == 0 {
		return types.NewArray(nil, a.elem), nil
	}
	return types.NewArrayDims(a.elems, a.dims, a.elem), nil
}

func oneDim(elems []value, elem typ) value { return types.NewArray(elems, elem) }

// typed registers a function that looks at the types of its call.
func typed(name string, params args, ret typ, doc string, eval func(c *expr.Context, call *expr.CallTypes, a []value) (value, error)) *expr.Func {
	f := fn(name, params, ret, doc, nil)
	f.EvalTyped = eval
	return f
}

// onArray registers a function of one array.
func onArray(name string, params args, ret typ, doc string, eval func(x array, a []value) (value, error)) *expr.Func {
	return typed(name, params, ret, doc, func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		x, err := openArray(a[0], call.Args[0])
		if err != nil {
			return types.Null, err
		}
		return eval(x, a)
	})
}

var (
	anyArray = types.AnyArray
	anyElem  = types.AnyElement
)

func init() {
	registerArrayShape()
	registerArrayChange()
	registerArraySearch()
	registerArrayText()
	registerArrayOperators()
}

// maxElements bounds the arrays that functions make: each element takes some
// 40 bytes while it is made.
const maxElements = maxLength / 40

var errTooMany = sqlerr.New(sqlerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", maxElements)

func registerArrayShape() {
	dim := func(x array, n int64) (types.Dim, bool) {
		if n < 1 || n > int64(len(x.dims)) {
			return types.Dim{}, false
		}
		return x.dims[n-1], true
	}
	onArray("array_ndims", args{anyArray}, int4, "Number of dimensions", func(x array, _ []value) (value, error) {
		if len(x.dims) == 0 {
			return types.Null, nil
		}
		return newInt(len(x.dims))
	})
	onArray("array_length", args{anyArray, int4}, int4, "Length of a dimension", func(x array, a []value) (value, error) {
		d, ok := dim(x, a[1].I)
		if !ok {
			return types.Null, nil
		}
		return newInt(int(d.Length))
	})
	onArray("array_lower", args{anyArray, int4}, int4, "Lower bound of a dimension", func(x array, a []value) (value, error) {
		d, ok := dim(x, a[1].I)
		if !ok {
			return types.Null, nil
		}
		return newInt(int(d.Lower))
	})
	onArray("array_upper", args{anyArray, int4}, int4, "Upper bound of a dimension", func(x array, a []value) (value, error) {
		d, ok := dim(x, a[1].I)
		if !ok {
			return types.Null, nil
		}
		return newInt(int(d.Lower) + int(d.Length) - 1)
	})
	onArray("cardinality", args{anyArray}, int4, "Number of elements", func(x array, _ []value) (value, error) { return newInt(len(x.elems)) })
	onArray("array_dims", args{anyArray}, text, "Bounds of the dimensions as text", func(x array, _ []value) (value, error) {
		if len(x.dims) == 0 {
			return types.Null, nil
		}
		var b strings.Builder
		for _, d := range x.dims {
			b.WriteString("[" + itoa(int64(d.Lower)) + ":" + itoa(int64(d.Lower)+int64(d.Length)-1) + "]")
		}
		return newText(b.String())
	})
	fill := func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) { return arrayFill(call, a) }
	typed("array_fill", args{anyElem, types.ArrayOf(int4)}, anyArray, "Array filled with a value", fill).NotStrict = true
	typed("array_fill", args{anyElem, types.ArrayOf(int4), types.ArrayOf(int4)}, anyArray, "Array filled with a value, with lower bounds", fill).NotStrict = true
}

func arrayFill(call *expr.CallTypes, a []value) (value, error) {
	for _, v := range a[1:] {
		if v.IsNull() {
			return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "dimension array or low bound array cannot be null")
		}
	}
	lengths, err := openArray(a[1], call.Args[1])
	if err != nil {
		return types.Null, err
	}
	x := array{elem: expr.BaseType(call.Ret).Elem}
	for _, l := range lengths.elems {
		if l.IsNull() {
			return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "dimension values cannot be null")
		}
	}
	total := int64(1)
	for _, l := range lengths.elems {
		x.dims = append(x.dims, types.Dim{Length: dimInt(l.I), Lower: 1})
		if total *= l.I; total > maxElements || l.I < 0 {
			return types.Null, errTooMany
		}
	}
	if len(a) > 2 {
		lower, err := openArray(a[2], call.Args[2])
		if err != nil {
			return types.Null, err
		}
		if len(lower.elems) != len(x.dims) {
			return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts").
				WithDetail("Low bound array has different size than dimensions array.")
		}
		for i, l := range lower.elems {
			x.dims[i].Lower = dimInt(l.I)
		}
	}
	if len(x.dims) == 0 || total == 0 {
		return oneDim(nil, x.elem), nil
	}
	x.elems = make([]value, total)
	for i := range x.elems {
		x.elems[i] = a[0]
	}
	return x.value()
}

func registerArrayChange() {
	app := typed("array_append", args{anyArray, anyElem}, anyArray, "Element added at the end", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		return arrayPush(call.Ret, a[0], a[1], false)
	})
	pre := typed("array_prepend", args{anyElem, anyArray}, anyArray, "Element added at the start", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		return arrayPush(call.Ret, a[1], a[0], true)
	})
	cat := typed("array_cat", args{anyArray, anyArray}, anyArray, "Arrays joined", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		return arrayCat(call.Ret, a[0], a[1])
	})
	app.NotStrict, pre.NotStrict, cat.NotStrict = true, true, true
	for _, f := range []*expr.Func{app, pre, cat} {
		o := *f
		o.Name = "||"
		expr.RegisterOperator(&o)
	}
	remove := typed("array_remove", args{anyArray, anyElem}, anyArray, "Without the elements that equal a value", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		return arrayReplace(call.Ret, a[0], a[1], nil)
	})
	replace := typed("array_replace", args{anyArray, anyElem, anyElem}, anyArray, "Elements that equal a value replaced", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		return arrayReplace(call.Ret, a[0], a[1], &a[2])
	})
	remove.NotStrict, replace.NotStrict = true, true
	onArray("trim_array", args{anyArray, int4}, anyArray, "Without so many elements at the end", func(x array, a []value) (value, error) {
		n := a[1].I
		length := int64(0)
		if len(x.dims) > 0 {
			length = int64(x.dims[0].Length)
		}
		if n < 0 || n > length {
			return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "number of elements to trim must be between 0 and %d", length)
		}
		if n == length {
			return oneDim(nil, x.elem), nil
		}
		per := int64(len(x.elems)) / length
		x.elems = x.elems[:(length-n)*per]
		x.dims[0].Length -= dimInt(n)
		return x.value()
	})
}

var errOneDim = sqlerr.New(sqlerr.DataException, "argument must be empty or one-dimensional array")

func arrayPush(t typ, arr, el value, front bool) (value, error) {
	x, err := openArray(arr, t)
	if err != nil {
		return types.Null, err
	}
	switch len(x.dims) {
	case 0:
		return oneDim([]value{el}, x.elem), nil
	case 1:
	default:
		return types.Null, errOneDim
	}
	if front {
		x.elems = append([]value{el}, x.elems...)
	} else {
		x.elems = append(x.elems[:len(x.elems):len(x.elems)], el)
	}
	x.dims[0].Length++
	return x.value()
}

func arrayCat(t typ, a, b value) (value, error) {
	switch {
	case a.IsNull():
		return b, nil
	case b.IsNull():
		return a, nil
	}
	x, err := openArray(a, t)
	if err != nil {
		return types.Null, err
	}
	y, err := openArray(b, t)
	if err != nil {
		return types.Null, err
	}
	incompatible := sqlerr.New(sqlerr.ArraySubscriptError, "cannot concatenate incompatible arrays")
	switch {
	case len(x.dims) == 0:
		return b, nil
	case len(y.dims) == 0:
		return a, nil
	case len(x.dims) == len(y.dims):
		if !sameDims(x.dims[1:], y.dims[1:]) {
			return types.Null, incompatible
		}
		x.dims[0].Length += y.dims[0].Length
	case len(x.dims) == len(y.dims)+1:
		if !sameDims(x.dims[1:], y.dims) {
			return types.Null, incompatible
		}
		x.dims[0].Length++
	case len(x.dims)+1 == len(y.dims):
		if !sameDims(x.dims, y.dims[1:]) {
			return types.Null, incompatible
		}
		y.dims[0].Length++
		x.dims = y.dims
	default:
		return types.Null, incompatible
	}
	x.elems = append(x.elems[:len(x.elems):len(x.elems)], y.elems...)
	return x.value()
}

func sameDims(a, b []types.Dim) bool {
	for i := range a {
		if a[i].Length != b[i].Length {
			return false
		}
	}
	return true
}

// equals is IS NOT DISTINCT FROM.
func equals(a, b value, t typ) bool {
	if a.IsNull() || b.IsNull() {
		return a.IsNull() && b.IsNull()
	}
	return types.Compare(a, b, t) == 0
}

// arrayReplace replaces, or without a replacement removes, equal elements.
func arrayReplace(t typ, arr, old value, with *value) (value, error) {
	if arr.IsNull() {
		return types.Null, nil
	}
	x, err := openArray(arr, t)
	if err != nil {
		return types.Null, err
	}
	if with == nil && len(x.dims) > 1 {
		return types.Null, sqlerr.New(sqlerr.FeatureNotSupported, "removing elements from multidimensional arrays is not supported")
	}
	kept := make([]value, 0, len(x.elems))
	for _, e := range x.elems {
		switch {
		case !equals(e, old, x.elem):
			kept = append(kept, e)
		case with != nil:
			kept = append(kept, *with)
		}
	}
	if len(kept) == 0 {
		return oneDim(nil, x.elem), nil
	}
	if with == nil {
		x.dims[0].Length = dimInt(int64(len(kept)))
	}
	x.elems = kept
	return x.value()
}

func registerArraySearch() {
	position := typed("array_position", args{anyArray, anyElem, int4}, int4, "Subscript of the first element that equals a value", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		x, err := openArray(a[0], call.Args[0])
		if err != nil || a[0].IsNull() {
			return types.Null, err
		}
		if len(x.dims) > 1 {
			return types.Null, sqlerr.New(sqlerr.FeatureNotSupported, "searching for elements in multidimensional arrays is not supported")
		}
		if len(a) > 2 && a[2].IsNull() {
			return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "initial position must not be null")
		}
		for i, e := range x.elems {
			at := int64(x.dims[0].Lower) + int64(i)
			if len(a) > 2 && at < a[2].I {
				continue
			}
			if equals(e, a[1], x.elem) {
				return types.NewInt(at), nil
			}
		}
		return types.Null, nil
	})
	position.NotStrict, position.Defaults = true, 1
	typed("array_positions", args{anyArray, anyElem}, types.ArrayOf(int4), "Subscripts of the elements that equal a value", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		x, err := openArray(a[0], call.Args[0])
		if err != nil || a[0].IsNull() {
			return types.Null, err
		}
		var found []value
		for i, e := range x.elems {
			if equals(e, a[1], x.elem) {
				found = append(found, types.NewInt(int64(x.dims[0].Lower)+int64(i)))
			}
		}
		return oneDim(found, int4), nil
	}).NotStrict = true
}

func registerArrayText() {
	textArray := types.ArrayOf(text)
	split := func(a []value) ([]value, bool, error) {
		if a[0].IsNull() {
			return nil, false, nil
		}
		if !a[1].IsNull() && a[1].S != "" && strings.Count(a[0].S, a[1].S) >= maxElements || a[1].IsNull() && len(a[0].S) > maxElements {
			return nil, false, errTooMany
		}
		var parts []string
		switch {
		case a[0].S == "":
		case a[1].IsNull():
			for _, r := range a[0].S {
				parts = append(parts, string(r))
			}
		case a[1].S == "":
			parts = []string{a[0].S}
		default:
			parts = strings.Split(a[0].S, a[1].S)
		}
		vals := textValues(parts)
		if len(a) > 2 && !a[2].IsNull() {
			for i := range vals {
				if vals[i].S == a[2].S {
					vals[i] = types.Null
				}
			}
		}
		return vals, true, nil
	}
	f := fn("string_to_array", args{text, text, text}, textArray, "Text split at a separator; fields that equal the last argument are NULL", func(_ *expr.Context, a []value) (value, error) {
		vals, ok, err := split(a)
		if !ok {
			return types.Null, err
		}
		return oneDim(vals, text), nil
	})
	f.Defaults, f.NotStrict = 1, true
	expr.RegisterSet(&expr.SetFunc{Name: "string_to_table", Args: args{text, text, text}, Defaults: 1, NotStrict: true, Source: "PostgreSQL",
		Cols: []types.Field{{Name: "string_to_table", Type: text}}, Doc: "Text split at a separator, a row each",
		Open: func(_ *expr.Context, a []value) (func([]value) (bool, error), error) {
			vals, _, err := split(a)
			if err != nil {
				return nil, err
			}
			return rowsOf(len(vals), func(i int) value { return vals[i] }), nil
		}})
	f = typed("array_to_string", args{anyArray, text, text}, text, "Elements joined by a separator; NULL as the last argument, or left out", func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		if a[0].IsNull() || a[1].IsNull() {
			return types.Null, nil
		}
		x, err := openArray(a[0], call.Args[0])
		if err != nil {
			return types.Null, err
		}
		var parts []string
		for _, e := range x.elems {
			switch {
			case !e.IsNull():
				parts = append(parts, textOf(c, x.elem, e))
			case len(a) > 2 && !a[2].IsNull():
				parts = append(parts, a[2].S)
			}
		}
		return newText(strings.Join(parts, a[1].S))
	})
	f.Defaults, f.NotStrict, f.Volatility = 1, true, expr.Stable
}

func registerArrayOperators() {
	contains := func(x, y array) bool {
		for _, e := range y.elems {
			found := false
			for _, o := range x.elems {
				if !e.IsNull() && !o.IsNull() && types.Compare(e, o, x.elem) == 0 {
					found = true
					break
				}
			}
			if !found {
				return false
			}
		}
		return true
	}
	overlap := func(x, y array) bool {
		for _, e := range y.elems {
			for _, o := range x.elems {
				if !e.IsNull() && !o.IsNull() && types.Compare(e, o, x.elem) == 0 {
					return true
				}
			}
		}
		return false
	}
	for _, o := range []struct {
		name, doc string
		f         func(x, y array) bool
	}{
		{"@>", "Contains every element", contains},
		{"<@", "Every element is contained in", func(x, y array) bool { return contains(y, x) }},
		{"&&", "Have an element in common", overlap},
	} {
		op(o.name, args{anyArray, anyArray}, types.Bool, o.doc, nil).EvalTyped = func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			x, err := openArray(a[0], call.Args[0])
			if err != nil {
				return types.Null, err
			}
			y, err := openArray(a[1], call.Args[1])
			if err != nil {
				return types.Null, err
			}
			return types.NewBool(o.f(x, y)), nil
		}
	}
}

func dimInt(n int64) int { return int(n) }

var errNullSubscript = sqlerr.New(sqlerr.NullValueNotAllowed, "array subscript in assignment must not be null")
