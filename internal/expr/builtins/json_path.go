package builtins

import (
	"sync"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/regex"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// SQLSTATEs of the path language that nothing else has.
const (
	invalidJSONDatetime = "22031"
	singletonRequired   = "22038"
)

// jsonPath is a parsed path expression.
type jsonPath struct {
	strict bool
	root   *pathItem
}

type pathKind uint8

const (
	pathConst    pathKind = iota // val
	pathVariable                 // name
	pathRoot
	pathCurrent
	pathLast
	pathKey      // name
	pathAnyKey   // .*
	pathAnyItem  // [*]
	pathIndexes  // subs
	pathAnyLevel // .**{lo to hi}
	pathFilter   // left
	pathMethod   // name
	pathDatetime // .datetime(name)
	pathArith    // name, left, right
	pathSign     // name, left
	pathAnd
	pathOr
	pathNot
	pathIsUnknown
	pathCompare // cmp, left, right
	pathStarts
	pathRegex // re, left
	pathExists
)

// pathItem is a step or an operator of a path; next is the step after it.
type pathItem struct {
	kind        pathKind
	name        string
	val         node
	left, right *pathItem
	subs        []pathRange
	lo, hi      int
	cmp         expr.CompareOp
	re          *regex.Regexp
	flags       string // of the regular expression name
	given       bool   // .datetime() with a template
	next        *pathItem
}

// pathRange is a subscript, or two with TO between them.
type pathRange struct{ from, to *pathItem }

// lastLevel is LAST in .**{last}.
const lastLevel = 1<<31 - 1

// predicate reports whether an item is true, false or unknown rather than a
// sequence.
func (p *pathItem) predicate() bool { return p.kind >= pathAnd }

// pathCache keeps parsed paths; it is emptied when full.
var pathCache = struct {
	sync.RWMutex
	m map[string]*jsonPath
}{m: map[string]*jsonPath{}}

func compilePath(s string) (*jsonPath, error) {
	pathCache.RLock()
	p := pathCache.m[s]
	pathCache.RUnlock()
	if p != nil {
		return p, nil
	}
	p, err := parsePath(s)
	if err != nil {
		return nil, err
	}
	pathCache.Lock()
	if len(pathCache.m) >= regexCacheSize {
		clear(pathCache.m)
	}
	pathCache.m[string(append([]byte(nil), s...))] = p
	pathCache.Unlock()
	return p, nil
}

// openPath prepares a run for the arguments jsonb, path, variables and silent.
func openPath(c *expr.Context, a []value, tz bool) (*pathRun, error) {
	p, err := compilePath(a[1].S)
	if err != nil {
		return nil, err
	}
	x := &pathRun{c: c, path: p, lax: !p.strict, ignore: !p.strict, root: pathValue{n: binaryDoc(a[0])}, tz: tz, last: -1}
	if len(a) > 2 {
		if x.vars = binaryDoc(a[2]); x.vars.Kind() != types.JSONObject {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "\"vars\" argument is not an object").
				WithDetail("Jsonpath parameters should be encoded as key-value pairs of \"vars\" object.")
		}
	}
	x.silent = len(a) > 3 && a[3].Bool()
	return x, nil
}

func init() {
	jsonPathType := types.JSONPath
	params := args{jsonbType, jsonPathType, jsonbType, types.Bool}
	for _, suffix := range []string{"", "_tz"} {
		tz := suffix != ""
		register := func(name string, ret typ, doc string, answer func(x *pathRun) (value, error)) {
			f := fn(name+suffix, params, ret, doc, func(c *expr.Context, a []value) (value, error) {
				x, err := openPath(c, a, tz)
				if err != nil {
					return types.Null, err
				}
				return answer(x)
			})
			f.Defaults = 2
			if tz {
				f.Volatility = expr.Stable
			}
		}
		register("jsonb_path_exists", types.Bool, "Whether a path finds anything", (*pathRun).exists)
		register("jsonb_path_match", types.Bool, "The boolean that a path gives", (*pathRun).match)
		register("jsonb_path_query_array", jsonbType, "What a path finds, as an array", func(x *pathRun) (value, error) {
			found, err := x.query()
			if err != nil {
				return types.Null, err
			}
			var b types.JSONBBuilder
			b.BeginArray()
			for i := range found {
				b.Node(found[i].json())
			}
			b.EndArray()
			return b.Finish(), nil
		})
		register("jsonb_path_query_first", jsonbType, "The first that a path finds", func(x *pathRun) (value, error) {
			found, err := x.query()
			if err != nil || len(found) == 0 {
				return types.Null, err
			}
			return found[0].json().Value(), nil
		})
		expr.RegisterSet(&expr.SetFunc{Name: "jsonb_path_query" + suffix, Args: params, Defaults: 2, Source: "PostgreSQL",
			Doc: "What a path finds, a row each", Cols: []types.Field{{Name: "jsonb_path_query" + suffix, Type: jsonbType}},
			Open: func(c *expr.Context, a []value) (func([]value) (bool, error), error) {
				x, err := openPath(c, a, tz)
				if err != nil {
					return nil, err
				}
				found, err := x.query()
				return rowsOf(len(found), func(i int) value { return found[i].json().Value() }), err
			}})
	}
	silent := func(answer func(x *pathRun) (value, error)) evaluet {
		return func(c *expr.Context, a []value) (value, error) {
			x, err := openPath(c, a, false)
			if err != nil {
				return types.Null, err
			}
			x.silent, x.bare = true, true
			return answer(x)
		}
	}
	op("@?", args{jsonbType, jsonPathType}, types.Bool, "Whether a path finds anything", silent((*pathRun).exists))
	op("@@", args{jsonbType, jsonPathType}, types.Bool, "The boolean that a path gives", silent((*pathRun).match))
}

// query returns all that the path finds.
func (x *pathRun) query() ([]pathValue, error) {
	found, err := x.collect(x.path.root, x.root, false)
	if err != nil {
		if x.silent && !isHard(err) {
			return found, nil // what was found before the error
		}
		return nil, err
	}
	return found, nil
}

func (x *pathRun) exists() (value, error) {
	found := false
	err := x.run(x.path.root, x.root, x.lax, func(pathValue) error {
		found = true
		if x.lax {
			return errPathDone
		}
		return nil
	})
	switch {
	case err == errPathDone || err == nil:
		return types.NewBool(found), nil
	case x.silent && !isHard(err):
		return types.Null, nil
	}
	return types.Null, err
}

func (x *pathRun) match() (value, error) {
	found, err := x.query()
	if err != nil {
		return types.Null, err
	}
	if len(found) == 1 && found[0].t == nil {
		switch n := found[0].n; n.Kind() {
		case types.JSONBool:
			return types.NewBool(n.Bool()), nil
		case types.JSONNull:
			return types.Null, nil
		}
	}
	if x.silent {
		return types.Null, nil
	}
	return types.Null, sqlerr.New(singletonRequired, "single boolean result is expected")
}
