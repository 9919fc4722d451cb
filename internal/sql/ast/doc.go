// Package ast holds the syntax tree of SQL: plain data, one struct a node.
//
//	SQL text → scanner → parser → ast.Stmt → binder
//
// What comes in: nodes made by the parser (or by hand, for rewriting). What
// goes out: the same nodes, Format (a node as SQL text) and Walk. The package
// never resolves a name, never looks at a type, and knows no catalog.
//
// Invariants:
//
//  1. Every node has Pos, the 0-based byte offset into the text it was parsed
//     from, of its first character or, for infix operators, of the operator.
//     Nodes made by rewriting carry the offset of what they stand for.
//  2. Names are stored as they are looked up: folded to lower case unless they
//     were quoted, quotes and escapes removed.
//  3. Trees are not changed after parsing; they may be shared by goroutines.
//  4. Special syntax (EXTRACT, TRIM, POSITION, LIKE ANY and the like) is
//     lowered to the plain function or operator it stands for. Parentheses
//     leave no trace except where they mean something.
//  5. For every statement x that the parser accepts, parsing Format(x) gives a
//     tree equal to x apart from positions.
package ast
