package expr

import (
	"sort"

	"github.com/zqlite/zqlite/internal/types"
)

// The registry is filled by init functions (package builtins) and read-only
// afterwards, so it needs no lock.
var (
	funcs     = map[string][]*Func{}
	operators = map[string][]*Func{}
	setFuncs  = map[string][]*SetFunc{}
	aggFuncs  = map[string][]*AggFunc{}
)

// Register adds a function under its name; it is called by init functions only.
func Register(f *Func) { funcs[f.Name] = append(funcs[f.Name], f) }

// RegisterOperator adds an operator under its symbol; prefix operators have
// one argument.
func RegisterOperator(f *Func) { operators[f.Name] = append(operators[f.Name], f) }

// RegisterCompareAs adds a comparison of two different types, computed after
// coercing both operands to one.
func RegisterCompareAs(op string, a, b, as *types.Type) {
	cmp, ok := CompareOps[op]
	if !ok {
		return
	}
	operators[op] = append(operators[op], &Func{
		Name: op, Args: []*types.Type{a, b}, Ret: types.Bool, IsCompare: true, Cmp: cmp,
		compareAs: as, Source: "PostgreSQL",
		Doc: "Comparison of " + a.Display + " and " + b.Display,
	})
}

// RegisterSet adds a set-returning function.
func RegisterSet(f *SetFunc) { setFuncs[f.Name] = append(setFuncs[f.Name], f) }

// RegisterAggregate adds an aggregate function.
func RegisterAggregate(f *AggFunc) { aggFuncs[f.Name] = append(aggFuncs[f.Name], f) }

// Functions returns the overloads of a function name, or nil.
func Functions(name string) []*Func { return funcs[name] }

// Operators returns the overloads of an operator symbol, or nil.
func Operators(op string) []*Func { return operators[op] }

// Aggregates returns the overloads of an aggregate's name, or nil.
func Aggregates(name string) []*AggFunc { return aggFuncs[name] }

// SetFuncs returns the overloads of a set-returning function's name, or nil.
func SetFuncs(name string) []*SetFunc { return setFuncs[name] }

// Registry lists everything registered, ordered by name, for documentation
// and for the catalog's pg_proc.
type Registry struct {
	Functions  []*Func
	Operators  []*Func
	SetFuncs   []*SetFunc
	Aggregates []*AggFunc
}

// All returns everything that is registered.
func All() Registry {
	return Registry{
		Functions:  flatten(funcs),
		Operators:  flatten(operators),
		SetFuncs:   flatten(setFuncs),
		Aggregates: flatten(aggFuncs),
	}
}

func flatten[T any](m map[string][]T) []T {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	var all []T
	for _, name := range names {
		all = append(all, m[name]...)
	}
	return all
}

// CompareOps maps the comparison symbols to their operators.
var CompareOps = map[string]CompareOp{"=": EQ, "==": EQ, "<>": NE, "!=": NE, "<": LT, "<=": LE, ">": GT, ">=": GE}

// String returns the operator's symbol.
func (op CompareOp) String() string {
	return [...]string{"=", "<>", "<", "<=", ">", ">="}[op]
}

// Negate returns the comparison that is true exactly where op is false.
func (op CompareOp) Negate() CompareOp { return [...]CompareOp{NE, EQ, GE, GT, LE, LT}[op] }

// Commute returns the comparison with its operands exchanged.
func (op CompareOp) Commute() CompareOp { return [...]CompareOp{EQ, NE, GT, GE, LT, LE}[op] }
