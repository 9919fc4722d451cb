package ast

// IsolationLevel is an isolation level, or that none was named.
type IsolationLevel uint8

// The isolation levels.
const (
	IsolationDefault IsolationLevel = iota
	ReadUncommitted
	ReadCommitted
	RepeatableRead
	Serializable
)

// TriState is a flag that may not have been given.
type TriState uint8

// The states.
const (
	Unset TriState = iota
	Yes
	No
)

// TransactionModes are the modes of BEGIN and SET TRANSACTION.
type TransactionModes struct {
	Isolation  IsolationLevel
	ReadOnly   TriState
	Deferrable TriState
}

// BeginKind is the word after SQLite's BEGIN.
type BeginKind uint8

// The words after BEGIN.
const (
	BeginPlain BeginKind = iota
	BeginDeferred
	BeginImmediate
	BeginExclusive
)

// Begin is BEGIN and START TRANSACTION.
type Begin struct {
	Pos   int
	Kind  BeginKind
	Modes TransactionModes
}

// Commit is COMMIT and END.
type Commit struct {
	Pos   int
	Chain bool
}

// Rollback is ROLLBACK and ABORT.
type Rollback struct {
	Pos   int
	Chain bool
}

// Savepoint is SAVEPOINT name.
type Savepoint struct {
	Pos  int
	Name string
}

// Release is RELEASE [SAVEPOINT] name.
type Release struct {
	Pos  int
	Name string
}

// RollbackTo is ROLLBACK TO [SAVEPOINT] name.
type RollbackTo struct {
	Pos  int
	Name string
}

// SetTransaction is SET TRANSACTION, and with Session SET SESSION
// CHARACTERISTICS AS TRANSACTION.
type SetTransaction struct {
	Pos      int
	Session  bool
	Modes    TransactionModes
	Snapshot string
}

// SetConstraints is SET CONSTRAINTS; without Names it is ALL.
type SetConstraints struct {
	Pos      int
	Names    []QualifiedName
	Deferred bool
}

// Set is SET [LOCAL] name = values; a dotted name is joined with its dots. SET
// TIME ZONE is the name timezone, SET NAMES client_encoding, SET SCHEMA
// search_path, SET ROLE role. Values is empty for DEFAULT. A bare word is a
// *ColumnRef with one part, other values are literals, Unary or Cast.
type Set struct {
	Pos         int
	Local       bool
	Name        string
	Default     bool // SET name TO DEFAULT
	FromCurrent bool // CREATE FUNCTION ... SET name FROM CURRENT
	Values      []Expr
}

// Show is SHOW name; "all" is SHOW ALL.
type Show struct {
	Pos  int
	Name string
}

// Reset is RESET name; "all" is RESET ALL.
type Reset struct {
	Pos  int
	Name string
}

// Discard is DISCARD what: all, plans, sequences or temp.
type Discard struct {
	Pos  int
	What string
}

// Pragma is SQLite's PRAGMA [schema.]name [= value | (value)]. A bare word as
// the value is a *ColumnRef with one part.
type Pragma struct {
	Pos    int
	Schema string
	Name   string
	Call   bool // the value stood in parentheses
	Value  Expr // nil without one
}

// Prepare is PREPARE name (types) AS statement.
type Prepare struct {
	Pos   int
	Name  string
	Types []*TypeName
	Stmt  Stmt
}

// Execute is EXECUTE name (args).
type Execute struct {
	Pos  int
	Name string
	Args []Expr
}

// Deallocate is DEALLOCATE; Name is "" for ALL.
type Deallocate struct {
	Pos  int
	Name string
}

// Declare is DECLARE cursor.
type Declare struct {
	Pos         int
	Name        string
	Binary      bool
	Insensitive TriState // No is ASENSITIVE
	Scroll      TriState
	Hold        TriState
	Query       *Select
}

// FetchDirection is the direction of a Fetch.
type FetchDirection uint8

// The directions. Count counts for forward, backward, absolute and relative.
const (
	FetchForward FetchDirection = iota
	FetchBackward
	FetchAbsolute
	FetchRelative
	FetchFirst
	FetchLast
)

// Fetch is FETCH and MOVE. FETCH NEXT is forward 1, PRIOR backward 1.
type Fetch struct {
	Pos       int
	Move      bool
	Direction FetchDirection
	Count     int64
	All       bool // FETCH ALL, FORWARD ALL, BACKWARD ALL
	Name      string
}

// Close is CLOSE cursor; Name is "" for ALL.
type Close struct {
	Pos  int
	Name string
}

// Explain is EXPLAIN [(options)] [ANALYZE] [VERBOSE] statement. ANALYZE and
// VERBOSE stand in Options by those names however they were written; EXPLAIN
// QUERY PLAN is plain EXPLAIN.
type Explain struct {
	Pos     int
	Options []Option
	Stmt    Stmt
}

// VacuumTable is one table of VACUUM or ANALYZE.
type VacuumTable struct {
	Pos     int
	Name    QualifiedName
	Columns []Name
}

// Analyze is ANALYZE; without Tables it is every table.
type Analyze struct {
	Pos     int
	Options []Option
	Tables  []VacuumTable
}

// Vacuum is VACUUM; FULL, FREEZE, VERBOSE and ANALYZE stand in Options. Into is
// the file of SQLite's VACUUM INTO, or nil.
type Vacuum struct {
	Pos     int
	Options []Option
	Tables  []VacuumTable
	Into    Expr
}

// Checkpoint is CHECKPOINT.
type Checkpoint struct {
	Pos int
}

// Reindex is REINDEX [INDEX|TABLE|SCHEMA|DATABASE|SYSTEM] name. AnyKind says
// that no kind was written (SQLite); the name is then a table or an index, and
// empty for everything.
type Reindex struct {
	Pos          int
	Kind         ObjectKind
	AnyKind      bool
	Concurrently bool
	Options      []Option
	Name         QualifiedName
}

// Cluster is CLUSTER [table [USING index]]; without a table it is every table
// that was clustered before.
type Cluster struct {
	Pos     int
	Options []Option
	Table   QualifiedName
	Index   string
}

// Refresh is REFRESH MATERIALIZED VIEW.
type Refresh struct {
	Pos          int
	Concurrently bool
	Name         QualifiedName
	NoData       bool
}

// Lock is LOCK TABLE. Mode is the lower-case name, "access exclusive" where
// none is written.
type Lock struct {
	Pos    int
	Tables []*TableRef
	Mode   string
	Nowait bool
}
