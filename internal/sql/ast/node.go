package ast

// Node is any element of a syntax tree.
type Node interface {
	// Position is the 0-based byte offset of the node in the SQL text.
	Position() int
}

// Expr is a scalar expression, or what may stand in the place of one
// (a star in a target list, DEFAULT in VALUES, ROLLUP in GROUP BY).
type Expr interface {
	Node
	exprNode()
}

// Stmt is a complete statement.
type Stmt interface {
	Node
	stmtNode()
}

// TableExpr is an item of a FROM clause: *TableRef, *SubqueryRef, *FuncRef or
// *Join.
type TableExpr interface {
	Node
	tableNode()
}

// SelectBody is what a query computes before ORDER BY and LIMIT: *SelectCore,
// *Values, *SetOp, or *Select for an operand in parentheses that has clauses of
// its own.
type SelectBody interface {
	Node
	bodyNode()
}

// Name is one identifier with its place.
type Name struct {
	Pos  int
	Text string
}

// Position returns the byte offset of the name.
func (n Name) Position() int { return n.Pos }

// QualifiedName names an object: name, schema.name or catalog.schema.name.
// Missing parts are empty.
type QualifiedName struct {
	Pos     int
	Catalog string
	Schema  string
	Name    string
}

// Position returns the byte offset of the first part.
func (n QualifiedName) Position() int { return n.Pos }

// Option is one entry of a parenthesised option list, WITH (...) of a table or
// an index, COPY's or EXPLAIN's options. Name is folded; Value is nil where
// only the name is written, a *Literal, a *ColumnRef for a bare word, or a
// *RowExpr for a list.
type Option struct {
	Pos   int
	Name  string
	Value Expr
}

// Statement is one statement of a text.
type Statement struct {
	Stmt       Stmt
	Start, End int // byte offsets of its first character and behind its last
	Params     Params
}

// Params describes the placeholders of a text. The statements of one text share
// its numbering.
type Params struct {
	Count int      // the highest index in this statement or an earlier one
	Names []string // by index-1, where they are named: the text's, up to Count
}
