package builtins

import (
	"bytes"
	"math"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

type node = types.JSONBNode

func init() {
	registerJSONBSet()
	registerJSONBRemove()
	cat := func(_ *expr.Context, a []value) (value, error) {
		return jsonbConcat(binaryDoc(a[0]), binaryDoc(a[1])), nil
	}
	op("||", args{jsonbType, jsonbType}, jsonbType, "Members of both objects, or elements of both arrays", cat)
	fn("jsonb_concat", args{jsonbType, jsonbType}, jsonbType, "Members of both objects, or elements of both arrays", cat)
	fn("jsonb_pretty", args{jsonbType}, text, "jsonb on indented lines", func(_ *expr.Context, a []value) (value, error) {
		return newText(string(pretty(nil, binaryDoc(a[0]), 0)))
	})
	fn("jsonb_strip_nulls", args{jsonbType}, jsonbType, "Without the members that are null", func(_ *expr.Context, a []value) (value, error) {
		var b types.JSONBBuilder
		stripNulls(&b, binaryDoc(a[0]))
		return b.Finish(), nil
	})
	fn("json_strip_nulls", args{jsonType}, jsonType, "Without the members that are null", func(_ *expr.Context, a []value) (value, error) {
		out, err := stripText(nil, textDoc(a[0]))
		if err != nil {
			return types.Null, err
		}
		return newJSON(out)
	})
}

func isContainer(n node) bool { return n.Kind() >= types.JSONArray }

func jsonbConcat(x, y node) value {
	kx, ky := x.Kind(), y.Kind()
	if isContainer(y) && x.Len() == 0 && kx == ky {
		return y.Value()
	}
	var b types.JSONBBuilder
	if kx == types.JSONObject && ky == types.JSONObject {
		b.BeginObject()
		copyMembers(&b, x)
		copyMembers(&b, y)
		b.EndObject()
		return b.Finish()
	}
	b.BeginArray()
	for _, n := range []node{x, y} {
		if n.Kind() == types.JSONArray {
			copyMembers(&b, n)
		} else {
			b.Node(n)
		}
	}
	b.EndArray()
	return b.Finish()
}

// copyMembers adds the members or elements of a node to an open container.
func copyMembers(b *types.JSONBBuilder, n node) {
	object := n.Kind() == types.JSONObject
	_ = n.Each(func(key string, v node) error {
		if object {
			b.Key(key)
		}
		b.Node(v)
		return nil
	})
}

func stripNulls(b *types.JSONBBuilder, n node) {
	switch n.Kind() {
	case types.JSONObject:
		b.BeginObject()
		_ = n.Each(func(key string, v node) error {
			if v.Kind() != types.JSONNull {
				b.Key(key)
				stripNulls(b, v)
			}
			return nil
		})
		b.EndObject()
	case types.JSONArray:
		b.BeginArray()
		_ = n.Each(func(_ string, v node) error {
			stripNulls(b, v)
			return nil
		})
		b.EndArray()
	default:
		b.Node(n)
	}
}

func stripText(dst []byte, d types.JSONText) ([]byte, error) {
	k := d.Kind()
	switch k {
	case types.JSONString:
		s, err := d.Text()
		return types.AppendJSONString(dst, s), err
	case types.JSONObject, types.JSONArray:
	default:
		return append(dst, d...), nil
	}
	dst = append(dst, d[0])
	first := true
	err := d.Each(func(key string, v types.JSONText) (err error) {
		if k == types.JSONObject && v.Kind() == types.JSONNull {
			return nil
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		if k == types.JSONObject {
			dst = append(types.AppendJSONString(dst, key), ':')
		}
		dst, err = stripText(dst, v)
		return err
	})
	return append(dst, d[0]+2), err // } and ] are two after { and [
}

func pretty(dst []byte, n node, indent int) []byte {
	k := n.Kind()
	if k < types.JSONArray {
		return n.Append(dst)
	}
	open, end := byte('['), byte(']')
	if k == types.JSONObject {
		open, end = '{', '}'
	}
	line := func(depth int) { dst = append(append(dst, '\n'), bytes.Repeat([]byte("    "), depth)...) }
	dst = append(dst, open)
	first := true
	_ = n.Each(func(key string, v node) error {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		line(indent + 1)
		if k == types.JSONObject {
			dst = append(types.AppendJSONString(dst, key), ':', ' ')
		}
		dst = pretty(dst, v, indent+1)
		return nil
	})
	line(indent)
	return append(dst, end)
}

// What becomes of the place that a path leads to.
type pathChange uint8

const (
	pathDelete pathChange = 1 << iota
	pathReplace
	pathCreate // replace, or add where the last step is missing
	pathBefore
	pathAfter
)

const pathAdds = pathCreate | pathBefore | pathAfter

// pathEdit is a change at a path.
type pathEdit struct {
	b    types.JSONBBuilder
	path []value
	to   node
	how  pathChange
}

func (e *pathEdit) run(n node) (value, error) {
	if err := e.level(n, 0); err != nil {
		return types.Null, err
	}
	return e.b.Finish(), nil
}

func (e *pathEdit) level(n node, at int) error {
	if isContainer(n) && e.path[at].IsNull() {
		return sqlerr.New(sqlerr.NullValueNotAllowed, "path element at position %d is null", at+1)
	}
	switch n.Kind() {
	case types.JSONObject:
		return e.object(n, at)
	case types.JSONArray:
		return e.array(n, at)
	}
	e.b.Node(n)
	return nil
}

func (e *pathEdit) object(n node, at int) error {
	want, last := e.path[at].S, at == len(e.path)-1
	e.b.BeginObject()
	found := false
	err := n.Each(func(key string, v node) error {
		if key != want {
			e.b.Key(key)
			e.b.Node(v)
			return nil
		}
		found = true
		switch {
		case !last:
			e.b.Key(key)
			return e.level(v, at+1)
		case e.how&(pathBefore|pathAfter) != 0:
			return sqlerr.New(sqlerr.InvalidParameterValue, "cannot replace existing key").
				WithHint("Try using the function jsonb_set to replace key value.")
		case e.how != pathDelete:
			e.b.Key(key)
			e.b.Node(e.to)
		}
		return nil
	})
	if !found && last && e.how&pathAdds != 0 {
		e.b.Key(want)
		e.b.Node(e.to)
	}
	e.b.EndObject()
	return err
}

func (e *pathEdit) array(n node, at int) error {
	last, count := at == len(e.path)-1, n.Len()
	i, ok := pathIndex(e.path[at].S)
	if !ok {
		return sqlerr.New(sqlerr.InvalidTextRepresentation, "path element at position %d is not an integer: \"%s\"", at+1, e.path[at].S)
	}
	if i < 0 {
		if -i > count {
			i = math.MinInt
		} else {
			i += count
		}
	}
	i = min(i, count)
	adds := last && e.how&pathAdds != 0
	e.b.BeginArray()
	done := false
	if adds && (i == math.MinInt || count == 0) {
		e.b.Node(e.to)
		done = true
	}
	k := -1
	err := n.Each(func(_ string, v node) error {
		k++
		switch {
		case k != i:
			e.b.Node(v)
		case !last:
			return e.level(v, at+1)
		default:
			done = true
			if e.how&(pathBefore|pathCreate) != 0 {
				e.b.Node(e.to)
			}
			if e.how&(pathBefore|pathAfter) != 0 {
				e.b.Node(v)
			}
			if e.how&(pathAfter|pathReplace) != 0 {
				e.b.Node(e.to)
			}
		}
		return nil
	})
	if adds && !done {
		e.b.Node(e.to)
	}
	e.b.EndArray()
	return err
}

// changeAt applies a change at a path of text; what names it in the error of
// a scalar.
func changeAt(target, path, to value, how pathChange, what string) (value, error) {
	n := binaryDoc(target)
	if !isContainer(n) {
		return types.Null, notJSON("cannot %s path in scalar", what)
	}
	elems, dims, err := types.ArrayElements(path, text)
	if err != nil {
		return types.Null, err
	}
	if len(dims) > 1 {
		return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts")
	}
	if len(elems) == 0 || n.Len() == 0 && how&pathAdds == 0 {
		return target, nil
	}
	e := pathEdit{path: elems, to: binaryDoc(to), how: how}
	return e.run(n)
}

func registerJSONBSet() {
	flag := func(a []value, i int) bool { return len(a) <= i || a[i].Bool() }
	set := func(_ *expr.Context, a []value) (value, error) {
		how := pathReplace
		if flag(a, 3) {
			how = pathCreate
		}
		return changeAt(a[0], a[1], a[2], how, "set")
	}
	f := fn("jsonb_set", args{jsonbType, texts, jsonbType, types.Bool}, jsonbType, "With the part at a path replaced, or added unless the last argument is false", set)
	f.Defaults = 1
	f = fn("jsonb_insert", args{jsonbType, texts, jsonbType, types.Bool}, jsonbType, "With a value inserted at a path, after it where the last argument is true", func(_ *expr.Context, a []value) (value, error) {
		how := pathBefore
		if len(a) > 3 && a[3].Bool() {
			how = pathAfter
		}
		return changeAt(a[0], a[1], a[2], how, "set")
	})
	f.Defaults = 1
	f = fn("jsonb_set_lax", args{jsonbType, texts, jsonbType, types.Bool, text}, jsonbType, "As jsonb_set; the last argument says what NULL as the new value does", func(c *expr.Context, a []value) (value, error) {
		if a[0].IsNull() || a[1].IsNull() || len(a) > 3 && a[3].IsNull() {
			return types.Null, nil
		}
		treatment := "use_json_null"
		if len(a) > 4 {
			treatment = a[4].S // NULL is none of the words
		}
		if !a[2].IsNull() && treatment != "" {
			return set(c, a[:min(len(a), 4)])
		}
		switch treatment {
		case "use_json_null":
			var b types.JSONBBuilder
			b.Null()
			return set(c, append([]value{a[0], a[1], b.Finish()}, a[3:min(len(a), 4)]...))
		case "delete_key":
			return changeAt(a[0], a[1], types.Null, pathDelete, "delete")
		case "return_target":
			return a[0], nil
		case "raise_exception":
			return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "JSON value must not be null").
				WithDetail("Exception was raised because null_value_treatment is \"raise_exception\".").
				WithHint("To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.")
		}
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"")
	})
	f.Defaults, f.NotStrict = 2, true
}

func registerJSONBRemove() {
	both := func(params args, doc string, eval evaluet) {
		op("-", params, jsonbType, doc, eval)
		fn("jsonb_delete", params, jsonbType, doc, eval)
	}
	without := func(n node, keys []value) (value, error) {
		k := n.Kind()
		if k < types.JSONArray {
			return types.Null, notJSON("cannot delete from scalar")
		}
		drops := func(s string) bool {
			for i := range keys {
				if !keys[i].IsNull() && keys[i].S == s {
					return true
				}
			}
			return false
		}
		var b types.JSONBBuilder
		if k == types.JSONArray {
			b.BeginArray()
			_ = n.Each(func(_ string, v node) error {
				if v.Kind() != types.JSONString || !drops(v.Str()) {
					b.Node(v)
				}
				return nil
			})
			b.EndArray()
			return b.Finish(), nil
		}
		b.BeginObject()
		_ = n.Each(func(key string, v node) error {
			if !drops(key) {
				b.Key(key)
				b.Node(v)
			}
			return nil
		})
		b.EndObject()
		return b.Finish(), nil
	}
	both(args{jsonbType, text}, "Without a key, or without the strings that equal a text", func(_ *expr.Context, a []value) (value, error) {
		return without(binaryDoc(a[0]), a[1:])
	})
	both(args{jsonbType, texts}, "Without keys, or without the strings that equal one of the texts", func(_ *expr.Context, a []value) (value, error) {
		keys, err := pathOf(a[1])
		if err != nil {
			return types.Null, err
		}
		return without(binaryDoc(a[0]), keys)
	})
	both(args{jsonbType, int4}, "Without the element at a position", func(_ *expr.Context, a []value) (value, error) {
		n := binaryDoc(a[0])
		switch n.Kind() {
		case types.JSONObject:
			return types.Null, notJSON("cannot delete from object using integer index")
		case types.JSONArray:
		default:
			return types.Null, notJSON("cannot delete from scalar")
		}
		at := a[1].I
		if at < 0 {
			at += int64(n.Len())
		}
		var b types.JSONBBuilder
		b.BeginArray()
		i := int64(-1)
		_ = n.Each(func(_ string, v node) error {
			if i++; i != at {
				b.Node(v)
			}
			return nil
		})
		b.EndArray()
		return b.Finish(), nil
	})
	path := func(_ *expr.Context, a []value) (value, error) {
		return changeAt(a[0], a[1], types.Null, pathDelete, "delete")
	}
	op("#-", args{jsonbType, texts}, jsonbType, "Without the part at a path", path)
	fn("jsonb_delete_path", args{jsonbType, texts}, jsonbType, "Without the part at a path", path)
}
