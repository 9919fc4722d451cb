package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func newJSON(b []byte) (value, error) { return value{K: types.KindJSON, S: string(b)}, nil }

func init() {
	registerToJSON()
	registerBuildJSON()
	registerObjectOfTexts()
}

func registerToJSON() {
	any := types.Any
	f := typed("to_json", args{any}, jsonType, "Value as JSON", func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		return newJSON(types.AppendAsJSON(nil, a[0], call.Args[0], c.Env, false))
	})
	f.Volatility = expr.Stable
	f = typed("to_jsonb", args{any}, jsonbType, "Value as jsonb", func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		var b types.JSONBBuilder
		err := b.Value(a[0], call.Args[0], c.Env)
		return b.Finish(), err
	})
	f.Volatility = expr.Stable
	for _, n := range []struct {
		name, doc string
		arg       typ
	}{{"array_to_json", "Array as JSON, on several lines where the second argument is true", anyArray}, {"row_to_json", "Row as JSON, on several lines where the second argument is true", types.RecordType}} {
		f = typed(n.name, args{n.arg, types.Bool}, jsonType, n.doc, func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			return newJSON(types.AppendAsJSON(nil, a[0], call.Args[0], c.Env, len(a) > 1 && a[1].Bool()))
		})
		f.Defaults, f.Volatility = 1, expr.Stable
	}
}

// objectKey is the text of a value that names a member.
func objectKey(c *expr.Context, v value, t typ) (string, error) {
	switch v.K {
	case types.KindArray, types.KindRecord, types.KindJSON, types.KindJSONB:
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "key value must be scalar, not array, composite, or json")
	}
	s, _ := types.JSONScalarText(v, t, c.Env)
	return s, nil
}

func registerBuildJSON() {
	any := types.Any
	variadic := func(name string, params args, ret typ, doc string, eval func(c *expr.Context, call *expr.CallTypes, a []value) (value, error)) {
		f := typed(name, params, ret, doc, eval)
		f.Variadic, f.NotStrict, f.Volatility = len(params) > 0, true, expr.Stable
	}
	for _, params := range []args{{}, {any}} {
		variadic("json_build_array", params, jsonType, "JSON array of the arguments", func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			out := []byte{'['}
			for i, v := range a {
				if i > 0 {
					out = append(out, ',', ' ')
				}
				out = types.AppendAsJSON(out, v, call.Args[i], c.Env, false)
			}
			return newJSON(append(out, ']'))
		})
		variadic("jsonb_build_array", params, jsonbType, "jsonb array of the arguments", func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			var b types.JSONBBuilder
			b.BeginArray()
			for i, v := range a {
				if err := b.Value(v, call.Args[i], c.Env); err != nil {
					return types.Null, err
				}
			}
			b.EndArray()
			return b.Finish(), nil
		})
		variadic("json_build_object", params, jsonType, "JSON object of keys and values", func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			if len(a)%2 != 0 {
				return types.Null, oddArguments("json_build_object")
			}
			out := []byte{'{'}
			for i := 0; i < len(a); i += 2 {
				if i > 0 {
					out = append(out, ',', ' ')
				}
				if a[i].IsNull() {
					return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "argument %d cannot be null", i+1).WithHint("Object keys should be text.")
				}
				key, err := objectKey(c, a[i], call.Args[i])
				if err != nil {
					return types.Null, err
				}
				out = append(types.AppendJSONString(out, key), ' ', ':', ' ')
				out = types.AppendAsJSON(out, a[i+1], call.Args[i+1], c.Env, false)
			}
			return newJSON(append(out, '}'))
		})
		variadic("jsonb_build_object", params, jsonbType, "jsonb object of keys and values", func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			if len(a)%2 != 0 {
				return types.Null, oddArguments("jsonb_build_object")
			}
			var b types.JSONBBuilder
			b.BeginObject()
			for i := 0; i < len(a); i += 2 {
				if a[i].IsNull() {
					return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "argument %d: key must not be null", i+1)
				}
				key, err := objectKey(c, a[i], call.Args[i])
				if err != nil {
					return types.Null, err
				}
				b.Key(key)
				if err := b.Value(a[i+1], call.Args[i+1], c.Env); err != nil {
					return types.Null, err
				}
			}
			b.EndObject()
			return b.Finish(), nil
		})
	}
}

func oddArguments(name string) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "argument list must have even number of elements").
		WithHint("The arguments of %s() must consist of alternating keys and values.", name)
}

// registerObjectOfTexts registers json_object and jsonb_object: objects of
// arrays of text.
func registerObjectOfTexts() {
	for _, t := range []typ{jsonType, jsonbType} {
		t := t
		name := t.Name + "_object"
		fn(name, args{texts}, t, "Object of keys and values that alternate, or of pairs", func(_ *expr.Context, a []value) (value, error) {
			elems, dims, err := types.ArrayElements(a[0], text)
			switch {
			case err != nil:
				return types.Null, err
			case len(dims) > 2:
				return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts")
			case len(dims) == 2 && dims[1].Length != 2:
				return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "array must have two columns")
			case len(elems)%2 != 0:
				return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "array must have even number of elements")
			}
			var keys, vals []value
			for i := 0; i < len(elems); i += 2 {
				keys, vals = append(keys, elems[i]), append(vals, elems[i+1])
			}
			return textObject(t, keys, vals)
		})
		fn(name, args{texts, texts}, t, "Object of keys and values", func(_ *expr.Context, a []value) (value, error) {
			keys, kd, err := types.ArrayElements(a[0], text)
			if err != nil {
				return types.Null, err
			}
			vals, vd, err := types.ArrayElements(a[1], text)
			switch {
			case err != nil:
				return types.Null, err
			case len(kd) > 1 || len(kd) != len(vd):
				return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts")
			case len(keys) != len(vals):
				return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "mismatched array dimensions")
			}
			return textObject(t, keys, vals)
		})
	}
}

func textObject(t typ, keys, vals []value) (value, error) {
	for i := range keys {
		if keys[i].IsNull() {
			return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "null value not allowed for object key")
		}
	}
	if t == jsonbType {
		var b types.JSONBBuilder
		b.BeginObject()
		for i := range keys {
			b.Key(keys[i].S)
			if vals[i].IsNull() {
				b.Null()
			} else {
				b.String(vals[i].S)
			}
		}
		b.EndObject()
		return b.Finish(), nil
	}
	out := []byte{'{'}
	for i := range keys {
		if i > 0 {
			out = append(out, ',', ' ')
		}
		out = append(types.AppendJSONString(out, keys[i].S), ' ', ':', ' ')
		out = types.AppendAsJSON(out, vals[i], text, nil, false)
	}
	return newJSON(append(out, '}'))
}
