// Package expr holds bound expressions, the kernels that compute them over
// batches, and the registry of functions, operators and aggregates.
//
//	binder ──▶ Expr (names and types resolved) ── Compile ──▶ Vectorized | Scalar
//
// Bound expressions are types of their own, not annotated syntax: a column is
// a ColumnID of the plan, a function is a *Func of the registry, every
// coercion is an explicit Cast node. The same expression compiles into a
// Vectorized program (a kernel per node, a batch at a time) and into a Scalar
// one (closures over a row of values), which point work uses; a differential
// test keeps the two alike.
//
// The package never reads tables: subqueries are run by whoever compiles them
// (package exec), through the Compiler's Subquery hook.
//
// Invariants:
//  1. After binding, argument types equal the function's parameter types;
//     kernels check no types.
//  2. A strict function is never called with a NULL argument.
//  3. AND, OR, CASE and COALESCE evaluate no operand at rows where an earlier
//     one has decided, so `x <> 0 AND 1/x > 2` does not fail.
package expr
