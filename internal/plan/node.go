package plan

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

// Node is a plan operator.
type Node interface {
	// Columns returns the output columns in order.
	Columns() []Column
	// Inputs returns the nodes it reads from.
	Inputs() []Node
}

// Column is an output column of a node.
type Column struct {
	ID   expr.ColumnID
	Name string
	Type *types.Type
	// Rel and RelColumn name the table column behind it where there is one,
	// for RowDescription and for dependencies of views.
	Rel       catalog.ID
	RelColumn uint16
	NotNull   bool // known never to be NULL (binder and codegen)
}

// Item is a computed column.
type Item struct {
	Col  Column
	Expr expr.Expr
}

// Scan reads a relation. Filter's conditions are all applied; Access, set by
// the optimizer, says how the rows are found.
type Scan struct {
	Rel      *catalog.Relation
	Alias    string
	Cols     []Column // the columns read
	Ordinals []int    // for each of Cols its ordinal in Rel.Columns; RowIDOrdinal is the key of a rowid table
	Filter   []expr.Expr
	Access   *Access
	// Lock locks the rows that pass, where the query says FOR UPDATE and the
	// like. Rows that a statement changes are locked where it changes them.
	Lock   *Locking
	Sample *Sample
	Rows   float64 // optimizer's estimate of the rows given
}

// RowIDOrdinal stands in Scan.Ordinals for the hidden row id (the columns
// rowid, oid and _rowid_ of SQLite; ctid for PostgreSQL's habit).
const RowIDOrdinal = -1

// LockStrength is how strongly a query locks the rows it gives, weakest first.
type LockStrength uint8

// The strengths, as FOR … names them.
const (
	ForKeyShare LockStrength = iota
	ForShare
	ForNoKeyUpdate
	ForUpdate
)

var lockStrengths = [...]string{"key share", "share", "no key update", "update"}

// Locking is FOR UPDATE, FOR NO KEY UPDATE, FOR SHARE or FOR KEY SHARE. Where
// both are set NoWait goes before SkipLocked.
type Locking struct {
	Strength   LockStrength
	NoWait     bool
	SkipLocked bool
}

// Sample is TABLESAMPLE.
type Sample struct {
	Method     string // bernoulli or system
	Percent    expr.Expr
	Repeatable expr.Expr
}

// Access says how a scan finds its rows.
type Access struct {
	Index *catalog.Index // nil: the relation's own order (primary key or row id)
	// Ranges are the key ranges to visit, in order, without overlap.
	// None means the whole tree.
	Ranges  []KeyRange
	Reverse bool
	// IndexOnly: every column is in the index, no row is fetched.
	IndexOnly bool
	// Residual is what is left of Filter when the ranges are exact.
	Residual []expr.Expr
}

// KeyRange is a range over a prefix of an index's parts: the first len(Eq)
// parts equal the values, the next lies between Low and High where given. The
// expressions refer to parameters, constants and outer columns only. An
// IN list or a join fans out: Eq[i] may be an *expr.In list (InList).
type KeyRange struct {
	Eq       []expr.Expr
	Low      expr.Expr // nil: open
	High     expr.Expr
	LowExcl  bool
	HighExcl bool
	// EqIn, when not nil, makes one range per value of these lists: EqIn[i]
	// holds the alternatives for Eq[i], or nil where Eq[i] is single.
	EqIn [][]expr.Expr
	// NullEq marks parts that are to be NULL (IS NULL).
	NullEq []bool
}

// Values gives constant rows.
type Values struct {
	Cols []Column
	Rows [][]expr.Expr
}

// FuncScan calls set-returning functions in FROM; several are ROWS FROM.
type FuncScan struct {
	Fns        []SetCall
	Cols       []Column // all functions' columns, then the ordinality
	Ordinality bool
}

// SetCall is one call of a set-returning function, or of a scalar function
// standing in FROM (Scalar, one row).
type SetCall struct {
	Fn     *expr.SetFunc
	Args   []expr.Expr
	Scalar expr.Expr
	Cols   []types.Field
}

// Project computes columns.
type Project struct {
	Input Node
	Items []Item
	// Sets are set-returning calls in the select list: each row of the input
	// gives as many rows as the longest of them.
	Sets []SetItem
}

// SetItem is a set-returning function in a select list.
type SetItem struct {
	Col  Column
	Call SetCall
}

// Filter keeps the rows where all conditions are true.
type Filter struct {
	Input Node
	Conds []expr.Expr
}

// JoinKind is the kind of a join.
type JoinKind uint8

// The kinds of join. Semi and anti joins have the left side's columns only.
// NullAnti is NOT IN: no row where the comparison may be NULL passes.
const (
	InnerJoin JoinKind = iota
	LeftJoin
	RightJoin
	FullJoin
	SemiJoin
	AntiJoin
	NullAntiJoin
	// SingleJoin is LeftJoin that fails with 21000 when a left row has more
	// than one match: an unnested scalar subquery.
	SingleJoin
)

// JoinMethod is how a join is computed.
type JoinMethod uint8

// The join methods.
const (
	AnyJoin    JoinMethod = iota // not decided: hash where there are equal keys, else nested loop
	HashJoin                     // Right is the build side
	MergeJoin                    // both sides come ordered by the keys
	LoopJoin                     // Right is materialized and read again for each left batch
	LookupJoin                   // Right is a Scan with ranges over left columns, opened per left row
)

// Join joins two inputs. Lateral: Right refers to columns of Left as
// expr.Outer, and is run again for each left row.
type Join struct {
	Kind    JoinKind
	Left    Node
	Right   Node
	On      []expr.Expr
	Lateral bool
	// Keys are the equalities among On that hash and merge joins use; the
	// optimizer fills them and leaves the rest in Residual.
	Keys     []JoinKey
	Residual []expr.Expr
	Method   JoinMethod
	// Out are the columns that are read above, in any order; nil: all there
	// are. The optimizer sets it, so that joins carry nothing in vain.
	Out  []Column
	Rows float64
}

// JoinKey is one equality between the sides.
type JoinKey struct{ Left, Right expr.Expr }

// Aggregate groups its input. With Sets, each is a list of indexes into
// Groups, and rows carry NULL for the keys that are not in their set.
type Aggregate struct {
	Input  Node
	Groups []Item
	Aggs   []AggItem
	Sets   [][]int
	// Grouping holds, per GROUPING() call, its column and the group indexes.
	Grouping []GroupingItem
	Rows     float64
}

// AggItem is one aggregate with its result column.
type AggItem struct {
	Col Column
	Agg *expr.Aggregate
}

// GroupingItem is one GROUPING(…) call.
type GroupingItem struct {
	Col  Column
	Args []int
}

// Window computes window functions over one or more window definitions that
// share partition and order.
type Window struct {
	Input     Node
	Partition []expr.Expr
	OrderBy   []expr.SortKey
	Calls     []WindowCall
	// Sorted: the input comes in the order of Partition and OrderBy.
	Sorted bool
}

// WindowCall is one window function or aggregate over a frame.
type WindowCall struct {
	Col         Column
	Fn          string          // name of a window function, or ""
	Agg         *expr.Aggregate // an aggregate used as a window function
	Args        []expr.Expr
	Frame       Frame
	IgnoreNulls bool
}

// Frame is a window frame.
type Frame struct {
	Mode       string // "range", "rows", "groups"
	Start, End FrameBound
	Exclude    string // "", "current row", "group", "ties"
}

// FrameBound is one end of a frame.
type FrameBound struct {
	Kind   string // "unbounded preceding", "preceding", "current row", "following", "unbounded following"
	Offset expr.Expr
}

// Sort orders its input; Limit, where set by the optimizer, makes it a top-N.
type Sort struct {
	Input Node
	Keys  []expr.SortKey
	Limit *Limit
}

// Limit passes Count rows after Offset rows.
type Limit struct {
	Input    Node
	Count    expr.Expr // nil: all
	Offset   expr.Expr // nil: 0
	WithTies bool
	Keys     []expr.SortKey // of the Sort below, for WithTies
}

// Distinct removes repeated rows; with On, it keeps the first row of each
// group of equal On expressions (its input is sorted accordingly).
type Distinct struct {
	Input Node
	On    []expr.Expr
}

// SetOpKind is UNION, INTERSECT or EXCEPT.
type SetOpKind uint8

// The set operations.
const (
	Union SetOpKind = iota
	Intersect
	Except
)

// SetOp combines inputs whose columns have the same types: two of them, or any
// number for Union, so that a long chain of UNION is no deeper than a short one.
type SetOp struct {
	Kind SetOpKind
	All  bool
	Ins  []Node
	Cols []Column
}

// With computes common table expressions for Body. A CTE that is used once
// and not MATERIALIZED was inlined by the binder or the optimizer.
type With struct {
	CTEs []*CTE
	Body Node
}

// CTE is one common table expression; CTEScan refers to it by pointer.
type CTE struct {
	Name        string
	Plan        Node
	Recursive   *Recursion // set for WITH RECURSIVE that refers to itself; then Plan is nil
	Modifies    bool       // holds INSERT, UPDATE or DELETE: runs to its end, even unread
	Materialize bool
	Refs        int
}

// Recursion is the fixpoint of a recursive CTE. Step reads the rows of the
// last round through a CTEScan with Working set.
type Recursion struct {
	Base, Step Node
	All        bool // UNION ALL
	Cols       []Column
}

// CTEScan reads the rows of a CTE.
type CTEScan struct {
	CTE     *CTE
	Cols    []Column // one for each column of the CTE, in order
	Working bool     // the working table of the recursion
}

func (n *Scan) Columns() []Column     { return n.Cols }
func (n *Values) Columns() []Column   { return n.Cols }
func (n *FuncScan) Columns() []Column { return n.Cols }
func (n *Filter) Columns() []Column   { return n.Input.Columns() }
func (n *Sort) Columns() []Column     { return n.Input.Columns() }
func (n *Limit) Columns() []Column    { return n.Input.Columns() }
func (n *Distinct) Columns() []Column { return n.Input.Columns() }
func (n *SetOp) Columns() []Column    { return n.Cols }
func (n *With) Columns() []Column     { return n.Body.Columns() }
func (n *CTEScan) Columns() []Column  { return n.Cols }

// Columns returns the items' columns in order, the set-returning ones last.
func (n *Project) Columns() []Column {
	cols := make([]Column, 0, len(n.Items)+len(n.Sets))
	for i := range n.Items {
		cols = append(cols, n.Items[i].Col)
	}
	for i := range n.Sets {
		cols = append(cols, n.Sets[i].Col)
	}
	return cols
}

// Columns returns Out where it is set, or else the left side's columns, then
// the right side's where the kind of join has them.
func (n *Join) Columns() []Column {
	if n.Out != nil {
		return n.Out
	}
	left := n.Left.Columns()
	switch n.Kind {
	case SemiJoin, AntiJoin, NullAntiJoin:
		return left
	}
	right := n.Right.Columns()
	cols := append(append(make([]Column, 0, len(left)+len(right)), left...), right...)
	for i := range cols { // a padded side has NULLs
		switch n.Kind {
		case LeftJoin, SingleJoin:
			cols[i].NotNull = cols[i].NotNull && i < len(left)
		case RightJoin:
			cols[i].NotNull = cols[i].NotNull && i >= len(left)
		case FullJoin:
			cols[i].NotNull = false
		}
	}
	return cols
}

// Columns returns groups, aggregates and GROUPING results, in this order.
func (n *Aggregate) Columns() []Column {
	cols := make([]Column, 0, len(n.Groups)+len(n.Aggs)+len(n.Grouping))
	for i := range n.Groups {
		cols = append(cols, n.Groups[i].Col)
	}
	for i := range n.Aggs {
		cols = append(cols, n.Aggs[i].Col)
	}
	for i := range n.Grouping {
		cols = append(cols, n.Grouping[i].Col)
	}
	return cols
}

// Columns returns the input's columns, then the calls'.
func (n *Window) Columns() []Column {
	cols := append([]Column(nil), n.Input.Columns()...)
	for i := range n.Calls {
		cols = append(cols, n.Calls[i].Col)
	}
	return cols
}

func (n *Scan) Inputs() []Node      { return nil }
func (n *Values) Inputs() []Node    { return nil }
func (n *FuncScan) Inputs() []Node  { return nil }
func (n *CTEScan) Inputs() []Node   { return nil }
func (n *Project) Inputs() []Node   { return []Node{n.Input} }
func (n *Filter) Inputs() []Node    { return []Node{n.Input} }
func (n *Sort) Inputs() []Node      { return []Node{n.Input} }
func (n *Limit) Inputs() []Node     { return []Node{n.Input} }
func (n *Distinct) Inputs() []Node  { return []Node{n.Input} }
func (n *Aggregate) Inputs() []Node { return []Node{n.Input} }
func (n *Window) Inputs() []Node    { return []Node{n.Input} }
func (n *Join) Inputs() []Node      { return []Node{n.Left, n.Right} }
func (n *SetOp) Inputs() []Node     { return n.Ins }

// Inputs returns the plans of the CTEs, then the body.
func (n *With) Inputs() []Node {
	var in []Node
	for _, c := range n.CTEs {
		if c.Recursive != nil {
			in = append(in, c.Recursive.Base, c.Recursive.Step)
		} else {
			in = append(in, c.Plan)
		}
	}
	return append(in, n.Body)
}
