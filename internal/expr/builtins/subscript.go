package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// What the binder makes of a[i], a[lo:hi] and SET a[i] = x.
func init() {
	f := fn("array_subscript", args{anyArray, int8}, anyElem, "Element at subscripts, NULL outside the bounds", func(_ *expr.Context, a []value) (value, error) {
		var fixed [6]int
		subs := fixed[:0]
		for _, v := range a[1:] {
			subs = append(subs, int(v.I))
		}
		return types.ArrayGet(a[0], subs)
	})
	f.Variadic = true
	f = typed("array_slice", args{anyArray, int8, int8}, anyArray, "Part between pairs of bounds; a NULL bound is the array's own", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		if a[0].IsNull() {
			return types.Null, nil
		}
		var bounds []types.Slice
		for i := 1; i+1 < len(a); i += 2 {
			bounds = append(bounds, types.Slice{Low: int(a[i].I), High: int(a[i+1].I), HasLow: !a[i].IsNull(), HasHigh: !a[i+1].IsNull()})
		}
		return types.ArraySlice(a[0], bounds, expr.BaseType(call.Args[0]).Elem)
	})
	f.Variadic, f.NotStrict = true, true
	f = typed("array_assign", args{anyArray, anyElem, int8}, anyArray, "Array with the element at subscripts replaced", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		var subs []int
		for _, v := range a[2:] {
			if v.IsNull() {
				return types.Null, errNullSubscript
			}
			subs = append(subs, int(v.I))
		}
		return types.ArraySet(a[0], subs, a[1], expr.BaseType(call.Ret).Elem)
	})
	f.Variadic, f.NotStrict = true, true
	f = typed("array_assign_slice", args{anyArray, anyArray, int8, int8}, anyArray, "Array with the part between pairs of bounds replaced; a NULL bound is the array's own", func(_ *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		var bounds []types.Slice
		for i := 2; i+1 < len(a); i += 2 {
			bounds = append(bounds, types.Slice{Low: int(a[i].I), High: int(a[i+1].I), HasLow: !a[i].IsNull(), HasHigh: !a[i+1].IsNull()})
		}
		return types.ArraySetSlice(a[0], bounds, a[1], expr.BaseType(call.Ret).Elem)
	})
	f.Variadic, f.NotStrict = true, true
	fn("jsonb_subscript", args{jsonbType, text}, jsonbType, "Part at subscripts, NULL where there is none", func(_ *expr.Context, a []value) (value, error) {
		return docValue(walk(binaryDoc(a[0]), a[1:]))
	}).Variadic = true
	f = fn("jsonb_assign", args{jsonbType, jsonbType, types.Bool, text}, jsonbType, "jsonb with the part at subscripts replaced or made; the third argument says that the first one is an integer", func(_ *expr.Context, a []value) (value, error) {
		e := &memberEdit{path: a[3:], to: a[1]}
		return e.run(a[0], a[2].Bool())
	})
	f.Variadic, f.NotStrict = true, true
}

// memberEdit is an assignment to a part of a jsonb value at subscripts. What is
// missing on the way is made: an array for an integer, an object otherwise, and
// nulls before an element behind the end.
type memberEdit struct {
	b    types.JSONBBuilder
	path []value
	to   value
}

func (e *memberEdit) run(old value, integer bool) (value, error) {
	for _, key := range e.path {
		if key.IsNull() {
			return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "jsonb subscript in assignment must not be null")
		}
	}
	if old.IsNull() {
		if integer {
			return e.finish(e.fresh(0))
		}
		e.b.BeginObject()
		e.b.Key(e.path[0].S)
		err := e.fresh(1)
		e.b.EndObject()
		return e.finish(err)
	}
	return e.finish(e.level(binaryDoc(old), 0))
}

func (e *memberEdit) finish(err error) (value, error) {
	if err != nil {
		return types.Null, err
	}
	return e.b.Finish(), nil
}

// fresh adds what the path from at on makes where nothing was.
func (e *memberEdit) fresh(at int) error {
	if at == len(e.path) {
		if e.to.IsNull() {
			e.b.Null()
		} else {
			e.b.Node(binaryDoc(e.to))
		}
		return nil
	}
	key := e.path[at].S
	i, ok := pathIndex(key)
	if !ok {
		e.b.BeginObject()
		e.b.Key(key)
		err := e.fresh(at + 1)
		e.b.EndObject()
		return err
	}
	e.b.BeginArray()
	err := e.pad(i)
	if err == nil {
		err = e.fresh(at + 1)
	}
	e.b.EndArray()
	return err
}

// maxPadding bounds the nulls that one assignment adds.
const maxPadding = 1 << 24

func (e *memberEdit) pad(n int) error {
	if n > maxPadding {
		return sqlerr.New(sqlerr.ProgramLimitExceeded, "an assignment would add %d elements to a jsonb array, the maximum is %d", n, maxPadding)
	}
	for range n {
		e.b.Null()
	}
	return nil
}

// level copies a node with the part at the path from at on replaced.
func (e *memberEdit) level(n node, at int) error {
	switch {
	case at == len(e.path):
		return e.fresh(at)
	case n.Kind() == types.JSONObject:
		return e.object(n, at)
	case n.Kind() == types.JSONArray:
		return e.array(n, at)
	}
	return sqlerr.New(sqlerr.InvalidParameterValue, "cannot replace existing key").
		WithDetail("The path assumes key is a composite object, but it is a scalar value.")
}

func (e *memberEdit) object(n node, at int) error {
	want, found := e.path[at].S, false
	e.b.BeginObject()
	err := n.Each(func(key string, v node) error {
		e.b.Key(key)
		if key != want {
			e.b.Node(v)
			return nil
		}
		found = true
		return e.level(v, at+1)
	})
	if err == nil && !found {
		e.b.Key(want)
		err = e.fresh(at + 1)
	}
	e.b.EndObject()
	return err
}

func (e *memberEdit) array(n node, at int) error {
	count := n.Len()
	i, ok := pathIndex(e.path[at].S)
	if !ok {
		return sqlerr.New(sqlerr.InvalidTextRepresentation, "path element at position %d is not an integer: \"%s\"", at+1, e.path[at].S)
	}
	if i < -count {
		return sqlerr.New(sqlerr.InvalidParameterValue, "path element at position %d is out of range: %d", at+1, i)
	}
	if i < 0 {
		i += count
	}
	e.b.BeginArray()
	k := -1
	err := n.Each(func(_ string, v node) error {
		if k++; k == i {
			return e.level(v, at+1)
		}
		e.b.Node(v)
		return nil
	})
	if err == nil && i >= count {
		if err = e.pad(i - count); err == nil {
			err = e.fresh(at + 1)
		}
	}
	e.b.EndArray()
	return err
}
