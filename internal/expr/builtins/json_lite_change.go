package builtins

import (
	"slices"
	"strconv"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

// liteNode is a JSON value taken apart in the order of its text.
type liteNode struct {
	kind types.JSONKind
	text string // of a scalar
	keys []string
	kids []*liteNode
}

func liteTree(d types.JSONText) (*liteNode, error) {
	n := &liteNode{kind: d.Kind()}
	if n.kind < types.JSONArray {
		n.text = string(d)
		return n, nil
	}
	err := d.Each(func(key string, v types.JSONText) error {
		kid, err := liteTree(v)
		if n.kind == types.JSONObject {
			n.keys = append(n.keys, key)
		}
		n.kids = append(n.kids, kid)
		return err
	})
	return n, err
}

func (n *liteNode) append(dst []byte) []byte {
	switch n.kind {
	case types.JSONArray:
		dst = append(dst, '[')
	case types.JSONObject:
		dst = append(dst, '{')
	default:
		return append(dst, n.text...)
	}
	for i, k := range n.kids {
		if i > 0 {
			dst = append(dst, ',')
		}
		if n.kind == types.JSONObject {
			dst = append(types.AppendJSONString(dst, n.keys[i]), ':')
		}
		dst = k.append(dst)
	}
	if n.kind == types.JSONArray {
		return append(dst, ']')
	}
	return append(dst, '}')
}

// child returns the position of a step, -1 where there is none.
func (n *liteNode) child(s *liteStep) int {
	if s.isIndex {
		at := s.at(len(n.kids))
		if n.kind != types.JSONArray || at < 0 || at >= len(n.kids) {
			return -1
		}
		return at
	}
	if n.kind != types.JSONObject {
		return -1
	}
	return slices.Index(n.keys, s.key)
}

// How json_set, json_insert and json_replace differ.
type liteEdit struct{ replaces, adds bool }

// put stores a value at a path.
func (n *liteNode) put(steps []liteStep, to *liteNode, how liteEdit) {
	if len(steps) == 0 {
		if how.replaces {
			*n = *to
		}
		return
	}
	s := &steps[0]
	if i := n.child(s); i >= 0 {
		n.kids[i].put(steps[1:], to, how)
		return
	}
	if !how.adds {
		return
	}
	kid := &liteNode{kind: types.JSONObject}
	if len(steps) > 1 && steps[1].isIndex {
		kid.kind = types.JSONArray
	}
	if len(steps) == 1 {
		kid = to
	}
	switch {
	case s.isIndex && n.kind == types.JSONArray && s.at(len(n.kids)) == len(n.kids):
	case !s.isIndex && n.kind == types.JSONObject:
		n.keys = append(n.keys, s.key)
	default:
		return
	}
	n.kids = append(n.kids, kid)
	if len(steps) > 1 {
		kid.put(steps[1:], to, how)
	}
}

// remove takes away what is at a path.
func (n *liteNode) remove(steps []liteStep) {
	i := n.child(&steps[0])
	switch {
	case i < 0:
	case len(steps) > 1:
		n.kids[i].remove(steps[1:])
	default:
		n.kids = slices.Delete(n.kids, i, i+1)
		if n.kind == types.JSONObject {
			n.keys = slices.Delete(n.keys, i, i+1)
		}
	}
}

// patch applies a merge patch, RFC 7396.
func (n *liteNode) patch(p *liteNode) *liteNode {
	if p.kind != types.JSONObject {
		return p
	}
	if n == nil || n.kind != types.JSONObject {
		n = &liteNode{kind: types.JSONObject}
	}
	for i, key := range p.keys {
		at := slices.Index(n.keys, key)
		switch {
		case p.kids[i].kind == types.JSONNull && at >= 0:
			n.kids, n.keys = slices.Delete(n.kids, at, at+1), slices.Delete(n.keys, at, at+1)
		case p.kids[i].kind == types.JSONNull:
		case at >= 0:
			n.kids[at] = n.kids[at].patch(p.kids[i])
		default:
			n.keys, n.kids = append(n.keys, key), append(n.kids, (*liteNode)(nil).patch(p.kids[i]))
		}
	}
	return n
}

func liteArg(c *expr.Context, t typ, v value) (*liteNode, error) {
	d, err := liteText(c, t, v)
	if err != nil {
		return nil, err
	}
	return liteTree(d)
}

func registerLiteChanges(lite func(string, args, typ, string, func(*expr.Context, *expr.CallTypes, []value) (value, error)) *expr.Func) {
	any := types.Any
	for _, e := range []struct {
		name, doc string
		how       liteEdit
	}{
		{"json_set", "JSON with the values at paths replaced or added", liteEdit{true, true}},
		{"json_insert", "JSON with values added at paths where there are none", liteEdit{false, true}},
		{"json_replace", "JSON with the values at paths replaced where there are any", liteEdit{true, false}},
	} {
		f := lite(e.name, args{any, any, any}, jsonType, e.doc, func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			if a[0].IsNull() {
				return types.Null, nil
			}
			if len(a)%2 == 0 {
				return types.Null, notJSON("%s() needs an odd number of arguments", e.name)
			}
			root, err := liteArg(c, call.Args[0], a[0])
			if err != nil {
				return types.Null, err
			}
			for i := 1; i < len(a); i += 2 {
				if a[i].IsNull() {
					return types.Null, nil
				}
				steps, err := litePath(textOf(c, call.Args[i], a[i]))
				if err != nil {
					return types.Null, err
				}
				text := string(types.AppendAsJSON(nil, a[i+1], call.Args[i+1], c.Env, false))
				to, err := liteTree(types.NewJSONText(text))
				if err != nil {
					return types.Null, err
				}
				root.put(steps, to, e.how)
			}
			return newJSON(root.append(nil))
		})
		f.NotStrict, f.Variadic = true, true
	}
	lite("json_remove", args{any, text}, jsonType, "JSON without what is at paths", func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		root, err := liteArg(c, call.Args[0], a[0])
		if err != nil {
			return types.Null, err
		}
		for _, p := range a[1:] {
			steps, err := litePath(p.S)
			if err != nil || len(steps) == 0 {
				return types.Null, err
			}
			root.remove(steps)
		}
		return newJSON(root.append(nil))
	}).Variadic = true
	lite("json_patch", args{any, any}, jsonType, "JSON changed by a merge patch (RFC 7396)", func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		root, err := liteArg(c, call.Args[0], a[0])
		if err != nil {
			return types.Null, err
		}
		p, err := liteArg(c, call.Args[1], a[1])
		if err != nil {
			return types.Null, err
		}
		return newJSON(root.patch(p).append(nil))
	})
}

// treeRow is a row of json_tree before its columns are made.
type treeRow struct {
	key        value
	d          types.JSONText
	id, parent int
	path, full string
}

func registerJSONTree() {
	cols := []types.Field{{Name: "key", Type: text}, {Name: "value", Type: text}, {Name: "type", Type: text}, {Name: "atom", Type: text},
		{Name: "id", Type: int4}, {Name: "parent", Type: int4}, {Name: "fullkey", Type: text}, {Name: "path", Type: text}}
	for _, t := range []typ{text, jsonType, jsonbType} {
		expr.RegisterSet(&expr.SetFunc{Name: "json_tree", Args: args{t, text}, Defaults: 1, Cols: cols, Source: "SQLite",
			Doc: "All values within a JSON value, a row each",
			Open: func(c *expr.Context, a []value) (func([]value) (bool, error), error) {
				path := "$"
				if len(a) > 1 {
					path = a[1].S
				}
				d, ok, err := liteLookup(c, t, a[0], path)
				if err != nil || !ok {
					return rowsOf(0, nil), err
				}
				var rows []treeRow
				if err := collectTree(&rows, treeRow{d: d, parent: -1, path: path, full: path}); err != nil {
					return nil, err
				}
				return treeRows(c, rows), nil
			}})
	}
}

func collectTree(rows *[]treeRow, r treeRow) error {
	r.id = len(*rows)
	*rows = append(*rows, r)
	object, i := r.d.Kind() == types.JSONObject, 0
	return r.d.Each(func(key string, v types.JSONText) error {
		kid := treeRow{d: v, parent: r.id, path: r.full}
		if object {
			kid.key = types.NewText(key)
			kid.full = r.full + "." + liteKey(key)
		} else {
			index := strconv.Itoa(i)
			kid.key = types.NewText(index)
			kid.full = r.full + "[" + index + "]"
		}
		i++
		return collectTree(rows, kid)
	})
}

// liteKey quotes a key that is no plain word.
func liteKey(key string) string {
	for i := 0; i < len(key); i++ {
		c := key[i]
		if c != '_' && !(c-'0' <= 9 && i > 0) && (c|0x20)-'a' > 25 {
			return "\"" + key + "\""
		}
	}
	if key == "" {
		return "\"\""
	}
	return key
}

func treeRows(c *expr.Context, rows []treeRow) nextRow {
	i := 0
	return func(row []value) (bool, error) {
		if i == len(rows) {
			return false, nil
		}
		if err := c.Check(); err != nil {
			return false, err
		}
		r := &rows[i]
		i++
		v, err := liteSQL(r.d, true)
		if err != nil {
			return false, err
		}
		row[0], row[1], row[2], row[3] = r.key, v, types.NewText(liteType(r.d)), v
		if r.d.Kind() >= types.JSONArray {
			row[3] = types.Null
		}
		row[4], row[5] = types.NewInt(int64(r.id)), types.NewInt(int64(r.parent))
		if r.parent < 0 {
			row[5] = types.Null
		}
		row[6], row[7] = types.NewText(r.full), types.NewText(r.path)
		return true, nil
	}
}
