package expr

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// Volatility says when a call may be computed ahead.
type Volatility uint8

// The volatilities, as PostgreSQL's.
const (
	Immutable Volatility = iota // may be folded at planning
	Stable                      // one value per statement: now(), time zone dependent
	Volatile                    // each call counts: random(), nextval()
)

// Func describes a function or an operator. Operators are registered under
// their symbol. One name may have several Funcs (overloads).
type Func struct {
	Name     string
	Args     []*types.Type // may hold Any, AnyElement, AnyArray
	Variadic bool          // the last parameter repeats
	Defaults int           // trailing parameters that may be left out
	ArgNames []string      // for named notation; nil where there are none
	// DefaultTexts are literals of the parameters that may be left out, for
	// calls that name one behind them.
	DefaultTexts []string
	Ret          *types.Type
	RetFn        func(args []*types.Type) *types.Type // result type where it depends on the arguments; nil otherwise
	NotStrict    bool                                 // is called with NULL arguments
	Volatility   Volatility
	TextVolatile bool // as volatile as casts of its arguments to text are
	Serial       bool // computed by the statement's own goroutine, and never at planning
	// Eval computes one call. args are valid during the call only.
	Eval func(c *Context, args []types.Value) (types.Value, error)
	// Kernel computes a batch at the positions sel (nil: 0..n-1) into out,
	// which has been Reset for the result type. For a strict function the
	// caller has merged the null masks already, and the kernel must not fail
	// at rows that are null. nil: Eval is called row by row.
	Kernel func(c *Context, args []*vector.Vector, sel []int32, n int, out *vector.Vector) error
	Doc    string // one line, for docs/sql.md and \df
	Source string // where the meaning comes from: PostgreSQL, SQLite

	// EvalTyped is Eval for functions that need to know the argument types of
	// the call (pg_typeof, array functions, format); used where Eval is nil.
	EvalTyped func(c *Context, call *CallTypes, args []types.Value) (types.Value, error)
	// Specialize returns an Eval for a call with some arguments constant (nil
	// marks the others), so that a pattern is compiled once; nil result: none.
	Specialize func(consts []*types.Value) func(c *Context, args []types.Value) (types.Value, error)
	// Matcher compiles the second argument of a pattern operator over text, for
	// calls where it is the same for a whole batch.
	Matcher func(pattern string) (func(s string) bool, error)
	// Arith marks exact integer arithmetic of the result's width, which the
	// compiler computes without a call.
	Arith ArithOp
	// Narrow is the overload with the range of 32 bits, chosen instead where
	// every int4 argument is INT4 rather than INTEGER; nil is none.
	Narrow *Func
	// IsCompare marks the six comparison operators: the binder makes a Compare
	// node with Cmp of them, over operands of the coerced type.
	IsCompare bool
	Cmp       CompareOp
	// compareAs is set on comparisons of two different types: the type that
	// both operands are coerced to.
	compareAs *types.Type
}

// ArithOp tells the integer operations that compile into closures and kernels
// of their own.
type ArithOp uint8

// The integer operations.
const (
	NoArith ArithOp = iota
	Add
	Sub
	Mul
)

// CallTypes holds the types of one call, for functions that ask.
type CallTypes struct {
	Args []*types.Type
	Ret  *types.Type
}

// SetFunc is a function that returns rows: generate_series, unnest, json_each.
type SetFunc struct {
	Name                   string
	Args                   []*types.Type
	Variadic               bool
	Defaults               int
	ArgNames, DefaultTexts []string // as in Func
	Cols                   []types.Field
	ColsFn                 func(args []*types.Type) []types.Field // where the columns depend on the arguments
	NotStrict              bool
	// Open starts a call; next fills row and returns false after the last.
	Open func(c *Context, args []types.Value) (next func(row []types.Value) (bool, error), err error)
	// OpenTyped is Open for functions that need the argument types; used where
	// Open is nil. OpenWith makes one of it.
	OpenTyped func(c *Context, call *CallTypes, args []types.Value) (next func(row []types.Value) (bool, error), err error)
	// OpenColumns is Open for functions whose columns the statement names, or
	// an argument's type gives (json_to_record); used where Open is nil.
	OpenColumns func(c *Context, cols []types.Field, args []types.Value) (next func(row []types.Value) (bool, error), err error)

	Doc    string
	Source string
}

// OpenWith returns what opens calls with arguments of the given types,
// whichever form the function has. A strict function gives no rows for NULL.
func (f *SetFunc) OpenWith(args []*types.Type) func(c *Context, vals []types.Value) (next func(row []types.Value) (bool, error), err error) {
	call := &CallTypes{Args: args, Ret: RecordOf(f, args)}
	return func(c *Context, vals []types.Value) (func(row []types.Value) (bool, error), error) {
		if !f.NotStrict {
			for i := range vals {
				if vals[i].K == types.KindNull {
					return func([]types.Value) (bool, error) { return false, nil }, nil
				}
			}
		}
		if f.Open != nil {
			return f.Open(c, vals)
		}
		if f.OpenColumns != nil {
			return f.OpenColumns(c, call.Ret.Fields, vals)
		}
		return f.OpenTyped(c, call, vals)
	}
}

// RecordOf returns the type of a set-returning function's rows.
func RecordOf(f *SetFunc, args []*types.Type) *types.Type {
	r := *types.RecordType
	r.Fields = f.Cols
	if f.ColsFn != nil {
		r.Fields = f.ColsFn(args)
	}
	return &r
}

// AggFunc describes an aggregate function.
type AggFunc struct {
	Name       string
	Args       []*types.Type
	Variadic   bool
	Ret        *types.Type
	RetFn      func(args []*types.Type) *types.Type
	OrderedSet bool // called with WITHIN GROUP
	New        func(c *Context, args []*types.Type, ret *types.Type) Accumulator
	EmptyZero  bool // count: 0 rather than NULL over no rows
	Serial     bool // computed by the statement's own goroutine, in the order of the rows
	Doc        string
	Source     string
}

// Accumulator holds the states of one aggregate for all groups of a hash
// table, in columns.
type Accumulator interface {
	// Resize makes room for groups 0..n-1; new ones are empty.
	Resize(n int)
	// Update adds the rows at sel (nil: 0..n-1); groups[i] is the group of row
	// position i. groups nil means that all rows belong to group 0.
	Update(groups []int32, args []*vector.Vector, sel []int32, n int) error
	// Merge adds the states of other, whose group g becomes mapping[g].
	Merge(other Accumulator, mapping []int32) error
	// Result returns the aggregate of a group.
	Result(group int) (types.Value, error)
	// Bytes estimates the memory held, for the query's budget.
	Bytes() int
}

// Collector is an accumulator whose states grow with the rows. The executor
// may keep rows back and add them group by group at the end, in their order.
type Collector interface {
	Accumulator
	// Release drops the state of a group whose result is no longer needed.
	Release(group int)
}

// Positional is a collector of ordered rows that needs some of them only.
type Positional interface {
	Collector
	// Expect says, before the first row of a group, how many values that are
	// not NULL will come.
	Expect(group int, n int64)
}

// Runner is an accumulator that can give its result after each of many rows
// at once, for running aggregates.
type Runner interface {
	Accumulator
	// Running adds the rows lo..hi-1 to group 0, one after the other, and sets
	// out to the result after each.
	Running(args []*vector.Vector, lo, hi int, out *vector.Vector) error
}

// Session is what functions may ask of the session that runs them. Package
// engine implements it; nil in contexts without one (constant folding).
type Session interface {
	NextVal(sequence string) (int64, error)
	CurrVal(sequence string) (int64, error)
	LastVal() (int64, error)
	SetVal(sequence string, v int64, called bool) (int64, error)
	LastInsertRowID() int64
	Changes() int64
	TotalChanges() int64
	Setting(name string) (string, bool)
	SetSetting(name, value string, local bool) error
	CurrentSchema() string
	// CatalogFunc answers functions that look at the catalog (pg_get_expr,
	// format_type, to_regclass, pg_table_size …) by name.
	CatalogFunc(name string, args []types.Value) (types.Value, error)
}

// ErrIgnoreRow is what RAISE(IGNORE) answers: the trigger ends, and with it the
// change of the row that it was called for.
var ErrIgnoreRow = sqlerr.New(sqlerr.RaiseException, "RAISE(IGNORE) outside of a row trigger")

// Context is what an evaluation may depend on besides its input. One belongs
// to one running statement and is used by one goroutine; operators that run in
// parallel make copies.
type Context struct {
	Ctx           context.Context
	Params        []types.Value
	Outer         map[ColumnID]types.Value // bindings of the correlated subquery that runs
	Now           time.Time                // start of the transaction
	StatementTime time.Time
	Env           *types.Env // time zone and the like
	Session       Session
	Room          int           // bytes that the values a call makes for one batch may take; 0 is no limit
	Ended         *atomic.Bool  // set when the database closes under the statement; may be nil
	TriggerDepth  int           // triggers around the statement
	Routines      RoutineRunner // runs SQL functions with a body of statements; may be nil
	RoutineDepth  int           // SQL functions around the statement
	Tenant        string        // whose rows of shared relations the statement sees; "" is none
	ticks         int
}

// Begin readies the context for another statement of its session. What mostly
// is as it was is only looked at, which is cheaper than writing pointers while
// the collector runs.
func (c *Context) Begin(ctx context.Context, room int, tenant string) {
	c.Ctx, c.Params = ctx, c.Params[:0]
	if c.Outer != nil {
		c.Outer = nil
	}
	if !c.Now.IsZero() {
		c.Now, c.StatementTime = time.Time{}, time.Time{}
	}
	if c.Tenant != tenant {
		c.Tenant = tenant
	}
	c.Room, c.TriggerDepth, c.RoutineDepth, c.ticks = room, 0, 0, 0
}

// ErrNoTenant is the error of a statement over relations with TENANT BY that
// works for no tenant.
var ErrNoTenant = sqlerr.New(sqlerr.InsufficientPrivilege, "the statement uses a relation that tenants share, and no tenant is set").
	WithHint("SET zqlite.tenant = '...', open the database with tenant=..., or run the statement with zqlite.WithTenant(ctx, ...).")

// errShutdown ends what runs while the database is closed.
var errShutdown = sqlerr.New(sqlerr.AdminShutdown, "terminating connection: the database is being closed")

// Check returns the cancellation of the statement, looking every so many
// calls; loops without end call it.
func (c *Context) Check() error {
	c.ticks++
	if c.ticks&1023 != 0 {
		return nil
	}
	return c.Canceled()
}

// Canceled returns the cancellation of the statement.
func (c *Context) Canceled() error {
	if c.Ended != nil && c.Ended.Load() {
		return errShutdown
	}
	if c.Ctx == nil {
		return nil
	}
	if err := c.Ctx.Err(); err != nil {
		return sqlerr.Wrap(err, sqlerr.QueryCanceled, "canceling statement due to user request")
	}
	return nil
}
