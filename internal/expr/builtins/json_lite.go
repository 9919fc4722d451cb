package builtins

import (
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// liteStep is a step of one of SQLite's paths: $.key, $[3], $[#-1], $[#].
type liteStep struct {
	key     string
	index   int
	isIndex bool
	fromEnd bool // index counts back from the length
}

func badLitePath(path string) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "JSON path error near '%s'", path)
}

func litePath(s string) ([]liteStep, error) {
	if !strings.HasPrefix(s, "$") {
		return nil, badLitePath(s)
	}
	var steps []liteStep
	for rest := s[1:]; rest != ""; {
		switch {
		case strings.HasPrefix(rest, ".\""):
			end := strings.IndexByte(rest[2:], '"')
			if end < 0 {
				return nil, badLitePath(rest)
			}
			steps = append(steps, liteStep{key: rest[2 : 2+end]})
			rest = rest[end+3:]
		case rest[0] == '.':
			end := 1
			for end < len(rest) && rest[end] != '.' && rest[end] != '[' {
				end++
			}
			if end == 1 {
				return nil, badLitePath(rest)
			}
			steps = append(steps, liteStep{key: rest[1:end]})
			rest = rest[end:]
		case rest[0] == '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return nil, badLitePath(rest)
			}
			body, fromEnd := strings.CutPrefix(rest[1:end], "#")
			st := liteStep{isIndex: true, fromEnd: fromEnd}
			if fromEnd && body != "" {
				if body[0] != '-' {
					return nil, badLitePath(rest)
				}
				body = body[1:]
			}
			n, err := strconv.ParseUint(body, 10, 31)
			if err != nil && !(fromEnd && body == "") {
				return nil, badLitePath(rest)
			}
			st.index = int(n)
			steps = append(steps, st)
			rest = rest[end+1:]
		default:
			return nil, badLitePath(rest)
		}
	}
	return steps, nil
}

// at returns the position of a step in an array of n elements.
func (s *liteStep) at(n int) int {
	if s.fromEnd {
		return n - s.index
	}
	return s.index
}

func liteWalk[D document[D]](d D, steps []liteStep) (D, bool) {
	for i := range steps {
		ok := false
		if s := &steps[i]; s.isIndex {
			at := s.index
			if s.fromEnd {
				at = d.Len() - s.index
			}
			if at < 0 {
				return d, false
			}
			d, ok = d.At(at)
		} else {
			d, ok = d.Member(s.key)
		}
		if !ok {
			return d, false
		}
	}
	return d, true
}

var errLiteJSON = sqlerr.New(sqlerr.InvalidTextRepresentation, "malformed JSON")

// liteText is the JSON text of an argument.
func liteText(c *expr.Context, t typ, v value) (types.JSONText, error) {
	switch v.K {
	case types.KindJSON:
		return textDoc(v), nil
	case types.KindJSONB:
		return types.JSONText(types.AppendJSONB(nil, v)), nil
	}
	s := textOf(c, t, v)
	if !types.ValidJSON(s) {
		return "", errLiteJSON
	}
	return types.NewJSONText(s), nil
}

// liteLookup finds the part of an argument at a path.
func liteLookup(c *expr.Context, t typ, v value, path string) (types.JSONText, bool, error) {
	steps, err := litePath(path)
	if err != nil {
		return "", false, err
	}
	if v.K == types.KindJSONB {
		n, ok := liteWalk(binaryDoc(v), steps)
		if !ok {
			return "", false, nil
		}
		return types.JSONText(n.Append(nil)), true, nil
	}
	d, err := liteText(c, t, v)
	if err != nil {
		return "", false, err
	}
	d, ok := liteWalk(d, steps)
	return d, ok, nil
}

// liteSQL is a part as text in SQL: strings without quotes, booleans as 1 and
// 0, null as NULL, arrays and objects without blanks.
func liteSQL(d types.JSONText, ok bool) (value, error) {
	if !ok {
		return types.Null, nil
	}
	switch d.Kind() {
	case types.JSONNull:
		return types.Null, nil
	case types.JSONBool:
		if d == "true" {
			return newText("1")
		}
		return newText("0")
	case types.JSONString:
		s, err := d.Text()
		return types.NewText(s), err
	}
	return newText(string(minify(nil, string(d))))
}

// minify leaves out the space between tokens.
func minify(dst []byte, s string) []byte {
	quoted := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quoted && c == '\\' && i+1 < len(s):
			dst = append(dst, c)
			i++
			c = s[i]
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

func liteType(d types.JSONText) string {
	switch d.Kind() {
	case types.JSONNull:
		return "null"
	case types.JSONString:
		return "text"
	case types.JSONBool:
		return string(d)
	case types.JSONNumber:
		if strings.ContainsAny(string(d), ".eE") {
			return "real"
		}
		return "integer"
	}
	return d.Kind().String()
}

func init() {
	any := types.Any
	lite := func(name string, params args, ret typ, doc string, eval func(c *expr.Context, call *expr.CallTypes, a []value) (value, error)) *expr.Func {
		f := sqlite(name, params, ret, doc, nil)
		f.EvalTyped, f.Volatility = eval, expr.Stable
		return f
	}
	f := lite("json_extract", args{any, text}, text, "Part at a path, as text; parts at several paths as a JSON array", jsonExtract)
	f.Variadic, f.Specialize = true, extractAt
	lite("json_valid", args{any}, types.Bool, "Whether a text is well-formed JSON", func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		if k := a[0].K; k == types.KindJSON || k == types.KindJSONB {
			return types.NewBool(true), nil
		}
		return types.NewBool(types.ValidJSON(textOf(c, call.Args[0], a[0]))), nil
	})
	lite("json_type", args{any}, text, "SQLite's name of what the JSON value is", func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		d, err := liteText(c, call.Args[0], a[0])
		return types.NewText(liteType(d)), err
	})
	lite("json_type", args{any, text}, text, "SQLite's name of what is at a path", func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		d, ok, err := liteLookup(c, call.Args[0], a[0], a[1].S)
		if err != nil || !ok {
			return types.Null, err
		}
		return newText(liteType(d))
	})
	lite("json_array_length", args{any, text}, int4, "Number of elements of the array at a path, 0 for other values", func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		d, ok, err := liteLookup(c, call.Args[0], a[0], a[1].S)
		switch {
		case err != nil || !ok:
			return types.Null, err
		case d.Kind() != types.JSONArray:
			return newInt(0)
		}
		return newInt(d.Len())
	})
	lite("json_quote", args{any}, jsonType, "Value as JSON", func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		return newJSON(types.AppendAsJSON(nil, a[0], call.Args[0], c.Env, false))
	}).NotStrict = true
	for _, params := range []args{{}, {any}} {
		f := lite("json_array", params, jsonType, "JSON array of the arguments, without blanks", func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			out := []byte{'['}
			for i, v := range a {
				if i > 0 {
					out = append(out, ',')
				}
				out = types.AppendAsJSON(out, v, call.Args[i], c.Env, false)
			}
			return newJSON(append(out, ']'))
		})
		f.Variadic, f.NotStrict = len(params) > 0, true
	}
	for _, params := range []args{{}, {any, any}} {
		f := lite("json_object", params, jsonType, "JSON object of keys and values, without blanks", liteObject)
		f.Variadic, f.NotStrict = len(params) > 0, true
	}
	registerLiteChanges(lite)
	registerJSONTree()
}

func jsonExtract(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
	if len(a) == 2 {
		return liteSQL2(liteLookup(c, call.Args[0], a[0], a[1].S))
	}
	out := []byte{'['}
	for i, p := range a[1:] {
		if i > 0 {
			out = append(out, ',')
		}
		d, ok, err := liteLookup(c, call.Args[0], a[0], p.S)
		if err != nil {
			return types.Null, err
		}
		if !ok {
			d = "null"
		}
		out = minify(out, string(d))
	}
	return newText(string(append(out, ']')))
}

// extractAt is json_extract with a constant path.
func extractAt(consts []*types.Value) func(c *expr.Context, a []value) (value, error) {
	if len(consts) != 2 || consts[1] == nil || consts[1].IsNull() {
		return nil
	}
	steps, err := litePath(consts[1].S)
	if err != nil {
		return nil
	}
	return func(c *expr.Context, a []value) (value, error) {
		switch v := a[0]; v.K {
		case types.KindJSONB:
			n, ok := liteWalk(binaryDoc(v), steps)
			return extractNode(n, ok)
		case types.KindJSON:
			return liteSQL(liteWalk(textDoc(v), steps))
		case types.KindText:
			if !types.ValidJSON(v.S) {
				return types.Null, errLiteJSON
			}
			return liteSQL(liteWalk(textDoc(v), steps))
		}
		d, err := liteText(c, nil, a[0])
		if err != nil {
			return types.Null, err
		}
		return liteSQL(liteWalk(d, steps))
	}
}

func extractNode(n node, ok bool) (value, error) {
	if ok && n.Kind() == types.JSONString {
		return newText(n.Str())
	}
	return liteSQL(types.JSONText(n.Append(nil)), ok)
}

func liteSQL2(d types.JSONText, ok bool, err error) (value, error) {
	if err != nil {
		return types.Null, err
	}
	return liteSQL(d, ok)
}

func liteObject(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
	if len(a)%2 != 0 {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "json_object() requires an even number of arguments")
	}
	out := []byte{'{'}
	for i := 0; i < len(a); i += 2 {
		if i > 0 {
			out = append(out, ',')
		}
		if a[i].K != types.KindText {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "json_object() labels must be TEXT")
		}
		out = append(types.AppendJSONString(out, a[i].S), ':')
		out = types.AppendAsJSON(out, a[i+1], call.Args[i+1], c.Env, false)
	}
	return newJSON(append(out, '}'))
}
