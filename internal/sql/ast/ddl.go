package ast

// ObjectKind is a kind of schema object, in DROP, COMMENT, ALTER and REINDEX.
type ObjectKind uint8

// The kinds of object.
const (
	ObjectTable ObjectKind = iota
	ObjectView
	ObjectMaterializedView
	ObjectIndex
	ObjectSequence
	ObjectType
	ObjectDomain
	ObjectSchema
	ObjectTrigger
	ObjectFunction
	ObjectProcedure
	ObjectRoutine
	ObjectAggregate
	ObjectColumn
	ObjectConstraint
	ObjectDomainConstraint
	ObjectAttribute
	ObjectCollation
	ObjectExtension
	ObjectDatabase
	ObjectRole
	ObjectSystem
	ObjectOther
	ObjectOperator
	ObjectCast
)

// CreateSchema is CREATE SCHEMA; Elements are the statements inside it.
type CreateSchema struct {
	Pos           int
	IfNotExists   bool
	Name          string
	Authorization string
	Elements      []Stmt
}

// CreateExtension is CREATE EXTENSION [IF NOT EXISTS] name.
type CreateExtension struct {
	Pos         int
	IfNotExists bool
	Name        string
}

// CreateView is CREATE [MATERIALIZED] VIEW.
type CreateView struct {
	Pos          int
	OrReplace    bool
	Temp         bool
	Recursive    bool
	Materialized bool
	IfNotExists  bool
	Name         QualifiedName
	Columns      []Name
	Options      []Option
	Query        *Select
	CheckOption  CheckOption
	NoData       bool // materialized: WITH NO DATA
}

// CheckOption is WITH CHECK OPTION of a view.
type CheckOption uint8

// The check options; a plain WITH CHECK OPTION is cascaded.
const (
	CheckOptionNone CheckOption = iota
	CheckOptionLocal
	CheckOptionCascaded
)

// SeqOptionKind is one clause of a sequence.
type SeqOptionKind uint8

// The sequence clauses.
const (
	SeqAs SeqOptionKind = iota
	SeqIncrement
	SeqMinValue
	SeqNoMinValue
	SeqMaxValue
	SeqNoMaxValue
	SeqStart
	SeqRestart // Value "" restarts at the start value
	SeqCache
	SeqCycle
	SeqNoCycle
	SeqOwnedBy // Owned empty is OWNED BY NONE
	SeqName
)

// SeqOption is a clause of CREATE or ALTER SEQUENCE and of an identity column.
type SeqOption struct {
	Pos   int
	Kind  SeqOptionKind
	Value string // decimal, with its sign
	Type  *TypeName
	Owned []Name // table.column, schema.table.column
	Name  QualifiedName
}

// CreateSequence is CREATE SEQUENCE.
type CreateSequence struct {
	Pos         int
	Temp        bool
	IfNotExists bool
	Name        QualifiedName
	Options     []SeqOption
}

// AlterSequence is ALTER SEQUENCE with options; RENAME and SET SCHEMA are
// statements of their own.
type AlterSequence struct {
	Pos      int
	IfExists bool
	Name     QualifiedName
	Options  []SeqOption
}

// CreateEnum is CREATE TYPE name AS ENUM (...).
type CreateEnum struct {
	Pos    int
	Name   QualifiedName
	Labels []Name
}

// CreateComposite is CREATE TYPE name AS (a int, ...).
type CreateComposite struct {
	Pos    int
	Name   QualifiedName
	Fields []ColumnDefItem
}

// TypeKind tells the forms of a CreateType.
type TypeKind uint8

// The forms of CREATE TYPE with options, and of that without a definition.
const (
	ShellType TypeKind = iota
	BaseType
	RangeType
)

// CreateType is CREATE TYPE name, CREATE TYPE name (...) or CREATE TYPE name AS
// RANGE (...).
type CreateType struct {
	Pos     int
	Name    QualifiedName
	Kind    TypeKind
	Options []TypeOption
}

// TypeOption is name = value of a CreateType; names of functions, collations and
// operator classes are read as types.
type TypeOption struct {
	Pos      int
	Name     string
	Type     *TypeName // nil for a string, a number, an operator, or nothing
	Text     string
	IsString bool
	// IsOperator says that Text is an operator, with the schema of OPERATOR(…).
	IsOperator bool
	Schema     string
}

// AlterEnum is ALTER TYPE ... ADD VALUE or RENAME VALUE.
type AlterEnum struct {
	Pos         int
	Name        QualifiedName
	Rename      bool // RENAME VALUE OldLabel TO Label
	OldLabel    string
	IfNotExists bool
	Label       string
	Before      bool   // Neighbour is what the label stands before; otherwise after
	Neighbour   string // "" without BEFORE or AFTER
}

// CreateDomain is CREATE DOMAIN; the constraints are NOT NULL, NULL, CHECK and
// DEFAULT.
type CreateDomain struct {
	Pos         int
	Name        QualifiedName
	Type        *TypeName
	Collation   QualifiedName
	Constraints []Constraint
}

// AlterDomainKind is the command of an AlterDomain.
type AlterDomainKind uint8

// The commands of ALTER DOMAIN.
const (
	DomainSetDefault AlterDomainKind = iota
	DomainDropDefault
	DomainSetNotNull
	DomainDropNotNull
	DomainAddConstraint
	DomainDropConstraint
	DomainValidateConstraint
)

// AlterDomain is ALTER DOMAIN; renames are Rename statements.
type AlterDomain struct {
	Pos        int
	Name       QualifiedName
	Kind       AlterDomainKind
	Default    Expr
	Constraint *Constraint
	IfExists   bool
	Target     string // the constraint that is dropped or validated
	Cascade    bool
}

// IndexElem is one key of an index, or of an ON CONFLICT target. A plain column
// is a *ColumnRef with one part.
type IndexElem struct {
	Pos            int
	Expr           Expr
	Collation      QualifiedName
	OpClass        QualifiedName
	OpClassOptions []Option
	Desc           bool
	Nulls          NullsOrder
}

// CreateIndex is CREATE INDEX. Method is "" where nothing is said; CREATE HASH
// INDEX has the method "hash".
type CreateIndex struct {
	Pos              int
	Unique           bool
	Concurrently     bool
	IfNotExists      bool
	Name             QualifiedName // empty where PostgreSQL chooses one
	Table            QualifiedName
	Only             bool
	Method           string
	Elems            []IndexElem
	Include          []IndexElem
	NullsNotDistinct bool
	Options          []Option
	Tablespace       string
	Where            Expr
}

// FuncSignature names a function by its argument types, in DROP, COMMENT and
// ALTER: f(), or with NoArgs just f.
type FuncSignature struct {
	Pos    int
	Name   QualifiedName
	NoArgs bool // no parenthesis was written
	// Args are two for an operator, without a type for NONE.
	Args     []FuncParam
	Operator bool
}

// Drop is every DROP. Objects holds the names, Functions those of functions,
// procedures, routines and aggregates; Table is that of a trigger.
type Drop struct {
	Pos          int
	Kind         ObjectKind
	IfExists     bool
	Concurrently bool
	Objects      []QualifiedName
	Functions    []FuncSignature
	Types        []*TypeName // of types and domains
	Table        QualifiedName
	Cascade      bool
	Restrict     bool
}

// Rename is every ALTER ... RENAME. Sub is the column, attribute or constraint
// (or the trigger, then Object is its table) where Kind is such a part; Owner is
// the kind of the object that has it.
type Rename struct {
	Pos      int
	Kind     ObjectKind
	Owner    ObjectKind
	IfExists bool
	Only     bool
	Object   QualifiedName
	Function *FuncSignature
	Sub      string
	NewName  string
	Cascade  bool // attributes: in the typed tables as well
}

// SetSchema is ALTER ... SET SCHEMA.
type SetSchema struct {
	Pos      int
	Kind     ObjectKind
	IfExists bool
	Object   QualifiedName
	Function *FuncSignature
	Schema   string
}

// SetOwner is ALTER ... OWNER TO.
type SetOwner struct {
	Pos      int
	Kind     ObjectKind
	IfExists bool
	Object   QualifiedName
	Function *FuncSignature
	Owner    string
}

// Comment is COMMENT ON. Text is nil for NULL. Sub is the column of a column,
// the constraint or the trigger, Object their table.
type Comment struct {
	Pos      int
	Kind     ObjectKind
	Object   QualifiedName
	Function *FuncSignature
	Type     *TypeName
	CastTo   *TypeName // of a cast from Type
	Sub      string
	Text     *string
	// Other are the words of a kind that there are no other statements for (a
	// rule, a language), in upper case; Kind is then ObjectOther.
	Other string
}
