package ast

// Select is a query with everything around its body. TABLE t becomes a
// SelectCore with a star.
type Select struct {
	Pos      int
	With     *With
	Body     SelectBody
	OrderBy  []OrderItem
	Limit    Expr // nil for none; ALL is a NULL
	Offset   Expr
	WithTies bool // FETCH FIRST ... WITH TIES
	Locking  []Locking
}

// SelectCore is SELECT ... FROM ... WHERE ... GROUP BY ... HAVING ... WINDOW.
type SelectCore struct {
	Pos           int
	Distinct      bool
	DistinctOn    []Expr // DISTINCT ON (...); Distinct is true too
	Targets       []Target
	From          []TableExpr // comma-separated items
	Where         Expr
	GroupBy       []Expr // may hold *GroupingSet
	GroupDistinct bool   // GROUP BY DISTINCT
	Having        Expr
	Windows       []NamedWindow
}

// Target is one item of a select list or of RETURNING. A star is a *ColumnRef
// or *FieldSelect with Star set.
type Target struct {
	Pos   int
	Expr  Expr
	Alias string // "" without one
}

// NamedWindow is one definition of a WINDOW clause.
type NamedWindow struct {
	Pos  int
	Name string
	Spec *WindowSpec
}

// Values is VALUES (...), (...). In INSERT the members may be *Default.
type Values struct {
	Pos  int
	Rows [][]Expr
}

// SetOpKind is UNION, INTERSECT or EXCEPT.
type SetOpKind uint8

// The set operations.
const (
	Union SetOpKind = iota
	Intersect
	Except
)

// SetOp combines two bodies. Pos is that of the operator.
type SetOp struct {
	Pos   int
	Kind  SetOpKind
	All   bool
	Left  SelectBody
	Right SelectBody
}

// NullsOrder is NULLS FIRST or LAST.
type NullsOrder uint8

// The places of nulls; NullsDefault is last ascending and first descending.
const (
	NullsDefault NullsOrder = iota
	NullsFirst
	NullsLast
)

// OrderItem is one key of ORDER BY.
type OrderItem struct {
	Pos   int
	Expr  Expr
	Desc  bool
	Nulls NullsOrder
	Using string // the operator of ORDER BY x USING >; otherwise empty
	// UsingPos is the operator's place.
	UsingPos int
}

// LockStrength is the strength of a row lock.
type LockStrength uint8

// The row locks, weakest first.
const (
	ForKeyShare LockStrength = iota
	ForShare
	ForNoKeyUpdate
	ForUpdate
)

// LockWait says what to do about a row that is locked.
type LockWait uint8

// What to do about locked rows.
const (
	LockBlock LockWait = iota
	LockNowait
	LockSkipLocked
)

// Locking is one FOR UPDATE clause; without Of it is for all tables.
type Locking struct {
	Pos      int
	Strength LockStrength
	Of       []QualifiedName
	Wait     LockWait
}

// With is a WITH clause.
type With struct {
	Pos       int
	Recursive bool
	CTEs      []*CTE
}

// Materialization is the hint of a CTE.
type Materialization uint8

// The hints.
const (
	MaterializeDefault Materialization = iota
	MaterializeAlways
	MaterializeNever
)

// CTE is one common table expression; Stmt is *Select, *Insert, *Update or
// *Delete.
type CTE struct {
	Pos          int
	Name         string
	Columns      []Name
	Materialized Materialization
	Stmt         Stmt
	Search       *Search
	Cycle        *Cycle
}

// Search is SEARCH BREADTH|DEPTH FIRST BY columns SET column.
type Search struct {
	Pos     int
	Breadth bool
	By      []Name
	Set     string
}

// Cycle is CYCLE columns SET mark [TO value DEFAULT default] USING path; the
// values are nil where they are not written.
type Cycle struct {
	Pos     int
	Columns []Name
	Mark    string
	To      Expr
	Default Expr
	Path    string
}

// TableAlias is [AS] name (columns); an empty Name is no alias.
type TableAlias struct {
	Pos     int
	Name    string
	Columns []Name
}

// TableSample is TABLESAMPLE method (args) [REPEATABLE (seed)].
type TableSample struct {
	Pos        int
	Method     QualifiedName
	Args       []Expr
	Repeatable Expr
}

// TableRef names a table, view or CTE. SQLite's INDEXED BY leaves no trace.
type TableRef struct {
	Pos    int
	Name   QualifiedName
	Only   bool
	Alias  TableAlias
	Sample *TableSample
}

// SubqueryRef is (query) AS alias; VALUES too.
type SubqueryRef struct {
	Pos     int
	Lateral bool
	Query   *Select
	Alias   TableAlias
}

// ColumnDefItem is one column of a column definition list:
// AS t(a int, b text).
type ColumnDefItem struct {
	Pos       int
	Name      string
	Type      *TypeName
	Collation QualifiedName
}

// FuncItem is one function of a FuncRef; Columns inside ROWS FROM only.
type FuncItem struct {
	Pos     int
	Func    Expr // *FuncCall; a *Cast or other node where special syntax gives one
	Columns []ColumnDefItem
}

// FuncRef is a function in FROM, or ROWS FROM (...). Columns is the column
// definition list after the alias.
type FuncRef struct {
	Pos        int
	Lateral    bool
	RowsFrom   bool
	Items      []FuncItem
	Ordinality bool
	Alias      TableAlias
	Columns    []ColumnDefItem
}

// JoinKind is the kind of a Join.
type JoinKind uint8

// The joins.
const (
	InnerJoin JoinKind = iota
	LeftJoin
	RightJoin
	FullJoin
	CrossJoin
)

// Join joins two items. Not CrossJoin: exactly one of Natural, On and Using.
// Alias is that of a parenthesised join, UsingAlias that of USING (...) AS x.
type Join struct {
	Pos        int
	Kind       JoinKind
	Natural    bool
	Left       TableExpr
	Right      TableExpr
	On         Expr
	Using      []Name
	UsingAlias string
	Alias      TableAlias
}
