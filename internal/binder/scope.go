package binder

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// scope is what the names of one query level can refer to. The chain of
// parents goes through the queries around it.
type scope struct {
	parent *scope
	// base is the scope of the query in whose FROM clause this one stands
	// (LATERAL and its like): what is referred to through it, that query
	// refers to as well.
	base *scope
	ctes *cteFrame
	// items are the FROM items in the order in which a star expands.
	items []*rangeItem
	// barred are items that exist but may not be referred to from here.
	barred    []*rangeItem
	outer     []expr.ColumnID // columns of levels above that are referred to
	clause    clause
	query     *query // aggregates and the like of this level; nil where none may stand
	refs      []columnRef
	inAgg     bool   // inside the arguments of an aggregate
	recursive bool   // FROM has the working table of a recursive query
	inWin     bool   // inside the arguments of a window function
	lazy      string // CASE or COALESCE around the expression, which may not compute it
}

// columnRef remembers where a column was named, for errors found later.
type columnRef struct {
	expr expr.Expr
	pos  int
}

// clause is where an expression stands; it decides what may stand in it.
type clause uint8

const (
	clauseNone clause = iota
	clauseTarget
	clauseFrom
	clauseOn
	clauseWhere
	clauseGroupBy
	clauseHaving
	clauseOrderBy
	clauseDistinctOn
	clauseLimit
	clauseOffset
	clauseValues
	clauseReturning
	clauseSet
	clauseFilter
	clauseWindow
	clauseFrameRange
	clauseFrameRows
	clauseFrameGroups
	clauseCheck
	clauseMergeWhen
	clauseConflict
)

// clauseNames are the words of PostgreSQL's errors.
var clauseNames = [...]string{
	clauseNone: "this context", clauseTarget: "SELECT", clauseFrom: "functions in FROM", clauseOn: "JOIN conditions",
	clauseWhere: "WHERE", clauseGroupBy: "GROUP BY", clauseHaving: "HAVING", clauseOrderBy: "ORDER BY",
	clauseDistinctOn: "DISTINCT ON", clauseLimit: "LIMIT", clauseOffset: "OFFSET", clauseValues: "VALUES",
	clauseReturning: "RETURNING", clauseSet: "UPDATE", clauseFilter: "FILTER", clauseWindow: "window definitions",
	clauseFrameRange: "window RANGE", clauseFrameRows: "window ROWS", clauseFrameGroups: "window GROUPS",
	clauseCheck: "this expression", clauseMergeWhen: "MERGE WHEN conditions", clauseConflict: "ON CONFLICT",
}

// clauseName is the clause in the words of an error.
func (b *binder) clauseName(c clause) string {
	if c == clauseCheck && b.o.What != "" {
		return b.o.What
	}
	return clauseNames[c]
}

// rangeItem is one entry of a FROM clause.
type rangeItem struct {
	schema string
	name   string // alias, or the relation's name; "" for a nameless join
	cols   []rangeCol
	scan   *plan.Scan        // base tables: columns are added as they are used
	rel    *catalog.Relation // base tables and views
	hidden bool              // only reachable by qualified name: not in stars, not unqualified
	join   bool              // the alias of a join
	// noUpdateLateral: the target of a change, which its FROM does not see
	noUpdateLateral bool
	noLateral       bool          // to the left of a RIGHT or FULL join: not for LATERAL
	gone            bool          // not reachable at all: covered by a join's alias
	added           int           // trailing columns that stars leave out
	rowid           expr.ColumnID // id of the row id column of scan, once used
	node            plan.Node     // subqueries and views: what gives the rows
	row             *types.Type   // functions that return the rows of a table: their type
	nullable        bool          // an outer join may give no row of it
	source          ast.TableExpr // where it is written, for notes; nil otherwise
}

// rangeCol is a column of a rangeItem.
type rangeCol struct {
	col     plan.Column
	merged  bool      // merged by USING or NATURAL: only by qualified name
	expr    expr.Expr // what the name stands for, where it is not the column itself
	ordinal int       // in rel.Columns, for base tables
}

// child makes the scope of a subquery inside an expression of s.
func (s *scope) child() *scope {
	return &scope{parent: s, ctes: s.ctes}
}

// fromScope makes the scope through which a FROM item of s sees the outside:
// with lateral the items so far, else only the queries around s.
func (s *scope) fromScope(left []*rangeItem, lateral bool) *scope {
	f := &scope{parent: s.parent, base: s, ctes: s.ctes}
	if lateral {
		f.items = left
	} else {
		f.barred = left
	}
	return f
}

// record notes that a column of a level above s is used below it.
func (s *scope) record(id expr.ColumnID) {
	for ; s != nil; s = s.base {
		known := false
		for _, o := range s.outer {
			if o == id {
				known = true
				break
			}
		}
		if !known {
			s.outer = append(s.outer, id)
		}
	}
}

// add reads an item's column i: its id joins the scan's columns.
func (it *rangeItem) use(i int) {
	if it.scan == nil {
		return
	}
	c := &it.rangeScan(i).col
	useOrdinal(it.scan, *c, it.cols[i].ordinal)
}

func (it *rangeItem) rangeScan(i int) *rangeCol { return &it.cols[i] }

// useOrdinal adds a column to a scan, keeping the order of the relation.
func useOrdinal(scan *plan.Scan, c plan.Column, ordinal int) {
	at := len(scan.Ordinals)
	for i, o := range scan.Ordinals {
		if o == ordinal {
			return
		}
		if o > ordinal {
			at = i
			break
		}
	}
	scan.Ordinals = append(scan.Ordinals, 0)
	scan.Cols = append(scan.Cols, plan.Column{})
	copy(scan.Ordinals[at+1:], scan.Ordinals[at:])
	copy(scan.Cols[at+1:], scan.Cols[at:])
	scan.Ordinals[at], scan.Cols[at] = ordinal, c
}

// useAll reads all columns of a base table, and returns their ids.
func (it *rangeItem) useAll() []expr.ColumnID {
	ids := make([]expr.ColumnID, len(it.cols))
	for i := range it.cols {
		it.use(i)
		ids[i] = it.cols[i].col.ID
	}
	return ids
}

// useRowID reads the hidden row id of a base table, and returns its id.
func (b *binder) useRowID(it *rangeItem) expr.ColumnID {
	if it.rowid == 0 {
		it.rowid = b.newID()
		if it.scan != nil {
			c := plan.Column{ID: it.rowid, Name: "rowid", Type: types.Int8, Rel: it.rel.ID, NotNull: true}
			useOrdinal(it.scan, c, plan.RowIDOrdinal)
		}
	}
	return it.rowid
}

// hasRowID reports whether the relation is clustered by a hidden row id.
func hasRowID(rel *catalog.Relation) bool {
	return rel.Primary == nil && rel.KeyColumn == 0 && rel.Kind != catalog.Virtual && rel.Kind != catalog.View
}

// rowItem is the item of a row of rel that no scan reads: the new row of a
// changing statement, or the row of a check.
func rowItem(rel *catalog.Relation, alias string, ids []expr.ColumnID) *rangeItem {
	it := &rangeItem{schema: rel.Schema, name: alias, rel: rel, cols: make([]rangeCol, len(rel.Columns))}
	for i, c := range rel.Columns {
		it.cols[i] = rangeCol{ordinal: i, col: plan.Column{
			ID: ids[i], Name: c.Name, Type: c.Type, Rel: rel.ID, RelColumn: c.ID, NotNull: c.NotNull}}
	}
	return it
}

func idsOf(rel *catalog.Relation, ids []expr.ColumnID) []expr.ColumnID {
	if ids != nil {
		return ids
	}
	ids = make([]expr.ColumnID, len(rel.Columns))
	for i := range ids {
		ids[i] = expr.ColumnID(i + 1)
	}
	return ids
}

func (b *binder) newIDs(n int) []expr.ColumnID {
	ids := make([]expr.ColumnID, n)
	for i := range ids {
		ids[i] = b.newID()
	}
	return ids
}
