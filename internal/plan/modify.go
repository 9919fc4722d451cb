package plan

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
)

// Target is what every changing node knows of the relation it changes. Row
// expressions (checks, generated columns, index expressions) refer to the new
// row's columns by New: New[i] is the ColumnID of live column i.
type Target struct {
	Rel *catalog.Relation
	New []expr.ColumnID // the row as it will be stored, one per live column
	Old []expr.ColumnID // the row as it is, for UPDATE and DELETE
	// RowID is the column of Input (and a column that RETURNING may refer to)
	// that holds the row id of a relation with a hidden one; 0 where the
	// primary key identifies the row.
	RowID     expr.ColumnID
	Checks    []CheckItem
	Generated []Assign // stored generated columns, in order of dependency
	// IndexExprs gives the bound expressions of index parts and predicates:
	// for each index of Rel, in order. They refer to New.
	Indexes []IndexItem
	// Tenant says that a new row belongs to the session's tenant; nil where the
	// relation is not shared between tenants. It is tested before everything
	// else, so that no other error tells of rows of other tenants.
	Tenant expr.Expr
	// ViewChecks are the WITH CHECK OPTION conditions of updatable views.
	ViewChecks []CheckItem
}

// CheckItem is a bound CHECK constraint.
type CheckItem struct {
	Name string
	Cond expr.Expr
}

// Assign gives a column of the new row its value.
type Assign struct {
	Ordinal int // among the relation's live columns
	Expr    expr.Expr
}

// IndexItem is the bound form of an index's expressions. Parts[i] is nil where
// the part is a plain column.
type IndexItem struct {
	Index *catalog.Index
	Parts []expr.Expr
	Where expr.Expr
}

// Insert stores the rows of Input. Row holds one expression per live column of
// the target, over Input's columns, defaults included, already coerced to the
// column's type; AutoKey columns hold nil where the engine gives the value.
type Insert struct {
	Target     Target
	Input      Node
	Row        []expr.Expr
	OnConflict *OnConflict
	Replace    bool   // SQLite's INSERT OR REPLACE: rows in conflict are deleted
	Returning  []Item // over New
	Ordinary   bool   // Input is a single Values row: the row path may run it
}

// OnConflict is the ON CONFLICT clause.
type OnConflict struct {
	// Arbiters are the unique indexes that are watched; none with DO NOTHING
	// means all of them.
	Arbiters []*catalog.Index
	// Update is nil for DO NOTHING. The expressions refer to the existing row
	// by Target.Old and to the proposed one by Excluded.
	Update   []Assign
	Where    expr.Expr
	Excluded []expr.ColumnID
}

// Update changes the rows of Input, whose columns include all the Old columns
// and RowID. Set refers to Input's columns.
type Update struct {
	Target    Target
	Input     Node
	Set       []Assign
	Returning []Item // over New and Input's columns
}

// Delete removes the rows of Input, which has all the Old columns.
type Delete struct {
	Target    Target
	Input     Node
	Returning []Item // over Old and Input's columns
}

// Merge is MERGE: Input is the target left-joined by the source (or rather
// the source left-joined to the target); Matched tells the two cases apart.
type Merge struct {
	Target  Target
	Input   Node
	Matched expr.Expr
	Whens   []MergeWhen
}

// MergeWhen is one WHEN clause.
type MergeWhen struct {
	Matched bool
	Cond    expr.Expr
	Action  string // "update", "delete", "insert", "nothing"
	Set     []Assign
	Row     []expr.Expr
}

// Truncate empties relations.
type Truncate struct {
	Rels    []*catalog.Relation
	Restart bool
}

func returningColumns(items []Item) []Column {
	cols := make([]Column, len(items))
	for i := range items {
		cols[i] = items[i].Col
	}
	return cols
}

func (n *Insert) Columns() []Column   { return returningColumns(n.Returning) }
func (n *Update) Columns() []Column   { return returningColumns(n.Returning) }
func (n *Delete) Columns() []Column   { return returningColumns(n.Returning) }
func (n *Merge) Columns() []Column    { return nil }
func (n *Truncate) Columns() []Column { return nil }
func (n *Insert) Inputs() []Node      { return []Node{n.Input} }
func (n *Update) Inputs() []Node      { return []Node{n.Input} }
func (n *Delete) Inputs() []Node      { return []Node{n.Input} }
func (n *Merge) Inputs() []Node       { return []Node{n.Input} }
func (n *Truncate) Inputs() []Node    { return nil }
