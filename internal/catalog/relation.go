package catalog

import "github.com/zqlite/zqlite/internal/types"

// ID identifies an object of any class; it doubles as the pg_class OID and,
// for what is stored, as the storage tree's id.
type ID uint32

// FirstUserID is the first id given to objects of users; lower ones are the
// system's trees and PostgreSQL's built-in OIDs.
const FirstUserID ID = 16384

// RelationKind tells tables from views and the rest.
type RelationKind byte

// The kinds, with pg_class.relkind's letters.
const (
	Table            RelationKind = 'r'
	View             RelationKind = 'v'
	MaterializedView RelationKind = 'm'
	SequenceRelation RelationKind = 'S'
	Virtual          RelationKind = 'V' // computed by the engine: pg_catalog, information_schema, sqlite_master
)

// Relation describes a table, a view or a virtual table.
type Relation struct {
	ID          ID
	Version     uint64
	Schema      string
	Name        string
	Kind        RelationKind
	Temp        bool
	OnCommit    string // temporary tables: "", "delete rows" or "drop"
	Comment     string
	Columns     []*Column // live columns in order
	NextCol     uint16    // the next column id
	Primary     *Index    // nil: clustered by a hidden row id
	Indexes     []*Index  // all, the primary first where there is one
	Checks      []*Check
	Foreign     []*ForeignKey // keys of this relation that point elsewhere
	Referers    []ID          // relations with foreign keys to this one (may hold itself)
	Triggers    []*Trigger
	Query       string // views: the SELECT
	CheckOption string // views: "", "local" or "cascaded"
	Unpopulated bool   // materialized views: made or refreshed WITH NO DATA
	Tenant      uint16 // id of the TENANT BY column, 0 is none
	RowIDKey    bool   // clustered by one integer: the row id, or the INTEGER PRIMARY KEY column
	KeyColumn   uint16 // RowIDKey: id of the column that is the key, 0 where it is hidden
	OfType      ID     // typed tables: the composite type that CREATE TABLE … OF named
	Clustered   ID     // the index that CLUSTER named last, 0 is none; what the order is, it does not say
	Layouts     uint32 // version of the storage layout; rises when columns come or go
}

// Column describes one column. IDs start at 1.
type Column struct {
	ID        uint16
	Name      string
	Type      *types.Type
	NotNull   bool
	Default   string // SQL text, "" is none
	Identity  Identity
	Sequence  ID           // the sequence behind serial and identity, 0 is none
	AutoKey   bool         // SQLite's INTEGER PRIMARY KEY: fills itself with the next row id
	Generated string       // SQL text of GENERATED ALWAYS AS (…) STORED
	Missing   *types.Value // constant for rows older than the column; nil is NULL
	Comment   string
	Encrypted bool
}

// Identity says how an identity column takes its values.
type Identity byte

// The identity kinds, with pg_attribute's letters.
const (
	NoIdentity        Identity = 0
	IdentityAlways    Identity = 'a'
	IdentityByDefault Identity = 'd'
)

// Index describes a secondary index or the primary key. The primary key has no
// tree of its own: it is the order of the relation.
type Index struct {
	ID               ID
	Name             string
	Method           string // btree or hash
	Unique           bool
	Primary          bool
	Constraint       bool // made by a UNIQUE or PRIMARY KEY constraint
	NullsNotDistinct bool
	Parts            []IndexPart
	Include          []uint16 // column ids stored along
	Where            string   // SQL text of a partial index's predicate
	Deferrable       bool
	Deferred         bool // INITIALLY DEFERRED
	Comment          string
	Options          []string `json:",omitempty"` // WITH (…): name=value
	// ConstraintComment is that of the constraint that the index belongs to.
	ConstraintComment string
}

// Immediate reports whether no two rows ever have one key of the index, NULLs
// aside: that of a deferrable constraint may be shared until it is checked.
func (x *Index) Immediate() bool { return x.Unique && !x.Deferrable }

// Hashed reports whether the index knows no order, only equality: its entries
// are the hashes of keys.
func (x *Index) Hashed() bool { return x.Method == "hash" }

// IndexPart is one key part: a column or an expression.
type IndexPart struct {
	Column     uint16 // column id; 0 where Expr is used
	Expr       string // SQL text
	Type       *types.Type
	Desc       bool
	NullsFirst bool
	Collation  string
	Class      string `json:",omitempty"` // operator class, where it is not that of the type
	Written    string `json:",omitempty"` // collation as written, where Collation does not have it: C
}

// Check is a CHECK constraint.
type Check struct {
	Name      string
	Expr      string // SQL text
	NoInherit bool
	NotValid  bool
	Comment   string
}

// Action is what a foreign key does when its parent changes.
type Action byte

// The actions, with pg_constraint's letters.
const (
	NoAction   Action = 'a'
	Restrict   Action = 'r'
	Cascade    Action = 'c'
	SetNull    Action = 'n'
	SetDefault Action = 'd'
)

// ForeignKey is a reference from Columns of its relation to ParentColumns of
// Parent, which are the key of the parent's index ParentIndex.
type ForeignKey struct {
	ID            ID
	Name          string
	Columns       []uint16
	Parent        ID
	ParentColumns []uint16
	ParentIndex   ID
	OnDelete      Action
	OnUpdate      Action
	SetColumns    []uint16 // ON DELETE SET NULL (columns)
	MatchFull     bool
	Deferrable    bool
	Deferred      bool
	NotValid      bool
	Comment       string
}

// Trigger is a row or statement trigger; When and Body are SQL text.
type Trigger struct {
	ID       ID
	Name     string
	Timing   string   // BEFORE, AFTER, INSTEAD OF
	Events   []string // INSERT, UPDATE, DELETE, TRUNCATE
	Columns  []uint16 // UPDATE OF
	Row      bool
	When     string
	Body     string
	OldTable string
	NewTable string
	Disabled bool
	Comment  string
	// Constraint says that CREATE CONSTRAINT TRIGGER made it; it may wait for
	// the end of the transaction.
	Constraint bool
	Deferrable bool
	Deferred   bool
}

// Sequence describes a sequence; its position is storage's, not the catalog's.
type Sequence struct {
	ID        ID
	Version   uint64
	Schema    string
	Name      string
	Type      *types.Type
	Start     int64
	Increment int64
	Min, Max  int64
	Cache     int64
	Cycle     bool
	Temp      bool
	OwnerRel  ID // the table that owns it, 0 is none
	OwnerCol  uint16
	Comment   string
}

// ColumnByID returns the live column with that id, or nil.
func (r *Relation) ColumnByID(id uint16) *Column {
	for _, c := range r.Columns {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// Ordinal returns the place of the column with that id among the live columns,
// or -1.
func (r *Relation) Ordinal(id uint16) int {
	for i, c := range r.Columns {
		if c.ID == id {
			return i
		}
	}
	return -1
}

// ColumnByName returns the ordinal of the named column, or -1.
func (r *Relation) ColumnByName(name string) int {
	for i, c := range r.Columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}
