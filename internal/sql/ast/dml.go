package ast

// Indirection is one step into a column that is assigned to: .field, [i] or
// [lo:hi].
type Indirection struct {
	Pos    int
	Field  string // "" for a subscript
	Slice  bool
	Index  Expr
	Lo, Hi Expr
}

// AssignTarget is a column that INSERT or UPDATE writes, or a part of it.
type AssignTarget struct {
	Pos  int
	Name string
	Path []Indirection
}

// ConflictAction is SQLite's OR clause, and what ON CONFLICT does.
type ConflictAction uint8

// The conflict actions.
const (
	ConflictNone     ConflictAction = iota
	ConflictReplace                 // INSERT OR REPLACE, REPLACE INTO
	ConflictIgnore                  // INSERT OR IGNORE
	ConflictAbort                   // INSERT OR ABORT, FAIL and ROLLBACK, the usual error
	ConflictNothing                 // ON CONFLICT DO NOTHING
	ConflictDoUpdate                // ON CONFLICT DO UPDATE
)

// OverridingKind is OVERRIDING USER|SYSTEM VALUE.
type OverridingKind uint8

// The overridings.
const (
	OverridingNone OverridingKind = iota
	OverridingUser
	OverridingSystem
)

// Insert is INSERT, and REPLACE INTO. Query is nil for DEFAULT VALUES; VALUES
// is a Select whose Body is *Values.
type Insert struct {
	Pos        int
	With       *With
	Or         ConflictAction
	Table      QualifiedName
	Alias      string
	Columns    []AssignTarget
	Overriding OverridingKind
	Query      *Select
	OnConflict []*OnConflict // more than one only where SQLite's form chains them
	Returning  []Target
}

// OnConflict is one ON CONFLICT clause. The arbiter is Elems with Where, or
// Constraint, or neither.
type OnConflict struct {
	Pos         int
	Elems       []IndexElem
	Where       Expr   // predicate of the arbiter index
	Constraint  string // ON CONSTRAINT name
	Action      ConflictAction
	Set         []SetClause
	UpdateWhere Expr
}

// SetClause is target = value, or with Multi (targets) = row or query.
type SetClause struct {
	Pos     int
	Multi   bool
	Targets []AssignTarget
	Value   Expr
}

// Update is UPDATE ... SET ... FROM ... WHERE.
type Update struct {
	Pos       int
	With      *With
	Or        ConflictAction
	Table     *TableRef
	Set       []SetClause
	From      []TableExpr
	Where     Expr
	CurrentOf string // WHERE CURRENT OF cursor
	Returning []Target
}

// Delete is DELETE FROM ... USING ... WHERE.
type Delete struct {
	Pos       int
	With      *With
	Table     *TableRef
	Using     []TableExpr
	Where     Expr
	CurrentOf string // WHERE CURRENT OF cursor
	Returning []Target
}

// MergeAction is what a branch of MERGE does.
type MergeAction uint8

// The merge actions.
const (
	MergeDoNothing MergeAction = iota
	MergeInsert
	MergeUpdate
	MergeDelete
)

// Merge is MERGE INTO target USING source ON condition WHEN ...
type Merge struct {
	Pos    int
	With   *With
	Target *TableRef
	Source TableExpr
	On     Expr
	Whens  []MergeWhen
}

// MergeWhen is one branch of MERGE. Values is nil for INSERT DEFAULT VALUES.
type MergeWhen struct {
	Pos        int
	Matched    bool
	Cond       Expr
	Action     MergeAction
	Set        []SetClause
	Columns    []AssignTarget
	Overriding OverridingKind
	Values     []Expr
}

// Truncate is TRUNCATE.
type Truncate struct {
	Pos             int
	Tables          []*TableRef
	RestartIdentity bool
	Cascade         bool
}

// CopyEndpoint is the other side of a COPY.
type CopyEndpoint uint8

// The endpoints.
const (
	CopyStdio CopyEndpoint = iota // STDIN or STDOUT
	CopyFile
	CopyProgram
)

// Copy is COPY table|(query) FROM|TO.
type Copy struct {
	Pos      int
	Table    QualifiedName
	Columns  []Name
	Query    Stmt // COPY (query) TO; nil for a table
	From     bool
	Endpoint CopyEndpoint
	Target   string // file name or command
	Options  []Option
	Where    Expr
}
