package expr

import "github.com/zqlite/zqlite/internal/types"

// ColumnID names a column of a plan; every column that a plan node brings
// forth has a fresh one, so that rewriting never renames.
type ColumnID int32

// Expr is a bound expression: a tree of the node types in this file. Nodes are
// immutable once bound; a rewrite makes new ones (see Rewrite).
type Expr interface {
	// Type returns the SQL type of the result.
	Type() *types.Type
}

// Const is a literal or a folded expression.
type Const struct {
	Val types.Value
	Typ *types.Type
}

// Column is a reference to a column of the input.
type Column struct {
	ID   ColumnID
	Typ  *types.Type
	Name string // for EXPLAIN
}

// Outer is a reference, inside a correlated subquery, to a column of a query
// around it. The subquery's runner binds it before each run.
type Outer struct {
	ID   ColumnID
	Typ  *types.Type
	Name string
}

// Param is a statement parameter; its type was inferred or given.
type Param struct {
	Index int // 0-based
	Typ   *types.Type
}

// Call is a function or operator call.
type Call struct {
	Fn   *Func
	Args []Expr
	Typ  *types.Type // result, with polymorphic types resolved
	Pos  int         // byte offset in the statement, for run-time errors; -1 unknown
}

// And is the conjunction of two or more conditions; Or the disjunction.
type And struct{ Args []Expr }

// Or is the disjunction of two or more conditions.
type Or struct{ Args []Expr }

// Not is logical negation.
type Not struct{ Arg Expr }

// IsNull is `x IS NULL`, or IS NOT NULL with Negated. For a record it is
// PostgreSQL's row test.
type IsNull struct {
	Arg     Expr
	Negated bool
}

// IsBool is `x IS [NOT] TRUE|FALSE|UNKNOWN`.
type IsBool struct {
	Arg     Expr
	Want    types.Value // a boolean, or NULL for UNKNOWN
	Negated bool
}

// Distinct is `a IS [NOT] DISTINCT FROM b`, over operands of one type.
type Distinct struct {
	A, B    Expr
	Negated bool // IS NOT DISTINCT FROM
}

// Compare is a comparison of two operands of one type, by types.Compare.
type Compare struct {
	Op   CompareOp
	A, B Expr
}

// CompareOp is one of the six comparisons.
type CompareOp uint8

// The comparisons.
const (
	EQ CompareOp = iota
	NE
	LT
	LE
	GT
	GE
)

// In is `x [NOT] IN (a, b, …)`, all of one type.
type In struct {
	Arg     Expr
	List    []Expr
	Negated bool
}

// Case is a searched CASE; a simple one is bound into comparisons.
type Case struct {
	Whens []When
	Else  Expr // never nil; a NULL constant where it was left out
	Typ   *types.Type
}

// When is one arm of a Case.
type When struct{ Cond, Then Expr }

// Coalesce returns its first argument that is not NULL.
type Coalesce struct {
	Args []Expr
	Typ  *types.Type
}

// Cast converts to another type or modifier.
type Cast struct {
	Arg      Expr
	To       *types.Type
	Explicit bool // CAST and ::, which may truncate; otherwise assignment rules
	Implicit bool // inserted by the binder for coercion
	Compared bool // the value is compared only: a date beyond the timestamps stands behind all of them
	Pos      int
}

// Row is a row constructor; Typ is a record type.
type Row struct {
	Args []Expr
	Typ  *types.Type
	// Whole says that it is one value, the row of a table or what a cast made:
	// comparisons of such are not taken apart into those of their fields.
	Whole bool
}

// Array is ARRAY[…]; nested constructors make dimensions.
type Array struct {
	Args []Expr
	Typ  *types.Type
}

// SubqueryKind tells the forms of subquery expressions apart.
type SubqueryKind uint8

// The kinds of subquery expression.
const (
	ScalarSubquery SubqueryKind = iota // (SELECT …): NULL without rows, 21000 with several
	ExistsSubquery                     // EXISTS (SELECT …)
	AnySubquery                        // Test Op ANY (SELECT …); IN is = ANY
	AllSubquery                        // Test Op ALL (SELECT …); NOT IN is <> ALL
	ArraySubquery                      // ARRAY(SELECT …)
)

// Subquery is a subquery that stands in an expression. The optimizer turns
// most into joins; the others are run per distinct binding of Outer.
type Subquery struct {
	Kind   SubqueryKind
	Plan   any        // a plan.Node
	Cols   []ColumnID // its output columns
	Test   []Expr     // left operand of ANY and ALL (several for a row)
	Op     Expr       // ANY, ALL: the comparison, over the Test side as Column{TestID[i]} and Cols
	TestID []ColumnID
	Outer  []ColumnID // columns of the queries around it that it refers to
	Typ    *types.Type
}

// Aggregate is a call of an aggregate function. It stands only in a plan's
// Aggregate node; expressions above refer to its result by ColumnID.
type Aggregate struct {
	Fn       *AggFunc
	Args     []Expr
	Distinct bool
	OrderBy  []SortKey
	Filter   Expr // nil is none
	Typ      *types.Type
	Star     bool // count(*)
}

// SortKey is one key of an ORDER BY.
type SortKey struct {
	Expr       Expr
	Desc       bool
	NullsFirst bool
}

// ArrayCompare is `x op ANY (array)` or `x op ALL (array)`; Cond compares
// Column{ElemID} with the left operand Arg, given as Column{ArgID}.
type ArrayCompare struct {
	Arg, Array    Expr
	Cond          Expr
	ArgID, ElemID ColumnID
	All           bool
}

// Field selects a field of a record.
type Field struct {
	Arg   Expr
	Index int
	Typ   *types.Type
}

func (e *Const) Type() *types.Type        { return e.Typ }
func (e *Column) Type() *types.Type       { return e.Typ }
func (e *Outer) Type() *types.Type        { return e.Typ }
func (e *Param) Type() *types.Type        { return e.Typ }
func (e *Call) Type() *types.Type         { return e.Typ }
func (e *And) Type() *types.Type          { return types.Bool }
func (e *Or) Type() *types.Type           { return types.Bool }
func (e *Not) Type() *types.Type          { return types.Bool }
func (e *IsNull) Type() *types.Type       { return types.Bool }
func (e *IsBool) Type() *types.Type       { return types.Bool }
func (e *Distinct) Type() *types.Type     { return types.Bool }
func (e *Compare) Type() *types.Type      { return types.Bool }
func (e *In) Type() *types.Type           { return types.Bool }
func (e *Case) Type() *types.Type         { return e.Typ }
func (e *Coalesce) Type() *types.Type     { return e.Typ }
func (e *Cast) Type() *types.Type         { return e.To }
func (e *Row) Type() *types.Type          { return e.Typ }
func (e *Array) Type() *types.Type        { return e.Typ }
func (e *Subquery) Type() *types.Type     { return e.Typ }
func (e *Aggregate) Type() *types.Type    { return e.Typ }
func (e *ArrayCompare) Type() *types.Type { return types.Bool }
func (e *Field) Type() *types.Type        { return e.Typ }
