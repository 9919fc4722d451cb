package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// member is a key or position with its value.
type member[D any] struct {
	key string
	val D
}

func membersOf[D document[D]](d D) ([]member[D], error) {
	list := make([]member[D], 0, 16)
	err := d.Each(func(key string, v D) error {
		list = append(list, member[D]{key, v})
		return nil
	})
	return list, err
}

// memberRows gives the members of a container a row each.
func memberRows[D document[D]](c *expr.Context, d D, fill func(row []value, m member[D]) error) (nextRow, error) {
	list, err := membersOf(d)
	if err != nil {
		return nil, err
	}
	i := 0
	return func(row []value) (bool, error) {
		if i == len(list) {
			return false, nil
		}
		i++
		if err := c.Check(); err != nil {
			return false, err
		}
		return true, fill(row, list[i-1])
	}, nil
}

func notJSON(format string, a ...any) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, format, a...)
}

// registerJSONSets registers the functions that give a row for each member.
// The two forms word their errors differently.
func registerJSONSets[D document[D]](t typ, name string, open func(value) D) {
	binary := t == jsonbType
	set := func(fname, doc string, cols []types.Field, check func(fname string, k types.JSONKind) error, fill func(row []value, m member[D]) error) {
		fname = name + fname
		expr.RegisterSet(&expr.SetFunc{Name: fname, Args: args{t}, Cols: cols, Doc: doc, Source: "PostgreSQL",
			Open: func(c *expr.Context, a []value) (func([]value) (bool, error), error) {
				d := open(a[0])
				if err := check(fname, d.Kind()); err != nil {
					return nil, err
				}
				return memberRows(c, d, fill)
			}})
	}
	object := func(fname string, k types.JSONKind) error {
		switch {
		case k == types.JSONObject:
			return nil
		case binary:
			return notJSON("cannot call %s on a non-object", fname)
		case k == types.JSONArray:
			return notJSON("cannot deconstruct an array as an object")
		}
		return notJSON("cannot deconstruct a scalar")
	}
	array := func(fname string, k types.JSONKind) error {
		switch {
		case k == types.JSONArray:
			return nil
		case binary && k == types.JSONObject:
			return notJSON("cannot extract elements from an object")
		case binary:
			return notJSON("cannot extract elements from a scalar")
		case k == types.JSONObject:
			return notJSON("cannot call %s on a non-array", fname)
		}
		return notJSON("cannot call %s on a scalar", fname)
	}
	keys := func(fname string, k types.JSONKind) error {
		switch k {
		case types.JSONObject:
			return nil
		case types.JSONArray:
			return notJSON("cannot call %s on an array", fname)
		}
		return notJSON("cannot call %s on a scalar", fname)
	}
	whole := func(at int) func(row []value, m member[D]) error {
		return func(row []value, m member[D]) error {
			row[0] = types.NewText(m.key)
			row[at] = m.val.Value()
			return nil
		}
	}
	asText := func(at int) func(row []value, m member[D]) error {
		return func(row []value, m member[D]) (err error) {
			row[0] = types.NewText(m.key)
			row[at], err = docText(m.val, true)
			return err
		}
	}
	set("_each", "Members of an object, a row each", []types.Field{{Name: "key", Type: text}, {Name: "value", Type: t}}, object, whole(1))
	set("_each_text", "Members of an object as text, a row each", []types.Field{{Name: "key", Type: text}, {Name: "value", Type: text}}, object, asText(1))
	set("_array_elements", "Elements of an array, a row each", []types.Field{{Name: "value", Type: t}}, array, whole(0))
	set("_array_elements_text", "Elements of an array as text, a row each", []types.Field{{Name: "value", Type: text}}, array, asText(0))
	set("_object_keys", "Keys of an object, a row each", []types.Field{{Name: name + "_object_keys", Type: text}}, keys,
		func(row []value, m member[D]) error {
			row[0] = types.NewText(m.key)
			return nil
		})
}
