package builtins

import (
	"errors"
	"math"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// pathValue is an item of a sequence: a JSON value, or a date or time, which
// has a type.
type pathValue struct {
	n    node
	t    typ
	v    value
	east int // seconds of the offset that a date or time was written with
}

// pathRun evaluates one path for one value.
type pathRun struct {
	c       *expr.Context
	path    *jsonPath
	lax     bool
	ignore  bool // errors of structure are none
	silent  bool
	tz      bool // times may be converted with the session's zone
	root    pathValue
	current pathValue
	vars    node
	bare    bool // no variables can be given: all are null
	last    int  // last position of the array whose subscripts are computed
	objects int  // numbered by keyvalue()
}

// errPathDone ends a run whose answer is known.
var errPathDone = errors.New("answer is known")

// hardError is an error that neither silence nor a predicate hides.
type hardError struct{ error }

func (e hardError) Unwrap() error { return e.error }

func isHard(err error) bool {
	var h hardError
	return err == errPathDone || errors.As(err, &h) || sqlerr.Code(err) == ""
}

type emit = func(v pathValue) error

// next goes on with the step after p.
func (x *pathRun) next(p *pathItem, v pathValue, out emit) error {
	if p.next == nil {
		return out(v)
	}
	return x.run(p.next, v, x.lax, out)
}

// collect returns the sequence of an expression; unwrapped, arrays in it are
// replaced by their elements in lax mode.
func (x *pathRun) collect(p *pathItem, v pathValue, unwrapped bool) ([]pathValue, error) {
	var list []pathValue
	err := x.run(p, v, x.lax, func(r pathValue) error {
		if unwrapped && x.lax && r.kind() == types.JSONArray {
			return r.n.Each(func(_ string, e node) error {
				list = append(list, pathValue{n: e})
				return nil
			})
		}
		list = append(list, r)
		return nil
	})
	return list, err
}

// kind is that of the JSON; a date or time counts as a string of its own.
func (v pathValue) kind() types.JSONKind {
	if v.t != nil {
		return types.JSONString
	}
	return v.n.Kind()
}

// each goes on with p itself for every element of an array.
func (x *pathRun) each(p *pathItem, v pathValue, out emit) error {
	return v.n.Each(func(_ string, e node) error { return x.run(p, pathValue{n: e}, false, out) })
}

func (x *pathRun) structural(code, format string, a ...any) error {
	if x.ignore {
		return nil
	}
	return sqlerr.New(code, format, a...)
}

// run evaluates an item for a value; unwrap says that a step which wants no
// array takes its elements instead.
func (x *pathRun) run(p *pathItem, v pathValue, unwrap bool, out emit) error {
	if err := x.c.Check(); err != nil {
		return err
	}
	if p.predicate() {
		t, err := x.test(p, v)
		if err != nil {
			return err
		}
		return x.next(p, pathValue{n: t.json()}, out)
	}
	isArray := v.kind() == types.JSONArray
	switch p.kind {
	case pathConst:
		return x.next(p, pathValue{n: p.val}, out)
	case pathVariable:
		n, ok := x.vars.Member(p.name)
		if !ok && !x.bare {
			return hardError{sqlerr.New(sqlerr.UndefinedObject, "could not find jsonpath variable \"%s\"", p.name)}
		}
		return x.next(p, pathValue{n: n}, out)
	case pathRoot:
		return x.next(p, x.root, out)
	case pathCurrent:
		return x.next(p, x.current, out)
	case pathLast:
		return x.next(p, intItem(int64(x.last)), out)
	case pathKey:
		return x.key(p, v, unwrap, out)
	case pathAnyKey:
		if v.kind() == types.JSONObject {
			return v.n.Each(func(_ string, e node) error { return x.next(p, pathValue{n: e}, out) })
		}
		if isArray && unwrap {
			return x.each(p, v, out)
		}
		return x.structural(sqlerr.SQLJSONObjectNotFound, "jsonpath wildcard member accessor can only be applied to an object")
	case pathAnyItem:
		if isArray {
			return v.n.Each(func(_ string, e node) error { return x.next(p, pathValue{n: e}, out) })
		}
		if x.lax {
			return x.next(p, v, out)
		}
		return x.structural(sqlerr.SQLJSONArrayNotFound, "jsonpath wildcard array accessor can only be applied to an array")
	case pathIndexes:
		return x.indexes(p, v, out)
	case pathAnyLevel:
		return x.anyLevel(p, v, out)
	case pathFilter:
		if isArray && unwrap {
			return x.each(p, v, out)
		}
		t, err := x.testWith(p.left, v)
		if err != nil || t != isTrue {
			return err
		}
		return x.next(p, v, out)
	case pathArith:
		return x.arith(p, v, out)
	case pathSign:
		return x.sign(p, v, out)
	}
	return x.method(p, v, unwrap, out)
}

func (x *pathRun) key(p *pathItem, v pathValue, unwrap bool, out emit) error {
	switch k := v.kind(); {
	case k == types.JSONObject:
		if n, ok := v.n.Member(p.name); ok {
			return x.next(p, pathValue{n: n}, out)
		}
		return x.structural(sqlerr.SQLJSONMemberNotFound, "JSON object does not contain key \"%s\"", p.name)
	case k == types.JSONArray && unwrap:
		return x.each(p, v, out)
	}
	return x.structural(sqlerr.SQLJSONMemberNotFound, "jsonpath member accessor can only be applied to an object")
}

func (x *pathRun) indexes(p *pathItem, v pathValue, out emit) error {
	isArray := v.kind() == types.JSONArray
	if !isArray && !x.lax {
		return x.structural(sqlerr.SQLJSONArrayNotFound, "jsonpath array accessor can only be applied to an array")
	}
	size := 1
	if isArray {
		size = v.n.Len()
	}
	saved := x.last
	defer func() { x.last = saved }()
	for _, r := range p.subs {
		x.last = size - 1
		from, err := x.index(r.from, v)
		if err != nil {
			return err
		}
		to := from
		if r.to != nil {
			if to, err = x.index(r.to, v); err != nil {
				return err
			}
		}
		if !x.ignore && (from < 0 || from > to || to >= size) {
			return sqlerr.New(sqlerr.InvalidSQLJSONSubscript, "jsonpath array subscript is out of bounds")
		}
		for i := max(from, 0); i <= min(to, size-1); i++ {
			e := v
			if isArray {
				n, _ := v.n.At(i)
				e = pathValue{n: n}
			}
			if err := x.next(p, e, out); err != nil {
				return err
			}
			x.last = size - 1
		}
	}
	return nil
}

func (x *pathRun) index(p *pathItem, v pathValue) (int, error) {
	list, err := x.collect(p, v, false)
	if err != nil {
		return 0, err
	}
	if len(list) != 1 || list[0].kind() != types.JSONNumber {
		return 0, sqlerr.New(sqlerr.InvalidSQLJSONSubscript, "jsonpath array subscript is not a single numeric value")
	}
	n, err := types.NumericTrunc(list[0].n.Number(), 0)
	if err != nil {
		return 0, err
	}
	i, err := types.NumericToInt(n, types.Int4)
	if err != nil {
		return 0, sqlerr.New(sqlerr.InvalidSQLJSONSubscript, "jsonpath array subscript is out of integer range")
	}
	return int(i), nil
}

// anyLevel goes through the values below at the levels that the item names.
func (x *pathRun) anyLevel(p *pathItem, v pathValue, out emit) error {
	saved := x.ignore
	x.ignore = true
	defer func() { x.ignore = saved }()
	if p.lo == 0 {
		if err := x.next(p, v, out); err != nil {
			return err
		}
	}
	if v.t != nil {
		return nil
	}
	return x.below(p, v.n, 1, out)
}

func (x *pathRun) below(p *pathItem, n node, level int, out emit) error {
	if level > p.hi || !isContainer(n) {
		return nil
	}
	return n.Each(func(_ string, e node) error {
		leaves := p.lo == lastLevel && p.hi == lastLevel
		if leaves && !isContainer(e) || !leaves && level >= p.lo {
			x.ignore = true
			if err := x.next(p, pathValue{n: e}, out); err != nil {
				return err
			}
		}
		return x.below(p, e, level+1, out)
	})
}

func (x *pathRun) operand(p *pathItem, v pathValue, side, op string) (value, error) {
	list, err := x.collect(p, v, true)
	if err != nil {
		return types.Null, err
	}
	if len(list) != 1 || list[0].kind() != types.JSONNumber {
		return types.Null, sqlerr.New(singletonRequired, "%s operand of jsonpath operator %s is not a single numeric value", side, op)
	}
	return list[0].n.Number(), nil
}

func (x *pathRun) arith(p *pathItem, v pathValue, out emit) error {
	l, err := x.operand(p.left, v, "left", p.name)
	if err != nil {
		return err
	}
	r, err := x.operand(p.right, v, "right", p.name)
	if err != nil {
		return err
	}
	f := types.NumericAdd
	switch p.name {
	case "-":
		f = types.NumericSub
	case "*":
		f = types.NumericMul
	case "/":
		f = types.NumericDiv
	case "%":
		f = types.NumericModulo
	}
	n, err := f(l, r)
	if err != nil {
		return err
	}
	return x.next(p, numberItem(n), out)
}

func (x *pathRun) sign(p *pathItem, v pathValue, out emit) error {
	list, err := x.collect(p.left, v, true)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.kind() != types.JSONNumber {
			return sqlerr.New(sqlerr.SQLJSONNumberNotFound, "operand of unary jsonpath operator %s is not a numeric value", p.name)
		}
		if p.name == "-" {
			e = numberItem(types.NumericNeg(e.n.Number()))
		}
		if err := x.next(p, e, out); err != nil {
			return err
		}
	}
	return nil
}

func numberItem(v value) pathValue {
	var b types.JSONBBuilder
	b.Number(v)
	return pathValue{n: node(b.Finish().S)}
}

func intItem(i int64) pathValue { return numberItem(types.NumericFromInt(i)) }

func stringItem(s string) pathValue {
	var b types.JSONBBuilder
	b.String(s)
	return pathValue{n: node(b.Finish().S)}
}

// method evaluates .type() and the like.
func (x *pathRun) method(p *pathItem, v pathValue, unwrap bool, out emit) error {
	k := v.kind()
	switch {
	case p.kind == pathMethod && p.name == "type":
		name := k.String()
		if v.t != nil {
			name = v.t.Display
		}
		return x.next(p, stringItem(name), out)
	case p.kind == pathMethod && p.name == "size":
		size := 1
		if k == types.JSONArray {
			size = v.n.Len()
		} else if !x.lax && !x.ignore {
			return sqlerr.New(sqlerr.SQLJSONArrayNotFound, "jsonpath item method .size() can only be applied to an array")
		}
		return x.next(p, intItem(int64(size)), out)
	case k == types.JSONArray && unwrap:
		return x.each(p, v, out)
	case p.kind == pathDatetime:
		t, err := x.datetime(p, v)
		if err != nil {
			return err
		}
		return x.next(p, t, out)
	case p.name == "keyvalue":
		return x.keyvalue(p, v, out)
	case p.name == "double":
		return x.double(p, v, out)
	}
	if k != types.JSONNumber {
		return sqlerr.New(sqlerr.NonNumericSQLJSONItem, "jsonpath item method .%s() can only be applied to a numeric value", p.name)
	}
	n := v.n.Number()
	var err error
	switch p.name {
	case "abs":
		n = types.NumericAbs(n)
	case "floor":
		n, err = types.NumericFloor(n)
	case "ceiling":
		n, err = types.NumericCeil(n)
	}
	if err != nil {
		return err
	}
	return x.next(p, numberItem(n), out)
}

func (x *pathRun) double(p *pathItem, v pathValue, out emit) error {
	switch v.kind() {
	case types.JSONNumber:
		if f := types.NumericFloat(v.n.Number()); math.IsInf(f, 0) {
			return sqlerr.New(sqlerr.NonNumericSQLJSONItem, "numeric argument of jsonpath item method .double() is out of range for type double precision")
		}
		return x.next(p, v, out)
	case types.JSONString:
		if v.t != nil {
			break
		}
		bad := sqlerr.New(sqlerr.NonNumericSQLJSONItem, "string argument of jsonpath item method .double() is not a valid representation of a double precision number")
		f, err := types.Parse(v.n.Str(), types.Float8, nil)
		if err != nil || math.IsInf(f.Float(), 0) || f.Float() != f.Float() {
			return bad
		}
		n, err := types.NumericFromFloat(f.Float(), 64)
		if err != nil {
			return err
		}
		return x.next(p, numberItem(n), out)
	}
	return sqlerr.New(sqlerr.NonNumericSQLJSONItem, "jsonpath item method .double() can only be applied to a string or numeric value")
}

// keyvalue gives an object for every member. Objects are numbered as they are
// met.
func (x *pathRun) keyvalue(p *pathItem, v pathValue, out emit) error {
	if v.kind() != types.JSONObject {
		return sqlerr.New(sqlerr.SQLJSONObjectNotFound, "jsonpath item method .keyvalue() can only be applied to an object")
	}
	id := x.objects
	x.objects++
	return v.n.Each(func(key string, e node) error {
		var b types.JSONBBuilder
		b.BeginObject()
		b.Key("id")
		b.Int(int64(id))
		b.Key("key")
		b.String(key)
		b.Key("value")
		b.Node(e)
		b.EndObject()
		return x.next(p, pathValue{n: node(b.Finish().S)}, out)
	})
}
