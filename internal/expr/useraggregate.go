package expr

import (
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// UserAggregate is an aggregate made of functions: a step makes the next state
// of the last one and of a row's arguments, an end makes the result of it. The
// expressions are over columns: State, then Args.
type UserAggregate struct {
	Schema, Name string
	State        *types.Type
	StateID      ColumnID
	ArgIDs       []ColumnID
	Direct       int  // the first arguments, which End gets and Step does not
	Init         Expr // nil: the state begins as NULL
	Step, End    Expr // End nil: the state is the result
	// Strict steps are not taken for NULLs, and the first argument becomes the
	// state where there is none.
	Strict, EndStrict bool
}

// Func is the aggregate as the executor takes it.
func (u *UserAggregate) Func(args []*types.Type, ret *types.Type) *AggFunc {
	name := u.Name
	if Aggregates(name) != nil { // rules for the built-in one are not for this
		name = u.Schema + "." + name
	}
	return &AggFunc{
		Name: name, Args: args, Ret: ret, OrderedSet: u.Direct > 0, Serial: true,
		New: func(c *Context, _ []*types.Type, _ *types.Type) Accumulator {
			a := &userStates{u: u, c: c, row: make([]types.Value, 1+len(u.ArgIDs))}
			a.err = a.compile()
			return a
		},
	}
}

// userStates are the states of a UserAggregate by group.
type userStates struct {
	u         *UserAggregate
	c         *Context
	step, end Scalar
	init      types.Value
	err       error // why it cannot be computed
	states    []userState
	row       []types.Value // state, arguments
	bytes     int
}

type userState struct {
	v      types.Value
	begun  bool          // the first argument has become the state
	direct []types.Value // of the group's first row
}

func (a *userStates) compile() (err error) {
	p := &Compiler{Slot: func(id ColumnID) int {
		if id == a.u.StateID {
			return 0
		}
		for i, x := range a.u.ArgIDs {
			if x == id {
				return 1 + i
			}
		}
		return -1
	}}
	if a.step, err = p.Scalar(a.u.Step); err != nil {
		return err
	}
	if a.u.End != nil {
		if a.end, err = p.Scalar(a.u.End); err != nil {
			return err
		}
	}
	if a.u.Init == nil {
		return nil
	}
	first, err := p.Scalar(a.u.Init)
	if err == nil {
		a.init, err = first(a.c, nil)
	}
	return err
}

func (a *userStates) Resize(n int) {
	old := len(a.states)
	a.states = Resized(a.states, n)
	for i := old; i < n; i++ {
		a.states[i].v = a.init
	}
}

func (a *userStates) Update(groups []int32, args []*vector.Vector, sel []int32, n int) error {
	if a.err != nil {
		return a.err
	}
	return ForEachRow(sel, n, func(i int) error {
		for k, v := range args {
			a.row[1+k] = v.Value(i)
		}
		return a.add(&a.states[GroupOf(groups, i)])
	})
}

// add takes one row.
func (a *userStates) add(s *userState) error {
	if a.u.Direct > 0 && s.direct == nil {
		for _, v := range a.row[1 : 1+a.u.Direct] {
			s.direct = append(s.direct, ownValue(v))
		}
	}
	if a.u.Strict {
		args := a.row[1+a.u.Direct:]
		for i := range args {
			if args[i].IsNull() {
				return nil
			}
		}
		if a.u.Init == nil && !s.begun && len(args) > 0 {
			s.begun, s.v = true, ownValue(args[0])
			a.bytes += len(s.v.S)
			return nil
		}
		if s.v.IsNull() {
			return nil
		}
	}
	if err := a.c.Check(); err != nil {
		return err
	}
	a.row[0] = s.v
	v, err := a.step(a.c, a.row)
	if err != nil {
		return err
	}
	a.bytes += len(v.S) - len(s.v.S)
	s.v = ownValue(v)
	return nil
}

// ownValue is a value whose text is not one of a batch that is used again.
func ownValue(v types.Value) types.Value {
	if v.S != "" {
		v.S = strings.Clone(v.S)
	}
	return v
}

// Merge is never asked for: the aggregate is computed by one goroutine.
func (a *userStates) Merge(Accumulator, []int32) error {
	return sqlerr.New(sqlerr.InternalError, "states of aggregate %s cannot be put together", a.u.Name)
}

func (a *userStates) Result(group int) (types.Value, error) {
	s := &a.states[group]
	switch {
	case a.err != nil:
		return types.Null, a.err
	case a.end == nil:
		return s.v, nil
	}
	row := make([]types.Value, len(a.row)) // extra arguments are NULL
	row[0] = s.v
	copy(row[1:], s.direct)
	if a.u.EndStrict {
		if s.v.IsNull() {
			return types.Null, nil
		}
		for _, v := range row[1 : 1+a.u.Direct] {
			if v.IsNull() {
				return types.Null, nil
			}
		}
	}
	v, err := a.end(a.c, row)
	return ownValue(v), err
}

func (a *userStates) Bytes() int { return len(a.states)*80 + a.bytes }
