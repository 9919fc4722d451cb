package builtins

import (
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

var (
	jsonType  = types.JSON
	jsonbType = types.JSONB
	texts     = types.ArrayOf(types.Text)
)

// document is a JSON value in either form: the text of a json or the binary
// form of a jsonb.
type document[D any] interface {
	~string
	Kind() types.JSONKind
	Len() int
	At(i int) (D, bool)
	Member(key string) (D, bool)
	Each(f func(key string, v D) error) error
	Text() (string, error)
	Value() types.Value
	Append(dst []byte) []byte
}

func textDoc(v value) types.JSONText    { return types.NewJSONText(v.S) }
func binaryDoc(v value) types.JSONBNode { return types.JSONBNode(v.S) }

func init() {
	registerJSONAccess(jsonType, "json", textDoc)
	registerJSONAccess(jsonbType, "jsonb", binaryDoc)
	registerJSONBTests()
}

// docText is the text of a part that was looked for; NULL where it is not
// there or null.
func docText[D document[D]](d D, ok bool) (value, error) {
	if !ok || d.Kind() == types.JSONNull {
		return types.Null, nil
	}
	s, err := d.Text()
	return types.NewText(s), err
}

func docValue[D document[D]](d D, ok bool) (value, error) {
	if !ok {
		return types.Null, nil
	}
	return d.Value(), nil
}

// element returns an element by position. A scalar jsonb counts as an array of
// itself there.
func element[D document[D]](d D, i int64, t typ) (D, bool) {
	k := d.Kind()
	if k < types.JSONArray && t == jsonbType && (i == 0 || i == -1) {
		return d, true
	}
	if i != int64(int32(i)) {
		return d, false
	}
	return d.At(int(i))
}

// walk follows a path of keys and positions.
func walk[D document[D]](d D, path []value) (D, bool) {
	for _, p := range path {
		if p.IsNull() {
			return d, false
		}
		ok := false
		switch d.Kind() {
		case types.JSONObject:
			d, ok = d.Member(p.S)
		case types.JSONArray:
			var i int
			if i, ok = pathIndex(p.S); ok {
				d, ok = d.At(i)
			}
		}
		if !ok {
			return d, false
		}
	}
	return d, true
}

// pathIndex reads a path element as C's strtol does.
func pathIndex(s string) (int, bool) {
	i, err := strconv.ParseInt(strings.TrimLeft(s, " \t\n\v\f\r"), 10, 32)
	return int(i), err == nil
}

func pathOf(v value) ([]value, error) {
	elems, _, err := types.ArrayElements(v, text)
	return elems, err
}

func registerJSONAccess[D document[D]](t typ, name string, open func(value) D) {
	field := func(_ *expr.Context, a []value) (value, error) { return docValue(open(a[0]).Member(a[1].S)) }
	fieldText := func(_ *expr.Context, a []value) (value, error) { return docText(open(a[0]).Member(a[1].S)) }
	op("->", args{t, text}, t, "Member of an object", field)
	op("->>", args{t, text}, text, "Member of an object as text", fieldText)
	op("->", args{t, int4}, t, "Element of an array, from the end where negative", func(_ *expr.Context, a []value) (value, error) {
		return docValue(element(open(a[0]), a[1].I, t))
	})
	op("->>", args{t, int4}, text, "Element of an array as text", func(_ *expr.Context, a []value) (value, error) {
		return docText(element(open(a[0]), a[1].I, t))
	})
	op("#>", args{t, texts}, t, "Part at a path", func(_ *expr.Context, a []value) (value, error) {
		path, err := pathOf(a[1])
		if err != nil {
			return types.Null, err
		}
		return docValue(walk(open(a[0]), path))
	})
	op("#>>", args{t, texts}, text, "Part at a path as text", func(_ *expr.Context, a []value) (value, error) {
		path, err := pathOf(a[1])
		if err != nil {
			return types.Null, err
		}
		return docText(walk(open(a[0]), path))
	})
	fn(name+"_extract_path", args{t, text}, t, "Part at a path", func(_ *expr.Context, a []value) (value, error) {
		return docValue(walk(open(a[0]), a[1:]))
	}).Variadic = true
	fn(name+"_extract_path_text", args{t, text}, text, "Part at a path as text", func(_ *expr.Context, a []value) (value, error) {
		return docText(walk(open(a[0]), a[1:]))
	}).Variadic = true
	fn(name+"_typeof", args{t}, text, "What the JSON value is: object, array, string, number, boolean or null", func(_ *expr.Context, a []value) (value, error) {
		return newText(open(a[0]).Kind().String())
	})
	fn(name+"_array_length", args{t}, int4, "Number of elements of an array", func(_ *expr.Context, a []value) (value, error) {
		d := open(a[0])
		switch k := d.Kind(); {
		case k == types.JSONObject:
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "cannot get array length of a non-array")
		case k != types.JSONArray:
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "cannot get array length of a scalar")
		}
		return newInt(d.Len())
	})
	registerJSONSets(t, name, open)
	registerPopulate(t, name, open)
}

// registerJSONBTests registers what only jsonb can be asked.
func registerJSONBTests() {
	has := func(n types.JSONBNode, key string) bool {
		switch n.Kind() {
		case types.JSONObject:
			_, ok := n.Member(key)
			return ok
		case types.JSONString:
			return n.Str() == key
		case types.JSONArray:
			for i := range n.Len() {
				if e, _ := n.At(i); e.Kind() == types.JSONString && e.Str() == key {
					return true
				}
			}
		}
		return false
	}
	one := func(_ *expr.Context, a []value) (value, error) {
		return types.NewBool(has(binaryDoc(a[0]), a[1].S)), nil
	}
	several := func(all bool) evaluet {
		return func(_ *expr.Context, a []value) (value, error) {
			keys, err := pathOf(a[1])
			if err != nil {
				return types.Null, err
			}
			n := binaryDoc(a[0])
			for _, k := range keys {
				if !k.IsNull() && has(n, k.S) != all {
					return types.NewBool(!all), nil
				}
			}
			return types.NewBool(all), nil
		}
	}
	contains := func(_ *expr.Context, a []value) (value, error) {
		return types.NewBool(contained(binaryDoc(a[0]), binaryDoc(a[1]), true)), nil
	}
	within := func(_ *expr.Context, a []value) (value, error) {
		return types.NewBool(contained(binaryDoc(a[1]), binaryDoc(a[0]), true)), nil
	}
	for _, f := range []struct {
		op, fn, doc string
		right       typ
		eval        evaluet
	}{
		{"?", "jsonb_exists", "Whether the text is a key of the object or a string of the array", text, one},
		{"?|", "jsonb_exists_any", "Whether any of the texts is a key or a string of the array", texts, several(false)},
		{"?&", "jsonb_exists_all", "Whether all of the texts are keys or strings of the array", texts, several(true)},
		{"@>", "jsonb_contains", "Whether the first jsonb contains the second", jsonbType, contains},
		{"<@", "jsonb_contained", "Whether the first jsonb is contained in the second", jsonbType, within},
	} {
		op(f.op, args{jsonbType, f.right}, types.Bool, f.doc, f.eval)
		fn(f.fn, args{jsonbType, f.right}, types.Bool, f.doc, f.eval)
	}
}

// contained reports whether y is within x: members by key, elements in any
// order and number. At the top an array contains a scalar that it holds.
func contained(x, y types.JSONBNode, top bool) bool {
	kx, ky := x.Kind(), y.Kind()
	if kx != ky {
		return top && kx == types.JSONArray && ky < types.JSONArray && holds(x, y)
	}
	switch kx {
	case types.JSONObject:
		if x.Len() < y.Len() {
			return false
		}
		return y.Each(func(key string, v types.JSONBNode) error {
			if e, ok := x.Member(key); !ok || !contained(e, v, false) {
				return errNotContained
			}
			return nil
		}) == nil
	case types.JSONArray:
		return y.Each(func(_ string, v types.JSONBNode) error {
			if !holds(x, v) {
				return errNotContained
			}
			return nil
		}) == nil
	}
	return types.CompareJSONB(x, y) == 0
}

var errNotContained = sqlerr.New(sqlerr.InternalError, "not contained")

// holds reports whether an element of array x contains v.
func holds(x, v types.JSONBNode) bool {
	for i := range x.Len() {
		if e, _ := x.At(i); e.Kind() == v.Kind() && contained(e, v, false) {
			return true
		}
	}
	return false
}
