package expr

import (
	"sync"

	"github.com/zqlite/zqlite/internal/types"
)

// Overloads are the functions, operators and aggregates of one range type and
// its multirange type, by name.
type Overloads struct {
	Funcs      map[string][]*Func
	Operators  map[string][]*Func
	SetFuncs   map[string][]*SetFunc
	Aggregates map[string][]*AggFunc
}

// RangeOverloads makes those of a range type that somebody defined; package
// builtins sets it when it is initialised.
var RangeOverloads func(one *types.Type) *Overloads

// userRanges keeps what was made, by the type's identity; it is emptied when
// types that were changed have filled it.
var userRanges struct {
	mu sync.Mutex
	m  map[*types.Type]*Overloads
}

const maxUserRanges = 256

// overloadsOf returns what belongs to a type that is a range or multirange that
// somebody defined, or nil.
func overloadsOf(t *types.Type) *Overloads {
	t = BaseType(t)
	switch t.Kind {
	case types.KindMultirange:
		t = t.Sub
	case types.KindRange:
	default:
		return nil
	}
	if t == nil || types.ByOID(t.OID) != nil || RangeOverloads == nil {
		return nil
	}
	userRanges.mu.Lock()
	defer userRanges.mu.Unlock()
	if o := userRanges.m[t]; o != nil {
		return o
	}
	if userRanges.m == nil || len(userRanges.m) >= maxUserRanges {
		userRanges.m = map[*types.Type]*Overloads{}
	}
	o := RangeOverloads(t)
	userRanges.m[t] = o
	return o
}

// withUserRanges adds to the overloads of a name those that the types of the
// arguments bring.
func withUserRanges[T any](list []T, args []*types.Type, of func(o *Overloads) []T) []T {
	var seen *Overloads
	for _, a := range args {
		if a.Kind != types.KindRange && a.Kind != types.KindMultirange {
			continue
		}
		if o := overloadsOf(a); o != nil && o != seen {
			seen = o
			list = append(list[:len(list):len(list)], of(o)...)
		}
	}
	return list
}

// ResolveMaker chooses the constructor of a range or multirange type that
// somebody defined, which has the type's name; otherwise as ResolveFunc.
func ResolveMaker(t *types.Type, args []*types.Type) (fn *Func, coerced []*types.Type, result *types.Type, err error) {
	var list []*Func
	if o := overloadsOf(t); o != nil {
		list = o.Funcs[t.Name]
	}
	return resolveIn(t.Name, list, args)
}
