// Package binder resolves names and types: out of a statement's syntax tree
// and a catalog it makes a logical plan in which every column is a ColumnID,
// every function a *expr.Func, and every coercion an explicit cast.
//
//	ast.Stmt + catalog.Catalog ── Bind ──▶ Bound{plan.Node, parameters, dependencies}
//	ast.Expr + catalog.Relation ── BindExpr ──▶ expr.Expr
//
// It never reads a table, never evaluates more than a literal, and never looks
// at a session: what depends on one (the tenant, the time zone, the clock) is
// left as a call for run time, so that a plan can be shared.
//
// Invariants:
//  1. The syntax tree and the catalog are only read.
//  2. Errors travel inside the package as panics of *sqlerr.Error, from the
//     place that finds them to Bind and BindExpr, which return them; nothing
//     else recovers, and no panic leaves the package.
//  3. A column of a query around a subquery is an expr.Outer, and is recorded
//     in every Subquery between (scope.outer), so that whoever runs one knows
//     what it depends on.
//  4. A Scan lists exactly the columns that the statement refers to.
//  5. No expression of a finished plan has the type unknown: literals without
//     a context are text, parameters take the type of the argument, else text.
package binder
