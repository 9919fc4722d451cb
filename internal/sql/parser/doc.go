// Package parser turns SQL text into syntax trees: PostgreSQL 15's language for
// applications, with the conveniences of SQLite and MySQL that zqlite has.
//
//	SQL text → Parse → []ast.Statement → binder
//
// What comes in: text. What goes out: statements with their places and their
// placeholders, or one *sqlerr.Error in PostgreSQL's wording with its place.
// The package never resolves a name or a type and never panics.
//
// Invariants:
//
//  1. Recursive descent; binary operators by precedence climbing, with
//     PostgreSQL's table of precedences (expr.go).
//  2. Nesting is bounded by maxDepth and chains of operators by maxChain, so
//     that no text overflows the stack, here or in a pass over the tree.
//  3. The first error wins and sticks: after it the current token is TokError,
//     which no rule accepts, so that every loop ends.
//  4. Words that are no keywords of PostgreSQL (PRAGMA, TENANT, GLOB …) are
//     recognised by place only and remain usable as names.
package parser
