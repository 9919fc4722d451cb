package expr

import (
	"sync"

	"github.com/zqlite/zqlite/internal/types"
)

// resolutions remembers which overload of an operator was chosen for which
// types. Types are compared by identity, so types made for one statement only
// miss; the table is emptied when they have filled it.
type resolutions struct {
	mu sync.RWMutex
	m  map[operandTypes]resolution
}

type operandTypes struct {
	op          string
	left, right *types.Type // right is nil for a prefix operator
}

type resolution struct {
	fn      *Func
	coerced []*types.Type
	result  *types.Type
}

const maxResolutions = 1024

var resolved resolutions

func (r *resolutions) get(op string, args []*types.Type) (fn *Func, coerced []*types.Type, result *types.Type, ok bool) {
	r.mu.RLock()
	x, ok := r.m[keyOf(op, args)]
	r.mu.RUnlock()
	if !ok {
		return nil, nil, nil, false
	}
	return x.fn, append([]*types.Type(nil), x.coerced...), x.result, true
}

func (r *resolutions) put(op string, args []*types.Type, fn *Func, coerced []*types.Type, result *types.Type) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.m == nil || len(r.m) >= maxResolutions {
		r.m = make(map[operandTypes]resolution, 64)
	}
	r.m[keyOf(op, args)] = resolution{fn, append([]*types.Type(nil), coerced...), result}
}

func keyOf(op string, args []*types.Type) operandTypes {
	k := operandTypes{op: op, left: args[0]}
	if len(args) > 1 {
		k.right = args[1]
	}
	return k
}
