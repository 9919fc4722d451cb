package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

func init() {
	any := types.Any
	add := func(name string, params args, ret typ, source, doc string, style jsonStyle) {
		expr.RegisterAggregate(&expr.AggFunc{Name: name, Args: params, Ret: ret, Doc: doc, Source: source,
			New: func(c *expr.Context, ts []*types.Type, _ *types.Type) expr.Accumulator {
				if ret == jsonbType {
					return &jsonbAcc{c: c, ts: ts}
				}
				s := style
				if k := expr.BaseType(ts[0]).Kind; len(ts) == 1 && source == "PostgreSQL" && (k == types.KindRecord || k == types.KindArray) {
					s.comma = ", \n "
				}
				return &jsonAcc{c: c, ts: ts, style: s}
			}})
	}
	add("json_agg", args{any}, jsonType, "PostgreSQL", "JSON array of the values, NULL as null", jsonStyle{open: "[", comma: ", ", close: "]"})
	add("jsonb_agg", args{any}, jsonbType, "PostgreSQL", "jsonb array of the values, NULL as null", jsonStyle{})
	add("json_object_agg", args{any, any}, jsonType, "PostgreSQL", "JSON object of the keys and values", jsonStyle{open: "{ ", comma: ", ", colon: " : ", close: " }"})
	add("jsonb_object_agg", args{any, any}, jsonbType, "PostgreSQL", "jsonb object of the keys and values", jsonStyle{})
	lite := jsonStyle{open: "[", comma: ",", close: "]", lite: true}
	add("json_group_array", args{any}, jsonType, "SQLite", "JSON array of the values", lite)
	lite = jsonStyle{open: "{", comma: ",", colon: ":", close: "}", lite: true}
	add("json_group_object", args{any, any}, jsonType, "SQLite", "JSON object of the keys and values", lite)
}

// jsonStyle is what stands between the parts of a JSON text.
type jsonStyle struct {
	open, comma, colon, close string
	lite                      bool // empty without rows, rather than NULL
}

var errNullKey = sqlerr.New(sqlerr.InvalidParameterValue, "field name must not be null")

// jsonAcc collects JSON texts: values, or keys with values.
type jsonAcc struct {
	c     *expr.Context
	ts    args
	style jsonStyle
	bufs  [][]byte
	size  int
}

func (a *jsonAcc) Resize(n int) { a.bufs = expr.Resized(a.bufs, n) }
func (a *jsonAcc) Bytes() int   { return 24*cap(a.bufs) + a.size }

// Release drops the text of a group.
func (a *jsonAcc) Release(g int) {
	a.size -= len(a.bufs[g])
	a.bufs[g] = nil
}

func (a *jsonAcc) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	size := a.size
	return expr.ForEachRow(sel, n, func(i int) error {
		g := expr.GroupOf(groups, i)
		buf := a.bufs[g]
		before := len(buf)
		if before > 0 {
			buf = append(buf, a.style.comma...)
		}
		last := len(in) - 1
		if last > 0 {
			k := in[0].Value(i)
			if k.IsNull() {
				return errNullKey
			}
			key, err := objectKey(a.c, k, a.ts[0])
			if err != nil {
				return err
			}
			buf = append(types.AppendJSONString(buf, key), a.style.colon...)
		}
		a.bufs[g] = types.AppendAsJSON(buf, in[last].Value(i), a.ts[last], a.c.Env, false)
		if a.size += len(a.bufs[g]) - before; len(a.bufs[g]) > maxLength {
			return errTooLong
		}
		return a.c.CheckRoom(a.size - size)
	})
}

func (a *jsonAcc) Merge(other expr.Accumulator, mapping []int32) error {
	o := other.(*jsonAcc)
	for g, b := range o.bufs {
		if len(b) > 0 {
			to := mapping[g]
			if len(a.bufs[to]) > 0 {
				a.bufs[to] = append(a.bufs[to], a.style.comma...)
			}
			a.bufs[to] = append(a.bufs[to], b...)
		}
	}
	a.size += o.size
	return nil
}

func (a *jsonAcc) Result(g int) (types.Value, error) {
	if len(a.bufs[g]) == 0 && !a.style.lite {
		return types.Null, nil
	}
	return value{K: types.KindJSON, S: a.style.open + string(a.bufs[g]) + a.style.close}, nil
}

// jsonbAcc collects nodes with their keys.
type jsonbAcc struct {
	c     *expr.Context
	ts    args
	lists [][]member[types.JSONBNode]
	size  int
	b     types.JSONBBuilder
}

func (a *jsonbAcc) Resize(n int) { a.lists = expr.Resized(a.lists, n) }
func (a *jsonbAcc) Bytes() int   { return 24*cap(a.lists) + a.size }

// Release drops the nodes of a group.
func (a *jsonbAcc) Release(g int) {
	for _, m := range a.lists[g] {
		a.size -= 32 + len(m.key) + len(m.val)
	}
	a.lists[g] = nil
}

func (a *jsonbAcc) Update(groups []int32, in []*vector.Vector, sel []int32, n int) error {
	return expr.ForEachRow(sel, n, func(i int) error {
		m := member[types.JSONBNode]{}
		last := len(in) - 1
		if last > 0 {
			k := in[0].Value(i)
			if k.IsNull() {
				return errNullKey
			}
			key, err := objectKey(a.c, k, a.ts[0])
			if err != nil {
				return err
			}
			m.key = string(append([]byte(nil), key...))
		}
		a.b.Reset()
		if err := a.b.Value(in[last].Value(i), a.ts[last], a.c.Env); err != nil {
			return err
		}
		m.val = types.JSONBNode(a.b.Finish().S)
		g := expr.GroupOf(groups, i)
		a.lists[g] = append(a.lists[g], m)
		a.size += 32 + len(m.key) + len(m.val)
		return nil
	})
}

func (a *jsonbAcc) Merge(other expr.Accumulator, mapping []int32) error {
	o := other.(*jsonbAcc)
	for g, list := range o.lists {
		a.lists[mapping[g]] = append(a.lists[mapping[g]], list...)
	}
	a.size += o.size
	return nil
}

func (a *jsonbAcc) Result(g int) (types.Value, error) {
	if len(a.lists[g]) == 0 {
		return types.Null, nil
	}
	var b types.JSONBBuilder
	if len(a.ts) == 1 {
		b.BeginArray()
	} else {
		b.BeginObject()
	}
	for _, m := range a.lists[g] {
		if len(a.ts) > 1 {
			b.Key(m.key)
		}
		b.Node(m.val)
	}
	if len(a.ts) == 1 {
		b.EndArray()
	} else {
		b.EndObject()
	}
	return b.Finish(), nil
}
