package builtins

import (
	"strconv"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// registerPopulate registers the functions that make records of objects.
func registerPopulate[D document[D]](t typ, name string, open func(value) D) {
	f := typed(name+"_populate_record", args{anyElem, t, types.Bool}, anyElem, "Record with the members of an object over those of a record",
		func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			if len(expr.BaseType(call.Ret).Fields) == 0 {
				if k := expr.BaseType(call.Ret).Kind; k != types.KindRecord && !call.Args[0].Is(types.Text) {
					return types.Null, sqlerr.New(sqlerr.DatatypeMismatch, "first argument of %s must be a row type", name+"_populate_record")
				}
				return types.Null, noRowType(name + "_populate_record")
			}
			if a[1].IsNull() {
				return a[0], nil
			}
			return populateRecord(c, open(a[1]), call.Ret, a[0])
		})
	f.NotStrict, f.Defaults, f.Volatility = true, 1, expr.Stable
	set := &expr.SetFunc{Name: name + "_populate_recordset", Args: args{anyElem, t, types.Bool}, Defaults: 1, NotStrict: true, Source: "PostgreSQL",
		Doc:    "Records with the members of the objects in an array, a row each",
		ColsFn: func(ts args) []types.Field { return expr.BaseType(ts[0]).Fields }}
	set.OpenColumns = func(c *expr.Context, cols []types.Field, a []value) (func([]value) (bool, error), error) {
		if a[1].IsNull() {
			return rowsOf(0, nil), nil
		}
		return recordRows(c, open(a[1]), cols, a[0], name+"_populate_recordset")
	}
	expr.RegisterSet(set)
	set = &expr.SetFunc{Name: name + "_to_record", Args: args{t}, Source: "PostgreSQL", Doc: "Object as a row of the columns that the statement names"}
	set.OpenColumns = func(c *expr.Context, cols []types.Field, a []value) (func([]value) (bool, error), error) {
		vals, err := populateFields(c, open(a[0]), cols, nil)
		given := err != nil
		return func(row []value) (bool, error) {
			if given {
				return false, err
			}
			given = true
			copy(row, vals)
			return true, nil
		}, err
	}
	expr.RegisterSet(set)
	set = &expr.SetFunc{Name: name + "_to_recordset", Args: args{t}, Source: "PostgreSQL", Doc: "Objects of an array as rows of the columns that the statement names"}
	set.OpenColumns = func(c *expr.Context, cols []types.Field, a []value) (func([]value) (bool, error), error) {
		return recordRows(c, open(a[0]), cols, types.Null, name+"_to_recordset")
	}
	expr.RegisterSet(set)
}

func noRowType(name string) error {
	return sqlerr.New(sqlerr.FeatureNotSupported, "could not determine row type for result of %s", name).
		WithHint("Provide a non-null record argument, or call the function in the FROM clause using a column definition list.")
}

// recordRows gives a row for each object of an array.
func recordRows[D document[D]](c *expr.Context, d D, cols []types.Field, base value, name string) (nextRow, error) {
	switch k := d.Kind(); {
	case k == types.JSONObject:
		return nil, notJSON("cannot call %s on an object", name)
	case k != types.JSONArray:
		return nil, notJSON("cannot call %s on a scalar", name)
	}
	var defaults []value
	if !base.IsNull() {
		var err error
		if defaults, err = types.RecordFields(base, nil); err != nil {
			return nil, err
		}
	}
	return memberRows(c, d, func(row []value, m member[D]) error {
		if m.val.Kind() != types.JSONObject {
			return notJSON("argument of %s must be an array of objects", name)
		}
		vals, err := populateFields(c, m.val, cols, defaults)
		copy(row, vals)
		return err
	})
}

// populateFields reads the members that columns are named after; defaults, or
// NULL, stand for those that are missing.
func populateFields[D document[D]](c *expr.Context, d D, cols []types.Field, defaults []value) ([]value, error) {
	if k := d.Kind(); k != types.JSONObject {
		if k == types.JSONArray {
			return nil, notJSON("cannot call populate_composite on an array")
		}
		return nil, notJSON("cannot call populate_composite on a scalar")
	}
	vals := make([]value, len(cols))
	for i, col := range cols {
		m, ok := d.Member(col.Name)
		if !ok {
			if i < len(defaults) {
				vals[i] = defaults[i]
			}
			continue
		}
		var err error
		if vals[i], err = populate(c, m, col.Type, col.Name, value{}); err != nil {
			return nil, err
		}
	}
	return vals, nil
}

func populateRecord[D document[D]](c *expr.Context, d D, t typ, base value) (value, error) {
	if d.Kind() == types.JSONNull {
		return types.Null, nil
	}
	var defaults []value
	if !base.IsNull() {
		var err error
		if defaults, err = types.RecordFields(base, nil); err != nil {
			return types.Null, err
		}
	}
	b := expr.BaseType(t)
	vals, err := populateFields(c, d, b.Fields, defaults)
	if err != nil {
		return types.Null, err
	}
	return types.MakeRecord(b, vals), nil
}

// populate converts a JSON value to a type.
func populate[D document[D]](c *expr.Context, d D, t typ, key string, base value) (value, error) {
	b := expr.BaseType(t)
	k := d.Kind()
	switch b.Kind {
	case types.KindJSON:
		return value{K: types.KindJSON, S: string(d.Append(nil))}, nil
	case types.KindJSONB:
		if v := d.Value(); v.K == types.KindJSONB {
			return v, nil
		}
		return types.ParseJSONB(string(d.Append(nil)))
	}
	if k == types.JSONNull {
		return types.Null, nil
	}
	switch {
	case b.Kind == types.KindArray && k != types.JSONString:
		return populateArray(c, d, b, key)
	case b.Kind == types.KindRecord && k != types.JSONString:
		return populateRecord(c, d, b, base)
	}
	s, err := d.Text()
	if err != nil {
		return types.Null, err
	}
	return types.Parse(s, b, c.Env)
}

// populateArray makes an array, of several dimensions where arrays are nested.
func populateArray[D document[D]](c *expr.Context, d D, t typ, key string) (value, error) {
	hint := "See the value of key \"" + key + "\"."
	if d.Kind() != types.JSONArray {
		return types.Null, sqlerr.New(sqlerr.InvalidTextRepresentation, "expected JSON array").WithHint("%s", hint)
	}
	depth := 0
	for e, ok := d, true; ok && e.Kind() == types.JSONArray && depth < types.MaxArrayDims; e, ok = e.At(0) {
		depth++
		if t.Elem.Kind == types.KindJSON || t.Elem.Kind == types.KindJSONB {
			break
		}
	}
	dims := make([]types.Dim, depth)
	for i := range dims {
		dims[i] = types.Dim{Length: -1, Lower: 1}
	}
	var elems []value
	var level func(d D, at int, path string) error
	level = func(d D, at int, path string) error {
		if d.Kind() != types.JSONArray {
			return sqlerr.New(sqlerr.InvalidTextRepresentation, "expected JSON array").
				WithHint("See the array element %s of key \"%s\".", path, key)
		}
		n := d.Len()
		if dims[at].Length >= 0 && dims[at].Length != n {
			return sqlerr.New(sqlerr.InvalidTextRepresentation, "malformed JSON array").
				WithDetail("Multidimensional arrays must have sub-arrays with matching dimensions.")
		}
		dims[at].Length = n
		i := 0
		return d.Each(func(_ string, e D) error {
			i++
			if at+1 < len(dims) {
				return level(e, at+1, path+"["+strconv.Itoa(i-1)+"]")
			}
			v, err := populate(c, e, t.Elem, key, value{})
			elems = append(elems, v)
			return err
		})
	}
	if err := level(d, 0, ""); err != nil {
		return types.Null, err
	}
	if len(elems) == 0 {
		return types.NewArray(nil, t.Elem), nil
	}
	return types.NewArrayDims(elems, dims, t.Elem), nil
}
