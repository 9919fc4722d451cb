package ast

// CreateTable is CREATE TABLE with a column list.
type CreateTable struct {
	Pos         int
	Temp        bool
	Unlogged    bool
	IfNotExists bool
	Name        QualifiedName
	Columns     []*ColumnDef
	Constraints []*Constraint // table constraints
	Likes       []*LikeClause
	Order       []TableElem // what was written in which order
	Inherits    []QualifiedName
	TenantBy    string    // TENANT BY (column)
	Of          *TypeName // of a typed table; its Columns have no types
	Options     []Option
	OnCommit    OnCommit
	Tablespace  string
	Using       string // access method
}

// TableElem points at one element of a CREATE TABLE: exactly one is set.
type TableElem struct {
	Column     *ColumnDef
	Constraint *Constraint
	Like       *LikeClause
}

// CreateTableAs is CREATE TABLE ... AS, and SELECT ... INTO. Query is *Select or
// *Execute.
type CreateTableAs struct {
	Pos         int
	Temp        bool
	Unlogged    bool
	IfNotExists bool
	Name        QualifiedName
	Columns     []Name
	Options     []Option
	OnCommit    OnCommit
	Tablespace  string
	Query       Stmt
	NoData      bool // WITH NO DATA
}

// OnCommit is what happens to a temporary table at commit.
type OnCommit uint8

// The ON COMMIT actions.
const (
	OnCommitDefault OnCommit = iota
	OnCommitPreserveRows
	OnCommitDeleteRows
	OnCommitDrop
)

// ColumnDef is a column of CREATE TABLE or ADD COLUMN. ENCRYPTED is flagged in
// its type.
type ColumnDef struct {
	Pos         int
	Name        string
	Type        *TypeName
	Collation   QualifiedName
	Compression string
	Constraints []Constraint
}

// ConstraintKind is the kind of a Constraint.
type ConstraintKind uint8

// The constraints, and the column clauses that are written like them.
const (
	ConstraintNotNull ConstraintKind = iota
	ConstraintNull
	ConstraintDefault
	ConstraintCheck
	ConstraintUnique
	ConstraintPrimaryKey
	ConstraintForeignKey
	ConstraintGenerated // GENERATED ALWAYS AS (Expr) STORED
	ConstraintIdentity  // GENERATED ... AS IDENTITY
	ConstraintExclude
)

// Constraint is a column or table constraint, or DEFAULT, GENERATED and
// IDENTITY of a column. Columns is empty in a column constraint.
type Constraint struct {
	Pos               int
	Name              string // "" without CONSTRAINT name
	Kind              ConstraintKind
	Columns           []Name
	Expr              Expr // check, default, generated
	NoInherit         bool
	NotValid          bool
	Deferrable        bool
	NotDeferrable     bool // NOT DEFERRABLE is written
	InitiallyDeferred bool
	InitiallyWritten  bool // INITIALLY IMMEDIATE or DEFERRED is written
	Always            bool // identity: ALWAYS rather than BY DEFAULT
	Sequence          []SeqOption
	Virtual           bool // generated: VIRTUAL rather than STORED
	Autoincrement     bool // primary key: AUTOINCREMENT is written
	Desc              bool // primary key of one column: DESC is written
	NullsNotDistinct  bool
	Include           []Name
	Options           []Option
	Tablespace        string
	UsingIndex        string // ADD CONSTRAINT ... UNIQUE USING INDEX name
	Ref               *Reference
	Exclude           *Exclusion
}

// FKAction is what a foreign key does.
type FKAction uint8

// The foreign key actions.
const (
	FKNoAction FKAction = iota
	FKRestrict
	FKCascade
	FKSetNull
	FKSetDefault
)

// FKMatch is the MATCH kind of a foreign key.
type FKMatch uint8

// The match kinds.
const (
	MatchSimple FKMatch = iota
	MatchFull
	MatchPartial
)

// Reference is REFERENCES table (columns) ... Without Columns it is the primary
// key. The SetColumns are those of ON DELETE SET NULL|DEFAULT (columns).
type Reference struct {
	Pos             int
	Table           QualifiedName
	Columns         []Name
	Match           FKMatch
	OnDelete        FKAction
	OnDeleteColumns []Name
	OnUpdate        FKAction
}

// Exclusion is EXCLUDE USING method (elem WITH operator, ...) WHERE (...).
type Exclusion struct {
	Pos    int
	Method string
	Elems  []ExclusionElem
	Where  Expr
}

// ExclusionElem is one element of an Exclusion.
type ExclusionElem struct {
	Elem     IndexElem
	Op       string
	OpSchema string
}

// LikeClause is LIKE table INCLUDING ... in a column list.
type LikeClause struct {
	Pos     int
	Table   QualifiedName
	Options []LikeOption
}

// LikeOption is INCLUDING or EXCLUDING what; What is the lower-case word: all,
// comments, compression, constraints, defaults, generated, identity, indexes,
// statistics, storage.
type LikeOption struct {
	Pos       int
	Including bool
	What      string
}

// AlterTable is ALTER TABLE, and the forms of ALTER INDEX, VIEW, MATERIALIZED
// VIEW and TYPE (attributes of a composite type) that have commands. RENAME,
// OWNER TO and SET SCHEMA alone are statements of their own.
type AlterTable struct {
	Pos      int
	Kind     ObjectKind
	IfExists bool
	Only     bool
	Name     QualifiedName
	Commands []AlterCommand
}

// AlterKind is the kind of an AlterCommand.
type AlterKind uint8

// The commands of ALTER TABLE.
const (
	AlterAddColumn          AlterKind = iota // Def, IfNotExists
	AlterDropColumn                          // Column, IfExists, Cascade
	AlterColumnType                          // Column, Type, Collation, Using
	AlterSetDefault                          // Column, Expr
	AlterDropDefault                         // Column
	AlterSetNotNull                          // Column
	AlterDropNotNull                         // Column
	AlterSetExpression                       // Column, Expr
	AlterDropExpression                      // Column, IfExists
	AlterAddIdentity                         // Column, Constraint
	AlterSetIdentity                         // Column, Constraint (Always where AlwaysSet, Sequence)
	AlterDropIdentity                        // Column, IfExists
	AlterSetStatistics                       // Column, Expr
	AlterSetStorage                          // Column, Word
	AlterSetCompression                      // Column, Word
	AlterSetColumnOptions                    // Column, Options
	AlterResetColumnOptions                  // Column, Options
	AlterAddConstraint                       // Constraint
	AlterConstraintDefer                     // Target, Constraint (Deferrable, InitiallyDeferred)
	AlterValidateConstraint                  // Target
	AlterDropConstraint                      // Target, IfExists, Cascade
	AlterEnableTrigger                       // Target ("all", "user" or a name), Word (always, replica)
	AlterDisableTrigger                      // Target
	AlterClusterOn                           // Target
	AlterSetWithoutCluster                   //
	AlterSetLogged                           //
	AlterSetUnlogged                         //
	AlterSetTablespace                       // Word
	AlterSetOptions                          // Options
	AlterResetOptions                        // Options
	AlterInherit                             // Table
	AlterNoInherit                           // Table
	AlterOwner                               // Word
	AlterReplicaIdentity                     // Word (default, full, nothing) or Target, an index
	AlterRowSecurity                         // Word (enable, disable, force, no force)
	AlterOf                                  // Type
	AlterNotOf                               //
	AlterTenantBy                            // Column; "" for NO TENANT
)

// AlterCommand is one command of ALTER TABLE; the kind says which fields count.
type AlterCommand struct {
	Pos         int
	Kind        AlterKind
	IfExists    bool
	IfNotExists bool
	Column      string
	Target      string
	Word        string
	Def         *ColumnDef
	Type        *TypeName
	Collation   QualifiedName
	Expr        Expr // default, generation expression or USING
	AlwaysSet   bool // SET GENERATED is written
	Constraint  *Constraint
	Options     []Option
	Table       QualifiedName
	Cascade     bool
}
